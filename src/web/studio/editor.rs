//! `GET /v1/studio/lsp`: connects the studio's editor to a language server of its own, over a WebSocket.

use super::{checked_bot::surroundings, codes::CODES_AT};
use crate::{
    base::{
        limits::{
            STUDIO_EDITOR_BEAT, STUDIO_EDITOR_MESSAGE_BYTES_MAX, STUDIO_EDITOR_SLOW, STUDIO_EDITOR_WAITING_MAX,
            STUDIO_EDITORS_MAX,
        },
        time::Span,
    },
    flow::CheckContext,
    lsp::{
        self, Options, Roots,
        lsp_server::{Connection, Message as LspMessage, Notification},
    },
    web::{
        account_places::AccountPlace,
        admission::{self, Effect},
        auth::Caller,
        problem::{ApiResult, Problem},
        server::listener::Peer,
        state::Web,
    },
};
use axum::{
    extract::{
        ConnectInfo, State,
        ws::{CloseFrame, Message, WebSocket, WebSocketUpgrade, close_code, rejection::WebSocketUpgradeRejection},
    },
    http::{HeaderMap, StatusCode},
};
use serde_json::json;
use std::{io, net::SocketAddr, sync::Arc, thread};
use tokio::{
    sync::mpsc,
    time::{MissedTickBehavior, interval, timeout},
};

/// The limits of one editor; a test has smaller ones.
#[derive(Debug, Clone, Copy)]
pub struct EditorLimits {
    /// Messages that wait for the server, and for the editor.
    pub waiting: usize,
    /// How often a sign of life is asked for.
    pub beat: Span,
    /// How long the editor may take for one message.
    pub slow: Span,
}

impl Default for EditorLimits {
    fn default() -> Self {
        let (waiting, beat, slow) = (STUDIO_EDITOR_WAITING_MAX, STUDIO_EDITOR_BEAT, STUDIO_EDITOR_SLOW);
        EditorLimits { waiting, beat, slow }
    }
}

