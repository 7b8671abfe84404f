//! Defines the limits of a provider's messages, divides longer ones, and puts contents that a channel lacks into words.

pub mod cut;

use self::cut::{cut, split};
use super::{
    card,
    content::{Button, Content, Edges, FormMessage, Media, MediaKind, Row},
};
use crate::base::blank::is_blank;

/// The limits of one provider. Texts are counted in Unicode scalar values, because Meta does not say how it counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChannelLimits {
    pub text_max: usize,
    /// The maximum length of the text above buttons or a link.
    pub interactive_body_max: usize,
    pub list_body_max: usize,
    pub buttons_max: usize,
    pub button_title_max: usize,
    pub button_id_max: usize,
    pub rows_max: usize,
    pub row_title_max: usize,
    pub row_description_max: usize,
    pub row_id_max: usize,
    pub list_button_max: usize,
    pub link_title_max: usize,
    pub caption_max: usize,
    /// The maximum length of the header and of the footer of an interactive message.
    pub header_max: usize,
    pub footer_max: usize,
    /// Supports a button that opens a page; without it, title and address stand in the text.
    pub links: bool,
    /// Supports a file above buttons or a link; without it, the file is sent before, as its own message.
    pub above: bool,
    /// Supports an emoji reaction to a message of the contact.
    pub reactions: bool,
    /// Supports a place on the map.
    pub places: bool,
    /// Supports contact cards; without it, the lines of the card stand in a text.
    pub cards: bool,
    /// Supports the button that shares the contact's location; without it, the request is a text.
    pub place_requests: bool,
    /// Supports a button that opens a form; a form has no replacement.
    pub forms: bool,
    /// Supports a message that quotes another one.
    pub quotes: bool,
    /// Supports templates with carousels, codes to copy, forms, places and limited-time offers.
    pub rare_parts: bool,
    /// Supports uploading a file once and sending it by its id; without it, the platform fetches the file from an
    /// address.
    pub uploads: bool,
    /// Takes the bytes of a file in the request that sends it (`Outgoing::file`): nothing is uploaded before, and the
    /// platform fetches nothing.
    pub attached: bool,
    /// The supported kinds of files, with the maximum size in bytes. For an address, the platform checks the size when
    /// it fetches the file. A file of another kind becomes an address in a text.
    pub media: &'static [(MediaKind, u64)],
    /// A status can carry our own id, so that an unknown send can be resolved.
    pub echoes_our_id: bool,
}

const MIB: u64 = 1024 * 1024;

/// The limits of the WhatsApp Cloud API (platform.md 4.9).
pub static META: ChannelLimits = ChannelLimits {
    text_max: 4096,
    interactive_body_max: 1024,
    list_body_max: 4096,
    buttons_max: 3,
    button_title_max: 20,
    button_id_max: 256,
    rows_max: 10,
    row_title_max: 24,
    row_description_max: 72,
    row_id_max: 200,
    list_button_max: 20,
    link_title_max: 20,
    caption_max: 1024,
    header_max: 60,
    footer_max: 60,
    links: true,
    above: true,
    reactions: true,
    places: true,
    cards: true,
    place_requests: true,
    forms: true,
    quotes: true,
    rare_parts: true,
    uploads: true,
    attached: false,
    media: &[
        (MediaKind::Image, 5 * MIB),
        (MediaKind::Audio, 16 * MIB),
        (MediaKind::Video, 16 * MIB),
        (MediaKind::Document, 100 * MIB),
        (MediaKind::Sticker, 500 * 1024),
    ],
    echoes_our_id: true,
};

