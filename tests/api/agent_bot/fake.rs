//! Imitates Chatwoot with a WhatsApp inbox and an agent bot: it stores messages and statuses, and tells the bot what
//! happens as `AgentBotListener` does.

use serde_json::{Value as Json, json};
use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};
use transom::base::time::{Time, iso};

/// The fate of one request.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Day {
    /// 500, and nothing is done.
    Fails,
    /// It is done, and the answer breaks off.
    HalfAnswer,
}

pub struct Data {
    pub now: Time,
    /// The number of the conversation; resolving it and writing again gives a new one.
    pub talk: i64,
    pub status: String,
    pub team: Option<i64>,
    /// Oldest first.
    pub messages: Vec<Json>,
    /// The webhooks that are not told yet.
    pub events: VecDeque<Json>,
    pub days: VecDeque<Day>,
    /// True for a version that shows a bot no conversation.
    pub is_old: bool,
}

#[derive(Clone)]
pub struct Fake {
    pub url: String,
    data: Arc<Mutex<Data>>,
}

impl Fake {
    pub async fn start() -> Fake {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let data = Data {
            now: Time(0),
            talk: 41,
            status: "pending".into(),
            team: None,
            messages: Vec::new(),
            events: VecDeque::new(),
            days: VecDeque::new(),
            is_old: false,
        };
        let url = format!("http://{}", listener.local_addr().unwrap());
        let fake = Fake { url, data: Arc::new(Mutex::new(data)) };
        let here = fake.clone();
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let mut request = Vec::new();
                let mut part = [0; 4096];
                while let Ok(n) = stream.read(&mut part).await {
                    request.extend_from_slice(&part[..n]);
                    if n == 0 || is_whole(&request) {
                        break;
                    }
                }
                let (status, body, day) = here.lock().answer(&String::from_utf8_lossy(&request));
                let body = body.to_string();
                let head = format!(
                    "HTTP/1.1 {status} X\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
                    body.len()
                );
                let sent = if day == Some(Day::HalfAnswer) { &body[..body.len() / 2] } else { &body };
                let _ = stream.write_all(format!("{head}{sent}").as_bytes()).await;
            }
        });
        fake
    }

    pub fn lock(&self) -> MutexGuard<'_, Data> {
        self.data.lock().unwrap()
    }

    /// The messages as people see them: who, and what.
    pub fn seen(&self) -> Vec<String> {
        let side = |one: &Json| if one["message_type"] == "incoming" { "<" } else { ">" };
        let told = |one: &Json| format!("{} {}", side(one), one["content"].as_str().unwrap_or("(file)"));
        self.lock().messages.iter().map(told).collect()
    }

    pub fn status(&self) -> String {
        self.lock().status.clone()
    }

    /// The customer writes in WhatsApp.
    pub fn customer(&self, text: &str, now: Time) {
        let mut data = self.lock();
        data.now = now;
        if data.status == "resolved" {
            data.talk += 1;
            data.status = "pending".into();
            data.team = None;
        }
        let sender = json!({"id": 9, "name": "Ana", "phone_number": "+34600111222", "type": "contact"});
        data.written("incoming", &sender, json!({"content": text}));
    }

    /// A person writes in Chatwoot.
    pub fn person(&self, text: &str, private: bool) {
        let sender = json!({"id": 2, "name": "Rosa", "email": "rosa@example.com", "type": "user"});
        self.lock().written("outgoing", &sender, json!({"content": text, "private": private}));
    }

    /// A person changes the status of the conversation.
    pub fn set_status(&self, status: &str) {
        self.lock().change_status(status);
    }

    /// WhatsApp tells Chatwoot what became of the bot's last message.
    pub fn whatsapp(&self, status: &str, error: Option<&str>) {
        let mut data = self.lock();
        let place = data.messages.iter().rposition(|one| one["sender"]["type"] == "agent_bot").unwrap();
        let message = &mut data.messages[place];
        message["status"] = status.into();
        message["source_id"] = "wamid.OF.META".into();
        if let Some(error) = error {
            message["content_attributes"]["external_error"] = error.into();
        }
        let event = data.event("message_updated", place);
        data.events.push_back(event);
    }
}

