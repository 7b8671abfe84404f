//! `test init FLOW`: writes a first test with mocks by playing the flow once.

use super::{
    Bot, Play,
    beginning::{self, FirstActs},
    draft::{MockLines, RecordedCase, RecordedTest, head_lines},
    guess, mocks_of,
    pace::event_loop,
    words,
};
use crate::{
    base::{
        diagnostic::{Findings, did_you_mean},
        ids::{FlowName, StepId},
        limits::TEST_INIT_ACTS_MAX,
        place::SourceFile,
        time::{Span, Time},
        yaml,
    },
    flow::{
        Flow,
        tools::testfile::{
            Fact, Head, Moment, TestAction, default_now,
            write::{self, CaseText},
        },
        triggers::Trigger,
    },
    model::{answer::AnswerType, session::Waiting, value::Value},
};
use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
    sync::Arc,
};

/// The text of a first test. The inner error is one sentence for the author.
pub fn init(folder: &Path, flow: &str) -> anyhow::Result<Result<RecordedTest, String>> {
    let bot = match Bot::open(folder)? {
        Ok(bot) => bot,
        Err(findings) => {
            let first = findings.first().map(ToString::to_string).unwrap_or_default();
            return Ok(Err(format!("the flows have mistakes, and `transom check` shows them all; the first: {first}")));
        }
    };
    let Some(found) = bot.set.named(flow) else {
        let near = did_you_mean(flow, bot.set.flows.keys().map(FlowName::as_str));
        return Ok(Err(format!(
            "there is no flow `{flow}`{}",
            near.map(|near| format!("; {near}")).unwrap_or_default()
        )));
    };
    let Some(trigger) = found.triggers.iter().find_map(|trigger| beginning::of(&bot.set, found, &trigger.kind)) else {
        let callers: Vec<String> = bot
            .set
            .flows
            .values()
            .filter(|other| leads_to(other, &found.name))
            .map(|other| format!("`{}`", other.name))
            .collect();
        return Ok(Err(match (found.triggers.is_empty(), callers.is_empty()) {
            (true, false) => {
                format!("nothing starts `{flow}` but other flows: write the test of {}", callers.join(" or "))
            }
            (true, true) => format!("nothing starts `{flow}`: give it a `when:`"),
            (false, _) => format!(
                "`{flow}` is started by `{}` only, and a first test cannot be guessed for that",
                found.triggers[0].key
            ),
        }));
    };
    Ok(Ok(event_loop()?.block_on(draft(&bot, found, trigger))?))
}

fn leads_to(flow: &Flow, name: &FlowName) -> bool {
    let is = |target: &crate::flow::definition::Target| matches!(target, crate::flow::definition::Target::Flow(to) if to == name);
    flow.nodes.iter().any(|node| node.outline.target.as_ref().is_some_and(is))
}

