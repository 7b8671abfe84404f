//! Describes the routes of the Meta proxy.

use super::{
    super::{KEY, handler},
    Scope, graph,
    queries::{CONTACT_QUERY, FIELDS, MESSAGE_QUERY, NUMBER_ID, TALK_QUERY, TEMPLATE_QUERY},
    sending,
    shapes::{
        CONTACTS, CONVERSATIONS, EDIT, END, FILE, GRAPH_ERROR, MESSAGE, MESSAGES, ONE_CONTACT, ONE_CONVERSATION, SEND,
        SENT, TEMPLATE, TEMPLATES, UPLOADED,
    },
};
use crate::web::{
    dialects::kapso::graph as api,
    routes::{
        AllowedCallers, AnswerBody, DocumentedAnswer, Errors, Example, GET, POST, Route, Verb, ask, ok,
        shape::{
            Type::{Of, Text},
            may,
        },
        tell,
    },
};

const PART: &str = "Kapso's Meta proxy";

const PROXY_GET: Route = Route { part: PART, errors: Errors::Dialect(graph, &GRAPH_ERROR), headers: KEY, ..GET };

pub static PROXY: &[Route] = &[
    Route {
        path: "/meta/whatsapp/{version}/{id}/messages",
        name: "graph_send",
        scope: Some(Scope::Send),
        part: PART,
        summary: "Send a message in Meta's own form, or mark one as read",
        about: "`id` is the number's own at its platform, or the sender's `id`; any `version` will do. What a message here \
                cannot carry is refused, never left out.",
        body: Some(Of(&SEND)),
        answers: &[ok(Of(&SENT), "")],
        errors: Errors::Dialect(sending, &GRAPH_ERROR),
        keyed: true,
        headers: KEY,
        example: tell(
            "/meta/whatsapp/v24.0/106/messages",
            r#"{"messaging_product": "whatsapp", "recipient_type": "individual", "to": "34600111222", "type": "text", "text": {"body": "Hello!"}}"#,
        ),
        take: || handler(api::send),
        ..POST
    },
    Route {
        path: "/meta/whatsapp/{version}/{id}/messages",
        name: "graph_messages",
        scope: Some(Scope::People),
        summary: "The messages of a number, in both directions, newest first",
        query: MESSAGE_QUERY,
        answers: &[ok(Of(&MESSAGES), "")],
        example: ask("/meta/whatsapp/v24.0/106/messages?direction=inbound&limit=1"),
        take: || handler(api::messages),
        ..PROXY_GET
    },
    Route {
        path: "/meta/whatsapp/{version}/{id}/messages/{message_id}",
        name: "graph_message",
        scope: Some(Scope::People),
        summary: "One message, by the platform's id of it or ours",
        query: &[FIELDS],
        answers: &[ok(Of(&MESSAGE), "")],
        example: ask("/meta/whatsapp/v24.0/106/messages/$message"),
        take: || handler(api::message),
        ..PROXY_GET
    },
    Route {
        path: "/meta/whatsapp/{version}/{id}/media",
        name: "graph_upload",
        scope: Some(Scope::Send),
        part: PART,
        summary: "Give a file to the platform, as a form",
        about: "`multipart/form-data` with `file`, `type` and `messaging_product`.",
        file: true,
        answers: &[ok(Of(&UPLOADED), "")],
        errors: Errors::Dialect(sending, &GRAPH_ERROR),
        headers: KEY,
        take: || handler(api::upload),
        ..POST
    },
    Route {
        path: "/meta/whatsapp/{version}/{id}/message_templates",
        name: "graph_templates",
        scope: Some(Scope::Read),
        summary: "The templates of a business account",
        about: "`id` is the business account's, or that of a number.",
        query: TEMPLATE_QUERY,
        answers: &[ok(Of(&TEMPLATES), "")],
        example: ask("/meta/whatsapp/v24.0/12/message_templates?name=reminder"),
        take: || handler(api::templates),
        ..PROXY_GET
    },
    Route {
        path: "/meta/whatsapp/{version}/{id}/message_templates/{template_id}",
        name: "graph_template",
        scope: Some(Scope::Read),
        summary: "One template",
        query: &[may("fields", Text, "")],
        answers: &[ok(Of(&TEMPLATE), "")],
        example: ask("/meta/whatsapp/v24.0/12/message_templates/45"),
        take: || handler(api::template),
        ..PROXY_GET
    },
    Route {
        path: "/meta/whatsapp/{version}/{id}/conversations",
        name: "graph_conversations",
        scope: Some(Scope::People),
        summary: "The conversations of a number",
        query: TALK_QUERY,
        answers: &[ok(Of(&CONVERSATIONS), "")],
        example: ask("/meta/whatsapp/v24.0/106/conversations?phone_number=%2B34600111222"),
        take: || handler(api::conversations),
        ..PROXY_GET
    },
    Route {
        path: "/meta/whatsapp/{version}/conversations/{conversation_id}",
        also: &["/meta/whatsapp/{version}/{id}/conversations/{conversation_id}"],
        name: "graph_conversation",
        scope: Some(Scope::People),
        summary: "One conversation",
        answers: &[ok(Of(&ONE_CONVERSATION), "")],
        example: ask("/meta/whatsapp/v24.0/conversations/$conversation"),
        take: || handler(api::conversation),
        ..PROXY_GET
    },
    Route {
        verb: Verb::Patch,
        path: "/meta/whatsapp/{version}/conversations/{conversation_id}",
        also: &["/meta/whatsapp/{version}/{id}/conversations/{conversation_id}"],
        name: "graph_end_conversation",
        scope: Some(Scope::People),
        part: PART,
        summary: "Close a conversation",
        body: Some(Of(&END)),
        answers: &[ok(Of(&ONE_CONVERSATION), "")],
        errors: Errors::Dialect(graph, &GRAPH_ERROR),
        headers: KEY,
        example: tell("/meta/whatsapp/v24.0/conversations/$conversation", r#"{"status": "ended"}"#),
        take: || handler(api::end),
        ..POST
    },
    Route {
        path: "/meta/whatsapp/{version}/{id}/contacts",
        name: "graph_contacts",
        scope: Some(Scope::People),
        summary: "The contacts of a number's account",
        query: CONTACT_QUERY,
        answers: &[ok(Of(&CONTACTS), "")],
        example: ask("/meta/whatsapp/v24.0/106/contacts?wa_id=34600111222"),
        take: || handler(api::contacts),
        ..PROXY_GET
    },
    Route {
        path: "/meta/whatsapp/{version}/{id}/contacts/{wa_id}",
        name: "graph_contact",
        scope: Some(Scope::People),
        summary: "One contact, by number or id",
        query: &[FIELDS],
        answers: &[ok(Of(&ONE_CONTACT), "")],
        example: ask("/meta/whatsapp/v24.0/106/contacts/34600111222"),
        take: || handler(api::contact),
        ..PROXY_GET
    },
    Route {
        verb: Verb::Patch,
        path: "/meta/whatsapp/{version}/{id}/contacts/{wa_id}",
        name: "graph_change_contact",
        scope: Some(Scope::People),
        part: PART,
        summary: "Change the name, the tags and the fields of a contact",
        body: Some(Of(&EDIT)),
        answers: &[ok(Of(&ONE_CONTACT), "")],
        errors: Errors::Dialect(graph, &GRAPH_ERROR),
        headers: KEY,
        example: tell(
            "/meta/whatsapp/v24.0/106/contacts/34600111222",
            r#"{"profile_name": "Ana López", "metadata": {"tags": ["vip"], "size": "M"}}"#,
        ),
        take: || handler(api::change),
        ..POST
    },
    Route {
        path: "/meta/whatsapp/{version}/{id}",
        name: "graph_file",
        scope: Some(Scope::People),
        summary: "Where the file of a customer can be read",
        about: "`id` is that of the file, as the messages show it.",
        query: &[NUMBER_ID],
        answers: &[ok(Of(&FILE), "")],
        take: || handler(api::describe),
        ..PROXY_GET
    },
    Route {
        verb: Verb::Delete,
        path: "/meta/whatsapp/{version}/{id}",
        name: "graph_delete_file",
        scope: Some(Scope::People),
        summary: "Refused: files stay with the platform",
        query: &[NUMBER_ID],
        answers: &[DocumentedAnswer { status: 200, about: "Never.", body: AnswerBody::Nothing }],
        take: || handler(api::delete),
        ..PROXY_GET
    },
    Route {
        path: "/meta/whatsapp/files/{token}",
        name: "graph_file_bytes",
        part: PART,
        summary: "Read the file of a customer by its signed address",
        who: AllowedCallers::Anyone,
        answers: &[DocumentedAnswer {
            status: 200,
            about: "The file itself, under its own type.",
            body: AnswerBody::File,
        }],
        errors: Errors::Problems(&[
            ("internal", 500),
            ("file_gone", 410),
            ("platform_failed", 502),
            ("too_many_files", 503),
        ]),
        example: Example { path: "", body: "" },
        take: || handler(api::bytes),
        ..GET
    },
];
