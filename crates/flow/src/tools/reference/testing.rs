//! Writes the pages about tests and evals.

use super::{GENERATED, table};
use crate::load::spec::{
    CASE_KEYS, EVAL_CALIBRATION_KEYS, EVAL_CASE_KEYS, EVAL_CUSTOMER_KEYS, EVAL_KEYS, EVAL_RULE_KEYS, EVAL_SEARCH_KEYS,
    EXPECT_KEYS, FieldSpec, MESSAGE_KEYS, TEST_KEYS, TEST_STEPS,
};
use std::fmt::Write as _;

pub(super) fn tests_page() -> String {
    let mut text = format!(
        "{GENERATED}# Tests\n\nThe keys of `flows/NAME.test.yaml`. [Testing flows](../testing.md) shows how they go \
         together.\n\n## The file\n\n"
    );
    table(&mut text, TEST_KEYS);
    let parts = [
        ("A case", "What it says of the world goes over what the file says.", CASE_KEYS),
        ("Steps", "A step has exactly one of these.", TEST_STEPS),
        ("What `bot` looks at", "`bot: text`, or several of these; so do the items of `sent`.", MESSAGE_KEYS),
        ("What `expect` looks at", "", EXPECT_KEYS),
    ];
    sections(text, &parts)
}

pub(super) fn evals_page() -> String {
    let mut text = format!(
        "{GENERATED}# Evals\n\nThe keys of `flows/NAME.eval.yaml`. [Evals](../evals.md) shows how they go together.\n\n\
         ## The file\n\n"
    );
    table(&mut text, EVAL_KEYS);
    let parts = [
        (
            "A case",
            "It has a `talk`, a `customer` or `finds`. What it says of the world goes over what the file says. The steps of a talk are the [steps of a test](tests.md#steps), without `bot`.",
            EVAL_CASE_KEYS,
        ),
        (
            "Rules",
            "`expect` also takes all keys that the [`expect` of a test](tests.md#what-expect-looks-at) has.",
            EVAL_RULE_KEYS,
        ),
        ("What `customer` takes", "", EVAL_CUSTOMER_KEYS),
        ("What `calibrate` takes", "", EVAL_CALIBRATION_KEYS),
        ("What `finds` takes", "", EVAL_SEARCH_KEYS),
    ];
    sections(text, &parts)
}

/// Adds a table for each part; it has a title, a sentence and its keys.
fn sections(mut text: String, parts: &[(&str, &str, &[FieldSpec])]) -> String {
    for (title, about, keys) in parts {
        let about = if about.is_empty() { String::new() } else { format!("{about}\n\n") };
        let _ = write!(text, "\n## {title}\n\n{about}");
        table(&mut text, keys);
    }
    text
}
