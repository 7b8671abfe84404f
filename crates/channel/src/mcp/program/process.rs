//! Runs one process of a program: its lines in and out, its standard error, and its end.

use super::{McpProgram, cancelled};
use crate::{
    base::limits::{
        CALL_ANSWER_BYTES_MAX, MCP_END_WAIT, MCP_LINES_WAITING_MAX, MCP_OTHER_LINES_MAX, MCP_STATUS_WAIT,
        MCP_STDERR_BYTES_MAX,
    },
    mcp::{
        McpFailure,
        answer::{Hidden, Sent, answer_to, too_large},
        lines::{self, Line},
    },
};
use rustix::process::{Pid, Signal, kill_process_group};
use serde_json::{Value as Json, json};
use std::{
    collections::HashMap,
    io,
    process::{ExitStatus, Stdio},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use tokio::{
    io::{AsyncWriteExt as _, BufReader},
    process::{Child, ChildStderr, ChildStdin, ChildStdout, Command},
    sync::{Notify, mpsc, oneshot},
    task::JoinHandle,
};

/// A process that takes messages. It is ended when this is dropped.
pub struct Process {
    lines: mpsc::Sender<Message>,
    shared: Arc<Shared>,
    stop: Arc<Notify>,
}

/// The end of a process.
#[derive(Debug, Clone, Default)]
pub struct End {
    /// A sentence: `the program ended with exit status 1`.
    pub how: String,
    /// The last line of its standard error.
    pub said: Option<String>,
    /// The failure of everything that was under way, if the daemon ended it for its lines.
    pub unusable: Option<McpFailure>,
}

/// A request that is under way. Dropped before its answer, it is taken back.
pub struct Asked {
    answer: oneshot::Receiver<Json>,
    id: i64,
    heard: u64,
    /// False: the protocol forbids to take it back.
    may_cancel: bool,
    lines: mpsc::WeakSender<Message>,
    shared: Arc<Shared>,
}

/// A line for the process.
struct Message {
    /// The request that waits for an answer: once nobody waits any more, it is not written.
    id: Option<i64>,
    text: String,
}

#[derive(Default)]
struct Shared(Mutex<Inside>);

#[derive(Default)]
struct Inside {
    /// The requests under way, by their ids.
    waiting: HashMap<i64, oneshot::Sender<Json>>,
    /// The messages read so far.
    heard: u64,
    /// True after a request without an answer in time, until something is heard.
    is_silent: bool,
    /// The last line of standard error.
    said: Option<String>,
    end: Option<End>,
}

impl Process {
    /// Starts the program. It has a process group of its own: a key pressed at the daemon's terminal does not end it, and its
    /// children end with it. The error is a sentence.
    pub fn start(name: &str, program: &McpProgram, passed_on: &[&str], hidden: Hidden) -> Result<Process, String> {
        let (first, arguments) = program.command.split_first().ok_or("the command is empty")?;
        let passed_on = passed_on.iter().filter_map(|name| Some((name, std::env::var_os(name)?)));
        let mut child = Command::new(first)
            .args(arguments)
            .env_clear()
            .envs(passed_on)
            .envs(program.env.iter().map(|(name, value)| (name, value.expose())))
            // In the bot's folder, some programs would load code of it.
            .current_dir("/")
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .map_err(|error| unstarted(first, &error))?;
        let pipes = (child.stdin.take(), child.stdout.take(), child.stderr.take());
        let (Some(stdin), Some(stdout), Some(stderr)) = pipes else {
            return Err("the program has no pipes".to_owned());
        };
        let (lines, written) = mpsc::channel(MCP_LINES_WAITING_MAX);
        let (shared, stop) = (Arc::<Shared>::default(), Arc::<Notify>::default());
        tokio::spawn(write(stdin, written, Arc::clone(&shared), Arc::clone(&stop)));
        let reader = tokio::spawn(read(stdout, lines.downgrade(), Arc::clone(&shared), Arc::clone(&stop)));
        let drain = tokio::spawn(drain(stderr, name.to_owned(), hidden, Arc::clone(&shared)));
        tokio::spawn(keep(child, (reader, drain), Arc::clone(&shared), Arc::clone(&stop)));
        Ok(Process { lines, shared, stop })
    }

    /// False: it has ended, or answers nothing any more.
    pub fn is_of_use(&self) -> bool {
        let inside = self.shared.lock();
        inside.end.is_none() && !inside.is_silent
    }

    /// Puts a request into the line for the process; an error means that the process reads nothing of it.
    pub async fn ask(&self, id: i64, message: &Json, may_cancel: bool) -> Result<Asked, End> {
        let place = self.lines.reserve().await.map_err(|_| self.shared.end())?;
        let (tell, answer) = oneshot::channel();
        let heard = {
            let mut inside = self.shared.lock();
            if let Some(end) = &inside.end {
                return Err(end.clone());
            }
            inside.waiting.insert(id, tell);
            inside.heard
        };
        place.send(Message { id: Some(id), text: message.to_string() });
        let (lines, shared) = (self.lines.downgrade(), Arc::clone(&self.shared));
        Ok(Asked { answer, id, heard, may_cancel, lines, shared })
    }

    pub async fn tell(&self, message: &Json) -> Result<(), End> {
        let message = Message { id: None, text: message.to_string() };
        self.lines.send(message).await.map_err(|_| self.shared.end())
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.stop.notify_one();
    }
}

impl Asked {
    /// Waits for the answer, as it was written; the error is the end of the process.
    pub async fn answer(&mut self) -> Result<Json, End> {
        (&mut self.answer).await.map_err(|_| self.shared.end())
    }
}

impl Drop for Asked {
    fn drop(&mut self) {
        let mut inside = self.shared.lock();
        if inside.waiting.remove(&self.id).is_none() {
            return;
        }
        inside.is_silent |= inside.heard == self.heard && inside.waiting.is_empty();
        let Some(lines) = self.lines.upgrade().filter(|_| self.may_cancel) else { return };
        // An answer to the ping shows that the program lives. Where the line is full, it reads nothing anyway.
        let ping = json!({"jsonrpc": "2.0", "id": format!("ping-{}", self.id), "method": "ping"});
        for message in [cancelled(self.id), ping] {
            let _ = lines.try_send(Message { id: None, text: message.to_string() });
        }
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Inside> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The first end counts; whatever is under way ends with it.
    fn close(&self, end: End) {
        let mut inside = self.lock();
        let said = inside.said.clone();
        inside.end.get_or_insert(End { said, ..end });
        inside.waiting.clear();
    }

    fn end(&self) -> End {
        let how = "the program reads no more".to_owned();
        self.lock().end.clone().unwrap_or(End { how, ..End::default() })
    }
}

async fn write(mut stdin: ChildStdin, mut lines: mpsc::Receiver<Message>, shared: Arc<Shared>, stop: Arc<Notify>) {
    while let Some(message) = lines.recv().await {
        if message.id.is_some_and(|id| !shared.lock().waiting.contains_key(&id)) {
            continue;
        }
        let line = message.text + "\n";
        if stdin.write_all(line.as_bytes()).await.is_err() || stdin.flush().await.is_err() {
            return stop.notify_one();
        }
    }
}

async fn read(stdout: ChildStdout, lines: mpsc::WeakSender<Message>, shared: Arc<Shared>, stop: Arc<Notify>) {
    let (mut stdout, mut others) = (BufReader::new(stdout), 0);
    loop {
        let unusable = match lines::next(&mut stdout, CALL_ANSWER_BYTES_MAX).await {
            Ok(Line::Text(text)) if text.iter().all(u8::is_ascii_whitespace) => continue,
            Ok(Line::Text(text)) => match serde_json::from_slice::<Json>(&text).map(messages) {
                Ok(all) if !all.is_empty() => {
                    others = 0;
                    all.into_iter().for_each(|message| take(message, &lines, &shared));
                    continue;
                }
                // Many programs greet there. The protocol forbids it, and nothing of it is of use.
                _ if others < MCP_OTHER_LINES_MAX => {
                    others += 1;
                    continue;
                }
                _ => Some(Sent::bad("the program writes lines that are no messages of the protocol").into_failure()),
            },
            Ok(Line::TooLong(_)) => Some(too_large().into_failure()),
            Ok(Line::End) | Err(_) => None,
        };
        if unusable.is_some() {
            shared.close(End { unusable, ..End::default() });
        }
        return stop.notify_one();
    }
}

/// The messages of one line: one, or with the version 2025-03-26 also a list of them.
fn messages(json: Json) -> Vec<Json> {
    match json {
        Json::Array(all) => all.into_iter().filter(Json::is_object).collect(),
        message if message.is_object() => vec![message],
        _ => Vec::new(),
    }
}

/// Gives an answer to the request that waits for it, and answers what the server asks.
fn take(message: Json, lines: &mpsc::WeakSender<Message>, shared: &Shared) {
    let asked = message["method"].as_str().map(str::to_owned);
    let mut inside = shared.lock();
    (inside.heard, inside.is_silent) = (inside.heard + 1, false);
    let Some(method) = asked else {
        let waits = message["id"].as_i64().and_then(|id| inside.waiting.remove(&id));
        // The one that asked may have gone away.
        return drop(waits.map(|tell| tell.send(message)));
    };
    drop(inside);
    if let Some(answer) = answer_to(&method, &message["id"])
        && let Some(lines) = lines.upgrade()
    {
        // A server that asks more than it reads gets no answer to the rest.
        let _ = lines.try_send(Message { id: None, text: answer.to_string() });
    }
}

/// Tells the log what the program says at its standard error, in lines of a limited length.
async fn drain(stderr: ChildStderr, name: String, hidden: Hidden, shared: Arc<Shared>) {
    let mut stderr = BufReader::new(stderr);
    loop {
        let text = match lines::next(&mut stderr, MCP_STDERR_BYTES_MAX).await {
            Ok(Line::Text(text)) => text,
            Ok(Line::TooLong(text)) if lines::skip(&mut stderr).await.is_ok() => text,
            Ok(Line::TooLong(_) | Line::End) | Err(_) => return,
        };
        let text = hidden.words(&String::from_utf8_lossy(&text));
        if !text.trim().is_empty() {
            tracing::debug!("The program of the MCP server `{name}` says: {text}");
            shared.lock().said = Some(text);
        }
    }
}

/// Waits for the end of the process, or brings it about.
async fn keep(mut child: Child, tasks: (JoinHandle<()>, JoinHandle<()>), shared: Arc<Shared>, stop: Arc<Notify>) {
    let wait = MCP_END_WAIT.to_std();
    let group = Group(child.id().and_then(|id| Pid::from_raw(i32::try_from(id).ok()?)));
    let status = tokio::select! {
        status = child.wait() => Some(status),
        // One that ends closes its pipes a moment before.
        () = stop.notified() => match tokio::time::timeout(MCP_STATUS_WAIT.to_std(), child.wait()).await {
            Ok(status) => Some(status),
            Err(_) => {
                shared.close(End { how: CLOSED.to_owned(), ..End::default() });
                tokio::time::timeout(wait, child.wait()).await.ok()
            }
        },
    };
    drop(group);
    let how = match status {
        Some(Ok(status)) => exit(status),
        Some(Err(_)) | None => {
            let _ = tokio::time::timeout(wait, child.wait()).await;
            CLOSED.to_owned()
        }
    };
    // Its last lines are read first.
    let _ = tokio::time::timeout(wait, async { drop(tokio::join!(tasks.0, tasks.1)) }).await;
    shared.close(End { how, ..End::default() });
}

const CLOSED: &str = "the program closed its standard output or input, and was ended";

/// The group of a process, which is killed when this is dropped: a program such as `npx` leaves children behind.
struct Group(Option<Pid>);

impl Drop for Group {
    fn drop(&mut self) {
        if let Some(leader) = self.0 {
            // There is none left where all have ended.
            let _ = kill_process_group(leader, Signal::KILL);
        }
    }
}

fn exit(status: ExitStatus) -> String {
    // `exit status: 1` or `signal: 9 (SIGKILL)`
    format!("the program ended with {}", status.to_string().replace(": ", " "))
}

fn unstarted(program: &str, error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => {
            format!("the program `{program}` is not there; write its whole path, or install it in the daemon's PATH")
        }
        io::ErrorKind::PermissionDenied => format!("the program `{program}` may not be run by the daemon's user"),
        _ => format!("the program `{program}` cannot be started: {error}"),
    }
}
