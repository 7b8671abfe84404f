//! Tests the audit log: who did what, from where, on what and with which outcome, and who may read it.

use super::{
    host::{ANA, Host, OPERATOR},
    sign_in::{PASSWORD, post_session, signed_in},
};
use reqwest::Method;
use serde_json::{Value as Json, json};

const HOOK: &str = r#"{"name": "crm", "url": "https://crm.example/in", "account": "acme"}"#;

/// The entries that fit the query, newest first.
async fn entries(host: &Host, query: &str) -> Vec<Json> {
    let list = host.get(OPERATOR, &format!("/v1/audit{query}")).await.is(200);
    list["data"].as_array().unwrap().clone()
}

async fn as_person(host: &Host, verb: Method, path: &str, cookie: &str, body: &str) -> super::host::Answer {
    let page = [("cookie", cookie), ("origin", host.base.as_str())];
    host.request(verb, path, &page, body.to_owned()).await
}

#[tokio::test]
async fn an_act_of_a_key_has_the_keys_name_and_never_the_key() {
    let mut host = Host::new().await;
    host.ana_says("hello").await;
    let asked = json!({"account": "acme", "name": "CRM", "scopes": ["read", "send", "people"]});
    let made = host.post(OPERATOR, "/v1/keys", asked).await.is(201);
    let (id, key) = (made["id"].as_str().unwrap(), made["key"].as_str().unwrap());
    let hook: Json = serde_json::from_str(HOOK).unwrap();
    assert_eq!(host.post(key, "/v1/webhooks", hook).await.status, 201);
    host.post(key, "/v1/messages", json!({"contact": {"phone": ANA}, "text": "Good day"})).await;
    let all = entries(&host, "").await;
    let acts: Vec<&str> = all.iter().map(|one| one["action"].as_str().unwrap()).collect();
    assert_eq!(acts, ["create_webhook", "create_key"], "a program's messages are no entries");
    let by_key = &all[0];
    assert_eq!(by_key["key"], json!(format!("CRM ({id})")));
    assert_eq!((&by_key["by"], &by_key["account"], &by_key["person"]), (&json!("key"), &json!("acme"), &Json::Null));
    assert_eq!((&by_key["address"], &by_key["outcome"]), (&json!("127.0.0.1"), &json!("done")));
    assert_eq!((&all[1]["subject"], &all[1]["by"]), (&json!(id), &json!("command")));
    assert!(!json!(all).to_string().contains(key.split('.').nth(1).unwrap()));
    // A key of the configuration is told by its account and place.
    host.post("key-acme", "/v1/contacts/erase", json!({"phone": ANA})).await.is(200);
    assert_eq!(entries(&host, "?limit=1").await[0]["key"], "acme/1");
}

#[tokio::test]
async fn a_refused_act_says_why_and_a_refused_sign_in_from_where() {
    let host = Host::new().await;
    let rosa = signed_in(&host, "Rosa", "operator", Json::Null).await;
    as_person(&host, Method::POST, "/v1/flows/nothing/pause", &rosa, "").await.is(404);
    let refused = &entries(&host, "?limit=1").await[0];
    assert_eq!((&refused["action"], &refused["outcome"]), (&json!("pause_flow"), &json!("not_found")));
    assert_eq!((&refused["person"], &refused["subject"]), (&json!("Rosa"), &json!("nothing")));
    let secret = "my secret typed into the wrong field";
    for (body, action) in [
        (json!({"name": "Rosa", "password": "wrong horse battery"}), "wrong_password"),
        (json!({"name": secret, "password": "wrong horse battery"}), "wrong_password"),
        (json!({"link": "0".repeat(64), "password": "wrong horse battery"}), "wrong_link"),
    ] {
        assert_eq!(post_session(&host, &[], body).await.status, 401);
        let told = &entries(&host, "?limit=1").await[0];
        assert_eq!((&told["action"], &told["outcome"]), (&json!(action), &json!(action)));
        assert_eq!((&told["address"], &told["by"]), (&json!("127.0.0.1"), &json!("page")));
    }
    let all = json!(entries(&host, "?what=wrong").await);
    assert_eq!(all.as_array().unwrap().len(), 3);
    assert!(all.to_string().contains("Rosa") && !all.to_string().contains("wrong field"), "{all}");
}

