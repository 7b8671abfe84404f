//! Reserves the most that a question may cost before it leaves. One daemon at a time acts for a database, and it reserves
//! one question with budgets after the other, whatever model it is for: so no two share the money that is left.

use super::author_budgets::AuthorBudgets;
use crate::{
    base::{
        ids::{ContactId, FlowName},
        limits::MODEL_BUDGET_ALARM_PERCENT,
        time::Time,
    },
    config::Model,
    model::{
        budget::{Budget, Budgets},
        effect::{ModelError, ModelErrorKind, money},
    },
    store::{
        Store, WriteSet,
        tables::model_call::{self, MoneyOf, ReservedCall},
    },
};
use std::{collections::BTreeMap, fmt, sync::PoisonError};
use tokio::sync::Mutex;

/// The questions that a budget is for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum BudgetOf {
    /// Of the configuration: all questions to this model.
    Model(String),
    /// All questions of the bot.
    Bot,
    /// The questions of its steps.
    Flow(FlowName),
}

impl BudgetOf {
    fn money(&self) -> MoneyOf<'_> {
        match self {
            BudgetOf::Model(name) => MoneyOf::Model(name),
            BudgetOf::Bot => MoneyOf::Bot,
            BudgetOf::Flow(name) => MoneyOf::Flow(name.as_str()),
        }
    }
}

impl fmt::Display for BudgetOf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            BudgetOf::Model(name) => write!(f, "the model `{name}`"),
            BudgetOf::Bot => write!(f, "the bot"),
            BudgetOf::Flow(name) => write!(f, "the flow `{name}`"),
        }
    }
}

/// A budget for all people of which most is used up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BudgetAlarm {
    pub of: BudgetOf,
    pub budget: Budget,
    /// Spent and reserved in the period that ends now, in millionths of the currency unit.
    pub spent: i64,
}

/// The most that the questions of one command may cost together, in millionths of the currency unit.
#[derive(Debug)]
pub struct Ceiling {
    left: std::sync::Mutex<i64>,
}

/// Money for one question. Without an answer it stays spent.
pub(super) struct HeldMoney<'a> {
    ceiling: &'a Ceiling,
    amount: i64,
}

impl Ceiling {
    pub fn new(amount: i64) -> Ceiling {
        Ceiling { left: std::sync::Mutex::new(amount) }
    }

    /// Takes the most that a question may cost; `None` if less is left.
    pub(super) fn hold(&self, amount: i64) -> Option<HeldMoney<'_>> {
        let mut left = self.left.lock().unwrap_or_else(PoisonError::into_inner);
        if amount > *left {
            return None;
        }
        *left -= amount;
        Some(HeldMoney { ceiling: self, amount })
    }
}

impl HeldMoney<'_> {
    /// Gives back all but the cost.
    pub fn settle(self, cost: i64) {
        let mut left = self.ceiling.left.lock().unwrap_or_else(PoisonError::into_inner);
        *left = left.saturating_add(self.amount).saturating_sub(cost);
    }
}

/// Held while the money of one question is looked for and reserved, for all models: a budget of the bot or of a flow is over
/// several. It remembers when this process last gave the alarm of each budget.
#[derive(Debug, Default)]
pub(super) struct Till(Mutex<BTreeMap<(BudgetOf, Budget), Time>>);

impl Till {
    /// Writes the reservation down, or says why there is none. Nothing may be asked without it. Adds the alarms of budgets
    /// to `alarms`, each once in its period.
    pub async fn reserve(
        &self,
        store: &Store,
        model: &Model,
        author: &AuthorBudgets,
        row: ReservedCall,
        alarms: &mut Vec<BudgetAlarm>,
    ) -> Result<(), ModelError> {
        let mut all: Vec<(BudgetOf, &Budgets)> = vec![(BudgetOf::Model(row.model.clone()), &model.budgets)];
        all.extend(author.each());
        all.retain(|(_, budgets)| !budgets.is_empty());
        // Two questions that share no budget need not wait for each other.
        let mut told = if all.is_empty() { None } else { Some(self.0.lock().await) };
        for (of, budgets) in all {
            for budget in &budgets.all {
                let spent = spent(store, &of, budget, &row, None).await?;
                if let Some(told) = told.as_mut().filter(|_| is_most(spent, budget))
                    && notes(told, (&of, budget), row.at)
                {
                    alarms.push(BudgetAlarm { of: of.clone(), budget: *budget, spent });
                }
                refuse_beyond(spent, row.cost, budget, &of, false)?;
            }
            for budget in &budgets.contact {
                let spent = spent(store, &of, budget, &row, Some(row.contact_id)).await?;
                refuse_beyond(spent, row.cost, budget, &of, true)?;
            }
        }
        let mut set = WriteSet::new();
        set.push(&model_call::RESERVE, &row);
        let unwritten = |why: String| {
            tracing::warn!(error = why, "A question to a model was not asked, because its cost cannot be written down");
            ModelError::new(ModelErrorKind::ModelDown, "the database does not take the cost of the question")
        };
        store.commit(set).await.map(drop).map_err(|error| unwritten(error.to_string()))
    }
}

