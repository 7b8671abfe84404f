//! Tests what people write to a question with options, on live questions: with buttons, a list, and options in the text.

use super::{Talk, check};
use crate::model::channel_limits::{ChannelLimits, META};
use std::sync::LazyLock;

const FILES: [(&str, &str); 6] = [
    ("en", include_str!("../../../../tests/answers/hostile/en.txt")),
    ("es", include_str!("../../../../tests/answers/hostile/es.txt")),
    ("fr", include_str!("../../../../tests/answers/hostile/fr.txt")),
    ("de", include_str!("../../../../tests/answers/hostile/de.txt")),
    ("pt", include_str!("../../../../tests/answers/hostile/pt.txt")),
    ("it", include_str!("../../../../tests/answers/hostile/it.txt")),
];

/// A platform on which nothing can be tapped: the options are numbered lines.
static TYPED: LazyLock<ChannelLimits> = LazyLock::new(|| ChannelLimits { buttons_max: 0, rows_max: 0, ..META.clone() });

/// The lines of all sections of this name, each with the meant value; `None`: none is meant.
fn lines<'t>(text: &'t str, section: &str) -> Vec<(&'t str, Option<&'t str>)> {
    let mut is_inside = false;
    let all = text.lines().filter(|line| {
        if line.starts_with('[') {
            is_inside = *line == format!("[{section}]");
        }
        is_inside && !line.starts_with(['[', '#']) && !line.is_empty()
    });
    all.map(|line| line.split_once(" => ").map_or((line, None), |(said, meant)| (said, Some(meant)))).collect()
}

/// The answer that the flow goes on with, after a question and this message.
fn taken(language: &str, ask: &str, carries: &'static ChannelLimits, said: &str) -> Option<String> {
    let bot = format!("bot: Test\nlanguage: {language}\n");
    let flow = format!("flow: it\nwhen: [{{message: go}}]\nsteps:\n  - {{{ask}, as: it}}\n  - say: 'TAKEN ${{it}}'\n");
    let mut talk = Talk::new(&bot, &flow);
    talk.carries = carries;
    talk.line("< go").unwrap();
    talk.unread.clear();
    talk.line(&format!("< {said}")).unwrap();
    talk.unread.iter().find_map(|text| text.strip_prefix("TAKEN ").map(str::to_owned))
}

fn field<'t>(text: &'t str, name: &str) -> &'t str {
    text.lines().find_map(|line| line.strip_prefix(name)).expect("the file names it")
}

/// Compares what is taken with what is meant, for all lines of both sections.
fn compare(
    language: &str,
    text: &str,
    kind: &str,
    ask: &str,
    carries: &'static ChannelLimits,
    known: impl Fn(&str) -> bool,
) {
    let sections = ["refused", "short"].map(|form| lines(text, &format!("{kind} {form}")));
    for (said, meant) in sections.into_iter().flatten().filter(|(_, meant)| meant.is_none_or(&known)) {
        assert_eq!(taken(language, ask, carries, said).as_deref(), meant, "{language} {kind}: {said}");
    }
}

#[test]
fn an_option_is_taken_from_a_text_that_says_nothing_else() {
    for (language, text) in FILES {
        let options: Vec<&str> = field(text, "options ").split('|').collect();
        let ask =
            |count: usize| format!("ask: '{}', options: [{}]", field(text, "question "), options[..count].join(", "));
        compare(language, text, "choice", &ask(4), &META, |_| true);
        compare(language, text, "choice", &ask(4), &TYPED, |_| true);
        // Three options are buttons.
        compare(language, text, "choice", &ask(3), &META, |meant| options[..3].contains(&meant));
    }
}

#[test]
fn a_title_in_a_sentence_is_no_yes_or_no() {
    for (language, text) in FILES {
        for carries in [&META, &*TYPED] {
            compare(language, text, "yesno", "ask: Sure?, type: yesno", carries, |_| true);
        }
    }
}

const COLOUR: &str = "flow: colour
when: [{message: hi}]
steps:
  - {ask: Which colour?, as: colour, options: [Red, Green, Deep blue]}
  - say: You chose ${colour}.
";

