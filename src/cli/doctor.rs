//! Runs `transom doctor`: checks the whole way in and out, and names each problem in a plain sentence.

mod forms;

use super::{
    Failure, Outcome,
    client::workplace::{Workplace, probes, running},
    terminal::{out, paint::Paint, show},
};
use crate::{
    base::{
        clock::{Clock, SystemClock},
        counted::counted,
        ids::SenderId,
        limits::{CLOCK_SKEW_MAX, COMMAND_TIMEOUT},
        time::{Span, Time},
    },
    channel::{
        Auth, Http, HttpRequest, Method, Provider,
        checkup::{Grade, sentence},
        client::Client,
    },
    flow,
    model::template::TemplateStatus,
    runtime::{
        bot::source_files,
        config::{Config, Sender},
        senders::providers::providers,
    },
    store::{
        Store,
        tables::{dead_letter, inbound, template},
    },
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
    let mut report = Report { paint: Paint::stdout(), bad: 0, warned: 0, part: String::new(), told: Vec::new() };
    report.good("The configuration is valid.");
    for warning in &config.warnings {
        report.warn(&warning.to_string());
    }
    check_flows(&config, &mut report);
    let store = check_database(&config, &mut report).await;
    check_daemon(&config, &mut report).await;
    let http = Client::new(Arc::new(SystemClock), None);
    let (providers, _) = providers(&config);
    for sender in &config.senders {
        report.head(&format!("Sender {} `{}`", sender.id, sender.name));
        let Some(provider) = providers.get(sender.provider()) else { continue };
        let mut said: Vec<String> = Vec::new();
        for check in provider.examine(&http, sender.id).await {
            // A wrong token or an unreachable address makes every check fail, so it is printed once.
            if said.contains(&check.text) {
                continue;
            }
            said.push(check.text.clone());
            match check.grade {
                Grade::Good => report.good(&check.text),
                // An unknown state needs no repair.
                Grade::Unknown => {}
                Grade::Poor => report.warn(&check.text),
                Grade::Bad => report.wrong(&check.text),
            }
        }
        if sender.is_sandbox() {
            report.good("Is a sandbox: nothing leaves this machine.");
        }
        if let Some(base) = sender.access.api_base() {
            check_clock(&http, base, &mut report).await;
            if let Some(store) = &store {
                check_templates(provider.as_ref(), &http, store, sender.id, &said, &mut report).await;
            }
        }
        forms::check(&config, &http, sender, &said, &mut report).await;
        check_heard(&config, store.as_ref(), sender, &mut report).await;
    }
    if let Some(store) = store {
        store.close().await;
    }
    if out::is_json() {
        out::document(&json!({"wrong": report.bad, "warnings": report.warned, "checks": report.told}));
        return if report.bad == 0 { Ok(()) } else { Err(Failure::Said) };
    }
    println!();
    if report.bad == 0 {
        match report.warned {
            0 => println!("{}", report.paint.good("Nothing is wrong.")),
            n => println!(
                "{}",
                report.paint.good(format!("Nothing is wrong; {} to know, marked `!`.", counted(n, "thing")))
            ),
        }
        return Ok(());
    }
    println!("{}", report.paint.bad(format!("{} to mend.", counted(report.bad, "thing"))));
    Err(Failure::Said)
}

struct Report {
    paint: Paint,
    bad: usize,
    warned: usize,
    /// The sender of the check.
    part: String,
    told: Vec<Json>,
}

impl Report {
    fn head(&mut self, text: &str) {
        self.part = text.to_owned();
        if !out::is_json() {
            println!("\n{}", self.paint.strong(text));
        }
    }
    fn good(&mut self, text: &str) {
        self.tell("good", self.paint.good("✓"), text);
    }
    fn warn(&mut self, text: &str) {
        self.warned += 1;
        self.tell("warning", self.paint.warn("!"), text);
    }
    fn wrong(&mut self, text: &str) {
        self.bad += 1;
        self.tell("wrong", self.paint.bad("✗"), text);
    }
    fn tell(&mut self, grade: &str, sign: String, text: &str) {
        match out::is_json() {
            true => self.told.push(json!({"part": self.part, "grade": grade, "text": text})),
            false => println!("  {sign} {text}"),
        }
    }
}

