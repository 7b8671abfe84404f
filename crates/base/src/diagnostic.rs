//! Defines findings, the author's mistakes as data: the mistake, its place, and the advice.

use super::{
    fix::{Fix, Sureness},
    place::Place,
};
use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};
use std::{cell::RefCell, fmt};

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    Error,
    Warning,
}

/// One finding. `code` never changes its meaning: `E…` is an error, `W…` a warning.
#[derive(Debug, Clone, PartialEq)]
pub struct Diagnostic {
    pub code: &'static str,
    pub severity: Severity,
    pub message: String,
    pub place: Place,
    /// Related places, each with a text: "first written here".
    pub labels: Vec<(Place, String)>,
    /// The advice: what to write instead.
    pub help: Option<String>,
    /// An automatic repair.
    pub fix: Option<Fix>,
}

impl Diagnostic {
    pub fn error(code: &'static str, place: &Place, message: impl Into<String>) -> Self {
        debug_assert!(code.starts_with('E'), "{code} is no error");
        Self::new(code, Severity::Error, place, message.into())
    }

    pub fn warning(code: &'static str, place: &Place, message: impl Into<String>) -> Self {
        debug_assert!(code.starts_with('W'), "{code} is no warning");
        Self::new(code, Severity::Warning, place, message.into())
    }

    /// Splits the message at its first `; ` outside back-ticks: the part behind it is the advice.
    fn new(code: &'static str, severity: Severity, place: &Place, mut message: String) -> Self {
        let parts = message.match_indices("; ").find(|(at, _)| message[..*at].matches('`').count().is_multiple_of(2));
        let help = parts.map(|(at, _)| at).map(|at| {
            let help = message.split_off(at + 2);
            message.truncate(at);
            help
        });
        Diagnostic { code, severity, message, place: place.clone(), labels: Vec::new(), help, fix: None }
    }

    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    #[must_use]
    pub fn help_if(mut self, help: Option<String>) -> Self {
        self.help = help.or(self.help);
        self
    }

    #[must_use]
    pub fn fix(mut self, fix: Fix) -> Self {
        self.fix = Some(fix);
        self
    }

    #[must_use]
    pub fn fix_if(mut self, fix: Option<Fix>) -> Self {
        self.fix = fix.or(self.fix);
        self
    }

    /// Adds "did you mean …?" with the nearest known name, and a fix that writes it. The author may have meant another
    /// name, so the fix is a guess.
    #[must_use]
    pub fn meant<'a>(self, name: &str, known: impl IntoIterator<Item = &'a str>) -> Self {
        let known: Vec<&str> = known.into_iter().collect();
        let near = nearest(name, known.iter().copied()).or_else(|| longer(name, known.iter().copied()));
        match near {
            Some(near) => self.suggest(name, near),
            None => self,
        }
    }

    fn suggest(self, name: &str, near: &str) -> Self {
        let place = self.place.clone();
        let fix = (place.text() == name).then(|| Fix::replace(format!("write `{near}`"), &place, near).guess());
        self.help(format!("did you mean `{near}`?")).fix_if(fix)
    }

    /// As `meant`, for words of the language itself: the fix is sure if the misspelt word is long enough to be
    /// distinct and no other word is as near.
    #[must_use]
    pub fn misspelt<'a>(self, name: &str, known: impl IntoIterator<Item = &'a str>) -> Self {
        let known: Vec<&str> = known.into_iter().collect();
        let Some(near) = nearest(name, known.iter().copied()) else { return self };
        let sure = is_surely(name, near) && only_near(name, &known).is_some();
        let mut finding = self.suggest(name, near);
        if let (Some(fix), true) = (&mut finding.fix, sure) {
            fix.sureness = Sureness::Sure;
        }
        finding
    }

    #[must_use]
    pub fn label(mut self, place: &Place, words: impl Into<String>) -> Self {
        self.labels.push((place.clone(), words.into()));
        self
    }

    /// Adds another place of the same mistake, up to `LABELS_MAX`.
    #[must_use]
    pub fn and_at(self, place: &Place) -> Self {
        if self.place == *place || self.labels.len() >= LABELS_MAX {
            return self;
        }
        self.label(place, "and here")
    }

    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }

    /// Formats the finding as rustc does, with the lines of the file. `colour` is for a terminal.
    pub fn render(&self, colour: bool) -> String {
        let level = match self.severity {
            Severity::Error => Level::ERROR,
            Severity::Warning => Level::WARNING,
        };
        let mut snippet = Snippet::source(self.place.file().text())
            .path(self.place.path())
            .annotation(AnnotationKind::Primary.span(self.place.range()));
        let mut elsewhere = Vec::new();
        for (place, words) in &self.labels {
            if place.path() == self.place.path() {
                snippet = snippet.annotation(AnnotationKind::Context.span(place.range()).label(words.as_str()));
            } else {
                elsewhere.push((place, words));
            }
        }
        let mut group: Group<'_> = level.primary_title(self.message.as_str()).id(self.code).element(snippet);
        for (place, words) in elsewhere {
            let other = Snippet::source(place.file().text())
                .path(place.path())
                .annotation(AnnotationKind::Context.span(place.range()).label(words.as_str()));
            group = group.element(other);
        }
        if let Some(help) = &self.help {
            group = group.element(Level::HELP.message(help.as_str()));
        }
        let renderer = if colour { Renderer::styled() } else { Renderer::plain() };
        renderer.render(&[group])
    }
}

