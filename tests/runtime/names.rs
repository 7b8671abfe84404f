//! Tests contacts that get another number or id, and contacts that are joined.

use super::house::House;
use crate::graph::Fault;
use serde_json::{Value as Json, json};
use transom::{
    base::{
        clock::Clock,
        ids::{ContactId, InboundId, ProviderId, SenderId, StartId},
        time::{Span, Time},
    },
    model::{
        contact::Contact,
        inbound::{Alias, AliasKind, InboundKind, InboundMessage},
    },
    store::{
        WriteSet,
        tables::{
            alias,
            contact::{self, ContactChange},
            conversation,
            inbound::{self, InboundData, NewInbound},
            session, start,
        },
    },
};

const ECHO: &str =
    "flow: echo\nwhen:\n  - any_message: true\nsteps:\n  - say: ${msg.text} from ${contact.phone ?? \"nowhere\"}\n";

const OLD: &str = "34600111222";
const NEW: &str = "34600999888";

/// Asks after an event or a word, and answers texts that no other flow handles.
const ASK: &str = "flow: ask\nwhen:\n  - message: order\nsteps:\n  - ask: Which size?\n    as: size\n    options: [Small, Large]\n  - say: ${size} it is.\n";

const DAILY: &str = "flow: daily\nwhen:\n  - schedule: 0 10 * * *\n    to: everyone\n    clock: bot\nsteps:\n  - say: News.\n    if_closed: skip\n";

const BOT: &str = "bot: Shop\nlanguage: en\ntimezone: UTC\n";

const ID: &str = "ES.1234";

async fn house() -> House {
    let files =
        [("flows/_bot.yaml", BOT), ("flows/echo.yaml", ECHO), ("flows/ask.yaml", ASK), ("flows/daily.yaml", DAILY)];
    House::at_meta(&files, "  []").await
}

/// The contacts with these ids, and whether each continues.
pub(super) async fn contact_of(house: &House, kind: AliasKind, value: &str) -> Contact {
    let name = [Alias { kind, value: value.to_owned() }];
    let id = alias::find(&house.app.store, &"acme".into(), &name).await.unwrap().unwrap();
    contact::find(&house.app.store, id).await.unwrap().unwrap()
}

pub(super) async fn one_of_both(house: &House) -> Contact {
    let by_phone = contact_of(house, AliasKind::Phone, OLD).await;
    assert_eq!(by_phone, contact_of(house, AliasKind::Bsuid, ID).await);
    assert_eq!(house.bugs(), [""; 0]);
    by_phone
}

/// A message of a person with these ids.
pub(super) async fn writes(house: &House, id: &str, text: &str, phone: Option<&str>, bsuid: Option<&str>) {
    let mut message = json!({"id": id, "type": "text", "text": {"body": text}});
    let mut person = json!({"profile": {"name": "Ana"}});
    if let Some(phone) = phone {
        (message["from"], person["wa_id"]) = (phone.into(), phone.into());
    }
    if let Some(bsuid) = bsuid {
        (message["from_user_id"], person["user_id"]) = (bsuid.into(), bsuid.into());
    }
    post(house, json!([person]), message).await;
}

async fn changes(house: &House, old: &str, system: Json) {
    post(house, json!([]), json!({"id": "wamid.system", "from": old, "type": "system", "system": system})).await;
}

async fn post(house: &House, people: Json, mut message: Json) {
    message["timestamp"] = (house.clock.now().0 / 1000).to_string().into();
    let value = json!({
        "messaging_product": "whatsapp", "contacts": people, "messages": [message],
        "metadata": {"display_phone_number": "15550001111", "phone_number_id": "106540352242922"},
    });
    let body = json!({
        "object": "whatsapp_business_account",
        "entry": [{"id": "1", "changes": [{"field": "messages", "value": value}]}],
    });
    house.post(&body.to_string()).await;
    house.app.run_due().await.unwrap();
}

