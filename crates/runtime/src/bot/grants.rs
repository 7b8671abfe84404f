//! Finds the names that `_bot.yaml` declares and that nothing gives a value: `env`, `secrets`, `models` and `mcp`.

use crate::{base::diagnostic::Diagnostic, config::Config, flow::FlowSet};

/// Findings for names that `_bot.yaml` declares and the configuration does not grant; sandboxes have values of their
/// own, but no model of their own.
pub fn ungranted(set: &FlowSet, config: &Config) -> Vec<Diagnostic> {
    if config.only_sandboxes() {
        return unanswered_models(set, config);
    }
    let (bot, grants) = (&set.bot, &config.flows);
    let env = bot.env.iter().filter(|name| !grants.env.contains_key(*name)).map(|name| ("env", name));
    let secrets = bot.secrets.iter().filter(|name| !grants.secrets.contains_key(*name)).map(|name| ("secrets", name));
    let models = bot.models.iter().filter(|name| config.model(name).is_none()).map(|name| ("models", name));
    let mcp = bot.mcp.iter().filter(|name| config.mcp_server(name).is_none()).map(|name| ("mcp", name));
    env.chain(secrets)
        .chain(models)
        .chain(mcp)
        .map(|(what, name)| {
            let message = format!("the bot needs `{name}` in its `{what}`, and the configuration does not grant it");
            let help = match what {
                "models" => format!("write it under `models` in the configuration: `- {{name: {name}, base_url: …}}`"),
                "mcp" => format!("write it under `mcp` in the configuration: `- {{name: {name}, url: …}}`"),
                _ => format!("write it under `flows: {{{what}: {{{name}: …}}}}` in the configuration"),
            };
            Diagnostic::error("E912", bot.named_at(what, name), message).help(help)
        })
        .collect()
}

/// Warnings for models that no sandbox can ask: all their questions fail, and a flow that needs an answer is silent.
fn unanswered_models(set: &FlowSet, config: &Config) -> Vec<Diagnostic> {
    let bot = &set.bot;
    if bot.sandbox.mocks.as_ref().is_some_and(|mocks| mocks.get("model").is_some()) {
        return Vec::new();
    }
    let unknown = bot.models.iter().filter(|name| config.model(name).is_none());
    unknown
        .map(|name| {
            let message = format!("nothing answers the questions to the model `{name}`, so they all fail");
            let help = format!(
                "write it under `models` in the configuration: `- {{name: {name}, base_url: …}}`, or an answer in \
                 `_bot.yaml`: `sandbox: {{mocks: {{model: [any: yes]}}}}`"
            );
            Diagnostic::warning("W915", bot.named_at("models", name), message).help(help)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{base::place::SourceFile, flow};
    use std::path::Path;

    fn found(bot: &str) -> Vec<(&'static str, bool)> {
        let (set, _) = flow::parse_set(&[SourceFile::new("flows/_bot.yaml", bot)]);
        let all = ungranted(&set, &Config::sandbox(Path::new("")));
        all.iter().map(|finding| (finding.code, finding.is_error())).collect()
    }

    #[test]
    fn a_model_that_no_sandbox_can_ask_is_a_warning_so_the_last_good_version_still_starts() {
        let models = "bot: Shop\nmodels: [main]\n";
        assert_eq!(found(models), [("W915", false)]);
        assert_eq!(found(&format!("{models}sandbox: {{mocks: {{model: [{{any: repair}}]}}}}\n")), []);
        assert_eq!(found("bot: Shop\nenv: [SHOP_URL]\n"), [], "a sandbox has values of its own");
    }
}