/// Each editor gets a server that knows only this bot, as `file:///bot/`.
pub async fn open(
    State(web): State<Arc<Web>>,
    ConnectInfo(Peer(peer)): ConnectInfo<Peer>,
    headers: HeaderMap,
    caller: Caller,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> ApiResult {
    let upgrade = upgrade.map_err(|_| {
        let why = "This address speaks the Language Server Protocol over a WebSocket, and nothing else.";
        Problem::new(StatusCode::UPGRADE_REQUIRED, "upgrade_required", why)
    })?;
    let Some(place) = web.editors.take(None) else {
        let why = format!("{STUDIO_EDITORS_MAX} editors are open already; close one.");
        let problem = Problem::new(StatusCode::SERVICE_UNAVAILABLE, "too_many_editors", why);
        return Err(Problem { retry_after_s: Some(5), ..problem });
    };
    let around = surroundings(&web.app).await;
    let upgrade = upgrade.max_message_size(STUDIO_EDITOR_MESSAGE_BYTES_MAX);
    Ok(upgrade.max_frame_size(STUDIO_EDITOR_MESSAGE_BYTES_MAX).on_upgrade(move |socket| async move {
        match Server::start(&web, around) {
            Ok(server) => server.serve(&web, &Author { peer, headers, caller }, socket, place).await,
            Err(error) => tracing::error!(error = %error, "No thread could be started for an editor"),
        }
    }))
}

/// The language server of one editor. Its threads end when its queue of messages is closed.
struct Server {
    editor: Connection,
    /// Its messages to the editor; closed when it has ended.
    answers: mpsc::Receiver<LspMessage>,
    limits: EditorLimits,
}

/// The caller of the request that opened the connection.
struct Author {
    peer: SocketAddr,
    headers: HeaderMap,
    caller: Caller,
}

impl Author {
    /// False after a sign-out, or a change of role.
    async fn may_go_on(&self, web: &Web) -> bool {
        let now = admission::caller(web, self.peer, &self.headers, Effect::Acts).await;
        now.is_ok_and(|caller| caller == self.caller)
    }
}

/// Why a connection is closed from our side.
enum End {
    /// The editor has left.
    Left,
    Because(u16, &'static str),
}

impl Server {
    fn start(web: &Web, around: CheckContext) -> io::Result<Server> {
        let (session, editor) = Connection::memory();
        let roots = Roots::One { folder: Arc::clone(&web.bot_check.folder), codes_at: CODES_AT };
        let complain =
            |why: &str| tracing::error!("The check of the files in an editor panicked, a bug of ours: {why}");
        // A panic ends this thread, and with it this connection alone.
        thread::Builder::new().name("editor".to_owned()).spawn(move || {
            if let Err(error) = lsp::serve(&session, Options { roots, around, complain }) {
                tracing::debug!(error = %error, "An editor was disconnected");
            }
        })?;
        let (tell, answers) = mpsc::channel(web.editor_limits.waiting);
        let told = editor.receiver.clone();
        thread::Builder::new().name("editor-out".to_owned()).spawn(move || {
            while let Ok(message) = told.recv() {
                if tell.blocking_send(message).is_err() {
                    return;
                }
            }
        })?;
        Ok(Server { editor, answers, limits: web.editor_limits })
    }

    async fn serve(mut self, web: &Web, author: &Author, mut socket: WebSocket, place: AccountPlace) {
        let end = self.exchange(web, author, &mut socket).await;
        if let End::Because(code, reason) = end {
            let close = Message::Close(Some(CloseFrame { code, reason: reason.into() }));
            let _ = timeout(self.limits.slow.to_std(), socket.send(close)).await;
        }
        drop(socket);
        // The place is free only when the threads have ended.
        let Server { editor, mut answers, .. } = self;
        drop(editor);
        while answers.recv().await.is_some() {}
        drop(place);
    }

    /// Passes messages on until one side ends.
    async fn exchange(&mut self, web: &Web, author: &Author, socket: &mut WebSocket) -> End {
        let (mut stopping, mut files) = (web.stopping.subscribe(), web.app.reloader.looks());
        let mut rights = web.rights_changed.subscribe();
        let mut beat = interval(self.limits.beat.to_std());
        beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut is_heard = true;
        loop {
            if *stopping.borrow_and_update() {
                return End::Because(close_code::AWAY, "the daemon stops");
            }
            let text = tokio::select! {
                _ = stopping.changed() => continue,
                Ok(()) = rights.changed() => match author.may_go_on(web).await {
                    true => continue,
                    false => return End::Because(close_code::POLICY, "signed out"),
                },
                _ = beat.tick() => {
                    if !std::mem::take(&mut is_heard) {
                        return End::Left;
                    }
                    if !author.may_go_on(web).await {
                        return End::Because(close_code::POLICY, "signed out");
                    }
                    Message::Ping(Vec::new().into())
                }
                changed = files.changed() => {
                    if changed.is_err() {
                        return End::Because(close_code::AWAY, "the daemon stops");
                    }
                    let news = Notification::new("workspace/didChangeWatchedFiles".to_owned(), json!({"changes": []}));
                    let _ = self.editor.sender.send(news.into());
                    continue;
                }
                answer = self.answers.recv() => match answer {
                    Some(answer) => Message::Text(written(&answer).into()),
                    None => return End::Because(close_code::ERROR, "the server of this editor has ended"),
                },
                heard = socket.recv() => {
                    is_heard = true;
                    match heard {
                        Some(Ok(message)) => match self.take(&message) {
                            Some(end) => return end,
                            None => continue,
                        },
                        Some(Err(_)) | None => return End::Left,
                    }
                }
            };
            // An editor that takes nothing is let go: it connects again.
            match timeout(self.limits.slow.to_std(), socket.send(text)).await {
                Ok(Ok(())) => {}
                Ok(Err(_)) | Err(_) => return End::Left,
            }
        }
    }

    /// Gives a message of the editor to its server.
    fn take(&self, message: &Message) -> Option<End> {
        let text = match message {
            Message::Text(text) => text.as_str(),
            Message::Ping(_) | Message::Pong(_) => return None,
            Message::Close(_) => return Some(End::Left),
            Message::Binary(_) => return Some(End::Because(close_code::UNSUPPORTED, "messages are texts")),
        };
        let Ok(message) = serde_json::from_str::<LspMessage>(text) else {
            return Some(End::Because(close_code::INVALID, "this is no message of the protocol"));
        };
        if self.editor.sender.len() >= self.limits.waiting {
            return Some(End::Because(close_code::POLICY, "too many messages wait"));
        }
        // A server that has ended closes its answers, which is noticed there.
        let _ = self.editor.sender.send(message);
        None
    }
}

fn written(message: &LspMessage) -> String {
    let mut told = serde_json::to_value(message).unwrap_or_default();
    told["jsonrpc"] = "2.0".into();
    told.to_string()
}
