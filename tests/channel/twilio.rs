//! Tests the special behaviour of Twilio: forms, both HTTP methods, and our message id in the status address.

use super::conformance::{NOW, PERSON, SENDER, client, outgoing, phone, provider, text};
use crate::platform::{Kind, Platform};
use serde_json::json;
use transom::{
    base::{
        ids::{OutboundId, ProviderId, SenderId},
        query::encode,
        secret::Secret,
    },
    channel::{
        HeaderMap, HeaderName, Outgoing, Provider, RawRequest, Rejected,
        checkup::Grade,
        twilio::{Twilio, TwilioSender, signature},
    },
    model::{
        content::{Content, Location, Media, MediaKind},
        inbound::{Alias, AliasKind, DeliveryState, Inbound, InboundKind, InboundMessage, Item},
        template::TemplateStatus,
    },
};

const ADDRESS: &str = "https://bot.example/webhooks/twilio/7";

fn form(params: &[(&str, &str)]) -> String {
    params.iter().map(|(name, value)| format!("{name}={}", encode(value))).collect::<Vec<_>>().join("&")
}

/// The items of a correctly signed form.
fn read(query: &str, params: &[(&str, &str)]) -> Vec<Inbound> {
    let body = form(params);
    let address = if query.is_empty() { ADDRESS.to_owned() } else { format!("{ADDRESS}?{query}") };
    let mut headers = HeaderMap::new();
    let signed = signature::of_form(&Secret::new("tok-1"), &address, &body);
    headers.insert(HeaderName::from_static("x-twilio-signature"), signed.parse().unwrap());
    let body = body.as_bytes();
    let request = RawRequest { method: "POST", query, headers: &headers, body, now: NOW, sender: Some(SENDER) };
    let items = provider(Kind::Twilio, "https://api.example").receive(&request).unwrap();
    items.into_iter().map(|item| item.what).collect()
}

