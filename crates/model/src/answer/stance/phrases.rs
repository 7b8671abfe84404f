//! Lists the phrases that say yes or no before a remark, and the words by which the remark is sorted. All are folded, with
//! blanks for apostrophes.

/// For each language and meaning, phrases separated by commas. Where verbs stand, the question must have one of them.
#[rustfmt::skip]
pub const PHRASES: [(&str, bool, &str, &str); 53] = [
    ("en", true, "do", "i do,we do,they do,sure do,we do yes,i do yes,yes i do,yes we do,yeah we do,yeah i do"),
    ("en", true, "have", "i have,we have,yes i have,yes we have,i have yes,yeah i have,have indeed"),
    ("en", true, "is", "it is,he is,she is,that is,there is,yes there is,yes it is,yes he is,yes she is,sure is,yeah it is,yeah there is"),
    ("en", true, "are", "i am,we are,they are,there are,yes i am,yes we are,yes there are,yeah we are,yeah i am"),
    ("en", true, "does", "it does,he does,she does,yes it does,yes he does,yes she does,yeah it does"),
    ("en", true, "did", "i did,we did,yes i did,yes we did,yeah i did"),
    ("en", true, "will", "i will,we will,it will,yes i will,yes we will"),
    ("en", true, "can", "i can,we can,yes i can,yes we can"),
    ("en", true, "", "go on then,go on,too right,yes unfortunately,yes sadly,sadly yes,unfortunately yes,yes of course,of course,thatd be great,thatd be lovely,that would be great,that would be lovely,\
        sounds good,sounds great,sounds lovely,sounds good to me,please do,yes please do,why not,yeah why not,yeah go on,yeah go on then,ooh yes,ooh go on then,yep no problem,yes no problem,sure no problem,100 percent,absolutely yes"),
    ("en", false, "do", "i dont,we dont,i don t,we don t,no we dont,no i dont,they dont"),
    ("en", false, "have", "i havent,we havent,i haven t,we haven t,never have,no i havent,never had,never been,no never"),
    ("en", false, "is", "it isnt,he isnt,she isnt,there isnt,it isn t,he isn t,she isn t,there isn t,no there isnt"),
    ("en", false, "are", "im not,i m not,we arent,there arent,we re not,there aren t"),
    ("en", false, "does", "it doesnt,it doesn t,he doesnt,she doesnt"),
    ("en", false, "did", "i didnt,we didnt,i didn t,we didn t"),
    ("en", false, "any", "none,none at all,none that i know of,none as far as i know,nothing,nothing like that,nothing i know of,none whatsoever"),
    ("en", false, "", "never,no never,never ever,not that i know of,not as far as i know,not that im aware of,not really,not really no,no not really,not at all,no need,nah no need,no need thanks,no need ta,im afraid not,afraid not,\
        i m afraid not,sadly not,sadly no,unfortunately not,unfortunately no,no chance,no unfortunately,not yet,no not yet,nope not yet,nah not yet,not this time,nah im good,nope im good,no im good thanks,nope all good"),
    ("es", true, "hay", "hay si,si hay,si que hay,si la hay,si lo hay,hay,haber hay,hay hay,si claro hay"),
    ("es", true, "tiene tienes tienen teneis hay", "si tengo,si tenemos,tengo si,tenemos si,si que tengo,si que tenemos"),
    ("es", true, "esta estan", "lo esta,si lo esta,esta si,si esta,si que esta,si que lo esta"),
    ("es", true, "", "venga vale,vale venga,venga va,venga dale,va venga,venga,dale va,va dale,dale,dale si,bueno dale,bueno venga,claro claro,por supuesto,por supuesto que si,si por supuesto,si por desgracia,por desgracia si,\
        si desgraciadamente,faltaria mas,ya lo creo,pues claro,claro que si,obvio que si,obvio,desde luego,desde luego que si,me apunto,de una,sale y vale,sale pues,orale si,orale va,arre,si sin problema,claro sin problema,\
        si va,va si,si va perfecto,si porfis,ay si,uy si,si si si,sisi,pues venga,pues si,pues dale,si obvio,si obvi,me encantaria,me encantaria si"),
    ("es", false, "", "que va,q va,no que va,para nada,no para nada,nunca,nunca jamas,jamas,no nunca,ni hablar,ni de broma,ni loco,ni loca,nanai,nones,nel,nel pastel,aun no,todavia no,aun no la verdad,no aun no,no todavia no,\
        todavia no la verdad,la verdad que no,la verdad es que no,pues no,pues la verdad que no,no que yo sepa,que yo sepa no,no hace falta,no es necesario,nah,nop,nope,no por desgracia,por desgracia no,de momento no,\
        por ahora no,no de momento no,no por ahora no,esta vez no,no esta vez no,ay no,uy no,uy que va,no gracias asi esta bien,no hay,aqui no hay"),
    ("fr", true, "il y a a", "y en a,il y en a,oui y en a,oui il y en a,on en a,oui on en a"),
    ("fr", true, "avez as", "on en a,j en ai,oui j en ai,oui on en a,j en ai un,j en ai une,on en a un,on en a une"),
    ("fr", true, "est", "il l est,elle l est,oui il l est,oui elle l est"),
    ("fr", true, "", "carrement,grave,oui grave,bien sur,oui bien sur,bien evidemment,evidemment,avec plaisir,oui avec plaisir,volontiers,oui volontiers,allez oui,allez,allez pourquoi pas,ouais allez,allez go,allez ok,oui oui,oui sans souci,ouais sans souci,oui sans probleme,\
        ouais pas de souci,oui pas de souci,tout a fait,oui tout a fait,absolument,effectivement,oui effectivement,ca me tente,ouais grave,ouais carrement,oui carrement,ouais,mais oui,ah oui,ben oui,bah oui,\
        oui malheureusement,oui helas,oui certainement,pourquoi pas,oui pourquoi pas,ouais pourquoi pas,mets moi ca,oui je veux bien,je veux bien,ouais je veux bien,parfait oui,oui parfait"),
    ("fr", false, "", "ah non,ah ca non,ah bah non,non jamais,jamais,pas encore,non pas encore,ben pas encore,pas du tout,non pas du tout,pas vraiment,non pas vraiment,nan,non non,nan nan,surtout pas,pas besoin,non pas besoin,pas la peine,\
        non pas la peine,c est pas la peine,pas que je sache,non pas que je sache,pas a ma connaissance,non pas a ma connaissance,aucune idee que non,aucune a ma connaissance,malheureusement non,non malheureusement,malheureusement pas,helas non,\
        non helas,ben non,bah non,oh non,euh non,euh nan,bof non,non merci ca ira,non ca ira,non c est bon,pas cette fois,non pas cette fois,pas pour l instant,pas pour le moment,non pas pour l instant,mais non,y en a pas,il y en a pas"),
    ("de", true, "gibt gibts", "gibt es,gibts,gibt s,ja gibt es,ja gibts,gibts schon,gibt es schon,ja gibt s"),
    ("de", true, "haben hast habt hatten", "haben wir,hab ich,habe ich,ham wir,hamma,ja haben wir,ja hab ich,ja habe ich,hatte ich,hatten wir,hab ich schon,haben wir schon"),
    ("de", true, "ist", "ist er,ist sie,ist es,ja ist er,ja ist sie,ja ist es,ist er ja,ist er schon,ist sie schon"),
    ("de", true, "sind bist seid", "sind wir,bin ich,sind sie,ja bin ich,ja sind wir"),
    ("de", true, "waren warst war", "war ich,waren wir,ja war ich,ja waren wir,war ich schon,waren wir schon"),
    ("de", true, "kann konnen kannst", "kann ich,konnen wir,kann er,kann sie,ja kann ich,ja konnen wir"),
    ("de", true, "brauchen brauchst", "brauch ich,brauche ich,brauchen wir,ja brauch ich,ja brauchen wir"),
    ("de", true, "", "unbedingt,ja unbedingt,logo,na logo,logisch,na sicher,eh klar,eh kloar,freilich,ja freilich,auf jeden fall,ja auf jeden fall,aufjeden,auf jeden,jo eh,ja eh,joa,jep,jap,jup,jawoll,selbstverstandlich,ja selbstverstandlich,voll gern,\
        sehr gern,sehr gerne,ja sehr gern,ja sehr gerne,gerne doch,ja gerne doch,ja leider,leider ja,ja kein problem,klar kein problem,kein problem ja,ja passt,ja klingt super,ja klingt gut,klingt super,klingt gut,warum nicht,ja warum nicht,na klar,ja klar,ja bitte gern,oh ja,oh ja bitte,au ja,ja voll"),
    ("de", false, "haben hast habt hatten", "haben wir nicht,hab ich nicht,habe ich nicht,keine,nein keine,gar keine,hab keine,haben keine,ich hab keine"),
    ("de", false, "gibt gibts", "gibt es nicht,gibts nicht,gibt s nicht,gibts leider nicht,gibt es leider nicht,gibt es hier nicht"),
    ("de", false, "ist", "ist er nicht,ist sie nicht,ist es nicht"),
    ("de", false, "", "noch nie,nein noch nie,ne noch nie,no noch nie,nie,niemals,nein nie,nein niemals,noch nicht,nein noch nicht,ne noch nicht,nee noch nicht,noch nicht wirklich,nicht wirklich,nein nicht wirklich,ne nicht wirklich,eher nicht,\
        nein eher nicht,naa,nee,ne,nö,no,noe,nope,auf keinen fall,nein auf keinen fall,sicher nicht,nicht notig,nein nicht notig,ne nicht notig,nicht notwendig,braucht es nicht,brauchts nicht,muss nicht sein,leider nein,leider nicht,nein leider,\
        nein leider nicht,nicht dass ich wusste,nicht das ich wusste,nein nicht dass ich wusste,diesmal nicht,nein diesmal nicht,heute nicht,nein heute nicht,ach nein,ach ne,passt schon nein"),
    ("pt", true, "ja", "ja,ja sim,ja fui,ja fui sim,ja vim,ja vim sim,ja tive,ja sim senhora,sim ja,ja ja sim,ja fiz,ja fiz sim"),
    ("pt", true, "tem tens ha", "tem,tem sim,sim tem,tenho,tenho sim,temos,temos sim,sim tenho,sim temos,ha sim,ha,tem tem"),
    ("pt", true, "esta estao ta", "ta sim,esta sim,ta,esta,sim ta,sim esta,ta tudo certo sim"),
    ("pt", true, "quer queres gostaria deseja querem podemos posso colocar incluir coloco coloque ponho bota boto ponha anoto escrevo", "quero,quero sim,sim quero,queremos sim,queremos,pode sim,pode,pode colocar,ah pode colocar,pode colocar sim,pode por,pode botar,podes,podes sim,pode incluir,pode mandar,pode ser,pode ser sim"),
    ("pt", true, "", "sim sim,siim,claro,claro que sim,claro claro,com certeza,com certeza sim,bora,bora la,bora sim,opa sim,aceito,aceito sim,fechou,fechado sim,demorou,ah sim,ah claro,sim claro,sim com certeza,sim infelizmente,infelizmente sim,\
        sim por favor,uhum,aham,sem duvida,sim sem duvida,obvio,obvio que sim,sim sem problema,com todo o gosto,isso mesmo,por que nao,porque nao,sim por que nao,adoraria,nossa sim,nossa claro"),
    ("pt", false, "tem tens ha", "tem nada,tem nao,nao tem,tenho nao,nao tenho,tenho nada,nao tem nao,nao temos,nao tenho nao,tem nada nao,nenhuma,nenhum,nao nenhuma,nenhuma nao"),
    ("pt", false, "", "nunca,nunca mesmo,nao nunca,nunca na vida,jamais,ainda nao,nao ainda nao,ainda nao mesmo,que nada,de jeito nenhum,nao de jeito nenhum,nem pensar,nem a pau,nao precisa,precisa nao,nao precisa nao,nope,nop,infelizmente nao,nao infelizmente,\
        dessa vez nao,desta vez nao,por enquanto nao,nao por enquanto nao,nao que eu saiba,que eu saiba nao,nenhuma que eu saiba,nenhum que eu saiba,nao obrigada,nao obrigado,nada disso,nao mesmo,nao senhor,nao senhora,hoje nao,nao e preciso,nao faz falta"),
    ("it", true, "c e ci", "c e,c e c e,ci sono,si c e,si ci sono,certo che c e,c e si"),
    ("it", true, "ha hai avete", "ce l ho,ce l abbiamo,si ce l ho,si ce l abbiamo,ne ho,ne abbiamo,l ho fatto,l abbiamo fatto,si l ho fatto"),
    ("it", true, "e", "lo e,la e,si lo e,si la e,lo e si"),
    ("it", true, "", "certo,certo che si,certamente,si certo,certo si,come no,si come no,assolutamente si,volentieri,molto volentieri,si volentieri,dai si,si dai,dai si perche no,si dai perche no,perche no,dai perche no,perche no dai,massi,ma si dai,si perche no,ma si,ma certo,eccome,si si,sisi,sissi,\
        si purtroppo,purtroppo si,si nessun problema,certo nessun problema,nessun problema si,ovvio,ovviamente,si ovviamente,ovvio che si,ci sta,si ci sta,dai va bene,va bene dai,va bene si,si va bene,magari si,oh si,eh si,ah si,si assolutamente,si grazie mille"),
    ("it", false, "ha hai avete", "nessuna,nessuno,nessun allergia,no nessuna,no nessuno,nessuna che io sappia,non ne ho,non ne abbiamo,no non ne ho"),
    ("it", false, "c e ci", "non c e,no non c e,non ci sono,qui non c e"),
    ("it", false, "", "mai,no mai,mai mai,mai nella vita,macche,ma che,nono,no no,ancora no,non ancora,no non ancora,no ancora no,per niente,no per niente,niente affatto,assolutamente no,no assolutamente,neanche per sogno,non che io sappia,no che io sappia,\
        che io sappia no,no non che io sappia,non serve,no non serve,non importa no,non c e bisogno,no non c e bisogno,nope,purtroppo no,no purtroppo,stavolta no,no stavolta no,questa volta no,per ora no,no per ora no,eh no,ma no,ah no,oh no,direi di no,no direi di no,non proprio"),
];

