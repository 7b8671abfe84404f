//! Runs the only writer: a thread that owns the database and commits all waiting work as one group.

use crate::{
    Options,
    hook::Message,
    send::{Reply, Senders},
};
use rusqlite::{Connection, params};
use std::sync::mpsc::{Receiver, Sender, channel};
use tokio::sync::oneshot;

/// The queue of the writer.
#[derive(Clone)]
pub struct Writer(Sender<Job>);

/// One thing to store.
enum Job {
    Inbound(Message, oneshot::Sender<bool>),
    Sent { id: i64, provider_id: String },
}

impl Writer {
    /// True once the message and its reply are stored, also if they were stored before.
    pub async fn record(&self, message: Message) -> bool {
        let (done, committed) = oneshot::channel();
        self.0.send(Job::Inbound(message, done)).is_ok() && committed.await.unwrap_or(false)
    }

    /// Joins the next group; no task waits for it.
    pub fn mark_sent(&self, id: i64, provider_id: String) {
        let _ = self.0.send(Job::Sent { id, provider_id });
    }
}

/// Opens the database, passes on the unsent messages of an earlier process, and starts the thread.
pub fn start(options: &Options, senders: Senders) -> Writer {
    let database = Connection::open(&options.database).expect("the database opens");
    let synchronous = if options.synchronous == "normal" { "normal" } else { "full" };
    database
        .execute_batch(&format!(
            "pragma journal_mode = wal; pragma synchronous = {synchronous};
             create table if not exists inbound (provider_id text primary key, contact text, body text, at bigint)
               without rowid;
             create table if not exists contact (phone text primary key, turn bigint, data text, at bigint)
               without rowid;
             create table if not exists outbox (id integer primary key, contact text, body text, provider_id text);
             create index if not exists outbox_unsent on outbox (id) where provider_id is null;"
        ))
        .expect("the schema is right");
    let mut unsent = database
        .prepare("select id, contact, body from outbox where provider_id is null order by id")
        .expect("the query is right");
    let rows = unsent.query_map([], |row| Ok(Reply { id: row.get(0)?, to: row.get(1)?, text: row.get(2)? }));
    rows.expect("the table is readable").flatten().for_each(|reply| senders.send(reply));
    drop(unsent);
    let (jobs, queue) = channel();
    let group = options.group;
    std::thread::spawn(move || run(&database, &queue, group, &senders));
    Writer(jobs)
}

fn run(database: &Connection, queue: &Receiver<Job>, group: usize, senders: &Senders) {
    let mut acknowledge = Vec::with_capacity(group);
    let mut replies = Vec::with_capacity(group);
    while let Ok(first) = queue.recv() {
        database.execute_batch("begin immediate").expect("the database is ours");
        let mut next = Some(first);
        let mut taken = 0;
        while let Some(job) = next {
            write(database, job, &mut acknowledge, &mut replies);
            taken += 1;
            next = if taken < group { queue.try_recv().ok() } else { None };
        }
        database.execute_batch("commit").expect("the disk takes it");
        for done in acknowledge.drain(..) {
            let _ = oneshot::Sender::send(done, true);
        }
        replies.drain(..).for_each(|reply| senders.send(reply));
    }
}

fn write(database: &Connection, job: Job, acknowledge: &mut Vec<oneshot::Sender<bool>>, replies: &mut Vec<Reply>) {
    let run = |sql: &str, values: &[&dyn rusqlite::ToSql]| -> usize {
        database.prepare_cached(sql).and_then(|mut query| query.execute(values)).expect("the statement is right")
    };
    match job {
        Job::Inbound(message, done) => {
            let at = now_ms();
            let new = run(
                "insert into inbound values (?1, ?2, ?3, ?4) on conflict do nothing",
                params![message.id, message.from, message.text, at],
            );
            if new == 1 {
                let data = format!(r#"{{"last":"{}","runs":[]}}"#, message.id);
                run(
                    "insert into contact values (?1, 1, ?2, ?3) on conflict (phone) do update
                     set turn = turn + 1, data = excluded.data, at = excluded.at",
                    params![message.from, data, at],
                );
                let text = message.text.replacen("ping", "pong", 1);
                run("insert into outbox (contact, body) values (?1, ?2)", params![message.from, text]);
                replies.push(Reply { id: database.last_insert_rowid(), to: message.from, text });
            }
            acknowledge.push(done);
        }
        Job::Sent { id, provider_id } => {
            run("update outbox set provider_id = ?2 where id = ?1", params![id, provider_id]);
        }
    }
}

fn now_ms() -> i64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    since.map_or(0, |since| since.as_millis() as i64)
}
