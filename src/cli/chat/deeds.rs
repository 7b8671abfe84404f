//! Handles the commands of the chat that show and change the contact's data.

use super::Chat;
use crate::{
    cli::{Failure, Outcome, terminal::show},
    flow::{
        tells_of_failure,
        tools::testfile::{Fact, typed_fact},
    },
    model::{
        contact::{ContactData, ContactPatch},
        event::Event,
        session::Waiting,
    },
    runtime::{
        http_step::mocks::is_without_mock, llm_step::mocks::is_without_mock as is_unanswered,
        mcp_tool::mocks::is_without_mock as is_unused,
    },
    store::tables::{contact, dead_letter},
};
use jiff::tz::TimeZone;
use serde_json::json;

/// The largest number of trace lines in the chat; the newest are shown.
const TOLD_MAX: usize = 4;

impl Chat {
    pub(super) async fn vars(&self) -> Outcome {
        let (session, zone) = (self.local.session().await?, self.zone());
        if session.runs.is_empty() {
            println!("{}", self.paint.faint("No flow is under way."));
        }
        for run in &session.runs {
            let waits = waits(&run.waiting, &zone);
            println!("{} {}", self.paint.strong(&run.flow), self.paint.faint(format!("· {waits}")));
            // The flow that runs, and those that have called it.
            for frame in run.frames.iter().filter(|frame| frame.vars.is_some()) {
                let called = frame.flow != run.flow;
                let of = if called { format!("{}: ", frame.flow) } else { String::new() };
                for (name, value) in frame.vars.iter().flatten() {
                    println!("  {}{name} = {}", self.paint.faint(&of), value.to_json());
                }
            }
        }
        let Some((id, _)) = self.local.conversation().await? else { return Ok(()) };
        let Some(found) = contact::find(&self.local.app.store, id).await.map_err(Failure::failed)? else {
            return Ok(());
        };
        let stop = if found.opted_out.is_some() { " · has written a stop word" } else { "" };
        println!("{}{}", self.paint.strong("contact"), self.paint.faint(stop));
        known(&found.data).iter().for_each(|(name, value)| println!("  contact.{name} = {value}"));
        Ok(())
    }

    /// Handles `/set contact.city Sevilla`.
    pub(super) async fn set(&mut self, rest: &str) -> Outcome {
        let (name, value) = rest.split_once([' ', '=']).map_or((rest, ""), |(name, value)| (name, value.trim()));
        if name.is_empty() || value.is_empty() {
            return Err(Failure::Usage("write `/set contact.city Sevilla`; `none` empties a field".to_owned()));
        }
        let field = name.strip_prefix("contact.").unwrap_or(name);
        if field == "phone" {
            return Err(Failure::Usage("you are known by your number; choose another by `--from`".to_owned()));
        }
        let fact = self.fact(field, value)?;
        self.local.know(&[fact]).await?;
        self.done(format!("contact.{field} is {value}")).await
    }

    pub(super) async fn tag(&mut self, tag: &str, on: bool) -> Outcome {
        if tag.is_empty() {
            return Err(Failure::Usage(format!("write `/{} vip`", if on { "tag" } else { "untag" })));
        }
        let mut patch = ContactPatch { by: "chat".to_owned(), ..ContactPatch::default() };
        let tags = if on { &mut patch.tags_added } else { &mut patch.tags_removed };
        tags.insert(tag.to_owned());
        self.local.happen(Event::Changed(Box::new(patch))).await?;
        self.done(format!("the tag `{tag}` is {}", if on { "on" } else { "off" })).await
    }

    /// Handles `/consent marketing given`.
    pub(super) async fn consent(&mut self, rest: &str) -> Outcome {
        let (topic, word) = match rest.split_once(' ') {
            Some((topic, word)) if matches!(word.trim(), "given" | "withdrawn") => (topic, word.trim()),
            _ => {
                return Err(Failure::Usage(
                    "write `/consent marketing given` or `/consent marketing withdrawn`".to_owned(),
                ));
            }
        };
        let fact = self.fact("consent", &format!("{{{topic}: {word}}}"))?;
        self.local.know(&[fact]).await?;
        self.done(format!("consent to `{topic}` is {word}")).await
    }

