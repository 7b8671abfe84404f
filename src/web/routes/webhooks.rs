//! `/webhooks/…` and `/hooks/…`: describes the routes to which platforms and other systems post.

use super::{
    AllowedCallers, AnswerBody, DocumentedAnswer, Errors, Example, GET, POST, Route, Scope, at, handler,
    shape::{
        Type::{Any, Map},
        answer,
    },
    tell,
};
use crate::web::{
    chatwoot, forms,
    hooks::{self, HookTaken},
    webhooks,
};

const PART: &str = "Webhooks";
const NONE: Example = Example { path: "", body: "" };

const RECORDED: &[DocumentedAnswer] =
    &[DocumentedAnswer { status: 200, about: "It is on disk. No flow has run yet.", body: AnswerBody::Nothing }];

const REFUSED: Errors = Errors::Problems(&[
    ("broken", 400),
    ("unauthorized", 401),
    ("bad_signature", 401),
    ("missing_scope", 403),
    ("not_found", 404),
    ("too_slow", 408),
    ("too_large", 413),
    ("crowded", 503),
    ("not_recorded", 503),
]);

const HANDSHAKE: &[DocumentedAnswer] = &[
    DocumentedAnswer { status: 200, about: "The challenge.", body: AnswerBody::Text("text/plain") },
    DocumentedAnswer { status: 403, about: "The verify token is another.", body: AnswerBody::Text("text/plain") },
];

pub static ROUTES: &[Route] = &[
    Route {
        path: "/webhooks/{provider}",
        name: "verify_webhook",
        part: PART,
        summary: "Prove to a provider that this address is ours",
        who: AllowedCallers::Provider,
        answers: HANDSHAKE,
        errors: REFUSED,
        example: NONE,
        take: || handler(webhooks::routed),
        ..GET
    },
    Route {
        path: "/webhooks/{provider}",
        name: "take_webhook",
        part: PART,
        summary: "Take what a provider posts, for all its senders",
        about: "The body is signed with the secret of the sender that each of its items is for; at most 3 MiB. Twilio \
                hears an empty `<Response/>` (`text/xml`) where others hear nothing.",
        who: AllowedCallers::Provider,
        answers: RECORDED,
        errors: REFUSED,
        example: NONE,
        take: || handler(webhooks::routed),
        ..POST
    },
    Route {
        path: "/webhooks/{provider}/{sender_id}",
        name: "verify_sender_webhook",
        part: PART,
        summary: "The same for one sender's own address",
        who: AllowedCallers::Provider,
        answers: HANDSHAKE,
        errors: REFUSED,
        example: NONE,
        take: || handler(webhooks::routed),
        ..GET
    },
    Route {
        path: "/webhooks/{provider}/{sender_id}",
        name: "take_sender_webhook",
        part: PART,
        summary: "Take what a provider posts for one sender",
        who: AllowedCallers::Provider,
        answers: RECORDED,
        errors: REFUSED,
        example: NONE,
        take: || handler(webhooks::routed),
        ..POST
    },
    Route {
        path: "/forms/{sender_id}",
        name: "answer_form",
        part: PART,
        summary: "Answer a screen of an open form (a WhatsApp Flow)",
        about: "Sealed and signed as Meta does it, under the sender's `form_key` and `app_secret`; at most 256 KiB. The \
                flow under `exchange` of the question that sent the form answers. A sandbox sender takes and gives the \
                request as plain JSON, with a key of its account.",
        who: AllowedCallers::Provider,
        answers: &[
            DocumentedAnswer {
                status: 200,
                about: "The sealed answer, in base64.",
                body: AnswerBody::Text("text/plain"),
            },
            DocumentedAnswer {
                status: 421,
                about: "It cannot be decrypted with our key.",
                body: AnswerBody::Text("text/plain"),
            },
            DocumentedAnswer {
                status: 427,
                about: "The form's question is over.",
                body: AnswerBody::Text("text/plain"),
            },
            DocumentedAnswer {
                status: 502,
                about: "The flow failed, or took longer than nine seconds.",
                body: AnswerBody::Text("text/plain"),
            },
            DocumentedAnswer {
                status: 432,
                about: "The signature does not match.",
                body: AnswerBody::Text("text/plain"),
            },
        ],
        errors: Errors::Problems(&[
            ("broken", 400),
            ("unauthorized", 401),
            ("not_found", 404),
            ("too_slow", 408),
            ("too_large", 413),
            ("crowded", 503),
        ]),
        example: NONE,
        take: || handler(forms::take),
        ..POST
    },
    Route {
        path: "/hooks/{name}",
        name: "take_hook",
        scope: Some(Scope::Send),
        part: PART,
        summary: "Start the flows that have this webhook",
        about: "JSON, or a form, of at most 256 KiB. The body is kept; a repetition starts nothing.",
        who: AllowedCallers::Hook,
        body: Some(Map(&Any)),
        answers: &[at(202, answer::<HookTaken>(), "It is on disk and starts what it says.")],
        errors: Errors::Problems(&[("unproven", 401), ("unusable_body", 422), ("not_recorded", 503)]),
        example: tell("/hooks/paid", r#"{"phone": "+34600111222", "order": "A7"}"#),
        take: || handler(hooks::take),
        ..POST
    },
    Route {
        path: "/chatwoot/{account}",
        name: "take_chatwoot",
        part: PART,
        summary: "Hear what people do in the inbox of Chatwoot",
        about: "Signed by Chatwoot, or by an older version with `?secret=` in the address. A message of a person is \
                sent to the customer, a resolved conversation is handed back; everything else changes nothing.",
        who: AllowedCallers::Provider,
        body: Some(Map(&Any)),
        answers: &[at(200, Map(&Any), "It is on disk.")],
        errors: Errors::Problems(&[
            ("broken", 400),
            ("bad_signature", 401),
            ("not_found", 404),
            ("too_slow", 408),
            ("in_progress", 409),
            ("too_large", 413),
            ("not_sent", 422),
            ("crowded", 503),
            ("not_recorded", 503),
        ]),
        example: NONE,
        take: || handler(chatwoot::take),
        ..POST
    },
];
