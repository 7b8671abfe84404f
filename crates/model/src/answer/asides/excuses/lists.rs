//! Lists the words of an aside that tells only how the contact is, folded.

/// Parts of the body and ailments.
#[rustfmt::skip]
pub const BODY: [&str; 184] = [
    "back", "neck", "knee", "knees", "shoulder", "tooth", "teeth", "foot", "feet", "leg", "hand", "head", "eye", "eyes", "ear", "throat", "stomach", "hip", "ankle", "wrist", "nails", "hair", "roots", "skin", "rash", "fever", "pain", "ache", "aches", "toothache", "headache",
    "migraine", "flu", "cough", "sore", "hurts", "hurting", "agony",
    "espalda", "cuello", "rodilla", "rodillas", "hombro", "muela", "diente", "dientes", "pies", "pierna", "brazo", "cabeza", "ojo", "oido", "garganta", "estomago", "tripa", "cadera", "tobillo", "muneca", "unas", "pelo", "raices", "piel", "fiebre", "dolor", "gripe", "tos", "migrana",
    "duele", "duelen", "lumbago", "ciatica",
    "dos", "cou", "genou", "genoux", "epaule", "dent", "dents", "pied", "pieds", "jambe", "bras", "tete", "oeil", "yeux", "oreille", "gorge", "ventre", "hanche", "cheville", "poignet", "ongles", "cheveux", "racines", "peau", "fievre", "douleur", "grippe", "rhume", "toux", "sciatique",
    "rucken", "nacken", "knie", "schulter", "zahn", "zahne", "fuss", "fusse", "bein", "kopf", "auge", "ohr", "hals", "bauch", "hufte", "knochel", "nagel", "haare", "ansatz", "haut", "fieber", "schmerzen", "grippe", "husten", "migrane", "hexenschuss", "zahnschmerzen", "ruckenschmerzen", "kreuz", "ischias",
    "costas", "pescoco", "joelho", "joelhos", "ombro", "dente", "perna", "braco", "cabeca", "olho", "ouvido", "barriga", "quadril", "tornozelo", "unhas", "cabelo", "raiz", "raizes", "pele", "febre", "dor", "dores", "tosse", "enxaqueca", "coluna", "doi", "doendo",
    "schiena", "collo", "ginocchio", "spalla", "denti", "piede", "piedi", "gamba", "braccio", "testa", "occhio", "orecchio", "gola", "pancia", "anca", "caviglia", "unghie", "capelli", "ricrescita", "pelle", "febbre", "dolore", "influenza", "emicrania", "cervicale", "sciatica",
];
/// Words of a visit or a treatment, which has a day of its own.
#[rustfmt::skip]
pub const DOING: [&str; 85] = [
    "appointment", "surgery", "operation", "massage", "physio", "dentist", "doctor", "scan", "done", "cut", "getting", "booked", "visit", "check", "checkup", "course", "class", "party", "shoot",
    "cita", "operacion", "operan", "masaje", "fisio", "dentista", "medico", "revision", "hago", "hacen", "visita", "sesion", "prueba", "clase", "operarme", "quitan", "sacan",
    "rdv", "rendez", "operent", "seance", "kine", "dentiste", "medecin", "visite", "fais", "controle", "examen", "coiffeur",
    "termin", "op", "operiert", "massage", "zahnarzt", "arzt", "kontrolle", "physio", "lasse", "untersuchung", "behandlung", "friseur", "kurs",
    "consulta", "cirurgia", "opero", "massagem", "medica", "exame", "faco", "fazer", "sessao", "aula", "marcada", "marcado",
    "appuntamento", "operano", "operazione", "massaggio", "fisioterapia", "medico", "visita", "faccio", "seduta", "controllo", "esame", "parrucchiere",
];
/// Words of what is hardly possible.
pub const BARELY: [&str; 7] = ["barely", "hardly", "apenas", "peine", "kaum", "malapena", "mal"];
/// Acts that pain makes impossible.
#[rustfmt::skip]
pub const PHYSICAL: [&str; 54] = [
    "walk", "move", "sleep", "sit", "chew", "bend", "breathe", "swallow", "andar", "caminar", "moverme", "mover", "dormir", "masticar", "sentarme", "agacharme", "respirar", "levantarme", "tragar", "girar",
    "marcher", "bouger", "macher", "asseoir", "baisser", "respirer", "avaler", "laufen", "sitzen", "schlafen", "kauen", "bewegen", "bucken", "atmen", "schlucken", "mexer", "mastigar", "sentar", "abaixar", "levantar",
    "camminare", "muovermi", "dormire", "masticare", "sedermi", "piegarmi", "respirare", "alzarmi", "dormo", "duermo", "durmo", "dors", "schlaf", "schlafe",
];
/// Verbs of bearing.
pub const BEAR: [&str; 17] = [
    "face",
    "bear",
    "stand",
    "aguanto",
    "aguantamos",
    "soporto",
    "tiens",
    "tient",
    "supporte",
    "ertrag",
    "ertrage",
    "aguento",
    "aguentamos",
    "suporto",
    "reggo",
    "sopporto",
    "resisto",
];
/// Words of going on in the same way.
#[rustfmt::skip]
pub const LIKE_THIS: [&str; 30] = [
    "like this", "another weekend", "another night", "another day", "another week", "any longer", "much longer", "otro finde", "otro fin de semana", "otra noche", "otro dia asi", "asi", "mas dias", "de plus", "comme ca", "plus longtemps",
    "noch so ein", "noch ein wochenende", "noch eine nacht", "nicht mehr", "langer", "outro fim de semana", "mais um fim de semana", "outra noite", "assim", "mais um dia", "cosi", "un altro weekend", "un altra notte", "un altro giorno",
];
pub const KEYS: [&str; 28] = [
    "key",
    "keys",
    "llave",
    "llaves",
    "cle",
    "cles",
    "clef",
    "clefs",
    "schlussel",
    "chave",
    "chaves",
    "chiave",
    "chiavi",
    "gate",
    "door",
    "puerta",
    "verja",
    "portail",
    "portillon",
    "tor",
    "gartentor",
    "ture",
    "tur",
    "haustur",
    "cancello",
    "portone",
    "portao",
    "porta",
];
pub const SOMEBODY: [&str; 20] = [
    "someone",
    "somebody",
    "alguien",
    "quelqu",
    "quelquun",
    "jemand",
    "wer",
    "gente",
    "alguem",
    "qualcuno",
    "porter",
    "concierge",
    "portero",
    "porteiro",
    "portinaio",
    "hausmeister",
    "we",
    "wir",
    "estamos",
    "estaremos",
];
pub const HOME: [&str; 8] = ["home", "casa", "maison", "daheim", "zuhause", "hause", "in", "portaria"];
pub const ALL_DAY: [&str; 7] =
    ["all day", "todo el dia", "toute la journee", "ganzen tag", "o dia todo", "o dia inteiro", "tutto il giorno"];
