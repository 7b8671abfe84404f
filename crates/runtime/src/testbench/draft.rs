//! Writes a case by playing it: each act with the bot's messages.

use super::{Bot, Play, Stop, seen::Seen, unwritten, world::World};
use crate::{
    flow::tools::testfile::{
        Head, TestAction,
        write::{self, CaseText, line_scalar, scalar},
    },
    model::{content::Content, effect::RunEnd, template::Parameters},
    store::tables::run,
};

use std::ops::Range;

/// A test file as text, and remarks for its author.
#[derive(Debug)]
pub struct RecordedTest {
    /// The path: `flows/booking.test.yaml`.
    pub path: String,
    /// The whole file; only the case if the file exists.
    pub text: String,
    /// True if the case belongs into an existing file.
    pub case_only: bool,
    pub remarks: Vec<String>,
}

/// A case while it is played.
pub(super) struct RecordedCase<'a> {
    pub world: World<'a>,
    pub steps: Vec<String>,
    /// The acts that were possible, each with the range of the bot's messages in `world.seen`.
    pub done: Vec<(TestAction, Range<usize>)>,
    /// True if the whole texts of messages are written, not only their first words.
    pub whole: bool,
}

impl<'a> RecordedCase<'a> {
    pub async fn begin(bot: &'a Bot, play: &'a Play) -> anyhow::Result<RecordedCase<'a>> {
        Ok(RecordedCase {
            world: World::begin(bot, play, false).await?,
            steps: Vec::new(),
            done: Vec::new(),
            whole: false,
        })
    }

    /// Performs an act and writes down the bot's messages. False if it is impossible now.
    pub async fn act(&mut self, act: TestAction) -> anyhow::Result<bool> {
        let step = unwritten(act);
        match self.world.perform(&step).await {
            Ok(()) => {}
            Err(Stop::Failed(_)) => return Ok(false),
            Err(Stop::Broken(error)) => return Err(error),
        }
        self.steps.extend(write::act(&step.act));
        let since = self.world.since;
        let said = self.world.seen[since.seen..].iter();
        self.steps.extend(said.map(|seen| if self.whole { heard_whole(seen) } else { heard(seen) }));
        self.done.push((step.act, since.seen..self.world.seen.len()));
        for handoff in &self.world.handoffs[since.handoffs..] {
            self.steps.push(format!("expect: {{handoff: {}}}", scalar(&handoff.team)));
        }
        Ok(true)
    }

    /// How the newest run of the flow ended, if it has.
    pub async fn ended(&self) -> anyhow::Result<Option<RunEnd>> {
        let runs = run::of_flow(&self.world.app.store, &self.world.play.flow, i64::MAX, 1).await?;
        Ok(runs.into_iter().next().and_then(|run| run.outcome))
    }

    pub async fn has_run(&self) -> anyhow::Result<bool> {
        Ok(!run::of_flow(&self.world.app.store, &self.world.play.flow, i64::MAX, 1).await?.is_empty())
    }

    /// The case so far, with an expectation of its end.
    pub async fn case(mut self, name: &str, remarks: Vec<String>, head: Vec<String>) -> anyhow::Result<CaseText> {
        if let Some(end) = self.ended().await? {
            self.steps.push(format!("expect: {{run: {}}}", end.as_str()));
        }
        self.world.end().await;
        Ok(CaseText { name: name.to_owned(), remarks, head, steps: self.steps })
    }
}

/// A `bot:` line with the characteristic part of a message.
fn heard(seen: &Seen) -> String {
    match &seen.content {
        Content::Template(template) => format!("bot: {{template: {}}}", scalar(&template.name)),
        Content::Media { media, caption: None } => format!("bot: {{media: {}}}", scalar(&media.url)),
        content => format!("bot: {}", line_scalar(excerpt(content.text()))),
    }
}

/// As `heard`, with all words of the message.
fn heard_whole(seen: &Seen) -> String {
    match &seen.content {
        Content::Template(template) => match &template.body {
            Parameters::None => heard(seen),
            Parameters::Positional(values) => {
                let values: Vec<String> = values.iter().map(|value| scalar(value)).collect();
                format!("bot: {{template: {}, vars: [{}]}}", scalar(&template.name), values.join(", "))
            }
            Parameters::Named(values) => {
                let values: Vec<String> =
                    values.iter().map(|(name, value)| format!("{}: {}", scalar(name), scalar(value))).collect();
                format!("bot: {{template: {}, vars: {{{}}}}}", scalar(&template.name), values.join(", "))
            }
        },
        Content::Media { caption: None, .. } => heard(seen),
        content => {
            let words: Vec<&str> = content.text().split_whitespace().collect();
            format!("bot: {}", line_scalar(&words.join(" ")))
        }
    }
}

/// The first words of a message, as an author would write them.
pub(super) fn excerpt(text: &str) -> &str {
    const CHARS_MAX: usize = 70;
    let line = text.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or_default();
    let Some((cut, _)) = line.char_indices().nth(CHARS_MAX) else { return line };
    line[..cut].rsplit_once(' ').map_or(&line[..cut], |(words, _)| words)
}

/// The items below `http:`, `model:` and `mcp:` of `mocks`.
#[derive(Debug, Clone, Default)]
pub(super) struct MockLines {
    pub http: Vec<String>,
    pub model: Vec<String>,
    pub mcp: Vec<String>,
}

impl MockLines {
    /// The value of `mocks`, each line behind the indent; empty if there is nothing to mock.
    pub fn written(&self, indent: &str) -> String {
        let parts = [("http", &self.http), ("model", &self.model), ("mcp", &self.mcp)];
        let parts = parts.into_iter().filter(|(_, items)| !items.is_empty());
        let part = |(name, items): (&str, &Vec<String>)| {
            let items: String = items.iter().map(|item| format!("{indent}  - {item}\n")).collect();
            format!("{indent}{name}:\n{items}")
        };
        parts.map(part).collect()
    }
}

/// The head of a test file.
pub(super) fn head_lines(flow: &str, head: &Head, mocks: &MockLines) -> String {
    let mut text = format!("tests: {}\n", scalar(flow));
    text.push_str(&format!("now: {}\n", now(head)));
    text.push_str(&format!("{}\n", write::contact(&head.contact)));
    if !head.env.is_empty() {
        let all: Vec<String> = head.env.iter().map(|(name, value)| format!("{name}: {}", scalar(value))).collect();
        text.push_str(&format!("env: {{{}}}\n", all.join(", ")));
    }
    let mocks = mocks.written("  ");
    if !mocks.is_empty() {
        text.push_str(&format!("mocks:\n{mocks}"));
    }
    text.push_str("cases:\n");
    text
}

/// `2026-01-05T10:00 Europe/Madrid`.
pub(super) fn now(head: &Head) -> String {
    let zone = head.now.time_zone().iana_name().map(|name| format!(" {name}")).unwrap_or_default();
    format!("{}{zone}", head.now.strftime("%Y-%m-%dT%H:%M"))
}
