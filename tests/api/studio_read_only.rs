//! Tests a daemon that may not write into the folder of its bot.

#![cfg(unix)]

use serde_json::{Value as Json, json};
use std::{
    fs::{self, Permissions},
    io::{BufRead, BufReader},
    os::unix::{
        fs::{MetadataExt, PermissionsExt, chown},
        process::CommandExt,
    },
    path::Path,
    process::{Child, Command, Stdio},
};

/// A user without rights: who runs these tests as root may write everywhere.
const NOBODY: u32 = 65_534;

struct Daemon {
    child: Child,
    base: String,
}

impl Drop for Daemon {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn may(path: &Path, mode: u32) {
    fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
}

/// Starts the daemon in a folder whose `flows` it may only read.
fn start(folder: &Path) -> Daemon {
    let flows = folder.join("flows");
    fs::create_dir(&flows).unwrap();
    fs::write(flows.join("_bot.yaml"), "bot: Shop\nlanguage: en\ntimezone: Europe/Madrid\n").unwrap();
    fs::write(flows.join("hello.yaml"), "flow: hello\nwhen:\n  - message: hello\nsteps:\n  - say: Hello\n").unwrap();
    may(&flows, 0o555);
    may(folder, 0o755);
    let program = folder.join("transom");
    fs::copy(env!("CARGO_BIN_EXE_transom"), &program).unwrap();
    may(&program, 0o755);
    let mut command = Command::new(&program);
    command.args(["serve", "--listen", "127.0.0.1:0", "--admin", "127.0.0.1:0"]).current_dir(folder);
    if fs::metadata(folder).unwrap().uid() == 0 {
        chown(folder, Some(NOBODY), Some(NOBODY)).unwrap();
        command.uid(NOBODY).gid(NOBODY);
    }
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let out = BufReader::new(child.stdout.take().unwrap());
    let address = out.lines().map_while(Result::ok).find_map(|line| {
        let rest = line.split_once("http://")?.1.to_owned();
        Some(format!("http://{}", rest.split_once("/studio")?.0))
    });
    Daemon { child, base: address.expect("it prints the address of the studio") }
}

#[tokio::test]
async fn a_folder_that_may_not_be_written_is_told_and_stays_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let daemon = start(folder.path());
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let bot =
        client.get(format!("{}/v1/bot", daemon.base)).header("sec-fetch-site", "same-origin").send().await.unwrap();
    let bot: Json = serde_json::from_str(&bot.text().await.unwrap()).unwrap();
    assert_eq!(bot["writable"], false, "{bot:#}");
    let body = json!({
        "files": {"flows/new.yaml": "flow: new\nwhen:\n  - message: new\nsteps:\n  - say: New\n"},
        "etags": {"flows/new.yaml": null},
    });
    let asked = client.post(format!("{}/v1/bot/publish", daemon.base)).header("sec-fetch-site", "same-origin");
    let answer = asked.body(body.to_string()).send().await.unwrap();
    assert_eq!(answer.status(), 403);
    let problem: Json = serde_json::from_str(&answer.text().await.unwrap()).unwrap();
    assert_eq!(problem["code"], "read_only", "{problem}");
    assert!(!folder.path().join("flows/new.yaml").exists());
    may(&folder.path().join("flows"), 0o755);
}
