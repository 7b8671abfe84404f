//! Asks the questions of an eval itself: those of its judge, and of the customer that a model plays. They are recorded and
//! paid as those of the bot are, but are no questions of the bot, and a comparison of models leaves their model as it is.

use super::{
    calls::{Calls, Played, Way},
    mocked::MockedQuestion,
};
use crate::{
    llm_step::{mocks::is_without_mock, recording::UnlikeRecorded},
    model::effect::{ModelCall, ModelReply},
};
use std::sync::PoisonError;

/// The answer to such a question.
#[derive(Debug)]
pub struct Aside {
    pub reply: ModelReply,
    pub question: MockedQuestion,
}

impl Aside {
    /// How the question differs from the recorded one.
    pub fn unlike(&self) -> Option<&UnlikeRecorded> {
        self.question.unlike.as_ref()
    }
}

impl Calls {
    /// Asks a real model, or takes the recorded answer. `None`: these are the calls of no eval.
    pub async fn ask_aside(&self, call: &ModelCall) -> Option<Aside> {
        match &self.way {
            Way::Mocked(played) => Some(played.answer_aside(call).await),
            Way::Network { .. } | Way::Sandbox(_) => None,
        }
    }
}

impl Played {
    async fn answer_aside(&self, call: &ModelCall) -> Aside {
        let (reply, mocked, unlike) = match &self.live {
            Some(live) => (live.ask_as_named(call).await.0, true, None),
            None => {
                let models = &mut self.mocks.lock().unwrap_or_else(PoisonError::into_inner).models;
                let (reply, said) = models.answer(call);
                (reply, !is_without_mock(&said), models.take_unlike())
            }
        };
        let (step, model) = (call.step.clone(), reply.model.clone());
        Aside { reply, question: MockedQuestion { step, model, mocked, unlike } }
    }
}
