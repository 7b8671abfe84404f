//! Reads and checks the daemon's configuration, and reports all errors at once with their places.
//!
//! `config.example.yaml`, which a test reads, documents each key.

mod access;
mod account;
mod addresses;
mod chatwoot;
mod expand;
mod hide;
mod mcp;
mod models;
mod prices;
mod rules;
pub mod secrets_key;
mod sections;
mod sender;
mod telemetry;
mod template;
mod webhooks;
mod written;

pub use access::{AGENT_BOT, Access, Autocalls, ChatwootBot, Kapso, Meta, Twilio, Waplify};
pub use account::Account;
pub use chatwoot::{CHATWOOT, Chatwoot};
pub use models::{MinutePrice, Model, ModelPrices, Purpose};
pub use prices::{CATEGORIES, Prices, UNITS, amount, shown};
pub use secrets_key::SecretsKeyFile;
pub use sections::{BackupPlan, FlowGrants, Log, Media, Publishers, Retention, Studio, TlsFiles};
pub use sender::{OnUnknown, Sender, Shows};
pub use telemetry::Telemetry;
pub use template::{CatalogueEntry, of as template_of};
pub use webhooks::{NOTIFY, Receiver, Webhooks};

use crate::base::{
    diagnostic::{self, Diagnostic, Findings},
    fields::Fields,
    ids::{AccountName, SenderId},
    limits::CONFIG_BYTES_MAX,
    place::{Place, SourceFile},
    secret::Secret,
    yaml::{self, Node},
};
use crate::channel::mcp::McpEndpoint;
use addresses::{address, database, sqlite, web_address};
use ipnet::IpNet;
use std::{
    fs,
    net::{Ipv4Addr, SocketAddr, SocketAddrV4},
    path::{Path, PathBuf},
    sync::Arc,
};
use written::{Written, has_blank, is_blank};

/// The default address for probes and metrics: this machine only.
pub const ADMIN: SocketAddr = SocketAddr::V4(SocketAddrV4::new(Ipv4Addr::LOCALHOST, 8081));

/// The operator's settings. Paths are absolute or relative to the working directory; URLs and numbers are checked.
#[derive(Debug, Clone)]
pub struct Config {
    /// The configuration file; `None`: the built-in sandbox.
    pub file: Option<PathBuf>,
    pub listen: SocketAddr,
    /// The files by which `listen` speaks TLS; `None`: plain HTTP, behind a proxy.
    pub tls: Option<TlsFiles>,
    /// The address for probes and metrics; `None` if not configured: `ADMIN`, or any free port if that is taken.
    pub admin: Option<SocketAddr>,
    /// The URL that providers call, without a final slash.
    pub public_url: Option<String>,
    /// The URL at which the other daemons of a Postgres database reach this one, without a final slash; `None`: the
    /// address of `listen`.
    pub member_url: Option<String>,
    /// `sqlite://path` or `postgres://…`, which may hold a password.
    pub database: Secret,
    /// The folder for the wire log and for the file by which commands find the daemon. The default is the folder of
    /// the SQLite file; with Postgres, `data/` beside the configuration.
    pub data: PathBuf,
    /// The files with the keys that encrypt secrets in the database; the first encrypts.
    pub secrets_key: Vec<SecretsKeyFile>,
    /// The folder with `flows/`, `scripts/`, `locales/`.
    pub bot: PathBuf,
    pub accounts: Vec<Account>,
    /// The prices of messages.
    pub prices: Prices,
    pub senders: Vec<Sender>,
    /// The language models that flows may ask.
    pub models: Vec<Model>,
    /// The MCP servers whose tools agents may use.
    pub mcp: Vec<McpEndpoint>,
    pub templates: Vec<CatalogueEntry>,
    pub flows: FlowGrants,
    pub media: Media,
    /// Networks of proxies in front of the daemon: their connections are not limited by address.
    pub proxies: Vec<IpNet>,
    /// The configured webhook subscriptions; `notify` is one of them.
    pub webhooks: Webhooks,
    /// `None`: no copies are made.
    pub backup: Option<BackupPlan>,
    pub retention: Retention,
    pub studio: Studio,
    pub log: Log,
    /// The collector that gets traces and metrics; `None`: nobody.
    pub telemetry: Option<Telemetry>,
    /// Findings that do not prevent the start.
    pub warnings: Vec<Diagnostic>,
}

impl Config {
    /// Reads `path`; without one, gives the sandbox: one sandbox sender on loopback, SQLite under `data/`, the bot in
    /// the current folder. `env` looks up an environment variable. Reports all errors at once.
    pub fn load(path: Option<&Path>, env: &dyn Fn(&str) -> Option<String>) -> Result<Config, Vec<Diagnostic>> {
        let Some(path) = path else {
            return Ok(Config::sandbox(Path::new("")));
        };
        let shown = path.display().to_string();
        let text = read(path).map_err(|why| {
            let place = Place::start_of(&SourceFile::new(shown.clone(), ""));
            vec![Diagnostic::error("E900", &place, format!("cannot read the configuration `{shown}`: {why}"))]
        })?;
        let folder = path.parent().unwrap_or(Path::new(""));
        let mut config = Config::parse(&SourceFile::new(shown, text), folder, env)?;
        config.file = Some(path.to_owned());
        Ok(config)
    }

