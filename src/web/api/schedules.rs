//! `/v1/schedules`: the scheduled starts of flows, their contacts and their results.

pub mod ahead;
pub mod forecasts;
pub mod reports;

use super::{
    contacts,
    page::{Page, decode},
};
use crate::{
    base::{
        body_fields::{At, Id},
        diagnostic::nearest,
        ids::{AccountName, FlowName},
        limits::AGENDA_TALLIES_MAX,
        query,
        time::{Span, Time},
    },
    flow::FlowSet,
    model::contact::Contact,
    runtime::starts::{
        agenda::{self, Entry, Moment, NextStart},
        history,
    },
    store::{
        ReadError,
        tables::start::{self, StartState},
    },
    web::{
        auth::Caller,
        idempotency::respond,
        problem::{ApiResult, Problem},
        state::Web,
    },
};
use axum::{
    extract::{Path, RawQuery, State},
    http::StatusCode,
};
use schemars::JsonSchema;
use serde::Serialize;
use std::sync::Arc;

/// A trigger by the clock, or by a date of the contact.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Schedule<'a> {
    flow: &'a str,
    /// As caps and reports know it.
    trigger: &'a str,
    /// In words.
    when: &'a str,
    /// On whose clock it counts.
    clock: Clock,
    /// Of the bot's clock.
    zone: Option<&'a str>,
    /// How many starts in how long.
    rate: Option<Rate>,
    /// Fires from before are never made up for.
    live_since: Option<At>,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
enum Clock {
    Bot,
    Contact,
}

#[derive(Debug, Serialize, JsonSchema)]
struct Rate {
    count: u32,
    per_ms: i64,
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct NextMoments<'a> {
    /// Earliest first.
    data: Vec<StartMoment<'a>>,
}

/// A moment at which runs start.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Moment")]
pub struct StartMoment<'a> {
    at: At,
    /// On the clock of the zone: `2026-03-28T10:00`.
    local: &'a str,
    /// Of `local`.
    #[schemars(extend("enum" = WEEKDAYS))]
    weekday: Option<String>,
    zone: &'a str,
    flow: &'a str,
    /// The flow's own `title`.
    title: Option<&'a str>,
    trigger: &'a str,
    /// Of a date, whose it is.
    contact_id: Option<i64>,
}

