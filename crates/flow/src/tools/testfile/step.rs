//! Parses the steps of a case: the actions of the customer and others, and the checks.

use super::{
    arrivals::{self, Arrival},
    expected::{self, BotSays, Expected},
    facts::{self, Fact, value_of},
    head::Head,
    moment::Moment,
};
use crate::{
    base::{
        advice,
        diagnostic::{Diagnostic, Findings, did_you_mean},
        fields::Fields,
        foreign_words,
        place::Place,
        time::Span,
        yaml::{Entry, Kind, Node},
    },
    definition::FlowSet,
    load::spec::TEST_STEPS,
    model::{content::MediaKind, value::Value},
};
use std::collections::BTreeMap;

#[derive(Debug, Clone)]
pub struct Step {
    /// The place of its verb.
    pub place: Place,
    pub act: TestAction,
    /// The value of the verb, or the word alone; `None` if it is not from a file.
    pub written: Option<Node>,
}

#[derive(Debug, Clone)]
pub enum TestAction {
    /// The customer writes.
    User(String),
    /// The customer taps a button that was shown, by its id or title.
    Tap(String),
    Media {
        kind: MediaKind,
        caption: Option<String>,
    },
    /// A voice note with the words that are heard in it; `None`: nothing is.
    Voice(Option<String>),
    Location {
        latitude: f64,
        longitude: f64,
    },
    /// Baskets, forms, reactions and the like.
    Arrives(Arrival),
    /// The platform delivers the customer's newest message a second time.
    Again,
    /// The provider's status for the newest message.
    Status(Delivery),
    /// An event from outside: `POST /v1/events`.
    Event {
        name: String,
        data: Value,
    },
    /// Another system posts to `/hooks/NAME`, with a valid signature for `verify`.
    Webhook {
        name: String,
        body: Value,
        /// Set if the request must be refused: a part of the reason; `any`: for any reason.
        refused: Option<String>,
    },
    /// `POST /v1/runs`: starts the tested flow with these inputs.
    Api(BTreeMap<String, Value>),
    /// A person of the business writes; the text is only for readers of the test.
    Person(String),
    /// The person returns the conversation to the bot.
    HandBack,
    /// The contact's data is changed from outside.
    Set(Vec<Fact>),
    Advance(Span),
    AdvanceTo(Moment),
    /// The provider's results for the next sends.
    Provider(Vec<TestFault>),
    /// The process is killed and started again.
    Restart,
    Bot(BotSays),
    Expect(Vec<Expected>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Delivery {
    Sent,
    Delivered,
    Read,
    Failed { code: i64 },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TestFault {
    /// The provider's error with this code.
    Code(i64),
    /// No answer: the message may have been sent.
    Timeout,
}

const MEDIA: [MediaKind; 5] =
    [MediaKind::Image, MediaKind::Audio, MediaKind::Video, MediaKind::Document, MediaKind::Sticker];
/// Meta's error "message undeliverable".
const UNDELIVERABLE: i64 = 131_026;

/// A text that the customer writes, whatever its words; `None` if the node is no text.
pub(super) fn said(node: &Node) -> Option<Step> {
    let act = TestAction::User(node.text()?.to_owned());
    Some(Step { place: node.place.clone(), act, written: Some(node.clone()) })
}

pub(super) fn read(node: &Node, set: &FlowSet, head: &Head, findings: &Findings) -> Option<Step> {
    if let Some(word) = node.text() {
        let alone = match word {
            "restart" => Some(TestAction::Restart),
            "again" => Some(TestAction::Again),
            "hand_back" => Some(TestAction::HandBack),
            "api" => Some(TestAction::Api(BTreeMap::new())),
            _ => arrivals::alone(word).map(TestAction::Arrives),
        };
        if let Some(act) = alone {
            return Some(Step { place: node.place.clone(), act, written: Some(node.clone()) });
        }
        if !node.is_broken() {
            findings.push(match is_verb(word) {
                true => Diagnostic::error("E957", &node.place, format!("`{word}` needs a value"))
                    .help(format!("write `{word}: …`")),
                false => unknown(word, &node.place),
            });
        }
        return None;
    }
    let Some(entries) = node.map().filter(|entries| !entries.is_empty()) else {
        if !node.is_broken() {
            let message = format!("a step is `verb: value`, and this is {}", node.describe());
            findings.push(Diagnostic::error("E957", &node.place, message).help("write `user: hello`"));
        }
        return None;
    };
    let mut verbs = entries.iter().filter(|entry| is_verb(&entry.key.text));
    let first = verbs.next();
    for other in entries.iter().filter(|entry| !is_verb(&entry.key.text)) {
        findings.push(unknown(&other.key.text, &other.key.place));
    }
    let first = first?;
    if let Some(second) = verbs.next() {
        let message =
            format!("one step does one thing, and this one has `{}` and `{}`", first.key.text, second.key.text);
        let finding = Diagnostic::error("E957", &second.key.place, message).label(&first.key.place, "the first one");
        findings.push(finding.help("begin a new step with `- `"));
    }
    let act = act(first, set, head, findings)?;
    Some(Step { place: first.key.place.clone(), act, written: Some(first.value.clone()) })
}

fn is_verb(name: &str) -> bool {
    TEST_STEPS.iter().any(|verb| verb.name == name)
}

fn unknown(name: &str, place: &Place) -> Diagnostic {
    let verbs = || TEST_STEPS.iter().map(|verb| verb.name);
    let all = || verbs().collect::<Vec<_>>().join("`, `");
    let foreign = || foreign_words::test_step(name).map(|ours| format!("write `{ours}: …`"));
    let ours = advice::test_step(name).map(str::to_owned).or_else(foreign);
    let help = ours.or_else(|| did_you_mean(name, verbs())).unwrap_or_else(|| format!("it is one of `{}`", all()));
    Diagnostic::error("E957", place, format!("tests have no step `{name}`")).help(help)
}

fn act(entry: &Entry, set: &FlowSet, head: &Head, findings: &Findings) -> Option<TestAction> {
    let node = &entry.value;
    let verb = entry.key.text.as_str();
    let wrong = |message: String, help: &str| {
        if !node.is_broken() {
            findings.push(Diagnostic::error("E958", &node.place, message).help(help));
        }
    };
    let text = || {
        if node.text().is_none() {
            wrong(format!("`{verb}` takes a text, and this is {}", node.describe()), "a text with `: ` needs quotes");
        }
        node.text().map(str::to_owned)
    };
    Some(match verb {
        "user" => TestAction::User(text()?),
        "tap" => TestAction::Tap(text()?),
        "media" => media(node, findings)?,
        "voice" => TestAction::Voice(voice(node, set, findings)?),
        "location" => location(node, findings)?,
        "status" => TestAction::Status(status(node, findings)?),
        "webhook" => webhook(node, findings)?,
        "event" => event(node, findings)?,
        "api" => TestAction::Api(api(node, findings)?),
        "person" => TestAction::Person(text()?),
        "hand_back" => TestAction::HandBack,
        "set" => TestAction::Set(changes(node, set, head, findings)),
        "advance" => {
            let read = Span::parse(&text()?).and_then(|span| match span > Span::ZERO {
                true => Ok(span),
                false => Err("time moves forward only".to_owned()),
            });
            match read {
                Ok(span) => TestAction::Advance(span),
                Err(message) => {
                    let (message, help) = message.split_once("; ").unwrap_or((&message, "write `advance: 25h`"));
                    wrong(message.to_owned(), help);
                    return None;
                }
            }
        }
        "advance_to" => {
            let written = text()?;
            let Some(moment) = Moment::parse(&written) else {
                let message = format!("`{written}` is no moment");
                wrong(message, "write a weekday with its time or a date: `Tue 09:59`, `2026-12-02T13:59`");
                return None;
            };
            TestAction::AdvanceTo(moment)
        }
        "provider" => TestAction::Provider(faults(node, findings)),
        "restart" => TestAction::Restart,
        "again" => TestAction::Again,
        "bot" => TestAction::Bot(expected::bot(node, findings)),
        "expect" => TestAction::Expect(expected::expect(node, set, findings)),
        _ if arrivals::VERBS.contains(&verb) => TestAction::Arrives(arrivals::read(verb, node, findings)?),
        _ => return None,
    })
}

fn media(node: &Node, findings: &Findings) -> Option<TestAction> {
    let (kind, caption) = match &node.kind {
        Kind::Map(_) => {
            let mut fields = Fields::new(node, "`media`", findings);
            let kind = fields.required("kind").cloned();
            let caption = fields.opt_text("caption").map(str::to_owned);
            fields.finish();
            (kind?, caption)
        }
        Kind::Null | Kind::Scalar(_) | Kind::List(_) => (node.clone(), None),
    };
    let written = kind.text().unwrap_or_default();
    let Some(found) = MEDIA.into_iter().find(|kind| kind.as_str() == written) else {
        let words = MEDIA.map(MediaKind::as_str);
        let message = format!("`media` is one of `{}`, and this is {}", words.join("`, `"), kind.describe());
        findings.push(Diagnostic::error("E958", &kind.place, message).help_if(did_you_mean(written, words)));
        return None;
    };
    Some(TestAction::Media { kind: found, caption })
}

/// The words of a voice note; `Some(None)`: nothing is heard in it.
fn voice(node: &Node, set: &FlowSet, findings: &Findings) -> Option<Option<String>> {
    let wrong = |message: String, help: &str| {
        if !node.is_broken() {
            findings.push(Diagnostic::error("E958", &node.place, message).help(help));
        }
        None
    };
    if node.map().is_some() {
        let mut fields = Fields::new(node, "`voice`", findings);
        fields.required("unheard");
        let unheard = fields.bool("unheard");
        fields.finish();
        return if unheard { Some(None) } else { wrong("a voice note that is heard has words".into(), HEARD) };
    }
    let Some(words) = node.text().filter(|words| !words.trim().is_empty()) else {
        return wrong(format!("`voice` takes the words that are heard, and this is {}", node.describe()), HEARD);
    };
    if set.bot.voice.is_none() {
        let help = "write `voice: {model: ears}` into `_bot.yaml`, or play it as it arrives: `voice: {unheard: true}`";
        return wrong("the bot hears no voice notes".to_owned(), help);
    }
    Some(Some(words.to_owned()))
}

const HEARD: &str = "write `voice: tomorrow at ten`, or `voice: {unheard: true}`";

fn location(node: &Node, findings: &Findings) -> Option<TestAction> {
    let mut fields = Fields::new(node, "`location`", findings);
    let mut degrees = |name| {
        let node = fields.required(name)?;
        let number = node.text().and_then(|text| text.parse::<f64>().ok()).filter(|number| number.abs() <= 180.0);
        if number.is_none() {
            fields.wrong(node, "E958", format!("`{name}` takes degrees, and this is {}", node.describe()));
        }
        number
    };
    let (latitude, longitude) = (degrees("latitude"), degrees("longitude"));
    fields.finish();
    Some(TestAction::Location { latitude: latitude?, longitude: longitude? })
}

fn status(node: &Node, findings: &Findings) -> Option<Delivery> {
    let words = ["sent", "delivered", "read", "failed"];
    let code = |node: &Node| node.text().and_then(|text| text.parse().ok());
    match (node.text(), node.get("failed").and_then(code)) {
        (Some("sent"), _) => Some(Delivery::Sent),
        (Some("delivered"), _) => Some(Delivery::Delivered),
        (Some("read"), _) => Some(Delivery::Read),
        (Some("failed"), _) => Some(Delivery::Failed { code: UNDELIVERABLE }),
        (None, Some(code)) => Some(Delivery::Failed { code }),
        (text, _) => {
            let message = format!(
                "`status` is `sent`, `delivered`, `read`, `failed` or `{{failed: CODE}}`, and this is {}",
                node.describe()
            );
            let help = did_you_mean(text.unwrap_or_default(), words);
            findings.push(Diagnostic::error("E958", &node.place, message).help_if(help));
            None
        }
    }
}

fn event(node: &Node, findings: &Findings) -> Option<TestAction> {
    if let Some(name) = node.text() {
        return Some(TestAction::Event { name: name.to_owned(), data: Value::Nothing });
    }
    let mut fields = Fields::new(node, "`event`", findings);
    let name = fields.text("name").to_owned();
    let data = fields.node("data").map(value_of).unwrap_or_default();
    fields.finish();
    (!name.is_empty()).then_some(TestAction::Event { name, data })
}

fn webhook(node: &Node, findings: &Findings) -> Option<TestAction> {
    let mut fields = Fields::new(node, "`webhook`", findings);
    let name = fields.text("name").to_owned();
    let body = fields.node("body").map(value_of).unwrap_or_default();
    let refused = fields.opt_text("refused").map(str::to_owned);
    fields.finish();
    (!name.is_empty()).then_some(TestAction::Webhook { name, body, refused })
}

fn api(node: &Node, findings: &Findings) -> Option<BTreeMap<String, Value>> {
    match (value_of(node), node.text()) {
        (Value::Map(inputs), _) => Some(inputs),
        (Value::Nothing, _) | (_, Some("true")) => Some(BTreeMap::new()),
        _ => {
            let message = format!("`api` takes the inputs of the flow, and this is {}", node.describe());
            findings.push(Diagnostic::error("E958", &node.place, message).help("write `api: {name: Ana}`"));
            None
        }
    }
}

fn changes(node: &Node, set: &FlowSet, head: &Head, findings: &Findings) -> Vec<Fact> {
    let Some(entries) = node.map() else {
        let message = format!("`set` takes fields of the contact, and this is {}", node.describe());
        findings.push(Diagnostic::error("E958", &node.place, message).help("write `{contact.city: Sevilla}`"));
        return Vec::new();
    };
    let mut facts = Vec::new();
    for entry in entries {
        let name = entry.key.text.as_str();
        match name.strip_prefix("contact.") {
            Some("phone") => {
                let message = "a test cannot change the phone: it is how the contact is known";
                findings.push(Diagnostic::error("E958", &entry.key.place, message));
            }
            Some(field) => facts.extend(facts::fact(field, entry, set, head.now.time_zone(), findings)),
            None => {
                let message = format!("tests set what is known of the contact, and `{name}` is none of that");
                let finding = Diagnostic::error("E958", &entry.key.place, message);
                findings.push(finding.help(format!("write `contact.{name}`")));
            }
        }
    }
    facts
}

/// Parses `{next_send: {fail: 131047}}`; the items of a list apply to one send after the other.
fn faults(node: &Node, findings: &Findings) -> Vec<TestFault> {
    let mut fields = Fields::new(node, "`provider`", findings);
    fields.required("next_send");
    let mut faults = Vec::new();
    for one in fields.list("next_send") {
        let mut fault = Fields::new(one, "`next_send`", findings);
        let read = fault.required("fail").cloned();
        fault.finish();
        let Some(read) = read else { continue };
        match read.text().map(|text| (text, text.parse::<i64>())) {
            Some((_, Ok(code))) => faults.push(TestFault::Code(code)),
            Some(("timeout", _)) => faults.push(TestFault::Timeout),
            _ if read.is_broken() => {}
            _ => {
                let message = format!(
                    "a send fails with a code of the provider or by `timeout`, and this is {}",
                    read.describe()
                );
                findings.push(Diagnostic::error("E958", &read.place, message).help("write `{fail: 131047}`"));
            }
        }
    }
    fields.finish();
    faults
}
