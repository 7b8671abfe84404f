//! `/v1/bot`: the bot's files, for the studio.

pub mod preview;
pub mod versions;

use crate::{
    base::{
        body_fields::{At, Text},
        diagnostic::Diagnostic,
        ids::{FlowName, VersionId},
        limits::{BOT_FILES_MAX, NAME_CHARS_MAX, STUDIO_BODY_BYTES_MAX, STUDIO_WORDS_MAX},
        test_paths::is_of_tests,
    },
    flow::{Flow, knowledge::FOLDER, mcp::is_lock},
    runtime::{
        bot::{
            bot_path::BotPath,
            publish::{Change, NotPublished, PublishConditions, is_writable, tag},
        },
        process::long_work::blocking,
        testbench::starting_words,
    },
    store::tables::version,
    web::{
        admission::may_publish,
        api::studio::{self, UnsavedFiles},
        audit::noted,
        auth::Caller,
        etag,
        idempotency::{respond, to_json},
        problem::{ApiResult, Problem, ProblemDetail},
        request::{self, Change as Changed, pointer_part},
        server::body,
        state::Web,
    },
};
use axum::{
    extract::{Path, Request, State},
    http::StatusCode,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json, json};
use std::{collections::BTreeMap, sync::Arc};

/// The bot's files on disk, and what is live.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Bot<'a> {
    title: &'a str,
    folder: String,
    timezone: Option<&'a str>,
    language: &'a str,
    /// `sandbox`: no sender reaches a real customer.
    #[schemars(extend("enum" = ["sandbox", "live"]))]
    mode: &'static str,
    live: Option<BotVersion>,
    /// Whether files can be published, by whoever asks.
    writable: bool,
    /// In the files on disk, tests included.
    errors: usize,
    warnings: usize,
    /// A few texts that start flows.
    words: Vec<String>,
    /// By name.
    flows: Vec<BotFlow<'a>>,
    /// By path.
    files: Vec<BotFile<'a>>,
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct BotVersion {
    version: VersionId,
    /// When it last became live.
    since: Option<At>,
}

/// A flow of the files on disk.
#[derive(Debug, Serialize, JsonSchema)]
struct BotFlow<'a> {
    name: &'a FlowName,
    title: Option<&'a str>,
    path: &'a str,
    #[schemars(extend("enum" = ["live", "draft", "paused"]))]
    state: &'static str,
    /// The triggers that start it.
    triggers: Vec<&'a str>,
    steps: usize,
    errors: usize,
    warnings: usize,
}

#[derive(Debug, Serialize, JsonSchema)]
struct BotFile<'a> {
    path: &'a str,
    #[schemars(extend("enum" = ["flow", "bot", "script", "locale", "test", "knowledge"]))]
    kind: &'static str,
    /// Changes with the text.
    etag: String,
    /// Why the file can be read and deleted, and not written: its name.
    read_only: Option<String>,
    errors: usize,
    warnings: usize,
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct BotFileText<'a> {
    path: &'a str,
    text: String,
    etag: String,
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Published")]
pub struct PublishedFiles<'a> {
    /// The version that is live with these files; `null`: they have errors, or wait (`delayed`).
    version: Option<VersionId>,
    /// The reason why written files without errors are not live yet; the daemon tries again by itself.
    delayed: Option<&'a str>,
    /// The etags of the files as they are now; `null`: deleted.
    etags: &'a BTreeMap<String, Option<String>>,
    /// Of all files.
    findings: &'a [Diagnostic],
}

#[derive(Debug, Deserialize, JsonSchema)]
pub struct Publish {
    #[schemars(with = "UnsavedFiles")]
    files: Option<UnsavedFiles>,
    /// For each of these files the etag of the text that the change is based on; `null`: it is a new file.
    #[schemars(with = "BTreeMap<String, Changed<String>>")]
    etags: Option<Map<String, Json>>,
    /// Write files with errors, too; the version before stays live.
    with_errors: Option<bool>,
    /// The `seen` of the preview that you decided upon: nothing is written if it would be another now.
    seen: Option<Text<NAME_CHARS_MAX>>,
}

