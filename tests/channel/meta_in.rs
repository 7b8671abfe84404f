//! Tests the parsing of each kind of Meta's webhooks.

use proptest::prelude::*;
use std::{fs, path::Path};
use transom::{
    base::{ids::SenderId, secret::Secret, time::Time},
    channel::{
        HeaderMap, Provider, RawRequest, Rejected, Reply,
        meta::{Meta, MetaSender},
        signature::Key,
    },
    model::{
        content::MediaKind,
        inbound::{Alias, AliasKind, Inbound, InboundKind, Item},
    },
};

const SECRET: &str = "the app's secret";

fn sender(id: i64, phone_number_id: &str, secrets: &[&str]) -> MetaSender {
    MetaSender {
        id: SenderId(id),
        phone: "+351210000001".into(),
        phone_number_id: phone_number_id.into(),
        waba_id: "300200100400500".into(),
        access_token: Secret::new("token"),
        token_header: None,
        app_secrets: secrets.iter().copied().map(Secret::new).collect(),
        verify_token: Secret::new("open sesame"),
        api_base: "https://graph.example".into(),
        api_version: "v24.0".into(),
    }
}

fn meta() -> Meta {
    Meta::new(vec![sender(12, "700100200300400", &[SECRET]), sender(13, "700100200300499", &["another secret"])])
}

fn post(meta: &Meta, body: &[u8], signature: Option<&str>) -> Result<Vec<Item>, Rejected> {
    let mut headers = HeaderMap::new();
    if let Some(signature) = signature {
        headers.insert("x-hub-signature-256", signature.parse().unwrap());
    }
    meta.receive(&RawRequest { method: "POST", query: "", headers: &headers, body, now: Time(1), sender: None })
}

fn signed(meta: &Meta, body: &str) -> Vec<Item> {
    post(meta, body.as_bytes(), Some(&Key::new(Secret::new(SECRET)).sign(body.as_bytes()))).unwrap()
}

fn one(id: &str, phone_number_id: &str) -> String {
    format!(
        r#"{{"entry":[{{"id":"300200100400500","changes":[{{"field":"messages","value":{{"metadata":{{
        "phone_number_id":"{phone_number_id}"}},"messages":[{{"from":"49151","id":"{id}","timestamp":"1790000000",
        "type":"text","text":{{"body":"hi"}}}}]}}}}]}}]}}"#
    )
}

#[test]
fn every_kind_of_webhook_has_its_meaning() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/channel/meta");
    let mut files: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let meta = meta();
    let mut all = String::new();
    for file in files {
        let body = fs::read_to_string(&file).unwrap();
        all += &format!("{}\n", file.file_stem().unwrap().display());
        for item in signed(&meta, &body) {
            all += &format!("  {:?}\n", item.what);
        }
    }
    insta::assert_snapshot!(all);
}

#[test]
fn a_dead_letter_reads_like_the_webhook_it_came_from() {
    let meta = Meta::new(vec![]);
    let later = self::meta();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/channel/meta");
    for name in ["in_text", "in_text_several_contacts", "status_ours", "echo_text", "standby_echo"] {
        let body = fs::read_to_string(folder.join(format!("{name}.json"))).unwrap();
        let meant = signed(&later, &body);
        // Before the sender was configured it was nobody's.
        let dead = meta.replay(&body);
        assert_eq!(dead.len(), 1, "{name}");
        assert!(matches!(dead[0].what, Inbound::Dead { kind: "unknown_sender", .. }), "{name}");
        let replayed: Vec<_> = later.replay(&dead[0].raw).into_iter().map(|item| item.what).collect();
        assert_eq!(replayed, meant.into_iter().map(|item| item.what).collect::<Vec<_>>(), "{name}");
    }
}

/// Each of them is wrapped with its surroundings, for which the whole change must not be read each time.
#[test]
fn a_hundred_thousand_broken_items_of_one_body_are_dead_letters_soon() {
    let list = vec!["0"; 100_000].join(",");
    let body = one("wamid.1", "700100200300400").replace("\"messages\":[", &format!("\"messages\":[{list},"));
    let began = std::time::Instant::now();
    let items = signed(&meta(), &body);
    assert_eq!(items.len(), 100_001);
    assert!(matches!(&items[0].what, Inbound::Dead { sender: Some(SenderId(12)), kind: "malformed", .. }));
    assert!(matches!(&items[100_000].what, Inbound::Message { .. }));
    assert!(items[0].raw.contains("700100200300400"), "its sender is known when it is replayed");
    // Read anew for each item, they took minutes.
    assert!(began.elapsed().as_secs() < 20, "{:?}", began.elapsed());
}

