//! Translates words of other products and of plain English to ours: no spelling distance leads from `elseif` to
//! `else`.

mod triggers;

use super::{advice, foreign_words, yaml::Entry};
pub use triggers::trigger;

/// Keys that authors write, and our keys that they may mean.
const KEYS: [(&str, &[&str]); 111] = [
    ("action", &["steps", "do"]),
    ("actions", &["steps", "do"]),
    ("after", &["wait", "timeout"]),
    ("answers", &["options"]),
    ("args", &["with"]),
    ("arguments", &["with"]),
    ("attachment", &["media"]),
    ("attachments", &["media"]),
    ("attempts", &["tries"]),
    ("audio", &["media"]),
    ("begin", &["from"]),
    ("body", &["json", "text"]),
    ("caption", &["title"]),
    ("case", &["cases"]),
    ("choice", &["options"]),
    ("choices", &["options"]),
    ("condition", &["if"]),
    ("conditions", &["if"]),
    ("counterexamples", &["not"]),
    ("data", &["json", "with"]),
    ("default", &["else"]),
    ("delay", &["after"]),
    ("description", &["desc"]),
    ("do", &["then", "steps"]),
    ("document", &["media"]),
    ("end", &["to"]),
    ("error", &["invalid", "on_error"]),
    ("error_message", &["invalid"]),
    ("example", &["like"]),
    ("examples", &["like"]),
    ("except", &["not"]),
    ("fallback", &["other", "else", "on_fail"]),
    ("field", &["as"]),
    ("file", &["media"]),
    ("href", &["url"]),
    ("id", &["flow"]),
    ("image", &["media"]),
    ("in", &["at"]),
    ("input", &["inputs"]),
    ("into", &["as"]),
    ("items", &["options"]),
    ("keyword", &["message"]),
    ("keywords", &["message"]),
    ("kind", &["type"]),
    ("label", &["title"]),
    ("lang", &["language"]),
    ("lat", &["latitude"]),
    ("lines", &["steps"]),
    ("link_url", &["link"]),
    ("lng", &["longitude"]),
    ("lon", &["longitude"]),
    ("long", &["longitude"]),
    ("max_attempts", &["tries"]),
    ("max_tries", &["tries"]),
    ("media_url", &["media"]),
    ("message", &["say", "when"]),
    ("name", &["flow", "title", "as", "bot"]),
    ("negative_examples", &["not"]),
    ("not_understood", &["unclear"]),
    ("on", &["when"]),
    ("on_failure", &["on_error", "on_fail"]),
    ("on_invalid", &["invalid"]),
    ("on_timeout_steps", &["on_timeout"]),
    ("otherwise", &["else"]),
    ("output", &["as"]),
    ("parameters", &["vars", "with"]),
    ("params", &["query", "with", "inputs", "vars"]),
    ("payload", &["id", "json"]),
    ("photo", &["media"]),
    ("picture", &["media"]),
    ("quick_replies", &["options", "buttons"]),
    ("replies", &["options", "buttons"]),
    ("response_variable", &["as"]),
    ("result", &["as"]),
    ("retries", &["tries", "retry"]),
    ("samples", &["like"]),
    ("save", &["as"]),
    ("save_answer", &["as"]),
    ("save_answer_as", &["as"]),
    ("save_as", &["as"]),
    ("save_in", &["as"]),
    ("save_response_to", &["as"]),
    ("save_to", &["as"]),
    ("sequence", &["then", "do", "steps"]),
    ("set", &["vars"]),
    ("slot", &["as"]),
    ("start", &["from"]),
    ("steps", &["do", "then"]),
    ("sticker", &["media"]),
    ("store", &["as"]),
    ("store_as", &["as"]),
    ("store_in", &["as"]),
    ("subtitle", &["desc"]),
    ("tag", &["tags"]),
    ("text", &["say", "title"]),
    ("training_phrases", &["like"]),
    ("trigger", &["when"]),
    ("triggers", &["when"]),
    ("tz", &["timezone"]),
    ("unlike", &["not"]),
    ("until", &["to"]),
    ("utterances", &["like"]),
    ("validate", &["check"]),
    ("validation", &["check"]),
    ("values", &["vars"]),
    ("var", &["as"]),
    ("variable", &["as"]),
    ("variable_name", &["as"]),
    ("variables", &["vars"]),
    ("video", &["media"]),
    ("wait_for", &["timeout"]),
];

