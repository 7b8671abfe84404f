//! Handles the waiting question: its answers, and bad answers.

use super::{ambiguous::AnswerMeaning, said::Said};
use crate::{
    base::limits::COUNT_ONCE,
    definition::Body,
    engine::{
        drive,
        message::parts::FilledMessage,
        question::{ambiguous, gather, offering, pages, refused, said},
        routing::{choose::RoutedMessage, opt_out},
        step_errors,
        turn::{Here, Next, StepFailure, Turn},
        variables,
    },
    model::{
        answer::{self, AnswerContext, AnswerType},
        effect::Effect,
        inbound::InboundKind,
        session::{AnsweredLast, OptionShown, Question, Waiting},
        value::Value,
    },
    script::TEXT_OF,
    steps::{
        Step, agent,
        ask::Ask,
        say::{self, Asking},
    },
};

/// The run with an open question, `wait: reply` or a listening agent; of several (an aside that asks) the newest.
pub fn asking(turn: &Turn<'_>) -> Option<u32> {
    turn.session.runs.iter().rev().find(|run| run.waiting.asks()).map(|run| run.number)
}

pub fn question<'t>(turn: &'t Turn<'_>, run: u32) -> Option<&'t Question> {
    match &turn.run(run)?.waiting {
        Waiting::Question(question) => Some(question),
        _ => None,
    }
}

pub fn question_mut<'t>(turn: &'t mut Turn<'_>, run: u32) -> Option<&'t mut Question> {
    match &mut turn.run_mut(run)?.waiting {
        Waiting::Question(question) => Some(question),
        _ => None,
    }
}

pub fn ask_step<'a>(turn: &Turn<'a>, run: u32) -> Option<(Here<'a>, &'a Ask)> {
    let here = turn.here(run)?;
    match &here.node.step {
        Step::Ask(ask) => Some((here, ask)),
        _ => None,
    }
}

/// Level 6: the message is exactly an option, or a value of the asked type other than text; or a yes or no to the act
/// that an agent has asked about.
pub fn answer_exactly(turn: &mut Turn<'_>, run: u32, heard: &RoutedMessage<'_>) -> bool {
    if matches!(turn.run(run).map(|run| &run.waiting), Some(Waiting::Agent { .. })) {
        return agent::answer_act(turn, run, heard);
    }
    let Some((here, ask)) = ask_step(turn, run) else { return false };
    let Some(is_left) = question(turn, run).map(|question| question.left) else { return false };
    if let Some(option) = exact_option(turn, run, heard) {
        return take_option(turn, here, ask, option, heard);
    }
    if offering::agreed(turn, run, heard, true) {
        return true;
    }
    if let Some(page) = pages::page_meant(turn, run, heard).filter(|_| is_left) {
        pages::show_page(turn, run, page, heard);
        return true;
    }
    // While the question is held back, only its options are answers, in reply to its nudge.
    if !is_left || (takes_any_text(ask.kind.of) || ask.kind.of == AnswerType::Choice) {
        return false;
    }
    match ambiguous::meant(turn, here, ask, heard, true) {
        AnswerMeaning::One(value) => take(turn, here, ask, value, None, heard),
        AnswerMeaning::Several(_) | AnswerMeaning::Nothing => false,
    }
}

/// The option of the run's question that the message is exactly.
pub fn exact_option(turn: &Turn<'_>, run: u32, heard: &RoutedMessage<'_>) -> Option<OptionShown> {
    let question = question(turn, run)?;
    let carries = turn.world.sender.carries;
    let listed = !carries.is_whole() && !carries.shows(question.options.len(), true);
    // The question decides what a yes means: `yes, I will come` to *Shall I cancel?* is none.
    let is_yesno = question.options.iter().any(|option| matches!(option.value, Value::YesNo(_)));
    let step = ask_step(turn, run);
    let kind = step.as_ref().map_or(AnswerType::Choice, |(_, ask)| ask.kind.of);
    let asked = step.filter(|_| is_yesno);
    let asked = asked.and_then(|(here, ask)| turn.sentence(here, &ask.message.body, &[]).ok()).unwrap_or_default();
    let now = AnswerContext::new(jiff::Zoned::default(), turn.language(), None);
    said::exact_option(question, kind, heard, listed, &AnswerContext { question: &asked, ..now }).cloned()
}

