//! Parses and evaluates the common parts of `say` and `ask`: the text, media, buttons, a link, header and footer.

use super::{
    card::WrittenCards,
    compose::{LinkShown, ListTexts, MessageExtras, arrange},
    if_closed::WrittenIfClosed,
    location::WrittenPlace,
    received_file::received,
};
use crate::{
    base::{blank::is_blank, diagnostic::Diagnostic, yaml::Node},
    definition::Role,
    engine::{
        question::{button_token::Token, form::WrittenForm, phrases::Phrases},
        turn::{Here, StepFailure, Turn},
    },
    load::{
        media::{file, names_file},
        step_fields::StepFields,
        stock_phrases::Phrase,
    },
    model::{
        content::{Content, Edges},
        effect::IfClosed,
        session::OptionShown,
        value::Value,
    },
    steps::consent_map,
    text::Text,
};
use std::sync::Arc;

pub struct Message {
    pub body: Text,
    /// Addresses of files, and paths of the bot's own files.
    pub media: Vec<Text>,
    pub buttons: Vec<WrittenButton>,
    pub link: Option<Link>,
    /// A header: a text, or a file.
    pub header: Option<Text>,
    pub footer: Option<Text>,
    /// A point on the map, which is sent before.
    pub place: Option<WrittenPlace>,
    /// Contact cards, which are sent before.
    pub cards: Option<WrittenCards>,
    /// For a question: its own texts on the buttons that the engine adds.
    pub phrases: Phrases,
    /// For a question for a place: the button that shares it.
    pub asks_place: bool,
    /// For a question: the button that opens a form.
    pub form: Option<Arc<WrittenForm>>,
    pub if_closed: Option<WrittenIfClosed>,
}

/// A message's text and options with their values filled in.
#[derive(Clone, Copy)]
pub struct FilledMessage<'w> {
    pub body: &'w str,
    pub shown: &'w [OptionShown],
    /// The page of the options, from 0.
    pub page: u32,
    /// True for a question: in channels without buttons, the number of an option is an answer.
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
    /// The text above it, if the link is its own message.
    pub text: Option<Text>,
}

impl Message {
    /// Parses a message; `verb` is the key of the text.
    pub fn parse(fields: &mut StepFields<'_, '_>, verb: &'static str) -> Self {
        let body = fields.text(verb);
        fields.sentence(Role::Body, &body);
        if let Some(node) = fields.node(verb).filter(|node| node.text().is_some_and(is_blank)) {
            let tapped = TAPPED.into_iter().find(|key| fields.has(key)).map(|key| format!("`{key}`"));
            let asks = fields.node("type").and_then(Node::text).filter(|kind| ["yesno", "location"].contains(kind));
            let tapped = tapped.or_else(|| asks.map(|kind| format!("what `type: {kind}` shows")));
            let alone = ["media", "header", "place", "card"].into_iter().any(|key| fields.has(key));
            if let Some(tapped) = tapped {
                let message = format!("above {tapped} stands a text, and this one is empty");
                fields.wrong(node, "E208", format!("{message}; write a text behind `{verb}:`"));
            } else if !alone {
                fields.wrong(node, "E208", format!("there is nothing to say; write a text behind `{verb}:`"));
            }
        }
        let media = fields.list("media");
        let media = media.iter().map(|node| fields.said_of(node, "the address of a file")).collect();
        let buttons = fields.list("buttons").iter().map(|node| WrittenButton::parse(fields, node)).collect();
        let link = fields.node("link").map(|node| {
            if let Some(url) = node.text().filter(|url| !url.is_empty()) {
                let message = format!("`link` needs a title and an address, and this is the text `{url}`");
                fields.wrong(node, "E201", format!("{message}; write `link: {{title: …, url: \"{url}\"}}`"));
                let nothing = || Text::plain("", &node.place);
                return Link { title: nothing(), url: nothing(), text: None };
            }
            let mut keys = fields.below(node, "link");
            // The content of a broken map is unknown, so a missing key gets no finding.
            let (title, url) = match node.has_broken() {
                true => (keys.node("title"), keys.node("url")),
                false => (keys.required("title"), keys.required("url")),
            };
            let text = keys.node("text");
            keys.finish();
            let mut said = |node: Option<&Node>, what: &str| match node {
                Some(node) => fields.said_of(node, what),
                None => Text::plain("", &fields.place()),
            };
            let (title, url) = (said(title, "the `title` of the link"), said(url, "the address of the link"));
            let text = text.map(|node| fields.said_of(node, "the `text` of the link"));
            for line in [Some(&title), text.as_ref()].into_iter().flatten() {
                fields.sentence(Role::Other, line);
            }
            Link { title, url, text }
        });
        let if_closed = fields.node("if_closed").and_then(|node| WrittenIfClosed::parse(fields, node));
        let (header, footer) = (fields.opt_text("header"), fields.opt_text("footer"));
        for line in [&header, &footer].into_iter().flatten().filter(|line| !names_file(line.source())) {
            fields.sentence(Role::Other, line);
        }
        fields.opt_steps("on_undelivered");
        let (place, cards) = (WrittenPlace::parse(fields), WrittenCards::parse(fields));
        // Only questions have phrases and forms.
        let (phrases, form) = match verb {
            "ask" => (Phrases::parse(fields), WrittenForm::parse(fields).map(Arc::new)),
            _ => (Phrases::default(), None),
        };
        Message {
            body,
            media,
            buttons,
            link,
            header,
            footer,
            place,
            cards,
            phrases,
            asks_place: false,
            form,
            if_closed,
        }
    }

