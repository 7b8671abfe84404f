//! Parses the keys of a step or trigger: durations, names, bodies of steps; texts and code are in `filled`.

mod filled;

use super::{
    bot::Bot,
    declarations::at_most_of,
    parse::Builder,
    spec::{STEP_KEYS, Spec, TRIGGER_KEYS},
};
use crate::{
    base::{
        diagnostic::{Diagnostic, Findings, did_you_mean},
        fields::Fields,
        ids::StepId,
        place::Place,
        time::Span,
        yaml::{Entry, Node, Scalar},
    },
    definition::{Body, NodeIx, Outline, Target},
    model::schedule::AtMost,
    script::{is_word, meant_name, valid_name},
};
use std::sync::Arc;

/// Typed access to the keys of one step. Mistakes become findings; a value that cannot be parsed gets a default, so
/// that `parse` never fails.
pub struct StepFields<'a, 'b> {
    fields: Fields<'a>,
    builder: &'b mut Builder<'a>,
    spec: &'static Spec,
    id: StepId,
    /// The step's own index; triggers have none.
    own: Option<NodeIx>,
    next: Option<NodeIx>,
    outline: Outline,
}

/// Triggers parse their keys in the same way; they have no bodies.
pub type TriggerFields<'a, 'b> = StepFields<'a, 'b>;

impl<'a, 'b> StepFields<'a, 'b> {
    pub(crate) fn new(
        node: &'a Node,
        place: &Place,
        spec: &'static Spec,
        id: StepId,
        (own, next): (Option<NodeIx>, Option<NodeIx>),
        builder: &'b mut Builder<'a>,
    ) -> Self {
        let what = format!("`{}`", spec.name);
        let fields = match node.scalar() {
            // A verb without a value: `- end`.
            Some(_) => Fields::empty(place, what, builder.findings),
            None => Fields::new(node, what, builder.findings).at(place),
        };
        let outline = Outline {
            verb: spec.name,
            yaml: node.clone(),
            bodies: Vec::new(),
            target: None,
            tools: Vec::new(),
            codes: Vec::new(),
            texts: Vec::new(),
            sentences: Vec::new(),
            fills: None,
            on_timeout: None,
            on_undelivered: None,
        };
        StepFields { fields, builder, spec, id, own, next, outline }
    }

    /// The step's id: `welcome.ask_1`.
    pub fn id(&self) -> &StepId {
        &self.id
    }

    /// The place of the verb, for findings about the step as a whole.
    pub fn place(&self) -> Place {
        self.fields.place().clone()
    }

    pub fn bot(&self) -> &'b Bot
    where
        'a: 'b,
    {
        self.builder.bot
    }

