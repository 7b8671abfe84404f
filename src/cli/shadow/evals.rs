//! Writes the cases of `transom shadow --eval`: talks whose draft and whose reply by a person differ, with personal data
//! replaced by invented data, and the values of the person's reply as the rule.

use super::Shown;
use crate::{
    base::{counted::counted, diagnostic::Diagnostic, place::SourceFile, time::Time},
    cli::{Failure, Outcome, terminal::show},
    flow::{
        self, FlowSet,
        steps::{agent::draft, llm::mask},
        tools::{
            fmt,
            testfile::{
                TestAction,
                evals::{self, EvalFile},
                write::{act, append, line_scalar, scalar},
            },
        },
    },
    model::{
        effect::MaskedWord,
        grounding::{Kind, Sources, readable, ungrounded},
        inbound::InboundKind,
        matching::fold,
    },
    runtime::bot::source_files,
};
use jiff::{Timestamp, tz::TimeZone};
use std::{
    collections::BTreeSet,
    fs::{self, OpenOptions},
    io::Write as _,
    path::{Path, PathBuf},
};

/// The name that stands for each customer's.
const NAME: &str = "Ana";
/// Shorter parts of a name are words of other meanings, too.
const NAME_CHARS_MIN: usize = 3;
/// The part of a reply or draft that a comment shows, in characters.
const SHOWN_CHARS: usize = 500;

/// The reasons why a pair becomes no case.
#[derive(Default)]
struct LeftOut {
    unpaired: usize,
    equal: usize,
    unplayable: usize,
    valueless: usize,
    known: usize,
}

/// Adds the cases to the file, or makes it; says what was written and left out.
pub(super) fn write(pairs: &[Shown], path: &Path, may_append: bool) -> Outcome {
    let (folder, name) = place_of(path)?;
    let old = match fs::read_to_string(path) {
        Ok(_) if !may_append => {
            let why = format!("`{}` is there already: write `--append` to add the new cases to it", path.display());
            return Err(Failure::Failed(why));
        }
        Ok(text) => Some(text),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => None,
        Err(error) => return Err(failed(path, "read", &error)),
    };
    let files = source_files::read(&folder).map_err(|error| Failure::Failed(error.to_string()))?;
    let (set, _) = flow::parse_set(&files.files);
    let known = old.as_deref().map(|old| case_names(&name, old, &set)).transpose()?.unwrap_or_default();
    let (mut cases, mut left_out) = (Vec::new(), LeftOut::default());
    for pair in pairs {
        match case(pair, &set, &known) {
            Ok(text) => cases.push(text),
            Err(why) => *why(&mut left_out) += 1,
        }
    }
    told(&left_out);
    if cases.is_empty() {
        return Err(Failure::Failed("no pair becomes a case, so nothing is written".to_owned()));
    }
    let text = match &old {
        None => format!("evals: {}\ncases:\n{}", flow_of(pairs, &set)?, cases.concat()),
        Some(old) => append(old, &cases.concat()).ok_or_else(|| {
            let why = "its `cases` are not the last thing in it, or not one below the other";
            Failure::Failed(format!("cannot add cases to `{}`: {why}", path.display()))
        })?,
    };
    let in_form = |text: &str| fmt::format(&SourceFile::new(name.as_str(), text)).ok();
    let is_formed = old.as_deref().is_none_or(|old| in_form(old).as_deref() == Some(old));
    let text = is_formed.then(|| in_form(&text)).flatten().unwrap_or(text);
    read(&name, &text, &set)?;
    save(path, &text, old.is_some())?;
    println!("{}: {} written; read them before you commit them", path.display(), counted(cases.len(), "case"));
    Ok(())
}

