//! Tests the re-engagement example of the language documentation, with its test as written.

use super::{ends, out, run};
use std::path::Path;

#[test]
fn the_sample_of_the_language_passes_its_test_as_written() {
    let bot = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cli/reengage");
    let tested = run(&bot, &["test", "flows/reengage.test.yaml"]);
    ends(&tested, 0);
    assert!(out(&tested).contains("5 cases passed"), "{}", out(&tested));
}
