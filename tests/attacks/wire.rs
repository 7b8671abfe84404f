//! Runs an operator's server that records requests, and a daemon whose flows call it.

use crate::runtime::house::House;
use axum::{Router, http::Request, routing::any};
use serde_json::Value as Json;
use std::sync::{Arc, Mutex};

pub const SECRET: &str = "s3cr3t-of-the-shop";

/// A received request.
#[derive(Debug, Clone)]
pub struct Seen {
    pub path: String,
    pub headers: Vec<(String, String)>,
    pub body: String,
}

impl Seen {
    pub fn header(&self, name: &str) -> &str {
        let found = self.headers.iter().find(|(known, _)| known == name);
        found.map_or("", |(_, value)| value.as_str())
    }

    /// How often the secret occurs in the whole request.
    pub fn secrets(&self) -> usize {
        format!("{self:?}").matches(SECRET).count()
    }
}

pub struct Wire {
    pub url: String,
    seen: Arc<Mutex<Vec<Seen>>>,
}

impl Wire {
    /// Answers every request with this.
    pub async fn start(answer: Json) -> Wire {
        let seen: Arc<Mutex<Vec<Seen>>> = Arc::default();
        let keeps = Arc::clone(&seen);
        let take = move |request: Request<axum::body::Body>| {
            let (keeps, answer) = (Arc::clone(&keeps), answer.clone());
            async move {
                let (parts, body) = request.into_parts();
                let body = axum::body::to_bytes(body, usize::MAX).await.unwrap();
                let text = |value: &axum::http::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
                let headers = parts.headers.iter().map(|(name, value)| (name.to_string(), text(value))).collect();
                let body = String::from_utf8_lossy(&body).into_owned();
                keeps.lock().unwrap().push(Seen { path: parts.uri.to_string(), headers, body });
                ([("content-type", "application/json")], answer.to_string())
            }
        };
        let server = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", server.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(server, Router::new().fallback(any(take))).await.unwrap() });
        Wire { url, seen }
    }

    /// A daemon at Meta's emulator, with one flow beside `_bot.yaml`, which may call this server with the secret.
    pub async fn house(&self, flow: &str) -> House {
        let bot = "bot: Shop\nlanguage: en\ntimezone: UTC\nenv: [SHOP_URL]\nsecrets: [SHOP_TOKEN]\n";
        let more = format!(
            "  []\nflows: {{env: {{SHOP_URL: \"{}\"}}, secrets: {{SHOP_TOKEN: {SECRET}}}, allow_private: [127.0.0.1]}}",
            self.url
        );
        House::at_meta(&[("flows/_bot.yaml", bot), ("flows/shop.yaml", flow)], &more).await
    }

    /// All requests, once there are `count` and the daemon has finished its work.
    pub async fn seen(&self, house: &House, count: usize) -> Vec<Seen> {
        for _ in 0..20_000 {
            house.app.run_due().await.unwrap();
            if self.seen.lock().unwrap().len() >= count {
                break;
            }
            tokio::task::yield_now().await;
        }
        let seen = self.seen.lock().unwrap().clone();
        assert_eq!(seen.len(), count, "{seen:#?}");
        seen
    }
}
