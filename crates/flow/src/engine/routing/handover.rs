//! Handles who has the conversation: hand-offs, messages of people, and the return to the bot.

use crate::{
    base::ids::{FlowName, StepId},
    definition::FlowSet,
    engine::{
        drive,
        routing::{
            case::{self, Handed},
            opt_out, queue, suggestion,
        },
        turn::{Next, StepFailure, Turn},
        variables,
        views::map,
    },
    load::teams::Team,
    model::{
        content::Content,
        effect::{Effect, MessageDraft, Origin, RunEnd},
        event::{FlowEvent, Joined},
        hours::OpeningHours,
        session::{Case, NeedsPerson, Person, Run, Unanswered, Waiting},
        value::Value,
    },
    steps::Step,
};

/// The data of a hand-off.
pub struct HandoverData {
    pub run: u32,
    pub flow: FlowName,
    pub step: Option<StepId>,
    pub team: String,
    pub summary: Option<String>,
    pub priority: Option<String>,
    pub out_of_hours: bool,
    pub unanswered: Option<Box<Unanswered>>,
}

/// The opening hours of a team; a team without any is always open.
pub fn team_hours(set: &FlowSet, team: &str) -> OpeningHours {
    let named = set.bot.teams.get(team).and_then(|team| team.hours.as_ref());
    let hours = named.and_then(|name| set.bot.hours.get(name));
    hours.cloned().unwrap_or_else(OpeningHours::always)
}

/// Hands the conversation over: from here on the bot sends nothing, except messages of this run.
pub fn hand_over(turn: &mut Turn<'_>, handing: HandoverData) {
    let now = turn.now();
    let set = turn.set_of(handing.run);
    let give_back = set.bot.teams.get(&handing.team).map_or(set.bot.defaults.give_back, |team: &Team| team.give_back);
    let open = turn.session.person.take().and_then(|person| person.case);
    let handed = Handed { team: &handing.team, summary: handing.summary.as_ref(), priority: handing.priority.as_ref() };
    let case = case::handed_over(set, open, &handed, now);
    turn.session.person = Some(Person {
        since: now,
        last_word: now,
        give_back,
        case: Some(case),
        team: Some(handing.team.clone()).filter(|team| !team.is_empty()),
        agent: None,
        flow: Some(handing.flow.clone()),
        run: Some(handing.run),
        unanswered: handing.unanswered,
        step: handing.step,
    });
    turn.note(Some(handing.run), None, format!("handed to `{}`", handing.team));
    turn.emit(FlowEvent::HandedOver { team: Some(handing.team.clone()).filter(|team| !team.is_empty()) });
    turn.effects.push(Effect::Handoff {
        run: handing.run,
        flow: handing.flow,
        team: handing.team,
        summary: handing.summary,
        priority: handing.priority,
        out_of_hours: handing.out_of_hours,
    });
}

/// A person of the business wrote: the contact waits no longer.
pub fn person_wrote(turn: &mut Turn<'_>, agent: Option<String>) {
    let now = turn.now();
    if let Some(person) = taken_by(turn, agent) {
        let case = case::case_of(person, now);
        case.answer(now);
        suggestion::person_wrote(case);
    }
}

/// A person of the business has the conversation from now on, and has not written yet.
pub fn taken_over(turn: &mut Turn<'_>, agent: Option<String>) {
    let now = turn.now();
    if let Some(person) = taken_by(turn, agent) {
        case::case_of(person, now).is_snoozed = false;
    }
}

/// Gives the conversation to a person, and its case with it.
fn taken_by<'t>(turn: &'t mut Turn<'_>, agent: Option<String>) -> Option<&'t mut Person> {
    let now = turn.now();
    let give_back = turn.live().bot.defaults.give_back;
    turn.session.needs_person = None;
    match &mut turn.session.person {
        Some(person) => {
            person.last_word = now;
            person.unanswered = None;
            if agent.as_ref().is_some_and(|agent| person.agent.as_ref() != Some(agent)) {
                case::case_of(person, now).assigned_at = Some(now);
            }
            person.agent = agent.or(person.agent.take());
        }
        None => {
            turn.note(None, None, "a person writes: the bot is silent");
            let assigned_at = agent.is_some().then_some(now);
            turn.session.person = Some(Person {
                case: Some(Box::new(Case { assigned_at, ..Case::opened(now) })),
                since: now,
                last_word: now,
                give_back,
                team: None,
                agent,
                flow: None,
                run: None,
                unanswered: None,
                step: None,
            });
            turn.emit(FlowEvent::HandedOver { team: None });
        }
    }
    turn.session.person.as_mut()
}

