//! Guesses the language of a new contact by the first greeting or by the country of the number.

use super::matching::{fold, starts_with};

/// Greetings, folded. A greeting that two languages share (`hallo`) is listed for both and decides for neither.
const GREETINGS: [(&str, &[&str]); 12] = [
    ("en", &["hello", "hi", "hey", "good morning", "good afternoon", "good evening"]),
    ("es", &["hola", "buenas", "buenos dias", "buen dia", "que tal"]),
    ("pt", &["ola", "oi", "bom dia", "boa tarde", "boa noite", "tudo bem"]),
    ("fr", &["bonjour", "bonsoir", "salut", "coucou"]),
    ("de", &["hallo", "guten tag", "guten morgen", "guten abend", "moin", "servus", "gruss gott"]),
    ("it", &["ciao", "buongiorno", "buonasera", "salve", "buon giorno", "buona sera"]),
    ("nl", &["hallo", "hoi", "goedemorgen", "goedemiddag", "goedenavond", "goedendag"]),
    ("pl", &["czesc", "dzien dobry", "witam", "dobry wieczor"]),
    ("tr", &["merhaba", "selam", "gunaydin", "iyi gunler", "iyi aksamlar"]),
    ("id", &["halo", "selamat pagi", "selamat siang", "selamat sore", "selamat malam"]),
    ("ca", &["bon dia", "bona tarda", "bona nit"]),
    ("sw", &["habari", "hujambo", "mambo", "shikamoo"]),
];

/// The language that nearly everybody in a country can be addressed in. Countries with several languages (Belgium,
/// Canada, Switzerland, India, Morocco, South Africa and others) are left out.
const COUNTRIES: [(&str, &str); 35] = [
    ("es", "ES MX AR CO CL PE EC VE UY BO CR PA NI HN SV GT DO CU PR"),
    ("pt", "PT BR AO MZ CV ST"),
    ("fr", "FR MC SN CI ML BF NE TG BJ GA CG CD GN"),
    ("de", "DE AT LI"),
    ("it", "IT SM VA"),
    ("en", "GB IE US AU NZ NG GH JM TT BB BS GM LR SL ZM ZW"),
    ("nl", "NL SR"),
    ("pl", "PL"),
    ("tr", "TR"),
    ("id", "ID"),
    ("ar", "EG SA JO IQ KW OM YE LY SY SD"),
    ("he", "IL"),
    ("zh", "CN TW"),
    ("ja", "JP"),
    ("ko", "KR"),
    ("ru", "RU"),
    ("uk", "UA"),
    ("ro", "RO"),
    ("el", "GR"),
    ("cs", "CZ"),
    ("sk", "SK"),
    ("hu", "HU"),
    ("bg", "BG"),
    ("hr", "HR"),
    ("sv", "SE"),
    ("da", "DK"),
    ("nb", "NO"),
    ("no", "NO"),
    ("fi", "FI"),
    ("lt", "LT"),
    ("sl", "SI"),
    ("vi", "VN"),
    ("th", "TH"),
    ("sw", "TZ"),
    ("fa", "IR"),
];

/// The name of each language in that language.
const NAMES: [(&str, &str); 24] = [
    ("en", "English"),
    ("es", "Español"),
    ("pt", "Português"),
    ("fr", "Français"),
    ("de", "Deutsch"),
    ("it", "Italiano"),
    ("nl", "Nederlands"),
    ("ca", "Català"),
    ("eu", "Euskara"),
    ("gl", "Galego"),
    ("pl", "Polski"),
    ("tr", "Türkçe"),
    ("id", "Indonesia"),
    ("ar", "العربية"),
    ("he", "עברית"),
    ("zh", "中文"),
    ("ja", "日本語"),
    ("ko", "한국어"),
    ("ru", "Русский"),
    ("uk", "Українська"),
    ("ro", "Română"),
    ("el", "Ελληνικά"),
    ("hi", "हिन्दी"),
    ("sw", "Kiswahili"),
];

/// The only one of these languages in which the text begins with a greeting. `country` is that of the number: it
/// decides between two variants of one language (`pt` and `pt_BR`).
pub fn greeted_in<'a>(text: &str, among: &[&'a str], country: Option<&str>) -> Option<&'a str> {
    let said = fold(text);
    let greets = |language: &str| {
        let known = GREETINGS.iter().find(|(known, _)| *known == stem(language));
        known.is_some_and(|(_, greetings)| greetings.iter().any(|greeting| starts_with(&said, greeting)))
    };
    only(among, greets, country)
}

