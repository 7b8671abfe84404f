use super::*;
use crate::base::limits::{
    KNOWLEDGE_CHUNK_CHARS_MAX, KNOWLEDGE_COLUMNS_MAX, KNOWLEDGE_HEAD_BYTES_MAX, KNOWLEDGE_HEADING_CHARS_MAX,
    KNOWLEDGE_QUESTION_CHARS_MAX, KNOWLEDGE_QUESTION_WORDS_MAX, KNOWLEDGE_RANKED_MAX,
};
use jiff::civil::date;
use proptest::prelude::*;

fn read(files: &[(&str, &str)]) -> (Knowledge, Vec<String>) {
    let files: Vec<_> = files.iter().map(|(path, text)| SourceFile::new(*path, *text)).collect();
    let findings = Findings::default();
    let knowledge = Knowledge::of(&files, "en", &findings);
    (knowledge, findings.into_sorted().iter().map(|finding| format!("{} {}", finding.code, finding.place)).collect())
}

fn sound(files: &[(&str, &str)]) -> Knowledge {
    let (knowledge, findings) = read(files);
    assert!(findings.is_empty(), "{findings:?}");
    knowledge
}

fn question(text: &str) -> Question<'_> {
    Question { text, language: "en", within: &[], today: date(2026, 11, 24) }
}

/// `repairs.md#Guarantee` of each part that is found.
fn found(knowledge: &Knowledge, question: &Question<'_>) -> Vec<String> {
    let name = |found: &Found<'_>| {
        format!("{}#{}", found.document.name(), found.chunk.headings.last().map_or("", String::as_str))
    };
    knowledge.rank(question, KNOWLEDGE_RANKED_MAX).iter().map(name).collect()
}

const REPAIRS: &str = "---\ntitle: Repairs\nsource: https://shop.example/repairs\nvalid_until: 2027-03-31\n---\n\
    # Repairs\n\nWe repair bicycles of all makes.\n\n## Guarantee\n\nTwelve months on labour and parts.\n\n\
    ## How long it takes\n\nMost repairs are done in two days.\n\n### In spring\n\nA week.\n";
const OPENING: &str = "# Opening hours\n\nMonday to Friday, 9:00 to 18:00. Closed on holidays.\n";
const PRICES: &str = "item,price\nCheck-up,45 €\n\"Wheel, true\",20 €\nNew chain,35 €\n";

fn shop() -> Knowledge {
    sound(&[
        ("knowledge/faq/repairs.md", REPAIRS),
        ("knowledge/faq/opening.md", OPENING),
        ("knowledge/prices.csv", PRICES),
        ("flows/a.yaml", "flow: a"),
    ])
}

#[test]
fn a_file_is_cut_at_its_headings() {
    let knowledge = shop();
    let repairs = &knowledge.documents()[1];
    let parts: Vec<(String, &str, usize)> = knowledge
        .chunks_of(repairs)
        .iter()
        .map(|chunk| (chunk.path(), chunk.text.as_str(), knowledge.place_of(chunk).line()))
        .collect();
    let expected = [
        ("Repairs", "We repair bicycles of all makes.", 8),
        ("Repairs › Guarantee", "Twelve months on labour and parts.", 12),
        ("Repairs › How long it takes", "Most repairs are done in two days.", 16),
        ("Repairs › How long it takes › In spring", "A week.", 20),
    ];
    assert_eq!(parts, expected.map(|(path, text, line)| (path.to_owned(), text, line)));
    assert_eq!(repairs.source.as_deref(), Some("https://shop.example/repairs"));
    assert_eq!(repairs.valid_until.as_ref().map(|(last, _)| *last), Some(date(2027, 3, 31)));
}

