//! What `say` and `ask` have in common: the text, media, buttons, a link, and what to do when the window is closed.

use super::{
    sentences,
    step_fields::StepFields,
    steps::consent_map,
    text::{Data, Text},
    token::Token,
    turn::{Failure, Here, Turn},
};
use crate::{
    base::{
        limits::{
            BUTTON_BODY_CHARS_MAX, BUTTON_TITLE_CHARS_MAX, BUTTONS_MAX, HOLD_DEFAULT, LIST_ROWS_MAX,
            ROW_DESCRIPTION_CHARS_MAX, ROW_TITLE_CHARS_MAX, TEXT_CHARS_MAX,
        },
        time::Span,
        yaml::Node,
    },
    model::{
        content::{Button, Content, Media, MediaKind, Row},
        effect::IfClosed,
        session::OptionShown,
        template::{ButtonValue, HeaderValue, Parameters, TemplateMessage},
        value::Value,
    },
};

pub struct Message {
    pub body: Text,
    /// Public addresses of files.
    pub media: Vec<Text>,
    pub buttons: Vec<WrittenButton>,
    pub link: Option<Link>,
    pub if_closed: Option<WrittenIfClosed>,
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
        fields.later(&["header", "footer", "on_undelivered"]);
        let body = fields.text(verb);
        let media = fields.texts("media");
        let buttons = fields.list("buttons").iter().map(|node| WrittenButton::parse(fields, node)).collect();
        let link = fields.node("link").map(|node| {
            let mut keys = fields.below(node, "link");
            let (title, url) = (keys.required("title"), keys.required("url"));
            keys.finish();
            let mut text = |node: Option<&Node>| match node {
                Some(node) => fields.text_of(node),
                None => Text::plain("", &fields.place()),
            };
            Link { title: text(title), url: text(url) }
        });
        let if_closed = fields.node("if_closed").and_then(|node| WrittenIfClosed::parse(fields, node));
        Message { body, media, buttons, link, if_closed }
    }

    /// The messages to send, in order; the last one carries the buttons.
    pub fn contents(
        &self,
        turn: &Turn<'_>,
        here: Here<'_>,
        body: &str,
        shown: &[OptionShown],
    ) -> Result<Vec<Content>, Failure> {
        let mut files = Vec::new();
        for url in &self.media {
            files.push(media(turn.render(here, url, &[])?.trim())?);
        }
        let link = match &self.link {
            Some(link) => Some((turn.render(here, &link.title, &[])?, turn.render(here, &link.url, &[])?)),
            None => None,
        };
        if body.trim().is_empty() && files.is_empty() {
            return Err(Failure::new("empty_text", "the text came out empty: there is nothing to say"));
        }
        Ok(arrange(turn, here, body, files, link, shown))
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
            return WrittenButton { id: text.to_owned(), title: fields.text_of(node), consent: Vec::new() };
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
        if id.is_empty() {
            title.source().clone_into(&mut id);
        }
        WrittenButton { id, title, consent }
    }
}

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
            Some(_) | None => {}
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
        if found.is_none() {
            fields.wrong(
                node,
                "E230",
                "`if_closed` is `{template: NAME}`, `{nudge: NAME}`, `hold`, `{hold: 3d}`, `skip` or `fail`",
            );
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
        let title = turn.render(here, &button.title, &[])?;
        Ok(OptionShown {
            id: button.id.clone(),
            title,
            value: Value::text(button.id.as_str()),
            description: None,
            consent: button.consent.clone(),
        })
    };
    buttons.iter().map(shown).collect()
}

fn token(turn: &Turn<'_>, here: Here<'_>, option: &OptionShown) -> String {
    Token::new(here.run, &here.node.id, &option.id, &option.consent).sign(turn.world.token_key)
}

/// Puts text, files, link and options into as few messages as the channel allows.
fn arrange(
    turn: &Turn<'_>,
    here: Here<'_>,
    body: &str,
    mut files: Vec<Media>,
    link: Option<(String, String)>,
    shown: &[OptionShown],
) -> Vec<Content> {
    let mut all = Vec::new();
    let interactive = link.is_some() || !shown.is_empty();
    // Only one picture, film or document can stand above buttons; a list has none.
    let fits_above = |media: &Media| !matches!(media.kind, MediaKind::Audio | MediaKind::Sticker);
    let buttons = !shown.is_empty() && as_buttons(shown);
    let above = match files.as_slice() {
        [one] if interactive && fits_above(one) && (link.is_some() || buttons) => files.pop(),
        _ => None,
    };
    let has_caption = |media: &Media| !matches!(media.kind, MediaKind::Audio | MediaKind::Sticker);
    let caption_on = (!interactive && body.chars().count() <= BUTTON_BODY_CHARS_MAX && !body.is_empty())
        .then(|| files.iter().position(has_caption))
        .flatten();
    for (place, media) in files.into_iter().enumerate() {
        let caption = (caption_on == Some(place)).then(|| body.to_owned());
        all.push(Content::Media { media, caption });
    }
    if caption_on.is_some() || (body.trim().is_empty() && !interactive) {
        return all;
    }
    let most = if interactive { BUTTON_BODY_CHARS_MAX } else { TEXT_CHARS_MAX };
    let mut parts = split(body, most);
    let last = parts.pop().unwrap_or_default();
    all.extend(parts.into_iter().map(|body| Content::Text { body }));
    let body = last;
    all.push(match link {
        Some((title, url)) => Content::Link { body, title: cut(&title, BUTTON_TITLE_CHARS_MAX), url, media: above },
        None if shown.is_empty() => Content::Text { body },
        None if buttons => {
            let button = |option: &OptionShown| Button { id: token(turn, here, option), title: option.title.clone() };
            Content::Buttons { body, buttons: shown.iter().map(button).collect(), media: above }
        }
        None => {
            let row = |option: &OptionShown| Row {
                id: token(turn, here, option),
                title: cut(&option.title, ROW_TITLE_CHARS_MAX),
                description: option.description.as_deref().map(|text| cut(text, ROW_DESCRIPTION_CHARS_MAX)),
            };
            let rows = shown.iter().take(LIST_ROWS_MAX).map(row).collect();
            Content::List { body, button: sentences::choose(turn.language()).into(), rows }
        }
    });
    all
}

