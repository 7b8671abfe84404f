//! Tests opt-out, opt-in, unsure words, and consent by button and by step.

use super::{Talk, check, check_bot};

const NEWS: &str = "flow: news
when: [{message: news}, {api: true}]
topic: marketing
steps: [{say: Fresh news!}]
---
flow: name
when: [{message: hi}]
steps: [{ask: 'Name?', as: name}, {say: '${name}!'}]
";

#[test]
fn stop_ends_everything_and_is_confirmed_once_a_day() {
    let transcript = "< hi\n> Name?\n< STOP\n> You will hear no more from us. Write START to come back.\n* run stopped\n* drop all\n= contact.opted_out true\n< stop\n+1d\n< stop\n> You will hear no more from us. Write START to come back.";
    check(NEWS, transcript);
}

#[test]
fn a_foreign_button_says_stop_and_an_option_of_a_question_does_not() {
    const STOPPED: &str = "> You will hear no more from us. Write START to come back.";
    check(NEWS, &format!("~ button x Unsubscribe\n{STOPPED}\n= contact.opted_out true"));
    check(NEWS, &format!("< hi\n> Name?\n~ button STOP Leave\n{STOPPED}\n* run stopped\n* drop all"));
    let clock = "flow: clock\nwhen: [{message: hi}]\nsteps: [{ask: 'Stop it?', as: it, options: [Stop, Go on]}, {say: '${it}!'}]\n";
    check(clock, "< hi\n> Stop it? [Stop] [Go on]\n<- Stop\n> Stop!\n= contact.opted_out false");
}

#[test]
fn what_comes_after_a_stop_needs_a_person() {
    check(
        NEWS,
        "< STOP\n> You will hear no more from us. Write START to come back.\n< hi\n* needs person\n= needs_person true\n= runs 0",
    );
}

#[test]
fn a_stop_answers_in_its_own_language() {
    check(NEWS, "< ABMELDEN\n> Sie hören nichts mehr von uns. Schreiben Sie START, um zurückzukommen.");
    check(NEWS, "~ language es\n< STOP\n> No recibirás más mensajes nuestros. Escribe ALTA para volver.");
}

#[test]
fn the_authors_words_confirm_a_stop() {
    let flows = format!(
        "{NEWS}---\nflow: stop\nwhen: [{{consent: {{all: withdrawn}}}}]\nsteps: [{{say: Farewell.}}, {{say: Not this.}}]\n"
    );
    check(&flows, "< STOP\n> Farewell.\n* run done\n= runs 0");
}

#[test]
fn start_lifts_a_stop() {
    check(
        NEWS,
        "< START\n* unanswered\n< STOP\n> You will hear no more from us. Write START to come back.\n< START\n> Welcome back! You will hear from us again.\n= contact.opted_out false\n< hi\n> Name?",
    );
}

#[test]
fn nothing_starts_after_a_stop() {
    check(
        NEWS,
        "< STOP\n> You will hear no more from us. Write START to come back.\n~ start news api\n* refused news opted_out",
    );
}

#[test]
fn unasked_marketing_needs_consent() {
    check(
        NEWS,
        "< x\n~ start news api\n* refused news no_consent\n~ consent marketing given\n~ start news api\n> Fresh news!",
    );
    check(NEWS, "< news\n> Fresh news!");
}

#[test]
fn a_topic_has_a_cap() {
    let bot = "bot: Test\ntopics: {marketing: {needs: consent, at_most: [1/1d]}}\n";
    check_bot(
        bot,
        NEWS,
        "< x\n~ consent marketing given\n~ start news api\n> Fresh news!\n~ start news api\n* refused news capped\n+1d\n< x\n~ start news api\n> Fresh news!",
    );
}

#[test]
fn an_unsure_word_is_asked_back() {
    check(
        NEWS,
        "< cancel\n> Do you want to receive no more messages from us? [Yes] [No]\n<- Yes\n> You will hear no more from us. Write START to come back.\n* opt_out true",
    );
    check(
        NEWS,
        "< cancel\n> Do you want to receive no more messages from us? [Yes] [No]\n<- No\n> All right, nothing changes.\n= contact.opted_out false",
    );
    check(
        NEWS,
        "< cancel\n> Do you want to receive no more messages from us? [Yes] [No]\n< yes\n> You will hear no more from us. Write START to come back.",
    );
    check(NEWS, "< cancel\n> Do you want to receive no more messages from us? [Yes] [No]\n< hi\n> Name?");
    check(NEWS, "< PARAR\n> ¿Quieres dejar de recibir nuestros mensajes? [Sí] [No]");
}

#[test]
fn an_unsure_word_is_an_answer_to_a_question_and_a_keyword_of_a_flow() {
    check(NEWS, "< hi\n> Name?\n< cancel\n> cancel!");
    let flows =
        format!("{NEWS}---\nflow: cancel\nwhen: [{{message: cancel}}]\nsteps: [{{say: Your order is cancelled.}}]\n");
    check(&flows, "< cancel\n> Your order is cancelled.\n= contact.opted_out false");
}

