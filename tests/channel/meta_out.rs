//! Tests requests to Meta byte for byte, and the handling of its answers.

use crate::graph::{Fault, Graph, Statuses};
use serde_json::{Value, json};
use std::{collections::BTreeMap, sync::Arc, time::Duration};
use transom::{
    base::{
        clock::SystemClock,
        ids::{OutboundId, ProviderId, SenderId},
        limits::PROVIDER_ANSWER_BYTES_MAX,
        secret::Secret,
        time::{Span, Time},
    },
    channel::{
        Auth, Body, BoxFuture, Http, HttpError, HttpRequest, HttpResponse, Method, Next, Outgoing, Provider, Receipt,
        RefusalCause, SendError, Sent,
        client::Client,
        meta::{Meta, MetaSender},
        wire::WireLog,
    },
    model::{
        card::{CardEmail, CardPhone, ContactCard},
        content::{Button, Content, Edges, FormMessage, FormStart, Location, Media, MediaKind, Row},
        inbound::{Alias, AliasKind},
        template::{ButtonValue, HeaderValue, Parameters, TemplateButtonKind, TemplateHeader, TemplateMessage},
        template_parts::{CardShape, CardValues, Offer, PartValues},
    },
};

fn meta(base: &str) -> Meta {
    Meta::new(vec![MetaSender {
        id: SenderId(12),
        phone: "+351210000001".into(),
        phone_number_id: "700100200300400".into(),
        waba_id: "300200100400500".into(),
        access_token: Secret::new("EAAB-token"),
        token_header: None,
        app_secrets: vec![Secret::new("s")],
        verify_token: Secret::new("v"),
        api_base: base.into(),
        api_version: "v24.0".into(),
    }])
}

fn client() -> Client {
    Client::new(Arc::new(SystemClock), None)
}

fn alias(kind: AliasKind, value: &str) -> Alias {
    Alias { kind, value: value.into() }
}

fn outgoing(content: Content) -> Outgoing {
    let to = vec![alias(AliasKind::Phone, "351960000111"), alias(AliasKind::Bsuid, "PT.5A0C77")];
    Outgoing {
        id: OutboundId(4711),
        sender: SenderId(12),
        to,
        content,
        reply_to: None,
        direct: false,
        number: None,
        file: None,
    }
}

fn text(body: &str) -> Content {
    Content::Text { body: body.into() }
}

fn file(kind: MediaKind) -> Media {
    Media { kind, url: "https://files.example/x".into(), filename: Some("conta.pdf".into()) }
}

async fn send(graph: &Graph, content: Content) -> Result<Receipt, SendError> {
    meta(&graph.base).send(&client(), &outgoing(content)).await
}

/// The sent body without the common fields.
async fn left(content: Content) -> Value {
    let graph = Graph::start().await;
    send(&graph, content).await.unwrap();
    let mut body = graph.sent()[0].body.clone();
    let common = [
        ("messaging_product", "whatsapp"),
        ("recipient_type", "individual"),
        ("to", "+351960000111"),
        ("biz_opaque_callback_data", "transom:4711"),
    ];
    for (key, value) in common {
        assert_eq!(body.as_object_mut().unwrap().remove(key), Some(json!(value)), "{key}");
    }
    body
}

fn edges() -> Edges {
    Edges { header: Some("Mesa".into()), footer: Some("Só jantar".into()) }
}

#[tokio::test]
async fn a_text_leaves_with_the_token_and_our_id() {
    let graph = Graph::start().await;
    let receipt = send(&graph, text("Olá")).await.unwrap();
    let sent = &graph.sent()[0];
    assert_eq!(sent.authorization.as_deref(), Some("Bearer EAAB-token"));
    assert_eq!(sent.phone_number_id, "700100200300400");
    assert_eq!(Some(receipt.provider_id.as_str()), sent.id.as_deref());
    assert_eq!(receipt.aliases, [alias(AliasKind::Phone, "351960000111")]);
    let body = json!({"messaging_product": "whatsapp", "recipient_type": "individual", "to": "+351960000111",
        "type": "text", "text": {"preview_url": false, "body": "Olá"}, "biz_opaque_callback_data": "transom:4711"});
    assert_eq!(sent.body, body);
}

