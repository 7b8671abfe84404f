//! Detects problems that must never happen to a customer: for `--wander` and for `expect: {trouble}`.

use super::{Stop, seen::Seen, world::World};
use crate::{
    base::limits::{TEST_OUTBOUND_READ, WINDOW},
    flow::Flow,
    model::{
        effect::{Effect, RunEnd, StepVisit, TextGap},
        session::Waiting,
    },
    store::tables::outbound,
};
use serde_json::{Value as Json, json};
use std::fmt;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BotProblem {
    pub kind: Kind,
    pub flow: Option<String>,
    pub step: Option<String>,
    pub text: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// An error reached the built-in handler, or an expression of the author's failed.
    Error,
    /// A run could not continue at all.
    GivenUp,
    /// A message matched no flow, and the bot has no fallback.
    Unanswered,
    /// A flow took the message and ended without sending anything, although it has messages.
    Silent,
    /// A free-form message was sent outside the window.
    Window,
    /// A message left with nothing in the place of an expression.
    Gap,
    /// A run waits, and nothing can ever wake it.
    Stuck,
}

impl Kind {
    /// The words of all kinds.
    pub const WORDS: [&'static str; 7] = [
        Kind::Error.as_str(),
        Kind::GivenUp.as_str(),
        Kind::Unanswered.as_str(),
        Kind::Silent.as_str(),
        Kind::Window.as_str(),
        Kind::Gap.as_str(),
        Kind::Stuck.as_str(),
    ];

    pub const fn as_str(self) -> &'static str {
        match self {
            Kind::Error => "error",
            Kind::GivenUp => "given_up",
            Kind::Unanswered => "unanswered",
            Kind::Silent => "silent",
            Kind::Window => "window",
            Kind::Gap => "gap",
            Kind::Stuck => "stuck",
        }
    }
}

impl BotProblem {
    pub fn to_json(&self) -> Json {
        json!({"kind": self.kind.as_str(), "flow": self.flow, "step": self.step, "text": self.text})
    }

    /// True if it is the same problem, apart from its text.
    pub fn is_like(&self, other: &BotProblem) -> bool {
        (self.kind, &self.flow, &self.step) == (other.kind, &other.flow, &other.step)
    }
}

impl fmt::Display for BotProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// Errors that no external condition causes: only a change of the flow fixes them.
const OF_THE_AUTHOR: [&str; 4] = ["script", "input", "call_depth", "unknown_flow"];
/// Steps by which a customer notices that the message was received.
const SPEAKING: [&str; 5] = ["say", "ask", "template", "handoff", "react"];

impl World<'_> {
    pub(super) fn troubled_by(&mut self, effect: &Effect) {
        match effect {
            Effect::Failed { flow, step, code, text, .. } => {
                let unhandled = self.bot.set.bot.defaults.on_error.is_none();
                if unhandled || OF_THE_AUTHOR.contains(&code.as_str()) {
                    let text = format!("step `{step}` failed and nobody took it: `{code}`: {text}");
                    self.trouble(Kind::Error, Some(flow.as_str()), Some(step.as_str()), text);
                }
            }
            Effect::DeadLetter { reason, .. } => {
                self.trouble(Kind::GivenUp, None, None, format!("a run was given up: {reason}"));
            }
            Effect::Unanswered if self.bot.set.bot.defaults.unanswered.is_none() => {
                let text = "no flow answers this message, and `defaults.unanswered` in `flows/_bot.yaml` says nothing";
                self.trouble(Kind::Unanswered, None, None, text.to_owned());
            }
            _ => {}
        }
    }

    pub(super) fn troubled_by_gap(&mut self, gap: &TextGap) {
        let text = format!("the message of step `{}` left with nothing in the place of `{}`", gap.step, gap.code);
        self.trouble(Kind::Gap, Some(gap.flow.as_str()), Some(gap.step.as_str()), text);
    }

    pub(super) fn troubled_by_window(&mut self, seen: &Seen) {
        let open = self.heard_at.is_some_and(|at| self.now() - at < WINDOW);
        if !open && !seen.content.is_template() {
            let text = format!("a message of our own words left outside the window: {}", seen.describe());
            self.trouble(Kind::Window, None, None, text);
        }
    }

    /// Checks, after a customer's act and all of its effects, that the customer got an answer.
    pub(super) async fn troubled_by_silence(&mut self) -> Result<(), Stop> {
        if self.seen.len() > self.since.seen || self.handoffs.len() > self.since.handoffs {
            return Ok(());
        }
        let ended = |run: u32| {
            let is_done = |effect: &Effect| matches!(effect, Effect::RunEnded { run: r, end, .. } if *r == run && *end == RunEnd::Done);
            self.did.iter().any(|turn| turn.effects.iter().any(is_done))
        };
        let Some(last) = self.did.iter().flat_map(|turn| &turn.passage.steps).rfind(|trod| ended(trod.run)) else {
            return Ok(());
        };
        let taken = self.did.iter().flat_map(|turn| &turn.passage.steps).filter(|trod| trod.run == last.run);
        let said = taken.clone().any(|trod| SPEAKING.contains(&self.verb(trod)));
        let flow = self.bot.set.any_flow(&last.flow);
        // An explicit `end`, or a flow without messages, means that the author wants silence.
        let meant = self.verb(last) == "end" || !flow.is_some_and(speaks);
        if said || meant || self.waits_for_later().await? {
            return Ok(());
        }
        let text = format!("`{}` took the message and ended without a word, after step `{}`", last.flow, last.step);
        let (flow, step) = (last.flow.to_string(), last.step.to_string());
        self.trouble(Kind::Silent, Some(&flow), Some(&step), text);
        Ok(())
    }

    /// Runs that nothing can wake: no timer, no event, no running work.
    pub(super) async fn stuck(&self) -> Result<Vec<BotProblem>, Stop> {
        if self.waits_for_later().await? {
            return Ok(Vec::new());
        }
        let session = self.session().await?;
        let mute = session.runs.iter().filter(|run| match &run.waiting {
            Waiting::Ready | Waiting::Fate { .. } => true,
            Waiting::Question(question) => question.deadline.is_none(),
            Waiting::Call(call) => call.retry_at.is_none(),
            _ => false,
        });
        Ok(mute
            .map(|run| {
                let step = run.frames.last().and_then(|frame| frame.at.as_ref()).map(ToString::to_string);
                let at = step.as_deref().unwrap_or("its end");
                let text = format!("a run of `{}` waits at `{at}`, and nothing can wake it", run.flow);
                BotProblem { kind: Kind::Stuck, flow: Some(run.flow.to_string()), step, text }
            })
            .collect())
    }

    /// True if one of our messages is still unsent.
    async fn waits_for_later(&self) -> Result<bool, Stop> {
        let rows = outbound::unfinished_of(&self.app.store, self.conversation, TEST_OUTBOUND_READ).await?;
        Ok(!rows.is_empty())
    }

    fn verb(&self, trod: &StepVisit) -> &'static str {
        let flow = self.bot.set.any_flow(&trod.flow);
        flow.and_then(|flow| Some(flow.node(flow.find(&trod.step)?).outline.verb)).unwrap_or_default()
    }

    fn trouble(&mut self, kind: Kind, flow: Option<&str>, step: Option<&str>, text: String) {
        let trouble = BotProblem { kind, flow: flow.map(str::to_owned), step: step.map(str::to_owned), text };
        self.troubles.push(trouble);
    }
}

fn speaks(flow: &Flow) -> bool {
    flow.nodes.iter().any(|node| SPEAKING.contains(&node.outline.verb))
}
