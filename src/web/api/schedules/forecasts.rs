//! `/v1/schedules/{flow}/forecast`: simulates the next fire of a schedule, or its dates in the next week, for the real
//! contacts.

use crate::{
    base::{
        body_fields::{At, Id},
        diagnostic::nearest,
        ids::{ContactId, FlowName, SenderId},
        limits::FORECAST_DATES_AHEAD,
        query,
        time::Time,
    },
    flow,
    model::contact::Contact,
    runtime::{
        config::shown,
        starts::forecast::{self, ContactForecast, ForecastInputs, Occasion, When, ZoneFire},
    },
    web::{
        api::contacts,
        auth::Caller,
        idempotency::respond,
        problem::{ApiResult, Problem},
        state::Web,
    },
};
use axum::{
    extract::{Path, RawQuery, State},
    http::StatusCode,
};
use schemars::JsonSchema;
use serde::Serialize;
use std::{collections::BTreeMap, sync::Arc};

/// The result of a fire, if nobody wrote until then.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Forecast<'a> {
    flow: Id<&'a str>,
    trigger: Id<&'a str>,
    /// The contacts that it means.
    people: i64,
    /// The moment in each zone.
    fires: Vec<ForecastFire<'a>>,
    /// The messages that leave come first, then those that wait, then those that do not go.
    outcomes: Vec<ForecastOutcome>,
    /// Of those who get something: after the end of quiet hours.
    postponed: i64,
    /// When the first message leaves.
    first_at: Option<At>,
    /// When the last one leaves.
    last_at: Option<At>,
    /// By the table of prices; `null` without one.
    cost: Option<ForecastCost<'a>>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct ForecastFire<'a> {
    /// On the clock of the zone: `2026-03-28T10:00`; of a `date:` the day, `2026-03-28`.
    local: Id<&'a str>,
    zone: Id<&'a str>,
    /// Of a day the first moment.
    at: At,
    people: i64,
}

#[derive(Debug, Serialize, JsonSchema)]
struct ForecastOutcome {
    /// `nudge`: the template now, the text when they answer. `asks_first`: a server is asked before anything is said.
    /// `silent`: the flow says nothing at once.
    #[schemars(extend("enum" = OUTCOMES))]
    what: Id<&'static str>,
    /// The template, or the reason.
    name: Option<Id<String>>,
    people: i64,
    /// A few of them.
    examples: Vec<i64>,
}

const OUTCOMES: &[&str] =
    &["text", "template", "nudge", "queued", "held", "asks_first", "silent", "refused", "skipped", "failed"];

#[derive(Debug, Serialize, JsonSchema)]
struct ForecastCost<'a> {
    currency: Id<&'a str>,
    /// Of all categories.
    amount: Id<String>,
    categories: Vec<CategoryCost<'a>>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct CategoryCost<'a> {
    category: Id<&'a str>,
    messages: i64,
    amount: Id<String>,
}

