//! Lists the words by which an aside is sorted.

/// Pictures begin behind the signs of mathematics.
pub const FIRST_PICTURE: char = '\u{2500}';
/// More beginnings of an aside are not tried in one clause.
pub const ASIDES_TRIED_MAX: usize = 4;
/// A longer denial denies something of its own: `medium, I can't handle the heat anymore`.
pub const DENIAL_WORDS_MAX: usize = 6;
/// Words before the reason of a Spanish, Portuguese or Italian answer: `el 2 de marzo, que es mi día libre`.
pub const THAT: [&str; 4] = ["que", "che", "because", "weil"];
pub const DAYS_OF_WEEK: i8 = 7;
/// Words for the week of today.
pub const THIS_WEEK: [&str; 6] =
    ["this week", "esta semana", "cette semaine", "diese woche", "essa semana", "questa settimana"];
/// Words with which a denial begins.
pub const PLAIN_NO: [&str; 7] = ["no", "nope", "non", "nein", "ne", "nee", "nao"];
/// Last words of an answer that goes on: `I can do friday if my mother …`.
#[rustfmt::skip]
pub const HANGING: [&str; 40] = [
    "if", "unless", "or", "and", "but", "not", "when", "that", "than", "before", "after", "si", "o", "y", "pero", "no", "cuando", "que", "antes", "despues", "ou", "et", "mais",
    "pas", "quand", "avant", "apres", "wenn", "falls", "oder", "und", "aber", "nicht", "se", "e", "mas", "nao", "ma", "non", "ne",
];
/// Words before somebody whom an answer suits.
pub const FOR: [&str; 7] = ["for", "para", "pour", "fur", "per", "pra", "a"];
/// People who may come along, and words of coming along.
#[rustfmt::skip]
pub const COMING_ALONG: [&str; 48] = [
    "kids", "children", "parents", "friends", "too", "also", "well", "each", "ninos", "hijos", "padres", "amigos", "suegros", "tambien", "cada", "enfants", "parents", "amis", "aussi",
    "chacun", "chacune", "beaux", "kinder", "eltern", "freunde", "auch", "jeder", "mit", "criancas", "filhos", "pais", "sogros", "tambem", "miudos", "bambini", "bimbi", "figli", "genitori",
    "amici", "anche", "pure", "ognuno", "suoceri", "oma", "opa", "nonna", "abuela", "mamie",
];
/// Verbs of work: whoever does not work is free.
#[rustfmt::skip]
pub const WORKS: [&str; 14] = [
    "work", "working", "trabajo", "trabajamos", "trabajar", "travaille", "bosse", "travaillons", "arbeite", "arbeiten", "trabalho", "trabalhamos", "lavoro", "lavoriamo",
];
/// Words of being able and willing.
#[rustfmt::skip]
pub const ABLE: [&str; 44] = [
    "can", "cant", "cannot", "could", "couldn", "wont", "won", "want", "work", "works", "doesn", "don", "puedo", "podemos", "puede", "va", "vale", "quiero", "queremos", "peux", "peut",
    "pouvons", "veux", "ca", "kann", "konnen", "geht", "passt", "klappt", "will", "schaffe", "schaff", "posso", "pode", "da", "consigo", "rola", "quero", "puo",
    "possiamo", "riesco", "voglio", "make", "able",
];
/// A shorter clause with an *otherwise* may be an alternative.
pub const REASON_WORDS_MIN: usize = 4;
pub const OTHERWISE: [&str; 7] = ["otherwise", "si no", "sinon", "sonst", "senao", "senno", "altrimenti"];
/// Words of a question for an age, a weight or a price, to which nobody adds somebody else.
#[rustfmt::skip]
pub const MEASURED: [&str; 22] = [
    "old", "age", "ages", "weigh", "anos", "edad", "ans", "pese", "depenser", "alt", "wiegt", "idade", "pesa", "gastar", "anni", "spendere",
    "spend", "euros", "euro", "pesos", "pounds", "dollars",
];
/// Articles before the age of somebody who is feasted.
pub const PLURALS: [&str; 6] = ["les", "los", "os", "i", "mis", "mes"];
/// Words for the place of a table.
#[rustfmt::skip]
pub const SEATS: [&str; 36] = [
    "quiet", "somewhere", "window", "terrace", "outside", "inside", "corner", "tranquilo", "tranquilito", "ventana", "terraza", "dentro", "fuera", "rincon",
    "calme", "terrasse", "fenetre", "dehors", "coin", "interieur", "ruhig", "ruhigen", "draussen", "drinnen", "fenster", "ecke", "sossegado", "janela", "esplanada",
    "fora", "canto", "tranquillo", "fuori", "finestra", "angolo", "giardino",
];
pub const BOSSES: [&str; 10] = ["boss", "work", "jefe", "jefa", "chef", "chefin", "patron", "capo", "chefe", "patrao"];
pub const THEN: [&str; 6] = ["cette", "quell", "nessa", "esa", "dann", "then"];
/// Words of somebody who does not know yet.
#[rustfmt::skip]
pub const UNSURE: [&str; 21] = [
    "sure", "know", "knows", "said", "decided", "answered", "sabe", "sabemos", "segura", "seguro", "sait", "weiss", "sicher", "entschieden", "sa", "sicura", "sicuro", "confirmado",
    "confirmed", "ainda", "yet",
];
/// Words of a larger or smaller count.
#[rustfmt::skip]
pub const MORE: [&str; 18] = [
    "more", "less", "double", "half", "twice", "mas", "menos", "doble", "plus", "moins", "mehr", "weniger", "noch", "mais", "dobro", "piu", "meno", "doppio",
];
/// Words with which a part of a count begins.
pub const ONE: [&str; 10] = ["one", "uno", "una", "un", "une", "einer", "eine", "eins", "um", "uma"];
pub const COPULAS: [&str; 15] =
    ["is", "of", "es", "est", "ist", "e", "di", "de", "will", "for", "para", "pour", "fur", "pra", "per"];
#[rustfmt::skip]
pub const INCLUDING: [&str; 20] = [
    "including", "counting", "incl", "incluyendo", "incluido", "contando", "dont", "compris", "inclus", "davon", "darunter", "inklusive", "inkl", "incluindo", "sendo", "compreso",
    "compresa", "compresi", "incluso", "inclusa",
];
/// Words before the person of the business whom somebody wants.
pub const WITH_WHOM: [&str; 7] = ["with", "con", "avec", "mit", "com", "bei", "chez"];
/// Words before somebody who comes along.
pub const WITH: [&str; 8] = ["with", "con", "avec", "mit", "com", "and", "plus", "mais"];
