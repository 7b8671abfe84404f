//! `/v1/balance`: shows an account's prepaid balance and the cost of each message.

use super::page::{Page, decode};
use crate::{
    base::{
        ids::{AccountName, OutboundId},
        limits::{NAME_CHARS_MAX, TOP_UP_MAX},
        query,
        time::iso,
    },
    runtime::{billing::balance::ToppedUp, config::shown},
    store::tables::charge::{self, Charge, Sums},
    web::{
        auth::Caller,
        idempotency::{Answer, json, once},
        input::{self, Input},
        problem::{ApiResult, Problem},
        state::Web,
    },
};
use axum::{
    extract::{RawQuery, Request, State},
    http::StatusCode,
};
use serde_json::{Value as Json, json};
use std::sync::Arc;

/// `GET /v1/balance?account=`.
pub async fn show(State(web): State<Arc<Web>>, RawQuery(query): RawQuery, caller: Caller) -> ApiResult {
    let account = account(&web, &caller, &query.unwrap_or_default())?;
    let sums = web.app.billing.balance(&account).await.map_err(|error| Problem::bug(&error))?;
    Ok(json(StatusCode::OK, &described(&web, &account, sums)))
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
    Ok(json(StatusCode::OK, &page.body(rows.iter().map(charged).collect(), next)))
}

/// `POST /v1/balance/top-ups`: `{account, amount, note}`; operator only.
pub async fn top_up(State(web): State<Arc<Web>>, request: Request) -> ApiResult {
    let (parts, body) = request.into_parts();
    let bytes = input::bytes(body).await?;
    let mut input = Input::parse(&bytes)?;
    let given = input.opt_text("account", NAME_CHARS_MAX).map(AccountName::from);
    let amount = input.opt_whole("amount");
    let note = input.opt_text("note", NAME_CHARS_MAX).unwrap_or_default();
    if amount.is_none() && input.is_clean_at("amount") {
        input.wrong("amount", "`amount` is missing: a whole number of ten-thousandths.");
    }
    if amount.is_some_and(|amount| amount == 0 || amount.unsigned_abs() > TOP_UP_MAX) {
        input.wrong("amount", "`amount` is not 0, and at most 10^15.");
    }
    let account = match (given, web.app.config.accounts.as_slice()) {
        (Some(name), all) if all.iter().any(|known| known.name == name) => Some(name),
        (Some(name), _) => {
            input.wrong("account", format!("There is no account `{name}`."));
            None
        }
        (None, [only]) => Some(only.name.clone()),
        (None, _) => {
            if input.is_clean_at("account") {
                input.wrong("account", "There are several accounts; say which one.");
            }
            None
        }
    };
    input.finish()?;
    let (Some(account), Some(amount)) = (account, amount) else {
        return Err(Problem::bug(&"no account or amount and no error"));
    };
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
        Ok(Answer { status: StatusCode::CREATED, body: described(&adding, &account, Some(sums)), took_effect: true })
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

fn described(web: &Web, account: &AccountName, sums: Option<Sums>) -> Json {
    let of = |take: fn(&Sums) -> i64| sums.as_ref().map(take);
    json!({
        "account": account,
        "unlimited": sums.is_none(),
        "currency": web.app.config.prices.currency,
        "unit": "0.0001",
        "opening": of(|sums| sums.opening),
        "topped_up": of(|sums| sums.topped_up),
        "settled": of(|sums| sums.settled),
        "reserved": of(|sums| sums.reserved),
        "available": of(Sums::available),
        "shown": sums.as_ref().map(|sums| shown(sums.available())),
    })
}

fn charged(row: &Charge) -> Json {
    json!({
        "message_id": row.outbound_id,
        "state": row.state,
        "amount": row.amount,
        "category": row.category,
        "country": row.country,
        "at": iso(row.at),
        "ended_at": row.ended_at.map(iso),
    })
}