    /// Prints failures that the customer does not see but the author must: a call without a matching mock, and every
    /// other step that failed. Such a call changes the course of the chat.
    pub(super) async fn tell_failures(&mut self) -> Outcome {
        let (entries, last) = self.local.traces(self.told).await?;
        self.told = last;
        let mut told = false;
        for entry in &entries {
            let words = if is_unanswered(&entry.what) {
                told = true;
                format!("({}, under `sandbox: mocks: model:` in flows/_bot.yaml)", entry.what)
            } else if is_unused(&entry.what) {
                told = true;
                format!("({}, under `sandbox: mocks: mcp:` in flows/_bot.yaml)", entry.what)
            } else if is_without_mock(&entry.what) {
                told = true;
                format!("({}, under `sandbox: mocks: http:` in flows/_bot.yaml)", entry.what)
            } else if tells_of_failure(&entry.what) && !std::mem::take(&mut told) {
                let step = entry.step.as_ref().map(|step| format!("{step} ")).unwrap_or_default();
                format!("({step}{})", entry.what)
            } else {
                continue;
            };
            println!("{}", self.paint.warn(words));
        }
        Ok(())
    }

    /// Names the `env` entries without a value: an address that begins with one leads nowhere.
    pub(super) fn tell_empty_env(&self) {
        let live = self.local.app.live.get();
        let bot = &live.set.bot;
        for name in bot.env.iter().filter(|name| !bot.sandbox.env.contains_key(*name)) {
            let words =
                format!("`env.{name}` is empty here: write `sandbox: {{env: {{{name}: …}}}}` in flows/_bot.yaml");
            println!("{}", self.paint.warn(words));
        }
    }

    /// Prints the trace if something happened without a message: a start was refused, a question timed out. True if
    /// there was something.
    pub(super) async fn tell_silent_news(&self, since: i64) -> Result<bool, Failure> {
        let (entries, _) = self.local.traces(since).await?;
        for entry in &entries[entries.len().saturating_sub(TOLD_MAX)..] {
            let step = entry.step.as_ref().map(|step| format!("{step}: ")).unwrap_or_default();
            println!("{}", self.paint.faint(format!("({step}{})", entry.what)));
        }
        Ok(!entries.is_empty())
    }

    /// Prints a line if an unknown send was given up meanwhile, which nothing else on the screen shows. True if it did.
    pub(super) async fn tell_given_up(&mut self) -> Result<bool, Failure> {
        let open = dead_letter::counts(&self.local.app.store).await.map_err(Failure::failed)?;
        let listed = open.iter().filter(|open| open.kind == "unknown_send").map(|open| open.count).sum();
        let more = listed > self.given_up;
        self.given_up = listed;
        if more {
            let words = "still nobody knows whether it left: it is listed with the dead letters and not sent again";
            println!("{}", self.paint.faint(format!("({words})")));
        }
        Ok(more)
    }

    fn fact(&self, name: &str, value: &str) -> Result<Fact, Failure> {
        typed_fact(name, value, &self.local.app.live.get().set).map_err(|finding| {
            let help = finding.help.as_ref().map(|help| format!("; {help}")).unwrap_or_default();
            Failure::Usage(format!("{}{help}", finding.message))
        })
    }

    pub(super) async fn done(&mut self, words: String) -> Outcome {
        println!("{}", self.paint.faint(format!("({words})")));
        self.print_news(false).await
    }
}

/// The data of a contact, the most used first.
fn known(data: &ContactData) -> Vec<(String, serde_json::Value)> {
    let own = [("name", &data.name), ("phone", &data.phone), ("language", &data.language), ("zone", &data.zone)];
    let mut all: Vec<(String, serde_json::Value)> =
        own.into_iter().filter_map(|(name, value)| Some((name.to_owned(), json!(value.as_ref()?)))).collect();
    all.extend(data.fields.iter().map(|(name, value)| (name.clone(), value.to_json())));
    if !data.tags.is_empty() {
        all.push(("tags".to_owned(), json!(data.tags)));
    }
    let word = |given: bool| if given { "given" } else { "withdrawn" };
    all.extend(data.consent.iter().map(|(topic, consent)| (format!("consent.{topic}"), json!(word(consent.given)))));
    all
}

fn waits(waiting: &Waiting, zone: &TimeZone) -> String {
    match waiting {
        Waiting::Ready => "is at work".to_owned(),
        Waiting::Question(question) => match question.deadline {
            Some(at) => format!("waits for an answer until {}", show::clock(at, zone)),
            None => "waits for an answer".to_owned(),
        },
        Waiting::Reply { .. } => "waits for any message".to_owned(),
        Waiting::Agent { .. } => "waits for any message to its agent".to_owned(),
        Waiting::Until { at, .. } => format!("waits until {}", show::clock(*at, zone)),
        Waiting::Event { name, .. } => format!("waits for event `{name}`"),
        Waiting::Delivery { .. } => "waits for a delivery".to_owned(),
        Waiting::Call(_) => "waits for a call".to_owned(),
        Waiting::Fate { .. } => "waits for what becomes of its message".to_owned(),
        Waiting::Person { .. } => "waits for a person".to_owned(),
    }
}
