//! Reads `models`: the language models that flows may ask, their prices and budgets.

mod voice;

pub use voice::{MinutePrice, Purpose};

use super::{Written, sections::networks};
use crate::{
    base::{
        diagnostic::{Diagnostic, Findings, did_you_mean},
        fields::Fields,
        limits::{
            MODEL_CALL_MAX, MODEL_CALL_TIMEOUT_DEFAULT, MODEL_CALLS_AT_ONCE_DEFAULT, MODEL_CALLS_AT_ONCE_MAX,
            MODEL_REGION_BYTES_MAX, MODEL_TOKENS_MAX, MODELS_MAX,
        },
        time::Span,
        yaml::{Node, to_json},
    },
    channel::{
        guard::is_public,
        llm::{Api, Endpoint, Structured, checked_url},
    },
    model::{
        budget::Budgets,
        effect::{Tokens, millionths},
    },
    process::limiter::Rate,
};
use ipnet::IpNet;
use reqwest::Url;
use std::net::IpAddr;

/// A configured model.
#[derive(Debug, Clone)]
pub struct Model {
    pub endpoint: Endpoint,
    pub purpose: Purpose,
    /// `None`: its answers cost nothing, or nobody said what.
    pub prices: Option<ModelPrices>,
    /// The price of a voice note, for a model that writes these down.
    pub minute_price: Option<MinutePrice>,
    pub budgets: Budgets,
    /// The name of the model that is asked where this one is down or slow.
    pub fallback: Option<String>,
    pub at_once: usize,
    /// Questions beyond it wait.
    pub rate: Option<Rate>,
    /// The place where the operator says that its server works: `eu`.
    pub region: Option<String>,
}

/// The fields of a request that `params` must not replace: with more answers or longer ones a question would cost more
/// than was reserved for it, and in a stream no answer would be found.
const OURS: [&str; 20] = [
    "model",
    "messages",
    "system",
    "max_tokens",
    "max_completion_tokens",
    "n",
    "best_of",
    "stream",
    "response_format",
    "tools",
    "tool_choice",
    "functions",
    // Of Ollama's own interface.
    "options",
    "num_ctx",
    "num_predict",
    "format",
    "truncate",
    "shift",
    // Of transcriptions.
    "file",
    "language",
];

/// Prices of a million tokens, in millionths of the currency unit: so one token costs a millionth of its price.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ModelPrices {
    pub input: i64,
    pub cached: i64,
    pub output: i64,
}

impl Model {
    /// True if the configuration says what it costs.
    pub fn is_priced(&self) -> bool {
        self.prices.is_some() || self.minute_price.is_some()
    }
}

impl ModelPrices {
    /// The cost of these tokens, rounded up to a millionth.
    pub fn cost(&self, tokens: &Tokens) -> i64 {
        let fresh = tokens.input.saturating_sub(tokens.cached);
        let parts = [(fresh, self.input), (tokens.cached.min(tokens.input), self.cached), (tokens.output, self.output)];
        let sum: i128 = parts.iter().map(|(tokens, price)| i128::from(*tokens) * i128::from(*price)).sum();
        i64::try_from((sum + 999_999) / 1_000_000).unwrap_or(i64::MAX)
    }
}

/// Reads the list. Names that occur twice, and fallbacks that do not exist, are reported.
pub fn models(nodes: &[Node], currency: &str, findings: &Findings) -> Vec<Model> {
    if let Some(node) = nodes.get(MODELS_MAX) {
        let message = format!("there are more than {MODELS_MAX} models");
        findings.push(Diagnostic::error("E906", &node.place, message).help("take some out"));
    }
    let all: Vec<Model> = nodes.iter().take(MODELS_MAX).filter_map(|node| model(node, currency, findings)).collect();
    let names: Vec<&str> = all.iter().map(|model| model.endpoint.name.as_str()).collect();
    for node in nodes {
        let Some(fallback) = node.get("fallback").filter(|node| !node.is_broken()) else { continue };
        let name = fallback.text().unwrap_or_default();
        if node.get("name").and_then(Node::text) == Some(name) {
            let finding = Diagnostic::error("E904", &fallback.place, "a model cannot stand in for itself");
            findings.push(finding.help("name another one, or leave `fallback` out"));
        } else if let (Some(one), Some(other)) = (of(&all, node), all.iter().find(|model| model.endpoint.name == name))
            && one.purpose != other.purpose
        {
            let message = format!("`{name}` is there for another use: `{}`", other.purpose.as_str());
            let help = format!("name a model of `use: {}`, or leave `fallback` out", one.purpose.as_str());
            findings.push(Diagnostic::error("E904", &fallback.place, message).help(help));
        } else if !names.contains(&name) && !nodes.iter().any(Node::is_broken) {
            let help = did_you_mean(name, names.iter().copied());
            let help = help.unwrap_or_else(|| "write it under `models`".to_owned());
            findings.push(Diagnostic::error("E904", &fallback.place, format!("there is no model `{name}`")).help(help));
        }
    }
    all
}

