//! Performs the calls of `http` steps, the questions of `llm` steps and the uses of MCP tools: through the guarded
//! clients, or from mocks for sandboxes and tests.

use super::{
    mocked::{MockedCall, MockedQuestion, MockedToolUse},
    mocks::{MockedResult, Mocks, is_without_mock},
};
use crate::{
    base::{
        clock::Clock, diagnostic::Findings, fence::Fence, ids::VersionId, limits::CALLS_AT_ONCE_MAX, secret::Secret,
        time::Span,
    },
    channel::{call::FlowClient, fetch::Fetched, file::FileUrl, guard::Guard},
    config::Config,
    flow::FlowSet,
    llm_step::{
        author_budgets::CaseCosts,
        live::{LiveCase, Recorded},
        mocks::is_without_mock as is_unanswered,
        models::{Asking, Models, Replied},
        recording::RecordedQuestion,
        spoken::Spoken,
    },
    mcp_tool::{
        mocks::{MockedUse, is_without_mock as is_unused, named},
        servers::McpServers,
    },
    model::{
        effect::{HttpCall, McpCall, ModelCall, ModelReply},
        event::CallError,
    },
    process::metrics::Metrics,
};
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};
use tokio::sync::Semaphore;

/// The HTTP access of flows.
pub struct Calls {
    pub(super) way: Way,
    metrics: Metrics,
    spoken: Spoken,
}

pub(super) enum Way {
    /// The network for real senders; `sandbox.mocks` for sandboxes, if the bot has any.
    Network {
        caller: FlowClient,
        /// For files, whose URLs come from customers, platforms, API keys and flows.
        media: FlowClient,
        secrets: BTreeMap<String, Secret>,
        places: Semaphore,
        models: Box<Models>,
        mcp: Box<McpServers>,
        /// The mocks of the live version; lists of answers start again with each version.
        sandbox: Mutex<Option<(VersionId, Mocks)>>,
    },
    /// The sandbox in the terminal: only `sandbox.mocks` of the live version.
    Sandbox(Mutex<Option<(VersionId, Mocks)>>),
    /// An author's test: only its own mocks, for all senders.
    Mocked(Arc<Played>),
}

pub(super) struct Played {
    pub(super) mocks: Mutex<Mocks>,
    made: Mutex<Vec<MockedCall>>,
    asked: Mutex<Vec<MockedQuestion>>,
    used: Mutex<Vec<MockedToolUse>>,
    costs: Mutex<CaseCosts>,
    /// Asks real models in place of mocks.
    pub(super) live: Option<LiveCase>,
}

/// The result of a question.
#[derive(Debug)]
pub struct QuestionResult {
    pub replied: Replied,
    /// A note for the trace, if a mock answered.
    pub said: Option<String>,
}

/// The result of a call.
#[derive(Debug, Clone)]
pub struct CallResult {
    pub result: MockedResult,
    /// A note for the trace, if a mock answered.
    pub said: Option<String>,
}

impl Calls {
    /// For a daemon; fails only if TLS cannot be set up. Calls wait until the fence is open.
    pub fn new(config: &Config, metrics: Metrics, fence: Arc<Fence>) -> Result<Calls, reqwest::Error> {
        let models = Box::new(Models::new(config, Some(&fence))?);
        let mcp = Box::new(McpServers::new(config, Some(&fence))?);
        let caller = FlowClient::new(Guard::new(config.flows.allow_private.iter().copied()))?.behind(fence);
        let media =
            FlowClient::new(Guard::new(config.media.allow_private.iter().copied()).named("media.allow_private"))?;
        let secrets = config.flows.secrets.clone();
        let places = Semaphore::new(CALLS_AT_ONCE_MAX);
        let way = Way::Network { caller, media, secrets, places, models, mcp, sandbox: Mutex::default() };
        Ok(Calls { way, metrics, spoken: Spoken::default() })
    }

    /// For the sandbox in the terminal: no call reaches the network, even without `sandbox.mocks`.
    pub fn of_sandbox(metrics: Metrics) -> Calls {
        Calls { way: Way::Sandbox(Mutex::default()), metrics, spoken: Spoken::default() }
    }

    /// For one case of an author's test.
    pub fn mocked(mocks: Mocks, metrics: Metrics) -> Calls {
        Calls::played(mocks, None, metrics)
    }

