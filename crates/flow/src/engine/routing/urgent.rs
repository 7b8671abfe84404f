//! Lets an urgent message go before the question for the contact's language.

use super::choose::RoutedMessage;
use crate::{
    base::time::Time,
    engine::{
        question::{answering, button_token::Token},
        routing::{choose, route},
        turn::Turn,
    },
    load::default_language,
    model::{inbound::InboundMessage, session::WaitingMessage},
};

/// True if the message would start an urgent flow while the contact's language is unknown. Then it is not asked: the
/// answer is in the language that the message tells, else in the bot's.
pub fn is_urgent(
    turn: &mut Turn<'_>,
    message: &InboundMessage,
    token: Option<&Token>,
    heard_before: Option<Time>,
) -> bool {
    let asks = turn.contact.language.is_none() && !turn.live().bot.language_by.is_empty();
    let is_late = turn.now() - message.at > turn.live().bot.defaults.late_message;
    if !asks || is_late || token.is_some_and(default_language::is_of_language) {
        return false;
    }
    let mut heard = RoutedMessage::new(message, turn, None, heard_before);
    if let Some(token) = token {
        heard.button = Some(token.option.clone());
    }
    let urgent = choose::has_urgent(turn, &heard);
    if urgent {
        default_language::learn_language_of_urgent(turn, message);
    }
    urgent
}

/// Answers an urgent message while the question for the language is open. The question stays open; if the urgent
/// flow asks or hands over, it ends, and so does the message that waited for it.
pub fn urgent_before_language(turn: &mut Turn<'_>, waited: WaitingMessage, judge: impl FnOnce(&mut Turn<'_>)) {
    turn.note(None, None, "it is urgent: it goes before the question for the language");
    judge(turn);
    if turn.session.person.is_some() || answering::asking(turn).is_some() {
        turn.note(None, None, "the message that waited for a language is dropped");
    } else if turn.contact.language.is_some() {
        route::judge(turn, waited, None, false);
    } else {
        turn.session.language_asked = Some(Box::new(waited));
    }
}