/// Level 8: an option with typing errors, an answer inside a sentence, or any text that passes `check`; `wait:
/// reply` accepts any message with content.
pub fn answer_if_it_fits(turn: &mut Turn<'_>, run: u32, heard: &RoutedMessage<'_>) -> bool {
    if let (Some(Waiting::Agent { .. }), Some(here)) = (turn.run(run).map(|run| &run.waiting), turn.here(run))
        && let Step::Agent(agent) = &here.node.step
    {
        return agent.heard(turn, here, heard);
    }
    if agent::leave_tool_for_person(turn, run, heard) {
        return true;
    }
    if matches!(turn.run(run).map(|run| &run.waiting), Some(Waiting::Reply { .. })) {
        return take_reply(turn, run, heard);
    }
    let Some((here, ask)) = ask_step(turn, run) else { return false };
    if question(turn, run).is_none_or(|question| !question.left) {
        return false;
    }
    match said::option_said(turn, here, ask, heard) {
        Said::Nothing => {}
        Said::One(option) => return take_option(turn, here, ask, option, heard),
        Said::Several(options) => return ambiguous::ask_which_option(turn, here, &options, ask, heard),
    }
    if !takes_any_text(ask.kind.of) && ask.kind.of != AnswerType::Choice {
        return ambiguous::answer_in_sentence(turn, run, heard) || offering::agreed(turn, run, heard, false);
    }
    offering::agreed(turn, run, heard, false) || gather::gather(turn, run, heard) || answer_as_text(turn, run, heard)
}

/// The message as a value of the asked type, if that is text or any type.
pub fn answer_as_text(turn: &mut Turn<'_>, run: u32, heard: &RoutedMessage<'_>) -> bool {
    let Some((here, ask)) = ask_step(turn, run) else { return false };
    if !takes_any_text(ask.kind.of) {
        return false;
    }
    match ambiguous::meant(turn, here, ask, heard, true) {
        AnswerMeaning::One(value) => take(turn, here, ask, value, None, heard),
        AnswerMeaning::Several(_) | AnswerMeaning::Nothing => false,
    }
}

/// Answers by a tap on the option for which `means` is true.
pub fn answer_by_option(
    turn: &mut Turn<'_>,
    run: u32,
    heard: &RoutedMessage<'_>,
    means: impl Fn(&str) -> bool,
) -> bool {
    let Some((here, ask)) = ask_step(turn, run) else { return false };
    let option = question(turn, run).and_then(|question| question.options.iter().find(|option| means(&option.id)));
    match option.cloned() {
        Some(option) => take_option(turn, here, ask, option, heard),
        None => false,
    }
}

pub fn passes<'a>(turn: &mut Turn<'a>, here: Here<'a>, ask: &Ask, value: &Value, heard: &RoutedMessage<'_>) -> bool {
    let Some(check) = &ask.check else { return true };
    let name = ask.fills.as_deref().unwrap_or("answer");
    let text_of = format!("{TEXT_OF}{name}");
    let said = written(heard).map_or(Value::Nothing, Value::text);
    match turn.holds(here, check, &[(name, value.clone()), (text_of.as_str(), said)]) {
        Ok(passes) => passes,
        Err(failure) => {
            turn.note_at(here, format!("its `check` fails: {}", failure.text));
            false
        }
    }
}

pub fn take_option<'a>(
    turn: &mut Turn<'a>,
    here: Here<'a>,
    ask: &'a Ask,
    option: OptionShown,
    heard: &RoutedMessage<'_>,
) -> bool {
    let kept_back = question(turn, here.run).is_some_and(|question| !question.left && !question.nudged);
    if kept_back || !passes(turn, here, ask, &option.value, heard) {
        return false;
    }
    if heard.message.kind.heard().is_some() && option.consent.iter().any(|(_, given)| *given) {
        turn.note_at(here, "a consent needs the contact's own word or tap: what a model heard is asked again");
        return false;
    }
    // The consent of a tap was already recorded; a typed option has the same consent.
    let tapped = matches!(heard.message.kind, InboundKind::Button { .. });
    for (topic, given) in option.consent.iter().filter(|_| !tapped) {
        if topic == "all" && !given {
            opt_out::stop(turn, "an option, typed", heard.message.at, true);
            return true;
        }
        opt_out::set_consent(turn, topic, *given, &format!("message {}", heard.message.provider_id), None);
    }
    let body = ask.body_of(turn, here, &option.id);
    take(turn, here, ask, option.value, body, heard)
}

