//! Masks personal data in a recorded conversation: words of the bot stay, other words of a person are replaced.

use super::words::InputWords;
use crate::{
    flow::{FlowSet, tools::testfile::Fact},
    model::{answer::AnswerType, contact::ContactData, matching, value::Value},
};
use std::collections::BTreeSet;

pub(super) const PHONE: &str = "+34600111222";
pub(super) const NAME: &str = "Ana";

/// Numbers with at least this many digits may identify a person, an account or a card.
const DIGITS_MIN: usize = 5;

/// The words that are not personal: those of flows and tests.
pub(super) struct Mask {
    known: BTreeSet<String>,
}

impl Mask {
    pub fn new(set: &FlowSet, words: &InputWords) -> Mask {
        let of_text = |text: &str| matching::fold(text).split_whitespace().map(str::to_owned).collect::<Vec<_>>();
        let mut known: BTreeSet<String> = words.texts.iter().flat_map(|text| of_text(text)).collect();
        for node in set.flows.values().flat_map(|flow| &flow.nodes) {
            let options = node.outline.yaml.get("options").map(|options| options.place.text()).unwrap_or_default();
            known.extend(of_text(options));
        }
        Mask { known }
    }

    /// Masks a text that was typed while a question of this type was waiting, or none.
    pub fn typed(&self, text: &str, asked: Option<AnswerType>) -> String {
        match asked {
            Some(AnswerType::Phone) => "+34600111333".to_owned(),
            Some(AnswerType::Email) => "ana@example.com".to_owned(),
            // A value rather than a person's words; a masked value would have another meaning.
            Some(
                AnswerType::Number
                | AnswerType::Whole
                | AnswerType::Date
                | AnswerType::Time
                | AnswerType::DateTime
                | AnswerType::YesNo,
            ) if digits(text) <= 8 => text.to_owned(),
            // `24.12.2026 10:30`; no phone number has a colon.
            Some(AnswerType::DateTime) if digits(text) <= 12 && text.contains(':') => text.to_owned(),
            _ => self.words(text),
        }
    }

    /// Replaces each unknown word by `x`s, and each long number by `1`s, of the same length; also a number that is
    /// written in groups.
    pub fn words(&self, text: &str) -> String {
        let mut out = String::with_capacity(text.len());
        let mut number = GroupedNumber::default();
        let mut rest = text;
        while !rest.is_empty() {
            let (word, after) = rest.split_at(rest.find(|c: char| !c.is_alphanumeric()).unwrap_or(rest.len()));
            let (marks, after) = after.split_at(after.find(char::is_alphanumeric).unwrap_or(after.len()));
            number.next(word, &mut out);
            out.push_str(&self.word(word));
            if !GroupedNumber::goes_on_after(marks) {
                number.end(&mut out);
            }
            out.push_str(marks);
            rest = after;
        }
        number.end(&mut out);
        out
    }

    /// Masks all texts in a value.
    pub fn value(&self, value: &Value) -> Value {
        match value {
            Value::Text(text) => Value::text(self.words(text)),
            Value::List(items) => Value::List(items.iter().map(|item| self.value(item)).collect()),
            Value::Map(map) => Value::Map(map.iter().map(|(name, value)| (name.clone(), self.value(value))).collect()),
            other => other.clone(),
        }
    }

    fn word(&self, word: &str) -> String {
        if word.chars().all(|c| c.is_ascii_digit()) {
            return if word.len() >= DIGITS_MIN { "1".repeat(word.len()) } else { word.to_owned() };
        }
        if self.known.contains(&matching::fold(word)) {
            return word.to_owned();
        }
        word.chars()
            .map(|c| {
                if c.is_uppercase() {
                    'X'
                } else if c.is_ascii_digit() {
                    '1'
                } else {
                    'x'
                }
            })
            .collect()
    }

