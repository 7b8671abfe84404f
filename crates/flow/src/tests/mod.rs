//! Runs transcripts: a flow and a conversation, line by line, through the engine and the real decision about sending.
//!
//! `< text` the contact writes · `<- title` taps the newest button with this title · `> text` the bot sends exactly
//! this (`> text [A] [B]` with buttons) · `! name` a template is sent · `+2h` time passes · `* what` something happened
//! (`* run done`) · `~ …` an event from outside: `~ answer 200 {…}`, `~ event paid {…}`, `~ person`, `~ back`, `~ fail
//! 131026` and so on. The transcript must contain every message of the bot.

mod agent;
mod allowed;
mod asking;
mod busy;
mod call_time;
mod calls;
mod cases;
mod choosing;
mod consent;
mod corners;
mod errors;
mod forms;
mod fuzz;
mod gathering;
mod kinds;
mod languages;
mod lists;
mod llm;
mod locales;
mod loops;
mod meaning;
mod people;
mod random;
mod returning;
mod said;
mod sequences;
mod shown;
mod started;
mod starting;
mod stopping;
mod summary;
mod talk;
mod tongues;
mod translated;
mod undelivered;
mod updating;
mod urgent;
mod waiting;
mod which;
mod windows;

pub use talk::Talk;

/// Runs a conversation with a flow.
pub fn check(flows: &str, transcript: &str) {
    check_bot("bot: Test\nteams: {support: {}}\n", flows, transcript);
}

/// As `check`, with a `_bot.yaml`. Several flows are separated by lines of `---`.
pub fn check_bot(bot: &str, flows: &str, transcript: &str) {
    let mut talk = Talk::new(bot, flows);
    for (number, line) in transcript.lines().map(str::trim).enumerate().filter(|(_, line)| !line.is_empty()) {
        let told = talk.line(line);
        if let Err(what) = told {
            panic!("line {}: `{line}`: {what}\n{transcript}\ntrace:\n{}", number + 1, talk.trace.join("\n"));
        }
    }
    if let Err(what) = talk.nothing_unread() {
        panic!("at the end: {what}\n{transcript}\ntrace:\n{}", talk.trace.join("\n"));
    }
}
