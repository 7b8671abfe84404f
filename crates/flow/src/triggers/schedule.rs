//! Implements `schedule`: at times of the clock, for everyone or for some contacts.

use super::TriggerKind;
use crate::{base::{diagnostic::Diagnostic, fix::Fix, time::Span, yaml::Node}, script::Code, load::{spec::{FieldKind, FieldSpec, Spec}, step_fields::TriggerFields}, steps::tag::several_in_one, model::schedule::{AtMost, Schedule as Cron, Wrong}};

pub struct Schedule {
    /// `None`: the pattern is invalid, which has a finding.
    pub cron: Option<Cron>,
    pub pattern: String,
    pub clock: Clock,
    pub to: To,
    /// The number of starts within a span of time.
    pub rate: AtMost,
    /// How late a fire may still be planned, and how late a start may begin because the daemon was down.
    pub late: Span,
}

/// The zone of the pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Clock {
    Contact,
    Bot,
}

/// The contacts that are selected; tested again when the start begins.
#[derive(Debug, Clone, Default)]
pub struct To {
    /// All of these tags are required; empty: everyone.
    pub tags: Vec<String>,
    pub condition: Option<Code>,
}

const AUDIENCE: FieldKind = FieldKind::Either(&[
    FieldKind::Word(&["everyone"]),
    FieldKind::Record(&[
        FieldSpec::optional("tags", FieldKind::Many(&FieldKind::Name), "Those who have all of these tags."),
        FieldSpec::optional("if", FieldKind::Code, "Those for whom this holds."),
    ]),
]);

impl TriggerKind for Schedule {
    const SPEC: Spec = Spec {
        name: "schedule",
        summary: "At times of the clock, for everyone or for some.",
        fields: &[
            FieldSpec::required(
                "schedule",
                FieldKind::Name,
                "Days and times: `tuesday 10:00`, `weekdays 9:00`, `first monday 8:30`; or five fields: minute, hour, day, \
                 month, weekday.",
            ),
            FieldSpec::default("clock", FieldKind::Word(&["contact", "bot"]), "contact", "`contact` or `bot`."),
            FieldSpec::required("to", AUDIENCE, "`everyone`, or `{tags: [customer], if: …}`."),
            FieldSpec::default("rate", FieldKind::Limit, "20/s", "How many starts in how long; never more than three quarters of what its senders carry, so that answers find room."),
            FieldSpec::default("late", FieldKind::Duration, "1h", "How late it may still begin after the daemon was down."),
        ],
        example: "schedule: tuesday 10:00\nto: everyone",
    };

    fn parse(fields: &mut TriggerFields<'_, '_>) -> Self {
        let pattern = fields.name("schedule");
        let cron = match (fields.node("schedule"), Cron::parse(&pattern, &fields.bot().language)) {
            (Some(_), Ok(cron)) => Some(cron),
            (Some(node), Err(wrong)) => {
                if !node.is_broken() {
                    fields.report(refused(node, wrong));
                }
                None
            }
            (None, _) => None,
        };
        let clock = match fields.word("clock", &["contact", "bot"]) {
            Some("bot") => Clock::Bot,
            Some(_) | None => Clock::Contact,
        };
        let mut rate = AtMost::new(20, Span::seconds(1));
        if let Some(node) = fields.node("rate") {
            match node.text().and_then(AtMost::parse) {
                Some(written) => rate = written,
                None => fields.wrong(node, "E212", format!("`rate` is written like `20/s`, and this is {}", node.describe())),
            }
        }
        Schedule { cron, pattern, clock, to: read_to(fields), rate, late: fields.duration("late", Span::hours(1)) }
    }

    fn key(&self) -> Option<String> {
        let clock = match self.clock {
            Clock::Contact => "contact",
            Clock::Bot => "bot",
        };
        Some(format!("schedule {} {clock}", self.pattern))
    }
}

/// The finding about a text that is not a schedule, with the correction.
fn refused(node: &Node, wrong: Wrong) -> Diagnostic {
    let help = || "write it like \"0 10 * * TUE\": minute, hour, day, month, weekday; or in words: `tuesday 10:00`".to_owned();
    let finding = Diagnostic::error("E241", &node.place, wrong.message).help(wrong.help.unwrap_or_else(help));
    let Some(instead) = wrong.instead else { return finding };
    // Existing quotes stay, and a text that begins with `*` needs them.
    let plain = node.scalar().is_some_and(|scalar| scalar.is_plain()) && !instead.starts_with('*');
    let written = if plain { instead.clone() } else { format!("\"{instead}\"") };
    let fix = Fix::replace(format!("write `{instead}`"), &node.place, written);
    finding.fix(if wrong.sure { fix } else { fix.guess() })
}

const CONDITION_SIGNS: [&str; 7] = ["==", "!=", "<", ">", "&&", "||", "("];

fn read_to(fields: &mut TriggerFields<'_, '_>) -> To {
    let Some(node) = fields.required("to") else { return To::default() };
    match node.text() {
        Some("everyone") => return To::default(),
        Some(_) => {
            let message = format!("`to` is `everyone` or `{{tags: …, if: …}}`, and this is {}", node.describe());
            let help = match node.text().unwrap_or_default().to_lowercase().as_str() {
                "all" | "everybody" | "contacts" | "all contacts" | "*" => "write `to: everyone`".to_owned(),
                // A tag has none of the signs of a condition.
                _ if node.text().is_some_and(|text| CONDITION_SIGNS.iter().any(|sign| text.contains(sign))) => {
                    let condition = node.text().unwrap_or_default().replace('\'', "''");
                    format!("for those of whom this holds write `to: {{if: '{condition}'}}`")
                }
                tag => format!("for everyone write `to: everyone`, for those with a tag `to: {{tags: {tag}}}`"),
            };
            fields.wrong(node, "E242", format!("{message}; {help}"));
            return To::default();
        }
        None => {}
    }
    if let Some(items) = node.list() {
        let tags: Vec<&str> = items.iter().filter_map(Node::text).collect();
        let finding = Diagnostic::error("E242", &node.place, "`to` is `everyone` or `{tags: …, if: …}`, and this is a list");
        fields.report(finding.help(format!("for those who have all of these tags write `to: {{tags: [{}]}}`", tags.join(", "))));
        return To::default();
    }
    let mut keys = fields.below(node, "to");
    keys.list("tags").iter().for_each(|node| fields.report_if(several_in_one("tags", node)));
    let tags = keys.texts("tags").into_iter().map(str::to_owned).collect();
    let condition = keys.node("if");
    keys.finish();
    To { tags, condition: condition.map(|node| fields.code_of(node)) }
}
