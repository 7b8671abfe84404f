//! Defines parts that several steps share: buttons, options, templates, `if_closed`.

use super::{Declared, FieldKind, FieldSpec};

/// `retry: 2`, or in full.
pub const RETRY: FieldKind = FieldKind::Either(&[
    FieldKind::Whole,
    FieldKind::Record(&[
        FieldSpec::default("times", FieldKind::Whole, "2", "How often to try again."),
        FieldSpec::default("wait", FieldKind::Duration, "1s", "How long to wait before the first repetition."),
        FieldSpec::default("backoff", FieldKind::Whole, "2", "By what the wait is multiplied each time."),
    ]),
]);

/// A moment: `"10:00"`, `${datetime}` or `hours.NAME`.
pub const UNTIL: FieldKind = FieldKind::Either(&[FieldKind::Clock, FieldKind::Known(Declared::Hours), FieldKind::Text]);

/// `2h`, or `{until: …}`.
pub const TIMEOUT: FieldKind = FieldKind::Either(&[
    FieldKind::Duration,
    FieldKind::Record(&[FieldSpec::required(
        "until",
        UNTIL,
        "`\"10:00\"` on the contact's clock, `${datetime}`, or `hours.NAME` when these open.",
    )]),
]);

/// The consent of a person for topics.
pub const CONSENT: FieldKind = FieldKind::MapOf(&FieldKind::Word(&["given", "withdrawn"]));

/// A button of a message.
pub const BUTTON: FieldKind = FieldKind::Either(&[
    FieldKind::Text,
    FieldKind::Record(&[
        FieldSpec::default("id", FieldKind::Name, "the title", "What a `button:` trigger knows it by."),
        FieldSpec::required("title", FieldKind::Text, "What is written on it, at most 20 characters."),
        FieldSpec::optional("consent", CONSENT, "What a tap means for a topic."),
    ]),
]);

/// A button that opens a page.
pub const LINK: FieldKind = FieldKind::Record(&[
    FieldSpec::required("title", FieldKind::Text, "What is written on it, at most 20 characters."),
    FieldSpec::required("url", FieldKind::Text, "The address."),
    FieldSpec::default(
        "text",
        FieldKind::Text,
        "the title",
        "What stands above it where `buttons` or `options` make it a message of its own.",
    ),
]);

/// A point on the map; an answer of type `location` is one.
pub const PLACE: FieldKind = FieldKind::Either(&[
    FieldKind::Record(&[
        FieldSpec::required("latitude", FieldKind::Text, "In degrees, -90 to 90."),
        FieldSpec::required("longitude", FieldKind::Text, "In degrees, -180 to 180."),
        FieldSpec::optional("name", FieldKind::Text, "What stands below the map."),
        FieldSpec::optional("address", FieldKind::Text, "The line below the name."),
    ]),
    FieldKind::Text,
]);

/// A contact card; an answer of type `contact` is one.
pub const CARD: FieldKind = FieldKind::Many(&FieldKind::Either(&[
    FieldKind::Record(&[
        FieldSpec::required("name", FieldKind::Text, "The whole name."),
        FieldSpec::optional("first_name", FieldKind::Text, "The part of it that the address book sorts by."),
        FieldSpec::optional("last_name", FieldKind::Text, "The family name."),
        FieldSpec::optional("company", FieldKind::Text, "Where the person works."),
        FieldSpec::optional("title", FieldKind::Text, "What the person does there."),
        FieldSpec::optional("phone", FieldKind::Many(&FieldKind::Text), "A number, or a list."),
        FieldSpec::optional(
            "whatsapp",
            FieldKind::Text,
            "The number at WhatsApp: the card gets a button that opens a chat.",
        ),
        FieldSpec::optional("email", FieldKind::Many(&FieldKind::Text), "An address, or a list."),
        FieldSpec::optional("url", FieldKind::Many(&FieldKind::Text), "A page, or a list."),
    ]),
    FieldKind::Text,
]));