/// True if so much of the budget is used up that the operator hears of it.
fn is_most(spent: i64, budget: &Budget) -> bool {
    spent.saturating_mul(100) >= budget.amount.saturating_mul(MODEL_BUDGET_ALARM_PERCENT)
}

/// Notes the alarm; false if it was given within the period of the budget.
fn notes(told: &mut BTreeMap<(BudgetOf, Budget), Time>, (of, budget): (&BudgetOf, &Budget), now: Time) -> bool {
    // Budgets that are no longer written go, too.
    told.retain(|(_, budget), at| *at + budget.period > now);
    let is_new = !told.contains_key(&(of.clone(), *budget));
    if is_new {
        told.insert((of.clone(), *budget), now);
    }
    is_new
}

/// Refuses a question that may cost more than what is left.
pub(super) fn refuse_beyond(
    spent: i64,
    cost: i64,
    budget: &Budget,
    of: &BudgetOf,
    is_of_person: bool,
) -> Result<(), ModelError> {
    if spent.saturating_add(cost) <= budget.amount {
        return Ok(());
    }
    let text = format!(
        "the question may cost {}, and of {} in {} for {of}{} {} are spent or reserved",
        money(cost),
        money(budget.amount),
        budget.period,
        if is_of_person { " and one person" } else { "" },
        money(spent)
    );
    Err(ModelError::new(ModelErrorKind::OverBudget, text))
}

/// The money that was spent and reserved in the period of a budget, for all people or for one.
async fn spent(
    store: &Store,
    of: &BudgetOf,
    budget: &Budget,
    row: &ReservedCall,
    on: Option<ContactId>,
) -> Result<i64, ModelError> {
    let since = row.at - budget.period;
    model_call::spent(store, of.money(), since, on).await.map_err(|error| {
        tracing::warn!(error = %error, "The money that questions to models have cost cannot be read");
        ModelError::new(ModelErrorKind::ModelDown, "the money that is left cannot be read")
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::time::Span;

    #[test]
    fn a_ceiling_is_reached_and_never_passed() {
        let ceiling = Ceiling::new(100);
        let first = ceiling.hold(60).expect("there is enough");
        assert!(ceiling.hold(41).is_none());
        let second = ceiling.hold(40).expect("exactly so much is left");
        first.settle(10);
        second.settle(40);
        assert!(ceiling.hold(51).is_none() && ceiling.hold(50).is_some());
    }

    #[test]
    fn four_fifths_of_a_budget_are_most_of_it() {
        let budget = Budget { amount: 1_000, period: Span::days(1) };
        let limit = 10 * MODEL_BUDGET_ALARM_PERCENT;
        assert_eq!((is_most(limit - 1, &budget), is_most(limit, &budget)), (false, true));
    }

    #[test]
    fn an_alarm_is_given_again_after_its_period_and_for_another_budget() {
        let (day, week) =
            (Budget { amount: 1_000, period: Span::days(1) }, Budget { amount: 1_000, period: Span::days(7) });
        let (bot, flow) = (BudgetOf::Bot, BudgetOf::Flow("booking".into()));
        let mut told = BTreeMap::new();
        assert!(notes(&mut told, (&bot, &day), Time(0)) && !notes(&mut told, (&bot, &day), Time(1)));
        assert!(notes(&mut told, (&flow, &day), Time(1)) && notes(&mut told, (&bot, &week), Time(1)));
        assert!(notes(&mut told, (&bot, &day), Time(0) + Span::days(1)), "the period is over");
        assert!(!notes(&mut told, (&bot, &week), Time(0) + Span::days(1)));
        assert_eq!(told.len(), 3);
    }

    #[test]
    fn a_refusal_says_which_budget_it_was() {
        let budget = Budget { amount: 2_000_000, period: Span::days(1) };
        let said = |of: BudgetOf, is_of_person| {
            refuse_beyond(1_900_000, 100_001, &budget, &of, is_of_person).expect_err("it is too much").text
        };
        assert_eq!(
            said(BudgetOf::Flow("booking".into()), false),
            "the question may cost 0.100001, and of 2.00 in 1d for the flow `booking` 1.90 are spent or reserved"
        );
        assert!(said(BudgetOf::Bot, true).contains("for the bot and one person 1.90"));
        assert!(said(BudgetOf::Model("main".into()), false).contains("for the model `main` 1.90"));
        assert_eq!(refuse_beyond(1_900_000, 100_000, &budget, &BudgetOf::Bot, false), Ok(()));
    }
}
