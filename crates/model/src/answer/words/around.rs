//! Defines the words around an answer in a sentence: neutral words, and words that change its value.

/// The words of one language. All lists are folded, with blanks between the words.
pub struct SentenceWords {
    /// Neutral words that may stand beside an ambiguous answer (`5`, `Friday`).
    pub carriers: &'static str,
    /// Words that negate an answer of any type.
    pub nots: &'static str,
    /// Words and phrases, separated by commas, that change a day, a time or a number into another one, or postpone it.
    pub spoilers: &'static str,
    /// Words between two answers that mean one of the two.
    pub or: &'static str,
    /// Words between two answers that make a range of them, separated by commas.
    pub ranges: &'static str,
    /// Words that say that the day lies in the past.
    pub past: &'static str,
    /// Words before a number alone that make it a time.
    pub hour_marks: &'static str,
    /// Words before a number alone that make it a span of time and not a time.
    pub span_marks: &'static str,
    /// Words before a weekday that mean every such weekday.
    pub each_marks: &'static str,
    /// Words that continue a yes or a no, beside the carriers.
    pub assent: &'static str,
    /// Neutral words beside the name of an option, in addition to the carriers.
    pub picks: &'static str,
    /// First words of a question about an option, separated by commas: `do you have red`.
    pub asks: &'static str,
    /// Words that ask for an option politely, separated by commas: `can I have red?`
    pub requests: &'static str,
}

pub const EN: SentenceWords = SentenceWords {
    carriers: "turned turning stay staying itll down give giving donate enough them much um uh uhm er erm hmm hm need needs i im ive id ill am is its it are be been was were we weve were well wed will would my our me us mine he \
        shes hes she his her they their you your this that thats these those the a an of for to in at on and so then \
        ok okay hi hello hey dear please pls thanks thank cheers sorry well yes yeah sure alright right great perfect \
        fine good best nice lovely just only exactly precisely total altogether all there here shall could can \
        should do does did let lets make makes like love prefer want wanted wish hope book booking booked reserve \
        reservation reserved table seat room appointment meeting meet slot visit party group size family order buy take get dob plan planning \
        got had have has come coming came arrive arriving arrived be start starting starts starting begins works \
        work suits suit possible convenient ideal age aged old born birthday birthdate birth date day days time hour \
        number amount price budget cost costs paid pay spend spent weight weigh weighs height tall worth answer choose \
        pick choice say says think thinks guess believe maybe probably perhaps possibly happened happen wife husband \
        son daughter mother father mom dad partner child kid boy girl really actually currently now mine as with \
        everyone everybody together sounds sound looks go going would s m re ve ll d name called",
    nots: "not no never none nor neither without cannot cant dont doesnt didnt wont wouldnt couldnt shouldnt isnt arent \
        wasnt werent havent hasnt except instead wrong previous former",
    spoilers: "think about,more,old number,old address,old email,old one,more than,less than,fewer,over,under,above,below,at least,at most,up to,minimum,maximum,or more,or less,\
        or so,between,from,until,till,before,after,since,later than,earlier,later,tell,ask,remind,know,knows,busy,\
        closed,away,unavailable,depends,if,unless,any,every,each,some,sometime,half,quarter,another,extra,plus,minus,\
        times,but,or,what,when,why,how,which,who,where,or not,month,months,week,weeks,minutes,end of,next,last,ago,latest,earliest,no later,\
        almost,nearly,hundred,thousand,million,per,only if,call,ring,phone,leave,leaving",
    or: "or either",
    ranges: "to,till,until,through,and up to,up to",
    past: "was were happened arrived came born had did bought paid got",
    hour_marks: "at",
    span_marks: "in for within",
    each_marks: "every each all most",
    assent: "send sending remember agree agreed interested correct true confirm confirmed accept accepted fine happy very much too indeed definitely absolutely course certainly need think so at",
    picks: "obvs obviously naturally always someone somebody craving oh some one ones option options color colour rather definitely favourite favorite going gonna wanna gotta give put select selected chosen \
        chose opt decided decide interested said meant mean absolutely certainly simply preferably always loved cool awesome excellent thing \
        might may too id ill im lets pleased thankyou cheers ta make file lodge copy pay paying use using only have my on me gonna wanna left right below above under",
    asks: "do,does,did,is,are,was,were,have you,you have,you got,has,have they,am i,is there,are there,should,shall,will it,will you,would you,would it,can you,could you,can it,can they,whether",
    requests: "can i,could i,may i,might i,can we,could we,may we,let me have,give me,i take,id like,i would like,id love,ill take,ill have,i want,we want,wed like,well take,well have,can you put me,could you put me,put me",
};

