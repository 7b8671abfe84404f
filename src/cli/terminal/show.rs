//! Formats messages, times and windows for people in a terminal.

use super::{out, paint::Paint};
use crate::{
    base::time::{Time, iso, rounded},
    flow::engine::question::button_token,
    model::{
        channel_limits::cut::cut,
        content::{Content, Edges, Media},
        template::{
            ButtonValue, HeaderValue, Parameters, Template, TemplateButtonKind, TemplateHeader, TemplateMessage,
        },
        window::Window,
    },
};
use jiff::tz::TimeZone;

/// A part of a message that the customer can tap: its title, and the id that a tap returns.
#[derive(Debug, Clone, PartialEq)]
pub struct Tappable {
    pub id: String,
    pub title: String,
}

/// The buttons and rows of a message, in the order of their numbers on the screen.
pub fn tappables(content: &Content) -> Vec<Tappable> {
    let owned = |(id, title): (&str, &str)| Tappable { id: id.to_owned(), title: title.to_owned() };
    content.tappables().into_iter().map(owned).collect()
}

/// A text with a capital at its start, unless that is a name in backticks.
pub fn sentence(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

/// Finds a part by its number (from 1), its title (in any case) or its id.
pub fn pick<'a>(shown: &'a [Tappable], wanted: &str) -> Option<&'a Tappable> {
    let by_number = wanted.parse::<usize>().ok().and_then(|n| n.checked_sub(1)).and_then(|n| shown.get(n));
    by_number
        .or_else(|| shown.iter().find(|t| t.title.to_lowercase() == wanted.to_lowercase()))
        .or_else(|| shown.iter().find(|t| t.id == wanted || button_token::option_in(&t.id) == Some(wanted)))
}

/// A message of the bot as a bubble, with numbered buttons. `known`: templates with known texts.
pub fn bubble(content: &Content, known: &[Template], paint: Paint) -> String {
    let mut lines: Vec<String> = Vec::new();
    if let Content::Template(template) = content {
        lines.push(paint.warn(format!("template {}", template_head(template))));
        let same = |one: &&Template| one.name == template.name && Some(&one.language) == template.language.as_ref();
        match known.iter().find(same).filter(|one| !one.body.is_empty()) {
            Some(approved) => lines.extend(template_text(template, approved, paint)),
            None => lines.extend(template_values(template)),
        }
    }
    match content {
        Content::Buttons { media: Some(media), .. } | Content::Link { media: Some(media), .. } => {
            lines.push(file(media, paint));
        }
        Content::Media { media, .. } => lines.push(file(media, paint)),
        Content::Location(place) => lines.push(paint.faint(format!("(place: {})", place.describe()))),
        Content::ContactCards { cards } => {
            lines.extend(cards.iter().map(|card| paint.faint(format!("(contact card: {})", card.describe()))));
        }
        Content::Reaction { emoji: None, .. } => lines.push(paint.faint("(takes its reaction away)")),
        Content::Reaction { emoji: Some(emoji), .. } => {
            lines.push(paint.faint(format!("(reacts to your message: {emoji})")))
        }
        _ => {}
    }
    let edges = edges_of(content);
    if let Some(header) = edges.and_then(|edges| edges.header.as_ref()) {
        lines.push(paint.strong(header));
    }
    let is_shown = matches!(content, Content::Reaction { .. } | Content::Location(_) | Content::ContactCards { .. });
    if !content.is_template() && !is_shown {
        lines.extend(content.text().lines().map(str::to_owned));
    }
    if let Some(footer) = edges.and_then(|edges| edges.footer.as_ref()) {
        lines.push(paint.faint(footer));
    }
    if let Content::List { rows, button, .. } = content {
        lines.push(paint.faint(format!("({button})")));
        for (place, row) in rows.iter().enumerate() {
            let about = row.description.as_deref().map(|text| paint.faint(format!("  {text}"))).unwrap_or_default();
            lines.push(format!("{} {}{about}", paint.button(format!("[{}]", place + 1)), row.title));
        }
    } else {
        let buttons = tappables(content);
        if !buttons.is_empty() {
            let row = buttons
                .iter()
                .enumerate()
                .map(|(place, button)| paint.button(format!("[{}] {}", place + 1, button.title)));
            lines.push(row.collect::<Vec<_>>().join("   "));
        }
    }
    match content {
        Content::PlaceRequest { .. } => lines.push(paint.button("[share a place]")),
        Content::Form(form) => {
            lines.push(format!(
                "{} {}",
                paint.button(format!("[{}]", form.button)),
                paint.faint(format!("(form {})", form.form))
            ));
        }
        _ => {}
    }
    if let Content::Link { title, url, .. } = content {
        lines.push(format!("{} {}", paint.button(format!("[{title}]")), paint.faint(url)));
    }
    let bar = paint.bot("│");
    lines.iter().map(|line| format!("{bar} {line}\n")).collect()
}

fn edges_of(content: &Content) -> Option<&Edges> {
    match content {
        Content::Buttons { edges, .. } | Content::List { edges, .. } | Content::Link { edges, .. } => Some(edges),
        Content::Form(form) => Some(&form.edges),
        Content::Text { .. }
        | Content::Media { .. }
        | Content::Template(_)
        | Content::Location(_)
        | Content::ContactCards { .. }
        | Content::PlaceRequest { .. }
        | Content::Reaction { .. } => None,
    }
}

/// The state of a window: `window open, 23 h 59 min left`.
pub fn window(window: Window, now: Time) -> String {
    match window.ends_at() {
        Some(end) if now < end => format!("window open, {} left", rounded(end - now)),
        _ => "window closed".to_owned(),
    }
}

