//! Defines the bot of the simulated year: flows for every kind of unrequested message, and the data that the oracle
//! needs about each.

use std::collections::BTreeMap;
use transom::{base::time::Span, runtime::bot::source_files::BotFiles};

/// The way of sending a message when the window is closed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Way {
    /// It answers a contact, so the window is open.
    Answer,
    Skip,
    Hold(Span),
    /// The first of these templates that can be sent.
    Template(&'static [&'static str]),
    Nudge(&'static str, Span),
}

/// A message of the bot: its text is its name.
#[derive(Debug)]
pub struct Step {
    pub word: &'static str,
    pub flow: &'static str,
    pub topic: &'static str,
    pub way: Way,
    /// `quiet_hours: {ignore: …}`
    pub ignores_night: bool,
    /// Asks a question, and waits for this long.
    pub asks: Option<Span>,
}

const WEEK: Span = Span::days(7);

const fn step(word: &'static str, topic: &'static str, way: Way) -> Step {
    Step { word, flow: word, topic, way, ignores_night: false, asks: None }
}

pub const STEPS: &[Step] = &[
    // Answers.
    step("hi", "service", Way::Answer),
    step("daily_on", "service", Way::Answer),
    step("daily_off", "service", Way::Answer),
    step("news_on", "service", Way::Answer),
    step("news_off", "service", Way::Answer),
    step("offers_on", "service", Way::Answer),
    step("offers_off", "service", Way::Answer),
    step("lives", "service", Way::Answer),
    step("visit", "service", Way::Answer),
    step("no_visit", "service", Way::Answer),
    Step { asks: Some(Span::hours(4)), ..step("order", "service", Way::Answer) },
    Step { flow: "order", ..step("ordered", "service", Way::Answer) },
    step("human", "service", Way::Answer),
    step("trial", "service", Way::Answer),
    step("keep", "service", Way::Answer),
    Step { flow: "news", ..step("news_done", "news", Way::Answer) },
    Step { flow: "csat", ..step("csat_done", "service", Way::Answer) },
    // By schedule.
    step("morning", "service", Way::Skip),
    step("weekly", "service", Way::Template(&["t_weekly"])),
    Step { asks: Some(Span::days(1)), ..step("news", "news", Way::Template(&["t_news", "u_news"])) },
    step("offers", "offers", Way::Template(&["t_offers"])),
    step("evening", "service", Way::Template(&["t_evening"])),
    step("gap", "service", Way::Hold(Span::days(1))),
    Step { ignores_night: true, ..step("alarm", "service", Way::Skip) },
    Step { ignores_night: true, ..step("early_offers", "offers", Way::Template(&["t_early_offers"])) },
    step("saturday", "service", Way::Nudge("n_saturday", Span::days(3))),
    step("monthly", "service", Way::Template(&["t_monthly"])),
    step("sunday", "service", Way::Hold(Span::days(2))),
    step("locals", "service", Way::Template(&["t_locals"])),
    step("tips", "offers", Way::Nudge("n_tips", Span::days(5))),
    // By a date.
    step("reminder", "service", Way::Template(&["t_reminder"])),
    step("thanks", "service", Way::Skip),
    // By a silence.
    step("closing", "service", Way::Skip),
    step("silent", "service", Way::Template(&["t_silent"])),
    // By what happens elsewhere, and by long waits.
    step("paid", "service", Way::Template(&["t_paid"])),
    Step { flow: "cart", ..step("cart_soon", "offers", Way::Skip) },
    Step { flow: "cart", ..step("cart_late", "offers", Way::Template(&["t_cart_late"])) },
    Step { asks: Some(Span::days(2)), ..step("csat", "service", Way::Nudge("n_csat", WEEK)) },
    Step { flow: "course", ..step("lesson_one", "service", Way::Skip) },
    Step { flow: "course", ..step("lesson_two", "service", Way::Template(&["t_lesson_two"])) },
    Step { flow: "course", ..step("lesson_three", "service", Way::Template(&["t_lesson_three"])) },
    Step { flow: "trial", ..step("trial_day", "service", Way::Template(&["t_trial_day"])) },
    Step { flow: "trial", ..step("trial_end", "service", Way::Nudge("n_trial_end", Span::days(2))) },
    Step { flow: "keep", ..step("kept", "service", Way::Hold(Span::days(2))) },
];

