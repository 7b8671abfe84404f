//! Checks and cancels scheduled messages of programs and people.

use crate::{
    base::{
        ids::{ContactId, ConversationId, OutboundId, SenderId},
        time::Time,
    },
    daemon::app::App,
    lane::{
        error::LaneError,
        rows,
        state::{LaneState, LaneTask},
    },
    model::{contact::Contact, effect::Origin, template::TemplateMessage},
    senders::templates::catalogue::TemplateQuery,
    store::{
        WriteSet,
        tables::outbound::{self, SendState},
    },
};
use anyhow::Context;
use std::sync::Arc;
use tokio::sync::oneshot;

impl App {
    /// Cancels an unsent message of a program or a person. False if it is being sent, or has ended.
    pub async fn take_back(
        self: &Arc<Self>,
        contact: ContactId,
        conversation: ConversationId,
        id: OutboundId,
    ) -> anyhow::Result<bool> {
        let (reply, taken) = oneshot::channel();
        self.push(contact, LaneTask::TakeBack { conversation, id, reply });
        taken.await.context("the message could not be taken back")
    }

    pub(crate) async fn take_back_in_lane(
        self: &Arc<Self>,
        lane: &mut LaneState,
        index: usize,
        id: OutboundId,
    ) -> Result<bool, LaneError> {
        let conversation = &mut lane.conversations[index];
        let Some(place) = conversation.outbox.iter().position(|pending| pending.id == id) else { return Ok(false) };
        let pending = &conversation.outbox[place];
        // A run may wait for its own messages; no run waits for those of a program or a person.
        if !pending.can_be_dropped() || !matches!(pending.draft.origin, Origin::Api | Origin::Person) {
            return Ok(false);
        }
        let mut set = WriteSet::of(lane.contact.id.0);
        rows::gone(&mut set, conversation.sender, id, SendState::Dropped, None);
        self.store.commit(set).await?;
        conversation.outbox.remove(place);
        Ok(true)
    }

    /// The reason why a template could never be sent with its values at this time, by the current catalogue.
    pub fn never_goes(
        &self,
        sender: SenderId,
        at: Time,
        contact: Option<&Contact>,
        template: &TemplateMessage,
    ) -> Option<String> {
        let of = self.senders.get(sender)?;
        let (own, rare_parts) = (of.language.as_deref(), of.carries().rare_parts);
        let live = self.live.get();
        let languages = contact.map(|contact| live.rules.languages(contact, own)).unwrap_or_default();
        let wish = TemplateQuery { sender, languages: &languages, rare_parts, kind_is_said: true, now: at };
        let unusable = self.catalogue.usable(template, &wish).err()?;
        (!unusable.waits).then_some(unusable.why)
    }

    /// The number of scheduled messages of a conversation.
    pub async fn planned_count(&self, conversation: ConversationId) -> anyhow::Result<i64> {
        Ok(outbound::planned_count(&self.store, conversation).await?)
    }
}
