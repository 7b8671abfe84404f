//! Chooses the next act of the simulation: by customers, Meta, people of the business, the operator, or as a fault.

use super::{
    bot,
    meta::Mood,
    world::{About, Hook, Pair, World, alive},
};
use serde_json::Value;
use std::sync::Arc;
use transom::{
    base::{
        ids::{AccountName, ContactId, ConversationId, OutboundId, SenderId},
        time::{Span, Time},
    },
    channel::meta::compose::{self, CustomerAction, CustomerEvent, News},
    model::{
        content::Content,
        effect::Origin,
        event::Event,
        inbound::{Alias, AliasKind, DeliveryState},
        value::Value as Data,
    },
    store::{Query, Row},
};

const WORDS: [&str; 19] = [
    "order", "order", "later", "later", "nudge me", "keep", "skip", "fail", "stock", "human", "desk", "help", "join",
    "banana", "3", "Medium", "Ana", "CANCEL", "😀",
];
/// Texts that leave work open: a question, a timer, a call, a scheduled message.
const WORK: [&str; 6] = ["order", "later", "nudge me", "stock", "desk", "keep"];

impl World {
    /// One act, with all of its immediate effects.
    pub async fn act(&mut self) {
        if self.disk_full_until.is_some_and(|until| until <= self.now()) || self.dice.percent(10) {
            self.disk_has_room();
        }
        match self.dice.weighted(&[30, 12, 5, 9, 4, 4, 4, 4, 3, 2, 3, 4, 14, 3, 3, 3, 3, 3, 4, 5, 3]) {
            0 => self.customer_writes().await,
            1 => self.customer_taps().await,
            2 => self.two_at_once().await,
            3 => self.sends_will_meet_trouble(),
            4 => self.stop_or_start().await,
            5 => self.person_of_the_business().await,
            6 => self.api_sends().await,
            7 => self.commits_will_fail(),
            8 => self.process_will_die(),
            9 => self.process_dies().await,
            10 => self.flows_change().await,
            11 => self.shop_event().await,
            12 => self.time_passes().await,
            13 => self.webhook_comes_again(),
            14 => self.gift().await,
            15 => self.template_news(),
            16 => self.dead_letter_is_replayed().await,
            17 => self.flows_change_in_the_middle().await,
            18 => self.two_turn_out_to_be_one().await,
            19 => self.broadcast().await,
            _ => self.disk_fills(),
        }
        self.meta_tells();
        self.deliver().await;
        self.settle().await;
        self.look().await;
    }

    pub fn someone(&mut self) -> usize {
        let person = self.dice.below(self.people.len());
        let pair = self.pairs.iter().find(|pair| pair.joined && pair.shown == person);
        pair.map_or(person, |pair| pair.hidden)
    }

    /// The webhook of a message that a customer writes now, which opens the true window.
    pub fn written(&mut self, person: usize, what: CustomerEvent, reply_to: Option<String>) -> Hook {
        let now = self.now();
        let at = Time(now.0 / 1000 * 1000);
        let who = &mut self.people[person];
        who.written += 1;
        let wamid = format!("wamid.IN{person}-{}", who.written);
        let from = Alias { kind: who.kind, value: who.address.to_owned() };
        self.meta.opens(who.address, at);
        let text = match &what {
            CustomerEvent::Text(text) => Some(text.clone()),
            _ => None,
        };
        let act =
            CustomerAction { from, name: Some(format!("Person {person}")), id: wamid.clone(), at: now, reply_to, what };
        let body = compose::message(&World::number(), &act);
        let pair = self.pairs.iter().find(|pair| pair.joined && pair.hidden == person).copied();
        let pair = pair.filter(|_| self.dice.percent(40));
        let names_both = pair.is_some();
        let body = pair.map_or(body.clone(), |pair| self.with_both_names(&body, pair));
        Hook { due: now, body, about: About::Message { person, wamid, text, at, names_both } }
    }

    /// The same webhook, if it also shows the number.
    fn with_both_names(&self, body: &str, pair: Pair) -> String {
        let mut body: Value = serde_json::from_str(body).unwrap();
        let value = &mut body["entry"][0]["changes"][0]["value"];
        let phone = self.people[pair.shown].address;
        value["messages"][0]["from"] = phone.into();
        value["contacts"][0]["wa_id"] = phone.into();
        body.to_string()
    }

