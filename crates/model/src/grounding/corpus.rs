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

/// Whether whole replies are read, or each sentence as a reply of its own: a short text tells less of its language.
#[derive(Clone, Copy)]
enum Part {
    Reply,
    Sentence,
}

fn parts(reply: &str, part: Part) -> Vec<&str> {
    match part {
        Part::Reply => vec![reply],
        Part::Sentence => reply.split_inclusive(['!', '?', '\n']).flat_map(|text| text.split(". ")).collect(),
    }
}

/// Counts the replies in a language to contacts whose language is set to `contacts`.
fn counts(folder: &Path, language: &str, contacts: &str, part: Part) -> Counts {
    let path = folder.join(format!("{language}.yaml"));
    let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let talks: Vec<Talk> = serde_yaml::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let mut all = Counts { honest: 0, stopped: 0, invented: 0, passed: 0 };
    for talk in talks {
        let given: Vec<&str> = talk.sources.iter().map(String::as_str).collect();
        let customer: Vec<&str> = talk.customer.iter().map(String::as_str).collect();
        let now = talk.now.parse().unwrap_or_else(|error| panic!("{}: {error}", talk.now));
        let sources = Sources { given: &given, customer: &customer, now, language: contacts };
        for reply in talk.honest.iter().flat_map(|reply| parts(reply, part)) {
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
            assert!(reply.contains(value.as_str()), "{value} is not in {reply}");
            // A value of two sentences is one of the whole reply.
            let holding = parts(reply, part).into_iter().find(|one| one.contains(value.as_str()));
            let reply = holding.unwrap_or(reply);
            let at = reply.find(value.as_str()).unwrap_or_default();
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
        let Counts { honest, stopped, invented, passed } = of_both(&root, language, language, Part::Reply);
        assert!(honest >= 40 && invented >= 40, "{language}: {honest} honest and {invented} invented replies");
        assert!(stopped * 20 <= honest, "{language}: {stopped} of {honest} honest replies are stopped");
        assert!(passed * 20 <= invented, "{language}: {passed} of {invented} invented replies pass");
    }
}

fn of_both(root: &Path, language: &str, contacts: &str, part: Part) -> Counts {
    let sets = ["first", "second"].map(|set| counts(&root.join(set), language, contacts, part));
    let sum = |of: fn(&Counts) -> usize| sets.iter().map(of).sum::<usize>();
    Counts {
        honest: sum(|counts| counts.honest),
        stopped: sum(|counts| counts.stopped),
        invented: sum(|counts| counts.invented),
        passed: sum(|counts| counts.passed),
    }
}

/// The bot speaks one language, and the customer is new and writes another: the language of the contact is wrong.
#[test]
fn a_wrong_language_of_the_contact_lets_no_more_values_pass() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/grounding");
    // Some sentences have the sum of amounts of another one, which is stopped.
    for (part, in_stopped, in_passed) in [(Part::Reply, 20, 20), (Part::Sentence, 16, 20)] {
        for language in LANGUAGES {
            for contacts in ["en", "tr"].into_iter().filter(|contacts| *contacts != language) {
                let Counts { honest, stopped, invented, passed } = of_both(&root, language, contacts, part);
                println!("{language} to {contacts}: {stopped} of {honest} stopped, {passed} of {invented} passed");
                assert!(stopped * in_stopped <= honest, "{language}: {stopped} of {honest} honest replies are stopped");
                assert!(passed * in_passed <= invented, "{language}: {passed} of {invented} invented replies pass");
            }
        }
    }
}

/// Counts replies of your own: `GROUNDING=FOLDER`.
#[test]
fn replies_of_a_folder() {
    let Some(folder) = std::env::var_os("GROUNDING") else { return };
    for language in LANGUAGES {
        let Counts { honest, stopped, invented, passed } = counts(Path::new(&folder), language, language, Part::Reply);
        println!("{language}: {stopped} of {honest} honest stopped, {passed} of {invented} invented passed");
    }
}
