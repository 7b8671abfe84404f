//! Simulates Meta for the year: accepts sends, sometimes refuses advertising, and records messages with time and
//! recipient.

use crate::sim::dice::Dice;
use serde_json::{Value, json};
use std::sync::{Arc, Mutex};
use transom::{
    base::{
        clock::{Clock, ManualClock},
        time::Time,
    },
    channel::{Body, BoxFuture, Http, HttpError, HttpRequest, HttpResponse},
};

/// One sent message.
#[derive(Debug, Clone)]
pub struct Sent {
    pub at: Time,
    pub to: String,
    /// Its text, or the name of its template.
    pub said: String,
    pub is_template: bool,
    /// Meta's code; `None` if accepted.
    pub refused: Option<i64>,
}

pub struct Meta {
    clock: Arc<ManualClock>,
    state: Mutex<State>,
}

struct State {
    sent: Vec<Sent>,
    taken: u64,
    dice: Dice,
    /// How many of a thousand advertising messages are refused.
    moody: i64,
}

impl Meta {
    pub fn new(clock: Arc<ManualClock>, seed: u64) -> Meta {
        let dice = Dice::new(seed ^ 0x4d65_7461);
        Meta { clock, state: Mutex::new(State { sent: Vec::new(), taken: 0, dice, moody: 30 }) }
    }

    /// The messages since the last call, in order.
    pub fn news(&self) -> Vec<Sent> {
        std::mem::take(&mut self.state.lock().unwrap().sent)
    }

    fn take(&self, body: &Value) -> HttpResponse {
        let mut state = self.state.lock().unwrap();
        let kind = body["type"].as_str().unwrap_or_default();
        let words = match kind {
            "template" => &body["template"]["name"],
            "interactive" => &body["interactive"]["body"]["text"],
            _ => &body["text"]["body"],
        };
        let said = words.as_str().unwrap_or_default().to_owned();
        let to = body["to"].as_str().unwrap_or_default().trim_start_matches('+').to_owned();
        let marketing = super::bot::TEMPLATES.iter().any(|(name, category)| *name == said && *category == "marketing");
        let throw = state.dice.between(0, 999);
        let refused = match throw {
            _ if !marketing || throw >= state.moody => None,
            0..=3 => Some(131_050),
            4..=7 => Some(131_026),
            8..=11 => Some(130_472),
            _ => Some(131_049),
        };
        let at = self.clock.now();
        state.sent.push(Sent { at, to: to.clone(), said, is_template: kind == "template", refused });
        if let Some(code) = refused {
            let body = json!({"error": {"message": "no", "type": "OAuthException", "code": code,
                "error_data": {"messaging_product": "whatsapp", "details": "no"}}});
            return HttpResponse { status: 400, body: body.to_string().into(), ..HttpResponse::default() };
        }
        state.taken += 1;
        let body = json!({"messaging_product": "whatsapp", "contacts": [{"input": format!("+{to}"), "wa_id": to}],
            "messages": [{"id": format!("wamid.OUT{}", state.taken)}]});
        HttpResponse { status: 200, body: body.to_string().into(), ..HttpResponse::default() }
    }
}

impl Http for Meta {
    fn send(&self, request: HttpRequest) -> BoxFuture<'_, Result<HttpResponse, HttpError>> {
        Box::pin(async move {
            let body = request.body.map(Body::into_bytes).unwrap_or_default();
            Ok(self.take(&serde_json::from_slice(&body).unwrap_or_default()))
        })
    }
}
