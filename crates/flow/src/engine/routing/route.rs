//! Decides what a message of the contact does: *who wins*, levels 2 to 12 of language.md 5.

use super::choose::RoutedMessage;
use crate::{
    base::{ids::InboundId, limits::WAITING_MESSAGES_MAX, time::Time},
    definition::IfBusy,
    engine::{question::button_token::Token, turn::Turn},
    model::{
        answer,
        consent_words::{self, ExtraWords, Word},
        effect::Effect,
        event::ConsentWord,
        inbound::{InboundKind, InboundMessage},
        session::{Waiting, WaitingMessage},
    },
};

impl<'a> Turn<'a> {
    /// Handles a message or tap. `word`: it was recognised as an opt-out or opt-in when it was recorded.
    pub fn received(
        &mut self,
        id: InboundId,
        message: InboundMessage,
        reply_to: Option<u32>,
        word: Option<ConsentWord>,
    ) {
        let mut heard_before = self.session.heard_at;
        if heard_before <= Some(message.at) && answer::says_something(&message.kind) {
            self.session.heard_id = Some(message.provider_id.clone());
        }
        if answer::says_something(&message.kind)
            && let Some(welcome) = self.session.welcome.take_if(|early| !early.is_burst())
        {
            // The text also replaces the opened chat, so it still counts as the first message.
            self.note(None, None, "the text that follows an opened chat is answered in its place");
            heard_before = welcome.heard_before;
        }
        if !self.cannot_be_answered(&message) {
            self.session.heard_at = self.session.heard_at.max(Some(message.at));
        }
        if answer::says_something(&message.kind) {
            self.session.lost = None;
        }
        let token = match &message.kind {
            InboundKind::Button { id, .. } => self.world.token(id),
            _ => None,
        };
        // The consent of a button applies before level 3, even if its run has ended.
        let consented = token.as_ref().is_some_and(|token| !token.consent.is_empty());
        if let Some(token) = &token {
            for (topic, given) in token.consent.clone() {
                if topic == "all" && !given {
                    self.stop("button", message.at, true);
                    return;
                }
                self.set_consent(&topic, given, &format!("button of message {}", message.provider_id), None);
            }
        }
        match word {
            Some(ConsentWord::Stop) => return self.stop_by_word(&message),
            Some(ConsentWord::Start) => return self.start_again(&message),
            None => {}
        }
        if self.opted_out.is_some() && !self.heard_after_stop(&message) {
            return;
        }
        if self.session.person.is_some() {
            self.note(None, None, "a person has the conversation: the bot is silent");
            return;
        }
        if self.loop_guard() {
            return;
        }
        if matches!(message.kind, InboundKind::Welcome) {
            return self.welcome(id, message, heard_before);
        }
        let urgent = self.is_urgent(&message, token.as_ref(), heard_before);
        if urgent && let Some(waited) = self.session.language_asked.take() {
            return self.urgent_before_language(*waited, |turn| {
                turn.judge(id, message, reply_to, heard_before, token, consented);
            });
        }
        if let Some((waited, told)) = self.language_told(&message, token.as_ref()) {
            self.judge(waited.id, waited.message, waited.reply_to, waited.heard_before, None, false);
            if told {
                return;
            }
        } else if !urgent && self.learn_language(id, &message, reply_to, heard_before) {
            return;
        }
        self.judge(id, message, reply_to, heard_before, token, consented);
    }

    /// Continues from level 4.
    pub fn judge(
        &mut self,
        id: InboundId,
        message: InboundMessage,
        reply_to: Option<u32>,
        heard_before: Option<Time>,
        token: Option<Token>,
        consented: bool,
    ) {
        if self.session.runs.iter().any(|run| run.waiting.is_in_call()) {
            self.note(None, None, "a call is under way: judged when it is back");
            if self.session.waiting_messages.len() < WAITING_MESSAGES_MAX {
                self.session.waiting_messages.push(WaitingMessage { id, message, reply_to, heard_before });
            } else {
                self.needs_person("more messages than can wait for a call");
            }
            return;
        }
        if answer::says_something(&message.kind)
            && let Some(burst) = self.session.welcome.take_if(|early| early.is_burst())
        {
            if self.joins(&message) {
                return self.join_burst(*burst, &message);
            }
            // The messages are handled in their order; a run that the first one starts may make the second one wait.
            self.burst_over(*burst);
            return self.judge(id, message, reply_to, heard_before, token, consented);
        }
        let language = self.contact.language.clone();
        let mut heard = RoutedMessage::new(&message, self, language.as_deref(), heard_before);
        heard.may_gather = Some(id);
        self.weigh(id, heard, reply_to, token, consented);
    }

