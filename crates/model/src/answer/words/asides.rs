//! Lists the words at which an aside begins without a mark, and those that commit a contact to the answer beside it.

/// The words of one language, folded.
pub struct AsideWords {
    pub language: &'static str,
    /// First words of an aside that no mark separates: `saturday because`, `12 please they're for my mother`.
    pub starts: &'static str,
    /// Words of a wish, a promise or an agreement: beside `friday works best` another clause explains.
    pub commits: &'static str,
    /// Words and phrases, separated by commas, with which an aside takes back or leaves open even such an answer.
    pub hard: &'static str,
    /// Phrases, separated by commas, of the contact's own day; its hours explain the answer: `half past six, I finish at
    /// six`.
    pub own_day: &'static str,
    /// Words of a feast or its guest of honour; its figure is an age: `we are 6, my dad turns 60`.
    pub feasts: &'static str,
    /// Words of somebody who stays away: `just us 3, grandma isn't coming`.
    pub absent: &'static str,
    /// Words of a count that is complete: `make it 7, my sister wants to come as well`.
    pub finals: &'static str,
    /// Words of a question whether the answer suits the business.
    pub suits: &'static str,
    /// Words of an aside in which the contact comes, brings something or has decided: it confirms the answer before it.
    pub confirms: &'static str,
    /// First words of an aside that only admits something: `I know it's short notice`.
    pub admits: &'static str,
    /// Demonstratives that stand for the answer: `friday is good, sorry no, that doesn't work`.
    pub that: &'static str,
}

pub fn of(language: &str) -> Option<&'static AsideWords> {
    ASIDES.iter().find(|asides| asides.language == language)
}

