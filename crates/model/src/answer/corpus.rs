//! Counts how many answers of the corpus in `tests/answers` are understood, by language and type.

use super::*;
use std::collections::BTreeMap;

const FILES: [(&str, &str); 6] = [
    ("en", include_str!("../../../../tests/answers/en.txt")),
    ("es", include_str!("../../../../tests/answers/es.txt")),
    ("fr", include_str!("../../../../tests/answers/fr.txt")),
    ("de", include_str!("../../../../tests/answers/de.txt")),
    ("pt", include_str!("../../../../tests/answers/pt.txt")),
    ("it", include_str!("../../../../tests/answers/it.txt")),
];
/// Texts that mislead a reader, `tests/answers/hostile`.
const HOSTILE: [(&str, &str); 6] = [
    ("en", include_str!("../../../../tests/answers/hostile/en.txt")),
    ("es", include_str!("../../../../tests/answers/hostile/es.txt")),
    ("fr", include_str!("../../../../tests/answers/hostile/fr.txt")),
    ("de", include_str!("../../../../tests/answers/hostile/de.txt")),
    ("pt", include_str!("../../../../tests/answers/hostile/pt.txt")),
    ("it", include_str!("../../../../tests/answers/hostile/it.txt")),
];
/// Answers for which nothing was made, `tests/answers/strangers`.
const STRANGERS: [(&str, &str); 6] = [
    ("en", include_str!("../../../../tests/answers/strangers/en.txt")),
    ("es", include_str!("../../../../tests/answers/strangers/es.txt")),
    ("fr", include_str!("../../../../tests/answers/strangers/fr.txt")),
    ("de", include_str!("../../../../tests/answers/strangers/de.txt")),
    ("pt", include_str!("../../../../tests/answers/strangers/pt.txt")),
    ("it", include_str!("../../../../tests/answers/strangers/it.txt")),
];
/// The six files of a folder of `tests/answers`.
macro_rules! files_of {
    ($folder:literal) => {
        [
            ("en", include_str!(concat!("../../../../tests/answers/", $folder, "/en.txt"))),
            ("es", include_str!(concat!("../../../../tests/answers/", $folder, "/es.txt"))),
            ("fr", include_str!(concat!("../../../../tests/answers/", $folder, "/fr.txt"))),
            ("de", include_str!(concat!("../../../../tests/answers/", $folder, "/de.txt"))),
            ("pt", include_str!(concat!("../../../../tests/answers/", $folder, "/pt.txt"))),
            ("it", include_str!(concat!("../../../../tests/answers/", $folder, "/it.txt"))),
        ]
    };
}
/// Sentences with an answer and something beside it, `tests/answers/sentences`, in the order in which they were written.
const SENTENCES: [[(&str, &str); 6]; 5] = [
    files_of!("sentences/first"),
    files_of!("sentences/seen"),
    files_of!("sentences/second"),
    files_of!("sentences/third"),
    files_of!("sentences/fourth"),
];
type Naming = fn(Form) -> &'static str;
/// Chats of people whose words are in no list, and the name of their answers in the table.
const CHATS: [([(&str, &str); 6], Naming); 3] = [
    (files_of!("sentences/fifth"), |form| if form == Form::Refused { "fifth set, no answer" } else { "fifth set" }),
    (files_of!("sentences/sixth"), |form| if form == Form::Refused { "sixth set, no answer" } else { "sixth set" }),
    (files_of!("sentences/seventh"), |form| if form == Form::Refused { "untuned, no answer" } else { "untuned" }),
];
const DOCUMENT: &str = include_str!("../../../../docs/answers.md");

/// The form in which an answer stands in its message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Form {
    Short,
    Inside,
    /// Two possible answers: the contact is asked which one it means.
    Either,
    Refused,
}

struct Case {
    language: &'static str,
    kind: AnswerType,
    form: Form,
    said: &'static str,
    meant: &'static str,
    read: String,
    /// The value that is asked back where none is taken.
    offered: Option<String>,
}