/// Each sent text with its recipient.
fn sent(house: &House) -> Vec<(String, String)> {
    let text = |json: &Json| json.as_str().unwrap_or_default().to_owned();
    let to = |message: &Json| if message["to"].is_null() { text(&message["recipient"]) } else { text(&message["to"]) };
    house.sent().iter().map(|message| (to(message), text(&message["text"]["body"]))).collect()
}

fn pairs(all: &[(&str, &str)]) -> Vec<(String, String)> {
    all.iter().map(|(to, text)| ((*to).to_owned(), (*text).to_owned())).collect()
}

#[tokio::test]
async fn answers_go_to_the_number_that_a_contact_has_now() {
    let house = house().await;
    writes(&house, "wamid.1", "one", Some(OLD), None).await;
    changes(&house, OLD, json!({"type": "user_changed_number", "wa_id": NEW, "body": "Ana changed"})).await;
    let house = house.restart().await;
    writes(&house, "wamid.2", "two", Some(NEW), None).await;
    assert_eq!(
        sent(&house),
        pairs(&[("+34600111222", "one from +34600111222"), ("+34600999888", "two from +34600999888")])
    );
}

#[tokio::test]
async fn what_the_platform_says_of_a_number_is_stored_when_it_is_answered() {
    let house = house().await;
    writes(&house, "wamid.1", "one", Some(OLD), None).await;
    changes(&house, OLD, json!({"type": "user_changed_number", "wa_id": NEW, "body": "Ana changed"})).await;
    let row = house.row(0).await;
    let contact = contact::find(&house.app.store, row.contact_id).await.unwrap().unwrap();
    assert_eq!(contact.data.phone.as_deref(), Some("+34600999888"));
}

#[tokio::test]
async fn a_number_that_becomes_known_is_known_to_flows() {
    let mut house = house().await;
    writes(&house, "wamid.1", "one", None, Some("ES.1234")).await;
    house.advance(Span::minutes(1)).await;
    writes(&house, "wamid.2", "two", Some(OLD), Some("ES.1234")).await;
    assert_eq!(sent(&house), pairs(&[("ES.1234", "one from nowhere"), ("+34600111222", "two from +34600111222")]));
}

#[tokio::test]
async fn a_name_that_is_shown_later_is_learnt() {
    let mut house = house().await;
    writes(&house, "wamid.1", "one", Some(OLD), None).await;
    house.advance(Span::minutes(1)).await;
    writes(&house, "wamid.2", "two", Some(OLD), Some(ID)).await;
    house.advance(Span::minutes(1)).await;
    // From here on they hide their number.
    writes(&house, "wamid.3", "three", None, Some(ID)).await;
    assert_eq!(one_of_both(&house).await.data.bsuid.as_deref(), Some(ID));
    assert_eq!(sent(&house).last(), pairs(&[("+34600111222", "three from +34600111222")]).last());
}

#[tokio::test]
async fn two_contacts_named_in_one_breath_are_one_from_then_on() {
    let mut house = house().await;
    writes(&house, "wamid.1", "one", Some(OLD), None).await;
    writes(&house, "wamid.2", "two", None, Some(ID)).await;
    let gone = contact_of(&house, AliasKind::Phone, OLD).await.id;
    let stays = contact_of(&house, AliasKind::Bsuid, ID).await.id;
    assert_ne!(gone, stays);
    house.advance(Span::minutes(1)).await;
    writes(&house, "wamid.3", "three", None, Some(ID)).await;
    writes(&house, "wamid.4", "four", Some(OLD), Some(ID)).await;
    assert_eq!(one_of_both(&house).await.id, stays, "the one who has the talk goes on");
    let mut house = house.restart().await;
    writes(&house, "wamid.5", "five", Some(OLD), None).await;
    assert_eq!(
        sent(&house)[3..],
        pairs(&[("+34600111222", "four from +34600111222"), ("+34600111222", "five from +34600111222")])
    );
    // A schedule reaches the person once.
    house.advance(Span::hours(3)).await;
    assert_eq!(sent(&house)[5..], pairs(&[("+34600111222", "News.")]));
    let gone = contact::find(&house.app.store, gone).await.unwrap().unwrap();
    assert_eq!(gone.data.joined_to, Some(stays));
}

