//! Defines the bot of the kill tests: an immediate answer, a question with a call, a time-out, a schedule.

use std::{fs, path::Path};

pub const SECRET: &str = "app-secret";
pub const NUMBER: &str = "106540352242922";

const BOT: &str = "bot: Killed\nlanguage: en\ntimezone: UTC\nenv: [SHOP_URL]\ndefaults:\n  loop_guard: 1000000/1h\n";

pub const ECHO: &str = r"flow: echo
when:
  - message: ['^echo (?<n>\d+)$']
    match: regex
inputs: {n: {type: text, optional: true}}
steps:
  - say: echo ${n}
";

const FLOWS: &[(&str, &str)] = &[
    ("echo", ECHO),
    (
        "order",
        r"flow: order
when:
  - message: ['^order (?<n>\d+)$']
    match: regex
inputs: {n: {type: text, optional: true}}
steps:
  - ask: How many for order ${n}?
    as: count
    type: whole
    timeout: 1h
  - http: POST ${env.SHOP_URL}/orders
    json: {order: '${n}', phone: '${contact.phone}', count: '${count}'}
    retry: {times: 5, wait: 1s}
    timeout: 5s
    as: made
    on_error: [{say: 'order ${n} failed'}, end]
  - say: order ${n} made as ${made.body.number}
  - wait: 2s
  - say: order ${n} sent
",
    ),
    (
        "hurry",
        r"flow: hurry
when:
  - message: ['^hurry (?<n>\d+)$']
    match: regex
inputs: {n: {type: text, optional: true}}
steps:
  - ask: Quick, ${n}?
    as: answer
    timeout: 3s
    on_timeout: [{say: 'too late ${n}'}, end]
  - say: in time ${n}
",
    ),
];

/// Writes the bot and `config.yaml`. `minute`: the cron fields of the schedule's only fire.
pub fn write(folder: &Path, listen: u16, graph: &str, shop: &str, desk: &str, minute: &str) {
    fs::create_dir(folder.join("flows")).unwrap();
    let file = |name: &str, text: &str| fs::write(folder.join(name), text).unwrap();
    file("flows/_bot.yaml", BOT);
    for (name, text) in FLOWS {
        file(&format!("flows/{name}.yaml"), text);
    }
    file(
        "flows/news.yaml",
        &format!(
            "flow: news\nwhen:\n  - schedule: \"{minute}\"\n    clock: bot\n    to: everyone\n    rate: 20/s\n\
             steps:\n  - say: news\n    if_closed: skip\n"
        ),
    );
    let config = format!(
        r#"listen: 127.0.0.1:{listen}
database: sqlite://data/transom.db
bot: .
accounts: [{{name: acme}}]
senders:
  - {{id: 12, account: acme, name: Support, provider: meta, phone: "+15550001111", phone_number_id: "{NUMBER}",
     waba_id: "102", access_token: token, app_secret: {SECRET}, verify_token: v, api_base: "{graph}",
     api_version: v24.0, rate: 1000/s, unknown_after: 3s}}
flows: {{env: {{SHOP_URL: "{shop}"}}, allow_private: [127.0.0.0/8]}}
webhooks: {{to: [{{name: desk, url: "{desk}", secret: desk-secret, types: [message.in]}}]}}
"#
    );
    file("config.yaml", &config);
}