impl Case {
    fn is_right(&self) -> bool {
        self.read == self.meant
    }

    /// True if one value was taken and it is not the right one.
    fn is_wrong(&self) -> bool {
        !self.is_right() && self.read != REFUSED && !self.read.contains(" | ")
    }
}

impl Case {
    /// True if no value is taken and the right one is asked back; of what is no answer, if any value is.
    fn is_asked_back(&self) -> bool {
        self.offered.as_deref().is_some_and(|offered| self.form == Form::Refused || offered == self.meant)
    }

    fn is_misunderstood(&self) -> bool {
        self.offered.is_some() && !self.is_asked_back()
    }
}

const REFUSED: &str = "refused";
/// The lines at the start of a file that are no answers.
const FIELDS: [&str; 4] = ["now ", "phone ", "question ", "options "];

/// Reads all files, side by side.
fn cases(files: impl IntoIterator<Item = (&'static str, &'static str)>) -> Vec<Case> {
    let files: Vec<_> = files.into_iter().collect();
    std::thread::scope(|scope| {
        let read = |file: (&'static str, &'static str)| scope.spawn(move || cases_of(file));
        let readers: Vec<_> = files.into_iter().map(read).collect();
        readers.into_iter().flat_map(|reader| reader.join().expect("a file is read")).collect()
    })
}

/// As `cases`; of what is no answer, two values that are asked back count as none, because none of them is taken.
fn cases_taken(files: impl IntoIterator<Item = (&'static str, &'static str)>) -> Vec<Case> {
    let mut all = cases(files);
    for case in all.iter_mut().filter(|case| case.form == Form::Refused && case.read.contains(" | ")) {
        case.read = REFUSED.to_owned();
    }
    all
}

fn cases_of((language, text): (&'static str, &'static str)) -> Vec<Case> {
    let mut all = Vec::new();
    let line_of = |name: &str| text.lines().find_map(|line| line.strip_prefix(name));
    let field = |name: &str| line_of(name).expect("a file says who writes and when");
    let now: jiff::Zoned = field("now ").parse().expect("a moment with its zone");
    let question = line_of("question ").unwrap_or_default();
    let each = |all: &str| all.split('|').map(|title| vec![title.to_owned()]).collect::<Vec<_>>();
    let first_titles = line_of("options ").map(each).unwrap_or_default();
    let mut titles = first_titles.clone();
    let (mut kind, mut form, mut phone, mut asked) = (AnswerType::Any, Form::Short, "", "");
    for line in text.lines() {
        if line.is_empty() || line.starts_with('#') || FIELDS.iter().any(|field| line.starts_with(field)) {
            continue;
        }
        if let Some(section) = line.strip_prefix('[') {
            let parts: Vec<&str> = section.trim_end_matches(']').split(' ').collect();
            kind = AnswerType::parse(parts[0]).expect("a type");
            form = match parts[1] {
                "short" => Form::Short,
                "inside" => Form::Inside,
                "either" => Form::Either,
                "refused" => Form::Refused,
                other => panic!("{language}: no form is called {other}"),
            };
            phone = parts.get(2).copied().unwrap_or(field("phone "));
            asked = "";
            continue;
        }
        if let Some(question) = line.strip_prefix("? ") {
            // A question with other options than those of the file names them: `? Which one? = Red|Blue`.
            let (question, own) = question.split_once(" = ").unwrap_or((question, ""));
            titles = if own.is_empty() { first_titles.clone() } else { each(own) };
            asked = question;
            continue;
        }
        let (said, meant) = line.split_once(" => ").unwrap_or((line, REFUSED));
        let form = if meant == REFUSED { Form::Refused } else { form };
        let hearing = AnswerContext::new(now.clone(), language, Some(phone));
        if kind == AnswerType::Choice {
            let question = if asked.is_empty() { question } else { asked };
            let hearing = AnswerContext { question, ..hearing };
            let title = |place: usize| titles[place][0].clone();
            let (read, offered) = match chosen(said, &titles, &hearing) {
                Chosen::One(place) => (title(place), None),
                Chosen::Nothing => (REFUSED.to_owned(), offered_option(said, &titles, &hearing).map(title)),
                Chosen::Several(_) => (REFUSED.to_owned(), None),
            };
            all.push(Case { language, kind, form, said, meant, read, offered });
            continue;
        }
        let hearing = AnswerContext { question: asked, ..hearing };
        let message = InboundKind::Text { body: said.into() };
        let reading = read(kind, &message, &hearing);
        let print = |value: &Value| match value {
            Value::DateTime(at) => at.strftime("%Y-%m-%dT%H:%M").to_string(),
            other => other.print().expect("a plain value"),
        };
        let values: Vec<String> = reading.likely.iter().map(print).collect();
        let read = if values.is_empty() { REFUSED.to_owned() } else { values.join(" | ") };
        let offered = if values.is_empty() { offered(kind, &message, &hearing) } else { None };
        all.push(Case { language, kind, form, said, meant, read, offered: offered.as_ref().map(print) });
    }
    all
}

