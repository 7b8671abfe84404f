//! Tests that no unrequested message reaches a contact without consent to its topic, however a flow begins, and tests
//! the ledger.

use super::house::{House, SENDER};
use crate::graph::Fault;
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;
use transom::{
    base::{
        clock::Clock,
        ids::{ContactId, ConversationId, FlowName},
        time::Span,
    },
    channel::{HeaderMap, meta::compose::CustomerEvent},
    model::{
        contact::{ConsentTime, Contact, ContactPatch},
        content::Content,
        effect::Origin,
        event::{Event, Start},
        inbound::{Alias, AliasKind, DeliveryState},
        value::Value,
    },
    runtime::ingest::webhook_triggers::{Authentication, HookRequest},
    store::tables::{alias, contact, conversation, ledger},
};

const BOT: &str = "bot: Shop\nlanguage: en\ntimezone: UTC\nfields: {visit_at: datetime, plan: text}\n\
                   topics: {service: {}, news: {needs: consent}, offers: {needs: consent}}\n";

const HELLO: &str = "flow: hello\nwhen: [{message: hello}]\nsteps: [{say: Hi!}]\n";

const TEMPLATES: &str = "  - {id: 1, sender: 1, name: news_tpl, language: en, category: marketing, status: approved, \
                         body: \"News for you.\"}\n  - {id: 2, sender: 1, name: other_tpl, language: en, \
                         category: marketing, status: paused, body: \"More news.\"}";

const PHONE: &str = "34600111222";
const USER: &str = "ES.1234";

/// The text of our message, in whatever form it was sent.
fn words(body: &Json) -> String {
    ["/text/body", "/interactive/body/text", "/template/name"]
        .iter()
        .find_map(|place| body.pointer(place)?.as_str())
        .unwrap_or_default()
        .to_owned()
}

async fn house(flow: &str) -> House {
    let name = flow.lines().next().unwrap().trim_start_matches("flow: ");
    let mut files =
        vec![("flows/_bot.yaml".to_owned(), BOT.to_owned()), ("flows/hello.yaml".to_owned(), HELLO.to_owned())];
    for text in flow.split("---\n") {
        let name = text.lines().next().unwrap().trim_start_matches("flow: ");
        files.push((format!("flows/{name}.yaml"), text.to_owned()));
    }
    assert!(!name.is_empty());
    let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    House::at_meta(&files, TEMPLATES).await
}

/// The contact with this id.
async fn who(house: &House, kind: AliasKind, value: &str) -> Contact {
    let name = [Alias { kind, value: value.to_owned() }];
    let id = alias::find(&house.app.store, &"acme".into(), &name).await.unwrap().unwrap();
    contact::find(&house.app.store, id).await.unwrap().unwrap()
}

async fn ana(house: &House) -> (ContactId, ConversationId) {
    let contact = who(house, AliasKind::Phone, PHONE).await.id;
    (contact, conversation::of(&house.app.store, contact).await.unwrap()[0].id)
}

async fn tell(house: &House, contact: ContactId, patch: ContactPatch) {
    let conversation = conversation::of(&house.app.store, contact).await.unwrap()[0].id;
    house.app.queue.happen(contact, conversation, Event::Changed(Box::new(patch))).await.unwrap();
    house.app.run_due().await.unwrap();
}

fn word(topic: &str, given: bool) -> ContactPatch {
    ContactPatch { consent: [(topic.to_owned(), given)].into(), by: "test".into(), ..ContactPatch::default() }
}

/// A message of a person with these ids.
async fn writes(house: &House, id: &str, phone: Option<&str>, user: Option<&str>) {
    let mut message = json!({"id": id, "type": "text", "text": {"body": "hello"},
        "timestamp": (house.clock.now().0 / 1000).to_string()});
    let mut person = json!({"profile": {"name": "Ana"}});
    if let Some(phone) = phone {
        (message["from"], person["wa_id"]) = (phone.into(), phone.into());
    }
    if let Some(user) = user {
        (message["from_user_id"], person["user_id"]) = (user.into(), user.into());
    }
    let value = json!({"messaging_product": "whatsapp", "contacts": [person], "messages": [message],
        "metadata": {"display_phone_number": "15550001111", "phone_number_id": "106540352242922"}});
    let body = json!({"object": "whatsapp_business_account",
        "entry": [{"id": "1", "changes": [{"field": "messages", "value": value}]}]});
    house.post(&body.to_string()).await;
    house.app.run_due().await.unwrap();
}

