//! Keeps work that the database did not take: results of sends that no row has yet, and jobs that nobody would bring
//! again. It stays in memory until the database takes it; meanwhile a message that was certainly sent is not sent
//! again.

use crate::{
    base::{
        ids::{ContactId, ConversationId, OutboundId},
        limits::{LANE_LINE_MAX, LANE_RETRY, UNDONE_ROUNDS_MAX},
        time::Span,
    },
    lane::state::LaneTask,
    store::WriteSet,
};
use std::{
    collections::{BTreeMap, HashMap, VecDeque},
    sync::{Mutex, MutexGuard, PoisonError},
};

/// The result of an accepted send that is to be stored in the message's row.
#[derive(Debug, Clone)]
pub struct SentMark {
    pub contact: ContactId,
    pub conversation: ConversationId,
    /// The message's turn.
    pub turn: u64,
    pub set: WriteSet,
}

#[derive(Default)]
pub struct UnstoredWork {
    marks: Mutex<BTreeMap<OutboundId, SentMark>>,
    left: Mutex<HashMap<ContactId, ContactWork>>,
}

/// The unfinished work of one contact.
#[derive(Default)]
struct ContactWork {
    /// Results that could not be stored, in the order of their messages.
    marks: Vec<OutboundId>,
    work: VecDeque<LaneTask>,
    /// How often the first job was tried while the database took commits.
    rounds: u32,
}

impl UnstoredWork {
    /// From here on the message counts as accepted, whatever its row says.
    pub fn is_taken(&self, id: OutboundId, mark: SentMark) {
        self.marks().insert(id, mark);
    }

    /// Its row has the result, or never will.
    pub fn is_marked(&self, id: OutboundId) {
        self.marks().remove(&id);
    }

    /// The result was not stored: it is tried again when the contact's lane runs.
    pub fn is_unmarked(&self, id: OutboundId) {
        let contact = self.marks().get(&id).map(|mark| mark.contact);
        if let Some(contact) = contact {
            let mut all = self.left();
            let left = all.entry(contact).or_default();
            let place = left.marks.partition_point(|other| *other < id);
            left.marks.insert(place, id);
        }
    }

    /// The accepted messages of a conversation whose rows may not say so yet, each with its turn. Call this before
    /// reading the rows: a result that is stored in between is then in its row.
    pub fn taken(&self, conversation: ConversationId) -> Vec<(OutboundId, u64)> {
        let marks = self.marks();
        let of = marks.iter().filter(|(_, mark)| mark.conversation == conversation);
        of.map(|(id, mark)| (*id, mark.turn)).collect()
    }

    /// True if unfinished work of the contact must be done first.
    pub fn holds(&self, contact: ContactId) -> bool {
        let left = self.left();
        !left.is_empty() && left.contains_key(&contact)
    }

    /// The contact's first result that could not be stored.
    pub fn mark_of(&self, contact: ContactId) -> Option<(OutboundId, WriteSet)> {
        let id = *self.left().get(&contact)?.marks.first()?;
        let set = self.marks().get(&id).map(|mark| mark.set.clone());
        // A result that was settled in another way needs no write.
        Some((id, set.unwrap_or_default()))
    }

    pub fn mark_is_done(&self, contact: ContactId, id: OutboundId) {
        self.is_marked(id);
        if let Some(left) = self.left().get_mut(&contact) {
            left.marks.retain(|other| *other != id);
        }
    }

    /// Keeps a job for later, behind earlier ones. False if there is no room: it is lost.
    pub fn keep(&self, contact: ContactId, work: LaneTask) -> bool {
        let mut all = self.left();
        let left = all.entry(contact).or_default();
        let has_room = left.work.len() < LANE_LINE_MAX;
        if has_room {
            left.work.push_back(work);
        }
        has_room
    }

    /// The first kept job; without one, the contact's entry is removed.
    pub fn next(&self, contact: ContactId) -> Option<LaneTask> {
        let mut all = self.left();
        let left = all.get_mut(&contact)?;
        let work = left.work.pop_front();
        if work.is_none() && left.marks.is_empty() {
            all.remove(&contact);
        }
        work
    }

    pub fn is_done(&self, contact: ContactId) {
        if let Some(left) = self.left().get_mut(&contact) {
            left.rounds = 0;
        }
    }

    /// Counts a failed attempt, and gives the pause before the next. `None`: it was tried often enough, and is
    /// dropped.
    pub fn failed(&self, contact: ContactId, work: Option<LaneTask>) -> Option<Span> {
        let mut all = self.left();
        let left = all.entry(contact).or_default();
        left.rounds += 1;
        if left.rounds > UNDONE_ROUNDS_MAX {
            left.rounds = 0;
            return None;
        }
        let pause = Span(LANE_RETRY.0 << (left.rounds - 1).min(5));
        if let Some(work) = work {
            left.work.push_front(work);
        }
        Some(pause)
    }

    fn marks(&self) -> MutexGuard<'_, BTreeMap<OutboundId, SentMark>> {
        self.marks.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn left(&self) -> MutexGuard<'_, HashMap<ContactId, ContactWork>> {
        self.left.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ADA: ContactId = ContactId(7);

    fn ask(sender: i64) -> LaneTask {
        LaneTask::AskAnew { sender: crate::base::ids::SenderId(sender) }
    }

    fn sender(work: Option<LaneTask>) -> Option<i64> {
        work.map(|work| if let LaneTask::AskAnew { sender } = work { sender.0 } else { 0 })
    }

    #[test]
    fn what_failed_comes_first_again_and_is_given_up_in_the_end() {
        let undone = UnstoredWork::default();
        assert!(!undone.holds(ADA));
        assert!(undone.keep(ADA, ask(1)) && undone.keep(ADA, ask(2)));
        for round in 1..=UNDONE_ROUNDS_MAX {
            assert_eq!(sender(undone.next(ADA)), Some(1), "{round}");
            let pause = undone.failed(ADA, Some(ask(1))).unwrap();
            assert_eq!(pause, Span::seconds(1 << (round - 1).min(5)));
        }
        assert_eq!(sender(undone.next(ADA)), Some(1));
        assert_eq!(undone.failed(ADA, Some(ask(1))), None);
        assert_eq!(sender(undone.next(ADA)), Some(2));
        assert!(undone.next(ADA).is_none() && !undone.holds(ADA));
    }

    #[test]
    fn a_mark_is_known_until_it_is_stored() {
        let undone = UnstoredWork::default();
        let mark = |turn| SentMark { contact: ADA, conversation: ConversationId(1), turn, set: WriteSet::new() };
        undone.is_taken(OutboundId(5), mark(2));
        undone.is_taken(OutboundId(4), mark(1));
        assert!(!undone.holds(ADA));
        assert_eq!(undone.taken(ConversationId(1)), [(OutboundId(4), 1), (OutboundId(5), 2)]);
        undone.is_unmarked(OutboundId(5));
        undone.is_unmarked(OutboundId(4));
        for id in [4, 5] {
            let (next, _) = undone.mark_of(ADA).unwrap();
            assert_eq!(next, OutboundId(id));
            undone.mark_is_done(ADA, next);
        }
        assert!(undone.mark_of(ADA).is_none() && undone.next(ADA).is_none());
        assert!(undone.taken(ConversationId(1)).is_empty() && !undone.holds(ADA));
    }

    #[test]
    fn as_much_is_kept_as_a_line_holds() {
        let undone = UnstoredWork::default();
        for n in 0..LANE_LINE_MAX {
            assert!(undone.keep(ADA, LaneTask::Wake), "{n}");
        }
        assert!(!undone.keep(ADA, LaneTask::Wake));
    }
}
