//! Makes phones testers for 24 hours: they send a code to one of our numbers, and can then start flows marked `draft`.

use crate::{
    base::{
        ids::OutboundId,
        limits::TESTER_SESSION,
        phone,
        time::{Time, iso},
    },
    config::Sender,
    daemon::app::App,
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
    },
    store::{
        WriteSet,
        tables::tester_session::{self, Activated, TesterSession},
    },
};
use anyhow::Context;
use std::sync::Arc;
use tokio::sync::oneshot;

/// Letters and digits that are not confused on a small screen.
const LETTERS: &[u8] = b"ABCDEFGHJKLMNPQRSTUVWXYZ";
const DIGITS: &[u8] = b"23456789";
/// Letters, then digits, so that a code is no word of any language.
const CODE: [&[u8]; 6] = [LETTERS, LETTERS, LETTERS, DIGITS, DIGITS, DIGITS];

impl App {
    /// Creates a session for a phone (`+` and digits) at a sender. Its code is valid for 24 hours.
    pub async fn offer_tester_session(&self, sender: &Sender, phone: String) -> anyhow::Result<TesterSession> {
        let now = self.clock.now();
        let session = TesterSession {
            id: self.store.next_id(),
            account: sender.account.clone(),
            sender_id: sender.id,
            phone,
            code: new_code()?,
            created_at: now,
            activated_at: None,
            expires_at: now + TESTER_SESSION,
        };
        let mut set = WriteSet::new();
        set.push(&tester_session::INSERT, &session);
        self.store.commit(set).await.context("the session could not be stored")?;
        Ok(session)
    }

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
        self.say_in_lane(lane, OutboundId(self.store.next_id()), recorded.conversation, draft, reply).await
    }
}

/// The code in a text that has the form of a code, in upper case.
fn as_code(text: &str) -> Option<String> {
    let text = text.trim();
    let fits = |(letter, of): (u8, &[u8])| of.contains(&letter.to_ascii_uppercase());
    // This runs for every message: most are rejected by their length.
    let is_one = text.len() == CODE.len() && text.bytes().zip(CODE).all(fits);
    is_one.then(|| text.to_ascii_uppercase())
}

fn new_code() -> anyhow::Result<String> {
    let mut bytes = [0_u8; CODE.len()];
    getrandom::fill(&mut bytes).map_err(|error| anyhow::anyhow!("no random bytes: {error}"))?;
    let letter = |(byte, of): (u8, &[u8])| char::from(of[usize::from(byte) % of.len()]);
    Ok(bytes.into_iter().zip(CODE).map(letter).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_code_reads_as_one_also_in_small_letters() {
        for _ in 0..100 {
            let code = new_code().unwrap();
            assert_eq!(as_code(&format!(" {} ", code.to_lowercase())), Some(code));
        }
    }

    #[test]
    fn words_and_numbers_are_no_codes() {
        for text in ["please", "PLEASE", "123456", "ABC12", "ABC1234", "ABC 23", "ÄBC234", "ABCD23", ""] {
            assert_eq!(as_code(text), None, "{text}");
        }
    }
}
