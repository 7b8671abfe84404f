//! Lists the misfortunes of a bad day: each changes a talk at one of its acts.

use crate::{
    base::time::Span,
    flow::tools::testfile::{Delivery, TestAction, TestFault},
};
use serde_json::{Map, Value as Json, json};

/// Something that goes wrong at one act of a talk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Misfortune {
    /// The provider refuses the first message of the act with this code.
    Refused(i64),
    /// The provider does not answer, so that nobody knows whether the message was sent.
    NoAnswer,
    /// The provider reports later that the message did not arrive.
    NotDelivered,
    /// The report of delivery comes after that of reading.
    StatusReversed,
    /// The customer's message is delivered a second time.
    Twice,
    /// The servers that the act calls answer with an error.
    ServerDown,
    /// They do not answer in time.
    ServerSlow,
    Killed,
    /// The customer says nothing for longer than the window is open.
    Silent,
    Stop,
}

/// The facts of an act, from the talk without misfortunes.
#[derive(Debug, Clone, Default)]
pub(super) struct ActFacts {
    /// True if the bot sent something.
    pub sent: bool,
    /// True if the customer wrote or tapped.
    pub heard: bool,
    /// The calls of `http` steps: method and address.
    pub calls: Vec<(String, String)>,
}

/// A talk with a misfortune.
pub(super) struct ChangedTalk {
    pub acts: Vec<TestAction>,
    /// Mocks that go before those of the world.
    pub mocks: Vec<Json>,
}

impl Misfortune {
    pub const ALL: [Misfortune; 12] = [
        Misfortune::Refused(131_047),
        Misfortune::Refused(131_026),
        Misfortune::Refused(130_429),
        Misfortune::NoAnswer,
        Misfortune::NotDelivered,
        Misfortune::StatusReversed,
        Misfortune::Twice,
        Misfortune::ServerDown,
        Misfortune::ServerSlow,
        Misfortune::Killed,
        Misfortune::Silent,
        Misfortune::Stop,
    ];

    pub fn id(self) -> String {
        match self {
            Misfortune::Refused(code) => format!("refused_{code}"),
            Misfortune::NoAnswer => "no_answer".to_owned(),
            Misfortune::NotDelivered => "not_delivered".to_owned(),
            Misfortune::StatusReversed => "status_reversed".to_owned(),
            Misfortune::Twice => "twice".to_owned(),
            Misfortune::ServerDown => "server_down".to_owned(),
            Misfortune::ServerSlow => "server_slow".to_owned(),
            Misfortune::Killed => "killed".to_owned(),
            Misfortune::Silent => "silent".to_owned(),
            Misfortune::Stop => "stop".to_owned(),
        }
    }

    pub fn title(self) -> &'static str {
        match self {
            Misfortune::Refused(131_047) => "The send is refused: the window is closed (131047)",
            Misfortune::Refused(131_026) => "The send is refused: the number cannot be reached (131026)",
            Misfortune::Refused(_) => "The send is refused: too many at once (130429)",
            Misfortune::NoAnswer => "WhatsApp does not answer",
            Misfortune::NotDelivered => "The message is not delivered",
            Misfortune::StatusReversed => "Read is told before delivered",
            Misfortune::Twice => "The customer's message comes twice",
            Misfortune::ServerDown => "A server answers with an error",
            Misfortune::ServerSlow => "A server does not answer in time",
            Misfortune::Killed => "The process is killed",
            Misfortune::Silent => "The customer is silent for 26 hours",
            Misfortune::Stop => "The customer writes STOP",
        }
    }

    /// The talk in which it happens at the act `at`; `None` if it cannot happen there.
    pub fn change(self, acts: &[TestAction], facts: &[ActFacts], at: usize) -> Option<ChangedTalk> {
        let here = facts.get(at)?;
        let before = |act: TestAction| Some(with(acts, at, act));
        let after = |act: TestAction| Some(with(acts, at + 1, act));
        let mocked = |answer: Json| {
            let first = |call: &&(String, String)| facts[..at].iter().all(|earlier| !earlier.calls.contains(call));
            let mut calls: Vec<&(String, String)> = here.calls.iter().filter(first).collect();
            calls.dedup();
            let rule = |(method, url): &(String, String)| {
                let address = url.split(['?', '#']).next().unwrap_or(url);
                Json::Object(Map::from_iter([(format!("{method} {address}"), answer.clone())]))
            };
            let mocks: Vec<Json> = calls.into_iter().map(rule).collect();
            (!mocks.is_empty()).then(|| ChangedTalk { acts: acts.to_vec(), mocks })
        };
        match self {
            Misfortune::Refused(code) if here.sent => before(TestAction::Provider(vec![TestFault::Code(code)])),
            Misfortune::NoAnswer if here.sent => before(TestAction::Provider(vec![TestFault::Timeout])),
            Misfortune::NotDelivered if here.sent => after(TestAction::Status(Delivery::Failed { code: 131_026 })),
            Misfortune::StatusReversed if here.sent => {
                let mut changed = with(acts, at + 1, TestAction::Status(Delivery::Delivered));
                changed.acts.insert(at + 1, TestAction::Status(Delivery::Read));
                Some(changed)
            }
            Misfortune::Twice if here.heard => after(TestAction::Again),
            Misfortune::ServerDown => mocked(json!({"status": 503})),
            Misfortune::ServerSlow => mocked(json!({"fail": "timeout"})),
            Misfortune::Killed => after(TestAction::Restart),
            Misfortune::Silent => after(TestAction::Advance(Span::hours(26))),
            Misfortune::Stop => {
                let mut acts = acts[..=at].to_vec();
                acts.push(TestAction::User("STOP".to_owned()));
                Some(ChangedTalk { acts, mocks: Vec::new() })
            }
            Misfortune::Refused(_)
            | Misfortune::NoAnswer
            | Misfortune::NotDelivered
            | Misfortune::StatusReversed
            | Misfortune::Twice => None,
        }
    }
}

fn with(acts: &[TestAction], at: usize, act: TestAction) -> ChangedTalk {
    let mut acts = acts.to_vec();
    acts.insert(at, act);
    ChangedTalk { acts, mocks: Vec::new() }
}
