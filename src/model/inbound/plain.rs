//! Removes characters of private use from a message, which have no meaning between strangers.

use super::{InboundKind, InboundMessage};
use crate::base::private_use::{strip, strip_json};

/// Replaces a text of which nothing is left, so that it still shows that the contact wrote.
const SOMETHING: &str = "\u{FFFD}";

impl InboundMessage {
    /// The message without characters of private use in the parts that its sender controls: text, name, caption, file
    /// name.
    #[must_use]
    pub fn without_private_use(mut self) -> InboundMessage {
        let InboundMessage { name, username, kind, referral, .. } = &mut self;
        strip_opt(name);
        strip_opt(username);
        if let Some(referral) = referral {
            let texts = [&mut referral.source_url, &mut referral.headline, &mut referral.body];
            texts.into_iter().for_each(strip_opt);
        }
        match kind {
            InboundKind::Text { body } => {
                let was_empty = body.is_empty();
                strip(body);
                if body.is_empty() && !was_empty {
                    SOMETHING.clone_into(body);
                }
            }
            InboundKind::Button { title, .. } => strip(title),
            InboundKind::Media { caption, filename, url, mime, .. } => {
                [caption, filename, url, mime].into_iter().for_each(strip_opt);
            }
            InboundKind::Location { name, address, .. } => [name, address].into_iter().for_each(strip_opt),
            InboundKind::Contacts { contacts: json } | InboundKind::Order { order: json } => strip_json(json),
            InboundKind::Form { name, response } => {
                strip_opt(name);
                strip_json(response);
            }
            InboundKind::Reaction { emoji, .. } => strip_opt(emoji),
            InboundKind::Edit { body, .. } => strip_opt(body),
            InboundKind::System { what } | InboundKind::Unsupported { what, .. } => strip(what),
            InboundKind::Welcome | InboundKind::Call { .. } | InboundKind::Revoke { .. } => {}
        }
        self
    }
}

fn strip_opt(text: &mut Option<String>) {
    if let Some(text) = text {
        strip(text);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        base::time::Time,
        model::{content::MediaKind, inbound::Referral},
    };

    const MARK: &str = "\u{E000}secret:SHOP_TOKEN\u{E000}";

    fn message(kind: InboundKind) -> InboundMessage {
        let text = || Some(MARK.to_owned());
        let referral = Referral {
            source_type: None,
            source_id: None,
            source_url: text(),
            headline: text(),
            body: text(),
            click_id: None,
        };
        let (name, referral) = (text(), Some(referral));
        InboundMessage {
            provider_id: "wamid.1".into(),
            at: Time(0),
            from: Vec::new(),
            name,
            username: None,
            kind,
            reply_to: None,
            referral,
        }
    }

    #[test]
    fn nothing_that_a_stranger_chose_keeps_a_private_sign() {
        let text = || Some(MARK.to_owned());
        let json = serde_json::json!([{"name": MARK}]);
        for kind in [
            InboundKind::Text { body: MARK.into() },
            InboundKind::Button { id: "x".into(), title: MARK.into() },
            InboundKind::Media {
                media: MediaKind::Document,
                id: None,
                mime: text(),
                url: text(),
                caption: text(),
                filename: text(),
                sha256: None,
                voice: false,
            },
            InboundKind::Location { latitude: 1.0, longitude: 1.0, name: text(), address: text() },
            InboundKind::Contacts { contacts: json.clone() },
            InboundKind::Order { order: json.clone() },
            InboundKind::Form { name: text(), response: json },
            InboundKind::Reaction { emoji: text(), to: None },
            InboundKind::Edit { of: None, body: text() },
        ] {
            let plain = message(kind).without_private_use();
            let stored = serde_json::to_string(&plain).unwrap();
            assert!(!stored.contains('\u{E000}') && stored.contains("secret:SHOP_TOKEN"), "{stored}");
        }
    }

    #[test]
    fn a_text_of_private_signs_alone_is_still_a_text() {
        let plain = message(InboundKind::Text { body: "\u{F8FF}".into() }).without_private_use();
        assert_eq!(plain.kind, InboundKind::Text { body: SOMETHING.into() });
    }
}
