//! Writes test files as text, for `--wander`, `--record` and `test init`.

use super::{Arrival, Delivery, FROM_AD, Fact, TestAction, TestFault};
use crate::{
    base::{diagnostic::Findings, place::SourceFile, yaml},
    model::value::Value,
};

/// A case as text for `cases:`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CaseText {
    pub name: String,
    /// Comments above it, for readers.
    pub remarks: Vec<String>,
    /// Keys of the case itself: `now: …`.
    pub head: Vec<String>,
    /// The steps without their `- `, each in one or more lines.
    pub steps: Vec<String>,
}

impl CaseText {
    /// The case as in a file, indented by two.
    pub fn lines(&self) -> String {
        let mut text = String::new();
        for remark in &self.remarks {
            text.push_str(&format!("  # {remark}\n"));
        }
        text.push_str(&format!("  - name: {}\n", scalar(&self.name)));
        for key in &self.head {
            text.push_str(&indented(key, "    "));
        }
        text.push_str("    steps:\n");
        for step in &self.steps {
            let mut lines = step.lines();
            text.push_str(&format!("      - {}\n", lines.next().unwrap_or_default()));
            lines.for_each(|line| text.push_str(&format!("        {line}\n")));
        }
        text
    }
}

/// The text of a test file with more cases behind its own; `None` if its cases are not a list at its end.
pub fn append(text: &str, cases: &str) -> Option<String> {
    let file = SourceFile::new("test.yaml", text);
    let root = yaml::load(&file, &Findings::default())?;
    let last = root.map()?.last().filter(|entry| entry.key.text == "cases")?;
    let by = match last.value.list() {
        Some(list) => {
            let place = &list.first()?.place;
            let line = file.text().lines().nth(place.line() - 1)?;
            line.trim_start().starts_with("- ").then(|| line.len() - line.trim_start().len())?
        }
        None => last.value.is_null().then_some(2)?,
    };
    let mut new = text.trim_end().to_owned();
    new.push('\n');
    for line in cases.lines() {
        let line = line.strip_prefix("  ").unwrap_or(line);
        new.push_str(&format!("{:by$}{line}\n", ""));
    }
    Some(new)
}

/// A text as a YAML value that parses to the same text, also inside `{ }`.
pub fn scalar(text: &str) -> String {
    let first = text.chars().next().unwrap_or('"');
    let plain = (first.is_alphanumeric() || matches!(first, '/' | '+'))
        && text.trim() == text
        && text.chars().all(|c| c.is_alphanumeric() || " .'!?/+_-*()€$%&;=@<>~°·…".contains(c))
        && !text.contains(" #")
        && !matches!(text, "nothing" | "none" | "null" | "true" | "false" | "yes" | "no" | "on" | "off" | "end")
        && text.parse::<f64>().is_err();
    if plain { text.to_owned() } else { quoted(text) }
}

/// As `scalar`, for a text at the end of its line, which may contain commas.
pub fn line_scalar(text: &str) -> String {
    let bare: String = text.chars().map(|c| if c == ',' { '.' } else { c }).collect();
    if scalar(&bare) == bare { text.to_owned() } else { quoted(text) }
}

