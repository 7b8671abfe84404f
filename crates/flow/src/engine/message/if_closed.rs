//! Parses and evaluates `if_closed`: the replacement for a message while the window is closed, and templates with their
//! values.

use super::{
    parts::token,
    template_parts::{self, TemplateCard, TemplateTop},
};
use crate::{
    base::{
        blank::is_blank,
        fields::Fields,
        limits::{HOLD_DEFAULT, LIST_ROWS_MAX},
        synonyms,
        time::Span,
        yaml::Node,
    },
    engine::{
        question::button_token::Token,
        turn::{Here, StepFailure, Turn},
    },
    load::{spec::parts, step_fields::StepFields},
    model::{
        effect::IfClosed,
        session::OptionShown,
        template::{ButtonValue, HeaderValue, Parameters, TemplateMessage},
        value::Value,
    },
    text::{Data, Text},
};

pub enum WrittenIfClosed {
    Template(TemplateChoice),
    Nudge(TemplateChoice, Span),
    Hold(Span),
    Skip,
    Fail,
}

/// One or more templates with their values; the first usable one is sent.
pub struct TemplateChoice {
    pub names: Vec<Text>,
    pub vars: Option<Data>,
    pub header: Option<TemplateTop>,
    pub buttons: Vec<TemplateButton>,
    pub language: Option<Text>,
    pub cards: Vec<TemplateCard>,
    pub offer_ends: Option<Data>,
}

pub enum TemplateButton {
    /// A quick reply for the option with this id.
    Id(Text),
    UrlSuffix(Text),
    CopyCode(Text),
    /// A WhatsApp Flow, with its first data.
    Form {
        token: Option<Text>,
        data: Option<Data>,
    },
}

const IF_CLOSED: &str = "`if_closed` is `{template: NAME}`, `{nudge: NAME}`, `hold`, `{hold: 3d}`, `skip` or `fail`";

impl WrittenIfClosed {
    /// The `if_closed` with the values of its templates filled in.
    pub fn resolve(&self, turn: &Turn<'_>, here: Here<'_>, shown: &[OptionShown]) -> Result<IfClosed, StepFailure> {
        // While the window is open, the template is only a precaution: the message itself is sent.
        let closed = !turn.world.window.is_safe(turn.now());
        let messages = |choice: &TemplateChoice| {
            let all = choice.messages(turn, here, shown)?;
            if closed {
                all.iter().try_for_each(filled)?;
            }
            Ok::<_, StepFailure>(all)
        };
        Ok(match self {
            WrittenIfClosed::Hold(span) => IfClosed::Hold(*span),
            WrittenIfClosed::Skip => IfClosed::Skip,
            WrittenIfClosed::Fail => IfClosed::Fail,
            WrittenIfClosed::Template(choice) => IfClosed::Template(messages(choice)?),
            WrittenIfClosed::Nudge(choice, hold) => IfClosed::Nudge { templates: messages(choice)?, hold: *hold },
        })
    }

    pub fn parse<'a>(fields: &mut StepFields<'a, '_>, node: &'a Node) -> Option<Self> {
        match node.text() {
            Some("hold") => return Some(WrittenIfClosed::Hold(HOLD_DEFAULT)),
            Some("skip") => return Some(WrittenIfClosed::Skip),
            Some("fail") => return Some(WrittenIfClosed::Fail),
            Some(word) => {
                fields.wrong(node, "E230", format!("{IF_CLOSED}; {}", synonyms::if_closed(word)));
                return None;
            }
            None => {}
        }
        let mut keys = fields.below(node, "if_closed");
        let (template, nudge) = (keys.node("template"), keys.node("nudge"));
        let hold = if nudge.is_some() || template.is_none() { keys.opt_duration("hold") } else { None };
        let found = match (template.or(nudge), hold) {
            (Some(names), hold) => {
                let choice = TemplateChoice::parse(fields, names, &mut keys);
                Some(match nudge {
                    Some(_) => WrittenIfClosed::Nudge(choice, hold.unwrap_or(HOLD_DEFAULT)),
                    None => WrittenIfClosed::Template(choice),
                })
            }
            (None, Some(span)) => Some(WrittenIfClosed::Hold(span)),
            (None, None) => None,
        };
        // An unknown key has its own finding; it was probably the missing one.
        let unknown = node
            .map()
            .unwrap_or_default()
            .iter()
            .any(|entry| !parts::IF_CLOSED_KEYS.contains(&entry.key.text.as_str()));
        // So is a length of `hold` that cannot be.
        if found.is_none() && !unknown && node.get("hold").is_none() {
            fields.wrong(node, "E230", IF_CLOSED);
        }
        if node.map().is_some() {
            keys.finish();
        }
        found
    }
}

