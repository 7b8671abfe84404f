//! Tests answers beside what the flow knows already: earlier days, free times, options that confirm, and the texts for
//! wrong answers.

use crate::tests::{Talk, check, check_bot};

/// A stay: the departure is compared with the arrival, 20 December.
const STAY: &str = "flow: it
when: [{message: hi}]
steps:
  - {ask: Arrival?, as: arrival, type: date}
  - {ask: Departure?, as: departure, type: date, check: departure > arrival, invalid: Later., unclear: Which day?, tries: 9}
  - say: 'TAKEN ${departure}'
";

#[test]
fn a_day_is_counted_from_the_earlier_answer_that_the_check_compares() {
    let asked = "< hi\n> Arrival?\n< 20 December\n> Departure?\n";
    for (said, taken) in [
        ("28th", "2026-12-28"),
        ("the 28th", "2026-12-28"),
        ("27th", "2026-12-27"),
        ("5th", "2027-01-05"),
        ("sunday", "2026-12-27"),
        ("monday", "2026-12-21"),
        ("on tuesday", "2026-12-22"),
        ("28 December", "2026-12-28"),
    ] {
        check(STAY, &format!("{asked}< {said}\n> TAKEN {taken}"));
    }
    for said in ["tomorrow", "today", "20 December", "in three days", "1 December 2026"] {
        check(STAY, &format!("{asked}< {said}\n> Later."));
    }
    check(STAY, &format!("{asked}< no idea\n> Which day?"));
}

#[test]
fn a_weekday_that_another_rule_refuses_is_not_moved_by_a_week() {
    let flow = STAY.replace("departure > arrival", "'departure > arrival && departure != date(\"2026-12-27\")'");
    let asked = "< hi\n> Arrival?\n< 20 December\n> Departure?\n";
    check(&flow, &format!("{asked}< sunday\n> Later."));
    check(&flow, &format!("{asked}< 27 December\n> Later."));
}

#[test]
fn a_span_behind_the_earlier_day_is_asked_back() {
    let asked = "< hi\n> Arrival?\n< 20 December\n> Departure?\n";
    for said in ["a week later", "for 7 nights", "7 nights", "uma semana depois", "7 noites"] {
        let language = if said.contains("se") || said.contains("noi") { "pt" } else { "en" };
        let bot = format!("bot: Test\nlanguage: {language}\n");
        let mut talk = Talk::new(&bot, STAY);
        for line in ["< hi", "> Arrival?", "< 20/12/2026", "> Departure?"] {
            talk.line(line).unwrap();
        }
        talk.line(&format!("< {said}")).unwrap();
        let asked = talk.unread.drain(..).next().unwrap_or_default();
        assert!(asked.contains("[27"), "{said}: {asked}");
        talk.line("< ok").unwrap();
        assert_eq!(talk.unread.drain(..).next().unwrap_or_default(), "TAKEN 2026-12-27", "{said}");
    }
    check(STAY, &format!("{asked}< in a week\n> Later."));
}

#[test]
fn what_is_not_understood_has_a_text_of_its_own() {
    let flow = |more: &str| {
        format!(
            "flow: it\nwhen: [{{message: hi}}]\nsteps:\n  - {{ask: Which day?, as: day, type: date, check: day >= today(), tries: 9{more}}}\n  - say: '${{day}}'\n"
        )
    };
    let both = flow(", invalid: Too early., unclear: A day please.");
    let asked = "< hi\n> Which day?\n";
    check(&both, &format!("{asked}< 1 January 2020\n> Too early.\n+1m\n< blue\n> A day please."));
    let one = flow(", invalid: Too early.");
    check(&one, &format!("{asked}< 1 January 2020\n> Too early.\n+1m\n< blue\n> Too early."));
    let other = flow(", unclear: A day please.");
    check(&other, &format!("{asked}< 1 January 2020\n> Sorry, that is not possible.\n+1m\n< blue\n> A day please."));
    let bot = "bot: Test\ndefaults: {ask: {unclear: What?, invalid: No.}}\n";
    check_bot(bot, &flow(""), &format!("{asked}< 1 January 2020\n> No.\n+1m\n< blue\n> What?"));
}

#[test]
fn thanks_cost_no_try_at_an_open_question() {
    let flow = "flow: it
when: [{message: hi}]
steps:
  - {ask: Weight?, as: kg, type: number, tries: 2, on_fail: [{say: Enough.}, end]}
  - say: '${kg}'
";
    check(flow, "< hi\n> Weight?\n< thanks\n+1m\n< obrigado\n+1m\n< 🙏\n+1m\n< 12\n> 12");
}

fn booking(question: &str, options: &str) -> String {
    format!(
        "flow: it\nwhen: [{{message: hi}}]\nsteps:\n  - {{ask: '{question}', as: it, options: [{options}], invalid: AGAIN, tries: 9}}\n  - say: 'TAKEN ${{it}}'\n"
    )
}