/// The reason why a message cannot be made to fit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unfit {
    /// A required text is empty.
    Empty { what: &'static str },
    /// More items, such as buttons or rows, than the provider shows.
    TooMany { what: &'static str, max: usize, got: usize },
    /// An id that is too long and must not be cut.
    TooLong { what: &'static str, max: usize, got: usize },
    /// Two buttons with the same title, which the provider refuses.
    Twice { title: String },
    /// The provider does not support reactions.
    NoReactions,
    /// The provider does not support forms.
    NoForms,
}

impl std::fmt::Display for Unfit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Unfit::Empty { what } => write!(f, "{what} is empty"),
            Unfit::TooMany { what, max, got } => write!(f, "{got} {what}, and the channel shows at most {max}"),
            Unfit::TooLong { what, max, got } => write!(f, "{what} has {got} characters, and {max} fit"),
            Unfit::Twice { title } => write!(f, "two buttons are called `{title}`"),
            Unfit::NoForms => f.write_str("the channel opens no forms (WhatsApp Flows)"),
            Unfit::NoReactions => f.write_str("the channel carries no reactions"),
        }
    }
}

impl ChannelLimits {
    /// True for the limits of Meta, which fit everything that a flow can produce, so that no message has to be checked.
    pub fn is_whole(&self) -> bool {
        std::ptr::eq(self, &META) || *self == META
    }

    /// True if this number of options can be tapped, as buttons or as rows of a list.
    pub fn shows(&self, options: usize, as_buttons: bool) -> bool {
        if as_buttons { options <= self.buttons_max } else { self.rows_max > 0 }
    }

    /// The maximum size of a file of this kind, in bytes; `None`: the kind is not supported.
    pub fn bytes_max(&self, kind: MediaKind) -> Option<u64> {
        self.media.iter().find(|(known, _)| *known == kind).map(|(_, bytes)| *bytes)
    }

    fn takes(&self, kind: MediaKind) -> bool {
        self.media.iter().any(|(known, _)| *known == kind)
    }

