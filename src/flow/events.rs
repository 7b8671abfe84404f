//! Events of flows and of the API: to the runs that wait for them, and to the flows that start by them.

use super::{
    definition::WrittenTrigger,
    steps::{Step, wait::On},
    triggers::Trigger,
    turn::{Emitted, Next, Turn},
    views::map,
};
use crate::{
    base::limits::EVENT_DEPTH_MAX,
    model::{effect::Effect, event::Start, session::Waiting, value::Value},
};
use std::collections::BTreeMap;

impl Turn<'_> {
    /// Hands one event round: to the runs that wait for it, then to the flows that start by it.
    pub fn hand_round(&mut self) -> bool {
        let Some(emitted) = self.emitted.pop_front() else { return false };
        let (event, depth) = match &emitted {
            Emitted::Event { name, data, depth } => {
                (map([("name", Value::text(name.as_str())), ("data", data.clone())]), *depth)
            }
            Emitted::Consent { topic, given } => {
                let data = map([("topic", Value::text(topic.as_str())), ("given", Value::YesNo(*given))]);
                (map([("name", Value::text("consent")), ("data", data)]), 1)
            }
            Emitted::HandoffDone { handoff, .. } => {
                (map([("name", Value::text("handoff_done")), ("handoff", handoff.clone())]), 1)
            }
        };
        if let Emitted::Event { name, .. } = &emitted {
            self.wake_by_event(name, &event);
        }
        if depth > EVENT_DEPTH_MAX {
            let text = format!("more than {EVENT_DEPTH_MAX} events that start flows that emit events: a circle?");
            self.effects.push(Effect::Alarm { kind: "event_depth".into(), text });
            return true;
        }
        for flow in self.live().flows.values() {
            let Some(trigger) = flow.triggers.iter().find(|trigger| starts_by(trigger, &emitted)) else { continue };
            self.start(Start {
                id: None,
                flow: flow.name.clone(),
                trigger: trigger.key.clone(),
                inputs: BTreeMap::new(),
                event: event.clone(),
                at: self.now(),
                depth,
            });
        }
        true
    }

    fn wake_by_event(&mut self, name: &str, event: &Value) {
        let waiting = |waiting: &Waiting| matches!(waiting, Waiting::Event { name: wanted, .. } if wanted == name);
        let runs: Vec<u32> =
            self.session.runs.iter().filter(|run| waiting(&run.waiting)).map(|run| run.number).collect();
        for number in runs {
            let Some(here) = self.here(number) else { continue };
            let Step::Wait(wait) = &here.node.step else { continue };
            let before = self.run_mut(number).map(|run| std::mem::replace(&mut run.event, event.clone()));
            let holds = match &wait.on {
                On::Event { condition: Some(condition), .. } => self.holds(here, condition, &[]),
                _ => Ok(true),
            };
            match holds {
                Ok(true) => {
                    let data = match event {
                        Value::Map(event) => event.get("data").cloned().unwrap_or_default(),
                        _ => Value::Nothing,
                    };
                    self.keep(number, wait.fills.as_deref(), data);
                    self.wake(here, Next::Continue);
                }
                Ok(false) => {
                    if let (Some(run), Some(before)) = (self.run_mut(number), before) {
                        run.event = before;
                    }
                }
                Err(failure) => self.resume(here, Next::Fail(failure)),
            }
        }
    }
}

fn starts_by(trigger: &WrittenTrigger, emitted: &Emitted) -> bool {
    match (&trigger.kind, emitted) {
        (Trigger::Event(event), Emitted::Event { name, .. }) => event.name == *name,
        (Trigger::Consent(consent), Emitted::Consent { topic, given }) => {
            consent.topics.iter().any(|(wanted, how)| wanted == topic && how == given)
        }
        (Trigger::HandoffDone(done), Emitted::HandoffDone { team, .. }) => done.team.is_none() || done.team == *team,
        _ => false,
    }
}
