//! Defines the keys of `_bot.yaml`.

use super::{Declared, FieldKind, FieldSpec, parts};
use crate::load::teams::Assign;

const NAMES: FieldKind = FieldKind::Many(&FieldKind::Name);

/// The keys of `flows/_bot.yaml`.
pub const BOT_KEYS: &[FieldSpec] = &[
    FieldSpec::default("bot", FieldKind::Name, "Bot", "The bot's name."),
    FieldSpec::default("language", FieldKind::Name, "en", "The language of the texts in flows."),
    FieldSpec::optional(
        "languages",
        FieldKind::MapOf(&NAMES),
        "All languages, each with a list of those to fall back to: `{en: [], es: [en]}`; a plain list is not enough.",
    ),
    FieldSpec::optional(
        "language_by",
        FieldKind::Many(&FieldKind::Word(&["greeting", "number", "ask"])),
        "What tells the language of somebody whose language is not known, in this order: `greeting` the first words, \
         `number` its country, `ask` a question before anything else.",
    ),
    FieldSpec::default(
        "timezone",
        FieldKind::Name,
        "UTC",
        "Such as `Europe/Madrid`, for contacts whose zone is unknown.",
    ),
    FieldSpec::optional("env", NAMES, "Names that `env.` may read; the daemon's configuration grants their values."),
    FieldSpec::optional("secrets", NAMES, "Names that `secrets.` may read, in `http` only."),
    FieldSpec::optional(
        "models",
        NAMES,
        "Names of the configuration's `models` that `llm` steps may ask; the first is the default.",
    ),
    FieldSpec::optional("mcp", NAMES, "Names of the configuration's `mcp` servers whose tools agents may use."),
    FieldSpec::optional(
        "agents",
        AGENTS,
        "What holds for all steps `agent`, and the model that tells what a message means.",
    ),
    FieldSpec::optional(
        "voice",
        VOICE,
        "The model that writes voice notes down: such a note is then judged as its text; unheard, it stays a voice note.",
    ),
    FieldSpec::optional(
        "fields",
        FieldKind::MapOf(&parts::DECLARATION),
        "What is remembered of a contact, with types.",
    ),
    FieldSpec::default(
        "topics",
        FieldKind::MapOf(&TOPIC),
        "service, and marketing with consent",
        "What people can say yes or no to.",
    ),
    FieldSpec::optional("hours", FieldKind::MapOf(&HOURS), "Opening hours by name."),
    FieldSpec::optional(
        "quiet_hours",
        QUIET,
        "When nothing is sent that does not answer somebody, on the contact's clock; where the zone is unknown and the \
         number's country has several, in each of them.",
    ),
    FieldSpec::optional("teams", FieldKind::MapOf(&TEAM), "Who takes over conversations."),
    FieldSpec::optional(
        "templates",
        FieldKind::MapOf(&TEMPLATE),
        "Templates with their texts, by name: `transom templates sheet` prints them, `push` makes them at the platform, \
         and sandboxes show them.",
    ),
    FieldSpec::optional(
        "replies",
        FieldKind::MapOf(&FieldKind::Text),
        "Texts that people send from the inbox with one key, by name, such as `thanks: Thank you, ${contact.first_name}!`.",
    ),
    FieldSpec::optional("opt_out", OPT_OUT, "Words that end everything, beside the built-in ones."),
    FieldSpec::optional("defaults", DEFAULTS, "What holds where a flow says nothing."),
    FieldSpec::optional("draft_testers", NAMES, "Numbers that reach a flow marked `draft`."),
    FieldSpec::optional("sandbox", SANDBOX, "What `transom chat` and sandbox senders use instead of the network."),
];

const TOPIC: FieldKind = FieldKind::Record(&[
    FieldSpec::optional("needs", FieldKind::Word(&["consent"]), "Only those who gave it get unasked messages."),
    FieldSpec::optional("at_most", FieldKind::Many(&FieldKind::Limit), "How many unasked messages in how long."),
]);

const HOURS: FieldKind = FieldKind::Record(&[
    FieldSpec::optional(
        "open",
        FieldKind::MapOf(&NAMES),
        "By weekday or range, the times: `{mon-fri: [\"09:00-14:00\", \"16:00-19:00\"]}`.",
    ),
    FieldSpec::optional("holidays", NAMES, "Days when it is closed: `2026-12-25`."),
]);

const QUIET: FieldKind = FieldKind::Record(&[
    FieldSpec::required("from", FieldKind::Clock, "When they begin."),
    FieldSpec::required("to", FieldKind::Clock, "When they end."),
    FieldSpec::default("law", FieldKind::YesNo, "false", "Adds what the law of the contact's country asks for."),
]);

