//! Formats a message for the transcript.

use crate::model::{
    card::ContactCard,
    content::{Content, Edges},
};

/// The message in the format of the transcript.
pub(super) fn shown(content: &Content) -> String {
    let body = content.text().replace('\n', " / ");
    match content {
        Content::Text { .. } => body,
        Content::Buttons { buttons, media, edges, .. } => {
            let buttons: String = buttons.iter().map(|button| format!(" [{}]", button.title)).collect();
            let media = media.as_ref().map(|media| format!("<{}> ", media.kind.as_str())).unwrap_or_default();
            format!("{media}{}{buttons}", between(edges, &body))
        }
        Content::List { rows, edges, .. } => {
            let rows: String = rows.iter().map(|row| format!(" ({})", row.title)).collect();
            format!("{}{rows}", between(edges, &body))
        }
        Content::Link { title, url, edges, .. } => format!("{} [{title} -> {url}]", between(edges, &body)),
        Content::Media { media, caption } => {
            format!("<{}>{}", media.kind.as_str(), caption.as_ref().map(|c| format!(" {c}")).unwrap_or_default())
        }
        Content::Template(template) => format!("template {}", template.name),
        Content::Location(place) => format!("place {}", place.describe()),
        Content::ContactCards { cards } => {
            let cards: Vec<String> = cards.iter().map(ContactCard::describe).collect();
            format!("card {}", cards.join("; "))
        }
        Content::PlaceRequest { .. } => format!("{body} [share a place]"),
        Content::Form(form) => format!("{} [form: {}]", between(&form.edges, &body), form.button),
        Content::Reaction { to, emoji } => format!("({} on {to})", emoji.as_deref().unwrap_or("nothing")),
    }
}

fn between(edges: &Edges, body: &str) -> String {
    let parts = [edges.header.as_deref(), Some(body), edges.footer.as_deref()];
    parts.into_iter().flatten().collect::<Vec<_>>().join(" | ")
}
