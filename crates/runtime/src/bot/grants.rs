//! Finds the names that `_bot.yaml` declares and that nothing gives a value: `env`, `secrets`, `models` and `mcp`; and
//! budgets of the bot and of flows that bound nothing.

use crate::{
    base::diagnostic::Diagnostic,
    config::{Config, Model, Purpose},
    flow::FlowSet,
    model::budget::WrittenBudgets,
};

/// Findings for names that `_bot.yaml` declares and the configuration does not grant, or grants for another use; sandboxes
/// have values of their own, but no model of their own.
pub fn ungranted(set: &FlowSet, config: &Config) -> Vec<Diagnostic> {
    let mut found = misused(set, config);
    found.extend(unbounded(set, config));
    if config.only_sandboxes() {
        found.extend(unanswered_models(set, config));
        return found;
    }
    let (bot, grants) = (&set.bot, &config.flows);
    let listed = |what: &'static str, name: &String| (what, name.clone(), bot.named_at(what, name).clone());
    let env = bot.env.iter().filter(|name| !grants.env.contains_key(*name)).map(|name| listed("env", name));
    let secrets = bot.secrets.iter().filter(|name| !grants.secrets.contains_key(*name));
    let models = bot.models.iter().filter(|name| config.model(name).is_none()).map(|name| listed("models", name));
    let mcp = bot.mcp.iter().filter(|name| config.mcp_server(name).is_none()).map(|name| listed("mcp", name));
    let voice = bot.voice.iter().filter(|voice| config.model(&voice.model).is_none());
    let voice = voice.map(|voice| ("voice", voice.model.clone(), voice.place.clone()));
    let all = env.chain(secrets.map(|name| listed("secrets", name))).chain(models).chain(mcp).chain(voice);
    found.extend(all.map(|(what, name, place)| {
        let message = format!("the bot needs `{name}` in its `{what}`, and the configuration does not grant it");
        let help = match what {
            "models" => format!("write it under `models` in the configuration: `- {{name: {name}, base_url: …}}`"),
            "voice" => format!(
                "write it under `models` in the configuration: `- {{name: {name}, use: transcribe, base_url: …}}`"
            ),
            "mcp" => format!("write it under `mcp` in the configuration: `- {{name: {name}, url: …}}`"),
            _ => format!("write it under `flows: {{{what}: {{{name}: …}}}}` in the configuration"),
        };
        Diagnostic::error("E912", &place, message).help(help)
    }));
    found
}

/// Findings for models that the configuration has for another use than the bot.
fn misused(set: &FlowSet, config: &Config) -> Vec<Diagnostic> {
    let bot = &set.bot;
    let has = |name: &str, purpose| config.model(name).is_some_and(|model| model.purpose == purpose);
    let deaf = bot.voice.iter().filter(|voice| has(&voice.model, Purpose::Chat)).map(|voice| {
        let message = format!("the model `{}` answers questions, and writes no voice notes down", voice.model);
        let help = "name a model that has `use: transcribe` in the configuration";
        Diagnostic::error("E548", &voice.place, message).help(help)
    });
    let dumb = bot.models.iter().filter(|name| has(name, Purpose::Transcribe)).map(|name| {
        let message = format!("the model `{name}` writes voice notes down, and answers no questions");
        let help = format!("take it out of `models`, and write `voice: {{model: {name}}}` to have voice notes heard");
        Diagnostic::error("E548", bot.named_at("models", name), message).help(help)
    });
    deaf.chain(dumb).collect()
}

/// Warnings for budgets that bound nothing: the configuration does not say what a question costs, or in which currency.
fn unbounded(set: &FlowSet, config: &Config) -> Vec<Diagnostic> {
    let bot = &set.bot;
    if config.only_sandboxes() && bot.sandbox.mocks.is_some() {
        // No model is ever asked.
        return Vec::new();
    }
    let asked = with_fallbacks(bot.models.iter().map(String::as_str), config);
    let heard = with_fallbacks(bot.voice.iter().map(|voice| voice.model.as_str()), config);
    let of_bot: Vec<&Model> = asked.iter().chain(&heard).copied().collect();
    let of_flows = set.flows.values().filter_map(|flow| Some((flow.budget.as_ref()?, asked.as_slice())));
    let written = bot.agents.budget.iter().map(|budget| (budget, of_bot.as_slice())).chain(of_flows);
    let warning = |(budget, models): (&WrittenBudgets, &[&Model])| {
        // Models that the configuration does not have are findings of their own.
        let (message, help) = if models.is_empty() {
            return None;
        } else if !models.iter().any(|model| model.is_priced()) {
            let names: Vec<String> = models.iter().map(|model| format!("`{}`", model.endpoint.name)).collect();
            let message = format!(
                "this budget bounds nothing: the configuration has no `prices` of {}, so they cost nothing",
                names.join(", ")
            );
            (message, "write `prices: {input: 0.25, output: 2.00}` at the model, of a million tokens")
        } else if config.prices.currency.is_empty() {
            let message = "this budget has amounts without a currency: the configuration names none".to_owned();
            (message, "write `prices: {currency: EUR}` at the top of the configuration")
        } else {
            return None;
        };
        Some(Diagnostic::warning("W916", &budget.place, message).help(help))
    };
    written.filter_map(warning).collect()
}