pub const ES: SentenceWords = SentenceWords {
    carriers: "quedariamos quedaremos preferiria prefeririamos acabo acabamos cumplir cumplidos pongamos pon ponga apunteme apunta doy donar dono llevo llevarme llevare bastan basta dar pagar estare hay mira ponme apuntame eh em mmm hmm quedamos digamos pondria necesito necesitamos necesitaria hace falta yo soy es son somos seremos seria serian sera seran fue fueron era eran estoy estamos esta estan estaria \
        estara estar pensado pensamos voy vamos vas va van ir ire iremos iria ser tengo tenemos tiene tuve mi mis me nos nosotros su sus el ella \
        lo la las los le un una unos de del a al en para por con y que se eso esto este hola buenas buenos dias tardes \
        noches ok vale bueno bien si claro favor porfa gracias perdon perdona disculpa mejor genial perfecto perfecta \
        estupendo solo solamente exactamente total todo todos aqui alli ahi quiero queremos quisiera quisieramos \
        gustaria gustan prefiero preferimos puedo podemos podria podriamos puede reservar reserva reservo mesa mesas \
        sitio cita hora horas habitacion visita grupo familia comprar pedir pido llegar llego llegamos llegaremos llegue venir \
        vengo vendre viene vienen conviene iria empieza empezar comienza edad anos nacimiento naci nacio nacido nacida \
        cumpleanos cumplo fecha dia numero cantidad precio presupuesto coste costo cuesta pague pagamos pago peso \
        pesa mide mido altura valor respuesta elijo creo pienso digo diria supongo quiza quizas tal vez igual paso \
        ocurrio sucedio mujer marido esposa esposo hijo hija madre padre pareja nino nina ahora mismo seguramente \
        posible haria hacer hacemos venga pues entonces muy tambien parece lujo perlas maravilla justo justos justas",
    nots: "no ni nunca jamas tampoco sin salvo excepto menos incorrecto antiguo anterior viejo",
    spoilers: "si puedo,si podemos,si llego,si salgo,por dia,al dia,todos los dias,todos los,todas las,mas,mas de,mas que,menos de,menos que,al menos,por lo menos,como minimo,como maximo,como mucho,minimo,maximo,\
        hasta,entre,desde,a partir,antes,despues,tras,luego,mas tarde,digo manana,aviso,avisare,avisar,digo,dire,\
        pregunta,preguntame,saber,ocupado,ocupada,cerrado,depende,cualquier,cualquiera,cada,algun,alguno,alguna,otro,\
        otra,medio,media,cuarto,pero,o,u,cuando,porque,cual,mes,meses,semana,semanas,minutos,finales,fin de,proximo,\
        proxima,pasado,pasada,hace,casi,a mas tardar,mas tardar,mil,millon,cien,cientos,te digo,llamame,llamar,salgo",
    or: "o u",
    ranges: "a,al,a las,a la,hasta,hasta las,hasta el,y las",
    past: "fue fueron era eran naci nacio nacido nacida paso ocurrio sucedio llegue pague compre tuve vino",
    hour_marks: "las",
    span_marks: "en dentro durante",
    each_marks: "los todos cada un",
    assent: "mandeme mandame envieme enviame uno acordare acuerdo correcto correcta cierto verdad exacto interesa interesado interesada encantaria encanta acepto confirmo confirmado seguro segura asi totalmente deseo hacerlo hagamoslo adelante senor senora necesito",
    picks: "supuesto obvio obviamente siempre alguien antoja opcion opciones color elegir elijo escojo escoger elegido quedo queda cojo coger tomo tomar tomare llevo llevar llevare pon ponme pongame \
        pones pone pondria das da dame deme daria dais manda mandame envia enviame traeme favorito favorita preferido preferida preferiria \
        gusta encanta opto decido decidido decidi adelante venga mia mias mios muchas mil mio tener tomamos elegimos cogemos interesa apunta apuntame unos unas sea seria poner hacer presentar copia copias consulta pongo meter hago haremos pago pagare pagaria traigo llevo encima conmigo con echele ponle te le ahorita solo tengo voy mi izquierdo derecho izquierda derecha debajo pierna definitivamente cogeria",
    asks: "tiene,tienen,hay,que tal,como,cual,si hay,si tiene,queda,quedan",
    requests: "puedo,podria,podemos,podriamos,me pone,me pones,me pondria,me da,me das,me daria,nos pone,nos da,quiero,queremos,quisiera,querria,me gustaria,me llevo,me quedo,prefiero,ponme,dame,deme,pongame",
};

