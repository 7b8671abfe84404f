//! Estimates the size of a session as JSON without writing it; the engine keeps the size below its limit.

use super::{AgentState, Frame, Loop, Run, Session, StopSnapshot, Suggestion, Waiting, WaitingMessage};
use crate::{inbound::InboundMessage, value::Value};
use std::collections::BTreeMap;

impl Session {
    /// The approximate size of its JSON in bytes: the data of runs, and waiting starts and messages.
    pub fn estimated_bytes(&self) -> usize {
        let queue: usize = self
            .queue
            .iter()
            .map(|queued| 300 + map_bytes(&queued.start.inputs) + queued.start.event.estimated_bytes())
            .sum();
        let runs: usize = self.runs.iter().map(Run::estimated_bytes).sum();
        let waiting: usize = self.waiting_messages.iter().map(waiting_bytes).sum();
        let hearing =
            self.hearing.as_ref().map_or(0, |hearing| serde_json::to_string(hearing).map_or(0, |text| text.len()));
        let asked = self.language_asked.as_deref().map_or(0, waiting_bytes);
        let welcome = self.welcome.as_ref().map_or(0, |welcome| message_bytes(&welcome.message));
        let draft = self.suggestion().map_or(0, Suggestion::estimated_bytes);
        runs + draft + queue + waiting + hearing + asked + welcome + 150 * self.followed.len() + 120 * self.timed.len()
    }
}

impl Session {
    /// Gives back the memory of lists that have become shorter, or that have room for more.
    pub fn shrink_to_fit(&mut self) {
        self.queue.shrink_to_fit();
        self.answered.shrink_to_fit();
        self.waiting_messages.shrink_to_fit();
        self.counted.shrink_to_fit();
        self.timed.shrink_to_fit();
        self.followed.shrink_to_fit();
        self.runs.shrink_to_fit();
        for run in &mut self.runs {
            run.frames.shrink_to_fit();
            run.frames.iter_mut().for_each(|frame| frame.loops.shrink_to_fit());
            if let Waiting::Question(question) = &mut run.waiting {
                question.messages.shrink_to_fit();
                question.options.shrink_to_fit();
            }
        }
    }
}

impl Run {
    /// The approximate size of its JSON in bytes.
    pub fn estimated_bytes(&self) -> usize {
        let items = |state: &Loop| state.rest.iter().map(Value::estimated_bytes).sum::<usize>();
        let knew =
            |knew: &StopSnapshot| map_bytes(&knew.fields) + knew.tags.iter().map(|tag| tag.len() + 3).sum::<usize>();
        let frame = |frame: &Frame| {
            let texts = frame.texts.iter().map(|(name, text)| name.len() + text.len() + 6).sum::<usize>();
            120 + frame.vars.as_ref().map_or(0, map_bytes)
                + texts
                + frame.loops.iter().map(items).sum::<usize>()
                + frame.knew.as_deref().map_or(0, knew)
                + frame.agent.as_deref().map_or(0, AgentState::estimated_bytes)
        };
        let frames = self.frames.iter().map(frame).sum::<usize>();
        let waiting = match &self.waiting {
            Waiting::Question(question) => question
                .options
                .iter()
                .map(|option| 80 + option.id.len() + option.title.len() + option.value.estimated_bytes())
                .chain(question.gathering.iter().map(|gathering| message_bytes(&gathering.message)))
                .sum(),
            Waiting::Call(call) => {
                let unsaid = call.unsaid.as_ref().map_or(0, |unsaid| 80 + unsaid.text.len());
                serde_json::to_string(&call.request).map_or(0, |text| text.len()) + unsaid
            }
            _ => 0,
        };
        300 + frames
            + waiting
            + self.event.estimated_bytes()
            + self.msg.estimated_bytes()
            + self.handoff.estimated_bytes()
    }
}

fn map_bytes(map: &BTreeMap<String, Value>) -> usize {
    map.iter().map(|(name, value)| name.len() + value.estimated_bytes() + 4).sum()
}

fn waiting_bytes(waiting: &WaitingMessage) -> usize {
    message_bytes(&waiting.message) + serde_json::to_string(&waiting.meaning).map_or(0, |text| text.len())
}

fn message_bytes(message: &InboundMessage) -> usize {
    serde_json::to_string(message).map_or(0, |text| text.len())
}
