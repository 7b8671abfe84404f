//! `model_question`: what a language model was asked and what it answered, beside the trace of the run.

use crate::{
    Query, ReadError, Row, RowContract, Sql, Statement, Store,
    base::{
        ids::{ContactId, ConversationId, StepId},
        time::Time,
    },
    model::effect::{ModelQuestion, ModelReply},
    queries::retention::{Expire, expire},
};
use serde::{Deserialize, Serialize};

/// A question with its answer.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct AnsweredQuestion {
    pub id: i64,
    pub conversation_id: ConversationId,
    pub contact_id: ContactId,
    /// The number of the run in its conversation; 0: a question about a message, which belongs to none.
    pub run: u32,
    /// When the answer came.
    pub at: Time,
    pub data: Exchange,
}

/// Marks stand for the numbers and addresses of the person, as the model read them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Exchange {
    pub step: StepId,
    /// The number of the question in its run.
    pub call: u32,
    /// From 1; a repair and a question after a restart are further attempts.
    pub attempt: u32,
    pub question: ModelQuestion,
    pub reply: ModelReply,
}

/// Belongs into the commit that stores the answer.
pub static INSERT: Statement<AnsweredQuestion> = Statement::new(
    "model_question.insert",
    380,
    RowContract::Plain,
    |row| row.id.into(),
    "insert into model_question (id, conversation_id, contact_id, run, at, data)
     select cast(value ->> 'id' as bigint), cast(value ->> 'conversation_id' as bigint),
       cast(value ->> 'contact_id' as bigint), cast(value ->> 'run' as bigint), cast(value ->> 'at' as bigint),
       value -> 'data'
     from {rows} as input where true",
);

pub static EXPIRE: Expire = expire!("model_question", 381, "at");

pub(crate) static STATEMENTS: &[&Sql] = &[&INSERT.sql, &EXPIRE.remove.sql];

static BETWEEN: Query = Query {
    name: "model_question.between",
    text: "select id, conversation_id, contact_id, run, at, cast(data as text) as data from model_question
      where conversation_id = $1 and id > $2 and at >= $3 and at <= $4 order by id limit $5",
};

pub(crate) static QUERIES: &[&Query] = &[&EXPIRE.page, &BETWEEN];

/// The questions of a conversation in a period, oldest first; `after` is the id of the previous page's last one, 0 for the
/// first page.
pub async fn between(
    store: &Store,
    conversation: ConversationId,
    after: i64,
    (from, until): (Time, Option<Time>),
    limit: i64,
) -> Result<Vec<AnsweredQuestion>, ReadError> {
    let until = until.unwrap_or(Time(i64::MAX));
    store.all(&BETWEEN, &[conversation.0.into(), after.into(), from.into(), until.into(), limit.into()], read).await
}

fn read(row: &Row) -> Result<AnsweredQuestion, ReadError> {
    Ok(AnsweredQuestion {
        id: row.number("id")?,
        conversation_id: ConversationId(row.number("conversation_id")?),
        contact_id: ContactId(row.number("contact_id")?),
        run: u32::try_from(row.number("run")?).unwrap_or(0),
        at: row.time("at")?,
        data: row.json("data")?,
    })
}
