//! Handles level 5 of *who wins*: a tap on one of our buttons, whether its question still waits or not.

use super::choose::RoutedMessage;
use crate::{
    base::{
        blank::is_blank,
        ids::StepId,
        limits::{ASK_AGAIN_EVERY, COUNT_ONCE},
    },
    engine::{
        question::button_token::Token,
        turn::{Seen, Turn},
    },
    model::{content::Content, effect::Origin, session::Waiting, value::Value},
};

impl Turn<'_> {
    /// True if the button belongs to the waiting question, to one that was just answered, or to our own about an
    /// opt-out.
    pub fn is_of_question(&self, token: &Token) -> bool {
        let asks = self.asking().and_then(|run| self.here(run)).is_some_and(|here| token.is_of(&here.node.id));
        let answered = self.session.answered_last.as_ref().is_some_and(|last| token.is_of(&last.step));
        token.run == 0 || asks || answered
    }

    /// True if this message asked the run's open question.
    pub fn asks_by(&self, run: u32, message: Option<u32>) -> bool {
        let Some(Waiting::Question(question)) = self.run(run).map(|run| &run.waiting) else { return false };
        message.is_some_and(|message| question.messages.contains(&message))
    }

    /// Handles level 5. True if the tap is dealt with.
    pub fn tap(&mut self, heard: &RoutedMessage<'_>, token: &Token, reply_to: Option<u32>, consented: bool) -> bool {
        if Self::is_of_language(token) {
            self.note(None, None, format!("the contact's language is `{}`: they said so", token.option));
            self.set_field("language", Value::text(token.option.as_str()));
            return true;
        }
        if token.run == 0 {
            self.unsure_denied(heard.message.at);
            return true;
        }
        if let Some(last) = &self.session.answered_last
            && token.is_of(&last.step)
            && token.run == last.run
            && self.now() - last.at <= COUNT_ONCE
            // A loop has asked the same question again, and this is the tap on its new message.
            && !self.asks_by(token.run, reply_to)
        {
            self.note(None, None, "a second tap on a question just answered changes nothing");
            return true;
        }
        let asking = self.asking();
        let replies = |run: u32| matches!(self.run(run).map(|run| &run.waiting), Some(Waiting::Reply { .. }));
        if asking.is_some_and(replies) {
            // `wait: reply` has no question to repeat: the tap goes to a trigger, or else it is the reply.
            return false;
        }
        if let Some(run) = asking.filter(|run| self.must_restart(*run)) {
            self.restart_run(run, Some(heard));
            return true;
        }
        if let Some(run) = asking {
            let ours = self.here(run).is_some_and(|here| token.is_of(&here.node.id));
            if let (true, Some(page)) = (ours, token.page) {
                self.show_page(run, page, heard);
                return true;
            }
            if ours && self.answer_by_option(run, heard, |id| token.means(id)) {
                self.note(Some(run), None, "a tap on the waiting question");
                return true;
            }
            if ours && self.question(run).is_some_and(|question| question.options.iter().any(|o| token.means(&o.id))) {
                self.note(Some(run), None, "an option that fails the `check`");
                self.bad_answer(run, heard);
                return true;
            }
            self.note(Some(run), None, "an old button, and another question waits: that one is asked again");
            let recently = self.session.asked_again_at.is_some_and(|at| self.now() - at < ASK_AGAIN_EVERY);
            if !recently {
                self.session.asked_again_at = Some(self.now());
                self.ask_again(run, Some(heard.message.at));
            }
            return true;
        }
        if consented {
            let sentence = self.live().phrase(self.language(), crate::load::stock_phrases::Phrase::Noted);
            self.say_ourselves(Content::Text { body: sentence.into() }, Origin::Flow, Some(heard.message.at));
            return true;
        }
        // A button of a `say` asks nothing, so on the newest message it is not old. Some platforms do not tell on which
        // message it stands.
        let of_question = || {
            self.live()
                .every_flow()
                .flat_map(|flow| &flow.nodes)
                .any(|node| node.outline.verb == "ask" && token.is_of(&node.id))
        };
        let is_newest = reply_to.is_none_or(|message| message == self.session.last_message);
        if is_newest && !of_question() {
            self.note(None, None, "a button of the newest message");
            return false;
        }
        self.note(None, None, "an old button, and nothing waits");
        self.old_button(heard);
        false
    }

    /// Sends the author's text before the answer to an old button.
    pub fn old_button(&mut self, heard: &RoutedMessage<'_>) {
        let set = self.live();
        let Some(text) = &set.bot.defaults.old_button else { return };
        let nothing = Value::Nothing;
        let seen = Seen { vars: None, event: &nothing, msg: &heard.view, handoff: &nothing, error: None, extra: &[] };
        let found = set.translation(self.language(), &StepId::from("_bot"), text.source());
        let text = found.and_then(|(_, form)| form.texts().first().copied()).unwrap_or(text);
        match self.in_scope(set, &seen, |scope| text.render(scope)) {
            Ok(body) if !is_blank(&body) => {
                self.say_ourselves(Content::Text { body }, Origin::Flow, Some(heard.message.at));
            }
            Ok(_) => {}
            Err(failure) => self.note(None, None, failure.text),
        }
    }
}
