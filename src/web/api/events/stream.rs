//! `GET /v1/events`: streams events from the event log as Server-Sent Events; none is lost when either side restarts.

use crate::{
    base::{
        limits::{
            EVENT_CHUNKS_WAITING_MAX, EVENT_HEARTBEAT, EVENT_LISTENERS_MAX, EVENT_LOOK_EVERY, EVENT_READER_SLOW,
            EVENTS_READ_MAX,
        },
        query,
        time::Span,
    },
    store::tables::event::{self, Event, KINDS},
    web::{
        account_places::AccountPlace,
        admission::{self, Effect},
        auth::Caller,
        problem::{ApiResult, Problem},
        routes::stream::EVENT,
        server::listener::Peer,
        state::Web,
        studio::news::{BotNews, NEWS},
    },
};
use axum::{
    body::{Body, Bytes, HttpBody},
    extract::{ConnectInfo, RawQuery, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use hyper::body::Frame;
use std::{
    convert::Infallible,
    net::SocketAddr,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};
use tokio::{
    sync::mpsc,
    time::{MissedTickBehavior, interval},
};

/// Begins after `Last-Event-ID` (or `?after=`), else now. `?types=` selects kinds.
///
/// `files` and `flows`, if they are asked for by name, tell of the bot's files and come from no log: a listener that
/// wants nothing else does not start one.
pub async fn listen(
    State(web): State<Arc<Web>>,
    ConnectInfo(Peer(peer)): ConnectInfo<Peer>,
    RawQuery(query): RawQuery,
    caller: Caller,
    headers: HeaderMap,
) -> ApiResult {
    let text = query.unwrap_or_default();
    let types = wanted(&text)?;
    let given = headers.get("last-event-id").and_then(|id| id.to_str().ok()).map(str::to_owned);
    let given = given.or_else(|| query::value(&text, "after")).filter(|id| !id.trim().is_empty());
    let last: Option<i64> = match given {
        None => None,
        Some(id) => Some(id.trim().parse().ok().filter(|id| *id >= 0).ok_or_else(|| {
            let why = "`Last-Event-ID` is none that this stream gave out.".to_owned();
            Problem::invalid(vec![("/after".to_owned(), why)])
        })?),
    };
    let Some(place) = web.listeners.take_for(&caller) else {
        let why = format!("{EVENT_LISTENERS_MAX} of this account listen already.");
        let problem = Problem::new(StatusCode::SERVICE_UNAVAILABLE, "too_many_listeners", why);
        return Err(Problem { retry_after_s: Some(5), ..problem });
    };
    let reads_log = types.is_empty() || types.iter().any(|one| KINDS.contains(&one.as_str()));
    let (mut first, mut newest) = (0, last.unwrap_or_default());
    if reads_log {
        // From now on the event log is written, even while no client is connected.
        web.app.events.listen().await.map_err(|error| Problem::bug(&error))?;
        (first, newest) = event::ends(&web.app.store).await.map_err(|error| Problem::bug(&error))?;
    }
    let (chunks, body) = mpsc::channel(EVENT_CHUNKS_WAITING_MAX);
    let mut begin = String::from("retry: 2000\n\n");
    let after = match last {
        None => newest,
        Some(last) => {
            // The events between are deleted, or the log is another one: the client must read the lists again.
            if last.saturating_add(1) < first || last > newest {
                begin.push_str("event: gap\ndata: {}\n\n");
            }
            if last > newest { newest } else { last }
        }
    };
    let news = BotNews::begin(&web, &types);
    let listener = Listener { web, peer, headers, caller, types, reads_log, after, chunks };
    // The task ends when the client disconnects.
    tokio::spawn(listener.follow(begin, news));
    let kind = [(header::CONTENT_TYPE, "text/event-stream"), (header::CACHE_CONTROL, "no-store")];
    Ok((kind, Body::new(Chunks { body, _place: place })).into_response() as Response)
}

fn wanted(text: &str) -> Result<Vec<String>, Problem> {
    let Some(list) = query::value(text, "types").filter(|list| !list.is_empty()) else { return Ok(Vec::new()) };
    let types: Vec<String> = list.split(',').map(|one| one.trim().to_owned()).collect();
    match types.iter().find(|one| !KINDS.contains(&one.as_str()) && !NEWS.contains(&one.as_str())) {
        None => Ok(types),
        Some(unknown) => {
            let why = format!("There is no type `{unknown}`; there are {}, {}.", KINDS.join(", "), NEWS.join(", "));
            Err(Problem::invalid(vec![("/types".to_owned(), why)]))
        }
    }
}

struct Listener {
    web: Arc<Web>,
    peer: SocketAddr,
    headers: HeaderMap,
    caller: Caller,
    types: Vec<String>,
    /// False for a listener to the bot's files alone.
    reads_log: bool,
    after: i64,
    chunks: mpsc::Sender<Bytes>,
}

/// The client disconnected or is too slow.
struct ClientGone;

impl Listener {
    async fn follow(mut self, begin: String, mut news: BotNews) -> Result<(), ClientGone> {
        self.send(begin).await?;
        let (mut stopping, mut rights) = (self.web.stopping.subscribe(), self.web.rights_changed.subscribe());
        // Between the admission of the request and this moment somebody may have been removed.
        self.still_allowed().await?;
        let mut beat = interval(EVENT_HEARTBEAT.to_std());
        let mut look = interval(EVENT_LOOK_EVERY.to_std());
        look.set_missed_tick_behavior(MissedTickBehavior::Delay);
        while !*stopping.borrow() {
            tokio::select! {
                biased;
                () = self.chunks.closed() => return Err(ClientGone),
                _ = stopping.changed() => {}
                Ok(()) = rights.changed() => self.still_allowed().await?,
                _ = beat.tick() => self.heartbeat().await?,
                text = news.next(&self.web) => self.send(text).await?,
                _ = look.tick(), if self.reads_log => {
                    if self.catch_up().await? {
                        look.reset_immediately();
                    }
                }
            }
        }
        Ok(())
    }

    /// Ends the stream if the caller is signed out, or may do something else than at its beginning.
    async fn still_allowed(&self) -> Result<(), ClientGone> {
        let caller = admission::caller(&self.web, self.peer, &self.headers, Effect::Reads).await;
        if caller.is_ok_and(|caller| caller == self.caller) { Ok(()) } else { Err(ClientGone) }
    }

    /// Checks that the caller may still listen, since a session also ends by itself, and that the client still reads.
    async fn heartbeat(&self) -> Result<(), ClientGone> {
        self.still_allowed().await?;
        if self.reads_log {
            self.web.app.events.listen().await.map_err(|_| ClientGone)?;
        }
        self.send(": still here\n\n".to_owned()).await
    }

    /// Sends the events committed since the last ones; true if there were any.
    async fn catch_up(&mut self) -> Result<bool, ClientGone> {
        let read = event::after(&self.web.app.store, self.after, EVENTS_READ_MAX).await;
        let events = read.map_err(|error| {
            tracing::warn!(error = %error, "The stored events cannot be read, so the connection of a client that listens to them is closed");
            ClientGone
        })?;
        let mut text = String::new();
        for event in &events {
            self.after = event.id;
            let wanted = self.types.is_empty() || self.types.contains(&event.kind);
            if wanted && self.is_owned(event).await? {
                text.push_str(&self.written(event).await?);
            }
        }
        if !text.is_empty() {
            self.send(text).await?;
        }
        Ok(!events.is_empty())
    }

    async fn send(&self, text: String) -> Result<(), ClientGone> {
        offer(&self.chunks, text, EVENT_READER_SLOW).await
    }

    async fn is_owned(&self, event: &Event) -> Result<bool, ClientGone> {
        if self.caller.accounts().is_none() {
            return Ok(true);
        }
        let account = self.web.app.events.account_of(event).await.map_err(|_| ClientGone)?;
        Ok(account.is_some_and(|account| self.caller.owns(&account)))
    }

    async fn written(&self, event: &Event) -> Result<String, ClientGone> {
        let told = self.web.app.events.told(event).await.map_err(|_| ClientGone)?;
        let data = match self.caller.sees_people() {
            true => told,
            false => self.web.masks.value(&self.web, &EVENT, told),
        };
        Ok(format!("id: {}\nevent: {}\ndata: {data}\n\n", event.id, event.kind))
    }
}

/// Disconnects a client that does not read, instead of buffering: it comes back with its last event id.
async fn offer(chunks: &mpsc::Sender<Bytes>, text: String, within: Span) -> Result<(), ClientGone> {
    chunks.send_timeout(Bytes::from(text), within.to_std()).await.map_err(|_| ClientGone)
}

/// The response body: the chunks from a channel, until it closes.
struct Chunks {
    body: mpsc::Receiver<Bytes>,
    _place: AccountPlace,
}

impl HttpBody for Chunks {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        self.body.poll_recv(cx).map(|chunk| chunk.map(|chunk| Ok(Frame::data(chunk))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn who_takes_nothing_is_let_go_and_not_buffered_for() {
        let (chunks, mut body) = mpsc::channel(EVENT_CHUNKS_WAITING_MAX);
        for _ in 0..EVENT_CHUNKS_WAITING_MAX {
            assert!(offer(&chunks, "news".into(), Span(0)).await.is_ok());
        }
        assert!(offer(&chunks, "news".into(), Span(0)).await.is_err());
        body.recv().await;
        assert!(offer(&chunks, "news".into(), Span(0)).await.is_ok());
    }

    #[test]
    fn a_type_that_there_is_not_is_told() {
        assert_eq!(wanted("types=message.in,%20consent").unwrap(), ["message.in", "consent"]);
        assert!(wanted("types=mesage.in").unwrap_err().detail.contains("there are message.in, "));
    }
}
