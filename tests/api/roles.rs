//! Tests every native route with every role, and with people of another account.

use super::{
    host::{ANA, Answer},
    routes::World,
    sign_in::signed_in,
    websocket::Socket,
};
use reqwest::Method;
use serde_json::{Value as Json, json};
use std::collections::BTreeSet;
use transom::web::{
    admission,
    routes::{self, AllowedCallers, Route},
};

/// The routes of each role, by their names; an operator may use all. A new route is nobody else's until it stands here.
const EVERYBODY: &[&str] = &[
    "show_bot",
    "list_senders",
    "show_sender",
    "list_templates",
    "show_template",
    "list_contacts",
    "show_contact",
    "timeline_of_contact",
    "list_consent",
    "list_conversations",
    "count_conversations",
    "show_conversation",
    "list_messages",
    "show_message",
    "list_planned_messages",
    "listen",
];
const READERS: &[&str] = &[
    "list_flows",
    "show_flow",
    "list_schedules",
    "next_schedules",
    "schedules_ahead",
    "list_bot_versions",
    "show_bot_version",
    "read_bot_version_file",
    "forecast_schedule",
    "explain_schedule",
    "report_schedule",
    "report_schedule_as_csv",
    "read_bot_file",
    "draw_flow",
    "show_health",
    "list_runs",
    "show_run",
    "tracked_run",
    "list_broadcasts",
    "show_broadcast",
];
const AUTHORS: &[&str] = &[
    "publish_bot",
    "preview_bot",
    "play_talk",
    "save_talk",
    "studio_editor",
    "run_tests",
    "play_bad_day",
    "let_customers_loose",
    "replay_talks",
];
const AGENTS: &[&str] = &[
    "change_contact",
    "record_consent",
    "answer_conversation",
    "take_over",
    "assign",
    "hand_back",
    "close_conversation",
    "send_message",
    "take_back_message",
    "upload_media",
    "read_media",
];

fn expected(role: &str) -> BTreeSet<&'static str> {
    let parts: &[&[&str]] = match role {
        "viewer" => &[EVERYBODY, READERS],
        "author" => &[EVERYBODY, READERS, AUTHORS],
        "agent" => &[EVERYBODY, AGENTS],
        _ => return native().map(|route| route.name).collect(),
    };
    parts.iter().flat_map(|names| names.iter().copied()).collect()
}

/// The native routes for people who are signed in.
fn native() -> impl Iterator<Item = &'static Route> {
    let wanted = |route: &&Route| {
        admission::is_checked(route) && route.path.starts_with("/v1/") && route.who != AllowedCallers::SignIn
    };
    routes::all().filter(wanted)
}

async fn ask(world: &World, route: &Route, cookie: &str) -> (u16, String) {
    let headers = [("cookie", cookie), ("origin", world.host.base.as_str())];
    let path = if route.example.path.is_empty() { route.path.to_owned() } else { world.path(route) };
    // A role that does not see numbers may read the list, and not search it by one.
    let path = if route.name == "list_contacts" { "/v1/contacts".to_owned() } else { path };
    if matches!(route.name, "listen" | "studio_editor") {
        return match Socket::open(&world.host.base, &path, &headers).await {
            Ok(_) => (101, String::new()),
            Err(answer) => (answer[9..12].parse().unwrap(), answer),
        };
    }
    let method: Method = route.verb.as_str().parse().unwrap();
    let Answer { status, text, .. } = world.host.request(method, &path, &headers, route.example.body).await;
    (status, text)
}

#[tokio::test]
async fn each_role_may_do_its_own_and_nothing_else() {
    let world = World::new().await;
    for role in ["viewer", "agent", "author", "operator"] {
        let cookie = signed_in(&world.host, &format!("The {role}"), role, Json::Null).await;
        let mine = expected(role);
        for route in native() {
            let refused = !mine.contains(route.name);
            // An operator would change this world for the others.
            if role == "operator" && route.verb != routes::Verb::Get {
                continue;
            }
            let (status, text) = ask(&world, route, &cookie).await;
            assert_eq!(text.contains("not_your_role"), refused, "{role} {}: {status} {text}", route.name);
            assert_eq!(status == 403 && refused, refused, "{role} {}: {status} {text}", route.name);
            assert_ne!(status, 401, "{role} {}", route.name);
        }
    }
}

#[tokio::test]
async fn what_belongs_to_another_account_does_not_exist_for_its_people() {
    let world = World::new().await;
    for (role, accounts) in
        [("viewer", json!(["other"])), ("author", json!(["other", "poor"])), ("agent", json!(["other", "poor"]))]
    {
        let cookie = signed_in(&world.host, &format!("The {role}"), role, accounts).await;
        let mine = expected(role);
        for route in native().filter(|route| mine.contains(route.name) && !route.shared) {
            if matches!(route.name, "listen" | "studio_editor" | "show_health") || route.path.starts_with("/v1/studio/")
            {
                continue;
            }
            let before = world.host.graph.sent().len();
            let (status, text) = ask(&world, route, &cookie).await;
            if route.path.contains('{') {
                assert_eq!(status, 404, "{role} {}: {text}", route.name);
            } else {
                assert!(!text.contains(ANA) || status >= 400, "{role} {}: {text}", route.name);
            }
            assert_eq!(world.host.graph.sent().len(), before, "{role} {}", route.name);
        }
    }
}
