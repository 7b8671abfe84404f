//! Asks Meta whether a number works: token, number, health and webhook subscription.

use super::{
    Meta, MetaSender,
    body::{Text, Tolerant, tolerate},
    status::MetaError,
};
use crate::{
    Body, Http, HttpRequest, HttpResponse, Method,
    answer::http_date,
    base::{
        clock::{Clock, SystemClock},
        ids::SenderId,
        limits::PROVIDER_TIMEOUT,
        query::encode,
        time::Time,
    },
    question::QuestionError,
    untrusted_json,
};
use serde::Deserialize;

/// Meta's answers about one sender. Each check is independent: a failed one gives its reason and does not stop the
/// others.
#[derive(Debug, Clone, PartialEq)]
pub struct Checkup {
    pub number: Result<Number, QuestionError>,
    /// The end of the token and the time on Meta's clock; `None` if it never ends or is unknown.
    pub token_ends: Option<(Time, Time)>,
    pub account: Result<Vec<String>, QuestionError>,
}

/// The data of the number. If it is readable, token and number are right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Number {
    /// As Meta shows it: `+1 555-000-1111`.
    pub display: Option<String>,
    pub verified_name: Option<String>,
    /// `GREEN`, `YELLOW`, `RED`, `UNKNOWN`.
    pub quality: Option<String>,
    /// `CONNECTED`, `PENDING`, …
    pub status: Option<String>,
    /// `AVAILABLE`, `LIMITED`, `BLOCKED`: the worst of number, account, business and app.
    pub can_send: Option<String>,
    /// The problems in Meta's words: `PHONE_NUMBER 141000: … (what to do)`.
    pub problems: Vec<String>,
    /// `TIER_2K`, `UNLIMITED`: how many people it may write to first in 24 hours.
    pub limit: Option<String>,
    /// `STANDARD`, `HIGH`, `NOT_APPLICABLE`: how many messages per second it may send.
    pub throughput: Option<String>,
    /// True if the digits of `display` are those of the configuration.
    pub phone_matches: bool,
}

pub(super) fn unknown(sender: SenderId) -> QuestionError {
    QuestionError { kind: "unknown_sender", text: format!("sender {sender} is no Meta sender of this configuration") }
}

pub(super) fn unreadable(what: &str) -> QuestionError {
    let text = format!("the answer about {what} is not what Meta sends; check `api_base`");
    QuestionError { kind: "unreadable", text }
}

impl Meta {
    /// Checks one sender with three requests.
    pub async fn checkup(&self, http: &dyn Http, sender: SenderId) -> Result<Checkup, QuestionError> {
        let sender = self.sender(sender).ok_or_else(|| unknown(sender))?;
        let (number, account) = (number(http, sender).await, subscribed(http, sender).await);
        Ok(Checkup { number, account, token_ends: token_ends(http, sender).await })
    }

    /// Checks its number only.
    pub(super) async fn number(&self, http: &dyn Http, sender: SenderId) -> Result<Number, QuestionError> {
        number(http, self.sender(sender).ok_or_else(|| unknown(sender))?).await
    }
}

async fn number(http: &dyn Http, sender: &MetaSender) -> Result<Number, QuestionError> {
    let fields = "display_phone_number,verified_name,quality_rating,status,health_status,\
                  whatsapp_business_manager_messaging_limit,throughput";
    let text = get(http, sender, &format!("{}?fields={fields}", sender.phone_number_id)).await?;
    let raw: RawNumber<'_> = serde_json::from_str(&text).map_err(|_| unreadable("the number"))?;
    let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
    let problems = raw.health_status.entities.iter().flat_map(|entity| {
        entity.errors.iter().map(|error| {
            let code = error.error_code.or_empty();
            let what = error.error_description.or_empty();
            let todo = error.possible_solution.get().map(|todo| format!(" ({todo})")).unwrap_or_default();
            format!("{} {code}: {what}{todo}", entity.entity_type.or_empty())
        })
    });
    Ok(Number {
        phone_matches: digits(raw.display_phone_number.or_empty()) == digits(&sender.phone),
        display: raw.display_phone_number.owned(),
        verified_name: raw.verified_name.owned(),
        quality: raw.quality_rating.owned(),
        status: raw.status.owned(),
        can_send: raw.health_status.can_send_message.owned(),
        problems: problems.collect(),
        limit: raw.whatsapp_business_manager_messaging_limit.owned(),
        throughput: raw.throughput.level.owned(),
    })
}

