//! Explains the results of a flow's fires for one contact, in sentences.

use crate::{
    base::{
        ids::{ContactId, FlowName, StartId},
        time::Time,
    },
    model::event::Reason,
    store::{
        ReadError, Store,
        queries::outcome::{self, Message, Outcome},
        tables::start::StartState,
    },
};

/// One start by a fire, a date or a step.
#[derive(Debug, Clone, PartialEq)]
pub struct StartRecord {
    pub start: StartId,
    pub trigger_key: String,
    /// The local minute of its fire, or the value of its date.
    pub minute: String,
    pub slot_at: Time,
    pub state: StartState,
    /// `waiting queued superseded refused silent text template undelivered kept skipped failed`.
    pub what: &'static str,
    /// The reason as reports count it: one of ours, or the provider's code.
    pub reason: Option<String>,
    /// The reason as a sentence without a full stop.
    pub why: String,
}

/// The starts of a contact, newest first.
pub async fn past(store: &Store, flow: &FlowName, contact: ContactId) -> Result<Vec<StartRecord>, ReadError> {
    let rows = outcome::of(store, contact, flow).await?;
    Ok(rows.chunk_by(|a, b| a.start == b.start).map(one).collect())
}

/// One start; `None` if it is gone.
pub async fn of_start(store: &Store, start: StartId) -> Result<Option<StartRecord>, ReadError> {
    let rows = outcome::of_start(store, start).await?;
    Ok((!rows.is_empty()).then(|| one(&rows)))
}

/// The result of a start. Of several messages of a run the first sent one counts, because the person noticed it; else
/// the first that is still waiting.
fn one(rows: &[Outcome]) -> StartRecord {
    let messages = || rows.iter().filter_map(|row| row.message.as_ref());
    let left = messages().find(|message| message.accepted_at.is_some());
    let message = left.or_else(|| messages().find(|message| waits(&message.state))).or_else(|| messages().next());
    let row = &rows[0];
    let (what, reason, why) = match row.state {
        StartState::Waiting => ("waiting", None, "its turn has not come".to_owned()),
        StartState::Queued => {
            ("queued", None, "it waits in line: another conversation, or a person, has them".to_owned())
        }
        StartState::Superseded => {
            let why = "they were meant no more when their turn came, or a newer fire took its place";
            ("superseded", None, why.to_owned())
        }
        StartState::Refused => ("refused", row.reason.clone(), words(row.reason.as_deref())),
        StartState::Begun => match message {
            None => ("silent", None, "the flow ran, and said nothing to them".to_owned()),
            Some(message) => said(message),
        },
    };
    StartRecord {
        start: row.start,
        trigger_key: row.trigger_key.clone(),
        minute: row.minute.clone(),
        slot_at: row.slot_at,
        state: row.state,
        what,
        reason,
        why,
    }
}

fn waits(state: &str) -> bool {
    matches!(state, "queued" | "sending" | "held" | "unknown")
}

fn said(message: &Message) -> (&'static str, Option<String>, String) {
    let by_provider = || {
        let code = message.error_code.clone().unwrap_or_else(|| "no code".to_owned());
        let text = message.error_text.as_ref().map(|text| format!(" ({text})")).unwrap_or_default();
        format!("{code}{text}")
    };
    let what = match &message.template {
        Some(name) => format!("template `{name}`"),
        None => "the message".to_owned(),
    };
    if let Some(at) = message.accepted_at {
        if message.state == "failed" {
            let why = format!("{what} left at {}, and the provider could not deliver it: {}", time(at), by_provider());
            return ("undelivered", message.error_code.clone(), why);
        }
        let then = match (message.delivered_at, message.read_at) {
            (_, Some(read)) => format!(", and was read at {}", time(read)),
            (Some(delivered), None) => format!(", and was delivered at {}", time(delivered)),
            (None, None) => ", and nothing was heard of it since".to_owned(),
        };
        let kind = if message.template.is_some() { "template" } else { "text" };
        return (kind, None, format!("{what} left at {}{then}", time(at)));
    }
    let until = message.until.map(|at| format!(" until {}", time(at))).unwrap_or_default();
    let because = message.reason.as_deref().map(|reason| format!(": {}", words(Some(reason)))).unwrap_or_default();
    let kept = |why: String| ("kept", message.reason.clone(), why);
    match message.state.as_str() {
        "held" => kept(format!("{what} is kept{until}, and leaves when they write{because}")),
        "queued" if message.until.is_none() && message.reason.is_none() => kept(format!("{what} waits for its turn")),
        "queued" => kept(format!("{what} waits{until}{because}")),
        "sending" => kept(format!("{what} is being sent")),
        "unknown" => kept(format!("{what} may have left: the provider has not said; see `transom dead-letters list`")),
        "skipped" if message.reason.as_deref() == Some(Reason::WindowClosed.as_str()) => {
            let why = "the window was closed, and the flow says `skip` then";
            ("skipped", message.reason.clone(), why.to_owned())
        }
        _ if message.reason.is_some() => ("refused", message.reason.clone(), words(message.reason.as_deref())),
        "dropped" if message.error_code.is_some() => {
            let why = format!("the provider did not take it: {}; it was taken back before another try", by_provider());
            ("skipped", message.error_code.clone(), why)
        }
        "dropped" => {
            let why = format!("{what} was taken back before it left: its run was over, or its question was answered");
            ("skipped", Some(message.state.clone()), why)
        }
        _ => {
            let why = format!("the provider did not take it: {}", by_provider());
            ("failed", Some(message.error_code.clone().unwrap_or_else(|| message.state.clone())), why)
        }
    }
}