    /// The configuration of a daemon without a file: everything below `folder`.
    pub fn sandbox(folder: &Path) -> Config {
        Config {
            file: None,
            listen: SocketAddr::from(([127, 0, 0, 1], 8080)),
            tls: None,
            admin: None,
            public_url: None,
            member_url: None,
            database: sqlite(&folder.join("data/transom.db")),
            data: folder.join("data"),
            secrets_key: Vec::new(),
            bot: if folder.as_os_str().is_empty() { PathBuf::from(".") } else { folder.to_owned() },
            accounts: vec![Account::sandbox()],
            prices: Prices::default(),
            senders: vec![Sender::sandbox()],
            models: Vec::new(),
            mcp: Vec::new(),
            templates: Vec::new(),
            flows: FlowGrants::default(),
            media: Media::default(),
            proxies: Vec::new(),
            webhooks: Webhooks::default(),
            backup: None,
            retention: Retention::default(),
            studio: Studio::default(),
            log: Log::default(),
            telemetry: None,
            warnings: Vec::new(),
        }
    }

    /// Reads a text. Its paths are relative to `folder`.
    pub fn parse(
        file: &Arc<SourceFile>,
        folder: &Path,
        env: &dyn Fn(&str) -> Option<String>,
    ) -> Result<Config, Vec<Diagnostic>> {
        let findings = Findings::default();
        let written = yaml::load(file, &findings);
        let mut known = Vec::new();
        // `senders` must be present: otherwise a sandbox that nobody asked for would take their place.
        let says_nothing = |written: &Node| written.is_null() || matches!(written.text(), Some("null" | "~"));
        if written.as_ref().is_some_and(says_nothing) {
            let finding = Diagnostic::error("E906", &Place::start_of(file), "the configuration is empty");
            findings.push(
                finding.help("without `--config` there is a sandbox; to begin with all keys see `config.example.yaml`"),
            );
        }
        let config = written.as_ref().map(|written| {
            let expanded = expand::expand(written, folder, env, &mut known, &findings);
            let config = top(&expanded, folder, &findings);
            rules::check(&config, &expanded, &findings);
            config
        });
        let all = hide::hide(findings.into_sorted(), file, written.as_ref(), &known);
        let (errors, warnings): (Vec<_>, Vec<_>) = all.into_iter().partition(Diagnostic::is_error);
        match config {
            Some(mut config) if errors.is_empty() => {
                config.warnings = warnings;
                Ok(config)
            }
            _ => {
                let mut all = errors;
                all.extend(warnings);
                diagnostic::sort(&mut all);
                Err(all)
            }
        }
    }

    pub fn sender(&self, id: SenderId) -> Option<&Sender> {
        self.senders.iter().find(|sender| sender.id == id)
    }

    /// The model with this name.
    pub fn model(&self, name: &str) -> Option<&Model> {
        self.models.iter().find(|model| model.endpoint.name == name)
    }

    pub fn mcp_server(&self, name: &str) -> Option<&McpEndpoint> {
        self.mcp.iter().find(|server| server.name == name)
    }

    pub fn account(&self, name: &AccountName) -> Option<&Account> {
        self.accounts.iter().find(|account| &account.name == name)
    }

    /// The scheme of the daemon's own addresses.
    pub fn scheme(&self) -> &'static str {
        if self.tls.is_some() { "https" } else { "http" }
    }

    /// The host that clients call by TLS of the daemon.
    pub fn public_host(&self) -> Option<&str> {
        addresses::host(self.public_url.as_deref()?)
    }

    /// True if every sender is a sandbox: the bot may then use its own `sandbox` section instead of the network.
    pub fn only_sandboxes(&self) -> bool {
        self.senders.iter().all(Sender::is_sandbox)
    }
}

