//! Runs `transom graph`: draws a flow, or all of them.

use super::{Failure, Outcome, terminal::paint::Paint};
use crate::{
    base::{counted::counted, diagnostic::nearest},
    flow::{
        self, FlowSet,
        definition::Flow,
        tools::drawing::{self, draw},
    },
    runtime::bot::source_files,
};
use std::{
    fs,
    path::{Path, PathBuf},
};

#[derive(Debug, clap::Args)]
pub struct Args {
    /// The flow to draw; without it all flows, one below the other
    flow: Option<String>,
    /// The bot's folder
    #[arg(long, value_name = "DIR", default_value = ".")]
    bot: PathBuf,
    /// The format of the drawing
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// Write it into this file, or with `/` at its end one file a flow into this folder
    #[arg(long, short, value_name = "FILE")]
    out: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// A picture for browsers and documents, light and dark
    Svg,
    /// For Markdown pages that draw it themselves
    Mermaid,
    /// For Graphviz
    Dot,
    /// For this terminal
    Text,
}

pub fn run(args: &Args) -> Outcome {
    let files = source_files::read(&args.bot).map_err(Failure::failed)?;
    let (set, findings) = flow::parse_set(&files.files);
    let broken = files.findings.iter().chain(&findings).filter(|finding| finding.is_error()).count();
    if broken > 0 {
        let errors = counted(broken, "error");
        let paint = Paint::stderr();
        eprintln!(
            "{}",
            paint.warn(format!("the files have {errors} (see `transom check`): what cannot be read is not drawn"))
        );
    }
    let flow = args.flow.as_ref().map(|name| named(&set, name)).transpose()?;
    let format = match args.format {
        Format::Svg => drawing::Format::Svg,
        Format::Mermaid => drawing::Format::Mermaid,
        Format::Dot => drawing::Format::Dot,
        Format::Text => drawing::Format::Text,
    };
    let Some(out) = &args.out else {
        print!("{}", draw(&set, flow, format));
        return Ok(());
    };
    let folder = out.is_dir() || out.to_string_lossy().ends_with('/');
    if !folder {
        return write(out, &draw(&set, flow, format));
    }
    fs::create_dir_all(out).map_err(|error| Failure::Failed(format!("cannot make `{}`: {error}", out.display())))?;
    for flow in set.flows.values().filter(|other| flow.is_none_or(|flow| flow.name == other.name)) {
        let name = format!("{}.{}", flow.name, extension(args.format));
        write(&out.join(name), &draw(&set, Some(flow), format))?;
    }
    Ok(())
}

/// The flow of this name; the failure tells the one that was meant, or that a folder has an option of its own.
pub(super) fn named<'a>(set: &'a FlowSet, name: &str) -> Result<&'a Flow, Failure> {
    let known = || set.flows.keys().map(|name| name.as_str());
    set.named(name).ok_or_else(|| {
        let help = match nearest(name, known()) {
            _ if Path::new(name).is_dir() => format!("a folder is named by `--bot {name}`"),
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("there are {}", known().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")),
        };
        Failure::Usage(format!("there is no flow `{name}`; {help}"))
    })
}

fn extension(format: Format) -> &'static str {
    match format {
        Format::Svg => "svg",
        Format::Mermaid => "mmd",
        Format::Dot => "dot",
        Format::Text => "txt",
    }
}

fn write(path: &Path, text: &str) -> Outcome {
    fs::write(path, text).map_err(|error| Failure::Failed(format!("cannot write `{}`: {error}", path.display())))?;
    println!("{}", path.display());
    Ok(())
}
