//! Begins the trace of a run that no message of a contact led to: a fire, a broadcast, a webhook trigger, a program.

use crate::{
    base::{
        clock::Stopwatch,
        ids::{FlowName, TraceId},
        time::{Span as Late, Time},
    },
    channel::spans::{Part, Role, Span, Value},
    lane::after_commit::AfterCommit,
    model::{
        effect::Effect,
        event::{Event, Reason},
    },
    turns::Runner,
};

/// The event that begins a trace.
pub(super) struct Beginning {
    pub trace: TraceId,
    /// The first word of its trigger, such as `schedule`.
    kind: String,
    /// `None`: an event, of which the flows themselves say whether one starts.
    flow: Option<FlowName>,
    late: Late,
}

impl Beginning {
    /// `None`: the event goes on with a trace, or belongs to none. `fresh` numbers the trace of one without a number.
    pub fn of(event: &Event, now: Time, fresh: impl FnOnce() -> i64) -> Option<Beginning> {
        match event {
            Event::Start(start) => Some(Beginning {
                trace: start.id.map_or_else(|| TraceId(fresh()), TraceId::from),
                kind: start.trigger.split(' ').next().unwrap_or_default().to_owned(),
                flow: Some(start.flow.clone()),
                late: (now - start.at).max(Late::ZERO),
            }),
            Event::Emitted { depth: 0, .. } => {
                Some(Beginning { trace: TraceId(fresh()), kind: "event".to_owned(), flow: None, late: Late::ZERO })
            }
            _ => None,
        }
    }
}

impl Runner {
    /// Tells of a start whose turn is stored.
    pub(super) fn tell_of_start(
        &self,
        Beginning { trace, kind, flow, late }: Beginning,
        (effects, after): (&[Effect], &AfterCommit),
        (began, started): (Time, Stopwatch),
    ) {
        self.spans.record(trace.0, || {
            let (state, refused) = outcome(effects, after);
            let flow = flow.or_else(|| after.began.first().map(|run| run.flow.clone()));
            let mut attributes: Vec<(&str, Value)> = vec![
                ("transom.start.kind", kind.into()),
                ("transom.start.state", state.into()),
                ("transom.start.late_ms", late.0.into()),
            ];
            attributes.extend(flow.map(|flow| ("transom.flow.name", flow.to_string().into())));
            Span {
                trace: trace.0,
                part: Part::Root,
                parent: None,
                role: Role::Internal,
                name: "start".into(),
                began,
                took: started.elapsed(),
                error: refused.map(|reason| reason.as_str().into()),
                attributes,
            }
        });
    }
}

fn outcome(effects: &[Effect], after: &AfterCommit) -> (&'static str, Option<Reason>) {
    if !after.began.is_empty() {
        return ("began", None);
    }
    let said = effects.iter().find_map(|effect| match effect {
        Effect::Started { refused, queued, .. } => Some((*refused, *queued)),
        _ => None,
    });
    match said {
        Some((Some(reason), _)) => ("refused", Some(reason)),
        Some((None, true)) => ("queued", None),
        Some((None, false)) | None => ("heard", None),
    }
}
