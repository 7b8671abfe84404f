//! Writes spans as a request of OTLP.

use super::{
    attribute,
    ids::{span_id, trace_id},
    nanos, scope, text,
};
use crate::channel::spans::{Role, Span, Value};
use opentelemetry_proto::tonic::{
    collector::trace::v1::ExportTraceServiceRequest,
    common::v1::any_value,
    resource::v1::Resource,
    trace::v1::{self as otlp, ResourceSpans, ScopeSpans, span::SpanKind, status::StatusCode},
};

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
        trace_id: trace_id(key, span.trace),
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{base::time::Time, channel::spans::Part};
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
