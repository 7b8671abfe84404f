//! `test --record RUN`: turns a production run into a case. The customer's acts come from the database, masked; the
//! bot's messages come from replaying them, so that the case passes and contains no personal texts.

use super::{
    Bot, Play, beginning,
    draft::{RecordedCase, RecordedTest, head_lines, now},
    guess, init,
    mask::Mask,
    mocks_of,
    pace::event_loop,
    read,
    words::{self, InputWords},
};
use crate::{
    base::{
        clock::{Clock, SystemClock},
        diagnostic::Findings,
        ids::{InboundId, OutboundId},
        limits::{RECORD_GAP_MIN, RECORD_MESSAGES_MAX},
        place::SourceFile,
        time::{Span, Time},
        yaml,
    },
    bot::source_files,
    flow::tools::testfile::{
        Arrival, Head, TestAction, TestFault,
        write::{self, CaseText},
    },
    model::{answer::AnswerType, inbound::InboundKind, session::Waiting, value::Value},
    store::{
        Store,
        tables::{contact, inbound, outbound, run},
    },
};
use std::{path::Path, sync::Arc};

/// A case, or a whole file if the flow has none. Only reads `database`. The inner error is one sentence for the user.
pub fn record(folder: &Path, database: &str, id: i64) -> anyhow::Result<Result<RecordedTest, String>> {
    let bot = match Bot::open(folder)? {
        Ok(bot) => bot,
        Err(findings) => {
            let first = findings.first().map(ToString::to_string).unwrap_or_default();
            return Ok(Err(format!("the flows have mistakes, and `transom check` shows them all; the first: {first}")));
        }
    };
    event_loop()?.block_on(async {
        let store = Store::open_read_only(database).await?;
        let made = record_from(&bot, folder, &store, id).await;
        store.close().await;
        made
    })
}

async fn record_from(bot: &Bot, folder: &Path, store: &Store, id: i64) -> anyhow::Result<Result<RecordedTest, String>> {
    let found = run::page(store, id.saturating_add(1), 1).await?.into_iter().find(|run| run.id == id);
    let Some(run) = found else {
        return Ok(Err(format!("there is no run {id}; `transom runs list` shows them")));
    };
    let Some(flow) = bot.set.flow(&run.flow) else {
        return Ok(Err(format!("run {id} is one of `{}`, and these flows have none that is called so", run.flow)));
    };
    let path = format!("flows/{}.test.yaml", run.flow);
    let tests = source_files::read_tests(folder)?;
    let files: Vec<_> = tests.iter().map(|file| (file.path(), read(file, &bot.set).1)).collect();
    let cases =
        files.iter().filter_map(|(_, file)| file.as_ref()).flat_map(|file| file.cases.iter().map(|(case, _)| case));
    let words = InputWords::of(&bot.set, cases);
    let mask = Mask::new(&bot.set, &words);
    let known = contact::find(store, run.contact_id).await?;
    let data = known.map(|contact| contact.data).unwrap_or_default();

    // The world is the file's, if there is one; time and customer are the run's.
    let beside = files.iter().find(|(known, _)| *known == path).and_then(|(_, file)| file.as_ref());
    let guessed = guess::mocks(&bot.set, flow);
    let mut remarks = Vec::new();
    let (mut head, mocks) = match beside {
        Some(file) => ((*file.play.head).clone(), file.play.mocks.clone()),
        None => {
            let mut head = Head::at(crate::flow::tools::testfile::default_now(&bot.set.bot.timezone));
            head.env = init::env(bot);
            let written: String = guessed.lines.iter().map(|line| format!("  - {line}\n")).collect();
            let findings = Findings::default();
            let file = SourceFile::new("mocks", format!("http:\n{written}"));
            head.mocks.extend(yaml::load(&file, &findings).filter(|_| !guessed.lines.is_empty()));
            if !guessed.lines.is_empty() {
                remarks.push("what servers answered is not recorded: the answers under `mocks` are others".to_owned());
            }
            let mocks = mocks_of(&head.mocks, &findings);
            (head, mocks)
        }
    };
    let by_clock = ["schedule ", "date "].iter().any(|kind| run.trigger_key.starts_with(kind));
    // A schedule fires at its minute, so the case begins one minute before.
    let begins = Time((run.started_at.0 / 60_000) * 60_000) - if by_clock { Span::minutes(1) } else { Span::ZERO };
    head.now = jiff::Timestamp::from_millisecond(begins.0)?.to_zoned(bot.set.bot.timezone.clone());
    head.contact = mask.contact(&bot.set, &data);
    let play = Play { flow: run.flow.clone(), head: Arc::new(head), mocks };

    let mut acts = acts_of(store, &run, &mut remarks).await?;
    if !by_message(&run.trigger_key) {
        let begun = match by_clock {
            true => Some(TestAction::Advance(Span::minutes(1))),
            false => {
                let trigger = flow.triggers.iter().find(|trigger| trigger.key == run.trigger_key);
                trigger.and_then(|trigger| beginning::begins_by(&bot.set, flow, &trigger.kind))
            }
        };
        let Some(begun) = begun else {
            return Ok(Err(format!("run {id} was started by `{}`, and a test cannot begin so", run.trigger_key)));
        };
        if !by_clock {
            remarks.push(format!("what `{}` carried is not recorded: the values are made up", run.trigger_key));
        }
        acts.insert(0, (run.started_at, begun));
    }
    let ended = run.ended_at.unwrap_or_else(|| SystemClock.now());
    let (case, said) = replay(bot, &play, &mask, begins, acts, ended, &mut remarks).await?;
    let left = said_in(store, &run).await?;
    if left != said {
        remarks.push(format!("in production the bot said {left} messages, here {said}: look at where they part"));
    }
    let case_only = beside.is_some();
    let mut case = CaseText { name: format!("as in run {id}"), remarks: Vec::new(), ..case };
    let text = if case_only {
        case.head = vec![format!("now: {}", now(&play.head)), write::contact(&play.head.contact)];
        case.lines()
    } else {
        head_lines(run.flow.as_str(), &play.head, &guessed.lines) + &case.lines()
    };
    Ok(Ok(RecordedTest { path, text, case_only, remarks }))
}

