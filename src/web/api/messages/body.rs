//! Reads the message in a native request: its content, the quoted message, and a scheduled time.

use super::template::template;
use crate::{
    base::{
        ids::{InboundId, OutboundId, ProviderId},
        limits::{
            BUTTON_ID_CHARS_MAX, BUTTON_TITLE_CHARS_MAX, BUTTONS_MAX, CARD_ENTRIES_MAX, CONTACT_CARDS_MAX,
            EDGE_CHARS_MAX, FILENAME_CHARS_MAX, LIST_ROWS_MAX, NAME_CHARS_MAX, PLANNED_AHEAD, PROVIDER_ID_BYTES_MAX,
            ROW_DESCRIPTION_CHARS_MAX, ROW_ID_CHARS_MAX, ROW_TITLE_CHARS_MAX, SAID_CHARS_MAX, URL_CHARS_MAX,
        },
        time::Time,
    },
    model::{
        card::{CardEmail, CardPhone, ContactCard},
        content::{Button, Content, Edges, Location, Media, MediaKind, Row},
    },
    runtime::config::Sender,
    store::{
        Store,
        tables::{conversation::Conversation, inbound, outbound},
    },
    web::{input::Input, problem::Problem},
};
use serde_json::Value as Json;

/// The message of a request.
#[derive(Debug, Clone, PartialEq)]
pub struct MessageBody {
    pub content: Content,
    /// Our id of the quoted message.
    pub quotes: Option<i64>,
    pub at: Option<Time>,
}

/// Reads all fields of a message; `None` if there are errors, which are in `input`.
pub fn read(input: &mut Input, now: Time) -> Option<MessageBody> {
    let content = content(input);
    let quotes = input.opt_whole("reply_to");
    let at = moment(input, now);
    Some(MessageBody { content: content?, quotes, at })
}

fn moment(input: &mut Input, now: Time) -> Option<Time> {
    let text = input.opt_text("at", NAME_CHARS_MAX)?;
    let at = match text.parse::<jiff::Timestamp>() {
        Ok(at) => Time(at.as_millisecond()),
        Err(_) => {
            input.wrong("at", "`at` is a moment with its zone, like `2026-12-01T09:00:00+01:00`.");
            return None;
        }
    };
    if at <= now {
        input.wrong("at", "`at` has passed; without it the message leaves now.");
    } else if at > now + PLANNED_AHEAD {
        input.wrong("at", "`at` is more than a year ahead.");
    }
    Some(at)
}

/// The tappable part below a text.
enum TappablePart {
    Buttons(Vec<Button>),
    List { button: String, rows: Vec<Row> },
    Link { title: String, url: String },
}

fn content(input: &mut Input) -> Option<Content> {
    let text = input.opt_text("text", SAID_CHARS_MAX);
    let media = input.inside("media", media);
    let template = input.inside("template", template);
    let location = input.inside("location", location);
    let cards = cards(input);
    let below = below(input);
    let edges =
        Edges { header: input.opt_text("header", EDGE_CHARS_MAX), footer: input.opt_text("footer", EDGE_CHARS_MAX) };
    if !input.is_clean() {
        return None;
    }
    let alone =
        [("template", template.is_some()), ("location", location.is_some()), ("contact_cards", cards.is_some())];
    let given = alone.iter().filter(|(_, there)| *there).count();
    let beside = text.is_some() || media.is_some() || below.is_some();
    if let Some((name, _)) = alone.iter().find(|(_, there)| *there).filter(|_| given > 1 || beside) {
        input.wrong(name, format!("A `{name}` stands alone."));
        return None;
    }
    if below.is_none() && !edges.are_bare() {
        let name = if edges.header.is_some() { "header" } else { "footer" };
        input.wrong(name, format!("A `{name}` stands at `buttons`, a `list` or a `link` only."));
        return None;
    }
    if let Some(template) = template {
        return Some(Content::Template(template));
    }
    if let Some(place) = location {
        return place.map(Content::Location);
    }
    if let Some(cards) = cards {
        return Some(Content::ContactCards { cards });
    }
    match (text, media.flatten(), below) {
        (Some(body), None, None) => Some(Content::Text { body }),
        (caption, Some(media), None) => Some(Content::Media { media, caption }),
        (Some(body), media, Some(below)) => tappable(input, body, media, below, edges),
        (None, _, Some(_)) => {
            input.wrong("text", "`text` is missing: what can be tapped stands below one.");
            None
        }
        (None, None, None) => {
            let all = "`text`, `media`, `template`, `location` or `contact_cards`";
            input.wrong("text", format!("Give a message: {all}."));
            None
        }
    }
}

