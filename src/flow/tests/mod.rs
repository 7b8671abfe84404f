//! Transcripts: a flow and a talk, line by line, through the engine and the real decision when to send.
//!
//! `< text` the contact writes · `<- title` taps the newest button with this title · `> text` the bot says
//! exactly this (`> text [A] [B]` with buttons) · `! name` a template goes out · `+2h` time passes ·
//! `* what` something happened (`* run done`) · `~ …` the world: `~ answer 200 {…}`, `~ event paid {…}`,
//! `~ person`, `~ back`, `~ fail 131026` and so on. Everything that the bot says must stand there.

mod asking;
mod busy;
mod calls;
mod consent;
mod errors;
mod fuzz;
mod gathering;
mod kinds;
mod languages;
mod lists;
mod loops;
mod people;
mod random;
mod shown;
mod starting;
mod stopping;
mod undelivered;
mod updating;
mod waiting;
mod windows;

use super::{SenderView, Versions, World, advance, parse_set};
use crate::{
    base::{
        ids::{ConversationId, InboundId, SenderId, VersionId},
        limits::{self, WINDOW},
        place::SourceFile,
        time::{Span, Time},
    },
    model::{
        consent_words::{self, ExtraWords, Word},
        contact::{Contact, ContactData, Patch},
        content::{Content, Edges, MediaKind},
        effect::{Draft, Effect, HttpCall},
        event::{CallAnswer, CallError, ConsentWord, Event, Fate, Happened, Start},
        inbound::{InboundKind, InboundMessage},
        session::Session,
        template::{ButtonValue, Category, TemplateMessage},
        value::Value,
        window::{AnswersAfter, Plan, PlanInput, SenderState, TemplateState, TopicRules, Window, plan},
    },
};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// A flow, and what is said.
pub fn check(flows: &str, transcript: &str) {
    check_bot("bot: Test\nteams: {support: {}}\n", flows, transcript);
}

/// The same with a `_bot.yaml`. Several flows are separated by lines of `---`.
pub fn check_bot(bot: &str, flows: &str, transcript: &str) {
    let mut talk = Talk::new(bot, flows);
    for (number, line) in transcript.lines().map(str::trim).enumerate().filter(|(_, line)| !line.is_empty()) {
        let told = talk.line(line);
        if let Err(what) = told {
            panic!("line {}: `{line}`: {what}\n{transcript}\ntrace:\n{}", number + 1, talk.trace.join("\n"));
        }
    }
    if let Err(what) = talk.nothing_unread() {
        panic!("at the end: {what}\n{transcript}\ntrace:\n{}", talk.trace.join("\n"));
    }
}

const FATES_IN_A_ROW_MAX: usize = 12;

pub struct Talk {
    pub versions: Versions,
    pub session: String,
    pub contact: Contact,
    pub window: Window,
    pub now: Time,
    /// How many fates are being told within one another.
    telling: usize,
    env: BTreeMap<String, String>,
    /// What waits: the draft, when it was written, and when it is looked at again (`None`: held).
    kept: Vec<(Draft, Time, Option<Time>)>,
    unread: Vec<String>,
    said: Vec<Content>,
    happened: Vec<String>,
    calls: Vec<HttpCall>,
    keys: Vec<Option<String>>,
    last_number: u32,
    next_fate: Option<Fate>,
    unusable: Vec<String>,
    ttl: Option<Span>,
    trace: Vec<String>,
    received: i64,
    /// The next message comes from this advertisement.
    referral: Option<crate::model::inbound::Referral>,
    /// Keys of `once_per` that are used up.
    once: BTreeSet<String>,
}

const START: &str = "2026-11-20T12:00:00Z";

impl Talk {
    pub fn new(bot: &str, flows: &str) -> Talk {
        Talk::with_files(bot, flows, &[])
    }

    /// With further files: translations, scripts.
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
            now,
            telling: 0,
            env: BTreeMap::from([("URL".into(), "https://shop.example".into())]),
            kept: Vec::new(),
            unread: Vec::new(),
            said: Vec::new(),
            happened: Vec::new(),
            calls: Vec::new(),
            keys: Vec::new(),
            last_number: 0,
            next_fate: None,
            unusable: Vec::new(),
            ttl: None,
            trace: Vec::new(),
            received: 0,
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

