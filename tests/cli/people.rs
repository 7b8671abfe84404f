//! Tests `transom people`, without a daemon.

use super::{bot, ends, err, out, run};

#[test]
fn the_first_operator_is_let_in_by_the_command() {
    let folder = bot(&[]);
    let transom = |args: &[&str]| run(folder.path(), args);
    let made = transom(&["people", "add", "Ana", "--role", "operator"]);
    ends(&made, 0);
    let link = out(&made);
    assert!(link.starts_with("http://127.0.0.1:8080/studio/sign-in#") && !err(&made).contains('#'), "{link}");
    let listed = out(&transom(&["people", "list"]));
    assert!(listed.contains("Ana") && listed.contains("operator") && listed.contains("never"), "{listed}");
    assert!(!listed.contains(link.trim().split('#').nth(1).unwrap()));
    let again = transom(&["people", "add", "ana", "--role", "viewer"]);
    ends(&again, 1);
    assert!(err(&again).contains("there is a person of this name already"), "{}", err(&again));
    for args in [&["people", "remove", "Ana"][..], &["people", "role", "ANA", "viewer"]] {
        let refused = transom(args);
        ends(&refused, 1);
        assert!(err(&refused).contains("the last operator"), "{}", err(&refused));
    }
    ends(&transom(&["people", "add", "Eva", "--role", "chief"]), 2);
    ends(&transom(&["people", "add", "Eva", "--role", "agent", "--account", "nobody"]), 2);
    ends(&transom(&["people", "add", "Eva", "--role", "agent"]), 0);
    let json = out(&transom(&["people", "link", "eva", "--json"]));
    assert!(json.contains("\"link\"") && json.contains("link_ends_at"), "{json}");
    ends(&transom(&["people", "sign-out", "Eva"]), 0);
    ends(&transom(&["people", "remove", "Eva"]), 0);
    let gone = transom(&["people", "link", "Eva"]);
    ends(&gone, 1);
    assert!(err(&gone).contains("there is no person `Eva`"), "{}", err(&gone));
}
