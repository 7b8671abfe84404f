//! What `say` and `ask` have in common: the text, media, buttons, a link, what stands around them.

use super::{
    arrange::{Around, arrange},
    closed::WrittenIfClosed,
    definition::{Body, Role},
    files::{file, names_file},
    step_fields::StepFields,
    steps::consent_map,
    text::Text,
    token::Token,
    turn::{Failure, Here, Turn},
};
use crate::{
    base::yaml::Node,
    model::{
        content::{Content, Edges},
        effect::IfClosed,
        session::OptionShown,
        value::Value,
    },
};

pub struct Message {
    pub body: Text,
    /// Addresses of files, and paths of the bot's own.
    pub media: Vec<Text>,
    pub buttons: Vec<WrittenButton>,
    pub link: Option<Link>,
    /// A line above, or a file.
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
    /// An answer is waited for: where nothing can be tapped, its number is one.
    pub asks: bool,
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
            if let Some(url) = node.text().filter(|url| !url.is_empty()) {
                let message = format!("`link` needs a title and an address, and this is the text `{url}`");
                fields.wrong(node, "E201", format!("{message}; write `link: {{title: …, url: {url}}}`"));
                let nothing = || Text::plain("", &node.place);
                return Link { title: nothing(), url: nothing() };
            }
            let mut keys = fields.below(node, "link");
            // What stands in a broken map is not known: that it lacks something is no mistake of its own.
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
        for line in [&header, &footer].into_iter().flatten().filter(|line| !names_file(line.source())) {
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
        if let Some(named) = header.take_if(|text| names_file(text)) {
            files.push(file(turn, &named)?);
        }
        for named in &self.media {
            files.push(file(turn, turn.render(here, named, &[])?.trim())?);
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
