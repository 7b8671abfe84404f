//! Defines the codes of languages, as in WhatsApp's templates and `locales/`.

use crate::base::{diagnostic::Diagnostic, fix::Fix, place::Place};

/// A finding for a language without its code: `spanish` for `es`.
pub fn not_a_language(written: &str, place: &Place) -> Option<Diagnostic> {
    let mut parts = written.split(['_', '-']);
    let code = |part: &str| (2..=3).contains(&part.len()) && part.chars().all(|c| c.is_ascii_lowercase());
    let rest = |part: &str| (2..=8).contains(&part.len()) && part.chars().all(|c| c.is_ascii_alphanumeric());
    if parts.next().is_some_and(code) && parts.all(rest) {
        return None;
    }
    let lower = as_code(written);
    let meant = code_of(written).or(lower.as_deref().filter(|lower| not_a_language(lower, place).is_none()));
    let finding = Diagnostic::error("E218", place, format!("`{written}` is no code of a language"));
    let fix =
        meant.filter(|_| place.text() == written).map(|code| Fix::replace(format!("write `{code}`"), place, code));
    let help = meant.map_or_else(|| "write it like `es` or `pt_BR`".to_owned(), |code| format!("write `{code}`"));
    Some(finding.help(help).fix_if(fix.map(Fix::guess)))
}

/// A code in the letters of codes: `de` for `DE`, `pt_BR` for `PT-br`.
fn as_code(written: &str) -> Option<String> {
    let mut parts = written.split(['_', '-']);
    let language = parts.next()?.to_lowercase();
    let code = parts.fold(language, |code, part| match part.len() {
        2 => format!("{code}_{}", part.to_uppercase()),
        _ => format!("{code}_{part}"),
    });
    (code != written).then_some(code)
}

/// The code of a language by its name: `es` for `spanish`.
pub fn code_of(name: &str) -> Option<&'static str> {
    LANGUAGES.iter().find(|(known, _)| name.to_lowercase() == *known).map(|(_, code)| *code)
}

/// Names of languages with their codes.
const LANGUAGES: [(&str, &str); 16] = [
    ("arabic", "ar"),
    ("catalan", "ca"),
    ("deutsch", "de"),
    ("dutch", "nl"),
    ("english", "en"),
    ("español", "es"),
    ("français", "fr"),
    ("french", "fr"),
    ("german", "de"),
    ("hindi", "hi"),
    ("italian", "it"),
    ("italiano", "it"),
    ("portuguese", "pt"),
    ("português", "pt"),
    ("spanish", "es"),
    ("turkish", "tr"),
];

/// Languages that Meta's templates have with a country only (its page *Supported languages*).
const WITH_COUNTRY: [(&str, &[&str]); 4] =
    [("ky", &["ky_KG"]), ("pt", &["pt_BR", "pt_PT"]), ("rw", &["rw_RW"]), ("zh", &["zh_CN", "zh_HK", "zh_TW"])];

/// The codes that Meta's templates have for the language of this code, if they do not have the code itself.
pub fn template_codes(code: &str) -> Option<&'static [&'static str]> {
    let stem = code.split(['_', '-']).next().unwrap_or_default();
    let (_, known) = WITH_COUNTRY.iter().find(|(language, _)| *language == stem)?;
    (!known.contains(&code)).then_some(*known)
}
