//! Tests words of other languages that start flows, and the language of new contacts.

use super::Talk;
use crate::{
    base::{limits::LIST_ROWS_MAX, place::SourceFile},
    lint, parse_set,
};

const FLOWS: &str = "flow: hours
when: [{message: [hours, opening hours]}]
steps: [{say: From nine to five.}]
---
flow: order
when: [{message: order, match: word}]
steps: [{ask: What would you like?, as: what}, {say: 'Noted: ${what}.'}]
---
flow: menu
when: [{any_message: true}]
steps: [{say: Write *hours* or *order*.}]
";

const SPANISH: &str = "locale: es
words:
  hours: [horario, ¿Cuándo abrís?]
  order: [pedido]
hours.say_1: {from: From nine to five., to: De nueve a cinco.}
order.ask_1: {from: What would you like?, to: ¿Qué deseas?}
order.say_1: {from: 'Noted: ${what}.', to: 'Apuntado: ${what}.'}
menu.say_1: {from: Write *hours* or *order*., to: Escribe *horario* o *pedido*.}
";

fn bot(language_by: &str) -> String {
    format!("bot: Test\nlanguage: en\nlanguages: {{en: [], es: []}}\nlanguage_by: {language_by}\n")
}

fn talk(bot: &str, transcript: &str) {
    let mut talk = Talk::with_files(bot, FLOWS, &[("locales/es.yaml", SPANISH)]);
    for line in transcript.lines() {
        talk.line(line).unwrap_or_else(|what| panic!("`{line}`: {what}\n{}", talk.trace.join("\n")));
    }
    talk.nothing_unread().unwrap();
}

fn codes(files: &[(&str, &str)]) -> Vec<(&'static str, String)> {
    let files: Vec<_> = files.iter().map(|(path, text)| SourceFile::new(*path, *text)).collect();
    let (set, mut all) = parse_set(&files);
    all.extend(lint(&set));
    all.into_iter().map(|finding| (finding.code, finding.to_string())).collect()
}

fn found(flows: &str, spanish: &str) -> Vec<(&'static str, String)> {
    let parts: Vec<(String, &str)> = flows
        .split("---\n")
        .map(|text| {
            let name = text.lines().next().and_then(|line| line.strip_prefix("flow: ")).unwrap();
            (format!("flows/{name}.yaml"), text)
        })
        .collect();
    let bot = bot("[greeting]");
    let mut files = vec![("flows/_bot.yaml", bot.as_str()), ("locales/es.yaml", spanish)];
    files.extend(parts.iter().map(|(path, text)| (path.as_str(), *text)));
    codes(&files)
}

#[test]
fn words_of_a_language_start_its_flow() {
    let spanish = "~ language es\n";
    for said in ["horario", "Cuando abrís", "HORARIO!"] {
        talk(&bot("[]"), &format!("{spanish}< {said}\n> De nueve a cinco."));
    }
    talk(&bot("[]"), &format!("{spanish}< quiero un pedido\n> ¿Qué deseas?\n< pan\n> Apuntado: pan."));
    // The bot's own words count for contacts of every language, and the words of a language for every contact.
    talk(&bot("[]"), &format!("{spanish}< hours\n> De nueve a cinco."));
    talk(&bot("[]"), "~ language en\n< horario\n> From nine to five.");
}

#[test]
fn the_contacts_own_language_goes_first() {
    let flows = "flow: a
when: [{message: apple}]
steps: [{say: A}]
---
flow: b
when: [{message: bread}]
steps: [{say: B}]
";
    let bot = "bot: Test\nlanguage: en\nlanguages: {en: [], es: [], pt: []}\n";
    let files = [
        ("locales/es.yaml", "locale: es\nwords: {a: [pan]}\n"),
        ("locales/pt.yaml", "locale: pt\nwords: {b: [pan]}\n"),
    ];
    for (language, said) in [("es", "A"), ("pt", "B")] {
        let mut talk = Talk::with_files(bot, flows, &files);
        for line in [format!("~ language {language}"), "< pan".into(), format!("> {said}")] {
            talk.line(&line).unwrap();
        }
    }
}

