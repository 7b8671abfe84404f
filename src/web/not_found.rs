//! Answers requests to unknown paths and methods, in the form of the API to which the path belongs: `/api/` belongs to
//! the dialects.

use super::{
    dialects::kapso::graph::GraphError,
    problem::Problem,
    routes::{self, Route, Verb},
};
use axum::{
    http::{Method, StatusCode, Uri},
    response::{IntoResponse, Response},
};
use serde_json::{Value as Json, json};

/// 404: no route has this path.
pub async fn no_such_path(uri: Uri) -> Response {
    let path = uri.path();
    match Whose::of(path) {
        Whose::Ours => problem().into_response(),
        Whose::Autocalls => {
            let route = path.trim_start_matches('/');
            told(StatusCode::NOT_FOUND, &json!({"message": format!("The route {route} could not be found.")}))
        }
        Whose::Kapso => told(StatusCode::NOT_FOUND, &json!({"error": "Not found"})),
        Whose::Waplify => told(StatusCode::NOT_FOUND, &json!({"detail": "Not Found"})),
        Whose::Proxy => {
            let why = "This part of the Graph API is not served here: docs/dialects.md says what is";
            GraphError::new(StatusCode::NOT_FOUND, (100, "Unsupported request"), why).into_response()
        }
    }
}

/// 405: a route has this path, but not this method.
pub async fn no_such_method(method: Method, uri: Uri) -> Response {
    let path = uri.path();
    match Whose::of(path) {
        Whose::Ours => {
            let why = "This address does not take this method.";
            Problem::new(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", why).into_response()
        }
        Whose::Autocalls => {
            let route = path.trim_start_matches('/');
            let taken = methods(path).join(", ");
            let why = format!("The {method} method is not supported for route {route}. Supported methods: {taken}.");
            told(StatusCode::METHOD_NOT_ALLOWED, &json!({"message": why}))
        }
        Whose::Kapso => told(StatusCode::METHOD_NOT_ALLOWED, &json!({"error": "Method not allowed"})),
        Whose::Waplify => told(StatusCode::METHOD_NOT_ALLOWED, &json!({"detail": "Method Not Allowed"})),
        Whose::Proxy => {
            let why = "This address does not take this method here: docs/dialects.md says what is served";
            GraphError::new(StatusCode::METHOD_NOT_ALLOWED, (100, "Unsupported request"), why).into_response()
        }
    }
}

pub fn problem() -> Problem {
    Problem::not_found("There is nothing at this address.")
}

#[derive(Debug, PartialEq)]
enum Whose {
    Ours,
    Autocalls,
    Waplify,
    Kapso,
    /// Kapso's Meta proxy.
    Proxy,
}

impl Whose {
    /// Two products share `/api/v1/`; the next path segment decides.
    fn of(path: &str) -> Whose {
        if path.starts_with("/platform/v1/") {
            return Whose::Kapso;
        }
        // The files at signed URLs are served by our own code.
        if path.starts_with("/meta/whatsapp/") && !path.starts_with("/meta/whatsapp/files/") {
            return Whose::Proxy;
        }
        let Some(rest) = path.strip_prefix("/api") else { return Whose::Ours };
        if !(rest.is_empty() || rest.starts_with('/')) {
            return Whose::Ours;
        }
        let Some(rest) = rest.strip_prefix("/v1/") else { return Whose::Autocalls };
        let word = rest.split('/').next().unwrap_or_default();
        let near = routes::all()
            .find(|route| route.path.split('/').nth(3) == Some(word) && route.path.starts_with("/api/v1/"));
        if near.is_some_and(|route| route.part == "Kapso") { Whose::Kapso } else { Whose::Waplify }
    }
}

/// The methods of a path, as Laravel lists them.
fn methods(path: &str) -> Vec<&'static str> {
    let mut methods = Vec::new();
    for route in routes::all().filter(|route| is_at(route, path)) {
        methods.push(route.verb.as_str());
        if route.verb == Verb::Get {
            methods.push("HEAD");
        }
    }
    methods
}

fn is_at(route: &Route, path: &str) -> bool {
    let fits = |known: &str| {
        let (known, asked) = (known.split('/'), path.split('/'));
        known.clone().count() == asked.clone().count()
            && known.zip(asked).all(|(known, asked)| known.starts_with('{') || known == asked)
    };
    fits(route.path) || route.also.iter().any(|also| fits(also))
}

fn told(status: StatusCode, body: &Json) -> Response {
    super::idempotency::json(status, body)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_belongs_to_one_product() {
        for (path, whose) in [
            ("/v1/nope", Whose::Ours),
            ("/apis", Whose::Ours),
            ("/api/nope", Whose::Autocalls),
            ("/api/user/whatsapp/nope", Whose::Autocalls),
            ("/api/v1/messages/nope", Whose::Waplify),
            ("/api/v1/nope", Whose::Waplify),
            ("/api/v1/sandbox_sessions/1/nope", Whose::Kapso),
            ("/platform/v1/broadcasts", Whose::Kapso),
            ("/platform", Whose::Ours),
            ("/meta/whatsapp/v24.0/106/calls", Whose::Proxy),
        ] {
            assert_eq!(Whose::of(path), whose, "{path}");
        }
    }

    #[test]
    fn methods_are_those_of_the_list() {
        assert_eq!(methods("/api/user/whatsapp/senders/12/templates"), ["GET", "HEAD"]);
        assert_eq!(methods("/api/user/whatsapp/send"), ["POST"]);
        assert!(methods("/api/nope").is_empty());
    }
}
