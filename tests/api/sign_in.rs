//! Tests how people sign in to the studio: links, passwords, sessions, and whom they keep out.

use super::{
    host::{ANA, Answer, Host, OPERATOR},
    studio::sandboxes,
    websocket::Socket,
};
use reqwest::Method;
use serde_json::{Value as Json, json};
use transom::{
    base::{
        clock::Clock,
        limits::{
            LINK_LIFE, PASSWORD_CHARS_MIN, PERSON_NAME_CHARS_MAX, SESSIONS_PER_PERSON_MAX, SIGNED_IN_IDLE,
            SIGNED_IN_MAX, SIGNED_IN_SEEN_EVERY, TRIES_OF_NAME_FREE,
        },
        time::Span,
    },
    web::routes::{self, Verb},
};

pub const PASSWORD: &str = "correct horse battery";

/// Adds a person; gives their id and the secret of their link.
pub async fn add(host: &Host, name: &str, role: &str, accounts: Json) -> (i64, String) {
    let made =
        host.post(OPERATOR, "/v1/people", json!({"name": name, "role": role, "accounts": accounts})).await.is(201);
    assert_eq!((&made["person"]["role"], &made["person"]["accounts"]), (&json!(role), &accounts));
    let link = made["link"].as_str().unwrap();
    let (address, secret) = link.split_once('#').unwrap();
    assert!(address.ends_with("/studio/sign-in") && secret.len() == 64, "{link}");
    (made["person"]["id"].as_i64().unwrap(), secret.to_owned())
}

/// Posts to `/v1/session` as the page does.
pub async fn post_session(host: &Host, headers: &[(&str, &str)], body: Json) -> Answer {
    let own = [("origin", host.base.as_str())];
    host.request(Method::POST, "/v1/session", &[&own[..], headers].concat(), body.to_string()).await
}

/// The `name=value` of the cookie that an answer sets.
pub fn cookie(answer: &Answer) -> String {
    assert_eq!(answer.status, 204, "{}", answer.text);
    let set = answer.headers["set-cookie"].to_str().unwrap();
    assert!(set.contains("; HttpOnly") && set.contains("; SameSite=Strict") && set.contains("; Path=/"), "{set}");
    set.split(';').next().unwrap().to_owned()
}

/// Adds a person and signs them in; gives their cookie.
pub async fn signed_in(host: &Host, name: &str, role: &str, accounts: Json) -> String {
    let (_, link) = add(host, name, role, accounts).await;
    cookie(&post_session(host, &[], json!({"link": link, "password": PASSWORD})).await)
}

async fn ask(host: &Host, verb: Method, path: &str, cookie: &str) -> Answer {
    host.request(verb, path, &[("cookie", cookie), ("origin", &host.base)], "").await
}

async fn who(host: &Host, cookie: &str) -> Option<String> {
    let answer = ask(host, Method::GET, "/v1/session", cookie).await;
    match answer.status {
        200 => Some(answer.json()["person"].as_str().unwrap().to_owned()),
        _ => {
            assert_eq!(answer.is(401)["code"], "not_signed_in");
            None
        }
    }
}

#[tokio::test]
async fn a_session_that_the_database_does_not_give_is_no_error_of_ours() {
    let host = Host::new().await;
    let cookie = signed_in(&host, "Ana", "operator", Json::Null).await;
    // No commit has failed yet, so that only the reads tell.
    host.app.store.close().await;
    assert!(host.app.store.is_connected());
    for (verb, path) in [(Method::GET, "/v1/session"), (Method::GET, "/v1/bot"), (Method::DELETE, "/v1/session")] {
        let answer = ask(&host, verb, path, &cookie).await;
        assert_eq!(answer.headers["retry-after"], "1", "{path}: {}", answer.text);
        assert_eq!(answer.is(503)["code"], "database_away", "{path}");
    }
    let body = json!({"name": "Ana", "password": PASSWORD});
    assert_eq!(post_session(&host, &[], body).await.is(503)["code"], "database_away");
}

