//! Exports spans and metrics to an OpenTelemetry collector, by OTLP over HTTP with JSON.
//!
//! Off unless `telemetry.otlp` is configured. Nothing waits for the collector: spans lie in a bounded queue, and those
//! that find it full are dropped, counted in `transom_telemetry_dropped_total` and told in the log.
//!
//! The messages are those of the crate `opentelemetry-proto`. Its SDK is not used for spans: that one makes its own ids
//! and keeps the parent in the thread, while a trace here goes on after a restart and in another daemon.

mod gauges;
pub(crate) mod ids;
mod traces;

use crate::{
    base::{
        clock::Clock,
        limits::{
            OTLP_ATTEMPTS_MAX, OTLP_END, OTLP_GATHER, OTLP_RETRY, OTLP_SPANS_AT_ONCE_MAX, OTLP_SPANS_MAX, OTLP_TIMEOUT,
        },
        time::{Span as Duration, Time},
    },
    channel::{
        call::{FlowClient, Post},
        guard::Guard,
        spans::{Span, Spans},
    },
    config::Telemetry,
    process::{Process, log_limit::LogLimiter, metrics::Metrics},
};
use anyhow::Context as _;
use opentelemetry_proto::tonic::{
    common::v1::{AnyValue, InstrumentationScope, KeyValue, any_value},
    resource::v1::Resource,
};
use serde::Serialize;
use std::{
    pin::pin,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
};
use tokio::sync::{Mutex, mpsc, watch};

/// The queue of spans, and where it leads.
pub struct Otlp {
    settings: Telemetry,
    /// Locked by the one loop that exports; a loop that began anew after a panic goes on with it.
    queued: Mutex<mpsc::Receiver<Span>>,
    spans: Spans,
    client: FlowClient,
    clock: Arc<dyn Clock>,
    metrics: Metrics,
    log_limiter: Arc<LogLimiter>,
    /// Ids of traces are derived by it, so that two databases with the same numbers have different ones.
    key: Arc<[u8]>,
    started_at: Time,
    metrics_sent: AtomicI64,
}

/// The queue between those who tell of spans and the exporter; made before the daemon, whose client tells of them, too.
pub fn queue(settings: Option<&Telemetry>) -> (Spans, Option<mpsc::Receiver<Span>>) {
    match settings {
        Some(settings) => {
            let (spans, queued) = Spans::queue(OTLP_SPANS_MAX, settings.sample_percent);
            (spans, Some(queued))
        }
        None => (Spans::default(), None),
    }
}

impl Otlp {
    /// Fails only if TLS cannot be set up. The collector's address is the operator's own, so every network is allowed.
    pub(crate) fn new(process: &Process, settings: Telemetry, queued: mpsc::Receiver<Span>) -> anyhow::Result<Otlp> {
        let everywhere = ["0.0.0.0/0", "::/0"].map(|net| net.parse().expect("a network"));
        let client = FlowClient::new(Guard::new(everywhere)).context("the client of the collector")?;
        let Process { clock, metrics, log_limiter, token_key, started_at, spans, .. } = process.clone();
        Ok(Otlp {
            settings,
            queued: Mutex::new(queued),
            spans,
            client: client.without_redirects(),
            clock,
            metrics,
            log_limiter,
            key: token_key,
            metrics_sent: AtomicI64::new(started_at.0),
            started_at,
        })
    }

    /// Exports until `stop` turns true, and then what is queued, for at most [`OTLP_END`].
    pub async fn drive(self: Arc<Self>, mut stop: watch::Receiver<bool>) {
        let mut queued = self.queued.lock().await;
        loop {
            let mut ended = pin!(stop.wait_for(|stop| *stop));
            let ends = tokio::select! {
                _ = &mut ended => true,
                () = tokio::time::sleep(OTLP_GATHER.to_std()) => false,
            };
            let mut exports = pin!(self.export(&mut queued));
            if !ends {
                tokio::select! {
                    () = &mut exports => continue,
                    _ = &mut ended => {}
                }
            }
            // The request under way is among them: a stop does not cut it off at once.
            let _ = tokio::time::timeout(OTLP_END.to_std(), exports).await;
            return;
        }
    }