#[tokio::test]
async fn every_content_has_its_json() {
    assert_eq!(
        left(text("see https://x.example")).await,
        json!({"type": "text", "text": {"preview_url": true, "body": "see https://x.example"}})
    );
    let buttons =
        vec![Button { id: "tok1".into(), title: "Sim".into() }, Button { id: "tok2".into(), title: "Não".into() }];
    assert_eq!(
        left(Content::Buttons {
            body: "Vem?".into(),
            buttons,
            media: Some(file(MediaKind::Image)),
            edges: Edges::default()
        })
        .await,
        json!({"type": "interactive", "interactive": {"type": "button",
            "header": {"type": "image", "image": {"link": "https://files.example/x"}},
            "body": {"text": "Vem?"}, "action": {"buttons": [
                {"type": "reply", "reply": {"id": "tok1", "title": "Sim"}},
                {"type": "reply", "reply": {"id": "tok2", "title": "Não"}}]}}})
    );
    let rows = vec![
        Row { id: "r1".into(), title: "Hoje".into(), description: Some("às 19h".into()) },
        Row { id: "r2".into(), title: "Amanhã".into(), description: None },
    ];
    assert_eq!(
        left(Content::List { body: "Quando?".into(), button: "Ver".into(), rows, edges: edges() }).await,
        json!({"type": "interactive", "interactive": {"type": "list", "body": {"text": "Quando?"},
            "header": {"type": "text", "text": "Mesa"}, "footer": {"text": "Só jantar"},
            "action": {"button": "Ver", "sections": [{"rows": [
                {"id": "r1", "title": "Hoje", "description": "às 19h"}, {"id": "r2", "title": "Amanhã"}]}]}}})
    );
    let link = Content::Link {
        body: "Pague aqui".into(),
        title: "Pagar".into(),
        url: "https://p.example/1".into(),
        media: Some(file(MediaKind::Document)),
        edges: Edges { footer: Some("Até sexta".into()), ..Edges::default() },
    };
    assert_eq!(
        left(link).await,
        json!({"type": "interactive", "interactive": {"type": "cta_url",
            "header": {"type": "document", "document": {"link": "https://files.example/x", "filename": "conta.pdf"}},
            "body": {"text": "Pague aqui"}, "footer": {"text": "Até sexta"},
            "action": {"name": "cta_url", "parameters": {"display_text": "Pagar", "url": "https://p.example/1"}}}})
    );
}

#[tokio::test]
async fn a_reaction_names_the_message_it_stands_on() {
    let to: ProviderId = "wamid.HBgL".into();
    assert_eq!(
        left(Content::Reaction { to: to.clone(), emoji: Some("👍".into()) }).await,
        json!({"type": "reaction", "reaction": {"message_id": "wamid.HBgL", "emoji": "👍"}})
    );
    assert_eq!(
        left(Content::Reaction { to, emoji: None }).await["reaction"]["emoji"],
        "",
        "an empty emoji takes it away"
    );
}

#[tokio::test]
async fn a_question_for_a_place_is_metas_own() {
    assert_eq!(
        left(Content::PlaceRequest { body: "Where are you?".into() }).await,
        json!({"type": "interactive", "interactive": {"type": "location_request_message",
            "body": {"text": "Where are you?"}, "action": {"name": "send_location"}}})
    );
}