pub const FR: SentenceWords = SentenceWords {
    carriers: "resterait resterions resteront suffiront notez note allez viens avoir davoir restons resterons passe passerai donne suffit suffisent suffira suffirait donner payer jen en nen viendra viendrai viendrons mettez mets on euh bah ben hein hmm grand disions besoin faut faudrait je j suis es est sont sommes serons serai sera seront serait seraient etait etaient etais ete cest ca \
        cetait jai ai as a avons ont aurai on nous moi mon ma mes notre nos me m il elle ils elles se son sa ses vous \
        votre le la les l un une des de du d au aux en a pour par avec et que qu ce cette cet bonjour salut bonsoir ok \
        oui bon bien sur alors sil vous te plait svp stp merci pardon desole desolee plutot mieux super parfait parfaite \
        nickel ideal seulement juste exactement total tout tous ici la y voudrais voudrait voudrions veux voulons \
        souhaite souhaiterais aimerais jaimerais aimerions prefere preferons prefererais peux pouvons pourrais \
        pourrait pourrions peut reserver reservation reserve table place chambre rendez visite groupe famille pensons commander \
        commande acheter prendre prends prendrai venir viens viendrai arriver arrive arrivons arriverons arriverai \
        convient convienne va irait marche commence commencer debut age ne nee naissance anniversaire date jour numero \
        nombre montant prix budget cout coute coutait paye pese poids taille mesure reponse choisis dis dirais crois \
        pense suppose peut etre probablement sans doute arrive passe femme mari fils fille mere pere enfant gars \
        maintenant vraiment possible faire fais disons environ voila tres aussi moi meme",
    nots: "pas non jamais ni sans sauf excepte aucun aucune plus mauvais ancien ancienne",
    spoilers: "tous les,toutes les,plus,plus de,plus que,moins de,moins que,au moins,au plus,minimum,maximum,jusqu,jusqua,jusquau,jusquen,entre,\
        depuis,a partir,avant,apres,ensuite,plus tard,dirai,dirais demain,vous dire,te dire,rappelez,rappelle,\
        rappeler,demandez,demande,sais,savoir,occupe,occupee,ferme,fermee,depend,nimporte,chaque,quelque,quelques,un \
        autre,autre,demi,demie,quart,mais,ou,quand,pourquoi,comment,quel,quelle,mois,semaine,semaines,minutes,fin,\
        prochain,prochaine,dernier,derniere,il y a,presque,au plus tard,au plus tot,cent,mille,million,par,pars,appelez,appelle",
    or: "ou soit",
    ranges: "a,au,jusqua,jusquau,et",
    past: "etait etaient ete ne nee passe paye achete cetait eu",
    hour_marks: "heures",
    span_marks: "dans en pendant",
    each_marks: "les chaque tous un",
    assent: "envoyez envoie men un souviendrai daccord correct exact vrai interesse interessee minteresse accepte jaccepte confirme sur sure ca convient me volontiers avec plaisir beaucoup bien faites allez besoin",
    picks: "evidemment toujours quelqu quelqun envie option options couleur choisir choisi choix opte aime jaime adore jadore plait mets mettez donne donnez envoie envoyez allons allez celui \
        celle ceux celles ci plutot franchement definitivement carrement favori favorite prefere preferee prendrai prendrais puis beaucoup bcp stp \
        interesse minteresse soit vais va veut avoir prenons prendrons choisissons desire faire deposer copie signaler fais ferai ferons paie paye paierai reglerai regle sur moi vous que jai obligatoirement oblige dis ma mon seulement un une gauche droit droite dessous partirais partirai",
    asks: "est ce,es tu,etes vous,avez,as tu,tu as,vous avez,a t,y a,il y a",
    requests: "puis je,je peux,je pourrais,pourrais je,on peut,on pourrait,peut on,pourrait on,pourrions nous,je voudrais,jaimerais,j aimerais,je veux,je prends,je prendrais,je prendrai,donnez moi,donne moi,mettez moi,mets moi",
};

