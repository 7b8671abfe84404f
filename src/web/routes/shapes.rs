//! Defines the bodies that several routes share.

use super::shape::{
    Shape,
    Type::{List, Of, Text, Whole},
    answer, may, need, shape,
};
use crate::web::api::findings::Finding;

pub static PROBLEM: Shape = shape(
    "Problem",
    "What went wrong with a request (RFC 9457).",
    &[
        need("type", Text, "`urn:transom:problem:` and the code."),
        need("title", Text, "The status in words."),
        need("status", Whole, "The HTTP status once more."),
        need("code", Text, "A fixed word for programs."),
        need("detail", Text, "A sentence for people."),
        may("errors", List(&Of(&FIELD_ERROR)), "Which fields of the request are wrong."),
        may("findings", answer::<Vec<Finding>>(), "With `has_errors`: what the checker says of the files."),
        may("paths", List(&Text), "With `changed_meanwhile`: the files that were changed."),
        may(
            "message_id",
            Whole,
            "Of a send: the message that was written and refused. Its key gives this answer again.",
        ),
    ],
);

static FIELD_ERROR: Shape = shape(
    "FieldError",
    "",
    &[
        need("pointer", Text, "A JSON pointer into the body; of a query parameter `/` and its name."),
        need("detail", Text, "What is wrong with it."),
    ],
);