/// One line: `flows/a.yaml:3:9: error[E201] …; did you mean `say`?`.
impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let severity = if self.is_error() { "error" } else { "warning" };
        write!(f, "{}: {severity}[{}] {}", self.place, self.code, self.message)?;
        match &self.help {
            Some(help) => write!(f, "; {help}"),
            None => Ok(()),
        }
    }
}

/// The number of other places that a finding shows.
const LABELS_MAX: usize = 4;

/// Collects findings. Several readers share it by reference: parsing never stops at the first finding.
#[derive(Default)]
pub struct Findings(RefCell<Vec<Diagnostic>>);

impl Findings {
    pub fn push(&self, finding: Diagnostic) {
        self.0.borrow_mut().push(finding);
    }

    pub fn extend(&self, findings: impl IntoIterator<Item = Diagnostic>) {
        self.0.borrow_mut().extend(findings);
    }

    /// Changes the findings that fulfil a condition, where the caller knows a better advice than whoever found them.
    pub fn amend(&self, wanted: impl Fn(&Diagnostic) -> bool, better: impl Fn(Diagnostic) -> Diagnostic) {
        for finding in self.0.borrow_mut().iter_mut().filter(|finding| wanted(finding)) {
            *finding = better(finding.clone());
        }
    }

    /// Removes a finding that turns out to follow from another one.
    pub fn take_back(&self, finding: &Diagnostic) {
        self.0.borrow_mut().retain(|said| said != finding);
    }

    pub fn len(&self) -> usize {
        self.0.borrow().len()
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// True if there is a finding at exactly this place.
    pub fn speaks_of(&self, place: &Place) -> bool {
        self.0.borrow().iter().any(|finding| finding.place == *place)
    }

    pub fn any(&self, wanted: impl Fn(&Diagnostic) -> bool) -> bool {
        self.0.borrow().iter().any(wanted)
    }

    pub fn has_errors(&self) -> bool {
        self.0.borrow().iter().any(Diagnostic::is_error)
    }

    /// All findings by file and place; the same text at the same place counts once.
    pub fn into_sorted(self) -> Vec<Diagnostic> {
        let mut all = self.0.into_inner();
        sort(&mut all);
        all
    }
}

/// Sorts by file, place and severity, and removes repetitions.
pub fn sort(findings: &mut Vec<Diagnostic>) {
    findings.sort_by(|a, b| {
        let key = |d: &Diagnostic| (d.place.path().to_owned(), d.place.range().start, d.severity, d.code);
        key(a).cmp(&key(b)).then_with(|| a.message.cmp(&b.message))
    });
    findings.dedup_by(|a, b| a.code == b.code && a.place == b.place && a.message == b.message);
}

/// The known name nearest to a misspelt one, if any is near enough.
pub fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let length = name.chars().count();
    known
        .into_iter()
        .filter(|known| !known.is_empty())
        .map(|known| (distance(name, known), known))
        // A short word must be nearer: `name` is no misspelt `note`, and a single letter is never misspelt.
        .filter(|(distance, known)| {
            let letters = known.chars().count();
            *distance <= if letters > 4 { 1 + letters / 4 } else { 1 } && *distance < letters.min(length).max(1)
        })
        .min()
        .map(|(_, known)| known)
}

