//! What `schedule` prints with `--json`: the same words as the API's.

use crate::{
    base::{
        limits::AGENDA_TALLIES_MAX,
        time::{Span, Time, iso},
    },
    cli::{Failure, show},
    flow::Flow,
    runtime::agenda::{Entry, Moment},
    store::{Store, start},
};
use serde_json::{Value as Json, json};

pub fn entry(entry: &Entry) -> Json {
    json!({
        "flow": entry.flow,
        "trigger": entry.key,
        "when": entry.when,
        "clock": if entry.zone.is_some() { "bot" } else { "contact" },
        "zone": entry.zone,
        "rate": entry.rate.map(|rate| json!({"count": rate.count, "per_ms": rate.per.0})),
        "live_since": entry.since.map(iso),
    })
}

pub fn moment(moment: &Moment) -> Json {
    json!({
        "at": iso(moment.at),
        "local": moment.minute,
        "zone": moment.zone,
        "flow": moment.flow,
        "trigger": moment.key,
        "contact_id": moment.contact,
    })
}

/// What became of the starts since then: by fire, and those that steps planned.
pub async fn past(store: &Store, flow: &Flow, since: Time) -> Result<Json, Failure> {
    // Minutes are written on each contact's clock: a day's slack keeps none out.
    let minute = show::time(since - Span::days(1)).replace(' ', "T");
    let fires = start::tally(store, &flow.name, &minute, AGENDA_TALLIES_MAX).await.map_err(Failure::failed)?;
    let steps = start::by_steps(store, &flow.name, since, AGENDA_TALLIES_MAX).await.map_err(Failure::failed)?;
    let tally = |tally: &start::Tally| {
        json!({
            "local": tally.minute, "trigger": tally.trigger_key, "contacts": tally.count, "state": tally.state,
            "reason": tally.reason,
        })
    };
    let (fires, steps): (Json, Json) = (fires.iter().map(tally).collect(), steps.iter().map(tally).collect());
    Ok(json!({"fires": fires, "planned_by_steps": steps}))
}