/// `GET /v1/schedules/{flow}/forecast?trigger=&at=&contact=`.
pub async fn forecast(
    State(web): State<Arc<Web>>,
    Path(flow): Path<String>,
    RawQuery(query): RawQuery,
    caller: Caller,
) -> ApiResult {
    let text = query.unwrap_or_default();
    let value = |name| query::value(&text, name).filter(|value: &String| !value.is_empty());
    let live = web.app.live.get();
    let Some(flow) = live.set.named(&flow) else {
        let names = live.set.flows.keys().map(FlowName::as_str);
        let help = nearest(&flow, names).map(|near| format!(" Did you mean `{near}`?")).unwrap_or_default();
        return Err(Problem::not_found(format!("There is no such flow.{help}")));
    };
    let wanted = value("trigger");
    let all = flow::timetables(&live.set);
    let own = all.iter().filter(|table| table.flow.name == flow.name);
    let mut own = own.filter(|table| wanted.as_deref().is_none_or(|wanted| table.key == wanted));
    let now = web.app.clock.now();
    let asked = |sender: SenderId, contact: ContactId, at: Time| web.app.policy.state_of(sender, contact, at);
    let Some(table) = own.next() else {
        let dates = flow::dates(&live.set);
        let mut own = dates.iter().filter(|table| table.flow.name == flow.name);
        let Some(table) = own.find(|table| wanted.as_deref().is_none_or(|wanted| table.key == wanted)) else {
            return Err(Problem::not_found(format!("Flow `{}` has no such `schedule:` or `date:`.", flow.name)));
        };
        if value("at").is_some() {
            let why = "A date has its own moment for each contact: leave `at` out.".to_owned();
            return Err(Problem::invalid(vec![("/at".to_owned(), why)]));
        }
        let ground = ground(&web, &asked).await?;
        let sum = match value("contact") {
            Some(id) => {
                let contact = contacts::owned(&web, &caller, &id).await?;
                let seen = forecast::next_date(&ground, table, &contact, now).await;
                of_one(&ground, (&flow.name, table.key), &contact, seen.map_err(|error| Problem::bug(&error))?)
            }
            None => {
                let ahead = (now, now + FORECAST_DATES_AHEAD);
                let sum = forecast::forecast_dates(&ground, &caller.accounts_in(&web), table, ahead, |_, _| {}).await;
                sum.map_err(|error| Problem::bug(&error))?
            }
        };
        return Ok(respond(StatusCode::OK, &Forecast::of(&sum)));
    };
    let when = match value("at") {
        None => When::Next(table, now),
        Some(text) => match text.replace(' ', "T").parse() {
            Ok(minute) => When::Minute(minute, table.by_contact),
            Err(_) => {
                let why = "`at` is a local minute, like 2026-11-24T10:00.".to_owned();
                return Err(Problem::invalid(vec![("/at".to_owned(), why)]));
            }
        },
    };
    let ground = ground(&web, &asked).await?;
    let meant = |versions: &flow::Versions, world: &flow::World<'_>| flow::in_audience(versions, table, world);
    let inputs = BTreeMap::new();
    let (rate, prefilter) = (table.rate, table.prefilter(ground.set()));
    let occasion = Occasion { flow, trigger: table.key, inputs: &inputs, rate, prefilter, meant: &meant, when };
    let sum = match value("contact") {
        Some(id) => {
            let contact = contacts::owned(&web, &caller, &id).await?;
            let seen = forecast::for_contact(&ground, &occasion, &contact).await;
            let seen = seen.map_err(|error| Problem::bug(&error))?;
            of_one(&ground, (&flow.name, table.key), &contact, seen)
        }
        None => {
            let accounts = caller.accounts_in(&web);
            let sum = forecast::forecast(&ground, &accounts, &occasion, |_, _| {}).await;
            sum.map_err(|error| Problem::bug(&error))?
        }
    };
    Ok(respond(StatusCode::OK, &Forecast::of(&sum)))
}

/// The current flows, templates and balances of the daemon.
pub async fn ground<'a>(web: &'a Web, asked: &'a forecast::AskSender<'a>) -> Result<ForecastInputs<'a>, Problem> {
    let live = web.app.live.get();
    let (app, set) = (&web.app, Arc::clone(&live.set));
    let ground = ForecastInputs::read(&app.config, &app.store, (live.version, set), app.plays(), asked).await;
    ground.map_err(|error| Problem::bug(&error))
}

impl<'a> Forecast<'a> {
    pub fn of(sum: &'a forecast::Forecast) -> Forecast<'a> {
        let fires = sum.fires.iter().map(|fire| ForecastFire {
            local: Id(&fire.minute),
            zone: Id(&fire.zone),
            at: At(fire.at),
            people: fire.people,
        });
        let outcomes = sum.outlooks().into_iter().map(|outlook| ForecastOutcome {
            what: Id(outlook.what),
            name: outlook.name.map(Id),
            people: outlook.people,
            examples: outlook.examples.iter().map(|contact| contact.0).collect(),
        });
        let categories = sum.cost.iter().map(|(category, cost)| CategoryCost {
            category: Id(category),
            messages: cost.messages,
            amount: Id(shown(cost.amount)),
        });
        let cost = (!sum.currency.is_empty()).then(|| ForecastCost {
            currency: Id(&sum.currency),
            amount: Id(shown(sum.amount())),
            categories: categories.collect(),
        });
        Forecast {
            flow: Id(sum.flow.as_str()),
            trigger: Id(&sum.trigger),
            people: sum.people,
            fires: fires.collect(),
            outcomes: outcomes.collect(),
            postponed: sum.postponed,
            first_at: sum.leaves.map(|(first, _)| At(first)),
            last_at: sum.leaves.map(|(_, last)| At(last)),
            cost,
        }
    }
}

fn of_one(
    ground: &ForecastInputs<'_>,
    (flow, trigger): (&FlowName, &str),
    contact: &Contact,
    seen: Option<(ZoneFire, ContactForecast)>,
) -> forecast::Forecast {
    let mut sum = forecast::Forecast::new(flow.clone(), trigger, ground.currency().to_owned());
    if let Some((mut fire, seen)) = seen {
        fire.people = 1;
        sum.add(contact, &seen);
        sum.fires.push(fire);
    }
    sum
}
