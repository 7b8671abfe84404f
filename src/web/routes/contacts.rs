//! `/v1/contacts`: people, what is known of them, and what they agreed to.

use super::{
    CURSOR, Errors, GET, LIMIT, POST, Route, Verb, ask, ok,
    shape::{
        Field, Shape,
        Type::{Any, Flag, List, Map, Maybe, Of, Page, Text, Time, Whole},
        may, need, shape,
    },
    tell,
};
use crate::web::api::contacts;
use axum::routing::{get, patch, post};

const PART: &str = "Contacts";

static CONTACT: Shape = shape(
    "Contact",
    "A person within one account, over all its senders.",
    &[
        need("id", Whole, ""),
        need("phone", Maybe(&Text), "E.164; `null` where the platform hides it."),
        need("name", Maybe(&Text), ""),
        need("language", Maybe(&Text), ""),
        need("zone", Maybe(&Text), "IANA name; `null`: guessed from the number's country."),
        need("tags", List(&Text), ""),
        need("fields", Map(&Any), "Those that `_bot.yaml` declares, where they hold something."),
        need("consent", Map(&Of(&CONSENT)), "By topic; what is not here was never asked."),
        need("opted_out_at", Maybe(&Time), "Since when the contact wants no messages at all."),
        need("conversations", List(&Of(&AT)), ""),
        need("etag", Text, "The name of this state, for `If-Match`."),
    ],
);

static CONSENT: Shape = shape("Consent", "", &[need("given", Flag, ""), need("at", Time, "")]);

static AT: Shape = shape("ConversationRef", "", &[need("id", Whole, ""), need("sender", Whole, "")]);

static PATCH: Shape = shape(
    "ContactChange",
    "What is left out stays as it is; `null` empties.",
    &[
        may("name", Maybe(&Text), ""),
        may("language", Maybe(&Text), ""),
        may("zone", Maybe(&Text), "IANA name: `Europe/Madrid`."),
        may("fields", Map(&Any), "By name, of the types that `_bot.yaml` declares."),
        may("tags", Of(&TAGS), ""),
    ],
);

static TAGS: Shape = shape("TagChange", "", &[may("add", List(&Text), ""), may("remove", List(&Text), "")]);

static SAID: Shape = shape(
    "ConsentGiven",
    "",
    &[
        need("topic", Text, "One that `_bot.yaml` declares, or `all`: the stop itself, which `given: true` lifts."),
        need("given", Flag, "`false`: withdrawn."),
        may("proof", Text, "The words that the contact agreed to, and where; needed with `given: true`."),
        may("by", Text, "Who says so; `api` if nobody is named."),
    ],
);

static LEDGER: Shape = shape("ConsentLedger", "", &[need("data", List(&Of(&ENTRY)), "Oldest first; it only grows.")]);

static ENTRY: Shape = shape(
    "ConsentEntry",
    "",
    &[
        need("id", Whole, ""),
        need("topic", Text, "`all`: everything."),
        need("given", Flag, ""),
        need("at", Time, ""),
        need("by", Text, "A word, a button, a flow, the platform, or who told it by API."),
        need("message_id", Maybe(&Whole), "The contact's message that said it."),
        need("proof", Maybe(&Text), "The wording that the contact saw."),
    ],
);

const IF_MATCH: Field =
    may("If-Match", Text, "The `etag` that was read: what somebody else has changed since is not overwritten.");

const TAGGED: &[(&str, &str)] = &[("ETag", "The name of this state.")];

pub static ROUTES: &[Route] = &[
    Route {
        path: "/v1/contacts",
        name: "list_contacts",
        part: PART,
        summary: "List contacts, newest first",
        query: &[
            may("phone", Text, "The one with this number, however it is spelt; write `+` as `%2B`."),
            may("tag", Text, "Only those with this tag."),
            LIMIT,
            CURSOR,
        ],
        answers: &[ok(Page(&Of(&CONTACT)), "")],
        example: ask("/v1/contacts?phone=%2B34600111222"),
        take: || get(contacts::list),
        ..GET
    },
    Route {
        path: "/v1/contacts/{id}",
        name: "show_contact",
        part: PART,
        summary: "Show one contact",
        answers: &[ok(Of(&CONTACT), "")],
        answers_with: TAGGED,
        example: ask("/v1/contacts/$contact"),
        take: || get(contacts::show),
        ..GET
    },
    Route {
        verb: Verb::Patch,
        path: "/v1/contacts/{id}",
        name: "change_contact",
        part: PART,
        summary: "Change name, language, zone, fields and tags",
        about: "Flows hear of each difference, as if a step had made it.",
        body: Some(Of(&PATCH)),
        answers: &[ok(Of(&CONTACT), "As it is now.")],
        answers_with: TAGGED,
        headers: &[IF_MATCH],
        errors: Errors::Problems(&[("in_progress", 409), ("changed_meanwhile", 412)]),
        example: tell(
            "/v1/contacts/$contact",
            r#"{"name": "Ana López", "language": "es", "zone": null, "fields": {"size": "M"}, "tags": {"add": ["vip"], "remove": ["new"]}}"#,
        ),
        take: || patch(contacts::change),
        ..POST
    },
    Route {
        path: "/v1/contacts/{id}/consent",
        name: "list_consent",
        part: PART,
        summary: "List what a contact agreed to and withdrew, with its proof",
        answers: &[ok(Of(&LEDGER), "")],
        example: ask("/v1/contacts/$contact/consent"),
        take: || get(contacts::consents),
        ..GET
    },
    Route {
        path: "/v1/contacts/{id}/consent",
        name: "record_consent",
        part: PART,
        summary: "Record that a contact agreed, withdrew, or wants no messages at all",
        about: "What was said on a web page, on paper or by phone. With topic `all` it is the stop: what is queued is \
                dropped and runs end, as after the word STOP, and nothing is said.",
        body: Some(Of(&SAID)),
        answers: &[ok(Of(&CONTACT), "As it is now.")],
        keyed: true,
        example: tell(
            "/v1/contacts/$contact/consent",
            r#"{"topic": "news", "given": true, "proof": "Ticked \"Send me offers by WhatsApp\" at the checkout of order A7", "by": "shop"}"#,
        ),
        take: || post(contacts::consent),
        ..POST
    },
];
