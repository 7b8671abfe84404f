//! Defines the bot of the simulation: each flow causes one kind of difficulty.

use std::collections::BTreeMap;
use transom::runtime::bot::source_files::BotFiles;

pub const CONFIG: &str = r#"
accounts: [{name: acme}]
senders:
  - {id: 1, account: acme, name: Support, provider: meta, phone: "+15550001111", phone_number_id: "106540352242922",
     waba_id: "1", access_token: token, app_secret: app-secret, verify_token: v, api_base: "http://graph.example",
     api_version: v24.0, unknown_after: 60s, rate: 1000/s}
templates:
  - {id: 1, sender: 1, name: woke_tpl, language: en, category: utility, status: approved, body: "Still there?"}
  - {id: 2, sender: 1, name: nudge_tpl, language: en, category: utility, status: approved, body: "We have a question."}
  - {id: 3, sender: 1, name: morning_tpl, language: en, category: utility, status: approved, body: "Good morning"}
  - {id: 4, sender: 1, name: news_tpl, language: en, category: marketing, status: approved, body: "News for {{1}}"}
  - {id: 5, sender: 1, name: paid_tpl, language: en, category: utility, status: approved, body: "Your payment"}
notify: {url: "http://desk.example/notices", secret: desk-secret}
"#;

pub const TEMPLATES: [&str; 5] = ["woke_tpl", "nudge_tpl", "morning_tpl", "news_tpl", "paid_tpl"];

/// The answers to `http` steps, one after the other.
pub const MOCKS: &str = r#"
http:
  - POST https://shop.example/orders:
      - {json: {number: 1}}
      - {status: 503}
      - {json: {number: 2}}
      - {fail: timeout}
      - {status: 503}
      - {json: {number: 3}}
      - {fail: timeout}
      - {fail: timeout}
      - {fail: timeout}
      - {json: {number: 4}}
  - GET https://shop.example/stock: {json: {left: 7}}
  - POST http://desk.example/notices:
      - {status: 204}
      - {status: 503}
      - {}
      - {fail: timeout}
      - {fail: unreachable}
      - {status: 410}
      - {}
"#;

const BOT: &str = r#"
bot: Sim
timezone: Europe/Madrid
quiet_hours: {from: "21:00", to: "08:00"}
topics:
  service: {}
  marketing: {needs: consent, at_most: [1/1d, 3/7d]}
teams:
  support: {give_back: 12h}
defaults:
  loop_guard: 1000/1h
  ask: {tries: 3, invalid: "What?", on_fail: [{say: I give up., if_closed: skip}]}
"#;