#[tokio::test]
async fn a_link_sets_a_password_once_and_for_an_hour() {
    let host = Host::new().await;
    let (id, link) = add(&host, "Ana María", "author", Json::Null).await;
    let weak = post_session(&host, &[], json!({"link": link, "password": "x".repeat(PASSWORD_CHARS_MIN - 1)})).await;
    assert_eq!(weak.is(422)["errors"][0]["pointer"], "/password", "the link is not used up");
    let body = json!({"link": link, "password": PASSWORD});
    let (one, two) = tokio::join!(post_session(&host, &[], body.clone()), post_session(&host, &[], body.clone()));
    let (won, lost) = if one.status == 204 { (one, two) } else { (two, one) };
    assert_eq!(lost.is(401)["code"], "wrong_link", "of two who use it at once, one wins");
    assert_eq!(who(&host, &cookie(&won)).await.as_deref(), Some("Ana María"));
    assert_eq!(post_session(&host, &[], body).await.is(401)["code"], "wrong_link");
    let by_name = post_session(&host, &[], json!({"name": "ana maria", "password": PASSWORD})).await;
    cookie(&by_name);

    let made = host.post(OPERATOR, &format!("/v1/people/{id}/link"), json!({})).await.is(200);
    assert_eq!(who(&host, &cookie(&won)).await, None, "a new link ends sessions");
    let old = post_session(&host, &[], json!({"name": "Ana María", "password": PASSWORD})).await;
    assert_eq!(old.is(401)["code"], "wrong_password", "and the password");
    host.clock.set(host.clock.now() + LINK_LIFE);
    let link = made["link"].as_str().unwrap().split_once('#').unwrap().1;
    let late = post_session(&host, &[], json!({"link": link, "password": PASSWORD})).await;
    assert_eq!(late.is(401)["code"], "wrong_link");
}

#[tokio::test]
async fn an_unknown_name_is_answered_as_a_wrong_password_and_tries_have_to_wait() {
    let host = Host::new().await;
    signed_in(&host, "Ana", "author", Json::Null).await;
    let mut texts = Vec::new();
    for name in ["Ana", "Nobody", "ANA"] {
        texts.push(post_session(&host, &[], json!({"name": name, "password": "wrong horse battery"})).await.is(401));
    }
    texts.dedup();
    assert_eq!(texts.len(), 1);
    for name in ["Ana", "Nobody"] {
        for _ in 0..TRIES_OF_NAME_FREE {
            post_session(&host, &[], json!({"name": name, "password": "wrong horse battery"})).await;
        }
        // The right password is not looked at either: else the wait would tell it.
        let late = post_session(&host, &[], json!({"name": name, "password": PASSWORD})).await;
        assert_eq!((late.status, late.json()["code"].clone()), (429, json!("too_many_tries")));
        assert!(late.headers["retry-after"].to_str().unwrap().parse::<u64>().unwrap() >= 1);
    }
    host.clock.set(host.clock.now() + Span::minutes(1));
    cookie(&post_session(&host, &[], json!({"name": "ana", "password": PASSWORD})).await);
}

