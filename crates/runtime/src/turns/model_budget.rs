//! Tells the operator that most of a model's budget is used up: once in the budget's period, over all processes.

use crate::{
    base::time::Time,
    llm_step::budgets::BudgetAlarm,
    model::effect::money,
    store::{
        WriteSet,
        tables::meta::{self, Meta},
    },
    turns::Runner,
};

impl Runner {
    /// Gives the alarm, unless an earlier process gave it within the period. An alarm that cannot be stored is in the log
    /// and in the metrics.
    pub(crate) async fn tell_of_budget(&self, alarm: &BudgetAlarm) {
        let BudgetAlarm { model, budget, spent } = alarm;
        let now = self.clock.now();
        // A budget that was changed is another one.
        let written = budget.to_string();
        let key = format!("model_budget {model} {written}");
        let before = meta::find(&self.store, &key).await.ok().flatten().and_then(|text| text.parse().ok());
        if before.is_some_and(|at| Time(at) + budget.period > now) {
            return;
        }
        let text = format!("most of the budget {written} of the model `{model}` is used up: {}", money(*spent));
        self.metrics.alarm(ALARM);
        tracing::error!(
            kind = ALARM,
            "Most of the budget {written} of the model `{model}` is used up: {}",
            money(*spent)
        );
        let mut set = WriteSet::new();
        set.push(&meta::SET, &Meta { key, value: now.0.to_string() });
        let data = serde_json::json!({
            "alarm": ALARM, "model": model, "budget": written, "spent": money(*spent), "text": text,
        });
        self.events.notify(&mut set, "alarm", data, now);
        if let Err(error) = self.store.commit(set).await {
            tracing::warn!(error = %error, "The notification about the budget of the model `{model}` could not be stored");
        }
    }
}

/// The kind of the alarm.
const ALARM: &str = "model_budget";
