//! Tests that replies leave from the number of a messaging service that the customer wrote to, also after a restart.

use super::conformance::{PERSON, Running, SENDER, accept, config};
use crate::{
    platform::{Kind, Platform},
    store::on_both,
};
use transom::{
    base::{query::encode, secret::Secret, time::Span},
    channel::{imitation::Posted, twilio::signature},
    runtime::config::Access,
};

const BOT: &str = "bot: Shop\nlanguage: en\ntimezone: Europe/Lisbon\n";
const FLOW: &str = "flow: hello
when: [{message: hello}]
steps:
  - say: Hello
  - wait: 2h
  - say: Are you there?
";
const OWN: &str = "+351210000001";
const OTHER: &str = "+351210000002";

async fn hears(running: &Running, id: &str, number: &str) {
    let (from, to) = (format!("whatsapp:+{PERSON}"), format!("whatsapp:{number}"));
    let params = [
        ("MessageSid", id),
        ("From", &from),
        ("To", &to),
        ("AccountSid", "ACx1"),
        ("MessagingServiceSid", "MG1"),
        ("Body", "hello"),
    ];
    let body: Vec<String> = params.iter().map(|(name, value)| format!("{name}={}", encode(value))).collect();
    let (path, body) = (format!("/webhooks/twilio/{SENDER}"), body.join("&"));
    let signed = signature::of_form(&Secret::new("tok-1"), &format!("https://bot.example{path}"), &body);
    accept(&running.app, "twilio", &Posted { path, headers: vec![("x-twilio-signature", signed)], body }).await;
    running.app.queue.settled().await;
}

/// The numbers that the messages left from.
async fn left_from(platform: &Platform, count: usize) -> Vec<String> {
    let sent = platform.until_sent(count).await;
    sent.iter().map(|asked| asked.form("From").unwrap().replace("whatsapp:", "")).collect()
}

#[test]
fn replies_leave_from_the_number_that_was_written_to_after_a_restart_too() {
    on_both(|bed| async move {
        let platform = Platform::start(Kind::Twilio).await;
        let mut config = config(Kind::Twilio, &platform.base);
        if let Access::Twilio(access) = &mut config.senders[0].access {
            access.messaging_service_sid = Some("MG1".into());
        }
        let store = bed.open().await;
        let flows = bed.folder.path().join("flows");
        std::fs::create_dir_all(&flows).unwrap();
        std::fs::write(flows.join("_bot.yaml"), BOT).unwrap();
        std::fs::write(flows.join("hello.yaml"), FLOW).unwrap();
        let running = Running::on(store, bed.folder, config).await;
        hears(&running, "SM1", OTHER).await;
        assert_eq!(left_from(&platform, 1).await, [OTHER]);
        let running = running.again().await;
        running.pass(Span::hours(3)).await;
        assert_eq!(left_from(&platform, 2).await, [OTHER, OTHER], "the next process knows the number");
        hears(&running, "SM2", OWN).await;
        let running = running.again().await;
        running.pass(Span::hours(3)).await;
        assert_eq!(left_from(&platform, 4).await, [OTHER, OTHER, OWN, OWN], "the newest message counts");
        running.app.stop(async {}).await;
    });
}
