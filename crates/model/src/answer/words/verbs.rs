//! Builds the forms of neutral verbs in sentences: `reservamos`, `apúntame`, `mettez`, `ich bräuchte`.
//!
//! Only forms in which the contact speaks of itself or asks the business for something: the third person may be a train
//! that arrives. All forms are folded.

/// The neutral verbs of one language that share their endings.
struct Verbs {
    language: &'static str,
    stems: &'static str,
    endings: &'static str,
}

/// The forms of all neutral verbs of a language.
pub fn forms(language: &str) -> impl Iterator<Item = String> {
    let of_language = VERBS.iter().filter(move |verbs| verbs.language == language);
    of_language.flat_map(|verbs| {
        let endings = move |stem: &'static str| {
            verbs.endings.split(' ').map(move |end| format!("{stem}{}", end.trim_matches('-')))
        };
        verbs.stems.split_whitespace().flat_map(endings)
    })
}

/// An ending `-` stands for none.
#[rustfmt::skip]
const VERBS: [Verbs; 16] = [
    // Deeds for which the business is asked.
    Verbs { language: "es", stems: "reserv apunt anot mand envi agend confirm guard prepar asign busc cont program",
        endings: "ar arme arnos arlo arla o amos aria ariamos a ame anos amelo anosla e eme enos emelo en enme ennos ad adme adnos" },
    // Deeds and wishes of the contact.
    Verbs { language: "es", stems: "lleg pas qued tom llev dese pens necesit acept contrat compr don aport acerc calcul entr encarg gast pag celebr alquil aloj acost form regal prob us",
        endings: "ar arme arnos o amos are aremos aria ariamos aba abamos ando arse arnos arla arlo arlos" },
    Verbs { language: "es", stems: "prefer ped recib com cre ten ven sab hac escog eleg vend viv",
        endings: "ir er iria eria iriamos eriamos iremos eremos imos emos ia iamos iendo irlo erlo" },
    Verbs { language: "fr", stems: "reserv not envoy donn confirm gard prepar inscri compt mett prenn ajout prevoy",
        endings: "er e es ons ez erais erions erait" },
    Verbs { language: "fr", stems: "arriv rest pass pens souhait desir command achet amen aim cherch don vers pay lou log ador prefer croi essay choisi dormi utilis",
        endings: "er e ons ez erai erons erais erions ais ions ir rai rons rais rions ant" },
    Verbs { language: "fr", stems: "viend voud prend mett part fer pour aur ser i tiend fal",
        endings: "rai rons rais rions ra rait ai ons ais ions ait" },
    Verbs { language: "de", stems: "trag schreib notier schick reservier buch merk leg mach nehm bestatig reich send pack setz vermerk",
        endings: "- e en t st" },
    Verbs { language: "de", stems: "komm bleib brauch nehm denk hoff mein rechn kauf bestell spend zahl nutz bevorzug wunsch hol schaff frag uberleg",
        endings: "e en t te ten" },
    Verbs { language: "pt", stems: "reserv anot mand envi agend marc confirm guard prepar separ coloc bot traz encaix inscrev",
        endings: "ar o a e em amos ava aria ariamos er eria" },
    Verbs { language: "pt", stems: "cheg pass fic tom lev desej pens precis aceit compr do contribu peg us ach esper combin prefir prefer cri acab us quer consegu particip pag gast alug",
        endings: "ar o amos aremos arei aria ariamos ava avamos ando ir iria iriamos imos eria eriamos emos er ia iamos uir" },
    Verbs { language: "it", stems: "segn prenot mand invi confirm conferm prepar tien mett riserv aggiung fiss",
        endings: "are o a i iamo erei eremmo ami aci ate ateci atemi ino ere ete eteci etemi eremo a ici imi" },
    Verbs { language: "it", stems: "arriv rest ferm pass pens desider compr don serv prend vorr preferisc prefer ven parl cred sper ord ordin us contribu alloggi sogg guard cerc vers affitt",
        endings: "are arsi armi arci o iamo ero eremo erei eremmo avo avamo ando ire irei iremmo ei emmo ere evo evamo erebbe erebbero" },
    Verbs { language: "en", stems: "book reserv tak hop think plan pick order need want look aim expect send giv mak put mark pencil squeez fit add sign stay com prefer donat spend hav thin intend suggest propos manag",
        endings: "- e ing ning ting" },
    Verbs { language: "en", stems: "planned hoped thought booked aimed wanted preferred looked needed",
        endings: "-" },
    Verbs { language: "de", stems: "brauchte hatte wurde konnte ware mochte ginge passte kame nahme brauchten gebraucht uberlegt gehofft vorgestellt geplant eingeplant vorgesehen",
        endings: "- n" },
    Verbs { language: "fr", stems: "pensais pensions voulais voulions comptais comptions esperais esperions cherchais cherchions prevois prevoyais songeais",
        endings: "-" },
];

