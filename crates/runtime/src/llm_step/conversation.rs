//! Gives a model the newest messages of a conversation, and these themselves as the summary if it gives none.

use crate::{
    base::{
        ids::{ConversationId, InboundId, OutboundId},
        limits::{SUMMARY_LAST_MESSAGES, SUMMARY_MESSAGE_CHARS_MAX, SUMMARY_MESSAGES_MAX},
    },
    flow::{hide_numbers, show_numbers},
    model::{
        answer::text_of,
        effect::{MaskedWord, ModelCall, ModelReply, Origin},
        event::CallReturn,
        inbound::InboundKind,
        value::Value,
    },
    store::{
        ReadError, Store,
        tables::{
            inbound,
            outbound::{self, SendState},
        },
    },
};

/// The newest messages, the oldest first, each as a line with its author: `Customer: …`.
pub async fn newest(store: &Store, conversation: ConversationId) -> Result<Vec<String>, ReadError> {
    let limit = i64::try_from(SUMMARY_MESSAGES_MAX).unwrap_or(i64::MAX);
    let heard = inbound::of(store, conversation, InboundId(i64::MAX), limit).await?;
    let said = outbound::of(store, conversation, OutboundId(i64::MAX), limit).await?;
    let heard = heard.iter().filter_map(|row| Some((row.id.0, line("Customer", &words(&row.data.message.kind)?)?)));
    let never_left = |state: SendState| matches!(state, SendState::Failed | SendState::Dropped | SendState::Skipped);
    let said = said.iter().filter(|row| !never_left(row.state)).filter_map(|row| {
        let by = if row.draft.origin == Origin::Person { "Colleague" } else { "Bot" };
        let content = row.sent_as.as_ref().unwrap_or(&row.draft.content);
        Some((row.id.0, line(by, content.text())?))
    });
    // Ids of both kinds grow with time.
    let mut all: Vec<(i64, String)> = heard.chain(said).collect();
    all.sort_by_key(|(id, _)| *id);
    let from = all.len().saturating_sub(SUMMARY_MESSAGES_MAX);
    Ok(all.drain(from..).map(|(_, line)| line).collect())
}

/// A message as one line, so that no text can look like two messages.
fn line(by: &str, text: &str) -> Option<String> {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let begin: String = text.chars().take(SUMMARY_MESSAGE_CHARS_MAX).collect();
    (!begin.is_empty()).then(|| format!("{by}: {begin}"))
}

fn words(kind: &InboundKind) -> Option<String> {
    match (text_of(kind), kind) {
        (Some(text), _) => Some(text.to_owned()),
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
