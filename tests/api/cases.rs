//! Tests the cases of people: the queue, taking and giving on, due times, assignment by the team, notes and replies.

use super::{
    host::{ANA, Answer, Host, OPERATOR},
    sign_in::signed_in,
};
use crate::store::on_both;
use reqwest::Method;
use serde_json::{Value as Json, json};
use transom::{
    base::{
        ids::{ContactId, ConversationId},
        limits::{CASES_GIVEN_OUT_MAX, NOTES_MAX},
        time::Span,
    },
    store::{
        WriteSet,
        tables::{
            note::{self, Note},
            session, support_case,
        },
    },
};

const BEA: &str = "+34600111333";
const CAI: &str = "+34600111444";
const BOT: &str = "bot: Shop
language: en
timezone: Europe/Madrid
teams:
  desk: {answer_within: 30m, solve_within: 4h}
  line: {assign: in_turn, at_most: 1, answer_within: 1h}
replies:
  hours: We are open from nine to five.
  thanks: 'Thank you, ${contact.first_name ?? \"dear customer\"}!'
";
const DESK: &str = "flow: desk
when: [{message: person}]
steps: [{say: Somebody will come}, {handoff: desk, summary: 'Said ${msg.text}', priority: low}]
";
const LINE: &str = "flow: line
when: [{message: line}]
steps: [{handoff: line}]
";

async fn host(database: &str) -> Host {
    let files = [("flows/_bot.yaml", BOT), ("flows/desk.yaml", DESK), ("flows/line.yaml", LINE)];
    Host::on(database, &files, "").await
}

async fn list(host: &Host, query: &str) -> Vec<Json> {
    let body = host.get("key-acme", &format!("/v1/cases?{query}")).await.is(200);
    body["data"].as_array().unwrap().clone()
}

fn phones(rows: &[Json]) -> Vec<&str> {
    rows.iter().map(|row| row["contact"]["phone"].as_str().unwrap()).collect()
}

async fn post(host: &Host, path: &str, tag: Option<&Json>, body: Json) -> Answer {
    let mut headers = vec![("authorization", "Bearer key-acme")];
    headers.extend(tag.map(|tag| ("if-match", tag.as_str().unwrap())));
    host.request(Method::POST, path, &headers, body.to_string()).await
}

async fn conversation(host: &Host, phone: &str) -> Json {
    let path = format!("/v1/conversations?search={}", phone.trim_start_matches('+'));
    host.get("key-acme", &path).await.is(200)["data"][0].clone()
}

/// Each open row is the case of its conversation's session, and the other way round.
async fn is_whole(host: &Host) {
    let page = host.get("key-acme", "/v1/conversations?limit=200").await.is(200);
    for row in page["data"].as_array().unwrap() {
        let id = ConversationId(row["id"].as_i64().unwrap());
        let stored = session::find(&host.app.store, id).await.unwrap();
        let held = stored.and_then(|stored| stored.session.person?.case?.id);
        let open = support_case::open_of(&host.app.store, id).await.unwrap();
        assert_eq!(open.map(|case| case.id), held);
    }
}

#[test]
fn a_handoff_is_a_case_until_the_bot_has_the_conversation_again() {
    on_both(|bed| async move {
        let mut host = host(&bed.url).await;
        host.ana_says("person").await;
        let case = list(&host, "").await[0].clone();
        assert_eq!((&case["state"], &case["team"], &case["agent"]), (&json!("waiting"), &json!("desk"), &Json::Null));
        assert_eq!(
            (&case["summary"], &case["priority"], &case["flow"]),
            (&json!("Said person"), &json!("low"), &json!("desk"))
        );
        assert_eq!(host.get("key-acme", &format!("/v1/runs/{}", case["run_id"])).await.is(200)["flow"], "desk");
        assert_eq!((&case["due_at"], &case["overdue"]), (&json!("2026-03-27T09:30:00+00:00"), &json!(false)));
        assert_eq!(conversation(&host, ANA).await["case"]["id"], case["id"]);
        let path = format!("/v1/conversations/{}", case["conversation_id"]);
        host.post("key-acme", &format!("{path}/messages"), json!({"text": "Hello", "agent": "Rosa"})).await.is(201);
        let case = list(&host, "").await[0].clone();
        assert_eq!((&case["state"], &case["agent"]), (&json!("answered"), &json!("Rosa")));
        assert_eq!(case["due_at"], "2026-03-27T13:00:00+00:00", "the solution");
        host.advance(Span::minutes(1)).await;
        host.ana_says("and?").await;
        let case = list(&host, "state=taken").await[0].clone();
        assert_eq!(case["due_at"], "2026-03-27T09:31:00+00:00");
        is_whole(&host).await;
        host.post("key-acme", &format!("{path}/hand-back"), json!({})).await.is(200);
        assert!(list(&host, "").await.is_empty() && list(&host, "sort=due").await.is_empty());
        let closed = list(&host, "state=closed").await;
        assert_eq!((closed.len(), &closed[0]["id"], &closed[0]["agent"]), (1, &case["id"], &json!("Rosa")));
        assert_eq!(closed[0]["overdue"], false);
        assert_eq!(conversation(&host, ANA).await["case"], Json::Null);
        is_whole(&host).await;
        host.stop().await;
    });
}

