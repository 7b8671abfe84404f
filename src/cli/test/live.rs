//! Checks what `transom test --live` and `transom eval --live` may cost before they begin, and says what they have cost.

use super::{Failure, Paint, Workplace, counted};
use crate::{
    model::effect::{millionths, money},
    runtime::{
        config::{Config, Model},
        testbench::{LiveOptions, LiveReport},
    },
};

/// The most that a run costs, if `--cost` does not say otherwise, in millionths of the currency unit.
const COST_DEFAULT: i64 = 500_000;

/// The configuration of a run with real models.
pub struct Live {
    config: Config,
    cost_max: i64,
    keep: bool,
}

impl Live {
    /// Refuses a model whose cost nobody knows, unless the user takes it on.
    pub fn check(place: &Workplace, cost: Option<&str>, keep: bool, is_agreed: bool) -> Result<Live, Failure> {
        let config = place.config()?;
        let cost_max = match cost {
            None => COST_DEFAULT,
            Some(text) => millionths(text)
                .ok_or_else(|| Failure::Usage(format!("`--cost {text}` is no amount: write it like `0.50`")))?,
        };
        if config.models.is_empty() {
            let text = "the configuration has no `models`: name one that has them with `--config FILE`";
            return Err(Failure::Failed(text.to_owned()));
        }
        // A model on a private address costs nothing but its machine.
        let is_unknown = |model: &&Model| !model.is_priced() && model.endpoint.allow_private.is_empty();
        if let Some(model) = config.models.iter().find(is_unknown).filter(|_| !is_agreed) {
            return Err(Failure::Failed(format!(
                "the model `{}` has no `prices`, so `--cost` cannot stop it: write them into the configuration, or say `--yes`",
                model.endpoint.name
            )));
        }
        Ok(Live { config, cost_max, keep })
    }

    pub fn options(&self) -> LiveOptions<'_> {
        LiveOptions { config: &self.config, cost_max: self.cost_max, keep: self.keep }
    }

    /// The sentence before the first question of `the tests` or `the evals`.
    pub fn announce(&self, whose: &str) {
        let names: Vec<String> = self
            .config
            .models
            .iter()
            .map(|model| {
                let host = model.endpoint.base_url.host_str().unwrap_or_default();
                format!("`{}` ({} at {host})", model.endpoint.name, model.endpoint.model)
            })
            .collect();
        let (cost, currency) = (money(self.cost_max), &self.config.prices.currency);
        let paint = Paint::stderr();
        let what = format!("{}, and no question that could pass {cost} {currency} in all", names.join(", "));
        eprintln!("{} the questions of the {whose} go to {}", paint.warn("live:"), what.trim_end());
    }
}

/// The lines behind the results.
pub fn told(report: &LiveReport, paint: Paint) -> String {
    let LiveReport { sums, currency, written, unkept } = report;
    let cost = if currency.is_empty() { String::new() } else { format!(", {} {currency}", money(sums.cost)) };
    let mut text = format!("{}{cost}\n", counted(sums.questions, "question"));
    if sums.is_over {
        text.push_str(&format!("{}\n", paint.warn("some questions were not asked, because of `--cost` or a budget")));
    }
    for (path, questions) in written {
        text.push_str(&format!("wrote {path} ({})\n", counted(*questions, "answer")));
    }
    for why in unkept {
        text.push_str(&format!("{} {why}\n", paint.warn("not kept:")));
    }
    text
}
