//! Advises what to write for keys of other products that are a sentence in our language, and not one key.

use super::time::Span;

/// The advice for this key. `unused` are the keys that may still stand beside it; they tell the kind of its map.
pub fn key(written: &str, value: Option<&str>, unused: &[&str]) -> Option<String> {
    let may = |name: &str| unused.contains(&name);
    let (question, flow, trigger) = (may("on_fail") || may("invalid"), may("on_stop"), may("once_per"));
    let figure = value.unwrap_or("1");
    match written {
        _ if question => of_question(written, figure),
        "urgent" | "match" | "once_per" | "at_most" if flow => Some(format!(
            "it belongs to a trigger of the flow: `when: [{{message: …, {written}: {}}}]`",
            value.unwrap_or("…")
        )),
        "to" | "audience" | "recipients" if flow => {
            let condition =
                value.filter(|to| !matches!(*to, "everyone" | "all" | "*")).map(|to| to.replace('\'', "''"));
            let to = condition.map_or("everyone".to_owned(), |condition| format!("{{if: '{condition}'}}"));
            Some(format!("it belongs to the trigger, beside `schedule:`: `to: {to}`"))
        }
        "keywords" | "words" | "phrases" if flow => Some("write `when: [message: [word, another one]]`".to_owned()),
        "fallback" | "default" | "catch_all" if flow => Some(
            "a flow for what nothing else takes begins with `when: [any_message: true]`; steps for an error stand \
             under `on_error:`"
                .to_owned(),
        ),
        "if_closed" | "template" | "hold" if flow => Some(
            "it belongs to each step that sends: below `- say: …` write `if_closed: skip`, or with a `template:` that \
             stands for the message"
                .to_owned(),
        ),
        "contact" | "contacts" | "contact_fields" | "custom_fields" | "attributes" if may("draft_testers") => {
            Some("the fields of a contact stand in `fields:`, such as `fields: {birthday: date}`".to_owned())
        }
        "enabled" | "active" | "disabled" | "published" if flow => {
            Some("to keep a flow from customers write `draft: true`; without that line it is live".to_owned())
        }
        "priority" | "order" | "weight" if flow || trigger => Some(
            "the closest words win, without an order: what goes before a waiting question has `urgent: true` at its \
             trigger"
                .to_owned(),
        ),
        "keywords" | "synonyms" | "aliases" | "words" if may("desc") => Some(
            "an option is known by its title and its number: give it a title that says what people write".to_owned(),
        ),
        // The defaults of all questions, and of all flows.
        "invalid" | "tries" | "on_fail" if may("old_button") => {
            Some(format!("it belongs to the questions: write `ask: {{{written}: {}}}`", value.unwrap_or("…")))
        }
        "timeout" if may("old_button") => Some(format!(
            "how long a flow waits for its customer is `expires: {}`; a `timeout` stands at each question",
            value.unwrap_or("24h")
        )),
        "before" if may("offset") => Some(format!("write `offset: -{}`", value.unwrap_or("1d"))),
        "after" if may("offset") => Some(format!("write `offset: {}`", value.unwrap_or("1d"))),
        "time" | "hour" | "clock" | "time_of_day" if may("late") && may("at") => {
            Some(format!("write `at: \"{}\"`", value.unwrap_or("10:00")))
        }
        "after" | "in" | "delay" | "wait" if may("at") && may("key") => {
            let span = value.and_then(Span::meant).and_then(Span::as_call);
            Some(format!("write `at: ${{now() + {}}}`", span.unwrap_or_else(|| "days(2)".to_owned())))
        }
        "secrets" if may("mocks") => {
            Some("a sandbox needs no secrets: it calls nobody, and `mocks: {http: [...]}` answers".to_owned())
        }
        _ => None,
    }
}

/// The advice for keys of an `ask` that check the answer.
fn of_question(written: &str, figure: &str) -> Option<String> {
    let check = |condition: &str| Some(format!("write `check: {condition}`, with the name of `as:` for `answer`"));
    match written {
        "min" | "minimum" | "min_value" => check(&format!("answer >= {figure}")),
        "max" | "maximum" | "max_value" => check(&format!("answer <= {figure}")),
        "range" | "between" => check("answer >= 1 && answer <= 5"),
        "min_length" | "minlength" => check(&format!("answer.len() >= {figure}")),
        "max_length" | "maxlength" => check(&format!("answer.len() <= {figure}")),
        "regex" | "pattern" | "format" | "matches" => check("answer.is_match(\"^[0-9]{5}$\")"),
        "required" | "mandatory" => {
            Some("every question waits for its answer: take the line out; how often it asks again says `tries:`".into())
        }
        "optional" | "skippable" | "can_skip" => Some(
            "to go on without an answer write `timeout: 1h` with `on_timeout:`, or an option such as `Skip`".into(),
        ),
        "keywords" | "synonyms" => {
            Some("the answers stand in `options:`; a flow that starts with words has `when: [message: [...]]`".into())
        }
        _ => None,
    }
}

