//! Tests that `check --fix` repairs its findings and changes no other byte.

use super::{BOT, folder, of_flows};
use proptest::prelude::*;
use transom::{
    base::{
        diagnostic::Diagnostic,
        fix::{self, Fix},
        place::SourceFile,
        yaml::cst,
    },
    flow::CheckContext,
};

fn check(path: &str, text: &str) -> Vec<Diagnostic> {
    let sources = [SourceFile::new("flows/_bot.yaml", BOT), SourceFile::new(path, text)];
    of_flows(&sources, &[], &CheckContext::default())
}

/// The texts outside the repairs' places, in order.
fn untouched<'a>(text: &'a str, fixes: &[&Fix], made: &[bool]) -> Vec<&'a str> {
    let made = fixes.iter().zip(made).filter(|(_, made)| **made);
    let mut ranges: Vec<_> = made.flat_map(|(fix, _)| fix.edits.iter().map(|edit| edit.place.range())).collect();
    ranges.sort_by_key(|range| range.start);
    let mut parts = Vec::new();
    let mut at = 0;
    for range in ranges {
        parts.push(&text[at..range.start]);
        at = range.end;
    }
    parts.push(&text[at..]);
    parts
}

fn holds_in_order(text: &str, parts: &[&str]) -> bool {
    let Some((first, rest)) = parts.split_first() else { return true };
    let Some(mut left) = text.strip_prefix(first) else { return false };
    for (number, part) in rest.iter().enumerate() {
        let at = if number + 1 == rest.len() {
            left.ends_with(part).then(|| left.len() - part.len())
        } else {
            left.find(part)
        };
        let Some(at) = at else { return false };
        left = &left[at + part.len()..];
    }
    true
}

/// Applies the sure repairs until none is left, as the command does; checks each round.
fn mend(path: &str, text: &str) -> (String, usize) {
    let mut text = text.to_owned();
    let mut count = 0;
    for _ in 0..20 {
        let findings = check(path, &text);
        let fixes: Vec<&Fix> =
            findings.iter().filter_map(|finding| finding.fix.as_ref()).filter(|fix| fix.is_sure()).collect();
        if fixes.is_empty() {
            break;
        }
        let (after, made) = fix::apply(path, &text, &fixes);
        let parts = untouched(&text, &fixes, &made);
        assert!(holds_in_order(&after, &parts), "bytes outside of the repair changed:\n{text}\n---\n{after}");
        count += made.iter().filter(|made| **made).count();
        if after == text {
            break;
        }
        text = after;
    }
    (text, count)
}

#[test]
fn a_sure_repair_of_a_seeded_fault_mends_it_for_good() {
    let mut mended = 0;
    for (name, text) in folder("faults") {
        let path = format!("flows/{name}");
        let before = check(&path, &text);
        if !before.iter().any(|finding| finding.fix.as_ref().is_some_and(Fix::is_sure)) {
            continue;
        }
        let (after, _) = mend(&path, &text);
        let left: Vec<String> = check(&path, &after).iter().map(ToString::to_string).collect();
        assert!(left.is_empty(), "{name} after its repair:\n{after}\n{}", left.join("\n"));
        mended += 1;
    }
    println!("{mended} seeded faults are mended by `check --fix`");
    assert!(mended >= 10, "{mended}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    /// Correct flows of the catalogue with a mistake inserted somewhere, with comments and odd blanks around it.
    #[test]
    fn all_bytes_outside_of_a_repair_stay(
        which in any::<prop::sample::Index>(),
        place in any::<prop::sample::Index>(),
        mistake in prop::sample::select(&MISTAKES[..]),
        comment in "[ -~é✓]{0,20}",
        crlf in any::<bool>(),
    ) {
        let clean = folder("clean");
        let (name, text) = which.get(&clean);
        let lines: Vec<&str> = text.lines().collect();
        let at = place.index(lines.len());
        let mut broken: Vec<String> = lines.iter().map(|line| (*line).to_owned()).collect();
        broken[at] = broken[at].replacen(mistake.0, mistake.1, 1);
        broken.insert(at, format!("# {comment}"));
        let text = broken.join(if crlf { "\r\n" } else { "\n" });
        let path = format!("flows/{name}");
        let (after, count) = mend(&path, &text);
        if count == 0 {
            prop_assert_eq!(&after, &text);
        }
        // It is mended for good: no repair calls for another at the same place, round after round.
        let left = check(&path, &after);
        prop_assert!(!left.iter().any(|finding| finding.fix.as_ref().is_some_and(Fix::is_sure)), "{}\n---\n{}", text, after);
        // And all comments are comments still, word for word.
        if let (Ok(before), Ok(now)) = (comments(&text), comments(&after)) {
            prop_assert_eq!(before, now, "{}\n---\n{}", text, after);
        }
    }
}

/// The comments that the YAML reader finds; none if it stops.
fn comments(text: &str) -> Result<Vec<String>, String> {
    let written = cst::read(text).map_err(|refusal| refusal.said)?;
    Ok(written.comments.iter().map(|comment| text[comment.range.clone()].to_owned()).collect())
}

/// The replacements that make a mistake.
const MISTAKES: [(&str, &str); 18] = [
    ("say: ", "say: {title: Open, url: https://shop.example/${id}}  # "),
    ("say: ", "say: {p: Hello, ${id}}  # "),
    ("say: ", "say: [Hello ${id}, how are you]  # "),
    ("say: ", "say: @ana  # "),
    ("say: ", "say: *Now* today  # "),
    ("say: ", "say: Order: 5  # "),
    ("say: ", "say: \"Hi ${name ?? \"you\"}\"  # "),
    ("if: ", "if: !missing(name)  # "),
    ("say:", "sya:"),
    ("ask:", "akse:"),
    ("timeout:", "tiemout:"),
    ("  - ", "\t- "),
    (" == ", " = "),
    ("&&", "and"),
    ("options:", "buttons:"),
    ("say: ", "say: *Now* "),
    ("if: '", "if: !"),
    ("steps:", "stesp:"),
];