async fn draft(bot: &Bot, flow: &Flow, beginning: FirstActs) -> anyhow::Result<RecordedTest> {
    let guess = guess::mocks(&bot.set, flow);
    let mut head = Head::at(default_now(&bot.set.bot.timezone));
    head.env = env(bot);
    let findings = Findings::default();
    let written = Some(guess.mocks.written("")).filter(|text| !text.is_empty());
    head.mocks.extend(written.and_then(|text| yaml::load(&SourceFile::new("mocks", text), &findings)));
    let mocks = mocks_of(&head.mocks, &findings);
    // The schedule may mean contacts with past or with future dates: try both.
    let plays = [Dates::Past, Dates::Ahead].map(|dates| {
        let head = Head { contact: contact(bot, flow, dates), ..head.clone() };
        Play { flow: flow.name.clone(), head: Arc::new(head), mocks: mocks.clone() }
    });
    let mut remarks = Vec::new();
    if guess.guessed {
        remarks.push("the answers under `mocks` are guessed from what the flow reads: write real ones".to_owned());
    }
    let mut cases = Vec::new();
    let mut first = None;
    for play in &plays {
        let mut attempt = RecordedCase::begin(bot, play).await?;
        start(&mut attempt, &beginning).await?;
        if attempt.has_run().await? {
            first = Some((attempt, play));
            break;
        }
        attempt.world.end().await;
    }
    let Some((mut first, play)) = first else {
        remarks.push(format!(
            "`{}` did not start: `transom explain` says why; tags and fields go into `contact`",
            flow.name
        ));
        return Ok(RecordedTest {
            text: not_begun(&flow.name, &plays[0].head, &guess.mocks, &beginning),
            ..file(flow, remarks)
        });
    };
    let asked = waits_for_an_answer(&first).await?.is_some();
    answer_all(&mut first).await?;
    cases.push(first.case("it goes well", Vec::new(), Vec::new()).await?);
    if asked {
        let mut silent = RecordedCase::begin(bot, play).await?;
        start(&mut silent, &beginning).await?;
        silent.act(TestAction::Advance(Span::hours(25))).await?;
        if silent.ended().await?.is_none() {
            silent.act(TestAction::Advance(Span::days(8))).await?;
        }
        cases.push(silent.case("nobody answers", Vec::new(), Vec::new()).await?);
    }
    let text = head_lines(flow.name.as_str(), &play.head, &guess.mocks);
    let text = text + &cases.iter().map(CaseText::lines).collect::<String>();
    Ok(RecordedTest { text, ..file(flow, remarks) })
}

fn file(flow: &Flow, remarks: Vec<String>) -> RecordedTest {
    RecordedTest { path: format!("flows/{}.test.yaml", flow.name), text: String::new(), case_only: false, remarks }
}

/// A case that expects no run. Its author adds what is missing.
fn not_begun(flow: &FlowName, head: &Head, mocks: &MockLines, beginning: &FirstActs) -> String {
    let mut steps: Vec<String> = beginning.acts.iter().filter_map(write::act).collect();
    if beginning.waits {
        steps.push("advance: 370d".to_owned());
    }
    steps.push("expect: {run: none}".to_owned());
    let name = "it does not begin yet".to_owned();
    let case = CaseText { name, remarks: Vec::new(), head: Vec::new(), steps };
    head_lines(flow.as_str(), head, mocks) + &case.lines()
}

/// Whether the sample dates are in the past or in the future.
#[derive(Clone, Copy)]
enum Dates {
    Past,
    Ahead,
}

fn contact(bot: &Bot, flow: &Flow, dates: Dates) -> Vec<Fact> {
    let declared = &bot.set.bot;
    let mut facts = vec![Fact::Name(Some("Ana".into())), Fact::Language(Some(declared.language.clone()))];
    let tags: BTreeSet<String> = flow
        .triggers
        .iter()
        .filter_map(|trigger| match &trigger.kind {
            Trigger::Schedule(schedule) => Some(schedule.to.tags.clone()),
            _ => None,
        })
        .flatten()
        .collect();
    if !tags.is_empty() {
        facts.push(Fact::Tags(tags.into_iter().collect()));
    }
    if declared.topics.get(&flow.topic).is_some_and(|topic| topic.needs_consent) {
        facts.push(Fact::Consent(vec![(flow.topic.clone(), true)]));
    }
    facts.extend(dates_asked_about(bot, flow, dates));
    facts
}

/// The date and time fields that a schedule's `to: {if}` reads, with values a year from now.
fn dates_asked_about(bot: &Bot, flow: &Flow, dates: Dates) -> Vec<Fact> {
    let conditions = flow.triggers.iter().filter_map(|trigger| match &trigger.kind {
        Trigger::Schedule(schedule) => schedule.to.condition.as_ref(),
        _ => None,
    });
    let read: BTreeSet<&str> = conditions
        .flat_map(|condition| &condition.uses().properties)
        .filter(|(root, ..)| root == "contact")
        .map(|(_, name, _)| name.as_str())
        .collect();
    let years = match dates {
        Dates::Past => -1,
        Dates::Ahead => 1,
    };
    let now = default_now(&bot.set.bot.timezone);
    let Ok(day) = now.checked_add(jiff::Span::new().years(years)) else { return Vec::new() };
    let fields = bot.set.bot.fields.iter().filter(|field| read.contains(field.name.as_str()));
    let dated = fields.filter_map(|field| match field.kind.of {
        AnswerType::Date => Some(Fact::Field(field.name.clone(), Value::Date(day.date()))),
        AnswerType::DateTime => Some(Fact::Field(field.name.clone(), Value::moment(day.clone()))),
        _ => None,
    });
    dated.collect()
}

