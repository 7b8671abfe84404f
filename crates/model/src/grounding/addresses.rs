//! Reads links, mail addresses, phone numbers and codes.

use super::{
    figures::figures,
    items::{FIGURES_BYTES_MAX, Scan, Taken, Value},
    lexicon,
    tokens::{Sort, head},
};

/// A longer link is none that a person reads out, and its end is not compared.
const ADDRESS_BYTES_MAX: usize = 300;

/// A link, a mail address, a code, or a phone number.
pub fn address(scan: &Scan<'_>, place: usize) -> Taken {
    let token = &scan.tokens[place];
    let rest = head(&scan.text[token.at.start..], ADDRESS_BYTES_MAX);
    if token.is_glued && scan.tokens[place - 1].sort != Sort::Sign {
        return None;
    }
    let chunk = rest.split(char::is_whitespace).next().unwrap_or_default();
    let chunk = chunk.trim_end_matches(|c: char| !c.is_alphanumeric() && c != '/');
    let end = |length: usize| scan.place_at(token.at.start + length);
    if token.sort == Sort::Word || token.sort == Sort::Figures {
        if let Some((name, host)) = chunk.split_once('@')
            && !name.is_empty()
            && is_host(host)
        {
            return Some((end(chunk.len()), vec![Value::Email(chunk.to_lowercase())]));
        }
        if let Some(link) = link(chunk) {
            return Some((end(chunk.len()), vec![Value::Link(link)]));
        }
    }
    phone(scan, place).or_else(|| {
        let chunk: &str = chunk.split(['.', ',', ';', ':', ')', '(', '–', '—', '×', '€', '%', '?', '!']).next()?;
        let chunk = chunk.trim_end_matches(|c: char| !c.is_alphanumeric());
        is_code(chunk).then(|| (end(chunk.len()), vec![Value::Code(bare_code(chunk))]))
    })
}

/// A link as it is compared: without its scheme and `www.`. A name before the host (`https://shop.example@evil.ly`) stays,
/// so that such a link is another one.
fn link(chunk: &str) -> Option<String> {
    let (is_marked, bare) = match chunk.split_once("://") {
        Some((scheme, rest)) if !scheme.is_empty() && scheme.chars().all(|c| c.is_ascii_alphanumeric()) => (true, rest),
        _ => (false, chunk),
    };
    let without = bare.trim_start_matches("www.");
    let is_marked = is_marked || without.len() < bare.len();
    let host = without.split(['/', '?', '#', ':']).next().unwrap_or_default();
    let named = host.rsplit('@').next().unwrap_or_default();
    let is_link = if is_marked {
        !named.is_empty()
    } else {
        is_host(host) && lexicon::is_domain(host, without.len() > host.len())
    };
    is_link.then(|| without.trim_end_matches('/').to_lowercase())
}

/// Seven digits and more with blanks, dashes or brackets between them, from `+` or zero on or in several groups.
fn phone(scan: &Scan<'_>, place: usize) -> Taken {
    let start = scan.tokens[place].at.start;
    let rest = head(&scan.text[start..], FIGURES_BYTES_MAX);
    if !rest.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '+' | '(')) || figures_of_day(rest) {
        return None;
    }
    let allowed = |c: char| c.is_ascii_digit() || matches!(c, '+' | '(' | ')' | ' ' | '-' | '/' | '.' | '\u{a0}');
    let chunk = &rest[..rest.find(|c| !allowed(c)).unwrap_or(rest.len())];
    // A blank and a sign end it: `912 34 56 78 - 10:00`.
    let chunk = [" - ", " / ", ". ", "  "].iter().fold(chunk, |chunk, end| chunk.split(end).next().unwrap_or(chunk));
    let chunk = chunk.trim_end_matches(|c: char| !c.is_ascii_digit());
    let digits: String = chunk.chars().filter(char::is_ascii_digit).collect();
    let groups = chunk.split(|c: char| !c.is_ascii_digit()).filter(|group| !group.is_empty()).count();
    let marked = chunk.starts_with(['+', '0', '(']);
    let is_phone = (7..=15).contains(&digits.len())
        && (marked || digits.len() >= 9 || (groups > 1 && groups < 6))
        && !rest[chunk.len()..].starts_with(|c: char| c.is_alphanumeric() || c == ':')
        && !rest[chunk.len()..].strip_prefix(',').is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
    is_phone.then(|| (scan.place_at(start + chunk.len()), vec![Value::Phone(digits)]))
}

fn is_host(text: &str) -> bool {
    let mut labels = text.split('.');
    text.contains('.')
        && labels.all(|label| !label.is_empty() && label.chars().all(|c| c.is_alphanumeric() || c == '-'))
}

/// True for letters and digits that name something: `PZ-2083`, `HX7K2`. A number with its unit (`45kg`, `9h30`), an
/// ordinal and a quantity (`2x`) are none.
fn is_code(chunk: &str) -> bool {
    let signs = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '/');
    let digits = chunk.chars().filter(char::is_ascii_digit).count();
    let letters = chunk.chars().filter(char::is_ascii_alphabetic).count();
    let begins_as_number = chunk.starts_with(|c: char| c.is_ascii_digit());
    let is_number_with_word = begins_as_number && {
        let rest = chunk.trim_start_matches(|c: char| c.is_ascii_digit() || c == '-' || c == '/');
        rest.chars().all(|c| c.is_ascii_lowercase())
            || rest.chars().filter(char::is_ascii_digit).count() > 0 && rest.starts_with(['h', 'H'])
            || is_iso(chunk)
    };
    chunk.len() >= 4
        && chunk.len() <= 24
        && chunk.chars().all(signs)
        && digits >= 1
        && letters >= 1
        && digits + letters >= 4
        && !is_number_with_word
        && (digits >= 2 || chunk.chars().any(|c| c.is_ascii_uppercase()))
}

fn is_iso(chunk: &str) -> bool {
    chunk.len() >= 10 && chunk.get(..10).is_some_and(|date| date.parse::<jiff::civil::Date>().is_ok())
}

fn bare_code(text: &str) -> String {
    text.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_uppercase()).collect()
}

fn figures_of_day(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_digit())
        && figures(text).values.iter().any(|value| matches!(value, Value::Day { year: Some(_), .. }))
}
