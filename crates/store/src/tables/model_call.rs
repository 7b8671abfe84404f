//! `model_call`: the questions to language models and their cost. A budget is the sum over these rows, so it cannot
//! disagree with them; a question whose answer was never stored stays at the sum that was reserved for it.

use crate::{
    Query, ReadError, Row, RowContract, Sql, Statement, Store,
    base::{
        ids::{ContactId, FlowName, StepId},
        time::Time,
    },
    model::effect::Tokens,
    queries::retention::{Expire, expire},
};
use serde::Serialize;

/// A question that is about to leave.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ReservedCall {
    pub id: i64,
    pub contact_id: ContactId,
    pub model: String,
    pub step: StepId,
    /// `None`: the question is about a message or a voice note.
    pub flow: Option<FlowName>,
    /// The most that it may cost, in millionths of the currency unit.
    pub cost: i64,
    pub at: Time,
}

/// The cost of a question that was answered, or that failed.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SettledCall {
    pub id: i64,
    pub cost: i64,
    pub input: u64,
    pub cached: u64,
    pub output: u64,
    pub ms: i64,
    /// `ok`, or the code of the error.
    pub outcome: String,
}

/// The questions that a budget is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MoneyOf<'a> {
    Model(&'a str),
    /// All questions.
    Bot,
    /// The questions of its steps.
    Flow(&'a str),
}

/// The sums of a model.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ModelSums {
    pub calls: i64,
    pub tokens: Tokens,
    /// Settled and reserved, in millionths of the currency unit.
    pub cost: i64,
    /// The part of `cost` that is only reserved.
    pub reserved: i64,
}

/// Belongs into a commit before the question leaves.
pub static RESERVE: Statement<ReservedCall> = Statement::new(
    "model_call.reserve",
    370,
    RowContract::Plain,
    |row| row.id.into(),
    "insert into model_call (id, contact_id, model, step, flow, state, cost, input, cached, output, ms, outcome, at)
     select cast(value ->> 'id' as bigint), cast(value ->> 'contact_id' as bigint), value ->> 'model', value ->> 'step',
       value ->> 'flow', 'reserved', cast(value ->> 'cost' as bigint), 0, 0, 0, 0, '', cast(value ->> 'at' as bigint)
     from {rows} as input where true
     on conflict do nothing",
);

/// Belongs into the commit that stores the answer.
pub static SETTLE: Statement<SettledCall> = Statement::new(
    "model_call.settle",
    371,
    RowContract::Plain,
    |row| row.id.into(),
    "update model_call set state = 'settled', cost = cast(value ->> 'cost' as bigint),
       input = cast(value ->> 'input' as bigint), cached = cast(value ->> 'cached' as bigint),
       output = cast(value ->> 'output' as bigint), ms = cast(value ->> 'ms' as bigint), outcome = value ->> 'outcome'
     from {rows} as input
     where model_call.id = cast(value ->> 'id' as bigint) and model_call.state = 'reserved'",
);

pub static EXPIRE: Expire = expire!("model_call", 372, "at");

pub(crate) static STATEMENTS: &[&Sql] = &[&RESERVE.sql, &SETTLE.sql, &EXPIRE.remove.sql];

static SPENT: Query = Query {
    name: "model_call.spent",
    text: "select cast(coalesce(sum(cost), 0) as bigint) as cost from model_call where model = $1 and at > $2",
};
static SPENT_ON: Query = Query {
    name: "model_call.spent_on",
    text: "select cast(coalesce(sum(cost), 0) as bigint) as cost from model_call
      where contact_id = $3 and model = $1 and at > $2",
};
static SPENT_BY_FLOW: Query = Query {
    name: "model_call.spent_by_flow",
    text: "select cast(coalesce(sum(cost), 0) as bigint) as cost from model_call where flow = $1 and at > $2",
};
static SPENT_BY_FLOW_ON: Query = Query {
    name: "model_call.spent_by_flow_on",
    text: "select cast(coalesce(sum(cost), 0) as bigint) as cost from model_call
      where contact_id = $3 and flow = $1 and at > $2",
};
static SPENT_BY_ALL: Query = Query {
    name: "model_call.spent_by_all",
    text: "select cast(coalesce(sum(cost), 0) as bigint) as cost from model_call where at > $1",
};
static SPENT_BY_ALL_ON: Query = Query {
    name: "model_call.spent_by_all_on",
    text: "select cast(coalesce(sum(cost), 0) as bigint) as cost from model_call where contact_id = $2 and at > $1",
};
static SUMS: Query = Query {
    name: "model_call.sums",
    text: "select cast(count(*) as bigint) as calls, cast(coalesce(sum(input), 0) as bigint) as input,
        cast(coalesce(sum(cached), 0) as bigint) as cached, cast(coalesce(sum(output), 0) as bigint) as output,
        cast(coalesce(sum(cost), 0) as bigint) as cost,
        cast(coalesce(sum(case when state = 'reserved' then cost else 0 end), 0) as bigint) as reserved
      from model_call where model = $1 and at > $2",
};

pub(crate) static QUERIES: &[&Query] =
    &[&SPENT, &SPENT_ON, &SPENT_BY_FLOW, &SPENT_BY_FLOW_ON, &SPENT_BY_ALL, &SPENT_BY_ALL_ON, &SUMS, &EXPIRE.page];

/// The money that was spent or reserved after `since`, for all people or for one.
pub async fn spent(store: &Store, of: MoneyOf<'_>, since: Time, on: Option<ContactId>) -> Result<i64, ReadError> {
    let cost = |row: &Row| row.number("cost");
    let spent = match (of, on) {
        (MoneyOf::Model(model), None) => store.one(&SPENT, &[model.into(), since.into()], cost).await?,
        (MoneyOf::Model(model), Some(contact)) => {
            store.one(&SPENT_ON, &[model.into(), since.into(), contact.0.into()], cost).await?
        }
        (MoneyOf::Flow(flow), None) => store.one(&SPENT_BY_FLOW, &[flow.into(), since.into()], cost).await?,
        (MoneyOf::Flow(flow), Some(contact)) => {
            store.one(&SPENT_BY_FLOW_ON, &[flow.into(), since.into(), contact.0.into()], cost).await?
        }
        (MoneyOf::Bot, None) => store.one(&SPENT_BY_ALL, &[since.into()], cost).await?,
        (MoneyOf::Bot, Some(contact)) => store.one(&SPENT_BY_ALL_ON, &[since.into(), contact.0.into()], cost).await?,
    };
    Ok(spent.unwrap_or(0))
}

/// The sums of a model's questions after `since`.
pub async fn sums(store: &Store, model: &str, since: Time) -> Result<ModelSums, ReadError> {
    let count = |row: &Row, name| row.number(name).map(|number| u64::try_from(number).unwrap_or(0));
    let read = |row: &Row| {
        let tokens =
            Tokens { input: count(row, "input")?, cached: count(row, "cached")?, output: count(row, "output")? };
        let (calls, cost, reserved) = (row.number("calls")?, row.number("cost")?, row.number("reserved")?);
        Ok(ModelSums { calls, tokens, cost, reserved })
    };
    Ok(store.one(&SUMS, &[model.into(), since.into()], read).await?.unwrap_or_default())
}
