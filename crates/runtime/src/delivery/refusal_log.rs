//! Logs that a send was not accepted, and says in words what is done next.

use crate::{
    base::ids::{OutboundId, SenderId},
    channel::{Next, SendError},
    delivery::Delivery,
};

impl Delivery {
    /// Counts and logs the error of one send.
    pub(crate) fn note_refusal(&self, sender: SenderId, id: OutboundId, error: &SendError) {
        let (next, code) = (error.next.as_str(), error.code.as_str());
        self.metrics.send_error(sender, next);
        tracing::info!(
            outbound.id = %id, sender.id = %sender, error.code = code, next,
            "Message {id} of sender {sender} was not accepted (error `{code}`): {}", in_words(error.next)
        );
    }
}

fn in_words(next: Next) -> &'static str {
    match next {
        Next::Retry { .. } => "it is sent again later, and the sender waits until then",
        Next::RetryPair { .. } => "it is sent again later, and this recipient waits until then",
        Next::RetryOnce => "it is sent once more",
        Next::Ambiguous => "it is unknown whether it was sent; a status tells, or `on_unknown` of the sender decides",
        Next::WindowClosed => "the window is closed, and it is decided anew",
        Next::WaitDay => "this person gets no more marketing today, and it is sent again in 24 hours",
        Next::Rejected { .. } => "it is not sent again",
        Next::OptedOut { .. } => "this person has opted out",
        Next::PauseSender { .. } => "the sender is paused by its platform, and its messages wait",
        Next::Misconfigured => "the sender is stopped until its token or registration is right, and its messages wait",
        Next::TemplateUnusable { .. } => "its template cannot be sent",
        Next::DirectRefused => "it can be sent only as a template",
    }
}
