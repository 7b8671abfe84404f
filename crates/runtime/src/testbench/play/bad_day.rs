//! Plays a talk of the studio against each misfortune at each of its acts.

use super::{PlayError, PlayRequest, PlaySetup, acts_of, bytes_of, read};
use crate::{
    base::clock::{Clock, SystemClock},
    flow::tools::testfile::TestAction,
    testbench::{
        Bot, Play, Stop,
        acts::is_said,
        misfortune::{ActFacts, ChangedTalk, Misfortune},
        pace::Pace,
        talk_json,
        trouble::{BotProblem, Kind},
        unwritten,
        world::World,
    },
};
use anyhow::anyhow;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Map, Value as Json};
use std::sync::atomic::{AtomicUsize, Ordering};

#[derive(Debug, Serialize, JsonSchema)]
pub struct BadDay {
    pub ms: i64,
    /// All that were tried.
    pub misfortunes: Vec<NamedMisfortune>,
    /// By act; a misfortune that cannot happen at an act is left out.
    pub rows: Vec<Endured>,
    /// The number of rows that the time did not suffice for.
    pub more: usize,
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Misfortune")]
pub struct NamedMisfortune {
    /// `refused_131047`, `silent`, …
    id: String,
    title: &'static str,
}

/// One misfortune at one act.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Endured {
    /// Its id.
    misfortune: String,
    /// The index of the act in the request's `steps`.
    act: usize,
    /// `false`: there is a trouble that the talk alone does not have.
    good: bool,
    /// As `expect: {trouble}` in a test names it.
    #[schemars(extend("enum" = Kind::WORDS))]
    trouble: Option<&'static str>,
    sentence: Option<String>,
    /// The flow in trouble.
    flow: Option<String>,
    step: Option<String>,
    /// Of the talk that shows it.
    world: Map<String, Json>,
    /// Its acts. With `{"expect": {"trouble": "nothing"}}` behind them `play/test` makes a test that fails until the
    /// flow is mended.
    steps: Vec<Json>,
}

/// A talk that was played as far as it went well.
#[derive(Default)]
struct Lived {
    /// Of the acts that were possible.
    facts: Vec<ActFacts>,
    /// The first one that was not there before.
    trouble: Option<BotProblem>,
    all: Vec<BotProblem>,
}

pub(super) fn endured(setup: &PlaySetup, request: &PlayRequest, pace: &Pace) -> Result<BadDay, PlayError> {
    let began = SystemClock.now();
    let bot = setup.bot(&request.edits, pace)?;
    let (play, steps) = read(&bot, request)?;
    let acts = acts_of(steps)?;
    let (places, acts): (Vec<usize>, Vec<TestAction>) = acts.into_iter().unzip();
    let Some(usual) = pace.block_on(lived(&bot, &play, &acts, None))?.transpose()? else {
        let why = format!("The talk alone takes longer than {}; play fewer steps.", setup.limits.bad_day);
        return Err(PlayError::TooLong(why));
    };
    let acts = &acts[..usual.facts.len()];
    let places_and_misfortunes = (0..acts.len()).flat_map(|at| Misfortune::ALL.map(|misfortune| (at, misfortune)));
    let days: Vec<(usize, Misfortune, ChangedTalk)> = places_and_misfortunes
        .filter_map(|(at, misfortune)| Some((at, misfortune, misfortune.change(acts, &usual.facts, at)?)))
        .collect();
    let bytes = AtomicUsize::new(0);
    let played = pace.side_by_side(days.len(), |index| {
        let (at, misfortune, changed) = &days[index];
        if bytes.load(Ordering::Relaxed) > setup.limits.answer_bytes {
            return Ok(None);
        }
        let row = row(&bot, request, pace, *misfortune, (places[*at], changed), &usual.all)?;
        bytes.fetch_add(row.as_ref().map_or(0, bytes_of), Ordering::Relaxed);
        Ok::<_, PlayError>(row)
    });
    let (mut rows, mut more) = (Vec::new(), 0);
    for row in played {
        match row.transpose()?.flatten() {
            Some(row) => rows.push(row),
            None => more += 1,
        }
    }
    let named = |misfortune: Misfortune| NamedMisfortune { id: misfortune.id(), title: misfortune.title() };
    let misfortunes = Misfortune::ALL.map(named).into();
    Ok(BadDay { ms: (SystemClock.now() - began).0, misfortunes, rows, more })
}

