//! Tests the open case of a contact who turns out to be another one.

use super::{
    house::House,
    names::{contact_of, one_of_both, writes},
};
use transom::{
    base::time::Span,
    model::{inbound::AliasKind, session::CaseState},
    store::tables::{conversation, session, support_case},
};

const BOT: &str = "bot: Shop\nlanguage: en\ntimezone: UTC\nteams: {desk: {answer_within: 2h}}\n";
const DESK: &str = "flow: desk\nwhen: [{message: person}]\nsteps: [{handoff: desk, summary: Asked}]\n";
const OLD: &str = "34600111222";
const ID: &str = "ES.1234";

/// Two contacts who are joined by a message with both names; the one who is gone asked for a person before.
async fn joined(also_the_other: bool) -> (House, i64) {
    let mut house = House::at_meta(&[("flows/_bot.yaml", BOT), ("flows/desk.yaml", DESK)], "  []").await;
    writes(&house, "wamid.1", "person", Some(OLD), None).await;
    let gone = contact_of(&house, AliasKind::Phone, OLD).await.id;
    let case = support_case::of(&house.app.store, gone).await.unwrap().remove(0);
    house.advance(Span::minutes(1)).await;
    writes(&house, "wamid.2", if also_the_other { "person" } else { "hello" }, None, Some(ID)).await;
    writes(&house, "wamid.3", "it is me", Some(OLD), Some(ID)).await;
    let stays = one_of_both(&house).await.id;
    assert_ne!(stays, gone);
    (house, case.id)
}

/// The open case of the contact who goes on, which is that of its session.
async fn open_case(house: &House) -> support_case::SupportCase {
    let contact = one_of_both(house).await.id;
    let talk = conversation::of(&house.app.store, contact).await.unwrap().remove(0);
    let row = support_case::open_of(&house.app.store, talk.id).await.unwrap().unwrap();
    let person = session::find(&house.app.store, talk.id).await.unwrap().unwrap().session.person.unwrap();
    assert_eq!((Some(row.id), Some(row.state)), (person.case.as_ref().unwrap().id, person.case_state()));
    assert_eq!(row.contact_id, contact);
    row
}

#[tokio::test]
async fn an_open_case_goes_on_with_the_contact_who_goes_on() {
    let (house, case) = joined(false).await;
    let open = open_case(&house).await;
    assert_eq!((open.id, open.summary.as_deref()), (case, Some("Asked")));
    let mut house = house.restart().await;
    // It is told that nobody has answered, as if nothing had happened.
    house.advance(Span::hours(2)).await;
    assert_eq!(open_case(&house).await.priority.as_deref(), Some("high"));
    assert_eq!(house.bugs(), [""; 0]);
}

#[tokio::test]
async fn of_two_open_cases_that_of_the_contact_who_goes_on_stays_open() {
    let (house, case) = joined(true).await;
    assert_ne!(open_case(&house).await.id, case);
    let closed = support_case::find(&house.app.store, case).await.unwrap().unwrap();
    assert_eq!((closed.state, closed.closed_at.is_some()), (CaseState::Closed, true));
}
