//! Previews the effect of a new version of the flows: on open runs, consent words, templates and schedules.
//!
//! `transom deploy --dry-run` and the studio show it before, and the log shows it after a deployment.

mod unsaved;
mod words;

pub(in crate::bot) use unsaved::JudgedFiles;
pub use unsaved::{NotPreviewed, UnsavedPreview};

use super::{check_context, source_files::BotFiles};
use crate::{
    base::{
        ids::{ConversationId, FlowName, VersionId},
        limits::{PREVIEW_FIRES, PREVIEW_HORIZON, PREVIEW_PAGE},
        time::Time,
    },
    config::Config,
    flow::{self, Becomes, Differences, FlowSet},
    model::{
        effect::CallRequest,
        session::{Run, Waiting},
        template::TemplateStatus,
    },
    store::{
        ReadError, Store,
        tables::{session, version},
    },
};
use serde::Serialize;
use std::{collections::BTreeMap, sync::Arc};

/// The changes by a version, before or after it goes live.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Preview {
    /// The live version; `None` if there is none, and so no open runs.
    pub live: Option<LiveSince>,
    /// True if the files are those of the live version.
    pub unchanged: bool,
    /// The conversations with open runs that were looked at.
    #[serde(skip)]
    pub conversations: usize,
    /// By flow, ordered by name.
    pub people: Vec<PreviewedRuns>,
    /// True if there were more conversations than the limit.
    pub more: bool,
    pub differences: Differences,
    /// The templates of `differences.templates`, with their state at each real sender.
    pub templates: Vec<TemplateNeed>,
    pub added: Vec<Timed>,
    pub removed: Vec<Timed>,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct LiveSince {
    pub version: VersionId,
    pub since: Option<Time>,
}

/// The effect on the runs of one flow, in the order of `Becomes`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PreviewedRuns {
    pub flow: FlowName,
    pub groups: Vec<Group>,
}

/// Runs at one step with the same fate.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Group {
    pub fate: PreviewedEffect,
    /// The name of flow and step; empty at the end.
    pub step: String,
    /// The kind of their wait.
    pub waits_for: &'static str,
    /// The version that they run on.
    pub version: VersionId,
    pub count: usize,
    /// When the first of them continues by itself.
    pub first_due: Option<Time>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum PreviewedEffect {
    /// No step that they can reach has changed.
    Unchanged,
    Moves,
    Stays,
    Restarts,
}

/// A template that no flow has used so far.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TemplateNeed {
    pub name: String,
    /// By sender, the template's state there; `None` if the sender does not have it.
    pub senders: Vec<(String, Option<TemplateStatus>)>,
}

/// A scheduled trigger.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Timed {
    pub flow: FlowName,
    pub trigger: String,
    /// The next fires in the bot's time zone, `2026-11-24T10:00`; only for a `schedule`.
    pub fires: Vec<String>,
    /// True if it counts in each contact's own time zone.
    pub by_contact: bool,
}

/// The effect of making `set`, read from `files`, live now. Reads at most `most` conversations.
pub async fn preview(
    config: &Config,
    store: &Store,
    files: &BotFiles,
    set: &Arc<FlowSet>,
    now: Time,
    most: usize,
) -> Result<Preview, ReadError> {
    let live = version::live(store).await?;
    let mut older = Older::default();
    let before = match &live {
        Some(live) => older.get(store, live.id).await?,
        None => None,
    };
    let nothing = Arc::new(flow::parse_set(&[]).0);
    let before = before.unwrap_or(nothing);
    let own = version::number(store, &files.hash).await?;
    let differences = flow::differences(&before, set);
    let HalfWay { conversations, people, more } = people(store, &mut older, set, own, most).await?;
    let templates = needs(config, store, &differences.templates).await?;
    let (added, removed) = (&differences.timed_added, &differences.timed_removed);
    Ok(Preview {
        unchanged: live.as_ref().is_some_and(|live| live.hash == files.hash),
        live: live.map(|live| LiveSince { version: live.id, since: live.live_at }),
        conversations,
        people,
        more,
        templates,
        added: timed(set, added, now),
        removed: timed(&before, removed, now),
        differences,
    })
}

/// Versions with open runs, each read once.
#[derive(Default)]
struct Older(BTreeMap<VersionId, Option<Arc<FlowSet>>>);

impl Older {
    async fn get(&mut self, store: &Store, id: VersionId) -> Result<Option<Arc<FlowSet>>, ReadError> {
        if let Some(known) = self.0.get(&id) {
            return Ok(known.clone());
        }
        let row = version::find(store, id).await?;
        let set = row.map(|row| Arc::new(flow::parse_set(&BotFiles::from_stored(&row.files).files).0));
        self.0.insert(id, set.clone());
        Ok(set)
    }
}

