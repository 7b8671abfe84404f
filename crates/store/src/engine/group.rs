//! Builds one group of write-sets out of the queue, sorts its rows by statement, and finds which sets won and lost.

use super::{
    job::Owner,
    statement::{Entry, Key, ReturnedRow, WriteSet},
};
use crate::base::limits::{GROUP_BYTES_MAX, GROUP_SETS_MAX};
use std::collections::{BTreeMap, BTreeSet, HashSet, VecDeque};

/// A queued write-set, and its owner.
pub(crate) type Waiting = (WriteSet, Owner);

/// Takes write-sets from the queue, up to the size of a group and at most one for each contact; the others keep their
/// order.
pub(crate) fn take_group(waiting: &mut VecDeque<Waiting>) -> Vec<Waiting> {
    let mut group = Vec::new();
    let mut rest = VecDeque::with_capacity(waiting.len());
    let mut contacts = HashSet::new();
    let mut bytes = 0;
    while let Some((set, owner)) = waiting.pop_front() {
        let size: usize = set.rows.iter().map(|entry| entry.row.size()).sum();
        let full = group.len() == GROUP_SETS_MAX || (!group.is_empty() && bytes + size > GROUP_BYTES_MAX);
        if full {
            rest.push_back((set, owner));
            rest.append(waiting);
        } else if set.contact().is_some_and(|contact| !contacts.insert(contact)) {
            rest.push_back((set, owner));
        } else {
            bytes += size;
            group.push((set, owner));
        }
    }
    *waiting = rest;
    group
}

/// The rows of a part by statement, each with the index of its set within the part.
pub(crate) fn by_statement<'s>(sets: &'s [WriteSet], part: &[usize]) -> BTreeMap<u16, Vec<(usize, &'s Entry)>> {
    let mut statements: BTreeMap<u16, Vec<(usize, &Entry)>> = BTreeMap::new();
    for (place, &set) in part.iter().enumerate() {
        for entry in &sets[set].rows {
            statements.entry(entry.sql.order).or_default().push((place, entry));
        }
    }
    statements
}

/// The rows as a JSON array of objects.
pub(crate) fn array(rows: &[(usize, &Entry)]) -> String {
    let mut out = String::with_capacity(rows.iter().map(|(_, entry)| entry.row.size() * 2).sum::<usize>() + 2);
    out.push('[');
    for (_, entry) in rows {
        if out.len() > 1 {
            out.push(',');
        }
        entry.row.write_json(&mut out);
    }
    out.push(']');
    out
}

/// The number of different keys of rows that are sorted by key.
pub(crate) fn distinct_keys(rows: &[(usize, &Entry)]) -> usize {
    usize::from(!rows.is_empty()) + rows.windows(2).filter(|pair| pair[0].1.key != pair[1].1.key).count()
}

/// The indexes of the sets that have a row with this key, without repetition; the rows are sorted by key.
pub(crate) fn owners_of(rows: &[(usize, &Entry)], key: &Key) -> impl Iterator<Item = usize> {
    let from = rows.partition_point(|(_, entry)| entry.key < *key);
    let same = rows[from..].partition_point(|(_, entry)| entry.key <= *key);
    let rows = &rows[from..from + same];
    let is_first = move |at: usize| rows[..at].iter().all(|(place, _)| *place != rows[at].0);
    (0..rows.len()).filter(move |at| is_first(*at)).map(move |at| rows[at].0)
}

/// The indexes of the sets that have a key which was not returned.
pub(crate) fn losers(rows: &[(usize, &Entry)], returned: &[ReturnedRow]) -> Vec<usize> {
    let won: HashSet<&Key> = returned.iter().map(|row| &row.key).collect();
    let lost = rows.iter().filter(|(_, entry)| !won.contains(&entry.key)).map(|(place, _)| *place);
    lost.collect::<BTreeSet<_>>().into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{RowContract, Statement, tables::meta::Meta};

    static SET: Statement<Meta> = Statement::new("t", 1, RowContract::Plain, |row| row.key.as_str().into(), "");

    fn sets(contacts: impl IntoIterator<Item = (i64, usize)>) -> VecDeque<Waiting> {
        let sets = contacts.into_iter().map(|(contact, bytes)| {
            let mut set = WriteSet::of(contact);
            set.push(&SET, &Meta { key: String::new(), value: "x".repeat(bytes) });
            (set, Owner::Waits(tokio::sync::oneshot::channel().0))
        });
        sets.collect()
    }

    fn contacts<'s>(sets: impl IntoIterator<Item = &'s Waiting>) -> Vec<i64> {
        sets.into_iter().filter_map(|(set, _)| set.contact()).collect()
    }

    #[test]
    fn a_group_holds_256_sets() {
        let mut waiting = sets((0..300).map(|contact| (contact, 1)));
        assert_eq!(take_group(&mut waiting).len(), GROUP_SETS_MAX);
        assert_eq!(contacts(&waiting), (256..300).collect::<Vec<_>>());
    }

    #[test]
    fn a_group_holds_a_contact_once_and_keeps_the_order_of_the_rest() {
        let mut waiting = sets([(1, 1), (2, 1), (1, 2), (3, 1), (1, 3)]);
        assert_eq!(contacts(&take_group(&mut waiting)), [1, 2, 3]);
        let sizes: Vec<usize> = waiting.iter().map(|(set, _)| set.rows[0].row.size()).collect();
        assert!(sizes[0] < sizes[1], "{sizes:?}");
        assert_eq!(contacts(&take_group(&mut waiting)), [1]);
    }

    #[test]
    fn a_key_has_the_owners_that_gave_it_each_once() {
        let mut set = WriteSet::new();
        for key in ["a", "b", "b", "b", "c"] {
            set.push(&SET, &Meta { key: key.into(), value: String::new() });
        }
        let places = [7, 1, 2, 1, 3];
        let rows: Vec<(usize, &Entry)> = places.into_iter().zip(&set.rows).collect();
        let owners = |key: &str| owners_of(&rows, &key.into()).collect::<Vec<_>>();
        assert_eq!([owners("a"), owners("b"), owners("bb"), owners("d")], [vec![7], vec![1, 2], vec![], vec![]]);
    }

    #[test]
    fn a_set_larger_than_a_group_goes_alone() {
        let mut waiting = sets([(1, 1), (2, GROUP_BYTES_MAX + 1), (3, 1)]);
        let groups: Vec<Vec<i64>> = (0..3).map(|_| contacts(&take_group(&mut waiting))).collect();
        assert_eq!(groups, [[1], [2], [3]]);
    }
}
