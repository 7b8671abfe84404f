//! Describes a call that has returned, as the trace keeps it beside the sentence about it.

use super::{CallRequest, Tokens};
use serde::{Deserialize, Serialize};

/// The side that was called.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CallKind {
    Http,
    Mcp,
    Model,
}

impl CallKind {
    pub const ALL: [CallKind; 3] = [CallKind::Http, CallKind::Mcp, CallKind::Model];

    pub const fn as_str(self) -> &'static str {
        match self {
            CallKind::Http => "http",
            CallKind::Mcp => "mcp",
            CallKind::Model => "model",
        }
    }
}

/// One attempt of a call. It holds nothing that was asked or answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallMade {
    pub kind: CallKind,
    /// The host of an address, a tool with its server, or the model that answered.
    pub name: String,
    /// The number of the call in its run, and of the attempt, from 1.
    pub call: u32,
    pub attempt: u32,
    pub ms: i64,
    /// True if a mock answered.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub mocked: bool,
    /// The status of an HTTP answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// The code of the error, if there is no answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tokens: Option<Tokens>,
    /// In millionths of the currency unit; `None`: the model has no prices.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cost: Option<CallCost>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallCost {
    pub millionths: i64,
    /// The ISO 4217 code.
    pub currency: String,
}

impl CallRequest {
    pub fn kind(&self) -> CallKind {
        match self {
            CallRequest::Http(_) => CallKind::Http,
            CallRequest::Mcp(_) => CallKind::Mcp,
            CallRequest::Model(_) => CallKind::Model,
        }
    }

    /// The number of the attempt, from 1.
    pub fn attempt(&self) -> u32 {
        match self {
            CallRequest::Http(call) => call.attempt,
            CallRequest::Mcp(call) => call.attempt,
            CallRequest::Model(call) => call.attempt,
        }
    }

    /// The host of an address, a tool with its server, or the model. The rest of an address may hold a customer's words.
    pub fn called(&self) -> String {
        match self {
            CallRequest::Http(call) => host_of(&call.url).to_owned(),
            CallRequest::Mcp(call) => format!("{}.{}", call.server, call.tool),
            CallRequest::Model(call) => call.model.to_string(),
        }
    }
}

/// The host of an address; empty if it has none.
fn host_of(url: &str) -> &str {
    let Some((_, rest)) = url.split_once("://") else { return "" };
    let authority = rest.split(['/', '?', '#', '\\']).next().unwrap_or_default();
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    match host.split_once(']') {
        Some((address, _)) => address.trim_start_matches('['),
        None => host.split(':').next().unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_an_address_only_the_host_is_told() {
        for (url, host) in [
            ("https://shop.example.com/orders?phone=34600111222", "shop.example.com"),
            ("http://ana:secret@shop.example.com:8080#x", "shop.example.com"),
            ("http://[::1]:80/x", "::1"),
            ("https://shop.example.com?q=a@b.c", "shop.example.com"),
            ("shop.example.com/x", ""),
        ] {
            assert_eq!(host_of(url), host, "{url}");
        }
    }
}
