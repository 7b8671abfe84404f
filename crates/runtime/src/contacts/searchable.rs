//! Makes contacts searchable that were written by a version without a search.

use crate::{
    contacts::Contacts,
    store::{WriteSet, queries::search},
};
use anyhow::Context;

impl Contacts {
    /// Takes the next `limit` of them; false if there are none.
    pub(crate) async fn make_searchable(&self, limit: i64) -> anyhow::Result<bool> {
        let rows = search::unwritten(&self.store, limit).await.context("reading contacts")?;
        if rows.is_empty() {
            return Ok(false);
        }
        let mut set = WriteSet::new();
        for row in &rows {
            search::write(&mut set, row);
        }
        self.store.commit(set).await.context("making contacts searchable")?;
        Ok(true)
    }
}
