//! Implements `split`: assigns each contact to one of several branches at random, and always to the same one.

use super::StepKind;
use crate::{base::{diagnostic::Diagnostic, fix::Fix, limits::SPLIT_WEIGHT_MAX, yaml::Entry}, definition::Body, load::{spec::{FieldKind, FieldSpec, Spec}, step_fields::StepFields}, engine::turn::{Here, Next, Turn}, model::effect::Effect};
use sha2::{Digest, Sha256};

pub struct Split {
    pub name: String,
    pub cases: Vec<Case>,
}

pub struct Case {
    pub name: String,
    pub weight: u64,
    pub body: Body,
}

const WAY: FieldKind = FieldKind::Either(&[
    FieldKind::Steps,
    FieldKind::Record(&[
        FieldSpec::default("weight", FieldKind::Whole, "1", "How many contacts go this way, beside the other weights."),
        FieldSpec::optional("do", FieldKind::Steps, "What to do with them."),
    ]),
]);

impl StepKind for Split {
    const SPEC: Spec = Spec {
        name: "split",
        summary: "Sends each contact one of several ways by chance, and the same contact always the same way.",
        fields: &[
            FieldSpec::required(
                "split",
                FieldKind::Name,
                "The name of the trial. It is counted by case (`transom_splits_total`), and every `split` of this \
                 name sends a contact the same way.",
            ),
            FieldSpec::required(
                "cases",
                FieldKind::MapOf(&WAY),
                "By name, the steps of each way, or `{weight: 3, do: steps}`. A weight is 1 unless written; 0 takes \
                 nobody new.",
            ),
        ],
        example: "split: greeting\ncases:\n  short: [{say: Hi!}]\n  long: {weight: 2, do: [{say: How nice to hear from you!}]}",
    };

    fn parse(fields: &mut StepFields<'_, '_>) -> Self {
        let misplaced = misplaced_ways(fields);
        let told = misplaced.is_some();
        let name = if told { String::new() } else { fields.name("split") };
        if !told {
            fields.required("cases");
        }
        let mut cases: Vec<Case> = Vec::new();
        for entry in misplaced.unwrap_or_else(|| fields.map("cases").iter().collect()) {
            let key = entry.key.text.as_str();
            let has = |key: &str| entry.value.get(key).is_some();
            // A single `repeat` has a `do` of its own.
            let weighed = has("weight") || has("do") && !has("repeat");
            let (weight, steps) = if weighed {
                let mut keys = fields.below(&entry.value, "case");
                let (weight, steps) = (keys.whole("weight", 1, 0..=SPLIT_WEIGHT_MAX), keys.node("do"));
                keys.finish();
                (weight, steps)
            } else {
                (1, Some(&entry.value))
            };
            let body = steps.map_or(fields.next(), |steps| fields.body_of(key, steps));
            cases.push(Case { name: key.to_owned(), weight: u64::try_from(weight).unwrap_or(0), body });
        }
        // Missing cases have a finding of their own.
        let written = !told && fields.has("cases");
        if written && (cases.len() < 2 || cases.iter().all(|case| case.weight == 0)) {
            let finding = Diagnostic::error("E251", &fields.place(), "a `split` needs at least two ways, and some weight");
            fields.report(finding.help("write `cases: {a: [steps], b: [steps]}`"));
        }
        Split { name, cases }
    }

    fn run<'a>(&self, turn: &mut Turn<'a>, here: Here<'a>) -> Next {
        let known = turn.contact.splits.get(&self.name);
        let kept = known.and_then(|known| self.cases.iter().find(|case| case.name == *known));
        let fresh = kept.is_none();
        let Some(case) = kept.or_else(|| self.draw(turn.world.contact.id.0)) else { return Next::Continue };
        if fresh {
            turn.contact.splits.insert(self.name.clone(), case.name.clone());
            turn.contact_changed = true;
        }
        turn.note_at(here, format!("split `{}`: `{}`", self.name, case.name));
        turn.effects.push(Effect::Split { name: self.name.clone(), case: case.name.clone(), fresh });
        Next::Body(case.body)
    }
}