/// The one of these languages that is spoken in a country.
pub fn spoken_in<'a>(country: &str, among: &[&'a str]) -> Option<&'a str> {
    let speaks = |language: &str| {
        let of = |(known, countries): &(&str, &str)| {
            *known == stem(language) && countries.split(' ').any(|known| known == country)
        };
        COUNTRIES.iter().any(of)
    };
    only(among, speaks, Some(country))
}

/// The languages of a country, by their two letters.
pub fn of_country(country: &str) -> impl Iterator<Item = &'static str> {
    let speaks = move |countries: &str| countries.split(' ').any(|known| known == country);
    COUNTRIES.iter().filter(move |(_, countries)| speaks(countries)).map(|(language, _)| *language)
}

/// The language that the contact names, by its name or code.
pub fn named<'a>(text: &str, among: &[&'a str]) -> Option<&'a str> {
    let said = fold(text);
    among.iter().copied().find(|language| said == fold(name(language)) || said == fold(language))
}

/// `Español` for `es_MX`; the code if no name is known.
pub fn name(language: &str) -> &str {
    NAMES.iter().find(|(known, _)| *known == stem(language)).map_or(language, |(_, name)| *name)
}

/// The only language that meets the condition; of several variants of it the one of the country, else the plain one.
fn only<'a>(among: &[&'a str], holds: impl Fn(&str) -> bool, country: Option<&str>) -> Option<&'a str> {
    let found: Vec<&'a str> = among.iter().copied().filter(|language| holds(language)).collect();
    let first = *found.first()?;
    if found.iter().any(|language| stem(language) != stem(first)) {
        return None;
    }
    let kind = |language: &str| language.split(['_', '-']).nth(1).map(str::to_owned);
    let of_country = found.iter().find(|language| kind(language).is_some_and(|kind| Some(kind.as_str()) == country));
    let plain = found.iter().find(|language| stem(language) == **language);
    Some(of_country.or(plain).copied().unwrap_or(first))
}

/// `es` for `es_MX`.
fn stem(language: &str) -> &str {
    language.split(['_', '-']).next().unwrap_or(language)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_greeting_tells_its_language() {
        let among = ["en", "es", "pt_BR", "de"];
        for (text, language) in [
            ("Hola, buenas tardes", Some("es")),
            ("¡Buenos días!", Some("es")),
            ("Hi there", Some("en")),
            ("Olá! Tudo bem?", Some("pt_BR")),
            ("hallo", Some("de")),
            ("history", None),
            ("menu", None),
            ("bonjour", None),
        ] {
            assert_eq!(greeted_in(text, &among, None), language, "{text}");
        }
        assert_eq!(greeted_in("hallo", &["de", "nl"], None), None, "it is Dutch, too");
        assert_eq!(greeted_in("hola", &["es", "es_MX"], Some("MX")), Some("es_MX"));
        assert_eq!(greeted_in("hola", &["es_MX", "es"], Some("ES")), Some("es"));
    }

    #[test]
    fn a_country_tells_its_language() {
        assert_eq!(spoken_in("MX", &["en", "es"]), Some("es"));
        assert_eq!(spoken_in("BR", &["pt", "pt_BR", "en"]), Some("pt_BR"));
        assert_eq!(spoken_in("CH", &["de", "fr", "it"]), None);
        assert_eq!(spoken_in("FR", &["en", "es"]), None);
    }

    #[test]
    fn a_language_is_called_by_its_speakers_name_or_code() {
        assert_eq!(named("espanol", &["en", "es"]), Some("es"));
        assert_eq!(named("EN", &["en", "es"]), Some("en"));
        assert_eq!(named("Deutsch", &["en", "es"]), None);
        assert_eq!((name("pt_BR"), name("xx")), ("Português", "xx"));
    }

    #[test]
    fn greetings_stand_folded() {
        for (_, greetings) in GREETINGS {
            assert!(greetings.iter().all(|greeting| fold(greeting) == **greeting));
        }
    }
}
