//! Parses the lines of a transcript behind `~`: events from outside.

use super::Talk;
use crate::{
    base::time::{Span, Time},
    model::{
        contact::ContactPatch,
        content::MediaKind,
        effect::{ModelError, ModelErrorKind, ModelReply, millionths},
        event::{
            CallAnswer, CallError, CallReturn, DeliveryOutcome, Event, FlowEvent, Joined, McpAnswer, Reason, Start,
        },
        inbound::InboundKind,
        session::Person,
        value::Value,
    },
};
use std::collections::{BTreeMap, BTreeSet};

impl Talk {
    /// A model answers the oldest question.
    fn reply(&mut self, answer: Result<Value, ModelError>) -> Result<(), String> {
        if self.questions.is_empty() {
            return Err("no question is open".into());
        }
        let asked = self.questions.remove(0);
        let reply = ModelReply { cost: self.answer_cost, ..ModelReply::free(&asked.model, answer) };
        let result = Ok(CallReturn::Model(reply));
        self.event(Event::Returned { run: asked.run, call: asked.call, result });
        Ok(())
    }

    /// The MCP server answers the oldest call.
    fn mcp(&mut self, result: Result<McpAnswer, CallError>) -> Result<(), String> {
        if self.used.is_empty() {
            return Err("no MCP tool is under way".into());
        }
        let used = self.used.remove(0);
        self.event(Event::Returned { run: used.run, call: used.call, result: result.map(CallReturn::Mcp) });
        Ok(())
    }

    fn act(&mut self, name: String, with: Value) -> Result<(), String> {
        self.reply(Ok(Value::Map(BTreeMap::from([("do".to_owned(), Value::Text(name)), ("with".to_owned(), with)]))))
    }

