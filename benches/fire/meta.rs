//! Mocks Meta's Graph API: accepts every message, and distinguishes answers from the fire's messages.

use axum::{Router, routing::any};
use serde_json::{Value, json};
use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

#[derive(Clone)]
pub struct Meta {
    pub port: u16,
    books: Arc<Mutex<Books>>,
    count: Arc<AtomicUsize>,
    ids: Arc<AtomicUsize>,
}

#[derive(Default)]
struct Books {
    /// By the number of the question.
    answered: BTreeMap<u64, Instant>,
    /// By the person's number: the kind of message, and how often it came.
    fire: BTreeMap<String, (&'static str, u32)>,
}

impl Meta {
    pub async fn listen() -> Result<Meta, String> {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.map_err(|error| error.to_string())?;
        let port = listener.local_addr().map_err(|error| error.to_string())?.port();
        let meta = Meta { port, books: Arc::default(), count: Arc::default(), ids: Arc::default() };
        let own = meta.clone();
        let routes = Router::new().fallback(any(move |body: axum::body::Bytes| {
            let own = own.clone();
            async move { own.take(&body).to_string() }
        }));
        tokio::spawn(async move { axum::serve(listener, routes).await });
        Ok(meta)
    }

    /// The number of people that the fire has reached.
    pub fn count(&self) -> usize {
        self.count.load(Ordering::SeqCst)
    }

    pub fn answered_at(&self, question: u64) -> Option<Instant> {
        self.books().answered.get(&question).copied()
    }

    /// Returns when the fire has reached `expected` people, or at `at_most`.
    pub async fn came(&self, expected: usize, at_most: Instant) {
        while self.count() < expected && Instant::now() < at_most {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// The message of each person, and how often it came.
    pub fn fire(&self) -> BTreeMap<String, (&'static str, u32)> {
        self.books().fire.clone()
    }

    fn take(&self, body: &[u8]) -> Value {
        let Ok(body) = serde_json::from_slice::<Value>(body) else { return json!({"data": []}) };
        let Some(to) = body["to"].as_str() else { return json!({"success": true}) };
        let text = body["text"]["body"].as_str().unwrap_or_default();
        let mut books = self.books();
        match text.strip_prefix("pong ").and_then(|number| number.parse().ok()) {
            Some(question) => drop(books.answered.insert(question, Instant::now())),
            None => {
                let what = if body["type"] == "template" { "template" } else { "text" };
                let known = books.fire.entry(to.trim_start_matches('+').to_owned()).or_insert((what, 0));
                known.1 += 1;
                if known.1 == 1 {
                    self.count.fetch_add(1, Ordering::SeqCst);
                }
            }
        }
        drop(books);
        let id = format!("wamid.{}", self.ids.fetch_add(1, Ordering::SeqCst));
        json!({"messaging_product": "whatsapp", "contacts": [{"input": to, "wa_id": to}], "messages": [{"id": id}]})
    }

    fn books(&self) -> MutexGuard<'_, Books> {
        self.books.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
