//! Defines the codes of languages, as in WhatsApp's templates and `locales/`.

use crate::base::{diagnostic::Diagnostic, fix::Fix, place::Place};

/// A finding for a language without its code: `spanish` for `es`.
pub fn not_a_language(written: &str, place: &Place) -> Option<Diagnostic> {
    let mut parts = written.split(['_', '-']);
    let code = |part: &str| (2..=3).contains(&part.len()) && part.chars().all(|c| c.is_ascii_lowercase());
    let rest = |part: &str| (2..=8).contains(&part.len()) && part.chars().all(|c| c.is_ascii_alphanumeric());
    let stem = parts.next().unwrap_or_default();
    if code(stem) && parts.all(rest) && of_two_letters(stem).is_none() {
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

/// The code of a language by its name, or by a code of three letters: `es` for `spanish` and `spa`.
pub fn code_of(name: &str) -> Option<&'static str> {
    let named = LANGUAGES.iter().find(|(known, _)| name.to_lowercase() == *known).map(|(_, code)| *code);
    named.or_else(|| of_two_letters(name))
}

/// The code of two letters for one of three, which nobody has whose language WhatsApp tells: `it` for `ita`.
fn of_two_letters(code: &str) -> Option<&'static str> {
    THREE_LETTERS.iter().find(|(known, _)| *known == code).map(|(_, code)| *code)
}

/// Codes of ISO 639-2 of languages that have one of two letters.
const THREE_LETTERS: [(&str, &str); 32] = [
    ("ara", "ar"),
    ("cat", "ca"),
    ("ces", "cs"),
    ("chi", "zh"),
    ("dan", "da"),
    ("deu", "de"),
    ("dut", "nl"),
    ("ell", "el"),
    ("eng", "en"),
    ("eus", "eu"),
    ("fin", "fi"),
    ("fra", "fr"),
    ("fre", "fr"),
    ("ger", "de"),
    ("glg", "gl"),
    ("heb", "he"),
    ("hin", "hi"),
    ("hun", "hu"),
    ("ita", "it"),
    ("jpn", "ja"),
    ("kor", "ko"),
    ("nld", "nl"),
    ("nor", "no"),
    ("pol", "pl"),
    ("por", "pt"),
    ("ron", "ro"),
    ("rus", "ru"),
    ("spa", "es"),
    ("swe", "sv"),
    ("tur", "tr"),
    ("ukr", "uk"),
    ("zho", "zh"),
];

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
