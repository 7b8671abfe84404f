//! Writes the wire log: every exchange with a provider, with texts, numbers and tokens replaced by their lengths.

use super::spans::Part;
use crate::base::{
    ids::SenderId,
    limits::{WIRE_BODY_BYTES_MAX, WIRE_FILE_BYTES_MAX, WIRE_FILES_MAX, WIRE_GATHER, WIRE_QUEUE_MAX},
    time::Time,
};
use std::{
    fs::{self, File, OpenOptions},
    io::{self, BufWriter, Write},
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
        mpsc::{Receiver, SyncSender, sync_channel},
    },
    thread,
};

tokio::task_local! {
    static TRACE: (i64, Part);
}

/// Exchanges that `work` makes get this trace id in the wire log, and their spans belong to `part`.
pub async fn traced<W: Future>(id: i64, part: Part, work: W) -> W::Output {
    TRACE.scope((id, part), work).await
}

/// The trace id of the current task, and the part of the trace that it works on.
pub fn trace() -> Option<(i64, Part)> {
    TRACE.try_with(|known| *known).ok()
}

/// One exchange; private data is removed when it is written.
#[derive(Debug, Clone)]
pub struct Exchange {
    pub at: Time,
    /// `out`: our request; `in`: a webhook.
    pub direction: Direction,
    pub sender: Option<SenderId>,
    /// The trace ids of its messages, as in the log and in `runs show`.
    pub traces: Vec<i64>,
    pub method: &'static str,
    pub url: String,
    /// The status of the answer, or the reason why there is none.
    pub answer: Result<u16, &'static str>,
    pub took_ms: u64,
    pub request: Written,
    pub response: Vec<u8>,
}

/// How a body is written to the log.
#[derive(Debug, Clone)]
pub enum Written {
    /// The JSON with every text and number replaced by its length.
    Shape(Vec<u8>),
    /// Only the body's length. Three of four webhooks are statuses, and parsing each again would add a quarter to the
    /// cost of an answered message.
    Length(usize),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    Out,
    In,
}

/// Queues exchanges for a thread of its own and never waits for it.
#[derive(Clone)]
pub struct WireLog {
    queue: SyncSender<Exchange>,
    dropped: Arc<AtomicU64>,
}

impl WireLog {
    /// Opens or continues the file; older parts are beside it as `wire.jsonl.1` … `.3`.
    pub fn open(path: &Path) -> io::Result<Self> {
        let mut file = Rotating::open(path, WIRE_FILE_BYTES_MAX)?;
        let (queue, exchanges) = sync_channel(WIRE_QUEUE_MAX);
        thread::Builder::new().name("wire-log".into()).spawn(move || write_all(&mut file, &exchanges))?;
        Ok(WireLog { queue, dropped: Arc::default() })
    }

