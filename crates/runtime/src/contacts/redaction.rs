//! Removes an erased person from texts that contain other data, too: raw bodies, dead letters, stored answers.
//!
//! Only whole values count: within `49151123456`, `4915112345` is a part of another person's number. A name is never
//! used as a pattern.

use crate::base::query;
use serde_json::{Map, Value as Json};

/// Replaces the person's data.
pub const ERASED: &str = "(erased)";

/// Stands before a display name among the names of a person, as `@` stands before a user name.
pub const SHOWN: char = '~';

/// Shorter names are only replaced if they are a whole value: within a text they could mean anything.
const MENTIONED_CHARS_MIN: usize = 7;

/// The person to remove, and the data to tell whose a text is.
#[derive(Debug)]
pub struct Person<'a> {
    /// Phone numbers without `+`, user ids, the user name with `@`, and the display name with `~`.
    pub names: &'a [String],
    /// The numbers and platform ids of the senders of the person's own account, and of all others.
    pub own: &'a [String],
    pub others: &'a [String],
    /// True if no other account knows these names.
    pub alone: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Occurrence {
    Nothing,
    /// The name occurs in another person's text.
    Mention,
    /// The data is the person's own.
    Own,
}

/// The accounts whose senders a part of a text names.
enum Side {
    Own,
    Others,
    Both,
    Neither,
}

