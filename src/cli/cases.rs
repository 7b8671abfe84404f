//! Runs `transom cases list`: lists the open cases of people, the earliest due first.

use super::{
    Failure, Outcome,
    client::workplace::{CommandAt, read_only},
    terminal::{out, show, table},
};
use crate::{
    base::{
        clock::{Clock, SystemClock},
        limits::{COMMAND_ROWS_MAX, PAGE_ROWS_MAX},
        time::Time,
    },
    store::{
        Store,
        tables::{
            contact,
            support_case::{self, SupportCase},
        },
    },
};

pub type Args = CommandAt<Action>;

#[derive(Debug, clap::Subcommand)]
pub enum Action {
    /// Those that are open, the earliest due first
    List {
        /// Only those of this team
        #[arg(long)]
        team: Option<String>,
        /// Only those that this person has
        #[arg(long)]
        agent: Option<String>,
        #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(i64).range(1..=COMMAND_ROWS_MAX))]
        limit: i64,
    },
}

pub async fn run(args: Args) -> Outcome {
    let config = args.place.config()?;
    let Action::List { team, agent, limit } = args.what;
    let store = read_only(&config).await?;
    let rows = rows(&store, team.as_deref(), agent.as_deref(), limit + 1).await;
    store.close().await;
    let mut rows = rows?;
    let cut = table::is_cut(&mut rows, limit);
    table::print(
        &["id", "conversation", "phone", "name", "state", "team", "agent", "priority", "due", "overdue", "summary"],
        &rows,
        "There are no such cases.",
    );
    if cut {
        let words =
            format!("These {limit} are due first, and there are more: `--limit {COMMAND_ROWS_MAX}` shows more.");
        if out::is_json() { eprintln!("{words}") } else { println!("{words}") }
    }
    Ok(())
}

/// The length of a summary in the list: it is the last column, and a line of a wide terminal holds so much.
const SUMMARY_CHARS: usize = 60;

async fn rows(store: &Store, team: Option<&str>, agent: Option<&str>, limit: i64) -> Result<Vec<Vec<String>>, Failure> {
    let fits = |case: &SupportCase| {
        team.is_none_or(|team| case.team.as_deref() == Some(team))
            && agent.is_none_or(|agent| case.agent.as_deref() == Some(agent))
    };
    let (now, most) = (SystemClock.now(), usize::try_from(limit).unwrap_or(usize::MAX));
    let (mut rows, mut after) = (Vec::new(), (Time(0), 0));
    loop {
        let page = support_case::due(store, after, PAGE_ROWS_MAX).await.map_err(Failure::failed)?;
        let Some(last) = page.last() else { return Ok(rows) };
        after = (last.sorted_at, last.id);
        for case in page.into_iter().filter(fits) {
            if rows.len() == most {
                return Ok(rows);
            }
            rows.push(row(store, case, now).await?);
        }
    }
}

async fn row(store: &Store, case: SupportCase, now: Time) -> Result<Vec<String>, Failure> {
    let who = contact::find(store, case.contact_id).await.map_err(Failure::failed)?;
    let data = who.map(|who| who.data).unwrap_or_default();
    let is_late = case.due_at.is_some_and(|due| due <= now);
    Ok(vec![
        case.id.to_string(),
        case.conversation_id.to_string(),
        data.phone.or(data.bsuid).unwrap_or_default(),
        show::short(&data.name.unwrap_or_default(), 24),
        case.state.as_str().to_owned(),
        case.team.unwrap_or_default(),
        case.agent.unwrap_or_default(),
        show::short(&case.priority.unwrap_or_default(), 12),
        case.due_at.map(show::cell).unwrap_or_default(),
        if is_late { "yes" } else { "no" }.to_owned(),
        show::short(&case.summary.unwrap_or_default(), SUMMARY_CHARS),
    ])
}