/// Steps of other products, and ours.
const VERBS: [(&str, &str); 96] = [
    ("ab_test", "split"),
    ("action", "call"),
    ("add_tag", "tag"),
    ("addtag", "tag"),
    ("answer", "say"),
    ("api_call", "http"),
    ("api_request", "http"),
    ("ask_question", "ask"),
    ("assign", "handoff"),
    ("assign_agent", "handoff"),
    ("assign_to", "handoff"),
    ("buttons", "ask"),
    ("call_api", "http"),
    ("call_flow", "call"),
    ("choice", "ask"),
    ("choose", "ask"),
    ("close", "end"),
    ("code", "script"),
    ("collect", "ask"),
    ("condition", "if"),
    ("debug", "log"),
    ("delay", "wait"),
    ("each", "repeat"),
    ("elif", "if"),
    ("else", "if"),
    ("elseif", "if"),
    ("emoji", "react"),
    ("end_conversation", "end"),
    ("escalate", "handoff"),
    ("event", "emit"),
    ("exit", "end"),
    ("fetch", "http"),
    ("finish", "end"),
    ("for", "repeat"),
    ("foreach", "repeat"),
    ("function", "script"),
    ("get", "http"),
    ("get_input", "ask"),
    ("go_to", "go"),
    ("goto", "go"),
    ("handover", "handoff"),
    ("http_request", "http"),
    ("human", "handoff"),
    ("input", "ask"),
    ("jump", "go"),
    ("jump_to", "go"),
    ("knowledge", "look_up"),
    ("live_chat", "handoff"),
    ("loop", "repeat"),
    ("match", "switch"),
    ("menu", "ask"),
    ("message", "say"),
    ("msg", "say"),
    ("notify", "emit"),
    ("options", "ask"),
    ("pause", "wait"),
    ("post", "http"),
    ("print", "say"),
    ("prompt", "ask"),
    ("question", "ask"),
    ("quit", "end"),
    ("random", "split"),
    ("randomizer", "split"),
    ("record", "log"),
    ("redirect", "go"),
    ("remember", "set"),
    ("remove_tag", "untag"),
    ("reply", "say"),
    ("request", "http"),
    ("run", "call"),
    ("run_flow", "call"),
    ("save", "set"),
    ("send", "say"),
    ("send_message", "say"),
    ("send_template", "template"),
    ("send_text", "say"),
    ("set_attribute", "set"),
    ("set_field", "set"),
    ("set_tag", "tag"),
    ("set_value", "set"),
    ("set_variable", "set"),
    ("sleep", "wait"),
    ("start_flow", "start"),
    ("stop", "end"),
    ("store", "set"),
    ("subflow", "call"),
    ("subscribe", "consent"),
    ("text", "say"),
    ("transfer", "handoff"),
    ("typing", "wait"),
    ("unsubscribe", "consent"),
    ("uses", "call"),
    ("utter", "say"),
    ("variable", "set"),
    ("webhook", "http"),
    ("while", "repeat"),
];

/// Our step for this word.
pub fn verb(written: &str) -> Option<&'static str> {
    let word = written.to_lowercase();
    let ours = VERBS.iter().find(|(other, _)| *other == word).map(|(_, ours)| *ours);
    ours.or_else(|| foreign_words::verb(written))
}

/// Our steps and keys for a word of another product or of plain English; none if nothing is known about it.
pub fn ours(written: &str) -> Vec<&'static str> {
    let word = written.to_lowercase();
    let keys = KEYS.iter().find(|(other, _)| *other == word).map_or(&[][..], |(_, ours)| *ours);
    let mut all: Vec<&str> = verb(&word).into_iter().chain(keys.iter().copied()).collect();
    all.dedup();
    all
}

/// Our step for this word if both take the same value, so that the keys beside it can be read, too.
pub fn same_step(written: &str) -> Option<&'static str> {
    let foreign = foreign_words::verb(written);
    foreign.or_else(|| verb(written).filter(|ours| matches!(*ours, "ask" | "call" | "go" | "log" | "say")))
}

pub fn is_elseif(key: &str) -> bool {
    let foreign = ["sinon si", "si no si", "sino si", "senão se", "senao se", "sonst wenn", "altrimenti se"];
    let key = key.to_lowercase();
    matches!(key.as_str(), "elseif" | "elif" | "else if" | "else_if") || foreign.contains(&key.as_str())
}

