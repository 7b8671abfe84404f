//! Makes a lane's job out of the row of a message.

use crate::{lane::state::RecordedMessage, senders::registry::opens_window, store::tables::inbound, turns::Runner};

impl Runner {
    pub(crate) fn recorded(&self, row: inbound::Recorded) -> RecordedMessage {
        let opens = self.senders.get(row.sender_id).is_some_and(|of| opens_window(&row.data.message.kind, of));
        RecordedMessage {
            id: row.id,
            conversation: row.conversation_id,
            sender: row.sender_id,
            message: row.data.message,
            word: row.data.word,
            opens,
            recorded_at: row.received_at,
            fresh: None,
        }
    }
}