fn top(node: &Node, folder: &Path, findings: &Findings) -> Config {
    let mut config = Config::sandbox(folder);
    let mut fields = Fields::new(node, "the configuration", findings);
    if let Some(listen) = fields.text_if("listen") {
        match address(listen) {
            Some(address) => config.listen = address,
            None => {
                let message = "`listen` takes an address and a port".to_owned();
                fields.wrong_at("listen", "E906", message, "write it like `127.0.0.1:8080` or `[::]:8080`");
            }
        }
    }
    config.tls = fields.fields_if("tls").and_then(|fields| sections::tls(fields, folder));
    if let Some(admin) = fields.text_if("admin") {
        config.admin = address(admin);
        if config.admin.is_none() {
            let message = "`admin` takes an address and a port".to_owned();
            fields.wrong_at("admin", "E906", message, "write it like `127.0.0.1:8081`, or leave it out");
        } else if config.admin == Some(config.listen) && config.listen.port() != 0 {
            let message = "`admin` is where `listen` is".to_owned();
            let help = "give probes and metrics a port of their own, which webhooks cannot fill";
            fields.wrong_at("admin", "E906", message, help);
        }
    }
    if let Some(url) = fields.text_if("public_url") {
        match web_address(url) {
            Some(url) => config.public_url = Some(url),
            None => {
                let message = "`public_url` is no web address".to_owned();
                fields.wrong_at("public_url", "E906", message, "write it like `https://bot.example.com`");
            }
        }
    }
    if let Some(url) = fields.text_if("member_url") {
        // Paths are those of the client's request.
        let scheme = config.scheme();
        let at = |url: &str| Some(url.strip_prefix(scheme)?.strip_prefix("://")?.to_owned());
        let is_bare = |url: &String| at(url).is_some_and(|at| !at.contains(['/', '?', '#', '@']));
        config.member_url = web_address(url).filter(is_bare);
        if config.member_url.is_none() {
            let message = "`member_url` is no address of a daemon".to_owned();
            let why = if config.tls.is_some() { ": with `tls`, the others come by https, too" } else { "" };
            fields.wrong_at("member_url", "E906", message, &format!("write it like `{scheme}://10.0.0.5:8080`{why}"));
        }
    }
    if let Some(url) = fields.text_if("database") {
        match database(url, folder) {
            Some((url, data)) => (config.database, config.data) = (url, data),
            None => {
                let message = "`database` is no address of a database".to_owned();
                let help = "write `sqlite://data/transom.db` or `postgres://user@host/name`";
                fields.wrong_at("database", "E906", message, help);
            }
        }
    }
    if let Some(data) = fields.text_if("data") {
        config.data = folder.join(data);
    }
    config.secrets_key = secrets_key::files(&mut fields, folder);
    if let Some(bot) = fields.text_if("bot") {
        config.bot = folder.join(bot);
    }
    if let Some(accounts) = fields.node("accounts") {
        config.accounts = accounts.one_or_many().iter().map(|node| account::read(node, findings)).collect();
    }
    if let Some(senders) = fields.node("senders") {
        let written = senders.one_or_many();
        if written.is_empty() {
            let finding = Diagnostic::error("E906", &senders.place, "there are no senders");
            findings.push(finding.help("leave `senders` out for a sandbox, or write one"));
        }
        config.senders = written.iter().filter_map(|node| sender::read(node, findings)).collect();
    } else if let Some(first) = config.accounts.first() {
        // The operator tries the API before there is a number.
        config.senders[0].account = first.name.clone();
    }
    config.prices = fields.fields_if("prices").map(|fields| prices::prices(fields, findings)).unwrap_or_default();
    config.models = models::models(fields.list("models"), &config.prices.currency, findings);
    config.mcp = mcp::servers(fields.list("mcp"), findings);
    config.templates = fields.list("templates").iter().filter_map(|node| template::read(node, findings)).collect();
    config.flows = fields.fields_if("flows").map(sections::flows).unwrap_or_default();
    config.media = fields.fields_if("media").map(sections::media).unwrap_or_default();
    config.proxies = sections::networks(&mut fields, "proxies");
    config.webhooks =
        fields.fields_if("webhooks").map(|fields| webhooks::webhooks(fields, findings)).unwrap_or_default();
    config.webhooks.to.extend(fields.fields_if("notify").and_then(webhooks::notify));
    config.webhooks.to.extend(config.accounts.iter().filter_map(chatwoot::receiver));
    config.webhooks.to.extend(config.senders.iter().filter_map(access::receiver));
    let backup = fields.fields_if("backup");
    config.backup = backup.and_then(|backup| sections::backup(backup, folder, &config.data, config.database.expose()));
    config.retention = fields.fields_if("retention").map(sections::retention).unwrap_or_default();
    config.studio = fields.fields_if("studio").map(sections::studio).unwrap_or_default();
    config.log = fields.fields_if("log").map(sections::log).unwrap_or_default();
    config.telemetry = fields.fields_if("telemetry").and_then(telemetry::telemetry);
    sections::unused(&mut fields);
    fields.finish();
    config
}

fn read(path: &Path) -> Result<String, String> {
    let size = fs::metadata(path).map_err(|e| e.to_string())?.len();
    if size > CONFIG_BYTES_MAX as u64 {
        return Err(format!("it has {size} bytes, and at most {CONFIG_BYTES_MAX} are read"));
    }
    fs::read_to_string(path).map_err(|e| e.to_string())
}

#[cfg(test)]
mod tests;
