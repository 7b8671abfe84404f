//! `POST /v1/bot/preview`: shows the effect of changed files before they are published.

use super::BotVersion;
use crate::{
    base::{
        body_fields::At,
        diagnostic::Diagnostic,
        ids::{FlowName, VersionId},
    },
    flow::Differences,
    runtime::bot::preview::{
        Group, NotPreviewed, Preview, PreviewedEffect, PreviewedRuns, TemplateNeed, Timed, UnsavedPreview,
    },
    web::{
        api::studio::{self, UnsavedFiles},
        idempotency::respond,
        problem::{ApiResult, Problem},
        request,
        state::Web,
    },
};
use axum::{
    extract::{Request, State},
    http::StatusCode,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use std::sync::Arc;

#[derive(Debug, Deserialize, JsonSchema)]
pub struct PreviewWish {
    files: Option<UnsavedFiles>,
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct Previewed<'a> {
    /// Of all files.
    findings: &'a [Diagnostic],
    /// A mark of what is shown, for `publish`. Numbers of people and times do not count in it, because they change with
    /// every message.
    seen: &'a str,
    /// Conversations with open runs that were looked at.
    conversations: usize,
    /// As `transom deploy --dry-run --json` says; `null`: with errors.
    changes: Option<BotChanges<'a>>,
}

/// The effect of making the files live now.
#[derive(Debug, Serialize, JsonSchema)]
struct BotChanges<'a> {
    live: Option<BotVersion>,
    /// The files are those of the live version.
    unchanged: bool,
    /// People half-way, by flow.
    people: Vec<PeopleHalfWay<'a>>,
    /// There are more conversations than were looked at.
    more: bool,
    /// Flows `added`, `removed` and `changed`, `shared` files, `words`, words `heard`, `language_by`, names of new
    /// `templates`, triggers of the clock `timed_added` and `timed_removed`.
    #[schemars(with = "Json")]
    differences: &'a Differences,
    /// New templates: `name`, and `senders` with the state of each, `null`: missing.
    #[schemars(with = "Vec<Json>")]
    templates: &'a [TemplateNeed],
    /// Schedules and dates that only these files have.
    added: Vec<TimedTrigger<'a>>,
    /// Those that only the live version has.
    removed: Vec<TimedTrigger<'a>>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct PeopleHalfWay<'a> {
    flow: &'a FlowName,
    groups: Vec<PeopleAtStep<'a>>,
}

/// Runs at one step with the same fate.
#[derive(Debug, Serialize, JsonSchema)]
struct PeopleAtStep<'a> {
    /// `stays`: on the old version to its end.
    #[schemars(with = "&str", extend("enum" = ["unchanged", "moves", "stays", "restarts"]))]
    fate: PreviewedEffect,
    /// Empty: at the end.
    step: &'a str,
    waits_for: &'a str,
    /// The version that they run on.
    version: VersionId,
    count: usize,
    /// When the first of them goes on by itself.
    first_due: Option<At>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct TimedTrigger<'a> {
    flow: &'a FlowName,
    trigger: &'a str,
    /// The next fires of a schedule in the bot's time zone.
    fires: &'a [String],
    /// On each contact's own clock.
    by_contact: bool,
}

/// The findings of changed files, and their effect on people, templates and schedules.
pub async fn preview(State(web): State<Arc<Web>>, request: Request) -> ApiResult {
    let body = request.into_body();
    let (PreviewWish { files }, mut errors) = request::verbatim(&studio::bytes(body).await?)?;
    let edits = studio::edits(&mut errors, files);
    errors.finish()?;
    match web.app.preview_files(&edits).await {
        Ok(UnsavedPreview { findings, preview, seen }) => {
            let body = Previewed {
                findings: &findings,
                seen: &seen,
                conversations: preview.as_ref().map_or(0, |preview| preview.conversations),
                changes: preview.as_ref().map(BotChanges::of),
            };
            Ok(respond(StatusCode::OK, &body))
        }
        Err(NotPreviewed::Folder(error)) => {
            Err(studio::with_findings(Problem::conflict("not_readable", error.to_string()), &[]))
        }
        Err(error @ NotPreviewed::Read(_)) => Err(Problem::bug(&error)),
    }
}

impl<'a> BotChanges<'a> {
    fn of(preview: &'a Preview) -> BotChanges<'a> {
        BotChanges {
            live: preview.live.map(|live| BotVersion { version: live.version, since: live.since.map(At) }),
            unchanged: preview.unchanged,
            people: preview.people.iter().map(PeopleHalfWay::of).collect(),
            more: preview.more,
            differences: &preview.differences,
            templates: &preview.templates,
            added: preview.added.iter().map(TimedTrigger::of).collect(),
            removed: preview.removed.iter().map(TimedTrigger::of).collect(),
        }
    }
}

impl<'a> PeopleHalfWay<'a> {
    fn of(PreviewedRuns { flow, groups }: &'a PreviewedRuns) -> PeopleHalfWay<'a> {
        let group = |group: &'a Group| PeopleAtStep {
            fate: group.fate,
            step: &group.step,
            waits_for: group.waits_for,
            version: group.version,
            count: group.count,
            first_due: group.first_due.map(At),
        };
        PeopleHalfWay { flow, groups: groups.iter().map(group).collect() }
    }
}

impl<'a> TimedTrigger<'a> {
    fn of(timed: &'a Timed) -> TimedTrigger<'a> {
        TimedTrigger { flow: &timed.flow, trigger: &timed.trigger, fires: &timed.fires, by_contact: timed.by_contact }
    }
}