#[tokio::test]
async fn a_session_ends_by_time_by_sign_out_and_by_a_change_of_rights() {
    let host = Host::new().await;
    let (id, link) = add(&host, "Ana", "author", Json::Null).await;
    let first = cookie(&post_session(&host, &[], json!({"link": link, "password": PASSWORD})).await);
    let sign_in = async || cookie(&post_session(&host, &[], json!({"name": "Ana", "password": PASSWORD})).await);
    let begun = host.clock.now();
    while host.clock.now() + SIGNED_IN_IDLE < begun + SIGNED_IN_MAX + SIGNED_IN_IDLE {
        assert_eq!(who(&host, &first).await.as_deref(), Some("Ana"), "who is used stays");
        let step = (SIGNED_IN_IDLE - Span(1)).min(begun + SIGNED_IN_MAX - host.clock.now());
        host.clock.set(host.clock.now() + step);
    }
    assert_eq!(who(&host, &first).await, None, "30 days at most");
    let idle = sign_in().await;
    host.clock.set(host.clock.now() + SIGNED_IN_IDLE);
    assert_eq!(who(&host, &idle).await, None);

    let (one, two) = (sign_in().await, sign_in().await);
    let out = ask(&host, Method::DELETE, "/v1/session", &one).await;
    assert!(out.status == 204 && out.headers["set-cookie"].to_str().unwrap().contains("Max-Age=0"), "{}", out.text);
    assert_eq!((who(&host, &one).await, who(&host, &two).await.as_deref()), (None, Some("Ana")));
    let path = format!("/v1/people/{id}");
    let bearer = [("authorization", "Bearer operator-token")];
    host.request(Method::PATCH, &path, &bearer, r#"{"role": "viewer"}"#).await.is(200);
    assert_eq!(who(&host, &two).await, None);
    let three = sign_in().await;
    host.request(Method::DELETE, &format!("{path}/sessions"), &bearer, "").await;
    assert_eq!(who(&host, &three).await, None);
    let four = sign_in().await;
    assert_eq!(host.request(Method::DELETE, &path, &bearer, "").await.status, 204);
    assert_eq!(who(&host, &four).await, None);
}

#[tokio::test]
async fn a_value_that_somebody_chose_before_is_never_a_session() {
    let host = Host::new().await;
    let ana = signed_in(&host, "Ana", "author", Json::Null).await;
    let eva = signed_in(&host, "Eva", "author", Json::Null).await;
    let name = ana.split('=').next().unwrap();
    let chosen = format!("{name}={}", "ab".repeat(32));
    let body = json!({"name": "Ana", "password": PASSWORD});
    let made = cookie(&post_session(&host, &[("cookie", &chosen)], body.clone()).await);
    assert_ne!(made, chosen);
    assert_eq!(who(&host, &chosen).await, None);
    // Ana signs in where Eva was signed in: Eva is not any more.
    cookie(&post_session(&host, &[("cookie", &eva)], body).await);
    assert_eq!(who(&host, &eva).await, None);
}

#[tokio::test]
async fn the_oldest_of_too_many_browsers_gives_way() {
    let host = Host::new().await;
    let first = signed_in(&host, "Ana", "author", Json::Null).await;
    for _ in 0..SESSIONS_PER_PERSON_MAX {
        host.clock.set(host.clock.now() + SIGNED_IN_SEEN_EVERY);
        cookie(&post_session(&host, &[], json!({"name": "Ana", "password": PASSWORD})).await);
    }
    assert_eq!(who(&host, &first).await, None);
    let people = host.get(OPERATOR, "/v1/people").await.is(200);
    assert_eq!(people["data"][0]["sessions"], SESSIONS_PER_PERSON_MAX);
}

#[tokio::test]
async fn a_cookie_opens_the_studio_alone_and_only_for_its_own_page() {
    let host = Host::new().await;
    let cookie = signed_in(&host, "Ana", "operator", Json::Null).await;
    let own = host.base.clone();
    let asked = async |verb: Method, path: &str, more: (&str, &str)| {
        host.request(verb, path, &[("cookie", &cookie), more], "{}").await
    };
    asked(Method::GET, "/v1/contacts", ("accept", "*/*")).await.is(200);
    asked(Method::POST, "/v1/flows/hello/pause", ("origin", &own)).await.is(200);
    for foreign in
        [("origin", "https://evil.example"), ("origin", "null"), ("accept", "*/*"), ("sec-fetch-site", "same-site")]
    {
        for (verb, path) in
            [(Method::POST, "/v1/flows/hello/resume"), (Method::DELETE, "/v1/session"), (Method::POST, "/v1/session")]
        {
            let answer = asked(verb, path, foreign).await;
            assert_eq!(answer.is(403)["code"], "foreign_origin", "{path} {foreign:?}");
        }
        let refused = Socket::open(&host.base, "/v1/studio/lsp", &[("cookie", &cookie), foreign]).await.err().unwrap();
        assert!(refused.starts_with("HTTP/1.1 403") && refused.contains("foreign_origin"), "{foreign:?}: {refused}");
    }
    let others =
        routes::all().filter(|route| route.verb == Verb::Get && (route.is_dialect() || route.name == "metrics"));
    for route in others {
        let answer = asked(Method::GET, route.path, ("origin", &own)).await;
        assert!(matches!(answer.status, 401 | 403), "{}: {}", route.name, answer.status);
    }
    let posted = asked(Method::POST, "/webhooks/sandbox/1", ("origin", &own)).await;
    assert!(matches!(posted.status, 401 | 403), "{}", posted.status);
    // A key is judged alone, and a proxy's header takes loopback away.
    assert_eq!(asked(Method::GET, "/v1/contacts", ("authorization", "Bearer wrong")).await.status, 401);
    assert_eq!(asked(Method::GET, "/v1/contacts", ("x-forwarded-for", "127.0.0.1")).await.status, 401);
}

#[tokio::test]
async fn behind_a_proxy_the_sign_in_needs_https() {
    let config = |_: &str| format!("{}public_url: https://bot.example.com\n", sandboxes("127.0.0.1:0"));
    let host = Host::start(&[], config, "2026-03-27T09:00:00Z", None).await;
    let (_, link) = add(&host, "Ana", "author", Json::Null).await;
    let body = json!({"link": link, "password": PASSWORD}).to_string();
    let proxy = [("host", "bot.example.com"), ("x-forwarded-for", "192.0.2.7"), ("x-forwarded-proto", "https")];
    let plain = [("host", "bot.example.com"), ("x-forwarded-for", "192.0.2.7"), ("x-forwarded-proto", "http")];
    let other = [("host", "bot.example.com:8080"), ("x-forwarded-for", "192.0.2.7"), ("accept", "*/*")];
    let page = host.request(Method::GET, "/studio", &proxy, "").await;
    assert!(page.status == 200 && page.text.contains("csp-nonce"), "{}", page.text);
    let own = ("origin", "https://bot.example.com");
    for (insecure, origin) in [(plain, own), (other, ("origin", "http://bot.example.com:8080"))] {
        let page = host.request(Method::GET, "/studio", &insecure, "").await;
        assert!(page.status == 403 && page.text.contains("needs https"), "{}", page.text);
        let refused =
            host.request(Method::POST, "/v1/session", &[&insecure[..], &[origin]].concat(), body.clone()).await;
        assert_eq!(refused.is(403)["code"], "needs_https");
    }
    // Nobody is let in without a sign-in, although every sender is a sandbox.
    assert_eq!(host.request(Method::GET, "/v1/bot", &proxy, "").await.status, 401);
    assert_eq!(host.request(Method::GET, "/v1/bot", &[], "").await.status, 401);
    let made = host.request(Method::POST, "/v1/session", &[&proxy[..], &[own]].concat(), body).await;
    let set = made.headers["set-cookie"].to_str().unwrap().to_owned();
    assert!(set.starts_with("__Host-transom=") && set.ends_with("; Secure"), "{set}");
    let cookie = cookie(&made);
    host.request(Method::GET, "/v1/bot", &[&proxy[..], &[("cookie", &cookie)]].concat(), "").await.is(200);
    let plain = host.request(Method::GET, "/v1/bot", &[&plain[..], &[("cookie", &cookie)]].concat(), "").await;
    assert_eq!(plain.status, 401, "a cookie that came over plain http counts for nothing");
}

#[tokio::test]
async fn the_last_operator_stays_and_names_are_told_apart() {
    let host = Host::new().await;
    let (id, _) = add(&host, "Ana", "operator", Json::Null).await;
    let path = format!("/v1/people/{id}");
    let bearer = [("authorization", "Bearer operator-token")];
    for (verb, body) in [(Method::DELETE, ""), (Method::PATCH, r#"{"role": "viewer"}"#)] {
        assert_eq!(host.request(verb, &path, &bearer, body).await.is(409)["code"], "last_operator");
    }
    let post = async |body: Json| host.post(OPERATOR, "/v1/people", body).await;
    assert_eq!(post(json!({"name": "ANÁ", "role": "viewer"})).await.is(409)["code"], "name_taken");
    let long = "x".repeat(PERSON_NAME_CHARS_MAX + 1);
    for name in ["", "operator", "A\u{202e}na", "A\u{200b}na", &long] {
        post(json!({"name": name, "role": "viewer"})).await.is(422);
    }
    post(json!({"name": "Eva", "role": "operator", "accounts": ["acme"]})).await.is(422);
    post(json!({"name": "Eva", "role": "chief"})).await.is(422);
    post(json!({"name": "Eva", "role": "viewer", "accounts": ["nobody"]})).await.is(422);
    let (eva, _) = add(&host, "Eva", "operator", Json::Null).await;
    let other = format!("/v1/people/{eva}");
    let (one, two) = tokio::join!(
        host.request(Method::DELETE, &path, &bearer, ""),
        host.request(Method::DELETE, &other, &bearer, "")
    );
    let mut both = [one.status, two.status];
    both.sort_unstable();
    assert_eq!(both, [204, 409], "one of two at once stays");
}

#[tokio::test]
async fn the_audit_log_says_who_did_what_and_names_no_customer() {
    let mut host = Host::new().await;
    host.ana_says("hello").await;
    let cookie = signed_in(&host, "Rosa", "operator", Json::Null).await;
    let page = [("cookie", cookie.as_str()), ("origin", host.base.as_str())];
    host.request(Method::POST, "/v1/flows/hello/pause", &page, "").await.is(200);
    let contacts = host.request(Method::GET, "/v1/contacts", &page, "").await.is(200);
    let id = contacts["data"][0]["id"].to_string();
    for _ in 0..2 {
        host.request(Method::GET, &format!("/v1/contacts/{id}"), &page, "").await.is(200);
    }
    host.request(Method::GET, &format!("/v1/contacts/{id}/export"), &page, "").await.is(200);
    let wrong = post_session(&host, &[], json!({"name": "Rosa", "password": "wrong horse battery"})).await;
    assert_eq!(wrong.status, 401);
    host.request(Method::POST, "/v1/contacts/erase", &page, json!({"phone": ANA}).to_string()).await.is(200);
    host.post("key-acme", "/v1/messages", json!({"contact": {"phone": ANA}, "text": "Hi"})).await;
    let log = host.get(OPERATOR, "/v1/audit").await.is(200);
    let lines: Vec<(&str, Option<&str>, &str)> = log["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| (one["action"].as_str().unwrap(), one["person"].as_str(), one["by"].as_str().unwrap()))
        .collect();
    let rosa = Some("Rosa");
    assert_eq!(
        lines,
        [
            ("erase_contact_by_name", rosa, "person"),
            ("wrong_password", None, "page"),
            ("export_contact", rosa, "person"),
            ("show_contact", rosa, "person"),
            ("pause_flow", rosa, "person"),
            ("sign_in", rosa, "person"),
            ("add_person", None, "command"),
        ]
    );
    assert_eq!((&log["data"][3]["subject"], &log["data"][4]["subject"]), (&json!(id), &json!("hello")));
    assert_eq!(log["data"][6]["detail"], json!({"role": "operator", "accounts": null, "teams": []}));
    let text = log.to_string();
    let secret = cookie.split('=').nth(1).unwrap().to_owned();
    for hidden in [ANA, "34600111222", "hello to", PASSWORD, "battery", &secret, "#"] {
        assert!(!text.contains(hidden), "{hidden}: {text}");
    }
    assert_eq!(host.get("key-acme", "/v1/audit").await.is(403)["code"], "operator_only");
}

#[tokio::test]
async fn the_configuration_says_who_publishes_and_whether_talks_are_played() {
    let file = json!({"files": {"flows/thanks.yaml": "flow: thanks\nwhen: [{message: thanks}]\nsteps: [{say: Bye}]\n"},
        "etags": {"flows/thanks.yaml": null}})
    .to_string();
    for (studio, author, operator) in [("author", 200, 200), ("operator", 403, 200), ("nobody", 403, 403)] {
        let host = Host::with(&[], &format!("studio: {{publish: {studio}, play: off}}\n")).await;
        let ana = signed_in(&host, "Ana", "author", Json::Null).await;
        let eva = signed_in(&host, "Eva", "operator", Json::Null).await;
        for (cookie, expected) in [(&ana, author), (&eva, operator)] {
            let page = [("cookie", cookie.as_str()), ("origin", host.base.as_str())];
            let bot = host.request(Method::GET, "/v1/bot", &page, "").await.is(200);
            assert_eq!(bot["writable"], expected == 200, "{studio}");
            let answer = host.request(Method::POST, "/v1/bot/publish", &page, file.clone()).await;
            assert!(answer.status == expected || answer.status == 412, "{studio}: {}", answer.text);
            let played =
                host.request(Method::POST, "/v1/studio/play", &page, r#"{"flow": "hello", "steps": []}"#).await;
            assert_eq!(played.is(403)["code"], "plays_off");
        }
    }
}
