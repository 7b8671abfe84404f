//! What `bot` and `expect` look at.

use super::{
    Stop,
    compare::{self, Difference, differs},
    report::Failure,
    seen::{Handoff, Refusal, Seen},
    world::World,
};
use crate::{
    base::{limits::TEST_OUTBOUND_READ, place::Place, yaml::Node},
    flow::scenario::{Aspect, BotSays, Expected},
    model::session::{Session, Waiting},
    runtime::{calls::Made, mocks::glob},
    store::{
        conversation,
        outbound::{self, SendState},
        run, session,
    },
};
use serde_json::{Value as Json, json};
use std::collections::BTreeSet;

impl World<'_> {
    /// The next unread message.
    pub async fn look_at_bot(&mut self, says: &BotSays) -> Result<(), Stop> {
        let unread = self.seen.get(self.read).cloned();
        match (says, unread) {
            (BotSays::Nothing(_), None) => Ok(()),
            (BotSays::Nothing(place), Some(_)) => {
                let said: Vec<String> = self.seen[self.read..].iter().map(Seen::quote).collect();
                Err(failure(place, "the bot should say nothing", "no message", said.join("\n")).into())
            }
            (BotSays::Message(node), None) => {
                let got = format!("no message{}", self.what_waits().await?);
                Err(failure(&node.place, "the bot should say something", compare::written(node), got).into())
            }
            (BotSays::Message(node), Some(message)) => {
                self.read += 1;
                let json = self.message_json(&message).await?;
                let difference = match node.text() {
                    Some(_) => differs(node, &json["text"]),
                    None => differs(node, &json),
                };
                match difference {
                    None => Ok(()),
                    Some(difference) => {
                        Err(of_difference("the bot says something else", &difference, message.quote()).into())
                    }
                }
            }
        }
    }

    /// All that the last acting step did, and how things stand now.
    pub async fn look_at_all(&mut self, expected: &[Expected]) -> Result<(), Stop> {
        for one in expected {
            self.look_at(one).await?;
        }
        Ok(())
    }

    async fn look_at(&self, expected: &Expected) -> Result<(), Stop> {
        let (node, since) = (&expected.value, self.since);
        match expected.aspect {
            Aspect::Window => same(node, &self.window().await?.into(), "the window"),
            Aspect::Run => same(node, &self.run_state().await?.into(), &format!("the newest run of `{}`", self.flow())),
            Aspect::Sent => {
                let mut sent = Vec::new();
                for seen in &self.seen[since.seen..] {
                    sent.push(self.message_json(seen).await?);
                }
                let shown: Vec<String> = self.seen[since.seen..].iter().map(Seen::quote).collect();
                let nothing =
                    format!("nothing{}", if shown.is_empty() { self.what_waits().await? } else { String::new() });
                among(node, &sent, &shown, "sent", "text", &nothing)
            }
            Aspect::Refused => {
                let refused: Vec<Json> = self.refusals[since.refusals..].iter().map(Refusal::to_json).collect();
                let shown: Vec<String> = refused.iter().map(compare::show).collect();
                among(node, &refused, &shown, "refused", "why", "nothing was refused")
            }
            Aspect::Handoff => {
                let handoffs: Vec<Json> = self.handoffs[since.handoffs..].iter().map(Handoff::to_json).collect();
                let shown: Vec<String> = handoffs.iter().map(compare::show).collect();
                among(node, &handoffs, &shown, "handed over", "team", "no hand-off")
            }
            Aspect::Http => calls(node, &self.app.calls.made()[since.calls..]),
            Aspect::SameKey => same_key(node, &self.app.calls.made()[since.calls..]),
            Aspect::Contact => {
                let got = self.contact_json().await?;
                within(node, &got, "the contact")
            }
            Aspect::Vars => match self.vars().await? {
                Ok(vars) => within(node, &vars, "a variable"),
                Err(why) => {
                    Err(failure(&expected.place, "no variables to look at", compare::written(node), why).into())
                }
            },
        }
    }

    fn flow(&self) -> &str {
        self.play.scenario.flow.as_str()
    }

    async fn window(&self) -> Result<&'static str, Stop> {
        let row = conversation::find(&self.app.store, self.conversation).await?;
        let window = crate::model::window::Window { opened_at: row.and_then(|row| row.opened_at) };
        Ok(if window.is_safe(self.now()) { "open" } else { "closed" })
    }

    async fn message_json(&self, message: &Seen) -> Result<Json, Stop> {
        let mut json = message.to_json();
        json["window"] = self.window().await?.into();
        Ok(json)
    }

    async fn session(&self) -> Result<Session, Stop> {
        let stored = session::find(&self.app.store, self.conversation).await?;
        Ok(stored.map(|stored| stored.session).unwrap_or_default())
    }

    async fn newest_run(&self) -> Result<Option<run::Run>, Stop> {
        let runs = run::of_flow(&self.app.store, &self.play.scenario.flow, i64::MAX, 1).await?;
        Ok(runs.into_iter().next())
    }

    async fn run_state(&self) -> Result<&'static str, Stop> {
        let Some(run) = self.newest_run().await? else { return Ok("none") };
        if let Some(end) = run.outcome {
            return Ok(end.as_str());
        }
        let session = self.session().await?;
        let asks = session.runs.iter().any(|known| {
            known.number == run.number && matches!(known.waiting, Waiting::Question(_) | Waiting::Reply { .. })
        });
        // Whoever asks waits, too; the test may say either.
        Ok(if asks { "asking, waiting" } else { "waiting" })
    }

    /// The variables of the newest run, or why there are none.
    async fn vars(&self) -> Result<Result<Json, String>, Stop> {
        let Some(run) = self.newest_run().await? else {
            return Ok(Err(format!("flow `{}` has not run", self.flow())));
        };
        let session = self.session().await?;
        let Some(known) = session.runs.iter().find(|known| known.number == run.number) else {
            return Ok(Err(format!("the run of `{}` is over, and its variables went with it", self.flow())));
        };
        let own = known.frames.iter().rev().filter(|frame| frame.flow == self.play.scenario.flow);
        let vars = own.filter_map(|frame| frame.vars.as_ref()).next();
        let all = vars.into_iter().flatten().map(|(name, value)| (name.clone(), value.to_json())).collect();
        Ok(Ok(Json::Object(all)))
    }

    async fn contact_json(&self) -> Result<Json, Stop> {
        let contact = self.contact().await?;
        let data = &contact.data;
        let word = |given: bool| if given { "given" } else { "withdrawn" };
        let mut consent: serde_json::Map<String, Json> =
            data.consent.iter().map(|(topic, consent)| (topic.clone(), word(consent.given).into())).collect();
        if contact.opted_out.is_some() {
            consent.insert("all".into(), word(false).into());
        }
        let mut json = json!({
            "phone": data.phone, "name": data.name, "language": data.language, "zone": data.zone,
            "tags": data.tags, "consent": consent, "opted_out": contact.opted_out.is_some(),
        });
        for (name, value) in &data.fields {
            json[name] = value.to_json();
        }
        Ok(json)
    }

    /// Messages that did not leave, with the reason: the usual answer to "why does it say nothing?".
    async fn what_waits(&self) -> Result<String, Stop> {
        let rows = outbound::unfinished_of(&self.app.store, self.conversation, TEST_OUTBOUND_READ).await?;
        let mut text = String::new();
        for row in rows {
            let said = row.draft.content.text().trim_end().replace('\n', "⏎");
            let until = row.not_before.or(row.hold_until).map(|at| {
                let at = jiff::Timestamp::from_millisecond(at.0).unwrap_or_default().to_zoned(self.zone.clone());
                at.strftime(" until %a %-d %b %H:%M").to_string()
            });
            let until = until.unwrap_or_default();
            let reason = row.reason.map(|reason| format!(" ({reason})")).unwrap_or_default();
            let why = match row.state {
                SendState::Held => format!("is held for the customer's next message{until}{reason}"),
                SendState::Unknown => "was sent, and nobody knows whether it arrived".to_owned(),
                _ => format!("waits{until}{reason}"),
            };
            text.push_str(&format!("\n\"{said}\" {why}"));
        }
        Ok(text)
    }
}

