//! What `say` and `ask` have in common: the text, media, buttons, a link, and what to do when the window is closed.

use super::{
    arrange::{Around, arrange, header, is_address, media},
    definition::{Body, Role},
    spec::parts,
    step_fields::StepFields,
    steps::consent_map,
    text::{Data, Text},
    token::Token,
    turn::{Failure, Here, Turn},
};
use crate::{
    base::{
        limits::{HOLD_DEFAULT, LIST_ROWS_MAX},
        meant,
        time::Span,
        yaml::Node,
    },
    model::{
        content::{Content, Edges},
        effect::IfClosed,
        session::OptionShown,
        template::{ButtonValue, Parameters, TemplateMessage},
        value::Value,
    },
};

pub struct Message {
    pub body: Text,
    /// Public addresses of files.
    pub media: Vec<Text>,
    pub buttons: Vec<WrittenButton>,
    pub link: Option<Link>,
    /// A line above, or the address of a file.
    pub header: Option<Text>,
    pub footer: Option<Text>,
    pub if_closed: Option<WrittenIfClosed>,
    /// What to do when it does not arrive.
    pub on_undelivered: Option<Body>,
}

/// A message's text and options as they are shown now.
#[derive(Clone, Copy)]
pub struct Worded<'w> {
    pub body: &'w str,
    pub shown: &'w [OptionShown],
    /// Which page of the options, from 0.
    pub page: u32,
}

pub struct WrittenButton {
    pub id: String,
    pub title: Text,
    pub consent: Vec<(String, bool)>,
}

pub struct Link {
    pub title: Text,
    pub url: Text,
}

pub enum WrittenIfClosed {
    Template(TemplateChoice),
    Nudge(TemplateChoice, Span),
    Hold(Span),
    Skip,
    Fail,
}

/// One or more templates, the first usable of which is taken, with their values.
pub struct TemplateChoice {
    pub names: Vec<Text>,
    pub vars: Option<Data>,
    pub header: Option<Text>,
    pub buttons: Vec<TemplateButton>,
    pub language: Option<Text>,
}

pub enum TemplateButton {
    /// A quick reply that stands for the option with this id.
    Id(Text),
    UrlSuffix(Text),
}

impl Message {
    /// `verb` is the key of the text.
    pub fn parse(fields: &mut StepFields<'_, '_>, verb: &'static str) -> Self {
        let body = fields.text(verb);
        fields.sentence(Role::Body, &body);
        if let Some(node) = fields.node(verb).filter(|node| node.text().is_some_and(|text| text.trim().is_empty()))
            && !fields.has("media")
            && !fields.has("header")
        {
            fields.wrong(node, "E208", format!("there is nothing to say; write a text behind `{verb}:`"));
        }
        let media = fields.texts("media");
        let buttons = fields.list("buttons").iter().map(|node| WrittenButton::parse(fields, node)).collect();
        let link = fields.node("link").map(|node| {
            let mut keys = fields.below(node, "link");
            let (title, url) = match node.has_broken() {
                true => (keys.node("title"), keys.node("url")),
                false => (keys.required("title"), keys.required("url")),
            };
            keys.finish();
            let mut text = |node: Option<&Node>| match node {
                Some(node) => fields.text_of(node),
                None => Text::plain("", &fields.place()),
            };
            let link = Link { title: text(title), url: text(url) };
            fields.sentence(Role::Other, &link.title);
            link
        });
        let if_closed = fields.node("if_closed").and_then(|node| WrittenIfClosed::parse(fields, node));
        let (header, footer) = (fields.opt_text("header"), fields.opt_text("footer"));
        for line in [&header, &footer].into_iter().flatten().filter(|line| !is_address(line.source())) {
            fields.sentence(Role::Other, line);
        }
        let on_undelivered = fields.opt_steps("on_undelivered");
        Message { body, media, buttons, link, header, footer, if_closed, on_undelivered }
    }

    /// Only its words, to be said once more: no files, no link, nothing around it.
    pub fn bare(&self) -> Message {
        Message {
            body: self.body.clone(),
            media: Vec::new(),
            buttons: Vec::new(),
            link: None,
            header: None,
            footer: None,
            if_closed: None,
            on_undelivered: None,
        }
    }

