//! Simulates Meta in memory: knows each person's true window, accepts or refuses sends, and remembers the arrivals.

use super::world::Diary;
use serde_json::{Value, json};
use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    sync::{Arc, Mutex, MutexGuard},
};
use transom::{
    base::{
        clock::{Clock, ManualClock},
        limits::{PAUSE_DEFAULT, SPAM_PAUSE, WINDOW},
        time::{Span, Time},
    },
    channel::{Body, BoxFuture, Http, HttpError, HttpRequest, HttpResponse, Sent},
    store::InjectedFaults,
};

/// The result of the next send.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mood {
    TooMany(u64),
    /// An HTML page with 500; accepted or not.
    Broken(bool),
    Code(i64),
    /// No answer; accepted or not.
    Silent(bool),
    /// No connection.
    Away,
    /// Accepted, and an answer without an id.
    NoId,
    /// The daemon dies during the request; accepted or not.
    Death(bool),
}

/// A message that reached a phone.
#[derive(Debug, Clone)]
pub struct Arrival {
    /// Our id, from `biz_opaque_callback_data`.
    pub id: i64,
    pub to: String,
    pub wamid: String,
    pub body: Value,
    /// True if the request was answered with 200 and its id.
    pub answered: bool,
    /// Counts processes and disturbances: an answer may be lost in the era in which it was given.
    pub era: u32,
}

/// The statuses of one message that Meta has posted and that were answered with 200.
#[derive(Debug, Clone, Copy, Default)]
pub struct Told {
    pub good: bool,
    pub arrived: bool,
    pub failed: bool,
}

/// An attempt after the recipient's opt-out was in force.
#[derive(Debug, Clone)]
pub struct AfterStop {
    pub id: i64,
    pub to: String,
    pub at: Time,
}

/// A pause that the platform has requested of a sender.
#[derive(Clone, Copy)]
struct Quiet {
    code: i64,
    since: Time,
    until: Time,
    templates_only: bool,
    era: u32,
}

#[derive(Default)]
pub struct State {
    pub arrivals: Vec<Arrival>,
    /// Arrivals whose statuses are not posted yet.
    pub untold: VecDeque<usize>,
    pub told: BTreeMap<i64, Told>,
    pub moods: VecDeque<Mood>,
    /// When each person last opened the window, by one of their addresses.
    opened: BTreeMap<String, Time>,
    /// The other address of people with two.
    pub twins: BTreeMap<&'static str, &'static str>,
    /// People whose opt-out was answered with 200.
    pub stopped: BTreeSet<String>,
    pub after_stop: Vec<AfterStop>,
    /// Messages with any result but a plain temporary refusal: they may be sent out of order.
    pub troubled: BTreeSet<i64>,
    pub wrong: Vec<String>,
    pub era: u32,
    /// Templates that a webhook answered with 200 has made unusable, and since when.
    pub unusable: BTreeMap<&'static str, Time>,
    /// Requested pauses, until a message is accepted or the process that was told is dead.
    quiet: Vec<Quiet>,
    attempts: u32,
}

/// Lives as long as the simulation, over all processes.
#[derive(Clone)]
pub struct MetaWorld {
    state: Arc<Mutex<State>>,
    clock: Arc<ManualClock>,
    diary: Diary,
}

/// The connection of one process: a dead process sends nothing.
pub struct Wire {
    pub world: MetaWorld,
    pub faults: Arc<InjectedFaults>,
}

impl MetaWorld {
    pub fn new(clock: Arc<ManualClock>, diary: Diary) -> MetaWorld {
        MetaWorld { state: Arc::default(), clock, diary }
    }

    pub fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    /// A person wrote: for Meta this is one person, whatever ids a business sees.
    pub fn opens(&self, address: &str, at: Time) {
        let mut state = self.lock();
        let who = state.same(address).to_owned();
        state.opened.insert(who, at);
    }

