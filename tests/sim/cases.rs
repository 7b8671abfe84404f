//! Checks that the open cases are those of the sessions, after every act.

use super::{laws::Talk, world::World};
use std::collections::BTreeSet;
use transom::store::Query;

const OPEN: Query = Query {
    name: "sim.open_cases",
    text: "select id, conversation_id from support_case where closed_at is null order by id",
};

impl World {
    /// A case and its session are one commit: none is without the other, also after a crash between two commits.
    pub(super) async fn cases_are_those_of_the_sessions(&self, talks: &[Talk], wrong: &mut Vec<String>) {
        let read = |row: &transom::store::Row| Ok((row.number("conversation_id")?, row.number("id")?));
        let open: BTreeSet<(i64, i64)> = self.app.store.all(&OPEN, &[], read).await.unwrap().into_iter().collect();
        let held = talks.iter().filter_map(|talk| {
            let person = talk.session.person.as_ref()?;
            // Each person has a case, and each stored case an id.
            Some((talk.id, person.case.as_ref().and_then(|case| case.id).unwrap_or(0)))
        });
        let held: BTreeSet<(i64, i64)> = held.collect();
        for (conversation, case) in open.symmetric_difference(&held) {
            let side = if open.contains(&(*conversation, *case)) { "its session" } else { "the table" };
            wrong.push(format!("case {case} of conversation {conversation} is missing in {side}"));
        }
    }
}
