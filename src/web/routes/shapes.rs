//! Defines the bodies that several routes share.

use super::shape::{
    Shape, Type,
    Type::{Any, Flag, Id, List, Maybe, Of, PersonName, Phone, Text, Time, Traceable, Whole, Word},
    answer, may, need, shape,
};
use crate::web::api::findings::Finding;

pub static PROBLEM: Shape = shape(
    "Problem",
    "What went wrong with a request (RFC 9457).",
    &[
        need("type", Text, "`urn:transom:problem:` and the code."),
        need("title", Text, "The status in words."),
        need("status", Whole, "The HTTP status once more."),
        need("code", Text, "A fixed word for programs."),
        need("detail", Text, "A sentence for people."),
        may("errors", List(&Of(&FIELD_ERROR)), "Which fields of the request are wrong."),
        may("findings", answer::<Vec<Finding>>(), "With `has_errors`: what the checker says of the files."),
        may("paths", List(&Text), "With `changed_meanwhile`: the files that were changed."),
        may(
            "message_id",
            Whole,
            "Of a send: the message that was written and refused. Its key gives this answer again.",
        ),
    ],
);

static FIELD_ERROR: Shape = shape(
    "FieldError",
    "",
    &[
        need("pointer", Text, "A JSON pointer into the body; of a query parameter `/` and its name."),
        need("detail", Text, "What is wrong with it."),
    ],
);

/// The states of a message to a contact.
pub const SEND_STATES: &[&str] =
    &["queued", "sending", "sent", "delivered", "read", "failed", "held", "unknown", "dropped", "skipped"];

pub static SENDER_REF: Shape = shape(
    "SenderRef",
    "One of the senders of the configuration.",
    &[need("id", Whole, ""), need("name", Maybe(&Id), "`null`: it is no longer configured.")],
);

pub static CONTACT_REF: Shape = shape(
    "ContactRef",
    "The person in a conversation; `/v1/contacts/{id}` shows the rest.",
    &[
        need("id", Whole, ""),
        need("phone", Maybe(&Phone), "In E.164 format; `null` where the platform hides it."),
        need("name", Maybe(&PersonName), ""),
        need("tags", List(&Text), ""),
        need("opted_out_at", Maybe(&Time), "Since when the contact wants no messages."),
    ],
);

pub static CONVERSATION: Shape = shape(
    "Conversation",
    "A contact at one sender.",
    &[
        need("id", Whole, ""),
        need("account", Id, "Whose sender it is."),
        need("sender", Of(&SENDER_REF), ""),
        need("contact", Of(&CONTACT_REF), ""),
        need("state", Word(&["bot", "with_person", "needs_person"]), "Who has it."),
        need("with_person", Maybe(&Of(&WITH_PERSON)), "Who of the business has it, and since when."),
        need("needs_person", Maybe(&Of(&NEEDS_PERSON)), "Why somebody should look at it."),
        need(
            "waiting_since",
            Maybe(&Time),
            "Since when it waits for a person: it needs one, or it was handed over and nobody has taken it.",
        ),
        need("runs", List(&Of(&RUN_REF)), "The runs under way."),
        need("window", Of(&WINDOW), "Whether anything but a template may be sent now."),
        need("unanswered", Whole, "Messages of the contact since our last one, counted to 100."),
        need("last_message", Maybe(&Of(&LAST_MESSAGE)), "The newest in either direction."),
        need("last_inbound_at", Maybe(&Time), "The contact's newest message."),
        need("last_outbound_at", Maybe(&Time), "Our newest message that the provider took."),
        need("created_at", Time, ""),
    ],
);

static LAST_MESSAGE: Shape = shape(
    "LastMessage",
    "",
    &[
        need("id", Whole, ""),
        need("direction", Word(&["in", "out"]), ""),
        need("at", Time, ""),
        need("kind", Maybe(&Id), "Of its `content`."),
        need("text", Maybe(&Text), "Its first 160 characters."),
        need("state", Maybe(&Id), "Of ours: how far it came."),
        need("origin", Maybe(&Id), "Of ours: who speaks."),
    ],
);