fn check_flows(config: &Config, report: &mut Report) {
    let files = match source_files::read(&config.bot) {
        Ok(files) => files,
        Err(error) => return report.wrong(&format!("{}.", show::sentence(&error.to_string()))),
    };
    let (set, mut findings) = flow::parse_set(&files.files);
    findings.extend(flow::lint(&set));
    let errors = findings.iter().filter(|finding| finding.is_error()).count();
    match errors {
        0 => report.good(&format!("The bot has {} without errors.", counted(set.flows.len(), "flow"))),
        n => {
            let errors = counted(n, "error");
            report.wrong(&format!("The flows have {errors}; `transom check {}` shows them.", config.bot.display()))
        }
    }
}

async fn check_daemon(config: &Config, report: &mut Report) {
    let (answers, probes) = tokio::join!(running(config), probes(config));
    match (&answers, &probes) {
        (Some(api), _) => report.good(&format!("The daemon answers at {}.", api.base())),
        (None, None) => return report.warn("No daemon runs on this database; `transom serve` starts it."),
        (None, Some(probes)) => report.wrong(&format!(
            "The daemon runs, as {} says, and takes no requests: its connections are all taken, or it is overloaded.",
            probes.base()
        )),
    }
    let Some(api) = probes.or(answers) else { return };
    let ready = match api.get("/readyz").await {
        Ok(answer) => answer,
        Err(_) => return report.wrong("The daemon does not say whether it is ready."),
    };
    let body = ready.json();
    if !ready.status.is_success() {
        report.wrong("The daemon is not ready: see its log.");
    }
    let errors = body["findings"].as_array().into_iter().flatten().filter(|f| f["severity"] == "error").count();
    if errors > 0 {
        report.wrong(&format!(
            "The newest flow files are not live: {}; the last good version runs.",
            counted(errors, "error")
        ));
    }
    for sender in body["senders"].as_array().into_iter().flatten() {
        let why = sender["why"].as_str().unwrap_or_default().trim_end_matches('.');
        if sender["state"] == "degraded" {
            report.wrong(&format!(
                "Sender {} is degraded: its platform does not answer ({why}). What it has to say waits in order.",
                sender["id"]
            ));
        } else if sender["state"] == "paused" {
            report.wrong(&format!("Sender {} is paused: {why}.", sender["id"]));
        } else if let Some(until) = sender["templates_paused_until"].as_str() {
            report.wrong(&format!("Sender {} sends no templates until {until}; texts go: {why}.", sender["id"]));
        }
    }
    for webhook in body["webhooks"].as_array().into_iter().flatten() {
        let (id, name) = (&webhook["id"], webhook["name"].as_str().unwrap_or_default());
        let why = webhook["why"].as_str().unwrap_or_default().trim_end_matches('.');
        report.wrong(&format!(
            "Webhook {id} `{name}` is paused: {why}. `transom webhooks resume {id}` goes on with what waits."
        ));
    }
    let Ok(metrics) = api.get("/metrics").await else { return };
    for sender in one_of_each_provider(config) {
        if let Some(text) = refused_webhooks(&metrics.body, sender.provider(), sender.access.verified_by()) {
            report.wrong(&text);
        }
    }
}

/// A finding about refused webhooks, which otherwise look to the operator as if no messages arrived.
fn refused_webhooks(metrics: &str, provider: &str, secret: &str) -> Option<String> {
    let count = |result: &str| -> u64 {
        let start = format!("transom_webhooks_total{{provider=\"{provider}\",result=\"{result}\"}} ");
        metrics.lines().find_map(|line| line.strip_prefix(&start)?.trim().parse().ok()).unwrap_or(0)
    };
    match (count("bad_signature"), count("ok")) {
        (0, _) => None,
        (bad, 0) => Some(format!(
            "{} of `{provider}` since the daemon's start had a signature that no `{secret}` verifies: \
             compare it with the one in the provider's console.",
            if bad == 1 { "The only webhook".to_owned() } else { format!("All {bad} webhooks") }
        )),
        (bad, good) => Some(format!(
            "{bad} of {} of `{provider}` since the daemon's start had a signature that no `{secret}` verifies: \
             somebody guesses, or the secret of one sender is missing.",
            counted(bad + good, "webhook")
        )),
    }
}

fn one_of_each_provider(config: &Config) -> Vec<&Sender> {
    let mut found: Vec<&Sender> = Vec::new();
    for sender in config.senders.iter().filter(|sender| !sender.is_sandbox()) {
        if found.iter().all(|known| known.provider() != sender.provider()) {
            found.push(sender);
        }
    }
    found
}

