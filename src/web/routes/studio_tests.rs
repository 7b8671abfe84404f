//! `/v1/studio`: describes the routes that try flows which are not saved yet: tests and their like.

use super::{
    AUTHORS, AllowedCallers, Errors, POST, Route, Scope, ok,
    shape::{
        Shape,
        Type::{Any, Flag, List, Map, Maybe, Of, Text, Whole, Word},
        answer, need, request, shape,
    },
    studio::{PART, PLAY_ERRORS},
    tell,
};
use crate::base::diagnostic::Diagnostic;
use crate::web::api::studio::{
    bad_day,
    play::Talk,
    replay::{self, ReplayWish},
    tests::{self, TestsWish},
    wander::{self, RandomCustomers},
};
use axum::routing::post;

static RUN: Shape = shape(
    "TestsRun",
    "",
    &[
        need("ms", Whole, ""),
        need("cases", List(&Of(&CASE)), "In the order of the files."),
        need("coverage", List(&Of(&COVERED)), "By flow, as `transom test --coverage` says it."),
        need("percent", Whole, "Of all steps, branches and triggers."),
        need("findings", answer::<Vec<Diagnostic>>(), "Of test files; one with errors is not run."),
        need("stopped", Maybe(&Text), "Why there are fewer cases than were wanted."),
    ],
);

static CASE: Shape = shape(
    "CaseRun",
    "A case with its result, and as the talk that shows it.",
    &[
        need("path", Text, "Of the test file."),
        need("line", Whole, "Of its name."),
        need("name", Text, ""),
        need("flow", Text, "The flow that it tests."),
        need("passed", Flag, ""),
        need("ms", Whole, ""),
        need("failure", Maybe(&Of(&FAILURE)), ""),
        need(
            "accepted",
            Maybe(&Text),
            "The new text of the whole test file with what the bot says now in this case; `null`: nothing could be \
             accepted.",
        ),
        need("world", Map(&Any), "As a play takes it."),
        need("steps", List(&Any), "The acts, as a play takes them."),
    ],
);

static FAILURE: Shape = shape(
    "CaseFailure",
    "",
    &[
        need("act", Maybe(&Whole), "The index in `steps` of the last act before; `null`: there is none."),
        need("line", Whole, ""),
        need("expected", Text, ""),
        need("got", Text, ""),
        need("reason", Text, "One sentence: the bot says something else."),
        need("notes", List(&Text), "Why, in the engine's words."),
        need("differences", List(&Of(&PART_OF)), "`expected` and `got` word by word."),
    ],
);

static PART_OF: Shape = shape(
    "MarkedWords",
    "",
    &[need("in", Word(&["both", "expected", "got"]), ""), need("text", Text, "With the blanks behind it.")],
);

static COVERED: Shape = shape(
    "FlowCovered",
    "",
    &[
        need("flow", Text, ""),
        need("path", Text, ""),
        need("steps", Whole, ""),
        need("passed", Whole, "Steps that were taken."),
        need("percent", Whole, "With branches and triggers."),
        need("never", List(&Of(&NEVER)), "In the order of the file."),
    ],
);

static NEVER: Shape = shape(
    "NeverTaken",
    "",
    &[
        need("step", Maybe(&Text), "`null`: a trigger."),
        need("way", Maybe(&Text), "The key of the branch as the map names it; `null`: the whole step."),
        need("path", Text, ""),
        need("line", Whole, ""),
        need("what", Text, ""),
    ],
);

static BAD_DAY: Shape = shape(
    "BadDay",
    "",
    &[
        need("ms", Whole, ""),
        need("misfortunes", List(&Of(&MISFORTUNE)), "All that were tried."),
        need("rows", List(&Of(&ENDURED)), "By act; a misfortune that cannot happen at an act is left out."),
        need("more", Whole, "The number of rows that the time did not suffice for."),
    ],
);

static MISFORTUNE: Shape =
    shape("Misfortune", "", &[need("id", Text, "`refused_131047`, `silent`, …"), need("title", Text, "")]);

static ENDURED: Shape = shape(
    "Endured",
    "One misfortune at one act.",
    &[
        need("misfortune", Text, "Its id."),
        need("act", Whole, "The index of the act in the request's `steps`."),
        need("good", Flag, "`false`: there is a trouble that the talk alone does not have."),
        need("trouble", Maybe(&Word(&TROUBLES)), "As `expect: {trouble}` in a test names it."),
        need("sentence", Maybe(&Text), ""),
        need("flow", Maybe(&Text), "The flow in trouble."),
        need("step", Maybe(&Text), ""),
        need("world", Map(&Any), "Of the talk that shows it."),
        need(
            "steps",
            List(&Any),
            "Its acts. With `{\"expect\": {\"trouble\": \"nothing\"}}` behind them `play/test` makes a test that fails until \
             the flow is mended.",
        ),
    ],
);

