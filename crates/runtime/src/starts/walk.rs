//! Walks contacts in batches, and gives slots to those who are meant: the one way for planners and forecasts.

use crate::{
    base::{
        ids::{AccountName, ContactId},
        limits::PLAN_BATCH,
        time::Time,
    },
    delivery::pacing::fire_pace::Pace,
    model::{contact::Contact, prefilter::Prefilter},
    process::long_work::blocking,
    store::{ReadError, Store, tables::contact},
};

/// Reads the contacts of an account in one time zone, batch by batch.
pub(super) struct ContactWalk<'a> {
    store: &'a Store,
    account: &'a AccountName,
    zone: &'a str,
    /// The part of the audience's condition that SQL can test, and the time at which it is tested.
    prefilter: (&'a Prefilter, Time),
    after: ContactId,
    is_done: bool,
}

impl<'a> ContactWalk<'a> {
    /// Begins behind the contact `after`.
    pub fn new(
        store: &'a Store,
        (account, zone): (&'a AccountName, &'a str),
        after: ContactId,
        prefilter: (&'a Prefilter, Time),
    ) -> Self {
        ContactWalk { store, account, zone, prefilter, after, is_done: false }
    }

    /// The next batch; `None` behind the last one, which may be empty.
    pub async fn next(&mut self) -> Result<Option<Vec<Contact>>, ReadError> {
        if self.is_done {
            return Ok(None);
        }
        let (account, zone, after) = (self.account, self.zone, self.after);
        let page = contact::page_prefiltered(self.store, account, zone, after, self.prefilter, PLAN_BATCH).await?;
        self.is_done = (page.len() as i64) < PLAN_BATCH;
        self.after = page.last().map_or(after, |last| last.id);
        Ok(Some(page))
    }

    /// The next batch, each contact with the answer of `is_meant`.
    pub async fn next_tested(
        &mut self,
        is_meant: impl Fn(&Contact) -> bool,
    ) -> Result<Option<Vec<(Contact, bool)>>, ReadError> {
        let test = |contact: Contact| {
            let is_meant = is_meant(&contact);
            (contact, is_meant)
        };
        Ok(self.next().await?.map(|page| blocking(|| page.into_iter().map(test).collect())))
    }

    /// The last contact that was read.
    pub fn after(&self) -> ContactId {
        self.after
    }

    /// True once the last batch was read.
    pub fn is_done(&self) -> bool {
        self.is_done
    }
}

/// The slots of a fire: at its pace, one for each contact who is meant. One who leaves the audience before the slot
/// has used it.
pub(super) struct SlotLine {
    first: Time,
    taken: i64,
    pace: Pace,
}

impl SlotLine {
    pub fn new(first: Time, pace: Pace) -> Self {
        SlotLine { first, taken: 0, pace }
    }

    /// The first free slot.
    pub fn free(&self) -> Time {
        self.pace.slot(self.first, self.taken)
    }

    /// Takes the first free slot.
    pub fn take(&mut self) -> Time {
        let slot = self.free();
        self.taken += 1;
        slot
    }

    /// The number of slots that were taken.
    pub fn taken(&self) -> i64 {
        self.taken
    }
}