/// True if a message or tap of the customer started it, so that it is among the acts.
fn by_message(key: &str) -> bool {
    let kind = key.split(' ').next().unwrap_or_default();
    let kinds = ["message", "button", "any_message", "first_message", "media", "location"];
    kinds.contains(&kind) || ["order", "form", "reaction", "referral", "missed_call"].contains(&kind)
}

/// The customer's acts from the beginning of a run to its end, and the failed sends.
async fn acts_of(store: &Store, run: &run::Run, remarks: &mut Vec<String>) -> anyhow::Result<Vec<(Time, TestAction)>> {
    let until = run.ended_at.unwrap_or_else(|| SystemClock.now());
    let mut rows = inbound::of(store, run.conversation_id, InboundId(i64::MAX), RECORD_MESSAGES_MAX).await?;
    rows.reverse();
    let first = rows.iter().rposition(|row| row.received_at <= run.started_at).unwrap_or(0);
    let first = if by_message(&run.trigger_key) { first } else { first + 1 };
    let own = rows.into_iter().skip(first).filter(|row| row.received_at <= until);
    let mut acts = Vec::new();
    for row in own {
        let message = row.data.message;
        let act = match message.kind {
            InboundKind::Text { body } => match message.referral {
                Some(ad) => TestAction::Arrives(Arrival::Referral { ad: Box::new(ad), text: body }),
                None => TestAction::User(body),
            },
            InboundKind::Button { title, .. } => TestAction::Tap(title),
            InboundKind::Media { media, caption, .. } => TestAction::Media { kind: media, caption },
            // A location is personal, too.
            InboundKind::Location { .. } => TestAction::Location { latitude: 40.4168, longitude: -3.7038 },
            InboundKind::Order { order } => TestAction::Arrives(Arrival::Order(Value::from_json(&order))),
            InboundKind::Form { name, response } => TestAction::Arrives(form(name, response)),
            InboundKind::Reaction { emoji, .. } => TestAction::Arrives(Arrival::Reaction(emoji)),
            InboundKind::Contacts { .. } => {
                TestAction::Arrives(Arrival::Card { name: "Ben".to_owned(), phone: "+34600111333".to_owned() })
            }
            InboundKind::Welcome => TestAction::Arrives(Arrival::Welcome),
            InboundKind::Call { missed: true } => TestAction::Arrives(Arrival::MissedCall),
            other => {
                let kind = serde_json::to_value(&other)?;
                let kind = kind["kind"].as_str().unwrap_or("message").to_owned();
                remarks.push(format!("a test cannot send a `{kind}`: left out"));
                continue;
            }
        };
        acts.push((row.received_at.max(run.started_at), act));
    }
    let sent = outbound::of(store, run.conversation_id, OutboundId(i64::MAX), RECORD_MESSAGES_MAX).await?;
    for row in sent.into_iter().filter(|row| row.draft.run == Some(run.number)) {
        let Some(code) = row.error_code.as_deref().and_then(|code| code.parse::<i64>().ok()) else { continue };
        // Insert it before the act that made the bot send the message.
        let at = acts.iter().rposition(|(at, _)| *at <= row.created_at).unwrap_or(0);
        let when = acts.get(at).map_or(row.created_at, |(at, _)| *at);
        acts.insert(at, (when, TestAction::Provider(vec![TestFault::Code(code)])));
    }
    Ok(acts)
}

