//! Notes at the tool of an agent what its flow has changed outside: where nobody knows, the tool is not used again.

use crate::{
    engine::turn::Turn,
    model::session::{AgentState, Reach, ToolRun},
};

/// The changes outside by the tool that runs now; its frame may have ended.
pub(super) fn of(turn: &Turn<'_>, run: u32) -> Reach {
    let frames = turn.run(run).map(|run| run.frames.iter().rev()).into_iter().flatten();
    let mut agents = frames.filter_map(|frame| frame.agent.as_deref());
    agents.find_map(|agent| agent.running().map(|tool| tool.reach)).unwrap_or_default()
}

/// All tools that run now: one may lead to an agent with tools of its own.
fn running_mut<'t>(turn: &'t mut Turn<'_>, run: u32) -> impl Iterator<Item = &'t mut ToolRun> {
    let frames = turn.run_mut(run).map(|run| run.frames.iter_mut()).into_iter().flatten();
    frames.filter_map(|frame| frame.agent.as_deref_mut()).filter_map(AgentState::running_mut)
}

/// A request of its flow was accepted. One that only reads may be how the author finds out what became of an earlier one.
pub fn accepted(turn: &mut Turn<'_>, run: u32, only_reads: bool) {
    for tool in running_mut(turn, run) {
        tool.reach = match (only_reads, tool.reach) {
            (true, Reach::Nothing) => Reach::Nothing,
            (true | false, _) => Reach::Changed,
        };
    }
}

/// A request of its flow that changes something was sent and has no answer.
pub fn unanswered(turn: &mut Turn<'_>, run: u32) {
    for tool in running_mut(turn, run) {
        tool.reach = Reach::Open;
    }
}

/// True if a request that ended with this error may have taken effect: it was sent, and nobody knows its answer.
pub fn is_open(code: &str) -> bool {
    matches!(code, "timeout" | "unreachable" | "too_large" | "unknown_outcome")
}
