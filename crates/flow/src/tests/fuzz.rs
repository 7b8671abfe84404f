//! Tests random flows in random conversations: whatever an author writes, the engine ends each turn, and its state
//! survives storage.
//!
//! The flows are valid for the parser; the checker would have many findings (endless loops, closed windows), and the
//! engine must handle them. `PROPTEST_CASES=20000 cargo test --lib fuzz` runs more cases.

use super::{
    Talk,
    random::{cases, play},
};
use crate::{
    FlowSet, Versions,
    base::{ids::VersionId, place::SourceFile},
    lint, parse_set,
    tools::{fmt, testfile},
};
use proptest::{prelude::*, sample::select};
use std::sync::Arc;

const BOT: &str = "bot: Test
teams: {support: {give_back: 2h}}
env: [URL]
fields: {city: text, plan: [free, pro], visit_at: datetime}
topics: {marketing: {needs: consent, at_most: [2/1d]}}
defaults:
  on_error: [{say: Oh no.}, {handoff: support}]
  unanswered: [{say: What?}]
  old_button: Before that
";

fn text() -> impl Strategy<Value = &'static str> {
    select(vec![
        "Hello",
        "\"${v0}\"",
        "\"${v0} and ${v1}\"",
        "${contact.first_name ?? \"you\"}",
        "${v2.len()}",
        "${today().format(\"d MMMM\")}",
        "${1 / 0}",
        "${v1.x.y}",
    ])
}

fn condition() -> impl Strategy<Value = &'static str> {
    select(vec![
        "v0 > 2",
        "missing(v1)",
        "window.open",
        "contact.tags.contains(\"t\")",
        "'!window.open'",
        "v1 == \"A\"",
        "v2.len() > 3",
        "v0 / 0 == 1",
    ])
}

fn closed() -> impl Strategy<Value = &'static str> {
    select(vec![
        "",
        "\nif_closed: hold",
        "\nif_closed: {hold: 1d}",
        "\nif_closed: {template: t_1}",
        "\nif_closed: {nudge: t_1}",
    ])
}

fn any_closed() -> impl Strategy<Value = &'static str> {
    prop_oneof![closed(), select(vec!["\nif_closed: skip", "\nif_closed: fail"])]
}

/// A step without inner steps: `verb: value`, then a line for each field.
fn leaf() -> BoxedStrategy<String> {
    prop_oneof![
        4 => (text(), any_closed()).prop_map(|(text, closed)| format!("say: {text}{closed}")),
        3 => ask(),
        1 => select(vec![
            "template: t_1",
            "template: t_1\nvars: [\"${v0}\"]",
            "set: {v0: \"${v0 + 1}\"}",
            "set: {\"v2[]\": \"${v0}\"}",
            "set: {contact.city: \"${v1}\", contact.visit_at: \"${now() + hours(30)}\"}",
            "set: {v1: none, contact.plan: pro}",
            "set: {contact.plan: \"${v1}\"}",
            "tag: t",
            "untag: [t, u]",
            "consent: {marketing: given}",
            "consent: {all: withdrawn}",
        ]).prop_map(str::to_owned),
        1 => select(vec!["go: top", "go: b0", "go: b1", "go: f0", "go: f1", "go: f2", "end: all", "end"]).prop_map(end),
        1 => select(vec![
            "call: b0",
            "call: b1",
            "call: f0\nas: v1",
            "call: f1\nwith: {n: \"${v0}\"}\nas: v1",
            "call: f2",
        ]).prop_map(str::to_owned),
        2 => select(vec![
            "wait: 10m",
            "wait: 30h",
            "wait: reply\nas: v1\ntimeout: 1h",
            "wait: reply",
            "wait: {event: paid}\nas: v1",
            "wait: {event: paid, if: v0 > 0}\ntimeout: 20m\non_timeout: [{log: late}]",
            "wait: {delivery: delivered}\ntimeout: 1h",
            "wait: {until: \"10:00\"}",
            "wait: {until: \"${now() + minutes(v0)}\"}",
            "wait: window_closing",
        ]).prop_map(str::to_owned),
        1 => select(vec![
            "http: GET ${env.URL}/x\nas: v1",
            "http: POST ${env.URL}/x\njson: {a: \"${v2}\"}\nretry: 2\nas: v1\non_error: [{log: \"${error.code}\"}]",
            "http: GET ${env.URL}/x\ntimeout: 2s\non_timeout: [{say: Slow.}]",
            "script: 'v0 + 1'\nas: v0",
            "script: 'v2.push(v0); v2'\nas: v2",
        ]).prop_map(str::to_owned),
        1 => select(vec![
            "handoff: support",
            "handoff: support\nuntil_done: true\ntimeout: 1h\nas: v1",
            "handoff: support\nunanswered: {after: 10m, say: Wait.}",
            "emit: paid\ndata: {n: \"${v0}\"}",
            "emit: e",
            "log: \"${v0}\"",
            "react: 👍",
        ]).prop_map(str::to_owned),
        1 => select(vec![
            "start: f0",
            "start: f1\nwith: {n: \"${v0}\"}\nat: \"${now() + minutes(20)}\"\nkey: k",
            "start: f2\nat: \"10:00\"\nkey: \"${v1}\"",
            "start: top\nat: \"${v1}\"",
            "start: {cancel: k}",
            "start: f2\nfor: {tags: [t], if: \"contact.city == v1\", limit: 3}",
        ]).prop_map(str::to_owned),
    ]
    .boxed()
}

