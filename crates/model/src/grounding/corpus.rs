//! Reads `tests/grounding`: replies of models with their sources. Honest ones must pass, invented ones must be found.

use super::{Sources, ungrounded};
use serde::Deserialize;
use std::{fs, path::Path};

#[derive(Deserialize)]
struct Talk {
    sources: Vec<String>,
    customer: Vec<String>,
    now: String,
    honest: Vec<String>,
    invented: Vec<Invented>,
}

#[derive(Deserialize)]
struct Invented {
    reply: String,
    value: String,
}

struct Counts {
    honest: usize,
    stopped: usize,
    invented: usize,
    passed: usize,
}

fn counts(folder: &Path, language: &str) -> Counts {
    let path = folder.join(format!("{language}.yaml"));
    let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let talks: Vec<Talk> = serde_yaml::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let mut all = Counts { honest: 0, stopped: 0, invented: 0, passed: 0 };
    for talk in talks {
        let given: Vec<&str> = talk.sources.iter().map(String::as_str).collect();
        let customer: Vec<&str> = talk.customer.iter().map(String::as_str).collect();
        let now = talk.now.parse().unwrap_or_else(|error| panic!("{}: {error}", talk.now));
        let sources = Sources { given: &given, customer: &customer, now, language };
        for reply in &talk.honest {
            all.honest += 1;
            let found = ungrounded(reply, &sources);
            if !found.is_empty() {
                all.stopped += 1;
                let named = found.iter().map(|one| format!("{}: {}", one.kind.as_str(), &reply[one.at.clone()]));
                println!("{language} honest, stopped: {reply:?} for {:?}", named.collect::<Vec<_>>());
            }
        }
        for Invented { reply, value } in &talk.invented {
            all.invented += 1;
            let at = reply.find(value.as_str()).unwrap_or_else(|| panic!("{value} is not in {reply}"));
            let found = ungrounded(reply, &sources);
            if !found.iter().any(|one| one.at.start < at + value.len() && at < one.at.end) {
                all.passed += 1;
                println!("{language} invented, passed: {value:?} in {reply:?}, found {found:?}");
            }
        }
    }
    all
}

const LANGUAGES: [&str; 6] = ["en", "es", "fr", "de", "pt", "it"];

/// Of both sets together at most one honest reply in twenty is stopped, and one invented in twenty passes.
#[test]
fn invented_values_are_found_and_honest_ones_pass() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/grounding");
    for language in LANGUAGES {
        let sets = ["first", "second"].map(|set| counts(&root.join(set), language));
        let sum = |of: fn(&Counts) -> usize| sets.iter().map(of).sum::<usize>();
        let (honest, stopped) = (sum(|counts| counts.honest), sum(|counts| counts.stopped));
        let (invented, passed) = (sum(|counts| counts.invented), sum(|counts| counts.passed));
        assert!(honest >= 40 && invented >= 40, "{language}: {honest} honest and {invented} invented replies");
        assert!(stopped * 20 <= honest, "{language}: {stopped} of {honest} honest replies are stopped");
        assert!(passed * 20 <= invented, "{language}: {passed} of {invented} invented replies pass");
    }
}

/// Counts replies of your own: `GROUNDING=FOLDER`.
#[test]
fn replies_of_a_folder() {
    let Some(folder) = std::env::var_os("GROUNDING") else { return };
    for language in LANGUAGES {
        let Counts { honest, stopped, invented, passed } = counts(Path::new(&folder), language);
        println!("{language}: {stopped} of {honest} honest stopped, {passed} of {invented} invented passed");
    }
}