/// The folder of the bot, and the path of the file in it.
fn place_of(path: &Path) -> Result<(PathBuf, String), Failure> {
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let flows = match path.parent() {
        Some(parent) if parent.as_os_str().is_empty() => Path::new("."),
        Some(parent) => parent,
        None => Path::new("."),
    };
    let flows = flows.canonicalize().ok().filter(|flows| flows.ends_with("flows"));
    match flows.as_deref().and_then(Path::parent).filter(|_| name.ends_with(".eval.yaml")) {
        Some(folder) => Ok((folder.to_owned(), format!("flows/{name}"))),
        None => {
            let why = format!("`{}` is no `flows/NAME.eval.yaml` in the folder of a bot", path.display());
            Err(Failure::Usage(why))
        }
    }
}

/// The eval in a text; mistakes are a failure.
fn read(name: &str, text: &str, set: &FlowSet) -> Result<EvalFile, Failure> {
    let (eval, findings) = evals::parse(&SourceFile::new(name, text), set);
    match (eval, findings.iter().find(|finding| finding.is_error())) {
        (Some(eval), None) => Ok(eval),
        (_, finding) => {
            let why = finding.map(Diagnostic::to_string).unwrap_or_default();
            Err(Failure::Failed(format!("`{name}` would have mistakes, so nothing is written; the first: {why}")))
        }
    }
}

fn case_names(name: &str, text: &str, set: &FlowSet) -> Result<BTreeSet<String>, Failure> {
    Ok(read(name, text, set)?.cases.into_iter().map(|case| case.name).collect())
}

/// The flow that all these agents are in.
fn flow_of(pairs: &[Shown], set: &FlowSet) -> Result<String, Failure> {
    let agents: BTreeSet<&str> = pairs.iter().map(|shown| shown.pair.draft.agent.as_str()).collect();
    let flows: BTreeSet<&str> =
        agents.iter().filter_map(|agent| Some(draft::named(set, agent)?.0.name.as_str())).collect();
    let mut flows = flows.into_iter();
    match (flows.next(), flows.next()) {
        (Some(flow), None) => Ok(flow.to_owned()),
        (Some(_), Some(_)) => {
            let listed = agents.into_iter().map(|agent| format!("`{agent}`")).collect::<Vec<_>>().join(", ");
            Err(Failure::Failed(format!("these drafts are of agents in several flows: {listed}; name one of them")))
        }
        (None, _) => Err(Failure::Failed("no flow of this bot has the agent of these drafts".to_owned())),
    }
}

type Why = fn(&mut LeftOut) -> &mut usize;

/// The case of a pair as in a file; the error counts the reason why it becomes none.
fn case(shown: &Shown, set: &FlowSet, known: &BTreeSet<String>) -> Result<String, Why> {
    let pair = &shown.pair;
    let name = format!("draft {} of {}", pair.draft.id, pair.draft.agent);
    if known.contains(&name) {
        return Err(|out| &mut out.known);
    }
    let text = |row: &crate::store::tables::outbound::Outbound| {
        row.sent_as.as_ref().unwrap_or(&row.draft.content).text().to_owned()
    };
    let reply = pair.reply.iter().map(text).collect::<Vec<_>>().join("\n");
    let Some(drafted) = pair.draft.text.as_deref().filter(|_| !reply.trim().is_empty()) else {
        return Err(|out| &mut out.unpaired);
    };
    if fold(drafted) == fold(&reply) {
        return Err(|out| &mut out.equal);
    }
    let mut person = Person::of(shown.name.as_deref());
    let talk: Option<Vec<String>> = pair.asked.iter().map(|row| said(&row.data.message.kind, &mut person)).collect();
    let Some(talk) = talk.filter(|talk| !talk.is_empty()) else { return Err(|out| &mut out.unplayable) };
    let reply = person.hide(&reply);
    let values =
        values(&reply, shown.language.as_deref().unwrap_or(&set.bot.language), pair.draft.at, &set.bot.timezone);
    if values.is_empty() {
        return Err(|out| &mut out.valueless);
    }
    let mut lines = format!("  # A person answered: {}\n", comment(&reply));
    lines.push_str(&format!("  # The agent drafted: {}\n", comment(&person.hide(drafted))));
    lines.push_str(&format!(
        "  - name: {}\n    now: {}\n    talk:\n",
        scalar(&name),
        moment(pair.draft.at, &set.bot.timezone)
    ));
    talk.iter().for_each(|step| lines.push_str(&format!("      - {step}\n")));
    let says = values.iter().map(|value| scalar(value)).collect::<Vec<_>>().join(", ");
    lines.push_str(&format!("    expect: {{says: [{says}]}}\n"));
    Ok(lines)
}

