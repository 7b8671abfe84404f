//! Defines the forecast of one contact, and adds up the forecasts of all.

use super::ZoneFire;
use crate::{
    base::{
        ids::{ContactId, FlowName},
        limits::FORECAST_EXAMPLES,
        time::Time,
    },
    model::{contact::Contact, event::Reason},
};
use std::collections::BTreeMap;

/// The forecast for one contact.
#[derive(Debug, Clone, PartialEq)]
pub struct ContactForecast {
    pub what: ForecastOutcome,
    /// When it is sent, or decided.
    pub at: Time,
    /// True if it first waits for the end of quiet hours.
    pub postponed: bool,
    pub prices: Vec<Price>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ForecastOutcome {
    Text,
    Template(String),
    /// This template now; the text after an answer.
    Nudge(String),
    /// Held until the contact writes, a template is usable again, or a person is done.
    Held(Reason),
    /// Queued behind a busy conversation.
    Queued(Reason),
    Refused(Reason),
    /// Left out, because the author wrote so for a closed window.
    Skipped,
    /// The step's `on_error` runs.
    Failed,
    /// The flow first calls a server, so the message cannot be known.
    AsksFirst,
    /// The flow sends nothing at once.
    Silent,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Price {
    pub category: &'static str,
    /// In ten-thousandths of the currency unit.
    pub amount: i64,
}

/// The number of messages of a category, and their price.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize)]
pub struct Cost {
    pub messages: i64,
    pub amount: i64,
}

/// The sum over all contacts of the audience.
#[derive(Debug, Clone, PartialEq)]
pub struct Forecast {
    pub flow: FlowName,
    pub trigger: String,
    pub fires: Vec<ZoneFire>,
    pub people: i64,
    pub text: i64,
    pub templates: BTreeMap<String, i64>,
    pub nudges: BTreeMap<String, i64>,
    pub held: BTreeMap<Reason, i64>,
    pub queued: BTreeMap<Reason, i64>,
    pub refused: BTreeMap<Reason, i64>,
    pub skipped: i64,
    pub failed: i64,
    pub asks_first: i64,
    pub silent: i64,
    /// Of the contacts who get a message: those who get it after the end of quiet hours.
    pub postponed: i64,
    /// The times of the first and the last message.
    pub leaves: Option<(Time, Time)>,
    pub cost: BTreeMap<&'static str, Cost>,
    pub currency: String,
    /// A few contacts for each result.
    examples: BTreeMap<(&'static str, Option<String>), Vec<ContactId>>,
}

/// One result and its number of contacts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outlook {
    /// `text template nudge held queued refused skipped failed asks_first silent`.
    pub what: &'static str,
    /// The name of the template, or the reason.
    pub name: Option<String>,
    pub people: i64,
    /// A few of these contacts.
    pub examples: Vec<ContactId>,
}

impl Outlook {
    /// The result with its template or reason.
    pub fn word(&self) -> String {
        match &self.name {
            Some(name) => format!("{} {name}", self.what),
            None => self.what.to_owned(),
        }
    }
}

impl ForecastOutcome {
    /// One word: `text template nudge held queued refused skipped failed asks_first silent`.
    pub fn word(&self) -> &'static str {
        self.named().0
    }

    fn named(&self) -> (&'static str, Option<String>) {
        match self {
            ForecastOutcome::Text => ("text", None),
            ForecastOutcome::Template(name) => ("template", Some(name.clone())),
            ForecastOutcome::Nudge(name) => ("nudge", Some(name.clone())),
            ForecastOutcome::Held(reason) => ("held", Some(reason.as_str().to_owned())),
            ForecastOutcome::Queued(reason) => ("queued", Some(reason.as_str().to_owned())),
            ForecastOutcome::Refused(reason) => ("refused", Some(reason.as_str().to_owned())),
            ForecastOutcome::Skipped => ("skipped", None),
            ForecastOutcome::Failed => ("failed", None),
            ForecastOutcome::AsksFirst => ("asks_first", None),
            ForecastOutcome::Silent => ("silent", None),
        }
    }
}

impl ContactForecast {
    fn of(what: ForecastOutcome, at: Time, prices: Vec<Price>) -> ContactForecast {
        ContactForecast { what, at, postponed: false, prices }
    }

    pub fn text(at: Time, prices: Vec<Price>) -> ContactForecast {
        ContactForecast::of(ForecastOutcome::Text, at, prices)
    }

    pub fn template(at: Time, name: &str, prices: Vec<Price>) -> ContactForecast {
        ContactForecast::of(ForecastOutcome::Template(name.to_owned()), at, prices)
    }

    pub fn nudge(at: Time, name: &str, prices: Vec<Price>) -> ContactForecast {
        ContactForecast::of(ForecastOutcome::Nudge(name.to_owned()), at, prices)
    }

