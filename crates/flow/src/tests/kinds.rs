//! Tests triggers of every kind: orders, forms, reactions, tags, deliveries, silences, dates.

use super::{Talk, check, check_bot};

fn one(trigger: &str) -> String {
    format!("flow: it\nwhen:\n  - {trigger}\nsteps: [{{say: Yes., if_closed: skip}}]\n")
}

const FIELDS: &str =
    "bot: Test\ntimezone: Europe/Madrid\nteams: {support: {}}\nfields: {plan: text, visit_at: datetime, born: date}\n";

#[test]
fn like_forgives_one_error_in_five_letters() {
    let flow = one("message: [appointment, order status]\n    match: like");
    check(&flow, "< apointment\n> Yes.\n< I need an appointmant\n> Yes.\n< oder satus\n> Yes.");
    check(&flow, "< appoint\n* unanswered\n< disappointed\n* unanswered");
}

#[test]
fn like_is_the_weakest_keyword() {
    let flow = |name: &str, how: &str, text: &str| {
        format!("flow: {name}\nwhen: [{{message: {text}, match: {how}}}]\nsteps: [{{say: {name}}}]\n")
    };
    let all = [flow("near", "like", "appointments"), flow("inside", "contains", "appoint")].join("---\n");
    check(&all, "< appointments\n> inside\n< apointments\n> near");
}

#[test]
fn a_language_narrows_a_message() {
    let flow = one("message: info\n    language: es");
    check(&flow, "< info\n* unanswered\n~ language es\n< info\n> Yes.");
    // A country's Spanish counts as Spanish, as with translations, but not the reverse.
    check(&flow, "~ language es_MX\n< info\n> Yes.\n~ language esq\n< info\n* unanswered");
    let mexican = one("message: info\n    language: es_MX");
    check(&mexican, "~ language es\n< info\n* unanswered\n~ language es_MX\n< info\n> Yes.");
}

#[test]
fn orders_and_forms_start_flows() {
    let flow = "flow: it\nwhen: [{order: true}]\nsteps: [{say: '${msg.order.text}'}]\n";
    check(flow, "~ order\n> please\n< order\n* unanswered");
    let flow = "flow: it\nwhen: [{form: visit}]\nsteps: [{say: 'Day ${msg.form.day}'}]\n";
    check(flow, "~ form visit:77 {\"day\": \"Mon\"}\n> Day Mon\n~ form other {}\n* unanswered");
    check(&one("form: any"), "~ form other {}\n> Yes.");
}

#[test]
fn a_message_with_a_gap_is_noted() {
    let flow = "flow: it\nwhen: [{form: visit}]\nsteps: [{say: 'Day ${msg.form.day}, ${msg.form.hour ?? \"\"}.'}]\n";
    let mut talk = Talk::new("bot: Test\n", flow);
    let gaps =
        |talk: &Talk| talk.trace.iter().filter(|line| line.contains("has no value")).cloned().collect::<Vec<_>>();
    talk.line("~ form visit:77 {\"day\": \"Mon\"}").unwrap();
    talk.line("> Day Mon, .").unwrap();
    assert_eq!(gaps(&talk), Vec::<String>::new());
    talk.line("~ form visit:78 {}").unwrap();
    talk.line("> Day , .").unwrap();
    let gaps = gaps(&talk);
    assert_eq!(gaps.len(), 1, "{gaps:?}");
    assert!(gaps[0].contains("`msg.form.day` has no value: nothing stands in its place in the message"), "{gaps:?}");
}

#[test]
fn a_reaction_starts_its_flow_and_no_other() {
    let any = "flow: z\nwhen: [{any_message: true}]\nsteps: [{say: Any.}]\n";
    let flows = format!("{}---\n{any}", one("reaction: [❤]"));
    check(&flows, "< x\n> Any.\n~ react ❤️\n> Yes.\n~ react 👍\n~ unreact");
    check(&one("reaction: 👍"), "< x\n* unanswered\n~ react 👍🏽\n> Yes.");
}

#[test]
fn a_reaction_answers_no_question() {
    let flows = format!(
        "flow: q\nwhen: [{{message: q}}]\nsteps: [{{ask: 'Name?', as: name}}, {{say: 'Hi ${{name}}'}}]\n---\n{}",
        one("reaction: any")
    );
    check(&flows, "< q\n> Name?\n~ react 👍\n> Yes.\n> Name?\n< Ada\n> Hi Ada");
}

