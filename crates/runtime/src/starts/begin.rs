//! Begins planned starts at their slots: finds the source of a start, asks it whether the start still counts, and
//! decides the rest, which is the same for all sources.

use crate::{
    base::{
        ids::{ContactId, SenderId, StartId},
        time::{Span, Time},
    },
    bot::live::Current,
    flow::{self, DateTable, Flow, FlowSet, HookTable, Timetable},
    lane::{error::LaneError, state::LaneState},
    model::{
        effect::{broadcast_of, is_start_key},
        event::{Reason, Start},
        value::Value,
    },
    starts::{Starts, serves},
    store::{
        WriteSet,
        tables::start::{self, Decided, PlannedStart, StartState},
    },
};
use std::{collections::BTreeMap, sync::Arc};

/// A start for the engine, and the sender whose conversation it begins in.
pub(crate) struct Begun {
    pub sender: SenderId,
    pub start: Start,
}

/// The part of the program that planned a start.
enum StartSource<'a> {
    Schedule(Timetable<'a>),
    Date(DateTable<'a>),
    Step,
    Broadcast(i64),
    Hook(HookTable<'a>),
}

impl<'a> StartSource<'a> {
    /// `None`: its trigger is no longer in the flows.
    fn of(set: &'a FlowSet, row: &PlannedStart) -> Option<StartSource<'a>> {
        let is_its = |flow: &Flow, key: &str| flow.name == row.flow && key == row.trigger_key;
        if is_start_key(&row.trigger_key) {
            return Some(StartSource::Step);
        }
        if let Some(broadcast) = broadcast_of(&row.trigger_key) {
            return Some(StartSource::Broadcast(broadcast));
        }
        let date = flow::dates(set).into_iter().find(|date| is_its(date.flow, date.key)).map(StartSource::Date);
        let hook = || flow::hooks(set).into_iter().find(|hook| is_its(hook.flow, hook.key)).map(StartSource::Hook);
        let table = || flow::timetables(set).into_iter().find(|table| is_its(table.flow, table.key));
        date.or_else(hook).or_else(|| table().map(StartSource::Schedule))
    }

    /// True if the clock caused it, not a contact or another system.
    fn is_by_clock(&self) -> bool {
        match self {
            StartSource::Schedule(_) | StartSource::Date(_) | StartSource::Broadcast(_) => true,
            StartSource::Step | StartSource::Hook(_) => false,
        }
    }
}

/// The answer of the source of a start at its slot.
pub(super) enum AtSlot<'a> {
    /// It begins, unless it is too late or no sender serves its flow.
    Due(DueStart<'a>),
    /// Its occasion is gone, or the contact is no longer in the audience.
    Superseded,
    Refused(Reason),
    /// The source has already given it another slot.
    Postponed,
}

pub(super) struct DueStart<'a> {
    pub flow: &'a Flow,
    /// How long after its slot it may begin; `None`: however late.
    pub late: Option<Span>,
    pub inputs: BTreeMap<String, Value>,
    pub event: Value,
    pub depth: usize,
}

impl<'a> DueStart<'a> {
    /// Without inputs and event.
    pub fn of(flow: &'a Flow, late: Option<Span>) -> DueStart<'a> {
        DueStart { flow, late, inputs: BTreeMap::new(), event: Value::Nothing, depth: 0 }
    }

    /// By a date whose value is `value`.
    pub fn by_date(table: &DateTable<'a>, value: &str) -> DueStart<'a> {
        let event = flow::date_event(table.date, value);
        DueStart { event, ..DueStart::of(table.flow, Some(table.date.late)) }
    }

    /// The start for the engine.
    pub fn start(self, id: StartId, trigger: String, at: Time) -> Start {
        let DueStart { flow, inputs, event, depth, .. } = self;
        Start { id: Some(id), flow: flow.name.clone(), trigger, inputs, event, at, depth }
    }
}

impl Starts {
    /// Begins a start at its slot. Gives the start for the engine to decide; `None` if it was refused, superseded,
    /// postponed or moved.
    pub(crate) async fn begin(
        self: &Arc<Self>,
        lane: &mut LaneState,
        row: PlannedStart,
    ) -> Result<Option<Begun>, LaneError> {
        let now = self.clock.now();
        // Since the row was read as waiting, another task may have begun it, or its date may have changed.
        if !start::find(&self.store, row.id).await?.is_some_and(|row| row.state == StartState::Waiting) {
            return Ok(None);
        }
        if let Some(to) = lane.contact.data.joined_to {
            self.begin_elsewhere(lane.contact.id, to, row, now).await?;
            return Ok(None);
        }
        let live = self.live.get();
        let source = StartSource::of(&live.set, &row);
        let refusal = match self.at_slot(&live, lane, source.as_ref(), &row, now).await? {
            AtSlot::Postponed => return Ok(None),
            AtSlot::Superseded => None,
            AtSlot::Refused(reason) => Some(reason),
            AtSlot::Due(due) if due.late.is_some_and(|late| now - row.slot_at > late) => Some(Reason::TooLate),
            AtSlot::Due(due) => match self.sender_for(lane, due.flow) {
                Some(sender) => {
                    let start = due.start(row.id, row.trigger_key, row.slot_at);
                    return Ok(Some(Begun { sender, start }));
                }
                None => Some(Reason::SenderDown),
            },
        };
        let (id, ended_at) = (row.id, Some(now));
        let state = if refusal.is_some() { StartState::Refused } else { StartState::Superseded };
        if let Some(reason) = refusal {
            let by_clock = source.is_some_and(|source| source.is_by_clock());
            self.metrics.start_refused(row.flow.as_str(), by_clock, reason);
        }
        self.decide_start(lane.contact.id, &Decided { id, state, reason: refusal, slot_at: None, ended_at }).await?;
        Ok(None)
    }

    async fn at_slot<'l>(
        self: &Arc<Self>,
        live: &'l Current,
        lane: &LaneState,
        source: Option<&StartSource<'l>>,
        row: &PlannedStart,
        now: Time,
    ) -> Result<AtSlot<'l>, LaneError> {
        Ok(match source {
            None => AtSlot::Superseded,
            Some(StartSource::Schedule(table)) if !self.in_audience(live, table, &lane.contact, now) => {
                AtSlot::Superseded
            }
            Some(StartSource::Schedule(table)) => AtSlot::Due(DueStart::of(table.flow, Some(table.late))),
            // The engine checks again that the date is unchanged.
            Some(StartSource::Date(table)) => AtSlot::Due(DueStart::by_date(table, &row.minute)),
            // However late: it was promised.
            Some(StartSource::Hook(table)) => {
                let read = |key: &str| row.data.get(key).cloned().unwrap_or_default();
                AtSlot::Due(DueStart {
                    inputs: serde_json::from_value(read("inputs")).unwrap_or_default(),
                    event: serde_json::from_value(read("event")).unwrap_or_default(),
                    ..DueStart::of(table.flow, None)
                })
            }
            Some(StartSource::Step) => self.step_at_slot(live, lane, row, now).await?,
            Some(StartSource::Broadcast(id)) => self.broadcast_at_slot(live, lane, *id, row, now).await?,
        })
    }

    /// The contact was joined to another: moves the start there. If the other already has a start of the same fire,
    /// this one ends.
    async fn begin_elsewhere(
        &self,
        own: ContactId,
        to: ContactId,
        row: PlannedStart,
        now: Time,
    ) -> Result<(), LaneError> {
        let mut set = WriteSet::of(own.0);
        set.push(&start::MOVE, &start::MovedStarts { from: own, to });
        self.store.commit(set).await?;
        if start::find(&self.store, row.id).await?.is_none_or(|row| row.contact_id == to) {
            self.due_starts.expect_start(to, now);
            return Ok(());
        }
        let state = StartState::Superseded;
        let decided = Decided { id: row.id, state, reason: None, slot_at: None, ended_at: Some(now) };
        self.decide_start(own, &decided).await
    }

    /// Stores the result of a start, or its new slot.
    pub(super) async fn decide_start(&self, contact: ContactId, decided: &Decided) -> Result<(), LaneError> {
        let mut set = WriteSet::of(contact.0);
        set.push(&start::DECIDED, decided);
        Ok(self.store.commit(set).await.map(drop)?)
    }

    /// The sender for a start that names none: language.md 5, *Which sender*.
    fn sender_for(&self, lane: &LaneState, flow: &Flow) -> Option<SenderId> {
        let mut latest: Vec<_> = lane.conversations.iter().filter(|c| c.last_inbound_at.is_some()).collect();
        latest.sort_by_key(|conversation| std::cmp::Reverse(conversation.last_inbound_at));
        let latest: Vec<SenderId> = latest.iter().map(|conversation| conversation.sender).collect();
        self.senders.choose(&lane.contact.account, |sender| serves(flow, sender), &latest).map(|sender| sender.id)
    }
}
