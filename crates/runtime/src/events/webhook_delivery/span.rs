//! Finds the trace that an event belongs to, and tells of the post as a span of it.

use super::{WebhookDelivery, wire::Outcome};
use crate::{
    base::{clock::Stopwatch, ids::OutboundId, time::Time},
    channel::spans::{Part, Role, Span, Value},
    process::otlp::ids::traceparent,
    store::tables::{delivery::Delivery, outbound},
};
use hyper::Uri;
use serde_json::Value as Json;

/// The place of a post in a trace.
#[derive(Clone, Copy)]
pub(super) struct PostSpan {
    trace: i64,
    parent: Part,
    part: Part,
}

impl WebhookDelivery {
    /// The place of the post of an event about a message; `None`: no traces are exported, or its trace is not known.
    pub(super) async fn span_of(&self, row: &Delivery) -> Option<PostSpan> {
        if !self.spans.is_on() {
            return None;
        }
        let event: Json = serde_json::from_str(&row.body).ok()?;
        let (trace, parent) = match row.kind.as_str() {
            "message.in" => (event["message"]["id"].as_i64()?, Part::Root),
            "message.out" => self.of_ours(&event["message"]["id"]).await?,
            "message.status" => self.of_ours(&event["status"]["message_id"]).await?,
            _ => return None,
        };
        Some(PostSpan { trace, parent, part: Part::Leaf(self.spans.fresh()) })
    }

    async fn of_ours(&self, id: &Json) -> Option<(i64, Part)> {
        let id = OutboundId(id.as_i64()?);
        // A post without its trace is better than none: an error of the database is no reason to wait.
        let message = outbound::find(&self.store, id).await.ok().flatten()?;
        Some((message.trace(), Part::Send(id.0)))
    }

    pub(super) fn traceparent_of(&self, span: PostSpan) -> Option<String> {
        traceparent(&self.spans, &self.token_key, span.trace, span.part)
    }

    /// Tells of a post that has returned.
    pub(super) fn tell_of_post(
        &self,
        PostSpan { trace, parent, part }: PostSpan,
        (url, row): (&str, &Delivery),
        outcome: &Outcome,
        (began, started): (Time, Stopwatch),
    ) {
        self.spans.record(trace, || {
            let mut attributes: Vec<(&str, Value)> =
                vec![("http.request.method", "POST".into()), ("transom.event.type", row.kind.clone().into())];
            let address = Uri::try_from(url).ok();
            let host = address.as_ref().and_then(Uri::host).map(str::to_owned);
            attributes.extend(host.map(|host| ("server.address", host.into())));
            let (status, error) = match outcome {
                Outcome::Taken(status) => (Some(*status), None),
                Outcome::Unwanted => (Some(410), Some("410".to_owned())),
                Outcome::Refused { status: Some(status), .. } => (Some(*status), Some(status.to_string())),
                Outcome::Refused { status: None, trouble, .. } => (None, Some(trouble.clone())),
            };
            attributes.extend(status.map(|status| ("http.response.status_code", i64::from(status).into())));
            Span {
                trace,
                part,
                parent: Some(parent),
                role: Role::Client,
                name: "event".into(),
                began,
                took: started.elapsed(),
                error: error.map(Into::into),
                attributes,
            }
        });
    }
}