    /// A message that is only a text.
    pub fn only(body: Text, if_closed: Option<WrittenIfClosed>) -> Message {
        Message {
            body,
            media: Vec::new(),
            buttons: Vec::new(),
            link: None,
            header: None,
            footer: None,
            place: None,
            cards: None,
            phrases: Phrases::default(),
            asks_place: false,
            form: None,
            if_closed,
        }
    }

    /// The message with only its text, for a repetition: without files, link, header and footer.
    pub fn bare(&self) -> Message {
        Message {
            phrases: self.phrases.clone(),
            asks_place: self.asks_place,
            form: self.form.clone(),
            ..Message::only(self.body.clone(), None)
        }
    }

    /// The messages to send, in order; the last one has the buttons.
    pub fn contents(
        &self,
        turn: &Turn<'_>,
        here: Here<'_>,
        worded: FilledMessage<'_>,
    ) -> Result<Vec<Content>, StepFailure> {
        let edge = |text: &Option<Text>| -> Result<Option<String>, StepFailure> {
            let text = text.as_ref().map(|text| turn.sentence(here, text, &[])).transpose()?;
            Ok(text.map(|text| text.trim().to_owned()).filter(|text| !is_blank(text)))
        };
        let mut files = Vec::new();
        files.extend(self.header.as_ref().map(|text| received(turn, here, text)).transpose()?.flatten());
        let mut header = if files.is_empty() { edge(&self.header)? } else { None };
        let footer = edge(&self.footer)?;
        if let Some(named) = header.take_if(|text| names_file(text)) {
            files.push(file(turn, &named)?);
        }
        for named in &self.media {
            files.push(match received(turn, here, named)? {
                Some(answered) => answered,
                None => file(turn, turn.render(here, named, &[])?.trim())?,
            });
        }
        let link = self.link.as_ref().map(|link| link.shown(turn, here)).transpose()?;
        let place = self.place.as_ref().map(|place| place.resolve(turn, here)).transpose()?;
        let cards = self.cards.as_ref().map(|cards| cards.resolve(turn, here)).transpose()?;
        let cards = cards.map(|cards| Content::ContactCards { cards });
        let ahead: Vec<Content> = place.map(Content::Location).into_iter().chain(cards).collect();
        let form = self.form.as_ref().map(|form| form.shown(turn, here)).transpose()?;
        if is_blank(worded.body) {
            if link.is_some() || !worded.shown.is_empty() || self.asks_place || form.is_some() {
                return Err(empty("the text above what can be tapped"));
            }
            if files.is_empty() && ahead.is_empty() {
                return Err(StepFailure::new("empty_text", "the text came out empty: there is nothing to say"));
            }
        }
        if let Some(option) = worded.shown.iter().find(|option| is_blank(&option.title)) {
            return Err(empty(&format!("the title of the option `{}`", option.id)));
        }
        let say = |phrase| self.phrases.said(turn, here, phrase);
        let opening = ListTexts { choose: say(Phrase::Choose)?, more: say(Phrase::More)?, back: say(Phrase::Back)? };
        let (edges, asks_place) = (Edges { header, footer }, self.asks_place);
        Ok(arrange(
            turn,
            here,
            worded,
            MessageExtras { files, link, edges, ahead, opening: &opening, asks_place, form },
        ))
    }

