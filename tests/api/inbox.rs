//! Tests what the inbox asks for: lists of conversations, the search, who has a conversation, refused messages.

use super::{
    host::{ANA, Host, OPERATOR},
    sign_in::signed_in,
};
use crate::{graph::Fault, store::on_both};
use reqwest::Method;
use serde_json::{Value as Json, json};
use transom::base::time::Span;

const BEA: &str = "+34600111333";
const DESK: &str = "flow: desk\nwhen:\n  - message: person\nsteps:\n  - say: Rosa will come\n  - handoff: shop\n";
const BOT: &str = "bot: Shop\nlanguage: en\ntimezone: Europe/Madrid\nteams:\n  shop: {}\n";

async fn host(database: &str) -> Host {
    Host::on(database, &[("flows/_bot.yaml", BOT), ("flows/desk.yaml", DESK)], "").await
}

async fn list(host: &Host, query: &str) -> Vec<Json> {
    let body = host.get("key-acme", &format!("/v1/conversations?{query}")).await.is(200);
    body["data"].as_array().unwrap().clone()
}

fn phones(rows: &[Json]) -> Vec<&str> {
    rows.iter().map(|row| row["contact"]["phone"].as_str().unwrap()).collect()
}

async fn id_of(host: &Host, phone: &str) -> String {
    let found = list(host, &format!("search={}", phone.trim_start_matches('+'))).await;
    found[0]["id"].to_string()
}

async fn counts(host: &Host, key: &str) -> (i64, i64) {
    let body = host.get(key, "/v1/conversations/counts").await.is(200);
    (body["waiting"].as_i64().unwrap(), body["taken"].as_i64().unwrap())
}

#[test]
fn who_waits_for_a_person_is_listed_until_somebody_takes_it() {
    on_both(|bed| async move {
        let mut host = host(&bed.url).await;
        host.ana_says("hello").await;
        host.advance(Span::minutes(1)).await;
        host.somebody_says(BEA, "person").await;
        host.somebody_says(BEA, "are you there?").await;
        host.advance(Span::minutes(1)).await;
        host.ana_says("person").await;
        assert_eq!(phones(&list(&host, "state=waiting").await), [BEA, ANA], "the longest waiting first");
        assert_eq!(phones(&list(&host, "sort=recent").await), [ANA, BEA], "whoever wrote last first");
        assert_eq!(counts(&host, "key-acme").await, (2, 0));
        assert_eq!(counts(&host, "key-other").await, (0, 0), "of the own account");
        let bea = &list(&host, "state=waiting").await[0];
        assert_eq!((&bea["unanswered"], &bea["account"]), (&json!(1), &json!("acme")));
        assert_eq!(
            (&bea["last_message"]["text"], &bea["last_message"]["direction"]),
            (&json!("are you there?"), &json!("in"))
        );
        let path = format!("/v1/conversations/{}", bea["id"]);
        let taken = host.post("key-acme", &format!("{path}/take-over"), json!({"agent": "Rosa"})).await.is(200);
        assert_eq!((&taken["with_person"]["agent"], &taken["waiting_since"]), (&json!("Rosa"), &Json::Null));
        assert_eq!(taken["with_person"]["team"], "shop");
        assert_eq!(phones(&list(&host, "state=waiting").await), [ANA]);
        assert_eq!(phones(&list(&host, "state=taken").await), [BEA]);
        assert_eq!(list(&host, "state=bot").await, Vec::<Json>::new());
        assert_eq!(counts(&host, "key-acme").await, (1, 1));
        host.post("key-acme", &format!("{path}/hand-back"), json!({"agent": "Rosa"})).await.is(200);
        assert_eq!(phones(&list(&host, "state=bot").await), [BEA]);
        host.stop().await;
    });
}

