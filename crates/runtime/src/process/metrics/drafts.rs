//! Counts the drafts of replies that agents write while a person has the conversation.

use super::{Metrics, labels::WordLabels};
use crate::model::session::{NoSuggestion, SuggestionUse};

impl Metrics {
    /// Counts what a person made of a draft: `as_is`, `edited`, `unused`, `discarded`.
    pub fn suggestion(&self, how: SuggestionUse) {
        self.suggestions.get_or_create(&WordLabels { kind: how.as_str().to_owned() }).inc();
    }

    /// Counts a draft that nobody is shown as `ready`, or by the reason why there is none.
    pub fn shadow_draft(&self, why: Option<NoSuggestion>) {
        let kind = why.map_or("ready", NoSuggestion::as_str).to_owned();
        self.shadow_drafts.get_or_create(&WordLabels { kind }).inc();
    }
}
