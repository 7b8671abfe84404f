//! Tests the tables of a conversation: rows are read back as written, lists have pages, statuses only move forward.

use super::{on_both, sample::*};
use transom::model::{
    content::Content,
    event::Reason,
    inbound::{DeliveryState, StatusError, StatusUpdate},
    session::{NeedsPerson, Person, Session},
};
use transom::store::{Store, WriteSet};
use transom::{
    base::{
        ids::*,
        time::{Span, Time},
    },
    store::{
        queries::retention::{self, Pace},
        tables::{
            alias,
            contact::{self, ContactChange, OptOut},
            conversation::{self, CloseWindow, ConversationUpdate, WindowOpened},
            early_status,
            inbound::{self, Handled, NewInbound, Raise},
            outbound::{self, NewOutbound, SendState, Sending, Settled},
            session::{self, SessionUpdate},
        },
    },
};

const LAST: i64 = i64::MAX;

#[test]
fn a_contact_comes_back_and_each_change_touches_its_own_part() {
    on_both(|bed| async move {
        let store = bed.open().await;
        let mut set = WriteSet::of(1);
        set.push(&contact::INSERT, &new_contact(1));
        set.push(&contact::OPT_OUT, &OptOut { id: ContactId(1), opted_out_at: Some(NOW) });
        store.commit(set).await.unwrap();
        let mut data = new_contact(1).data;
        data.tags.insert("vip".into());
        let mut set = WriteSet::of(1);
        let (zone, sought) = ("Asia/Tokyo".into(), "ada".into());
        set.push(&contact::CHANGE, &ContactChange { id: ContactId(1), data: data.clone(), zone, sought });
        // Known already: nothing changes.
        set.push(&contact::INSERT, &new_contact(1));
        store.commit(set).await.unwrap();
        let contact = contact::find(&store, ContactId(1)).await.unwrap().unwrap();
        assert_eq!((contact.opted_out, contact.account, contact.data), (Some(NOW), account(), data));
        assert_eq!(contact::find(&store, ContactId(2)).await.unwrap(), None);
        store.close().await;
    });
}

#[test]
fn contacts_are_paged_by_zone() {
    on_both(|bed| async move {
        let store = bed.open().await;
        let mut set = WriteSet::new();
        for id in 1..=30 {
            let zone = ["", "Asia/Tokyo", "Europe/Madrid"][id as usize % 3].to_owned();
            set.push(&contact::INSERT, &contact::NewContact { zone, ..new_contact(id) });
        }
        store.commit(set).await.unwrap();
        assert_eq!(contact::zones(&store, &account()).await.unwrap(), ["", "Asia/Tokyo", "Europe/Madrid"]);
        assert_eq!(contact::zones(&store, &"other".into()).await.unwrap(), Vec::<String>::new());
        let page = contact::page(&store, &account(), "Asia/Tokyo", ContactId(10), 3).await.unwrap();
        assert_eq!(page.iter().map(|contact| contact.id.0).collect::<Vec<_>>(), [13, 16, 19]);
        store.close().await;
    });
}

#[test]
fn a_name_leads_to_its_contact_and_can_change_hands() {
    on_both(|bed| async move {
        let store = bed.open().await;
        let mut set = WriteSet::new();
        for id in 1..=2 {
            set.push(&contact::INSERT, &new_contact(id));
            set.push(&alias::INSERT, &new_alias(id, &format!("1555000{id}")));
        }
        store.commit(set).await.unwrap();
        let names = [phone("unknown"), phone("15550002")];
        assert_eq!(alias::find(&store, &account(), &names).await.unwrap(), Some(ContactId(2)));
        assert_eq!(alias::find(&store, &"other".into(), &names).await.unwrap(), None);
        let mut set = WriteSet::of(1);
        set.push(&alias::MOVE, &new_alias(1, "15550002"));
        store.commit(set).await.unwrap();
        assert_eq!(alias::of(&store, ContactId(1)).await.unwrap(), [phone("15550001"), phone("15550002")]);
        assert_eq!(alias::of(&store, ContactId(2)).await.unwrap(), []);
        store.close().await;
    });
}