/// A time in UTC: `2026-02-25 10:30:00Z`.
pub fn time(at: Time) -> String {
    jiff::Timestamp::from_millisecond(at.0)
        .map_or_else(|_| at.0.to_string(), |at| at.strftime("%Y-%m-%d %H:%M:%SZ").to_string())
}

/// A time in a table: for people as `time`, in a document for programs as the API writes it.
pub fn cell(at: Time) -> String {
    if out::is_json() { iso(at) } else { time(at) }
}

/// A text from outside without control characters.
pub fn plain(text: &str) -> String {
    text.chars().map(|c| if c.is_control() && c != '\n' { ' ' } else { c }).collect()
}

/// A time in this zone: `Tue 24 Nov 2026 10:00`.
pub fn clock(at: Time, zone: &TimeZone) -> String {
    jiff::Timestamp::from_millisecond(at.0)
        .map_or_else(|_| at.0.to_string(), |at| at.to_zoned(zone.clone()).strftime("%a %-d %b %Y %H:%M").to_string())
}

/// A text on one line: a name with a line break in it would begin a line that nobody wrote.
pub fn line(text: &str) -> String {
    let breaks = |c: char| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}');
    text.chars().map(|c| if breaks(c) { ' ' } else { c }).collect()
}

/// A text on one line and at most so long.
pub fn short(text: &str, chars_max: usize) -> String {
    let line = line(text);
    // A program that reads it wants all of it.
    if line.chars().count() <= chars_max || out::is_json() {
        return line;
    }
    cut(&line, chars_max)
}

fn file(media: &Media, paint: Paint) -> String {
    let name = media.filename.as_deref().map(|name| format!(" {name}")).unwrap_or_default();
    paint.faint(format!("({}{name} {})", media.kind.as_str(), media.url))
}

fn template_head(template: &TemplateMessage) -> String {
    match &template.language {
        Some(language) => format!("{} ({language})", template.name),
        None => template.name.clone(),
    }
}

fn template_values(template: &TemplateMessage) -> Vec<String> {
    let header = template.header.iter().map(|header| match header {
        HeaderValue::Text(text) => format!("header: {text}"),
        HeaderValue::Media(media) => format!("header: {}", media.url),
        HeaderValue::Location(place) => format!("header: {}", place.describe()),
    });
    let body: Vec<String> = match &template.body {
        Parameters::None => Vec::new(),
        Parameters::Positional(values) => {
            values.iter().enumerate().map(|(place, value)| format!("{{{{{}}}}}: {value}", place + 1)).collect()
        }
        Parameters::Named(values) => values.iter().map(|(name, value)| format!("{{{{{name}}}}}: {value}")).collect(),
    };
    header.chain(body).collect()
}

/// The lines of a template as the contact reads them; its quick replies are listed below, with the other buttons.
fn template_text(template: &TemplateMessage, approved: &Template, paint: Paint) -> Vec<String> {
    let mut lines = Vec::new();
    match (&approved.header, &template.header) {
        (Some(TemplateHeader::Text(text)), value) => {
            let value = match value {
                Some(HeaderValue::Text(value)) => Parameters::Positional(vec![value.clone()]),
                _ => Parameters::None,
            };
            lines.push(paint.strong(Template { body: text.clone(), ..approved.clone() }.filled(&value)));
        }
        (_, Some(HeaderValue::Media(media))) => lines.push(file(media, paint)),
        (_, Some(HeaderValue::Location(place))) => lines.push(paint.faint(format!("(place: {})", place.describe()))),
        (_, Some(HeaderValue::Text(_)) | None) => {}
    }
    lines.extend(approved.filled(&template.body).lines().map(str::to_owned));
    lines.extend(approved.parts.footer.as_ref().map(|footer| paint.faint(footer)));
    for (place, button) in approved.buttons.iter().enumerate() {
        let end = match template.buttons.get(place) {
            Some(ButtonValue::UrlSuffix(end)) => end.as_str(),
            _ => "",
        };
        match button {
            TemplateButtonKind::Url { title, url } => {
                let url = url.split("{{").next().unwrap_or_default();
                lines.push(format!("{} {}", paint.button(format!("[{title}]")), paint.faint(format!("{url}{end}"))));
            }
            TemplateButtonKind::Phone { title } | TemplateButtonKind::Form { title } => {
                lines.push(paint.button(format!("[{title}]")));
            }
            TemplateButtonKind::QuickReply { .. }
            | TemplateButtonKind::CopyCode { .. }
            | TemplateButtonKind::Password { .. }
            | TemplateButtonKind::Products { .. }
            | TemplateButtonKind::Other { .. } => {}
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::content::Button;

    fn buttons() -> Content {
        let button = |id: &str, title: &str| Button { id: id.into(), title: title.into() };
        Content::Buttons {
            body: "Size?".into(),
            buttons: vec![button("s", "Small"), button("l", "Large")],
            media: None,
            edges: Edges::default(),
        }
    }

    #[test]
    fn a_button_is_found_by_number_title_and_id() {
        let shown = tappables(&buttons());
        for wanted in ["2", "large", "LARGE", "l"] {
            assert_eq!(pick(&shown, wanted).map(|t| t.title.as_str()), Some("Large"), "{wanted}");
        }
        assert_eq!(pick(&shown, "3"), None);
        assert_eq!(pick(&shown, "0"), None);
    }

    #[test]
    fn long_texts_are_cut_and_kept_on_one_line() {
        assert_eq!(short("a\nb", 10), "a b");
        assert_eq!(short("ñandúes", 4), "ñan…");
    }
}
