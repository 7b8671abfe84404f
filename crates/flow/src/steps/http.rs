//! Implements `http`: calls a server and stores the answer. The request leaves as an effect; this file handles its
//! result.

use super::{StepKind, agent::reach};
use crate::{
    base::{
        diagnostic::Diagnostic,
        limits::{CALL_RETRIES_MAX, CALL_TIMEOUT_DEFAULT, VALUE_DEPTH_MAX},
        time::Span,
    },
    engine::{
        http_request::{self, Address},
        turn::{Here, Next, StepFailure, Turn},
        variables,
    },
    load::{
        spec::{FieldKind, FieldSpec, Spec, parts},
        step_fields::StepFields,
    },
    model::{
        effect::{CallBody, CallRequest, CallText, Effect, HttpCall},
        event::{CallAnswer, CallError},
        session::{CallWait, Waiting},
        value::Value,
    },
    script::{Scope, ScriptError},
    text::{Data, Text},
};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

pub struct Http {
    pub method: String,
    pub url: Option<Text>,
    pub headers: Vec<(String, Text)>,
    pub query: Vec<(String, Text)>,
    pub json: Option<Data>,
    pub form: Vec<(String, Text)>,
    /// The accepted statuses; empty: 200 to 299.
    pub accept: Vec<u16>,
    pub timeout: Span,
    pub retry: Retry,
    /// True if the author wrote `retry`, which says that the server supports the key.
    pub keyed: bool,
    pub fills: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retry {
    pub times: u32,
    pub wait: Span,
    pub backoff: i64,
}

const METHODS: [&str; 6] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"];

impl StepKind for Http {
    const SPEC: Spec = Spec {
        name: "http",
        summary: "Asks a server and keeps its answer.",
        fields: &[
            FieldSpec::required("http", FieldKind::Text, "`METHOD url`, for example `GET ${env.SHOP_URL}/orders`."),
            FieldSpec::optional("headers", FieldKind::Map, "Secrets may stand here, in `query`, `form` and `json`."),
            FieldSpec::optional("query", FieldKind::Map, "What comes after the `?`."),
            FieldSpec::optional("json", FieldKind::Data, "The body as JSON."),
            FieldSpec::optional("form", FieldKind::Map, "The body as a form."),
            FieldSpec::default("accept", FieldKind::Many(&FieldKind::Whole), "2xx", "The statuses that are no error."),
            FieldSpec::default("timeout", FieldKind::Duration, "10s", "How long one try may take."),
            FieldSpec::default(
                "retry",
                parts::RETRY,
                "2 for GET and HEAD, else 0",
                "How often to try again, or `{times, wait, backoff}`. Written, it says that the server honours `Idempotency-Key`.",
            ),
            FieldSpec::optional("as", FieldKind::Variable, "The variable for `{status, body, headers}`."),
            FieldSpec::optional("on_timeout", FieldKind::Steps, "What to do when no try was answered in time."),
        ],
        example: "http: GET https://shop.example/orders\nas: shop",
    };

    fn parse(fields: &mut StepFields<'_, '_>) -> Self {
        let (method, url) = read_target(fields);
        let accept = read_accept(fields);
        let (headers, query, form) =
            (fields.text_map("headers", true), fields.text_map("query", true), fields.text_map("form", true));
        let json = fields.node("json").map(|node| fields.secret_data_of(node));
        fields.node("json").into_iter().for_each(|node| fields.no_values(node));
        if json.is_some()
            && let Some(entry) = fields.entry("form")
        {
            let finding = Diagnostic::error("E238", &entry.key.place, "a request has `json` or `form`, not both");
            fields.report(finding.help("take one of the two out: most servers take `json`"));
        }
        if url.as_ref().is_some_and(http_request::is_foreign) {
            let mut texts: Vec<&Text> = headers.iter().chain(&query).chain(&form).map(|(_, text)| text).collect();
            json.iter().for_each(|json| json.texts(&mut texts));
            let secret = texts.into_iter().find(|text| text.codes().any(|code| code.uses().names.contains("secrets")));
            if let Some(text) = secret {
                let message = "no secret goes to an address that begins with a value";
                let finding = Diagnostic::error("E309", text.place(), message);
                fields.report(finding.help("begin the address with `${env.NAME}`, and put values behind the host"));
            }
        }
        let safe = matches!(method.as_str(), "GET" | "HEAD");
        let keyed = fields.has("retry");
        let retry = read_retry(fields, if safe { 2 } else { 0 });
        let http = Http {
            method,
            url,
            headers,
            query,
            json,
            form,
            accept,
            timeout: fields.duration("timeout", CALL_TIMEOUT_DEFAULT),
            retry,
            keyed,
            fills: fields.fills(),
        };
        fields.opt_steps("on_timeout");
        http
    }

