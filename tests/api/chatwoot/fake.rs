//! Imitates the part of Chatwoot's API that an API inbox uses, its files, and its bad days.

use serde_json::{Value as Json, json};
use std::{
    collections::{BTreeMap, VecDeque},
    sync::{Arc, Mutex},
    time::Duration,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

/// The fate of one request.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Day {
    Good,
    /// 500, and nothing is done.
    Fails,
    /// This status, and nothing is done.
    Refuses(u16),
    /// 429 with `Retry-After` in seconds, and nothing is done.
    TooMany(u64),
    /// It is done, and the answer breaks off.
    HalfAnswer,
    /// It is done, and the connection ends without an answer.
    NoAnswer,
    /// It is done, and answered after this time.
    Slow(Duration),
}

/// A file that it serves.
#[derive(Clone)]
pub enum Served {
    File(&'static str, Vec<u8>),
    Redirect(String),
    Status(u16),
}

#[derive(Default)]
pub struct Data {
    pub contacts: Vec<Json>,
    pub conversations: Vec<Json>,
    pub messages: Vec<Json>,
    pub asked: Vec<String>,
    pub days: VecDeque<Day>,
    /// How long all posts to one conversation take.
    pub slow_conversation: Option<(i64, Duration)>,
    pub files: BTreeMap<String, Served>,
    /// The number of the newest conversation, also of a deleted one.
    made: usize,
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
            while let Ok((stream, _)) = listener.accept().await {
                let fake = here.clone();
                tokio::spawn(async move { fake.serve(stream).await });
            }
        });
        fake
    }

    async fn serve(&self, mut stream: TcpStream) {
        let mut request = Vec::new();
        let mut part = vec![0; 64 * 1024];
        while let Ok(n) = stream.read(&mut part).await {
            request.extend_from_slice(&part[..n]);
            if n == 0 || whole(&request) {
                break;
            }
        }
        // A client that died in the middle of a request has asked nothing.
        if !whole(&request) {
            return;
        }
        let (head, body) = parted(&request).unwrap();
        if let Some((path, served)) = self.file(&head) {
            let _ = stream.write_all(&served_bytes(&path, served)).await;
            return;
        }
        let (status, body, day) = self.answer(&head, body);
        let mut more = String::new();
        match day {
            Day::NoAnswer => return,
            Day::Slow(wait) => tokio::time::sleep(wait).await,
            Day::TooMany(seconds) => more = format!("retry-after: {seconds}\r\n"),
            Day::Good | Day::Fails | Day::Refuses(_) | Day::HalfAnswer => {}
        }
        let body = body.to_string();
        let head = format!(
            "HTTP/1.1 {status} X\r\ncontent-type: application/json\r\n{more}content-length: {}\r\nconnection: close\r\n\r\n",
            body.len()
        );
        let sent = if day == Day::HalfAnswer { &body[..body.len() / 2] } else { &body };
        let _ = stream.write_all(format!("{head}{sent}").as_bytes()).await;
    }

    pub fn bad_days(&self, days: &[Day]) {
        self.data.lock().unwrap().days.extend(days);
    }

    /// Serves a file, and gives its address.
    pub fn serve_file(&self, path: &str, served: Served) -> String {
        self.data.lock().unwrap().files.insert(path.to_owned(), served);
        format!("{}{path}", self.url)
    }

    /// The messages as people see them: who, what, and the names of their files.
    pub fn seen(&self) -> Vec<String> {
        self.data.lock().unwrap().messages.iter().map(shown).collect()
    }

    /// As `seen`, of one conversation.
    pub fn seen_in(&self, conversation: i64) -> Vec<String> {
        let data = self.data.lock().unwrap();
        data.messages.iter().filter(|one| one["conversation_id"] == conversation).map(shown).collect()
    }

    pub fn status(&self) -> String {
        self.data.lock().unwrap().conversations[0]["status"].as_str().unwrap().to_owned()
    }

    fn file(&self, head: &str) -> Option<(String, Served)> {
        let path = head.split(' ').nth(1)?.split('?').next()?.to_owned();
        let served = self.data.lock().unwrap().files.get(&path).cloned();
        let missing = path.starts_with("/rails/").then_some(Served::Status(404));
        served.or(missing).map(|served| (path, served))
    }

    fn answer(&self, head: &str, body: &[u8]) -> (u16, Json, Day) {
        let line = head.lines().next().unwrap();
        let mut words = line.split(' ');
        let (method, target) = (words.next().unwrap(), words.next().unwrap());
        let mut data = self.data.lock().unwrap();
        data.asked.push(format!("{method} {target}"));
        let mut day = data.days.pop_front().unwrap_or(Day::Good);
        let refused = match day {
            Day::Fails => Some(500),
            Day::Refuses(status) => Some(status),
            Day::TooMany(_) => Some(429),
            Day::Good | Day::HalfAnswer | Day::NoAnswer | Day::Slow(_) => None,
        };
        if let Some(status) = refused {
            return (status, json!({"error": "We are sorry"}), day);
        }
        if !head.to_lowercase().contains("api_access_token: person-token") {
            return (401, json!({"error": "Invalid Access Token"}), day);
        }
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let path = path.strip_prefix("/api/v1/accounts/7/").expect("the account of the test");
        let parts: Vec<&str> = path.split('/').collect();
        if let Some((slow, wait)) = data.slow_conversation
            && method == "POST"
            && path.starts_with(&format!("conversations/{slow}/"))
        {
            day = Day::Slow(wait);
        }
        let body = match head.to_lowercase().split_once("boundary=") {
            // Names of headers are of any case, but the boundary is not.
            Some(_) => form(body, head.split("boundary=").nth(1).unwrap().lines().next().unwrap()),
            None => serde_json::from_slice(body).unwrap_or_default(),
        };
        let (status, answer) = data.act(method, &parts, query, body);
        (status, answer, day)
    }
}

