//! Reports names in a test that the flows do not have, and expectations that can never be met.
//!
//! A finding must be true whatever the flows do: a text counts as possible if a part of it may come from outside.

use super::{
    Case, Scenario, TestAction,
    expected::{Aspect, BotSays, Expected},
    questions,
    said::{Corpus, SaidText},
    uses,
};
use crate::{
    base::{
        diagnostic::{Diagnostic, Findings, did_you_mean, nearest},
        place::Place,
        yaml::{Node, Scalar},
    },
    check::templates_named,
    definition::{Flow, FlowSet},
    triggers::Trigger,
};

/// Titles of buttons that are longer numbers come from data.
const PLACE_DIGITS_MAX: usize = 2;

/// Keys of a contact in a test beside the fields of `_bot.yaml`.
const CONTACT: [&str; 7] = ["phone", "name", "language", "zone", "tags", "consent", "opted_out"];

/// Checks a test without errors against flows without errors. Returns the findings, and whether they depend only on the
/// tested flow and the bot.
pub fn check(scenario: &Scenario, corpus: &Corpus<'_>) -> (Vec<Diagnostic>, bool) {
    let findings = Findings::default();
    let set = corpus.set;
    let Some(flow) = set.named(scenario.flow.as_str()) else { return (Vec::new(), false) };
    let look = Look { scenario, set, flow, said: SaidText::new(corpus, flow, scenario), findings: &findings };
    for head in std::iter::once(&scenario.head).chain(scenario.cases.iter().map(|case| &case.head)) {
        for (name, place) in &head.templates_at {
            look.template(name, place);
        }
    }
    for case in &scenario.cases {
        look.case(case);
    }
    let names_steps = questions::check(scenario, set, &findings);
    let names_tools = uses::check(scenario, set, &findings);
    let alone = look.said.is_alone() && !names_steps && !names_tools;
    (findings.into_sorted(), alone)
}

struct Look<'a> {
    scenario: &'a Scenario,
    set: &'a FlowSet,
    flow: &'a Flow,
    said: SaidText<'a>,
    findings: &'a Findings,
}

