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
            _ if OWN_HEADERS.contains(&name.to_ascii_lowercase().as_str()) => {
                fields.wrong(
                    &entry.value,
                    "E906",
                    format!("the daemon writes the header `{name}` itself; leave it out"),
                );
            }
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

/// The headers that each request has from the daemon itself.
const OWN_HEADERS: [&str; 5] = ["content-type", "content-length", "host", "transfer-encoding", "connection"];

fn is_header(name: &str, value: &str) -> bool {
    HeaderName::try_from(name).is_ok() && HeaderValue::try_from(value).is_ok()
}

#[cfg(test)]
mod tests {
    use super::super::{Config, Telemetry};
    use crate::base::place::SourceFile;
    use std::path::Path;

    fn read(section: &str) -> Result<Option<Telemetry>, Vec<String>> {
        let file = SourceFile::new("config.yaml", format!("telemetry: {section}\n"));
        let read = Config::parse(&file, Path::new(""), &|_| None);
        read.map(|config| config.telemetry).map_err(|all| all.into_iter().map(|one| one.message).collect())
    }

    #[test]
    fn a_collector_is_read_and_nothing_is_exported_without_its_address() {
        let read_whole =
            read("{otlp: 'http://127.0.0.1:4318/', headers: {X-Key: a}, sample_percent: 5, metrics_every: 0s}");
        let telemetry = read_whole.unwrap().unwrap();
        assert_eq!((telemetry.otlp.as_str(), telemetry.sample_percent), ("http://127.0.0.1:4318", 5));
        assert_eq!((telemetry.service_name.as_str(), telemetry.headers.len()), ("transom", 1));
        assert!(read("{}").unwrap().is_none() && read("{otlp: null}").unwrap().is_none());
    }

    #[test]
    fn each_wrong_value_is_named() {
        for (section, said) in [
            ("{otlp: nowhere}", "no web address"),
            ("{otlp: 'http://x:4318/v1/traces'}", "one of the collector's paths"),
            ("{otlp: 'http://x', headers: {Host: a}}", "writes the header `Host` itself"),
            ("{otlp: 'http://x', headers: {'a b': a}}", "cannot be a header"),
            ("{otlp: 'http://x', metrics_every: 1s}", "less than five seconds"),
            ("{otlp: 'http://x', sample_percent: 101}", "sample_percent"),
        ] {
            let all = read(section).unwrap_err();
            assert!(all.len() == 1 && all[0].contains(said), "{section}: {all:?}");
        }
    }
}
