//! Lists the values that expressions can read beside the flow's own variables.

/// A name that every expression may read.
#[derive(Debug, Clone, Copy)]
pub struct View {
    pub name: &'static str,
    pub help: &'static str,
    /// The names that may stand behind its dot. Empty: names of the author's own.
    pub parts: &'static [(&'static str, &'static str)],
}

/// The names of language.md 6b.
pub const VIEWS: &[View] = &[
    View {
        name: "contact",
        help: "The person, with the fields that `_bot.yaml` declares.",
        parts: &[
            ("phone", "The number, `+34600111222`; missing for who writes without one."),
            ("name", "As they call themselves."),
            ("first_name", "The first word of the name, when it looks like one."),
            ("username", "The public name that they chose on WhatsApp, without `@`."),
            ("language", "The language that they are spoken to in."),
            ("zone", "The time zone: their own, else of their number's country, else the bot's."),
            ("country", "Of the number, `ES`."),
            ("tags", "A list."),
            ("last_message_at", "When they wrote last."),
            ("consent", "By topic, `given` or `withdrawn`."),
        ],
    },
    View {
        name: "msg",
        help: "The message or tap that the flow was started or went on by.",
        parts: &[
            ("text", "What was written, also below a picture, or heard in a voice note."),
            ("button", "The id of the button that was tapped."),
            ("kind", "`text`, `button`, `image`, `location` and so on."),
            ("heard", "True for a voice note whose words `text` is: `voice` of `_bot.yaml`."),
            ("media", "A file that came with it."),
            ("location", "A place, with `latitude` and `longitude`."),
            ("order", "The basket that was sent, with its items."),
            ("form", "The answers of a form."),
            ("reaction", "The emoji that was put to one of our messages."),
            ("referral", "The advertisement that they came by."),
            ("at", "When it was written."),
        ],
    },
    View {
        name: "event",
        help: "The event that started the flow or ended a `wait`.",
        parts: &[("name", "Its name."), ("data", "What is known of it.")],
    },
    View { name: "body", help: "What a webhook brought.", parts: &[] },
    View { name: "item", help: "Each item, where something is repeated for a list.", parts: &[] },
    View { name: "inputs", help: "In `confirm` of an agent's tool: the values that the tool is given.", parts: &[] },
    View {
        name: "error",
        help: "In `on_error`: what went wrong.",
        parts: &[("code", "A short word, `http_503`."), ("text", "A sentence."), ("step", "The id of the step.")],
    },
    View {
        name: "window",
        help: "The 24 hours after the contact's last message.",
        parts: &[("open", "A text can be sent now."), ("ends_at", "When they are over.")],
    },
    View { name: "hours", help: "By name, the `hours` of `_bot.yaml`: `hours.shop.open`.", parts: &[] },
    View {
        name: "handoff",
        help: "After a person gave the conversation back.",
        parts: &[("team", "The team."), ("agent", "Who it was."), ("flow", "The flow that had handed over.")],
    },
    View {
        name: "env",
        help: "Values that the daemon's configuration grants, by the names of `_bot.yaml`.",
        parts: &[],
    },
    View { name: "secrets", help: "In `http` only: secrets that the configuration grants.", parts: &[] },
];

/// The names that may stand behind `hours.NAME.`.
pub const HOURS_PARTS: &[(&str, &str)] = &[
    ("open", "They are open now."),
    ("opens_at", "When they open next."),
    ("closes_at", "When they close; missing while they are closed."),
    ("holidays", "The days on which they stay closed: `hours.shop.holidays.contains(day)`."),
    ("contains", "They are open at a moment, or at some time of a day: `hours.shop.contains(day)`."),
    (
        "slots",
        "The times of a day at which something can begin, so many minutes apart, over before they close, and not yet \
         passed: `hours.shop.slots(day, minutes(30))`; with its own length `hours.shop.slots(day, minutes(30), hours(1))`.",
    ),
];

/// The form of a value that is more than one word.
#[derive(Debug, Clone, Copy)]
pub struct ValueForm {
    pub name: &'static str,
    /// Further words that people search for.
    pub also: &'static [&'static str],
    pub help: &'static str,
}

pub const FORMS: &[ValueForm] = &[
    ValueForm {
        name: "length of time",
        also: &["duration", "span", "length", "timespan"],
        help: "`90s`, `15m`, `2h`, `3d`, `1w`, or several from the largest down: `1h30m`. In expressions: `minutes(15)`, `hours(2)`, `days(3)`.",
    },
    ValueForm {
        name: "limit",
        also: &["cap", "rate_limit"],
        help: "So many in so long: `3/7d` is three times in seven days, counted backwards from now.",
    },
    ValueForm { name: "time", also: &["clock"], help: "`\"10:00\"`, on 24 hours, in quotes." },
    ValueForm {
        name: "moment",
        also: &["timestamp"],
        help: "In tests: `2026-11-24T10:00` on the bot's clock, or with a zone behind it, `2026-11-24T10:00 Europe/Madrid`; `advance_to` also takes `Tue 10:00` and `10:00`, the next one.",
    },
    ValueForm {
        name: "zone",
        also: &["timezone"],
        help: "The name of a place, as computers know it: `Europe/Madrid`, `America/New_York`.",
    },
    ValueForm {
        name: "pattern",
        also: &["format", "date_pattern"],
        help: "For `.format()`: `EEEE` Monday, `EEE` Mon, `d` 3, `dd` 03, `MMMM` March, `MM` 03, `yyyy` 2026, `HH:mm` 13:05, `h:mm a` 1:05 PM. Letters between single quotes stand as they are: `d MMMM 'at' HH:mm`. Or a style, which each language writes in its own way: `full`, `long`, `medium`, `day` (with the weekday, without the year).",
    },
];

/// The types of answers and declared values, each with a sentence.
pub const TYPES: &[(&str, &str)] = &[
    ("text", "Any words."),
    ("number", "With a point or comma, `2.5`, in figures or words; the contact's country says which of the two it is."),
    ("whole", "A number without a fraction."),
    ("date", "A day: `tomorrow`, `Friday`, `27 November`; `day.format(\"d MMMM\")` prints it."),
    ("time", "A time of day: `10:30`, `half past four`."),
    ("datetime", "A day with a time: `tomorrow at 10`."),
    ("phone", "A number that its country gives out; one without a country is of the contact's own."),
    ("email", "An address with `@`."),
    ("yesno", "True or false, in whatever language it was said; as a question it shows two buttons."),
    ("choice", "One of the `options`; the answer is the option's id."),
    ("list", "Several things: by lines or commas in a message, `[a, b]` in expressions."),
    ("map", "Values under names, `{city: Madrid}`; of forms, events and answers of servers."),
    (
        "image",
        "A picture that the contact sends. Its parts are `kind`, `id`, `mime`, `url`, `caption`, `filename` and `voice`; \
         `media: ${photo}` sends it on.",
    ),
    ("audio", "A voice message or another sound."),
    ("video", "A film."),
    ("document", "A file."),
    ("media", "Any of these four."),
    ("location", "A place that the contact shares, with `latitude` and `longitude`."),
    ("contact", "A contact card."),
    ("order", "A basket of the catalogue."),
    ("form", "The answers of a filled-in form of WhatsApp."),
    ("any", "Whatever comes."),
];
