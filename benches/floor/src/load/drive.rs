//! Posts the webhooks: each contact has its own connection, so that its messages are acknowledged in order.

use crate::{
    Shared,
    book::{Question, add, micros},
    hook,
    wire::{self, Inbox},
};
use std::{
    cell::RefCell,
    collections::VecDeque,
    rc::Rc,
    time::{Duration, Instant},
};
use tokio::{
    io::AsyncWriteExt,
    net::TcpStream,
    sync::{
        Notify,
        mpsc::{UnboundedReceiver, unbounded_channel},
    },
};

/// Connections for statuses only: the provider sends them beside the messages.
const STATUS_CONNECTIONS: usize = 64;
/// The pause before a webhook that was not taken is sent again; it doubles with each refusal in a row, up to the longest.
const PAUSE_AFTER_FAILURE: Duration = Duration::from_millis(20);
const PAUSE_LONGEST: Duration = Duration::from_secs(1);
const TICK: Duration = Duration::from_millis(1);

/// An accepted reply whose statuses are to be posted.
pub struct Status {
    pub id: String,
    pub to: String,
    /// The sender's own callback data.
    pub ours: Option<String>,
}

/// Statuses that wait for a connection.
#[derive(Default)]
pub struct StatusQueue {
    waiting: RefCell<VecDeque<Status>>,
    more: Notify,
}

impl StatusQueue {
    pub fn push(&self, status: Status) {
        self.waiting.borrow_mut().push_back(status);
        self.more.notify_one();
    }

    async fn next(&self) -> Status {
        loop {
            if let Some(status) = self.waiting.borrow_mut().pop_front() {
                return status;
            }
            self.more.notified().await;
        }
    }
}

/// Starts all connections.
pub fn begin(shared: &Rc<Shared>) {
    let connections = shared.options.connections;
    if shared.options.rate == 0 {
        (0..connections).for_each(|index| drop(tokio::task::spawn_local(saturate(shared.clone(), index))));
    } else {
        let (queues, waiting): (Vec<_>, Vec<_>) = (0..connections).map(|_| unbounded_channel()).unzip();
        waiting.into_iter().for_each(|queue| drop(tokio::task::spawn_local(paced(shared.clone(), queue))));
        let shared = shared.clone();
        tokio::task::spawn_local(async move {
            let begun = Instant::now();
            let (mut given, mut tick) = (0u64, tokio::time::interval(TICK));
            while !shared.stopped.get() {
                tick.tick().await;
                let due = (begun.elapsed().as_secs_f64() * shared.options.rate as f64) as u64;
                for number in given..due {
                    let contact = number as usize % shared.options.contacts;
                    let _ = queues[contact % connections].send((contact, Instant::now()));
                }
                given = due;
            }
        });
    }
    if shared.options.statuses {
        (0..STATUS_CONNECTIONS).for_each(|_| drop(tokio::task::spawn_local(tell(shared.clone()))));
    }
}

/// Waits until all messages are acknowledged and answered, and gives the time that it took; `None` after a time limit.
pub async fn drain(shared: &Shared) -> Option<Duration> {
    let begun = Instant::now();
    let done = |shared: &Shared| {
        let book = &shared.book;
        let told = !shared.options.statuses || book.statuses_acknowledged.get() >= 3 * book.answered.get();
        book.acknowledged.get() == book.sent.get() && book.unanswered() == 0 && told
    };
    while begun.elapsed() < shared.options.drain {
        tokio::time::sleep(Duration::from_millis(50)).await;
        if done(shared) {
            let took = begun.elapsed();
            // A moment more, for what would be an answer too many.
            tokio::time::sleep(Duration::from_millis(300)).await;
            return Some(took);
        }
    }
    None
}