#[test]
fn a_part_of_a_name_or_number_finds_contacts_and_their_conversations() {
    on_both(|bed| async move {
        let mut host = host(&bed.url).await;
        host.ana_says("hello").await;
        host.advance(Span::minutes(1)).await;
        host.somebody_says(BEA, "hello").await;
        let found = host.get("key-acme", "/v1/contacts?search=600%20111%20333").await.is(200);
        let path = format!("/v1/contacts/{}", found["data"][0]["id"]);
        let headers = [("authorization", "Bearer key-acme")];
        let change = json!({"name": "Béa Núñez"}).to_string();
        host.request(Method::PATCH, &path, &headers, change).await.is(200);
        for (query, wanted) in [
            ("search=nunez", vec![BEA]),
            ("search=N%C3%9A%C3%91EZ%20b", vec![BEA]),
            ("search=600111", vec![BEA, ANA]),
            ("search=%2B34600111222", vec![ANA]),
            ("search=nobody", vec![]),
            ("search=600111&state=waiting", vec![]),
            ("search=600111&sender=12", vec![BEA, ANA]),
            ("search=600111&sender=1", vec![]),
        ] {
            assert_eq!(phones(&list(&host, query).await), wanted, "{query}");
        }
        let first = host.get("key-acme", "/v1/conversations?search=600111&limit=1").await.is(200);
        let cursor = first["next_cursor"].as_str().unwrap();
        let rest = list(&host, &format!("search=600111&limit=1&cursor={cursor}")).await;
        assert_eq!(phones(&rest), [ANA]);
        let names = host.get("key-acme", "/v1/contacts?search=nunez").await.is(200);
        assert_eq!(names["data"][0]["name"], "Béa Núñez");
        assert_eq!(host.get("key-other", "/v1/contacts?search=nunez").await.is(200)["data"], json!([]));
        assert_eq!(host.get("key-other", "/v1/conversations?search=nunez").await.is(200)["data"], json!([]));
        host.post("key-acme", &format!("{path}/erase"), json!({})).await.is(200);
        assert_eq!(list(&host, "search=nunez").await, Vec::<Json>::new());
        host.stop().await;
    });
}

#[tokio::test]
async fn of_two_who_take_over_the_second_is_told_who_was_first() {
    let mut host = host("sqlite://t.db").await;
    host.ana_says("person").await;
    let path = format!("/v1/conversations/{}/take-over", id_of(&host, ANA).await);
    let take = |agent: &str| json!({"agent": agent});
    host.post("key-acme", &path, take("Rosa")).await.is(200);
    host.post("key-acme", &path, take("Rosa")).await.is(200);
    let late = host.post("key-acme", &path, take("Eva")).await.is(409);
    assert_eq!(late["code"], "taken");
    assert!(late["detail"].as_str().unwrap().contains("`Rosa`"), "{late}");
    let anyway = json!({"agent": "Eva", "unless_taken": false});
    let now = host.post("key-acme", &path, anyway).await.is(200);
    assert_eq!(now["with_person"]["agent"], "Eva", "asked for by name it is taken from her");
}

#[tokio::test]
async fn of_two_who_take_over_in_the_same_moment_one_has_it() {
    let mut host = host("sqlite://t.db").await;
    host.ana_says("person").await;
    let path = format!("/v1/conversations/{}/take-over", id_of(&host, ANA).await);
    let take = |agent: &'static str| host.post("key-acme", &path, json!({"agent": agent}));
    let answers = tokio::join!(take("Rosa"), take("Eva"), take("Bea"));
    let answers = [("Rosa", answers.0), ("Eva", answers.1), ("Bea", answers.2)];
    let (had, late): (Vec<_>, Vec<_>) = answers.iter().partition(|(_, answer)| answer.status == 200);
    let ([(first, _)], [_, _]) = (had.as_slice(), late.as_slice()) else { panic!("{} have it", had.len()) };
    for (_, answer) in &late {
        assert_eq!((answer.status, &answer.json()["code"]), (409, &json!("taken")), "{}", answer.text);
        assert!(answer.json()["detail"].as_str().unwrap().contains(&format!("`{first}`")), "{}", answer.text);
    }
}