    /// As `mocked`; `live` asks real models in place of their mocks.
    pub fn played(mocks: Mocks, live: Option<LiveCase>, metrics: Metrics) -> Calls {
        let (made, asked, used, costs) = (Mutex::default(), Mutex::default(), Mutex::default(), Mutex::default());
        let played = Played { mocks: Mutex::new(mocks), made, asked, used, costs, live };
        Calls { way: Way::Mocked(Arc::new(played)), metrics, spoken: Spoken::default() }
    }

    /// For the next process of the same test case: the mocks survive a restart of the process.
    pub fn of_next_process(&self) -> Option<Calls> {
        match &self.way {
            Way::Mocked(played) => {
                let (metrics, spoken) = (self.metrics.clone(), self.spoken.clone());
                Some(Calls { way: Way::Mocked(Arc::clone(played)), metrics, spoken })
            }
            Way::Network { .. } | Way::Sandbox(_) => None,
        }
    }

    /// True if no call leaves this program: mocks answer for a sender of a sandbox, or for all senders.
    pub(crate) fn are_played(&self, sandbox: Option<(VersionId, &FlowSet)>) -> bool {
        match &self.way {
            Way::Mocked(_) | Way::Sandbox(_) => true,
            Way::Network { .. } => sandbox.is_some_and(|(_, set)| set.bot.sandbox.mocks.is_some()),
        }
    }

    /// The words of a voice note that a test or a talk in the terminal plays, by the id of its file; `None`: nothing is heard
    /// in it.
    pub fn speak(&self, file: String, words: Option<String>) {
        self.spoken.keep(file, words);
    }

    /// In an author's test the pauses between attempts take no time (language.md 10).
    pub(crate) fn is_mocked(&self) -> bool {
        matches!(self.way, Way::Mocked(_))
    }

    /// Makes one call, once; the engine decides about retries. `sandbox`: the live flows, if the sender is a sandbox.
    pub async fn perform(&self, call: &HttpCall, sandbox: Option<(VersionId, &FlowSet)>) -> CallResult {
        let called = match &self.way {
            Way::Mocked(played) => {
                let Played { mocks, made, .. } = played.as_ref();
                let mut mocks = mocks.lock().unwrap_or_else(PoisonError::into_inner);
                let (result, said) = mocks.answer(&call.method, &call.url);
                let status = result.as_ref().ok().map(|answer| answer.status);
                let made_now = MockedCall { mocked: !is_without_mock(&said), status, ..MockedCall::of(call) };
                made.lock().unwrap_or_else(PoisonError::into_inner).push(made_now);
                CallResult { result, said: Some(said) }
            }
            Way::Sandbox(mocks) => {
                let answer = |mocks: &mut Mocks| mocks.answer(&call.method, &call.url);
                let played = sandbox.and_then(|(version, set)| played(mocks, version, set, answer));
                let (result, said) = played.unwrap_or_else(|| answer(&mut Mocks::default()));
                CallResult { result, said: Some(said) }
            }
            Way::Network { caller, secrets, places, sandbox: mocks, .. } => {
                let answer = |mocks: &mut Mocks| mocks.answer(&call.method, &call.url);
                match sandbox.and_then(|(version, set)| played(mocks, version, set, answer)) {
                    Some((result, said)) => CallResult { result, said: Some(said) },
                    None => {
                        // The time-out counts from the call, not from the queue before it.
                        let _place = places.acquire().await.expect("nobody closes it");
                        CallResult { result: caller.call(call, secrets).await, said: None }
                    }
                }
            }
        };
        self.metrics.http_call(label(&called));
        called
    }

