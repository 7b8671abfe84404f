//! Asks the configured models: within their budgets and places, and another one where one is down or slow.

use super::{
    author_budgets::AuthorBudgets,
    budgets::{BudgetAlarm, Ceiling, Till},
    rest::Rest,
};
use crate::{
    base::{
        clock::Clock,
        fence::Fence,
        ids::ContactId,
        limits::MODEL_CALL_TIMEOUT_DEFAULT,
        time::{Span, Time},
    },
    channel::llm::{Asked, Clip, ModelClient, Next, Transcribed, prompt_bytes},
    config::{Config, Model},
    model::{
        effect::{ModelCall, ModelError, ModelErrorKind, ModelReply, NO_RUN, Tokens, money},
        event::CallError,
        value::Value,
    },
    process::{limiter::Limiter, metrics::Metrics},
    store::{
        Store,
        tables::model_call::{ReservedCall, SettledCall},
    },
};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::Semaphore;

/// The models of the configuration.
pub struct Models {
    all: Vec<Place>,
    till: Till,
    currency: String,
}

/// One model with its own client and places.
struct Place {
    model: Model,
    client: ModelClient,
    places: Semaphore,
    pace: Option<Mutex<Limiter>>,
    rest: Mutex<Rest>,
}

/// The surroundings of a question.
#[derive(Clone, Copy)]
pub struct Asking<'a> {
    pub store: &'a Store,
    pub clock: &'a dyn Clock,
    pub metrics: &'a Metrics,
    pub contact: ContactId,
    pub author: &'a AuthorBudgets,
    /// The voice note that is to be written down; `None`: the question has words.
    pub clip: Option<&'a Clip>,
    /// The most that all questions of a command may cost together; a daemon has none.
    pub ceiling: Option<&'a Ceiling>,
}

/// The reply to a question, and the rows that belong into the commit that stores it.
#[derive(Debug)]
pub struct Replied {
    pub result: Result<ModelReply, CallError>,
    pub settled: Vec<SettledCall>,
    /// The operator has not heard of these since this process began.
    pub alarms: Vec<BudgetAlarm>,
}

/// The outcome of one model.
struct Tried {
    answer: Result<Value, ModelError>,
    tokens: Tokens,
    cost: i64,
    next: Next,
    settled: Option<SettledCall>,
}

/// The answer of a server.
struct Outcome {
    answer: Result<Value, ModelError>,
    tokens: Tokens,
    /// `None`: nobody knows.
    cost: Option<i64>,
    next: Next,
}

impl Models {
    /// Fails only if TLS cannot be set up.
    pub fn new(config: &Config, fence: Option<&Arc<Fence>>) -> Result<Models, reqwest::Error> {
        let place = |model: &Model| -> Result<Place, reqwest::Error> {
            Ok(Place {
                client: ModelClient::new(model.endpoint.clone(), fence.cloned())?,
                places: Semaphore::new(model.at_once),
                pace: model.rate.map(|rate| Mutex::new(Limiter::new(rate))),
                rest: Mutex::default(),
                model: model.clone(),
            })
        };
        let all = config.models.iter().map(place).collect::<Result<_, _>>()?;
        Ok(Models { all, till: Till::default(), currency: config.prices.currency.clone() })
    }

    fn place(&self, name: &str) -> Option<&Place> {
        self.all.iter().find(|place| place.model.endpoint.name == name)
    }

    /// Asks one question, and of each fallback at most once. The error is for a process that may not act any more.
    pub async fn ask(&self, call: &ModelCall, asking: Asking<'_>) -> Replied {
        let began = asking.clock.now();
        let until = began + call.timeout;
        let (mut settled, mut alarms, mut tokens, mut cost) = (Vec::new(), Vec::new(), Tokens::default(), 0);
        let (mut name, mut tried) = (call.model.as_str(), Vec::new());
        let answer = loop {
            let Some(place) = self.place(name) else {
                let text = format!("`models` of the configuration has no `{name}`");
                break Err(ModelError::new(ModelErrorKind::ModelDown, text));
            };
            tried.push(name);
            let one = match place.try_once(call, until, (&self.till, asking), &mut alarms).await {
                Ok(one) => one,
                Err(error) => return Replied { result: Err(error), settled, alarms },
            };
            settled.extend(one.settled);
            tokens += one.tokens;
            cost = i64::saturating_add(cost, one.cost);
            match place.model.fallback.as_deref() {
                Some(next) if one.next == Next::Fallback && !tried.contains(&next) && asking.clock.now() < until => {
                    name = next;
                }
                _ => break one.answer,
            }
        };
        let is_priced = self.place(name).is_some_and(|place| place.model.is_priced());
        let reply = ModelReply {
            answer,
            model: name.to_owned(),
            tokens,
            cost,
            currency: if is_priced { self.currency.clone() } else { String::new() },
            took: asking.clock.now() - began,
        };
        Replied { result: Ok(reply), settled, alarms }
    }
}

