//! Simulates one conversation: the engine, the person, the clock and all waiting messages.

mod order;
mod shown;
mod world;

use crate::{
    Versions,
    base::{
        ids::VersionId,
        place::SourceFile,
        time::{Span, Time},
    },
    model::{
        channel_limits::ChannelLimits,
        contact::{Contact, ContactData},
        content::Content,
        effect::{HttpCall, McpCall, MessageDraft, ModelCall, PlannedFlow, TalkEntry},
        event::DeliveryOutcome,
        inbound::InboundKind,
        pauses::Paused,
        session::{Person, Session},
        template::ButtonValue,
        value::Value,
        window::Window,
    },
    parse_set,
};
use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    sync::Arc,
};

#[derive(Clone)]
pub struct Talk {
    pub versions: Versions,
    pub session: String,
    pub contact: Contact,
    pub window: Window,
    /// The limits of the sender's platform.
    pub carries: &'static ChannelLimits,
    /// The public address of the daemon.
    pub public_url: Option<&'static str>,
    pub now: Time,
    env: BTreeMap<String, String>,
    /// Outcomes of messages that the engine must still get.
    fates: VecDeque<(u32, DeliveryOutcome)>,
    /// Waiting messages: the draft, the time at which it was written, and the time of the next decision (`None`: held).
    kept: Vec<(MessageDraft, Time, Option<Time>)>,
    pub unread: Vec<String>,
    /// All sent messages in their final form.
    pub said: Vec<Content>,
    pub happened: Vec<String>,
    pub calls: Vec<HttpCall>,
    pub questions: Vec<ModelCall>,
    /// The price of each answer of a model, in millionths of the currency unit.
    answer_cost: i64,
    /// The messages so far, as the runtime gives them to the engine.
    pub talk: Vec<TalkEntry>,
    /// The open calls of MCP tools.
    pub used: Vec<McpCall>,
    keys: Vec<Option<String>>,
    /// Planned starts of `start` steps for the runtime.
    pub planned: Vec<PlannedFlow>,
    last_number: u32,
    next_fate: Option<DeliveryOutcome>,
    unusable: Vec<String>,
    ttl: Option<Span>,
    pub trace: Vec<String>,
    received: i64,
    /// The advertisement of the next message.
    referral: Option<crate::model::inbound::Referral>,
    /// Flows whose last runs all failed, and paused ones.
    pub paused: Paused,
    /// The used keys of `once_per`.
    once: BTreeSet<String>,
}

const START: &str = "2026-11-20T12:00:00Z";

impl Talk {
    pub fn new(bot: &str, flows: &str) -> Talk {
        Talk::with_files(bot, flows, &[])
    }

    /// A conversation with further files: translations, scripts.
    pub fn with_files(bot: &str, flows: &str, more: &[(&str, &str)]) -> Talk {
        let mut files = vec![SourceFile::new("flows/_bot.yaml", bot)];
        files.extend(more.iter().map(|(path, text)| SourceFile::new(*path, *text)));
        for text in flows.split("\n---\n") {
            let name = text.lines().find_map(|line| line.trim().strip_prefix("flow:")).unwrap_or("x").trim();
            files.push(SourceFile::new(format!("flows/{name}.yaml"), text));
        }
        let (set, findings) = parse_set(&files);
        let errors: Vec<String> = findings.iter().filter(|found| found.is_error()).map(ToString::to_string).collect();
        assert!(errors.is_empty(), "{}", errors.join("\n"));
        let now = Time(START.parse::<jiff::Timestamp>().unwrap().as_millisecond());
        let data = ContactData {
            phone: Some("+34600111222".into()),
            name: Some("Ada Lovelace".into()),
            ..ContactData::default()
        };
        Talk {
            versions: Versions::new(VersionId(1), Arc::new(set)),
            session: serde_json::to_string(&Session::default()).unwrap(),
            contact: Contact { id: crate::base::ids::ContactId(1), account: "acme".into(), opted_out: None, data },
            window: Window::default(),
            carries: &crate::model::channel_limits::META,
            public_url: None,
            now,
            env: BTreeMap::from([("URL".into(), "https://shop.example".into())]),
            fates: VecDeque::new(),
            kept: Vec::new(),
            unread: Vec::new(),
            said: Vec::new(),
            happened: Vec::new(),
            calls: Vec::new(),
            questions: Vec::new(),
            answer_cost: 0,
            talk: Vec::new(),
            used: Vec::new(),
            keys: Vec::new(),
            planned: Vec::new(),
            last_number: 0,
            next_fate: None,
            unusable: Vec::new(),
            ttl: None,
            trace: Vec::new(),
            received: 0,
            paused: Paused::default(),
            once: BTreeSet::new(),
            referral: None,
        }
    }

    pub fn session(&self) -> Session {
        serde_json::from_str(&self.session).unwrap()
    }

