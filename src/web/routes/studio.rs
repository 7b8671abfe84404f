//! `/v1/studio`: describes the routes that play and draw flows.

use super::{
    AUTHORS, AllowedCallers, Errors, POST, READERS, Route, Scope, handler, ok,
    shape::{answer, request},
    tell,
};
use crate::{
    runtime::testbench::Played,
    web::api::studio::{
        map::{self, FlowMap, MapOf},
        play::{self, NamedTalk, Talk, TestText},
    },
};

pub(super) const PART: &str = "Studio";
pub(super) const PLAY_ERRORS: Errors =
    Errors::Problems(&[("has_errors", 409), ("not_readable", 409), ("play_too_long", 422), ("too_many_plays", 503)]);

pub static ROUTES: &[Route] = &[
    Route {
        path: "/v1/studio/play",
        name: "play_talk",
        scope: Some(Scope::Flows),
        part: PART,
        roles: AUTHORS,
        summary: "Play a talk with flows that are not saved yet",
        about: "Nothing leaves the machine: calls get the answers of mocks, and no file is written. The same body gives \
                the same answer. With 409 `has_errors` the answer has `findings`.",
        who: AllowedCallers::Studio,
        body: Some(request::<Talk>()),
        answers: &[ok(answer::<Played>(), "")],
        errors: PLAY_ERRORS,
        shared: true,
        personal: false,
        example: tell(
            "/v1/studio/play",
            r#"{"flow": "hello", "files": {"flows/hello.yaml": "flow: hello\nwhen:\n  - message: hello\nsteps:\n  - say: Good morning\n"}, "world": {"now": "2026-11-24T10:00 Europe/Madrid", "contact": {"name": "Ana"}}, "steps": [{"user": "hello"}]}"#,
        ),
        take: || handler(play::play),
        ..POST
    },
    Route {
        path: "/v1/studio/play/test",
        name: "save_talk",
        scope: Some(Scope::Flows),
        part: PART,
        roles: AUTHORS,
        summary: "Write a talk as a case of its flow's test file",
        about: "Gives the whole new text of the file and writes nothing.",
        who: AllowedCallers::Studio,
        body: Some(request::<NamedTalk>()),
        answers: &[ok(answer::<TestText>(), "")],
        errors: PLAY_ERRORS,
        shared: true,
        personal: false,
        example: tell(
            "/v1/studio/play/test",
            r#"{"name": "a greeting", "flow": "hello", "files": {}, "world": {"now": "2026-11-24T10:00 Europe/Madrid"}, "steps": [{"user": "hello"}]}"#,
        ),
        take: || handler(play::test),
        ..POST
    },
    Route {
        path: "/v1/studio/map",
        name: "draw_flow",
        scope: Some(Scope::Read),
        part: PART,
        roles: READERS,
        summary: "Draw a flow that is not saved yet",
        about: "Errors in other files do not matter.",
        who: AllowedCallers::Studio,
        body: Some(request::<MapOf>()),
        answers: &[ok(answer::<FlowMap>(), "")],
        errors: Errors::Problems(&[("not_readable", 409), ("not_found", 404)]),
        shared: true,
        personal: false,
        example: tell("/v1/studio/map", r#"{"flow": "hello", "files": {}}"#),
        take: || handler(map::map),
        ..POST
    },
];
