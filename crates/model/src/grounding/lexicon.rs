//! Lists words of replies that the tables of answers lack: offers, refusals, measures, currencies, short weekdays.

use crate::answer::{money::CURRENCIES, words::own};

/// A gift or promise of a business.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Offer {
    /// Without a price.
    Free,
    /// Less than the price.
    Discount,
    HalfPrice,
    MoneyBack,
    Guarantee,
    LifetimeGuarantee,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Measure {
    Time,
    Distance,
    Weight,
    Volume,
    Area,
    Data,
}

/// Phrases that offer something, folded, by language. Those of the longest count of words are found first.
#[rustfmt::skip]
const OFFERS: &[(&str, Offer, &[&str])] = &[
    ("en", Offer::Free, &["pay nothing", "nothing to pay", "do not charge", "dont charge", "zero cost", "as a gift", "free of charge", "free", "complimentary", "on the house", "at no cost", "at no extra cost", "no extra charge", "without charge", "no charge", "on us", "waive", "waived"]),
    ("en", Offer::Discount, &["discount", "discounts", "discounted", "on sale", "special offer", "promo", "promotion", "reduced price", "cheaper", "voucher", "off the price"]),
    ("en", Offer::HalfPrice, &["half price", "half the price", "half off", "two for one", "two for the price of one", "2 for 1", "buy one get one"]),
    ("en", Offer::MoneyBack, &["money back", "full refund", "refund you", "refunded"]),
    ("en", Offer::LifetimeGuarantee, &["lifetime guarantee", "lifetime warranty", "for life"]),
    ("en", Offer::Guarantee, &["guarantee", "warranty", "guaranteed"]),
    ("es", Offer::Free, &["no cobramos", "por cuenta de la casa", "sin pagar", "gratis", "gratuito", "gratuita", "gratuitos", "gratuitas", "gratuitamente", "sin cargo", "sin coste", "sin costo", "de regalo", "te regalamos", "le regalamos", "os regalamos", "invita la casa", "regalamos", "no pagas nada", "no paga nada", "no te cuesta nada"]),
    ("es", Offer::Discount, &["descuento", "descuentos", "rebaja", "rebajado", "rebajada", "promocion", "promo", "oferta especial", "en oferta", "de oferta", "vale de"]),
    ("es", Offer::HalfPrice, &["mitad de precio", "mitad del precio", "2x1", "dos por uno"]),
    ("es", Offer::MoneyBack, &["devolvemos el dinero", "devolvemos todo el dinero", "te devolvemos el dinero", "le devolvemos el importe", "devolucion del dinero", "reembolso completo", "reembolso integro"]),
    ("es", Offer::LifetimeGuarantee, &["de por vida"]),
    ("es", Offer::Guarantee, &["garantia", "garantizado", "garantizada", "garantizamos", "garantizados"]),
    ("fr", Offer::Free, &["ne payez rien", "ne paies rien", "rien a payer", "sans payer", "gratuit", "gratuite", "gratuits", "gratuites", "gratuitement", "offert", "offerte", "offerts", "offertes", "sans frais", "sans supplement", "en cadeau", "vous offrons", "vous offre", "cest cadeau"]),
    ("fr", Offer::Discount, &["remise", "remises", "reduction", "reductions", "rabais", "promo", "promotion", "tarif reduit", "bon dachat"]),
    ("fr", Offer::HalfPrice, &["moitie prix", "a moitie prix", "moitie du prix", "demi tarif", "pour le prix dun", "pour le prix dune"]),
    ("fr", Offer::MoneyBack, &["rembourse", "remboursee", "remboursons", "satisfait ou rembourse", "remboursement integral"]),
    ("fr", Offer::LifetimeGuarantee, &["a vie"]),
    ("fr", Offer::Guarantee, &["garantie", "garanti", "garantis", "garanties", "garantissons"]),
    ("de", Offer::Free, &["zahlen nichts", "zahlst nichts", "bezahlen nichts", "nichts zu zahlen", "kostet nichts", "kostenlos", "kostenlose", "kostenloser", "kostenlosen", "kostenloses", "kostenfrei", "kostenfreie", "kostenfreien", "gratis", "umsonst", "geschenkt", "schenken wir", "ohne aufpreis", "ohne zuzahlung", "aufs haus", "geht auf uns", "gebuhrenfrei", "unentgeltlich"]),
    ("de", Offer::Discount, &["rabatt", "rabatte", "nachlass", "preisnachlass", "ermassigt", "ermassigung", "ermassigten", "vergunstigt", "gutschein", "gunstiger", "sonderangebot", "sonderpreis"]),
    ("de", Offer::HalfPrice, &["halber preis", "halben preis", "zum halben preis", "halbe preis", "zum preis von einem", "zum preis von einer"]),
    ("de", Offer::MoneyBack, &["geld zuruck", "geld zuruckgarantie", "erstatten wir ihnen den vollen", "volle erstattung"]),
    ("de", Offer::LifetimeGuarantee, &["lebenslang", "lebenslange garantie", "lebenslanger garantie"]),
    ("de", Offer::Guarantee, &["garantie", "garantiert", "garantieren", "gewahrleistung"]),
    ("pt", Offer::Free, &["nao paga nada", "nao pagas nada", "nao pagara nada", "sem pagar", "gratis", "gratuito", "gratuita", "gratuitos", "gratuitas", "gratuitamente", "sem custo", "sem custos", "sem custo adicional", "de graca", "de brinde", "oferecemos lhe", "oferecemos nos", "por nossa conta", "de oferta", "cortesia", "sem encargos"]),
    ("pt", Offer::Discount, &["desconto", "descontos", "promocao", "promo", "em saldo", "cupao", "cupom", "preco reduzido"]),
    ("pt", Offer::HalfPrice, &["metade do preco", "a metade do preco", "meio preco"]),
    ("pt", Offer::MoneyBack, &["devolvemos o dinheiro", "devolvemos lhe o dinheiro", "devolvemos o seu dinheiro", "dinheiro de volta", "reembolso total", "reembolso integral", "devolucao do dinheiro"]),
    ("pt", Offer::LifetimeGuarantee, &["vitalicia", "para toda a vida"]),
    ("pt", Offer::Guarantee, &["garantia", "garantido", "garantida", "garantimos", "garantidos"]),
    ("it", Offer::Free, &["non paga niente", "non paghi niente", "non paga nulla", "non paghi nulla", "senza pagare", "gratis", "gratuito", "gratuita", "gratuiti", "gratuite", "gratuitamente", "omaggio", "in omaggio", "senza costi", "senza spese", "senza supplemento", "in regalo", "offriamo noi", "offre la casa", "a costo zero"]),
    ("it", Offer::Discount, &["sconto", "sconti", "scontato", "scontata", "scontati", "promozione", "promo", "prezzo ridotto", "buono sconto", "in offerta"]),
    ("it", Offer::HalfPrice, &["meta prezzo", "a meta prezzo", "meta del prezzo", "due per uno"]),
    ("it", Offer::MoneyBack, &["rimborsati", "rimborsiamo", "rimborsata", "rimborsabile", "restituita", "restituiamo", "rimborsiamo", "ti rimborsiamo", "rimborso completo", "rimborso totale", "restituiamo i soldi"]),
    ("it", Offer::LifetimeGuarantee, &["a vita"]),
    ("it", Offer::Guarantee, &["garanzia", "garantito", "garantita", "garantiamo", "garantiti"]),
];

