//! Plans starts at a time that depends on the contact's last message, `window_closing` and `quiet_for`, and handles a
//! chat that was opened without a message.

use super::{
    turn::Turn,
    views::{self, map},
};
use crate::{
    base::{ids::InboundId, limits::WELCOME_WAIT, time::Time},
    model::{
        event::Start,
        inbound::InboundMessage,
        session::{TimedStart, WaitingWelcome},
        value::Value,
    },
    triggers::Trigger,
};
use std::collections::BTreeMap;

impl Turn<'_> {
    /// Computes the times again, because the contact has written or new flows are live.
    pub fn plan_timed(&mut self) {
        let mut planned = Vec::new();
        if self.opted_out.is_none() {
            for flow in self.live().flows.values() {
                for trigger in &flow.triggers {
                    let Some((of, moment)) = self.moment_of(&trigger.kind) else { continue };
                    let same =
                        |timed: &&TimedStart| timed.flow == flow.name && timed.trigger == trigger.key && timed.of == of;
                    if let Some(known) = self.session.timed.iter().find(same) {
                        planned.push(known.clone());
                        continue;
                    }
                    let quiet = flow.ignore_quiet_hours.is_none();
                    let at = if quiet { self.before_quiet_hours(moment) } else { moment };
                    if moment > self.now() {
                        let (flow, trigger) = (flow.name.clone(), trigger.key.clone());
                        planned.push(TimedStart { flow, trigger, at: at.max(self.now()), of, done: false });
                    }
                }
            }
        }
        self.session.timed = planned;
    }

    /// The time from which the trigger counts, and the time of its start.
    fn moment_of(&self, trigger: &Trigger) -> Option<(Time, Time)> {
        match trigger {
            Trigger::WindowClosing(closing) => self.world.window.ends_at().map(|end| (end, end - closing.before)),
            Trigger::QuietFor(quiet) => self.session.heard_at.map(|at| (at, at + quiet.span)),
            _ => None,
        }
    }

    /// Moves a time in quiet hours to before their beginning, because after them it may be too late.
    fn before_quiet_hours(&self, moment: Time) -> Time {
        let bot = &self.live().bot;
        let Some(quiet) = bot.quiet_hours else { return moment };
        let place = views::possible_zones(&self.contact, &bot.timezone);
        quiet.allowed_before(self.now(), moment, &place).unwrap_or(moment)
    }

    /// Starts the flows whose time has come, each once for each silence.
    pub fn timed_due(&mut self) {
        let now = self.now();
        let mut due = Vec::new();
        for timed in self.session.timed.iter_mut().filter(|timed| timed.at <= now && !timed.done) {
            timed.done = true;
            due.push(timed.clone());
        }
        for TimedStart { flow, trigger, at, .. } in due {
            let written = self.live().flow(&flow).and_then(|flow| flow.triggers.iter().find(|t| t.key == trigger));
            let ends_at = self.world.window.ends_at().filter(|end| *end > now);
            let closing = match written.map(|written| &written.kind) {
                Some(Trigger::WindowClosing(_)) => true,
                Some(_) => false,
                None => continue,
            };
            if closing && ends_at.is_none() {
                self.note(None, None, format!("`{flow}` does not start: the window has closed already"));
                continue;
            }
            let zone = self.contact_zone(self.live());
            let ends_at = ends_at.map_or(Value::Nothing, |end| views::moment(end, zone));
            let event = map([("name", Value::text(trigger.as_str())), ("data", map([("ends_at", ends_at)]))]);
            self.start(Start { id: None, flow, trigger, inputs: BTreeMap::new(), event, at, depth: 0 });
        }
    }

    /// The chat was opened: usually a text follows at once, and both get one answer.
    pub fn welcome(&mut self, id: InboundId, message: InboundMessage, heard_before: Option<Time>) {
        self.note(None, None, format!("the chat was opened: a text may follow within {WELCOME_WAIT}"));
        let until = self.now() + WELCOME_WAIT;
        self.session.welcome = Some(Box::new(WaitingWelcome { id, message, heard_before, until }));
    }

    /// No text followed.
    pub fn welcome_due(&mut self) {
        let now = self.now();
        if let Some(welcome) = self.session.welcome.take_if(|welcome| welcome.until <= now)
            && self.session.person.is_none()
            && self.opted_out.is_none()
        {
            if welcome.is_burst() {
                return self.burst_over(*welcome);
            }
            let WaitingWelcome { id, message, heard_before, .. } = *welcome;
            self.judge(id, message, None, heard_before, None, false);
        }
    }
}
