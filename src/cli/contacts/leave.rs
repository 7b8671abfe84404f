//! Runs `transom contacts export|erase`: exports all data of a person, or erases it.

use super::find;
use crate::{
    base::clock::{Clock, SystemClock},
    cli::{
        Failure, Outcome,
        client::workplace::{self, read_only},
        terminal::out,
    },
    model::contact::Contact,
    runtime::config::Config,
    store::Store,
    web::api::contacts::export,
};
use serde_json::{Value as Json, json};
use std::{
    fs,
    io::{BufRead, IsTerminal, Write},
    path::Path,
};

async fn known(config: &Config, who: &str) -> Result<Contact, Failure> {
    let store = read_only(config).await?;
    let contact = find(config, &store, who).await;
    store.close().await;
    contact
}

pub async fn export(config: &Config, who: &str, file: Option<&Path>) -> Outcome {
    let store = read_only(config).await?;
    let read = read(config, &store, who).await;
    store.close().await;
    let (contact, whole) = read?;
    let Some(path) = file else {
        out::document(&whole);
        return Ok(());
    };
    let failed = |error| Failure::Failed(format!("cannot write `{}`: {error}", path.display()));
    let mut options = fs::OpenOptions::new();
    // An existing file is not overwritten.
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut written = options.open(path).map_err(failed)?;
    writeln!(written, "{whole:#}").and_then(|()| written.sync_all()).map_err(failed)?;
    let words = || println!("All that is kept of contact {} is in `{}`.", contact.id, path.display());
    out::either(|| json!({"contact": contact.id, "file": path}), words);
    Ok(())
}

/// The database is enough for it, with a running daemon and without one.
async fn read(config: &Config, store: &Store, who: &str) -> Result<(Contact, Json), Failure> {
    let contact = find(config, store, who).await?;
    let whole = export::whole(store, &contact, SystemClock.now()).await.map_err(Failure::failed)?;
    Ok((contact, json!(whole)))
}

pub async fn erase(config: &Config, who: &str, yes: bool) -> Outcome {
    let why = "an erasure ends the person's runs and drops what waits, which is its work";
    let api = workplace::daemon(config, why).await?;
    let contact = known(config, who).await?;
    let name = contact.data.phone.clone().or(contact.data.bsuid.clone()).unwrap_or_else(|| contact.id.to_string());
    if !yes {
        if !std::io::stdin().is_terminal() || out::is_json() {
            return Err(Failure::Usage(format!("nothing brings {name} back: say `--yes` to erase them")));
        }
        print!("All that is kept of {name} is erased, and nothing brings it back. Type `erase` to do it: ");
        let _ = std::io::stdout().flush();
        let mut line = String::new();
        std::io::stdin().lock().read_line(&mut line).map_err(Failure::failed)?;
        if line.trim() != "erase" {
            println!("Nothing was erased.");
            return Ok(());
        }
    }
    let told = api.post(&format!("/v1/contacts/{}/erase", contact.id), &json!({})).await?.ok()?;
    out::either(|| told, || println!("{name} is erased."));
    Ok(())
}
