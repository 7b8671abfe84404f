//! Explains a bot's silence from the daemon's database, if it is on this machine.

use crate::{
    base::{
        ids::{OutboundId, SenderId},
        time::Time,
    },
    cli::{Failure, client::workplace, terminal::show},
    flow,
    runtime::{bot::source_files, config::Config},
    store::{
        Store,
        tables::{
            conversation,
            outbound::{self, SendState},
            session, trace,
        },
    },
};
use jiff::tz::TimeZone;

/// The number of newest turns and messages that are read.
const LOOKED_AT: i64 = 20;
/// The largest number of printed lines; the newest are kept.
const TOLD_MAX: usize = 8;

/// The explanations, the most important first; empty if the database cannot be read.
pub(super) async fn silent(config: &Config, sender: SenderId, phone: &str, since: Time) -> Vec<String> {
    let Ok(store) = workplace::read_only(config).await else { return Vec::new() };
    let told = read(config, &store, sender, phone, since).await.unwrap_or_default();
    store.close().await;
    told
}

async fn read(
    config: &Config,
    store: &Store,
    sender: SenderId,
    phone: &str,
    since: Time,
) -> Result<Vec<String>, Failure> {
    let Some(contact) = workplace::contact_of(config, store, phone).await? else {
        return Ok(vec![format!("nobody with the number {phone} is known yet")]);
    };
    let mut told = Vec::new();
    if contact.opted_out.is_some() {
        told.push("they wrote a stop word: the bot answers nothing but START".to_owned());
    }
    let row = conversation::between(store, contact.id, sender).await.map_err(Failure::failed)?;
    let Some(row) = row else { return Ok(told) };
    let stored = session::find(store, row.id).await.map_err(Failure::failed)?;
    let session = stored.map(|stored| stored.session).unwrap_or_default();
    if let Some(person) = &session.person {
        let team = person.team.as_deref().unwrap_or("a person");
        told.push(format!("`{team}` has the conversation: the bot is silent until they give it back"));
    } else if let Some(needs) = &session.needs_person {
        told.push(format!("the conversation needs a person: {}", needs.why));
    }
    let turns = trace::of(store, row.id, i64::MAX, LOOKED_AT).await.map_err(Failure::failed)?;
    let mut steps: Vec<String> = Vec::new();
    for turn in turns.iter().rev().filter(|turn| turn.at >= since) {
        steps.extend(turn.data.iter().map(|entry| {
            let step = entry.step.as_ref().map(|step| format!("{step}: ")).unwrap_or_default();
            format!("{step}{}", entry.what)
        }));
    }
    told.extend(steps.split_off(steps.len().saturating_sub(TOLD_MAX)));
    let ours = outbound::of(store, row.id, OutboundId(i64::MAX), LOOKED_AT).await.map_err(Failure::failed)?;
    for message in ours.iter().rev().filter(|message| message.created_at >= since) {
        let why = message.error_code.as_deref().or(message.reason.as_deref());
        let why = why.map(|why| format!(" ({why})")).unwrap_or_default();
        match (message.state, message.not_before) {
            (SendState::Queued, Some(at)) => {
                told.push(format!("a message waits until {}{why}", on_the_clock(at, &zone_of_bot(config))));
            }
            (SendState::Queued, None) => told.push(format!("a message waits for its turn{why}")),
            (SendState::Held, _) => told.push("a message is held until they write: the window is closed".to_owned()),
            (SendState::Skipped | SendState::Dropped, _) => told.push(format!("a message was not sent{why}")),
            (SendState::Sending | SendState::Unknown, _) => told.push(format!("a message is on its way{why}")),
            (SendState::Sent | SendState::Delivered | SendState::Read | SendState::Failed, _) => {}
        }
    }
    if told.is_empty() {
        told.push(
            "nothing is noted of it: no flow begins with it and no run waits for it, or the daemon has not come to it \
             yet"
            .to_owned(),
        );
    }
    Ok(told)
}

/// The bot's time zone; UTC if its files cannot be read.
fn zone_of_bot(config: &Config) -> TimeZone {
    let files = source_files::read(&config.bot);
    files.map_or(TimeZone::UTC, |files| flow::parse_set(&files.files).0.bot.timezone)
}

/// A time on the clock of a zone, with the name of the zone: `Tue 24 Nov 2026 08:00, Europe/Madrid`.
fn on_the_clock(at: Time, zone: &TimeZone) -> String {
    format!("{}, {}", show::clock(at, zone), zone.iana_name().unwrap_or("UTC"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_waits_by_the_clock_of_the_bot() {
        let zone = TimeZone::get("Europe/Madrid").unwrap();
        assert_eq!(on_the_clock(Time(1_795_503_600_000), &zone), "Tue 24 Nov 2026 08:00, Europe/Madrid");
    }
}
