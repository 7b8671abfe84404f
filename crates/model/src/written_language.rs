//! Tells in which language a text is written, where that is sure: for the guard of an agent's replies and for the rule
//! `language` of an eval.
//!
//! The three-letter groups of a text tell it (`whatlang`). Compared with the language that a text should have, they find 95 %
//! of the replies of 40 letters and more that are in another one (1,058 of 1,110, `tests/grounding`, six languages) and
//! mistake none. Of 2,949 short answers of customers (`tests/answers`), each against five other languages, 44 % are sure, and
//! 2 of these 6,483 are wrong.

use whatlang::{Detector, Lang};

/// A shorter text is not told.
const LETTERS_MIN: usize = 40;

/// Languages that short texts cannot keep apart: none of a group is another one's mistake.
const ALIKE: [&[&str]; 10] = [
    &["da", "nb", "no", "nn", "sv"],
    &["hr", "sr", "bs", "sl", "mk", "bg"],
    &["cs", "sk"],
    &["id", "ms", "jv"],
    &["ca", "es"],
    &["gl", "es"],
    &["gl", "pt"],
    &["ru", "uk", "be", "bg"],
    &["hi", "mr", "ne"],
    &["ur", "fa", "ar"],
];

/// The languages that are told, by the codes that bots use.
const CODES: [(Lang, &str); 62] = [
    (Lang::Eng, "en"),
    (Lang::Spa, "es"),
    (Lang::Fra, "fr"),
    (Lang::Deu, "de"),
    (Lang::Por, "pt"),
    (Lang::Ita, "it"),
    (Lang::Nld, "nl"),
    (Lang::Pol, "pl"),
    (Lang::Tur, "tr"),
    (Lang::Ind, "id"),
    (Lang::Ara, "ar"),
    (Lang::Heb, "he"),
    (Lang::Cmn, "zh"),
    (Lang::Jpn, "ja"),
    (Lang::Kor, "ko"),
    (Lang::Rus, "ru"),
    (Lang::Hin, "hi"),
    (Lang::Ukr, "uk"),
    (Lang::Bel, "be"),
    (Lang::Bul, "bg"),
    (Lang::Ces, "cs"),
    (Lang::Slk, "sk"),
    (Lang::Slv, "sl"),
    (Lang::Hrv, "hr"),
    (Lang::Srp, "sr"),
    (Lang::Mkd, "mk"),
    (Lang::Ron, "ro"),
    (Lang::Hun, "hu"),
    (Lang::Ell, "el"),
    (Lang::Swe, "sv"),
    (Lang::Dan, "da"),
    (Lang::Nob, "nb"),
    (Lang::Fin, "fi"),
    (Lang::Est, "et"),
    (Lang::Lav, "lv"),
    (Lang::Lit, "lt"),
    (Lang::Cat, "ca"),
    (Lang::Afr, "af"),
    (Lang::Cym, "cy"),
    (Lang::Vie, "vi"),
    (Lang::Tha, "th"),
    (Lang::Tgl, "tl"),
    (Lang::Jav, "jv"),
    (Lang::Ben, "bn"),
    (Lang::Mar, "mr"),
    (Lang::Nep, "ne"),
    (Lang::Guj, "gu"),
    (Lang::Pan, "pa"),
    (Lang::Tam, "ta"),
    (Lang::Tel, "te"),
    (Lang::Kan, "kn"),
    (Lang::Mal, "ml"),
    (Lang::Sin, "si"),
    (Lang::Urd, "ur"),
    (Lang::Pes, "fa"),
    (Lang::Aze, "az"),
    (Lang::Uzb, "uz"),
    (Lang::Tuk, "tk"),
    (Lang::Kat, "ka"),
    (Lang::Hye, "hy"),
    (Lang::Amh, "am"),
    (Lang::Zul, "zu"),
];

/// The likeliest language of a text of any length.
pub fn likely_language_of(text: &str) -> Option<&'static str> {
    whatlang::detect(text).and_then(|info| code(info.lang()))
}

