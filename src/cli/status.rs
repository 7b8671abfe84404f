//! Runs `transom status`: prints on one screen what the running daemon does now, how fast, and what waits or stands still.

mod reading;
mod upkeep;

use super::{
    Failure, Outcome,
    client::{
        call::Api,
        workplace::{Workplace, daemon, probes},
    },
    terminal::{out, paint::Paint},
};
use crate::base::{
    clock::{Clock, SystemClock},
    counted::{counted, counted_as},
    time::Span,
};
use reading::{Buckets, Reading};
use serde_json::{Value as Json, json};
use std::time::Duration;

#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    place: Workplace,
    /// How long to count, for the rates
    #[arg(long, value_name = "DURATION", default_value = "5s", value_parser = Span::parse)]
    over: Span,
}

/// The longest time to count.
const OVER_MAX: Span = Span::minutes(10);

/// Fewer observations say nothing of one in a hundred, so those since the start are taken.
const OBSERVATIONS_MIN: f64 = 100.0;

/// The counted things: in words, the metric, and the labels of its series.
const RATES: [(&str, &str, &[&str]); 8] = [
    ("Messages of customers", "transom_webhook_items_total", &["kind=\"message\""]),
    ("Answered", "transom_answered_total", &[]),
    ("Not understood", "transom_unanswered_total", &[]),
    ("Flows begun", "transom_runs_total", &[]),
    ("Messages sent", "transom_messages_total", &["state=\"sent\""]),
    ("Delivered", "transom_messages_total", &["state=\"delivered\""]),
    ("Failed", "transom_messages_total", &["state=\"failed\""]),
    ("Questions to models", "transom_model_calls_total", &[]),
];

/// The timed things: in words, and the metric.
const TIMES: [(&str, &str); 3] = [
    ("Webhook acknowledged", "transom_webhook_seconds"),
    ("Message handled", "transom_turn_seconds"),
    ("Platform answered", "transom_send_seconds"),
];

/// Numbers that should be 0: in words of one and of many, and the metric.
const TO_LOOK_AT: [(&str, &str, &str); 6] = [
    ("conversation needs a person", "conversations need a person", "transom_needs_person"),
    ("dead letter", "dead letters", "transom_dead_letters"),
    ("webhook is paused", "webhooks are paused", "transom_webhooks_paused"),
    (
        "finding keeps the newest flow files from being live",
        "findings keep the newest flow files from being live",
        "transom_flow_findings",
    ),
    ("template changed at the platform", "templates changed at the platform", "transom_templates_changed"),
    ("bug of ours since the start", "bugs of ours since the start", "transom_bugs_total"),
];

pub async fn run(args: Args) -> Outcome {
    if args.over < Span::seconds(1) || args.over > OVER_MAX {
        return Err(Failure::Usage(format!("`--over` is from 1s to {OVER_MAX}")));
    }
    let config = args.place.config()?;
    let api = daemon(&config, "it alone knows what it does").await?;
    let probes = probes(&config).await;
    let metrics = probes.as_ref().unwrap_or(&api);
    let first = reading(metrics).await?;
    if !out::is_json() {
        eprintln!("Counting for {} …", args.over);
    }
    let began = SystemClock.now();
    tokio::time::sleep(Duration::from_millis(u64::try_from(args.over.0).unwrap_or_default())).await;
    let last = reading(metrics).await?;
    let took = SystemClock.now() - began;
    let ready = metrics.get("/readyz").await?.json();
    let senders = api.get("/v1/senders").await?.ok()?;
    let mut told = told(&first, &last, took, &ready, &senders["data"]);
    told["backup"] = upkeep::backup(&last, config.backup.is_some());
    told["certificate"] = upkeep::certificate(&last);
    out::either(|| told.clone(), || print(&told, Paint::stdout()));
    Ok(())
}

async fn reading(api: &Api) -> Result<Reading, Failure> {
    let answer = api.get("/metrics").await?;
    if !answer.status.is_success() {
        return Err(Failure::Failed(answer.refusal()));
    }
    Ok(Reading::of(&answer.body))
}

/// Everything that is printed.
fn told(first: &Reading, last: &Reading, took: Span, ready: &Json, senders: &Json) -> Json {
    let rates = RATES.iter().map(|(title, metric, labels)| {
        let (before, now) = (first.sum(metric, labels), last.sum(metric, labels));
        let a_minute = (now - before).max(0.0) * 60_000.0 / took.0.max(1) as f64;
        json!({"title": title, "a_minute": a_minute.round() as i64, "since_start": now as i64})
    });
    let times = TIMES.iter().map(|(title, metric)| {
        let (all, recent) = (last.buckets(metric), last.buckets(metric).since(&first.buckets(metric)));
        let is_recent = recent.count() >= OBSERVATIONS_MIN;
        let of: &Buckets = if is_recent { &recent } else { &all };
        let ms = |part: f64| of.quantile(part).map(|seconds| seconds * 1_000.0).filter(|ms| ms.is_finite());
        json!({
            "title": title, "count": of.count() as i64, "of": if is_recent { "now" } else { "since_start" },
            "p50_ms": ms(0.5), "p99_ms": ms(0.99),
        })
    });
    let value = |metric: &str| last.sum(metric, &[]);
    let whole = |metric: &str| value(metric).round() as i64;
    let to_look_at = TO_LOOK_AT
        .iter()
        .filter(|(_, _, metric)| value(metric) > 0.0)
        .map(|(one, many, metric)| counted_as(whole(metric), one, many));
    let up = SystemClock.now().0 as f64 / 1_000.0 - value("process_start_time_seconds");
    json!({
        "version": env!("CARGO_PKG_VERSION"),
        "role": if value("transom_active") > 0.0 { "active" } else { "standby" },
        "standbys": whole("transom_standbys"),
        "ready": ready["ready"], "up_s": up.max(0.0).round() as i64, "over_ms": took.0,
        "memory_bytes": whole("process_resident_memory_bytes"), "disk_free_bytes": whole("transom_disk_free_bytes"),
        "rates": rates.collect::<Vec<_>>(),
        "times": times.collect::<Vec<_>>(),
        "waits": {
            "lanes": whole("transom_lane_queue"), "sends": whole("transom_send_queue"),
            "oldest_unsent_s": whole("transom_oldest_unsent_seconds"), "commits": whole("transom_commit_queue"),
            "in_flight": whole("transom_sends_in_flight"),
        },
        "to_look_at": to_look_at.collect::<Vec<_>>(),
        "senders": senders,
    })
}