impl Person<'_> {
    /// Redacts a raw body: JSON, a form, or any other text. `sure`: it certainly belongs to the person's own account.
    pub fn body(&self, text: &mut String, sure: bool) -> Occurrence {
        if let Some(mut json) = json_in(text) {
            let found = self.json(&mut json, sure);
            if found > Occurrence::Nothing {
                *text = json.to_string();
            }
            return found;
        }
        if is_form(text) {
            return self.form(text, sure);
        }
        if sure || self.alone { self.words(text) } else { Occurrence::Nothing }
    }

    /// Redacts JSON. An object with a name as a value is the person's: its texts and numbers are removed, its keys
    /// stay. Elsewhere only the name is removed.
    pub fn json(&self, value: &mut Json, sure: bool) -> Occurrence {
        if !sure {
            match self.side(value) {
                Side::Own => return self.json(value, true),
                Side::Neither if self.alone => return self.json(value, true),
                Side::Neither | Side::Others => return Occurrence::Nothing,
                // A body with senders of several accounts: redact each part by itself.
                Side::Both => {}
            }
        }
        match value {
            Json::Array(items) => {
                items.iter_mut().map(|item| self.json(item, sure)).max().unwrap_or(Occurrence::Nothing)
            }
            Json::Object(fields) if sure && self.is_own(fields) => {
                self.wipe(value);
                Occurrence::Own
            }
            Json::Object(fields) => {
                fields.values_mut().map(|field| self.json(field, sure)).max().unwrap_or(Occurrence::Nothing)
            }
            // A raw body that a dead letter keeps.
            Json::String(text) if json_in(text).is_some() || is_form(text) => self.body(text, sure),
            Json::String(text) if sure => self.words(text),
            Json::String(_) => Occurrence::Nothing,
            Json::Number(_) if sure && self.is_name(value) => {
                *value = ERASED.into();
                Occurrence::Mention
            }
            Json::Number(_) | Json::Bool(_) | Json::Null => Occurrence::Nothing,
        }
    }

    /// Replaces names in a text where they are not part of a longer word or number.
    pub fn words(&self, text: &mut String) -> Occurrence {
        if self.is_named(text) {
            ERASED.clone_into(text);
            return Occurrence::Mention;
        }
        let mut found = Occurrence::Nothing;
        for name in self.names.iter().filter(|name| name.chars().count() >= MENTIONED_CHARS_MIN) {
            if let Some(without) = without(text, name) {
                *text = without;
                found = Occurrence::Mention;
            }
        }
        found
    }

    /// Replaces the user name and the display name where a condition compares with them: `contact.username == "ana"`.
    /// Many people share a display name, and it can be any word: it goes only from a condition that reads
    /// `contact.name`.
    pub fn literals(&self, text: &mut String) -> Occurrence {
        let mut found = Occurrence::Nothing;
        let shown = text.contains("contact.name");
        for name in self.names.iter().filter_map(|name| match name.strip_prefix(SHOWN) {
            Some(name) => shown.then_some(name),
            None => name.strip_prefix('@'),
        }) {
            let escaped = name.replace('\\', "\\\\").replace('"', "\\\"");
            for (quote, name) in [('"', escaped.as_str()), ('\'', name), ('`', name)] {
                let literal = format!("{quote}{name}{quote}");
                if text.contains(&literal) {
                    *text = text.replace(&literal, &format!("{quote}{ERASED}{quote}"));
                    found = Occurrence::Mention;
                }
            }
        }
        found
    }

    fn form(&self, text: &mut String, sure: bool) -> Occurrence {
        let mut pairs = query::pairs(text);
        if !sure {
            let values: Vec<Json> = pairs.iter().map(|(_, value)| value.as_str().into()).collect();
            let allowed = match self.side(&Json::Array(values)) {
                Side::Own => true,
                Side::Neither => self.alone,
                Side::Both | Side::Others => false,
            };
            if !allowed {
                return Occurrence::Nothing;
            }
        }
        let found = if pairs.iter().any(|(_, value)| self.is_named(value)) {
            pairs.iter_mut().for_each(|(_, value)| ERASED.clone_into(value));
            Occurrence::Own
        } else {
            pairs.iter_mut().map(|(_, value)| self.words(value)).max().unwrap_or(Occurrence::Nothing)
        };
        if found > Occurrence::Nothing {
            let written = pairs.iter().map(|(name, value)| format!("{}={}", query::encode(name), query::encode(value)));
            *text = written.collect::<Vec<_>>().join("&");
        }
        found
    }

    fn is_own(&self, fields: &Map<String, Json>) -> bool {
        fields.iter().any(|(key, value)| self.is_name(value) || self.is_named(key))
    }

    fn wipe(&self, value: &mut Json) {
        match value {
            Json::Object(fields) => {
                for (mut key, mut inner) in std::mem::take(fields) {
                    self.wipe(&mut inner);
                    self.words(&mut key);
                    fields.insert(key, inner);
                }
            }
            Json::Array(items) => items.iter_mut().for_each(|item| self.wipe(item)),
            Json::String(_) | Json::Number(_) => *value = ERASED.into(),
            Json::Bool(_) | Json::Null => {}
        }
    }

    fn is_name(&self, value: &Json) -> bool {
        match value {
            Json::String(text) => self.is_named(text),
            Json::Number(number) => self.names.contains(&number.to_string()),
            _ => false,
        }
    }

    /// True if the text is one of the names, however a number in it is spaced.
    fn is_named(&self, text: &str) -> bool {
        let bare = bare(text);
        let spaced =
            bare.len() > MENTIONED_CHARS_MIN && bare.chars().all(|c| c.is_ascii_digit() || " -()./".contains(c));
        // `00` stands for `+` in most countries.
        let is_spelled = || {
            let digits: String = bare.chars().filter(char::is_ascii_digit).collect();
            self.names.iter().any(|name| *name == digits || digits.strip_prefix("00") == Some(name.as_str()))
        };
        self.names.iter().any(|name| name == bare || name == text) || (spaced && is_spelled())
    }

    fn side(&self, value: &Json) -> Side {
        match (names_any(value, self.own), names_any(value, self.others)) {
            (true, true) => Side::Both,
            (true, false) => Side::Own,
            (false, true) => Side::Others,
            (false, false) => Side::Neither,
        }
    }
}

fn json_in(text: &str) -> Option<Json> {
    let looks = text.trim_start().starts_with(['{', '[']);
    looks.then(|| serde_json::from_str(text).ok()).flatten()
}

fn is_form(text: &str) -> bool {
    text.contains('=') && !text.contains(|c: char| c.is_whitespace() || "<>\"{}".contains(c))
}

