//! Explains for `schedule explain FLOW --contact PHONE` why one contact gets the message or not, at the next fire and
//! at the past ones.

use super::kept_back;
use crate::{
    base::{
        clock::{Clock, SystemClock},
        ids::VersionId,
        phone,
        time::{Time, iso},
    },
    cli::{
        Failure, Outcome,
        client::workplace::contact_of,
        terminal::{out, paint::Paint, show},
    },
    flow::{self, Flow, FlowSet},
    model::{contact::Contact, event::Reason, window::SenderState},
    runtime::{
        config::Config,
        starts::{
            agenda::{self, NextStart, Outlook},
            forecast::{self, ContactForecast, ForecastInputs, ForecastOutcome, Occasion, When, ZoneFire},
            history::{self, StartRecord},
        },
    },
    store::Store,
};
use jiff::civil::DateTime;
use serde_json::json;
use std::{collections::BTreeMap, sync::Arc};

/// `at`: forecast a fire at this local minute.
pub async fn run(
    config: &Config,
    set: &Arc<FlowSet>,
    store: &Store,
    flow: &Flow,
    phone: &str,
    at: Option<DateTime>,
) -> Outcome {
    let Some(phone) = phone::strict(phone) else {
        return Err(Failure::Usage(format!("`{phone}` is no number in E.164 format, like +15550100001")));
    };
    let Some(contact) = contact_of(config, store, &phone).await? else {
        let words = format!("Nobody with {phone} is known: no fire reaches them.");
        out::either(|| json!({"flow": flow.name, "phone": phone, "contact": null}), || println!("{words}"));
        return Ok(());
    };
    if out::is_json() {
        return as_document(config, set, store, flow, &contact, at).await;
    }
    let paint = Paint::stdout();
    let name = contact.data.name.as_deref().map(|name| format!(" ({name})")).unwrap_or_default();
    println!("{}", paint.strong(format!("`{}` and {phone}{name}", flow.name)));
    let is_tester = set.bot.draft_testers.contains(&phone);
    for why in kept_back(store, flow, is_tester).await? {
        println!("{} {why}", paint.bad("no:"));
    }
    coming(config, set, store, flow, &contact, at, paint).await?.iter().for_each(|line| println!("{line}"));
    println!();
    let all = history::past(store, &flow.name, contact.id).await.map_err(Failure::failed)?;
    if all.is_empty() {
        println!("No fire has reached them yet.");
    } else {
        println!("{}", paint.strong("What became of the fires so far"));
    }
    all.iter().for_each(|past| println!("  {}", past_line(past, paint)));
    Ok(())
}

/// The result as a document: the forecast in the words for people, and the past fires.
async fn as_document(
    config: &Config,
    set: &Arc<FlowSet>,
    store: &Store,
    flow: &Flow,
    contact: &Contact,
    at: Option<DateTime>,
) -> Outcome {
    let is_tester = contact.data.phone.as_ref().is_some_and(|phone| set.bot.draft_testers.contains(phone));
    let kept = kept_back(store, flow, is_tester).await?;
    let coming = coming(config, set, store, flow, contact, at, Paint::plain()).await?;
    let past = history::past(store, &flow.name, contact.id).await.map_err(Failure::failed)?;
    let past = past.iter().map(|start| {
        json!({
            "local": start.minute, "trigger": start.trigger_key, "at": iso(start.slot_at), "state": start.state,
            "what": start.what, "reason": start.reason, "why": start.why,
        })
    });
    out::document(&json!({
        "flow": flow.name, "contact": contact.id, "phone": contact.data.phone, "kept_back": kept, "coming": coming,
        "past": past.collect::<Vec<_>>(),
    }));
    Ok(())
}

