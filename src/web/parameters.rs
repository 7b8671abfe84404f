//! Checks the query of a request: refuses unknown, empty and repeated parameters.
//!
//! If a misspelt filter were ignored, the answer would contain everything, and a program would act on that.

use super::{
    problem::Problem,
    routes::{Route, shape::Type},
};
use crate::base::{diagnostic::did_you_mean, query};
use axum::{
    extract::{FromRequestParts, Request},
    http::{Extensions, request::Parts},
    middleware::Next,
    response::{IntoResponse, Response},
};
use std::{convert::Infallible, fmt};

/// A parameter that the route does not take as it is.
#[derive(Debug, Clone, PartialEq)]
pub struct Misfit {
    pub name: String,
    pub why: MisfitCause,
}

#[derive(Debug, Clone, PartialEq)]
pub enum MisfitCause {
    /// The route has no such parameter; perhaps with the one that was meant.
    Unknown(Option<String>),
    Empty,
    Repeated,
    /// Its value is not of the right type: the end of a sentence that begins with its name.
    Value(String),
}

/// The wrong parameters of a request to a dialect, which refuses them in its product's own form.
#[derive(Debug, Clone, Default)]
pub struct Misfits(Vec<Misfit>);

impl Misfits {
    pub fn of(request: &Extensions) -> Vec<Misfit> {
        request.get::<Misfits>().map(|Misfits(all)| all.clone()).unwrap_or_default()
    }

    pub fn into_inner(self) -> Vec<Misfit> {
        self.0
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Misfits {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Misfits(Misfits::of(&parts.extensions)))
    }
}

/// The sentence without the name.
impl fmt::Display for MisfitCause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            MisfitCause::Unknown(None) => f.write_str("is unknown here"),
            MisfitCause::Unknown(Some(help)) => write!(f, "is unknown here; {}", help.trim_end_matches('.')),
            MisfitCause::Empty => f.write_str("is empty; leave it out, or say which"),
            MisfitCause::Repeated => f.write_str("stands twice"),
            MisfitCause::Value(words) => f.write_str(words),
        }
    }
}

/// The native API and the dialects are checked; callers of a hook or a probe may add parameters of their own.
pub fn are_checked(route: &Route) -> bool {
    route.path.starts_with("/v1/") || route.is_dialect()
}

/// The middleware around the handlers of a route.
pub async fn check(route: &'static Route, mut request: Request, next: Next) -> Response {
    let wrong = request.uri().query().map(|text| misfits(route, text)).unwrap_or_default();
    if wrong.is_empty() {
        return next.run(request).await;
    }
    if route.is_dialect() {
        request.extensions_mut().insert(Misfits(wrong));
        return next.run(request).await;
    }
    Problem::invalid(told(wrong)).into_response()
}

/// `(JSON pointer, sentence)` for each wrong parameter.
fn told(wrong: Vec<Misfit>) -> Vec<(String, String)> {
    let told = |Misfit { name, why }| {
        let end = if matches!(&why, MisfitCause::Unknown(Some(help)) if help.ends_with('?')) { "" } else { "." };
        (format!("/{}", name.replace('~', "~0").replace('/', "~1")), format!("`{name}` {why}{end}"))
    };
    wrong.into_iter().map(told).collect()
}

fn misfits(route: &Route, text: &str) -> Vec<Misfit> {
    let mut wrong: Vec<Misfit> = Vec::new();
    let mut seen: Vec<String> = Vec::new();
    for (name, value) in query::pairs(text) {
        let known = route.query.iter().find(|field| field.name == name);
        let why = match known {
            None => Some(MisfitCause::Unknown(did_you_mean(&name, route.query.iter().map(|field| field.name)))),
            Some(_) if seen.contains(&name) => Some(MisfitCause::Repeated),
            // The dialects have words of their own for a required field, and for a value of another type.
            Some(field) if value.trim().is_empty() => {
                (!(route.is_dialect() && field.needed)).then_some(MisfitCause::Empty)
            }
            Some(_) if route.is_dialect() => None,
            Some(field) => misfit(&field.kind, &value).map(MisfitCause::Value),
        };
        if known.is_some() {
            seen.push(name.clone());
        }
        wrong.extend(why.map(|why| Misfit { name, why }));
    }
    wrong
}

/// The reason why a value does not have its parameter's type, as the end of a sentence. Handlers check the types that
/// are not listed here: they know the limits.
fn misfit(kind: &Type, value: &str) -> Option<String> {
    match kind {
        Type::Whole if value.parse::<i64>().is_err() => Some("must be a whole number".to_owned()),
        Type::Word(words) if !words.contains(&value) => {
            let words: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
            let (last, others) = words.split_last()?;
            Some(if others.is_empty() { format!("is {last}") } else { format!("is {} or {last}", others.join(", ")) })
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::routes;

    fn told(text: &str) -> Vec<(String, String)> {
        super::told(misfits(routes::all().find(|route| route.name == "list_runs").unwrap(), text))
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
    fn a_word_that_is_none_of_the_list_is_refused_with_the_list() {
        let told = told("state=bogus");
        assert!(told[0].1.starts_with("`state` is `open`, "), "{told:?}");
        assert!(told[0].1.contains(" or `"), "{told:?}");
    }

    #[test]
    fn a_dialect_keeps_its_own_words_for_what_is_required_and_for_values() {
        let route = routes::all().find(|route| route.name == "autocalls_session_status").unwrap();
        assert_eq!(misfits(route, "sender_id=x&recipient_phone="), []);
        let twice = Misfit { name: "sender_id".into(), why: MisfitCause::Repeated };
        let unknown = Misfit { name: "zzz".into(), why: MisfitCause::Unknown(None) };
        assert_eq!(misfits(route, "sender_id=1&sender_id=2&zzz="), [twice, unknown]);
    }

    #[test]
    fn what_the_document_says_is_right() {
        assert_eq!(told("flow=hello&contact=12&limit=5&cursor=abc&&"), []);
    }
}
