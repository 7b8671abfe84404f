//! `POST /hooks/{name}`: stores an event of another system about a contact as a planned start; the run begins in the
//! contact's lane.

pub mod proof;
mod record;

use crate::{
    base::{
        ids::{AccountName, FlowName},
        private_use, query,
    },
    channel::{HeaderMap, HeaderName, untrusted_json},
    flow::{self, HookTable},
    ingest::Ingest,
    model::value::Value,
    store::{WriteSet, tables::dead_letter},
};
use sha2::{Digest, Sha256};
use std::{collections::BTreeSet, sync::Arc};

/// A request as it came.
pub struct HookRequest<'a> {
    pub name: &'a str,
    pub headers: &'a HeaderMap,
    pub body: &'a [u8],
    pub vouched: Authentication,
}

/// How a request is authenticated, apart from its signature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Authentication {
    Nobody,
    /// By an API key of this account.
    Account(AccountName),
    /// By this machine's operator.
    Operator,
}

/// An accepted request: all of its starts are stored.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct AcceptedRequest {
    /// The phone of the contact, `+` and digits; `None` if no flow could tell.
    pub phone: Option<String>,
    /// Flows that start, each with false if the same request had started it before.
    pub starts: Vec<(FlowName, bool)>,
    /// Flows that do not start because the number is unknown.
    pub strangers: Vec<FlowName>,
    /// Flows that cannot use the body, with the reason.
    pub refused: Vec<(FlowName, String)>,
}

/// The reason why a request is not accepted.
#[derive(Debug)]
pub enum RefusedRequest {
    /// No flow has a webhook with this name.
    Unknown,
    /// It does not pass `verify`, and has no key.
    Unproven,
    /// No flow can use the body; it is stored as this dead letter.
    Unusable { why: String, letter: i64 },
    /// The rows were not stored: the request must be repeated.
    NotStored(anyhow::Error),
}

/// An authenticated request.
struct AuthenticatedRequest<'a> {
    name: &'a str,
    text: String,
    is_form: bool,
    /// Set if only contacts of this account count.
    account: Option<AccountName>,
    /// True if it is authenticated only by a signature over its body.
    by_stranger: bool,
    /// How a repetition is recognised.
    repetition: Repetition,
}

/// How a repetition of a request is recognised.
enum Repetition {
    /// By a delivery id, for as long as starts are stored.
    Named(String),
    /// By the same bytes within `HOOK_REPEATED`.
    Bytes,
}

/// The headers in which webhook senders put a delivery id. A repetition has the same value.
const NAMES_OF_DELIVERIES: [&str; 6] = [
    "idempotency-key",
    "webhook-id",
    "x-webhook-id",
    "x-shopify-webhook-id",
    "x-github-delivery",
    "x-wc-webhook-delivery-id",
];

/// The label in the webhook metrics.
const METRIC: &str = "hooks";

impl Ingest {
    /// Accepts a request; when this returns `Ok`, its starts are stored and will run.
    pub async fn take_hook(self: &Arc<Self>, hook: &HookRequest<'_>) -> Result<AcceptedRequest, RefusedRequest> {
        let live = self.live.get();
        let all: Vec<HookTable<'_>> =
            flow::hooks(&live.set).into_iter().filter(|table| table.webhook.name == hook.name).collect();
        if all.is_empty() {
            self.metrics.webhook(METRIC, "unknown");
            return Err(RefusedRequest::Unknown);
        }
        let proven: Vec<HookTable<'_>> =
            all.into_iter().filter(|table| proof::holds(table.webhook, hook, &self.config.flows.secrets)).collect();
        if proven.is_empty() {
            self.metrics.webhook(METRIC, "unproven");
            return Err(RefusedRequest::Unproven);
        }
        let told = AuthenticatedRequest {
            name: hook.name,
            text: untrusted_json::text_of(hook.body).into_owned(),
            is_form: is_form(hook.headers),
            account: match &hook.vouched {
                Authentication::Account(account) => Some(account.clone()),
                Authentication::Nobody | Authentication::Operator => None,
            },
            by_stranger: hook.vouched == Authentication::Nobody,
            repetition: match delivery(hook.headers) {
                Some(name) => Repetition::Named(name),
                None => Repetition::Bytes,
            },
        };
        let taken = self.take_authenticated(&live, &proven, &told).await.map_err(RefusedRequest::NotStored)?;
        if taken.refused.is_empty() {
            return Ok(taken);
        }
        let letter = self.list_unusable(&told, &taken.refused).await.map_err(RefusedRequest::NotStored)?;
        if taken.starts.is_empty() && taken.strangers.is_empty() {
            return Err(RefusedRequest::Unusable { why: reasons(&taken.refused), letter });
        }
        Ok(taken)
    }

