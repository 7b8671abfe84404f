//! Leaves out words that say nothing about a value: laughter (`jaja`, `lol`), calls by name (`guapa`, `mate`) and
//! pressing words (`no rush`, `ti prego`). A mark stands where they stood inside a message.

mod spelling;

use super::{
    inside,
    words::{self, Words, wishes},
};
use crate::matching::fold;

/// The words of one language, folded.
struct Chatter {
    language: &'static str,
    /// Calls by name, at the end of a clause or behind a greeting: `el martes guapa`.
    calls: &'static str,
    /// Names of an office, which may also have an event of their own (`friday doctor`): only before a mark or behind a
    /// greeting.
    titles: &'static str,
    /// Phrases of haste and leisure, and farewells, separated by commas.
    pressing: &'static str,
    /// Phrases that beg, separated by commas, and the plain word for them: `ti prego`.
    pleas: &'static str,
    please: &'static str,
}

/// The text without these words; those that `keeps` names stay.
pub fn without(text: &str, language: &str, keeps: &dyn Fn(&str) -> bool) -> String {
    let Some(own) = words::own(language).filter(|_| text.len() <= inside::SENTENCE_BYTES_MAX) else {
        return text.to_owned();
    };
    let Some(chatter) = CHATTER.iter().find(|chatter| chatter.language == own.language) else {
        return text.to_owned();
    };
    let mut is_changed = false;
    let mut lines: Vec<String> = Vec::new();
    for line in text.lines() {
        let line = &in_full(line, own.language, keeps);
        let said: Vec<&str> = line.split_whitespace().collect();
        let folded: Vec<String> = said.iter().map(|word| fold(&word.replace(['\'', '’'], " "))).collect();
        let mut kept: Vec<String> = Vec::new();
        let mut place = 0;
        while place < said.len() {
            if let Some(length) = chatter.plea_at(&folded, place) {
                let mark = said[place + length - 1].chars().next_back().filter(|c| ",;!.?".contains(*c));
                kept.push(chatter.please.chars().chain(mark).collect());
                is_changed = true;
                place += length;
                continue;
            }
            let length = chatter.length_at(&said, &folded, place, own);
            let is_kept = folded[place..place + length].iter().any(|word| keeps(word));
            if length == 0 || is_kept {
                kept.push(said[place].to_owned());
                place += 1;
                continue;
            }
            is_changed = true;
            place += length;
            if let Some(last) = kept.last_mut().filter(|last| place < said.len() && !is_marked(last)) {
                last.push(',');
            }
        }
        lines.push(kept.join(" "));
    }
    // Chatter alone stays as it is.
    let says_more = lines.iter().any(|line| line.contains(char::is_alphanumeric));
    if !says_more {
        return text.to_owned();
    }
    let short = |line: &str| in_full(line, own.language, keeps) != line;
    if is_changed || text.lines().any(short) { lines.join("\n") } else { text.to_owned() }
}

/// The line with the short spellings of chats in full. Beside figures, single letters are signs: `2 x 3`.
fn in_full(line: &str, language: &str, keeps: &dyn Fn(&str) -> bool) -> String {
    let said: Vec<&str> = line.split_whitespace().collect();
    let has_figure = |place: usize| said.get(place).is_some_and(|word| word.contains(|c: char| c.is_ascii_digit()));
    let full = |place: usize| {
        let word = said[place];
        let is_sign = word.chars().count() == 1
            && (has_figure(place + 1) || place.checked_sub(1).is_some_and(has_figure))
            && !["q", "n"].contains(&word);
        let is_alone = said.len() < 2 && word.chars().count() < SHORT_ALONE_CHARS_MIN;
        if is_alone || is_sign || keeps(&fold(word)) {
            return word.to_owned();
        }
        spelling::in_full(word, language).unwrap_or_else(|| word.to_owned())
    };
    let all: Vec<String> = (0..said.len()).map(full).collect();
    if all.iter().zip(&said).all(|(new, old)| new == old) { line.to_owned() } else { all.join(" ") }
}

/// Shorter spellings that stand alone may be other words or names.
const SHORT_ALONE_CHARS_MIN: usize = 3;

/// Animals that are also calls by name.
const ANIMALS: [&str; 2] = ["gato", "gata"];

