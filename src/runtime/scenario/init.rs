//! `test init FLOW`: a first test, written by walking the flow once, with its mocks.

use super::{
    Bot, Play,
    beginning::{self, Beginning},
    draft::{Draft, Drafted, head_lines},
    event_loop, guess, mocks_of, words,
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
        scenario::{Act, Fact, Head, Moment, default_now, write::CaseText},
        triggers::Trigger,
    },
    model::{answer::AnswerType, session::Waiting},
};
use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
    sync::Arc,
};

/// The text of a first test. The inner error is one sentence for the author.
pub fn init(folder: &Path, flow: &str) -> anyhow::Result<Result<Drafted, String>> {
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

async fn draft(bot: &Bot, flow: &Flow, beginning: Beginning) -> anyhow::Result<Drafted> {
    let guess = guess::mocks(&bot.set, flow);
    let mut head = Head::at(default_now(&bot.set.bot.timezone));
    head.contact = contact(bot, flow);
    head.env = env(bot);
    let findings = Findings::default();
    let written = format!("http:\n{}", guess.lines.iter().map(|line| format!("  - {line}\n")).collect::<String>());
    head.mocks.extend(yaml::load(&SourceFile::new("mocks", written), &findings).filter(|_| !guess.lines.is_empty()));
    let mocks = mocks_of(&head.mocks, &findings);
    let play = Play { flow: flow.name.clone(), head: Arc::new(head), mocks };
    let mut remarks = Vec::new();
    if guess.guessed {
        remarks.push("the answers under `mocks` are guessed from what the flow reads: write real ones".to_owned());
    }
    let mut cases = Vec::new();
    let mut first = Draft::begin(bot, &play).await?;
    start(&mut first, &beginning).await?;
    if !first.has_run().await? {
        remarks.push(format!(
            "`{}` did not start: `transom explain` says why; tags and fields go into `contact`",
            flow.name
        ));
    }
    let asked = waits_for_an_answer(&first).await?.is_some();
    answer_all(&mut first).await?;
    cases.push(first.case("it goes well", Vec::new(), Vec::new()).await?);
    if asked {
        let mut silent = Draft::begin(bot, &play).await?;
        start(&mut silent, &beginning).await?;
        silent.act(Act::Advance(Span::hours(25))).await?;
        if silent.ended().await?.is_none() {
            silent.act(Act::Advance(Span::days(8))).await?;
        }
        cases.push(silent.case("nobody answers", Vec::new(), Vec::new()).await?);
    }
    let text = head_lines(flow.name.as_str(), &play.head, &guess.lines);
    let text = text + &cases.iter().map(CaseText::lines).collect::<String>();
    Ok(Drafted { path: format!("flows/{}.test.yaml", flow.name), text, case_only: false, remarks })
}

fn contact(bot: &Bot, flow: &Flow) -> Vec<Fact> {
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
    facts
}

pub(super) fn env(bot: &Bot) -> BTreeMap<String, String> {
    let declared = &bot.set.bot;
    let known = |name: &String| declared.sandbox.env.get(name).cloned();
    let guess =
        |name: &String| format!("https://{}.example", name.to_lowercase().replace("_url", "").replace('_', "-"));
    declared.env.iter().map(|name| (name.clone(), known(name).unwrap_or_else(|| guess(name)))).collect()
}

async fn start(draft: &mut Draft<'_>, beginning: &Beginning) -> anyhow::Result<()> {
    for act in &beginning.acts {
        draft.act(act.clone()).await?;
    }
    if !beginning.waits || draft.has_run().await? {
        return Ok(());
    }
    // Somebody who never wrote has no conversation that the clock could start something in.
    let until = draft.world.now() + Span::days(370);
    for _ in 0..TEST_INIT_ACTS_MAX {
        let Some(next) = draft.world.app.next_due(until).await? else { break };
        draft.act(Act::AdvanceTo(moment(draft, next))).await?;
        if draft.has_run().await? {
            break;
        }
    }
    Ok(())
}

/// As an author would write it: the weekday within the week, else the date.
fn moment(draft: &Draft<'_>, at: Time) -> Moment {
    let zoned = jiff::Timestamp::from_millisecond(at.0).unwrap_or_default().to_zoned(draft.world.zone.clone());
    if at - draft.world.now() < Span::days(7) {
        Moment::Weekday(zoned.weekday(), zoned.time())
    } else {
        Moment::At(zoned.datetime())
    }
}

/// The question that waits: its step, its options, and what it asks for.
async fn waits_for_an_answer(draft: &Draft<'_>) -> anyhow::Result<Option<(StepId, Vec<String>, AnswerType)>> {
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
            Waiting::Reply { .. } => Some((step, Vec::new(), AnswerType::Text)),
            _ => None,
        }
    }))
}

/// Answers each question with its first option, the next time with the second, until the flow is over.
async fn answer_all(draft: &mut Draft<'_>) -> anyhow::Result<()> {
    let mut asked: BTreeMap<StepId, usize> = BTreeMap::new();
    for _ in 0..TEST_INIT_ACTS_MAX {
        let Some((step, titles, kind)) = waits_for_an_answer(draft).await? else { return Ok(()) };
        let times = asked.entry(step).or_default();
        let act = match titles.get(*times % titles.len().max(1)) {
            Some(title) => Act::Tap(title.clone()),
            None => words::answers(kind).into_iter().nth(*times).unwrap_or(Act::User("Ana".into())),
        };
        *times += 1;
        if !draft.act(act).await? {
            return Ok(());
        }
    }
    Ok(())
}