/// The advice for an unknown key, of the keys that are still allowed; `None` if nothing is known about it.
pub fn key<'n>(entry: &Entry, unused: impl Iterator<Item = &'n str>) -> Option<String> {
    let written = entry.key.text.as_str();
    let unused: Vec<&str> = unused.collect();
    let word = written.to_lowercase();
    if let Some(help) = advice::key(&word, entry.value.text(), &unused) {
        return Some(help);
    }
    if is_elseif(&word) {
        return Some("write `else:`, and below it `- if: …` with a `then:` of its own".to_owned());
    }
    // `{say: Wait, please}`: the second half of a text became a key.
    let text = entry.key.place.file().text();
    let behind_comma = text[..entry.key.place.range().start].trim_end().ends_with(',');
    if entry.value.is_null() && (written.contains(' ') || behind_comma) {
        return Some("the text before it ends at its comma: put the whole text in quotes".to_owned());
    }
    if let Some(name) = written.strip_prefix('-').map(str::trim).filter(|name| !name.is_empty()) {
        return Some(format!("write a blank behind the `-`: `- {name}: …`"));
    }
    if MATCHES.contains(&word.as_str()) && unused.contains(&"match") {
        return Some(format!("write `match: {word}`"));
    }
    if let (true, Some(target)) = (JUMPS.contains(&word.as_str()), entry.value.text()) {
        return Some(format!("write a step of its own behind this one: `- go: {target}`"));
    }
    let of_products = KEYS.iter().find(|(other, _)| *other == word).map_or(&[] as &[&str], |(_, ours)| ours);
    let ours = of_products.iter().copied().chain(foreign_words::key(written)).find(|ours| unused.contains(ours))?;
    Some(format!("write `{ours}:`"))
}

/// Values of `match` that authors write as keys.
const MATCHES: [&str; 6] = ["contains", "exact", "like", "regex", "starts", "word"];

/// Keys of other products that name the step behind this one.
pub const JUMPS: [&str; 6] = ["next", "next_step", "goto", "go_to", "transition", "redirect"];

/// Our allowed key that means the same and takes the same value.
pub fn alike<'n>(written: &str, unused: &[&'n str]) -> Option<&'n str> {
    let word = written.to_lowercase();
    if let Some(ours) = foreign_words::key(written).and_then(|ours| unused.iter().find(|name| **name == ours)) {
        return Some(ours);
    }
    let (_, ours) = KEYS.iter().find(|(other, _)| *other == word)?;
    let ours = ours.iter().find_map(|ours| unused.iter().find(|name| name == &ours))?;
    ALIKE.contains(ours).then_some(ours)
}

/// Our keys whose values have the same structure in other products.
#[rustfmt::skip]
const ALIKE: [&str; 20] = [
    "as", "cases", "check", "do", "else", "inputs", "json", "latitude", "longitude", "on_error", "on_fail", "options", "query", "say", "steps",
    "text", "then", "url", "vars", "with",
];

/// True if other products or languages use this word for our key.
pub fn stands_for(written: &str, ours: &str) -> bool {
    let word = written.to_lowercase();
    foreign_words::key(written) == Some(ours) || KEYS.iter().any(|(other, all)| *other == word && all.contains(&ours))
}

/// `given` or `withdrawn`, for the words that authors write instead.
pub fn consent(written: &str) -> Option<&'static str> {
    match written.to_lowercase().as_str() {
        "yes" | "true" | "on" | "give" | "granted" | "accepted" | "opt_in" | "optin" | "in" | "start" => Some("given"),
        "no" | "false" | "off" | "none" | "stop" | "stopped" | "withdraw" | "revoked" | "removed" | "opt_out"
        | "optout" | "out" => Some("withdrawn"),
        _ => None,
    }
}

/// True if other products use this key for `as`, whose value is the name of a variable.
pub fn is_as(written: &str) -> bool {
    let word = written.to_lowercase();
    KEYS.iter().any(|(other, ours)| *other == word && *ours == ["as"])
}

