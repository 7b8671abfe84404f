//! Plans starts at a time that depends on the contact's last message, `window_closing` and `quiet_for`, and handles a
//! chat that was opened without a message.

use super::views::map;
use crate::{
    base::{ids::InboundId, limits::WELCOME_WAIT, time::Time},
    engine::{
        routing::{burst, route, starts},
        turn::Turn,
        views,
    },
    model::{
        event::Start,
        inbound::InboundMessage,
        session::{TimedStart, WaitingMessage, WaitingWelcome},
        value::Value,
    },
    triggers::Trigger,
};
use std::collections::BTreeMap;

/// Computes the times again, because the contact has written or new flows are live.
pub fn plan_timed(turn: &mut Turn<'_>) {
    let mut planned = Vec::new();
    if turn.opted_out.is_none() {
        for flow in turn.live().flows.values() {
            for trigger in &flow.triggers {
                let Some((of, moment)) = moment_of(turn, &trigger.kind) else { continue };
                let same =
                    |timed: &&TimedStart| timed.flow == flow.name && timed.trigger == trigger.key && timed.of == of;
                if let Some(known) = turn.session.timed.iter().find(same) {
                    planned.push(known.clone());
                    continue;
                }
                let quiet = flow.ignore_quiet_hours.is_none();
                let at = if quiet { before_quiet_hours(turn, moment) } else { moment };
                if moment > turn.now() {
                    let (flow, trigger) = (flow.name.clone(), trigger.key.clone());
                    planned.push(TimedStart { flow, trigger, at: at.max(turn.now()), of, done: false });
                }
            }
        }
    }
    turn.session.timed = planned;
}

/// The time from which the trigger counts, and the time of its start.
fn moment_of(turn: &Turn<'_>, trigger: &Trigger) -> Option<(Time, Time)> {
    match trigger {
        Trigger::WindowClosing(closing) => turn.world.window.ends_at().map(|end| (end, end - closing.before)),
        Trigger::QuietFor(quiet) => turn.session.heard_at.map(|at| (at, at + quiet.span)),
        _ => None,
    }
}

/// Moves a time in quiet hours to before their beginning, because after them it may be too late.
fn before_quiet_hours(turn: &Turn<'_>, moment: Time) -> Time {
    let bot = &turn.live().bot;
    let Some(quiet) = bot.quiet_hours else { return moment };
    let place = views::possible_zones(&turn.contact, &bot.timezone);
    quiet.allowed_before(turn.now(), moment, &place).unwrap_or(moment)
}

/// Starts the flows whose time has come, each once for each silence.
pub fn timed_due(turn: &mut Turn<'_>) {
    let now = turn.now();
    let mut due = Vec::new();
    for timed in turn.session.timed.iter_mut().filter(|timed| timed.at <= now && !timed.done) {
        timed.done = true;
        due.push(timed.clone());
    }
    for TimedStart { flow, trigger, at, .. } in due {
        let written = turn.live().flow(&flow).and_then(|flow| flow.triggers.iter().find(|t| t.key == trigger));
        let ends_at = turn.world.window.ends_at().filter(|end| *end > now);
        let closing = match written.map(|written| &written.kind) {
            Some(Trigger::WindowClosing(_)) => true,
            Some(_) => false,
            None => continue,
        };
        if closing && ends_at.is_none() {
            turn.note(None, None, format!("`{flow}` does not start: the window has closed already"));
            continue;
        }
        let zone = views::contact_zone(turn, turn.live());
        let ends_at = ends_at.map_or(Value::Nothing, |end| views::moment(end, zone));
        let event = map([("name", Value::text(trigger.as_str())), ("data", map([("ends_at", ends_at)]))]);
        starts::start(turn, Start { id: None, flow, trigger, inputs: BTreeMap::new(), event, at, depth: 0 });
    }
}

/// The chat was opened: usually a text follows at once, and both get one answer.
pub fn welcome(turn: &mut Turn<'_>, id: InboundId, message: InboundMessage, heard_before: Option<Time>) {
    turn.note(None, None, format!("the chat was opened: a text may follow within {WELCOME_WAIT}"));
    let until = turn.now() + WELCOME_WAIT;
    turn.session.welcome = Some(Box::new(WaitingWelcome { id, message, heard_before, until }));
}

/// No text followed.
pub fn welcome_due(turn: &mut Turn<'_>) {
    let now = turn.now();
    if let Some(welcome) = turn.session.welcome.take_if(|welcome| welcome.until <= now)
        && turn.session.person.is_none()
        && turn.opted_out.is_none()
    {
        if welcome.is_burst() {
            return burst::burst_over(turn, *welcome);
        }
        let WaitingWelcome { id, message, heard_before, .. } = *welcome;
        route::judge(turn, WaitingMessage::new(id, message, None, heard_before), None, false);
    }
}
