//! Serves a daemon that stands by: probes say what it waits for, and all other requests go to the active daemon.
//!
//! So every daemon of a database can be asked, whichever is active. A webhook that comes while none is waits until one
//! is, for a limited time; then 503 makes the platform send it again.

mod forward;
mod server;

pub use server::StandbyServer;

use super::{
    api::probes,
    idempotency::json,
    not_found,
    problem::Problem,
    server::{body_memory::Room, listener::Peer, serve::Side, tls::Tls},
    uncached,
};
use crate::{
    base::{
        clock::Stopwatch,
        limits::{FORWARD_PATIENCE, FULL_TOLD_EVERY},
    },
    runtime::{config::Config, health::disk, process::metrics::Metrics},
    store::{StandbyView, tables::member::Member},
};
use axum::{
    extract::Request,
    http::{HeaderName, HeaderValue, StatusCode},
    response::{IntoResponse, Response},
};
use forward::Upstream;
use ipnet::IpNet;
use serde_json::{Value, json};
use std::{
    error::Error,
    path::PathBuf,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};
use tokio::sync::watch;

/// Marks the answer of a standby that knows no active daemon, so that another standby asks again.
const NOBODY: HeaderName = HeaderName::from_static("transom-standby");

/// The state that requests to a standby share.
pub struct StandbyWeb {
    view: watch::Receiver<StandbyView>,
    metrics: Metrics,
    /// The URL of this daemon, to which requests go that have outlasted its wait.
    own: String,
    /// Networks of proxies at public addresses.
    proxies: Vec<IpNet>,
    /// The folder whose disk the metrics tell of.
    data: PathBuf,
    upstream: Upstream,
    /// The TLS of the public listener.
    pub(super) tls: Option<Tls>,
    /// Why the last request did not get over to the active daemon; `None` after one that did.
    hop_trouble: Mutex<Option<HopTrouble>>,
    pub(super) room: Room,
    /// Set when this daemon has become the active one.
    is_over: AtomicBool,
    /// Set when this daemon is to end.
    stops: AtomicBool,
    /// When a probe last saw an active daemon.
    saw_active: Mutex<Option<Stopwatch>>,
}

/// Why a request could not be handed on, and when the log said so.
struct HopTrouble {
    reason: String,
    told: Stopwatch,
}

impl StandbyWeb {
    /// `own`: the URL at which this daemon will serve when it is active.
    pub fn new(
        view: watch::Receiver<StandbyView>,
        metrics: Metrics,
        own: String,
        config: &Config,
        tls: Option<Tls>,
    ) -> Self {
        StandbyWeb {
            view,
            metrics,
            own,
            proxies: config.proxies.clone(),
            data: config.data.clone(),
            upstream: Upstream::new(tls.as_ref(), config.public_host()),
            tls,
            hop_trouble: Mutex::new(None),
            room: Room::default(),
            is_over: false.into(),
            stops: false.into(),
            saw_active: Mutex::new(None),
        }
    }

    /// The listeners are about to be those of the active daemon.
    pub fn ends(&self) {
        self.is_over.store(true, Ordering::SeqCst);
    }

    /// This daemon is about to end: it is not ready any more, and hands on what still comes.
    pub fn stops(&self) {
        self.stops.store(true, Ordering::SeqCst);
    }

    /// The URL of the active daemon; `None` while there is none, or no address leads to it from here.
    fn active(&self) -> Option<String> {
        if self.is_over.load(Ordering::SeqCst) {
            return Some(self.own.clone());
        }
        self.view.borrow().active_url().map(str::to_owned)
    }

    fn hop_works(&self) {
        *self.hop_trouble.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// Keeps the reason for `doctor`, and says it in the log: at once, then once a minute.
    fn hop_fails(&self, target: &str, error: &(dyn Error + 'static)) {
        let mut cause = error;
        while let Some(deeper) = cause.source() {
            cause = deeper;
        }
        let reason = cause.to_string();
        let mut trouble = self.hop_trouble.lock().unwrap_or_else(PoisonError::into_inner);
        let told = trouble.take().map(|trouble| trouble.told);
        let is_told = told.as_ref().is_some_and(|told| told.elapsed() < FULL_TOLD_EVERY.to_std());
        if !is_told {
            tracing::warn!(error = %reason, "A request could not be handed on to the active daemon at {target}: {reason}");
        }
        let told = told.filter(|_| is_told).unwrap_or_else(Stopwatch::start);
        *trouble = Some(HopTrouble { reason, told });
    }

    pub(super) async fn answer(&self, side: Side, Peer(peer): Peer, request: Request) -> Response {
        uncached(match (side, request.uri().path()) {
            (_, "/healthz") => probes::healthz().await.into_response(),
            (Side::Public, "/readyz") => self.ready(&json!({"ready": self.is_ready()})),
            (Side::Admin, "/readyz") => self.ready(&self.state()),
            (Side::Admin, "/metrics") => {
                self.measure();
                probes::page(&self.metrics, request.headers())
            }
            (Side::Public, _) => forward::forward(self, peer, request).await,
            (Side::Admin, _) => not_found::no_such_path(request.uri().clone()).await,
        })
    }

    /// Sets the metrics that alerts ask of every daemon.
    fn measure(&self) {
        self.metrics.active.set(0);
        self.metrics.database_connected.set(self.view.borrow().trouble.is_none().into());
        if let Some(free) = disk::free(&self.data) {
            self.metrics.disk_free_bytes.set(i64::try_from(free).unwrap_or(i64::MAX));
        }
    }

    /// A standby is ready if it can hand requests on, or if it soon may: webhooks wait here for `FORWARD_PATIENCE` while
    /// one daemon ends and the next one takes over, and a load balancer would refuse them.
    fn is_ready(&self) -> bool {
        // Asked before the lock: `view` has a lock of its own, and two that are taken in two orders stop each other.
        let is_active = self.active().is_some();
        let mut saw_active = self.saw_active.lock().unwrap_or_else(PoisonError::into_inner);
        if is_active {
            *saw_active = Some(Stopwatch::start());
        }
        let soon = saw_active.is_some_and(|seen| seen.elapsed() < FORWARD_PATIENCE.to_std());
        soon && !self.stops.load(Ordering::SeqCst)
    }

    fn ready(&self, body: &Value) -> Response {
        json(if self.is_ready() { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE }, body)
    }

    /// The state for operators.
    fn state(&self) -> Value {
        let is_ready = self.is_ready();
        let view = self.view.borrow();
        json!({
            "ready": is_ready,
            "role": "standby",
            "member": view.own,
            "active": view.active().map(|active| told(active, view.active_url())),
            "outdated": view.outdated.map(|of| json!({"has": of.has, "knows": of.knows})),
            "database": if view.trouble.is_none() { "connected" } else { "away" },
            "database_error": view.trouble,
            "hop_error": self.hop_trouble.lock().unwrap_or_else(PoisonError::into_inner).as_ref().map(|one| &one.reason),
        })
    }
}

fn told(member: &Member, url: Option<&str>) -> Value {
    json!({"id": member.id, "name": member.name, "address": url.unwrap_or_default(), "version": member.version})
}

/// The answer while no daemon is active.
fn nobody() -> Response {
    let why = "This daemon stands by, and no other one is active now; ask again soon.";
    let problem = Problem { retry_after_s: Some(1), ..Problem::new(StatusCode::SERVICE_UNAVAILABLE, "standby", why) };
    let mut response = problem.into_response();
    response.headers_mut().insert(NOBODY, HeaderValue::from_static("1"));
    response
}
