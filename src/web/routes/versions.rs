//! `/v1/bot/versions`: describes the routes for versions that were live.

use super::{AllowedCallers, CURSOR, GET, LIMIT, READERS, Route, Scope, ask, handler, ok, shape::answer};
use crate::web::api::{
    bot::versions::{self, LiveVersion, VersionFile, VersionFiles},
    page::Listed,
};

const PART: &str = "Studio";

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
        answers: &[ok(answer::<Listed<LiveVersion>>(), "")],
        shared: true,
        personal: false,
        example: ask("/v1/bot/versions"),
        take: || handler(versions::list),
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
        answers: &[ok(answer::<VersionFiles>(), "")],
        shared: true,
        personal: false,
        example: ask("/v1/bot/versions/$version"),
        take: || handler(versions::show),
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
        answers: &[ok(answer::<VersionFile>(), "")],
        shared: true,
        personal: false,
        example: ask("/v1/bot/versions/$version/files/flows/hello.yaml"),
        take: || handler(versions::file),
        ..GET
    },
];
