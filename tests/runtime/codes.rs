//! Tests each of Meta's error codes for an unrequested message: the number of attempts, and the effect on the next
//! message.

use super::house::House;
use crate::graph::Fault;
use transom::{
    base::time::Span,
    store::tables::outbound::{Outbound, SendState},
};

const BOT: &str = "bot: Shop\nlanguage: en\ntimezone: Europe/Madrid\ntopics: {service: {}, news: {needs: consent}}\n";

/// On Saturdays at ten: 25 hours after the first morning of the test.
const NEWS: &str = "flow: news
topic: news
when:
  - schedule: \"0 10 * * SAT\"
    to: everyone
steps:
  - template: news_tpl
";

const YES: &str = "flow: yes_please\nwhen: [{message: yes please}]\nsteps: [{consent: {news: given}}]\n";

const TEMPLATES: &str = "  - {id: 1, sender: 1, name: news_tpl, language: en, category: marketing, status: approved, \
                         body: \"News for you.\"}";

/// The error code, where it is reported, the attempts after an hour, a day and five days, the state of the row then,
/// and the messages sent on the next Saturday.
const CODES: &[(i64, &str, [usize; 3], SendState, usize)] = &[
    (131_049, "marketing-templates/per-user-limits: not again for 24 hours", [1, 2, 2], SendState::Failed, 1),
    (131_050, "error-codes: the user stopped marketing messages of this business", [1, 1, 1], SendState::Skipped, 0),
    (130_472, "error-codes: the user is part of an experiment", [1, 1, 1], SendState::Failed, 1),
    (131_026, "error-codes: the message cannot be delivered to this user", [1, 1, 1], SendState::Failed, 1),
    (130_429, "throughput: again after a while, surely not sent", [3, 3, 3], SendState::Sent, 1),
    (131_056, "error-codes: too many to this user, 4^n seconds", [3, 3, 3], SendState::Sent, 1),
    (131_048, "error-codes: spam rate limit, the whole sender rests", [1, 3, 3], SendState::Sent, 1),
    (131_064, "error-codes: classification violations, templates rest", [3, 3, 3], SendState::Sent, 1),
];

#[tokio::test]
async fn each_refusal_is_followed_as_its_page_says() {
    let mut wrong = Vec::new();
    for (code, source, tries, state, next) in CODES {
        let mut house = subscribed().await;
        // The last try of those that get through meets none.
        for _ in 0..tries[2] - usize::from(*state == SendState::Sent) {
            house.graph.as_ref().unwrap().fail_next(Fault::Code { status: 400, code: *code });
        }
        house.advance(Span::hours(25)).await;
        assert_eq!(house.sent().len(), 1, "{code}: the fire of Saturday");
        let mut found = Vec::new();
        for span in [Span::hours(1), Span::hours(24), Span::days(4)] {
            house.advance(span).await;
            found.push(house.sent().len());
        }
        let row: Outbound = house.row(0).await;
        house.advance(Span::days(3)).await;
        let later = house.sent().len() - found[2];
        if (&found[..], row.state, later) != (&tries[..], *state, *next) {
            let row = (row.state, row.error_code, row.reason);
            wrong.push(format!("{code} ({source}): tries {found:?}, then {row:?}, next Saturday {later}"));
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

/// A contact who has subscribed to the news and writes no more.
async fn subscribed() -> House {
    let files = [("flows/_bot.yaml", BOT), ("flows/news.yaml", NEWS), ("flows/yes_please.yaml", YES)];
    let mut house = House::at_meta(&files, TEMPLATES).await;
    house.says("yes please").await;
    assert_eq!(house.sent().len(), 0);
    house
}