/// A message with the common parameters.
fn message(params: &[(&str, &str)]) -> InboundMessage {
    let mut all = vec![
        ("MessageSid", "SM1"),
        ("From", "whatsapp:+351960000111"),
        ("To", "whatsapp:+351210000001"),
        ("SmsStatus", "received"),
    ];
    all.extend(params);
    match read("", &all).as_slice() {
        [Inbound::Message { message, .. }] => message.clone(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn every_kind_of_message_has_its_meaning() {
    let kind = |params: &[(&str, &str)]| message(params).kind;
    assert_eq!(kind(&[("Body", "Olá"), ("NewParameter", "x")]), InboundKind::Text { body: "Olá".into() });
    let tap = |id: &str, title: &str| InboundKind::Button { id: id.into(), title: title.into() };
    assert_eq!(kind(&[("ButtonText", "Sim"), ("ButtonPayload", "yes"), ("Body", "Sim")]), tap("yes", "Sim"));
    assert_eq!(kind(&[("ButtonText", "Sim"), ("Body", "Sim")]), tap("Sim", "Sim"), "a button without a payload");
    assert_eq!(kind(&[("ListId", "r1"), ("ListTitle", "Hoje"), ("Body", "Hoje")]), tap("r1", "Hoje"));
    assert_eq!(
        kind(&[("Latitude", "38.7"), ("Longitude", "-9.1"), ("Label", "Casa"), ("Address", "Rua 1"), ("Body", "")]),
        InboundKind::Location {
            latitude: 38.7,
            longitude: -9.1,
            name: Some("Casa".into()),
            address: Some("Rua 1".into())
        }
    );
    assert_eq!(
        kind(&[("MessageType", "order"), ("Body", "")]),
        InboundKind::Unsupported { what: "order".into(), unknown: true }
    );
}

#[test]
fn each_file_is_a_message() {
    let params = [
        ("MessageSid", "SM1"),
        ("From", "whatsapp:+351960000111"),
        ("To", "whatsapp:+351210000001"),
        ("NumMedia", "3"),
        ("MediaUrl0", "https://api.example/m0"),
        ("MediaContentType0", "image/jpeg"),
        ("MediaUrl1", "https://api.example/m1"),
        ("MediaContentType1", "audio/ogg; codecs=opus"),
        ("MediaUrl2", "https://api.example/m2"),
        ("MediaContentType2", "text/vcard"),
        ("Body", "veja"),
    ];
    let seen: Vec<_> = read("", &params)
        .into_iter()
        .map(|what| match what {
            Inbound::Message { message, .. } => match message.kind {
                InboundKind::Media { media, caption, voice, .. } => {
                    (message.provider_id.to_string(), media, caption, voice)
                }
                other => panic!("{other:?}"),
            },
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(
        seen,
        [
            ("SM1".to_owned(), MediaKind::Image, Some("veja".to_owned()), false),
            ("SM1:1".to_owned(), MediaKind::Audio, None, true),
            ("SM1:2".to_owned(), MediaKind::Document, None, false),
        ]
    );
}

#[test]
fn who_wrote_is_known_by_all_names() {
    let seen = message(&[
        ("Body", "x"),
        ("WaId", "351960000111"),
        ("ExternalUserId", "whatsapp:PT.77"),
        ("ProfileName", "Inês"),
    ]);
    assert_eq!(seen.from, [phone(PERSON), Alias { kind: AliasKind::Bsuid, value: "PT.77".into() }]);
    assert_eq!(seen.name.as_deref(), Some("Inês"));
    let hidden = message(&[("Body", "x"), ("From", "whatsapp:PT.77")]);
    assert_eq!(hidden.from, [Alias { kind: AliasKind::Bsuid, value: "PT.77".into() }]);
}

#[test]
fn an_advertisement_and_an_answered_message_are_told() {
    let seen = message(&[
        ("Body", "x"),
        ("OriginalRepliedMessageSid", "SM0"),
        ("ReferralSourceType", "ad"),
        ("ReferralSourceId", "12"),
        ("ReferralCtwaClid", "clid"),
        ("ReferralHeadline", "Half price"),
    ]);
    assert_eq!(seen.reply_to.as_ref().map(|id| id.as_str()), Some("SM0"));
    let ad = seen.referral.unwrap();
    assert_eq!((ad.source_type.as_deref(), ad.click_id.as_deref()), (Some("ad"), Some("clid")));
    assert_eq!(ad.headline.as_deref(), Some("Half price"));
    assert!(message(&[("Body", "x")]).referral.is_none());
}

#[test]
fn twilios_own_opt_out_is_one_whatever_the_word() {
    let body = |words: &str, what: &str| match message(&[("Body", words), ("OptOutType", what)]).kind {
        InboundKind::Text { body } => body,
        other => panic!("{other:?}"),
    };
    assert_eq!(body("Basta já", "STOP"), "STOP");
    assert_eq!(body("stop", "STOP"), "stop", "a word that we know stays as it was written");
    assert_eq!(body("Help", "HELP"), "Help");
}

#[test]
fn a_status_knows_our_message_by_its_address() {
    let status = |state: &str, more: &[(&str, &str)]| {
        let mut params = vec![
            ("MessageSid", "SM9"),
            ("MessageStatus", state),
            ("From", "whatsapp:+351210000001"),
            ("To", "whatsapp:+351960000111"),
        ];
        params.extend(more);
        read("message=4711", &params).remove(0)
    };
    for (word, state) in [
        ("sent", DeliveryState::Sent),
        ("delivered", DeliveryState::Delivered),
        ("read", DeliveryState::Read),
        ("undelivered", DeliveryState::Failed),
        ("failed", DeliveryState::Failed),
    ] {
        let Inbound::Status { status, .. } = status(word, &[("ErrorCode", "63024")]) else { panic!("{word}") };
        assert_eq!((status.state, status.ours, status.at), (state, Some(OutboundId(4711)), NOW), "{word}");
        let code = status.error.map(|error| error.code);
        assert_eq!(code, (state == DeliveryState::Failed).then_some(63024), "{word}");
    }
    for word in ["queued", "sending", "accepted", "scheduled", "something new"] {
        assert!(matches!(status(word, &[]), Inbound::Ignored { why: "status_kind" }), "{word}");
    }
}

#[test]
fn a_get_is_a_webhook_as_well() {
    let query = form(&[
        ("MessageSid", "SM1"),
        ("From", "whatsapp:+351960000111"),
        ("To", "whatsapp:+351210000001"),
        ("Body", "two words"),
    ]);
    let signed = signature::of_form(&Secret::new("tok-1"), &format!("{ADDRESS}?{query}"), "");
    let mut headers = HeaderMap::new();
    headers.insert(HeaderName::from_static("x-twilio-signature"), signed.parse().unwrap());
    let request =
        RawRequest { method: "GET", query: &query, headers: &headers, body: b"", now: NOW, sender: Some(SENDER) };
    let twilio = provider(Kind::Twilio, "https://api.example");
    assert!(twilio.handshake(&request).is_none());
    let items = twilio.receive(&request).unwrap();
    assert!(matches!(&items[0].what, Inbound::Message { message, .. }
        if message.kind == InboundKind::Text { body: "two words".into() }));
    assert_eq!(twilio.thanks(), Some(("text/xml; charset=utf-8", "<Response/>")));
}

#[test]
fn a_form_for_another_number_is_a_dead_letter() {
    let to = |number| [("MessageSid", "SM1"), ("From", "whatsapp:+351960000111"), ("To", number), ("Body", "x")];
    assert!(matches!(read("", &to("whatsapp:+15550009999"))[0], Inbound::Dead { kind: "unknown_sender", .. }));
    assert!(matches!(read("", &to(""))[0], Inbound::Dead { kind: "malformed", .. }));
    let params = [("From", "whatsapp:+351960000111"), ("To", "whatsapp:+351210000001"), ("Body", "x")];
    assert!(matches!(read("", &params)[0], Inbound::Dead { kind: "malformed", .. }), "no id");
}

#[tokio::test]
async fn a_send_is_a_form_with_basic_credentials() {
    let platform = Platform::start(Kind::Twilio).await;
    let twilio = provider(Kind::Twilio, &platform.base);
    twilio.send(&client(), &outgoing(text("Olá & até já"))).await.unwrap();
    let media = Media { kind: MediaKind::Image, url: "https://files.example/a b.png".into(), filename: None };
    twilio.send(&client(), &outgoing(Content::Media { media, caption: Some("veja".into()) })).await.unwrap();
    let place = Location { latitude: 38.7, longitude: -9.1, name: Some("Casa".into()), address: Some("Rua 1".into()) };
    twilio.send(&client(), &outgoing(Content::Location(place))).await.unwrap();
    let sent = platform.sent();
    assert_eq!(sent[2].form("PersistentAction").as_deref(), Some("geo:38.7,-9.1|Casa"));
    assert_eq!(sent[2].form("Body").as_deref(), Some("Rua 1"));
    assert_eq!(sent[0].path, "/2010-04-01/Accounts/ACx1/Messages.json");
    // ACx1:tok-1
    assert_eq!(sent[0].headers["authorization"], "Basic QUN4MTp0b2stMQ==");
    assert_eq!(sent[0].headers["content-type"], "application/x-www-form-urlencoded");
    let value = |place: usize, name| sent[place].form(name);
    assert_eq!(value(0, "To").as_deref(), Some("whatsapp:+351960000111"));
    assert_eq!(value(0, "From").as_deref(), Some("whatsapp:+351210000001"));
    assert_eq!(value(0, "Body").as_deref(), Some("Olá & até já"));
    assert_eq!(value(0, "StatusCallback").as_deref(), Some("https://bot.example/webhooks/twilio/7?message=4711"));
    assert_eq!(value(1, "MediaUrl").as_deref(), Some("https://files.example/a b.png"));
    assert_eq!(value(1, "Body").as_deref(), Some("veja"));
}

#[tokio::test]
async fn the_catalogue_is_read_page_by_page_and_never_elsewhere() {
    let platform = Platform::start(Kind::Twilio).await;
    let content = |sid: &str, name: &str, status: &str| {
        json!({"sid": sid, "friendly_name": name, "language": "pt_PT",
            "types": {"twilio/quick-reply": {"body": "Vem {{1}}?", "actions": [{"title": "Sim", "id": "y"}]}},
            "approval_requests": {"name": name, "category": "UTILITY", "status": status}})
    };
    let next = "https://elsewhere.example/v1/ContentAndApprovals?PageSize=100&PageToken=p%2B2";
    let first =
        json!({"contents": [content("HX1", "lembrete", "approved"), {"sid": "HX0"}], "meta": {"next_page_url": next}});
    platform.answer("/v1/ContentAndApprovals", 200, first);
    let second = json!({"contents": [content("HX2", "aviso", "rejected")], "meta": {"next_page_url": null}});
    platform.answer("PageToken=p%2B2", 200, second);
    let twilio = provider(Kind::Twilio, &platform.base);
    let found = twilio.templates(&client(), SENDER).await.unwrap();
    let seen: Vec<_> = found.iter().map(|t| (t.name.as_str(), t.reference.as_deref(), t.status)).collect();
    assert_eq!(
        seen,
        [("lembrete", Some("HX1"), TemplateStatus::Approved), ("aviso", Some("HX2"), TemplateStatus::Rejected)]
    );
    assert_eq!(found[0].buttons.len(), 1);
}

#[tokio::test]
async fn the_doctor_tells_what_is_wrong() {
    let platform = Platform::start(Kind::Twilio).await;
    let twilio = provider(Kind::Twilio, &platform.base);
    let account = |status| json!({"friendly_name": "Shop", "status": status, "type": "Full"});
    platform.answer("/Accounts/ACx1.json", 200, account("active"));
    assert!(twilio.examine(&client(), SENDER).await.iter().all(|check| check.grade <= Grade::Unknown));
    platform.answer("/Accounts/ACx1.json", 200, account("suspended"));
    let found = twilio.examine(&client(), SENDER).await;
    assert!(found.iter().any(|check| check.grade == Grade::Bad && check.text.contains("suspended")), "{found:?}");
    platform.answer("/Accounts/ACx1.json", 401, json!({"code": 20003, "message": "Authenticate"}));
    let found = twilio.examine(&client(), SENDER).await;
    assert_eq!(found.len(), 1);
    assert_eq!(
        found[0].text,
        "`auth_token` is not valid; make a new one (HTTP 401: Authenticate); a wrong `account_sid` is refused in the \
         same way."
    );
}

#[tokio::test]
async fn typing_is_shown_for_the_message_that_is_being_answered() {
    let platform = Platform::start(Kind::Twilio).await;
    let (twilio, client) = (provider(Kind::Twilio, &platform.base), client());
    let message = ProviderId::from("SM0123456789abcdef0123456789abcdef");
    let shown = twilio.mark_read(&client, SENDER, &message, true).expect("Twilio has a sign of typing");
    shown.await.unwrap();
    let asked = platform.sent().remove(0);
    assert_eq!(asked.path, "/v2/Indicators/Typing.json");
    assert_eq!(asked.form("messageId").as_deref(), Some(message.as_str()));
    assert_eq!(asked.form("channel").as_deref(), Some("whatsapp"));
    assert!(asked.headers["authorization"].starts_with("Basic "));
    assert!(twilio.mark_read(&client, SENDER, &message, false).is_none(), "there is no mark without it");
    platform.fail_next(crate::platform::Fault::Html(502));
    let refused = twilio.mark_read(&client, SENDER, &message, true).unwrap().await.unwrap_err();
    assert_eq!(refused.kind, "refused");
}

/// A sender of a messaging service, with a shared key.
fn of_service(id: i64, phone: &str, service: Option<&str>) -> TwilioSender {
    TwilioSender {
        id: SenderId(id),
        phone: phone.into(),
        account_sid: "ACx1".into(),
        auth_tokens: vec![Secret::new("tok-1")],
        webhook_secrets: vec![Secret::new("shared-1")],
        messaging_service_sid: service.map(str::to_owned),
        api_base: "https://api.example".into(),
        content_base: "https://api.example".into(),
        messaging_base: "https://api.example".into(),
    }
}

/// The items of a form posted to this sender's address, signed by the token or by the shared key.
fn posted(twilio: &Twilio, to: Option<i64>, params: &[(&str, &str)], by_key: bool) -> Result<Vec<Item>, Rejected> {
    let body = form(params);
    let address = match to {
        Some(id) => format!("https://bot.example/webhooks/twilio/{id}"),
        None => "https://bot.example/webhooks/twilio".to_owned(),
    };
    let signed = match by_key {
        true => signature::of_form_by_key(&Secret::new("shared-1"), &address, &body),
        false => signature::of_form(&Secret::new("tok-1"), &address, &body),
    };
    let mut headers = HeaderMap::new();
    headers.insert(HeaderName::from_static("x-twilio-signature"), signed.parse().unwrap());
    let (body, sender) = (body.as_bytes(), to.map(SenderId));
    twilio.receive(&RawRequest { method: "POST", query: "", headers: &headers, body, now: NOW, sender })
}

fn said_to(number: &'static str) -> [(&'static str, &'static str); 5] {
    [
        ("MessageSid", "SM1"),
        ("From", "whatsapp:+351960000111"),
        ("To", number),
        ("MessagingServiceSid", "MG1"),
        ("Body", "Olá"),
    ]
}

#[tokio::test]
async fn every_number_of_a_messaging_service_is_heard_and_answers_itself() {
    let platform = Platform::start(Kind::Twilio).await;
    let own = TwilioSender { api_base: platform.base.clone(), ..of_service(7, "+351210000001", Some("MG1")) };
    let twilio = Twilio::new(vec![own], "https://bot.example");
    let heard = |to: Option<i64>, number| match posted(&twilio, to, &said_to(number), false).unwrap().remove(0).what {
        Inbound::Message { sender, message } => {
            assert_eq!(message.kind, InboundKind::Text { body: "Olá".into() });
            (sender, message.number)
        }
        other => panic!("{other:?}"),
    };
    // Another number of the service: the address and the secret name the sender; without an address the service does.
    for to in [Some(7), None] {
        assert_eq!(heard(to, "whatsapp:+351210000002"), (SENDER, Some("+351210000002".into())), "{to:?}");
    }
    let numbers = |platform: &Platform| {
        let sent = platform.sent();
        let last = sent.last().unwrap();
        (last.form("From"), last.form("MessagingServiceSid"))
    };
    let of = |number: &str| (Some(format!("whatsapp:{number}")), Some("MG1".to_owned()));
    let by = |number: Option<&str>| Outgoing { number: number.map(str::to_owned), ..outgoing(text("Olá")) };
    twilio.send(&client(), &by(Some("+351210000002"))).await.unwrap();
    assert_eq!(numbers(&platform), of("+351210000002"), "from the number that they wrote to");
    assert_eq!(heard(Some(7), "whatsapp:+351210000001"), (SENDER, Some("+351210000001".into())));
    twilio.send(&client(), &by(None)).await.unwrap();
    assert_eq!(numbers(&platform), of("+351210000001"), "the service is named beside the number");
    let status = [
        ("MessageSid", "SM9"),
        ("MessageStatus", "delivered"),
        ("From", "whatsapp:+351210000002"),
        ("To", "whatsapp:+351960000111"),
    ];
    let items = posted(&twilio, Some(7), &status, false).unwrap();
    assert!(matches!(items[0].what, Inbound::Status { sender: SENDER, .. }), "{items:?}");
    let replayed = twilio.replay(&items[0].raw);
    assert!(matches!(replayed[0].what, Inbound::Status { sender: SENDER, .. }), "also as a dead letter once more");
}

#[test]
fn a_number_of_another_sender_is_that_senders_wherever_its_service_posts() {
    let senders = vec![of_service(7, "+351210000001", Some("MG1")), of_service(8, "+351210000002", Some("MG1"))];
    let twilio = Twilio::new(senders, "https://bot.example");
    let items = posted(&twilio, Some(7), &said_to("whatsapp:+351210000002"), false).unwrap();
    assert!(matches!(items[0].what, Inbound::Message { sender: SenderId(8), .. }), "{items:?}");
    // Nobody's number: the address decides between the two, and without it nobody can.
    let items = posted(&twilio, Some(8), &said_to("whatsapp:+351210000003"), false).unwrap();
    assert!(matches!(items[0].what, Inbound::Message { sender: SenderId(8), .. }), "{items:?}");
    let items = posted(&twilio, None, &said_to("whatsapp:+351210000003"), false).unwrap();
    assert!(matches!(items[0].what, Inbound::Dead { sender: None, kind: "unknown_sender", .. }), "{items:?}");
    // A sender without a service, and a form of another one, take no foreign number.
    let alone = Twilio::new(vec![of_service(7, "+351210000001", None)], "https://bot.example");
    let other = Twilio::new(vec![of_service(7, "+351210000001", Some("MG2"))], "https://bot.example");
    for twilio in [alone, other] {
        let items = posted(&twilio, Some(7), &said_to("whatsapp:+351210000003"), false).unwrap();
        assert!(matches!(items[0].what, Inbound::Dead { kind: "unknown_sender", .. }), "{items:?}");
    }
}

#[test]
fn a_form_counts_for_a_sender_of_the_account_that_it_names() {
    let own = |id: i64, phone: &str, account: &str, token: &str| TwilioSender {
        account_sid: account.into(),
        auth_tokens: vec![Secret::new(token)],
        ..of_service(id, phone, Some("MG1"))
    };
    let senders = vec![own(7, "+351210000001", "ACx1", "tok-1"), own(8, "+351210000002", "ACx2", "tok-2")];
    let twilio = Twilio::new(senders, "https://bot.example");
    let heard = |to: Option<i64>, number, account: &str| {
        let params = [said_to(number).as_slice(), &[("AccountSid", account)]].concat();
        posted(&twilio, to, &params, false).unwrap().remove(0)
    };
    for to in [Some(7), None] {
        let good = heard(to, "whatsapp:+351210000001", "ACx1");
        assert!(matches!(good.what, Inbound::Message { sender: SENDER, .. }), "{to:?}: {good:?}");
        // The token of the first sender signs a form that names the account, or the number, of the other.
        for (number, account) in [
            ("whatsapp:+351210000001", "ACx2"),
            ("whatsapp:+351210000002", "ACx2"),
            ("whatsapp:+351210000002", "ACx1"),
            ("whatsapp:+351210000001", "ACx9"),
        ] {
            let item = heard(to, number, account);
            let is_dead = |item: &Item| matches!(item.what, Inbound::Dead { sender: None, kind: "wrong_secret", .. });
            assert!(is_dead(&item), "{to:?}, {number}, {account}: {item:?}");
            assert!(is_dead(&twilio.replay(&item.raw)[0]), "a replay is no way round it: {number}, {account}");
        }
    }
    let status = [
        ("MessageSid", "SM9"),
        ("MessageStatus", "delivered"),
        ("From", "whatsapp:+351210000001"),
        ("To", "whatsapp:+351960000111"),
        ("AccountSid", "ACx2"),
    ];
    let item = posted(&twilio, Some(7), &status, false).unwrap().remove(0);
    assert!(matches!(item.what, Inbound::Dead { kind: "wrong_secret", .. }), "{item:?}");
}

#[test]
fn a_shared_key_verifies_as_well_as_the_token() {
    let twilio = Twilio::new(vec![of_service(7, "+351210000001", None)], "https://bot.example");
    for by_key in [true, false] {
        let items = posted(&twilio, Some(7), &said_to("whatsapp:+351210000001"), by_key).unwrap();
        assert!(matches!(items[0].what, Inbound::Message { .. }), "{items:?}");
    }
    let without = TwilioSender { webhook_secrets: Vec::new(), ..of_service(7, "+351210000001", None) };
    let twilio = Twilio::new(vec![without], "https://bot.example");
    let refused = posted(&twilio, Some(7), &said_to("whatsapp:+351210000001"), true);
    assert!(matches!(refused, Err(Rejected::BadSignature)), "{refused:?}");
}

#[test]
fn a_form_that_cannot_be_read_keeps_its_sender() {
    let params = [("From", "whatsapp:+351960000111"), ("To", "whatsapp:+351210000001"), ("Body", "x")];
    assert!(matches!(read("", &params)[0], Inbound::Dead { sender: Some(SENDER), kind: "malformed", .. }), "no id");
    let params = [("MessageSid", "SM1"), ("From", "whatsapp:unknown"), ("To", "whatsapp:+351210000001"), ("Body", "x")];
    assert!(matches!(read("", &params)[0], Inbound::Dead { sender: Some(SENDER), kind: "malformed", .. }), "nobody");
}
