//! Defines a broadcast's data: audience, time, rate and inputs. The audience is written as in a schedule's `to`.

use crate::{
    base::{diagnostic::Diagnostic, ids::VersionId, limits::TO_OPERATIONS_MAX, place::SourceFile, time::Time},
    flow::{self, FlowSet, Versions, World, knowledge::is_knowledge, script},
    model::{contact::Contact, prefilter::Prefilter, schedule::AtMost, value::Value},
};
use jiff::{civil, tz::TimeZone};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, sync::Arc};

/// The JSON data in a broadcast's row.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BroadcastSpec {
    pub to: BroadcastAudience,
    pub when: BroadcastTime,
    pub rate: AtMost,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub inputs: BTreeMap<String, Value>,
}

/// Contacts with all of these tags for whom the condition is true; without both, everyone.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BroadcastAudience {
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    #[serde(rename = "if", default, skip_serializing_if = "Option::is_none")]
    pub condition: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BroadcastTime {
    /// At once after the confirmation.
    Now,
    At(Time),
    /// At this minute in each contact's local time.
    Local(#[serde(with = "local_minute")] civil::DateTime),
}

impl BroadcastTime {
    /// The time in a zone, not earlier than `since`.
    pub fn moment(&self, zone: &TimeZone, since: Time) -> Time {
        match self {
            BroadcastTime::Now => since,
            BroadcastTime::At(at) => (*at).max(since),
            BroadcastTime::Local(minute) => {
                let at = zone.to_ambiguous_zoned(*minute).later();
                at.map_or(since, |at| Time(at.timestamp().as_millisecond()).max(since))
            }
        }
    }
}

/// Serializes as `2026-11-24T10:00:00`.
mod local_minute {
    use jiff::civil::DateTime;
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub fn serialize<S: Serializer>(minute: &DateTime, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(minute)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<DateTime, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(D::Error::custom)
    }
}

/// A parsed `to`, ready to be evaluated for contacts.
pub struct ParsedAudience {
    versions: Versions,
    /// The part of it that SQL can test.
    pub prefilter: Prefilter,
}

/// A path that no flow of a bot has: names of flows begin with a letter.
const ONLY: &str = "flows/audience_of_a_broadcast.yaml";

impl ParsedAudience {
    /// Parses `to` as in the bot's own files, with its fields and scripts.
    pub fn read(to: &BroadcastAudience, files: &[Arc<SourceFile>]) -> Result<ParsedAudience, Vec<Diagnostic>> {
        let mut around: Vec<Arc<SourceFile>> = files
            .iter()
            .filter(|file| !is_knowledge(file.path()))
            .filter(|file| file.path().ends_with(".rhai") || file.stem() == "_bot")
            .map(Arc::clone)
            .collect();
        around.push(SourceFile::new(ONLY, written(to)));
        let (mut set, mut findings) = flow::parse_set(&around);
        // A client with an account's key must not learn values that the operator has configured.
        set.bot.env.clear();
        match reads_env(&set) {
            Some(finding) => findings.push(finding),
            None => findings.extend(flow::lint(&set)),
        }
        // Findings in `_bot.yaml` about flows that are not here do not count. A condition that can never hold (W315)
        // would reach nobody, so it is refused as well.
        let counts = |finding: &Diagnostic| finding.is_error() || finding.code == "W315";
        findings.retain(|finding| counts(finding) && finding.place.path() == ONLY);
        let wrong = findings;
        if !wrong.is_empty() {
            return Err(wrong);
        }
        let prefilter = flow::timetables(&set).first().map(|table| table.prefilter(&set)).unwrap_or_default();
        Ok(ParsedAudience { versions: Versions::new(VersionId(0), Arc::new(set)), prefilter })
    }

    /// True if the contact is in the audience. A condition that fails, or that needs too many operations, is false.
    pub fn holds(&self, contact: &Contact, now: Time) -> bool {
        self.counted(contact, now).0
    }

    /// As `holds`, with the number of operations.
    pub fn counted(&self, contact: &Contact, now: Time) -> (bool, u64) {
        static NO_ENV: BTreeMap<String, String> = BTreeMap::new();
        let set: &FlowSet = self.versions.live();
        let tables = flow::timetables(set);
        let Some(table) = tables.first() else { return (false, 0) };
        let world = World::of_contact(now, contact, &NO_ENV);
        script::with_fuel(TO_OPERATIONS_MAX, || flow::in_audience(&self.versions, table, &world))
    }
}

/// The finding for a condition that reads `env`.
fn reads_env(set: &FlowSet) -> Option<Diagnostic> {
    let tables = flow::timetables(set);
    let condition = tables.iter().find_map(|table| table.condition())?;
    let message = "`env` cannot be read here: a condition is about contacts";
    condition.uses().names.contains("env").then(|| Diagnostic::error("E303", &condition.place(), message))
}

/// A flow with only this audience; JSON is valid YAML.
fn written(to: &BroadcastAudience) -> String {
    let text = |text: &str| serde_json::Value::String(text.to_owned()).to_string();
    let mut keys = Vec::new();
    if !to.tags.is_empty() {
        keys.push(format!("tags: [{}]", to.tags.iter().map(|tag| text(tag)).collect::<Vec<_>>().join(", ")));
    }
    keys.extend(to.condition.iter().map(|condition| format!("if: {}", text(condition))));
    let to = if keys.is_empty() { "everyone".to_owned() } else { format!("{{{}}}", keys.join(", ")) };
    let steps = "steps:\n  - log: nothing";
    format!("flow: audience_of_a_broadcast\nwhen:\n  - schedule: \"0 0 1 1 *\"\n    to: {to}\n{steps}\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{base::ids::ContactId, model::contact::ContactData};

    fn files() -> Vec<Arc<SourceFile>> {
        vec![SourceFile::new("flows/_bot.yaml", "bot: Shop\nfields: {points: whole}\n")]
    }

    fn contact(points: i64, tags: &[&str]) -> Contact {
        let fields = BTreeMap::from([("points".to_owned(), Value::Whole(points))]);
        let tags = tags.iter().map(|tag| (*tag).to_owned()).collect();
        let data = ContactData { fields, tags, ..ContactData::default() };
        Contact { id: ContactId(1), account: "acme".into(), opted_out: None, data }
    }

    fn holds(to: &BroadcastAudience, contact: &Contact) -> bool {
        let meant = ParsedAudience::read(to, &files()).unwrap_or_else(|found| panic!("{found:#?}"));
        meant.holds(contact, Time(0))
    }

    #[test]
    fn to_is_read_as_a_schedule_reads_it() {
        let rich = BroadcastAudience { tags: vec!["customer".into()], condition: Some("contact.points > 10".into()) };
        assert!(holds(&rich, &contact(11, &["customer", "x"])));
        assert!(!holds(&rich, &contact(10, &["customer"])) && !holds(&rich, &contact(11, &["x"])));
        assert!(holds(&BroadcastAudience::default(), &contact(0, &[])), "everyone");
        let quoted = BroadcastAudience { tags: vec![], condition: Some("contact.name == \"Ana \\\"A\\\"\"".into()) };
        assert!(!holds(&quoted, &contact(0, &[])));
    }

    #[test]
    fn a_wrong_condition_is_said_in_the_checkers_words() {
        let wrong = BroadcastAudience { tags: vec![], condition: Some("contact.pionts > 10".into()) };
        let found = ParsedAudience::read(&wrong, &files()).err().expect("there is no such field");
        assert!(found[0].message.contains("pionts"), "{found:#?}");
    }

    #[test]
    fn a_condition_has_the_types_of_the_fields() {
        let files = [SourceFile::new("flows/_bot.yaml", "bot: Shop\nfields: {last_visit: date, plan: [free, pro]}\n")];
        let said = |condition: &str| {
            let to = BroadcastAudience { tags: vec![], condition: Some(condition.into()) };
            ParsedAudience::read(&to, &files).err().map(|found| found[0].to_string())
        };
        let wrong = said("contact.last_visit < today() - 180").expect("a date less a number is nothing");
        assert!(wrong.contains("write the length of time as `- days(180)`"), "{wrong}");
        let never = said("contact.plan == \"gold\"").expect("no plan is called so");
        assert!(never.contains("this is never true"), "{never}");
        assert_eq!(said("contact.last_visit < today() - days(180)"), None);
    }

    #[test]
    fn what_the_operator_has_configured_cannot_be_asked() {
        let bot = "bot: Shop\nenv: [SHOP_URL]\nsecrets: [TOKEN]\nfields: {points: whole}\n";
        let files = [
            SourceFile::new("flows/_bot.yaml", bot),
            SourceFile::new("scripts/own.rhai", "fn first(map) { map.values()[0] }"),
        ];
        for condition in [
            "env.SHOP_URL.contains(\"s3\")",
            "env[\"SHOP_URL\"].contains(\"s3\")",
            "own::first(env).contains(\"s3\")",
            "env.values().contains(\"https://shop.example/hook/s3cret\")",
            "!missing(env.SHOP_URL)",
            "[1].map(|x| env)[0].len() > 0",
            "secrets.TOKEN == \"a\"",
        ] {
            let to = BroadcastAudience { tags: vec![], condition: Some(condition.into()) };
            match ParsedAudience::read(&to, &files) {
                Err(found) => assert!(found[0].message.contains("env") || found[0].code == "E309", "{found:#?}"),
                Ok(meant) => assert!(!meant.holds(&contact(1, &[]), Time(0)), "{condition}"),
            }
        }
    }

    #[test]
    fn a_local_minute_comes_when_each_clock_shows_it() {
        let minute = BroadcastTime::Local(civil::date(2026, 11, 24).at(10, 0, 0, 0));
        let at = |zone: &str| minute.moment(&TimeZone::get(zone).unwrap(), Time(0));
        assert_eq!(at("Europe/Madrid") - at("Asia/Tokyo"), crate::base::time::Span::hours(8));
        assert_eq!(minute.moment(&TimeZone::UTC, Time(i64::MAX - 1)), Time(i64::MAX - 1), "late: at once");
    }
}
