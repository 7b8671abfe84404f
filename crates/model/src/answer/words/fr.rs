//! Defines the French words for answers.

use super::{Part, Unit, Words, spoken, typed};
use jiff::civil::Weekday;

pub const WORDS: Words = Words {
    language: "fr",
    yes: YES,
    no: NO,
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
        (-2, &["avant hier", "avanthier"]),
        (-1, &["hier"]),
        (0, &["aujourdhui", "maintenant"]),
        (1, &["demain"]),
        (2, &["apres demain"]),
    ],
    relative_parts: &[
        (0, Part::Morning, &["ce matin"]),
        (0, Part::Midday, &["ce midi"]),
        (0, Part::Afternoon, &["cet apres midi", "cette apres midi"]),
        (0, Part::Evening, &["ce soir"]),
        (0, Part::Night, &["cette nuit"]),
    ],
    next_week: &["la semaine prochaine", "semaine prochaine"],
    week_later: &["en huit"],
    week_begins: &[Weekday::Monday],
    ahead: &["dans {n} {unit}", "dici {n} {unit}"],
    units: &[
        (Unit::Minute, &["minute", "minutes", "min"]),
        (Unit::Hour, &["heure", "heures", "h"]),
        (Unit::Day, &["jour", "jours"]),
        (Unit::Week, &["semaine", "semaines"]),
        (Unit::Fortnight, &["quinzaine"]),
        (Unit::Month, &["mois"]),
        (Unit::Year, &["an", "ans", "annee", "annees"]),
    ],
    day_of_month: &["le {n}"],
    ordinal_ends: &["er", "e", "eme"],
    ordinals,
    fillers: &["le", "la", "de", "du", "ce", "pour"],
    at: &["a", "vers", "aux alentours de", "autour de", "a environ", "vers les"],
    noon: &["midi"],
    midnight: &["minuit"],
    parts: &[
        (Part::Am, &["am", "a m"]),
        (Part::Pm, &["pm", "p m"]),
        (Part::Morning, &["du matin", "du mat", "le matin", "dans la matinee"]),
        (Part::Afternoon, &["de lapres midi", "lapres midi", "dans lapres midi"]),
        (Part::Evening, &["du soir", "le soir", "dans la soiree"]),
    ],
    day_parts: &[
        (Part::Morning, &["matin", "au matin"]),
        (Part::Midday, &["midi", "a midi"]),
        (Part::Afternoon, &["apres midi", "aprem", "apm"]),
        (Part::Evening, &["soir", "au soir"]),
    ],
    clock_ends: &["h", "heures"],
    clocks: &[
        spoken("minuit et demi", 30, 0),
        spoken("minuit et demie", 30, 0),
        spoken("midi et demi", 12 * 60 + 30, 0),
        spoken("midi et demie", 12 * 60 + 30, 0),
        spoken("midi et quart", 12 * 60 + 15, 0),
        spoken("midi moins le quart", 12 * 60 - 15, 0),
        spoken("midi moins {m}", 12 * 60, -1),
        spoken("{h} heures et demie", 30, 0),
        spoken("{h} heures et demi", 30, 0),
        spoken("{h} heure et demie", 30, 0),
        spoken("{h} et demie", 30, 0),
        spoken("{h} heures et quart", 15, 0),
        spoken("{h} heure et quart", 15, 0),
        spoken("{h} h et quart", 15, 0),
        spoken("{h} h et demie", 30, 0),
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
        typed("{h} h", 0),
    ],
    spell,
    hundreds: &[
        (100, &["cent"]),
        (200, &["deuxcents", "deuxcent"]),
        (300, &["troiscents", "troiscent"]),
        (400, &["quatrecents", "quatrecent"]),
        (500, &["cinqcents", "cinqcent"]),
        (600, &["sixcents", "sixcent"]),
        (700, &["septcents", "septcent"]),
        (800, &["huitcents", "huitcent"]),
        (900, &["neufcents", "neufcent"]),
    ],
    thousand: &["mille"],
    and: "",
    about: &["environ", "a peu pres", "vers", "autour de", "seulement", "juste"],
    counted: COUNTED,
    polite: &["s il vous plait", "sil vous plait", "sil te plait", "svp", "stp", "merci", "merci beaucoup"],
    articles: &["un", "une"],
    and_half: &["etdemi", "etdemie"],
    money: &["euro", "euros", "balles", "dollar", "dollars", "franc", "francs", "livres", "dinars", "dirhams"],
    next: &["prochain", "prochaine"],
    last: &["dernier", "derniere", "passe", "passee"],
    ago: &["il y a {n} {unit}", "ya {n} {unit}", "y a {n} {unit}"],
    spans: &[
        ("une demi heure", "30 minutes"),
        ("demi heure", "30 minutes"),
        ("une heure et demie", "90 minutes"),
        ("un quart dheure", "15 minutes"),
        ("trois quarts dheure", "45 minutes"),
    ],
    now: &["maintenant", "tout de suite", "immediatement"],
    sharp: &["pile", "precises", "precise", "tapantes"],
    around: &super::around::FR,
};