#[test]
fn a_replay_lets_in_only_what_the_senders_own_secret_has_verified() {
    let meant = |item: &Item| matches!(item.what, Inbound::Message { sender: SenderId(13), .. });
    let kind = |item: &Item| match item.what {
        Inbound::Dead { kind, .. } => kind,
        _ => "alive",
    };
    let with = |secrets: &[&str]| {
        Meta::new(vec![sender(12, "700100200300400", &[SECRET]), sender(13, "700100200300499", secrets)])
    };
    let without = Meta::new(vec![sender(12, "700100200300400", &[SECRET])]);
    for (before, listed) in [(meta(), "wrong_secret"), (without, "unknown_sender")] {
        let dead = signed(&before, &one("wamid.1", "700100200300499"));
        assert_eq!((dead.len(), kind(&dead[0])), (1, listed));
        assert!(!dead[0].raw.contains(SECRET));
        // Its own secret is still another one.
        let still = with(&["another secret"]).replay(&dead[0].raw);
        assert_eq!(kind(&still[0]), "wrong_secret");
        // An item that failed again contains as much as before.
        for raw in [&dead[0].raw, &still[0].raw] {
            assert!(meant(&with(&["another secret", SECRET]).replay(raw)[0]), "{listed}");
        }
    }
}

#[test]
fn one_bad_item_of_a_thousand_stops_no_other() {
    let good = |n: usize| {
        format!(
            r#"{{"from":"4915{n}","id":"wamid.{n}","timestamp":"1790000000","type":"text","text":{{"body":"{n}"}}}}"#
        )
    };
    for bad in [
        r#"{"from":"49151","timestamp":"1790000000","type":"text","text":{"body":"no id"}}"#,
        r#"{"from":"49151","id":"x","timestamp":"<WHEN>","type":"text","text":{"body":"x"}}"#,
        r#"{"from":"49151","id":"x","timestamp":"1790000000","type":"text","text":5}"#,
        r#"{"from":"49151","id":"x","timestamp":"1790000000","type":"location","location":{}}"#,
        "null",
        "7",
        "[]",
        "\"text\"",
        "{}",
    ] {
        let items: Vec<String> = (0..1000).map(|n| if n == 500 { bad.to_owned() } else { good(n) }).collect();
        let body = one("ID", "700100200300400");
        let start = body.find("\"messages\":[").unwrap() + "\"messages\":[".len();
        let end = body.rfind("]}}]}]}").unwrap();
        let body = format!("{}{}{}", &body[..start], items.join(","), &body[end..]);
        let items = signed(&meta(), &body);
        assert_eq!(items.len(), 1000, "{bad}");
        for (n, item) in items.iter().enumerate() {
            match &item.what {
                Inbound::Message { message, .. } => assert_eq!(message.provider_id.as_str(), format!("wamid.{n}")),
                Inbound::Dead { sender, kind, reason } => {
                    assert_eq!((n, *kind), (500, "malformed"), "{bad}");
                    assert_eq!(*sender, Some(SenderId(12)), "the account of the number sees it: {bad}");
                    assert!(!reason.contains("no id\""), "a reason holds no content: {reason}");
                }
                other => panic!("{bad}: {other:?}"),
            }
        }
    }
}

/// A message with these fields in addition to the common ones; `contact` is the entry in `contacts`.
fn message_of(fields: &str, contact: &str) -> Inbound {
    let body = one("wamid.1", "700100200300400")
        .replace("\"from\":\"49151\",", fields)
        .replace("\"messages\":", &format!("\"contacts\":[{contact}],\"messages\":"));
    signed(&meta(), &body).remove(0).what
}