/// A step; `end` alone is not a map.
fn end(verb: &str) -> String {
    if verb == "end" { "end:".to_owned() } else { verb.to_owned() }
}

fn ask() -> impl Strategy<Value = String> {
    let answers = select(vec![
        "\nas: v1\noptions: [A, B]",
        "\nas: v1\noptions: [A, B, C, D, E, F, G, H, I, J, K, L]",
        "\noptions:\n  - A: [{say: You took A.}]\n  - {id: b, title: B, consent: {marketing: given}}\n  - {id: c, title: C, do: {go: top}}",
        "\nas: v1\noptions: {each: \"${v2}\", id: \"${item}\", title: \"T ${item}\", also: [B]}",
        "\nas: v0\ntype: number\ncheck: v0 < 9",
        "\nas: v1\ntype: date",
        "\nas: v1\ntype: yesno",
        "\nas: v1\ntype: image",
        "\nas: v1\ngather: 10s",
        "\nas: v1",
    ]);
    let more = select(vec![
        "",
        "\ntries: 1\non_fail: [{say: Enough.}]",
        "\nother: [{log: other}]",
        "\nremind: [{after: 10m, say: Still?}, {after: 2h, say: Again?, if_closed: skip}]",
        "\ninvalid: Not so.\nprotect: true",
        "\non_undelivered: [{log: lost}]",
    ]);
    let ends = select(vec![
        "",
        "\ntimeout: 30m",
        "\ntimeout: 30h\non_timeout: [end]",
        "\ntimeout: 20m\non_timeout: [{go: top}]",
    ]);
    (text(), answers, more, ends, closed()).prop_map(|(text, answers, more, ends, closed)| {
        // A gathered answer or a free text has no `other`.
        let more = if more.contains("other") && !answers.contains("options") { "" } else { more };
        format!("ask: {text}{answers}{more}{ends}{closed}")
    })
}

