//! Reads one mapping with types, and remembers the keys that were read, so that unknown keys are reported once.

use super::{
    advice,
    diagnostic::{Diagnostic, Findings, nearest},
    place::Place,
    synonyms,
    time::Span,
    yaml::{Entry, Kind, Node, Scalar},
};

/// Reads the keys of one map. Every mistake becomes a finding; the reader gets a default and continues.
pub struct Fields<'a> {
    /// The name of the map in messages: "`ask`", "team `support`".
    what: String,
    place: Place,
    entries: &'a [Entry],
    asked: Vec<&'static str>,
    /// The keys that the advice lists; `None`: all that were read.
    offered: Option<Vec<&'static str>>,
    /// The value is no map, and this is reported: missing keys are then no mistake.
    unreadable: bool,
    /// True if the caller has reported the unknown keys.
    unread_told: bool,
    /// The keys that were reported as missing.
    missing: Vec<&'static str>,
    findings: &'a Findings,
}

/// In a map of at most this many keys, a single unknown key is taken for the single missing one.
const GLANCE_KEYS: usize = 3;

impl<'a> Fields<'a> {
    /// `what` is the name in messages: "`defaults`". A null value counts as an empty map.
    pub fn new(node: &'a Node, what: impl Into<String>, findings: &'a Findings) -> Self {
        let what = what.into();
        let unreadable = matches!(node.kind, Kind::Scalar(_) | Kind::List(_));
        let entries: &[Entry] = match &node.kind {
            Kind::Map(entries) => entries,
            Kind::Null => &[],
            Kind::Scalar(_) | Kind::List(_) => {
                if !node.is_broken() {
                    let message = format!("{what} needs keys with values, and this is {}", node.describe());
                    findings.push(Diagnostic::error("E201", &node.place, message).help(as_map(node)));
                }
                &[]
            }
        };
        Fields { entries, unreadable, ..Self::empty(&node.place, what, findings) }
    }

    /// A map without keys, for a step that is a single word (`- end`).
    pub fn empty(place: &Place, what: impl Into<String>, findings: &'a Findings) -> Self {
        let (what, place) = (what.into(), place.clone());
        let (asked, missing) = (Vec::new(), Vec::new());
        Fields {
            what,
            place,
            entries: &[],
            asked,
            offered: None,
            unreadable: false,
            unread_told: false,
            missing,
            findings,
        }
    }

    pub fn what(&self) -> &str {
        &self.what
    }

