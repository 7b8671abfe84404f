//! Formats a preview: in the terminal with every place, in the log as one line for each subject.

use super::{Group, Preview, PreviewedEffect, PreviewedRuns, TemplateNeed, Timed};
use crate::{
    base::time::Time,
    flow::{LanguageBy, Ways, WordDifferences},
    model::template::TemplateStatus,
};
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write,
};

impl PreviewedEffect {
    const ALL: [PreviewedEffect; 4] =
        [PreviewedEffect::Unchanged, PreviewedEffect::Moves, PreviewedEffect::Stays, PreviewedEffect::Restarts];

    /// `3 go on unchanged`.
    fn says(self, count: usize) -> String {
        let one = count == 1;
        let what = match self {
            PreviewedEffect::Unchanged if one => "goes on unchanged",
            PreviewedEffect::Unchanged => "go on unchanged",
            PreviewedEffect::Moves if one => "moves to the new version",
            PreviewedEffect::Moves => "move to the new version",
            PreviewedEffect::Stays if one => "stays on the old version",
            PreviewedEffect::Stays => "stay on the old version",
            PreviewedEffect::Restarts if one => "begins again",
            PreviewedEffect::Restarts => "begin again",
        };
        format!("{count} {what}")
    }
}

impl PreviewedRuns {
    fn count(&self, fate: PreviewedEffect) -> usize {
        self.groups.iter().filter(|group| group.fate == fate).map(|group| group.count).sum()
    }

    /// `3 go on unchanged, 1 begins again`.
    fn says(&self) -> String {
        let fates = PreviewedEffect::ALL.iter().map(|fate| (fate, self.count(*fate))).filter(|(_, count)| *count > 0);
        fates.map(|(fate, count)| fate.says(count)).collect::<Vec<_>>().join(", ")
    }
}

impl Preview {
    /// True if there is nothing to report.
    pub fn is_empty(&self) -> bool {
        self.people.is_empty() && self.differences == crate::flow::Differences::default()
    }

    /// The whole preview, for a terminal.
    pub fn text(&self, show_time: impl Fn(Time) -> String) -> String {
        let mut out = String::new();
        match (&self.live, self.unchanged) {
            (None, _) => out.push_str("No version is live yet: nobody is half-way.\n"),
            (Some(live), true) => {
                let since = live.since.map(|at| format!(" since {}", show_time(at))).unwrap_or_default();
                let _ = writeln!(out, "These very files are live{since} (version {}).", live.version);
            }
            (Some(live), false) => {
                let since = live.since.map(|at| format!(", live since {}", show_time(at))).unwrap_or_default();
                let _ = writeln!(out, "These files would replace version {}{since}.", live.version);
            }
        }
        self.people_text(&mut out, &show_time);
        self.changes_text(&mut out);
        out
    }

    /// One line for each subject, without personal data: for the log.
    pub fn lines(&self) -> Vec<String> {
        let mut lines: Vec<String> =
            self.people.iter().map(|people| format!("Half-way in flow `{}`: {}", people.flow, people.says())).collect();
        let differences = &self.differences;
        let named = |names: &[crate::base::ids::FlowName]| -> String {
            names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
        };
        for (names, what) in [
            (&differences.added, "New flows"),
            (&differences.removed, "Flows that are gone"),
            (&differences.changed, "Changed flows"),
        ] {
            if !names.is_empty() {
                lines.push(format!("{what}: {}", named(names)));
            }
        }
        if !differences.words.is_empty() {
            lines.push(format!("Changed texts: {}", differences.words.len()));
        }
        let heard: BTreeSet<&str> = differences.heard.iter().map(|heard| heard.flow.as_str()).collect();
        if !heard.is_empty() {
            let flows: Vec<String> = heard.into_iter().map(|flow| format!("`{flow}`")).collect();
            lines.push(format!("Changed words that start or end flows: {}", flows.join(", ")));
        }
        lines.extend(differences.language_by.iter().map(ways_in_words));
        lines.extend(self.templates.iter().map(|need| format!("New template {}", need.says())));
        lines.extend(self.added.iter().map(|timed| format!("New: {}", timed.says())));
        lines.extend(self.removed.iter().map(|timed| format!("No longer: {}", timed.says())));
        lines
    }

    fn people_text(&self, out: &mut String, show_time: &impl Fn(Time) -> String) {
        if self.people.is_empty() {
            if self.live.is_some() {
                out.push_str("\nNobody is half-way.\n");
            }
            return;
        }
        let all: usize = self.people.iter().flat_map(|people| &people.groups).map(|group| group.count).sum();
        let more = if self.more { ", and more that were not looked at" } else { "" };
        let _ = writeln!(out, "\nPeople half-way: {all}{more}");
        for people in &self.people {
            let _ = writeln!(out, "  {}: {}", people.flow, people.says());
            for group in &people.groups {
                let _ = writeln!(out, "    {}", group.says(show_time));
            }
        }
    }

