//! Sentences inside of code, in a bot of several languages: no translation reaches them.

use crate::{
    base::diagnostic::{Diagnostic, Findings},
    flow::{
        FlowSet,
        definition::{Flow, Node},
        script::Code,
    },
};
use rhai::{ASTNode, Expr, Stmt};

/// Functions whose texts are patterns, not words.
const PATTERNS: [&str; 7] = ["format", "is_match", "capture", "split", "replace", "money", "starts_with"];

pub fn check(set: &FlowSet, flow: &Flow, findings: &Findings) {
    if set.bot.languages.keys().all(|language| *language == set.bot.language) {
        return;
    }
    for node in &flow.nodes {
        spoken(node).for_each(|code| sentences(code, findings));
    }
}

/// What of a step ends in what the contact reads.
fn spoken(node: &Node) -> impl Iterator<Item = &Code> {
    let script = node.outline.codes.iter().filter(|_| node.outline.verb == "script");
    node.outline.sentences.iter().flat_map(|sentence| sentence.text.codes()).chain(script)
}

fn sentences(code: &Code, findings: &Findings) {
    code.ast().walk(&mut |path| {
        let Some(ASTNode::Expr(Expr::StringConstant(text, position))) = path.last() else { return true };
        let called = |node: &ASTNode<'_>| match node {
            ASTNode::Expr(Expr::FnCall(call, _) | Expr::MethodCall(call, _)) | ASTNode::Stmt(Stmt::FnCall(call, _)) => {
                PATTERNS.contains(&call.name.as_str()) || call.name.starts_with(['=', '!', '<', '>'])
            }
            _ => false,
        };
        let pattern = path.iter().rev().nth(1).is_some_and(called);
        if !pattern && is_sentence(text) {
            let at = (position.line().unwrap_or(1), position.position().unwrap_or(1));
            let place = code.place_at(at, text.chars().count() + 2);
            let finding =
                Diagnostic::warning("W905", &place, "this sentence stands in code, where no translation reaches it");
            findings.push(finding.help("say it in a text of its own, in the branches of an `if` or `switch`"));
        }
        true
    });
}

/// Two words or more.
fn is_sentence(text: &str) -> bool {
    text.split_whitespace().filter(|word| word.chars().filter(|c| c.is_alphabetic()).count() > 1).count() > 1
}