#[tokio::test]
async fn a_start_for_many_means_a_person_once_and_nobody_after_a_stop() {
    let offer = "flow: offer\nsteps:\n  - say: An offer.\n    if_closed: skip\n";
    let begin = "flow: begin\nwhen: [message: begin]\nsteps:\n  - start: offer\n    for: everyone\n";
    let files =
        [("flows/_bot.yaml", BOT), ("flows/echo.yaml", ECHO), ("flows/offer.yaml", offer), ("flows/begin.yaml", begin)];
    let mut house = House::at_meta(&files, "  []").await;
    writes(&house, "wamid.1", "one", Some(OLD), None).await;
    writes(&house, "wamid.2", "two", None, Some(ID)).await;
    writes(&house, "wamid.3", "three", Some(OLD), Some(ID)).await;
    one_of_both(&house).await;
    let before = sent(&house).len();
    writes(&house, "wamid.4", "begin", Some(NEW), None).await;
    house.advance(Span::minutes(1)).await;
    let told: Vec<_> = sent(&house)[before..].iter().map(|(to, _)| to.clone()).collect();
    assert_eq!(told, ["+34600111222", "+34600999888"]);
    writes(&house, "wamid.5", "STOP", Some(OLD), None).await;
    let before = sent(&house).len();
    writes(&house, "wamid.6", "begin", Some(NEW), None).await;
    house.advance(Span::minutes(1)).await;
    assert_eq!(sent(&house)[before..], pairs(&[("+34600999888", "An offer.")]));
}

#[tokio::test]
async fn what_waits_for_who_is_gone_begins_with_who_goes_on() {
    let later = "flow: later\nwhen: [message: later]\nsteps:\n  - start: note\n    at: ${now() + hours(2)}\n";
    let note = "flow: note\nsteps:\n  - say: As promised.\n    if_closed: hold\n";
    let files =
        [("flows/_bot.yaml", BOT), ("flows/echo.yaml", ECHO), ("flows/later.yaml", later), ("flows/note.yaml", note)];
    let mut house = House::at_meta(&files, "  []").await;
    writes(&house, "wamid.1", "later", None, Some(ID)).await;
    writes(&house, "wamid.2", "one", Some(OLD), None).await;
    let gone = contact_of(&house, AliasKind::Bsuid, ID).await.id;
    writes(&house, "wamid.3", "two", Some(OLD), Some(ID)).await;
    let stays = one_of_both(&house).await.id;
    // A row that was written while they were joined is still with who is gone.
    let row = start::of(&house.app.store, stays, StartId(i64::MAX), 10).await.unwrap().remove(0);
    let mut set = WriteSet::of(gone.0);
    set.push(&start::MOVE, &start::MovedStarts { from: stays, to: gone });
    house.app.store.commit(set).await.unwrap();
    assert_eq!(start::find(&house.app.store, row.id).await.unwrap().unwrap().contact_id, gone);
    let before = sent(&house).len();
    house.advance(Span::hours(2)).await;
    assert_eq!(sent(&house)[before..], pairs(&[("+34600111222", "As promised.")]));
}

#[tokio::test]
async fn an_open_question_goes_on_with_the_person_who_was_asked() {
    let mut house = house().await;
    writes(&house, "wamid.1", "order", None, Some(ID)).await;
    house.advance(Span::minutes(1)).await;
    writes(&house, "wamid.2", "one", Some(OLD), None).await;
    house.advance(Span::minutes(1)).await;
    writes(&house, "wamid.3", "large", Some(OLD), Some(ID)).await;
    assert_eq!(sent(&house).last(), pairs(&[("+34600111222", "Large it is.")]).last());
    one_of_both(&house).await;
}

