//! Tells listeners when a conversation comes to another person, or back to the bot, and how its case changes.

use crate::{
    base::{
        ids::{ContactId, SenderId},
        time::{Time, iso},
    },
    lane::state::LaneState,
    model::session::{CaseState, Person, Session, Suggestion, SuggestionUse},
    store::{
        WriteSet,
        tables::support_case::{
            shadow::{self, ShadowDraft},
            suggestion::{self, DraftState, OverSuggestion, SuggestionRow, SuggestionUsed},
        },
    },
    turns::Runner,
};

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

/// The part of a case that listeners are told about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct CaseTold {
    id: Option<i64>,
    state: CaseState,
    team: Option<String>,
    agent: Option<String>,
    priority: Option<String>,
    summary: Option<String>,
    due_at: Option<Time>,
}

pub(super) fn case_told(person: Option<&Person>) -> Option<CaseTold> {
    let person = person?;
    let (case, state) = (person.case.as_ref()?, person.case_state()?);
    Some(CaseTold {
        id: case.id,
        state,
        team: person.team.clone(),
        agent: person.agent.clone(),
        priority: case.priority.clone(),
        summary: case.summary.clone(),
        due_at: case.due_at(),
    })
}

impl Runner {
    /// Adds to the commit of the turn how the draft of a reply has changed: the person is told of theirs, and one that
    /// nobody is shown is recorded once it is there, or will not come.
    pub(super) fn tell_suggestion(
        &self,
        lane: &LaneState,
        index: usize,
        before: Option<&Suggestion>,
        now: Time,
        set: &mut WriteSet,
    ) {
        let (conversation, contact) = (&lane.conversations[index], lane.contact.id);
        let after = conversation.session.suggestion();
        let seen = |draft: Option<&Suggestion>| draft.map(|draft| (draft.number, draft.is_thinking()));
        let hidden = after.filter(|draft| !draft.is_shown());
        if let Some(draft) = hidden.filter(|draft| !draft.is_thinking() && seen(before) != seen(Some(draft))) {
            let row =
                ShadowDraft::of(self.store.next_id(), (conversation.id, contact, conversation.sender), draft, now);
            set.push(&shadow::INSERT, &row);
            self.metrics.shadow_draft(row.why);
        }
        let shown = |draft: Option<&Suggestion>| seen(draft.filter(|draft| draft.is_shown()));
        if shown(before) == shown(after) {
            return;
        }
        let state = match after.filter(|draft| draft.is_shown()) {
            Some(draft) => {
                let row = SuggestionRow::of((conversation.id, contact, conversation.sender), draft, now);
                set.push(&suggestion::SAVE, &row);
                row.state
            }
            None => {
                set.push(&suggestion::OVER, &OverSuggestion { id: conversation.id, at: now });
                DraftState::None
            }
        };
        let data = serde_json::json!({
            "conversation_id": conversation.id, "contact_id": contact, "sender_id": conversation.sender, "state": state,
        });
        self.events.notify(set, "suggestion", data, now);
    }

    /// Adds to the commit of the turn how the person used a draft of this agent.
    pub(super) fn count_suggestion(
        &self,
        (contact_id, sender_id): (ContactId, SenderId),
        agent: String,
        how: SuggestionUse,
        set: &mut WriteSet,
    ) {
        let (id, at) = (self.store.next_id(), self.clock.now());
        set.push(&suggestion::USED, &SuggestionUsed { id, contact_id, sender_id, agent, how, at });
        self.metrics.suggestion(how);
    }

    /// Adds to the commit of the turn how the case has changed. True if it has.
    pub(super) fn tell_case(
        &self,
        lane: &LaneState,
        index: usize,
        before: Option<CaseTold>,
        now: Time,
        set: &mut WriteSet,
    ) -> bool {
        let conversation = &lane.conversations[index];
        let after = case_told(conversation.session.person.as_ref());
        if before == after {
            return false;
        }
        let is_closed = |before: &CaseTold| after.as_ref().is_none_or(|after| after.id != before.id);
        let closed = before.filter(is_closed).map(|before| CaseTold { state: CaseState::Closed, ..before });
        for told in closed.into_iter().chain(after) {
            let data = serde_json::json!({
                "conversation_id": conversation.id, "contact_id": lane.contact.id, "sender_id": conversation.sender,
                "case": told.id, "state": told.state, "team": told.team, "agent": told.agent,
                "priority": told.priority, "summary": told.summary, "due_at": told.due_at.map(iso),
            });
            self.events.notify(set, "case", data, now);
        }
        true
    }

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