const OFFER: &str = "flow: offer
when: [{message: offer}]
steps:
  - ask: Shall we write to you?
    timeout: 1h
    options:
      - {id: 'yes', title: Yes please, consent: {marketing: given}, do: [{say: Great.}]}
      - {id: leave, title: Never again, consent: {all: withdrawn}}
      - {id: nope, title: No more news, consent: {marketing: withdrawn}, do: [{say: Noted.}]}
";

#[test]
fn a_button_consents() {
    check(
        OFFER,
        "< offer\n> Shall we write to you? [Yes please] [Never again] [No more news]\n<- Yes please\n> Great.\n* consent marketing true\n= contact.consent.marketing true",
    );
    check(
        OFFER,
        "< offer\n> Shall we write to you? [Yes please] [Never again] [No more news]\n< yes please\n> Great.\n= contact.consent.marketing true",
    );
}

#[test]
fn a_consent_button_counts_long_after_its_run() {
    check(
        OFFER,
        "< offer\n> Shall we write to you? [Yes please] [Never again] [No more news]\n+5d\n<- No more news\n> Done, we have noted that.\n= contact.consent.marketing false",
    );
}

#[test]
fn a_consent_button_counts_while_a_person_has_the_conversation() {
    check(
        OFFER,
        "< offer\n> Shall we write to you? [Yes please] [Never again] [No more news]\n~ person\n<- No more news\n= contact.consent.marketing false",
    );
}

#[test]
fn a_button_that_withdraws_all_is_a_stop() {
    check(
        OFFER,
        "< offer\n> Shall we write to you? [Yes please] [Never again] [No more news]\n<- Never again\n> You will hear no more from us. Write START to come back.\n* opt_out true\n* run stopped",
    );
}

#[test]
fn a_consent_step_starts_flows_that_wait_for_it() {
    let flows = "flow: join
when: [{message: join}]
steps: [{consent: {marketing: given}}]
---
flow: thanks
when: [{consent: {marketing: given}}]
steps: [{say: Thanks for joining.}]
";
    check(flows, "< join\n* consent marketing true\n> Thanks for joining.");
}

#[test]
fn a_stop_step_says_its_one_sentence() {
    let flow = "flow: leave
when: [{message: leave}]
steps: [{consent: {all: withdrawn}}, {say: Goodbye.}, {say: Not this.}]
";
    check(flow, "< leave\n* opt_out true\n> Goodbye.\n= contact.opted_out true");
}

#[test]
fn whatsapps_own_switch_withdraws_topics_that_need_consent() {
    check(
        NEWS,
        "~ consent marketing given\n~ preference off\n* consent marketing false\n= contact.consent.marketing false\n= contact.opted_out false",
    );
}

#[test]
fn quiet_hours_hold_unasked_messages_only() {
    let bot = "bot: Test\ntimezone: Europe/Madrid\nquiet_hours: {from: '21:00', to: '08:00'}\n";
    let flows = "flow: ping
when: [{api: true}, {message: ping}]
steps: [{say: Ping!}]
";
    // 13:00 in Madrid; 22:00 nine hours later.
    check_bot(bot, flows, "< x\n+9h\n~ start ping api\n= held 1\n+9h\n+1h\n> Ping!");
    check_bot(bot, flows, "+9h\n< ping\n> Ping!");
    // The next inbound message releases it like a held message.
    check_bot(bot, flows, "< x\n+9h\n~ start ping api\n= held 1\n+1h\n< hello\n> Ping!");
    let ignoring = flows.replace("steps:", "quiet_hours: {ignore: it burns}\nsteps:");
    check_bot(bot, &ignoring, "< x\n+9h\n~ start ping api\n> Ping!");
}

#[test]
fn a_bot_has_stop_words_of_its_own() {
    let bot = "bot: Test\nopt_out: {words: [leave me alone], unsure: [enough]}\n";
    let flow = "flow: hi\nwhen: [{message: hi}]\nsteps: [{say: Hello}]\n";
    let bye = "> You will hear no more from us. Write START to come back.\n= contact.opted_out true";
    check_bot(bot, flow, &format!("< hi\n> Hello\n< Leave me alone!\n{bye}"));
    let mut talk = Talk::new(bot, flow);
    talk.line("< enough").unwrap();
    assert_eq!(talk.unread.len(), 1, "it is asked back");
    talk.unread.clear();
    talk.line("= contact.opted_out false").unwrap();
    talk.line("< yes").unwrap();
    talk.line("= contact.opted_out true").unwrap();
}

#[test]
fn a_button_of_a_message_consents_and_starts_nothing() {
    let flow = "flow: a
when: [{message: go}]
steps:
  - say: News by the month?
    buttons: [{id: more, title: Yes please, consent: {marketing: given}}, {title: No, consent: {marketing: withdrawn}}]
";
    check(
        flow,
        "< go\n> News by the month? [Yes please] [No]\n* run done\n<- Yes please\n* consent marketing true\n> Done, we have noted that.",
    );
    check(
        flow,
        "< go\n> News by the month? [Yes please] [No]\n<- No\n* consent marketing false\n> Done, we have noted that.",
    );
}