    /// Makes a message fit the limits: a long text becomes several messages in order, parts that cannot stand above the
    /// body are sent before as texts, and titles and captions that are too long are cut with `…`. Content that the
    /// checker saw in the flow always fits; these changes are for values that come from data.
    pub fn fit(&self, content: Content) -> Result<Vec<Content>, Unfit> {
        match content {
            Content::Text { body } => {
                if is_blank(&body) {
                    return Err(Unfit::Empty { what: "the text" });
                }
                Ok(split(&body, self.text_max).into_iter().map(|body| Content::Text { body }).collect())
            }
            Content::Buttons { body, buttons, media, edges } if self.buttons_max == 0 => {
                let titles: Vec<String> = buttons.into_iter().map(|button| button.title).collect();
                self.in_words(&listed(&body, &titles, ListMark::Dot), media, &edges)
            }
            Content::Buttons { body, buttons, media, edges } => {
                let (buttons, (body, edges)) = (self.buttons(buttons)?, self.edges(body, edges));
                let (mut all, media) = self.ahead(media)?;
                let last = |body| Content::Buttons { body, buttons, media, edges };
                all.extend(self.above(&body, self.interactive_body_max, last)?);
                Ok(all)
            }
            Content::List { body, rows, edges, .. } if self.rows_max == 0 => {
                let row = |row: Row| match row.description {
                    Some(description) => format!("{} – {description}", row.title),
                    None => row.title,
                };
                let titles: Vec<String> = rows.into_iter().map(row).collect();
                self.in_words(&listed(&body, &titles, ListMark::Dot), None, &edges)
            }
            Content::List { body, button, rows, edges } => {
                let (rows, (body, edges)) = (self.rows(rows)?, self.edges(body, edges));
                let button = cut(&button, self.list_button_max);
                self.above(&body, self.list_body_max, |body| Content::List { body, button, rows, edges })
            }
            Content::Link { body, title, url, media, edges } if !self.links => {
                self.in_words(&format!("{}\n\n{title}: {url}", body.trim_end()), media, &edges)
            }
            Content::Link { body, title, url, media, edges } => {
                let (title, (body, edges)) = (cut(&title, self.link_title_max), self.edges(body, edges));
                let (mut all, media) = self.ahead(media)?;
                let last = |body| Content::Link { body, title, url, media, edges };
                all.extend(self.above(&body, self.interactive_body_max, last)?);
                Ok(all)
            }
            Content::Media { media, caption } if !self.takes(media.kind) => {
                // The file becomes a text with its address, which the contact opens in a browser.
                let text = [caption.filter(|text| !is_blank(text)), Some(media.url)];
                let text: Vec<String> = text.into_iter().flatten().collect();
                self.fit(Content::Text { body: text.join("\n\n") })
            }
            Content::Media { media, caption } => {
                let captioned = self.caption_max > 0 && !matches!(media.kind, MediaKind::Audio | MediaKind::Sticker);
                let caption = caption.filter(|text| !is_blank(text));
                let Some(text) = caption else { return Ok(vec![Content::Media { media, caption: None }]) };
                if captioned && text.chars().count() <= self.caption_max {
                    return Ok(vec![Content::Media { media, caption: Some(text) }]);
                }
                let mut all = vec![Content::Media { media, caption: None }];
                all.extend(split(&text, self.text_max).into_iter().map(|body| Content::Text { body }));
                Ok(all)
            }
            // The texts of a template are stored at the provider, and its parameters were checked against the
            // catalogue.
            Content::Template(template) => Ok(vec![Content::Template(template)]),
            Content::Location(place) if !self.places => {
                // Every phone opens such a link as a map.
                let map = format!("https://maps.google.com/?q={},{}", place.latitude, place.longitude);
                let lines: Vec<String> = [place.name, place.address, Some(map)].into_iter().flatten().collect();
                self.fit(Content::Text { body: lines.join("\n") })
            }
            Content::Location(place) => Ok(vec![Content::Location(place)]),
            Content::ContactCards { cards } if cards.is_empty() => {
                Err(Unfit::Empty { what: "the list of contact cards" })
            }
            Content::ContactCards { cards } if !self.cards => self.fit(card::in_words(&cards)),
            Content::ContactCards { cards } => Ok(vec![Content::ContactCards { cards }]),
            Content::PlaceRequest { body } if !self.place_requests => self.fit(Content::Text { body }),
            Content::PlaceRequest { body } => {
                self.above(&body, self.interactive_body_max, |body| Content::PlaceRequest { body })
            }
            Content::Form(_) if !self.forms => Err(Unfit::NoForms),
            Content::Form(form) => {
                let FormMessage { body, edges, media, button, .. } = *form.clone();
                let (button, (body, edges)) = (cut(&button, self.link_title_max), self.edges(body, edges));
                let (mut all, media) = self.ahead(media)?;
                let last = |body| Content::Form(Box::new(FormMessage { body, button, media, edges, ..*form }));
                all.extend(self.above(&body, self.interactive_body_max, last)?);
                Ok(all)
            }
            Content::Reaction { .. } if !self.reactions => Err(Unfit::NoReactions),
            Content::Reaction { to, emoji } => Ok(vec![Content::Reaction { to, emoji }]),
        }
    }

    /// The header and the footer; if the provider shows none, they become lines of the body.
    fn edges(&self, body: String, edges: Edges) -> (String, Edges) {
        if self.header_max == 0 || self.footer_max == 0 {
            return (framed(&body, &edges), Edges::default());
        }
        let fitted = |text: Option<String>, max| text.filter(|text| !is_blank(text)).map(|text| cut(&text, max));
        let edges =
            Edges { header: fitted(edges.header, self.header_max), footer: fitted(edges.footer, self.footer_max) };
        (body, edges)
    }

    fn above(&self, body: &str, max: usize, last: impl FnOnce(String) -> Content) -> Result<Vec<Content>, Unfit> {
        if is_blank(body) {
            return Err(Unfit::Empty { what: "the text above the buttons" });
        }
        let mut parts = split(body, max);
        let tail = parts.pop().unwrap_or_default();
        let mut all: Vec<Content> = parts.into_iter().map(|body| Content::Text { body }).collect();
        all.push(last(tail));
        Ok(all)
    }

