//! Reserves the most that a question may cost before it leaves. One daemon at a time acts for a database, and it reserves
//! for one model after the other, so no two questions share the money that is left.

use crate::{
    base::{ids::ContactId, limits::MODEL_BUDGET_ALARM_PERCENT, time::Time},
    config::Model,
    model::{
        budget::Budget,
        effect::{ModelError, ModelErrorKind, money},
    },
    store::{
        Store, WriteSet,
        tables::model_call::{self, ReservedCall},
    },
};
use std::{collections::BTreeMap, sync::PoisonError};
use tokio::sync::Mutex;

/// A budget for all people of which most is used up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BudgetAlarm {
    pub model: String,
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

/// Held while the money of one question is looked for and reserved. It remembers when this process last gave the alarm
/// of each budget, by the budget's place in the list.
#[derive(Debug, Default)]
pub(super) struct Till(Mutex<BTreeMap<usize, Time>>);

impl Till {
    /// Writes the reservation down, or says why there is none. Nothing may be asked without it. Adds the alarms of budgets
    /// to `alarms`, each once in its period.
    pub async fn reserve(
        &self,
        store: &Store,
        model: &Model,
        row: ReservedCall,
        alarms: &mut Vec<BudgetAlarm>,
    ) -> Result<(), ModelError> {
        let mut told = if model.budgets.is_empty() { None } else { Some(self.0.lock().await) };
        for (index, budget) in model.budgets.all.iter().enumerate() {
            let spent = spent(store, model, budget, &row, None).await?;
            let is_told = |at: &Time| *at + budget.period > row.at;
            if let Some(told) =
                told.as_mut().filter(|told| is_most(spent, budget) && !told.get(&index).is_some_and(is_told))
            {
                told.insert(index, row.at);
                alarms.push(BudgetAlarm { model: row.model.clone(), budget: *budget, spent });
            }
            refuse_beyond(spent, budget, &row, false)?;
        }
        for budget in &model.budgets.contact {
            let spent = spent(store, model, budget, &row, Some(row.contact_id)).await?;
            refuse_beyond(spent, budget, &row, true)?;
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

fn refuse_beyond(spent: i64, budget: &Budget, row: &ReservedCall, is_of_person: bool) -> Result<(), ModelError> {
    if spent.saturating_add(row.cost) <= budget.amount {
        return Ok(());
    }
    let text = format!(
        "the question may cost {}, and of {} in {} {} {} are spent or reserved",
        money(row.cost),
        money(budget.amount),
        budget.period,
        if is_of_person { "for one person" } else { "for all" },
        money(spent)
    );
    Err(ModelError::new(ModelErrorKind::OverBudget, text))
}

/// The money that was spent and reserved in the period of a budget, for all people or for one.
async fn spent(
    store: &Store,
    model: &Model,
    budget: &Budget,
    row: &ReservedCall,
    on: Option<ContactId>,
) -> Result<i64, ModelError> {
    let since = row.at - budget.period;
    model_call::spent(store, &model.endpoint.name, since, on).await.map_err(|error| {
        tracing::warn!(error = %error, "The money that a model has cost cannot be read");
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
}