    /// The messages to send, in order; the last one carries the buttons.
    pub fn contents(&self, turn: &Turn<'_>, here: Here<'_>, worded: Worded<'_>) -> Result<Vec<Content>, Failure> {
        let edge = |text: &Option<Text>| -> Result<Option<String>, Failure> {
            let text = text.as_ref().map(|text| turn.sentence(here, text, &[])).transpose()?;
            Ok(text.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty()))
        };
        let (mut header, footer) = (edge(&self.header)?, edge(&self.footer)?);
        let mut files = Vec::new();
        if let Some(url) = header.take_if(|text| is_address(text)) {
            files.push(media(&url)?);
        }
        for url in &self.media {
            files.push(media(turn.render(here, url, &[])?.trim())?);
        }
        let link = match &self.link {
            Some(link) => Some((turn.sentence(here, &link.title, &[])?, turn.render(here, &link.url, &[])?)),
            None => None,
        };
        if worded.body.trim().is_empty() && files.is_empty() {
            return Err(Failure::new("empty_text", "the text came out empty: there is nothing to say"));
        }
        Ok(arrange(turn, here, worded, Around { files, link, edges: Edges { header, footer } }))
    }

    pub fn if_closed(
        &self,
        turn: &Turn<'_>,
        here: Here<'_>,
        shown: &[OptionShown],
    ) -> Result<Option<IfClosed>, Failure> {
        self.if_closed.as_ref().map(|way| way.resolve(turn, here, shown)).transpose()
    }

    /// The step waits for the fate of its message.
    pub fn fails_when_closed(&self) -> bool {
        matches!(self.if_closed, Some(WrittenIfClosed::Fail))
    }
}

impl WrittenButton {
    fn parse(fields: &mut StepFields<'_, '_>, node: &Node) -> Self {
        if let Some(text) = node.text() {
            let title = fields.text_of(node);
            fields.sentence(Role::Option, &title);
            return WrittenButton { id: text.to_owned(), title, consent: Vec::new() };
        }
        let mut id = String::new();
        let mut title = None;
        let mut consent = Vec::new();
        for entry in node.map().unwrap_or_default() {
            match entry.key.text.as_str() {
                "id" => entry.value.text().unwrap_or_default().clone_into(&mut id),
                "title" => title = Some(fields.text_of(&entry.value)),
                "consent" => consent = consent_map(fields, &entry.value),
                other => fields.wrong(
                    &entry.value,
                    "E203",
                    format!("a button has no key `{other}`; it has `id`, `title` and `consent`"),
                ),
            }
        }
        let title = title.unwrap_or_else(|| {
            fields.wrong(node, "E202", "a button needs a `title`");
            Text::plain("", &node.place)
        });
        fields.sentence(Role::Option, &title);
        if id.is_empty() {
            title.source().clone_into(&mut id);
        }
        WrittenButton { id, title, consent }
    }
}

const IF_CLOSED: &str = "`if_closed` is `{template: NAME}`, `{nudge: NAME}`, `hold`, `{hold: 3d}`, `skip` or `fail`";

impl WrittenIfClosed {
    /// With its templates filled in.
    pub fn resolve(&self, turn: &Turn<'_>, here: Here<'_>, shown: &[OptionShown]) -> Result<IfClosed, Failure> {
        Ok(match self {
            WrittenIfClosed::Hold(span) => IfClosed::Hold(*span),
            WrittenIfClosed::Skip => IfClosed::Skip,
            WrittenIfClosed::Fail => IfClosed::Fail,
            WrittenIfClosed::Template(choice) => IfClosed::Template(choice.messages(turn, here, shown)?),
            WrittenIfClosed::Nudge(choice, hold) => {
                IfClosed::Nudge { templates: choice.messages(turn, here, shown)?, hold: *hold }
            }
        })
    }