const WEEKDAYS: &[&str] = &["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

#[derive(Debug, Serialize, JsonSchema)]
pub struct ScheduleExplained {
    flow: Id<FlowName>,
    /// Their results, newest first.
    fires: Vec<FireTally>,
    /// Why or why not, for the contact that was asked for.
    contact: Option<ContactExplained>,
}

/// The starts of a fire that came to one end, for one reason.
#[derive(Debug, Serialize, JsonSchema)]
pub struct FireTally {
    /// The local minute; for a date its value.
    local: Id<String>,
    trigger: Id<String>,
    /// How many.
    contacts: i64,
    #[schemars(extend("enum" = STATES))]
    state: Id<StartState>,
    /// Why they were refused.
    reason: Option<Id<String>>,
}

const STATES: &[&str] = &["waiting", "queued", "begun", "refused", "superseded"];

#[derive(Debug, Serialize, JsonSchema)]
struct ContactExplained {
    id: i64,
    /// Why nothing unasked may be sent to it now: `opted_out`, `no_consent`.
    refused: Option<Id<&'static str>>,
    /// The next start by each trigger.
    triggers: Vec<Outlook>,
    /// The starts that were planned for it, newest first.
    starts: Vec<PlannedStart>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct Outlook {
    trigger: Id<String>,
    /// `held_back`: a condition says no at that moment. `outside`: of its `to`. `empty_field`: its date is not known.
    /// `passed`: its date is over.
    meant: Meant,
    /// Its next moment, on the clock of the zone.
    local: Option<Id<String>>,
    zone: Id<String>,
    /// The field that is empty.
    field: Option<Id<String>>,
    /// Why it is held back, or outside.
    why: Option<String>,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
enum Meant {
    Yes,
    HeldBack,
    NeverAgain,
    Outside,
    EmptyField,
    Passed,
}

#[derive(Debug, Serialize, JsonSchema)]
struct PlannedStart {
    local: Id<String>,
    trigger: Id<String>,
    /// The moment that it has in the line.
    at: At,
    #[schemars(extend("enum" = STATES))]
    state: Id<StartState>,
    /// The part of it that the person noticed.
    #[schemars(extend("enum" = BECAME))]
    what: Id<&'static str>,
    /// Why not: the same word as in the report, or the provider's code.
    reason: Option<Id<String>>,
    /// The same in words, for people.
    why: String,
}

const BECAME: &[&str] = &[
    "waiting",
    "queued",
    "superseded",
    "refused",
    "silent",
    "text",
    "template",
    "undelivered",
    "kept",
    "skipped",
    "failed",
];

/// The limit of `next`, in days.
const DAYS_MAX: i64 = 400;

/// `GET /v1/schedules?limit=&cursor=`: every schedule and date of the live flows.
pub async fn list(State(web): State<Arc<Web>>, RawQuery(query): RawQuery) -> ApiResult {
    let page = Page::read(&query.unwrap_or_default())?;
    let from = page.cursor.as_deref().map(decode::<usize>).transpose()?.unwrap_or(0);
    let live = web.app.live.get();
    let entries = agenda::entries(&live.set, Some(&web.app.store)).await.map_err(|error| Problem::bug(&error))?;
    let data = entries.iter().skip(from).take(page.size()).map(Schedule::of).collect();
    let next = from.saturating_add(page.size());
    Ok(respond(StatusCode::OK, &page.listed(data, Some(next).filter(|next| *next < entries.len()))))
}

/// `GET /v1/schedules/next?limit=&days=`: the next fires, earliest first, in each time zone that contacts have.
pub async fn next(State(web): State<Arc<Web>>, RawQuery(query): RawQuery, caller: Caller) -> ApiResult {
    let text = query.unwrap_or_default();
    let page = Page::read(&text)?;
    let days = match query::value(&text, "days").filter(|value| !value.is_empty()) {
        None => None,
        Some(value) => {
            Some(value.parse::<i64>().ok().filter(|days| (1..=DAYS_MAX).contains(days)).ok_or_else(|| {
                Problem::invalid(vec![("/days".to_owned(), format!("`days` is a whole number from 1 to {DAYS_MAX}."))])
            })?)
        }
    };
    let accounts: Vec<AccountName> = web.app.senders.accounts().filter(|name| caller.owns(name)).cloned().collect();
    let live = web.app.live.get();
    let (store, now) = (&web.app.store, web.app.clock.now());
    let until = days.map_or(Time(i64::MAX), |days| now + Span::days(days));
    let moments = agenda::next(&accounts, &live.set, Some(store), (now, until), page.size()).await;
    let moments = moments.map_err(|error| Problem::bug(&error))?;
    let data = moments.iter().map(|moment| StartMoment::of(&live.set, moment)).collect();
    Ok(respond(StatusCode::OK, &NextMoments { data }))
}

impl<'a> Schedule<'a> {
    /// As the API and `schedule list --json` write it.
    pub fn of(entry: &'a Entry) -> Schedule<'a> {
        Schedule {
            flow: entry.flow.as_str(),
            trigger: &entry.key,
            when: &entry.when,
            clock: if entry.zone.is_some() { Clock::Bot } else { Clock::Contact },
            zone: entry.zone.as_deref(),
            rate: entry.rate.map(|rate| Rate { count: rate.count, per_ms: rate.per.0 }),
            live_since: entry.since.map(At),
        }
    }
}

impl<'a> StartMoment<'a> {
    /// As the API and `schedule next --json` write it.
    pub fn of(set: &'a FlowSet, moment: &'a Moment) -> StartMoment<'a> {
        let minute = moment.minute.parse::<jiff::civil::DateTime>().ok();
        StartMoment {
            at: At(moment.at),
            local: &moment.minute,
            weekday: minute.map(|minute| minute.strftime("%A").to_string().to_lowercase()),
            zone: &moment.zone,
            flow: moment.flow.as_str(),
            title: set.flow(&moment.flow).and_then(|flow| flow.title.as_deref()),
            trigger: &moment.key,
            contact_id: moment.contact.map(|contact| contact.0),
        }
    }
}

impl FireTally {
    pub fn of(tally: start::Tally) -> FireTally {
        FireTally {
            local: Id(tally.minute),
            trigger: Id(tally.trigger_key),
            contacts: tally.count,
            state: Id(tally.state),
            reason: tally.reason.map(Id),
        }
    }
}

/// `GET /v1/schedules/{flow}/explain?contact=&since=30d`: the results of the fires by reason; for one contact, the
/// reason why it started or not.
pub async fn explain(
    State(web): State<Arc<Web>>,
    Path(flow): Path<String>,
    RawQuery(query): RawQuery,
    caller: Caller,
) -> ApiResult {
    let text = query.unwrap_or_default();
    let live = web.app.live.get();
    let Some(flow) = live.set.named(&flow).map(|flow| flow.name.clone()) else {
        let names = live.set.flows.keys().map(FlowName::as_str);
        let help = nearest(&flow, names).map(|near| format!(" Did you mean `{near}`?")).unwrap_or_default();
        return Err(Problem::not_found(format!("There is no such flow.{help}")));
    };
    let value = |name| query::value(&text, name).filter(|value: &String| !value.is_empty());
    let since = value("since").map_or(Ok(Span::days(30)), |since| Span::parse(&since));
    let since = since.map_err(|why| Problem::invalid(vec![("/since".to_owned(), format!("`since`: {why}."))]))?;
    let fires = fires(&web, &caller, &flow, web.app.clock.now() - since).await;
    let contact = match value("contact") {
        None => None,
        Some(id) => Some(of_contact(&web, &flow, &contacts::owned(&web, &caller, &id).await?).await?),
    };
    let fires = fires.map_err(|error| Problem::bug(&error))?.into_iter().map(FireTally::of).collect();
    Ok(respond(StatusCode::OK, &ScheduleExplained { flow: Id(flow), fires, contact }))
}

async fn fires(web: &Web, caller: &Caller, flow: &FlowName, since: Time) -> Result<Vec<start::Tally>, ReadError> {
    // Minutes are local to each contact: subtracting a day includes every time zone.
    let minute = jiff::Timestamp::from_millisecond((since - Span::days(1)).0).unwrap_or_default();
    let minute = minute.strftime("%Y-%m-%dT%H:%M").to_string();
    let store = &web.app.store;
    let Some(accounts) = caller.accounts() else {
        return start::tally(store, flow, &minute, AGENDA_TALLIES_MAX).await;
    };
    // A row for each of several accounts.
    let mut all = Vec::new();
    for account in accounts {
        all.extend(start::tally_of(store, account, flow, &minute, AGENDA_TALLIES_MAX).await?);
    }
    Ok(all)
}

async fn of_contact(web: &Web, flow: &FlowName, contact: &Contact) -> Result<ContactExplained, Problem> {
    let app = &web.app;
    let live = app.live.get();
    let env = live.env(&app.config.flows.env, app.senders.only_sandboxes());
    let outlook = agenda::outlook(&live.set, env, flow, contact, app.clock.now());
    let triggers = outlook.into_iter().map(Outlook::of).collect();
    let starts = history::past(&app.store, flow, contact.id).await.map_err(|error| Problem::bug(&error))?;
    let starts = starts.into_iter().map(|start| PlannedStart {
        local: Id(start.minute),
        trigger: Id(start.trigger_key),
        at: At(start.slot_at),
        state: Id(start.state),
        what: Id(start.what),
        reason: start.reason.map(Id),
        why: start.why,
    });
    let starts = starts.collect();
    let is_tester = contact.data.phone.as_ref().is_some_and(|phone| live.set.bot.draft_testers.contains(phone));
    let kept = match live.set.flow(flow) {
        Some(flow) => agenda::kept_back(&app.store, flow, is_tester).await.map_err(|error| Problem::bug(&error))?,
        None => Vec::new(),
    };
    let refused = agenda::refused(&live.set, flow, contact).or(kept.first().map(|kept| kept.reason()));
    let refused = refused.map(|reason| Id(reason.as_str()));
    Ok(ContactExplained { id: contact.id.0, refused, triggers, starts })
}

impl Outlook {
    fn of(one: agenda::Outlook) -> Outlook {
        let (meant, local, field, why) = match one.what {
            NextStart::Yes(minute) => (Meant::Yes, Some(minute), None, None),
            NextStart::HeldBack { minute, why } => (Meant::HeldBack, Some(minute), None, Some(why)),
            NextStart::Never => (Meant::NeverAgain, None, None, None),
            NextStart::Outside(why) => (Meant::Outside, None, None, Some(why)),
            NextStart::Empty(field) => (Meant::EmptyField, None, Some(field), None),
            NextStart::Passed(minute) => (Meant::Passed, Some(minute), None, None),
        };
        Outlook { trigger: Id(one.key), meant, local: local.map(Id), zone: Id(one.zone), field: field.map(Id), why }
    }
}
