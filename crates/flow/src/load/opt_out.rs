//! Parses `opt_out:` of `_bot.yaml`: the words by which contacts leave and come back, and who answers those who left.

use crate::{
    base::{fields::Fields, yaml::Node},
    model::{consent_words::ExtraWords, window::AnswersAfter},
};

#[derive(Debug, Clone, Default, PartialEq)]
pub struct OptOut {
    /// Additional words, beside the built-in ones.
    pub words: Vec<String>,
    pub unsure: Vec<String>,
    /// Additional words that lift a stop.
    pub start: Vec<String>,
    pub answers_after: AnswersAfter,
}

impl OptOut {
    /// The words beside the built-in ones, folded.
    pub fn extra_words(&self) -> ExtraWords {
        ExtraWords::new(&self.words, &self.unsure, &self.start)
    }
}

pub(super) fn parse(fields: &mut Fields<'_>) -> OptOut {
    let written = fields.node("opt_out");
    if let Some(list) = written.filter(|node| node.list().is_some() || node.text().is_some_and(|text| !text.is_empty()))
    {
        let words: Vec<&str> = list.one_or_many().iter().filter_map(Node::text).collect();
        let message = format!("`opt_out` says what each of its words does, and this is {}", list.describe());
        fields.wrong(list, "E201", format!("{message}; write `opt_out: {{words: [{}]}}`", words.join(", ")));
        return OptOut { words: words.into_iter().map(str::to_owned).collect(), ..OptOut::default() };
    }
    let Some(mut node) = fields.fields("opt_out") else { return OptOut::default() };
    let owned = |texts: Vec<&str>| texts.into_iter().map(str::to_owned).collect();
    let opt_out = OptOut {
        words: owned(node.texts("words")),
        unsure: owned(node.texts("unsure")),
        start: owned(node.texts("start")),
        answers_after: match node.word("answers_after", &["people", "bot", "nobody"]) {
            Some("bot") => AnswersAfter::Bot,
            Some("nobody") => AnswersAfter::Nobody,
            Some(_) | None => AnswersAfter::People,
        },
    };
    node.finish();
    opt_out
}