/// The model that was read from this node.
fn of<'a>(all: &'a [Model], node: &Node) -> Option<&'a Model> {
    let name = node.get("name").and_then(Node::text)?;
    all.iter().find(|model| model.endpoint.name == name)
}

/// `None` if it cannot be asked.
fn model(node: &Node, currency: &str, findings: &Findings) -> Option<Model> {
    let mut fields = Fields::new(node, "a model", findings);
    for name in ["name", "base_url", "model"] {
        fields.required(name);
    }
    let name = fields.text_if("name").unwrap_or_default().to_owned();
    let api = fields.word("api", Api::NAMES).and_then(Api::parse).unwrap_or(Api::OpenAi);
    let base_url = match fields.text_if("base_url").map(checked_url) {
        Some(Ok(url)) => Some(url),
        Some(Err(why)) => {
            let help = "write it like `https://api.openai.com/v1` or `http://127.0.0.1:11434/v1`";
            fields.wrong_at("base_url", "E906", format!("`base_url` cannot be called: {why}"), help);
            None
        }
        None => None,
    };
    let own = base_url.as_ref().and_then(own_network);
    let mut allow_private = networks(&mut fields, "allow_private");
    let is_local = own.is_some() || !allow_private.is_empty();
    allow_private.extend(own.into_iter().flatten());
    let key = fields.secret_if("key");
    if let Some(url) = base_url.as_ref().filter(|url| url.scheme() == "http" && !is_local) {
        let host = url.host_str().unwrap_or_default();
        let message = format!("what customers write would go to `{host}` in clear text");
        let help = "write `https:`, or name the private network of the server in `allow_private`";
        fields.wrong_at("base_url", "E906", message, help);
    }
    match fields.opt_bool("trains") {
        Some(false) => {}
        Some(true) => {
            let message = "messages of customers may train nobody's models but the business's own".to_owned();
            fields.wrong_at("trains", "E906", message, "take another model, or a contract that excludes it");
        }
        None if is_local || base_url.is_none() || fields.node("trains").is_some() => {}
        None => {
            let message = format!("`{name}` needs `trains: no`");
            let help = "say that your contract with its operator keeps customers' messages out of training: WhatsApp's \
                        terms demand it";
            findings.push(Diagnostic::error("E905", &node.place, message).help(help));
        }
    }
    let timeout = fields.duration("timeout", MODEL_CALL_TIMEOUT_DEFAULT);
    if timeout <= Span::ZERO || timeout > MODEL_CALL_MAX {
        let message = format!("`timeout` is more than nothing and at most {MODEL_CALL_MAX}");
        fields.wrong_at("timeout", "E906", message, "write it like `20s`");
    }
    let purpose = match fields.word("use", Purpose::NAMES) {
        Some("transcribe") => Purpose::Transcribe,
        Some(_) | None => Purpose::Chat,
    };
    if purpose == Purpose::Transcribe {
        voice::no_questions(&mut fields, api);
    }
    let structured = structured(&mut fields, api);
    if let Some(url) = base_url.as_ref().filter(|url| api == Api::Ollama && url.path().trim_matches('/') == "v1") {
        let message = format!("`{}` is the dialect of OpenAI; Ollama's own interface lies beside it", url.path());
        fields.wrong_at("base_url", "E906", message, "write the address without `/v1`");
    }
    let output = fields.whole("output", 800, 1..=MODEL_TOKENS_MAX);
    let context = fields.node("context").is_some().then(|| fields.whole("context", 8_192, 512..=10_000_000));
    for entry in fields.map("params").iter().filter(|entry| OURS.contains(&entry.key.text.as_str())) {
        let message =
            format!("`params` cannot set `{}`: it decides what is asked, or what that may cost", entry.key.text);
        let help = "take it out; `model`, `output`, `context` and `structured` are keys of their own";
        fields.findings().push(Diagnostic::error("E906", &entry.key.place, message).help(help));
    }
    let params = fields.map("params").iter().map(|entry| (entry.key.text.clone(), to_json(&entry.value))).collect();
    let (prices, minute_price) = match purpose {
        Purpose::Chat => (fields.fields_if("prices").and_then(prices), None),
        Purpose::Transcribe => (None, fields.fields_if("prices").and_then(voice::minute_price)),
    };
    let is_priced = prices.is_some() || minute_price.is_some();
    let budgets = budgets(&mut fields, is_priced, purpose, currency);
    let at_once = fields.whole("at_once", MODEL_CALLS_AT_ONCE_DEFAULT, 1..=MODEL_CALLS_AT_ONCE_MAX);
    let fallback = fields.text_if("fallback").map(str::to_owned);
    let (rate, region) = (rate(&mut fields), region(&mut fields));
    let model = fields.text_if("model").unwrap_or_default().to_owned();
    fields.finish();
    let small = |number: i64| u32::try_from(number).unwrap_or(u32::MAX);
    let endpoint = Endpoint {
        name,
        api,
        base_url: base_url?,
        allow_private,
        key,
        model,
        timeout,
        output: small(output),
        context: context.map(small),
        structured: structured.unwrap_or(Structured::Auto),
        params,
    };
    let at_once = usize::try_from(at_once).unwrap_or(1);
    Some(Model { endpoint, purpose, prices, minute_price, budgets, fallback, at_once, rate, region })
}

