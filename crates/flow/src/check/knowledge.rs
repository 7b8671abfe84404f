//! Checks the files of `knowledge/`: which end soon, were not looked at for long, or give prices without an end; and that
//! steps name files that are there.

use crate::{
    FlowSet,
    base::{
        diagnostic::{Diagnostic, Findings},
        place::Place,
        time::Time,
    },
    knowledge::{Document, FOLDER, Knowledge},
};
use jiff::{ToSpan, civil::Date};
use regex::Regex;
use std::sync::LazyLock;

/// How long before its end a file is mentioned, so that somebody has the time to renew it.
const ENDS_SOON_DAYS: i64 = 14;
/// How old a comparison with the facts may become.
const CHECKED_YEARS_MAX: i64 = 1;

/// `now` is the moment of the check; without it nothing has an age.
pub fn check(set: &FlowSet, now: Option<Time>, findings: &Findings) {
    names(set, findings);
    let today = now.map(|now| set.today(now));
    for document in set.knowledge.documents() {
        prices(&set.knowledge, document, findings);
        let Some(today) = today else { continue };
        ends(document, today, findings);
        looked_at(document, today, findings);
    }
}

fn ends(document: &Document, today: Date, findings: &Findings) {
    let Some((last, place)) = &document.valid_until else { return };
    let days = today.until(*last).map_or(i64::MAX, |left| i64::from(left.get_days()));
    let message = match days {
        ..0 => format!("this file was valid until {last} and is not used any more"),
        0 => "this file is valid until today and not used tomorrow".to_owned(),
        1..=ENDS_SOON_DAYS => format!("this file is valid until {last}, {days} more days, and not used afterwards"),
        _ => return,
    };
    findings.push(
        Diagnostic::warning("W536", place, message)
            .help("compare it with the facts and write a later day, or take the file away"),
    );
}

fn looked_at(document: &Document, today: Date, findings: &Findings) {
    let Some((day, place)) = &document.checked else { return };
    if *day > today {
        let finding = Diagnostic::warning("W539", place, format!("the day {day} of this check is to come"));
        findings
            .push(finding.help(format!("write the day on which somebody compared the file with the facts: {today}")));
    } else if day.saturating_add(CHECKED_YEARS_MAX.years()) < today {
        let message = format!("nobody has compared this file with the facts since {day}");
        let help = format!("compare it, and write `checked: {today}`");
        findings.push(Diagnostic::warning("W539", place, message).help(help));
    }
}

/// One finding for the first price of a file that has no end.
fn prices(knowledge: &Knowledge, document: &Document, findings: &Findings) {
    if document.valid_until.is_some() {
        return;
    }
    let endless = knowledge.chunks_of(document).iter().filter(|chunk| chunk.valid_until.is_none());
    let Some(chunk) = endless.into_iter().find(|chunk| PRICE.is_match(&chunk.text)) else { return };
    let part = knowledge.place_of(chunk);
    let line = part.file().text()[part.range().start..].lines().next().unwrap_or_default();
    let place = PRICE.find(line).map_or(part.clone(), |found| {
        let start = part.range().start + found.start();
        Place::new(part.file(), start..start + found.len())
    });
    let finding =
        Diagnostic::warning("W534", &place, "a price stands here, and the file does not say how long it holds");
    findings.push(finding.help(
        "write the last day of its prices at the top of the file, between two lines of `---`: `valid_until: 2027-12-31`",
    ));
}

/// A number beside the sign or code of a currency, or a column whose name says that it is a price.
static PRICE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?im)[€$£¥₹₺₽₩₪₫]\s?\d|\bR\$\s?\d|\d\s?(?:[€$£¥₹₺₽₩₪₫]|(?:EUR|USD|GBP|CHF|JPY|INR|BRL|MXN|ARS|COP|CLP|PEN|AED|SAR|TRY|ZAR|euros?|dollars?|pounds?)\b)|^(?:price|precio|preço|prix|preis|prezzo|cost|coste?)s?\b[^:\n]{0,20}:\s*\d",
    )
    .expect("the pattern is right")
});

/// Checks the files and folders that steps name, and that `look_up` has something to look in.
fn names(set: &FlowSet, findings: &Findings) {
    for node in set.every_flow().flat_map(|flow| &flow.nodes) {
        let Some(written) = node.outline.yaml.get("knowledge") else {
            if node.outline.verb == "look_up" && set.knowledge.is_empty() {
                let message = format!("there is nothing to look in: `{FOLDER}/` has no file");
                let finding = Diagnostic::warning("W548", &node.place, message);
                findings.push(finding.help(format!("write a file such as `{FOLDER}/prices.md`")));
            }
            continue;
        };
        // A step that is not known has a finding.
        if !matches!(node.outline.verb, "llm" | "agent" | "look_up") {
            continue;
        }
        // `all` is a word of the steps that ask a model.
        let asks_model = matches!(node.outline.verb, "llm" | "agent");
        let is_all = asks_model && written.text() == Some("all");
        if is_all && set.knowledge.is_empty() {
            let finding = Diagnostic::error("E541", &written.place, format!("`{FOLDER}/` has no file"));
            findings.push(finding.help(format!("write a file such as `{FOLDER}/prices.md`")));
        }
        for item in written.one_or_many().iter().filter(|item| !item.is_broken() && !is_all) {
            let Some(name) = item.text().filter(|name| set.knowledge.named(name).next().is_none()) else { continue };
            let names = set.knowledge.names();
            let all = asks_model.then_some("all");
            let listed: Vec<String> =
                all.into_iter().chain(names.iter().copied().take(8)).map(|name| format!("`{name}`")).collect();
            let help = match names.is_empty() {
                true => format!("write a file such as `knowledge/{name}.md`"),
                false => format!("there are {}", listed.join(", ")),
            };
            let finding = Diagnostic::error("E541", &item.place, format!("`{FOLDER}/` has no file or folder `{name}`"));
            findings.push(finding.help(help).meant(name, names));
        }
    }
}
