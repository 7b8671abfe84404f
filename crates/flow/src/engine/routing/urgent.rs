//! Lets an urgent message go before the question for the contact's language.

use super::choose::RoutedMessage;
use crate::{
    base::time::Time,
    engine::{question::button_token::Token, turn::Turn},
    model::{inbound::InboundMessage, session::WaitingMessage},
};

impl Turn<'_> {
    /// True if the message would start an urgent flow while the contact's language is unknown. Then it is not asked: the
    /// answer is in the language that the message tells, else in the bot's.
    pub fn is_urgent(&mut self, message: &InboundMessage, token: Option<&Token>, heard_before: Option<Time>) -> bool {
        let asks = self.contact.language.is_none() && !self.live().bot.language_by.is_empty();
        let is_late = self.now() - message.at > self.live().bot.defaults.late_message;
        if !asks || is_late || token.is_some_and(Self::is_of_language) {
            return false;
        }
        let mut heard = RoutedMessage::new(message, self, None, heard_before);
        if let Some(token) = token {
            heard.button = Some(token.option.clone());
        }
        let urgent = self.has_urgent(&heard);
        if urgent {
            self.learn_language_unasked(message);
        }
        urgent
    }

    /// Answers an urgent message while the question for the language is open. The question stays open; if the urgent
    /// flow asks or hands over, it ends, and so does the message that waited for it.
    pub fn urgent_before_language(&mut self, waited: WaitingMessage, judge: impl FnOnce(&mut Self)) {
        self.note(None, None, "it is urgent: it goes before the question for the language");
        judge(self);
        if self.session.person.is_some() || self.asking().is_some() {
            self.note(None, None, "the message that waited for a language is dropped");
        } else if self.contact.language.is_some() {
            self.judge(waited.id, waited.message, waited.reply_to, waited.heard_before, None, false);
        } else {
            self.session.language_asked = Some(Box::new(waited));
        }
    }
}