    fn run<'a>(&self, turn: &mut Turn<'a>, here: Here<'a>) -> Next {
        self.send(turn, here, &[])
    }
}

/// The result of an attempt.
pub(super) enum Outcome {
    Answered(CallAnswer),
    /// It is tried again.
    Again(Next),
    Failed(StepFailure),
}

impl Http {
    /// Sends the request, and waits; `extra` are further names that its texts read.
    pub(super) fn send(&self, turn: &mut Turn<'_>, here: Here<'_>, extra: &[(&str, Value)]) -> Next {
        match self.asked(turn, here, extra) {
            Ok(request) => {
                let (call, attempt) = (request.call, 1);
                let request = CallRequest::Http(request);
                turn.effects.push(Effect::Call(Box::new(request.clone())));
                turn.note_at(here, format!("{} to a server", self.method));
                Next::Park(Waiting::Call(Box::new(CallWait { call, attempt, request, retry_at: None, back: None, unsaid: None })))
            }
            Err(failure) => Next::Fail(failure),
        }
    }

    fn asked(
        &self,
        turn: &mut Turn<'_>,
        here: Here<'_>,
        extra: &[(&str, Value)],
    ) -> Result<HttpCall, StepFailure> {
        let render = |pairs: &[(String, Text)]| -> Result<Vec<(String, CallText)>, StepFailure> {
            let filled = |text: &Text| with_names(turn, here, extra, |scope| http_request::text(text, scope));
            pairs.iter().map(|(name, text)| Ok((name.clone(), filled(text)?))).collect()
        };
        let address = match &self.url {
            Some(url) => with_names(turn, here, extra, |scope| http_request::address(url, scope))?,
            None => Ok(Address { url: String::new(), foreign: false }),
        };
        let Address { url, foreign } = address.map_err(|why| StepFailure::new("invalid_url", why))?;
        let headers: BTreeMap<String, CallText> = render(&self.headers)?.into_iter().collect();
        let query = render(&self.query)?;
        let body = match &self.json {
            Some(json) => Some(json_body(turn, here, extra, json)?),
            None if self.form.is_empty() => None,
            None => Some(CallBody::Form(render(&self.form)?)),
        };
        let call = turn.run_mut(here.run).map_or(0, |run| {
            run.calls += 1;
            run.calls
        });
        let key = self.keyed.then(|| idempotency_key(turn, here.run, call));
        let method = self.method.clone();
        let timeout = self.timeout;
        let request = HttpCall { run: here.run, call, attempt: 1, method, url, headers, query, body, timeout, key };
        if foreign && request.has_secret() {
            let text = "the host comes from a value, and no secret goes there; begin the address with `env` or a text";
            return Err(StepFailure::new("blocked", text));
        }
        Ok(request)
    }

    /// Handles the result of a call: stored, tried again, or an error.
    pub fn returned(
        &self,
        turn: &mut Turn<'_>,
        here: Here<'_>,
        wait: CallWait,
        result: Result<CallAnswer, CallError>,
    ) -> Next {
        match self.outcome(turn, here, wait, result) {
            Outcome::Answered(answer) => {
                reach::accepted(turn, here.run, self.only_reads());
                variables::keep(turn, here.run, self.fills.as_deref(), value_of(answer));
                Next::Continue
            }
            Outcome::Again(next) => next,
            Outcome::Failed(failure) => {
                self.note_open(turn, here.run, &failure);
                match here.node.outline.on_timeout {
                    Some(body) if failure.code == "timeout" => Next::Body(body),
                    _ => Next::Fail(failure),
                }
            }
        }
    }