/// Opens the database for the other checks, if it can be read, and reports its open dead letters.
async fn check_database(config: &Config, report: &mut Report) -> Option<Store> {
    let store = match Store::open_read_only(config.database.expose()).await {
        Ok(store) => store,
        Err(error) => {
            report.warn(&format!("The database cannot be read yet: {error}."));
            return None;
        }
    };
    match dead_letter::counts(&store).await {
        Ok(open) => {
            report.good("The database can be read.");
            for kind in open {
                report.warn(&format!(
                    "{} of kind `{}`; `transom dead-letters list --kind {}` shows them.",
                    counted(kind.count, "dead letter"),
                    kind.kind,
                    kind.kind
                ));
            }
            Some(store)
        }
        Err(error) => {
            report.wrong(&format!("The database cannot be read: {error}."));
            store.close().await;
            None
        }
    }
}

/// Compares the clock with the platform's. Signatures do not depend on it, but windows, schedules and time-outs do.
async fn check_clock(http: &dyn Http, api_base: &str, report: &mut Report) {
    let request = HttpRequest {
        method: Method::Get,
        url: format!("{}/", api_base.trim_end_matches('/')),
        auth: Auth::None,
        body: None,
        timeout: COMMAND_TIMEOUT.to_std(),
        sender: None,
    };
    let Ok(answer) = http.send(request).await else { return };
    let date = answer.headers.get("date").and_then(|date| date.to_str().ok());
    let Some(theirs) = date.and_then(|date| jiff::fmt::rfc2822::parse(date).ok()) else {
        return report.warn("The clock could not be compared: the provider's answer names no time.");
    };
    let skew = SystemClock.now() - Time(theirs.timestamp().as_millisecond());
    if skew.0.abs() > CLOCK_SKEW_MAX.0 {
        let (by, way) = (show::span(Span(skew.0.abs())), if skew.0 > 0 { "ahead" } else { "behind" });
        report.wrong(&format!(
            "This machine's clock is {way} by {by}: windows and schedules would be wrong. Let it follow a time server."
        ));
    } else {
        report.good("The clock agrees with the provider's.");
    }
}

/// Reports templates that the configuration names and the catalogue lacks: they would be refused.
async fn check_templates(
    provider: &dyn Provider,
    http: &dyn Http,
    store: &Store,
    sender: SenderId,
    said: &[String],
    report: &mut Report,
) {
    let listed = match provider.templates(http, sender).await {
        Ok(listed) => listed,
        Err(trouble) => {
            let why = sentence(&trouble.text);
            if !said.contains(&why) {
                report.warn(&format!("The provider's catalogue of templates cannot be read. {why}"));
            }
            return;
        }
    };
    let Ok(known) = template::of(store, sender).await else { return };
    for row in known {
        let found = listed.iter().find(|listed| listed.name == row.name && listed.language == row.language);
        match found {
            // The last pull found it deleted, and no flow sends it.
            None if row.status == TemplateStatus::Disabled => {}
            None => {
                report.wrong(&format!("Template `{}` ({}) is not in the provider's catalogue.", row.name, row.language))
            }
            Some(listed) if listed.status != row.status => report.warn(&format!(
                "Template `{}` ({}) is {:?} at the provider, here {:?}; `transom templates pull` takes it over.",
                row.name, row.language, listed.status, row.status
            )),
            Some(_) => {}
        }
    }
    report.good(&format!("The provider's catalogue has {}.", counted(listed.len(), "template")));
}

async fn check_heard(config: &Config, store: Option<&Store>, sender: &Sender, report: &mut Report) {
    let last = match store {
        Some(store) => match inbound::newest(store, sender.id).await {
            Ok(last) => last,
            Err(error) => return report.warn(&format!("The last message cannot be looked up: {error}.")),
        },
        None => None,
    };
    let now = SystemClock.now();
    match (last, sender.access.webhook_advice()) {
        (Some(at), _) => {
            report.good(&format!("The last message came {} ago ({}).", show::span(now - at), show::time(at)))
        }
        (None, None) => report.good("No message has come yet; `transom trigger message --text hi` sends one."),
        (None, Some(advice)) => {
            let base = config.public_url.as_deref().unwrap_or("https://YOUR-PUBLIC-ADDRESS");
            let advice = advice.replace("{base}", base).replace("{id}", &sender.id.to_string());
            report.warn(&format!("No webhook with a message has come yet. {advice}; then write to {}.", sender.phone));
        }
    }
}