    pub(super) fn order(&mut self, order: &str) -> Result<(), String> {
        let (word, rest) = order.split_once(' ').unwrap_or((order, ""));
        match word {
            "person" => self.event(Event::PersonWrote { agent: Some("eve".into()) }),
            "take" => self.event(Event::TakenOver { agent: Some(rest.into()) }),
            "assign" => {
                let (team, agent) = rest.split_once(' ').unwrap_or((rest, ""));
                let agent = Some(agent.to_owned()).filter(|agent| !agent.is_empty());
                self.event(Event::Assigned { team: Some(team.into()), agent });
            }
            "give" => {
                let (team, agent) = rest.split_once(' ').ok_or("give TEAM AGENT")?;
                self.event(Event::GivenOut { team: team.into(), agent: agent.into() });
            }
            "discard" => {
                let number = self.session().suggestion().map_or(0, |open| open.number);
                self.event(Event::SuggestionDiscarded { number });
            }
            "snooze" => {
                let until = self.now + Span::parse(rest)?;
                self.event(Event::Snoozed { until });
            }
            "back" => self.event(Event::HandedBack { agent: Some("eve".into()) }),
            "mcp" => self.mcp(Ok(McpAnswer { said: rest.into(), is_error: false }))?,
            "mcp_error" => self.mcp(Ok(McpAnswer { said: rest.into(), is_error: true }))?,
            "mcp_fails" => self.mcp(Err(CallError { code: rest.into(), text: "the server".into() }))?,
            "close" => self.event(Event::Closed),
            "leave" => self.event(Event::Left),
            "join" => self.event(Event::Joined(Box::new(Joined {
                // `~ join stop`, `~ join person`: the state of the other contact.
                opted_out: rest == "stop",
                person: (rest == "person").then(|| eve(self.now)),
                needs_person: None,
            }))),
            "restart" => self.event(Event::Restarted),
            "tick" => self.event(Event::Tick),
            "image" => self.receive(image(), self.now),
            "voice" => self.receive(voice(), self.now),
            "react" => {
                let emoji = if rest.is_empty() { "👍" } else { rest };
                self.receive(InboundKind::Reaction { emoji: Some(emoji.into()), to: None }, self.now);
            }
            "unsupported" => {
                self.receive(InboundKind::Unsupported { what: "poll".into(), unknown: false }, self.now);
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
                self.event(Event::Changed(Box::new(ContactPatch { fields, ..ContactPatch::default() })));
            }
            "gets" => {
                let tags_added = BTreeSet::from([rest.to_owned()]);
                self.event(Event::Changed(Box::new(ContactPatch { tags_added, ..ContactPatch::default() })));
            }
            "loses" => {
                let tags_removed = BTreeSet::from([rest.to_owned()]);
                self.event(Event::Changed(Box::new(ContactPatch { tags_removed, ..ContactPatch::default() })));
            }
            "tests_for" => {
                let tester_until = Some(self.now + Span::parse(rest)?);
                self.event(Event::Changed(Box::new(ContactPatch { tester_until, ..ContactPatch::default() })));
            }
            "published" => self.event(Event::Published),
            "elsewhere" => {
                let data = Value::Nothing;
                let what = FlowEvent::Event { name: rest.into(), data };
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
                let event = crate::engine::views::map([
                    ("name", Value::text(name)),
                    ("body", body.clone()),
                    ("data", body.clone()),
                ]);
                let versions = self.versions.clone();
                for flow in versions.live().flows.values() {
                    for trigger in &flow.triggers {
                        let crate::triggers::Trigger::Webhook(hook) = &trigger.kind else { continue };
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
                let result = Ok(CallReturn::Http(CallAnswer { status, headers: BTreeMap::new(), body }));
                self.event(Event::Returned { run: call.run, call: call.call, result });
            }
            "error" => {
                let call =
                    if self.calls.is_empty() { return Err("no call is open".into()) } else { self.calls.remove(0) };
                let result = Err(CallError { code: rest.into(), text: "it failed".into() });
                self.event(Event::Returned { run: call.run, call: call.call, result });
            }
            // The answer of a model as JSON.
            "reply" => {
                let value = Value::from_json(&serde_json::from_str(rest).map_err(|e| e.to_string())?);
                self.reply(Ok(value))?;
            }
            // The acts of an agent's model: `~ says TEXT`, `~ offers TEXT | OPTION | OPTION`, `~ uses TOOL {…}`,
            // `~ exits NAME {…}`, `~ searches TEXT`.
            "offers" => {
                let mut parts = rest.split(" | ");
                let text = Value::text(parts.next().unwrap_or_default());
                let options = Value::List(parts.map(Value::text).collect());
                let with = BTreeMap::from([("text".to_owned(), text), ("options".to_owned(), options)]);
                self.act("offer".to_owned(), Value::Map(with))?;
            }
            "says" | "searches" => {
                let (act, key) = if word == "says" { ("say", "text") } else { ("search", "question") };
                let with = Value::Map(BTreeMap::from([(key.to_owned(), Value::text(rest.replace("\\n", "\n")))]));
                self.act(act.to_owned(), with)?;
            }
            "uses" | "exits" => {
                let (name, with) = rest.split_once(' ').unwrap_or((rest, "{}"));
                let with = Value::from_json(&serde_json::from_str(with).map_err(|e| e.to_string())?);
                self.act(format!("{}_{name}", if word == "uses" { "call" } else { "exit" }), with)?;
            }
            // The price of each further answer of a model: `~ costs 0.02`.
            "costs" => self.answer_cost = millionths(rest).ok_or("no amount")?,
            // A question that may cost more than what its step has left is not asked.
            "too_dear" => {
                let left = self.questions.first().and_then(|call| call.cost_max).ok_or("no question has a limit")?;
                self.reply(Err(ModelError::above_limit_of_step(left + 1, left)))?;
            }
            "refuse" => {
                let kind = ModelErrorKind::ALL.into_iter().find(|kind| kind.as_str() == rest);
                self.reply(Err(ModelError::new(kind.ok_or("no such error of a model")?, "it failed")))?;
            }
            "same_key" => {
                let same = self.keys.windows(2).all(|pair| pair[0] == pair[1]) && self.keys.iter().all(Option::is_some);
                return if same { Ok(()) } else { Err(format!("{:?}", self.keys)) };
            }
            "fail" => self.next_fate = Some(DeliveryOutcome::Failed { code: rest.into(), text: "refused".into() }),
            "unknown" => self.next_fate = Some(DeliveryOutcome::Unknown),
            "delivered" => self.event(Event::Delivery { message: self.last_number, fate: DeliveryOutcome::Delivered }),
            "read" => self.event(Event::Delivery { message: self.last_number, fate: DeliveryOutcome::Read }),
            "failed" => {
                let fate = DeliveryOutcome::Failed { code: rest.into(), text: "refused".into() };
                self.event(Event::Delivery { message: self.last_number, fate });
            }
            "pause" => self.paused.by_hand.entry(rest.into()).or_default().begin(self.now),
            "resume" => self.paused.by_hand.entry(rest.into()).or_default().end(self.now),
            "postponed" => {
                let until = self.now + Span::days(1);
                self.event(Event::Delivery {
                    message: self.last_number,
                    fate: DeliveryOutcome::Postponed { until, reason: Reason::Capped },
                });
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
        heard: None,
    }
}

fn voice() -> InboundKind {
    InboundKind::Media {
        media: MediaKind::Audio,
        id: Some("v1".into()),
        mime: Some("audio/ogg; codecs=opus".into()),
        url: None,
        caption: None,
        filename: None,
        sha256: None,
        voice: true,
        heard: None,
    }
}

/// A person of the business, to whom a run handed over that has ended.
fn eve(now: Time) -> Person {
    Person {
        since: now,
        last_word: now,
        give_back: Span::hours(12),
        team: Some("support".into()),
        agent: Some("eve".into()),
        flow: None,
        run: Some(9),
        unanswered: None,
        step: None,
        case: None,
    }
}