    /// A customer who hid their number shows it: two contacts are joined, often while both are busy.
    async fn two_turn_out_to_be_one(&mut self) {
        let pair = self.pairs[self.dice.below(self.pairs.len())];
        let Pair { hidden, shown, joined } = pair;
        if !joined && self.dice.percent(60) {
            for person in [hidden, shown] {
                let text = *self.dice.of(&WORK);
                self.note(format!("person {person} writes `{text}`"));
                let hook = self.written(person, CustomerEvent::Text(text.into()), None);
                self.hooks.push(hook);
            }
            // Else what they have begun and that they are one come in any order.
            if self.dice.percent(60) {
                self.deliver().await;
                if self.dice.percent(50) {
                    self.settle().await;
                }
            }
        }
        let text = self.a_text();
        self.note(format!("person {hidden} writes `{text}` and turns out to be person {shown}"));
        let mut hook = self.written(hidden, CustomerEvent::Text(text), None);
        hook.body = self.with_both_names(&hook.body, pair);
        if let About::Message { names_both, .. } = &mut hook.about {
            *names_both = true;
        }
        if !joined && self.dice.percent(30) {
            let text = self.a_text();
            self.note(format!("… and in the same instant person {shown} writes `{text}`"));
            let other = self.written(shown, CustomerEvent::Text(text), None);
            return self.post_both(&hook, &other).await;
        }
        self.put(hook);
    }

    /// Queues a webhook: mostly for now, sometimes late, sometimes twice.
    pub fn put(&mut self, mut hook: Hook) {
        if self.dice.percent(15) {
            let late = match self.dice.below(4) {
                0 => Span::seconds(self.dice.between(1, 30)),
                1 | 2 => Span::minutes(self.dice.between(1, 90)),
                _ => Span::hours(self.dice.between(2, 30)),
            };
            hook.due = hook.due + late;
        }
        if self.dice.percent(12) {
            let again = hook.due + Span::seconds(self.dice.between(0, 600));
            self.hooks.push(Hook { due: again, ..hook.clone() });
        }
        self.hooks.push(hook);
    }

    pub async fn customer_writes(&mut self) {
        let person = self.someone();
        for _ in 0..self.dice.between(1, 2) {
            let text = self.a_text();
            self.note(format!("person {person} writes `{text}`"));
            let hook = self.written(person, CustomerEvent::Text(text), None);
            self.put(hook);
        }
    }

    pub fn a_text(&mut self) -> String {
        if self.dice.percent(35) {
            self.echoes += 1;
            return format!("echo {}", self.echoes);
        }
        (*self.dice.of(&WORDS)).to_owned()
    }

    /// Taps a button that was shown to this person: the newest, or an old one.
    async fn customer_taps(&mut self) {
        let person = self.someone();
        let addresses = self.addresses(person);
        let shown: Vec<(String, Value)> = {
            let meta = self.meta.lock();
            let to_them = meta.arrivals.iter().filter(|arrival| addresses.contains(&arrival.to.as_str()));
            to_them.filter(|a| a.body["type"] == "interactive").map(|a| (a.wamid.clone(), a.body.clone())).collect()
        };
        if shown.is_empty() {
            return self.customer_writes().await;
        }
        let old = self.dice.percent(30);
        let place = if old { self.dice.below(shown.len()) } else { shown.len() - 1 };
        let (wamid, body) = &shown[place];
        let buttons = body["interactive"]["action"]["buttons"].as_array().cloned().unwrap_or_default();
        if buttons.is_empty() {
            return;
        }
        let reply = self.dice.of(&buttons)["reply"].clone();
        let word = |name: &str| reply[name].as_str().unwrap_or_default().to_owned();
        self.note(format!(
            "person {person} taps `{}`{}",
            word("title"),
            if old { ", an old button perhaps" } else { "" }
        ));
        let what = CustomerEvent::Tap { id: word("id"), title: word("title") };
        let hook = self.written(person, what, Some(wamid.clone()));
        self.put(hook);
    }

    async fn two_at_once(&mut self) {
        let person = self.someone();
        let text = self.a_text();
        let one = self.written(person, CustomerEvent::Text(text.clone()), None);
        let other = if self.dice.percent(50) {
            self.note(format!("person {person} writes `{text}`, and the webhook comes on two connections at once"));
            one.clone()
        } else {
            let second = self.a_text();
            self.note(format!("person {person} writes `{text}` and `{second}` in the same instant"));
            self.written(person, CustomerEvent::Text(second), None)
        };
        self.post_both(&one, &other).await;
    }

