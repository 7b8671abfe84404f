//! Makes phones testers for 24 hours: they send a code to one of our numbers, and can then start flows marked `draft`.

use crate::{
    base::limits::TESTER_SESSION,
    config::Sender,
    contacts::Contacts,
    store::{
        WriteSet,
        tables::tester_session::{self, TesterSession},
    },
};
use anyhow::Context;

/// Letters and digits that are not confused on a small screen.
const LETTERS: &[u8] = b"ABCDEFGHJKLMNPQRSTUVWXYZ";
const DIGITS: &[u8] = b"23456789";
/// Letters, then digits, so that a code is no word of any language.
const CODE: [&[u8]; 6] = [LETTERS, LETTERS, LETTERS, DIGITS, DIGITS, DIGITS];

impl Contacts {
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
}

fn new_code() -> anyhow::Result<String> {
    let mut bytes = [0_u8; CODE.len()];
    getrandom::fill(&mut bytes).map_err(|error| anyhow::anyhow!("no random bytes: {error}"))?;
    let letter = |(byte, of): (u8, &[u8])| char::from(of[usize::from(byte) % of.len()]);
    Ok(bytes.into_iter().zip(CODE).map(letter).collect())
}

/// The code in a text that has the form of a code, in upper case.
pub(crate) fn as_code(text: &str) -> Option<String> {
    let text = text.trim();
    let fits = |(letter, of): (u8, &[u8])| of.contains(&letter.to_ascii_uppercase());
    // This runs for every message: most are rejected by their length.
    let is_one = text.len() == CODE.len() && text.bytes().zip(CODE).all(fits);
    is_one.then(|| text.to_ascii_uppercase())
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
