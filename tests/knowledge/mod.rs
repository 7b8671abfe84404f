//! Measures the search by the papers of a shop in six languages, and 36 questions of customers in each.
//!
//! A folder for each language: `help.md` and `services.csv` are its knowledge. A line of `questions.txt` is
//! `HEADING | QUESTION`, with the heading of the part that answers; `-`: the papers do not say it. The questions were
//! written before anything was measured. `.ci/figures knowledge` prints the table of `docs/knowledge.md`.

use std::{fs, path::PathBuf};
use transom::{
    base::place::SourceFile,
    flow::{
        self,
        knowledge::{Knowledge, Question, SHARE_DEFAULT},
    },
};

const LANGUAGES: [(&str, &str); 6] =
    [("de", "German"), ("en", "English"), ("es", "Spanish"), ("fr", "French"), ("it", "Italian"), ("pt", "Portuguese")];

/// Where the figures stand.
const DOCUMENT: &str = "docs/knowledge.md";

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn read(language: &str, name: &str) -> String {
    let path = root().join("tests/knowledge").join(language).join(name);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn knowledge(language: &str) -> std::sync::Arc<Knowledge> {
    let papers = ["help.md", "services.csv"].map(|name| (format!("knowledge/{name}"), read(language, name)));
    let bot = ("flows/_bot.yaml".to_owned(), format!("bot: Shop\nlanguage: {language}\ntimezone: Europe/Madrid\n"));
    let files: Vec<_> = papers.into_iter().chain([bot]).map(|(path, text)| SourceFile::new(path, text)).collect();
    let (set, findings) = flow::parse_set(&files);
    assert!(findings.is_empty(), "{findings:?}");
    set.knowledge
}

/// The sums of one language, or of all.
#[derive(Default, Clone, Copy)]
struct Figures {
    /// Questions that the papers answer.
    inside: usize,
    /// Of them: the right part is the first, among the first three, and said by `look_up` as its spec has it.
    first: usize,
    three: usize,
    said: usize,
    /// Of them: another part is said.
    wrong: usize,
    /// Questions that the papers do not answer, and those to which a part is said all the same.
    outside: usize,
    invented: usize,
}

impl Figures {
    fn add(&mut self, other: &Figures) {
        self.inside += other.inside;
        self.first += other.first;
        self.three += other.three;
        self.said += other.said;
        self.wrong += other.wrong;
        self.outside += other.outside;
        self.invented += other.invented;
    }

    fn row(&self, name: &str) -> String {
        let of = |count: usize| format!("{count} of {}", self.inside);
        format!("| {name} | {} | {} | {} |", of(self.first), of(self.three), self.said())
    }

    fn row_of_share(&self, share: u8) -> String {
        format!("| {share} | {} |", self.said())
    }

    fn said(&self) -> String {
        let Figures { inside, said, wrong, outside, invented, .. } = self;
        format!("{said} of {inside} | {wrong} of {inside} | {invented} of {outside}")
    }
}

/// Asks all questions of a language; a part is said from this share on. `tell` gets a line for each question that goes
/// wrong.
fn measured(language: &str, share: u8, tell: &mut dyn FnMut(String)) -> Figures {
    let knowledge = knowledge(language);
    let mut figures = Figures::default();
    for line in read(language, "questions.txt").lines() {
        let (expected, text) = line.split_once(" | ").unwrap_or_else(|| panic!("{line}"));
        let headings = || knowledge.chunks().iter().filter_map(|chunk| chunk.headings.last());
        assert!(expected == "-" || headings().any(|heading| heading == expected), "no part is called `{expected}`");
        let question = Question { text, language, within: &[], today: jiff::civil::date(2026, 11, 24) };
        let found = knowledge.rank(&question, 3);
        let is_right = |at: usize| {
            found.get(at).is_some_and(|found| found.chunk.headings.last().is_some_and(|heading| heading == expected))
        };
        let is_said = found.first().is_some_and(|found| found.share >= share);
        if expected == "-" {
            figures.outside += 1;
            figures.invented += usize::from(is_said);
        } else {
            figures.inside += 1;
            figures.first += usize::from(is_right(0));
            figures.three += usize::from((0..3).any(is_right));
            figures.said += usize::from(is_said && is_right(0));
            figures.wrong += usize::from(is_said && !is_right(0));
        }
        if is_said != (expected != "-") || (expected != "-" && !is_right(0)) {
            let got = found.iter().map(|found| format!("{} {} %", found.chunk.path(), found.share));
            tell(format!("{language} | {expected} | {text} | {}", got.collect::<Vec<_>>().join("; ")));
        }
    }
    figures
}

#[test]
fn the_figures_of_the_documents_are_those_of_the_search() {
    let (mut all, mut rows) = (Figures::default(), Vec::new());
    for (code, name) in LANGUAGES {
        let figures = measured(code, SHARE_DEFAULT, &mut |line| println!("{line}"));
        all.add(&figures);
        rows.push(figures.row(name));
    }
    rows.push(all.row("**all**"));
    compare(&rows);
}

#[test]
fn a_higher_share_says_less_and_invents_less() {
    let mut before: Option<Figures> = None;
    let mut rows = Vec::new();
    for share in [30, 50, 70] {
        let mut all = Figures::default();
        LANGUAGES.iter().for_each(|(code, _)| all.add(&measured(code, share, &mut |_| ())));
        rows.push(all.row_of_share(share));
        if let Some(before) = before {
            assert!(all.said <= before.said && all.invented <= before.invented && all.first == before.first);
        }
        before = Some(all);
    }
    compare(&rows);
}

/// Prints rows of a table, and looks for them in the document.
fn compare(rows: &[String]) {
    rows.iter().for_each(|row| println!("{row}"));
    let document = fs::read_to_string(root().join(DOCUMENT)).unwrap();
    for row in rows {
        assert!(document.lines().any(|line| line == row), "{DOCUMENT} lacks the row\n{row}");
    }
}
