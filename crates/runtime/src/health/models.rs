//! Says for what each model is configured. Nobody is asked: `transom models test` does that.

use super::HealthCheck;
use crate::{
    config::{Config, Model, Purpose},
    model::effect::money,
};

pub fn checks(config: &Config) -> Vec<HealthCheck> {
    config.models.iter().map(|model| check(model, &config.prices.currency)).collect()
}

fn check(model: &Model, currency: &str) -> HealthCheck {
    let endpoint = &model.endpoint;
    let host = endpoint.base_url.host_str().unwrap_or_default();
    let can = match model.purpose {
        Purpose::Chat => "for questions",
        Purpose::Transcribe => "for voice notes",
    };
    let price = match (model.minute_price, model.is_priced()) {
        (Some(price), _) => format!("a minute costs {} {currency}", money(price.minute)),
        (None, true) => "its prices are known".to_owned(),
        (None, false) => "no price is written, so nothing of it is counted".to_owned(),
    };
    let budget = if model.budgets.is_empty() { "no budget" } else { "a budget" };
    let name = &endpoint.name;
    // A check that asked would cost money each time.
    let detail = format!(
        "The model `{name}` ({} at {host}) is configured {can}; {price}, and it has {budget}. Nobody has asked it: `transom models test {name}` does.",
        endpoint.model
    );
    HealthCheck::good(format!("model.{name}"), "Model", detail)
}
