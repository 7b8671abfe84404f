//! Handles level 5 of *who wins*: a tap on one of our buttons, whether its question still waits or not.

use super::choose::RoutedMessage;
use crate::{
    base::{
        blank::is_blank,
        ids::StepId,
        limits::{ASK_AGAIN_EVERY, COUNT_ONCE},
    },
    engine::{
        contact_changes,
        question::{answering, button_token::Token, lifecycle, pages},
        routing::opt_out,
        turn::{Seen, Turn},
        version_change,
    },
    load::default_language,
    model::{content::Content, effect::Origin, session::Waiting, value::Value},
    steps::agent,
};

/// True if the button belongs to the waiting question, to one that was just answered, or to our own about an
/// opt-out.
pub fn is_of_question(turn: &Turn<'_>, token: &Token) -> bool {
    let asks = answering::asking(turn).and_then(|run| turn.here(run)).is_some_and(|here| token.is_of(&here.node.id));
    let answered = turn.session.answered_last.as_ref().is_some_and(|last| token.is_of(&last.step));
    token.run == 0 || asks || answered
}

/// True if this message asked the run's open question.
pub fn asks_by(turn: &Turn<'_>, run: u32, message: Option<u32>) -> bool {
    let Some(Waiting::Question(question)) = turn.run(run).map(|run| &run.waiting) else { return false };
    message.is_some_and(|message| question.messages.contains(&message))
}

/// Handles level 5. True if the tap is dealt with.
pub fn tap(
    turn: &mut Turn<'_>,
    heard: &RoutedMessage<'_>,
    token: &Token,
    reply_to: Option<u32>,
    consented: bool,
) -> bool {
    if default_language::is_of_language(token) {
        turn.note(None, None, format!("the contact's language is `{}`: they said so", token.option));
        contact_changes::set_field(turn, "language", Value::text(token.option.as_str()));
        return true;
    }
    if token.run == 0 {
        opt_out::unsure_denied(turn, heard.message.at);
        return true;
    }
    if let Some(last) = &turn.session.answered_last
        && token.is_of(&last.step)
        && token.run == last.run
        && turn.now() - last.at <= COUNT_ONCE
        // A loop has asked the same question again, and this is the tap on its new message.
        && !asks_by(turn, token.run, reply_to)
    {
        turn.note(None, None, "a second tap on a question just answered changes nothing");
        return true;
    }
    let asking = answering::asking(turn);
    let replies =
        |run: u32| matches!(turn.run(run).map(|run| &run.waiting), Some(Waiting::Reply { .. } | Waiting::Agent { .. }));
    if let Some(run) = asking.filter(|run| replies(*run)) {
        // `wait: reply` and an agent have no question to repeat: a tap on a foreign button goes to a trigger, or else it is
        // the reply.
        return agent::tapped(turn, run, token, heard);
    }
    if let Some(run) = asking.filter(|run| version_change::must_restart(turn, *run)) {
        version_change::restart_run(turn, run, Some(heard));
        return true;
    }
    if let Some(run) = asking {
        let ours = turn.here(run).is_some_and(|here| token.is_of(&here.node.id));
        if let (true, Some(page)) = (ours, token.page) {
            pages::show_page(turn, run, page, heard);
            return true;
        }
        if ours && answering::answer_by_option(turn, run, heard, |id| token.means(id)) {
            turn.note(Some(run), None, "a tap on the waiting question");
            return true;
        }
        if ours
            && answering::question(turn, run)
                .is_some_and(|question| question.options.iter().any(|o| token.means(&o.id)))
        {
            turn.note(Some(run), None, "an option that fails the `check`");
            answering::bad_answer(turn, run, heard);
            return true;
        }
        turn.note(Some(run), None, "an old button, and another question waits: that one is asked again");
        let recently = turn.session.asked_again_at.is_some_and(|at| turn.now() - at < ASK_AGAIN_EVERY);
        if !recently {
            turn.session.asked_again_at = Some(turn.now());
            lifecycle::ask_again(turn, run, Some(heard.message.at));
        }
        return true;
    }
    if consented {
        let sentence = turn.live().phrase(turn.language(), crate::load::stock_phrases::Phrase::Noted);
        turn.say_ourselves(Content::Text { body: sentence.into() }, Origin::Flow, Some(heard.message.at));
        return true;
    }
    // A button of a `say` asks nothing, so on the newest message it is not old. Some platforms do not tell on which
    // message it stands.
    let of_question = || {
        turn.live()
            .every_flow()
            .flat_map(|flow| &flow.nodes)
            .any(|node| matches!(node.outline.verb, "ask" | "agent") && token.is_of(&node.id))
    };
    let is_newest = reply_to.is_none_or(|message| message == turn.session.last_message);
    if is_newest && !of_question() {
        turn.note(None, None, "a button of the newest message");
        return false;
    }
    turn.note(None, None, "an old button, and nothing waits");
    old_button(turn, heard);
    false
}

/// Sends the author's text before the answer to an old button.
pub fn old_button(turn: &mut Turn<'_>, heard: &RoutedMessage<'_>) {
    let set = turn.live();
    let Some(text) = &set.bot.defaults.old_button else { return };
    let nothing = Value::Nothing;
    let seen = Seen { vars: None, event: &nothing, msg: &heard.view, handoff: &nothing, error: None, extra: &[] };
    let found = set.translation(turn.language(), &StepId::from("_bot"), text.source());
    let text = found.and_then(|(_, form)| form.texts().first().copied()).unwrap_or(text);
    match turn.in_scope(set, &seen, |scope| text.render(scope)) {
        Ok(body) if !is_blank(&body) => {
            turn.say_ourselves(Content::Text { body }, Origin::Flow, Some(heard.message.at));
        }
        Ok(_) => {}
        Err(failure) => turn.note(None, None, failure.text),
    }
}
