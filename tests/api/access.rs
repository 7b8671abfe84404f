//! Asks a running daemon for each cell of `docs/reference/access.md`: every route with every kind of caller, and the
//! native routes with people of another account.

use super::{
    host::{ANA, OPERATOR},
    routes::World,
    sign_in::signed_in,
};
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;
use transom::{
    base::{clock::Clock, time::Span},
    model::{role::Role, scope::Scope},
    web::{
        access_matrix::{self, Access, CallerKind},
        admission,
        routes::{self, AllowedCallers, Route, Verb},
    },
};

const PAGE: &str = include_str!("../../docs/reference/access.md");

/// Words of our refusals; a 403 may also come from the request itself.
const REFUSALS: &[&str] = &["operator_only", "missing_scope", "not_your_role", "needs a key with the scope"];

/// The cells of each route on the page: no key, key, scopes, viewer, author, agent.
fn rows() -> BTreeMap<String, Vec<&'static str>> {
    let rows = PAGE.lines().filter_map(|line| {
        let (route, cells) = line.strip_prefix("| `")?.strip_suffix(" |")?.split_once("` | ")?;
        Some((route.to_owned(), cells.split(" | ").collect()))
    });
    rows.collect()
}

/// The cell of a kind of caller; scopes are read as the page writes them.
fn cell(cells: &[&'static str], caller: CallerKind) -> &'static str {
    match caller {
        CallerKind::Stranger => cells[0],
        CallerKind::Key => cells[1],
        CallerKind::Scoped(scope) => {
            let needed: Vec<&str> = cells[2].split('`').skip(1).step_by(2).collect();
            match (cells[2], cells[2].contains("masked without")) {
                ("yes", _) => "yes",
                (_, true) if needed[0] == scope.as_str() => "masked",
                (_, false) if needed == [scope.as_str()] => "yes",
                _ => "—",
            }
        }
        CallerKind::Person(Role::Viewer) => cells[3],
        CallerKind::Person(Role::Author) => cells[4],
        CallerKind::Person(Role::Agent) => cells[5],
        CallerKind::Person(Role::Operator) => "yes",
    }
}

/// The headers by which such a caller of the account `acme` comes.
async fn credentials(world: &World, caller: CallerKind) -> Option<String> {
    let made = async |body: Json| {
        let made = world.host.post(OPERATOR, "/v1/keys", body).await.is(201);
        made["key"].as_str().unwrap().to_owned()
    };
    match caller {
        CallerKind::Stranger => None,
        CallerKind::Key => Some(made(json!({"account": "acme"})).await),
        CallerKind::Scoped(scope) => Some(made(json!({"account": "acme", "scopes": [scope.as_str()]})).await),
        CallerKind::Person(role) => {
            Some(signed_in(&world.host, &format!("The {}", role.as_str()), role.as_str(), Json::Null).await)
        }
    }
}

async fn ask(world: &World, route: &Route, caller: CallerKind, shown: Option<&str>) -> (u16, String) {
    let bearer = format!("Bearer {}", shown.unwrap_or_default());
    let headers = match (caller, shown) {
        (_, None) => vec![],
        (CallerKind::Person(_), Some(cookie)) => vec![("cookie", cookie), ("origin", world.host.base.as_str())],
        // Without its own key, this dialect reads the bearer token.
        (_, Some(key)) if route.part == "Kapso" && route.verb == Verb::Get => vec![("x-api-key", key)],
        (_, Some(_)) => vec![("authorization", bearer.as_str())],
    };
    world.ask_as(route, &headers).await
}

/// Asks every route that has an example, and compares what comes with the page.
async fn walk(caller: CallerKind) {
    let (world, rows) = (World::new().await, rows());
    let shown = credentials(&world, caller).await;
    let mut asked = 0;
    for route in routes::all().filter(|route| !matches!(route.who, AllowedCallers::SignIn | AllowedCallers::Provider)) {
        // An address that is signed for one file opens nothing without its signature.
        if route.example.path.is_empty() {
            continue;
        }
        // An operator would change this world for the routes that follow.
        if caller == CallerKind::Person(Role::Operator) && route.verb != Verb::Get {
            continue;
        }
        let is_native = admission::is_checked(route) && route.path.starts_with("/v1/");
        if matches!(caller, CallerKind::Person(Role::Operator)) && !is_native {
            continue;
        }
        let line = format!("{} {}", route.verb.as_str(), route.path);
        let expected = cell(rows.get(&line).unwrap_or_else(|| panic!("{line} is not on the page")), caller);
        // A number writes to one person only once in some seconds, and no send shall wait for that here.
        world.host.clock.set(world.host.clock.now() + Span::minutes(1));
        let (status, text) = ask(&world, route, caller, shown.as_deref()).await;
        let told = format!("{caller:?} at {line}: the page says `{expected}`, the daemon {status} {text}");
        let refused = status == 401 || (status == 403 && REFUSALS.iter().any(|word| text.contains(word)));
        assert_eq!(refused, matches!(expected, "—" | "verify"), "{told}");
        assert!(expected != "masked" || status >= 400 || !text.contains(ANA), "{told}");
        if let (CallerKind::Scoped(scope), true, true) = (caller, refused, route.scope.is_some()) {
            let own = format!("this key has `{}`", scope.as_str());
            assert!(text.contains(&own) || text.contains("operator_only"), "{told}");
        }
        asked += 1;
    }
    assert!(asked > 40, "only {asked} routes were asked");
}

#[tokio::test]
async fn nobody_gets_in_without_a_key() {
    walk(CallerKind::Stranger).await;
}

#[tokio::test]
async fn a_key_without_scopes_opens_what_the_page_says() {
    walk(CallerKind::Key).await;
}

#[tokio::test]
async fn a_key_with_read_opens_what_the_page_says() {
    walk(CallerKind::Scoped(Scope::Read)).await;
}

#[tokio::test]
async fn a_key_with_flows_opens_what_the_page_says() {
    walk(CallerKind::Scoped(Scope::Flows)).await;
}

#[tokio::test]
async fn a_key_with_send_opens_what_the_page_says() {
    walk(CallerKind::Scoped(Scope::Send)).await;
}

#[tokio::test]
async fn a_key_with_people_opens_what_the_page_says() {
    walk(CallerKind::Scoped(Scope::People)).await;
}

#[tokio::test]
async fn a_viewer_may_do_what_the_page_says() {
    walk(CallerKind::Person(Role::Viewer)).await;
}

#[tokio::test]
async fn an_author_may_do_what_the_page_says() {
    walk(CallerKind::Person(Role::Author)).await;
}

#[tokio::test]
async fn an_agent_may_do_what_the_page_says() {
    walk(CallerKind::Person(Role::Agent)).await;
}

#[tokio::test]
async fn an_operator_may_do_everything() {
    walk(CallerKind::Person(Role::Operator)).await;
}

#[test]
fn every_scope_and_role_has_its_walk() {
    let text = include_str!("access.rs");
    for scope in Scope::ALL {
        assert!(text.contains(&format!("walk(CallerKind::Scoped(Scope::{scope:?}))")), "{scope:?}");
    }
    for role in Role::ALL {
        assert!(text.contains(&format!("walk(CallerKind::Person(Role::{role:?}))")), "{role:?}");
    }
}

#[test]
fn the_page_is_current() {
    assert!(PAGE == access_matrix::page(), "docs/reference/access.md is old: run `transom reference --write`");
}

/// Written by hand, and not from the rules of the routes: a new route that is open to more callers stops here, where a
/// person decides.
#[test]
fn no_route_is_open_to_more_callers_than_a_person_has_decided() {
    let open = |at: usize| {
        let rows = rows();
        let routes = rows.iter().filter(|(_, cells)| cells[at] != "—").map(|(route, _)| route.clone());
        routes.collect::<Vec<String>>()
    };
    let writes = |at: usize| -> Vec<String> {
        open(at).into_iter().filter(|route| !route.starts_with("GET ") && !asks(route)).collect()
    };
    let strangers = [
        "DELETE /v1/session",
        "GET /docs",
        "GET /healthz",
        "GET /meta/whatsapp/files/{token}",
        "GET /openapi.json",
        "GET /readyz",
        "GET /studio",
        "GET /studio/a/{hash}/{folder}/{name}",
        "GET /studio/codes/{code}",
        "GET /v1/files/{token}/{name}",
        "GET /v1/session",
        "GET /webhooks/{provider}",
        "GET /webhooks/{provider}/{sender_id}",
        "POST /chatwoot/{account}",
        "POST /forms/{sender_id}",
        "POST /hooks/{name}",
        "POST /v1/session",
        "POST /webhooks/{provider}",
        "POST /webhooks/{provider}/{sender_id}",
    ];
    assert_eq!(open(0), strangers);
    assert_eq!(writes(3), [""; 0], "a viewer changes nothing");
    let authors = [
        "POST /v1/bot/preview",
        "POST /v1/bot/publish",
        "POST /v1/studio/bad-day",
        "POST /v1/studio/play",
        "POST /v1/studio/play/test",
        "POST /v1/studio/replay",
        "POST /v1/studio/tests",
        "POST /v1/studio/wander",
    ];
    assert_eq!(writes(4), authors, "an author changes the bot, and no conversation");
    let agents = [
        "DELETE /v1/messages/{id}",
        "PATCH /v1/contacts/{id}",
        "POST /v1/cases/{id}/assign",
        "POST /v1/cases/{id}/close",
        "POST /v1/cases/{id}/snooze",
        "POST /v1/cases/{id}/take",
        "POST /v1/contacts/{id}/consent",
        "POST /v1/conversations/{id}/assign",
        "POST /v1/conversations/{id}/close",
        "POST /v1/conversations/{id}/hand-back",
        "POST /v1/conversations/{id}/messages",
        "POST /v1/conversations/{id}/notes",
        "POST /v1/conversations/{id}/suggestion/discard",
        "POST /v1/conversations/{id}/take-over",
        "POST /v1/media",
        "POST /v1/messages",
    ];
    assert_eq!(writes(5), agents, "an agent speaks with customers, and changes no bot");
    for (route, cells) in rows() {
        let is_read_only = route.starts_with("GET ") || asks(&route);
        assert!(is_read_only || !cells[2].starts_with("`read`"), "{route}: the scope `read` changes something");
        let is_of_operators = ["/v1/keys", "/v1/people", "/v1/audit", "/metrics", "/v1/balance/top-ups"];
        if is_of_operators.iter().any(|of| route.split_once(' ').is_some_and(|(_, path)| path.starts_with(of))) {
            assert!(cells.iter().all(|cell| *cell == "—"), "{route}: {cells:?}");
        }
    }
}

/// A POST that changes nothing: its question is too long for an address.
fn asks(route: &str) -> bool {
    ["POST /mcp", "POST /v1/knowledge/ask", "POST /v1/studio/map"].contains(&route)
}

#[tokio::test]
async fn what_belongs_to_another_account_does_not_exist_for_its_people() {
    let world = World::new().await;
    for (role, accounts) in [
        (Role::Viewer, json!(["other"])),
        (Role::Author, json!(["other", "poor"])),
        (Role::Agent, json!(["other", "poor"])),
    ] {
        let (caller, role) = (CallerKind::Person(role), role.as_str());
        let cookie = signed_in(&world.host, &format!("The {role}"), role, accounts).await;
        let mine = |route: &&Route| {
            admission::is_checked(route)
                && route.path.starts_with("/v1/")
                && !matches!(route.who, AllowedCallers::SignIn | AllowedCallers::Anyone)
                && access_matrix::access(route, caller) != Access::Refused
        };
        for route in routes::all().filter(mine).filter(|route| !route.shared) {
            if matches!(route.name, "listen" | "studio_editor" | "show_health") || route.path.starts_with("/v1/studio/")
            {
                continue;
            }
            let before = world.host.graph.sent().len();
            let (status, text) = ask(&world, route, caller, Some(&cookie)).await;
            if route.path.contains('{') {
                assert_eq!(status, 404, "{role} {}: {text}", route.name);
            } else {
                assert!(!text.contains(ANA) || status >= 400, "{role} {}: {text}", route.name);
            }
            assert_eq!(world.host.graph.sent().len(), before, "{role} {}", route.name);
        }
    }
}