    fn sends_will_meet_trouble(&mut self) {
        for _ in 0..self.dice.between(1, 2) {
            let taken = self.dice.percent(50);
            let mood = match self.dice.below(12) {
                0 => Mood::TooMany(u64::try_from(self.dice.between(1, 60)).unwrap()),
                1 => Mood::Broken(taken),
                2 => Mood::Code(131_047),
                3 => Mood::Code(131_056),
                4 | 5 => Mood::Silent(taken),
                6 => Mood::Away,
                7 => Mood::NoId,
                8 => Mood::Code(*self.dice.of(&[131_049, 131_050, 132_015, 131_026, 100, 131_000])),
                9 => Mood::Code(*self.dice.of(&[190, 368, 131_048, 131_031, 131_042])),
                _ => Mood::Death(taken),
            };
            self.note(format!("the next send will meet {mood:?}"));
            self.meta.lock().moods.push_back(mood);
        }
    }

    async fn stop_or_start(&mut self) {
        let person = self.someone();
        let text = if self.dice.percent(50) { "STOP" } else { "START" };
        self.note(format!("person {person} writes `{text}`"));
        let hook = self.written(person, CustomerEvent::Text(text.into()), None);
        self.put(hook);
    }

    pub async fn place_of(&mut self, person: usize) -> Option<(ContactId, ConversationId)> {
        let (app, address) = (Arc::clone(&self.app), self.people[person].address);
        if self.people[person].kind == AliasKind::Bsuid {
            // The API has no way to write first to somebody without a phone.
            let known = Query {
                name: "sim.place",
                text: "select conversation.id as id, contact_id from conversation
                  join contact on contact.id = contact_id
                  where contact.data ->> 'bsuid' = $1 and contact.data ->> 'joined_to' is null",
            };
            let read = |row: &Row| Ok((ContactId(row.number("contact_id")?), ConversationId(row.number("id")?)));
            return app.store.one(&known, &[address.into()], read).await.unwrap();
        }
        let account = AccountName::from("acme");
        let reached = async move { app.contacts.reach(&account, SenderId(1), &format!("+{address}"), None).await };
        alive(&self.faults, reached).await?.ok()
    }

    async fn person_of_the_business(&mut self) {
        let person = self.someone();
        let Some((contact, conversation)) = self.place_of(person).await else { return };
        self.excuse(person);
        let app = Arc::clone(&self.app);
        let event = match self.dice.below(4) {
            0 => {
                self.note(format!("an agent writes to person {person}"));
                let content = Content::Text { body: "I am a person.".into() };
                let said = async move { app.queue.say(contact, conversation, content, Origin::Person).await.map(drop) };
                let _ = alive(&self.faults, said).await;
                return;
            }
            1 => Event::PersonWrote { agent: Some("Eva".into()) },
            2 => Event::HandedBack { agent: None },
            _ => Event::Closed,
        };
        self.note(format!("about person {person}: {event:?}"));
        let _ =
            alive(&self.faults, async move { app.queue.happen(contact, conversation, event).await.map(drop) }).await;
    }

    async fn api_sends(&mut self) {
        let person = self.someone();
        let Some((contact, conversation)) = self.place_of(person).await else { return };
        self.note(format!("the API sends to person {person}"));
        let app = Arc::clone(&self.app);
        let content = Content::Text { body: "From the API.".into() };
        let said = async move { app.queue.say(contact, conversation, content, Origin::Api).await.map(drop) };
        let _ = alive(&self.faults, said).await;
    }

    fn commits_will_fail(&mut self) {
        self.disturb();
        let n = u32::try_from(self.dice.between(1, 2)).unwrap();
        self.lost_commits += usize::try_from(n).unwrap();
        if self.dice.percent(50) {
            self.note(format!("the next {n} commits will fail"));
            self.faults.fail_next_commits(n);
        } else {
            self.note(format!("the answers of the next {n} commits will be lost"));
            self.faults.lose_next_answers(n);
        }
    }

    /// For seconds or minutes nothing can be stored. The provider's answers of that time must be known nevertheless:
    /// unlike a lost commit, a full disk does not excuse sending anything again.
    fn disk_fills(&mut self) {
        let span = *self.dice.of(&[Span::seconds(5), Span::seconds(15), Span::seconds(75), Span::minutes(8)]);
        self.note(format!("the disk is full for {} s", span.0 / 1_000));
        self.disturb();
        self.disk_full_until = Some(self.now() + span);
        self.faults.fill_disk();
    }