/// An action as a step of a test file; `None` for checks.
pub fn act(act: &TestAction) -> Option<String> {
    Some(match act {
        TestAction::User(text) => format!("user: {}", line_scalar(text)),
        TestAction::Tap(title) => format!("tap: {}", line_scalar(title)),
        TestAction::Media { kind, caption: None } => format!("media: {}", kind.as_str()),
        TestAction::Media { kind, caption: Some(caption) } => {
            format!("media: {{kind: {}, caption: {}}}", kind.as_str(), scalar(caption))
        }
        TestAction::Voice(Some(words)) => format!("voice: {}", line_scalar(words)),
        TestAction::Voice(None) => "voice: {unheard: true}".to_owned(),
        TestAction::Location { latitude, longitude } => {
            format!("location: {{latitude: {latitude}, longitude: {longitude}}}")
        }
        TestAction::Arrives(arrival) => arrived(arrival),
        TestAction::Status(delivery) => match delivery {
            Delivery::Sent => "status: sent".into(),
            Delivery::Delivered => "status: delivered".into(),
            Delivery::Read => "status: read".into(),
            Delivery::Failed { code } => format!("status: {{failed: {code}}}"),
        },
        TestAction::Webhook { name, body, refused } => {
            let refused = refused.as_ref().map(|why| format!(", refused: {}", scalar(why))).unwrap_or_default();
            format!("webhook: {{name: {}, body: {}{refused}}}", scalar(name), value(body))
        }
        TestAction::Event { name, data: Value::Nothing } => format!("event: {}", scalar(name)),
        TestAction::Event { name, data } => format!("event: {{name: {}, data: {}}}", scalar(name), value(data)),
        TestAction::Api(inputs) if inputs.is_empty() => "api: true".into(),
        TestAction::Api(inputs) => format!("api: {}", value(&Value::Map(inputs.clone()))),
        TestAction::Person(text) => format!("person: {}", line_scalar(text)),
        TestAction::HandBack => "hand_back".into(),
        TestAction::Set(facts) => {
            let all: Vec<String> =
                facts.iter().filter_map(fact).map(|(name, value)| format!("contact.{name}: {value}")).collect();
            format!("set: {{{}}}", all.join(", "))
        }
        TestAction::Advance(span) => format!("advance: {span}"),
        TestAction::AdvanceTo(moment) => format!("advance_to: {moment}"),
        TestAction::Provider(faults) => {
            let all: Vec<String> = faults
                .iter()
                .map(|fault| match fault {
                    TestFault::Code(code) => format!("{{fail: {code}}}"),
                    TestFault::Timeout => "{fail: timeout}".into(),
                })
                .collect();
            match all.as_slice() {
                [one] => format!("provider: {{next_send: {one}}}"),
                many => format!("provider: {{next_send: [{}]}}", many.join(", ")),
            }
        }
        TestAction::Again => "again".into(),
        TestAction::Restart => "restart".into(),
        TestAction::Bot(_) | TestAction::Expect(_) => return None,
    })
}

fn arrived(arrival: &Arrival) -> String {
    match arrival {
        Arrival::Order(order) => format!("order: {}", value(order)),
        Arrival::Form { name, data: Value::Map(data) } if data.is_empty() => format!("form: {}", scalar(name)),
        Arrival::Form { name, data } => format!("form: {{name: {}, data: {}}}", scalar(name), value(data)),
        Arrival::Screen { screen, action, data } => {
            format!("screen: {{name: {}, action: {action}, data: {}}}", scalar(screen), value(data))
        }
        Arrival::Reaction(emoji) => format!("reaction: {}", emoji.as_deref().unwrap_or("none")),
        Arrival::Referral { ad, text } => {
            let kind = ad.source_type.as_ref().filter(|kind| *kind != "ad");
            let parts = [
                ("type", kind),
                ("id", ad.source_id.as_ref()),
                ("url", ad.source_url.as_ref()),
                ("headline", ad.headline.as_ref()),
                ("body", ad.body.as_ref()),
                ("click_id", ad.click_id.as_ref()),
                ("text", Some(text).filter(|text| *text != FROM_AD)),
            ];
            let all: Vec<String> =
                parts.iter().filter_map(|(name, part)| Some(format!("{name}: {}", scalar((*part)?)))).collect();
            format!("referral: {{{}}}", all.join(", "))
        }
        Arrival::Card { name, phone } => format!("card: {{name: {}, phone: {}}}", scalar(name), quoted(phone)),
        Arrival::Welcome => "welcome".into(),
        Arrival::MissedCall => "missed_call".into(),
    }
}

/// `contact: {…}` of a head.
pub fn contact(facts: &[Fact]) -> String {
    let all: Vec<String> = facts.iter().filter_map(fact).map(|(name, value)| format!("{name}: {value}")).collect();
    format!("contact: {{{}}}", all.join(", "))
}

/// A value in `{ }` and `[ ]`.
pub fn value(value: &Value) -> String {
    json(&value.to_json())
}

/// JSON in the same form.
pub fn json(value: &serde_json::Value) -> String {
    use serde_json::Value as Json;
    match value {
        Json::Null => "null".into(),
        Json::Bool(_) | Json::Number(_) => value.to_string(),
        Json::String(text) => scalar(text),
        Json::Array(items) => format!("[{}]", items.iter().map(json).collect::<Vec<_>>().join(", ")),
        Json::Object(map) => {
            let all: Vec<String> = map.iter().map(|(key, value)| format!("{}: {}", scalar(key), json(value))).collect();
            format!("{{{}}}", all.join(", "))
        }
    }
}

