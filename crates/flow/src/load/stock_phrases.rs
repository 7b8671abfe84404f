//! Provides the engine's built-in phrases, in 17 languages.
//!
//! `phrases:` of a file in `locales/` replaces them, in any language; `phrases:` of a question replaces those that it
//! shows.

mod answers;
mod words;

use self::words::in_all;
use super::locale::fallbacks;
use crate::{
    FlowSet,
    base::limits::{BUTTON_TITLE_CHARS_MAX, ROW_TITLE_CHARS_MAX},
};

/// A text that the engine sends by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Phrase {
    /// After an opt-out word.
    Stopped,
    /// After an opt-in word.
    Started,
    /// After an unsure word, with the buttons *yes* and *no*: stop everything?
    AskStop,
    /// After the answer no to that question.
    Kept,
    /// After a tap on a consent button whose run has ended.
    Noted,
    /// After an answer that is not understood, if neither the step nor the bot has a text.
    Invalid,
    /// After a clear answer that is none of the question's options, such as an hour that is not free.
    Refused,
    /// After an answer with two possible meanings, above a button for each.
    Which,
    /// After an answer with one value among unknown words, before this value and above a button for it.
    Whether,
    /// After an error that nothing handles.
    WentWrong,
    /// In a form whose question has ended.
    FormOver,
    /// A button of a `yesno` question.
    Yes,
    /// A button of a `yesno` question.
    No,
    /// The button that opens a list.
    Choose,
    /// The last row of a list with further pages.
    More,
    /// The row of a list that leads to the previous page.
    Back,
    /// Above the names of the bot's languages, once in each of them.
    AskLanguage,
    /// Before a hand-off by an agent.
    PersonComes,
    /// Above the first reply of an agent in a window.
    Machine,
    /// Before the papers that a reply of an agent was taken from.
    Source,
}

impl Phrase {
    pub const ALL: [Phrase; 20] = [
        Phrase::Stopped,
        Phrase::Started,
        Phrase::AskStop,
        Phrase::Kept,
        Phrase::Noted,
        Phrase::Invalid,
        Phrase::Refused,
        Phrase::Which,
        Phrase::Whether,
        Phrase::WentWrong,
        Phrase::FormOver,
        Phrase::Yes,
        Phrase::No,
        Phrase::Choose,
        Phrase::More,
        Phrase::Back,
        Phrase::AskLanguage,
        Phrase::PersonComes,
        Phrase::Machine,
        Phrase::Source,
    ];

    /// The phrases that a question shows.
    pub const OF_QUESTIONS: [Phrase; 5] = [Phrase::Choose, Phrase::More, Phrase::Back, Phrase::Yes, Phrase::No];

    /// The key in `phrases:`.
    pub fn as_str(self) -> &'static str {
        match self {
            Phrase::Stopped => "stopped",
            Phrase::Started => "started",
            Phrase::AskStop => "ask_stop",
            Phrase::Kept => "kept",
            Phrase::Noted => "noted",
            Phrase::Invalid => "invalid",
            Phrase::Refused => "refused",
            Phrase::Which => "which",
            Phrase::Whether => "whether",
            Phrase::WentWrong => "went_wrong",
            Phrase::FormOver => "form_over",
            Phrase::Yes => "yes",
            Phrase::No => "no",
            Phrase::Choose => "choose",
            Phrase::More => "more",
            Phrase::Back => "back",
            Phrase::AskLanguage => "ask_language",
            Phrase::PersonComes => "person_comes",
            Phrase::Machine => "machine",
            Phrase::Source => "source",
        }
    }

    pub fn parse(name: &str) -> Option<Phrase> {
        Phrase::ALL.into_iter().find(|phrase| phrase.as_str() == name)
    }

    /// The number of characters that WhatsApp shows, for a phrase on a button or in a row.
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
            | Phrase::Refused
            | Phrase::Which
            | Phrase::Whether
            | Phrase::WentWrong
            | Phrase::FormOver
            | Phrase::AskLanguage
            | Phrase::PersonComes
            | Phrase::Machine
            | Phrase::Source => None,
        }
    }

    /// The phrase in this language; for `pt_BR` that of `pt`. `None`: the language has no built-in phrases.
    pub fn built_in(self, language: &str) -> Option<&'static str> {
        let known = code(language);
        let short = known.split('_').next().unwrap_or_default();
        let all = in_all(self);
        let of = |wanted: &str| all.iter().find(|(name, _)| *name == wanted);
        of(&known).or_else(|| of(short)).map(|(_, text)| *text)
    }
}

/// The code of a language: `zh_TW` for `zh-Hant`; Hebrew and Indonesian also have older codes.
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
    /// A phrase of this bot: from the language's file in `locales/`, else the built-in one; if the language has
    /// neither, from its fallbacks, the bot's own language, or English.
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

/// All phrases, one in each line, for the search for possible texts.
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
            // European and Brazilian Portuguese have forms of their own where one form would be strange to the other.
            let plain = in_all(phrase).iter().filter(|(language, _)| !language.starts_with("pt_"));
            let mut known: Vec<&str> = plain.map(|(language, _)| *language).collect();
            known.sort_unstable();
            let mut wanted = LANGUAGES.to_vec();
            wanted.sort_unstable();
            assert_eq!(known, wanted, "{}", phrase.as_str());
            for (language, text) in in_all(phrase) {
                let fits = phrase.chars_max().is_none_or(|max| text.chars().count() <= max);
                assert!(fits && !text.trim().is_empty(), "{language} {}", phrase.as_str());
                let same_in_english = matches!((phrase, *language), (Phrase::No, "es" | "it") | (Phrase::Source, "fr"));
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
        assert_ne!(Phrase::Which.built_in("pt_BR"), Phrase::Which.built_in("pt_PT"));
    }

    #[test]
    fn portuguese_that_is_not_of_brazil_has_no_voce() {
        for phrase in Phrase::ALL {
            for language in ["pt", "pt_PT"] {
                let text = phrase.built_in(language).unwrap_or_default().to_lowercase();
                assert!(!text.contains("você") && !text.contains("equipe"), "{language} {text}");
            }
        }
    }

    #[test]
    fn yes_and_no_and_the_pages_differ_in_every_language() {
        for language in LANGUAGES {
            assert_ne!(Phrase::Yes.built_in(language), Phrase::No.built_in(language), "{language}");
            assert_ne!(Phrase::More.built_in(language), Phrase::Back.built_in(language), "{language}");
        }
    }
}
