//! Lists the completions for keys that are names of the bot or the flow: the variables of `set`, and the topics of
//! `consent`.

use super::{CompletionRequest, Offer, OfferKind, Seen};
use crate::{base::yaml::Node, steps::set::CONTACT as SETTABLE};

impl CompletionRequest<'_, '_> {
    /// `None`: the keys of this map are words of the language.
    pub(super) fn own_keys(&self, seen: &Seen<'_>, root: &Node) -> Option<Vec<Offer>> {
        let end = self.colon();
        match seen.path.last() {
            Some(&"set") => {
                let own =
                    self.variables(root).into_iter().map(|name| self.offer(name, OfferKind::Variable, "variable"));
                let own = own.map(|mut offer| {
                    offer.insert.push_str(end);
                    offer
                });
                let of_contact = self.of_contact(end).into_iter().map(|mut offer| {
                    offer.label.insert_str(0, "contact.");
                    offer.insert.insert_str(0, "contact.");
                    offer
                });
                Some(own.chain(of_contact).collect())
            }
            Some(&"consent") => {
                let all = self.topics().into_iter().map(|mut offer| {
                    offer.insert.push_str(end);
                    offer
                });
                Some(all.collect())
            }
            _ => self.tool_keys(seen, ""),
        }
    }

    /// The colon behind a completed key, unless there is one.
    pub(super) fn colon(&self) -> &'static str {
        let rest = &self.file.text()[self.word.end..];
        if rest.trim_start_matches(' ').starts_with(':') { "" } else { ": " }
    }

    /// The fields of the contact that a flow may change.
    pub(super) fn of_contact(&self, end: &str) -> Vec<Offer> {
        let fields = self.desk.set.bot.fields.iter().map(|field| (field.name.as_str(), field.kind.of.as_str()));
        let built_in = SETTABLE.iter().map(|name| (*name, "of every contact"));
        let end = if self.colon().is_empty() { "" } else { end };
        let offer = |(name, detail): (&str, &str)| {
            let mut offer = self.offer(name, OfferKind::Name, detail);
            offer.insert.push_str(end);
            offer
        };
        fields.chain(built_in).map(offer).collect()
    }

    pub(super) fn topics(&self) -> Vec<Offer> {
        let names = self.desk.set.bot.topics.keys().map(String::as_str).chain(["all"]);
        names.map(|name| self.offer(name, OfferKind::Name, "topic")).collect()
    }
}
