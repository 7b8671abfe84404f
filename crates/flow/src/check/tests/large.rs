//! Tests files of the maximum size: no check needs quadratic time, and no stack overflows.

use crate::{
    base::{
        cancel::Cancellation,
        limits::{FLOW_NAMES_MAX, LINT_WALKS_MAX, YAML_NODES_MAX},
        place::SourceFile,
    },
    check::{CheckContext, Linter},
    check_files, lint, parse_set,
    tools::fmt,
};
use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

/// Parses, checks and formats the file in a thread with the two megabytes of stack that threads of the daemon have.
fn checked(body: String) -> usize {
    let small = std::thread::Builder::new().stack_size(2 * 1024 * 1024);
    let work = move || {
        let file = SourceFile::new("flows/a.yaml", format!("flow: a\nwhen: [{{message: go}}]\n{body}"));
        let (set, mut findings) = parse_set(std::slice::from_ref(&file));
        findings.extend(lint(&set));
        assert!(fmt::format(&file).is_ok());
        assert!(!findings.iter().any(|found| found.message.contains("too many")), "it is read as a whole");
        findings.len()
    };
    small.spawn(work).unwrap().join().unwrap()
}

fn steps(count: usize, step: impl Fn(usize) -> String) -> String {
    (0..count).map(|number| format!("  - {}\n", step(number))).collect()
}

#[test]
fn a_row_of_steps_that_nothing_reaches_is_walked_once() {
    assert_eq!(checked(format!("steps:\n  - go: top\n{}", steps(YAML_NODES_MAX / 4, |_| "log: x".into()))), 2);
}

#[test]
fn a_long_way_of_waits_has_an_end() {
    assert_eq!(checked(format!("steps:\n{}", steps(YAML_NODES_MAX / 4, |_| "wait: 1s".into()))), 0);
}

#[test]
fn variables_are_followed_up_to_their_limit() {
    let set = |most: usize| move |n: usize| format!("set: {{v{}: {n}}}", n % most);
    let body = |most: usize| format!("steps:\n{}", steps(1_500, set(most)));
    assert_eq!(checked(body(FLOW_NAMES_MAX)), 0, "at the limit");
    assert_eq!(checked(body(FLOW_NAMES_MAX + 1)), 1);
}

#[test]
fn blocks_that_call_each_other_in_a_row_are_walked_once() {
    let count = YAML_NODES_MAX / 8;
    let block = |n: usize| format!("  b{n}: [{{call: b{}}}]\n", n + 1);
    let blocks: String = (0..count).map(block).collect();
    assert_eq!(checked(format!("steps: [{{call: b0}}]\nblocks:\n{blocks}  b{count}: [{{log: x}}]\n")), 0);
}

#[test]
fn questions_that_give_up_one_after_the_other_are_walked_once() {
    let count = YAML_NODES_MAX / 20;
    let ask = |n: usize| format!("ask: Which {n}?\n    on_fail: [{{go: b{n}}}]");
    let blocks: String = (0..count).map(|n| format!("  b{n}: [{{go: b{}}}]\n", n + 1)).collect();
    let steps = steps(count, ask);
    assert_eq!(checked(format!("steps:\n{steps}blocks:\n{blocks}  b{count}: [{{log: x}}]\n")), 0);
}

#[test]
fn a_comment_behind_each_step_is_looked_for_once() {
    assert_eq!(
        checked(format!(
            "steps:\n{}",
            steps(YAML_NODES_MAX / 4, |n| format!("# {n}\n  - log: x  # why")).replace("- #", "#")
        )),
        0
    );
}

/// The findings of a bot of so many flows, each of which leads to the ones that `leads_to` names, and the number of
/// walks through a flow.
fn walked(count: usize, leads_to: impl Fn(usize) -> Vec<usize>) -> (Vec<&'static str>, usize) {
    let flow = |n: usize| {
        let options = leads_to(n).iter().map(|to| format!("      - To {to}: [{{go: f{to}}}]\n")).collect::<String>();
        let text = format!("flow: f{n}\nwhen: [{{message: go {n}}}]\nsteps:\n  - ask: Where?\n    options:\n{options}");
        SourceFile::new(format!("flows/f{n}.yaml"), text)
    };
    let files: Vec<_> = (0..count).map(flow).collect();
    let (set, mut findings) = parse_set(&files);
    let mut linter = Linter::default();
    findings.extend(linter.report(&set, &CheckContext::default()).findings);
    let walks = linter.memo.pieces.values().map(|piece| piece.through.len()).sum();
    (findings.iter().map(|finding| finding.code).collect(), walks)
}

#[test]
fn flows_that_lead_to_one_another_are_walked_a_few_times() {
    let count = 10 * LINT_WALKS_MAX;
    let (findings, walks) = walked(count, |n| vec![(n + 1) % count]);
    assert_eq!((findings, walks), (vec![], LINT_WALKS_MAX * count), "a circle");
    let (findings, walks) = walked(count, |n| if n == 0 { (1..10).collect() } else { vec![0] });
    assert!(findings.is_empty() && walks < LINT_WALKS_MAX * count, "{walks} walks: {findings:?}");
    let (findings, walks) = walked(3, |n| vec![(n + 1) % 3]);
    assert_eq!((findings, walks), (vec![], 9), "few flows are walked alone");
}

#[test]
fn a_flow_of_a_group_needs_a_template_only_if_it_leads_to_a_late_message() {
    let flow = |n: usize, when: &str, steps: &str| {
        let text = format!("flow: f{n}\nwhen: [{when}]\nsteps: [{steps}]\n");
        SourceFile::new(format!("flows/f{n}.yaml"), text)
    };
    let mut files: Vec<_> =
        (0..3 * LINT_WALKS_MAX).map(|n| flow(n, &format!("{{message: go {n}}}"), "{say: Hi}, {go: f90}")).collect();
    files.push(flow(90, "{message: last}", "{say: Bye}"));
    files.push(flow(91, "{message: late}", "{wait: 2d}, {template: {name: back}}, {go: f90}"));
    let (set, _) = parse_set(&files);
    let without = Linter::default().report(&set, &CheckContext::default()).without_templates;
    assert!(without.contains(&"f3".to_owned()) && !without.contains(&"f91".to_owned()), "{without:?}");
}

#[test]
fn a_cancelled_check_gives_nothing_and_ends_soon() {
    let count = 60;
    let flow = |n: usize| {
        let steps = "  - ask: Where?\n    options: [Here, There]\n  - say: Hi\n";
        SourceFile::new(format!("flows/f{n}.yaml"), format!("flow: f{n}\nwhen: [{{message: go {n}}}]\nsteps:\n{steps}"))
    };
    let files: Vec<_> = (0..count).map(flow).collect();
    let asked = Arc::new(AtomicUsize::new(0));
    let check = |until: usize| {
        asked.store(0, Ordering::SeqCst);
        let counted = Arc::clone(&asked);
        let cancel = Cancellation::when(move || counted.fetch_add(1, Ordering::SeqCst) >= until);
        check_files(&files, &CheckContext::default(), &cancel).is_some()
    };
    assert!(check(usize::MAX));
    let all = asked.load(Ordering::SeqCst);
    // Loading, parsing and checking of each flow, and the steps of its walk.
    assert!(all > 5 * count, "asked {all} times");
    for until in (0..all).step_by(17).chain([all - 1]) {
        assert!(!check(until), "cancelled at {until} of {all}");
        let after = asked.load(Ordering::SeqCst) - until;
        assert!(after <= 2 * count + 5, "{after} parts were begun after {until} of {all}");
    }
}
