//! Imitates the part of Chatwoot's API that an API inbox uses, with its bad days.

use serde_json::{Value as Json, json};
use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};

/// The fate of one request.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Day {
    Good,
    /// 500, and nothing is done.
    Fails,
    /// It is done, and the answer breaks off.
    HalfAnswer,
}

#[derive(Default)]
pub struct Data {
    pub contacts: Vec<Json>,
    pub conversations: Vec<Json>,
    pub messages: Vec<Json>,
    pub asked: Vec<String>,
    pub days: VecDeque<Day>,
}

#[derive(Clone)]
pub struct Fake {
    pub url: String,
    pub data: Arc<Mutex<Data>>,
}

impl Fake {
    pub async fn start() -> Fake {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let fake = Fake {
            url: format!("http://{}", listener.local_addr().unwrap()),
            data: Arc::new(Mutex::new(Data::default())),
        };
        let here = fake.clone();
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let mut request = Vec::new();
                let mut part = [0; 4096];
                while let Ok(n) = stream.read(&mut part).await {
                    request.extend_from_slice(&part[..n]);
                    if n == 0 || whole(&request) {
                        break;
                    }
                }
                let text = String::from_utf8(request).unwrap();
                let (status, body, day) = here.answer(&text);
                let body = body.to_string();
                let head = format!(
                    "HTTP/1.1 {status} X\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
                    body.len()
                );
                let sent = if day == Day::HalfAnswer { &body[..body.len() / 2] } else { &body };
                let _ = stream.write_all(format!("{head}{sent}").as_bytes()).await;
            }
        });
        fake
    }

    pub fn bad_days(&self, days: &[Day]) {
        self.data.lock().unwrap().days.extend(days);
    }

    /// The messages as people see them: who, and what.
    pub fn seen(&self) -> Vec<String> {
        let data = self.data.lock().unwrap();
        let side = |one: &Json| if one["message_type"] == "incoming" { "<" } else { ">" };
        data.messages.iter().map(|one| format!("{} {}", side(one), one["content"].as_str().unwrap())).collect()
    }

    pub fn status(&self) -> String {
        self.data.lock().unwrap().conversations[0]["status"].as_str().unwrap().to_owned()
    }

    fn answer(&self, request: &str) -> (u16, Json, Day) {
        let (head, body) = request.split_once("\r\n\r\n").unwrap();
        let line = head.lines().next().unwrap();
        let mut words = line.split(' ');
        let (method, target) = (words.next().unwrap(), words.next().unwrap());
        let mut data = self.data.lock().unwrap();
        data.asked.push(format!("{method} {target}"));
        let day = data.days.pop_front().unwrap_or(Day::Good);
        if day == Day::Fails {
            return (500, json!({"error": "We are sorry"}), day);
        }
        if !head.to_lowercase().contains("api_access_token: person-token") {
            return (401, json!({"error": "Invalid Access Token"}), day);
        }
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let path = path.strip_prefix("/api/v1/accounts/7/").expect("the account of the test");
        let parts: Vec<&str> = path.split('/').collect();
        let body: Json = serde_json::from_str(body).unwrap_or_default();
        let (status, answer) = data.act(method, &parts, query, body);
        (status, answer, day)
    }
}

impl Data {
    fn act(&mut self, method: &str, parts: &[&str], query: &str, mut body: Json) -> (u16, Json) {
        match (method, parts) {
            ("GET", ["contacts", "search"]) => {
                let sought = query.strip_prefix("q=").unwrap().replace("%2B", "+").replace("%3A", ":");
                let has = |one: &&Json| {
                    [&one["identifier"], &one["phone_number"]]
                        .iter()
                        .any(|value| value.as_str().is_some_and(|value| value.contains(&sought)))
                };
                (200, json!({"payload": self.contacts.iter().filter(has).collect::<Vec<_>>()}))
            }
            ("POST", ["contacts"]) => {
                if self.contacts.iter().any(|one| one["phone_number"] == body["phone_number"]) {
                    return (422, json!({"message": "Phone number has already been taken"}));
                }
                body["id"] = (self.contacts.len() + 1).into();
                self.contacts.push(body.clone());
                (200, json!({"payload": {"contact": body, "contact_inbox": {}}}))
            }
            ("GET", ["contacts", id, "conversations"]) => {
                let of = |one: &&Json| has_id(&one["contact_id"], id);
                (200, json!({"payload": self.conversations.iter().filter(of).collect::<Vec<_>>()}))
            }
            ("POST", ["conversations"]) => {
                body["id"] = (self.conversations.len() + 41).into();
                self.conversations.push(body.clone());
                (200, body)
            }
            ("POST", ["conversations", id, "toggle_status"]) => {
                let one = self.conversations.iter_mut().find(|one| has_id(&one["id"], id)).unwrap();
                one["status"] = body["status"].clone();
                (200, json!({"payload": {"success": true}}))
            }
            ("POST", ["conversations", id, "assignments"]) => {
                let one = self.conversations.iter_mut().find(|one| has_id(&one["id"], id)).unwrap();
                one["team_id"] = body["team_id"].clone();
                (200, json!({"id": body["team_id"]}))
            }
            ("GET", ["conversations", id, "messages"]) => {
                if !self.conversations.iter().any(|one| has_id(&one["id"], id)) {
                    return (404, json!({"error": "Resource could not be found"}));
                }
                let after: i64 = query.strip_prefix("after=").unwrap().parse().unwrap();
                let of = |one: &&Json| has_id(&one["conversation_id"], id) && one["id"].as_i64().unwrap() > after;
                (200, json!({"meta": {}, "payload": self.messages.iter().filter(of).collect::<Vec<_>>()}))
            }
            ("POST", ["conversations", id, "messages"]) => {
                body["id"] = (self.messages.len() + 900).into();
                body["conversation_id"] = id.parse::<i64>().unwrap().into();
                body["status"] = "sent".into();
                self.messages.push(body.clone());
                (200, body)
            }
            ("PATCH", ["conversations", _, "messages", id]) => {
                let one = self.messages.iter_mut().find(|one| has_id(&one["id"], id));
                let Some(one) = one else { return (404, json!({})) };
                one["status"] = body["status"].clone();
                one["external_error"] = body["external_error"].clone();
                (200, one.clone())
            }
            other => panic!("Chatwoot has no such request: {other:?}"),
        }
    }
}

/// Whether `value` is the id that a path's segment names.
fn has_id(value: &Json, segment: &str) -> bool {
    value.as_i64() == segment.parse().ok()
}

fn whole(request: &[u8]) -> bool {
    let text = String::from_utf8_lossy(request);
    let Some((head, body)) = text.split_once("\r\n\r\n") else { return false };
    let length = head.lines().find_map(|line| line.to_lowercase().strip_prefix("content-length: ")?.parse().ok());
    body.len() >= length.unwrap_or(0)
}
