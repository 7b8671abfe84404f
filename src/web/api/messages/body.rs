//! Reads the message in a native request: its content, the quoted message, and a scheduled time.

use super::template::{TemplateToSend, template};
use crate::{
    base::{
        body_fields::{At, Text},
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
    web::request::FieldErrors,
};
use schemars::JsonSchema;
use serde::Deserialize;

/// A `text` or a `media`, perhaps with something to tap, or a `location`, `contact_cards` or a `template`.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct SaidMessage {
    /// A text that is longer than the platform takes becomes several messages.
    text: Option<Text<SAID_CHARS_MAX>>,
    /// A `text` beside it is its caption, or follows it where WhatsApp shows none.
    media: Option<MediaToSend>,
    /// Below the `text`, and below a `media` if there is one.
    #[schemars(length(max = BUTTONS_MAX))]
    buttons: Option<Vec<ReplyButton>>,
    /// One to ten rows behind a button.
    list: Option<ListToSend>,
    /// A button that opens a page.
    link: Option<LinkButton>,
    /// A short line above `buttons`, a `list` or a `link`.
    header: Option<Text<EDGE_CHARS_MAX>>,
    /// A short line below them.
    footer: Option<Text<EDGE_CHARS_MAX>>,
    /// A place on the map; it stands alone.
    location: Option<PlaceToSend>,
    /// People to save in the address book; they stand alone.
    #[schemars(length(max = CONTACT_CARDS_MAX))]
    contact_cards: Option<Vec<CardToSend>>,
    /// The message for a closed window; it stands alone.
    template: Option<TemplateToSend>,
    /// The `id` of the message of this conversation that it quotes. Meta and Kapso alone.
    reply_to: Option<i64>,
    /// It leaves then, at most a year ahead, and all rules are asked then: a text whose window is closed by then is not
    /// sent. `DELETE /v1/messages/{id}` takes it back.
    at: Option<At>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[schemars(rename = "Media")]
pub struct MediaToSend {
    #[schemars(with = "String", extend("enum" = MEDIA_KINDS, "x-misfit" = KIND_MISFIT))]
    kind: MediaKind,
    /// Where the platform fetches it: `https://…`.
    url: Option<Text<URL_CHARS_MAX>>,
    /// Instead of `url`: what `POST /v1/media` answered for this sender.
    id: Option<Text<PROVIDER_ID_BYTES_MAX>>,
    /// Of a document: else what its `url` ends in. Needed with an `id`.
    filename: Option<Text<FILENAME_CHARS_MAX>>,
}

pub const MEDIA_KINDS: [&str; 5] = ["image", "audio", "video", "document", "sticker"];
const KIND_MISFIT: &str = "`kind` is `image`, `audio`, `video`, `document` or `sticker`.";

#[derive(Debug, Deserialize, JsonSchema)]
struct ReplyButton {
    title: Text<BUTTON_TITLE_CHARS_MAX>,
    /// Comes back when it is tapped, to flows with `when: button` and in `message.in`; else the title.
    id: Option<Text<BUTTON_ID_CHARS_MAX>>,
}

#[derive(Debug, Deserialize, JsonSchema)]
struct ListToSend {
    /// The label that opens it.
    button: Text<BUTTON_TITLE_CHARS_MAX>,
    #[schemars(length(max = LIST_ROWS_MAX), extend("x-missing" = NO_ROWS))]
    rows: Vec<ListRow>,
}

const NO_ROWS: &str = "`rows` is missing or empty.";

#[derive(Debug, Deserialize, JsonSchema)]
struct ListRow {
    title: Text<ROW_TITLE_CHARS_MAX>,
    /// As of a button.
    id: Option<Text<ROW_ID_CHARS_MAX>>,
    description: Option<Text<ROW_DESCRIPTION_CHARS_MAX>>,
}

#[derive(Debug, Deserialize, JsonSchema)]
struct LinkButton {
    title: Text<BUTTON_TITLE_CHARS_MAX>,
    url: Text<URL_CHARS_MAX>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[schemars(rename = "Place")]
pub struct PlaceToSend {
    /// -90 to 90.
    latitude: f64,
    /// -180 to 180.
    longitude: f64,
    name: Option<Text<NAME_CHARS_MAX>>,
    address: Option<Text<NAME_CHARS_MAX>>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[schemars(rename = "ContactCard")]
struct CardToSend {
    /// The whole name.
    name: Text<NAME_CHARS_MAX>,
    first_name: Option<Text<NAME_CHARS_MAX>>,
    last_name: Option<Text<NAME_CHARS_MAX>>,
    company: Option<Text<NAME_CHARS_MAX>>,
    /// The post of the person there.
    title: Option<Text<NAME_CHARS_MAX>>,
    #[schemars(length(max = CARD_ENTRIES_MAX))]
    phones: Option<Vec<PhoneOfCard>>,
    #[schemars(length(max = CARD_ENTRIES_MAX))]
    emails: Option<Vec<EmailOfCard>>,
    urls: Option<Vec<Text<URL_CHARS_MAX>>>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[schemars(rename = "CardPhone")]
struct PhoneOfCard {
    /// As it shall be shown.
    number: Text<NAME_CHARS_MAX>,
    /// A word such as `WORK`; `CELL` without one.
    r#type: Option<Text<NAME_CHARS_MAX>>,
    /// Its digits at WhatsApp: the card has a button that opens a chat.
    wa_id: Option<Text<NAME_CHARS_MAX>>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[schemars(rename = "CardEmail")]
struct EmailOfCard {
    address: Text<NAME_CHARS_MAX>,
    /// `WORK` without one.
    r#type: Option<Text<NAME_CHARS_MAX>>,
}

/// The message of a request.
#[derive(Debug, Clone, PartialEq)]
pub struct MessageBody {
    pub content: Content,
    /// Our id of the quoted message.
    pub quotes: Option<i64>,
    pub at: Option<Time>,
}

/// Reads all fields of a message; `None` if there are errors, which are in `errors`.
pub fn read(errors: &mut FieldErrors, asked: SaidMessage, now: Time) -> Option<MessageBody> {
    let (quotes, at) = (asked.reply_to, asked.at.map(|At(at)| at));
    let content = content(errors, asked);
    if at.is_some_and(|at| at <= now) {
        errors.wrong("at", "`at` has passed; without it the message leaves now.");
    } else if at.is_some_and(|at| at > now + PLANNED_AHEAD) {
        errors.wrong("at", "`at` is more than a year ahead.");
    }
    Some(MessageBody { content: content?, quotes, at })
}

/// The words of a text that may be left out.
pub fn plain<const MAX: usize>(text: Option<Text<MAX>>) -> Option<String> {
    text.map(|Text(text)| text)
}

/// The tappable part below a text.
enum TappablePart {
    Buttons(Vec<Button>),
    List { button: String, rows: Vec<Row> },
    Link { title: String, url: String },
}

fn content(errors: &mut FieldErrors, asked: SaidMessage) -> Option<Content> {
    let text = plain(asked.text);
    let media = asked.media.map(|asked| media(errors, "media/", asked));
    let template = asked.template.map(|asked| template(errors, asked));
    let location = asked.location.map(|asked| location(errors, "location/", asked));
    let cards = asked.contact_cards.map(|cards| cards.into_iter().map(card).collect::<Vec<_>>());
    if cards.as_ref().is_some_and(Vec::is_empty) && errors.is_clean_at("contact_cards") {
        errors.wrong("contact_cards", "`contact_cards` is empty.");
    }
    let below = below(errors, asked.buttons, asked.list, asked.link);
    let edges = Edges { header: plain(asked.header), footer: plain(asked.footer) };
    if !errors.is_clean() {
        return None;
    }
    let alone =
        [("template", template.is_some()), ("location", location.is_some()), ("contact_cards", cards.is_some())];
    let given = alone.iter().filter(|(_, there)| *there).count();
    let beside = text.is_some() || media.is_some() || below.is_some();
    if let Some((name, _)) = alone.iter().find(|(_, there)| *there).filter(|_| given > 1 || beside) {
        errors.wrong(name, format!("A `{name}` stands alone."));
        return None;
    }
    if below.is_none() && !edges.are_bare() {
        let name = if edges.header.is_some() { "header" } else { "footer" };
        errors.wrong(name, format!("A `{name}` stands at `buttons`, a `list` or a `link` only."));
        return None;
    }
    if let Some(template) = template {
        return Some(Content::Template(template));
    }
    if let Some(place) = location {
        return Some(Content::Location(place));
    }
    if let Some(cards) = cards {
        return Some(Content::ContactCards { cards });
    }
    match (text, media, below) {
        (Some(body), None, None) => Some(Content::Text { body }),
        (caption, Some(media), None) => Some(Content::Media { media, caption }),
        (Some(body), media, Some(below)) => tappable(errors, body, media, below, edges),
        (None, _, Some(_)) => {
            errors.wrong("text", "`text` is missing: what can be tapped stands below one.");
            None
        }
        (None, None, None) => {
            let all = "`text`, `media`, `template`, `location` or `contact_cards`";
            errors.wrong("text", format!("Give a message: {all}."));
            None
        }
    }
}

fn tappable(
    errors: &mut FieldErrors,
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
            errors.wrong("media", why);
            return None;
        }
    }
    Some(match below {
        TappablePart::Buttons(buttons) => Content::Buttons { body, buttons, media, edges },
        TappablePart::List { button, rows } => Content::List { body, button, rows, edges },
        TappablePart::Link { title, url } => Content::Link { body, title, url, media, edges },
    })
}

fn below(
    errors: &mut FieldErrors,
    buttons: Option<Vec<ReplyButton>>,
    list: Option<ListToSend>,
    link: Option<LinkButton>,
) -> Option<TappablePart> {
    let list = list.map(|ListToSend { button: Text(button), rows }| {
        let rows = rows.into_iter().map(|ListRow { title: Text(title), id, description }| Row {
            id: plain(id).unwrap_or_else(|| title.clone()),
            title,
            description: plain(description),
        });
        let rows: Vec<Row> = rows.collect();
        if rows.is_empty() && errors.is_clean_at("list") {
            errors.wrong("list/rows", NO_ROWS);
        }
        unlike(errors, "list/rows", rows.iter().map(|row| row.id.as_str()));
        TappablePart::List { button, rows }
    });
    let link = link.map(|LinkButton { title: Text(title), url: Text(url) }| {
        if !url.is_empty() && !is_address(&url) {
            errors.wrong("link/url", "`url` must begin with `https://`.");
        }
        TappablePart::Link { title, url }
    });
    let buttons = buttons.map(|buttons| {
        let buttons = buttons.into_iter().map(|ReplyButton { title: Text(title), id }| Button {
            id: plain(id).unwrap_or_else(|| title.clone()),
            title,
        });
        let buttons: Vec<Button> = buttons.collect();
        if buttons.is_empty() && errors.is_clean() {
            errors.wrong("buttons", "`buttons` is empty.");
        }
        unlike(errors, "buttons", buttons.iter().map(|button| button.id.as_str()));
        unlike(errors, "buttons", buttons.iter().map(|button| button.title.as_str()));
        TappablePart::Buttons(buttons)
    });
    let mut given = [buttons, list, link].into_iter().flatten();
    let first = given.next();
    if given.next().is_some() {
        errors.wrong("buttons", "Give one of `buttons`, `list` and `link`.");
    }
    first
}

/// Refuses two options with one id, because a tap could not be assigned, or with one title, because WhatsApp refuses
/// them.
fn unlike<'a>(errors: &mut FieldErrors, place: &str, all: impl Iterator<Item = &'a str>) {
    let mut seen = Vec::new();
    for one in all {
        if !one.is_empty() && seen.contains(&one) {
            let name = place.rsplit('/').next().unwrap_or(place);
            errors.wrong(place, format!("Two of `{name}` have the same id or title: `{one}`."));
            return;
        }
        seen.push(one);
    }
}

/// Checks a media file, in a message or a template header; `place` is that of its object in the body.
pub fn media(errors: &mut FieldErrors, place: &str, asked: MediaToSend) -> Media {
    let MediaToSend { kind, url, id, filename } = asked;
    let (url, id, filename) = (plain(url), plain(id), plain(filename));
    let url_place = format!("{place}url");
    match &url {
        Some(_) if id.is_some() => errors.wrong(&url_place, "A file has an `id` or a `url`, not both."),
        Some(url) if !is_address(url) => errors.wrong(&url_place, "`url` must begin with `https://`."),
        None if id.is_none() && errors.is_clean_at(&url_place) => errors.wrong(&url_place, "`url` is missing."),
        Some(_) | None => {}
    }
    if kind == MediaKind::Document && id.is_some() && filename.is_none() && errors.is_clean() {
        // A URL ends with a file name; an id has none, and WhatsApp would show "Untitled".
        let why = "`filename` is missing: the recipient sees it, and an `id` has none.";
        errors.wrong(&format!("{place}filename"), why);
    }
    match id {
        Some(id) => Media::uploaded(kind, &id, filename),
        None => Media { kind, url: url.unwrap_or_default(), filename },
    }
}

/// As `media`, for a location.
pub fn location(errors: &mut FieldErrors, place: &str, asked: PlaceToSend) -> Location {
    let PlaceToSend { latitude, longitude, name, address } = asked;
    for (name, degrees, most) in [("latitude", latitude, 90.0), ("longitude", longitude, 180.0)] {
        if !(-most..=most).contains(&degrees) {
            errors.wrong(&format!("{place}{name}"), format!("`{name}` is from -{most} to {most} degrees."));
        }
    }
    Location { latitude, longitude, name: plain(name), address: plain(address) }
}

fn card(card: CardToSend) -> ContactCard {
    let phones = card.phones.into_iter().flatten();
    let emails = card.emails.into_iter().flatten();
    ContactCard {
        name: card.name.0,
        first_name: plain(card.first_name),
        last_name: plain(card.last_name),
        company: plain(card.company),
        title: plain(card.title),
        phones: phones
            .map(|phone| CardPhone { number: phone.number.0, kind: plain(phone.r#type), wa_id: plain(phone.wa_id) })
            .collect(),
        emails: emails.map(|email| CardEmail { address: email.address.0, kind: plain(email.r#type) }).collect(),
        urls: card.urls.into_iter().flatten().map(|Text(url)| url).collect(),
    }
}

fn is_address(text: &str) -> bool {
    text.starts_with("https://") || text.starts_with("http://")
}
