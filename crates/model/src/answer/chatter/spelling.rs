//! Writes the short spellings of chats in full: `q` is *que*, `cld u` is *could you*, `vllt` is *vielleicht*.
//!
//! Only spellings that are no other word of the language stand in the list. They are read before everything else, so that
//! a rule for a word holds for its short spelling, too: that of a *not* as well as that of a reason.

use crate::matching::fold;

/// The word in full, with the marks behind it; `None` if it is no short spelling of this language.
pub fn in_full(word: &str, language: &str) -> Option<String> {
    let core = word.trim_end_matches(|c: char| !c.is_alphanumeric());
    let folded = fold(core);
    let (_, all) = SPELLINGS.iter().find(|(name, _)| *name == language)?;
    let (_, full) = all.iter().find(|(short, _)| *short == folded)?;
    // `É` is no short spelling of anything, and a capital letter alone may be a name.
    let is_name = core.len() == 1 && core.chars().all(char::is_uppercase);
    let is_plain = !is_name && core.chars().all(|c| c.is_ascii_alphanumeric() || c.is_lowercase());
    is_plain.then(|| format!("{full}{}", &word[core.len()..]))
}

/// For each language, short spellings, folded, and the words for which they stand.
#[rustfmt::skip]
const SPELLINGS: [(&str, &[(&str, &str)]); 6] = [
    ("en", &[
        ("u", "you"), ("ur", "your"), ("cld", "could"), ("wld", "would"), ("shld", "should"), ("tmr", "tomorrow"), ("tmw", "tomorrow"), ("tmrw", "tomorrow"), ("tmoz", "tomorrow"),
        ("tomoz", "tomorrow"), ("2moro", "tomorrow"), ("2mrw", "tomorrow"), ("tmro", "tomorrow"), ("2day", "today"), ("2nite", "tonight"), ("tonite", "tonight"), ("b4", "before"),
        ("ppl", "people"), ("wk", "week"), ("wks", "weeks"), ("nxt", "next"), ("abt", "about"), ("thru", "through"), ("idk", "dont know"), ("dunno", "dont know"), ("prolly", "probably"),
        ("probs", "probably"), ("prob", "probably"), ("appt", "appointment"), ("aint", "isnt"), ("n", "and"), ("bday", "birthday"), ("defo", "definitely"), ("deffo", "definitely"),
        ("def", "definitely"), ("lemme", "let me"), ("coz", "because"), ("cuz", "because"), ("bcoz", "because"), ("2moz", "tomorrow"), ("oclock", "o'clock"),
    ]),
    ("es", &[
        ("q", "que"), ("k", "que"), ("ke", "que"), ("qe", "que"), ("xq", "porque"), ("pq", "porque"), ("xk", "porque"), ("pk", "porque"), ("porq", "porque"), ("tb", "también"),
        ("tmb", "también"), ("tbn", "también"), ("tmbn", "también"), ("tbien", "también"), ("d", "de"), ("pa", "para"), ("xa", "para"), ("pal", "para el"), ("toy", "estoy"),
        ("mnn", "mañana"), ("mnna", "mañana"), ("mnana", "mañana"), ("kiero", "quiero"), ("aki", "aquí"), ("bn", "bien"), ("asiq", "así que"), ("asike", "así que"), ("ns", "no sé"),
        ("nose", "no sé"), ("dsp", "después"), ("dps", "después"), ("dspues", "después"), ("orita", "ahorita"), ("grax", "gracias"), ("grcs", "gracias"), ("x", "por"), ("msj", "mensaje"),
    ]),
    ("fr", &[
        ("pr", "pour"), ("ds", "dans"), ("qd", "quand"), ("ke", "que"), ("tt", "tout"), ("auj", "aujourd'hui"), ("ojd", "aujourd'hui"), ("ajd", "aujourd'hui"), ("2main", "demain"),
        ("dmain", "demain"), ("jms", "jamais"), ("tjr", "toujours"), ("tjrs", "toujours"), ("pk", "parce que"), ("pcq", "parce que"), ("psk", "parce que"), ("pcke", "parce que"),
        ("jpeux", "je peux"), ("jsuis", "je suis"), ("chui", "je suis"), ("chuis", "je suis"), ("jvais", "je vais"), ("jveux", "je veux"), ("jprends", "je prends"), ("ya", "y a"),
        ("jsp", "je sais pas"), ("nn", "non"), ("dc", "donc"), ("vs", "vous"), ("slmt", "seulement"), ("mnt", "maintenant"), ("mtn", "maintenant"), ("pb", "problème"), ("c", "c'est"),
        ("g", "j'ai"), ("ac", "avec"), ("vrmt", "vraiment"), ("pv", "peux"), ("biensur", "bien sûr"), ("dac", "d'accord"), ("dacc", "d'accord"),
    ]),
    ("de", &[
        ("vllt", "vielleicht"), ("vlt", "vielleicht"), ("viell", "vielleicht"), ("vlcht", "vielleicht"), ("mgn", "morgen"), ("morgn", "morgen"), ("wg", "wegen"), ("ned", "nicht"),
        ("nedd", "nicht"), ("nid", "nicht"), ("nöd", "nicht"), ("nod", "nicht"), ("hob", "hab"), ("isch", "ist"), ("ka", "keine Ahnung"), ("irgendwan", "irgendwann"), ("iwann", "irgendwann"),
        ("ev", "eventuell"), ("evt", "eventuell"), ("evtl", "eventuell"), ("mi", "mich"), ("i", "ich"), ("oda", "oder"), ("heit", "heute"), ("heid", "heute"), ("gern'", "gern"),
    ]),
    ("pt", &[
        ("q", "que"), ("pq", "porque"), ("vc", "você"), ("vcs", "vocês"), ("tb", "também"), ("tbm", "também"), ("tmb", "também"), ("hj", "hoje"), ("amnh", "amanhã"), ("amh", "amanhã"),
        ("amn", "amanhã"), ("msm", "mesmo"), ("dps", "depois"), ("qnd", "quando"), ("qdo", "quando"), ("td", "tudo"), ("n", "não"), ("ñ", "não"), ("ngm", "ninguém"), ("agr", "agora"),
        ("sla", "sei lá"), ("d", "de"), ("cmg", "comigo"), ("ctg", "contigo"), ("pra", "para"), ("pro", "para o"), ("pros", "para os"), ("pras", "para as"), ("c", "com"), ("eh", "é"), ("bj", "beijo"),
    ]),
    ("it", &[
        ("nn", "non"), ("cmq", "comunque"), ("qnd", "quando"), ("tt", "tutto"), ("qst", "questo"), ("sn", "sono"), ("dmn", "domani"), ("ke", "che"), ("k", "che"), ("xke", "perché"),
        ("xche", "perché"), ("xk", "perché"), ("perke", "perché"), ("anke", "anche"), ("cn", "con"), ("x", "per"), ("dp", "dopo"), ("nnt", "niente"), ("qlc", "qualche"), ("msg", "messaggio"),
    ]),
];

#[cfg(test)]
mod tests {
    use super::in_full;

    #[test]
    fn short_spellings_are_written_in_full() {
        for (word, language, full) in [
            ("q", "es", Some("que")),
            ("tmrw,", "en", Some("tomorrow,")),
            ("nöd", "de", Some("nicht")),
            ("n", "pt", Some("não")),
            ("q", "en", None),
            ("N", "pt", None),
            ("friday", "en", None),
        ] {
            assert_eq!(in_full(word, language).as_deref(), full, "{word}");
        }
    }
}
