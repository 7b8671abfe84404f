//! Tells that a price is in another currency than the question asks for, or than the country of the contact has.

use crate::matching::{fold, has_word};

/// Currencies of one name: the dollars of all countries are one of them, because nobody writes which one it is at home.
struct Currency {
    /// Signs and codes, as written.
    signs: &'static [&'static str],
    /// Names, folded.
    names: &'static [&'static str],
    countries: &'static [&'static str],
}

const CURRENCIES: [Currency; 6] = [
    Currency {
        signs: &["€", "EUR"],
        names: &["euro", "euros"],
        countries: &[
            "AT", "BE", "CY", "DE", "EE", "ES", "FI", "FR", "GR", "HR", "IE", "IT", "LT", "LU", "LV", "MT", "NL", "PT",
            "SI", "SK", "MC", "SM", "VA", "AD", "ME", "XK", "BG",
        ],
    },
    Currency {
        signs: &["$", "USD", "CAD", "AUD", "NZD", "SGD", "HKD"],
        names: &["dollar", "dollars", "dolar", "dolares", "dollaro", "dollari", "bucks"],
        countries: &[
            "US", "CA", "AU", "NZ", "SG", "HK", "EC", "SV", "PR", "JM", "BS", "BB", "TT", "BZ", "FJ", "LR", "NA", "GY",
        ],
    },
    Currency {
        signs: &["£", "GBP"],
        names: &["pound", "pounds", "quid", "libra", "libras", "livre", "livres", "pfund", "sterlina", "sterline"],
        countries: &["GB", "GI", "IM", "JE", "GG", "EG", "LB"],
    },
    Currency {
        signs: &["CHF", "SFr.", "Fr."],
        names: &["franc", "francs", "franken", "franco", "francos", "franchi"],
        countries: &["CH", "LI"],
    },
    Currency { signs: &["R$", "BRL"], names: &["real", "reais"], countries: &["BR"] },
    Currency {
        signs: &["$", "MXN", "ARS", "CLP", "COP", "UYU", "DOP", "PHP"],
        names: &["peso", "pesos"],
        countries: &["MX", "AR", "CL", "CO", "UY", "DO", "PH", "CU"],
    },
];

/// True if the text names a currency and the question, or else the country, has another one. What nobody names, and
/// what this table does not know, is no other currency.
pub fn is_another(text: &str, question: &str, country: Option<&str>) -> bool {
    let said = named(text);
    let asked = named(question);
    let of_country =
        CURRENCIES.iter().position(|currency| country.is_some_and(|country| currency.countries.contains(&country)));
    let wanted: Vec<usize> = if asked.is_empty() { of_country.into_iter().collect() } else { asked };
    !said.is_empty() && !wanted.is_empty() && !said.iter().any(|currency| wanted.contains(currency))
}

/// The currencies that the text names, by their places in the table.
pub fn named(text: &str) -> Vec<usize> {
    let folded = fold(text);
    let has_real = text.contains("R$");
    let signed = |currency: &Currency| {
        currency.signs.iter().any(|sign| {
            let is_code = sign.chars().all(|c| c.is_ascii_uppercase());
            let of_real = has_real && *sign == "$";
            !of_real && if is_code { has_word(&folded, &sign.to_ascii_lowercase()) } else { text.contains(sign) }
        })
    };
    let is_named = |currency: &Currency| currency.names.iter().any(|name| has_word(&folded, name));
    (0..CURRENCIES.len()).filter(|place| signed(&CURRENCIES[*place]) || is_named(&CURRENCIES[*place])).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_price_has_the_currency_of_the_question_or_else_of_the_country() {
        for (text, question, country, another) in [
            ("45 dollars", "How much?", Some("FR"), true),
            ("45 $", "How much?", Some("FR"), true),
            ("45 €", "How much?", Some("FR"), false),
            ("45", "How much, in dollars?", Some("FR"), false),
            ("45 $", "How much, in dollars?", Some("FR"), false),
            ("45 €", "How much, in dollars?", Some("FR"), true),
            ("$ 45", "How much?", Some("MX"), false),
            ("R$ 45", "How much?", Some("BR"), false),
            ("R$ 45", "How much?", Some("US"), true),
            ("45 €", "How much?", Some("JP"), false),
            ("45 €", "How much?", None, false),
        ] {
            assert_eq!(is_another(text, question, country), another, "{text} {question} {country:?}");
        }
    }
}
