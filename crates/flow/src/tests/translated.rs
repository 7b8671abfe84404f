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
