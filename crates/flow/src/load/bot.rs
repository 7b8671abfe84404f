//! Parses `_bot.yaml`, the settings that all flows share.

use super::{
    agents::{self, Agents},
    declarations::{at_most_of, declared_below},
    default_language::{self, LanguageBy},
    hours::{self, clock},
    language_codes, name_lists,
    opt_out::{self, OptOut},
    own_templates::{self, OwnTemplate},
    replies,
    spec::VIEWS,
    teams::{self, Team},
    topics::topics,
    voice::{self, Voice},
};
use crate::{
    base::{
        diagnostic::{Diagnostic, Findings},
        fields::Fields,
        fix::Fix,
        limits,
        place::{Place, SourceFile},
        time::Span,
        yaml::Node,
    },
    definition::{Body, Field, Flow},
    model::{hours::OpeningHours, quiet::QuietHours, schedule::AtMost},
    text::Text,
};
use jiff::tz::TimeZone;
use std::collections::BTreeMap;

pub struct Bot {
    pub name: String,
    /// The language of the texts in flows.
    pub language: String,
    /// The fallback languages of each language.
    pub languages: BTreeMap<String, Vec<String>>,
    /// The ways to find the language of a new contact, in this order.
    pub language_by: Vec<LanguageBy>,
    pub timezone: TimeZone,
    /// Names that expressions may read below `env`.
    pub env: Vec<String>,
    /// Names that expressions may read below `secrets`.
    pub secrets: Vec<String>,
    /// Names of models that `llm` steps may ask; the first one is the default.
    pub models: Vec<String>,
    /// Names of MCP servers whose tools agents may use.
    pub mcp: Vec<String>,
    pub agents: Agents,
    /// `None`: voice notes are not written down.
    pub voice: Option<Voice>,
    /// Declared fields of the contact, beside the built-in ones.
    pub fields: Vec<Field>,
    pub topics: BTreeMap<String, Topic>,
    pub hours: BTreeMap<String, OpeningHours>,
    pub quiet_hours: Option<QuietHours>,
    pub teams: BTreeMap<String, Team>,
    pub templates: BTreeMap<String, OwnTemplate>,
    /// Texts that people of the business send with one key.
    pub replies: BTreeMap<String, Text>,
    pub opt_out: OptOut,
    pub defaults: Defaults,
    /// Phone numbers that reach flows marked `draft`.
    pub draft_testers: Vec<String>,
    pub sandbox: Sandbox,
    /// The steps of `defaults`, as a flow with the name `_bot`.
    pub flow: Flow,
    pub place: Place,
    /// The names in `env`, `secrets`, `models`, `mcp`, `languages` and the `env` of `sandbox`, with their places.
    pub listed: Vec<(&'static str, String, Place)>,
    /// Codes of findings that only follow from a `_bot.yaml` that cannot be read, as a whole or in one part.
    pub lost: Vec<&'static str>,
}

/// Codes of findings about what each part of `_bot.yaml` declares, in flows, locales and tests.
const OF_DECLARATIONS: [(&str, &[&str]); 11] = [
    // Of a field without a known type nobody can say that it is filled.
    ("fields", &["E408", "E805", "E953", "W317"]),
    ("teams", &["E403", "E955"]),
    ("hours", &["E404"]),
    ("topics", &["E407"]),
    ("env", &["E410"]),
    ("secrets", &["E246", "E411"]),
    ("models", &["E520"]),
    ("mcp", &["E527"]),
    ("quiet_hours", &["W606"]),
    ("languages", &["W904", "E961"]),
    ("defaults", &["W901"]),
];

impl Bot {
    /// Removes findings about undeclared names if their part of `_bot.yaml` cannot be read: they would only repeat that
    /// mistake.
    pub fn leave_out_what_is_lost(&self, findings: &mut Vec<Diagnostic>) {
        findings.retain(|finding| !self.lost.contains(&finding.code));
    }
}

#[derive(Debug, Clone, Default, PartialEq)]
pub struct Topic {
    pub needs_consent: bool,
    /// The maximum number of unasked messages for a contact.
    pub at_most: Vec<AtMost>,
}

/// `defaults:`; its bodies are steps of `Bot::flow`.
#[derive(Debug, Clone)]
pub struct Defaults {
    pub expires: Span,
    pub ask_tries: u32,
    pub ask_invalid: Option<Text>,
    pub ask_unclear: Option<Text>,
    pub ask_on_fail: Option<Body>,
    pub on_error: Option<Body>,
    pub late_message: Span,
    /// The bot answers at most this number of messages within this time; then it is silent.
    pub loop_guard: AtMost,
    pub give_back: Span,
    pub queue_for: Span,
    /// A text before the answer to a tap on an old button.
    pub old_button: Option<Text>,
    pub unanswered: Option<Body>,
}

impl Default for Defaults {
    fn default() -> Self {
        Defaults {
            expires: Span::hours(24),
            ask_tries: 3,
            ask_invalid: None,
            ask_unclear: None,
            ask_on_fail: None,
            on_error: None,
            late_message: Span::hours(6),
            loop_guard: AtMost::new(30, Span::hours(1)),
            give_back: Span::hours(12),
            queue_for: Span::hours(6),
            old_button: None,
            unanswered: None,
        }
    }
}

impl Bot {
    /// The model that is asked what a message means.
    pub fn router(&self) -> Option<&str> {
        self.agents.router.as_ref().or(self.models.first()).map(String::as_str)
    }