    /// Uses a tool of an MCP server, once; the engine decides about a repetition. `sandbox`: as for `perform`. The note is for
    /// the trace, if a mock answered.
    pub async fn use_tool(
        &self,
        call: &McpCall,
        sandbox: Option<(VersionId, &FlowSet)>,
        clock: &dyn Clock,
    ) -> (MockedUse, Option<String>) {
        let answer = |mocks: &mut Mocks| mocks.mcp.answer(call);
        let answered = match &self.way {
            Way::Mocked(played) => {
                let answered = answer(&mut played.mocks.lock().unwrap_or_else(PoisonError::into_inner));
                let one = MockedToolUse { name: named(call), mocked: !is_unused(&answered.1) };
                played.used.lock().unwrap_or_else(PoisonError::into_inner).push(one);
                Some(answered)
            }
            Way::Sandbox(mocks) => {
                let played = sandbox.and_then(|(version, set)| played(mocks, version, set, answer));
                Some(played.unwrap_or_else(|| answer(&mut Mocks::default())))
            }
            Way::Network { sandbox: mocks, .. } => {
                sandbox.and_then(|(version, set)| played(mocks, version, set, answer))
            }
        };
        if let Some((result, said)) = answered {
            self.metrics.mcp_call(&call.server, "mock");
            return (result, Some(said));
        }
        let Way::Network { mcp, places, .. } = &self.way else { unreachable!("the other ways have answered") };
        let _place = places.acquire().await.expect("nobody closes it");
        let result = mcp.call(call, clock).await;
        let label = match &result {
            Ok(answer) if answer.is_error => "failed",
            Ok(_) => "ok",
            Err(error) => error.code.as_str(),
        };
        self.metrics.mcp_call(&call.server, label);
        (result, None)
    }

    /// Asks one question, once; the engine decides about repairs. `sandbox`: as for `perform`. Only a question that goes
    /// to a real model costs money and has rows to settle.
    pub async fn ask(
        &self,
        call: &ModelCall,
        sandbox: Option<(VersionId, &FlowSet)>,
        asking: Asking<'_>,
    ) -> QuestionResult {
        let answer = |mocks: &mut Mocks| self.spoken.answer(call, &mut mocks.models);
        let answered = match &self.way {
            Way::Mocked(played) => Some(played.answer(call, &self.spoken, asking).await),
            Way::Sandbox(mocks) => {
                let played = sandbox.and_then(|(version, set)| played(mocks, version, set, answer));
                Some(played.unwrap_or_else(|| answer(&mut Mocks::default())))
            }
            Way::Network { sandbox: mocks, .. } => {
                sandbox.and_then(|(version, set)| played(mocks, version, set, answer))
            }
        };
        if let Some((reply, said)) = answered {
            self.metrics.model_call(&call.model, "mock");
            return QuestionResult {
                replied: Replied { result: Ok(reply), settled: Vec::new(), alarms: Vec::new() },
                said: Some(said),
            };
        }
        let Way::Network { models, .. } = &self.way else { unreachable!("the other ways have answered") };
        QuestionResult { replied: models.ask(call, asking).await, said: None }
    }

    /// Asks a URL for its headers; `None` if there is no answer in time, the address is blocked, or all places are
    /// taken. For optional information about a file.
    pub async fn look(&self, url: &str, wait: Span) -> Option<(u16, BTreeMap<String, String>)> {
        let Way::Network { media, places, .. } = &self.way else { return None };
        let _place = places.try_acquire().ok()?;
        media.look(url, wait).await
    }

    /// The bytes of a file as a stream. Downloads do not queue with the calls of flows.
    pub async fn fetch(&self, at: &FileUrl) -> Result<Fetched, CallError> {
        match &self.way {
            Way::Network { media, .. } => media.fetch(at).await,
            Way::Mocked(_) | Way::Sandbox(_) => Err(reads_no_files()),
        }
    }

    /// As `fetch`, of a file at a server that the configuration names by `own`: requests to that origin are made by
    /// `near`, and what it redirects to may be as private as other files.
    pub(crate) async fn fetch_near(&self, url: &str, own: &str, near: &FlowClient) -> Result<Fetched, CallError> {
        match &self.way {
            Way::Network { media, .. } => media.fetch_near(url, own, near).await,
            Way::Mocked(_) | Way::Sandbox(_) => Err(reads_no_files()),
        }
    }

    /// The questions that mocks of an author's test have answered, oldest first.
    pub fn asked(&self) -> Vec<MockedQuestion> {
        match &self.way {
            Way::Mocked(played) => played.asked.lock().unwrap_or_else(PoisonError::into_inner).clone(),
            Way::Network { .. } | Way::Sandbox(_) => Vec::new(),
        }
    }

    /// The uses of MCP tools that mocks of an author's test have answered, oldest first.
    pub fn used(&self) -> Vec<MockedToolUse> {
        match &self.way {
            Way::Mocked(played) => played.used.lock().unwrap_or_else(PoisonError::into_inner).clone(),
            Way::Network { .. } | Way::Sandbox(_) => Vec::new(),
        }
    }

