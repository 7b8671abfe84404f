//! Arranges text, files, a link and options into messages that the channel accepts.

use super::parts::{FilledMessage, token};
use crate::{
    base::{
        blank::is_blank,
        limits::{
            BUTTON_BODY_CHARS_MAX, BUTTON_TITLE_CHARS_MAX, BUTTONS_MAX, ROW_DESCRIPTION_CHARS_MAX, ROW_TITLE_CHARS_MAX,
            TEXT_CHARS_MAX,
        },
    },
    engine::{
        question::{ambiguous::is_which, button_token::Token, form::FormShown, pages::page, said::takes_figures},
        turn::{Here, StepFailure, Turn},
    },
    model::{
        channel_limits::{ChannelLimits, ListMark, cut::cut, framed, listed},
        content::{Button, Content, Edges, FormMessage, Media, MediaKind, Row, kind_by_ending},
        session::OptionShown,
    },
    steps::Step,
};

/// The parts of a message beside its text.
pub struct MessageExtras<'a> {
    pub files: Vec<Media>,
    pub link: Option<LinkShown>,
    pub edges: Edges,
    /// Contents that are sent before the message, each as its own message.
    pub ahead: Vec<Content>,
    pub opening: &'a ListTexts,
    /// True for a question that asks for a place, with WhatsApp's own button to share it.
    pub asks_place: bool,
    /// The form of a question that is answered by a form, with the button that opens it.
    pub form: Option<FormShown>,
}

/// A button that opens a page, with its values filled in.
pub struct LinkShown {
    pub title: String,
    pub url: String,
    /// The text above the button, if the link is its own message.
    pub text: String,
}

/// The texts of the rows and buttons that the engine adds to a list.
pub struct ListTexts {
    pub choose: String,
    pub more: String,
    pub back: String,
}

/// Arranges text, files, link and options into as few messages as the channel allows.
pub fn arrange(turn: &Turn<'_>, here: Here<'_>, worded: FilledMessage<'_>, around: MessageExtras<'_>) -> Vec<Content> {
    let MessageExtras { mut files, link, edges, ahead, opening, asks_place, form } = around;
    let FilledMessage { body, shown, page: number, asks } = worded;
    let carries = turn.world.sender.carries;
    if !carries.is_whole() && !carries.shows(shown.len(), as_buttons(shown)) && !shown.is_empty() {
        // All options at once, so that a number means the same option on every page.
        let titles: Vec<String> = shown.iter().map(in_words).collect();
        // A typed figure is a value of these types, so no option has one.
        let takes_figures = matches!(&here.node.step, Step::Ask(ask) if takes_figures(ask.kind.of));
        let is_numbered = asks && (!takes_figures || shown.iter().any(is_which));
        let body = listed(body, &titles, if is_numbered { ListMark::Number } else { ListMark::Dot });
        let plain = FilledMessage { body: &body, shown: &[], page: 0, asks };
        return arrange(turn, here, plain, MessageExtras { files, link, edges, ahead, opening, asks_place, form });
    }
    let asks_place = asks_place && shown.is_empty() && carries.place_requests;
    let taps = asks_place || form.is_some() || !shown.is_empty();
    let mut all = ahead;
    // A WhatsApp message cannot have a link beside other buttons, so the link is sent before.
    let (link, body) = match link {
        Some(link) if taps && carries.links => {
            all.push(beside(link));
            (None, body.to_owned())
        }
        Some(link) if taps => (None, format!("{}\n\n{}: {}", body.trim_end(), link.title, link.url)),
        link => (link, body.to_owned()),
    };
    let body = body.as_str();
    let interactive = link.is_some() || taps;
    // Above buttons, WhatsApp allows one picture, video or document, without a header text; above a list, no file.
    let fits_above = |media: &Media| !matches!(media.kind, MediaKind::Audio | MediaKind::Sticker);
    let buttons = !shown.is_empty() && as_buttons(shown);
    let above = match files.as_slice() {
        [one] if fits_above(one) && edges.header.is_none() && (link.is_some() || buttons || form.is_some()) => {
            files.pop()
        }
        _ => None,
    };
    let body = if interactive && !asks_place { body.to_owned() } else { framed(body, &edges) };
    let has_caption = |media: &Media| !matches!(media.kind, MediaKind::Audio | MediaKind::Sticker);
    let caption_on = (!interactive && body.chars().count() <= BUTTON_BODY_CHARS_MAX && !body.is_empty())
        .then(|| files.iter().position(has_caption))
        .flatten();
    for (place, media) in files.into_iter().enumerate() {
        let caption = (caption_on == Some(place)).then(|| body.clone());
        all.push(Content::Media { media, caption });
    }
    if caption_on.is_some() || (is_blank(&body) && !interactive) {
        return fitted(carries, all);
    }
    let most = if interactive { BUTTON_BODY_CHARS_MAX } else { TEXT_CHARS_MAX };
    let mut parts = split(&body, most);
    let last = parts.pop().unwrap_or_default();
    all.extend(parts.into_iter().map(|body| Content::Text { body }));
    let body = last;
    if let Some(form) = form {
        let button = cut(&form.button, BUTTON_TITLE_CHARS_MAX);
        let FormShown { id, token, opens, draft, .. } = form;
        let form = FormMessage { body, button, form: id, token, opens, draft, media: above, edges };
        all.push(Content::Form(Box::new(form)));
        return fitted(carries, all);
    }
    all.push(match link {
        Some(link) => {
            let title = cut(&link.title, BUTTON_TITLE_CHARS_MAX);
            Content::Link { body, title, url: link.url, media: above, edges }
        }
        None if asks_place => Content::PlaceRequest { body },
        None if shown.is_empty() => Content::Text { body },
        None if buttons => {
            let button = |option: &OptionShown| Button { id: token(turn, here, option), title: option.title.clone() };
            Content::Buttons { body, buttons: shown.iter().map(button).collect(), media: above, edges }
        }
        None => {
            let button = cut(&opening.choose, BUTTON_TITLE_CHARS_MAX);
            Content::List { body, button, rows: rows(turn, here, (shown, number), opening), edges }
        }
    });
    fitted(carries, all)
}

