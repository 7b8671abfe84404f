//! Generates `/openapi.json` from the list of routes, and serves `/docs`, the page that shows it.

use super::{
    idempotency::json,
    routes::{self, AllowedCallers, AnswerBody, DocumentedAnswer, Route, shape::Field},
    schema,
};
use crate::model::scope::Scope;
use axum::{
    http::{StatusCode, header},
    response::{Html, IntoResponse, Response},
};
use serde_json::{Map, Value as Json, json};
use std::{collections::BTreeMap, sync::LazyLock};

pub async fn serve() -> Response {
    static DOCUMENT: LazyLock<Json> = LazyLock::new(document);
    json(StatusCode::OK, &DOCUMENT)
}

/// The page is self-contained: it loads nothing from other hosts.
pub async fn page() -> Response {
    let policy = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; connect-src 'self'; \
                  base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
    ([(header::CONTENT_SECURITY_POLICY, policy)], Html(include_str!("docs.html"))).into_response()
}

/// The whole document.
pub fn document() -> Json {
    let mut paths: BTreeMap<&str, Map<String, Json>> = BTreeMap::new();
    let mut parts: Vec<&str> = Vec::new();
    for route in routes::all() {
        if !parts.contains(&route.part) {
            parts.push(route.part);
        }
        paths.entry(route.path).or_default().insert(route.verb.as_str().to_lowercase(), operation(route));
    }
    let mut schemas = Map::new();
    let shapes = routes::bodies().shapes.into_iter().map(|(name, shape)| (name, shape.schema()));
    for (name, schema) in shapes.chain(schema::components()) {
        assert!(schemas.insert(name.to_owned(), schema).is_none(), "two types are a `{name}`");
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Transom",
            "version": env!("CARGO_PKG_VERSION"),
            "description": INTRODUCTION,
            "license": {"name": "MIT OR Apache-2.0", "identifier": "MIT OR Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "tags": parts.iter().map(|part| json!({"name": part})).collect::<Vec<_>>(),
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {
                "key": {
                    "type": "http", "scheme": "bearer",
                    "description": "A key of an account. A key with scopes opens only the routes whose scope it has: \
                                    `read` (customers masked), `flows`, `send`, `people`.",
                },
                "operator": {
                    "type": "http", "scheme": "bearer",
                    "description": "What the `transom` command shows; it stands in a file beside the database.",
                },
                "session": {
                    "type": "apiKey", "in": "cookie", "name": "__Host-transom",
                    "description": "Of a person who is signed in to the studio, within the rights of their role.",
                },
            },
        },
    })
}

/// The recorded answers of a daemon with example data, by the name of the route; a test records them.
pub fn examples() -> &'static Json {
    static EXAMPLES: LazyLock<Json> =
        LazyLock::new(|| serde_json::from_str(include_str!("routes/examples.json")).expect("a test reads this file"));
    &EXAMPLES
}

const INTRODUCTION: &str = "The native API stands under `/v1/`; `/api/` belongs to the dialects of other products, \
    exact in their fields and errors. Errors of the native API are problem details (RFC 9457) whose `code` is a fixed \
    word. Lists come in pages: give `next_cursor` as `cursor`. With `Idempotency-Key` a request that is repeated does \
    nothing twice and gets the first answer, for a day, with `Idempotency-Replayed: true`. What belongs to another \
    account does not exist for a key: 404. An unknown address is 404 `not_found`, an unknown method 405 \
    `method_not_allowed`.";

fn operation(route: &Route) -> Json {
    let mut operation = json!({
        "operationId": route.name,
        "tags": [route.part],
        "summary": route.summary,
        "responses": responses(route),
        "security": security(route),
    });
    let about = about(route);
    if !about.is_empty() {
        operation["description"] = about.into();
    }
    let parameters = parameters(route);
    if !parameters.is_empty() {
        operation["parameters"] = parameters.into();
    }
    if let Some(kind) = route.body {
        let mut content = json!({"schema": kind.schema()});
        if let Some(body) = examples().pointer(&format!("/{}/request/body", route.name)) {
            content["example"] = body.clone();
        }
        operation["requestBody"] = json!({"required": !route.bare, "content": {"application/json": content}});
    }
    if route.file {
        operation["requestBody"] = json!({"required": true, "content": {"*/*": {"schema": {}}}});
    }
    operation
}

/// The details of a route: its description, the allowed callers, and its other paths.
fn about(route: &Route) -> String {
    let also: Vec<String> = route.also.iter().map(|path| format!("`{path}`")).collect();
    let also = if also.is_empty() { String::new() } else { format!("Also at {}.", also.join(", ")) };
    let scope = route.scope.map(|scope| format!("Scope of a key: `{}`.", scope.as_str())).unwrap_or_default();
    let all = [route.about, who(route.who), scope.as_str(), also.as_str()];
    all.into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join(" ")
}

fn parameters(route: &Route) -> Vec<Json> {
    let in_path = route.path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'));
    let mut all: Vec<Json> = in_path
        .map(|name| json!({"name": name, "in": "path", "required": true, "schema": route.path_type(name).schema()}))
        .collect();
    all.extend(route.query.iter().map(|field: &Field| {
        let schema = field.kind.schema();
        json!({"name": field.name, "in": "query", "required": field.needed, "description": field.about, "schema": schema})
    }));
    all.extend(route.headers.iter().map(|field| {
        let schema = field.kind.schema();
        json!({"name": field.name, "in": "header", "required": field.needed, "description": field.about, "schema": schema})
    }));
    if route.keyed {
        all.push(json!({
            "name": "Idempotency-Key", "in": "header", "required": false,
            "description": "The same key does nothing twice.",
            "schema": {"type": "string", "minLength": 1, "maxLength": crate::base::limits::IDEMPOTENCY_KEY_CHARS_MAX},
        }));
    }
    all
}

