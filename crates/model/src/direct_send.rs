//! Decides what Meta accepts as Direct Send: a message outside the window without a template, at the price of a utility
//! template.

use super::content::{Content, Media, MediaKind};
use crate::base::limits::DIRECT_SEND_CHARS_MAX;

/// True for texts, reply buttons and links, with a picture, video or document above (platform.md 4.7). Its other limits
/// are those of every interactive message, which the message meets already.
pub fn carries(content: &Content) -> bool {
    match content {
        Content::Text { body } => body.chars().count() <= DIRECT_SEND_CHARS_MAX,
        Content::Buttons { body, media, .. } | Content::Link { body, media, .. } => {
            body.chars().count() <= DIRECT_SEND_CHARS_MAX && media.as_ref().is_none_or(stands_above)
        }
        Content::List { .. }
        | Content::Media { .. }
        | Content::Template(_)
        | Content::Location(_)
        | Content::ContactCards { .. }
        | Content::PlaceRequest { .. }
        | Content::Form(_)
        | Content::Reaction { .. } => false,
    }
}

fn stands_above(media: &Media) -> bool {
    match media.kind {
        MediaKind::Image | MediaKind::Video | MediaKind::Document => true,
        MediaKind::Audio | MediaKind::Sticker => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::content::Edges;

    #[test]
    fn a_text_at_its_limit_goes_and_one_character_more_does_not() {
        let text = |count| Content::Text { body: "é".repeat(count) };
        assert!(carries(&text(DIRECT_SEND_CHARS_MAX)));
        assert!(!carries(&text(DIRECT_SEND_CHARS_MAX + 1)));
    }

    #[test]
    fn files_stand_above_and_never_alone() {
        let file = |kind| Media { kind, url: "https://a.example/x".into(), filename: None };
        let link = |media| {
            let (body, title, url) = ("Your bill".into(), "Open".into(), "https://a.example".into());
            Content::Link { body, title, url, media, edges: Edges::default() }
        };
        assert!(carries(&link(None)));
        assert!(carries(&link(Some(file(MediaKind::Document)))));
        assert!(!carries(&link(Some(file(MediaKind::Audio)))));
        assert!(!carries(&Content::Media { media: file(MediaKind::Image), caption: None }));
    }
}
