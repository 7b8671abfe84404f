//! Handles the commands of the chat in which the user acts as another system or as a person of the business.

use super::Chat;
use crate::{
    base::diagnostic::did_you_mean,
    channel::meta::compose::CustomerEvent,
    cli::{Failure, Outcome, graph},
    flow::{self, engine::inputs, tools::testfile::typed_data},
    model::{
        content::Content,
        event::{Event, Start},
        form::{self, FormAnswer, FormScreenRequest},
        value::Value,
    },
    runtime::ingest::webhook_triggers::RefusedRequest,
};
use std::collections::BTreeMap;

impl Chat {
    /// Handles `/api booking {service: cut}` and `chat booking`.
    pub(super) async fn start(&mut self, rest: &str) -> Outcome {
        let (name, given) = named(rest, "/api booking` or `/api booking {service: cut}")?;
        let given = match given {
            Value::Nothing => BTreeMap::new(),
            Value::Map(given) => given,
            _ => return Err(Failure::Usage("inputs have names; write them like `{service: cut}`".to_owned())),
        };
        let live = self.local.app.live.get();
        let flow = graph::named(&live.set, name)?;
        inputs::typed(&flow.inputs, given.clone(), &live.set.bot.timezone)
            .map_err(|why| Failure::Usage(format!("`{name}` cannot start: {why}; `/api {name} {{…}}` gives inputs")))?;
        let (contact, conversation) = self.local.reach().await?;
        let start = Start {
            id: None,
            flow: name.into(),
            trigger: "api".to_owned(),
            inputs: given,
            event: Value::Nothing,
            at: self.local.now(),
            depth: 0,
        };
        self.local.app.queue.start_flow(contact, conversation, start).await?;
        self.local.app.run_due().await?;
        self.print_news(true).await
    }

    /// Handles `/event paid {sum: 12}`.
    pub(super) async fn event(&mut self, rest: &str) -> Outcome {
        let (name, data) = named(rest, "/event paid` or `/event paid {order: A7, sum: 12}")?;
        let live = self.local.app.live.get();
        let names = flow::event_names(&live.set);
        if !names.contains(name) {
            let help = did_you_mean(name, names).map(|help| format!("; {help}")).unwrap_or_default();
            return Err(Failure::Usage(format!("no flow has an event `{name}`{help}")));
        }
        let (contact, conversation) = self.local.reach().await?;
        self.local.app.queue.emit_event(contact, conversation, name.to_owned(), data).await?;
        self.local.app.run_due().await?;
        self.done(format!("the event `{name}` has come")).await
    }

    /// Handles `/form {day: 2026-11-27}`.
    pub(super) async fn form(&mut self, rest: &str) -> Outcome {
        let Value::Map(answers) = named(&format!("form {rest}"), "/form {day: 2026-11-27}")?.1 else {
            return Err(Failure::Usage("answers have names; write `/form {day: 2026-11-27}`".to_owned()));
        };
        let mut answers = Value::Map(answers).to_json();
        answers["flow_token"] = self.form_token().await?.into();
        self.local.act(CustomerEvent::Form(answers), None).await?;
        self.print_news(true).await
    }

    /// Handles `/screen DAY {people: 2}`; without a screen it opens the form.
    pub(super) async fn screen(&mut self, rest: &str) -> Outcome {
        let opens = rest.is_empty();
        let (screen, data) = if opens { ("", Value::Nothing) } else { named(rest, "/screen DAY {people: 2}")? };
        let token = self.form_token().await?;
        let action = if opens { "INIT" } else { "data_exchange" }.to_owned();
        let (contact, conversation) = self.local.reach().await?;
        let id = self.local.app.store.next_id();
        let asked = FormScreenRequest { id, token, action, screen: screen.to_owned(), data };
        let shown = match self.local.app.queue.ask_form(contact, conversation, asked.clone()).await {
            Some(FormAnswer::Returned(value)) => form::next_screen(&value, &asked).map_err(Failure::Usage)?.to_string(),
            Some(FormAnswer::Gone) => "the question of this form is over, or it has no `exchange`".to_owned(),
            Some(FormAnswer::Failed) | None => "the form gets no answer; /trace tells why".to_owned(),
        };
        println!("{}", self.paint.faint(format!("(the form shows: {shown})")));
        self.print_news(false).await
    }

