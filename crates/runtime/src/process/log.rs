//! Sets up the log: level, format, and the list of all field names.

mod people;

use people::PlainFormat;
use std::io::IsTerminal;
use tracing::level_filters::LevelFilter;
use tracing_subscriber::{Layer, filter::Targets, fmt, layer::SubscriberExt, util::SubscriberInitExt};

/// Every field name of a log line, with its meaning. One thing has one name, so that a search finds all lines. Never a
/// text, a phone number, a token or a body.
pub const FIELDS: &[(&str, &str)] = &[
    ("account", "the account's name in the configuration"),
    ("admin", "an address of our probes and metrics"),
    ("attempt", "which try it is, from 1"),
    ("audience.id", "our id of what a step planned for many contacts"),
    ("body_bytes", "size of a request's body"),
    ("broadcast.id", "our id of a broadcast"),
    ("client.address", "where a connection comes from: a proxy's address, where one stands before the daemon"),
    ("contact.id", "our id of a person"),
    ("conversation.id", "our id of a contact at one sender"),
    ("count", "how many of what the sentence names"),
    ("dead_letter.id", "our id of a dead letter"),
    ("elapsed_ms", "how long it took"),
    ("error", "what went wrong, without any content"),
    ("error.code", "a provider's or our own fixed error code"),
    ("file", "a file of the bot, of the configuration, or of our own source"),
    ("findings", "number of findings in flow files"),
    ("fire.minute", "the wall-clock minute of a schedule"),
    ("flow.name", "a flow's name"),
    ("inbound.id", "our id of a message we received"),
    ("kind", "a fixed word for what sort of thing it is"),
    ("late", "how many came too late"),
    ("line", "a line in `file`"),
    ("listen", "an address that we listen on"),
    ("messages", "how many messages of contacts"),
    ("method", "of an HTTP request"),
    ("more", "how many lines like this one were left out since the last"),
    ("next", "what is done next after a refusal"),
    ("outbound.id", "our id of a message we send"),
    ("planned", "how many starts were planned"),
    ("provider", "a provider's name"),
    ("provider.id", "the provider's own id of a message"),
    ("reason", "a fixed word for why"),
    ("retry_ms", "after how long it is tried again"),
    ("run.id", "a run, as `transom runs show` takes it"),
    ("sender.id", "the `id` of a sender in the configuration"),
    ("sends", "how many messages of ours"),
    ("shard", "one of the 256 shares of all contacts"),
    ("state", "a fixed word for what has become of it"),
    ("status", "an HTTP status"),
    ("step.id", "a step's id"),
    ("template.change", "how a template differs from what the flows assume"),
    ("template.name", "a template's name"),
    (
        "trace.id",
        "our id of the contact's message that led to it, else of our own: webhook, turn, send and statuses share it",
    ),
    ("trigger", "what started a flow"),
    ("turn", "a conversation's turn number"),
    ("url.host", "host of an address, never its path or query"),
    ("url.path", "path of one of our own addresses, never its query"),
    ("version", "a flow set's number"),
    ("waiting", "how many runs that wait for a call or for the fate of a message"),
    ("webhook.id", "our id of a subscription to events"),
    ("why", "a fixed phrase for why an item is of no use"),
];

/// The format of the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// One JSON object per line, for machines.
    Json,
    /// Text for people at a terminal.
    Text,
}

impl Format {
    /// The default: text into a terminal, JSON into anything else.
    pub fn of_output() -> Format {
        if std::io::stderr().is_terminal() { Format::Text } else { Format::Json }
    }
}

/// The lowest level that is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Level {
    Error,
    Warn,
    #[default]
    Info,
    Debug,
    Trace,
}

impl Level {
    pub const NAMES: &[&str] = &["error", "warn", "info", "debug", "trace"];

    /// Reads one of [`Level::NAMES`].
    pub fn parse(text: &str) -> Option<Self> {
        Some(match text {
            "error" => Level::Error,
            "warn" => Level::Warn,
            "info" => Level::Info,
            "debug" => Level::Debug,
            "trace" => Level::Trace,
            _ => return None,
        })
    }
}

/// Sends the log to standard error. A second call has no effect, because tests start many daemons in one process.
pub fn start(format: Format, level: Level) {
    let lines: Box<dyn Layer<_> + Send + Sync> = match format {
        Format::Json => fmt::layer()
            .json()
            .flatten_event(true)
            .with_current_span(false)
            .with_span_list(false)
            .with_writer(std::io::stderr)
            .boxed(),
        Format::Text => {
            let colours = std::io::stderr().is_terminal();
            fmt::layer().event_format(PlainFormat::new(colours)).with_writer(std::io::stderr).boxed()
        }
    };
    // It fails if a subscriber is already installed, which is fine.
    let _ = tracing_subscriber::registry().with(lines.with_filter(filter(level))).try_init();
}

/// Logs a panic by its place only, because its text may quote a customer. For the daemon; commands print panics as
/// usual.
pub fn panics() {
    std::panic::set_hook(Box::new(|panic| {
        let (file, line) = panic.location().map_or(("", 0), |place| (place.file(), place.line()));
        tracing::error!(file, line, "Panicked at {file}:{line}, which is a bug of ours");
    }));
}

