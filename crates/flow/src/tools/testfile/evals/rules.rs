//! Parses the rules of an eval, `expect` of a case or of a moment of its talk: the words and amounts that replies must have
//! or must not have, the flows that the agent may use, the cost, the criteria of the judge, and all that the `expect` of a test
//! has.

use super::{
    super::expected::{self, Expected},
    judge::{self, Criteria, Criterion},
};
use crate::{
    base::{
        diagnostic::{Diagnostic, Findings, did_you_mean},
        ids::FlowName,
        place::Place,
        yaml::{Entry, Node},
    },
    definition::FlowSet,
    load::language_codes::not_a_language,
    model::{
        effect::millionths,
        grounding::{has_number, lone_number},
        matching::fold,
        mcp::McpTool,
        written_language::is_told,
    },
};
use std::collections::BTreeSet;

/// One rule.
#[derive(Debug, Clone)]
pub enum EvalRule {
    /// One of these texts stands in the replies.
    Says { any_of: Vec<SaidText>, place: Place },
    /// The text stands in no reply.
    NeverSays(SaidText),
    /// The agent has used exactly these tools: flows by their names, tools of MCP servers as `SERVER.TOOL`.
    Tools { names: BTreeSet<String>, place: Place },
    /// The answers of the models cost less, in millionths of the currency unit.
    CostBelow { millionths: i64, place: Place },
    /// The replies are written in this language, by its code.
    Language { code: String, place: Place },
    /// The judge says that it holds in the talk.
    Judge(Criterion),
    /// As in a test.
    Test(Expected),
}

/// A text that is looked for in replies.
#[derive(Debug, Clone)]
pub struct SaidText {
    pub written: String,
    pub place: Place,
    meaning: Meaning,
}

#[derive(Debug, Clone)]
enum Meaning {
    /// A number alone: it is found by its value, `45` also in *45,00 €*. `1.200` has two possible values.
    Number(Vec<f64>),
    /// Words, without case, accents and punctuation.
    Words(String),
}

/// The keys that only an eval has.
const OWN: [&str; 6] = ["says", "never_says", "tools", "cost_below", "language", "judge"];

impl SaidText {
    fn of(node: &Node, written: &str) -> SaidText {
        let meaning = match lone_number(written) {
            values if values.is_empty() => Meaning::Words(fold(written)),
            values => Meaning::Number(values),
        };
        SaidText { written: written.to_owned(), place: node.place.clone(), meaning }
    }

    /// True if it stands in this reply.
    pub fn is_in(&self, reply: &str) -> bool {
        match &self.meaning {
            Meaning::Number(values) => values.iter().any(|value| has_number(reply, *value)),
            Meaning::Words(words) => has_words(&fold(reply), words),
        }
    }
}

/// True if the folded text has these folded words, whose last one may go on: `refund` stands in *refunds*, and not in
/// *prefund*. Scripts without capital letters often write no blanks, so there the place does not matter.
fn has_words(text: &str, words: &str) -> bool {
    let is_cased = words.chars().next().is_some_and(|c| c.is_lowercase() || c.is_ascii_digit());
    let begins = |at: usize| !is_cased || !text[..at].ends_with(char::is_alphanumeric);
    // A number that goes on is another number.
    let is_number = words.ends_with(|c: char| c.is_ascii_digit());
    let ends = |at: usize| !is_number || !text[at + words.len()..].starts_with(|c: char| c.is_ascii_digit());
    !words.is_empty() && text.match_indices(words).any(|(at, _)| begins(at) && ends(at))
}

/// Reads the value of `expect`; `is_whole_talk`: it is about all of it, not about the last message.
pub(super) fn read(
    node: &Node,
    is_whole_talk: bool,
    criteria: &Criteria,
    set: &FlowSet,
    findings: &Findings,
) -> Vec<EvalRule> {
    let mut rules = Vec::new();
    for entry in expected::entries(node, "write `expect: {says: …}`", findings) {
        if OWN.contains(&entry.key.text.as_str()) && entry.value.list().is_some_and(<[Node]>::is_empty) {
            let message = format!("`{}` is an empty list, so it is no rule", entry.key.text);
            let finding = Diagnostic::error("E959", &entry.value.place, message);
            findings
                .push(finding.help("write what it should look for, or take the line out; no tool is `tools: nothing`"));
            continue;
        }
        match entry.key.text.as_str() {
            "says" => rules.extend(entry.value.one_or_many().iter().filter_map(|one| says(one, findings))),
            "never_says" => {
                let texts = entry.value.one_or_many().iter().flat_map(|one| texts("never_says", one, findings));
                rules.extend(texts.map(EvalRule::NeverSays));
            }
            "tools" => rules.push(tools(entry, set, findings)),
            "cost_below" if !is_whole_talk => {
                let message = "`cost_below` is a rule for the talk as a whole";
                let finding = Diagnostic::error("E957", &entry.key.place, message);
                findings.push(finding.help("write it under the `expect` of the case, beside `talk`"));
            }
            "language" => rules.extend(language(entry, findings)),
            "judge" => {
                rules.extend(judge::read_rule(entry, criteria, set, findings).into_iter().map(EvalRule::Judge));
            }
            "cost_below" => rules.extend(cost_below(entry, findings)),
            _ => rules.extend(expected::one(entry, &OWN, set, findings).map(EvalRule::Test)),
        }
    }
    rules
}

