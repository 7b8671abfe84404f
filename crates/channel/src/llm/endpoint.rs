//! Describes a configured language model: its server, dialect and limits.

use crate::base::{secret::Secret, time::Span};
use ipnet::IpNet;
use reqwest::Url;
use serde_json::{Map, Value as Json};

/// One entry of `models:` in the configuration, as far as its server is concerned.
#[derive(Debug, Clone)]
pub struct Endpoint {
    /// The name in the configuration; it stands in errors.
    pub name: String,
    pub api: Api,
    /// The address before `/chat/completions`, `/v1/messages` or `/api/chat`.
    pub base_url: Url,
    /// The private networks in which the server may be: other addresses are guarded as those of `http` steps.
    pub allow_private: Vec<IpNet>,
    pub key: Option<Secret>,
    /// The server's name of the model: `gpt-5-mini`.
    pub model: String,
    /// The longest time for one request.
    pub timeout: Span,
    /// The most tokens of an answer.
    pub output: u32,
    /// Tokens that question and answer may have together; `None`: not known.
    pub context: Option<u32>,
    pub structured: Structured,
    /// Goes into the body as it is: `reasoning_effort`, `temperature`.
    pub params: Map<String, Json>,
}

/// The dialect of a server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Api {
    /// Chat completions of OpenAI; also Ollama, llama.cpp, vLLM, LM Studio, Azure (`/openai/v1`), gateways.
    OpenAi,
    /// Messages of Anthropic.
    Anthropic,
    /// The own interface of Ollama, in which a request names its context.
    Ollama,
}

impl Api {
    pub const ALL: [Api; 3] = [Api::OpenAi, Api::Anthropic, Api::Ollama];
    pub const NAMES: &'static [&'static str] = &["openai", "anthropic", "ollama"];

    pub fn as_str(self) -> &'static str {
        match self {
            Api::OpenAi => "openai",
            Api::Anthropic => "anthropic",
            Api::Ollama => "ollama",
        }
    }

    pub fn parse(text: &str) -> Option<Api> {
        Api::ALL.into_iter().find(|api| api.as_str() == text)
    }
}

/// The way to a typed answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Structured {
    /// The first of the three others that the server does not refuse; remembered until the process ends.
    Auto,
    /// The server holds the model to a JSON schema.
    Schema,
    /// The model must call a tool whose arguments are the answer.
    Tool,
    /// The prompt asks for JSON by the schema.
    Json,
}

impl Structured {
    pub const ALL: [Structured; 4] = [Structured::Auto, Structured::Schema, Structured::Tool, Structured::Json];
    pub const NAMES: &'static [&'static str] = &["auto", "schema", "tool", "json"];

    pub fn as_str(self) -> &'static str {
        match self {
            Structured::Auto => "auto",
            Structured::Schema => "schema",
            Structured::Tool => "tool",
            Structured::Json => "json",
        }
    }

    pub fn parse(text: &str) -> Option<Structured> {
        Structured::ALL.into_iter().find(|mode| mode.as_str() == text)
    }
}

/// Parses a `base_url`. The error is a sentence for the configuration's author.
pub fn checked_url(text: &str) -> Result<Url, String> {
    let url = Url::parse(text).map_err(|why| why.to_string())?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(format!("`{}:` addresses are not called", url.scheme()));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("a name and password in an address are not allowed, and a key stands in `key`".into());
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err("the path of the request comes behind it, so it has no `?` and no `#`".into());
    }
    Ok(url)
}