#[test]
fn who_comes_from_an_advertisement_is_met() {
    let flow =
        |what: &str| format!("flow: it\nwhen: [{{referral: {what}}}]\nsteps: [{{say: '${{msg.referral.id}}'}}]\n");
    check(&flow("any"), "< hi\n* unanswered\n~ ad 42 hi\n> 42");
    check(&flow("'42'"), "~ ad 42 hi\n> 42\n~ ad 43 hi\n* unanswered");
    check(&flow("bikes"), "~ ad 42 hi\n> 42");
    let keyword = "flow: word\nwhen: [{message: hi}]\nsteps: [{say: Word.}]\n";
    // An exact text wins over a kind of message.
    check(&format!("{}---\n{keyword}", flow("any")), "~ ad 42 hi\n> Word.\n~ ad 42 hello\n> 42");
}

#[test]
fn a_missed_call_is_answered() {
    check(&one("missed_call: true"), "~ call taken\n~ call missed\n> Yes.");
}

#[test]
fn tags_start_flows_by_whomever_they_are_given() {
    let flows = "flow: buy
when: [{message: buy}]
steps: [{tag: customer}, {tag: customer}, {untag: trial}]
---
flow: it
when: [{tag_added: customer}]
steps: [{say: 'Now ${event.data.tag}'}]
---
flow: gone
when: [{tag_removed: any}]
steps: [{say: 'No more ${event.data.tag}'}]
";
    check(flows, "~ tag trial\n< buy\n> Now customer\n> No more trial\n< buy");
    check(flows, "< x\n~ gets customer\n> Now customer\n~ gets customer\n~ loses customer\n> No more customer");
}

#[test]
fn a_changed_field_starts_its_flow_with_both_values() {
    let flows = "flow: it
when: [{field_changed: contact.plan}]
steps: [{say: '${event.data.before} to ${event.data.value}'}]
---
flow: up
when: [{message: up}]
steps: [{set: {contact.plan: pro}}]
";
    check_bot(FIELDS, flows, "< x\n~ set plan free\n>  to free\n< up\n> free to pro\n< up\n~ set plan\n> pro to ");
}

#[test]
fn a_flow_starts_when_a_message_arrives_is_read_or_fails() {
    let flows = |state: &str| {
        format!(
            "flow: hi\nwhen: [{{message: hi}}]\nsteps: [{{say: Hello.}}]\n---\nflow: it\nwhen: [{{delivery: {state}}}]\nsteps: [{{say: 'About ${{event.data.flow}} ${{event.data.code}}', if_closed: skip}}]\n"
        )
    };
    check(&flows("read"), "< hi\n> Hello.\n~ delivered\n~ read\n> About hi ");
    check(&flows("delivered"), "< hi\n> Hello.\n~ delivered\n> About hi \n~ delivered");
    check(&flows("failed"), "< hi\n> Hello.\n~ failed 131026\n> About hi 131026\n~ failed 131026");
}

#[test]
fn what_a_flow_says_of_a_delivery_starts_it_no_second_time() {
    let flow = "flow: it\nwhen: [{message: hi}, {delivery: read}]\nsteps: [{say: Seen.}]\n";
    check(flow, "< hi\n> Seen.\n~ read");
}

#[test]
fn a_closing_window_starts_its_flow_once() {
    let flow = one("window_closing: 30m");
    check(&flow, "< x\n* unanswered\n+23h\n+29m\n+1m\n> Yes.\n* began it\n+3d");
    // Each message moves the end.
    check(&flow, "< x\n+20h\n< y\n+23h\n+30m\n> Yes.");
}

#[test]
fn silence_starts_its_flow_once_and_again_after_the_next_message() {
    let flow = one("quiet_for: 2h");
    check(&flow, "< x\n+1h\n< y\n+1h\n+1h\n> Yes.\n+5h\n< z\n+2h\n> Yes.");
    check(&flow, "< STOP\n> You will hear no more from us. Write START to come back.\n+3h");
}

#[test]
fn what_would_fall_into_quiet_hours_comes_before_them() {
    // The test begins at 13:00 in Madrid, so 23 h later is allowed and 11 h later is midnight.
    let bot = "bot: Test\ntimezone: Europe/Madrid\nquiet_hours: {from: '21:00', to: '08:00'}\n";
    check_bot(bot, &one("quiet_for: 11h"), "< x\n+7h\n+59m\n+1m\n> Yes.\n+12h");
    check_bot(bot, &one("window_closing: 13h"), "< x\n+8h\n> Yes.\n~ react 👍\n+16h");
    check_bot(bot, &one("quiet_for: 3h"), "< x\n+3h\n> Yes.");
}