#[rustfmt::skip]
const YES: &[&str] = &[
    "mettez moi dessus", "mettez moi", "inscrivez moi", "ajoutez moi", "notez moi", "daccord mettez moi", "oui mettez moi", "oui notez moi", "envoyez", "oui envoyez",
    "oui encore", "je crois que oui", "je pense que oui", "oui je pense que oui", "helas oui", "malheureusement oui", "et comment",
    "oui jen ai",
    "oui", "ouais", "ouaip", "daccord", "bien sur", "oui merci", "oui svp", "oui sil vous plait", "oui bien sur",
    "volontiers", "avec plaisir", "tout a fait", "exactement", "cest ca", "absolument", "bien entendu", "parfait",
    "ca marche", "si", "oui daccord", "ok merci", "pourquoi pas", "je veux bien", "cest bon", "oui je veux bien",
    "je suis daccord", "jaccepte", "je confirme", "cest confirme", "confirme", "cest correct", "cest exact", "exact",
    "correct", "cest bien ca", "cest parfait", "ca me va", "ca me convient", "ca me plait", "cest daccord", "entendu",
    "certainement", "evidemment", "bien sur que oui", "mais oui", "oui oui", "ok daccord", "ok parfait", "ok super",
    "super", "tres bien", "jaimerais bien", "je voudrais bien", "je le veux", "je veux", "allez y", "vas y",
    "allons y", "sans probleme", "sans aucun doute", "affirmatif", "carrement", "grave", "ouep", "oki daccord",
    "je suis sur", "je suis sure", "effectivement", "tout est bon", "oui cest ca", "avec joie", "mais si", "ben oui", "que oui",
];

#[rustfmt::skip]
const NO: &[&str] = &[
    "aucune a ma connaissance", "aucun a ma connaissance", "pas a ma connaissance", "ce nest pas la peine", "cest pas la peine", "laisse tomber", "non pas la peine", "ca ira", "non ca ira", "non cest bon",
    "aucun", "aucune", "pas que je sache", "je nen ai pas", "jen ai pas", "je nen ai aucune", "je nen ai aucun", "a ma connaissance non",
    "helas non", "malheureusement non", "vaut mieux pas", "laissez tomber", "non laissez tomber", "bof non",
    "plus maintenant", "je ne peux pas", "je peux pas", "desole je ne peux pas", "on ne peut pas", "non merci beaucoup", "non merci bien",
    "non", "nan", "non merci", "pas du tout", "jamais", "pas maintenant", "pas encore", "surtout pas",
    "je ne pense pas", "je ne crois pas", "je pense pas", "bien sur que non", "pas aujourdhui", "absolument pas",
    "plutot non", "je ne suis pas daccord", "je suis pas daccord", "pas daccord", "je ne veux pas", "je veux pas",
    "je ne le veux pas", "je nen veux pas", "ca ne minteresse pas", "ca minteresse pas", "pas interesse",
    "pas interessee", "je ne suis pas interesse", "je ne suis pas interessee", "ce nest pas correct",
    "cest pas correct", "ce nest pas ca", "cest pas ca", "ce nest pas exact", "ce nest pas bon", "cest faux", "faux",
    "incorrect", "cest incorrect", "ca ne va pas", "ca va pas", "ca ne me convient pas", "ca me convient pas",
    "ca ne marche pas", "je refuse", "refuse", "je naccepte pas", "hors de question", "en aucun cas", "aucunement",
    "certainement pas", "jamais de la vie", "non non", "non non merci", "plutot pas", "je prefere pas",
    "je ne prefere pas", "je prefererais pas", "pas cette fois", "pas pour linstant", "pas pour le moment",
    "pas vraiment", "pas besoin", "ce nest pas necessaire", "ca ne me plait pas", "mais non", "ben non", "oh non",
    "que non", "negatif", "sans facon", "non desole", "non desolee", "probablement pas",
    "merci mais non", "merci mais non merci", "aucune chance", "pas question", "pas la peine", "cest non",
];

#[rustfmt::skip]
const COUNTED: &[&str] = &[
    "balles",
    "euro", "euros", "dollar", "dollars", "francs", "franc", "eur", "usd", "pour cent", "personne", "personnes",
    "adulte", "adultes", "invites", "pieces", "unites", "unite", "fois", "nuit", "nuits", "places", "billets", "ans",
    "an", "livres", "dinars", "dirhams", "enfants", "enfant", "femmes", "hommes", "amis", "chambres", "tables",
    "participants", "billet", "tickets", "ticket", "convives", "bouteilles", "boites", "etoiles",
];

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
        1 => vec!["un".into(), "une".into(), "unseul".into(), "uneseule".into()],
        10 => vec!["dix".into(), "dizaine".into(), "unedizaine".into()],
        6 => vec!["six".into(), "demidouzaine".into(), "unedemidouzaine".into()],
        20 => vec!["vingt".into(), "vingtaine".into(), "unevingtaine".into()],
        12 => vec!["douze".into(), "douzaine".into(), "unedouzaine".into()],
        15 => vec!["quinze".into(), "quinzaine".into(), "unequinzaine".into()],
        0..20 => vec![ones(n).into()],
        21..70 => joined(TENS[(n / 10) as usize], n % 10),
        70..80 => [joined("soixante", n - 60), joined("septante", n - 70)].concat(),
        80 => vec!["quatrevingts".into(), "quatrevingt".into(), "huitante".into()],
        81..90 => [vec![format!("quatrevingt{}", ones(n - 80))], joined("huitante", n - 80)].concat(),
        90..100 => [vec![format!("quatrevingt{}", ones(n - 80))], joined("nonante", n - 90)].concat(),
        _ => vec!["cent".into()],
    }
}

fn ordinals(n: u32) -> Vec<String> {
    if n == 1 { vec!["premier".into()] } else { Vec::new() }
}