#[tokio::test]
async fn a_form_leaves_as_a_flow_message() {
    let form = |form: &str, opens, draft| {
        let (body, button, token) = ("Book a visit".into(), "Choose".into(), "visit:1:t1~x".into());
        let edges = Edges { header: Some("Visits".into()), footer: None };
        Content::Form(Box::new(FormMessage {
            body,
            button,
            form: form.into(),
            token,
            opens,
            draft,
            media: None,
            edges,
        }))
    };
    let data = json!({"days": ["2026-11-24"]}).as_object().cloned().unwrap();
    let screen = FormStart::Screen { screen: Some("DAY".into()), data };
    assert_eq!(
        left(form("1234567890", screen, false)).await,
        json!({"type": "interactive", "interactive": {"type": "flow", "header": {"type": "text", "text": "Visits"},
            "body": {"text": "Book a visit"}, "action": {"name": "flow", "parameters": {
                "flow_message_version": "3", "flow_token": "visit:1:t1~x", "flow_cta": "Choose",
                "flow_id": "1234567890", "flow_action": "navigate",
                "flow_action_payload": {"screen": "DAY", "data": {"days": ["2026-11-24"]}}}}}})
    );
    let parameters = &left(form("visit", FormStart::Endpoint, true)).await["interactive"]["action"]["parameters"];
    assert_eq!(
        *parameters,
        json!({"flow_message_version": "3", "flow_token": "visit:1:t1~x", "flow_cta": "Choose", "flow_name": "visit",
            "mode": "draft", "flow_action": "data_exchange"})
    );
    let plain = FormStart::Screen { screen: None, data: serde_json::Map::new() };
    let parameters = &left(form("visit", plain, false)).await["interactive"]["action"]["parameters"];
    assert_eq!(parameters.get("flow_action_payload"), None, "Meta refuses empty data");
}

#[tokio::test]
async fn a_place_leaves_with_what_is_known_of_it() {
    let place = |name: Option<&str>| Location {
        latitude: 38.7223,
        longitude: -9.1393,
        name: name.map(str::to_owned),
        address: name.map(|_| "Rua Augusta 1".to_owned()),
    };
    assert_eq!(
        left(Content::Location(place(Some("Oficina")))).await,
        json!({"type": "location", "location": {"latitude": 38.7223, "longitude": -9.1393, "name": "Oficina",
            "address": "Rua Augusta 1"}})
    );
    assert_eq!(
        left(Content::Location(place(None))).await["location"],
        json!({"latitude": 38.7223, "longitude": -9.1393})
    );
}

#[tokio::test]
async fn a_contact_card_leaves_with_its_parts() {
    let full = ContactCard {
        name: "Inês Silva".into(),
        first_name: Some("Inês".into()),
        last_name: Some("Silva".into()),
        company: Some("Oficina".into()),
        title: Some("Mecânica".into()),
        phones: vec![CardPhone {
            number: "+351 960 000 111".into(),
            kind: Some("WORK".into()),
            wa_id: Some("351960000111".into()),
        }],
        emails: vec![CardEmail { address: "ines@oficina.example".into(), kind: None }],
        urls: vec!["https://oficina.example".into()],
    };
    let bare = ContactCard { name: "Recepção".into(), ..ContactCard::default() };
    assert_eq!(
        left(Content::ContactCards { cards: vec![full, bare] }).await,
        json!({"type": "contacts", "contacts": [
            {"name": {"formatted_name": "Inês Silva", "first_name": "Inês", "last_name": "Silva"},
                "org": {"company": "Oficina", "title": "Mecânica"},
                "phones": [{"phone": "+351 960 000 111", "type": "WORK", "wa_id": "351960000111"}],
                "emails": [{"email": "ines@oficina.example", "type": "WORK"}],
                "urls": [{"url": "https://oficina.example", "type": "WORK"}]},
            // Meta takes no card whose name has one part only.
            {"name": {"formatted_name": "Recepção", "first_name": "Recepção"}}]})
    );
}

#[tokio::test]
async fn files_leave_as_links_and_captions_only_where_meta_takes_them() {
    let link = "https://files.example/x";
    let expected = [
        (MediaKind::Image, json!({"link": link, "caption": "c"})),
        (MediaKind::Video, json!({"link": link, "caption": "c"})),
        (MediaKind::Document, json!({"link": link, "caption": "c", "filename": "conta.pdf"})),
        (MediaKind::Audio, json!({"link": link})),
        (MediaKind::Sticker, json!({"link": link})),
    ];
    for (kind, part) in expected {
        let body = left(Content::Media { media: file(kind), caption: Some("c".into()) }).await;
        assert_eq!(body, json!({"type": kind.as_str(), kind.as_str(): part}));
    }
}

