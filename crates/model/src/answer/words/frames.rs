//! Lists the words with which a sentence speaks of another person, of another event, or of the past.
//!
//! All of them may stand in a sentence that answers; which of them spoil the answer depends on the question
//! (`answer::frame`). Phrases are folded and separated by commas.

/// The words of one language.
pub struct FrameWords {
    pub language: &'static str,
    /// People, and words in the third person. They belong to an answer only if the question names somebody, too.
    pub others: &'static str,
    /// Polite phrases that contain a word of `others` or of `having` and speak of nobody else.
    pub polite: &'static str,
    /// Phrases of possession and existence: `Friday I have a meeting`, `there is a party on Friday`.
    pub having: &'static str,
    /// Words beside which `having` is no other event: `I have time on Friday`.
    pub free: &'static str,
    /// Words of prices, weights and payments, which answer no question about a day or an hour.
    pub amounts: &'static str,
    /// Verbs of the past, beside those of `SentenceWords::past`.
    pub had: &'static str,
    /// Phrases that make the number one of people: `we are two`.
    pub of_us: &'static str,
}

/// The words of this language.
pub fn of(language: &str) -> Option<&'static FrameWords> {
    FRAMES.iter().find(|frame| frame.language == language)
}

const FRAMES: [FrameWords; 6] = [EN, ES, FR, DE, PT, IT];

const EN: FrameWords = FrameWords {
    language: "en",
    others: "boss,he,she,they,his,her,hers,their,theirs,him,hes,shes,theyre,wife,husband,son,daughter,mother,father,mom,mum,dad,\
        partner,child,kid,boy,girl,boyfriend,girlfriend,brother,sister,friend,my mate,a mate,mates,parents,everyone,everybody",
    polite: "can i have,could i have,may i have,can we have,could we have,may we have,like to have,love to have,want to have,\
        with my wife,with my husband,with my partner,with my son,with my daughter,everyone is,everybody is",
    having: "i have,we have,ive,weve,i ve,we ve,i got,we got,there is,theres,there s,there are,has,my meeting,our meeting,a meeting,\
        the meeting,my party,our party,a party,the party",
    free: "time free available availability need preference",
    amounts: "pay,paid,spend,spent,cost,costs,price,amount,budget,weight,weigh,weighs,height,tall,worth,age,aged",
    had: "had,was,were,been,did,happened,arrived,came,bought,paid,used to",
    of_us: "we are,were,we re,we will be,well be,of us,we ll be",
};

const ES: FrameWords = FrameWords {
    language: "es",
    others: "jefe,jefa,él,ella,ellos,ellas,mujer,marido,esposa,esposo,hijo,hija,madre,padre,pareja,nino,nina,novio,novia,hermano,hermana,\
        amigo,amiga,padres,hijos,viene,vienen,tiene,tienen,se va,se van",
    polite: "me viene bien,nos viene bien,viene bien,me vienen bien,que viene,me viene mejor,viene mejor,le viene bien,les viene bien,si le viene",
    having: "tengo,tenemos,hay",
    free: "tiempo libre hueco disponible disponibilidad preferencia",
    amounts: "pagar,pague,pagamos,pago,peso,pesa,mide,mido,precio,presupuesto,coste,costo,cuesta,cantidad",
    had: "tuve,tenia,tuvimos,teniamos,fue,fueron,eran,era,estuve,estuvimos",
    of_us: "somos,seremos,eramos,vamos a ser",
};

const FR: FrameWords = FrameWords {
    language: "fr",
    others: "chef,patron,patronne,il,elle,ils,elles,son,sa,ses,leur,leurs,femme,mari,fils,fille,mere,pere,enfant,gars,copain,copine,frere,soeur,ami,amie,parents",
    polite: "il faut,il faudrait,il me faut,il me faudrait,il nous faut,il nous faudrait,il serait,il m en faut,il men faut,il nous en faut,il y en a,il vous plait,il te plait,\
        avec ma femme,avec mon mari,avec mon fils,avec ma fille",
    having: "jai,j ai,on a,nous avons,avons,il y a,y a",
    free: "temps libre dispo disponible besoin envie preference",
    amounts: "jen,j en,payer,prix,budget,cout,coute,coutait,paye,pese,poids,taille,mesure,montant,age",
    had: "avais,avait,avions,avaient,etais,etait,etions,etaient,eu,ete,cetait,jetais,jai eu,cest arrive,cest passe",
    of_us: "nous sommes,nous serons,on est,on sera,on serait,nous serions,sommes,serons",
};

