//! Writes spans as a request of OTLP.

use super::{attribute, nanos, scope, text};
use crate::channel::spans::{Part, Role, Span, Value};
use hmac::{Hmac, KeyInit as _, Mac as _};
use opentelemetry_proto::tonic::{
    collector::trace::v1::ExportTraceServiceRequest,
    common::v1::any_value,
    resource::v1::Resource,
    trace::v1::{self as otlp, ResourceSpans, ScopeSpans, span::SpanKind, status::StatusCode},
};
use sha2::Sha256;

/// One request with all `spans`. Ids are derived by `key`.
pub(super) fn request(spans: Vec<Span>, key: &[u8], resource: Resource) -> ExportTraceServiceRequest {
    let spans = spans.into_iter().map(|span| of(span, key)).collect();
    let scope_spans = vec![ScopeSpans { scope: Some(scope()), spans, ..ScopeSpans::default() }];
    let resource_spans = vec![ResourceSpans { resource: Some(resource), scope_spans, ..ResourceSpans::default() }];
    ExportTraceServiceRequest { resource_spans }
}

fn of(span: Span, key: &[u8]) -> otlp::Span {
    let begin = nanos(span.began);
    let status = match &span.error {
        Some(_) => StatusCode::Error,
        None => StatusCode::Unset,
    };
    // The number that `transom runs show` and the log call the trace.
    let mut attributes = vec![attribute("transom.trace.id", any_value::Value::IntValue(span.trace))];
    attributes.extend(span.attributes.into_iter().map(|(name, value)| match value {
        Value::Text(value) => text(name, value.into_owned()),
        Value::Number(number) => attribute(name, any_value::Value::IntValue(number)),
    }));
    attributes.extend(span.error.map(|error| text("error.type", error.into_owned())));
    otlp::Span {
        trace_id: digest(key, &[0], span.trace)[..16].to_vec(),
        span_id: span_id(key, span.trace, span.part),
        parent_span_id: span.parent.map(|parent| span_id(key, span.trace, parent)).unwrap_or_default(),
        name: span.name.into_owned(),
        kind: match span.role {
            Role::Server => SpanKind::Server,
            Role::Client => SpanKind::Client,
            Role::Internal => SpanKind::Internal,
        }
        .into(),
        start_time_unix_nano: begin,
        end_time_unix_nano: begin.saturating_add(u64::try_from(span.took.as_nanos()).unwrap_or(u64::MAX)),
        attributes,
        status: Some(otlp::Status { code: status.into(), ..otlp::Status::default() }),
        ..otlp::Span::default()
    }
}

fn span_id(key: &[u8], trace: i64, part: Part) -> Vec<u8> {
    let mut said = vec![match part {
        Part::Root => 1,
        Part::Turn { .. } => 2,
        Part::Send(_) => 3,
        Part::Leaf(_) => 4,
    }];
    match part {
        Part::Root => {}
        Part::Turn { conversation, turn } => {
            said.extend(conversation.to_be_bytes());
            said.extend(turn.to_be_bytes());
        }
        Part::Send(message) => said.extend(message.to_be_bytes()),
        Part::Leaf(number) => said.extend(number.to_be_bytes()),
    }
    digest(key, &said, trace)[..8].to_vec()
}

fn digest(key: &[u8], said: &[u8], trace: i64) -> [u8; 32] {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes a key of any length");
    mac.update(b"otlp");
    mac.update(&trace.to_be_bytes());
    mac.update(said);
    mac.finalize().into_bytes().into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::time::Time;
    use std::time::Duration;

    fn span(trace: i64, part: Part, parent: Option<Part>) -> Span {
        Span {
            trace,
            part,
            parent,
            role: Role::Server,
            name: "webhook".into(),
            began: Time(1_700_000_000_000),
            took: Duration::from_micros(1500),
            error: Some("timeout".into()),
            attributes: vec![("transom.provider", "meta".into())],
        }
    }

    #[test]
    fn json_is_what_collectors_read() {
        let turn = Part::Turn { conversation: 7, turn: 2 };
        let all = vec![span(5, Part::Root, None), span(5, turn, Some(Part::Root)), span(6, Part::Root, None)];
        let json = serde_json::to_value(request(all, b"key", Resource::default())).unwrap();
        let spans = json["resourceSpans"][0]["scopeSpans"][0]["spans"].as_array().unwrap().clone();
        let of = |n: usize, name: &str| spans[n][name].as_str().unwrap().to_owned();
        assert_eq!((of(0, "traceId").len(), of(0, "spanId").len(), of(0, "parentSpanId")), (32, 16, String::new()));
        assert_eq!((of(1, "traceId"), of(1, "parentSpanId")), (of(0, "traceId"), of(0, "spanId")));
        assert_ne!(of(1, "spanId"), of(0, "spanId"));
        assert_ne!(of(2, "traceId"), of(0, "traceId"));
        assert_eq!(of(0, "startTimeUnixNano"), "1700000000000000000");
        assert_eq!(of(0, "endTimeUnixNano"), "1700000000001500000");
        let attributes = spans[0]["attributes"].to_string();
        assert!(attributes.contains("transom.trace.id") && attributes.contains("error.type"), "{attributes}");
    }
}