    /// A tool of an agent must not repeat a request of which nobody knows whether it took effect.
    fn note_open(&self, turn: &mut Turn<'_>, run: u32, failure: &StepFailure) {
        if !self.only_reads() && reach::is_open(&failure.code) {
            reach::unanswered(turn, run);
        }
    }

    /// True if it changes nothing outside, by its method.
    pub(super) fn only_reads(&self) -> bool {
        matches!(self.method.as_str(), "GET" | "HEAD")
    }

    /// False for a method that has a finding.
    pub fn has_method(&self) -> bool {
        METHODS.contains(&self.method.as_str())
    }

    /// Adds the texts of the request, in which values are filled in.
    pub fn texts<'t>(&'t self, found: &mut Vec<&'t Text>) {
        found.extend(&self.url);
        found.extend(self.headers.iter().chain(&self.query).chain(&self.form).map(|(_, text)| text));
        self.json.iter().for_each(|json| json.texts(found));
    }

    /// Judges the result of an attempt, and begins the pause before the next one.
    pub(super) fn outcome(
        &self,
        turn: &mut Turn<'_>,
        here: Here<'_>,
        mut wait: CallWait,
        result: Result<CallAnswer, CallError>,
    ) -> Outcome {
        let (failure, again) = match result {
            Ok(answer) if self.accepts(answer.status) => return Outcome::Answered(answer),
            Ok(answer) => {
                let text = format!("the server answered with status {}", answer.status);
                let again = matches!(answer.status, 408 | 425 | 429 | 500..=599);
                (StepFailure::new(&format!("http_{}", answer.status), text), again)
            }
            Err(error) => {
                let again = matches!(error.code.as_str(), "timeout" | "unreachable");
                (StepFailure { code: error.code, text: error.text }, again)
            }
        };
        if again && wait.attempt <= self.retry.times {
            let factor = self.retry.backoff.saturating_pow(wait.attempt - 1);
            let pause = Span(self.retry.wait.0.saturating_mul(factor));
            wait.retry_at = Some(turn.now() + pause);
            turn.note_at(here, format!("`{}`: tried again in {pause}", failure.code));
            return Outcome::Again(Next::Park(Waiting::Call(Box::new(wait))));
        }
        Outcome::Failed(failure)
    }

    /// Begins the next attempt, with the same key.
    pub fn again(&self, turn: &mut Turn<'_>, mut wait: CallWait) -> Next {
        wait.attempt += 1;
        wait.retry_at = None;
        if let CallRequest::Http(request) = &mut wait.request {
            request.attempt = wait.attempt;
        }
        turn.effects.push(Effect::Call(Box::new(wait.request.clone())));
        Next::Park(Waiting::Call(Box::new(wait)))
    }

    /// Handles a restart of the process during the call: it is unknown whether the request arrived.
    pub fn restarted(&self, turn: &mut Turn<'_>, run: u32, wait: CallWait) -> Next {
        if wait.attempt <= self.retry.times {
            return self.again(turn, wait);
        }
        let failure = StepFailure::new("unknown_outcome", "the process ended while the call was under way");
        self.note_open(turn, run, &failure);
        Next::Fail(failure)
    }

    fn accepts(&self, status: u16) -> bool {
        if self.accept.is_empty() { (200..300).contains(&status) } else { self.accept.contains(&status) }
    }
}

