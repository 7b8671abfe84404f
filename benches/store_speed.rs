//! Measures how many answered messages the store writes per second: `cargo bench --bench store_speed [--
//! postgres://…]`.
//!
//! For an answered message the daemon writes the webhook's record, the turn with its session, message, trace and run,
//! and the result of the send; each step waits for the one before, as in lanes.

use std::time::Instant;
use transom::{
    base::{ids::*, time::Time},
    model::session::Session,
    store::{
        Options, Store, WriteSet,
        tables::{
            contact, conversation,
            inbound::{self, Handled, NewInbound},
            outbound::{self, NewOutbound, SendState, Settled},
            session::{self, SessionUpdate},
        },
    },
};

const SENDER: SenderId = SenderId(1);
const NOW: Time = Time(1_790_000_000_000);
const CONTACTS: i64 = 10_000;

#[tokio::main]
async fn main() {
    let folder = std::env::temp_dir().join(format!("transom-speed-{}", std::process::id()));
    let url = std::env::args()
        .skip(1)
        .find(|word| !word.starts_with("--"))
        .unwrap_or_else(|| format!("sqlite://{}/transom.db", folder.display()));
    let store = Store::open(&url, Options::default()).await.expect("the database opens");
    let base = store.next_id();
    let mut people = WriteSet::new();
    for id in base + 1..=base + CONTACTS {
        people.push(
            &contact::INSERT,
            &contact::NewContact {
                id: ContactId(id),
                account: "speed".into(),
                data: Default::default(),
                zone: String::new(),
                sought: String::new(),
                opted_out_at: None,
                created_at: NOW,
            },
        );
        people.push(&conversation::HEARD, &heard(id));
    }
    store.commit(people).await.expect("the contacts are written");
    for (round, lanes) in (0..).zip([1, 8, 64, 256, 1024]) {
        let messages = (lanes * 100).clamp(1_000, 20_000);
        let per_lane = messages / lanes;
        let since = Instant::now();
        let tasks: Vec<_> = (0..lanes)
            .map(|lane| {
                let store = store.clone();
                tokio::spawn(async move {
                    for n in 0..per_lane {
                        answer(&store, base + 1 + lane, round * 1_000_000 + n).await;
                    }
                })
            })
            .collect();
        for task in tasks {
            task.await.expect("a lane ends");
        }
        let seconds = since.elapsed().as_secs_f64();
        let done = lanes * per_lane;
        println!("{lanes:>5} at a time: {:>7.0} answered messages/s", done as f64 / seconds);
    }
    store.close().await;
    let _ = std::fs::remove_dir_all(folder);
}

fn heard(id: i64) -> conversation::ConversationUpdate {
    conversation::ConversationUpdate {
        id: ConversationId(id),
        contact_id: ContactId(id),
        sender_id: SENDER,
        opened_at: Some(NOW),
        last_inbound_at: Some(NOW),
        created_at: NOW,
    }
}

async fn answer(store: &Store, contact: i64, n: i64) {
    let (inbound_id, outbound_id) = (InboundId(store.next_id()), OutboundId(store.next_id()));
    let (contact_id, conversation_id) = (ContactId(contact), ConversationId(contact));
    let mut accepted = WriteSet::of(contact);
    accepted.push(&conversation::HEARD, &heard(contact));
    accepted.push(&inbound::INSERT, &NewInbound {
        id: inbound_id,
        conversation_id,
        contact_id,
        sender_id: SENDER,
        provider_id: format!("wamid.{contact}.{n}").into(),
        at: NOW,
        received_at: NOW,
        data: serde_json::from_value(serde_json::json!({"message": {
            "provider_id": format!("wamid.{contact}.{n}"), "at": NOW, "from": [{"kind": "phone", "value": "15550001"}],
            "kind": {"kind": "text", "body": "Where is my order 1234?"}
        }}))
        .expect("a message"),
        handled_at: None,
    });
    store.commit(accepted).await.expect("accepted");

    let was = session::find(store, conversation_id).await.expect("read").map_or(0, |stored| stored.session.turn);
    let session = Session { turn: was + 1, ..Session::default() };
    let draft = serde_json::from_value(serde_json::json!({
        "number": 1, "run": 1, "topic": "service", "origin": "flow",
        "content": {"kind": "text", "body": "Your order 1234 is on its way and comes tomorrow."}
    }))
    .expect("a draft");
    let mut turned = WriteSet::of(contact);
    turned.push(&session::TURN, &SessionUpdate::new(conversation_id, contact_id, &session));
    turned.push(&inbound::HANDLED, &Handled { id: inbound_id, at: NOW });
    let row = NewOutbound::queued(outbound_id, conversation_id, contact_id, SENDER, draft, NOW);
    turned.push(&outbound::INSERT, &NewOutbound { state: SendState::Sending, attempt: 1, ..row });
    store.commit(turned).await.expect("turned");

    let mut settled = Settled::new(outbound_id, SendState::Sent);
    settled.provider_id = Some(format!("out.{contact}.{n}").into());
    settled.accepted_at = Some(NOW);
    let mut sent = WriteSet::of(contact);
    outbound::settle(&mut sent, SENDER, &settled);
    store.commit(sent).await.expect("sent");
}
