//! Reads the small sections: `tls`, `flows`, `backup`, `retention`, `log`, and reports those that nothing reads.

use super::Written;
use crate::{
    base::{
        diagnostic::Diagnostic,
        fields::Fields,
        limits::{AUDIT_KEPT, BACKUPS_KEPT, BACKUPS_KEPT_MAX, MESSAGES_KEPT_MIN},
        place::Place,
        secret::Secret,
        time::{self, Span, Time},
        yaml::Node,
    },
    model::schedule::Schedule,
    process::log::{Format, Level},
};
use ipnet::IpNet;
use jiff::tz::TimeZone;
use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

/// The data and networks that flows may use.
#[derive(Debug, Clone, Default)]
pub struct FlowGrants {
    /// The values of `env.*` in flows.
    pub env: BTreeMap<String, String>,
    /// The secrets of `secrets.*` in `http` steps.
    pub secrets: BTreeMap<String, Secret>,
    /// Private networks that `http` may reach nevertheless.
    pub allow_private: Vec<IpNet>,
}

impl FlowGrants {
    /// The values of `env.*` for a sandbox sender: the bot's own `sandbox.env` overrides the granted ones.
    pub fn sandbox_env(&self, sandbox: &BTreeMap<String, String>) -> BTreeMap<String, String> {
        let mut env = self.env.clone();
        env.extend(sandbox.iter().map(|(name, value)| (name.clone(), value.clone())));
        env
    }
}

/// The sources of media files.
#[derive(Debug, Clone, Default)]
pub struct Media {
    /// Private networks from which files may be loaded nevertheless.
    pub allow_private: Vec<IpNet>,
}

/// The times and the place of the copies of a SQLite database.
#[derive(Debug, Clone)]
pub struct BackupPlan {
    /// The file of the database.
    pub database: PathBuf,
    pub schedule: Schedule,
    /// The clock of the schedule; that of the machine unless written.
    pub timezone: TimeZone,
    pub folder: PathBuf,
    /// The number of copies that stay.
    pub keep: usize,
}

impl BackupPlan {
    /// The time of the copy behind this one; it has passed if a copy was missed.
    pub fn due_after(&self, last: Time) -> Option<Time> {
        self.schedule.next(last, &self.timezone).map(|fire| fire.at)
    }
}

/// The certificate and the key with which the daemon speaks TLS itself.
#[derive(Debug, Clone)]
pub struct TlsFiles {
    /// The certificate with the chain of its issuers, in PEM.
    pub cert: PathBuf,
    pub key: PathBuf,
    /// The places of both in the configuration.
    pub places: [Place; 2],
}

/// The retention times.
#[derive(Debug, Clone, Copy)]
pub struct Retention {
    pub raw_webhooks: Span,
    pub messages: Span,
    pub traces: Span,
    /// Of what models were asked and answered; zero: it is not kept at all.
    pub model_questions: Span,
    /// Of the acts of people, keys and commands.
    pub audit: Span,
}

impl Default for Retention {
    fn default() -> Self {
        Retention {
            raw_webhooks: Span::days(14),
            messages: Span::days(400),
            traces: Span::days(30),
            model_questions: Span::days(7),
            audit: AUDIT_KEPT,
        }
    }
}

/// The rights of the studio.
#[derive(Debug, Clone, Copy, Default)]
pub struct Studio {
    pub publish: Publishers,
    /// False: no talks are played on this machine.
    pub plays_off: bool,
}

/// Those who may publish flows from the studio.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Publishers {
    #[default]
    Authors,
    Operators,
    /// The files come another way, as by Git.
    Nobody,
}

#[derive(Debug, Clone, Copy, Default)]
pub struct Log {
    /// `None`: text on a terminal, else JSON.
    pub format: Option<Format>,
    pub level: Level,
}

pub fn flows(mut fields: Fields<'_>) -> FlowGrants {
    let mut grants = FlowGrants::default();
    for entry in fields.map("env") {
        let name = &entry.key.text;
        match entry.value.text() {
            _ if entry.value.is_broken() => {}
            Some(text) => drop(grants.env.insert(name.clone(), text.to_owned())),
            None => fields.wrong(&entry.value, "E906", format!("`{name}` is a text")),
        }
    }
    for entry in fields.map("secrets") {
        let name = &entry.key.text;
        match entry.value.text() {
            _ if entry.value.is_broken() => {}
            Some(text) if !text.trim().is_empty() => drop(grants.secrets.insert(name.clone(), Secret::new(text))),
            _ => fields.wrong(&entry.value, "E906", format!("the secret `{name}` is empty")),
        }
    }
    grants.allow_private = networks(&mut fields, "allow_private");
    fields.finish();
    grants
}

pub fn media(mut fields: Fields<'_>) -> Media {
    let allow_private = networks(&mut fields, "allow_private");
    fields.finish();
    Media { allow_private }
}

/// Reads a list of networks or single addresses.
pub fn networks(fields: &mut Fields<'_>, name: &'static str) -> Vec<IpNet> {
    let mut networks = Vec::new();
    for node in fields.list(name) {
        let Some(text) = node.text() else {
            fields.wrong(node, "E906", format!("`{name}` takes networks"));
            continue;
        };
        // A single address is a network of one.
        let network = text.parse().ok().or_else(|| text.parse().ok().map(|ip: std::net::IpAddr| IpNet::from(ip)));
        match network {
            Some(network) => networks.push(network),
            None => fields.wrong(node, "E906", format!("`{text}` is no network; write it like `10.1.0.0/16`")),
        }
    }
    networks
}