#[test]
fn the_window_moves_forward_only_and_closes_only_as_expected() {
    on_both(|bed| async move {
        let store = bed.open().await;
        talk(&store, 1).await;
        let hear = |at: Option<Time>| {
            let mut set = WriteSet::of(1);
            set.push(&conversation::HEARD, &conversation::ConversationUpdate { opened_at: at, ..heard(1, 1, NOW) });
            set
        };
        let later = NOW + Span::hours(1);
        store.commit(hear(Some(later))).await.unwrap();
        store.commit(hear(Some(NOW))).await.unwrap();
        store.commit(hear(None)).await.unwrap();
        let row = conversation::between(&store, ContactId(1), SENDER).await.unwrap().unwrap();
        assert_eq!((row.opened_at, row.last_inbound_at, row.last_outbound_at), (Some(later), Some(NOW), None));

        let mut set = WriteSet::of(1);
        set.push(&conversation::OPENED, &WindowOpened { id: ConversationId(1), at: NOW });
        set.push(&conversation::CLOSE_WINDOW, &CloseWindow { id: ConversationId(1), opened_at: NOW });
        let told = store.commit(set).await.unwrap();
        assert_eq!(told.won(&conversation::CLOSE_WINDOW), Vec::<i64>::new());
        let mut set = WriteSet::of(1);
        set.push(&conversation::CLOSE_WINDOW, &CloseWindow { id: ConversationId(1), opened_at: later });
        assert_eq!(store.commit(set).await.unwrap().won(&conversation::CLOSE_WINDOW), [1]);
        let row = conversation::find(&store, ConversationId(1)).await.unwrap().unwrap();
        assert_eq!((row.opened_at, row.last_outbound_at), (None, None));
        assert_eq!(conversation::of(&store, ContactId(1)).await.unwrap(), std::slice::from_ref(&row));
        assert_eq!(conversation::page(&store, ConversationId(LAST), 9).await.unwrap(), [row]);
        store.close().await;
    });
}

#[test]
fn two_messages_of_one_batch_open_the_window_once() {
    on_both(|bed| async move {
        let store = bed.open().await;
        let mut set = WriteSet::of(1);
        set.push(&contact::INSERT, &new_contact(1));
        set.push(&conversation::HEARD, &heard(1, 1, NOW));
        set.push(&conversation::HEARD, &heard(1, 1, NOW + Span::seconds(1)));
        store.commit(set).await.unwrap();
        let row = conversation::find(&store, ConversationId(1)).await.unwrap().unwrap();
        assert_eq!(row.opened_at, Some(NOW + Span::seconds(1)));
        store.close().await;
    });
}

#[test]
fn sessions_are_found_by_what_they_wait_for() {
    on_both(|bed| async move {
        let store = bed.open().await;
        for id in 1..=4 {
            talk(&store, id).await;
            let at = NOW + Span::minutes(id);
            let mut session = Session { turn: 1, ..Session::default() };
            match id {
                1 => session.person = Some(person(at)),
                2 => session.needs_person = Some(NeedsPerson { since: at, why: "late".into() }),
                _ => {}
            }
            let mut row = SessionUpdate::new(ConversationId(id), ContactId(id), &session);
            row.calling = id == 3;
            row.due_at = (id == 4).then_some(at).or(row.due_at);
            let mut set = WriteSet::of(id);
            set.push(&session::TURN, &row);
            store.commit(set).await.unwrap();
        }
        let ids = |due: Vec<session::Due>| due.iter().map(|due| due.conversation_id.0).collect::<Vec<_>>();
        assert_eq!(ids(session::calling(&store, ConversationId(0), 9).await.unwrap()), [3]);
        assert_eq!(ids(session::due(&store, NOW + Span::minutes(4), 9).await.unwrap()), [4]);
        assert_eq!(ids(session::due(&store, NOW, 9).await.unwrap()), Vec::<i64>::new());
        assert_eq!(session::next_due(&store, NOW).await.unwrap(), Some(NOW + Span::minutes(4)));
        let start = (Time(0), ConversationId(0));
        let ids = |rows: Vec<conversation::Conversation>| rows.iter().map(|row| row.id.0).collect::<Vec<_>>();
        assert_eq!(ids(conversation::with_person(&store, start, 9).await.unwrap()), [1]);
        assert_eq!(ids(conversation::needs_person(&store, start, 9).await.unwrap()), [2]);
        let past = (NOW + Span::minutes(2), ConversationId(2));
        assert_eq!(ids(conversation::needs_person(&store, past, 9).await.unwrap()), Vec::<i64>::new());
        let stored = session::find(&store, ConversationId(1)).await.unwrap().unwrap();
        assert_eq!((stored.contact_id, stored.session.person), (ContactId(1), Some(person(NOW + Span::minutes(1)))));
        store.close().await;
    });
}

