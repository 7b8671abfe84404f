//! `/v1/webhooks`: describes the routes for subscriptions to events by signed POST.

use super::{
    AnswerBody, CURSOR, DocumentedAnswer, Errors, GET, LIMIT, POST, Route, Scope, Verb, ask, at, ok,
    shape::{
        Field, Shape,
        Type::{Any, Flag, List, Maybe, Of, Page, Text, Time, Whole, Word},
        may, need, shape,
    },
    shapes::NO_BODY,
    tell,
};
use crate::web::api::events::subscriptions;
use axum::routing::{delete, get, patch, post};

const PART: &str = "Webhooks";

static WEBHOOK: Shape = shape(
    "Webhook",
    "A subscription to what happens.",
    &[
        need("id", Whole, ""),
        need("name", Text, "A word for people."),
        need("account", Maybe(&Text), "Whose events it hears; `null`: all, for the operator."),
        need("url", Text, ""),
        need("types", List(&Text), "Which events it wants, as in `GET /v1/events`; empty: all."),
        need("senders", List(&Whole), "Only what happens at these; empty: at all."),
        need("configured", Flag, "It stands in the configuration, and is changed there."),
        need("state", Word(&["active", "paused"]), "`paused`: nothing is posted until somebody resumes it."),
        need("paused_at", Maybe(&Time), ""),
        need("why", Maybe(&Text), "Why it is paused."),
        need("old_secret_until", Maybe(&Time), "Until then posts are signed with the secret before, too."),
        need("created_at", Time, ""),
        need("last_taken_at", Maybe(&Time), "When it last answered a post with 2xx."),
        need("etag", Text, "The name of this state, for `If-Match`."),
        may("secret", Text, "`whsec_…`: shown when it is made or rotated, and never again."),
    ],
);

static NEW: Shape = shape(
    "NewWebhook",
    "",
    &[
        need("url", Text, "Where to post; no private address, but for `webhooks.allow_private`."),
        may("name", Text, "A word for people."),
        may("types", List(&Text), "Which events; none: all."),
        may("senders", List(&Whole), "Of which senders; none: of all."),
        may("account", Text, "For the operator: whose events; else all."),
    ],
);

static EDIT: Shape = shape(
    "WebhookEdit",
    "What is not there stays as it is.",
    &[
        may("url", Text, ""),
        may("name", Text, ""),
        may("types", List(&Text), "All that it wants from now on."),
        may("senders", List(&Whole), ""),
        may("state", Word(&["active", "paused"]), "`active` resumes: what waits goes out at once."),
    ],
);

static DELIVERY: Shape = shape(
    "Delivery",
    "One event on its way to a webhook.",
    &[
        need("id", Whole, ""),
        need("event_id", Whole, "`webhook-id` of its posts: the same at each repetition."),
        need("type", Text, ""),
        need("at", Time, "When it happened."),
        need("state", Word(&["pending", "done", "dead"]), "`dead`: nobody took it for 3 days."),
        need("attempts", Whole, "Since it was queued or asked for again."),
        need("next_at", Maybe(&Time), "When it is posted next."),
        need("tried_at", Maybe(&Time), ""),
        need("status", Maybe(&Whole), "What was answered last; `null`: nothing."),
        need("trouble", Maybe(&Text), "`status`, `timeout`, `unreachable`, `blocked`, `gone`, …"),
        need("body", Any, "What is posted, word for word."),
    ],
);

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
        answers: &[ok(Page(&Of(&WEBHOOK)), "")],
        example: ask("/v1/webhooks"),
        take: || get(subscriptions::list),
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
        body: Some(Of(&NEW)),
        answers: &[at(201, Of(&WEBHOOK), "With its secret.")],
        errors: Errors::Problems(&[("too_many_webhooks", 409), ("outcome_unknown", 409)]),
        keyed: true,
        example: tell(
            "/v1/webhooks",
            r#"{"url": "https://crm.example.com/transom", "name": "CRM", "types": ["message.in", "run.ended"], "senders": [12]}"#,
        ),
        take: || post(subscriptions::create),
        ..POST
    },
    Route {
        path: "/v1/webhooks/{id}",
        name: "show_webhook",
        scope: Some(Scope::People),
        part: PART,
        summary: "Show one webhook",
        answers: &[ok(Of(&WEBHOOK), "")],
        answers_with: TAGGED,
        example: ask("/v1/webhooks/$webhook"),
        take: || get(subscriptions::show),
        ..GET
    },
    Route {
        verb: Verb::Patch,
        path: "/v1/webhooks/{id}",
        name: "change_webhook",
        scope: Some(Scope::People),
        part: PART,
        summary: "Change, pause or resume a webhook",
        body: Some(Of(&EDIT)),
        answers: &[ok(Of(&WEBHOOK), "As it is now.")],
        answers_with: TAGGED,
        headers: &[IF_MATCH],
        errors: Errors::Problems(&[("in_progress", 409), ("configured", 409), ("changed_meanwhile", 412)]),
        example: tell("/v1/webhooks/$webhook", r#"{"types": ["message.in"], "state": "active"}"#),
        take: || patch(subscriptions::change),
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
        take: || delete(subscriptions::delete),
        ..POST
    },
    Route {
        path: "/v1/webhooks/{id}/rotate-secret",
        name: "rotate_webhook_secret",
        scope: Some(Scope::People),
        part: PART,
        summary: "Make a new secret",
        about: "For a day posts carry two signatures, of the new and of the old secret, with a space between.",
        body: Some(Of(&NO_BODY)),
        bare: true,
        answers: &[ok(Of(&WEBHOOK), "With the new secret.")],
        errors: Errors::Problems(&[("configured", 409), ("outcome_unknown", 409)]),
        keyed: true,
        example: tell("/v1/webhooks/$webhook/rotate-secret", "{}"),
        take: || post(subscriptions::rotate),
        ..POST
    },
    Route {
        path: "/v1/webhooks/{id}/deliveries",
        name: "list_deliveries",
        scope: Some(Scope::People),
        part: PART,
        summary: "List what was and is posted to a webhook, newest first",
        query: &[may("state", Word(&["pending", "done", "dead"]), "Only these."), LIMIT, CURSOR],
        answers: &[ok(Page(&Of(&DELIVERY)), "")],
        example: ask("/v1/webhooks/$webhook/deliveries"),
        take: || get(subscriptions::deliveries),
        ..GET
    },
    Route {
        path: "/v1/webhooks/{id}/deliveries/{delivery}/redeliver",
        name: "redeliver",
        scope: Some(Scope::People),
        part: PART,
        summary: "Post an event again",
        about: "Under the same `webhook-id` and word for word, also when it was taken before or is dead.",
        body: Some(Of(&NO_BODY)),
        bare: true,
        answers: &[at(202, Of(&DELIVERY), "It goes out now.")],
        keyed: true,
        example: tell("/v1/webhooks/$webhook/deliveries/$delivery/redeliver", "{}"),
        take: || post(subscriptions::redeliver),
        ..POST
    },
];
