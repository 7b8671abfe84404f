//! Checks the rules of an eval against what a play has done.

use super::{RecordedQuestion, aside, cost_of};
use crate::{
    base::place::Place,
    flow::tools::testfile::evals::{EvalRule, SaidText, tool_flows},
    model::{
        effect::money,
        written_language::{is_likely_in, other_language},
    },
    testbench::{Stop, look::failure, report::FailedExpectation, seen::Seen, world::World},
};
use std::collections::BTreeSet;

impl World<'_> {
    /// Checks all rules against what came since `since`, and gives each that is broken.
    pub(super) async fn check_rules(&mut self, rules: &[EvalRule]) -> anyhow::Result<Vec<FailedExpectation>> {
        let mut broken = Vec::new();
        for rule in rules {
            match rule {
                EvalRule::Says { any_of, place } => {
                    let is_said = |text: &SaidText| self.replies().iter().any(|reply| text.is_in(&reply.words()));
                    if !any_of.iter().any(is_said) {
                        let expected: Vec<String> = any_of.iter().map(|text| format!("\"{}\"", text.written)).collect();
                        let got = self.quotes();
                        broken.push(failure(place, "no reply says this", expected.join(" or "), got));
                    }
                }
                EvalRule::NeverSays(text) => {
                    if let Some(reply) = self.replies().iter().find(|reply| text.is_in(&reply.words())) {
                        let expected = format!("no \"{}\"", text.written);
                        let what = "a reply says what none may say";
                        broken.push(failure(&text.place, what, expected, reply.quote()));
                    }
                }
                EvalRule::Tools { names, place } => {
                    let used = self.used_tools();
                    if used != *names {
                        broken.push(failure(place, "the agent used other tools", listed(names), listed(&used)));
                    }
                }
                EvalRule::CostBelow { millionths, place } => {
                    let cost = cost_of(&self.answers());
                    if cost.is_none_or(|cost| cost >= *millionths) {
                        let got = cost.map_or_else(|| "unknown: a model has no `prices`".to_owned(), money);
                        let expected = format!("less than {}", money(*millionths));
                        broken.push(failure(place, "the answers cost too much", expected, got));
                    }
                }
                EvalRule::Judge(criterion) => broken.extend(self.judged(criterion).await),
                EvalRule::Language { code, place } => broken.extend(self.other_language(code, place)),
                EvalRule::Test(expected) => match self.look_at_all(std::slice::from_ref(expected)).await {
                    Ok(()) => {}
                    Err(Stop::Failed(failure)) => broken.push(*failure),
                    Err(Stop::Broken(error)) => return Err(error),
                },
            }
        }
        Ok(broken)
    }

    /// A reply in another language; where each reply is too short to tell, nothing proves the rule.
    fn other_language(&self, code: &str, place: &Place) -> Option<FailedExpectation> {
        let replies = self.replies();
        if let Some(reply) = replies.iter().find(|reply| other_language(&reply.words(), code).is_some()) {
            let got = other_language(&reply.words(), code).unwrap_or_default();
            return Some(failure(place, "a reply is in another language", code, format!("{got}: {}", reply.quote())));
        }
        let is_proved = replies.iter().any(|reply| is_likely_in(&reply.words(), code));
        (!is_proved).then(|| failure(place, "no reply is surely in this language", code, self.quotes()))
    }

    fn replies(&self) -> &[Seen] {
        &self.seen[self.since.seen..]
    }

    fn quotes(&self) -> String {
        let all: Vec<String> = self.replies().iter().map(Seen::quote).collect();
        if all.is_empty() { "no message".to_owned() } else { all.join("\n") }
    }

    fn used_tools(&self) -> BTreeSet<String> {
        let flows = tool_flows(&self.bot.set);
        let visited = self.visits[self.since.visits..].iter().filter(|flow| flows.contains(flow));
        let of_servers = self.app.calls.used().into_iter().skip(self.since.tool_uses).map(|used| used.name);
        visited.map(|flow| flow.as_str().to_owned()).chain(of_servers).collect()
    }

    /// The answers of real models to the bot so far, or the recorded ones.
    fn answers(&self) -> Vec<RecordedQuestion> {
        aside::of_bot(match self.app.calls.answered() {
            Some(live) => live.questions,
            None => self.app.calls.recorded(),
        })
    }

    /// True if a question has no answer: the talk then says nothing about a model.
    pub(super) fn is_void(&self) -> bool {
        let is_unanswered = match self.app.calls.answered() {
            Some(live) => live.failed.is_some(),
            None => self.app.calls.asked().iter().any(|question| !question.mocked),
        };
        is_unanswered || self.unanswered_aside.is_some()
    }
}

fn listed(names: &BTreeSet<String>) -> String {
    match names.is_empty() {
        true => "no tool".to_owned(),
        false => names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", "),
    }
}
