//! Tells what a trigger did and what came of it: people read it as it happens, programs one document at the end
//! (`--json`).

use crate::cli::terminal::out;
use serde_json::{Map, Value as Json};
use std::cell::RefCell;

/// The lists of the document; each is there even if it is empty.
#[derive(Clone, Copy)]
pub(super) enum OutputList {
    /// Requests to the daemon: `url`, `status`.
    Posts,
    /// Flows that heard of it: `flow`, `state` and the like.
    Flows,
    /// Messages of the bot: `id`, `text`, `content`, `state`, `error`.
    Answers,
    /// Messages whose delivery status was reported: `id`, `state`.
    Statuses,
    /// Sentences that explain why there is no answer.
    WhySilent,
}

const ALL: [OutputList; 5] =
    [OutputList::Posts, OutputList::Flows, OutputList::Answers, OutputList::Statuses, OutputList::WhySilent];

impl OutputList {
    fn key(self) -> &'static str {
        match self {
            OutputList::Posts => "posts",
            OutputList::Flows => "flows",
            OutputList::Answers => "answers",
            OutputList::Statuses => "statuses",
            OutputList::WhySilent => "why_silent",
        }
    }
}

#[derive(Default)]
pub(super) struct CollectedOutput(RefCell<Map<String, Json>>);

impl CollectedOutput {
    /// Prints a line for people, or keeps the value for the document.
    pub(super) fn add(&self, list: OutputList, value: Json, words: impl FnOnce() -> String) {
        if !out::is_json() {
            return println!("{}", words());
        }
        let mut all = self.0.borrow_mut();
        let list = all.entry(list.key()).or_insert_with(|| Json::Array(Vec::new()));
        list.as_array_mut().into_iter().for_each(|list| list.push(value.clone()));
    }

    /// Prints a line that says nothing more than the document does.
    pub(super) fn say(&self, words: impl FnOnce() -> String) {
        if !out::is_json() {
            println!("{}", words());
        }
    }

    /// Prints the document.
    pub(super) fn finish(&self) {
        if !out::is_json() {
            return;
        }
        let mut all = self.0.borrow_mut();
        for list in ALL {
            all.entry(list.key()).or_insert_with(|| Json::Array(Vec::new()));
        }
        out::document(&Json::Object(std::mem::take(&mut *all)));
    }
}