/// When the token ends. Meta does not announce this, so it is asked. For another app's token Meta gives no answer:
/// then it is unknown.
async fn token_ends(http: &dyn Http, sender: &MetaSender) -> Option<(Time, Time)> {
    let token = encode(sender.access_token.expose());
    let answer = put(http, sender, Method::Get, &format!("debug_token?input_token={token}"), None).await.ok()?;
    ends_of(&answer, SystemClock.now())
}

/// The end of the token and the time, by Meta's clock. A proxy may drop the header `Date`: then it is our time.
fn ends_of(answer: &HttpResponse, ours: Time) -> Option<(Time, Time)> {
    let theirs = answer.headers.get("date").and_then(|date| http_date(date.to_str().ok()?));
    let now = theirs.and_then(|seconds| seconds.checked_mul(1_000)).map_or(ours, Time);
    let told: serde_json::Value = serde_json::from_slice(&answer.body).ok()?;
    // 0: it never ends. The access to an account's data may end before the token does.
    let ends = ["data.expires_at", "data.data_access_expires_at"].map(|path| untrusted_json::number(&told, path));
    let ends = ends.into_iter().flatten().filter(|seconds| *seconds > 0).min()?;
    Some((Time(ends.checked_mul(1_000)?), now))
}

/// The names of the apps that get this account's webhooks. Without one, no webhook arrives.
async fn subscribed(http: &dyn Http, sender: &MetaSender) -> Result<Vec<String>, QuestionError> {
    let text = get(http, sender, &format!("{}/subscribed_apps", sender.waba_id)).await?;
    let raw: Apps<'_> = serde_json::from_str(&text).map_err(|_| unreadable("the subscribed apps"))?;
    let name = |app: &App<'_>| app.whatsapp_business_api_data.name.get().unwrap_or("an app without a name").to_owned();
    Ok(raw.data.iter().map(|app| name(app)).collect())
}

/// A GET to the Graph API with the sender's token; gives the text of a good answer.
pub(super) async fn get(http: &dyn Http, sender: &MetaSender, path: &str) -> Result<String, QuestionError> {
    ask(http, sender, Method::Get, path, None).await
}

/// A request that sends no message; gives the text of a good answer.
pub(super) async fn ask(
    http: &dyn Http,
    sender: &MetaSender,
    method: Method,
    path: &str,
    body: Option<Body>,
) -> Result<String, QuestionError> {
    let answer = put(http, sender, method, path, body).await?;
    let text = String::from_utf8_lossy(&answer.body).into_owned();
    if (200..300).contains(&answer.status) {
        return Ok(text);
    }
    let raw: Refusal<'_> = serde_json::from_str(&text).unwrap_or_default();
    let code = raw.error.as_ref().and_then(MetaError::number);
    let said = raw.error.as_ref().map(MetaError::text).unwrap_or_default();
    let (kind, what) = match (answer.status, code) {
        (_, Some(0 | 190)) | (401, _) => ("token", INVALID_TOKEN.to_owned()),
        (_, Some(3 | 10 | 200..=299)) | (403, _) => ("token", LACKS_RIGHT.to_owned()),
        (404, _) | (_, Some(33 | 100)) => {
            ("not_found", format!("{} is wrong, or not this token's", named(sender, path)))
        }
        _ => ("refused", "Meta refused to answer".to_owned()),
    };
    Err(QuestionError { kind, text: format!("{what} (HTTP {}: {said})", answer.status) })
}

pub(super) const INVALID_TOKEN: &str = "the access token is not valid; make a new one";
pub(super) const LACKS_RIGHT: &str =
    "the access token lacks a right: whatsapp_business_messaging, whatsapp_business_management";

pub(super) fn with_json(body: &serde_json::Value) -> Body {
    Body::Json(body.to_string().into_bytes())
}