#[test]
fn a_row_of_a_table_is_a_part_with_the_names_of_its_columns() {
    let knowledge = shop();
    let prices = knowledge.chunks_of(&knowledge.documents()[2]);
    assert_eq!(prices[1].text, "item: Wheel, true\nprice: 20 €");
    assert_eq!((prices[1].path().as_str(), knowledge.place_of(&prices[1]).line()), ("Wheel, true", 3));
    // Where the comma is the decimal sign, programs for tables write semicolons.
    let german = sound(&[("knowledge/preise.csv", "\u{feff}Leistung;Preis\r\nInspektion;45,50 €\r\n")]);
    assert_eq!(german.chunks()[0].text, "Leistung: Inspektion\nPreis: 45,50 €");
}

#[test]
fn questions_find_their_part_first() {
    let knowledge = shop();
    for (text, first) in [
        ("how long is the guarantee?", "faq/repairs.md#Guarantee"),
        ("GUARANTEES please", "faq/repairs.md#Guarantee"),
        ("when are you open", "faq/opening.md#Opening hours"),
        ("how much is a check up", "prices.csv#Check-up"),
        ("cheking a chian", "prices.csv#New chain"),
        ("is it more in spring?", "faq/repairs.md#In spring"),
    ] {
        assert_eq!(found(&knowledge, &question(text)).first().map(String::as_str), Some(first), "{text}");
    }
    for text in ["", "??", "what is the capital of France", "🚲"] {
        assert_eq!(found(&knowledge, &question(text)), [""; 0], "{text}");
    }
}

#[test]
fn only_the_named_files_and_folders_are_searched() {
    let knowledge = shop();
    let within = |names: &[&str]| {
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        found(&knowledge, &Question { within: &names, ..question("repair a chain") })
    };
    assert_eq!(within(&["prices.csv"]), ["prices.csv#New chain"]);
    assert_eq!(within(&["prices"]), within(&["knowledge/prices.csv"]));
    assert!(within(&["faq"]).iter().all(|name| name.starts_with("faq/")) && !within(&["faq"]).is_empty());
    assert_eq!(within(&["fa"]), [""; 0]);
    assert_eq!(knowledge.named("faq/repairs").count(), 1);
    let names: Vec<&str> = knowledge.names().into_iter().collect();
    assert_eq!(names, ["faq", "faq/opening.md", "faq/repairs.md", "prices.csv"]);
}

#[test]
fn what_has_expired_is_never_found() {
    let knowledge = shop();
    let on = |today| found(&knowledge, &Question { today, ..question("guarantee") });
    assert_eq!(on(date(2027, 3, 31)), ["faq/repairs.md#Guarantee"]);
    assert_eq!(on(date(2027, 4, 1)), [""; 0]);
    let rows = "item,price,valid_until\nHelmet,30 €,2026-12-24\nBell,8 €,\n";
    let knowledge = sound(&[("knowledge/offers.csv", rows)]);
    assert_eq!(knowledge.chunks()[0].text, "item: Helmet\nprice: 30 €");
    let on = |today| found(&knowledge, &Question { today, ..question("helmet or bell") }).len();
    assert_eq!((on(date(2026, 12, 24)), on(date(2026, 12, 25))), (2, 1));
}

#[test]
fn words_are_found_in_their_forms_without_accents_and_in_each_language() {
    let files = [
        ("knowledge/a.md", "---\nlanguage: es\n---\n# Revisión\n\nLa revisión de la bicicleta cuesta 45 euros.\n"),
        ("knowledge/b.md", "---\nlanguage: de\n---\n# Rücksendungen\n\nRücksendungen sind kostenlos.\n"),
        ("knowledge/c.md", "---\nlanguage: fr\n---\n# Huile\n\nNous vendons l'huile d'olive.\n"),
        ("knowledge/d.md", "---\nlanguage: ja\n---\n# 営業時間\n\n平日は九時から十八時まで営業しています。\n"),
        ("knowledge/e.md", "---\nlanguage: zh_CN\n---\n# 退货\n\n七天内可以退货退款。\n"),
        ("knowledge/f.md", "---\nlanguage: th\n---\n# การรับประกัน\n\nรับประกันหนึ่งปี\n"),
        ("knowledge/g.md", "---\nlanguage: ar\n---\n# الضمان\n\nالضمان سنة واحدة.\n"),
    ];
    let knowledge = sound(&files);
    for (text, language, file) in [
        ("cuánto cuestan las revisiones", "es", "a.md"),
        ("REVISION", "es", "a.md"),
        ("ruecksendung? Rucksendung!", "de", "b.md"),
        ("vous avez de l’huile?", "fr", "c.md"),
        ("営業は何時から?", "ja", "d.md"),
        ("我想退货", "zh", "e.md"),
        ("มีการรับประกันไหม", "th", "f.md"),
        ("كم مدة الضمان؟", "ar", "g.md"),
    ] {
        let all = found(&knowledge, &Question { language, ..question(text) });
        assert!(all.first().is_some_and(|name| name.starts_with(file)), "{text}: {all:?}");
    }
}

