//! French.

use super::{Unit, Words, spoken, typed};

pub const WORDS: Words = Words {
    language: "fr",
    yes: &[
        "oui",
        "ouais",
        "ouaip",
        "daccord",
        "bien sur",
        "oui merci",
        "oui svp",
        "oui sil vous plait",
        "oui bien sur",
        "volontiers",
        "avec plaisir",
        "tout a fait",
        "exactement",
        "cest ca",
        "absolument",
        "bien entendu",
        "parfait",
        "ca marche",
        "si",
    ],
    no: &["non", "nan", "non merci", "pas du tout", "jamais", "pas maintenant", "pas encore", "surtout pas"],
    weekdays: [
        &["lundi", "lun"],
        &["mardi"],
        &["mercredi", "mer"],
        &["jeudi", "jeu"],
        &["vendredi", "ven"],
        &["samedi", "sam"],
        &["dimanche", "dim"],
    ],
    months: [
        &["janvier", "janv"],
        &["fevrier", "fevr", "fev"],
        &["mars"],
        &["avril", "avr"],
        &["mai"],
        &["juin"],
        &["juillet", "juil"],
        &["aout"],
        &["septembre", "sept", "sep"],
        &["octobre", "oct"],
        &["novembre", "nov"],
        &["decembre", "dec"],
    ],
    relative: &[
        (-2, &["avant hier"]),
        (-1, &["hier"]),
        (0, &["aujourdhui", "maintenant", "ce soir", "cet apres midi", "ce matin"]),
        (1, &["demain"]),
        (2, &["apres demain"]),
    ],
    ahead: &["dans {n} {unit}", "dici {n} {unit}"],
    units: &[
        (Unit::Day, &["jour", "jours"]),
        (Unit::Week, &["semaine", "semaines"]),
        (Unit::Fortnight, &["quinzaine"]),
        (Unit::Month, &["mois"]),
    ],
    day_of_month: &["le {n}"],
    ordinal_ends: &["er", "e", "eme"],
    first: &["premier"],
    fillers: &["le", "la", "de", "du", "ce", "prochain", "prochaine", "pour"],
    at: &["a", "vers", "pour", "des"],
    noon: &["midi"],
    midnight: &["minuit"],
    forenoon: &["am", "a m", "du matin"],
    afternoon: &["pm", "p m", "de lapres midi", "lapres midi", "du soir", "le soir"],
    clocks: &[
        spoken("{h} heures et demie", 30, 0),
        spoken("{h} heures et demi", 30, 0),
        spoken("{h} heure et demie", 30, 0),
        spoken("{h} et demie", 30, 0),
        spoken("{h} heures et quart", 15, 0),
        spoken("{h} heure et quart", 15, 0),
        spoken("{h} et quart", 15, 0),
        spoken("{h} heures moins le quart", -15, 0),
        spoken("{h} heures moins quart", -15, 0),
        spoken("{h} heure moins le quart", -15, 0),
        spoken("{h} moins le quart", -15, 0),
        spoken("{h} heures moins {m}", 0, -1),
        typed("{h} heures {m}", 1),
        typed("{h} heure {m}", 1),
        typed("{h} heures", 0),
        typed("{h} heure", 0),
    ],
    spell,
};

fn spell(n: u32) -> Vec<String> {
    const ONES: [&str; 20] = [
        "zero", "un", "deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf", "dix", "onze", "douze",
        "treize", "quatorze", "quinze", "seize", "dixsept", "dixhuit", "dixneuf",
    ];
    const TENS: [&str; 7] = ["", "", "vingt", "trente", "quarante", "cinquante", "soixante"];
    let ones = |n: u32| ONES[n as usize];
    let joined = |ten: &str, one: u32| match one {
        0 => vec![ten.to_owned()],
        1 | 11 => vec![format!("{ten}et{}", ones(one)), format!("{ten}{}", ones(one))],
        _ => vec![format!("{ten}{}", ones(one))],
    };
    match n {
        1 => vec!["un".into(), "une".into()],
        12 => vec!["douze".into(), "douzaine".into(), "unedouzaine".into()],
        0..20 => vec![ones(n).into()],
        20..70 => joined(TENS[(n / 10) as usize], n % 10),
        70..80 => [joined("soixante", n - 60), joined("septante", n - 70)].concat(),
        80 => vec!["quatrevingts".into(), "quatrevingt".into(), "huitante".into()],
        81..90 => [vec![format!("quatrevingt{}", ones(n - 80))], joined("huitante", n - 80)].concat(),
        90..100 => [vec![format!("quatrevingt{}", ones(n - 80))], joined("nonante", n - 90)].concat(),
        _ => vec!["cent".into()],
    }
}