fn person(since: Time) -> Person {
    serde_json::from_value(serde_json::json!({"since": since, "last_word": since, "give_back": 43_200_000})).unwrap()
}

#[test]
fn a_contacts_unhandled_messages_come_in_their_order_over_all_conversations() {
    on_both(|bed| async move {
        let store = bed.open().await;
        let mut set = WriteSet::new();
        [1, 2].into_iter().for_each(|id| set.push(&contact::INSERT, &new_contact(id)));
        for (id, contact, sender) in [(7, 1, 1), (8, 1, 2), (9, 2, 1)] {
            let talk = ConversationUpdate { sender_id: SenderId(sender), ..heard(id, contact, NOW) };
            set.push(&conversation::HEARD, &talk);
        }
        for (id, conversation, contact) in [(1, 7, 1), (2, 8, 1), (3, 9, 2), (4, 7, 1), (5, 7, 1), (6, 8, 1)] {
            let row = NewInbound {
                conversation_id: ConversationId(conversation),
                contact_id: ContactId(contact),
                ..inbound(id, conversation, &format!("wamid.{id}"))
            };
            set.push(&inbound::INSERT, &row);
        }
        store.commit(set).await.unwrap();
        let mut set = WriteSet::new();
        set.push(&inbound::HANDLED, &Handled { id: InboundId(4), at: NOW });
        store.commit(set).await.unwrap();
        for limit in [1, 2, 9] {
            let (mut all, mut after) = (Vec::new(), InboundId(0));
            loop {
                let page = inbound::unhandled_of(&store, ContactId(1), after, limit).await.unwrap();
                let Some(last) = page.last() else { break };
                after = last.id;
                all.extend(page.iter().map(|row| row.id.0));
            }
            assert_eq!(all, [1, 2, 5, 6], "in pages of {limit}");
        }
        store.close().await;
    });
}

