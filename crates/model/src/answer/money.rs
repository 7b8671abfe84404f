//! Lists currencies and measures that may stand beside a number without changing it, in any language.

use crate::matching::fold;

/// Signs and codes of currencies, before or behind the number. Longer ones come first, because `R$` ends with `$`.
pub const CURRENCIES: &[&str] = &[
    "COL$", "SFr.", "FCFA", "US$", "USD", "BRL", "CA$", "CAD", "AU$", "AUD", "NZ$", "NZD", "HK$", "HKD", "SGD", "MX$",
    "MXN", "AR$", "ARS", "CLP", "COP", "PEN", "S/.", "UYU", "Bs.", "BOB", "PYG", "GTQ", "CRC", "DOP", "RD$", "EUR",
    "GBP", "CHF", "Fr.", "SEK", "NOK", "DKK", "PLN", "CZK", "HUF", "RON", "TRY", "INR", "Rs.", "KES", "KSh", "NGN",
    "ZAR", "GHS", "UGX", "TZS", "XOF", "XAF", "CFA", "MAD", "DZD", "TND", "AED", "SAR", "ILS", "JPY", "CNY", "KRW",
    "IDR", "PHP", "THB", "VND", "MYR", "AOA", "MZN", "€", "₹", "₱", "₦", "₵", "₲", "₡", "₺", "₽", "₩", "₪", "₫", "฿",
    "zł", "Kč", "R$", "C$", "A$", "S$", "S/", "$U", "Rs", "£", "¥", "kr", "$",
];

/// Measures behind a number, folded. Measures that could change the number, such as weeks into days, are left out.
pub const MEASURES: &[&str] = &[
    "kg",
    "kgs",
    "kilo",
    "kilos",
    "kilogram",
    "kilograms",
    "kilogramm",
    "kilogramme",
    "kilogrammes",
    "kilogramos",
    "quilo",
    "quilos",
    "chilo",
    "chili",
    "chilogrammi",
    "g",
    "gr",
    "gram",
    "grams",
    "gramm",
    "gramme",
    "grammes",
    "gramos",
    "gramas",
    "grammi",
    "mg",
    "lb",
    "lbs",
    "oz",
    "km",
    "kms",
    "kilometer",
    "kilometers",
    "kilometre",
    "kilometres",
    "kilometros",
    "quilometros",
    "chilometri",
    "cm",
    "cms",
    "centimeters",
    "centimetres",
    "zentimeter",
    "centimetros",
    "centimetri",
    "mm",
    "meter",
    "meters",
    "metre",
    "metres",
    "metros",
    "metri",
    "mts",
    "miles",
    "mi",
    "l",
    "ltr",
    "liter",
    "liters",
    "litre",
    "litres",
    "litros",
    "litri",
    "ml",
    "m2",
    "m²",
    "qm",
    "sqm",
    "ha",
    "kwh",
    "gb",
    "mb",
    "kcal",
    "percent",
    "grad",
    "degrees",
    "grados",
    "degres",
    "graus",
    "gradi",
];

/// The text without the sign or code of a currency at either end.
pub fn without_currency(text: &str) -> Option<&str> {
    // The character beside a code in letters must not be a letter: `Rsvp` does not begin with the code `Rs`.
    let apart = |mark: &str, beside: Option<char>| {
        !mark.ends_with(char::is_alphabetic) || beside.is_none_or(|c| !c.is_alphabetic())
    };
    let before = CURRENCIES.iter().find_map(|mark| {
        let head = text.get(..mark.len())?;
        let rest = &text[mark.len()..];
        (head.eq_ignore_ascii_case(mark) && apart(mark, rest.chars().next())).then_some(rest)
    });
    let behind = || {
        CURRENCIES.iter().find_map(|mark| {
            let cut = text.len().checked_sub(mark.len())?;
            let tail = text.get(cut..)?;
            let rest = &text[..cut];
            let starts_apart =
                !mark.starts_with(char::is_alphabetic) || rest.chars().next_back().is_none_or(|c| !c.is_alphabetic());
            (tail.eq_ignore_ascii_case(mark) && starts_apart).then_some(rest)
        })
    };
    let rest = before.or_else(behind)?.trim();
    (!rest.is_empty()).then_some(rest)
}

/// The text with the name of the coin for its letter, if the question asks for a price: `50 cents` for `50c`.
pub fn with_cents(text: &str) -> String {
    let folded = text.trim_end();
    let Some(number) = folded.strip_suffix(['c', 'C']).map(str::trim_end) else { return text.to_owned() };
    let is_number = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit() || b",.".contains(&byte));
    if is_number { format!("{number} cents") } else { text.to_owned() }
}

/// The text without the letter of degrees, if the question asks for a temperature: `20` for `20 °C`.
pub fn without_celsius(text: &str) -> String {
    let bare = text.trim_end();
    let number = bare.strip_suffix(['c', 'C']).map(|rest| rest.trim_end_matches(['°', ' ']));
    let number = number.filter(|number| number.ends_with(|c: char| c.is_ascii_digit()));
    number.unwrap_or(text).to_owned()
}

/// The text without a word for the hundredth part of a currency unit: `99 cents`.
pub fn without_cents(text: &str) -> Option<&str> {
    let text = text.trim_end();
    if let Some(rest) = text.strip_suffix('¢') {
        return Some(rest.trim_end());
    }
    let cut = text
        .rfind(|c: char| !c.is_alphabetic())
        .map(|place| place + text[place..].chars().next().map_or(1, char::len_utf8))?;
    let (rest, word) = text.split_at(cut);
    (CENTS.contains(&fold(word).as_str()) && !rest.trim().is_empty()).then(|| rest.trim_end())
}

/// Names of the hundredth part of a currency unit, folded.
pub const CENTS: [&str; 13] = [
    "cent",
    "cents",
    "ct",
    "cts",
    "centime",
    "centimes",
    "centavo",
    "centavos",
    "centimo",
    "centimos",
    "centesimi",
    "pence",
    "pfennig",
];

/// Parses a price with its sign as the decimal mark: `12€50`.
pub fn with_sign_between(text: &str) -> Option<f64> {
    let (whole, rest) = text.split_at(text.find(['€', '£', '$'])?);
    let fraction: String = rest.chars().skip(1).collect();
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    (digits(whole) && digits(&fraction) && fraction.len() == 2).then(|| format!("{whole}.{fraction}").parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_currency_stands_before_or_behind() {
        for (text, rest) in [
            ("R$ 50", Some("50")),
            ("50 R$", Some("50")),
            ("US$20", Some("20")),
            ("20 CHF", Some("20")),
            ("kr 300", Some("300")),
            ("300kr", Some("300")),
            ("€", None),
            ("50", None),
            ("Rsvp 5", None),
        ] {
            assert_eq!(without_currency(text), rest, "{text}");
        }
    }

    #[test]
    fn longer_signs_stand_before_those_that_they_begin_or_end_with() {
        for (place, mark) in CURRENCIES.iter().enumerate() {
            for earlier in &CURRENCIES[..place] {
                assert!(!mark.starts_with(earlier) && !mark.ends_with(earlier), "{earlier} hides {mark}");
            }
        }
    }
}
