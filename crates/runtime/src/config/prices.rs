//! Reads `prices`, the cost of messages by category and country, and converts amounts of money to integers.

use super::Written;
use crate::base::{
    diagnostic::{Diagnostic, Findings},
    fields::Fields,
    yaml::Node,
};
use std::collections::HashMap;

/// Amounts are in ten-thousandths of the currency unit, because one message may cost a third of a cent.
pub const UNITS: i64 = 10_000;

/// The price table; empty if messages cost nothing.
#[derive(Debug, Clone, Default)]
pub struct Prices {
    /// The ISO 4217 code, for display.
    pub currency: String,
    /// By category and country; an empty country means all others.
    table: HashMap<(String, String), i64>,
}

pub const CATEGORIES: &[&str] = &["marketing", "utility", "authentication", "service"];

impl Prices {
    pub fn is_empty(&self) -> bool {
        self.table.is_empty()
    }

    /// The price of a message of a category in a country (ISO 3166, or empty); 0 if the table has no entry.
    pub fn of(&self, category: &str, country: &str) -> i64 {
        let key = |country: &str| (category.to_owned(), country.to_owned());
        let own = self.table.get(&key(country)).or_else(|| self.table.get(&key("")));
        own.copied().unwrap_or(0)
    }
}

pub fn prices(mut fields: Fields<'_>, findings: &Findings) -> Prices {
    let mut prices = Prices { currency: "USD".to_owned(), table: HashMap::new() };
    if let Some(currency) = fields.text_if("currency") {
        if currency.len() != 3 || !currency.bytes().all(|b| b.is_ascii_uppercase()) {
            fields.wrong_at("currency", "E906", "`currency` is no code of a currency".into(), "write it like `EUR`");
        }
        prices.currency = currency.to_owned();
    }
    for node in fields.list("table") {
        line(node, findings, &mut prices);
    }
    fields.finish();
    prices
}

fn line(node: &Node, findings: &Findings, prices: &mut Prices) {
    let mut fields = Fields::new(node, "a price", findings);
    fields.required("category");
    fields.required("price");
    let category = fields.word("category", CATEGORIES);
    let country = fields.text_if("country").unwrap_or_default().to_owned();
    if !country.is_empty() && (country.len() != 2 || !country.bytes().all(|b| b.is_ascii_uppercase())) {
        let help = "write two letters, like `DE`; leave it out for all others";
        fields.wrong_at("country", "E906", format!("`{country}` is no country"), help);
    }
    let written = fields.text_if("price");
    let price = written.and_then(amount);
    if written.is_some() && price.is_none() {
        fields.wrong_at(
            "price",
            "E906",
            "`price` is no amount".into(),
            "write it like `0.0456`: at most four decimals",
        );
    }
    fields.finish();
    let (Some(category), Some(price)) = (category, price) else { return };
    if prices.table.insert((category.to_owned(), country), price).is_some() {
        findings.push(Diagnostic::error("E903", &node.place, "this price is there twice"));
    }
}

/// Parses `12.3456` to ten-thousandths; `None` if it is invalid or too large.
pub fn amount(text: &str) -> Option<i64> {
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    if whole.is_empty() || !digits(whole) || !digits(part) || part.len() > 4 {
        return None;
    }
    let units: i64 = format!("{part:0<4}").parse().ok()?;
    whole.parse::<u32>().ok().map(|whole| i64::from(whole) * UNITS + units)
}

/// Formats an amount: `12.3456`.
pub fn shown(amount: i64) -> String {
    let sign = if amount < 0 { "-" } else { "" };
    let amount = amount.unsigned_abs();
    let units = UNITS.unsigned_abs();
    format!("{sign}{}.{:04}", amount / units, amount % units)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_whole_numbers_and_back() {
        for (text, units) in
            [("0", 0), ("100.00", 1_000_000), ("0.0034", 34), ("12.3", 123_000), ("4294967295", 42_949_672_950_000)]
        {
            assert_eq!(amount(text), Some(units), "{text}");
        }
        for bad in ["", ".5", "-1", "1,5", "0.00001", "1e3", "99999999999"] {
            assert_eq!(amount(bad), None, "{bad}");
        }
        assert_eq!(
            (shown(34).as_str(), shown(1_000_000).as_str(), shown(-15).as_str()),
            ("0.0034", "100.0000", "-0.0015")
        );
    }

    #[test]
    fn a_country_has_its_price_or_that_of_all_others() {
        let table = [("marketing", "DE", 1131), ("marketing", "", 500), ("utility", "DE", 456)];
        let table = table.map(|(category, country, price)| ((category.to_owned(), country.to_owned()), price));
        let prices = Prices { currency: "EUR".into(), table: HashMap::from(table) };
        assert_eq!(prices.of("marketing", "DE"), 1131);
        assert_eq!((prices.of("marketing", "FR"), prices.of("marketing", "")), (500, 500));
        assert_eq!(prices.of("utility", "FR"), 0, "what is not named is free");
    }
}