#[test]
fn unhandled_messages_come_oldest_first_and_are_handled_once() {
    on_both(|bed| async move {
        let store = bed.open().await;
        let mut set = WriteSet::new();
        for id in [3, 1, 2] {
            set.push(&inbound::INSERT, &inbound(id, id % 2, &format!("wamid.{id}")));
        }
        assert_eq!(store.commit(set).await.unwrap().won(&inbound::INSERT).len(), 3);
        let ids = |rows: Vec<inbound::Recorded>| rows.iter().map(|row| row.id.0).collect::<Vec<_>>();
        assert_eq!(ids(inbound::unhandled(&store, InboundId(0), NOW, 2).await.unwrap()), [1, 2]);
        assert_eq!(ids(inbound::unhandled(&store, InboundId(2), NOW, 2).await.unwrap()), [3]);
        assert_eq!(ids(inbound::unhandled(&store, InboundId(0), NOW - Span(1), 2).await.unwrap()), Vec::<i64>::new());
        assert_eq!(ids(inbound::of(&store, ConversationId(1), InboundId(LAST), 9).await.unwrap()), [3, 1]);

        let mut set = WriteSet::new();
        set.push(&inbound::HANDLED, &Handled { id: InboundId(1), at: NOW });
        store.commit(set).await.unwrap();
        let mut set = WriteSet::new();
        (1..=3).for_each(|id| set.push(&inbound::RAISE, &Raise { id: InboundId(id) }));
        let told = store.commit(set).await.unwrap();
        let raised: Vec<_> = told.told(&inbound::RAISE).map(|told| (told.key.number(), told.more[0])).collect();
        assert_eq!(raised.len(), 2, "{raised:?}");
        assert!(raised.iter().all(|(id, attempts)| *id != Some(1) && *attempts == Some(1)));
        let mut set = WriteSet::new();
        set.push(&inbound::HANDLED, &Handled { id: InboundId(1), at: NOW });
        assert!(store.commit(set).await.is_err(), "a second turn on one message");

        let row = inbound::find(&store, InboundId(1)).await.unwrap().unwrap();
        assert_eq!((row.data, row.handled_at), (inbound(1, 1, "wamid.1").data, Some(NOW)));
        assert_eq!(inbound::count_unhandled(&store).await.unwrap(), 2);
        store.close().await;
    });
}

async fn write(store: &Store, rows: impl IntoIterator<Item = NewOutbound>) {
    let mut set = WriteSet::new();
    rows.into_iter().for_each(|row| set.push(&outbound::INSERT, &row));
    store.commit(set).await.unwrap();
}

#[test]
fn a_message_goes_from_queued_to_accepted() {
    on_both(|bed| async move {
        let store = bed.open().await;
        write(&store, [outbound(1, 7, 1), outbound(2, 7, 2)]).await;
        let nudge = Content::Text { body: "nudge".into() };
        let mut set = WriteSet::of(7);
        let sending = Sending { id: OutboundId(1), attempt: 1, at: NOW, sent_as: Some(nudge.clone()) };
        set.push(&outbound::SENDING, &sending);
        store.commit(set).await.unwrap();
        let mut settled = Settled::new(OutboundId(1), SendState::Sent);
        settled.provider_id = Some("wamid.out".into());
        settled.accepted_at = Some(NOW + Span::seconds(1));
        let mut set = WriteSet::of(7);
        outbound::settle(&mut set, SENDER, &settled);
        let mut held = Settled::new(OutboundId(2), SendState::Held);
        (held.hold_until, held.reason) = (Some(NOW + Span::days(7)), Some(Reason::WindowClosed));
        outbound::settle(&mut set, SENDER, &held);
        store.commit(set).await.unwrap();

        let row = outbound::by_provider(&store, SENDER, &"wamid.out".into()).await.unwrap().unwrap();
        assert_eq!((row.id, row.state, row.attempt), (OutboundId(1), SendState::Sent, 1));
        assert_eq!((row.sent_as, row.draft, row.accepted_at), (Some(nudge), draft(1), settled.accepted_at));
        let row = outbound::by_number(&store, ConversationId(7), 2).await.unwrap().unwrap();
        assert_eq!((row.state, row.hold_until, row.sent_as), (SendState::Held, held.hold_until, None));
        assert_eq!(row.reason.as_deref(), Some("window_closed"));
        store.close().await;
    });
}

