//! `transom help CODE`: what a finding means, with an example that has it and one that does not.

use super::{Failure, Outcome, Transom, paint::Paint};
use crate::base::{codes, diagnostic::did_you_mean};
use clap::CommandFactory as _;

#[derive(Debug, clap::Args)]
pub struct Args {
    /// The code of a finding, such as `E501`; `codes` lists all of them
    #[arg(value_name = "CODE")]
    code: Option<String>,
}

pub fn run(args: &Args) -> Outcome {
    match args.code.as_deref() {
        None => {
            Transom::command().print_help().map_err(Failure::failed)?;
            println!("\n`transom help CODE` explains a finding, `transom help codes` lists all codes.");
        }
        Some("codes") => list(),
        Some(written) => explain(written)?,
    }
    Ok(())
}

fn list() {
    let paint = Paint::stdout();
    for (number, group) in codes::groups().iter().enumerate() {
        println!("{}{}", if number == 0 { "" } else { "\n" }, paint.strong(group.title.to_owned()));
        group.codes.iter().for_each(|code| println!("  {}  {}", code.code, code.title.replace('`', "")));
    }
}

fn explain(written: &str) -> Outcome {
    let paint = Paint::stdout();
    let name = written.trim().to_uppercase();
    let Some(code) = codes::find(&name) else {
        let near = did_you_mean(&name, codes::all().map(|code| code.code));
        let near = near.unwrap_or_else(|| "`transom help codes` lists all".into());
        return Err(Failure::Usage(format!("no finding has the code `{written}`; {near}")));
    };
    println!("{}", paint.strong(format!("{}: {}", code.code, code.title)));
    if !code.text.is_empty() {
        println!("\n{}", code.text);
    }
    for (words, example) in [("Wrong:", code.bad), ("Right:", code.good)] {
        println!("\n{}\n", paint.strong(words.to_owned()));
        example.lines().for_each(|line| println!("    {line}"));
    }
    Ok(())
}
