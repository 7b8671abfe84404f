//! Handles opt-out, opt-in and consent (language.md 8).

use super::choose::RoutedMessage;
use crate::{
    base::{
        ids::InboundId,
        limits::{CONFIRM_STOP_EVERY, UNSURE_STOP},
        phone,
        time::Time,
    },
    engine::{
        drive,
        question::{answering, button_token::Token},
        routing::{choose, handover, queue, starts, suggestion},
        turn::Turn,
        views,
    },
    load::stock_phrases::Phrase,
    model::{
        answer::{self, AnswerContext, AnswerType},
        consent_words::{self, Word},
        contact::{Consent, ConsentTime, ContactPatch},
        content::{Button, Content, Edges},
        effect::{Effect, Origin},
        event::{FlowEvent, Reason},
        inbound::{InboundKind, InboundMessage},
        languages,
        matching::fold,
        value::Value,
        window::AnswersAfter,
    },
    triggers::Trigger,
};

/// The step of the engine's own question, whose run is 0.
const UNSURE_STEP: &str = "_bot.stop";

/// Handles a hard opt-out word. The opt-out is in force since the message was recorded; here everything ends, and
/// it is confirmed.
pub fn stop_by_word(turn: &mut Turn<'_>, message: &InboundMessage) {
    let text = answer::text_of(&message.kind).unwrap_or_default();
    turn.note(None, None, "an opt-out word: it goes before everything");
    turn.opted_out = turn.opted_out.or(Some(turn.now()));
    stop_everything(turn);
    let language = language_of_word(turn, text);
    confirm_stop(turn, message.at, language);
}

/// True for a voice note that is nothing but a hard opt-out word.
pub fn is_spoken_stop(turn: &Turn<'_>, message: &InboundMessage) -> bool {
    let extra = || turn.live().bot.opt_out.extra_words();
    message.kind.heard().is_some_and(|words| consent_words::recognise(words, &extra()) == Some(Word::Stop))
}

/// Handles a spoken opt-out word. It counts as a typed one, and is always confirmed: a model may have heard it where
/// nobody has said it, and the confirmation tells the way back.
pub fn stop_by_voice(turn: &mut Turn<'_>, id: InboundId, message: &InboundMessage) {
    let words = message.kind.heard().unwrap_or_default();
    stop_silently(turn, &format!("a word in the voice note {id}"), None);
    turn.session.confirmed_stop_at = None;
    let language = language_of_word(turn, words);
    confirm_stop(turn, message.at, language);
}

/// Handles an opt-out by a button, or by a confirmed unsure word.
pub fn stop(turn: &mut Turn<'_>, by: &str, at: Time, confirm: bool) {
    stop_silently(turn, by, None);
    if confirm {
        confirm_stop(turn, at, None);
    }
}

/// Handles an opt-out that others report, with its proof: nothing is sent.
pub fn stop_silently(turn: &mut Turn<'_>, by: &str, shown: Option<String>) {
    turn.note(None, None, format!("the contact wants nothing more: {by}"));
    if turn.opted_out.is_none() {
        turn.opted_out = Some(turn.now());
        turn.effects.push(Effect::OptOut { out: true, by: by.to_owned(), shown });
    }
    stop_everything(turn);
}

/// Lifts the opt-out, with the proof that the contact wants it; withdrawn topics stay withdrawn.
pub fn lift_stop(turn: &mut Turn<'_>, by: &str, shown: Option<String>) {
    if turn.opted_out.take().is_some() {
        turn.note(None, None, format!("the contact may be written to again: {by}"));
        turn.effects.push(Effect::OptOut { out: false, by: by.to_owned(), shown });
    }
}

/// Ends runs, timers, holds and queued starts; hand-offs stay.
fn stop_everything(turn: &mut Turn<'_>) {
    suggestion::forget(turn);
    for run in handover::all_runs(turn) {
        drive::stop_because(turn, run, "opted_out");
    }
    turn.effects.push(Effect::Drop { run: None, message: None, reason: Some(Reason::OptedOut) });
    for queued in std::mem::take(&mut turn.session.queue) {
        queue::refuse(turn, &queued.start, Reason::OptedOut);
    }
    turn.session.drop_messages();
    turn.session.welcome = None;
    turn.session.unsure_stop = None;
    turn.session.language_asked = None;
    turn.session.answered_last = None;
}

/// Confirms the opt-out with the author's text, or ours, at most once a day.
fn confirm_stop(turn: &mut Turn<'_>, at: Time, language: Option<&str>) {
    let recently = turn.session.confirmed_stop_at.is_some_and(|last| turn.now() - last < CONFIRM_STOP_EVERY);
    if recently {
        turn.note(None, None, "confirmed within the last day already");
        return;
    }
    turn.session.confirmed_stop_at = Some(turn.now());
    let flows = turn.live().flows.values();
    let mut stops = flows.flat_map(|flow| flow.triggers.iter().map(move |trigger| (flow, trigger)));
    let own = stops.find(|(flow, trigger)| {
        matches!(&trigger.kind, Trigger::Consent(consent) if consent.is_stop())
            && choose::out_of_reach(turn, flow).is_none()
    });
    if let Some((flow, trigger)) = own {
        starts::begin_confirmation(turn, flow, trigger, at);
        return;
    }
    let language = turn.contact.language.as_deref().or(language).unwrap_or(&turn.live().bot.language);
    let body = turn.live().phrase(language, Phrase::Stopped).to_owned();
    turn.say_ourselves(Content::Text { body }, Origin::OptOutConfirmation, Some(at));
}