impl Data {
    /// Somebody deletes a conversation, and with it the contact if he is told to.
    pub fn delete(&mut self, conversation: i64, with_contact: bool) {
        let at = self.conversations.iter().position(|one| one["id"] == conversation).unwrap();
        let gone = self.conversations.remove(at);
        self.messages.retain(|one| one["conversation_id"] != conversation);
        if with_contact {
            self.contacts.retain(|one| one["id"] != gone["contact_id"]);
        }
    }

    fn act(&mut self, method: &str, parts: &[&str], query: &str, mut body: Json) -> (u16, Json) {
        let missing = || (404, json!({"error": "Resource could not be found"}));
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
                let newest = self.contacts.iter().filter_map(|one| one["id"].as_i64()).max().unwrap_or(0);
                body["id"] = (newest + 1).into();
                self.contacts.push(body.clone());
                (200, json!({"payload": {"contact": body, "contact_inbox": {}}}))
            }
            ("GET", ["contacts", id, "conversations"]) => {
                let of = |one: &&Json| has_id(&one["contact_id"], id);
                (200, json!({"payload": self.conversations.iter().filter(of).collect::<Vec<_>>()}))
            }
            ("POST", ["conversations"]) => {
                if !self.contacts.iter().any(|one| one["id"] == body["contact_id"]) {
                    return missing();
                }
                body["id"] = (self.made + 41).into();
                self.made += 1;
                self.conversations.push(body.clone());
                (200, body)
            }
            ("POST", ["conversations", id, "toggle_status"]) => {
                let Some(one) = self.conversations.iter_mut().find(|one| has_id(&one["id"], id)) else {
                    return missing();
                };
                one["status"] = body["status"].clone();
                (200, json!({"payload": {"success": true}}))
            }
            ("POST", ["conversations", id, "assignments"]) => {
                let Some(one) = self.conversations.iter_mut().find(|one| has_id(&one["id"], id)) else {
                    return missing();
                };
                one["team_id"] = body["team_id"].clone();
                (200, json!({"id": body["team_id"]}))
            }
            ("GET", ["conversations", id, "messages"]) => {
                if !self.conversations.iter().any(|one| has_id(&one["id"], id)) {
                    return missing();
                }
                let after: i64 = query.strip_prefix("after=").unwrap().parse().unwrap();
                let of = |one: &&Json| has_id(&one["conversation_id"], id) && one["id"].as_i64().unwrap() > after;
                (200, json!({"meta": {}, "payload": self.messages.iter().filter(of).take(100).collect::<Vec<_>>()}))
            }
            ("POST", ["conversations", id, "messages"]) => {
                if !self.conversations.iter().any(|one| has_id(&one["id"], id)) {
                    return missing();
                }
                body["id"] = self.next_message().into();
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

    pub fn next_message(&self) -> i64 {
        self.messages.iter().filter_map(|one| one["id"].as_i64()).max().unwrap_or(899) + 1
    }
}

fn shown(one: &Json) -> String {
    let side = if one["message_type"] == "incoming" { "<" } else { ">" };
    let text = |file: &Json, name: &str| file[name].as_str().unwrap_or_default().trim_matches('"').to_owned();
    let file = |file: &Json| format!(" [{} {} {}]", text(file, "name"), text(file, "mime"), text(file, "text"));
    let files: Vec<String> = one["attachments"].as_array().into_iter().flatten().map(file).collect();
    format!("{side} {}{}", one["content"].as_str().unwrap(), files.concat()).trim_end().replace("  ", " ")
}

/// So much of a field or file stands in the answers.
const TOLD_BYTES_MAX: usize = 4096;

/// The fields of a form, as JSON; files under `attachments`.
fn form(body: &[u8], boundary: &str) -> Json {
    let mut fields = json!({"attachments": []});
    let line = format!("--{boundary}").into_bytes();
    let starts: Vec<usize> =
        (0..body.len().saturating_sub(line.len() - 1)).filter(|at| body[*at..].starts_with(&line)).collect();
    for pair in starts.windows(2) {
        let part = &body[pair[0] + line.len() + 2..pair[1] - 2];
        let (head, content) = parted(part).unwrap();
        let value = |name: &str| {
            let rest = head.split(&format!("{name}=\"")).nth(1)?;
            rest.split('"').next().map(str::to_owned)
        };
        let mime = head.lines().find_map(|line| line.strip_prefix("content-type: ").map(str::to_owned));
        // Chatwoot tells the address of a file and not the file: an answer with all of a large one would be refused.
        let text = String::from_utf8_lossy(&content[..content.len().min(TOLD_BYTES_MAX)]).into_owned();
        match value(" name") {
            Some(name) if name == "attachments[]" => {
                let file = json!({"name": value("filename"), "mime": mime, "text": text, "size": content.len()});
                fields["attachments"].as_array_mut().unwrap().push(file);
            }
            Some(name) if name == "private" => fields[name] = (text == "true").into(),
            Some(name) => fields[name] = text.into(),
            None => panic!("a part of the form has no name: {head}"),
        }
    }
    fields
}

fn served_bytes(path: &str, served: Served) -> Vec<u8> {
    let (head, body) = match served {
        Served::File(mime, bytes) => {
            (format!("200 OK\r\ncontent-type: {mime}\r\ncontent-length: {}", bytes.len()), bytes)
        }
        Served::Redirect(to) => (format!("302 Found\r\nlocation: {to}\r\ncontent-length: 0"), Vec::new()),
        Served::Status(status) => (format!("{status} {path}\r\ncontent-length: 0"), Vec::new()),
    };
    [format!("HTTP/1.1 {head}\r\nconnection: close\r\n\r\n").into_bytes(), body].concat()
}

/// Whether `value` is the id that a path's segment names.
fn has_id(value: &Json, segment: &str) -> bool {
    value.as_i64() == segment.parse().ok()
}

fn parted(request: &[u8]) -> Option<(String, &[u8])> {
    let end = request.windows(4).position(|four| four == b"\r\n\r\n")?;
    Some((String::from_utf8_lossy(&request[..end]).into_owned(), &request[end + 4..]))
}

fn whole(request: &[u8]) -> bool {
    let Some((head, body)) = parted(request) else { return false };
    let length = head.lines().find_map(|line| line.to_lowercase().strip_prefix("content-length: ")?.parse().ok());
    body.len() >= length.unwrap_or(0)
}