#[test]
fn a_greeting_or_a_word_tells_the_language() {
    talk(&bot("[greeting]"), "< Hola!\n> Escribe *horario* o *pedido*.\n= contact.language es");
    talk(&bot("[greeting]"), "< horario\n> De nueve a cinco.\n= contact.language es");
    talk(&bot("[greeting]"), "< hello\n> Write *hours* or *order*.\n= contact.language en");
    // A message without a known language leaves it open, and the next one may decide.
    talk(
        &bot("[greeting]"),
        "< ???\n> Write *hours* or *order*.\n< hola\n> Escribe *horario* o *pedido*.\n= contact.language es",
    );
    // A contact who has a language keeps it.
    talk(&bot("[greeting]"), "~ language en\n< hola\n> Write *hours* or *order*.");
}

#[test]
fn the_number_tells_the_language() {
    // The number begins with +34.
    talk(&bot("number"), "< hello\n> Escribe *horario* o *pedido*.\n= contact.language es");
    talk(&bot("[greeting, number]"), "< hello\n> Write *hours* or *order*.\n= contact.language en");
    talk(&bot("[greeting, number]"), "< ???\n> Escribe *horario* o *pedido*.\n= contact.language es");
}

const ASKED: &str = "> Which language do you prefer? / ¿Qué idioma prefieres? [English] [Español]";

#[test]
fn a_question_tells_the_language_and_the_first_message_is_answered_then() {
    talk(
        &bot("ask"),
        &format!(
            "< hours\n{ASKED}\n<- Español\n> De nueve a cinco.\n= contact.language es\n< hours\n> De nueve a cinco."
        ),
    );
    talk(&bot("ask"), &format!("< hours\n{ASKED}\n< español\n> De nueve a cinco."));
    // A contact who writes something else gets the bot's own language, and both messages are answered.
    talk(
        &bot("ask"),
        &format!("< hours\n{ASKED}\n< order\n> From nine to five.\n> What would you like?\n= contact.language en"),
    );
    // A language that is known by other means is not asked for.
    talk(&bot("[greeting, ask]"), "< hola\n> Escribe *horario* o *pedido*.");
}

#[test]
fn an_opt_out_word_goes_before_the_question() {
    talk(&bot("ask"), "< STOP\n> You will hear no more from us. Write START to come back.\n* drop all\n= runs 0");
    talk(
        &bot("ask"),
        &format!(
            "< hours\n{ASKED}\n< STOP\n> You will hear no more from us. Write START to come back.\n* drop all\n= runs 0"
        ),
    );
}

#[test]
fn as_many_languages_are_shown_as_a_list_has_rows() {
    let all: Vec<String> =
        (0..=LIST_ROWS_MAX).map(|n| format!("{}{}: []", char::from(b'q'), char::from(b'a' + n as u8))).collect();
    let bot = format!("bot: Test\nlanguage: en\nlanguages: {{{}}}\nlanguage_by: ask\n", all.join(", "));
    let mut talk = Talk::new(&bot, FLOWS);
    talk.line("< hours").unwrap();
    let shown = talk.unread.join(" ");
    assert!(shown.contains("English") && shown.contains("qi"), "{shown}");
    assert!(!shown.contains("qj") && !shown.contains("qk"), "{shown}");
}

#[test]
fn two_flows_with_one_word_in_a_language_are_an_error() {
    let both = SPANISH.replace("order: [pedido]", "menu: [horario]");
    let flows = FLOWS.replace("any_message: true", "message: menu");
    let all = found(&flows, &both);
    assert_eq!(all.iter().filter(|(code, _)| *code == "E409").count(), 1, "{all:?}");
    assert!(found(FLOWS, SPANISH).iter().all(|(code, _)| *code != "E409"));
}

#[test]
fn words_of_no_flow_are_told() {
    let all = found(FLOWS, &SPANISH.replace("  order: [pedido]", "  orders: [pedido]\n  menu: [carta]"));
    let told: Vec<&String> = all.iter().filter(|(code, _)| *code == "W902").map(|(_, text)| text).collect();
    assert_eq!(told.len(), 2, "{told:?}");
    assert!(told.iter().any(|text| text.contains("did you mean `order`")), "{told:?}");
    assert!(told.iter().any(|text| text.contains("no words start `menu`")), "{told:?}");
}