#[test]
fn a_trigger_that_is_published_later_counts_from_the_last_message() {
    let mut talk = Talk::new("bot: Test\n", "flow: a\nwhen: [{message: a}]\nsteps: [{log: a}]\n");
    talk.line("< a").unwrap();
    talk.line("+1h").unwrap();
    let later = Talk::new("bot: Test\n", &one("quiet_for: 2h"));
    talk.versions = later.versions.clone();
    for line in ["~ published", "+59m", "~ published", "+1m", "> Yes.", "~ published", "+5h"] {
        talk.line(line).unwrap_or_else(|what| panic!("{line}: {what}"));
    }
    talk.nothing_unread().unwrap();
}

#[test]
fn once_per_counts_for_every_kind_of_trigger() {
    let flow = "flow: it
when: [{event: paid, once_per: '${event.data.order}'}]
steps: [{say: 'Order ${event.data.order}'}]
";
    check(
        flow,
        "< x\n~ event paid {\"order\": 1}\n> Order 1\n~ event paid {\"order\": 1}\n~ event paid {\"order\": 2}\n> Order 2",
    );
    check(&one("message: hi\n    once_per: ever"), "< hi\n> Yes.\n< hi\n* unanswered");
}

#[test]
fn a_long_key_of_once_per_is_told_apart_all_the_same() {
    let flow = "flow: it\nwhen: [{event: paid, once_per: '${event.data}'}]\nsteps: [{say: Yes.}]\n";
    let (a, b) = ("a".repeat(300), "b".repeat(300));
    check(flow, &format!("< x\n~ event paid \"{a}\"\n> Yes.\n~ event paid \"{a}\"\n~ event paid \"{b}\"\n> Yes."));
}

#[test]
fn the_first_trigger_whose_condition_holds_starts() {
    let flow = "flow: it
when:
  - event: paid
    if: event.data > 100
    at_most: 1/1d
  - event: paid
    if: event.data > 10
steps: [{say: Yes.}]
";
    check(flow, "< x\n~ event paid 5\n~ event paid 50\n> Yes.\n~ event paid 500\n> Yes.\n~ event paid 500\n> Yes.");
}

#[test]
fn what_a_body_lists_becomes_a_variable() {
    let flow = "flow: cart
when:
  - webhook: cart
    contact: ${body.phone}
    once_per: ${body.cart}
    body: {phone: phone, cart: text, total: {type: number, optional: true}}
steps: [{say: '${cart} of ${phone}: ${body.url} ${total}'}]
";
    check(
        flow,
        "< x\n~ hook cart {\"phone\": \"+34 600 111 222\", \"cart\": \"c1\", \"url\": \"u\", \"total\": 3}\n> c1 of +34600111222: u 3\n~ hook cart {\"phone\": \"+34600111222\", \"cart\": \"c1\"}",
    );
}

#[test]
fn a_date_that_moved_while_it_waited_in_line_does_not_start() {
    let flows = "flow: it
when: [{date: contact.visit_at, offset: -1d}]
steps: [{say: Tomorrow., if_closed: skip}]
";
    // The runtime stores the rows; the engine checks that the value is still the same.
    check_bot(FIELDS, flows, "< x\n~ start it date contact.visit_at -1d\n* not meant it");
}

#[test]
fn moments_of_dates_go_by_the_calendar_of_the_contact() {
    use crate::{dates, model::value::Value};
    let flow = |rest: &str| format!("flow: it\nwhen: [{{date: {rest}}}]\nsteps: [{{log: x}}]\n");
    let at = |rest: &str, field: &str, value: Value| {
        let mut talk = Talk::new(FIELDS, &flow(rest));
        talk.contact.data.fields.insert(field.into(), value);
        let set = talk.versions.live();
        let table = &dates(set)[0];
        let moment = table.date.moment(&talk.contact.data, &set.bot)?;
        let local = crate::engine::views::zoned(moment.at, set.bot.timezone.clone());
        Some(format!("{} {}", table.key, local.strftime("%Y-%m-%dT%H:%M")))
    };
    let visit = || Value::moment("2026-03-29T12:00[Europe/Madrid]".parse().unwrap());
    // The clocks change in the night before, so a day before is still noon.
    assert_eq!(
        at("contact.visit_at, offset: -1d", "visit_at", visit()).unwrap(),
        "date contact.visit_at -1d 2026-03-28T12:00"
    );
    assert_eq!(
        at("contact.visit_at, offset: -24h", "visit_at", visit()).unwrap(),
        "date contact.visit_at -1d 2026-03-28T12:00"
    );
    assert_eq!(
        at("contact.visit_at, offset: -90m", "visit_at", visit()).unwrap(),
        "date contact.visit_at -1h30m 2026-03-29T10:30"
    );
    assert_eq!(
        at("contact.visit_at, offset: -1d, at: '10:00'", "visit_at", visit()).unwrap(),
        "date contact.visit_at -1d 10:00 2026-03-28T10:00"
    );
    let born = Value::Date(jiff::civil::date(2026, 12, 24));
    assert_eq!(at("contact.born, at: '9:30'", "born", born).unwrap(), "date contact.born 09:30 2026-12-24T09:30");
    assert_eq!(at("contact.visit_at", "plan", Value::text("x")), None);
}

