//! Decides what starts the flow of a Typebot: its conditions for WhatsApp, else any message.

use super::{
    super::{
        source::{is_true, list, some_text, text},
        texts::clean,
        yaml::Yaml,
    },
    Reader,
};

impl Reader<'_> {
    pub(super) fn starts_by_itself(&self) -> bool {
        !list(self.json, "settings.whatsApp.startCondition.comparisons").is_empty()
    }

    pub(super) fn when(&mut self) -> Vec<Yaml> {
        let mut when = Vec::new();
        if is_true(self.json, "settings.whatsApp.isEnabled") || self.starts_by_itself() {
            for (operator, how) in
                [("Equal to", "exact"), ("Contains", "contains"), ("Starts with", "starts"), ("Matches regex", "regex")]
            {
                let comparisons = list(self.json, "settings.whatsApp.startCondition.comparisons");
                let of_it = comparisons.iter().filter(|one| text(one, "comparisonOperator") == operator);
                let words: Vec<Yaml> =
                    of_it.filter_map(|one| some_text(one, "value")).map(|word| Yaml::text(clean(&word))).collect();
                if !words.is_empty() {
                    let mut trigger = vec![("message".to_owned(), Yaml::List(words))];
                    if how != "exact" {
                        trigger.push(("match".to_owned(), Yaml::bare(how)));
                    }
                    when.push(Yaml::Map(trigger));
                }
            }
        }
        if when.is_empty() {
            self.bot.report.todo.insert(format!(
                "Decide what starts the flow of `{}`: in Typebot any message did, and so it stands under `when`.",
                self.title
            ));
            when.push(Yaml::map([("any_message", Yaml::bare(true))]));
        }
        when
    }
}