#[test]
fn a_promise_that_nothing_keeps_is_told() {
    let promise = |flows: &str, spanish: &str| {
        let all = found(flows, spanish);
        all.into_iter().filter(|(code, _)| *code == "W914").map(|(_, text)| text).collect::<Vec<_>>()
    };
    assert!(promise(FLOWS, SPANISH).is_empty());
    let unheard = promise(FLOWS, &SPANISH.replace("  order: [pedido]\n", ""));
    assert_eq!(unheard.len(), 1, "{unheard:?}");
    assert!(
        unheard[0].contains("`pedido` starts no flow") && unheard[0].contains("words: {order: [pedido]}"),
        "{unheard:?}"
    );
    // The word of the original text starts the flow too.
    assert!(promise(FLOWS, &SPANISH.replace("  order: [pedido]\n", "").replace("o *pedido*", "u *order*")).is_empty());
    // A word that starts no flow in the original text either is not a promise.
    let plain = FLOWS.replace("Write *hours* or *order*.", "We are *very* happy.");
    let same = SPANISH.replace("Write *hours* or *order*.", "We are *very* happy.").replace("  order: [pedido]\n", "");
    assert!(promise(&plain, &same).is_empty());
}

#[test]
fn ways_that_do_nothing_are_told() {
    let of = |text: &str| codes(&[("flows/_bot.yaml", text)]).into_iter().map(|(code, _)| code).collect::<Vec<_>>();
    assert_eq!(of("bot: T\nlanguage_by: [greeting]\n"), ["W911"]);
    assert!(of("bot: T\nlanguages: {en: [], en_GB: [en]}\nlanguage_by: [greetings]\n").contains(&"E207"));
}

#[test]
fn extract_keeps_the_words_and_lists_the_rest() {
    let spanish = SPANISH.replace("  order: [pedido]\n", "");
    let bot = bot("[greeting]");
    let flows: Vec<&str> = FLOWS.split("---\n").collect();
    let files = [
        ("flows/_bot.yaml", bot.as_str()),
        ("flows/hours.yaml", flows[0]),
        ("flows/order.yaml", flows[1]),
        ("flows/menu.yaml", flows[2]),
        ("locales/es.yaml", spanish.as_str()),
    ];
    let files: Vec<_> = files.iter().map(|(path, text)| SourceFile::new(*path, *text)).collect();
    let (set, _) = parse_set(&files);
    let text = crate::tools::i18n::extract(
        &set,
        "es",
        &crate::tools::i18n::Taken::nothing(),
        crate::tools::i18n::Unused::Kept,
    );
    let words = "words:\n  hours:  # hours, opening hours\n    - horario\n    - ¿Cuándo abrís?\n  order: []  # order\n";
    assert!(text.contains(words), "{text}");
}

#[test]
fn a_word_of_a_language_ends_a_run() {
    let flows = "flow: course\nwhen: [{message: course}]\nstop_when: [{message: enough}]\nsteps: [{say: One}, {wait: \
                 1h}, {say: Two}]\n";
    let spanish = "locale: es\nwords: {course: [curso], course.stop_when: [¡suficiente!]}\n";
    let mut talk = Talk::with_files(&bot("[greeting]"), flows, &[("locales/es.yaml", spanish)]);
    for line in ["< curso", "> One", "< Suficiente", "* run stopped", "+2h"] {
        talk.line(line).unwrap_or_else(|what| panic!("`{line}`: {what}\n{}", talk.trace.join("\n")));
    }
    talk.nothing_unread().unwrap();
    let said = found(flows, &spanish.replace("course.stop_when", "hours.stop_when"));
    assert!(said.iter().any(|(code, text)| *code == "W902" && text.contains("no flow `hours`")), "{said:?}");
    let asks = flows.replace("say: One", "say: 'Write *enough* to end it.'");
    let promised =
        "locale: es\ncourse.say_1: {from: Write *enough* to end it., to: escribe *suficiente* para terminar.}\n";
    let said = found(&asks, promised);
    let kept = said.iter().find(|(code, _)| *code == "W914").map(|(_, text)| text.as_str()).unwrap_or_default();
    assert!(
        kept.contains("`suficiente` ends no flow") && kept.contains("words: {course.stop_when: [suficiente]}"),
        "{said:?}"
    );
    // The words that stand there already go on being heard.
    let said = found(&asks, &format!("{promised}words: {{course.stop_when: [Basta]}}\n"));
    let kept = said.iter().find(|(code, _)| *code == "W914").map(|(_, text)| text.as_str()).unwrap_or_default();
    assert!(kept.contains("words: {course.stop_when: [Basta, suficiente]}"), "{said:?}");
}
