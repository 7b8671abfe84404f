//! Simulates operator, platform and business: templates that become unusable, replayed dead letters, flows that change
//! during a turn.

use super::{
    bot,
    world::{About, Hook, World, accept, alive},
};
use serde_json::json;
use std::sync::Arc;
use transom::{
    base::time::Span,
    channel::meta::compose::CustomerEvent,
    model::{effect::Effect, session::Run, value::Value as Data},
    runtime::ingest::replay::Replayed,
    store::Query,
};

impl World {
    /// An event whose flow begins only for contacts that are not busy.
    pub async fn gift(&mut self) {
        let person = self.someone();
        let Some((contact, conversation)) = self.place_of(person).await else { return };
        self.note(format!("person {person} might get a gift"));
        let talk = self.talks().await.into_iter().find(|talk| talk.id == conversation.0);
        let asked = |run: &Run| run.waiting.asks();
        let busy = talk
            .as_ref()
            .is_some_and(|talk| talk.session.person.is_some() || talk.opted_out || talk.session.runs.iter().any(asked));
        let idle = talk
            .as_ref()
            .is_some_and(|talk| talk.session.person.is_none() && !talk.opted_out && talk.session.runs.is_empty());
        let app = Arc::clone(&self.app);
        let event = async move { app.queue.emit_event(contact, conversation, "gift".into(), Data::Nothing).await };
        let Some(Ok(answer)) = alive(&self.faults, event).await else { return };
        let began = |effect: &Effect| matches!(effect, Effect::RunBegan { flow, .. } if flow.as_str() == "gift");
        let began = answer.effects.iter().any(began);
        if (began && busy) || (idle && !began) {
            let what = if began { "began" } else { "did not begin" };
            self.meta.lock().wrong.push(format!("`gift` {what} for person {person} (busy: {busy}, idle: {idle})"));
        }
    }

    /// The platform pauses a template, or resumes it.
    pub fn template_news(&mut self) {
        let name = *self.dice.of(&bot::TEMPLATES);
        let usable = self.dice.percent(60);
        let event = if usable { "APPROVED" } else { *self.dice.of(&["PAUSED", "DISABLED", "REJECTED"]) };
        self.note(format!("template `{name}` is {event}"));
        let value = json!({"event": event, "message_template_id": 1, "message_template_name": name,
            "message_template_language": "en", "reason": null});
        let body = json!({"object": "whatsapp_business_account", "entry": [{"id": World::number().waba_id,
            "changes": [{"field": "message_template_status_update", "value": value}]}]});
        let hook = Hook { due: self.now(), body: body.to_string(), about: About::Template { name, usable } };
        self.put(hook);
    }

    pub async fn dead_letter_is_replayed(&mut self) {
        let open = Query {
            name: "sim.letters_open",
            text: "select id, kind from dead_letter where replayed_at is null order by id",
        };
        let read = |row: &transom::store::Row| Ok((row.number("id")?, row.text("kind")?));
        let letters = self.app.store.all(&open, &[], read).await.unwrap();
        if letters.is_empty() {
            return self.customer_writes().await;
        }
        let (id, kind) = self.dice.of(&letters).clone();
        self.note(format!("dead letter {id} (`{kind}`) is replayed"));
        let twice = self.dice.percent(30);
        let app = Arc::clone(&self.app);
        let replayed = alive(&self.faults, async move {
            let first = app.replay.replay(id).await;
            let second = if twice { Some(app.replay.replay(id).await) } else { None };
            (first, second)
        });
        match replayed.await {
            // By the second time it may have failed again, and be listed again.
            Some((Ok(Replayed::Done), Some(Ok(Replayed::Done)))) => {
                self.meta.lock().wrong.push(format!("dead letter {id} was replayed twice"));
            }
            Some((Ok(Replayed::Missing), _)) => {
                self.meta.lock().wrong.push(format!("dead letter {id} is not there"));
            }
            Some((Err(error), _)) if !self.disturbed => {
                self.meta.lock().wrong.push(format!("dead letter {id} could not be replayed: {error:#}"));
            }
            _ => {}
        }
    }

    /// Two messages are recorded and handled while a new version goes live.
    pub async fn flows_change_in_the_middle(&mut self) {
        let version = self.version + 1;
        let (person, other) = (self.someone(), self.someone());
        let texts = [self.a_text(), self.a_text()];
        self.note(format!(
            "version {version} of the flows, while {person} writes `{}`, {other} `{}`",
            texts[0], texts[1]
        ));
        let [one, two] = texts;
        let hooks =
            [self.written(person, CustomerEvent::Text(one), None), self.written(other, CustomerEvent::Text(two), None)];
        let [a, b, c] = [0; 3].map(|_| Arc::clone(&self.app));
        let (one, two, now) = (hooks[0].body.clone(), hooks[1].body.clone(), self.now());
        let done = alive(&self.faults, async move {
            let change = async {
                let news = c.reloader.offer(&c.store, bot::version(version), now).await.ok()?;
                let live = news.live.is_some();
                c.take_news(news);
                Some(live)
            };
            tokio::join!(accept(&a, &one), change, accept(&b, &two))
        });
        let done = match done.await {
            Some((one, live, two)) => {
                if live == Some(true) {
                    self.version = version;
                }
                [one.is_ok(), two.is_ok()]
            }
            None => {
                self.note("the process died while a version went live".into());
                self.restart(Span::ZERO).await;
                [false, false]
            }
        };
        for (hook, done) in hooks.into_iter().zip(done) {
            if done {
                self.was_acknowledged(&hook);
            } else {
                self.hooks.push(hook);
            }
        }
    }
}