    pub fn held(at: Time, reason: Reason) -> ContactForecast {
        ContactForecast::of(ForecastOutcome::Held(reason), at, Vec::new())
    }

    pub fn queued(at: Time, reason: Reason) -> ContactForecast {
        ContactForecast::of(ForecastOutcome::Queued(reason), at, Vec::new())
    }

    pub fn refused(at: Time, reason: Reason) -> ContactForecast {
        ContactForecast::of(ForecastOutcome::Refused(reason), at, Vec::new())
    }

    pub fn skipped(at: Time) -> ContactForecast {
        ContactForecast::of(ForecastOutcome::Skipped, at, Vec::new())
    }

    pub fn failed(at: Time) -> ContactForecast {
        ContactForecast::of(ForecastOutcome::Failed, at, Vec::new())
    }

    pub fn asks_first(at: Time) -> ContactForecast {
        ContactForecast::of(ForecastOutcome::AsksFirst, at, Vec::new())
    }

    pub fn silent(at: Time) -> ContactForecast {
        ContactForecast::of(ForecastOutcome::Silent, at, Vec::new())
    }
}

impl Forecast {
    pub fn new(flow: FlowName, trigger: &str, currency: String) -> Forecast {
        Forecast {
            flow,
            trigger: trigger.to_owned(),
            fires: Vec::new(),
            people: 0,
            text: 0,
            templates: BTreeMap::new(),
            nudges: BTreeMap::new(),
            held: BTreeMap::new(),
            queued: BTreeMap::new(),
            refused: BTreeMap::new(),
            skipped: 0,
            failed: 0,
            asks_first: 0,
            silent: 0,
            postponed: 0,
            leaves: None,
            cost: BTreeMap::new(),
            currency,
            examples: BTreeMap::new(),
        }
    }

    pub fn add(&mut self, contact: &Contact, seen: &ContactForecast) {
        self.people += 1;
        match &seen.what {
            ForecastOutcome::Text => self.text += 1,
            ForecastOutcome::Template(name) => *self.templates.entry(name.clone()).or_default() += 1,
            ForecastOutcome::Nudge(name) => *self.nudges.entry(name.clone()).or_default() += 1,
            ForecastOutcome::Held(reason) => *self.held.entry(*reason).or_default() += 1,
            ForecastOutcome::Queued(reason) => *self.queued.entry(*reason).or_default() += 1,
            ForecastOutcome::Refused(reason) => *self.refused.entry(*reason).or_default() += 1,
            ForecastOutcome::Skipped => self.skipped += 1,
            ForecastOutcome::Failed => self.failed += 1,
            ForecastOutcome::AsksFirst => self.asks_first += 1,
            ForecastOutcome::Silent => self.silent += 1,
        }
        if matches!(seen.what, ForecastOutcome::Text | ForecastOutcome::Template(_) | ForecastOutcome::Nudge(_)) {
            self.postponed += i64::from(seen.postponed);
            let (first, last) = self.leaves.unwrap_or((seen.at, seen.at));
            self.leaves = Some((first.min(seen.at), last.max(seen.at)));
            for price in &seen.prices {
                let cost = self.cost.entry(price.category).or_default();
                cost.messages += 1;
                cost.amount += price.amount;
            }
        }
        let examples = self.examples.entry(seen.what.named()).or_default();
        if examples.len() < FORECAST_EXAMPLES {
            examples.push(contact.id);
        }
    }

    /// First sent messages, then waiting ones, then those that are not sent.
    pub fn outlooks(&self) -> Vec<Outlook> {
        let of = |what: &'static str, name: Option<String>, people: i64| {
            let examples = self.examples.get(&(what, name.clone())).cloned().unwrap_or_default();
            Outlook { what, name, people, examples }
        };
        let named = |what: &'static str, all: &BTreeMap<String, i64>| {
            all.iter().map(|(name, people)| of(what, Some(name.clone()), *people)).collect::<Vec<_>>()
        };
        let reasons = |what: &'static str, all: &BTreeMap<Reason, i64>| {
            all.iter().map(|(reason, people)| of(what, Some(reason.as_str().to_owned()), *people)).collect::<Vec<_>>()
        };
        let mut all = vec![of("text", None, self.text)];
        all.extend(named("template", &self.templates));
        all.extend(named("nudge", &self.nudges));
        all.extend(reasons("queued", &self.queued));
        all.extend(reasons("held", &self.held));
        all.push(of("asks_first", None, self.asks_first));
        all.push(of("silent", None, self.silent));
        all.extend(reasons("refused", &self.refused));
        all.push(of("skipped", None, self.skipped));
        all.push(of("failed", None, self.failed));
        all.retain(|outlook| outlook.people > 0);
        all
    }

    /// The price of all categories together.
    pub fn amount(&self) -> i64 {
        self.cost.values().map(|cost| cost.amount).sum()
    }
}
