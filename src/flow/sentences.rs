//! The engine's built-in phrases, in seventeen languages.
//!
//! `phrases:` of a file in `locales/` puts others in their place, in any language; `phrases:` of a question those that it
//! shows.

mod words;

use self::words::in_all;
use super::{FlowSet, locale::fallbacks};
use crate::base::limits::{BUTTON_TITLE_CHARS_MAX, ROW_TITLE_CHARS_MAX};

/// Something that the engine says by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Phrase {
    /// After an opt-out word.
    Stopped,
    /// After an opt-in word.
    Started,
    /// After an unsure word, with the buttons *yes* and *no*: stop everything?
    AskStop,
    /// After that question was answered with no.
    Kept,
    /// A consent button whose run is long gone.
    Noted,
    /// To an answer that does not count, where neither step nor bot has words of their own.
    Invalid,
    /// To an answer that may mean two things, above a button for each.
    Which,
    /// After an error that nothing takes up.
    WentWrong,
    /// In a form whose question is over.
    FormOver,
    /// A button of a `yesno` question.
    Yes,
    /// A button of a `yesno` question.
    No,
    /// The button that opens a list.
    Choose,
    /// The last row of a list that goes on.
    More,
    /// The row of a list that leads to the page before.
    Back,
    /// Above the names of the bot's languages, once in each of them.
    AskLanguage,
}

impl Phrase {
    pub const ALL: [Phrase; 15] = [
        Phrase::Stopped,
        Phrase::Started,
        Phrase::AskStop,
        Phrase::Kept,
        Phrase::Noted,
        Phrase::Invalid,
        Phrase::Which,
        Phrase::WentWrong,
        Phrase::FormOver,
        Phrase::Yes,
        Phrase::No,
        Phrase::Choose,
        Phrase::More,
        Phrase::Back,
        Phrase::AskLanguage,
    ];

    /// Those that a question shows.
    pub const OF_QUESTIONS: [Phrase; 5] = [Phrase::Choose, Phrase::More, Phrase::Back, Phrase::Yes, Phrase::No];

    /// As `phrases:` spells it.
    pub fn as_str(self) -> &'static str {
        match self {
            Phrase::Stopped => "stopped",
            Phrase::Started => "started",
            Phrase::AskStop => "ask_stop",
            Phrase::Kept => "kept",
            Phrase::Noted => "noted",
            Phrase::Invalid => "invalid",
            Phrase::Which => "which",
            Phrase::WentWrong => "went_wrong",
            Phrase::FormOver => "form_over",
            Phrase::Yes => "yes",
            Phrase::No => "no",
            Phrase::Choose => "choose",
            Phrase::More => "more",
            Phrase::Back => "back",
            Phrase::AskLanguage => "ask_language",
        }
    }

    pub fn parse(name: &str) -> Option<Phrase> {
        Phrase::ALL.into_iter().find(|phrase| phrase.as_str() == name)
    }

    /// How many characters WhatsApp shows of it, where it stands on a button or in a row.
    pub fn chars_max(self) -> Option<usize> {
        match self {
            Phrase::Yes | Phrase::No | Phrase::Choose => Some(BUTTON_TITLE_CHARS_MAX),
            Phrase::More | Phrase::Back => Some(ROW_TITLE_CHARS_MAX),
            Phrase::Stopped
            | Phrase::Started
            | Phrase::AskStop
            | Phrase::Kept
            | Phrase::Noted
            | Phrase::Invalid
            | Phrase::Which
            | Phrase::WentWrong
            | Phrase::FormOver
            | Phrase::AskLanguage => None,
        }
    }

    /// In this language; of `pt_BR` that of `pt`. `None`: a language without built-in phrases.
    pub fn built_in(self, language: &str) -> Option<&'static str> {
        let known = code(language);
        let short = known.split('_').next().unwrap_or_default();
        let all = in_all(self);
        let of = |wanted: &str| all.iter().find(|(name, _)| *name == wanted);
        of(&known).or_else(|| of(short)).map(|(_, text)| *text)
    }
}

/// `zh_TW` of `zh-Hant`; Hebrew and Indonesian have older codes, too.
pub fn code(language: &str) -> String {
    let plain = language.replace('-', "_");
    match plain.split('_').next().unwrap_or_default() {
        "iw" => "he".into(),
        "in" => "id".into(),
        "zh" if ["TW", "HK", "MO", "Hant"]
            .iter()
            .any(|part| plain.split('_').any(|own| own.eq_ignore_ascii_case(part))) =>
        {
            "zh_TW".into()
        }
        _ => plain,
    }
}

impl FlowSet {
    /// A phrase as this bot says it: of the language's file in `locales/`, else the built-in one; where the language has
    /// neither, those of its fallbacks, of the bot's own language, English.
    pub fn phrase(&self, language: &str, phrase: Phrase) -> &str {
        let chain = fallbacks(language, &self.bot.languages);
        let own = fallbacks(&self.bot.language, &self.bot.languages);
        let said = |wanted: &str| {
            let written = self.locales.get(wanted).and_then(|locale| locale.phrases.get(&phrase));
            written.map(String::as_str).or_else(|| phrase.built_in(wanted))
        };
        chain.chain(own).find_map(said).or_else(|| phrase.built_in("en")).unwrap_or_default()
    }
}

/// All of them, one a line: for whoever looks for words that can be said.
pub fn all() -> String {
    let texts = Phrase::ALL.into_iter().flat_map(|phrase| in_all(phrase).iter().map(|(_, text)| *text));
    texts.collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    const LANGUAGES: [&str; 18] =
        ["en", "es", "fr", "de", "pt", "it", "nl", "pl", "tr", "id", "ar", "he", "zh", "zh_TW", "ja", "ru", "hi", "sw"];

    #[test]
    fn every_language_has_every_phrase_and_they_fit() {
        for phrase in Phrase::ALL {
            let mut known: Vec<&str> = in_all(phrase).iter().map(|(language, _)| *language).collect();
            known.sort_unstable();
            let mut wanted = LANGUAGES.to_vec();
            wanted.sort_unstable();
            assert_eq!(known, wanted, "{}", phrase.as_str());
            for (language, text) in in_all(phrase) {
                let fits = phrase.chars_max().is_none_or(|max| text.chars().count() <= max);
                assert!(fits && !text.trim().is_empty(), "{language} {}", phrase.as_str());
                let same_in_english = phrase == Phrase::No && matches!(*language, "es" | "it");
                assert!(
                    *language == "en" || same_in_english || Some(*text) != phrase.built_in("en"),
                    "{language} {text}"
                );
            }
            assert_eq!(Phrase::parse(phrase.as_str()), Some(phrase));
        }
    }

    #[test]
    fn a_language_is_known_by_all_its_codes() {
        for (code, same) in [("pt_BR", "pt"), ("zh-Hant-HK", "zh_TW"), ("zh_CN", "zh"), ("iw", "he"), ("ar_EG", "ar")] {
            assert_eq!(Phrase::Stopped.built_in(code), Phrase::Stopped.built_in(same), "{code}");
        }
        assert_eq!(Phrase::Yes.built_in("xx"), None);
    }

    #[test]
    fn yes_and_no_and_the_pages_differ_in_every_language() {
        for language in LANGUAGES {
            assert_ne!(Phrase::Yes.built_in(language), Phrase::No.built_in(language), "{language}");
            assert_ne!(Phrase::More.built_in(language), Phrase::Back.built_in(language), "{language}");
        }
    }
}
