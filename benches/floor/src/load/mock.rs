//! Mocks Meta's `POST /{version}/{phone_number_id}/messages`: accepts or refuses, checks the reply, posts statuses.

use crate::{
    Shared,
    book::{Verdict, add},
    drive::Status,
    wire::{self, Inbox},
};
use serde::Deserialize;
use std::{borrow::Cow, cell::Cell, rc::Rc};
use tokio::{
    io::AsyncWriteExt,
    net::{TcpListener, TcpStream},
};

/// Codes that Meta's list calls safe to retry: the message was not processed.
const PAIR_RATE: &str = r#"{"error":{"message":"(#131056) Pair rate limit hit","type":"OAuthException","code":131056,"error_data":{"messaging_product":"whatsapp","details":"Message failed to send because there were too many messages sent from this phone number to the same phone number in a short period of time."},"fbtrace_id":"AbenchFbtraceId0"}}"#;
const RATE: &str = r#"{"error":{"message":"(#130429) Rate limit hit","type":"OAuthException","code":130429,"error_data":{"messaging_product":"whatsapp","details":"Message failed to send because there were too many messages sent from this phone number in a short period of time."},"fbtrace_id":"AbenchFbtraceId1"}}"#;
/// One in this many refusals is for the whole number instead of the pair.
const RATE_EVERY: u64 = 10;

pub async fn serve(shared: Rc<Shared>, listener: TcpListener) {
    let path = format!("/{}/messages ", shared.options.phone_number_id);
    let mock = Rc::new(Mock { shared, path, accepted: Cell::new(0), dice: Cell::new(0x9e37_79b9_7f4a_7c15) });
    loop {
        let Ok((socket, _)) = listener.accept().await else { continue };
        let _ = socket.set_nodelay(true);
        let mock = mock.clone();
        tokio::task::spawn_local(async move {
            let _ = mock.talk(socket).await;
        });
    }
}

struct Mock {
    shared: Rc<Shared>,
    path: String,
    accepted: Cell<u64>,
    dice: Cell<u64>,
}

#[derive(Deserialize)]
struct Send<'a> {
    #[serde(borrow, rename = "type", default)]
    kind: Option<Cow<'a, str>>,
    #[serde(borrow)]
    to: Option<Cow<'a, str>>,
    #[serde(borrow)]
    text: Option<Text<'a>>,
    #[serde(borrow)]
    biz_opaque_callback_data: Option<Cow<'a, str>>,
}

#[derive(Deserialize)]
struct Text<'a> {
    #[serde(borrow)]
    body: Cow<'a, str>,
}

impl Mock {
    async fn talk(&self, mut socket: TcpStream) -> std::io::Result<()> {
        let mut inbox = Inbox::default();
        loop {
            let frame = inbox.read(&mut socket).await?;
            if !self.shared.options.latency.is_zero() {
                tokio::time::sleep(self.shared.options.latency).await;
            }
            let (code, body) = self.answer(inbox.head(&frame), inbox.body(&frame));
            inbox.done(&frame);
            let length = body.len();
            let response =
                format!("HTTP/1.1 {code}\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\r\n{body}");
            socket.write_all(response.as_bytes()).await?;
        }
    }

    fn answer(&self, head: &[u8], body: &[u8]) -> (&'static str, Cow<'static, str>) {
        let book = &self.shared.book;
        let line = head.split(|byte| *byte == b'\r').next().and_then(|line| std::str::from_utf8(line).ok());
        if !line.is_some_and(|line| line.starts_with("POST ") && line.contains(&self.path)) {
            add(&book.other_requests, 1);
            return ("200 OK", r#"{"data":[]}"#.into());
        }
        let token = wire::header(head, "authorization").and_then(|value| value.strip_prefix("Bearer "));
        let send: Result<Send<'_>, _> = serde_json::from_slice(body);
        let (Ok(send), true) = (send, token == Some(&self.shared.options.token)) else {
            add(&book.wrong, 1);
            return ("401 Unauthorized", r#"{"error":{"message":"Invalid OAuth access token","code":190}}"#.into());
        };
        // A read mark or a typing indicator is allowed, and no answer.
        let (Some("text"), Some(to), Some(text)) = (send.kind.as_deref(), &send.to, &send.text) else {
            add(&book.other_requests, 1);
            return ("200 OK", r#"{"success":true}"#.into());
        };
        if self.roll() < self.shared.options.errors {
            add(&book.errors_given, 1);
            let whole_number = book.errors_given.get().is_multiple_of(RATE_EVERY);
            return ("400 Bad Request", if whole_number { RATE } else { PAIR_RATE }.into());
        }
        add(&self.accepted, 1);
        let id = format!("wamid.HBgLMzQ2MDAwMDAwMDAVAgARGBI{:020}A==", self.accepted.get());
        let to = to.trim_start_matches('+');
        self.judge(to, &text.body);
        if self.shared.options.statuses {
            let ours = send.biz_opaque_callback_data.as_deref();
            self.shared.statuses.push(Status { id: id.clone(), to: to.to_owned(), ours: ours.map(str::to_owned) });
        }
        let body = format!(
            r#"{{"messaging_product":"whatsapp","contacts":[{{"input":"{to}","wa_id":"{to}"}}],"messages":[{{"id":"{id}"}}]}}"#
        );
        ("200 OK", body.into())
    }

    fn judge(&self, to: &str, text: &str) {
        let shared = &self.shared;
        if let Verdict::First(micros) = shared.book.answer(to, text) {
            if shared.measuring.get() {
                shared.book.replies.borrow_mut().push(micros);
            }
            // With statuses a message is done only after its last one: else they would pile up unseen.
            if !shared.options.statuses {
                shared.open.add_permits(1);
            }
        }
    }

    /// 0 to 99; the same sequence in every run.
    fn roll(&self) -> u64 {
        let mut dice = self.dice.get();
        dice ^= dice << 13;
        dice ^= dice >> 7;
        dice ^= dice << 17;
        self.dice.set(dice);
        (dice >> 32) % 100
    }
}
