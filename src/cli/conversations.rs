//! Runs `transom conversations list|show`: lists conversations and who has them, and prints their messages.

pub(super) mod talk;

use super::{
    Failure, Outcome,
    client::workplace::{CommandAt, read_only},
    terminal::{show, table},
};
use crate::{
    base::{
        clock::{Clock, SystemClock},
        ids::ConversationId,
        limits::COMMAND_ROWS_MAX,
        time::Time,
    },
    model::window::Window,
    store::{
        Store,
        tables::{contact, conversation, session},
    },
};

pub type Args = CommandAt<Action>;

#[derive(Debug, clap::Subcommand)]
pub enum Action {
    /// The newest conversations, or those in a state
    List {
        #[arg(long, value_enum)]
        state: Option<State>,
        #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(i64).range(1..=COMMAND_ROWS_MAX))]
        limit: i64,
    },
    /// Print the messages of both sides as a chat, the newest last
    Show {
        /// Its id, or the contact's phone number
        #[arg(value_name = "ID or PHONE")]
        who: String,
        /// So many messages at most, the newest
        #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(i64).range(1..=COMMAND_ROWS_MAX))]
        limit: i64,
    },
}

#[derive(Debug, Clone, Copy, clap::ValueEnum)]
#[clap(rename_all = "snake_case")]
pub enum State {
    WithPerson,
    NeedsPerson,
}

pub async fn run(args: Args) -> Outcome {
    let config = args.place.config()?;
    let store = read_only(&config).await?;
    let (state, limit) = match args.what {
        Action::List { state, limit } => (state, limit),
        Action::Show { who, limit } => {
            let done = talk::show(&config, &store, &who, limit).await;
            store.close().await;
            return done;
        }
    };
    let rows = rows(&store, state, limit + 1).await;
    store.close().await;
    let mut rows = rows?;
    let cut = table::is_cut(&mut rows, limit);
    table::print(
        &["id", "sender", "phone", "name", "state", "flows", "window", "last message"],
        &rows,
        "There are no such conversations.",
    );
    if cut {
        table::tell_cut(limit, None, COMMAND_ROWS_MAX);
    }
    Ok(())
}

async fn rows(store: &Store, state: Option<State>, limit: i64) -> Result<Vec<Vec<String>>, Failure> {
    let first = (Time(0), ConversationId(0));
    let found = match state {
        None => conversation::page(store, ConversationId(i64::MAX), limit).await,
        Some(State::WithPerson) => conversation::with_person(store, first, limit).await,
        Some(State::NeedsPerson) => conversation::needs_person(store, first, limit).await,
    };
    let now = SystemClock.now();
    let mut rows = Vec::new();
    for row in found.map_err(Failure::failed)? {
        let who = contact::find(store, row.contact_id).await.map_err(Failure::failed)?;
        let stored = session::find(store, row.id).await.map_err(Failure::failed)?;
        let session = stored.map(|stored| stored.session).unwrap_or_default();
        let state = match (&session.person, &session.needs_person) {
            (Some(person), _) => format!("with {}", person.team.as_deref().unwrap_or("a person")),
            (None, Some(needs)) => format!("needs a person: {}", show::short(&needs.why, 40)),
            (None, None) => "bot".to_owned(),
        };
        let flows: Vec<&str> = session.runs.iter().map(|run| run.flow.as_str()).collect();
        let data = who.map(|who| who.data).unwrap_or_default();
        rows.push(vec![
            row.id.to_string(),
            row.sender_id.to_string(),
            data.phone.or(data.bsuid).unwrap_or_default(),
            show::short(&data.name.unwrap_or_default(), 24),
            state,
            flows.join(", "),
            show::window(Window { opened_at: row.opened_at }, now),
            row.last_inbound_at.map(show::cell).unwrap_or_default(),
        ]);
    }
    Ok(rows)
}
