//! Follows the delivery of messages for `delivery:` triggers.

use crate::{
    base::limits::FOLLOWED_MAX,
    engine::turn::{Emitted, Here, Turn},
    model::{
        event::{DeliveryOutcome, FlowEvent},
        inbound::DeliveryState,
        session::Followed,
    },
    triggers::{Trigger, delivery::Delivery},
};

/// Stores a message whose delivery may start a flow. Returns whether its outcome must be reported, and whether also
/// its delivery after the acceptance.
pub fn follow_message(turn: &mut Turn<'_>, here: Here<'_>, message: u32) -> (bool, bool) {
    let triggers = turn.live().flows.values().flat_map(|flow| flow.triggers.iter().chain(&flow.stop_when));
    let mut wanted = triggers.filter_map(|trigger| match &trigger.kind {
        Trigger::Delivery(delivery) => Some(&**delivery),
        _ => None,
    });
    let Some(first) = wanted.next() else { return (false, false) };
    let arrives = |delivery: &Delivery| delivery.state != DeliveryState::Failed;
    let follows = arrives(first) || wanted.any(arrives);
    let depth = turn.run(here.run).map_or(0, |run| run.depth);
    let (flow, step) = (here.flow.name.clone(), Some(here.node.id.clone()));
    turn.session.followed.push(Followed { message, flow, step, depth, told: None });
    let surplus = turn.session.followed.len().saturating_sub(FOLLOWED_MAX);
    turn.session.followed.drain(..surplus);
    (true, follows)
}

/// Handles a new delivery state of a message.
pub fn news_of_message(turn: &mut Turn<'_>, message: u32, fate: &DeliveryOutcome) {
    let Some(place) = turn.session.followed.iter().position(|followed| followed.message == message) else { return };
    let (state, code) = match fate {
        DeliveryOutcome::Delivered => (DeliveryState::Delivered, None),
        DeliveryOutcome::Read => (DeliveryState::Read, None),
        DeliveryOutcome::Failed { code, .. } => (DeliveryState::Failed, Some(code.clone())),
        DeliveryOutcome::Refused { .. } | DeliveryOutcome::Expired => {
            turn.session.followed.remove(place);
            return;
        }
        DeliveryOutcome::Accepted { .. }
        | DeliveryOutcome::Held { .. }
        | DeliveryOutcome::Postponed { .. }
        | DeliveryOutcome::Unknown => return,
    };
    let followed = &mut turn.session.followed[place];
    if followed.told.is_some_and(|told| told >= state) {
        return;
    }
    followed.told = Some(state);
    let (flow, step, depth) = (followed.flow.clone(), followed.step.clone(), followed.depth + 1);
    if state != DeliveryState::Delivered {
        turn.session.followed.remove(place);
    }
    let what = FlowEvent::Delivery { state, flow, step, code };
    turn.emitted.push_back(Emitted { what, depth, overheard: false });
}