#[tokio::test]
async fn direct_send_is_the_message_itself_with_its_category() {
    let platform = Graph::start().await;
    let plain = Outgoing { direct: false, ..outgoing(Content::Text { body: "It is here.".into() }) };
    let direct = Outgoing { direct: true, ..plain.clone() };
    for message in [&plain, &direct] {
        meta(&platform.base).send(&client(), message).await.unwrap();
    }
    let sent = platform.sent();
    let mut wanted = sent[0].body.clone();
    wanted["category"] = "utility".into();
    assert_eq!(sent[1].body, wanted);
}

#[tokio::test]
async fn a_template_leaves_with_all_its_parameters() {
    let template = TemplateMessage {
        name: "lembrete".into(),
        language: Some("pt_PT".into()),
        header: Some(HeaderValue::Media(file(MediaKind::Image))),
        body: Parameters::Positional(vec!["Inês".into(), "amanhã".into()]),
        buttons: vec![
            ButtonValue::Reply { payload: "tok".into(), title: "Sim".into() },
            ButtonValue::UrlSuffix("a/1".into()),
        ],
        ttl: None,
        reference: None,
        parts: Default::default(),
    };
    assert_eq!(
        left(Content::Template(template)).await,
        json!({"type": "template", "template": {"name": "lembrete", "language": {"code": "pt_PT"}, "components": [
            {"type": "header", "parameters": [{"type": "image", "image": {"link": "https://files.example/x"}}]},
            {"type": "body", "parameters": [{"type": "text", "text": "Inês"}, {"type": "text", "text": "amanhã"}]},
            {"type": "button", "sub_type": "quick_reply", "index": "0", "parameters": [{"type": "payload", "payload": "tok"}]},
            {"type": "button", "sub_type": "url", "index": "1", "parameters": [{"type": "text", "text": "a/1"}]}]}})
    );
    let named = TemplateMessage {
        name: "ola".into(),
        language: Some("en".into()),
        header: Some(HeaderValue::Text("Hi".into())),
        body: Parameters::Named(BTreeMap::from([("day".into(), "Monday".into())])),
        buttons: vec![],
        ttl: None,
        reference: None,
        parts: Default::default(),
    };
    assert_eq!(
        left(Content::Template(named)).await["template"]["components"],
        json!([{"type": "header", "parameters": [{"type": "text", "text": "Hi"}]},
            {"type": "body", "parameters": [{"type": "text", "parameter_name": "day", "text": "Monday"}]}])
    );
    let bare = TemplateMessage {
        name: "ola".into(),
        language: Some("en".into()),
        header: None,
        body: Parameters::None,
        buttons: vec![],
        ttl: None,
        reference: None,
        parts: Default::default(),
    };
    let template = left(Content::Template(bare)).await["template"].clone();
    assert_eq!(template, json!({"name": "ola", "language": {"code": "en"}}));
}

#[tokio::test]
async fn a_template_leaves_with_its_rare_parts() {
    let place = Location { latitude: 38.7, longitude: -9.1, name: Some("Oficina".into()), address: None };
    let card = CardValues {
        header: Some(HeaderValue::Media(file(MediaKind::Image))),
        body: Parameters::Positional(vec!["A7".into()]),
        buttons: vec![ButtonValue::Reply { payload: "buy".into(), title: "Buy".into() }],
    };
    let template = TemplateMessage {
        name: "oferta".into(),
        language: Some("pt_PT".into()),
        header: Some(HeaderValue::Location(place)),
        body: Parameters::None,
        buttons: vec![
            ButtonValue::CopyCode("SAVE10".into()),
            ButtonValue::Form { token: None, data: None },
            ButtonValue::Form { token: Some("t".into()), data: Some(json!({"screen": "FIRST"})) },
        ],
        ttl: None,
        reference: None,
        parts: Box::new(PartValues {
            cards: vec![card],
            offer_ends: Some(Time(1_795_262_400_000)),
            ..PartValues::default()
        }),
    };
    let button = |sub_type: &str, index: &str, parameter: Value| json!({"type": "button", "sub_type": sub_type, "index": index, "parameters": [parameter]});
    assert_eq!(
        left(Content::Template(template)).await["template"]["components"],
        json!([
            {"type": "header", "parameters": [{"type": "location", "location": {
                "latitude": "38.7", "longitude": "-9.1", "name": "Oficina", "address": ""}}]},
            {"type": "limited_time_offer", "parameters": [{"type": "limited_time_offer",
                "limited_time_offer": {"expiration_time_ms": 1_795_262_400_000_i64}}]},
            button("copy_code", "0", json!({"type": "coupon_code", "coupon_code": "SAVE10"})),
            button("flow", "1", json!({"type": "action", "action": {"flow_token": "unused"}})),
            button("flow", "2", json!({"type": "action", "action": {
                "flow_token": "t", "flow_action_data": {"screen": "FIRST"}}})),
            {"type": "carousel", "cards": [{"card_index": 0, "components": [
                {"type": "header", "parameters": [{"type": "image", "image": {"link": "https://files.example/x"}}]},
                {"type": "body", "parameters": [{"type": "text", "text": "A7"}]},
                button("quick_reply", "0", json!({"type": "payload", "payload": "buy"}))]}]},
        ])
    );
}

