//! Writes the bot and configuration of the measured daemon: as shipped, except for limits for one person or number,
//! which would stop a load generator.

use std::{fs, path::Path};

pub const SECRET: &str = "bench-app-secret";
pub const TOKEN: &str = "bench-token";
pub const PHONE_NUMBER_ID: &str = "106540352242922";

/// A short wait for statuses of unknown sends, so that the bench can wait for the result.
pub const UNKNOWN_AFTER_S: u64 = 5;

const BOT: &str = "bot: Bench
language: en
timezone: UTC
defaults:
  loop_guard: 1000000/1h
";

const FLOW: &str = "flow: answer
title: Answers every message
when:
  - any_message: true
steps:
  - script: answers::reply(msg.text)
    as: reply_text
  - say: ${reply_text}
";

const SCRIPT: &str = r#"// The answer carries the number of the question, so that the mock can tell order and doubles.
fn reply(text) {
    "pong " + text.sub_string(5)
}
"#;

/// Writes the bot and `config.yaml`.
pub fn write(folder: &Path, listen: u16, mock: u16, database: &str) -> std::io::Result<()> {
    for name in ["flows", "scripts", "data"] {
        fs::create_dir_all(folder.join(name))?;
    }
    fs::write(folder.join("flows/_bot.yaml"), BOT)?;
    fs::write(folder.join("flows/answer.yaml"), FLOW)?;
    fs::write(folder.join("scripts/answers.rhai"), SCRIPT)?;
    fs::write(
        folder.join("config.yaml"),
        format!(
            r#"listen: 127.0.0.1:{listen}
database: "{database}"
bot: .
accounts:
  - name: bench
    api_keys: [bench-api-key-of-no-use-elsewhere]
senders:
  - id: 12
    account: bench
    name: Support
    provider: meta
    phone: "+15550001111"
    phone_number_id: "{PHONE_NUMBER_ID}"
    waba_id: "102290129340398"
    access_token: {TOKEN}
    app_secret: {SECRET}
    verify_token: bench-verify-token
    api_base: http://127.0.0.1:{mock}
    api_version: v24.0
    rate: 100000/s
    default: true
    unknown_after: {UNKNOWN_AFTER_S}s
"#
        ),
    )
}