#[tokio::test]
async fn a_stop_of_one_is_a_stop_of_both() {
    let mut house = house().await;
    writes(&house, "wamid.1", "STOP", None, Some(ID)).await;
    house.advance(Span::minutes(1)).await;
    writes(&house, "wamid.2", "order", Some(OLD), None).await;
    house.advance(Span::minutes(1)).await;
    let before = sent(&house).len();
    writes(&house, "wamid.3", "large", Some(OLD), Some(ID)).await;
    assert!(one_of_both(&house).await.opted_out.is_some());
    house.advance(Span::hours(3)).await;
    assert_eq!(sent(&house).len(), before, "neither the question nor the schedule goes on");
    writes(&house, "wamid.4", "START", Some(OLD), Some(ID)).await;
    assert!(one_of_both(&house).await.opted_out.is_none(), "and one START ends it");
}

#[tokio::test]
async fn who_was_faster_than_the_notice_of_a_new_number_is_no_stranger() {
    let mut house = house().await;
    writes(&house, "wamid.1", "STOP", Some(OLD), None).await;
    house.advance(Span::minutes(1)).await;
    writes(&house, "wamid.2", "one", Some(NEW), None).await;
    changes(&house, OLD, json!({"type": "user_changed_number", "wa_id": NEW, "body": "Ana changed"})).await;
    let before = sent(&house).len();
    writes(&house, "wamid.3", "two", Some(NEW), None).await;
    assert_eq!(sent(&house).len(), before);
    let contact = contact_of(&house, AliasKind::Phone, NEW).await;
    assert_eq!((contact.data.phone.as_deref(), contact.opted_out.is_some()), (Some("+34600999888"), true));
    assert_eq!(contact_of(&house, AliasKind::Phone, OLD).await.id, contact.id);
}

#[tokio::test]
async fn a_message_that_was_recorded_for_who_is_gone_reaches_who_goes_on() {
    let mut house = house().await;
    writes(&house, "wamid.1", "one", Some(OLD), None).await;
    house.advance(Span::minutes(1)).await;
    writes(&house, "wamid.2", "two", None, Some(ID)).await;
    writes(&house, "wamid.3", "three", Some(OLD), Some(ID)).await;
    let gone = house.row(0).await;
    assert_ne!(gone.contact_id, one_of_both(&house).await.id);
    // The process died between the commit of this one and its turn; meanwhile the two were joined.
    let now = house.clock.now();
    let message = InboundMessage {
        provider_id: ProviderId::from("wamid.4"),
        at: now,
        username: None,
        from: vec![Alias { kind: AliasKind::Phone, value: OLD.into() }],
        name: None,
        kind: InboundKind::Text { body: "order".into() },
        reply_to: None,
        referral: None,
        number: None,
    };
    let row = NewInbound {
        id: InboundId(house.app.store.next_id()),
        conversation_id: gone.conversation_id,
        contact_id: gone.contact_id,
        sender_id: SenderId(1),
        provider_id: ProviderId::from("wamid.4"),
        at: now,
        received_at: now,
        data: InboundData { message, word: None },
        handled_at: None,
    };
    let mut set = WriteSet::of(gone.contact_id.0);
    set.push(&inbound::INSERT, &row);
    house.app.store.commit(set).await.unwrap();
    let house = house.restart().await;
    writes(&house, "wamid.5", "small", None, Some(ID)).await;
    assert_eq!(sent(&house).last(), pairs(&[("+34600111222", "Small it is.")]).last());
    let found = conversation::of(&house.app.store, one_of_both(&house).await.id).await.unwrap();
    assert_eq!(found.len(), 1);
    assert!(found[0].last_inbound_at >= Some(Time(now.0 / 1000 * 1000)));
}

