//! Lists every route of the daemon as data: the router, `/openapi.json` and the reference are generated from this
//! list.
//!
//! An endpoint is its function in `web/api/<noun>.rs`, beside the types of its bodies, and its entry in
//! `web/routes/<noun>.rs`; a noun is one line here. A test sends each example to a running daemon and records the answers in `examples.json`.

pub mod codes;
pub mod shape;
pub mod stream;

mod ahead;
mod autocalls;
mod balance;
mod bot;
mod broadcasts;
mod cases;
mod contacts;
mod conversations;
mod dead_letters;
mod events;
mod flows;
pub mod handlers;
mod health;
mod kapso;
mod knowledge;
mod mcp;
mod messages;
mod operator;
mod people;
mod probes;
mod runs;
mod sandbox;
mod schedules;
mod senders;
mod session;
mod shadow;
mod studio;
mod studio_page;
mod studio_tests;
mod subscriptions;
mod templates;
mod timeline;
mod versions;
mod waplify;
mod webhooks;

use super::{
    admission, not_found,
    problem::{Problem, ProblemBody},
    state::Web,
};
use crate::{
    base::limits::PAGE_MAX,
    model::{role::Role, scope::Scope},
};
use axum::routing::{MethodFilter, MethodRouter};
use handlers::{AnyHandler, handler};
use serde_json::Value as Json;
use shape::{Collected, Field, Type};
use std::sync::Arc;

/// In the order of the document.
static NOUNS: &[&[Route]] = &[
    flows::ROUTES,
    knowledge::ROUTES,
    runs::ROUTES,
    contacts::ROUTES,
    timeline::ROUTES,
    conversations::ROUTES,
    shadow::ROUTES,
    cases::ROUTES,
    messages::ROUTES,
    events::ROUTES,
    stream::ROUTES,
    subscriptions::ROUTES,
    templates::ROUTES,
    schedules::ROUTES,
    ahead::ROUTES,
    broadcasts::ROUTES,
    senders::ROUTES,
    balance::ROUTES,
    dead_letters::ROUTES,
    sandbox::ROUTES,
    bot::ROUTES,
    versions::ROUTES,
    mcp::ROUTES,
    studio::ROUTES,
    studio_tests::ROUTES,
    studio_page::ROUTES,
    operator::ROUTES,
    session::ROUTES,
    people::ROUTES,
    autocalls::ROUTES,
    waplify::ROUTES,
    kapso::ROUTES,
    kapso::PROXY,
    kapso::PLATFORM,
    webhooks::ROUTES,
    health::ROUTES,
    probes::ROUTES,
];

pub fn all() -> impl Iterator<Item = &'static Route> {
    NOUNS.iter().flat_map(|routes| routes.iter())
}

/// The types of all bodies.
pub fn bodies() -> Collected {
    let mut collected = Collected::default();
    for route in all() {
        let answers = route.answers.iter().filter_map(|answer| match answer.body {
            AnswerBody::Json(kind) | AnswerBody::Events(kind) => Some(kind),
            AnswerBody::Nothing | AnswerBody::Text(_) | AnswerBody::File => None,
        });
        answers.chain(route.body).chain([error_shape(route)]).for_each(|kind| kind.collect(&mut collected));
    }
    collected
}

pub struct Route {
    pub verb: Verb,
    /// The path in the syntax that axum and OpenAPI share.
    pub path: &'static str,
    /// Other paths of the same route, which clients of that product also use.
    pub also: &'static [&'static str],
    /// The `operationId`, and the name of its example.
    pub name: &'static str,
    /// The section of the document.
    pub part: &'static str,
    pub summary: &'static str,
    /// More sentences, if the summary is not enough.
    pub about: &'static str,
    pub who: AllowedCallers,
    /// The roles of people to whom it is open, beside those keys. A route that says nothing is the operator's.
    pub roles: &'static [Role],
    /// The scope that a key needs here. `None`: closed to keys that have scopes.
    pub scope: Option<Scope>,
    /// False if its answers hold no personal data of customers. Else roles that do not see them get it masked, by
    /// `masks`.
    pub personal: bool,
    pub query: &'static [Field],
    pub body: Option<Type>,
    /// True if the body is optional.
    pub bare: bool,
    /// True if the body is a file of any type.
    pub file: bool,
    /// The successful answers, by status.
    pub answers: &'static [DocumentedAnswer],
    pub errors: Errors,
    /// True if `Idempotency-Key` is supported.
    pub keyed: bool,
    /// True if the answer is the same for every account: flows and schedules belong to the bot, which serves all of
    /// them.
    pub shared: bool,
    /// Additional request headers.
    pub headers: &'static [Field],
    /// Headers of its successful answers, with their descriptions.
    pub answers_with: &'static [(&'static str, &'static str)],
    pub example: Example,
    pub take: fn() -> AnyHandler,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verb {
    Get,
    Post,
    Patch,
    Delete,
}

