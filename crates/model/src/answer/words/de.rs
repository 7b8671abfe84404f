//! Defines the German words for answers.

use super::{Part, Unit, Words, spoken, typed};
use jiff::civil::Weekday;

pub const WORDS: Words = Words {
    language: "de",
    yes: YES,
    no: NO,
    weekdays: [
        &["montag", "mo"],
        &["dienstag", "di"],
        &["mittwoch", "mi"],
        &["donnerstag", "do"],
        &["freitag", "fr"],
        &["samstag", "sonnabend", "sa"],
        &["sonntag", "so"],
    ],
    months: [
        &["januar", "janner", "jan"],
        &["februar", "feber", "feb"],
        &["marz", "maerz", "mrz"],
        &["april", "apr"],
        &["mai"],
        &["juni", "jun"],
        &["juli", "jul"],
        &["august", "aug"],
        &["september", "sept", "sep"],
        &["oktober", "okt"],
        &["november", "nov"],
        &["dezember", "dez"],
    ],
    relative: &[
        (-2, &["vorgestern"]),
        (-1, &["gestern"]),
        (0, &["heute", "jetzt", "sofort", "heute noch", "noch heute", "heut", "heut noch"]),
        (1, &["morgen"]),
        (2, &["ubermorgen", "uebermorgen"]),
    ],
    relative_parts: &[],
    next_week: &[
        "nachste woche",
        "nachster woche",
        "naechste woche",
        "naechster woche",
        "kommende woche",
        "kommender woche",
        "in der nachsten woche",
        "der nachsten woche",
        "der nachsten",
        "der kommenden",
    ],
    week_later: &["in einer woche", "in 1 woche"],
    week_begins: &[Weekday::Monday],
    ahead: &["in {n} {unit}", "heute in {n} {unit}"],
    units: &[
        (Unit::Minute, &["minute", "minuten", "min"]),
        (Unit::Hour, &["stunde", "stunden"]),
        (Unit::Day, &["tag", "tage", "tagen"]),
        (Unit::Week, &["woche", "wochen"]),
        (Unit::Month, &["monat", "monate", "monaten"]),
        (Unit::Year, &["jahr", "jahre", "jahren"]),
    ],
    day_of_month: &["am {n}", "den {n}", "der {n}"],
    ordinal_ends: &["ten", "te", "ter"],
    ordinals,
    fillers: &["am", "den", "der", "dem", "im", "kommenden", "kommender", "diesen"],
    at: &[
        "um",
        "gegen",
        "so gegen",
        "so um",
        "punkt",
        "um punkt",
        "um etwa",
        "um ca",
        "so gegen",
        "ungefahr um",
        "etwa um",
        "circa um",
        "um ungefahr",
        "ca",
    ],
    noon: &["mittag", "mittags"],
    midnight: &["mitternacht", "mitternachts"],
    parts: &[
        (Part::Am, &["am"]),
        (Part::Pm, &["pm"]),
        (Part::Morning, &["fruh", "in der fruh", "morgens", "vormittags", "am vormittag", "am morgen"]),
        (Part::Midday, &["mittags", "am mittag"]),
        (Part::Afternoon, &["nachmittags", "am nachmittag"]),
        (Part::Evening, &["abends", "am abend"]),
        (Part::Night, &["nachts", "in der nacht"]),
    ],
    day_parts: &[
        (Part::Morning, &["morgen", "vormittag", "fruhmorgens"]),
        (Part::Midday, &["mittag"]),
        (Part::Afternoon, &["nachmittag"]),
        (Part::Evening, &["abend"]),
        (Part::Night, &["nacht"]),
    ],
    clock_ends: &["uhr", "h"],
    clocks: &[
        spoken("halb {h}", -30, 0),
        spoken("viertel nach {h}", 15, 0),
        spoken("viertel vor {h}", -15, 0),
        spoken("dreiviertel {h}", -15, 0),
        spoken("drei viertel {h}", -15, 0),
        spoken("{m} vor halb {h}", -30, -1),
        spoken("{m} nach halb {h}", -30, 1),
        spoken("{m} nach {h}", 0, 1),
        spoken("{m} vor {h}", 0, -1),
        typed("{h} uhr {m}", 1),
        typed("{h} uhr", 0),
        typed("{h} h", 0),
    ],
    spell,
    hundreds: &[
        (100, &["einhundert", "hundert"]),
        (200, &["zweihundert"]),
        (300, &["dreihundert"]),
        (400, &["vierhundert"]),
        (500, &["funfhundert"]),
        (600, &["sechshundert"]),
        (700, &["siebenhundert"]),
        (800, &["achthundert"]),
        (900, &["neunhundert"]),
    ],
    thousand: &["tausend"],
    and: "und",
    about: &["etwa", "ungefahr", "ca", "circa", "rund", "so um die", "so etwa", "nur", "genau", "zirka"],
    counted: COUNTED,
    polite: &["bitteschon", "bitte", "danke", "danke schon", "vielen dank", "bitte schon"],
    articles: &["ein", "eine", "einen", "einem", "einer"],
    and_half: &["einhalb", "undeinhalb", "undeinhalbe"],
    money: &["euro", "euros", "euronen", "dollar", "franken", "pfund"],
    next: &["nachsten", "nachster", "nachste", "naechsten", "naechster", "naechste"],
    last: &["letzten", "letzter", "letzte", "vergangenen", "vorigen"],
    ago: &["vor {n} {unit}"],
    spans: &[
        ("einer halben stunde", "30 minuten"),
        ("ner halben stunde", "30 minuten"),
        ("einer halben std", "30 minuten"),
        ("einer viertelstunde", "15 minuten"),
        ("einer dreiviertelstunde", "45 minuten"),
        ("eineinhalb stunden", "90 minuten"),
        ("anderthalb stunden", "90 minuten"),
    ],
    now: &["jetzt", "sofort", "gleich jetzt", "jetzt gleich"],
    sharp: &["genau", "punktlich"],
    around: &super::around::DE,
};

