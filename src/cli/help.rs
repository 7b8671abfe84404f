//! Runs `transom help WORD`: explains a finding, a command or a word of the language, with an example if there is one.

use super::{Failure, Outcome, Transom, reference, terminal::paint::Paint};
use crate::{
    base::{codes, diagnostic::did_you_mean, synonyms},
    flow::tools::reference as language,
};
use clap::{Command, CommandFactory as _};

#[derive(Debug, clap::Args)]
pub struct Args {
    /// The code of a finding (`E501`), a command (`templates push`), a step, trigger, key, type or function (`ask`);
    /// `codes` lists all codes
    #[arg(value_name = "WORD")]
    words: Vec<String>,
}

pub fn run(args: &Args) -> Outcome {
    match args.words.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [] => {
            Transom::command().print_help().map_err(Failure::failed)?;
            println!(
                "\n`transom help WORD` explains a finding by its code, a command, or a word of the language; \
                 `transom help codes` lists all codes."
            );
        }
        ["codes"] => list(),
        ref words => about(words)?,
    }
    Ok(())
}

/// Prints everything with this name; `help` and `reference` know the same words.
pub(super) fn about(words: &[&str]) -> Outcome {
    let word = words.join(" ");
    if let Some(code) = codes::find(&word.trim().to_uppercase()) {
        explain(code);
        return Ok(());
    }
    let command = command(words);
    let told = language::about(&word);
    if command.is_none() && told.is_none() {
        let commands = commands();
        let ours = synonyms::ours(&word);
        let near = match looks_like_a_code(&word) {
            _ if !ours.is_empty() => {
                let ours: Vec<String> = ours.into_iter().map(|one| format!("`transom help {one}`")).collect();
                Some(format!("it has another name here, see {}", ours.join(" or ")))
            }
            true => did_you_mean(&word.to_uppercase(), codes::all().map(|code| code.code)),
            false => {
                let known: Vec<&str> = language::words().collect();
                did_you_mean(&word, known.into_iter().chain(commands.iter().map(String::as_str)))
            }
        };
        let near = near.unwrap_or_else(|| "`transom help` lists the commands, `transom reference` all words".into());
        return Err(Failure::Failed(format!("no finding, command or word of the language is called `{word}`; {near}")));
    }
    if let Some(text) = &told {
        print!("{}", reference::painted(text));
    }
    if let Some(mut command) = command {
        if told.is_some() {
            println!("\n{}\n", Paint::stdout().strong(format!("The command `transom {word}`")));
        }
        print!("{}", command.render_long_help());
    }
    Ok(())
}

/// The command with these words, as in a command line.
fn command(words: &[&str]) -> Option<Command> {
    let mut found = Transom::command();
    let mut called = String::from("transom");
    for word in words {
        found = found.find_subcommand(word)?.clone();
        called.push(' ');
        called.push_str(word);
    }
    Some(found.bin_name(called))
}

fn commands() -> Vec<String> {
    Transom::command().get_subcommands().map(|command| command.get_name().to_owned()).collect()
}

fn looks_like_a_code(word: &str) -> bool {
    word.len() > 1 && word.starts_with(['E', 'W', 'e', 'w']) && word[1..].chars().all(|c| c.is_ascii_digit())
}

fn list() {
    let paint = Paint::stdout();
    for (number, group) in codes::groups().iter().enumerate() {
        println!("{}{}", if number == 0 { "" } else { "\n" }, paint.strong(group.title.to_owned()));
        group.codes.iter().for_each(|code| println!("  {}  {}", code.code, code.title.replace('`', "")));
    }
}

fn explain(code: &codes::Code) {
    let paint = Paint::stdout();
    println!("{}", paint.strong(format!("{}: {}", code.code, code.title)));
    if !code.text.is_empty() {
        println!("\n{}", code.text);
    }
    for (words, example) in [("Wrong:", code.bad), ("Right:", code.good)] {
        println!("\n{}\n", paint.strong(words.to_owned()));
        example.lines().for_each(|line| println!("    {line}"));
    }
}
