//! Runs `schedule report` and `schedule show`: draws the results of each fire, and the progress of the newest one.

use super::legend;
use crate::{
    base::{
        clock::Clock,
        counted::counted_as,
        ids::FlowName,
        limits::{AGENDA_FIRES_MAX, FOLLOW_EVERY},
        time::{Span, Time},
    },
    cli::{
        Failure, Outcome,
        terminal::{
            bars::{self, Bar, Tone},
            out,
            paint::Paint,
            screen, show,
        },
    },
    flow::Flow,
    model::event::Reason,
    runtime::{
        config::{Config, shown},
        starts::report::{self, FireReport},
    },
    store::Store,
    web::api::schedules::reports,
};
use serde_json::{Value as Json, json};
use std::{collections::BTreeSet, io::IsTerminal};

/// The number of fires that are drawn; `--csv` contains all of them.
const DRAWN: usize = 5;

/// Prints the results of the fires since then.
pub async fn run(config: &Config, store: &Store, flow: &Flow, since: Time, csv: bool) -> Outcome {
    let fires = read(store, &flow.name, since).await?;
    let currency = if config.prices.is_empty() { "" } else { &config.prices.currency };
    if out::is_json() {
        let told: Vec<_> = fires.iter().map(|fire| reports::FireReport::of(fire, currency)).collect();
        out::document(&json!({"flow": flow.name, "fires": told}));
        return Ok(());
    }
    if csv {
        print!("{}", report::csv(&flow.name, &fires, currency));
        return Ok(());
    }
    if fires.is_empty() {
        println!("`{}` has not fired in that time.", flow.name);
        return Ok(());
    }
    let paint = Paint::stdout();
    for fire in fires.iter().take(DRAWN) {
        lines(fire, currency, paint).iter().for_each(|line| println!("{line}"));
        println!();
    }
    let named = |fire: &FireReport| fire.refused.keys().filter_map(|word| Reason::named(word)).collect::<Vec<_>>();
    let reasons: BTreeSet<Reason> = fires.iter().take(DRAWN).flat_map(named).collect();
    legend(reasons).iter().for_each(|line| println!("{line}"));
    if fires.len() > DRAWN {
        println!("{} older fires are left out; `--csv` has all of them.", fires.len() - DRAWN);
    }
    Ok(())
}

/// The fires of the last two days.
pub async fn since_yesterday(store: &Store, flow: &FlowName, now: Time) -> Result<Vec<FireReport>, Failure> {
    report::progress(store, flow, &since(now - Span::days(1))).await.map_err(Failure::failed)
}

/// Prints the progress of each fire of the last two days.
pub async fn progress(store: &Store, flow: &FlowName, now: Time) -> Outcome {
    let (lines, _) = progress_lines(store, flow, now).await?;
    if lines.is_empty() {
        println!("`{flow}` has not fired since yesterday.");
    }
    lines.iter().for_each(|line| println!("{line}"));
    Ok(())
}

/// Prints the progress again and again until all fires are decided: on a terminal in the same place, otherwise only
/// changed lines. `next`: the next fire, if it is near.
pub async fn follow(store: &Store, flow: &FlowName, clock: &dyn Clock, next: impl Fn(Time) -> Option<Time>) -> Outcome {
    let mut coming: Option<Time> = None;
    let is_terminal = std::io::stdout().is_terminal();
    let mut before: Vec<String> = Vec::new();
    loop {
        let (lines, is_open) = progress_lines(store, flow, clock.now()).await?;
        if is_terminal && !before.is_empty() {
            // The cursor moves up to the first line; each line is cleared before it is written again.
            print!("{}", screen::code(&format!("{}A", before.len())));
        }
        for line in lines.iter().filter(|line| is_terminal || !before.contains(line)) {
            println!("{}{line}", if is_terminal { screen::code("2K") } else { String::new() });
        }
        let now = clock.now();
        if !is_open && coming.is_none() && lines.is_empty() {
            // The command was started before the fire, so it waits for the fire.
            coming = next(now);
            coming.iter().for_each(|at| println!("It begins at {}.", show::time(*at)));
        }
        // Planning the starts takes some time.
        let begins = lines.is_empty() && coming.is_some_and(|at| now < at + Span::minutes(1));
        if !is_open && !begins {
            if lines.is_empty() {
                println!("`{flow}` has not fired since yesterday.");
            }
            return Ok(());
        }
        before = lines;
        tokio::time::sleep(FOLLOW_EVERY.to_std()).await;
    }
}

/// As `follow`, for programs: a JSON object a line for each fire, when it is first seen and whenever it has changed.
pub async fn follow_json(
    store: &Store,
    flow: &Flow,
    currency: &str,
    clock: &dyn Clock,
    next: impl Fn(Time) -> Option<Time>,
) -> Outcome {
    // A command that is started before the flow begins waits for its beginning.
    let coming = next(clock.now());
    let mut before: Vec<Json> = Vec::new();
    loop {
        let now = clock.now();
        let fires = since_yesterday(store, &flow.name, now).await?;
        let is_open = fires.iter().any(goes_on);
        let told: Vec<Json> = fires.iter().map(|fire| json!(reports::FireReport::of(fire, currency))).collect();
        told.iter().filter(|fire| !before.contains(fire)).for_each(|fire| println!("{fire}"));
        // Planning takes its time.
        let begins = told.is_empty() && coming.is_some_and(|at| now < at + Span::minutes(1));
        if !is_open && !begins {
            return Ok(());
        }
        before = told;
        tokio::time::sleep(FOLLOW_EVERY.to_std()).await;
    }
}

