//! Reports evals: how many plays of each case kept all rules, how sure that is, and what a play costs.

use super::{
    super::{live::LiveReport, report::TranscriptLine},
    FailedExpectation,
    aside::AsideCost,
    calibration::CalibrationReport,
};
use crate::{
    base::{counted::counted, diagnostic::Diagnostic, place::Place},
    model::effect::money,
};
use serde_json::{Value as Json, json};
use std::{fmt::Write as _, time::Duration};

/// The results of a run.
#[derive(Debug, Default)]
pub struct EvalReport {
    /// Errors of the bot itself; then nothing was run.
    pub findings: Vec<Diagnostic>,
    pub files: Vec<EvalFileReport>,
    pub took: Duration,
    /// Of the real models that were asked.
    pub live: Option<LiveReport>,
}

#[derive(Debug, Default)]
pub struct EvalFileReport {
    pub path: String,
    /// Findings in the file; with errors its cases were not run.
    pub findings: Vec<Diagnostic>,
    pub cases: Vec<EvalCaseReport>,
    /// `None`: the judge has no labelled talks, or no wanted case asks it.
    pub calibration: Option<CalibrationReport>,
}

#[derive(Debug)]
pub struct EvalCaseReport {
    pub name: String,
    /// The place of its name.
    pub place: Place,
    /// The model that `--models` asked; `None`: those of the bot.
    pub model: Option<String>,
    pub outcome: EvalOutcome,
}

#[derive(Debug)]
pub enum EvalOutcome {
    /// A talk. `pass`: the share that must keep all rules, in percent. `wanted`: how often it should have been played.
    Played { plays: Vec<EvalPlay>, pass: u8, wanted: usize },
    /// A question to the papers; `missed`: the wanted part was not found.
    Searched { missed: Option<FailedExpectation> },
}

/// One play of a talk.
#[derive(Debug, Default)]
pub struct EvalPlay {
    /// The broken rules.
    pub failures: Vec<FailedExpectation>,
    /// The reason why the play says nothing about a model: one gave no answer, an answer is not recorded, or the runtime
    /// itself failed. Then no rule was checked.
    pub void: Option<String>,
    pub notes: Vec<String>,
    pub transcript: Vec<TranscriptLine>,
    /// Of the bot's own questions, in millionths of the currency unit; `None`: a model has no prices.
    pub cost: Option<i64>,
    /// Of the costs; empty: a model has no prices, or none was asked.
    pub currency: String,
    /// The time of all answers to the bot together, in milliseconds; `None`: it was not recorded.
    pub ms: Option<u64>,
    /// Of the bot.
    pub questions: usize,
    /// The questions to the judge.
    pub judge: AsideCost,
    /// The questions to the model that plays the customer.
    pub customer: AsideCost,
}

/// The plays that kept all rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PassRate {
    pub passed: usize,
    pub plays: usize,
}

/// The lines of a transcript that are shown, newest last.
const LINES_SHOWN: usize = 20;

impl EvalReport {
    pub fn cases(&self) -> impl Iterator<Item = (&EvalFileReport, &EvalCaseReport)> {
        self.files.iter().flat_map(|file| file.cases.iter().map(move |case| (file, case)))
    }

    pub fn failed(&self) -> usize {
        self.cases().filter(|(_, case)| !case.is_good()).count()
    }

    /// The number of errors that kept files from being run.
    pub fn errors(&self) -> usize {
        let of_files = self.files.iter().flat_map(|file| &file.findings);
        self.findings.iter().chain(of_files).filter(|finding| finding.is_error()).count()
    }

    pub fn is_good(&self) -> bool {
        self.failed() == 0 && self.errors() == 0
    }

    /// For machines: `{passed, failed, errors, ms, findings, files: [{path, findings, cases: […], calibration}], live}`.
    pub fn to_json(&self) -> Json {
        let files: Vec<Json> = self
            .files
            .iter()
            .map(|file| {
                let cases: Vec<Json> = file.cases.iter().map(EvalCaseReport::to_json).collect();
                let calibration = file.calibration.as_ref().map(CalibrationReport::to_json);
                json!({"path": file.path, "findings": file.findings, "cases": cases, "calibration": calibration})
            })
            .collect();
        let all = self.cases().count();
        let mut json = json!({
            "passed": all - self.failed(), "failed": self.failed(), "errors": self.errors(),
            "ms": u64::try_from(self.took.as_millis()).unwrap_or(u64::MAX), "findings": self.findings,
            "files": files,
        });
        if let Some(live) = &self.live {
            json["live"] = live.to_json();
        }
        json
    }
}