#[test]
fn cases_are_listed_by_due_time_team_person_and_state_in_pages() {
    on_both(|bed| async move {
        let mut host = host(&bed.url).await;
        host.somebody_says(CAI, "hello").await;
        let cai = conversation(&host, CAI).await["id"].to_string();
        host.post("key-acme", &format!("/v1/conversations/{cai}/take-over"), json!({"agent": "Eva"})).await.is(200);
        host.ana_says("line").await;
        host.somebody_says(BEA, "person").await;
        assert_eq!(phones(&list(&host, "sort=due").await), [BEA, ANA, CAI], "without a promise last");
        assert_eq!(phones(&list(&host, "").await), [BEA, ANA, CAI], "newest first");
        assert_eq!(phones(&list(&host, "sort=due&team=line").await), [ANA]);
        assert_eq!(phones(&list(&host, "team=line,desk&sort=due").await), [BEA, ANA]);
        assert_eq!(phones(&list(&host, "agent=Eva").await), [CAI]);
        assert_eq!(phones(&list(&host, "state=waiting&sort=due").await), [BEA, ANA]);
        let rows = host.get("key-acme", "/v1/conversations?sort=due&team=desk,line").await.is(200);
        assert_eq!(phones(rows["data"].as_array().unwrap()), [BEA, ANA]);
        for (query, first, rest) in [("sort=due", BEA, [ANA, CAI]), ("", BEA, [ANA, CAI])] {
            let page = host.get("key-acme", &format!("/v1/cases?{query}&limit=1")).await.is(200);
            assert_eq!(phones(page["data"].as_array().unwrap()), [first]);
            let cursor = page["next_cursor"].as_str().unwrap();
            assert_eq!(phones(&list(&host, &format!("{query}&cursor={cursor}")).await), rest, "{query}");
        }
        for wrong in ["state=open", "sort=newest", "state=closed&sort=due", "teem=desk"] {
            host.get("key-acme", &format!("/v1/cases?{wrong}")).await.is(422);
        }
        assert_eq!(host.get("key-other", "/v1/cases").await.is(200)["data"], json!([]));
        host.stop().await;
    });
}

#[tokio::test]
async fn of_two_who_take_a_case_the_second_is_told_who_was_first() {
    let mut host = host("sqlite://t.db").await;
    host.ana_says("person").await;
    let case = list(&host, "").await[0].clone();
    let path = format!("/v1/cases/{}", case["id"]);
    let take = format!("{path}/take");
    let (rosa, eva) = tokio::join!(
        post(&host, &take, None, json!({"agent": "Rosa"})),
        post(&host, &take, None, json!({"agent": "Eva"})),
    );
    let mut both = [rosa.status, eva.status];
    both.sort_unstable();
    assert_eq!(both, [200, 409]);
    let lost = if rosa.status == 409 { rosa } else { eva };
    assert_eq!(lost.is(409)["code"], "taken");
    let stale = post(&host, &format!("{path}/assign"), Some(&case["etag"]), json!({"team": "line"})).await;
    assert_eq!(stale.is(412)["code"], "changed_meanwhile");
    let now = host.get("key-acme", &path).await.is(200);
    let given = post(&host, &format!("{path}/assign"), Some(&now["etag"]), json!({"team": "desk"})).await.is(200);
    assert_eq!((&given["state"], &given["agent"]), (&json!("waiting"), &Json::Null));
    let closed = post(&host, &format!("{path}/close"), None, json!({})).await.is(200);
    assert_eq!(closed["state"], "closed");
    for verb in ["take", "close"] {
        assert_eq!(post(&host, &format!("{path}/{verb}"), None, json!({})).await.is(409)["code"], "closed");
    }
    for path in [path.as_str(), "/v1/cases/1", "/v1/cases/x"] {
        host.get("key-other", path).await.is(404);
    }
    host.post("key-other", &format!("{path}/take"), json!({})).await.is(404);
    host.stop().await;
}