/// Takes the answer: stores it, and continues with the steps.
pub fn take<'a>(
    turn: &mut Turn<'a>,
    here: Here<'a>,
    ask: &'a Ask,
    value: Value,
    body: Option<Body>,
    heard: &RoutedMessage<'_>,
) -> bool {
    leave_question(turn, here.run);
    variables::keep_answer(turn, here.run, ask.fills.as_deref(), value, written(heard));
    moved_by(turn, here.run, heard);
    turn.session.answered_last = Some(AnsweredLast { run: here.run, step: here.node.id.clone(), at: turn.now() });
    drive::resume(turn, here, body.map_or(Next::Continue, Next::Body));
    true
}

fn take_reply(turn: &mut Turn<'_>, run: u32, heard: &RoutedMessage<'_>) -> bool {
    let Some(here) = turn.here(run) else { return false };
    if !answer::says_something(&heard.message.kind) {
        return false;
    }
    if let Step::Wait(wait) = &here.node.step {
        variables::keep(turn, run, wait.fills.as_deref(), answer::value_of(&heard.message.kind));
    }
    moved_by(turn, run, heard);
    drive::resume(turn, here, Next::Continue);
    true
}

pub fn moved_by(turn: &mut Turn<'_>, run: u32, heard: &RoutedMessage<'_>) {
    agent::note_answer(turn, run, heard);
    if let Some(run) = turn.run_mut(run) {
        run.asked_for = Some(heard.message.at);
        run.msg = heard.view.clone();
        // A person moved the run, so its chain of events ends here.
        (run.depth, run.agent_calls) = (0, 0);
    }
}

/// Ends the question: its messages that have not left are dropped.
pub fn leave_question(turn: &mut Turn<'_>, run: u32) {
    let Some(question) = question(turn, run).cloned() else { return };
    drop_question(turn, run, &question);
}

pub fn drop_question(turn: &mut Turn<'_>, run: u32, question: &Question) {
    // A picture before the question has no reported outcome and is dropped with it. So is a repetition of the
    // question outside the window, whose outcome was not reported either.
    let kept_back = question.messages.iter().filter(|message| !question.left || **message > question.message);
    for message in kept_back.chain(question.reminder.iter().filter(|_| question.left)) {
        turn.effects.push(Effect::Drop { run: Some(run), message: Some(*message), reason: None });
    }
}

/// Level 10: a bad answer.
pub fn bad_answer(turn: &mut Turn<'_>, run: u32, heard: &RoutedMessage<'_>) {
    let Some((here, ask)) = ask_step(turn, run) else { return };
    let now = turn.now();
    let most = ask.tries;
    let Some(question) = question_mut(turn, run) else { return };
    if !question.left {
        // The question is sent now, released by this message; nobody could answer it before.
        question.nudged = false;
        turn.note_at(here, "the question had not left: this costs no try");
        return;
    }
    if question.bad_at.is_some_and(|at| now - at <= COUNT_ONCE) {
        turn.note_at(here, "a wrong answer within 10 s of the last one counts with it, and gets no reply of its own");
        return;
    }
    if let Some(body) = ask.other.filter(|_| heard.text.is_some()) {
        leave_question(turn, run);
        moved_by(turn, run, heard);
        drive::resume(turn, here, Next::Body(body));
        return;
    }
    // People thank for the question before they answer it.
    if heard.text.is_some_and(answer::is_only_thanks) {
        turn.note_at(here, "thanks are no answer and cost no try");
        return;
    }
    question.bad_at = Some(now);
    question.tries += 1;
    if question.tries >= most {
        leave_question(turn, run);
        moved_by(turn, run, heard);
        return out_of_tries(turn, here, ask);
    }
    if let Some(run) = turn.run_mut(run) {
        run.asked_for = Some(heard.message.at);
    }
    if offering::ask_whether(turn, here, ask, heard) {
        return;
    }
    if let Err(failure) = say_invalid(turn, here, ask, heard) {
        turn.note_at(here, failure.text);
    }
}

