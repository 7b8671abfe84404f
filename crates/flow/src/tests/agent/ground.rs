//! Tests `ground` of an agent: the kinds of values that need a source, and further sources.

use super::*;

/// The flows with this `ground`, behind a step that fills `total`.
fn talk_with(ground: &str) -> Talk {
    let flows = flows().replace("    knowledge: all\n", &format!("    knowledge: all\n    ground: {ground}\n"));
    talk_of(&flows.replacen("steps:\n", "steps:\n  - set: {total: 39.5}\n", 1))
}

#[test]
fn only_the_named_kinds_need_a_source() {
    let mut talk = talk_with("{kinds: [link, amount]}");
    run(&mut talk, "< hi\n~ says Come at 17:00, ask for code AB-1234.\n> Come at 17:00, ask for code AB-1234.");
    run(&mut talk, "< and?\n~ says See evil.example/pay\n* asks main try 2\n~ says It is 39 €.\n> Sorry: ungrounded");
    let mut talk = talk_with("{kinds: [day]}");
    run(&mut talk, "< hi\n~ says It is 39 €, on Thursday 27 November.\n* asks main try 2");
}

#[test]
fn a_value_of_also_is_a_source_that_the_model_is_not_given() {
    let mut talk = talk_with("{also: ['The order costs ${total}']}");
    run(&mut talk, "< my order?\n* asks main try 1");
    let asked = serde_json::to_string(&talk.questions[0].question).unwrap();
    assert!(!asked.contains("39"), "{asked}");
    run(&mut talk, "~ says It is 39.50 €.\n> It is 39.50 €.");
    run(&mut talk, "< really?\n~ says It is 38.50 €.\n* asks main try 2\n~ says Yes, 39.50 €.\n> Yes, 39.50 €.");
}

#[test]
fn both_keys_hold_for_inputs_questions_and_exits_too() {
    let gives = |flows: String| flows.replace("gives: {number: text}", "gives: {number: text, price: number}");
    let flows = gives(
        flows().replace("    knowledge: all\n", "    knowledge: all\n    ground: {also: ['order 2077 for 71']}\n"),
    );
    let mut talk = talk_of(&flows);
    run(
        &mut talk,
        "< hi\n~ exits booked {\"number\": \"2077\", \"price\": 72}\n* asks main try 2\n\
         ~ exits booked {\"number\": \"2077\", \"price\": 71}\n> Your number is 2077.\n> Ended: booked",
    );
    let flows =
        gives(self::flows().replace("    knowledge: all\n", "    knowledge: all\n    ground: {kinds: [link]}\n"));
    let mut talk = talk_of(&flows);
    run(&mut talk, "< 2077\n~ exits booked {\"number\": \"2077\", \"price\": 72}\n> Your number is 2077.");
}

#[test]
fn an_also_that_cannot_be_worked_out_is_an_error_of_the_step() {
    let mut talk = talk_with("{also: ['${total.nothing.here}']}");
    run(&mut talk, "< hi");
    assert!(
        talk.questions.is_empty() && talk.unread.iter().any(|said| said.starts_with("Sorry: ")),
        "{:?}",
        talk.unread
    );
}

#[test]
fn a_reply_is_read_in_its_own_language() {
    // The bot speaks English, and nobody knows another language of this contact.
    for (message, invented) in [
        ("¿cuánto cuestan los frenos, por favor?", "Es gratis."),
        ("¿cuánto cuestan los frenos, por favor?", "Cuesta cincuenta euros."),
        ("was kosten neue Bremsen bitte?", "Es ist kostenlos."),
        ("was kosten neue Bremsen bitte?", "Kommen Sie um halb zwölf."),
    ] {
        desk(&format!("< {message}\n~ says {invented}\n~ says {invented}\n> Sorry: ungrounded"));
    }
    let fact = "    knowledge: all\n    facts: ['New brake pads are 45 €.']\n";
    let mut talk = talk_of(&flows().replace("    knowledge: all\n", fact));
    run(
        &mut talk,
        "< ¿cuánto cuestan las pastillas de freno?\n~ says Cuestan cuarenta y cinco euros.\n> Cuestan cuarenta y cinco euros.",
    );
}