    /// The place of a name in the list under this key of `_bot.yaml`; without one, the file.
    pub fn named_at(&self, key: &str, name: &str) -> &Place {
        let found = self.listed.iter().find(|(known, listed, _)| *known == key && listed == name);
        found.map_or(&self.place, |(.., place)| place)
    }
}

/// The codes of `Bot::lost`. A file without a tree, or with an open bracket, is lost as a whole; a part that is no map
/// where one belongs is lost alone.
pub(crate) fn lost(file: &SourceFile, root: Option<&Node>, findings: &Findings) -> Vec<&'static str> {
    let here = |finding: &Diagnostic| finding.place.path() == file.path();
    let unread = root.is_none() || findings.any(|finding| here(finding) && finding.code == "E100");
    let is_lost = |key: &str| {
        let Some(entry) = root.and_then(|root| root.entry(key)) else { return false };
        let range = entry.key.place.range().start..=entry.value.place.range().end;
        findings.any(|f| here(f) && matches!(f.code, "E108" | "E201") && range.contains(&f.place.range().start))
    };
    let lost = OF_DECLARATIONS.iter().filter(|(key, _)| unread || is_lost(key));
    lost.flat_map(|(_, codes)| codes.iter().copied()).collect()
}

/// The names in `env`, `secrets`, `models`, `mcp`, `languages` and `sandbox.env`, with their places.
fn listed(root: &Node) -> Vec<(&'static str, String, Place)> {
    let mut all = Vec::new();
    for key in ["env", "secrets", "models", "mcp", "languages"] {
        let Some(node) = root.get(key) else { continue };
        let names = node.map().unwrap_or_default().iter().map(|entry| entry.key.clone());
        let names = names.chain(node.one_or_many().iter().filter_map(|item| item.scalar().cloned()));
        all.extend(names.map(|name| (key, name.text.clone(), name.place.clone())));
    }
    let values = root.get("sandbox").and_then(|sandbox| sandbox.get("env")).and_then(Node::map).unwrap_or_default();
    all.extend(values.iter().map(|entry| ("sandbox", entry.key.text.clone(), entry.key.place.clone())));
    all
}

/// Replacements for the network, for `chat` and sandbox senders.
#[derive(Debug, Clone, Default)]
pub struct Sandbox {
    pub env: BTreeMap<String, String>,
    /// In the format of test files: `http: [{GET */slots: …}]`.
    pub mocks: Option<Node>,
}

