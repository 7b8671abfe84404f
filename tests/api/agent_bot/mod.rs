//! Tests a sender at Chatwoot: we are the agent bot of an inbox, in which people answer, too.

mod fake;

use super::host::{Answer, Host};
use fake::{Day, Fake};
use reqwest::Method;
use serde_json::{Value as Json, json};
use transom::{
    base::{clock::Clock as _, secret::Secret, time::Span},
    channel::signature::Key,
};

const BOT: &str = "bot: Shop\nlanguage: en\ntimezone: Europe/Madrid\nteams:\n  shop: {}\n";
const DESK: &str = "flow: desk\nwhen:\n  - message: person\nsteps:\n  - say: Rosa will come\n  - handoff: shop\n";
const BOOK: &str = "flow: book\nwhen:\n  - message: book\nsteps:\n  - ask: Sure?\n    as: sure\n    options: [Yes, No]\n  \
                    - say: Booked\n  - wait: 30h\n  - say: Till tomorrow\n    if_closed: {template: reminder, vars: [Ana, noon]}\n";

async fn host(fake: &Fake) -> Host {
    let config = |_: &str| {
        format!(
            "listen: 127.0.0.1:0\ndatabase: \"sqlite://t.db\"\nbot: .\naccounts:\n  - {{name: acme, api_keys: [key-acme]}}\n\
             senders:\n  - {{id: 1, account: acme, name: Sandbox, provider: sandbox, phone: \"+15550000001\"}}\n  - {{id: 11, \
             account: acme, name: Shop, provider: chatwoot, phone: \"+15550006666\", url: \"{}\", account_id: 7, inbox: 5, \
             token: bot-token, secret: bot-secret, teams: {{shop: 3}}, default: true}}\ntemplates:\n  - {{id: 45, sender: 11, \
             name: reminder, language: en, category: utility, status: approved, body: \"Hi {{{{1}}}}, see you at {{{{2}}}}.\"}}\n",
            fake.url
        )
    };
    let files = [("flows/_bot.yaml", BOT), ("flows/desk.yaml", DESK), ("flows/book.yaml", BOOK)];
    Host::start(&files, config, "2026-03-27T09:00:00Z", None).await
}

async fn post(host: &Host, body: &Json) -> Answer {
    let (text, at) = (body.to_string(), (host.clock.now().0 / 1_000).to_string());
    let signed = Key::new(Secret::new("bot-secret")).sign(format!("{at}.{text}").as_bytes());
    let headers = [("x-chatwoot-signature", signed.as_str()), ("x-chatwoot-timestamp", at.as_str())];
    host.request(Method::POST, "/webhooks/chatwoot/11", &headers, text).await
}

/// Tells everything that happened there, each event twice, until nothing happens any more.
async fn settle(host: &Host, fake: &Fake) {
    for _ in 0..40 {
        let event = fake.lock().events.pop_front();
        let was_quiet = event.is_none();
        if let Some(event) = event {
            for _ in 0..2 {
                assert_eq!(post(host, &event).await.status, 200, "{event}");
            }
        }
        host.app.run_due().await.unwrap();
        host.app.queue.settled().await;
        host.app.webhooks.post_due(host.clock.now()).await.unwrap();
        if was_quiet && fake.lock().events.is_empty() {
            return;
        }
    }
    panic!("it does not come to rest: {:#?}", fake.lock().events);
}

async fn ana(host: &Host, fake: &Fake, text: &str) {
    fake.customer(text, host.clock.now());
    settle(host, fake).await;
}

async fn holder(host: &Host) -> Json {
    host.get("key-acme", "/v1/conversations").await.is(200)["data"][0]["with_person"].clone()
}

#[tokio::test]
async fn a_whole_talk_stands_there_once_with_options_and_a_template() {
    let fake = Fake::start().await;
    let host = host(&fake).await;
    ana(&host, &fake, "book").await;
    ana(&host, &fake, "Yes").await;
    assert_eq!(fake.seen(), ["< book", "> Sure?", "< Yes", "> Booked"]);
    let asked = fake.lock().messages[1].clone();
    assert_eq!(asked["content_type"], "input_select");
    let titles = asked["content_attributes"]["items"].as_array().unwrap().iter().map(|one| &one["title"]);
    assert_eq!(titles.collect::<Vec<_>>(), ["Yes", "No"]);
    fake.whatsapp("delivered", None);
    settle(&host, &fake).await;
    let listed = host.get("key-acme", "/v1/conversations").await.is(200);
    let path = format!("/v1/conversations/{}/messages", listed["data"][0]["id"]);
    let said = host.get("key-acme", &path).await.is(200);
    assert_eq!(
        (&said["data"][0]["text"], &said["data"][0]["state"]),
        (&json!("Booked"), &json!("delivered")),
        "{said}"
    );
    host.advance(Span::hours(31)).await;
    settle(&host, &fake).await;
    let last = fake.lock().messages.last().unwrap().clone();
    assert_eq!(last["template_params"]["name"], "reminder");
    assert_eq!(last["template_params"]["processed_params"]["body"], json!({"1": "Ana", "2": "noon"}));
    assert_eq!(fake.lock().messages.len(), 5);
}

