//! Checks `bot` and `expect` steps.

use super::{
    Stop,
    compare::{self, Difference, differs},
    questions,
    report::FailedExpectation,
    requests,
    seen::Seen,
    tool_uses,
    trouble::BotProblem,
    update::rewrite,
    world::World,
};
use crate::{
    base::{place::Place, yaml::Node},
    flow::tools::testfile::{Aspect, BotSays, Expected},
    model::{session::Session, value::Value},
    store::tables::{conversation, run, session, trace},
};
use serde_json::{Value as Json, json};

/// How much of the trace is shown with a failure, newest last.
const NOTED_TURNS_MAX: i64 = 8;
const NOTED_LINES_MAX: usize = 6;

impl World<'_> {
    /// Checks the next unread message.
    pub async fn look_at_bot(&mut self, says: &BotSays) -> Result<(), Stop> {
        let unread = self.seen.get(self.read).cloned();
        match (says, unread) {
            (BotSays::Nothing(_), None) => Ok(()),
            (BotSays::Nothing(place), Some(_)) => {
                let said: Vec<String> = self.seen[self.read..].iter().map(Seen::quote).collect();
                Err(failure(place, "the bot should say nothing", "no message", said.join("\n")).into())
            }
            (BotSays::Message(node), None) => {
                self.note_what_was_set_aside(node).await?;
                self.note_what_was_done().await?;
                let got = format!("no message{}", self.waiting_messages().await?);
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
                        if let (Some(rewrites), Some(new)) = (&mut self.rewrites, rewrite(&difference, &message)) {
                            rewrites.push(new);
                            return Ok(());
                        }
                        self.note_what_was_set_aside(node).await?;
                        Err(of_difference("the bot says something else", &difference, message.quote()).into())
                    }
                }
            }
        }
    }

    /// Checks the effects of the last acting step, and the current state.
    pub async fn look_at_all(&mut self, expected: &[Expected]) -> Result<(), Stop> {
        for one in expected {
            let looked = self.look_at(one).await;
            if looked.is_err() && matches!(one.aspect, Aspect::Sent | Aspect::Run) {
                self.note_what_was_done().await?;
            }
            looked?;
        }
        Ok(())
    }

    /// Adds a note for the most common mistake: the text was sent, but the next `user:` came before `bot:`.
    async fn note_what_was_set_aside(&mut self, node: &Node) -> Result<(), Stop> {
        let aside = self.aside.clone();
        for (at, place) in aside.iter().rev() {
            let json = self.message_json(&self.seen[*at]).await?;
            let fits =
                if node.text().is_some() { differs(node, &json["text"]) } else { differs(node, &json) }.is_none();
            if fits {
                self.note(format!(
                    "this was said, and the step in line {} set it aside before `bot` looked: every step but `bot` and \
                     `expect` sets aside what is unread. Put this `bot` before that step",
                    place.line()
                ));
                break;
            }
        }
        Ok(())
    }

    /// Adds the reason why the bot sent nothing, from the engine's trace.
    async fn note_what_was_done(&mut self) -> Result<(), Stop> {
        let turns = i64::try_from(self.did.len()).unwrap_or(i64::MAX).min(NOTED_TURNS_MAX);
        if turns == 0 {
            return Ok(());
        }
        let newest = trace::of(&self.app.store, self.conversation, i64::MAX, turns).await?;
        let entries: Vec<_> = newest.into_iter().rev().flat_map(|turn| turn.data).collect();
        for entry in &entries[entries.len().saturating_sub(NOTED_LINES_MAX)..] {
            let step = entry.step.as_ref().map(|step| format!("`{step}`: ")).unwrap_or_default();
            self.note(format!("{step}{}", entry.what));
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
                    format!("nothing{}", if shown.is_empty() { self.waiting_messages().await? } else { String::new() });
                among(node, &sent, &shown, "sent", "text", &nothing)
            }
            Aspect::Refused => {
                let refused: Vec<Json> = self.refusals[since.refusals..].iter().map(|refusal| json!(refusal)).collect();
                let shown: Vec<String> = refused.iter().map(compare::show).collect();
                among(node, &refused, &shown, "refused", "why", "nothing was refused")
            }
            Aspect::Handoff => {
                let handoffs: Vec<Json> =
                    self.handoffs[since.handoffs..].iter().map(|handoff| json!(handoff)).collect();
                let shown: Vec<String> = handoffs.iter().map(compare::show).collect();
                // An effect of an earlier act is a common surprise.
                let nothing = match self.handoffs[..since.handoffs].last() {
                    Some(earlier) => format!(
                        "no hand-off; an earlier act handed over to `{}`, and `expect` looks at what came since the last one",
                        earlier.team
                    ),
                    None => "no hand-off".to_owned(),
                };
                among(node, &handoffs, &shown, "handed over", "team", &nothing)
            }
            Aspect::Suggestion | Aspect::Shadow => {
                let drafts = match expected.aspect {
                    Aspect::Shadow => &self.shadows[since.shadows..],
                    _ => &self.suggestions[since.suggestions..],
                };
                let all: Vec<Json> = drafts.iter().map(|text| serde_json::json!({ "text": text })).collect();
                among(node, &all, drafts, "drafted", "text", "no draft")
            }
            Aspect::Screen => {
                let shown = self.screens[since.screens..].to_vec();
                let words: Vec<String> = shown.iter().map(compare::show).collect();
                among(node, &shown, &words, "shown by the form", "screen", "no screen")
            }
            Aspect::Http => requests::calls(node, &self.app.calls.made()[since.calls..]),
            Aspect::Model => questions::asked(node, &self.app.calls.asked()[since.questions..]),
            Aspect::Cites => self.look_at_papers(expected),
            Aspect::Mcp => tool_uses::used(node, &self.app.calls.used()[since.tool_uses..]),
            Aspect::SameKey => requests::same_key(node, &self.app.calls.made()[since.calls..]),
            Aspect::Trouble => {
                let mut troubles = self.troubles[since.troubles..].to_vec();
                troubles.extend(self.stuck().await?);
                let all: Vec<Json> = troubles.iter().map(BotProblem::to_json).collect();
                let shown: Vec<String> = troubles.iter().map(ToString::to_string).collect();
                among(node, &all, &shown, "trouble", "kind", "no trouble")
            }
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
        self.play.flow.as_str()
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

    pub(super) async fn session(&self) -> Result<Session, Stop> {
        let stored = session::find(&self.app.store, self.conversation).await?;
        Ok(stored.map(|stored| stored.session).unwrap_or_default())
    }

    async fn newest_run(&self) -> Result<Option<run::Run>, Stop> {
        let runs = run::of_flow(&self.app.store, &self.play.flow, i64::MAX, 1).await?;
        Ok(runs.into_iter().next())
    }

    async fn run_state(&self) -> Result<&'static str, Stop> {
        let Some(run) = self.newest_run().await? else { return Ok("none") };
        if let Some(end) = run.outcome {
            return Ok(end.as_str());
        }
        let session = self.session().await?;
        let asks = session.runs.iter().any(|known| known.number == run.number && known.waiting.asks());
        // A run that asks also waits; the test may name either.
        Ok(if asks { "asking, waiting" } else { "waiting" })
    }

    /// The variables of the newest run, or the reason why there are none.
    async fn vars(&self) -> Result<Result<Json, String>, Stop> {
        let Some(run) = self.newest_run().await? else {
            return Ok(Err(format!("flow `{}` has not run", self.flow())));
        };
        let session = self.session().await?;
        let vars = match session.runs.iter().find(|known| known.number == run.number) {
            Some(known) => {
                let own = known.frames.iter().rev().filter(|frame| frame.flow == self.play.flow);
                own.filter_map(|frame| frame.vars.as_ref()).next()
            }
            None => self.ended.get(&run.number),
        };
        let all = vars.into_iter().flatten().map(|(name, value)| (name.clone(), self.on_bots_clock(value))).collect();
        Ok(Ok(Json::Object(all)))
    }

    /// A value as a test compares it: moments on the bot's clock, as a test writes them without a zone.
    fn on_bots_clock(&self, value: &Value) -> Json {
        match value {
            Value::DateTime(at) => {
                let at = at.with_time_zone(self.bot.set.bot.timezone.clone());
                Value::DateTime(Box::new(at)).to_json()
            }
            Value::List(items) => Json::Array(items.iter().map(|item| self.on_bots_clock(item)).collect()),
            Value::Map(map) => {
                Json::Object(map.iter().map(|(name, value)| (name.clone(), self.on_bots_clock(value))).collect())
            }
            value => value.to_json(),
        }
    }

    pub(super) async fn contact_json(&self) -> Result<Json, Stop> {
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
            json[name] = self.on_bots_clock(value);
        }
        Ok(json)
    }
}

/// Checks a fixed word.
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

/// Checks that each expected item is among the actual ones. A plain text is compared with their `field`.
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
            // With a single candidate, show the difference itself.
            [Some(only)] => of_difference(&title, only, all()),
            _ => failure(&wanted.place, title, compare::written(wanted), all()),
        }
        .into());
    }
    Ok(())
}

pub(super) fn failure(
    place: &Place,
    what: impl Into<String>,
    expected: impl Into<String>,
    got: impl Into<String>,
) -> FailedExpectation {
    FailedExpectation { place: place.clone(), what: what.into(), expected: expected.into(), got: got.into() }
}

/// `whole` is shown if the difference is a part of it.
pub(super) fn of_difference(what: &str, difference: &Difference, whole: String) -> FailedExpectation {
    let Difference { place, path, expected, got } = difference;
    if path.is_empty() {
        return failure(place, what, expected.clone(), whole);
    }
    let got = if whole == *got { got.clone() } else { format!("{got}, in: {whole}") };
    failure(place, format!("{what}: `{path}`"), expected.clone(), got)
}
