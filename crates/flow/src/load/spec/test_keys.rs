//! Defines the keys of a test file, `flows/NAME.test.yaml`: its head, its cases, their actions and checks.

use super::{Declared, FieldKind, FieldSpec};

/// The top-level keys of a test file.
pub const TEST_KEYS: &[FieldSpec] = &[
    FieldSpec::required("tests", FieldKind::Known(Declared::Flow), "The flow that `run`, `vars` and `api` are about."),
    NOW,
    CONTACT,
    SENDER,
    ENV,
    TEMPLATES,
    MOCKS,
    FieldSpec::default("strict", FieldKind::YesNo, "false", "A message that no `bot` took is a failure."),
    FieldSpec::required("cases", FieldKind::Many(&FieldKind::Record(CASE_KEYS)), "Each begins in a clean world."),
];

/// The keys of one case. Its values replace those of the file's head.
pub const CASE_KEYS: &[FieldSpec] = &[
    FieldSpec::required("name", FieldKind::Name, "What it shows, in words."),
    NOW,
    CONTACT,
    SENDER,
    ENV,
    TEMPLATES,
    MOCKS,
    FieldSpec::default("strict", FieldKind::YesNo, "the file's", "A message that no `bot` took is a failure."),
    FieldSpec::required("steps", FieldKind::Many(&TEST_STEP), "What happens, and what should have come of it."),
];

pub(super) const NOW: FieldSpec = FieldSpec::optional(
    "now",
    FieldKind::Name,
    "When it begins: `2026-11-24T10:00 Europe/Madrid`. Time then moves by `advance` alone.",
);
pub(super) const CONTACT: FieldSpec = FieldSpec::optional(
    "contact",
    FieldKind::Map,
    "`name phone language zone tags consent` and the fields of `_bot.yaml`: `{name: Ana, tags: [vip], consent: \
     {marketing: given}}`. A case writes over what it names, `{consent: {marketing: withdrawn}}`; `none` empties a field. \
     Without a number: one of the bot's own country and clock.",
);
pub(super) const SENDER: FieldSpec =
    FieldSpec::optional("sender", FieldKind::Known(Declared::Sender), "Which sender is written to.");
pub(super) const ENV: FieldSpec =
    FieldSpec::optional("env", FieldKind::MapOf(&FieldKind::Name), "Values of `env` names; the others are empty.");
pub(super) const TEMPLATES: FieldSpec = FieldSpec::optional(
    "templates",
    FieldKind::MapOf(&FieldKind::Word(&["approved", "paused", "rejected", "missing"])),
    "How templates stand; what is not listed is approved.",
);
pub(super) const HTTP_MOCKS: FieldSpec = FieldSpec::optional(
    "http",
    FieldKind::Many(&FieldKind::Map),
    "`GET */slots: {json: …}`; a list of answers is used one by one.",
);
pub(super) const MCP_MOCKS: FieldSpec = FieldSpec::optional(
    "mcp",
    FieldKind::Many(&FieldKind::Map),
    "`calendar.list: {json: {free: [\"10:00\"]}}`, by server and tool: a text, `{json: …}`, `{error: no such day}` or \
             `{fail: timeout}`; a list of answers is used one by one.",
);
const MOCKS: FieldSpec = FieldSpec::optional(
    "mocks",
    FieldKind::Record(&[
        HTTP_MOCKS,
        FieldSpec::optional(
            "model",
            FieldKind::Many(&FieldKind::Map),
            "`STEP: repair`, by the id of an `llm` step or `any`: a text, `{json: {…}}`, `{fail: timeout}` or `{slow: 30s}`; by \
             the name of an agent `{say: …}`, `{offer: …, options: […]}`, `{call: FLOW, with: {…}}`, `{exit: NAME, gives: {…}}` or `{search: …}`; `cost: \
             0.02` beside one of these is its price; a list of answers is used one by one.",
        ),
        MCP_MOCKS,
    ]),
    "What other systems answer; those of a case come before the file's. A call that none of them fits fails, and the \
     failure names it. What `sandbox` in `_bot.yaml` says does not count here.",
);