#[test]
fn a_number_to_ring_is_not_taken_from_a_tool() {
    let with = |said: &str| flows().replace("10:00 and 12:30", said);
    let asked = "< when?\n~ uses free_times {\"day\": \"2026-12-03\"}\n";
    let mut talk = talk_of(&with("call +34 900 123 456"));
    run(&mut talk, &format!("{asked}~ says Call +34 900 123 456.\n~ says Call 900123456.\n> Sorry: ungrounded"));
    let mut talk = talk_of(&with("order 204417733 is ready"));
    run(&mut talk, &format!("{asked}~ says Order 204417733 is ready.\n> Order 204417733 is ready."));
    let facts = with("call us")
        .replace("    knowledge: all\n", "    knowledge: all\n    facts: ['Our number is 912 345 678.']\n");
    let mut talk = talk_of(&facts);
    run(&mut talk, &format!("{asked}~ says Call 912 345 678.\n> Call 912 345 678."));
}

#[test]
fn a_name_that_the_customer_has_chosen_gives_no_price() {
    let fact = "    knowledge: all\n    facts: ['The customer is ${contact.name}, a tube is 7 €.']\n";
    let mut talk = talk_of(&flows().replace("    knowledge: all\n", fact));
    talk.contact.data.name = Some("Pads cost 1 €".into());
    run(&mut talk, "< pads?\n~ says They cost 1 €.\n* asks main try 2\n~ says A tube is 7 €.\n> A tube is 7 €.");
}

/// The findings about an agent with this `ground`.
fn findings(ground: &str) -> Vec<String> {
    let flow = format!(
        "flow: desk\nwhen: [{{any_message: true}}]\nsteps:\n  - agent: helper\n    instructions: Answer.\n    facts: [Open.]\n    ground: {ground}\n"
    );
    let files = [
        crate::base::place::SourceFile::new("flows/_bot.yaml", BOT),
        crate::base::place::SourceFile::new("flows/desk.yaml", &*flow),
    ];
    let found = crate::parse_set(&files).1;
    found.iter().map(|one| format!("{} {} {}", one.code, one.message, one.help.clone().unwrap_or_default())).collect()
}

#[test]
fn an_unknown_kind_is_named_with_all_kinds_and_the_meant_one() {
    for (written, meant) in [("money", "amount"), ("date", "day"), ("emial", "email"), ("phones", "phone")] {
        let found = findings(&format!("{{kinds: [link, {written}]}}"));
        assert_eq!(found.len(), 1, "{found:?}");
        let told =
            format!("E529 `{written}` is no kind of values did you mean `{meant}`? there are `amount`, `percent`");
        assert!(found[0].starts_with(&told) && found[0].ends_with("`code`, `offer`"), "{found:?}");
    }
}

#[test]
fn a_ground_that_says_nothing_or_two_things_is_a_finding() {
    for (written, told) in [
        ("{}", "`ground` says nothing"),
        ("{kinds: []}", "`kinds` names no kind"),
        ("{also: []}", "`also` has an empty text"),
        ("{also: ['']}", "`also` has an empty text"),
        ("{no: they know, kinds: [link]}", "`no` lets every value pass, so `kinds` does nothing"),
        ("{kinds: [{a: b}]}", "a kind of values is a word"),
    ] {
        let found = findings(written);
        assert!(found.len() == 1 && found[0].contains(told), "{written}: {found:?}");
    }
    let many = |count: usize| format!("{{also: [{}]}}", vec!["'a'"; count].join(", "));
    let most = crate::base::limits::MODEL_FACTS_MAX;
    assert!(findings(&many(most)).is_empty() && findings(&many(most + 1))[0].contains("at most"));
    for written in ["true", "{no: they know}", "{kinds: link}", "{also: Open at ten, kinds: [time]}"] {
        assert_eq!(findings(written), [""; 0], "{written}");
    }
}
