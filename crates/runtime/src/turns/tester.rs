//! Begins the session of a tester whose code came as a message.

use crate::{
    base::{
        ids::OutboundId,
        limits::TESTER_SESSION,
        phone,
        time::{Time, iso},
    },
    contacts::testers::as_code,
    lane::{
        error::LaneError,
        state::{LaneState, RecordedMessage},
    },
    model::{
        contact::ContactPatch,
        content::Content,
        effect::{MessageDraft, Origin},
        event::Event,
        inbound::InboundKind,
        session::BeganWith,
    },
    store::{
        WriteSet,
        tables::tester_session::{self, Activated, TesterSession},
    },
    turns::Runner,
};
use std::sync::Arc;
use tokio::sync::oneshot;

impl Runner {
    /// The session whose code this message is, if it comes from the session's phone.
    pub(crate) async fn session_of_code(
        &self,
        lane: &LaneState,
        recorded: &RecordedMessage,
        now: Time,
    ) -> Result<Option<TesterSession>, LaneError> {
        let InboundKind::Text { body } = &recorded.message.kind else { return Ok(None) };
        let Some(code) = as_code(body) else { return Ok(None) };
        let waiting = tester_session::waiting(&self.store, recorded.sender, &code, now).await?;
        let Some(own) = lane.contact.data.phone.as_deref() else { return Ok(None) };
        let digits = |phone: &str| phone.trim_start_matches('+').to_owned();
        let is_own = |session: &TesterSession| {
            let mut theirs = phone::spellings(&session.phone);
            theirs.push(session.phone.clone());
            theirs.iter().any(|one| digits(one) == digits(own))
        };
        Ok(waiting.into_iter().find(is_own))
    }

    /// Makes the contact a tester in the commit that marks the message as handled; no flow gets the message.
    pub(crate) async fn begin_tester_session(
        self: &Arc<Self>,
        lane: &mut LaneState,
        index: usize,
        recorded: &RecordedMessage,
        session: &TesterSession,
        mut set: WriteSet,
        now: Time,
    ) -> Result<(), LaneError> {
        let until = now + TESTER_SESSION;
        set.push(&tester_session::ACTIVATE, &Activated { id: session.id, at: now, expires_at: until });
        let patch = ContactPatch { by: "tester_session".into(), tester_until: Some(until), ..ContactPatch::default() };
        self.take_turn(lane, index, Event::Changed(Box::new(patch)), Some(recorded.id), set).await?;
        let body = format!("This phone is a tester until {}: it reaches the flows that are drafts.", iso(until));
        let draft = MessageDraft {
            asked_for: Some(recorded.message.at.min(recorded.recorded_at)),
            ignore_quiet_hours: true,
            ..MessageDraft::plain(0, Content::Text { body }, Origin::Api)
        };
        let (reply, _) = oneshot::channel();
        self.say_in_lane(
            lane,
            OutboundId(self.store.next_id()),
            recorded.conversation,
            (draft, BeganWith::Unknown),
            reply,
        )
        .await
    }
}