    fn process_will_die(&mut self) {
        let n = u32::try_from(self.dice.between(0, 7)).unwrap();
        let after = self.dice.percent(50);
        self.note(format!("the process will die at commit {n}, {}", if after { "after it" } else { "before it" }));
        self.faults.die_at_commit(n, after);
    }

    async fn process_dies(&mut self) {
        let downtime =
            *self.dice.of(&[Span::ZERO, Span::minutes(2), Span::minutes(50), Span::hours(5), Span::hours(30)]);
        self.note(format!("the process dies, and comes back after {} minutes", downtime.0 / 60_000));
        self.restart(downtime).await;
    }

    async fn flows_change(&mut self) {
        let good = self.dice.percent(70);
        let version = self.version + 1;
        self.note(format!("version {version} of the flows{}", if good { "" } else { ", with a mistake" }));
        let files = if good { bot::version(version) } else { bot::broken(version) };
        let app = Arc::clone(&self.app);
        let now = self.now();
        let offered = alive(&self.faults, async move {
            let news = app.reloader.offer(&app.store, files, now).await.ok()?;
            let live = news.live.is_some();
            assert_eq!(live, good, "{:?}", news.findings);
            app.take_news(news);
            Some(live)
        });
        if offered.await.flatten() == Some(true) {
            self.version = version;
        }
    }

    async fn shop_event(&mut self) {
        let person = self.someone();
        let Some((contact, conversation)) = self.place_of(person).await else { return };
        self.note(format!("the shop says that person {person} has paid"));
        let app = Arc::clone(&self.app);
        let event =
            async move { app.queue.emit_event(contact, conversation, "paid".into(), Data::Nothing).await.map(drop) };
        let _ = alive(&self.faults, event).await;
    }

    async fn time_passes(&mut self) {
        let span = match self.dice.below(10) {
            0..=2 => Span::seconds(self.dice.between(5, 90)),
            3..=5 => Span::minutes(self.dice.between(2, 90)),
            6 | 7 => Span::hours(self.dice.between(2, 20)),
            8 => Span::hours(self.dice.between(22, 27)),
            _ => Span::days(self.dice.between(2, 4)),
        };
        self.note(format!("{} minutes pass", span.0 / 60_000));
        self.advance(span).await;
    }

    fn webhook_comes_again(&mut self) {
        let person = self.someone();
        let Some(n) = self.people[person].written.checked_sub(1) else { return };
        let n = self.dice.between(1, i64::from(n) + 1);
        let wamid = format!("wamid.IN{person}-{n}");
        if !self.acknowledged.contains(&wamid) {
            return;
        }
        self.note(format!("a webhook of message {wamid} comes once more"));
        let now = self.now();
        let again =
            self.recorded.iter().find(|hook| matches!(&hook.about, About::Message { wamid: of, .. } if *of == wamid));
        if let Some(hook) = again.cloned() {
            self.hooks.push(Hook { due: now, ..hook });
        }
    }

    /// Statuses of messages that arrived since: in any order, some lost, some twice, some late.
    fn meta_tells(&mut self) {
        if self.dice.percent(25) {
            return;
        }
        let now = self.now();
        loop {
            let Some(place) = self.meta.lock().untold.pop_front() else { return };
            let arrival = self.meta.lock().arrivals[place].clone();
            let fails = self.dice.percent(7);
            let states: &[&'static str] = if fails {
                if self.dice.percent(50) { &["sent", "failed"] } else { &["failed"] }
            } else {
                match self.dice.below(3) {
                    0 => &["sent"],
                    1 => &["sent", "delivered"],
                    _ => &["sent", "delivered", "read"],
                }
            };
            let template = arrival.body["type"] == "template";
            let code = match template {
                true => *self.dice.of(&[131_049, 131_050, 131_026, 132_015, 130_472]),
                false => *self.dice.of(&[131_047, 131_047, 131_026]),
            };
            for state in states {
                if self.dice.percent(8) {
                    continue;
                }
                let news = News {
                    provider_id: arrival.wamid.clone(),
                    ours: Some(OutboundId(arrival.id)),
                    state: match *state {
                        "sent" => DeliveryState::Sent,
                        "delivered" => DeliveryState::Delivered,
                        "read" => DeliveryState::Read,
                        _ => DeliveryState::Failed,
                    },
                    at: now,
                    to: arrival.to.clone(),
                    code: (*state == "failed").then_some(code),
                };
                let body = compose::status(&World::number(), &news);
                let hook = Hook { due: now, body, about: About::Status { id: arrival.id, state } };
                self.put(hook);
            }
        }
    }
}