fn tappable(
    input: &mut Input,
    body: String,
    media: Option<Media>,
    below: TappablePart,
    edges: Edges,
) -> Option<Content> {
    if let Some(media) = &media {
        let above = matches!(media.kind, MediaKind::Image | MediaKind::Video | MediaKind::Document);
        if !above || matches!(below, TappablePart::List { .. }) || edges.header.is_some() {
            let why =
                "Above buttons or a link stands an image, a video or a document, or a `header`; above a list no file.";
            input.wrong("media", why);
            return None;
        }
    }
    Some(match below {
        TappablePart::Buttons(buttons) => Content::Buttons { body, buttons, media, edges },
        TappablePart::List { button, rows } => Content::List { body, button, rows, edges },
        TappablePart::Link { title, url } => Content::Link { body, title, url, media, edges },
    })
}

fn below(input: &mut Input) -> Option<TappablePart> {
    let has_buttons = input.peek("buttons").is_some();
    let buttons = input.each("buttons", BUTTONS_MAX, |one| {
        let title = one.text("title", BUTTON_TITLE_CHARS_MAX);
        let id = one.opt_text("id", BUTTON_ID_CHARS_MAX).unwrap_or_else(|| title.clone());
        Button { id, title }
    });
    let list = input.inside("list", |list| {
        let button = list.text("button", BUTTON_TITLE_CHARS_MAX);
        let rows = list.each("rows", LIST_ROWS_MAX, |one| {
            let title = one.text("title", ROW_TITLE_CHARS_MAX);
            let id = one.opt_text("id", ROW_ID_CHARS_MAX).unwrap_or_else(|| title.clone());
            Row { id, title, description: one.opt_text("description", ROW_DESCRIPTION_CHARS_MAX) }
        });
        if rows.is_empty() && list.is_clean() {
            list.wrong("rows", "`rows` is missing or empty.");
        }
        unlike(list, "rows", rows.iter().map(|row| row.id.as_str()));
        TappablePart::List { button, rows }
    });
    let link = input.inside("link", |link| {
        let title = link.text("title", BUTTON_TITLE_CHARS_MAX);
        let url = link.text("url", URL_CHARS_MAX);
        if !url.is_empty() && !is_address(&url) {
            link.wrong("url", "`url` must begin with `https://`.");
        }
        TappablePart::Link { title, url }
    });
    let buttons = has_buttons.then(|| {
        if buttons.is_empty() && input.is_clean() {
            input.wrong("buttons", "`buttons` is empty.");
        }
        unlike(input, "buttons", buttons.iter().map(|button| button.id.as_str()));
        unlike(input, "buttons", buttons.iter().map(|button| button.title.as_str()));
        TappablePart::Buttons(buttons)
    });
    let mut given = [buttons, list, link].into_iter().flatten();
    let first = given.next();
    if given.next().is_some() {
        input.wrong("buttons", "Give one of `buttons`, `list` and `link`.");
    }
    first
}

/// Refuses two options with one id, because a tap could not be assigned, or with one title, because WhatsApp refuses
/// them.
fn unlike<'a>(input: &mut Input, name: &'static str, all: impl Iterator<Item = &'a str>) {
    let mut seen = Vec::new();
    for one in all {
        if seen.contains(&one) {
            input.wrong(name, format!("Two of `{name}` have the same id or title: `{one}`."));
            return;
        }
        seen.push(one);
    }
}

/// Reads a media file, in a message or a template header.
pub fn media(input: &mut Input) -> Option<Media> {
    let kind = input.text("kind", NAME_CHARS_MAX);
    let id = input.opt_text("id", PROVIDER_ID_BYTES_MAX);
    let url = if id.is_some() { input.opt_text("url", URL_CHARS_MAX) } else { Some(input.text("url", URL_CHARS_MAX)) };
    if id.is_some() && url.is_some() {
        input.wrong("url", "A file has an `id` or a `url`, not both.");
    }
    let url = url.unwrap_or_default();
    let filename = input.opt_text("filename", FILENAME_CHARS_MAX);
    let known = serde_json::from_value::<MediaKind>(Json::String(kind.clone())).ok();
    if known.is_none() && !kind.is_empty() {
        input.wrong("kind", "`kind` is `image`, `audio`, `video`, `document` or `sticker`.");
    }
    if !url.is_empty() && !is_address(&url) {
        input.wrong("url", "`url` must begin with `https://`.");
    }
    if known == Some(MediaKind::Document) && id.is_some() && filename.is_none() && input.is_clean() {
        // A URL ends with a file name; an id has none, and WhatsApp would show "Untitled".
        input.wrong("filename", "`filename` is missing: the recipient sees it, and an `id` has none.");
    }
    known.map(|kind| match id {
        Some(id) => Media::uploaded(kind, &id, filename),
        None => Media { kind, url, filename },
    })
}

