//! Tests the acts of a case: messages, time, restarts, the API and people.

use super::*;

#[test]
fn a_talk_with_retries_that_take_no_time_passes() {
    passes(
        "
- user: shop
- bot: {text: Which size, buttons: [Small, Large], window: open}
- expect: {run: asking, vars: {size: none}}
- tap: l
- bot: \"Ordered *l*, number 7\"
- expect:
    http: {POST */orders: 3}
    same_key: true
    contact: {city: Sevilla, name: Ana, consent: {marketing: given}}
    run: waiting
    vars: {number: 7, size: l}
    refused: nothing
    handoff: nothing
- advance: 29h
- bot: nothing
- advance: 1h
- expect: {window: closed, sent: {template: arrived, vars: [7]}, run: done}",
    );
}

#[test]
fn a_restart_keeps_questions_waits_faults_and_what_the_mocks_have_answered() {
    passes(
        "
- user: shop
- restart
- expect: {run: asking, sent: nothing}
- tap: Large
- bot: Ordered
- expect: {http: {POST */orders: 3}}
- provider: {next_send: {fail: 131047}}
- restart
- advance: 30h
- expect: {sent: nothing, refused: window_closed}
- user: shop
- tap: Small
- bot: Ordered
- expect: {http: {POST */orders: 1}}",
    );
}

#[test]
fn a_timeout_falls_due_after_a_restart_too_and_once() {
    passes(
        "
- user: shop
- bot: Which size
- advance: 2h
- restart
- advance: 59m
- bot: nothing
- advance: 1m
- bot: Another time
- restart
- advance: 1d
- bot: nothing
- expect: {run: done}",
    );
}

#[test]
fn a_weekday_is_found_on_the_clock_of_now_where_clocks_change() {
    // 02:30 does not exist on that Sunday in Madrid: the schedule fires right after the gap, at three.
    passes(
        "
- advance_to: Sun 01:59
- expect: {sent: nothing}
- advance: 1m
- expect: {sent: {template: news}, window: closed}",
    );
}

#[test]
fn templates_are_as_the_head_says() {
    for (state, expected) in [
        ("approved", "{sent: {template: news}}"),
        ("paused", "{sent: nothing}"),
        ("rejected", "{sent: nothing}"),
        ("missing", "{sent: nothing}"),
    ] {
        let head = HEAD.replace("cases:", &format!("templates: {{news: {state}}}\ncases:"));
        let report = play_with(&head, &format!("- advance_to: Sun 04:00\n- expect: {expected}"));
        assert!(report.is_good(), "{state}: {}", said(&report));
    }
}

#[test]
fn what_is_refused_says_why() {
    passes("- user: STOP\n- advance: 7d\n- expect: {sent: nothing, refused: [{flow: news, why: opted_out}]}");
    let head = HEAD.replace("marketing: given", "marketing: withdrawn");
    let report = play_with(&head, "- advance: 7d\n- expect: {refused: no_consent}");
    assert!(report.is_good(), "{}", said(&report));
}

#[test]
fn events_statuses_and_changes_reach_the_bot() {
    passes(
        "
- event: {name: paid, data: {sum: 3}}
- bot: {template: paid, vars: [3]}
- set: {contact.city: Madrid, contact.tags: [vip], contact.visits: 3}
- expect: {contact: {city: Madrid, tags: [vip], visits: 3}}
- user: shop
- status: delivered
- status: read
- bot: nothing",
    );
}

pub(super) const DESK: &str = "flow: desk_call\nwhen: [{message: person}, {api: true}]\ninputs: {who: {type: text, optional: true}}\n\
                    steps:\n  - say: Hello ${who ?? \"there\"}\n    if_closed: skip\n  - handoff: desk\n";