/// Plays the talk with a misfortune; `None` if the time is over before its end.
fn row(
    bot: &Bot,
    request: &PlayRequest,
    pace: &Pace,
    misfortune: Misfortune,
    (act, changed): (usize, &ChangedTalk),
    usual: &[BotProblem],
) -> Result<Option<Endured>, PlayError> {
    let world = with_mocks(&request.world, changed.mocks.clone());
    let asked = PlayRequest { world: world.clone(), flow: request.flow.clone(), ..PlayRequest::default() };
    let (play, _) = read(bot, &asked)?;
    let Some(lived) = pace.block_on(lived(bot, &play, &changed.acts, Some(usual)))?.transpose()? else {
        return Ok(None);
    };
    let trouble = lived.trouble.as_ref();
    // A talk that breaks ends where it breaks.
    let until = if trouble.is_some() { lived.facts.len() } else { changed.acts.len() };
    Ok(Some(Endured {
        misfortune: misfortune.id(),
        act,
        good: trouble.is_none(),
        trouble: trouble.map(|trouble| trouble.kind.as_str()),
        sentence: trouble.map(ToString::to_string),
        flow: trouble.and_then(|trouble| trouble.flow.clone()),
        step: trouble.and_then(|trouble| trouble.step.clone()),
        world,
        steps: talk_json::steps(&changed.acts[..until]),
    }))
}

/// Plays to the end, to an act that is not possible, or to the first trouble that is none of `known`, if there are some
/// to compare with.
async fn lived(bot: &Bot, play: &Play, acts: &[TestAction], known: Option<&[BotProblem]>) -> anyhow::Result<Lived> {
    let mut world = World::begin(bot, play, false).await?;
    let is_new = |trouble: &&BotProblem| known.is_some_and(|known| known.iter().all(|known| !known.is_like(trouble)));
    let mut lived = Lived::default();
    for act in acts {
        match world.perform(&unwritten(act.clone())).await {
            Ok(()) => lived.facts.push(facts(&world, act)),
            Err(Stop::Failed(_)) => break,
            Err(Stop::Broken(error)) => {
                lived.facts.push(ActFacts::default());
                let text = format!("the program itself failed: {error:#}");
                lived.all.push(BotProblem { kind: Kind::GivenUp, flow: None, step: None, text });
                break;
            }
        }
        if world.troubles.iter().any(|trouble| is_new(&trouble)) {
            break;
        }
    }
    lived.all.extend(world.troubles.iter().cloned());
    lived.all.extend(world.stuck().await.map_err(|_| anyhow!("the conversation cannot be read"))?);
    lived.trouble = lived.all.iter().find(is_new).cloned();
    world.end().await;
    Ok(lived)
}

fn facts(world: &World<'_>, act: &TestAction) -> ActFacts {
    let made = world.app.calls.made();
    let calls = made[world.since.calls.min(made.len())..].iter();
    ActFacts {
        sent: world.seen.len() > world.since.seen,
        heard: is_said(act),
        calls: calls.map(|call| (call.method.clone(), call.url.clone())).collect(),
    }
}

/// A world in which these mocks answer before its own.
fn with_mocks(world: &Map<String, Json>, mut mocks: Vec<Json>) -> Map<String, Json> {
    let mut world = world.clone();
    if mocks.is_empty() {
        return world;
    }
    match world.get("mocks").and_then(|own| own.get("http")) {
        Some(Json::Array(own)) => mocks.extend(own.iter().cloned()),
        Some(Json::Null) | None => {}
        Some(one) => mocks.push(one.clone()),
    }
    let mut all = world.get("mocks").and_then(Json::as_object).cloned().unwrap_or_default();
    all.insert("http".to_owned(), mocks.into());
    world.insert("mocks".to_owned(), all.into());
    world
}