    /// For a test or the sandbox: signs the request for each flow that requires it, and authenticates it.
    pub async fn play_hook(self: &Arc<Self>, name: &str, body: &Value) -> Result<AcceptedRequest, RefusedRequest> {
        let body = serde_json::to_vec(&body.to_json()).map_err(|error| RefusedRequest::NotStored(error.into()))?;
        let mut headers = HeaderMap::new();
        let live = self.live.get();
        for table in flow::hooks(&live.set).iter().filter(|table| table.webhook.name == name) {
            let Some(verify) = &table.webhook.verify else { continue };
            let Some(secret) = self.config.flows.secrets.get(&verify.secret) else { continue };
            let value = proof::sign(verify, secret, &body);
            if let (Ok(header), Ok(value)) = (verify.header.parse::<HeaderName>(), value.parse()) {
                headers.insert(header, value);
            }
        }
        self.take_hook(&HookRequest { name, headers: &headers, body: &body, vouched: Authentication::Operator }).await
    }

    /// `dead-letters replay`: processes the request with the current flows. The inner `Err` is the reason why it stays
    /// listed.
    pub(crate) async fn replay_hook(
        self: &Arc<Self>,
        letter: &dead_letter::DeadLetter,
    ) -> anyhow::Result<Result<(), String>> {
        let text = |key: &str| letter.data[key].as_str().unwrap_or_default().to_owned();
        let name = text("hook");
        let flows: BTreeSet<&str> =
            letter.data["flows"].as_array().into_iter().flatten().filter_map(|f| f.as_str()).collect();
        let live = self.live.get();
        let tables: Vec<HookTable<'_>> = flow::hooks(&live.set)
            .into_iter()
            .filter(|table| table.webhook.name == name && flows.contains(table.flow.name.as_str()))
            .collect();
        if tables.is_empty() {
            return Ok(Err(format!("No flow that it was for has a webhook `{name}` any more.")));
        }
        let told = AuthenticatedRequest {
            name: &name,
            text: text("raw"),
            is_form: letter.data["form"].as_bool().unwrap_or_default(),
            account: letter.data["account"].as_str().map(AccountName::from),
            by_stranger: false,
            repetition: Repetition::Named(format!("dead letter {}", letter.id)),
        };
        let taken = self.take_authenticated(&live, &tables, &told).await?;
        match taken.refused.is_empty() {
            true => Ok(Ok(())),
            false => Ok(Err(format!("It still cannot be used: {}.", reasons(&taken.refused)))),
        }
    }

    /// Lists a body that no flow can use; a repeated body is listed once.
    async fn list_unusable(
        &self,
        told: &AuthenticatedRequest<'_>,
        refused: &[(FlowName, String)],
    ) -> anyhow::Result<i64> {
        let subject = told.subject();
        if let Some(known) = dead_letter::open_about(&self.store, subject).await? {
            return Ok(known);
        }
        self.metrics.webhook(METRIC, "unusable");
        let id = self.store.next_id();
        let flows: Vec<&FlowName> = refused.iter().map(|(flow, _)| flow).collect();
        let data = serde_json::json!({
            "hook": told.name, "flows": flows, "raw": told.text, "form": told.is_form, "account": told.account,
            "subject": subject,
        });
        let mut set = WriteSet::new();
        self.events.dead_letter_with(&mut set, id, "webhook_body", None, &reasons(refused), data, self.clock.now());
        self.store.commit(set).await?;
        Ok(id)
    }
}

impl AuthenticatedRequest<'_> {
    fn body(&self) -> Result<Value, String> {
        // `curl -d '{…}'` sends JSON with the content type of a form.
        if self.is_form && !self.text.trim_start().starts_with(['{', '[']) {
            let text = |text: String| private_use::plain(&text).into_owned();
            let pairs = query::pairs(&self.text).into_iter();
            return Ok(Value::Map(pairs.map(|(name, value)| (text(name), Value::Text(text(value)))).collect()));
        }
        serde_json::from_str::<serde_json::Value>(&self.text)
            .map(|json| Value::from_json(&json))
            .map_err(|error| format!("the body is not JSON: {error}"))
    }

    /// An id for the body; negative, unlike ids of messages.
    fn subject(&self) -> i64 {
        let digest = Sha256::digest(format!("{}\n{}", self.name, self.text));
        let mut first = [0; 8];
        first.copy_from_slice(&digest[..8]);
        -(i64::from_be_bytes(first) & i64::MAX) - 1
    }
}

fn reasons(refused: &[(FlowName, String)]) -> String {
    let all: Vec<String> = refused.iter().map(|(flow, why)| format!("flow `{flow}`: {why}")).collect();
    all.join("; ")
}

fn is_form(headers: &HeaderMap) -> bool {
    let kind = headers.get("content-type").and_then(|value| value.to_str().ok()).unwrap_or_default();
    kind.trim_start().to_ascii_lowercase().starts_with("application/x-www-form-urlencoded")
}

fn delivery(headers: &HeaderMap) -> Option<String> {
    let value = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).map(str::trim);
    let found = NAMES_OF_DELIVERIES.iter().find_map(|name| Some((name, value(name).filter(|text| !text.is_empty())?)));
    found.map(|(name, text)| format!("{name} {text}"))
}