#[test]
fn unfinished_messages_are_found_in_the_order_of_their_conversations() {
    on_both(|bed| async move {
        let store = bed.open().await;
        let states = [SendState::Queued, SendState::Sending, SendState::Held, SendState::Unknown, SendState::Read];
        write(
            &store,
            (1..=10).map(|id| {
                let state = states[id as usize % 5];
                NewOutbound { state, ..outbound(id, 100 - id % 2, id as u32) }
            }),
        )
        .await;
        let ids = |rows: Vec<outbound::Outbound>| rows.iter().map(|row| row.id.0).collect::<Vec<_>>();
        let start = (ConversationId(0), OutboundId(0));
        assert_eq!(ids(outbound::unfinished(&store, start, NOW, 99).await.unwrap()), [1, 3, 5, 7, 2, 6, 8, 10]);
        let place = (ConversationId(99), OutboundId(7));
        assert_eq!(ids(outbound::unfinished(&store, place, NOW, 2).await.unwrap()), [2, 6]);
        assert_eq!(ids(outbound::unfinished(&store, start, NOW - Span(1), 9).await.unwrap()), Vec::<i64>::new());
        assert_eq!(ids(outbound::unfinished_of(&store, ConversationId(100), 9).await.unwrap()), [2, 6, 8, 10]);
        assert_eq!(ids(outbound::of(&store, ConversationId(99), OutboundId(9), 2).await.unwrap()), [7, 5]);
        let counts = outbound::counts(&store).await.unwrap();
        assert_eq!(counts.iter().map(|count| count.count).sum::<i64>(), 8);
        assert!(counts.iter().all(|count| count.count == 2 && count.sender_id == SENDER));
        store.close().await;
    });
}

#[test]
fn what_waits_for_a_moment_is_found_by_it() {
    on_both(|bed| async move {
        let store = bed.open().await;
        let at = |minutes| Some(NOW + Span::minutes(minutes));
        write(
            &store,
            [
                NewOutbound { not_before: at(1), ..outbound(1, 7, 1) },
                NewOutbound { state: SendState::Held, hold_until: at(2), ..outbound(2, 8, 1) },
                NewOutbound { state: SendState::Sent, not_before: at(1), ..outbound(3, 9, 1) },
                outbound(4, 10, 1),
            ],
        )
        .await;
        assert_eq!(outbound::next_due(&store, NOW).await.unwrap(), at(1));
        assert_eq!(outbound::next_due(&store, NOW + Span::minutes(1)).await.unwrap(), at(2));
        assert_eq!(outbound::next_due(&store, NOW + Span::minutes(2)).await.unwrap(), None);
        let due = outbound::due(&store, NOW + Span::minutes(2), 9).await.unwrap();
        assert_eq!(due, [(ContactId(7), NOW + Span::minutes(1)), (ContactId(8), NOW + Span::minutes(2))]);
        store.close().await;
    });
}

fn status(state: DeliveryState, ours: Option<i64>) -> StatusUpdate {
    StatusUpdate {
        provider_id: "wamid.out".into(),
        ours: ours.map(OutboundId),
        state,
        at: NOW + Span::seconds(5),
        error: (state == DeliveryState::Failed).then(|| StatusError { code: 131026, text: "no".into() }),
        price: None,
    }
}

/// A message that the provider accepted as `wamid.out`, and the effect of a status with or without our id.
async fn sent(store: &Store, id: i64) {
    write(store, [NewOutbound { state: SendState::Sending, attempt: 1, ..outbound(id, 7, 1) }]).await;
    settle(store, id).await;
}

async fn settle(store: &Store, id: i64) -> Vec<outbound::StatusChange> {
    let mut settled = Settled::new(OutboundId(id), SendState::Sent);
    settled.provider_id = Some("wamid.out".into());
    settled.accepted_at = Some(NOW);
    let mut set = WriteSet::of(7);
    outbound::settle(&mut set, SENDER, &settled);
    outbound::moved_early(&store.commit(set).await.unwrap())
}

async fn hear(store: &Store, statuses: &[StatusUpdate]) -> Vec<outbound::StatusChange> {
    let mut set = WriteSet::new();
    statuses.iter().for_each(|status| outbound::status(&mut set, SENDER, status, NOW));
    outbound::moved(&store.commit(set).await.unwrap())
}