/// The advice for a length of time within which something is to happen, if it is zero; `None`: this one may be zero.
pub fn instead_of_zero(name: &str) -> Option<String> {
    let or_none = |example: &str| Some(format!("write how long, such as `{name}: {example}`, or take the line out"));
    match name {
        "timeout" | "until_done" | "expires" | "ttl" => or_none("2h"),
        "late" | "late_message" | "give_back" | "unknown_after" | "answer_within" | "solve_within" => or_none("1h"),
        "gather" => or_none("3s"),
        "after" => Some("write how long, such as `after: 2h`".to_owned()),
        "hold" => {
            Some("write how long, such as `hold: 3d`; a message that is not to wait has `if_closed: skip`".to_owned())
        }
        "queue_for" => {
            Some("write how long, such as `queue_for: 6h`; a flow that is not to wait has `if_busy: skip`".to_owned())
        }
        "after_silence" => {
            Some("write how long, such as `after_silence: 30d`; for every message write `any_message: true`".to_owned())
        }
        _ => None,
    }
}

/// The advice for a type of other products that is more than a type here.
pub fn type_of(written: &str) -> Option<&'static str> {
    Some(match written.to_lowercase().as_str() {
        "money" | "price" | "currency" | "cost" => {
            "write `number`; `${money(cents, \"EUR\")}` prints an amount of cents as a price"
        }
        "rating" | "stars" | "scale" | "score" | "nps" => {
            "write `whole`, and `check: answer >= 1 && answer <= 5` with the name of `as:` for `answer`"
        }
        "slot" | "appointment" | "booking" | "timeslot" | "time_slot" => {
            "ask for the day with `type: date`, and for the time with `options: ${hours.NAME.slots(day, minutes(30))}`"
        }
        "percent" | "percentage" => "write `number`",
        "address" | "street" | "name" | "url" | "link" | "password" | "code" | "zip" | "postcode" => "write `text`",
        "voice" | "voice_note" | "recording" => "write `audio`",
        "buttons" | "button" | "menu" | "quick_reply" => "take the line out, and write the answers under `options:`",
        _ => return None,
    })
}

/// True for a word for the family name, which a contact of WhatsApp does not have apart from the whole name.
pub fn is_surname(written: &str) -> bool {
    let word = written.to_lowercase().replace([' ', '-'], "_");
    [
        "surname",
        "last_name",
        "lastname",
        "lname",
        "family_name",
        "apellido",
        "apellidos",
        "nachname",
        "sobrenome",
        "cognome",
    ]
    .contains(&word.as_str())
}

/// The step of a test for a word of other products.
pub fn test_step(written: &str) -> Option<&'static str> {
    Some(match written {
        "message" | "customer" | "contact" | "say" | "send" | "input" | "in" | "client" | "text" | "type" => {
            "write `user: …` for what the customer writes"
        }
        "wait" | "sleep" | "delay" | "pause" | "after" => "write `advance: 2h` to move the clock",
        "reply" | "response" | "answer" | "says" | "out" | "bot_says" | "says_bot" | "assistant" | "output" => {
            "write `bot: …` for what the bot says next, `user: …` for what the customer writes"
        }
        "click" | "press" | "button" | "choose" | "select" => "write `tap: …` with the title of the button",
        "assert" | "check" | "should" | "verify" => "write `expect: …`",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_map_around_a_key_tells_what_was_meant() {
        let question = ["on_fail", "check", "invalid"];
        assert!(key("min", Some("18"), &question).is_some_and(|help| help.contains("`check: answer >= 18`")));
        assert!(key("min", Some("18"), &["on_stop"]).is_none());
        assert!(key("urgent", Some("true"), &["on_stop"]).is_some_and(|help| help.contains("urgent: true")));
        assert!(key("secrets", None, &["env", "mocks"]).is_some_and(|help| help.contains("`mocks:")));
        assert!(type_of("Money").is_some_and(|help| help.contains("money(")) && type_of("date").is_none());
        assert!(test_step("wait").is_some_and(|help| help.contains("advance")) && test_step("user").is_none());
        let after_offset = key("time", Some("09:30"), &["at", "late"]);
        assert!(after_offset.is_some_and(|help| help == "write `at: \"09:30\"`"));
        assert!(key("if_closed", Some("skip"), &["on_stop"]).is_some_and(|help| help.contains("each step that sends")));
        assert!(key("contact", None, &["draft_testers"]).is_some_and(|help| help.contains("`fields:")));
        assert!(key("priority", None, &["once_per"]).is_some_and(|help| help.contains("closest words")));
    }
}
