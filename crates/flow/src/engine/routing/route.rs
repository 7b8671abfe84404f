//! Decides what a message of the contact does: *who wins*, levels 2 to 12 of language.md 5.

use super::choose::RoutedMessage;
use crate::{
    base::{ids::InboundId, limits::WAITING_MESSAGES_MAX, time::Time},
    definition::IfBusy,
    engine::{
        loop_guard,
        question::{answering, button_token::Token, gather, lifecycle, understand},
        routing::{
            burst, case, choose, handover,
            meaning::{self, Arrival, Meant},
            opt_out, starts, stop_when, suggestion, taps, urgent,
        },
        turn::Turn,
        version_change, window_timers,
    },
    load::default_language,
    model::{
        answer,
        consent_words::{self, Word},
        effect::Effect,
        event::ConsentWord,
        inbound::{InboundKind, InboundMessage},
        session::{Waiting, WaitingMessage},
    },
    steps::agent,
};

/// Handles a message or tap. `word`: it was recognised as an opt-out or opt-in when it was recorded.
pub fn received(
    turn: &mut Turn<'_>,
    id: InboundId,
    message: InboundMessage,
    reply_to: Option<u32>,
    word: Option<ConsentWord>,
) {
    let mut heard_before = turn.session.heard_at;
    if heard_before <= Some(message.at) && answer::says_something(&message.kind) {
        turn.session.heard_id = Some(message.provider_id.clone());
    }
    if answer::says_something(&message.kind)
        && let Some(welcome) = turn.session.welcome.take_if(|early| !early.is_burst())
    {
        // The text also replaces the opened chat, so it still counts as the first message.
        turn.note(None, None, "the text that follows an opened chat is answered in its place");
        heard_before = welcome.heard_before;
    }
    if !cannot_be_answered(turn, &message) {
        turn.session.heard_at = turn.session.heard_at.max(Some(message.at));
    }
    if answer::says_something(&message.kind) {
        turn.session.lost = None;
    }
    let token = match &message.kind {
        InboundKind::Button { id, .. } => turn.world.token(id),
        _ => None,
    };
    // The consent of a button applies before level 3, even if its run has ended.
    let consented = token.as_ref().is_some_and(|token| !token.consent.is_empty());
    if let Some(token) = &token {
        for (topic, given) in token.consent.clone() {
            if topic == "all" && !given {
                opt_out::stop(turn, "button", message.at, true);
                return;
            }
            opt_out::set_consent(turn, &topic, given, &format!("button of message {}", message.provider_id), None);
        }
    }
    match word {
        Some(ConsentWord::Stop) => return opt_out::stop_by_word(turn, &message),
        Some(ConsentWord::Start) => return opt_out::start_again(turn, &message),
        None if opt_out::is_spoken_stop(turn, &message) => return opt_out::stop_by_voice(turn, id, &message),
        None => {}
    }
    if turn.opted_out.is_some() && !opt_out::heard_after_stop(turn, &message) {
        return;
    }
    if turn.session.person.is_some() {
        turn.note(None, None, "a person has the conversation: the bot is silent");
        if answer::says_something(&message.kind) {
            case::contact_wrote(turn);
            suggestion::contact_wrote(turn, id);
        }
        return;
    }
    if loop_guard::is_looping(turn) {
        return;
    }
    if matches!(message.kind, InboundKind::Welcome) {
        return window_timers::welcome(turn, id, message, heard_before);
    }
    let urgent = urgent::is_urgent(turn, &message, token.as_ref(), heard_before);
    if urgent && let Some(waited) = turn.session.language_asked.take() {
        return urgent::urgent_before_language(turn, *waited, |turn| {
            judge(turn, WaitingMessage::new(id, message, reply_to, heard_before), token, consented);
        });
    }
    if let Some((waited, told)) = default_language::language_told(turn, &message, token.as_ref()) {
        judge(turn, waited, None, false);
        if told {
            return;
        }
    } else if !urgent && default_language::learn_language(turn, id, &message, reply_to, heard_before) {
        return;
    }
    judge(turn, WaitingMessage::new(id, message, reply_to, heard_before), token, consented);
}