// Other crates log URLs with their query, and SQL with values, at `debug` and below: the level applies to our code
// only, theirs is `warn`.
fn filter(level: Level) -> Targets {
    let ours = match level {
        Level::Error => LevelFilter::ERROR,
        Level::Warn => LevelFilter::WARN,
        Level::Info => LevelFilter::INFO,
        Level::Debug => LevelFilter::DEBUG,
        Level::Trace => LevelFilter::TRACE,
    };
    Targets::new().with_default(ours.min(LevelFilter::WARN)).with_target("transom", ours)
}

#[cfg(test)]
mod tests {
    use super::*;
    use regex::Regex;
    use std::path::{Path, PathBuf};
    use tracing::Level as L;

    #[test]
    fn only_our_own_lines_go_below_warn() {
        let filter = filter(Level::Trace);
        assert!(filter.would_enable("transom::runtime::lanes", &L::TRACE));
        assert!(filter.would_enable("sqlx::query", &L::WARN));
        assert!(!filter.would_enable("hyper::client", &L::INFO));
        let filter = super::filter(Level::Error);
        assert!(!filter.would_enable("transom::web", &L::WARN) && !filter.would_enable("sqlx", &L::WARN));
    }

    #[test]
    fn the_list_is_sorted_and_has_no_name_twice() {
        let names: Vec<&str> = FIELDS.iter().map(|(name, _)| *name).collect();
        let mut sorted = names.clone();
        sorted.sort_unstable();
        sorted.dedup();
        assert_eq!(names, sorted);
    }

    // Scans the sources: an unlisted field would be a second name for something.
    #[test]
    fn every_log_line_uses_the_listed_names() {
        let mut wrong = Vec::new();
        for file in sources() {
            let text = std::fs::read_to_string(&file).unwrap();
            for name in logged_fields(&text) {
                if !FIELDS.iter().any(|(known, _)| *known == name) {
                    wrong.push(format!("{}: `{name}`", file.display()));
                }
            }
        }
        assert!(wrong.is_empty(), "fields that are not in `FIELDS`: {wrong:#?}");
    }

    // An operator knows contacts, messages and runs, and none of these words.
    #[test]
    fn no_log_line_uses_a_word_of_the_sources_only() {
        let inner =
            Regex::new(r"(?i)\b(lanes?|clockwork|its rows|the mark of|ambiguous|broke over|of our own|parked)\b")
                .unwrap();
        let mut wrong = Vec::new();
        for file in sources() {
            let text = std::fs::read_to_string(&file).unwrap();
            for sentence in logged_sentences(&text).iter().filter(|sentence| inner.is_match(sentence)) {
                wrong.push(format!("{}: {sentence}", file.display()));
            }
        }
        assert!(wrong.is_empty(), "{wrong:#?}");
        assert_eq!(
            logged_sentences(r#"tracing::warn!(more, "A lane (x) \"a\" {b}", c); self.complain("x", "It fails", &e)"#),
            ["A lane (x) \\\"a\\\" {b}", "It fails"]
        );
    }

    fn logged_sentences(text: &str) -> Vec<String> {
        let literal = r#""((?:[^"\\]|\\.)*)""#;
        let line = Regex::new(&format!(r#"(?s)\b(?:error|warn|info)!\(\s*[^"]*?{literal}"#)).unwrap();
        let complaint = Regex::new(&format!(r#"(?s)\.complain\(\s*"[a-z]+",\s*{literal}"#)).unwrap();
        let all = line.captures_iter(text).chain(complaint.captures_iter(text));
        all.map(|found| found[1].to_owned()).collect()
    }

    #[test]
    fn the_walk_sees_fields_in_all_their_forms() {
        let text = r#"info!(contact.id = %id, turn, ?state, "Said {x}"); tracing::warn!(error = %e.x(1, 2), "…"); debug!("no")"#;
        assert_eq!(logged_fields(text), ["contact.id", "turn", "state", "error"]);
    }

    fn logged_fields(text: &str) -> Vec<String> {
        let call = Regex::new(r#"(?s)\b(?:error|warn|info|debug|trace)!\(\s*([^"]*?)""#).unwrap();
        let inner = Regex::new(r"\([^()]*\)").unwrap();
        let mut found = Vec::new();
        for capture in call.captures_iter(text) {
            // Arguments of calls within a value contain commas.
            let mut fields = capture[1].to_owned();
            while inner.is_match(&fields) {
                fields = inner.replace_all(&fields, "").into_owned();
            }
            for field in fields.split(',').map(str::trim).filter(|f| !f.is_empty()) {
                let name = field.split(" =").next().unwrap_or(field);
                found.push(name.trim_start_matches(['%', '?', '&']).trim().to_owned());
            }
        }
        found
    }

    /// All files of the program but this one.
    fn sources() -> Vec<PathBuf> {
        let root = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."));
        ["src", "crates"].iter().flat_map(|folder| files_below(&root.join(folder))).collect()
    }

    fn files_below(folder: &Path) -> Vec<PathBuf> {
        let mut found = Vec::new();
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                found.extend(files_below(&path));
            } else if path.extension().is_some_and(|e| e == "rs") && !path.ends_with("process/log.rs") {
                found.push(path);
            }
        }
        found
    }
}
