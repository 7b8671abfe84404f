//! Handles opt-out, opt-in and consent (language.md 8).

use super::choose::RoutedMessage;
use crate::{
    base::{
        limits::{CONFIRM_STOP_EVERY, UNSURE_STOP},
        time::Time,
    },
    engine::{question::button_token::Token, turn::Turn},
    load::stock_phrases::Phrase,
    model::{
        answer::{self, AnswerContext, AnswerType},
        consent_words::{self, ExtraWords, Word},
        contact::{Consent, ConsentTime, ContactPatch},
        content::{Button, Content, Edges},
        effect::{Effect, Origin},
        event::{FlowEvent, Reason},
        inbound::{InboundKind, InboundMessage},
        matching::fold,
        value::Value,
        window::AnswersAfter,
    },
    triggers::Trigger,
};

/// The step of the engine's own question, whose run is 0.
const UNSURE_STEP: &str = "_bot.stop";

impl<'a> Turn<'a> {
    /// Handles a hard opt-out word. The opt-out is in force since the message was recorded; here everything ends, and
    /// it is confirmed.
    pub fn stop_by_word(&mut self, message: &InboundMessage) {
        let text = answer::text_of(&message.kind).unwrap_or_default();
        self.note(None, None, "an opt-out word: it goes before everything");
        self.opted_out = self.opted_out.or(Some(self.now()));
        self.stop_everything();
        let language = consent_words::language(text);
        self.confirm_stop(message.at, language);
    }

    /// Handles an opt-out by a button, or by a confirmed unsure word.
    pub fn stop(&mut self, by: &str, at: Time, confirm: bool) {
        self.stop_silently(by, None);
        if confirm {
            self.confirm_stop(at, None);
        }
    }

    /// Handles an opt-out that others report, with its proof: nothing is sent.
    pub fn stop_silently(&mut self, by: &str, shown: Option<String>) {
        self.note(None, None, format!("the contact wants nothing more: {by}"));
        if self.opted_out.is_none() {
            self.opted_out = Some(self.now());
            self.effects.push(Effect::OptOut { out: true, by: by.to_owned(), shown });
        }
        self.stop_everything();
    }

    /// Lifts the opt-out, with the proof that the contact wants it; withdrawn topics stay withdrawn.
    pub fn lift_stop(&mut self, by: &str, shown: Option<String>) {
        if self.opted_out.take().is_some() {
            self.note(None, None, format!("the contact may be written to again: {by}"));
            self.effects.push(Effect::OptOut { out: false, by: by.to_owned(), shown });
        }
    }

    /// Ends runs, timers, holds and queued starts; hand-offs stay.
    fn stop_everything(&mut self) {
        for run in self.all_runs() {
            self.stop_because(run, "opted_out");
        }
        self.effects.push(Effect::Drop { run: None, message: None, reason: Some(Reason::OptedOut) });
        for queued in std::mem::take(&mut self.session.queue) {
            self.refuse(&queued.start, Reason::OptedOut);
        }
        self.session.waiting_messages.clear();
        self.session.welcome = None;
        self.session.unsure_stop = None;
        self.session.language_asked = None;
        self.session.answered_last = None;
    }

    /// Confirms the opt-out with the author's text, or ours, at most once a day.
    fn confirm_stop(&mut self, at: Time, language: Option<&str>) {
        let recently = self.session.confirmed_stop_at.is_some_and(|last| self.now() - last < CONFIRM_STOP_EVERY);
        if recently {
            self.note(None, None, "confirmed within the last day already");
            return;
        }
        self.session.confirmed_stop_at = Some(self.now());
        let flows = self.live().flows.values();
        let mut stops = flows.flat_map(|flow| flow.triggers.iter().map(move |trigger| (flow, trigger)));
        let own = stops.find(|(flow, trigger)| {
            matches!(&trigger.kind, Trigger::Consent(consent) if consent.is_stop()) && self.out_of_reach(flow).is_none()
        });
        if let Some((flow, trigger)) = own {
            self.begin_confirmation(flow, trigger, at);
            return;
        }
        let language = self.contact.language.as_deref().or(language).unwrap_or(&self.live().bot.language);
        let body = self.live().phrase(language, Phrase::Stopped).to_owned();
        self.say_ourselves(Content::Text { body }, Origin::OptOutConfirmation, Some(at));
    }

