//! Writes the first test of an imported bot: its main flow, played once.

use super::bot::ImportedBot;
use crate::{
    base::place::SourceFile,
    cli::{Failure, Outcome},
    flow::tools::fmt,
    runtime::testbench::{self, TestOptions},
};
use std::{fs, path::Path};

/// The result of the first test.
#[derive(Debug, Clone, Default)]
pub struct Tested {
    pub path: Option<String>,
    /// Why there is none.
    pub why: String,
}

impl Tested {
    pub fn sentence(&self) -> String {
        match &self.path {
            Some(path) => format!("A first test passes: {path}."),
            None => format!("There is no first test: {}.", self.why),
        }
    }
}

/// Plays the first flow that somebody can start, and writes the test if it passes.
pub fn write(folder: &Path, bot: &ImportedBot) -> Result<Tested, Failure> {
    let mut why = "nothing starts a flow".to_owned();
    for flow in bot.flows.iter().filter(|flow| !flow.when.is_empty()) {
        match testbench::init(folder, &flow.name)? {
            Ok(drafted) => {
                let path = folder.join(&drafted.path);
                let form = fmt::format(&SourceFile::new(drafted.path.as_str(), drafted.text.as_str()));
                save(&path, form.as_deref().unwrap_or(&drafted.text))?;
                let only = [drafted.path.clone()];
                let options = TestOptions { only: &only, ..TestOptions::default() };
                let report = testbench::run(folder, &options)?;
                if report.is_good() && report.passed() > 0 {
                    return Ok(Tested { path: Some(drafted.path), why: String::new() });
                }
                let explained = report.files.iter().flat_map(|file| &file.cases).find_map(|case| case.explain());
                why = format!(
                    "what was played for `{}` does not pass ({})",
                    flow.name,
                    explained.unwrap_or_default().trim()
                );
                fs::remove_file(&path).map_err(|error| Failure::failed(format!("{}: {error}", path.display())))?;
            }
            Err(sentence) => why = sentence,
        }
    }
    Ok(Tested { path: None, why })
}

fn save(path: &Path, text: &str) -> Outcome {
    fs::write(path, text).map_err(|error| Failure::failed(format!("cannot write `{}`: {error}", path.display())))
}