pub(super) fn with_form(fields: &[(&str, &str)]) -> Body {
    let fields: Vec<String> = fields.iter().map(|(name, value)| format!("{name}={}", encode(value))).collect();
    Body::Form(fields.join("&").into_bytes())
}

/// The configuration key of the path's first segment.
fn named(sender: &MetaSender, path: &str) -> String {
    let first = path.split(['/', '?']).next().unwrap_or_default();
    let keys = [("phone_number_id", &sender.phone_number_id), ("waba_id", &sender.waba_id)];
    match keys.into_iter().find(|(_, id)| id.as_str() == first) {
        Some((key, id)) => format!("`{key}: {id}`"),
        None => "`phone_number_id` or `waba_id`".to_owned(),
    }
}

/// Sends one request; any status is an answer.
pub(super) async fn put(
    http: &dyn Http,
    sender: &MetaSender,
    method: Method,
    path: &str,
    body: Option<Body>,
) -> Result<HttpResponse, QuestionError> {
    let request = HttpRequest {
        method,
        url: sender.url(path),
        auth: sender.auth(),
        body,
        timeout: PROVIDER_TIMEOUT.to_std(),
        sender: Some(sender.id),
    };
    http.send(request).await.map_err(|error| QuestionError {
        kind: "unreachable",
        text: format!("`{}` cannot be reached: {}", sender.api_base, error.text),
    })
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Refusal<'a> {
    #[serde(borrow)]
    error: Option<MetaError<'a>>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct RawNumber<'a> {
    #[serde(borrow)]
    display_phone_number: Text<'a>,
    #[serde(borrow)]
    verified_name: Text<'a>,
    #[serde(borrow)]
    quality_rating: Text<'a>,
    #[serde(borrow)]
    status: Text<'a>,
    #[serde(borrow)]
    whatsapp_business_manager_messaging_limit: Text<'a>,
    #[serde(borrow)]
    health_status: Tolerant<HealthStatus<'a>>,
    #[serde(borrow)]
    throughput: Tolerant<Throughput<'a>>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Throughput<'a> {
    #[serde(borrow)]
    level: Text<'a>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct HealthStatus<'a> {
    #[serde(borrow)]
    can_send_message: Text<'a>,
    #[serde(borrow)]
    entities: Tolerant<Vec<Tolerant<Entity<'a>>>>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Entity<'a> {
    #[serde(borrow)]
    entity_type: Text<'a>,
    #[serde(borrow)]
    errors: Tolerant<Vec<Tolerant<Problem<'a>>>>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Problem<'a> {
    #[serde(borrow)]
    error_code: Text<'a>,
    #[serde(borrow)]
    error_description: Text<'a>,
    #[serde(borrow)]
    possible_solution: Text<'a>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Apps<'a> {
    #[serde(borrow)]
    data: Tolerant<Vec<Tolerant<App<'a>>>>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct App<'a> {
    #[serde(borrow)]
    whatsapp_business_api_data: Tolerant<AppData<'a>>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct AppData<'a> {
    #[serde(borrow)]
    name: Text<'a>,
}

tolerate!(Throughput, HealthStatus, Entity, Problem, App, AppData);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_a_token_is_known_without_the_platforms_clock() {
        let body = br#"{"data":{"expires_at":1795262400,"data_access_expires_at":0}}"#.to_vec();
        let (ends, ours) = (Time(1_795_262_400_000), Time(1_790_000_000_123));
        let mut answer = HttpResponse { status: 200, body, ..HttpResponse::default() };
        assert_eq!(ends_of(&answer, ours), Some((ends, ours)));
        answer.headers.insert("date", "yesterday".parse().unwrap());
        assert_eq!(ends_of(&answer, ours), Some((ends, ours)), "a header that is no date");
        answer.headers.insert("date", "Mon, 21 Sep 2026 13:20:00 GMT".parse().unwrap());
        assert_eq!(ends_of(&answer, ours), Some((ends, Time(1_789_996_800_000))));
        answer.body = br#"{"data":{"expires_at":0}}"#.to_vec();
        assert_eq!(ends_of(&answer, ours), None, "it never ends");
    }
}
