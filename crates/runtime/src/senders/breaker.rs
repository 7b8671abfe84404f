//! Implements a circuit breaker for each sender's platform. While the platform does not answer, messages wait in order
//! and one at a time probes it: each further send would become an unknown one that a person must decide.

use crate::{
    base::{
        ids::{OutboundId, SenderId},
        limits::{
            BREAKER_CALM, BREAKER_FAILURES, BREAKER_LOOK_EVERY, BREAKER_PROBE_FIRST, BREAKER_PROBE_MAX,
            BREAKER_SILENCE, PAUSE_DEFAULT, PROVIDER_TIMEOUT,
        },
        time::{Span, Time},
    },
    channel::{Next, Outgoing, Receipt, SendError, spans::Part, wire},
    lane::state::LaneTask,
    process::{metrics::in_seconds, panic_guard::caught},
    senders::pausing::SenderHealth,
    store::{WriteSet, tables::outbound},
};
use std::{
    collections::HashMap,
    pin::pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// The state of each sender's platform; a restart begins without any.
#[derive(Default)]
pub struct Breaker(Mutex<HashMap<SenderId, SenderBreaker>>);

#[derive(Default)]
struct SenderBreaker {
    /// Messages whose last send got no answer, since the last answer: repeated failures of one message are no outage.
    failed: Vec<OutboundId>,
    /// The number of running requests, and the time since which none was answered.
    flying: usize,
    heard: Time,
    open: Option<Open>,
    closed_at: Option<Time>,
    /// State changes that are not reported yet.
    news: Vec<BreakerChange>,
}

struct Open {
    since: Time,
    why: String,
    /// The next message may probe from this time on.
    probe_at: Time,
    probes: u32,
    looked_at: Option<Time>,
}

/// A sender's platform stopped answering, or answers again.
#[derive(Debug, Clone, PartialEq)]
pub enum BreakerChange {
    Degraded { sender: SenderId, why: String, told: bool },
    Recovered { sender: SenderId, since: Time },
}

impl Breaker {
    /// The start and the reason of an outage of a sender's platform.
    pub fn degraded(&self, sender: SenderId) -> Option<(Time, String)> {
        self.lines().get(&sender)?.open.as_ref().map(|open| (open.since, open.why.clone()))
    }

    /// The time until which a message of the sender waits; `None` if it may be sent, or may probe.
    pub fn holds(&self, sender: SenderId, now: Time) -> Option<Time> {
        let lines = self.lines();
        let open = lines.get(&sender)?.open.as_ref()?;
        (now < open.probe_at).then(|| now + PAUSE_DEFAULT)
    }

    /// Called just before a send: of several messages one becomes the probe. `Err` is the time until which the others
    /// wait.
    pub fn claim(&self, sender: SenderId, now: Time) -> Result<(), Time> {
        let mut lines = self.lines();
        let Some(open) = lines.get_mut(&sender).and_then(|line| line.open.as_mut()) else { return Ok(()) };
        if now < open.probe_at {
            return Err(now + PAUSE_DEFAULT);
        }
        open.probe_at = now + PROVIDER_TIMEOUT;
        Ok(())
    }

    /// Counts a request that begins.
    pub fn began(&self, sender: SenderId, now: Time) {
        let mut lines = self.lines();
        let line = lines.entry(sender).or_default();
        if line.flying == 0 {
            line.heard = now;
        }
        line.flying += 1;
    }

    /// Counts the end of a request that began at `began`.
    pub fn ended(&self, sender: SenderId, id: OutboundId, began: Time, result: &Result<Receipt, SendError>, now: Time) {
        let mut lines = self.lines();
        let line = lines.entry(sender).or_default();
        line.flying = line.flying.saturating_sub(1);
        match result {
            Err(error) if is_outage(error) => {
                if let Some(open) = &mut line.open {
                    open.probes += 1;
                    open.probe_at = now + rest(open.probes);
                    return;
                }
                line.failed.retain(|other| *other != id);
                line.failed.push(id);
                if line.failed.len() >= BREAKER_FAILURES {
                    line.open(sender, format!("{}: {}", error.code, error.text), now);
                }
            }
            Ok(_) | Err(_) => {
                line.failed.clear();
                line.heard = now;
                // A late answer to a request from before the outage says nothing about the present.
                if line.open.as_ref().is_some_and(|open| began >= open.since) {
                    line.close(sender, now);
                }
            }
        }
    }

    /// An operator reports that the platform answers.
    pub fn reset(&self, sender: SenderId, now: Time) {
        if let Some(line) = self.lines().get_mut(&sender) {
            line.failed.clear();
            line.close(sender, now);
        }
    }

    /// The state changes since the last call. A platform that leaves all requests unanswered also counts as silent.
    fn news(&self, now: Time) -> Vec<BreakerChange> {
        let mut all = Vec::new();
        for (sender, line) in self.lines().iter_mut() {
            let silent = line.flying >= BREAKER_FAILURES && now - line.heard >= BREAKER_SILENCE;
            if silent && line.open.is_none() {
                let why =
                    format!("{} requests have waited for an answer for {} s", line.flying, BREAKER_SILENCE.0 / 1_000);
                line.open(*sender, why, now);
            }
            all.append(&mut line.news);
        }
        all
    }

    /// The senders for which a probe is due and was not searched lately.
    fn to_probe(&self, now: Time) -> Vec<SenderId> {
        let mut lines = self.lines();
        let due = lines.iter_mut().filter_map(|(sender, line)| {
            let open = line.open.as_mut()?;
            let rested = open.looked_at.is_none_or(|at| now < at || now - at >= BREAKER_LOOK_EVERY);
            (now >= open.probe_at && rested).then(|| {
                open.looked_at = Some(now);
                *sender
            })
        });
        due.collect()
    }

    fn lines(&self) -> MutexGuard<'_, HashMap<SenderId, SenderBreaker>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl SenderBreaker {
    fn open(&mut self, sender: SenderId, why: String, now: Time) {
        // A new outage soon after the last is reported as the same one.
        let told = self.closed_at.is_none_or(|at| now < at || now - at >= BREAKER_CALM);
        self.failed.clear();
        self.news.push(BreakerChange::Degraded { sender, why: why.clone(), told });
        self.open = Some(Open { since: now, why, probe_at: now + rest(0), probes: 0, looked_at: None });
    }

    fn close(&mut self, sender: SenderId, now: Time) {
        if let Some(open) = self.open.take() {
            self.closed_at = Some(now);
            self.news.push(BreakerChange::Recovered { sender, since: open.since });
        }
    }
}

/// True if the platform did not answer or could not be reached; false if it refused the message or limits the rate.
fn is_outage(error: &SendError) -> bool {
    matches!(error.next, Next::Ambiguous) && error.code != "panic" || never_left(error)
}

/// True if the message was certainly not sent, so that trying again never makes a second one.
pub fn never_left(error: &SendError) -> bool {
    matches!(error.next, Next::Retry { .. }) && error.code == "unreachable"
}

/// 5 s, 10 s, 20 s, … up to a minute.
fn rest(probes: u32) -> Span {
    let factor = 2_i64.pow(probes.min(10));
    Span(BREAKER_PROBE_FIRST.0.saturating_mul(factor)).min(BREAKER_PROBE_MAX)
}

impl SenderHealth {
    /// Sends a message to its platform, and records whether it answers; `trace`: its id in the wire log.
    pub(crate) async fn hand_over(&self, trace: i64, outgoing: &Outgoing) -> Result<Receipt, SendError> {
        let (id, sender) = (outgoing.id, outgoing.sender);
        let Some(provider) = self.senders.provider_of(sender) else {
            let text = format!("no provider serves sender {sender}");
            return Err(SendError { next: Next::Misconfigured, code: "unknown_sender".into(), text });
        };
        let began = self.clock.now();
        self.metrics.sends_in_flight.inc();
        self.breaker.began(sender, began);
        let sending = wire::traced(trace, Part::Send(id.0), provider.send(self.http.as_ref(), outgoing));
        let sent = caught(pin!(sending)).await.unwrap_or_else(|panic| {
            tracing::error!(outbound.id = %id, "Sending message {id} panicked, which is a bug of ours; it counts as an unknown send: {panic}");
            Err(SendError { next: Next::Ambiguous, code: "panic".into(), text: panic })
        });
        let now = self.clock.now();
        self.metrics.sends_in_flight.dec();
        self.metrics.send_seconds.observe(in_seconds(now - began));
        self.breaker.ended(sender, id, began, &sent, now);
        sent
    }

    /// Reports state changes, wakes messages whose platform answers again, and finds messages for due probes.
    pub(crate) async fn check_breaker(self: &Arc<Self>, now: Time) -> anyhow::Result<()> {
        for news in self.breaker.news(now) {
            self.report_breaker(&news, now).await;
            if let BreakerChange::Recovered { sender, .. } = news {
                self.wake_waiting(sender).await?;
            }
        }
        for sender in self.breaker.to_probe(now) {
            if let Some(contact) = outbound::next_probe(&self.store, sender).await? {
                self.queue.push(contact, LaneTask::AskAnew { sender });
            }
        }
        Ok(())
    }

    async fn report_breaker(&self, news: &BreakerChange, now: Time) {
        let (alarm, sender, text) = match news {
            BreakerChange::Degraded { told: false, .. } => return,
            BreakerChange::Degraded { sender, why, .. } => {
                tracing::error!(
                    sender.id = %sender,
                    "The platform of sender {sender} does not answer; its messages wait in order, and one at a time is tried"
                );
                ("sender_degraded", *sender, format!("Its platform does not answer: {why}"))
            }
            BreakerChange::Recovered { sender, since } => {
                let elapsed = now - *since;
                tracing::info!(sender.id = %sender, elapsed_ms = elapsed.0, "The platform of sender {sender} answers again");
                ("sender_recovered", *sender, "Its platform answers again; what waited goes out.".to_owned())
            }
        };
        self.metrics.alarm(alarm);
        let mut set = WriteSet::new();
        self.events.notify(
            &mut set,
            "alarm",
            serde_json::json!({"alarm": alarm, "sender_id": sender, "text": text}),
            now,
        );
        if !set.is_empty()
            && let Err(error) = self.store.commit(set).await
        {
            tracing::warn!(sender.id = %sender, "The notification about the platform of sender {sender} could not be stored: {error}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::ids::ProviderId;

    const ONE: SenderId = SenderId(1);

    fn failed(next: Next, code: &str) -> Result<Receipt, SendError> {
        Err(SendError { next, code: code.into(), text: "why".into() })
    }

    fn taken() -> Result<Receipt, SendError> {
        Ok(Receipt { provider_id: ProviderId::from("p"), aliases: Vec::new(), held_for_quality: false })
    }

    fn fails(breaker: &Breaker, ids: impl IntoIterator<Item = usize>, now: Time) {
        for id in ids {
            breaker.began(ONE, now);
            breaker.ended(ONE, OutboundId(id as i64), now, &failed(Next::Ambiguous, "timeout"), now);
        }
    }

    #[test]
    fn so_many_messages_without_an_answer_open_it_and_one_fewer_does_not() {
        let breaker = Breaker::default();
        let at = Time(1_000);
        fails(&breaker, 1..BREAKER_FAILURES, at);
        assert_eq!((breaker.degraded(ONE), breaker.holds(ONE, at)), (None, None));
        fails(&breaker, [BREAKER_FAILURES], at);
        assert_eq!(breaker.degraded(ONE), Some((at, "timeout: why".into())));
        assert_eq!(breaker.holds(ONE, at), Some(at + PAUSE_DEFAULT));
        let degraded = BreakerChange::Degraded { sender: ONE, why: "timeout: why".into(), told: true };
        assert_eq!((breaker.news(at), breaker.news(at)), (vec![degraded], vec![]));
    }

    #[test]
    fn one_message_that_fails_again_and_again_is_no_outage() {
        let breaker = Breaker::default();
        fails(&breaker, std::iter::repeat_n(7, BREAKER_FAILURES * 2), Time(0));
        assert_eq!(breaker.degraded(ONE), None);
    }

    #[test]
    fn a_refusal_is_an_answer() {
        let breaker = Breaker::default();
        fails(&breaker, 1..BREAKER_FAILURES, Time(0));
        breaker.began(ONE, Time(0));
        breaker.ended(ONE, OutboundId(99), Time(0), &failed(Next::Retry { after: None }, "http_429"), Time(0));
        fails(&breaker, 1..BREAKER_FAILURES, Time(0));
        assert_eq!(breaker.degraded(ONE), None);
        assert!(is_outage(&failed(Next::Retry { after: None }, "unreachable").unwrap_err()));
    }

    #[test]
    fn one_message_at_a_time_tries_and_ever_more_seldom() {
        let breaker = Breaker::default();
        let mut now = Time(0);
        fails(&breaker, 1..=BREAKER_FAILURES, now);
        for wait in [5, 10, 20, 40, 60, 60] {
            now = now + Span::seconds(wait) - Span(1);
            assert!(breaker.claim(ONE, now).is_err(), "{wait}");
            now = now + Span(1);
            assert_eq!(breaker.holds(ONE, now), None);
            assert_eq!(breaker.claim(ONE, now), Ok(()));
            assert!(breaker.claim(ONE, now).is_err(), "while that one is under way");
            fails(&breaker, [50], now);
        }
    }

    #[test]
    fn the_answer_to_a_probe_closes_it_and_that_to_an_older_send_does_not() {
        let breaker = Breaker::default();
        breaker.began(ONE, Time(0));
        fails(&breaker, 1..=BREAKER_FAILURES, Time(1_000));
        breaker.ended(ONE, OutboundId(80), Time(0), &taken(), Time(1_500));
        assert!(breaker.degraded(ONE).is_some());
        let now = Time(1_000) + BREAKER_PROBE_FIRST;
        breaker.claim(ONE, now).unwrap();
        breaker.began(ONE, now);
        breaker.ended(ONE, OutboundId(81), now, &taken(), now);
        assert_eq!((breaker.degraded(ONE), breaker.claim(ONE, now)), (None, Ok(())));
        assert_eq!(breaker.news(now).last(), Some(&BreakerChange::Recovered { sender: ONE, since: Time(1_000) }));
        // Soon again: the same outage.
        fails(&breaker, 1..=BREAKER_FAILURES, now);
        assert!(matches!(breaker.news(now)[..], [BreakerChange::Degraded { told: false, .. }]));
    }

    #[test]
    fn requests_that_nobody_answers_open_it_before_they_time_out() {
        let breaker = Breaker::default();
        for _ in 0..BREAKER_FAILURES {
            breaker.began(ONE, Time(0));
        }
        assert_eq!(breaker.news(Time(0) + BREAKER_SILENCE - Span(1)), []);
        assert!(matches!(breaker.news(Time(0) + BREAKER_SILENCE)[..], [BreakerChange::Degraded { .. }]));
    }
}