#[rustfmt::skip]
const YES: &[&str] = &[
    "setzen sie mich drauf", "setz mich drauf", "tragen sie mich ein", "schreib mich auf", "schreiben sie mich auf", "nehmt mich auf", "ja mach", "immer gerne",
    "ich glaube schon", "ich glaub schon", "ich denke schon", "denke schon", "ich denke ja", "hab ich", "habe ich", "leider ja", "jaa",
    "hat er", "machen sie das", "war es",
    "klingt gut", "klingt super", "hort sich gut an", "nur zu", "das ist gut", "das ist super", "das klingt gut",
    "ja", "jo", "jep", "jap", "jawohl", "klar", "na klar", "gerne", "gern", "ja bitte", "ja gerne", "ja klar",
    "bitte", "genau", "stimmt", "richtig", "naturlich", "naturlich gerne", "selbstverstandlich", "in ordnung",
    "passt", "einverstanden", "doch", "auf jeden fall", "sicher", "ja danke", "ok danke", "ja sicher", "ja genau",
    "warum nicht", "ja sehr gerne", "sehr gerne", "gut", "alles klar", "aber sicher", "ja doch",
    "ich bin einverstanden", "bin einverstanden", "ich stimme zu", "stimme zu", "ich akzeptiere", "akzeptiert",
    "bestatigt", "ich bestatige", "das ist richtig", "das ist korrekt", "korrekt", "das stimmt", "das passt",
    "passt mir", "das passt mir", "passt so", "passt gut", "passt super", "super", "perfekt", "prima", "toll",
    "sehr gut", "gut danke", "ja super", "ja perfekt", "ja passt", "ja stimmt", "ja richtig", "ja korrekt",
    "okay gut", "das mochte ich", "ich mochte", "ich will", "will ich", "mochte ich", "mochte ich gern",
    "mochte ich gerne", "ich mochte gern", "wurde ich gern", "wurde ich gerne", "mit vergnugen", "aber gerne",
    "aber ja", "unbedingt", "definitiv", "absolut", "jaja", "joa", "jau", "yep", "yes", "so ist es", "los gehts",
    "machen wir", "machen wir so", "mach das", "bitte ja", "ja bitte gerne", "klar doch", "ohne zweifel",
    "ich bin sicher", "bin dabei", "ich bin dabei", "geht klar", "geht in ordnung", "von mir aus", "na gut",
    "na gerne", "aber ja", "oh ja", "und ob", "klaro", "na klaro", "ja klaro",
];