/// One line for each trigger that the clock starts.
async fn coming(
    config: &Config,
    set: &Arc<FlowSet>,
    store: &Store,
    flow: &Flow,
    contact: &Contact,
    at: Option<DateTime>,
    paint: Paint,
) -> Result<Vec<String>, Failure> {
    let now = SystemClock.now();
    let mut env = config.flows.env.clone();
    if config.only_sandboxes() {
        env.extend(set.bot.sandbox.env.clone());
    }
    let outlook = agenda::outlook(set, &env, &flow.name, contact, now);
    if outlook.is_empty() {
        return Ok(vec![format!("Flow `{}` has no `schedule:` or `date:` trigger.", flow.name)]);
    }
    let mut lines = Vec::new();
    // Only the daemon knows whether a sender is paused; the forecast assumes that it works by then.
    let works = |_, _, _| SenderState::default();
    let ground = ForecastInputs::read(config, store, (VersionId(0), Arc::clone(set)), true, &works).await;
    let ground = ground.map_err(Failure::failed)?;
    let topic = flow.topic.as_str();
    for Outlook { key, what, zone } in outlook {
        let by = format!("by `{key}`");
        let minute = |minute: &str| format!("At {} ({zone}), {by}", minute.replace('T', " "));
        let no = paint.bad("no:");
        let line = match &what {
            NextStart::Outside(why) => format!("{by}: {no} they are outside its `to`: {why}."),
            NextStart::Never => format!("{by}: {no} it means them, and never fires again."),
            NextStart::Empty(field) => format!("{by}: {no} their `contact.{field}` is empty."),
            NextStart::Passed(at) => format!("{}: {no} that moment has passed.", minute(at)),
            NextStart::Yes(_) | NextStart::HeldBack { .. } => {
                let seen = foresee(&ground, set, flow, &key, contact, (now, at)).await?;
                let held_back = match &what {
                    NextStart::HeldBack { why, .. } => Some(why.as_str()),
                    _ => None,
                };
                let told = Told { contact, topic, held_back };
                match (seen, &what) {
                    (Some((fire, seen)), _) => {
                        let at = fire.minute.replace('T', " ");
                        format!("At {at} ({}), {by}: {}.", fire.zone, sentence(&seen, &told, paint))
                    }
                    (None, NextStart::HeldBack { minute: at, why }) => format!("{}: {no} {why}.", minute(at)),
                    (None, NextStart::Yes(at)) => format!("{}: {no} they are meant no more by then.", minute(at)),
                    (None, _) => continue,
                }
            }
        };
        lines.push(show::sentence(&line));
    }
    Ok(lines)
}

/// The forecast of a fire or a date for this contact.
async fn foresee(
    ground: &ForecastInputs<'_>,
    set: &Arc<FlowSet>,
    flow: &Flow,
    key: &str,
    contact: &Contact,
    (now, at): (Time, Option<DateTime>),
) -> Result<Option<(ZoneFire, ContactForecast)>, Failure> {
    let tables = flow::timetables(set);
    let dates = flow::dates(set);
    if let Some(date) = dates.iter().find(|date| date.flow.name == flow.name && date.key == key) {
        return forecast::next_date(ground, date, contact, now).await.map_err(Failure::failed);
    }
    let Some(table) = tables.iter().find(|table| table.flow.name == flow.name && table.key == key) else {
        return Ok(None);
    };
    let meant = |versions: &flow::Versions, world: &flow::World<'_>| flow::in_audience(versions, table, world);
    let when = at.map_or(When::Next(table, now), |minute| When::Minute(minute, table.by_contact));
    let (inputs, rate, prefilter) = (BTreeMap::new(), table.rate, table.prefilter(set));
    let occasion = Occasion { flow, trigger: table.key, inputs: &inputs, rate, prefilter, meant: &meant, when };
    forecast::for_contact(ground, &occasion, contact).await.map_err(Failure::failed)
}

/// The additional data for the explanation of a forecast.
struct Told<'a> {
    contact: &'a Contact,
    topic: &'a str,
    /// The part of the trigger that excludes the contact.
    held_back: Option<&'a str>,
}

impl Told<'_> {
    /// The reason with the data of this contact, and its word.
    fn why(&self, reason: Reason) -> String {
        let consent = self.contact.data.consent.get(self.topic);
        let topic = self.topic;
        let words = match (reason, self.contact.opted_out, consent, self.held_back) {
            (Reason::OptedOut, Some(at), ..) => {
                format!("they opted out at {}, and get nothing that they have not asked for", show::time(at))
            }
            (Reason::NoConsent, _, Some(word), _) if !word.given => {
                format!("they took back their consent to topic `{topic}` at {}", show::time(word.at))
            }
            (Reason::NoConsent, _, None, _) => format!("they have never agreed to topic `{topic}`"),
            (Reason::Capped, _, _, Some(why)) => why.to_owned(),
            (..) => reason.words().to_owned(),
        };
        format!("{words} (`{}`)", reason.as_str())
    }
}

/// The forecast for one contact as a sentence.
fn sentence(seen: &ContactForecast, told: &Told<'_>, paint: Paint) -> String {
    let later = if seen.postponed { format!(", after quiet hours at {}", show::time(seen.at)) } else { String::new() };
    match &seen.what {
        ForecastOutcome::Text => format!("{} the message itself leaves{later}", paint.good("text:")),
        ForecastOutcome::Template(name) => {
            format!("{} the window is closed then, so `{name}` leaves{later}", paint.good("template:"))
        }
        ForecastOutcome::Nudge(name) => {
            format!("{} `{name}` leaves{later}; the message itself follows when they answer", paint.good("nudge:"))
        }
        ForecastOutcome::Held(Reason::WindowClosed) => {
            let held = paint.warn("held:");
            format!("{held} the window is closed then, so it is kept until they write (`window_closed`){later}")
        }
        ForecastOutcome::Held(reason) => {
            format!("{} it is kept back: {}{later}", paint.warn("held:"), told.why(*reason))
        }
        ForecastOutcome::Queued(reason) => format!("{} it waits in line: {}", paint.warn("queued:"), told.why(*reason)),
        ForecastOutcome::Refused(reason) => format!("{} {}", paint.bad("no:"), told.why(*reason)),
        ForecastOutcome::Skipped => format!("{} the window is closed then, and the flow says `skip`", paint.bad("no:")),
        ForecastOutcome::Failed => format!("{} the window is closed then, and the flow says `fail`", paint.bad("no:")),
        ForecastOutcome::AsksFirst => format!("{} a server is asked before anything is said", paint.warn("unknown:")),
        ForecastOutcome::Silent => format!("{} the flow says nothing at once", paint.warn("nothing:")),
    }
}