    fn changes_text(&self, out: &mut String) {
        let differences = &self.differences;
        let mut flows: Vec<String> = Vec::new();
        flows.extend(differences.added.iter().map(|name| format!("+ {name}")));
        flows.extend(differences.removed.iter().map(|name| format!("- {name}")));
        flows.extend(differences.changed.iter().map(|name| format!("~ {name}")));
        flows.extend(differences.shared.iter().map(|path| format!("~ {path}")));
        section(out, "Flows", &flows);
        if differences.shared.iter().any(|path| path.ends_with("_bot.yaml")) && !self.people.is_empty() {
            out.push_str(
                "  Who stays on an old version keeps its `defaults`, `hours` and `teams` of `_bot.yaml`, too.\n",
            );
        }
        let mut words: Vec<String> = Vec::new();
        let mut step = None;
        for word in &differences.words {
            if step != Some(&word.step) {
                words.push(word.step.to_string());
                step = Some(&word.step);
            }
            words.extend(word.was.iter().map(|text| format!("  - {}", one_line(text))));
            words.extend(word.is.iter().map(|text| format!("  + {}", one_line(text))));
        }
        section(out, "Texts", &words);
        section(out, "Words that people write", &differences.heard.iter().map(heard_in_words).collect::<Vec<_>>());
        section(out, "Languages", &differences.language_by.iter().map(ways_in_words).collect::<Vec<_>>());
        section(out, "New templates", &self.templates.iter().map(TemplateNeed::says).collect::<Vec<_>>());
        let added = self.added.iter().map(|timed| format!("+ {}", timed.says()));
        let removed = self.removed.iter().map(|timed| format!("- {}", timed.says()));
        section(out, "Schedules", &added.chain(removed).collect::<Vec<_>>());
    }
}

impl Group {
    fn says(&self, show_time: &impl Fn(Time) -> String) -> String {
        let at = if self.step.is_empty() { "at the end".to_owned() } else { format!("at `{}`", self.step) };
        let due = self.first_due.map(|due| format!(", the first until {}", show_time(due))).unwrap_or_default();
        let version =
            if self.fate == PreviewedEffect::Stays { format!(" (version {})", self.version) } else { String::new() };
        let wait = if self.count == 1 { "waits" } else { "wait" };
        format!("{}{version}: {at}, {wait} for {}{due}", self.fate.says(self.count), self.waits_for)
    }
}

impl TemplateNeed {
    pub(super) fn says(&self) -> String {
        if self.senders.is_empty() {
            return format!("`{}` (sandboxes take every template)", self.name);
        }
        let mut states: BTreeMap<&'static str, Vec<&str>> = BTreeMap::new();
        for (sender, state) in &self.senders {
            states.entry(state.map_or("missing", TemplateStatus::as_str)).or_default().push(sender);
        }
        let states: Vec<String> = states
            .into_iter()
            .map(|(state, senders)| {
                if senders.len() == self.senders.len() {
                    format!("{state} on every sender")
                } else {
                    format!("{state} on {}", senders.join(", "))
                }
            })
            .collect();
        format!("`{}`: {}", self.name, states.join("; "))
    }
}

impl Timed {
    fn says(&self) -> String {
        let whose = if self.by_contact { " on each contact's clock" } else { "" };
        let next = match self.fires.as_slice() {
            [] => String::new(),
            fires => {
                let fires: Vec<String> = fires.iter().map(|minute| minute.replace('T', " ")).collect();
                format!("; next {}{whose}", fires.join(", "))
            }
        };
        format!("{}: {}{next}", self.flow, self.trigger)
    }
}

/// `hours (es): + horarios, - horario`.
fn heard_in_words(heard: &WordDifferences) -> String {
    let language = heard.language.as_ref().map(|language| format!(" ({language})")).unwrap_or_default();
    let ends = if heard.ends { ", to end it" } else { "" };
    let added = heard.added.iter().map(|word| format!("+ {word}"));
    let words: Vec<String> = added.chain(heard.removed.iter().map(|word| format!("- {word}"))).collect();
    format!("{}{language}{ends}: {}", heard.flow, words.join(", "))
}

/// `language_by: [greeting] becomes [greeting, ask]`.
fn ways_in_words(ways: &Ways) -> String {
    let list = |all: &[LanguageBy]| all.iter().map(|by| by.as_str()).collect::<Vec<_>>().join(", ");
    format!("language_by: [{}] becomes [{}]", list(&ways.was), list(&ways.is))
}

fn section(out: &mut String, title: &str, lines: &[String]) {
    if lines.is_empty() {
        return;
    }
    let _ = writeln!(out, "\n{title}");
    for line in lines {
        let _ = writeln!(out, "  {line}");
    }
}

fn one_line(text: &str) -> String {
    text.lines().map(str::trim).collect::<Vec<_>>().join(" ⏎ ")
}