/// Words that say yes or no in any phrase that `yesno` understands; `ok`, `right` and `good` may only have understood.
#[rustfmt::skip]
pub const STRONG: [&str; 56] = [
    "yes", "yeah", "yep", "yup", "no", "nope", "nah", "never", "absolutely", "definitely", "certainly", "sure", "nop", "si", "sip", "claro", "venga", "nunca", "jamas", "supuesto", "luego", "oui", "ouais", "non", "nan", "jamais",
    "carrement", "volontiers", "evidemment", "ja", "jo", "nein", "nee", "klar", "unbedingt", "nie", "freilich", "naturlich", "jawohl", "sim", "nao", "certeza", "bora", "mai", "certo", "certamente", "volentieri",
    "ovvio", "eccome", "macche", "logisch", "gerne", "gern", "obvio", "ovviamente", "aceito",
];

/// Words of a question whether the contact has been there before, and those of one that asks for the first time itself.
pub const VISITS: [&str; 13] = [
    "before",
    "ever",
    "antes",
    "alguna vez",
    "ya",
    "deja",
    "schon",
    "schonmal",
    "bereits",
    "ja",
    "gia",
    "jemals",
    "mai",
];
pub const FIRST: [&str; 6] = ["first", "primera", "premiere", "erste", "primeira", "prima volta"];
/// For each language, the words of a no that may stand before `the first time`, and phrases for the first time.
#[rustfmt::skip]
pub const FIRST_TIMES: [(&str, &str, &str); 6] = [
    ("en", "no,nope,nah", "first time,first time here,my first time,its my first time,it s my first time,this is my first time,first timer,never been"),
    ("es", "que va,nop,para nada", "primera vez,la primera vez,es la primera vez,es mi primera vez,seria la primera vez,es la primera"),
    ("fr", "non,nan,ah non", "premiere fois,la premiere fois,c est la premiere fois,c est ma premiere fois"),
    ("de", "nein,ne,nee,no,noe,nope", "erstes mal,das erste mal,ist das erste mal,ist mein erstes mal,zum ersten mal,das ist das erste mal"),
    ("pt", "que nada", "primeira vez,a primeira vez,e a primeira vez,e minha primeira vez,e a minha primeira vez,vai ser a primeira"),
    ("it", "no,macche,ma no", "prima volta,la prima volta,e la prima volta,e la mia prima volta"),
];
/// For each language, the first words of a clause about the time since when something is not so, and its last ones.
pub const LASTING: [(&str, &str, &str); 8] = [
    ("en", "not since", ""),
    ("es", "desde", "no,ya no,nada"),
    ("es", "no desde", ""),
    ("fr", "pas depuis", ""),
    ("fr", "depuis", "non,plus"),
    ("de", "seit", "nicht mehr,nicht,nimmer,keine,keinen"),
    ("pt", "desde", "nao,nada"),
    ("it", "da quando", "no,non piu,niente"),
];