    /// Continues from level 5.
    pub fn weigh(
        &mut self,
        id: InboundId,
        mut heard: RoutedMessage<'_>,
        reply_to: Option<u32>,
        token: Option<Token>,
        consented: bool,
    ) {
        self.stop_by_message(&heard);
        self.end_gathering(&heard);
        let before = self.effects.len();
        if let Some(token) = token {
            // Our own buttons, old and open, are not foreign ones: a trigger compares the id of the option.
            heard.button = Some(token.option.clone());
            if !self.is_of_question(&token)
                && let Some(choice) = self.urgent(&heard)
            {
                let asking = self.asking();
                self.start_by_message(choice, &heard, asking);
                return self.count_answer(before);
            }
            if self.tap(&heard, &token, reply_to, consented) {
                return self.count_answer(before);
            }
        }
        let late = (self.now() - heard.message.at > self.live().bot.defaults.late_message).then_some(id);
        self.levels(&heard, late);
        self.count_answer(before);
    }

    /// Levels 5 to 12, for messages that are not a tap on an open question of ours.
    fn levels(&mut self, heard: &RoutedMessage<'_>, late: Option<InboundId>) {
        let asking = self.asking();
        let speaks = match heard.message.kind {
            InboundKind::Welcome => true,
            // The content is unknown, so the message does not count as a wrong answer (platform.md 6.8).
            InboundKind::Unsupported { .. } => asking.is_none() || late.is_some(),
            _ => answer::says_something(&heard.message.kind),
        };
        if !speaks {
            return self.notice(heard, late.is_some(), asking);
        }
        if self.cannot_be_answered(heard.message) && late.is_none() {
            self.note(None, None, "it could not be passed on and opens no window: there is no answer to it");
            return self.effects.push(Effect::Unanswered);
        }
        let outdated = asking.filter(|run| self.must_restart(*run));
        if let Some(id) = late {
            return self.late(id, heard, asking);
        }
        if self.unsure_answer(heard) {
            return;
        }
        if let Some(choice) = self.urgent(heard) {
            return self.start_by_message(choice, heard, asking);
        }
        if let Some(run) = asking
            && outdated.is_none()
            && self.answer_exactly(run, heard)
        {
            return self.note(Some(run), None, "it is exactly an answer to the waiting question");
        }
        let protected = asking.is_some_and(|run| self.is_protected(run));
        if protected {
            self.note(asking, None, "its question is protected: no keyword interrupts it");
        }
        let fitting = if protected { Vec::new() } else { self.fitting(heard) };
        if let Some(choice) = self.choose(&fitting, heard, 7, asking.is_some()) {
            return self.start_by_message(choice, heard, asking);
        }
        if let Some(run) = outdated {
            return self.restart_run(run, Some(heard));
        }
        if asking.is_none() && self.ask_back_unsure(heard) {
            return;
        }
        if let Some(run) = asking
            && self.answer_if_it_fits(run, heard)
        {
            return self.note(Some(run), None, "it fits the waiting question");
        }
        if let Some(choice) = self.choose(&fitting, heard, 9, asking.is_some()) {
            return self.start_by_message(choice, heard, asking);
        }
        if let Some(run) = asking {
            self.note(Some(run), None, "it is no answer to the waiting question");
            return self.bad_answer(run, heard);
        }
        if let Some(choice) = self.choose(&fitting, heard, 11, false) {
            return match self.opens_burst(&choice, heard) {
                true => {}
                false => self.start_by_message(choice, heard, None),
            };
        }
        self.nothing_matched(heard);
    }

    /// True for a message that the platform could not pass on, which opens no window. Messages that it started would be
    /// held, and would leave before the answer to the next message.
    fn cannot_be_answered(&self, message: &InboundMessage) -> bool {
        matches!(message.kind, InboundKind::Unsupported { .. }) && !self.world.window.is_safe(self.now())
    }