/// Reads `backup`; `folder` is that of the configuration, `data` that of the database.
pub fn backup(mut fields: Fields<'_>, folder: &Path, data: &Path, database: &str) -> Option<BackupPlan> {
    let schedule = fields.required("schedule");
    let into = fields.opt_text("folder").map_or_else(|| data.join("backups"), |name| folder.join(name));
    let keep = fields.whole("keep", BACKUPS_KEPT, 1..=BACKUPS_KEPT_MAX);
    let database = database.strip_prefix("sqlite:").map(|path| path.strip_prefix("//").unwrap_or(path));
    if database.is_none() {
        let message = "`backup` copies SQLite databases, and this is Postgres".to_owned();
        let help = "take the section out, and copy the database with `pg_dump` or by its archive of the log";
        fields.wrong_at("schedule", "E906", message, help);
    }
    let read = schedule.filter(|node| !node.is_broken()).and_then(|node| {
        match Schedule::parse(node.text().unwrap_or_default(), "en") {
            Ok(schedule) => Some(schedule),
            Err(wrong) => {
                let help = wrong.help.unwrap_or_else(|| "write it like `daily 03:00`".to_owned());
                fields.wrong(node, "E906", format!("{}; {help}", wrong.message));
                None
            }
        }
    });
    let timezone = match fields.opt_text("timezone").map(|name| (name.to_owned(), TimeZone::get(name))) {
        None => TimeZone::system(),
        Some((_, Ok(zone))) => zone,
        Some((name, Err(_))) => {
            let message = format!("there is no time zone `{name}`");
            fields.wrong_at("timezone", "E906", message, &time::zone_meant(&name));
            TimeZone::UTC
        }
    };
    fields.finish();
    Some(BackupPlan {
        timezone,
        database: PathBuf::from(database?),
        schedule: read?,
        folder: into,
        keep: keep as usize,
    })
}

/// Reads `tls`; `folder` is that of the configuration. The files are read at the start of the daemon, so that all other
/// commands work also on a machine that has none of them.
pub fn tls(mut fields: Fields<'_>, folder: &Path) -> Option<TlsFiles> {
    let cert = fields.required("cert");
    let key = fields.required("key");
    let mut file = |node: Option<&Node>, name: &'static str| {
        let node = node.filter(|node| !node.is_broken())?;
        match node.text().filter(|text| !text.trim().is_empty()) {
            Some(text) if !text.contains("-----BEGIN") => Some((folder.join(text), node.place.clone())),
            Some(_) => {
                let message = format!("`tls.{name}` is the content of a file");
                fields.wrong_at(name, "E906", message, "write the path of the file, so that a renewed one is seen");
                None
            }
            None => {
                fields.wrong_at(name, "E906", format!("`tls.{name}` names no file"), "write the path of a PEM file");
                None
            }
        }
    };
    let (cert, key) = (file(cert, "cert"), file(key, "key"));
    fields.finish();
    let ((cert, cert_place), (key, key_place)) = (cert?, key?);
    Some(TlsFiles { cert, key, places: [cert_place, key_place] })
}

pub fn retention(mut fields: Fields<'_>) -> Retention {
    let mut kept = Retention::default();
    for (name, value) in [
        ("raw_webhooks", &mut kept.raw_webhooks),
        ("messages", &mut kept.messages),
        ("traces", &mut kept.traces),
        ("model_questions", &mut kept.model_questions),
        ("audit", &mut kept.audit),
    ] {
        *value = fields.duration(name, *value);
        if *value < Span::ZERO {
            fields.wrong_at(name, "E906", format!("`{name}` cannot be negative"), "write it like `14d`");
        }
    }
    if Span::ZERO <= kept.messages && kept.messages < MESSAGES_KEPT_MIN {
        let message = "`messages` is less than a week: by them a webhook that the platform repeats is known".to_owned();
        fields.wrong_at("messages", "E906", message, "write `7d` or more");
    }
    fields.finish();
    kept
}

pub fn log(mut fields: Fields<'_>) -> Log {
    let format = match fields.word("format", &["json", "text"]) {
        Some("json") => Some(Format::Json),
        Some(_) => Some(Format::Text),
        None => None,
    };
    let level = fields.word("level", Level::NAMES).and_then(Level::parse).unwrap_or_default();
    fields.finish();
    Log { format, level }
}

pub fn studio(mut fields: Fields<'_>) -> Studio {
    let publish = match fields.word("publish", &["author", "operator", "nobody"]) {
        Some("operator") => Publishers::Operators,
        Some("nobody") => Publishers::Nobody,
        Some(_) | None => Publishers::Authors,
    };
    let plays_off = fields.word("play", &["on", "off"]) == Some("off");
    fields.finish();
    Studio { publish, plays_off }
}

/// Reports sections that this version does not read.
pub fn unused(config: &mut Fields<'_>) {
    let llm = config.node("llm");
    if let Some(node) = llm.filter(|node| !node.is_null()) {
        let message = "nothing reads `llm`: language models stand under `models`";
        let help = "write each as an item of `models`, as config.example.yaml shows it";
        config.findings().push(Diagnostic::warning("W909", &node.place, message).help(help));
    }
}
