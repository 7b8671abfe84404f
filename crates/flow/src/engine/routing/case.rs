//! Keeps the case of a conversation that is with a person: who waits, by when somebody must act, and who has it.

use super::handover::team_hours;
use crate::{
    base::time::{Span, Time},
    definition::FlowSet,
    engine::turn::Turn,
    load::teams::Team,
    model::{
        effect::Effect,
        session::{Case, CaseLimit, Person},
    },
};

/// The words of a hand-off that its case keeps.
pub struct Handed<'a> {
    pub team: &'a str,
    pub summary: Option<&'a String>,
    pub priority: Option<&'a String>,
}

/// The case after a hand-off: a new one, or the open one, which waits for the team from now on.
pub fn handed_over(set: &FlowSet, open: Option<Box<Case>>, handed: &Handed<'_>, now: Time) -> Box<Case> {
    let mut case = open.unwrap_or_else(|| Box::new(Case::opened(now)));
    case.summary = handed.summary.cloned().or(case.summary.take());
    case.priority = handed.priority.cloned().or(case.priority.take());
    (case.asked_at, case.assigned_at, case.is_snoozed) = (Some(now), None, false);
    case.suggestion = None;
    promise(set, Some(handed.team), &mut case);
    case
}

/// The case of the person, which a conversation from before cases existed may lack.
pub fn case_of(person: &mut Person, now: Time) -> &mut Case {
    person.case.get_or_insert_with(|| Box::new(Case::opened(now)))
}

/// Counts the promises of the team anew: the answer from the contact's question on, the solution from the beginning.
pub fn promise(set: &FlowSet, team: Option<&str>, case: &mut Case) {
    let named = team.and_then(|team| Some((team, set.bot.teams.get(team)?)));
    let due = |from: Option<Time>, within: fn(&Team) -> Option<Span>| {
        let (name, team) = named?;
        team_hours(set, name).after_open_time(from?, within(team)?)
    };
    let before = (case.answer_due, case.solve_due);
    case.answer_due = due(case.asked_at, |team| team.answer_within);
    case.solve_due = due(Some(case.opened_at), |team| team.solve_within);
    case.answer_told &= case.answer_due == before.0;
    case.solve_told &= case.solve_due == before.1;
}

/// The contact wrote while a person has the conversation: an answer is due again, and a case that was put aside comes
/// back.
pub fn contact_wrote(turn: &mut Turn<'_>) {
    let (now, set) = (turn.now(), turn.live());
    let Some(person) = &mut turn.session.person else { return };
    let team = person.team.clone();
    let case = case_of(person, now);
    let returned = std::mem::take(&mut case.is_snoozed);
    if case.asked_at.is_none() {
        case.asked_at = Some(now);
        promise(set, team.as_deref(), case);
    }
    if returned {
        turn.note(None, None, "the contact wrote: the case comes back");
    }
}

/// Puts the case aside until a time; without a person there is nothing to put aside.
pub fn snooze(turn: &mut Turn<'_>, until: Time) {
    let now = turn.now();
    let Some(person) = &mut turn.session.person else { return };
    let case = case_of(person, now);
    (case.is_snoozed, case.snoozed_until) = (true, Some(until));
    turn.note(None, None, "the case is put aside");
}

/// Gives the waiting case to a person of its team. The contact's wait goes on, and so does the text for the case that
/// nobody answers.
pub fn give_out(turn: &mut Turn<'_>, team: &str, agent: String) {
    let now = turn.now();
    let Some(person) = &mut turn.session.person else { return };
    if person.team.as_deref() != Some(team) || !person.is_awaited() {
        return;
    }
    case_of(person, now).assigned_at = Some(now);
    person.agent = Some(agent.clone());
    turn.note(None, None, format!("given to `{agent}` of `{team}`"));
}

/// Brings a case back whose snooze is over, and says once of each promise that it was missed.
pub fn case_due(turn: &mut Turn<'_>) {
    let now = turn.now();
    let Some(case) = turn.session.person.as_mut().and_then(|person| person.case.as_mut()) else { return };
    let returned = case.is_snoozed && case.snoozed_until.is_none_or(|until| until <= now);
    if returned {
        case.is_snoozed = false;
    }
    let mut missed = Vec::new();
    if !case.is_snoozed {
        let is_late = |due: Option<Time>, told: bool| due.filter(|due| !told && *due <= now);
        if let Some(due) = is_late(case.answer_due, case.answer_told) {
            case.answer_told = true;
            missed.push((CaseLimit::Answer, due));
        }
        if let Some(due) = is_late(case.solve_due, case.solve_told) {
            case.solve_told = true;
            missed.push((CaseLimit::Solve, due));
        }
        missed.iter().for_each(|_| case.raise_priority());
    }
    if returned {
        turn.note(None, None, "the case comes back");
    }
    for (limit, due) in missed {
        turn.note(None, None, format!("the case is overdue: `{}_within` is over", limit.as_str()));
        turn.effects.push(Effect::CaseOverdue { limit, due });
    }
}
