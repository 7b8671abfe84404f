//! `/v1/contacts`: describes the routes for contacts, their data and their consents.

use super::{
    AGENTS, CURSOR, EVERYBODY, Errors, GET, LIMIT, POST, Route, Scope, Verb, ask, ok,
    shape::{
        Field, Shape,
        Type::{Any, Flag, Id, List, Map, Maybe, Of, Page, PersonName, Phone, Text, Time, Traceable, Whole, Word},
        answer, may, need, request, shape,
    },
    tell,
};
use crate::runtime::events::event_json::MessageShown;
use crate::web::api::contacts::{self, consent, export, import};
use crate::web::request::NoBody;
use axum::routing::{get, patch, post};

const PART: &str = "Contacts";

static CONTACT: Shape = shape(
    "Contact",
    "A person within one account, over all its senders.",
    &[
        need("id", Whole, ""),
        need("phone", Maybe(&Phone), "E.164; `null` where the platform hides it."),
        need("name", Maybe(&PersonName), ""),
        need("username", Maybe(&PersonName), "The public name that they chose on WhatsApp, without `@`."),
        need("language", Maybe(&Id), ""),
        need("zone", Maybe(&Id), "IANA name; `null`: guessed from the number's country."),
        need("tags", List(&Text), ""),
        need("fields", Map(&Any), "Those that `_bot.yaml` declares, where they hold something."),
        need("consent", Map(&Of(&CONSENT)), "By topic; what is not here was never asked."),
        need("opted_out_at", Maybe(&Time), "Since when the contact wants no messages at all."),
        need("conversations", List(&Of(&AT)), ""),
        need("etag", Traceable, "The name of this state, for `If-Match`."),
    ],
);

static CONSENT: Shape = shape("Consent", "", &[need("given", Flag, ""), need("at", Time, "")]);

static AT: Shape = shape(
    "ConversationRef",
    "",
    &[
        need("id", Whole, ""),
        need("sender", Whole, ""),
        need(
            "undeliverable_since",
            Maybe(&Time),
            "The platform found nobody there three times in a row: flows say nothing.",
        ),
    ],
);

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
        may("by", Text, "What the program calls itself: `source` of the ledger's line."),
        may("at", Time, "When the contact said so, if not now. A newer word of theirs stands then."),
    ],
);

static IMPORT: Shape = shape(
    "ContactsImport",
    "",
    &[
        need("contacts", List(&Of(&IMPORT_ROW)), "At most 100."),
        may("account", Text, "Where the key is of none, and there are several."),
        may("dry_run", Flag, "`true`: say what would become of each row, and change nothing."),
        may("start_flows", Flag, "`true`: flows hear of each difference, as after a step."),
        may("by", Text, "What the program calls itself, for the consent ledger; `import` if it says nothing."),
    ],
);

static IMPORT_ROW: Shape = shape(
    "ContactToImport",
    "What is left out stays as it is; `null` empties.",
    &[
        need("phone", Text, "E.164."),
        may("name", Maybe(&Text), ""),
        may("language", Maybe(&Text), ""),
        may("zone", Maybe(&Text), "IANA name: `Europe/Madrid`."),
        may("fields", Map(&Any), "By name, of the types that `_bot.yaml` declares."),
        may("tags", Of(&TAGS), ""),
        may("consent", List(&Of(&IMPORT_CONSENT)), ""),
    ],
);

static IMPORT_CONSENT: Shape = shape(
    "ConsentToImport",
    "",
    &[
        need("topic", Text, "One that `_bot.yaml` declares; `all` can only be withdrawn: the stop."),
        need("given", Flag, "`false`: withdrawn."),
        may("proof", Text, "The words that the contact agreed to, and where; needed with `given: true`."),
        may("at", Time, "When they said so; without it whoever ever withdrew has not agreed."),
    ],
);

static IMPORTED: Shape = shape(
    "ContactsImported",
    "",
    &[
        need("data", List(&Of(&IMPORTED_ROW)), "A row each, in the order of the request."),
        need("created", Whole, ""),
        need("changed", Whole, ""),
        need("unchanged", Whole, ""),
        need("refused", Whole, ""),
    ],
);