/// Reads a location, in a message or a template header.
pub fn location(input: &mut Input) -> Option<Location> {
    let mut degrees = |name: &'static str, most: f64| {
        let found = input.opt_number(name);
        match found {
            Some(degrees) if !(-most..=most).contains(&degrees) => {
                input.wrong(name, format!("`{name}` is from -{most} to {most} degrees."));
            }
            None if input.is_clean() => input.wrong(name, format!("`{name}` is missing.")),
            _ => {}
        }
        found
    };
    let (latitude, longitude) = (degrees("latitude", 90.0), degrees("longitude", 180.0));
    let (name, address) = (input.opt_text("name", NAME_CHARS_MAX), input.opt_text("address", NAME_CHARS_MAX));
    Some(Location { latitude: latitude?, longitude: longitude?, name, address })
}

fn cards(input: &mut Input) -> Option<Vec<ContactCard>> {
    let is_there = input.peek("contact_cards").is_some();
    let cards = input.each("contact_cards", CONTACT_CARDS_MAX, |card| ContactCard {
        name: card.text("name", NAME_CHARS_MAX),
        first_name: card.opt_text("first_name", NAME_CHARS_MAX),
        last_name: card.opt_text("last_name", NAME_CHARS_MAX),
        company: card.opt_text("company", NAME_CHARS_MAX),
        title: card.opt_text("title", NAME_CHARS_MAX),
        phones: card.each("phones", CARD_ENTRIES_MAX, |phone| CardPhone {
            number: phone.text("number", NAME_CHARS_MAX),
            kind: phone.opt_text("type", NAME_CHARS_MAX),
            wa_id: phone.opt_text("wa_id", NAME_CHARS_MAX),
        }),
        emails: card.each("emails", CARD_ENTRIES_MAX, |email| CardEmail {
            address: email.text("address", NAME_CHARS_MAX),
            kind: email.opt_text("type", NAME_CHARS_MAX),
        }),
        urls: card.opt_texts("urls", URL_CHARS_MAX),
    });
    if is_there && cards.is_empty() && input.is_clean() {
        input.wrong("contact_cards", "`contact_cards` is empty.");
    }
    is_there.then_some(cards)
}

fn is_address(text: &str) -> bool {
    text.starts_with("https://") || text.starts_with("http://")
}

/// Refuses a message that the sender's platform cannot carry, and names the field.
pub fn carried(sender: &Sender, said: &MessageBody) -> Result<(), Problem> {
    let carries = sender.carries();
    let refused = |field: &str, why: String| Err(Problem::invalid(vec![(field.to_owned(), why)]));
    let by = format!("The platform of sender {}", sender.id);
    match &said.content {
        Content::Buttons { .. } if carries.buttons_max == 0 => {
            return refused("/buttons", format!("{by} shows no buttons: write the choices into the `text`."));
        }
        Content::List { .. } if carries.rows_max == 0 => {
            return refused("/list", format!("{by} shows no lists: write the choices into the `text`."));
        }
        content if !carries.uploads && content.media().is_some_and(|media| media.upload_id().is_some()) => {
            return refused("/media/id", format!("{by} takes files by their address alone: give a `url`."));
        }
        _ => {}
    }
    if said.quotes.is_some() && !carries.quotes {
        return refused("/reply_to", format!("{by} quotes no messages."));
    }
    match carries.fit(said.content.clone()) {
        Ok(_) => Ok(()),
        Err(unfit) => refused("/text", format!("The message does not fit: {unfit}.")),
    }
}

/// The platform's id of the quoted message, which must be of this conversation, in either direction.
pub async fn quoted(store: &Store, row: &Conversation, id: i64) -> Result<ProviderId, Problem> {
    let bug = |error: &dyn std::fmt::Display| Problem::bug(error);
    let theirs = inbound::find(store, InboundId(id)).await.map_err(|error| bug(&error))?;
    let theirs = theirs.filter(|message| message.conversation_id == row.id);
    if let Some(message) = theirs {
        return Ok(message.data.message.provider_id);
    }
    let ours = outbound::find(store, OutboundId(id)).await.map_err(|error| bug(&error))?;
    let ours = ours.filter(|message| message.conversation_id == row.id).and_then(|message| message.provider_id);
    let why = format!("There is no message {id} in this conversation that can be quoted.");
    ours.ok_or_else(|| Problem::invalid(vec![("/reply_to".to_owned(), why)]))
}
