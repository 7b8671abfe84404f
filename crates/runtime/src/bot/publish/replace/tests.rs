//! Tests that files are replaced together, also if the process dies.

use super::*;
use crate::bot::publish::tests::{bot, change, texts};

fn changed() -> (tempfile::TempDir, [Change; 4]) {
    let bot = bot(&[("flows/a.yaml", "a"), ("flows/b.yaml", "b"), ("flows/d.yaml", "d")]);
    let changes = [
        change("flows/a.yaml", Some("A"), Some("a")),
        change("flows/b.yaml", None, Some("b")),
        change("flows/c.yaml", Some("C"), None),
        change("flows/d.yaml", Some("D"), Some("d")),
    ];
    (bot, changes)
}

/// Begins to replace the files, and leaves the folder as a process that is killed after so many of them.
fn killed_after(folder: &Path, changes: &[Change], files: usize) {
    let Prepared { new, old, .. } = prepare(folder, changes).unwrap();
    for (change, new) in changes.iter().zip(&new).take(files) {
        match new {
            Some(new) => fs::rename(new, folder.join(change.path.as_str())).unwrap(),
            None => fs::remove_file(folder.join(change.path.as_str())).unwrap(),
        }
    }
    for file in new.into_iter().chain(old).flatten() {
        let _ = file.keep();
    }
}

#[test]
fn a_process_that_dies_between_two_files_leaves_all_as_it_was() {
    for files in 0..=4 {
        let (bot, changes) = changed();
        let before = texts(bot.path());
        killed_after(bot.path(), &changes, files);
        assert_ne!(texts(bot.path()), before);
        undo_unfinished(bot.path()).unwrap();
        assert_eq!(texts(bot.path()), before, "after {files} files");
    }
}

#[test]
fn the_next_publication_begins_with_the_files_before_the_one_that_was_cut_off() {
    let (bot, changes) = changed();
    killed_after(bot.path(), &changes, 2);
    replace(bot.path(), &changes, || Ok(()), &|from, to| fs::rename(from, to)).unwrap();
    let expected = [("flows/a.yaml", "A"), ("flows/c.yaml", "C"), ("flows/d.yaml", "D")];
    assert_eq!(texts(bot.path()), expected.map(|(path, text)| (path.to_owned(), text.to_owned())).into());
}

#[test]
fn a_file_that_another_program_wrote_after_the_crash_stays() {
    let (bot, changes) = changed();
    killed_after(bot.path(), &changes, 2);
    fs::write(bot.path().join("flows/b.yaml"), "by hand").unwrap();
    undo_unfinished(bot.path()).unwrap();
    let expected = [("flows/a.yaml", "a"), ("flows/b.yaml", "by hand"), ("flows/d.yaml", "d")];
    assert_eq!(texts(bot.path()), expected.map(|(path, text)| (path.to_owned(), text.to_owned())).into());
}

#[test]
fn a_journal_that_was_cut_off_or_leads_elsewhere_changes_no_file() {
    let bot = bot(&[("flows/a.yaml", "a"), ("config.yaml", "c")]);
    let before = texts(bot.path());
    let elsewhere = |path: &str, old: &str| {
        format!(r#"[{{"path": "{path}", "old": {old}, "before": null, "after": {:?}}}]"#, tag(b"c"))
    };
    let foreign = elsewhere("flows/a.yaml", "\"../config.yaml\"").replace(&tag(b"c"), &tag(b"a"));
    for journal in ["", "[{\"path\": \"flows/a.ya", &elsewhere("flows/../config.yaml", "null"), &foreign] {
        fs::write(bot.path().join(JOURNAL), journal).unwrap();
        fs::write(bot.path().join("flows/.transom-x1"), "left over").unwrap();
        undo_unfinished(bot.path()).unwrap();
        assert_eq!(texts(bot.path()), before, "{journal}");
        assert!(bot.path().join("config.yaml").exists());
    }
}

#[cfg(unix)]
#[test]
fn a_journal_that_is_a_link_empties_no_file() {
    let bot = bot(&[("flows/a.yaml", "a"), ("config.yaml", "c")]);
    std::os::unix::fs::symlink("../config.yaml", bot.path().join(JOURNAL)).unwrap();
    assert!(undo_unfinished(bot.path()).unwrap_err().to_string().contains("is no file"));
    assert_eq!(fs::read_to_string(bot.path().join("config.yaml")).unwrap(), "c");
}

#[test]
fn a_second_daemon_leaves_a_publication_that_goes_on_alone() {
    let (bot, changes) = changed();
    let prepared = prepare(bot.path(), &changes).unwrap();
    undo_unfinished(bot.path()).unwrap();
    assert!(prepare(bot.path(), &changes).is_err());
    prepared.replace_all(bot.path(), &changes, &|from, to| fs::rename(from, to)).unwrap();
    prepared.end(bot.path());
    assert_eq!(texts(bot.path()).len(), 3);
}

#[cfg(unix)]
#[test]
fn files_that_are_put_back_have_their_rights_again() {
    use std::os::unix::fs::PermissionsExt as _;
    let (bot, changes) = changed();
    for path in ["flows/a.yaml", "flows/b.yaml"] {
        fs::set_permissions(bot.path().join(path), fs::Permissions::from_mode(0o640)).unwrap();
    }
    let fails_last = |from: &Path, to: &Path| match to.ends_with("d.yaml") {
        true => Err(io::Error::other("the disk is gone")),
        false => fs::rename(from, to),
    };
    assert!(replace(bot.path(), &changes, || Ok(()), &fails_last).is_err());
    let mode = |path: &str| fs::metadata(bot.path().join(path)).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode("flows/a.yaml"), mode("flows/b.yaml")), (0o640, 0o640));
}