fn responses(route: &Route) -> Map<String, Json> {
    let mut all = Map::new();
    for answer in route.answers {
        all.insert(answer.status.to_string(), good(route, answer));
    }
    let schema = routes::error_shape(route).schema();
    for (status, name, body) in route.refusals() {
        let media = if route.is_dialect() { "application/json" } else { "application/problem+json" };
        let response = all.entry(status.to_string()).or_insert_with(|| json!({"description": ""}));
        let words = response["description"].as_str().unwrap_or_default().to_owned();
        let joint = if words.is_empty() { "" } else { ", " };
        response["description"] = format!("{words}{joint}`{name}`").into();
        response["content"][media]["schema"] = schema.clone();
        response["content"][media]["examples"][name] = json!({"value": body});
    }
    all
}

fn good(route: &Route, answer: &DocumentedAnswer) -> Json {
    let recorded = examples().get(route.name).filter(|example| example["response"]["status"] == answer.status);
    let about = if answer.about.is_empty() { "All is well." } else { answer.about };
    let mut response = json!({"description": about});
    match answer.body {
        AnswerBody::Nothing => {}
        AnswerBody::File => response["content"]["*/*"] = json!({"schema": {}}),
        AnswerBody::Text(media) => response["content"][media] = json!({"schema": {"type": "string"}}),
        AnswerBody::Events(_) => response["content"]["text/event-stream"] = json!({"schema": {"type": "string"}}),
        AnswerBody::Json(kind) => {
            response["content"]["application/json"] = json!({"schema": kind.schema()});
            if let Some(example) = recorded {
                response["content"]["application/json"]["example"] = example["response"]["body"].clone();
            }
        }
    }
    let mut headers = Map::new();
    if route.keyed {
        let about = "`true`: this request was answered before, and this is that answer.";
        headers.insert("Idempotency-Replayed".into(), json!({"description": about, "schema": {"type": "string"}}));
    }
    for (name, about) in route.answers_with {
        headers.insert((*name).into(), json!({"description": about, "schema": {"type": "string"}}));
    }
    if !headers.is_empty() {
        response["headers"] = headers.into();
    }
    response
}

/// The scope of a key stands where OpenAPI 3.1 lists the roles that a request needs.
fn security(route: &Route) -> Json {
    let key: Vec<&str> = route.scope.into_iter().map(Scope::as_str).collect();
    match route.who {
        AllowedCallers::Anyone | AllowedCallers::Provider | AllowedCallers::SignIn => json!([]),
        AllowedCallers::Account => json!([{"key": key}, {"session": []}]),
        AllowedCallers::Operator => json!([{"operator": []}, {"session": []}]),
        AllowedCallers::Studio => json!([{"key": key}, {"operator": []}, {"session": []}]),
        AllowedCallers::Sandbox | AllowedCallers::Hook => json!([{"key": key}, {}]),
    }
}

fn who(who: AllowedCallers) -> &'static str {
    match who {
        AllowedCallers::Anyone | AllowedCallers::Account => "",
        AllowedCallers::Sandbox => "Without a configuration file anybody on the daemon's own machine may call it.",
        AllowedCallers::Operator => "For the `transom` command on the daemon's own machine, and for the studio.",
        AllowedCallers::Studio => {
            "For the `transom` command on the daemon's own machine, for the studio, and for keys that name the scope."
        }
        AllowedCallers::SignIn => "For the studio's page of this daemon.",
        AllowedCallers::Provider => "The provider calls it, and signs what it posts.",
        AllowedCallers::Hook => "Who calls it shows what the flow's `verify` asks for; without `verify` a key.",
    }
}

/// Generates `docs/reference/api.md` from the list of routes.
pub fn reference() -> String {
    let mut text =
        "# The API, route by route\n\nWritten from the list of routes by `transom reference --write`. A running \
                    daemon shows the same with schemas and examples at `/docs`, and as OpenAPI 3.1 at `/openapi.json`; \
                    [The API](../api.md) explains it.\n"
            .to_owned();
    let mut part = "";
    for route in routes::all() {
        if route.part != part {
            part = route.part;
            text.push_str(&format!("\n## {part}\n\n| | |\n|---|---|\n"));
        }
        let about = Some(about(route)).filter(|about| !about.is_empty());
        let about = about.map(|about| format!(". {about}")).unwrap_or_default();
        let query: Vec<String> = route.query.iter().map(|field| format!("`{}`", field.name)).collect();
        let query = if query.is_empty() { String::new() } else { format!(" Query: {}.", query.join(", ")) };
        let (verb, path, summary) = (route.verb.as_str(), route.path, route.summary);
        let stop = if about.is_empty() && !query.is_empty() { "." } else { "" };
        text.push_str(&format!("| `{verb} {path}` | {summary}{about}{stop}{query} |\n"));
    }
    text.push_str("\n## Codes of problems\n\n| code | status | for example |\n|---|---|---|\n");
    for code in routes::codes::CODES {
        text.push_str(&format!("| `{}` | {} | {} |\n", code.code, code.status, code.detail));
    }
    text
}
