//! Offers the contact some texts to tap below a reply, and hears the taps. A tap is the contact's next message, and never
//! more than its words: an act still has a question of its own.

use super::{
    Agent,
    answer::{disclosed, unusable},
    cite, guard, mcp, state,
};
use crate::{
    base::{
        blank::is_blank,
        limits::{AGENT_OPTIONS_MAX, ROW_TITLE_CHARS_MAX},
    },
    engine::{
        message::parts::{FilledMessage, Message},
        question::button_token::Token,
        turn::{Here, Next, Turn},
    },
    knowledge,
    load::step_fields::StepFields,
    model::{
        consent_words::{self, Word},
        effect::{ActShape, ModelError, TalkBy},
        grounding::readable,
        matching::fold,
        session::{Offered, OptionShown, Unsaid},
        value::Value,
    },
    steps::say,
};
use serde_json::json;

/// The name of the act.
pub(super) const OFFER: &str = "offer";

/// A reply with the texts that can be tapped below it.
pub(super) struct Offer {
    pub text: String,
    pub options: Vec<String>,
}

/// True unless the author has switched offers off.
pub(super) fn read_offers(fields: &mut StepFields<'_, '_>) -> bool {
    fields.opt_bool("offers").unwrap_or(true)
}

pub(super) fn shape() -> ActShape {
    let about = format!(
        "Replies to the customer, with texts to tap below the reply: what they most likely answer. There are 1 to \
         {AGENT_OPTIONS_MAX} of them, each different and with at most {ROW_TITLE_CHARS_MAX} characters. A tap is their next \
         message."
    );
    let text = json!({"type": "string", "description": "The reply."});
    let options = json!({"type": "array", "items": {"type": "string"}, "description": "The texts to tap."});
    let schema = json!({
        "type": "object", "properties": {"text": text, "options": options}, "required": ["text", "options"],
        "additionalProperties": false,
    });
    ActShape { name: OFFER.to_owned(), about, fields: Vec::new(), schema: Some(schema) }
}

impl Offer {
    /// The reply and its options in an answer of a model.
    pub(super) fn of(with: Value) -> Result<Offer, ModelError> {
        let wrong = || unusable("`offer` takes the text `text` and the list of texts `options` alone");
        let Value::Map(mut with) = with else { return Err(wrong()) };
        let (Some(Value::Text(text)), Some(Value::List(given)), true) =
            (with.remove("text"), with.remove("options"), with.is_empty())
        else {
            return Err(wrong());
        };
        if given.is_empty() || given.len() > AGENT_OPTIONS_MAX {
            return Err(unusable(format!(
                "an offer has 1 to {AGENT_OPTIONS_MAX} options, and this one has {}",
                given.len()
            )));
        }
        let options = given.into_iter().map(|option| match option {
            Value::Text(title) => Ok(title.trim().to_owned()),
            _ => Err(wrong()),
        });
        Ok(Offer { text, options: options.collect::<Result<_, _>>()? })
    }

    /// Refuses titles that cannot be shown, that say the same, or that mean something else to us.
    fn check(&self, turn: &Turn<'_>) -> Result<(), ModelError> {
        let opt_out = &turn.live().bot.opt_out;
        let extra = opt_out.extra_words();
        let mut known: Vec<String> = Vec::new();
        for (place, title) in (1..).zip(&self.options) {
            if is_blank(title) {
                return Err(unusable(format!("the option {place} is empty")));
            }
            if title.chars().any(|c| c.is_control() || turns_around(c)) {
                return Err(unusable(format!(
                    "the option {place} has signs that cannot be shown; write one line of plain text"
                )));
            }
            let chars = title.chars().count();
            if chars > ROW_TITLE_CHARS_MAX {
                let text =
                    format!("the option {place} has {chars} characters, and at most {ROW_TITLE_CHARS_MAX} are allowed");
                return Err(unusable(text));
            }
            // A tap on our own button ends nothing, and the contact would believe that it did.
            if consent_words::recognise(title, &extra) == Some(Word::Stop) {
                return Err(unusable(format!(
                    "the option {place} is a word that ends all messages; word it otherwise"
                )));
            }
            let read = fold(&readable(title));
            if known.contains(&read) {
                return Err(unusable(format!("the option {place} says the same as an earlier one")));
            }
            known.push(read);
        }
        Ok(())
    }
}