#[rustfmt::skip]
const NO: &[&str] = &[
    "brauch ich nicht", "lass mal", "lassen sie mal", "ne lass mal", "nein lass mal", "muss nicht sein", "keine die ich kenne", "keine bekannt", "brauch i ned", "nicht erforderlich",
    "keine", "keins", "keinen", "nicht dass ich wusste", "nicht das ich wusste", "soweit ich weiss nicht", "hab ich nicht",
    "habe ich nicht", "ich hab keine", "ich habe keine", "leider nicht mehr", "gar nichts", "das ist nicht notig",
    "lassen sie es",
    "nicht heute",
    "nein", "nee", "ne", "no", "nein danke", "nicht", "lieber nicht", "auf keinen fall", "niemals", "noch nicht",
    "jetzt nicht", "falsch", "stimmt nicht", "ich glaube nicht", "glaube nicht", "eher nicht", "noch nicht ganz",
    "nein noch nicht", "heute nicht", "naturlich nicht", "bestimmt nicht", "sicher nicht", "gar nicht",
    "uberhaupt nicht", "ganz und gar nicht", "nicht wirklich", "ich bin nicht einverstanden", "nicht einverstanden",
    "ich stimme nicht zu", "stimme nicht zu", "ich mochte nicht", "mochte ich nicht", "das mochte ich nicht",
    "ich will nicht", "will ich nicht", "das will ich nicht", "kein interesse", "ich habe kein interesse",
    "kein bedarf", "das stimmt nicht", "das ist falsch", "das ist nicht richtig", "das ist nicht korrekt",
    "nicht richtig", "nicht korrekt", "passt nicht", "passt mir nicht", "das passt nicht", "das passt mir nicht",
    "geht nicht", "das geht nicht", "lehne ich ab", "ich lehne ab", "abgelehnt", "nicht notig", "brauche ich nicht",
    "nie", "nie im leben", "unter keinen umstanden", "keinesfalls", "keineswegs", "auf gar keinen fall", "nix",
    "jetzt nicht mehr", "kann nicht", "ich kann nicht", "ich kann leider nicht", "wir konnen nicht", "ne danke", "nee danke", "neee", "nope", "nein nein", "nein lieber nicht", "besser nicht",
    "momentan nicht", "im moment nicht", "gerade nicht", "diesmal nicht", "vorerst nicht", "wohl nicht", "eher nein",
    "leider nein", "leider nicht", "nein leider nicht", "nein tut mir leid", "ich glaube eher nicht",
    "vermutlich nicht", "wahrscheinlich nicht", "nicht gut", "nicht ok", "keine chance", "kommt nicht in frage",
    "danke aber nein", "danke nein", "nicht noetig", "bloss nicht", "nicht im traum", "ach nein",
];

#[rustfmt::skip]
const COUNTED: &[&str] = &[
    "euronen", "tacken",
    "euro", "euros", "dollar", "franken", "eur", "usd", "chf", "prozent", "person", "personen", "leute", "erwachsene",
    "gaste", "stuck", "stueck", "einheiten", "mal", "nacht", "nachte", "naechte", "platze", "karten", "jahre", "jahr",
    "jahre alt", "jahren", "pfund", "kinder", "kind", "frauen", "manner", "freunde", "zimmer", "tische",
    "teilnehmer", "tickets", "ticket", "karte", "flaschen", "kisten", "sterne",
];

fn spell(n: u32) -> Vec<String> {
    const ONES: [&str; 20] = [
        "null", "eins", "zwei", "drei", "vier", "funf", "sechs", "sieben", "acht", "neun", "zehn", "elf", "zwolf",
        "dreizehn", "vierzehn", "funfzehn", "sechzehn", "siebzehn", "achtzehn", "neunzehn",
    ];
    const TENS: [&str; 10] =
        ["", "", "zwanzig", "dreissig", "vierzig", "funfzig", "sechzig", "siebzig", "achtzig", "neunzig"];
    let (ten, one) = ((n / 10) as usize, (n % 10) as usize);
    let written = match n {
        1 => vec!["eins".into(), "ein".into(), "eine".into(), "einen".into(), "einem".into(), "einer".into()],
        2 => vec!["zwei".into(), "zwo".into()],
        6 => vec!["sechs".into(), "halbesdutzend".into(), "einhalbesdutzend".into()],
        12 => vec!["zwolf".into(), "dutzend".into(), "eindutzend".into()],
        0..20 => vec![ONES[n as usize].to_owned()],
        100 => vec!["hundert".into(), "einhundert".into()],
        _ if one == 0 => vec![TENS[ten].into()],
        _ if one == 1 => vec![format!("einund{}", TENS[ten])],
        _ => vec![format!("{}und{}", ONES[one], TENS[ten])],
    };
    // People without umlauts on their keyboard write `fuenf`.
    let mut all = written.clone();
    for name in written {
        let spelt = name.replace("funf", "fuenf").replace("zwolf", "zwoelf");
        if spelt != name {
            all.push(spelt);
        }
    }
    all
}

fn ordinals(n: u32) -> Vec<String> {
    let stems: Vec<String> = match n {
        1 => vec!["erst".into()],
        3 => vec!["dritt".into()],
        7 => vec!["siebt".into(), "siebent".into()],
        8 => vec!["acht".into()],
        2..20 => spell(n).into_iter().map(|name| format!("{name}t")).collect(),
        _ => spell(n).into_iter().map(|name| format!("{name}st")).collect(),
    };
    stems.iter().flat_map(|stem| ["e", "en", "er"].map(|end| format!("{stem}{end}"))).collect()
}