    /// Queues an exchange. If the disk is too slow it is dropped and counted: sending does not wait.
    pub fn record(&self, mut exchange: Exchange) {
        if let Written::Shape(body) = &mut exchange.request {
            body.truncate(WIRE_BODY_BYTES_MAX + 1);
        }
        exchange.response.truncate(WIRE_BODY_BYTES_MAX + 1);
        if self.queue.try_send(exchange).is_err() {
            self.dropped.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// The number of dropped exchanges since the start.
    pub fn dropped(&self) -> u64 {
        self.dropped.load(Ordering::Relaxed)
    }
}

fn write_all(file: &mut Rotating, exchanges: &Receiver<Exchange>) {
    let mut failed = false;
    while let Ok(first) = exchanges.recv() {
        let mut result = file.write(&line(&first));
        while let (Ok(()), Ok(next)) = (&result, exchanges.try_recv()) {
            result = file.write(&line(&next));
        }
        thread::sleep(WIRE_GATHER.to_std());
        match result.and_then(|()| file.flush()) {
            Ok(()) => failed = false,
            Err(error) => {
                // Warn once for each failure, not for each exchange.
                if !failed {
                    tracing::warn!(%error, "Cannot write the wire log");
                }
                failed = true;
            }
        }
    }
}

/// One line of the file.
fn line(exchange: &Exchange) -> String {
    let sender = exchange.sender.map_or("null".into(), |id| id.to_string());
    let direction = match exchange.direction {
        Direction::Out => "out",
        Direction::In => "in",
    };
    let answer = match exchange.answer {
        Ok(status) => format!(r#""status":{status}"#),
        Err(code) => format!(r#""failed":"{code}""#),
    };
    format!(
        "{{\"at\":{},\"direction\":\"{direction}\",\"sender\":{sender},\"trace\":{},\"method\":\"{}\",\"url\":{},{answer},\"ms\":{},\
         \"request\":{},\"response\":{}}}\n",
        exchange.at.0,
        serde_json::Value::from(exchange.traces.as_slice()),
        exchange.method,
        serde_json::Value::from(place(&exchange.url)),
        exchange.took_ms,
        match &exchange.request {
            Written::Shape(body) => redact(body),
            Written::Length(length) => format!("\"<{length} bytes>\""),
        },
        redact(&exchange.response),
    )
}

/// Scheme, host and path, or only the path of our own address; without query and credentials, long numbers as `{id}`.
fn place(url: &str) -> String {
    let url = url.split(['?', '#']).next().unwrap_or_default();
    if url.starts_with('/') {
        return masked(url);
    }
    let (scheme, rest) = url.split_once("://").unwrap_or(("", url));
    let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
    let host = authority.rsplit('@').next().unwrap_or_default();
    format!("{scheme}://{host}/{}", masked(path))
}

fn masked(path: &str) -> String {
    let private = |part: &str| part.bytes().filter(u8::is_ascii_digit).count() >= 6;
    let path: Vec<&str> = path.split('/').map(|part| if private(part) { "{id}" } else { part }).collect();
    path.join("/")
}

/// Keys whose values show the kind of a thing, never a person or a text.
const SHOWN: &[&str] = &[
    "biz_opaque_callback_data",
    "category",
    "code",
    "error_subcode",
    "event",
    "field",
    "fbtrace_id",
    "index",
    "message_status",
    "messaging_product",
    "object",
    "pricing_model",
    "quality_rating",
    "recipient_type",
    "status",
    "sub_type",
    "timestamp",
    "type",
];

/// A JSON body with every text and number outside `SHOWN` replaced by its length, as JSON; a body that is no JSON is
/// replaced by its length. One pass over the bytes, because this runs for every message.
pub fn redact(body: &[u8]) -> String {
    let whole = || format!("\"<{} bytes>\"", body.len());
    if body.is_empty() {
        return "null".into();
    }
    if body.len() > WIRE_BODY_BYTES_MAX {
        return format!("\"<over {WIRE_BODY_BYTES_MAX} bytes>\"");
    }
    let Ok(text) = std::str::from_utf8(body) else { return whole() };
    // The scan below copies unknown bytes, so first check that it is JSON.
    if serde_json::from_str::<serde::de::IgnoredAny>(text).is_err() {
        return whole();
    }
    scan(text)
}

fn scan(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = String::with_capacity(text.len());
    // For each open container: whether it is an object, and whether its key is in `SHOWN`.
    let mut open: Vec<(bool, bool)> = Vec::new();
    let (mut key_next, mut shown) = (false, false);
    let mut at = 0;
    while at < bytes.len() {
        match bytes[at] {
            b'"' => {
                let end = string_end(bytes, at);
                let inside = &text[at + 1..end];
                if key_next {
                    shown = SHOWN.contains(&inside);
                    key_next = false;
                    out.push_str(&text[at..=end]);
                } else if shown {
                    out.push_str(&text[at..=end]);
                } else {
                    write_length(&mut out, inside.chars().count(), "");
                }
                at = end + 1;
            }
            b'-' | b'0'..=b'9' => {
                let number = |b: &u8| matches!(b, b'-' | b'+' | b'.' | b'e' | b'E' | b'0'..=b'9');
                let length = bytes[at..].iter().take_while(|b| number(b)).count();
                if shown {
                    out.push_str(&text[at..at + length]);
                } else {
                    write_length(&mut out, length, " digits");
                }
                at += length;
            }
            mark => {
                match mark {
                    b'{' => {
                        open.push((true, shown));
                        key_next = true;
                    }
                    b'[' => open.push((false, shown)),
                    b'}' | b']' => {
                        open.pop();
                    }
                    b',' => {
                        let (object, of_list) = open.last().copied().unwrap_or_default();
                        key_next = object;
                        shown = !object && of_list;
                    }
                    _ => {}
                }
                if !mark.is_ascii_whitespace() {
                    out.push(char::from(mark));
                }
                at += 1;
            }
        }
    }
    out
}

fn write_length(out: &mut String, length: usize, unit: &str) {
    std::fmt::Write::write_fmt(out, format_args!("\"<{length}{unit}>\"")).expect("a text takes what is written to it");
}

/// The index of the closing quote.
fn string_end(bytes: &[u8], start: usize) -> usize {
    let mut at = start + 1;
    while at < bytes.len() && bytes[at] != b'"' {
        at += if bytes[at] == b'\\' { 2 } else { 1 };
    }
    at.min(bytes.len() - 1)
}

/// A file that is renamed when it is full; only `WIRE_FILES_MAX` files are kept.
struct Rotating {
    path: PathBuf,
    file: BufWriter<File>,
    bytes: u64,
    bytes_max: u64,
}

impl Rotating {
    fn open(path: &Path, bytes_max: u64) -> io::Result<Self> {
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        // An earlier version made them world-readable.
        for n in 1..WIRE_FILES_MAX {
            keep_private(&PathBuf::from(format!("{}.{n}", path.display())))?;
        }
        let file = private(path)?;
        let bytes = file.metadata()?.len();
        Ok(Rotating { path: path.to_owned(), file: BufWriter::new(file), bytes, bytes_max })
    }

    fn write(&mut self, line: &str) -> io::Result<()> {
        let length = line.len() as u64;
        if self.bytes > 0 && self.bytes + length > self.bytes_max {
            self.rotate()?;
        }
        self.bytes += length;
        self.file.write_all(line.as_bytes())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }

    fn rotate(&mut self) -> io::Result<()> {
        self.file.flush()?;
        let part = |n: usize| PathBuf::from(format!("{}.{n}", self.path.display()));
        for n in (1..WIRE_FILES_MAX - 1).rev() {
            if part(n).exists() {
                fs::rename(part(n), part(n + 1))?;
            }
        }
        fs::rename(&self.path, part(1))?;
        self.file = BufWriter::new(private(&self.path)?);
        self.bytes = 0;
        Ok(())
    }
}

/// Creates a file for the daemon's user only, because it shows who wrote to whom and when.
fn private(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.create(true).append(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let file = options.open(path)?;
    keep_private(path)?;
    Ok(file)
}

/// An existing file keeps its old mode unless it is changed.
fn keep_private(path: &Path) -> io::Result<()> {
    #[cfg(unix)]
    if path.exists() {
        fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(0o600))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(unix)]
    #[test]
    fn nobody_else_reads_it_or_its_older_parts() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("wire.jsonl");
        let old = folder.path().join("wire.jsonl.2");
        for file in [&path, &old] {
            fs::write(file, "x").unwrap();
            fs::set_permissions(file, fs::Permissions::from_mode(0o644)).unwrap();
        }
        let mut file = Rotating::open(&path, 1).unwrap();
        file.write("a line\n").unwrap();
        file.flush().unwrap();
        for file in fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().path()) {
            let mode = fs::metadata(&file).unwrap().permissions().mode() & 0o777;
            assert_eq!(mode, 0o600, "{}", file.display());
        }
    }

    #[test]
    fn texts_numbers_and_tokens_become_lengths() {
        let body = r#"{"messaging_product":"whatsapp", "to":"+4915112345678","type":"text",
            "text":{"preview_url":false,"body":"Grüße \"du\""},"n":[1,-2.5e3],"messages":[{"id":"wamid.X"}]}"#;
        assert_eq!(
            redact(body.as_bytes()),
            r#"{"messaging_product":"whatsapp","to":"<14>","type":"text","text":{"preview_url":false,"body":"<12>"},"n":["<1 digits>","<6 digits>"],"messages":[{"id":"<7>"}]}"#
        );
    }

    #[test]
    fn a_shown_key_shows_nothing_of_what_follows_it() {
        assert_eq!(redact(br#"{"type":{"body":"secret"},"x":"y"}"#), r#"{"type":{"body":"<6>"},"x":"<1>"}"#);
        assert_eq!(redact(br#"{"code":131047,"message":"m"}"#), r#"{"code":131047,"message":"<1>"}"#);
        assert_eq!(redact(br#"["a",{"status":"x"},"b"]"#), r#"["<1>",{"status":"x"},"<1>"]"#);
    }

    #[test]
    fn what_is_no_json_is_only_counted() {
        assert_eq!(redact(b"<html>hi</html>"), "\"<15 bytes>\"");
        assert_eq!(redact(b"{\"body\":\"open"), "\"<13 bytes>\"");
        assert_eq!(redact(&[0xff]), "\"<1 bytes>\"");
        assert_eq!(redact(b""), "null");
        assert!(redact(&vec![b' '; WIRE_BODY_BYTES_MAX + 1]).contains("over"));
    }

    #[test]
    fn the_place_has_no_query_no_credentials_and_no_ids() {
        let url = "https://u:p@graph.example/v24.0/106540352242922/messages?access_token=x";
        assert_eq!(place(url), "https://graph.example/v24.0/{id}/messages");
        assert_eq!(place("/webhooks/meta/12"), "/webhooks/meta/12");
    }

    #[test]
    fn a_full_file_makes_room_and_only_four_stay() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("wire.jsonl");
        let mut file = Rotating::open(&path, 10).unwrap();
        for n in 0..20 {
            file.write(&format!("line {n:02}\n")).unwrap();
        }
        file.flush().unwrap();
        let mut names: Vec<_> =
            fs::read_dir(folder.path()).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        assert_eq!(names, ["wire.jsonl", "wire.jsonl.1", "wire.jsonl.2", "wire.jsonl.3"]);
        assert_eq!(fs::read_to_string(&path).unwrap(), "line 19\n");
        assert_eq!(fs::read_to_string(folder.path().join("wire.jsonl.3")).unwrap(), "line 16\n");
    }

    #[test]
    fn a_full_queue_drops_and_counts() {
        let (queue, _kept) = sync_channel(1);
        let log = WireLog { queue, dropped: Arc::default() };
        let exchange = Exchange {
            at: Time(1),
            direction: Direction::Out,
            sender: None,
            traces: vec![7],
            method: "GET",
            url: String::new(),
            answer: Ok(200),
            took_ms: 0,
            request: Written::Length(0),
            response: vec![],
        };
        log.record(exchange.clone());
        log.record(exchange);
        assert_eq!(log.dropped(), 1);
    }
}
