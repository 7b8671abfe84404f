//! Reserves the most that a question may cost before it leaves. One daemon at a time acts for a database, and it reserves
//! for one model after the other, so no two questions share the money that is left.

use crate::{
    base::{ids::ContactId, time::Time},
    config::Model,
    model::effect::{ModelError, ModelErrorKind, money},
    store::{
        Store, WriteSet,
        tables::model_call::{self, ReservedCall},
    },
};
use tokio::sync::Mutex;

/// Held while the money of one question is looked for and reserved.
#[derive(Debug, Default)]
pub(super) struct Till(Mutex<()>);

impl Till {
    /// Writes the reservation down, or says why there is none. Nothing may be asked without it.
    pub async fn reserve(&self, store: &Store, model: &Model, row: ReservedCall) -> Result<(), ModelError> {
        let has_budget = !model.budgets.is_empty() || !model.contact_budgets.is_empty();
        let _held = if has_budget { Some(self.0.lock().await) } else { None };
        room(store, model, &row).await?;
        let mut set = WriteSet::new();
        set.push(&model_call::RESERVE, &row);
        let unwritten = |why: String| {
            tracing::warn!(error = why, "A question to a model was not asked, because its cost cannot be written down");
            ModelError::new(ModelErrorKind::ModelDown, "the database does not take the cost of the question")
        };
        store.commit(set).await.map(drop).map_err(|error| unwritten(error.to_string()))
    }
}

/// Checks each budget of the model against what was spent and reserved in its period.
async fn room(store: &Store, model: &Model, row: &ReservedCall) -> Result<(), ModelError> {
    let all = model.budgets.iter().map(|budget| (budget, None));
    let own = model.contact_budgets.iter().map(|budget| (budget, Some(row.contact_id)));
    for (budget, on) in all.chain(own) {
        let spent = spent(store, &model.endpoint.name, row.at - budget.period, on).await?;
        if spent.saturating_add(row.cost) > budget.amount {
            let whose = if on.is_some() { "for one person" } else { "for all" };
            let text = format!(
                "the question may cost {}, and of {} in {} {whose} {} are spent or reserved",
                money(row.cost),
                money(budget.amount),
                budget.period,
                money(spent)
            );
            return Err(ModelError::new(ModelErrorKind::OverBudget, text));
        }
    }
    Ok(())
}

async fn spent(store: &Store, model: &str, since: Time, on: Option<ContactId>) -> Result<i64, ModelError> {
    model_call::spent(store, model, since, on).await.map_err(|error| {
        tracing::warn!(error = %error, "The money that a model has cost cannot be read");
        ModelError::new(ModelErrorKind::ModelDown, "the money that is left cannot be read")
    })
}