/// A message of the customer as a step of a talk; `None` if an eval cannot play it.
fn said(kind: &InboundKind, person: &mut Person) -> Option<String> {
    match kind {
        InboundKind::Text { body } if !body.trim().is_empty() => Some(line_scalar(&person.invent(body))),
        // A tap on a button of another talk is its words.
        InboundKind::Button { title, .. } => Some(line_scalar(&person.invent(title))),
        InboundKind::Media { media, caption, .. } => {
            let caption = caption.as_deref().map(|caption| person.invent(caption));
            act(&TestAction::Media { kind: *media, caption })
        }
        _ => None,
    }
}

/// The words of one customer that no file shows.
struct Person {
    names: Vec<String>,
    masked: Vec<MaskedWord>,
}

impl Person {
    fn of(name: Option<&str>) -> Person {
        let parts = name.unwrap_or_default().split(|c: char| !c.is_alphanumeric());
        let names = parts.filter(|part| part.chars().count() >= NAME_CHARS_MIN).map(fold).collect();
        Person { names, masked: Vec::new() }
    }

    /// The text with marks in place of personal data.
    fn hide(&mut self, text: &str) -> String {
        let hidden = mask::hide(text, &mut self.masked);
        self.without_names(&hidden, "‹name›")
    }

    /// The text with invented data in place of personal data, so that the bot can work with it.
    fn invent(&mut self, text: &str) -> String {
        let mut text = mask::hide(text, &mut self.masked);
        for (number, word) in self.masked.iter().enumerate() {
            text = text.replace(&word.mark, &invented(&word.mark, number));
        }
        self.without_names(&text, NAME)
    }

    fn without_names(&self, text: &str, instead: &str) -> String {
        let mut out = String::with_capacity(text.len());
        for word in text.split_inclusive(|c: char| !c.is_alphanumeric()) {
            let own = word.trim_end_matches(|c: char| !c.is_alphanumeric());
            if !own.is_empty() && self.names.contains(&fold(own)) {
                out.push_str(instead);
                out.push_str(&word[own.len()..]);
            } else {
                out.push_str(word);
            }
        }
        out
    }
}

/// Invented data of the kind of a mark: `‹phone 1›`. The numbers are those that examples use everywhere.
fn invented(mark: &str, number: usize) -> String {
    match mark.trim_start_matches('‹').split(' ').next() {
        Some("phone") => format!("+34 600 111 {:03}", 222 + number),
        Some("email") => format!("ana{}@example.com", number + 1),
        Some("card") => "4111 1111 1111 1111".to_owned(),
        _ => "ES91 2100 0418 4502 0005 1332".to_owned(),
    }
}

/// The amounts, dates, times and codes of a reply, as they stand there, each once.
fn values(reply: &str, language: &str, at: Time, zone: &TimeZone) -> Vec<String> {
    let reply = readable(reply);
    let now = Timestamp::from_millisecond(at.0).unwrap_or_default().to_zoned(zone.clone()).datetime();
    let found = ungrounded(&reply, &Sources { given: &[], customer: &[], now, language });
    let is_wanted = |kind: Kind| matches!(kind, Kind::Amount | Kind::Percent | Kind::Day | Kind::Time | Kind::Code);
    let mut all: Vec<String> = Vec::new();
    for one in found.into_iter().filter(|one| is_wanted(one.kind)) {
        let text = reply[one.at].trim().to_owned();
        if !text.is_empty() && !text.contains(['‹', '›']) && !all.contains(&text) {
            all.push(text);
        }
    }
    all
}

