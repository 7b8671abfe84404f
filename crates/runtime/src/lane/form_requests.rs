//! Keeps the requests that wait for the next screen of an open form.

use super::state::LaneTask;
use crate::{
    base::{
        ids::{ContactId, ConversationId},
        limits::FORM_ANSWER_WAIT,
    },
    lane::queue::Queue,
    model::{
        event::Event,
        form::{FormAnswer, FormScreenRequest},
    },
};
use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
};
use tokio::sync::oneshot;

/// The waiting requests by id.
#[derive(Default)]
pub struct Forms(Mutex<BTreeMap<i64, oneshot::Sender<FormAnswer>>>);

impl Forms {
    fn expect(&self, id: i64) -> oneshot::Receiver<FormAnswer> {
        let (tell, answer) = oneshot::channel();
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(id, tell);
        answer
    }

    /// Answers a request. After a restart the requests from before it no longer wait.
    pub(crate) fn tell(&self, id: i64, answer: FormAnswer) {
        if let Some(waits) = self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&id) {
            let _ = waits.send(answer);
        }
    }

    fn forget(&self, id: i64) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&id);
    }
}

impl Queue {
    /// Lets the flow behind a form answer; `None` if it takes too long.
    pub async fn ask_form(
        &self,
        contact: ContactId,
        conversation: ConversationId,
        asked: FormScreenRequest,
    ) -> Option<FormAnswer> {
        let id = asked.id;
        let answer = self.forms.expect(id);
        let event = Box::new(Event::FormAsked(Box::new(asked)));
        self.push(contact, LaneTask::Event { conversation, event, reply: None });
        let told = tokio::time::timeout(FORM_ANSWER_WAIT.to_std(), answer).await;
        if told.is_err() {
            self.forms.forget(id);
        }
        told.ok().and_then(Result::ok)
    }
}