/// Continues from level 4.
pub fn judge(turn: &mut Turn<'_>, arrived: WaitingMessage, token: Option<Token>, consented: bool) {
    agent::give_up_thinking(turn, &arrived.message);
    if turn.session.is_in_call() {
        if !goes_before_meaning(turn, &arrived) {
            return wait_for_call(turn, arrived);
        }
        meaning::give_up_answer(turn, &arrived);
    }
    if answer::says_something(&arrived.message.kind)
        && let Some(burst) = turn.session.welcome.take_if(|early| early.is_burst())
    {
        if burst::joins(turn, &arrived.message) {
            return burst::join_burst(turn, *burst, &arrived.message);
        }
        // The messages are handled in their order; a run that the first one starts may make the second one wait.
        burst::burst_over(turn, *burst);
        return judge(turn, arrived, token, consented);
    }
    let WaitingMessage { id, message, reply_to, heard_before, behind_meaning, meaning } = arrived;
    let language = turn.contact.language.clone();
    let mut heard = RoutedMessage::new(&message, turn, language.as_deref(), heard_before);
    // A model was asked about the message as it is.
    heard.may_gather = meaning.is_none().then_some(id);
    heard.behind_meaning = behind_meaning;
    heard.meaning = meaning.map(|meaning| *meaning).unwrap_or_default();
    weigh(turn, heard, Arrival { id, reply_to }, token, consented);
}

/// True while nothing is under way but the question what an earlier message means, for a message that is urgent or itself
/// the answer to the waiting question.
fn goes_before_meaning(turn: &Turn<'_>, arrived: &WaitingMessage) -> bool {
    let runs_wait = turn.session.runs.iter().any(|run| run.waiting.is_in_call());
    let language = turn.contact.language.as_deref();
    let is_urgent =
        || choose::has_urgent(turn, &RoutedMessage::new(&arrived.message, turn, language, arrived.heard_before));
    !runs_wait && (meaning::is_answer(turn, arrived) || is_urgent())
}

/// Lets a message wait until the call that is under way is back.
pub fn wait_for_call(turn: &mut Turn<'_>, mut arrived: WaitingMessage) {
    arrived.behind_meaning |= turn.session.meaning_call().is_some();
    turn.note(None, None, "a call is under way: judged when it is back");
    if turn.session.waiting_messages.len() < WAITING_MESSAGES_MAX {
        turn.session.waiting_messages.push(arrived);
    } else {
        handover::needs_person(turn, "more messages than can wait for a call");
    }
}

/// Continues from level 5.
pub fn weigh(
    turn: &mut Turn<'_>,
    mut heard: RoutedMessage<'_>,
    arrival: Arrival,
    token: Option<Token>,
    consented: bool,
) {
    if !heard.meaning.is_known() {
        stop_when::stop_by_message(turn, &heard);
        gather::end_gathering(turn, &heard);
    }
    let before = turn.effects.len();
    if let Some(token) = token {
        // Our own buttons, old and open, are not foreign ones: a trigger compares the id of the option.
        heard.button = Some(token.option.clone());
        if !taps::is_of_question(turn, &token)
            && let Some(choice) = choose::urgent(turn, &heard)
        {
            let asking = answering::asking(turn);
            start_by_message(turn, choice, &heard, asking);
            return loop_guard::count_answer(turn, before);
        }
        if taps::tap(turn, &heard, &token, arrival.reply_to, consented) {
            return loop_guard::count_answer(turn, before);
        }
    }
    levels(turn, &heard, arrival);
    loop_guard::count_answer(turn, before);
}