impl Chatter {
    /// The number of words that beg here.
    fn plea_at(&self, folded: &[String], place: usize) -> Option<usize> {
        let plea = self.pleas.split(',').find(|phrase| begins(phrase, folded, place));
        plea.map(|phrase| phrase.split(' ').count())
    }

    /// The number of words of chatter that begin here.
    fn length_at(&self, said: &[&str], folded: &[String], place: usize, own: &Words) -> usize {
        let is_laughter = || place > 0 && is_laughter(&folded[place], self.language);
        if is_laughter() {
            return 1;
        }
        // `1 gato` counts a cat.
        let is_counted = || place > 0 && own.number(&[folded[place - 1].as_str()]).is_some();
        if ANIMALS.contains(&folded[place].as_str()) && is_counted() {
            return 0;
        }
        let begins = |phrase: &&str| begins(phrase, folded, place);
        let pressing = self.pressing.split(',').map(str::trim).find(begins).map(|phrase| phrase.split(' ').count());
        if let Some(length) = pressing.filter(|length| *length < said.len()) {
            return length;
        }
        let calls = self.calls.split(',').map(str::trim).find(begins).map(|phrase| (phrase.split(' ').count(), false));
        let called =
            || self.titles.split(',').map(str::trim).find(begins).map(|phrase| (phrase.split(' ').count(), true));
        match calls.or_else(called) {
            Some((length, is_title)) if self.is_call(said, folded, place, length, is_title, own) => length,
            _ => 0,
        }
    }

    /// True if these words call somebody: in `friday my mate comes` and `mate comes friday` they do not.
    fn is_call(
        &self,
        said: &[&str],
        folded: &[String],
        place: usize,
        length: usize,
        is_title: bool,
        own: &Words,
    ) -> bool {
        let end = place + length;
        let before = place.checked_sub(1).map_or("", |before| folded[before].as_str());
        let next = folded.get(end).map_or("", String::as_str);
        let is_greeted = GREETINGS.contains(&before) || GREETED.contains(&before);
        let is_last = said.get(end).is_none_or(|word| !word.contains(char::is_alphanumeric));
        let is_marked = is_marked(said[end - 1]);
        let is_followed = ["que", "q", "k", "che", "pq", "porque", "pois"].contains(&next) && own.language != "en";
        let is_laughed = || is_laughter(next, self.language);
        let is_free = !wishes::DETERMINERS.contains(&before) && !BOUND.contains(&before);
        let closes = is_marked || !is_title && (is_last || is_followed || is_laughed());
        is_free && (is_greeted || closes && (place > 0 || is_marked && !is_title))
    }
}

fn begins(phrase: &str, folded: &[String], place: usize) -> bool {
    let length = phrase.split(' ').count();
    folded.len() >= place + length && folded[place..place + length].join(" ") == *phrase
}

fn is_marked(word: &str) -> bool {
    word.ends_with([',', ';', '.', '!', '?', ':', ')'])
}

/// True for laughter: `haha`, `jajaja`, `rsrs`, `kkkk`, `lol`. The German `jaja` is an answer.
pub fn is_laughter(word: &str, language: &str) -> bool {
    let all_of = |letters: [char; 2]| {
        word.chars().count() >= LAUGHTER_CHARS_MIN
            && word.chars().all(|c| letters.contains(&c))
            && letters.iter().all(|c| word.contains(*c))
    };
    let is_k = word.len() > 2 && word.chars().all(|c| c == 'k');
    let pairs = [['h', 'a'], ['h', 'e'], ['h', 'i'], ['r', 's'], ['j', 'e'], ['j', 'i']];
    LAUGHTER.contains(&word)
        || is_k
        || language == "pt" && word == "rs"
        || pairs.into_iter().any(all_of)
        || language != "de" && all_of(['j', 'a'])
}

/// Shorter words such as `eh` do not laugh.
const LAUGHTER_CHARS_MIN: usize = 4;
const LAUGHTER: [&str; 9] = ["lol", "lool", "lmao", "rofl", "mdr", "ptdr", "xd", "xdd", "xddd"];

