//! Plays the kept inputs of `seeds/` through the targets that `.ci/fuzz` runs with new ones.

mod targets;

use std::{fs, path::Path};

/// The tests of all areas run beside these, with programs that are not optimised.
const SLOWER: u32 = 30;

fn play(name: &str, target: fn(&[u8])) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fuzz/seeds").join(name);
    let mut inputs: Vec<_> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    inputs.sort();
    assert!(inputs.len() >= 10, "{} has {} inputs", folder.display(), inputs.len());
    for input in inputs {
        let bytes = fs::read(&input).unwrap();
        if let Err(panic) = std::panic::catch_unwind(|| target(&bytes)) {
            eprintln!("The input is {}", input.display());
            std::panic::resume_unwind(panic);
        }
        // Half of it, and with one byte more: the limits of a reader lie there.
        target(&bytes[..bytes.len() / 2]);
        target(&[&bytes[..], b"\xff"].concat());
    }
    target(b"");
}

#[test]
fn webhooks_hold() {
    play("webhooks", targets::webhooks::run);
}

#[test]
fn flows_hold() {
    play("flows", targets::flows::run);
}

#[test]
fn expressions_hold() {
    play("expressions", targets::expressions::run);
}

#[test]
fn answers_hold() {
    play("answers", targets::answers::run);
}

#[test]
fn papers_hold() {
    play("papers", targets::papers::run);
}

#[test]
fn redaction_holds() {
    play("redaction", targets::redaction::run);
}

#[test]
fn mcp_lines_hold() {
    play("mcp_lines", targets::mcp_lines::run);
}