/// Parses everything but the steps of `defaults`, which need the names of all flows.
pub(crate) fn parse(root: Option<&Node>, place: &Place, flow: Flow, findings: &Findings) -> Bot {
    let nothing = Node { place: place.clone(), kind: crate::base::yaml::Kind::Null };
    let root = root.unwrap_or(&nothing);
    let mut fields = Fields::new(root, "`_bot.yaml`", findings);
    let name = fields.opt_text("bot").unwrap_or("Bot").to_owned();
    // `english` has a finding of its own and is read as `en`, so that no finding about templates follows from it.
    let written_language = fields.opt_text("language").unwrap_or("en").to_owned();
    let language = language_codes::code_of(&written_language).unwrap_or(&written_language).to_owned();
    let mut languages: BTreeMap<String, Vec<String>> = BTreeMap::from([(language.clone(), Vec::new())]);
    let written = fields.node("languages").filter(|node| node.list().is_some() || node.text().is_some());
    if let Some(node) = written.filter(|node| !node.is_broken()) {
        let names: Vec<String> =
            node.one_or_many().iter().filter_map(Node::text).map(|name| format!("{name}: []")).collect();
        let message =
            format!("`languages` names each language with what stands in for it, and this is {}", node.describe());
        let finding = Diagnostic::error("E201", &node.place, message);
        let text = format!("{{{}}}", names.join(", "));
        let fix = Fix::replace(format!("write `{text}`"), &node.place, text.clone());
        findings.push(finding.help(format!("write `languages: {text}`")).fix(fix));
        languages.extend(node.one_or_many().iter().filter_map(Node::text).map(|name| (name.to_owned(), Vec::new())));
    }
    for entry in if written.is_some() { &[] } else { fields.map("languages") } {
        let fallbacks = entry.value.one_or_many().iter().filter_map(|item| item.text().map(str::to_owned)).collect();
        languages.insert(entry.key.text.clone(), fallbacks);
    }
    if let Some(node) = fields.node("language").filter(|node| !node.is_broken()) {
        findings.extend(language_codes::not_a_language(&written_language, &node.place));
    }
    for entry in fields.node("languages").and_then(Node::map).unwrap_or_default() {
        findings.extend(language_codes::not_a_language(&entry.key.text, &entry.key.place));
        let fallbacks = entry.value.one_or_many().iter().filter(|item| !item.is_broken());
        findings.extend(fallbacks.filter_map(|item| language_codes::not_a_language(item.text()?, &item.place)));
    }
    let language_by = default_language::language_by(&mut fields, languages.len(), findings);
    let timezone = hours::zone(&mut fields);
    let texts = |fields: &mut Fields<'_>, key| fields.texts(key).into_iter().map(str::to_owned).collect::<Vec<_>>();
    let mut names = |key| name_lists::names(&mut fields, key, findings);
    let (env, secrets, models, mcp) = (names("env"), names("secrets"), names("models"), names("mcp"));
    let declared_fields = declared_below(&mut fields, "fields");
    let own = VIEWS.iter().find(|view| view.name == "contact").map_or(&[][..], |view| view.parts);
    for field in declared_fields.iter().filter(|field| own.iter().any(|(name, _)| *name == field.name)) {
        let message = format!("every contact has `contact.{}` already", field.name);
        let finding = Diagnostic::error("E307", &field.place, message);
        findings.push(finding.help("take it out, or choose another name"));
    }
    let topics = topics(&mut fields, findings);
    let hours: BTreeMap<String, OpeningHours> = fields
        .map("hours")
        .iter()
        .map(|entry| (entry.key.text.clone(), hours::parse(entry, &timezone, &language, findings)))
        .collect();
    let quiet_hours = quiet(&mut fields, findings);
    let mut defaults = Defaults::default();
    if let Some(mut node) = fields.fields("defaults") {
        read_defaults(&mut node, &mut defaults);
        node.finish();
    }
    let teams = teams::parse(&mut fields, &hours, defaults.give_back, findings);
    let agents = agents::parse(&mut fields, &teams, &models, findings);
    let voice = voice::parse(&mut fields, &models, findings);
    let (draft_testers, sandbox) = (texts(&mut fields, "draft_testers"), sandbox(&mut fields));
    let (opt_out, templates) = (opt_out::parse(&mut fields), own_templates::parse(&mut fields, &language));
    replies::look(&mut fields);
    fields.finish();
    Bot {
        name,
        language,
        languages,
        language_by,
        timezone,
        env,
        secrets,
        models,
        mcp,
        agents,
        voice,
        fields: declared_fields,
        topics,
        hours,
        quiet_hours,
        teams,
        templates,
        replies: BTreeMap::new(),
        opt_out,
        defaults,
        draft_testers,
        sandbox,
        flow,
        place: root.place.clone(),
        listed: listed(root),
        lost: Vec::new(),
    }
}