const FLOWS: &[(&str, &str)] = &[
    (
        "echo",
        r#"
flow: echo
when:
  - message: ['^echo (?<n>\d+)$']
    match: regex
inputs: {n: {type: text, optional: true}}
steps:
  - say: echo ${n}
"#,
    ),
    (
        "order",
        r#"
flow: order
when: [{message: [order]}]
steps:
  - ask: Which size?
    as: size
    options:
      - {id: s, title: Small}
      - {id: m, title: Medium}
      - {id: l, title: Large}
    remind: {after: 1h, say: Still choosing?}
    timeout: 4h
    on_timeout: [{say: No order then., id: once_late}, end]
  - ask: How many?
    as: count
    type: whole
    check: count > 0 && count < 10
    timeout: 3h
    on_timeout: [{say: Come back soon., id: once_gone}, end]
  - http: POST https://shop.example/orders
    json: {size: "${size}", count: "${count}"}
    retry: {times: 2, wait: 30s, backoff: 2}
    as: made
    on_error: [{say: The shop is closed., id: once_closed}, end]
  - say: Order ${made.body.number} is made.
    id: once_made
  - say: Thank you.
    id: once_thanks
"#,
    ),
    (
        "later",
        r#"
flow: later
when: [{message: [later]}]
steps:
  - say: In two hours.
    id: once_first
  - wait: 2h
  - say: It is two hours later.
    id: once_two
  - wait: 26h
  - say: It is a day later.
    id: once_day
    if_closed: {template: woke_tpl}
"#,
    ),
    (
        "nudge",
        r#"
flow: nudge
when: [{message: [nudge me]}]
steps:
  - wait: 25h
  - ask: Are you still interested?
    as: still
    options: [{id: y, title: Yes}, {id: n, title: No}]
    if_closed: {nudge: nudge_tpl}
    timeout: 2d
    on_timeout: [end]
  - say: You say ${still}.
    id: once_still
"#,
    ),
    (
        "keep",
        r#"
flow: keep
when: [{message: [keep]}]
steps:
  - wait: 25h
  - say: This was kept for you.
    id: once_kept
    if_closed: {hold: 2d}
  - say: And this, too.
    id: once_too
    if_closed: hold
"#,
    ),
    (
        "skip",
        r#"
flow: skip
when: [{message: [skip]}]
steps:
  - wait: 24h
  - say: Only if you are there.
    id: once_skip
    if_closed: skip
"#,
    ),
    (
        "fail",
        r#"
flow: fail
when: [{message: [fail]}]
steps:
  - wait: 24h
  - say: Are you there?
    id: once_fail
    if_closed: fail
    on_error: [{template: woke_tpl, id: once_failed}, end]
  - ask: What is your name?
    as: name
    if_closed: {template: woke_tpl}
    timeout: 5h
    on_timeout: [end]
  - say: Hello ${name}.
    id: once_name
"#,
    ),
    (
        "stock",
        r#"
flow: stock
when: [{message: [stock]}]
steps:
  - http: GET https://shop.example/stock
    as: stock
  - say: ${stock.body.left} are left.
    id: once_left
    on_error: [end]
  - say: Shall I keep one?
    id: once_keep_one
    buttons: [{id: order_one, title: Keep one}]
"#,
    ),
    (
        "human",
        r#"
flow: human
when: [{message: [human]}]
steps:
  - say: I am getting somebody.
    id: once_getting
  - handoff: support
"#,
    ),
    (
        "desk",
        r#"
flow: desk
when: [{message: [desk]}]
steps:
  - say: The desk will see to it.
    id: once_desk
  - handoff: support
    until_done: 20h
    on_timeout: [{say: Nobody came., id: once_nobody, if_closed: skip}, end]
  - say: The desk is done.
    id: once_desk_done
    if_closed: skip
"#,
    ),
    (
        "gift",
        r#"
flow: gift
when: [{event: gift}]
if_busy: skip
steps:
  - ask: Do you want a gift?
    as: wanted
    options: [{id: y, title: Please}, {id: n, title: No thanks}]
    if_closed: {template: woke_tpl}
    timeout: 2h
    on_timeout: [end]
  - say: You said ${wanted}.
    id: once_gift
"#,
    ),
    (
        "help",
        r#"
flow: help
when: [{message: [help]}]
if_busy: aside
steps:
  - say: Write order, later or human.
"#,
    ),
    (
        "join",
        r#"
flow: join
when: [{message: [join]}]
steps:
  - consent: {marketing: given}
  - say: You are in.
    id: once_in
"#,
    ),
    (
        "morning",
        r#"
flow: morning
when:
  - schedule: "30 9 * * *"
    clock: contact
    to: everyone
steps:
  - say: Good morning.
    id: once_morning
    if_closed: {template: morning_tpl}
"#,
    ),
    (
        "word",
        r#"
flow: word
when: [{message: [word]}]
inputs: {what: {type: text, optional: true}}
steps:
  - say: A word to all about ${what}.
    id: once_word
    if_closed: {template: morning_tpl}
"#,
    ),
    (
        "news",
        r#"
flow: news
topic: marketing
when:
  - schedule: "0 11 * * 2,5"
    clock: bot
    to: everyone
    rate: 1/s
steps:
  - ask: We have news. Shall I show them?
    as: show
    options: [{id: show, title: Show me}, {id: stop, title: No more news, consent: {marketing: withdrawn}}]
    if_closed: {template: news_tpl, vars: ["you"]}
    timeout: 1d
    on_timeout: [end]
  - say: This is the news.
    id: once_news
"#,
    ),
    (
        "paid",
        r#"
flow: paid
when: [{event: paid}]
steps:
  - say: Your payment came.
    id: once_paid
    if_closed: {template: paid_tpl}
"#,
    ),
];

const BROKEN: &str = "flow: broken\nwhen: [{message: [broken]}]\nsteps:\n  - sai: Oh\n  - go: nowhere\n";

/// Version `n` of the bot: all flows, with changed texts in some.
pub fn version(n: usize) -> BotFiles {
    BotFiles::from_stored(&files(n))
}

/// Files that must never go live.
pub fn broken(n: usize) -> BotFiles {
    let mut files = files(n);
    files.insert("flows/broken.yaml".into(), BROKEN.into());
    BotFiles::from_stored(&files)
}

fn files(n: usize) -> BTreeMap<String, String> {
    let mut files = BTreeMap::from([("flows/_bot.yaml".to_owned(), BOT.to_owned())]);
    for (name, text) in FLOWS {
        let text = match (*name, n % 3) {
            ("help", 1) => text.replace("Write order", "Please write order"),
            // The step that somebody waits at is gone in this one; runs finish on their own version.
            ("order", 2) => text.replace("    type: whole\n", "    type: whole\n    invalid: A number from 1 to 9.\n"),
            _ => (*text).to_owned(),
        };
        files.insert(format!("flows/{name}.yaml"), text);
    }
    files
}