/// Levels 5 to 12, for messages that are not a tap on an open question of ours.
fn levels(turn: &mut Turn<'_>, heard: &RoutedMessage<'_>, arrival: Arrival) {
    let is_late = turn.now() - heard.message.at > turn.live().bot.defaults.late_message;
    let asking = answering::asking(turn);
    let speaks = match heard.message.kind {
        InboundKind::Welcome => true,
        // The content is unknown, so the message does not count as a wrong answer (platform.md 6.8).
        InboundKind::Unsupported { .. } => asking.is_none() || is_late,
        _ => answer::says_something(&heard.message.kind),
    };
    if !speaks {
        return notice(turn, heard, is_late, asking);
    }
    if cannot_be_answered(turn, heard.message) && !is_late {
        turn.note(None, None, "it could not be passed on and opens no window: there is no answer to it");
        return turn.effects.push(Effect::Unanswered);
    }
    let outdated = asking.filter(|run| version_change::must_restart(turn, *run));
    if is_late {
        return late_message(turn, arrival.id, heard, asking);
    }
    if opt_out::unsure_answer(turn, heard) {
        return;
    }
    if let Some(choice) = choose::urgent(turn, heard) {
        return start_by_message(turn, choice, heard, asking);
    }
    let is_early = heard.behind_meaning && asking.is_some_and(|run| answering::was_asked_now(turn, run));
    let may_answer = |turn: &Turn<'_>, run: u32| !is_early || answering::takes_early(turn, run);
    if let Some(run) = asking
        && outdated.is_none()
        && may_answer(turn, run)
        && answering::answer_exactly(turn, run, heard)
    {
        return turn.note(Some(run), None, "it is exactly an answer to the waiting question");
    }
    let protected = asking.is_some_and(|run| lifecycle::is_protected(turn, run));
    if protected {
        turn.note(asking, None, "its question is protected: no keyword interrupts it");
    }
    let fitting = if protected { Vec::new() } else { choose::fitting(turn, heard) };
    if let Some(choice) = choose::pick(turn, &fitting, heard, 7, asking.is_some()) {
        return start_by_message(turn, choice, heard, asking);
    }
    if let Some(run) = outdated {
        return version_change::restart_run(turn, run, Some(heard));
    }
    if asking.is_none() && ask_back_unsure(turn, heard) {
        return;
    }
    if let Some(run) = asking
        && may_answer(turn, run)
        && answering::answer_if_it_fits(turn, run, heard)
    {
        return turn.note(Some(run), None, "it fits the waiting question");
    }
    if let Some(choice) = choose::pick(turn, &fitting, heard, 9, asking.is_some()) {
        return start_by_message(turn, choice, heard, asking);
    }
    if is_early {
        return turn.note(asking, None, "it was written before the question, and is no answer to it");
    }
    if let Some(run) = asking {
        match understand::answer_meant(turn, run, heard, arrival) {
            Meant::Found(()) => {
                return turn.note(Some(run), None, "a model finds an answer to the waiting question in it");
            }
            Meant::Asked => return,
            Meant::Nothing => {}
        }
    }
    if !protected && asking.is_none_or(|run| !answering::takes_text(turn, run)) {
        // Texts that a flow for any message joins are understood together.
        if asking.is_none() && meaning::may_ask(turn, heard) && burst::joins_more(turn, &fitting, heard) {
            return;
        }
        match meaning::flow_meant(turn, heard, arrival, asking) {
            Meant::Found(choice) => return start_by_message(turn, choice, heard, asking),
            Meant::Asked => return,
            Meant::Nothing => {}
        }
    }
    if let Some(run) = asking {
        turn.note(Some(run), None, "it is no answer to the waiting question");
        return answering::bad_answer(turn, run, heard);
    }
    if let Some(choice) = choose::pick(turn, &fitting, heard, 11, false) {
        return match burst::opens_burst(turn, &choice, heard) {
            true => {}
            false => start_by_message(turn, choice, heard, None),
        };
    }
    nothing_matched(turn, heard);
}

/// True for a message that the platform could not pass on, which opens no window. Messages that it started would be
/// held, and would leave before the answer to the next message.
fn cannot_be_answered(turn: &Turn<'_>, message: &InboundMessage) -> bool {
    matches!(message.kind, InboundKind::Unsupported { .. }) && !turn.world.window.is_safe(turn.now())
}

/// Handles a message without content: a reaction or a call answers nothing, but may start a flow; an edit and the
/// like does nothing.
fn notice(turn: &mut Turn<'_>, heard: &RoutedMessage<'_>, late: bool, asking: Option<u32>) {
    let protected = asking.is_some_and(|run| lifecycle::is_protected(turn, run));
    let fitting = if protected { Vec::new() } else { choose::fitting(turn, heard) };
    let choice = choose::urgent(turn, heard).or_else(|| choose::pick(turn, &fitting, heard, 7, asking.is_some()));
    match choice.filter(|_| !late) {
        Some(choice) => start_by_message(turn, choice, heard, asking),
        None => turn.note(None, None, "a reaction, call, edit, notice or what could not be passed on answers nothing"),
    }
}