/// Assigns the conversation to a person or team, also if another person has it; the bot stays silent. Without a person
/// it waits for one, as after a hand-off.
pub fn assign(turn: &mut Turn<'_>, team: Option<String>, agent: Option<String>) {
    let (now, set) = (turn.now(), turn.live());
    let Some(person) = taken_by(turn, None) else { return };
    let is_same_team = person.team == team;
    (person.team, person.agent) = (team, agent);
    let (team, waits) = (person.team.clone(), person.agent.is_none());
    if waits {
        person.since = person.last_word;
    }
    let case = case::case_of(person, now);
    (case.is_snoozed, case.assigned_at) = (false, Some(now).filter(|_| !waits));
    let is_asked = case.asked_at.is_none() && waits;
    if is_asked {
        case.asked_at = Some(now);
    }
    if !is_same_team {
        case.suggestion = None;
    }
    if is_asked || !is_same_team {
        case::promise(set, team.as_deref(), case);
    }
    let Some(person) = &turn.session.person else { return };
    let to = [&person.team, &person.agent].into_iter().flatten().map(|name| format!("`{name}`"));
    let to = to.collect::<Vec<_>>().join(", ");
    turn.note(
        None,
        None,
        if to.is_empty() { "waits for a person again".to_owned() } else { format!("assigned to {to}") },
    );
}

/// Returns the conversation to the bot.
pub fn hand_back(turn: &mut Turn<'_>, agent: Option<String>) {
    let Some(person) = turn.session.person.take() else { return };
    turn.session.needs_person = None;
    turn.note(None, None, "the bot has the conversation again");
    let text = |text: Option<String>| text.map_or(Value::Nothing, Value::Text);
    let handoff = map([
        ("team", text(person.team.clone())),
        ("agent", text(agent.or(person.agent))),
        ("flow", text(person.flow.map(|flow| flow.to_string()))),
    ]);
    // Usually the run that handed over; an earlier one may wait for the same person.
    let waits = |run: &Run| matches!(run.waiting, Waiting::Person { .. });
    for number in all_runs(turn) {
        let waiting = turn.run(number).is_some_and(waits) && turn.session.person.is_none();
        let Some(here) = turn.here(number).filter(|_| waiting) else { continue };
        if let Step::Handoff(step) = &here.node.step {
            variables::keep(turn, here.run, step.fills.as_deref(), handoff.clone());
        }
        if let Some(run) = turn.run_mut(here.run) {
            run.handoff = handoff.clone();
            run.asked_for = None;
        }
        drive::resume(turn, here, Next::Continue);
    }
    for run in &mut turn.session.runs {
        let is_under_way = matches!(run.waiting, Waiting::Call(_)) || run.frames.len() > 1;
        for agent in run.frames.iter_mut().filter_map(|frame| frame.agent.as_deref_mut()) {
            agent.after_a_person(is_under_way && agent.is_under_way());
        }
    }
    turn.emit(FlowEvent::HandoffDone { handoff, team: person.team });
}

/// Closes the case: nothing of the conversation continues.
pub fn close(turn: &mut Turn<'_>) {
    for run in all_runs(turn) {
        drive::stop_because(turn, run, "closed");
    }
    queue::drop_queue(turn);
    turn.session.drop_messages();
    turn.session.welcome = None;
    turn.effects.push(Effect::Drop { run: None, message: None, reason: None });
    turn.session.needs_person = None;
    hand_back(turn, None);
}

/// Ends the conversation because the contact was joined to another one: no run continues, and flows get no event.
/// Messages that have not left are still sent.
pub fn leave(turn: &mut Turn<'_>) {
    turn.note(None, None, "the person goes on as another contact");
    for run in all_runs(turn) {
        drive::stop_because(turn, run, "joined");
    }
    queue::drop_queue(turn);
    turn.session.drop_messages();
    turn.session.welcome = None;
    turn.session.unsure_stop = None;
    turn.session.language_asked = None;
    turn.session.needs_person = None;
    turn.session.person = None;
}

