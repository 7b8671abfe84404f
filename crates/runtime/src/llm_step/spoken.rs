//! Answers for the model that writes voice notes down, where a test or a talk in the terminal says what is heard.

use super::mocks::ModelMocks;
use crate::model::{
    effect::{ModelCall, ModelError, ModelErrorKind, ModelReply},
    value::Value,
};
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

/// The words of voice notes, by the ids of their files; `None`: nothing is heard. Clones share them.
#[derive(Debug, Clone, Default)]
pub struct Spoken(Arc<Mutex<BTreeMap<String, Option<String>>>>);

impl Spoken {
    pub fn keep(&self, file: String, words: Option<String>) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(file, words);
    }

    /// The words of the voice note that the call is about, else the answer of the mocks. A misfortune among these goes first.
    pub fn answer(&self, call: &ModelCall, mocks: &mut ModelMocks) -> (ModelReply, String) {
        let file = call.voice.as_ref().and_then(|note| note.id.as_deref());
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match file.and_then(|file| all.get(file)) {
            Some(words) if !mocks.is_misfortune(call) => {
                let unheard = || ModelError::new(ModelErrorKind::BadAnswer, "nothing was heard");
                let answer = words.as_deref().map(Value::text).ok_or_else(unheard);
                let said = format!("the voice note was played, and not heard by the model `{}`", call.model);
                (ModelReply::free(&call.model, answer), said)
            }
            Some(_) | None => mocks.answer(call),
        }
    }
}