#[tokio::test]
async fn who_has_no_phone_is_reached_by_user_id_and_a_reply_quotes() {
    let graph = Graph::start().await;
    let mut message = outgoing(text("Olá"));
    message.to.remove(0);
    message.reply_to = Some(ProviderId::from("wamid.T1"));
    meta(&graph.base).send(&client(), &message).await.unwrap();
    let body = &graph.sent()[0].body;
    assert_eq!((body["recipient"].as_str(), body.get("to")), (Some("PT.5A0C77"), None));
    assert_eq!(body["context"], json!({"message_id": "wamid.T1"}));
    message.to.clear();
    let error = meta(&graph.base).send(&client(), &message).await.unwrap_err();
    assert_eq!((error.next, error.code.as_str()), (Next::Rejected { why: RefusalCause::Request }, "no_recipient"));
    assert_eq!(graph.sent().len(), 1);
}

#[tokio::test]
async fn each_bad_answer_says_what_to_do() {
    let graph = Graph::start().await;
    let cases = [
        (Fault::Code { status: 400, code: 131047 }, Next::WindowClosed, "131047"),
        (Fault::Code { status: 400, code: 131056 }, Next::RetryPair { after: None }, "131056"),
        (Fault::Code { status: 400, code: 131049 }, Next::WaitDay, "131049"),
        (Fault::Code { status: 401, code: 190 }, Next::Misconfigured, "190"),
        (Fault::Code { status: 500, code: 131000 }, Next::Ambiguous, "131000"),
        (Fault::TooMany { retry_after: 3 }, Next::Retry { after: Some(Span::seconds(3)) }, "130429"),
        (Fault::Html(503), Next::Ambiguous, "http_503"),
        (Fault::NoId, Next::Ambiguous, "no_id"),
        (Fault::Cut, Next::Ambiguous, "connection_lost"),
        (Fault::Endless, Next::Ambiguous, "no_id"),
    ];
    for (fault, next, code) in cases {
        graph.fail_next(fault.clone());
        let error = send(&graph, text("Olá")).await.unwrap_err();
        assert_eq!((error.next, error.code.as_str()), (next, code), "{fault:?}");
    }
    assert!(send(&graph, text("Olá")).await.is_ok());
}

fn request(url: String, timeout: Duration) -> HttpRequest {
    HttpRequest {
        method: Method::Post,
        url,
        auth: Auth::None,
        body: Some(Body::Json(b"{}".to_vec())),
        timeout,
        sender: None,
    }
}

#[tokio::test]
async fn an_endless_answer_is_cut_at_the_limit() {
    let graph = Graph::start().await;
    graph.fail_next(Fault::Endless);
    let url = format!("{}/v24.0/1/messages", graph.base);
    let answer = client().send(request(url, Duration::from_secs(20))).await.unwrap();
    assert_eq!((answer.body.len(), answer.cut), (PROVIDER_ANSWER_BYTES_MAX, true));
}

