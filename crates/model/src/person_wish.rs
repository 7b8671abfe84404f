//! Recognises a message that only asks for a person, in ten languages. It needs no language model, which may be down.

use crate::matching::fold;
use std::{collections::BTreeSet, sync::LazyLock};

/// True if the whole message asks for a person.
pub fn asks_for_person(text: &str) -> bool {
    let is_short = text.len() <= WISH_BYTES_MAX;
    is_short && FOLDED.contains(&without_courtesies(text))
}

fn without_courtesies(text: &str) -> String {
    let folded = fold(text);
    let words = folded.split_whitespace().filter(|word| !COURTESIES.contains(word));
    words.collect::<Vec<_>>().join(" ")
}

/// A wish for a person is short; a longer message says what it is about.
const WISH_BYTES_MAX: usize = 120;

static FOLDED: LazyLock<BTreeSet<String>> =
    LazyLock::new(|| WISHES.iter().flat_map(|(_, wishes)| wishes.split('|')).map(without_courtesies).collect());

/// Words in and around the wish that change nothing: courtesies, and what makes a person a real one.
const COURTESIES: [&str; 50] = [
    "please",
    "hello",
    "hi",
    "hey",
    "now",
    "thanks",
    "por",
    "favor",
    "hola",
    "ahora",
    "gracias",
    "vous",
    "plait",
    "svp",
    "bonjour",
    "merci",
    "s",
    "sil",
    "il",
    "te",
    "bitte",
    "hallo",
    "jetzt",
    "danke",
    "ola",
    "agora",
    "obrigado",
    "obrigada",
    "ciao",
    "adesso",
    "grazie",
    "prego",
    "alsjeblieft",
    "aub",
    "prosze",
    "lutfen",
    "tolong",
    "real",
    "actual",
    "live",
    "being",
    "vrai",
    "vraie",
    "echten",
    "echter",
    "echte",
    "verdad",
    "vera",
    "vero",
    "reale",
];

