//! Checks the whole way in and out: configuration, flows, database, daemon, and each sender with its platform.
//! `transom doctor` prints these checks, and `GET /v1/health` gives them as data.
//!
//! `here` asks nobody outside of this machine; `platform` asks the platform of one sender. `arranged` puts both into
//! the order of a report.

pub mod backup_mark;
mod certificate;
pub mod checkup;
mod daemon;
mod database;
pub mod disk;
mod forms;
mod machine;
mod models;
mod platform;
mod secrets;

use crate::{
    base::{
        clock::Clock,
        ids::SenderId,
        time::{Time, iso},
    },
    channel::Http,
    config::Config,
    senders::providers::Providers,
    store::Store,
};
pub use daemon::{DaemonSeen, DaemonState};
pub use platform::platform;
use serde_json::{Value as Json, json};

/// Everything that the checks look at.
pub struct HealthInputs<'a> {
    pub config: &'a Config,
    /// The database, or the reason why it cannot be opened.
    pub store: Result<&'a Store, String>,
    pub http: &'a dyn Http,
    pub providers: &'a Providers,
    pub clock: &'a dyn Clock,
    /// False for a program that was built in a hurry, to try it out.
    pub is_optimised: bool,
}

impl HealthInputs<'_> {
    fn now(&self) -> Time {
        self.clock.now()
    }
}

/// The result of a check.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HealthResult {
    Good,
    /// It works, but an operator should look at it.
    Warning,
    Bad,
}

/// One check and its result.
#[derive(Debug, Clone, PartialEq)]
pub struct HealthCheck {
    /// The same in each report, and there once: `database`, `sender.12.token`.
    pub id: String,
    /// The sender of the check; `None`: the whole installation.
    pub sender: Option<SenderId>,
    /// A heading of a few words.
    pub title: String,
    pub result: HealthResult,
    /// Since when it is so, where that is known.
    pub since: Option<Time>,
    /// A sentence, with advice if something is wrong; contains no secret.
    pub detail: String,
    /// A command that mends it; `None`: it takes more than a command.
    pub mend: Option<String>,
}

impl HealthResult {
    pub fn as_str(self) -> &'static str {
        match self {
            HealthResult::Good => "good",
            HealthResult::Warning => "warning",
            HealthResult::Bad => "bad",
        }
    }
}

impl HealthCheck {
    fn new(id: impl Into<String>, title: &str, result: HealthResult, detail: impl Into<String>) -> Self {
        let (id, title, detail) = (id.into(), title.to_owned(), detail.into());
        HealthCheck { id, sender: None, title, result, since: None, detail, mend: None }
    }

    fn good(id: impl Into<String>, title: &str, detail: impl Into<String>) -> Self {
        HealthCheck::new(id, title, HealthResult::Good, detail)
    }

    fn warning(id: impl Into<String>, title: &str, detail: impl Into<String>) -> Self {
        HealthCheck::new(id, title, HealthResult::Warning, detail)
    }

    fn bad(id: impl Into<String>, title: &str, detail: impl Into<String>) -> Self {
        HealthCheck::new(id, title, HealthResult::Bad, detail)
    }

    fn since(self, since: Option<Time>) -> Self {
        HealthCheck { since, ..self }
    }

    fn mended_by(self, command: impl Into<String>) -> Self {
        HealthCheck { mend: Some(command.into()), ..self }
    }

    /// The check of a sender; `id` is its last part.
    fn of(self, sender: SenderId) -> Self {
        HealthCheck { id: format!("sender.{sender}.{}", self.id), sender: Some(sender), ..self }
    }

    /// As the API shows it.
    pub fn to_json(&self) -> Json {
        json!({
            "id": self.id, "sender": self.sender, "title": self.title, "result": self.result.as_str(),
            "since": self.since.map(iso), "detail": self.detail, "mend": self.mend,
        })
    }
}

/// All checks that need no platform.
pub async fn here(inputs: &HealthInputs<'_>, daemon: &DaemonSeen) -> Vec<HealthCheck> {
    let mut checks = machine::configuration(inputs.config);
    checks.extend(machine::build(inputs));
    checks.extend(machine::flows(inputs.config));
    checks.extend(models::checks(inputs.config));
    checks.extend(database::rows(inputs).await);
    checks.extend(secrets::checks(inputs).await);
    checks.extend(daemon::checks(daemon, inputs.config));
    checks.extend(certificate::checks(inputs));
    checks.extend(machine::disk(inputs.config));
    checks.extend(machine::backup(inputs));
    for sender in &inputs.config.senders {
        checks.push(database::heard(inputs, sender).await.of(sender.id));
    }
    checks
}

/// The checks in the order of a report: the installation, then each sender with the words of its platform first. An
/// id that two checks have gets a number.
pub fn arranged(config: &Config, platforms: Vec<HealthCheck>, here: Vec<HealthCheck>) -> Vec<HealthCheck> {
    let place = |sender: Option<SenderId>| config.senders.iter().position(|known| Some(known.id) == sender);
    let mut checks = platforms;
    checks.extend(here);
    checks.sort_by_key(|check| place(check.sender));
    let mut seen = std::collections::HashMap::<String, usize>::new();
    for check in &mut checks {
        let count = seen.entry(check.id.clone()).or_default();
        *count += 1;
        if *count > 1 {
            check.id = format!("{}.{count}", check.id);
        }
    }
    checks
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    #[test]
    fn a_report_begins_with_the_installation_and_names_each_check_once() {
        let config = Config::sandbox(Path::new("."));
        let sender = config.senders[0].id;
        let token = |detail: &str| HealthCheck::bad("token", "Token", detail).of(sender);
        let here = vec![HealthCheck::good("database", "Database", ""), token("two")];
        let ids: Vec<String> = arranged(&config, vec![token("one")], here).into_iter().map(|check| check.id).collect();
        assert_eq!(ids, ["database", &format!("sender.{sender}.token"), &format!("sender.{sender}.token.2")]);
    }
}