/// The key in a text, and the advice: `say:Hello` lacks a blank, or has the colon of another keyboard.
pub fn key_in_text(text: &str) -> Option<(&str, String)> {
    let (name, rest) = text.split_once(['：', '﹕']).or_else(|| text.split_once(':'))?;
    let is_key = !name.is_empty() && name.chars().all(|c| c.is_ascii_lowercase() || c == '_');
    let hard = rest.starts_with(|c: char| c.is_whitespace() && !c.is_ascii());
    let rest = rest.trim();
    is_key.then(|| match text.contains(['：', '﹕']) {
        false if hard => (
            name,
            format!(
                "the blank behind the `:` is a hard one, as word processors write it: type a plain one, `{name}: {rest}`"
            ),
        ),
        true => (name, format!("this colon is none for YAML: write `{name}: {rest}` with the `:` of the keyboard")),
        false => (name, format!("write a blank behind the colon: `{name}: {rest}`")),
    })
}

/// The advice for a step without a colon: `say Hello`. `known` tests for a step. `before` is the text of the file
/// before it.
pub fn step_in_words(text: &str, before: &str, known: impl Fn(&str) -> bool) -> Option<String> {
    let (word, rest) = text.split_once(' ').unwrap_or((text, ""));
    // `Stop by our shop` is a text.
    let step = if known(word) { word } else { verb(word).filter(|_| word.chars().all(char::is_lowercase))? };
    let (step, rest) = match (step, rest.trim()) {
        ("end", _) => ("end".to_owned(), ""),
        (step, "") => (format!("{step}: …"), ""),
        (step, rest) => (format!("{step}: "), rest),
    };
    // Behind a `:` or within brackets a `- ` is not possible.
    let inline = before.trim_end().ends_with([':', '[', '{', ',']);
    Some(match (inline, step.as_str()) {
        (true, "end") => "write `end`".to_owned(),
        (true, _) => format!("write `{{{step}{rest}}}`"),
        (false, _) => format!("write `- {step}{rest}`"),
    })
}

/// The advice for an `if_closed` that is one text: `template reminder`.
pub fn if_closed(text: &str) -> String {
    match text.split_once([' ', ':']) {
        Some(("hold", span)) => format!("to hold it write `if_closed: {{hold: {}}}`", span.trim()),
        Some((key @ ("template" | "nudge"), name)) => {
            format!("for a template `{0}` write `if_closed: {{{key}: {0}}}`", name.trim())
        }
        _ => format!("for a template `{text}` write `if_closed: {{template: {text}}}`"),
    }
}

/// The part of `contact` for a word of another language or product; also of our own word.
pub fn contact_part(written: &str) -> Option<&'static str> {
    Some(match written.to_lowercase().replace([' ', '-'], "_").as_str() {
        "name" | "nombre" | "nome" | "nom" | "naam" | "full_name" | "fullname" | "contact_name" | "customer_name"
        | "client_name" | "user_name" | "nombre_completo" | "your_name" | "tu_nombre" | "seu_nome" => "name",
        "first_name" | "firstname" | "fname" | "first" | "vorname" | "prenom" | "prénom" | "primer_nombre" => {
            "first_name"
        }
        "phone" | "phone_number" | "phonenumber" | "mobile" | "wa_id" | "waid" | "msisdn" | "whatsapp" | "telefono"
        | "teléfono" | "telefone" | "telefon" | "tel" | "celular" | "movil" | "móvil" => "phone",
        "language" | "lang" | "locale" | "idioma" | "sprache" | "langue" | "lingua" | "lengua" => "language",
        "zone" | "timezone" | "time_zone" | "tz" | "zona" | "zona_horaria" => "zone",
        "country" | "country_code" | "pais" | "país" | "pays" => "country",
        "tags" | "labels" | "etiquetas" => "tags",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_other_products_are_known() {
        assert_eq!(verb("Send"), Some("say"));
        assert_eq!(verb("say"), None);
        assert_eq!(verb("demander"), Some("ask"));
        assert_eq!(alike("étapes", &["when", "steps"]), Some("steps"));
        assert_eq!(alike("étapes", &["when"]), None);
        assert_eq!(key_in_text("say:Hello").map(|(name, _)| name), Some("say"));
        assert!(key_in_text("say： Hello").is_some_and(|(_, help)| help.contains("of the keyboard")));
        assert_eq!(key_in_text("Note: no"), None);
    }

    #[test]
    fn the_lists_are_sorted_and_have_each_word_once() {
        assert!(VERBS.windows(2).all(|pair| pair[0].0 < pair[1].0));
        assert!(KEYS.windows(2).all(|pair| pair[0].0 < pair[1].0));
    }
}
