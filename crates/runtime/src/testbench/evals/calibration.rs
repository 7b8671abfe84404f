//! Calibrates the judge of an eval: it must get the labelled talks right before its verdicts count.

use super::{
    super::{Bot, look::failure, mocks_of, pace::Pace, report::FailedExpectation},
    ReadEval,
    aside::{AsideCost, Asked, JUDGE, Line},
    judge::{self, Verdict},
};
use crate::{
    base::diagnostic::Findings,
    flow::tools::testfile::evals::Calibration,
    http_step::calls::Calls,
    llm_step::{
        live::{LiveCase, Recorded},
        recording::RecordedCase,
    },
    model::effect::money,
    process::metrics::Metrics,
};
use serde_json::{Value as Json, json};

/// How the judge of a file did with its labelled talks.
#[derive(Debug, Default)]
pub struct CalibrationReport {
    /// The name of the judge in `models`.
    pub judge: String,
    pub labels: usize,
    /// The labels that it got wrong.
    pub wrong: Vec<FailedExpectation>,
    /// The reason why a label has no verdict.
    pub void: Option<String>,
    pub asked: AsideCost,
    /// Of the cost; empty: unknown.
    pub currency: String,
}

impl CalibrationReport {
    /// True if the verdicts of the judge count.
    pub fn is_good(&self) -> bool {
        self.wrong.is_empty() && self.void.is_none()
    }

    /// The labels that it got right.
    pub fn right(&self) -> usize {
        if self.void.is_some() { 0 } else { self.labels - self.wrong.len() }
    }

    pub(super) fn to_json(&self) -> Json {
        json!({
            "judge": self.judge, "good": self.is_good(), "labels": self.labels, "right": self.right(), "void": self.void,
            "wrong": self.wrong.iter().map(super::report::failure).collect::<Vec<_>>(),
            "questions": self.asked.questions, "cost": self.asked.cost.filter(|_| self.asked.questions > 0).map(money),
            "currency": self.currency,
        })
    }
}

/// The result for a file, with the answers of real models.
#[derive(Default)]
pub(super) struct Calibrated {
    pub report: CalibrationReport,
    pub recorded: Recorded,
}

/// Calibrates the judge of each file that judges a wanted case and has labels; else there is `None`.
pub(super) fn all(bot: &Bot, evals: &[Option<ReadEval>], name: Option<&str>) -> Vec<Option<Calibrated>> {
    let pace = Pace::whole_machine();
    let one = |at: usize| {
        let eval = evals.get(at)?.as_ref()?;
        let mut wanted = eval.file.cases.iter().filter(|case| name.is_none_or(|name| name == case.name));
        let is_judged = wanted.any(|case| case.judged().next().is_some());
        if eval.file.calibrations.is_empty() || !is_judged {
            return None;
        }
        let broken = |why: String| {
            let report = CalibrationReport { void: Some(why), ..CalibrationReport::default() };
            Calibrated { report, recorded: Recorded::default() }
        };
        let done = pace.block_on(calibrate(bot, eval));
        Some(match done {
            Ok(Some(done)) => done,
            Ok(None) => broken("the time was over".to_owned()),
            Err(error) => broken(format!("the judge could not be asked: {error}")),
        })
    };
    pace.side_by_side(evals.len(), one).into_iter().map(Option::flatten).collect()
}

async fn calibrate(bot: &Bot, eval: &ReadEval) -> Calibrated {
    let mut mocks = mocks_of(&[], &Findings::default());
    mocks.models.recorded = Some(RecordedCase::new(eval.calibration.clone()));
    let live = bot.live.as_ref().map(|models| LiveCase::begin(models, None));
    let calls = Calls::played(mocks, live, Metrics::new());
    let judge = bot.set.bot.agents.judge.clone().unwrap_or_default();
    let labels = eval.file.calibrations.len();
    let mut report = CalibrationReport { judge, labels, ..CalibrationReport::default() };
    for label in &eval.file.calibrations {
        let talk: Vec<Line<'_>> =
            label.talk.iter().map(|line| Line { is_customer: line.is_customer, text: &line.text }).collect();
        match judge::judge(&calls, &bot.set, &label.criterion, &talk).await {
            Asked::Answer(verdict) if verdict.holds == label.holds => {}
            Asked::Answer(verdict) => report.wrong.push(wrong(label, &verdict)),
            Asked::Unlike(failure) => report.wrong.push(*failure),
            Asked::Void(why) => {
                report.void = Some(why);
                break;
            }
        }
    }
    let recorded = calls.answered().unwrap_or_default();
    let answers = if bot.live.is_some() { recorded.questions.clone() } else { calls.recorded() };
    report.asked = AsideCost::of(&answers, JUDGE);
    report.currency = super::currency_of(&answers);
    Calibrated { report, recorded }
}

fn wrong(label: &Calibration, verdict: &Verdict) -> FailedExpectation {
    let said = |holds: bool| if holds { "yes" } else { "no" };
    let lines = label.talk.iter().map(|line| format!("{} {}", if line.is_customer { '<' } else { '>' }, line.text));
    let talk = lines.collect::<Vec<_>>().join("\n");
    let what = format!("the judge gets a labelled talk wrong: {}", label.criterion.text);
    let expected = format!("{}, of this talk:\n{talk}", said(label.holds));
    failure(&label.criterion.place, &what, expected, format!("{}: {}", said(verdict.holds), verdict.reason))
}
