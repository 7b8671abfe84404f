//! `test init FLOW`: a first test, written by walking the flow once, with its mocks.

use super::{
    Bot, Play,
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
        Flow, FlowSet,
        definition::Field,
        scenario::{Act, Arrival, Fact, Head, Moment, default_now, somebody, write::CaseText},
        triggers::{Trigger, webhook::Webhook},
    },
    model::{answer::AnswerType, content::MediaKind, session::Waiting, value::Value},
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
    let Some(trigger) = found.triggers.iter().find_map(|trigger| begin(&bot.set, found, &trigger.kind)) else {
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

/// How it begins.
enum Beginning {
    Acts(Vec<Act>),
    /// By the clock.
    Wait,
}

fn begin(set: &FlowSet, flow: &Flow, trigger: &Trigger) -> Option<Beginning> {
    let one = |act: Act| Some(Beginning::Acts(vec![act]));
    match trigger {
        Trigger::Message(_) => words::said_by(trigger).into_iter().next().and_then(|text| one(Act::User(text))),
        Trigger::Button(button) => button.ids.first().cloned().and_then(|id| one(Act::Tap(id))),
        Trigger::AnyMessage(_) | Trigger::FirstMessage(_) => one(Act::User("Good morning, a question".into())),
        Trigger::Media(_) => one(words::media(MediaKind::Image)),
        Trigger::Order(_) => one(words::basket()),
        Trigger::Form(form) => one(words::form(form.names.first().map_or("form", String::as_str))),
        Trigger::Reaction(reaction) => {
            let emoji = reaction.emojis.first().map_or("👍", String::as_str).to_owned();
            one(Act::Arrives(Arrival::Reaction(Some(emoji))))
        }
        Trigger::Referral(referral) => one(words::referral(referral.wanted.first().map_or("1", String::as_str))),
        Trigger::MissedCall(_) => one(Act::Arrives(Arrival::MissedCall)),
        Trigger::Location(_) => one(Act::Location { latitude: 40.4168, longitude: -3.7038 }),
        Trigger::Event(event) => one(Act::Event { name: event.name.clone(), data: data_of(flow) }),
        Trigger::Webhook(webhook) => one(Act::Webhook { name: webhook.name.clone(), body: body_of(set, webhook) }),
        Trigger::Api(_) => one(Act::Api(inputs_of(flow))),
        Trigger::Schedule(_) => Some(Beginning::Wait),
        _ => None,
    }
}

/// The first act of a run that this trigger starts; by the clock there is none.
pub(super) fn begins_by(set: &FlowSet, flow: &Flow, trigger: &Trigger) -> Option<Act> {
    match begin(set, flow, trigger)? {
        Beginning::Acts(acts) => acts.into_iter().next(),
        Beginning::Wait => None,
    }
}

/// The members of `event.data` that the flow reads.
fn data_of(flow: &Flow) -> Value {
    let member = regex::Regex::new(r"\bevent\.data\.(\w+)").expect("the pattern is a constant");
    let names =
        member.captures_iter(flow.place.file().text()).filter_map(|found| Some(found.get(1)?.as_str().to_owned()));
    let all: BTreeMap<String, Value> = names.map(|name| (name.clone(), Value::text(name))).collect();
    if all.is_empty() { Value::Nothing } else { Value::Map(all) }
}

/// What the trigger declares, from the contact of a test that names none.
fn body_of(set: &FlowSet, webhook: &Webhook) -> Value {
    let phone = webhook.contact.source().trim_start_matches("${body.").trim_end_matches('}').to_owned();
    let mut all: BTreeMap<String, Value> =
        webhook.body.iter().map(|field| (field.name.clone(), example(field))).collect();
    all.insert(phone, Value::text(somebody(&set.bot.timezone).0));
    Value::Map(all)
}

fn inputs_of(flow: &Flow) -> BTreeMap<String, Value> {
    let needed = flow.inputs.iter().filter(|input| !input.optional && input.default.is_none());
    needed.map(|input| (input.name.clone(), example(input))).collect()
}

fn example(field: &Field) -> Value {
    match field.kind.of {
        AnswerType::Choice => field.kind.among.first().map_or_else(|| Value::text("a"), Value::text),
        AnswerType::Date => Value::text("2026-01-08"),
        AnswerType::DateTime => Value::text("2026-01-08T10:00"),
        kind => match words::answers(kind).first() {
            Some(Act::User(text)) => text.parse().map_or_else(|_| Value::text(text.as_str()), Value::Whole),
            _ => Value::text(field.name.as_str()),
        },
    }
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
    let mut facts = vec![
        Fact::Name(Some("Ana".into())),
        Fact::Phone("+34600111222".into()),
        Fact::Language(Some(declared.language.clone())),
    ];
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
    match beginning {
        Beginning::Acts(acts) => {
            for act in acts {
                draft.act(act.clone()).await?;
            }
        }
        Beginning::Wait => {
            // Somebody who never wrote has no conversation that the clock could start something in.
            let until = draft.world.now() + Span::days(370);
            for _ in 0..TEST_INIT_ACTS_MAX {
                let Some(next) = draft.world.app.next_due(until).await? else { break };
                draft.act(Act::AdvanceTo(moment(draft, next))).await?;
                if draft.has_run().await? {
                    break;
                }
            }
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