/// The way to typed answers, if this dialect has it.
fn structured(fields: &mut Fields<'_>, api: Api) -> Option<Structured> {
    let structured = fields.word("structured", Structured::NAMES).and_then(Structured::parse);
    let lacks = match (api, structured) {
        (Api::Anthropic, Some(Structured::Schema)) => "the `anthropic` dialect gives typed answers by a tool",
        (Api::Ollama, Some(Structured::Tool)) => "the `ollama` dialect cannot make a model call a tool",
        _ => return structured,
    };
    fields.wrong_at("structured", "E906", lacks.to_owned(), "leave `structured` out: the best way is then tried first");
    structured
}

fn rate(fields: &mut Fields<'_>) -> Option<Rate> {
    let rate = Rate::parse(fields.text_if("rate")?);
    if rate.is_none() {
        fields.wrong_at("rate", "E906", "`rate` is no number of questions in a time".into(), "write it like `300/min`");
    }
    rate
}

fn region(fields: &mut Fields<'_>) -> Option<String> {
    let region = fields.text_if("region")?;
    let is_name = |text: &str| text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
    if region.is_empty() || region.len() > MODEL_REGION_BYTES_MAX || !is_name(region) {
        let message = format!("a region is a short name in small letters, of at most {MODEL_REGION_BYTES_MAX}");
        fields.wrong_at("region", "E906", message, "write it like `eu`");
        return None;
    }
    Some(region.to_owned())
}

/// The networks of an address that is itself private: the operator who wrote it means exactly this machine. A name is
/// looked up at each request, so its networks must be written.
pub(super) fn own_network(url: &Url) -> Option<Vec<IpNet>> {
    let host = url.host_str()?.trim_matches(['[', ']']);
    if host.eq_ignore_ascii_case("localhost") {
        return Some(["127.0.0.0/8", "::1/128"].iter().filter_map(|net| net.parse().ok()).collect());
    }
    let ip: IpAddr = host.parse().ok()?;
    (!is_public(ip.to_canonical())).then(|| vec![IpNet::from(ip)])
}

fn prices(mut fields: Fields<'_>) -> Option<ModelPrices> {
    fields.required("input");
    fields.required("output");
    let mut price = |name: &'static str| -> Option<i64> {
        let written = fields.text_if(name)?;
        let price = millionths(written);
        if price.is_none() {
            let help = "write the price of a million tokens, like `0.25`";
            fields.wrong_at(name, "E906", format!("`{name}` is no amount"), help);
        }
        price
    };
    let (input, cached, output) = (price("input"), price("cached"), price("output"));
    fields.finish();
    let input = input?;
    Some(ModelPrices { input, cached: cached.unwrap_or(input), output: output? })
}

/// The budgets of a model that has prices.
fn budgets(fields: &mut Fields<'_>, has_prices: bool, purpose: Purpose, currency: &str) -> Budgets {
    let Some(node) = fields.node("budget").filter(|node| !node.is_null()) else { return Budgets::default() };
    let findings = fields.findings();
    if !has_prices {
        let finding = Diagnostic::error("E905", &node.place, "a budget needs `prices`: without them nothing costs");
        findings.push(finding.help(match purpose {
            Purpose::Chat => "write `prices: {input: 0.25, output: 2.00}`, of a million tokens",
            Purpose::Transcribe => "write `prices: {minute: 0.006}`",
        }));
    } else if currency.is_empty() {
        let finding = Diagnostic::error("E905", &node.place, "a budget needs the currency of its amounts");
        findings.push(finding.help("write `prices: {currency: EUR}` at the top"));
    }
    Budgets::read(node, "E906", findings)
}