/// A link as its own message.
fn beside(link: LinkShown) -> Content {
    let body = cut(&link.text, BUTTON_BODY_CHARS_MAX);
    let title = cut(&link.title, BUTTON_TITLE_CHARS_MAX);
    Content::Link { body, title, url: link.url, media: None, edges: Edges::default() }
}

/// Adapts messages that fit WhatsApp's limits to the limits of this sender's platform.
fn fitted(carries: &ChannelLimits, all: Vec<Content>) -> Vec<Content> {
    if carries.is_whole() {
        return all;
    }
    // A message that cannot be adapted is sent unchanged: the platform refuses it, and the author sees its error.
    all.into_iter().flat_map(|content| carries.fit(content.clone()).unwrap_or_else(|_| vec![content])).collect()
}

/// An option as a line of text, for channels without buttons.
fn in_words(option: &OptionShown) -> String {
    match &option.description {
        Some(description) => format!("{} – {description}", option.title),
        None => option.title.clone(),
    }
}

/// The rows of one page, and the rows that lead to other pages.
fn rows(turn: &Turn<'_>, here: Here<'_>, (shown, number): (&[OptionShown], u32), opening: &ListTexts) -> Vec<Row> {
    let page = page(shown, number);
    let row = |option: &&OptionShown| Row {
        id: token(turn, here, option),
        title: cut(&option.title, ROW_TITLE_CHARS_MAX),
        description: option.description.as_deref().map(|text| cut(text, ROW_DESCRIPTION_CHARS_MAX)),
    };
    let lead = |to: u32, title: &str| Row {
        id: Token::to_page(turn.world.conversation, here.run, &here.node.id, to).sign(turn.world.token_key),
        title: cut(title, ROW_TITLE_CHARS_MAX),
        description: None,
    };
    let more = page.more.map(|to| lead(to, &opening.more));
    let back = page.back.map(|to| lead(to, &opening.back));
    page.options.iter().map(row).chain(more).chain(back).collect()
}

/// True if the options fit on buttons: at most three, with short and different titles, without descriptions.
fn as_buttons(shown: &[OptionShown]) -> bool {
    let short =
        |option: &OptionShown| option.title.chars().count() <= BUTTON_TITLE_CHARS_MAX && option.description.is_none();
    let different =
        |(place, option): (usize, &OptionShown)| shown[..place].iter().all(|other| other.title != option.title);
    shown.len() <= BUTTONS_MAX && shown.iter().all(short) && shown.iter().enumerate().all(different)
}

/// Parts of at most `most` characters, cut between paragraphs, else lines, else words.
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

/// A file by its address. The extension decides its kind; without one it is a picture.
pub fn media(url: &str) -> Result<Media, StepFailure> {
    if is_blank(url) {
        return Err(StepFailure::new("empty_text", "the address of the media came out empty"));
    }
    let path = url.split(['?', '#']).next().unwrap_or(url);
    let name = path.rsplit('/').next().unwrap_or(path);
    let unknown = if name.contains('.') { MediaKind::Document } else { MediaKind::Image };
    let kind = kind_by_ending(url).unwrap_or(unknown);
    let filename = (kind == MediaKind::Document).then(|| name.to_owned());
    Ok(Media { kind, url: url.to_owned(), filename })
}

/// True if the text is the address of a file or a page.
pub fn is_address(text: &str) -> bool {
    text.starts_with("https://") || text.starts_with("http://")
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
}
