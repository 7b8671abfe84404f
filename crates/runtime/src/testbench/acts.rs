//! Performs the steps of a case in its world.

use super::{
    Stop, buttons,
    report::FailedExpectation,
    world::{Since, World},
};
use crate::{
    base::time::Time,
    channel::{
        meta::compose::{CustomerEvent, News},
        sandbox,
    },
    flow::tools::testfile::{Arrival, Delivery, Moment, Step, TestAction, TestFault, patch},
    ingest::webhook_triggers::RefusedRequest,
    model::{
        event::{Event, Start},
        inbound::DeliveryState,
        value::Value,
    },
};

impl World<'_> {
    pub async fn perform(&mut self, step: &Step) -> Result<(), Stop> {
        self.at = step.place.clone();
        match &step.act {
            TestAction::Bot(says) => return self.look_at_bot(says).await,
            TestAction::Expect(expected) => return self.look_at_all(expected).await,
            _ => self.set_aside(step)?,
        }
        self.act(step).await?;
        if is_said(&step.act) {
            self.troubled_by_silence().await?;
        }
        Ok(())
    }

    async fn act(&mut self, step: &Step) -> Result<(), Stop> {
        match &step.act {
            TestAction::User(text) => {
                self.tell('<', text.replace('\n', "⏎"));
                self.hear(CustomerEvent::Text(text.clone()), None).await
            }
            TestAction::Tap(wanted) => self.tap(step, wanted).await,
            TestAction::Media { kind, caption } => {
                let words = caption.as_deref().unwrap_or_default();
                self.tell('<', format!("({}) {words}", kind.as_str()).trim_end());
                let what = CustomerEvent::media(*kind, caption.clone());
                self.hear(what, None).await
            }
            TestAction::Voice(words) => {
                self.tell('<', format!("(voice note) {}", words.as_deref().unwrap_or_default()).trim_end());
                let id = format!("voice.{}", self.written);
                self.app.calls.speak(id.clone(), words.clone());
                self.hear(CustomerEvent::Voice { id }, None).await
            }
            TestAction::Location { latitude, longitude } => {
                self.tell('<', format!("(location {latitude}, {longitude})"));
                self.hear(CustomerEvent::Location { latitude: *latitude, longitude: *longitude }, None).await
            }
            TestAction::Arrives(arrival) => self.arrive(arrival).await,
            TestAction::Status(delivery) => self.status(step, *delivery).await,
            TestAction::Again => self.again(step).await,
            TestAction::Event { name, data } => {
                self.tell('*', format!("event `{name}`"));
                self.app.queue.emit_event(self.contact, self.conversation, name.clone(), data.clone()).await?;
                self.settle().await
            }
            TestAction::Webhook { name, body, refused } => self.hook(step, (name, body), refused.as_deref()).await,
            TestAction::Api(inputs) => {
                self.tell('*', format!("`{}` is started by the API", self.play.flow));
                let start = Start {
                    id: None,
                    flow: self.play.flow.clone(),
                    trigger: "api".to_owned(),
                    inputs: inputs.clone(),
                    event: Value::Nothing,
                    at: self.now(),
                    depth: 0,
                };
                self.app.queue.start_flow(self.contact, self.conversation, start).await?;
                self.settle().await
            }
            TestAction::Person(text) => {
                self.tell('*', format!("a person writes: {text}"));
                let event = Event::PersonWrote { agent: Some("person".into()) };
                self.app.queue.happen(self.contact, self.conversation, event).await?;
                self.settle().await
            }
            TestAction::HandBack => {
                self.tell('*', "the person gives the conversation back");
                let event = Event::HandedBack { agent: Some("person".into()) };
                self.app.queue.happen(self.contact, self.conversation, event).await?;
                self.settle().await
            }
            TestAction::Set(facts) => {
                self.tell('*', "what is known of the contact was changed");
                let known = self.contact().await?;
                let patch = patch(facts, &known.data);
                let changed = Event::Changed(Box::new(patch));
                self.app.queue.happen(self.contact, self.conversation, changed).await?;
                self.settle().await
            }
            TestAction::Advance(span) => {
                let until = self.now() + *span;
                self.advance(until).await
            }
            TestAction::AdvanceTo(moment) => self.advance_to(step, *moment).await,
            TestAction::Provider(faults) => {
                for fault in faults {
                    self.sandbox.fail_next(match fault {
                        TestFault::Code(code) => sandbox::SandboxFault::Code(*code),
                        TestFault::Timeout => sandbox::SandboxFault::Timeout,
                    });
                    let how = match fault {
                        TestFault::Code(code) => code.to_string(),
                        TestFault::Timeout => "a time-out".to_owned(),
                    };
                    self.tell('*', format!("the next send will fail with {how}"));
                }
                Ok(())
            }
            TestAction::Restart => {
                self.tell('*', "the process dies and starts again");
                self.restart().await
            }
            TestAction::Bot(_) | TestAction::Expect(_) => Ok(()),
        }
    }

    /// Sets unread messages aside; a strict case requires a `bot` for each message.
    fn set_aside(&mut self, step: &Step) -> Result<(), Stop> {
        let unread: Vec<String> = self.seen[self.read..].iter().map(|seen| seen.quote()).collect();
        if self.strict && !unread.is_empty() {
            return Err(Stop::from(FailedExpectation {
                place: step.place.clone(),
                what: "a strict case looks at each message before it goes on".to_owned(),
                expected: "no unread message".to_owned(),
                got: unread.join("\n"),
            }));
        }
        self.aside.extend((self.read..self.seen.len()).map(|at| (at, step.place.clone())));
        self.read = self.seen.len();
        self.since = Since {
            visits: self.visits.len(),
            cited: self.cited.len(),
            tool_uses: self.app.calls.used().len(),
            seen: self.seen.len(),
            handoffs: self.handoffs.len(),
            suggestions: self.suggestions.len(),
            shadows: self.shadows.len(),
            screens: self.screens.len(),
            refusals: self.refusals.len(),
            calls: self.app.calls.made().len(),
            questions: self.app.calls.asked().len(),
            troubles: self.troubles.len(),
        };
        self.did.clear();
        Ok(())
    }

    async fn tap(&mut self, step: &Step, wanted: &str) -> Result<(), Stop> {
        let found = buttons::tap(wanted, &self.seen, &self.bot.set, &self.app.token_key);
        let (what, reply_to) = found.map_err(|there_are| FailedExpectation {
            place: step.place.clone(),
            what: "there is no such button to tap".to_owned(),
            expected: format!("a button with the id or title `{wanted}`"),
            got: there_are,
        })?;
        let title = match &what {
            CustomerEvent::Tap { title, .. }
            | CustomerEvent::TapRow { title, .. }
            | CustomerEvent::TapTemplate { title, .. } => title.clone(),
            _ => wanted.to_owned(),
        };
        self.tell('<', format!("[{title}]"));
        self.hear(what, reply_to).await
    }

    /// Posts a hook as the other system would: signed with the secret of the case's world.
    async fn hook(&mut self, step: &Step, (name, body): (&str, &Value), refused: Option<&str>) -> Result<(), Stop> {
        self.tell('*', format!("webhook `{name}`"));
        let failed = |what: &str, expected: String, got: String| {
            Stop::from(FailedExpectation { place: step.place.clone(), what: what.to_owned(), expected, got })
        };
        let why = match self.app.ingest.play_hook(name, body).await {
            Ok(_) if refused.is_some() => {
                let expected = format!("a refusal: {}", refused.unwrap_or_default());
                return Err(failed("the webhook is taken", expected, "nothing against it".to_owned()));
            }
            Ok(taken) => {
                if taken.phone.as_deref().is_some_and(|phone| phone.trim_start_matches('+') != self.phone()) {
                    self.tell('!', "it is about somebody else, whom this case does not look at");
                }
                return self.settle().await;
            }
            Err(RefusedRequest::Unknown) => format!("no flow has a webhook `{name}`"),
            Err(RefusedRequest::Unproven) => "nobody vouches for it".to_owned(),
            Err(RefusedRequest::Unusable { why, .. }) => why,
            Err(RefusedRequest::NotStored(error)) => return Err(Stop::Broken(error)),
        };
        match refused {
            None => Err(failed("the webhook is not taken", "a flow that can use it".to_owned(), why)),
            Some(part) if part == "any" || why.contains(part) => {
                self.tell('*', format!("it is refused: {why}"));
                self.settle().await
            }
            Some(part) => Err(failed("the webhook is refused for another reason", format!("`{part}`"), why)),
        }
    }

    async fn again(&mut self, step: &Step) -> Result<(), Stop> {
        self.tell('*', "the customer's newest message is delivered a second time");
        // Messages are numbered from 1.
        let newest = self.posted.get(&format!("test.{}", self.posted.len())).cloned();
        let newest = newest.ok_or_else(|| FailedExpectation {
            place: step.place.clone(),
            what: "only a message that came can come again".to_owned(),
            expected: "a message of the customer".to_owned(),
            got: "none so far".to_owned(),
        })?;
        self.accept(&newest).await
    }

    async fn status(&mut self, step: &Step, delivery: Delivery) -> Result<(), Stop> {
        let (state, code) = match delivery {
            Delivery::Sent => (DeliveryState::Sent, None),
            Delivery::Delivered => (DeliveryState::Delivered, None),
            Delivery::Read => (DeliveryState::Read, None),
            Delivery::Failed { code } => (DeliveryState::Failed, Some(code)),
        };
        let Some(newest) = self.seen.last() else {
            return Err(Stop::from(FailedExpectation {
                place: step.place.clone(),
                what: "a status is about a message that was sent".to_owned(),
                expected: "at least one message so far".to_owned(),
                got: "none".to_owned(),
            }));
        };
        let news = News {
            provider_id: newest.provider_id(),
            ours: Some(newest.id),
            state,
            at: self.now(),
            to: self.phone().to_owned(),
            code,
        };
        let code = code.map(|code| format!(" ({code})")).unwrap_or_default();
        self.tell('*', format!("the provider says of the newest message: {}{code}", state.as_str()));
        self.hear_status(&news).await
    }

    async fn advance_to(&mut self, step: &Step, moment: Moment) -> Result<(), Stop> {
        let now = jiff::Timestamp::from_millisecond(self.now().0)?.to_zoned(self.zone.clone());
        let Some(at) = moment.after(&now) else {
            return Err(Stop::from(FailedExpectation {
                place: step.place.clone(),
                what: "time moves forward only".to_owned(),
                expected: "a moment to come".to_owned(),
                got: format!("one that has passed: it is {}", now.strftime("%A %Y-%m-%dT%H:%M")),
            }));
        };
        self.advance(Time(at.timestamp().as_millisecond())).await
    }
}

/// True if the customer said something and expects an answer.
pub(super) fn is_said(act: &TestAction) -> bool {
    match act {
        TestAction::User(_)
        | TestAction::Tap(_)
        | TestAction::Media { .. }
        | TestAction::Voice(_)
        | TestAction::Location { .. } => true,
        // A reaction expects none, and a customer who opens the chat may write first.
        TestAction::Arrives(arrival) => {
            !matches!(arrival, Arrival::Reaction(_) | Arrival::Welcome | Arrival::Screen { .. })
        }
        _ => false,
    }
}