/// Handles a message older than `late_message`: it answers a question that was sent before it, and starts nothing.
fn late_message(turn: &mut Turn<'_>, id: InboundId, heard: &RoutedMessage<'_>, asking: Option<u32>) {
    let had_left = |at: Time| at <= heard.message.at;
    let open = asking.filter(|run| match turn.run(*run).map(|run| &run.waiting) {
        Some(Waiting::Question(question)) => question.left && had_left(question.left_at.unwrap_or(question.asked_at)),
        Some(_) | None => false,
    });
    if let Some(run) = open
        && (answering::answer_exactly(turn, run, heard) || answering::answer_if_it_fits(turn, run, heard))
    {
        return turn.note(Some(run), None, "late, and an answer to a question that had left before");
    }
    turn.effects.push(Effect::Late { message: id, by: turn.now() - heard.message.at });
    handover::needs_person(turn, "a message came too late to be answered by itself");
}

/// Level 12.
fn nothing_matched(turn: &mut Turn<'_>, heard: &RoutedMessage<'_>) {
    if !answer::says_something(&heard.message.kind) && !matches!(heard.message.kind, InboundKind::Unsupported { .. }) {
        return;
    }
    turn.note(None, None, "no trigger fits, and no question waits");
    turn.effects.push(Effect::Unanswered);
    let set = turn.live();
    if let Some(body) = set.bot.defaults.unanswered {
        starts::start_bot_steps(turn, body, "unanswered", heard);
    }
}

fn start_by_message<'a>(
    turn: &mut Turn<'a>,
    choice: super::choose::Choice<'a>,
    heard: &RoutedMessage<'_>,
    asking: Option<u32>,
) {
    let flow = choice.flow;
    let default = if flow.asks { IfBusy::Replace } else { IfBusy::Aside };
    let aside_of = match (asking, flow.if_busy.unwrap_or(default)) {
        (None, _) => None,
        (Some(_), IfBusy::Parallel) => None,
        (Some(run), IfBusy::Aside) => Some(run),
        (Some(run), IfBusy::Replace | IfBusy::Queue | IfBusy::Skip) => {
            starts::replace(turn, run);
            None
        }
    };
    starts::begin_by_message(turn, choice, heard, aside_of);
}

/// Handles messages that waited for a call, in order, one at a time: the first may begin another call.
pub fn judge_waiting(turn: &mut Turn<'_>) -> bool {
    if turn.session.waiting_messages.is_empty() || turn.session.is_in_call() {
        return false;
    }
    let waiting = turn.session.waiting_messages.remove(0);
    if turn.session.person.is_some() || turn.opted_out.is_some() && !opt_out::heard_after_stop(turn, &waiting.message) {
        return true;
    }
    let id = waiting.id;
    let token = match &waiting.message.kind {
        InboundKind::Button { id, .. } => turn.world.token(id),
        _ => None,
    };
    let consented = token.as_ref().is_some_and(|token| !token.consent.is_empty());
    judge(turn, waiting, token, consented);
    // It may have to wait again, and stays before those that came after it.
    let again =
        turn.session.waiting_messages.iter().position(|waiting| waiting.id == id && waiting.meaning_call().is_none());
    if let Some(again) = again {
        let waiting = turn.session.waiting_messages.remove(again);
        let behind = usize::from(turn.session.meaning_call().is_some());
        turn.session.waiting_messages.insert(behind, waiting);
    }
    true
}

/// Asks back an unsure opt-out word, if it is the whole message, no question waits and no flow has it as a keyword.
/// True if it did.
fn ask_back_unsure(turn: &mut Turn<'_>, heard: &RoutedMessage<'_>) -> bool {
    let Some(text) = heard.text else { return false };
    // The text on our own buttons is the author's: *Cancel* there cancels an appointment.
    if matches!(&heard.message.kind, InboundKind::Button { id, .. } if turn.world.token(id).is_some()) {
        return false;
    }
    let opt_out = &turn.live().bot.opt_out;
    let extra = opt_out.extra_words();
    if consent_words::recognise(text, &extra) != Some(Word::Unsure) || choose::is_keyword(turn, &heard.folded) {
        return false;
    }
    opt_out::ask_stop(turn, text, heard.message.at);
    true
}
