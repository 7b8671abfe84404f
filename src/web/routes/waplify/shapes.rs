//! Describes the bodies of requests and answers in the Waplify dialect.

use crate::web::routes::shape::{
    Shape,
    Type::{Any, Either, Filled, Flag, List, Map, Maybe, Of, Text, Time, Whole, Word},
    may, need, shape,
};

pub static REPLY: Shape = shape(
    "WaplifyReplyButton",
    "",
    &[
        need("id", Text, "Comes back when it is tapped; at most 256 characters, unique."),
        need("title", Text, "At most 20 characters, unique."),
    ],
);

pub static WEBSITE: Shape = shape(
    "WaplifyUrlButton",
    "",
    &[need("display_text", Text, "At most 20 characters."), need("url", Text, "`http://` or `https://`.")],
);

pub static BUTTONS: Shape = shape(
    "WaplifyButtons",
    "Replies or a website, never both.",
    &[
        need("type", Word(&["reply", "cta_url"]), ""),
        may("reply_buttons", List(&Of(&REPLY)), "1 to 3, for `reply`."),
        may("url_button", Of(&WEBSITE), "For `cta_url`."),
    ],
);

pub static FREEFORM: Shape = shape(
    "WaplifyMessage",
    "",
    &[
        need("contact_phone", Filled, "Country code and number without `+`."),
        may("contact_name", Text, "For somebody new; `User #…` unless given."),
        need("message_type", Word(&["text", "image", "video", "audio", "document"]), ""),
        may("message", Text, "Of a text: at most 4096 characters, 1024 above buttons."),
        may("media_url", Text, "Of all others: where the platform fetches the file."),
        may("caption", Text, "Of an image, video or document: at most 1024 characters."),
        may("filename", Text, "Of a document."),
        may("waba_phone_id", Text, "The number to send from: its id at the platform, or the sender's `id`."),
        may("buttons", Of(&BUTTONS), "Below a text."),
    ],
);

pub static TEMPLATE: Shape = shape(
    "WaplifyTemplateMessage",
    "",
    &[
        need("template_name", Text, ""),
        need("contact_phone", Filled, "Country code and number without `+`."),
        may("contact_name", Text, "For somebody new; `User #…` unless given."),
        may("body_data", Map(&Any), "`{\"1\": …}` or by name: every variable of the body."),
        may("header_data", Map(&Any), "The variable of a text header."),
        may("media_url", Text, "The file of a media header."),
        may("filename", Text, "Of a document; else what its address ends in."),
        may("waba_phone_id", Text, "The number to send from: its id at the platform, or the sender's `id`."),
    ],
);

pub static SENT: Shape = shape(
    "WaplifySent",
    "",
    &[
        need("status", Word(&["success"]), ""),
        need("message", Text, ""),
        need("message_id", Text, "The platform's id; ours when it has not answered within 10 s."),
        need("contact_id", Text, ""),
        may("message_type", Text, "Of a free-form message."),
        may("template_name", Text, "Of a template."),
        need("timestamp", Time, ""),
    ],
);

pub static LISTED: Shape = shape(
    "WaplifyTemplate",
    "",
    &[
        need("id", Text, ""),
        need("name", Text, "The `template_name` of the send."),
        need("category", Word(&["MARKETING", "UTILITY", "AUTHENTICATION"]), ""),
        need("language", Text, ""),
        need("status", Word(&["APPROVED", "PENDING", "REJECTED", "PAUSED", "DISABLED"]), ""),
        need("header_format", Word(&["NONE", "TEXT", "IMAGE", "VIDEO", "DOCUMENT", "LOCATION"]), ""),
        need("header", Maybe(&Text), ""),
        need("body", Text, ""),
        need("footer", Maybe(&Text), "Not known here: `null`."),
        need("buttons", Maybe(&List(&Any)), ""),
        need("requires_media", Flag, ""),
        need("variables", Maybe(&List(&Any)), ""),
        need("requires_variables", Flag, ""),
        need("variable_count", Whole, "Of header and body."),
        need("parameter_format", Word(&["POSITIONAL", "NAMED"]), ""),
        need("example_data", Map(&Any), "Not known here: empty."),
        need("sample_media_url", Maybe(&Text), "Not known here: `null`, as all that follow but the last three."),
        need("limited_time_offer", Any, ""),
        need("offer_code", Maybe(&Text), ""),
        need("is_carousel", Flag, "`false`."),
        need("carousel_cards", Any, ""),
        need("carousel_card_count", Maybe(&Whole), ""),
        need("quality_score", Any, ""),
        need("message_send_ttl_seconds", Maybe(&Whole), ""),
        need("api_payload_structure", Any, "A request that sends it."),
        need("created_at", Time, "When we last heard something new of it."),
    ],
);

pub static TEMPLATES: Shape = shape(
    "WaplifyTemplates",
    "",
    &[need("status", Word(&["success"]), ""), need("templates", List(&Of(&LISTED)), ""), need("total", Whole, "")],
);

pub static PERSON: Shape = shape(
    "WaplifyContact",
    "",
    &[
        need("id", Text, ""),
        need("first_name", Text, "The name up to its first blank."),
        need("last_name", Maybe(&Text), ""),
        need("phone_number", Maybe(&Text), "Without `+`; `null` for somebody who hides it."),
        need("email", Any, "The contact's field `email`."),
        need("company", Any, "The contact's field `company`."),
        need("tags", List(&Text), ""),
        need("opted_in", Flag, ""),
        need("source", Word(&["api", "whatsapp"]), ""),
        need("created_at", Time, ""),
    ],
);

pub static NEW_PERSON: Shape = shape(
    "WaplifyNewContact",
    "",
    &[
        need("phone_number", Text, "Country code and number without `+`."),
        need("first_name", Text, ""),
        may("last_name", Text, ""),
        may("email", Text, ""),
        may("company", Text, ""),
        may("tags", List(&Text), ""),
        may("waba_phone_id", Text, "The number that writes to the contact, where nothing else says."),
    ],
);

pub static ONE_PERSON: Shape = shape(
    "WaplifyOneContact",
    "",
    &[need("status", Word(&["success"]), ""), may("message", Text, ""), need("contact", Of(&PERSON), "")],
);

pub static PEOPLE: Shape = shape(
    "WaplifyContacts",
    "",
    &[
        need("status", Word(&["success"]), ""),
        need("contacts", List(&Of(&PERSON)), ""),
        need("total", Whole, "On all pages."),
        need("page", Whole, ""),
        need("limit", Whole, ""),
    ],
);

pub static ERROR: Shape = shape(
    "WaplifyError",
    "An error of this product: `detail`, or `error` and `message`.",
    &[
        may("detail", Either(&[Text, List(&Any)]), "A sentence, or a list of fields with their places."),
        may("error", Text, ""),
        may("message", Text, ""),
        may("request_id", Text, ""),
        may("timestamp", Time, ""),
    ],
);
