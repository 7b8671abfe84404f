//! Tells the trace of a send: with the file's upload, the checks before it and the request.

use super::Delivery;
use crate::{
    base::{
        clock::Stopwatch,
        ids::{OutboundId, SenderId},
        time::Time,
    },
    channel::{
        Receipt, SendError,
        spans::{Part, Role, Span},
    },
};

impl Delivery {
    /// Tells of a send with its result. `parent`: the turn that stored the message; `None`: the trace begins here.
    pub(super) fn tell_of_send(
        &self,
        (trace, parent): (i64, Option<Part>),
        (id, sender): (OutboundId, SenderId),
        result: &Result<Receipt, SendError>,
        (began, started): (Time, Stopwatch),
    ) {
        self.spans.record(trace, || Span {
            trace,
            part: Part::Send(id.0),
            parent,
            role: Role::Internal,
            name: "send".into(),
            began,
            took: started.elapsed(),
            error: result.as_ref().err().map(|error| error.code.to_string().into()),
            attributes: vec![("transom.message.id", id.0.into()), ("transom.sender.id", sender.0.into())],
        });
    }
}
