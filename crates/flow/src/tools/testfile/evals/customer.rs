//! Parses `customer` of an eval: a wish with which a model plays the customer.

use crate::{
    base::{
        blank::is_blank,
        diagnostic::Diagnostic,
        fields::Fields,
        limits::{EVAL_CUSTOMER_CHARS_MAX, EVAL_TURNS_DEFAULT, EVAL_TURNS_MAX},
        place::Place,
    },
    definition::FlowSet,
    steps::llm::keys::no_model,
};

/// A customer that a model plays.
#[derive(Debug, Clone)]
pub struct EvalCustomer {
    pub wants: String,
    /// The facts that the customer can tell.
    pub knows: Option<String>,
    /// The most messages that the customer writes.
    pub turns: usize,
    /// The name of the model in `models` of `_bot.yaml`.
    pub model: String,
    /// The place of `customer`.
    pub place: Place,
}

/// Reads the value of `customer`; `None` if too little was understood.
pub(super) fn read(fields: &mut Fields<'_>, set: &FlowSet) -> Option<EvalCustomer> {
    let place = fields.entry("customer")?.key.place.clone();
    let mut fields = fields.fields("customer")?;
    fields.required("wants");
    let wants = text(&mut fields, "wants", "write the wish: `wants: new brakes before Friday`");
    let knows = text(
        &mut fields,
        "knows",
        "write what the customer can tell, such as `the order is 4711`, or take the line out",
    );
    let most = i64::try_from(EVAL_TURNS_MAX).unwrap_or(i64::MAX);
    let turns = fields.whole("turns", i64::try_from(EVAL_TURNS_DEFAULT).unwrap_or(1), 1..=most);
    let model = model(&mut fields, set, &place);
    fields.finish();
    Some(EvalCustomer { wants: wants?, knows, turns: usize::try_from(turns).unwrap_or(1), model: model?, place })
}

/// A text under this key that says something.
fn text(fields: &mut Fields<'_>, key: &'static str, help: &str) -> Option<String> {
    let node = fields.node(key)?;
    let written = node.text().map(str::trim);
    let message = match written {
        Some(text) if is_blank(text) => format!("`{key}` is empty"),
        Some(text) if text.chars().count() > EVAL_CUSTOMER_CHARS_MAX => {
            format!("`{key}` has at most {EVAL_CUSTOMER_CHARS_MAX} characters")
        }
        Some(text) => return Some(text.to_owned()),
        None if node.is_broken() => return None,
        None if node.is_null() => format!("`{key}` is empty"),
        None => format!("`{key}` is a text, and this is {}", node.describe()),
    };
    fields.findings().push(Diagnostic::error("E958", &node.place, message).help(help));
    None
}

fn model(fields: &mut Fields<'_>, set: &FlowSet, place: &Place) -> Option<String> {
    let known = &set.bot.models;
    let Some(node) = fields.node("model") else {
        if known.is_empty() {
            fields.findings().push(no_model(place));
        }
        return known.first().cloned();
    };
    let name = node.text()?;
    if !known.iter().any(|model| model == name) {
        let finding = Diagnostic::error("E520", &node.place, format!("`models` of `_bot.yaml` does not name `{name}`"));
        let help = match known.is_empty() {
            true => format!("write `models: [{name}]` there"),
            false => format!("it names `{}`", known.join("`, `")),
        };
        fields.findings().push(finding.help(help).meant(name, known.iter().map(String::as_str)));
    }
    Some(name.to_owned())
}