/// The language of an opt-out or opt-in word. `cancelar` is Spanish and Portuguese: the bot's languages and those of the
/// contact's country go before the others that have the word, and of one language the bot's own form is spoken: `pt_BR`.
fn language_of_word<'a>(turn: &Turn<'a>, text: &str) -> Option<&'a str> {
    let bot = &turn.live().bot;
    let country = turn.contact.phone.as_deref().and_then(phone::country);
    let mut preferred = vec![bot.language.as_str()];
    for language in country.into_iter().flat_map(languages::of_country) {
        preferred.push(language);
    }
    preferred.extend(bot.languages.keys().map(String::as_str));
    let found = consent_words::language(text, &preferred)?;
    let is_form = |language: &&&str| language.split(['_', '-']).next() == Some(found);
    preferred.iter().find(is_form).copied().or(Some(found))
}

/// Handles an opt-in word: the opt-out is lifted, withdrawn topics stay withdrawn.
pub fn start_again(turn: &mut Turn<'_>, message: &InboundMessage) {
    turn.note(None, None, "an opt-in word: it goes before everything");
    turn.opted_out = None;
    turn.session.needs_person = None;
    let text = answer::text_of(&message.kind).unwrap_or_default();
    let language = turn.contact.language.as_deref().or(language_of_word(turn, text));
    let language = language.unwrap_or(&turn.live().bot.language);
    let body = turn.live().phrase(language, Phrase::Started).to_owned();
    if turn.session.person.is_none() {
        turn.say_ourselves(Content::Text { body }, Origin::Flow, Some(message.at));
    }
}

/// Handles a message of a contact who is opted out. True if the bot may react to it.
pub fn heard_after_stop(turn: &mut Turn<'_>, message: &InboundMessage) -> bool {
    if !answer::says_something(&message.kind) && !matches!(message.kind, InboundKind::Unsupported { .. }) {
        return false;
    }
    match turn.live().bot.opt_out.answers_after {
        AnswersAfter::Bot => true,
        AnswersAfter::People | AnswersAfter::Nobody => {
            handover::needs_person(turn, "wrote after an opt-out");
            false
        }
    }
}

/// Stores a consent in the contact's data and the ledger, and tells the flows that start by it.
pub fn set_consent(turn: &mut Turn<'_>, topic: &str, given: bool, by: &str, shown: Option<String>) {
    set_consent_at(turn, topic, given, None, by, shown);
}

/// As `set_consent`, for a statement at that time.
fn set_consent_at(turn: &mut Turn<'_>, topic: &str, given: bool, at: Option<Time>, by: &str, shown: Option<String>) {
    let before = turn.contact.consent.insert(topic.to_owned(), Consent { given, at: at.unwrap_or(turn.now()) });
    turn.contact.suspended.remove(topic);
    turn.contact_changed = true;
    let word = if given { "given" } else { "withdrawn" };
    turn.note(None, None, format!("consent: `{topic}` {word} by {by}"));
    turn.effects.push(Effect::Consent { topic: topic.to_owned(), given, at, by: by.to_owned(), shown });
    // A repeated statement gets a line in the ledger and no event: a flow that starts by the event may make the
    // statement itself.
    if before.is_none_or(|before| before.given != given) {
        turn.emit(FlowEvent::Consent { topic: topic.to_owned(), given });
    }
}

/// Handles a consent that others report. For a consent that was given elsewhere, the newer statement counts.
pub fn told_consent(turn: &mut Turn<'_>, topic: &str, given: bool, patch: &ContactPatch) {
    let Some(told) = patch.told else {
        return set_consent(turn, topic, given, &patch.by, patch.shown.clone());
    };
    if turn.contact.consent.get(topic).is_some_and(|known| known.given == given) {
        return;
    }
    if told.against(&turn.contact, turn.opted_out, topic, given).is_some() {
        return turn.note(None, None, format!("consent: a newer word about `{topic}` stands"));
    }
    let at = match told {
        ConsentTime::At(at) => Some(at),
        ConsentTime::Undated => None,
    };
    set_consent_at(turn, topic, given, at, &patch.by, patch.shown.clone());
}

