//! Tests reading the folder of a bot.

use super::*;

fn folder(files: &[(&str, &[u8])]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    folder
}

#[test]
fn a_bot_is_its_flows_scripts_and_locales_and_nothing_else() {
    let bot = folder(&[
        ("flows/b.yaml", b"flow: b"),
        ("flows/_bot.yaml", b"bot: x"),
        ("flows/b.test.yaml", b"tests: b"),
        ("flows/.#b.yaml", b"lock"),
        ("flows/b.yaml~", b"old"),
        ("scripts/s.rhai", b"fn f() {}"),
        ("locales/es.yaml", b"locale: es"),
        ("data/x.yaml", b"no"),
    ]);
    let read = read(bot.path()).unwrap();
    let names: Vec<&str> = read.files.iter().map(|file| file.path()).collect();
    assert_eq!(names, ["flows/_bot.yaml", "flows/b.yaml", "locales/es.yaml", "scripts/s.rhai"]);
    assert!(read.findings.is_empty());
    assert_eq!(read_tests(bot.path()).unwrap().files[0].path(), "flows/b.test.yaml");
}

#[test]
fn a_test_that_is_no_text_is_a_finding_and_the_others_are_read() {
    let bot = folder(&[("flows/a.test.yaml", b"tests: a"), ("flows/b.test.yaml", b"\xff\xfe")]);
    let tests = read_tests(bot.path()).unwrap();
    assert_eq!((tests.files.len(), tests.findings.len()), (1, 1));
    let finding = &tests.findings[0];
    assert_eq!((finding.code, finding.place.path()), ("E910", "flows/b.test.yaml"));
    let mended = [("flows/b.test.yaml".to_owned(), Some("tests: b".to_owned()))].into();
    let tests = tests_with_changes(bot.path(), &mended).unwrap();
    assert_eq!((tests.files.len(), tests.findings.len()), (2, 0));
}

#[test]
fn a_stored_version_has_the_hash_of_its_files() {
    let bot = folder(&[("flows/b.yaml", b"flow: b"), ("scripts/a.rhai", b"")]);
    let files = read(bot.path()).unwrap();
    assert_eq!(BotFiles::from_stored(&files.to_stored()).hash, files.hash);
    fs::write(bot.path().join("flows/b.yaml"), "flow: c").unwrap();
    assert_ne!(read(bot.path()).unwrap().hash, files.hash);
}

#[test]
fn a_folder_without_flows_is_one_sentence() {
    let bot = folder(&[("scripts/a.rhai", b"")]);
    let said = read(bot.path()).unwrap_err().to_string();
    assert!(said.contains("it has no folder `flows`"), "{said}");
    let said = read(&bot.path().join("nowhere")).unwrap_err().to_string();
    assert!(said.contains("it does not exist"), "{said}");
}

#[test]
fn a_file_that_is_no_text_is_a_finding_and_the_others_are_read() {
    let bot = folder(&[("flows/a.yaml", b"\xff\xfe"), ("flows/b.yaml", b"flow: b")]);
    let read = read(bot.path()).unwrap();
    assert_eq!((read.files.len(), read.findings.len()), (1, 1));
    assert!(read.findings[0].to_string().contains("cannot read `flows/a.yaml`: it is not UTF-8 at byte 0"));
}

#[test]
fn a_flow_with_another_ending_is_named_and_not_read() {
    let bot = folder(&[("flows/a.yaml", b"flow: a"), ("flows/hello.yml", b"flow: hello")]);
    let read = read(bot.path()).unwrap();
    assert_eq!((read.files.len(), read.findings.len()), (1, 1));
    let said = read.findings[0].to_string();
    assert!(said.contains("W913") && said.ends_with("rename it to `flows/hello.yaml`"), "{said}");
}

#[test]
fn a_bot_is_bounded_in_bytes_and_files() {
    let bot = folder(&[("flows/a.yaml", b"")]);
    let set = |bytes: usize| fs::write(bot.path().join("flows/a.yaml"), vec![b'#'; bytes]).unwrap();
    set(BOT_BYTES_MAX);
    assert!(read(bot.path()).unwrap().findings.is_empty());
    set(BOT_BYTES_MAX + 1);
    assert_eq!(read(bot.path()).unwrap().findings[0].code, "E910");
    set(1);
    for n in 1..BOT_FILES_MAX {
        fs::write(bot.path().join(format!("flows/n{n}.yaml")), "").unwrap();
    }
    assert!(read(bot.path()).unwrap().findings.is_empty());
    fs::write(bot.path().join("flows/z.yaml"), "").unwrap();
    assert_eq!(read(bot.path()).unwrap().findings[0].code, "E911");
}

