//! Tests the bot in the contact's language: `locales/`.

use super::Talk;
use crate::{base::place::SourceFile, parse_set};

const BOT: &str = "bot: Test\nlanguage: en\nlanguages: {es: [], es_MX: [es]}\nteams: {support: {}}\ndefaults: {ask: {invalid: Pardon?}}\n";
const SHOP: &str = "flow: shop
when: [{message: hi}]
steps:
  - set: {contact.language: es_MX, bikes: 2}
  - say: ${bikes} bikes are ready
  - ask: Which colour?
    options: [{id: r, title: Red}, {id: b, title: Blue}]
    tries: 2
    as: colour
  - say: You took ${colour}.
  - say: Bye
";

fn check(locale: &str, transcript: &str) {
    let mut talk = Talk::with_files(BOT, SHOP, &[("locales/es.yaml", locale)]);
    for line in transcript.lines() {
        talk.line(line).unwrap_or_else(|what| panic!("`{line}`: {what}"));
    }
    talk.nothing_unread().unwrap();
}

const SPANISH: &str = "locale: es
shop.say_1:
  from: ${bikes} bikes are ready
  to: {count: \"${bikes}\", one: Una bici lista, other: \"${bikes} bicis listas\"}
shop.ask_1:
  from: Which colour?
  to: ¿Qué color?
  options: {Red: Rojo, Blue: Azul}
shop.say_2: {from: You took it., to: Te la llevas.}
_bot:
  texts: {Pardon?: ¿Perdón?}
";

#[test]
fn a_contact_reads_its_own_language() {
    check(
        SPANISH,
        "< hi\n> 2 bicis listas\n> ¿Qué color? [Rojo] [Azul]\n< verde\n> ¿Perdón? [Rojo] [Azul]\n< azul\n> You took b.\n> Bye",
    );
}

#[test]
fn the_source_title_is_still_understood() {
    check(SPANISH, "< hi\n> 2 bicis listas\n> ¿Qué color? [Rojo] [Azul]\n< r\n> You took r.\n> Bye");
}

#[test]
fn a_new_step_takes_no_translation_out_of_use() {
    // A `say` was added before the first step, so the numbers of the others changed.
    let moved = SPANISH.replace("shop.say_1:", "shop.say_7:").replace("shop.ask_1:", "shop.ask_2:");
    check(&moved, "< hi\n> 2 bicis listas\n> ¿Qué color? [Rojo] [Azul]\n< azul\n> You took b.\n> Bye");
    let files = [("flows/_bot.yaml", BOT), ("flows/shop.yaml", SHOP), ("locales/es.yaml", &moved)];
    let files: Vec<_> = files.iter().map(|(path, text)| SourceFile::new(*path, *text)).collect();
    let (set, mut findings) = parse_set(&files);
    findings.extend(crate::lint(&set));
    let codes: Vec<_> = findings.iter().map(|f| f.code).filter(|code| code.starts_with("W90")).collect();
    assert_eq!(codes, ["W906", "W904", "W901"], "what was outdated before is it still, and nothing else");
    let progress = crate::tools::i18n::progress(&set, "es");
    assert_eq!((progress.translated, progress.outdated), (5, 1));
}

#[test]
fn an_outdated_translation_is_not_used_and_reported() {
    let codes = |locale: &str| {
        let files = [("flows/_bot.yaml", BOT), ("flows/shop.yaml", SHOP), ("locales/es.yaml", locale)];
        let files: Vec<_> = files.iter().map(|(path, text)| SourceFile::new(*path, *text)).collect();
        let (set, mut findings) = parse_set(&files);
        findings.extend(crate::lint(&set));
        findings
            .iter()
            .map(|finding| (finding.code, finding.place.line()))
            .filter(|(code, _)| code.starts_with("W90"))
            .collect::<Vec<_>>()
    };
    assert_eq!(codes(SPANISH), [("W906", 10), ("W904", 11), ("W901", 9)], "what `es_MX` lacks is said of `es` only");
    let wrong = codes("locale: es\nshop.say_9: {from: a, to: b}\n");
    assert_eq!(wrong[1..], [("W904", 5), ("W906", 10), ("W902", 2)], "the text of `_bot.yaml` is missing, too");
    let other = SPANISH
        .replace("{from: You took it., to: Te la llevas.}", "{from: \"You took ${colour}.\", to: Te la llevas.}");
    assert!(codes(&other).contains(&("W903", 9)), "{:?}", codes(&other));
}

#[test]
fn an_empty_translation_is_reported_where_it_must_be_written() {
    let whole = SPANISH.replace("You took it.", "You took ${colour}.").replace("Te la llevas.", "Te llevas ${colour}.");
    let found = |locale: &str| {
        let files = [("flows/_bot.yaml", BOT), ("flows/shop.yaml", SHOP), ("locales/es.yaml", locale)];
        let files: Vec<_> = files.iter().map(|(path, text)| SourceFile::new(*path, *text)).collect();
        let (set, mut findings) = parse_set(&files);
        findings.extend(crate::lint(&set));
        let missing = findings.iter().find(|finding| finding.code == "W904").unwrap();
        (missing.place.path().to_owned(), missing.place.line(), missing.help.clone().unwrap())
    };
    // The flow has the text at line 11; `extract` writes the empty entry at the end of the file.
    let (path, line, help) = found(&whole);
    assert_eq!((path.as_str(), line), ("flows/shop.yaml", 11), "{help}");
    let written = format!("{whole}shop.say_3: {{from: Bye, to: \"\"}}\n");
    let (path, line, help) = found(&written);
    assert_eq!((path.as_str(), line), ("locales/es.yaml", written.lines().count()), "{help}");
    assert!(help.contains("write them in `locales/es.yaml`: `shop.say_3`"), "{help}");
}

#[test]
fn a_title_is_said_as_it_was_shown() {
    const ASKED: &str = "flow: shop
when: [{message: hi}]
on_error: [{say: '${error.text.split(\": \")[1]}'}]
steps:
  - set: {contact.language: es}
  - ask: Which colour?
    options: [{id: r, title: Red}, {id: b, title: Blue}]
    as: colour
  - ask: Sure?
    as: sure
    type: yesno
  - ask: When?
    as: slot
    options:
      each: '${[#{id: \"s1\", time: \"10:00\"}]}'
      id: ${item.id}
      title: at ${item.time}
      also: [Never]
  - say: '${title(colour)} (${colour}), ${title(sure)}, ${title(slot)}'
  - say: ${slot.time}
";
    let talk = |slot: &str, said: &str| {
        let locale =
            "locale: es\nshop.ask_1:\n  from: Which colour?\n  to: ¿Qué color?\n  options: {Red: Rojo, Blue: Azul}\n";
        let mut talk = Talk::with_files(BOT, ASKED, &[("locales/es.yaml", locale)]);
        let transcript = format!(
            "< hi\n> ¿Qué color? [Rojo] [Azul]\n< 2\n> Sure? [Sí] [No]\n< sí\n> When? [at 10:00] [Never]\n< {slot}\n{said}"
        );
        for line in transcript.lines() {
            talk.line(line).unwrap_or_else(|what| panic!("`{line}`: {what}"));
        }
        talk.nothing_unread().unwrap();
    };
    talk("1", "> Azul (b), Sí, at 10:00\n> 10:00");
    // A text has no such properties, and the error says so.
    talk("never", "> Azul (b), Sí, Never\n> `.time` is asked of a text here, and a text has no such part");
}

#[test]
fn check_and_status_count_the_same() {
    const OWN: &str = "locale: en\na.say_1:\n  from: \"${n} things\"\n  to: {count: \"${n}\", one: A thing, other: \"${n} things\"}\n";
    const WHOLE: &str =
        "locale: es\na.say_1: {from: \"${n} things\", to: \"${n} cosas\"}\na.say_2: {from: Bye, to: Adiós}\n";
    const HALF: &str = "locale: es\na.say_1:\n  from: \"${n} things\"\n  to: {count: \"${n}\", one: Una cosa, other: \"\"}\na.say_2: {from: Bye, to: Adiós}\n";
    let flow = "flow: a\nwhen: [{message: hi}]\nvars: {n: 2}\nsteps:\n  - say: ${n} things\n  - say: Bye\n";
    for (languages, locales, warnings, missing) in [
        // The bot's own language has a file for its plurals, and translates nothing.
        (
            "{en: [], es: [en]}",
            vec![("locales/en.yaml", OWN), ("locales/es.yaml", "locale: es\n")],
            1,
            [("es", 2)].as_slice(),
        ),
        ("{en: [], es: [en]}", vec![("locales/en.yaml", OWN)], 1, &[("es", 2)]),
        ("{en: [], es: [en]}", vec![("locales/en.yaml", OWN), ("locales/es.yaml", WHOLE)], 0, &[("es", 0)]),
        // A fallback language counts as a translation.
        ("{es: [], es_MX: [es]}", vec![("locales/es.yaml", WHOLE)], 0, &[("es", 0), ("es_MX", 0)]),
        ("{es: [], es_MX: []}", vec![("locales/es.yaml", "locale: es\n")], 1, &[("es", 2), ("es_MX", 2)]),
        // An empty form is not a translation.
        ("{es: []}", vec![("locales/es.yaml", HALF)], 1, &[("es", 1)]),
    ] {
        let bot = format!("bot: Test\nlanguage: en\nlanguages: {languages}\n");
        let mut files = vec![SourceFile::new("flows/_bot.yaml", bot.as_str()), SourceFile::new("flows/a.yaml", flow)];
        files.extend(locales.iter().map(|(path, text)| SourceFile::new(*path, *text)));
        let (set, mut findings) = parse_set(&files);
        findings.extend(crate::lint(&set));
        let found: Vec<_> = findings.iter().map(|finding| finding.code).collect();
        assert_eq!(found, vec!["W904"; warnings], "{languages} {locales:?}");
        for (language, count) in missing {
            assert_eq!(crate::tools::i18n::progress(&set, language).missing(), *count, "{languages} {language}");
        }
    }
}

#[test]
fn built_in_phrases_are_said_in_the_words_of_the_language() {
    const FLOW: &str = "flow: shop
when: [{message: hi}]
steps:
  - ask: Agreed?
    as: ok
    type: yesno
  - say: '${title(ok)}'
";
    // The bot's own phrases, in its own language and in one without built-in phrases.
    for (language, bot) in [("en", "bot: Test\nlanguage: en\n"), ("eo", "bot: Test\nlanguage: eo\n")] {
        let file = format!("locale: {language}\nphrases: {{yes: Jes, no: Ne, invalid: Mi ne komprenas.}}\n");
        let mut talk = Talk::with_files(bot, FLOW, &[(&format!("locales/{language}.yaml"), &file)]);
        for line in ["< hi", "> Agreed? [Jes] [Ne]", "< kio", "> Mi ne komprenas. [Jes] [Ne]", "< jes", "> Jes"] {
            talk.line(line).unwrap_or_else(|what| panic!("{language} `{line}`: {what}"));
        }
    }
    // Built-in phrases, also by a fallback language, and those of the bot's language if there is neither.
    for (bot, yes) in [
        ("bot: Test\nlanguage: ar\n", "نعم"),
        ("bot: Test\nlanguage: zh_HK\n", "是"),
        ("bot: Test\nlanguage: es\nlanguages: {ca: []}\n", "Sí"),
    ] {
        let mut talk = Talk::new(
            bot,
            &FLOW.replace("  - ask", "  - set: {contact.language: ca}\n    if: '\"ca\" == \"\"'\n  - ask"),
        );
        talk.contact.data.language = bot.contains("ca:").then(|| "ca".to_owned());
        talk.line("< hi").unwrap();
        let no = talk.unread[0].clone();
        assert!(no.starts_with(&format!("Agreed? [{yes}]")), "{bot}: {no}");
    }
}

#[test]
fn extract_keeps_the_phrases_and_a_wrong_one_is_found() {
    let phrases = "locale: es\nphrases:\n  choose: Elige\n";
    let files = [("flows/_bot.yaml", BOT), ("flows/shop.yaml", SHOP), ("locales/es.yaml", phrases)];
    let files: Vec<_> = files.iter().map(|(path, text)| SourceFile::new(*path, *text)).collect();
    let (set, _) = parse_set(&files);
    let written = crate::tools::i18n::extract(
        &set,
        "es",
        &crate::tools::i18n::Taken::nothing(),
        crate::tools::i18n::Unused::Kept,
    );
    assert!(written.contains("\nphrases:\n  choose: Elige\n"), "{written}");
    for (phrases, code) in [
        ("{chose: Elige}", "E203"),
        ("{choose: Elige lo que más te guste}", "E703"),
        ("{kept: 'De acuerdo, ${contact.name}'}", "E208"),
    ] {
        let text = format!("locale: es\nphrases: {phrases}\n");
        let files = [("flows/_bot.yaml", BOT), ("flows/shop.yaml", SHOP), ("locales/es.yaml", &text)];
        let files: Vec<_> = files.iter().map(|(path, text)| SourceFile::new(*path, *text)).collect();
        let codes: Vec<&str> = parse_set(&files).1.iter().filter(|f| f.is_error()).map(|f| f.code).collect();
        assert_eq!(codes, [code], "{phrases}");
    }
}
