//! Checks that every answer in the API tests matches the API's document.

use super::{host::Answer, schema};
use reqwest::Method;
use serde_json::Value as Json;
use std::sync::LazyLock;
use transom::web::{openapi, routes};

pub static DOCUMENT: LazyLock<Json> = LazyLock::new(openapi::document);

/// The route of a request: as in OpenAPI, the most specific path wins before the method counts. `GET
/// /v1/contacts/import` asks for no contact, because that path takes a POST.
pub fn route(method: &Method, path: &str) -> Option<&'static routes::Route> {
    let path = path.split('?').next().unwrap_or_default();
    let fits = || routes::all().filter(|route| all_paths(route).any(|own| matches(own, path)));
    let holes = |route: &routes::Route| route.path.matches('{').count();
    let fewest = fits().map(holes).min()?;
    fits().filter(|route| holes(route) == fewest).find(|route| route.verb.as_str() == method.as_str())
}

/// Checks that the document has the answer's status and body.
pub fn check(method: &Method, path: &str, answer: &Answer) {
    let Some(route) = route(method, path) else { return };
    let said = format!("{method} {path} answered {}: {}", answer.status, answer.text);
    let operation = &DOCUMENT["paths"][route.path][route.verb.as_str().to_lowercase()];
    let response = &operation["responses"][answer.status.to_string()];
    assert!(response.is_object(), "the document does not know the status; {said}");
    let content = response["content"].as_object();
    if answer.text.is_empty() {
        assert!(content.is_none(), "the document promises a body; {said}");
        return;
    }
    let media = answer.headers["content-type"].to_str().unwrap().split(';').next().unwrap();
    let content = content.and_then(|content| content.get(media).or(content.get("*/*")));
    let content = content.unwrap_or_else(|| panic!("the document does not know {media}; {said}"));
    if media.contains("json") {
        let wrongs = schema::wrongs(&DOCUMENT, &content["schema"], &answer.json());
        assert!(wrongs.is_empty(), "{}\n{said}", wrongs.join("\n"));
    }
    if media == "application/problem+json" {
        let body = answer.json();
        let code = body["code"].as_str().unwrap();
        assert!(content["examples"][code].is_object(), "the document does not know `{code}` here; {said}");
    }
}

fn all_paths(route: &routes::Route) -> impl Iterator<Item = &'static str> {
    std::iter::once(route.path).chain(route.also.iter().copied())
}

fn matches(template: &str, path: &str) -> bool {
    let (template, path): (Vec<&str>, Vec<&str>) = (template.split('/').collect(), path.split('/').collect());
    template.len() == path.len() && template.iter().zip(&path).all(|(want, is)| want.starts_with('{') || want == is)
}