/// A fixed word.
fn same(node: &Node, got: &Json, what: &str) -> Result<(), Stop> {
    let text = got.as_str().unwrap_or_default();
    if text.split(", ").any(|word| Some(word) == node.text()) {
        return Ok(());
    }
    Err(failure(&node.place, format!("{what} is not as expected"), compare::written(node), compare::show(got)).into())
}

fn within(node: &Node, got: &Json, what: &str) -> Result<(), Stop> {
    match differs(node, got) {
        None => Ok(()),
        Some(difference) => {
            let got = difference.got.clone();
            Err(of_difference(&format!("{what} is not as expected"), &difference, got).into())
        }
    }
}

/// Each expected thing is one of those that happened. A plain text is compared with their `field`.
fn among(node: &Node, got: &[Json], shown: &[String], what: &str, field: &str, nothing: &str) -> Result<(), Stop> {
    let all = || if shown.is_empty() { nothing.to_owned() } else { shown.join("\n") };
    let plain = node.scalar().is_some_and(|scalar| scalar.is_plain());
    let wants_none = node.is_null() || plain && matches!(node.text(), Some("nothing" | "none" | "false"));
    if wants_none {
        return match got.is_empty() {
            true => Ok(()),
            false => Err(failure(&node.place, format!("nothing should be {what}"), "nothing", all()).into()),
        };
    }
    for wanted in node.one_or_many() {
        let differences: Vec<Option<Difference>> = got
            .iter()
            .map(|one| if wanted.text().is_some() { differs(wanted, &one[field]) } else { differs(wanted, one) })
            .collect();
        if differences.iter().any(Option::is_none) {
            continue;
        }
        let title = format!("this was not {what}");
        return Err(match differences.as_slice() {
            // With a single candidate the difference itself says most.
            [Some(only)] => of_difference(&title, only, all()),
            _ => failure(&wanted.place, title, compare::written(wanted), all()),
        }
        .into());
    }
    Ok(())
}