static IMPORTED_ROW: Shape = shape(
    "ContactImported",
    "",
    &[
        need("row", Whole, "From 0."),
        need("state", Word(&["created", "changed", "unchanged", "refused"]), ""),
        need("contact_id", Maybe(&Whole), "`null`: there is none."),
        need("errors", List(&Of(&ROW_ERROR)), ""),
    ],
);

static ROW_ERROR: Shape =
    shape("ContactRowError", "", &[need("pointer", Text, "Within the row: `/fields/size`."), need("detail", Text, "")]);

static LEDGER: Shape = shape("ConsentLedger", "", &[need("data", List(&Of(&ENTRY)), "Oldest first; it only grows.")]);

static ENTRY: Shape = shape(
    "ConsentEntry",
    "",
    &[
        need("id", Whole, ""),
        need(
            "contact_id",
            Whole,
            "Another one's who was found to be the same person, where it was said under that name.",
        ),
        need("topic", Id, "`all`: everything."),
        need("given", Flag, ""),
        need("at", Time, "When the contact said so."),
        need("recorded_at", Time, "When it was written down here."),
        need(
            "by",
            Text,
            "Where the word comes from: `contact`, `message …`, `step …`, `platform, …`; `api` or `operator` for what was told \
             afterwards. No request chooses it.",
        ),
        need("key_id", Maybe(&Id), "The API key by which it was told; `account/1` is the first of the configuration."),
        need("source", Maybe(&Text), "What the program that told it calls itself."),
        need("message_id", Maybe(&Whole), "The contact's message that said it."),
        need("proof", Maybe(&Text), "The wording that the contact saw."),
        may("phone", Maybe(&Phone), "In the list of all."),
    ],
);

static EXPORT: Shape = shape(
    "ContactExport",
    "Everything that is kept of a person.",
    &[
        need("exported_at", Time, ""),
        need("contact", Of(&CONTACT), ""),
        need("names", List(&Of(&NAME)), "By which platforms and the API know them."),
        need("consent", List(&Of(&ENTRY)), ""),
        need("conversations", List(&Of(&TALK)), ""),
        need("runs", List(&Any), "`id`, `flow`, `trigger`, `started_at`, `ended_at`."),
        need("planned", List(&Any), "`flow`, `trigger`, `at`, `data`."),
    ],
);

static NAME: Shape = shape("ContactName", "", &[need("kind", Word(&["phone", "bsuid"]), ""), need("value", Text, "")]);

static TALK: Shape = shape(
    "ExportedConversation",
    "",
    &[
        need("id", Whole, ""),
        need("sender", Whole, ""),
        need("created_at", Time, ""),
        need("messages", List(&answer::<MessageShown>()), "Oldest first."),
        need("whole", Flag, "These are all."),
    ],
);

static ERASED: Shape = shape(
    "Erased",
    "",
    &[
        need("contact_id", Whole, ""),
        need("erased", Flag, ""),
        need("stays_opted_out", Flag, "They had opted out, and stay so under the same names."),
    ],
);

static BY_NAME: Shape = shape(
    "NameToErase",
    "One of both.",
    &[may("phone", Text, "E.164, however it is spelt."), may("user_id", Text, "The platform's own id of the person.")],
);

const IF_MATCH: Field =
    may("If-Match", Text, "The `etag` that was read: what somebody else has changed since is not overwritten.");

const TAGGED: &[(&str, &str)] = &[("ETag", "The name of this state.")];

