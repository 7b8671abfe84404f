//! The bot in the contact's language: `locales/`.

use super::Talk;
use crate::{base::place::SourceFile, flow::parse_set};

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
    // Somebody put a `say` before the first step, and the numbers of the others moved.
    let moved = SPANISH.replace("shop.say_1:", "shop.say_7:").replace("shop.ask_1:", "shop.ask_2:");
    check(&moved, "< hi\n> 2 bicis listas\n> ¿Qué color? [Rojo] [Azul]\n< azul\n> You took b.\n> Bye");
    let files = [("flows/_bot.yaml", BOT), ("flows/shop.yaml", SHOP), ("locales/es.yaml", &moved)];
    let files: Vec<_> = files.iter().map(|(path, text)| SourceFile::new(*path, *text)).collect();
    let (set, mut findings) = parse_set(&files);
    findings.extend(crate::flow::lint(&set));
    let codes: Vec<_> = findings.iter().map(|f| f.code).filter(|code| code.starts_with("W90")).collect();
    assert_eq!(codes, ["W904", "W904", "W901"], "what was outdated before is it still, and nothing else");
    let progress = crate::flow::i18n::progress(&set, "es");
    assert_eq!((progress.translated, progress.outdated), (5, 1));
}

#[test]
fn an_outdated_translation_is_not_used_and_reported() {
    let codes = |locale: &str| {
        let files = [("flows/_bot.yaml", BOT), ("flows/shop.yaml", SHOP), ("locales/es.yaml", locale)];
        let files: Vec<_> = files.iter().map(|(path, text)| SourceFile::new(*path, *text)).collect();
        let (set, mut findings) = parse_set(&files);
        findings.extend(crate::flow::lint(&set));
        findings
            .iter()
            .map(|finding| (finding.code, finding.place.line()))
            .filter(|(code, _)| code.starts_with("W90"))
            .collect::<Vec<_>>()
    };
    assert_eq!(codes(SPANISH), [("W904", 10), ("W904", 11), ("W901", 9)]);
    assert_eq!(codes("locale: es\nshop.say_9: {from: a, to: b}\n")[2..], [("W902", 2)]);
    let other = SPANISH
        .replace("{from: You took it., to: Te la llevas.}", "{from: \"You took ${colour}.\", to: Te la llevas.}");
    assert!(codes(&other).contains(&("W903", 9)), "{:?}", codes(&other));
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
    // A text has no parts, and the sentence says so.
    talk("never", "> Azul (b), Sí, Never\n> `.time` is asked of a text here, and a text has no such part");
}