/// The count of words of the longest offer that begins here, and which it is.
pub fn offer<'a>(word: impl Fn(usize) -> &'a str, language: &str) -> Option<(usize, Offer)> {
    let all = OFFERS.iter().filter(|(of, _, _)| *of == language);
    let phrases = all.flat_map(|(_, offer, phrases)| phrases.iter().map(move |phrase| (*phrase, *offer)));
    let here = phrases.filter(|(phrase, _)| phrase.split(' ').enumerate().all(|(at, part)| word(at) == part));
    here.map(|(phrase, offer)| (phrase.split(' ').count(), offer)).max()
}

/// `free` behind these words offers nothing: `feel free`, `are you free`.
pub const BEFORE_FREE: [&str; 8] = ["feel", "you", "still", "one", "gluten", "lactose", "sugar", "hands"];

/// `free` before these words is a time or a place.
pub const BEHIND_FREE: [&str; 22] = [
    "slot",
    "slots",
    "time",
    "times",
    "appointment",
    "appointments",
    "on",
    "at",
    "to",
    "from",
    "table",
    "tables",
    "room",
    "rooms",
    "place",
    "places",
    "spot",
    "spots",
    "space",
    "spaces",
    "until",
    "tomorrow",
];

/// Words of a sentence that refuses, folded, by language: Portuguese `no` is *in the*.
#[rustfmt::skip]
const REFUSALS: &[(&str, &[&str])] = &[
    ("en", &["no", "not", "cant", "cannot", "isnt", "arent", "dont", "doesnt", "wont", "couldnt", "unfortunately", "afraid", "sorry", "unable", "never", "without", "neither", "nor", "none"]),
    ("es", &["no", "lamentablemente", "lamento", "siento", "sentimos", "sin", "tampoco", "ni", "ningun", "ninguna", "desgraciadamente", "nunca"]),
    ("fr", &["ne", "n", "pas", "aucun", "aucune", "malheureusement", "desole", "desolee", "ni", "sans", "regrette", "non"]),
    ("de", &["kein", "keine", "keinen", "keiner", "keinem", "nicht", "leider", "nein", "weder", "ohne", "nie"]),
    ("pt", &["nao", "infelizmente", "lamentamos", "nem", "nenhum", "nenhuma", "sem", "nunca"]),
    ("it", &["no", "non", "ne", "purtroppo", "spiacente", "spiace", "dispiace", "senza", "nessun", "nessuno", "nessuna", "neanche"]),
];