#[test]
fn two_options_are_asked_back_and_the_others_still_count() {
    let asked = "< hi\n> Which colour? [Red] [Green] [Deep blue]\n< deep blue or green\n> Which one do you mean? [Green] [Deep blue]\n";
    check(COLOUR, &format!("{asked}<- Green\n> You chose Green."));
    check(COLOUR, &format!("{asked}< red\n> You chose Red."));
    // A number counts the buttons of the newest message.
    check(COLOUR, &format!("{asked}< 1\n> You chose Green."));
    let invalid = "> Sorry, I did not get that. [Red] [Green] [Deep blue]";
    check(COLOUR, &format!("{asked}+11s\n< 3\n{invalid}\n< 1\n> You chose Red."));
    check(COLOUR, &format!("< hi\n> Which colour? [Red] [Green] [Deep blue]\n< neither red nor green\n{invalid}"));
}

#[test]
fn asking_which_option_costs_a_try_and_the_last_one_asks_nothing() {
    let flow = COLOUR.replace("as: colour,", "as: colour, tries: 2, on_fail: [{say: Enough.}, end],");
    let asked =
        "< hi\n> Which colour? [Red] [Green] [Deep blue]\n< red or green\n> Which one do you mean? [Red] [Green]\n";
    check(&flow, &format!("{asked}+11s\n< red or green\n> Enough."));
}

#[test]
fn an_option_that_is_called_yes_or_no_is_not_taken_from_another_sentence() {
    let ask = "ask: Well?, options: ['Yes', 'No', Later]";
    for (said, meant) in [
        ("no idea", None),
        ("no problem", None),
        ("no, that's fine", None),
        ("I have no time", None),
        ("yes but not today", None),
        ("yes?", Some("Yes")),
        ("no thanks", Some("No")),
        ("yes please, thanks", Some("Yes")),
        ("later please", Some("Later")),
    ] {
        assert_eq!(taken("en", ask, &META, said).as_deref(), meant, "{said}");
    }
}

#[test]
fn another_word_is_no_typing_error() {
    for (options, said, meant) in [
        ("16 GB, 64 GB", "18 gb", None),
        ("Room 12, Room 14", "room 13", None),
        ("Plan A, Other", "plan b", None),
        ("Impossible, Later", "possible", None),
        ("Junio, Agosto", "julio", None),
        ("Interested, Later", "uninterested", None),
        ("Appointment, Later", "apointment", Some("Appointment")),
        ("Deep blue, Red", "deep bleu", Some("Deep blue")),
        ("Deep blue, Red", "deepblue", Some("Deep blue")),
    ] {
        let ask = format!("ask: Which?, options: [{options}]");
        assert_eq!(taken("en", &ask, &META, said).as_deref(), meant, "{said} of {options}");
    }
}

#[test]
fn a_number_beside_titles_with_figures_is_not_the_number_of_an_option() {
    let ask = "ask: How many?, options: [1-2 people, 3-4 people, 5 or more]";
    assert_eq!(taken("en", ask, &META, "3"), None);
    // Where the options stand in the text with their numbers, it is.
    assert_eq!(taken("en", ask, &TYPED, "3").as_deref(), Some("5 or more"));
    assert_eq!(taken("en", "ask: Which?, options: [Red, Green]", &META, "2").as_deref(), Some("Green"));
}

#[test]
fn a_figure_is_the_value_of_a_typed_question_and_not_the_number_of_an_option() {
    let mark = "ask: 'From 1 to 5, how was it?', type: whole, options: [I say nothing]";
    let cost = "ask: How much was it?, type: number, options: [I say nothing]";
    let room = "ask: Which room?, type: text, options: [None yet]";
    let hour = "ask: At what time?, type: time, options: [Later]";
    let day = "ask: Which day?, type: date, options: [Another day]";
    for carries in [&META, &*TYPED] {
        for (ask, said, meant) in [
            (mark, "1", Some("1")),
            (mark, "1 please", Some("1")),
            (mark, "option 1", Some("I say nothing")),
            (mark, "I say nothing", Some("I say nothing")),
            (cost, "1", Some("1")),
            (room, "1", Some("1")),
            (room, "number 1", Some("number 1")),
            (room, "option 1", Some("None yet")),
            (hour, "1", Some("13:00")),
            (day, "the 1st", Some("2026-12-01")),
            // A day of the month or an option: neither is taken.
            (day, "1", None),
            ("ask: Which?, options: [Red, Green]", "2", Some("Green")),
        ] {
            assert_eq!(taken("en", ask, carries, said).as_deref(), meant, "{ask}: {said}");
        }
    }
    // Where the options stand in the text, a number shown beside them would be another answer than the typed one.
    for (ask, is_numbered) in [(mark, false), (room, false), ("ask: Which?, options: [Red, Green]", true)] {
        let flow = format!("flow: it\nwhen: [{{message: go}}]\nsteps:\n  - {{{ask}, as: it}}\n");
        let mut talk = Talk::new("bot: Test\nlanguage: en\n", &flow);
        talk.carries = &TYPED;
        talk.line("< go").unwrap();
        assert_eq!(talk.unread.iter().any(|text| text.contains("1. ")), is_numbered, "{ask}: {:?}", talk.unread);
    }
}

