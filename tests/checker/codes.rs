//! The list of codes is whole, and its examples are true.

use super::{look, root};
use std::{collections::BTreeSet, fs, path::Path};
use transom::base::codes;

/// What no example can show, and what shows it instead.
const WITHOUT: [(&str, &str); 9] = [
    ("E234", "more options than a page shows, tested in flow/lint"),
    ("E101", "limits of base/yaml, tested there at the limit"),
    ("E119", "a mistake of the formatter, tested with it"),
    ("E704", "the text alone would fill a page; the catalogue of faults has one"),
    ("E900", "a file that is not there"),
    ("E910", "a file that cannot be read, tested in runtime/bot.rs"),
    ("E911", "more files than a page shows, tested in runtime/bot.rs"),
    ("E912", "only where a daemon starts, tested in runtime/reload.rs"),
    ("E299", "for words of the language that are still to come"),
];

#[test]
fn every_example_has_exactly_its_code_and_is_right_when_mended() {
    let mut wrong = Vec::new();
    for code in codes::all() {
        if code.bad.is_empty() {
            assert!(WITHOUT.iter().any(|(known, _)| *known == code.code), "{} has no example", code.code);
            continue;
        }
        let bad = look(&codes::files(code.bad));
        if bad.len() != 1 || bad[0].code != code.code {
            let said: Vec<String> = bad.iter().map(ToString::to_string).collect();
            wrong.push(format!("{} should be in its example once:\n  {}", code.code, said.join("\n  ")));
        }
        for finding in look(&codes::files(code.good)) {
            wrong.push(format!("{} mended: {finding}", code.code));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_list_has_every_code_of_the_sources_and_no_other() {
    let mut used = BTreeSet::new();
    walk(&root().join("src"), &mut used);
    let listed: BTreeSet<String> = codes::all().map(|code| code.code.to_owned()).collect();
    let unlisted: Vec<_> = used.difference(&listed).collect();
    let unused: Vec<_> = listed.difference(&used).collect();
    assert!(unlisted.is_empty(), "not in src/base/codes: {unlisted:?}");
    assert!(unused.is_empty(), "nothing says {unused:?}");
}

/// The codes in the sources, those of their tests left out.
fn walk(folder: &Path, used: &mut BTreeSet<String>) {
    let code = regex::Regex::new("\"([EW][0-9]{3})\"").expect("it is one");
    for entry in fs::read_dir(folder).expect("the sources are there") {
        let path = entry.expect("they can be listed").path();
        if path.is_dir() {
            if path.file_name().is_some_and(|name| name != "tests" && name != "codes") {
                walk(&path, used);
            }
            continue;
        }
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        if !name.ends_with(".rs") || name == "tests.rs" {
            continue;
        }
        let text = fs::read_to_string(&path).expect("a text");
        let own = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
        used.extend(code.captures_iter(own).map(|found| found[1].to_owned()));
    }
}