/// The ways of a `split` that stand where its name belongs, or beside it, which is reported. A list has no names for
/// them.
fn misplaced_ways<'a>(fields: &mut StepFields<'a, '_>) -> Option<Vec<&'a Entry>> {
    let written = fields.entry("split")?;
    if fields.has("cases") || written.value.is_broken() {
        return None;
    }
    if let Some(name) = written.value.text() {
        let ways: Vec<&Entry> = fields.unread().filter(|entry| entry.key.text != "on_error" && is_way(entry)).collect();
        let [first, second, ..] = ways[..] else { return None };
        let listed = listed(&ways);
        let message = format!("the ways of a `split` stand under `cases`, and `{}` stands beside it", first.key.text);
        let finding = Diagnostic::error("E203", &first.key.place, message).label(&second.key.place, "and here");
        fields.report(finding.help(format!("write `cases: {listed}` below `split: {name}`")));
        fields.leave_unread();
        return Some(ways);
    }
    let ways: Vec<&Entry> = written.value.map().unwrap_or_default().iter().collect();
    let listed = if ways.is_empty() { "{a: [steps], b: [steps]}".to_owned() } else { listed(&ways) };
    let message = format!("`split` takes the name of the trial, and this is {}", written.value.describe());
    let finding = Diagnostic::error("E208", &written.key.place, message);
    let help = format!("write `split: trial`, or a better name, and below it `cases: {listed}`");
    // In a map of one line the new key would need a comma.
    let text = written.key.place.file().text();
    let before = text.get(..written.key.place.range().start).unwrap_or_default();
    let in_braces = before.trim_end().ends_with(['{', ',']);
    let indent = " ".repeat(written.key.place.column().saturating_sub(1));
    let new_key = format!("split: trial\n{indent}cases");
    let fix = Fix::replace("give it a name and `cases:`", &written.key.place, new_key).guess();
    let takes_steps = !ways.is_empty() && ways.iter().all(|entry| entry.value.scalar().is_none());
    fields.report(finding.help(help).fix_if((takes_steps && !in_braces).then_some(fix)));
    Some(ways.into_iter().filter(|entry| entry.value.scalar().is_none()).collect())
}

/// True for a name with steps, or with `{weight, do}`.
fn is_way(entry: &Entry) -> bool {
    let value = &entry.value;
    value.list().is_some() || value.map().is_some()
}

/// The ways as they are to be written; a number is taken for a weight.
fn listed(ways: &[&Entry]) -> String {
    let way = |entry: &&Entry| match entry.value.text().and_then(numeral_of_weight) {
        Some(weight) => format!("{}: {{weight: {weight}, do: [steps]}}", entry.key.text),
        None => format!("{}: [steps]", entry.key.text),
    };
    format!("{{{}}}", ways.iter().map(way).collect::<Vec<_>>().join(", "))
}

/// The weight in `50` or `50%`.
fn numeral_of_weight(text: &str) -> Option<u64> {
    text.trim().trim_end_matches('%').trim_end().parse().ok()
}

impl Split {
    /// Draws by a hash of contact and name: as even as chance, and the same on every machine.
    fn draw(&self, contact: i64) -> Option<&Case> {
        let all: u64 = self.cases.iter().map(|case| case.weight).sum();
        let hash = Sha256::digest(format!("{}\n{contact}", self.name));
        let mut place = u64::from_be_bytes(hash.first_chunk().copied().unwrap_or_default()).checked_rem(all)?;
        self.cases.iter().find(|case| match place.checked_sub(case.weight) {
            None => true,
            Some(rest) => {
                place = rest;
                false
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(weights: &[u64]) -> Split {
        let case = |(place, weight): (usize, &u64)| Case { name: place.to_string(), weight: *weight, body: Body(None) };
        Split { name: "trial".into(), cases: weights.iter().enumerate().map(case).collect() }
    }

    #[test]
    fn contacts_are_spread_by_weight() {
        let split = split(&[1, 3, 0]);
        let mut counts = [0; 3];
        for contact in 0..4000 {
            counts[split.draw(contact).unwrap().name.parse::<usize>().unwrap()] += 1;
        }
        assert!((900..1100).contains(&counts[0]) && counts[2] == 0, "{counts:?}");
    }

    #[test]
    fn two_trials_do_not_go_together() {
        let (one, mut other) = (split(&[1, 1]), split(&[1, 1]));
        other.name = "another".into();
        let same = (0..1000).filter(|n| one.draw(*n).unwrap().name == other.draw(*n).unwrap().name).count();
        assert!((400..600).contains(&same), "{same}");
    }
}
