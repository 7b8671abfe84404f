//! Plays real talks again on edited flows, and says what would be different. Nobody's words come out of it: the talks
//! are played by a person who is nobody, masked as `test --record` does, once on the version that ran and once on the
//! edited flows.

use super::{Edits, PlayError, PlaySetup, bytes_of};
use crate::{
    base::{
        body_fields::At,
        clock::{Clock, SystemClock},
        ids::{FlowName, OutboundId, StepId, VersionId},
        limits::TEST_OUTBOUND_READ,
    },
    bot::source_files::BotFiles,
    flow::{self, tools::testfile::TestAction},
    store::tables::{outbound, run},
    testbench::{
        Bot,
        draft::RecordedCase,
        pace::Pace,
        record::{KnownBot, RecordedRun},
        seen::Seen,
        talk_json,
    },
};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Map, Value as Json};
use std::{collections::BTreeMap, sync::Arc};

/// Runs of production, with the files of their versions.
#[derive(Debug, Default)]
pub struct RecordedTalks {
    pub(super) runs: Vec<RecordedRun>,
    /// `None`: the version is not kept any more.
    pub(super) versions: BTreeMap<VersionId, Option<BTreeMap<String, String>>>,
    /// The runs of that time that were not read.
    pub(super) more: usize,
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct ReplayedTalks {
    pub ms: i64,
    /// Newest first.
    pub talks: Vec<ReplayedTalk>,
    /// The number of talks by verdict.
    pub counts: BTreeMap<&'static str, usize>,
    /// The runs of that day that were not played.
    pub more: usize,
}

/// A run, played twice by a person who is nobody: on the version that ran, and on the edited flows.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ReplayedTalk {
    /// Its number.
    run: i64,
    flow: FlowName,
    /// When it began.
    at: At,
    /// `does_not_fit`: an act is not possible any more. `cannot_say`: played again on the version that ran, it says
    /// other messages than it did, because servers answered something else.
    #[schemars(extend("enum" = Verdict::ALL.map(Verdict::as_str)))]
    verdict: &'static str,
    sentence: String,
    /// Empty if there is nothing to compare.
    acts: Vec<ReplayedAct>,
    /// As a play takes it, with the `step`s of the acts.
    world: Option<Map<String, Json>>,
    /// Parts that were made up.
    notes: Vec<String>,
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct ReplayedAct {
    /// As a play takes it, masked as `transom test --record` does.
    step: Json,
    /// The texts of the bot on the version that ran.
    was: Vec<String>,
    /// Those on the edited flows; `null`: the talk ended before.
    now: Option<Vec<String>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Verdict {
    Same,
    OtherWords,
    OtherWay,
    DoesNotFit,
    CannotSay,
}

impl Verdict {
    const ALL: [Verdict; 5] =
        [Verdict::Same, Verdict::OtherWords, Verdict::OtherWay, Verdict::DoesNotFit, Verdict::CannotSay];

    fn as_str(self) -> &'static str {
        match self {
            Verdict::Same => "same",
            Verdict::OtherWords => "other_words",
            Verdict::OtherWay => "other_way",
            Verdict::DoesNotFit => "does_not_fit",
            Verdict::CannotSay => "cannot_say",
        }
    }
}

/// The result for one talk.
struct Compared {
    verdict: Verdict,
    sentence: String,
    acts: Vec<ReplayedAct>,
    world: Option<Map<String, Json>>,
    notes: Vec<String>,
}

impl Compared {
    fn only(verdict: Verdict, sentence: String) -> Compared {
        Compared { verdict, sentence, acts: Vec::new(), world: None, notes: Vec::new() }
    }
}

/// A message of a play.
#[derive(Debug, Clone, PartialEq)]
struct Said {
    step: Option<StepId>,
    text: String,
}

/// A played talk: each act with what the bot said.
struct Told {
    acts: Vec<(TestAction, Vec<Said>)>,
    /// The steps of the messages of the run itself.
    own: Vec<Option<StepId>>,
    /// The first call that no mock answers.
    unmocked: Option<String>,
}

pub(super) fn replayed(
    setup: &PlaySetup,
    edits: &Edits,
    talks: &RecordedTalks,
    pace: &Pace,
) -> Result<ReplayedTalks, PlayError> {
    let began = SystemClock.now();
    let bot = setup.bot(edits, pace)?;
    let tests = setup.tests(edits)?;
    let mut older: BTreeMap<VersionId, Bot> = BTreeMap::new();
    for (id, files) in talks.versions.iter().take_while(|_| !pace.is_over()) {
        if let Some(bot) = files.as_ref().map(|files| of_version(setup, files)).transpose()?.flatten() {
            older.insert(*id, bot);
        }
    }
    let known: BTreeMap<VersionId, KnownBot<'_>> =
        older.iter().map(|(id, bot)| (*id, KnownBot::of(bot, &tests.files))).collect();
    let mut counts: BTreeMap<&'static str, usize> = Verdict::ALL.iter().map(|verdict| (verdict.as_str(), 0)).collect();
    let (mut shown, mut more, mut bytes) = (Vec::new(), talks.more, 0);
    for recorded in &talks.runs {
        let run = &recorded.run;
        let compared = match bytes > setup.limits.answer_bytes || pace.is_over() {
            true => None,
            false => pace.block_on(compared(&bot, known.get(&run.version_id), recorded))?.transpose()?,
        };
        let Some(compared) = compared else {
            more += 1;
            continue;
        };
        *counts.entry(compared.verdict.as_str()).or_default() += 1;
        let talk = ReplayedTalk {
            run: run.id,
            flow: run.flow.clone(),
            at: At(run.started_at),
            verdict: compared.verdict.as_str(),
            sentence: compared.sentence,
            acts: compared.acts,
            world: compared.world,
            notes: compared.notes,
        };
        bytes += bytes_of(&talk);
        shown.push(talk);
    }
    Ok(ReplayedTalks { ms: (SystemClock.now() - began).0, talks: shown, counts, more })
}

/// The bot of a stored version, which was valid when it went live; `None` if it cannot be read any more.
fn of_version(setup: &PlaySetup, files: &BTreeMap<String, String>) -> anyhow::Result<Option<Bot>> {
    let files = BotFiles::from_stored(files);
    let (set, findings) = flow::parse_set(&files.files);
    if findings.iter().any(crate::base::diagnostic::Diagnostic::is_error) {
        return Ok(None);
    }
    Ok(Some(Bot::new(setup.folder.clone(), files, Arc::new(set), setup.blank()?)))
}

async fn compared(new: &Bot, old: Option<&KnownBot<'_>>, recorded: &RecordedRun) -> anyhow::Result<Compared> {
    let cannot = |why: String| Ok(Compared::only(Verdict::CannotSay, why));
    let Some(old) = old else {
        return cannot("The version that ran is not kept any more.".to_owned());
    };
    let flow = &recorded.run.flow;
    let mut notes = recorded.remarks.clone();
    let rebuilt = match old.rebuild(recorded, &mut notes)? {
        Ok(rebuilt) => rebuilt,
        Err(why) => return cannot(format!("It cannot be played again: {why}.")),
    };
    let mut parted = Vec::new();
    let was = told(old.relive(&rebuilt, &mut parted).await?).await?;
    if !parted.is_empty() || was.own != recorded.sent {
        let why = "Played again on the version that ran, the bot says other messages than it did: servers answered \
                   something else, or it stood on what was before.";
        return Ok(Compared { notes, ..Compared::only(Verdict::CannotSay, why.to_owned()) });
    }
    let world = Some(talk_json::world(&rebuilt.play.head));
    if new.set.flow(flow).is_none() {
        let why = format!("The edited flows have no `{flow}`.");
        return Ok(Compared { acts: acts(&was, None), world, notes, ..Compared::only(Verdict::DoesNotFit, why) });
    }
    let mut again = RecordedCase::begin(new, &rebuilt.play).await?;
    for (act, _) in &was.acts {
        if !again.act(act.clone()).await? {
            break;
        }
    }
    let is = told(again).await?;
    let (verdict, sentence) = judged(&was, &is);
    Ok(Compared { verdict, sentence, acts: acts(&was, Some(&is)), world, notes })
}

fn judged(was: &Told, is: &Told) -> (Verdict, String) {
    if let Some(call) = is.unmocked.as_ref().filter(|_| was.unmocked.is_none()) {
        let why = format!("The edited flows call `{call}`, and nobody knows what it would have answered.");
        return (Verdict::CannotSay, why);
    }
    let differs = was.acts.iter().zip(&is.acts).find(|((_, was), (_, is))| texts(was) != texts(is));
    let Some(((act, was_said), (_, is_said))) = differs else {
        return match was.acts.get(is.acts.len()) {
            Some((act, _)) => (Verdict::DoesNotFit, format!("{} is not possible any more.", named(act))),
            None => (Verdict::Same, "The bot says the same.".to_owned()),
        };
    };
    if is.acts.len() < was.acts.len() {
        let (act, _) = &was.acts[is.acts.len()];
        return (Verdict::DoesNotFit, format!("{} is not possible any more.", named(act)));
    }
    let steps = |told: &Told| -> Vec<Option<StepId>> {
        told.acts.iter().flat_map(|(_, said)| said.iter().map(|said| said.step.clone())).collect()
    };
    let all_steps_same = steps(was) == steps(is);
    match all_steps_same {
        true => {
            let step = was_said
                .iter()
                .zip(is_said)
                .find(|(was, is)| was.text != is.text)
                .and_then(|(was, _)| was.step.as_ref());
            let whose = step.map_or_else(|| "A message".to_owned(), |step| format!("Step `{step}`"));
            (Verdict::OtherWords, format!("{whose} says other words."))
        }
        false => (Verdict::OtherWay, format!("After {} the talk goes another way.", named(act))),
    }
}

fn texts(said: &[Said]) -> Vec<&str> {
    said.iter().map(|said| said.text.as_str()).collect()
}

/// An act in a sentence: `` `tap: Book` ``.
fn named(act: &TestAction) -> String {
    let words = flow::tools::testfile::write::act(act).unwrap_or_default();
    format!("`{}`", words.replace('`', "'"))
}

fn acts(was: &Told, is: Option<&Told>) -> Vec<ReplayedAct> {
    let owned = |said: &[Said]| said.iter().map(|said| said.text.clone()).collect();
    let now = |at: usize| is.and_then(|is| is.acts.get(at)).map(|(_, said)| owned(said));
    let all = was.acts.iter().enumerate();
    all.map(|(at, (act, said))| ReplayedAct {
        step: talk_json::step(act).unwrap_or_default(),
        was: owned(said),
        now: now(at),
    })
    .collect()
}

/// Ends a play, and tells what was said in it.
async fn told(case: RecordedCase<'_>) -> anyhow::Result<Told> {
    let RecordedCase { world, done, .. } = case;
    let store = &world.app.store;
    let runs = run::of_flow(store, &world.play.flow, i64::MAX, TEST_OUTBOUND_READ).await?;
    let number = runs.last().map(|first| first.number);
    let rows = outbound::of(store, world.conversation, OutboundId(i64::MAX), TEST_OUTBOUND_READ).await?;
    let by_id: BTreeMap<OutboundId, &outbound::Outbound> = rows.iter().map(|row| (row.id, row)).collect();
    let row = |seen: &Seen| by_id.get(&seen.id).copied();
    let acts = done
        .into_iter()
        .map(|(act, said)| {
            let said = world.seen[said]
                .iter()
                .map(|seen| Said { step: row(seen).and_then(|row| row.draft.step.clone()), text: seen.describe() });
            (act, said.collect())
        })
        .collect();
    let mut own: Vec<&outbound::Outbound> = world.seen.iter().filter_map(row).collect();
    own.retain(|row| row.draft.run.is_some() && row.draft.run == number);
    own.sort_by_key(|row| row.id);
    let own = own.into_iter().map(|row| row.draft.step.clone()).collect();
    let unmocked =
        world.app.calls.made().iter().find(|call| !call.mocked).map(|call| format!("{} {}", call.method, call.url));
    let unanswered = world.app.calls.asked().into_iter().find(|question| !question.mocked);
    let unmocked = unmocked.or_else(|| unanswered.map(|question| question.step.to_string()));
    world.end().await;
    Ok(Told { acts, own, unmocked })
}