#[test]
fn statuses_end_in_one_state_whatever_their_order() {
    use DeliveryState::{Delivered, Failed, Read, Sent};
    on_both(|bed| async move {
        let store = bed.open().await;
        let orders: [&[DeliveryState]; 7] = [
            &[Sent, Delivered, Read],
            &[Read, Delivered, Sent],
            &[Delivered, Read, Read],
            &[Sent, Failed],
            &[Failed, Sent],
            &[Failed, Delivered],
            &[Delivered, Failed],
        ];
        let ends = [
            SendState::Read,
            SendState::Read,
            SendState::Read,
            SendState::Failed,
            SendState::Failed,
            SendState::Delivered,
            SendState::Delivered,
        ];
        let mut id = 0;
        for (order, end) in orders.iter().zip(ends) {
            for ours in [true, false] {
                for at_once in [true, false] {
                    id += 1;
                    let provider_id: ProviderId = format!("wamid.{id}").into();
                    write(&store, [NewOutbound { state: SendState::Sending, ..outbound(id, 7, 1) }]).await;
                    let mut settled = Settled::new(OutboundId(id), SendState::Sent);
                    settled.provider_id = Some(provider_id.clone());
                    let mut set = WriteSet::of(7);
                    outbound::settle(&mut set, SENDER, &settled);
                    store.commit(set).await.unwrap();
                    let statuses: Vec<StatusUpdate> = order
                        .iter()
                        .map(|state| StatusUpdate {
                            provider_id: provider_id.clone(),
                            ..status(*state, ours.then_some(id))
                        })
                        .collect();
                    if at_once {
                        hear(&store, &statuses).await;
                    } else {
                        for status in &statuses {
                            hear(&store, std::slice::from_ref(status)).await;
                        }
                    }
                    let row = outbound::find(&store, OutboundId(id)).await.unwrap().unwrap();
                    assert_eq!(row.state, end, "{order:?}, ours {ours}, at once {at_once}");
                    assert!(end != SendState::Failed || row.error_code.as_deref() == Some("131026"));
                }
            }
        }
        store.close().await;
    });
}

#[test]
fn a_status_tells_what_it_moved_once() {
    on_both(|bed| async move {
        let store = bed.open().await;
        sent(&store, 1).await;
        let moved = hear(&store, &[status(DeliveryState::Delivered, None)]).await;
        let expected = outbound::StatusChange {
            provider_id: Some("wamid.out".into()),
            id: OutboundId(1),
            conversation_id: ConversationId(7),
            contact_id: ContactId(7),
            number: 1,
            tells: true,
            state: DeliveryState::Delivered,
        };
        assert_eq!(moved, [expected]);
        assert_eq!(hear(&store, &[status(DeliveryState::Delivered, Some(1))]).await, []);
        assert_eq!(hear(&store, &[status(DeliveryState::Sent, None)]).await, []);
        let row = outbound::find(&store, OutboundId(1)).await.unwrap().unwrap();
        assert_eq!((row.delivered_at, row.read_at), (Some(NOW + Span::seconds(5)), None));
        store.close().await;
    });
}

#[test]
fn a_status_of_a_message_that_nobody_follows_tells_its_id_once() {
    use DeliveryState::{Delivered, Failed, Read};
    on_both(|bed| async move {
        let store = bed.open().await;
        write(&store, [NewOutbound { state: SendState::Sending, attempt: 1, tells: false, ..outbound(1, 7, 1) }]).await;
        settle(&store, 1).await;
        let other = StatusUpdate { provider_id: "wamid.other".into(), ..status(Delivered, Some(1)) };
        let steps = [
            (status(Delivered, Some(1)), true, false),
            (status(Delivered, Some(1)), false, false),
            (status(Failed, Some(1)), false, false),
            (status(Read, Some(1)), true, false),
            (other, false, false),
        ];
        for (status, quietly, aloud) in steps {
            let mut set = WriteSet::new();
            outbound::status(&mut set, SENDER, &status, NOW);
            let committed = store.commit(set).await.unwrap();
            assert_eq!(outbound::moved_unfollowed(&committed), vec![OutboundId(1); usize::from(quietly)], "{status:?}");
            assert_eq!(!outbound::moved(&committed).is_empty(), aloud, "{status:?}");
        }
        let row = outbound::find(&store, OutboundId(1)).await.unwrap().unwrap();
        let at = Some(NOW + Span::seconds(5));
        assert_eq!((row.state, row.delivered_at, row.read_at), (SendState::Read, at, at));
        store.close().await;
    });
}

