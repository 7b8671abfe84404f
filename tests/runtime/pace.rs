//! Tests the pace of a fire beside its senders' rate, in the forecast and in the fire, to the millisecond.

use super::house::House;
use std::{collections::BTreeMap, sync::Arc};
use transom::{
    base::{
        clock::Clock,
        ids::{AccountName, ContactId, StartId},
        time::{Span, Time},
    },
    flow,
    runtime::starts::forecast::{self, ForecastInputs, Occasion, When},
    store::{
        Query,
        tables::{contact, start},
    },
};

const BOT: &str = "bot: Shop\nlanguage: en\ntimezone: Europe/Madrid\ntopics: {service: {}}\n";
const HELLO: &str = "flow: hello\nwhen:\n  - message: [hello]\nsteps:\n  - tag: customer\n";
const TEMPLATES: &str = "  - {id: 1, sender: 1, name: we_miss_you, language: en, category: utility, \
                         status: approved, body: \"Come back!\"}";

fn news(rate: &str) -> String {
    format!(
        "flow: news\nwhen:\n  - schedule: \"0 10 * * SUN\"\n    to: {{tags: [customer]}}\n    rate: {rate}\n\
         steps:\n  - say: News\n    if_closed: {{template: we_miss_you}}\n"
    )
}

/// Contacts in Spain and Britain, an hour apart; the sender's rate is `sends`.
async fn house(rate: &str, sends: &str) -> House {
    let news = news(rate);
    let files = [("flows/_bot.yaml", BOT), ("flows/hello.yaml", HELLO), ("flows/news.yaml", news.as_str())];
    let mut house = House::at_meta_with(&files, TEMPLATES, &format!(", rate: {sends}")).await;
    for number in ["34600000001", "34600000002", "34600000003", "34600000004", "447700900123", "447700900124"] {
        house.writes(number, "hello").await;
    }
    house
}

/// The forecast times of messages by contact.
async fn foreseen(house: &House) -> BTreeMap<ContactId, Time> {
    let app = &house.app;
    let live = app.live.get();
    let asked = |sender, contact, at| app.policy.state_of(sender, contact, at);
    let set = Arc::clone(&live.set);
    let ground = ForecastInputs::read(&app.config, &app.store, (live.version, set), app.plays(), &asked).await.unwrap();
    let tables = flow::timetables(&live.set);
    let table = &tables[0];
    let meant = |versions: &flow::Versions, world: &flow::World<'_>| flow::in_audience(versions, table, world);
    let inputs = BTreeMap::new();
    let when = When::Next(table, house.clock.now());
    let (flow, trigger, rate, prefilter) = (table.flow, table.key, table.rate, table.prefilter(&live.set));
    let occasion = Occasion { flow, trigger, inputs: &inputs, rate, prefilter, meant: &meant, when };
    let mut all = BTreeMap::new();
    let accounts = [AccountName::from("acme")];
    let told = |contact: &transom::model::contact::Contact, seen: &forecast::ContactForecast| {
        all.insert(contact.id, seen.at);
    };
    forecast::forecast(&ground, &accounts, &occasion, told).await.unwrap();
    all
}

/// The slots of starts by contact.
async fn slots(house: &House) -> BTreeMap<ContactId, Time> {
    let mut all = BTreeMap::new();
    for contact in contact::newest(&house.app.store, None, ContactId(i64::MAX), 50).await.unwrap() {
        let rows = start::of(&house.app.store, contact.id, StartId(i64::MAX), 50).await.unwrap();
        assert!(rows.len() <= 1 && rows.iter().all(|row| row.state == start::StartState::Begun), "{rows:#?}");
        all.extend(rows.into_iter().map(|row| (contact.id, row.slot_at)));
    }
    all
}

fn gaps(slots: &BTreeMap<ContactId, Time>) -> Vec<i64> {
    let mut at: Vec<i64> = slots.values().map(|at| at.0).collect();
    at.sort_unstable();
    at.windows(2).map(|pair| pair[1] - pair[0]).collect()
}