/// The number of right answers, the number of all, and the share of right ones in percent.
fn share<'a>(cases: impl Iterator<Item = &'a Case>) -> (usize, usize, f64) {
    let (mut right, mut all) = (0, 0);
    for case in cases {
        all += 1;
        right += usize::from(case.is_right());
    }
    (right, all, 100.0 * right as f64 / all.max(1) as f64)
}

fn table(cases: &[Case], name: Naming) -> String {
    let mut out = "| type | how it is written | en | es | fr | de | pt | it |\n| --- | --- | --- | --- | --- | --- | --- | --- |\n".to_owned();
    let mut rows: BTreeMap<(usize, Form), Vec<&Case>> = BTreeMap::new();
    for case in cases {
        let kind = AnswerType::ALL.iter().position(|kind| *kind == case.kind).expect("all types");
        rows.entry((kind, case.form)).or_default().push(case);
        rows.entry((usize::MAX, case.form)).or_default().push(case);
    }
    for ((kind, form), cases) in rows {
        let kind = AnswerType::ALL.get(kind).map_or("all".to_owned(), |kind| format!("`{}`", kind.as_str()));
        out.push_str(&format!("| {kind} | {} |", name(form)));
        for (language, _) in FILES {
            let of_language = || cases.iter().copied().filter(|case| case.language == language);
            let (right, all, _) = share(of_language());
            let asked_back = of_language().filter(|case| case.is_asked_back()).count();
            out.push_str(&match (all, form, asked_back) {
                (0, ..) => " – |".to_owned(),
                (_, _, 0) => format!(" {right}/{all} |"),
                (_, Form::Refused, _) => format!(" {right}/{all} ({asked_back}) |"),
                _ => format!(" {right} + {asked_back}/{all} |"),
            });
        }
        out.push('\n');
    }
    out
}

/// No wrong value is taken, and hardly any is asked back.
fn takes_nothing_wrong(all: &[Case]) {
    let wrong: Vec<&str> = all.iter().filter(|case| case.is_wrong()).map(|case| case.said).collect();
    assert_eq!(wrong, [""; 0], "a wrong value is worse than asking again");
    let asked: Vec<&str> = all.iter().filter(|case| case.is_misunderstood()).map(|case| case.said).collect();
    assert!(asked.len() * MISUNDERSTOOD_ONE_IN <= all.len(), "a wrong value is asked back: {asked:?}");
}

/// Of so many messages, one may be asked back with another value than it means.
const MISUNDERSTOOD_ONE_IN: usize = 200;