/// The number of runs and the first due time, by fate, step, wait and version.
type Groups = BTreeMap<(PreviewedEffect, String, &'static str, VersionId), (usize, Option<Time>)>;

/// The people with open runs.
struct HalfWay {
    conversations: usize,
    people: Vec<PreviewedRuns>,
    more: bool,
}

async fn people(
    store: &Store,
    older: &mut Older,
    set: &Arc<FlowSet>,
    own: Option<VersionId>,
    most: usize,
) -> Result<HalfWay, ReadError> {
    let mut flows: BTreeMap<FlowName, Groups> = BTreeMap::new();
    let (mut after, mut looked) = (ConversationId(i64::MIN), 0);
    loop {
        let page = session::with_runs(store, after, PREVIEW_PAGE).await?;
        let Some(last) = page.last() else { break };
        after = last.conversation_id;
        for session in &page {
            if looked == most {
                return Ok(HalfWay { conversations: looked, people: grouped(flows), more: true });
            }
            looked += 1;
            for run in &session.session.runs {
                let fate = match older.get(store, run.version).await? {
                    // The run's version has exactly these files.
                    _ if own == Some(run.version) => PreviewedEffect::Unchanged,
                    Some(stood_on) => fate(set, &stood_on, run),
                    // Its version is lost: the runtime maps its place to the live one.
                    None => PreviewedEffect::Moves,
                };
                let step = run.frames.last().and_then(|frame| frame.at.as_ref()).map(ToString::to_string);
                let key = (fate, step.unwrap_or_default(), waits_for(&run.waiting), run.version);
                let entry = flows.entry(run.flow.clone()).or_default().entry(key).or_default();
                entry.0 += 1;
                entry.1 = [entry.1, session.due_at].into_iter().flatten().min();
            }
        }
    }
    Ok(HalfWay { conversations: looked, people: grouped(flows), more: false })
}

fn grouped(flows: BTreeMap<FlowName, Groups>) -> Vec<PreviewedRuns> {
    let group = |((fate, step, waits_for, version), (count, first_due))| Group {
        fate,
        step,
        waits_for,
        version,
        count,
        first_due,
    };
    flows
        .into_iter()
        .map(|(flow, groups)| PreviewedRuns { flow, groups: groups.into_iter().map(group).collect() })
        .collect()
}

/// The runtime's own decision. A run whose reachable steps are unchanged counts as unchanged, whatever its version.
fn fate(live: &FlowSet, stood_on: &FlowSet, run: &Run) -> PreviewedEffect {
    let becomes = flow::becomes(live, stood_on, run);
    if becomes != Becomes::Restarts && flow::same_in_reach(stood_on, live, run.frames.iter().map(|frame| &frame.flow)) {
        return PreviewedEffect::Unchanged;
    }
    match becomes {
        Becomes::Finishes => PreviewedEffect::Stays,
        Becomes::Moves => PreviewedEffect::Moves,
        Becomes::Restarts => PreviewedEffect::Restarts,
    }
}

fn waits_for(waiting: &Waiting) -> &'static str {
    match waiting {
        Waiting::Ready => "its next step",
        Waiting::Question(_) => "an answer",
        Waiting::Reply { .. } => "a reply",
        Waiting::Agent { .. } => "a message",
        Waiting::Until { .. } => "its time",
        Waiting::Event { .. } => "an event",
        Waiting::Delivery { .. } | Waiting::Fate { .. } => "the fate of a message",
        Waiting::Call(call) => match call.request {
            CallRequest::Http(_) => "a server",
            CallRequest::Model(_) => "a model",
            CallRequest::Mcp(_) => "a tool",
        },
        Waiting::Person { .. } => "a person of the business",
    }
}

async fn needs(config: &Config, store: &Store, names: &[String]) -> Result<Vec<TemplateNeed>, ReadError> {
    if names.is_empty() {
        return Ok(Vec::new());
    }
    let real = config.senders.iter().filter(|sender| !sender.is_sandbox());
    let pulled = crate::store::tables::template::all(store).await?;
    let shelves: Vec<_> =
        real.map(|sender| (sender.name.clone(), check_context::templates_of(config, &pulled, sender.id))).collect();
    let state = |shelf: &[crate::model::template::Template], name: &str| {
        let states = shelf.iter().filter(|template| template.name == name).map(|template| template.status);
        // If the template exists in several languages, use the most useful state.
        states.fold(None, |best: Option<TemplateStatus>, one| match best {
            Some(TemplateStatus::Approved) => best,
            _ => Some(one),
        })
    };
    Ok(names
        .iter()
        .map(|name| TemplateNeed {
            name: name.clone(),
            senders: shelves.iter().map(|(sender, shelf)| (sender.clone(), state(shelf, name))).collect(),
        })
        .collect())
}

fn timed(set: &FlowSet, wanted: &[(FlowName, String)], now: Time) -> Vec<Timed> {
    let tables = flow::timetables(set);
    wanted
        .iter()
        .map(|(flow, key)| {
            let table = tables.iter().find(|table| table.flow.name == *flow && table.key == key);
            let fires = table.map_or_else(Vec::new, |table| {
                let fires = table.fires.between(now, now + PREVIEW_HORIZON, &set.bot.timezone);
                fires.take(PREVIEW_FIRES).map(|fire| fire.minute).collect()
            });
            let by_contact = table.is_some_and(|table| table.by_contact);
            Timed { flow: flow.clone(), trigger: key.clone(), fires, by_contact }
        })
        .collect()
}

#[cfg(test)]
mod tests;
