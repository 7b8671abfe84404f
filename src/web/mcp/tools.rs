//! Lists what an assistant may ask of a running daemon: routes of the native API that read. Each tool is one of them,
//! with its parameters, its rights and its answer; what customers are called and have written is masked for every
//! caller, because the answer goes to a language model.

use super::protocol::{Done, Toolbox};
use crate::{
    base::{counted::counted, diagnostic::did_you_mean, limits::MCP_ANSWER_BYTES_MAX},
    web::{
        admission,
        auth::Caller,
        masks, parameters,
        routes::{self, Route, shape::Field},
        server::listener::Peer,
        state::Web,
    },
};
use axum::{
    Router,
    body::{Body, to_bytes},
    extract::{ConnectInfo, Request},
    middleware::{self, Next},
};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Map, Value as Json, json};
use std::sync::Arc;
use tower_service::Service as _;

/// The names of the routes, in the order in which an assistant reads them.
const READS: [&str; 30] = [
    "list_flows",
    "show_flow",
    "list_runs",
    "show_run",
    "list_run_calls",
    "list_conversations",
    "count_conversations",
    "show_conversation",
    "list_messages",
    "show_message",
    "list_cases",
    "show_case",
    "list_dead_letters",
    "show_dead_letter",
    "list_schedules",
    "next_schedules",
    "schedules_ahead",
    "forecast_schedule",
    "explain_schedule",
    "report_schedule",
    "list_planned_messages",
    "list_broadcasts",
    "show_broadcast",
    "list_senders",
    "show_sender",
    "list_templates",
    "show_balance",
    "list_charges",
    "list_bot_versions",
    "show_health",
];

const INSTRUCTIONS: &str = "A running Transom daemon: WhatsApp conversations that are written as flows in YAML. These tools \
    read and change nothing. Names, numbers and words of customers are masked in all answers. For why something happened to a \
    customer find the run with `list_runs` and read its trace with `show_run`; `list_dead_letters` has what could not be \
    handled, `show_health` the state of the installation, `forecast_schedule` whom a schedule will reach. Lists have pages: \
    give `next_cursor` as `cursor`.";

/// The tools that are open to a caller.
pub struct DaemonTools<'w> {
    pub web: &'w Web,
    pub caller: &'w Caller,
}

impl DaemonTools<'_> {
    fn all(&self) -> impl Iterator<Item = &'static Route> {
        every().filter(|route| admission::is_open_to(route, self.web, self.caller))
    }
}

impl Toolbox for DaemonTools<'_> {
    type Tool = &'static Route;

    fn instructions(&self) -> &'static str {
        INSTRUCTIONS
    }

    fn described(&self) -> Vec<Json> {
        self.all().map(described).collect()
    }

    fn find(&self, name: &str) -> Option<&'static Route> {
        self.all().find(|route| route.name == name)
    }

    fn unknown(&self, name: &str) -> String {
        if every().any(|route| route.name == name) {
            return format!("the tool `{name}` is not open to this key");
        }
        let help = did_you_mean(name, self.all().map(|route| route.name)).map(|help| format!("; {help}"));
        format!("there is no tool `{name}`{}", help.unwrap_or_default())
    }
}

fn every() -> impl Iterator<Item = &'static Route> {
    READS.iter().filter_map(|name| routes::all().find(|route| route.name == *name))
}