#[test]
fn a_no_takes_the_only_option_that_begins_so() {
    let ask = "ask: '¿Confirmo la reserva?', options: ['Sí, confirmar', Cambiar fechas, No por ahora]";
    for (said, meant) in [
        ("no", Some("No por ahora")),
        ("no, gracias", Some("No por ahora")),
        ("va", Some("Sí, confirmar")),
        ("cambiar", Some("Cambiar fechas")),
        ("cambiar las fechas", Some("Cambiar fechas")),
        ("no, cambia las fechas", None),
    ] {
        assert_eq!(taken("es", ask, &META, said).as_deref(), meant, "{said}");
    }
    let ask = "ask: 'Shall we call you?', options: ['Yes, please', Not now, Never]";
    assert_eq!(taken("en", ask, &META, "no"), None);
    let ask = "ask: 'Je confirme la réservation ?', options: ['Oui, confirmer', Changer les dates, Pas maintenant]";
    assert_eq!(taken("fr", ask, &META, "non merci").as_deref(), Some("Pas maintenant"));
}

#[test]
fn a_free_time_is_named_in_other_words() {
    let slots = "ask: When?, options: ['9:30', '10:00', '17:00', Another day]";
    for (language, said, meant) in [
        ("es", "a las 10", Some("10:00")),
        ("es", "a las cinco de la tarde", Some("17:00")),
        ("es", "a las 5", Some("17:00")),
        ("en", "10am", Some("10:00")),
        ("en", "at half past nine please", Some("9:30")),
        ("fr", "à 17h", Some("17:00")),
        ("de", "um 10 Uhr", Some("10:00")),
        ("pt", "às 17h", Some("17:00")),
        ("it", "alle 10", Some("10:00")),
        // It is not among the free times.
        ("es", "a las 11", None),
        ("en", "not at 10", None),
        ("en", "10 or 17", None),
        ("en", "another day", Some("Another day")),
    ] {
        assert_eq!(taken(language, slots, &META, said).as_deref(), meant, "{language}: {said}");
    }
}

#[test]
fn a_time_of_another_day_is_not_taken_for_the_day_of_the_flow() {
    // Today is Friday, 2026-11-20; the flow asks for a time of Friday, 2026-11-27.
    for kind in ["options: ['9:30', '10:00', '17:00']", "type: time"] {
        for (language, said, meant) in [
            ("en", "saturday at 10", None),
            ("en", "tomorrow at 10", None),
            ("en", "10am today", None),
            ("en", "friday at 10", Some("10:00")),
            ("en", "at 10", Some("10:00")),
            ("es", "mañana a las 10", None),
            ("es", "a las 10 del lunes", None),
            ("es", "el viernes a las 10", Some("10:00")),
            ("fr", "demain à 10h", None),
            ("fr", "10h samedi", None),
            ("fr", "vendredi à 10h", Some("10:00")),
            ("de", "Samstag 10 Uhr", None),
            ("de", "morgen um 10", None),
            ("de", "morgen 10:00", None),
            ("de", "10 Uhr am 28.11.", None),
            ("de", "Freitag 10 Uhr", Some("10:00")),
            ("de", "Guten Morgen, 10 Uhr bitte", Some("10:00")),
            ("pt", "amanhã às 10", None),
            ("pt", "às 10 de segunda", None),
            ("it", "alle 10 di sabato", None),
            ("it", "domani alle 10", None),
            ("it", "venerdì alle 10", Some("10:00")),
        ] {
            let bot = format!("bot: Test\nlanguage: {language}\n");
            let flow = format!(
                "flow: it\nwhen: [{{message: go}}]\nsteps:\n  - set: {{on: '${{date(\"2026-11-27\")}}'}}\n  - {{ask: When?, {kind}, \
                 as: it}}\n  - say: 'TAKEN ${{it}}'\n"
            );
            let mut talk = Talk::new(&bot, &flow);
            talk.line("< go").unwrap();
            talk.unread.clear();
            talk.line(&format!("< {said}")).unwrap();
            let taken = talk.unread.iter().find_map(|text| text.strip_prefix("TAKEN "));
            assert_eq!(taken, meant, "{language}, {kind}: {said}");
        }
    }
}
