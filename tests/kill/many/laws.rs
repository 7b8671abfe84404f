//! What must hold of a large fire that was disturbed, beside the same one in peace.

use crate::kill::{laws::quiet_log, phones::Arrival};
use std::{
    collections::{BTreeMap, BTreeSet},
    time::Instant,
};

/// What is left of a run when it has come to rest.
pub struct Outcome {
    /// By phone, what must arrive.
    pub meant: BTreeMap<String, &'static str>,
    pub phones: BTreeMap<String, Vec<Arrival>>,
    /// By the provider's id, when a status of it was first taken.
    pub told: BTreeMap<String, Instant>,
    /// How many people had got something at each death.
    pub reached: Vec<usize>,
    pub replayed: usize,
    /// `schedule report --csv` and `schedule explain`.
    pub report: String,
    pub explained: String,
    pub log: String,
    pub metrics: String,
}

/// Columns that tell when, and not what.
const TIMES: [&str; 3] = ["local", "first_at", "last_at"];

/// Panics with all that is broken, else says in a line what the run was like.
pub fn judge(seed: u64, deaths: usize, killed: &Outcome, peaceful: &Outcome) -> String {
    let mut wrong = Vec::new();
    let doubled = killed.everybody_got_theirs_once(&mut wrong);
    let extra = peaceful.everybody_got_theirs_once(&mut wrong);
    let (own, other) = (totals(&killed.report), totals(&peaceful.report));
    if own != other {
        wrong.push(format!("the report differs:\n{own:#?}\nand in peace\n{other:#?}"));
    }
    let (own, other) = (decided(&killed.explained), decided(&peaceful.explained));
    if own != other || own.is_empty() {
        wrong.push(format!("`schedule explain` differs:\n{own:#?}\nand in peace\n{other:#?}"));
    }
    quiet_log(&killed.log, &killed.metrics, &mut wrong);
    quiet_log(&peaceful.log, &peaceful.metrics, &mut wrong);
    if (extra, peaceful.replayed, killed.reached.len()) != (0, 0, deaths) {
        wrong.push(format!("in peace {extra} were doubled and {} replayed", peaceful.replayed));
    }
    let count = wrong.len();
    wrong.truncate(20);
    assert!(wrong.is_empty(), "seed {seed}: {count} laws broken:\n{}", wrong.join("\n"));
    let lives = killed.lives();
    assert!(lives * 2 > deaths, "the run was too easy: somebody was reached in {lives} lives of {deaths}");
    format!(
        "{} people, {deaths} deaths, reached in {lives} lives, {} replayed, {doubled} doubled that nobody could tell",
        killed.meant.len(),
        killed.replayed
    )
}

impl Outcome {
    /// Exactly what is meant, and one message of it. What arrives twice is a replay of one of which no status told.
    fn everybody_got_theirs_once(&self, wrong: &mut Vec<String>) -> usize {
        for (phone, what) in &self.meant {
            let got = self.phones.get(phone).map(Vec::as_slice).unwrap_or_default();
            let ids: BTreeSet<&str> = got.iter().map(|one| one.id.as_str()).collect();
            if ids.len() != 1 || got.iter().any(|one| one.text != *what) {
                wrong.push(format!("{phone} was meant to get `{what}` and got {got:?}"));
            }
        }
        let strangers = self.phones.keys().filter(|phone| !self.meant.contains_key(*phone));
        wrong.extend(strangers.map(|phone| format!("{phone} was not meant to get anything")));
        let mut doubled = 0;
        for (phone, got) in &self.phones {
            for pair in got.windows(2) {
                doubled += 1;
                if self.told.get(&pair[0].wamid).is_some_and(|at| *at < pair[1].at) {
                    wrong.push(format!("{phone} was reached again although a status had told of it"));
                }
            }
        }
        doubled
    }

    /// In how many lives of the process somebody was reached.
    fn lives(&self) -> usize {
        let mut ends = vec![0];
        ends.extend(&self.reached);
        ends.push(self.meant.len());
        ends.windows(2).filter(|pair| pair[0] < pair[1]).count()
    }
}

/// By column, of the one fire.
fn totals(csv: &str) -> BTreeMap<String, String> {
    let lines: Vec<Vec<&str>> = csv.lines().map(|line| line.split(',').collect()).collect();
    let [heading, fire] = &lines[..] else { panic!("one fire has one line:\n{csv}") };
    assert_eq!(heading.len(), fire.len(), "{csv}");
    let cells = heading.iter().zip(fire).filter(|(name, _)| !TIMES.contains(name) && **name != "trigger");
    cells.map(|(name, cell)| ((*name).to_owned(), (*cell).to_owned())).collect()
}

/// The last two columns of the table of past fires: how many, and what became of them.
fn decided(explained: &str) -> Vec<(String, String)> {
    let table = explained.lines().skip_while(|line| !line.starts_with("fire (local minute)")).skip(1);
    let words = |line: &str| line.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    table.map(words).filter_map(|words| Some((words.iter().rev().nth(1)?.clone(), words.last()?.clone()))).collect()
}
