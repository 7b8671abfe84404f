//! Builds the checks of one sender from Meta's answers about number, account and right to send.

use super::{Meta, doctor::Number};
use crate::{
    Http,
    base::{
        ids::SenderId,
        limits::TOKEN_ENDS_SOON,
        time::{Time, iso},
    },
    checkup::{Check, Grade, sentence, unknown_sender},
    question::QuestionError,
};
use serde_json::json;

/// The checks of its number only: services that forward Meta's API do not give access to the account.
pub(super) async fn number(meta: &Meta, http: &dyn Http, sender: SenderId) -> Vec<Check> {
    match meta.number(http, sender).await {
        Err(trouble) => unread(&trouble).into(),
        Ok(number) => read(&number, None),
    }
}

pub(super) async fn examine(meta: &Meta, http: &dyn Http, sender: SenderId) -> Vec<Check> {
    let Ok(checkup) = meta.checkup(http, sender).await else { return unknown_sender(sender) };
    let mut checks = Vec::new();
    match &checkup.number {
        Err(trouble) => checks.extend(unread(trouble)),
        Ok(number) => checks.extend(read(number, checkup.token_ends)),
    }
    checks.push(match &checkup.account {
        Err(trouble) => Check::new("subscription", Grade::Bad, sentence(&trouble.text)),
        Ok(apps) if apps.is_empty() => Check::new(
            "subscription",
            Grade::Bad,
            "No app is subscribed to the account's webhooks: nothing will come in. Subscribe yours in the app's \
             WhatsApp settings.",
        ),
        Ok(apps) => {
            Check::new("subscription", Grade::Good, format!("Webhooks of the account go to {}.", apps.join(", ")))
                .with(json!({ "apps": apps }))
        }
    });
    checks
}

/// The checks for a number that could not be read: the cause decides which check fails.
fn unread(trouble: &QuestionError) -> [Check; 4] {
    let text = sentence(&trouble.text);
    let not_asked = |name| Check::new(name, Grade::Unknown, "Not known, since the number could not be read.");
    let (token, number) = match trouble.kind {
        "token" => (Check::new("token", Grade::Bad, text), not_asked("number")),
        "not_found" => {
            (Check::new("token", Grade::Good, "The token is valid."), Check::new("number", Grade::Bad, text))
        }
        _ => (not_asked("token"), Check::new("number", Grade::Bad, text)),
    };
    [token, number, not_asked("quality"), not_asked("sending")]
}

/// An expired token stops everything, so a coming end is reported a week ahead.
fn token(ends: Option<(Time, Time)>) -> Check {
    let Some((at, now)) = ends else { return Check::new("token", Grade::Good, "The token is valid.") };
    let day = jiff::Timestamp::from_millisecond(at.0).ok();
    let day = day.map_or_else(|| "?".to_owned(), |day| day.strftime("%-d %B %Y").to_string());
    let (grade, text) = match at - now > TOKEN_ENDS_SOON {
        true => (Grade::Good, format!("The token is valid until {day}.")),
        false => (
            Grade::Poor,
            format!(
                "The token ends on {day}, and nothing is sent from then on: make one of a system user, which does not end."
            ),
        ),
    };
    Check::new("token", grade, text).with(json!({ "expires_at": iso(at) }))
}

/// How many people it may write to first, by Meta's tier.
fn limit(tier: &str) -> Check {
    let people = match tier.strip_prefix("TIER_") {
        Some("UNLIMITED") => "any number of".to_owned(),
        Some(people) => people.replace('K', ",000"),
        None if tier == "UNLIMITED" => "any number of".to_owned(),
        None => return Check::new("limit", Grade::Unknown, format!("The messaging limit is {tier}.")),
    };
    let text = format!("It may begin to talk with {people} people in 24 hours.");
    Check::new("limit", Grade::Good, text).with(json!({ "messaging_limit": tier }))
}

/// How fast it may send (platform.md 4.9); the configured `rate` of the sender enforces it.
fn throughput(level: &str) -> Check {
    let text = match level {
        "STANDARD" => "Meta takes up to 80 messages a second from it, 20 where people answer from the phone as well.",
        "HIGH" => "Meta takes up to 1,000 messages a second from it: `rate` beside the sender may be as high.",
        other => {
            return Check::new("throughput", Grade::Unknown, format!("Meta's word for its throughput is `{other}`."));
        }
    };
    Check::new("throughput", Grade::Good, text).with(json!({ "level": level }))
}

