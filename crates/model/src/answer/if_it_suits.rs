//! Leaves out conditions that only the business can answer (`if you have space`, `si os va bien`) and comparisons with the
//! last visit (`like last week`): neither changes a day, an hour or a number.

use super::{inside, words};
use crate::matching::{fold, has_word};

/// The words of one language, folded and separated by blanks.
struct Suits {
    language: &'static str,
    /// Words that begin such a condition.
    ifs: &'static str,
    /// All words that it may have.
    words: &'static str,
    /// Words that begin a comparison with the last visit, and all words that it may have.
    like: &'static str,
    last: &'static str,
    /// Phrases with a word of limits that mean no limit, each with a plain word.
    plain: &'static [(&'static str, &'static str)],
}

/// The text without these conditions and comparisons.
pub fn without(text: &str, language: &str) -> String {
    let Some(own) = words::own(language).filter(|_| text.len() <= inside::SENTENCE_BYTES_MAX) else {
        return text.to_owned();
    };
    let Some(table) = SUITS.iter().find(|table| table.language == own.language) else { return text.to_owned() };
    let mut said: Vec<String> = text.split_whitespace().map(str::to_owned).collect();
    let mut is_changed = false;
    // The German `wär` is a wish; folded it is the past `war`.
    for word in said.iter_mut().filter(|word| own.language == "de" && word.to_lowercase() == "wär") {
        word.push('e');
        is_changed = true;
    }
    for (starts, all) in [(table.ifs, table.words), (table.like, table.last)] {
        while let Some((start, end)) = run(&said, starts, all, own) {
            // A value alone is left: `if you have space` answers nothing.
            let mark = said[end - 1].chars().next_back().filter(|c| ",;!.?".contains(*c));
            said.drain(start..end);
            if let (Some(mark), Some(last)) = (mark, start.checked_sub(1).and_then(|at| said.get_mut(at))) {
                last.push(mark);
            }
            is_changed = true;
        }
    }
    for (phrase, plain) in table.plain {
        let folded: Vec<String> = said.iter().map(|word| fold(word)).collect();
        let length = phrase.split(' ').count();
        if let Some(start) = folded.windows(length).position(|run| run.join(" ") == *phrase) {
            said.splice(start..start + length, [(*plain).to_owned()]);
            is_changed = true;
        }
    }
    if is_changed { said.join(" ") } else { text.to_owned() }
}

/// True for a condition about a table: `if the table at the window is free`.
pub fn names_table(text: &str, language: &str) -> bool {
    let folded = fold(text);
    ["table", "mesa", "tisch", "tavolo"].iter().any(|name| has_word(&folded, name))
        && without(text, language).split_whitespace().count() < text.split_whitespace().count()
}

/// The first run of words that begins with one of `starts` and has only words of `all`, to the end of its clause.
fn run(said: &[String], starts: &str, all: &str, own: &words::Words) -> Option<(usize, usize)> {
    let is_of = |list: &str, word: &str| list.split_whitespace().any(|one| one == word);
    (0..said.len()).filter(|start| is_of(starts, &fold(&said[*start]))).find_map(|start| {
        let mut end = start + 1;
        while end < said.len() && !ends(&said[end - 1]) {
            let word = fold(&said[end].replace(['\'', '’'], " "));
            let is_picture = !word.chars().any(char::is_alphanumeric);
            if is_picture || own.polite.contains(&word.as_str()) {
                break;
            }
            if !word.split(' ').all(|part| is_of(all, part) || is_of(own.around.nots, part)) {
                return None;
            }
            end += 1;
        }
        // `if that is not a problem` is polite; `if not` is a choice.
        let words: Vec<String> =
            said[start + 1..end].iter().map(|word| fold(&word.replace(['\'', '’'], " "))).collect();
        let has = |list: &str| words.iter().flat_map(|word| word.split(' ')).any(|part| is_of(list, part));
        let is_polite = !has(own.around.nots) || has(TROUBLE);
        (end > start + 1 && start > 0 && is_polite).then_some((start, end))
    })
}