#[tokio::test]
async fn a_fire_leaves_a_quarter_of_its_senders_rate_to_answers_and_is_foreseen_so() {
    let mut house = house("20/s", "100/min").await;
    let expected = foreseen(&house).await;
    house.advance(Span::days(2) + Span::hours(2)).await;
    let slots = slots(&house).await;
    assert_eq!(slots, expected);
    // 75 in a minute; the British come an hour later.
    assert_eq!(gaps(&slots), [800, 800, 800, 3_600_000 - 2_400, 800]);
}

#[tokio::test]
async fn zones_that_come_later_stand_behind_what_the_same_minute_has_left_over_restarts_too() {
    let mut house = house("2/1h", "80/s").await;
    let expected = foreseen(&house).await;
    // Sunday, a quarter past ten in Spain: all of Spain is planned, and Britain is not.
    house.advance(Span::hours(48) + Span::minutes(15)).await;
    house = house.restart().await;
    house.advance(Span::days(1)).await;
    let slots = slots(&house).await;
    assert_eq!(slots, expected);
    assert_eq!(gaps(&slots), [1_800_000; 5], "never two at once");
}

/// The send time of each message by its text.
async fn left(house: &House) -> Vec<(String, Time)> {
    let query = Query {
        name: "pace.left",
        text: "select data -> 'content' ->> 'body' as body, attempted_at from outbound
          where attempted_at is not null order by attempted_at, id",
    };
    house.app.store.all(&query, &[], |row| Ok((row.text("body")?, row.time("attempted_at")?))).await.unwrap()
}

/// A flow with two messages on Saturday morning for customers.
fn weekly(name: &str) -> String {
    format!(
        "flow: {name}\nwhen:\n  - schedule: \"30 8 * * SAT\"\n    to: {{tags: [customer]}}\nsteps:\n  \
         - say: {name} one\n    if_closed: skip\n  - say: {name} two\n    if_closed: skip\n"
    )
}

#[tokio::test]
async fn fires_of_one_moment_share_three_quarters_of_their_sender_and_answers_pass_them() {
    const PEOPLE: usize = 8;
    let flows = ["alpha", "beta", "gamma"].map(|name| (format!("flows/{name}.yaml"), weekly(name)));
    let ping = "flow: ping\nwhen:\n  - message: [ping]\nsteps:\n  - say: pong\n";
    let mut files = vec![("flows/_bot.yaml", BOT), ("flows/hello.yaml", HELLO), ("flows/ping.yaml", ping)];
    files.extend(flows.iter().map(|(path, text)| (path.as_str(), text.as_str())));
    let mut house = House::at_meta_with(&files, TEMPLATES, ", rate: 4/s").await;
    for n in 0..PEOPLE {
        house.writes(&format!("3460000000{n}"), "hello").await;
    }
    // To three seconds after the fire.
    house.advance(Span::hours(23) + Span::minutes(30) + Span::seconds(3)).await;
    let asked = house.clock.now();
    for n in [PEOPLE - 1, PEOPLE] {
        house.writes(&format!("3460000000{n}"), "ping").await;
    }
    // It dies, and nobody is forgotten.
    house.advance(Span::seconds(3)).await;
    house = house.restart().await;
    house.advance(Span::minutes(10)).await;
    let all = left(&house).await;
    let (answers, fires): (Vec<_>, Vec<_>) = all.into_iter().partition(|(body, _)| body == "pong");
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    fires.iter().for_each(|(body, _)| *counts.entry(body.as_str()).or_default() += 1);
    assert_eq!((counts.len(), fires.len()), (6, 6 * PEOPLE), "{counts:?}");
    assert!(counts.values().all(|count| *count == PEOPLE), "each of them once: {counts:?}");
    let waited: Vec<Span> = answers.iter().map(|(_, at)| *at - asked).collect();
    assert!(waited.len() == 2 && waited.iter().all(|wait| *wait <= Span::millis(500)), "{waited:?}");
    // Three in a second of four; whom the answer woke goes beside them, and a restart begins a new line.
    let at: Vec<i64> = fires.iter().map(|(_, at)| at.0).collect();
    let close = at.windows(2).filter(|pair| pair[1] - pair[0] < 333).count();
    assert!(close <= 8, "{close} of {at:?}");
    let needed = at[at.len() - 1] - at[0];
    assert!(needed <= 6 * PEOPLE as i64 * 334, "they take as long as they must: {needed} ms");
}
