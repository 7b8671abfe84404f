//! `/v1/bot`: describes the routes for the bot's files.

use super::{
    AUTHORS, AllowedCallers, EVERYBODY, Errors, GET, POST, READERS, Route, Scope, ask, handler, ok,
    shape::{answer, request},
    tell,
};
use crate::web::api::bot::{
    self, Bot, BotFileText, Publish, PublishedFiles,
    preview::{self, PreviewWish, Previewed},
};

const PART: &str = "Studio";

pub static ROUTES: &[Route] = &[
    Route {
        path: "/v1/bot",
        name: "show_bot",
        scope: Some(Scope::Read),
        part: PART,
        roles: EVERYBODY,
        summary: "Show the bot's files, its flows and what is live",
        who: AllowedCallers::Studio,
        answers: &[ok(answer::<Bot>(), "")],
        shared: true,
        personal: false,
        example: ask("/v1/bot"),
        take: || handler(bot::show),
        ..GET
    },
    Route {
        path: "/v1/bot/files/{folder}/{name}",
        name: "read_bot_file",
        scope: Some(Scope::Read),
        part: PART,
        roles: READERS,
        summary: "Read a file of the bot",
        about: "`flows/*.yaml`, `scripts/*.rhai`, `locales/*.yaml`, and `.md`, `.txt` and `.csv` of `knowledge/`; a link only to \
                another file of the bot. In a name of `knowledge/` folders are parted by `%2F`: `faq%2Frepairs.md`.",
        who: AllowedCallers::Studio,
        answers: &[ok(answer::<BotFileText>(), "")],
        shared: true,
        personal: false,
        answers_with: &[("ETag", "As `etag`.")],
        example: ask("/v1/bot/files/flows/hello.yaml"),
        take: || handler(bot::file),
        ..GET
    },
    Route {
        path: "/v1/bot/preview",
        name: "preview_bot",
        scope: Some(Scope::Flows),
        part: PART,
        roles: AUTHORS,
        summary: "See what changed files would do before they are published",
        about: "People half-way and what becomes of them, templates that are missing, schedules that come and go. \
                Nothing is written.",
        who: AllowedCallers::Studio,
        body: Some(request::<PreviewWish>()),
        answers: &[ok(answer::<Previewed>(), "")],
        errors: Errors::Problems(&[("not_readable", 409)]),
        shared: true,
        personal: false,
        example: tell(
            "/v1/bot/preview",
            r#"{"files": {"flows/asks.yaml": "flow: asks\nwhen:\n  - message: survey\n  - schedule: 0 9 * * MON\n    to: everyone\nsteps:\n  - template: reminder\n    vars: [Ana, Monday]\n"}}"#,
        ),
        take: || handler(preview::preview),
        ..POST
    },
    Route {
        path: "/v1/bot/publish",
        name: "publish_bot",
        scope: Some(Scope::Flows),
        part: PART,
        roles: AUTHORS,
        summary: "Write changed files and make them live as one version",
        about: "All of them or none. With 412 `changed_meanwhile` the answer has `paths`, with 409 `has_errors` \
                `findings`; nothing is written then.",
        who: AllowedCallers::Studio,
        body: Some(request::<Publish>()),
        answers: &[ok(answer::<PublishedFiles>(), "")],
        errors: Errors::Problems(&[
            ("changed_meanwhile", 412),
            ("has_errors", 409),
            ("preview_changed", 409),
            ("publish_off", 403),
            ("read_only", 403),
        ]),
        shared: true,
        personal: false,
        example: tell(
            "/v1/bot/publish",
            r#"{"files": {"flows/thanks.yaml": "flow: thanks\nwhen:\n  - message: thanks\nsteps:\n  - say: You are welcome\n"}, "etags": {"flows/thanks.yaml": null}}"#,
        ),
        take: || handler(bot::publish),
        ..POST
    },
];