/// `cargo test --lib answer::corpus -- --nocapture` prints the table of `docs/answers.md` and the answers that are read
/// otherwise than meant.
#[test]
fn the_corpus_is_understood_as_the_document_says() {
    let all = cases(FILES);
    let table = table(&all, |form| match form {
        Form::Short => "by itself",
        Form::Inside => "in a sentence",
        Form::Either => "two, asked back",
        Form::Refused => "no answer",
    });
    println!("{table}");
    for case in all.iter().filter(|case| !case.is_right()) {
        println!("{} {:?} {:?}: {} instead of {}", case.language, case.kind, case.said, case.read, case.meant);
    }
    takes_nothing_wrong(&all);
    for (form, least) in [(Form::Short, 85.0), (Form::Inside, 70.0), (Form::Refused, 98.0)] {
        let of = |language| share(all.iter().filter(|case| case.language == language && case.form == form)).2;
        let shares: Vec<f64> = FILES.iter().map(|(language, _)| of(*language)).collect();
        let (worst, best) = shares.iter().fold((100.0_f64, 0.0_f64), |(low, high), n| (low.min(*n), high.max(*n)));
        assert!(worst >= least, "{form:?}: {shares:?}");
        assert!(best - worst <= 10.0, "{form:?}: one language is understood worse than another: {shares:?}");
    }
    for (language, _) in FILES {
        let count = all.iter().filter(|case| case.language == language).count();
        assert!(count >= CASES_OF_A_LANGUAGE_MIN, "{language} has {count}");
    }
    assert!(DOCUMENT.contains(&table), "`docs/answers.md` holds other figures; they are:\n{table}");
}

const CASES_OF_A_LANGUAGE_MIN: usize = 300;

/// `cargo test --lib answer::corpus::strangers -- --nocapture` prints the table of answers for which nothing was made.
#[test]
fn strangers_are_understood_as_the_document_says() {
    let all = cases_taken(STRANGERS);
    let table = table(&all, |form| match form {
        Form::Short => "a stranger's, by itself",
        Form::Inside => "a stranger's, in a sentence",
        Form::Either => "a stranger's, asked back",
        Form::Refused => "a stranger's, no answer",
    });
    println!("{table}");
    takes_nothing_wrong(&all);
    for (form, least) in [(Form::Short, 85.0), (Form::Inside, 50.0), (Form::Refused, 98.0)] {
        for (language, _) in STRANGERS {
            let share = share(all.iter().filter(|case| case.language == language && case.form == form)).2;
            assert!(share >= least, "{language} {form:?}: {share}");
        }
    }
    assert!(DOCUMENT.contains(&table), "`docs/answers.md` holds other figures; they are:\n{table}");
}

/// `cargo test --lib answer::corpus::sentences -- --nocapture` prints the table of answers inside sentences.
#[test]
fn sentences_are_understood_as_the_document_says() {
    let all = cases_taken(SENTENCES.into_iter().flatten());
    let table = table(&all, |form| match form {
        Form::Short | Form::Inside | Form::Either => "beside something else",
        Form::Refused => "beside something else, no answer",
    });
    println!("{table}");
    takes_nothing_wrong(&all);
    for (form, least) in [(Form::Inside, 70.0), (Form::Refused, 98.0)] {
        let of = |language| share(all.iter().filter(|case| case.language == language && case.form == form)).2;
        let shares: Vec<f64> = FILES.iter().map(|(language, _)| of(*language)).collect();
        let (worst, best) = shares.iter().fold((100.0_f64, 0.0_f64), |(low, high), n| (low.min(*n), high.max(*n)));
        assert!(worst >= least, "{form:?}: {shares:?}");
        assert!(best - worst <= 10.0, "{form:?}: one language is understood worse than another: {shares:?}");
    }
    assert!(DOCUMENT.contains(&table), "`docs/answers.md` holds other figures; they are:\n{table}");
}