#[test]
fn of_two_languages_the_one_of_the_customer_comes_first() {
    let files = [
        ("knowledge/en.md", "# iPhone 13\n\nScreen in one hour.\n"),
        ("knowledge/es.md", "---\nlanguage: es\n---\n# iPhone 13\n\nPantalla en una hora.\n"),
    ];
    let knowledge = sound(&files);
    let first = |language| found(&knowledge, &Question { language, ..question("iphone 13") }).remove(0);
    assert_eq!((first("en"), first("es_MX")), ("en.md#iPhone 13".to_owned(), "es.md#iPhone 13".to_owned()));
}

#[test]
fn a_number_is_never_taken_for_another() {
    let knowledge = sound(&[("knowledge/a.md", "# Models\n\nWe repair the 10234 and the AB1234567.\n")]);
    assert_eq!(found(&knowledge, &question("do you repair the 10235 AB1234568?")), ["a.md#Models"]);
    assert_eq!(found(&knowledge, &question("10235 AB1234568")), [""; 0]);
    assert_eq!(found(&knowledge, &question("10234")), ["a.md#Models"]);
}

#[test]
fn each_word_says_how_it_was_found() {
    let knowledge = shop();
    let asked = question("the garantee on parts");
    let best = &knowledge.rank(&asked, 1)[0];
    let why: Vec<_> =
        best.why.iter().map(|word| (word.asked.as_str(), word.how, word.in_text, word.in_headings)).collect();
    assert_eq!(why, [("garantee", WordMatch::Errors(1), 0, 1), ("parts", WordMatch::Same, 1, 0)]);
    let sum: u64 = best.why.iter().map(|word| word.points).sum();
    assert!(best.score.abs_diff(sum) <= 2 && (50..100).contains(&best.share), "{best:?}");
    let whole = question("guarantee");
    assert_eq!(knowledge.rank(&whole, 1)[0].share, 100);
}

#[test]
fn equal_parts_stand_in_the_order_of_the_files() {
    let same = "# Bells\n\nWe sell bells.\n";
    let files = [("knowledge/c.md", same), ("knowledge/a.md", same), ("knowledge/b.md", same)];
    assert_eq!(found(&sound(&files), &question("bells")), ["a.md#Bells", "b.md#Bells", "c.md#Bells"]);
}

