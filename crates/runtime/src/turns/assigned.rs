//! Tells listeners when a conversation comes to another person, or back to the bot.

use crate::{base::time::Time, lane::state::LaneState, model::session::Session, store::WriteSet, turns::Runner};

/// The holder of a conversation: the bot, or a person of a team.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Assigned {
    state: &'static str,
    team: Option<String>,
    agent: Option<String>,
    waiting_since: Option<Time>,
}

pub(super) fn assigned(session: &Session) -> Assigned {
    let person = session.person.as_ref();
    Assigned {
        state: session.who_has_it(),
        team: person.and_then(|person| person.team.clone()),
        agent: person.and_then(|person| person.agent.clone()),
        waiting_since: session.waiting_since(),
    }
}

impl Runner {
    /// Adds the event to the commit of the turn.
    pub(super) fn tell_assigned(&self, lane: &LaneState, index: usize, now: Time, set: &mut WriteSet) {
        let conversation = &lane.conversations[index];
        let Assigned { state, team, agent, .. } = assigned(&conversation.session);
        let data = serde_json::json!({
            "conversation_id": conversation.id, "contact_id": lane.contact.id, "sender_id": conversation.sender,
            "state": state, "team": team, "agent": agent,
        });
        self.events.notify(set, "assigned", data, now);
    }
}