    async fn form_token(&self) -> Result<String, Failure> {
        let said = self.local.said().await?;
        let token = said.iter().rev().find_map(|message| match super::content(message) {
            Content::Form(form) => Some(form.token.clone()),
            _ => None,
        });
        token.ok_or_else(|| Failure::Usage("the bot has sent no form".to_owned()))
    }

    /// Handles `/webhook cart_abandoned {phone: "+34600111222", total: 12}`; a body without a number gets the
    /// customer's.
    pub(super) async fn webhook(&mut self, rest: &str) -> Outcome {
        let (name, body) = named(rest, "/webhook cart` or `/webhook cart {total: 12}")?;
        let mut body = match body {
            Value::Nothing => BTreeMap::new(),
            Value::Map(body) => body,
            _ => return Err(Failure::Usage("a body has names; write it like `{total: 12}`".to_owned())),
        };
        let live = self.local.app.live.get();
        for table in flow::hooks(&live.set).iter().filter(|table| table.webhook.name == name) {
            if let Some(member) = table.webhook.contact_member() {
                body.entry(member.to_owned()).or_insert_with(|| Value::text(self.local.phone()));
            }
        }
        self.local.reach().await?;
        let taken = match self.local.app.ingest.play_hook(name, &Value::Map(body)).await {
            Ok(taken) => taken,
            Err(RefusedRequest::Unknown) => {
                let hooks = flow::hooks(&live.set);
                let help = did_you_mean(name, hooks.iter().map(|table| table.webhook.name.as_str()));
                let help = help.map(|help| format!("; {help}")).unwrap_or_default();
                return Err(Failure::Usage(format!("no flow has a webhook `{name}`{help}")));
            }
            Err(RefusedRequest::Unproven) => return Err(Failure::Usage("nobody vouches for it".to_owned())),
            Err(RefusedRequest::Unusable { why, .. }) => {
                return Err(Failure::Usage(format!("it cannot be used: {why}")));
            }
            Err(RefusedRequest::NotStored(error)) => return Err(Failure::from(error)),
        };
        self.local.app.run_due().await?;
        let about = taken.phone.filter(|phone| *phone != self.local.phone());
        let about = about.map(|phone| format!("; it is about {phone}, not about you")).unwrap_or_default();
        self.done(format!("the webhook `{name}` has come{about}")).await
    }

    pub(super) async fn person(&mut self, text: &str) -> Outcome {
        self.local.happen(Event::PersonWrote { agent: Some("you".into()) }).await?;
        let words = if text.is_empty() { "somebody of the business has written" } else { text };
        self.done(format!("{words} (the bot is silent until `/hand-back`)")).await
    }

    pub(super) async fn hand_back(&mut self) -> Outcome {
        if self.local.session().await?.person.is_none() {
            return Err(Failure::Usage("no person has the conversation; `/person` takes it".to_owned()));
        }
        self.local.happen(Event::HandedBack { agent: Some("you".into()) }).await?;
        self.done("the bot has the conversation again".to_owned()).await
    }
}

/// Parses `paid {sum: 12}`: a name and its data.
fn named<'a>(rest: &'a str, example: &str) -> Result<(&'a str, Value), Failure> {
    let (name, data) = rest.split_once(' ').map_or((rest, ""), |(name, data)| (name, data.trim()));
    if name.is_empty() {
        return Err(Failure::Usage(format!("write `{example}`")));
    }
    let data = match data {
        "" => Value::Nothing,
        data => typed_data(data)
            .ok_or_else(|| Failure::Usage(format!("`{data}` is no data; write it like `{{order: A7, sum: 12}}`")))?,
    };
    Ok((name, data))
}