/// First words of a message, behind which a name stands.
#[rustfmt::skip]
pub const GREETINGS: [&str; 28] = [
    "hi", "hello", "hey", "hiya", "heya", "hola", "holi", "holis", "buenas", "ola", "oi", "oii", "oie", "opa", "bonjour", "bonsoir", "salut",
    "coucou", "bjr", "hallo", "moin", "servus", "ciao", "ciaoo", "salve", "buongiorno", "buonasera", "buondi",
];
/// Last words of a greeting.
const GREETED: [&str; 9] = ["morning", "evening", "afternoon", "tardes", "noches", "dias", "tag", "dia", "tarde"];

/// Words before the name of somebody who is not called: `for`, `and`, `with`.
#[rustfmt::skip]
const BOUND: [&str; 48] = [
    "for", "and", "with", "of", "to", "by", "or", "no", "is", "says", "y", "e", "o", "con", "de", "para", "por", "mit", "fur", "und", "von", "avec", "pour", "et", "ou", "com", "pra",
    "di", "per", "da", "como", "come", "like", "as", "comme", "wie", "i", "id", "d", "would", "really", "su", "tu", "sua", "seu", "his", "her", "some",
];

#[rustfmt::skip]
const CHATTER: [Chatter; 6] = [
    Chatter {
        language: "en",
        calls: "mate,lovely,love,hun,hon,babe,bro,dude,buddy,pal,sweetie,darling,dear,my dear,my love",
        titles: "doctor,doc,sir,madam,maam,miss,boss,chef,coach",
        pressing: "better too many than too few,better too much than too little,cant go wrong with that,cant go wrong,no rush,no hurry,no pressure,bless him,bless her,bless them,but surprise me,so surprise me,surprise me,bear with me,no biggie,fingers crossed,all the best,kind regards,best regards,take care",
        pleas: "for the love of god,pretty please",
        please: "please",
    },
    Chatter {
        language: "es",
        calls: "guapa,guapo,guapi,guapisima,carino,cielo,reina,rey,corazon,bonita,bonito,linda,lindo,preciosa,maja,majo,tio,tia,amigo,amiga,bro,colega,nena,nene,che,wey,guey,\
            parce,pana,mami,papi,mi amor,mi vida,mi reina,mi rey,mi nina",
        titles: "doctor,doctora,doc,dr,dra,senora,senorita,senor,jefe,jefa,maestro,maestra,profe,campeon",
        pressing: "lo medi dos veces,mejor que sobre,mas vale que sobre,con eso no se falla,con eso no fallas,con eso no fallo,pero sorprendeme,sorprendeme,sorprendame,no pasa nada,no falla nunca,nunca falla,no falla,no hay prisa,no corre prisa,sin prisa,un saludo,saludos,un abrazo,un beso,besos,besitos,buen dia",
        pleas: "por dios,por el amor de dios,por lo que mas quieras,te lo ruego,se lo ruego,os lo ruego,plis,pliss,pls,plz,por fa",
        please: "porfa",
    },
    Chatter {
        language: "fr",
        calls: "ma belle,mon beau,ma cherie,mon cheri,ma puce,ma grande,mon grand,ma jolie,mon ami,mon amie,mec,poto,bro,cherie,cheri,beaute",
        titles: "docteur,doc,chef,cheffe,madame,monsieur,mademoiselle,patron,patronne,maitre,coach",
        pressing: "j ai mesure deux fois,je l ai mesure deux fois,vaut mieux trop que pas assez,mieux vaut trop que pas assez,on peut pas se tromper,on ne peut pas se tromper,on se trompe pas,on peut pas se planter,mais surprenez moi,surprenez moi,surprends moi,c est pas grave,valeur sure,rien ne presse,pas presse,pas pressee,c est pas urgent,cest pas urgent,pas d urgence,bien a vous,bien a toi,a vous,belle journee,bisous,bizz,bises",
        pleas: "je vous en prie,je t en prie,je vous en supplie,je t en supplie,pitie,pls,plz",
        please: "svp",
    },
    Chatter {
        language: "de",
        calls: "schatz,susse,suesse,susser,liebes,mausi,maus,dicker,digga,diggi,alter,alda,bro,ihr lieben,meine liebe,mein lieber,kollege",
        titles: "herr doktor,frau doktor,chef,chefin,meister,doc,coach",
        pressing: "lieber zu viel als zu wenig,lieber zu viele als zu wenige,zweimal nachgemessen,da macht man nix falsch,da macht man nichts falsch,damit macht man nix falsch,uberraschen sie mich,uberrasch mich,uberrascht mich,macht nix,macht nichts,da kann man nix falsch machen,da kann man nichts falsch machen,eilt nicht,hat keine eile,keine eile,kein stress,ohne stress,besten dank,pfiat eich,pfiat di,pfiat euch,beste grusse,schone grusse,viele grusse,liebe grusse",
        pleas: "um gottes willen,ich flehe sie an,bittschon,pls,plz,bidde",
        please: "bitte",
    },
    Chatter {
        language: "pt",
        calls: "amiga,amigo,querida,querido,linda,lindo,amor,meu amor,mano,mana,brother,bro,gata,gato,flor,meu bem,minha linda,minha querida,meu querido,moca,moco,cara,parceiro,parceira,meu rei,minha rainha",
        titles: "dr,dra,doutor,doutora,doc,chefe,patrao,mestre,senhora,senhor,dona",
        pressing: "medi duas vezes,melhor sobrar,melhor sobrar do que faltar,nao tem como errar,nao tem como dar errado,com isso nao erro,capricha ai,capricha,caprichem,me surpreenda,me surpreende,nao tem erro,sem pressa,nao tem pressa,nao ha pressa,viu,um abraco,grande abraco,abraco,abracos,beijo,beijos,bjs",
        pleas: "pelo amor de deus,por amor de deus,te imploro,por deus,pls,plis,plz,por fa",
        please: "pfv",
    },
    Chatter {
        language: "it",
        calls: "tesoro,cara,caro,bella,bello,amore,gioia,stella,ciccia,cicci,amico,amica,zio,bro,mia cara,mio caro,amore mio,tesoro mio,carissima,carissimo",
        titles: "dottore,dottoressa,dott,doc,capo,maestro,signora,signore,prof,mister",
        pressing: "misurato due volte,l ho misurato due volte,meglio che avanzi,meglio abbondare,cosi non si sbaglia,non posso sbagliare,sorprendimi,sorprendetemi,mi sorprenda,fai tu,fate voi,faccia lei,non si sbaglia mai,non si sbaglia,senza fretta,non c e fretta,non ce fretta,nessuna fretta,un saluto,un abbraccio,un bacio,baci,saluti",
        pleas: "ti prego,vi prego,la prego,mi raccomando,per l amor di dio,per lamor di dio,ti supplico,pls,plz,x favore,x piacere",
        please: "grazie",
    },
];

