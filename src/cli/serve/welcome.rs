//! Prints the address of the studio and the next commands, for a daemon without a configuration.

use super::super::terminal::paint::Paint;
use crate::{base::counted::counted, runtime::daemon::app::App};

/// A hint to the file with all keys of the configuration.
pub(super) const EXAMPLE: &str = "`transom new` lays a `config.example.yaml` into each new bot's folder";

/// The address of the studio, and what to do next.
pub(super) fn welcome(address: &str, probes: &str, app: &App, paint: Paint) -> String {
    let next = if app.live.is_any() { commands(address, probes, app, paint) } else { to_mend(address, app, paint) };
    format!(
        "{studio}   {sandbox}\n\n{next}",
        studio = paint.strong(format!("Studio  http://{address}/studio")),
        sandbox = paint.faint("(sandbox: nothing leaves this machine)"),
    )
}

/// The way out for files with errors of which there was never a good version.
fn to_mend(address: &str, app: &App, paint: Paint) -> String {
    let errors = app.live.findings().iter().filter(|finding| finding.is_error()).count();
    format!(
        "{title}\n\
         Transom listens at http://{address}, and nobody is answered: the flows in `{bot}` have {errors}.\n\
         \n\
         Mend them in the studio, or edit the flows and save: a good version is live within a second. `transom check` \
         shows the errors. Ctrl-C stops.\n",
        title = paint.strong("Nothing is live yet"),
        bot = app.config.bot.display(),
        errors = counted(errors, "error"),
    )
}

/// The next commands, in lines that can be copied.
fn commands(address: &str, probes: &str, app: &App, paint: Paint) -> String {
    let sender = app.senders.all().first().map_or(1, |sender| sender.id.0);
    let flows = app.live.get().set.flows.len();
    let elsewhere = if address == "127.0.0.1:8080" { String::new() } else { format!(" --url http://{address}") };
    format!(
        "{title}\n\
         {flows} from `{bot}` {are} live at http://{address}, on a sandbox: no account, no network, this machine only.\n\
         \n\
         In another terminal, in this folder:\n\
         \n  {trigger}   {a}\
         \n  {status}   {b}\
         \n  {key}   {c}\n\
         \n\
         Edit the flows and save: a good version is live within a second. Ctrl-C stops.\n\
         For a real number write a configuration: {EXAMPLE}.\n",
        title = paint.strong("Transom is running"),
        flows = counted(flows, "flow"),
        are = if flows == 1 { "is" } else { "are" },
        bot = app.config.bot.display(),
        trigger = paint.good(format!("transom trigger message --text hi{elsewhere}")),
        a = paint.faint("# write to the bot and see its answer"),
        status = paint.good(format!("curl -s http://{probes}/readyz")),
        b = paint.faint("# what is live"),
        key = paint.good("transom keys create"),
        c = paint.faint(format!("# a key for the API; the sandbox is sender {sender}")),
    )
}
