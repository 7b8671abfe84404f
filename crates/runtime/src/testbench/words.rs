//! Collects texts that a customer might send: the words that flows wait for, and answers to each type of question.

use crate::{
    flow::{
        Flow, FlowSet,
        tools::testfile::{Arrival, Case, FROM_AD, TestAction},
        triggers::{Trigger, message::MatchMode},
    },
    model::{answer::AnswerType, content::MediaKind, inbound::Referral, value::Value},
};
use regex_syntax::hir::{Class, Hir, HirKind};

/// The inputs that a bot's flows and tests know.
#[derive(Debug, Default)]
pub(super) struct InputWords {
    pub texts: Vec<String>,
    /// Ids of buttons that triggers name.
    pub buttons: Vec<String>,
    pub events: Vec<(String, Value)>,
    /// Hooks as the tests post them.
    pub hooks: Vec<TestAction>,
    /// Baskets, forms and other items that triggers wait for or that tests send.
    pub arrivals: Vec<TestAction>,
}

/// Texts that no flow waits for.
pub(super) const NOISE: [&str; 9] = [
    "xyzzy",
    "?",
    "👍",
    "ok",
    "what do you mean",
    "no",
    "1",
    "A rather long answer, with a comma; and more.",
    "STOPPED",
];

impl InputWords {
    pub fn of<'a>(set: &FlowSet, cases: impl Iterator<Item = &'a Case>) -> InputWords {
        let mut words = InputWords::default();
        for trigger in set.flows.values().flat_map(|flow| &flow.triggers) {
            match &trigger.kind {
                Trigger::Message(_) => words.texts.extend(said_by(&trigger.kind)),
                Trigger::Button(button) => words.buttons.extend(button.ids.iter().cloned()),
                Trigger::Order(_) => words.arrivals.push(basket()),
                Trigger::Form(of) => words.arrivals.extend(of.names.iter().map(|name| form(name))),
                Trigger::Reaction(of) => {
                    let all =
                        of.emojis.iter().cloned().map(|emoji| TestAction::Arrives(Arrival::Reaction(Some(emoji))));
                    words.arrivals.extend(all);
                }
                Trigger::Referral(of) => words.arrivals.extend(of.wanted.iter().map(|wanted| referral(wanted))),
                Trigger::MissedCall(_) => words.arrivals.push(TestAction::Arrives(Arrival::MissedCall)),
                Trigger::Event(event) => words.events.push((event.name.clone(), Value::Nothing)),
                _ => {}
            }
        }
        for node in set.flows.values().flat_map(|flow| &flow.nodes).filter(|node| node.outline.verb == "wait") {
            let name = node.outline.yaml.get("wait").and_then(|wait| wait.get("event")?.text());
            words.events.extend(name.map(|name| (name.to_owned(), Value::Nothing)));
        }
        for step in cases.flat_map(|case| &case.steps) {
            match &step.act {
                TestAction::User(text) => words.texts.push(text.clone()),
                TestAction::Arrives(_) => words.arrivals.push(step.act.clone()),
                TestAction::Webhook { .. } => words.hooks.push(step.act.clone()),
                TestAction::Event { name, data } => {
                    // A test's event with data is better than one without.
                    words.events.retain(|(known, data)| known != name || *data != Value::Nothing);
                    words.events.push((name.clone(), data.clone()));
                }
                _ => {}
            }
        }
        words.texts.sort();
        words.texts.dedup();
        words
    }
}

/// Texts that fire a trigger: as written, or one that its pattern matches.
pub(super) fn said_by(trigger: &Trigger) -> Vec<String> {
    let Trigger::Message(message) = trigger else { return Vec::new() };
    match message.how {
        MatchMode::Regex => message.patterns.iter().filter_map(|pattern| matching(pattern.regex.as_str())).collect(),
        _ => message.texts.iter().map(|(written, _)| written.clone()).collect(),
    }
}

/// Texts that start a flow, one for each flow that waits for some.
pub fn starting_words(set: &FlowSet, max: usize) -> Vec<String> {
    let flows = set.flows.values().filter(|flow| !flow.draft);
    let first = flows.filter_map(|flow| {
        let said = flow.triggers.iter().flat_map(|trigger| said_by(&trigger.kind));
        said.map(|text| text.trim().to_owned()).find(|text| !text.is_empty())
    });
    let mut words: Vec<String> = Vec::new();
    for word in first {
        if words.len() < max && !words.contains(&word) {
            words.push(word);
        }
    }
    words
}

/// A text that a pattern matches.
fn matching(pattern: &str) -> Option<String> {
    let hir = regex_syntax::parse(pattern).ok()?;
    let mut text = String::new();
    sample(&hir, &mut text);
    Some(text)
}

fn sample(hir: &Hir, text: &mut String) {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => {}
        HirKind::Literal(literal) => text.push_str(&String::from_utf8_lossy(&literal.0)),
        HirKind::Class(Class::Unicode(class)) => {
            let holds = |c: char| class.ranges().iter().any(|range| range.start() <= c && c <= range.end());
            let first = class.ranges().first().map_or(' ', |range| range.start());
            // A character that a person would type, if the class contains one.
            text.push(" 1a-".chars().find(|c| holds(*c)).unwrap_or(first));
        }
        HirKind::Class(Class::Bytes(class)) => {
            text.push(class.ranges().first().map_or(' ', |range| char::from(range.start())));
        }
        HirKind::Repetition(repetition) => {
            let most = repetition.max.unwrap_or(u32::MAX);
            for _ in 0..repetition.min.max(1).min(most) {
                sample(&repetition.sub, text);
            }
        }
        HirKind::Capture(capture) => sample(&capture.sub, text),
        HirKind::Concat(parts) => parts.iter().for_each(|part| sample(part, text)),
        HirKind::Alternation(parts) => {
            if let Some(first) = parts.first() {
                sample(first, text);
            }
        }
    }
}