#[test]
fn mistakes_have_their_places() {
    for (path, text, expected) in [
        ("knowledge/a.md", "---\ntitle: A\n# Text\n", "E537 knowledge/a.md:1:1"),
        ("knowledge/a.md", "---\nvalid_until: 31/03/2027\n---\nText\n", "E210 knowledge/a.md:2:14"),
        ("knowledge/a.md", "---\nvalid_until: 2027-02-30\n---\nText\n", "E210 knowledge/a.md:2:14"),
        ("knowledge/a.md", "---\nlanguage: spanish\n---\nText\n", "E218 knowledge/a.md:2:11"),
        ("knowledge/a.md", "---\ntitel: A\n---\nText\n", "E203 knowledge/a.md:2:1"),
        ("knowledge/a.md", "# A heading\n", "W540 knowledge/a.md:1:1"),
        ("knowledge/a.txt", "a\u{0}b\n", "E537 knowledge/a.txt:1:2"),
        ("knowledge/a.csv", "item,price\nBell,8,9\n", "E537 knowledge/a.csv:2:1"),
        ("knowledge/a.csv", "item,\nBell,8\n", "E537 knowledge/a.csv:1:1"),
        ("knowledge/a.csv", "item,item\nBell,8\n", "E537 knowledge/a.csv:1:1"),
        ("knowledge/a.csv", "item,valid_until\nBell,tomorrow\nHorn,\n", "E537 knowledge/a.csv:2:1"),
    ] {
        assert_eq!(read(&[(path, text)]).1, [expected], "{text:?}");
    }
    // A line across the page begins no head.
    assert_eq!(sound(&[("knowledge/a.md", "---\n\nText: here\n")]).chunks().len(), 1);
}

#[test]
fn limits_hold_exactly() {
    let letters = |count: usize| format!("a{}", "é".repeat(count - 1));
    let parts = |text: &str| sound(&[("knowledge/a.md", text)]).chunks().len();
    assert_eq!(parts(&letters(KNOWLEDGE_CHUNK_CHARS_MAX)), 1);
    assert_eq!(parts(&letters(KNOWLEDGE_CHUNK_CHARS_MAX + 1)), 2);
    let two = |first: usize| format!("{}\n\nend", letters(first));
    assert_eq!(parts(&two(KNOWLEDGE_CHUNK_CHARS_MAX - 5)), 1);
    assert_eq!(parts(&two(KNOWLEDGE_CHUNK_CHARS_MAX - 4)), 2);

    let row = |count: usize| format!("item\n{}\n", letters(count - "item: ".len()));
    assert_eq!(read(&[("knowledge/a.csv", &row(KNOWLEDGE_CHUNK_CHARS_MAX))]).1, [""; 0]);
    assert_eq!(read(&[("knowledge/a.csv", &row(KNOWLEDGE_CHUNK_CHARS_MAX + 1))]).1, ["E537 knowledge/a.csv:2:1"]);
    let table = |columns: usize| {
        let names: Vec<String> = (0..columns).map(|number| format!("n{number}")).collect();
        format!("{}\n{}\n", names.join(","), vec!["1"; columns].join(","))
    };
    assert_eq!(read(&[("knowledge/a.csv", &table(KNOWLEDGE_COLUMNS_MAX))]).1, [""; 0]);
    assert_eq!(read(&[("knowledge/a.csv", &table(KNOWLEDGE_COLUMNS_MAX + 1))]).1, ["E537 knowledge/a.csv:1:1"]);

    let head = |bytes: usize| format!("---\ntitle: {}\n---\nText\n", "x".repeat(bytes - "---\ntitle: \n".len()));
    assert_eq!(read(&[("knowledge/a.md", &head(KNOWLEDGE_HEAD_BYTES_MAX))]).1, [""; 0]);
    assert_eq!(read(&[("knowledge/a.md", &head(KNOWLEDGE_HEAD_BYTES_MAX + 1))]).1, ["E537 knowledge/a.md:1:1"]);

    let headed = |letters: usize| format!("Some words.\n\n## {}\n\nText\n", "x".repeat(letters));
    assert_eq!(read(&[("knowledge/a.md", &headed(KNOWLEDGE_HEADING_CHARS_MAX))]).1, [""; 0]);
    assert_eq!(read(&[("knowledge/a.md", &headed(KNOWLEDGE_HEADING_CHARS_MAX + 1))]).1, ["E537 knowledge/a.md:3:1"]);

    let rows = |count: usize| format!("item\n{}", "x\n".repeat(count));
    assert_eq!(read(&[("knowledge/a.csv", &rows(KNOWLEDGE_CHUNKS_MAX))]).1, [""; 0]);
    assert_eq!(read(&[("knowledge/a.csv", &rows(KNOWLEDGE_CHUNKS_MAX + 1))]).1, ["E538 knowledge/a.csv:1:1"]);
    // The parts beyond the limit are not even kept.
    for (path, text) in [
        ("knowledge/a.csv", rows(3 * KNOWLEDGE_CHUNKS_MAX)),
        ("knowledge/a.md", "# a\n\nb\n\n".repeat(3 * KNOWLEDGE_CHUNKS_MAX)),
        ("knowledge/a.txt", "x ".repeat(KNOWLEDGE_BYTES_MAX / 2)),
    ] {
        let knowledge = read(&[("knowledge/0.txt", "first"), (path, &text)]).0;
        assert!(knowledge.chunks().len() <= KNOWLEDGE_CHUNKS_MAX + 1, "{path}");
    }
    let large = |bytes: usize| format!("a {}", " ".repeat(bytes - 2));
    assert_eq!(read(&[("knowledge/a.txt", &large(KNOWLEDGE_BYTES_MAX))]).1, [""; 0]);
    assert_eq!(read(&[("knowledge/a.txt", &large(KNOWLEDGE_BYTES_MAX + 1))]).1, ["E538 knowledge/a.txt:1:1"]);
}