#[test]
fn a_status_of_a_message_that_has_not_left_moves_it_aloud() {
    on_both(|bed| async move {
        let store = bed.open().await;
        let sending = NewOutbound { state: SendState::Sending, attempt: 1, tells: false, ..outbound(1, 7, 1) };
        write(&store, [sending]).await;
        let mut set = WriteSet::new();
        outbound::status(&mut set, SENDER, &status(DeliveryState::Read, Some(1)), NOW);
        let committed = store.commit(set).await.unwrap();
        assert_eq!((outbound::moved_unfollowed(&committed), outbound::moved(&committed).len()), (vec![], 1));
        store.close().await;
    });
}

#[test]
fn a_sender_says_nothing_of_the_messages_of_another() {
    on_both(|bed| async move {
        let store = bed.open().await;
        sent(&store, 1).await;
        let forged = status(DeliveryState::Failed, Some(1));
        let mut set = WriteSet::new();
        outbound::status(&mut set, SenderId(SENDER.0 + 1), &forged, NOW);
        assert_eq!(outbound::moved(&store.commit(set).await.unwrap()), []);
        // In one group with what its own sender says, whoever comes first.
        let mut set = WriteSet::new();
        outbound::status(&mut set, SenderId(SENDER.0 + 1), &forged, NOW);
        outbound::status(&mut set, SENDER, &status(DeliveryState::Delivered, Some(1)), NOW);
        let moved = outbound::moved(&store.commit(set).await.unwrap());
        assert_eq!(moved.iter().map(|moved| moved.state).collect::<Vec<_>>(), [DeliveryState::Delivered]);
        let row = outbound::find(&store, OutboundId(1)).await.unwrap().unwrap();
        assert_eq!((row.state, row.error_code), (SendState::Delivered, None));
        store.close().await;
    });
}

#[test]
fn a_status_that_comes_before_the_answer_waits_for_it() {
    on_both(|bed| async move {
        let store = bed.open().await;
        write(&store, [NewOutbound { state: SendState::Sending, attempt: 1, ..outbound(1, 7, 1) }]).await;
        let early = [status(DeliveryState::Sent, None), status(DeliveryState::Delivered, None)];
        assert_eq!(hear(&store, &early).await, []);
        assert_eq!(hear(&store, &early).await, [], "a repetition of an early one");
        let moved = settle(&store, 1).await;
        assert_eq!(moved.iter().map(|moved| moved.state).collect::<Vec<_>>(), [DeliveryState::Delivered]);
        let row = outbound::find(&store, OutboundId(1)).await.unwrap().unwrap();
        assert_eq!((row.state, row.accepted_at), (SendState::Delivered, Some(NOW)));
        // It was joined and forgotten: nothing is left to expire.
        let left =
            retention::forget_small(&store, &early_status::EXPIRE, NOW + Span::days(1), Pace::AtOnce).await.unwrap();
        assert_eq!(left, 0);
        hear(&store, &[StatusUpdate { provider_id: "wamid.never".into(), ..early[0].clone() }]).await;
        let left =
            retention::forget_small(&store, &early_status::EXPIRE, NOW + Span::days(1), Pace::AtOnce).await.unwrap();
        assert_eq!(left, 1);
        store.close().await;
    });
}

