//! Counts the results of the messages of each fire: starts by a schedule, a date, a step or a broadcast.
//!
//! It counts people, not messages: a person who got a template and then a text counts as one with a template.

use crate::{
    Query, ReadError, Row, Sql, Store,
    base::{
        ids::FlowName,
        limits::{REPORT_ANSWER_WITHIN, REPORT_ROWS_MAX},
        time::Time,
    },
};

/// The fires to report: of a flow since a local minute; empty `trigger` and `account` match all.
#[derive(Debug, Clone, Copy)]
pub struct ReportFilter<'a> {
    pub flow: &'a FlowName,
    pub since: &'a str,
    pub trigger: &'a str,
    pub account: &'a str,
}

/// The counts of one fire, in people for whom a run wrote a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FireCounts {
    pub trigger_key: String,
    pub minute: String,
    pub text: i64,
    pub template: i64,
    pub delivered: i64,
    pub read: i64,
    /// Accepted by the provider, then failed by a status.
    pub undelivered: i64,
    /// Of the people who got a message: those who wrote within three days.
    pub answered: i64,
    /// Withdrew a consent or opted out within three days.
    pub opted_out: i64,
    /// Nothing was sent yet: the message waits for quiet hours, an answer or a template.
    pub waiting: i64,
    /// The cost of all messages of these runs, in ten-thousandths of the currency unit.
    pub cost: i64,
    pub first_at: Option<Time>,
    pub last_at: Option<Time>,
}

/// How many people of a fire share a name: of a template, or of the reason why nothing was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NameCount {
    pub trigger_key: String,
    pub minute: String,
    pub name: String,
    pub count: i64,
}

/// One row for each message of a start that ran; `$1` to `$4` select the starts.
macro_rules! said {
    ($columns:literal, $rest:literal) => {
        concat!(
            "select ",
            $columns,
            " from start
             join run on run.start_id = start.id
             join outbound on outbound.conversation_id = run.conversation_id and outbound.run = run.number ",
            $rest
        )
    };
}

macro_rules! which {
    ($rest:literal) => {
        concat!(
            "where start.flow = $1 and start.minute >= $2 and start.minute < ':'
               and ($3 = '' or start.trigger_key = $3)
               and ($4 = '' or (select contact.account from contact where contact.id = start.contact_id) = $4) ",
            $rest
        )
    };
}

