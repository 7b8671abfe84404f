//! Reports the results of an import: counts, and every refused row.

use crate::{
    base::limits::IMPORT_REFUSED_SHOWN_MAX,
    cli::{
        Failure, Outcome,
        terminal::{out, paint::Paint, screen, table},
    },
};
use std::{
    fs::File,
    io::IsTerminal,
    path::{Path, PathBuf},
};

/// A refused row.
pub struct Refused {
    pub line: u64,
    pub reason: String,
}

pub struct Report {
    pub created: u64,
    pub changed: u64,
    pub unchanged: u64,
    refused: u64,
    /// The first refused rows, for the terminal.
    shown: Vec<Refused>,
    file: Option<(PathBuf, csv::Writer<File>)>,
    columns: usize,
}

impl Report {
    /// A report; `path` is the file for refused rows, with the headings of the table.
    pub fn new(path: Option<&Path>, delimiter: u8, headings: &csv::StringRecord) -> Result<Report, Failure> {
        let file = match path {
            None => None,
            Some(path) => {
                let writer = csv::WriterBuilder::new().delimiter(delimiter).from_path(path);
                Some((path.to_owned(), writer.map_err(|error| cannot_write(path, &error))?))
            }
        };
        let columns = headings.len();
        let (created, changed, unchanged, refused) = (0, 0, 0, 0);
        let mut report = Report { created, changed, unchanged, refused, shown: Vec::new(), file, columns };
        report.write(headings.iter(), "line", "reason")?;
        Ok(report)
    }

    pub fn refuse(&mut self, refused: Refused, record: &csv::StringRecord) -> Outcome {
        self.refused += 1;
        let columns = self.columns;
        let cells = (0..columns).map(|place| record.get(place).unwrap_or_default());
        self.write(cells, &refused.line.to_string(), &refused.reason)?;
        if self.shown.len() < IMPORT_REFUSED_SHOWN_MAX {
            self.shown.push(refused);
        }
        Ok(())
    }

    /// True if the daemon has already accepted rows of the table.
    pub fn has_taken_some(&self) -> bool {
        self.created + self.changed + self.unchanged > 0
    }

    pub fn counts(&self) -> String {
        let Report { created, changed, unchanged, refused, .. } = self;
        format!("{created} new, {changed} changed, {unchanged} as they were, {refused} refused")
    }

    /// Prints the summary; refused rows make the command fail.
    pub fn finish(mut self, dry_run: bool) -> Outcome {
        if std::io::stderr().is_terminal() {
            eprint!("{}{}", screen::code("G"), screen::code("K"));
        }
        if let Some((path, writer)) = &mut self.file {
            writer.flush().map_err(|error| Failure::Failed(format!("cannot write `{}`: {error}", path.display())))?;
        }
        self.shown.sort_by_key(|refused| refused.line);
        if out::is_json() {
            let refused = self.shown.iter().map(|one| serde_json::json!({"line": one.line, "reason": one.reason}));
            out::document(&serde_json::json!({
                "dry_run": dry_run, "created": self.created, "changed": self.changed, "unchanged": self.unchanged,
                "refused": self.refused, "first_refused": refused.collect::<Vec<_>>(),
                "report": self.file.as_ref().map(|(path, _)| path),
            }));
            return if self.refused > 0 { Err(Failure::Said) } else { Ok(()) };
        }
        let rows: Vec<Vec<String>> =
            self.shown.iter().map(|refused| vec![refused.line.to_string(), refused.reason.clone()]).collect();
        if !rows.is_empty() {
            table::print(&["line", "refused because"], &rows, "");
            println!();
        }
        let more = self.refused.saturating_sub(self.shown.len() as u64);
        match &self.file {
            Some((path, _)) if self.refused > 0 => {
                println!(
                    "`{}` has the refused rows, with line and reason; mend them there and import it.",
                    path.display()
                );
            }
            None if more > 0 => println!("… and {more} more; `--report FILE.csv` writes all of them."),
            _ => {}
        }
        let what = if dry_run { "would be " } else { "" };
        let counts = self.counts();
        let paint = Paint::stdout();
        let counts = if self.refused > 0 { paint.warn(counts) } else { paint.good(counts) };
        println!("{what}{counts}");
        if self.refused > 0 { Err(Failure::Said) } else { Ok(()) }
    }

    fn write<'a>(&mut self, cells: impl Iterator<Item = &'a str>, line: &'a str, reason: &'a str) -> Outcome {
        let Some((path, writer)) = &mut self.file else { return Ok(()) };
        let written = writer.write_record(cells.chain([line, reason]));
        written.map_err(|error| cannot_write(path, &error))
    }
}

fn cannot_write(path: &Path, error: &csv::Error) -> Failure {
    Failure::Failed(format!("cannot write `{}`: {error}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_refused_rows_can_be_mended_where_they_are_written() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("refused.csv");
        let headings = csv::StringRecord::from(vec!["phone", "name"]);
        let mut report = Report::new(Some(&path), b';', &headings).unwrap();
        let record = csv::StringRecord::from(vec!["12", "Ana; B"]);
        report.refuse(Refused { line: 3, reason: "`12` is no phone number".into() }, &record).unwrap();
        report.refuse(Refused { line: 9, reason: "it is not UTF-8".into() }, &csv::StringRecord::new()).unwrap();
        assert!(matches!(report.finish(false), Err(Failure::Said)));
        let text = std::fs::read_to_string(path).unwrap();
        assert_eq!(text, "phone;name;line;reason\n12;\"Ana; B\";3;`12` is no phone number\n;;9;it is not UTF-8\n");
    }
}