/// `GET /v1/bot`: the files on disk with their findings, and what is live.
pub async fn show(State(web): State<Arc<Web>>, caller: Caller) -> ApiResult {
    let app = &web.app;
    let now = web.bot_check.checked(app).await;
    let live = version::find(&app.store, app.live.get().version).await.map_err(|error| Problem::bug(&error))?;
    let findings = Findings::of(&now.checked.findings);
    let set = &now.checked.set;
    // The pinned tools of MCP servers are no file of authors: `transom mcp pull` writes them.
    let files = now.on_disk.files.values().filter(|file| !is_lock(file.path())).map(|file| {
        let (errors, warnings) = findings.of_file(file.path());
        let tag = tag(file.text().as_bytes());
        let read_only = match BotPath::parse(file.path()) {
            Ok(_) => None,
            Err(why) => Some(format!("A file of this name cannot be written: {why}.")),
        };
        BotFile { path: file.path(), kind: kind(file.path()), etag: tag, read_only, errors, warnings }
    });
    let folder = &app.config.bot;
    // The present folder has an empty path.
    let shown = std::path::absolute(std::path::Path::new(".").join(folder)).unwrap_or_else(|_| folder.clone());
    let (errors, warnings) = findings.all();
    let body = Bot {
        title: &set.bot.name,
        folder: shown.display().to_string(),
        timezone: set.bot.timezone.iana_name(),
        language: &set.bot.language,
        mode: if app.senders.only_sandboxes() { "sandbox" } else { "live" },
        live: live.map(|live| BotVersion { version: live.id, since: live.live_at.map(At) }),
        writable: may_publish(&web, &caller) && blocking(|| is_writable(folder)),
        errors,
        warnings,
        words: starting_words(set, STUDIO_WORDS_MAX),
        flows: set.flows.values().map(|flow| described(&web, flow, &findings)).collect(),
        files: files.collect(),
    };
    Ok(respond(StatusCode::OK, &body))
}

/// `GET /v1/bot/files/{folder}/{name}`: the text of a file. In a name of `knowledge/`, `%2F` parts its folders.
pub async fn file(State(web): State<Arc<Web>>, Path((folder, name)): Path<(String, String)>) -> ApiResult {
    let gone = || Problem::not_found("The bot has no such file.");
    let path = BotPath::existing(&format!("{folder}/{name}")).map_err(|_| gone())?;
    let text = blocking(|| path.read(&web.app.config.bot)).map_err(|error| Problem::bug(&error))?.ok_or_else(gone)?;
    let text = String::from_utf8(text)
        .map_err(|_| Problem::not_found(format!("`{}` is no text in UTF-8, so it cannot be shown.", path.as_str())))?;
    let tag = tag(text.as_bytes());
    Ok(etag::tagged(StatusCode::OK, &to_json(&BotFileText { path: path.as_str(), text, etag: tag })))
}

/// `POST /v1/bot/publish`: writes the changed files and makes them live.
pub async fn publish(State(web): State<Arc<Web>>, request: Request) -> ApiResult {
    let body = request.into_body();
    let body = body::read(body, STUDIO_BODY_BYTES_MAX).await.map_err(|bad| bad.problem(STUDIO_BODY_BYTES_MAX))?;
    let (changes, conditions) = wanted(&body)?;
    if web.app.store.trouble().is_some() {
        let why = "The database takes no requests now; ask again soon.";
        let problem = Problem::new(StatusCode::SERVICE_UNAVAILABLE, "database_away", why);
        return Err(Problem { retry_after_s: Some(1), ..problem });
    }
    let paths: Vec<String> = changes.iter().map(|change| change.path.as_str().to_owned()).collect();
    let published = web.app.publish_files(changes, &conditions).await;
    web.bot_check.folder.forget();
    match published {
        Ok(published) => {
            let detail = json!({"files": paths, "version": published.version});
            let body = PublishedFiles {
                version: published.version,
                delayed: published.delayed.as_deref(),
                etags: &published.etags,
                findings: &published.findings,
            };
            Ok(noted(respond(StatusCode::OK, &body), None, detail))
        }
        Err(NotPublished::Changed(paths)) => {
            let why = "These files were changed since you read them; read them again and decide anew.";
            let problem = Problem::new(StatusCode::PRECONDITION_FAILED, "changed_meanwhile", why);
            Err(problem.with(ProblemDetail { paths: Some(paths), ..ProblemDetail::default() }))
        }
        Err(NotPublished::Errors(findings)) => {
            let why = "The files have errors; mend them, or ask for them to be written with errors.";
            Err(studio::with_findings(Problem::conflict("has_errors", why), &findings))
        }
        Err(NotPublished::OtherPreview) => {
            let why = "The preview would show something else now; look at it again and decide anew.";
            Err(Problem::conflict("preview_changed", why))
        }
        Err(NotPublished::Unusable { path, why }) => {
            let pointer = format!("/files/{}", pointer_part(&path));
            Err(Problem::invalid(vec![(pointer, format!("`{path}` cannot be written: {why}."))]))
        }
        Err(NotPublished::ReadOnly) => {
            let why = "The daemon's user may not write into the bot's folder.";
            Err(Problem::new(StatusCode::FORBIDDEN, "read_only", why))
        }
        Err(error @ (NotPublished::Folder(_) | NotPublished::Read(_) | NotPublished::Io(_))) => {
            Err(Problem::bug(&error))
        }
    }
}