impl Place {
    async fn try_once(
        &self,
        call: &ModelCall,
        until: Time,
        (till, asking): (&Till, Asking<'_>),
        alarms: &mut Vec<BudgetAlarm>,
    ) -> Result<Tried, CallError> {
        let Asking { store, clock, metrics, contact, author, clip, ceiling } = asking;
        let name = self.model.endpoint.name.as_str();
        let began = clock.now();
        if let Some(until) = self.rest.lock().unwrap_or_else(PoisonError::into_inner).until(began) {
            let text = format!("`{name}` failed several times and rests for {}", until - began);
            metrics.model_call(name, "resting");
            return Ok(unasked(ModelErrorKind::ModelDown, text, Next::Fallback));
        }
        // The time counts from the question, so a queue is a part of it.
        let place = tokio::time::timeout((until - began).to_std(), self.places.acquire()).await;
        let Ok(_place) = place.map(|place| place.expect("nobody closes it")) else {
            let text = format!("all places of `{name}` were taken (`at_once`)");
            metrics.model_call(name, "no_place");
            return Ok(unasked(ModelErrorKind::ModelSlow, text, Next::Fallback));
        };
        if !self.slot(until, clock).await {
            let text = format!("`{name}` is asked as often as `rate` allows");
            metrics.model_call(name, "no_slot");
            return Ok(unasked(ModelErrorKind::ModelSlow, text, Next::Fallback));
        }
        // A question about a message has little time; that in the queue is not taken from it. A voice note has its own limit.
        let until = if call.run == NO_RUN && clip.is_none() { clock.now() + call.timeout } else { until };
        let reserved = clip.map_or_else(|| self.most(call), |clip| self.minute_cost(clip.length));
        if let Some(most) = call.cost_max.filter(|most| reserved > *most) {
            metrics.model_call(name, ModelErrorKind::OverBudget.as_str());
            let error = ModelError::above_limit_of_step(reserved, most);
            return Ok(Tried { answer: Err(error), ..unasked(ModelErrorKind::OverBudget, String::new(), Next::Done) });
        }
        let Some(held) = ceiling.map_or(Some(None), |ceiling| ceiling.hold(reserved).map(Some)) else {
            let text = format!("the question may cost {}, which is more than what is left", money(reserved));
            return Ok(unasked(ModelErrorKind::OverBudget, text, Next::Done));
        };
        let id = store.next_id();
        let (model, step, flow) = (name.to_owned(), call.step.clone(), author.flow().cloned());
        let row = ReservedCall { id, contact_id: contact, model, step, flow, cost: reserved, at: clock.now() };
        if let Err(error) = till.reserve(store, &self.model, author, row, alarms).await {
            metrics.model_call(name, error.kind.as_str());
            if let Some(held) = held {
                held.settle(0);
            }
            return Ok(Tried { answer: Err(error), ..unasked(ModelErrorKind::ModelDown, String::new(), Next::Done) });
        }
        let within = until - clock.now();
        let Outcome { answer, tokens, cost, next } = match clip {
            None => {
                let Asked { answer, tokens, next } = self.client.ask(&call.question, within, clock).await?;
                let cost = tokens.map(|tokens| self.cost(&tokens));
                Outcome { answer, tokens: tokens.unwrap_or_default(), cost, next }
            }
            Some(clip) => {
                let language = call.voice.as_ref().and_then(|note| note.language.as_deref());
                let heard = self.client.transcribe(clip, language, within, clock).await?;
                let Transcribed { answer, paid, next } = heard;
                let cost = paid.map(|length| self.minute_cost(length));
                Outcome { answer, tokens: Tokens::default(), cost, next }
            }
        };
        let outcome = answer.as_ref().map_or_else(|error| error.kind.as_str(), |_| "ok");
        // A model that is slow for a question with little time may be quick enough for all others.
        let is_cut = answer.as_ref().is_err_and(|error| error.kind == ModelErrorKind::ModelSlow);
        let tells_nothing = is_cut && call.timeout < MODEL_CALL_TIMEOUT_DEFAULT;
        let mut rest = self.rest.lock().unwrap_or_else(PoisonError::into_inner);
        let began_rest = !tells_nothing && rest.note(next == Next::Done, clock.now());
        drop(rest);
        if began_rest {
            tracing::warn!(reason = outcome, "The model `{name}` failed several times and rests");
        }
        // Nobody knows what it cost: the most that was possible counts.
        let cost = cost.unwrap_or(reserved);
        if let Some(held) = held {
            held.settle(cost);
        }
        metrics.model_call(name, outcome);
        metrics.model_cost(name, cost);
        let settled = SettledCall {
            id,
            cost,
            input: tokens.input,
            cached: tokens.cached,
            output: tokens.output,
            ms: (clock.now() - began).0,
            outcome: outcome.to_owned(),
        };
        Ok(Tried { answer, tokens, cost, next, settled: Some(settled) })
    }

    /// Waits until `rate` allows one more question. False if that is too late; then it takes no part of the rate.
    async fn slot(&self, until: Time, clock: &dyn Clock) -> bool {
        let Some(pace) = &self.pace else { return true };
        let now = clock.now();
        let at = {
            let mut pace = pace.lock().unwrap_or_else(PoisonError::into_inner);
            if pace.due(now) >= until {
                return false;
            }
            pace.reserve(now)
        };
        tokio::time::sleep((at - now).to_std()).await;
        true
    }

    /// The most that a question can cost: half of its bytes as tokens, and the longest answer.
    fn most(&self, call: &ModelCall) -> i64 {
        let input = prompt_bytes(&call.question).div_ceil(2) as u64;
        self.cost(&Tokens { input, cached: 0, output: u64::from(self.client.output_max(&call.question)) })
    }

    fn minute_cost(&self, length: Span) -> i64 {
        self.model.minute_price.map_or(0, |price| price.cost(length))
    }

    fn cost(&self, tokens: &Tokens) -> i64 {
        self.model.prices.map_or(0, |prices| prices.cost(tokens))
    }
}

fn unasked(kind: ModelErrorKind, text: String, next: Next) -> Tried {
    Tried { answer: Err(ModelError::new(kind, text)), tokens: Tokens::default(), cost: 0, next, settled: None }
}
