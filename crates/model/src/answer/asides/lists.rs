//! Lists the words by which an aside is sorted.

/// Pictures begin behind the signs of mathematics.
pub const FIRST_PICTURE: char = '\u{2500}';
/// More beginnings of an aside are not tried in one clause.
pub const ASIDES_TRIED_MAX: usize = 4;
/// A longer denial denies something of its own: `medium, I can't handle the heat anymore`.
pub const DENIAL_WORDS_MAX: usize = 6;
/// Words before the reason of a Spanish, Portuguese or Italian answer: `el 2 de marzo, que es mi día libre`.
pub const THAT: [&str; 5] = ["que", "q", "k", "ke", "che"];
pub const DAYS_OF_WEEK: i8 = 7;
/// Shorter words with the end of an infinitive are none: `per tre`.
pub const INFINITIVE_CHARS_MIN: usize = 4;
/// The shortest verb that orders something for the contact: `ponme`.
pub const ORDER_BYTES_MIN: usize = 5;
/// Words before the source of a measure: `4.5 according to my scales`.
pub const ACCORDING: [&str; 7] = ["according", "segun", "dapres", "selon", "laut", "secondo", "segundo"];
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
pub const MEASURED: [&str; 32] = [
    "old", "age", "ages", "weigh", "anos", "edad", "ans", "pese", "depenser", "alt", "wiegt", "idade", "pesa", "gastar", "anni", "spendere",
    "kilometres", "kilometers", "kilometros", "kilometer", "quilometros", "chilometri", "km", "miles", "mileage", "kilometraje", "spend", "euros", "euro", "pesos", "pounds", "dollars",
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
pub const INCLUDING: [&str; 30] = [
    "including", "counting", "incl", "incluyendo", "incluido", "contando", "dont", "compris", "inclus", "davon", "darunter", "inklusive", "inkl", "incluindo", "sendo", "compreso",
    "compresa", "compresi", "incluso", "inclusa", "mostly", "mainly", "mayormente", "surtout", "principalement", "hauptsachlich", "vorwiegend", "principalmente", "soprattutto", "maioria",
];
/// Words before the person of the business whom somebody wants.
pub const WITH_WHOM: [&str; 7] = ["with", "con", "avec", "mit", "com", "bei", "chez"];
/// Words before somebody who comes along.
pub const WITH: [&str; 8] = ["with", "con", "avec", "mit", "com", "and", "plus", "mais"];
/// Words of a reason that speak of the business, of an agreement or of somebody who comes: `giovedì che siete chiusi`.
#[rustfmt::skip]
pub const NO_REASON: [&str; 46] = [
    "viene", "vienen", "vem", "vengono", "arriva", "arrivano", "cerrado", "cerrada", "cerrais", "cerrados", "chiuso", "chiusi", "chiusa", "fechado", "fechada", "fechados",
    "dije", "dijiste", "dijimos", "dijo", "hablamos", "quedamos", "acordamos", "comentamos", "detto", "parlato", "accordati", "falamos", "falei", "disse", "combinamos", "combinei",
    "sale", "esce", "sai", "estais", "siete", "imposible", "impossibile", "impossivel", "lleno", "pieno", "lotado", "espera", "aspetta", "figurati",
];
/// First words of an aside about the time before or until the answer: `friday, before that I'm away`.
#[rustfmt::skip]
pub const BEFORE: [&str; 27] = [
    "before that", "before then", "until then", "till then", "cant before", "not before", "antes", "hasta entonces", "hasta que no", "mientras tanto", "avant", "d ici la", "dici la", "jusque la",
    "vorher", "davor", "bis dahin", "eher", "fruher", "antes disso", "ate la", "prima", "fino ad allora", "fino a quel", "nel frattempo", "entretanto", "q hasta entonces",
];
/// Words before the beginning of a state, whose day is no wish: `depuis jeudi`.
pub const SINCE: [&str; 5] = ["since", "desde", "depuis", "seit", "dal"];

/// The words of one language by which a clause with another day or hour is sorted, folded.
pub struct OtherWords {
    pub language: &'static str,
    /// Words that agree to the other value, too, or prefer it: `friday, saturday works too`.
    pub agrees: &'static str,
    /// Words of an engagement, with which the other value is taken: `friday, saturday I have a wedding`.
    pub engaged: &'static str,
}

#[rustfmt::skip]
pub const OTHERS: [OtherWords; 6] = [
    OtherWords {
        language: "en",
        agrees: "too also well either better best fine ok okay good great works suits suit possible free off time open rather prefer instead could would maybe nothing only",
        engaged: "is starts begins gets arrives leaves leave fly have ive got busy away out working finish start has kicks comes lands s finishes ends working back runs goes closes",
    },
    OtherWords {
        language: "es",
        agrees: "tambien mejor bien vale bueno libre libro libres tiempo hueco posible perfecto prefiero conviene podria nada solo va",
        engaged: "es son sale salen empieza empiezo entro salgo salimos viajo viajamos llega llegan llego tengo tenemos trabajo voy ceno hay cierran cierra acabo termino soy estoy recojo vuelvo volvemos regreso arranco arranca curro toca cojo vuelo abre volamos",
    },
    OtherWords {
        language: "fr",
        agrees: "aussi mieux bon bonne bien marche dispo libre temps pourrais prefere convient arrange repos conge va irait plutot parfait rien possible",
        engaged: "est commence reprend repart repars arrive arrivent ai jai j finis sors jsors rentre travaille bosse jbosse suis jsuis a cest c embauche debauche pars partons reprends attaque taffe ferme decolle",
    },
    OtherWords {
        language: "de",
        agrees: "auch besser lieber gut geht ginge passt passen klappt frei zeit konnte moglich recht stattdessen super nix nichts nur perfekt",
        engaged: "ist is hat beginnt fangt muss mussen hab habe haben bin sind arbeite hol kommt fahr fahren fahre flieg fliege fliegen geh steht kommen macht schliesst startet endet arbeit dienst",
    },
    OtherWords {
        language: "pt",
        agrees: "tambem melhor bom boa livre tempo poderia possivel prefiro folga fica da dava rola otimo nada so bem",
        engaged: "é sao sou tenho temos tem trabalho viajo viajamos volta volto voltamos chega comeca comeco saio entro acaba tá to estou largo vou decola fecha abre entra termina trampo",
    },
    OtherWords {
        language: "it",
        agrees: "anche meglio bene libero libera tempo possibile preferisco riposo pure comodo potrei ottimo perfetto niente solo va",
        engaged: "è ce c cho ho abbiamo stacco inizia inizio iniziamo esco entra entro parto partiamo lavoro devo scappo vado sono arriva torno torna finisco comincia riattacco attacco rientro chiude apre decolla prendo vado sta",
    },
];
/// First words of an aside about the time behind the answer: `at 10, afterwards I have the dentist`.
pub const AFTER: [&str; 14] = [
    "after that",
    "afterwards",
    "luego",
    "despues",
    "apres",
    "ensuite",
    "danach",
    "nachher",
    "anschliessend",
    "depois",
    "dopo",
    "poi",
    "despues de eso",
    "depois disso",
];
/// Events with an hour of their own, for which the contact must be ready before.
#[rustfmt::skip]
pub const EVENTS: [&str; 65] = [
    "train", "trains", "bus", "flight", "plane", "ferry", "boat", "school", "match", "film", "tren", "autobus", "vuelo", "avion", "barco", "cole", "partido", "vol", "ferry", "ecole", "bateau", "zug", "flug", "flieger",
    "fahre", "schule", "spiel", "trem", "onibus", "voo", "aviao", "escola", "treno", "aereo", "college", "uni", "class", "lecture", "lesson", "shift", "nursery", "clase", "uni", "guarde", "guarderia", "facultad", "cours", "fac", "creche", "lycee", "maternelle", "schicht", "kita", "vorlesung", "kurs", "unterricht", "aula", "faculdade", "facul", "turno", "lezione", "asilo", "scuola", "universita", "almoco",
];
/// Words of lateness and of early hours.
#[rustfmt::skip]
pub const LATE: [&str; 20] = [
    "late", "tarde", "tardi", "retard", "spat", "verspaten", "atrasar", "atrasada", "atrasado", "retrasar", "madrugar", "madrugador", "madrugadora", "mattiniero", "mattiniera", "matin", "fruhaufsteher", "morning", "early", "cedo",
];