pub const DE: SentenceWords = SentenceWords {
    carriers: "liegt tragen eintragen ein gerade eben geworden draus daraus bleiben bleibe gebe spenden spende schreiben notieren reichen reicht genugen genugt zahlen zusammen wurd dir ahm ah oh hm hmm na naja ach brauche brauchen brauchten ich bin ist sind es das war waren ware waren wird werden wir sein gewesen mein meine meinen mir mich uns \
        unser unsere er sie ihm ihr ihre ihren seine du dein der die den dem des ein eine einen einem einer fur zu zum \
        zur in im am an um auf mit und so dann da hier ok okay ja hallo hi guten tag morgen abend servus moin bitte \
        danke dank vielen schon sehr entschuldigung sorry tut leid gern gerne lieber am besten bestens besser super \
        perfekt gut toll prima ideal nur genau exakt insgesamt zusammen alle wurde wurden mochte mochten will wollen \
        hatte hatten habe haben hat kann konnen konnte konnten nehme nehmen nimm kaufen bestellen bestelle buchen \
        buche reservieren reservierung tisch platz zimmer termin besuch gruppe familie planen komme kommen kam vorbei vorbeikommen \
        an ankommen passt passen passend geht ginge gehen beginnt beginnen anfang start alter alt geboren geburtstag \
        geburtsdatum datum zeit uhrzeit nummer zahl anzahl betrag preis budget kosten kostet gekostet bezahlt zahle \
        wiege wiegt gewicht gross grosse wert antwort sage sagen sagt glaube denke meine schatze vielleicht \
        wahrscheinlich eventuell passiert frau mann sohn tochter mutter vater kind kinder jetzt wirklich eigentlich \
        aktuell moglich machen mach mal also auch doch bei uns recht klar nice direkt",
    nots: "nicht kein keine keinen keiner keinem nie niemals weder ohne ausser ausgenommen statt falsch falsche alte",
    spoilers: "je,ist zu,zu ist,hat zu,haben zu,alle tage,mehr,mehr als,weniger als,mindestens,hochstens,maximal,minimal,uber,unter,bis,zwischen,von,ab,seit,vor,nach,\
        danach,spater,fruher,sage es ihnen,sage ihnen,sage dir,sage bescheid,melde,frag,fragen,frage,weiss,wissen,\
        beschaftigt,geschlossen,weg,kommt drauf,hangt,egal,jeder,jeden,jede,irgendein,irgendwann,ein paar,anderer,\
        andere,halb,halbe,halben,viertel,aber,oder,wann,warum,wie,welche,welcher,monat,monate,woche,wochen,minuten,\
        ende,nachste,nachsten,nachster,letzte,letzten,letzter,fast,spatestens,fruhestens,hundert,tausend,million,pro,wenn,falls,ruf,rufen",
    or: "oder entweder",
    ranges: "bis,bis zum,auf",
    past: "war waren geboren passiert gekauft bezahlt kam gewesen",
    hour_marks: "um",
    span_marks: "in binnen",
    each_marks: "jeden jeder immer",
    assent: "schicken schick eine merke einverstanden richtig korrekt wahr interesse interessiert akzeptiere bestatige stimme stimmt sicher unbedingt freue klar weiter brauche so viel",
    picks: "naturlich immer jemand lust option farbe wahlen wahle auswahl entscheide entschieden entscheiden gib geben gebt gebe liebe lieben liebsten nehm nehmt bekommen bekomme \
        krieg kriege kriegen wars ists nen ne n ma halt einfach definitiv unbedingt mag moge gefallt wunsche wunsch favorit wurd hatt darf durfte durfen durften \
        haette moechte moechten waere koennte wuerde wurde dankeschon dankeschoen schoen paar einmal hatten wahlen interessiert interessieren loswerden machen einreichen aufgeben kopie brauch nimm nehm krieg wollt zahl zahle zahlen mach mache dabei nur hab linken rechten auf den ganz klar linke rechte jeden fall",
    asks: "haben sie,sie haben,hatten sie,hat,haben wir,ist das,ist,sind,war,konnen sie,konnten sie,ob,geht,ginge,passt,wird,gibt,sollte,soll",
    requests: "kann ich,konnte ich,darf ich,durfte ich,konnen wir,konnten wir,durfen wir,durften wir,ich mochte,ich moechte,ich hatte gern,ich hatte gerne,ich haette gern,ich nehme,ich will,wir nehmen,wir mochten,gib mir,geben sie mir",
};