/// The language of a text that is surely not in `wanted`. `None`: it may be in this one, or is short.
pub fn other_language(text: &str, wanted: &str) -> Option<&'static str> {
    let likely = likely_language_of(text).filter(|likely| is_long(text) && !is_like(likely, wanted))?;
    is_rather(text, likely, wanted).then_some(likely)
}

/// True if a text that is long enough to tell is likely in this language.
pub fn is_likely_in(text: &str, wanted: &str) -> bool {
    is_long(text) && likely_language_of(text).is_some_and(|likely| is_like(likely, wanted))
}

/// The languages of `known` that a text may be in, the likeliest first; `fallback`, and each that is told and not among them,
/// can only rule languages out. All of them if nothing tells it. A sentence that is surely in another one than the whole
/// text adds it.
pub fn possible_languages(text: &str, known: &[&'static str], fallback: &str) -> Vec<&'static str> {
    let further = likely_language_of(text).into_iter().chain([stem(fallback)]);
    let mut all: Vec<&str> = known.to_vec();
    all.extend(further.filter(|code| !known.contains(code) && is_told(code)));
    let detector = Detector::with_allowlist(all.iter().filter_map(|code| lang(code)).collect());
    let Some(likely) = detector.detect_lang(text).and_then(code) else { return known.to_vec() };
    let mut possible: Vec<&'static str> =
        known.iter().copied().filter(|other| !is_rather(text, likely, other)).collect();
    let sentences = text.split(['.', '!', '?', ';', '\n']).filter(|part| letters(part) >= SENTENCE_LETTERS_MIN);
    for (count, sentence) in sentences.enumerate() {
        if count >= SENTENCES_MAX {
            return known.to_vec();
        }
        let missing: Vec<&str> = known.iter().copied().filter(|other| !possible.contains(other)).collect();
        possible.extend(missing.into_iter().filter(|other| is_rather(sentence, other, likely)));
    }
    possible.sort_by_key(|other| *other != likely);
    possible
}

/// A shorter sentence is told with the whole text alone.
const SENTENCE_LETTERS_MIN: usize = 8;
/// A text with more sentences may be in any language.
const SENTENCES_MAX: usize = 40;

fn letters(text: &str) -> usize {
    text.chars().filter(|c| c.is_alphabetic()).count()
}

fn is_long(text: &str) -> bool {
    letters(text) >= LETTERS_MIN
}

fn code(lang: Lang) -> Option<&'static str> {
    CODES.iter().find(|(known, _)| *known == lang).map(|(_, code)| *code)
}

/// True if a text is surely in `own` rather than in `other`, also if it is short.
pub fn is_rather(text: &str, own: &str, other: &str) -> bool {
    let (Some(own), Some(other)) = (lang(own), lang(other)) else { return false };
    let told = Detector::with_allowlist(vec![own, other]).detect(text);
    own != other && told.is_some_and(|info| info.is_reliable() && info.lang() == own)
}

/// True if texts in this language are told; a region (`pt_BR`) does not matter.
pub fn is_told(code: &str) -> bool {
    lang(code).is_some()
}

fn lang(code: &str) -> Option<Lang> {
    CODES.iter().find(|(_, known)| *known == stem(code)).map(|(lang, _)| *lang)
}

/// True if both are the same language, or ones that short texts cannot keep apart.
fn is_like(one: &str, other: &str) -> bool {
    let (one, other) = (stem(one), stem(other));
    one == other || ALIKE.iter().any(|group| group.contains(&one) && group.contains(&other))
}

/// `pt` for `pt_BR`.
fn stem(code: &str) -> &str {
    code.split(['_', '-']).next().unwrap_or(code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_language_of_a_whole_sentence_is_told() {
        let told = [
            ("en", "A check-up costs 45 pounds, and you can bring your bike on any weekday before noon."),
            ("es", "La revisión cuesta 45 euros, y puede traer la bicicleta cualquier día antes del mediodía."),
            ("fr", "La révision coûte 45 euros, et vous pouvez apporter le vélo tous les jours avant midi."),
            ("de", "Die Durchsicht kostet 45 Euro, und Sie können das Rad an jedem Werktag vormittags bringen."),
            ("pt", "A revisão custa 45 euros, e você pode trazer a bicicleta em qualquer dia antes do meio-dia."),
            ("it", "La revisione costa 45 euro, e può portare la bicicletta in qualsiasi giorno prima di mezzogiorno."),
            ("tr", "Bakım 45 avro tutuyor ve bisikletinizi hafta içi her gün öğleden önce getirebilirsiniz."),
        ];
        for (code, text) in told {
            assert!(is_likely_in(text, code) && other_language(text, code).is_none(), "{text}");
            assert_eq!(other_language(text, if code == "en" { "es" } else { "en" }), Some(code), "{text}");
        }
    }

    #[test]
    fn a_text_without_enough_letters_is_not_told() {
        for text in ["Hola, ¿qué tal?", "OK", "", "45 €, 60 €, 89 €"] {
            assert!(other_language(text, "pl").is_none() && !is_likely_in(text, "es"), "{text}");
        }
    }

    #[test]
    fn a_short_text_decides_between_two_languages() {
        assert!(is_rather("vale, y el sábado?", "es", "en") && !is_rather("vale, y el sábado?", "en", "es"));
        for unsure in ["ok", "", "12", "Margherita"] {
            assert!(!is_rather(unsure, "es", "en") && !is_rather(unsure, "en", "es"), "{unsure}");
        }
        assert!(!is_rather("habari za asubuhi", "sw", "en"));
    }

    #[test]
    fn a_reply_is_compared_with_the_language_that_it_should_have() {
        let english = "Of course, you can bring the bike on any day of this week before noon.";
        let spanish = "Claro que sí, puede traer la bicicleta cualquier día de esta semana.";
        assert_eq!((other_language(english, "es"), other_language(spanish, "en")), (Some("en"), Some("es")));
        assert_eq!((other_language(english, "en"), other_language(spanish, "es_MX")), (None, None));
        assert_eq!(other_language(english, "sw"), None, "nobody tells this language");
        assert_eq!(other_language("Of course!", "es"), None);
    }

    #[test]
    fn regions_and_languages_alike_are_no_mistakes() {
        assert!(is_like("pt_BR", "pt") && is_like("ca", "es") && is_like("nb", "da") && is_like("sw", "sw"));
        assert!(!is_like("en", "es") && !is_like("de", "nl"));
    }

    #[derive(serde::Deserialize)]
    struct Talk {
        honest: Vec<String>,
    }

    /// No reply counts as one in another language than its own, and in a wrong one most are found.
    #[test]
    fn replies_of_businesses_are_told_from_those_in_other_languages() {
        const LANGUAGES: [&str; 6] = ["en", "es", "fr", "de", "pt", "it"];
        let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/grounding");
        for own in LANGUAGES {
            let texts = ["first", "second"]
                .map(|set| std::fs::read_to_string(root.join(set).join(format!("{own}.yaml"))).unwrap());
            let talks = texts.iter().flat_map(|text| serde_yaml::from_str::<Vec<Talk>>(text).unwrap());
            let replies: Vec<String> = talks.flat_map(|talk| talk.honest).filter(|reply| is_long(reply)).collect();
            let (mut asked, mut found) = (0, 0);
            for reply in &replies {
                assert_eq!(other_language(reply, own), None, "{reply}");
                for other in LANGUAGES.into_iter().filter(|other| *other != own) {
                    asked += 1;
                    found += usize::from(other_language(reply, other).is_some());
                }
            }
            println!("{own}: {found} of {asked}");
            assert!(
                replies.len() >= 30 && found * 100 >= asked * 85,
                "{own}: {found} of {asked}, {} replies",
                replies.len()
            );
        }
    }
}
