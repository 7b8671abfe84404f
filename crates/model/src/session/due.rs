//! Lists what will happen in a conversation by itself, each with its time and its step.

use super::{Frame, Run, Session, Waiting};
use crate::base::{
    ids::{FlowName, StepId},
    time::Time,
};

/// One thing that falls due without an event from outside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Due {
    pub at: Time,
    pub what: DueKind,
    pub flow: Option<FlowName>,
    pub step: Option<StepId>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum DueKind {
    /// A question is repeated, or an agent says that it still thinks.
    Reminder,
    /// A question or another wait ends without its answer.
    Timeout,
    /// A question that was not delivered by then is given up.
    Undelivered,
    /// The answer is complete: the contact has written no further part of it.
    Answer,
    /// A `wait` ends.
    Wait,
    /// An external call is tried again.
    Retry,
    /// A start that waits for the conversation is dropped.
    StartDropped,
    /// The bot gets the conversation back from a person.
    HandBack,
    /// No person has answered: the text for that is sent.
    Unanswered,
    /// The case of a person is overdue, or comes back after a snooze.
    Case,
    /// A flow starts.
    Start,
    /// The message that waits for a following one is handled.
    Message,
}

impl DueKind {
    pub fn as_str(self) -> &'static str {
        match self {
            DueKind::Reminder => "reminder",
            DueKind::Timeout => "timeout",
            DueKind::Undelivered => "undelivered",
            DueKind::Answer => "answer",
            DueKind::Wait => "wait",
            DueKind::Retry => "retry",
            DueKind::StartDropped => "start_dropped",
            DueKind::HandBack => "hand_back",
            DueKind::Unanswered => "unanswered",
            DueKind::Case => "case",
            DueKind::Start => "start",
            DueKind::Message => "message",
        }
    }
}

impl Session {
    /// Everything that `due_times` waits for, with its kind; earliest first.
    pub fn dues(&self) -> Vec<Due> {
        let mut all: Vec<Due> =
            self.runs.iter().filter(|run| !run.postponed && !self.reads_answer_of(run)).flat_map(of_run).collect();
        let of_flow = |at, what, flow: &FlowName| Due { at, what, flow: Some(flow.clone()), step: None };
        all.extend(self.queue.iter().map(|queued| of_flow(queued.until, DueKind::StartDropped, &queued.start.flow)));
        if let Some(person) = &self.person {
            let due = |at, what| Due { at, what, flow: person.flow.clone(), step: person.step.clone() };
            all.push(due(person.gives_back_at(), DueKind::HandBack));
            let case_at = person.case.as_ref().and_then(|case| case.acts_at());
            all.extend(case_at.map(|at| due(at, DueKind::Case)));
            all.extend(person.unanswered.iter().map(|unanswered| due(unanswered.at, DueKind::Unanswered)));
        }
        let timed = self.timed.iter().filter(|timed| !timed.done);
        all.extend(timed.map(|timed| of_flow(timed.at, DueKind::Start, &timed.flow)));
        let nobodys = |at, what| Due { at, what, flow: None, step: None };
        all.extend(self.welcome.iter().map(|welcome| nobodys(welcome.until, DueKind::Message)));
        all.sort_by_key(|due| (due.at, due.what));
        all
    }
}

fn of_run(run: &Run) -> Vec<Due> {
    let mut found: Vec<(Time, DueKind)> = Vec::new();
    match &run.waiting {
        Waiting::Question(question) => match &question.gathering {
            Some(gathering) => found.push((gathering.until, DueKind::Answer)),
            None => {
                let times = [
                    (question.remind_at, DueKind::Reminder),
                    (question.deadline, DueKind::Timeout),
                    (question.deliver_by, DueKind::Undelivered),
                ];
                found.extend(times.into_iter().filter_map(|(at, what)| Some((at?, what))));
            }
        },
        Waiting::Reply { deadline }
        | Waiting::Event { deadline, .. }
        | Waiting::Delivery { deadline, .. }
        | Waiting::Person { deadline } => found.extend(deadline.map(|at| (at, DueKind::Timeout))),
        Waiting::Agent { deadline, think_at } => {
            found.extend(think_at.map(|at| (at, DueKind::Answer)));
            found.extend(deadline.map(|at| (at, DueKind::Timeout)));
        }
        Waiting::Until { at, .. } => found.push((*at, DueKind::Wait)),
        Waiting::Call(call) => {
            found.extend(call.retry_at.map(|at| (at, DueKind::Retry)));
            found.extend(run.patience_at().map(|at| (at, DueKind::Reminder)));
        }
        Waiting::Ready | Waiting::Fate { .. } => {}
    }
    let at_step = |frame: Option<&Frame>, (at, what)| Due {
        at,
        what,
        flow: Some(frame.map_or(&run.flow, |frame| &frame.flow).clone()),
        step: frame.and_then(|frame| frame.at.clone()),
    };
    let mut dues: Vec<Due> = found.into_iter().map(|due| at_step(run.frames.last(), due)).collect();
    if let Some(at) = run.called_until() {
        // The frame with the limit lies above the step that called it.
        let called = run.frames.iter().position(|frame| frame.until == Some(at)).unwrap_or(0);
        dues.push(at_step(run.frames.get(called.saturating_sub(1)), (at, DueKind::Timeout)));
    }
    dues
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::Person;
    use serde_json::json;

    fn session() -> Session {
        let frame = |flow: &str, at: &str, until: Option<i64>| json!({"flow": flow, "at": at, "until": until});
        let question = json!({
            "on": "question", "message": 1, "messages": [1], "options": [], "tries": 0, "left": true, "written": true,
            "reminders_sent": 0, "deadline": 90, "remind_at": 60,
        });
        let run = |number: i64, frames: Vec<serde_json::Value>, waiting: serde_json::Value| {
            json!({
                "number": number, "version": 1, "flow": "menu", "trigger": "api", "started_at": 1, "frames": frames,
                "waiting": waiting,
            })
        };
        let runs = [
            run(1, vec![frame("menu", "call_1", None), frame("shop", "ask_1", Some(70))], question),
            run(2, vec![frame("menu", "wait_1", None)], json!({"on": "until", "at": 80})),
        ];
        serde_json::from_value(json!({"runs": runs})).unwrap()
    }

    #[test]
    fn each_thing_that_falls_due_has_its_step() {
        let shown: Vec<String> = session()
            .dues()
            .iter()
            .map(|due| {
                format!("{} {:?} {} {}", due.at.0, due.what, due.flow.as_ref().unwrap(), due.step.as_ref().unwrap())
            })
            .collect();
        assert_eq!(
            shown,
            ["60 Reminder shop ask_1", "70 Timeout menu call_1", "80 Wait menu wait_1", "90 Timeout shop ask_1"]
        );
    }

    #[test]
    fn the_first_one_is_what_the_conversation_wakes_for() {
        let mut session = session();
        assert_eq!(session.dues().first().map(|due| due.at), session.due_at());
        session.runs.clear();
        session.person = Some(Person {
            since: Time(1),
            last_word: Time(5),
            give_back: crate::base::time::Span(7),
            team: None,
            agent: None,
            flow: None,
            run: None,
            unanswered: None,
            step: None,
            case: None,
        });
        assert_eq!(session.dues().first().map(|due| due.at), session.due_at());
    }
}
