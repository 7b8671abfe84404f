//! Describes the bodies of requests and answers in Kapso's Meta proxy and platform API.

use crate::web::routes::shape::{
    Shape,
    Type::{Any, Flag, List, Map, Maybe, Of, Text, Time, Whole, Word},
    may, need, shape,
};

pub static GRAPH_ERROR: Shape = shape("GraphError", "As the Graph API has it.", &[need("error", Of(&GRAPH_FAULT), "")]);

pub static GRAPH_FAULT: Shape = shape(
    "GraphFault",
    "",
    &[
        need("message", Text, "`(#131047) Re-engagement message`."),
        need("type", Word(&["OAuthException", "GraphMethodException"]), ""),
        need("code", Whole, "Meta's."),
        need("error_data", Of(&GRAPH_DETAILS), ""),
    ],
);

pub static GRAPH_DETAILS: Shape = shape(
    "GraphDetails",
    "",
    &[need("messaging_product", Word(&["whatsapp"]), ""), need("details", Text, "What is wrong with this request.")],
);

pub static SEND: Shape = Shape {
    name: "GraphMessage",
    about: "A message in Meta's own form; or `status: read` with a `message_id`, and perhaps a `typing_indicator`.",
    fields: &[
        need("messaging_product", Word(&["whatsapp"]), ""),
        may("to", Text, "The number, with or without `+`."),
        may("recipient", Text, "The platform's id of the person, where the number is not known."),
        may(
            "type",
            Word(&[
                "text",
                "image",
                "audio",
                "video",
                "document",
                "sticker",
                "location",
                "contacts",
                "reaction",
                "interactive",
                "template",
            ]),
            "`text` unless given; what it says stands under this name.",
        ),
        may("text", Map(&Any), ""),
        may("status", Text, ""),
        may("message_id", Text, ""),
    ],
    open: true,
};

pub static SENT: Shape = Shape {
    name: "GraphSent",
    about: "Of a read mark `success` alone.",
    fields: &[
        may("messaging_product", Word(&["whatsapp"]), ""),
        may("contacts", List(&Map(&Text)), "`input`, and `wa_id` where it is known."),
        may("messages", List(&Map(&Text)), "`id`: the platform's, or ours while it has not answered."),
        may("success", Flag, ""),
    ],
    open: false,
};

pub static MESSAGE: Shape = Shape {
    name: "GraphHistoryMessage",
    about: "What it says stands under the name of its `type`, as in Meta's webhooks and requests.",
    fields: &[
        need("id", Text, ""),
        need("type", Text, ""),
        need("timestamp", Text, "In seconds."),
        may("from", Maybe(&Text), ""),
        may("to", Maybe(&Text), ""),
        may("kapso", Map(&Any), "`direction`, `status`, `content` and the like."),
    ],
    open: true,
};

pub static CURSORS: Shape =
    shape("GraphCursors", "", &[need("before", Maybe(&Text), "`null`"), need("after", Maybe(&Text), "")]);

pub static PAGING: Shape = shape(
    "GraphPaging",
    "",
    &[
        need("cursors", Of(&CURSORS), ""),
        need("next", Maybe(&Text), "`null`"),
        need("previous", Maybe(&Text), "`null`"),
    ],
);

pub static MESSAGES: Shape =
    shape("GraphMessages", "", &[need("data", List(&Of(&MESSAGE)), "Newest first."), need("paging", Of(&PAGING), "")]);

pub static ONE_MESSAGE: Shape = shape("KapsoHistoryMessage", "", &[need("data", Of(&MESSAGE), "")]);

pub static CONVERSATION: Shape = shape(
    "KapsoConversation",
    "",
    &[
        need("id", Text, ""),
        need("phone_number", Maybe(&Text), "The customer's."),
        need("phone_number_id", Text, ""),
        need("status", Word(&["active", "ended"]), "`active` for 24 hours after its last message."),
        need("last_active_at", Time, ""),
        need("created_at", Time, ""),
        need("updated_at", Time, ""),
        need("metadata", Map(&Any), ""),
        may("kapso", Map(&Any), "`contact_name`, `last_message_text` and the like."),
    ],
);

