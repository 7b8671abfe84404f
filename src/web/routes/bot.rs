//! `/v1/bot`: describes the routes for the bot's files.

use super::{
    AllowedCallers, Errors, GET, POST, Route, ask, ok,
    probes::FINDING,
    shape::{
        Shape,
        Type::{Filled, Flag, List, Map, Maybe, Of, Text, Time, Whole, Word},
        may, need, shape,
    },
    tell,
};
use crate::web::api::bot;
use axum::routing::{get, post};

const PART: &str = "Studio";

static BOT: Shape = shape(
    "Bot",
    "The bot's files on disk, and what is live.",
    &[
        need("title", Text, ""),
        need("folder", Text, ""),
        need("timezone", Maybe(&Text), ""),
        need("language", Text, ""),
        need("mode", Word(&["sandbox", "live"]), "`sandbox`: no sender reaches a real customer."),
        need("live", Maybe(&Of(&LIVE)), ""),
        need("writable", Flag, "Whether files can be published."),
        need("errors", Whole, "In the files on disk, tests included."),
        need("warnings", Whole, ""),
        need("words", List(&Text), "A few texts that start flows."),
        need("flows", List(&Of(&FLOW)), "By name."),
        need("files", List(&Of(&FILE)), "By path."),
    ],
);

static LIVE: Shape =
    shape("BotVersion", "", &[need("version", Whole, ""), need("since", Maybe(&Time), "When it last became live.")]);

static FLOW: Shape = shape(
    "BotFlow",
    "A flow of the files on disk.",
    &[
        need("name", Text, ""),
        need("title", Maybe(&Text), ""),
        need("path", Text, ""),
        need("state", Word(&["live", "draft", "paused"]), ""),
        need("triggers", List(&Text), "What starts it."),
        need("steps", Whole, ""),
        need("errors", Whole, ""),
        need("warnings", Whole, ""),
    ],
);

static FILE: Shape = shape(
    "BotFile",
    "",
    &[
        need("path", Text, ""),
        need("kind", Word(&["flow", "bot", "script", "locale", "test"]), ""),
        need("etag", Text, "Changes with the text."),
        need("errors", Whole, ""),
        need("warnings", Whole, ""),
    ],
);

static TEXT: Shape =
    shape("BotFileText", "", &[need("path", Text, ""), need("text", Text, ""), need("etag", Text, "")]);

static PUBLISH: Shape = shape(
    "Publish",
    "",
    &[
        need("files", Map(&Maybe(&Text)), "The new text of each changed file, by path; `null` deletes it."),
        need(
            "etags",
            Map(&Maybe(&Filled)),
            "For each of these files the etag of the text that the change is based on; `null`: it is a new file.",
        ),
        may("with_errors", Flag, "Write files with errors, too; the version before stays live."),
    ],
);

static PUBLISHED: Shape = shape(
    "Published",
    "",
    &[
        need("version", Maybe(&Whole), "The version that is live with these files; `null`: they have errors."),
        need("etags", Map(&Maybe(&Text)), "The etags of the files as they are now; `null`: deleted."),
        need("findings", List(&Of(&FINDING)), "Of all files."),
    ],
);

pub static ROUTES: &[Route] = &[
    Route {
        path: "/v1/bot",
        name: "show_bot",
        part: PART,
        summary: "Show the bot's files, its flows and what is live",
        who: AllowedCallers::Studio,
        answers: &[ok(Of(&BOT), "")],
        shared: true,
        example: ask("/v1/bot"),
        take: || get(bot::show),
        ..GET
    },
    Route {
        path: "/v1/bot/files/{folder}/{name}",
        name: "read_bot_file",
        part: PART,
        summary: "Read a file of the bot",
        about: "`flows/*.yaml`, `scripts/*.rhai` and `locales/*.yaml`; no links.",
        who: AllowedCallers::Studio,
        answers: &[ok(Of(&TEXT), "")],
        shared: true,
        answers_with: &[("ETag", "As `etag`.")],
        example: ask("/v1/bot/files/flows/hello.yaml"),
        take: || get(bot::file),
        ..GET
    },
    Route {
        path: "/v1/bot/publish",
        name: "publish_bot",
        part: PART,
        summary: "Write changed files and make them live as one version",
        about: "All of them or none. With 412 `changed_meanwhile` the answer has `paths`, with 409 `has_errors` \
                `findings`; nothing is written then.",
        who: AllowedCallers::Studio,
        body: Some(Of(&PUBLISH)),
        answers: &[ok(Of(&PUBLISHED), "")],
        errors: Errors::Problems(&[("changed_meanwhile", 412), ("has_errors", 409), ("read_only", 403)]),
        shared: true,
        example: tell(
            "/v1/bot/publish",
            r#"{"files": {"flows/thanks.yaml": "flow: thanks\nwhen:\n  - message: thanks\nsteps:\n  - say: You are welcome\n"}, "etags": {"flows/thanks.yaml": null}}"#,
        ),
        take: || post(bot::publish),
        ..POST
    },
];