/// Takes over the state of another contact's conversation who was the same person.
pub fn join(turn: &mut Turn<'_>, joined: Joined) {
    turn.note(None, None, "another contact was the same person, and is joined");
    if let (None, Some(person)) = (&turn.session.person, joined.person) {
        // Its run ended in the other conversation, and the answers for its summary and its draft come there.
        let case = person.case.map(|case| Box::new(Case { summary_call: None, suggestion: None, ..*case }));
        turn.session.person = Some(Person { run: None, step: None, unanswered: None, case, ..person });
    }
    if turn.session.needs_person.is_none() {
        turn.session.needs_person = joined.needs_person;
    }
    if joined.opted_out {
        opt_out::stop(turn, "joined to a contact who opted out", turn.now(), false);
    }
}

/// Handles the due times of a hand-off: after a silence since the person's last message the bot has the
/// conversation again; if nobody answered, the hand-off's text is sent.
pub fn person_due(turn: &mut Turn<'_>) {
    let now = turn.now();
    let Some(person) = &mut turn.session.person else { return };
    if person.gives_back_at() <= now {
        hand_back(turn, None);
        return;
    }
    let due = person.unanswered.take_if(|unanswered| unanswered.at <= now);
    let (run, flow, step) = (person.run, person.flow.clone(), person.step.clone());
    if let Some(unanswered) = due {
        let number = turn.next_message();
        let content = Content::Text { body: unanswered.body };
        turn.send(MessageDraft {
            run,
            flow,
            step,
            topic: unanswered.topic,
            if_closed: unanswered.if_closed,
            ..MessageDraft::plain(number, content, Origin::HandoffFlow)
        });
    }
    case::case_due(turn);
}

pub fn needs_person(turn: &mut Turn<'_>, why: &str) {
    turn.note(None, None, format!("needs a person: {why}"));
    if turn.session.needs_person.is_none() {
        turn.session.needs_person = Some(NeedsPerson { since: turn.now(), why: why.to_owned() });
        turn.effects.push(Effect::NeedsPerson { why: why.to_owned() });
    }
}

/// Ends the steps for a closed team.
pub fn handed(turn: &mut Turn<'_>, run: u32) -> bool {
    let Some(step) = turn.run_mut(run).and_then(|run| run.handing.take()) else { return false };
    let set = turn.set_of(run);
    let found = turn.run(run).and_then(|found| {
        let place = found.frames.iter().rposition(|frame| {
            let flow = set.any_flow(&frame.flow);
            flow.is_some_and(|flow| flow.find(&step).is_some())
        })?;
        let flow = set.any_flow(&found.frames[place].flow)?;
        Some((place, flow, flow.find(&step)?))
    });
    let next = match found {
        Some((place, flow, ix)) => {
            if let Some(run) = turn.run_mut(run) {
                run.frames.truncate(place + 1);
                run.frames[place].at = Some(step);
            }
            match &flow.node(ix).step {
                Step::Handoff(handoff) => handoff.wait(turn),
                _ => Next::HandedOff,
            }
        }
        None => Next::HandedOff,
    };
    match next {
        Next::Park(waiting) => {
            if let Some(run) = turn.run_mut(run) {
                run.waiting = waiting;
            }
        }
        _ => drive::end_run(turn, run, RunEnd::HandedOff),
    }
    true
}

/// Hands the conversation over after an error that nobody handled; built in. Of several teams none is chosen:
/// nobody said which one looks after errors, so the conversation is assigned to no team.
pub fn hand_over_error(turn: &mut Turn<'_>, run: u32, flow: FlowName, failure: &StepFailure) {
    let teams = &turn.set_of(run).bot.teams;
    let only = teams.keys().next().filter(|_| teams.len() == 1);
    let team = only.cloned().unwrap_or_default();
    let summary = Some(format!("An error: {}", failure.text));
    let is_open = |team: &str| team_hours(turn.live(), team).is_open(turn.now());
    let out_of_hours = !teams.is_empty() && !teams.keys().any(|team| is_open(team));
    hand_over(
        turn,
        HandoverData { run, flow, step: None, team, summary, priority: None, out_of_hours, unanswered: None },
    );
}

pub fn all_runs(turn: &Turn<'_>) -> Vec<u32> {
    turn.session.runs.iter().map(|run| run.number).collect()
}