static WITH_PERSON: Shape =
    shape("WithPerson", "", &[need("since", Time, ""), need("team", Maybe(&Id), ""), need("agent", Maybe(&Id), "")]);

static NEEDS_PERSON: Shape = shape("NeedsPerson", "", &[need("since", Time, ""), need("why", Text, "One sentence.")]);

static RUN_REF: Shape = shape(
    "RunRef",
    "",
    &[
        need("id", Maybe(&Whole), "For `/v1/runs/{id}`."),
        need("number", Whole, "Within the conversation, from 1."),
        need("flow", Id, ""),
    ],
);

static WINDOW: Shape = shape(
    "Window",
    "",
    &[need("open", Flag, ""), need("ends_at", Maybe(&Time), "24 hours after the contact's last message.")],
);

/// The content of a message: the fields depend on its kind.
pub static CONTENT: Shape = Shape {
    name: "Content",
    about: "What a message holds; the other fields depend on `kind`: `body` of a text, `media` and `caption` of a \
            media message, `name` and `body` of a template, and so on.",
    fields: &[need(
        "kind",
        Id,
        "`text`, `media`, `buttons`, `list`, `link`, `template`, `reaction`, `location`, `contact_cards`, …",
    )],
    open: true,
};

pub static OUTGOING: Shape = shape(
    "OutgoingMessage",
    "A message of ours.",
    &[
        need("id", Whole, ""),
        need("direction", Word(&["out"]), ""),
        need("at", Time, "When the provider took it, else when it was written."),
        need("text", Text, "Of what left."),
        need("content", Of(&CONTENT), "As it was written."),
        need(
            "sent_as",
            Maybe(&Of(&CONTENT)),
            "What left outside the window: the template that stood for it, or the message itself (`direct_send`).",
        ),
        need("state", Word(SEND_STATES), ""),
        need("origin", Word(&["flow", "handoff_flow", "opt_out_confirmation", "person", "api"]), "Who speaks."),
        need("agent", Maybe(&Id), "The person who wrote it, if that was said."),
        need("flow", Maybe(&Id), ""),
        need("step", Maybe(&Id), ""),
        need("provider_id", Maybe(&Traceable), "The provider's id, once it took the message."),
        need("created_at", Time, ""),
        need("accepted_at", Maybe(&Time), "When the provider took it."),
        need("delivered_at", Maybe(&Time), ""),
        need("read_at", Maybe(&Time), ""),
        need("failed_at", Maybe(&Time), ""),
        need("hold_until", Maybe(&Time), "It is kept for the contact's next message until then."),
        need("planned_for", Maybe(&Time), "The `at` of the request: it leaves then."),
        need("reason", Maybe(&Id), "Why it was not sent, or waits: one of our own reasons."),
        need("error", Maybe(&Of(&SEND_ERROR)), "The provider's words."),
    ],
);

pub static SEND_ERROR: Shape = shape("SendError", "", &[need("code", Id, ""), need("text", Maybe(&Text), "")]);

pub static INCOMING: Shape = shape(
    "IncomingMessage",
    "A message of the contact.",
    &[
        need("id", Whole, ""),
        need("direction", Word(&["in"]), ""),
        need("at", Time, "The message's own time."),
        need("text", Maybe(&Text), "What the flows read of it."),
        need("content", Of(&CONTENT), ""),
        need("provider_id", Traceable, ""),
        need("reply_to", Maybe(&Traceable), "The provider's id of the message that it answers."),
        need("referral", Maybe(&Any), "The ad or QR code that led here."),
        need("received_at", Time, "When the webhook came."),
        need("handled_at", Maybe(&Time), "When a turn took it."),
    ],
);

pub const SENDER: super::shape::Field =
    may("sender", Type::Whole, "Which sender speaks; else the one that the contact talked with last, or the default.");