#[tokio::test]
async fn a_snoozed_case_comes_back_at_its_time() {
    let mut host = host("sqlite://t.db").await;
    host.ana_says("person").await;
    let path = format!("/v1/cases/{}", list(&host, "").await[0]["id"]);
    for (until, status) in [
        ("2026-03-27T09:00:00Z", 422),
        ("2027-03-28T09:00:00Z", 200),
        ("2027-03-28T09:00:01Z", 422),
        ("tomorrow", 422),
        ("2026-03-29T09:00:00Z", 200),
    ] {
        let answer = post(&host, &format!("{path}/snooze"), None, json!({"until": until})).await;
        assert_eq!(answer.status, status, "{until}: {}", answer.text);
    }
    let case = host.get("key-acme", &path).await.is(200);
    assert_eq!((&case["state"], &case["due_at"]), (&json!("snoozed"), &json!("2026-03-29T09:00:00+00:00")));
    host.advance(Span::hours(47)).await;
    assert_eq!(list(&host, "state=snoozed").await.len(), 1, "the bot has not taken it back");
    host.advance(Span::hours(1)).await;
    let case = host.get("key-acme", &path).await.is(200);
    assert_eq!(
        (&case["state"], &case["overdue"], &case["snoozed_until"]),
        (&json!("waiting"), &json!(true), &Json::Null)
    );
    host.stop().await;
}

#[test]
fn an_overdue_case_is_told_once_also_over_a_restart() {
    on_both(|bed| async move {
        let mut host = host(&bed.url).await;
        let hook = json!({"url": "https://crm.example.com/x", "types": ["case.overdue", "case"]});
        host.post("key-acme", "/v1/webhooks", hook).await.is(201);
        host.ana_says("person").await;
        let next = host.next_process().await;
        host.clock.set(host.app.now() + Span::minutes(31));
        next.run_due().await.unwrap();
        next.run_due().await.unwrap();
        let events = transom::store::tables::event::after(&host.app.store, 0, 100).await.unwrap();
        let overdue: Vec<_> = events.iter().filter(|event| event.kind == "case.overdue").collect();
        assert_eq!(overdue.len(), 1, "{events:#?}");
        let data = &overdue[0].data;
        assert_eq!(
            (&data["limit"], &data["team"], &data["priority"]),
            (&json!("answer"), &json!("desk"), &json!("normal"))
        );
        let case = list(&host, "").await[0].clone();
        assert_eq!((&case["id"], &case["overdue"], &case["priority"]), (&data["case"], &json!(true), &json!("normal")));
        let states: Vec<&Json> =
            events.iter().filter(|event| event.kind == "case").map(|event| &event.data["state"]).collect();
        assert_eq!(states, [&json!("waiting"), &json!("waiting")], "opened, then of another priority");
        host.stop().await;
    });
}

/// Adds an agent of teams who can sign in.
async fn agent(host: &Host, name: &str, teams: Json) -> String {
    let cookie = signed_in(host, name, "agent", json!(["acme"])).await;
    let id = host.get(OPERATOR, "/v1/people").await.is(200)["data"]
        .as_array()
        .unwrap()
        .iter()
        .find(|one| one["name"] == name)
        .unwrap()["id"]
        .clone();
    let headers = [("authorization", format!("Bearer {OPERATOR}"))];
    let headers: Vec<(&str, &str)> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let path = format!("/v1/people/{id}");
    host.request(Method::PATCH, &path, &headers, json!({"teams": teams}).to_string()).await.is(200);
    cookie
}