pub const PT: SentenceWords = SentenceWords {
    carriers: "ficariamos ficaremos marca marque consigo conseguimos coloca coloque bota acabei acabamos fazer fiz completei completar ficamos fico queriamos ponha dou doar doo levo chegam chega chegava passo da jeito serve servem bastam basta dar pagar estarei ah hum hmm eh digamos poderiam preciso precisamos precisaria eu sou e sao somos seremos seria seriam sera serao foi foram era eram estou estamos esta estao estaria estar vou \
        vamos vai vao ir irei iremos iria ser tenho temos tem tive meu minha meus minhas me nos nosso ele ela voce seu \
        sua o a os as um uma uns de do da dos das em no na nos nas para pra por pelo com que se isso isto este esse \
        oi ola bom boa dia dias tarde noite ok ta certo bem sim claro favor obrigado obrigada desculpa desculpe \
        melhor otimo otima perfeito perfeita legal so somente apenas exatamente total tudo todos aqui ali la ai quero \
        queremos queria gostaria gostariamos prefiro preferimos posso podemos poderia poderiamos pode podia reservar reserva mesa \
        lugar lugares horario consulta hora horas quarto visita grupo familia pensamos comprar pedir chegar chego chegamos chegaremos \
        chegarei cheguei vir venho virei vem convem comeca comecar inicio idade anos nascimento nasci nasceu nascido \
        nascida aniversario data numero quantidade preco valor orcamento custo custa custou paguei pago peso pesa pesa \
        altura meco resposta escolho acho penso diria digo creio talvez provavelmente aconteceu ocorreu esposa marido \
        filho filha mae pai crianca agora mesmo realmente possivel fazer fica ficaria marcar pois entao muito tambem \
        mim parece",
    nots: "nao nem nunca jamais sem exceto menos errado antigo anterior velho",
    spoilers: "por dia,ao dia,todos os,todas as,mais,mais de,mais que,mais do que,menos de,menos que,pelo menos,no minimo,no maximo,minimo,maximo,ate,entre,\
        desde,a partir,antes,depois,apos,mais tarde,logo,falo,aviso,avisarei,avisar,digo amanha,pergunta,pergunte,sei,\
        saber,ocupado,ocupada,fechado,depende,qualquer,cada,algum,alguns,alguma,outro,outra,meia,meio,quarto de,mas,\
        ou,quando,porque,como,qual,mes,meses,semana,semanas,minutos,fim de,final,proximo,proxima,passado,passada,\
        atras,quase,no mais tardar,mais tardar,mil,milhao,cem,cento,liga,ligue,ligar,saio,se der",
    or: "ou",
    ranges: "a,ao,as,ate,ate as,ate o,e as",
    past: "foi foram era eram nasci nasceu nascido nascida aconteceu ocorreu cheguei paguei comprei tive",
    hour_marks: "as",
    span_marks: "em dentro daqui",
    each_marks: "as aos toda todas todo cada um uma",
    assent: "manda mande um lembro acordo correto certo certa verdade exato interessa interesse interessado interessada adoraria aceito confirmo confirmado certeza concordo assim totalmente desejo senhor senhora preciso sim isso",
    picks: "obvio obviamente sempre alguem vontade opcao opcoes cor escolher escolhi fico ficar pego pegar levo levar manda mande envia da de me adoro amo gosto favorito favorita preferido \
        preferida preferiria definitivamente decido decidi optei opto interessa muita brigado brigada valeu pf pfv seja querer ter escolhemos uns umas fazer apresentar copia vou fazer tirar faco fazemos pago comigo aqui pagar agora mesmo so tenho mando meu esquerdo direito esquerda direita certeza iria",
    asks: "tem,teria,voce tem,voces tem,seria possivel,da para,sera,sera que,como,qual,se tem,se ha",
    requests: "posso,poderia,podemos,poderiamos,pode me,podia,pode ser,quero,queria,queremos,gostaria,eu fico,eu levo,me da,me ve,me manda,prefiro",
};

