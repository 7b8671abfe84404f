//! Describes the message in a native request.

use super::shape::{
    Field, Shape,
    Type::{Any, Either, List, Map, Number, Of, Text, Time, Whole, Word},
    may, need, shape,
};

/// The fields that both endpoints for sending share.
pub static FIELDS: [Field; 12] = [
    may("text", Text, "At most 16384 characters; what is longer than the platform takes becomes several messages."),
    may("media", Of(&MEDIA), "A `text` beside it is its caption, or follows it where WhatsApp shows none."),
    may("buttons", List(&Of(&BUTTON)), "One to three below the `text`, and below a `media` if there is one."),
    may("list", Of(&LIST), "One to ten rows behind a button."),
    may("link", Of(&LINK), "A button that opens a page."),
    may("header", Text, "A short line above `buttons`, a `list` or a `link`: at most 60 characters."),
    may("footer", Text, "A short line below them."),
    may("location", Of(&LOCATION), "A place on the map; it stands alone."),
    may("contact_cards", List(&Of(&CARD)), "People to save in the address book; they stand alone."),
    may("template", Of(&TEMPLATE), "What may be sent while the window is closed; it stands alone."),
    may("reply_to", Whole, "The `id` of the message of this conversation that it quotes. Meta and Kapso alone."),
    may(
        "at",
        Time,
        "It leaves then, at most a year ahead, and all rules are asked then: a text whose window is closed by then is not \
         sent. `DELETE /v1/messages/{id}` takes it back.",
    ),
];

pub static MEDIA: Shape = shape(
    "Media",
    "",
    &[
        need("kind", Word(&["image", "audio", "video", "document", "sticker"]), ""),
        may("url", Text, "Where the platform fetches it: `https://…`."),
        may("id", Text, "Instead of `url`: what `POST /v1/media` answered for this sender."),
        may("filename", Text, "Of a document: else what its `url` ends in. Needed with an `id`."),
    ],
);

static BUTTON: Shape = shape(
    "ReplyButton",
    "",
    &[
        need("title", Text, "At most 20 characters."),
        may(
            "id",
            Text,
            "Comes back when it is tapped, to flows with `when: button` and in `message.in`; else the title.",
        ),
    ],
);

static LIST: Shape = shape(
    "ListToSend",
    "",
    &[need("button", Text, "What opens it: at most 20 characters."), need("rows", List(&Of(&ROW)), "")],
);

static ROW: Shape = shape(
    "ListRow",
    "",
    &[
        need("title", Text, "At most 24 characters."),
        may("id", Text, "As of a button."),
        may("description", Text, "At most 72 characters."),
    ],
);

static LINK: Shape = shape("LinkButton", "", &[need("title", Text, "At most 20 characters."), need("url", Text, "")]);

static LOCATION: Shape = shape(
    "Place",
    "",
    &[
        need("latitude", Number, "-90 to 90."),
        need("longitude", Number, "-180 to 180."),
        may("name", Text, ""),
        may("address", Text, ""),
    ],
);

static CARD: Shape = shape(
    "ContactCard",
    "",
    &[
        need("name", Text, "The whole name."),
        may("first_name", Text, ""),
        may("last_name", Text, ""),
        may("company", Text, ""),
        may("title", Text, "What the person does there."),
        may("phones", List(&Of(&PHONE)), ""),
        may("emails", List(&Of(&EMAIL)), ""),
        may("urls", List(&Text), ""),
    ],
);

static PHONE: Shape = shape(
    "CardPhone",
    "",
    &[
        need("number", Text, "As it shall be shown."),
        may("type", Text, "A word such as `WORK`; `CELL` without one."),
        may("wa_id", Text, "Its digits at WhatsApp: the card has a button that opens a chat."),
    ],
);

static EMAIL: Shape = shape("CardEmail", "", &[need("address", Text, ""), may("type", Text, "`WORK` without one.")]);

pub static TEMPLATE: Shape = shape(
    "TemplateToSend",
    "",
    &[
        need("name", Text, "As the provider knows it."),
        may("language", Text, "Else the contact's, or the bot's."),
        may(
            "variables",
            Either(&[List(&Any), Map(&Any)]),
            "For `{{1}}`, `{{2}}` a list in their order, or `{\"1\": …}`; for named placeholders an object.",
        ),
        may("header", Of(&HEADER), "What its header takes."),
        may("cards", List(&Of(&TEMPLATE_CARD)), "Of a carousel, from the left."),
        may("offer_ends", Time, "When the offer ends to which it counts down."),
        may("buttons", List(&Of(&TEMPLATE_BUTTON)), "For those of its buttons that take something, in their order."),
    ],
);

static HEADER: Shape = shape(
    "TemplateHeader",
    "One of these.",
    &[
        may("text", Text, "The value of a text's placeholder."),
        may("media", Of(&MEDIA), ""),
        may("location", Of(&LOCATION), ""),
    ],
);

static TEMPLATE_BUTTON: Shape = shape(
    "TemplateButton",
    "One of these.",
    &[
        may("url", Text, "The end of a link's address."),
        may("payload", Text, "What a quick reply brings back."),
        may("code", Text, "What is copied."),
        may("form", Of(&FORM), "What the WhatsApp Flow behind it begins with."),
    ],
);

static FORM: Shape = shape(
    "FormToOpen",
    "",
    &[may("token", Text, "Comes back with the answer; `unused` without one."), may("data", Map(&Any), "")],
);

static TEMPLATE_CARD: Shape = shape(
    "TemplateCardToSend",
    "",
    &[
        may("header", Of(&HEADER), ""),
        may("variables", Either(&[List(&Any), Map(&Any)]), "As of a template."),
        may("buttons", List(&Of(&TEMPLATE_BUTTON)), "As of a template."),
    ],
);
