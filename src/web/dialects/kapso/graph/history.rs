//! Reads pages of messages of both directions, newest first.

use super::{GraphError, shown};
use crate::{
    base::{
        ids::{ContactId, ConversationId, InboundId, OutboundId},
        limits::{KAPSO_PAGE_DEFAULT, KAPSO_PAGE_MAX, MEDIA_LINK_KEPT, PAGES_READ_MAX},
        query,
        time::Time,
    },
    model::{contact::Contact, inbound::InboundKind},
    runtime::config::Sender,
    store::tables::{
        contact,
        inbound::{self, Recorded},
        outbound::{self, Outbound},
    },
    web::dialects::kapso::envelope::AuthenticatedRequest,
};
use serde_json::{Value as Json, json};
use std::{cmp::Reverse, collections::HashMap};

/// A row of either direction.
pub enum Row {
    In(Box<Recorded>),
    Out(Box<Outbound>),
}

impl Row {
    pub fn id(&self) -> i64 {
        match self {
            Row::In(row) => row.id.0,
            Row::Out(row) => row.id.0,
        }
    }

    fn sender(&self) -> crate::base::ids::SenderId {
        match self {
            Row::In(row) => row.sender_id,
            Row::Out(row) => row.sender_id,
        }
    }

    fn contact(&self) -> ContactId {
        match self {
            Row::In(row) => row.contact_id,
            Row::Out(row) => row.contact_id,
        }
    }
}

/// The filters and the page of a list request.
#[derive(Default)]
pub struct HistoryFilter {
    pub conversation: Option<ConversationId>,
    pub direction: Option<String>,
    pub status: Option<String>,
    pub kind: Option<String>,
    pub has_media: Option<bool>,
    pub since: Option<Time>,
    pub until: Option<Time>,
    pub fields: Option<String>,
    pub page: Cursor,
}

/// The size of a page, and the id after which it begins.
#[derive(Default)]
pub struct Cursor {
    pub limit: usize,
    pub after: Option<i64>,
}

impl Cursor {
    pub fn read(text: &str) -> Result<Cursor, GraphError> {
        let value = |name: &str| query::value(text, name).filter(|value: &String| !value.is_empty());
        let limit = match value("limit") {
            None => KAPSO_PAGE_DEFAULT,
            Some(limit) => {
                let why =
                    || GraphError::parameter(format!("The parameter limit must be between 1 and {KAPSO_PAGE_MAX}"));
                limit.parse().ok().filter(|limit| (1..=KAPSO_PAGE_MAX).contains(limit)).ok_or_else(why)?
            }
        };
        if value("before").is_some() {
            return Err(GraphError::parameter("Lists are read forwards here: keep the pages before, and give after"));
        }
        let after = match value("after") {
            None => None,
            Some(after) => {
                let why = || GraphError::parameter("The parameter after is no cursor of this list");
                Some(after.parse().ok().filter(|after| *after > 0).ok_or_else(why)?)
            }
        };
        Ok(Cursor { limit, after })
    }

    /// `paging` as in the Graph API; `None`: this is the last page.
    pub fn paging(next: Option<i64>) -> Json {
        json!({"cursors": {"before": null, "after": next.map(|next| next.to_string())}, "next": null, "previous": null})
    }
}

/// The time in a filter.
pub fn moment(text: &str, name: &str) -> Result<Option<Time>, GraphError> {
    let Some(given) = query::value(text, name).filter(|given: &String| !given.is_empty()) else { return Ok(None) };
    let parsed: Result<jiff::Timestamp, _> = given.parse();
    let why = |_| GraphError::parameter(format!("The parameter {name} must be a moment like 2026-01-31T09:00:00Z"));
    parsed.map(|at| Some(Time(at.as_millisecond()))).map_err(why)
}

impl HistoryFilter {
    pub fn read(text: &str) -> Result<HistoryFilter, GraphError> {
        let value = |name: &str| query::value(text, name).filter(|value: &String| !value.is_empty());
        let word = |name: &'static str, words: &[&str]| match value(name) {
            Some(word) if !words.contains(&word.as_str()) => {
                Err(GraphError::parameter(format!("The parameter {name} must be one of {}", words.join(", "))))
            }
            word => Ok(word),
        };
        let conversation = match value("conversation_id") {
            Some(id) => {
                let known = crate::web::dialects::kapso::from_uuid(&id).map(ConversationId);
                Some(known.ok_or_else(|| GraphError::missing("Conversation"))?)
            }
            None => None,
        };
        Ok(HistoryFilter {
            conversation,
            direction: word("direction", &["inbound", "outbound"])?,
            status: word("status", &["pending", "sent", "delivered", "read", "failed", "received"])?,
            kind: value("message_type"),
            has_media: word("has_media", &["true", "false"])?.map(|flag| flag == "true"),
            since: moment(text, "since")?,
            until: moment(text, "until")?,
            fields: value("fields"),
            page: Cursor::read(text)?,
        })
    }

    fn takes(&self, shown: &Json) -> bool {
        let is = |pointer: &str, wanted: &Option<String>| {
            wanted.as_ref().is_none_or(|wanted| shown.pointer(pointer).and_then(Json::as_str) == Some(wanted))
        };
        let at = shown["timestamp"].as_str().and_then(|seconds| seconds.parse::<i64>().ok()).map(|s| Time(s * 1000));
        is("/kapso/direction", &self.direction)
            && is("/kapso/status", &self.status)
            && is("/type", &self.kind)
            && self.has_media.is_none_or(|wanted| shown["kapso"]["has_media"] == wanted)
            && self.since.is_none_or(|since| at.is_some_and(|at| at >= since))
            && self.until.is_none_or(|until| at.is_some_and(|at| at <= until))
    }
}

