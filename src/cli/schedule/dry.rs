//! Forecasts a fire for `schedule explain FLOW`: how many contacts get which message, how many get none and why, and
//! the cost.

use super::legend;
use crate::{
    base::{
        clock::{Clock, SystemClock},
        counted::counted_as,
        ids::{AccountName, VersionId},
        limits::FORECAST_DATES_AHEAD,
    },
    cli::{
        Failure, Outcome,
        terminal::{
            bars::{self, Bar, Tone},
            paint::Paint,
            show,
        },
    },
    flow::{self, DateTable, Flow, FlowSet, Timetable},
    model::window::SenderState,
    runtime::{
        config::{Config, shown},
        starts::{
            agenda,
            forecast::{self, Forecast, ForecastInputs, Occasion, Outlook, When},
        },
    },
    store::Store,
};
use jiff::civil::DateTime;
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// Forecasts every schedule of the flow at its next fire, or at this local minute; its `date:` triggers for the next
/// week.
pub async fn run(config: &Config, set: &Arc<FlowSet>, store: &Store, flow: &Flow, at: Option<DateTime>) -> Outcome {
    for foreseen in &forecasts(config, set, store, flow, at).await? {
        if let Some(said) = agenda::said(set, &foreseen.flow, &foreseen.trigger) {
            println!("{said}.");
        }
        print(foreseen);
    }
    Ok(())
}

/// The forecasts as data.
pub async fn forecasts(
    config: &Config,
    set: &Arc<FlowSet>,
    store: &Store,
    flow: &Flow,
    at: Option<DateTime>,
) -> Result<Vec<Forecast>, Failure> {
    let all = flow::timetables(set);
    let tables: Vec<&Timetable<'_>> = all.iter().filter(|table| table.flow.name == flow.name).collect();
    let dates: Vec<DateTable<'_>> =
        flow::dates(set).into_iter().filter(|table| table.flow.name == flow.name && at.is_none()).collect();
    if tables.is_empty() && dates.is_empty() {
        return Ok(Vec::new());
    }
    let mut all = Vec::new();
    // Only the daemon knows whether a sender is paused; the forecast assumes that it works by then.
    let works = |_, _, _| SenderState::default();
    let ground = ForecastInputs::read(config, store, (VersionId(0), Arc::clone(set)), true, &works).await;
    let ground = ground.map_err(Failure::failed)?;
    let accounts: Vec<AccountName> = config.accounts.iter().map(|account| account.name.clone()).collect();
    let inputs = BTreeMap::new();
    for table in tables {
        let now = SystemClock.now();
        let meant = |versions: &flow::Versions, world: &flow::World<'_>| flow::in_audience(versions, table, world);
        let when = at.map_or(When::Next(table, now), |minute| When::Minute(minute, table.by_contact));
        let trigger = table.key;
        let (rate, prefilter) = (table.rate, table.prefilter(set));
        let occasion = Occasion { flow, trigger, inputs: &inputs, rate, prefilter, meant: &meant, when };
        let foreseen = forecast::forecast(&ground, &accounts, &occasion, |_, _| {}).await;
        all.push(foreseen.map_err(Failure::failed)?);
    }
    let now = SystemClock.now();
    for table in &dates {
        let until = now + FORECAST_DATES_AHEAD;
        let foreseen = forecast::forecast_dates(&ground, &accounts, table, (now, until), |_, _| {}).await;
        all.push(foreseen.map_err(Failure::failed)?);
    }
    Ok(all)
}

/// Prints the totals on a terminal.
pub fn print(foreseen: &Forecast) {
    let paint = Paint::stdout();
    for line in lines(foreseen, paint) {
        println!("{line}");
    }
}

