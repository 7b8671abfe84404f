//! Lists the words beside an option that change it, join it or ask about it.

/// Words that join two things, in the languages of answers.
pub const JOINS: [&str; 22] = [
    "and", "or", "plus", "either", "y", "o", "u", "et", "ou", "soit", "und", "oder", "sowie", "entweder", "e", "ed",
    "oppure", "both", "ambos", "beide", "entrambi", "sia",
];

/// Words that change an option also where they are neutral beside a number: `más o menos 5`.
pub const MORE: [&str; 9] = ["more", "mas", "mais", "piu", "mehr", "less", "meno", "moins", "vez"];

pub const MORE_OF_EASE: [&str; 6] = ["mas", "mais", "piu", "plus", "lo", "le"];

/// Words of ease, of which one more makes a reason and no other option: `pix é mais fácil`.
#[rustfmt::skip]
pub const EASY: [&str; 35] = [
    "facil", "practico", "practica", "comodo", "comoda", "rapido", "rapida", "sencillo", "seguro", "segura", "sano", "simple", "simples", "pratique", "facile", "rapide", "sur", "sympa", "pratico", "pratica", "tranquilo",
    "tranquila", "semplice", "veloce", "sicuro", "sicura", "leve", "ligero", "leger", "leggero", "fresco", "conveniente", "commode", "einfach", "gustoso",
];

/// Words of a report about an option: `my check-up was great`.
pub const TELLS: [&str; 22] = [
    "was", "were", "been", "fue", "fueron", "era", "eran", "etait", "etaient", "war", "waren", "gewesen", "foi",
    "foram", "eram", "stato", "stata", "fu", "erano", "had", "got", "arrived",
];

/// Words before an option that belongs to the business: `your surgery is great`.
pub const YOURS: [&str; 22] = [
    "your", "vuestro", "vuestra", "vuestros", "vuestras", "tu", "tus", "votre", "vos", "ton", "ta", "eure", "euer",
    "vosso", "vossa", "tua", "sua", "seu", "vostro", "vostra", "tuo", "vostri",
];

/// First words of a question if an option follows: `would red suit me`.
#[rustfmt::skip]
pub const MODALS: [&str; 20] = [
    "can", "could", "may", "might", "will", "would", "should", "shall", "must", "kann", "konnte", "wurde", "puede", "podria", "pode",
    "poderia", "puo", "potrebbe", "peut", "pourrait",
];

/// Words that set an option against something else: they are not neutral because the question has them.
#[rustfmt::skip]
pub const TURNS: [&str; 45] = [
    "but", "or", "if", "unless", "than", "instead", "other", "another", "any", "pero", "o", "u", "si", "otro", "otra", "cualquier",
    "cualquiera", "mais", "ou", "autre", "sinon", "aber", "oder", "wenn", "falls", "andere", "anderer", "anderes", "egal", "mas", "outro",
    "outra", "qualquer", "ma", "altro", "altra", "qualsiasi", "oppure", "before", "after", "what", "how", "which", "why", "when",
];

/// First words of a message that say nothing about its answer.
#[rustfmt::skip]
pub const OPENINGS: [&str; 36] = [
    "hi", "hello", "hey", "ok", "okay", "so", "well", "then", "oh", "yes", "yeah", "hola", "buenas", "vale", "pues", "bueno", "entonces",
    "bonjour", "salut", "bon", "alors", "oui", "et", "hallo", "guten", "tag", "ja", "also", "oi", "ola", "bom", "sim", "entao", "ciao",
    "salve", "allora",
];