/// Converts rows to JSON; each contact is read once.
pub struct Shower<'a> {
    asked: &'a AuthenticatedRequest,
    people: HashMap<ContactId, Option<Contact>>,
}

impl<'a> Shower<'a> {
    pub fn new(asked: &'a AuthenticatedRequest) -> Self {
        Shower { asked, people: HashMap::new() }
    }

    pub async fn person(&mut self, id: ContactId) -> Result<Option<&Contact>, GraphError> {
        if !self.people.contains_key(&id) {
            let found =
                contact::going_on(&self.asked.web.app.store, id).await.map_err(|error| GraphError::bug(&error))?;
            self.people.insert(id, found);
        }
        Ok(self.people.get(&id).and_then(Option::as_ref))
    }

    /// `None` if the row is not visible to this caller or belongs to another number.
    pub async fn show(&mut self, row: &Row, only: Option<&Sender>) -> Result<Option<Json>, GraphError> {
        let asked = self.asked;
        let Some(sender) = asked.caller.sender(&asked.web, row.sender()) else { return Ok(None) };
        if only.is_some_and(|only| only.id != sender.id) {
            return Ok(None);
        }
        let media_url = match row {
            Row::In(row) if matches!(row.data.message.kind, InboundKind::Media { .. }) => {
                Some(super::file::address(asked, row.id))
            }
            Row::In(_) | Row::Out(_) => None,
        };
        let Some(contact) = self.person(row.contact()).await? else { return Ok(None) };
        let around = shown::MessageContext { sender, contact, media_url };
        Ok(Some(match row {
            Row::In(row) => shown::incoming(row, &around),
            Row::Out(row) => shown::outgoing(row, &around),
        }))
    }
}

/// Rows of one conversation or of all, with an id below `before`.
pub async fn rows(
    asked: &AuthenticatedRequest,
    of: Option<ConversationId>,
    before: i64,
    limit: i64,
) -> Result<Vec<Row>, GraphError> {
    let store = &asked.web.app.store;
    let bug = |error: &dyn std::fmt::Display| GraphError::bug(error);
    let (theirs, ours) = match of {
        Some(of) => (
            inbound::of(store, of, InboundId(before), limit).await.map_err(|error| bug(&error))?,
            outbound::of(store, of, OutboundId(before), limit).await.map_err(|error| bug(&error))?,
        ),
        None => (
            inbound::latest(store, InboundId(before), limit).await.map_err(|error| bug(&error))?,
            outbound::latest(store, OutboundId(before), limit).await.map_err(|error| bug(&error))?,
        ),
    };
    let size = usize::try_from(limit).unwrap_or(usize::MAX);
    let mut all: Vec<Row> = theirs.into_iter().map(|row| Row::In(Box::new(row))).collect();
    all.extend(ours.into_iter().map(|row| Row::Out(Box::new(row))));
    // Ids of both tables come from one sequence.
    all.sort_by_key(|row| Reverse(row.id()));
    all.truncate(size);
    Ok(all)
}

/// One page. If few of many rows are visible, the page is short and has a cursor, so that a request reads a limited
/// number of rows.
pub async fn page(
    asked: &AuthenticatedRequest,
    only: Option<&Sender>,
    wanted: &HistoryFilter,
) -> Result<Json, GraphError> {
    let limit = i64::try_from(wanted.page.limit).unwrap_or(i64::MAX);
    let mut before = wanted.page.after.unwrap_or(i64::MAX);
    let (mut data, mut shower) = (Vec::new(), Shower::new(asked));
    for _ in 0..PAGES_READ_MAX {
        let rows = rows(asked, wanted.conversation, before, limit).await?;
        let all = rows.len() < wanted.page.limit;
        for row in rows {
            before = row.id();
            if let Some(shown) = shower.show(&row, only).await?.filter(|shown| wanted.takes(shown)) {
                data.push(shown::selected(shown, wanted.fields.as_deref()));
            }
            if data.len() == wanted.page.limit {
                return Ok(json!({"data": data, "paging": Cursor::paging(Some(before))}));
            }
        }
        if all {
            return Ok(json!({"data": data, "paging": Cursor::paging(None)}));
        }
    }
    Ok(json!({"data": data, "paging": Cursor::paging(Some(before))}))
}

/// The expiry of a file's temporary URL.
pub fn until(now: Time) -> Time {
    now + MEDIA_LINK_KEPT
}