#[test]
fn no_more_is_found_than_the_limits_say() {
    let many: Vec<(String, &str)> = (0..9).map(|n| (format!("knowledge/{n}.txt"), "bell")).collect();
    let many: Vec<(&str, &str)> = many.iter().map(|(path, text)| (path.as_str(), *text)).collect();
    assert_eq!(sound(&many).rank(&question("bell"), 4).len(), 4);

    let knowledge = sound(&[("knowledge/a.txt", "bell")]);
    let after = |letters: usize| found(&knowledge, &question(&format!("{}bell", " ".repeat(letters - 4)))).len();
    assert_eq!((after(KNOWLEDGE_QUESTION_CHARS_MAX), after(KNOWLEDGE_QUESTION_CHARS_MAX + 1)), (1, 0));
    let behind = |words: usize| {
        let others: Vec<String> = (0..words).map(|n| format!("{n}")).collect();
        found(&knowledge, &question(&format!("{} bell", others.join(" ")))).len()
    };
    assert_eq!((behind(KNOWLEDGE_QUESTION_WORDS_MAX - 1), behind(KNOWLEDGE_QUESTION_WORDS_MAX)), (1, 0));
}

#[test]
fn only_markdown_is_written_anew_for_a_message() {
    let text = "1) *now* 2 * 3 * 4_5_6 <b> # bell";
    for (path, file, message) in [
        ("knowledge/a.md", "**Bells** 8 €\n", "*Bells* 8 €"),
        ("knowledge/a.txt", text, text),
        ("knowledge/a.csv", "item,price\n**bell**,# 8\n", "item: **bell**\nprice: # 8"),
    ] {
        let knowledge = sound(&[(path, file)]);
        let found = knowledge.rank(&question("bell bells"), 1);
        assert_eq!(found.first().map(Found::message).as_deref(), Some(message), "{path}");
    }
}

#[test]
fn notes_of_the_authors_are_not_read() {
    let knowledge = sound(&[("knowledge/a.md", "# Bells\n\n<!-- ask Ben\n\nabout horns -->\n\nWe sell bells.\n")]);
    assert_eq!(knowledge.chunks()[0].text, "We sell bells.");
    assert_eq!(found(&knowledge, &question("horns")), [""; 0]);
}