#[test]
fn a_status_with_our_id_settles_an_unknown_send() {
    on_both(|bed| async move {
        let store = bed.open().await;
        write(&store, [NewOutbound { state: SendState::Unknown, attempt: 1, ..outbound(1, 7, 1) }]).await;
        let moved = hear(&store, &[status(DeliveryState::Sent, Some(1))]).await;
        assert_eq!(moved.len(), 1);
        let row = outbound::find(&store, OutboundId(1)).await.unwrap().unwrap();
        assert_eq!((row.state, row.provider_id), (SendState::Sent, Some("wamid.out".into())));
        // A second try that had been decided meanwhile loses.
        let mut set = WriteSet::of(7);
        set.push(&outbound::SENDING, &Sending { id: OutboundId(1), attempt: 2, at: NOW, sent_as: None });
        assert!(store.commit(set).await.is_err());
        // Nor does a late result move it back.
        let mut set = WriteSet::of(7);
        outbound::settle(&mut set, SENDER, &Settled::new(OutboundId(1), SendState::Unknown));
        store.commit(set).await.unwrap();
        assert_eq!(outbound::find(&store, OutboundId(1)).await.unwrap().unwrap().state, SendState::Sent);
        store.close().await;
    });
}

#[test]
fn what_is_told_late_of_a_failed_try_says_nothing_of_the_next_one() {
    use DeliveryState::{Delivered, Failed, Sent};
    on_both(|bed| async move {
        let store = bed.open().await;
        sent(&store, 1).await;
        assert_eq!(hear(&store, &[status(Failed, Some(1))]).await.len(), 1);
        let mut set = WriteSet::of(7);
        outbound::settle(&mut set, SENDER, &Settled::new(OutboundId(1), SendState::Queued));
        store.commit(set).await.unwrap();
        for late in [status(Sent, Some(1)), status(Failed, Some(1)), status(Sent, None), status(Failed, None)] {
            assert_eq!(hear(&store, &[late]).await, []);
        }
        let mut set = WriteSet::of(7);
        set.push(&outbound::SENDING, &Sending { id: OutboundId(1), attempt: 2, at: NOW, sent_as: None });
        store.commit(set).await.expect("it goes again");
        assert_eq!(hear(&store, &[status(Failed, Some(1))]).await, []);
        let second = StatusUpdate { provider_id: "wamid.second".into(), ..status(Sent, Some(1)) };
        assert_eq!(hear(&store, &[second]).await.len(), 1);
        let row = outbound::find(&store, OutboundId(1)).await.unwrap().unwrap();
        assert_eq!((row.state, row.provider_id), (SendState::Sent, Some("wamid.second".into())));
        assert_eq!(hear(&store, &[status(Failed, Some(1))]).await, [], "the second one was accepted");
        assert_eq!(hear(&store, &[status(Delivered, Some(1))]).await.len(), 1, "the first one arrived after all");
        store.close().await;
    });
}

#[test]
fn an_answer_counts_over_the_failure_of_another_try() {
    on_both(|bed| async move {
        let store = bed.open().await;
        // The first try is unknown, the second is on the wire when the first is told to have failed.
        write(&store, [NewOutbound { state: SendState::Sending, attempt: 2, ..outbound(1, 7, 1) }]).await;
        let first = StatusUpdate { provider_id: "wamid.first".into(), ..status(DeliveryState::Failed, Some(1)) };
        assert_eq!(hear(&store, &[first]).await.len(), 1);
        settle(&store, 1).await;
        let row = outbound::find(&store, OutboundId(1)).await.unwrap().unwrap();
        assert_eq!((row.state, row.provider_id), (SendState::Sent, Some("wamid.out".into())));
        // Of itself, it does not.
        write(&store, [NewOutbound { state: SendState::Sending, attempt: 1, ..outbound(2, 7, 2) }]).await;
        hear(&store, &[StatusUpdate { ..status(DeliveryState::Failed, Some(2)) }]).await;
        settle(&store, 2).await;
        assert_eq!(outbound::find(&store, OutboundId(2)).await.unwrap().unwrap().state, SendState::Failed);
        store.close().await;
    });
}
