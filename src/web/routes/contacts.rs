//! `/v1/contacts`: describes the routes for contacts, their data and their consents.

use super::{
    AGENTS, CURSOR, EVERYBODY, Errors, GET, LIMIT, POST, Route, Scope, Verb, ask, handler, ok,
    shape::{Field, Type::Text, answer, may, request},
    tell,
};
use crate::web::{
    api::{
        contacts::{
            self, ContactChange, ContactShown,
            consent::{self, ConsentEntry, ConsentGiven, ConsentLedger},
            export::{self, ContactExport, Erased, NameToErase},
            import::{self, ContactsImport, ContactsImported},
        },
        page::Listed,
    },
    request::NoBody,
};

const PART: &str = "Contacts";

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
        answers: &[ok(answer::<Listed<ContactShown>>(), "")],
        example: ask("/v1/contacts?phone=%2B34600111222"),
        take: || handler(contacts::list),
        ..GET
    },
    Route {
        path: "/v1/contacts/{id}",
        name: "show_contact",
        scope: Some(Scope::Read),
        part: PART,
        roles: EVERYBODY,
        summary: "Show one contact",
        answers: &[ok(answer::<ContactShown>(), "")],
        answers_with: TAGGED,
        example: ask("/v1/contacts/$contact"),
        take: || handler(contacts::show),
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
        body: Some(request::<ContactChange>()),
        answers: &[ok(answer::<ContactShown>(), "As it is now.")],
        answers_with: TAGGED,
        headers: &[IF_MATCH],
        errors: Errors::Problems(&[("in_progress", 409), ("changed_meanwhile", 412)]),
        example: tell(
            "/v1/contacts/$contact",
            r#"{"name": "Ana López", "language": "es", "zone": null, "fields": {"size": "M"}, "tags": {"add": ["vip"], "remove": ["new"]}}"#,
        ),
        take: || handler(contacts::change),
        ..POST
    },
    Route {
        path: "/v1/contacts/{id}/consent",
        name: "list_consent",
        scope: Some(Scope::Read),
        part: PART,
        roles: EVERYBODY,
        summary: "List what a contact agreed to and withdrew, with its proof",
        answers: &[ok(answer::<ConsentLedger>(), "")],
        example: ask("/v1/contacts/$contact/consent"),
        take: || handler(consent::of),
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
        body: Some(request::<ConsentGiven>()),
        answers: &[ok(answer::<ContactShown>(), "As it is now.")],
        keyed: true,
        example: tell(
            "/v1/contacts/$contact/consent",
            r#"{"topic": "news", "given": true, "proof": "Ticked \"Send me offers by WhatsApp\" at the checkout of order A7", "by": "shop"}"#,
        ),
        take: || handler(consent::record),
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
        body: Some(request::<ContactsImport>()),
        answers: &[ok(answer::<ContactsImported>(), "")],
        example: tell(
            "/v1/contacts/import",
            r#"{"dry_run": true, "contacts": [{"phone": "+34600111222", "name": "Ana", "fields": {"size": "M"}, "tags": {"add": ["vip"]}, "consent": [{"topic": "news", "given": true, "proof": "Ticked on the web form of 1 March", "at": "2026-03-01T10:00:00Z"}]}, {"phone": "600"}]}"#,
        ),
        take: || handler(import::import),
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
        answers: &[ok(answer::<Listed<ConsentEntry>>(), "")],
        example: ask("/v1/consent?limit=2"),
        take: || handler(consent::all),
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
        answers: &[ok(answer::<ContactExport>(), "")],
        example: ask("/v1/contacts/$contact/export"),
        take: || handler(export::export),
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
        answers: &[ok(answer::<Erased>(), "It is gone.")],
        keyed: true,
        example: tell("/v1/contacts/$contact/erase", "{}"),
        take: || handler(export::erase),
        ..POST
    },
    Route {
        path: "/v1/contacts/erase",
        name: "erase_contact_by_name",
        scope: Some(Scope::People),
        part: PART,
        summary: "Erase whoever has a number or a user id",
        body: Some(request::<NameToErase>()),
        answers: &[ok(answer::<Erased>(), "It is gone.")],
        errors: Errors::Problems(&[("not_found", 404)]),
        keyed: true,
        example: tell("/v1/contacts/erase", r#"{"phone": "+34600111222"}"#),
        take: || handler(export::erase_by_name),
        ..POST
    },
];