    pub fn findings(&self) -> &'a Findings {
        self.findings
    }

    /// The place of findings about the whole map.
    pub fn place(&self) -> &Place {
        &self.place
    }

    /// Sets the place of findings about the whole map (missing keys), such as the verb of a step.
    #[must_use]
    pub fn at(mut self, place: &Place) -> Self {
        self.place = place.clone();
        self
    }

    /// The key with its place and value, if present. From now on the key counts as known.
    pub fn entry(&mut self, name: &'static str) -> Option<&'a Entry> {
        if !self.asked.contains(&name) {
            self.asked.push(name);
        }
        self.entries.iter().find(|entry| entry.key.text == name)
    }

    pub fn node(&mut self, name: &'static str) -> Option<&'a Node> {
        self.entry(name).map(|entry| &entry.value)
    }

    /// The value of a required key; reports a missing key.
    pub fn required(&mut self, name: &'static str) -> Option<&'a Node> {
        let node = self.node(name);
        if node.is_none() && !self.unreadable && !self.is_misspelt(name) {
            self.findings.push(self.lacks(name));
            self.missing.push(name);
        }
        node
    }

    fn lacks(&self, name: &str) -> Diagnostic {
        let written = match name {
            "to" => "`to: everyone`, or `to: {tags: [customer]}`".to_owned(),
            _ => format!("`{name}:` with its value"),
        };
        let message = format!("{} needs `{name}`; write {written}", self.what);
        Diagnostic::error("E202", &self.place, message)
    }

    /// The missing key for which the only unknown key is taken: `href:` for `url:` is one mistake, not two.
    fn stands_for_missing(&self) -> Option<&'static str> {
        let [missing] = self.missing[..] else { return None };
        let mut unread = self.unread();
        let one = unread.next().filter(|_| unread.next().is_none())?;
        let near = nearest(&one.key.text, self.asked.iter().copied()).is_some();
        (self.entries.len() <= GLANCE_KEYS && !near && synonyms::key(one, [missing].into_iter()).is_none())
            .then_some(missing)
    }

    /// True if an unknown key is a misspelling of this one: then only the unknown key is reported.
    fn is_misspelt(&self, name: &'static str) -> bool {
        let near = |written: &str| {
            written.eq_ignore_ascii_case(name)
                || written.len() > 3 && nearest(written, [name]).is_some()
                || synonyms::stands_for(written, name)
        };
        self.unread().any(|entry| near(&entry.key.text))
    }

    pub fn opt_text(&mut self, name: &'static str) -> Option<&'a str> {
        let node = self.node(name)?;
        self.read_text(name, node)
    }

    /// A required text; empty if it is missing, which is reported.
    pub fn text(&mut self, name: &'static str) -> &'a str {
        let node = self.required(name);
        node.and_then(|node| self.read_text(name, node)).unwrap_or_default()
    }

    pub fn opt_duration(&mut self, name: &'static str) -> Option<Span> {
        let span = self.opt_offset(name)?;
        if span < Span::ZERO
            && let Some(node) = self.node(name)
        {
            let message = format!("`{name}` lies ahead, and this is before now; write `{}`", Span(-span.0));
            self.wrong(node, "E204", message);
            return None;
        }
        if span == Span::ZERO
            && let Some(instead) = advice::instead_of_zero(name)
            && let Some(node) = self.node(name)
        {
            self.wrong(node, "E204", format!("`{name}` is over before anything can happen; {instead}"));
            return None;
        }
        Some(span)
    }

    /// A duration that may be negative: `-1d`.
    pub fn opt_offset(&mut self, name: &'static str) -> Option<Span> {
        let node = self.node(name)?;
        let text = self.read_text(name, node)?;
        match Span::parse(text) {
            Ok(span) => Some(span),
            Err(message) => {
                // `+1d` is `1d`.
                let plain = text.strip_prefix('+').map(str::trim).filter(|plain| Span::parse(plain).is_ok());
                let message = plain.map_or(message, |plain| format!("`{text}` is no length of time; write `{plain}`"));
                self.wrong(node, "E204", message);
                None
            }
        }
    }

    /// A duration; `default` if it is absent or wrong.
    pub fn duration(&mut self, name: &'static str, default: Span) -> Span {
        self.opt_duration(name).unwrap_or(default)
    }

    pub fn opt_whole(&mut self, name: &'static str) -> Option<i64> {
        let node = self.node(name)?;
        let text = self.read_text(name, node)?;
        match text.parse() {
            Ok(number) => Some(number),
            Err(_) => {
                let help = format!("write it in digits, such as `{name}: 3`");
                self.wrong(node, "E205", format!("`{name}` takes a whole number, and this is `{text}`; {help}"));
                None
            }
        }
    }

    /// An integer within `range`; `default` if it is absent or wrong.
    pub fn whole(&mut self, name: &'static str, default: i64, range: std::ops::RangeInclusive<i64>) -> i64 {
        match (self.opt_whole(name), self.node(name)) {
            (Some(number), Some(node)) if !range.contains(&number) => {
                let message = format!("`{name}` takes {} to {}, and this is {number}", range.start(), range.end());
                self.wrong(node, "E205", message);
                default
            }
            (number, _) => number.unwrap_or(default),
        }
    }

    pub fn opt_bool(&mut self, name: &'static str) -> Option<bool> {
        let node = self.node(name)?;
        match self.read_text(name, node)? {
            "true" | "yes" | "on" => Some(true),
            "false" | "no" | "off" => Some(false),
            other => {
                let message = format!("`{name}` is `true` or `false`, and this is `{other}`");
                self.wrong(node, "E206", format!("{message}; write `{name}: true`, or take the line out"));
                None
            }
        }
    }

    /// A boolean; false if it is absent or wrong.
    pub fn bool(&mut self, name: &'static str) -> bool {
        self.opt_bool(name).unwrap_or(false)
    }

    /// One of these words; `None` if it is absent or wrong.
    pub fn word(&mut self, name: &'static str, words: &[&'static str]) -> Option<&'static str> {
        let node = self.node(name)?;
        let text = self.read_text(name, node)?;
        let found = words.iter().copied().find(|word| *word == text);
        if found.is_none() && !node.is_broken() {
            let list: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
            let message = format!("`{name}` cannot be `{text}`; it is one of {}", list.join(", "));
            let finding = Diagnostic::error("E207", &node.place, message);
            self.findings.push(finding.misspelt(text, words.iter().copied()));
        }
        found
    }

    /// The items of a list; a single value counts as a list of one.
    pub fn list(&mut self, name: &'static str) -> &'a [Node] {
        self.node(name).map_or(&[], Node::one_or_many)
    }

    /// A list of texts, or a single one.
    pub fn texts(&mut self, name: &'static str) -> Vec<&'a str> {
        let items = self.list(name);
        items.iter().filter_map(|item| self.read_text(name, item)).collect()
    }

    /// The entries of a map whose keys are the author's own names.
    pub fn map(&mut self, name: &'static str) -> &'a [Entry] {
        match self.node(name) {
            None => &[],
            Some(Node { kind: Kind::Null, .. }) => &[],
            Some(Node { kind: Kind::Map(entries), .. }) => entries,
            Some(node) => {
                let what = format!("`{name}` needs keys with values, and this is {}", node.describe());
                self.wrong(node, "E201", format!("{what}; {}", as_map(node)));
                &[]
            }
        }
    }

    /// A nested mapping, to be read with its own `Fields`; `None` if absent.
    pub fn fields(&mut self, name: &'static str) -> Option<Fields<'a>> {
        let node = self.node(name)?;
        Some(Fields::new(node, format!("`{name}`"), self.findings))
    }

    /// Reports a mistake in a value, unless the value is already reported as broken.
    pub fn wrong(&self, node: &Node, code: &'static str, message: impl Into<String>) {
        if !node.is_broken() {
            self.findings.push(Diagnostic::error(code, &node.place, message));
        }
    }

    /// Counts keys as known without reading them.
    pub fn know(&mut self, names: &[&'static str]) {
        self.asked.extend(names);
    }

    /// Leaves the keys that were not read: the caller has reported them.
    pub fn leave_unread(&mut self) {
        self.unread_told = true;
    }

    /// Limits the keys that the advice lists; the others were read only to report that they are not allowed.
    pub fn offer(&mut self, may_stand: impl Fn(&str) -> bool) {
        self.offered = Some(self.asked.iter().copied().filter(|name| may_stand(name)).collect());
    }

    /// The keys that were not read so far.
    pub fn unread(&self) -> impl Iterator<Item = &'a Entry> + '_ {
        let said = |entry: &&Entry| entry.key.is_misspelt();
        self.entries.iter().filter(move |entry| !said(entry) && !self.asked.contains(&entry.key.text.as_str()))
    }

    /// Reports the keys that were not read.
    pub fn finish(self) {
        let misspelt = self.entries.iter().map(|entry| &entry.key).filter(|key| key.is_misspelt());
        // A misspelt verb is already reported.
        for key in misspelt.filter(|key| !self.findings.speaks_of(&key.place)) {
            self.findings.push(self.misspelt(key));
        }
        let missing = self.stands_for_missing();
        if let Some(name) = missing {
            self.findings.take_back(&self.lacks(name));
        }
        for entry in self.unread().filter(|_| !self.unread_told) {
            let message = format!("{} has no key `{}`", self.what, entry.key.text);
            if let Some(name) = missing {
                let finding = Diagnostic::error("E203", &entry.key.place, message);
                self.findings.push(finding.help(format!("it needs `{name}:`, write that")));
                continue;
            }
            let offered = self.offered.as_ref().unwrap_or(&self.asked);
            let unused = || offered.iter().copied().filter(|name| !self.entries.iter().any(|e| e.key.text == *name));
            let finding = Diagnostic::error("E203", &entry.key.place, message).help_if(meant_as(entry, unused()));
            let known = synonyms::key(entry, unused()).is_some();
            self.findings.push(if known { finding } else { finding.misspelt(&entry.key.text, unused()) });
        }
    }

    /// The finding for a misspelt key that was read as the intended one.
    fn misspelt(&self, key: &Scalar) -> Diagnostic {
        let message = format!("{} has no key `{}`", self.what, key.written());
        let finding = Diagnostic::error("E203", &key.place, message);
        match synonyms::alike(key.written(), &[&key.text]) {
            Some(meant) => finding.help(format!("write `{meant}:`")),
            None => {
                let offered = self.offered.as_ref().unwrap_or(&self.asked).iter().copied();
                let unused =
                    offered.filter(|name| !self.entries.iter().any(|e| e.key.text == *name && !e.key.is_misspelt()));
                finding.misspelt(key.written(), unused.chain([key.text.as_str()]))
            }
        }
    }

    fn read_text(&self, name: &str, node: &'a Node) -> Option<&'a str> {
        match node.text() {
            Some(text) => Some(text),
            None => {
                let message = format!("`{name}` takes a text, and this is {}", node.describe());
                let finding = Diagnostic::error("E208", &node.place, message);
                let help = node.sole_value().map(|value| format!("write `{name}: {value}`"));
                if !node.is_broken() {
                    self.findings.push(finding.help_if(help));
                }
                None
            }
        }
    }
}

/// The advice for an unknown key that has no near name.
fn meant_as<'n>(entry: &Entry, unused: impl Iterator<Item = &'n str>) -> Option<String> {
    let names: Vec<&str> = unused.collect();
    let listed = || names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    synonyms::key(entry, names.iter().copied())
        .or_else(|| (!names.is_empty()).then(|| format!("it may have {}", listed())))
}

/// The advice for a list in the place of a map.
fn as_map(node: &Node) -> String {
    let text = node.text().and_then(|text| text.split_once('='));
    let assigned = node.text().and_then(super::yaml::assignment);
    match (&node.kind, text) {
        (Kind::List(_), _) => "write `name: value` lines without the `- ` in front of them".to_owned(),
        _ if assigned.is_some() => {
            let (name, value) = assigned.unwrap_or_default();
            format!("write a `:` for the `=`: `{{{name}: {value}}}`")
        }
        (_, Some((name, value))) => {
            let value = value.trim_start_matches('=').trim();
            let value = if value.contains("${") { super::yaml::quoted(value) } else { value.to_owned() };
            format!("write a `:` for the `=`: `{{{}: {value}}}`", name.trim())
        }
        _ => "write `name: value` lines".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{place::SourceFile, yaml};

    fn read(text: &str, read: impl FnOnce(&mut Fields<'_>)) -> Vec<String> {
        let findings = Findings::default();
        let node = yaml::load(&SourceFile::new("a.yaml", text), &findings).expect("it loads");
        let mut fields = Fields::new(&node, "`it`", &findings);
        read(&mut fields);
        fields.finish();
        findings.into_sorted().iter().map(ToString::to_string).collect()
    }

    #[test]
    fn an_unknown_key_is_reported_once_with_the_near_one() {
        let found = read("timeout: 2h\ntiemout: 3h\n", |fields| {
            assert_eq!(fields.opt_duration("timeout"), Some(Span::hours(2)));
        });
        assert_eq!(found, ["a.yaml:2:1: error[E203] `it` has no key `tiemout`"]);
        let found = read("tiemout: 3h\n", |fields| assert_eq!(fields.opt_duration("timeout"), None));
        assert_eq!(found, ["a.yaml:1:1: error[E203] `it` has no key `tiemout`; did you mean `timeout`?"]);
    }

    #[test]
    fn a_key_with_a_wrong_letter_is_not_missing_too() {
        let found = read("Steps: 3h\n", |fields| assert!(fields.required("steps").is_none()));
        assert_eq!(found, ["a.yaml:1:1: error[E203] `it` has no key `Steps`; did you mean `steps`?"]);
    }

    #[test]
    fn the_only_unknown_key_stands_for_the_only_missing_one() {
        let found = read("title: a\naddress: b\n", |fields| {
            fields.text("title");
            assert!(fields.required("url").is_none());
        });
        assert_eq!(found, ["a.yaml:2:1: error[E203] `it` has no key `address`; it needs `url:`, write that"]);
        let found = read("address: b\ncolour: red\n", |fields| assert!(fields.required("url").is_none()));
        assert_eq!(found.len(), 3, "{found:?}");
    }

    #[test]
    fn what_is_no_map_lacks_no_keys() {
        let file = SourceFile::new("a.yaml", "30m");
        let findings = Findings::default();
        let node = yaml::load(&file, &findings).expect("it loads");
        let mut fields = Fields::new(&node, "`it`", &findings);
        assert!(fields.required("after").is_none());
        let found = findings.into_sorted();
        assert_eq!(found.iter().map(|finding| finding.code).collect::<Vec<_>>(), ["E201"]);
    }

    #[test]
    fn what_other_products_call_a_key_is_known() {
        let found = read("choices: [a]\n", |fields| fields.know(&["options", "type"]));
        assert_eq!(found, ["a.yaml:1:1: error[E203] `it` has no key `choices`; write `options:`"]);
        let found = read("elseif: a\n", |fields| fields.know(&["else"]));
        assert!(found[0].ends_with("write `else:`, and below it `- if: …` with a `then:` of its own"), "{found:?}");
    }

    #[test]
    fn a_missing_key_is_reported_at_the_map() {
        assert_eq!(
            read("a: 1\n", |f| {
                f.know(&["a"]);
                f.text("name");
            }),
            ["a.yaml:1:1: error[E202] `it` needs `name`; write `name:` with its value"]
        );
    }

    #[test]
    fn the_field_decides_the_type() {
        let found = read("code: 007\nprice: 1.10\nto: +34600\nold: yes\n", |fields| {
            assert_eq!((fields.text("code"), fields.text("price"), fields.text("to")), ("007", "1.10", "+34600"));
            assert!(fields.bool("old"));
        });
        assert!(found.is_empty(), "{found:?}");
    }
}