impl TemplateChoice {
    /// Parses a choice of templates. `names` is the value of the key with their names; the values are beside it.
    pub fn parse<'a>(fields: &mut StepFields<'a, '_>, names: &'a Node, keys: &mut Fields<'a>) -> Self {
        let names = names.one_or_many().iter().map(|node| fields.text_of(node)).collect();
        let vars = keys.node("vars").map(|node| fields.value_of(node));
        let header = keys.node("header").map(|node| TemplateTop::parse(fields, node));
        let language = keys.node("language").map(|node| fields.text_of(node));
        let buttons = keys.list("buttons").iter().map(|node| TemplateButton::parse(fields, node)).collect();
        let cards = keys.list("cards").iter().map(|node| TemplateCard::parse(fields, node)).collect();
        let offer_ends = keys.node("offer_ends").map(|node| fields.value_of(node));
        TemplateChoice { names, vars, header, buttons, language, cards, offer_ends }
    }

    /// The templates with their values, in order of preference.
    pub fn messages(
        &self,
        turn: &Turn<'_>,
        here: Here<'_>,
        shown: &[OptionShown],
    ) -> Result<Vec<TemplateMessage>, StepFailure> {
        let body = match &self.vars {
            Some(vars) => parameters(turn.data(here, vars)?)?,
            None => Parameters::None,
        };
        let header = match &self.header {
            Some(top) => Some(top.value(turn, here)?),
            None => None,
        };
        let language = self.language.as_ref().map(|text| turn.render(here, text, &[])).transpose()?;
        let buttons = self.button_values(turn, here, shown)?;
        let parts = Box::new(template_parts::values(self, turn, here, shown, parameters)?);
        let mut all = Vec::new();
        for name in &self.names {
            let name = turn.render(here, name, &[])?;
            all.push(TemplateMessage {
                name,
                language: language.clone(),
                header: header.clone(),
                body: body.clone(),
                buttons: buttons.clone(),
                ttl: None,
                reference: None,
                parts: parts.clone(),
            });
        }
        Ok(all)
    }

    /// The values of the buttons. Quick replies carry our tokens. Without `buttons:`, the n-th one is for option n; the
    /// sender uses as many as the template has.
    fn button_values(
        &self,
        turn: &Turn<'_>,
        here: Here<'_>,
        shown: &[OptionShown],
    ) -> Result<Vec<ButtonValue>, StepFailure> {
        if self.buttons.is_empty() {
            return Ok(shown.iter().take(LIST_ROWS_MAX).map(|option| reply(turn, here, option)).collect());
        }
        self.values_of(&self.buttons, turn, here, shown)
    }

    /// The values of the template itself, or of a card.
    pub(crate) fn values_of(
        &self,
        buttons: &[TemplateButton],
        turn: &Turn<'_>,
        here: Here<'_>,
        shown: &[OptionShown],
    ) -> Result<Vec<ButtonValue>, StepFailure> {
        let mut all = Vec::new();
        for button in buttons {
            all.push(match button {
                TemplateButton::UrlSuffix(text) => ButtonValue::UrlSuffix(turn.render(here, text, &[])?),
                TemplateButton::CopyCode(text) => ButtonValue::CopyCode(turn.render(here, text, &[])?),
                TemplateButton::Form { token, data } => ButtonValue::Form {
                    token: token.as_ref().map(|text| turn.render(here, text, &[])).transpose()?,
                    data: data.as_ref().map(|data| turn.data(here, data)).transpose()?.map(|value| value.to_json()),
                },
                TemplateButton::Id(text) => {
                    let id = turn.render(here, text, &[])?;
                    match shown.iter().find(|option| option.id == id) {
                        Some(option) => reply(turn, here, option),
                        None => {
                            let token = Token::new(turn.world.conversation, here.run, &here.node.id, &id, &[]);
                            let payload = token.sign(turn.world.token_key);
                            ButtonValue::Reply { payload, title: id }
                        }
                    }
                }
            });
        }
        Ok(all)
    }
}

