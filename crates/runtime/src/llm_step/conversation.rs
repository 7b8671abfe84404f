//! Gives a model the newest messages of a conversation, and these themselves as the summary if it gives none.

use crate::{
    base::{
        ids::{ConversationId, InboundId, OutboundId},
        limits::{SUMMARY_LAST_MESSAGES, SUMMARY_MESSAGE_CHARS_MAX, SUMMARY_MESSAGES_MAX},
    },
    flow::{hide_numbers, show_numbers},
    model::{
        answer::text_of,
        content::Content,
        effect::{MaskedWord, ModelCall, ModelReply, Origin, TalkBy, TalkEntry},
        event::CallReturn,
        inbound::InboundKind,
        template::{Parameters, TemplateMessage},
        value::Value,
    },
    store::{
        ReadError, Store,
        tables::{inbound, outbound},
    },
};

/// The author of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Author {
    Customer,
    Colleague,
    Bot,
}

/// The newest messages, the oldest first, each as a line with its author: `Customer: …`.
pub async fn newest(store: &Store, conversation: ConversationId) -> Result<Vec<String>, ReadError> {
    let all = newest_of(store, conversation).await?;
    let lines = all.iter().map(|(by, text)| {
        let by = match by {
            Author::Customer => "Customer",
            Author::Colleague => "Colleague",
            Author::Bot => "Bot",
        };
        format!("{by}: {text}")
    });
    Ok(lines.collect())
}

/// The newest messages, the oldest first, as the talk of an agent that drafts the next one.
pub async fn talk(store: &Store, conversation: ConversationId) -> Result<Vec<TalkEntry>, ReadError> {
    let by = |author| if author == Author::Customer { TalkBy::Customer } else { TalkBy::Flow };
    let all = newest_of(store, conversation).await?.into_iter();
    Ok(all.map(|(author, text)| TalkEntry { by: by(author), text }).collect())
}

async fn newest_of(store: &Store, conversation: ConversationId) -> Result<Vec<(Author, String)>, ReadError> {
    let limit = i64::try_from(SUMMARY_MESSAGES_MAX).unwrap_or(i64::MAX);
    let heard = inbound::of(store, conversation, InboundId(i64::MAX), limit).await?;
    let said = outbound::of(store, conversation, OutboundId(i64::MAX), limit).await?;
    let heard =
        heard.iter().filter_map(|row| Some((row.id.0, Author::Customer, line(&words(&row.data.message.kind)?)?)));
    let said = said.iter().filter(|row| !row.state.never_left()).filter_map(|row| {
        let by = if row.draft.origin == Origin::Person { Author::Colleague } else { Author::Bot };
        let content = row.sent_as.as_ref().unwrap_or(&row.draft.content);
        let text = match content {
            Content::Template(template) => template_in_words(template),
            other => other.text().to_owned(),
        };
        Some((row.id.0, by, line(&text)?))
    });
    // Ids of both kinds grow with time.
    let mut all: Vec<(i64, Author, String)> = heard.chain(said).collect();
    all.sort_by_key(|(id, ..)| *id);
    let from = all.len().saturating_sub(SUMMARY_MESSAGES_MAX);
    Ok(all.drain(from..).map(|(_, by, line)| (by, line)).collect())
}

/// A template by its name and its values, for its text is the platform's: without a word for it the name would be read as
/// if the bot had said it.
fn template_in_words(template: &TemplateMessage) -> String {
    let values: Vec<String> = match &template.body {
        Parameters::None => Vec::new(),
        Parameters::Positional(values) => values.clone(),
        Parameters::Named(values) => values.iter().map(|(name, value)| format!("{name} {value}")).collect(),
    };
    let values = if values.is_empty() { String::new() } else { format!(", with: {}", values.join("; ")) };
    format!("(the template `{}`{values})", template.name)
}

/// A message as one line, so that no text can look like two messages.
fn line(text: &str) -> Option<String> {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let begin: String = text.chars().take(SUMMARY_MESSAGE_CHARS_MAX).collect();
    (!begin.is_empty()).then_some(begin)
}

fn words(kind: &InboundKind) -> Option<String> {
    match (text_of(kind), kind) {
        (Some(text), _) => Some(text.to_owned()),
        (None, InboundKind::Media { voice: true, .. }) => Some("(a voice note)".to_owned()),
        (None, InboundKind::Media { media, caption, .. }) => {
            Some(format!("({}) {}", media.as_str(), caption.as_deref().unwrap_or_default()))
        }
        (None, InboundKind::Location { .. }) => Some("(a place)".to_owned()),
        (None, InboundKind::Order { .. }) => Some("(an order)".to_owned()),
        (None, InboundKind::Form { .. }) => Some("(a form)".to_owned()),
        (None, _) => None,
    }
}

/// The question with these messages, without the numbers and addresses of a person; and the words that marks replace.
pub fn asked(call: &ModelCall, lines: &[String]) -> (ModelCall, Vec<MaskedWord>) {
    let mut masked = Vec::new();
    let mut call = call.clone();
    call.question.input = Some(hide_numbers(&lines.join("\n"), &mut masked));
    (call, masked)
}

/// The reply with the words in place of their marks; the last messages if the model gave no summary.
pub fn summed_up(returned: CallReturn, lines: &[String], masked: &[MaskedWord]) -> CallReturn {
    let CallReturn::Model(reply) = returned else { return returned };
    let answer = match &reply.answer {
        Ok(Value::Text(text)) if !text.trim().is_empty() => show_numbers(text, masked),
        Ok(_) | Err(_) => lines[lines.len().saturating_sub(SUMMARY_LAST_MESSAGES)..].join("\n"),
    };
    CallReturn::Model(ModelReply { answer: Ok(Value::Text(answer)), ..reply })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_template_is_named_as_one_with_its_values() {
        let of = |body: &str| {
            let json = format!(r#"{{"name": "reminder", "body": {body}}}"#);
            template_in_words(&serde_json::from_str(&json).unwrap())
        };
        let body = |parameters: Parameters| serde_json::to_string(&parameters).unwrap();
        assert_eq!(of(&body(Parameters::None)), "(the template `reminder`)");
        let two = Parameters::Positional(vec!["Ana".into(), "Tue 10:00".into()]);
        assert_eq!(of(&body(two)), "(the template `reminder`, with: Ana; Tue 10:00)");
        let named = Parameters::Named([("day".to_owned(), "Tue".to_owned())].into());
        assert_eq!(of(&body(named)), "(the template `reminder`, with: day Tue)");
    }
}