#[tokio::test]
async fn only_a_refused_connection_is_surely_not_sent() {
    let graph = Graph::start().await;
    graph.fail_next(Fault::Silent);
    let url = format!("{}/v24.0/1/messages", graph.base);
    let error = client().send(request(url, Duration::from_millis(100))).await.unwrap_err();
    assert_eq!((error.sent, error.code), (Sent::Perhaps, "timeout"));
    // A port that was ours a moment ago, and nobody listens on now.
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let error = client().send(request(format!("http://{closed}/"), Duration::from_secs(5))).await.unwrap_err();
    assert_eq!((error.sent, error.code), (Sent::No, "unreachable"));
}

/// Gives answers from a list, and records where the token was sent.
struct Canned(std::sync::Mutex<Vec<String>>, u16, &'static str);

impl Http for Canned {
    fn send(&self, request: HttpRequest) -> BoxFuture<'_, Result<HttpResponse, HttpError>> {
        self.0.lock().unwrap().push(request.url);
        let answer = HttpResponse { status: self.1, body: self.2.as_bytes().to_vec(), ..HttpResponse::default() };
        Box::pin(async move { Ok(answer) })
    }
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let canned = Canned(Default::default(), 302, "");
    let error = meta("https://graph.example/").send(&canned, &outgoing(text("x"))).await.unwrap_err();
    assert_eq!(error.next, Next::Misconfigured);
    assert_eq!(*canned.0.lock().unwrap(), ["https://graph.example/v24.0/700100200300400/messages"]);
}

#[tokio::test]
async fn the_catalogue_is_read_page_by_page_from_api_base() {
    let graph = Graph::start().await;
    let entry = |name: &str, status: &str| {
        json!({"id": "41", "name": name, "language": "pt_PT", "status": status, "category": "UTILITY", "components": [
            {"type": "HEADER", "format": "TEXT", "text": "Olá {{1}}"}, {"type": "BODY", "text": "Até {{1}}"},
            {"type": "BUTTONS", "buttons": [{"type": "QUICK_REPLY", "text": "Sim"},
                {"type": "URL", "text": "Ver", "url": "https://x.example/{{1}}"}]}]})
    };
    let mut short = entry("b", "PAUSED");
    short["message_send_ttl_seconds"] = 43_200.into();
    graph.templates(vec![json!([entry("a", "APPROVED"), 5, {"name": "no language"}]), json!([short])]);
    let templates = meta(&graph.base).templates(&client(), SenderId(12)).await.unwrap();
    insta::assert_debug_snapshot!(templates);
}

#[tokio::test]
async fn the_catalogue_tells_what_few_templates_have() {
    let graph = Graph::start().await;
    let button = |kind: &str| json!({"type": kind, "text": "x"});
    let card = json!({"components": [{"type": "HEADER", "format": "IMAGE"}, {"type": "BODY", "text": "Buy {{1}}"},
        {"type": "BUTTONS", "buttons": [button("QUICK_REPLY")]}]});
    let buttons = ["COPY_CODE", "FLOW", "OTP", "MPM", "CATALOG"].map(button);
    let entry = json!({"id": "42", "name": "oferta", "language": "pt_PT", "status": "APPROVED", "category": "MARKETING",
        "components": [{"type": "HEADER", "format": "LOCATION"}, {"type": "BODY", "text": "Olá"},
            {"type": "LIMITED_TIME_OFFER", "limited_time_offer": {"text": "Só hoje", "has_expiration": true}},
            {"type": "BUTTONS", "buttons": buttons},
            {"type": "CAROUSEL", "cards": [card]}]});
    graph.templates(vec![json!([entry])]);
    let template = meta(&graph.base).templates(&client(), SenderId(12)).await.unwrap().remove(0);
    let title = || "x".to_owned();
    assert_eq!(
        template.buttons,
        [
            TemplateButtonKind::CopyCode { title: title() },
            TemplateButtonKind::Form { title: title() },
            TemplateButtonKind::Password { title: title() },
            TemplateButtonKind::Products { title: title() },
            TemplateButtonKind::Other { title: title() },
        ]
    );
    let shape = CardShape {
        header: Some(TemplateHeader::Image),
        body: "Buy {{1}}".into(),
        buttons: vec![TemplateButtonKind::QuickReply { title: title() }],
    };
    assert_eq!((template.parts.cards, template.parts.offer), (vec![shape], Some(Offer::Ends)));
    assert_eq!(template.header, Some(TemplateHeader::Location));
}