fn step() -> impl Strategy<Value = String> {
    leaf().prop_recursive(3, 20, 3, |inner| {
        let body = || prop::collection::vec(inner.clone(), 1..4).prop_map(|steps| within(&steps));
        prop_oneof![
            (condition(), body(), body()).prop_map(|(c, a, b)| format!("if: {c}\nthen:{a}\nelse:{b}")),
            (condition(), body()).prop_map(|(c, a)| format!("if: {c}\nthen:{a}")),
            (body(), body()).prop_map(|(a, b)| format!(
                "switch: v1\ncases:\n  A:{}\n  \"b, 2\":{}\nelse: [end]",
                deeper(&a),
                deeper(&b)
            )),
            body().prop_map(|a| format!("repeat: {{for: v0, in: v2}}\ndo:{a}")),
            body().prop_map(|a| format!("repeat: {{while: v0 < 5, max: 7}}\ndo:{a}")),
            (body(), body()).prop_map(|(a, b)| format!("split: trial\ncases:\n  x:{}\n  y:{}", deeper(&a), deeper(&b))),
        ]
    })
}

/// Steps as a list, one below the other.
fn listed(steps: &[String]) -> String {
    steps.iter().map(|step| format!("\n- {}", deeper(step))).collect()
}

/// Steps below a key.
fn within(steps: &[String]) -> String {
    deeper(&listed(steps))
}

fn deeper(lines: &str) -> String {
    lines.replace('\n', "\n  ")
}

fn flow(number: usize) -> impl Strategy<Value = String> {
    let steps = || prop::collection::vec(step(), 1..6);
    let busy = select(vec![
        "",
        "if_busy: replace\n",
        "if_busy: aside\n",
        "if_busy: queue\n",
        "if_busy: skip\n",
        "if_busy: parallel\n",
        "sequence: true\n",
        "sequence: {again: true}\n",
    ]);
    let update = select(vec!["", "on_update: finish\n", "on_update: move\n", "on_update: restart\n"]);
    let starts = select(vec![
        "",
        ", {any_message: true}",
        ", {event: paid}",
        ", {media: any}",
        ", {consent: {marketing: given}}",
        ", {event: e, at_most: 2/1h}",
        ", {tag_added: t}, {field_changed: contact.city}",
        ", {event: e, once_per: \"${now()}\"}",
        ", {reaction: any}",
        ", {schedule: 0 10 * * *, to: everyone}",
        ", {schedule: 0 10 * * *, to: {tags: [t], if: contact.city == 'A'}, at_most: 1/1d}",
        ", {date: contact.visit_at, offset: -1d}",
        ", {webhook: hook, contact: '${body.phone}', body: {phone: {type: phone, optional: true}}}",
        ", {quiet_for: 3h}, {window_closing: 1h}",
        ", {handoff_done: any}, {delivery: failed}",
    ]);
    let ends = select(vec![
        "",
        "stop_when: [{event: e}]\non_stop: [{log: stopped}]\n",
        "stop_when: [{tag_added: t}]\n",
        "on_expire: [{say: Bye.}]\n",
        "on_error: [{say: Sorry.}]\n",
        "on_error: [{go: top}]\n",
        "protect: true\n",
    ]);
    (steps(), steps(), steps(), busy, starts, ends, update).prop_map(move |(top, one, two, busy, starts, ends, update)| {
        // Only a flow without questions can be parallel.
        let asks = [&top, &one, &two].iter().any(|steps| {
            steps.iter().any(|step| ["ask:", "wait: reply", "handoff:", "call:", "go: f"].iter().any(|verb| step.contains(verb)))
        });
        let busy = if busy.contains("parallel") && asks { "" } else { busy };
        format!(
            "flow: f{number}\nwhen: [{{message: word{number}}}{starts}]\n{busy}{update}{ends}expires: 3h\ninputs: {{n: {{type: any, \
             optional: true}}}}\nvars: {{v0: 1, v1: a, v2: [x]}}\nsteps:{}\nblocks:\n  b0:{}\n  b1:{}\n",
            within(&top),
            deeper(&within(&one)),
            deeper(&within(&two))
        )
    })
}

