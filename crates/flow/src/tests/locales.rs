//! Files of translations that are written anew: their order, their comments, and words in PO files.

use crate::{
    FlowSet,
    base::place::SourceFile,
    parse_set,
    tools::{
        i18n::{Taken, Unused, extract, to_po, words},
        po,
    },
};

const FLOWS: [(&str, &str); 3] = [
    ("flows/_bot.yaml", "language: en\nlanguages: {en: [], es: [en], es_MX: [es]}\n"),
    (
        "flows/course.yaml",
        "flow: course\nwhen: [{message: [course, \"hello, course\"]}]\nstop_when: [{message: enough}]\nsteps:\n  \
         - say: One\n  - ask: Two?\n    options: [Red, Blue, Green]\n  - say: Three\n",
    ),
    ("flows/hours.yaml", "flow: hours\nwhen: [{message: hours}]\nsteps:\n  - say: From nine to five\n"),
];

fn set(locale: &str) -> FlowSet {
    let files = FLOWS.iter().copied().chain([("locales/es.yaml", locale)]);
    let files: Vec<_> = files.map(|(path, text)| SourceFile::new(path, text)).collect();
    let (set, findings) = parse_set(&files);
    assert!(findings.iter().all(|finding| !finding.is_error()), "{findings:?}");
    set
}

fn written(locale: &str) -> String {
    extract(&set(locale), "es", &Taken::nothing(), Unused::Kept)
}

/// The first words of lines that begin with one of these.
fn keys(file: &str, wanted: &[&str]) -> Vec<String> {
    let keys = file.lines().filter_map(|line| line.trim().split(':').next());
    keys.filter(|key| wanted.contains(key)).map(str::to_owned).collect()
}

#[test]
fn the_order_of_an_author_stays_and_new_keys_stand_where_they_belong() {
    let file = written(
        "locale: es\nphrases: {more: Más cosas, choose: Elige}\nhours.say_1: {from: From nine to five, to: De nueve a \
         cinco}\ncourse.say_2: {from: Three, to: Tres}\ncourse.ask_1: {from: \"Two?\", to: \"¿Dos?\", options: {Green: \
         Verde, Red: Rojo}}\n",
    );
    let all = ["phrases", "words", "hours.say_1", "course.say_1", "course.ask_1", "course.say_2"];
    let order = ["phrases", "hours.say_1", "course.say_2", "course.say_1", "course.ask_1", "words"];
    assert_eq!(keys(&file, &all), order, "{file}");
    assert_eq!(keys(&file, &["Red", "Blue", "Green"]), ["Green", "Red", "Blue"], "{file}");
    assert_eq!(keys(&file, &["choose", "more"]), ["more", "choose"], "{file}");
    assert_eq!(written(&file), file, "it stays");
}

#[test]
fn comments_of_an_author_stay() {
    let file = written(
        "# Checked by Ada.\nlocale: es\n# In Andalusia they say it otherwise.\n\n# The greeting.\ncourse.say_1:\n  # \
         short\n  from: One\n  to: Uno\nwords:\n  # both spellings\n  hours: [horario]\n",
    );
    for (comment, before) in [
        ("# Checked by Ada.", "locale: es"),
        ("# The greeting.", "course.say_1:"),
        ("  # short", "  from: One"),
        ("  # both spellings", "  course: []  # course, hello, course"),
    ] {
        let lines: Vec<&str> = file.lines().collect();
        let at = lines.iter().position(|line| *line == comment).unwrap_or_else(|| panic!("{comment}\n{file}"));
        let behind = &lines[at + 1..];
        assert!(behind.first() == Some(&before) || behind.get(1) == Some(&before), "{comment}\n{file}");
    }
    assert!(file.contains("locale: es\n# In Andalusia they say it otherwise.\n"), "{file}");
    assert_eq!(written(&file), file, "it stays");
}

#[test]
fn what_no_flow_says_is_taken_out_only_when_asked() {
    let set = set("locale: es\ngone.say_1: {from: Old, to: Viejo}\n");
    assert!(extract(&set, "es", &Taken::nothing(), Unused::Kept).contains("to: Viejo"));
    assert!(!extract(&set, "es", &Taken::nothing(), Unused::TakenOut).contains("Viejo"));
}

#[test]
fn words_go_through_a_po_file_one_in_each_line() {
    let first = set("locale: es\nwords: {hours: [horario]}\n");
    let po = to_po(&first, "es", &[]);
    let own = "msgctxt \"words#course\"\nmsgid \"\"\n\"course\\n\"\n\"hello, course\"\nmsgstr \"\"\n";
    assert!(po.contains(own), "{po}");
    assert!(po.contains("msgctxt \"words#hours\"\nmsgid \"hours\"\nmsgstr \"horario\"\n"), "{po}");
    let filled = po
        .replace(own, &own.replace("msgstr \"\"\n", "msgstr \"curso\\nhola, curso\"\n"))
        .replace("msgid \"enough\"\nmsgstr \"\"", "msgid \"enough\"\nmsgstr \"basta\"");
    let file = extract(&first, "es", &Taken::of(&po::read(&filled).unwrap()), Unused::Kept);
    let words = "words:\n  course:  # course, hello, course\n    - curso\n    - hola, curso\n  course.stop_when:  # \
                 enough\n    - basta\n  hours:  # hours\n    - horario\n";
    assert!(file.contains(words), "{file}");
    let second = to_po(&set(&file), "es", &[]);
    assert_eq!(po::read(&second).unwrap(), po::read(&filled).unwrap());
}

#[test]
fn flows_with_words_of_a_language_are_counted() {
    let of = |locale: &str, language: &str| words(&set(locale), language);
    assert_eq!(of("locale: es\n", "es"), (0, 3));
    let two = "locale: es\nwords: {hours: [horario], course.stop_when: [basta], course: []}\n";
    assert_eq!((of(two, "es"), of(two, "es_MX")), ((2, 3), (2, 3)), "what stands in for a language has them, too");
}
