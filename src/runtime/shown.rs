//! What somebody had before their eyes when they agreed or withdrew: the wording, for the consent ledger.

use super::{
    app::App,
    lane::{Conversation, LaneError},
};
use crate::{
    base::{
        ids::{OutboundId, ProviderId},
        limits::{SHOWN_LOOKED_AT_MAX, TEXT_CHARS_MAX},
    },
    model::{
        content::Content,
        effect::Effect,
        event::{ConsentWord, Event},
        inbound::InboundKind,
    },
    store::outbound::{self, Outbound, SendState},
};

/// What of an event tells which of our messages it answers.
pub(super) struct Pointer {
    reply_to: Option<ProviderId>,
    /// Of the button that was tapped.
    title: Option<String>,
}

impl Pointer {
    /// `None`: no word of the contact, or one that answers nothing (STOP, START).
    pub fn of(event: &Event) -> Option<Pointer> {
        let Event::Received { message, word: None, .. } = event else { return None };
        let title = match &message.kind {
            InboundKind::Button { title, .. } => Some(title.clone()),
            _ => None,
        };
        Some(Pointer { reply_to: message.reply_to.clone(), title })
    }
}

/// The event is a hard opt-out word.
pub(super) fn is_stop(event: &Event) -> bool {
    matches!(event, Event::Received { word: Some(ConsentWord::Stop), .. })
}

impl App {
    /// The text of our message that the contact answers, when what came of it goes into the ledger.
    pub(super) async fn shown(
        &self,
        conversation: &Conversation,
        pointer: &Pointer,
        effects: &[Effect],
    ) -> Result<Option<String>, LaneError> {
        let asks = |effect: &Effect| {
            matches!(effect, Effect::Consent { shown: None, .. } | Effect::OptOut { shown: None, .. })
        };
        if !effects.iter().any(asks) {
            return Ok(None);
        }
        let row = match &pointer.reply_to {
            Some(id) => outbound::by_provider(&self.store, conversation.sender, id).await?,
            None => None,
        };
        let row = match row.filter(|row| row.conversation_id == conversation.id) {
            Some(row) => Some(row),
            None => {
                let newest =
                    outbound::of(&self.store, conversation.id, OutboundId(i64::MAX), SHOWN_LOOKED_AT_MAX).await?;
                newest.into_iter().find(has_left)
            }
        };
        Ok(row.map(|row| {
            let text = self.wording(&row);
            let whole = match &pointer.title {
                Some(title) => format!("{text}\n[{title}]"),
                None => text,
            };
            whole.chars().take(TEXT_CHARS_MAX).collect()
        }))
    }

    /// As the contact read it: a template with its values in their places.
    fn wording(&self, row: &Outbound) -> String {
        match row.sent_as.as_ref().unwrap_or(&row.draft.content) {
            Content::Template(sent) => {
                let known = self.catalogue.list(row.sender_id);
                let same = |language: &str| sent.language.as_deref().is_none_or(|wanted| wanted == language);
                let found = known.iter().find(|known| known.name == sent.name && same(&known.language));
                match found {
                    Some(template) => format!("{} (template {})", template.filled(&sent.body), sent.name),
                    None => format!("(template {})", sent.name),
                }
            }
            other => other.text().to_owned(),
        }
    }
}

fn has_left(row: &Outbound) -> bool {
    match row.state {
        SendState::Sending | SendState::Sent | SendState::Delivered | SendState::Read | SendState::Unknown => true,
        SendState::Queued | SendState::Failed | SendState::Held | SendState::Dropped | SendState::Skipped => false,
    }
}