impl Look<'_> {
    fn case(&self, case: &Case) {
        for step in &case.steps {
            let Some(written) = &step.written else { continue };
            let place = &written.get("name").unwrap_or(written).place;
            match &step.act {
                TestAction::Tap(title) => self.tap(title, place),
                TestAction::Event { name, .. } => self.event(name, place),
                TestAction::Webhook { name, .. } => self.webhook(name, place),
                TestAction::Api(_) => {
                    written
                        .map()
                        .unwrap_or_default()
                        .iter()
                        .for_each(|entry| self.input(&entry.key.text, &entry.key.place));
                }
                TestAction::Bot(BotSays::Message(node)) => self.message(node),
                TestAction::Expect(all) => all.iter().for_each(|one| self.expected(one)),
                TestAction::Bot(BotSays::Nothing(_))
                | TestAction::User(_)
                | TestAction::Media { .. }
                | TestAction::Voice(_)
                | TestAction::Location { .. }
                | TestAction::Arrives(_)
                | TestAction::Status(_)
                | TestAction::Person(_)
                | TestAction::HandBack
                | TestAction::Set(_)
                | TestAction::Advance(_)
                | TestAction::AdvanceTo(_)
                | TestAction::Provider(_)
                | TestAction::Again
                | TestAction::Restart => {}
            }
        }
    }

    /// Reports a name that the flows do not have.
    fn unknown(&self, place: &Place, message: String, help: Option<String>) {
        self.findings.push(Diagnostic::error("E961", place, message).help_if(help));
    }

    fn never(&self, place: &Place, message: String, help: Option<String>) {
        let help = help.unwrap_or_else(|| "correct it, or change what the flow says".to_owned());
        self.findings.push(Diagnostic::warning("W962", place, message).help(help));
    }

    fn expected(&self, expected: &Expected) {
        let node = &expected.value;
        let maps = || node.one_or_many().iter().filter(|one| one.map().is_some());
        match expected.aspect {
            Aspect::Sent => node.one_or_many().iter().for_each(|one| self.message(one)),
            Aspect::Vars => {
                for entry in node.map().unwrap_or_default() {
                    let name = entry.key.text.as_str();
                    if !self.flow.names.iter().any(|known| known == name) {
                        let message = format!("the flow `{}` has no variable `{name}`", self.flow.name);
                        let known = self.flow.names.iter().map(String::as_str);
                        self.unknown(
                            &entry.key.place,
                            message,
                            did_you_mean(name, known).or_else(|| list("it has", known_names(self.flow))),
                        );
                    }
                }
            }
            Aspect::Contact => {
                for entry in node.map().unwrap_or_default() {
                    let name = entry.key.text.as_str();
                    let known =
                        || CONTACT.into_iter().chain(self.set.bot.fields.iter().map(|field| field.name.as_str()));
                    if !known().any(|known| known == name) {
                        let message = format!("a contact has no field `{name}`");
                        self.unknown(
                            &entry.key.place,
                            message,
                            did_you_mean(name, known()).or_else(|| list("it has", known())),
                        );
                    }
                }
            }
            Aspect::Handoff => {
                let teams = maps().filter_map(|one| one.get("team"));
                let teams = teams.chain(Some(node).filter(|node| node.text().is_some_and(|text| text != "nothing")));
                for node in teams.filter_map(Node::scalar) {
                    let known = self.set.bot.teams.keys().map(String::as_str);
                    // A part of the name is enough.
                    if !known.clone().any(|team| team.contains(node.text.as_str())) {
                        let message = format!("`flows/_bot.yaml` has no team `{}`", node.text);
                        self.unknown(
                            &node.place,
                            message,
                            did_you_mean(&node.text, known.clone()).or_else(|| list("it has", known)),
                        );
                    }
                }
            }
            Aspect::Refused | Aspect::Trouble => {
                self.said.beyond();
                for node in maps().filter_map(|one| one.get("flow")).filter_map(Node::scalar) {
                    let known = self.set.flows.keys().map(|name| name.as_str());
                    if !known.clone().any(|flow| flow.contains(node.text.as_str())) && node.text != "_bot" {
                        let message = format!("there is no flow `{}`", node.text);
                        self.unknown(&node.place, message, did_you_mean(&node.text, known));
                    }
                }
                for node in maps().filter_map(|one| one.get("step")).filter_map(Node::scalar) {
                    let steps =
                        || self.set.flows.values().flat_map(|flow| flow.nodes.iter().map(|node| node.id.as_str()));
                    if !steps().any(|step| step.contains(node.text.as_str())) {
                        self.unknown(
                            &node.place,
                            format!("no flow has a step `{}`", node.text),
                            did_you_mean(&node.text, steps()),
                        );
                    }
                }
            }
            Aspect::Window
            | Aspect::Suggestion
            | Aspect::Shadow
            | Aspect::Run
            | Aspect::Http
            | Aspect::Model
            | Aspect::Cites
            | Aspect::Mcp
            | Aspect::SameKey
            | Aspect::Screen => {}
        }
    }

    /// Checks the value of `bot` or `sent`: a text, or more parts of the message.
    fn message(&self, node: &Node) {
        if let Some(scalar) = node.scalar() {
            self.text(scalar);
        }
        for text in node.get("text").map_or(&[] as &[Node], Node::one_or_many).iter().filter_map(Node::scalar) {
            self.text(text);
        }
        if let Some(name) = node.get("template").and_then(Node::scalar).filter(|name| !is_nothing(name)) {
            self.template(&name.text, &name.place);
        }
        for title in node.get("buttons").map_or(&[] as &[Node], Node::one_or_many).iter().filter_map(Node::scalar) {
            if !is_nothing(title) && !self.said.can_say(&title.text) {
                let help = self.said.nearest_title(&title.text);
                self.never(&title.place, format!("no flow shows a button `{}`", title.text), help.map(question));
            }
        }
    }

    fn text(&self, text: &Scalar) {
        let pattern = text.text.trim().strip_prefix('/').and_then(|rest| rest.strip_suffix('/'));
        if let Some(inner) = pattern.filter(|inner| inner.len() > 1 && !self.said.is_written(&text.text)) {
            let part = inner.split(['.', '*', '+', '(', '[', '\\', '^', '$', '|']).find(|part| part.trim().len() > 2);
            let help = format!("a part of the text is enough: write `{}`", part.unwrap_or(inner).trim());
            return self.never(&text.place, "a test compares texts and knows no patterns".to_owned(), Some(help));
        }
        // The word differs by one letter from the word for nothing, and no flow has such a text.
        if text.is_plain()
            && !text.text.contains(' ')
            && nearest(&text.text, ["nothing"]).is_some()
            && !is_nothing(text)
        {
            let corpus = self.set.every_flow().flat_map(|flow| &flow.nodes).flat_map(|node| &node.outline.sentences);
            let mut sources = corpus.map(|sentence| sentence.text.source());
            if !sources.any(|source| source.to_lowercase().contains(&text.text.to_lowercase())) {
                return self.never(&text.place, "no flow says this".to_owned(), Some(question("nothing".to_owned())));
            }
        }
        if !is_nothing(text) && !self.said.can_say(&text.text) {
            let help = self.said.nearest_words(&text.text);
            self.never(&text.place, "no flow says this".to_owned(), help.map(question));
        }
    }

    fn template(&self, name: &str, place: &Place) {
        self.said.beyond();
        let named = templates_named(self.set);
        let known = || named.iter().map(String::as_str);
        let part = |known: &str| known.contains(name);
        if known().any(part) || self.said.computes_templates() && nearest(name, known()).is_none() {
            return;
        }
        // A flow that misspells the template of `_bot.yaml` has a finding there.
        let own = |known: &&str| self.set.bot.templates.contains_key(*known);
        if own(&name) && nearest(name, known().filter(|known| !own(known))).is_some() {
            return;
        }
        let help = did_you_mean(name, known()).or_else(|| list("they send", known()));
        self.unknown(place, format!("no flow sends a template `{name}`"), help);
    }

    fn tap(&self, title: &str, place: &Place) {
        let is_place = title.len() <= PLACE_DIGITS_MAX && title.bytes().all(|byte| byte.is_ascii_digit());
        if is_place && !self.said.is_written(title) && !self.said.computes_options() {
            let help =
                "write its title or its id; only `transom chat` and `transom trigger` take the number of a button";
            return self.never(place, format!("no flow shows a button `{title}`"), Some(help.to_owned()));
        }
        if self.said.can_say(title) {
            return;
        }
        let help = self.said.nearest_title(title).map(question);
        self.never(place, format!("no flow shows a button `{title}`"), help);
    }

    /// Reports only names that are similar to an event that a flow waits for: a test may contain events without a
    /// receiver.
    fn event(&self, name: &str, place: &Place) {
        let known = self.said.events();
        if known.contains(name) {
            return;
        }
        if let Some(near) = nearest(name, known.iter().copied()) {
            let message = format!("nothing waits for an event `{name}`");
            self.unknown(place, message, Some(question(near.to_owned())));
            return;
        }
        let help = list("they wait for", known.into_iter());
        let help = help.unwrap_or_else(|| "a flow hears it with a trigger, or with `wait: {event: NAME}`".to_owned());
        self.never(place, format!("nothing waits for an event `{name}`"), Some(help));
    }

    fn webhook(&self, name: &str, place: &Place) {
        self.said.beyond();
        let triggers = || self.set.flows.values().flat_map(|flow| flow.triggers.iter().chain(&flow.stop_when));
        let known = || {
            triggers().filter_map(|trigger| match &trigger.kind {
                Trigger::Webhook(webhook) => Some(webhook.name.as_str()),
                _ => None,
            })
        };
        if !known().any(|known| known == name) {
            let help = did_you_mean(name, known()).or_else(|| list("there are", known()));
            self.unknown(place, format!("no flow has a webhook `{name}`"), help);
        }
    }

    fn input(&self, name: &str, place: &Place) {
        let known = || self.flow.inputs.iter().map(|input| input.name.as_str());
        if !known().any(|known| known == name) {
            let message = format!("the flow `{}` has no input `{name}`", self.scenario.flow);
            let help = did_you_mean(name, known()).or_else(|| list("it has", known()));
            self.unknown(place, message, help);
        }
    }
}

fn known_names(flow: &Flow) -> impl Iterator<Item = &str> {
    flow.names.iter().map(String::as_str)
}

/// True for a plain word that means nothing.
fn is_nothing(scalar: &Scalar) -> bool {
    scalar.is_plain() && matches!(scalar.text.as_str(), "nothing" | "none" | "null" | "")
}

fn question(near: String) -> String {
    format!("did you mean `{near}`?")
}

fn list<'a>(begins: &str, names: impl Iterator<Item = &'a str>) -> Option<String> {
    let mut names: Vec<&str> = names.collect();
    names.sort_unstable();
    names.dedup();
    (!names.is_empty()).then(|| format!("{begins} `{}`", names.join("`, `")))
}