/// True for a word that refuses in one of the languages of a text, the likeliest first. Portuguese `no` is *in the*: where
/// the text may be in it, `no` refuses by the likeliest language, or before a word that no noun is.
pub fn refuses(word: &str, next: Option<&str>, languages: &[&str]) -> bool {
    let is_sure = word != "no" || next.is_some_and(|next| BEHIND_NO.contains(&next));
    let counted = if is_sure { languages } else { &languages[..languages.len().min(1)] };
    is_sure && word == "no" || REFUSALS.iter().any(|(of, words)| counted.contains(of) && words.contains(&word))
}

/// English and Spanish words behind a *no* that Portuguese has not behind its *in the*.
const BEHIND_NO: [&str; 24] = [
    "es",
    "esta",
    "estan",
    "son",
    "hay",
    "hacemos",
    "ofrecemos",
    "tenemos",
    "podemos",
    "puedo",
    "puede",
    "damos",
    "cobramos",
    "lo",
    "se",
    "le",
    "te",
    "nos",
    "it",
    "is",
    "we",
    "there",
    "i",
    "sorry",
];

/// Refusals that concern only what stands behind them.
pub const WITHOUT: [&str; 7] = ["without", "sin", "ni", "sans", "ohne", "sem", "senza"];

/// Words that mean *each* behind an amount, and an hour elsewhere.
pub const EACH: [&str; 1] = ["luna"];

/// Phrases with a word of refusal that accept, folded.
pub const ACCEPTING: [&str; 34] = [
    "no problem",
    "not a problem",
    "no worries",
    "why not",
    "cant say no",
    "no extra",
    "not at all",
    "no hay problema",
    "ningun problema",
    "no te preocupes",
    "no se preocupe",
    "no lo dudes",
    "por que no",
    "como no",
    "kein problem",
    "keine sorge",
    "warum nicht",
    "pas de souci",
    "pas de soucis",
    "pas de probleme",
    "aucun probleme",
    "aucun souci",
    "pourquoi pas",
    "non ce problema",
    "nessun problema",
    "non si preoccupi",
    "perche no",
    "nao ha problema",
    "nenhum problema",
    "nao se preocupe",
    "porque nao",
    "no doubt",
    "sin duda",
    "sem duvida",
];

/// A thousand beside these words is thanks.
pub const THANKS: [&str; 5] = ["grazie", "gracias", "merci", "dank", "thanks"];

/// Words for shares behind a number, folded.
pub const SHARES: [&str; 8] =
    ["percent", "per cent", "prozent", "por ciento", "pour cent", "por cento", "per cento", "procent"];

/// The length of a currency's sign or code that the text begins with. `Fr.` is Friday more often.
pub fn currency_sign(text: &str) -> Option<usize> {
    let sign = CURRENCIES.iter().filter(|sign| **sign != "Fr.").find(|sign| text.starts_with(**sign))?;
    let is_part = sign.ends_with(char::is_alphabetic) && text[sign.len()..].starts_with(char::is_alphabetic);
    (!is_part).then_some(sign.len())
}

/// Words before which `today` and the like are no day: Spanish `ahora`, Italian `ora` (hour).
pub const NO_DAY: [&str; 8] = ["ora", "adesso", "ahora", "jetzt", "sofort", "now", "maintenant", "agora"];

/// Minutes of units of time that the tables of answers lack.
pub fn more_minutes(word: &str) -> Option<f64> {
    const DAY: f64 = 24.0 * 60.0;
    let minutes = match word {
        "h" | "hs" | "std" | "stdn" => 60.0,
        "night" | "nights" | "noche" | "noches" | "nuit" | "nuits" | "nacht" | "nachte" | "nachten" | "noite"
        | "noites" | "notte" | "notti" | "werktage" | "werktagen" => DAY,
        "jahrige" | "jahriger" | "yr" | "yrs" => 365.0 * DAY,
        "minutige" | "minutigen" => 1.0,
        _ => return None,
    };
    Some(minutes)
}