    /// Sends the queued spans, and the metrics if their time has come.
    async fn export(&self, queued: &mut mpsc::Receiver<Span>) {
        loop {
            let mut batch = Vec::new();
            while batch.len() < OTLP_SPANS_AT_ONCE_MAX
                && let Ok(span) = queued.try_recv()
            {
                batch.push(span);
            }
            if batch.is_empty() {
                break;
            }
            let (count, request) = (batch.len(), traces::request(batch, &self.key, self.resource()));
            if !self.post("/v1/traces", &request).await {
                self.metrics.telemetry_dropped.inc_by(count as u64);
            }
        }
        let dropped = self.spans.take_dropped();
        if dropped > 0 {
            self.metrics.telemetry_dropped.inc_by(dropped);
        }
        let (now, every) = (self.clock.now(), self.settings.metrics_every);
        if every > Duration::ZERO && now - Time(self.metrics_sent.load(Ordering::Relaxed)) >= every {
            self.metrics_sent.store(now.0, Ordering::Relaxed);
            let request = gauges::request(&self.metrics.render(), (self.started_at, now), self.resource());
            self.post("/v1/metrics", &request).await;
        }
    }

    /// Posts to the collector; tries again where it is away or busy. True if it has taken it.
    async fn post(&self, path: &str, request: &impl Serialize) -> bool {
        let Ok(body) = serde_json::to_string(request) else { return false };
        let url = format!("{}{path}", self.settings.otlp);
        let headers: Vec<(&str, String)> =
            self.settings.headers.iter().map(|(name, value)| (name.as_str(), value.expose().to_owned())).collect();
        let mut why = String::new();
        for attempt in 1..=OTLP_ATTEMPTS_MAX {
            let post = Post { url: &url, headers: &headers, body: &body, timeout: OTLP_TIMEOUT };
            let wait = match self.client.post(post).await {
                Ok(posted) if (200..300).contains(&posted.status) => return true,
                Ok(posted) => {
                    why = format!("it answers {}", posted.status);
                    // The statuses after which OTLP wants another try; after any other one it would be refused again.
                    if !matches!(posted.status, 429 | 502 | 503 | 504) {
                        break;
                    }
                    posted.retry_after.map_or(OTLP_RETRY, |after| after.min(OTLP_TIMEOUT))
                }
                Err(error) => {
                    why = format!("{}: {}", error.code, error.text);
                    OTLP_RETRY
                }
            };
            if attempt < OTLP_ATTEMPTS_MAX {
                tokio::time::sleep(wait.to_std()).await;
            }
        }
        if let Some(more) = self.log_limiter.ask("telemetry", self.clock.now()) {
            tracing::warn!(
                url.path = path,
                more = more.count(),
                "The collector did not take traces or metrics ({why}); those are lost, and nothing else is{more}"
            );
        }
        false
    }

    fn resource(&self) -> Resource {
        let attributes = vec![
            text("service.name", self.settings.service_name.clone()),
            text("service.version", env!("CARGO_PKG_VERSION").to_owned()),
            text("service.instance.id", format!("{}-{}", std::process::id(), self.started_at.0)),
        ];
        Resource { attributes, ..Resource::default() }
    }
}

/// The name under which all spans and metrics are told.
fn scope() -> InstrumentationScope {
    InstrumentationScope {
        name: "transom".to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        ..InstrumentationScope::default()
    }
}

fn text(key: &str, value: String) -> KeyValue {
    attribute(key, any_value::Value::StringValue(value))
}

fn attribute(key: &str, value: any_value::Value) -> KeyValue {
    KeyValue { key: key.to_owned(), value: Some(AnyValue { value: Some(value) }), ..KeyValue::default() }
}

/// Nanoseconds since 1970, as OTLP counts.
fn nanos(at: Time) -> u64 {
    u64::try_from(at.0).unwrap_or(0).saturating_mul(1_000_000)
}