    fn buttons(&self, buttons: Vec<Button>) -> Result<Vec<Button>, Unfit> {
        if buttons.is_empty() {
            return Err(Unfit::Empty { what: "the list of buttons" });
        }
        if buttons.len() > self.buttons_max {
            return Err(Unfit::TooMany { what: "buttons", max: self.buttons_max, got: buttons.len() });
        }
        let mut fitted: Vec<Button> = Vec::with_capacity(buttons.len());
        for Button { id, title } in buttons {
            bounded("a button's id", &id, self.button_id_max)?;
            let title = titled("a button's title", &title, self.button_title_max)?;
            if fitted.iter().any(|button| button.title == title) {
                return Err(Unfit::Twice { title });
            }
            fitted.push(Button { id, title });
        }
        Ok(fitted)
    }

    fn rows(&self, rows: Vec<Row>) -> Result<Vec<Row>, Unfit> {
        if rows.is_empty() {
            return Err(Unfit::Empty { what: "the list" });
        }
        if rows.len() > self.rows_max {
            return Err(Unfit::TooMany { what: "rows", max: self.rows_max, got: rows.len() });
        }
        rows.into_iter()
            .map(|Row { id, title, description }| {
                bounded("a row's id", &id, self.row_id_max)?;
                let title = titled("a row's title", &title, self.row_title_max)?;
                let description = description.filter(|text| !is_blank(text));
                Ok(Row { id, title, description: description.map(|text| cut(&text, self.row_description_max)) })
            })
            .collect()
    }

    /// Messages to send before the body, if the file cannot stand above it; otherwise the file itself.
    fn ahead(&self, media: Option<Media>) -> Result<(Vec<Content>, Option<Media>), Unfit> {
        match media {
            Some(media) if self.above && self.takes(media.kind) => Ok((Vec::new(), Some(media))),
            Some(media) => Ok((self.fit(Content::Media { media, caption: None })?, None)),
            None => Ok((Vec::new(), None)),
        }
    }

    /// Content that cannot be tapped on this platform, as plain messages.
    fn in_words(&self, body: &str, media: Option<Media>, edges: &Edges) -> Result<Vec<Content>, Unfit> {
        let mut all = match media {
            Some(media) => self.fit(Content::Media { media, caption: None })?,
            None => Vec::new(),
        };
        all.extend(self.fit(Content::Text { body: framed(body, edges) })?);
        Ok(all)
    }
}

/// The mark before each line of a list in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ListMark {
    /// `1.`, `2.` and so on: the contact can answer with the number.
    Number,
    Dot,
}

/// A text with its options below it, one line each.
pub fn listed(body: &str, titles: &[String], mark: ListMark) -> String {
    let mut text = body.trim_end().to_owned();
    for (place, title) in titles.iter().enumerate() {
        text.push_str(if place == 0 && !text.is_empty() { "\n\n" } else { "\n" });
        match mark {
            ListMark::Number => text.push_str(&format!("{}. {title}", place + 1)),
            ListMark::Dot => text.push_str(&format!("• {title}")),
        }
    }
    text.trim_start().to_owned()
}

/// A text with its header and footer as lines: only interactive messages have fields for them.
pub fn framed(body: &str, edges: &Edges) -> String {
    let header = edges.header.iter().map(|text| format!("*{}*", text.trim_matches('*')));
    let footer = edges.footer.iter().map(|text| format!("_{}_", text.trim_matches('_')));
    let body = Some(body.trim_end().to_owned()).filter(|body| !body.is_empty());
    header.chain(body).chain(footer).collect::<Vec<_>>().join("\n\n")
}

fn bounded(what: &'static str, id: &str, max: usize) -> Result<(), Unfit> {
    let got = id.chars().count();
    if got > max { Err(Unfit::TooLong { what, max, got }) } else { Ok(()) }
}

