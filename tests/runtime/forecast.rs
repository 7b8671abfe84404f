//! Tests that a forecast of a fire agrees with the fire itself.

use super::house::House;
use std::{collections::BTreeMap, sync::Arc};
use transom::{
    base::{
        clock::Clock,
        ids::{AccountName, FlowName},
        time::{Span, Time},
    },
    flow,
    model::inbound::DeliveryState,
    runtime::starts::{
        forecast::{self, Forecast, ForecastInputs, Occasion, When},
        report::{self, FireReport},
    },
};

const BOT: &str = "bot: Shop
language: en
timezone: Europe/Madrid
quiet_hours: {from: \"21:00\", to: \"08:00\"}
topics:
  service: {}
  news: {needs: consent, at_most: 1/7d}
";

/// A text to contacts who wrote recently, otherwise a template; contacts with an unknown state cause a call to the
/// shop first.
const NEWS: &str = "flow: news
topic: news
when:
  - schedule: \"0 10 * * SUN\"
    to: {tags: [customer], if: '!contact.tags.contains(\"gone\")'}
    rate: 20/s
    at_most: 1/30d
steps:
  - ask: Shall I show you the news?
    as: choice
    options: [{id: show, title: Show me}, {id: no, title: No}]
    if_closed: {template: we_miss_you}
";

/// Sets a tag for a contact who writes its name, and consent for one who writes yes.
const TELLS: &str = "flow: tells
when:
  - message: '^i am (?<what>\\w+)$'
    match: regex
inputs: {what: text}
steps:
  - tag: customer
  - switch: what
    cases:
      fan: [{consent: {news: given}}]
      former: [{consent: {news: given}}, {tag: gone}]
      asked: [{consent: {news: given}}, {ask: \"Your name?\", as: name, timeout: 30d, on_timeout: [end]}]
    else: []
";

const TEMPLATES: &str = "  - {id: 1, sender: 1, name: we_miss_you, language: en, category: marketing, \
                         status: approved, body: \"Come back!\"}";

const PRICES: &str = "\nprices:
  currency: EUR
  table:
    - {category: marketing, country: ES, price: 0.0615}
    - {category: marketing, country: US, price: 0.0250}
    - {category: service, price: 0.0040}
";

const FILES: &[(&str, &str)] = &[("flows/_bot.yaml", BOT), ("flows/news.yaml", NEWS), ("flows/tells.yaml", TELLS)];

async fn foresee(house: &House, account: &str, now: Time) -> Forecast {
    let app = &house.app;
    let live = app.live.get();
    let asked = |sender, contact, at| app.policy.state_of(sender, contact, at);
    let set = Arc::clone(&live.set);
    let ground = ForecastInputs::read(&app.config, &app.store, (live.version, set), app.plays(), &asked).await.unwrap();
    let tables = flow::timetables(&live.set);
    let table = tables.iter().find(|table| table.flow.name.as_str() == "news").unwrap();
    let meant = |versions: &flow::Versions, world: &flow::World<'_>| flow::in_audience(versions, table, world);
    let inputs = BTreeMap::new();
    let when = When::Next(table, now);
    let (flow, trigger) = (table.flow, table.key);
    let (rate, prefilter) = (table.rate, table.prefilter(&live.set));
    let occasion = Occasion { flow, trigger, inputs: &inputs, rate, prefilter, meant: &meant, when };
    forecast::forecast(&ground, &[AccountName::from(account)], &occasion, |_, _| {}).await.unwrap()
}

async fn fires(house: &House) -> Vec<FireReport> {
    report_of(house, "news").await
}

async fn report_of(house: &House, flow: &str) -> Vec<FireReport> {
    report::report(&house.app.store, None, &FlowName::from(flow), "2026", None).await.unwrap()
}

/// Contacts of three countries: some wrote recently, some have opted out, some are busy, some are outside the
/// audience.
async fn shop() -> House {
    shop_of(FILES).await
}

async fn shop_of(files: &[(&str, &str)]) -> House {
    let mut house = House::at_meta(files, &format!("{TEMPLATES}{PRICES}")).await;
    for (number, what) in [
        ("34600000001", "fan"),
        ("34600000002", "fan"),
        ("14155550003", "fan"),
        ("14155550004", "customer"),
        ("34600000005", "former"),
        ("34600000006", "asked"),
        ("573001110007", "fan"),
        ("34600000008", "fan"),
        ("34600000009", "fan"),
    ] {
        house.writes(number, &format!("i am {what}")).await;
    }
    // Friday 9:00; the fire is on Sunday at 10:00 of each clock. On Saturday at noon two write again.
    house.advance(Span::hours(27)).await;
    house.writes("34600000002", "hello").await;
    house.writes("14155550003", "hello").await;
    house.writes("34600000008", "STOP").await;
    house
}

#[tokio::test]
async fn a_forecast_and_its_fire_count_the_same() {
    let mut house = shop().await;
    let foreseen = foresee(&house, "acme", house.clock.now()).await;
    assert_eq!(foreseen.people, 8, "all but the former one: {foreseen:#?}");
    assert!(foreseen.text > 0 && !foreseen.templates.is_empty() && foreseen.refused.len() == 2, "{foreseen:#?}");
    let before = house.sent().len();
    house.advance(Span::days(2)).await;
    let all = fires(&house).await;
    let sum = |of: fn(&FireReport) -> i64| all.iter().map(of).sum::<i64>();
    assert_eq!(sum(|fire| fire.planned), foreseen.people, "{all:#?}");
    assert_eq!(sum(|fire| fire.text), foreseen.text, "{all:#?}\n{foreseen:#?}");
    assert_eq!(sum(|fire| fire.template), foreseen.templates.values().sum::<i64>());
    let mut templates: BTreeMap<String, i64> = BTreeMap::new();
    let mut refused: BTreeMap<String, i64> = BTreeMap::new();
    for fire in &all {
        fire.templates.iter().for_each(|(name, count)| *templates.entry(name.clone()).or_default() += count);
        fire.refused.iter().for_each(|(name, count)| *refused.entry(name.clone()).or_default() += count);
    }
    assert_eq!(templates, foreseen.templates);
    // A start for a contact with an open question is queued, and refused after six hours.
    let mut expected: BTreeMap<String, i64> = BTreeMap::new();
    for (reason, count) in foreseen.refused.iter().chain(&foreseen.queued) {
        *expected.entry(reason.as_str().to_owned()).or_default() += count;
    }
    assert_eq!(foreseen.queued.values().sum::<i64>(), 1, "{foreseen:#?}");
    assert_eq!(refused, expected);
    assert_eq!(sum(|fire| fire.cost), foreseen.amount(), "{all:#?}\n{foreseen:#?}");
    let sent = i64::try_from(house.sent().len() - before).unwrap();
    assert_eq!(sent, foreseen.text + foreseen.templates.values().sum::<i64>());
    // Nothing of the forecast was written: a second one for the fire after finds everybody capped.
    let again = foresee(&house, "acme", house.clock.now()).await;
    assert_eq!(again.text + again.templates.values().sum::<i64>(), 0, "{again:#?}");
}

#[tokio::test]
async fn a_forecast_sees_the_night_and_the_window_after_it() {
    let late = NEWS.replace("0 10 * * SUN", "30 22 * * SAT");
    let files = [("flows/_bot.yaml", BOT), ("flows/news.yaml", &late), ("flows/tells.yaml", TELLS)];
    let mut house = House::at_meta(&files, &format!("{TEMPLATES}{PRICES}")).await;
    for number in ["34600000001", "34600000002", "34600000003"] {
        house.writes(number, "i am fan").await;
    }
    house.advance(Span::hours(24)).await;
    // Their windows end on Sunday at half past nine, and at seven, after the night.
    house.advance(Span::minutes(30)).await;
    house.writes("34600000001", "hello").await;
    let foreseen = foresee(&house, "acme", house.clock.now()).await;
    assert_eq!((foreseen.text, foreseen.templates["we_miss_you"], foreseen.postponed), (1, 2, 3), "{foreseen:#?}");
    let morning = foreseen.leaves.unwrap().0;
    house.advance(Span::hours(24)).await;
    let all = fires(&house).await;
    assert_eq!((all[0].text, all[0].template), (1, 2), "{all:#?}");
    assert_eq!(all[0].first_at, Some(morning));
}

const VISIT: &str = "flow: visit
topic: news
when:
  - date: contact.visit_at
    offset: -1d
steps:
  - say: We see you tomorrow.
    if_closed: {template: we_miss_you}
";

/// `i come in N` days.
const COMES: &str = "flow: comes
when:
  - message: '^i come in (?<n>\\d+)$'
    match: regex
inputs: {n: whole}
steps:
  - consent: {news: given}
  - set: {contact.visit_at: '${now() + days(n)}'}
  - say: Noted.
";

#[tokio::test]
async fn a_forecast_of_dates_tells_the_week_ahead() {
    let bot = BOT.replace("topics:", "fields: {visit_at: datetime}\ntopics:");
    let files = [("flows/_bot.yaml", bot.as_str()), ("flows/visit.yaml", VISIT), ("flows/comes.yaml", COMES)];
    let mut house = House::at_meta(&files, &format!("{TEMPLATES}{PRICES}")).await;
    for (number, days) in
        [("34600000001", 2), ("34600000002", 4), ("14155550003", 4), ("34600000004", 30), ("34600000005", 5)]
    {
        house.writes(number, &format!("i come in {days}")).await;
    }
    house.writes("34600000005", "STOP").await;
    let before = house.sent().len();
    let app = &house.app;
    let live = app.live.get();
    let asked = |sender, contact, at| app.policy.state_of(sender, contact, at);
    let set = Arc::clone(&live.set);
    let ground = ForecastInputs::read(&app.config, &app.store, (live.version, set), app.plays(), &asked).await.unwrap();
    let tables = flow::dates(&live.set);
    let now = house.clock.now();
    let ahead = (now, now + Span::days(7));
    let accounts = [AccountName::from("acme")];
    let foreseen = forecast::forecast_dates(&ground, &accounts, &tables[0], ahead, |_, _| {}).await.unwrap();
    drop(ground);
    let days: Vec<i64> = foreseen.fires.iter().map(|fire| fire.people).collect();
    assert_eq!(foreseen.people, 4, "{foreseen:#?}");
    assert_eq!(days, [1, 2, 1], "a line for each day: {foreseen:#?}");
    assert_eq!(foreseen.refused.values().sum::<i64>(), 1, "who said stop: {foreseen:#?}");
    house.advance(Span::days(7)).await;
    let sent = i64::try_from(house.sent().len() - before).unwrap();
    assert_eq!(sent, foreseen.text + foreseen.templates.values().sum::<i64>(), "{foreseen:#?}");
    assert_eq!(sent, 3);
}

#[tokio::test]
async fn a_report_tells_what_became_of_a_fire() {
    let mut house = shop().await;
    house.advance(Span::days(2)).await;
    house.writes("34600000002", "show me").await;
    house.writes("34600000002", "STOP").await;
    let all = fires(&house).await;
    let sum = |of: fn(&FireReport) -> i64| all.iter().map(of).sum::<i64>();
    assert_eq!((sum(|fire| fire.answered), sum(|fire| fire.opted_out)), (1, 1), "{all:#?}");
    let csv = report::csv(&"news".into(), &all, "EUR");
    assert!(csv.contains("no_consent=1") && csv.contains("opted_out=1") && csv.contains("we_miss_you="), "{csv}");
}

/// While it is planned, held, sent, refused, delivered, read, answered and expired.
#[tokio::test]
async fn a_report_is_what_the_rows_say_at_every_moment_of_a_fire() {
    let wait = "flow: wait\ntopic: news\nwhen:\n  - schedule: \"0 23 * * SAT\"\n    to: everyone\nsteps:\n  \
                - say: Good morning\n    if_closed: {hold: 2d}\n  - say: One more\n    if_closed: skip\n";
    let mut files = FILES.to_vec();
    files.push(("flows/wait.yaml", wait));
    let mut house = shop_of(&files).await;
    let mut seen: BTreeMap<String, i64> = BTreeMap::new();
    for step in 0..40 {
        house.advance(Span::hours(3)).await;
        match step {
            6 => house.writes("34600000009", "hello").await,
            8 => house.writes("34600000002", "show me").await,
            9 => house.writes("34600000002", "STOP").await,
            _ => {}
        }
        let took = house.graph.as_ref().unwrap().sent().len();
        for n in (0..took).filter(|n| n % 3 == usize::try_from(step).unwrap() % 3) {
            let (state, code) =
                [(DeliveryState::Delivered, None), (DeliveryState::Read, None), (DeliveryState::Failed, Some(131_026))]
                    [n % 3];
            if house.graph.as_ref().unwrap().sent()[n].id.is_some() {
                house.told(n, state, code).await;
            }
        }
        let wrong = crate::truth::disagreements(&house.app.store).await;
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
        for fire in [fires(&house).await, report_of(&house, "wait").await].concat() {
            for (word, count) in [
                ("waiting", fire.waiting),
                ("kept", fire.kept),
                ("text", fire.text),
                ("template", fire.template),
                ("delivered", fire.delivered),
                ("read", fire.read),
                ("undelivered", fire.undelivered),
                ("answered", fire.answered),
                ("opted_out", fire.opted_out),
            ] {
                *seen.entry(word.to_owned()).or_default() += count;
            }
            fire.refused.into_iter().for_each(|(word, count)| *seen.entry(word).or_default() += count);
        }
    }
    for word in [
        "waiting",
        "kept",
        "text",
        "template",
        "delivered",
        "read",
        "undelivered",
        "answered",
        "opted_out",
        "no_consent",
        "busy",
        "too_late",
    ] {
        assert!(seen.get(word).is_some_and(|count| *count > 0), "nobody was ever `{word}`: {seen:?}");
    }
}