/// The callers that a route admits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AllowedCallers {
    Anyone,
    /// A key of an account, which sees its own data, or the operator.
    ///
    /// At each native route the operator is the `transom` command on the daemon's own machine, or, without a key, the
    /// studio's page there while every sender is a sandbox.
    Account,
    /// Only the operator.
    Operator,
    /// A key of the sender's account; without a configuration file any client on this machine.
    Sandbox,
    /// The operator, and keys whose scopes name the route's own: the routes that the studio's page was made with.
    Studio,
    /// The studio's page of this daemon, before anybody has signed in.
    SignIn,
    /// The provider, whose requests are signed.
    Provider,
    /// A caller that passes the flow's `verify`; without `verify` a key of an account.
    Hook,
}

pub struct DocumentedAnswer {
    pub status: u16,
    pub about: &'static str,
    pub body: AnswerBody,
}

/// The body of an answer.
#[derive(Debug, Clone, Copy)]
pub enum AnswerBody {
    Nothing,
    Json(Type),
    /// Text of this media type.
    Text(&'static str),
    /// Server-Sent Events with data of this type.
    Events(Type),
    /// Bytes of any media type.
    File,
}

pub enum Errors {
    /// Codes of `codes::CODES`, in addition to those that follow from `who`, `query` and `body`.
    Problems(&'static [(&'static str, u16)]),
    /// Errors of a dialect (status, name, body), and their common shape.
    Dialect(fn() -> Vec<(u16, &'static str, Json)>, &'static shape::Shape),
}

/// A request to the daemon with example data. `$conversation` and similar variables are replaced by ids of that data.
#[derive(Debug, Clone, Copy)]
pub struct Example {
    /// The path with its query; empty if there is no example, because only a platform or a browser calls it.
    pub path: &'static str,
    /// JSON text; empty: no body.
    pub body: &'static str,
}

impl Verb {
    pub fn as_str(self) -> &'static str {
        match self {
            Verb::Get => "GET",
            Verb::Post => "POST",
            Verb::Patch => "PATCH",
            Verb::Delete => "DELETE",
        }
    }
}

impl Route {
    /// The router of its verb alone.
    pub fn method_router(&self) -> MethodRouter<Arc<Web>> {
        let filter = match self.verb {
            Verb::Get => MethodFilter::GET,
            Verb::Post => MethodFilter::POST,
            Verb::Patch => MethodFilter::PATCH,
            Verb::Delete => MethodFilter::DELETE,
        };
        MethodRouter::new().on(filter, (self.take)())
    }

    pub fn is_dialect(&self) -> bool {
        matches!(self.errors, Errors::Dialect(..))
    }

    /// The type of a parameter of its path: ids of the native API are numbers, as in its bodies.
    pub fn path_type(&self, name: &str) -> Type {
        let is_id = matches!(name, "id" | "sender_id" | "delivery") && !self.is_dialect();
        if is_id { Type::Whole } else { Type::Text }
    }

    /// Every error of this route: its status, its name, and an example of its body.
    pub fn refusals(&self) -> Vec<(u16, &'static str, Json)> {
        let own = match &self.errors {
            Errors::Dialect(all, _) => return all(),
            Errors::Problems(own) => own.iter().copied(),
        };
        let mut wanted: Vec<(&str, u16)> = Vec::new();
        match self.who {
            AllowedCallers::Account | AllowedCallers::Sandbox => {
                wanted.extend([("unauthorized", 401), ("key_expired", 401), ("missing_scope", 403)]);
            }
            AllowedCallers::Operator | AllowedCallers::Studio => {
                wanted.extend([("unauthorized", 401), ("key_expired", 401), ("operator_only", 403)]);
                if self.scope.is_some() {
                    wanted.push(("missing_scope", 403));
                }
            }
            AllowedCallers::Hook => wanted.extend([("key_expired", 401), ("missing_scope", 403)]),
            AllowedCallers::Anyone | AllowedCallers::SignIn | AllowedCallers::Provider => {}
        }
        if admission::is_checked(self) && self.path.starts_with("/v1/") {
            wanted.push(("foreign_origin", 403));
            if self.who != AllowedCallers::SignIn {
                wanted.push(("not_your_role", 403));
            }
            if self.path.starts_with("/v1/studio/") {
                wanted.push(("plays_off", 403));
            }
        }
        if self.path.contains('{') {
            wanted.push(("not_found", 404));
        }
        if self.body.is_some() {
            wanted.extend([("bad_json", 400), ("invalid", 422)]);
        }
        if self.body.is_some() || self.keyed || self.file {
            wanted.extend([("broken", 400), ("too_slow", 408), ("too_large", 413), ("crowded", 503)]);
        }
        if !self.query.is_empty() || super::parameters::are_checked(self) {
            wanted.push(("invalid", 422));
        }
        if self.keyed {
            wanted.extend([("bad_idempotency_key", 400), ("in_progress", 409), ("idempotency_key_reused", 422)]);
        }
        if self.who != AllowedCallers::Anyone {
            wanted.extend([("internal", 500), ("database_away", 503)]);
        }
        wanted.extend(own);
        let known = codes::CODES.iter().filter(|code| wanted.contains(&(code.code, code.status)));
        known.map(|code| (code.status, code.code, example(code))).collect()
    }
}

