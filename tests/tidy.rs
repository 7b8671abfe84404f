//! Checks the rules of CONVENTIONS.md that a machine can check.

use std::{
    fs,
    path::{Path, PathBuf},
};

/// Each layer and the layers that it may name, from the ground up.
const LAYERS: &[(&str, &[&str])] = &[
    ("base", &[]),
    ("model", &["base"]),
    ("flow", &["base", "model"]),
    ("channel", &["base", "model"]),
    ("store", &["base", "model"]),
    ("runtime", &["base", "model", "flow", "channel", "store"]),
    ("lsp", &["base", "model", "flow", "runtime"]),
    ("web", &["base", "model", "flow", "channel", "store", "runtime", "lsp"]),
    ("cli", &["base", "model", "flow", "channel", "store", "runtime", "lsp", "web"]),
];

/// The rooms of the runtime, from the ground up: each may name, and call, only those before it.
const ROOMS: &[&str] = &[
    "config",
    "process",
    "certificate",
    "llm_step",
    "mcp_tool",
    "http_step",
    "bot",
    "billing",
    "events",
    "lane",
    "senders",
    "contacts",
    "delivery",
    "starts",
    "cases",
    "turns",
    "ingest",
    "health",
    "daemon",
    "testbench",
];

/// The arrows between rooms that still point upwards, each with the reason.
const UPWARD: &[(&str, &str, &str)] = &[
    ("config", "process", "the settings name the log's level and the rates' units"),
    ("contacts", "starts", "the timeline of a person shows planned starts"),
    ("bot", "daemon", "published files go live through `App`, which tells templates and planners"),
];

/// Lines of a file without its tests.
const LINES_MAX: usize = 400;
/// A folder with more files is divided along an idea.
const FILES_MAX: usize = 40;

/// The folders of the program.
const SOURCES: [&str; 2] = ["src", "crates"];

/// Texts that no file of the program may contain, the reason, and the one file that may.
const BANNED: &[(&str, &str, &str)] = &[
    ("SystemTime::now", "take `now` from the Clock", "crates/base/src/clock.rs"),
    ("Instant::now", "take `now` from the Clock; `tokio::time` measures time-outs", "crates/base/src/clock.rs"),
    ("Timestamp::now", "take `now` from the Clock", ""),
    ("Zoned::now", "take `now` from the Clock", ""),
    (".unwrap()", "say why it cannot fail: `expect(\"…\")`", ""),
    ("#[allow", "write `#[expect(lint, reason = \"…\")]`", ""),
    ("#![allow", "write `#[expect(lint, reason = \"…\")]`", ""),
    ("unsafe {", "no unsafe code", ""),
    ("dbg!(", "left over", ""),
    ("todo!(", "left over", ""),
    ("unimplemented!(", "left over", ""),
    ("println!(\"{:?}\"", "left over", ""),
    ("std::print", "print by the macros of `cli`, which disarm what a terminal obeys", "src/cli/terminal/screen.rs"),
    ("std::eprint", "print by the macros of `cli`, which disarm what a terminal obeys", "src/cli/terminal/screen.rs"),
    ("stdout().lock()", "print by the macros of `cli`, or data by `screen::data`", "src/cli/terminal/screen.rs"),
];

/// File and folder names without a meaning.
const EMPTY_NAMES: &[&str] = &["util", "utils", "helper", "helpers", "common", "manager", "service", "misc"];

/// A comment names its subject, so none begins with one of these words.
const NO_SUBJECT: &[&str] = &["What", "Whatever", "Which", "Whichever", "Who", "Whoever", "Whom", "Whose"];

/// Names that `flow` must not use: it is pure, so that a run repeats byte for byte.
const IMPURE: &[&str] = &["tokio::", "async fn", "std::fs", "std::env", "std::net", "std::thread", "getrandom"];

