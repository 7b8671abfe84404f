//! `transom runs list|show`: passages through flows, and what each did.

use super::{
    Failure, Outcome,
    paint::Paint,
    place::{Place, read_only},
    show, table,
};
use crate::{
    base::ids::FlowName,
    store::{Store, run, trace},
};

#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    what: What,
    #[command(flatten)]
    place: Place,
}

#[derive(Debug, clap::Subcommand)]
enum What {
    /// The newest runs
    List {
        /// Of this flow only
        #[arg(long)]
        flow: Option<String>,
        #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(i64).range(1..=1000))]
        limit: i64,
    },
    /// One run, with the trace of its turns
    Show { id: i64 },
}

/// Turns of a conversation that are searched for those of a run.
const TURNS_READ: i64 = 500;

pub async fn run(args: Args) -> Outcome {
    let config = args.place.config()?;
    let store = read_only(&config).await?;
    let done = match args.what {
        What::List { flow, limit } => list(&store, flow, limit).await,
        What::Show { id } => show_run(&store, id).await,
    };
    store.close().await;
    done
}

async fn list(store: &Store, flow: Option<String>, limit: i64) -> Outcome {
    let found = match flow {
        Some(flow) => run::of_flow(store, &FlowName::from(flow), i64::MAX, limit).await,
        None => run::page(store, i64::MAX, limit).await,
    };
    let rows: Vec<Vec<String>> = found
        .map_err(Failure::failed)?
        .into_iter()
        .map(|run| {
            let end = run.outcome.map_or("under way", |outcome| outcome.as_str());
            vec![
                run.id.to_string(),
                run.flow.to_string(),
                run.conversation_id.to_string(),
                run.trigger_key,
                show::time(run.started_at),
                end.to_owned(),
            ]
        })
        .collect();
    table::print(&["id", "flow", "conversation", "started by", "started", "end"], &rows, "There are no such runs.");
    Ok(())
}

async fn show_run(store: &Store, id: i64) -> Outcome {
    let found = run::page(store, id.saturating_add(1), 1).await.map_err(Failure::failed)?;
    let Some(run) = found.into_iter().find(|run| run.id == id) else {
        return Err(Failure::Failed(format!("there is no run {id}; `transom runs list` shows them")));
    };
    let paint = Paint::stdout();
    let end = run.outcome.map_or("under way", |outcome| outcome.as_str());
    println!("{} {} in conversation {}", paint.strong("run"), paint.strong(run.id), run.conversation_id);
    println!("flow {} (version {}), started by {}", run.flow, run.version_id, run.trigger_key);
    println!(
        "{} — {}",
        show::time(run.started_at),
        run.ended_at.map_or_else(|| end.to_owned(), |at| format!("{} {end}", show::time(at)))
    );
    let mut turns = trace::of(store, run.conversation_id, i64::MAX, TURNS_READ).await.map_err(Failure::failed)?;
    turns.reverse();
    for turn in turns {
        let own: Vec<_> = turn.data.iter().filter(|entry| entry.run == Some(run.number)).collect();
        if own.is_empty() {
            continue;
        }
        println!("\n{}", paint.faint(format!("turn {} · {}", turn.turn, show::time(turn.at))));
        for entry in own {
            let step = entry.step.as_ref().map(|step| paint.bot(format!("{step}: "))).unwrap_or_default();
            println!("  {step}{}", entry.what);
        }
    }
    Ok(())
}
