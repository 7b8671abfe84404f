//! Translates the tests of RapidPro's routers into conditions.

use super::{
    super::{
        report::Place,
        source::{list, text},
        texts::in_code,
    },
    Reader,
    expressions::{Code, bracketed},
};
use serde_json::Value;

/// A number within a text.
const NUMBER: &str = "-?[0-9]+(?:[.,][0-9]+)?";

impl Reader<'_> {
    /// The condition of a case. `is`: what is tested.
    pub(super) fn case(&mut self, case: &Value, is: &Code, place: &Place) -> String {
        let own: Vec<String> = list(case, "arguments").iter().filter_map(Value::as_str).map(str::to_owned).collect();
        let kind = text(case, "type");
        let first = own.first().cloned().unwrap_or_default();
        let code = bracketed(&is.as_text());
        let words: Vec<String> = [own.clone(), self.localized(&text(case, "uuid"), "arguments")]
            .concat()
            .iter()
            .flat_map(|text| words(text))
            .collect();
        match kind.as_str() {
            "has_text" | "has_value" => format!("{code}.trim() != \"\""),
            "has_any_word" | "has_all_words" | "has_phrase" | "has_beginning" | "has_only_phrase" | "has_only_text"
            | "has_pattern"
                if first.contains('@') =>
            {
                let other = self.code(&first, place).as_text();
                match kind.as_str() {
                    "has_beginning" => format!("{code}.lower().trim().starts_with(({other}).lower())"),
                    "has_only_phrase" | "has_only_text" => format!("{code}.lower().trim() == ({other}).lower().trim()"),
                    _ => format!("{code}.lower().contains(({other}).lower())"),
                }
            }
            "has_any_word" => match words.as_slice() {
                [one] => matches(&code, &format!("\\b{one}\\b")),
                many => matches(&code, &format!("\\b({})\\b", many.join("|"))),
            },
            "has_all_words" => {
                let all: Vec<String> = words.iter().map(|word| matches(&code, &format!("\\b{word}\\b"))).collect();
                if all.is_empty() { "false".to_owned() } else { all.join(" && ") }
            }
            "has_phrase" => matches(&code, &format!("\\b{}\\b", words.join("\\s+"))),
            "has_beginning" => format!("{code}.lower().trim().starts_with({})", in_code(&first.trim().to_lowercase())),
            "has_only_phrase" | "has_only_text" => {
                let others = self.localized(&text(case, "uuid"), "arguments");
                let all: Vec<String> =
                    [vec![first], others].concat().iter().map(|text| in_code(&text.trim().to_lowercase())).collect();
                match all.as_slice() {
                    [one] => format!("{} == {one}", small(&code)),
                    many => format!("[{}].contains({})", many.join(", "), small(&code)),
                }
            }
            "has_pattern" => format!("{code}.is_match({})", in_code(&format!("(?i){}", first.trim()))),
            kind if kind.starts_with("has_number") => self.number(kind, &own, is, place),
            "has_email" => format!("{code}.is_match(\"[^@ ]+@[^@ ]+[.][a-z]{{2,}}\")"),
            "has_phone" => format!("{code}.is_match(\"[+]?[0-9][0-9 ()-]{{6,}}\")"),
            "has_date" | "has_date_eq" | "has_date_lt" | "has_date_gt" => {
                self.bot.report.replaced(
                    place,
                    format!("`{kind}`: only a day as 2026-12-24 counts; `ask` with `type: date` reads more"),
                );
                format!("!missing(date({code}.trim()))")
            }
            "has_time" => format!("!missing(time({code}.trim()))"),
            "has_group" => {
                let name = own.get(1).or(own.first()).cloned().unwrap_or_default();
                format!("contact.tags.contains({})", in_code(&name))
            }
            "has_category" => {
                let all: Vec<String> = own.iter().map(|name| in_code(name)).collect();
                format!("[{}].contains({code})", all.join(", "))
            }
            "has_intent" | "has_top_intent" => format!("{code} == {}", in_code(&first)),
            "has_image" | "has_audio" | "has_video" | "has_file" | "has_location" => {
                let kind = kind.trim_start_matches("has_").replace("file", "document");
                format!("msg.kind == \"{kind}\"")
            }
            "has_media" => "![\"text\", \"button\", \"location\"].contains(msg.kind)".to_owned(),
            "has_error" => "false".to_owned(),
            _ => {
                self.bot.report.left(place, format!("the test `{kind}` has no counterpart; any text passes it"));
                format!("{code}.trim() != \"\"")
            }
        }
    }

    fn number(&mut self, kind: &str, own: &[String], is: &Code, place: &Place) -> String {
        let code = bracketed(&is.as_text());
        let has = format!("{code}.is_match(\"{NUMBER}\")");
        let value = match is.is {
            super::expressions::Is::Number => is.code.clone(),
            _ => format!("(({code}.capture(\"{NUMBER}\") ?? \"\").to_number() ?? 0)"),
        };
        let mut limit = |at: usize| {
            let raw = own.get(at).cloned().unwrap_or_default();
            raw.trim().parse::<f64>().map_or_else(|_| self.code(&raw, place).numeric(), |_| raw.trim().to_owned())
        };
        let compared = match kind.trim_start_matches("has_number") {
            "" => return has,
            "_eq" => format!("{value} == {}", limit(0)),
            "_lt" => format!("{value} < {}", limit(0)),
            "_lte" => format!("{value} <= {}", limit(0)),
            "_gt" => format!("{value} > {}", limit(0)),
            "_gte" => format!("{value} >= {}", limit(0)),
            _ => format!("{value} >= {} && {value} <= {}", limit(0), limit(1)),
        };
        if is.is == super::expressions::Is::Number { compared } else { format!("{has} && {compared}") }
    }
}

/// The words of an argument, safe within a pattern.
fn words(text: &str) -> Vec<String> {
    let word = |word: &str| -> String {
        word.to_lowercase()
            .chars()
            .map(|c| if c.is_ascii_punctuation() { format!("\\{c}") } else { c.to_string() })
            .collect()
    };
    text.split(|c: char| c.is_whitespace() || c == ',')
        .filter(|word| word.chars().any(char::is_alphanumeric))
        .map(word)
        .collect()
}

fn matches(code: &str, pattern: &str) -> String {
    format!("{code}.lower().is_match({})", in_code(pattern))
}

fn small(code: &str) -> String {
    format!("{code}.trim().lower()")
}