/// The models of these names, and those that stand in for them.
fn with_fallbacks<'a>(names: impl Iterator<Item = &'a str>, config: &'a Config) -> Vec<&'a Model> {
    let mut all: Vec<&Model> = Vec::new();
    for name in names {
        let mut next = config.model(name);
        while let Some(model) = next.filter(|model| !all.iter().any(|one| one.endpoint.name == model.endpoint.name)) {
            all.push(model);
            next = model.fallback.as_deref().and_then(|name| config.model(name));
        }
    }
    all
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
        found_with(bot, &Config::sandbox(Path::new("")))
    }

    fn found_with(bot: &str, config: &Config) -> Vec<(&'static str, bool)> {
        let (set, _) = flow::parse_set(&[SourceFile::new("flows/_bot.yaml", bot)]);
        let all = ungranted(&set, config);
        all.iter().map(|finding| (finding.code, finding.is_error())).collect()
    }

    #[test]
    fn a_model_that_no_sandbox_can_ask_is_a_warning_so_the_last_good_version_still_starts() {
        let models = "bot: Shop\nmodels: [main]\n";
        assert_eq!(found(models), [("W915", false)]);
        assert_eq!(found(&format!("{models}sandbox: {{mocks: {{model: [{{any: repair}}]}}}}\n")), []);
        assert_eq!(found("bot: Shop\nenv: [SHOP_URL]\n"), [], "a sandbox has values of its own");
    }

    #[test]
    fn a_model_is_granted_for_its_own_use() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("config.yaml");
        let text = "accounts: [{name: acme}]
senders:
  - {id: 1, account: acme, name: Support, provider: meta, phone: \"+15550001111\", phone_number_id: \"1\", waba_id: \"1\", access_token: t, app_secret: s, verify_token: v}
models:
  - {name: ears, use: transcribe, base_url: \"http://127.0.0.1:8000/v1\", model: w}
  - {name: main, base_url: \"http://127.0.0.1:8000/v1\", model: m}
";
        std::fs::write(&file, text).unwrap();
        let config = Config::load(Some(&file), &|_| None).unwrap();
        let found = |bot: &str| found_with(&format!("bot: Shop\n{bot}"), &config);
        assert_eq!(found("models: [main]\nvoice: {model: ears}\n"), []);
        assert_eq!(found("voice: {model: main}\n"), [("E548", true)]);
        assert_eq!(found("models: [ears]\n"), [("E548", true)]);
        assert_eq!(found("voice: {model: deaf}\n"), [("E912", true)]);
    }

    #[test]
    fn a_budget_of_which_nothing_has_a_price_or_a_currency_is_a_warning() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("config.yaml");
        let config = |currency: &str, main: &str, small: &str, ears: &str| {
            let local = "base_url: \"http://127.0.0.1:8000/v1\", model: m";
            let text = format!(
                "accounts: [{{name: acme}}]
senders:
  - {{id: 1, account: acme, name: Support, provider: meta, phone: \"+15550001111\", phone_number_id: \"1\", waba_id: \"1\", access_token: t, app_secret: s, verify_token: v}}
{currency}models:
  - {{name: main, {local}{main}}}
  - {{name: small, {local}{small}}}
  - {{name: ears, use: transcribe, {local}{ears}}}
"
            );
            std::fs::write(&file, text).unwrap();
            Config::load(Some(&file), &|_| None).unwrap_or_else(|all| panic!("{all:#?}"))
        };
        let files = [
            SourceFile::new(
                "flows/_bot.yaml",
                "bot: Shop\nmodels: [main]\nvoice: {model: ears}\nagents:\n  budget: 5.00/1d\n",
            ),
            SourceFile::new("flows/a.yaml", "flow: a\nwhen: [message: hi]\nbudget: 2.00/1d\nsteps: [say: one]\n"),
        ];
        let (set, _) = flow::parse_set(&files);
        let found =
            |config: Config| -> Vec<String> { ungranted(&set, &config).iter().map(ToString::to_string).collect() };
        let (euro, price, minute) =
            ("prices: {currency: EUR}\n", ", prices: {input: 1.00, output: 2.00}", ", prices: {minute: 0.006}");
        let free = found(config(euro, "", price, ""));
        assert!(free.len() == 2 && free[0].starts_with("flows/_bot.yaml:5:3: warning[W916]"), "{free:#?}");
        assert!(free[0].contains("no `prices` of `main`, `ears`"), "{free:#?}");
        assert!(free[1].starts_with("flows/a.yaml:3:1: warning[W916]") && free[1].contains("of `main`,"), "{free:#?}");
        let heard = found(config(euro, "", "", minute));
        assert!(heard.len() == 1 && heard[0].starts_with("flows/a.yaml:3:1"), "no step hears a voice note: {heard:#?}");
        assert_eq!(found(config(euro, price, "", "")), [""; 0]);
        assert_eq!(found(config(euro, ", fallback: small", price, "")), [""; 0], "the fallback has a price");
        let nameless = found(config("", price, "", ""));
        assert!(nameless.len() == 2 && nameless[0].contains("without a currency"), "{nameless:#?}");
        assert!(nameless[0].contains("write `prices: {currency: EUR}`"), "{nameless:#?}");
    }
}