fn calls(node: &Node, made: &[Made]) -> Result<(), Stop> {
    let shown = || match made.is_empty() {
        true => "no call".to_owned(),
        false => made.iter().map(|call| format!("{} {}", call.method, call.url)).collect::<Vec<_>>().join("\n"),
    };
    let Some(entries) = node.map() else {
        return match made.is_empty() {
            true => Ok(()),
            false => Err(failure(&node.place, "no call should be made", "no call", shown()).into()),
        };
    };
    for entry in entries {
        let (method, pattern) = entry.key.text.split_once(' ').unwrap_or((&entry.key.text, "*"));
        let pattern = pattern.trim();
        let count = made.iter().filter(|call| call.method == method && glob(pattern, &call.url)).count();
        if entry.value.text().and_then(|text| text.parse().ok()) != Some(count) {
            let expected = format!("`{}` {} times", entry.key.text, entry.value.text().unwrap_or_default());
            let got = format!("{count} times, of these calls:\n{}", shown());
            return Err(failure(&entry.value.place, "calls were not made as expected", expected, got).into());
        }
    }
    Ok(())
}

/// Whether all tries of each request carried one key.
fn same_key(node: &Node, made: &[Made]) -> Result<(), Stop> {
    let mut first: Option<&Made> = None;
    let (mut keyed, mut same) = (false, true);
    for call in made {
        keyed |= call.key.is_some();
        match first {
            Some(first) if call.attempt > 1 && first.method == call.method && first.url == call.url => {
                same &= call.key.is_some() && first.key == call.key;
            }
            _ => first = Some(call),
        }
    }
    let is = keyed && same;
    if is == (node.text() == Some("true")) {
        return Ok(());
    }
    // The keys themselves tell nothing: numbers show which are the same.
    let keys: BTreeSet<&str> = made.iter().filter_map(|call| call.key.as_deref()).collect();
    let shown: Vec<String> = made
        .iter()
        .map(|call| {
            let number = call.key.as_deref().and_then(|key| keys.iter().position(|known| *known == key));
            let key = number.map_or_else(|| "without a key".to_owned(), |number| format!("with key {}", number + 1));
            format!("{} {}, try {}, {key}", call.method, call.url, call.attempt)
        })
        .collect();
    let expected = if is { "tries with different keys, or without" } else { "one key for all tries of a request" };
    let got = if shown.is_empty() { "no call".to_owned() } else { shown.join("\n") };
    Err(failure(&node.place, "the keys of calls are not as expected", expected, got).into())
}

fn failure(place: &Place, what: impl Into<String>, expected: impl Into<String>, got: impl Into<String>) -> Failure {
    Failure { place: place.clone(), what: what.into(), expected: expected.into(), got: got.into() }
}

/// `whole` is shown where the difference is a part of it.
fn of_difference(what: &str, difference: &Difference, whole: String) -> Failure {
    let Difference { place, path, expected, got } = difference;
    if path.is_empty() {
        return failure(place, what, expected.clone(), whole);
    }
    let got = if whole == *got { got.clone() } else { format!("{got}, in: {whole}") };
    failure(place, format!("{what}: `{path}`"), expected.clone(), got)
}
