//! Chooses the person of a team who gets the next case.

use crate::{
    base::{ids::AccountName, time::Time},
    flow::load::teams::Assign,
};
use std::collections::BTreeMap;

/// A person who can get cases of a team.
#[derive(Debug, Clone)]
pub(super) struct Candidate {
    pub id: i64,
    pub name: String,
    /// `None`: all.
    pub accounts: Option<Vec<AccountName>>,
    /// When they were last given a case of the team; `None`: never.
    pub last_given: Option<Time>,
}

pub(super) struct Candidates(Vec<Candidate>);

impl Candidates {
    pub fn new(all: Vec<Candidate>) -> Candidates {
        Candidates(all)
    }

    /// The person who gets the next case of this account; `None`: nobody has room. Of two who are equal the one whose
    /// last case is longer ago gets it, then the one who was added first, so the same state gives the same person.
    pub fn choose(
        &self,
        assign: Assign,
        at_most: Option<i64>,
        account: &AccountName,
        loads: &BTreeMap<String, i64>,
    ) -> Option<&Candidate> {
        let load = |candidate: &Candidate| loads.get(&candidate.name).copied().unwrap_or(0);
        let able = self.0.iter().filter(|candidate| {
            let sees = candidate.accounts.as_ref().is_none_or(|accounts| accounts.contains(account));
            sees && at_most.is_none_or(|most| load(candidate) < most)
        });
        match assign {
            Assign::ByHand => None,
            Assign::InTurn => able.min_by_key(|candidate| (candidate.last_given, candidate.id)),
            Assign::LeastBusy => able.min_by_key(|candidate| (load(candidate), candidate.last_given, candidate.id)),
        }
    }

    /// The person was given a case.
    pub fn given(&mut self, name: &str, now: Time) {
        // Two cases at the same moment count as two turns.
        let latest = self.0.iter().filter_map(|candidate| candidate.last_given).max();
        let at = latest.map_or(now, |latest| now.max(Time(latest.0 + 1)));
        if let Some(candidate) = self.0.iter_mut().find(|candidate| candidate.name == name) {
            candidate.last_given = Some(at);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn three() -> Candidates {
        let candidate = |(id, name): (i64, &str)| Candidate {
            id,
            name: name.into(),
            accounts: (name == "Cai").then(|| vec!["shop".into()]),
            last_given: None,
        };
        Candidates::new([(1, "Ana"), (2, "Bea"), (3, "Cai")].map(candidate).into())
    }

    /// The names in the order in which they get cases of an account at one moment.
    fn dealt(assign: Assign, at_most: Option<i64>, account: &str, cases: usize) -> Vec<String> {
        let (mut all, mut loads) = (three(), BTreeMap::from([("Ana".to_owned(), 1)]));
        let mut names = Vec::new();
        for _ in 0..cases {
            let Some(chosen) = all.choose(assign, at_most, &account.into(), &loads) else { break };
            let name = chosen.name.clone();
            all.given(&name, Time(5));
            *loads.entry(name.clone()).or_default() += 1;
            names.push(name);
        }
        names
    }

    #[test]
    fn people_get_cases_in_turn() {
        assert_eq!(dealt(Assign::InTurn, None, "shop", 4), ["Ana", "Bea", "Cai", "Ana"]);
    }

    #[test]
    fn whoever_has_fewest_gets_the_next() {
        assert_eq!(dealt(Assign::LeastBusy, None, "shop", 4), ["Bea", "Cai", "Ana", "Bea"]);
    }

    #[test]
    fn nobody_gets_more_than_the_team_allows_or_cases_of_an_account_they_do_not_see() {
        assert_eq!(dealt(Assign::InTurn, Some(1), "shop", 4), ["Bea", "Cai"]);
        assert_eq!(dealt(Assign::InTurn, Some(2), "other", 9), ["Ana", "Bea", "Bea"]);
        assert!(dealt(Assign::ByHand, None, "shop", 1).is_empty());
    }
}
