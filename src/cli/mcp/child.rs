//! Runs a command of this program in the bot's folder and gives what it prints.

use crate::{
    base::limits::{MCP_ANSWER_BYTES_MAX, MCP_CALL_TIMEOUT},
    web::mcp::protocol::Done,
};
use std::{ffi::OsString, path::Path, process::Stdio};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    process::Command,
};

/// A command line of this program.
#[derive(Debug, Default)]
pub struct CommandLine {
    pub words: Vec<OsString>,
    /// The text of its standard input.
    pub input: String,
    /// True if exit code 1 is a result, such as findings, and no failure of the call.
    pub reports: bool,
}

impl CommandLine {
    pub fn new(words: &[&str]) -> Self {
        CommandLine { words: words.iter().map(OsString::from).collect(), ..CommandLine::default() }
    }

    /// Adds an option with a value, which may begin with `-`.
    pub fn option(&mut self, name: &str, value: &str) {
        self.words.push(format!("{name}={value}").into());
    }

    /// Adds positional values behind `--`, so that none of them is taken for an option.
    pub fn values<'a>(&mut self, values: impl IntoIterator<Item = &'a str>) {
        self.words.push("--".into());
        self.words.extend(values.into_iter().map(OsString::from));
    }
}

/// Runs it to its end. When the call is given up, the child is killed.
pub async fn run(folder: &Path, line: CommandLine) -> Done {
    match tokio::time::timeout(MCP_CALL_TIMEOUT.to_std(), end_of(folder, line)).await {
        Ok(Ok(done)) => done,
        Ok(Err(error)) => Done::failed(format!("the command cannot be run: {error}")),
        Err(_) => Done::failed(format!("the command was stopped after {} s", MCP_CALL_TIMEOUT.0 / 1_000)),
    }
}

async fn end_of(folder: &Path, line: CommandLine) -> std::io::Result<Done> {
    let mut child = Command::new(std::env::current_exe()?)
        .args(line.words)
        .current_dir(folder)
        .env("NO_COLOR", "1")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()?;
    let (stdin, stdout, stderr) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
    let feed = async {
        if let Some(mut stdin) = stdin {
            // A command that ends early reads no more.
            let _ = stdin.write_all(line.input.as_bytes()).await;
        }
    };
    let (_, out, errors) = tokio::join!(feed, kept(stdout), kept(stderr));
    let status = child.wait().await?;
    let text = match (out.is_empty(), errors.is_empty()) {
        (_, true) => out,
        (true, false) => errors,
        (false, false) => format!("{out}\n{errors}"),
    };
    let is_result = status.success() || (line.reports && status.code() == Some(1));
    Ok(Done { texts: vec![text], is_error: !is_result })
}

/// The beginning of what is printed; the rest is read and dropped.
async fn kept(pipe: Option<impl tokio::io::AsyncRead + Unpin>) -> String {
    let Some(mut pipe) = pipe else { return String::new() };
    let mut bytes = Vec::new();
    let _ = (&mut pipe).take(MCP_ANSWER_BYTES_MAX as u64).read_to_end(&mut bytes).await;
    let rest = tokio::io::copy(&mut pipe, &mut tokio::io::sink()).await.unwrap_or_default();
    let mut text = String::from_utf8_lossy(&bytes).trim_end().to_owned();
    if rest > 0 {
        text.push_str(&format!("\n… {rest} more bytes are not shown; ask for a part"));
    }
    text
}
