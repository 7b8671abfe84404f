//! Mistypes keys in the shipped flows: each mistake gives one finding in its line, and no further findings.

use super::root;
use std::{collections::BTreeSet, sync::Arc};
use transom::{
    base::place::SourceFile,
    flow::{
        CheckContext,
        load::spec::{BOT_KEYS, FLOW_KEYS, FieldSpec, STEP_KEYS, TRIGGER_KEYS},
        steps,
        tools::workspace::Workspace,
        triggers,
    },
    runtime::bot::source_files,
};

/// One of this many keys is mistyped; `MISTYPED=1` mistypes each.
const EVERY: usize = 17;

/// The keys of the language at the first level; names of the author's own are excluded.
fn words() -> BTreeSet<&'static str> {
    let of = |fields: &'static [FieldSpec]| fields.iter().map(|field| field.name);
    let specs = steps::SPECS.iter().chain(triggers::SPECS);
    let keys = [FLOW_KEYS, STEP_KEYS, TRIGGER_KEYS, BOT_KEYS].into_iter().flat_map(of);
    specs.flat_map(|spec| of(spec.fields)).chain(keys).filter(|word| word.len() > 2 && *word != "flow").collect()
}

/// Swaps two letters in the middle.
fn mistyped(word: &str) -> Option<String> {
    let middle = word.len() / 2 - usize::from(word.len() > 3);
    let (before, rest) = word.split_at(middle);
    let mut letters = rest.chars();
    let (first, second) = (letters.next()?, letters.next()?);
    (first != second).then(|| format!("{before}{second}{first}{}", letters.as_str()))
}

/// The key at the beginning of a line, and its position.
fn key(line: &str) -> Option<(usize, &str)> {
    let start = line.len() - line.trim_start_matches([' ', '-']).len();
    let (word, _) = line[start..].split_once(':')?;
    word.chars().all(|c| c.is_ascii_lowercase() || c == '_').then_some((start, word))
}

/// Keys with names of the author's own right below them.
const NAMES_BELOW: [&str; 6] = ["blocks", "inputs", "returns", "fields", "body", "vars"];

/// Keys with values of the author's own, however deep these are.
const VALUES_BELOW: [&str; 5] = ["vars", "json", "data", "with", "mocks"];

/// The key of this line is a name of the author's own, and no key of the language: nobody can say that it is mistyped.
fn is_authors(lines: &[&str], at: usize, start: usize) -> bool {
    let (mut column, mut parents) = (start, Vec::new());
    for line in lines[..at].iter().rev() {
        if let Some((start, word)) = key(line).filter(|(start, _)| *start < column) {
            parents.push(word);
            column = start;
        }
    }
    let named = parents.first().is_some_and(|parent| NAMES_BELOW.contains(parent));
    named || parents.iter().any(|parent| VALUES_BELOW.contains(parent))
}

#[test]
fn one_mistyped_key_gives_one_message_in_its_line() {
    let every = std::env::var("MISTYPED").ok().and_then(|every| every.parse().ok()).unwrap_or(EVERY);
    let words = words();
    let mut folders = vec![root().to_owned()];
    let examples = std::fs::read_dir(root().join("flows/examples")).unwrap().map(|entry| entry.unwrap().path());
    folders.extend(examples.filter(|path| path.is_dir()));
    folders.sort();
    let (mut count, mut tried, mut wrong) = (0, 0, Vec::new());
    for folder in folders {
        let files = source_files::read(&folder).unwrap().files;
        let mut workspace = Workspace::new(CheckContext::default());
        workspace.replace(files.iter().cloned());
        let flows = files.iter().filter(|file| {
            let path = file.path();
            path.starts_with("flows/") && !path.ends_with(".test.yaml") && !path.ends_with("_bot.yaml")
        });
        for file in flows {
            let lines: Vec<&str> = file.text().lines().collect();
            for (at, line) in lines.iter().enumerate() {
                let Some((start, word)) = key(line).filter(|(_, word)| words.contains(word)) else { continue };
                if is_authors(&lines, at, start) {
                    continue;
                }
                let Some(wrongly) = mistyped(word) else { continue };
                count += 1;
                if count % every != 0 {
                    continue;
                }
                tried += 1;
                let changed = format!("{}{wrongly}{}", &line[..start], &line[start + word.len()..]);
                let mut all = lines.clone();
                all[at] = &changed;
                workspace.put(SourceFile::new(file.path(), all.join("\n") + "\n"));
                let said = workspace.look().findings;
                if said.len() != 1 || said[0].place.line() != at + 1 {
                    let said: Vec<String> = said.iter().map(ToString::to_string).collect();
                    wrong.push(format!("{}:{} `{wrongly}`: {said:#?}", file.path(), at + 1));
                }
            }
            workspace.put(Arc::clone(file));
        }
    }
    println!("{tried} keys mistyped, one each time: {} give one message in their line", tried - wrong.len());
    assert!(wrong.is_empty(), "{} of {tried}\n{}", wrong.len(), wrong.join("\n"));
    assert!(tried >= 40, "{tried}");
}
