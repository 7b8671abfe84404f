//! Implements `meaning`: a model tells that the message means this, where no rule takes it.

use super::{MessageAge, TriggerKind, message::speaks};
use crate::{
    base::{
        limits::{MEANING_CHARS_MAX, MEANING_EXAMPLES_MAX},
        yaml::Node,
    },
    engine::routing::choose::RoutedMessage,
    load::{
        language_codes::not_a_language,
        spec::{Declared, FieldKind, FieldSpec, Spec},
        step_fields::TriggerFields,
    },
    steps::llm::keys::no_model,
};

pub struct Meaning {
    /// In the author's words, as the end of "The customer …".
    pub says: String,
    /// Messages that mean it.
    pub like: Vec<String>,
    /// Messages that look like it and mean something else.
    pub not: Vec<String>,
    /// Only for contacts with this language; `es` includes `es_MX`.
    pub language: Option<String>,
}

impl TriggerKind for Meaning {
    const SPEC: Spec = Spec {
        name: "meaning",
        summary: "The contact writes a text that no trigger, question or agent takes, and a model finds that it means this: \
                  one question to `agents.router` about all such triggers, before `first_message` and `any_message`.",
        fields: &[
            FieldSpec::required(
                "meaning",
                FieldKind::Name,
                "What the contact wants, in a few words of any language, such as `wants to send something back`.",
            ),
            FieldSpec::optional("like", FieldKind::Many(&FieldKind::Name), "Messages that mean it, at most 10."),
            FieldSpec::optional(
                "not",
                FieldKind::Many(&FieldKind::Name),
                "Messages that look like it and mean something else, at most 10.",
            ),
            FieldSpec::optional(
                "language",
                FieldKind::Known(Declared::Language),
                "Only for contacts with this language; `es` is also every `es_…`.",
            ),
        ],
        example: "meaning: wants to send something back",
    };

    fn parse(fields: &mut TriggerFields<'_, '_>) -> Self {
        let is_list = fields.node("meaning").is_some_and(|node| node.list().is_some());
        if let Some(node) = fields.node("meaning").filter(|_| is_list) {
            fields.wrong(node, "E543", "a trigger has one meaning; write a trigger for each: `- meaning: …`");
        }
        let says = if is_list { String::new() } else { fields.name("meaning").trim().to_owned() };
        if fields.bot().models.is_empty() {
            fields.report(no_model(&fields.place()));
        }
        if let Some(node) = fields.node("meaning").filter(|node| !node.is_broken() && node.scalar().is_some()) {
            if !says.chars().any(char::is_alphabetic) {
                fields.wrong(node, "E543", "the model must know what is meant; write `meaning: wants to send something back`");
            }
            if node.scalar().is_some_and(|scalar| scalar.is_plain() && matches!(says.as_str(), "true" | "yes")) {
                fields.wrong(node, "E543", "a meaning is told in words; write `meaning: wants to send something back`");
            }
            plain_and_short(fields, node, &says);
        }
        let like = texts(fields, "like");
        let not = texts(fields, "not");
        let language = fields.opt_name("language");
        if let (Some(written), Some(node)) = (&language, fields.node("language").filter(|node| !node.is_broken())) {
            fields.report_if(not_a_language(written, &node.place));
        }
        Meaning { says, like, not, language }
    }

    fn since(&self) -> MessageAge {
        MessageAge::Now
    }

    fn why_not(&self, heard: &RoutedMessage<'_>) -> String {
        match heard.text {
            Some(_) => "a model is asked only about a text that nothing else takes".into(),
            None => format!("it is no text but {}", heard.kind_in_words()),
        }
    }
}

impl Meaning {
    /// The length of all its texts.
    pub fn bytes(&self) -> usize {
        self.says.len() + self.like.iter().chain(&self.not).map(String::len).sum::<usize>()
    }

    /// True for a contact with this language.
    pub fn is_for(&self, language: Option<&str>) -> bool {
        self.language.as_deref().is_none_or(|wanted| speaks(language, wanted))
    }
}

fn texts(fields: &mut TriggerFields<'_, '_>, name: &'static str) -> Vec<String> {
    let nodes = fields.list(name);
    if let Some(node) = nodes.get(MEANING_EXAMPLES_MAX) {
        let message = format!("a model is shown at most {MEANING_EXAMPLES_MAX} texts of `{name}`; take some out");
        fields.wrong(node, "E543", message);
    }
    let mut all: Vec<String> = Vec::new();
    for node in nodes.iter().take(MEANING_EXAMPLES_MAX) {
        match node.text().map(str::trim).filter(|text| !text.is_empty()) {
            Some(text) => {
                plain_and_short(fields, node, text);
                all.push(text.to_owned());
            }
            None if node.is_broken() => {}
            None => {
                let message = format!("an example is a message, and this is {}", node.describe());
                fields.wrong(node, "E543", format!("{message}; write it in quotes: `{name}: [\"can I return it\"]`"));
            }
        }
    }
    all
}

/// The model reads the text as it is written, so nothing is filled in, and it is short.
fn plain_and_short(fields: &TriggerFields<'_, '_>, node: &Node, text: &str) {
    let chars = text.chars().count();
    if text.contains("${") {
        let message = "the model reads `${…}` as it stands: nothing is filled in here";
        fields.wrong(node, "E543", format!("{message}; write it in plain words"));
    }
    if chars > MEANING_CHARS_MAX {
        let message = format!("this has {chars} characters, and a model is shown at most {MEANING_CHARS_MAX}; write it shorter");
        fields.wrong(node, "E543", message);
    }
}
