//! Finds the configuration, the database and the daemon of a command.

use super::{
    advice::{self, CONFIG_VARIABLE},
    call::Api,
    daemon::DaemonFile,
};
use crate::{
    base::{
        diagnostic::{Diagnostic, did_you_mean},
        ids::AccountName,
        phone,
        secret::Secret,
    },
    cli::Failure,
    model::{
        contact::Contact,
        inbound::{Alias, AliasKind},
    },
    runtime::config::{Account, Config},
    store::{
        self, Store,
        tables::{alias, contact},
    },
};
use std::path::{Path, PathBuf};

/// The options that all commands on a daemon or its database share.
#[derive(Debug, Clone, clap::Args)]
pub struct Workplace {
    /// The daemon's configuration; without one, the sandbox in the current folder
    #[arg(long, value_name = "FILE", env = CONFIG_VARIABLE, global = true)]
    pub config: Option<PathBuf>,
}

/// The options of commands that call the daemon.
#[derive(Debug, Clone, clap::Args)]
pub struct DaemonOptions {
    #[command(flatten)]
    pub place: Workplace,
    /// Where the daemon listens; without it, where the one on this folder's database says
    #[arg(long, value_name = "URL")]
    pub url: Option<String>,
    /// An API key; without it, one of the configuration or this machine's own
    #[arg(long, value_name = "KEY", env = "TRANSOM_API_KEY", hide_env_values = true)]
    pub key: Option<String>,
}

/// A command of several words at such a place.
#[derive(Debug, clap::Args)]
pub struct CommandAt<W: clap::Subcommand> {
    #[command(subcommand)]
    pub what: W,
    #[command(flatten)]
    pub place: Workplace,
}

impl Workplace {
    pub fn config(&self) -> Result<Config, Failure> {
        load(self.config.as_deref())
    }
}

impl DaemonOptions {
    /// The daemon's address and the best key at hand; `account` is that of the sender, if the command needs it.
    pub fn api(&self, config: &Config, account: Option<&AccountName>) -> Result<Api, Failure> {
        let running = DaemonFile::read(&config.data);
        let given = self.key.clone().map(Secret::new);
        let of_this_daemon = self.url.is_none();
        let operator = || running.as_ref().filter(|_| of_this_daemon).map(DaemonFile::token);
        let configured = || {
            let accounts = config.accounts.iter().filter(|a| account.is_none_or(|name| *name == a.name));
            accounts.flat_map(|account| &account.api_keys).next().cloned()
        };
        let base = match (&self.url, &running) {
            (Some(url), _) => url.clone(),
            (None, Some(daemon)) => daemon.url(),
            (None, None) => format!("{}://{}", config.scheme(), config.listen),
        };
        let key = given.or_else(operator).or_else(configured);
        let api = match running.as_ref().filter(|_| of_this_daemon) {
            Some(file) => Api::of_daemon(base, file, key)?,
            None => Api::new(base, key)?,
        };
        Ok(api.found_by_url())
    }
}

/// Reads the configuration; fails with all its findings.
pub fn read(path: Option<&Path>) -> Result<Config, Vec<Diagnostic>> {
    Config::load(path, &|name: &str| std::env::var(name).ok())
}

/// Reads the configuration; prints its findings and fails if there are errors.
pub fn load(path: Option<&Path>) -> Result<Config, Failure> {
    advice::choose(path);
    read(path).map_err(|findings| {
        let colour = crate::cli::terminal::paint::Paint::stderr().is_on();
        // A file that cannot be read has no line to show.
        if let [only] = &findings[..]
            && only.code == "E900"
        {
            return Failure::Failed(format!("{} ({})", only.message, only.code));
        }
        for finding in &findings {
            eprintln!("{}\n", crate::cli::terminal::screen::coloured(&finding.render(colour)));
        }
        Failure::Said
    })
}

/// The account with this name; without a name, the only one.
pub fn account<'a>(config: &'a Config, name: Option<&str>) -> Result<&'a Account, Failure> {
    let names = || config.accounts.iter().map(|account| account.name.as_str());
    match (name, &config.accounts[..]) {
        (None, [only]) => Ok(only),
        (None, _) => {
            let all = names().collect::<Vec<_>>().join("`, `");
            Err(Failure::Usage(format!("there are several accounts, `{all}`: name one by `--account`")))
        }
        (Some(name), _) => config.account(&AccountName::from(name)).ok_or_else(|| {
            let help = did_you_mean(name, names()).map(|help| format!("; {help}")).unwrap_or_default();
            Failure::Usage(format!("there is no account `{name}`{help}"))
        }),
    }
}

/// The probes and metrics of the running daemon, which answer even if all other connections are taken.
pub async fn probes(config: &Config) -> Option<Api> {
    let file = DaemonFile::read(&config.data)?;
    let api = Api::new(file.admin_url(), Some(file.token())).ok()?;
    let answer = api.get("/healthz").await.ok()?;
    answer.status.is_success().then_some(api)
}

/// The running daemon of this configuration, if it responds.
pub async fn running(config: &Config) -> Option<Api> {
    let file = DaemonFile::read(&config.data)?;
    let api = Api::of_daemon(file.url(), &file, Some(file.token())).ok()?;
    let answer = api.get("/healthz").await.ok()?;
    answer.status.is_success().then_some(api)
}

/// The running daemon; without one, the command fails with `why` it needs one.
pub async fn daemon(config: &Config, why: &str) -> Result<Api, Failure> {
    let none = || Failure::Failed(format!("no daemon runs on this database, and {why}: `transom serve` starts it"));
    running(config).await.ok_or_else(none)
}

/// Opens the database for reading; another process may write to it.
pub async fn read_only(config: &Config) -> Result<Store, Failure> {
    Store::open_read_only(config.database.expose()).await.map_err(Failure::failed)
}

/// Opens the database for writing, only if no daemon runs: a daemon would not see the changes.
pub async fn exclusive(config: &Config) -> Result<Store, Failure> {
    Store::open(config.database.expose(), store::Options::default()).await.map_err(Failure::failed)
}

/// The contact with this phone number, in any account; the number may be written with blanks and signs.
pub async fn contact_of(config: &Config, store: &Store, phone: &str) -> Result<Option<Contact>, Failure> {
    // People write numbers with blanks, dashes and brackets.
    let alias =
        |phone: &str| Alias { kind: AliasKind::Phone, value: phone.chars().filter(char::is_ascii_digit).collect() };
    let mut names = vec![alias(phone)];
    names.extend(phone::spellings(phone).iter().map(|other| alias(other)));
    let accounts: Vec<&AccountName> = config.accounts.iter().map(|account| &account.name).collect();
    for account in accounts {
        if let Some(id) = alias::find(store, account, &names).await.map_err(Failure::failed)? {
            return contact::find(store, id).await.map_err(Failure::failed);
        }
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(config: &Config, name: Option<&str>) -> String {
        match account(config, name) {
            Err(Failure::Usage(why)) => why,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn an_account_is_named_where_there_are_several() {
        let mut config = Config::sandbox(Path::new("."));
        assert_eq!(account(&config, None).unwrap().name.as_str(), "sandbox");
        let second = Account { name: "riverside".into(), ..config.accounts[0].clone() };
        config.accounts.push(second);
        assert_eq!(
            refused(&config, None),
            "there are several accounts, `sandbox`, `riverside`: name one by `--account`"
        );
        assert_eq!(refused(&config, Some("riversde")), "there is no account `riversde`; did you mean `riverside`?");
        assert_eq!(account(&config, Some("riverside")).unwrap().name.as_str(), "riverside");
    }
}
