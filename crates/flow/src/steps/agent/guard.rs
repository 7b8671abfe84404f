//! Refuses a reply before the contact reads it: one that is empty or too long, that has a value which no source gave, or
//! that claims what was not done.

use super::{Agent, answer::unusable, state};
use crate::{
    engine::turn::{Here, Turn},
    model::{
        effect::{ModelError, ModelErrorKind, TalkBy},
        grounding::Sources,
        matching::{fold, has_word},
        session::AgentState,
    },
    steps::llm::ground::only_grounded,
};
use regex::Regex;
use std::sync::LazyLock;

static LINK: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"(?i)\b(?:https?://|www\.)\S+|\b[\w-]+(?:\.[\w-]+)*\.[a-z]{2,}/\S*").expect("the pattern is right"));

/// The error is for the model, which may mend the reply, and for the trace.
pub(super) fn check(agent: &Agent, turn: &Turn<'_>, here: Here<'_>, text: &str) -> Result<(), ModelError> {
    if text.is_empty() {
        return Err(unusable("the reply is empty"));
    }
    let (chars, most) = (text.chars().count(), agent.limits.chars);
    if chars > most {
        return Err(unusable(format!("the reply has {chars} characters, and at most {most} are allowed")));
    }
    let Some(known) = state::of(turn, here.run) else { return Ok(()) };
    claimed(agent, known, text)?;
    if agent.is_grounded { grounded(agent, turn, here, known, text) } else { Ok(()) }
}

/// A reply may say that an act was done only after it was.
fn claimed(agent: &Agent, known: &AgentState, text: &str) -> Result<(), ModelError> {
    let folded = fold(text);
    for tool in agent.tools.iter().filter(|tool| !known.has_done(&tool.flow)) {
        if let Some(claim) = tool.claims.iter().find(|claim| has_word(&folded, &fold(claim))) {
            let text = format!("the reply says `{claim}`, and `{}` was not done; use the tool, or do not say so", tool.flow);
            return Err(ModelError::new(ModelErrorKind::Ungrounded, text));
        }
    }
    Ok(())
}

fn grounded(agent: &Agent, turn: &Turn<'_>, here: Here<'_>, known: &AgentState, text: &str) -> Result<(), ModelError> {
    let facts = agent.facts(turn, here).unwrap_or_default();
    // With an expression in it the instruction may hold what the customer wrote.
    let plain = agent.instructions.as_plain().map(str::to_owned);
    let own = [here.set.bot.agents.scope.clone(), here.set.bot.name.clone()];
    let found = known.talk.iter().filter_map(|entry| match entry.by {
        TalkBy::Flow => Some(entry.text.clone()),
        // Other people may have written what a tool found, so its links are nobody's word.
        TalkBy::Tool(_) => Some(LINK.replace_all(&entry.text, " ").into_owned()),
        TalkBy::Customer | TalkBy::Agent | TalkBy::Note => None,
    });
    let sources: Vec<String> = known
        .papers
        .iter()
        .cloned()
        .chain(facts)
        .chain(plain)
        .chain(own)
        .chain(found)
        .collect();
    let given: Vec<&str> = sources.iter().map(String::as_str).collect();
    let customer: Vec<&str> =
        known.talk.iter().filter(|entry| entry.by == TalkBy::Customer).map(|entry| entry.text.as_str()).collect();
    let now = here.set.local(turn.now());
    only_grounded(text, &Sources { given: &given, customer: &customer, now, language: turn.language() })
}