fn ends(word: &str) -> bool {
    word.ends_with([',', ';', '!', '.', '?'])
}

/// Words of trouble that a condition denies, and of others who may have taken the place.
const TROUBLE: &str = "problem problema probleme trouble bother late busy packed swamped liados ocupados llenos agobiados debordes deborde pris occupes los beschaftigt cheios cheio presi impegnati pieni molestia tarde tard spat disturbo disturb gene umstande taken gone booked cogido tomado ocupado reservado pris prise \
    pegou marcou preso presa nobody nadie personne ninguem nessuno niemand keiner";

#[rustfmt::skip]
const SUITS: [Suits; 6] = [
    Suits {
        language: "en",
        ifs: "if",
        words: "thats that its it is s possible ok okay alright all right fine good cool convenient suits works work for you u ye your end there theres still free anything something any space \
            room slot slots spot spots availability available youve ve got have one a left can would be too late much trouble poss doable guys with shes she he hes in working your busy booked up packed swamped rammed slammed window table by outside terrace garden corner patio problem prob a fit me us squeeze in manage time nobody noone no one else has hasnt been taken gone booked yet bother open then that day youre",
        like: "like as same",
        last: "same as last week time usual always before year month the",
        plain: &[("by me", "um"), ("a treat", "um"), ("is my budget", "um"), ("is what i have", "um"), ("is what ive got", "um"), ("is all i have", "um"), ("is all ive got", "um"), ("straight after the school run", "um"), ("after the school run", "um"), ("straight after my shift", "um"), ("after my shift", "um"), ("straight after work", "um"), ("after the gym", "um"), ("on my lunch break", "um"), ("in my lunch break", "um"), ("on my way to work", "um"), ("on the way to work", "um"), ("straight after school", "um"), ("after school", "um"), ("before work", "um"), ("after work", "um"), ("and see how it goes", "um"), ("and well see", "um"), ("and we see", "um"), ("as soon as possible", "please"), ("after lunch", "um"), ("for now", "um"), ("in the end", "finally"),
            ("lemme count", "well"), ("let me count", "well"), ("i was hoping", "i hope"), ("i was thinking", "i think"), ("we were thinking", "we think"), ("we were hoping", "we hope"), ("was thinking", "think"), ("were thinking", "think"), ("was hoping", "hope"), ("i was looking", "i look"), ("thats it", "um"), ("that is all", "um"), ("thats all", "um"),
            
            ("cant wait", "thanks"), ("looking forward to it", "thanks"), ("see you then", "thanks"), ("see you there", "thanks"), ("see you soon", "thanks"),
             ("more like", "about"), ("all day", "um")],
    },
    Suits {
        language: "es",
        ifs: "si",
        words: "es puede ser posible se os va bien viene le les te parece hay sitio hueco huequito lugar espacio cupo teneis tienen tienes tiene disponible disponibilidad molestia mucha tarde \
            algo libre todavia esta ella usted ustedes vosotros conviene a podeis pueden puedes acomoda queda alcanza problema problemas nadie lo la ha han cogido tomado reservado ocupado me nos alcanzan alcanza da tiempo hacer hacerla tantas tantos abris abren abierto abierta ese dia estais estan mesa ventana terraza de jardin patio rincon junto fuera liados liado liada liadas ocupados andais andas vais muy llenos agobiados haces haceis hacen hacerme algun huequillo hueco queda quedan ratito momentito",
        like: "como igual",
        last: "que la el semana pasada pasado vez ultima siempre otra mes ano",
        plain: &[("es lo que tengo", "pues"), ("es mi presupuesto", "pues"), ("es lo que hay", "pues"), ("es todo lo que tengo", "pues"), ("la verdad", "pues"), ("despues del curro", "pues"), ("despues del gimnasio", "pues"), ("despues del gym", "pues"), ("despues de clase", "pues"), ("despues del turno", "pues"), ("en mi descanso", "pues"), ("al salir del curro", "pues"), ("al salir de clase", "pues"), ("de camino al trabajo", "pues"), ("antes del trabajo", "pues"), ("antes de trabajar", "pues"), ("despues del trabajo", "pues"), ("justo despues del cole", "pues"), ("despues del cole", "pues"), ("al salir del trabajo", "pues"), ("y ya vemos", "pues"), ("y vamos viendo", "pues"), ("cuanto antes", "porfa"), ("lo antes posible", "porfa"), ("despues de comer", "pues"), ("mas o menos", "aproximadamente"), ("mas bien", "aproximadamente"),
            ("dejame contar", "pues"), ("dejeme contar", "pues"), ("deja cuento", "pues"), ("manana mismo", "mañana"), ("hoy mismo", "hoy"), ("estaba pensando", "pienso"), ("estabamos pensando", "pensamos"), ("o sea", "pues"), ("nada mas", "solo"), ("y ya", "pues"), ("y nada mas", "pues"),
            
            ("que ganas", "gracias"), ("nos vemos", "gracias"), ("alli nos vemos", "gracias"), ("ahi nos vemos", "gracias"), ("hasta entonces", "gracias"),
             ("al final", "finalmente"), ("todo el dia", "pues")],
    },
    Suits {
        language: "fr",
        ifs: "si sil",
        words: "ca cela vous te va convient arrange est possible cest c ok bon dispo libre y a ya il reste une un de la place places creneau creneaux avez encore des dispos s elle ici peut on \
            pouvez peux etes disponible disponibles plait quelque chose pose pas probleme de ne n l le personne a pris prise reserve derange arrivez temps caser me prendre souci autant etes ouvert ouverts ouvrez ouverte jour table pres fenetre terrasse jardin dehors coin debordes deborde debordee pris trop occupes charges en trouvez trouver petit creneau trou faire te tu as pouvez-vous",
        like: "comme pareil",
        last: "que la semaine derniere fois d dhabitude habitude toujours le mois dernier l lautre autre",
        plain: &[("cest mon budget", "euh"), ("cest ce que jai", "euh"), ("cest tout ce que jai", "euh"), ("cette fois ci", "euh"), ("cette fois", "euh"), ("ce coup ci", "euh"), ("je peux que", "je peux"), ("on peut que", "on peut"), ("je ne peux que", "je peux"), ("jsuis dispo que", "je suis dispo"), ("je suis dispo que", "je suis dispo"), ("apres le taf", "euh"), ("apres le travail", "euh"), ("apres le boulot", "euh"), ("juste apres le boulot", "euh"), ("apres le sport", "euh"), ("apres les cours", "euh"), ("apres mon service", "euh"), ("pendant ma pause", "euh"), ("a ma pause", "euh"), ("en sortant du boulot", "euh"), ("en sortant du travail", "euh"), ("on va dire", "euh"), ("en allant au travail", "euh"), ("avant le travail", "euh"), ("avant le boulot", "euh"), ("apres le travail", "euh"), ("juste apres lecole", "euh"), ("apres lecole", "euh"), ("et on verra", "euh"), ("au plus vite", "svp"), ("le plus vite possible", "svp"), ("des que possible", "svp"), ("apres manger", "euh"), ("apres le dejeuner", "euh"), ("a peu pres", "environ"), ("plus ou moins", "environ"), ("on vient a", "nous serons"), ("nous venons a", "nous serons"), ("a la fin", "finalement"),
            ("attendez je compte", "euh"), ("attends je compte", "euh"), ("je compte", "euh"), ("et cest tout", "euh"), ("cest tout", "euh"),
            
            ("jai hate", "merci"), ("a bientot", "merci"), ("a tout a lheure", "merci"), ("a tres vite", "merci"),
             ("toute la journee", "euh"), ("dans les", "environ")],
    },
    Suits {
        language: "de",
        ifs: "wenn wenns falls sofern",
        words: "es das ist is geht ginge passt passen recht moglich ok okay in ordnung gut noch was etwas frei platz platze da sie ihr habt haben euch ihnen dir so ware war konnte konnten konnt \
            er ein termin gibt s kein problem keine umstande das den die noch keiner niemand hat genommen hinkriegen schafft schaffen kriegt mir mich so viele stort offen geoffnet auf dann tisch am fenster der terrasse im garten draussen ecke zu viel los beschaftigt ausgelastet stress reinquetschen dazwischenschieben reinschieben einschieben unterkriegen kannst konnt lucke findet finden findest noch machbar",
        like: "wie",
        last: "letzte letzten letztes woche mal immer sonst beim das ublich gehabt",
        plain: &[("ist mein budget", "naja"), ("ist alles was ich hab", "naja"), ("ich kann nur", "ich kann"), ("direkt nach der schicht", "naja"), ("nach der schicht", "naja"), ("gleich nach der arbeit", "naja"), ("direkt nach der arbeit", "naja"), ("nach dem sport", "naja"), ("nach dem training", "naja"), ("nach der uni", "naja"), ("in der mittagspause", "naja"), ("in meiner mittagspause", "naja"), ("nach feierabend", "naja"), ("auf dem weg zur arbeit", "naja"), ("vor der arbeit", "naja"), ("nach der arbeit", "naja"), ("gleich nach der schule", "naja"), ("nach der schule", "naja"), ("und dann schauen wir", "naja"), ("und schauen wir mal", "naja"), ("so schnell wie moglich", "bitte"), ("so bald wie moglich", "bitte"), ("nach dem mittagessen", "naja"), ("mittags um", "um"), ("hatte so an", "denke an"), ("hatte an", "denke an"), ("dachte an", "denke an"), ("dachte so an", "denke an"), ("dachten an", "denken an"), ("am ende", "schliesslich"),
            ("moment ich zahl mal", "naja"), ("ich zahl mal", "naja"), ("moment ich zahle", "naja"), ("und das wars", "naja"), ("das wars", "naja"),
            
            ("wir freuen uns schon", "danke"), ("wir freuen uns", "danke"), ("freu mich", "danke"), ("freue mich", "danke"), ("freu mich schon", "danke"),
             ("im endeffekt", "schliesslich"), ("den ganzen tag", "naja")],
    },
    Suits {
        language: "pt",
        ifs: "se caso",
        words: "der jeito possivel for tiver tiverem houver vaga lugar espaco puder puderem ok bom bem para voces vos voce si ela ele estiver la disponivel disponibilidade tudo livre horario \
            ainda da pra o seria vago estiverem problema tempo conseguirem conseguir encaixar me ninguem pegou marcou reservou nao tudo isso abrirem abrem aberto dia mesa janela varanda da na perto canto fora muito cheios cheio ocupados ocupado estiverem tiverem atolados conseguires conseguir arrumar um uma horarinho cantinho arranjar consegue conseguem tem vc vcs",
        like: "como igual",
        last: "a na semana passada da ultima vez sempre de costume o mes passado outra",
        plain: &[("e o que eu tenho", "ah"), ("e o que tenho", "ah"), ("e meu orcamento", "ah"), ("e o meu orcamento", "ah"), ("e tudo que tenho", "ah"), ("dessa vez", "ah"), ("desta vez", "ah"), ("depois da academia", "ah"), ("depois do trampo", "ah"), ("depois da aula", "ah"), ("depois do servico", "ah"), ("logo depois do trabalho", "ah"), ("na hora do almoco", "ah"), ("no meu almoco", "ah"), ("na pausa do almoco", "ah"), ("a caminho do trabalho", "ah"), ("antes do trabalho", "ah"), ("depois do trabalho", "ah"), ("logo depois da escola", "ah"), ("depois da escola", "ah"), ("e depois vemos", "ah"), ("e a gente ve", "ah"), ("o quanto antes", "por favor"), ("o mais rapido possivel", "por favor"), ("depois do almoco", "bem"), ("pro fim de semana", "ah"), ("para o fim de semana", "ah"), ("mais ou menos", "aproximadamente"), ("no fim", "finalmente"),
            ("deixa eu contar", "bem"), ("deixa contar", "bem"), ("a gente tava pensando", "pensamos"), ("estava pensando", "penso"), ("tava pensando", "penso"), ("estavamos pensando", "pensamos"), ("e so", "ah"), ("so isso", "ah"),
            
            ("nao vejo a hora", "obrigado"), ("ate la", "obrigado"), ("ate mais", "obrigado"), ("nos vemos la", "obrigado"),
             ("no final", "finalmente"), ("se faz favor", "por favor"), ("era otimo", "otimo"), ("era melhor", "melhor"), ("era bom", "bom"),
            ("era perfeito", "perfeito"), ("era ideal", "ideal"), ("o dia todo", "ah"), ("o dia inteiro", "ah")],
    },
    Suits {
        language: "it",
        ifs: "se",
        words: "va bene possibile e puo si avete ce c posto posti libero libera disponibile disponibilita potete le vi per voi lei lui ancora un una ok fattibile riuscite comodo qualcosa di ci \
            sono andasse problema un non l ha hanno nessuno preso presa prenotato fate fa riesce ce la me mi disturbo siete aperti aperto aperta giorno tavolo alla finestra al terrazzo fuori giardino angolo troppo presi preso impegnati incasinati pieni in trovate trovi trova buco buchetto buchino spazio spazietto posticino riesci riuscirete",
        like: "come",
        last: "la settimana scorsa l ultima lultima volta sempre al solito il mese scorso altra laltra",
        plain: &[("e il mio budget", "beh"), ("e quello che ho", "beh"), ("e tutto quello che ho", "beh"), ("in pausa pranzo", "beh"), ("dopo la palestra", "beh"), ("dopo il turno", "beh"), ("dopo la scuola", "beh"), ("subito dopo il lavoro", "beh"), ("dopo ufficio", "beh"), ("nella pausa pranzo", "beh"), ("non vediamo lora", "grazie"), ("andando al lavoro", "beh"), ("prima del lavoro", "beh"), ("dopo il lavoro", "beh"), ("subito dopo scuola", "beh"), ("dopo scuola", "beh"), ("e poi vediamo", "beh"), ("il prima possibile", "grazie"), ("dopo pranzo", "beh"), ("piu o meno", "circa"), ("alla fine", "finalmente"),
            ("aspetti che conto", "beh"), ("aspetta che conto", "beh"), ("stavo pensando", "penso"), ("stavamo pensando", "pensiamo"), ("e basta", "beh"),
            
            ("non vedo lora", "grazie"), ("a presto", "grazie"), ("ci vediamo li", "grazie"), ("ci vediamo", "grazie"),
             ("secondo me", "penso"), ("tutto il giorno", "beh")],
    },
];

