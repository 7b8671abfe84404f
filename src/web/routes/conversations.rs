//! `/v1/conversations`: describes the routes for conversations, their messages, and hand-overs between bot and people.

use super::{
    AGENTS, CURSOR, EVERYBODY, Errors, GET, LIMIT, POST, Route, Scope, ask, at, handler, ok,
    shape::{
        Type::{Text, Whole, Word},
        answer, may, request,
    },
    tell,
};
use crate::{
    runtime::events::event_json::{MessageShown, OutgoingMessage},
    web::api::{
        conversations::{
            self, Agent, Assignment, Taker,
            inbox::{self, ConversationCounts},
            notes::{self, NewNote, NoteShown},
            shown::Conversation,
            suggestion::{self, CountedSuggestions, Discarded, SuggestionShown},
        },
        messages::{self, NewMessage},
        page::Listed,
    },
};

const PART: &str = "Conversations";

pub static ROUTES: &[Route] = &[
    Route {
        path: "/v1/conversations",
        name: "list_conversations",
        scope: Some(Scope::Read),
        part: PART,
        roles: EVERYBODY,
        summary: "List conversations, newest first",
        about: "With `with_person`, `needs_person` or `waiting` the longest waiting come first, with `taken`, `bot` or a \
                `search` whoever wrote last. `waiting` are those that need a person, and those that were handed over and \
                that nobody has taken yet.",
        query: &[
            may("state", Word(inbox::STATES), "Only these."),
            may(
                "sort",
                Word(inbox::SORTS),
                "Without a `state`: with `recent` whoever wrote last comes first; with `due` only those with an open \
                 case, the earliest due first.",
            ),
            may("team", Text, "Only those that a person of this team has or is waited for; several with commas."),
            may("agent", Text, "Only those that this person has."),
            may(
                "search",
                Text,
                "Words of which each is a part of the contact's name or number; of many who fit the newest 200 contacts.",
            ),
            may("sender", Whole, "Only at this sender."),
            may("account", Text, "Only those of this account."),
            LIMIT,
            CURSOR,
        ],
        answers: &[ok(answer::<Listed<Conversation>>(), "A page of them.")],
        errors: Errors::Problems(&[("not_found", 404)]),
        example: ask("/v1/conversations?limit=1"),
        take: || handler(inbox::list),
        ..GET
    },
    Route {
        path: "/v1/conversations/counts",
        name: "count_conversations",
        scope: Some(Scope::Read),
        part: PART,
        roles: EVERYBODY,
        summary: "Count the conversations that wait for a person, and those that a person has",
        answers: &[ok(answer::<ConversationCounts>(), "")],
        example: ask("/v1/conversations/counts"),
        take: || handler(inbox::counts),
        ..GET
    },
    Route {
        path: "/v1/conversations/{id}",
        name: "show_conversation",
        scope: Some(Scope::Read),
        part: PART,
        roles: EVERYBODY,
        summary: "Show one conversation",
        answers: &[ok(answer::<Conversation>(), "")],
        example: ask("/v1/conversations/$conversation"),
        take: || handler(conversations::show),
        ..GET
    },
    Route {
        path: "/v1/conversations/{id}/messages",
        name: "list_messages",
        scope: Some(Scope::Read),
        part: PART,
        roles: EVERYBODY,
        summary: "List what was said, newest first",
        query: &[LIMIT, CURSOR],
        answers: &[ok(answer::<Listed<MessageShown>>(), "Both directions in one list.")],
        example: ask("/v1/conversations/$conversation/messages?limit=2"),
        take: || handler(messages::list),
        ..GET
    },
    Route {
        path: "/v1/conversations/{id}/messages",
        name: "answer_conversation",
        scope: Some(Scope::Send),
        part: PART,
        roles: AGENTS,
        summary: "Write as a person",
        about: "From then on a person has the conversation and the bot is silent, until it is handed back; a message \
                with `at` takes nothing over. The answer comes when the provider took the message, or after 10 s with \
                the state it has then.",
        body: Some(request::<NewMessage>()),
        answers: &[at(201, answer::<OutgoingMessage>(), "It is on its way; `state` says how far.")],
        errors: Errors::Problems(SAY_ERRORS),
        keyed: true,
        example: tell(
            "/v1/conversations/$conversation/messages",
            r#"{"text": "Hi Ana, this is Rosa. I'll look into it."}"#,
        ),
        take: || handler(messages::send),
        ..POST
    },
    Route {
        path: "/v1/conversations/{id}/notes",
        name: "list_notes",
        scope: Some(Scope::Read),
        part: PART,
        roles: EVERYBODY,
        summary: "List the notes about a conversation, newest first",
        about: "People of the business write them for each other. No contact ever gets one; they are erased with the \
                data of the contact.",
        query: &[LIMIT, CURSOR],
        answers: &[ok(answer::<Listed<NoteShown>>(), "A page of them.")],
        example: ask("/v1/conversations/$conversation/notes"),
        take: || handler(notes::list),
        ..GET
    },
    Route {
        path: "/v1/conversations/{id}/notes",
        name: "add_note",
        scope: Some(Scope::People),
        part: PART,
        roles: AGENTS,
        summary: "Write a note about a conversation",
        body: Some(request::<NewNote>()),
        answers: &[at(201, answer::<NoteShown>(), "It is written down; nothing was sent.")],
        errors: Errors::Problems(&[("too_many_notes", 409)]),
        keyed: true,
        example: tell("/v1/conversations/$conversation/notes", r#"{"text": "Wants the red one, not the blue one."}"#),
        take: || handler(notes::add),
        ..POST
    },
    Route {
        path: "/v1/conversations/{id}/suggestion",
        name: "show_suggestion",
        scope: Some(Scope::Read),
        part: PART,
        roles: EVERYBODY,
        summary: "Show the draft that an agent writes for the person",
        about: "The `suggest` of a team drafts an answer to each message of a customer whose conversation is with a person \
                of the team. Nothing of it is sent. The event `suggestion` says that it has changed.",
        answers: &[ok(answer::<SuggestionShown>(), "As it is now.")],
        example: ask("/v1/conversations/$conversation/suggestion"),
        take: || handler(suggestion::show),
        ..GET
    },
    Route {
        path: "/v1/conversations/{id}/suggestion/discard",
        name: "discard_suggestion",
        scope: Some(Scope::Send),
        part: PART,
        roles: AGENTS,
        summary: "Throw the draft away",
        body: Some(request::<Discarded>()),
        bare: true,
        answers: &[ok(answer::<SuggestionShown>(), "As it is now.")],
        keyed: true,
        example: tell("/v1/conversations/$conversation/suggestion/discard", r#"{"id": 2}"#),
        take: || handler(suggestion::discard),
        ..POST
    },
    Route {
        path: "/v1/suggestions/counts",
        name: "count_suggestions",
        scope: Some(Scope::Read),
        part: PART,
        roles: EVERYBODY,
        summary: "Count what became of drafts, by agent",
        about: "A draft that another one replaced, or after which nobody wrote, is not counted.",
        answers: &[ok(answer::<CountedSuggestions>(), "Of the time for which messages are kept.")],
        example: ask("/v1/suggestions/counts"),
        take: || handler(suggestion::counts),
        ..GET
    },
    Route {
        path: "/v1/conversations/{id}/take-over",
        name: "take_over",
        scope: Some(Scope::People),
        summary: "Take it, without writing yet",
        about: "The bot falls silent. Of two people who take it over at the same time one gets 200, and the other 409.",
        body: Some(request::<Taker>()),
        errors: Errors::Problems(&[("taken", 409), ("in_progress", 409)]),
        example: tell("/v1/conversations/$conversation/take-over", r#"{"agent": "Rosa"}"#),
        take: || handler(conversations::take_over),
        ..ACT
    },
    Route {
        path: "/v1/conversations/{id}/assign",
        name: "assign",
        scope: Some(Scope::People),
        part: PART,
        roles: AGENTS,
        summary: "Give a conversation to a team, or to somebody of it",
        about: "The bot is silent from then on, as after `take-over`; who has it already gives it on.",
        body: Some(request::<Assignment>()),
        answers: &[ok(answer::<Conversation>(), "As it is now.")],
        keyed: true,
        example: tell("/v1/conversations/$conversation/assign", r#"{"team": "workshop", "agent": "Bea"}"#),
        take: || handler(conversations::assign),
        ..POST
    },
    Route {
        path: "/v1/conversations/{id}/hand-back",
        name: "hand_back",
        scope: Some(Scope::People),
        summary: "Give it back to the bot",
        about: "Runs that waited for the person go on.",
        example: tell("/v1/conversations/$conversation/hand-back", r#"{"agent": "Rosa"}"#),
        take: || handler(conversations::hand_back),
        ..ACT
    },
    Route {
        path: "/v1/conversations/{id}/close",
        name: "close_conversation",
        scope: Some(Scope::People),
        summary: "Close the case",
        about: "Ends the runs, drops what is held, clears the mark.",
        example: tell("/v1/conversations/$conversation/close", r#"{"agent": "Rosa"}"#),
        take: || handler(conversations::close),
        ..ACT
    },
];

/// The common part of routes that change the assignment.
const ACT: Route = Route {
    part: PART,
    roles: AGENTS,
    body: Some(request::<Agent>()),
    bare: true,
    answers: &[ok(answer::<Conversation>(), "As it is now.")],
    keyed: true,
    ..POST
};

/// The errors of sending a message.
pub(super) const SAY_ERRORS: &[(&str, u16)] = &[
    ("opted_out", 403),
    ("window_closed", 409),
    ("template_unusable", 409),
    ("no_balance", 409),
    ("sender_down", 409),
    ("too_late", 409),
    ("capped", 409),
    ("quiet_hours", 409),
    ("busy", 409),
    ("with_person", 409),
    ("too_many_planned", 409),
    ("refused_by_provider", 422),
];