/// Posts as many messages as are answered, for this connection's contacts in turn.
async fn saturate(shared: Rc<Shared>, index: usize) {
    let (contacts, step) = (shared.options.contacts, shared.options.connections);
    let mut line = Line::new(&shared);
    let mut contact = index;
    while !shared.stopped.get() {
        let Ok(permit) = shared.open.acquire().await else { return };
        permit.forget();
        if shared.stopped.get() {
            return;
        }
        line.ask(shared.book.ask(contact), Instant::now()).await;
        contact = if contact + step < contacts { contact + step } else { index };
    }
}

/// Posts the pacer's messages; the time counts from the pacer's signal.
async fn paced(shared: Rc<Shared>, mut queue: UnboundedReceiver<(usize, Instant)>) {
    let mut line = Line::new(&shared);
    while let Some((contact, due)) = queue.recv().await {
        line.ask(shared.book.ask(contact), due).await;
    }
}

async fn tell(shared: Rc<Shared>) {
    let mut line = Line::new(&shared);
    loop {
        let status = shared.statuses.next().await;
        for state in hook::STATES {
            let Status { id, to, ours } = &status;
            let request = hook::status(&shared.options, &shared.target, id, to, state, ours.as_deref());
            line.post(&request).await;
            add(&shared.book.statuses_acknowledged, 1);
        }
        shared.open.add_permits(1);
    }
}

/// A keep-alive connection to the system.
struct Line<'a> {
    shared: &'a Shared,
    socket: Option<TcpStream>,
    inbox: Inbox,
}

impl<'a> Line<'a> {
    fn new(shared: &'a Shared) -> Line<'a> {
        Line { shared, socket: None, inbox: Inbox::default() }
    }

    async fn ask(&mut self, question: Question, since: Instant) {
        let shared = self.shared;
        let request = hook::message(&shared.options, &shared.target, question);
        self.post(&request).await;
        shared.book.acknowledge(question);
        if shared.measuring.get() {
            shared.book.acknowledgements.borrow_mut().push(micros(since));
        }
    }

    /// Returns when it was acknowledged: it is repeated until then, also over lost connections, as Meta does.
    async fn post(&mut self, request: &[u8]) {
        let book = &self.shared.book;
        let mut refusals = 0;
        loop {
            let began = Instant::now();
            let answered = self.exchange(request).await;
            if answered.is_ok() && (self.shared.measuring.get() || self.shared.stopped.get()) {
                book.exchanges.borrow_mut().push(micros(began));
            }
            match answered {
                Ok((200, _)) => return,
                Ok((status, says_when)) => {
                    refusals += 1;
                    add(&book.refused, 1);
                    add(&book.shed, u64::from(status == 503 && says_when));
                }
                Err(_) => {
                    self.socket = None;
                    self.inbox = Inbox::default();
                    add(&book.reconnects, 1);
                }
            }
            tokio::time::sleep(pause_after(refusals)).await;
        }
    }

    /// The status of the answer, and whether it has a `Retry-After`.
    async fn exchange(&mut self, request: &[u8]) -> std::io::Result<(u16, bool)> {
        if self.socket.is_none() {
            self.socket = Some(wire::connect(&self.shared.target).await?);
        }
        let socket = self.socket.as_mut().expect("it was opened above");
        socket.write_all(request).await?;
        let frame = self.inbox.read(socket).await?;
        let head = self.inbox.head(&frame);
        let answer = (wire::status(head), wire::header(head, "retry-after").is_some());
        self.inbox.done(&frame);
        Ok(answer)
    }
}

/// The pause after so many refusals of one webhook in a row; a lost connection is none.
fn pause_after(refusals: u32) -> Duration {
    PAUSE_AFTER_FAILURE.saturating_mul(1 << refusals.saturating_sub(1).min(16)).min(PAUSE_LONGEST)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_a_second() {
        let pauses: Vec<u128> = [0, 1, 2, 3, 6, 7, u32::MAX].map(|refusals| pause_after(refusals).as_millis()).into();
        assert_eq!(pauses, [20, 20, 40, 80, 640, 1_000, 1_000]);
    }
}
