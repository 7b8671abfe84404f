//! Reads `telemetry`: the OpenTelemetry collector that gets traces and metrics.

use super::{Written, addresses::web_address};
use crate::base::{fields::Fields, limits::OTLP_METRICS_EVERY, secret::Secret, time::Span};
use hyper::header::{HeaderName, HeaderValue};

/// Where traces and metrics go.
#[derive(Debug, Clone)]
pub struct Telemetry {
    /// The collector's address for OTLP over HTTP, without a final slash; `/v1/traces` and `/v1/metrics` stand behind it.
    pub otlp: String,
    /// Headers of each request, such as a token.
    pub headers: Vec<(String, Secret)>,
    /// Of one hundred traces, how many are exported.
    pub sample_percent: u64,
    /// Zero: metrics are not exported.
    pub metrics_every: Span,
    /// The `service.name` of all spans and metrics.
    pub service_name: String,
}

/// `None`: nothing is exported.
pub fn telemetry(mut fields: Fields<'_>) -> Option<Telemetry> {
    let written = fields.text_if("otlp");
    let otlp = written.and_then(web_address);
    if written.is_some() && otlp.is_none() {
        let message = "`telemetry.otlp` is no web address".to_owned();
        let help = "write the collector's address for OTLP over HTTP, like `http://127.0.0.1:4318`";
        fields.wrong_at("otlp", "E906", message, help);
    }
    if otlp.as_ref().is_some_and(|url| url.ends_with("/v1/traces") || url.ends_with("/v1/metrics")) {
        let message = "`telemetry.otlp` names one of the collector's paths".to_owned();
        fields.wrong_at("otlp", "E906", message, "leave `/v1/traces` or `/v1/metrics` out: the daemon adds both");
    }
    let mut headers = Vec::new();
    for entry in fields.map("headers") {
        let name = &entry.key.text;
        match entry.value.text() {
            _ if entry.value.is_broken() => {}
            Some(text) if is_header(name, text) => headers.push((name.clone(), Secret::new(text))),
            _ => fields.wrong(&entry.value, "E906", format!("`{name}` and its value cannot be a header of HTTP")),
        }
    }
    let sample_percent = fields.whole("sample_percent", 100, 0..=100);
    let metrics_every = fields.duration("metrics_every", OTLP_METRICS_EVERY);
    if Span::ZERO < metrics_every && metrics_every < Span::seconds(5) || metrics_every < Span::ZERO {
        let message = "`metrics_every` is less than five seconds".to_owned();
        fields.wrong_at("metrics_every", "E906", message, "write `60s`, or `0s` to export no metrics");
    }
    let service_name = fields.text_if("service_name").unwrap_or("transom").to_owned();
    fields.finish();
    let sample_percent = u64::try_from(sample_percent).unwrap_or(100);
    Some(Telemetry { otlp: otlp?, headers, sample_percent, metrics_every, service_name })
}

/// Names and lengths that the request sets itself are no headers of the operator.
fn is_header(name: &str, value: &str) -> bool {
    let own = ["content-type", "content-length", "host", "transfer-encoding", "connection"];
    !own.contains(&name.to_ascii_lowercase().as_str())
        && HeaderName::try_from(name).is_ok()
        && HeaderValue::try_from(value).is_ok()
}