/// Contacts are looked at still, or wait for their slots.
fn goes_on(fire: &FireReport) -> bool {
    fire.is_planning || fire.waiting > 0
}

/// One line for each fire, and whether one of them is not finished.
async fn progress_lines(store: &Store, flow: &FlowName, now: Time) -> Result<(Vec<String>, bool), Failure> {
    let fires = since_yesterday(store, flow, now).await?;
    let paint = Paint::stdout();
    let lines = fires.iter().take(AGENDA_FIRES_MAX).map(|fire| progress_line(fire, paint)).collect();
    Ok((lines, fires.iter().any(goes_on)))
}

async fn read(store: &Store, flow: &FlowName, since: Time) -> Result<Vec<FireReport>, Failure> {
    report::report(store, None, flow, &self::since(since), None).await.map_err(Failure::failed)
}

/// The minute in the format of fires. It is a local time of the contacts, so it lies one day earlier, so that no
/// contact is missed.
fn since(at: Time) -> String {
    show::time(at - Span::days(1)).replace(' ', "T")
}

fn progress_line(fire: &FireReport, paint: Paint) -> String {
    let bar = Bar { name: fire.minute.replace('T', " "), count: fire.done(), tone: Tone::Good };
    let bar = bars::lines(&[bar], fire.planned, paint).concat();
    let more = if fire.is_planning { ", contacts are looked at still" } else { "" };
    if fire.waiting == 0 && !fire.is_planning {
        return format!("{bar}  all decided");
    }
    let wait = counted_as(fire.waiting, "waits for its slot", "wait for their slot");
    format!("{bar}  of {} so far, {wait}{more}", fire.planned)
}

fn lines(fire: &FireReport, currency: &str, paint: Paint) -> Vec<String> {
    let head = format!("{}  {}", fire.minute.replace('T', " "), paint.faint(&fire.trigger));
    let mut lines = vec![head];
    let mut bars = Vec::new();
    let mut bar = |name: &str, count: i64, tone: Tone| {
        if count > 0 {
            bars.push(Bar { name: name.to_owned(), count, tone });
        }
    };
    bar("planned", fire.planned, Tone::Mixed);
    bar("text", fire.text, Tone::Good);
    match fire.templates.len() {
        0 => bar("template", fire.template, Tone::Good),
        _ => fire.templates.iter().for_each(|(name, count)| bar(&format!("template {name}"), *count, Tone::Good)),
    }
    bar("delivered", fire.delivered, Tone::Good);
    bar("read", fire.read, Tone::Good);
    bar("answered", fire.answered, Tone::Good);
    bar("waiting", fire.waiting, Tone::Mixed);
    bar("kept", fire.kept, Tone::Mixed);
    bar("silent", fire.silent(), Tone::Mixed);
    bar("superseded", fire.superseded, Tone::Mixed);
    bar("undelivered", fire.undelivered, Tone::Bad);
    bar("opted out", fire.opted_out, Tone::Bad);
    fire.refused.iter().for_each(|(reason, count)| bar(&format!("refused {reason}"), *count, Tone::Bad));
    lines.extend(bars::lines(&bars, fire.planned, paint));
    if let (Some(first), Some(last)) = (fire.first_at, fire.last_at) {
        lines.push(format!("  The first left at {}, the last at {}.", show::time(first), show::time(last)));
    }
    if !currency.is_empty() && fire.cost > 0 {
        lines.push(format!("  Cost {} {currency} so far.", shown(fire.cost)));
    }
    if fire.is_planning {
        lines.push("  Contacts are looked at still.".to_owned());
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fire_is_a_picture() {
        let mut fire = FireReport { minute: "2026-11-24T10:00".into(), planned: 8, begun: 6, ..FireReport::default() };
        (fire.text, fire.template, fire.delivered, fire.answered, fire.cost) = (1, 4, 5, 2, 2_460);
        fire.templates.insert("we_miss_you".into(), 4);
        fire.refused.insert("no_consent".into(), 1);
        fire.waiting = 1;
        let text = lines(&fire, "EUR", Paint::plain()).join("\n");
        for part in ["planned", "template we_miss_you", "4   50 %", "refused no_consent", "Cost 0.2460 EUR so far"] {
            assert!(text.contains(part), "`{part}` is missing in\n{text}");
        }
        let line = progress_line(&FireReport { is_planning: true, ..fire }, Paint::plain());
        assert!(line.contains("7   87 %  of 8 so far, 1 waits for its slot, contacts are looked at still"), "{line}");
        let done = FireReport { minute: "2026-11-24T10:00".into(), planned: 8, ..FireReport::default() };
        assert!(progress_line(&done, Paint::plain()).ends_with("100 %  all decided"));
    }
}
