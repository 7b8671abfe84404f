//! Asks the configured models the questions of authors' tests: within an amount of money for all of them, and on one event
//! loop, because each case has its own and a connection does not outlive the one on which it was opened.

use super::{
    author_budgets::AuthorBudgets,
    budgets::Ceiling,
    models::{Asking, Models, Replied},
    recording::RecordedQuestion,
};
use crate::{
    base::{
        clock::{Clock, SystemClock},
        ids::ContactId,
    },
    config::Config,
    model::effect::{ModelCall, ModelError, ModelErrorKind, ModelReply},
    process::metrics::Metrics,
    store::{Store, WriteSet, tables::model_call},
};
use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicI64, Ordering},
    },
};
use tokio::runtime::Handle;

/// The models of a run of tests, with its own book of costs.
pub struct LiveModels {
    models: Models,
    /// The server's names of the models.
    names: BTreeMap<String, String>,
    /// A book that ends with the run, so budgets of the configuration begin anew.
    store: Store,
    ceiling: Ceiling,
    metrics: Metrics,
    event_loop: Handle,
    /// The number of cases so far: each one is a person of its own for budgets.
    cases: AtomicI64,
    sums: Mutex<LiveSums>,
}

/// The sums of a run.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LiveSums {
    pub questions: usize,
    /// In millionths of the currency unit.
    pub cost: i64,
    /// True if a question was not asked because of its cost.
    pub is_over: bool,
}

/// One case of the run.
pub struct LiveCase {
    models: Arc<LiveModels>,
    /// The model in place of another one, as `transom eval --models` compares them.
    instead: Option<Substitute>,
    contact: ContactId,
    answered: Mutex<Recorded>,
}

/// Asks one model in place of another; both by their names in the configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Substitute {
    pub of: String,
    pub by: String,
}

/// The answers of one case.
#[derive(Debug, Clone, Default)]
pub struct Recorded {
    pub questions: Vec<RecordedQuestion>,
    /// A question without an answer: `model_down: nobody answers`. The case then says nothing about its models.
    pub failed: Option<String>,
}

impl LiveModels {
    /// `store` is an empty database for the costs; at most `cost_max` millionths are spent. Fails only if TLS cannot be set
    /// up.
    pub fn new(config: &Config, store: Store, cost_max: i64, event_loop: Handle) -> Result<LiveModels, reqwest::Error> {
        let name = |model: &crate::config::Model| (model.endpoint.name.clone(), model.endpoint.model.clone());
        Ok(LiveModels {
            models: Models::new(config, None)?,
            names: config.models.iter().map(name).collect(),
            store,
            ceiling: Ceiling::new(cost_max),
            metrics: Metrics::new(),
            event_loop,
            cases: AtomicI64::new(0),
            sums: Mutex::default(),
        })
    }

    pub fn sums(&self) -> LiveSums {
        self.sums.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Ends the book.
    pub async fn close(&self) {
        self.store.close().await;
    }

    async fn ask(&self, call: &ModelCall, contact: ContactId, author: &AuthorBudgets) -> ModelReply {
        let (store, clock, metrics) = (&self.store, &SystemClock, &self.metrics);
        let asking = Asking { store, clock, metrics, contact, author, clip: None, ceiling: Some(&self.ceiling) };
        let Replied { result, settled, .. } = self.models.ask(call, asking).await;
        let mut set = WriteSet::new();
        settled.iter().for_each(|row| set.push(&model_call::SETTLE, row));
        if !set.is_empty()
            && let Err(error) = self.store.commit(set).await
        {
            // The reserved money then stays spent.
            tracing::warn!(error = %error, "The cost of a question could not be settled");
        }
        // No fence holds this process back, so there is a reply.
        let down = |text: String| ModelReply::free(&call.model, Err(ModelError::new(ModelErrorKind::ModelDown, text)));
        let reply = result.unwrap_or_else(|error| down(error.text));
        let mut sums = self.sums.lock().unwrap_or_else(PoisonError::into_inner);
        sums.questions += usize::from(!settled.is_empty());
        sums.cost = sums.cost.saturating_add(reply.cost);
        sums.is_over |= matches!(&reply.answer, Err(error) if error.kind == ModelErrorKind::OverBudget);
        reply
    }
}

impl LiveCase {
    pub fn begin(models: &Arc<LiveModels>, instead: Option<&Substitute>) -> LiveCase {
        let number = models.cases.fetch_add(1, Ordering::SeqCst) + 1;
        let (models, instead) = (Arc::clone(models), instead.cloned());
        LiveCase { models, instead, contact: ContactId(number), answered: Mutex::default() }
    }

    /// Asks one question of the bot, and tells by whom it was answered.
    pub async fn ask(&self, call: &ModelCall, author: &AuthorBudgets) -> (ModelReply, String) {
        let mut question = call.clone();
        if let Some(instead) = self.instead.as_ref().filter(|instead| instead.of == question.model) {
            question.model.clone_from(&instead.by);
        }
        self.ask_model(call, question, author.clone()).await
    }

    /// As `ask`, but of the model that the question names, also where models are compared. It is no question of the bot, so
    /// no budget of the bot is for it.
    pub async fn ask_as_named(&self, call: &ModelCall) -> (ModelReply, String) {
        self.ask_model(call, call.clone(), AuthorBudgets::default()).await
    }

    async fn ask_model(&self, call: &ModelCall, question: ModelCall, author: AuthorBudgets) -> (ModelReply, String) {
        let (models, contact) = (Arc::clone(&self.models), self.contact);
        let asked = self.models.event_loop.spawn(async move { models.ask(&question, contact, &author).await });
        let reply = asked.await.unwrap_or_else(|error| {
            let text = format!("the question could not be asked: {error}");
            ModelReply::free(&call.model, Err(ModelError::new(ModelErrorKind::ModelDown, text)))
        });
        let by = self.models.names.get(&reply.model).unwrap_or(&reply.model);
        let today = jiff::Timestamp::from_millisecond(SystemClock.now().0).unwrap_or_default();
        let today = today.to_zoned(jiff::tz::TimeZone::UTC).date().to_string();
        let mut answered = self.answered.lock().unwrap_or_else(PoisonError::into_inner);
        match (RecordedQuestion::of(call, &reply, by, &today), &reply.answer) {
            (Some(question), _) => answered.questions.push(question),
            (None, Err(error)) => {
                answered.failed = Some(format!("`{}`: {}: {}", call.step, error.kind.as_str(), error.text));
            }
            (None, Ok(_)) => {}
        }
        let said = format!("`{}` asked the model `{}`", call.step, reply.model);
        (reply, said)
    }

    pub fn answered(&self) -> Recorded {
        self.answered.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
