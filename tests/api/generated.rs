//! Generates random requests from the API's document, valid ones and slightly invalid ones. Every answer must have a
//! documented status, media type and body, and must not be an internal error.
//!
//! `GENERATED=20000` sets their number, `GENERATED_FIRST=401` the first one; the same number gives the same request in
//! a world with the same history.

use super::{
    contract::DOCUMENT,
    host::{ANA, OPERATOR},
    routes::World,
    schema,
};
use crate::sim::dice::Dice;
use reqwest::Method;
use serde_json::{Map, Value as Json, json};
use transom::{
    base::{clock::Clock, query::encode, time::Span},
    web::routes::{self, AllowedCallers, Route, Verb},
};

const REQUESTS: u64 = 600;
/// The number of requests to one world before a new one is created.
const IN_ONE_WORLD: u64 = 60;
const DEPTH_MAX: usize = 6;

/// Texts with a meaning for some field, and texts without one.
const TEXTS: &[&str] = &[
    ANA,
    "34600111222",
    "+14155552671",
    "12",
    "45",
    "acme",
    "other",
    "parcel",
    "hello",
    "asks",
    "tuesdays",
    "paid",
    "news",
    "reminder",
    "size",
    "S",
    "text",
    "image",
    "en",
    "Europe/Madrid",
    "2030-01-01T10:00",
    "2030-01-01T10:00:00Z",
    "2026-03-27",
    "1h",
    "contact.name == \"Ana\"",
    "https://crm.example.com/x",
    "http://127.0.0.1:1/",
    "message.in",
    "",
    " ",
    "x",
    "Hello Ana, how are you?",
    "${contact.phone} {{1}} %s",
    "ñ👩‍👩‍👧‍👦\u{202e}",
    "\u{0}",
    "\u{e000}secret:X\u{e000}",
    "-1",
    "1e309",
    "null",
    "../../etc/passwd",
    "' or 1=1 --",
];

/// A generated request.
#[derive(Debug)]
struct Asked {
    method: Method,
    path: String,
    headers: Vec<(&'static str, String)>,
    body: Vec<u8>,
}

#[tokio::test]
async fn no_request_made_from_the_document_gets_an_answer_that_it_does_not_know() {
    let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    let (first, count) = (number("GENERATED_FIRST").unwrap_or(1), number("GENERATED").unwrap_or(REQUESTS));
    // The stream of events goes on for ever; what a provider posts has corpora of its own.
    let asked = |route: &&Route| route.name != "listen" && route.who != AllowedCallers::Provider;
    let all: Vec<&Route> = routes::all().filter(asked).collect();
    let mut good = 0;
    let mut begin = first;
    while begin < first + count {
        let world = World::new().await;
        for n in begin..(begin + IN_ONE_WORLD).min(first + count) {
            let route = all[usize::try_from(n).unwrap() % all.len()];
            let asked = Maker { dice: Dice::new(n), world: &world }.request(route);
            good += u64::from(answer(&world, n, &asked).await < 300);
        }
        begin += IN_ONE_WORLD;
    }
    // Else it asks nothing that the handlers look at.
    assert!(good * 6 > count, "only {good} of {count} were answered well");
}

async fn answer(world: &World, n: u64, asked: &Asked) -> u16 {
    // The rates of the dialects are not what is asked here.
    world.host.clock.set(world.host.clock.now() + Span::minutes(1));
    let headers: Vec<(&str, &str)> = asked.headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let shown = String::from_utf8_lossy(&asked.body);
    let shown = format!("request {n}: {} {} {:?}\n{shown}", asked.method, asked.path, asked.headers);
    // The host compares each answer with the document; what it finds has to say which request that was.
    let asking = world.host.request(asked.method.clone(), &asked.path, &headers, asked.body.clone());
    let told = Told(shown);
    let answer = asking.await;
    assert!(answer.status < 500, "{}: {} {}", told.0, answer.status, answer.text);
    drop(told);
    answer.status
}

/// Prints the request when a comparison panics.
struct Told(String);

impl Drop for Told {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("{}", self.0);
        }
    }
}

struct Maker<'w> {
    dice: Dice,
    world: &'w World,
}