/// A past fire as a line: `2026-11-24 10:00  no: they have … (`no_consent`).`
fn past_line(past: &StartRecord, paint: Paint) -> String {
    let what = match past.what {
        "text" | "template" => paint.good(format!("{}:", past.what)),
        "waiting" | "queued" | "kept" | "silent" => paint.warn(format!("{}:", past.what)),
        "refused" => paint.bad("no:"),
        other => paint.bad(format!("{other}:")),
    };
    let quoted = |word: &String| format!("`{word}`");
    let word = past.reason.as_ref().filter(|word| !past.why.contains(&quoted(word)));
    let word = word.map(|word| format!(" (`{word}`)")).unwrap_or_default();
    // A start that a step planned has no meaningful minute.
    let at = match past.minute.get(..16).filter(|minute| minute.parse::<DateTime>().is_ok()) {
        Some(minute) => minute.replace('T', " "),
        None => show::time(past.slot_at),
    };
    format!("{at}  {what} {}{word} {}", past.why, paint.faint(format!("· {}", past.trigger_key)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        base::ids::{ContactId, StartId},
        model::contact::{Consent, ContactData},
        store::tables::start::StartState,
    };

    fn contact() -> Contact {
        Contact { id: ContactId(1), account: "acme".into(), opted_out: None, data: ContactData::default() }
    }

    #[test]
    fn each_reason_has_a_sentence_and_its_word() {
        let contact = contact();
        let told = Told { contact: &contact, topic: "news", held_back: None };
        let mut seen: Vec<String> = Vec::new();
        for reason in Reason::ALL {
            for what in
                [ForecastOutcome::Refused(reason), ForecastOutcome::Held(reason), ForecastOutcome::Queued(reason)]
            {
                let foreseen = ContactForecast { what, at: Time(0), postponed: false, prices: Vec::new() };
                let text = sentence(&foreseen, &told, Paint::plain());
                assert!(text.contains(&format!("(`{}`)", reason.as_str())), "{text}");
                assert!(text.split(' ').count() > 7, "no sentence: {text}");
                seen.push(text);
            }
        }
        seen.sort();
        seen.dedup();
        assert_eq!(seen.len(), 3 * Reason::ALL.len(), "each says something of its own");
    }

    #[test]
    fn what_is_known_of_the_person_is_said() {
        let mut contact = contact();
        let why = |contact: &Contact, held_back, reason| Told { contact, topic: "news", held_back }.why(reason);
        assert_eq!(why(&contact, None, Reason::NoConsent), "they have never agreed to topic `news` (`no_consent`)");
        contact.data.consent.insert("news".into(), Consent { given: false, at: Time(0) });
        let withdrawn = why(&contact, None, Reason::NoConsent);
        assert_eq!(withdrawn, "they took back their consent to topic `news` at 1970-01-01 00:00:00Z (`no_consent`)");
        contact.opted_out = Some(Time(0));
        assert!(why(&contact, None, Reason::OptedOut).starts_with("they opted out at 1970-01-01 00:00:00Z"));
        let cap = "topic `news` has reached its `at_most: 1/7d`";
        assert_eq!(why(&contact, Some(cap), Reason::Capped), format!("{cap} (`capped`)"));
    }

    #[test]
    fn a_line_of_the_past_says_when_what_and_why() {
        let past = StartRecord {
            start: StartId(1),
            trigger_key: "schedule 0 10 * * TUE contact".into(),
            minute: "2026-11-24T10:00".into(),
            slot_at: Time(0),
            state: StartState::Refused,
            what: "refused",
            reason: Some("draft".into()),
            why: Reason::Draft.words().into(),
        };
        let line = past_line(&past, Paint::plain());
        assert_eq!(
            line,
            "2026-11-24 10:00  no: the flow is a draft, and they are none of its testers (`draft`) · schedule 0 10 * * TUE \
             contact"
        );
        let step = StartRecord { minute: "start 17".into(), reason: Some("capped".into()), ..past };
        let line = past_line(&step, Paint::plain());
        assert!(line.starts_with("1970-01-01 00:00:00Z  no: ") && line.contains("(`capped`)"), "{line}");
    }
}