/// A WhatsApp Flow that a question opens.
pub const FORM: FieldKind = FieldKind::Record(&[
    FieldSpec::required("id", FieldKind::Text, "The flow at Meta: its id, or its name."),
    FieldSpec::required("button", FieldKind::Text, "What is written on the button, at most 20 characters."),
    FieldSpec::default("screen", FieldKind::Text, "the form's first", "The screen that it opens with."),
    FieldSpec::optional("data", FieldKind::Data, "What that screen shows: a map."),
    FieldSpec::optional(
        "returns",
        FieldKind::MapOf(&DECLARATION),
        "The names of its answers with their types. What is missing or of another type is no valid answer.",
    ),
    FieldSpec::optional(
        "exchange",
        FieldKind::Known(Declared::Flow),
        "The flow that answers its screens: its inputs may be `screen`, `action` and `data`, and it ends with \
         `return: {screen, data}`, `{error}` or `{done}`.",
    ),
    FieldSpec::optional("with", FieldKind::MapOf(&FieldKind::Data), "Further inputs of that flow."),
    FieldSpec::default("draft", FieldKind::YesNo, "false", "It is not published yet: only its testers can open it."),
]);

/// The words of a question that replace the built-in ones.
pub const PHRASES: FieldKind = FieldKind::Record(&[
    FieldSpec::optional("choose", FieldKind::Text, "On the button that opens the list, at most 20 characters."),
    FieldSpec::optional("more", FieldKind::Text, "On the last row of a page, at most 24 characters."),
    FieldSpec::optional("back", FieldKind::Text, "On the row that leads to the page before, at most 24 characters."),
    FieldSpec::optional("yes", FieldKind::Text, "On the button of `yesno`, at most 20 characters."),
    FieldSpec::optional("no", FieldKind::Text, "On the button of `yesno`, at most 20 characters."),
]);

/// An option: a text, `title: steps`, or in full.
pub const OPTION: FieldKind = FieldKind::Either(&[FieldKind::Text, OPTION_RECORD, FieldKind::Cases]);

const OPTION_RECORD: FieldKind = FieldKind::Record(&[
    FieldSpec::default("id", FieldKind::Text, "the title", "The answer."),
    FieldSpec::required("title", FieldKind::Text, "What is shown: 20 characters on a button, 24 in a list."),
    FieldSpec::optional("desc", FieldKind::Text, "A second line in a list, at most 72 characters."),
    FieldSpec::optional("consent", CONSENT, "What choosing it means for a topic."),
    FieldSpec::optional("do", FieldKind::Steps, "What to do when it is chosen."),
]);

/// All options: a list, or one for each item of data.
pub const OPTIONS: FieldKind = FieldKind::Either(&[
    FieldKind::Many(&OPTION),
    FieldKind::Record(&[
        FieldSpec::required(
            "each",
            FieldKind::Text,
            "A list, `${calendar.body.slots}`; the answer is the whole item. Of an option under `also` it is that option's id, a text.",
        ),
        FieldSpec::required("id", FieldKind::Text, "Of each `item`, such as `${item.id}`."),
        FieldSpec::required("title", FieldKind::Text, "What is shown of each `item`."),
        FieldSpec::optional("desc", FieldKind::Text, "A second line for each `item`."),
        FieldSpec::optional("also", FieldKind::Many(&OPTION), "Options that always follow."),
    ]),
]);

/// The buttons of a template.
pub const TEMPLATE_BUTTONS: FieldKind = FieldKind::Many(&FieldKind::Either(&[
    FieldKind::Text,
    FieldKind::Record(&[FieldSpec::required("url", FieldKind::Text, "What is put behind the button's address.")]),
    FieldKind::Record(&[FieldSpec::required("code", FieldKind::Text, "What the button copies.")]),
    FieldKind::Record(&[FieldSpec::required(
        "form",
        TEMPLATE_FORM,
        "What the WhatsApp Flow behind the button begins with; `{}` for nothing.",
    )]),
]));

const TEMPLATE_FORM: FieldKind = FieldKind::Record(&[
    FieldSpec::optional("token", FieldKind::Text, "Comes back with the answer; `unused` without one."),
    FieldSpec::optional("data", FieldKind::Map, "What its first screen begins with."),
]);

