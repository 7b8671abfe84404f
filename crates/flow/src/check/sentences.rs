//! Reports sentences inside code in a bot of several languages, because they cannot be translated.

use super::templates::every_use;
use crate::{
    FlowSet,
    base::{
        diagnostic::{Diagnostic, Findings},
        yaml,
    },
    definition::{Flow, Node, Role, Sentence},
    script::Code,
};
use rhai::{ASTNode, Expr, Stmt};

/// Functions whose arguments are patterns, not texts for the contact.
const PATTERNS: [&str; 7] = ["format", "is_match", "capture", "split", "replace", "money", "starts_with"];

pub fn check(set: &FlowSet, flow: &Flow, findings: &Findings) {
    if !set.is_of_several_languages() {
        return;
    }
    for node in &flow.nodes {
        let texts = node.outline.sentences.iter().flat_map(|sentence| sentence.text.codes());
        texts.for_each(|code| sentences(code, Stands::Text, findings));
        let script = node.outline.codes.iter().filter(|_| node.outline.verb == "script");
        script.for_each(|code| sentences(code, Stands::Script, findings));
        every_use(&node.outline, &mut |used| {
            // A template with a language of its own goes out in that one alone.
            let values = used.vars.filter(|_| used.language.is_none()).map(|vars| vars.place.range());
            let is_value =
                |code: &&Code| values.as_ref().is_some_and(|values| values.contains(&code.place().range().start));
            let codes = node.outline.codes.iter().filter(is_value);
            codes.for_each(|code| sentences(code, Stands::Template, findings));
            let vars = used.vars.filter(|_| used.language.is_none());
            vars.into_iter().for_each(|vars| words_of_values(vars, findings));
        });
    }
    titles_kept(flow, findings);
    answers_shown(flow, findings);
}

/// Reports values of a template that are words: they go to every language as they stand.
fn words_of_values(vars: &yaml::Node, findings: &Findings) {
    let mut values: Vec<&yaml::Node> = vars.list().unwrap_or_default().iter().collect();
    values.extend(vars.map().unwrap_or_default().iter().map(|entry| &entry.value));
    values.extend(vars.scalar().map(|_| vars));
    for value in values.into_iter().filter(|value| !value.is_broken()) {
        let Some(text) = value.text().filter(|text| !text.contains("${") && is_wording(text)) else { continue };
        let message =
            format!("`{text}` goes to every language as it stands: no translation reaches the value of a template");
        let finding = Diagnostic::warning("W905", &value.place, message);
        findings.push(finding.help(
            "write the words into the template's text, which each language has, or send a template for each case",
        ));
    }
}

/// True for words of a sentence, and not for a name such as `Calle de la Feria`.
fn is_wording(text: &str) -> bool {
    let is_common =
        |word: &&str| word.starts_with(char::is_lowercase) && word.chars().filter(|c| c.is_alphabetic()).count() > 2;
    text.split_whitespace().filter(is_common).count() > 1
}

/// Reports an answer that a text prints: it is the id of the option, whatever the contact was shown.
fn answers_shown(flow: &Flow, findings: &Findings) {
    let is_word = |text: &str| text.chars().filter(|c| c.is_alphabetic()).count() > 1;
    let translated = |sentence: &&Sentence| sentence.role == Role::Option && is_word(sentence.text.source().trim());
    for ask in flow.nodes.iter().filter(|node| node.outline.verb == "ask") {
        let Some(answer) = ask.outline.fills.as_deref() else { continue };
        let filled_by_others = flow.nodes.iter().any(|node| {
            let set = node.outline.yaml.get("set").and_then(yaml::Node::map).unwrap_or_default();
            !std::ptr::eq(node, ask) && node.outline.fills.as_deref() == Some(answer)
                || set.iter().any(|entry| entry.key.text == answer)
        });
        let Some(title) = ask.outline.sentences.iter().find(translated).filter(|_| !filled_by_others) else { continue };
        for code in flow.nodes.iter().flat_map(|node| &node.outline.sentences).flat_map(|said| said.text.codes()) {
            if !matches!(code.single(), Some(Expr::Variable(read, ..)) if read.1.as_str() == answer) {
                continue;
            }
            let message = format!("`${{{answer}}}` prints the id of the option, which no translation reaches");
            let finding =
                Diagnostic::warning("W906", &code.place(), message).label(title.text.place(), "this is translated");
            findings.push(finding.help(format!("to print what the contact was shown write `${{title({answer})}}`")));
        }
    }
}

