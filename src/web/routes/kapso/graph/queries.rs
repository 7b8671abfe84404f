//! Describes the query parameters of lists in Kapso's Meta proxy and platform API.

use crate::web::routes::shape::{
    Field,
    Type::{Between, Text, Time, Word},
    may,
};

pub const LIMIT: Field = may("limit", Between(1, 100), "20 unless given.");
pub const AFTER: Field = may("after", Text, "`paging.cursors.after` of the page before.");
pub const BEFORE: Field = may("before", Text, "Refused: lists are read forwards.");
pub const FIELDS: Field =
    may("fields", Text, "`kapso()` leaves out what Kapso adds, `kapso(direction,content)` chooses of it.");
pub const NUMBER_ID: Field = may("phone_number_id", Text, "");

pub const MESSAGE_QUERY_OF_ALL: &[Field] = &[
    NUMBER_ID,
    may("phone_number", Text, "The customer's."),
    may("conversation_id", Text, ""),
    may("direction", Word(&["inbound", "outbound"]), ""),
    may("status", Word(&["pending", "sent", "delivered", "read", "failed", "received"]), ""),
    may("message_type", Text, ""),
    may("has_media", Word(&["true", "false"]), ""),
    may("since", Time, ""),
    may("until", Time, ""),
    LIMIT,
    AFTER,
    BEFORE,
    FIELDS,
];

/// The same, where the path names the number and the list has no customer.
pub const MESSAGE_QUERY: &[Field] = MESSAGE_QUERY_OF_ALL.split_at(2).1;

pub const TALK_QUERY_OF_ALL: &[Field] = &[
    NUMBER_ID,
    may("phone_number", Text, "The customer's."),
    may("status", Word(&["active", "ended"]), ""),
    may("last_active_since", Time, ""),
    may("last_active_until", Time, ""),
    LIMIT,
    AFTER,
    BEFORE,
    FIELDS,
];

/// The same, where the path names the number.
pub const TALK_QUERY: &[Field] = TALK_QUERY_OF_ALL.split_at(1).1;

pub const CONTACT_QUERY_OF_ALL: &[Field] = &[
    NUMBER_ID,
    may("wa_id", Text, ""),
    may("phone_number", Text, "The same."),
    may("customer_id", Text, "Nobody has one here."),
    may("has_customer", Word(&["true", "false"]), ""),
    LIMIT,
    AFTER,
    BEFORE,
    FIELDS,
];

/// The same, where the path names the number.
pub const CONTACT_QUERY: &[Field] = CONTACT_QUERY_OF_ALL.split_at(1).1;

pub const TEMPLATE_QUERY: &[Field] = &[
    may("name", Text, ""),
    may("language", Text, ""),
    may("status", Text, ""),
    may("category", Text, ""),
    LIMIT,
    AFTER,
    BEFORE,
];