#[tokio::test]
async fn the_doctor_tells_what_is_wrong() {
    let graph = Graph::start().await;
    graph.answer(
        "/700100200300400",
        200,
        json!({"display_phone_number": "+351 21 000 0001", "quality_rating": "GREEN",
        "health_status": {"can_send_message": "LIMITED", "entities": [{"entity_type": "BUSINESS",
        "errors": [{"error_code": 141010, "error_description": "no payment", "possible_solution": "add a card"}]}]}}),
    );
    graph.answer("/subscribed_apps", 401, json!({"error": {"code": 190, "message": "expired"}}));
    let checkup = meta(&graph.base).checkup(&client(), SenderId(12)).await.unwrap();
    let number = checkup.number.unwrap();
    assert!(number.phone_matches);
    assert_eq!(number.problems, ["BUSINESS 141010: no payment (add a card)"]);
    let trouble = checkup.account.unwrap_err();
    assert_eq!(trouble.kind, "token");
    assert_eq!(trouble.text, "the access token is not valid; make a new one (HTTP 401: expired)");
}

#[tokio::test]
async fn the_wire_log_tells_everything_but_what_is_private() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("wire.jsonl");
    let log = WireLog::open(&path).unwrap();
    let graph = Graph::start().await;
    let client = Client::new(Arc::new(SystemClock), Some(log));
    meta(&graph.base).send(&client, &outgoing(text("um segredo"))).await.unwrap();
    drop(client);
    let line = loop {
        let text = std::fs::read_to_string(&path).unwrap();
        if text.ends_with('\n') {
            break text;
        }
        tokio::task::yield_now().await;
    };
    let entry: Value = serde_json::from_str(&line).unwrap();
    assert_eq!(entry["url"], json!(format!("{}/v24.0/{{id}}/messages", graph.base)));
    assert_eq!((&entry["status"], &entry["sender"]), (&json!(200), &json!(12)));
    assert_eq!(entry["request"]["text"]["body"], json!("<10>"));
    assert_eq!(entry["request"]["biz_opaque_callback_data"], json!("transom:4711"));
    for private in ["segredo", "351960000111", "EAAB", "wamid", "700100200300400"] {
        assert!(!line.contains(private), "{private} in {line}");
    }
}

#[tokio::test]
async fn the_emulator_posts_statuses_that_we_believe() {
    use transom::{channel::RawRequest, model::inbound::Inbound};
    let (heard, mut items) = tokio::sync::mpsc::channel(8);
    let webhook = axum::routing::post(move |headers: axum::http::HeaderMap, body: axum::body::Bytes| async move {
        let request =
            RawRequest { method: "POST", query: "", headers: &headers, body: &body, now: Time(1), sender: None };
        for item in meta("").receive(&request).unwrap() {
            heard.send(item.what).await.unwrap();
        }
    });
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/webhooks/meta", listener.local_addr().unwrap());
    let app = axum::Router::new().route("/webhooks/meta", webhook);
    tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });

    let graph = Graph::start().await;
    graph.post_statuses(Statuses { url, app_secret: "s".into(), states: vec!["sent", "delivered"] });
    graph.fail_next(Fault::Late(Duration::from_millis(1)));
    let receipt = send(&graph, text("Olá")).await.unwrap();
    let sent = graph.until_sent(1).await;
    assert_eq!((sent[0].to(), sent[0].text()), ("+351960000111", "Olá"));
    for state in ["sent", "delivered"] {
        let Some(Inbound::Status { sender, status }) = items.recv().await else { panic!("no status") };
        assert_eq!((sender, status.ours, status.state.as_str()), (SenderId(12), Some(OutboundId(4711)), state));
        assert_eq!(status.provider_id, receipt.provider_id);
    }
    assert!(!sent[0].raw.is_empty());
}