impl EvalCaseReport {
    /// True if enough plays kept all rules, or the part was found.
    pub fn is_good(&self) -> bool {
        match &self.outcome {
            EvalOutcome::Played { pass, .. } => {
                let PassRate { passed, plays } = self.rate();
                plays > 0 && passed * 100 >= usize::from(*pass) * plays
            }
            EvalOutcome::Searched { missed } => missed.is_none(),
        }
    }

    pub fn rate(&self) -> PassRate {
        match &self.outcome {
            EvalOutcome::Played { plays, .. } => {
                PassRate { passed: plays.iter().filter(|play| play.is_good()).count(), plays: plays.len() }
            }
            EvalOutcome::Searched { missed } => PassRate { passed: usize::from(missed.is_none()), plays: 1 },
        }
    }

    /// The mean cost of a play in millionths of the currency unit; `None`: unknown, or no model was asked.
    pub fn cost(&self) -> Option<i64> {
        let EvalOutcome::Played { plays, .. } = &self.outcome else { return None };
        let sum: i64 = plays.iter().map(|play| play.cost).sum::<Option<i64>>()?;
        let count = i64::try_from(plays.len()).ok().filter(|_| plays.iter().any(|play| play.questions > 0))?;
        Some(sum / count)
    }

    /// The mean cost in a play of the questions to the judge, or to the customer's model, in millionths of the currency
    /// unit; `None`: unknown, or none was asked.
    pub fn aside_cost(&self, of: impl Fn(&EvalPlay) -> AsideCost) -> Option<i64> {
        let EvalOutcome::Played { plays, .. } = &self.outcome else { return None };
        let asked: Vec<AsideCost> = plays.iter().map(of).collect();
        let count = i64::try_from(plays.len()).ok().filter(|_| asked.iter().any(|asked| asked.questions > 0))?;
        Some(asked.iter().map(|asked| asked.cost).sum::<Option<i64>>()? / count)
    }

    /// The currency of the cost; empty: unknown.
    pub fn currency(&self) -> &str {
        let EvalOutcome::Played { plays, .. } = &self.outcome else { return "" };
        plays.iter().map(|play| play.currency.as_str()).find(|currency| !currency.is_empty()).unwrap_or_default()
    }

    /// The median of the models' time in a play, in milliseconds; `None`: unknown, or no model was asked.
    pub fn median_ms(&self) -> Option<u64> {
        let EvalOutcome::Played { plays, .. } = &self.outcome else { return None };
        let mut all: Vec<u64> =
            plays.iter().map(|play| play.ms.filter(|_| play.questions > 0)).collect::<Option<_>>()?;
        all.sort_unstable();
        all.get(all.len().checked_sub(1)? / 2).copied()
    }

    /// How many of the wanted plays are not recorded; then there are fewer.
    pub fn unrecorded(&self) -> usize {
        match &self.outcome {
            EvalOutcome::Played { plays, wanted, .. } if self.asks_models() => wanted.saturating_sub(plays.len()),
            EvalOutcome::Played { .. } | EvalOutcome::Searched { .. } => 0,
        }
    }

    /// True if a play has asked a model; only then plays differ.
    pub fn asks_models(&self) -> bool {
        match &self.outcome {
            EvalOutcome::Played { plays, .. } => {
                plays.iter().any(|play| play.questions + play.judge.questions + play.customer.questions > 0)
            }
            EvalOutcome::Searched { .. } => false,
        }
    }

