//! Implements `language_by` of `_bot.yaml`: finds the language of a contact without one.

use super::stock_phrases::Phrase;
use crate::{
    base::{
        diagnostic::{Diagnostic, Findings},
        fields::Fields,
        ids::{InboundId, StepId},
        limits::{BUTTONS_MAX, LIST_ROWS_MAX},
        phone,
        time::Time,
    },
    engine::{
        contact_changes,
        question::{answering, button_token::Token},
        turn::Turn,
    },
    model::{
        answer,
        content::{Button, Content, Edges, Row},
        effect::Origin,
        inbound::InboundMessage,
        languages,
        session::WaitingMessage,
        value::Value,
    },
};

/// A way to find the language of a new contact.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum LanguageBy {
    /// By the words of the message: a greeting, or a word that starts a flow in one language only.
    Greeting,
    /// By the country of the number.
    Number,
    /// By a question, before any other answer.
    Ask,
}

const WAYS: [(&str, LanguageBy); 3] =
    [("greeting", LanguageBy::Greeting), ("number", LanguageBy::Number), ("ask", LanguageBy::Ask)];

impl LanguageBy {
    pub fn as_str(self) -> &'static str {
        WAYS.iter().find(|(_, by)| *by == self).map_or("", |(name, _)| name)
    }
}

/// Parses `language_by: [greeting, number, ask]`.
pub fn language_by(fields: &mut Fields<'_>, languages: usize, findings: &Findings) -> Vec<LanguageBy> {
    let mut all = Vec::new();
    for item in fields.list("language_by") {
        let name = item.text().unwrap_or_default();
        match WAYS.into_iter().find(|(known, _)| *known == name) {
            Some((_, by)) => all.push(by),
            None if item.is_broken() => {}
            None => {
                let this = item.describe();
                let message = format!("`language_by` takes `greeting`, `number` and `ask`, and this is {this}");
                let finding = Diagnostic::error("E207", &item.place, message);
                let help = match name.to_lowercase().as_str() {
                    "phone" | "country" | "prefix" | "phone_number" | "number_prefix" => {
                        "write `number`: the country of their number"
                    }
                    "message" | "text" | "first_message" | "words" => {
                        "write `greeting`: the words of their first message"
                    }
                    "question" | "choice" | "button" | "buttons" => "write `ask`: they are asked which one they speak",
                    _ => {
                        "`greeting` is by their first words, `number` by the country of their number, and `ask` asks them"
                    }
                };
                findings.push(finding.help(help).misspelt(name, WAYS.map(|(known, _)| known)));
            }
        }
    }
    if let (Some(node), true) = (fields.node("language_by"), languages < 2 && !all.is_empty()) {
        let message = "there is one language, so there is nothing to choose";
        let finding = Diagnostic::warning("W911", &node.place, message);
        findings.push(finding.help("name the others: `languages: {en: [], es: [en]}`; or take `language_by` out"));
    }
    all
}

/// The step of the engine's own question, whose run is 0.
const LANGUAGE_STEP: &str = "_bot.language";

/// Finds the contact's language by the message or the number. True if the contact is asked: then the message waits
/// for the answer.
pub fn learn_language(
    turn: &mut Turn<'_>,
    id: InboundId,
    message: &InboundMessage,
    reply_to: Option<u32>,
    heard_before: Option<Time>,
) -> bool {
    let set = turn.live();
    if turn.contact.language.is_some() || set.bot.language_by.is_empty() || !answer::says_something(&message.kind) {
        return false;
    }
    if learn_language_unasked(turn, message) {
        return false;
    }
    // A waiting question continues: the contact already reads its language.
    let asks = set.bot.language_by.contains(&LanguageBy::Ask) && answering::asking(turn).is_none();
    if asks {
        turn.note(None, None, "no language is known: the contact is asked, and the message waits");
        let message = message.clone();
        let at = message.at;
        turn.session.language_asked = Some(Box::new(WaitingMessage::new(id, message, reply_to, heard_before)));
        ask_language(turn, at);
    }
    asks
}

/// Finds the contact's language by the ways that stand before the question. True if it is known now.
pub fn learn_language_unasked(turn: &mut Turn<'_>, message: &InboundMessage) -> bool {
    for by in &turn.live().bot.language_by {
        let found = match by {
            LanguageBy::Greeting => language_of_words(turn, message),
            LanguageBy::Number => language_of_number(turn),
            LanguageBy::Ask => return false,
        };
        if let Some(found) = found {
            keep(turn, found);
            return true;
        }
    }
    false
}