#[test]
fn html_in_markdown_is_not_read_and_named() {
    let page = "# Bells\n\n<div>\nhorns\n</div>\n\nWe sell <b>bells</b>.\n\n<script>alert('x')</script>\n\n<hr>\n";
    let (knowledge, findings) = read(&[("knowledge/a.md", page)]);
    assert_eq!(findings, ["W542 knowledge/a.md:3:1", "W542 knowledge/a.md:9:1"]);
    assert_eq!(
        knowledge.chunks().iter().map(|chunk| chunk.text.as_str()).collect::<Vec<_>>(),
        ["We sell <b>bells</b>."]
    );
    assert_eq!(knowledge.message_of(&knowledge.chunks()[0]), "We sell bells.");
    // A comment that is never closed would take the rest of the file away.
    assert_eq!(read(&[("knowledge/a.md", "Text\n\n<!-- note\n\nmore\n")]).1, ["W542 knowledge/a.md:3:1"]);
    let many = "<p>a</p>\n\n".repeat(12);
    assert_eq!(read(&[("knowledge/a.md", &many)]).1.len(), 10);
}

#[test]
fn invisible_characters_split_no_word_and_hide_no_text() {
    let knowledge = sound(&[(
        "knowledge/a.md",
        "# Gua\u{ad}ran\u{200b}tee\n\nTwelve months 🏴\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}.\n",
    )]);
    assert_eq!(found(&knowledge, &question("guarantee")).len(), 1);
    for hidden in [
        "\u{202e}",
        "\u{1b}",
        "\u{e0041}",
        "🏴\u{e0041}\u{e0041}\u{e0041}\u{e0041}\u{e0041}\u{e0041}\u{e0041}\u{e0041}",
    ] {
        assert_eq!(read(&[("knowledge/a.txt", &format!("bells {hidden}horns"))]).1.len(), 1, "{hidden:?}");
    }
}

#[test]
fn nested_and_broken_marks_are_read_in_time() {
    for unit in [">", "- ", "[", "![", "*a_", "`", "<!--", "<a", "# ", "|", "&", "~~", "\"", "[a](", "**a"] {
        let text = unit.repeat(20_000 / unit.len());
        for name in ["knowledge/a.md", "knowledge/a.csv"] {
            let (knowledge, _) = read(&[(name, &text)]);
            knowledge.chunks().iter().for_each(|chunk| drop(knowledge.message_of(chunk)));
        }
    }
}

#[test]
fn the_same_texts_are_the_same_knowledge() {
    let (a, b) = (shop(), shop());
    assert!(a.is_same(&b));
    assert!(!a.is_same(&sound(&[("knowledge/faq/opening.md", OPENING)])));
    let other = OPENING.replace("9:00", "8:00");
    let files =
        [("knowledge/faq/repairs.md", REPAIRS), ("knowledge/faq/opening.md", &other), ("knowledge/prices.csv", PRICES)];
    assert!(!a.is_same(&sound(&files)));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Files and questions are texts from outside.
    #[test]
    fn no_text_breaks_reading_or_searching(
        text in "\\PC{0,400}", lines in "[-#>|,;\"\\n a-zé:<!`*\u{4e00}]{0,300}", asked in "\\PC{0,80}",
        language in "(ar|da|de|el|en|es|fi|fr|hu|it|nb|nl|pt|ro|ru|sv|ta|tr|ja|x)",
    ) {
        let head = format!("---\nlanguage: {language}\n---\n{text}{lines}");
        let files = ["a.md", "b.txt", "c.csv"].map(|name| SourceFile::new(format!("knowledge/{name}"), head.clone()));
        let findings = Findings::default();
        let knowledge = Knowledge::of(&files, "en", &findings);
        for chunk in knowledge.chunks() {
            prop_assert!(chunk.text.chars().count() <= KNOWLEDGE_CHUNK_CHARS_MAX);
            knowledge.place_of(chunk);
        }
        for finding in findings.into_sorted() {
            finding.render(false);
        }
        for asked in [&asked, &lines, &text] {
            let question = Question { language: &language, ..question(asked) };
            let first: Vec<_> = knowledge.rank(&question, KNOWLEDGE_RANKED_MAX).iter().map(|found| (found.score, found.chunk.at)).collect();
            prop_assert!(first.is_sorted_by(|a, b| a.0 >= b.0));
        }
    }
}