#[tokio::test]
async fn a_hand_off_opens_the_conversation_for_its_team_and_resolving_gives_it_back() {
    let fake = Fake::start().await;
    let host = host(&fake).await;
    ana(&host, &fake, "person").await;
    assert_eq!((fake.status().as_str(), fake.lock().team), ("open", Some(3)));
    let with = holder(&host).await;
    assert_eq!((&with["team"], &with["agent"]), (&json!("shop"), &Json::Null), "our own hand-off is no answer: {with}");
    fake.person("Careful with her", true);
    settle(&host, &fake).await;
    assert_eq!(holder(&host).await["agent"], Json::Null, "a note is no answer");
    fake.person("I am here", false);
    settle(&host, &fake).await;
    assert_eq!(holder(&host).await["agent"], "Rosa");
    ana(&host, &fake, "person").await;
    let talk = ["< person", "> Rosa will come", "> Careful with her", "> I am here", "< person"];
    assert_eq!(fake.seen(), talk, "the bot is silent");
    fake.set_status("resolved");
    settle(&host, &fake).await;
    assert_eq!((holder(&host).await, fake.status().as_str()), (Json::Null, "resolved"));
    ana(&host, &fake, "book").await;
    assert_eq!(fake.seen()[talk.len()..], ["< book", "> Sure?"], "the bot has the next conversation");
    assert_eq!(fake.lock().talk, 42);
    assert_eq!(fake.status(), "pending");
}

#[tokio::test]
async fn people_take_a_conversation_and_give_it_back_without_a_word() {
    let fake = Fake::start().await;
    let host = host(&fake).await;
    ana(&host, &fake, "book").await;
    fake.set_status("open");
    settle(&host, &fake).await;
    assert!(holder(&host).await.is_object());
    ana(&host, &fake, "book").await;
    assert_eq!(fake.seen(), ["< book", "> Sure?", "< book"]);
    fake.set_status("pending");
    settle(&host, &fake).await;
    assert_eq!(holder(&host).await, Json::Null);
    ana(&host, &fake, "Yes").await;
    assert_eq!(fake.seen().last().map(String::as_str), Some("> Booked"), "the question is still open");
}

#[tokio::test]
async fn a_hand_back_here_returns_the_conversation_there() {
    let fake = Fake::start().await;
    let host = host(&fake).await;
    ana(&host, &fake, "person").await;
    let listed = host.get("key-acme", "/v1/conversations").await.is(200);
    let path = format!("/v1/conversations/{}/hand-back", listed["data"][0]["id"]);
    // Both are down for a while, and it is still told.
    fake.lock().days.extend([Day::Fails, Day::HalfAnswer]);
    assert!(host.post("key-acme", &path, json!({})).await.status < 300);
    settle(&host, &fake).await;
    for _ in 0..3 {
        host.advance(Span::minutes(2)).await;
        settle(&host, &fake).await;
    }
    assert_eq!((fake.status().as_str(), holder(&host).await), ("pending", Json::Null));
}

#[tokio::test]
async fn an_older_version_is_told_without_being_asked() {
    let fake = Fake::start().await;
    fake.lock().is_old = true;
    let host = host(&fake).await;
    ana(&host, &fake, "person").await;
    assert_eq!((fake.status().as_str(), fake.lock().team), ("open", Some(3)));
}

#[tokio::test]
async fn a_message_that_perhaps_left_is_not_sent_again() {
    let fake = Fake::start().await;
    let host = host(&fake).await;
    fake.lock().days.push_back(Day::HalfAnswer);
    ana(&host, &fake, "book").await;
    for _ in 0..3 {
        host.advance(Span::minutes(2)).await;
        settle(&host, &fake).await;
    }
    assert_eq!(fake.seen(), ["< book", "> Sure?"]);
    let dead = host.get("key-acme", "/v1/dead-letters").await.is(200);
    assert_eq!(dead["data"].as_array().map(Vec::len), Some(1), "{dead}");
}

#[tokio::test]
async fn a_forged_post_is_refused_and_nothing_happens() {
    let fake = Fake::start().await;
    let host = host(&fake).await;
    fake.customer("book", host.clock.now());
    let text = fake.lock().events.pop_front().unwrap().to_string();
    let post = |headers: Vec<(&'static str, String)>, text: String| {
        let host = &host;
        async move {
            let headers: Vec<(&str, &str)> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
            host.request(Method::POST, "/webhooks/chatwoot/11", &headers, text).await.status
        }
    };
    let at = (host.clock.now().0 / 1_000).to_string();
    let signed = Key::new(Secret::new("other")).sign(format!("{at}.{text}").as_bytes());
    assert_eq!(post(Vec::new(), text.clone()).await, 401);
    assert_eq!(post(vec![("x-chatwoot-signature", signed), ("x-chatwoot-timestamp", at)], text).await, 401);
    host.app.run_due().await.unwrap();
    assert_eq!(fake.seen(), ["< book"]);
}
