//! Describes the requests of an open form (WhatsApp Flow) to its endpoint, and the answers.

use super::value::Value;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json, json};

/// An open form asks for its next screen.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FormScreenRequest {
    /// The id by which the waiting web request finds the answer.
    pub id: i64,
    /// The token with which the form was sent.
    pub token: String,
    /// `INIT` when the form opens, `BACK`, or `data_exchange` when a screen is submitted.
    pub action: String,
    /// The current screen; empty when the form opens.
    pub screen: String,
    pub data: Value,
}

/// The answer of a flow to a form.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FormAnswer {
    Returned(Value),
    /// The question has ended, so the form has no next screen.
    Gone,
    Failed,
}

/// The token of a form: its name (for `form:` triggers), its conversation, and the signed token of its question. A name
/// contains no colon.
pub fn token(name: &str, conversation: i64, signed: &str) -> String {
    format!("{}:{conversation}:{signed}", name.replace(':', "_"))
}

/// The conversation and the signed token inside a form's token; `None`: the token is not ours.
pub fn read_token(token: &str) -> Option<(i64, &str)> {
    let mut parts = token.splitn(3, ':');
    let (_name, conversation, signed) = (parts.next()?, parts.next()?, parts.next()?);
    Some((conversation.parse().ok()?, signed))
}

/// The next screen in the platform's format: `{screen, data}` shows another screen, `{error}` a message on the same
/// screen, `{done}` ends the form with its answers.
pub fn next_screen(returned: &Value, asked: &FormScreenRequest) -> Result<Json, String> {
    const TAKES: &str = "a flow that answers a form returns `screen` and `data`, `error`, or `done`";
    let Value::Map(returned) = returned else { return Err(TAKES.to_owned()) };
    let data = |key: &str| match returned.get(key).map(Value::to_json) {
        Some(Json::Object(map)) => Ok(map),
        Some(Json::Null) | None => Ok(Map::new()),
        Some(_) => Err(format!("`{key}` of what a form is answered takes a map")),
    };
    if let Some(error) = returned.get("error").and_then(Value::print).filter(|text| !text.trim().is_empty()) {
        let mut data = data("data")?;
        data.insert("error_message".into(), error.into());
        return Ok(json!({"screen": asked.screen, "data": data}));
    }
    if returned.get("done").is_some_and(|done| *done != Value::Nothing) {
        let mut answers = data("done")?;
        answers.insert("flow_token".into(), asked.token.as_str().into());
        return Ok(json!({"screen": "SUCCESS", "data": {"extension_message_response": {"params": answers}}}));
    }
    match returned.get("screen").and_then(Value::print).filter(|screen| !screen.trim().is_empty()) {
        Some(screen) => Ok(json!({"screen": screen, "data": data("data")?})),
        None => Err(TAKES.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked() -> FormScreenRequest {
        let (token, action) = (token("visit", 7, "t1~1~x"), "data_exchange".into());
        FormScreenRequest { id: 1, token, action, screen: "DAY".into(), data: Value::Nothing }
    }

    #[test]
    fn a_token_gives_its_parts_back() {
        assert_eq!(read_token(&token("a:b", 7, "t1~1~x~~a:b~m")), Some((7, "t1~1~x~~a:b~m")));
        for other in ["", "unused", "visit:7", "visit:x:t1"] {
            assert_eq!(read_token(other), None, "{other}");
        }
    }

    #[test]
    fn a_screen_an_error_and_the_end() {
        let next = |returned: Json| next_screen(&Value::from_json(&returned), &asked());
        assert_eq!(next(json!({"screen": "HOUR", "data": {"a": 1}})), Ok(json!({"screen": "HOUR", "data": {"a": 1}})));
        assert_eq!(next(json!({"error": "Taken"})), Ok(json!({"screen": "DAY", "data": {"error_message": "Taken"}})));
        assert_eq!(
            next(json!({"done": {"day": "2026-11-27"}})),
            Ok(json!({"screen": "SUCCESS", "data": {"extension_message_response": {"params":
                {"day": "2026-11-27", "flow_token": "visit:7:t1~1~x"}}}}))
        );
        for wrong in [json!("HOUR"), json!({}), json!({"screen": ""}), json!({"screen": "A", "data": [1]})] {
            assert!(next(wrong.clone()).is_err(), "{wrong}");
        }
    }
}