fn quiet(fields: &mut Fields<'_>, findings: &Findings) -> Option<QuietHours> {
    // `21:00-09:00` is one text; its meaning is clear, so the finding names the correct form.
    if let Some(node) = fields.node("quiet_hours")
        && let Some(text) = node.text()
    {
        let help = match text.split_once('-').map(|(from, to)| (from.trim(), to.trim())) {
            Some((from, to)) if clock(from).is_some() && clock(to).is_some() => {
                format!("write `quiet_hours: {{from: \"{from}\", to: \"{to}\"}}`")
            }
            _ => "write `quiet_hours: {from: \"21:00\", to: \"08:00\"}`".to_owned(),
        };
        let message = format!("`quiet_hours` needs keys with values, and this is {}", node.describe());
        if !node.is_broken() {
            findings.push(Diagnostic::error("E201", &node.place, message).help(help));
        }
        // Some quiet hours were written, so no finding about missing ones follows.
        return Some(QuietHours { from: clock("21:00")?, to: clock("08:00")?, law: false });
    }
    let quiet_place = &fields.node("quiet_hours")?.place;
    let mut quiet = fields.fields("quiet_hours")?;
    let mut read = |name: &'static str| {
        let node = quiet.required(name)?;
        let time = node.text().and_then(clock);
        if time.is_none() {
            let meant = node.text().and_then(hours::twelve);
            let help = meant.map_or_else(|| "write hours and minutes".to_owned(), |at| format!("write \"{at}\""));
            quiet.wrong(
                node,
                "E210",
                format!("`{name}` takes a time such as \"21:00\", and this is {}; {help}", node.describe()),
            );
        }
        time
    };
    let (from, to) = (read("from"), read("to"));
    let law = quiet.bool("law");
    quiet.finish();
    if let (Some(same), true, false) = (from, from == to, law) {
        let message = format!("quiet hours from {0} to {0} are none", same.strftime("%H:%M"));
        let finding = Diagnostic::error("E210", quiet_place, message);
        findings.push(finding.help("write when they begin and when they end: `{from: \"21:00\", to: \"08:00\"}`"));
    }
    // Some quiet hours were written, so no finding about missing ones follows.
    Some(QuietHours { from: from.or(clock("21:00"))?, to: to.or(clock("08:00"))?, law })
}

fn read_defaults(fields: &mut Fields<'_>, defaults: &mut Defaults) {
    // `parse` reads the steps when the names of all flows are known.
    fields.know(&["on_error", "unanswered", "old_button"]);
    defaults.expires = fields.duration("expires", defaults.expires);
    defaults.late_message = fields.duration("late_message", defaults.late_message);
    defaults.give_back = fields.duration("give_back", defaults.give_back);
    defaults.queue_for = fields.duration("queue_for", defaults.queue_for);
    if let Some(node) = fields.node("loop_guard")
        && let Some(guard) = at_most_of(node, fields.findings())
    {
        defaults.loop_guard = guard;
    }
    if let Some(mut ask) = fields.fields("ask") {
        ask.know(&["invalid", "unclear", "on_fail"]);
        defaults.ask_tries = ask.whole("tries", 3, 1..=limits::ASK_TRIES_MAX) as u32;
        ask.finish();
    }
}

fn sandbox(fields: &mut Fields<'_>) -> Sandbox {
    let Some(mut node) = fields.fields("sandbox") else { return Sandbox::default() };
    let env = node.map("env").iter().filter_map(|entry| Some((entry.key.text.clone(), entry.value.text()?.to_owned())));
    let sandbox = Sandbox { env: env.collect(), mocks: node.node("mocks").cloned() };
    node.finish();
    sandbox
}