/// A nudge has the number of the message that it announces. Times of contacts' messages are whole seconds, so an
/// answer may seem to be earlier than its question.
static SAID: Query = Query {
    name: "report.said",
    text: concat!(
        "select trigger_key, minute,
           cast(coalesce(sum(case when text_number is not null
             and (template_number is null or text_number < template_number) then 1 else 0 end), 0) as bigint) as text,
           cast(coalesce(sum(case when template_number is not null
             and (text_number is null or template_number <= text_number) then 1 else 0 end), 0) as bigint) as template,
           cast(coalesce(sum(delivered), 0) as bigint) as delivered, cast(coalesce(sum(seen), 0) as bigint) as seen,
           cast(coalesce(sum(undelivered), 0) as bigint) as undelivered,
           cast(coalesce(sum(case when left_at is null then waits else 0 end), 0) as bigint) as waits,
           cast(coalesce(sum(case when left_at is not null and exists (select 1 from inbound
             where inbound.conversation_id = one.conversation_id and inbound.received_at >= one.left_at
               and inbound.received_at <= one.left_at + cast($5 as bigint)) then 1 else 0 end), 0) as bigint) as answered,
           cast(coalesce(sum(case when left_at is not null and exists (select 1 from ledger
             where ledger.contact_id = one.contact_id and not ledger.given
               and ledger.at >= one.left_at / 1000 * 1000
               and ledger.at <= one.left_at + cast($5 as bigint)) then 1 else 0 end), 0) as bigint) as opted_out,
           cast(coalesce(sum(cost), 0) as bigint) as cost, min(left_at) as first_at, max(left_at) as last_at
         from (",
        said!(
            "start.id as id, start.trigger_key as trigger_key, start.minute as minute, start.contact_id as contact_id,
               run.conversation_id as conversation_id, min(outbound.accepted_at) as left_at,
               min(case when outbound.accepted_at is not null and coalesce(outbound.sent_as ->> 'kind', '') <> 'template'
                 then outbound.number end) as text_number,
               min(case when outbound.accepted_at is not null and outbound.sent_as ->> 'kind' = 'template'
                 then outbound.number end) as template_number,
               max(case when outbound.delivered_at is not null or outbound.read_at is not null
                 then 1 else 0 end) as delivered,
               max(case when outbound.read_at is not null then 1 else 0 end) as seen,
               max(case when outbound.accepted_at is not null and outbound.state = 'failed'
                 then 1 else 0 end) as undelivered,
               max(case when outbound.state in ('queued', 'sending', 'held', 'unknown') then 1 else 0 end) as waits,
               sum(case when charge.state <> 'returned' then charge.amount end) as cost",
            "left join charge on charge.outbound_id = outbound.id "
        ),
        which!("group by start.id, start.trigger_key, start.minute, start.contact_id, run.conversation_id) as one
         group by trigger_key, minute order by minute desc, trigger_key limit $6")
    ),
};

/// Templates that were sent; each person counts once for each.
static TEMPLATES: Query = Query {
    name: "report.templates",
    text: concat!(
        said!(
            "start.trigger_key as trigger_key, start.minute as minute, outbound.sent_as ->> 'name' as name,
               count(distinct start.id) as n",
            ""
        ),
        which!(
            "and outbound.accepted_at is not null and outbound.sent_as ->> 'kind' = 'template'
         group by 1, 2, 3 order by 2 desc, 1, 3 limit $5"
        )
    ),
};

/// Runs that sent nothing: by our reason for their first message, else by the provider's error code.
static UNSENT: Query = Query {
    name: "report.unsent",
    text: concat!(
        "select trigger_key, minute, name, count(*) as n from (",
        said!(
            "start.id as id, start.trigger_key as trigger_key, start.minute as minute,
               (select coalesce(one.reason, one.error_code, one.state) from outbound as one
                 where one.conversation_id = run.conversation_id and one.run = run.number
                 order by one.number, case when one.sent_as ->> 'kind' = 'template' then 0 else 1 end limit 1) as name",
            ""
        ),
        which!(
            "group by start.id, start.trigger_key, start.minute, run.conversation_id, run.number
           having max(outbound.accepted_at) is null
             and max(case when outbound.state in ('queued', 'sending', 'held', 'unknown') then 1 else 0 end) = 0) as one
         group by trigger_key, minute, name order by minute desc, trigger_key, name limit $5"
        )
    ),
};

/// This file only reads.
pub(crate) static STATEMENTS: &[&Sql] = &[];
pub(crate) static QUERIES: &[&Query] = &[&SAID, &TEMPLATES, &UNSENT];

/// The fires that have messages, newest first.
pub async fn said(store: &Store, which: ReportFilter<'_>) -> Result<Vec<FireCounts>, ReadError> {
    let [flow, since, trigger, account] = [which.flow.as_str(), which.since, which.trigger, which.account];
    let args = [
        flow.into(),
        since.into(),
        trigger.into(),
        account.into(),
        REPORT_ANSWER_WITHIN.0.into(),
        REPORT_ROWS_MAX.into(),
    ];
    store
        .all(&SAID, &args, |row| {
            Ok(FireCounts {
                trigger_key: row.text("trigger_key")?,
                minute: row.text("minute")?,
                text: row.number("text")?,
                template: row.number("template")?,
                delivered: row.number("delivered")?,
                read: row.number("seen")?,
                undelivered: row.number("undelivered")?,
                answered: row.number("answered")?,
                opted_out: row.number("opted_out")?,
                waiting: row.number("waits")?,
                cost: row.number("cost")?,
                first_at: row.maybe_time("first_at")?,
                last_at: row.maybe_time("last_at")?,
            })
        })
        .await
}

pub async fn templates(store: &Store, which: ReportFilter<'_>) -> Result<Vec<NameCount>, ReadError> {
    named(store, &TEMPLATES, which).await
}

pub async fn unsent(store: &Store, which: ReportFilter<'_>) -> Result<Vec<NameCount>, ReadError> {
    named(store, &UNSENT, which).await
}

async fn named(store: &Store, query: &'static Query, which: ReportFilter<'_>) -> Result<Vec<NameCount>, ReadError> {
    let [flow, since, trigger, account] = [which.flow.as_str(), which.since, which.trigger, which.account];
    let args = [flow.into(), since.into(), trigger.into(), account.into(), REPORT_ROWS_MAX.into()];
    let read = |row: &Row| {
        Ok(NameCount {
            trigger_key: row.text("trigger_key")?,
            minute: row.text("minute")?,
            name: row.text("name")?,
            count: row.number("n")?,
        })
    };
    store.all(query, &args, read).await
}