    pub fn line(&mut self, line: &str) -> Result<(), String> {
        if let Some(text) = line.strip_prefix("> ") {
            let said = if self.unread.is_empty() { "nothing".to_owned() } else { self.unread.remove(0) };
            return if said == text { Ok(()) } else { Err(format!("it said `{said}`")) };
        }
        if let Some(name) = line.strip_prefix("! ") {
            let said = if self.unread.is_empty() { "nothing".to_owned() } else { self.unread.remove(0) };
            return if said == format!("template {name}") { Ok(()) } else { Err(format!("it said `{said}`")) };
        }
        if let Some(what) = line.strip_prefix("* ") {
            let place = self.happened.iter().position(|happened| happened == what);
            let place = place.ok_or_else(|| format!("what happened was {:?}", self.happened))?;
            self.happened.remove(place);
            return Ok(());
        }
        if let Some(rest) = line.strip_prefix("= ") {
            let (name, wanted) = rest.split_once(' ').unwrap_or((rest, ""));
            return self.expect_value(name, wanted);
        }
        self.nothing_unread()?;
        self.happened.clear();
        if let Some(title) = line.strip_prefix("<- ") {
            let id = self.button(title).ok_or("there is no such button")?;
            self.receive(InboundKind::Button { id, title: title.into() }, self.now);
        } else if let Some(text) = line.strip_prefix("< ") {
            self.receive(InboundKind::Text { body: text.into() }, self.now);
        } else if let Some(span) = line.strip_prefix('+') {
            self.pass(Span::parse(span).map_err(|e| e.clone())?);
        } else if let Some(order) = line.strip_prefix("~ ") {
            self.order(order)?;
        } else {
            return Err("what is this?".into());
        }
        Ok(())
    }

    pub fn nothing_unread(&self) -> Result<(), String> {
        if self.unread.is_empty() { Ok(()) } else { Err(format!("unread: {:?}", self.unread)) }
    }

    /// A part of the open case, in one word.
    fn of_case(&self, name: &str) -> String {
        let session = self.session();
        let person = session.person.as_ref();
        let case = person.and_then(|person| person.case.as_ref());
        let found = match name {
            "case" => person.and_then(Person::case_state).map(|state| state.as_str().to_owned()),
            "agent" => person.and_then(|person| person.agent.clone()),
            "due" => case.and_then(|case| Some((case.due_at()? - self.now).to_string())),
            _ => case.and_then(|case| case.priority.clone()),
        };
        found.unwrap_or_else(|| "none".to_owned())
    }

    fn expect_value(&self, name: &str, wanted: &str) -> Result<(), String> {
        let session = self.session();
        let value = match name.strip_prefix("contact.") {
            Some("tags") => Value::text(self.contact.data.tags.iter().cloned().collect::<Vec<_>>().join(",")),
            Some("language") => self.contact.data.language.as_deref().map_or(Value::Nothing, Value::text),
            Some("opted_out") => Value::YesNo(self.contact.opted_out.is_some()),
            Some(field) => match field.strip_prefix("consent.") {
                Some(topic) => self.contact.data.consent.get(topic).map_or(Value::Nothing, |c| Value::YesNo(c.given)),
                None => self.contact.data.fields.get(field).cloned().unwrap_or_default(),
            },
            None => match name {
                "runs" => Value::Whole(session.runs.len() as i64),
                "queue" => Value::Whole(session.queue.len() as i64),
                "calls" => Value::Whole(self.calls.len() as i64),
                "with_person" => Value::YesNo(session.person.is_some()),
                "needs_person" => Value::YesNo(session.needs_person.is_some()),
                "case" | "priority" | "agent" | "due" => Value::text(self.of_case(name)),
                "held" => Value::Whole(self.kept.len() as i64),
                "starts" => Value::Whole(self.contact.data.starts.values().map(|all| all.len() as i64).sum()),
                variable => {
                    let vars = session.runs.last().and_then(|run| run.frames.iter().rev().find_map(|f| f.vars.clone()));
                    vars.unwrap_or_default().get(variable).cloned().unwrap_or_default()
                }
            },
        };
        let shown = value.print().unwrap_or_else(|| value.to_json().to_string());
        if shown == wanted { Ok(()) } else { Err(format!("it is `{shown}`")) }
    }

    fn button(&self, title: &str) -> Option<String> {
        let (title, nth) = title.split_once(" #").map_or((title, 0), |(title, nth)| (title, nth.parse().unwrap_or(0)));
        let of = |content: &Content| match content {
            Content::Buttons { buttons, .. } => buttons.iter().find(|b| b.title == title).map(|b| b.id.clone()),
            Content::List { rows, .. } => rows.iter().find(|row| row.title == title).map(|row| row.id.clone()),
            Content::Template(template) => template.buttons.iter().find_map(|button| match button {
                ButtonValue::Reply { payload, title: own } if own == title => Some(payload.clone()),
                _ => None,
            }),
            _ => None,
        };
        self.said.iter().rev().filter_map(of).nth(nth)
    }
}
