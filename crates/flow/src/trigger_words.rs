//! Finds the words that start a flow, or end a run of it, in other languages than the bot's own.

use crate::{
    definition::{Flow, FlowSet, WrittenTrigger},
    load::locale::{TriggerWords, WHEN},
    model::matching::fold,
    triggers::{
        Trigger,
        message::{MatchMode, Message},
    },
};

impl FlowSet {
    /// The translated words that start a flow by this trigger, by language; a pattern and a trigger for one language
    /// have none.
    pub fn words_of<'s>(
        &'s self,
        flow: &'s Flow,
        trigger: &WrittenTrigger,
    ) -> impl Iterator<Item = (&'s str, &'s TriggerWords)> + 's {
        let key = flow.words_key(trigger);
        self.locales
            .values()
            .filter_map(move |locale| Some((locale.language.as_str(), locale.words.get(key.as_deref()?)?)))
    }

    /// The words of other languages that end a run of the flow by this trigger of its `stop_when`, by language.
    pub fn stop_words_of<'s>(
        &'s self,
        flow: &'s Flow,
        trigger: &WrittenTrigger,
    ) -> impl Iterator<Item = (&'s str, &'s TriggerWords)> + 's {
        let first = flow.stop_words_trigger().is_some_and(|first| first.key == trigger.key);
        let files = self.locales.values().filter(move |_| first);
        files.filter_map(|locale| Some((locale.language.as_str(), locale.stop_words.get(flow.name.as_str())?)))
    }

    /// The language in which this message starts a flow by its words, if there is only one: the whole message, or a
    /// part of it, as the trigger's `match` says.
    pub fn language_of_word(&self, text: &str) -> Option<&str> {
        let said = fold(text);
        let mut all: Vec<&str> = Vec::new();
        for flow in self.flows.values() {
            for trigger in &flow.triggers {
                let Trigger::Message(message) = &trigger.kind else { continue };
                let fits = |texts: &[(String, String)]| message.how.fits(texts, &said).is_some();
                if fits(&message.texts) {
                    all.push(message.language.as_deref().unwrap_or(&self.bot.language));
                }
                all.extend(self.words_of(flow, trigger).filter(|(_, words)| fits(&words.texts)).map(|(of, _)| of));
            }
        }
        let first = *all.first()?;
        all.iter().all(|other| *other == first).then_some(first)
    }
}

impl Flow {
    /// The triggers whose words the locale files translate, each with its key under `words`: the name of the flow for
    /// the first one, `FLOW.when_2` for the second.
    pub fn words_triggers(&self) -> impl Iterator<Item = (String, &WrittenTrigger)> {
        let all = self.triggers.iter().filter(|trigger| is_translatable(trigger)).enumerate();
        all.map(|(at, trigger)| match at {
            0 => (self.name.to_string(), trigger),
            at => (format!("{}{WHEN}{}", self.name, at + 1), trigger),
        })
    }

    /// The key of this trigger under `words`; `None`: it has no translated words.
    pub fn words_key(&self, trigger: &WrittenTrigger) -> Option<String> {
        self.words_triggers().find(|(_, known)| known.key == trigger.key).map(|(key, _)| key)
    }

    /// The trigger of its `stop_when` whose words the locale files translate.
    pub fn stop_words_trigger(&self) -> Option<&WrittenTrigger> {
        self.stop_when.iter().find(|trigger| is_translatable(trigger))
    }
}

/// Words for everybody, and no pattern.
fn is_translatable(trigger: &WrittenTrigger) -> bool {
    let plain = |message: &Message| message.how != MatchMode::Regex && message.language.is_none();
    matches!(&trigger.kind, Trigger::Message(message) if plain(message))
}
