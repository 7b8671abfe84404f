//! What reaches the bot in a case beside texts, taps, files and places.

use super::{Stop, world::World};
use crate::{channel::meta::compose::What, flow::scenario::Arrival};
use serde_json::json;

impl World<'_> {
    pub async fn arrive(&mut self, arrival: &Arrival) -> Result<(), Stop> {
        let (told, what) = match arrival {
            Arrival::Order(order) => ("(order)".to_owned(), What::Order(order.to_json())),
            Arrival::Form { name, data } => {
                let mut answers = data.to_json();
                if let Some(answers) = answers.as_object_mut() {
                    answers.entry("flow_token").or_insert_with(|| json!(name));
                }
                (format!("(form `{name}`)"), What::Form(answers))
            }
            Arrival::Reaction(emoji) => {
                let to = self.seen.last().map(|seen| seen.provider_id()).unwrap_or_default();
                let told =
                    emoji.as_deref().map_or("(the reaction is taken away)".to_owned(), |emoji| format!("({emoji})"));
                (told, What::Reaction { emoji: emoji.clone().unwrap_or_default(), to })
            }
            Arrival::Referral { ad, text } => {
                let what = What::FromAd { text: text.clone(), ad: (**ad).clone() };
                (format!("{} (from an advertisement)", text.replace('\n', "⏎")), what)
            }
            Arrival::Card { name, phone } => {
                (format!("(contact {name})"), What::Card { name: name.clone(), phone: phone.clone() })
            }
            Arrival::Welcome => ("(the chat is opened)".to_owned(), What::Welcome),
            Arrival::MissedCall => ("(a call that nobody took)".to_owned(), What::MissedCall),
        };
        self.tell('<', told);
        self.hear(what, None).await
    }
}