impl TemplateButton {
    pub fn parse(fields: &mut StepFields<'_, '_>, node: &Node) -> Self {
        if let Some(url) = node.get("url") {
            return TemplateButton::UrlSuffix(fields.text_of(url));
        }
        if let Some(code) = node.get("code") {
            return TemplateButton::CopyCode(fields.text_of(code));
        }
        if let Some(form) = node.get("form") {
            return TemplateButton::Form {
                token: form.get("token").map(|node| fields.text_of(node)),
                data: form.get("data").map(|node| fields.value_of(node)),
            };
        }
        TemplateButton::Id(fields.text_of(node))
    }
}

/// The quick reply of a template that stands for an option.
fn reply(turn: &Turn<'_>, here: Here<'_>, option: &OptionShown) -> ButtonValue {
    ButtonValue::Reply { payload: token(turn, here, option), title: option.title.clone() }
}

/// Fails if a value is empty, because no platform accepts that: an empty field or event value is an error of the step.
pub fn filled(template: &TemplateMessage) -> Result<(), StepFailure> {
    let missing = match &template.body {
        Parameters::None => None,
        Parameters::Positional(values) => values.iter().position(|v| is_blank(v)).map(|n| (n + 1).to_string()),
        Parameters::Named(values) => values.iter().find(|(_, v)| is_blank(v)).map(|(name, _)| name.clone()),
    };
    let name = &template.name;
    let failed =
        |what: &str| Err(StepFailure::new("empty_text", format!("{what} of template `{name}` came out empty")));
    if let Some(place) = missing {
        return failed(&format!("the value of {{{{{place}}}}}"));
    }
    if matches!(&template.header, Some(HeaderValue::Text(text)) if is_blank(text)) {
        return failed("the header");
    }
    match template.buttons.iter().any(|button| matches!(button, ButtonValue::UrlSuffix(end) if is_blank(end))) {
        true => failed("the end of a link"),
        false => Ok(()),
    }
}

/// A list fills numbered parameters, a map named ones; the keys "1", "2" are numbers.
fn parameters(vars: Value) -> Result<Parameters, StepFailure> {
    let printed = |value: &Value| {
        value.print().ok_or_else(|| StepFailure::new("type", "a template's value is a text, not a list or a map"))
    };
    match vars {
        Value::Nothing => Ok(Parameters::None),
        Value::List(values) => Ok(Parameters::Positional(values.iter().map(printed).collect::<Result<_, _>>()?)),
        Value::Map(values) => {
            let mut places: Vec<(usize, &Value)> =
                values.iter().filter_map(|(name, value)| Some((name.parse().ok()?, value))).collect();
            if !values.is_empty() && places.len() == values.len() {
                places.sort_by_key(|(place, _)| *place);
                let values = places.into_iter().map(|(_, value)| printed(value));
                return Ok(Parameters::Positional(values.collect::<Result<_, _>>()?));
            }
            let named = values.iter().map(|(name, value)| Ok((name.clone(), printed(value)?)));
            Ok(Parameters::Named(named.collect::<Result<_, StepFailure>>()?))
        }
        other => Ok(Parameters::Positional(vec![printed(&other)?])),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_that_are_numbers_are_positions() {
        let map = |entries: &[(&str, &str)]| {
            Value::Map(entries.iter().map(|(name, value)| ((*name).to_owned(), Value::text(*value))).collect())
        };
        let positional = |values: &[&str]| Parameters::Positional(values.iter().map(|v| (*v).to_owned()).collect());
        assert_eq!(parameters(map(&[("2", "b"), ("10", "c"), ("1", "a")])).unwrap(), positional(&["a", "b", "c"]));
        assert!(matches!(parameters(map(&[("name", "Ada")])).unwrap(), Parameters::Named(_)));
        assert!(parameters(Value::List(vec![Value::List(vec![])])).is_err());
    }

    #[test]
    fn values_of_templates_print_as_in_texts() {
        let time = Value::Clock(jiff::civil::time(9, 30, 0, 0));
        let all = vec![time, Value::Number(0.1 + 0.2), Value::Span(Span::minutes(90)), Value::Number(3.0)];
        let printed = ["09:30", "0.3", "1h30m", "3"].map(str::to_owned).to_vec();
        assert_eq!(parameters(Value::List(all)).unwrap(), Parameters::Positional(printed));
    }
}
