//! Sends one message into the customer's conversation, as the agent bot; parses the answer as untrusted input.
//!
//! Chatwoot stores the message and answers, and gives it to WhatsApp afterwards: a refusal of WhatsApp comes as a
//! status. No field of a message of a WhatsApp inbox takes an id of ours. One with a `source_id` would not be sent at
//! all, since Chatwoot takes it for one that came from the channel; `echo_id` is not stored.

use super::{ChatwootBot, errors, is_number, template};
use crate::{
    Body, Http, HttpRequest, HttpResponse, Method, Next, Outgoing, Receipt, RefusalCause, SendError,
    answer::{by_status, no_answer, ours},
    base::limits::{PROVIDER_TIMEOUT, UPLOAD_TIMEOUT},
    model::content::{Button, Content, Row},
    untrusted_json,
};
use serde_json::{Value, json};

pub async fn send(chatwoot: &ChatwootBot, http: &dyn Http, message: &Outgoing) -> Result<Receipt, SendError> {
    let Some(sender) = chatwoot.sender(message.sender) else {
        return Err(ours(Next::Misconfigured, "unknown_sender", "the sender is no longer in the configuration"));
    };
    if message.to.is_empty() {
        let next = Next::Rejected { why: RefusalCause::Request };
        return Err(ours(next, "no_recipient", "the contact has neither a phone nor a user id"));
    }
    let Some(place) = message.number.as_deref().filter(|place| is_number(place)) else {
        let next = Next::Rejected { why: RefusalCause::Recipient };
        let text =
            "the contact has no conversation in Chatwoot, and an agent bot can begin none: they must write first";
        return Err(ours(next, "no_conversation", text));
    };
    let (body, timeout) = body(message)?;
    let request = HttpRequest {
        method: Method::Post,
        url: sender.url(&format!("{place}/messages")),
        auth: sender.auth(),
        body: Some(body),
        timeout: timeout.to_std(),
        sender: Some(sender.id),
    };
    match http.send(request).await {
        Ok(answer) => read(&answer),
        Err(error) => Err(no_answer(error)),
    }
}

fn read(answer: &HttpResponse) -> Result<Receipt, SendError> {
    let json: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    if !(200..300).contains(&answer.status) {
        return Err(errors::refused(answer, &json));
    }
    match untrusted_json::text(&json, "id").as_deref().and_then(untrusted_json::id) {
        Some(provider_id) => Ok(Receipt { provider_id, aliases: Vec::new(), held_for_quality: false }),
        None => Err(by_status(answer.status, &answer.headers)),
    }
}

fn body(message: &Outgoing) -> Result<(Body, crate::base::time::Span), SendError> {
    let refused = |code: &str, text: &str| Err(ours(Next::Rejected { why: RefusalCause::Request }, code, text));
    let json = match &message.content {
        Content::Text { body } => plain(body),
        Content::Buttons { body, buttons, .. } => {
            let item = |button: &Button| json!({"title": button.title, "value": button.id});
            select(body.clone(), buttons.iter().map(item).collect())
        }
        Content::List { body, rows, .. } => {
            let item = |row: &Row| json!({"title": row.title, "value": row.id});
            select(described(body, rows), rows.iter().map(item).collect())
        }
        Content::Media { caption, .. } => {
            let Some(file) = &message.file else {
                return refused("no_file", "the file of the message was not read");
            };
            let caption = caption.as_deref().map(markdown).unwrap_or_default();
            let mut fields = vec![("message_type", "outgoing"), ("private", "false")];
            if !caption.is_empty() {
                fields.push(("content", &caption));
            }
            return Ok((file.form("attachments[]", &fields), UPLOAD_TIMEOUT));
        }
        Content::Template(message) => template::body(message),
        Content::Link { .. }
        | Content::Location(_)
        | Content::ContactCards { .. }
        | Content::PlaceRequest { .. }
        | Content::Form(_)
        | Content::Reaction { .. } => {
            return refused("not_carried", "Chatwoot carries texts, options, files and templates only");
        }
    };
    Ok((Body::Json(json.to_string().into_bytes()), PROVIDER_TIMEOUT))
}

fn plain(body: &str) -> Value {
    json!({"content": markdown(body), "message_type": "outgoing", "private": false, "content_type": "text"})
}

/// Chatwoot makes up to three buttons of it, or a list.
fn select(body: String, items: Vec<Value>) -> Value {
    json!({
        "content": markdown(&body), "message_type": "outgoing", "private": false, "content_type": "input_select",
        "content_attributes": {"items": items},
    })
}

/// The text with the descriptions of the rows, for which an item has no field in every version.
fn described(body: &str, rows: &[Row]) -> String {
    let mut text = body.trim_end().to_owned();
    let mut gap = "\n\n";
    for row in rows {
        if let Some(description) = &row.description {
            text.push_str(&format!("{gap}• {} – {description}", row.title));
            gap = "\n";
        }
    }
    text
}

/// Chatwoot reads a text as Markdown and writes WhatsApp's marks itself: `*bold*` would leave as `_bold_`. Its other
/// marks are the same in both.
fn markdown(text: &str) -> String {
    let letters: Vec<char> = text.chars().collect();
    let at = |place: usize| letters.get(place).copied();
    let is_word = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
    let is_gap = |c: Option<char>| c.is_none_or(char::is_whitespace);
    let before = |place: usize| place.checked_sub(1).and_then(at);
    let opens = |place: usize| at(place) == Some('*') && !is_word(before(place)) && before(place) != Some('*');
    let closes = |place: usize| at(place) == Some('*') && !is_word(at(place + 1)) && at(place + 1) != Some('*');
    let mut out = String::with_capacity(text.len() + 8);
    let mut place = 0;
    while let Some(letter) = at(place) {
        // WhatsApp shows nothing bold over several lines.
        let line_ends = (place + 1..letters.len()).find(|end| at(*end) == Some('\n')).unwrap_or(letters.len());
        let end = (opens(place) && !is_gap(at(place + 1)) && at(place + 1) != Some('*'))
            .then(|| (place + 2..line_ends).find(|end| closes(*end) && !is_gap(before(*end))))
            .flatten();
        match end {
            Some(end) => {
                out.push_str("**");
                out.extend(&letters[place + 1..end]);
                out.push_str("**");
                place = end + 1;
            }
            None => {
                out.push(letter);
                place += 1;
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bold_words_stay_bold() {
        for (ours, theirs) in [
            ("*Shop*\n\nHello", "**Shop**\n\nHello"),
            ("Pay *12.50 €*, please", "Pay **12.50 €**, please"),
            ("(*a* and *b c*)", "(**a** and **b c**)"),
            ("2 * 3 * 4", "2 * 3 * 4"),
            ("a*b*c", "a*b*c"),
            ("**bold**", "**bold**"),
            ("*over\ntwo lines*", "*over\ntwo lines*"),
            ("_slanted_ ~gone~", "_slanted_ ~gone~"),
            ("*", "*"),
            ("é*", "é*"),
        ] {
            assert_eq!(markdown(ours), theirs, "{ours}");
        }
    }

    #[test]
    fn a_description_stands_in_the_text() {
        let row = |title: &str, description: Option<&str>| Row {
            id: title.into(),
            title: title.into(),
            description: description.map(str::to_owned),
        };
        assert_eq!(described("When?", &[row("Mon", None), row("Tue", Some("at 9"))]), "When?\n\n• Tue – at 9");
        assert_eq!(described("When?", &[row("Mon", None)]), "When?");
    }
}
