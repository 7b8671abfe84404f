//! Plays a recorded run again, masked: in a world like that of production, by a person who is nobody.

use super::production::{RecordedRun, by_message};
use crate::{
    base::{
        diagnostic::Findings,
        limits::RECORD_GAP_MIN,
        place::SourceFile,
        time::{Span, Time},
        yaml,
    },
    flow::tools::testfile::{Arrival, Head, TestAction, default_now, write},
    model::{answer::AnswerType, session::Waiting, value::Value},
    testbench::{
        Bot, Play, TestFile, beginning,
        draft::RecordedCase,
        guess::{self, Guess},
        init,
        mask::Mask,
        mocks_of, read,
        words::{self, InputWords},
    },
};
use anyhow::anyhow;
use std::sync::Arc;

/// A bot with its tests, and the words that are not personal.
pub(in crate::testbench) struct KnownBot<'b> {
    pub bot: &'b Bot,
    files: Vec<(String, Option<TestFile>)>,
    mask: Mask,
}

/// The world and the acts of a run, not masked yet.
pub(in crate::testbench) struct Rebuilt {
    pub play: Play,
    pub guessed: Guess,
    /// True if the flow has a test file, whose world this is.
    pub has_file: bool,
    begins: Time,
    ended: Time,
    acts: Vec<(Time, TestAction)>,
}

impl<'b> KnownBot<'b> {
    pub fn of(bot: &'b Bot, tests: &[Arc<SourceFile>]) -> KnownBot<'b> {
        let files: Vec<(String, Option<TestFile>)> =
            tests.iter().map(|file| (file.path().to_owned(), read(file, &bot.set).1)).collect();
        let read = files.iter().filter_map(|(_, file)| file.as_ref());
        let words = InputWords::of(&bot.set, read.flat_map(|file| file.cases.iter().map(|(case, _)| case)));
        KnownBot { mask: Mask::new(&bot.set, &words), bot, files }
    }

    /// The world of a run: that of the flow's test file, if there is one; time and customer are those of the run. `Err`
    /// is one sentence.
    pub fn rebuild(
        &self,
        recorded: &RecordedRun,
        remarks: &mut Vec<String>,
    ) -> anyhow::Result<Result<Rebuilt, String>> {
        let (bot, run) = (self.bot, &recorded.run);
        let Some(flow) = bot.set.flow(&run.flow) else {
            return Ok(Err(format!(
                "run {} is one of `{}`, and these flows have none that is called so",
                run.id, run.flow
            )));
        };
        let path = format!("flows/{}.test.yaml", run.flow);
        let beside = self.files.iter().find(|(known, _)| *known == path).and_then(|(_, file)| file.as_ref());
        let guessed = guess::mocks(&bot.set, flow);
        let (mut head, mocks) = match beside {
            Some(file) => ((*file.play.head).clone(), file.play.mocks.clone()),
            None => {
                let mut head = Head::at(default_now(&bot.set.bot.timezone));
                head.env = init::env(bot);
                let findings = Findings::default();
                let written = guessed.mocks.written("");
                if !written.is_empty() {
                    head.mocks.extend(yaml::load(&SourceFile::new("mocks", written), &findings));
                    remarks
                        .push("what servers answered is not recorded: the answers under `mocks` are others".to_owned());
                }
                let mocks = mocks_of(&head.mocks, &findings);
                (head, mocks)
            }
        };
        let by_clock = ["schedule ", "date "].iter().any(|kind| run.trigger_key.starts_with(kind));
        // A schedule fires at its minute, so the case begins one minute before.
        let begins = Time((run.started_at.0 / 60_000) * 60_000) - if by_clock { Span::minutes(1) } else { Span::ZERO };
        head.now = jiff::Timestamp::from_millisecond(begins.0)?.to_zoned(bot.set.bot.timezone.clone());
        head.contact = self.mask.contact(&bot.set, &recorded.contact);
        let play = Play { flow: run.flow.clone(), head: Arc::new(head), mocks };
        let mut acts = recorded.acts.clone();
        if !by_message(&run.trigger_key) {
            let begun = match by_clock {
                true => Some(TestAction::Advance(Span::minutes(1))),
                false => {
                    let trigger = flow.triggers.iter().find(|trigger| trigger.key == run.trigger_key);
                    trigger.and_then(|trigger| beginning::begins_by(&bot.set, flow, &trigger.kind))
                }
            };
            let Some(begun) = begun else {
                return Ok(Err(format!(
                    "run {} was started by `{}`, and a test cannot begin so",
                    run.id, run.trigger_key
                )));
            };
            if !by_clock {
                remarks.push(format!("what `{}` carried is not recorded: the values are made up", run.trigger_key));
            }
            acts.insert(0, (run.started_at, begun));
        }
        let ended = recorded.until;
        Ok(Ok(Rebuilt { play, guessed, has_file: beside.is_some(), begins, ended, acts }))
    }

    /// Plays the acts with their pauses, and masks them as they come: an answer by the question that waits for it.
    pub async fn relive<'w>(
        &'w self,
        rebuilt: &'w Rebuilt,
        remarks: &mut Vec<String>,
    ) -> anyhow::Result<RecordedCase<'w>> {
        let mut draft = RecordedCase::begin(self.bot, &rebuilt.play).await?;
        let mut at = rebuilt.begins;
        for (when, act) in rebuilt.acts.iter().cloned() {
            let gap = Span(((when - at).0 / 1_000) * 1_000);
            // Within a minute of the beginning a pause is only a result of rounding.
            if gap >= RECORD_GAP_MIN && draft.world.now() > rebuilt.begins || gap >= Span::minutes(1) {
                draft.act(TestAction::Advance(gap)).await?;
            }
            at = when;
            let act = self.masked(act, &draft).await?;
            let name = write::act(&act).unwrap_or_default();
            if !draft.act(act).await? {
                remarks.push(format!("`{name}` is not possible here: the flows of today go another way"));
            }
        }
        if draft.ended().await?.is_none() && rebuilt.ended - at >= Span::minutes(1) {
            draft.act(TestAction::Advance(Span(((rebuilt.ended - at).0 / 60_000 + 1) * 60_000))).await?;
        }
        Ok(draft)
    }

    async fn masked(&self, act: TestAction, draft: &RecordedCase<'_>) -> anyhow::Result<TestAction> {
        let mask = &self.mask;
        Ok(match act {
            TestAction::User(text) => TestAction::User(mask.typed(&text, asked(draft).await?)),
            TestAction::Media { kind, caption } => {
                TestAction::Media { kind, caption: caption.map(|caption| mask.words(&caption)) }
            }
            TestAction::Voice(Some(words)) => TestAction::Voice(Some(mask.typed(&words, asked(draft).await?))),
            TestAction::Arrives(arrival) => TestAction::Arrives(masked_arrival(mask, arrival)),
            other => other,
        })
    }
}

fn masked_arrival(mask: &Mask, arrival: Arrival) -> Arrival {
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

/// The type of the waiting question.
async fn asked(draft: &RecordedCase<'_>) -> anyhow::Result<Option<AnswerType>> {
    let session = draft.world.session().await.map_err(|_| anyhow!("the conversation cannot be read"))?;
    Ok(session.runs.iter().find_map(|run| {
        let frame = run.frames.last()?;
        match &run.waiting {
            Waiting::Question(_) => words::asked(&draft.world.bot.set, &frame.flow, frame.at.as_ref()?),
            _ => None,
        }
    }))
}
