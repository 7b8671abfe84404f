//! `/v1/balance`: shows an account's prepaid balance and the cost of each message.

use super::page::{Page, decode};
use crate::{
    base::{
        body_fields::{At, Id},
        ids::{AccountName, OutboundId},
        limits::{NAME_CHARS_MAX, TOP_UP_MAX},
        query,
    },
    runtime::{billing::balance::ToppedUp, config::shown},
    store::tables::charge::{self, Charge, State as ChargeState, Sums},
    web::{
        auth::Caller,
        idempotency::{Answer, once, respond, to_json},
        problem::{ApiResult, Problem},
        request,
        state::Web,
    },
};
use axum::{
    extract::{RawQuery, Request, State},
    http::StatusCode,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Opening balance and top-ups, less the settled and reserved amounts, are available. Amounts are whole numbers of
/// `unit`.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Balance<'a> {
    account: &'a str,
    /// The account has no `balance` in the configuration, or there are no `prices`.
    unlimited: bool,
    /// ISO 4217.
    currency: &'a str,
    /// `0.0001` of the currency.
    unit: &'static str,
    /// The amount in the configuration.
    opening: Option<i64>,
    /// The amount that came in since.
    topped_up: Option<i64>,
    /// For messages that arrived.
    settled: Option<i64>,
    /// For messages that are on their way.
    reserved: Option<i64>,
    available: Option<i64>,
    /// `available` in the currency: `12.3456`.
    shown: Option<String>,
}

/// The price of one message.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Charge")]
pub struct ChargeShown<'a> {
    message_id: i64,
    /// `returned`: it was not delivered.
    #[schemars(extend("enum" = ["reserved", "settled", "returned"]))]
    state: Id<ChargeState>,
    /// Of a returned one the amount that was reserved.
    amount: i64,
    /// By the platform's word, once it is known.
    #[schemars(extend("enum" = ["marketing", "utility", "authentication", "service"]))]
    category: &'a str,
    /// Of the recipient, ISO 3166; empty where unknown.
    country: &'a str,
    /// When it was reserved.
    at: At,
    ended_at: Option<At>,
}

#[derive(Debug, Deserialize, JsonSchema)]
pub struct TopUp {
    /// Ten-thousandths of the currency, at most 10^15 at a time; below 0: it is taken out. All that came in for an
    /// account is at most 10^18.
    #[schemars(extend("x-missing" = "`amount` is missing: a whole number of ten-thousandths."))]
    amount: i64,
    /// May be left out where there is one only.
    #[schemars(length(min = 1, max = NAME_CHARS_MAX))]
    account: Option<String>,
    /// A word for people.
    #[schemars(length(min = 1, max = NAME_CHARS_MAX))]
    note: Option<String>,
}

/// `GET /v1/balance?account=`.
pub async fn show(State(web): State<Arc<Web>>, RawQuery(query): RawQuery, caller: Caller) -> ApiResult {
    let account = account(&web, &caller, &query.unwrap_or_default())?;
    let sums = web.app.billing.balance(&account).await.map_err(|error| Problem::bug(&error))?;
    Ok(respond(StatusCode::OK, &Balance::of(&web, &account, sums.as_ref())))
}

/// `GET /v1/balance/charges?account=&limit=&cursor=`: newest first.
pub async fn charges(State(web): State<Arc<Web>>, RawQuery(query): RawQuery, caller: Caller) -> ApiResult {
    let text = query.unwrap_or_default();
    let page = Page::read(&text)?;
    let account = account(&web, &caller, &text)?;
    let before = page.cursor.as_deref().map(decode::<i64>).transpose()?.unwrap_or(i64::MAX);
    let rows = charge::page(&web.app.store, &account, OutboundId(before), page.limit).await;
    let rows = rows.map_err(|error| Problem::bug(&error))?;
    let next = rows.last().map(|row| row.outbound_id).filter(|_| rows.len() == page.size());
    Ok(respond(StatusCode::OK, &page.listed(rows.iter().map(ChargeShown::of).collect(), next)))
}