/// Spans of time in words, beside those of the tables of answers.
pub fn spans(language: &str) -> &'static [(&'static str, &'static str)] {
    match own(language).map_or("", |words| words.language) {
        "en" => &[("two and a half hours", "150 minutes")],
        "es" => &[("dos horas y media", "150 minutos"), ("cuarto de hora", "15 minutos"), ("una hora", "60 minutos")],
        "fr" => &[("deux heures et demie", "150 minutes"), ("une heure", "60 minutes")],
        "de" => &[
            ("eine stunde", "60 minuten"),
            ("einer stunde", "60 minuten"),
            ("eine halbe stunde", "30 minuten"),
            ("eine dreiviertelstunde", "45 minuten"),
            ("dreiviertelstunde", "45 minuten"),
            ("eine viertelstunde", "15 minuten"),
            ("zweieinhalb stunden", "150 minuten"),
        ],
        "pt" => {
            &[("duas horas e meia", "150 minutos"), ("uma hora", "60 minutos"), ("tres quartos de hora", "45 minutos")]
        }
        "it" => &[("due ore e mezza", "150 minuti")],
        _ => &[],
    }
}

/// The measure of a folded word, and by how much its numbers are multiplied.
pub fn measure(word: &str) -> Option<(f64, Measure)> {
    let found = match word {
        "km" | "kms" | "kilometre" | "kilometres" | "kilometer" | "kilometers" | "kilometern" | "kilometros"
        | "quilometros" | "chilometri" => (1000.0, Measure::Distance),
        "m" | "metre" | "metres" | "meter" | "meters" | "metern" | "metros" | "metri" => (1.0, Measure::Distance),
        "cm" | "centimetres" | "zentimeter" | "centimetros" | "centimetri" => (0.01, Measure::Distance),
        "mm" => (0.001, Measure::Distance),
        "miles" | "mile" | "mi" => (1609.0, Measure::Distance),
        "kg" | "kilo" | "kilos" | "quilos" | "chili" | "kilogramm" => (1.0, Measure::Weight),
        "g" | "gr" | "gram" | "grams" | "gramm" | "grammes" | "gramos" | "gramas" | "grammi" => {
            (0.001, Measure::Weight)
        }
        "l" | "litre" | "litres" | "liter" | "litros" | "litri" => (1.0, Measure::Volume),
        "ml" => (0.001, Measure::Volume),
        "qm" | "m2" | "m²" => (1.0, Measure::Area),
        "gb" => (1.0, Measure::Data),
        "mb" => (0.001, Measure::Data),
        _ => return None,
    };
    Some(found)
}

/// Short weekdays that the tables of answers leave out because they are other words, too; from Monday on.
pub fn short_weekday(word: &str, language: &str) -> Option<usize> {
    match (language, word) {
        ("es" | "fr" | "it", "mar") => Some(1),
        ("it", "mer") => Some(2),
        ("it", "ven") => Some(4),
        ("it", "sab") => Some(5),
        ("it", "dom") => Some(6),
        _ => None,
    }
}

/// Words between two weekdays, or two hours, that mean all from one to the other.
pub const THROUGH: [&str; 10] = ["to", "through", "thru", "until", "till", "bis", "a", "al", "au", "ate"];

/// Words before an hour of the day, beside those and the ones of the tables of answers.
pub const BEFORE_HOURS: [&str; 19] = [
    "las", "la", "alle", "aux", "jusqua", "des", "depuis", "desde", "hasta", "ab", "von", "dalle", "dalla", "fino",
    "partir", "entre", "from", "between", "vers",
];

/// Words between two hours, beside these: `between 9 and 18`, `de 9 a las 18`.
pub const BETWEEN_HOURS: [&str; 9] = ["and", "und", "y", "e", "et", "a las", "y las", "as", "alle"];

/// True for a host that is written without scheme and `www.`: its end is one of the usual ones, or the two letters of a
/// country. Two short words that miss the blank behind their dot are none, unless a path follows (`bit.ly/x`).
pub fn is_domain(host: &str, has_path: bool) -> bool {
    const ENDS: [&str; 52] = [
        "com",
        "org",
        "net",
        "example",
        "info",
        "app",
        "shop",
        "xyz",
        "link",
        "store",
        "online",
        "site",
        "website",
        "club",
        "live",
        "top",
        "pro",
        "biz",
        "dev",
        "cloud",
        "page",
        "click",
        "blog",
        "space",
        "fun",
        "world",
        "today",
        "news",
        "life",
        "one",
        "vip",
        "win",
        "bid",
        "loan",
        "work",
        "email",
        "support",
        "help",
        "center",
        "services",
        "agency",
        "digital",
        "company",
        "group",
        "money",
        "cash",
        "finance",
        "pay",
        "sale",
        "deals",
        "menu",
        "restaurant",
    ];
    let Some((name, end)) = host.rsplit_once('.') else { return false };
    let end = end.to_lowercase();
    let is_country = end.len() == 2 && end.bytes().all(|byte| byte.is_ascii_lowercase());
    let is_named =
        host.chars().all(|c| !c.is_uppercase()) && name.chars().filter(char::is_ascii_alphabetic).count() >= 3;
    ENDS.contains(&end.as_str()) || is_country && (has_path || is_named)
}