static WANDERED: Shape = shape(
    "Wandered",
    "",
    &[
        need("seed", Whole, ""),
        need("talks", Whole, "The customers who were simulated."),
        need("acts", Whole, ""),
        need("ms", Whole, ""),
        need("found", List(&Of(&FOUND)), "Each problem once."),
        need("stopped", Maybe(&Text), "Why there are fewer talks than customers."),
    ],
);

static FOUND: Shape = shape(
    "WanderFound",
    "A problem that random customers met, as the shortest talk that shows it.",
    &[
        need("trouble", Word(&TROUBLES), "As `expect: {trouble}` in a test names it."),
        need("sentence", Text, ""),
        need("times", Whole, "The customers who met it."),
        need("flow", Maybe(&Text), "The flow in trouble."),
        need("step", Maybe(&Text), ""),
        need("line", Maybe(&Whole), ""),
        need("path", Maybe(&Text), ""),
        need("about", Text, "The flow that a step `api` of the talk starts."),
        need("world", Map(&Any), "As a play takes it."),
        need("steps", List(&Any), "The acts, as a play takes them."),
    ],
);

static REPLAYED: Shape = shape(
    "ReplayedTalks",
    "",
    &[
        need("ms", Whole, ""),
        need("talks", List(&Of(&REPLAYED_TALK)), "Newest first."),
        need("counts", Map(&Whole), "The number of talks by verdict."),
        need("more", Whole, "The runs of that day that were not played."),
    ],
);

static REPLAYED_TALK: Shape = shape(
    "ReplayedTalk",
    "A run, played twice by a person who is nobody: on the version that ran, and on the edited flows.",
    &[
        need("run", Whole, "Its number."),
        need("flow", Text, ""),
        need("at", super::shape::Type::Time, "When it began."),
        need(
            "verdict",
            Word(&["same", "other_words", "other_way", "does_not_fit", "cannot_say"]),
            "`does_not_fit`: an act is not possible any more. `cannot_say`: played again on the version that ran, it says \
             other messages than it did, because servers answered something else.",
        ),
        need("sentence", Text, ""),
        need("acts", List(&Of(&REPLAYED_ACT)), "Empty if there is nothing to compare."),
        need("world", Maybe(&Map(&Any)), "As a play takes it, with the `step`s of the acts."),
        need("notes", List(&Text), "Parts that were made up."),
    ],
);

static REPLAYED_ACT: Shape = shape(
    "ReplayedAct",
    "",
    &[
        need("step", Any, "As a play takes it, masked as `transom test --record` does."),
        need("was", List(&Text), "The texts of the bot on the version that ran."),
        need("now", Maybe(&List(&Text)), "Those on the edited flows; `null`: the talk ended before."),
    ],
);

const TROUBLES: [&str; 7] = ["error", "given_up", "unanswered", "silent", "window", "gap", "stuck"];

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
        answers: &[ok(Of(&RUN), "")],
        errors: PLAY_ERRORS,
        shared: true,
        personal: false,
        example: tell(
            "/v1/studio/tests",
            r#"{"files": {"flows/hello.test.yaml": "tests: hello\nnow: 2026-11-24T10:00 Europe/Madrid\ncases:\n  - name: it greets\n    steps:\n      - user: hello\n      - bot: Good morning\n"}, "only": {"flow": "hello"}}"#,
        ),
        take: || post(tests::tests),
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
        answers: &[ok(Of(&BAD_DAY), "")],
        errors: PLAY_ERRORS,
        shared: true,
        personal: false,
        example: tell(
            "/v1/studio/bad-day",
            r#"{"flow": "hello", "files": {}, "world": {"now": "2026-11-24T10:00 Europe/Madrid"}, "steps": [{"user": "hello"}]}"#,
        ),
        take: || post(bad_day::bad_day),
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
        answers: &[ok(Of(&WANDERED), "")],
        errors: PLAY_ERRORS,
        shared: true,
        personal: false,
        example: tell("/v1/studio/wander", r#"{"files": {}, "customers": 2, "seed": 1}"#),
        take: || post(wander::wander),
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
        answers: &[ok(Of(&REPLAYED), "")],
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
        take: || post(replay::replay),
        ..POST
    },
];