/// The schema of a route's errors.
pub fn error_shape(route: &Route) -> Type {
    match &route.errors {
        Errors::Dialect(_, shape) => Type::Of(shape),
        Errors::Problems(_) => shape::answer::<ProblemBody<'_>>(),
    }
}

fn example(code: &codes::Code) -> Json {
    let status = axum::http::StatusCode::from_u16(code.status).expect("the table holds statuses of HTTP");
    match code.code {
        "invalid" => Problem::invalid(vec![("/flow".to_owned(), code.detail.to_owned())]).to_json(),
        word => Problem::new(status, word, code.detail).to_json(),
    }
}

/// The common part of most routes.
const GET: Route = Route {
    verb: Verb::Get,
    path: "",
    also: &[],
    name: "",
    part: "",
    summary: "",
    about: "",
    who: AllowedCallers::Account,
    roles: &[Role::Operator],
    scope: None,
    personal: true,
    query: &[],
    body: None,
    bare: false,
    file: false,
    answers: &[],
    errors: Errors::Problems(&[]),
    keyed: false,
    shared: false,
    headers: &[],
    answers_with: &[],
    example: Example { path: "", body: "" },
    take: || handler(not_found::no_such_path),
};

/// Everybody who can sign in.
const EVERYBODY: &[Role] = &[Role::Viewer, Role::Agent, Role::Author, Role::Operator];
/// Those who look at flows and what became of them.
const READERS: &[Role] = &[Role::Viewer, Role::Author, Role::Operator];
/// Those who write flows.
const AUTHORS: &[Role] = &[Role::Author, Role::Operator];
/// Those who write to customers.
const AGENTS: &[Role] = &[Role::Agent, Role::Operator];

const POST: Route = Route { verb: Verb::Post, ..GET };

const fn ask(path: &'static str) -> Example {
    Example { path, body: "" }
}

const fn tell(path: &'static str, body: &'static str) -> Example {
    Example { path, body }
}

const fn ok(kind: Type, about: &'static str) -> DocumentedAnswer {
    DocumentedAnswer { status: 200, about, body: AnswerBody::Json(kind) }
}

const fn at(status: u16, kind: Type, about: &'static str) -> DocumentedAnswer {
    DocumentedAnswer { status, about, body: AnswerBody::Json(kind) }
}

/// The query parameters of every list.
const LIMIT: Field = shape::may("limit", Type::Between(1, PAGE_MAX), "Entries on one page; 50 unless said otherwise.");
const CURSOR: Field = shape::may("cursor", Type::Filled, "`next_cursor` of the page before.");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn routes_and_their_names_stand_once() {
        let mut names: Vec<&str> = all().map(|route| route.name).collect();
        let mut addresses: Vec<String> = all().map(|route| format!("{} {}", route.verb.as_str(), route.path)).collect();
        let count = names.len();
        names.sort_unstable();
        names.dedup();
        addresses.sort();
        addresses.dedup();
        assert_eq!((names.len(), addresses.len()), (count, count));
    }

    #[test]
    fn every_code_that_a_route_names_is_in_the_table() {
        for route in all() {
            if let Errors::Problems(own) = &route.errors {
                for (code, status) in *own {
                    assert!(codes::is_known(code, *status), "{}: {code} {status}", route.name);
                }
            }
        }
    }

    #[test]
    fn every_route_says_what_it_does_and_answers() {
        for route in all() {
            assert!(route.summary.len() > 8 && !route.summary.ends_with('.'), "{}", route.name);
            assert!(!route.answers.is_empty() && !route.part.is_empty(), "{}", route.name);
            assert_eq!(
                route.example.body.is_empty(),
                route.body.is_none() || route.example.path.is_empty(),
                "{}",
                route.name
            );
        }
    }

    #[test]
    fn every_route_that_a_key_opens_names_its_scope() {
        for route in all() {
            use AllowedCallers::{Anyone, Operator, Provider, SignIn};
            let takes_keys = !matches!(route.who, Anyone | Operator | SignIn | Provider);
            assert_eq!(route.scope.is_some(), takes_keys, "{}", route.name);
        }
    }
}
