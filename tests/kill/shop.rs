//! Emulates the shop behind the flows' `http` step: slow, and correct with `Idempotency-Key`.

use axum::{Router, extract::State, http::HeaderMap, routing::post};
use serde_json::{Value, json};
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
    time::Duration,
};

#[derive(Clone)]
pub struct Shop {
    pub url: String,
    orders: Arc<Mutex<BTreeMap<String, Order>>>,
}

/// One key, and the request with it.
#[derive(Debug, Clone)]
pub struct Order {
    pub number: usize,
    /// The person and their number for it: `34600000007 3`.
    pub what: String,
    /// The number of requests.
    pub asked: usize,
}

impl Shop {
    pub fn orders(&self) -> Vec<Order> {
        self.orders.lock().unwrap().values().cloned().collect()
    }

    fn take(&self, key: &str, body: &Value) -> Value {
        let mut orders = self.orders.lock().unwrap();
        let number = orders.len() + 1;
        let text = |name: &str| body[name].as_str().map_or_else(|| body[name].to_string(), str::to_owned);
        let what = format!("{} {}", text("phone").trim_start_matches('+'), text("order"));
        let order = orders.entry(key.to_owned()).or_insert(Order { number, what, asked: 0 });
        order.asked += 1;
        json!({"number": order.number})
    }
}

pub async fn open(seed: u64) -> Shop {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let shop = Shop { url: format!("http://{}", listener.local_addr().unwrap()), orders: Arc::default() };
    let order = async move |State(shop): State<Shop>, headers: HeaderMap, body: String| {
        let key = headers.get("idempotency-key").and_then(|key| key.to_str().ok()).unwrap_or("no key");
        let answer = shop.take(key, &serde_json::from_str(&body).unwrap());
        let pause = 100 + (seed ^ answer["number"].as_u64().unwrap()) % 300;
        tokio::time::sleep(Duration::from_millis(pause)).await;
        ([("content-type", "application/json")], answer.to_string())
    };
    let app = Router::new().route("/orders", post(order)).with_state(shop.clone());
    tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
    shop
}