    /// Handles a message without content: a reaction or a call answers nothing, but may start a flow; an edit and the
    /// like does nothing.
    fn notice(&mut self, heard: &RoutedMessage<'_>, late: bool, asking: Option<u32>) {
        let protected = asking.is_some_and(|run| self.is_protected(run));
        let fitting = if protected { Vec::new() } else { self.fitting(heard) };
        let choice = self.urgent(heard).or_else(|| self.choose(&fitting, heard, 7, asking.is_some()));
        match choice.filter(|_| !late) {
            Some(choice) => self.start_by_message(choice, heard, asking),
            None => {
                self.note(None, None, "a reaction, call, edit, notice or what could not be passed on answers nothing")
            }
        }
    }

    /// Handles a message older than `late_message`: it answers a question that was sent before it, and starts nothing.
    fn late(&mut self, id: InboundId, heard: &RoutedMessage<'_>, asking: Option<u32>) {
        let had_left = |at: Time| at <= heard.message.at;
        let open = asking.filter(|run| match self.run(*run).map(|run| &run.waiting) {
            Some(Waiting::Question(question)) => {
                question.left && had_left(question.left_at.unwrap_or(question.asked_at))
            }
            Some(_) | None => false,
        });
        if let Some(run) = open
            && (self.answer_exactly(run, heard) || self.answer_if_it_fits(run, heard))
        {
            return self.note(Some(run), None, "late, and an answer to a question that had left before");
        }
        self.effects.push(Effect::Late { message: id, by: self.now() - heard.message.at });
        self.needs_person("a message came too late to be answered by itself");
    }

    /// Level 12.
    fn nothing_matched(&mut self, heard: &RoutedMessage<'_>) {
        if !answer::says_something(&heard.message.kind)
            && !matches!(heard.message.kind, InboundKind::Unsupported { .. })
        {
            return;
        }
        self.note(None, None, "no trigger fits, and no question waits");
        self.effects.push(Effect::Unanswered);
        let set = self.live();
        if let Some(body) = set.bot.defaults.unanswered {
            self.start_bot_steps(body, "unanswered", heard);
        }
    }

    fn start_by_message(&mut self, choice: super::choose::Choice<'a>, heard: &RoutedMessage<'_>, asking: Option<u32>) {
        let flow = choice.flow;
        let default = if flow.asks { IfBusy::Replace } else { IfBusy::Aside };
        let aside_of = match (asking, flow.if_busy.unwrap_or(default)) {
            (None, _) => None,
            (Some(_), IfBusy::Parallel) => None,
            (Some(run), IfBusy::Aside) => Some(run),
            (Some(run), IfBusy::Replace | IfBusy::Queue | IfBusy::Skip) => {
                self.replace(run);
                None
            }
        };
        self.begin_by_message(choice, heard, aside_of);
    }

    /// Handles messages that waited for a call, in order, one at a time: the first may begin another call.
    pub fn judge_waiting(&mut self) -> bool {
        if self.session.waiting_messages.is_empty() || self.session.runs.iter().any(|run| run.waiting.is_in_call()) {
            return false;
        }
        let waiting = self.session.waiting_messages.remove(0);
        if self.session.person.is_some() || self.opted_out.is_some() {
            return true;
        }
        let token = match &waiting.message.kind {
            InboundKind::Button { id, .. } => self.world.token(id),
            _ => None,
        };
        let consented = token.as_ref().is_some_and(|token| !token.consent.is_empty());
        self.judge(waiting.id, waiting.message, waiting.reply_to, waiting.heard_before, token, consented);
        true
    }

    /// Asks back an unsure opt-out word, if it is the whole message, no question waits and no flow has it as a keyword.
    /// True if it did.
    fn ask_back_unsure(&mut self, heard: &RoutedMessage<'_>) -> bool {
        let Some(text) = heard.text else { return false };
        // The text on our own buttons is the author's: *Cancel* there cancels an appointment.
        if matches!(&heard.message.kind, InboundKind::Button { id, .. } if self.world.token(id).is_some()) {
            return false;
        }
        let opt_out = &self.live().bot.opt_out;
        let extra = ExtraWords::new(&opt_out.words, &opt_out.unsure);
        if consent_words::recognise(text, &extra) != Some(Word::Unsure) || self.is_keyword(&heard.folded) {
            return false;
        }
        self.ask_stop(text, heard.message.at);
        true
    }
}
