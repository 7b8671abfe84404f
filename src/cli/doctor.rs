//! Runs `transom doctor`: prints the checks of the whole way in and out, and names each problem in a plain sentence.

use super::{
    Failure, Outcome,
    client::{
        advice,
        call::Api,
        workplace::{Workplace, probes, running},
    },
    terminal::{out, paint::Paint},
};
use crate::{
    base::{clock::SystemClock, counted::counted, ids::SenderId, time::iso},
    channel::client::Client,
    runtime::{
        config::Config,
        health::{self, DaemonSeen, DaemonState, HealthCheck, HealthInputs, HealthResult},
        senders::providers::providers,
    },
    store::Store,
};
use serde_json::{Value as Json, json};
use std::sync::Arc;

#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    place: Workplace,
}

pub async fn run(args: Args) -> Outcome {
    let config = args.place.config()?;
    let store = Store::open_read_only(config.database.expose()).await;
    let http = Client::new(Arc::new(SystemClock), None);
    let (providers, _) = providers(&config);
    let inputs = HealthInputs {
        config: &config,
        store: store.as_ref().map_err(ToString::to_string),
        http: &http,
        providers: &providers,
        clock: &SystemClock,
        is_optimised: crate::IS_OPTIMISED,
    };
    let here = health::here(&inputs, &seen(&config).await).await;
    let mut platforms = Vec::new();
    for sender in &config.senders {
        platforms.extend(health::platform(&inputs, sender).await);
    }
    let checks: Vec<HealthCheck> = health::arranged(&config, platforms, here).into_iter().map(with_config).collect();
    if let Ok(store) = store {
        store.close().await;
    }
    let count = |result| checks.iter().filter(|check| check.result == result).count();
    let (bad, warned) = (count(HealthResult::Bad), count(HealthResult::Warning));
    if out::is_json() {
        let told: Vec<Json> = checks.iter().map(|check| told(&config, check)).collect();
        out::document(&json!({"wrong": bad, "warnings": warned, "checks": told}));
        return if bad == 0 { Ok(()) } else { Err(Failure::Said) };
    }
    let paint = Paint::stdout();
    print(&config, &checks, paint);
    println!();
    if bad == 0 {
        match warned {
            0 => println!("{}", paint.good("Nothing is wrong.")),
            n => println!("{}", paint.good(format!("Nothing is wrong; {} to know, marked `!`.", counted(n, "thing")))),
        }
        return Ok(());
    }
    println!("{}", paint.bad(format!("{} to mend.", counted(bad, "thing"))));
    Err(Failure::Said)
}

/// The check with the configuration of this command in the commands that it names.
fn with_config(check: HealthCheck) -> HealthCheck {
    let detail = advice::with_config(&check.detail);
    let mend = check.mend.map(|command| advice::command(&command));
    HealthCheck { detail, mend, ..check }
}

/// The running daemon, and what it says of itself.
async fn seen(config: &Config) -> DaemonSeen {
    let (answers, probes) = tokio::join!(running(config), probes(config));
    match (answers, probes) {
        (Some(api), probes) => {
            let base = api.base().to_owned();
            DaemonSeen::Answers(base, state(&probes.unwrap_or(api)).await)
        }
        (None, Some(probes)) => {
            let base = probes.base().to_owned();
            DaemonSeen::Crowded(base, state(&probes).await)
        }
        (None, None) => DaemonSeen::Nowhere,
    }
}

async fn state(api: &Api) -> Option<DaemonState> {
    let ready = api.get("/readyz").await.ok()?.json();
    let metrics = api.get("/metrics").await.map(|answer| answer.body).unwrap_or_default();
    Some(DaemonState { ready, metrics })
}

fn print(config: &Config, checks: &[HealthCheck], paint: Paint) {
    let mut part = None;
    for check in checks {
        if check.sender.is_some() && check.sender != part {
            part = check.sender;
            println!("\n{}", paint.strong(head(config, part)));
        }
        let sign = match check.result {
            HealthResult::Good => paint.good("✓"),
            HealthResult::Warning => paint.warn("!"),
            HealthResult::Bad => paint.bad("✗"),
        };
        println!("  {sign} {}", check.detail);
        if let Some(mend) = check.mend.as_ref().filter(|mend| !check.detail.contains(mend.as_str())) {
            println!("    {}", paint.faint(format!("`{mend}` mends it")));
        }
    }
}

/// The heading above the checks of a sender; empty for the installation.
fn head(config: &Config, sender: Option<SenderId>) -> String {
    let sender = sender.and_then(|id| config.senders.iter().find(|known| known.id == id));
    sender.map(|sender| format!("Sender {} `{}`", sender.id, sender.name)).unwrap_or_default()
}

fn told(config: &Config, check: &HealthCheck) -> Json {
    let grade = match check.result {
        HealthResult::Good => "good",
        HealthResult::Warning => "warning",
        HealthResult::Bad => "wrong",
    };
    json!({
        "part": head(config, check.sender), "grade": grade, "text": check.detail,
        "id": check.id, "since": check.since.map(iso), "mend": check.mend,
    })
}