fn says(node: &Node, findings: &Findings) -> Option<EvalRule> {
    let any_of = texts("says", node, findings);
    (!any_of.is_empty()).then(|| EvalRule::Says { any_of, place: node.place.clone() })
}

/// A text, or several.
fn texts(key: &str, node: &Node, findings: &Findings) -> Vec<SaidText> {
    let mut all = Vec::new();
    for one in node.one_or_many() {
        match one.text().map(str::trim) {
            Some(text) if !text.is_empty() => all.push(SaidText::of(one, text)),
            _ if one.is_broken() => {}
            _ => {
                let message = format!("`{key}` takes texts, and this is {}", one.describe());
                let finding = Diagnostic::error("E959", &one.place, message);
                findings.push(finding.help(format!(
                    "write `{key}: [\"45\", refund]`; a text with `: ` needs quotes, and texts of which one suffices are a list \
                     in the list: `says: [[yes, of course]]`"
                )));
            }
        }
    }
    all
}

/// The flows that an agent of the bot may run as tools.
pub fn tool_flows(set: &FlowSet) -> BTreeSet<&FlowName> {
    set.flows.values().flat_map(|flow| &flow.nodes).flat_map(|node| &node.outline.tools).collect()
}

/// The names of all tools, also of those of MCP servers that the bot has pinned.
fn tool_names(set: &FlowSet) -> BTreeSet<String> {
    let of_server = |(server, tools): (String, Vec<McpTool>)| {
        tools.into_iter().map(move |tool| format!("{server}.{}", tool.name)).collect::<Vec<_>>()
    };
    let flows = tool_flows(set).into_iter().map(|flow| flow.as_str().to_owned());
    flows.chain(set.mcp.tools().into_iter().flat_map(of_server)).collect()
}

fn tools(entry: &Entry, set: &FlowSet, findings: &Findings) -> EvalRule {
    let node = &entry.value;
    let place = entry.key.place.clone();
    let is_nothing =
        node.is_null() || node.text() == Some("nothing") && node.scalar().is_some_and(|scalar| scalar.is_plain());
    let mut names = BTreeSet::new();
    if is_nothing {
        return EvalRule::Tools { names, place };
    }
    let known = tool_names(set);
    for one in node.one_or_many() {
        let Some(name) = one.text() else {
            if !one.is_broken() {
                let message = format!("`tools` takes names of tools, and this is {}", one.describe());
                let finding = Diagnostic::error("E959", &one.place, message);
                findings.push(finding.help("write `tools: [order_status]`, or `tools: nothing`"));
            }
            continue;
        };
        if !known.contains(name) {
            let message = format!("no agent of this bot has `{name}` among its `tools`, so it can never be used");
            let help = did_you_mean(name, known.iter().map(String::as_str));
            findings.push(Diagnostic::error("E964", &one.place, message).help_if(help));
        }
        names.insert(name.to_owned());
    }
    EvalRule::Tools { names, place }
}

fn cost_below(entry: &Entry, findings: &Findings) -> Option<EvalRule> {
    let node = &entry.value;
    let amount = node.text().and_then(millionths).filter(|amount| *amount > 0);
    if amount.is_none() && !node.is_broken() {
        let message = format!("`cost_below` takes an amount, and this is {}", node.describe());
        let finding = Diagnostic::error("E958", &node.place, message);
        findings.push(finding.help("write it in the currency of `prices`: `cost_below: 0.02`"));
    }
    Some(EvalRule::CostBelow { millionths: amount?, place: entry.key.place.clone() })
}

fn language(entry: &Entry, findings: &Findings) -> Option<EvalRule> {
    let node = &entry.value;
    let code = node.text().unwrap_or_default();
    let finding = not_a_language(code, &node.place).or_else(|| {
        let help = "take the rule out, or look for words of it: `says`";
        let message = format!("the language `{code}` is not told from others");
        (!is_told(code)).then(|| Diagnostic::error("E958", &node.place, message).help(help))
    });
    if node.is_broken() || finding.is_some() {
        findings.extend(finding.filter(|_| !node.is_broken()));
        return None;
    }
    Some(EvalRule::Language { code: code.to_owned(), place: entry.key.place.clone() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::{place::SourceFile, yaml};

    #[test]
    fn a_text_is_found_by_its_words_and_a_number_by_its_value() {
        let said = |written: &str| {
            let node = yaml::load(&SourceFile::new("t.yaml", format!("{written:?}")), &Findings::default()).unwrap();
            SaidText::of(&node, written)
        };
        for (written, reply) in [
            ("45", "That is 45,00 €."),
            ("45 €", "That is 45,00 €."),
            ("1.200", "1 200 kr"),
            ("refund", "We REFUND it"),
            ("refund", "No refunds."),
            ("reparacion", "La reparación cuesta"),
            ("three days", "in three\ndays, then"),
            ("13:30", "at 13:30 today"),
            ("返金", "全額返金します"),
            ("20 %", "20 % less"),
        ] {
            assert!(said(written).is_in(reply), "{written} in {reply}");
        }
        for (written, reply) in
            [("45", "145 €"), ("45", "Room 450"), ("refund", "prefund"), ("13:30", "at 13:45"), ("20 %", "200 %")]
        {
            assert!(!said(written).is_in(reply), "{written} in {reply}");
        }
    }
}
