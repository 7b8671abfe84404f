//! `/v1/studio`: describes the routes that try flows which are not saved yet: tests and their like.

use super::{
    AUTHORS, AllowedCallers, Errors, POST, Route, Scope, handler, ok,
    shape::{answer, request},
    studio::{PART, PLAY_ERRORS},
    tell,
};
use crate::{
    runtime::testbench::{BadDay, ReplayedTalks, TestsRun, WanderedTalks},
    web::api::studio::{
        bad_day,
        play::Talk,
        replay::{self, ReplayWish},
        tests::{self, TestsWish},
        wander::{self, RandomCustomers},
    },
};

pub static ROUTES: &[Route] = &[
    Route {
        path: "/v1/studio/tests",
        name: "run_tests",
        scope: Some(Scope::Flows),
        part: PART,
        roles: AUTHORS,
        summary: "Run tests with flows and tests that are not saved yet",
        about: "With 409 `has_errors` the answer has `findings`; after half a minute it has the cases that are done.",
        who: AllowedCallers::Studio,
        body: Some(request::<TestsWish>()),
        answers: &[ok(answer::<TestsRun>(), "")],
        errors: PLAY_ERRORS,
        shared: true,
        personal: false,
        example: tell(
            "/v1/studio/tests",
            r#"{"files": {"flows/hello.test.yaml": "tests: hello\nnow: 2026-11-24T10:00 Europe/Madrid\ncases:\n  - name: it greets\n    steps:\n      - user: hello\n      - bot: Good morning\n"}, "only": {"flow": "hello"}}"#,
        ),
        take: || handler(tests::tests),
        ..POST
    },
    Route {
        path: "/v1/studio/bad-day",
        name: "play_bad_day",
        scope: Some(Scope::Flows),
        part: PART,
        roles: AUTHORS,
        summary: "Play a talk against each misfortune at each of its acts",
        about: "Refused and lost messages, reports in the wrong order, a message that comes twice, servers that are down or \
            slow, a killed process, a silent customer, STOP.",
        who: AllowedCallers::Studio,
        body: Some(request::<Talk>()),
        answers: &[ok(answer::<BadDay>(), "")],
        errors: PLAY_ERRORS,
        shared: true,
        personal: false,
        example: tell(
            "/v1/studio/bad-day",
            r#"{"flow": "hello", "files": {}, "world": {"now": "2026-11-24T10:00 Europe/Madrid"}, "steps": [{"user": "hello"}]}"#,
        ),
        take: || handler(bad_day::bad_day),
        ..POST
    },
    Route {
        path: "/v1/studio/wander",
        name: "let_customers_loose",
        scope: Some(Scope::Flows),
        part: PART,
        roles: AUTHORS,
        summary: "Let random customers loose on flows that are not saved yet",
        about: "As `transom test --wander`.",
        who: AllowedCallers::Studio,
        body: Some(request::<RandomCustomers>()),
        answers: &[ok(answer::<WanderedTalks>(), "")],
        errors: PLAY_ERRORS,
        shared: true,
        personal: false,
        example: tell("/v1/studio/wander", r#"{"files": {}, "customers": 2, "seed": 1}"#),
        take: || handler(wander::wander),
        ..POST
    },
    Route {
        path: "/v1/studio/replay",
        name: "replay_talks",
        part: PART,
        roles: AUTHORS,
        summary: "Play real talks again on flows that are not saved yet",
        about: "Nothing is sent, and nobody's words are shown.",
        who: AllowedCallers::Operator,
        body: Some(request::<ReplayWish>()),
        answers: &[ok(answer::<ReplayedTalks>(), "")],
        errors: Errors::Problems(&[
            ("has_errors", 409),
            ("not_readable", 409),
            ("not_found", 404),
            ("too_many_plays", 503),
        ]),
        shared: true,
        personal: false,
        example: tell(
            "/v1/studio/replay",
            r#"{"files": {"flows/hello.yaml": "flow: hello\nwhen:\n  - message: hello\nsteps:\n  - say: Good morning\n"}, "day": "2026-03-27", "limit": 20}"#,
        ),
        take: || handler(replay::replay),
        ..POST
    },
];
