//! Encodes tracking ids: a program gets one for its start, and finds the run by it, also of a queued start.
//!
//! It is a UUID of version 8, whose content is free: the conversation and the number that the run will have.

use crate::{
    base::{
        ids::{ConversationId, StartId},
        time::Time,
    },
    model::event::Start,
    store::{
        ReadError, Store,
        tables::{
            run::{self, Run},
            session,
        },
    },
};

/// The state of a start.
pub enum StartStatus {
    /// The run has begun; it may have ended since.
    Run(Box<Run>),
    /// Queued at a busy conversation since this time.
    Queued(Box<Start>, Time),
    /// Removed from the queue without beginning: by a stop, a condition or a time-out.
    Refused,
}

/// The tracking id for a number that is unique to the start.
pub fn name(conversation: ConversationId, number: i64) -> String {
    let (talk, own) = (format!("{:014x}", conversation.0), format!("{number:014x}"));
    format!("{}-{}-8{}1-8{}-{}0", &talk[..8], &talk[8..12], &talk[12..], &own[..3], &own[3..])
}

/// Parses a tracking id of `name`.
pub fn read(text: &str) -> Option<(ConversationId, i64)> {
    let hex: String = text.chars().filter(|c| *c != '-').collect();
    let whole = text.len() == 36 && hex.len() == 32 && hex.bytes().all(|byte| byte.is_ascii_hexdigit());
    if !whole || &hex[12..13] != "8" || &hex[15..17] != "18" || &hex[31..] != "0" {
        return None;
    }
    let number = |parts: [&str; 2]| i64::from_str_radix(&parts.concat(), 16).ok().filter(|number| *number > 0);
    Some((ConversationId(number([&hex[..12], &hex[13..15]])?), number([&hex[17..20], &hex[20..31]])?))
}

/// The state of the start with this number.
pub async fn find(store: &Store, conversation: ConversationId, number: i64) -> Result<StartStatus, ReadError> {
    let id = StartId::followed(number);
    if let Some(run) = run::of_start(store, id).await?.filter(|run| run.conversation_id == conversation) {
        return Ok(StartStatus::Run(Box::new(run)));
    }
    let stored = session::find(store, conversation).await?;
    let queue = stored.map(|stored| stored.session.queue).unwrap_or_default();
    let waiting = queue.into_iter().find(|queued| queued.start.id == Some(id));
    Ok(waiting.map_or(StartStatus::Refused, |queued| StartStatus::Queued(Box::new(queued.start), queued.since)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_comes_back_as_it_went() {
        let all = [1, 255, 4_096, 281_474_976_710_656, 9_007_199_254_740_991];
        for talk in all {
            for number in all {
                let name = name(ConversationId(talk), number);
                assert_eq!(read(&name), Some((ConversationId(talk), number)), "{name}");
            }
        }
        assert_eq!(name(ConversationId(0x4d2), 0x7b), "00000000-0004-8d21-8000-0000000007b0");
        // A run's own UUID and arbitrary texts are no tracking ids.
        for wrong in ["", "7", "00000000-0000-8000-8000-0000000004d2", "zzzzzzzz-0004-8d21-8000-0000000007b0"] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
    }
}
