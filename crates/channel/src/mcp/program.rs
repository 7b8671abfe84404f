//! Speaks to an MCP server that is a program of this machine: starts it, writes a message a line, and reads its lines.
//!
//! One process runs at a time. It is started at the first use and again when it has died, not sooner than its pause after
//! the start before. Requests of several conversations are under way at once; their ids tell the answers apart. Source:
//! modelcontextprotocol.io/specification/2025-11-25/basic/transports, *stdio*.

mod process;

use super::{
    McpFailure, McpPlace, Session,
    answer::{Hidden, Received, Sent, broken_off, result_of},
};
use crate::{
    base::{
        fence::Fence,
        limits::{MCP_PAUSE_FIRST, MCP_PAUSE_MAX},
        secret::Secret,
        time::{Span, Time},
    },
    fence,
};
use process::Process;
use serde_json::{Value as Json, json};
use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};
use tokio::sync::Mutex;

/// The variables of the daemon that a program gets, beside those that the configuration writes.
const PASSED_ON: [&str; 3] = ["PATH", "HOME", "LANG"];

/// A program as the configuration writes it.
#[derive(Debug, Clone)]
pub struct McpProgram {
    /// The program, then its arguments.
    pub command: Vec<String>,
    /// Variables of its environment.
    pub env: Vec<(String, Secret)>,
}

/// The one process of a program, and the pause before the next.
pub(super) struct Program {
    name: String,
    program: McpProgram,
    hidden: Hidden,
    fence: Option<Arc<Fence>>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    process: Option<Arc<Process>>,
    /// The number of processes so far; it is the name of a session.
    started: u64,
    last_start: Option<Time>,
    /// Starts in a row that came soon after the one before.
    soon: u32,
}

impl Program {
    pub fn new(name: &str, program: McpProgram, fence: Option<Arc<Fence>>) -> Program {
        let hidden = Hidden::of(&McpPlace::Program(program.clone()));
        Program { name: name.to_owned(), program, hidden, fence, state: Mutex::default() }
    }

    /// Sends a request. `sent` becomes true when the program may get to read it. `initialize`, the request without a
    /// session, is always the first one of a new process.
    pub async fn post(
        &self,
        message: &Json,
        id: i64,
        session: Option<&Session>,
        sent: &AtomicBool,
        now: Time,
    ) -> Result<Received, Sent> {
        if let Some(fence) = &self.fence
            && !fence::opens(fence).await
        {
            return Err(Sent::Failed(McpFailure::new("deposed", fence::CLOSED)));
        }
        let (process, number) = self.process(session, now).await?;
        let asked = process.ask(id, message, session.is_some()).await;
        let mut asked = match asked {
            Ok(asked) => asked,
            // It has read nothing of this request.
            Err(_) if session.is_some_and(|session| session.id.is_some()) => return Err(Sent::SessionGone),
            Err(end) => return Err(Sent::Failed(McpFailure { may_be_done: false, ..self.ended(&end) })),
        };
        sent.store(true, Ordering::Relaxed);
        match asked.answer().await {
            Ok(found) => {
                result_of(found, id, &self.hidden).map(|result| Received { result, session: Some(number.to_string()) })
            }
            Err(end) if session.is_none() => Err(Sent::Failed(self.ended(&end))),
            // Of its last words only those of a start are repeated: later ones may be about a customer.
            Err(end) => Err(end.unusable.map_or_else(broken_off, Sent::Failed)),
        }
    }

    /// Sends a notification, which has no answer.
    pub async fn tell(&self, message: &Json, session: &Session, now: Time) -> Result<(), Sent> {
        let (process, _) = self.process(Some(session), now).await?;
        process.tell(message).await.map_err(|end| Sent::Failed(self.ended(&end)))
    }

    /// The process of this session, or a new one for none.
    async fn process(&self, session: Option<&Session>, now: Time) -> Result<(Arc<Process>, u64), Sent> {
        let mut state = self.state.lock().await;
        let number = state.started;
        let kept = state.process.as_ref().filter(|process| process.is_of_use()).cloned();
        let is_wanted = |session: &Session| session.id.as_ref().is_none_or(|id| *id == number.to_string());
        match (session, kept) {
            (Some(session), Some(process)) if is_wanted(session) => return Ok((process, number)),
            (Some(session), _) if session.id.is_some() => return Err(Sent::SessionGone),
            _ => {}
        }
        state.process = None;
        self.may_start(&mut state, now)?;
        let process = Process::start(&self.name, &self.program, &PASSED_ON, self.hidden.clone());
        let process = Arc::new(process.map_err(|why| Sent::Failed(McpFailure::new("unreachable", why)))?);
        state.process = Some(Arc::clone(&process));
        state.started += 1;
        Ok((process, state.started))
    }

    fn may_start(&self, state: &mut State, now: Time) -> Result<(), Sent> {
        if let Some(last) = state.last_start {
            let past = now - last;
            if past >= MCP_PAUSE_MAX {
                state.soon = 0;
            }
            let pause = pause(state.soon);
            if past < pause {
                let text = format!(
                    "the program has ended, and is started again {pause} after its last start, in {}",
                    Span((pause - past).0.max(1))
                );
                return Err(Sent::Failed(McpFailure::new("unreachable", text)));
            }
            state.soon = state.soon.saturating_add(1);
        }
        state.last_start = Some(now);
        Ok(())
    }

    fn ended(&self, end: &process::End) -> McpFailure {
        if let Some(failure) = &end.unusable {
            return failure.clone();
        }
        let words = end.said.as_ref().map(|said| format!("; the last line of its standard error: {said}"));
        let text = format!("{}{}", end.how, words.unwrap_or_default());
        McpFailure { may_be_done: true, ..McpFailure::new("unreachable", text) }
    }
}

/// The time between two starts after so many that came soon after the one before.
fn pause(soon: u32) -> Span {
    Span(MCP_PAUSE_FIRST.0.saturating_mul(1_i64 << soon.min(30)).min(MCP_PAUSE_MAX.0))
}

/// The message that a request is not waited for any more.
fn cancelled(id: i64) -> Json {
    json!({"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": id, "reason": "no answer in time"}})
}