pub static CONVERSATIONS: Shape = shape(
    "KapsoConversations",
    "",
    &[need("data", List(&Of(&CONVERSATION)), "Newest first."), need("paging", Of(&PAGING), "")],
);

pub static ONE_CONVERSATION: Shape = shape("KapsoOneConversation", "", &[need("data", Of(&CONVERSATION), "")]);

pub static END: Shape = Shape {
    name: "KapsoEnd",
    about: "Also below `whatsapp_conversation`.",
    fields: &[may("status", Word(&["active", "ended"]), "`ended` ends its runs; `active` changes nothing.")],
    open: true,
};

pub static CONTACT: Shape = shape(
    "KapsoContact",
    "",
    &[
        need("id", Text, ""),
        need("wa_id", Maybe(&Text), ""),
        need("whatsapp_user_id", Maybe(&Text), ""),
        need("username", Maybe(&Text), ""),
        need("profile_name", Maybe(&Text), ""),
        need("display_name", Maybe(&Text), ""),
        need("customer_id", Maybe(&Text), "`null`"),
        need("metadata", Map(&Any), "`tags`, and the fields that the bot declares."),
    ],
);

pub static CONTACTS: Shape =
    shape("KapsoContacts", "", &[need("data", List(&Of(&CONTACT)), "Newest first."), need("paging", Of(&PAGING), "")]);

pub static ONE_CONTACT: Shape = shape("KapsoOneContact", "", &[need("data", Of(&CONTACT), "")]);

pub static EDIT: Shape = Shape {
    name: "KapsoContactEdit",
    about: "Also below `contact`.",
    fields: &[
        may("profile_name", Text, ""),
        may("display_name", Text, "The same."),
        may("metadata", Map(&Any), "`tags`: all of them from now on; and fields that the bot declares."),
    ],
    open: true,
};

pub static NUMBER: Shape = shape(
    "KapsoNumber",
    "",
    &[
        need("id", Text, "The number's id at its platform, else the sender's `id`."),
        need("internal_id", Text, ""),
        need("phone_number_id", Text, "As `id`."),
        need("name", Text, ""),
        need("display_name", Text, ""),
        need("business_account_id", Text, ""),
        need("display_phone_number", Text, ""),
        need("display_phone_number_normalized", Text, ""),
        need("status", Word(&["CONNECTED", "DISCONNECTED"]), "`DISCONNECTED`: it sends nothing at present."),
        need("is_coexistence", Flag, ""),
        need("inbound_processing_enabled", Flag, ""),
        need("calls_enabled", Flag, ""),
        need("customer_id", Maybe(&Text), "`null`"),
    ],
);

pub static NUMBERS: Shape =
    shape("KapsoNumbers", "", &[need("data", List(&Of(&NUMBER)), ""), need("meta", Map(&Whole), "")]);

pub static ONE_NUMBER: Shape = shape("KapsoOneNumber", "", &[need("data", Of(&NUMBER), "")]);

pub static TEMPLATE: Shape = shape(
    "GraphTemplate",
    "",
    &[
        need("id", Text, ""),
        need("name", Text, ""),
        need("language", Text, ""),
        need("status", Word(&["APPROVED", "PENDING", "REJECTED", "PAUSED", "DISABLED"]), ""),
        need("category", Word(&["MARKETING", "UTILITY", "AUTHENTICATION"]), ""),
        need("components", List(&Map(&Any)), "`HEADER`, `BODY`, `BUTTONS`."),
    ],
);

pub static TEMPLATES: Shape =
    shape("GraphTemplates", "", &[need("data", List(&Of(&TEMPLATE)), ""), need("paging", Of(&PAGING), "")]);

pub static UPLOADED: Shape = shape("GraphUploaded", "", &[need("id", Text, "For the `id` of a file in a message.")]);

pub static FILE: Shape = shape(
    "GraphFile",
    "",
    &[
        need("messaging_product", Word(&["whatsapp"]), ""),
        need("id", Text, ""),
        need("url", Text, "Good for 5 minutes, without a key."),
        need("download_url", Text, "The same."),
        need("mime_type", Maybe(&Text), ""),
        need("sha256", Maybe(&Text), ""),
    ],
);