/// The contact's consent to the topic before the flow begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Said {
    Nothing,
    Given,
    Withdrawn,
    /// One contact consented and another withdrew; then they were joined.
    GivenAndJoined,
    /// Withdrawn after everything was planned and before anything was sent.
    WithdrawnAfterwards,
    /// Given, then marketing was stopped in WhatsApp itself.
    SwitchedOff,
}

/// The act that starts the flow.
#[derive(Debug, Clone, Copy)]
enum Act {
    Says(&'static str),
    Pass(Span),
    Emit(&'static str),
    Hook,
    Api,
    Tag,
    Field,
    Delivered,
    Consents,
    HandBack,
}

async fn act(house: &mut House, what: Act) {
    let (contact, conversation) = ana(house).await;
    match what {
        Act::Says(text) => house.says(text).await,
        Act::Pass(span) => house.advance(span).await,
        Act::Emit(name) => {
            house.app.queue.emit_event(contact, conversation, name.into(), Value::Nothing).await.map(drop).unwrap()
        }
        Act::Hook => {
            let body = format!("{{\"phone\": \"+{PHONE}\"}}");
            let hook = HookRequest {
                name: "cart",
                headers: &HeaderMap::new(),
                body: body.as_bytes(),
                vouched: Authentication::Operator,
            };
            house.app.ingest.take_hook(&hook).await.unwrap();
        }
        Act::Api => {
            let start = Start {
                id: None,
                flow: FlowName::from("news"),
                trigger: "api".into(),
                inputs: BTreeMap::new(),
                event: Value::Nothing,
                at: house.clock.now(),
                depth: 0,
            };
            house.app.queue.start_flow(contact, conversation, start).await.unwrap();
        }
        Act::Tag => {
            tell(house, contact, ContactPatch { tags_added: ["vip".to_owned()].into(), ..ContactPatch::default() })
                .await
        }
        Act::Field => {
            let fields = [("plan".to_owned(), Value::text("pro"))].into();
            tell(house, contact, ContactPatch { fields, ..ContactPatch::default() }).await;
        }
        Act::Delivered => house.told(0, DeliveryState::Delivered, None).await,
        Act::Consents => tell(house, contact, word("offers", true)).await,
        Act::HandBack => {
            for event in [Event::PersonWrote { agent: None }, Event::HandedBack { agent: None }] {
                house.app.queue.happen(contact, conversation, event).await.unwrap();
            }
        }
    }
    house.app.run_due().await.unwrap();
}

/// The flow's messages that reached the contact.
async fn heard(flow: &str, acts: &[Act], said: Said) -> Vec<String> {
    let mut house = house(flow).await;
    writes(&house, "wamid.first", Some(PHONE), None).await;
    let (contact, conversation) = ana(&house).await;
    match said {
        Said::Nothing => {}
        Said::Given | Said::WithdrawnAfterwards => tell(&house, contact, word("news", true)).await,
        Said::Withdrawn => tell(&house, contact, word("news", false)).await,
        Said::GivenAndJoined => {
            tell(&house, contact, word("news", true)).await;
            writes(&house, "wamid.second", None, Some(USER)).await;
            let other = who(&house, AliasKind::Bsuid, USER).await.id;
            assert_ne!(other, contact);
            tell(&house, other, word("news", false)).await;
            writes(&house, "wamid.third", Some(PHONE), Some(USER)).await;
        }
        Said::SwitchedOff => {
            tell(&house, contact, word("news", true)).await;
            let event = Event::Preference { given: false, by: "test".into() };
            house.app.queue.happen(contact, conversation, event).await.unwrap();
        }
    }
    house.app.run_due().await.unwrap();
    for (place, what) in acts.iter().enumerate() {
        if said == Said::WithdrawnAfterwards && place + 1 == acts.len() {
            let (contact, _) = ana(&house).await;
            tell(&house, contact, word("news", false)).await;
        }
        act(&mut house, *what).await;
    }
    house.sent().iter().map(words).filter(|text| text.contains("ews")).collect()
}

/// A way in which a flow begins: only contacts with consent are reached.
macro_rules! ways {
    ($($name:ident: $flow:expr, $acts:expr;)*) => {
        $(#[tokio::test]
        async fn $name() {
            let reached = heard($flow, $acts, Said::Given).await;
            assert!(!reached.is_empty(), "who agreed is reached");
            for said in [Said::Nothing, Said::Withdrawn, Said::GivenAndJoined, Said::SwitchedOff] {
                assert_eq!(heard($flow, $acts, said).await, Vec::<String>::new(), "{said:?}");
            }
        })*
    };
}

/// As `ways`, with a wait between planning and sending: the last act releases the message.
macro_rules! waits {
    ($($name:ident: $flow:expr, $acts:expr;)*) => {
        $(#[tokio::test]
        async fn $name() {
            assert!(!heard($flow, $acts, Said::Given).await.is_empty(), "who agreed is reached");
            assert_eq!(heard($flow, $acts, Said::WithdrawnAfterwards).await, Vec::<String>::new());
        })*
    };
}

const H: Span = Span::hours(1);

ways! {
    a_schedule_reaches_who_agreed:
        "flow: news\ntopic: news\nwhen: [{schedule: 0 10 * * *, to: everyone, clock: bot}]\nsteps: [{say: News!, if_closed: skip}]\n",
        &[Act::Pass(Span::hours(3))];
    a_date_reaches_who_agreed:
        "flow: news\ntopic: news\nwhen: [{date: contact.visit_at, offset: -1h}]\nsteps: [{say: News!, if_closed: skip}]\n---\n\
         flow: book\nwhen: [{message: book}]\nsteps: [{set: {contact.visit_at: '${now() + hours(3)}'}}]\n",
        &[Act::Says("book"), Act::Pass(Span::hours(3))];
    an_event_reaches_who_agreed:
        "flow: news\ntopic: news\nwhen: [{event: fresh}]\nsteps: [{say: News!, if_closed: skip}]\n",
        &[Act::Emit("fresh")];
    a_webhook_reaches_who_agreed:
        "flow: news\ntopic: news\nwhen: [{webhook: cart, contact: '${body.phone}', body: {phone: phone}}]\nsteps: [{say: News!, if_closed: skip}]\n",
        &[Act::Hook];
    the_api_reaches_who_agreed:
        "flow: news\ntopic: news\nwhen: [{api: true}]\nsteps: [{say: News!, if_closed: skip}]\n",
        &[Act::Api];
    a_tag_reaches_who_agreed:
        "flow: news\ntopic: news\nwhen: [{tag_added: vip}]\nsteps: [{say: News!, if_closed: skip}]\n",
        &[Act::Tag];
    a_field_reaches_who_agreed:
        "flow: news\ntopic: news\nwhen: [{field_changed: plan}]\nsteps: [{say: News!, if_closed: skip}]\n",
        &[Act::Field];
    a_delivery_reaches_who_agreed:
        "flow: news\ntopic: news\nwhen: [{delivery: delivered}]\nsteps: [{say: News!, if_closed: skip}]\n",
        &[Act::Delivered];
    consent_to_something_else_reaches_who_agreed:
        "flow: news\ntopic: news\nwhen: [{consent: {offers: given}}]\nsteps: [{say: News!, if_closed: skip}]\n",
        &[Act::Consents];
    the_end_of_a_hand_off_reaches_who_agreed:
        "flow: news\ntopic: news\nwhen: [{handoff_done: any}]\nsteps: [{say: News!, if_closed: skip}]\n",
        &[Act::HandBack];
    a_quiet_contact_who_agreed_is_reached:
        "flow: news\ntopic: news\nwhen: [{quiet_for: 2h}]\nsteps: [{say: News!, if_closed: skip}]\n",
        &[Act::Pass(Span::hours(3))];
    a_closing_window_reaches_who_agreed:
        "flow: news\ntopic: news\nwhen: [{window_closing: 1h}]\nsteps: [{say: News!, if_closed: skip}]\n",
        &[Act::Pass(Span::hours(24))];
    a_start_for_later_reaches_who_agreed:
        "flow: news\ntopic: news\nsteps: [{say: News!, if_closed: skip}]\n---\n\
         flow: plan\nwhen: [{message: plan}]\nsteps: [{start: news, at: '${now() + hours(2)}'}]\n",
        &[Act::Says("plan"), Act::Pass(Span::hours(3))];
    a_start_for_others_reaches_who_agreed:
        "flow: news\ntopic: news\nsteps: [{say: News!, if_closed: skip}]\n---\n\
         flow: spread\nwhen: [{event: spread}]\nsteps: [{tag: vip}, {start: news, for: {tags: [vip]}}]\n",
        &[Act::Emit("spread"), Act::Pass(H)];
    a_called_flow_speaks_of_its_own_topic:
        "flow: news\ntopic: news\nsteps: [{say: News!, if_closed: skip}]\n---\n\
         flow: outer\nwhen: [{event: fresh}]\nsteps: [{call: news}]\n",
        &[Act::Emit("fresh")];
    what_was_asked_for_long_ago_is_unasked:
        "flow: news\ntopic: news\nwhen: [{message: later}]\nsteps: [{wait: 2h}, {say: News!, if_closed: skip}]\n",
        &[Act::Says("later"), Act::Pass(Span::hours(3))];
    a_template_in_a_closed_window_reaches_who_agreed:
        "flow: news\ntopic: news\nwhen: [{schedule: 0 10 28 * *, to: everyone, clock: bot}]\n\
         steps: [{say: News!, if_closed: {template: news_tpl}}]\n",
        &[Act::Pass(Span::days(2))];
    a_template_alone_reaches_who_agreed:
        "flow: news\ntopic: news\nwhen: [{event: fresh}]\nsteps: [{template: news_tpl}]\n",
        &[Act::Emit("fresh")];
    a_nudge_reaches_who_agreed:
        "flow: news\ntopic: news\nwhen: [{schedule: 0 10 28 * *, to: everyone, clock: bot}]\n\
         steps: [{say: News!, if_closed: {nudge: news_tpl}}]\n",
        &[Act::Pass(Span::days(2))];
    a_reminder_of_a_question_reaches_who_agreed:
        "flow: news\ntopic: news\nwhen: [{message: survey}]\nsteps: [{ask: Which?, as: x, timeout: 5h, on_timeout: [end], \
         remind: {after: 2h, say: News?}}]\n",
        &[Act::Says("survey"), Act::Pass(Span::hours(3))];
}

waits! {
    a_wait_leaves_time_to_withdraw:
        "flow: news\ntopic: news\nwhen: [{event: fresh}]\nsteps: [{wait: 2h}, {say: News!, if_closed: skip}]\n",
        &[Act::Emit("fresh"), Act::Pass(Span::hours(3))];
    a_planned_start_leaves_time_to_withdraw:
        "flow: news\ntopic: news\nsteps: [{say: News!, if_closed: skip}]\n---\n\
         flow: plan\nwhen: [{message: plan}]\nsteps: [{start: news, at: '${now() + hours(2)}'}]\n",
        &[Act::Says("plan"), Act::Pass(Span::hours(3))];
    a_queued_start_leaves_time_to_withdraw:
        "flow: news\ntopic: news\nwhen: [{event: fresh}]\nsteps: [{say: News!, if_closed: skip}]\n---\n\
         flow: ask\nwhen: [{message: ask}]\nsteps: [{ask: Name?, as: name}]\n",
        &[Act::Says("ask"), Act::Emit("fresh"), Act::Says("Ana")];
    a_nudge_leaves_time_to_withdraw:
        "flow: fresh\ntopic: news\nwhen: [{event: fresh}]\nsteps: [{say: News!, if_closed: {nudge: other_tpl}}]\n",
        &[Act::Pass(Span::days(2)), Act::Emit("fresh"), Act::Says("hello")];
    a_hold_leaves_time_to_withdraw:
        "flow: news\ntopic: news\nwhen: [{event: fresh}]\nsteps: [{say: News!, if_closed: hold}]\n",
        &[Act::Pass(Span::days(2)), Act::Emit("fresh"), Act::Says("hello")];
    a_person_who_has_the_conversation_leaves_time_to_withdraw:
        "flow: news\ntopic: news\nwhen: [{event: fresh}]\nsteps: [{wait: 1m}, {say: News!, if_closed: skip}]\n",
        &[Act::Emit("fresh"), Act::HandBack, Act::Pass(H)];
}

const EVENT: &str = "flow: news\ntopic: news\nwhen: [{event: fresh}]\nsteps: [{say: News!, if_closed: skip}]\n";

#[tokio::test]
async fn a_send_that_backs_off_leaves_time_to_withdraw() {
    for (withdraws, wanted) in [(false, 2), (true, 1)] {
        let mut house = house(EVENT).await;
        writes(&house, "wamid.first", Some(PHONE), None).await;
        let (contact, _) = ana(&house).await;
        tell(&house, contact, word("news", true)).await;
        house.graph.as_ref().unwrap().fail_next(Fault::TooMany { retry_after: 60 });
        act(&mut house, Act::Emit("fresh")).await;
        if withdraws {
            tell(&house, contact, word("news", false)).await;
        }
        house.advance(H).await;
        let tries = house.sent().iter().filter(|body| words(body) == "News!").count();
        assert_eq!(tries, wanted, "withdraws: {withdraws}");
    }
}

#[tokio::test]
async fn a_refusal_of_the_platform_withdraws_marketing_and_its_end_gives_back_what_was_given() {
    let mut house = house(EVENT).await;
    writes(&house, "wamid.first", Some(PHONE), None).await;
    let (contact, conversation) = ana(&house).await;
    tell(&house, contact, word("news", true)).await;
    house.graph.as_ref().unwrap().fail_next(Fault::Code { status: 400, code: 131_050 });
    act(&mut house, Act::Emit("fresh")).await;
    let given = |contact: &Contact, topic: &str| contact.data.consent.get(topic).map(|consent| consent.given);
    let now = who(&house, AliasKind::Phone, PHONE).await;
    assert_eq!((given(&now, "news"), given(&now, "offers")), (Some(false), Some(false)));
    let line = ledger::of(&house.app.store, contact).await.unwrap().pop().unwrap();
    assert_eq!((line.given, line.by.as_str()), (false, "platform, 131050"));
    let event = Event::Preference { given: true, by: "test".into() };
    house.app.queue.happen(contact, conversation, event).await.unwrap();
    let now = who(&house, AliasKind::Phone, PHONE).await;
    assert_eq!((given(&now, "news"), given(&now, "offers")), (Some(true), Some(false)));
}

/// The refused message gives back its count under the cap, and its question's result is reported together with the
/// withdrawal.
#[tokio::test]
async fn a_refusal_of_the_platform_outlives_the_process_also_where_a_cap_is_given_back() {
    let flow = "flow: offer
topic: news
when: [{event: fresh}]
steps:
  - ask: Shall we go on?
    options: [Go on, No more]
    if_closed: {template: news_tpl}
";
    let bot = BOT.replace("news: {needs: consent}", "news: {needs: consent, at_most: 2/7d}");
    assert_ne!(bot, BOT);
    let files = [("flows/_bot.yaml", bot.as_str()), ("flows/hello.yaml", HELLO), ("flows/offer.yaml", flow)];
    let mut house = House::at_meta(&files, TEMPLATES).await;
    writes(&house, "wamid.first", Some(PHONE), None).await;
    let (contact, _) = ana(&house).await;
    tell(&house, contact, word("news", true)).await;
    house.graph.as_ref().unwrap().fail_next(Fault::Code { status: 400, code: 131_050 });
    act(&mut house, Act::Emit("fresh")).await;
    let tried = house.sent().len();
    assert!(!who(&house, AliasKind::Phone, PHONE).await.data.consent["news"].given);
    house = house.restart().await;
    act(&mut house, Act::Emit("fresh")).await;
    assert_eq!(house.sent().len(), tried, "nothing more was tried");
}

#[tokio::test]
async fn the_ledger_says_by_what_and_with_which_words() {
    let flow = "flow: offer
when: [{message: offer}]
steps:
  - ask: Shall we write to you about news?
    options:
      - {id: 'yes', title: Yes please, consent: {news: given}, do: [{consent: {offers: given}}]}
      - {id: 'no', title: No}
";
    let mut house = house(flow).await;
    house.says("offer").await;
    house.says("Yes please").await;
    house.says("STOP").await;
    let (contact, _) = ana(&house).await;
    let lines = ledger::of(&house.app.store, contact).await.unwrap();
    let told: Vec<(&str, bool, Option<&str>)> =
        lines.iter().map(|line| (line.topic.as_str(), line.given, line.shown.as_deref())).collect();
    let shown = Some("Shall we write to you about news?");
    assert_eq!(told, [("news", true, shown), ("offers", true, shown), ("all", false, None)]);
    assert!(lines.iter().all(|line| line.message_id.is_some()), "{lines:#?}");
}

/// A program's message between the question and the answer has not asked for the consent.
#[tokio::test]
async fn a_message_between_question_and_answer_is_no_proof() {
    let flow = "flow: offer
when: [{message: offer}]
steps:
  - ask: May we send you one offer a month?
    type: yesno
    as: may
  - if: may
    then: [{consent: {offers: given}}]
";
    let mut house = house(flow).await;
    house.says("offer").await;
    let (contact, conversation) = ana(&house).await;
    let invoice = Content::Text { body: "Your invoice is attached.".into() };
    house.app.queue.say(contact, conversation, invoice, Origin::Api).await.unwrap();
    house.app.run_due().await.unwrap();
    house.says("yes").await;
    let lines = ledger::of(&house.app.store, contact).await.unwrap();
    let told: Vec<(bool, Option<&str>)> = lines.iter().map(|line| (line.given, line.shown.as_deref())).collect();
    assert_eq!(told, [(true, Some("May we send you one offer a month?"))]);
}

#[tokio::test]
async fn a_tap_on_a_template_shows_its_text_in_the_ledger() {
    let flow = "flow: offer
topic: news
when: [{event: fresh}]
steps:
  - ask: Shall we go on?
    options: [{id: more, title: Go on}, {id: less, title: No more, consent: {news: withdrawn}}]
    if_closed: {template: ask_tpl, vars: [Ana]}
    timeout: 1h
    on_timeout: [end]
";
    let templates = "  - {id: 1, sender: 1, name: ask_tpl, language: en, category: marketing, status: approved, \
                     body: \"{{1}}, shall we go on?\", buttons: [Go on, No more]}";
    let mut house =
        House::at_meta(&[("flows/_bot.yaml", BOT), ("flows/hello.yaml", HELLO), ("flows/offer.yaml", flow)], templates)
            .await;
    writes(&house, "wamid.first", Some(PHONE), None).await;
    let (contact, _) = ana(&house).await;
    tell(&house, contact, word("news", true)).await;
    house.advance(Span::days(2)).await;
    act(&mut house, Act::Emit("fresh")).await;
    let sent = house.sent().pop().unwrap();
    let payload = sent["template"]["components"]
        .as_array()
        .unwrap()
        .iter()
        .rev()
        .find_map(|part| part["parameters"][0]["payload"].as_str());
    let id = house.graph.as_ref().unwrap().sent().pop().unwrap().id.unwrap();
    house.advance(Span::days(5)).await;
    let message = json!({"id": "wamid.tap", "from": PHONE, "type": "button", "context": {"id": id},
        "button": {"payload": payload.unwrap(), "text": "No more"},
        "timestamp": (house.clock.now().0 / 1000).to_string()});
    let value = json!({"messaging_product": "whatsapp", "contacts": [{"wa_id": PHONE}], "messages": [message],
        "metadata": {"display_phone_number": "15550001111", "phone_number_id": "106540352242922"}});
    let body = json!({"object": "whatsapp_business_account",
        "entry": [{"id": "1", "changes": [{"field": "messages", "value": value}]}]});
    house.post(&body.to_string()).await;
    house.app.run_due().await.unwrap();
    let line = ledger::of(&house.app.store, contact).await.unwrap().pop().unwrap();
    assert_eq!((line.topic.as_str(), line.given), ("news", false));
    assert_eq!(line.shown.as_deref(), Some("Ana, shall we go on? (template ask_tpl)\n[No more]"));
}

#[tokio::test]
async fn a_templates_own_stop_button_is_in_force_with_the_200() {
    for (payload, title) in [("STOP", "STOP"), ("x", "Unsubscribe"), ("UNSUBSCRIBE", "Leave")] {
        let mut house = house(EVENT).await;
        house.says("hello").await;
        let (contact, _) = ana(&house).await;
        let body = house.webhook(CustomerEvent::TapTemplate { payload: payload.into(), title: title.into() });
        house.post(&body).await;
        let row = contact::find(&house.app.store, contact).await.unwrap().unwrap();
        assert!(row.opted_out.is_some(), "{payload} {title}");
        house.app.run_due().await.unwrap();
        let said = house.texts();
        assert_eq!(said[1..], ["You will hear no more from us. Write START to come back."], "{payload} {title}");
        let line = ledger::of(&house.app.store, contact).await.unwrap().pop().unwrap();
        assert_eq!((line.topic.as_str(), line.given), ("all", false));
    }
}

#[tokio::test]
async fn both_histories_are_one_after_a_join() {
    let house = house(EVENT).await;
    writes(&house, "wamid.first", Some(PHONE), None).await;
    let (first, _) = ana(&house).await;
    tell(&house, first, word("news", true)).await;
    writes(&house, "wamid.second", None, Some(USER)).await;
    let second = who(&house, AliasKind::Bsuid, USER).await.id;
    tell(&house, second, word("news", false)).await;
    writes(&house, "wamid.third", Some(PHONE), Some(USER)).await;
    let stays = who(&house, AliasKind::Phone, PHONE).await;
    assert!(!stays.data.consent["news"].given, "the stricter word counts");
    let lines = ledger::of(&house.app.store, stays.id).await.unwrap();
    let told: Vec<(ContactId, bool)> = lines.iter().map(|line| (line.contact_id, line.given)).collect();
    assert!(told.contains(&(first, true)) && told.contains(&(second, false)), "{told:?}");
    assert!(told.len() <= 3, "{told:?}");
}

#[tokio::test]
async fn what_is_told_afterwards_gives_way_to_a_newer_word() {
    let mut house = house(EVENT).await;
    writes(&house, "wamid.first", Some(PHONE), None).await;
    let (contact, _) = ana(&house).await;
    let before = house.clock.now() - Span::days(3);
    house.advance(H).await;
    let told = |given, at| ContactPatch { told: Some(ConsentTime::At(at)), ..word("news", given) };
    let given = async |house: &House| {
        who(house, AliasKind::Phone, PHONE).await.data.consent.get("news").map(|consent| consent.given)
    };
    tell(&house, contact, told(true, before)).await;
    assert_eq!(given(&house).await, Some(true));
    let lines = ledger::of(&house.app.store, contact).await.unwrap();
    assert_eq!((lines[0].at, lines[0].recorded_at), (before, house.clock.now()));
    tell(&house, contact, told(true, before)).await;
    assert_eq!(ledger::of(&house.app.store, contact).await.unwrap().len(), 1, "said once more, it is nothing new");
    tell(&house, contact, word("news", false)).await;
    tell(&house, contact, told(true, house.clock.now() - H)).await;
    assert_eq!(given(&house).await, Some(false), "they withdrew after that");
    house.advance(H).await;
    tell(&house, contact, told(true, house.clock.now())).await;
    assert_eq!(given(&house).await, Some(true));
    tell(&house, contact, told(false, before)).await;
    assert_eq!(given(&house).await, Some(true), "they agreed after that");
    house.says("STOP").await;
    tell(&house, contact, ContactPatch { told: Some(ConsentTime::At(before)), ..word("offers", true) }).await;
    assert!(!who(&house, AliasKind::Phone, PHONE).await.data.consent.contains_key("offers"), "a stop is a newer word");
}

#[tokio::test]
async fn a_stop_ends_what_runs_in_every_conversation() {
    let flow = "flow: wait\nwhen: [{message: wait}]\nsteps: [{wait: 2h}, {say: News!, if_closed: hold}]\n";
    let config = ",\n    template_opens_window: false}\n  - {id: 2, account: acme, name: Second, provider: sandbox, phone: \"+15550002222\"";
    let files = [("flows/_bot.yaml", BOT), ("flows/wait.yaml", flow)];
    let mut house = House::at_meta_with(&files, TEMPLATES, config).await;
    house.says("wait").await;
    let (contact, first) = ana(&house).await;
    let (same, second) =
        house.app.contacts.reach(&"acme".into(), transom::base::ids::SenderId(2), "+34600111222", None).await.unwrap();
    assert_eq!(contact, same);
    let open = async |house: &House| {
        let session = transom::store::tables::session::find(&house.app.store, first).await.unwrap().unwrap();
        session.session.runs.len()
    };
    assert_eq!(open(&house).await, 1);
    let stop = ContactPatch { opted_out: Some(true), by: "test".into(), ..ContactPatch::default() };
    house.app.queue.happen(contact, second, Event::Changed(Box::new(stop))).await.unwrap();
    house.app.run_due().await.unwrap();
    assert_eq!(open(&house).await, 0);
    let stops = ledger::of(&house.app.store, contact).await.unwrap();
    assert_eq!(stops.iter().filter(|line| line.topic == "all").count(), 1, "it is one stop");
    house.says("START").await;
    house.advance(Span::hours(3)).await;
    assert!(!house.texts().contains(&"News!".to_owned()), "{:?}", house.texts());
    assert_eq!(house.app.senders.get(SENDER).unwrap().id, SENDER);
}
