//! Tells the operator that most of a budget for all people is used up, of a model, of the bot or of a flow: once in the
//! budget's period, over all processes.

use crate::{
    base::time::Time,
    llm_step::budgets::{BudgetAlarm, BudgetOf},
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
        let BudgetAlarm { of, budget, spent } = alarm;
        let now = self.clock.now();
        // A budget that was changed is another one.
        let key = match of {
            BudgetOf::Model(name) => format!("model_budget {name} {budget}"),
            BudgetOf::Bot => format!("bot_budget {budget}"),
            BudgetOf::Flow(name) => format!("flow_budget {name} {budget}"),
        };
        let before = meta::find(&self.store, &key).await.ok().flatten().and_then(|text| text.parse().ok());
        if before.is_some_and(|at| Time(at) + budget.period > now) {
            return;
        }
        let spent = money(*spent);
        let text = format!("most of the budget {budget} of {of} is used up: {spent}");
        self.metrics.alarm(ALARM);
        tracing::error!(kind = ALARM, "Most of the budget {budget} of {of} is used up: {spent}");
        let mut set = WriteSet::new();
        set.push(&meta::SET, &Meta { key, value: now.0.to_string() });
        let mut data = serde_json::json!({
            "alarm": ALARM, "of": "bot", "budget": budget.to_string(), "spent": spent, "text": text,
        });
        let named = match of {
            BudgetOf::Model(name) => Some(("model", name.as_str())),
            BudgetOf::Bot => None,
            BudgetOf::Flow(name) => Some(("flow", name.as_str())),
        };
        if let Some((kind, name)) = named {
            data["of"] = kind.into();
            data[kind] = name.into();
        }
        self.events.notify(&mut set, "alarm", data, now);
        if let Err(error) = self.store.commit(set).await {
            tracing::warn!(error = %error, "The notification about the budget of {of} could not be stored");
        }
    }
}

/// The kind of the alarm.
const ALARM: &str = "model_budget";