pub const IT: SentenceWords = SentenceWords {
    carriers: "resteremmo resteremo resto restare bastino segni segna appena compiuto compio restiamo do dono donare passo passerei bastano basta dare pagare saro veniamo verro metta mettete sia ce boh andrebbe andrebbero ehm beh eh hmm diciamo potrebbe potrebbero bisogno serve servono servirebbe io sono sei e siamo sarebbe sarebbero sara saranno saremo era erano ero fu fosse stato stata vado andiamo \
        va vanno bene ho abbiamo ha hanno avuto mio mia miei mie mi me ci noi nostro nostra lui lei suo sua tu il lo la \
        le i gli l un una uno di del della dei a al alla ai in per con e ed che si questo quello ciao salve buongiorno \
        buonasera ok certo favore piacere grazie mille scusa scusi scusate mi dispiace meglio ottimo ottima perfetto \
        perfetta benissimo solo soltanto esattamente totale tutto tutti qui li vorrei vorremmo voglio vogliamo \
        piacerebbe preferisco preferiamo preferirei posso possiamo potrei potremmo puo prenotare prenotazione prenoto \
        tavolo posto posti camera appuntamento orario visita gruppo famiglia pensiamo comprare ordinare prendere prendo venire vengo \
        verrei verremo arrivare arrivo arriviamo arriveremo arrivato essere inizia iniziare comincia eta anni nato nata \
        nascita compleanno data giorno ora ore numero quantita prezzo budget costo costa costato pagato pago peso pesa \
        alto altezza valore risposta scelgo credo penso direi dico suppongo forse magari probabilmente successo \
        moglie marito figlio figlia madre padre bambino adesso davvero possibile fare facciamo allora quindi molto anche \
        lei",
    nots: "non no ne mai nemmeno neanche senza tranne eccetto salvo sbagliato vecchio vecchia precedente",
    spoilers: "in meno,tutti i,tutte le,piu,piu di,piu che,meno di,meno che,almeno,al massimo,al minimo,minimo,massimo,fino,tra,fra,da,dal,dalle,\
        dalla,prima,dopo,poi,piu tardi,dico domani,ti dico,vi dico,faccio sapere,sapere,chiedi,chiedimi,so,occupato,\
        occupata,chiuso,dipende,qualsiasi,qualunque,ogni,qualche,alcuni,altro,altra,mezzo,mezza,quarto,ma,o,oppure,\
        quando,perche,come,quale,mese,mesi,settimana,settimane,minuti,fine,prossimo,prossima,scorso,scorsa,fa,quasi,\
        al piu tardi,piu tardi,mila,mille,milione,cento,a partire,se,chiama,chiamami,parto",
    or: "o oppure",
    ranges: "a,al,alle,fino a,fino alle,e le",
    past: "era erano ero fu fosse stato stata nato nata successo arrivato pagato comprato",
    hour_marks: "alle le",
    span_marks: "tra fra in entro",
    each_marks: "i ogni tutti un una di",
    assent: "mandi manda ne uno ricordo daccordo corretto giusto vero esatto interessa interessato interessata accetto confermo confermato sicuro sicura cosi totalmente desidero lo piace bisogno",
    picks: "ovvio ovviamente sempre qualcuno voglia opzione opzioni colore scegliere scelto prenderei prenda dammi mi dia dai da darebbe daresti mandami adoro amo piace preferito preferita \
        decisamente decido deciso opto andrei andrebbe quell quella quelle quelli tantissimo interessa avere prendiamo prenderemo scegliamo vada delle dei degli dello fare presentare copia fa faccio sporgere facciamo pago paghero con me subito solo assolutamente mio mia sinistro destro sinistra destra prenderei",
    asks: "ha,avete,avrebbe,hai,ce,ci sono,come,e possibile",
    requests: "posso,potrei,possiamo,potremmo,mi da,mi dai,mi dia,mi darebbe,mi daresti,vorrei,voglio,vogliamo,vorremmo,prendo,prenderei,preferisco,preferirei,mi piacerebbe,puo essere",
};

/// Polite words with an *if* that are no condition, folded.
#[rustfmt::skip]
pub const IF_POSSIBLE: [&str; 26] = [
    "if poss", "se der",
    "if possible", "if its possible", "if thats possible", "if thats ok", "if thats okay", "si es posible", "si puede ser", "si se puede",
    "a ser posible", "si possible", "si cest possible", "wenn moglich", "wenn es moglich ist", "falls moglich", "wenns geht", "wenn es geht",
    "wenn das geht", "wenns passt", "se possivel", "se for possivel", "se possibile", "se e possibile", "se fosse possibile", "si es possible",
];
