//! Recognises the words by which a contact opts out or in again, in seventeen languages. The whole folded message must be
//! such a word, with or without polite words around it.
//!
//! Words are recognised when a webhook is recorded, before any flow runs (language.md 8). Therefore they are in `model`
//! and not in `flow`.

mod ar;
mod de;
mod en;
mod es;
mod fr;
mod he;
mod hi;
mod id;
mod it;
mod ja;
mod nl;
mod pl;
mod pt;
mod ru;
mod sw;
mod tr;
mod zh;

use super::{
    inbound::InboundKind,
    matching::{fold, has_word},
};
use std::{
    collections::{HashMap, HashSet},
    sync::LazyLock,
};

/// The words of one language, all folded (`model::matching::fold`).
pub struct Table {
    /// The two-letter code of the language.
    pub language: &'static str,
    pub hard: &'static [&'static str],
    pub unsure: &'static [&'static str],
    pub start: &'static [&'static str],
    /// Polite words that may stand before or behind the opt-out word.
    pub courtesy: &'static [&'static str],
    /// Words that may stand in a sentence about stopping our messages.
    pub about: &'static [&'static str],
    /// Words and pairs of words that ask for an end, in a sentence about `messages`: *no more*, *remove*.
    pub ends: &'static [&'static str],
    /// Words for our messages and for sending them.
    pub messages: &'static [&'static str],
}

/// All languages. A new language is a new file in this folder and a name in this list.
const LANGUAGES: [&Table; 17] = [
    &en::WORDS,
    &es::WORDS,
    &fr::WORDS,
    &de::WORDS,
    &pt::WORDS,
    &it::WORDS,
    &nl::WORDS,
    &pl::WORDS,
    &tr::WORDS,
    &id::WORDS,
    &ar::WORDS,
    &he::WORDS,
    &ru::WORDS,
    &zh::WORDS,
    &ja::WORDS,
    &hi::WORDS,
    &sw::WORDS,
];

/// The meaning of an opt-out or opt-in word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Word {
    /// A hard opt-out word: it always counts.
    Stop,
    /// An unsure opt-out word: it counts if no question waits and no flow has it as an exact keyword; the contact is
    /// then asked to confirm.
    Unsure,
    /// An opt-in word: it lifts a stop.
    Start,
}

/// The additional words of a bot (`opt_out.words`, `opt_out.unsure`, `opt_out.start`), folded once.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ExtraWords {
    hard: Vec<String>,
    unsure: Vec<String>,
    start: Vec<String>,
}

impl ExtraWords {
    pub fn new(hard: &[String], unsure: &[String], start: &[String]) -> Self {
        let folded = |words: &[String]| words.iter().map(|w| fold(w)).filter(|w| !w.is_empty()).collect();
        ExtraWords { hard: folded(hard), unsure: folded(unsure), start: folded(start) }
    }

    fn find(&self, said: &str) -> Option<Word> {
        let is_in = |words: &[String]| words.iter().any(|word| word == said);
        match known(said) {
            _ if is_in(&self.hard) => Some(Word::Stop),
            Some((Word::Unsure, _)) | None if is_in(&self.unsure) => Some(Word::Unsure),
            None if is_in(&self.start) => Some(Word::Start),
            found => found.map(|(word, _)| word),
        }
    }
}

/// The meaning of the whole message, if it is one of the words. A sentence of only such a word and neutral words about
/// messages ("stop sending me messages") is unsure, and so is one that asks for an end of them ("take me off your
/// list"); any other sentence has no meaning here.
pub fn recognise(text: &str, extra: &ExtraWords) -> Option<Word> {
    // No known word is nearly this long, so a long text need not be folded.
    if text.len() > LONGEST_BYTES && extra.hard.is_empty() && extra.unsure.is_empty() {
        return None;
    }
    let text = fold(text);
    if text.is_empty() {
        return None;
    }
    if let Some(word) = extra.find(&text) {
        return Some(word);
    }
    let words = bare(&text)?;
    match words.len() {
        0 => None,
        _ => extra.find(&words.join(" ")).or_else(|| is_about_stopping(&words).then_some(Word::Unsure)),
    }
}

