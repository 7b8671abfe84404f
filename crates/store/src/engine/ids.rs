//! Gives unique ids for new rows, from blocks that the database hands out: unique over all daemons, without a clock.

use std::sync::Mutex;

/// The number of ids in a block.
pub use crate::base::limits::ID_BLOCK;

/// The blocks in memory: the current one, and the next.
#[derive(Debug)]
pub(crate) struct Ids {
    blocks: Mutex<Blocks>,
}

#[derive(Debug, Default)]
struct Blocks {
    next: i64,
    end: i64,
    /// The first id of the next block.
    spare: Option<i64>,
}

impl Ids {
    pub fn new() -> Self {
        Ids { blocks: Mutex::new(Blocks::default()) }
    }

    /// An id that no other row of any table has.
    ///
    /// # Panics
    /// If more than a whole block was drawn without a commit. The writer refills before each group.
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

    /// The rest when the store closes: the first unused id, and the end of the last block in memory. Only adjacent
    /// blocks can be returned.
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
