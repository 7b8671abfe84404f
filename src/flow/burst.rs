//! `gather` of a trigger: what somebody writes in one breath, before any flow runs, is one message.

use super::{
    choose::{Choice, Heard},
    turn::Turn,
};
use crate::{
    base::limits::{GATHERED_CHARS_MAX, WAITING_MESSAGES_MAX},
    model::{
        consent_words::{self, ExtraWords},
        inbound::{InboundKind, InboundMessage},
        session::{WaitingMessage, WaitingWelcome},
    },
};

impl<'a> Turn<'a> {
    /// The trigger waits for more before its flow starts. `false`: it starts at once.
    pub fn begins_burst(&mut self, choice: &Choice<'a>, heard: &Heard<'_>) -> bool {
        let (Some(id), Some(span)) = (heard.may_gather, choice.trigger.kind.gather()) else { return false };
        if !matches!(heard.message.kind, InboundKind::Text { .. }) {
            return false;
        }
        let until = self.now() + span;
        self.note(
            None,
            None,
            format!("gathered: `{}` starts in {span}, with what is written until then", choice.flow.name),
        );
        let (message, heard_before) = (heard.message.clone(), heard.heard_before);
        self.session.welcome = Some(Box::new(WaitingWelcome { id, message, heard_before, until }));
        true
    }

    /// The text goes on with what is being gathered: no question waits for it, and it is no word of its own.
    pub fn joins(&mut self, message: &InboundMessage) -> bool {
        let InboundKind::Text { body } = &message.kind else { return false };
        if self.asking().is_some() {
            return false;
        }
        let opt_out = &self.live().bot.opt_out;
        if consent_words::recognise(body, &ExtraWords::new(&opt_out.words, &opt_out.unsure)).is_some() {
            return false;
        }
        let language = self.contact.language.clone();
        let heard = Heard::new(message, self, language.as_deref(), self.session.heard_at);
        let fitting = self.fitting(&heard);
        self.choose(&fitting, &heard, 7, false).is_none() && self.choose(&fitting, &heard, 9, false).is_none()
    }

    /// As `gather` of a question: the time counts from the first text, and too much text ends it.
    pub fn join_burst(&mut self, mut burst: WaitingWelcome, message: &InboundMessage) {
        if let (InboundKind::Text { body: first }, InboundKind::Text { body }) =
            (&mut burst.message.kind, &message.kind)
        {
            first.push('\n');
            first.push_str(body);
        }
        if burst.message.referral.is_none() {
            burst.message.referral.clone_from(&message.referral);
        }
        self.note(None, None, "gathered: it goes on with the message before it");
        let full =
            matches!(&burst.message.kind, InboundKind::Text { body } if body.chars().count() >= GATHERED_CHARS_MAX);
        match full {
            true => self.burst_over(burst),
            false => self.session.welcome = Some(Box::new(burst)),
        }
    }

    /// Nothing more is waited for: it counts as one message.
    pub fn burst_over(&mut self, burst: WaitingWelcome) {
        let WaitingWelcome { id, message, heard_before, .. } = burst;
        if self.session.runs.iter().any(|run| run.waiting.is_in_call()) {
            self.note(None, None, "a call is under way: judged when it is back");
            if self.session.waiting_messages.len() < WAITING_MESSAGES_MAX {
                self.session.waiting_messages.push(WaitingMessage { id, message, reply_to: None, heard_before });
            } else {
                self.needs_person("more messages than can wait for a call");
            }
            return;
        }
        let language = self.contact.language.clone();
        let heard = Heard::new(&message, self, language.as_deref(), heard_before);
        self.weigh(id, heard, None, None, false);
    }
}
