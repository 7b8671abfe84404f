//! Checks that the list of codes is complete and its examples are right.

use super::{BOT, CONFIG, look, root};
use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    process::Command,
    sync::atomic::{AtomicUsize, Ordering},
};
use transom::base::codes;

#[test]
fn every_example_has_exactly_its_code_and_is_right_when_mended() {
    let mut wrong = Vec::new();
    for code in codes::all() {
        assert!(!code.bad.is_empty() && !code.good.is_empty(), "{} has no example", code.code);
        if let (Some(bad), Some(good)) = (codes::commands(code.bad), codes::commands(code.good)) {
            let (bad, good) = (run(&bad), run(&good));
            if !bad.contains(code.code) || bad.matches("error").count() > 2 {
                wrong.push(format!("{} should be in its example once:\n{bad}", code.code));
            }
            if !good.contains("nothing to say against") {
                wrong.push(format!("{} mended:\n{good}", code.code));
            }
            continue;
        }
        let bad = look(&codes::files(code.bad));
        if bad.len() != 1 || bad[0].code != code.code {
            let said: Vec<String> = bad.iter().map(ToString::to_string).collect();
            wrong.push(format!("{} should be in its example once:\n  {}", code.code, said.join("\n  ")));
        }
        // A label shows the other place, where that says it all.
        if let Some(silent) = bad.iter().find(|finding| finding.help.is_none() && finding.labels.is_empty()) {
            wrong.push(format!("{} does not say what to write instead: {silent}", code.code));
        }
        for finding in look(&codes::files(code.good)) {
            wrong.push(format!("{} mended: {finding}", code.code));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The output of commands in a folder with a bot and a daemon's configuration.
fn run(commands: &[&str]) -> String {
    let folder = Folder::new();
    let program = Path::new(env!("CARGO_BIN_EXE_transom")).parent().expect("it lies in a folder").display().to_string();
    let path = format!("{program}:{}", std::env::var("PATH").unwrap_or_default());
    let script = commands.join("\n");
    let shell = Command::new("sh").args(["-c", &script]).current_dir(&folder.0).env("PATH", path).output();
    let output = shell.expect("a shell runs");
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

/// Deleted on drop.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Folder {
        static NUMBER: AtomicUsize = AtomicUsize::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let folder = std::env::temp_dir().join(format!("transom-codes-{}-{number}", std::process::id()));
        fs::create_dir_all(folder.join("flows")).expect("a folder can be made");
        fs::write(folder.join("flows/_bot.yaml"), BOT).expect("it can be written");
        fs::write(folder.join("flows/greet.yaml"), "flow: greet\nwhen: [message: hi]\nsteps: [say: Hi]\n")
            .expect("it too");
        fs::write(folder.join("config.yaml"), CONFIG).expect("and it");
        Folder(folder)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[test]
fn the_list_has_every_code_of_the_sources_and_no_other() {
    let mut used = BTreeSet::new();
    walk(&root().join("src"), &mut used);
    walk(&root().join("crates"), &mut used);
    let listed: BTreeSet<String> = codes::all().map(|code| code.code.to_owned()).collect();
    let unlisted: Vec<_> = used.difference(&listed).collect();
    let unused: Vec<_> = listed.difference(&used).collect();
    assert!(unlisted.is_empty(), "not in crates/base/src/codes: {unlisted:?}");
    assert!(unused.is_empty(), "nothing says {unused:?}");
}

/// The codes in the sources, without those in tests.
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