const TEAM: FieldKind = FieldKind::Record(&[
    FieldSpec::default("hours", FieldKind::Known(Declared::Hours), "always open", "When the team answers."),
    FieldSpec::default(
        "give_back",
        FieldKind::Duration,
        "12h",
        "The bot speaks again this long after the last human word.",
    ),
    FieldSpec::optional(
        "answer_within",
        FieldKind::Duration,
        "How long a customer waits for an answer at most, in the team's hours; then the case is overdue.",
    ),
    FieldSpec::optional(
        "solve_within",
        FieldKind::Duration,
        "How long a case is open at most, in the team's hours; then it is overdue.",
    ),
    FieldSpec::default(
        "assign",
        FieldKind::Word(Assign::WORDS),
        "by_hand",
        "Who gets a new case: `by_hand` whoever takes it, `in_turn` the person whose last case is the longest ago, \
         `least_busy` the one with the fewest open cases.",
    ),
    FieldSpec::optional(
        "at_most",
        FieldKind::Whole,
        "With `in_turn` and `least_busy`: so many open cases a person; further ones wait.",
    ),
    FieldSpec::optional(
        "suggest",
        FieldKind::Name,
        "The `agent` of a flow that drafts a reply for the team's people when the customer writes to them; it sends nothing.",
    ),
    FieldSpec::optional(
        "shadow",
        FieldKind::Name,
        "As `suggest`, but nobody is shown the draft: it is recorded beside the reply that the person then writes.",
    ),
]);

const AGENTS: FieldKind = FieldKind::Record(&[
    FieldSpec::optional(
        "scope",
        FieldKind::Name,
        "Their matter in a few words; everything else is refused. Every step `agent` needs it.",
    ),
    FieldSpec::default(
        "team",
        FieldKind::Known(Declared::Team),
        "the only one",
        "Who takes over at the exit `person`.",
    ),
    FieldSpec::default(
        "discloses",
        FieldKind::Either(&[
            FieldKind::YesNo,
            FieldKind::Name,
            FieldKind::Record(&[FieldSpec::required("no", FieldKind::Name, "Why customers are not told.")]),
        ]),
        "a sentence of ours",
        "The sentence above the first reply of a window: that a machine answers.",
    ),
    FieldSpec::default(
        "router",
        FieldKind::Known(Declared::Model),
        "the first of `models`",
        "The model that is asked what a message means, for triggers `meaning` and questions with `understand`.",
    ),
    FieldSpec::optional(
        "judge",
        FieldKind::Known(Declared::Model),
        "The model that judges the talks of evals by `expect: {judge: …}`. No flow asks it.",
    ),
    FieldSpec::optional(
        "budget",
        parts::BUDGET,
        "The most that all questions of the bot to language models cost, all models together and voice notes included; beyond \
         it they fail with `over_budget`. `{contact: 0.50/1d}` is for each person.",
    ),
]);

const VOICE: FieldKind = FieldKind::Record(&[
    FieldSpec::required(
        "model",
        FieldKind::Name,
        "A model of the configuration with `use: transcribe`; it does not stand in `models`.",
    ),
    FieldSpec::default("max", FieldKind::Duration, "2m", "A longer note stays a voice note; at most 15 minutes."),
]);

const TEMPLATE: FieldKind = FieldKind::Record(&[
    FieldSpec::required(
        "category",
        FieldKind::Word(&["utility", "marketing"]),
        "`utility` is about something that the person asked for; everything else is `marketing`.",
    ),
    FieldSpec::required("text", FieldKind::Name, TEMPLATE_TEXT_HELP),
    FieldSpec::optional("examples", TEMPLATE_EXAMPLES, "A value for each `{{1}}` or `{{name}}` of the text."),
    FieldSpec::optional("header", TEMPLATE_HEADER, "Above the text: a line, or which kind of file or place."),
    FieldSpec::optional("footer", FieldKind::Name, "A line below the text, at most 60 characters."),
    FieldSpec::optional("buttons", TEMPLATE_BUTTONS, "At most ten; a text is a quick reply."),
    FieldSpec::default("language", FieldKind::Name, "the bot's", "Of these texts, as the platform spells it: `en_US`."),
    FieldSpec::optional(
        "languages",
        FieldKind::MapOf(&TEMPLATE_VERSION),
        "The same in other languages; what one does not say is as above.",
    ),
    FieldSpec::optional("ttl", FieldKind::Duration, "How long the platform tries to deliver it."),
]);

const TEMPLATE_TEXT_HELP: &str = "At most 1,024 characters, with `{{1}}`, `{{2}}` or names where flows fill in values.";

const TEMPLATE_VERSION: FieldKind = FieldKind::Record(&[
    FieldSpec::required("text", FieldKind::Name, TEMPLATE_TEXT_HELP),
    FieldSpec::optional("examples", TEMPLATE_EXAMPLES, "In this language."),
    FieldSpec::optional("header", TEMPLATE_HEADER, "In this language."),
    FieldSpec::optional("footer", FieldKind::Name, "In this language."),
    FieldSpec::optional("buttons", TEMPLATE_BUTTONS, "All of them, in the same order."),
]);