/// Three or fewer with short titles, all different and without descriptions.
fn as_buttons(shown: &[OptionShown]) -> bool {
    let short =
        |option: &OptionShown| option.title.chars().count() <= BUTTON_TITLE_CHARS_MAX && option.description.is_none();
    let different =
        |(place, option): (usize, &OptionShown)| shown[..place].iter().all(|other| other.title != option.title);
    shown.len() <= BUTTONS_MAX && shown.iter().all(short) && shown.iter().enumerate().all(different)
}

/// Pieces of at most `most` characters, cut between paragraphs, else lines, else words.
fn split(body: &str, most: usize) -> Vec<String> {
    let mut parts = Vec::new();
    let mut rest = body.trim_end();
    while let Some((limit, _)) = rest.char_indices().nth(most) {
        let head = &rest[..limit];
        let at = ["\n\n", "\n", " "].iter().find_map(|mark| head.rfind(mark).filter(|at| *at > 0)).unwrap_or(limit);
        parts.push(rest[..at].trim_end().to_owned());
        rest = rest[at..].trim_start();
    }
    parts.push(rest.to_owned());
    parts
}

fn cut(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let mut short: String = text.chars().take(most - 1).collect();
    short.push('…');
    short
}

/// A file by its address; its kind by the ending, a picture when there is none.
fn media(url: &str) -> Result<Media, Failure> {
    if url.is_empty() {
        return Err(Failure::new("empty_text", "the address of the media came out empty"));
    }
    let path = url.split(['?', '#']).next().unwrap_or(url);
    let name = path.rsplit('/').next().unwrap_or(path);
    let ending = name.rsplit_once('.').map(|(_, ending)| ending.to_lowercase());
    let kind = match ending.as_deref() {
        Some("jpg" | "jpeg" | "png" | "gif") | None => MediaKind::Image,
        Some("webp") => MediaKind::Sticker,
        Some("mp4" | "3gp" | "mov") => MediaKind::Video,
        Some("mp3" | "ogg" | "opus" | "aac" | "m4a" | "amr") => MediaKind::Audio,
        Some(_) => MediaKind::Document,
    };
    let filename = (kind == MediaKind::Document).then(|| name.to_owned());
    Ok(Media { kind, url: url.to_owned(), filename })
}

fn header(text: &str) -> Result<HeaderValue, Failure> {
    Ok(match text.starts_with("https://") || text.starts_with("http://") {
        true => HeaderValue::Media(media(text)?),
        false => HeaderValue::Text(text.to_owned()),
    })
}

/// A list fills positional parameters, a map named ones; keys "1", "2" are positions.
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
    fn long_texts_are_cut_between_paragraphs_then_words() {
        assert_eq!(split("short", 10), ["short"]);
        assert_eq!(split("one two\n\nthree four", 12), ["one two", "three four"]);
        assert_eq!(split("one two three", 8), ["one two", "three"]);
        assert_eq!(split("abcdefghij", 4), ["abcd", "efgh", "ij"]);
        assert!(split(&"ä ".repeat(3000), TEXT_CHARS_MAX).iter().all(|part| part.chars().count() <= TEXT_CHARS_MAX));
        assert_eq!(split(&"x".repeat(TEXT_CHARS_MAX), TEXT_CHARS_MAX).len(), 1, "at the limit");
    }

    #[test]
    fn the_ending_tells_the_kind_of_a_file() {
        for (url, kind) in [
            ("https://x.example/a.JPG?v=1.pdf", MediaKind::Image),
            ("https://x.example/a.mp4", MediaKind::Video),
            ("https://x.example/voice.ogg", MediaKind::Audio),
            ("https://x.example/menu.pdf", MediaKind::Document),
            ("https://x.example/picture", MediaKind::Image),
        ] {
            assert_eq!(media(url).unwrap().kind, kind, "{url}");
        }
        assert_eq!(media("https://x.example/menu.pdf").unwrap().filename.as_deref(), Some("menu.pdf"));
    }

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
}
