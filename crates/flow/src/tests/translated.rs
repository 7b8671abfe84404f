//! Tests what the checks and tools see in the files of other languages.

use super::Talk;
use crate::{
    base::place::SourceFile,
    lint, parse_set,
    tools::i18n::{Taken, Unused, extract, words},
};

const BOT: &str = "bot: T\nlanguage: en\nlanguages: {en: [], es: []}\n";

fn codes(flow: &str, spanish: &str) -> Vec<String> {
    let files = [("flows/_bot.yaml", BOT), ("flows/a.yaml", flow), ("locales/es.yaml", spanish)];
    let (set, mut all) = parse_set(&files.map(|(path, text)| SourceFile::new(path, text)));
    all.extend(lint(&set));
    all.iter().map(ToString::to_string).collect()
}

#[test]
fn the_expressions_of_a_translation_are_checked() {
    let flow = "flow: a\nwhen: [{message: hi}]\nsteps: [{say: 'On ${today().format(\"d MMMM\")}'}]\n";
    let spanish = |pattern: &str| {
        format!(
            "locale: es\na.say_1:\n  from: On ${{today().format(\"d MMMM\")}}\n  to: El ${{today().format(\"{pattern}\")}}\n"
        )
    };
    let found = codes(flow, &spanish("d de MMMM"));
    assert!(found.len() == 1 && found[0].starts_with("locales/es.yaml:4:20: warning[W321]"), "{found:?}");
    assert!(codes(flow, &spanish("d 'de' MMMM")).is_empty());
    // A mistake of the flow that the translation repeats has its finding in the flow.
    let both = codes(&flow.replace("d MMMM", "DD/MM"), &spanish("DD/MM").replace("d MMMM", "DD/MM"));
    assert!(both.len() == 1 && both[0].starts_with("flows/a.yaml"), "{both:?}");
}

#[test]
fn an_option_that_is_an_opt_out_word_in_a_language_is_told() {
    let flow = "flow: a\nwhen: [{message: hi}]\nsteps:\n  - ask: Which season?\n    as: season\n    options: [Low, High]\n  - say: ${title(season)}\n";
    let spanish = |low: &str| {
        format!(
            "locale: es\na.ask_1:\n  from: Which season?\n  to: ¿Qué temporada?\n  options: {{Low: {low}, High: Alta}}\n"
        )
    };
    let found = codes(flow, &spanish("Baja"));
    assert!(found.len() == 1 && found[0].contains("W418") && found[0].contains("`Baja`"), "{found:?}");
    assert!(codes(flow, &spanish("Temporada baja")).is_empty());
}

const PRICES: &str =
    "flow: a\nwhen:\n  - message: hello\n  - message: price\n    match: contains\nsteps: [{say: Hi}]\n";
const PRECIOS: &str = "locale: es\nwords: {a: [hola], a.when_2: [precio]}\na.say_1: {from: Hi, to: Aquí}\n";

#[test]
fn the_words_of_a_second_trigger_are_translated() {
    let mut talk = Talk::with_files(BOT, PRICES, &[("locales/es.yaml", PRECIOS)]);
    for line in ["~ language es", "< ¿me dices el precio?", "> Aquí", "< hola", "> Aquí"] {
        talk.line(line).unwrap();
    }
    assert_eq!(codes(PRICES, PRECIOS), Vec::<String>::new());
    let several =
        codes(PRICES, &PRECIOS.replace("{a: [hola], a.when_2: [precio]}", "\n  a: hola, buenas\n  a.when_2: [precio]"));
    assert!(several.len() == 1 && several[0].contains("[W422]"), "{several:?}");
    let wrong = codes(PRICES, &PRECIOS.replace("when_2", "when_3"));
    assert!(wrong.len() == 1 && wrong[0].contains("`a` has no 3. trigger"), "{wrong:?}");
    let files = [("flows/_bot.yaml", BOT), ("flows/a.yaml", PRICES)];
    let set = parse_set(&files.map(|(path, text)| SourceFile::new(path, text))).0;
    let file = extract(&set, "es", &Taken::nothing(), Unused::Kept);
    assert!(file.contains("  a: []  # hello\n  a.when_2: []  # price\n"), "{file}");
    assert_eq!(words(&set, "es"), (0, 2));
}

#[test]
fn the_steps_of_the_bot_are_listed_by_their_numbers() {
    let bot = format!("{BOT}defaults:\n  unanswered: [{{say: What?}}]\n  on_error: [{{say: Sorry}}]\n");
    let set = parse_set(&[SourceFile::new("flows/_bot.yaml", bot)]).0;
    let file = extract(&set, "es", &Taken::nothing(), Unused::Kept);
    assert!(file.find("_bot.say_1:") < file.find("_bot.say_2:"), "{file}");
}

const BACK: &str = "flow: a\nwhen:\n  - message: [order]\n  - message: 'order (?<n>[0-9]+)'\n    match: regex\ninputs: {n: {type: text, optional: true}}\nsteps: [{say: Hi}]\n";
const SAID: &str = "a.say_1: {from: Hi, to: Hola}\n";

#[test]
fn an_opt_out_word_of_a_language_starts_nothing() {
    let found = codes(PRICES, &PRECIOS.replace("[hola]", "[hola, baja]"));
    assert!(found.len() == 1 && found[0].contains("[W419] `baja` never starts this flow"), "{found:?}");
}

