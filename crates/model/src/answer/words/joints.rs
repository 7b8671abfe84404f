//! Lists the words that join the clauses of a message, and those that make another clause change its answer.

/// The words of one language, folded. Phrases are separated by commas.
pub struct JointWords {
    pub language: &'static str,
    /// First words of a reason: `friday, because …`.
    pub because: &'static str,
    /// First words of a conclusion: `… so friday`.
    pub so: &'static str,
    /// First words of a contrast: `… but friday`.
    pub but: &'static str,
    /// Words with which another clause sets a condition, asks, takes back or names another time.
    pub turns: &'static str,
    /// Words that deny the answer together with a *not*: `friday, I can't`; and subjects that stand for the answer.
    pub able: &'static str,
    /// First words of an apology before the answer.
    pub sorry: &'static str,
    /// Words of short clauses that say nothing: `hi there`, `well`, `lol`.
    pub idle: &'static str,
}

pub fn of(language: &str) -> Option<&'static JointWords> {
    JOINTS.iter().find(|joints| joints.language == language)
}

#[rustfmt::skip]
const JOINTS: [JointWords; 6] = [
    JointWords {
        language: "en",
        because: "because of,cos of,coz of,because,cause,cuz,cos,coz,cus,bcos,bcoz,becuase,becouse,bc,since",
        so: "so,lets say",
        but: "but",
        turns: "if,unless,or,otherwise,else,depends,depending,wait,until,till,except,instead,cancel,canceled,cancelled,forget,mistake,wrong,kidding,joke,joking,too,\
            impossible,full,sold out,what,when,which,how,why,where,whether,check,ask,tell,decide,later,another,other,earlier,previous,busy,closed,between,more,less,each,\
            every,any,already,again,yet,soon,maybe,perhaps,hardly,barely,doubt,invoice,order,flight,train,bus,passport,appointment,meeting,exam,dentist,was,were,used to,\
            same,both,all,half,double,twice,next,last,ago,latest,earliest,out of the question,no way,hate,refuse,moved,postponed,late,not sure,don t know,dont know",
        able: "can,cant,cannot,could,couldnt,possible,work,works,do,go,suit,suits,free,time,way,available,make,come,coming,good,ok,okay,fine,able,that,this,it,\
            want,need,like,think,me,mine,one,him,her,them,but",
        sorry: "sorry,apologies",
        idle: "hi,hello,hey,hiya,there,well,oh,gosh,god,hm,hmm,mm,um,uh,ah,aha,lol,haha,hahaha,hehe,thanks,thank,you,a,lot,ta,thx,cheers,sorry,please,pls,ok,okay,sure,right,\
            great,cool,good,morning,evening,afternoon,let,me,think,see,guess,i,say,honestly,actually,hard,to,for,the,delay,late,reply,replying,running,be,my,bad,of,course,bit,little,xx,x,hun,all,good,np,quick,one,same,here,have,nice,day,urgent,urgently,asap,love,hun,mate,tell",
    },
    JointWords {
        language: "es",
        because: "porque,porq,pq,xq,xk,pk,porke,ya que,puesto que,es que,por culpa de,por culpa del,por lo del,por lo de",
        so: "digamos,asi que,entonces,por eso,conque",
        but: "pero",
        turns: "si,o,u,sino,salvo,excepto,menos,depende,espere,espera,hasta,cancelar,cancele,olvidelo,error,equivoque,broma,demasiado,imposible,lleno,que,cuando,cual,como,\
            donde,cuanto,pregunte,consultar,mirar,luego,otro,otra,antes,despues,ocupado,ocupada,cerrado,entre,mas,cada,todos los,cualquier,ya,quiza,quizas,tal vez,dudo,\
            factura,pedido,vuelo,tren,autobus,pasaporte,cita,reunion,examen,dentista,era,fue,igual,ambos,mitad,doble,proximo,proxima,pasado,pasada,hace,tarde,no se,odio",
        able: "puedo,podemos,puede,posible,va,viene,vengo,tiempo,libre,disponible,bien,eso,ese,esa,quiero,queremos,me,mi,necesito,creo,le,la,lo,uno,una",
        sorry: "perdon,perdona,perdone,disculpa,disculpe",
        idle: "hola,buenas,buenos,dias,tardes,noches,holaa,holaaa,bueno,pues,uf,ay,eh,em,mmm,hmm,jaja,jajaja,jeje,gracias,muchas,mil,perdon,perdona,perdone,disculpa,disculpe,\
            por,favor,porfa,vale,ok,claro,genial,perfecto,a,ver,dejame,pensar,supongo,la,el,tardanza,retraso,voy,con,llego,tarde,dificil,decirlo,decir,sinceramente,supuesto,un,poco,vamos,saludos,que,tal,buen,dia,fin,semana,senorita,bonito,besos,urge,urgente,guapa,guapo,linda,amiga,reina,joven",
    },
    JointWords {
        language: "fr",
        because: "parce que,parce qu,parce quon,parce quil,parce quils,parce quelle,parce quelles,vu quon,vu quil,vu quelle,puisquon,puisquil,comme quoi,pcq,psk,pck,parceque,car,vu que,puisque,comme,a cause de,a cause du,a cause des,rapport a",
        so: "disons,donc,alors,du coup",
        but: "mais",
        turns: "si,s il,sil,ou,sinon,sauf,depend,attendez,attends,jusqu,annuler,annulez,oubliez,erreur,trompe,trompee,blague,rigole,trop,impossible,complet,que,quoi,quand,quel,\
            quelle,comment,pourquoi,combien,demander,verifier,ensuite,autre,avant,apres,occupe,occupee,ferme,entre,plus,moins,chaque,tous les,toutes les,deja,peut etre,doute,\
            facture,commande,vol,train,bus,passeport,rendez vous,reunion,examen,dentiste,etait,etais,pareil,moitie,double,prochain,prochaine,dernier,derniere,tard,sais pas,\
            deteste,encore",
        able: "peux,peut,pouvons,possible,va,vais,viens,temps,libre,dispo,disponible,bien,ca,cela,c,ce,cest,veux,veut,voulons,moi,mien,besoin,crois,pense,faut,le,la,les,un,une,convient,arrange,arrive,y",
        sorry: "desole,desolee,pardon,excusez",
        idle: "bonjour,bonsoir,salut,coucou,ben,bah,euh,hm,hmm,oh,ah,ouh,la,mdr,lol,haha,ahah,merci,beaucoup,bcp,bien,desole,desolee,pardon,excusez,moi,svp,stp,s,il,vous,te,plait,\
            ok,d,accord,daccord,bon,voyons,super,parfait,j,ai,jai,du,retard,je,suis,en,pour,le,difficile,a,dire,franchement,sur,oui,dis,un,peu,belle,bonne,journee,soiree,a,bientot,vous,cordialement,bises,coucou,urgent,cest,ma",
    },
    JointWords {
        language: "de",
        because: "weil,weils,denn,wegen",
        so: "sagen wir,also,deshalb,daher,deswegen",
        but: "aber",
        turns: "wenn,wenns,falls,sonst,oder,sofern,hangt,kommt drauf,warten,warte,bis,ausser,statt,absagen,abgesagt,stornieren,vergessen,vergiss,fehler,falsch,vertan,scherz,witz,\
            zu,unmoglich,voll,ausgebucht,was,wann,welche,welcher,wie,warum,wieso,wo,ob,fragen,frag,schauen,nachfragen,spater,andere,anderen,anderes,fruher,danach,davor,\
            beschaftigt,geschlossen,zwischen,mehr,weniger,jede,jeden,jedes,alle,schon,wieder,vielleicht,zweifle,rechnung,bestellung,flug,zug,bus,pass,termin,besprechung,\
            prufung,zahnarzt,war,waren,wurde,gleich,beide,halb,doppelt,nachste,nachsten,nachster,letzte,letzten,letzter,vor,spat,weiss nicht,keine ahnung,verschoben,hasse,egal",
        able: "kann,konnen,geht,gehts,moglich,passt,zeit,frei,verfugbar,gut,das,es,dies,will,wollen,mochte,brauche,brauchen,mir,mich,uns,glaube,denke,da,dann,er,sie,den,die,der,komme,kommen,schaffe,muss",
        sorry: "sorry,entschuldigung,entschuldigen",
        idle: "hallo,hi,hey,huhu,moin,servus,naja,na,ja,puh,hm,hmm,ah,oh,ach,lol,haha,hihi,danke,dir,ihnen,vielen,dank,schon,schones,sorry,entschuldigung,tut,mir,leid,bitte,ok,okay,\
            gut,super,klar,mal,sehen,uberlegen,fur,die,spate,verspatung,antwort,verspate,mich,bin,schwer,zu,sagen,ehrlich,gesagt,guten,morgen,tag,abend,gern,gerne,lieb,lg,vg,liebe,grusse,schonen,noch,wunsche,bis,dann,hi,ihr,lieben,grias,eich,etwas,bisschen,kurze,rasche,dringend,eilt,huhu,liebes",
    },
    JointWords {
        language: "pt",
        because: "porque,porq,pq,pk,pois,ja que,por que,e que,por causa de,por causa da,por causa do",
        so: "digamos,entao,por isso,portanto",
        but: "mas",
        turns: "se,ou,senao,salvo,exceto,menos,depende,espera,espere,ate,cancelar,cancela,cancele,esquece,esqueca,erro,engano,enganei,brincadeira,demais,muito,impossivel,cheio,lotado,\
            quando,qual,como,onde,quanto,quantos,perguntar,pergunta,conferir,ver,depois,outro,outra,antes,ocupado,ocupada,fechado,entre,mais,cada,todos os,todas as,qualquer,\
            ja,talvez,duvido,fatura,pedido,voo,trem,onibus,passaporte,consulta,reuniao,prova,dentista,era,foi,igual,ambos,metade,dobro,proximo,proxima,passado,passada,ha,tarde,\
            nao sei,odeio",
        able: "posso,podemos,pode,possivel,da,dou,vou,venho,tempo,livre,disponivel,bom,isso,esse,essa,quero,queremos,me,mim,preciso,acho,o,a,um,uma,consigo,rola",
        sorry: "desculpa,desculpe,perdao",
        idle: "oi,oii,oie,ola,bom,boa,dia,tarde,noite,bem,nossa,puxa,hm,hmm,ah,eh,uai,kk,kkk,kkkk,haha,rs,rsrs,obrigado,obrigada,brigado,brigada,valeu,muito,desculpa,desculpe,\
            por,favor,pf,pfv,ok,ta,claro,certo,otimo,deixa,eu,ver,pensar,a,pela,demora,atraso,vou,atrasar,dificil,dizer,sinceramente,eu,acho,blz,tudo,um,pouco,bocadinho,abraco,beijos,bjs,tudo,bem,jeito,querida,linda,cumprimentos,urgente,amor,moca",
    },
    JointWords {
        language: "it",
        because: "perche,perke,xke,xche,xk,visto che,dato che,siccome,poiche,per via di,per via del,per via della,per via dell,a causa di,a causa del",
        so: "diciamo,quindi,percio,dunque,allora",
        but: "ma,pero",
        turns: "se,o,oppure,altrimenti,senno,tranne,eccetto,dipende,aspetti,aspetta,fino,annullare,annulli,dimentichi,errore,sbagliato,sbagliata,scherzo,scherzavo,troppo,impossibile,\
            pieno,che,cosa,quando,quale,come,dove,quanto,quanti,chiedere,controllare,controllo,poi,altro,altra,prima,dopo,occupato,occupata,chiuso,tra,fra,piu,meno,ogni,tutti i,\
            tutte le,qualsiasi,gia,forse,magari,dubito,fattura,ordine,volo,treno,autobus,passaporto,appuntamento,riunione,esame,dentista,era,ero,fu,uguale,entrambi,meta,doppio,\
            prossimo,prossima,scorso,scorsa,fa,tardi,non so,odio,ancora",
        able: "posso,possiamo,puo,possibile,va,vado,vengo,tempo,libero,libera,disponibile,bene,questo,questa,quello,voglio,vogliamo,mi,me,serve,credo,lo,la,uno,una,riesco,ce",
        sorry: "scusi,scusa,scusate,scusami",
        idle: "ciao,ciaoo,salve,buongiorno,buonasera,beh,mah,boh,eh,ehm,mmm,hm,hmm,oh,ah,ahah,ahaha,haha,ahahah,grazie,mille,tante,scusi,scusa,scusate,mi,dispiace,spiace,per,favore,\
            ok,certo,va,bene,bel,bello,perfetto,vediamo,fammi,pensare,il,ritardo,sono,in,difficile,dirlo,sinceramente,direi,piacere,cortesia,un,po,saluti,buona,giornata,serata,cara,caro,baci,a,presto,urgente,bella,tesoro",
    },
];
