//! Tests the lists of steps and triggers: all are described, and all examples parse without findings and run.

use super::super::{
    load::spec::{FieldSpec, STEP_KEYS, Spec, TRIGGER_KEYS},
    parse_set, steps,
    triggers::{self, AllowedIn},
};
use crate::base::{limits, place::SourceFile};
use std::collections::BTreeSet;

const BOT: &str = "bot: Test\nmodels: [main]\nteams: {support: {}}\nagents: {scope: tests}\nfields: {city: text, visit_at: datetime}\n";

fn errors(flow: &str) -> Vec<String> {
    let files = [SourceFile::new("flows/_bot.yaml", BOT), SourceFile::new("flows/x.yaml", flow)];
    parse_set(&files).1.iter().filter(|found| found.is_error()).map(ToString::to_string).collect()
}

fn indented(text: &str) -> String {
    text.replace('\n', "\n    ")
}

#[test]
fn every_step_is_described_and_its_example_runs() {
    for spec in steps::SPECS {
        assert!(spec.summary.ends_with('.') && !spec.fields.is_empty(), "{}", spec.name);
        assert!(spec.fields.iter().all(|field| field.help.len() > 5), "{}", spec.name);
        assert_eq!(spec.fields[0].name, spec.name, "the verb's own value stands first");
        let guard =
            if ["go", "call"].contains(&spec.name) { "  - if: missing(contact.name)\n    then: [end]\n" } else { "" };
        let flow = format!("flow: x\nwhen: [{{message: go}}]\nsteps:\n{guard}  - {}\n", indented(spec.example));
        assert_eq!(errors(&flow), Vec::<String>::new(), "{}", spec.name);
        let mut talk = super::Talk::new(BOT, &flow);
        talk.line("< go").unwrap_or_else(|what| panic!("{}: {what}", spec.name));
        assert!(talk.session().turn >= 1);
    }
}

#[test]
fn every_trigger_is_described_and_its_example_is_clean() {
    for spec in triggers::SPECS {
        assert!(spec.summary.ends_with('.') && spec.fields.iter().all(|field| field.help.len() > 5), "{}", spec.name);
        let flow = with_trigger(spec.name, &indented(spec.example));
        assert_eq!(errors(&flow), Vec::<String>::new(), "{}", spec.name);
    }
}

/// A flow with this trigger, under the key that its kind allows.
fn with_trigger(name: &str, trigger: &str) -> String {
    let key = if triggers::stands(name) == Some(AllowedIn::Stop) { "stop_when" } else { "when" };
    format!("flow: x\n{key}:\n  - {trigger}\nsteps: [{{log: hi}}]\n")
}

/// All keys that some step or trigger has.
fn all_keys() -> BTreeSet<&'static str> {
    let specs = steps::SPECS.iter().chain(triggers::SPECS);
    let keys = specs.flat_map(|spec| spec.fields.iter().skip(1)).chain(STEP_KEYS).chain(TRIGGER_KEYS);
    let verbs: BTreeSet<&str> = steps::SPECS.iter().chain(triggers::SPECS).map(|spec| spec.name).collect();
    keys.map(|field| field.name).filter(|name| !verbs.contains(name)).collect()
}

/// Adds each key to the example at `before`, and names those that parser and description treat differently.
fn disagreements(spec: &Spec, keys: &[FieldSpec], flow: impl Fn(&str) -> String) -> Vec<String> {
    let known: BTreeSet<&str> = spec.fields.iter().chain(keys).map(|field| field.name).collect();
    let mut wrong = Vec::new();
    for key in all_keys() {
        let in_example = spec.example.lines().any(|line| line.starts_with(&format!("{key}:")));
        if in_example || spec.example == spec.name {
            continue;
        }
        let found = errors(&flow(&indented(&format!("{}\n{key}: x", spec.example))));
        let unknown = found.iter().any(|said| said.contains("E203") && said.contains(&format!("has no key `{key}`")));
        let said = found.iter().any(|said| said.contains(&format!("`{key}`")));
        if known.contains(key) && unknown {
            wrong.push(format!("`{}` describes `{key}` and does not read it", spec.name));
        } else if !known.contains(key) && !said {
            wrong.push(format!("`{}` reads `{key}` and does not describe it", spec.name));
        }
    }
    wrong
}

