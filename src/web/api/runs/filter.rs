//! Filters the list of runs: by flow, contact, state, error and time.

use crate::{
    base::{
        ids::{ContactId, FlowName},
        query,
        time::Time,
    },
    model::effect::RunEnd,
    store::{
        ReadError,
        tables::run::{self, Place},
    },
    web::{
        api::{contacts, moments::moment},
        auth::Caller,
        problem::Problem,
        state::Web,
    },
};

/// The filters of a list request.
pub(super) struct Filter {
    flow: Option<FlowName>,
    contact: Option<ContactId>,
    state: Option<Stand>,
    /// The provider's code of a refused message.
    error: Option<String>,
    since: Option<Time>,
    until: Option<Time>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stand {
    Open,
    Ended(RunEnd),
}

impl Filter {
    pub async fn read(web: &Web, caller: &Caller, text: &str) -> Result<Filter, Problem> {
        let value = |name| query::value(text, name).filter(|value: &String| !value.is_empty());
        let state = match value("state") {
            None => None,
            Some(word) if word == "open" => Some(Stand::Open),
            Some(word) => match RunEnd::ALL.into_iter().find(|end| end.as_str() == word) {
                Some(end) => Some(Stand::Ended(end)),
                None => {
                    let words: Vec<String> = RunEnd::ALL.iter().map(|end| format!("`{}`", end.as_str())).collect();
                    let why = format!("`state` is `open`, {}.", words.join(", "));
                    return Err(Problem::invalid(vec![("/state".to_owned(), why)]));
                }
            },
        };
        let contact = match value("contact") {
            None => None,
            Some(id) => Some(contacts::owned(web, caller, &id).await?.id),
        };
        let live = web.app.live.get();
        let zone = &live.set.bot.timezone;
        let (since, until) = (moment(text, "since", zone)?, moment(text, "until", zone)?);
        Ok(Filter { flow: value("flow").map(FlowName::from), contact, state, error: value("error"), since, until })
    }

    /// Reads a page by the most selective filter; `fits` applies the others row by row.
    pub async fn page(&self, web: &Web, before: Option<Place>, limit: i64) -> Result<Vec<run::Run>, ReadError> {
        let store = &web.app.store;
        let id = before.map_or(i64::MAX, |before| before.id);
        match self {
            Filter { contact: Some(contact), .. } => run::of_contact(store, *contact, id, limit).await,
            Filter { error: Some(code), .. } => run::with_error(store, code, id, limit).await,
            Filter { state: Some(Stand::Open), flow: None, .. } => run::open(store, id, limit).await,
            Filter { state: Some(Stand::Ended(end)), flow: None, .. } if run::is_bad(*end) => {
                run::bad(store, *end, id, limit).await
            }
            Filter { since, until, flow, .. } if since.is_some() || until.is_some() => {
                let period = (since.unwrap_or(Time(0)), until.unwrap_or(Time(i64::MAX)));
                run::between(store, period, flow.as_ref(), before.unwrap_or(Place::LAST), limit).await
            }
            Filter { flow: Some(flow), .. } => run::of_flow(store, flow, id, limit).await,
            Filter { .. } => run::page(store, id, limit).await,
        }
    }

    /// True if the row is one of those that were asked for. The provider's code is looked up by `page` alone, and by
    /// `refused_with` for runs of a contact.
    pub fn fits(&self, row: &run::Run) -> bool {
        self.flow.as_ref().is_none_or(|flow| *flow == row.flow)
            && self.since.is_none_or(|since| row.started_at >= since)
            && self.until.is_none_or(|until| row.started_at < until)
            && self.state.is_none_or(|state| match (state, row.outcome) {
                (Stand::Open, None) => true,
                (Stand::Ended(wanted), Some(end)) => wanted == end,
                (Stand::Open, Some(_)) | (Stand::Ended(_), None) => false,
            })
    }

    /// The code that a message of each run must have, where `page` did not ask for it.
    pub fn refused_with(&self) -> Option<&str> {
        self.error.as_deref().filter(|_| self.contact.is_some())
    }
}
