//! Compares the names that a bot needs with those that the configuration grants.

use crate::{base::diagnostic::Diagnostic, config::Config, flow::FlowSet};

/// Findings for names that `_bot.yaml` declares and the configuration does not grant; sandboxes have values of their
/// own.
pub fn ungranted(set: &FlowSet, config: &Config) -> Vec<Diagnostic> {
    if config.only_sandboxes() {
        return Vec::new();
    }
    let (bot, grants) = (&set.bot, &config.flows);
    let env = bot.env.iter().filter(|name| !grants.env.contains_key(*name)).map(|name| ("env", name));
    let secrets = bot.secrets.iter().filter(|name| !grants.secrets.contains_key(*name)).map(|name| ("secrets", name));
    let mcp = bot.mcp.iter().filter(|name| config.mcp_server(name).is_none()).map(|name| ("mcp", name));
    let models = bot.models.iter().filter(|name| config.model(name).is_none()).map(|name| ("models", name));
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
