//! Runs `transom schema`: writes the JSON Schemas with which editors check flows.

use super::{Failure, Outcome, terminal::out};
use crate::flow::tools::schema;
use serde_json::json;
use std::path::PathBuf;

#[derive(Debug, clap::Args)]
pub struct Args {
    /// The kind of files that it describes
    #[arg(value_enum, default_value_t = Of::Flow)]
    of: Of,
    /// Write `flow.json`, `bot.json`, `test.json` and `eval.json` into this folder; flows name them in their first line:
    /// `# yaml-language-server: $schema=../schema/flow.json`
    #[arg(long, value_name = "DIR", num_args = 0..=1, default_missing_value = "schema", conflicts_with = "of")]
    write: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Of {
    /// `flows/*.yaml`
    Flow,
    /// `flows/_bot.yaml`
    Bot,
    /// `flows/*.test.yaml`
    Test,
    /// `flows/*.eval.yaml`
    Eval,
}

pub fn run(args: &Args) -> Outcome {
    let Some(folder) = &args.write else {
        let schema = match args.of {
            Of::Flow => schema::of_flow(),
            Of::Bot => schema::of_bot(),
            Of::Test => schema::of_test(),
            Of::Eval => schema::of_eval(),
        };
        println!("{schema:#}");
        return Ok(());
    };
    let mut files = Vec::new();
    let failed = |error: std::io::Error| Failure::Failed(format!("cannot write `{}`: {error}", folder.display()));
    std::fs::create_dir_all(folder).map_err(failed)?;
    for (name, schema) in schema::all() {
        let path = folder.join(name);
        std::fs::write(&path, format!("{schema}\n")).map_err(failed)?;
        files.push(path);
    }
    out::either(|| json!({"files": files}), || ());
    Ok(())
}