fn print(told: &Json, paint: Paint) {
    let number = |value: &Json| value.as_f64().unwrap_or_default();
    let mib = |value: &Json| number(value) / 1_048_576.0;
    let up = Span(number(&told["up_s"]) as i64 * 1_000);
    let ready = if told["ready"] == true {
        String::new()
    } else {
        format!(", {}", paint.bad("not ready: `transom doctor` says why"))
    };
    let role = match told["role"].as_str() {
        Some("standby") => "stands by".to_owned(),
        _ if number(&told["standbys"]) > 0.0 => {
            format!("active, {} by", counted_as(&told["standbys"], "daemon stands", "daemons stand"))
        }
        _ => "active".to_owned(),
    };
    println!(
        "transom {}, {role}{ready}, up {}, {:.0} MiB of memory, {:.0} GiB of disk left",
        told["version"].as_str().unwrap_or_default(),
        rough(up),
        mib(&told["memory_bytes"]),
        mib(&told["disk_free_bytes"]) / 1_024.0
    );
    let list = |name: &str| told[name].as_array().cloned().unwrap_or_default();
    println!("\n{}", paint.strong(format!("{:<24}{:>12}{:>18}", "", "a minute", "since the start")));
    for rate in list("rates") {
        let title = rate["title"].as_str().unwrap_or_default();
        println!("{title:<24}{:>12}{:>18}", number(&rate["a_minute"]), number(&rate["since_start"]));
    }
    println!("\n{}", paint.strong(format!("{:<24}{:>12}{:>18}", "", "half within", "99 of 100 within")));
    for time in list("times") {
        let title = time["title"].as_str().unwrap_or_default();
        let shown = |value: &Json| match value.as_f64() {
            Some(ms) => format!("{ms} ms"),
            None if number(&time["count"]) > 0.0 => "over 30 s".to_owned(),
            None => "-".to_owned(),
        };
        println!("{title:<24}{:>12}{:>18}", shown(&time["p50_ms"]), shown(&time["p99_ms"]));
    }
    let waits = &told["waits"];
    println!(
        "\nWaits: {} for lanes, {} to be sent, {} for the database; {} at the platforms now",
        counted(&waits["lanes"], "job"),
        counted(&waits["sends"], "message"),
        counted(&waits["commits"], "commit"),
        counted(&waits["in_flight"], "request")
    );
    if number(&waits["oldest_unsent_s"]) > 0.0 {
        println!(
            "{}",
            paint.warn(format!(
                "The oldest overdue message has waited for {}.",
                rough(Span(number(&waits["oldest_unsent_s"]) as i64 * 1_000))
            ))
        );
    }
    for line in upkeep::lines(told, SystemClock.now(), paint) {
        println!("{line}");
    }
    for one in list("to_look_at") {
        println!("{}", paint.warn(format!("! {}", one.as_str().unwrap_or_default())));
    }
    println!();
    for sender in list("senders") {
        let word = |key: &str| sender[key].as_str().unwrap_or_default().to_owned();
        let state = match (word("state"), word("why")) {
            (state, _) if state == "online" => paint.good(state),
            (state, why) if why.is_empty() => paint.bad(state),
            (state, why) => paint.bad(format!("{state}: {why}")),
        };
        println!("Sender {} {} ({}) {state}", sender["id"], word("name"), word("provider"));
    }
}

/// The two greatest units: `3d 4h`.
fn rough(span: Span) -> String {
    let seconds = span.0 / 1_000;
    let (days, hours, minutes) = (seconds / 86_400, seconds / 3_600 % 24, seconds / 60 % 60);
    match (days, hours, minutes) {
        (0, 0, 0) => format!("{seconds}s"),
        (0, 0, _) => format!("{minutes}m {}s", seconds % 60),
        (0, ..) => format!("{hours}h {minutes}m"),
        _ => format!("{days}d {hours}h"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_are_those_of_the_time_between_two_readings() {
        let page = |answered: u32| Reading::of(&format!("transom_answered_total {answered}\ntransom_active 1\n"));
        let told = told(&page(100), &page(112), Span::seconds(6), &json!({"ready": true}), &json!([]));
        assert_eq!(told["rates"][1], json!({"title": "Answered", "a_minute": 120, "since_start": 112}));
        assert_eq!((&told["role"], &told["to_look_at"]), (&json!("active"), &json!([])));
        assert_eq!(told["times"][0]["p50_ms"], Json::Null);
    }

    #[test]
    fn lengths_have_two_units() {
        let of = |seconds: i64| rough(Span::seconds(seconds));
        assert_eq!([of(9), of(61), of(3_700), of(90_000)], ["9s", "1m 1s", "1h 1m", "1d 1h"]);
    }
}