    /// Handles an opt-in word: the opt-out is lifted, withdrawn topics stay withdrawn.
    pub fn start_again(&mut self, message: &InboundMessage) {
        self.note(None, None, "an opt-in word: it goes before everything");
        self.opted_out = None;
        self.session.needs_person = None;
        let text = answer::text_of(&message.kind).unwrap_or_default();
        let language = self.contact.language.as_deref().or(consent_words::language(text));
        let language = language.unwrap_or(&self.live().bot.language);
        let body = self.live().phrase(language, Phrase::Started).to_owned();
        if self.session.person.is_none() {
            self.say_ourselves(Content::Text { body }, Origin::Flow, Some(message.at));
        }
    }

    /// Handles a message of a contact who is opted out. True if the bot may react to it.
    pub fn heard_after_stop(&mut self, message: &InboundMessage) -> bool {
        if !answer::says_something(&message.kind) && !matches!(message.kind, InboundKind::Unsupported { .. }) {
            return false;
        }
        match self.live().bot.opt_out.answers_after {
            AnswersAfter::Bot => true,
            AnswersAfter::People | AnswersAfter::Nobody => {
                self.needs_person("wrote after an opt-out");
                false
            }
        }
    }

    /// Stores a consent in the contact's data and the ledger, and tells the flows that start by it.
    pub fn set_consent(&mut self, topic: &str, given: bool, by: &str, shown: Option<String>) {
        self.set_consent_at(topic, given, None, by, shown);
    }

    /// As `set_consent`, for a statement at that time.
    fn set_consent_at(&mut self, topic: &str, given: bool, at: Option<Time>, by: &str, shown: Option<String>) {
        let before = self.contact.consent.insert(topic.to_owned(), Consent { given, at: at.unwrap_or(self.now()) });
        self.contact.suspended.remove(topic);
        self.contact_changed = true;
        let word = if given { "given" } else { "withdrawn" };
        self.note(None, None, format!("consent: `{topic}` {word} by {by}"));
        self.effects.push(Effect::Consent { topic: topic.to_owned(), given, at, by: by.to_owned(), shown });
        // A repeated statement gets a line in the ledger and no event: a flow that starts by the event may make the
        // statement itself.
        if before.is_none_or(|before| before.given != given) {
            self.emit(FlowEvent::Consent { topic: topic.to_owned(), given });
        }
    }

    /// Handles a consent that others report. For a consent that was given elsewhere, the newer statement counts.
    pub fn told_consent(&mut self, topic: &str, given: bool, patch: &ContactPatch) {
        let Some(told) = patch.told else {
            return self.set_consent(topic, given, &patch.by, patch.shown.clone());
        };
        if self.contact.consent.get(topic).is_some_and(|known| known.given == given) {
            return;
        }
        if told.against(&self.contact, self.opted_out, topic, given).is_some() {
            return self.note(None, None, format!("consent: a newer word about `{topic}` stands"));
        }
        let at = match told {
            ConsentTime::At(at) => Some(at),
            ConsentTime::Undated => None,
        };
        self.set_consent_at(topic, given, at, &patch.by, patch.shown.clone());
    }

    /// Handles a `consent` step. `all: withdrawn` is an opt-out that the run survives, to send its one message.
    pub fn record_consent(&mut self, run: u32, topic: &str, given: bool, by: &str) {
        if topic != "all" {
            self.set_consent(topic, given, by, None);
            return;
        }
        if self.opted_out.is_none() {
            self.opted_out = Some(self.now());
            self.effects.push(Effect::OptOut { out: true, by: by.to_owned(), shown: None });
        }
        for other in self.all_runs().into_iter().filter(|other| *other != run) {
            self.stop_because(other, "opted_out");
        }
        for queued in std::mem::take(&mut self.session.queue) {
            self.refuse(&queued.start, Reason::OptedOut);
        }
        let recently = self.session.confirmed_stop_at.is_some_and(|last| self.now() - last < CONFIRM_STOP_EVERY);
        let now = self.now();
        if let Some(run) = self.run_mut(run).filter(|_| !recently) {
            run.confirms_stop = true;
            run.said = None;
            self.session.confirmed_stop_at = Some(now);
        }
    }