/// A part of a file in the same form, with the types that its values have there.
pub fn node(node: &yaml::Node) -> String {
    match &node.kind {
        yaml::Kind::Null => "null".into(),
        yaml::Kind::Scalar(scalar) => {
            let ends = |c: char| ",[]{}#\"'\n".contains(c);
            let is_plain = scalar.is_plain() && !scalar.text.contains(ends) && !scalar.text.contains(": ");
            if is_plain { scalar.text.clone() } else { quoted(&scalar.text) }
        }
        yaml::Kind::List(items) => format!("[{}]", items.iter().map(self::node).collect::<Vec<_>>().join(", ")),
        yaml::Kind::Map(entries) => {
            let pair = |entry: &yaml::Entry| format!("{}: {}", scalar(&entry.key.text), self::node(&entry.value));
            format!("{{{}}}", entries.iter().map(pair).collect::<Vec<_>>().join(", "))
        }
    }
}

fn fact(fact: &Fact) -> Option<(String, String)> {
    let text = |text: &Option<String>| text.as_deref().map_or_else(|| "none".to_owned(), scalar);
    Some(match fact {
        Fact::Phone(phone) => ("phone".into(), quoted(phone)),
        Fact::Name(name) => ("name".into(), text(name)),
        Fact::Language(language) => ("language".into(), text(language)),
        Fact::Zone(zone) => ("zone".into(), text(zone)),
        Fact::Tags(tags) if tags.is_empty() => return None,
        Fact::Tags(tags) => {
            ("tags".into(), format!("[{}]", tags.iter().map(|tag| scalar(tag)).collect::<Vec<_>>().join(", ")))
        }
        Fact::Consent(topics) => {
            let word = |given: bool| if given { "given" } else { "withdrawn" };
            let all: Vec<String> =
                topics.iter().map(|(topic, given)| format!("{}: {}", scalar(topic), word(*given))).collect();
            ("consent".into(), format!("{{{}}}", all.join(", ")))
        }
        Fact::Field(name, Value::Nothing) => (name.clone(), "none".into()),
        Fact::Field(name, field) => (name.clone(), value(field)),
    })
}

/// JSON strings are also valid YAML.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

fn indented(text: &str, by: &str) -> String {
    text.lines().map(|line| format!("{by}{line}\n")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_reads_back_as_itself() {
        for text in [
            "hello",
            "3 May",
            "10:00",
            "a, b",
            "Order #3",
            "a: b",
            "\"x\"",
            "it's",
            "",
            " x ",
            "yes",
            "007",
            "1.10",
            "nothing",
            "line\nbreak",
            "- x",
            "{a}",
            "[a]",
            "*bold*",
            "¿Qué?",
            "😀 Great",
            "`code`",
            "%",
            "end",
            "@ana",
            "tab\there",
            "a #b",
            "x'y",
            "é",
            "null",
            "~",
            "?",
            "! no",
        ] {
            for written in [scalar(text), line_scalar(text)] {
                let findings = Findings::default();
                let file = SourceFile::new("t.yaml", format!("k: {written}\n"));
                let node = yaml::load(&file, &findings).unwrap();
                assert_eq!(node.get("k").and_then(yaml::Node::text).unwrap_or_default(), text, "{written}");
                assert!(findings.is_empty(), "{written}");
            }
            let inside = SourceFile::new("t.yaml", format!("{{k: {}, l: 1}}\n", scalar(text)));
            let node = yaml::load(&inside, &Findings::default()).unwrap();
            assert_eq!(node.get("k").and_then(yaml::Node::text).unwrap_or_default(), text);
        }
    }

    #[test]
    fn a_case_goes_behind_the_others_as_they_are_indented() {
        let case = "  - name: b\n    steps:\n      - user: hi\n";
        let flat = append("tests: x\ncases:\n- name: a\n  steps: []\n", case).unwrap();
        assert_eq!(flat, "tests: x\ncases:\n- name: a\n  steps: []\n- name: b\n  steps:\n    - user: hi\n");
        let deep = append("cases:\n    - name: a\n", case).unwrap();
        assert!(deep.ends_with("    - name: b\n      steps:\n        - user: hi\n"), "{deep}");
        assert_eq!(append("cases: [{name: a}]\n", case), None);
        assert_eq!(append("cases:\n  - name: a\nnow: x\n", case), None);
    }

    #[test]
    fn a_case_reads_like_one_of_a_person() {
        let case = CaseText {
            name: "wander 7: it fails".into(),
            remarks: vec!["found by chance".into()],
            head: vec!["now: 2026-01-05T10:00 Europe/Madrid".into()],
            steps: vec!["user: hi".into(), "expect: {trouble: nothing}".into()],
        };
        insta::assert_snapshot!(case.lines(), @r#"
          # found by chance
          - name: "wander 7: it fails"
            now: 2026-01-05T10:00 Europe/Madrid
            steps:
              - user: hi
              - expect: {trouble: nothing}
        "#);
    }
}