/// Words of a good reputation.
pub const HEARD: [&str; 16] = [
    "heard",
    "told",
    "recommended",
    "hablado",
    "oido",
    "dicho",
    "dit",
    "entendu",
    "parle",
    "gehort",
    "empfohlen",
    "ouvi",
    "falaram",
    "sentito",
    "parlato",
    "consigliato",
];
/// Words that let a card, a cake or a box have something on it.
#[rustfmt::skip]
pub const DETAILS: [&str; 50] = [
    "say", "write", "put", "add", "include", "wrap", "print", "poner", "pones", "poneis", "escribir", "anadir", "envolver", "agregar", "pongan", "incluir", "ecrire", "mettre", "ajouter", "noter", "emballer", "inscrire", "marquer",
    "schreiben", "draufschreiben", "reinschreiben", "dazulegen", "dazuschreiben", "draufmachen", "einpacken", "hinschreiben", "beilegen", "escrever", "colocar", "por", "botar", "acrescentar", "embrulhar", "anotar",
    "scrivere", "scriverci", "mettere", "metterci", "aggiungere", "incartare", "scriva", "stampare", "scrivete", "scrivi", "reads",
];
/// Words with which a remark takes the answer back, corrects it or leaves it open.
#[rustfmt::skip]
pub const TAKEN_BACK: [&str; 108] = [
    "wait", "but", "if", "unless", "maybe", "perhaps", "depends", "later", "how", "when", "what", "why", "which", "much", "cost", "price", "free", "change", "changed", "can", "could", "will", "would", "whatever", "kidding", "joking", "yes",
    "pero", "espera", "espere", "depende", "quiza", "quizas", "luego", "cuanto", "cuesta", "precio", "gratis", "cuando", "cambio", "podria", "puedo", "broma",
    "mais", "attends", "attendez", "depend", "combien", "coute", "prix", "gratuit", "quand", "peux", "pourrais", "blague", "plutot",
    "aber", "warte", "moment", "kommt", "wieviel", "kostet", "preis", "kostenlos", "wann", "kann", "konnte", "scherz", "oder", "falls", "wenn",
    "mas", "espera", "depende", "quanto", "custa", "preco", "quando", "posso", "poderia", "brincadeira", "talvez", "respondo", "falo", "retorno", "contesto",
    "ma", "aspetta", "aspetti", "dipende", "costa", "prezzo", "posso", "potrei", "scherzo", "forse", "oppure", "magari",
    "sino", "actually", "instead", "rather", "except", "salvo", "sauf", "ausser", "tranne", "exceto",
];
/// Words of regret.
pub const REGRETS: [&str; 10] = [
    "unfortunately",
    "sadly",
    "desgracia",
    "desgraciadamente",
    "lamentablemente",
    "malheureusement",
    "helas",
    "leider",
    "infelizmente",
    "purtroppo",
];
/// Words that name another thing, or a part of what was asked, beside a no.
#[rustfmt::skip]
pub const OTHER: [&str; 29] = [
    "other", "only", "just", "otro", "otra", "otros", "otras", "solo", "solamente", "autre", "autres", "que", "seulement", "andere", "anderen", "anderer", "anderes", "nur", "outro", "outra", "so", "apenas", "altro", "altra", "soltanto", "when", "cuando", "quand", "quando",
];
/// Words of somebody who tells why it asks: `not since we moved, that's why I'm asking`.
pub const ASKING: [&str; 9] =
    ["asking", "ask", "pregunto", "pregunta", "demande", "frag", "frage", "perguntando", "chiedo"];
