//! German.

use super::{Unit, Words, spoken, typed};

pub const WORDS: Words = Words {
    language: "de",
    yes: &[
        "ja",
        "jo",
        "jep",
        "jap",
        "jawohl",
        "klar",
        "na klar",
        "gerne",
        "gern",
        "ja bitte",
        "ja gerne",
        "ja klar",
        "bitte",
        "genau",
        "stimmt",
        "richtig",
        "naturlich",
        "naturlich gerne",
        "selbstverstandlich",
        "in ordnung",
        "passt",
        "einverstanden",
        "doch",
        "auf jeden fall",
        "sicher",
    ],
    no: &[
        "nein",
        "nee",
        "ne",
        "no",
        "nein danke",
        "nicht",
        "lieber nicht",
        "auf keinen fall",
        "niemals",
        "noch nicht",
        "jetzt nicht",
        "falsch",
        "stimmt nicht",
    ],
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
        (0, &["heute", "jetzt", "sofort", "heute abend", "heute nachmittag"]),
        (1, &["morgen"]),
        (2, &["ubermorgen", "uebermorgen"]),
    ],
    ahead: &["in {n} {unit}", "heute in {n} {unit}"],
    units: &[
        (Unit::Day, &["tag", "tage", "tagen"]),
        (Unit::Week, &["woche", "wochen"]),
        (Unit::Month, &["monat", "monate", "monaten"]),
    ],
    day_of_month: &["am {n}", "den {n}", "der {n}"],
    ordinal_ends: &["ten", "te", "ter"],
    first: &["ersten", "erste", "erster"],
    fillers: &[
        "am",
        "den",
        "der",
        "dem",
        "im",
        "kommenden",
        "kommender",
        "diesen",
        "nachsten",
        "nachster",
        "naechsten",
    ],
    at: &["um", "gegen", "ab", "so gegen", "so um"],
    noon: &["mittag", "mittags"],
    midnight: &["mitternacht", "mitternachts"],
    forenoon: &["am", "fruh", "in der fruh", "morgens", "vormittags", "am vormittag", "am morgen"],
    afternoon: &["pm", "nachmittags", "am nachmittag", "abends", "am abend"],
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
    ],
    spell,
};

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
        12 => vec!["zwolf".into(), "dutzend".into(), "eindutzend".into()],
        0..20 => vec![ONES[n as usize].to_owned()],
        100 => vec!["hundert".into(), "einhundert".into()],
        _ if one == 0 => vec![TENS[ten].into()],
        _ if one == 1 => vec![format!("einund{}", TENS[ten])],
        _ => vec![format!("{}und{}", ONES[one], TENS[ten])],
    };
    // A phone without umlauts writes `fuenf`.
    let mut all = written.clone();
    for name in written {
        let spelt = name.replace("funf", "fuenf").replace("zwolf", "zwoelf");
        if spelt != name {
            all.push(spelt);
        }
    }
    all
}
