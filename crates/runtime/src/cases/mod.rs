//! Gives the waiting cases of a team to its people, one after the other, by the team's `assign`.
//!
//! One pass at a time reads the open cases and the people from the database and gives each case out by an event of its
//! conversation, so two cases that come at the same moment are given out one after the other. A pass runs after a case,
//! a person or the flows have changed, and after each start.

mod choice;

use crate::{
    base::{
        clock::Clock,
        limits::{CASES_GIVEN_OUT_MAX, NEVER_DUE, PAGE_ROWS_MAX},
        time::Time,
    },
    bot::live::Live,
    flow::load::teams::Assign,
    lane::queue::Queue,
    model::{
        event::Event,
        session::{CaseState, rank},
    },
    process::Process,
    senders::registry::Senders,
    store::{
        Store,
        tables::{
            person,
            support_case::{self, SupportCase},
        },
    },
};
use choice::{Candidate, Candidates};
use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

pub struct CaseDesk {
    store: Store,
    clock: Arc<dyn Clock>,
    live: Arc<Live>,
    senders: Arc<Senders>,
    queue: Arc<Queue>,
    /// True if something has changed since the last pass.
    changed: AtomicBool,
    one: tokio::sync::Mutex<()>,
}

impl CaseDesk {
    pub(crate) fn new(process: &Process, live: &Arc<Live>, senders: &Arc<Senders>, queue: &Arc<Queue>) -> Self {
        let (store, clock) = (process.store.clone(), Arc::clone(&process.clock));
        let (live, senders, queue) = (Arc::clone(live), Arc::clone(senders), Arc::clone(queue));
        CaseDesk { store, clock, live, senders, queue, changed: AtomicBool::new(true), one: Default::default() }
    }

    /// A case, a person or a team has changed: the next pass looks again.
    pub fn look_again(&self) {
        self.changed.store(true, Ordering::SeqCst);
    }

    /// Gives out the waiting cases, if anything has changed since the last pass.
    pub(crate) async fn give_out(&self) -> anyhow::Result<()> {
        let _one = self.one.lock().await;
        if !self.changed.swap(false, Ordering::SeqCst) {
            return Ok(());
        }
        let done = self.pass().await;
        if done.is_err() {
            self.look_again();
        }
        done
    }

    async fn pass(&self) -> anyhow::Result<()> {
        let live = self.live.get();
        let teams = &live.set.bot.teams;
        if teams.values().all(|team| team.assign == Assign::ByHand) {
            return Ok(());
        }
        let is_given_out = |case: &SupportCase| {
            case.team.as_ref().and_then(|team| teams.get(team)).is_some_and(|team| team.assign != Assign::ByHand)
        };
        let mut waiting = self.waiting().await?;
        waiting.retain(is_given_out);
        if waiting.is_empty() {
            return Ok(());
        }
        waiting.sort_by_key(|case| (rank(case.priority.as_deref()), case.sorted_at, case.id));
        if waiting.len() > CASES_GIVEN_OUT_MAX {
            waiting.truncate(CASES_GIVEN_OUT_MAX);
            self.look_again();
        }
        let mut of_teams: BTreeMap<String, Candidates> = BTreeMap::new();
        let mut loads: BTreeMap<String, i64> =
            support_case::loads(&self.store).await?.into_iter().map(|load| (load.agent, load.open)).collect();
        for case in waiting {
            let Some((name, team)) = case.team.as_ref().and_then(|name| Some((name, teams.get(name)?))) else {
                continue;
            };
            let Some(sender) = self.senders.get(case.sender_id) else { continue };
            if !of_teams.contains_key(name) {
                of_teams.insert(name.clone(), self.candidates(name).await?);
            }
            let Some(candidates) = of_teams.get_mut(name) else { continue };
            let chosen = candidates.choose(team.assign, team.at_most, &sender.account, &loads);
            let Some(agent) = chosen.map(|candidate| candidate.name.clone()) else { continue };
            let event = Event::GivenOut { team: name.clone(), agent: agent.clone() };
            self.queue.happen(case.contact_id, case.conversation_id, event).await?;
            candidates.given(&agent, self.clock.now());
            *loads.entry(agent).or_default() += 1;
        }
        Ok(())
    }

    /// The open cases that nobody has.
    async fn waiting(&self) -> anyhow::Result<Vec<SupportCase>> {
        let (mut all, mut after) = (Vec::new(), (Time(0), 0));
        loop {
            let page = support_case::due(&self.store, after, PAGE_ROWS_MAX).await?;
            let Some(last) = page.last() else { return Ok(all) };
            after = (last.due_at.unwrap_or(NEVER_DUE), last.id);
            all.extend(page.into_iter().filter(|case| case.state == CaseState::Waiting && case.agent.is_none()));
        }
    }

    /// The people of a team who can sign in and may write to customers.
    async fn candidates(&self, team: &str) -> anyhow::Result<Candidates> {
        let turns: BTreeMap<String, Time> = support_case::turns(&self.store, team).await?.into_iter().collect();
        let people = person::all(&self.store).await?.into_iter();
        let able = people.filter(|person| {
            person.password.is_some() && person.role.sees_people() && person.teams.iter().any(|one| one == team)
        });
        let candidate = |person: person::Person| Candidate {
            last_given: turns.get(&person.name).copied(),
            id: person.id,
            accounts: (!person.all_accounts).then_some(person.accounts),
            name: person.name,
        };
        Ok(Candidates::new(able.map(candidate).collect()))
    }
}