#[test]
fn a_pattern_of_a_language_stands_in_the_flow() {
    let both = "`message: ['order (?<n>[0-9]+)', 'pedido (?<n>[0-9]+)']`";
    let among = codes(BACK, &format!("locale: es\nwords: {{a: [pedido, 'pedido (?<n>[0-9]+)']}}\n{SAID}"));
    assert!(among.len() == 1 && among[0].contains("[W425]") && among[0].contains(both), "{among:?}");
    let numbered =
        codes(BACK, &format!("locale: es\nwords: {{a: [pedido], a.when_2: ['pedido (?<n>[0-9]+)']}}\n{SAID}"));
    assert!(numbered.len() == 1 && numbered[0].contains("[W902]") && numbered[0].contains(both), "{numbered:?}");
    // The cure.
    let cured = BACK.replace("'order (?<n>[0-9]+)'", "['order (?<n>[0-9]+)', 'pedido (?<n>[0-9]+)']");
    assert_eq!(codes(&cured, &format!("locale: es\nwords: {{a: [pedido]}}\n{SAID}")), Vec::<String>::new());
    // Other signs that do not count are told as in a flow.
    let star = codes(PRICES, &PRECIOS.replace("[hola]", "['hola*']"));
    assert!(star.len() == 1 && star[0].contains("[W425]"), "{star:?}");
}

fn codes_of(bot: &str, flow: &str, spanish: &str) -> Vec<String> {
    let files = [("flows/_bot.yaml", bot), ("flows/a.yaml", flow), ("locales/es.yaml", spanish)];
    let files = files.into_iter().filter(|(_, text)| !text.is_empty());
    let files: Vec<_> = files.map(|(path, text)| SourceFile::new(path, text)).collect();
    let (set, mut all) = parse_set(&files);
    all.extend(lint(&set));
    all.iter().map(ToString::to_string).collect()
}

#[test]
fn the_texts_of_the_bot_are_missing_like_those_of_flows() {
    let bot = format!(
        "{BOT}defaults: {{ask: {{invalid: Pardon?}}, old_button: That was before.}}\nreplies: {{bye: See you}}\n"
    );
    let flow = "flow: a\nwhen: [{message: hi}]\nsteps: [{say: Hi}]\n";
    let spanish = format!("locale: es\n{SAID}");
    let found = codes_of(&bot, flow, &spanish);
    assert!(found.len() == 1 && found[0].contains("[W904] 3 of 3 texts of `_bot`"), "{found:?}");
    let texts = "_bot:\n  texts: {Pardon?: ¿Perdón?, That was before.: Eso era antes., See you: Hasta luego}\n";
    assert_eq!(codes_of(&bot, flow, &format!("{spanish}{texts}")), Vec::<String>::new());
}

#[test]
fn a_template_has_a_text_in_each_language_of_the_bot() {
    let flow = |more: &str| format!("flow: a\nwhen: [{{message: hi}}]\nsteps:\n  - template: due\n{more}");
    let bot = |more: &str| format!("{BOT}templates:\n  due:\n    category: utility\n    text: It is due.\n{more}");
    let spanish = "locale: es\nwords: {a: [hola]}\n";
    let found = codes_of(&bot(""), &flow(""), spanish);
    assert!(found.len() == 1 && found[0].contains("[W904] the template `due` has no text in `es`"), "{found:?}");
    assert_eq!(codes_of(&bot("    languages: {es: {text: Ya toca.}}\n"), &flow(""), spanish), Vec::<String>::new());
    // It goes out in its own language alone.
    assert_eq!(codes_of(&bot(""), &flow("    language: en\n"), spanish), Vec::<String>::new());
}

#[test]
fn words_in_the_values_of_a_template_are_told() {
    let bot = format!(
        "{BOT}fields: {{pet: text}}\ntemplates:\n  due:\n    category: utility\n    text: It is {{{{1}}}} now.\n    examples: [Toby]\n    \
         languages: {{es: {{text: 'Es {{{{1}}}} ya.'}}}}\n"
    );
    let found = |value: &str| {
        let flow = format!("flow: a\nwhen: [{{message: hi}}]\nsteps:\n  - template: due\n    vars: [{value}]\n");
        codes_of(&bot, &flow, "locale: es\nwords: {a: [hola]}\n")
    };
    for value in ["time to brush your dog", "'${contact.pet ?? \"friend\"}'", "'${contact.pet ?? \"your pet\"}'"] {
        let found = found(value);
        assert!(found.len() == 1 && found[0].contains("[W905]"), "{value}: {found:?}");
    }
    for value in ["Toby", "Calle de la Feria 12", "'12:30'", "'${contact.pet ?? \"-\"}'"] {
        assert_eq!(found(value), Vec::<String>::new(), "{value}");
    }
    // The words of a pattern, and a style in their place.
    let quoted = found("'${today().format(\"d ''de'' MMMM\")}'");
    assert!(quoted.len() == 1 && quoted[0].contains("the words of the pattern"), "{quoted:?}");
    for value in ["'${today().format(\"full\")}'", "'${today().format(\"d MMMM\")}'"] {
        assert_eq!(found(value), Vec::<String>::new(), "{value}");
    }
    // Both findings give one advice, with and without a file of the language.
    let flow = "flow: a\nwhen: [{message: hi}]\nsteps:\n  - template: due\n    vars: ['${contact.pet}']\n";
    for spanish in ["locale: es\nwords: {a: [hola]}\n", ""] {
        let found = codes_of(&bot, flow, spanish);
        assert!(found.iter().any(|said| said.contains("[E805]") && said.contains("missing(…)")), "{found:?}");
    }
}

#[test]
fn a_long_list_of_missing_translations_says_how_many_more_there_are() {
    let says: Vec<String> = (1..=8).map(|n| format!("{{say: Text {n}}}")).collect();
    let flow = format!("flow: a\nwhen: [{{message: hi}}]\nsteps: [{}]\n", says.join(", "));
    let found = codes(&flow, "locale: es\nwords: {a: [hola]}\n");
    assert!(found.len() == 1 && found[0].ends_with("`a.say_5` and 3 more"), "{found:?}");
}