    pub fn if_closed(
        &self,
        turn: &Turn<'_>,
        here: Here<'_>,
        shown: &[OptionShown],
    ) -> Result<Option<IfClosed>, StepFailure> {
        self.if_closed.as_ref().map(|way| way.resolve(turn, here, shown)).transpose()
    }

    /// True if the step waits for the outcome of its message.
    pub fn fails_when_closed(&self) -> bool {
        matches!(self.if_closed, Some(WrittenIfClosed::Fail))
    }
}

/// The keys of the tappable parts below a text.
const TAPPED: [&str; 4] = ["link", "buttons", "options", "form"];

fn empty(what: &str) -> StepFailure {
    StepFailure::new("empty_text", format!("{what} came out empty"))
}

impl Link {
    fn shown(&self, turn: &Turn<'_>, here: Here<'_>) -> Result<LinkShown, StepFailure> {
        let title = turn.sentence(here, &self.title, &[])?.trim().to_owned();
        let url = turn.render(here, &self.url, &[])?.trim().to_owned();
        if is_blank(&url) {
            return Err(empty("the address of the link"));
        }
        if is_blank(&title) {
            return Err(empty("the title of the link"));
        }
        let text = self.text.as_ref().map(|text| turn.sentence(here, text, &[])).transpose()?;
        let text = text.filter(|text| !is_blank(text)).unwrap_or_else(|| title.clone());
        Ok(LinkShown { title, url, text })
    }
}

impl WrittenButton {
    fn parse(fields: &mut StepFields<'_, '_>, node: &Node) -> Self {
        if let Some(text) = node.text() {
            let title = fields.said_of(node, "a button");
            fields.sentence(Role::Option, &title);
            return WrittenButton { id: text.to_owned(), title, consent: Vec::new() };
        }
        // `{yes: Yes please}`: an id and a title.
        if let (None, None, Some([first, ..])) = (node.get("id"), node.get("title"), node.map())
            && let Some(text) = first.value.text()
            && first.key.text != "consent"
        {
            let finding = Diagnostic::error("E202", &node.place, "a button is a text, or has a `title`");
            let key = &first.key.text;
            fields.report(finding.help(format!("begin each button with `- `: `- {{id: {key}, title: {text}}}`")));
            return WrittenButton { id: String::new(), title: Text::plain("", &node.place), consent: Vec::new() };
        }
        let mut id = String::new();
        let mut title = None;
        let mut consent = Vec::new();
        for entry in node.map().unwrap_or_default() {
            match entry.key.text.as_str() {
                "id" => entry.value.text().unwrap_or_default().clone_into(&mut id),
                "title" => title = Some(fields.said_of(&entry.value, "the `title` of a button")),
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

/// The buttons of a `say` with their values filled in.
pub fn shown_buttons(
    turn: &Turn<'_>,
    here: Here<'_>,
    buttons: &[WrittenButton],
) -> Result<Vec<OptionShown>, StepFailure> {
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
    let of = turn.world.conversation;
    Token::new(of, here.run, &here.node.id, &option.id, &option.consent).sign(turn.world.token_key)
}