/// Reports the title of an option in a variable that is shown later: it stays in the bot's own language.
fn titles_kept(flow: &Flow, findings: &Findings) {
    let asked: Vec<&Node> = flow.nodes.iter().filter(|node| node.outline.verb == "ask").collect();
    if asked.is_empty() {
        return;
    }
    let shown = |name: &str| {
        let sentences = flow.nodes.iter().flat_map(|node| &node.outline.sentences);
        let reads = |code: &Code| matches!(code.single(), Some(Expr::Variable(read, ..)) if read.1.as_str() == name);
        sentences.flat_map(|sentence| sentence.text.codes()).any(reads)
    };
    for node in flow.nodes.iter().filter(|node| node.outline.verb == "set") {
        for entry in node.outline.yaml.get("set").and_then(yaml::Node::map).unwrap_or_default() {
            let Some(text) = entry.value.text().map(str::trim).filter(|text| !text.is_empty()) else { continue };
            let titled = |sentence: &&Sentence| sentence.role == Role::Option && sentence.text.source().trim() == text;
            let asks = asked.iter().find_map(|ask| Some((ask, ask.outline.sentences.iter().find(titled)?)));
            let (Some((ask, title)), true) = (asks, shown(&entry.key.text)) else { continue };
            let message = format!("`{text}` stays as it is in every language: no translation reaches it here");
            let finding = Diagnostic::warning("W906", &entry.value.place, message)
                .label(title.text.place(), "this is translated");
            let help = match &ask.outline.fills {
                Some(answer) => format!("show what was chosen instead: `${{title({answer})}}`"),
                None => "give the question `as: answer`, and show `${title(answer)}`".to_owned(),
            };
            findings.push(finding.help(help));
        }
    }
}

/// The code in which a sentence stands.
#[derive(Clone, Copy, PartialEq)]
enum Stands {
    /// Of a text, which is translated with its code.
    Text,
    Script,
    /// Of a value of a template, which goes to every language as it is.
    Template,
}

fn sentences(code: &Code, stands: Stands, findings: &Findings) {
    code.ast().walk(&mut |path| {
        let Some(ASTNode::Expr(Expr::StringConstant(text, position))) = path.last() else { return true };
        let called = path.iter().rev().nth(1).and_then(|node| match node {
            ASTNode::Expr(Expr::FnCall(call, _) | Expr::MethodCall(call, _)) | ASTNode::Stmt(Stmt::FnCall(call, _)) => {
                Some(call.name.as_str())
            }
            _ => None,
        });
        let pattern =
            called.is_some_and(|name| PATTERNS.contains(&name) || name.starts_with(['=', '!', '<', '>']));
        let place = || {
            let at = (position.line().unwrap_or(1), position.position().unwrap_or(1));
            code.place_at(at, text.chars().count() + 2)
        };
        if stands == Stands::Template && called == Some("format") && has_quoted_word(text) {
            let message =
                format!("the words of the pattern `{text}` go to every language: no translation reaches the value of a template");
            let help = "write `.format(\"day\")` or `.format(\"full\")`, which each language writes in its own way";
            findings.push(Diagnostic::warning("W905", &place(), message).help(help));
        }
        // The translation of a text says what stands in the place of a missing value.
        let instead = path.iter().any(|node| matches!(node, ASTNode::Expr(Expr::Coalesce(..))));
        let said_there = stands == Stands::Text && instead;
        let is_word = stands == Stands::Template && instead && text.chars().filter(|c| c.is_alphabetic()).count() > 1;
        if !pattern && !said_there && (is_word || is_sentence(text)) {
            let (message, help) = match stands {
                Stands::Text => (
                    "this sentence stands in code, where whoever translates overlooks it",
                    "say it in a text of its own, in the branches of an `if` or `switch`",
                ),
                Stands::Script => (
                    "this sentence stands in code, where no translation reaches it",
                    "say it in a text of its own, in the branches of an `if` or `switch`",
                ),
                Stands::Template => (
                    "these words go to every language as they stand: no translation reaches the value of a template",
                    "send who has no such value a template without it, behind an `if: missing(…)`, or write a sign that \
                     every language reads, such as `👋`",
                ),
            };
            findings.push(Diagnostic::warning("W905", &place(), message).help(help));
        }
        true
    });
}

/// True for a pattern of `.format()` with a word of its own, `d 'de' MMMM`.
fn has_quoted_word(pattern: &str) -> bool {
    let quoted = pattern.split('\'').skip(1).step_by(2);
    quoted.into_iter().any(|word| word.chars().any(char::is_alphabetic))
}

/// True for two words or more.
fn is_sentence(text: &str) -> bool {
    text.split_whitespace().filter(|word| word.chars().filter(|c| c.is_alphabetic()).count() > 1).count() > 1
}
