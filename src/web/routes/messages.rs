//! `/v1/messages`: describes the routes for messages that programs send, and their status.

use super::{
    AGENTS, AllowedCallers, AnswerBody, CURSOR, DocumentedAnswer, EVERYBODY, Errors, GET, LIMIT, POST, Route, Scope,
    Verb, ask, at,
    conversations::SAY_ERRORS,
    handler, ok,
    shape::{
        Type::{Text, Whole},
        answer, may, need, request,
    },
    tell,
};
use crate::runtime::events::event_json::{MessageShown, OutgoingMessage};
use crate::web::api::{
    media::{
        files, own_files,
        uploads::{self, UploadedFile},
    },
    messages::{self, MessageToSomebody, PlannedMessage, search::FoundMessage},
    page::Listed,
};

const PART: &str = "Messages";

pub static ROUTES: &[Route] = &[
    Route {
        path: "/v1/messages",
        name: "send_message",
        scope: Some(Scope::Send),
        part: PART,
        roles: AGENTS,
        summary: "Send to a phone number",
        about: "Everything but templates only while the 24-hour window is open, templates at any time; never to somebody \
                who opted out. The bot keeps the conversation. The answer comes when the provider took the message, or \
                after 10 s with the state it has then; with `at` at once.",
        body: Some(request::<MessageToSomebody>()),
        answers: &[at(201, answer::<OutgoingMessage>(), "It is on its way; `state` says how far.")],
        errors: Errors::Problems(SEND_ERRORS),
        keyed: true,
        example: tell(
            "/v1/messages",
            r#"{"contact": {"phone": "+34600111222"}, "sender": 12, "template": {"name": "reminder", "language": "en", "variables": ["Ana", "Friday"]}}"#,
        ),
        take: || handler(messages::post),
        ..POST
    },
    Route {
        path: "/v1/messages",
        name: "search_messages",
        scope: Some(Scope::People),
        part: PART,
        roles: AGENTS,
        summary: "Find messages by their words, newest first",
        about: "In both directions and all conversations; a template is found by its name, since its text is with the \
                platform. A request looks at no more than the newest 10,000 messages: a page may be short or empty and \
                still have a `next_cursor`, which goes on with older ones.",
        query: &[
            need("search", Text, "Words of which each stands in the text, without regard to capitals and accents."),
            may("sender", Whole, "Only at this sender."),
            may("account", Text, "Only those of this account."),
            LIMIT,
            CURSOR,
        ],
        answers: &[ok(answer::<Listed<FoundMessage>>(), "A page of them.")],
        errors: Errors::Problems(&[("not_found", 404)]),
        example: ask("/v1/messages?search=hello&limit=1"),
        take: || handler(messages::search::list),
        ..GET
    },
    Route {
        path: "/v1/messages/planned",
        name: "list_planned_messages",
        scope: Some(Scope::Read),
        part: PART,
        roles: EVERYBODY,
        summary: "List what waits for its time, earliest first",
        query: &[may("contact", Whole, "Only to this one."), LIMIT, CURSOR],
        answers: &[ok(answer::<Listed<PlannedMessage>>(), "A page of them.")],
        example: ask("/v1/messages/planned?limit=1"),
        take: || handler(messages::planned),
        ..GET
    },
    Route {
        verb: Verb::Delete,
        path: "/v1/messages/{id}",
        name: "take_back_message",
        scope: Some(Scope::Send),
        part: PART,
        roles: AGENTS,
        summary: "Take back a message that has not left",
        about: "Of a program or a person, most of all one with `at`. A text that became several messages is taken back by \
                the `id` of each.",
        answers: &[ok(answer::<OutgoingMessage>(), "Its `state` is `dropped`.")],
        errors: Errors::Problems(&[("not_taken_back", 409)]),
        take: || handler(messages::take_back),
        ..POST
    },
    Route {
        path: "/v1/messages/{id}",
        name: "show_message",
        scope: Some(Scope::Read),
        part: PART,
        roles: EVERYBODY,
        summary: "Show one message, and how far it came",
        answers: &[ok(answer::<MessageShown>(), "")],
        example: ask("/v1/messages/$message"),
        take: || handler(messages::show),
        ..GET
    },
    Route {
        path: "/v1/media",
        name: "upload_media",
        scope: Some(Scope::Send),
        part: PART,
        roles: AGENTS,
        summary: "Give a file to the platform, for messages",
        about: "The body is the file itself, its type said by `Content-Type` or by the ending of `filename`; as large as \
                WhatsApp takes that kind. Meta and Kapso keep it for thirty days; other platforms take files by their \
                address, as `url` of a `media`.",
        query: &[
            need("sender", Whole, "The number that will send it."),
            may("filename", Text, "Of a document: what the recipient sees."),
        ],
        file: true,
        answers: &[at(201, answer::<UploadedFile>(), "Its `id` stands in a `media` instead of a `url`.")],
        errors: Errors::Problems(&[
            ("not_found", 404),
            ("refused_by_provider", 422),
            ("platform_failed", 502),
            ("too_many_files", 503),
        ]),
        take: || handler(uploads::post),
        ..POST
    },
    Route {
        path: "/v1/files/{token}/{name}",
        name: "read_own_file",
        part: PART,
        summary: "Read a file that the bot sends",
        about: "For platforms that fetch files by an address: flows that send `files/…` make it, and `token` is signed for \
                this one file of the bot's folder.",
        who: AllowedCallers::Anyone,
        answers: &[DocumentedAnswer {
            status: 200,
            about: "The file itself, under its own type.",
            body: AnswerBody::File,
        }],
        errors: Errors::Problems(&[("too_many_files", 503)]),
        take: || handler(own_files::show),
        ..GET
    },
    Route {
        path: "/v1/media/{id}",
        name: "read_media",
        scope: Some(Scope::People),
        part: PART,
        roles: AGENTS,
        summary: "Read the file that a contact sent",
        about: "`id` is that of the message. The file is fetched from the platform when it is asked for, and passed on \
                as it comes: Meta keeps it for seven days. At most 100 MiB.",
        answers: &[DocumentedAnswer {
            status: 200,
            about: "The file itself, under its own type.",
            body: AnswerBody::File,
        }],
        errors: Errors::Problems(&[("file_gone", 410), ("platform_failed", 502), ("too_many_files", 503)]),
        take: || handler(files::show),
        ..GET
    },
];

const SEND_ERRORS: &[(&str, u16)] = &{
    let mut all = [("not_found", 404); SAY_ERRORS.len() + 1];
    let mut place = 0;
    while place < SAY_ERRORS.len() {
        all[place] = SAY_ERRORS[place];
        place += 1;
    }
    all
};