/// `cargo test --lib answer::corpus::chats -- --nocapture` prints the tables of chats: of those that the last rules were
/// made with, and of those of which no word was learnt.
#[test]
fn chats_are_understood_as_the_document_says() {
    for (files, name) in CHATS {
        let all = cases_taken(files);
        let table = table(&all, name);
        println!("{table}");
        takes_nothing_wrong(&all);
        assert!(DOCUMENT.contains(&table), "`docs/answers.md` holds other figures; they are:\n{table}");
    }
}

/// `cargo test --lib answer::corpus::no_misleading -- --nocapture` prints the second table of `docs/answers.md`.
#[test]
fn no_misleading_answer_gives_a_wrong_value() {
    let all = cases_taken(HOSTILE);
    let table = table(&all, |form| match form {
        Form::Short | Form::Inside | Form::Either => "gives its value",
        Form::Refused => "gives none",
    });
    println!("{table}");
    let bad: Vec<String> = all
        .iter()
        .filter(|case| !case.is_right())
        .map(|case| {
            format!("{} {:?} {:?}: {} instead of {}", case.language, case.kind, case.said, case.read, case.meant)
        })
        .collect();
    assert_eq!(bad, [""; 0]);
    let offered: Vec<&str> = all.iter().filter(|case| case.is_asked_back()).map(|case| case.said).collect();
    assert!(offered.len() * HOSTILE_OFFERED_ONE_IN <= all.len(), "what misleads is asked back: {offered:?}");
    for (language, _) in HOSTILE {
        for kind in ["yesno", "choice", "phone", "time", "date", "number"].map(AnswerType::parse) {
            for form in [Form::Short, Form::Refused] {
                let of = |case: &&Case| case.language == language && Some(case.kind) == kind && case.form == form;
                let count = all.iter().filter(of).count();
                assert!(count >= HOSTILE_OF_A_TYPE_MIN, "{language} {kind:?} {form:?} has {count}");
            }
        }
    }
    assert!(DOCUMENT.contains(&table), "`docs/answers.md` holds other figures; they are:\n{table}");
}

/// Of so many misleading messages, one may be asked back: `is Friday ok?`
const HOSTILE_OFFERED_ONE_IN: usize = 200;

const HOSTILE_OF_A_TYPE_MIN: usize = 40;

/// `ANSWERS=FOLDER cargo test --lib answer::corpus::answers_of_a_folder -- --nocapture` counts answers of your own:
/// `en.txt` and so on, in the form of `tests/answers`. It prints the table, and each line that is read otherwise than
/// meant; it fails if a wrong value is taken.
#[test]
fn answers_of_a_folder() {
    let Ok(folder) = std::env::var("ANSWERS") else { return };
    let read = |(language, _): (&'static str, &'static str)| {
        let text = std::fs::read_to_string(format!("{folder}/{language}.txt")).ok()?;
        Some((language, &*text.leak()))
    };
    let mut all = cases(FILES.into_iter().filter_map(read));
    let mut wrong = 0;
    for case in &mut all {
        let offered = case.offered.clone().unwrap_or_default();
        let mark = match (case.is_right(), case.is_wrong()) {
            (true, _) if offered.is_empty() => continue,
            (true, _) => "offers",
            (false, false) if offered == case.meant => "offered",
            (false, false) if !offered.is_empty() => "OFFERED",
            (false, true) => "WRONG",
            (false, false) if case.form == Form::Refused => {
                // It is asked back, and none of the values is taken.
                case.read = REFUSED.to_owned();
                continue;
            }
            (false, false) => "asked",
        };
        wrong += usize::from(mark == "WRONG");
        println!(
            "{mark} {} {:?} {:?}: {} {offered} instead of {}",
            case.language, case.kind, case.said, case.read, case.meant
        );
    }
    println!("{}", table(&all, |form| ["by itself", "in a sentence", "two, asked back", "no answer"][form as usize]));
    assert_eq!(wrong, 0, "a wrong value is worse than asking again");
}
