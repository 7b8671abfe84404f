//! Every route of the daemon as data: the router, `/openapi.json` and the reference are made from this list.
//!
//! An endpoint is its function in `web/api/<noun>.rs` and its entry in `web/routes/<noun>.rs`; a noun is one line
//! here. A test asks the running daemon each example and keeps what it answers in `examples.json`.

pub mod codes;
pub mod shape;

mod autocalls;
mod balance;
mod broadcasts;
mod contacts;
mod conversations;
mod dead_letters;
mod events;
mod flows;
mod kapso;
mod messages;
mod operator;
mod probes;
mod runs;
mod said;
mod sandbox;
mod schedules;
mod senders;
mod shapes;
mod stream;
mod subscriptions;
mod templates;
mod waplify;
mod webhooks;

use super::state::Web;
use axum::routing::MethodRouter;
use serde_json::Value as Json;
use shape::{Field, Type};
use std::sync::Arc;

/// In the order of the document.
static NOUNS: &[&[Route]] = &[
    flows::ROUTES,
    runs::ROUTES,
    contacts::ROUTES,
    conversations::ROUTES,
    messages::ROUTES,
    events::ROUTES,
    stream::ROUTES,
    subscriptions::ROUTES,
    templates::ROUTES,
    schedules::ROUTES,
    broadcasts::ROUTES,
    senders::ROUTES,
    balance::ROUTES,
    dead_letters::ROUTES,
    sandbox::ROUTES,
    operator::ROUTES,
    autocalls::ROUTES,
    waplify::ROUTES,
    kapso::ROUTES,
    kapso::PROXY,
    kapso::PLATFORM,
    webhooks::ROUTES,
    probes::ROUTES,
];

pub fn all() -> impl Iterator<Item = &'static Route> {
    NOUNS.iter().flat_map(|routes| routes.iter())
}

pub struct Route {
    pub verb: Verb,
    /// As axum and OpenAPI both write it.
    pub path: &'static str,
    /// Other addresses of the same, as that product's clients also write them.
    pub also: &'static [&'static str],
    /// A word for programs: `operationId`, and the name of its example.
    pub name: &'static str,
    /// The part of the document in which it stands.
    pub part: &'static str,
    pub summary: &'static str,
    /// More sentences, where the summary does not say it all.
    pub about: &'static str,
    pub who: Who,
    pub query: &'static [Field],
    pub body: Option<Type>,
    /// The body may be left out.
    pub bare: bool,
    /// The body is a file, whatever its type.
    pub file: bool,
    /// What it answers when all is well, by status.
    pub answers: &'static [Answer],
    pub errors: Errors,
    /// `Idempotency-Key` is honoured.
    pub keyed: bool,
    /// The same for every account: flows and schedules belong to the bot, which serves all of them.
    pub shared: bool,
    /// Request headers of its own.
    pub headers: &'static [Field],
    /// Headers of its good answers, and what they are for.
    pub answers_with: &'static [(&'static str, &'static str)],
    pub example: Example,
    pub take: fn() -> MethodRouter<Arc<Web>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verb {
    Get,
    Post,
    Patch,
    Delete,
}

/// Who may call it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Who {
    Anyone,
    /// With a key of an account, or as the operator: sees what belongs to it.
    Account,
    /// The `transom` command on the daemon's own machine.
    Operator,
    /// With a key of the sender's account; without a configuration file anybody on this machine.
    Sandbox,
    /// The provider, which signs what it posts.
    Provider,
    /// Who shows what the flow's `verify` asks for; without `verify` an account.
    Hook,
}

pub struct Answer {
    pub status: u16,
    pub about: &'static str,
    pub body: Said,
}

/// What an answer's body is.
#[derive(Debug, Clone, Copy)]
pub enum Said {
    Nothing,
    Json(Type),
    /// Of this media type.
    Text(&'static str),
    /// Bytes of any media type.
    File,
}

pub enum Errors {
    /// Codes of `codes::CODES`, besides those that follow from who may call and what is read.
    Problems(&'static [(&'static str, u16)]),
    /// In a dialect's own words: status, name, body; and what all of them look like.
    Dialect(fn() -> Vec<(u16, &'static str, Json)>, &'static shape::Shape),
}

/// A request to the daemon of the examples. `$conversation` and the like stand for the ids that things have there.
#[derive(Debug, Clone, Copy)]
pub struct Example {
    /// With its query; empty: there is none, since only the platform or a browser asks so.
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
    pub fn is_dialect(&self) -> bool {
        matches!(self.errors, Errors::Dialect(..))
    }

    /// Every error that it may answer: its status, its name, and an example of its body.
    pub fn refusals(&self) -> Vec<(u16, &'static str, Json)> {
        let own = match &self.errors {
            Errors::Dialect(all, _) => return all(),
            Errors::Problems(own) => own.iter().copied(),
        };
        let mut wanted: Vec<(&str, u16)> = Vec::new();
        match self.who {
            Who::Account | Who::Sandbox => wanted.push(("unauthorized", 401)),
            Who::Operator => wanted.extend([("unauthorized", 401), ("operator_only", 403)]),
            Who::Anyone | Who::Provider | Who::Hook => {}
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
        if self.who != Who::Anyone {
            wanted.extend([("internal", 500), ("database_away", 503)]);
        }
        wanted.extend(own);
        let known = codes::CODES.iter().filter(|code| wanted.contains(&(code.code, code.status)));
        known.map(|code| (code.status, code.code, example(code))).collect()
    }
}

/// What a route's errors look like.
pub fn error_shape(route: &Route) -> Type {
    match &route.errors {
        Errors::Dialect(_, shape) => Type::Of(shape),
        Errors::Problems(_) => Type::Of(&shapes::PROBLEM),
    }
}

fn example(code: &codes::Code) -> Json {
    let status = axum::http::StatusCode::from_u16(code.status).expect("the table holds statuses of HTTP");
    match code.code {
        "invalid" => super::problem::Problem::invalid(vec![("/flow".to_owned(), code.detail.to_owned())]).to_json(),
        word => super::problem::Problem::new(status, word, code.detail).to_json(),
    }
}

/// What most routes have in common; each says the rest.
const GET: Route = Route {
    verb: Verb::Get,
    path: "",
    also: &[],
    name: "",
    part: "",
    summary: "",
    about: "",
    who: Who::Account,
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
    take: MethodRouter::new,
};

const POST: Route = Route { verb: Verb::Post, ..GET };

const fn ask(path: &'static str) -> Example {
    Example { path, body: "" }
}

const fn tell(path: &'static str, body: &'static str) -> Example {
    Example { path, body }
}

const fn ok(kind: Type, about: &'static str) -> Answer {
    Answer { status: 200, about, body: Said::Json(kind) }
}

const fn at(status: u16, kind: Type, about: &'static str) -> Answer {
    Answer { status, about, body: Said::Json(kind) }
}

/// The query of every list.
const LIMIT: Field = shape::may("limit", Type::Whole, "Entries on one page: 1 to 200; 50 unless said otherwise.");
const CURSOR: Field = shape::may("cursor", Type::Text, "`next_cursor` of the page before.");

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
}