/// The step with this text or template.
pub fn step_of(said: &str) -> Option<&'static Step> {
    STEPS.iter().find(|step| {
        step.word == said
            || match step.way {
                Way::Template(list) => list.contains(&said),
                Way::Nudge(name, _) => name == said,
                Way::Answer | Way::Skip | Way::Hold(_) => false,
            }
    })
}

pub fn named(word: &str) -> &'static Step {
    STEPS.iter().find(|step| step.word == word).expect("the year has such a step")
}

/// A schedule as the oracle knows it: weekdays from Monday 0 (empty: every day), a day of the month, the local minute.
#[derive(Debug)]
pub struct Weekly {
    pub word: &'static str,
    pub days: &'static [i8],
    pub of_month: Option<i8>,
    pub hour: i8,
    pub minute: i8,
    pub by_contact: bool,
    /// The audience.
    pub to: To,
    /// The trigger's own frequency cap.
    pub at_most: Option<Span>,
}

#[derive(Debug, PartialEq)]
pub enum To {
    Everyone,
    /// Contacts with the tag `daily`.
    Daily,
    /// Contacts with a Spanish number.
    Spain,
}

const fn weekly(word: &'static str, days: &'static [i8], hour: i8, minute: i8) -> Weekly {
    Weekly { word, days, of_month: None, hour, minute, by_contact: true, to: To::Everyone, at_most: None }
}

pub const SCHEDULES: &[Weekly] = &[
    Weekly { to: To::Daily, ..weekly("morning", &[], 9, 30) },
    weekly("weekly", &[1], 10, 5),
    Weekly { by_contact: false, ..weekly("news", &[1, 4], 11, 0) },
    Weekly { at_most: Some(Span::days(14)), ..weekly("offers", &[3], 18, 10) },
    weekly("evening", &[2], 22, 30),
    weekly("gap", &[6], 2, 30),
    weekly("alarm", &[0], 5, 45),
    weekly("early_offers", &[5], 6, 15),
    weekly("saturday", &[5], 15, 20),
    Weekly { of_month: Some(1), by_contact: false, ..weekly("monthly", &[], 12, 0) },
    weekly("sunday", &[6], 16, 40),
    weekly("tips", &[4], 13, 15),
    Weekly { to: To::Spain, ..weekly("locals", &[0], 12, 50) },
];

pub const TEMPLATES: &[(&str, &str)] = &[
    ("t_weekly", "utility"),
    ("t_news", "marketing"),
    ("u_news", "marketing"),
    ("t_offers", "marketing"),
    ("t_evening", "utility"),
    ("t_early_offers", "marketing"),
    ("n_saturday", "utility"),
    ("t_monthly", "utility"),
    ("n_tips", "marketing"),
    ("t_locals", "utility"),
    ("t_reminder", "utility"),
    ("t_silent", "utility"),
    ("t_paid", "utility"),
    ("t_cart_late", "marketing"),
    ("n_csat", "utility"),
    ("t_lesson_two", "utility"),
    ("t_lesson_three", "utility"),
    ("t_trial_day", "utility"),
    ("n_trial_end", "utility"),
];

pub fn config() -> String {
    let mut text = "accounts: [{name: acme}]
senders:
  - {id: 1, account: acme, name: Support, provider: meta, phone: \"+15550001111\", phone_number_id: \"106540352242922\",
     waba_id: \"1\", access_token: token, app_secret: app-secret, verify_token: v, api_base: \"http://graph.example\",
     api_version: v24.0, unknown_after: 60s, rate: 1000/s}
templates:
"
    .to_owned();
    for (n, (name, category)) in TEMPLATES.iter().enumerate() {
        text += &format!(
            "  - {{id: {}, sender: 1, name: {name}, language: en, category: {category}, status: approved, body: \"{name}\"}}\n",
            n + 1
        );
    }
    text
}

