//! Describes the routes of the platform API.

use super::{
    super::{ERROR, KEY, handler},
    Scope, platform,
    queries::{CONTACT_QUERY_OF_ALL, MESSAGE_QUERY_OF_ALL, NUMBER_ID, TALK_QUERY_OF_ALL},
    shapes::{
        CONTACTS, CONVERSATIONS, EDIT, END, MESSAGES, NUMBERS, ONE_CONTACT, ONE_CONVERSATION, ONE_MESSAGE, ONE_NUMBER,
    },
};
use crate::web::{
    dialects::kapso::graph as api,
    routes::{
        Errors, GET, POST, Route, Verb, ask, ok,
        shape::{
            Type::{Between, Of, Text},
            may,
        },
        tell,
    },
};

const PART: &str = "Kapso's platform";

const PLATFORM_GET: Route = Route { part: PART, errors: Errors::Dialect(platform, &ERROR), headers: KEY, ..GET };

pub static PLATFORM: &[Route] = &[
    Route {
        path: "/platform/v1/whatsapp/phone_numbers",
        name: "kapso_numbers",
        scope: Some(Scope::Read),
        summary: "The numbers of a key",
        query: &[
            may("page", Between(1, i64::MAX / 100), ""),
            may("per_page", Between(1, 100), "20 unless given."),
            NUMBER_ID,
            may("business_account_id", Text, ""),
            may("customer_id", Text, "Nobody has one here."),
        ],
        answers: &[ok(Of(&NUMBERS), "")],
        example: ask("/platform/v1/whatsapp/phone_numbers?phone_number_id=106"),
        take: || handler(api::numbers),
        ..PLATFORM_GET
    },
    Route {
        path: "/platform/v1/whatsapp/phone_numbers/{phone_number_id}",
        name: "kapso_number",
        scope: Some(Scope::Read),
        summary: "One number",
        answers: &[ok(Of(&ONE_NUMBER), "")],
        example: ask("/platform/v1/whatsapp/phone_numbers/106"),
        take: || handler(api::number),
        ..PLATFORM_GET
    },
    Route {
        path: "/platform/v1/whatsapp/messages",
        name: "kapso_messages",
        scope: Some(Scope::People),
        summary: "Messages of all numbers of a key, newest first",
        query: MESSAGE_QUERY_OF_ALL,
        answers: &[ok(Of(&MESSAGES), "")],
        example: ask("/platform/v1/whatsapp/messages?phone_number=34600111222&limit=1"),
        take: || handler(api::messages_of),
        ..PLATFORM_GET
    },
    Route {
        path: "/platform/v1/whatsapp/messages/{message_id}",
        name: "kapso_message",
        scope: Some(Scope::People),
        summary: "One message",
        answers: &[ok(Of(&ONE_MESSAGE), "")],
        example: ask("/platform/v1/whatsapp/messages/$message"),
        take: || handler(api::message_of),
        ..PLATFORM_GET
    },
    Route {
        path: "/platform/v1/whatsapp/conversations",
        name: "kapso_conversations",
        scope: Some(Scope::People),
        summary: "Conversations of all numbers of a key",
        query: TALK_QUERY_OF_ALL,
        answers: &[ok(Of(&CONVERSATIONS), "")],
        example: ask("/platform/v1/whatsapp/conversations?limit=1"),
        take: || handler(api::conversations_of),
        ..PLATFORM_GET
    },
    Route {
        path: "/platform/v1/whatsapp/conversations/{conversation_id}",
        name: "kapso_conversation",
        scope: Some(Scope::People),
        summary: "One conversation",
        answers: &[ok(Of(&ONE_CONVERSATION), "")],
        example: ask("/platform/v1/whatsapp/conversations/$conversation"),
        take: || handler(api::conversation_of),
        ..PLATFORM_GET
    },
    Route {
        verb: Verb::Patch,
        path: "/platform/v1/whatsapp/conversations/{conversation_id}",
        name: "kapso_end_conversation",
        scope: Some(Scope::People),
        part: PART,
        summary: "Close a conversation",
        body: Some(Of(&END)),
        answers: &[ok(Of(&ONE_CONVERSATION), "")],
        errors: Errors::Dialect(platform, &ERROR),
        headers: KEY,
        example: tell(
            "/platform/v1/whatsapp/conversations/$conversation",
            r#"{"whatsapp_conversation": {"status": "ended"}}"#,
        ),
        take: || handler(api::end_of),
        ..POST
    },
    Route {
        path: "/platform/v1/whatsapp/contacts",
        name: "kapso_contacts",
        scope: Some(Scope::People),
        summary: "Contacts, newest first",
        query: CONTACT_QUERY_OF_ALL,
        answers: &[ok(Of(&CONTACTS), "")],
        example: ask("/platform/v1/whatsapp/contacts?wa_id=34600111222"),
        take: || handler(api::contacts_of),
        ..PLATFORM_GET
    },
    Route {
        path: "/platform/v1/whatsapp/contacts/{identifier}",
        name: "kapso_contact",
        scope: Some(Scope::People),
        summary: "One contact, by number or id",
        answers: &[ok(Of(&ONE_CONTACT), "")],
        example: ask("/platform/v1/whatsapp/contacts/$contact"),
        take: || handler(api::contact_of),
        ..PLATFORM_GET
    },
    Route {
        verb: Verb::Patch,
        path: "/platform/v1/whatsapp/contacts/{identifier}",
        name: "kapso_change_contact",
        scope: Some(Scope::People),
        part: PART,
        summary: "Change the name, the tags and the fields of a contact",
        body: Some(Of(&EDIT)),
        answers: &[ok(Of(&ONE_CONTACT), "")],
        errors: Errors::Dialect(platform, &ERROR),
        headers: KEY,
        example: tell("/platform/v1/whatsapp/contacts/$contact", r#"{"contact": {"profile_name": "Ana López"}}"#),
        take: || handler(api::change_of),
        ..POST
    },
];
