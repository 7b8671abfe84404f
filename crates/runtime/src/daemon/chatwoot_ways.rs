//! Ties an inbox of Chatwoot to the queue of messages and to the files of platforms.

use crate::{
    channel::file::FileReference,
    delivery::uploads::Uploads,
    events::webhook_delivery::chatwoot::{PersonSays, PlatformFile, Ways},
    ingest::media::InboundMedia,
    lane::{queue::Queue, requests::MessageRequest},
    model::effect::Origin,
};
use std::sync::Arc;

pub(super) fn ways(queue: &Arc<Queue>, uploads: &Arc<Uploads>, media: &Arc<InboundMedia>) -> Ways {
    let (queue, uploads, media) = (Arc::clone(queue), Arc::clone(uploads), Arc::clone(media));
    Ways {
        locate: Box::new(move |PlatformFile { sender, id, url }| {
            let media = Arc::clone(&media);
            Box::pin(
                async move { media.locate(sender, FileReference { id: id.as_deref(), url: url.as_deref() }).await },
            )
        }),
        upload: Box::new(move |(sender, file)| {
            let uploads = Arc::clone(&uploads);
            Box::pin(async move { uploads.upload_for(sender, &file).await })
        }),
        say: Box::new(move |PersonSays { id, contact, conversation, content, agent }| {
            let queue = Arc::clone(&queue);
            Box::pin(async move {
                let wanted = MessageRequest { agent, ..MessageRequest::now(content, Origin::Person) };
                Ok(queue.say_as(id, contact, conversation, wanted).await?.is_some())
            })
        }),
    }
}
