//! Finds the state of the agent in the frames of its run.

use crate::{
    engine::turn::Turn,
    model::session::{AgentState, Frame},
};

/// Stores the state in the innermost frame, which stands at the agent's step.
pub(super) fn put(turn: &mut Turn<'_>, run: u32, agent: AgentState) {
    if let Some(frame) = turn.run_mut(run).and_then(|run| run.frames.last_mut()) {
        frame.agent = Some(Box::new(agent));
    }
}

/// The state of the innermost frame.
pub(super) fn of<'t>(turn: &'t Turn<'_>, run: u32) -> Option<&'t AgentState> {
    turn.run(run)?.frames.last()?.agent.as_deref()
}

/// True if the run is in the flow of a tool that began before a person of the business had the conversation.
pub fn is_outdated(turn: &Turn<'_>, run: u32) -> bool {
    let frames = turn.run(run).map(|run| run.frames.iter()).into_iter().flatten();
    frames.filter_map(|frame| frame.agent.as_deref()).any(|agent| agent.outdated && agent.has_running())
}

/// Changes the state of the innermost frame. A frame that has lost it (a version that moved) gets a new one, so that no
/// answer is lost.
pub(super) fn with<T>(turn: &mut Turn<'_>, run: u32, change: impl FnOnce(&mut AgentState) -> T) -> Option<T> {
    let frame: &mut Frame = turn.run_mut(run)?.frames.last_mut()?;
    Some(change(frame.agent.get_or_insert_default()))
}

/// Counts a question to a model: for its run and for the message that it is about. Gives its number in the run.
pub(super) fn count_call(turn: &mut Turn<'_>, run: u32) -> u32 {
    let number = turn.run_mut(run).map_or(0, |run| {
        run.calls += 1;
        run.agent_calls += 1;
        run.calls
    });
    with(turn, run, |agent| agent.calls += 1);
    number
}
