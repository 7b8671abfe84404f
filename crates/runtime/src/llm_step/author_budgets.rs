//! Finds the budgets that the bot's author has written for a question, and keeps them among the costs of a test case.

use super::budgets::{BudgetOf, refuse_beyond};
use crate::{
    base::{
        ids::{ContactId, FlowName, StepId},
        time::Time,
    },
    flow::FlowSet,
    model::{
        budget::{Budget, Budgets},
        effect::ModelError,
    },
};

/// The budgets of the live version for one question, also if its run finishes on an older version.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AuthorBudgets {
    bot: Budgets,
    /// The flow whose step asks.
    flow: Option<FlowName>,
    of_flow: Budgets,
}

impl AuthorBudgets {
    /// Those for a question of this step.
    pub fn of(set: &FlowSet, step: &StepId) -> AuthorBudgets {
        let budgets = |written: Option<&crate::model::budget::WrittenBudgets>| {
            written.map(|written| written.budgets.clone()).unwrap_or_default()
        };
        let flow = set.flow_of_question(step);
        let of_flow = flow.as_ref().and_then(|name| set.flow(name)?.budget.as_ref());
        AuthorBudgets { bot: budgets(set.bot.agents.budget.as_ref()), of_flow: budgets(of_flow), flow }
    }

    pub(super) fn flow(&self) -> Option<&FlowName> {
        self.flow.as_ref()
    }

    pub(super) fn each(&self) -> impl Iterator<Item = (BudgetOf, &Budgets)> {
        let of_flow = self.flow.iter().map(|flow| (BudgetOf::Flow(flow.clone()), &self.of_flow));
        [(BudgetOf::Bot, &self.bot)].into_iter().chain(of_flow)
    }
}

/// The costs of the answers in one case of an author's test: no model was asked, so the database has none of them.
#[derive(Debug, Clone, Default)]
pub struct CaseCosts(Vec<Paid>);

#[derive(Debug, Clone)]
struct Paid {
    contact: ContactId,
    flow: Option<FlowName>,
    cost: i64,
    at: Time,
}

impl CaseCosts {
    /// Counts an answer that was paid.
    pub fn add(&mut self, author: &AuthorBudgets, contact: ContactId, cost: i64, at: Time) {
        self.0.push(Paid { contact, flow: author.flow.clone(), cost, at });
    }

    /// Counts the answer of a mock, or says that it costs more than what is left.
    pub fn pay(&mut self, author: &AuthorBudgets, contact: ContactId, cost: i64, now: Time) -> Result<(), ModelError> {
        for (of, budgets) in author.each() {
            let spent = |budget: &Budget, on: Option<ContactId>| {
                let is_counted = |paid: &&Paid| {
                    let is_of = match &of {
                        BudgetOf::Model(_) | BudgetOf::Bot => true,
                        BudgetOf::Flow(flow) => paid.flow.as_ref() == Some(flow),
                    };
                    is_of && on.is_none_or(|contact| paid.contact == contact) && paid.at > now - budget.period
                };
                self.0.iter().filter(is_counted).map(|paid| paid.cost).fold(0, i64::saturating_add)
            };
            for budget in &budgets.all {
                refuse_beyond(spent(budget, None), cost, budget, &of, false)?;
            }
            for budget in &budgets.contact {
                refuse_beyond(spent(budget, Some(contact)), cost, budget, &of, true)?;
            }
        }
        self.add(author, contact, cost, now);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{base::place::SourceFile, flow};

    const BOT: &str = "bot: Shop
models: [main]
agents: {scope: bikes, budget: {all: 1.00/1d, contact: 0.60/1d}}
";
    const FLOW: &str = "flow: booking
when: [{message: book}]
budget: 0.50/1d
steps:
  - llm: Answer.
    as: answer
  - say: ${answer}
";

    fn set() -> FlowSet {
        let files = [SourceFile::new("flows/_bot.yaml", BOT), SourceFile::new("flows/booking.yaml", FLOW)];
        let (set, found) = flow::parse_set(&files);
        assert!(!found.iter().any(|finding| finding.is_error()), "{found:?}");
        set
    }

    #[test]
    fn a_question_has_the_budgets_of_the_bot_and_of_the_flow_whose_step_asks() {
        let set = set();
        let of =
            |step: &str| -> Vec<BudgetOf> { AuthorBudgets::of(&set, &step.into()).each().map(|(of, _)| of).collect() };
        let booking = || BudgetOf::Flow("booking".into());
        assert_eq!(of("booking.llm_1"), [BudgetOf::Bot, booking()]);
        assert_eq!(of("booking.llm_1.verify"), [BudgetOf::Bot, booking()]);
        assert_eq!(of("booking.of_an_older_version.verify"), [BudgetOf::Bot, booking()]);
        assert_eq!(of("booking.verify"), [BudgetOf::Bot, booking()], "a step may be called so");
        assert_eq!((of("meaning"), of("voice")), (vec![BudgetOf::Bot], vec![BudgetOf::Bot]));
    }

    #[test]
    fn the_answers_of_a_test_case_are_kept_within_the_budgets() {
        let set = set();
        let (booking, meaning) =
            (AuthorBudgets::of(&set, &"booking.llm_1".into()), AuthorBudgets::of(&set, &"meaning".into()));
        let (ana, ben, now) = (ContactId(1), ContactId(2), Time(0));
        let mut costs = CaseCosts::default();
        assert_eq!(costs.pay(&booking, ana, 500_000, now), Ok(()));
        let told = |error: Result<(), ModelError>| error.expect_err("nothing is left").text;
        assert!(told(costs.pay(&booking, ben, 1, now)).contains("0.50 in 1d for the flow `booking` 0.50 are"));
        assert!(told(costs.pay(&meaning, ana, 100_001, now)).contains("0.60 in 1d for the bot and one person 0.50"));
        assert_eq!(costs.pay(&meaning, ben, 500_000, now), Ok(()));
        assert!(told(costs.pay(&meaning, ana, 1, now)).contains("1.00 in 1d for the bot 1.00 are"));
        assert_eq!(costs.pay(&meaning, ana, 0, now), Ok(()), "a free answer needs nothing");
        assert_eq!(costs.pay(&booking, ana, 500_000, now + crate::base::time::Span::days(1)), Ok(()));
    }
}
