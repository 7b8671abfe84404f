//! Makes `http` steps of the requests of another product. No key of the source is written: secrets get names.

use super::{bot::ImportedBot, graph::Step, names::env_name, report::Place, texts::is_public_url, yaml::Yaml};
use serde_json::Value;

/// A request whose texts are already those of ours (`${name}`).
#[derive(Debug, Clone, Default)]
pub struct Request {
    pub method: String,
    pub url: String,
    pub headers: Vec<(String, String)>,
    pub query: Vec<(String, String)>,
    pub body: Option<Yaml>,
    pub variable: String,
}

/// The step; what is secret in it is named in `_bot.yaml` and in the report.
pub fn step(request: &Request, title: &str, place: &Place, bot: &mut ImportedBot) -> Step {
    let method = request.method.trim().to_uppercase();
    let known = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD"];
    let method = if known.contains(&method.as_str()) { method } else { "POST".to_owned() };
    let (url, mut query) = address(request, title, place, bot);
    for (name, value) in &request.query {
        let value = if is_secret_name(name) { secret(name, title, bot, place) } else { value.clone() };
        query.push((name.clone(), Yaml::Text(value)));
    }
    let mut step = Step::keys([("http", Yaml::Text(format!("{method} {url}")))]);
    let mut headers = Vec::new();
    for (name, value) in &request.headers {
        let lower = name.to_lowercase();
        if lower == "content-type" && value.contains("json") || lower == "content-length" || lower == "host" {
            continue;
        }
        let value = match value.split_once(' ') {
            Some((scheme @ ("Bearer" | "Basic" | "Token"), _)) => {
                format!("{scheme} {}", secret(name, title, bot, place))
            }
            _ if is_secret_name(name) => secret(name, title, bot, place),
            _ => value.clone(),
        };
        headers.push((lower, Yaml::Text(value)));
    }
    for (key, map) in [("headers", headers), ("query", query)] {
        if !map.is_empty() {
            let mut once: Vec<(String, Yaml)> = Vec::new();
            map.into_iter().filter(|(name, _)| !name.trim().is_empty()).for_each(|(name, value)| {
                if !once.iter().any(|(other, _)| *other == name) {
                    once.push((name, value));
                }
            });
            step = step.key(key, Yaml::Map(once));
        }
    }
    if let Some(body) = request.body.clone().filter(|_| !matches!(method.as_str(), "GET" | "HEAD")) {
        step = step.key("json", body);
    }
    step.key("as", Yaml::bare(&request.variable))
}

/// The address, and what stood behind its `?`.
fn address(request: &Request, title: &str, place: &Place, bot: &mut ImportedBot) -> (String, Vec<(String, Yaml)>) {
    let mark = outside(&request.url, '?');
    let (path, behind) = mark.map_or((request.url.as_str(), ""), |at| (&request.url[..at], &request.url[at + 1..]));
    let mut query = Vec::new();
    let mut rest = behind;
    while !rest.is_empty() {
        let end = outside(rest, '&').unwrap_or(rest.len());
        let pair = &rest[..end];
        rest = rest.get(end + 1..).unwrap_or_default();
        let (name, value) = outside(pair, '=').map_or((pair, ""), |at| (&pair[..at], &pair[at + 1..]));
        // Names with values in them would be code; what is left is one parameter less.
        if name.contains("${") || name.is_empty() {
            bot.report.left(place, format!("the parameter `{}` of its address", super::report::quote(pair)));
            continue;
        }
        let value = if is_secret_name(name) { secret(name, title, bot, place) } else { value.to_owned() };
        query.push((name.to_owned(), Yaml::Text(value)));
    }
    let behind_scheme = path.find("://").map_or(0, |at| at + 3);
    let host_end = outside(&path[behind_scheme..], '/').map_or(path.len(), |at| behind_scheme + at);
    let (host, rest) = path.split_at(host_end);
    let is_fixed = is_public_url(host) && !host.contains("${") && !host.contains('@');
    if is_fixed && !has_key_in_path(rest) {
        return (path.to_owned(), query);
    }
    let name = env_name(&format!("{title} url"), "server_url");
    bot.env.insert(name.clone());
    bot.report.todo.insert(format!(
        "Grant `env.{name}` in the configuration: an address of the source that is not written into the flow."
    ));
    bot.report.replaced(
        place,
        format!("its address is `env.{name}` now: it holds a key, a variable host or none on the internet"),
    );
    // Where only the host cannot stay, the path does.
    let keeps_path = host.starts_with("http") && !rest.is_empty() && !has_key_in_path(rest);
    (format!("${{env.{name}}}{}", if keeps_path { rest } else { "" }), query)
}