impl Data {
    fn written(&mut self, kind: &str, sender: &Json, fields: Json) -> i64 {
        let id = 900 + i64::try_from(self.messages.len()).unwrap();
        let mut message = json!({
            "id": id, "message_type": kind, "private": false, "content_type": "text", "content": null,
            "content_attributes": {}, "additional_attributes": {}, "source_id": null, "status": "sent",
            "created_at": iso(self.now), "updated_at": iso(self.now), "sender": sender,
        });
        for (name, value) in fields.as_object().unwrap() {
            message[name] = value.clone();
        }
        self.messages.push(message);
        let event = self.event("message_created", self.messages.len() - 1);
        self.events.push_back(event);
        id
    }

    fn talk(&self) -> Json {
        let contact = json!({"id": 9, "name": "Ana", "phone_number": "+34600111222", "type": "contact"});
        let newest = self.messages.iter().rfind(|one| one["private"] == false);
        json!({
            "id": self.talk, "inbox_id": 5, "status": self.status, "channel": "Channel::Whatsapp", "can_reply": true,
            "contact_inbox": {"source_id": "34600111222", "inbox_id": 5},
            "messages": newest.into_iter().collect::<Vec<_>>(),
            "meta": {"sender": contact, "assignee": null, "team": self.team.map(|id| json!({"id": id}))},
        })
    }

    fn event(&self, name: &str, place: usize) -> Json {
        let mut event = self.messages[place].clone();
        event.as_object_mut().unwrap().remove("status");
        event["event"] = name.into();
        event["account"] = json!({"id": 7, "name": "Shop"});
        event["inbox"] = json!({"id": 5, "name": "WhatsApp"});
        event["conversation"] = self.talk();
        event
    }

    fn change_status(&mut self, status: &str) {
        if self.status == status {
            return;
        }
        self.status = status.to_owned();
        let old = match status {
            "open" => Some("conversation_opened"),
            "resolved" => Some("conversation_resolved"),
            _ => None,
        };
        for name in old.into_iter().chain(["conversation_status_changed"]) {
            let mut event = self.talk();
            event["event"] = name.into();
            self.events.push_back(event);
        }
    }

    fn answer(&mut self, request: &str) -> (u16, Json, Option<Day>) {
        let (head, body) = request.split_once("\r\n\r\n").unwrap();
        let mut words = head.lines().next().unwrap().split(' ');
        let (method, target) = (words.next().unwrap(), words.next().unwrap());
        let day = self.days.pop_front();
        if day == Some(Day::Fails) {
            return (500, json!({"error": "We are sorry"}), day);
        }
        // Rack knows no difference between the two signs in the name of a header.
        if !head.to_lowercase().replace("api-access-token", "api_access_token").contains("api_access_token: bot-token")
        {
            return (401, json!({"error": "Invalid Access Token"}), day);
        }
        let path = target.strip_prefix("/api/v1/accounts/7/conversations/").expect("a path that a bot may call");
        let (id, rest) = path.split_once('/').unwrap_or((path, ""));
        if method == "GET" && self.is_old {
            return (401, json!({"error": "Access to this endpoint is not authorized for bots"}), day);
        }
        if id.parse() != Ok(self.talk) {
            return (404, json!({"error": "Resource could not be found"}), day);
        }
        let fields: Json = serde_json::from_str(body).unwrap_or_default();
        let answer = match (method, rest) {
            ("GET", "") => self.talk(),
            ("POST", "messages") => {
                let sender = json!({"id": 3, "name": "Transom", "type": "agent_bot"});
                let kept = match fields.as_object() {
                    Some(fields) => {
                        let kept = ["content", "content_type", "content_attributes", "template_params", "private"];
                        let kept = fields.iter().filter(|(name, _)| kept.contains(&name.as_str()));
                        kept.map(|(name, value)| (name.clone(), value.clone()))
                            .collect::<serde_json::Map<_, _>>()
                            .into()
                    }
                    None => json!({"form": body}),
                };
                json!({"id": self.written("outgoing", &sender, kept), "status": "sent", "source_id": null})
            }
            ("POST", "toggle_status") => {
                self.change_status(fields["status"].as_str().unwrap());
                json!({"payload": {"success": true, "current_status": self.status}})
            }
            ("POST", "assignments") => {
                self.team = fields["team_id"].as_i64();
                json!({"id": self.team})
            }
            other => panic!("an agent bot may not call this: {other:?}"),
        };
        (200, answer, day)
    }
}

fn is_whole(request: &[u8]) -> bool {
    let text = String::from_utf8_lossy(request);
    let Some((head, body)) = text.split_once("\r\n\r\n") else { return false };
    let length = head.lines().find_map(|line| line.to_lowercase().strip_prefix("content-length: ")?.parse().ok());
    body.len() >= length.unwrap_or(0)
}
