//! Checks a test's expectations of the papers that replies were taken from.

use super::{Stop, look::failure, world::World};
use crate::{
    flow::tools::testfile::{Expected, PaperPart},
    model::effect::CitedPart,
};

impl World<'_> {
    /// Each named part must be among those of the replies since the last act; `nothing`: there must be none.
    pub(super) fn look_at_papers(&self, expected: &Expected) -> Result<(), Stop> {
        let knowledge = &self.bot.set.knowledge;
        let cited = &self.cited[self.since.cited..];
        for node in expected.value.one_or_many() {
            let written = node.text().unwrap_or_default().trim();
            let part = (written != "nothing").then(|| PaperPart::parse(written));
            let is_met = match &part {
                None => cited.is_empty(),
                Some(part) => cited.iter().any(|cited| part.is_in(knowledge, &cited.file, &cited.headings)),
            };
            if !is_met {
                let (what, wanted) = match part {
                    None => ("a reply was taken from papers", "no part of the papers".to_owned()),
                    Some(part) => ("no reply was taken from this part", part.to_string()),
                };
                return Err(failure(&node.place, what, wanted, listed(cited)).into());
            }
        }
        Ok(())
    }
}

fn listed(cited: &[CitedPart]) -> String {
    match cited.is_empty() {
        true => "no part of the papers".to_owned(),
        false => cited.iter().map(CitedPart::to_string).collect::<Vec<_>>().join("\n"),
    }
}
