//! Tests the start of a daemon whose last publication was cut off.

use super::{BOT, Daemon, PIZZA, bot};
use std::fs;
use transom::runtime::bot::publish::tag;

#[test]
fn a_start_puts_the_files_of_a_publication_back_that_was_cut_off() {
    let folder = bot(&[BOT, PIZZA]);
    let flows = folder.path().join("flows");
    let pizza = fs::read_to_string(flows.join(PIZZA.0)).unwrap();
    // As a process leaves it that dies after it has replaced this file.
    fs::write(flows.join(".transom-old"), &pizza).unwrap();
    fs::write(flows.join(PIZZA.0), "flow: pizza\nsteps:\n  - say: Half\n").unwrap();
    let journal = serde_json::json!([{
        "path": format!("flows/{}", PIZZA.0), "old": ".transom-old", "before": tag(pizza.as_bytes()),
        "after": tag(b"flow: pizza\nsteps:\n  - say: Half\n"),
    }]);
    fs::write(flows.join(".transom-publication.json"), journal.to_string()).unwrap();
    let mut daemon = Daemon::start(folder.path());
    assert_eq!(fs::read_to_string(flows.join(PIZZA.0)).unwrap(), pizza);
    let left = fs::read_dir(&flows).unwrap().map(|one| one.unwrap().file_name());
    assert!(!left.into_iter().any(|name| name.to_string_lossy().starts_with(".transom")));
    daemon.stop();
}