/// Wishes by language.
const WISHES: [(&str, &str); 10] = [
    (
        "en",
        "human|a human|agent|an agent|person|a person|real person|a real person|operator|representative|someone real|\
         talk to a human|talk to human|talk to a person|talk to an agent|talk to someone|talk to somebody|talk to a real person|\
         speak to a human|speak to a person|speak to an agent|speak to someone|speak to somebody|speak to a real person|\
         speak with a human|speak with a person|speak with someone|speak with an agent|talk with a human|talk with a person|\
         talk with someone|talk with an agent|i want a human|i want a person|i want an agent|i want to talk to a human|\
         i want to talk to a person|i want to talk to someone|i want to talk to an agent|i want to talk to a real person|\
         i want to speak to a human|i want to speak to a person|i want to speak to someone|i want to speak to an agent|\
         i want to speak to a real person|i need a human|i need a person|i need an agent|i need to talk to someone|\
         i need to talk to a person|i need to speak to someone|i need to speak to a person|can i talk to a human|\
         can i talk to a person|can i talk to someone|can i talk to an agent|can i talk to a real person|can i speak to a human|\
         can i speak to a person|can i speak to someone|can i speak to an agent|can i speak to a real person|\
         can i speak with someone|can i speak with a person|can i talk with someone|can i talk with a person|\
         i would like to speak to someone|i would like to speak to a person|i would like to talk to someone|\
         i would like to talk to a person|i'd like to speak to someone|i'd like to speak to a person|i'd like to talk to someone|\
         i'd like to talk to a person|connect me to a human|connect me to an agent|connect me to a person|get me a human|\
         get me a person|get me someone|get me somebody|get me an agent|give me an agent|give me someone|let me talk to a human|let me talk to a person|let me talk to someone|let me speak to someone|\
         let me speak to a person|let me speak to a human|give me a human|give me a person|speak to a manager|talk to a manager|\
         customer service|no bot|no bots|not a bot",
    ),
    (
        "es",
        "humano|un humano|persona|una persona|persona real|una persona real|agente|un agente|asesor|un asesor|operador|un operador|\
         hablar con una persona|hablar con un humano|hablar con alguien|hablar con un agente|hablar con un asesor|\
         hablar con una persona real|quiero hablar con una persona|quiero hablar con un humano|quiero hablar con alguien|\
         quiero hablar con un agente|quiero hablar con un asesor|quiero hablar con una persona real|quiero una persona|\
         quiero un humano|quiero un agente|necesito hablar con una persona|necesito hablar con alguien|\
         necesito hablar con un agente|necesito hablar con un asesor|necesito una persona|puedo hablar con una persona|\
         puedo hablar con alguien|puedo hablar con un agente|puedo hablar con un asesor|puedo hablar con un humano|\
         quisiera hablar con una persona|quisiera hablar con alguien|me gustaria hablar con una persona|\
         me gustaria hablar con alguien|pasame con una persona|pasame con alguien|paseme con una persona|paseme con alguien|agente humano|\
         un agente humano|hablar con un agente humano|una persona de verdad|hablar con una persona de verdad|\
         quiero hablar con una persona de verdad",
    ),
    (
        "fr",
        "humain|un humain|personne|une personne|une vraie personne|conseiller|un conseiller|une conseillere|agent|un agent|\
         operateur|un operateur|parler a un humain|parler a une personne|parler a quelqu'un|\
         parler a un conseiller|parler a un agent|parler avec quelqu'un|parler avec une personne|\
         parler avec un conseiller|je veux parler a un humain|je veux parler a une personne|je veux parler a quelqu'un|\
je veux parler a un conseiller|je veux parler a un agent|je veux un conseiller|\
         je veux un humain|je voudrais parler a quelqu'un|je voudrais parler a une personne|\
         je voudrais parler a un conseiller|je voudrais parler a un humain|puis je parler a quelqu'un|\
         puis je parler a un conseiller|puis je parler a une personne|je peux parler a quelqu'un|\
         je peux parler a un conseiller|je peux parler a une personne",
    ),
    (
        "de",
        "mensch|ein mensch|einen menschen|echter mensch|mitarbeiter|mitarbeiterin|ein mitarbeiter|einen mitarbeiter|berater|\
         einen berater|person|eine person|mit einem menschen sprechen|mit einem mitarbeiter sprechen|mit jemandem sprechen|\
         mit einer person sprechen|mit einem menschen reden|mit jemandem reden|ich will mit einem menschen sprechen|\
         ich will mit einem menschen reden|ich will mit einem mitarbeiter sprechen|ich will mit jemandem sprechen|\
         ich will einen menschen|gib mir einen menschen|gib mir einen mitarbeiter|geben sie mir einen menschen|\
         geben sie mir einen mitarbeiter|gib mir jemanden|verbinde mich mit einem menschen|\
         verbinden sie mich mit einem menschen|verbinden sie mich mit einem mitarbeiter|ich mochte mit einem menschen sprechen|ich mochte mit einem mitarbeiter sprechen|\
         ich mochte mit jemandem sprechen|ich mochte mit einer person sprechen|ich mochte mit einem menschen reden|\
         ich mochte mit jemandem reden|ich brauche einen menschen|ich brauche einen mitarbeiter|\
         kann ich mit einem menschen sprechen|kann ich mit jemandem sprechen|kann ich mit einem mitarbeiter sprechen|\
         kann ich mit einem menschen reden|kann ich mit jemandem reden|ich wurde gerne mit einem menschen sprechen|\
         ich wurde gerne mit jemandem sprechen|ich wurde gern mit jemandem sprechen|kundenservice|\
         kundendienst",
    ),
    (
        "pt",
        "humano|um humano|pessoa|uma pessoa|uma pessoa real|atendente|um atendente|uma atendente|agente|um agente|operador|\
         um operador|falar com um humano|falar com uma pessoa|falar com alguem|falar com atendente|falar com um atendente|\
         falar com uma atendente|falar com uma pessoa real|quero falar com um humano|quero falar com uma pessoa|\
         quero falar com alguem|quero falar com atendente|quero falar com um atendente|quero falar com uma atendente|\
         quero um atendente|quero um humano|preciso falar com alguem|preciso falar com uma pessoa|preciso falar com um atendente|\
         posso falar com alguem|posso falar com uma pessoa|posso falar com um atendente|gostaria de falar com alguem|\
         gostaria de falar com uma pessoa|gostaria de falar com um atendente|queria falar com alguem|queria falar com uma pessoa|\
         queria falar com um atendente|falar com um ser humano|quero falar com um ser humano|\
         atendente humano",
    ),
    (
        "it",
        "umano|un umano|persona|una persona|una persona reale|una persona vera|operatore|un operatore|una operatrice|\
         parlare con un umano|parlare con una persona|parlare con qualcuno|parlare con un operatore|parlare con operatore|\
         voglio parlare con un umano|voglio parlare con una persona|voglio parlare con qualcuno|voglio parlare con un operatore|\
         voglio un operatore|voglio una persona|vorrei parlare con una persona|vorrei parlare con qualcuno|\
         vorrei parlare con un operatore|posso parlare con una persona|posso parlare con qualcuno|\
         posso parlare con un operatore|ho bisogno di parlare con qualcuno|ho bisogno di una persona|operatore umano|\
         parlare con un operatore umano|vorrei parlare con un operatore umano",
    ),
    (
        "nl",
        "mens|een mens|medewerker|een medewerker|echt persoon|persoon|een persoon|met een mens praten|met een medewerker praten|\
         met iemand praten|met iemand spreken|met een medewerker spreken|ik wil met een mens praten|ik wil met iemand praten|\
         ik wil met een medewerker praten|ik wil met een medewerker spreken|ik wil een medewerker|ik wil iemand spreken|\
         kan ik met iemand praten|kan ik met een mens praten|kan ik een medewerker spreken|kan ik iemand spreken",
    ),
    (
        "pl",
        "czlowiek|z czlowiekiem|konsultant|konsultanta|z konsultantem|rozmowa z konsultantem|rozmowa z czlowiekiem|\
         chce rozmawiac z czlowiekiem|chce rozmawiac z konsultantem|chce porozmawiac z czlowiekiem|\
         chce porozmawiac z konsultantem|polacz mnie z konsultantem|polacz z konsultantem|polacz z czlowiekiem",
    ),
    (
        "tr",
        "insan|gercek kisi|temsilci|musteri temsilcisi|yetkili|bir insanla konusmak istiyorum|insanla konusmak istiyorum|\
         temsilciyle konusmak istiyorum|bir temsilciyle konusmak istiyorum|musteri temsilcisiyle konusmak istiyorum|\
         biriyle konusmak istiyorum|temsilciye baglan|musteri temsilcisine baglan|\
         musteri temsilcisi istiyorum|bir insan istiyorum|temsilci istiyorum|insanla gorusmek istiyorum|\
         bir insanla gorusmek istiyorum|biriyle gorusmek istiyorum|temsilciyle gorusmek istiyorum|\
         bir temsilciyle gorusmek istiyorum|temsilci ile gorusmek istiyorum|temsilci ile konusmak istiyorum|\
         musteri temsilcisi ile gorusmek istiyorum|musteri temsilcisi ile konusmak istiyorum|\
         musteri temsilcisiyle gorusmek istiyorum|musteri temsilcisine baglanmak istiyorum|\
         temsilciye baglanmak istiyorum|yetkiliyle gorusmek istiyorum|yetkili ile gorusmek istiyorum",
    ),
    (
        "id",
        "manusia|orang|orang asli|admin|petugas|cs|bicara dengan orang|bicara dengan manusia|bicara dengan admin|\
         bicara dengan petugas|saya mau bicara dengan orang|saya mau bicara dengan admin|saya mau bicara dengan manusia|\
         saya ingin bicara dengan orang|saya ingin bicara dengan admin|saya ingin bicara dengan manusia|mau bicara dengan admin|\
         mau bicara dengan orang|bicara dengan cs|mau bicara dengan cs|saya mau bicara dengan cs|\
         saya ingin bicara dengan cs|bisa bicara dengan cs|bisa bicara dengan petugas|mau bicara dengan petugas|\
         chat dengan admin|chat dengan cs|hubungi cs|hubungi admin|hubungkan ke cs|hubungkan ke admin|bisa bicara dengan admin|bisa bicara dengan orang",
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wish_for_a_person_is_known_in_ten_languages() {
        for text in [
            "Human please!",
            "Can I speak to someone?",
            "I'd like to talk to a person",
            "Quiero hablar con una persona",
            "una persona por favor",
            "Je voudrais parler à quelqu'un",
            "un conseiller svp",
            "Ich möchte mit einem Menschen sprechen",
            "Mitarbeiter bitte",
            "Quero falar com um atendente",
            "Vorrei parlare con un operatore",
            "operatore",
            "Ik wil met een medewerker praten",
            "Chcę rozmawiać z konsultantem",
            "Temsilciyle konuşmak istiyorum",
            "Saya mau bicara dengan admin",
            "müşteri temsilcisi ile görüşmek istiyorum",
            "gib mir einen menschen",
            "bicara dengan cs",
            "get me a person",
            "Get me somebody, please!",
        ] {
            assert!(asks_for_person(text), "{text}");
        }
    }

    #[test]
    fn a_message_about_something_else_is_none() {
        for text in [
            "",
            "please",
            "a table for one person",
            "do you need a person for the job?",
            "una persona más",
            "for 4 persons",
            "no human was hurt",
            "Is a person there on Sunday to hand me the key of the flat in the second street?",
        ] {
            assert!(!asks_for_person(text), "{text}");
        }
    }

    #[test]
    fn no_wish_is_only_a_courtesy() {
        assert!(!FOLDED.contains(""));
    }
}