#[test]
fn a_yes_takes_the_option_that_confirms() {
    let flow = booking("Fica sexta às 10:00. Confirma?", "Confirmar, Outro dia, Deixar assim");
    let bot = "bot: Test\nlanguage: pt_PT\n";
    let asked = "< hi\n> Fica sexta às 10:00. Confirma? [Confirmar] [Outro dia] [Deixar assim]\n";
    for said in ["ok", "👍", "sim", "pode ser", "isso mesmo", "está certo", "confirmo", "sim confirmo"] {
        check_bot(bot, &flow, &format!("{asked}< {said}\n> TAKEN Confirmar"));
    }
    for said in ["não", "deixa estar", "não obrigado"] {
        check_bot(bot, &flow, &format!("{asked}< {said}\n> TAKEN Deixar assim"));
    }
    for said in ["sim?", "talvez", "não sei"] {
        check_bot(bot, &flow, &format!("{asked}< {said}\n> AGAIN [Confirmar] [Outro dia] [Deixar assim]"));
    }
    let flow = booking("Friday at 10. Is that right?", "Confirm, Another day, Leave it");
    let asked = "< hi\n> Friday at 10. Is that right? [Confirm] [Another day] [Leave it]\n";
    for said in ["yes please", "yep thats right", "perfect", "sounds good", "ok", "👍"] {
        check(&flow, &format!("{asked}< {said}\n> TAKEN Confirm"));
    }
    check(&flow, &format!("{asked}< no\n> TAKEN Leave it"));
    check(&flow, &format!("{asked}< leave it\n> TAKEN Leave it"));
    check(&flow, &format!("{asked}< yes but not friday\n> AGAIN [Confirm] [Another day] [Leave it]"));
    let menu = booking("Can I help you?", "Confirm my booking, Opening hours, Prices");
    let asked = "< hi\n> Can I help you? [Confirm my booking] [Opening hours] [Prices]\n";
    check(&menu, &format!("{asked}< yes\n> AGAIN [Confirm my booking] [Opening hours] [Prices]"));
    let two = booking("Is that right?", "Confirm, Confirm and pay, Leave it");
    let asked = "< hi\n> Is that right? [Confirm] [Confirm and pay] [Leave it]\n";
    check(&two, &format!("{asked}< yes\n> AGAIN [Confirm] [Confirm and pay] [Leave it]"));
}

#[test]
fn a_clear_hour_that_is_not_free_was_understood() {
    let flow = booking("Which time?", "\"14:00\", \"14:30\", \"16:00\"");
    let flow = flow.replace("invalid: AGAIN", "invalid: Not free., unclear: What?");
    let asked = "< hi\n> Which time? [14:00] [14:30] [16:00]\n";
    for said in ["15:15", "quarter past 3", "at 5pm"] {
        check(&flow, &format!("{asked}< {said}\n> Not free. [14:00] [14:30] [16:00]"));
    }
    for said in ["blue", "prima", "ok prima", "a segunda"] {
        check(&flow, &format!("{asked}< {said}\n> What? [14:00] [14:30] [16:00]"));
    }
    let plain = flow.replace(", invalid: Not free., unclear: What?", "");
    check(&plain, &format!("{asked}< 15:15\n> Sorry, that is not possible. [14:00] [14:30] [16:00]"));
    for (said, taken) in [
        ("the last one", "16:00"),
        ("the first", "14:00"),
        ("a primeira", "14:00"),
        ("o primeiro", "14:00"),
        ("la última", "16:00"),
        ("first thing", "14:00"),
        ("la prima", "14:00"),
        ("half past two", "14:30"),
    ] {
        check(&flow, &format!("{asked}< {said}\n> TAKEN {taken}"));
    }
}

#[test]
fn what_is_not_sure_is_asked_back() {
    let flow = |question: &str| {
        format!(
            "flow: it\nwhen: [{{message: hi}}]\nsteps:\n  - {{ask: '{question}', as: it, type: number}}\n  - say: 'TAKEN ${{it}}'\n"
        )
    };
    let weight = "How much does it weigh, in kg?";
    let animals = "How many animals?";
    for (question, said, value) in [
        (weight, "actually 4", 4),
        (weight, "nearly 30", 30),
        (animals, "just bella", 1),
        ("How many people?", "2 adults and 1 child", 3),
    ] {
        let text =
            format!("< hi\n> {question}\n< {said}\n> Do you mean this? {value} [{value}]\n< yes\n> TAKEN {value}");
        check(&flow(question), &text);
    }
    let again = "Sorry, I did not get that.";
    for (question, said) in [(weight, "actually there are 2"), (weight, "17 lbs"), (animals, "2 cats or 1 dog")] {
        let mut talk = Talk::new("bot: Test\n", &flow(question));
        talk.line("< hi").unwrap();
        talk.unread.clear();
        talk.line(&format!("< {said}")).unwrap();
        let reply = talk.unread.drain(..).next().unwrap_or_default();
        assert!(!reply.starts_with("TAKEN") && (reply == again || reply.starts_with("Which")), "{said}: {reply}");
    }
    check(&flow(animals), &format!("< hi\n> {animals}\n< 2 cats and 1 dog\n> TAKEN 3"));
}

#[test]
fn an_unsure_opt_out_is_asked_in_the_bots_language() {
    let flow = "flow: it\nwhen: [{message: hi}]\nsteps: [{say: Olá.}]\n";
    for (language, phone, said, asked) in [
        ("pt", "+351912345678", "parar", "Quer deixar de receber as nossas mensagens?"),
        ("pt", "+351912345678", "cancelar", "Quer deixar de receber as nossas mensagens?"),
        ("en", "+351912345678", "cancelar", "Quer deixar de receber as nossas mensagens?"),
        ("pt_BR", "+5511987654321", "cancelar", "Você quer deixar de receber nossas mensagens?"),
        ("es", "+34600111222", "cancelar", "¿Quieres dejar de recibir nuestros mensajes?"),
        ("en", "+34600111222", "cancelar", "¿Quieres dejar de recibir nuestros mensajes?"),
    ] {
        let mut talk = Talk::new(&format!("bot: Test\nlanguage: {language}\n"), flow);
        talk.contact.data.phone = Some(phone.into());
        talk.line(&format!("< {said}")).unwrap();
        let reply = talk.unread.drain(..).next().unwrap_or_default();
        assert!(reply.starts_with(asked), "{language} {phone} {said}: {reply}");
    }
}