/// The opt-out or opt-in meaning of a message: of a text, or of a tap on a button that no flow has signed. Such a
/// button belongs to a template; `STOP` in its payload or title counts like the typed word. Other words on a button do
/// not count: flows ask back unsure words, and *Start* stands on many first buttons.
pub fn said_by(message: &InboundKind, is_ours: impl Fn(&str) -> bool, extra: &ExtraWords) -> Option<Word> {
    match message {
        InboundKind::Text { body } => recognise(body, extra),
        InboundKind::Button { id, title } => {
            let stops = |text: &String| recognise(text, extra) == Some(Word::Stop);
            ((stops(id) || stops(title)) && !is_ours(id)).then_some(Word::Stop)
        }
        InboundKind::Media { .. }
        | InboundKind::Location { .. }
        | InboundKind::Contacts { .. }
        | InboundKind::Order { .. }
        | InboundKind::Form { .. }
        | InboundKind::Reaction { .. }
        | InboundKind::Welcome
        | InboundKind::Call { .. }
        | InboundKind::Edit { .. }
        | InboundKind::Revoke { .. }
        | InboundKind::System { .. }
        | InboundKind::Unsupported { .. } => None,
    }
}

/// The language of a word, so that the confirmation can use it; international words have none. Of several languages with
/// this word, the first of `preferred` counts: the bot's own, then those of the contact's country.
pub fn language(text: &str, preferred: &[&str]) -> Option<&'static str> {
    let text = fold(text);
    let words = bare(&text);
    let short = |language: &str| language.split(['_', '-']).next().unwrap_or_default().to_owned();
    let table = |language: &&str| LANGUAGES.into_iter().find(|table| table.language == short(language));
    let has = |table: &&Table| {
        let is_word = |said: &str| [table.hard, table.start, table.unsure].iter().any(|list| list.contains(&said));
        is_word(&text) || words.as_ref().is_some_and(|words| is_word(&words.join(" ")) || ends_messages(table, words))
    };
    if let Some(table) = preferred.iter().filter_map(table).find(has) {
        return Some(table.language).filter(|language| *language != "en");
    }
    let of = |said: &str| known(said).map(|(_, language)| language);
    let whole = of(&text).or_else(|| words.as_ref().and_then(|words| of(&words.join(" "))));
    let found = whole.or_else(|| text.split(' ').find_map(of)).or_else(|| {
        let words = words.as_ref()?;
        LANGUAGES.iter().find(|table| ends_messages(table, words)).map(|table| table.language)
    });
    found.filter(|language| *language != "en")
}

const LONGEST_BYTES: usize = 200;
/// A longer text is more than an opt-out word with polite words around it.
const WORDS_MAX: usize = 12;

/// The words without polite words at both ends and without repetitions; `None`: too many words.
fn bare(text: &str) -> Option<Vec<&str>> {
    let mut words: Vec<&str> = text.split(' ').collect();
    if words.len() > WORDS_MAX {
        return None;
    }
    loop {
        let behind = courtesy(|length| words.len().checked_sub(length).map(|from| words[from..].join(" ")));
        if behind > 0 {
            words.truncate(words.len() - behind);
            continue;
        }
        let before = courtesy(|length| words.get(..length).map(|first| first.join(" ")));
        if before == 0 {
            break;
        }
        words.drain(..before);
    }
    words.dedup();
    Some(words)
}

/// The number of polite words at one end, by the longest phrase there.
fn courtesy(end: impl Fn(usize) -> Option<String>) -> usize {
    let is_one = |length: &usize| end(*length).is_some_and(|phrase| COURTESY.contains(phrase.as_str()));
    (1..=COURTESY_WORDS_MAX).rev().find(is_one).unwrap_or(0)
}

/// True if the sentence contains a hard word, or asks for an end of messages, and otherwise has only words about
/// messages.
fn is_about_stopping(words: &[&str]) -> bool {
    let is_hard = |word: &&str| matches!(known(word), Some((Word::Stop, _)));
    let belongs = |word: &&str| is_hard(word) || ABOUT.contains(*word) || COURTESY.contains(*word);
    words.iter().any(is_hard) && words.iter().all(belongs) || LANGUAGES.iter().any(|of| ends_messages(of, words))
}

/// True if a sentence in this language asks for an end of messages and has no other words. All words are of one
/// language: `para` ends something in Spanish, and is *for* in Portuguese.
fn ends_messages(of: &Table, words: &[&str]) -> bool {
    let said = words.join(" ");
    let has = |list: &[&str]| list.iter().any(|entry| has_word(&said, entry));
    let belongs = |word: &&str| {
        let in_phrase = |list: &[&str]| list.iter().any(|entry| entry.split(' ').any(|part| part == *word));
        of.about.contains(word) || of.messages.contains(word) || of.courtesy.contains(word) || in_phrase(of.ends)
    };
    has(of.ends) && has(of.messages) && words.iter().all(belongs)
}