fn titled(what: &'static str, title: &str, max: usize) -> Result<String, Unfit> {
    if is_blank(title) { Err(Unfit::Empty { what }) } else { Ok(cut(title, max)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(content: Content) -> Vec<String> {
        META.fit(content).unwrap().iter().map(|c| c.text().to_owned()).collect()
    }

    fn text(body: &str) -> Content {
        Content::Text { body: body.into() }
    }

    fn buttons(titles: &[&str]) -> Vec<Button> {
        titles.iter().enumerate().map(|(n, t)| Button { id: n.to_string(), title: (*t).into() }).collect()
    }

    #[test]
    fn a_text_at_the_limit_stays_whole() {
        assert_eq!(texts(text(&"é".repeat(4096))).len(), 1);
        assert_eq!(texts(text(&"é".repeat(4097))).len(), 2);
    }

    #[test]
    fn a_long_text_breaks_after_a_paragraph_and_keeps_its_order() {
        let first = format!("{} end.", "a b. ".repeat(700));
        let parts = texts(text(&format!("{first}\n\n{}", "c ".repeat(1000))));
        assert_eq!(parts.len(), 2);
        assert_eq!(parts[0], first);
        assert!(parts[1].starts_with("c c"));
    }

    #[test]
    fn nothing_is_lost_where_there_is_no_place_to_break() {
        let long = "x".repeat(10_000);
        let parts = texts(text(&long));
        assert_eq!(parts.iter().map(String::len).collect::<Vec<_>>(), [4096, 4096, 1808]);
        assert_eq!(parts.concat(), long);
    }

    #[test]
    fn no_emoji_is_torn() {
        let family = "👨‍👩‍👧";
        let parts = texts(text(&format!("{}{family}", "x".repeat(4094))));
        assert_eq!(parts, ["x".repeat(4094), family.into()]);
        let flag = format!("{}🇩🇪", "x".repeat(4095));
        assert_eq!(texts(text(&flag))[1], "🇩🇪");
    }

    #[test]
    fn what_is_too_long_above_buttons_goes_ahead() {
        let content = Content::Buttons {
            body: format!("{}\n\nWhich?", "word ".repeat(250)),
            buttons: buttons(&["Yes", "No"]),
            media: None,
            edges: Edges::default(),
        };
        let fitted = META.fit(content).unwrap();
        assert!(matches!(&fitted[0], Content::Text { .. }));
        assert!(matches!(fitted.last(), Some(Content::Buttons { body, .. }) if body.ends_with("Which?")));
    }

    #[test]
    fn titles_are_cut_and_ids_are_not() {
        let long = Button { id: "x".repeat(256), title: "twenty characters and more".into() };
        let content =
            |button| Content::Buttons { body: "?".into(), buttons: vec![button], media: None, edges: Edges::default() };
        let fitted = META.fit(content(long.clone())).unwrap();
        assert!(matches!(&fitted[0], Content::Buttons { buttons, .. } if buttons[0].title == "twenty characters a…"));
        let error = META.fit(content(Button { id: "x".repeat(257), ..long })).unwrap_err();
        assert_eq!(error, Unfit::TooLong { what: "a button's id", max: 256, got: 257 });
    }

    #[test]
    fn the_number_of_buttons_and_rows_has_a_limit() {
        let four = Content::Buttons {
            body: "?".into(),
            buttons: buttons(&["a", "b", "c", "d"]),
            media: None,
            edges: Edges::default(),
        };
        assert_eq!(META.fit(four).unwrap_err(), Unfit::TooMany { what: "buttons", max: 3, got: 4 });
        let row = |n: usize| Row { id: n.to_string(), title: n.to_string(), description: None };
        let list = |n| Content::List {
            body: "?".into(),
            button: "Open".into(),
            rows: (0..n).map(row).collect(),
            edges: Edges::default(),
        };
        assert_eq!(META.fit(list(10)).unwrap().len(), 1);
        assert_eq!(META.fit(list(11)).unwrap_err(), Unfit::TooMany { what: "rows", max: 10, got: 11 });
    }

    #[test]
    fn equal_titles_are_refused_also_after_cutting() {
        let content = |titles: &[&str]| Content::Buttons {
            body: "?".into(),
            buttons: buttons(titles),
            media: None,
            edges: Edges::default(),
        };
        assert!(META.fit(content(&["Yes", "Yes"])).is_err());
        let (a, b) = ("the same first nineteen A", "the same first nineteen B");
        assert!(matches!(META.fit(content(&[a, b])), Err(Unfit::Twice { .. })));
    }

    #[test]
    fn a_long_caption_follows_as_a_text() {
        let media = Media { kind: MediaKind::Image, url: "https://x.example/i".into(), filename: None };
        let fitted = META.fit(Content::Media { media, caption: Some("y".repeat(1025)) }).unwrap();
        assert!(matches!(fitted.as_slice(), [Content::Media { caption: None, .. }, Content::Text { .. }]));
    }

    #[test]
    fn what_a_channel_cannot_show_is_said_in_words() {
        let plain = ChannelLimits {
            buttons_max: 0,
            rows_max: 0,
            links: false,
            places: false,
            cards: false,
            quotes: false,
            rare_parts: false,
            media: &[],
            text_max: 60,
            ..META.clone()
        };
        let said =
            |content| -> Vec<String> { plain.fit(content).unwrap().iter().map(|c| c.text().to_owned()).collect() };
        let edges = Edges { header: Some("Shop".into()), footer: None };
        let content = Content::Buttons { body: "Which?".into(), buttons: buttons(&["Yes", "No"]), media: None, edges };
        assert_eq!(said(content), ["*Shop*\n\nWhich?\n\n• Yes\n• No"]);
        let rows = vec![Row { id: "1".into(), title: "Mon".into(), description: Some("at 9".into()) }];
        let content = Content::List { body: "When?".into(), button: "Open".into(), rows, edges: Edges::default() };
        assert_eq!(said(content), ["When?\n\n• Mon – at 9"]);
        let media = Media { kind: MediaKind::Image, url: "https://x.example/i".into(), filename: None };
        let link = Content::Link {
            body: "Pay".into(),
            title: "Here".into(),
            url: "https://p.example".into(),
            media: Some(media.clone()),
            edges: Edges::default(),
        };
        assert_eq!(said(link), ["https://x.example/i", "Pay\n\nHere: https://p.example"]);
        let seen = Content::Media { media, caption: Some("Look".into()) };
        assert_eq!(said(seen), ["Look\n\nhttps://x.example/i"]);
        assert_eq!(said(text(&"word ".repeat(20))).len(), 2, "also what was made longer is divided");
    }

    #[test]
    fn a_file_that_cannot_stand_above_goes_ahead() {
        let below = ChannelLimits { above: false, ..META.clone() };
        let media = Media { kind: MediaKind::Image, url: "https://x.example/i".into(), filename: None };
        let content = Content::Buttons {
            body: "?".into(),
            buttons: buttons(&["Yes"]),
            media: Some(media),
            edges: Edges::default(),
        };
        let fitted = below.fit(content).unwrap();
        assert!(
            matches!(fitted.as_slice(), [Content::Media { .. }, Content::Buttons { media: None, .. }]),
            "{fitted:?}"
        );
    }

    #[test]
    fn an_empty_text_is_refused() {
        for empty in [" \n", "\u{200b}"] {
            assert_eq!(META.fit(text(empty)).unwrap_err(), Unfit::Empty { what: "the text" });
        }
    }

    proptest::proptest! {
        #[test]
        fn every_part_fits_and_no_word_is_lost(body in "[a-z .\\n👍é🇩🇪]{1,300}", max in 20_usize..60) {
            let parts = split(&body, max);
            let words = |text: &str| text.chars().filter(|c| !c.is_whitespace()).collect::<String>();
            proptest::prop_assert!(parts.iter().all(|part| !part.is_empty() && part.chars().count() <= max));
            proptest::prop_assert_eq!(words(&parts.concat()), words(&body));
        }
    }
}