/// As `learn_language_unasked`, for a message that is answered before the contact could be asked. Its own words count
/// even if `language_by` does not name them, because the whole flow goes on in that language; words of the bot's own
/// language tell nothing that would not hold without them.
pub fn learn_language_of_urgent(turn: &mut Turn<'_>, message: &InboundMessage) {
    if learn_language_unasked(turn, message) {
        return;
    }
    let own = turn.live().bot.language.as_str();
    if let Some(found) = language_of_words(turn, message).filter(|(language, _)| language != own) {
        keep(turn, found);
    }
}

fn keep(turn: &mut Turn<'_>, (language, why): (String, &str)) {
    turn.note(None, None, format!("the contact's language is `{language}`: {why}"));
    contact_changes::set_field(turn, "language", Value::Text(language));
}

/// Handles the answer to that question: returns the message that waited for it, and whether a language was named.
pub fn language_told(
    turn: &mut Turn<'_>,
    message: &InboundMessage,
    token: Option<&Token>,
) -> Option<(WaitingMessage, bool)> {
    let waited = turn.session.language_asked.take_if(|_| answer::says_something(&message.kind))?;
    let among = languages(turn);
    let tapped = token.filter(|token| token.is_of(&StepId::from(LANGUAGE_STEP))).map(|token| token.option.as_str());
    let tapped = tapped.and_then(|id| among.iter().copied().find(|language| *language == id));
    let typed = || {
        let text = answer::text_of(&message.kind)?;
        languages::named(text, &among).or_else(|| languages::greeted_in(text, &among, country(turn)))
    };
    let told = tapped.or_else(typed);
    let language = told.map_or_else(|| turn.live().bot.language.clone(), str::to_owned);
    let why = if told.is_some() { "they said so" } else { "it is the bot's, and they named no other" };
    turn.note(None, None, format!("the contact's language is `{language}`: {why}"));
    contact_changes::set_field(turn, "language", Value::Text(language));
    Some((*waited, told.is_some()))
}

/// True if the button belongs to that question.
pub fn is_of_language(token: &Token) -> bool {
    token.run == 0 && token.is_of(&StepId::from(LANGUAGE_STEP))
}

fn languages<'a>(turn: &Turn<'a>) -> Vec<&'a str> {
    // The bot's own language is first.
    let own = turn.live().bot.language.as_str();
    let others = turn.live().bot.languages.keys().map(String::as_str).filter(|language| *language != own);
    std::iter::once(own).chain(others).collect()
}

fn country(turn: &Turn<'_>) -> Option<&'static str> {
    turn.contact.phone.as_deref().and_then(phone::country)
}

fn language_of_words(turn: &Turn<'_>, message: &InboundMessage) -> Option<(String, &'static str)> {
    let text = answer::text_of(&message.kind)?;
    let greeted = languages::greeted_in(text, &languages(turn), country(turn));
    let greeted = greeted.map(|language| (language.to_owned(), "they greet in it"));
    greeted.or_else(|| Some((turn.live().language_of_word(text)?.to_owned(), "their word starts a flow in it")))
}

fn language_of_number(turn: &Turn<'_>) -> Option<(String, &'static str)> {
    let language = languages::spoken_in(country(turn)?, &languages(turn))?;
    Some((language.to_owned(), "it is that of their number's country"))
}

/// Asks once in each language, with the name of each language in that language.
fn ask_language(turn: &mut Turn<'_>, at: Time) {
    let set = turn.live();
    let among: Vec<String> = languages(turn).into_iter().take(LIST_ROWS_MAX).map(str::to_owned).collect();
    let mut lines: Vec<&str> = among.iter().map(|language| set.phrase(language, Phrase::AskLanguage)).collect();
    lines.dedup();
    let body = lines.join("\n");
    let key = |language: &str| {
        Token::new(turn.world.conversation, 0, &LANGUAGE_STEP.into(), language, &[]).sign(turn.world.token_key)
    };
    let named = among.iter().map(|language| (key(language), languages::name(language).to_owned()));
    let content = if among.len() <= BUTTONS_MAX {
        let buttons = named.map(|(id, title)| Button { id, title }).collect();
        Content::Buttons { body, buttons, media: None, edges: Edges::default() }
    } else {
        let rows = named.map(|(id, title)| Row { id, title, description: None }).collect();
        let button = set.phrase(&set.bot.language, Phrase::Choose).to_owned();
        Content::List { body, button, rows, edges: Edges::default() }
    };
    turn.say_ourselves(content, Origin::Flow, Some(at));
}