#[tokio::test]
async fn a_mark_that_a_death_in_the_middle_of_a_join_left_behind_goes_on() {
    let house = house().await;
    writes(&house, "wamid.1", "one", Some(OLD), None).await;
    writes(&house, "wamid.2", "STOP", None, Some(ID)).await;
    writes(&house, "wamid.3", "is anybody there?", None, Some(ID)).await;
    let mut gone = contact_of(&house, AliasKind::Bsuid, ID).await;
    let stays = contact_of(&house, AliasKind::Phone, OLD).await.id;
    let marked = async |house: &House, contact: ContactId| {
        let talk = conversation::of(&house.app.store, contact).await.unwrap().remove(0);
        let session = session::find(&house.app.store, talk.id).await.unwrap().unwrap().session;
        session.needs_person.map(|needs| needs.why)
    };
    let why = marked(&house, gone.id).await;
    assert!(why.is_some());
    // The first commit of a join says that one is gone; the process died before the turn of this conversation.
    gone.data.joined_to = Some(stays);
    let mut set = WriteSet::of(gone.id.0);
    let (zone, sought) = (String::new(), String::new());
    set.push(&contact::CHANGE, &ContactChange { id: gone.id, data: gone.data.clone(), zone, sought });
    house.app.store.commit(set).await.unwrap();
    let house = house.restart().await;
    assert_eq!((marked(&house, stays).await, marked(&house, gone.id).await), (why, None));
}

#[tokio::test]
async fn an_answer_that_was_on_its_way_to_who_is_gone_still_arrives() {
    let mut house = house().await;
    house.graph.as_ref().unwrap().fail_next(Fault::Code { status: 429, code: 130_429 });
    writes(&house, "wamid.1", "one", None, Some(ID)).await;
    writes(&house, "wamid.2", "two", Some(OLD), None).await;
    let gone = contact_of(&house, AliasKind::Bsuid, ID).await.id;
    writes(&house, "wamid.3", "three", Some(OLD), Some(ID)).await;
    assert_ne!(one_of_both(&house).await.id, gone);
    house.advance(Span::minutes(2)).await;
    let texts: Vec<String> = sent(&house).into_iter().map(|(_, text)| text).collect();
    let tries = texts.iter().filter(|text| *text == "one from nowhere").count();
    assert_eq!(tries, 2, "the one that met a limit, and the one that arrived: {texts:?}");
}

#[tokio::test]
async fn a_stop_holds_back_what_waits_under_the_other_name() {
    let mut house = house().await;
    house.graph.as_ref().unwrap().fail_next(Fault::TooMany { retry_after: 600 });
    writes(&house, "wamid.1", "one", Some(OLD), None).await;
    house.advance(Span::minutes(1)).await;
    writes(&house, "wamid.2", "two", None, Some(ID)).await;
    writes(&house, "wamid.3", "three", Some(OLD), Some(ID)).await;
    writes(&house, "wamid.4", "STOP", None, Some(ID)).await;
    let said = sent(&house);
    let mut house = house.restart().await;
    house.advance(Span::minutes(20)).await;
    assert_eq!(sent(&house), said);
}

/// At ten on the day before, in the contact's time zone.
const VISIT: &str = "flow: visit\nwhen:\n  - date: contact.visit_at\n    offset: -1d\n    at: \"10:00\"\nsteps:\n  \
                     - say: See you tomorrow.\n    if_closed: skip\n";
const COMES: &str =
    "flow: comes\nwhen: [{message: i come}]\nsteps: [{set: {contact.visit_at: '${now() + hours(30)}'}}]\n";

#[tokio::test]
async fn another_number_may_mean_another_clock_for_dates() {
    let bot = "bot: Shop\nlanguage: en\ntimezone: UTC\nfields: {visit_at: datetime}\n";
    let files = [("flows/_bot.yaml", bot), ("flows/visit.yaml", VISIT), ("flows/comes.yaml", COMES)];
    for moves in [false, true] {
        let mut house = House::at_meta(&files, "  []").await;
        writes(&house, "wamid.a", "i come", Some(OLD), None).await;
        house.app.run_due().await.unwrap();
        if moves {
            // To Auckland, where it is Friday evening: the day before the visit is Saturday there.
            let system = json!({"type": "user_changed_number", "wa_id": "6421555666", "body": "Ana changed"});
            changes(&house, OLD, system).await;
        }
        house.advance(Span::hours(2)).await;
        assert_eq!(house.texts().len(), usize::from(!moves), "ten o'clock in Madrid, moves: {moves}");
        house.advance(Span::hours(11)).await;
        assert_eq!(house.texts(), ["See you tomorrow."], "moves: {moves}");
    }
}