/// `POST /v1/balance/top-ups`: `{account, amount, note}`; operator only.
pub async fn top_up(State(web): State<Arc<Web>>, request: Request) -> ApiResult {
    let (parts, body) = request.into_parts();
    let bytes = request::bytes(body).await?;
    let (TopUp { amount, account: given, note }, mut errors) = request::parse(&bytes)?;
    let (given, note) = (given.map(AccountName::from), note.unwrap_or_default());
    if errors.is_clean_at("amount") && (amount == 0 || amount.unsigned_abs() > TOP_UP_MAX) {
        errors.wrong("amount", "`amount` is not 0, and at most 10^15.");
    }
    let account = match (given, web.app.config.accounts.as_slice()) {
        (Some(name), all) if all.iter().any(|known| known.name == name) => Some(name),
        (Some(name), _) => {
            errors.wrong("account", format!("There is no account `{name}`."));
            None
        }
        (None, [only]) => Some(only.name.clone()),
        (None, _) => {
            if errors.is_clean_at("account") {
                errors.wrong("account", "There are several accounts; say which one.");
            }
            None
        }
    };
    errors.finish()?;
    let account = account.ok_or_else(|| Problem::bug(&"no account and no error"))?;
    let adding = Arc::clone(&web);
    once(web, account.clone(), parts.headers, "balance/top-ups".to_owned(), bytes, move |again| async move {
        // The fund has the request's id, so a repeated request adds nothing twice.
        let sums = adding.app.billing.top_up(again.message.0, &account, amount, &note).await;
        let sums = match sums.map_err(|error| Problem::bug(&error))? {
            ToppedUp::Now(sums) => sums,
            ToppedUp::Unlimited => {
                let why =
                    "The account has no `balance` in the configuration, or there are no `prices`: it is unlimited.";
                return Err(Problem::conflict("unlimited", why));
            }
            ToppedUp::TooMuch => {
                let why = "With this `amount` all that came in for the account would be more than 10^18, or less than \
                           -10^18: nothing was added.";
                return Err(Problem::invalid(vec![("/amount".to_owned(), why.to_owned())]));
            }
        };
        let body = to_json(&Balance::of(&adding, &account, Some(&sums)));
        Ok(Answer { status: StatusCode::CREATED, body, took_effect: true })
    })
    .await
}

fn account(web: &Web, caller: &Caller, query: &str) -> Result<AccountName, Problem> {
    let asked = query::value(query, "account").filter(|name| !name.is_empty()).map(AccountName::from);
    let wrong = |why: String| Problem::invalid(vec![("/account".to_owned(), why)]);
    match (caller.only_account(), asked, web.app.config.accounts.as_slice()) {
        (Some(own), None, _) => Ok(own.clone()),
        (_, Some(name), all) if caller.owns(&name) && all.iter().any(|known| known.name == name) => Ok(name),
        (_, Some(name), _) => Err(wrong(format!("There is no account `{name}`."))),
        (None, None, [only]) => Ok(only.name.clone()),
        (None, None, _) => Err(wrong("There are several accounts; say which one by `account`.".to_owned())),
    }
}

impl<'a> Balance<'a> {
    fn of(web: &'a Web, account: &'a AccountName, sums: Option<&Sums>) -> Balance<'a> {
        Balance {
            account: account.as_str(),
            unlimited: sums.is_none(),
            currency: &web.app.config.prices.currency,
            unit: "0.0001",
            opening: sums.map(|sums| sums.opening),
            topped_up: sums.map(|sums| sums.topped_up),
            settled: sums.map(|sums| sums.settled),
            reserved: sums.map(|sums| sums.reserved),
            available: sums.map(Sums::available),
            shown: sums.map(|sums| shown(sums.available())),
        }
    }
}

impl<'a> ChargeShown<'a> {
    fn of(row: &'a Charge) -> ChargeShown<'a> {
        ChargeShown {
            message_id: row.outbound_id.0,
            state: Id(row.state),
            amount: row.amount,
            category: &row.category,
            country: &row.country,
            at: At(row.at),
            ended_at: row.ended_at.map(At),
        }
    }
}