#[cfg(test)]
mod tests {
    use super::without;

    #[test]
    fn chatter_is_left_out() {
        for (language, text, left) in [
            ("es", "hola guapa el martes", "hola, el martes"),
            ("es", "el martes guapa, que libro", "el martes, que libro"),
            ("es", "el martes jajaja", "el martes"),
            ("fr", "jeudi stp ma belle, je commence vendredi", "jeudi stp, je commence vendredi"),
            ("en", "all 4 mate, they're bald", "all 4, they're bald"),
            ("en", "friday thanks, no rush", "friday thanks,"),
            ("de", "in zwei wochen, eilt nicht, nur krallen", "in zwei wochen, nur krallen"),
            ("it", "venerdì tesoro che sabato lavoro", "venerdì, che sabato lavoro"),
            ("it", "oggi ti prego, sta male", "oggi grazie, sta male"),
            ("pt", "amanhã dr, hoje não dá", "amanhã, hoje não dá"),
        ] {
            assert_eq!(without(text, language, &|_| false), left, "{text}");
        }
    }

    #[test]
    fn somebody_who_is_not_called_stays() {
        for (language, text) in [
            ("en", "friday my mate comes"),
            ("en", "mate comes friday"),
            ("en", "friday doctor"),
            ("en", "friday doctor comes"),
            ("en", "I'd love friday"),
            ("es", "el viernes mi tía"),
            ("es", "jefe viene el martes"),
            ("es", "jajaja"),
            ("de", "jaja"),
            ("it", "il mio amico"),
        ] {
            assert_eq!(without(text, language, &|_| false), text);
        }
        assert_eq!(without("el martes, amiga", "es", &|word| word == "amiga"), "el martes, amiga");
    }
}
