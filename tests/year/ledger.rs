//! Reads the daemon's rows about a start and a message.

use transom::{
    base::time::{Span, Time},
    store::{Query, Row, Store},
};

pub struct Ledger<'a> {
    pub store: &'a Store,
}

#[derive(Debug, Clone)]
pub struct Start {
    pub state: String,
    pub reason: Option<String>,
    pub ended_at: Option<Time>,
    pub slot_at: Time,
}

#[derive(Debug, Clone)]
pub struct Outbound {
    pub state: String,
    pub reason: Option<String>,
    #[expect(dead_code, reason = "for whoever reads a failure")]
    pub not_before: Option<Time>,
    #[expect(dead_code, reason = "for whoever reads a failure")]
    pub hold_until: Option<Time>,
}

/// How far slots of one fire may be behind its time, in a town of this size.
const SLOTS: Span = Span::minutes(5);

impl Ledger<'_> {
    /// The planned start of a flow for a contact at a time.
    pub async fn start(&self, contact: i64, flow: &str, at: Time) -> Option<Start> {
        let query = Query {
            name: "year.start",
            text: "select state, reason, ended_at, slot_at from start
              where contact_id = $1 and flow = $2 and slot_at >= $3 and slot_at < $4 order by id desc limit 1",
        };
        let read = |row: &Row| {
            let (state, reason) = (row.text("state")?, row.maybe_text("reason")?);
            Ok(Start { state, reason, ended_at: row.maybe_time("ended_at")?, slot_at: row.time("slot_at")? })
        };
        let values = [contact.into(), flow.into(), at.into(), (at + SLOTS).into()];
        self.store.one(&query, &values, read).await.unwrap()
    }

    /// All planned starts of a flow for a contact, for the report of a failure.
    pub async fn starts(&self, contact: i64, flow: &str) -> String {
        let query = Query {
            name: "year.starts",
            text: "select id, state, reason, slot_at from start where contact_id = $1 and flow = $2 order by id",
        };
        let read = |row: &Row| {
            let (id, state, reason) = (row.number("id")?, row.text("state")?, row.maybe_text("reason")?);
            Ok(format!("{id} {state} {} at {}", reason.unwrap_or_default(), row.time("slot_at")?.0))
        };
        self.store.all(&query, &[contact.into(), flow.into()], read).await.unwrap().join("; ")
    }

    /// The message with this text in a conversation that was written about then: several runs of one flow may have
    /// sent it.
    pub async fn outbound(&self, conversation: i64, word: &str, written: Time) -> Option<Outbound> {
        let query = Query {
            name: "year.outbound",
            text: "select state, reason, not_before, hold_until from outbound
              where conversation_id = $1 and data -> 'content' ->> 'body' = $2
              order by abs(created_at - $3), id desc limit 1",
        };
        let read = |row: &Row| {
            let (not_before, hold_until) = (row.maybe_time("not_before")?, row.maybe_time("hold_until")?);
            Ok(Outbound { state: row.text("state")?, reason: row.maybe_text("reason")?, not_before, hold_until })
        };
        self.store.one(&query, &[conversation.into(), word.into(), written.into()], read).await.unwrap()
    }

    /// Contact and conversation of a phone.
    pub async fn place(&self, phone: &str) -> Option<(i64, i64)> {
        let query = Query {
            name: "year.place",
            text: "select contact_id, conversation.id as id from conversation
              join contact on contact.id = contact_id where contact.data ->> 'phone' = $1",
        };
        let read = |row: &Row| Ok((row.number("contact_id")?, row.number("id")?));
        self.store.one(&query, &[format!("+{phone}").as_str().into()], read).await.unwrap()
    }

    /// Refusals without a reason, and bugs that the daemon counted.
    pub async fn unexplained(&self) -> Vec<String> {
        let mut wrong = Vec::new();
        for (what, text) in [
            ("refused starts", "select count(*) as n from start where state = 'refused' and reason is null"),
            ("skipped messages", "select count(*) as n from outbound where state = 'skipped' and reason is null"),
            ("failed messages", "select count(*) as n from outbound where state = 'failed' and error_code is null"),
            ("dead letters", "select count(*) as n from dead_letter"),
        ] {
            let query = Query { name: "year.unexplained", text };
            let n = self.store.one(&query, &[], |row| row.number("n")).await.unwrap().unwrap_or(0);
            if n > 0 {
                wrong.push(format!("{n} {what} without a reason"));
            }
        }
        wrong
    }
}
