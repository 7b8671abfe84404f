//! Implements `gather` of a question: several messages of a contact become one answer.

use crate::{
    base::{limits::GATHERED_CHARS_MAX, time::Time},
    engine::{routing::choose::RoutedMessage, turn::Turn},
    model::{answer, effect::Effect, inbound::InboundKind, session::Gathering},
};

impl Turn<'_> {
    /// Adds a text to the answer that is being gathered. `false`: this question does not gather.
    pub fn gather(&mut self, run: u32, heard: &RoutedMessage<'_>) -> bool {
        let Some((here, ask)) = self.ask_step(run) else { return false };
        let (Some(span), InboundKind::Text { body }) = (ask.gather, &heard.message.kind) else { return false };
        let now = self.now();
        let Some(question) = self.question_mut(run).filter(|question| question.left) else { return false };
        let mut message = heard.message.clone();
        let until = match question.gathering.take() {
            Some(before) => {
                if let InboundKind::Text { body: first } = &before.message.kind {
                    message.kind = InboundKind::Text { body: format!("{first}\n{body}") };
                }
                before.until
            }
            None => now + span,
        };
        let full = matches!(&message.kind, InboundKind::Text { body } if body.chars().count() >= GATHERED_CHARS_MAX);
        question.gathering = Some(Box::new(Gathering { message, until: if full { now } else { until } }));
        self.note_at(here, "gathered: the answer may go on in the next message");
        if full {
            self.gathered(run);
        }
        true
    }

    /// Ends the gathering: the texts count as one message.
    pub fn gathered(&mut self, run: u32) {
        let Some(gathering) = self.question_mut(run).and_then(|question| question.gathering.take()) else { return };
        let before: Option<Time> = self.session.heard_at;
        let language = self.contact.language.clone();
        let heard = RoutedMessage::new(&gathering.message, self, language.as_deref(), before);
        let effects = self.effects.len();
        if !self.answer_as_text(run, &heard) {
            self.bad_answer(run, &heard);
        }
        if self.effects[effects..].iter().any(|effect| matches!(effect, Effect::Send(_))) {
            self.session.answered.push(self.now());
        }
    }

    /// Ends the gathering because of a tap or a file: the gathered text is the answer, and the tap or file is handled
    /// after it.
    pub fn end_gathering(&mut self, heard: &RoutedMessage<'_>) {
        let kind = &heard.message.kind;
        if matches!(kind, InboundKind::Text { .. }) || !answer::says_something(kind) {
            return;
        }
        if let Some(run) = self.asking().filter(|run| self.question(*run).is_some_and(|q| q.gathering.is_some())) {
            self.gathered(run);
        }
    }
}