/// Signs that change the direction of the letters around them, and line separators.
fn turns_around(c: char) -> bool {
    matches!(c, '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

impl Agent {
    /// Handles an offer of the model.
    pub(super) fn offer<'a>(
        &self,
        turn: &mut Turn<'a>,
        here: Here<'a>,
        offer: Offer,
        repairs: u32,
    ) -> Result<Next, ModelError> {
        if !self.offers || Agent::is_drafting(turn, here) {
            return Err(unusable("there is no such act"));
        }
        offer.check(turn)?;
        let Offer { text, options } = offer;
        let text = knowledge::as_message(&text);
        guard::check_offer(self, turn, here, &text, &options)?;
        Ok(self.verified(turn, here, Unsaid { text, options, repairs, call: 0 }))
    }

    /// Says a reply with its options, which all guards let pass.
    pub(super) fn say_offer<'a>(
        &self,
        turn: &mut Turn<'a>,
        here: Here<'a>,
        text: String,
        options: Vec<String>,
    ) -> Next {
        // The number is of the run, so no button of an earlier entry of the step is one of these.
        let number = turn.run_mut(here.run).map_or(0, |run| {
            run.calls += 1;
            run.calls
        });
        let option = |(place, title): (usize, &String)| OptionShown {
            id: option_id(number, place),
            title: title.clone(),
            value: Value::text(title.as_str()),
            description: None,
            consent: Vec::new(),
            fixed: false,
        };
        let shown: Vec<OptionShown> = options.iter().enumerate().map(option).collect();
        let body = cite::with_sources(self, turn, here, &text);
        let body = disclosed(turn, here, &body);
        let worded = FilledMessage { body: &body, shown: &shown, page: 0, asks: false };
        let message = Message::only(self.instructions.clone(), None);
        if let Err(failure) = say::send(turn, here, &message, worded, say::Asking::No { tells: false }) {
            return Next::Fail(failure);
        }
        let titles: Vec<String> = options.iter().map(|title| format!("[{title}]")).collect();
        state::with(turn, here.run, |agent| {
            let after_read = mcp::has_read(&self.tools, agent);
            agent.say(TalkBy::Agent, format!("{text}\n{}", titles.join(" ")));
            agent.replied();
            agent.offered = Some(Offered { number, options, taken: None, after_read });
        });
        self.listen(turn, here)
    }
}

fn option_id(number: u32, place: usize) -> String {
    format!("offer_{number}_{place}")
}

/// The meaning of a tap for the agent.
pub(super) enum Tapped {
    /// The text of the newest offer.
    Option(String),
    /// The same button as just before.
    Again,
    /// A button of an earlier message, or of an earlier run.
    Old,
}

/// Reads a tap on a button of this step, and remembers it.
pub(super) fn tapped(turn: &mut Turn<'_>, run: u32, token: &Token) -> Tapped {
    let taken = state::with(turn, run, |agent| {
        let offered = agent.offered.as_mut().filter(|_| token.run == run)?;
        let place = (0..offered.options.len()).find(|place| token.means(&option_id(offered.number, *place)))?;
        let title = offered.options[place].clone();
        let is_same = offered.taken.replace(place) == Some(place);
        let newest = agent.talk.last().is_some_and(|entry| entry.by == TalkBy::Customer && entry.text == title);
        agent.read_before |= offered.after_read;
        Some(if is_same && newest { Tapped::Again } else { Tapped::Option(title) })
    });
    taken.flatten().unwrap_or(Tapped::Old)
}

/// The note for the model about a tap that is not on its newest message.
pub(super) const OLD_TAP: &str = "The customer tapped this below an earlier message of yours, and not below the newest one. Ask \
     what they mean if that is not clear.";
