//! Defines the top-level keys of a flow, and the keys that every step and every trigger has.

use super::{Declared, FieldKind, FieldSpec, parts};

/// The keys of a file in `flows/`.
pub const FLOW_KEYS: &[FieldSpec] = &[
    FieldSpec::required("flow", FieldKind::Name, "The flow's name, which is also the file's."),
    FieldSpec::optional("title", FieldKind::Name, "A name for people."),
    FieldSpec::optional("description", FieldKind::Name, "What it is for, in a sentence."),
    FieldSpec::default(
        "draft",
        FieldKind::YesNo,
        "false",
        "Only the `draft_testers` of `_bot.yaml` reach it; for them it wins over a live flow with the same words.",
    ),
    FieldSpec::default(
        "topic",
        FieldKind::Known(Declared::Topic),
        "service",
        "What its messages are about. A topic that `needs: consent` reaches only those who gave it.",
    ),
    FieldSpec::default(
        "sender",
        FieldKind::Many(&FieldKind::Known(Declared::Sender)),
        "all",
        "The senders that it serves, by name.",
    ),
    FieldSpec::optional("when", FieldKind::Triggers, "What starts it. Without triggers it is called or started."),
    FieldSpec::optional("inputs", FieldKind::MapOf(&parts::DECLARATION), "What a caller gives it, with types."),
    FieldSpec::optional("returns", FieldKind::MapOf(&parts::DECLARATION), "What it gives back, with types."),
    FieldSpec::optional("vars", FieldKind::MapOf(&FieldKind::Data), "Variables and what they are at the start."),
    FieldSpec::default(
        "if_busy",
        FieldKind::Word(&["replace", "aside", "queue", "skip", "parallel"]),
        "by what started it",
        "What happens when another flow is asking: `replace` ends it, `aside` asks its question again afterwards, \
         `queue` waits, `skip` does not start, `parallel` runs beside it.",
    ),
    FieldSpec::default("protect", FieldKind::YesNo, "false", "Nothing but an opt-out word interrupts its questions."),
    FieldSpec::default("expires", FieldKind::Duration, "24h", "The time-out of questions that have none of their own."),
    FieldSpec::default("on_expire", FieldKind::Steps, "silent", "What to do when such a time-out ends the run."),
    FieldSpec::optional(
        "sequence",
        FieldKind::Either(&[
            FieldKind::True,
            FieldKind::Record(&[FieldSpec::default(
                "again",
                FieldKind::YesNo,
                "false",
                "Whoever was in it may begin anew.",
            )]),
        ]),
        "`true`: messages over days that end by themselves when the contact writes, a person takes over, or a message \
         of it cannot be sent. Each contact begins it once; `{again: true}` lifts that.",
    ),
    FieldSpec::optional(
        "budget",
        parts::BUDGET,
        "The most that the questions of its steps to language models cost, all models together; beyond it they fail with \
         `over_budget`. `{contact: 0.50/1d}` is for each person.",
    ),
    FieldSpec::optional("stop_when", FieldKind::Triggers, "Triggers that end the run, asked again before each send."),
    FieldSpec::optional("on_stop", FieldKind::Steps, "What to do then."),
    FieldSpec::optional("on_error", FieldKind::Steps, "What to do when a step without its own `on_error` fails."),
    FieldSpec::default(
        "on_update",
        FieldKind::Word(&["finish", "move", "restart"]),
        "finish",
        "What becomes of people half-way when the flow changes: `finish` on the old version, `move` when the waiting \
         question is unchanged, or `restart`.",
    ),
    FieldSpec::default(
        "quiet_hours",
        FieldKind::Record(&[FieldSpec::required("ignore", FieldKind::Name, "Why its messages may wake somebody.")]),
        "obey",
        "`{ignore: \"why\"}`: its unasked messages go out at any hour.",
    ),
    FieldSpec::required("steps", FieldKind::Steps, "The flow."),
    FieldSpec::optional("blocks", FieldKind::Cases, "Named parts for `go` and `call`."),
];

/// The keys that every step may have beside its verb's own fields.
pub const STEP_KEYS: &[FieldSpec] = &[
    FieldSpec::default(
        "id",
        FieldKind::Name,
        "its verb and number",
        "Its name in translations and traces, which must not move: `welcome.ask_1` without one.",
    ),
    FieldSpec::optional("if", FieldKind::Code, "Beside another verb: the step is passed over unless this holds."),
    FieldSpec::optional("note", FieldKind::Name, "For people who read the flow."),
    FieldSpec::optional(
        "on_error",
        FieldKind::Steps,
        "What to do when it fails. Then the flow ends, unless they jump.",
    ),
];

/// The keys that every trigger may have beside its own fields.
pub const TRIGGER_KEYS: &[FieldSpec] = &[
    FieldSpec::optional("if", FieldKind::Code, "It counts only when this holds."),
    FieldSpec::optional("once_per", FieldKind::Text, "Starts once for each value, such as `${event.data.order}`."),
    FieldSpec::optional(
        "at_most",
        FieldKind::Many(&FieldKind::Limit),
        "How many starts in how long, for one contact: `1/30d`.",
    ),
    FieldSpec::default(
        "urgent",
        FieldKind::YesNo,
        "false",
        "For emergencies: it goes before every waiting question, also one with `protect`, and before other triggers. \
         Opt-out words go before it.",
    ),
    FieldSpec::optional("note", FieldKind::Name, "For people who read the flow."),
];
