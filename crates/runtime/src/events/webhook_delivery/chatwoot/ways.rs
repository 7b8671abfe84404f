//! Names what the inbox needs of the rooms above this one: it gives files to platforms and messages to customers. The
//! daemon hands these in, as it hands the runner of lanes to their queue.

use crate::{
    base::ids::{ContactId, ConversationId, OutboundId, SenderId},
    channel::{BoxFuture, SendError, file::FileUrl, question::QuestionError, upload::Upload},
    model::content::Content,
};

/// A message of a person for a customer, under the number that it has already.
pub(crate) struct PersonSays {
    pub id: OutboundId,
    pub contact: ContactId,
    pub conversation: ConversationId,
    pub content: Content,
    pub agent: Option<String>,
}

/// The file of a customer, as the platform names it.
pub(crate) struct PlatformFile {
    pub sender: SenderId,
    pub id: Option<String>,
    pub url: Option<String>,
}

type Way<In, Out> = Box<dyn Fn(In) -> BoxFuture<'static, Out> + Send + Sync>;

pub(crate) struct Ways {
    /// The address at which a file can be read now.
    pub locate: Way<PlatformFile, Result<FileUrl, QuestionError>>,
    /// Gives a file to a sender's platform, which tells an id.
    pub upload: Way<(SenderId, Upload), Result<String, SendError>>,
    /// Stores the message, which is sent then. False: the data of the contact was erased.
    pub say: Way<PersonSays, anyhow::Result<bool>>,
}