#[tokio::test]
async fn what_a_removed_person_had_waits_again_or_is_with_the_bot() {
    let mut host = host("sqlite://t.db").await;
    host.ana_says("person").await;
    host.somebody_says(BEA, "hello").await;
    let rosa = signed_in(&host, "Rosa", "agent", Json::Null).await;
    signed_in(&host, "Eva", "agent", Json::Null).await;
    let headers = [("cookie", rosa.as_str()), ("origin", host.base.as_str())];
    let (ana, bea) = (id_of(&host, ANA).await, id_of(&host, BEA).await);
    for id in [&ana, &bea] {
        host.advance(Span::minutes(1)).await;
        let path = format!("/v1/conversations/{id}");
        host.request(Method::POST, &format!("{path}/take-over"), &headers, "{}").await.is(200);
        host.request(Method::POST, &format!("{path}/messages"), &headers, r#"{"text": "Hi"}"#).await.is(201);
    }
    assert_eq!(counts(&host, "key-acme").await, (0, 2));
    let people = host.get(OPERATOR, "/v1/people").await.is(200);
    let id =
        |name: &str| people["data"].as_array().unwrap().iter().find(|one| one["name"] == name).unwrap()["id"].clone();
    let removed = async |name: &str| {
        let key = format!("Bearer {OPERATOR}");
        let path = format!("/v1/people/{}", id(name));
        host.request(Method::DELETE, &path, &[("authorization", key.as_str())], "").await.status
    };
    assert_eq!(removed("Eva").await, 204);
    assert_eq!(counts(&host, "key-acme").await, (0, 2), "she had none of them");
    assert_eq!(removed("Rosa").await, 204);
    let now = host.get("key-acme", &format!("/v1/conversations/{ana}")).await.is(200);
    let with = &now["with_person"];
    assert_eq!((&with["team"], &with["agent"]), (&json!("shop"), &Json::Null), "{now}");
    assert_eq!(counts(&host, "key-acme").await, (1, 0), "it waits for somebody of the team");
    let sent = host.graph.sent().len();
    host.ana_says("hello").await;
    assert_eq!(host.graph.sent().len(), sent, "the bot stays silent");
    assert_eq!(host.get("key-acme", &format!("/v1/conversations/{bea}")).await.is(200)["state"], "bot");
    host.somebody_says(BEA, "hello").await;
    assert_eq!(host.graph.sent().len(), sent + 1, "the bot answers again");
}

#[tokio::test]
async fn a_message_says_who_wrote_it_and_the_conversation_is_theirs() {
    let mut host = host("sqlite://t.db").await;
    host.ana_says("person").await;
    let path = format!("/v1/conversations/{}", id_of(&host, ANA).await);
    let said = host.post("key-acme", &format!("{path}/messages"), json!({"text": "Hi", "agent": "Rosa"})).await;
    assert_eq!(said.is(201)["agent"], "Rosa");
    let now = host.get("key-acme", &path).await.is(200);
    assert_eq!((&now["with_person"]["agent"], &now["unanswered"]), (&json!("Rosa"), &json!(0)));
    assert_eq!(now["waiting_since"], Json::Null);
}

#[tokio::test]
async fn a_refused_message_is_named_and_its_key_sends_nothing_more() {
    let mut host = host("sqlite://t.db").await;
    host.ana_says("person").await;
    let path = format!("/v1/conversations/{}/messages", id_of(&host, ANA).await);
    host.graph.fail_next(Fault::Code { status: 400, code: 131_026 });
    let refused = host.post_once("key-acme", &path, "m1", json!({"text": "Hi"})).await.is(422);
    let shown = host.get("key-acme", &format!("/v1/messages/{}", refused["message_id"])).await.is(200);
    assert_eq!(shown["text"], "Hi");
    let sent = host.graph.sent().len();
    assert_eq!(host.post_once("key-acme", &path, "m1", json!({"text": "Hi"})).await.is(422), refused);
    assert_eq!(host.graph.sent().len(), sent);
    host.advance(Span::hours(25)).await;
    let closed = host.post_once("key-acme", &path, "m2", json!({"text": "Hi"})).await.is(409);
    assert_eq!((&closed["code"], &closed["message_id"]), (&json!("window_closed"), &Json::Null));
}

#[tokio::test]
async fn wrong_filters_are_named() {
    let host = host("sqlite://t.db").await;
    let long = format!("search={}", "x".repeat(101));
    for (query, status) in
        [("state=mine", 422), ("sort=oldest", 422), ("sender=77", 404), ("account=none", 404), (long.as_str(), 422)]
    {
        host.get("key-acme", &format!("/v1/conversations?{query}")).await.is(status);
    }
    host.get("key-acme", &format!("/v1/contacts?{long}")).await.is(422);
}

#[tokio::test]
async fn somebody_who_is_signed_in_acts_under_their_own_name() {
    let mut host = host("sqlite://t.db").await;
    host.ana_says("person").await;
    let path = format!("/v1/conversations/{}", id_of(&host, ANA).await);
    let rosa = signed_in(&host, "Rosa", "agent", json!(["acme"])).await;
    let headers = [("cookie", rosa.as_str()), ("origin", host.base.as_str())];
    let act = async |verb: &str, body: Json| {
        host.request(Method::POST, &format!("{path}/{verb}"), &headers, body.to_string()).await.json()
    };
    assert_eq!(act("take-over", json!({"agent": "Eva"})).await["with_person"]["agent"], "Rosa");
    assert_eq!(act("messages", json!({"text": "Hi"})).await["agent"], "Rosa");
    let theirs = signed_in(&host, "Olga", "agent", json!(["other"])).await;
    let headers = [("cookie", theirs.as_str()), ("origin", host.base.as_str())];
    let late = host.request(Method::POST, &format!("{path}/take-over"), &headers, "{}").await;
    assert_eq!(late.is(404)["code"], "not_found");
    let counts = host.request(Method::GET, "/v1/conversations/counts", &headers, "").await;
    assert_eq!(counts.is(200), json!({"waiting": 0, "taken": 0}));
}