    pub fn findings(&self) -> &'a Findings {
        self.builder.findings
    }

    /// The value of the verb or trigger itself.
    pub fn value(&mut self) -> Option<&'a Node> {
        self.fields.node(self.spec.name)
    }

    pub fn has(&mut self, name: &'static str) -> bool {
        self.fields.node(name).is_some()
    }

    pub fn node(&mut self, name: &'static str) -> Option<&'a Node> {
        self.fields.node(name)
    }

    pub fn entry(&mut self, name: &'static str) -> Option<&'a Entry> {
        self.fields.entry(name)
    }

    pub fn required(&mut self, name: &'static str) -> Option<&'a Node> {
        self.fields.required(name)
    }

    /// Parses a name without expressions; empty with a finding if it is missing.
    pub fn name(&mut self, name: &'static str) -> String {
        self.fields.text(name).to_owned()
    }

    pub fn opt_name(&mut self, name: &'static str) -> Option<String> {
        self.fields.opt_text(name).map(str::to_owned)
    }

    /// Parses a list of names, or a single one.
    pub fn names_of(&mut self, name: &'static str) -> Vec<String> {
        self.fields.texts(name).into_iter().map(str::to_owned).collect()
    }

    pub fn word(&mut self, name: &'static str, words: &[&'static str]) -> Option<&'static str> {
        self.fields.word(name, words)
    }

    pub fn opt_duration(&mut self, name: &'static str) -> Option<Span> {
        self.fields.opt_duration(name)
    }

    pub fn opt_offset(&mut self, name: &'static str) -> Option<Span> {
        self.fields.opt_offset(name)
    }

    pub fn duration(&mut self, name: &'static str, default: Span) -> Span {
        self.fields.duration(name, default)
    }

    pub fn whole(&mut self, name: &'static str, default: i64, range: std::ops::RangeInclusive<i64>) -> i64 {
        self.fields.whole(name, default, range)
    }

    pub fn opt_bool(&mut self, name: &'static str) -> Option<bool> {
        self.fields.opt_bool(name)
    }

    pub fn bool(&mut self, name: &'static str) -> bool {
        self.fields.bool(name)
    }

    pub fn list(&mut self, name: &'static str) -> &'a [Node] {
        self.fields.list(name)
    }

    pub fn map(&mut self, name: &'static str) -> &'a [Entry] {
        self.fields.map(name)
    }

    /// The keys of a map below this one (`remind: {after, say}`); the caller must finish them.
    pub fn below(&self, node: &'a Node, what: &str) -> Fields<'a> {
        Fields::new(node, format!("`{what}`"), self.builder.findings).at(&node.place)
    }

    /// Parses a map below this one as a step is parsed; its texts and expressions are those of this step.
    pub fn nested<T>(
        &mut self,
        node: &'a Node,
        spec: &'static Spec,
        parse: impl FnOnce(&mut StepFields<'a, '_>) -> T,
    ) -> T {
        let (id, around) = (self.id.clone(), (self.own, self.next));
        let mut nested = StepFields::new(node, &node.place, spec, id, around, &mut *self.builder);
        let parsed = parse(&mut nested);
        let outline = nested.finish();
        self.outline.texts.extend(outline.texts);
        self.outline.codes.extend(outline.codes);
        self.outline.sentences.extend(outline.sentences);
        parsed
    }

    /// Parses `3/7d`, or a list of such limits.
    pub fn at_most(&mut self, name: &'static str) -> Vec<AtMost> {
        let findings = self.builder.findings;
        self.fields.list(name).iter().filter_map(|item| at_most_of(item, findings)).collect()
    }

    /// The variable that the step fills, under `as:` unless the verb has another key.
    pub fn fills(&mut self) -> Option<String> {
        let node = self.fields.node("as")?;
        let name = node.text()?;
        match name.strip_prefix("contact.").filter(|field| is_word(field)) {
            Some(field) => {
                let message = format!("`as` names a variable, and `{name}` is a field of the contact");
                let set = format!("`- set: {{{name}: \"${{{field}}}\"}}`");
                let finding = Diagnostic::error("E307", &node.place, message);
                self.report(finding.help(format!("write `as: {field}`, and behind this step {set}")));
            }
            None => self.check_name(node, name),
        }
        // The uses of an invalid name mean the one that the finding offers.
        let fills = meant_name(name);
        self.outline.fills = Some(fills.clone());
        Some(fills)
    }

    /// Reports an invalid name of a variable.
    pub fn check_name(&mut self, node: &Node, name: &str) {
        if let Err(message) = valid_name(name) {
            self.wrong(node, "E307", message);
        }
    }

    /// Parses a team of `_bot.yaml`; another name gets a finding.
    pub fn team_of(&mut self, node: &Node) -> String {
        let name = node.text().unwrap_or_default();
        let teams = &self.builder.bot.teams;
        if !teams.contains_key(name) && !node.is_broken() {
            let finding = Diagnostic::error("E403", &node.place, format!("there is no team `{name}`"));
            let all: Vec<String> = teams.keys().map(|team| format!("`{team}`")).collect();
            let help = match (teams.keys().next(), name) {
                (Some(first), "true" | "yes" | "on" | "agent" | "human") => {
                    format!("name the team: `handoff: {first}`; there are {}", all.join(", "))
                }
                (Some(_), _) => format!("there are {}; or add it to `teams` in `_bot.yaml`", all.join(", ")),
                (None, "true" | "yes" | "on") => {
                    "write `teams: {support: {}}` in `_bot.yaml`, and `handoff: support`".into()
                }
                (None, _) => format!("write `teams: {{{name}: {{}}}}` in `_bot.yaml`"),
            };
            let near = did_you_mean(name, teams.keys().map(String::as_str));
            self.findings().push(finding.help(near.unwrap_or(help)));
        }
        name.to_owned()
    }

    /// Checks that this is a topic of `_bot.yaml`; another name gets a finding. `also`: further allowed names.
    pub fn check_topic(&mut self, scalar: &Scalar, also: &[&str]) {
        self.builder.check_topic(&scalar.text, &scalar.place, also);
    }

    /// The step that follows.
    pub fn next(&self) -> Body {
        Body(self.next)
    }

    /// Parses the steps under a key; without the key, the step that follows.
    pub fn steps(&mut self, name: &'static str) -> Body {
        self.opt_steps(name).unwrap_or(Body(self.next))
    }

    /// Parses the steps under a key, which continue with the step that follows.
    pub fn opt_steps(&mut self, name: &'static str) -> Option<Body> {
        let entry = self.fields.entry(name)?;
        if entry.value.is_null() && nothing_behind(&entry.key.place) {
            let message = format!("nothing stands under `{name}`");
            let finding = Diagnostic::warning("W259", &entry.key.place, message);
            let help = format!("indent its steps deeper than `{name}`; write `{name}: []` when nothing is to be done");
            self.report(finding.help(help));
        }
        let body = self.body_of(name, &entry.value);
        match name {
            "on_timeout" => self.outline.on_timeout = Some(body),
            "on_undelivered" => self.outline.on_undelivered = Some(body),
            _ => {}
        }
        Some(body)
    }

    /// Parses the steps under a key, after which the flow ends (`on_error`).
    pub fn opt_last_steps(&mut self, name: &'static str) -> Option<Body> {
        let node = self.fields.node(name)?;
        let body = self.builder.body(node, None);
        self.outline.bodies.push((name.to_owned(), body));
        Some(body)
    }

    /// Parses the steps under a key, which return to this step; `None`: there are none.
    pub fn loop_steps(&mut self, name: &'static str) -> Option<Body> {
        let node = self.fields.node(name)?;
        let body = self.builder.body(node, self.own);
        self.outline.bodies.push((name.to_owned(), body));
        (body.0 != self.own).then_some(body)
    }

    /// Parses steps in any place, such as the `do` of an option. `label` is their name for the checker.
    pub fn body_of(&mut self, label: &str, node: &'a Node) -> Body {
        let body = self.builder.body(node, self.next);
        self.outline.bodies.push((label.to_owned(), body));
        body
    }

    /// Parses `name: steps` pairs in their order.
    pub fn cases(&mut self, name: &'static str) -> Vec<(Arc<Scalar>, Body)> {
        let entries = self.fields.map(name);
        // A list of them gets a finding and is parsed, so that its steps get no findings.
        let items = self.fields.node(name).and_then(Node::list).unwrap_or_default();
        let listed = items.iter().filter_map(Node::map).flatten();
        let read = |entry: &'a Entry| (entry.key.clone(), self.body_of(&entry.key.text, &entry.value));
        entries.iter().chain(listed).map(read).collect()
    }

    /// True if the flow has a variable of this name.
    pub fn has_variable(&self, name: &str) -> bool {
        self.builder.names.iter().any(|known| known == name)
    }

    /// True if a block of this flow, or a flow, has this name.
    pub fn leads_to(&self, name: &str) -> bool {
        self.builder.leads_to(name)
    }

    /// Records that the step may run a flow as a tool; an unknown one gets a finding.
    pub fn tool(&mut self, name: &str, place: &Place) {
        match self.builder.tool(name) {
            Ok(flow) => self.outline.tools.push(flow),
            Err(help) => {
                let finding = Diagnostic::error("E401", place, format!("there is no flow `{name}`"));
                self.report(finding.help_if(help));
            }
        }
    }

    /// The block or flow that the verb names; an unknown name gets a finding.
    pub fn target(&mut self, name: &'static str) -> Target {
        let Some(node) = self.fields.required(name) else { return Target::Unknown(String::new()) };
        let target = match node.text() {
            Some(text) => self.builder.target(text, &node.place),
            None => {
                let message = format!("`{name}` takes the name of a block or flow, and gets {}", node.describe());
                let named = ["flow", "block", "name", "to", "target"].into_iter().find_map(|key| node.get(key)?.text());
                let help = named.map_or_else(|| format!("write `{name}: NAME`"), |to| format!("write `{name}: {to}`"));
                self.wrong(node, "E208", format!("{message}; {help}"));
                Target::Unknown(String::new())
            }
        };
        self.outline.target = Some(target.clone());
        target
    }

    pub fn wrong(&self, node: &Node, code: &'static str, message: impl Into<String>) {
        self.fields.wrong(node, code, message);
    }

    pub fn report(&self, finding: Diagnostic) {
        self.builder.findings.push(finding);
    }

    pub fn report_if(&self, finding: Option<Diagnostic>) {
        self.builder.findings.extend(finding);
    }

    /// Marks a key as known, because other code parses it.
    pub fn know(&mut self, names: &[&'static str]) {
        self.fields.know(names);
    }

    /// Leaves the findings about this key to other code.
    pub fn leave(&mut self, name: &'static str) {
        if self.spec.field(name).is_none() {
            self.fields.know(&[name]);
        }
    }

    /// The keys that were not read so far.
    pub fn unread(&self) -> impl Iterator<Item = &'a Entry> + '_ {
        self.fields.unread()
    }

    /// Leaves the keys that were not read: the caller has reported them.
    pub fn leave_unread(&mut self) {
        self.fields.leave_unread();
    }

    /// True if the missing part is written as a separate step behind this one, or under a wrong key, which has a
    /// finding.
    pub fn is_said_elsewhere(&self) -> bool {
        self.builder.then_follows || self.fields.unread().any(|entry| entry.value.list().is_some())
    }

    pub(crate) fn finish(mut self) -> Outline {
        let (spec, common) = (self.spec, || STEP_KEYS.iter().chain(TRIGGER_KEYS));
        self.fields.offer(|name| spec.field(name).is_some() || common().any(|field| field.name == name));
        self.fields.finish();
        self.outline
    }
}

/// True if the line behind a key has only a comment; `~` and `null` count as values.
pub(super) fn nothing_behind(key: &Place) -> bool {
    let rest = key.file().text().get(key.range().end..).unwrap_or_default();
    let line = rest.lines().next().unwrap_or_default().trim_start_matches(':');
    line.split('#').next().unwrap_or_default().trim().is_empty()
}
