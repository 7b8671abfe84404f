//! Parses account and number events that an operator must know: bans, restrictions, falling quality.

use super::{
    body::{Text, Tolerant, tolerate},
    receive::shape,
};
use crate::{base::time::Time, model::inbound::AccountNews};
use serde::Deserialize;

/// `None` if no action is needed.
pub fn news(field: &str, raw: &str) -> Option<AccountNews> {
    let told: Told<'_> = shape(raw).ok()?;
    let event = told.event.or_empty();
    let number = told.display_phone_number.owned();
    let (what, text) = match (field, event) {
        ("account_update", "ACCOUNT_RESTRICTION") => {
            let kinds = told.restriction_info.iter().map(|one| one.restriction_type.or_empty()).collect::<Vec<_>>();
            ("account_restriction", format!("Meta restricts the account: {}", kinds.join(", ")))
        }
        ("account_update", "ACCOUNT_VIOLATION") => {
            let kind = told.violation_info.violation_type.or_empty();
            ("account_violation", format!("Meta found a violation of its policy: {kind}"))
        }
        ("account_update", "DISABLED_UPDATE") => match told.ban_info.waba_ban_state.or_empty() {
            "REINSTATE" => return None,
            state => ("account_disabled", format!("Meta bans the account: {state}")),
        },
        ("account_update", "ACCOUNT_DELETED") => ("account_deleted", "The account was deleted at Meta".to_owned()),
        ("account_update", "ACCOUNT_OFFBOARDED") => {
            ("account_offboarded", "The number has left the Cloud API: nothing comes or goes any more".to_owned())
        }
        ("account_alerts", _) => {
            let alert = &told.alert_info;
            if !matches!(alert.alert_severity.or_empty(), "WARNING" | "CRITICAL") {
                return None;
            }
            let (kind, words) = (alert.alert_type.or_empty(), alert.alert_description.or_empty());
            ("account_alert", format!("Meta warns: {kind}: {words}"))
        }
        ("account_review_update", _) if told.decision.or_empty() == "REJECTED" => {
            ("account_rejected", "Meta's review has rejected the account".to_owned())
        }
        ("phone_number_quality_update", "FLAGGED" | "DOWNGRADE" | "THROUGHPUT_DOWNGRADE") => {
            let limit = told.current_limit.get().map(|limit| format!("; its limit is {limit} now")).unwrap_or_default();
            ("number_quality", format!("The quality of the number has fallen ({event}){limit}"))
        }
        ("phone_number_name_update", _) if told.decision.or_empty() == "REJECTED" => {
            let why = told.rejection_reason.get().map(|why| format!(": {why}")).unwrap_or_default();
            ("number_name", format!("Meta rejects the display name{why}"))
        }
        ("security", _) if !event.is_empty() => (
            "security",
            format!("The security of the number was touched ({event}); if nobody of yours did it, look at once"),
        ),
        _ => return None,
    };
    // The end of the restriction of templates, if there is one.
    let begins =
        |one: &&Tolerant<Restriction<'_>>| one.restriction_type.or_empty() == "RESTRICTED_BIZ_INITIATED_MESSAGING";
    let until = told.restriction_info.iter().find(begins).and_then(|one| one.expiration.or_empty().parse::<i64>().ok());
    let templates_until = until.and_then(|seconds| seconds.checked_mul(1_000)).map(Time);
    Some(AccountNews { what, text, number, templates_until })
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Told<'a> {
    #[serde(borrow)]
    event: Text<'a>,
    #[serde(borrow)]
    decision: Text<'a>,
    #[serde(borrow)]
    rejection_reason: Text<'a>,
    #[serde(borrow)]
    display_phone_number: Text<'a>,
    #[serde(borrow)]
    current_limit: Text<'a>,
    #[serde(borrow)]
    restriction_info: Tolerant<Vec<Tolerant<Restriction<'a>>>>,
    #[serde(borrow)]
    violation_info: Tolerant<Violation<'a>>,
    #[serde(borrow)]
    ban_info: Tolerant<Ban<'a>>,
    #[serde(borrow)]
    alert_info: Tolerant<Alert<'a>>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Restriction<'a> {
    #[serde(borrow)]
    restriction_type: Text<'a>,
    #[serde(borrow)]
    expiration: Text<'a>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Violation<'a> {
    #[serde(borrow)]
    violation_type: Text<'a>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Ban<'a> {
    #[serde(borrow)]
    waba_ban_state: Text<'a>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Alert<'a> {
    #[serde(borrow)]
    alert_severity: Text<'a>,
    #[serde(borrow)]
    alert_type: Text<'a>,
    #[serde(borrow)]
    alert_description: Text<'a>,
}

tolerate!(Restriction, Violation, Ban, Alert);

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn what(field: &str, value: serde_json::Value) -> Option<&'static str> {
        news(field, &value.to_string()).map(|news| news.what)
    }

    #[test]
    fn a_person_hears_of_what_stops_messages_and_of_nothing_else() {
        assert_eq!(what("account_update", json!({"event": "ACCOUNT_DELETED"})), Some("account_deleted"));
        let ban = |state: &str| json!({"event": "DISABLED_UPDATE", "ban_info": {"waba_ban_state": state}});
        assert_eq!(what("account_update", ban("SCHEDULE_FOR_DISABLE")), Some("account_disabled"));
        assert_eq!(what("account_update", ban("REINSTATE")), None);
        assert_eq!(what("account_update", json!({"event": "PARTNER_ADDED"})), None);
        let quality = |event: &str| json!({"event": event, "current_limit": "TIER_1K"});
        assert_eq!(what("phone_number_quality_update", quality("FLAGGED")), Some("number_quality"));
        assert_eq!(what("phone_number_quality_update", quality("THROUGHPUT_UPGRADE")), None);
        let alert = |severity: &str| json!({"alert_info": {"alert_severity": severity}});
        assert_eq!(what("account_alerts", alert("CRITICAL")), Some("account_alert"));
        assert_eq!(what("account_alerts", alert("INFORMATIONAL")), None);
        for strange in [json!(7), json!([]), json!({"event": ["x"]}), json!({"restriction_info": {"a": 1}})] {
            assert_eq!(what("account_update", strange), None);
        }
    }

    #[test]
    fn a_restriction_of_what_is_unasked_ends_by_its_time() {
        let told = json!({"event": "ACCOUNT_RESTRICTION", "restriction_info": [
            {"restriction_type": "RESTRICTED_ADD_PHONE_NUMBER_ACTION", "expiration": 5},
            {"restriction_type": "RESTRICTED_BIZ_INITIATED_MESSAGING", "expiration": 1_641_330_498}]});
        let news = news("account_update", &told.to_string()).unwrap();
        assert_eq!(news.templates_until, Some(Time(1_641_330_498_000)));
        assert!(news.text.ends_with("RESTRICTED_ADD_PHONE_NUMBER_ACTION, RESTRICTED_BIZ_INITIATED_MESSAGING"));
    }
}