const DE: FrameWords = FrameWords {
    language: "de",
    others: "chef,chefin,er,sie,ihm,ihr,ihre,ihren,seine,seinen,frau,mann,sohn,tochter,mutter,vater,kind,kinder,freund,freundin,bruder,schwester,\
        eltern,hat,alle,die kommen,die haben,die sind,die wollen,die mochten,sie mochte,sie will,sie hatte,sie nimmt,sie braucht,sie mag",
    polite: "sie konnen,sie konnten,rufen sie,versuchen sie,rechnen sie,erwarten sie,schicken sie,konnen sie,konnten sie,machen sie,nehmen sie,tragen sie,schreiben sie,sagen sie,haben sie,wenn sie,geben sie,\
        mit meiner frau,mit meinem mann,mit meinem sohn,mit meiner tochter,es hat",
    having: "ich habe,habe ich,ich hab,hab ich,wir haben,haben wir,habe,gibt,ist ein,ist eine",
    free: "zeit frei moglichkeit interesse",
    amounts: "zahlen,betrag,preis,budget,kosten,kostet,gekostet,bezahlt,zahle,wiege,wiegt,gewicht,gross,grosse",
    had: "hatte,hatten,hattest,war,waren,wurde,wurden,gehabt,gewesen,kam,bezahlt,passiert",
    of_us: "wir sind,sind wir,wir werden,zu zweit,zu dritt,zu viert,wir waren",
};

const PT: FrameWords = FrameWords {
    language: "pt",
    others: "chefe,patrao,ele,ela,eles,elas,dele,dela,deles,delas,mulher,esposa,marido,filho,filha,mae,pai,crianca,namorado,namorada,irmao,irma,\
        amigo,amiga,pais,filhos,vem,tem",
    polite: "que vem,se tem",
    having: "tenho,temos,ha,tem",
    free: "tempo livre disponivel disponibilidade preferencia",
    amounts: "pagar,paguei,pago,custo,custa,custou,peso,pesa,meco,altura,preco,valor,orcamento,quantidade",
    had: "tive,tinha,tinhamos,tivemos,foi,foram,era,eram,estive,estivemos",
    of_us: "somos,seremos,eramos,vamos ser,a gente e",
};

const IT: FrameWords = FrameWords {
    language: "it",
    others: "capo,lui,lei,loro,moglie,marito,figlio,figlia,madre,padre,mamma,papa,bambino,bambina,fidanzato,fidanzata,fratello,sorella,amico,\
        amica,genitori,figli,ha,hanno",
    polite: "con mia moglie,con mio marito,con mio figlio,con mia figlia,per lei,se lei,a lei",
    having: "ho,abbiamo,ce,c e,ci sono",
    free: "tempo libero libera disponibile disponibilita bisogno preferenza",
    amounts: "pagare,pagato,pago,costo,costa,costato,peso,pesa,alto,altezza,prezzo,importo,quantita",
    had: "avevo,avevamo,avuto,era,ero,erano,eravamo,fu,stato,stata",
    of_us: "siamo,saremo,eravamo,siamo in,saremo in",
};

