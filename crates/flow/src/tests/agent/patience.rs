//! Tests `patience` of an agent: a sentence while the model thinks, once before a reply and never after it.

use super::*;

fn patient() -> Talk {
    let key = "    patience: {after: 8s, say: 'One moment, ${contact.first_name}…'}\n    timeout: 2h\n";
    talk_of(&flows().replace("    timeout: 2h\n", key))
}

const ONE: &str = "> One moment, Ada…";

#[test]
fn it_is_said_once_while_the_model_thinks_and_not_after_the_answer() {
    let mut talk = patient();
    run(&mut talk, &format!("< brakes?\n* asks main try 1\n+7s\n+1s\n{ONE}\n+30s\n~ says 45 €\n> 45 €\n+1m"));
    talk.nothing_unread().unwrap();
    // The next message has its own.
    run(&mut talk, &format!("< and a check-up?\n+8s\n{ONE}\n~ says 60 €\n> 60 €"));
    // A quick answer has none.
    run(&mut talk, "< thanks\n+7s\n~ says Welcome\n> Welcome\n+1m");
    talk.nothing_unread().unwrap();
}

#[test]
fn several_questions_about_one_message_are_one_wait() {
    let mut talk = patient();
    run(&mut talk, "< when on 3 December?\n+5s\n~ uses free_times {\"day\": \"2026-12-03\"}\n* asks main try 1");
    run(
        &mut talk,
        &format!("+3s\n{ONE}\n~ says At 11:00.\n* asks main try 2\n+30s\n~ says At 10:00.\n> At 10:00.\n+1m"),
    );
    talk.nothing_unread().unwrap();
}

#[test]
fn a_newer_message_does_not_begin_the_wait_anew() {
    let mut talk = patient();
    run(&mut talk, &format!("< how much\n+5s\n< are new brakes?\n* asks main try 1\n+3s\n{ONE}\n< well?\n+30s"));
    talk.nothing_unread().unwrap();
}

#[test]
fn it_survives_a_restart() {
    let mut talk = patient();
    run(&mut talk, &format!("< brakes?\n+5s\n~ restart\n* asks main try 2\n+3s\n{ONE}\n~ says 45 €\n> 45 €"));
    let mut talk = patient();
    run(&mut talk, &format!("< brakes?\n+8s\n{ONE}\n~ restart\n* asks main try 2\n+30s\n~ says 45 €\n> 45 €"));
}

#[test]
fn a_stop_a_person_and_an_exit_end_it() {
    let mut talk = patient();
    run(&mut talk, "< hi\n< STOP\n> You will hear no more from us. Write START to come back.\n+1m");
    talk.nothing_unread().unwrap();
    let mut talk = patient();
    run(&mut talk, "< hi\n~ person\n+1m");
    talk.nothing_unread().unwrap();
    run(&mut talk, "~ says Hello\n~ back\n+1m");
    talk.nothing_unread().unwrap();
    let mut talk = patient();
    run(&mut talk, "< hi\n+5s\n~ exits done\n> Ended: done\n+1m");
    talk.nothing_unread().unwrap();
    let mut talk = patient();
    run(&mut talk, "< hi\n+5s\n~ refuse model_down\n> Sorry: model_down\n+1m");
    talk.nothing_unread().unwrap();
}

#[test]
fn the_flow_of_a_tool_speaks_for_itself() {
    let mut talk = patient();
    run(&mut talk, &format!("{BOOKING}<- Yes\n* call POST https://shop.example/bookings try 1\n+1m"));
    talk.nothing_unread().unwrap();
}

#[test]
fn nothing_is_said_where_the_window_is_closed() {
    let mut talk = patient();
    run(&mut talk, "< hi\n* asks main try 1");
    talk.window.opened_at = Some(talk.now - crate::base::limits::WINDOW);
    run(&mut talk, "+1m");
    talk.nothing_unread().unwrap();
}

#[test]
fn the_time_of_a_played_answer_counts() {
    let mut talk = patient();
    run(&mut talk, "< brakes?\n* asks main try 1");
    let asked = talk.questions.remove(0);
    let with = [("text".to_owned(), crate::model::value::Value::text("45 €"))].into();
    let act = [
        ("do".to_owned(), crate::model::value::Value::text("say")),
        ("with".to_owned(), crate::model::value::Value::Map(with)),
    ];
    let answer = Ok(crate::model::value::Value::Map(act.into()));
    let reply = crate::model::effect::ModelReply {
        took: crate::base::time::Span::seconds(8),
        ..crate::model::effect::ModelReply::free("main", answer)
    };
    let result = Ok(crate::model::event::CallReturn::Model(reply));
    talk.event(crate::model::event::Event::Returned { run: asked.run, call: asked.call, result });
    run(&mut talk, &format!("{ONE}\n> 45 €"));
}

#[test]
fn its_time_has_limits() {
    let findings = |after: &str| {
        let flow = format!(
            "flow: desk\nwhen: [{{any_message: true}}]\nsteps:\n  - agent: helper\n    instructions: Answer.\n    facts: [Open.]\n    patience: {after}\n"
        );
        let file = |path: &str, text: &str| crate::base::place::SourceFile::new(path, text);
        let found = crate::parse_set(&[file("flows/_bot.yaml", BOT), file("flows/desk.yaml", &flow)]).1;
        found.iter().map(|one| format!("{} {}", one.code, one.message)).collect::<Vec<_>>()
    };
    for after in ["1s", "60s"] {
        assert_eq!(findings(&format!("{{after: {after}, say: One moment}}")), [""; 0], "{after}");
    }
    for after in ["999ms", "61s"] {
        let found = findings(&format!("{{after: {after}, say: One moment}}"));
        assert!(found.len() == 1 && found[0].contains("1s to 1m"), "{after}: {found:?}");
    }
    for wrong in ["8s", "{after: 8s}", "{say: One moment}", "{after: 8s, say: ''}"] {
        assert_eq!(findings(wrong).len(), 1, "{wrong}: {:?}", findings(wrong));
    }
}
