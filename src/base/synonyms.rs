//! Translates words of other products and of plain English to ours: no spelling distance leads from `elseif` to
//! `else`.

use super::yaml::Entry;

/// Keys that authors write, and our keys that they may mean.
const KEYS: [(&str, &[&str]); 57] = [
    ("action", &["steps", "do"]),
    ("actions", &["steps", "do"]),
    ("after", &["wait", "timeout"]),
    ("answers", &["options"]),
    ("args", &["with"]),
    ("arguments", &["with"]),
    ("begin", &["from"]),
    ("body", &["json"]),
    ("case", &["cases"]),
    ("choice", &["options"]),
    ("choices", &["options"]),
    ("condition", &["if"]),
    ("data", &["json", "with"]),
    ("default", &["else"]),
    ("delay", &["after"]),
    ("do", &["then", "steps"]),
    ("end", &["to"]),
    ("error", &["invalid", "on_error"]),
    ("file", &["media"]),
    ("href", &["url"]),
    ("id", &["flow"]),
    ("image", &["media"]),
    ("in", &["at"]),
    ("input", &["inputs"]),
    ("into", &["as"]),
    ("items", &["options"]),
    ("kind", &["type"]),
    ("label", &["title"]),
    ("lang", &["language"]),
    ("link_url", &["link"]),
    ("message", &["say", "when"]),
    ("name", &["flow", "title", "as"]),
    ("on", &["when"]),
    ("on_failure", &["on_error", "on_fail"]),
    ("on_invalid", &["invalid"]),
    ("otherwise", &["else"]),
    ("parameters", &["vars", "with"]),
    ("params", &["query", "with", "inputs", "vars"]),
    ("picture", &["media"]),
    ("retries", &["tries", "retry"]),
    ("save", &["as"]),
    ("save_as", &["as"]),
    ("set", &["vars"]),
    ("start", &["from"]),
    ("steps", &["do", "then"]),
    ("store", &["as"]),
    ("store_as", &["as"]),
    ("text", &["say", "title"]),
    ("trigger", &["when"]),
    ("triggers", &["when"]),
    ("until", &["to"]),
    ("validate", &["check"]),
    ("validation", &["check"]),
    ("values", &["vars"]),
    ("var", &["as"]),
    ("variable", &["as"]),
    ("variables", &["vars"]),
];

/// Steps of other products, and ours.
const VERBS: [(&str, &str); 47] = [
    ("answer", "say"),
    ("assign", "set"),
    ("buttons", "ask"),
    ("choice", "ask"),
    ("choose", "ask"),
    ("code", "script"),
    ("condition", "if"),
    ("debug", "log"),
    ("delay", "wait"),
    ("elif", "if"),
    ("else", "if"),
    ("elseif", "if"),
    ("escalate", "handoff"),
    ("event", "emit"),
    ("exit", "end"),
    ("fetch", "http"),
    ("finish", "end"),
    ("for", "repeat"),
    ("foreach", "repeat"),
    ("function", "script"),
    ("get", "http"),
    ("goto", "go"),
    ("handover", "handoff"),
    ("human", "handoff"),
    ("input", "ask"),
    ("jump", "go"),
    ("loop", "repeat"),
    ("match", "switch"),
    ("menu", "ask"),
    ("message", "say"),
    ("msg", "say"),
    ("options", "ask"),
    ("pause", "wait"),
    ("post", "http"),
    ("print", "say"),
    ("prompt", "ask"),
    ("question", "ask"),
    ("quit", "end"),
    ("reply", "say"),
    ("request", "http"),
    ("run", "call"),
    ("send", "say"),
    ("sleep", "wait"),
    ("stop", "end"),
    ("text", "say"),
    ("transfer", "handoff"),
    ("while", "repeat"),
];

/// Our step for this word.
pub fn verb(written: &str) -> Option<&'static str> {
    let word = written.to_lowercase();
    VERBS.iter().find(|(other, _)| *other == word).map(|(_, ours)| *ours)
}

/// Our step for this word if both take the same value, so that the keys beside it can be read, too.
pub fn same_step(written: &str) -> Option<&'static str> {
    verb(written).filter(|ours| matches!(*ours, "ask" | "call" | "go" | "log" | "say"))
}

pub fn is_elseif(key: &str) -> bool {
    matches!(key.to_lowercase().as_str(), "elseif" | "elif" | "else if" | "else_if")
}

/// The advice for an unknown key, of the keys that are still allowed; `None` if nothing is known about it.
pub fn key<'n>(entry: &Entry, unused: impl Iterator<Item = &'n str>) -> Option<String> {
    let written = entry.key.text.as_str();
    let unused: Vec<&str> = unused.collect();
    let word = written.to_lowercase();
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
    let (_, ours) = KEYS.iter().find(|(other, _)| *other == word)?;
    let ours = ours.iter().find(|ours| unused.contains(ours))?;
    Some(format!("write `{ours}:`"))
}

/// Our allowed key that means the same and takes the same value.
pub fn alike<'n>(written: &str, unused: &[&'n str]) -> Option<&'n str> {
    let word = written.to_lowercase();
    let (_, ours) = KEYS.iter().find(|(other, _)| *other == word)?;
    let ours = ours.iter().find_map(|ours| unused.iter().find(|name| name == &ours))?;
    ALIKE.contains(ours).then_some(ours)
}

/// Our keys whose values have the same structure in other products.
const ALIKE: [&str; 17] = [
    "as", "cases", "check", "do", "else", "inputs", "json", "on_error", "on_fail", "options", "query", "say", "steps",
    "then", "url", "vars", "with",
];

/// True if other products use this word for our key.
pub fn stands_for(written: &str, ours: &str) -> bool {
    let word = written.to_lowercase();
    KEYS.iter().any(|(other, all)| *other == word && all.contains(&ours))
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
    let rest = rest.trim();
    is_key.then(|| match text.contains(['：', '﹕']) {
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

/// Our type for a type name of another language.
pub fn type_name(written: &str) -> Option<&'static str> {
    Some(match written.to_lowercase().as_str() {
        "int" | "integer" | "long" | "entero" | "inteiro" | "entier" => "whole",
        "float" | "double" | "decimal" | "amount" | "numeric" | "número" | "numero" | "nombre" | "zahl" => "number",
        "string" | "str" | "varchar" | "texto" | "texte" => "text",
        "bool" | "boolean" | "yes/no" | "yes_no" | "booleano" => "yesno",
        "day" | "fecha" | "data" | "datum" | "día" | "dia" => "date",
        "timestamp" | "moment" | "date_time" | "date-time" | "date time" => "datetime",
        "clock" | "hour" | "hora" | "heure" | "uhrzeit" => "time",
        "array" | "lista" | "liste" => "list",
        "object" | "dict" | "json" => "map",
        "mail" | "e-mail" | "correo" => "email",
        "tel" | "telephone" | "mobile" | "teléfono" | "telefono" | "telefone" | "téléphone" | "telefon" => "phone",
        "enum" | "select" | "option" => "choice",
        "photo" | "picture" | "foto" | "imagen" => "image",
        "file" | "pdf" => "document",
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
