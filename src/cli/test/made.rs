//! Writes generated test cases: first tests, recorded runs, and cases that random customers found.

use super::{Failure, Outcome, Paint, Workplace, counted, seconds};
use crate::{
    base::place::SourceFile,
    flow::tools::{fmt, testfile::write::append},
    runtime::testbench::{self, RecordedTest, TestOptions, Walks, Wandered},
};
use std::{fs, path::Path};

/// Runs `test init FLOW`.
pub(super) fn init(folder: &Path, flow: &str) -> Outcome {
    let path = folder.join("flows").join(format!("{flow}.test.yaml"));
    if path.exists() {
        return Err(Failure::Failed(format!("`{}` is there already; `transom test` runs it", path.display())));
    }
    let drafted = testbench::init(folder, flow)?.map_err(Failure::Failed)?;
    save(&path, in_form(&path, &drafted.text).as_deref().unwrap_or(&drafted.text))?;
    println!("Wrote {}. Run it: transom test {}", path.display(), path.display());
    remark(&drafted);
    failing(folder, &drafted.path)
}

/// Names the new cases that fail as written, so that the author does not look for the mistake in the flow.
fn failing(folder: &Path, path: &str) -> Outcome {
    let only = [path.to_owned()];
    let report = testbench::run(folder, &TestOptions { only: &only, ..TestOptions::default() })?;
    let paint = Paint::stderr();
    let findings = report.files.iter().flat_map(|file| &file.findings).filter(|finding| finding.is_error());
    for finding in findings {
        eprintln!("{} it cannot be run as it stands: {finding}", paint.warn("note:"));
    }
    for case in report.files.iter().flat_map(|file| &file.cases) {
        if let Some(explained) = case.explain() {
            eprintln!("{} the case `{}` fails as it stands: {}", paint.warn("note:"), case.name, explained.trim_end());
        }
    }
    Ok(())
}

/// Runs `test --record RUN`.
pub(super) fn record(place: &Workplace, folder: &Path, run: i64, write: bool) -> Outcome {
    let config = place.config()?;
    let drafted = testbench::record(folder, config.database.expose(), run)?.map_err(Failure::Failed)?;
    if write {
        put(folder, &drafted.path, &drafted.text, drafted.case_only)?;
    } else {
        println!("# {}: `--write` puts it there", drafted.path);
        print!("{}", drafted.text);
    }
    remark(&drafted);
    Ok(())
}

/// Runs `test --wander N`.
pub(super) fn wander(
    folder: &Path,
    options: &TestOptions<'_>,
    walks: Walks,
    json: bool,
    write: bool,
    coverage: bool,
) -> Outcome {
    let wandered = testbench::wander(folder, options, walks)?;
    if write {
        for found in &wandered.found {
            let text = found.case.lines();
            let exists = folder.join(&found.file).exists();
            let flow = found.file.trim_start_matches("flows/").trim_end_matches(".test.yaml");
            let whole = if exists { text } else { format!("tests: {flow}\ncases:\n{text}") };
            put(folder, &found.file, &whole, exists)?;
        }
    }
    if json {
        let mut told = wandered.to_json();
        if coverage {
            told["coverage"] = wandered.coverage.to_json();
        }
        println!("{told:#}");
    } else {
        print!("{}", text(&wandered, Paint::stdout(), write));
        if coverage {
            print!("\n{}", wandered.coverage.text());
        }
    }
    if wandered.is_good() { Ok(()) } else { Err(Failure::Said) }
}

fn text(wandered: &Wandered, paint: Paint, written: bool) -> String {
    let mut out = String::new();
    for finding in &wandered.findings {
        out.push_str(&format!("{}\n\n", crate::cli::terminal::screen::coloured(&finding.render(paint.is_on()))));
    }
    for found in &wandered.found {
        let times = counted(found.times, "customer");
        let head = format!("{} {} ({times})", paint.bad("FOUND"), paint.strong(&found.trouble.text));
        let place = if written { "written into" } else { "a case for" };
        out.push_str(&format!("{head}\n{place} {}:\n{}\n", found.file, found.case.lines()));
    }
    let Walks { count, seed } = wandered.walks;
    let walked = format!(
        "{} with seed {seed}, {} in {}",
        counted(count, "customer"),
        counted(wandered.acts, "act"),
        seconds(wandered.took)
    );
    out.push_str(&match wandered.found.len() {
        0 if wandered.findings.is_empty() => paint.good(format!("no trouble: {walked}")),
        0 => paint.bad("nobody walked: the files have mistakes".to_owned()),
        found => paint.bad(format!("{}: {walked}", counted(found, "trouble"))),
    });
    out.push('\n');
    out
}

/// Adds the text to a file, behind its cases, or creates the file.
fn put(folder: &Path, path: &str, text: &str, case_only: bool) -> Outcome {
    let file = folder.join(path);
    if !case_only {
        return save(&file, in_form(&file, text).as_deref().unwrap_or(text));
    }
    let old = fs::read_to_string(&file).map_err(|error| Failure::Failed(format!("cannot read `{path}`: {error}")))?;
    let new = append(&old, text).ok_or_else(|| {
        let why = "its `cases` are not the last thing in it, or not one below the other";
        Failure::Failed(format!("cannot add a case to `{path}`: {why}; put it there by hand:\n{text}"))
    })?;
    let was_in_form = in_form(&file, &old).is_some_and(|form| form == old);
    let formed = was_in_form.then(|| in_form(&file, &new)).flatten();
    save(&file, formed.as_deref().unwrap_or(&new))
}

/// The text formatted as by `transom fmt`, so that `fmt --check` accepts it. A file that was not formatted before is
/// not formatted.
fn in_form(path: &Path, text: &str) -> Option<String> {
    fmt::format(&SourceFile::new(path.display().to_string(), text)).ok()
}

fn save(path: &Path, text: &str) -> Outcome {
    fs::write(path, text).map_err(|error| Failure::Failed(format!("cannot write `{}`: {error}", path.display())))
}

fn remark(drafted: &RecordedTest) {
    let paint = Paint::stderr();
    for remark in &drafted.remarks {
        eprintln!("{} {remark}", paint.warn("note:"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FORMED: &str = "tests: a\ncases:\n  - name: one\n    steps:\n      - user: hi\n      - bot: Hello\n";
    const CASE: &str = "  - name: \"two\"\n    steps:\n      - user:   \"hi\"\n      - expect: {trouble: nothing}\n";

    fn put_into(old: &str) -> String {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("flows")).unwrap();
        fs::write(folder.path().join("flows/a.test.yaml"), old).unwrap();
        assert!(put(folder.path(), "flows/a.test.yaml", CASE, true).is_ok());
        fs::read_to_string(folder.path().join("flows/a.test.yaml")).unwrap()
    }

    #[test]
    fn a_file_in_form_stays_in_form() {
        let path = Path::new("a.test.yaml");
        assert_eq!(in_form(path, FORMED).as_deref(), Some(FORMED));
        let written = put_into(FORMED);
        assert_eq!(in_form(path, &written).as_deref(), Some(written.as_str()));
        assert!(written.contains("name: two"), "{written}");
    }

    #[test]
    fn an_authors_own_form_is_left_alone() {
        let own = FORMED.replace("user: hi", "user:   \"hi\"");
        assert!(put_into(&own).starts_with(&own));
    }
}