const BOT: &str = r#"
bot: Year
language: en
timezone: Europe/Madrid
fields: {visit_at: datetime}
quiet_hours: {from: "21:00", to: "08:00", law: true}
topics:
  service: {}
  news: {needs: consent, at_most: [1/1d, 3/7d]}
  offers: {needs: consent, at_most: 2/7d}
teams:
  support: {give_back: 12h}
defaults:
  loop_guard: 1000/1h
  queue_for: 6h
  unanswered: []
"#;

/// The flows in one text, separated by lines of `---`.
const FLOWS: &str = r#"
flow: hi
when: [{message: [hi]}]
steps: [{say: hi}]
---
flow: daily_on
when: [{message: [daily on]}]
steps: [{tag: daily}, {say: daily_on}]
---
flow: daily_off
when: [{message: [daily off]}]
steps: [{untag: daily}, {say: daily_off}]
---
flow: news_on
when: [{message: [news on]}]
steps: [{consent: {news: given}}, {say: news_on}]
---
flow: news_off
when: [{message: [news off]}]
steps: [{consent: {news: withdrawn}}, {say: news_off}]
---
flow: offers_on
when: [{message: [offers on]}]
steps: [{consent: {offers: given}}, {say: offers_on}]
---
flow: offers_off
when: [{message: [offers off]}]
steps: [{consent: {offers: withdrawn}}, {say: offers_off}]
---
flow: lives
when:
  - message: ['^i live in (?<zone>\S+)$']
    match: regex
inputs: {zone: text}
steps: [{set: {contact.zone: "${zone}"}}, {say: lives}]
---
flow: visit
when:
  - message: ['^visit in (?<n>\d+)$']
    match: regex
inputs: {n: whole}
steps: [{set: {contact.visit_at: "${now() + hours(n)}"}}, {say: visit}]
---
flow: no_visit
when: [{message: [no visit]}]
steps: [{set: {contact.visit_at: none}}, {say: no_visit}]
---
flow: order
when: [{message: [order]}]
steps:
  - ask: order
    as: size
    options: [{id: s, title: Small}, {id: l, title: Large}]
    timeout: 4h
    on_timeout: [end]
  - say: ordered
---
flow: human
when: [{message: [human]}]
steps: [{say: human}, {handoff: support}]
---
flow: trial
when: [{message: [trial]}]
steps:
  - say: trial
  - wait: 20h
  - say: trial_day
    if_closed: {template: t_trial_day}
  - wait: 3d
  - say: trial_end
    if_closed: {nudge: n_trial_end, hold: 2d}
---
flow: keep
when: [{message: [keep]}]
steps:
  - say: keep
  - wait: 25h
  - say: kept
    if_closed: {hold: 2d}
---
flow: morning
when: [{schedule: "30 9 * * *", to: {tags: [daily]}}]
steps: [{say: morning, if_closed: skip}]
---
flow: weekly
when: [{schedule: "5 10 * * TUE", to: everyone}]
steps: [{say: weekly, if_closed: {template: t_weekly}}]
---
flow: news
topic: news
when: [{schedule: "0 11 * * TUE,FRI", clock: bot, to: everyone}]
steps:
  - ask: news
    as: show
    options: [{id: show, title: Show me}, {id: stop, title: No more news, consent: {news: withdrawn}}]
    if_closed: {template: [t_news, u_news]}
    timeout: 1d
    on_timeout: [end]
  - say: news_done
---
flow: offers
topic: offers
when:
  - schedule: "10 18 * * THU"
    to: everyone
    at_most: 1/14d
