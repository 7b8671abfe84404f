//! Numbers for rows, from blocks that the database hands out: unique over daemons, without a clock.

use std::sync::Mutex;

/// How many ids are taken from the table at a time.
pub use crate::base::limits::ID_BLOCK;

/// The blocks in hand: one that is used up, and the next.
#[derive(Debug)]
pub(super) struct Ids {
    blocks: Mutex<Blocks>,
}

#[derive(Debug, Default)]
struct Blocks {
    next: i64,
    end: i64,
    /// First id of the following block.
    spare: Option<i64>,
}

impl Ids {
    pub fn new() -> Self {
        Ids { blocks: Mutex::new(Blocks::default()) }
    }

    /// A number that no other row of any table has.
    ///
    /// # Panics
    /// When more than a whole block was drawn and none of it committed: the writer, through which
    /// every row passes, refills before each group.
    pub fn next(&self) -> i64 {
        let mut blocks = self.lock();
        if blocks.next == blocks.end {
            let spare = blocks.spare.take().expect("the writer refills before each group");
            (blocks.next, blocks.end) = (spare, spare + ID_BLOCK);
        }
        blocks.next += 1;
        blocks.next - 1
    }

    pub fn wants_block(&self) -> bool {
        self.lock().spare.is_none()
    }

    pub fn give(&self, first: i64) {
        let mut blocks = self.lock();
        if blocks.next == blocks.end {
            (blocks.next, blocks.end) = (first, first + ID_BLOCK);
        } else {
            blocks.spare = Some(first);
        }
    }

    /// What is left when the store closes: the first unused id, and where the last block in hand ends.
    /// Only blocks that follow each other can be given back.
    pub fn left(&self) -> Option<(i64, i64)> {
        let blocks = self.lock();
        match blocks.spare {
            Some(spare) if spare == blocks.end => Some((blocks.next, spare + ID_BLOCK)),
            Some(_) => None,
            None => Some((blocks.next, blocks.end)),
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Blocks> {
        self.blocks.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_run_through_their_block_into_the_next() {
        let ids = Ids::new();
        ids.give(1);
        ids.give(5 * ID_BLOCK + 1);
        assert!(!ids.wants_block());
        let drawn: Vec<i64> = (0..=ID_BLOCK).map(|_| ids.next()).collect();
        assert_eq!((drawn[0], drawn[ID_BLOCK as usize - 1]), (1, ID_BLOCK));
        assert_eq!(drawn[ID_BLOCK as usize], 5 * ID_BLOCK + 1);
        assert!(ids.wants_block());
    }

    #[test]
    fn neighbouring_blocks_are_given_back() {
        let ids = Ids::new();
        ids.give(1);
        ids.give(ID_BLOCK + 1);
        ids.next();
        assert_eq!(ids.left(), Some((2, 2 * ID_BLOCK + 1)));
    }
}