pub static ROUTES: &[Route] = &[
    Route {
        path: "/v1/contacts",
        name: "list_contacts",
        scope: Some(Scope::Read),
        part: PART,
        roles: EVERYBODY,
        summary: "List contacts, newest first",
        query: &[
            may("phone", Text, "The one with this number, however it is spelt; write `+` as `%2B`."),
            may("tag", Text, "Only those with this tag."),
            may("search", Text, "Words of which each is a part of the name or number."),
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
        scope: Some(Scope::Read),
        part: PART,
        roles: EVERYBODY,
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
        scope: Some(Scope::People),
        part: PART,
        roles: AGENTS,
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
        scope: Some(Scope::Read),
        part: PART,
        roles: EVERYBODY,
        summary: "List what a contact agreed to and withdrew, with its proof",
        answers: &[ok(Of(&LEDGER), "")],
        example: ask("/v1/contacts/$contact/consent"),
        take: || get(consent::of),
        ..GET
    },
    Route {
        path: "/v1/contacts/{id}/consent",
        name: "record_consent",
        scope: Some(Scope::People),
        part: PART,
        roles: AGENTS,
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
        take: || post(consent::record),
        ..POST
    },
    Route {
        path: "/v1/contacts/import",
        name: "import_contacts",
        scope: Some(Scope::People),
        part: PART,
        summary: "Make or change many contacts, each row for itself",
        about: "What is wrong with one row is told with its place and keeps no other from being taken. The same rows sent \
                again change nothing, so that whoever was cut off sends all of them once more. Consent needs its proof, \
                and a newer word of the contact stands against it: then nothing of the row is taken. No flow starts by \
                it unless `start_flows` says so; moments of `date:` triggers are planned in any case.",
        body: Some(Of(&IMPORT)),
        answers: &[ok(Of(&IMPORTED), "")],
        example: tell(
            "/v1/contacts/import",
            r#"{"dry_run": true, "contacts": [{"phone": "+34600111222", "name": "Ana", "fields": {"size": "M"}, "tags": {"add": ["vip"]}, "consent": [{"topic": "news", "given": true, "proof": "Ticked on the web form of 1 March", "at": "2026-03-01T10:00:00Z"}]}, {"phone": "600"}]}"#,
        ),
        take: || post(import::import),
        ..POST
    },
    Route {
        path: "/v1/consent",
        name: "list_all_consent",
        scope: Some(Scope::Read),
        part: PART,
        summary: "List what everybody agreed to and withdrew, oldest first",
        about: "The ledger as an auditor reads it: it only grows, and of somebody who was erased the bare line stays.",
        query: &[may("topic", Text, "Only of this topic; `all`: stops and their ends."), LIMIT, CURSOR],
        answers: &[ok(Page(&Of(&ENTRY)), "")],
        example: ask("/v1/consent?limit=2"),
        take: || get(consent::all),
        ..GET
    },
    Route {
        path: "/v1/contacts/{id}/export",
        name: "export_contact",
        scope: Some(Scope::People),
        part: PART,
        summary: "Read everything that is kept of a contact",
        about: "In one document: what is known, the names, consent with its proof, every message, runs, and what is \
                planned. `whole` of a conversation is `false` when it has more than 20,000 messages: \
                `/v1/conversations/{id}/messages` has the rest.",
        answers: &[ok(Of(&EXPORT), "")],
        example: ask("/v1/contacts/$contact/export"),
        take: || get(export::export),
        ..GET
    },
    Route {
        path: "/v1/contacts/{id}/erase",
        name: "erase_contact",
        scope: Some(Scope::People),
        part: PART,
        summary: "Erase a contact",
        about: "Runs end, what waits is dropped, and everything goes that says who it was or what was said: names, \
                numbers, fields, tags, texts, traces, planned starts, posts of webhooks, raw bodies. Messages and runs \
                stay as rows without content, so that totals stay right, and so does the bare record of consent. Of \
                somebody who had opted out a keyed digest of each name stays: who comes again with that name is opted \
                out, until they lift it themselves. It cannot be undone; a crash in the middle is gone on with.",
        body: Some(request::<NoBody>()),
        bare: true,
        answers: &[ok(Of(&ERASED), "It is gone.")],
        keyed: true,
        example: tell("/v1/contacts/$contact/erase", "{}"),
        take: || post(export::erase),
        ..POST
    },
    Route {
        path: "/v1/contacts/erase",
        name: "erase_contact_by_name",
        scope: Some(Scope::People),
        part: PART,
        summary: "Erase whoever has a number or a user id",
        body: Some(Of(&BY_NAME)),
        answers: &[ok(Of(&ERASED), "It is gone.")],
        errors: Errors::Problems(&[("not_found", 404)]),
        keyed: true,
        example: tell("/v1/contacts/erase", r#"{"phone": "+34600111222"}"#),
        take: || post(export::erase_by_name),
        ..POST
    },
];
