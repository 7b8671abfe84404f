//! `/v1/webhooks`: describes the routes for subscriptions to events by signed POST.

use super::{
    AnswerBody, CURSOR, DocumentedAnswer, Errors, GET, LIMIT, POST, Route, Scope, Verb, ask, at, handler, ok,
    shape::{
        Field,
        Type::{Text, Word},
        answer, may, request,
    },
    tell,
};
use crate::web::{
    api::{
        events::{
            deliveries::{self, DeliveryShown},
            subscriptions::{self, NewWebhook, Webhook, WebhookEdit},
        },
        page::Listed,
    },
    request::NoBody,
};

const PART: &str = "Webhooks";

const IF_MATCH: Field =
    may("If-Match", Text, "The `etag` that was read: what somebody else has changed since is not overwritten.");
const TAGGED: &[(&str, &str)] = &[("ETag", "The name of this state.")];

pub static ROUTES: &[Route] = &[
    Route {
        path: "/v1/webhooks",
        name: "list_webhooks",
        scope: Some(Scope::People),
        part: PART,
        summary: "List the webhooks that are posted, oldest first",
        query: &[LIMIT, CURSOR],
        answers: &[ok(answer::<Listed<Webhook>>(), "")],
        example: ask("/v1/webhooks"),
        take: || handler(subscriptions::list),
        ..GET
    },
    Route {
        path: "/v1/webhooks",
        name: "create_webhook",
        scope: Some(Scope::People),
        part: PART,
        summary: "Be told of what happens",
        about: "From now on each event that is wanted is posted as JSON: `{id, type, at, sender, conversation_id, \
                contact_id}` and what it is about, exactly as in `GET /v1/events`. Posts are signed as Standard \
                Webhooks says: `webhook-id` (the event's id), `webhook-timestamp`, and `webhook-signature: v1,…` with \
                the Base64 of HMAC-SHA256 over id, timestamp and body, with dots between, keyed with the bytes behind \
                `whsec_`. Within one conversation they come in order, one at a time. Anything but 2xx is tried again \
                with growing pauses for 3 days; then it is dead, and a webhook that took nothing else meanwhile is \
                paused. 410 pauses it at once.",
        body: Some(request::<NewWebhook>()),
        answers: &[at(201, answer::<Webhook>(), "With its secret.")],
        errors: Errors::Problems(&[("too_many_webhooks", 409), ("outcome_unknown", 409)]),
        keyed: true,
        example: tell(
            "/v1/webhooks",
            r#"{"url": "https://crm.example.com/transom", "name": "CRM", "types": ["message.in", "run.ended"], "senders": [12]}"#,
        ),
        take: || handler(subscriptions::create),
        ..POST
    },
    Route {
        path: "/v1/webhooks/{id}",
        name: "show_webhook",
        scope: Some(Scope::People),
        part: PART,
        summary: "Show one webhook",
        answers: &[ok(answer::<Webhook>(), "")],
        answers_with: TAGGED,
        example: ask("/v1/webhooks/$webhook"),
        take: || handler(subscriptions::show),
        ..GET
    },
    Route {
        verb: Verb::Patch,
        path: "/v1/webhooks/{id}",
        name: "change_webhook",
        scope: Some(Scope::People),
        part: PART,
        summary: "Change, pause or resume a webhook",
        body: Some(request::<WebhookEdit>()),
        answers: &[ok(answer::<Webhook>(), "As it is now.")],
        answers_with: TAGGED,
        headers: &[IF_MATCH],
        errors: Errors::Problems(&[("in_progress", 409), ("configured", 409), ("changed_meanwhile", 412)]),
        example: tell("/v1/webhooks/$webhook", r#"{"types": ["message.in"], "state": "active"}"#),
        take: || handler(subscriptions::change),
        ..POST
    },
    Route {
        verb: Verb::Delete,
        path: "/v1/webhooks/{id}",
        name: "delete_webhook",
        scope: Some(Scope::People),
        part: PART,
        summary: "End a webhook, with all that waits for it",
        answers: &[DocumentedAnswer { status: 204, about: "It is gone.", body: AnswerBody::Nothing }],
        errors: Errors::Problems(&[("configured", 409)]),
        example: ask("/v1/webhooks/$webhook"),
        take: || handler(subscriptions::delete),
        ..POST
    },
    Route {
        path: "/v1/webhooks/{id}/rotate-secret",
        name: "rotate_webhook_secret",
        scope: Some(Scope::People),
        part: PART,
        summary: "Make a new secret",
        about: "For a day posts carry two signatures, of the new and of the old secret, with a space between.",
        body: Some(request::<NoBody>()),
        bare: true,
        answers: &[ok(answer::<Webhook>(), "With the new secret.")],
        errors: Errors::Problems(&[("configured", 409), ("outcome_unknown", 409)]),
        keyed: true,
        example: tell("/v1/webhooks/$webhook/rotate-secret", "{}"),
        take: || handler(subscriptions::rotate),
        ..POST
    },
    Route {
        path: "/v1/webhooks/{id}/deliveries",
        name: "list_deliveries",
        scope: Some(Scope::People),
        part: PART,
        summary: "List what was and is posted to a webhook, newest first",
        query: &[may("state", Word(&["pending", "done", "dead"]), "Only these."), LIMIT, CURSOR],
        answers: &[ok(answer::<Listed<DeliveryShown>>(), "")],
        example: ask("/v1/webhooks/$webhook/deliveries"),
        take: || handler(deliveries::list),
        ..GET
    },
    Route {
        path: "/v1/webhooks/{id}/deliveries/{delivery}/redeliver",
        name: "redeliver",
        scope: Some(Scope::People),
        part: PART,
        summary: "Post an event again",
        about: "Under the same `webhook-id` and word for word, also when it was taken before or is dead.",
        body: Some(request::<NoBody>()),
        bare: true,
        answers: &[at(202, answer::<DeliveryShown>(), "It goes out now.")],
        keyed: true,
        example: tell("/v1/webhooks/$webhook/deliveries/$delivery/redeliver", "{}"),
        take: || handler(deliveries::redeliver),
        ..POST
    },
];