/// Handles a `consent` step. `all: withdrawn` is an opt-out that the run survives, to send its one message.
pub fn record_consent(turn: &mut Turn<'_>, run: u32, topic: &str, given: bool, by: &str) {
    if topic != "all" {
        set_consent(turn, topic, given, by, None);
        return;
    }
    if turn.opted_out.is_none() {
        turn.opted_out = Some(turn.now());
        turn.effects.push(Effect::OptOut { out: true, by: by.to_owned(), shown: None });
    }
    for other in handover::all_runs(turn).into_iter().filter(|other| *other != run) {
        drive::stop_because(turn, other, "opted_out");
    }
    for queued in std::mem::take(&mut turn.session.queue) {
        queue::refuse(turn, &queued.start, Reason::OptedOut);
    }
    let recently = turn.session.confirmed_stop_at.is_some_and(|last| turn.now() - last < CONFIRM_STOP_EVERY);
    let now = turn.now();
    if let Some(run) = turn.run_mut(run).filter(|_| !recently) {
        run.confirms_stop = true;
        run.said = None;
        turn.session.confirmed_stop_at = Some(now);
    }
}

/// Handles WhatsApp's own switch for marketing: it applies to every topic that needs consent. Switched on again, it
/// restores the consents that it suspended, but gives none that the contact did not have.
pub fn preference(turn: &mut Turn<'_>, given: bool, by: &str) {
    let topics: Vec<String> =
        turn.live().bot.topics.iter().filter(|(_, topic)| topic.needs_consent).map(|(name, _)| name.clone()).collect();
    for topic in topics {
        let suspended = turn.contact.suspended.contains(&topic);
        if given && !suspended {
            continue;
        }
        let theirs = suspended || turn.contact.consent.get(&topic).is_some_and(|known| known.given);
        set_consent(turn, &topic, given, by, None);
        if theirs && !given {
            turn.contact.suspended.insert(topic);
        }
    }
}

pub fn ask_stop(turn: &mut Turn<'_>, text: &str, at: Time) {
    turn.note(None, None, "an unsure opt-out word: asked back");
    turn.session.unsure_stop = Some(turn.now());
    let language = turn.contact.language.as_deref().or(language_of_word(turn, text));
    let (set, language) = (turn.live(), language.unwrap_or(&turn.live().bot.language));
    let [question, yes, no] =
        [Phrase::AskStop, Phrase::Yes, Phrase::No].map(|phrase| set.phrase(language, phrase).to_owned());
    let button = |option: &str, title: &str, consent: &[(String, bool)]| Button {
        id: Token::new(turn.world.conversation, 0, &UNSURE_STEP.into(), option, consent).sign(turn.world.token_key),
        title: title.to_owned(),
    };
    // Like every button that withdraws consent, these count even while a person has the conversation.
    let buttons = vec![button("stop", &yes, &[("all".to_owned(), false)]), button("keep", &no, &[])];
    turn.say_ourselves(
        Content::Buttons { body: question, buttons, media: None, edges: Edges::default() },
        Origin::Flow,
        Some(at),
    );
}

/// The contact wants to continue; the other button is an opt-out that is handled before.
pub fn unsure_denied(turn: &mut Turn<'_>, at: Time) {
    turn.session.unsure_stop = None;
    keep_hearing(turn, at);
}

/// Handles a typed yes or no, or the same word again, as the answer to the question about the opt-out.
pub fn unsure_answer(turn: &mut Turn<'_>, heard: &RoutedMessage<'_>) -> bool {
    let Some(asked) = turn.session.unsure_stop.take() else { return false };
    if turn.now() - asked > UNSURE_STOP || answering::asking(turn).is_some() {
        return false;
    }
    let Some(text) = heard.text else { return false };
    let hearing = AnswerContext::new(views::local_now(turn, turn.live()), turn.language(), None);
    let said = button_of(turn, text)
        .or_else(|| answer::understand(AnswerType::YesNo, &InboundKind::Text { body: text.to_owned() }, &hearing));
    let opt_out = &turn.live().bot.opt_out;
    let again = consent_words::recognise(text, &opt_out.extra_words());
    match (said, again) {
        (Some(Value::YesNo(true)), _) | (_, Some(Word::Unsure)) => {
            stop(turn, "an unsure word, confirmed", heard.message.at, true);
            true
        }
        (Some(Value::YesNo(false)), _) => {
            keep_hearing(turn, heard.message.at);
            true
        }
        _ => false,
    }
}

/// The answer whose button has this title: it may be in a language whose words for yes and no are unknown.
fn button_of(turn: &Turn<'_>, text: &str) -> Option<Value> {
    let language = turn.language();
    let is = |title: &str| fold(title) == fold(text);
    if is(turn.live().phrase(language, Phrase::Yes)) {
        return Some(Value::YesNo(true));
    }
    is(turn.live().phrase(language, Phrase::No)).then_some(Value::YesNo(false))
}

fn keep_hearing(turn: &mut Turn<'_>, at: Time) {
    let body = turn.live().phrase(turn.language(), Phrase::Kept).to_owned();
    turn.say_ourselves(Content::Text { body }, Origin::Flow, Some(at));
}
