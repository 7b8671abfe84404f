//! Delivers a case's messages other than texts, taps, files and locations.

use super::{Stop, world::World};
use crate::{
    channel::meta::compose::CustomerEvent,
    flow::tools::testfile::Arrival,
    model::{
        content::Content,
        form::{self, FormAnswer, FormScreenRequest},
        value::Value,
    },
};
use serde_json::json;

impl World<'_> {
    pub async fn arrive(&mut self, arrival: &Arrival) -> Result<(), Stop> {
        let (told, what) = match arrival {
            Arrival::Order(order) => ("(order)".to_owned(), CustomerEvent::Order(order.to_json())),
            Arrival::Form { name, data } => {
                let mut answers = data.to_json();
                if let Some(answers) = answers.as_object_mut() {
                    let token = self.form_token(Some(name)).unwrap_or_else(|| name.clone());
                    answers.entry("flow_token").or_insert_with(|| json!(token));
                }
                (format!("(form `{name}`)"), CustomerEvent::Form(answers))
            }
            Arrival::Screen { screen, action, data } => return self.ask_screen(screen, action, data).await,
            Arrival::Reaction(emoji) => {
                let to = self.seen.last().map(|seen| seen.provider_id()).unwrap_or_default();
                let told =
                    emoji.as_deref().map_or("(the reaction is taken away)".to_owned(), |emoji| format!("({emoji})"));
                (told, CustomerEvent::Reaction { emoji: emoji.clone().unwrap_or_default(), to })
            }
            Arrival::Referral { ad, text } => {
                let what = CustomerEvent::FromAd { text: text.clone(), ad: (**ad).clone() };
                (format!("{} (from an advertisement)", text.replace('\n', "⏎")), what)
            }
            Arrival::Card { name, phone } => {
                (format!("(contact {name})"), CustomerEvent::Card { name: name.clone(), phone: phone.clone() })
            }
            Arrival::Welcome => ("(the chat is opened)".to_owned(), CustomerEvent::Welcome),
            Arrival::MissedCall => ("(a call that nobody took)".to_owned(), CustomerEvent::MissedCall),
        };
        self.tell('<', told);
        self.hear(what, None).await
    }

    /// The token of the newest form that the bot sent, with this name if given.
    fn form_token(&self, name: Option<&str>) -> Option<String> {
        self.seen.iter().rev().find_map(|seen| match &seen.content {
            Content::Form(form) if name.is_none_or(|name| form.form == name) => Some(form.token.clone()),
            _ => None,
        })
    }

    async fn ask_screen(&mut self, screen: &str, action: &str, data: &Value) -> Result<(), Stop> {
        self.tell('<', format!("(the form asks: {action} {screen})"));
        let asked = FormScreenRequest {
            id: self.app.store.next_id(),
            token: self.form_token(None).unwrap_or_default(),
            action: action.to_owned(),
            screen: screen.to_owned(),
            data: data.clone(),
        };
        let shown = match self.app.queue.ask_form(self.contact, self.conversation, asked.clone()).await {
            Some(FormAnswer::Returned(value)) => form::next_screen(&value, &asked).unwrap_or_else(|why| {
                self.note(why);
                json!({"screen": "failed"})
            }),
            Some(FormAnswer::Gone) => json!({"screen": "over"}),
            Some(FormAnswer::Failed) | None => json!({"screen": "failed"}),
        };
        self.tell('>', format!("(the form shows {shown})"));
        self.screens.push(shown);
        self.settle().await
    }
}
