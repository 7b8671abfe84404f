//! Runs the load and the provider's mock in one cheap, single-threaded process: posts signed webhooks of many contacts
//! over keep-alive connections, checks the replies, and prints the figures as JSON.
//!
//! It prints `mock PORT`, waits for the line `HOST:PORT PID` of the system to be measured, and runs.

mod book;
mod drive;
mod hook;
mod mock;
mod report;
mod wire;

use book::Book;
use std::{cell::Cell, rc::Rc, time::Duration};
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    net::TcpListener,
    sync::Semaphore,
};

/// The command-line options.
pub struct Options {
    /// New messages per second; 0 saturates: as many as are answered.
    rate: u64,
    warmup: Duration,
    measure: Duration,
    /// How long to wait at the end for missing answers.
    drain: Duration,
    contacts: usize,
    connections: usize,
    /// At saturation: the largest number of unfinished messages.
    open: usize,
    /// Send three status webhooks for each accepted reply, as Meta does.
    statuses: bool,
    /// The percentage of sends that the mock refuses with a retryable code.
    errors: u64,
    /// The delay of the mock's answers.
    latency: Duration,
    secret: String,
    phone_number_id: String,
    token: String,
}

/// The state shared by all tasks of the thread.
pub struct Shared {
    options: Options,
    target: String,
    book: Book,
    /// One permit for each message that may still be opened; only at saturation.
    open: Semaphore,
    measuring: Cell<bool>,
    stopped: Cell<bool>,
    statuses: drive::StatusQueue,
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let options = options();
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
    println!("mock {}", listener.local_addr().expect("it is bound").port());
    let mut line = String::new();
    BufReader::new(tokio::io::stdin()).read_line(&mut line).await.expect("the bench tells the target");
    let mut words = line.split_whitespace();
    let target = words.next().expect("the line has a target").to_owned();
    let pid: Option<u32> = words.next().and_then(|pid| pid.parse().ok());

    let open = Semaphore::new(options.open);
    let book = Book::new(options.contacts);
    let shared = Rc::new(Shared {
        options,
        target,
        book,
        open,
        measuring: Cell::new(false),
        stopped: Cell::new(false),
        statuses: drive::StatusQueue::default(),
    });
    let tasks = tokio::task::LocalSet::new();
    tasks.spawn_local(mock::serve(shared.clone(), listener));
    let report = tasks.run_until(run(shared, pid)).await;
    println!("{report}");
}

/// Warm-up, the measured part, then the wait for unfinished messages.
async fn run(shared: Rc<Shared>, pid: Option<u32>) -> serde_json::Value {
    drive::begin(&shared);
    tokio::time::sleep(shared.options.warmup).await;
    let before = report::Snapshot::take(&shared, pid);
    shared.measuring.set(true);
    tokio::time::sleep(shared.options.measure).await;
    shared.measuring.set(false);
    let after = report::Snapshot::take(&shared, pid);
    shared.stopped.set(true);
    let drained = drive::drain(&shared).await;
    report::report(&shared, &before, &after, drained, pid)
}

fn options() -> Options {
    let mut options = Options {
        rate: 0,
        warmup: Duration::from_millis(1500),
        measure: Duration::from_secs(5),
        drain: Duration::from_secs(10),
        contacts: 10_000,
        connections: 256,
        open: 2048,
        statuses: false,
        errors: 0,
        latency: Duration::ZERO,
        secret: String::new(),
        phone_number_id: String::new(),
        token: String::new(),
    };
    let mut arguments = std::env::args().skip(1);
    while let Some(name) = arguments.next() {
        let mut value = || arguments.next().unwrap_or_else(|| panic!("`{name}` needs a value"));
        let number = |text: String| text.parse::<u64>().expect("the value is a number");
        match name.as_str() {
            "--statuses" => options.statuses = true,
            "--rate" => options.rate = number(value()),
            "--warmup-ms" => options.warmup = Duration::from_millis(number(value())),
            "--measure-ms" => options.measure = Duration::from_millis(number(value())),
            "--drain-ms" => options.drain = Duration::from_millis(number(value())),
            "--contacts" => options.contacts = number(value()) as usize,
            "--connections" => options.connections = number(value()) as usize,
            "--open" => options.open = number(value()) as usize,
            "--errors" => options.errors = number(value()),
            "--latency-ms" => options.latency = Duration::from_millis(number(value())),
            "--secret" => options.secret = value(),
            "--phone-number-id" => options.phone_number_id = value(),
            "--token" => options.token = value(),
            other => panic!("`{other}` is no option of the load"),
        }
    }
    options
}