fn lines(foreseen: &Forecast, paint: Paint) -> Vec<String> {
    let name = &foreseen.flow;
    let mut lines = vec![format!("What `{name}` would do, by `{}`:", foreseen.trigger)];
    let mut fires: BTreeMap<(&str, &str), (i64, String)> = BTreeMap::new();
    for fire in &foreseen.fires {
        let known = fires.entry((&fire.minute, &fire.zone)).or_insert((0, show::time(fire.at)));
        known.0 += fire.people;
    }
    lines.extend(fires.iter().filter(|(_, (people, _))| *people > 0).map(|((minute, zone), (people, at))| {
        format!("  {} {zone} ({at}): {}", minute.replace('T', " "), people_of(*people))
    }));
    if foreseen.people == 0 {
        let why = match foreseen.fires.is_empty() {
            true if foreseen.trigger.starts_with("date ") => "nobody has such a date in the seven days ahead",
            true => "it never fires again",
            false => "nobody is meant",
        };
        lines.push(format!("  {why}."));
        return lines;
    }
    lines.push(String::new());
    let bar = |outlook: &Outlook| Bar { name: outlook.word(), count: outlook.people, tone: tone(outlook.what) };
    let bars: Vec<Bar> = foreseen.outlooks().iter().map(bar).collect();
    lines.extend(bars::lines(&bars, foreseen.people, paint));
    lines.push(String::new());
    lines.push(format!("  {} in all.", people_of(foreseen.people)));
    let reasons = [&foreseen.held, &foreseen.queued, &foreseen.refused].into_iter().flat_map(BTreeMap::keys);
    lines.extend(legend(reasons.copied().collect::<BTreeSet<_>>()).iter().map(|line| format!("  {line}")));
    if let Some((first, last)) = foreseen.leaves {
        lines.push(format!("  The first message leaves at {}, the last at {}.", show::time(first), show::time(last)));
    }
    if foreseen.postponed > 0 {
        lines.push(format!("  {} of them wait for the end of quiet hours first.", foreseen.postponed));
    }
    if foreseen.amount() > 0 {
        let parts = foreseen
            .cost
            .iter()
            .map(|(category, cost)| format!("{category} {} × = {}", cost.messages, shown(cost.amount)));
        let parts: Vec<String> = parts.collect();
        lines.push(format!("  Costs {} {}: {}.", shown(foreseen.amount()), foreseen.currency, parts.join(", ")));
    }
    if foreseen.people > foreseen.text + foreseen.templates.values().sum::<i64>() {
        lines.push(format!("  Why one person gets it or not: `transom schedule explain {name} --contact PHONE`."));
    }
    lines
}

fn people_of(count: i64) -> String {
    counted_as(count, "person", "people")
}

fn tone(what: &str) -> Tone {
    match what {
        "text" | "template" | "nudge" => Tone::Good,
        "refused" | "failed" | "skipped" => Tone::Bad,
        _ => Tone::Mixed,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        base::{ids::ContactId, time::Time},
        model::{
            contact::{Contact, ContactData},
            event::Reason,
        },
        runtime::starts::forecast::{ContactForecast, Price, ZoneFire},
    };

    #[test]
    fn the_sum_is_one_screen() {
        let at = Time(1_795_510_800_000);
        let mut sum = Forecast::new("reengage".into(), "schedule 0 10 * * TUE contact", "EUR".into());
        let contact =
            |id| Contact { id: ContactId(id), account: "acme".into(), opted_out: None, data: ContactData::default() };
        let price = |category, amount| vec![Price { category, amount }];
        sum.add(&contact(1), &ContactForecast::text(at, price("service", 0)));
        sum.add(&contact(2), &ContactForecast::template(at, "we_miss_you", price("marketing", 1131)));
        sum.add(
            &contact(3),
            &ContactForecast {
                postponed: true,
                ..ContactForecast::template(at, "we_miss_you", price("marketing", 600))
            },
        );
        sum.add(&contact(4), &ContactForecast::refused(at, Reason::NoConsent));
        let people = sum.people;
        sum.fires.push(ZoneFire { zone: "Europe/Madrid".into(), minute: "2026-11-24T10:00".into(), at, people });
        let text = lines(&sum, Paint::plain()).join("\n");
        for part in [
            "2026-11-24 10:00 Europe/Madrid (2026-11-24 09:00:00Z): 4 people",
            "template we_miss_you",
            "refused no_consent",
            "2   50 %",
            "1 of them wait for the end of quiet hours first",
            "Costs 0.1731 EUR: marketing 2 × = 0.1731, service 1 × = 0.0000.",
        ] {
            assert!(text.contains(part), "`{part}` is missing in\n{text}");
        }
        assert_eq!(sum.outlooks().iter().map(|outlook| outlook.people).sum::<i64>(), people);
    }
}
