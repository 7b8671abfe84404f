//! Tests the guard for the language of a reply.

use super::*;

const SPANISH: &str = "Claro que sí, puede traer la bicicleta cualquier día de esta semana.";
const ENGLISH: &str = "Of course, you can bring the bike on any day of this week before noon.";

fn talk_in(language: &str) -> Talk {
    talk_of(&flows().replace("    knowledge: all\n", &format!("    knowledge: all\n{language}")))
}

#[test]
fn a_reply_in_another_language_than_the_customers_is_asked_for_once_more() {
    let mut talk = talk_in("");
    run(
        &mut talk,
        &format!(
            "< ¿podría llevarles la bicicleta un día de esta semana, por favor?\n~ says {ENGLISH}\n* asks main try 2"
        ),
    );
    let repair = talk.questions.last().unwrap().question.repair.clone().unwrap();
    assert!(format!("{repair:?}").contains("the customer writes in another language"), "{repair:?}");
    run(&mut talk, &format!("~ says {SPANISH}\n> {SPANISH}"));
    desk(&format!(
        "< can I bring my bike on some day of this week please?\n~ says {SPANISH}\n~ says {SPANISH}\n> Sorry: wrong_language"
    ));
}

#[test]
fn a_short_message_decides_between_the_contacts_language_and_the_replys() {
    // The bot speaks English, and nobody knows another language of the contact.
    desk(&format!("< and on saturday please?\n~ says {SPANISH}\n~ says {ENGLISH}\n> {ENGLISH}"));
    // A short Spanish message and one that may be in any language refuse nothing.
    desk(&format!("< vale, y el sábado?\n~ says {SPANISH}\n> {SPANISH}"));
    desk(&format!("< ok\n~ says {SPANISH}\n> {SPANISH}"));
}

#[test]
fn the_newest_message_counts() {
    let first = format!("< can I bring my bike on some day of this week please?\n~ says {ENGLISH}\n> {ENGLISH}\n");
    let second = "< perdone, ¿me lo puede decir en español para mi madre, por favor?\n";
    desk(&format!("{first}{second}~ says {SPANISH}\n> {SPANISH}"));
}

#[test]
fn a_fixed_language_holds_whatever_the_customer_writes() {
    let mut talk = talk_in("    language: es\n");
    run(
        &mut talk,
        &format!("< can I bring my bike on some day of this week please?\n~ says {ENGLISH}\n* asks main try 2"),
    );
    let question = &talk.questions[0].question;
    assert!(question.instruction.contains("Reply in `es`, whatever language"), "{}", question.instruction);
    run(&mut talk, &format!("~ says {SPANISH}\n> {SPANISH}"));
    // Swahili is not told from others, so it refuses nothing.
    let mut talk = talk_in("    language: sw\n");
    run(&mut talk, &format!("< hi\n~ says {ENGLISH}\n> {ENGLISH}"));
}
