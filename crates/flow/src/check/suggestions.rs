//! Checks the agents that draft replies while people of a team have the conversation.

use crate::{
    FlowSet,
    base::diagnostic::{Diagnostic, Findings, did_you_mean},
    steps::agent::draft,
};

pub fn check(set: &FlowSet, findings: &Findings) {
    for drafts in set.bot.teams.values().filter_map(|team| team.drafts.as_ref()) {
        let named = &drafts.agent;
        let agents: Vec<_> = draft::all(set).filter(|(_, _, agent)| agent.name == named.text).collect();
        match agents[..] {
            [] => {
                let finding = Diagnostic::error("E546", &named.place, format!("no flow has an agent `{}`", named.text));
                let known: Vec<&str> = draft::all(set).map(|(_, _, agent)| agent.name.as_str()).collect();
                let help = match known[..] {
                    [] => format!("write a flow with a step `agent`, or take `{}` out", drafts.mode.as_str()),
                    _ => format!(
                        "there are {}",
                        known.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
                    ),
                };
                findings.push(finding.help(did_you_mean(&named.text, known.iter().copied()).unwrap_or(help)));
            }
            [(flow, node, _)] => {
                let needed = flow.inputs.iter().find(|input| !input.optional && input.default.is_none());
                if let Some(input) = needed {
                    let message = format!(
                        "the agent `{}` stands in a flow that needs the input `{}`, and a draft has none",
                        named.text, input.name
                    );
                    let finding = Diagnostic::error("E546", &named.place, message).label(&node.place, "this agent");
                    findings
                        .push(finding.help("name an agent of a flow without inputs, or give the input a `default`"));
                }
            }
            [(_, first, _), (_, other, _), ..] => {
                let message =
                    format!("several flows have an agent `{}`, so it is not clear which one drafts", named.text);
                let finding = Diagnostic::error("E546", &named.place, message);
                let finding = finding.label(&first.place, "here is one").label(&other.place, "and here another one");
                findings.push(finding.help("give one of them another name"));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::{base::place::SourceFile, lint, parse_set};

    /// The findings about the agents of a team that is written so.
    fn found_in(team: &str, flows: &[&str]) -> Vec<String> {
        let bot = format!("bot: a\nmodels: [main]\nagents: {{scope: x}}\nteams: {{desk: {{{team}}}}}\n");
        let mut files = vec![SourceFile::new("flows/_bot.yaml", bot)];
        for (number, flow) in flows.iter().enumerate() {
            files.push(SourceFile::new(format!("flows/f{number}.yaml"), *flow));
        }
        let (set, mut all) = parse_set(&files);
        all.extend(lint(&set));
        let is_about_drafts = |code: &str| ["E546", "E547"].contains(&code);
        all.iter().filter(|finding| is_about_drafts(finding.code)).map(ToString::to_string).collect()
    }

    fn found(suggest: &str, flows: &[&str]) -> Vec<String> {
        found_in(&format!("suggest: {suggest}"), flows)
    }

    fn flow(name: &str, more: &str) -> String {
        format!(
            "flow: {name}\n{more}when: [{{any_message: true}}]\nsteps:\n  - agent: helper\n    instructions: Answer.\n    facts: [Open.]\n"
        )
    }

    #[test]
    fn a_team_names_one_agent_that_can_begin_by_itself() {
        let plain = flow("f0", "");
        assert_eq!(found("helper", &[&plain]), Vec::<String>::new());
        let wrong = found("helpr", &[&plain]);
        assert!(wrong.len() == 1 && wrong[0].contains("did you mean `helper`"), "{wrong:?}");
        assert_eq!(found("helper", &[]).len(), 1);
        let other = flow("f1", "");
        assert!(found("helper", &[&plain, &other])[0].contains("several flows"));
        let needs = flow("f0", "inputs: {size: text}\n");
        assert!(found("helper", &[&needs])[0].contains("`size`"));
        let has = flow("f0", "inputs: {size: {type: text, default: M}}\n");
        assert_eq!(found("helper", &[&has]), Vec::<String>::new());
    }

    #[test]
    fn the_agent_of_shadow_is_looked_for_too_and_a_team_has_one_of_both() {
        let plain = flow("f0", "");
        assert_eq!(found_in("shadow: helper", &[&plain]), Vec::<String>::new());
        let wrong = found_in("shadow: helpr", &[&plain]);
        assert!(wrong.len() == 1 && wrong[0].contains("did you mean `helper`"), "{wrong:?}");
        assert!(found_in("shadow: helper", &[])[0].contains("take `shadow` out"));
        let both = found_in("suggest: helper, shadow: helper", &[&plain]);
        assert!(both.len() == 1 && both[0].contains("_bot.yaml:4:41: error[E547]"), "{both:?}");
    }
}