#[test]
fn the_api_and_persons_act_in_a_test_and_a_case_has_a_world_of_its_own() {
    let test = "tests: desk_call\ncontact: {name: Ana}\ncases:\n  - name: a\n    contact: {city: Sevilla}\n    \
                now: 2026-03-27T09:00 Europe/Madrid\n    steps:\n      - user: hi\n      - api: {who: Eva}\n      \
                - bot: Hello Eva\n      - expect: {handoff: desk, contact: {name: Ana, city: Sevilla}}\n      \
                - person: I am here\n      - user: person\n      - bot: nothing\n      - hand_back\n      \
                - user: person\n      - bot: Hello there\n";
    let folder = folder(&[("_bot.yaml", BOT), ("desk_call.yaml", DESK), ("desk_call.test.yaml", test)]);
    let report = run(folder.path(), &TestOptions::default()).unwrap();
    assert!(report.is_good() && report.passed() == 1, "{}", said(&report));
}

const KINDS: &str = "\
flow: kinds
when:
  - order: true
  - form: visit
  - referral: any
  - missed_call: true
steps:
  - switch: msg.kind
    cases:
      order: [{say: '${msg.order.product_items[0].quantity} of ${msg.order.product_items[0].product_retailer_id}, ${msg.order.text}'}]
      form: [{say: 'Visit on ${msg.form.day} ${msg.form.flow_token}'}]
      call: [{say: We call back}]
    else:
      - say: ${msg.text} (${msg.referral.type} ${msg.referral.id} ${msg.referral.headline} ${msg.referral.body} ${msg.referral.url} ${msg.referral.click_id})
";

const THANKS: &str = "flow: thanks
when: [{reaction: \u{1f44d}}]
steps:
  - say: Thanks for ${msg.reaction}
    if_closed: skip
";

const FRIEND: &str = "\
flow: friend
when: [{message: friend}]
steps:
  - ask: Whom?
    as: whom
    type: contact
  - say: ${whom[0].name.formatted_name} at ${whom[0].phones[0].phone}
";

#[test]
fn whatever_a_customer_can_send_reaches_its_flow() {
    let bot = "bot: Shop\nlanguage: en\ntimezone: Europe/Madrid\n";
    let first = "flow: first\nwhen: [{first_message: true}]\nsteps:\n  - say: Hello\n";
    let test = "tests: kinds
now: 2026-03-27T09:00 Europe/Madrid
strict: true
cases:
  - name: all of them
    steps:
      - welcome
      - bot: nothing
      - advance: 4s
      - bot: Hello
      - order: {text: please, product_items: [{product_retailer_id: A7, quantity: 2}]}
      - bot: 2 of A7, please
      - form: {name: visit, data: {day: Mon}}
      - bot: Visit on Mon visit
      - form: visit
      - bot: 'Visit on '
      - form: other
      - bot: nothing
      - reaction: \u{1f44d}
      - bot: Thanks for \u{1f44d}
      - reaction: none
      - bot: nothing
      - referral: 42
      - bot: '(ad 42    )'
      - referral: {type: post, id: p1, headline: New bikes, body: For you, url: 'https://x.example', click_id: c, text: Hi}
      - bot: Hi (post p1 New bikes For you https://x.example c)
      - missed_call
      - bot: We call back
      - missed_call: true
      - bot: We call back
      - user: friend
      - bot: Whom?
      - card: {name: Ben, phone: \"+34600111333\"}
      - bot: Ben at +34600111333
";
    let files = [
        ("_bot.yaml", bot),
        ("kinds.yaml", KINDS),
        ("friend.yaml", FRIEND),
        ("first.yaml", first),
        ("thanks.yaml", THANKS),
    ];
    let folder = folder(&[&files[..], &[("kinds.test.yaml", test)]].concat());
    let report = run(folder.path(), &TestOptions::default()).unwrap();
    assert!(report.is_good() && report.passed() == 1, "{}", said(&report));
    for flow in ["kinds", "friend", "thanks"] {
        let drafted = init(folder.path(), flow).unwrap().unwrap();
        std::fs::write(folder.path().join(drafted.path), drafted.text).unwrap();
    }
    let report = run(folder.path(), &TestOptions::default()).unwrap();
    assert!(report.is_good() && report.passed() >= 3, "a first test can be guessed: {}", said(&report));
}

#[test]
fn a_message_that_comes_twice_is_answered_once() {
    passes(
        "\
- user: shop
- bot: Which size?
- again
- bot: nothing
- tap: Large
- again: true
- expect: {run: waiting, sent: nothing, handoff: nothing}",
    );
    assert!(failure("- again").contains("only a message that came can come again"));
}
