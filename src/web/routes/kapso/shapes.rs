//! Describes the bodies of requests and answers in the Kapso dialect.

use crate::web::routes::shape::{
    Shape,
    Type::{Any, Flag, List, Map, Maybe, Number, Of, Text, Time, Whole, Word},
    may, need, shape,
};

pub static PLACE: Shape = shape(
    "KapsoLocation",
    "",
    &[need("latitude", Number, ""), need("longitude", Number, ""), may("name", Text, ""), may("address", Text, "")],
);

pub static MESSAGE: Shape = shape(
    "KapsoMessage",
    "",
    &[
        may("message_type", Word(&["text", "image", "video", "audio", "document", "location"]), "`text` unless given."),
        may("content", Text, "The text, at most 4096 characters; of a file its caption, at most 1024."),
        may("media_url", Text, "Of a file: where the platform fetches it."),
        may("filename", Text, "Of a document."),
        may("location", Of(&PLACE), ""),
    ],
);

pub static NEW_MESSAGE: Shape = shape("KapsoNewMessage", "", &[need("message", Of(&MESSAGE), "")]);

pub static SENT: Shape = shape(
    "KapsoSentMessage",
    "",
    &[
        need("id", Text, ""),
        need("phone_number", Maybe(&Text), ""),
        need("message_type", Text, ""),
        need("content", Maybe(&Text), ""),
        need("direction", Word(&["outbound"]), ""),
        need("status", Word(&["sent", "pending"]), "`pending`: the platform has not answered within 10 s."),
        need("processing_status", Word(&["completed", "pending"]), ""),
        need("whatsapp_message_id", Maybe(&Text), ""),
        need("metadata", Map(&Any), ""),
        need("media_url", Maybe(&Text), ""),
        need("message_type_data", Map(&Any), ""),
        need("created_at", Time, ""),
        need("updated_at", Time, ""),
    ],
);

pub static ONE_SENT: Shape = shape("KapsoSent", "", &[need("data", Of(&SENT), "")]);

pub static CHECK: Shape = shape(
    "KapsoCheck",
    "",
    &[
        need("passed", Flag, ""),
        may("overall_status", Word(&["AVAILABLE", "LIMITED", "BLOCKED"]), "Of `messaging_health`."),
        need("details", Map(&Any), "`message` says what is wrong and what to do."),
    ],
);

pub static HEALTH: Shape = shape(
    "KapsoHealth",
    "",
    &[
        need("status", Word(&["healthy", "degraded", "unhealthy"]), ""),
        need("timestamp", Time, ""),
        need("checked_at", Time, "The same."),
        need(
            "checks",
            Map(&Of(&CHECK)),
            "`phone_number_access`, `token_validity`, `messaging_health`, `webhook_verified`, `webhook_subscription`, \
             `test_message`.",
        ),
    ],
);

pub static TEST: Shape = shape(
    "KapsoTest",
    "",
    &[
        may("phone_number", Text, "Who gets the test message; must have written within 24 hours."),
        may("test_recipient", Text, "The same."),
    ],
);

pub static SESSION: Shape = shape(
    "KapsoSandboxSession",
    "",
    &[
        need("id", Text, ""),
        need("phone_number", Text, ""),
        need("status", Word(&["pending_activation", "active", "expired"]), ""),
        need("activation_code", Text, "Six characters that the phone sends to the number."),
        need("activation_message", Text, ""),
        need("activation_link", Maybe(&Text), ""),
        need("activated_at", Maybe(&Time), ""),
        need("expires_at", Time, "24 hours after it was made, and again after it was activated."),
        need("created_at", Time, ""),
        need("updated_at", Time, ""),
        need("agent", Any, "`null`."),
    ],
);

pub static ONE_SESSION: Shape = shape("KapsoOneSandboxSession", "", &[need("data", Of(&SESSION), "")]);

pub static META: Shape = shape(
    "KapsoMeta",
    "",
    &[
        need("page", Whole, ""),
        need("per_page", Whole, ""),
        need("total_pages", Whole, ""),
        need("total_count", Whole, ""),
    ],
);

pub static SESSIONS: Shape =
    shape("KapsoSandboxSessions", "", &[need("data", List(&Of(&SESSION)), ""), need("meta", Of(&META), "")]);

pub static ASKED_SESSION: Shape = shape(
    "KapsoAskedSandboxSession",
    "",
    &[
        need("phone_number", Text, ""),
        may("agent_id", Text, "Taken and not used: flows answer here."),
        may("phone_number_id", Text, "The number that the code is sent to; the account's default unless given."),
    ],
);

pub static NEW_SESSION: Shape =
    shape("KapsoNewSandboxSession", "", &[need("whatsapp_sandbox_session", Of(&ASKED_SESSION), "")]);

pub static ASKED_EXECUTION: Shape = shape(
    "KapsoAskedExecution",
    "",
    &[
        need("phone_number", Text, ""),
        may("phone_number_id", Text, "The number's id at the platform, or the sender's `id`."),
        may("variables", Map(&Any), "The flow's inputs; others are not used."),
        may("context", Map(&Any), "Taken and not used."),
    ],
);

pub static NEW_EXECUTION: Shape =
    shape("KapsoNewExecution", "", &[need("workflow_execution", Of(&ASKED_EXECUTION), "")]);

pub static BEGUN: Shape = shape(
    "KapsoBegun",
    "",
    &[
        need("message", Text, ""),
        need("id", Maybe(&Text), "`null`: the conversation is busy, and the start waits in line."),
        need("workflow_id", Text, "The flow's name."),
        need("tracking_id", Text, ""),
    ],
);

pub static ONE_BEGUN: Shape = shape("KapsoOneBegun", "", &[need("data", Of(&BEGUN), "")]);

pub static EXECUTION: Shape = shape(
    "KapsoExecution",
    "",
    &[
        need(
            "id",
            Maybe(&Text),
            "`null`: it waits in line until the conversation is free, or has left the line without beginning.",
        ),
        need("workflow_id", Maybe(&Text), "The flow's name; `null` of one that never began."),
        need("status", Word(&["running", "waiting", "handoff", "ended", "failed"]), ""),
        need("started_at", Maybe(&Time), "Of one in line: since when it waits."),
        need("ended_at", Maybe(&Time), ""),
        need("tracking_id", Text, ""),
        need("current_step", Any, "Where it waits."),
    ],
);

pub static ONE_EXECUTION: Shape = shape("KapsoOneExecution", "", &[need("data", Of(&EXECUTION), "")]);

pub static ERROR: Shape = shape("KapsoError", "", &[need("error", Text, "")]);
