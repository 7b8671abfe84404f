//! `/v1/studio`: describes the routes that play and draw flows.

use super::{
    AUTHORS, AllowedCallers, Errors, POST, READERS, Route, Scope, ok,
    shape::{
        Shape,
        Type::{Any, List, Map, Maybe, Of, Text, Whole},
        answer, need, request, shape,
    },
    tell,
};
use crate::web::api::studio::{
    map::{self, FlowMap, MapOf},
    play::{self, NamedTalk, Talk, TestText},
};
use axum::routing::post;

pub(super) const PART: &str = "Studio";
pub(super) const PLAY_ERRORS: Errors =
    Errors::Problems(&[("has_errors", 409), ("not_readable", 409), ("play_too_long", 422), ("too_many_plays", 503)]);

static PLAYED: Shape = shape(
    "Played",
    "What each act of a talk caused.",
    &[
        need("ms", Whole, "The time that the play took."),
        need("flow", Text, ""),
        need("sender", Map(&Maybe(&Text)), "`title` and `phone`."),
        need("contact", Map(&Maybe(&Text)), "`name` and `phone`."),
        need("zone", Maybe(&Text), "The time zone of the talk's clock."),
        need("acts", List(&Of(&ACT)), "One for each step, up to the one that stopped the talk."),
        need("first", Of(&STATE), "The state before the first act."),
        need("stopped", Maybe(&Of(&STOPPED)), "The step that was not possible."),
    ],
);

static ACT: Shape = shape(
    "Act",
    "",
    &[
        need("step", Any, "As it was given."),
        need("at", super::shape::Type::Time, "When it began."),
        need(
            "messages",
            List(&Any),
            "New messages and those that changed, as in `GET /v1/conversations/{id}/messages`, with `json`: the request \
             to WhatsApp, or the webhook. The `content` of ours is what a phone draws.",
        ),
        need("trace", List(&Of(&LINE)), ""),
        need("passed", List(&Of(&WAY)), "The ways that runs took out of steps, as the map names them."),
        need("calls", List(&Any), "Calls of `http` steps: `method`, `url`, `status`, `mocked`."),
        need("refused", List(&Any), "Flows and messages that a rule refused: `flow`, `why`."),
        need("handoffs", List(&Any), "`team`, `summary`, `priority`."),
        need("screens", List(&Any), "The screens that forms showed."),
        need("why", List(&Text), "Of a text: the trigger that wins, and why each other one does not."),
        need("after", Of(&STATE), ""),
    ],
);

static LINE: Shape = shape(
    "PlayLine",
    "",
    &[
        need("at", super::shape::Type::Time, ""),
        need("run", Maybe(&Whole), ""),
        need("flow", Maybe(&Text), ""),
        need("step", Maybe(&Text), ""),
        need("what", Text, "In the engine's words."),
        need(
            "kind",
            super::shape::Type::Word(&["start", "step", "answer", "message", "call", "wait", "error", "end"]),
            "",
        ),
    ],
);

static WAY: Shape = shape(
    "PassedStep",
    "",
    &[
        need("flow", Text, ""),
        need("step", Text, ""),
        need("way", Maybe(&Text), "The key of the branch, empty for the next step; `null`: the run waits there."),
    ],
);

static STATE: Shape = shape(
    "PlayState",
    "The state of the talk's world.",
    &[
        need("now", super::shape::Type::Time, ""),
        need("window", Any, "`open` and `ends_at`."),
        need("runs", List(&Any), "Open runs, and those that the act ended: what each waits for, with its variables."),
        need("contact", Any, ""),
        need("with_person", Any, ""),
        need("needs_person", Any, ""),
        need(
            "coming",
            List(&Any),
            "What happens next by itself: `at`, `what`, `flow`, `step`, the `next` step behind a wait, `why`.",
        ),
        need("quiet", List(&List(&Text)), "The contact's quiet hours of the next days."),
    ],
);

static STOPPED: Shape = shape(
    "PlayStop",
    "",
    &[
        need("step", Whole, "Its index, from 0."),
        need("code", Text, "A fixed word: `no_such_button`, `wrong_step`, …"),
        need("detail", Text, ""),
        need("offered", List(&Text), "The buttons that can be tapped."),
    ],
);

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
        answers: &[ok(Of(&PLAYED), "")],
        errors: PLAY_ERRORS,
        shared: true,
        personal: false,
        example: tell(
            "/v1/studio/play",
            r#"{"flow": "hello", "files": {"flows/hello.yaml": "flow: hello\nwhen:\n  - message: hello\nsteps:\n  - say: Good morning\n"}, "world": {"now": "2026-11-24T10:00 Europe/Madrid", "contact": {"name": "Ana"}}, "steps": [{"user": "hello"}]}"#,
        ),
        take: || post(play::play),
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
        take: || post(play::test),
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
        take: || post(map::map),
        ..POST
    },
];