#[test]
fn a_team_gives_its_cases_to_its_people_in_turn_as_long_as_they_have_room() {
    on_both(|bed| async move {
        let mut host = host(&bed.url).await;
        host.ana_says("line").await;
        host.app.run_due().await.unwrap();
        assert_eq!(list(&host, "state=waiting").await.len(), 1, "nobody is there");
        agent(&host, "Rosa", json!(["line"])).await;
        let eva = agent(&host, "Eva", json!(["desk", "line"])).await;
        agent(&host, "Leo", json!(["desk"])).await;
        host.post(OPERATOR, "/v1/people", json!({"name": "Uma", "role": "agent", "teams": ["line"]})).await.is(201);
        host.app.run_due().await.unwrap();
        let case = list(&host, "").await[0].clone();
        assert_eq!((&case["agent"], &case["state"]), (&json!("Rosa"), &json!("taken")));
        assert_eq!(case["due_at"], "2026-03-27T10:00:00+00:00", "the customer waits on");
        // Two at once: one for Eva, one for nobody, because each has at most one; Uma has no password yet.
        host.somebody_says(BEA, "line").await;
        host.somebody_says(CAI, "line").await;
        host.app.run_due().await.unwrap();
        let names = |rows: Vec<Json>| -> Vec<Json> { rows.iter().map(|row| row["agent"].clone()).collect() };
        assert_eq!(names(list(&host, "sort=due").await), [json!("Rosa"), json!("Eva"), Json::Null]);
        // The one who is done gets the next, because the other has no room.
        post(&host, &format!("/v1/cases/{}/close", case["id"]), None, json!({})).await.is(200);
        host.app.run_due().await.unwrap();
        assert_eq!(names(list(&host, "sort=due").await), [json!("Eva"), json!("Rosa")]);
        let session =
            host.request(Method::GET, "/v1/session", &[("cookie", &eva), ("origin", &host.base)], "").await.is(200);
        assert_eq!(session["teams"], json!(["desk", "line"]));
        let teams = host.get("key-acme", "/v1/teams").await.is(200)["data"].clone();
        assert_eq!(
            teams,
            json!([{"name": "desk", "people": ["Eva", "Leo"]}, {"name": "line", "people": ["Rosa", "Eva"]}])
        );
        is_whole(&host).await;
        host.stop().await;
    });
}

#[tokio::test]
async fn a_person_gets_no_team_that_the_bot_does_not_have() {
    let host = host("sqlite://t.db").await;
    let asked = json!({"name": "Rosa", "role": "agent", "teams": ["desk", "shop"]});
    let refused = host.post(OPERATOR, "/v1/people", asked).await.is(422);
    assert!(refused["errors"][0]["detail"].as_str().unwrap().contains("no team `shop`"), "{refused:#}");
    host.stop().await;
}