/// Adverbs, times of the contact and words of availability that change no answer: `finalmente`, `zuhause`, `en principe`.
pub fn adverbs(language: &str) -> &'static str {
    match language {
        "en" => {
            "home available free able spot bout ace grand mint smashing lush wicked rather ideally normally usually hopefully tho though mate lol haha btw then instead-of us around also too \
            in-total yeh yh hiya heya howdy luv lovely ta cheers pal bud guys team there ill wed theyd itd thatd therell itll id cos bc easiest \
            easier handy handier suitable okay brill fab super down fully finally certainly definitely literally basically opening gap chance drop pop swing round down noted closer craving afford amazing better awesome theres therell change move little grand lovely suppose imagine reckon comfortable drop collect pick it plenty brilliant excellent wonderful fantastic terrific superb sorted doable sweet magic preferable gonna wanna gotta lemme gimme dear hun x xx xxx tbh ngl imo plss thanku thnx tnx expecting fits wld cld thatd squeeze pls afraid midweek easily kindly safest safer simplest quickest handiest safe feed feeds serve serves"
        }
        "es" => {
            "libre libres disponible casa finalmente final principio normalmente normal realmente justo justamente ideal hueco cita turno porfi porfis \
            porfavor xfa xfavor xfi graciass mil buenass holaa vaya ah ay jeje jaja saludos encantado encantada contento toca tocaria iria vendria viene bien \
            ninguno problema momento caso estupendamente fenomenal aun asi tal va vendran quedarme quedarnos aqui entero enteros encantaria adoraria apuntada apuntado espereme esperenme esperenos esperennos querriamos querria rato buen tiempo diria valdria primera guay fantastico fantastica maravilloso maravillosa buenisimo buenisima excelente chevere padre listo lista bonito bonita lindo unico unica aproximadamente finalmente queda quedan quedaria cambiar cambiarlo cambiarla mover imagino peque pequeno pequena empiezo empezamos empezar alcanza alcanzan alcanzamos sean recojo recogeria izquierdo comodo sirve sirven acomoda seriamos iriamos das cita dale espectacular comodo comoda facil cuadra cuadraria encaja encajaria pilla perfe lujo apanamos apano arreglo apartame seriamos ahorita porfas verdad sinceramente honestamente oiga oye mira nomas sobra sobran"
        }
        "fr" => {
            "libre dispo disponible disponibles chez maison finalement final principe normalement normal vraiment justement ideal idealement cela coup \
            creneau rdv rv bjr bsr slt cdt cordialement svp stpl ben voila arrange arrangerait irait convient conviendrait possible probleme moment aucun fond \
            parce-que environ rentre rentree la d'accord impeccable chouette quand-meme carrement presente present adorerait adorerais surement espere esperons noter notee peut peut-etre besoin voire premiere genial geniale top super impec cool excellent excellente formidable joli jolie beau seul seule unique conge vais allons changer deplacer decaler petit petite imagine suppose devrait devraient suffire laisse assez faites confortable recupere aprem conges journee toute entiere partons sincerement honnetement franchement coucou bisous bonne journee soiree chouette facile pratique rtt repos ras mdr finalement bcp dacc dac fasse suffise cale calez dispos tente preference apres-midi"
        }
        "de" => {
            "zuhause top punkt daheim hause frei verfugbar zeit eigentlich normalerweise normal letztendlich schliesslich doch wohl eher liebsten ehesten lg vg mfg \
            gruss grusse liebe viele dran drannehmen rein reinkommen moglichst ideal ginge klappt klappen klappte geht ok okay eben mal bitteschon halt \
            insgesamt ungefahr circa ca etwa rund moin hey na vom von-mir termin hinkommen da sowas problem gar druckfrei einfach machbar guter gleich fruh notiert einchecken diesmal eigentlich leisten toll genial spitze optimal wunderbar hervorragend fein einziger einzige einzigen klasse gedacht verschieben andern reinschieben kleine kleiner kleinen fang fange erstmal sollte sollten hole hol abhole angenehm locker freier freie freien glaub denk komm schau schauen schon find hab hatt wurd konnt wollt nehm mein brauch ganzen ehrlich offen schliesslich lg vlg bussi mega muss bombe locker bequem einfacher gell odr"
        }
        "pt" => {
            "livre disponivel casa finalmente fim principio normalmente normal realmente justo ideal vaga encaixe pfv pfvr pf por-favor obg obgd obgda vlw blz \
            tb tbm ne entao ai oie oii boa bom tardee abraco abs beijos gente caso problema tranquilo tranquila certinho show beleza to tamo tava estava \
            mesmo da dai daria so ja ta inteiro vcs vc adoraria adorariamos queriamos queria anotado anotada dessa essa pras natal maravilha maravilhoso maravilhosa excelente top massa bacana bonito bonita lindo unico unica afinal folga livre poe dizer mudar trocar encaixar imagino pequena pequeno comeco comecamos aproximadamente faz pego busco retiro tranquilo sobra total seriamos iriamos contando dava ficava sinceramente honestamente finalmente fixe giro optimo optima confortavel facil viu rs kkk kkkk moca moco querida querido linda bjs chegam combinado umas uns contando certinho certo encaixa topo"
        }
        "it" => {
            "dammi dammene mandamene mettimene fammene fanne dacci libero libera liberi disponibile disponibili casa finalmente fine principio normalmente normale veramente proprio giusto ideale appuntamento \
            pf pfv perfavore xfavore grz graziee ciaoo saluti insomma comodo comoda comodi problema momento caso pure tranquillamente li ci ne va andrebbe \
            direi allora ecco diciamo sicuramente presente intero buon giorno segnata segnato facciamo aspettateci aspettaci vorremmo piuttosto stavolta prima mattina fantastico fantastica eccellente meraviglioso stupendo stupenda bellissimo comodissimo unico unica fai fate giornata intera saremmo siano spostare cambiare infilarmi verrebbe benissimo piccolo piccola bimbo bimba inizio iniziamo lunico lunica lideale suppongo dovrebbero dovrebbe bastare faccia ritiro ritirerei sola servirebbero sarei fossimo verremmo onestamente finalmente facile super top grazieee cara caro gentilmente cortesemente starebbero bene ottimamente dai ahah ok vabbe deve dovrebbero perfetti mattiniera pf pls"
        }
        _ => "",
    }
}
