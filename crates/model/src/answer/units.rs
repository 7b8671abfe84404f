//! Tells that a number counts or measures something else than the question asks for: to "How many dogs do you have?",
//! `two years`, `12 kg`, `two children` and `45 euros` are no answer.

mod sizes;

use super::{
    AnswerContext, currency,
    words::{self, frames},
};
use crate::{
    base::phone,
    matching::{fold, has_word},
};

/// Units that answer the same questions.
struct Measure {
    /// The units themselves, folded and separated by commas.
    units: &'static str,
    /// Words of a question for this measure. Those of four letters and more are first letters of words.
    asked: &'static str,
}

/// True if the number of the message has a unit for which the question does not ask. A question that names neither a
/// measure nor a thing (`How much?`) takes all of them but a share.
pub fn is_another(text: &str, hearing: &AnswerContext<'_>) -> bool {
    let question = hearing.question;
    if question.is_empty() {
        return false;
    }
    let asked = fold(&question.replace(['\'', '’'], " "));
    let said = apart(text);
    let wanted: Vec<&str> =
        MEASURES.iter().filter(|measure| asks_for(&asked, measure)).flat_map(|measure| list(measure.units)).collect();
    let counts_something = counted_thing(&asked);
    let is_other = |unit: &str| {
        let is_share = SHARES.contains(&unit);
        !shares_stem(&asked, unit)
            && !wanted.contains(&unit)
            && !PIECES.contains(&unit)
            && (counts_something || !wanted.is_empty() || is_share && is_open(&asked))
    };
    // Only a price that is asked for has the currency of the country.
    let asks_price = MEASURES.first().is_some_and(|money| asks_for(&asked, money));
    let country = hearing.phone.filter(|_| asks_price).and_then(phone::country);
    currency::is_another(text, question, country)
        || sizes::is_another(&asked, &said, question, text)
        || units_of(&said, text, hearing).iter().any(|unit| is_other(unit))
        || says_of_us(&said.join(" "), hearing) && is_other("people")
}

/// True if the question asks for a price and for no weight, length, volume or share: `peso` is a coin and a weight.
pub fn asks_price(question: &str) -> bool {
    let asked = fold(&question.replace(['\'', '’'], " "));
    let is_of = |places: std::ops::Range<usize>| MEASURES[places].iter().any(|measure| asks_for(&asked, measure));
    let names_coins = || COINS.iter().any(|coin| has_word(&asked, coin));
    !question.is_empty() && (names_coins() || is_of(0..1) && !is_of(1..MEASURES_OF_A_THING))
}

/// Currencies in a question for a price; the singular `peso` is a weight, too.
const COINS: [&str; 14] = [
    "pesos", "euro", "euros", "dollars", "dolares", "dollari", "dolar", "reais", "soles", "francs", "franken",
    "franchi", "francos", "mxn",
];

/// The first measures of the table: money, shares, weights, lengths and volumes.
const MEASURES_OF_A_THING: usize = 5;

