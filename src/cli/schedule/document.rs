//! Builds the document that `schedule explain --json` prints.

use crate::{
    base::{
        limits::AGENDA_TALLIES_MAX,
        time::{Span, Time},
    },
    cli::{Failure, terminal::show},
    flow::Flow,
    store::{Store, tables::start},
    web::api::schedules::FireTally,
};
use serde_json::{Value as Json, json};

/// The results of the starts since then: by fire, and of those that steps planned.
pub async fn past(store: &Store, flow: &Flow, since: Time) -> Result<Json, Failure> {
    // Minutes are local times of the contacts: one day earlier, so that no contact is missed.
    let minute = show::time(since - Span::days(1)).replace(' ', "T");
    let fires = start::tally(store, &flow.name, &minute, AGENDA_TALLIES_MAX).await.map_err(Failure::failed)?;
    let steps = start::by_steps(store, &flow.name, since, AGENDA_TALLIES_MAX).await.map_err(Failure::failed)?;
    let [fires, steps] = [fires, steps].map(|tallies| tallies.into_iter().map(FireTally::of).collect::<Vec<_>>());
    Ok(json!({"fires": fires, "planned_by_steps": steps}))
}
