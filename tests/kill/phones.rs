//! Keeps the messages on the customers' phones, and waits for messages.

use crate::graph::{Graph, Sent};
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
    time::Instant,
};
use tokio::sync::Notify;

/// A message on a phone.
#[derive(Debug, Clone)]
pub struct Arrival {
    /// Our id: `biz_opaque_callback_data`.
    pub id: String,
    /// The provider's id.
    pub wamid: String,
    pub to: String,
    /// Its text, or the name of its template.
    pub text: String,
    pub is_template: bool,
    pub at: Instant,
}

#[derive(Clone)]
pub struct Phones {
    inboxes: Arc<Mutex<BTreeMap<String, Vec<Arrival>>>>,
    changed: Arc<Notify>,
}

impl Phones {
    pub fn listen(graph: &Graph) -> Phones {
        let phones = Phones { inboxes: Arc::default(), changed: Arc::default() };
        let mut sends = graph.listen();
        let keeping = phones.clone();
        tokio::spawn(async move {
            while let Some(sent) = sends.recv().await {
                keeping.keep(sent);
            }
        });
        phones
    }

    fn keep(&self, sent: Sent) {
        let arrival = Arrival {
            id: sent.body["biz_opaque_callback_data"].as_str().unwrap_or_default().to_owned(),
            to: sent.to().trim_start_matches('+').to_owned(),
            text: text(&sent),
            is_template: sent.body["type"] == "template",
            at: sent.at,
            wamid: sent.id.expect("this emulator refuses nothing"),
        };
        self.inboxes.lock().unwrap().entry(arrival.to.clone()).or_default().push(arrival);
        self.changed.notify_waiters();
    }

    /// All messages by phone, in order.
    pub fn all(&self) -> BTreeMap<String, Vec<Arrival>> {
        self.inboxes.lock().unwrap().clone()
    }

    /// The number of messages for which `is` is true.
    pub fn count(&self, is: impl Fn(&Arrival) -> bool) -> usize {
        self.inboxes.lock().unwrap().values().flatten().filter(|one| is(one)).count()
    }

    /// Waits for `count` messages for which `is` is true.
    pub async fn until_count(&self, count: usize, is: impl Fn(&Arrival) -> bool) {
        loop {
            let changed = self.changed.notified();
            tokio::pin!(changed);
            changed.as_mut().enable();
            if self.count(&is) >= count {
                return;
            }
            changed.await;
        }
    }

    /// Waits until the phone has a message for which `is` is true.
    pub async fn until(&self, phone: &str, is: impl Fn(&str) -> bool) {
        loop {
            let changed = self.changed.notified();
            tokio::pin!(changed);
            changed.as_mut().enable();
            let there =
                self.inboxes.lock().unwrap().get(phone).is_some_and(|inbox| inbox.iter().any(|one| is(&one.text)));
            if there {
                return;
            }
            changed.await;
        }
    }
}

fn text(sent: &Sent) -> String {
    let body = &sent.body;
    let asked = body["interactive"]["body"]["text"].as_str().or(body["template"]["name"].as_str());
    asked.unwrap_or_else(|| sent.text()).to_owned()
}
