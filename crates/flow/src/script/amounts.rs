//! Writes numbers and prices as people of the contact's language and country do: `1,234.50` in Mexico, `1.234,50` in
//! Spain. Answers are read by the same table of countries, so a customer may copy what the bot wrote.

use super::{currency, sandbox};
use crate::model::answer;
use rhai::EvalAltResult;

/// Decimals of a number in a text, as many as texts print at most.
const DECIMALS_MAX: usize = 10;
/// Larger numbers are not exact any more.
const WRITTEN_MAX: f64 = 9e15;

/// The signs of a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Marks {
    /// Between groups of three digits.
    group: char,
    decimal: char,
}

impl Marks {
    /// The marks for a contact with this language and this country (ISO 3166).
    fn of(is_decimal_comma: bool, country: Option<&str>) -> Marks {
        match (is_decimal_comma, country) {
            (true, _) => Marks { group: '.', decimal: ',' },
            (false, Some("CH" | "LI")) => Marks { group: '’', decimal: '.' },
            (false, _) => Marks { group: ',', decimal: '.' },
        }
    }

    fn written(self, digits: &str, behind: &str) -> String {
        let mut all = String::new();
        for (at, digit) in digits.chars().enumerate() {
            if at > 0 && (digits.len() - at).is_multiple_of(3) {
                all.push(self.group);
            }
            all.push(digit);
        }
        if !behind.is_empty() {
            all.push(self.decimal);
            all.push_str(behind);
        }
        all
    }
}

/// The contact of the running script.
struct Reader {
    marks: Marks,
    /// ISO 639, two letters.
    language: String,
    country: Option<String>,
}

impl Reader {
    fn now() -> Reader {
        sandbox::call(|call| {
            let (phone, tag) = (call.phone.as_deref(), call.language.as_str());
            let country = answer::country_of(phone, tag);
            Reader {
                marks: Marks::of(answer::writes_decimal_comma(phone, tag), country.as_deref()),
                language: tag.get(..2).unwrap_or_default().to_owned(),
                country,
            }
        })
    }
}

/// A number with so many decimals: `12.5`, `12,5`.
pub fn number(number: f64, decimals: i64) -> Result<String, Box<EvalAltResult>> {
    let count = usize::try_from(decimals).ok().filter(|count| *count <= DECIMALS_MAX);
    let Some(count) = count.filter(|_| number.is_finite() && number.abs() < WRITTEN_MAX) else {
        return Err(
            format!("`.format()` writes a number below {WRITTEN_MAX:e} with 0 to {DECIMALS_MAX} decimals").into()
        );
    };
    let text = format!("{:.count$}", number.abs());
    let (digits, behind) = text.split_once('.').unwrap_or((&text, ""));
    // A number that rounds to zero has no sign.
    let sign = if number < 0.0 && text.contains(|c: char| matches!(c, '1'..='9')) { "-" } else { "" };
    Ok(format!("{sign}{}", Reader::now().marks.written(digits, behind)))
}

/// An amount in cents as a price: `€12.50`, `12,50 €`, `R$ 12,50`.
pub fn money(cents: i64, currency: &str) -> String {
    let reader = Reader::now();
    let symbol = symbol(currency, reader.country.as_deref());
    // `check` reports unknown currencies; most currencies have two decimals.
    let decimals = currency::decimals(currency).unwrap_or(2);
    let unit = 10u64.pow(decimals);
    let amount = cents.unsigned_abs();
    let (digits, width) = ((amount / unit).to_string(), decimals as usize);
    let behind = if decimals > 0 { format!("{:0width$}", amount % unit) } else { String::new() };
    let whole = reader.marks.written(&digits, &behind);
    let sign = if cents < 0 { "-" } else { "" };
    let is_code = symbol.chars().all(char::is_alphabetic);
    match reader.marks.decimal {
        '.' if is_code => format!("{sign}{symbol} {whole}"),
        '.' => format!("{sign}{symbol}{whole}"),
        // In Latin America the sign stands before the amount, also where the comma is the decimal mark.
        _ if symbol.ends_with('$') && matches!(reader.language.as_str(), "es" | "pt") => {
            format!("{sign}{symbol} {whole}")
        }
        _ => format!("{sign}{whole} {symbol}"),
    }
}