    /// The answers of real models in a case of an author's test; `None`: it asks none.
    pub fn answered(&self) -> Option<Recorded> {
        match &self.way {
            Way::Mocked(played) => played.live.as_ref().map(LiveCase::answered),
            Way::Network { .. } | Way::Sandbox(_) => None,
        }
    }

    /// The recorded answers that a case of an author's test has got, oldest first.
    pub fn recorded(&self) -> Vec<RecordedQuestion> {
        match &self.way {
            Way::Mocked(played) => {
                let mocks = played.mocks.lock().unwrap_or_else(PoisonError::into_inner);
                mocks.models.recorded.as_ref().map(|recorded| recorded.given.clone()).unwrap_or_default()
            }
            Way::Network { .. } | Way::Sandbox(_) => Vec::new(),
        }
    }

    /// The calls that mocks of an author's test have answered, oldest first.
    pub fn made(&self) -> Vec<MockedCall> {
        match &self.way {
            Way::Mocked(played) => played.made.lock().unwrap_or_else(PoisonError::into_inner).clone(),
            Way::Network { .. } | Way::Sandbox(_) => Vec::new(),
        }
    }
}

impl Played {
    /// Answers a question by a misfortune of the test, a real model, the recording, or a mock.
    async fn answer(&self, call: &ModelCall, spoken: &Spoken, asking: Asking<'_>) -> (ModelReply, String) {
        let Asking { clock, contact, author, .. } = asking;
        let (is_misfortune, unlike, mut answer) = {
            let models = &mut self.mocks.lock().unwrap_or_else(PoisonError::into_inner).models;
            let is_misfortune = models.is_misfortune(call);
            let answer = spoken.answer(call, models);
            (is_misfortune, models.take_unlike(), answer)
        };
        // A test has the words of a voice note, and no sound.
        if let Some(live) = self.live.as_ref().filter(|_| !is_misfortune && call.voice.is_none()) {
            answer = live.ask(call, author).await;
            let cost = answer.0.cost;
            self.costs.lock().unwrap_or_else(PoisonError::into_inner).add(author, contact, cost, clock.now());
        } else {
            let costs = &mut self.costs.lock().unwrap_or_else(PoisonError::into_inner);
            if let Err(error) = costs.pay(author, contact, answer.0.cost, clock.now()) {
                answer.0 = ModelReply::free(&call.model, Err(error));
            }
        }
        // A fallback, or the model that a comparison asks, may have answered.
        let (step, model) = (call.step.clone(), answer.0.model.clone());
        let question = MockedQuestion { step, model, mocked: !is_unanswered(&answer.1), unlike };
        self.asked.lock().unwrap_or_else(PoisonError::into_inner).push(question);
        answer
    }
}

/// The answer of the bot's `sandbox.mocks`; `None` if it has none: a daemon then uses the network.
fn played<T>(
    mocks: &Mutex<Option<(VersionId, Mocks)>>,
    version: VersionId,
    set: &FlowSet,
    answer: impl FnOnce(&mut Mocks) -> T,
) -> Option<T> {
    let node = set.bot.sandbox.mocks.as_ref()?;
    let mut mocks = mocks.lock().unwrap_or_else(PoisonError::into_inner);
    if mocks.as_ref().is_none_or(|(of, _)| *of != version) {
        // Its findings were shown when the version was checked.
        *mocks = Some((version, Mocks::read(node, &Findings::default())));
    }
    mocks.as_mut().map(|(_, mocks)| answer(mocks))
}

// A fixed word: values of a server or an author must not become metric labels.
fn label(called: &CallResult) -> &'static str {
    match &called.result {
        _ if called.said.is_some() => "mock",
        Ok(answer) => match answer.status {
            200..300 => "2xx",
            300..400 => "3xx",
            400..500 => "4xx",
            500..600 => "5xx",
            _ => "other",
        },
        Err(error) => match error.code.as_str() {
            "timeout" => "timeout",
            "unreachable" => "unreachable",
            "blocked" => "blocked",
            "too_large" => "too_large",
            "invalid_url" => "invalid_url",
            _ => "other",
        },
    }
}