fn read(number: &Number, ends: Option<(Time, Time)>) -> Vec<Check> {
    let shown = number.display.as_deref().unwrap_or("?");
    let status = number.status.as_deref().filter(|status| *status != "CONNECTED");
    let is = match (number.phone_matches, status) {
        (false, _) => Check::new(
            "number",
            Grade::Bad,
            format!("The number is {shown} at Meta, and another one in the configuration."),
        ),
        (true, Some(status)) => Check::new("number", Grade::Bad, format!("The number is `{status}`, not `CONNECTED`.")),
        (true, None) => Check::new("number", Grade::Good, format!("The number is {shown}.")),
    };
    let quality = match number.quality.as_deref() {
        Some("RED") => Check::new("quality", Grade::Poor, "The quality is RED: people block or report this number."),
        Some("YELLOW") => Check::new("quality", Grade::Poor, "The quality is YELLOW: some people block this number."),
        Some("GREEN") => Check::new("quality", Grade::Good, "The quality is GREEN."),
        other => Check::new("quality", Grade::Unknown, format!("The quality is {}.", other.unwrap_or("not told"))),
    };
    let problems = number.problems.join("; ");
    let sending = match number.can_send.as_deref() {
        Some("AVAILABLE") => Check::new("sending", Grade::Good, "Meta lets this number send."),
        None => Check::new("sending", Grade::Unknown, "Meta does not say whether this number may send."),
        Some("LIMITED") => {
            Check::new("sending", Grade::Poor, sentence(&format!("Meta limits what this number may send: {problems}")))
        }
        Some(other) => Check::new(
            "sending",
            Grade::Bad,
            sentence(&format!("Meta does not let this number send (`{other}`): {problems}")),
        ),
    };
    let mut all = vec![
        token(ends),
        is.with(json!({"display_phone_number": number.display, "verified_name": number.verified_name, "status": number.status})),
        quality.with(json!({"quality_rating": number.quality})),
        sending.with(json!({"overall_status": number.can_send, "entities": number.problems})),
    ];
    all.extend(number.limit.as_deref().map(limit));
    all.extend(number.throughput.as_deref().map(throughput));
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::time::Span;

    fn number() -> Number {
        Number {
            display: Some("+1 555-000-1111".into()),
            verified_name: None,
            quality: Some("GREEN".into()),
            status: Some("CONNECTED".into()),
            can_send: Some("AVAILABLE".into()),
            problems: Vec::new(),
            limit: None,
            throughput: None,
            phone_matches: true,
        }
    }

    fn grades(checks: &[Check]) -> Vec<Grade> {
        checks.iter().map(|check| check.grade).collect()
    }

    #[test]
    fn a_number_that_works_is_good_in_all() {
        assert_eq!(grades(&read(&number(), None)), [Grade::Good; 4]);
    }

    #[test]
    fn a_token_that_ends_within_a_week_is_poor() {
        let now = Time(1_795_262_400_000);
        let check = |left: Span| token(Some((now + left, now)));
        let soon = check(TOKEN_ENDS_SOON);
        assert_eq!(soon.grade, Grade::Poor);
        assert_eq!(
            soon.text,
            "The token ends on 28 November 2026, and nothing is sent from then on: make one of a system user, which \
             does not end."
        );
        let later = check(TOKEN_ENDS_SOON + Span::days(1));
        assert_eq!((later.grade, later.text.as_str()), (Grade::Good, "The token is valid until 29 November 2026."));
        assert_eq!(token(None).text, "The token is valid.");
    }

    #[test]
    fn the_messaging_limit_is_said_in_people() {
        for (tier, people) in [("TIER_250", "250"), ("TIER_2K", "2,000"), ("TIER_UNLIMITED", "any number of")] {
            let checks = read(&Number { limit: Some(tier.into()), ..number() }, None);
            assert_eq!(checks[4].text, format!("It may begin to talk with {people} people in 24 hours."));
        }
        assert_eq!(limit("NEW").grade, Grade::Unknown);
    }

    #[test]
    fn the_throughput_is_said_in_messages_a_second() {
        for (level, said) in [("STANDARD", "80 messages a second"), ("HIGH", "1,000 messages a second")] {
            let checks = read(&Number { throughput: Some(level.into()), ..number() }, None);
            assert!(checks[4].grade == Grade::Good && checks[4].text.contains(said), "{checks:?}");
        }
        assert_eq!(throughput("NOT_APPLICABLE").grade, Grade::Unknown);
    }

    #[test]
    fn a_limit_is_poor_and_a_block_is_bad_with_metas_words() {
        let limited =
            Number { can_send: Some("LIMITED".into()), problems: vec!["WABA 141000: pay the bill".into()], ..number() };
        let sending = read(&limited, None)[3].clone();
        assert_eq!(sending.grade, Grade::Poor);
        assert_eq!(sending.text, "Meta limits what this number may send: WABA 141000: pay the bill.");
        let blocked = Number { can_send: Some("BLOCKED".into()), ..number() };
        assert_eq!(read(&blocked, None)[3].grade, Grade::Bad);
        assert_eq!(read(&blocked, None)[3].text, "Meta does not let this number send (`BLOCKED`).");
    }

    #[test]
    fn a_wrong_number_and_a_wrong_token_are_told_apart() {
        let trouble = |kind| QuestionError { kind, text: "it is wrong".into() };
        assert_eq!(grades(&unread(&trouble("token")))[..2], [Grade::Bad, Grade::Unknown]);
        assert_eq!(grades(&unread(&trouble("not_found")))[..2], [Grade::Good, Grade::Bad]);
        let other = Number { phone_matches: false, ..number() };
        assert_eq!(read(&other, None)[1].grade, Grade::Bad);
    }
}
