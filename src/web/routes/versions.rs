//! `/v1/bot/versions`: describes the routes for versions that were live.

use super::{
    AllowedCallers, CURSOR, GET, LIMIT, READERS, Route, Scope, ask, ok,
    shape::{
        Shape,
        Type::{List, Maybe, Of, Page, Text, Time, Whole},
        need, shape,
    },
};
use crate::web::api::bot::versions;
use axum::routing::get;

const PART: &str = "Studio";

static VERSION: Shape = shape(
    "LiveVersion",
    "A set of files that was live.",
    &[
        need("version", Whole, "As `version` of a run."),
        need("live_since", Time, "When it last became live."),
        need("changed", List(&Text), "The files that are new, different or gone since the version before it."),
    ],
);

static FILES: Shape = shape(
    "VersionFiles",
    "",
    &[
        need("version", Whole, ""),
        need("live_since", Maybe(&Time), "When it last became live."),
        need("files", List(&Text), "Their paths."),
    ],
);

static TEXT: Shape = shape("VersionFile", "", &[need("path", Text, ""), need("text", Text, "")]);

pub static ROUTES: &[Route] = &[
    Route {
        path: "/v1/bot/versions",
        name: "list_bot_versions",
        scope: Some(Scope::Read),
        part: PART,
        roles: READERS,
        summary: "List the versions that were live, newest first",
        who: AllowedCallers::Studio,
        query: &[LIMIT, CURSOR],
        answers: &[ok(Page(&Of(&VERSION)), "")],
        shared: true,
        personal: false,
        example: ask("/v1/bot/versions"),
        take: || get(versions::list),
        ..GET
    },
    Route {
        path: "/v1/bot/versions/{id}",
        name: "show_bot_version",
        scope: Some(Scope::Read),
        part: PART,
        roles: READERS,
        summary: "Show a version with the names of its files",
        who: AllowedCallers::Studio,
        answers: &[ok(Of(&FILES), "")],
        shared: true,
        personal: false,
        example: ask("/v1/bot/versions/$version"),
        take: || get(versions::show),
        ..GET
    },
    Route {
        path: "/v1/bot/versions/{id}/files/{folder}/{name}",
        name: "read_bot_version_file",
        scope: Some(Scope::Read),
        part: PART,
        roles: READERS,
        summary: "Read a file as a version had it",
        about: "Flows, scripts, texts and knowledge of a version; tests are in none. In a name of `knowledge/` folders are parted \
                by `%2F`.",
        who: AllowedCallers::Studio,
        answers: &[ok(Of(&TEXT), "")],
        shared: true,
        personal: false,
        example: ask("/v1/bot/versions/$version/files/flows/hello.yaml"),
        take: || get(versions::file),
        ..GET
    },
];