fn known(said: &str) -> Option<(Word, &'static str)> {
    KNOWN.get(said).copied()
}

/// Each known word with its meaning and its language; the first language wins if two share a word.
static KNOWN: LazyLock<HashMap<&'static str, (Word, &'static str)>> = LazyLock::new(|| {
    let mut known = HashMap::new();
    for word in [Word::Stop, Word::Start, Word::Unsure] {
        for of in LANGUAGES {
            let list = match word {
                Word::Stop => of.hard,
                Word::Start => of.start,
                Word::Unsure => of.unsure,
            };
            for said in list {
                known.entry(*said).or_insert((word, of.language));
            }
        }
    }
    known
});

static COURTESY: LazyLock<HashSet<&'static str>> = LazyLock::new(|| all(|of| of.courtesy));
static ABOUT: LazyLock<HashSet<&'static str>> = LazyLock::new(|| all(|of| of.about));
const COURTESY_WORDS_MAX: usize = 4;

fn all(list: fn(&Table) -> &'static [&'static str]) -> HashSet<&'static str> {
    LANGUAGES.iter().flat_map(|of| list(of)).copied().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::limits::TEXT_CHARS_MAX;

    fn plain(text: &str) -> Option<Word> {
        recognise(text, &ExtraWords::default())
    }

    /// For each language: a hard word, a hard word with polite words, an unsure word, an unsure sentence, a sentence
    /// without meaning, and the opt-in word.
    const TALKS: &[(&str, [&str; 6])] = &[
        (
            "en",
            [
                "Unsubscribe",
                "Please stop, thank you!",
                "Cancel",
                "Stop sending me messages",
                "We have got to STOP this bill",
                "START",
            ],
        ),
        (
            "es",
            [
                "BAJA",
                "Baja, por favor. Gracias",
                "Cancelar",
                "Quiero la baja de los mensajes",
                "La baja temporada empieza",
                "Alta",
            ],
        ),
        (
            "fr",
            [
                "Arrêt",
                "STOP s'il vous plaît",
                "Annuler",
                "Arrête de me envoyer des messages",
                "Arrêt de bus",
                "Reprendre",
            ],
        ),
        (
            "de",
            [
                "ABMELDEN",
                "Bitte abmelden, danke",
                "Abbrechen",
                "Ich will vom Newsletter abmelden",
                "Ich muss mein Auto abmelden",
                "Anmelden",
            ],
        ),
        (
            "pt",
            [
                "Descadastrar",
                "Por favor, descadastrar. Obrigada!",
                "Sair",
                "Quero descadastrar da lista",
                "Como remover uma mancha?",
                "Começar",
            ],
        ),
        (
            "it",
            [
                "Cancellami",
                "Cancellami per favore, grazie mille",
                "Basta",
                "Cancellami dalla lista",
                "Cancellami l'ordine 12",
                "Riattiva",
            ],
        ),
        (
            "nl",
            [
                "Uitschrijven",
                "Afmelden alstublieft, bedankt",
                "Annuleren",
                "Ik wil afmelden van jullie berichten",
                "Ik wil mijn kind afmelden van school",
                "Aanmelden",
            ],
        ),
        (
            "pl",
            [
                "Wypisz",
                "Proszę, wypisz mnie. Dziękuję",
                "Anuluj",
                "Rezygnuję, nie chcę więcej wiadomości",
                "Rezygnuję z wizyty jutro",
                "Zapisz mnie",
            ],
        ),
        (
            "tr",
            [
                "RET",
                "Lütfen abonelikten çık, teşekkürler",
                "İptal",
                "Ret mesaj istemiyorum artık bana",
                "Ret sebebi nedir",
                "Abone ol",
            ],
        ),
        (
            "id",
            [
                "Unreg",
                "Tolong berhenti langganan, terima kasih",
                "Berhenti",
                "Unreg saya tidak mau pesan lagi",
                "Unreg paket data saya",
                "Mulai",
            ],
        ),
        ("ar", ["إلغاء الاشتراك", "من فضلك أوقف، شكرا", "إلغاء", "لا أريد الرسائل بعد", "متى يتوقف الباص", "ابدأ"]),
        ("he", ["הסר", "הסירו אותי בבקשה, תודה", "ביטול", "לא רוצה הודעות יותר", "איפה להסיר כתם", "התחל"]),
        (
            "ru",
            [
                "Отписаться",
                "Стоп, пожалуйста. Спасибо",
                "Отмена",
                "Не присылайте мне больше рекламу",
                "Где стоп линия",
                "Старт",
            ],
        ),
        ("zh", ["退订", "请退订，谢谢", "取消", "不要再发 广告", "公交车停在哪里", "订阅"]),
        (
            "ja",
            [
                "配信停止",
                "配信停止 お願いします",
                "キャンセル",
                "広告 もう いりません",
                "バスはどこで停止しますか",
                "登録",
            ],
        ),
        ("hi", ["रोकें", "कृपया बंद करें, धन्यवाद", "रद्द करें", "मुझे और मैसेज मत भेजो", "बस कहाँ रुकती है", "शुरू"]),
        (
            "sw",
            [
                "Jiondoe",
                "Tafadhali simamisha, asante",
                "Ghairi",
                "Sitaki matangazo tena",
                "Basi linaondoka saa ngapi",
                "Anza",
            ],
        ),
    ];

    #[test]
    fn all_languages_leave_ask_and_come_back() {
        assert_eq!(TALKS.len(), LANGUAGES.len());
        for (language, [hard, polite, unsure, unclear, neither, start]) in TALKS {
            let all = [hard, polite, unsure, unclear, neither, start].map(|text| plain(text));
            let wanted =
                [Some(Word::Stop), Some(Word::Stop), Some(Word::Unsure), Some(Word::Unsure), None, Some(Word::Start)];
            assert_eq!(all, wanted, "{language}");
        }
    }

    #[test]
    fn a_hard_word_is_recognised_however_it_is_written() {
        for word in ["STOP", "stop.", " Stop! ", "Stop 🛑", "STOPALL", "Stop stop STOP", "*stop*", "\"stop\""] {
            assert_eq!(plain(word), Some(Word::Stop), "{word}");
        }
    }

    #[test]
    fn courtesy_around_a_word_does_not_count() {
        for text in ["STOP PLEASE", "Stop. Thank you", "Hi, please stop now", "ok stop", "Hola! Baja por favor"] {
            assert_eq!(plain(text), Some(Word::Stop), "{text}");
        }
        assert_eq!(plain("please cancel"), Some(Word::Unsure));
        assert_eq!(plain("Start please"), Some(Word::Start));
        for text in ["please", "thank you very much", "hi"] {
            assert_eq!(plain(text), None, "{text}");
        }
    }

    #[test]
    fn a_word_inside_a_sentence_is_none() {
        for text in [
            "stop by tomorrow",
            "don't stop",
            "",
            "🛑",
            "nonstop",
            "The bus stop",
            "STOP 12345",
            "can you stop the delivery to my house",
            "does the bus stop at your shop",
            "start of the course",
        ] {
            assert_eq!(plain(text), None, "{text}");
        }
    }

    #[test]
    fn what_is_unclear_is_unsure() {
        for text in
            ["please stop texting me", "i want to stop receiving these messages", "stop it", "STOP all messages now"]
        {
            assert_eq!(plain(text), Some(Word::Unsure), "{text}");
        }
    }

    /// People who know no keyword, and sentences that sound like theirs and are about something else.
    #[test]
    fn a_sentence_that_ends_messages_is_unsure() {
        for text in [
            "please stop sending offers",
            "stop sending me offers",
            "no more offers",
            "remove me from your list",
            "Take me off your list!",
            "don't send me any more messages",
            "I don't want any more messages",
            "please do not contact me again",
            "leave me alone",
            "no quiero recibir más mensajes",
            "deja de enviarme mensajes",
            "no me escribas más",
            "Quitadme de la lista",
            "cancelar suscripción",
            "no quiero más publicidad",
            "Je ne veux plus recevoir de messages",
            "arrêtez de m'écrire",
            "retirez-moi de votre liste",
            "plus de pub svp",
            "Ich möchte keine Nachrichten mehr",
            "hört auf mir zu schreiben",
            "bitte keine Werbung mehr",
            "nehmen Sie mich aus dem Verteiler",
            "não quero mais receber mensagens",
            "parem de me mandar mensagens",
            "me tira da lista",
            "non voglio più ricevere messaggi",
            "smettetela di scrivermi",
            "toglietemi dalla lista",
            "geen berichten meer",
            "nie chcę więcej reklam",
            "artık mesaj istemiyorum",
            "jangan kirim pesan lagi",
        ] {
            assert_eq!(plain(text), Some(Word::Unsure), "{text}");
        }
        for text in [
            "no more bread please",
            "remove the onions",
            "cancel my order",
            "send me your offers",
            "I want your offers",
            "I am not receiving your messages",
            "what offers do you have",
            "take it off the bill",
            "quiero recibir ofertas",
            "ofertas para mi",
            "no me llegan los mensajes",
            "cancelar la cita",
            "no quiero la cita",
            "je veux recevoir vos offres",
            "plus de pain",
            "je ne veux pas de sucre",
            "keine Zwiebeln bitte",
            "ich habe keine Nachricht bekommen",
            "ich möchte die Angebote",
            "não quero cebola",
            "quero ofertas para hoje",
            "non voglio cipolle",
            "vorrei le offerte",
            "non ho ricevuto il messaggio",
            "do not unsubscribe me",
            "bitte nicht abmelden",
        ] {
            assert_eq!(plain(text), None, "{text}");
        }
    }

    #[test]
    fn a_long_text_is_never_one() {
        let words = ["stop"; WORDS_MAX].join(" ");
        assert_eq!(plain(&words), Some(Word::Stop));
        assert_eq!(plain(&format!("{words} stop")), None);
        assert_eq!(plain(&"stop sending ".repeat(TEXT_CHARS_MAX / 13)), None);
    }

    #[test]
    fn no_word_is_hard_and_something_else() {
        for of in LANGUAGES {
            for word in of.hard {
                for other in LANGUAGES {
                    assert!(!other.unsure.contains(word) && !other.start.contains(word), "{word}");
                }
            }
            let every = [of.hard, of.unsure, of.start, of.courtesy, of.about, of.ends, of.messages];
            for word in every.into_iter().flatten() {
                assert_eq!(fold(word), **word, "entries stand folded");
                assert!(word.len() <= LONGEST_BYTES, "{word}");
            }
            let longest = of.courtesy.iter().map(|phrase| phrase.split(' ').count()).max();
            assert!(longest <= Some(COURTESY_WORDS_MAX), "{}", of.language);
        }
    }

    #[test]
    fn courtesy_is_no_word_itself() {
        for phrase in COURTESY.iter() {
            assert_eq!(known(phrase), None, "{phrase}");
        }
    }

    #[test]
    fn a_bot_adds_words_of_its_own() {
        let extra = ExtraWords::new(&["Ausstieg!".into()], &["Genug".into()], &["Voltar".into(), "stop".into()]);
        assert_eq!(recognise("VOLTAR!", &extra), Some(Word::Start));
        assert_eq!(recognise("stop", &extra), Some(Word::Stop), "no word of a bot takes STOP away");
        assert_eq!(recognise("ausstieg", &extra), Some(Word::Stop));
        assert_eq!(recognise("Bitte Ausstieg, danke", &extra), Some(Word::Stop));
        assert_eq!(recognise("GENUG", &extra), Some(Word::Unsure));
        assert_eq!(recognise("START", &extra), Some(Word::Start));
    }

    #[test]
    fn a_button_says_stop_unless_a_flow_has_signed_it() {
        let tap = |id: &str, title: &str, ours: bool| {
            let kind = InboundKind::Button { id: id.into(), title: title.into() };
            said_by(&kind, |_| ours, &ExtraWords::default())
        };
        for (id, title) in [("STOP", "STOP"), ("x", "Unsubscribe"), ("UNSUBSCRIBE", "No more news"), ("1", "Baja")] {
            assert_eq!((tap(id, title, false), tap(id, title, true)), (Some(Word::Stop), None), "{id} {title}");
        }
        for (id, title) in [("x", "Stop promotions"), ("x", "Cancel"), ("START", "Start"), ("yes", "Yes")] {
            assert_eq!(tap(id, title, false), None, "{id} {title}");
        }
    }

    #[test]
    fn the_answer_speaks_the_words_language() {
        assert_eq!(
            (language("Baja", &[]), language("ABMELDEN", &[]), language("STOP", &[])),
            (Some("es"), Some("de"), None)
        );
        assert_eq!((language("STOP, bitte", &[]), language("Bitte abmelden", &[])), (None, Some("de")));
        assert_eq!(language("Ik wil afmelden van jullie berichten", &[]), Some("nl"));
        // Spanish and Portuguese share the word: the bot's own language counts first.
        for (text, preferred, found) in [
            ("cancelar", &["pt"][..], Some("pt")),
            ("parar por favor", &["pt_PT"], Some("pt")),
            ("cancelar", &["en", "pt"], Some("pt")),
            ("cancelar", &["es", "pt"], Some("es")),
            ("cancelar", &[], Some("es")),
            ("salir", &["pt"], Some("es")),
        ] {
            assert_eq!(language(text, preferred), found, "{text} {preferred:?}");
        }
    }
}
