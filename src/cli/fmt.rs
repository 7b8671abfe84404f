//! Runs `transom fmt`: formats the files of a bot. Values that YAML would read otherwise than meant are repaired if the
//! repair is sure; files that cannot be parsed are named and not changed.

use super::{Failure, Outcome, terminal::paint::Paint};
use crate::{
    base::place::SourceFile,
    flow::{knowledge::is_knowledge, mcp::is_lock, tools::fmt},
    runtime::bot::source_files,
};
use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

#[derive(Debug, clap::Args)]
pub struct Args {
    /// Bots' folders, or single files
    #[arg(value_name = "PATH", default_value = ".")]
    paths: Vec<PathBuf>,
    /// Change nothing; end with 1 when something would change
    #[arg(long)]
    check: bool,
}

pub fn run(args: &Args) -> Outcome {
    let mut refused = false;
    let mut changed = 0;
    for path in &args.paths {
        for (file, path) in files(path)? {
            let (mended, gone) = fmt::mend(&file);
            let left = match fmt::format(&mended) {
                Ok(text) if text == file.text() => fmt::faults(&mended),
                Ok(text) => {
                    changed += 1;
                    if !args.check {
                        let failed = |error| Failure::Failed(format!("cannot write `{}`: {error}", path.display()));
                        fs::write(&path, text).map_err(failed)?;
                    }
                    println!("{}", path.display());
                    let verb = if args.check { "would mend" } else { "mended" };
                    gone.iter()
                        .for_each(|finding| println!("  {verb} line {}: {}", finding.place.line(), finding.message));
                    fmt::faults(&mended)
                }
                Err(findings) => findings,
            };
            refused |= !left.is_empty();
            let colour = Paint::stderr().is_on();
            left.iter()
                .for_each(|finding| eprintln!("{}\n", crate::cli::terminal::screen::coloured(&finding.render(colour))));
        }
    }
    if refused {
        eprintln!("what is left needs you: only one who knows what was meant can mend it");
    }
    if refused || (args.check && changed > 0) { Err(Failure::Said) } else { Ok(()) }
}

/// The YAML files below the `flows/` and `locales/` of a folder, including tests; or the one file.
fn files(path: &Path) -> Result<Vec<(Arc<SourceFile>, PathBuf)>, Failure> {
    if path.is_file() {
        let text =
            fs::read_to_string(path).map_err(|e| Failure::Failed(format!("cannot read `{}`: {e}", path.display())))?;
        return Ok(vec![(SourceFile::new(path.display().to_string(), text), path.to_owned())]);
    }
    let mut files = source_files::read(path).map_err(Failure::failed)?.files;
    files.retain(|file| !is_knowledge(file.path()) && !is_lock(file.path()));
    let tests = source_files::read_tests(path).map_err(Failure::failed)?;
    if let Some(finding) = tests.findings.first() {
        return Err(Failure::Failed(finding.to_string()));
    }
    files.extend(tests.files);
    files.extend(tests.evals);
    files.retain(|file| file.path().ends_with(".yaml"));
    let with_path = |file: Arc<SourceFile>| {
        let path = if path == Path::new(".") { PathBuf::from(file.path()) } else { path.join(file.path()) };
        (file, path)
    };
    Ok(files.into_iter().map(with_path).collect())
}
