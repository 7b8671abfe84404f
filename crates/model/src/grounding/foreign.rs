//! Takes the links, mail addresses and phone numbers out of a text that other people may have written: no reply may send the
//! customer to them.

use super::items::{Item, Value, items};
use crate::{answer::words::every, matching::fold};

/// The text without its links, mail addresses and phone numbers. A long number of an order stays.
pub fn without_addresses(text: &str) -> String {
    let mut left = String::with_capacity(text.len());
    let mut rest = 0;
    for item in items(text, every()[0]).into_iter().filter(|item| leads_away(text, item)) {
        left.push_str(text.get(rest..item.at.start).unwrap_or_default());
        left.push(' ');
        rest = item.at.end.max(rest);
    }
    left.push_str(text.get(rest..).unwrap_or_default());
    left
}

fn leads_away(text: &str, item: &Item) -> bool {
    item.values.iter().any(|value| match value {
        Value::Link(_) | Value::Email(_) => true,
        Value::Phone(_) => !names_a_thing(text, item),
        _ => false,
    })
}

/// True for figures without signs that are the whole text, the value of a name in JSON, or stand behind the word for a thing
/// with a number: `{"order": 204417733}`, `order no. 204417733`.
fn names_a_thing(text: &str, item: &Item) -> bool {
    let number = &text[item.at.clone()];
    if number.starts_with('0') || number.bytes().any(|byte| !byte.is_ascii_digit()) {
        return false;
    }
    let (before, behind) = (text[..item.at.start].trim_end(), text[item.at.end..].trim_start());
    if before.is_empty() && behind.is_empty() {
        return true;
    }
    let value = before.strip_suffix('"').unwrap_or(before).trim_end();
    let is_value = value.strip_suffix(':').is_some_and(|name| name.trim_end().ends_with('"'))
        && behind.trim_start_matches('"').trim_start().starts_with([',', '}', ']']);
    let end = before.len();
    let start = before.char_indices().rev().nth(NAMED_CHARS_MAX).map_or(0, |(at, _)| at);
    let said = fold(&before[start..end].replace(['_', '-', '"', ':', '.', '#'], " "));
    let words: Vec<&str> = said.split(' ').rev().filter(|word| !word.is_empty()).take(NAMED_WORDS_MAX).collect();
    let rings = |word: &&str| PHONES.iter().any(|phone| word.starts_with(phone));
    // The name beside a value alone: those before it are of other values.
    let near = if is_value { &words[..words.len().min(1)] } else { &words[..] };
    let rings = words.iter().any(rings);
    !rings && (is_value || near.iter().any(|word| THINGS.contains(word)))
}

/// So many words before a number may say what it is.
const NAMED_WORDS_MAX: usize = 3;
const NAMED_CHARS_MAX: usize = 60;

/// Words for things that have a number, folded, in the six languages.
const THINGS: [&str; 38] = [
    "order",
    "booking",
    "reservation",
    "ticket",
    "invoice",
    "tracking",
    "parcel",
    "shipment",
    "reference",
    "ref",
    "id",
    "pedido",
    "reserva",
    "factura",
    "envio",
    "referencia",
    "commande",
    "facture",
    "colis",
    "dossier",
    "bestellung",
    "bestellnummer",
    "auftrag",
    "auftragsnummer",
    "buchung",
    "rechnung",
    "rechnungsnummer",
    "sendung",
    "sendungsnummer",
    "encomenda",
    "fatura",
    "fattura",
    "ordine",
    "prenotazione",
    "spedizione",
    "riferimento",
    "booked",
    "case",
];

/// Beginnings of words that say that a number is rung.
const PHONES: [&str; 23] = [
    "tel", "phone", "mobil", "movil", "cell", "handy", "whatsapp", "call", "ring", "fax", "contact", "llam", "appel",
    "anruf", "rufen", "ruf", "lig", "chiam", "sms", "text", "hotline", "wa", "write",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_addresses_and_phone_numbers_are_taken_out() {
        for (text, left) in [
            ("See https://a.example/x or a@b.example: 45 €", "See   or  : 45 €"),
            ("Call +34 600 11 22 33 now", "Call   now"),
            ("or 600112233.", "or  ."),
            ("{\"note\": \"call 600112233\"}", "{\"note\": \"call  \"}"),
            ("{\"phone\": \"600112233\"}", "{\"phone\": \" \"}"),
            ("{\"order\": 1, \"contact_number\": 600112233}", "{\"order\": 1, \"contact_number\":  }"),
            ("Order or call 600112233", "Order or call  "),
            ("Our WhatsApp: 0034600112233", "Our WhatsApp:  "),
        ] {
            assert_eq!(without_addresses(text), left, "{text}");
        }
    }

    #[test]
    fn days_prices_and_numbers_of_orders_stay() {
        for text in [
            "{\"order\": 204417733, \"total\": 45.5, \"day\": \"2026-12-03T10:00:00\"}",
            "{\"number\": \"204417733\"}",
            "Order 204417733 is ready",
            "Order no. 204417733 is ready",
            "204417733",
            "Bestellnummer: 204417733",
            "2026-12-03 10:00-12:30, 1.200,50 €",
        ] {
            assert_eq!(without_addresses(text), text);
        }
    }
}
