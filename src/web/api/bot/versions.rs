//! `/v1/bot/versions`: the versions of the bot that were live, and their files.

use crate::{
    base::{body_fields::At, ids::VersionId, time::Time},
    store::tables::version::{self, Version},
    web::{
        api::page::{Page, decode},
        idempotency::respond,
        problem::{ApiResult, Problem},
        state::Web,
    },
};
use axum::{
    extract::{Path, RawQuery, State},
    http::StatusCode,
};
use schemars::JsonSchema;
use serde::Serialize;
use std::{collections::BTreeMap, sync::Arc};

/// A set of files that was live.
#[derive(Debug, Serialize, JsonSchema)]
pub struct LiveVersion {
    /// As `version` of a run.
    version: i64,
    /// When it last became live.
    live_since: At,
    /// The files that are new, different or gone since the version before it.
    changed: Vec<String>,
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct VersionFiles<'a> {
    version: i64,
    /// When it last became live.
    live_since: Option<At>,
    /// Their paths.
    files: Vec<&'a str>,
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct VersionFile<'a> {
    path: &'a str,
    text: &'a str,
}

/// `GET /v1/bot/versions?limit=&cursor=`: the versions that were live, the newest first.
pub async fn list(State(web): State<Arc<Web>>, RawQuery(query): RawQuery) -> ApiResult {
    let page = Page::read(&query.unwrap_or_default())?;
    let mut place = page.cursor.as_deref().map(decode::<(Time, VersionId)>).transpose()?;
    let mut items = Vec::new();
    // One at a time, each with the one before: a version holds the texts of all files.
    let mut next = before(&web, place).await?;
    while items.len() < page.size() {
        let Some(row) = next else { break };
        let since = row.live_at.unwrap_or(row.created_at);
        place = Some((since, row.id));
        next = before(&web, place).await?;
        let nothing = BTreeMap::new();
        let changed = changed(next.as_ref().map_or(&nothing, |earlier| &earlier.files), &row.files);
        items.push(LiveVersion { version: row.id.0, live_since: At(since), changed });
    }
    Ok(respond(StatusCode::OK, &page.listed(items, place.filter(|_| next.is_some()))))
}

/// `GET /v1/bot/versions/{id}`: one version with the names of its files.
pub async fn show(State(web): State<Arc<Web>>, Path(id): Path<String>) -> ApiResult {
    let row = found(&web, &id).await?;
    let files = row.files.keys().map(String::as_str).collect();
    Ok(respond(StatusCode::OK, &VersionFiles { version: row.id.0, live_since: row.live_at.map(At), files }))
}

/// `GET /v1/bot/versions/{id}/files/{folder}/{name}`: the text that a file had in this version.
pub async fn file(State(web): State<Arc<Web>>, Path((id, folder, name)): Path<(String, String, String)>) -> ApiResult {
    let row = found(&web, &id).await?;
    let path = format!("{folder}/{name}");
    let text = row.files.get(&path).ok_or_else(|| Problem::not_found("This version has no such file."))?;
    Ok(respond(StatusCode::OK, &VersionFile { path: &path, text }))
}

/// The version with this number.
pub(in crate::web) async fn found(web: &Web, id: &str) -> Result<Version, Problem> {
    let none = || Problem::not_found("There is no such version.");
    let id = id.parse().map(VersionId).map_err(|_| none())?;
    version::find(&web.app.store, id).await.map_err(|error| Problem::bug(&error))?.ok_or_else(none)
}

async fn before(web: &Web, place: Option<(Time, VersionId)>) -> Result<Option<Version>, Problem> {
    let place = place.unwrap_or((Time(i64::MAX), VersionId(i64::MAX)));
    version::before(&web.app.store, place).await.map_err(|error| Problem::bug(&error))
}

/// The paths of new, changed and deleted files.
fn changed(earlier: &BTreeMap<String, String>, now: &BTreeMap<String, String>) -> Vec<String> {
    let new = now.iter().filter(|(path, text)| earlier.get(*path) != Some(*text)).map(|(path, _)| path);
    let mut all: Vec<String> = new.chain(earlier.keys().filter(|path| !now.contains_key(*path))).cloned().collect();
    all.sort();
    all
}