/// A form by the name that its trigger knows, without the platform's additions.
fn form(name: Option<String>, mut response: serde_json::Value) -> Arrival {
    let token = response.as_object_mut().and_then(|answers| answers.remove("flow_token"));
    let own = token.as_ref().and_then(|token| token.as_str()).and_then(|token| token.split(':').next());
    let name = own.map(str::to_owned).or(name).unwrap_or_else(|| "form".to_owned());
    let data = match Value::from_json(&response) {
        Value::Map(data) => data,
        _ => Default::default(),
    };
    Arrival::Form { name, data: Value::Map(data) }
}

fn masked(mask: &Mask, arrival: Arrival) -> Arrival {
    match arrival {
        Arrival::Form { name, data } => Arrival::Form { name, data: mask.value(&data) },
        Arrival::Order(Value::Map(mut order)) => {
            // The items of the basket are not personal; the customer's text beside it may be.
            if let Some(text) = order.get_mut("text") {
                *text = mask.value(text);
            }
            Arrival::Order(Value::Map(order))
        }
        Arrival::Referral { mut ad, text } => {
            ad.click_id = None;
            Arrival::Referral { ad, text: mask.words(&text) }
        }
        other => other,
    }
}

/// The number of sent messages of a run.
async fn said_in(store: &Store, run: &run::Run) -> anyhow::Result<usize> {
    let sent = outbound::of(store, run.conversation_id, OutboundId(i64::MAX), RECORD_MESSAGES_MAX).await?;
    Ok(sent.iter().filter(|row| row.draft.run == Some(run.number) && row.accepted_at.is_some()).count())
}

/// Replays the acts with their pauses; gives the number of the bot's messages.
async fn replay(
    bot: &Bot,
    play: &Play,
    mask: &Mask,
    begins: Time,
    acts: Vec<(Time, TestAction)>,
    ended: Time,
    remarks: &mut Vec<String>,
) -> anyhow::Result<(CaseText, usize)> {
    let mut draft = RecordedCase::begin(bot, play).await?;
    let mut at = begins;
    for (when, act) in acts {
        let gap = Span(((when - at).0 / 1_000) * 1_000);
        // Within a minute of the beginning a pause is only a result of rounding.
        if gap >= RECORD_GAP_MIN && draft.world.now() > begins || gap >= Span::minutes(1) {
            draft.act(TestAction::Advance(gap)).await?;
        }
        at = when;
        let act = match act {
            TestAction::User(text) => TestAction::User(mask.typed(&text, asked(&draft).await?)),
            TestAction::Media { kind, caption } => {
                TestAction::Media { kind, caption: caption.map(|caption| mask.words(&caption)) }
            }
            TestAction::Arrives(arrival) => TestAction::Arrives(masked(mask, arrival)),
            other => other,
        };
        let name = write::act(&act).unwrap_or_default();
        if !draft.act(act).await? {
            remarks.push(format!("`{name}` is not possible here: the flows of today go another way"));
        }
    }
    if draft.ended().await?.is_none() && ended - at >= Span::minutes(1) {
        draft.act(TestAction::Advance(Span(((ended - at).0 / 60_000 + 1) * 60_000))).await?;
    }
    let said = draft.world.seen.len();
    Ok((draft.case("", Vec::new(), Vec::new()).await?, said))
}

/// The type of the waiting question.
async fn asked(draft: &RecordedCase<'_>) -> anyhow::Result<Option<AnswerType>> {
    let session = draft.world.session().await.map_err(|_| anyhow::anyhow!("the conversation cannot be read"))?;
    Ok(session.runs.iter().find_map(|run| {
        let frame = run.frames.last()?;
        match &run.waiting {
            Waiting::Question(_) => words::asked(&draft.world.bot.set, &frame.flow, frame.at.as_ref()?),
            _ => None,
        }
    }))
}