    /// Handles WhatsApp's own switch for marketing: it applies to every topic that needs consent. Switched on again, it
    /// restores the consents that it suspended, but gives none that the contact did not have.
    pub fn preference(&mut self, given: bool, by: &str) {
        let topics: Vec<String> = self
            .live()
            .bot
            .topics
            .iter()
            .filter(|(_, topic)| topic.needs_consent)
            .map(|(name, _)| name.clone())
            .collect();
        for topic in topics {
            let suspended = self.contact.suspended.contains(&topic);
            if given && !suspended {
                continue;
            }
            let theirs = suspended || self.contact.consent.get(&topic).is_some_and(|known| known.given);
            self.set_consent(&topic, given, by, None);
            if theirs && !given {
                self.contact.suspended.insert(topic);
            }
        }
    }

    pub fn ask_stop(&mut self, text: &str, at: Time) {
        self.note(None, None, "an unsure opt-out word: asked back");
        self.session.unsure_stop = Some(self.now());
        let language = self.contact.language.as_deref().or(consent_words::language(text));
        let (set, language) = (self.live(), language.unwrap_or(&self.live().bot.language));
        let [question, yes, no] =
            [Phrase::AskStop, Phrase::Yes, Phrase::No].map(|phrase| set.phrase(language, phrase).to_owned());
        let button = |option: &str, title: &str, consent: &[(String, bool)]| Button {
            id: Token::new(self.world.conversation, 0, &UNSURE_STEP.into(), option, consent).sign(self.world.token_key),
            title: title.to_owned(),
        };
        // Like every button that withdraws consent, these count even while a person has the conversation.
        let buttons = vec![button("stop", &yes, &[("all".to_owned(), false)]), button("keep", &no, &[])];
        self.say_ourselves(
            Content::Buttons { body: question, buttons, media: None, edges: Edges::default() },
            Origin::Flow,
            Some(at),
        );
    }

    /// The contact wants to continue; the other button is an opt-out that is handled before.
    pub fn unsure_denied(&mut self, at: Time) {
        self.session.unsure_stop = None;
        self.keep_hearing(at);
    }

    /// Handles a typed yes or no, or the same word again, as the answer to the question about the opt-out.
    pub fn unsure_answer(&mut self, heard: &RoutedMessage<'_>) -> bool {
        let Some(asked) = self.session.unsure_stop.take() else { return false };
        if self.now() - asked > UNSURE_STOP || self.asking().is_some() {
            return false;
        }
        let Some(text) = heard.text else { return false };
        let hearing = AnswerContext::new(self.local_now(self.live()), self.language(), None);
        let said = self
            .button_of(text)
            .or_else(|| answer::understand(AnswerType::YesNo, &InboundKind::Text { body: text.to_owned() }, &hearing));
        let opt_out = &self.live().bot.opt_out;
        let again = consent_words::recognise(text, &ExtraWords::new(&opt_out.words, &opt_out.unsure));
        match (said, again) {
            (Some(Value::YesNo(true)), _) | (_, Some(Word::Unsure)) => {
                self.stop("an unsure word, confirmed", heard.message.at, true);
                true
            }
            (Some(Value::YesNo(false)), _) => {
                self.keep_hearing(heard.message.at);
                true
            }
            _ => false,
        }
    }

    /// The answer whose button has this title: it may be in a language whose words for yes and no are unknown.
    fn button_of(&self, text: &str) -> Option<Value> {
        let language = self.language();
        let is = |title: &str| fold(title) == fold(text);
        if is(self.live().phrase(language, Phrase::Yes)) {
            return Some(Value::YesNo(true));
        }
        is(self.live().phrase(language, Phrase::No)).then_some(Value::YesNo(false))
    }

    fn keep_hearing(&mut self, at: Time) {
        let body = self.live().phrase(self.language(), Phrase::Kept).to_owned();
        self.say_ourselves(Content::Text { body }, Origin::Flow, Some(at));
    }
}