/// The header of a template.
pub const TEMPLATE_HEADER: FieldKind = FieldKind::Either(&[
    FieldKind::Text,
    FieldKind::Record(&[
        FieldSpec::required("latitude", FieldKind::Data, "In degrees."),
        FieldSpec::required("longitude", FieldKind::Data, "In degrees."),
        FieldSpec::optional("name", FieldKind::Text, "Of the place."),
        FieldSpec::optional("address", FieldKind::Text, "Below its name."),
    ]),
]);

/// The cards of a carousel.
pub const TEMPLATE_CARDS: FieldKind = FieldKind::Many(&TEMPLATE_CARD);

const TEMPLATE_CARD: FieldKind = FieldKind::Record(&[
    FieldSpec::optional("header", FieldKind::Text, "Its picture or film, by an address."),
    FieldSpec::optional("vars", TEMPLATE_VARS, "As of a template."),
    FieldSpec::optional("buttons", TEMPLATE_BUTTONS, "As of a template."),
]);

/// Values of a template, by position or by name.
pub const TEMPLATE_VARS: FieldKind = FieldKind::Either(&[FieldKind::List, FieldKind::Map]);

/// The action if the window is closed at the moment of sending.
pub const IF_CLOSED: FieldKind = FieldKind::Either(&[
    FieldKind::Word(&["hold", "skip", "fail"]),
    FieldKind::Record(&[
        FieldSpec::optional(
            "template",
            FieldKind::Many(&FieldKind::Known(Declared::Template)),
            "The template that stands for the message; of a list the first usable one.",
        ),
        FieldSpec::optional(
            "nudge",
            FieldKind::Many(&FieldKind::Known(Declared::Template)),
            "The template now, the message itself when the contact answers.",
        ),
        FieldSpec::optional("vars", TEMPLATE_VARS, "A list for positional parameters, a map for named ones."),
        FieldSpec::optional(
            "header",
            TEMPLATE_HEADER,
            "The header's text, its file (an address, or `files/…` of the bot), or its place.",
        ),
        FieldSpec::optional(
            "buttons",
            TEMPLATE_BUTTONS,
            "By the template's buttons: an id, `{url: suffix}`, `{code: …}` or `{form: …}`.",
        ),
        FieldSpec::optional("cards", TEMPLATE_CARDS, "Of a carousel, from the left."),
        FieldSpec::optional("offer_ends", FieldKind::Data, "When the offer ends to which it counts down."),
        FieldSpec::default("language", FieldKind::Text, "the contact's", "As the provider spells it."),
        FieldSpec::default("hold", FieldKind::Duration, "7d", "How long it may wait for the next message."),
    ]),
]);

/// The keys of the map of `if_closed`.
pub const IF_CLOSED_KEYS: [&str; 9] =
    ["template", "nudge", "vars", "header", "buttons", "cards", "offer_ends", "language", "hold"];

/// A reminder for a question that nobody answers.
pub const REMINDER: FieldKind = FieldKind::Record(&[
    FieldSpec::required("after", FieldKind::Duration, "How long after the question."),
    FieldSpec::required("say", FieldKind::Text, "What to say."),
    FieldSpec::default("if_closed", IF_CLOSED, "hold", "What to do when the window is closed by then."),
]);

/// Money for questions to language models: a budget, a list, or budgets for all people and for each.
pub const BUDGET: FieldKind = FieldKind::Either(&[
    FieldKind::Many(&FieldKind::Budget),
    FieldKind::Record(&[
        FieldSpec::optional("all", FieldKind::Many(&FieldKind::Budget), "For all people together."),
        FieldSpec::optional("contact", FieldKind::Many(&FieldKind::Budget), "For each person."),
    ]),
]);

/// A name with its type: `date`, `[small, large]`, or in full.
pub const DECLARATION: FieldKind = FieldKind::Either(&[
    FieldKind::Type,
    FieldKind::Record(&[
        FieldSpec::required("type", FieldKind::Type, "A type, or a list of allowed texts."),
        FieldSpec::default("optional", FieldKind::YesNo, "false", "It may be missing."),
        FieldSpec::optional("default", FieldKind::Data, "What it is when it is missing."),
        FieldSpec::optional("about", FieldKind::Text, "One sentence for people and for agents."),
    ]),
]);