#[test]
fn an_opened_chat_waits_for_the_text_that_follows() {
    let flows = "flow: first
when: [{first_message: true}]
steps: [{say: Welcome.}]
---
flow: menu
when: [{message: menu}]
steps: [{say: The menu.}]
";
    check(flows, "~ welcome\n+2s\n+1s\n> Welcome.\n< x\n* unanswered");
    check(flows, "~ welcome\n+1s\n< menu\n> The menu.\n+1h");
    check(flows, "~ welcome\n+1s\n< hello\n> Welcome.\n+1h");
    check(flows, "~ welcome\n~ person\n+1h");
}

#[test]
fn an_opened_chat_starts_what_takes_any_message() {
    let flows = "flow: any
when: [{any_message: true}]
steps: [{say: 'You: ${msg.text ?? \"-\"} ${msg.kind}'}]
";
    check(flows, "~ welcome\n+3s\n> You: - welcome\n< hello\n> You: hello text");
    check(flows, "< hello\n> You: hello text\n~ welcome\n+1s\n< again\n> You: again text\n+1h");
    check(&flows.replace("true}", "true, if: 'msg.kind != \"welcome\"'}"), "~ welcome\n+1h\n< hi\n> You: hi text");
}

#[test]
fn a_flow_beside_a_question_leaves_it_alone() {
    let flows = "flow: q
when: [{message: q}]
steps: [{ask: 'Name?', as: name}, {say: 'Hi ${name}'}]
---
flow: beside
when: [{message: tip}, {event: tip}]
if_busy: parallel
steps: [{say: A tip.}, {wait: 1h}, {say: Another., if_closed: skip}]
";
    check(flows, "< q\n> Name?\n< tip\n> A tip.\n+1h\n> Another.\n< Ada\n> Hi Ada");
    check(flows, "< q\n> Name?\n~ event tip\n> A tip.\n* started beside\n~ person\n~ event tip\n* queued beside");
}

#[test]
fn circles_of_any_kind_end_with_a_word_in_the_trace() {
    let flows = "flow: a
when: [{message: go}, {tag_removed: x}]
steps: [{tag: x}]
---
flow: b
when: [{tag_added: x}]
steps: [{untag: x}]
";
    check(flows, "< go\n* alarm event_depth");
    let mut talk = Talk::new("bot: Test\n", flows);
    talk.line("< go").unwrap();
    assert!(talk.trace.iter().any(|line| line.contains("a circle?")), "{}", talk.trace.join("\n"));
    let waiting = "flow: a
when: [{message: go}]
steps: [{wait: {event: ping}}, {emit: pong}, {go: top}]
---
flow: b
when: [{message: go2}]
steps: [{wait: {event: pong}}, {emit: ping}, {go: top}]
";
    check(waiting, "< go\n< go2\n~ event ping\n* alarm event_depth");
}

#[test]
fn two_flows_with_the_same_trigger_count_apart() {
    let flow = |name: &str, limit: &str| {
        format!(
            "flow: {name}\nwhen: [{{event: paid, {limit}}}]\nif_busy: aside\nsteps: [{{say: {name}, if_closed: skip}}]\n"
        )
    };
    for limit in ["once_per: '${event.data.no}'", "at_most: 1/1d"] {
        let both = [flow("a", limit), flow("b", limit)].join("---\n");
        check(&both, "< x\n* unanswered\n~ event paid {\"no\": 7}\n> a\n> b\n~ event paid {\"no\": 7}");
    }
}