impl Maker<'_> {
    fn request(&mut self, route: &'static Route) -> Asked {
        let operation = &DOCUMENT["paths"][route.path][route.verb.as_str().to_lowercase()];
        let mut method: Method = route.verb.as_str().parse().unwrap();
        if self.dice.percent(2) {
            method = self.dice.of(&[Method::GET, Method::POST, Method::PUT, Method::DELETE, Method::OPTIONS]).clone();
        }
        let mut path = self.path(route);
        let query = self.query(operation);
        if !query.is_empty() {
            path = format!("{}?{query}", path.split('?').next().unwrap());
        }
        let mut headers = self.headers(operation);
        headers.extend(self.key(route).map(|key| ("authorization", format!("Bearer {key}"))));
        let schema = &operation["requestBody"]["content"]["application/json"]["schema"];
        let body = if schema.is_object() || (route.verb != Verb::Get && self.dice.percent(10)) {
            let kinds = ["application/json; charset=utf-8", "application/x-www-form-urlencoded", "text/plain", "x"];
            let kind = if self.dice.percent(8) { *self.dice.of(&kinds) } else { "application/json" };
            headers.push(("content-type", kind.to_owned()));
            self.body(route, schema)
        } else {
            Vec::new()
        };
        Asked { method, path, headers, body }
    }

    fn key(&mut self, route: &Route) -> Option<&'static str> {
        if self.dice.percent(6) {
            return *self.dice.of(&[None, Some("key-other"), Some("key-poor"), Some("wrong"), Some("")]);
        }
        Some(if matches!(route.who, AllowedCallers::Operator | AllowedCallers::Studio) { OPERATOR } else { "key-acme" })
    }

    /// Mostly the path of an existing object.
    fn path(&mut self, route: &Route) -> String {
        if !route.example.path.is_empty() && self.dice.percent(75) {
            return self.world.path(route).split('?').next().unwrap().to_owned();
        }
        let parts: Vec<String> = route
            .path
            .split('/')
            .map(|part| if part.starts_with('{') { encode(&self.text()).replace("%2F", "x") } else { part.to_owned() })
            .collect();
        // Nothing at the end of an address is another address.
        parts.join("/")
    }

    fn query(&mut self, operation: &Json) -> String {
        let mut pairs = Vec::new();
        for parameter in operation["parameters"].as_array().into_iter().flatten().filter(|one| one["in"] == "query") {
            let wanted = if parameter["required"] == true { 95 } else { 35 };
            while self.dice.percent(wanted) {
                let value = match self.value(&parameter["schema"], 0) {
                    _ if self.dice.percent(20) => self.text(),
                    Json::String(text) => text,
                    other => other.to_string(),
                };
                pairs.push(format!("{}={}", parameter["name"].as_str().unwrap(), encode(&value)));
                if !self.dice.percent(5) {
                    break;
                }
            }
        }
        if self.dice.percent(4) {
            pairs.push((*self.dice.of(&["x=1", "=", "&&", "limit=%ff", "%00=%00", "a[b]=c"])).to_owned());
        }
        pairs.join("&")
    }

    fn headers(&mut self, operation: &'static Json) -> Vec<(&'static str, String)> {
        let mut all = Vec::new();
        let named = operation["parameters"].as_array().into_iter().flatten().filter(|one| one["in"] == "header");
        let names: Vec<&'static str> = named.filter_map(|one| one["name"].as_str()).collect();
        for name in names.into_iter().chain(["If-Match", "X-Request-ID", "Accept"]) {
            if self.dice.percent(15) {
                let long = "k".repeat(300);
                let values = ["k1", "k2", "", " ", "*", "\"1\"", "550e8400-e29b-41d4-a716-446655440000", &long];
                all.push((name, (*self.dice.of(&values)).to_owned()));
            }
        }
        all
    }

    fn body(&mut self, route: &Route, schema: &Json) -> Vec<u8> {
        let example = serde_json::from_str(route.example.body).ok().filter(|_| self.dice.percent(50));
        let mut body = match example {
            Some(example) => example,
            None if schema.is_object() => self.value(schema, 0),
            None => self.anything(0),
        };
        let wrongs = if schema.is_object() { schema::wrongs(&DOCUMENT, schema, &body) } else { Vec::new() };
        assert!(wrongs.is_empty(), "{}: the generator does not keep to the document: {wrongs:?}", route.name);
        for _ in 0..[0, 0, 1, 1, 2][self.dice.below(5)] {
            body = self.bent(body);
        }
        let mut bytes = body.to_string().into_bytes();
        match self.dice.below(60) {
            0 => bytes.truncate(self.dice.below(bytes.len() + 1)),
            1 => {
                let at = self.dice.below(bytes.len() + 1);
                bytes.insert(at, *self.dice.of(&[0, b'"', b'{', 0xff, b'\\']));
            }
            2 => bytes.clear(),
            _ => {}
        }
        bytes
    }

    /// A value that matches the schema.
    fn value(&mut self, schema: &Json, depth: usize) -> Json {
        let schema = match schema["$ref"].as_str() {
            Some(place) => DOCUMENT.pointer(place.trim_start_matches('#')).unwrap(),
            None => schema,
        };
        if let Some(any) = schema["anyOf"].as_array() {
            let one = self.dice.of(any);
            return self.value(one, depth + 1);
        }
        if let Some(words) = schema["enum"].as_array() {
            return self.dice.of(words).clone();
        }
        let kinds: Vec<&str> = match &schema["type"] {
            Json::String(one) => vec![one],
            Json::Array(several) => several.iter().filter_map(Json::as_str).collect(),
            _ => return self.anything(depth),
        };
        match *self.dice.of(&kinds) {
            "string" if schema["format"] == "date-time" => "2030-01-01T10:00:00Z".into(),
            "string" => {
                let text = self.text();
                // The order of the texts depends on the number of routes.
                if text.is_empty() && schema["minLength"] == 1 { "x".into() } else { text.into() }
            }
            "integer" => {
                let [from, to] = ["minimum", "maximum"].map(|bound| schema[bound].as_i64());
                self.whole().clamp(from.unwrap_or(i64::MIN), to.unwrap_or(i64::MAX)).into()
            }
            "number" => json!([0.0, 40.4, -3.7, 1e300, 90.0][self.dice.below(5)]),
            "boolean" => self.dice.percent(50).into(),
            "array" if depth < DEPTH_MAX => {
                let [least, most] = ["minItems", "maxItems"].map(|bound| schema[bound].as_u64());
                let count =
                    [0, 1, 1, 2, 3, 120][self.dice.below(6)].clamp(least.unwrap_or(0), most.unwrap_or(u64::MAX));
                let items = &schema["items"];
                // A long list is of one and the same, else it would be large.
                let first = self.value(items, depth + 1);
                (0..count)
                    .map(|n| if count > 3 || n == 0 { first.clone() } else { self.value(items, depth + 1) })
                    .collect()
            }
            "object" => self.object(schema, depth),
            "array" => json!([]),
            _ => Json::Null,
        }
    }

    fn object(&mut self, schema: &Json, depth: usize) -> Json {
        let mut map = Map::new();
        let required: Vec<&str> =
            schema["required"].as_array().into_iter().flatten().filter_map(Json::as_str).collect();
        for (name, field) in schema["properties"].as_object().into_iter().flatten() {
            if required.contains(&name.as_str()) || (depth < DEPTH_MAX && self.dice.percent(40)) {
                map.insert(name.clone(), self.value(field, depth + 1));
            }
        }
        let others = &schema["additionalProperties"];
        if others.is_object() && depth < DEPTH_MAX {
            for _ in 0..self.dice.below(4) {
                let name = self.text();
                let value = self.value(others, depth + 1);
                map.insert(name, value);
            }
        }
        Json::Object(map)
    }

    /// The value with one invalid place: missing, of another type, or additional.
    fn bent(&mut self, value: Json) -> Json {
        match value {
            Json::Object(mut map) if !map.is_empty() && self.dice.percent(90) => {
                let names: Vec<String> = map.keys().cloned().collect();
                let name = self.dice.of(&names).clone();
                match self.dice.below(8) {
                    0 => drop(map.remove(&name)),
                    1 => drop(map.insert(format!("{name}s"), json!(1))),
                    _ => {
                        let inner = map.remove(&name).unwrap();
                        let bent = self.bent(inner);
                        map.insert(name, bent);
                    }
                }
                Json::Object(map)
            }
            Json::Array(mut items) if !items.is_empty() && self.dice.percent(70) => {
                let at = self.dice.below(items.len());
                items[at] = self.bent(items[at].take());
                Json::Array(items)
            }
            _ => self.anything(0),
        }
    }

    fn anything(&mut self, depth: usize) -> Json {
        match self.dice.below(if depth < 3 { 9 } else { 6 }) {
            0 => Json::Null,
            1 => self.dice.percent(50).into(),
            2 => self.whole().into(),
            3 => json!(1.5),
            4 => "x".repeat(5_000).into(),
            5 => self.text().into(),
            6 => (0..self.dice.below(4)).map(|_| self.anything(depth + 1)).collect(),
            _ => (0..self.dice.below(4)).map(|_| (self.text(), self.anything(depth + 1))).collect(),
        }
    }

    fn whole(&mut self) -> i64 {
        match self.dice.below(4) {
            0 => *self.dice.of(&[0, 1, -1, i64::MAX, i64::MIN, 9_007_199_254_740_993, 200, 201, 1_000_000_000_000_001]),
            1 => *self.dice.of(&[1, 12, 20, 45, 46]),
            2 => self.id().parse().unwrap_or(7),
            _ => self.dice.between(1, 1_000),
        }
    }

    fn text(&mut self) -> String {
        if self.dice.percent(15) {
            return self.id();
        }
        (*self.dice.of(TEXTS)).to_owned()
    }

    fn id(&mut self) -> String {
        (*self.dice.of(&self.world.known())).to_owned()
    }
}
