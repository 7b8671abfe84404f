//! Collects what a turn does after its commit.

use crate::{
    base::ids::{FlowName, InboundId, OutboundId, TraceId},
    model::{effect::CallRequest, event::FlowEvent, form::FormAnswer},
    store::tables::{run::Run, start::PlannedStart},
};
use std::collections::BTreeMap;

/// The actions and data that wait for the commit.
#[derive(Default)]
pub(crate) struct AfterCommit {
    pub inserted: Vec<OutboundId>,
    pub calls: Vec<CallRequest>,
    /// Starts that its steps planned for this contact, and whether some were planned for an audience.
    pub planned: Vec<PlannedStart>,
    /// Start keys whose earlier starts are superseded, each with the start to keep.
    pub taken_back: BTreeMap<String, String>,
    pub audience: bool,
    /// The runs that began in this turn.
    pub began: Vec<Run>,
    /// The ids of older runs, by the run numbers in the turn's effects.
    pub run_ids: BTreeMap<u32, i64>,
    /// The runs that existed before the turn or began in it, with their flows.
    pub flows: Vec<(u32, FlowName)>,
    /// The answers for open forms.
    pub forms: Vec<(i64, FormAnswer)>,
    /// The events for the contact's other conversations.
    pub overheard: Vec<(FlowEvent, usize)>,
    /// The message that this turn handles, or whose words it brings, for the consent ledger.
    pub handled: Option<InboundId>,
    /// The message or start that caused the turn, also if a server was called in between.
    pub trace: Option<TraceId>,
    /// The text of our message that it answers, for the consent ledger.
    pub shown: Option<String>,
}

impl AfterCommit {
    /// The run's id: outside its conversation the number is not unique.
    pub(crate) fn run_id(&self, number: u32) -> Option<i64> {
        let began = self.began.iter().find(|row| row.number == number).map(|row| row.id);
        began.or_else(|| self.run_ids.get(&number).copied())
    }

    /// Supersedes the waiting starts of a key, including those that this turn planned; `keeps` is the new one.
    pub(crate) fn take_back(&mut self, trigger: &str, keeps: &str) {
        self.planned.retain(|row| row.trigger_key != trigger);
        self.taken_back.insert(trigger.to_owned(), keeps.to_owned());
    }
}
