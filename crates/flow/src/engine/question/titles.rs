//! Implements `title(service)`: the shown title of an answer, in the contact's language.

use crate::{
    definition::{Flow, Node},
    engine::{
        turn::{Here, Turn},
        variables,
    },
    load::stock_phrases::Phrase,
    model::{answer::AnswerType, value::Value},
    script::Code,
    steps::{Step, ask::Ask},
    text::Text,
};

/// The questions of a flow with options that fill a variable.
pub fn questions<'f>(flow: &'f Flow, name: &'f str) -> impl Iterator<Item = (&'f Node, &'f Ask)> {
    flow.nodes.iter().filter_map(move |node| match &node.step {
        Step::Ask(ask) if ask.fills.as_deref() == Some(name) && shows_options(ask) => Some((node, &**ask)),
        _ => None,
    })
}

fn shows_options(ask: &Ask) -> bool {
    !ask.options.is_empty() || ask.each.is_some() || ask.kind.of == AnswerType::YesNo
}

/// The title of the option whose id or item is in a variable. Without such a question, the value itself.
pub fn title_of(turn: &Turn<'_>, here: Here<'_>, name: &str) -> Option<Value> {
    let value = variables::vars(turn, here.run)?.get(name).cloned().unwrap_or_default();
    let shown = questions(here.flow, name).find_map(|(node, ask)| shown_for(turn, Here { node, ..here }, ask, &value));
    shown.map(Value::Text).or(Some(value))
}

fn shown_for(turn: &Turn<'_>, here: Here<'_>, ask: &Ask, value: &Value) -> Option<String> {
    match value {
        Value::YesNo(yes) if ask.options.is_empty() => {
            let phrase = if *yes { Phrase::Yes } else { Phrase::No };
            return ask.message.phrases.said(turn, here, phrase).ok();
        }
        Value::Map(_) | Value::List(_) => {
            let each = ask.each.as_ref()?;
            return turn.sentence(here, &each.title, &[("item", value.clone())]).ok();
        }
        Value::Nothing => return None,
        _ => {}
    }
    let id = value.print()?;
    let is_this = |text: &Text| turn.render(here, text, &[]).is_ok_and(|text| text == id);
    // A title that contains a title would recurse without end.
    let plain = |text: &Text| text.codes().all(|code: &Code| code.uses().titles.is_empty());
    let chosen = ask.options.iter().find(|option| plain(&option.id) && is_this(&option.id))?;
    plain(&chosen.title).then(|| turn.sentence(here, &chosen.title, &[]).ok()).flatten()
}
