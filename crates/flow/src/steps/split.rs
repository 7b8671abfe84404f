//! Implements `split`: assigns each contact to one of several branches at random, and always to the same one.

use super::StepKind;
use crate::{base::{diagnostic::Diagnostic, limits::SPLIT_WEIGHT_MAX}, definition::Body, load::{spec::{FieldKind, FieldSpec, Spec}, step_fields::StepFields}, engine::turn::{Here, Next, Turn}, model::effect::Effect};
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
        let name = fields.name("split");
        fields.required("cases");
        let mut cases: Vec<Case> = Vec::new();
        for entry in fields.map("cases") {
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
        if cases.len() < 2 || cases.iter().all(|case| case.weight == 0) {
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