/// First words of somebody who waits on the spot.
#[rustfmt::skip]
pub const WAITING: [&str; 25] = [
    "ill wait", "i ll wait", "i can wait", "happy to wait", "me espero", "espero ahi", "espero aqui", "os espero", "les espero", "yo espero", "j attends", "j attendrai", "je patiente", "ich warte", "wart ich", "warte dann", "espero ai", "espero ali", "eu espero", "fico esperando",
    "aspetto li", "aspetto", "vi aspetto", "io aspetto", "attendo li",
];
/// Words of what somebody waits for before it decides.
#[rustfmt::skip]
pub const WAITS_FOR: [&str; 27] = [
    "for", "until", "till", "reply", "answer", "confirmation", "confirmacion", "respuesta", "que", "hasta", "a", "confirmation", "reponse", "votre", "antwort", "bestatigung", "bis", "ihre", "eure", "resposta", "confirmacao", "retorno", "conferma", "risposta", "vostra", "sua", "che",
];
/// Words of a time until a day.
pub const UNTIL: [&str; 10] = ["until", "till", "til", "hasta", "jusqu", "jusqua", "bis", "ate", "fino", "sino a"];
/// Words of absence.
#[rustfmt::skip]
pub const ABSENT: [&str; 27] = [
    "away", "abroad", "travelling", "traveling", "holiday", "holidays", "fuera", "viaje", "viajando", "vacaciones", "absents", "absent", "absente", "vacances", "deplacement", "voyage", "verreist", "urlaub", "weg", "unterwegs", "fora", "viagem", "ferias", "fuori", "viaggio", "ferie", "via",
];
pub const NOTHING: [&str; 7] = ["nothing", "nada", "rien", "nix", "nichts", "niente", "nulla"];
/// Words of doubt and of taking back.
#[rustfmt::skip]
pub const DOUBTS: [&str; 45] = [
    "maybe", "perhaps", "might", "ask", "check", "cancel", "another time", "instead", "unless", "wait and see", "quiza", "quizas", "tal vez", "pregunto", "consulto", "cancelo", "mejor no", "luego digo", "depende", "peut etre", "demande", "annule", "depend", "vielleicht", "frag", "frage", "absagen",
    "kommt drauf", "melde", "talvez", "pergunto", "cancelo", "aviso", "forse", "chiedo", "annullo", "dipende", "faccio sapere", "ti dico", "let you know", "not sure", "sais pas", "weiss nicht", "nao sei", "non so",
];