fn reads_no_files() -> CallError {
    CallError { code: "blocked".into(), text: "an author's test or talk reads no files".into() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        base::{place::SourceFile, time::Span},
        flow,
    };
    use std::path::Path;

    fn call(method: &str, url: &str) -> HttpCall {
        HttpCall {
            run: 1,
            call: 1,
            attempt: 1,
            method: method.into(),
            url: url.into(),
            headers: BTreeMap::new(),
            query: Vec::new(),
            body: None,
            timeout: Span::seconds(1),
            key: Some("k".into()),
        }
    }

    fn bot(sandbox: &str) -> FlowSet {
        flow::parse_set(&[SourceFile::new("flows/_bot.yaml", format!("bot: x\n{sandbox}"))]).0
    }

    fn calls() -> (Calls, Metrics) {
        let metrics = Metrics::new();
        (Calls::new(&Config::sandbox(Path::new("")), metrics.clone(), Arc::new(Fence::open())).unwrap(), metrics)
    }

    #[tokio::test]
    async fn a_sandbox_gets_its_mocks_and_the_trace_says_so() {
        let (calls, metrics) = calls();
        let set = bot("sandbox:\n  mocks:\n    http:\n      - GET */x: [{status: 201}, {status: 202}]\n");
        let first = calls.perform(&call("GET", "https://shop/x?q=1"), Some((VersionId(1), &set))).await;
        assert_eq!(first.result.unwrap().status, 201);
        assert!(first.said.unwrap().contains("not by the network"));
        let second = calls.perform(&call("GET", "https://shop/x"), Some((VersionId(1), &set))).await;
        assert_eq!(second.result.unwrap().status, 202);
        let reloaded = calls.perform(&call("GET", "https://shop/x"), Some((VersionId(2), &set))).await;
        assert_eq!(reloaded.result.unwrap().status, 201, "a new version begins its lists anew");
        assert!(metrics.render().contains(r#"transom_http_calls_total{result="mock"} 3"#));
    }

    #[tokio::test]
    async fn a_real_sender_and_a_bot_without_mocks_go_to_the_guarded_network() {
        let (calls, metrics) = calls();
        let mocked = bot("sandbox:\n  mocks:\n    http:\n      - GET */x: {}\n");
        let real = calls.perform(&call("GET", "http://127.0.0.1:9/x"), None).await;
        assert_eq!((real.result.unwrap_err().code.as_str(), real.said), ("blocked", None));
        let plain = bot("");
        let unmocked = calls.perform(&call("GET", "http://127.0.0.1:9/x"), Some((VersionId(1), &plain))).await;
        assert_eq!(unmocked.result.unwrap_err().code, "blocked");
        let missing = calls.perform(&call("POST", "http://127.0.0.1:9/x"), Some((VersionId(1), &mocked))).await;
        assert_eq!(missing.result.unwrap_err().code, "unreachable", "a bot with mocks never leaves the sandbox");
        assert!(metrics.render().contains(r#"transom_http_calls_total{result="blocked"} 2"#));
    }

    #[tokio::test]
    async fn the_call_beyond_the_limit_waits_for_a_place() {
        let (calls, _) = calls();
        let Way::Network { places, .. } = &calls.way else { panic!("a daemon has the network") };
        let all_but_one = places.try_acquire_many(u32::try_from(CALLS_AT_ONCE_MAX - 1).unwrap()).unwrap();
        let request = call("GET", "http://127.0.0.1:9/x");
        assert!(calls.perform(&request, None).await.result.is_err(), "the last place is free");
        let last = places.try_acquire().unwrap();
        let mut waiting = Box::pin(calls.perform(&request, None));
        tokio::select! {
            biased;
            _ = &mut waiting => panic!("there was no place"),
            () = std::future::ready(()) => {}
        }
        drop((all_but_one, last));
        assert_eq!(waiting.await.result.unwrap_err().code, "blocked");
    }

    #[tokio::test]
    async fn a_test_case_knows_which_calls_were_made() {
        let findings = Findings::default();
        let file = SourceFile::new("m.yaml", "http:\n  - POST */b: {status: 503}\n");
        let node = crate::base::yaml::load(&file, &findings).unwrap();
        let calls = Calls::mocked(Mocks::read(&node, &findings), Metrics::new());
        calls.perform(&call("POST", "https://a/b?x=1"), None).await;
        let made = calls.made();
        assert_eq!((made[0].method.as_str(), made[0].url.as_str()), ("POST", "https://a/b"));
        assert_eq!((made[0].key.as_deref(), made[0].attempt, made.len()), (Some("k"), 1, 1));
    }
}