/// The sentence for a reason; an unknown word of another version stays as it is.
fn words(reason: Option<&str>) -> String {
    let reason = reason.unwrap_or_default();
    Reason::named(reason).map_or_else(|| reason.to_owned(), |reason| reason.words().to_owned())
}

/// `2026-02-25 10:30:00Z`.
fn time(at: Time) -> String {
    let at = jiff::Timestamp::from_millisecond(at.0).unwrap_or_default();
    at.strftime("%Y-%m-%d %H:%M:%SZ").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(state: StartState, reason: Option<&str>, message: Option<Message>) -> Outcome {
        let (trigger_key, minute) = ("schedule 0 10 * * TUE contact".to_owned(), "2026-11-24T10:00".to_owned());
        let reason = reason.map(str::to_owned);
        Outcome { start: StartId(1), trigger_key, minute, slot_at: Time(0), state, reason, message }
    }

    fn message(state: &str) -> Message {
        Message {
            state: state.to_owned(),
            reason: None,
            error_code: None,
            error_text: None,
            template: None,
            accepted_at: None,
            delivered_at: None,
            read_at: None,
            until: None,
        }
    }

    fn begun(change: impl FnOnce(&mut Message), state: &str) -> StartRecord {
        let mut message = message(state);
        change(&mut message);
        one(&[row(StartState::Begun, None, Some(message))])
    }

    #[test]
    fn each_reason_is_told_at_the_start_and_at_the_message_alike() {
        for reason in Reason::ALL {
            let at_start = one(&[row(StartState::Refused, Some(reason.as_str()), None)]);
            let later = begun(|message| message.reason = Some(reason.as_str().to_owned()), "dropped");
            for past in [at_start, later] {
                assert_eq!((past.what, past.reason.as_deref()), ("refused", Some(reason.as_str())));
                assert_eq!(past.why, reason.words());
            }
        }
    }

    #[test]
    fn what_left_says_how_far_it_came() {
        let left = begun(
            |message| (message.template, message.accepted_at) = (Some("we_miss_you".into()), Some(Time(1_000))),
            "sent",
        );
        assert_eq!(left.what, "template");
        assert_eq!(left.why, "template `we_miss_you` left at 1970-01-01 00:00:01Z, and nothing was heard of it since");
        let read = begun(|message| (message.accepted_at, message.read_at) = (Some(Time(0)), Some(Time(2_000))), "read");
        assert!(read.what == "text" && read.why.ends_with("and was read at 1970-01-01 00:00:02Z"), "{read:?}");
        let lost = begun(
            |message| (message.accepted_at, message.error_code) = (Some(Time(0)), Some("131026".into())),
            "failed",
        );
        assert!(lost.what == "undelivered" && lost.why.ends_with("could not deliver it: 131026"), "{lost:?}");
        let refused = begun(
            |message| (message.error_code, message.error_text) = (Some("131049".into()), Some("not now".into())),
            "failed",
        );
        assert_eq!((refused.what, refused.reason.as_deref()), ("failed", Some("131049")));
        assert_eq!(refused.why, "the provider did not take it: 131049 (not now)");
    }

    #[test]
    fn what_waits_says_until_when_and_why() {
        let night =
            begun(|message| (message.until, message.reason) = (Some(Time(0)), Some("quiet_hours".into())), "queued");
        let words = Reason::QuietHours.words();
        assert_eq!(night.why, format!("the message waits until 1970-01-01 00:00:00Z: {words}"));
        assert_eq!((night.what, night.reason.as_deref()), ("kept", Some("quiet_hours")));
        for (state, part) in [
            ("held", "leaves when they write"),
            ("unknown", "may have left"),
            ("sending", "being"),
            ("queued", "for its turn"),
        ] {
            let kept = begun(|_| {}, state);
            assert!(kept.what == "kept" && kept.why.contains(part), "{kept:?}");
        }
        let closed = |message: &mut Message| message.reason = Some("window_closed".into());
        let skipped = begun(closed, "skipped");
        assert_eq!((skipped.what, skipped.reason.as_deref()), ("skipped", Some("window_closed")));
        let put_off = begun(|message| message.error_code = Some("131049".into()), "dropped");
        assert_eq!((put_off.what, put_off.reason.as_deref()), ("skipped", Some("131049")));
        let taken_back = begun(|_| {}, "dropped");
        assert_eq!((taken_back.what, taken_back.reason.as_deref()), ("skipped", Some("dropped")));
        assert!(taken_back.why.contains("its run was over"), "{taken_back:?}");
    }

    #[test]
    fn of_several_messages_the_first_that_left_counts() {
        let mut second = message("sent");
        second.accepted_at = Some(Time(5));
        let rows = [row(StartState::Begun, None, Some(message("held"))), row(StartState::Begun, None, Some(second))];
        assert_eq!(one(&rows).what, "text");
        assert_eq!(one(&rows[..1]).what, "kept");
        assert_eq!(one(&[row(StartState::Begun, None, None)]).what, "silent");
        assert_eq!(one(&[row(StartState::Waiting, None, None)]).what, "waiting");
    }
}
