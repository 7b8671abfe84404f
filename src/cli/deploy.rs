//! Runs `transom deploy --dry-run`: forecasts the effect of new flows on people in running conversations.

use super::{
    Failure, Outcome,
    client::workplace::{Workplace, read_only},
    terminal::{out, paint::Paint, show},
};
use crate::{
    base::{
        clock::{Clock, SystemClock},
        counted::counted,
        diagnostic::Diagnostic,
        limits::PREVIEW_CONVERSATIONS_MAX,
    },
    runtime::bot::{check_context, preview, reload, source_files},
};
use std::{path::PathBuf, sync::Arc};

#[derive(Debug, clap::Args)]
pub struct Args {
    /// The folder with the new flows; without one, the bot's own
    #[arg(value_name = "PATH")]
    path: Option<PathBuf>,
    /// Change nothing, say what would happen
    #[arg(long)]
    dry_run: bool,
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    #[command(flatten)]
    place: Workplace,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    Text,
    Json,
}

pub async fn run(args: Args) -> Outcome {
    let config = args.place.config()?;
    if !args.dry_run {
        return Err(Failure::Usage(format!(
            "the daemon takes up what changes in `{}` by itself, within a second; \
             `transom deploy --dry-run PATH` says beforehand what the flows in PATH would change",
            config.bot.display()
        )));
    }
    let path = args.path.as_ref().unwrap_or(&config.bot);
    let files = source_files::read(path).map_err(Failure::failed)?;
    let store = read_only(&config).await?;
    let around = check_context::read(&config, &store).await.map_err(Failure::failed)?;
    let (set, found) = reload::judge(&config, &around, &files);
    let errors = found.iter().filter(|finding| finding.is_error()).count();
    let now = SystemClock.now();
    let told = preview::preview(&config, &store, &files, &Arc::new(set), now, PREVIEW_CONVERSATIONS_MAX).await;
    store.close().await;
    let told = told.map_err(Failure::failed)?;
    match if out::is_json() { Format::Json } else { args.format } {
        Format::Json => {
            out::document(&serde_json::json!({"would_go_live": errors == 0, "errors": errors, "preview": told}));
        }
        Format::Text => {
            // Flows with errors would not go live, so only the errors are printed, without a forecast.
            let colour = Paint::stderr().is_on();
            found
                .iter()
                .filter(|finding| Diagnostic::is_error(finding))
                .for_each(|finding| eprintln!("{}\n", crate::cli::terminal::screen::coloured(&finding.render(colour))));
            if errors == 0 {
                print!("{}", told.text(show::time));
            } else {
                println!("These flows would not go live: {}.", counted(errors, "error"));
            }
        }
    }
    if errors == 0 { Ok(()) } else { Err(Failure::Said) }
}