const TEMPLATE_EXAMPLES: FieldKind = FieldKind::Either(&[NAMES, FieldKind::MapOf(&FieldKind::Name)]);

const TEMPLATE_HEADER: FieldKind = FieldKind::Either(&[
    FieldKind::Word(&["image", "video", "document", "location"]),
    FieldKind::Name,
    FieldKind::Record(&[
        FieldSpec::required("text", FieldKind::Name, "A line with one `{{1}}`, at most 60 characters."),
        FieldSpec::optional("example", FieldKind::Name, "A value for it."),
    ]),
]);

const TEMPLATE_BUTTONS: FieldKind = FieldKind::Many(&FieldKind::Either(&[
    FieldKind::Name,
    FieldKind::Record(&[
        FieldSpec::required("title", FieldKind::Name, "At most 25 characters."),
        FieldSpec::required("url", FieldKind::Name, "A page; `{{1}}` at its end is filled in by each message."),
        FieldSpec::optional("example", FieldKind::Name, "A whole address, where it ends in `{{1}}`."),
    ]),
    FieldKind::Record(&[
        FieldSpec::required("title", FieldKind::Name, "At most 25 characters."),
        FieldSpec::required("phone", FieldKind::Name, "The number that it calls."),
    ]),
    FieldKind::Record(&[
        FieldSpec::required("title", FieldKind::Name, "At most 25 characters."),
        FieldSpec::required("form", FieldKind::Name, "The WhatsApp Flow that it opens, by its id at Meta."),
    ]),
    FieldKind::Record(&[FieldSpec::required("code", FieldKind::Name, "An example of the code that it copies.")]),
]));

const OPT_OUT: FieldKind = FieldKind::Record(&[
    FieldSpec::optional("words", NAMES, "Words that always count, as the whole message."),
    FieldSpec::optional("unsure", NAMES, "Words that are asked back, and count when no question waits."),
    FieldSpec::optional(
        "start",
        NAMES,
        "Words by which those who left come back, as the whole message, beside START and its like.",
    ),
    FieldSpec::default(
        "answers_after",
        FieldKind::Word(&["people", "bot", "nobody"]),
        "people",
        "Who may answer those who left and write again.",
    ),
]);

const DEFAULTS: FieldKind = FieldKind::Record(&[
    FieldSpec::default("expires", FieldKind::Duration, "24h", "The time-out of questions."),
    FieldSpec::optional(
        "ask",
        FieldKind::Record(&[
            FieldSpec::default("tries", FieldKind::Whole, "3", "How many answers may be wrong."),
            FieldSpec::default("invalid", FieldKind::Text, "a sentence of ours", "What to say to a wrong answer."),
            FieldSpec::default("unclear", FieldKind::Text, "as `invalid`", "What to say to what is not understood."),
            FieldSpec::optional("on_fail", FieldKind::Steps, "What to do after the last wrong answer."),
        ]),
        "What questions have that say nothing themselves.",
    ),
    FieldSpec::default(
        "on_error",
        FieldKind::Steps,
        "say so and hand off",
        "What to do when a step fails while we are talking.",
    ),
    FieldSpec::default("late_message", FieldKind::Duration, "6h", "A message older than this starts nothing."),
    FieldSpec::default(
        "loop_guard",
        FieldKind::Limit,
        "30/1h",
        "So many answered messages in this time; then silence.",
    ),
    FieldSpec::default("give_back", FieldKind::Duration, "12h", "Of teams that do not say it."),
    FieldSpec::default(
        "queue_for",
        FieldKind::Duration,
        "6h",
        "How long a start may wait for its turn while the customer is busy; then it is refused as `busy`.",
    ),
    FieldSpec::optional("old_button", FieldKind::Text, "A text put before the answer to an old button."),
    FieldSpec::optional("unanswered", FieldKind::Steps, "What to do with a message that no flow wants."),
]);

const SANDBOX: FieldKind = FieldKind::Record(&[
    FieldSpec::optional("env", FieldKind::MapOf(&FieldKind::Name), "Values of `env` names."),
    FieldSpec::optional(
        "mocks",
        FieldKind::Record(&[
            FieldSpec::optional(
                "http",
                FieldKind::List,
                "Answers by method and address: `GET */orders/7: {json: {state: packed}}`.",
            ),
            FieldSpec::optional(
                "model",
                FieldKind::List,
                "Answers of models by the id of the `llm` step, or `any`: `what_about: repair`.",
            ),
            FieldSpec::optional(
                "mcp",
                FieldKind::List,
                "Answers of tools of MCP servers: `calendar.list: {json: {free: [\"10:00\"]}}`.",
            ),
        ]),
        "Answers instead of the network's.",
    ),
]);
