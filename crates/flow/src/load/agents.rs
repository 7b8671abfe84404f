//! Parses `agents:` of `_bot.yaml`: the matter of all agents, the team behind them, the sentence that a machine answers,
//! the models that tell what a message means, and judge evals, and the money for all questions.

use super::teams::Team;
use crate::{
    base::{
        diagnostic::{Diagnostic, Findings, did_you_mean},
        fields::Fields,
    },
    model::budget::{Budgets, WrittenBudgets},
};
use std::collections::BTreeMap;

/// `agents:`, for all steps `agent` of the bot.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Agents {
    /// Their matter, in the author's words; empty: it is missing, which a step `agent` reports.
    pub scope: String,
    /// The team of the exit `person`; `None`: the only one.
    pub team: Option<String>,
    pub discloses: Disclosure,
    /// The model that is asked what a message means; `None`: the first of `models`.
    pub router: Option<String>,
    /// The model that judges the talks of evals; `None`: an eval with `judge` is a mistake.
    pub judge: Option<String>,
    /// For all questions of the bot; `None`: those of models and flows alone hold.
    pub budget: Option<WrittenBudgets>,
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
pub(super) fn parse(
    fields: &mut Fields<'_>,
    teams: &BTreeMap<String, Team>,
    models: &[String],
    findings: &Findings,
) -> Agents {
    let Some(mut node) = fields.fields("agents") else { return Agents::default() };
    let scope = node.opt_text("scope").unwrap_or_default().trim().to_owned();
    let team = node.opt_text("team").map(str::to_owned);
    if let (Some(name), Some(written)) = (&team, node.node("team"))
        && !teams.contains_key(name)
    {
        let finding = Diagnostic::error("E403", &written.place, format!("there is no team `{name}`"));
        let near = did_you_mean(name, teams.keys().map(String::as_str));
        findings.push(finding.help(near.unwrap_or_else(|| format!("write `teams: {{{name}: {{}}}}`"))));
    }
    let router = model(&mut node, "router", models, findings);
    let judge = model(&mut node, "judge", models, findings);
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
    let budget = budget(&mut node);
    node.finish();
    Agents { scope, team, discloses, router, judge, budget }
}

/// Reads `budget` of `agents`, or of a flow.
pub(super) fn budget(fields: &mut Fields<'_>) -> Option<WrittenBudgets> {
    let entry = fields.entry("budget")?;
    let budgets = Budgets::read(&entry.value, "E212", fields.findings());
    Some(WrittenBudgets { budgets, place: entry.key.place.clone() })
}

/// The model under this key; one that `models` does not name gets a finding.
fn model(fields: &mut Fields<'_>, key: &'static str, models: &[String], findings: &Findings) -> Option<String> {
    let name = fields.opt_text(key)?.to_owned();
    let written = fields.node(key)?;
    // Without any model each step and trigger that asks one has this finding.
    if !models.is_empty() && !models.contains(&name) {
        let finding = Diagnostic::error("E520", &written.place, format!("`models` above does not name `{name}`"));
        let help = format!("it names `{}`", models.join("`, `"));
        findings.push(finding.help(help).meant(&name, models.iter().map(String::as_str)));
    }
    Some(name)
}