#[test]
fn changed_files_are_those_that_would_be_read() {
    let bot = folder(&[("flows/a.yaml", b"flow: a"), ("flows/b.yaml", b"\xff"), ("flows/c.yaml", b"flow: c")]);
    let changes = [
        ("flows/b.yaml", Some("flow: b")),
        ("flows/c.yaml", None),
        ("flows/d.test.yaml", Some("tests: d")),
        ("scripts/s.rhai", Some("")),
    ];
    let changes = changes.map(|(path, text)| (path.to_owned(), text.map(str::to_owned))).into();
    let with = read(bot.path()).unwrap().with_changes(&changes);
    fs::write(bot.path().join("flows/b.yaml"), "flow: b").unwrap();
    fs::remove_file(bot.path().join("flows/c.yaml")).unwrap();
    fs::create_dir(bot.path().join("scripts")).unwrap();
    fs::write(bot.path().join("scripts/s.rhai"), "").unwrap();
    let written = read(bot.path()).unwrap();
    assert_eq!((&with.hash, with.findings.len()), (&written.hash, 0));
    let large = [("flows/l.yaml".to_owned(), Some("#".repeat(BOT_BYTES_MAX)))].into();
    assert_eq!(written.with_changes(&large).findings[0].code, "E910");
}

#[test]
fn the_sign_changes_with_a_name_and_a_size() {
    let bot = folder(&[("flows/a.yaml", b"flow: a")]);
    let first = sign(bot.path());
    assert_eq!(sign(bot.path()), first);
    fs::write(bot.path().join("flows/a.yaml"), "flow: abc").unwrap();
    assert_ne!(sign(bot.path()), first);
    fs::rename(bot.path().join("flows/a.yaml"), bot.path().join("flows/b.yaml")).unwrap();
    assert_ne!(sign(bot.path()), first);
    assert!(first.is_some());
}

/// The paths that are read, and the codes with the paths of findings.
fn papers(bot: &tempfile::TempDir) -> (Vec<String>, Vec<String>) {
    let read = read(bot.path()).unwrap();
    let files = read.files.iter().map(|file| file.path().to_owned()).filter(|path| path != "flows/a.yaml").collect();
    (files, read.findings.iter().map(|finding| format!("{} {}", finding.code, finding.place.path())).collect())
}

#[test]
fn knowledge_is_read_with_its_folders_and_other_papers_are_named() {
    let bot = folder(&[
        ("flows/a.yaml", b"flow: a"),
        ("knowledge/prices.csv", b"item,price"),
        ("knowledge/faq/repairs.md", b"# Repairs"),
        ("knowledge/a/b/c/deep.txt", b"deep"),
        ("knowledge/a/b/c/d/deeper.txt", b"deeper"),
        ("knowledge/.git/x.md", b"hidden"),
        ("knowledge/.hidden.md", b"hidden"),
        ("knowledge/terms.PDF", b"%PDF"),
        ("knowledge/terms.MD", b"# Terms"),
        ("knowledge/LICENSE", b"any"),
    ]);
    let (files, findings) = papers(&bot);
    assert_eq!(files, ["knowledge/a/b/c/deep.txt", "knowledge/faq/repairs.md", "knowledge/prices.csv"]);
    assert_eq!(findings, ["W913 knowledge/a/b/c/d", "W913 knowledge/terms.MD", "W913 knowledge/terms.PDF"]);
    let before = sign(bot.path());
    fs::write(bot.path().join("knowledge/a/b/c/deep.txt"), "deep, and longer").unwrap();
    assert_ne!(sign(bot.path()), before);
}

#[cfg(unix)]
#[test]
fn knowledge_behind_a_link_is_read_if_it_lies_in_the_folder() {
    use std::os::unix::fs::symlink;
    let bot = folder(&[("flows/a.yaml", b"flow: a"), ("knowledge/..2026/a.md", b"# A"), ("secret.md", b"secret")]);
    let link = |target: &str, name: &str| symlink(target, bot.path().join("knowledge").join(name)).unwrap();
    // As Kubernetes mounts a ConfigMap.
    link("..2026", "..data");
    link("..data/a.md", "a.md");
    // Out of the folder, to nothing, and a folder that contains itself.
    link("../secret.md", "b.md");
    link("none.md", "c.md");
    link(".", "circle");
    let (files, mut findings) = papers(&bot);
    findings.sort();
    assert_eq!(files, ["knowledge/a.md"]);
    assert_eq!(findings, ["E910 knowledge/b.md", "E910 knowledge/c.md"]);
}

#[test]
fn flows_and_tests_in_other_places_are_named() {
    let bot = folder(&[
        ("flows/a.yaml", b"flow: a"),
        ("flows/vets/b.yaml", b"flow: b"),
        ("flows/c.txt", b"flow: c\n"),
        ("flows/notes.txt", b"to do"),
        ("flows/README.md", b"# Flows"),
        ("flows/examples/shop/flows/d.yaml", b"flow: d"),
        ("tests/a.test.yaml", b"tests: a"),
        ("tests/other.yaml", b"any: thing"),
        ("tests/page.test.ts", b"any"),
        ("locales/es/a.yaml", b"locale: es"),
    ]);
    let findings = read(bot.path()).unwrap().findings;
    let said: Vec<String> = findings
        .iter()
        .map(|finding| format!("{} {}", finding.place.path(), finding.help.as_deref().unwrap()))
        .collect();
    assert_eq!(
        said,
        [
            "flows/c.txt rename it to `flows/c.yaml`",
            "flows/vets/b.yaml put it there: `flows/b.yaml`",
            "locales/es/a.yaml a language has one file: write its translations into `locales/es.yaml`",
            "tests/a.test.yaml put it there: `flows/a.test.yaml`",
        ]
    );
    assert!(findings.iter().all(|finding| finding.code == "W913"));
}