    fn expect_value(&self, name: &str, wanted: &str) -> Result<(), String> {
        let session = self.session();
        let value = match name.strip_prefix("contact.") {
            Some("tags") => Value::text(self.contact.data.tags.iter().cloned().collect::<Vec<_>>().join(",")),
            Some("opted_out") => Value::YesNo(self.contact.opted_out.is_some()),
            Some(field) => match field.strip_prefix("consent.") {
                Some(topic) => self.contact.data.consent.get(topic).map_or(Value::Nothing, |c| Value::YesNo(c.given)),
                None => self.contact.data.fields.get(field).cloned().unwrap_or_default(),
            },
            None => match name {
                "runs" => Value::Whole(session.runs.len() as i64),
                "queue" => Value::Whole(session.queue.len() as i64),
                "with_person" => Value::YesNo(session.person.is_some()),
                "needs_person" => Value::YesNo(session.needs_person.is_some()),
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

    fn order(&mut self, order: &str) -> Result<(), String> {
        let (word, rest) = order.split_once(' ').unwrap_or((order, ""));
        match word {
            "person" => self.event(Event::PersonWrote { agent: Some("eve".into()) }),
            "back" => self.event(Event::HandedBack { agent: Some("eve".into()) }),
            "close" => self.event(Event::Closed),
            "restart" => self.event(Event::Restarted),
            "tick" => self.event(Event::Tick),
            "image" => self.receive(image(), self.now),
            "react" => {
                let emoji = if rest.is_empty() { "👍" } else { rest };
                self.receive(InboundKind::Reaction { emoji: Some(emoji.into()), to: None }, self.now);
            }
            "unreact" => self.receive(InboundKind::Reaction { emoji: None, to: None }, self.now),
            "order" => {
                let order = serde_json::json!({"text": "please", "product_items": [{"product_retailer_id": "sku1"}]});
                self.receive(InboundKind::Order { order }, self.now);
            }
            "form" => {
                let (token, response) = rest.split_once(' ').unwrap_or((rest, "{}"));
                let mut response: serde_json::Value = serde_json::from_str(response).map_err(|e| e.to_string())?;
                response["flow_token"] = token.into();
                self.receive(InboundKind::Form { name: Some("flow".into()), response }, self.now);
            }
            "call" => self.receive(InboundKind::Call { missed: rest == "missed" }, self.now),
            "welcome" => self.receive(InboundKind::Welcome, self.now),
            "ad" => {
                let (id, text) = rest.split_once(' ').ok_or("ad ID TEXT")?;
                self.referral = Some(crate::model::inbound::Referral {
                    source_type: Some("ad".into()),
                    source_id: Some(id.into()),
                    source_url: None,
                    headline: Some("Bikes as new".into()),
                    body: None,
                    click_id: None,
                });
                self.receive(InboundKind::Text { body: text.into() }, self.now);
            }
            "set" => {
                let (name, value) = rest.split_once(' ').unwrap_or((rest, ""));
                let value = if value.is_empty() { Value::Nothing } else { Value::text(value) };
                let fields = BTreeMap::from([(name.to_owned(), value)]);
                self.event(Event::Changed(Box::new(Patch { fields, ..Patch::default() })));
            }
            "gets" => {
                let tags_added = BTreeSet::from([rest.to_owned()]);
                self.event(Event::Changed(Box::new(Patch { tags_added, ..Patch::default() })));
            }
            "loses" => {
                let tags_removed = BTreeSet::from([rest.to_owned()]);
                self.event(Event::Changed(Box::new(Patch { tags_removed, ..Patch::default() })));
            }
            "published" => self.event(Event::Published),
            "elsewhere" => {
                let data = Value::Nothing;
                let what = Happened::Event { name: rest.into(), data };
                self.event(Event::Overheard { what, depth: 1 });
            }
            "wrote_elsewhere" => self.contact.data.last_message_at = Some(self.now),
            "location" => {
                let kind = InboundKind::Location { latitude: 40.4, longitude: -3.7, name: None, address: None };
                self.receive(kind, self.now);
            }
            "button" => {
                let (id, title) = rest.split_once(' ').unwrap_or((rest, rest));
                self.receive(InboundKind::Button { id: id.into(), title: title.into() }, self.now);
            }
            "late" => {
                let (span, text) = rest.split_once(' ').ok_or("late SPAN TEXT")?;
                let at = self.now - Span::parse(span)?;
                self.receive(InboundKind::Text { body: text.into() }, at);
            }
            "event" => {
                let (name, data) = rest.split_once(' ').unwrap_or((rest, "null"));
                let data = Value::from_json(&serde_json::from_str(data).map_err(|e| e.to_string())?);
                self.event(Event::Emitted { name: name.into(), data, depth: 0 });
            }
            "start" => {
                let (flow, trigger) = rest.split_once(' ').unwrap_or((rest, "api"));
                let (trigger, inputs) = trigger.split_once(" {").unwrap_or((trigger, "}"));
                let inputs: serde_json::Value =
                    serde_json::from_str(&format!("{{{inputs}")).map_err(|e| e.to_string())?;
                let Value::Map(inputs) = Value::from_json(&inputs) else { return Err("inputs".into()) };
                self.event(Event::Start(Start {
                    id: None,
                    flow: flow.into(),
                    trigger: trigger.into(),
                    inputs,
                    event: Value::Nothing,
                    at: self.now,
                    depth: 0,
                }));
            }
            "hook" => {
                let (name, body) = rest.split_once(' ').unwrap_or((rest, "{}"));
                let body = Value::from_json(&serde_json::from_str(body).map_err(|e| e.to_string())?);
                let event = crate::flow::views::map([
                    ("name", Value::text(name)),
                    ("body", body.clone()),
                    ("data", body.clone()),
                ]);
                let versions = self.versions.clone();
                for flow in versions.live().flows.values() {
                    for trigger in &flow.triggers {
                        let crate::flow::triggers::Trigger::Webhook(hook) = &trigger.kind else { continue };
                        let inputs = hook.inputs(&body, &versions.live().bot.timezone)?;
                        let (flow, trigger) = (flow.name.clone(), trigger.key.clone());
                        let start =
                            Start { id: None, flow, trigger, inputs, event: event.clone(), at: self.now, depth: 0 };
                        self.event(Event::Start(start));
                    }
                }
            }
            "answer" => {
                let (status, body) = rest.split_once(' ').unwrap_or((rest, "null"));
                let call =
                    if self.calls.is_empty() { return Err("no call is open".into()) } else { self.calls.remove(0) };
                let body = Value::from_json(&serde_json::from_str(body).map_err(|e| e.to_string())?);
                let status = status.parse().map_err(|_| "status")?;
                let result = Ok(CallAnswer { status, headers: BTreeMap::new(), body });
                self.event(Event::Returned { run: call.run, call: call.call, result });
            }
            "error" => {
                let call =
                    if self.calls.is_empty() { return Err("no call is open".into()) } else { self.calls.remove(0) };
                let result = Err(CallError { code: rest.into(), text: "it failed".into() });
                self.event(Event::Returned { run: call.run, call: call.call, result });
            }
            "same_key" => {
                let same = self.keys.windows(2).all(|pair| pair[0] == pair[1]) && self.keys.iter().all(Option::is_some);
                return if same { Ok(()) } else { Err(format!("{:?}", self.keys)) };
            }
            "fail" => self.next_fate = Some(Fate::Failed { code: rest.into(), text: "refused".into() }),
            "unknown" => self.next_fate = Some(Fate::Unknown),
            "delivered" => self.event(Event::Delivery { message: self.last_number, fate: Fate::Delivered }),
            "read" => self.event(Event::Delivery { message: self.last_number, fate: Fate::Read }),
            "failed" => {
                let fate = Fate::Failed { code: rest.into(), text: "refused".into() };
                self.event(Event::Delivery { message: self.last_number, fate });
            }
            "postponed" => {
                let until = self.now + Span::days(1);
                self.event(Event::Delivery { message: self.last_number, fate: Fate::Postponed { until } });
            }
            "consent" => {
                let (topic, given) = rest.split_once(' ').ok_or("consent TOPIC given")?;
                let consent = crate::model::contact::Consent { given: given == "given", at: self.now };
                self.contact.data.consent.insert(topic.into(), consent);
            }
            "tag" => {
                self.contact.data.tags.insert(rest.into());
            }
            "language" => self.contact.data.language = Some(rest.into()),
            "preference" => self.event(Event::Preference { given: rest == "on", by: "whatsapp".into() }),
            "unusable" => self.unusable.push(rest.into()),
            "ttl" => self.ttl = Some(Span::parse(rest)?),
            "usable" => {
                self.unusable.clear();
                self.release();
            }
            other => return Err(format!("no order `{other}`")),
        }
        Ok(())
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

    fn receive(&mut self, kind: InboundKind, at: Time) {
        self.received += 1;
        let text = crate::model::answer::text_of(&kind).unwrap_or_default();
        let bot = &self.versions.live().bot.opt_out;
        let word = match consent_words::recognise(text, &ExtraWords::new(&bot.words, &bot.unsure)) {
            Some(Word::Stop) => {
                self.contact.opted_out = Some(self.now);
                Some(ConsentWord::Stop)
            }
            Some(Word::Start) if self.contact.opted_out.is_some() => {
                self.contact.opted_out = None;
                Some(ConsentWord::Start)
            }
            _ => None,
        };
        if !matches!(kind, InboundKind::Reaction { .. }) {
            self.window.open(at);
        }
        self.contact.data.last_message_at = Some(at);
        let message = InboundMessage {
            provider_id: format!("wamid.{}", self.received).into(),
            at,
            from: Vec::new(),
            name: None,
            kind,
            reply_to: None,
            referral: self.referral.take(),
        };
        let released =
            if word.is_none() && self.session().person.is_none() { std::mem::take(&mut self.kept) } else { Vec::new() };
        let id = InboundId(self.received);
        self.event(Event::Received { id, message, reply_to: None, word });
        // The runtime releases first and judges then, in one commit; what the engine drops stays at home.
        let mut dropped = std::mem::take(&mut self.kept);
        dropped.retain(|(draft, ..)| draft.number > self.last_number);
        let gone: Vec<String> = self.happened.clone();
        for (draft, written, _) in released {
            let drop = format!("drop {}", draft.number);
            if !gone.contains(&drop)
                && !gone.contains(&"drop all".to_owned())
                && !gone.contains(&format!("drop run {}", draft.run.unwrap_or(0)))
            {
                self.send(draft, written, true);
            }
        }
        self.kept.extend(dropped);
    }

    /// Looks at everything that is kept again.
    fn release(&mut self) {
        for (draft, written, _) in std::mem::take(&mut self.kept) {
            self.send(draft, written, true);
        }
    }

    fn pass(&mut self, span: Span) {
        let end = self.now + span;
        for _ in 0..10_000 {
            let due = self.session().due_at().map(|at| at.max(self.now));
            let kept = self.kept.iter().map(|(draft, written, at)| at.unwrap_or(*written + hold(draft)));
            let Some(next) = kept.chain(due).filter(|at| *at <= end).min() else { break };
            self.now = self.now.max(next);
            let (now_due, later): (Vec<_>, Vec<_>) = std::mem::take(&mut self.kept)
                .into_iter()
                .partition(|(draft, written, at)| at.unwrap_or(*written + hold(draft)) <= self.now);
            self.kept = later;
            for (draft, written, _) in now_due {
                self.send(draft, written, false);
            }
            if due.is_some_and(|at| at <= self.now) {
                self.event(Event::Tick);
            }
        }
        self.now = end;
    }

    /// One turn: the session goes through the database's text, and the effects are done.
    pub fn event(&mut self, event: Event) {
        let session = self.session();
        assert_eq!(serde_json::to_string(&session).unwrap(), self.session, "it returns as it was");
        let turn = session.turn;
        let world = World {
            now: self.now,
            contact: &self.contact,
            conversation: ConversationId(1),
            sender: SenderView { id: SenderId(1), name: "Support", language: None },
            window: self.window,
            env: &self.env,
            paused: &Default::default(),
            once: &self.once,
            token_key: b"key",
        };
        let outcome = advance(&self.versions, session.clone(), event.clone(), &world);
        let again = advance(&self.versions, session, event, &world);
        assert_eq!(outcome, again, "the same inputs give the same outcome");
        assert_eq!(outcome.session.turn, turn + 1);
        assert!(outcome.passage.steps.len() <= limits::STEPS_PER_TURN_MAX, "a turn has an end");
        self.session = serde_json::to_string(&outcome.session).unwrap();
        assert_eq!(self.session, serde_json::to_string(&again.session).unwrap(), "the same inputs give the same bytes");
        assert_eq!(self.session(), outcome.session, "the session returns as it was");
        if let Some(data) = outcome.contact {
            self.contact.data = data;
        }
        for entry in outcome.trace {
            self.trace.push(format!("  {} {}", entry.step.map(|s| s.to_string()).unwrap_or_default(), entry.what));
        }
        for effect in outcome.effects {
            self.effect(effect);
        }
    }

    fn effect(&mut self, effect: Effect) {
        let what = match effect {
            Effect::Send(draft) => {
                let now = self.now;
                self.send(*draft, now, false);
                return;
            }
            Effect::Call(call) => {
                let what = format!("call {} {} try {}", call.method, call.url, call.attempt);
                self.keys.push(call.key.clone());
                self.calls.push(*call);
                what
            }
            Effect::Drop { run, message } => {
                self.kept.retain(|(draft, ..)| match (run, message) {
                    (_, Some(message)) => draft.number != message,
                    (Some(run), None) => draft.run != Some(run),
                    (None, None) => false,
                });
                match (run, message) {
                    (_, Some(message)) => format!("drop {message}"),
                    (Some(run), None) => format!("drop run {run}"),
                    (None, None) => "drop all".into(),
                }
            }
            Effect::Consent { topic, given, .. } => format!("consent {topic} {given}"),
            Effect::OptOut { out, .. } => {
                self.contact.opted_out = out.then_some(self.now);
                format!("opt_out {out}")
            }
            Effect::Handoff { team, summary, out_of_hours, .. } => {
                let closed = if out_of_hours { " closed" } else { "" };
                format!("handoff {team}{closed}{}", summary.map(|s| format!(": {s}")).unwrap_or_default())
            }
            Effect::NeedsPerson { .. } => "needs person".into(),
            Effect::Emit { name, data, .. } => format!("emit {name} {}", data.to_json()),
            Effect::Started { flow, refused, queued, .. } => match (refused, queued) {
                (Some(reason), _) => format!("refused {flow} {}", reason.as_str()),
                (None, true) => format!("queued {flow}"),
                (None, false) => format!("started {flow}"),
            },
            Effect::Split { name, case, fresh } => format!("split {name} {case}{}", if fresh { "" } else { " again" }),
            Effect::StartDropped { flow, .. } => format!("not meant {flow}"),
            Effect::RunBegan { flow, .. } => format!("began {flow}"),
            Effect::RunEnded { end, .. } => format!("run {}", end.as_str()),
            Effect::Once { key } => {
                self.once.insert(key);
                return;
            }
            Effect::Happened { .. } => return,
            Effect::RunMoved { .. } => "moved".into(),
            Effect::Unanswered => "unanswered".into(),
            Effect::Alarm { kind, .. } => format!("alarm {kind}"),
            Effect::Failed { code, .. } => format!("failed {code}"),
            Effect::DeadLetter { .. } => "dead letter".into(),
        };
        self.happened.push(what);
    }

    /// What the sender does: plans, and tells the engine where it wants to know.
    fn send(&mut self, draft: Draft, written: Time, released: bool) {
        let versions = self.versions.clone();
        let bot = &versions.live().bot;
        let topic = bot.topics.get(&draft.topic).cloned().unwrap_or_default();
        let zone = crate::flow::views::zone_of(
            self.contact.data.zone.as_deref(),
            self.contact.data.phone.as_deref(),
            &bot.timezone,
        );
        let quiet = bot.quiet_hours;
        let unusable = &self.unusable;
        let state = |template: &TemplateMessage| {
            if unusable.contains(&template.name) {
                TemplateState::NotNow
            } else {
                TemplateState::Usable(Category::Utility)
            }
        };
        let input = PlanInput {
            now: self.now,
            draft: &draft,
            written_at: written,
            window: self.window,
            opted_out: self.contact.opted_out.is_some(),
            contact: &self.contact.data,
            answers_after: AnswersAfter::People,
            with_person: self.session().silences(draft.run),
            topic: TopicRules { needs_consent: topic.needs_consent, at_most: &topic.at_most },
            consent_topics: &["marketing".into()],
            require_consent: false,
            quiet_until: quiet.filter(|_| !released).and_then(|quiet| quiet.allowed_at(self.now, &[zone])),
            sender: SenderState::Online,
            template: &state,
        };
        let asked_for = input.is_asked_for();
        let made = plan(&input);
        let (number, tells) = (draft.number, draft.tells);
        let fate = match made {
            Plan::Send => Some(self.out(&draft, draft.content.clone(), asked_for, false)),
            Plan::Template(index) => {
                let Some(crate::model::effect::IfClosed::Template(all)) = &draft.if_closed else {
                    panic!("a template")
                };
                let content = Content::Template(all[index].clone());
                Some(self.out(&draft, content, asked_for, true))
            }
            Plan::Nudge { index, .. } => {
                let Some(crate::model::effect::IfClosed::Nudge { templates, .. }) = &draft.if_closed else {
                    panic!("a nudge")
                };
                let content = Content::Template(templates[index].clone());
                self.out(&draft, content, asked_for, true);
                self.kept.push((draft, written, None));
                Some(Fate::Accepted { at: self.now, as_template: true, nudge: true, ttl: None })
            }
            Plan::Hold { until } | Plan::WaitTemplate { until } => {
                self.kept.push((draft, written, None));
                Some(Fate::Held { until })
            }
            Plan::Later { at, .. } => {
                self.kept.push((draft, written, Some(at)));
                Some(Fate::Postponed { until: at })
            }
            Plan::Skip => None,
            Plan::Fail => Some(Fate::Failed { code: "window_closed".into(), text: "closed".into() }),
            Plan::Expired => Some(Fate::Expired),
            Plan::Refuse { reason } => {
                self.happened.push(format!("not sent {}", reason.as_str()));
                Some(Fate::Refused { reason })
            }
        };
        // A flow that answers each refusal with one more message that is refused is not followed for ever.
        if let Some(fate) = fate.filter(|_| tells && self.telling < FATES_IN_A_ROW_MAX) {
            self.telling += 1;
            self.event(Event::Delivery { message: number, fate });
            self.telling -= 1;
        }
    }

    fn out(&mut self, draft: &Draft, content: Content, asked_for: bool, as_template: bool) -> Fate {
        if let Some(fate) = self.next_fate.take() {
            return fate;
        }
        let open = self.window.opened_at.is_some_and(|at| self.now < at + WINDOW);
        assert!(open || content.is_template(), "never freeform into a closed window");
        if !asked_for {
            self.contact.data.unasked.entry(draft.topic.clone()).or_default().push(self.now);
        }
        self.last_number = draft.number;
        self.unread.push(shown(&content));
        self.said.push(content);
        Fate::Accepted { at: self.now, as_template, nudge: false, ttl: self.ttl }
    }
}

fn hold(draft: &Draft) -> Span {
    use crate::model::effect::IfClosed;
    match &draft.if_closed {
        Some(IfClosed::Hold(span) | IfClosed::Nudge { hold: span, .. }) => *span,
        _ => crate::base::limits::HOLD_DEFAULT,
    }
}

fn image() -> InboundKind {
    InboundKind::Media {
        media: MediaKind::Image,
        id: Some("m1".into()),
        mime: Some("image/jpeg".into()),
        url: None,
        caption: None,
        filename: None,
        sha256: None,
        voice: false,
    }
}

/// As the transcript writes it.
fn shown(content: &Content) -> String {
    let body = content.text().replace('\n', " / ");
    match content {
        Content::Text { .. } => body,
        Content::Buttons { buttons, media, edges, .. } => {
            let buttons: String = buttons.iter().map(|button| format!(" [{}]", button.title)).collect();
            let media = media.as_ref().map(|media| format!("<{}> ", media.kind.as_str())).unwrap_or_default();
            format!("{media}{}{buttons}", between(edges, &body))
        }
        Content::List { rows, edges, .. } => {
            let rows: String = rows.iter().map(|row| format!(" ({})", row.title)).collect();
            format!("{}{rows}", between(edges, &body))
        }
        Content::Link { title, url, edges, .. } => format!("{} [{title} -> {url}]", between(edges, &body)),
        Content::Media { media, caption } => {
            format!("<{}>{}", media.kind.as_str(), caption.as_ref().map(|c| format!(" {c}")).unwrap_or_default())
        }
        Content::Template(template) => format!("template {}", template.name),
        Content::Reaction { to, emoji } => format!("({} on {to})", emoji.as_deref().unwrap_or("nothing")),
    }
}

fn between(edges: &Edges, body: &str) -> String {
    let parts = [edges.header.as_deref(), Some(body), edges.footer.as_deref()];
    parts.into_iter().flatten().collect::<Vec<_>>().join(" | ")
}