#[test]
fn what_is_read_is_described_and_what_is_described_is_read() {
    let mut wrong = Vec::new();
    for spec in steps::SPECS {
        wrong.extend(disagreements(spec, STEP_KEYS, |step| {
            format!("flow: x\nwhen: [{{message: go}}]\nsteps:\n  - {step}\n")
        }));
    }
    for spec in triggers::SPECS {
        wrong.extend(disagreements(spec, TRIGGER_KEYS, |trigger| with_trigger(spec.name, trigger)));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn what_is_wrong_is_said() {
    for (steps, wanted) in [
        ("[{ask: 'A?', buttons: [x]}]", "`options`"),
        ("[{ask: 'A?', if_closed: skip}]", "cannot be skipped"),
        ("[{ask: 'A?', type: choice}]", "needs `options`"),
        ("[{say: A, if_closed: never}]", "`if_closed` is"),
        ("[{wait: forever}]", "length of time"),
        ("[{http: 'FETCH https://x.example'}]", "method"),
        ("[{http: 'GET https://x.example', accept: [ok]}]", "statuses"),
        ("[{handoff: sales}]", "no team `sales`"),
        ("[{consent: {service: maybe}}]", "`given` or `withdrawn`"),
        ("[{consent: {all: given}}]", "only be withdrawn"),
        ("[{say: A, buttons: [{id: x}]}]", "needs a `title`"),
        ("[{wait: {until: tomorrow}}]", "`until`"),
        ("[{react: like}]", "one emoji"),
        ("[{repeat: {for: x}, do: [{log: x}]}]", "`repeat` takes"),
        ("[{repeat: {for: x, in: contact.tags}, do: []}]", "does nothing"),
        ("[{split: x, cases: {a: [{log: x}]}}]", "two ways"),
        ("[{ask: 'A?', type: date, gather: 2s}]", "joins texts"),
        ("[{ask: 'A?', options: [x], gather: 2s}]", "joins texts"),
        ("[{llm: A, returns: image}]", "gives no `image`"),
        ("[{llm: A, returns: [x]}]", "among 2 to 50 texts"),
        ("[{llm: A, returns: [x, x]}]", "`x` is there twice"),
        ("[{llm: A, unsure: [{log: x}]}]", "`unsure` needs texts"),
        ("[{llm: A, model: other}]", "does not name `other`"),
        ("[{llm: A, timeout: 121s}]", "at most 2m"),
        ("[{llm: A, limits: {cost: much}}]", "like `0.01`"),
    ] {
        let found = errors(&format!("flow: x\nwhen: [{{message: go}}]\nsteps: {steps}\n"));
        assert!(found.iter().any(|message| message.contains(wanted)), "{steps}: {found:?}");
    }
    for (trigger, wanted) in [
        ("message: '(', match: regex", "regular expression"),
        ("schedule: '* * *', to: everyone", "five fields"),
        ("schedule: '0 9 31 2 *', to: everyone", "never comes"),
        ("schedule: '0 9 * * *', to: some", "`everyone`"),
        ("schedule: '0 9 * * *'", "needs `to`"),
        ("any_message: false", "always `true`"),
        ("message: hi, match: like", "too short"),
        ("reply: true", "under `stop_when`"),
        ("window_closing: 24h", "before the end of 24 hours"),
        ("quiet_for: 0s", "after the last message"),
        ("date: contact.city", "is no date"),
        ("date: contact.visit", "did you mean `visit_at`"),
        ("date: contact.visit_at, at: noon", "time of day"),
        ("field_changed: town", "no field `town`"),
        ("delivery: sent", "`delivered`"),
        ("webhook: 'a b', contact: '${body.phone}'", "does not fit into an address"),
        ("webhook: a", "needs `contact`"),
        ("webhook: a, contact: '${body.p}', verify: {header: x}", "either `equals` or `hmac`"),
        ("webhook: a, contact: '${body.p}', verify: {header: x, hmac: sha256-hex}", "needs a `secret`"),
        ("webhook: a, contact: '${body.p}', verify: {header: x, equals: KEY}", "no secret `KEY`"),
    ] {
        let found = errors(&format!("flow: x\nwhen: [{{{trigger}}}]\nsteps: [{{say: A, if_closed: skip}}]\n"));
        assert!(found.iter().any(|message| message.contains(wanted)), "{trigger}: {found:?}");
    }
}

#[test]
fn only_what_can_end_a_run_stands_under_stop_when() {
    let flow =
        |stop: &str| format!("flow: x\nwhen: [{{message: go}}]\nstop_when: [{{{stop}}}]\nsteps: [{{wait: 1h}}]\n");
    for good in
        ["event: paid", "reply: true", "tag_added: vip", "message: never mind", "consent: {marketing: withdrawn}"]
    {
        assert_eq!(errors(&flow(good)), Vec::<String>::new(), "{good}");
    }
    for bad in ["schedule: '0 9 * * *', to: everyone", "api: true", "quiet_for: 1h", "any_message: true"] {
        let found = errors(&flow(bad));
        assert!(found.iter().any(|said| said.contains("cannot stand under `stop_when`")), "{bad}: {found:?}");
    }
    let alone = "flow: x\nwhen: [{message: go}]\non_stop: [{log: x}]\nsteps: [{wait: 1h}]\n";
    assert!(errors(alone).iter().any(|said| said.contains("without `stop_when`")));
}

#[test]
fn a_flow_that_asks_cannot_run_beside_another() {
    let flow = |steps: &str| format!("flow: x\nwhen: [{{message: go}}]\nif_busy: parallel\nsteps: [{steps}]\n");
    assert_eq!(errors(&flow("{say: Hi}")), Vec::<String>::new());
    assert!(errors(&flow("{ask: Hi?}")).iter().any(|said| said.contains("beside another question")));
}

#[test]
fn two_triggers_of_a_flow_have_keys_of_their_own() {
    let flow = "flow: x\nwhen: [{event: a, if: event.data == 1}, {event: a}]\nsteps: [{log: hi}]\n";
    let (set, _) = parse_set(&[SourceFile::new("flows/x.yaml", flow)]);
    let keys: Vec<&str> = set.named("x").unwrap().triggers.iter().map(|trigger| trigger.key.as_str()).collect();
    assert_eq!(keys, ["event a", "event a #2"]);
}

#[test]
fn more_options_than_a_question_takes_are_refused() {
    let options = |count: usize| (0..count).map(|n| format!("o{n}")).collect::<Vec<_>>().join(", ");
    let flow =
        |count| format!("flow: x\nwhen: [{{message: go}}]\nsteps: [{{ask: 'A?', options: [{}]}}]\n", options(count));
    assert!(errors(&flow(limits::OPTIONS_MAX)).is_empty());
    assert!(!errors(&flow(limits::OPTIONS_MAX + 1)).is_empty());
}

#[test]
fn numbers_of_authors_have_their_limits() {
    for (step, good, bad) in [
        ("{ask: 'A?', gather: N}", format!("{}", limits::GATHER_MAX), "11m".to_owned()),
        (
            "{repeat: {while: 'true', max: N}, do: [{log: x}]}",
            limits::REPEAT_ROUNDS_MAX.to_string(),
            (limits::REPEAT_ROUNDS_MAX + 1).to_string(),
        ),
        (
            "{split: s, cases: {a: {weight: N, do: [{log: x}]}, b: [{log: x}]}}",
            limits::SPLIT_WEIGHT_MAX.to_string(),
            (limits::SPLIT_WEIGHT_MAX + 1).to_string(),
        ),
    ] {
        let flow = |n: &str| format!("flow: x\nwhen: [{{message: go}}]\nsteps: [{}]\n", step.replace('N', n));
        assert_eq!(errors(&flow(&good)), Vec::<String>::new(), "{step}");
        assert!(!errors(&flow(&bad)).is_empty(), "{step}");
    }
}
