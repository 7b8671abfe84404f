//! Tests the rows of talks that an inbox of Chatwoot shows, too: each message stands there once, and all go with the person.

use super::{
    on_both,
    sample::{NOW, talk},
};
use serde_json::json;
use transom::{
    base::ids::{ContactId, ConversationId},
    store::{
        WriteSet,
        queries::erasure::{self, Erased},
        tables::{
            chatwoot_message::{
                self, ChatwootMessage, Refusal,
                part::{self, ChatwootPart},
            },
            chatwoot_talk::{self, ChatwootTalk, Posted, StatusKnown},
        },
    },
};

#[test]
fn a_message_is_known_by_both_numbers_and_goes_with_the_person() {
    on_both(|bed| async move {
        let store = bed.open().await;
        let here = ConversationId(7);
        talk(&store, 7).await;
        let shown = ChatwootTalk {
            conversation_id: here,
            account: "acme".into(),
            theirs: 40,
            posted: 0,
            status: "pending".into(),
        };
        let message =
            |id: i64, theirs: i64| ChatwootMessage { id, conversation_id: here, theirs, at: NOW, refused: None };
        let mut set = WriteSet::new();
        set.push(&chatwoot_talk::SAVE, &shown);
        set.push(&chatwoot_message::INSERT, &message(1, 90));
        store.commit(set).await.unwrap();
        let mut set = WriteSet::new();
        // The same message of theirs under another number of ours is no second one, and an older number moves nothing.
        set.push(&chatwoot_message::INSERT, &message(2, 90));
        set.push(&chatwoot_talk::POSTED, &Posted { conversation_id: here, posted: 90 });
        set.push(&chatwoot_talk::STATUS, &StatusKnown { conversation_id: here, status: "open".into() });
        store.commit(set).await.unwrap();
        let mut set = WriteSet::new();
        set.push(&chatwoot_talk::POSTED, &Posted { conversation_id: here, posted: 80 });
        store.commit(set).await.unwrap();
        assert_eq!(chatwoot_message::of(&store, here, 90).await.unwrap(), Some(message(1, 90)));
        assert_eq!(chatwoot_message::find(&store, 2).await.unwrap(), None);
        let known = chatwoot_talk::of(&store, &"acme".into(), 40).await.unwrap().unwrap();
        assert_eq!((known.posted, known.status.as_str()), (90, "open"));
        assert_eq!(chatwoot_talk::of(&store, &"other".into(), 40).await.unwrap(), None);

        let other = ChatwootPart { id: 3, conversation_id: here, theirs: 90, at: NOW };
        let mut set = WriteSet::new();
        set.push(&part::INSERT, &other);
        let refused = "It is too large.".to_owned();
        set.push(&chatwoot_message::REFUSE, &Refusal { conversation_id: here, theirs: 90, refused: refused.clone() });
        store.commit(set).await.unwrap();
        assert_eq!(part::find(&store, 3).await.unwrap(), Some(other));
        assert_eq!(chatwoot_message::find(&store, 1).await.unwrap().unwrap().refused, Some(refused));

        let erased = Erased {
            contact_id: ContactId(7),
            at: NOW,
            heard: json!({}),
            said: json!({}),
            letter: json!({}),
            gone: "gone",
            answer: "{}",
        };
        let mut set = WriteSet::of(7);
        erasure::BY_CONTACT.iter().for_each(|statement| set.push(*statement, &erased));
        store.commit(set).await.unwrap();
        assert_eq!(chatwoot_talk::find(&store, here).await.unwrap(), None);
        assert_eq!(chatwoot_message::find(&store, 1).await.unwrap(), None);
        assert_eq!(part::find(&store, 3).await.unwrap(), None);
        store.close().await;
    });
}