#[test]
fn a_word_is_nobodys_name() {
    let phone = |value: &str| Alias { kind: AliasKind::Phone, value: value.into() };
    let bsuid = |value: &str| Alias { kind: AliasKind::Bsuid, value: value.into() };
    // Two strangers of whom the platform knows nothing are not one contact.
    for name in ["unknown", "null", "0", "anonymous", "507f1f77bcf86cd799439090"] {
        for field in ["from", "from_user_id"] {
            let seen = message_of(&format!("\"{field}\":\"{name}\","), "{\"profile\":{\"name\":\"Rui\"}}");
            let Inbound::Dead { sender: Some(SenderId(12)), kind: "malformed", reason } = seen else {
                panic!("{field}: {name}: {seen:?}")
            };
            assert!(reason.contains("names nobody"), "{reason}");
        }
        let both = format!("\"from\":\"351960000111\",\"from_user_id\":\"{name}\",");
        let contact = format!(r#"{{"wa_id":"351960000111","user_id":"{name}"}}"#);
        let Inbound::Message { message, .. } = message_of(&both, &contact) else { panic!("{name}") };
        assert_eq!(message.from, [phone("351960000111")], "a good name beside it counts: {name}");
    }
    let both = "\"from\":\"351960000111\",\"from_user_id\":\"PT.9F01\",";
    let Inbound::Message { message, .. } = message_of(both, "{}") else { panic!() };
    assert_eq!(message.from, [phone("351960000111"), bsuid("PT.9F01")]);
}

#[test]
fn a_timestamp_may_be_in_milliseconds() {
    for (written, at) in [("1790000000", 1_790_000_000_000), ("1790000000123", 1_790_000_000_123)] {
        let body = one("wamid.1", "700100200300400").replace("\"1790000000\"", &format!("\"{written}\""));
        let Inbound::Message { message, .. } = signed(&meta(), &body).remove(0).what else { panic!("{written}") };
        assert_eq!(message.at, Time(at), "{written}");
    }
}

#[test]
fn what_is_spoken_may_be_called_voice() {
    let said = r#""type":"voice","voice":{"id":"7","mime_type":"audio/ogg; codecs=opus"}"#;
    let body = one("wamid.1", "700100200300400").replace(r#""type":"text","text":{"body":"hi"}"#, said);
    let Inbound::Message { message, .. } = signed(&meta(), &body).remove(0).what else { panic!() };
    let InboundKind::Media { media: MediaKind::Audio, voice: true, id: Some(id), .. } = message.kind else {
        panic!("{message:?}")
    };
    assert_eq!(id, "7");
}

#[test]
fn a_body_that_cannot_be_read_is_of_the_sender_whose_address_it_came_to() {
    let meta = meta();
    let dead = |to: i64| {
        let mut headers = HeaderMap::new();
        headers.insert("x-hub-signature-256", Key::new(Secret::new(SECRET)).sign(b"{").parse().unwrap());
        let sender = Some(SenderId(to));
        let request = RawRequest { method: "POST", query: "", headers: &headers, body: b"{", now: Time(1), sender };
        match meta.receive(&request).unwrap().remove(0).what {
            Inbound::Dead { sender, kind: "malformed", .. } => sender,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(dead(12), Some(SenderId(12)));
    assert_eq!(dead(13), None, "its own secret did not verify it");
}

#[test]
fn a_list_that_is_none_is_a_dead_letter_of_its_sender_and_null_is_nothing() {
    let meta = meta();
    let number = r#""metadata":{"phone_number_id":"700100200300400"}"#;
    let status = r#""statuses":[{"id":"wamid.2","status":"read","timestamp":"1790000000","recipient_id":"49151"}]"#;
    let body = |field: &str, lists: &str| {
        format!(
            r#"{{"entry":[{{"id":"300200100400500","changes":[{{"field":"{field}","value":{{{number},{lists}}}}}]}}]}}"#
        )
    };
    for odd in [r#"{"from":"49151","id":"wamid.1"}"#, "\"hi\"", "7", "true"] {
        for (field, name) in [
            ("messages", "messages"),
            ("messages", "statuses"),
            ("smb_message_echoes", "message_echoes"),
            ("calls", "calls"),
            ("user_preferences", "user_preferences"),
            ("user_id_update", "user_id_update"),
            ("standby", "standby"),
        ] {
            let items = signed(&meta, &body(field, &format!(r#""{name}":{odd}"#)));
            let [Item { what: Inbound::Dead { sender: Some(SenderId(12)), kind: "malformed", reason }, raw }] =
                &items[..]
            else {
                if name == "standby" && odd.starts_with('{') {
                    continue;
                }
                panic!("{field} {name} {odd}: {items:?}")
            };
            assert!(reason.contains(&format!("`{name}` is not")), "{reason}");
            assert!(raw.contains(odd), "what came is kept: {raw}");
            // A replay finds the same, and nothing else.
            assert_eq!(meta.replay(raw).len(), 1, "{raw}");
        }
    }
    // The lists beside it are read.
    let items = signed(&meta, &body("messages", &format!(r#""messages":{{"id":"x"}},{status}"#)));
    assert!(
        matches!(items[0].what, Inbound::Dead { .. }) && matches!(items[1].what, Inbound::Status { .. }),
        "{items:?}"
    );
    assert!(!items[0].raw.contains("wamid.2"), "{}", items[0].raw);
    let inner = body("standby", r#""standby":{"messages":{"id":"x"},"message_echoes":7}"#);
    let items = signed(&meta, &inner);
    assert!(items.iter().all(|item| matches!(item.what, Inbound::Dead { .. })) && items.len() == 2, "{items:?}");
    assert!(items[0].raw.contains(r#""messages":{"id":"x"}"#) && items[1].raw.contains(r#""message_echoes":7"#));
    let items = signed(&meta, &body("messages", r#""messages":null,"statuses":null"#));
    assert!(matches!(items[..], [Item { what: Inbound::Ignored { why: "nothing_inside" }, .. }]), "{items:?}");
}

#[test]
fn half_an_emoji_does_not_lose_the_message() {
    let body = one("wamid.1", "700100200300400");
    for (broken, mended) in [
        (r"cut \ud83d", "cut \u{FFFD}"),
        (r"\ude00 cut", "\u{FFFD} cut"),
        (r"\ud83d\ud83d\ude00\\ud83d", "\u{FFFD}\u{1F600}\\ud83d"),
    ] {
        let items = signed(&meta(), &body.replace("\"hi\"", &format!("\"{broken}\"")));
        let Inbound::Message { message, .. } = &items[0].what else { panic!("{items:?}") };
        assert_eq!(message.kind, transom::model::inbound::InboundKind::Text { body: mended.into() });
    }
}

#[test]
fn only_a_body_that_a_secret_of_ours_verifies_is_read() {
    let body = one("wamid.1", "700100200300400");
    let forged = Key::new(Secret::new("guess")).sign(body.as_bytes());
    let good = Key::new(Secret::new(SECRET)).sign(body.as_bytes());
    for signature in [None, Some(""), Some("sha256="), Some(forged.as_str()), Some(&good[..good.len() - 2])] {
        assert_eq!(post(&meta(), body.as_bytes(), signature).unwrap_err(), Rejected::BadSignature, "{signature:?}");
    }
    let changed = body.replace("hi", "ho");
    assert_eq!(post(&meta(), changed.as_bytes(), Some(&good)).unwrap_err(), Rejected::BadSignature);
}

#[test]
fn an_empty_secret_verifies_nothing() {
    let meta = Meta::new(vec![sender(12, "700100200300400", &[""])]);
    let body = one("wamid.1", "700100200300400");
    let signature = Key::new(Secret::new("")).sign(body.as_bytes());
    assert_eq!(post(&meta, body.as_bytes(), Some(&signature)).unwrap_err(), Rejected::BadSignature);
}

#[test]
fn an_item_counts_only_for_a_sender_whose_own_secret_verified() {
    let items = signed(&meta(), &one("wamid.1", "700100200300499"));
    assert!(matches!(items[0].what, Inbound::Dead { kind: "wrong_secret", .. }), "{items:?}");
}

#[test]
fn old_and_new_secret_both_count_during_a_rotation() {
    let meta = Meta::new(vec![sender(12, "700100200300400", &["old", "new"])]);
    let body = one("wamid.1", "700100200300400");
    for secret in ["old", "new"] {
        let items = post(&meta, body.as_bytes(), Some(&Key::new(Secret::new(secret)).sign(body.as_bytes()))).unwrap();
        assert!(matches!(items[0].what, Inbound::Message { .. }));
    }
}

#[test]
fn a_sender_in_the_path_must_exist() {
    let headers = HeaderMap::new();
    let request =
        |sender| RawRequest { method: "POST", query: "", headers: &headers, body: b"{}", now: Time(1), sender };
    assert_eq!(meta().receive(&request(Some(SenderId(99)))).unwrap_err(), Rejected::UnknownSender);
    assert_eq!(meta().receive(&request(Some(SenderId(12)))).unwrap_err(), Rejected::BadSignature);
}

#[test]
fn what_is_no_webhook_at_all_is_a_dead_letter() {
    for body in ["", "hello", "[]", "{}", "{\"entry\":{}}", "\u{0}", "null"] {
        let items = signed(&meta(), body);
        assert!(matches!(items.as_slice(), [Item { what: Inbound::Dead { kind: "malformed", .. }, .. }]), "{body}");
    }
    let deep = "[".repeat(100_000);
    assert_eq!(signed(&meta(), &deep).len(), 1);
}

#[test]
fn bytes_that_are_no_utf8_do_not_stop_the_rest() {
    let mut body = one("wamid.1", "700100200300400").into_bytes();
    let at = body.windows(4).position(|w| w == b"\"hi\"").unwrap();
    body[at + 1] = 0xff;
    let items = post(&meta(), &body, Some(&Key::new(Secret::new(SECRET)).sign(&body))).unwrap();
    assert!(matches!(items[0].what, Inbound::Message { .. }), "{items:?}");
}

#[test]
fn the_handshake_answers_the_challenge_to_who_knows_the_token() {
    let headers = HeaderMap::new();
    let ask = |query: &str, sender: Option<i64>| {
        let sender = sender.map(SenderId);
        meta().handshake(&RawRequest { method: "GET", query, headers: &headers, body: b"", now: Time(1), sender })
    };
    let good = "hub.mode=subscribe&hub.challenge=11%2B58&hub.verify_token=open%20sesame";
    assert_eq!(ask(good, None), Some(Reply { status: 200, body: "11+58".into() }));
    assert_eq!(ask(&good.replace("%20", "+"), Some(12)), Some(Reply { status: 200, body: "11+58".into() }));
    for bad in [
        "",
        "hub.mode=subscribe",
        &good.replace("sesame", "x"),
        &good.replace("subscribe", "unsubscribe"),
        "hub.mode=subscribe&hub.challenge=1",
        "hub.mode=subscribe&hub.challenge=1&hub.verify_token=",
    ] {
        assert_eq!(ask(bad, None).unwrap().status, 403, "{bad}");
    }
    assert_eq!(ask(good, Some(99)).unwrap().status, 403);
    let request = RawRequest { method: "POST", query: good, headers: &headers, body: b"", now: Time(1), sender: None };
    assert_eq!(meta().handshake(&request), None);
}

fn fixtures() -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/channel/meta");
    fs::read_dir(folder).unwrap().map(|entry| fs::read_to_string(entry.unwrap().path()).unwrap()).collect()
}

proptest! {
    #[test]
    fn no_bytes_break_the_reader(body in prop::collection::vec(any::<u8>(), 0..300)) {
        let signature = Key::new(Secret::new(SECRET)).sign(&body);
        let meta = meta();
        for item in post(&meta, &body, Some(&signature)).unwrap_or_default() {
            meta.replay(&item.raw);
        }
    }

    /// However a body is damaged, it is parsed without a panic, no item is lost, and unparsable ones can be replayed.
    #[test]
    fn no_damage_makes_a_webhook_vanish(
        which: prop::sample::Index,
        at: prop::sample::Index,
        length in 0_usize..40,
        instead in prop_oneof![
            Just(String::new()), Just("null".into()), Just("{}".into()), Just("[".into()), Just("\\ud800".into()),
            Just("\"".into()), Just("-1e999".into()), Just("\u{0}".into()), ".{0,8}",
        ],
    ) {
        let all = fixtures();
        let mut body: Vec<char> = which.get(&all).chars().collect();
        let start = at.index(body.len());
        let end = (start + length).min(body.len());
        body.splice(start..end, instead.chars());
        let body: String = body.into_iter().collect();
        let meta = meta();
        let items = signed(&meta, &body);
        // `entry` or `changes` may have become an empty list; else there is an item for everything.
        prop_assert!(!items.is_empty() || body.contains("[]"));
        for item in items {
            prop_assert!(!meta.replay(&item.raw).is_empty());
        }
    }
}
