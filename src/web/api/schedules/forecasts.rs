//! `/v1/schedules/{flow}/forecast`: simulates the next fire of a schedule, or its dates in the next week, for the real
//! contacts.

use crate::{
    base::{
        diagnostic::nearest,
        ids::{ContactId, FlowName, SenderId},
        limits::FORECAST_DATES_AHEAD,
        query,
        time::{Time, iso},
    },
    flow,
    model::contact::Contact,
    runtime::{
        config::shown,
        starts::forecast::{self, ContactForecast, Forecast, ForecastInputs, Occasion, When, ZoneFire},
    },
    web::{
        api::contacts,
        auth::Caller,
        idempotency::json,
        problem::{ApiResult, Problem},
        state::Web,
    },
};
use axum::{
    extract::{Path, RawQuery, State},
    http::StatusCode,
};
use serde_json::{Value as Json, json};
use std::{collections::BTreeMap, sync::Arc};

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
        return Ok(json(StatusCode::OK, &sum_json(&sum)));
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
    let body = match value("contact") {
        Some(id) => {
            let contact = contacts::owned(&web, &caller, &id).await?;
            let seen = forecast::for_contact(&ground, &occasion, &contact).await;
            let seen = seen.map_err(|error| Problem::bug(&error))?;
            sum_json(&of_one(&ground, (&flow.name, table.key), &contact, seen))
        }
        None => {
            let accounts = caller.accounts_in(&web);
            let sum = forecast::forecast(&ground, &accounts, &occasion, |_, _| {}).await;
            sum_json(&sum.map_err(|error| Problem::bug(&error))?)
        }
    };
    Ok(json(StatusCode::OK, &body))
}

/// The current flows, templates and balances of the daemon.
pub async fn ground<'a>(web: &'a Web, asked: &'a forecast::AskSender<'a>) -> Result<ForecastInputs<'a>, Problem> {
    let live = web.app.live.get();
    let (app, set) = (&web.app, Arc::clone(&live.set));
    let ground = ForecastInputs::read(&app.config, &app.store, (live.version, set), app.plays(), asked).await;
    ground.map_err(|error| Problem::bug(&error))
}

/// A forecast as JSON.
pub fn sum_json(sum: &Forecast) -> Json {
    let fires: Vec<Json> = sum
        .fires
        .iter()
        .map(|fire| json!({"local": fire.minute, "zone": fire.zone, "at": iso(fire.at), "people": fire.people}))
        .collect();
    let outcomes: Vec<Json> = sum
        .outlooks()
        .into_iter()
        .map(|outlook| {
            json!({
                "what": outlook.what, "name": outlook.name, "people": outlook.people, "examples": outlook.examples,
            })
        })
        .collect();
    let costs: Vec<Json> = sum
        .cost
        .iter()
        .map(|(category, cost)| json!({"category": category, "messages": cost.messages, "amount": shown(cost.amount)}))
        .collect();
    let cost = json!({"currency": sum.currency, "amount": shown(sum.amount()), "categories": costs});
    json!({
        "flow": sum.flow,
        "trigger": sum.trigger,
        "people": sum.people,
        "fires": fires,
        "outcomes": outcomes,
        "postponed": sum.postponed,
        "first_at": sum.leaves.map(|(first, _)| iso(first)),
        "last_at": sum.leaves.map(|(_, last)| iso(last)),
        "cost": Some(cost).filter(|_| !sum.currency.is_empty()),
    })
}

fn of_one(
    ground: &ForecastInputs<'_>,
    (flow, trigger): (&FlowName, &str),
    contact: &Contact,
    seen: Option<(ZoneFire, ContactForecast)>,
) -> Forecast {
    let mut sum = Forecast::new(flow.clone(), trigger, ground.currency().to_owned());
    if let Some((mut fire, seen)) = seen {
        fire.people = 1;
        sum.add(contact, &seen);
        sum.fires.push(fire);
    }
    sum
}
