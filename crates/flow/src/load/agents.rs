//! Parses `agents:` of `_bot.yaml`: the matter of all agents, the team behind them, and the sentence that a machine answers.

use super::teams::Team;
use crate::base::{
    diagnostic::{Diagnostic, Findings, did_you_mean},
    fields::Fields,
};
use std::collections::BTreeMap;

/// `agents:`, for all steps `agent` of the bot.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Agents {
    /// Their matter, in the author's words; empty: it is missing.
    pub scope: String,
    /// The team of the exit `person`; `None`: the only one.
    pub team: Option<String>,
    pub discloses: Disclosure,
}

/// The sentence that a machine answers, at the first reply in a window.
#[derive(Debug, Clone, Default, PartialEq)]
pub enum Disclosure {
    #[default]
    BuiltIn,
    Own(String),
    /// The author has written why it is left out.
    Not,
}

/// Parses `agents:` of `_bot.yaml`.
pub(super) fn parse(fields: &mut Fields<'_>, teams: &BTreeMap<String, Team>, findings: &Findings) -> Agents {
    let Some(mut node) = fields.fields("agents") else { return Agents::default() };
    let scope = node.text("scope").trim().to_owned();
    let team = node.opt_text("team").map(str::to_owned);
    if let (Some(name), Some(written)) = (&team, node.node("team"))
        && !teams.contains_key(name)
    {
        let finding = Diagnostic::error("E403", &written.place, format!("there is no team `{name}`"));
        let near = did_you_mean(name, teams.keys().map(String::as_str));
        findings.push(finding.help(near.unwrap_or_else(|| format!("write `teams: {{{name}: {{}}}}`"))));
    }
    let discloses = match node.node("discloses") {
        None => Disclosure::BuiltIn,
        Some(why) if why.map().is_some() => {
            let mut keys = Fields::new(why, "`discloses`", findings);
            keys.text("no");
            keys.finish();
            Disclosure::Not
        }
        Some(written) => match written.text() {
            Some("true" | "yes") => Disclosure::BuiltIn,
            Some("false" | "no") | None => {
                let finding = Diagnostic::error(
                    "E521",
                    &written.place,
                    "nothing says why customers are not told that a machine answers",
                );
                findings.push(finding.help("write `discloses: {no: the reason}`, or take the line out"));
                Disclosure::Not
            }
            Some(text) => Disclosure::Own(text.to_owned()),
        },
    };
    node.finish();
    Agents { scope, team, discloses }
}