#[test]
fn layers_point_downwards() {
    let mut wrong = Vec::new();
    for (layer, allowed) in LAYERS {
        for file in rust_files(&folder_of(layer)) {
            for target in names_after_crate(&code(&file)) {
                let layered = LAYERS.iter().any(|(name, _)| *name == target);
                if target != *layer && layered && !allowed.contains(&target) {
                    wrong.push(format!("{}: `{layer}` may not name `{target}`", file.display()));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

/// A method call needs no import, so a type whose `impl` stands in two rooms ties them invisibly: its calls count, too.
#[test]
fn rooms_of_the_runtime_point_downwards() {
    let home = folder_of("runtime");
    let mut files = Vec::new();
    for file in rust_files(&home) {
        let of = file.strip_prefix(&home).unwrap().components().next().unwrap().as_os_str().to_str().unwrap();
        let of = of.trim_end_matches(".rs").to_owned();
        let rank = ROOMS.iter().position(|room| **room == of);
        assert!(rank.is_some() || of == "lib", "{}: add room `{of}` to `ROOMS`", file.display());
        files.extend(rank.map(|rank| (code(&file), file, rank)));
    }
    let methods: Vec<(&str, &str, usize)> = files
        .iter()
        .flat_map(|(text, _, rank)| impls(text).into_iter().map(move |(of, body)| (of, body, *rank)))
        .flat_map(|(of, body, rank)| functions(body).into_iter().map(move |name| (of, name, rank)))
        .collect();
    let mut upward = Vec::new();
    for (text, file, rank) in &files {
        for target in names_after_crate(text) {
            upward.extend(ROOMS.iter().position(|room| *room == target).map(|to| (*rank, to, file, target.to_owned())));
        }
        for (of, body) in impls(text) {
            for called in calls(body) {
                let homes = methods.iter().filter(|(other, name, _)| *other == of && *name == called);
                // The method may have a namesake in this room.
                let lowest = homes.map(|(_, _, to)| *to).min();
                upward.extend(lowest.map(|to| (*rank, to, file, format!("{of}::{called}"))));
            }
        }
    }
    upward.retain(|(from, to, ..)| to > from);
    let listed = |from: usize, to: usize| UPWARD.iter().any(|(a, b, _)| (*a, *b) == (ROOMS[from], ROOMS[to]));
    let wrong: Vec<String> = upward
        .iter()
        .filter(|(from, to, ..)| !listed(*from, *to))
        .map(|(from, to, file, what)| {
            format!("{}: `{}` may not use `{what}` of `{}`", file.display(), ROOMS[*from], ROOMS[*to])
        })
        .collect();
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
    for (from, to, _) in UPWARD {
        let found = upward.iter().any(|(a, b, ..)| (ROOMS[*a], ROOMS[*b]) == (*from, *to));
        assert!(found, "nothing in `{from}` names `{to}` any more: take it off `UPWARD`");
    }
}

#[test]
fn files_are_short() {
    let mut wrong = Vec::new();
    for file in sources() {
        let count = code(&file).lines().count();
        if count > LINES_MAX {
            wrong.push(format!("{}: {count} lines without tests, {LINES_MAX} at most", file.display()));
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn folders_are_small() {
    let mut files: std::collections::BTreeMap<std::path::PathBuf, usize> = Default::default();
    for file in sources() {
        *files.entry(file.parent().unwrap().to_owned()).or_default() += 1;
    }
    let wrong: Vec<String> = files
        .iter()
        .filter(|(_, count)| **count > FILES_MAX)
        .map(|(folder, count)| format!("{}: {count} files, {FILES_MAX} at most", folder.display()))
        .collect();
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

/// A page that names a file which was moved sends its reader into the void.
#[test]
fn files_that_the_pages_name_exist() {
    let pages = fs::read_dir("docs").unwrap().map(|entry| entry.unwrap().path());
    let pages = pages.filter(|path| path.extension().is_some_and(|end| end == "md"));
    let mut wrong = Vec::new();
    let mut named = 0;
    for page in pages.chain(["README.md".into(), "CONVENTIONS.md".into()]) {
        let text = fs::read_to_string(&page).unwrap();
        let is_source = |part: &&str| SOURCES.iter().any(|folder| part.starts_with(folder)) && part.ends_with(".rs");
        for part in text.split('`').skip(1).step_by(2).filter(is_source) {
            named += 1;
            if !Path::new(part).exists() {
                wrong.push(format!("{}: there is no `{part}`", page.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
    assert!(named > 15, "only {named} files are named");
}

#[test]
fn files_begin_with_a_sentence() {
    let silent = sources().into_iter().chain(rust_files(Path::new("tests"))).filter(|file| {
        let text = fs::read_to_string(file).unwrap();
        // `tests.rs` beside a module is the rest of that module.
        !text.starts_with("//! ") && file.file_name().is_none_or(|name| name != "tests.rs")
    });
    let silent: Vec<String> = silent.map(|file| format!("{}: no `//!` sentence on top", file.display())).collect();
    assert!(silent.is_empty(), "\n{}", silent.join("\n"));
}

#[test]
fn files_say_nothing_that_is_banned() {
    let mut wrong = Vec::new();
    for file in sources() {
        for (n, line) in code(&file).lines().enumerate().map(|(n, line)| (n + 1, line)) {
            for (words, reason, home) in BANNED {
                let comment = line.trim_start().starts_with("//");
                if !comment && line.contains(words) && file != Path::new(home) {
                    wrong.push(format!("{}:{n}: `{words}`: {reason}", file.display()));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn comments_begin_with_their_subject() {
    let mut wrong = Vec::new();
    let files = ["src", "crates", "tests", "benches"].iter().flat_map(|folder| rust_files(Path::new(folder)));
    for file in files {
        let text = fs::read_to_string(&file).unwrap();
        for (n, word) in first_words_of_comments(&text) {
            if NO_SUBJECT.contains(&word) {
                wrong.push(format!("{}:{n}: a comment begins with `{word}`: name the subject", file.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

/// Headings and questions may begin with these words; the generated reference explains fields in parts of sentences.
#[test]
fn sentences_of_the_docs_begin_with_their_subject() {
    let mut pages: Vec<PathBuf> = vec!["README.md".into()];
    for folder in ["docs", "docs/platforms", "crates/base/src/codes"] {
        let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
        pages.extend(files.filter(|path| path.extension().is_some_and(|end| end == "md")));
    }
    assert!(pages.len() > 40, "only {} pages are read", pages.len());
    let mut wrong = Vec::new();
    for page in pages {
        for (n, sentence) in sentences(&fs::read_to_string(&page).unwrap()) {
            if first_word(sentence).is_some_and(|word| NO_SUBJECT.contains(&word)) && !sentence.ends_with('?') {
                wrong.push(format!("{}:{n}: name the subject of `{sentence}`", page.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn pages_fall_into_sentences() {
    let text = "# What it is\nOne. What now? Two\n- **Who wins.** Three\n```\nWhat: 1\n```\n| a | Who asks |";
    let found: Vec<(usize, &str)> = sentences(text).collect();
    assert_eq!(
        found,
        [(2, "One."), (2, "What now?"), (2, "Two"), (3, "Who wins."), (3, "Three"), (7, "a"), (7, "Who asks")]
    );
}

#[test]
fn paragraphs_of_comments_have_a_first_word() {
    let text = "//! What it is.\n//!\n//! Who asks.\n// Whose\nfn a() {\n    /// One line\n    /// What goes on.\n}\n// `b`\n// Who";
    assert_eq!(first_words_of_comments(text), [(1, "What"), (3, "Who"), (4, "Whose"), (6, "One")]);
}

#[test]
fn the_engine_is_pure() {
    let mut wrong = Vec::new();
    for file in rust_files(Path::new("crates/flow/src")) {
        for (n, line) in code(&file).lines().enumerate().map(|(n, line)| (n + 1, line)) {
            let comment = line.trim_start().starts_with("//");
            for words in IMPURE.iter().filter(|words| !comment && line.contains(**words)) {
                wrong.push(format!("{}:{n}: `flow` is pure: no `{words}`", file.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn names_of_files_say_what_is_in_them() {
    let empty = sources().into_iter().filter(|file| {
        let mut parts = file.with_extension("");
        let mut names = Vec::new();
        while let Some(name) = parts.file_name().and_then(|name| name.to_str()).map(str::to_owned) {
            names.push(name);
            parts.pop();
        }
        names.iter().any(|name| EMPTY_NAMES.contains(&name.as_str()) || name.starts_with("base_"))
    });
    let empty: Vec<String> = empty.map(|file| file.display().to_string()).collect();
    assert!(empty.is_empty(), "these names say nothing:\n{}", empty.join("\n"));
}

#[test]
fn the_layers_of_the_list_are_those_of_the_tree() {
    let mut folders: Vec<String> = SOURCES
        .iter()
        .flat_map(|folder| fs::read_dir(folder).unwrap())
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_dir())
        .map(|path| path.file_name().unwrap().to_string_lossy().into_owned())
        .collect();
    folders.sort();
    let mut layers: Vec<&str> = LAYERS.iter().map(|(name, _)| *name).collect();
    layers.sort_unstable();
    assert_eq!(folders, layers);
}

#[test]
fn groups_of_names_are_read_whole() {
    assert_eq!(
        names_after_crate("use crate::{\n  base::{x, y::{z, flow}},\n  store::{a, b},\n  web,\n};"),
        ["base", "store", "web"]
    );
    assert_eq!(names_after_crate("let x = crate::flow::y(crate::model::z);"), ["flow", "model"]);
}

/// A file without its tests, which stand last; a file of tests alone is empty.
fn code(file: &Path) -> String {
    let name = file.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    if name == "tests.rs" || file.components().any(|part| part.as_os_str() == "tests") {
        return String::new();
    }
    let text = fs::read_to_string(file).unwrap();
    text.split("#[cfg(test)]\nmod ").next().unwrap_or_default().to_owned()
}

/// The first word of each paragraph of a comment that has its line for itself, with the number of the line.
fn first_words_of_comments(text: &str) -> Vec<(usize, &str)> {
    let (mut words, mut paragraph) = (Vec::new(), "");
    for (n, line) in text.lines().enumerate() {
        let comment = ["//!", "///", "//"].into_iter().find_map(|mark| Some((mark, line.trim().strip_prefix(mark)?)));
        let (mark, said) = comment.unwrap_or_default();
        if mark != paragraph {
            words.extend(first_word(said.trim_start()).map(|word| (n + 1, word)));
        }
        paragraph = if said.is_empty() { "" } else { mark };
    }
    words
}

/// The sentences of a page outside of headings and code, each with the number of its line and without marks around it.
fn sentences(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut is_code = false;
    let lines = text.lines().enumerate().filter(move |(_, line)| {
        let is_fence = line.trim_start().starts_with("```");
        is_code ^= is_fence;
        !is_code && !is_fence && !line.starts_with('#') && !line.starts_with("    ")
    });
    lines.flat_map(|(n, line)| {
        let marks = |c: char| c.is_whitespace() || "*|->#".contains(c);
        let parts = line.split(" | ").flat_map(ends_apart);
        parts.map(move |part| (n + 1, part.trim_matches(marks))).filter(|(_, part)| !part.is_empty())
    })
}

/// Splits a text behind each mark that ends a sentence.
fn ends_apart(text: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut from = 0;
    for (at, _) in text.match_indices(['.', '?', '!']) {
        if text[at + 1..].starts_with([' ', '*']) {
            parts.push(&text[from..=at]);
            from = at + 1;
        }
    }
    parts.push(&text[from..]);
    parts
}

/// The inherent `impl` blocks of a file, each with its type.
fn impls(text: &str) -> Vec<(&str, &str)> {
    let starts = text.match_indices("\nimpl ").filter_map(|(at, _)| {
        let rest = &text[at + "\nimpl ".len()..];
        let (head, body) = rest.split_once(" {\n")?;
        head.chars().all(is_word).then(|| (head, body.split("\n}\n").next().unwrap_or(body)))
    });
    starts.collect()
}

/// The names of the functions of an `impl` block.
fn functions(body: &str) -> Vec<&str> {
    let heads = body.lines().filter(|line| line.starts_with("    ") && !line.starts_with("     "));
    heads.filter_map(|line| first_word(line.split_once("fn ")?.1)).collect()
}

/// The methods that an `impl` block calls on its own type: on `self`, or on `app`, a copy of it for a task.
fn calls(body: &str) -> Vec<&str> {
    let mut all = Vec::new();
    for receiver in ["self", "app"] {
        for (at, _) in body.match_indices(receiver) {
            let Some(rest) = body[at + receiver.len()..].trim_start().strip_prefix('.') else { continue };
            let name = first_word(rest).unwrap_or_default();
            if rest[name.len()..].starts_with('(') {
                all.push(name);
            }
        }
    }
    all
}

/// The first part of every path after `crate::`, also inside `crate::{a, b::{c, d}}` over several lines.
fn names_after_crate(text: &str) -> Vec<&str> {
    let mut names = Vec::new();
    for (at, _) in text.match_indices("crate::") {
        let rest = &text[at + "crate::".len()..];
        let Some(group) = rest.strip_prefix('{') else {
            names.extend(first_word(rest));
            continue;
        };
        let (mut depth, mut expected) = (1, true);
        for (place, c) in group.char_indices() {
            match c {
                '{' => depth += 1,
                '}' => depth -= 1,
                ',' if depth == 1 => expected = true,
                c if is_word(c) && expected => {
                    names.extend(first_word(&group[place..]));
                    expected = false;
                }
                _ => {}
            }
            if depth == 0 {
                break;
            }
        }
    }
    names
}

fn first_word(text: &str) -> Option<&str> {
    text.split(|c: char| !is_word(c)).next().filter(|word| !word.is_empty())
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// A layer is a crate of its own, or one of the two folders of the program on top of them.
fn folder_of(layer: &str) -> PathBuf {
    let crate_of_its_own = Path::new("crates").join(layer).join("src");
    if crate_of_its_own.is_dir() { crate_of_its_own } else { Path::new("src").join(layer) }
}

/// All files of the program.
fn sources() -> Vec<PathBuf> {
    SOURCES.iter().flat_map(|folder| rust_files(Path::new(folder))).collect()
}

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let mut files = Vec::new();
    for path in entries.map(|entry| entry.unwrap().path()) {
        if path.is_dir() {
            files.extend(rust_files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files.sort();
    files
}