/// The words of a text, with blanks between figures and letters.
fn apart(text: &str) -> Vec<String> {
    let mut out = String::with_capacity(text.len() + 4);
    for c in text.replace(['\'', '’'], " ").chars() {
        if out.ends_with(|last: char| last.is_ascii_digit()) && c.is_alphabetic() {
            out.push(' ');
        }
        out.push(c);
    }
    fold(&out).split(' ').filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

/// The units directly behind a number, and the signs of shares and of money.
fn units_of(said: &[String], text: &str, hearing: &AnswerContext<'_>) -> Vec<&'static str> {
    let own = words::own(hearing.language);
    let is_number = |word: &str| {
        word.bytes().all(|byte| byte.is_ascii_digit())
            || words::all(hearing.language).any(|words| words.spelled(word).is_some())
    };
    let mut found = Vec::new();
    for place in 1..said.len() {
        if !is_number(&said[place - 1]) {
            continue;
        }
        let pair = said.get(place + 1).map(|next| format!("{} {next}", said[place])).unwrap_or_default();
        let is_here = |unit: &&'static str| **unit == said[place] || **unit == pair;
        found.extend(MEASURES.iter().flat_map(|measure| list(measure.units)).find(is_here));
        found.extend(own.into_iter().flat_map(|own| own.counted.iter().copied()).find(is_here));
    }
    if text.contains('%') {
        found.push("percent");
    }
    if text.contains(['€', '$', '£', '¥', '₹', '¢']) {
        found.push("euro");
    }
    found
}

fn says_of_us(said: &str, hearing: &AnswerContext<'_>) -> bool {
    let own = words::own(hearing.language).map_or("en", |own| own.language);
    frames::of(own).is_some_and(|frame| list(frame.of_us).any(|phrase| has_word(said, phrase)))
}

fn asks_for(asked: &str, measure: &Measure) -> bool {
    let begins = |stem: &str| asked.split(' ').any(|word| word.starts_with(stem));
    let names = |unit: &str| SHORT_UNITS.contains(&unit) && has_word(asked, unit);
    list(measure.asked).any(|stem| has_word(asked, stem) || stem.len() >= STEM_CHARS && begins(stem))
        || list(measure.units).any(names)
}

/// Units of two letters that are no other word in a question.
const SHORT_UNITS: [&str; 5] = ["kg", "km", "cm", "mm", "lb"];

/// True if the question counts people, or does not say what it counts.
pub fn asks_for_people(asked: &str) -> bool {
    let of_people =
        MEASURES.iter().filter(|measure| list(measure.units).any(|unit| unit == "people" || unit == "kids"));
    !counted_thing(asked) || of_people.into_iter().any(|measure| asks_for(asked, measure))
}

fn list(words: &'static str) -> impl Iterator<Item = &'static str> {
    words.split(',').map(str::trim)
}

/// True if the question has a word that begins as the unit does: `dogs` of `How many dogs?`
fn shares_stem(asked: &str, unit: &str) -> bool {
    let stem: String = unit.chars().take(STEM_CHARS).collect();
    has_word(asked, unit) || unit.len() >= STEM_CHARS && asked.split(' ').any(|word| word.starts_with(&stem))
}

const STEM_CHARS: usize = 4;

/// True if the question counts things that it names: `How many dogs do you have?`, but not `How many?`
fn counted_thing(asked: &str) -> bool {
    let said: Vec<&str> = asked.split(' ').filter(|word| !word.is_empty()).collect();
    let is_plain = |word: &str| words::every().into_iter().any(|words| super::inside::is_carrier(words, word));
    let is_thing = |behind: &[&str]| {
        let noun = behind.iter().find(|word| !["de", "d", "di", "of"].contains(*word));
        noun.is_some_and(|noun| !is_plain(noun) || asked_things(noun))
    };
    (0..said.len()).any(|place| {
        let pair = said.get(place + 1).map(|next| [said[place], *next]);
        let length = if pair.is_some_and(|pair| HOW_MANY_PAIRS.contains(&pair)) {
            2
        } else if HOW_MANY.contains(&said[place]) {
            1
        } else {
            return false;
        };
        is_thing(&said[place + length..])
    })
}

/// Words that are neutral in a sentence and things in a question: `How many children?`
fn asked_things(noun: &str) -> bool {
    MEASURES.iter().any(|measure| list(measure.asked).chain(list(measure.units)).any(|word| word == noun))
}

const HOW_MANY: [&str; 8] = ["combien", "cuantos", "cuantas", "wieviele", "quantos", "quantas", "quanti", "quante"];
const HOW_MANY_PAIRS: [[&str; 2]; 2] = [["how", "many"], ["wie", "viele"]];

/// True for a question without any noun: `How much?`, `Combien ?`
fn is_open(asked: &str) -> bool {
    asked.split(' ').filter(|word| !word.is_empty()).count() <= 2
}

/// Words for a part of a thing, which every question for a number of things takes.
const PIECES: [&str; 14] = [
    "pieces", "piece", "items", "item", "units", "unit", "piezas", "unidades", "pieces", "stuck", "stueck", "pecas",
    "pezzi", "unita",
];

const SHARES: [&str; 6] = ["percent", "per cent", "prozent", "por ciento", "pour cent", "por cento"];

const MEASURES: [Measure; 10] = [
    Measure {
        units: "varos, varo, pesitos, balles, euro, euros, euritos, eurillos, eur, dollar, dollars, usd, bucks, pound, pounds, gbp, quid, dolar, dolares, peso, \
            pesos, sol, soles, franc, francs, franken, chf, francos, franchi, livres, libras, pfund, sterline, \
            real, reais, brl, dollari, dollaro, cent, cents, centimes, centavos, centimos, centesimi, rupees, \
            dirhams, dinars, kwanzas, meticais, quetzales, lempiras, colones, bolivianos, contos",
        asked: "pay, paid, spend, spent, cost, pric, amount, budget, donat, deposit, fee, salar, rent, money, worth, \
            invest, income, tip, offer, euro, dollar, pound, pagar, paga, pago, gastar, gastas, gasto, cuesta, \
            preci, importe, presupuest, donar, fianza, alquil, dinero, payer, paye, depens, cout, prix, montant, \
            don, verser, loyer, argent, bezahl, zahlen, zahlst, ausgeb, kost, preis, betrag, miete, gehalt, \
            geld, kaution, custa, custo, preco, valor, orcament, doar, dinheiro, prezz, importo, versare, \
            affitt, stipend, soldi, cauzion, peso, reais, franken, francs, like to give, want to give, you give, \
            quiere dar, quieres dar, voulez vous donner, veux tu donner, vuole dare, vuoi dare, donare, sie geben, du geben, quer dar, trinkgeld, propina, pourboire, gorjeta, mancia, cobr, de anticipo, el anticipo, acompte, arrhes, anzahlung, charged, addebit",
    },
    Measure {
        units: "percent, per cent, prozent, por ciento, pour cent, por cento, per cento",
        asked: "percent, prozent, ciento, pourcent, cento, rate, discount, rabatt, descuento, remise, sconto, \
            desconto, taux, zinssatz, tasa, taxa, alcohol, humid, batter, commission, comision, provision",
    },
    Measure {
        units: "kg, kgs, kilo, kilos, kilogram, kilograms, kilogramm, kilogramme, kilogrammes, kilogramos, quilo, \
            quilos, chilo, chili, chilogrammi, g, gr, gram, grams, gramm, gramme, grammes, gramos, gramas, \
            grammi, mg, lb, lbs, oz, pounds, pfund, libras, livres, tons, toneladas, tonnes, tonnen",
        asked: "weigh, heavy, kilo, gram, peso, pesa, pesas, poids, pese, pesez, wieg, gewicht, schwer, quilo, chil, \
            dose, dosis, carry",
    },
    Measure {
        units: "km, kms, kilometer, kilometers, kilometre, kilometres, kilometros, quilometros, chilometri, cm, cms, \
            centimeters, centimetres, zentimeter, centimetros, centimetri, mm, m, meter, meters, metre, metres, \
            metros, metri, miles, feet, ft, inches, m2, qm, sqm",
        asked: "tall, high, height, long, wide, width, length, far, distance, distanc, size, big, large, mide, \
            mides, altura, alto, alta, ancho, largo, lejos, taille, longueur, haut, mesur, loin, gross, hoch, \
            breit, lang, weit, entfern, mede, meco, comprim, longe, lungh, lontan, kilomet, quilomet, chilomet, \
            metr, measur, area, surface, flache",
    },
    Measure {
        units: "l, ltr, liter, liters, litre, litres, litros, litri, ml",
        asked: "liter, litre, litr, volum, capacit, capacid, tank",
    },
    Measure {
        units: "anitos, aninhos, years, year, yrs, yr, years old, year old, ans, an, annees, anos, ano, jahre, jahr, jahren, anni, \
            anno",
        asked: "old, age, year, long, edad, anos, ano, tiempo, ans, annee, temps, alt, alter, jahr, lange, idade, \
            tempo, eta, anni, anno",
    },
    Measure {
        units: "times, veces, vez, fois, mal, vezes, volte, volta",
        asked: "times, often, veces, fois, souvent, oft, mal, haufig, vezes, volte, spesso, menudo, frequen",
    },
    Measure {
        units: "nights, night, noche, noches, nuit, nuits, nacht, nachte, naechte, noite, noites, notte, notti",
        asked: "night, noche, nuit, nacht, noite, nott, stay, long, bleiben, rester, quedar, ficar, restare, lange",
    },
    Measure {
        units: "couverts, couvert, pers, people, persons, person, guests, guest, adults, adult, of us, pax, participants, men, women, \
            friends, guys, persona, personas, adulto, adultos, invitados, mujeres, hombres, amigos, comensales, \
            participantes, de nosotros, personne, personnes, adulte, adultes, invites, femmes, hommes, amis, \
            convives, personen, leute, erwachsene, gaste, teilnehmer, frauen, manner, freunde, pessoa, pessoas, \
            convidados, mulheres, homens, persone, adulti, ospiti, donne, uomini, amici, coperti, partecipanti, \
            seats, seat, places, place, tickets, ticket, plazas, entradas, billets, billet, platze, karten, \
            karte, lugares, bilhetes, posti, biglietti",
        asked: "people, person, guest, adult, pax, particip, of you, many are you, many will you be, ticket, seat, place, \
            cover, viendrez, vais a ser, van a ser, cuantos vais, cuantos van, cuantos son, cuantos sereis, vao ser, quantos vao, werdet ihr, wie viele werdet, werden sie sein, seid ihr, in quanti, serez vous, venez, verrete, venite, invitad, comensal, entrada, plaza, sois, seran, seremos, vendreis, vendran, vendras, venis, vienen, asistir, etes vous, serez, convive, invite, \
            billet, couvert, leute, erwachsen, gast, gaste, teilnehm, platz, karten, sind sie, seid, pessoa, \
            convidad, bilhete, lugar, sao, serao, virao, voces vem, ospit, coperti, bigliett, posti, siete, sarete, table, mesa, \
            tisch, tavol, come, eat, attend, join, players, group, travel",
    },
    Measure {
        units: "kids, kid, children, child, ninos, nino, ninas, hijos, hijo, enfants, enfant, kinder, kind, \
            criancas, crianca, filhos, bambini, bambino, figli",
        asked: "kid, kids, child, nino, nina, hijo, hija, enfant, kind, kinder, crianca, filho, bambin, figli, fils",
    },
];

#[cfg(test)]
mod tests {
    use super::{super::tests::hearing, *};

    #[test]
    fn a_number_has_the_unit_that_the_question_asks_for() {
        for (question, text, another) in [
            ("How many dogs do you have?", "two", false),
            ("How many dogs do you have?", "two dogs", false),
            ("How many dogs do you have?", "two years", true),
            ("How many dogs do you have?", "12 kg", true),
            ("How many dogs do you have?", "45 euros", true),
            ("How many dogs do you have?", "we are two", true),
            ("How many people?", "we are two", false),
            ("How many people?", "4 guests", false),
            ("How heavy is your dog?", "12 kg", false),
            ("How many kg does it weigh?", "12 kilos", false),
            ("How many km a year?", "9000 kilometres", false),
            ("How heavy is your dog?", "12 euros", true),
            ("How much would you like to pay?", "45 €", false),
            ("How much would you like to pay?", "45 %", true),
            ("How much would you like to pay?", "45 dollars", true),
            ("How much?", "45 kg", false),
            ("How much?", "45 %", true),
            ("", "45 %", false),
        ] {
            let hearing = AnswerContext { question, ..hearing("en") };
            assert_eq!(is_another(text, &hearing), another, "{question} {text}");
        }
    }
}