    fn to_json(&self) -> Json {
        let PassRate { passed, plays } = self.rate();
        let mut json = json!({
            "name": self.name, "line": self.place.line(), "model": self.model, "good": self.is_good(),
            "plays": plays, "passed": passed, "cost": self.cost().map(money), "currency": self.currency(), "ms": self.median_ms(),
        });
        match &self.outcome {
            EvalOutcome::Played { plays, pass, .. } => {
                let (low, high) = self.rate().interval();
                let of_play = |(number, play): (usize, &EvalPlay)| {
                    let transcript: Vec<String> = play.transcript.iter().map(ToString::to_string).collect();
                    json!({
                        "play": number + 1, "void": play.void, "notes": play.notes, "transcript": transcript,
                        "failures": play.failures.iter().map(failure).collect::<Vec<_>>(),
                    })
                };
                let failed: Vec<Json> =
                    plays.iter().enumerate().filter(|(_, play)| !play.is_good()).map(of_play).collect();
                json["judge"] = json!(self.aside_cost(|play| play.judge).map(money));
                json["customer"] = json!(self.aside_cost(|play| play.customer).map(money));
                json["kind"] = "talk".into();
                json["pass"] = json!(pass);
                json["interval"] = json!([low, high]);
                json["failed"] = failed.into();
            }
            EvalOutcome::Searched { missed } => {
                json["kind"] = "finds".into();
                json["failed"] = missed.iter().map(failure).collect::<Vec<_>>().into();
            }
        }
        json
    }

    /// The first play that failed, with its transcript, on several lines; `None` if none did.
    pub fn explain(&self) -> Option<String> {
        let plays = match &self.outcome {
            EvalOutcome::Played { plays, .. } => plays,
            EvalOutcome::Searched { missed } => return missed.as_ref().map(|failure| format!("{failure}\n")),
        };
        let (number, play) = plays.iter().enumerate().find(|(_, play)| !play.is_good())?;
        let mut text = String::new();
        if plays.len() > 1 {
            let _ = writeln!(text, "play {} of {}:", number + 1, plays.len());
        }
        for failure in &play.failures {
            let _ = writeln!(text, "{failure}");
        }
        for note in play.void.iter().chain(&play.notes) {
            let _ = writeln!(text, "  note:     {}", note.replace('\n', "\n            "));
        }
        text.push_str("  what happened:\n");
        let left_out = play.transcript.len().saturating_sub(LINES_SHOWN);
        if left_out > 0 {
            let _ = writeln!(text, "    ({} before)", counted(left_out, "line"));
        }
        for TranscriptLine { mark, text: said, .. } in &play.transcript[left_out..] {
            let _ = writeln!(text, "    {mark} {said}");
        }
        Some(text)
    }
}

impl EvalPlay {
    pub fn is_good(&self) -> bool {
        self.failures.is_empty() && self.void.is_none()
    }
}

impl PassRate {
    /// The 95 % interval of the true rate by Wilson's score, in percent: 5 of 5 plays are 57 to 100.
    pub fn interval(self) -> (u8, u8) {
        const Z: f64 = 1.96;
        if self.plays == 0 {
            return (0, 100);
        }
        let count = |number: usize| f64::from(u32::try_from(number).unwrap_or(u32::MAX));
        let (n, rate) = (count(self.plays), count(self.passed) / count(self.plays));
        let middle = rate + Z * Z / (2.0 * n);
        let spread = Z * (rate * (1.0 - rate) / n + Z * Z / (4.0 * n * n)).sqrt();
        let bound = |value: f64| percent(value / (1.0 + Z * Z / n));
        (bound(middle - spread), bound(middle + spread))
    }
}

/// A share as whole percent.
fn percent(share: f64) -> u8 {
    let rounded = (share.clamp(0.0, 1.0) * 100.0).round();
    (0..=100).find(|percent| f64::from(*percent) >= rounded).unwrap_or(100)
}

pub(super) fn failure(failure: &FailedExpectation) -> Json {
    json!({
        "file": failure.place.path(), "line": failure.place.line(), "column": failure.place.column(),
        "what": failure.what, "expected": failure.expected, "got": failure.got,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_interval_of_a_rate_narrows_with_the_plays() {
        let interval = |passed, plays| PassRate { passed, plays }.interval();
        assert_eq!(interval(5, 5), (57, 100));
        assert_eq!(interval(3, 5), (23, 88));
        assert_eq!(interval(0, 5), (0, 43));
        assert_eq!(interval(95, 100), (89, 98));
        assert_eq!(interval(0, 0), (0, 100));
    }
}
