//! Reads a talk that a program gives as JSON: its world by the reader of a test file's head, its steps by the reader of a
//! case's steps.

use super::{Head, Step, step};
use crate::{
    base::{
        diagnostic::{Diagnostic, Findings},
        fields::Fields,
        place::SourceFile,
        yaml::{self, Node},
    },
    definition::FlowSet,
};
use serde_json::{Map, Value as Json};
use std::sync::Arc;

/// A talk that was read.
#[derive(Debug)]
pub struct Talk {
    pub head: Arc<Head>,
    /// A step that cannot be read is a sentence for people.
    pub steps: Vec<Result<Step, String>>,
}

/// Reads a talk; keys that `world` does not have are those of `under`. `Err`: the wrong keys of the world, each with a
/// sentence.
pub fn talk(
    world: &Map<String, Json>,
    steps: &[Json],
    under: &Head,
    set: &FlowSet,
) -> Result<Talk, Vec<(String, String)>> {
    let findings = Findings::default();
    let mut head = under.clone();
    let mut keys: Vec<(String, Node)> = Vec::new();
    if let Some(node) = loaded(&Json::Object(world.clone()), "world", &findings) {
        let entries = node.map().unwrap_or_default();
        keys.extend(entries.iter().map(|entry| (entry.key.text.clone(), entry.value.clone())));
        let mut fields = Fields::new(&node, "the world of a talk", &findings);
        head = Head::read(&mut fields, set, Some(under));
        fields.finish();
    }
    let wrong: Vec<(String, String)> =
        errors(findings).iter().map(|finding| (key_of(finding, &keys), sentence(finding))).collect();
    if !wrong.is_empty() {
        return Err(wrong);
    }
    let steps = steps.iter().map(|step| read_step(step, set, &head)).collect();
    Ok(Talk { head: Arc::new(head), steps })
}

/// A finding in one sentence with its help.
pub fn sentence(finding: &Diagnostic) -> String {
    match &finding.help {
        Some(help) => format!("{}; {help}", finding.message),
        None => finding.message.clone(),
    }
}

fn read_step(step: &Json, set: &FlowSet, head: &Head) -> Result<Step, String> {
    let findings = Findings::default();
    let node = loaded(step, "step", &findings);
    let read = node.and_then(|node| step::read(&node, set, head, &findings));
    match (errors(findings).first(), read) {
        (None, Some(step)) => Ok(step),
        (Some(finding), _) => Err(sentence(finding)),
        (None, None) => Err("a step is `{\"user\": \"hello\"}`".to_owned()),
    }
}

fn errors(findings: Findings) -> Vec<Diagnostic> {
    findings.into_sorted().into_iter().filter(Diagnostic::is_error).collect()
}

/// The key of the world with the finding.
fn key_of(finding: &Diagnostic, keys: &[(String, Node)]) -> String {
    let at = finding.place.range().start;
    let holds = |(_, value): &&(String, Node)| {
        let range = value.place.range();
        // A finding about the key itself stands before its value.
        at < range.end
    };
    keys.iter().find(holds).map(|(key, _)| key.clone()).unwrap_or_default()
}

fn loaded(value: &Json, name: &str, findings: &Findings) -> Option<Node> {
    yaml::load(&SourceFile::new(name, written(value) + "\n"), findings)
}

/// JSON as YAML: every text in quotes, so that it stays a text, with a blank behind each colon.
fn written(value: &Json) -> String {
    match value {
        Json::Null | Json::Bool(_) | Json::Number(_) => value.to_string(),
        Json::String(text) => quoted(text),
        Json::Array(items) => format!("[{}]", items.iter().map(written).collect::<Vec<_>>().join(", ")),
        Json::Object(map) => {
            let all: Vec<String> =
                map.iter().map(|(key, value)| format!("{}: {}", quoted(key), written(value))).collect();
            format!("{{{}}}", all.join(", "))
        }
    }
}

/// A text in quotes. JSON leaves some characters as they are that YAML takes only as numbers.
fn quoted(text: &str) -> String {
    let mut out = String::new();
    for c in Json::from(text).to_string().chars() {
        match c {
            '\u{7f}'..='\u{a0}' | '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}' => {
                out.push_str(&format!("\\u{:04x}", u32::from(c)));
            }
            _ => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        parse_set,
        tools::testfile::{TestAction, default_now},
    };
    use serde_json::json;

    fn read(world: &Json, steps: &Json) -> Result<Talk, Vec<(String, String)>> {
        let bot = "bot: Shop\nfields: {city: text}\nenv: [URL]\n";
        let flow = "flow: shop\nwhen: [message: hi]\nsteps:\n  - say: Hello\n";
        let (set, _) = parse_set(&[SourceFile::new("flows/_bot.yaml", bot), SourceFile::new("flows/shop.yaml", flow)]);
        let under = Head::at(default_now(&set.bot.timezone));
        talk(world.as_object().unwrap(), steps.as_array().unwrap(), &under, &set)
    }

    #[test]
    fn a_text_of_json_stays_a_text() {
        for text in [
            "hi",
            "none",
            "null",
            "- x",
            "a: b #c",
            "{{x}}",
            "\"q\" 'q'",
            "a\nb\tc",
            "<img onerror=x>",
            "😀",
            "",
            "\u{0}\u{7f}\u{a0}\u{2028}",
        ] {
            let talk = read(&json!({"contact": {"name": "Ana"}}), &json!([{"user": text}])).unwrap();
            let Ok(step) = &talk.steps[0] else { panic!("{text:?}: {:?}", talk.steps) };
            assert!(matches!(&step.act, TestAction::User(read) if read == text), "{text:?}: {step:?}");
        }
    }

    #[test]
    fn a_wrong_step_is_a_sentence_and_the_others_are_read() {
        let steps =
            json!([{"user": "hi"}, {"usr": "hi"}, {"advance": "soon"}, 7, {"user": "a", "tap": "b"}, "restart"]);
        let talk = read(&json!({}), &steps).unwrap();
        let wrong: Vec<&str> = talk.steps.iter().filter_map(|step| step.as_ref().err().map(String::as_str)).collect();
        assert_eq!(wrong.len(), 4, "{wrong:?}");
        assert!(wrong[0].contains("tests have no step `usr`") && wrong[0].contains("user"), "{wrong:?}");
        assert!(talk.steps[5].is_ok());
    }

    #[test]
    fn a_wrong_key_of_the_world_is_named() {
        let wrong = |world: Json| read(&world, &json!([])).unwrap_err();
        assert_eq!(wrong(json!({"now": "soon"}))[0].0, "now");
        assert_eq!(wrong(json!({"now": "2026-11-24T10:00", "contact": {"citi": "x"}}))[0].0, "contact");
        assert_eq!(wrong(json!({"nonsense": 1}))[0].0, "nonsense");
        let whole = json!({"now": "2026-11-24T10:00 Europe/Madrid", "contact": {"city": "Vigo"}, "env": {"URL": "x"},
            "templates": {"t": "approved"}, "mocks": {"http": [{"GET */x": {"json": {"a": 1}}}]}});
        let talk = read(&whole, &json!([])).unwrap();
        assert_eq!((talk.head.env["URL"].as_str(), talk.head.mocks.len()), ("x", 1));
    }
}