    /// The facts of a contact that may be recorded: a sample person with the same tags, consents and time zone.
    pub fn contact(&self, set: &FlowSet, data: &ContactData) -> Vec<Fact> {
        let mut facts = vec![Fact::Name(data.name.as_ref().map(|_| NAME.to_owned())), Fact::Phone(PHONE.to_owned())];
        facts.extend(data.language.clone().map(|language| Fact::Language(Some(language))));
        let by_phone = data.phone.as_deref().and_then(crate::base::phone::zone);
        let zone = data.zone.as_deref().or(by_phone);
        if zone != crate::base::phone::zone(PHONE) {
            facts.extend(zone.map(|zone| Fact::Zone(Some(zone.to_owned()))));
        }
        if !data.tags.is_empty() {
            facts.push(Fact::Tags(data.tags.iter().cloned().collect()));
        }
        let consent: Vec<(String, bool)> = data
            .consent
            .iter()
            .filter(|(topic, _)| set.bot.topics.contains_key(*topic))
            .map(|(topic, consent)| (topic.clone(), consent.given))
            .collect();
        if !consent.is_empty() {
            facts.push(Fact::Consent(consent));
        }
        for (name, value) in &data.fields {
            let Some(field) = set.bot.fields.iter().find(|field| field.name == *name) else { continue };
            let value = match (field.kind.of, value) {
                (AnswerType::Choice, value) => value.clone(),
                (kind, Value::Text(text)) => Value::text(self.typed(text, Some(kind))),
                (_, Value::List(_) | Value::Map(_)) => continue,
                (_, value) => value.clone(),
            };
            facts.push(Fact::Field(name.clone(), value));
        }
        facts
    }
}

fn digits(text: &str) -> usize {
    text.chars().filter(char::is_ascii_digit).count()
}

/// A number whose digits stand in groups, as people write phone numbers: `600 111 222`.
#[derive(Default)]
struct GroupedNumber {
    /// Where its first digit is in the masked text.
    from: usize,
    digits: usize,
}

impl GroupedNumber {
    /// True if the number may go on after these characters.
    fn goes_on_after(marks: &str) -> bool {
        marks.len() <= 2 && marks.chars().all(|c| " .-/()".contains(c))
    }

    /// Takes the next word, which will stand at the end of `out`.
    fn next(&mut self, word: &str, out: &mut String) {
        if word.is_empty() || !word.chars().all(|c| c.is_ascii_digit()) {
            return self.end(out);
        }
        if self.digits == 0 {
            self.from = out.len();
        }
        self.digits += word.len();
    }

    /// The number is over: masks its digits if they are too many.
    fn end(&mut self, out: &mut String) {
        if self.digits >= DIGITS_MIN {
            let masked: String = out[self.from..].chars().map(|c| if c.is_ascii_digit() { '1' } else { c }).collect();
            out.replace_range(self.from.., &masked);
        }
        self.digits = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{base::place::SourceFile, flow::parse_set};

    #[test]
    fn what_the_bot_does_not_know_becomes_unreadable() {
        let flow = "flow: f\nwhen: [{message: where is my order}]\nsteps:\n  - ask: Which?\n    options: [Red, Blue]\n";
        let (set, _) = parse_set(&[SourceFile::new("flows/f.yaml", flow)]);
        let mask = Mask::new(&set, &InputWords::of(&set, std::iter::empty()));
        assert_eq!(
            mask.words("Where is my order 123456, I am José from No. 12?"),
            "Where is my order 111111, X xx Xxxx xxxx Xx. 12?"
        );
        assert_eq!(mask.words("red"), "red");
        assert_eq!(mask.words("+34 600 333 444, 600-333-444"), "+11 111 111 111, 111-111-111");
        assert_eq!(mask.words("(600) 333 444 is 12 at 10:30, 7 or 8"), "(111) 111 111 is 12 xx 10:30, 7 xx 8");
        assert_eq!((mask.words(""), mask.words(" ñ ")), (String::new(), " x ".to_owned()));
        assert_eq!(mask.typed("jose@shop.es", Some(AnswerType::Email)), "ana@example.com");
        assert_eq!(mask.typed("24.12.2026 10:30", Some(AnswerType::DateTime)), "24.12.2026 10:30");
        assert_eq!(mask.typed("600 333 444", Some(AnswerType::DateTime)), "111 111 111");
        assert_eq!(mask.typed("3 May", Some(AnswerType::Date)), "3 May");
        assert_eq!(mask.typed("4111111111111111", Some(AnswerType::Number)), "1".repeat(16));
    }
}