/// A word alone, or one key with its value.
const TEST_STEP: FieldKind = FieldKind::Either(&[
    FieldKind::Word(&["restart", "again", "hand_back", "api", "welcome", "missed_call"]),
    FieldKind::Record(TEST_STEPS),
]);

/// The actions and checks of a case; a step has exactly one of them.
pub const TEST_STEPS: &[FieldSpec] = &[
    FieldSpec::optional("user", FieldKind::Name, "The customer writes this; all that is due now happens."),
    FieldSpec::optional("tap", FieldKind::Name, "The customer taps a button or row, by its id or title."),
    FieldSpec::optional(
        "media",
        FieldKind::Either(&[
            FieldKind::Word(MEDIA),
            FieldKind::Record(&[
                FieldSpec::required("kind", FieldKind::Word(MEDIA), "What kind of file."),
                FieldSpec::optional("caption", FieldKind::Name, "The text below it."),
            ]),
        ]),
        "The customer sends a file.",
    ),
    FieldSpec::optional(
        "voice",
        FieldKind::Either(&[
            FieldKind::Name,
            FieldKind::Record(&[FieldSpec::required(
                "unheard",
                FieldKind::YesNo,
                "True: nothing is heard in it, and it stays a voice note.",
            )]),
        ]),
        "The customer sends a voice note in which the model of `voice` hears these words.",
    ),
    FieldSpec::optional(
        "location",
        FieldKind::Record(&[
            FieldSpec::required("latitude", FieldKind::Name, "Degrees north."),
            FieldSpec::required("longitude", FieldKind::Name, "Degrees east."),
        ]),
        "The customer sends a place.",
    ),
    FieldSpec::optional("order", FieldKind::Data, "The customer sends a basket, as `msg.order` shows it."),
    FieldSpec::optional(
        "form",
        FieldKind::Either(&[
            FieldKind::Name,
            FieldKind::Record(&[
                FieldSpec::required("name", FieldKind::Name, "The name that a `form:` trigger has."),
                FieldSpec::optional("data", FieldKind::Map, "What was filled in."),
            ]),
        ]),
        "The customer sends a form back.",
    ),
    FieldSpec::optional(
        "screen",
        FieldKind::Either(&[
            FieldKind::Name,
            FieldKind::Record(&[
                FieldSpec::optional("name", FieldKind::Name, "The screen that is shown; without one the form opens."),
                FieldSpec::default(
                    "action",
                    FieldKind::Word(&["INIT", "BACK", "data_exchange"]),
                    "data_exchange",
                    "What the form asks.",
                ),
                FieldSpec::optional("data", FieldKind::Map, "What was filled in on it."),
            ]),
        ]),
        "The form that the bot sent last asks for its next screen.",
    ),
    FieldSpec::optional(
        "reaction",
        FieldKind::Name,
        "The customer reacts to the newest message: an emoji; `none` takes it away.",
    ),
    FieldSpec::optional(
        "referral",
        FieldKind::Either(&[
            FieldKind::Name,
            FieldKind::Record(&[
                FieldSpec::optional("type", FieldKind::Name, "`ad` or `post`."),
                FieldSpec::optional("id", FieldKind::Name, "Of the advertisement."),
                FieldSpec::optional("url", FieldKind::Name, "Where it stands."),
                FieldSpec::optional("headline", FieldKind::Name, "Its headline."),
                FieldSpec::optional("body", FieldKind::Name, "Its text."),
                FieldSpec::optional("click_id", FieldKind::Name, "Of the click."),
                FieldSpec::optional("text", FieldKind::Name, "What the customer writes."),
            ]),
        ]),
        "The customer comes from an advertisement: its id.",
    ),
    FieldSpec::optional(
        "card",
        FieldKind::Record(&[
            FieldSpec::required("name", FieldKind::Name, "Whose."),
            FieldSpec::required("phone", FieldKind::Name, "The number, in quotes."),
        ]),
        "The customer sends somebody's contact card.",
    ),
    FieldSpec::optional("welcome", FieldKind::True, "The customer opens the chat and has written nothing yet."),
    FieldSpec::optional("missed_call", FieldKind::True, "The customer calls, and nobody takes the call."),
    FieldSpec::optional("again", FieldKind::True, "The platform delivers the customer's newest message a second time."),
    FieldSpec::optional(
        "status",
        FieldKind::Either(&[
            FieldKind::Word(&["sent", "delivered", "read", "failed"]),
            FieldKind::Record(&[FieldSpec::required("failed", FieldKind::Whole, "The provider's code: `131026`.")]),
        ]),
        "News of the newest message.",
    ),
    FieldSpec::optional(
        "webhook",
        FieldKind::Record(&[
            FieldSpec::required("name", FieldKind::Name, "The name that a `webhook:` trigger has."),
            FieldSpec::optional("body", FieldKind::Data, "What is posted."),
            FieldSpec::optional("refused", FieldKind::Name, "It is not taken: a part of the reason, or `any`."),
        ]),
        "Another system posts to `/hooks/NAME`, as somebody whom `verify` knows.",
    ),
    FieldSpec::optional(
        "event",
        FieldKind::Either(&[
            FieldKind::Name,
            FieldKind::Record(&[
                FieldSpec::required("name", FieldKind::Name, "The event."),
                FieldSpec::optional("data", FieldKind::Data, "`event.data`."),
            ]),
        ]),
        "An event comes by the API.",
    ),
    FieldSpec::optional(
        "api",
        FieldKind::Either(&[FieldKind::True, FieldKind::Map]),
        "The API starts the tested flow with these inputs.",
    ),
    FieldSpec::optional("person", FieldKind::Name, "Somebody of the business writes."),
    FieldSpec::optional("hand_back", FieldKind::True, "The person gives the conversation back."),
    FieldSpec::optional("set", FieldKind::Map, "What is known of the contact changes: `{contact.city: Sevilla}`."),
    FieldSpec::optional("advance", FieldKind::Duration, "Time passes; what falls due happens in order."),
    FieldSpec::optional("advance_to", FieldKind::Name, "The same up to a moment: `Tue 10:00`, `2026-12-02T13:59`."),
    FieldSpec::optional(
        "provider",
        FieldKind::Record(&[FieldSpec::required(
            "next_send",
            FieldKind::Many(&FieldKind::Record(&[FieldSpec::required(
                "fail",
                FieldKind::Either(&[FieldKind::Whole, FieldKind::Word(&["timeout"])]),
                "The provider's code, or `timeout`.",
            )])),
            "What the next sends meet.",
        )]),
        "A fault of the provider.",
    ),
    FieldSpec::optional("restart", FieldKind::True, "The process dies and starts again."),
    FieldSpec::optional(
        "bot",
        FieldKind::Either(&[FieldKind::Name, FieldKind::Record(MESSAGE_KEYS)]),
        "Takes the next unread message: a part of its text, or more of it; `nothing`: none is unread. Every step but \
         `bot` and `expect` first sets aside what is unread.",
    ),
    FieldSpec::optional(
        "expect",
        FieldKind::Record(EXPECT_KEYS),
        "Looks at all that the last act did, and at how things stand.",
    ),
];

