//! Seeds that broke a law once.

use super::run;

fn holds(seed: u64) {
    let failed = run(seed);
    assert!(failed.is_none(), "{}", failed.unwrap_or_default());
}

#[test]
fn the_first_seed() {
    holds(1);
}
