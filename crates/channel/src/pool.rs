//! Pools keep-alive connections to providers, each with one request at a time.
//!
//! A pool for any host and protocol costs a task, two locks and a dozen allocations for each request; this one costs
//! one lock.

use super::{
    fence::{Fenced, UNPROVEN},
    roots::tls,
};
use crate::base::{
    fence::Fence,
    limits::{CONNECT_TIMEOUT, IDLE_CONNECTION_TIMEOUT, IDLE_CONNECTIONS_MAX, STALE_CONNECTIONS_MAX, TCP_KEEPALIVE},
    time::Time,
};
use http_body_util::Full;
use hyper::{
    Request, Response, Uri,
    body::{Bytes, Incoming},
    client::conn::http1::{SendRequest, handshake},
    header::{HOST, HeaderValue},
    http::uri::{Authority, PathAndQuery, Scheme},
};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use std::{
    collections::{HashMap, VecDeque},
    error::Error,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use tower_service::Service;

type Host = (Scheme, Authority);

/// The pool. Clones share the connections.
#[derive(Clone)]
pub struct Pool {
    connector: HttpsConnector<HttpConnector>,
    idle: Arc<Mutex<HashMap<Host, VecDeque<Idle>>>>,
    fence: Option<Arc<Fence>>,
}

/// An idle connection and the time since when it is idle; the newest is last in its list.
struct Idle {
    sender: SendRequest<Full<Bytes>>,
    since: Time,
}

/// A connection in use. Return it with `give_back` when the answer is read to its end, otherwise it is closed.
pub struct Used {
    host: Host,
    sender: SendRequest<Full<Bytes>>,
}

/// The reason why there is no answer.
pub enum PoolError {
    /// The request was not sent.
    Unsent(Box<dyn Error + Send + Sync>),
    /// The request may have been sent.
    Broken(hyper::Error),
}

impl Pool {
    pub fn new() -> Self {
        let mut http = HttpConnector::new();
        http.set_nodelay(true);
        http.set_keepalive(Some(TCP_KEEPALIVE.to_std()));
        http.enforce_http(false);
        let connector =
            HttpsConnectorBuilder::new().with_tls_config(tls()).https_or_http().enable_http1().wrap_connector(http);
        Pool { connector, idle: Arc::default(), fence: None }
    }

    /// Sends nothing while the fence is shut.
    pub fn behind(self, fence: Arc<Fence>) -> Self {
        Pool { fence: Some(fence), ..self }
    }

    pub fn fence(&self) -> Option<&Fence> {
        self.fence.as_deref()
    }

    /// Sends a request with an absolute URI, and gives the head of the answer. If the other side had closed an idle
    /// connection before anything was written, another connection is used. Nothing is sent while the fence is shut: the
    /// process may have been stopped while the connection was opened.
    pub async fn request(
        &self,
        mut request: Request<Full<Bytes>>,
        now: Time,
    ) -> Result<(Response<Incoming>, Used), PoolError> {
        let host = addressed(&mut request).map_err(|why| PoolError::Unsent(why.into()))?;
        let mut stale = 0;
        loop {
            let idle = if stale < STALE_CONNECTIONS_MAX { self.take(&host, now) } else { None };
            let fresh = idle.is_none();
            let mut sender = match idle {
                Some(sender) => sender,
                // Boxed: most requests find a connection, and the future would make every caller's future larger.
                None => Box::pin(self.connect(&host)).await.map_err(PoolError::Unsent)?,
            };
            if let Err(error) = sender.ready().await {
                if fresh {
                    return Err(PoolError::Unsent(error.into()));
                }
                stale += 1;
                continue;
            }
            if self.fence().is_some_and(|fence| !fence.is_open()) {
                return Err(PoolError::Unsent(UNPROVEN.into()));
            }
            match sender.try_send_request(request).await {
                Ok(answer) => return Ok((answer, Used { host, sender })),
                Err(mut error) => match error.take_message() {
                    Some(unsent) if !fresh => (request, stale) = (unsent, stale + 1),
                    Some(_) => return Err(PoolError::Unsent(error.into_error().into())),
                    None => return Err(PoolError::Broken(error.into_error())),
                },
            }
        }
    }

    /// Returns a connection whose answer was read to its end.
    pub fn give_back(&self, used: Used, now: Time) {
        let mut hosts = self.idle();
        let idle = hosts.entry(used.host).or_default();
        while idle.front().is_some_and(|oldest| is_old(oldest, now)) {
            idle.pop_front();
        }
        if idle.len() < IDLE_CONNECTIONS_MAX {
            idle.push_back(Idle { sender: used.sender, since: now });
        }
    }

    /// The most recently used connection: the others may time out.
    fn take(&self, host: &Host, now: Time) -> Option<SendRequest<Full<Bytes>>> {
        let mut hosts = self.idle();
        let idle = hosts.get_mut(host)?;
        loop {
            let newest = idle.pop_back()?;
            if is_old(&newest, now) {
                idle.clear();
                return None;
            }
            if !newest.sender.is_closed() {
                return Some(newest.sender);
            }
        }
    }

    async fn connect(
        &self,
        (scheme, authority): &Host,
    ) -> Result<SendRequest<Full<Bytes>>, Box<dyn Error + Send + Sync>> {
        let address = Uri::builder().scheme(scheme.clone()).authority(authority.clone()).path_and_query("/").build()?;
        let connecting = self.connector.clone().call(address);
        // Includes the TLS handshake.
        let Ok(connected) = tokio::time::timeout(CONNECT_TIMEOUT.to_std(), connecting).await else {
            return Err("no connection in time".into());
        };
        let (sender, connection) = handshake(Fenced::new(connected?, self.fence.clone())).await?;
        tokio::spawn(async move {
            // The waiting request gets the error, too.
            if let Err(error) = connection.await {
                tracing::debug!(error = %error, "A connection to a provider broke");
            }
        });
        Ok(sender)
    }

    fn idle(&self) -> MutexGuard<'_, HashMap<Host, VecDeque<Idle>>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn is_old(idle: &Idle, now: Time) -> bool {
    now - idle.since >= IDLE_CONNECTION_TIMEOUT
}

/// Moves the host from the URI to the header, as HTTP/1.1 needs it.
fn addressed(request: &mut Request<Full<Bytes>>) -> Result<Host, &'static str> {
    let parts = std::mem::take(request.uri_mut()).into_parts();
    let (Some(scheme), Some(authority)) = (parts.scheme, parts.authority) else {
        return Err("the address names no host");
    };
    let usual = if scheme == Scheme::HTTPS { 443 } else { 80 };
    // Without user and password, and without the scheme's default port.
    let name = match authority.port_u16() {
        Some(port) if port != usual => authority.as_str().rsplit('@').next().unwrap_or_default(),
        _ => authority.host(),
    };
    let name = HeaderValue::from_str(name);
    request.headers_mut().insert(HOST, name.map_err(|_| "the address names a strange host")?);
    *request.uri_mut() = Uri::from(parts.path_and_query.unwrap_or(PathAndQuery::from_static("/")));
    Ok((scheme, authority))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_host_moves_into_its_header() {
        let host = |url: &str| {
            let mut request = Request::new(Full::default());
            *request.uri_mut() = url.parse().unwrap();
            let found = addressed(&mut request).map(|(scheme, authority)| format!("{scheme} {authority}"));
            let header = request.headers().get(HOST).map(|value| value.to_str().unwrap().to_owned());
            (found, header.unwrap_or_default(), request.uri().to_string())
        };
        let found = |scheme: &str| Ok::<_, &str>(scheme.to_owned());
        assert_eq!(
            host("https://a.example/v24.0/1?x=2"),
            (found("https a.example"), "a.example".into(), "/v24.0/1?x=2".into())
        );
        assert_eq!(host("http://[::1]:8080"), (found("http [::1]:8080"), "[::1]:8080".into(), "/".into()));
        assert_eq!(host("https://a.example:443/"), (found("https a.example:443"), "a.example".into(), "/".into()));
        assert!(host("/only/a/path").0.is_err());
    }
}
