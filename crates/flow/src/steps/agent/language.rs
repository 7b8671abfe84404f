//! Refuses a reply in another language than the customer's, where both languages are sure.

use super::Agent;
use crate::{
    engine::turn::Turn,
    load::{language_codes, step_fields::StepFields},
    model::{
        effect::{ModelError, ModelErrorKind, TalkBy},
        session::AgentState,
        written_language::{is_rather, likely_language_of, other_language},
    },
};

/// The word for the customer's own language.
const SAME: &str = "same";

pub(super) fn read_language(fields: &mut StepFields<'_, '_>) -> Option<String> {
    let written = fields.opt_name("language").filter(|written| written != SAME)?;
    let place = &fields.node("language")?.place;
    if let Some(finding) = language_codes::not_a_language(&written, place) {
        fields.report(finding);
        return None;
    }
    Some(written)
}

/// Refuses nothing where one of the two languages is unsure.
pub(super) fn check(agent: &Agent, turn: &Turn<'_>, known: &AgentState, reply: &str) -> Result<(), ModelError> {
    let text = match &agent.language {
        Some(wanted) => match other_language(reply, wanted) {
            Some(written) => format!("the reply is written in `{written}`, and must be in `{wanted}`"),
            None => return Ok(()),
        },
        None => match unlike_customers(known, turn.language(), reply) {
            Some(written) => format!("the reply is written in `{written}`, and the customer writes in another language; write in theirs"),
            None => return Ok(()),
        },
    };
    Err(ModelError::new(ModelErrorKind::WrongLanguage, text))
}

/// The language of a reply that the customer's newest message is surely not in. A short message may be in the language of
/// the contact, too.
fn unlike_customers(known: &AgentState, contacts: &str, reply: &str) -> Option<&'static str> {
    let newest = known.talk.iter().rev().find(|entry| entry.by == TalkBy::Customer)?.text.as_str();
    let likely = likely_language_of(newest).into_iter().chain([contacts]);
    likely.filter_map(|wanted| other_language(reply, wanted).filter(|written| is_rather(newest, wanted, written))).next()
}