#[tokio::test]
async fn an_entry_is_of_the_account_of_its_object() {
    let mut host = Host::new().await;
    host.ana_says("hello").await;
    host.post("key-other", "/v1/contacts/import", json!({"contacts": [{"phone": "+34600999000"}]})).await.is(200);
    let boss = signed_in(&host, "Rosa", "operator", Json::Null).await;
    let contacts = host.get(OPERATOR, "/v1/contacts").await.is(200);
    let ids: Vec<String> = contacts["data"].as_array().unwrap().iter().map(|one| one["id"].to_string()).collect();
    assert_eq!(ids.len(), 2, "{contacts}");
    for id in &ids {
        let tags = r#"{"tags": {"add": ["vip"]}}"#;
        as_person(&host, Method::PATCH, &format!("/v1/contacts/{id}"), &boss, tags).await.is(200);
    }
    as_person(&host, Method::POST, "/v1/flows/hello/pause", &boss, "").await.is(200);
    let all = entries(&host, "?what=change_contact").await;
    let mut accounts: Vec<&str> = all.iter().map(|one| one["account"].as_str().unwrap()).collect();
    accounts.sort_unstable();
    assert_eq!(accounts, ["acme", "other"]);
    let others = entries(&host, "?account=other").await;
    assert!(!others.is_empty() && others.iter().all(|one| one["account"] == "other"), "{others:?}");
    assert_eq!(entries(&host, "?what=pause_flow").await[0]["account"], Json::Null, "the bot serves all accounts");
    assert_eq!(entries(&host, "?account=acme&what=change").await.len(), 1);
}

#[tokio::test]
async fn only_operators_read_it() {
    let host = Host::new().await;
    for role in ["viewer", "agent", "author"] {
        let cookie = signed_in(&host, role, role, Json::Null).await;
        assert_eq!(as_person(&host, Method::GET, "/v1/audit", &cookie, "").await.is(403)["code"], "not_your_role");
    }
    // A person of one account is no operator, so nobody reads the entries of another account.
    let one = json!({"name": "Bea", "role": "operator", "accounts": ["other"]});
    assert_eq!(host.post(OPERATOR, "/v1/people", one).await.is(422)["code"], "invalid");
    assert_eq!(host.get("key-acme", "/v1/audit").await.is(403)["code"], "operator_only");
}

#[tokio::test]
async fn it_is_narrowed_by_name_action_and_time() {
    let host = Host::new().await;
    let rosa = signed_in(&host, "Rosa Pi", "operator", Json::Null).await;
    host.advance(transom::base::time::Span::days(2)).await;
    let rosa = match post_session(&host, &[], json!({"name": "Rosa Pi", "password": PASSWORD})).await {
        answer if answer.status == 204 => super::sign_in::cookie(&answer),
        _ => rosa,
    };
    as_person(&host, Method::POST, "/v1/flows/hello/pause", &rosa, "").await.is(200);
    as_person(&host, Method::POST, "/v1/flows/hello/resume", &rosa, "").await.is(200);
    let acts = async |query: &str| {
        let all = entries(&host, query).await;
        all.iter().map(|one| one["action"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(acts("?who=rosa%20p&what=flow").await, ["resume_flow", "pause_flow"]);
    assert_eq!(acts("?who=eva").await, Vec::<String>::new());
    assert_eq!(acts("?since=2026-03-28").await, ["resume_flow", "pause_flow", "sign_in"]);
    assert_eq!(host.get(OPERATOR, "/v1/audit?since=soon").await.status, 422);
}

#[tokio::test]
async fn nothing_is_done_without_an_entry() {
    let host = Host::new().await;
    let rosa = signed_in(&host, "Rosa", "operator", Json::Null).await;
    host.faults.fail_next_commits(1);
    let refused = as_person(&host, Method::POST, "/v1/flows/hello/pause", &rosa, "").await;
    assert_eq!(refused.status, 500, "{}", refused.text);
    let flows = host.get("key-acme", "/v1/flows").await.is(200);
    assert!(!flows.to_string().contains("paused_at\":\""), "{flows}");
    assert_eq!(entries(&host, "?what=pause").await.len(), 0);
}
