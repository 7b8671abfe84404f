//! Reads what a Typebot says: texts, pictures, films, sound and embedded pages.

use super::{
    super::{
        graph::{Say, Step, Verb},
        report::Place,
        source::{at, some_text, text},
        texts::{is_public_url, media, says},
    },
    Reader, rich_text,
};
use serde_json::Value;

impl Reader<'_> {
    pub(super) fn bubble(&mut self, block: &Value, place: &Place) -> Vec<Step> {
        let content = at(block, "content");
        match place.kind.as_str() {
            "text" => {
                let said = self.text(&rich_text::of(content), place);
                let steps = says(&said);
                match steps.len() {
                    0 => self.bot.report.kept(place, "an empty text, which says nothing"),
                    1 => self.bot.report.kept(place, "`say`"),
                    n => self.bot.report.replaced(place, format!("the text is too long for one message: {n} `say`")),
                }
                steps
            }
            "video" => self.video(content, place),
            "embed" => {
                let url = text(content, "url");
                self.linked(&url, place, "a page cannot be shown within the chat; its address is sent")
            }
            _ => self.file(content, place),
        }
    }

    /// A file by its address. WhatsApp takes addresses on the internet alone.
    fn file(&mut self, content: &Value, place: &Place) -> Vec<Step> {
        let Some(url) = some_text(content, "url") else {
            self.bot.report.left(place, "it has no address");
            return Vec::new();
        };
        if self.variables.single(&url).is_none() && !can_be_sent(&url) {
            return self.linked(&url, place, "WhatsApp takes no file of this kind from there; its address is sent");
        }
        let link = some_text(content, "clickLink.url");
        let sent = self.text(&url, place);
        let mut steps = vec![media(vec![sent])];
        match link {
            Some(link) => {
                self.bot.report.replaced(place, "the picture cannot be tapped; its link is sent below it");
                let link = self.text(&link, place);
                steps.extend(says(&link));
            }
            None => self.bot.report.kept(place, "`say` with `media`"),
        }
        steps
    }

    fn video(&mut self, content: &Value, place: &Place) -> Vec<Step> {
        let id = text(content, "id");
        let url = match text(content, "type").as_str() {
            "youtube" if !id.is_empty() => format!("https://youtu.be/{id}"),
            "vimeo" if !id.is_empty() => format!("https://vimeo.com/{id}"),
            "url" => return self.file(content, place),
            _ => text(content, "url"),
        };
        self.linked(&url, place, "the film of another site is sent as its address")
    }

    fn linked(&mut self, url: &str, place: &Place, why: &str) -> Vec<Step> {
        if url.trim().is_empty() || url.starts_with("data:") {
            self.bot.report.left(place, "it has no address on the internet");
            return Vec::new();
        }
        self.bot.report.replaced(place, why);
        let text = self.text(url, place);
        vec![Verb::Say(Say { text, joins: true, ..Say::default() }).into()]
    }
}

/// Whether the address is on the internet and its ending, if it has one, is of a kind that WhatsApp takes.
pub(super) fn can_be_sent(url: &str) -> bool {
    let plain = url.contains("{{") || is_public_url(url);
    let path = url.split(['?', '#']).next().unwrap_or_default();
    let last = path.rsplit('/').next().unwrap_or_default();
    let ending = last.rsplit_once('.').map(|(_, ending)| ending.to_lowercase());
    let refused =
        ["gif", "svg", "html", "htm", "avif", "heic", "bmp", "tiff", "webm", "mov", "avi", "mkv", "wav", "php"];
    plain
        && (url.starts_with("http") || url.starts_with("{{"))
        && ending.is_none_or(|ending| !refused.contains(&ending.as_str()))
}