/// The changes in a request, and their conditions.
fn wanted(body: &[u8]) -> Result<(Vec<Change>, PublishConditions), Problem> {
    let (asked, mut errors) = request::verbatim::<Publish>(body)?;
    let Publish { files, etags, with_errors, seen } = asked;
    let (UnsavedFiles(files), mut etags) = (files.unwrap_or_default(), etags.unwrap_or_default());
    if errors.is_clean_at("files") && (files.is_empty() || files.len() > BOT_FILES_MAX) {
        errors.wrong("files", format!("`files` names 1 to {BOT_FILES_MAX} files."));
    }
    let mut changes = Vec::new();
    for (path, text) in files {
        let part = pointer_part(&path);
        let text = match text {
            Json::String(text) => Some(text),
            Json::Null => None,
            _ => {
                errors.wrong(&format!("files/{part}"), "A file is a text, or `null` to delete it.");
                continue;
            }
        };
        let etag = match etags.remove(&path) {
            Some(Json::String(etag)) => Some(etag),
            Some(Json::Null) => None,
            Some(_) => {
                errors.wrong(&format!("etags/{part}"), "An etag is a text, or `null` for a new file.");
                continue;
            }
            None => {
                errors.wrong(
                    &format!("etags/{part}"),
                    "Say on which text the change is based: its etag, or `null` for a new file.",
                );
                continue;
            }
        };
        // A name that nobody should give to a file must not keep it from being deleted.
        let parsed = if text.is_some() { BotPath::parse(&path) } else { BotPath::existing(&path) };
        match parsed {
            Ok(path) => changes.push(Change { path, text, etag }),
            Err(why) => errors.wrong(&format!("files/{part}"), format!("This is no file of a bot: {why}.")),
        }
    }
    for path in etags.keys() {
        let part = pointer_part(path);
        errors.wrong(&format!("etags/{part}"), "There is an etag for this file, and no change of it in `files`.");
    }
    errors.finish()?;
    Ok((changes, PublishConditions { with_errors: with_errors.unwrap_or_default(), seen: seen.map(|Text(seen)| seen) }))
}

/// The findings of a bot by file: errors and warnings.
struct Findings<'f>(BTreeMap<&'f str, (usize, usize)>);

impl<'f> Findings<'f> {
    fn of(all: &'f [Diagnostic]) -> Findings<'f> {
        let mut by_file: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
        for finding in all {
            let (errors, warnings) = by_file.entry(finding.place.path()).or_default();
            *if finding.is_error() { errors } else { warnings } += 1;
        }
        Findings(by_file)
    }

    fn of_file(&self, path: &str) -> (usize, usize) {
        self.0.get(path).copied().unwrap_or_default()
    }

    fn all(&self) -> (usize, usize) {
        self.0.values().fold((0, 0), |sum, (errors, warnings)| (sum.0 + errors, sum.1 + warnings))
    }
}

fn described<'f>(web: &Web, flow: &'f Flow, findings: &Findings<'_>) -> BotFlow<'f> {
    let (errors, warnings) = findings.of_file(flow.place.path());
    let paused = web.app.starts.flow_health.paused().holds(&flow.name);
    BotFlow {
        name: &flow.name,
        title: flow.title.as_deref(),
        path: flow.place.path(),
        state: if flow.draft {
            "draft"
        } else if paused {
            "paused"
        } else {
            "live"
        },
        triggers: flow.triggers.iter().map(|trigger| trigger.key.as_str()).collect(),
        steps: flow.nodes.len(),
        errors,
        warnings,
    }
}

fn kind(path: &str) -> &'static str {
    match path.split_once('/') {
        Some(("scripts", _)) => "script",
        Some(("locales", _)) => "locale",
        Some((FOLDER, _)) => "knowledge",
        Some((_, "_bot.yaml")) => "bot",
        Some(_) if is_of_tests(path) => "test",
        _ => "flow",
    }
}
