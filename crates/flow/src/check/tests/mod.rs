//! Tests the findings of the checker in a set of flows, and cases without a finding.

mod advice;
mod closures;
mod graph;
mod habits;
mod large;
mod messages;
mod returning;
mod slips;
mod starts;
mod triggered;
mod values;
mod window;

use super::*;
use crate::{
    base::{
        limits::{BUTTON_ID_CHARS_MAX, EDGE_CHARS_MAX, OPTIONS_MAX},
        place::SourceFile,
    },
    model::{
        template::{Category, TemplateButtonKind, TemplateHeader, TemplateStatus},
        template_parts::{CardShape, Offer, Parts},
    },
    parse_set,
};

const BOT: &str = "bot: Shop\nenv: [SHOP_URL]\nsecrets: [TOKEN]\nfields: {city: text}\nquiet_hours: {from: \"21:00\", to: \"08:00\"}\n\
    hours: {desk: {open: {mon-fri: [\"09:00-14:00\"]}}}\nteams: {support: {hours: desk}}\n";

/// The findings about flows with these bodies, with the names a, b, … (`flow:` is added).
fn found_in(bot: &str, flows: &[&str], around: &CheckContext) -> Vec<String> {
    let mut files = vec![SourceFile::new("_bot.yaml", bot)];
    for (number, body) in flows.iter().enumerate() {
        let name = char::from(b'a' + number as u8);
        files.push(SourceFile::new(format!("{name}.yaml"), format!("flow: {name}\n{body}")));
    }
    let (set, mut findings) = parse_set(&files);
    findings.extend(lint_around(&set, around));
    crate::base::diagnostic::sort(&mut findings);
    findings.iter().map(ToString::to_string).collect()
}

fn found(flows: &[&str]) -> Vec<String> {
    found_in(BOT, flows, &CheckContext::default())
}

#[track_caller]
fn one(flows: &[&str], begins: &str) {
    let found = found(flows);
    assert!(found.len() == 1 && found[0].starts_with(begins), "{found:#?}");
}

#[track_caller]
fn clean(flows: &[&str]) {
    assert_eq!(found(flows), Vec::<String>::new());
}

const HI: &str = "when: [{message: [hi]}]\n";

const API: &str = "when: [{api: true}]\n";