#[cfg(test)]
mod tests {
    use super::{super::inside, without};

    #[test]
    fn a_condition_of_the_business_is_left_out() {
        for (language, text, left) in [
            ("en", "friday if you have space, my tooth hurts", "friday, my tooth hurts"),
            ("en", "friday like last week", "friday"),
            ("es", "a las 5 si os va bien", "a las 5"),
            ("fr", "à 10h si ça vous va", "à 10h"),
            ("de", "um 10 wenns recht ist", "um 10"),
            ("pt", "às 10 se der jeito", "às 10"),
            ("it", "alle 10 se avete posto", "alle 10"),
        ] {
            assert_eq!(without(text, language), left, "{text}");
        }
    }

    #[test]
    fn a_longer_text_than_a_sentence_is_left_alone() {
        let text = |bytes: usize| format!("{}friday if you can", " ".repeat(bytes - "friday if you can".len()));
        assert_eq!(without(&text(inside::SENTENCE_BYTES_MAX), "en"), "friday");
        let longer = text(inside::SENTENCE_BYTES_MAX + 1);
        assert_eq!(without(&longer, "en"), longer);
    }

    #[test]
    fn a_condition_of_the_contact_stays() {
        for text in
            ["friday if I can", "friday if my boss lets me", "if you have space", "at 5 if you have nothing at 4"]
        {
            assert_eq!(without(text, "en"), text);
        }
    }
}