/// The names in the braces of a path.
fn parts(path: &'static str) -> impl Iterator<Item = &'static str> {
    path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
}

fn described(route: &'static Route) -> Json {
    let in_path = parts(route.path).map(|name| (name.to_owned(), route.path_type(name).schema()));
    let in_query = route.query.iter().map(|field| {
        let mut schema = field.kind.schema();
        schema["description"] = field.about.into();
        (field.name.to_owned(), schema)
    });
    let properties: Map<String, Json> = in_path.chain(in_query).collect();
    let about = if route.about.is_empty() { String::new() } else { format!(" {}", route.about) };
    json!({
        "name": route.name,
        "title": route.summary,
        "description": format!("{}.{about}", route.summary),
        "inputSchema": {
            "type": "object",
            "properties": properties,
            "required": needed(route).collect::<Vec<_>>(),
            "additionalProperties": false,
        },
        "annotations": {"readOnlyHint": true, "destructiveHint": false, "openWorldHint": false},
    })
}

fn needed(route: &'static Route) -> impl Iterator<Item = &'static str> {
    parts(route.path).chain(route.query.iter().filter(|field| field.needed).map(|field| field.name))
}

/// Runs one call. Arguments that do not fit are a result for the model, which can mend them.
pub async fn run(
    web: &Arc<Web>,
    peer: Peer,
    caller: &Caller,
    route: &'static Route,
    given: &Map<String, Json>,
) -> Done {
    let address = match address(route, given) {
        Ok(address) => address,
        Err(why) => return Done::failed(why),
    };
    let mut take = route.method_router();
    if parameters::are_checked(route) {
        let check = move |request: Request, next: Next| parameters::check(route, request, next);
        take = take.route_layer(middleware::from_fn(check));
    }
    let mut router: Router = Router::new().route(route.path, take).with_state(Arc::clone(web));
    let Ok(mut request) = Request::get(&address).body(Body::empty()) else {
        return Done::failed("these arguments make no address".to_owned());
    };
    request.extensions_mut().insert(ConnectInfo(peer));
    request.extensions_mut().insert(caller.clone());
    let response = match Box::pin(router.call(request)).await {
        Ok(response) => response,
        Err(never) => match never {},
    };
    let response = if route.personal { masks::masked(web, route, response).await } else { response };
    let is_error = !response.status().is_success();
    // Our own answer is in memory as a whole already.
    let text = match to_bytes(response.into_body(), usize::MAX).await {
        Ok(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
        Err(error) => return Done::failed(format!("the answer cannot be read: {error}")),
    };
    if text.len() > MCP_ANSWER_BYTES_MAX {
        return Done::failed(format!(
            "the answer has {}, and {} are the limit: ask for fewer with `limit`, or for one thing by its `id`",
            counted(text.len(), "byte"),
            MCP_ANSWER_BYTES_MAX
        ));
    }
    Done { texts: vec![text], is_error }
}

/// The path and query of a call.
fn address(route: &'static Route, given: &Map<String, Json>) -> Result<String, String> {
    let in_path: Vec<&str> = parts(route.path).collect();
    let known = || in_path.iter().copied().chain(route.query.iter().map(|field| field.name));
    if let Some(name) = given.keys().find(|name| !known().any(|known| known == name.as_str())) {
        let help = did_you_mean(name, known()).map(|help| format!("; {help}")).unwrap_or_default();
        return Err(format!("`{}` has no argument `{name}`{help}", route.name));
    }
    let missing = needed(route).find(|name| given.get(*name).is_none_or(Json::is_null));
    if let Some(missing) = missing {
        return Err(format!("`{}` needs `{missing}`", route.name));
    }
    let mut path = route.path.to_owned();
    for name in in_path {
        path = path.replace(&format!("{{{name}}}"), &encoded(&text(name, &given[name])?));
    }
    let pairs = route.query.iter().filter_map(|field| pair(field, given));
    let pairs: Vec<String> = pairs.collect::<Result<_, String>>()?;
    Ok(if pairs.is_empty() { path } else { format!("{path}?{}", pairs.join("&")) })
}

fn pair(field: &Field, given: &Map<String, Json>) -> Option<Result<String, String>> {
    let value = given.get(field.name).filter(|value| !value.is_null())?;
    Some(text(field.name, value).map(|text| format!("{}={}", field.name, encoded(&text))))
}

/// A value as it stands in an address; a segment of a path is never empty, and leads nowhere else.
fn text(name: &str, value: &Json) -> Result<String, String> {
    match value {
        Json::String(text) if !text.is_empty() && !matches!(text.as_str(), "." | "..") => Ok(text.clone()),
        Json::Number(number) => Ok(number.to_string()),
        Json::Bool(flag) => Ok(flag.to_string()),
        _ => Err(format!("`{name}` is a text that is not empty, a number, or true or false")),
    }
}

fn encoded(text: &str) -> String {
    utf8_percent_encode(text, NON_ALPHANUMERIC).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::routes::Verb;

    #[test]
    fn every_tool_is_a_route_that_reads_and_whose_answer_can_be_masked() {
        assert_eq!(every().count(), READS.len());
        for route in every() {
            assert!(route.verb == Verb::Get && masks::can_hide(route), "{}", route.name);
            assert!(admission::is_checked(route), "{}", route.name);
        }
    }

    #[test]
    fn an_argument_leads_to_no_other_path() {
        let route = every().find(|route| route.name == "show_flow").expect("it is a tool");
        let of = |name: Json| address(route, json!({"name": name}).as_object().expect("an object"));
        assert_eq!(of(json!("a/../../keys?x=1#y")).as_deref(), Ok("/v1/flows/a%2F%2E%2E%2F%2E%2E%2Fkeys%3Fx%3D1%23y"));
        assert!(of(json!("..")).is_err() && of(json!("")).is_err() && of(json!(["a"])).is_err());
        assert!(address(route, &Map::new()).is_err_and(|why| why == "`show_flow` needs `name`"));
    }
}
