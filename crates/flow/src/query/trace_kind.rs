//! Sorts the lines of the trace, so that a person finds the errors and the messages among them.

use crate::{engine::step_errors::tells_of_failure, model::effect::TraceEntry};

/// The part of a conversation that a line of the trace is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TraceKind {
    /// A flow starts, or does not.
    Start,
    /// A step of no other kind.
    Step,
    /// A question, or what becomes of the contact's words.
    Answer,
    /// A message of ours.
    Message,
    /// An external call.
    Call,
    Wait,
    Error,
    /// The end of a run.
    End,
}

impl TraceKind {
    /// The words of all kinds.
    pub const WORDS: [&'static str; 8] = [
        TraceKind::Start.as_str(),
        TraceKind::Step.as_str(),
        TraceKind::Answer.as_str(),
        TraceKind::Message.as_str(),
        TraceKind::Call.as_str(),
        TraceKind::Wait.as_str(),
        TraceKind::Error.as_str(),
        TraceKind::End.as_str(),
    ];

    pub const fn as_str(self) -> &'static str {
        match self {
            TraceKind::Start => "start",
            TraceKind::Step => "step",
            TraceKind::Answer => "answer",
            TraceKind::Message => "message",
            TraceKind::Call => "call",
            TraceKind::Wait => "wait",
            TraceKind::Error => "error",
            TraceKind::End => "end",
        }
    }
}

/// The kind of a line; `verb` is that of its step, if it has one.
pub fn trace_kind(entry: &TraceEntry, verb: Option<&str>) -> TraceKind {
    let what = entry.what.as_str();
    let of_start = ["` starts `", "` does not start", "` does not begin", "` waits until the conversation is free"];
    if tells_of_failure(what) || what.starts_with("an error inside error handling") {
        return TraceKind::Error;
    }
    if what.starts_with("the run of `") {
        return TraceKind::End;
    }
    if of_start.iter().any(|part| what.contains(part)) {
        return TraceKind::Start;
    }
    match verb {
        Some("say" | "template" | "react") => TraceKind::Message,
        Some("ask") => TraceKind::Answer,
        Some("http" | "llm" | "agent") => TraceKind::Call,
        Some("wait") => TraceKind::Wait,
        Some("end" | "return") => TraceKind::End,
        Some(_) => TraceKind::Step,
        None => TraceKind::Answer,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_sorted_by_its_words_and_then_by_its_step() {
        let kind = |what: &str, verb| {
            trace_kind(&TraceEntry { run: None, step: None, what: what.to_owned(), call: None }, verb)
        };
        assert_eq!(kind("failed: `http_503`: down", Some("http")), TraceKind::Error);
        assert_eq!(kind("`message hi` starts `menu`: the whole message", None), TraceKind::Start);
        assert_eq!(kind("the run of `menu` is over: done", Some("say")), TraceKind::End);
        assert_eq!(kind("GET to a server", Some("http")), TraceKind::Call);
        assert_eq!(kind("it is exactly an answer to the waiting question", Some("ask")), TraceKind::Answer);
        assert_eq!(kind("page 2 of the options", Some("split")), TraceKind::Step);
    }
}
