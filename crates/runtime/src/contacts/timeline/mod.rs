//! Puts what happened and what will happen with one contact on one line: messages, runs, consent, fires that reached
//! them, and the reason of each fire that did not.
//!
//! `past` reads rows and `ahead` asks the forecast. Each source gives its first items after a place, so a page costs
//! the same wherever on the line it begins.

mod ahead;
mod past;

use crate::{
    base::{
        ids::{ContactId, FlowName},
        time::Time,
    },
    starts::forecast::ForecastInputs,
    store::{ReadError, tables::contact},
};
use serde::{Deserialize, Serialize};

/// One thing on the line.
#[derive(Debug, Clone, PartialEq)]
pub struct TimelineItem {
    pub at: Time,
    pub kind: TimelineKind,
    pub flow: Option<FlowName>,
    pub trigger: Option<String>,
    pub step: Option<String>,
    /// One word about the end: of a message its state, of a run its end, of a start what became of it.
    pub outcome: Option<String>,
    /// The reason as reports count it.
    pub reason: Option<String>,
    /// A template that is sent, or will be.
    pub template: Option<String>,
    /// The text of a message; else a sentence without a full stop.
    pub text: Option<String>,
    /// The id of the message, run, start or consent.
    pub id: Option<i64>,
    place: TimelinePlace,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TimelineKind {
    MessageIn,
    MessageOut,
    Run,
    /// A start that reached the contact, or has begun to.
    Fire,
    /// A fire that did not reach the contact, or will not.
    NoFire,
    Planned,
    Consent,
    /// The moment of a `date:` trigger in the future.
    Date,
    /// A window opens or closes.
    Window,
}

/// A place on the line: no two items have the same.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct TimelinePlace {
    at: Time,
    source: Source,
    id: i64,
    name: String,
}

/// Where an item comes from; also the order of items of one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
enum Source {
    Consent,
    Heard,
    Run,
    Start,
    Gap,
    Said,
    Window,
    Ahead,
}

/// The part of the line that is asked for.
#[derive(Debug, Clone, Copy)]
pub struct TimelinePart<'a> {
    pub from: Time,
    /// Excluded.
    pub to: Time,
    /// The last item of the page before.
    pub after: Option<&'a TimelinePlace>,
    pub limit: usize,
}

impl TimelineKind {
    pub const ALL: [&'static str; 9] =
        ["message_in", "message_out", "run", "fire", "no_fire", "planned", "consent", "date", "window"];

    pub fn as_str(self) -> &'static str {
        TimelineKind::ALL[self as usize]
    }
}

impl TimelineItem {
    fn new(at: Time, kind: TimelineKind, source: Source, id: i64) -> Self {
        TimelineItem {
            at,
            kind,
            flow: None,
            trigger: None,
            step: None,
            outcome: None,
            reason: None,
            template: None,
            text: None,
            id: None,
            place: TimelinePlace { at, source, id, name: String::new() },
        }
    }
}

impl TimelinePart<'_> {
    /// The time and the id after which a source goes on.
    fn start(&self, source: Source) -> (Time, i64) {
        match self.after {
            None => (self.from, i64::MIN),
            Some(place) if source < place.source => (place.at, i64::MAX),
            Some(place) if source == place.source => (place.at, place.id),
            Some(place) => (place.at, i64::MIN),
        }
    }

    /// One more than the page holds: so the end of the line is known.
    fn rows(&self) -> i64 {
        i64::try_from(self.limit + 1).unwrap_or(i64::MAX)
    }
}

/// A page of the line, oldest first, and the place of its last item if there are more. `ground`: the present flows,
/// which say what comes.
pub async fn timeline(
    ground: &ForecastInputs<'_>,
    contact: ContactId,
    now: Time,
    part: TimelinePart<'_>,
) -> Result<(Vec<TimelineItem>, Option<TimelinePlace>), ReadError> {
    let Some((contact, known_since)) = contact::find_dated(&ground.store, contact).await? else {
        return Ok((Vec::new(), None));
    };
    let mut items = past::rows(ground, &contact, part).await?;
    items.extend(past::gaps(ground, &contact, (known_since, now), part).await?);
    items.extend(past::windows(ground, &contact).await?);
    if part.to > now {
        items.extend(ahead::items(ground, &contact, now, part).await?);
    }
    items.retain(|item| item.at >= part.from && item.at < part.to);
    items.retain(|item| part.after.is_none_or(|after| item.place > *after));
    items.sort_by(|one, other| one.place.cmp(&other.place));
    let more = items.len() > part.limit;
    items.truncate(part.limit);
    let last = items.last().filter(|_| more).map(|item| item.place.clone());
    Ok((items, last))
}
