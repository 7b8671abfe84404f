//! The `schedule` triggers of a flow set, as the clockwork asks for them, and who is meant by each.

use super::{
    definition::{Flow, FlowSet},
    triggers::{Trigger, schedule::Clock, schedule::To},
    turn::{Seen, Turn},
    world::{Versions, World},
};
use crate::{
    base::time::Span,
    model::{
        schedule::{AtMost, Schedule},
        session::Session,
        value::Value,
    },
};

/// One trigger by the clock.
pub struct Timetable<'a> {
    pub flow: &'a Flow,
    /// As start rows and `at_most` know it.
    pub key: &'a str,
    pub fires: &'a Schedule,
    /// The contact's own clock; else the bot's.
    pub by_contact: bool,
    /// How many starts in how long.
    pub rate: AtMost,
    /// How late a fire may be planned and, after its slot, a start may begin.
    pub late: Span,
    to: &'a To,
}

/// All of them, by flow.
pub fn timetables(set: &FlowSet) -> Vec<Timetable<'_>> {
    let mut tables = Vec::new();
    for flow in set.flows.values() {
        for trigger in &flow.triggers {
            let Trigger::Schedule(schedule) = &trigger.kind else { continue };
            let Some(fires) = &schedule.cron else { continue };
            tables.push(Timetable {
                flow,
                key: &trigger.key,
                fires,
                by_contact: schedule.clock == Clock::Contact,
                rate: schedule.rate,
                late: schedule.late,
                to: &schedule.to,
            });
        }
    }
    tables
}

/// The contact of `world` is one of those whom `to` means; a condition that fails means nobody.
pub fn in_audience(versions: &Versions, table: &Timetable<'_>, world: &World<'_>) -> bool {
    if !table.to.tags.iter().all(|tag| world.contact.data.tags.contains(tag)) {
        return false;
    }
    let Some(condition) = &table.to.condition else { return true };
    let turn = Turn::new(versions, Session::default(), world);
    let nothing = Value::Nothing;
    let seen = Seen { vars: None, event: &nothing, msg: &nothing, handoff: &nothing, error: None, extra: &[] };
    turn.in_scope(versions.live(), &seen, |scope| condition.holds(scope)).unwrap_or(false)
}