/// The nearest known name, if no other is as near: `lgo` could be `log` or `go`.
pub fn only_near<'a>(name: &str, known: &[&'a str]) -> Option<&'a str> {
    let near = nearest(name, known.iter().copied())?;
    let others = known.iter().copied().filter(|other| *other != near);
    nearest(name, others).is_none_or(|other| distance(name, other) > distance(name, near)).then_some(near)
}

fn distance(name: &str, known: &str) -> usize {
    strsim::damerau_levenshtein(&name.to_lowercase(), &known.to_lowercase())
}

/// True if no other word can be meant: a short word must have the same letters in another order, a longer one may have
/// one letter too many or wrong.
fn is_surely(name: &str, near: &str) -> bool {
    let letters = |text: &str| {
        let mut letters: Vec<char> = text.to_lowercase().chars().collect();
        letters.sort_unstable();
        letters
    };
    match (near.chars().count(), distance(name, near)) {
        (_, 0) => true,
        (..SURE_CHARS_MIN, _) => letters(name) == letters(near),
        (_, 1) => true,
        (length, _) => length > 2 * SURE_CHARS_MIN - 2,
    }
}

/// In a word of fewer letters, one different letter makes another word.
const SURE_CHARS_MIN: usize = 4;

/// The only known name that begins with `name`: `booking` for `book`.
fn longer<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let lower = name.to_lowercase();
    let mut found = known.into_iter().filter(|known| lower.len() >= SHORTENED_MIN && known.starts_with(&lower));
    let first = found.next()?;
    found.next().is_none().then_some(first)
}

/// The length from which the beginning of a name identifies it.
const SHORTENED_MIN: usize = 3;

/// The advice for an unknown name.
pub fn did_you_mean<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<String> {
    probably(name, known).map(|known| format!("did you mean `{known}`?"))
}

/// The known name of `did_you_mean`.
pub fn probably<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let known: Vec<&str> = known.into_iter().collect();
    // A known name that `name` begins with: `open` for `opened`.
    let begun = || known.iter().copied().find(|known| known.len() > SHORTENED_MIN && name.starts_with(known));
    nearest(name, known.iter().copied()).or_else(begun)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::place::SourceFile;

    #[test]
    fn a_finding_prints_like_a_compiler_with_its_second_place() {
        let file = SourceFile::new("flows/a.yaml", "steps:\n  - say: Hé\n    say: Ho\n");
        let place = |needle: &str, nth: usize| {
            let at = file.text().match_indices(needle).nth(nth).unwrap().0;
            Place::new(&file, at..at + needle.len())
        };
        let finding = Diagnostic::error("E104", &place("say", 1), "`say` is written twice")
            .label(&place("say", 0), "first here")
            .help("keep one of the two");
        insta::assert_snapshot!(finding.render(false), @r"
        error[E104]: `say` is written twice
         --> flows/a.yaml:3:5
          |
        2 |   - say: Hé
          |     --- first here
        3 |     say: Ho
          |     ^^^
          |
          = help: keep one of the two
        ");
        assert_eq!(finding.to_string(), "flows/a.yaml:3:5: error[E104] `say` is written twice; keep one of the two");
        assert_eq!(serde_json::json!(finding)["column"], 5);
    }

    #[test]
    fn only_what_nothing_else_can_be_is_mended() {
        let sure = |written: &str, known: &[&str]| {
            let file = SourceFile::new("a.yaml", written);
            let finding = Diagnostic::error("E203", &Place::new(&file, 0..written.len()), "no");
            finding.misspelt(written, known.iter().copied()).fix.is_some_and(|fix| fix.is_sure())
        };
        assert!(sure("tiemout", &["timeout", "title"]));
        assert!(sure("aks", &["ask", "say"]));
        assert!(!sure("min", &["link", "note"]));
        assert!(!sure("is", &["as", "if"]));
        assert!(!sure("test", &["text", "rest"]));
    }

    #[test]
    fn only_a_near_name_is_suggested() {
        assert_eq!(nearest("aks", ["say", "ask"]), Some("ask"));
        assert_eq!(nearest("elephant", ["say", "ask"]), None);
        assert_eq!(nearest("name", ["note"]), None);
        assert_eq!(nearest("x", ["a"]), None);
        assert_eq!(longer("book", ["booking", "top"]), Some("booking"));
        assert_eq!(longer("book", ["booking", "booked"]), None);
    }
}