const MEDIA: &[&str] = &["image", "audio", "video", "document", "sticker"];

/// The keys with which a test describes a message.
pub const MESSAGE_KEYS: &[FieldSpec] = &[
    FieldSpec::optional("text", FieldKind::Data, "A part of its text."),
    FieldSpec::optional(
        "template",
        FieldKind::Known(Declared::Template),
        "The template that it is; `none`: it is none.",
    ),
    FieldSpec::optional("window", FieldKind::Word(&["open", "closed"]), "How the window stands."),
    FieldSpec::optional("buttons", FieldKind::Data, "Titles of its buttons or rows."),
    FieldSpec::optional("vars", FieldKind::Data, "The values of the template."),
    FieldSpec::optional("header", FieldKind::Data, "The line or file above its text."),
    FieldSpec::optional("media", FieldKind::Data, "Its file."),
    FieldSpec::optional("language", FieldKind::Name, "The language of the template."),
    FieldSpec::optional(
        "place",
        FieldKind::Data,
        "The point on the map: `{name: Workshop}`; `asked`: it asks for one.",
    ),
    FieldSpec::optional("cards", FieldKind::Data, "The contact cards: `[{name: Ben}]`."),
    FieldSpec::optional("form", FieldKind::Data, "The form that its button opens: `{form, screen, data}`."),
];

