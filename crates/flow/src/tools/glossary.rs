//! Explains words that are no keys and no functions, but stand in reports, in findings and in questions of authors.

/// A word with its explanation.
type Entry = (&'static [&'static str], &'static str);

const ENTRIES: [Entry; 21] = [
    (
        &["opted_out"],
        "Nothing is sent: the contact wrote STOP or its like. They hear one confirmation, and then nothing until they write START.",
    ),
    (
        &["no_consent"],
        "Nothing is sent that nobody asked for: the topic of the flow `needs: consent`, and the contact has not given it. `consent: {TOPIC: given}`, a button with `consent:` or the API records it.",
    ),
    (
        &["capped"],
        "Nothing is sent: an `at_most` of the trigger or of the topic is reached, a sequence was begun before, or the account's limit of people a day.",
    ),
    (
        &["busy"],
        "A flow is not started: another one waits for an answer of this contact. `if_busy` of the flow says what happens then: `replace`, `aside`, `queue`, `skip` or `parallel`.",
    ),
    (&["with_person", "person"], "Nothing is sent by flows: a person of a team has the conversation, after `handoff`."),
    (
        &["window_closed"],
        "The contact's last message is more than 24 hours old, and there is no template that could go out. `if_closed` says what happens then.",
    ),
    (
        &["template_unusable"],
        "The template is missing, paused or rejected at the platform, or its values do not fit. `transom templates list` shows what each is.",
    ),
    (&["undeliverable"], "The platform has found nobody at this number three times in a row."),
    (&["too_late"], "The start is past its time: `late` of a schedule says how late it may be."),
    (
        &["booking", "bookings", "slots", "appointment"],
        "Free times come from the opening hours: `options: ${hours.NAME.slots(day, minutes(30))}`. The question for the day has `check: '!hours.NAME.slots(day, minutes(30)).is_empty()'`, and `day.at(hour, \"bot\")` makes the moment. A whole flow stands in docs/language.md, under Bookings.",
    ),
    (
        &["translation", "translations", "locales", "i18n"],
        "The texts of other languages stand in `locales/es.yaml`, each beside its text. `languages:` in `_bot.yaml` names the languages, `transom i18n extract es` writes the file, `transom i18n status` counts.",
    ),
    (
        &["files", "folder"],
        "Pictures and documents lie in the folder `files` of the bot, beside `flows`, and are sent by `media: files/menu.pdf`.",
    ),
    (
        &["opening hours", "opening_hours", "open"],
        "They are declared in `_bot.yaml`, `hours: {shop: {open: {mon-fri: [\"09:00-18:00\"]}, holidays: [2026-12-25]}}`. `if: hours.shop.open` asks whether they are open now; `hours.shop.contains(at)`, `.opens_at`, `.closes_at` and `.slots(…)` tell the rest.",
    ),
    (
        &["skip"],
        "`if_closed: skip` leaves a message out when the window is closed; `if_busy: skip` does not start a flow while another one waits for an answer.",
    ),
    (
        &["like", "contains", "starts", "exact"],
        "A value of `match` beside `message:`: `exact` is the whole message, `starts` its beginning, `word` a whole word in it, `contains` any part, `like` words of it with typing errors, `regex` an expression.",
    ),
    (
        &["first_name", "name"],
        "`contact.name` is the name of the customer's profile, and `contact.first_name` its first word. Not everybody has one: `${contact.first_name ?? \"there\"}`.",
    ),
    (
        &["type", "answer types"],
        "`type:` of an `ask` says what counts as an answer: text, number, whole, date, time, datetime, phone, email, yesno, choice, list, image, audio, video, document, media, location, contact, order, form or any.",
    ),
    (
        &["yes", "no"],
        "`type: yesno` asks with two buttons, and the answer is true or false in every language: `if: agrees`, `if: '!agrees'`.",
    ),
    (
        &["variable", "variables"],
        "`as:` of a question and `set:` fill a variable; `${name}` puts it into a text. `vars:` of a flow gives it a value to begin with.",
    ),
    (
        &["now"],
        "`now()` is this moment, in the bot's zone: `now() + hours(2)`, `now().hour >= 18`. On top of a test `now:` says when it begins.",
    ),
    (&["emergency", "urgency"], "`urgent: true` at a trigger goes before a question that waits, but not before STOP."),
];

/// The explanation of this word.
pub fn about(word: &str) -> Option<&'static str> {
    ENTRIES.iter().find(|(words, _)| words.contains(&word)).map(|(_, text)| *text)
}

/// All words that have an explanation.
pub fn words() -> impl Iterator<Item = &'static str> {
    ENTRIES.iter().flat_map(|(words, _)| words.iter().copied())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_is_explained_once() {
        let all: Vec<&str> = words().collect();
        for word in &all {
            assert!(about(word).is_some_and(|text| text.ends_with(['.', ')'])), "{word}");
            assert_eq!(all.iter().filter(|other| other == &word).count(), 1, "{word}");
        }
    }
}
