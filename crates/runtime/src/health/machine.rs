//! Checks files and disk of this machine: configuration, flows, free room, the last backup.

use super::{HealthCheck, HealthInputs, backup_mark, disk};
use crate::{
    base::{
        counted::counted,
        limits::{BACKUP_AGE_MAX, BACKUP_LATE, DISK_FREE_MIN},
        time::rounded,
    },
    bot::source_files,
    config::Config,
    flow,
    process::long_work::blocking,
};

pub fn configuration(config: &Config) -> Vec<HealthCheck> {
    let title = "Configuration";
    let mut checks = vec![HealthCheck::good("configuration", title, "The configuration is valid.")];
    let warned = |warning: &crate::base::diagnostic::Diagnostic| {
        HealthCheck::warning("configuration.warning", title, warning.to_string())
    };
    checks.extend(config.warnings.iter().map(warned));
    checks
}

/// A program that was built in a hurry answers customers, but with several times the processor time.
pub fn build(inputs: &HealthInputs<'_>) -> Option<HealthCheck> {
    let is_meant = inputs.is_optimised || inputs.config.only_sandboxes();
    let detail = "This program is built for trying it out: a message costs it several times the processor time. Build \
                  the one for customers with `cargo install --profile dist --path .`.";
    (!is_meant).then(|| HealthCheck::warning("build", "Build", detail))
}

/// The files on disk, live or not.
pub fn flows(config: &Config) -> Vec<HealthCheck> {
    let (id, title) = ("flows", "Flows");
    let checked = blocking(|| {
        let files = source_files::read(&config.bot)?;
        let (set, mut findings) = flow::parse_set(&files.files);
        findings.extend(flow::lint(&set));
        Ok::<_, source_files::FolderError>((set.flows.len(), findings.iter().filter(|one| one.is_error()).count()))
    });
    vec![match checked {
        Ok((flows, 0)) => {
            HealthCheck::good(id, title, format!("The bot has {} without errors.", counted(flows, "flow")))
        }
        Ok((_, errors)) => {
            let errors = counted(errors, "error");
            let shows = format!("`transom check {}` shows them", config.bot.display());
            HealthCheck::bad(id, title, format!("The flows have {errors}; {shows}."))
        }
        Err(error) => HealthCheck::bad(id, title, crate::channel::checkup::sentence(&error.to_string())),
    }]
}

pub fn disk(config: &Config) -> Option<HealthCheck> {
    let free = disk::free(&config.data)?;
    let (id, title) = ("disk", "Disk");
    if free >= DISK_FREE_MIN {
        return Some(HealthCheck::good(id, title, "The disk of the database has enough room."));
    }
    let (free, least) = (size(free), size(DISK_FREE_MIN));
    let told =
        format!("The disk of the database has {free} free: soon nothing can be recorded. Keep at least {least}.");
    Some(HealthCheck::bad(id, title, told))
}

/// The last copy, by `transom backup` or by the `backup` of the configuration. Postgres has tools of its own, and a sandbox has nothing to lose.
pub fn backup(inputs: &HealthInputs<'_>) -> Option<HealthCheck> {
    let config = inputs.config;
    if !config.database.expose().starts_with("sqlite") || config.only_sandboxes() || inputs.store.is_err() {
        return None;
    }
    let (id, title) = ("backup", "Last backup");
    let day = jiff::Timestamp::from_millisecond(inputs.now().0).unwrap_or_default().strftime("%Y-%m-%d-%H%M%S");
    let command = format!("transom backup transom-{day}.db");
    let last = backup_mark::read(&config.data);
    let due = last.zip(config.backup.as_ref()).and_then(|(last, plan)| plan.due_after(last));
    if let Some(due) = due.filter(|due| inputs.now() - *due > BACKUP_LATE) {
        let told = format!(
            "A copy of the database was due {} ago and was not made; the log says why.",
            rounded(inputs.now() - due)
        );
        return Some(HealthCheck::bad(id, title, told).since(last).mended_by(command));
    }
    Some(match last {
        None => {
            HealthCheck::warning(id, title, "`transom backup` has made no copy of the database yet.").mended_by(command)
        }
        Some(at) => {
            let told = format!("The last copy of the database was made {} ago", rounded(inputs.now() - at));
            match inputs.now() - at > BACKUP_AGE_MAX {
                true => HealthCheck::warning(id, title, format!("{told}.")).since(Some(at)).mended_by(command),
                false => HealthCheck::good(id, title, format!("{told}.")).since(Some(at)),
            }
        }
    })
}

fn size(bytes: u64) -> String {
    format!("{} MiB", bytes / (1024 * 1024))
}
