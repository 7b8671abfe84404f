//! Reads `buttons` of a text: up to three replies or one link, with every rule of Waplify (422).

use super::fields::Fields;
use crate::{
    base::limits::{BUTTON_ID_CHARS_MAX, BUTTON_TITLE_CHARS_MAX, BUTTONS_MAX, URL_CHARS_MAX},
    model::content::{Button, Content, Edges},
};

/// The buttons below a text.
pub enum Buttons {
    Replies(Vec<Button>),
    Website { title: String, url: String },
}

impl Buttons {
    /// Reads the field by its own rules; errors go to `fields`.
    pub fn read(fields: &mut Fields) -> Option<Buttons> {
        fields.inside("buttons", |given| {
            // Both are known, also below a wrong `type`.
            let _ = (given.has("reply_buttons"), given.has("url_button"));
            let kind = given.word("type", &[("reply", Kind::Reply), ("cta_url", Kind::Website)])?;
            match kind {
                Kind::Reply => replies(given),
                Kind::Website => website(given),
            }
        })?
    }

    pub fn below(self, body: String) -> Content {
        match self {
            Buttons::Replies(buttons) => Content::Buttons { body, buttons, media: None, edges: Edges::default() },
            Buttons::Website { title, url } => Content::Link { body, title, url, media: None, edges: Edges::default() },
        }
    }
}

#[derive(Clone, Copy)]
enum Kind {
    Reply,
    Website,
}

fn replies(given: &mut Fields) -> Option<Buttons> {
    if given.has("url_button") {
        given.breaks("url_button", "a message carries either reply buttons or a website button, not both");
    }
    let read = given.each("reply_buttons", |button| {
        let id = button.text("id", BUTTON_ID_CHARS_MAX);
        let title = button.text("title", BUTTON_TITLE_CHARS_MAX);
        for (name, text) in [("id", &id), ("title", &title)] {
            if text.is_none() && button.is_blank(name) {
                button.breaks(name, &format!("{name} must not be empty"));
            }
        }
        Some(Button { id: id?, title: title?.trim().to_owned() })
    });
    if !(1..=BUTTONS_MAX).contains(&read.len()) {
        given.breaks("reply_buttons", "reply_buttons must hold 1 to 3 buttons when type is 'reply'");
    }
    let buttons: Vec<Button> = read.into_iter().flatten().collect();
    let twice = |same: fn(&Button) -> &str| {
        buttons.iter().enumerate().any(|(n, one)| buttons[..n].iter().any(|other| same(other) == same(one)))
    };
    let (titles, ids) = (twice(|button| &button.title), twice(|button| &button.id));
    if titles {
        given.breaks("reply_buttons", "button titles must be unique within the message");
    }
    if ids {
        given.breaks("reply_buttons", "button ids must be unique within the message");
    }
    Some(Buttons::Replies(buttons))
}

fn website(given: &mut Fields) -> Option<Buttons> {
    if given.has("reply_buttons") {
        given.breaks("reply_buttons", "a message carries either reply buttons or a website button, not both");
    }
    let button = given.inside("url_button", |button| {
        let title = button.text("display_text", BUTTON_TITLE_CHARS_MAX);
        let url = button.text("url", URL_CHARS_MAX);
        for (name, text) in [("display_text", &title), ("url", &url)] {
            if text.is_none() && button.is_blank(name) {
                button.breaks(name, &format!("{name} must not be empty"));
            }
        }
        if url.as_ref().is_some_and(|url| !url.starts_with("http://") && !url.starts_with("https://")) {
            button.breaks("url", "url must start with http:// or https://");
        }
        Some(Buttons::Website { title: title?, url: url? })
    });
    if button.is_none() && !given.has("url_button") {
        given.breaks("url_button", "url_button is required when type is 'cta_url'");
    }
    button.flatten()
}

#[cfg(test)]
mod tests {
    use super::{super::refusal::Refusal, *};
    use serde_json::{Value as Json, json};

    fn wrongs(buttons: Json) -> Vec<String> {
        let body = json!({"buttons": buttons}).to_string();
        let mut fields = Fields::of(body.as_bytes()).unwrap();
        Buttons::read(&mut fields);
        match fields.finish() {
            Ok(()) => Vec::new(),
            Err(Refusal::Invalid(errors)) => {
                errors.iter().map(|one| one["msg"].as_str().unwrap().replace("Value error, ", "")).collect()
            }
            Err(other) => panic!("{other:?}"),
        }
    }

    fn reply(buttons: Json) -> Vec<String> {
        wrongs(json!({"type": "reply", "reply_buttons": buttons}))
    }

    fn link(title: &str, url: &str) -> Vec<String> {
        wrongs(json!({"type": "cta_url", "url_button": {"display_text": title, "url": url}}))
    }

    #[test]
    fn buttons_at_their_limits_pass() {
        let long = json!([{"id": "x".repeat(256), "title": "é".repeat(20)}, {"id": "b", "title": "b"}, {"id": "c", "title": "c"}]);
        assert!(reply(long).is_empty());
        assert!(link(&"é".repeat(20), "http://a.example").is_empty());
    }

    #[test]
    fn every_rule_of_reply_buttons_is_told() {
        let count = "reply_buttons must hold 1 to 3 buttons when type is 'reply'";
        assert_eq!(reply(json!([])), [count]);
        assert_eq!(wrongs(json!({"type": "reply"})), [count]);
        let four: Vec<Json> = (0..4).map(|n| json!({"id": n.to_string(), "title": n.to_string()})).collect();
        assert_eq!(reply(json!(four)), [count]);
        let long = json!([{"id": "x".repeat(257), "title": "x".repeat(21)}]);
        assert_eq!(
            reply(long),
            ["String should have at most 256 characters", "String should have at most 20 characters"]
        );
        assert_eq!(reply(json!([{"id": " ", "title": ""}])), ["id must not be empty", "title must not be empty"]);
        assert_eq!(reply(json!([{}])), ["Field required", "Field required"]);
        let same_title = json!([{"id": "a", "title": "Yes"}, {"id": "b", "title": "Yes"}]);
        assert_eq!(reply(same_title), ["button titles must be unique within the message"]);
        let same_id = json!([{"id": "a", "title": "Yes"}, {"id": "a", "title": "No"}]);
        assert_eq!(reply(same_id), ["button ids must be unique within the message"]);
    }

    #[test]
    fn every_rule_of_a_website_button_is_told() {
        assert_eq!(wrongs(json!({"type": "cta_url"})), ["url_button is required when type is 'cta_url'"]);
        assert_eq!(link("Open", "ftp://a.example"), ["url must start with http:// or https://"]);
        assert_eq!(link(&"x".repeat(21), "https://a.example"), ["String should have at most 20 characters"]);
        assert_eq!(link("", "https://a.example"), ["display_text must not be empty"]);
    }

    #[test]
    fn both_kinds_at_once_or_neither_are_refused() {
        let both = "a message carries either reply buttons or a website button, not both";
        let website = json!({"display_text": "Open", "url": "https://a.example"});
        let replies = json!([{"id": "a", "title": "a"}]);
        for kind in ["reply", "cta_url"] {
            let all = json!({"type": kind, "reply_buttons": replies, "url_button": website});
            assert_eq!(wrongs(all), [both], "{kind}");
        }
        assert_eq!(wrongs(json!({"type": "list"})), ["Input should be 'reply' or 'cta_url'"]);
        assert_eq!(wrongs(json!({})), ["Field required"]);
        assert_eq!(wrongs(json!([])), ["Input should be a valid dictionary"]);
    }
}