#[rustfmt::skip]
const ASIDES: [AsideWords; 6] = [
    AsideWords {
        language: "en",
        starts: "im i ive we weve were its it theyre they hes shes my our theres there this thats cos cuz coz bc because as since with before after while and also for \
            about regarding from including counting incl",
        commits: "please pls plz plss want prefer works work good great perfect fine ok okay suits best better ideal amazing awesome brilliant can could take book booked put \
            make lets say do ill well love pop come be see there thanks thx ta sounds would expecting gimme give order need down lovely free got nice enough cheers think me just ll d go am probably definitely ace grand mint smashing lush wicked pencil squeeze fit ideally fab brill sorted super",
        hard: "if,unless,or,otherwise,else,depends,depending,wait,hold on,except,instead,cancel,canceled,cancelled,forget,mistake,wrong,kidding,joke,joking,impossible,whether,\
            ask,check,decide,tell you,let you know,get back to,another,other day,different,later,earlier,not sure,dont know,don t know,maybe,perhaps,doubt,no way,refuse,\
            postponed,moved to,might,could be,actually no,never mind,nevermind,scratch that,on second,sold out,fully booked,previous,used to,plus,extra,changed,other,too bad,in general,i mean,full,unfortunately,sadly,no longer,against,elsewhere,somewhere else,gone,go ahead,will know,knows",
        own_day: "i finish,i m done,im done,i get off,i get home,i get out,i leave work,i start work,my shift,i work,i m at work,im at work,work till,work until,school run,i pick up,\
            i drop,lunch break,i collect,on lunch,my lunch,i finish work,i clock off,i m off at,im off at,i drop off,i take the",
        feasts: "birthday bday anniversary wedding turns turning party celebration graduation stag hen baptism",
        absent: "isnt arent cant wont not sick ill away cancelled canceled dropped",
        finals: "make finally end just only total altogether",
        suits: "ok okay alright possible fine work works free available fit good enough",
        confirms: "coming in on,coming in by,coming by,coming on the,before that,i ll bring,ill bring,i bring,i ll come,ill come,i come,i ll be,ill be,we ll be,i ll pick,ill pick,i m coming,decided,i ll take",
        admits: "i hope,hope,i know",
        that: "that this then it",
    },
    AsideWords {
        language: "es",
        starts: "que porque pq xq pues ya tengo tenemos es son soy estoy estamos mi mis me yo trabajo salgo vivo con antes despues para y ahi aqui asi  sobre por hay luego incluyendo contando incluido",
        commits: "porfa porfavor favor xfa porfis porfi gracias quiero queremos queria quisiera quisieramos gustaria prefiero puedo podemos podria podriamos bien mejor perfecto perfecta \
            genial ideal vale ponme pon apuntame anotame apunte reserva reservame dame mandame vamos voy ire iriamos llegaremos llegare llegamos llego paso pasare somos seremos seriamos encantaria \
            estupendo fenomenal va iria queda quedaria necesito apartame sea seria puede creo mi das da mandame mejor sirve alcanza echele seguramente definitivamente probablemente yo pongamos digamos cuadra cuadraria encaja perfe guay encantado toca pilla ok acomoda pls plis pf conviene preferible",
        hard: "si,no lo se,o,u,sino,salvo,excepto,menos,depende,espere,espera,cancelar,cancele,cancela,olvidelo,olvidalo,error,equivoque,broma,imposible,pregunte,preguntar,pregunto,consultar,\
            consulto,mirar,miro,aviso,otro dia,otra,despues no,quiza,quizas,tal vez,dudo,no se,no estoy segura,no estoy seguro,a lo mejor,igual,mejor no,aplazado,\
            ademas,mas aparte,aparte,extra,luego digo,confirmo,antes eran,eramos,otro,lastima,en general,completo,lleno,agotado,a menos que,te digo,os digo,le digo,que digo,cambio de idea,en contra,otro sitio,otro lado,adelante,que no",
        own_day: "salgo,termino,acabo,entro,trabajo,llego del trabajo,llego de trabajar,mi turno,recojo,dejo a los ninos,llevo a los ninos,mi descanso,salgo de,dejo al,dejo a la,dejo a los,llevo al,llevo a la,vuelvo al curro,vuelvo al trabajo,vuelvo a la oficina,mi hora de comer,mi almuerzo,empiezo a currar,empiezo a trabajar,salgo del,acabo el turno",
        feasts: "cumple cumpleanos aniversario boda cumpla cumplir fiesta celebracion despedida graduacion bautizo comunion",
        absent: "no enfermo enferma malo mala cancelo",
        finals: "final finalmente total solo solamente nomas ponme pongame unicamente",
        suits: "puede posible bien vale sitio hueco lugar libre cabe disponible",
        confirms: "antes estamos,antes estoy,antes no,vamos en,vamos con,llegamos en,llego en,voy con,vengo con,vengo en,voy en,ire con,llevo,llevare,traigo,traere,decidi,decidido,decidida",
        admits: "espero que,se que,yo se que,ya se",
        that: "eso ese esa entonces",
    },
    AsideWords {
        language: "fr",
        starts: "cest je jai jen on il mon ma mes parce pcq car pour avec avant apres et y ya yaura la ici nous comme puisque vu que ca dont sur pas au de dont compris",
        commits: "veux voulons veut prenons mets prend svp stp plait merci voudrais voudrait voudrions aimerais prefere prefererais peux pouvons pourrais bien mieux parfait parfaite nickel ideal ok mettez notez reservez prends \
            prendrai prendra va convient arrange arrangerait top super serai serons sera serait passe passerai viens viendrai viendrons arriverai arrive partons disons dire impec impeccable genial \
            sommes venons bon bonne faut suffit suffira envoyez gardez inscrivez plutot chouette possible dispo crois pense moi marche irait dirais surement probablement oblige obligatoirement cale calez colle nickel okay pls dispos disponible preference tente ferai fait",
        hard: "si,pas dit,ou,sinon,sauf,depend,attendez,attends,annuler,annulez,oubliez,erreur,trompe,trompee,blague,impossible,demander,demande,verifier,verifie,autre jour,autre date,une autre,\
            un autre,peut etre,doute,sais pas,ne sais,pas sur,pas sure,plus tard,plus tot,avant c,en plus,encore un,encore une,je vous dis,je confirme,\
            je vous confirme,tiens au courant,redis,ni,reporte,decale,autre,dommage,en general,complet,a moins,en fait,malheureusement,je redis,vous redis,te redis,contre,ailleurs,allez y,que non",
        own_day: "je finis,je termine,je sors,je rentre,je commence,j embauche,je debauche,je depose,je travaille,je bosse,mon service,ma pause,je recupere,je quitte,je dois recuperer,je reprends,ma pause dej,j amene,je vais chercher",
        feasts: "anniversaire anniv mariage bapteme fete enterrement evg evjf communion fiancailles",
        absent: "pas  malade annule absent absente ne",
        finals: "finalement juste mettez total seulement",
        suits: "possible bon bonne ok va irait place dispo libre convient",
        confirms: "avant on est,avant je suis,avant on,je viens en,on vient en,j arrive en,on arrive en,je viendrai,je viens,j apporte,j apporterai,j amene,j emmene,decide,decidee,je serai",
        admits: "j espere,espere,je sais",
        that: "ca cela alors",
    },
    AsideWords {
        language: "de",
        starts: "ich wir es ist is sind er mein meine meinem meinen unsere unser weil denn da fur furn furs mit vor nach und hier hab habe haben bin wohne einfach davon muss wegen uber am \
            wo dann davon inklusive inkl bei",
        commits: "bitte danke gern gerne mochte mochten hatte hatten will wollen lieber passt gut super perfekt ideal besser besten klasse prima geht kann konnen konnte nehme nehmen nehm trag tragen \
            eintragen komme kommen komm wir sagen sag mach machen ware prima klappt reicht reichen spitze toll genial brauche brauch da eher pack wurde wurd glaub glaube denke mich mir denk dachten lieber wahrscheinlich sicher fall top mega bestens wunderbar ok okay pls ginge ausgezeichnet angenehm recht bevorzugt",
        hard: "wenn,wenns,falls,sonst,oder,sofern,hangt,kommt drauf,kommt darauf,warten,warte,moment,ausser,statt,absagen,abgesagt,stornieren,vergessen,vergiss,fehler,falsch,vertan,scherz,\
            witz,unmoglich,ob,fragen,frag,frage,nachfragen,klaren,schauen,schau,anderen tag,anderer tag,ein anderes,spater,fruher,weiss nicht,weiss noch nicht,keine ahnung,verschoben,\
            vielleicht,evtl,eventuell,unsicher,nicht sicher,zweifle,dazu,zusatzlich,extra,ausgebucht,sag bescheid,melde mich,geb bescheid,noch einen,noch eine,anderen,andere,anderes,schade,im allgemeinen,voll,sag noch,noch bescheid,leider,generell,gegen,dagegen,woanders,machen sie ruhig",
        own_day: "ich hab um,ich habe um,hab um,bin ab,ich bin bis,bin bis,ich arbeite,arbeite bis,feierabend,meine schicht,ich fange,fang um,komme von der arbeit,mittagspause,komm um,\
            hab ich aus,hol ich,ich hol,bring ich,ich bring,muss ich weg,dienstschluss,dienst bis,meine pause,schicht bis,hab um",
        feasts: "geburtstag hochzeit jubilaum feier wird runder runden taufe junggesellenabschied junggesellinnenabschied konfirmation kommunion abschied",
        absent: "nicht ned net nimmer krank kein keine abgesagt doch",
        finals: "doch nur mach insgesamt schliesslich draus",
        suits: "ok okay moglich geht gehts passt recht frei platz klappt",
        confirms: "vorher sind wir,vorher bin ich,davor sind wir,davor bin ich,ich bring,ich bringe,ich komm,ich komme,komm mit dem,komme mit dem,komm mit der,kommen mit dem,entschieden,ich nehm,ich nehme",
        admits: "ich hoffe,hoffe,hoff,ich weiss",
        that: "das dies da dann",
    },
    AsideWords {
        language: "pt",
        starts: "que porque pq pois ja tenho temos e sao sou estou to tamo meu minha me eu trabalho moro saio com antes depois para pra aqui  sobre por ai ha tem la contando incluindo",
        commits: "favor pf pfv pfvr obrigado obrigada brigado brigada quero queremos queria queriamos gostaria prefiro posso podemos consigo pode podia melhor otimo otima perfeito ideal bom bem coloca marca \
            marque ponha ponham poe bota reserva da dava vou vamos chego chegamos passo somos seremos seria serve fica ficava beleza manda precisava preciso jeito maravilha excelente acho mim creio provavelmente certeza certo encaixa show blz ok pls top prefere rola conseguimos combinado marcado",
        hard: "se,ou,senao,salvo,exceto,menos,depende,espera,espere,cancelar,cancela,cancele,esquece,esqueca,erro,engano,enganei,brincadeira,impossivel,perguntar,pergunta,pergunto,conferir,\
            confirmo,aviso,outro dia,outra,outro,talvez,duvido,nao sei,nao tenho certeza,sei la,mais tarde,mais cedo,alem,mais um,mais uma,extra,eramos,adiado,\
            remarcar,acho que nao,melhor nao,pena,em geral,lotado,cheio,esgotado,a nao ser,infelizmente,te aviso,te digo,contra,outro lugar,pode seguir,que nao",
        own_day: "saio,termino,acabo,entro,trabalho,chego do trabalho,eu chego,meu turno,levo os miudos,levo as criancas,minha pausa,a minha pausa,largo,busco as,busco meu,busco minha,busco,deixo o,deixo a,deixo os,deixo as,levo o,levo a,meu almoco,minha hora de almoco,saio do,pego no trabalho,volto do almoco,volto pro",
        feasts: "aniversario niver casamento festa batizado despedida formatura bodas",
        absent: "nao doente mal cancelou",
        finals: "finalmente afinal so apenas total ponha coloca",
        suits: "pode possivel bom bem lugar vaga ok jeito",
        confirms: "antes a gente,antes estou,antes to,antes estamos,a gente vai de,vamos de,chego de,vou com,vou de,venho com,venho de,levo,trago,decidi,me decidi",
        admits: "espero que,sei que,eu sei",
        that: "isso esse essa entao",
    },
    AsideWords {
        language: "it",
        starts: "che e sono ho abbiamo mi mio mia miei io perche xke con prima dopo ci qui  sto devo lavoro abito stacco esco cosi per sul su di poi tanto pure viene ce compreso compresa compresi incluso contando",
        commits: "voglio vogliamo serve grazie favore cortesia piacere vorrei vorremmo preferisco posso possiamo potrei potremmo meglio perfetto ottimo ideale bene fantastico metta mettete segni segna prenoti \
            facciamo fai prendo prendiamo passo arrivo arriviamo arriveremo saremo siamo saremmo veniamo vengo va andrebbe andiamo dai bastano basta magnifico comodo starebbero diciamo servono credo penso me direi probabilmente assolutamente sicuramente pf pfv pls plz ok top super comodi benissimo perfetta ideali andrebbero calza starebbe verrei",
        hard: "se,non lo so,o,oppure,altrimenti,senno,tranne,eccetto,dipende,aspetti,aspetta,annullare,annulli,annulla,dimentichi,errore,sbagliato,sbagliata,scherzo,scherzavo,impossibile,\
            chiedere,chiedo,controllare,controllo,confermo,vi dico,faccio sapere,altro giorno,altra,altro,forse,dubito,non so,non sono sicuro,non sono sicura,piu tardi,piu presto,\
            in piu,ancora uno,extra,eravamo,rimandato,spostato,meglio di no,altra,peccato,in generale,pieno,esaurito,al completo,a meno,anzi,purtroppo,ti dico,contro,altrove,faccia pure,di no,di no",
        own_day: "stacco,finisco,esco,torno,inizio,lavoro,il mio turno,il turno,porto i bimbi,porto i bambini,la mia pausa,mia pausa,pausa pranzo,rientro,prendo i bambini,prendo mio,prendo mia,porto il,porto la,porto i,lascio il,lascio la,lascio i,riattacco,attacco al lavoro,la pausa,vado a prendere",
        feasts: "compleanno matrimonio anniversario festa battesimo laurea addio comunione compie diciottesimo",
        absent: "non malato malata male annullato",
        finals: "finalmente solo soltanto totale facciamo fai",
        suits: "va bene posto possibile ok puo libero",
        confirms: "prima siamo,prima sono,veniamo in,arrivo in,arriviamo in,arrivo con,vengo con,vengo in,porto,verro con,deciso,decisa",
        admits: "spero,lo so,so che",
        that: "questo quello quella questa allora cosi",
    },
];