/// A number without the platform's prefix: `+34600111222`, `whatsapp:+34600111222`.
fn bare(text: &str) -> &str {
    let text = text.trim();
    let text = text.strip_prefix("whatsapp:").unwrap_or(text);
    text.strip_prefix('+').unwrap_or(text).trim()
}

/// True if any value is one of these.
fn names_any(value: &Json, marks: &[String]) -> bool {
    match value {
        Json::String(text) => match json_in(text) {
            Some(inner) => names_any(&inner, marks),
            None if is_form(text) => {
                query::pairs(text).iter().any(|(_, value)| marks.iter().any(|mark| mark == bare(value)))
            }
            None => marks.iter().any(|mark| mark == bare(text)),
        },
        Json::Number(number) => marks.contains(&number.to_string()),
        Json::Array(items) => items.iter().any(|item| names_any(item, marks)),
        Json::Object(fields) => fields.values().any(|field| names_any(field, marks)),
        Json::Bool(_) | Json::Null => false,
    }
}

/// The text with each whole occurrence of a name replaced, together with a `+` before it.
fn without(text: &str, name: &str) -> Option<String> {
    let mut out = String::with_capacity(text.len());
    let (mut rest, mut found) = (text, false);
    while let Some(at) = rest.find(name) {
        let (before, behind) = (&rest[..at], &rest[at + name.len()..]);
        let last = out.chars().last();
        let goes_on = before.chars().last().or(last).is_some_and(char::is_alphanumeric)
            || behind.chars().next().is_some_and(char::is_alphanumeric);
        if goes_on {
            out.push_str(&rest[..at + name.len()]);
        } else {
            out.push_str(before.strip_suffix('+').unwrap_or(before));
            out.push_str(ERASED);
            found = true;
        }
        rest = behind;
    }
    out.push_str(rest);
    found.then_some(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const ANA: &str = "34600111222";

    fn redacted(text: &str, sure: bool, alone: bool) -> (Occurrence, String) {
        let names = [ANA.to_owned(), "ES.13491208655302741918".to_owned(), "77".to_owned()];
        let (own, others) = (["106".to_owned()], ["207".to_owned()]);
        let person = Person { names: &names, own: &own, others: &others, alone };
        let mut text = text.to_owned();
        (person.body(&mut text, sure), text)
    }

    #[test]
    fn what_only_begins_like_a_name_is_somebody_else() {
        for other in ["346001112223", "1346001112223", "x34600111222", "34600111222a", "771", "277"] {
            let text = json!({"from": other, "text": {"body": format!("call {other}")}}).to_string();
            assert_eq!(redacted(&text, true, true), (Occurrence::Nothing, text));
        }
        assert_eq!(redacted("call 77 or 771", true, true).0, Occurrence::Nothing, "a short name is no word");
    }

    #[test]
    fn an_object_with_a_name_is_the_persons_and_loses_all_but_its_keys() {
        for name in [
            ANA,
            "+34600111222",
            "whatsapp:+34600111222",
            "+34 600 111 222",
            "0034600111222",
            "00 34 600-111-222",
            "ES.13491208655302741918",
            "77",
        ] {
            let text = json!({"from": name, "n": 5, "text": {"body": "Secret"}, "yes": true}).to_string();
            let (found, left) = redacted(&text, true, true);
            assert_eq!(found, Occurrence::Own, "{name}");
            let left: Json = serde_json::from_str(&left).unwrap();
            assert_eq!(left, json!({"from": ERASED, "n": ERASED, "text": {"body": ERASED}, "yes": true}), "{name}");
        }
        let (found, left) = redacted(&json!({ANA: {"name": "Ana"}, "a": [34_600_111_222_i64]}).to_string(), true, true);
        assert_eq!(found, Occurrence::Own);
        assert!(!left.contains("Ana") && !left.contains(ANA), "{left}");
    }

    #[test]
    fn in_the_words_of_somebody_else_only_the_name_goes() {
        let text = json!({"from": "34600999888", "text": {"body": "Ask +34600111222, please"}}).to_string();
        let (found, left) = redacted(&text, true, true);
        assert_eq!(found, Occurrence::Mention);
        assert_eq!(left, json!({"from": "34600999888", "text": {"body": "Ask (erased), please"}}).to_string());
        let raw = json!({"raw": text, "provider": "meta"}).to_string();
        let (found, left) = redacted(&raw, true, true);
        assert!(found == Occurrence::Mention && left.contains("34600999888") && !left.contains(ANA), "{left}");
    }

    #[test]
    fn what_names_another_accounts_sender_stays() {
        let part = |sender: &str| json!({"metadata": {"phone_number_id": sender}, "messages": [{"from": ANA}]});
        let both = json!({"entry": [part("106"), part("207")]}).to_string();
        let (found, left) = redacted(&both, false, true);
        assert_eq!(found, Occurrence::Own);
        let left: Json = serde_json::from_str(&left).unwrap();
        assert_eq!(left["entry"][0]["messages"][0]["from"], ERASED);
        assert_eq!(left["entry"][1]["messages"][0]["from"], ANA);
        let theirs = part("207").to_string();
        assert_eq!(redacted(&theirs, false, true), (Occurrence::Nothing, theirs));
        let unsaid = part("999").to_string();
        assert_eq!(
            redacted(&unsaid, false, false),
            (Occurrence::Nothing, unsaid.clone()),
            "another account knows the name"
        );
        assert_eq!(redacted(&unsaid, false, true).0, Occurrence::Own);
    }

    #[test]
    fn a_condition_loses_the_user_name_that_it_compares_with() {
        let names = ["@ana".to_owned()];
        let person = Person { names: &names, own: &[], others: &[], alone: true };
        let mut text = "contact.username == \"ana\" || contact.name == \"anabel\"".to_owned();
        assert_eq!(person.literals(&mut text), Occurrence::Mention);
        assert_eq!(text, "contact.username == \"(erased)\" || contact.name == \"anabel\"");
        assert_eq!(person.literals(&mut text), Occurrence::Nothing);
    }

    #[test]
    fn a_condition_on_the_name_loses_the_display_name_and_no_other_condition_does() {
        for (name, condition, left) in [
            ("~Ada", "contact.name == \"Ada\"", "contact.name == \"(erased)\""),
            ("~Ada", "contact.name in ['Ada', `Ada`, \"Adam\"]", "contact.name in ['(erased)', `(erased)`, \"Adam\"]"),
            ("~vip", "\"vip\" in contact.tags", "\"vip\" in contact.tags"),
            ("~A \"D\" \\", r#"contact.name == "A \"D\" \\""#, "contact.name == \"(erased)\""),
        ] {
            let names = [name.to_owned()];
            let person = Person { names: &names, own: &[], others: &[], alone: true };
            let mut text = condition.to_owned();
            person.literals(&mut text);
            assert_eq!(text, left);
        }
    }

    #[test]
    fn a_form_inside_a_dead_letter_is_read_as_one() {
        let form = "From=whatsapp%3A%2B34600111222&ProfileName=Ana&Body=Umbrella&To=106";
        let letter = json!({"provider": "twilio", "raw": form, "size": 5}).to_string();
        let (found, left) = redacted(&letter, false, false);
        assert_eq!(found, Occurrence::Own);
        assert!(!left.contains(ANA) && !left.contains("Umbrella") && !left.contains("Ana"), "{left}");
        assert!(left.contains("twilio") && left.contains("ProfileName"), "{left}");
    }

    #[test]
    fn a_form_is_read_as_one() {
        let (found, left) = redacted("From=whatsapp%3A%2B34600111222&Body=The+Umbrella&To=106", false, false);
        assert_eq!((found, left.as_str()), (Occurrence::Own, "From=%28erased%29&Body=%28erased%29&To=%28erased%29"));
        let theirs = "From=whatsapp%3A%2B34600111222&Body=x&To=207";
        assert_eq!(redacted(theirs, false, true), (Occurrence::Nothing, theirs.to_owned()));
    }
}
