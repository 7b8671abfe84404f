//! Checks whether the platform of a sender can carry a message, and finds the message that it quotes.

use super::body::MessageBody;
use crate::{
    base::ids::{InboundId, OutboundId, ProviderId},
    model::content::Content,
    runtime::config::Sender,
    store::{
        Store,
        tables::{conversation::Conversation, inbound, outbound},
    },
    web::problem::Problem,
};

/// Refuses a message that the sender's platform cannot carry, and names the field.
pub fn carried(sender: &Sender, said: &MessageBody) -> Result<(), Problem> {
    let carries = sender.carries();
    let refused = |field: &str, why: String| Err(Problem::invalid(vec![(field.to_owned(), why)]));
    let by = format!("The platform of sender {}", sender.id);
    match &said.content {
        Content::Buttons { .. } if carries.buttons_max == 0 => {
            return refused("/buttons", format!("{by} shows no buttons: write the choices into the `text`."));
        }
        Content::List { .. } if carries.rows_max == 0 => {
            return refused("/list", format!("{by} shows no lists: write the choices into the `text`."));
        }
        content if !carries.uploads && content.media().is_some_and(|media| media.upload_id().is_some()) => {
            return refused("/media/id", format!("{by} takes files by their address alone: give a `url`."));
        }
        _ => {}
    }
    if said.quotes.is_some() && !carries.quotes {
        return refused("/reply_to", format!("{by} quotes no messages."));
    }
    match carries.fit(said.content.clone()) {
        Ok(_) => Ok(()),
        Err(unfit) => refused("/text", format!("The message does not fit: {unfit}.")),
    }
}

/// The platform's id of the quoted message, which must be of this conversation, in either direction.
pub async fn quoted(store: &Store, row: &Conversation, id: i64) -> Result<ProviderId, Problem> {
    let bug = |error: &dyn std::fmt::Display| Problem::bug(error);
    let theirs = inbound::find(store, InboundId(id)).await.map_err(|error| bug(&error))?;
    let theirs = theirs.filter(|message| message.conversation_id == row.id);
    if let Some(message) = theirs {
        return Ok(message.data.message.provider_id);
    }
    let ours = outbound::find(store, OutboundId(id)).await.map_err(|error| bug(&error))?;
    let ours = ours.filter(|message| message.conversation_id == row.id).and_then(|message| message.provider_id);
    let why = format!("There is no message {id} in this conversation that can be quoted.");
    ours.ok_or_else(|| Problem::invalid(vec![("/reply_to".to_owned(), why)]))
}