pub(super) fn env(bot: &Bot) -> BTreeMap<String, String> {
    let declared = &bot.set.bot;
    let known = |name: &String| declared.sandbox.env.get(name).cloned();
    let guess =
        |name: &String| format!("https://{}.example", name.to_lowercase().replace("_url", "").replace('_', "-"));
    declared.env.iter().map(|name| (name.clone(), known(name).unwrap_or_else(|| guess(name)))).collect()
}

async fn start(draft: &mut RecordedCase<'_>, beginning: &FirstActs) -> anyhow::Result<()> {
    for act in &beginning.acts {
        draft.act(act.clone()).await?;
    }
    if !beginning.waits || draft.has_run().await? {
        return Ok(());
    }
    // Scheduled flows start only in a conversation, so the contact must have written.
    let until = draft.world.now() + Span::days(370);
    for _ in 0..TEST_INIT_ACTS_MAX {
        let Some(next) = draft.world.app.next_due(until).await? else { break };
        draft.act(TestAction::AdvanceTo(moment(draft, next))).await?;
        if draft.has_run().await? {
            break;
        }
    }
    Ok(())
}

/// In an author's form: the weekday within a week, otherwise the date.
fn moment(draft: &RecordedCase<'_>, at: Time) -> Moment {
    let zoned = jiff::Timestamp::from_millisecond(at.0).unwrap_or_default().to_zoned(draft.world.zone.clone());
    if at - draft.world.now() < Span::days(7) {
        Moment::Weekday(zoned.weekday(), zoned.time())
    } else {
        Moment::At(zoned.datetime())
    }
}

/// The waiting question: its step, its options, and its answer type.
async fn waits_for_an_answer(draft: &RecordedCase<'_>) -> anyhow::Result<Option<(StepId, Vec<String>, AnswerType)>> {
    let session = draft.world.session().await.map_err(|_| anyhow::anyhow!("the conversation cannot be read"))?;
    Ok(session.runs.iter().find_map(|run| {
        let frame = run.frames.last()?;
        let step = frame.at.clone()?;
        match &run.waiting {
            Waiting::Question(question) => {
                let titles = question.options.iter().map(|option| option.title.clone()).collect();
                let kind = words::asked(&draft.world.bot.set, &frame.flow, &step).unwrap_or(AnswerType::Text);
                Some((step, titles, kind))
            }
            Waiting::Reply { .. } | Waiting::Agent { .. } => Some((step, Vec::new(), AnswerType::Text)),
            _ => None,
        }
    }))
}

/// Answers each question with its first option, the next time with the second, until the flow ends.
async fn answer_all(draft: &mut RecordedCase<'_>) -> anyhow::Result<()> {
    let mut asked: BTreeMap<StepId, usize> = BTreeMap::new();
    for _ in 0..TEST_INIT_ACTS_MAX {
        let Some((step, titles, kind)) = waits_for_an_answer(draft).await? else { return Ok(()) };
        let times = asked.entry(step).or_default();
        let act = match titles.get(*times % titles.len().max(1)) {
            Some(title) => TestAction::Tap(title.clone()),
            None => words::answers(kind).into_iter().nth(*times).unwrap_or(TestAction::User("Ana".into())),
        };
        *times += 1;
        if !draft.act(act).await? {
            return Ok(());
        }
    }
    Ok(())
}