/// The keys of `expect`.
pub const EXPECT_KEYS: &[FieldSpec] = &[
    FieldSpec::optional("window", FieldKind::Word(&["open", "closed"]), "How the window stands."),
    FieldSpec::optional(
        "run",
        FieldKind::Name,
        "How the newest run of the flow stands or ended: `waiting asking done expired replaced restarted stopped failed handed_off \
         refused undelivered none`.",
    ),
    FieldSpec::optional(
        "sent",
        FieldKind::Many(&FieldKind::Either(&[FieldKind::Name, FieldKind::Record(MESSAGE_KEYS)])),
        "Messages that left; one match among several is enough. `nothing`: none.",
    ),
    FieldSpec::optional(
        "refused",
        FieldKind::Many(&FieldKind::Either(&[
            FieldKind::Name,
            FieldKind::Record(&[
                FieldSpec::optional("flow", FieldKind::Known(Declared::Flow), "Whose message."),
                FieldSpec::optional(
                    "why",
                    FieldKind::Name,
                    "`opted_out no_consent capped quiet_hours busy with_person window_closed template_unusable \
                     no_balance sender_down too_late undeliverable draft paused`.",
                ),
            ]),
        ])),
        "Starts and messages that were refused, by the reason: `refused: no_consent`; `nothing`: none.",
    ),
    FieldSpec::optional(
        "http",
        FieldKind::Either(&[FieldKind::Word(&["nothing"]), FieldKind::Map]),
        "Calls, and how often: `{POST */bookings: 2}`.",
    ),
    FieldSpec::optional(
        "model",
        FieldKind::Either(&[FieldKind::Word(&["nothing"]), FieldKind::Map]),
        "Questions to models, by step or `any`, and how often: `{any: 1}`.",
    ),
    FieldSpec::optional(
        "cites",
        FieldKind::Many(&FieldKind::Name),
        "The papers that replies of agents were taken from, each as `FILE` or `FILE#HEADING`: `cites: prices.csv`; `nothing`: none.",
    ),
    FieldSpec::optional(
        "mcp",
        FieldKind::Either(&[FieldKind::Word(&["nothing"]), FieldKind::Map]),
        "Uses of tools of MCP servers, and how often: `{calendar.create: 1}` or `{calendar: {create: 1, list: 0}}`.",
    ),
    FieldSpec::optional("same_key", FieldKind::YesNo, "All tries of a request carried one key."),
    FieldSpec::optional("contact", FieldKind::Map, "What is known of the contact."),
    FieldSpec::optional(
        "handoff",
        FieldKind::Either(&[
            FieldKind::Known(Declared::Team),
            FieldKind::Record(&[
                FieldSpec::optional("team", FieldKind::Known(Declared::Team), "Who got it."),
                FieldSpec::optional("summary", FieldKind::Name, "A part of what they were told."),
                FieldSpec::optional("priority", FieldKind::Name, "How urgent it is."),
            ]),
        ]),
        "A person got the conversation; `nothing`: none.",
    ),
    FieldSpec::optional(
        "suggestion",
        FieldKind::Name,
        "A part of the draft that an agent wrote for the person; `nothing`: there is none.",
    ),
    FieldSpec::optional(
        "shadow",
        FieldKind::Name,
        "A part of the draft that an agent wrote by the `shadow` of a team, and that nobody is shown; `nothing`: there is none.",
    ),
    FieldSpec::optional(
        "screen",
        FieldKind::Data,
        "What the form shows next: `{screen, data}`; `over` or `failed` where it gets none.",
    ),
    FieldSpec::optional("vars", FieldKind::Map, "Variables of the flow, also when the run is over."),
    FieldSpec::optional("trouble", FieldKind::Data, "What `--wander` looks for; `nothing`: all is well."),
];