/// Questions about a day or an hour that lies ahead: wishes, offers and visits. Phrases of all languages, folded.
#[rustfmt::skip]
pub const AHEAD: [&str; 136] = [
    "do you arrive", "do you leave", "dia llega", "dia sale", "jour arrivez vous", "jour partez vous", "kommen sie an", "reisen sie", "dia chega", "giorno arrivate",
    "would you like", "do you want", "suits you", "suit you", "suit best", "shall we", "should we", "can you come", "could you come", "will you",
    "works for you", "work for you", "works best", "would you prefer", "do you prefer", "can we", "may we", "come", "can i book", "should i",
    "shall i", "do you need", "would suit", "good for you", "book you", "are you coming", "will it be",
    "voulez vous", "souhaitez vous", "pouvez vous", "preferez vous", "desirez vous", "aimeriez vous", "pensez vous", "veux tu", "peux tu",
    "vous convient", "te convient", "conviendrait", "convient il", "devons nous", "pouvons nous", "peut on", "serez vous", "viendrez vous",
    "venez vous", "viens tu", "vous arrange", "venir", "vous voulez", "vous souhaitez", "tu veux", "vous irait", "vous va",
    "mochten sie", "wollen sie", "konnen sie", "konnten sie", "sollen wir", "durfen wir", "passt ihnen", "passt es", "passt dir", "mochtest du",
    "willst du", "kannst du", "kommen sie", "kommst du", "wurden sie", "vorbeikommen", "soll ich", "darf ich", "kommen", "konnen wir",
    "quiere venir", "quieres venir", "desea", "deseas", "viene bien", "conviene", "prefiere", "prefieres", "piensa", "piensas", "puede venir",
    "puedes venir", "va bien", "gustaria", "quiere reservar", "quieres reservar", "podemos", "va mejor", "viene mejor", "quiere", "quieres",
    "quer", "queres", "gostaria", "gostarias", "lhe convem", "te convem", "deseja", "prefere", "preferes", "pode vir", "podes vir", "pensa",
    "fica bem", "da jeito", "vir", "e melhor para",
    "vuole", "vuoi", "desidera", "desideri", "preferisce", "preferisci", "va bene", "le conviene", "ti conviene", "venire", "puo venire",
    "puoi venire", "possiamo", "pensa di", "pensi di",
];

/// Words of a question about the past: beside them a wish is no question about what lies ahead. Folded.
#[rustfmt::skip]
pub const BEHIND: [&str; 46] = [
    "was", "were", "did", "had", "happened", "last", "bought", "since", "ago", "invoice", "receipt",
    "etait", "etaient", "dernier", "derniere", "eu lieu", "passe", "achete", "recu", "facture", "avez vous eu",
    "fue", "fueron", "era", "paso", "ultima", "ultimo", "compro", "recibo", "factura",
    "war", "waren", "wurde", "hatten sie", "letzte", "letzten", "letzter", "gekauft", "rechnung",
    "foi", "aconteceu", "comprou", "fatura", "successo", "comprato", "fattura",
];

/// Words of a question about a day on which something happened. Folded, with blanks for apostrophes and hyphens.
#[rustfmt::skip]
pub const HAPPENED: [&str; 97] = [
    "did it", "did the", "did you", "did this", "did that", "did your", "was the", "was it", "was your", "happened",
    "empezo", "comenzo", "ocurrio", "sucedio", "fue", "compro", "recibio", "noto", "por ultima vez",
    "hizo", "hiciste", "pidio", "pediste", "compraste", "empezaste", "notaste", "se rompio", "se estropeo", "encargo", "envio usted",
    "a t il", "a t elle", "est ce arrive", "est ce passe", "eu lieu", "s est", "etait", "de quand date",
    "avez vous passe", "avez vous commande", "avez vous achete", "avez vous recu", "avez vous remarque", "avez vous envoye", "avez vous constate",
    "as tu passe", "as tu commande", "as tu achete", "as tu recu", "a commence", "a debute", "est arrive", "est arrivee", "est tombe", "est tombee",
    "begonnen", "angefangen", "passiert", "war", "gekauft",
    "bestellt", "aufgegeben", "bemerkt", "festgestellt", "erhalten", "bekommen", "abgeschickt", "aufgetreten", "kaputtgegangen",
    "comecou", "aconteceu", "ocorreu", "foi", "comprou",
    "fez", "fizeste", "encomendou", "pediu", "recebeu", "reparou", "notou", "avariou", "iniciou", "enviou",
    "cominciata", "cominciato", "successo", "ha fatto l ultimo", "ha fatto l ultima",
    "iniziato", "iniziata", "ha fatto", "ha ordinato", "ha comprato", "ha ricevuto", "ha notato", "si e rotto",
];

/// Words of a question about a price that was paid. Folded.
#[rustfmt::skip]
pub const PAID: [&str; 25] = [
    "pagaste", "pagasteis", "pago usted", "gastaste", "gasto usted", "te costo", "le costo", "os costo",
    "avez vous paye", "as tu paye", "vous avez paye", "avez vous depense", "a t il coute", "vous a coute", "ta coute",
    "bezahlt", "gezahlt", "gekostet", "ausgegeben", "pagou", "gastou", "custou", "pagato", "costato", "speso",
];