steps: [{say: offers, if_closed: {template: t_offers}}]
---
flow: evening
when: [{schedule: "30 22 * * WED", to: everyone}]
steps: [{say: evening, if_closed: {template: t_evening}}]
---
flow: gap
when: [{schedule: "30 2 * * SUN", to: everyone}]
steps: [{say: gap, if_closed: {hold: 1d}}]
---
flow: alarm
quiet_hours: {ignore: "whoever wants to be woken"}
when: [{schedule: "45 5 * * MON", to: everyone}]
steps: [{say: alarm, if_closed: skip}]
---
flow: early_offers
topic: offers
quiet_hours: {ignore: "the early bird"}
when: [{schedule: "15 6 * * SAT", to: everyone}]
steps: [{say: early_offers, if_closed: {template: t_early_offers}}]
---
flow: saturday
when: [{schedule: "20 15 * * SAT", to: everyone}]
steps: [{say: saturday, if_closed: {nudge: n_saturday, hold: 3d}}]
---
flow: monthly
if_busy: skip
when: [{schedule: "0 12 1 * *", clock: bot, to: everyone, rate: 1/s}]
steps: [{say: monthly, if_closed: {template: t_monthly}}]
---
flow: sunday
when: [{schedule: "40 16 * * SUN", to: everyone}]
steps: [{say: sunday, if_closed: {hold: 2d}}]
---
flow: locals
when: [{schedule: "50 12 * * MON", to: {if: 'contact.country == "ES"'}}]
steps: [{say: locals, if_closed: {template: t_locals}}]
---
flow: tips
topic: offers
when: [{schedule: "15 13 * * FRI", to: everyone}]
steps: [{say: tips, if_closed: {nudge: n_tips, hold: 5d}}]
---
flow: reminder
if_busy: aside
when: [{date: contact.visit_at, offset: -1d, at: "10:20"}]
steps: [{say: reminder, if_closed: {template: t_reminder}}]
---
flow: thanks
when: [{date: contact.visit_at, offset: 2h}]
steps: [{say: thanks, if_closed: skip}]
---
flow: closing
when: [{window_closing: 40m}]
steps: [{say: closing, if_closed: skip}]
---
flow: silent
when: [{quiet_for: 3d, at_most: 1/30d}]
steps: [{say: silent, if_closed: {template: t_silent}}]
---
flow: paid
when: [{event: paid}]
steps: [{say: paid, if_closed: {template: t_paid}}]
---
flow: cart
topic: offers
when: [{event: cart}]
stop_when: [{event: paid}, {reply: true}]
steps:
  - wait: 2h
  - say: cart_soon
    if_closed: skip
  - wait: 22h
  - say: cart_late
    if_closed: {template: t_cart_late}
---
flow: csat
if_busy: skip
when: [{event: csat}]
steps:
  - ask: csat
    as: stars
    options: [{id: good, title: Good}, {id: bad, title: Bad}]
    if_closed: {nudge: n_csat}
    timeout: 2d
    on_timeout: [end]
  - say: csat_done
---
flow: course
sequence: {again: true}
when: [{event: course}]
steps:
  - wait: 1h
  - say: lesson_one
    if_closed: skip
  - wait: 2d
  - say: lesson_two
    if_closed: {template: t_lesson_two}
  - wait: 4d
  - say: lesson_three
    if_closed: {template: t_lesson_three}
"#;

pub fn files() -> BotFiles {
    let mut files = BTreeMap::from([("flows/_bot.yaml".to_owned(), BOT.to_owned())]);
    for text in FLOWS.split("\n---\n") {
        let name = text.trim().lines().next().and_then(|line| line.strip_prefix("flow: ")).expect("each begins so");
        files.insert(format!("flows/{name}.yaml"), text.trim_start().to_owned());
    }
    BotFiles::from_stored(&files)
}

pub fn flow_count() -> usize {
    FLOWS.split("\n---\n").count()
}