/// Evaluates with all names that a step may read, and further ones.
fn with_names<T>(
    turn: &Turn<'_>,
    here: Here<'_>,
    extra: &[(&str, Value)],
    f: impl FnOnce(&Scope<'_>) -> Result<T, ScriptError>,
) -> Result<T, StepFailure> {
    turn.seen(here.run, extra, |turn, seen| turn.in_scope_at(Ok(here), seen, f))
}

fn json_body(
    turn: &Turn<'_>,
    here: Here<'_>,
    extra: &[(&str, Value)],
    json: &Data,
) -> Result<CallBody, StepFailure> {
    let given = with_names(turn, here, extra, |scope| http_request::data(json, scope))?;
    if given.is_too_deep() {
        return Err(StepFailure::new("too_deep", format!("more than {VALUE_DEPTH_MAX} lists and maps in each other")));
    }
    Ok(given.into_body())
}

fn value_of(answer: CallAnswer) -> Value {
    let headers = answer.headers.into_iter().map(|(name, value)| (name, Value::Text(value)));
    Value::Map(BTreeMap::from([
        ("status".to_owned(), Value::Whole(i64::from(answer.status))),
        ("body".to_owned(), answer.body),
        ("headers".to_owned(), Value::Map(headers.collect())),
    ]))
}

/// The key of all attempts of a call, different for every call; it cannot be guessed from outside.
fn idempotency_key(turn: &Turn<'_>, run: u32, call: u32) -> String {
    let mut hash = Sha256::new();
    hash.update(turn.world.token_key);
    hash.update(format!("|{}|{run}|{call}", turn.world.conversation));
    hash.finalize().iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}

/// Parses `METHOD url`.
fn read_target(fields: &mut StepFields<'_, '_>) -> (String, Option<Text>) {
    let Some(node) = fields.required("http") else { return ("GET".into(), None) };
    if node.map().is_some() {
        let finding = Diagnostic::error(
            "E237",
            &node.place,
            "`http` takes a method and an address, and this is keys with values",
        );
        fields.report(
            finding.help("write `http: POST https://…`, and `json:`, `headers:` and the rest beside it, not below"),
        );
        return ("GET".into(), None);
    }
    let text = fields.text_of(node);
    let source = text.source().trim_start();
    let (method, url) = source.split_once(char::is_whitespace).unwrap_or((source, ""));
    if !METHODS.contains(&method) || url.trim().is_empty() {
        let finding = Diagnostic::error("E237", &node.place, "`http` takes a method and an address");
        let beside = fields.node("method").and_then(|node| node.text()).map(str::to_uppercase);
        let in_capitals = Some(method.to_uppercase()).filter(|upper| METHODS.contains(&upper.as_str()));
        let help = match beside.filter(|method| METHODS.contains(&method.as_str())) {
            None if in_capitals.is_some() && !url.trim().is_empty() => {
                format!("write the method in capitals: `{} {}`", in_capitals.unwrap_or_default(), url.trim())
            }
            Some(beside) => format!("write both in one line: `http: {beside} {}`", source.trim()),
            None => format!("write `GET https://…`; the methods are {}", METHODS.join(", ")),
        };
        fields.report(finding.help(help));
        fields.know(&["method"]);
    }
    (method.to_owned(), Some(text.without_first_word()))
}

fn read_accept(fields: &mut StepFields<'_, '_>) -> Vec<u16> {
    let mut all = Vec::new();
    for node in fields.list("accept") {
        match node.text().and_then(|text| text.parse::<u16>().ok()).filter(|status| (100..600).contains(status)) {
            Some(status) => all.push(status),
            None => {
                let help = "200 to 299 are accepted anyway: name others one by one, `accept: [404, 409]`";
                fields.wrong(
                    node,
                    "E239",
                    format!("`accept` lists statuses such as 404, and this is {}; {help}", node.describe()),
                );
            }
        }
    }
    all
}

fn read_retry(fields: &mut StepFields<'_, '_>, default: u32) -> Retry {
    let mut retry = Retry { times: default, wait: Span::seconds(1), backoff: 2 };
    let Some(node) = fields.node("retry") else { return retry };
    let times = |n: i64| u32::try_from(n).unwrap_or(default);
    if node.map().is_none() {
        retry.times = times(fields.whole("retry", i64::from(default), 0..=CALL_RETRIES_MAX));
        return retry;
    }
    let mut keys = fields.below(node, "retry");
    retry.times = times(keys.whole("times", 2, 0..=CALL_RETRIES_MAX));
    retry.wait = keys.duration("wait", retry.wait);
    retry.backoff = keys.whole("backoff", 2, 1..=10);
    keys.finish();
    retry
}