fn out_of_tries<'a>(turn: &mut Turn<'a>, here: Here<'a>, ask: &Ask) {
    turn.note_at(here, "no valid answer after the last try");
    match (ask.on_fail, here.set.bot.defaults.ask_on_fail) {
        (Some(body), _) => drive::resume(turn, here, Next::Body(body)),
        (None, Some(body)) => {
            step_errors::to_bot_steps(turn, here.run, here.set, body);
            if let Some(run) = turn.run_mut(here.run) {
                run.waiting = Waiting::Ready;
            }
            drive::run_steps(turn, here.run);
        }
        (None, None) => {
            let failure = StepFailure::new("no_valid_answer", "nobody gave a valid answer");
            drive::resume(turn, here, Next::Fail(failure));
        }
    }
}

/// Sends `invalid` or `unclear`, with the same buttons.
fn say_invalid<'a>(
    turn: &mut Turn<'a>,
    here: Here<'a>,
    ask: &Ask,
    heard: &RoutedMessage<'_>,
) -> Result<(), StepFailure> {
    let text = refused::text_for(turn, here, ask, heard)?;
    repeat(turn, here, ask, &text)
}

/// Sends a text that repeats the waiting question, with its options as they were shown.
pub fn repeat<'a>(turn: &mut Turn<'a>, here: Here<'a>, ask: &Ask, text: &str) -> Result<(), StepFailure> {
    let Some(question) = question_mut(turn, here.run) else { return Ok(()) };
    question.narrowed.clear();
    let (shown, page) = (question.options.clone(), question.page);
    repeat_with(turn, here, ask, text, &shown, page)
}

/// As `repeat`, with these options alone.
pub fn repeat_with<'a>(
    turn: &mut Turn<'a>,
    here: Here<'a>,
    ask: &Ask,
    text: &str,
    shown: &[OptionShown],
    page: u32,
) -> Result<(), StepFailure> {
    // Only the text and the options are repeated, without files and link.
    let worded = FilledMessage { body: text, shown, page, asks: true };
    let first = turn.session.last_message + 1;
    let number = say::send(turn, here, &ask.message.bare(), worded, Asking::Question { tells: false })?;
    if let Some(question) = question_mut(turn, here.run) {
        question.messages.extend(first..=number);
    }
    Ok(())
}

/// The text of the message, the title of a button, or the caption of a picture.
fn written<'h>(heard: &'h RoutedMessage<'_>) -> Option<&'h str> {
    match &heard.view {
        Value::Map(parts) => match parts.get("text") {
            Some(Value::Text(text)) => Some(text),
            _ => None,
        },
        _ => None,
    }
}

/// True if the run's question was asked in this turn.
pub fn was_asked_now(turn: &Turn<'_>, run: u32) -> bool {
    let Some((here, _)) = ask_step(turn, run) else { return false };
    turn.passage.steps.iter().any(|visit| visit.run == run && visit.step == here.node.id)
}

/// True if a message that was written before the question may answer it: `tomorrow` may be the day that is asked about,
/// and a `yes` or any other text was meant for something else.
pub fn takes_early(turn: &Turn<'_>, run: u32) -> bool {
    let has_options = question(turn, run).is_some_and(|question| !question.options.is_empty());
    !has_options && !takes_text(turn, run)
}

/// True if the run waits for any text, so that only its own `check` refuses one.
pub fn takes_text(turn: &Turn<'_>, run: u32) -> bool {
    ask_step(turn, run).is_none_or(|(_, ask)| takes_any_text(ask.kind.of))
}

/// True if any text may be the answer: other meanings of the text come first.
fn takes_any_text(kind: AnswerType) -> bool {
    matches!(kind, AnswerType::Text | AnswerType::List | AnswerType::Any)
}