    pub fn parse<'a>(fields: &mut StepFields<'a, '_>, node: &'a Node) -> Option<Self> {
        match node.text() {
            Some("hold") => return Some(WrittenIfClosed::Hold(HOLD_DEFAULT)),
            Some("skip") => return Some(WrittenIfClosed::Skip),
            Some("fail") => return Some(WrittenIfClosed::Fail),
            Some(word) => {
                fields.wrong(node, "E230", format!("{IF_CLOSED}; {}", meant::if_closed(word)));
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
        let unknown = node
            .map()
            .unwrap_or_default()
            .iter()
            .any(|entry| !parts::IF_CLOSED_KEYS.contains(&entry.key.text.as_str()));
        if found.is_none() && !unknown {
            fields.wrong(node, "E230", IF_CLOSED);
        }
        if node.map().is_some() {
            keys.finish();
        }
        found
    }
}

impl TemplateChoice {
    /// `names` is the value of the key that names the templates; the others stand beside it.
    pub fn parse<'a>(
        fields: &mut StepFields<'a, '_>,
        names: &'a Node,
        keys: &mut crate::base::fields::Fields<'a>,
    ) -> Self {
        let names = names.one_or_many().iter().map(|node| fields.text_of(node)).collect();
        let vars = keys.node("vars").map(|node| fields.data_of(node));
        let header = keys.node("header").map(|node| fields.text_of(node));
        let language = keys.node("language").map(|node| fields.text_of(node));
        let buttons = keys.list("buttons").iter().map(|node| TemplateButton::parse(fields, node)).collect();
        TemplateChoice { names, vars, header, buttons, language }
    }

    /// The templates with their values, in the order of preference.
    pub fn messages(
        &self,
        turn: &Turn<'_>,
        here: Here<'_>,
        shown: &[OptionShown],
    ) -> Result<Vec<TemplateMessage>, Failure> {
        let body = match &self.vars {
            Some(vars) => parameters(turn.data(here, vars)?)?,
            None => Parameters::None,
        };
        let header = match &self.header {
            Some(text) => Some(header(&turn.render(here, text, &[])?)?),
            None => None,
        };
        let language = match &self.language {
            Some(text) => Some(turn.render(here, text, &[])?),
            None => None,
        };
        let buttons = self.button_values(turn, here, shown)?;
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
            });
        }
        Ok(all)
    }

    /// Quick replies carry our tokens. Without `buttons:` the n-th stands for option n; the sender
    /// takes as many as the template has.
    fn button_values(
        &self,
        turn: &Turn<'_>,
        here: Here<'_>,
        shown: &[OptionShown],
    ) -> Result<Vec<ButtonValue>, Failure> {
        let reply = |option: &OptionShown| ButtonValue::Reply {
            payload: token(turn, here, option),
            title: option.title.clone(),
        };
        if self.buttons.is_empty() {
            return Ok(shown.iter().take(LIST_ROWS_MAX).map(reply).collect());
        }
        let mut all = Vec::new();
        for button in &self.buttons {
            all.push(match button {
                TemplateButton::UrlSuffix(text) => ButtonValue::UrlSuffix(turn.render(here, text, &[])?),
                TemplateButton::Id(text) => {
                    let id = turn.render(here, text, &[])?;
                    match shown.iter().find(|option| option.id == id) {
                        Some(option) => reply(option),
                        None => {
                            let payload = Token::new(here.run, &here.node.id, &id, &[]).sign(turn.world.token_key);
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
        match node.get("url") {
            Some(url) => TemplateButton::UrlSuffix(fields.text_of(url)),
            None => TemplateButton::Id(fields.text_of(node)),
        }
    }
}

/// Buttons and options as they are shown, for a `say` with buttons.
pub fn shown_buttons(turn: &Turn<'_>, here: Here<'_>, buttons: &[WrittenButton]) -> Result<Vec<OptionShown>, Failure> {
    let shown = |button: &WrittenButton| {
        let title = turn.sentence(here, &button.title, &[])?;
        Ok(OptionShown {
            id: button.id.clone(),
            title,
            value: Value::text(button.id.as_str()),
            description: None,
            consent: button.consent.clone(),
            fixed: false,
        })
    };
    buttons.iter().map(shown).collect()
}

pub fn token(turn: &Turn<'_>, here: Here<'_>, option: &OptionShown) -> String {
    Token::new(here.run, &here.node.id, &option.id, &option.consent).sign(turn.world.token_key)
}

fn parameters(vars: Value) -> Result<Parameters, Failure> {
    let printed = |value: &Value| {
        value.print().ok_or_else(|| Failure::new("type", "a template's value is a text, not a list or a map"))
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
            Ok(Parameters::Named(named.collect::<Result<_, Failure>>()?))
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