/// The sign of a currency for people of this country. A bare `$` is their own dollar or peso, and the US dollar has
/// `US$` there, so that nobody takes the one for the other.
fn symbol<'a>(currency: &'a str, country: Option<&str>) -> &'a str {
    let own = country.and_then(|country| DOLLARS.iter().find(|(place, _)| *place == country));
    match currency {
        "EUR" => "€",
        "GBP" => "£",
        "BRL" => "R$",
        "JPY" => "¥",
        "USD" if own.is_some_and(|(_, own)| *own != "USD") => "US$",
        "USD" => "$",
        other if own.is_some_and(|(_, own)| *own == other) => "$",
        other => other,
    }
}

/// Countries whose people write `$` for their own money, with its code.
const DOLLARS: [(&str, &str); 22] = [
    ("US", "USD"),
    ("PR", "USD"),
    ("EC", "USD"),
    ("SV", "USD"),
    ("MX", "MXN"),
    ("AR", "ARS"),
    ("CL", "CLP"),
    ("CO", "COP"),
    ("UY", "UYU"),
    ("DO", "DOP"),
    ("CU", "CUP"),
    ("CA", "CAD"),
    ("AU", "AUD"),
    ("NZ", "NZD"),
    ("SG", "SGD"),
    ("HK", "HKD"),
    ("TW", "TWD"),
    ("JM", "JMD"),
    ("TT", "TTD"),
    ("BB", "BBD"),
    ("BS", "BSD"),
    ("BZ", "BZD"),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::time::Time;
    use crate::script::{Scope, sandbox::with_call};
    use jiff::tz::TimeZone;
    use std::collections::BTreeMap;

    fn to<T>(language: &str, phone: &str, write: impl FnOnce() -> T) -> T {
        let scope = Scope {
            names: &|_| None,
            now: Time(0),
            zone: TimeZone::UTC,
            contact_zone: TimeZone::UTC,
            language,
            phone: (!phone.is_empty()).then_some(phone),
        };
        with_call(&scope, BTreeMap::new(), write)
    }

    #[test]
    fn a_price_is_written_as_the_contacts_country_does() {
        let cases = [
            ("es", "+525512345678", 123_450, "MXN", "$1,234.50"),
            ("es_MX", "", 123_450, "MXN", "$1,234.50"),
            ("es_MX", "+34600100001", 123_450, "USD", "US$1,234.50"),
            ("es", "+525512345678", -5_000, "EUR", "-€50.00"),
            ("es", "+525512345678", 5_000, "GTQ", "GTQ 50.00"),
            ("es", "+34600100001", 123_450, "EUR", "1.234,50 €"),
            ("es", "+34600100001", 123_450, "MXN", "1.234,50 MXN"),
            ("es", "", 123_450, "EUR", "1.234,50 €"),
            ("es", "+56912345678", 12_345, "CLP", "$ 12.345"),
            ("es", "+5491123456789", 123_450, "USD", "US$ 1.234,50"),
            ("pt", "+5511912345678", 123_450, "BRL", "R$ 1.234,50"),
            ("fr", "+33612345678", 123_450, "EUR", "1.234,50 €"),
            ("fr", "+525512345678", 123_450, "MXN", "1.234,50 $"),
            ("de", "+41791234567", 123_450, "CHF", "CHF 1’234.50"),
            ("de", "+491711234567", 123_450, "CHF", "1.234,50 CHF"),
            ("en", "+491711234567", 123_450, "EUR", "€1,234.50"),
            ("en", "+14155550100", 123_450, "USD", "$1,234.50"),
            ("en", "+14165550100", 123_450, "USD", "US$1,234.50"),
            ("ja", "", 1_234, "JPY", "¥1,234"),
        ];
        for (language, phone, cents, currency, text) in cases {
            assert_eq!(to(language, phone, || money(cents, currency)), text, "{language} {phone} {currency}");
        }
    }

    #[test]
    fn a_number_has_the_marks_of_the_contacts_country() {
        let written = |language, phone| to(language, phone, || number(1_234.5, 2).unwrap());
        assert_eq!(written("es", "+525512345678"), "1,234.50");
        assert_eq!(written("es", "+34600100001"), "1.234,50");
        assert_eq!(written("de", "+41791234567"), "1’234.50");
        assert_eq!(written("en_GB", ""), "1,234.50");
        assert_eq!(to("en", "", || number(-0.001, 2).unwrap()), "0.00");
    }
}