    fn take(&self, body: &Value) -> Answer {
        let now = self.clock.now();
        let mut state = self.lock();
        let id = id_of(body);
        let to = body["to"].as_str().or(body["recipient"].as_str()).unwrap_or_default();
        let to = to.trim_start_matches('+').to_owned();
        state.attempts += 1;
        if id == 0 || to.is_empty() {
            state.wrong.push(format!("a request without our id or without a recipient: {body}"));
        }
        let freeform = body["type"] != "template";
        let open = state.opened.get(state.same(&to)).is_some_and(|at| now < *at + WINDOW);
        if freeform && !open {
            let opened = state.opened.get(state.same(&to)).copied();
            state
                .wrong
                .push(format!("message {id} left outside the window of {to} at {now:?}, opened {opened:?}: {body}"));
        }
        if state.stopped.contains(&to) {
            state.after_stop.push(AfterStop { id, to: to.clone(), at: now });
        }
        check_quiet(&mut state, id, freeform, now);
        let template = body["template"]["name"].as_str().unwrap_or_default();
        if let Some(since) = state.unusable.get(template).filter(|since| **since < now).copied() {
            state.wrong.push(format!("message {id} is template `{template}`, which cannot go since {since:?}"));
        }
        let mood = state.moods.pop_front();
        let at = jiff::Timestamp::from_millisecond(now.0).unwrap();
        let what = body["type"].as_str().unwrap_or_default();
        let text = &body[what][match what {
            "template" => "name",
            _ => "body",
        }];
        self.diary.lock().unwrap().push(format!("{at}   message {id} to {to}: {what} {text}, meets {mood:?}"));
        let refused_for_now = matches!(mood, Some(Mood::TooMany(_) | Mood::Away | Mood::Code(131_056)));
        if mood.is_some() && !refused_for_now {
            state.troubled.insert(id);
        }
        let taken = match mood {
            None | Some(Mood::NoId) => true,
            Some(Mood::Broken(taken) | Mood::Silent(taken) | Mood::Death(taken)) => taken,
            Some(Mood::TooMany(_) | Mood::Code(_) | Mood::Away) => false,
        };
        if freeform && !open {
            return Answer::Json(400, error(131_047), None);
        }
        if let Some(Mood::Code(code)) = mood
            && let Some((wait, templates_only)) = pause_of(code)
        {
            let era = state.era;
            state.quiet.push(Quiet { code, since: now, until: now + wait, templates_only, era });
        }
        if mood.is_none() {
            state.quiet.clear();
        }
        let wamid = format!("wamid.OUT{:05}", state.attempts);
        if taken {
            let (era, answered) = (state.era, mood.is_none());
            let arrival = Arrival { id, to: to.clone(), wamid: wamid.clone(), body: body.clone(), answered, era };
            state.arrivals.push(arrival);
            let place = state.arrivals.len() - 1;
            state.untold.push_back(place);
        }
        let receipt = json!({"messaging_product": "whatsapp", "contacts": [{"input": format!("+{to}"), "wa_id": to}],
            "messages": [{"id": wamid}]});
        match mood {
            None => Answer::Json(200, receipt, None),
            Some(Mood::TooMany(after)) => Answer::Json(429, error(130_429), Some(after)),
            Some(Mood::Broken(_)) => Answer::Html(500),
            Some(Mood::Code(code)) => Answer::Json(400, error(code), None),
            Some(Mood::Silent(_)) => Answer::Nothing(Sent::Perhaps, "timeout"),
            Some(Mood::Away) => Answer::Nothing(Sent::No, "unreachable"),
            Some(Mood::NoId) => Answer::Json(200, json!({"messaging_product": "whatsapp"}), None),
            Some(Mood::Death(_)) => Answer::Death,
        }
    }

    /// Checks that a message which has reached its phone is sent again only if the daemon could not know that when it
    /// sent it. A status during the request does not stop it.
    fn check_twice(&self, body: &Value) {
        let mut state = self.lock();
        let id = id_of(body);
        let told = state.told.get(&id).copied().unwrap_or_default();
        let era = state.era;
        let known = state.arrivals.iter().any(|arrival| arrival.id == id && arrival.answered && arrival.era == era);
        if told.arrived || (told.good && !told.failed) || (known && !told.failed) {
            state
                .wrong
                .push(format!("message {id} is sent again, and a status or an answer told that it left ({told:?})"));
        }
    }
}

impl State {
    /// One address for both of a person with two.
    fn same<'a>(&self, address: &'a str) -> &'a str {
        self.twins.get(address).copied().unwrap_or(address)
    }
}

/// Our own id of a message.
fn id_of(body: &Value) -> i64 {
    let opaque = body["biz_opaque_callback_data"].as_str().unwrap_or_default();
    opaque.strip_prefix("transom:").and_then(|id| id.parse().ok()).unwrap_or(0)
}

/// The pause that a code requests: how long, and whether texts may be sent (platform.md 4.11).
fn pause_of(code: i64) -> Option<(Span, bool)> {
    match code {
        131_048 => Some((SPAM_PAUSE, false)),
        190 | 368 | 131_031 => Some((PAUSE_DEFAULT, false)),
        131_042 => Some((PAUSE_DEFAULT, true)),
        _ => None,
    }
}

/// A send that was running at the same moment may still arrive.
fn check_quiet(state: &mut State, id: i64, freeform: bool, now: Time) {
    let era = state.era;
    let asked = |quiet: &&Quiet| {
        quiet.era == era && quiet.since < now && now < quiet.until && !(freeform && quiet.templates_only)
    };
    if let Some(quiet) = state.quiet.iter().find(asked).copied() {
        let Quiet { code, since, until, .. } = quiet;
        let asked = format!("{code} at {since:?} asks for silence until {until:?}");
        state.wrong.push(format!("message {id} left at {now:?}, and {asked}"));
    }
}

enum Answer {
    Json(u16, Value, Option<u64>),
    Html(u16),
    Nothing(Sent, &'static str),
    Death,
}

impl Http for Wire {
    fn send(&self, request: HttpRequest) -> BoxFuture<'_, Result<HttpResponse, HttpError>> {
        Box::pin(async move {
            if self.faults.is_dead() {
                return std::future::pending().await;
            }
            let body: Value =
                serde_json::from_slice(&request.body.map(Body::into_bytes).unwrap_or_default()).unwrap_or_default();
            self.world.check_twice(&body);
            self.faults.others_first().await;
            match self.world.take(&body) {
                Answer::Json(status, body, retry_after) => {
                    self.faults.others_first().await;
                    let mut answer = HttpResponse { status, body: body.to_string().into(), ..HttpResponse::default() };
                    if let Some(after) = retry_after {
                        answer.headers.insert("retry-after", after.into());
                    }
                    Ok(answer)
                }
                Answer::Html(status) => {
                    Ok(HttpResponse { status, body: b"<html>Oops</html>".to_vec(), ..HttpResponse::default() })
                }
                Answer::Nothing(sent, code) => Err(HttpError { sent, code, text: "it broke".into() }),
                Answer::Death => {
                    self.faults.die();
                    std::future::pending().await
                }
            }
        })
    }
}

fn error(code: i64) -> Value {
    let text = format!("(#{code}) as Meta says it");
    json!({"error": {"message": text, "type": "OAuthException", "code": code,
        "error_data": {"messaging_product": "whatsapp", "details": text}}})
}