/// Answers to a question of a type, the best first; the last ones are invalid or at the limit.
pub(super) fn answers(kind: AnswerType) -> Vec<TestAction> {
    let texts = |texts: &[&str]| texts.iter().map(|text| TestAction::User((*text).to_owned())).collect();
    match kind {
        AnswerType::Number => texts(&["3", "2.5", "0", "-1", "1.234,50", "a lot"]),
        AnswerType::Whole => texts(&["3", "12", "0", "-1", "2.5", "1000000", "many"]),
        AnswerType::Date => texts(&["tomorrow", "Friday", "3 May", "2027-01-15", "yesterday", "31 February", "soon"]),
        AnswerType::Time => texts(&["10:00", "16:30", "23:59", "25:00", "later"]),
        AnswerType::DateTime => texts(&["tomorrow at 10:00", "2027-01-15T09:30", "yesterday at 10:00", "soon"]),
        AnswerType::Phone => texts(&["+34600111333", "600 111 333", "12"]),
        AnswerType::Email => texts(&["ana@example.com", "ana@", "none"]),
        AnswerType::YesNo => texts(&["yes", "no", "maybe"]),
        AnswerType::Image | AnswerType::Media => vec![media(MediaKind::Image), media(MediaKind::Document)],
        AnswerType::Audio => vec![media(MediaKind::Audio), media(MediaKind::Image)],
        AnswerType::Video => vec![media(MediaKind::Video), media(MediaKind::Image)],
        AnswerType::Document => vec![media(MediaKind::Document), media(MediaKind::Image)],
        AnswerType::Order => vec![basket()],
        AnswerType::Form => vec![form("form")],
        AnswerType::Contact => {
            vec![TestAction::Arrives(Arrival::Card { name: "Ben".into(), phone: "+34600111333".into() })]
        }
        AnswerType::Location => vec![TestAction::Location { latitude: 40.4168, longitude: -3.7038 }],
        _ => texts(&["Ana", "It is about my order", "1", "😀", "a", "  "]),
    }
}

/// A basket with one item.
pub(super) fn basket() -> TestAction {
    let of = |pairs: &[(&str, Value)]| {
        Value::Map(pairs.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect())
    };
    let item = of(&[
        ("product_retailer_id", Value::text("A7")),
        ("quantity", Value::Whole(1)),
        ("item_price", Value::Number(9.5)),
        ("currency", Value::text("EUR")),
    ]);
    TestAction::Arrives(Arrival::Order(of(&[("text", Value::text("")), ("product_items", Value::List(vec![item]))])))
}

pub(super) fn form(name: &str) -> TestAction {
    TestAction::Arrives(Arrival::Form { name: name.to_owned(), data: Value::Map(Default::default()) })
}

/// A referral from the advertisement with this id, or with this headline.
pub(super) fn referral(wanted: &str) -> TestAction {
    let is_id = wanted.chars().all(|c| c.is_ascii_digit());
    let ad = Referral {
        source_type: Some("ad".to_owned()),
        source_id: Some(if is_id { wanted } else { "1" }.to_owned()),
        source_url: None,
        headline: (!is_id).then(|| wanted.to_owned()),
        body: None,
        click_id: None,
    };
    TestAction::Arrives(Arrival::Referral { ad: Box::new(ad), text: FROM_AD.to_owned() })
}

pub(super) fn media(kind: MediaKind) -> TestAction {
    TestAction::Media { kind, caption: None }
}

/// The answer type and options of the step with this name.
pub(super) fn asked(
    set: &FlowSet,
    flow: &crate::base::ids::FlowName,
    step: &crate::base::ids::StepId,
) -> Option<AnswerType> {
    let flow: &Flow = set.any_flow(flow)?;
    match &flow.node(flow.find(step)?).step {
        crate::flow::steps::Step::Ask(ask) => Some(ask.kind.of),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sample_of_a_pattern_matches_it() {
        for pattern in [
            r"^parcel\s+(?<number>\d{6})$",
            r"(?i)repair (?P<no>[0-9]+)",
            "order|cart",
            r"\bA-\w{3,5}\b",
            "[^a-z]x?",
            "ñandú.*",
        ] {
            let text = matching(pattern).unwrap();
            assert!(regex::Regex::new(pattern).unwrap().is_match(&text), "{pattern}: `{text}`");
        }
    }

    #[test]
    fn each_flow_gives_one_word_and_no_more_than_asked_for() {
        use crate::base::{limits::STUDIO_WORDS_MAX, place::SourceFile};
        let flow = |n: usize, more: &str| {
            let text = format!("flow: f{n}\n{more}when:\n  - message: [word {n}, other]\nsteps:\n  - say: Hi\n");
            SourceFile::new(format!("flows/f{n}.yaml"), text)
        };
        let words = |files: &[_]| starting_words(&crate::flow::parse_set(files).0, STUDIO_WORDS_MAX);
        let mut files: Vec<_> = (1..=STUDIO_WORDS_MAX).map(|n| flow(n, "")).collect();
        files.push(flow(0, "draft: true\n"));
        assert_eq!(words(&files).len(), STUDIO_WORDS_MAX);
        assert_eq!(words(&files)[0], "word 1", "a draft starts for nobody");
        files.push(flow(STUDIO_WORDS_MAX + 1, ""));
        assert_eq!(words(&files).len(), STUDIO_WORDS_MAX);
    }
}