#[test]
fn notes_stay_with_the_people_of_the_business_and_go_with_the_contact() {
    on_both(|bed| async move {
        let mut host = host(&bed.url).await;
        host.ana_says("person").await;
        let id = conversation(&host, ANA).await["id"].to_string();
        let path = format!("/v1/conversations/{id}/notes");
        let sent = host.graph.sent().len();
        let note = json!({"text": "Wants the red one", "agent": "Rosa"});
        let one = host.post_once("key-acme", &path, "note-1", note.clone()).await.is(201);
        let again = host.post_once("key-acme", &path, "note-1", note).await.is(201);
        assert_eq!(one, again);
        host.post("key-acme", &path, json!({"text": "Called back"})).await.is(201);
        for wrong in [json!({}), json!({"text": "  "}), json!({"text": "x".repeat(4001)})] {
            host.post("key-acme", &path, wrong).await.is(422);
        }
        host.post("key-acme", &path, json!({"text": "x".repeat(4000)})).await.is(201);
        let notes = host.get("key-acme", &path).await.is(200);
        let texts: Vec<&str> =
            notes["data"].as_array().unwrap().iter().map(|note| note["text"].as_str().unwrap()).collect();
        assert_eq!(texts[1..], ["Called back", "Wants the red one"]);
        assert_eq!(notes["data"][2]["author"], "Rosa");
        assert_eq!(host.graph.sent().len(), sent, "nothing was sent");
        host.get("key-other", &path).await.is(404);
        host.post("key-other", &path, json!({"text": "x"})).await.is(404);
        let contact = conversation(&host, ANA).await["contact"]["id"].to_string();
        let export = host.get("key-acme", &format!("/v1/contacts/{contact}/export")).await.is(200);
        assert_eq!(
            (&export["notes"][0]["text"], &export["cases"][0]["summary"]),
            (&json!("Wants the red one"), &json!("Said person"))
        );
        host.post("key-acme", &format!("/v1/contacts/{contact}/erase"), json!({})).await.is(200);
        assert_eq!(host.get("key-acme", &path).await.is(200)["data"], json!([]));
        host.post("key-acme", &path, json!({"text": "x"})).await.is(404);
        let closed = list(&host, "state=closed").await;
        assert_eq!(
            (&closed[0]["summary"], &closed[0]["priority"], &closed[0]["team"]),
            (&Json::Null, &Json::Null, &json!("desk"))
        );
        let kept =
            host.post_once("key-acme", &path, "note-1", json!({"text": "Wants the red one", "agent": "Rosa"})).await;
        assert!(!kept.text.contains("red"), "{}", kept.text);
        host.stop().await;
    });
}

#[tokio::test]
async fn replies_are_filled_in_for_the_contact() {
    let mut host = host("sqlite://t.db").await;
    host.ana_says("hello").await;
    let written = host.get("key-acme", "/v1/replies").await.is(200)["data"].clone();
    assert_eq!(written[0], json!({"name": "hours", "text": "We are open from nine to five.", "error": null}));
    assert!(written[1]["text"].as_str().unwrap().contains("${contact.first_name"));
    let row = conversation(&host, ANA).await;
    let path = format!("/v1/replies?conversation={}", row["id"]);
    let filled = host.get("key-acme", &path).await.is(200)["data"][1]["text"].clone();
    assert!(filled.as_str().unwrap().starts_with("Thank you, ") && !filled.as_str().unwrap().contains('$'), "{filled}");
    host.get("key-other", &path).await.is(404);
    host.stop().await;
}

#[tokio::test]
async fn a_conversation_has_as_many_notes_as_people_can_read() {
    let mut host = host("sqlite://t.db").await;
    host.ana_says("hello").await;
    let row = conversation(&host, ANA).await;
    let (id, contact) = (row["id"].as_i64().unwrap(), row["contact"]["id"].as_i64().unwrap());
    let mut set = WriteSet::new();
    for _ in 1..NOTES_MAX {
        let note = Note {
            id: host.app.store.next_id(),
            conversation_id: ConversationId(id),
            contact_id: ContactId(contact),
            at: host.app.now(),
            author: None,
            text: "Called".into(),
        };
        set.push(&note::INSERT, &note);
    }
    host.app.store.commit(set).await.unwrap();
    let path = format!("/v1/conversations/{id}/notes");
    host.post("key-acme", &path, json!({"text": "the last one"})).await.is(201);
    assert_eq!(host.post("key-acme", &path, json!({"text": "one more"})).await.is(409)["code"], "too_many_notes");
    host.stop().await;
}

#[tokio::test]
async fn one_pass_gives_out_so_many_cases_and_the_next_goes_on() {
    let bot = "bot: Shop\nlanguage: en\ntimezone: UTC\nteams: {line: {assign: least_busy}}\n";
    let mut host = Host::with(&[("flows/_bot.yaml", bot), ("flows/line.yaml", LINE)], "").await;
    for n in 0..=CASES_GIVEN_OUT_MAX {
        host.somebody_says(&format!("+346002{n:05}"), "line").await;
    }
    agent(&host, "Rosa", json!(["line"])).await;
    let given = async || support_case::loads(&host.app.store).await.unwrap().first().map_or(0, |load| load.open);
    host.app.tick(true).await.unwrap();
    assert_eq!(given().await, CASES_GIVEN_OUT_MAX as i64);
    host.app.tick(true).await.unwrap();
    assert_eq!(given().await, CASES_GIVEN_OUT_MAX as i64 + 1);
    host.stop().await;
}