/// A text on one line, for a comment.
fn comment(text: &str) -> String {
    let plain = show::line(text);
    let short: String = plain.chars().take(SHOWN_CHARS).collect();
    if short.len() < plain.len() { format!("{short}…") } else { short }
}

/// `2026-11-27T10:02 Europe/Madrid`
fn moment(at: Time, zone: &TimeZone) -> String {
    let local = Timestamp::from_millisecond(at.0).unwrap_or_default().to_zoned(zone.clone());
    format!("{} {}", local.strftime("%Y-%m-%dT%H:%M"), zone.iana_name().unwrap_or("UTC"))
}

fn told(out: &LeftOut) {
    let reasons = [
        (out.unpaired, "without a draft, or without a reply that is known"),
        (out.equal, "whose draft says the same as the reply"),
        (out.unplayable, "with messages that no eval can play, such as places or forms"),
        (out.valueless, "whose reply has no amount, day, time or code, so that no rule can be proposed"),
        (out.known, "that the file has already"),
    ];
    for (count, reason) in reasons.into_iter().filter(|(count, _)| *count > 0) {
        eprintln!("left out: {} {reason}", counted(count, "pair"));
    }
}

/// A new file is made only if nobody has made it meanwhile, and an old one is replaced as a whole.
fn save(path: &Path, text: &str, is_there: bool) -> Outcome {
    let written = if is_there {
        let new = path.with_extension("yaml.new");
        fs::write(&new, text).and_then(|()| fs::rename(&new, path))
    } else {
        let file = OpenOptions::new().write(true).create_new(true).open(path);
        file.and_then(|mut file| file.write_all(text.as_bytes()))
    };
    written.map_err(|error| failed(path, "write", &error))
}

fn failed(path: &Path, what: &str, error: &std::io::Error) -> Failure {
    Failure::Failed(format!("cannot {what} `{}`: {error}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_a_customer_are_invented_in_a_talk_and_marks_in_a_comment() {
        let mut person = Person::of(Some("José Núñez de la O"));
        let said = "I am jose, NUÑEZ: ring +34 611 333 444 or write to jn@shop.es; de la calle, pan de molde";
        assert_eq!(
            person.invent(said),
            "I am Ana, Ana: ring +34 600 111 223 or write to ana1@example.com; de la calle, pan de molde"
        );
        assert_eq!(person.hide("José, call +34 611 333 444"), "‹name›, call ‹phone 1›");
        assert_eq!(person.hide("pay to ES91 2100 0418 4502 0005 1332"), "pay to ‹iban 1›");
        assert_eq!(Person::of(None).invent("Josés bike, 45 €"), "Josés bike, 45 €");
    }

    #[test]
    fn the_values_of_a_reply_are_its_amounts_days_times_and_codes() {
        let zone = TimeZone::UTC;
        // 27 November 2026, 10:02
        let at = Time(1_795_773_720_000);
        let found = |reply: &str, language: &str| values(reply, language, at, &zone);
        assert_eq!(
            found("It is 45 €, on 3 December at 10:30. Order AB-1234, 20 % off, 45 €.", "en"),
            ["45 €", "3 December", "10:30", "AB-1234", "20 %"]
        );
        assert_eq!(found("Son 1.200,50 € el 3 de diciembre.", "es"), ["1.200,50 €", "3 de diciembre"]);
        assert_eq!(found("Call ‹phone 1› or see shop.example, thanks!", "en"), [""; 0]);
        assert_eq!(moment(at, &zone), "2026-11-27T10:02 UTC");
    }

    #[test]
    fn a_comment_stays_on_its_line() {
        let long = "x".repeat(SHOWN_CHARS + 1);
        assert_eq!(comment("a\nexpect: {}\u{2028}b"), "a expect: {} b");
        assert!(comment(&long).ends_with("x…") && comment(&long).chars().count() == SHOWN_CHARS + 1);
    }
}