fn acts() -> impl Strategy<Value = Vec<String>> {
    let words = select(vec![
        "< word0",
        "< word1",
        "< word2",
        "< A",
        "< b",
        "< 2",
        "< 3 May",
        "< yes",
        "< no idea",
        "< STOP",
        "< START",
        "<- A",
        "<- B",
        "<- C",
        "<- A #1",
        "~ image",
        "~ react",
        "~ person",
        "~ back",
        "~ close",
        "~ restart",
        "~ tick",
        "~ event paid {}",
        "~ event e",
        "~ start f0 api",
        "~ start f1 api",
        "~ start f0 schedule 0 10 * * * contact",
        "~ start f1 schedule 0 10 * * * contact",
        "~ start f1 date contact.visit_at -1d",
        "~ start f2 date contact.visit_at -1d",
        "~ start f2 start k",
        "~ start f0 quiet_for 3h",
        "~ hook hook {}",
        "~ tag t",
        "~ answer 200 {}",
        "~ answer 503",
        "~ error timeout",
        "~ fail 131026",
        "~ unknown",
        "~ delivered",
        "~ read",
        "~ failed 1",
        "~ late 7h word0",
        "~ preference off",
        "~ unusable t_1",
        "~ usable",
        "+1s",
        "+11s",
        "+5m",
        "+30m",
        "+2h",
        "+25h",
    ]);
    prop::collection::vec(words.prop_map(str::to_owned), 1..30)
}

fn set(flows: &[String; 3]) -> Arc<FlowSet> {
    let mut files = vec![SourceFile::new("flows/_bot.yaml", BOT)];
    files.extend(flows.iter().enumerate().map(|(n, text)| SourceFile::new(format!("flows/f{n}.yaml"), text.as_str())));
    Arc::new(parse_set(&files).0)
}

proptest! {
    #![proptest_config(cases(96))]
    #[test]
    fn no_flow_and_no_talk_breaks_the_engine(flows in (flow(0), flow(1), flow(2)), acts in acts()) {
        let flows = [flows.0, flows.1, flows.2].join("\n---\n");
        play(&mut Talk::new(BOT, &flows), &acts)?;
    }

    /// The flows change during running conversations: `on_update` decides, and the engine must handle every decision.
    #[test]
    fn no_new_version_breaks_the_engine(
        old in (flow(0), flow(1), flow(2)),
        new in (flow(0), flow(1), flow(2)),
        acts in (acts(), acts()),
    ) {
        let (old, new) = ([old.0, old.1, old.2], [new.0, new.1, new.2]);
        let mut talk = Talk::new(BOT, &old.join("\n---\n"));
        play(&mut talk, &acts.0)?;
        talk.versions = Versions::new(VersionId(2), set(&new)).with(VersionId(1), set(&old));
        play(&mut talk, &acts.1)?;
    }
}

/// The content of a file may be anything: a renamed picture, half a file, a text from another program.
fn bytes() -> impl Strategy<Value = Vec<u8>> {
    let damaged = (flow(0), any::<prop::sample::Index>(), 0_usize..30, prop::collection::vec(any::<u8>(), 0..12))
        .prop_map(|(flow, at, length, instead)| {
            let mut bytes = flow.into_bytes();
            let start = at.index(bytes.len());
            let end = (start + length).min(bytes.len());
            bytes.splice(start..end, instead);
            bytes
        });
    prop_oneof![1 => prop::collection::vec(any::<u8>(), 0..200), 4 => damaged]
}

proptest! {
    #![proptest_config(cases(96))]
    #[test]
    fn no_bytes_break_a_reader(bytes in bytes()) {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        for path in ["flows/a.yaml", "flows/_bot.yaml", "locales/es.yaml", "scripts/a.rhai"] {
            let file = SourceFile::new(path, text.as_str());
            let (set, mut findings) = parse_set(&[Arc::clone(&file)]);
            findings.extend(lint(&set));
            findings.extend(testfile::parse(&file, &set).1);
            for finding in findings {
                finding.render(false);
            }
            let _ = fmt::format(&file);
        }
    }
}