/// Where a character stands outside of `${ }`.
fn outside(text: &str, wanted: char) -> Option<usize> {
    let mut depth = 0_usize;
    let mut before = ' ';
    for (at, c) in text.char_indices() {
        match c {
            '{' if before == '$' || depth > 0 => depth += 1,
            '}' if depth > 0 => depth -= 1,
            c if c == wanted && depth == 0 => return Some(at),
            _ => {}
        }
        before = c;
    }
    None
}

/// A part of a path that looks like a key: long, with letters and figures.
fn has_key_in_path(path: &str) -> bool {
    path.split('/').any(|part| {
        !part.contains("${")
            && part.len() >= 20
            && part.chars().any(|c| c.is_ascii_digit())
            && part.chars().any(|c| c.is_ascii_alphabetic())
            && part.chars().all(|c| c.is_ascii_alphanumeric() || "-_~.:".contains(c))
            && !is_uuid(part)
    })
}

fn is_uuid(part: &str) -> bool {
    part.len() == 36 && part.matches('-').count() == 4
}

/// Whether a header or parameter of this name holds a key.
pub fn is_secret_name(name: &str) -> bool {
    let name = name.to_lowercase().replace(['-', '_'], "");
    ["authorization", "token", "apikey", "secret", "password", "signature", "accesskey", "cookie", "credential", "pwd"]
        .iter()
        .any(|word| name.contains(word))
        || matches!(name.as_str(), "key" | "auth" | "xkey" | "pass" | "sig")
}

/// `${secrets.NAME}`; the name is declared, and the report says so.
fn secret(of: &str, title: &str, bot: &mut ImportedBot, place: &Place) -> String {
    let name = env_name(&format!("{title} {of}"), "token");
    bot.secrets.insert(name.clone());
    bot.report.todo.insert(format!(
        "Grant `secrets.{name}` in the configuration; the value of the source was not written anywhere."
    ));
    bot.report.replaced(place, format!("the value of `{of}` is `secrets.{name}` now"));
    format!("${{secrets.{name}}}")
}

/// JSON as a value of `json`; `write` makes our texts of those of the source.
pub fn body(value: &Value, write: &mut dyn FnMut(&str) -> String) -> Yaml {
    match value {
        Value::Null => Yaml::bare("null"),
        Value::Bool(_) | Value::Number(_) => Yaml::bare(value),
        Value::String(text) => Yaml::Text(write(text)),
        Value::Array(items) => Yaml::List(items.iter().map(|item| body(item, write)).collect()),
        Value::Object(map) => Yaml::Map(map.iter().map(|(key, value)| (key.clone(), body(value, write))).collect()),
    }
}

/// Keys of a JSON body that hold keys, by their names; their values become secrets.
pub fn hide_keys(yaml: Yaml, title: &str, bot: &mut ImportedBot, place: &Place) -> Yaml {
    match yaml {
        Yaml::Map(entries) => Yaml::Map(
            entries
                .into_iter()
                .map(|(key, value)| match value {
                    Yaml::Text(text) if is_secret_name(&key) && !text.contains("${") => {
                        let hidden = secret(&key, title, bot, place);
                        (key, Yaml::Text(hidden))
                    }
                    value => (key, hide_keys(value, title, bot, place)),
                })
                .collect(),
        ),
        Yaml::List(items) => Yaml::List(items.into_iter().map(|item| hide_keys(item, title, bot, place)).collect()),
        other => other,
    }
}
