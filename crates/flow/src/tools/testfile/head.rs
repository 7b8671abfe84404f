//! Parses the head of a test file and the changes of a case: the data with which a case begins.

use super::{facts, facts::Fact, moment};
use crate::{
    base::{
        diagnostic::{Diagnostic, did_you_mean},
        fields::Fields,
        place::Place,
        yaml::Node,
    },
    definition::FlowSet,
};
use jiff::Zoned;
use std::collections::BTreeMap;

#[derive(Debug, Clone)]
pub struct Head {
    /// A Monday at ten in the morning in the bot's zone, unless the test has another time.
    pub now: Zoned,
    pub contact: Vec<Fact>,
    /// The name of the sender that the customer writes to.
    pub sender: Option<String>,
    /// The values of the file; the bot's other `env` entries are empty.
    pub env: BTreeMap<String, String>,
    /// A template that is not listed is approved, as at a sandbox.
    pub templates: BTreeMap<String, TemplateIs>,
    /// The places of their names.
    pub templates_at: Vec<(String, Place)>,
    /// Parsed by the runtime, which plays them; the first matching mock answers.
    pub mocks: Vec<Node>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TemplateIs {
    Approved,
    Paused,
    Rejected,
    Missing,
}

impl TemplateIs {
    /// As a test writes it.
    pub fn as_str(self) -> &'static str {
        match self {
            TemplateIs::Approved => "approved",
            TemplateIs::Paused => "paused",
            TemplateIs::Rejected => "rejected",
            TemplateIs::Missing => "missing",
        }
    }
}

impl Head {
    /// The keys that a case may have too.
    pub const KEYS: [&str; 6] = ["now", "contact", "sender", "env", "templates", "mocks"];

    /// Parses a head; `under` has the values of missing keys.
    pub(super) fn read(fields: &mut Fields<'_>, set: &FlowSet, under: Option<&Head>) -> Head {
        let default_now = |zone| under.map_or_else(|| default_now(zone), |under| under.now.clone());
        let zone = &set.bot.timezone;
        let read = fields.opt_text("now").map(|text| moment::now(text, zone));
        let now = match read {
            Some(Ok(now)) => now,
            Some(Err(message)) => {
                if let Some(node) = fields.node("now") {
                    fields.wrong(node, "E954", message);
                }
                default_now(zone)
            }
            None => default_now(zone),
        };
        let findings = fields.findings();
        let facts = fields.map("contact").iter();
        let facts = facts.filter_map(|entry| facts::fact(&entry.key.text, entry, set, zone, findings));
        let mut head = under.cloned().unwrap_or_else(|| Head::at(now.clone()));
        head.contact.extend(facts);
        head.now = now;
        head.sender = fields.opt_text("sender").map(str::to_owned).or(head.sender);
        head.env.extend(env(fields, set));
        head.templates.extend(templates(fields));
        let named = fields.map("templates").iter();
        head.templates_at.extend(named.map(|entry| (entry.key.text.clone(), entry.key.place.clone())));
        head.mocks.splice(0..0, fields.node("mocks").cloned());
        head
    }

    /// A head with only the time.
    pub fn at(now: Zoned) -> Head {
        let (env, templates) = (BTreeMap::new(), BTreeMap::new());
        Head { now, contact: Vec::new(), sender: None, env, templates, templates_at: Vec::new(), mocks: Vec::new() }
    }
}

/// A Monday at ten in the morning.
pub fn default_now(zone: &jiff::tz::TimeZone) -> Zoned {
    let monday = jiff::civil::date(2026, 1, 5).at(10, 0, 0, 0);
    monday.to_zoned(zone.clone()).expect("a day of this century exists in every zone")
}

fn env(fields: &mut Fields<'_>, set: &FlowSet) -> BTreeMap<String, String> {
    let mut env = BTreeMap::new();
    for entry in fields.map("env") {
        let name = entry.key.text.as_str();
        // A flow that reads it has a finding of its own.
        if !set.bot.env.iter().any(|known| known == name) && !set.reads("env", name) {
            let message = format!("`flows/_bot.yaml` does not list `{name}` under `env`, so no flow can read it");
            let help = did_you_mean(name, set.bot.env.iter().map(String::as_str));
            fields.findings().push(Diagnostic::error("E955", &entry.key.place, message).help_if(help));
        }
        if let Some(text) = entry.value.text() {
            env.insert(name.to_owned(), text.to_owned());
        } else if !entry.value.is_null() {
            fields.wrong(
                &entry.value,
                "E208",
                format!("`{name}` takes a text, and this is {}", entry.value.describe()),
            );
        }
    }
    env
}

const STATES: [TemplateIs; 4] = [TemplateIs::Approved, TemplateIs::Paused, TemplateIs::Rejected, TemplateIs::Missing];

fn templates(fields: &mut Fields<'_>) -> BTreeMap<String, TemplateIs> {
    let mut templates = BTreeMap::new();
    for entry in fields.map("templates") {
        let written = entry.value.text().unwrap_or_default();
        match STATES.iter().find(|state| state.as_str() == written) {
            Some(state) => {
                templates.insert(entry.key.text.clone(), *state);
            }
            None if entry.value.is_broken() => {}
            None => fields.findings().push(no_state(&entry.key.text, &entry.value)),
        }
    }
    templates
}

/// A state of a template that is none. Some write the states as keys, with the templates behind them.
fn no_state(name: &str, value: &Node) -> Diagnostic {
    let states = || STATES.iter().map(|state| state.as_str());
    if let Some(state) = states().find(|state| *state == name) {
        let named: Vec<&str> = value.one_or_many().iter().filter_map(Node::text).collect();
        let turned: Vec<String> = named.iter().map(|name| format!("{name}: {state}")).collect();
        let message = format!("`{state}` stands where the name of a template does");
        let finding = Diagnostic::error("E956", &value.place, message);
        return finding.help(format!("write the name first: `templates: {{{}}}`", turned.join(", ")));
    }
    let message =
        format!("a template is `approved`, `paused`, `rejected` or `missing`, and this is {}", value.describe());
    let help = did_you_mean(value.text().unwrap_or_default(), states());
    let finding = Diagnostic::error("E956", &value.place, message);
    finding.help(format!("write `{name}: approved` for one that can be sent")).help_if(help)
}
