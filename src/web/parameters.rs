//! Checks the query of a native request: refuses unknown, empty and repeated parameters.
//!
//! If a misspelt filter were ignored, the answer would contain everything, and a program would act on that.

use super::{
    auth::{self, Caller},
    problem::Problem,
    routes::{Route, Who, shape::Type},
    state::Web,
};
use crate::base::{diagnostic::did_you_mean, query};
use axum::{
    extract::{Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};
use std::sync::Arc;

/// Only the native API is checked: the dialects follow their products, and callers of a hook or a probe may add
/// parameters of their own.
pub fn are_checked(route: &Route) -> bool {
    route.path.starts_with("/v1/")
}

/// The middleware around the handlers of a route.
pub async fn check(route: &'static Route, State(web): State<Arc<Web>>, request: Request, next: Next) -> Response {
    let wrong = request.uri().query().map(|text| wrong(route, text)).unwrap_or_default();
    if wrong.is_empty() {
        return next.run(request).await;
    }
    let may_know = match (route.who, auth::caller(&web, request.headers()).await) {
        (_, Err(problem)) => return problem.into_response(),
        (Who::Operator, Ok(caller)) => caller == Some(Caller::Operator),
        (Who::Account | Who::Hook, Ok(caller)) => caller.is_some(),
        (Who::Sandbox, Ok(caller)) => caller.is_some() || web.sandbox_is_open,
        (Who::Anyone | Who::Provider, Ok(_)) => true,
    };
    // A caller without a valid key gets the handler's 401 first.
    if may_know { Problem::invalid(wrong).into_response() } else { next.run(request).await }
}

/// `(JSON pointer, sentence)` for each wrong parameter.
fn wrong(route: &Route, text: &str) -> Vec<(String, String)> {
    let mut wrong: Vec<(String, String)> = Vec::new();
    let mut seen: Vec<String> = Vec::new();
    for (name, value) in query::pairs(text) {
        let mut say = |why: String| wrong.push((format!("/{}", name.replace('~', "~0").replace('/', "~1")), why));
        let Some(field) = route.query.iter().find(|field| field.name == name) else {
            let help = did_you_mean(&name, route.query.iter().map(|field| field.name));
            let end = help.map_or_else(|| ".".to_owned(), |help| format!("; {help}"));
            say(format!("`{name}` is unknown here{end}"));
            continue;
        };
        if seen.contains(&name) {
            say(format!("`{name}` stands twice."));
            continue;
        }
        if value.trim().is_empty() {
            say(format!("`{name}` is empty; leave it out, or say which."));
        } else if matches!(field.kind, Type::Whole) && value.parse::<i64>().is_err() {
            say(format!("`{name}` must be a whole number."));
        }
        seen.push(name);
    }
    wrong
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::routes;

    fn told(text: &str) -> Vec<(String, String)> {
        wrong(routes::all().find(|route| route.name == "list_runs").unwrap(), text)
    }

    #[test]
    fn each_wrong_parameter_is_named_at_once() {
        let told = told("contcat=7&state=&flow=a&flow=b&contact=x&a/b=1");
        let at = |pointer: &str| told.iter().find(|(p, _)| p == pointer).map(|(_, why)| why.as_str());
        assert_eq!(at("/contcat"), Some("`contcat` is unknown here; did you mean `contact`?"));
        assert_eq!(at("/state"), Some("`state` is empty; leave it out, or say which."));
        assert_eq!(at("/flow"), Some("`flow` stands twice."));
        assert_eq!(at("/contact"), Some("`contact` must be a whole number."));
        assert_eq!(at("/a~1b"), Some("`a/b` is unknown here."));
        assert_eq!(told.len(), 5);
    }

    #[test]
    fn what_the_document_says_is_right() {
        assert_eq!(told("flow=hello&contact=12&limit=5&cursor=abc&&"), []);
    }
}
