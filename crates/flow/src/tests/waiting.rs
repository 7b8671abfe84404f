//! Tests `wait` in all its forms.

use super::{check, check_bot};

fn wait(how: &str) -> String {
    format!("flow: a\nwhen: [{{message: go}}]\nsteps:\n  - say: One\n  - wait: {how}\n  - say: Two\n")
}

#[test]
fn for_a_time() {
    check(&wait("2h"), "< go\n> One\n+119m\n+1m\n> Two");
}

#[test]
fn until_a_clock_time_of_the_contact() {
    // It is 13:00 in Madrid.
    check(&wait("{until: '15:00'}"), "< go\n> One\n+119m\n+1m\n> Two");
    check(&wait("{until: '10:00'}"), "< go\n> One\n+20h\n< x\n* unanswered\n+1h\n> Two");
}

#[test]
fn until_a_moment() {
    check(&wait("{until: '${now() + hours(3)}'}"), "< go\n> One\n+179m\n+1m\n> Two");
    check(&wait("{until: '${now() - hours(3)}'}"), "< go\n> One\n> Two");
}

#[test]
fn until_the_shop_opens() {
    let bot = "bot: Test\ntimezone: Europe/Madrid\nhours: {shop: {open: {mon-sun: ['16:00-18:00']}}}\n";
    check_bot(bot, &wait("{until: hours.shop}"), "< go\n> One\n+179m\n+1m\n> Two");
}

#[test]
fn until_the_window_closes() {
    check(&wait("window_closing"), "< go\n> One\n+23h\n+30m\n> Two");
    // The contact wrote meanwhile, so the window ends later.
    check(&wait("window_closing"), "< go\n> One\n+20h\n< x\n* unanswered\n+4h\n+19h\n+30m\n> Two");
}

#[test]
fn for_a_delivery() {
    check(&wait("{delivery: delivered}"), "< go\n> One\n~ delivered\n> Two");
    check(&wait("{delivery: read}"), "< go\n> One\n~ delivered\n~ read\n> Two");
    let flow = "flow: a
when: [{message: go}]
steps:
  - say: One
  - wait: {delivery: read}
    timeout: 1h
    on_timeout: [{say: Not read.}, end]
  - say: Two
";
    check(flow, "< go\n> One\n+1h\n> Not read.");
}

#[test]
fn a_wait_outlives_nothing_but_itself() {
    check(
        &wait("2h"),
        "< go\n> One\n< STOP\n> You will hear no more from us. Write START to come back.\n* run stopped\n+3h",
    );
}

#[test]
fn what_it_says_after_a_wait_was_asked_for_half_an_hour_long() {
    let bot = "bot: Test\ntopics: {marketing: {needs: consent}}\n";
    let flow = |span: &str| wait(span).replace("when:", "topic: marketing\nwhen:");
    check_bot(bot, &flow("3s"), "< go\n> One\n+3s\n> Two\n* run done");
    check_bot(bot, &flow("30m"), "< go\n> One\n+30m\n> Two\n* run done");
    check_bot(bot, &flow("31m"), "< go\n> One\n+31m\n* not sent no_consent");
}

#[test]
fn a_pause_at_night_is_no_reason_to_wait_for_the_morning() {
    let bot = "bot: Test\ntimezone: Europe/Madrid\nquiet_hours: {from: '21:00', to: '08:00'}\n";
    // 13:00 in Madrid; 22:00 nine hours later.
    check_bot(bot, &wait("3s"), "+9h\n< go\n> One\n+3s\n> Two\n* run done");
    check_bot(bot, &wait("40m"), "+9h\n< go\n> One\n+40m\n= held 1");
    let asks = "flow: a\nwhen: [{message: go}]\nsteps:\n  - ask: Well?\n    remind: {after: 5m, say: Still there?}\n    \
                timeout: 10m\n    on_timeout: [{say: Until tomorrow then}]\n";
    check_bot(bot, asks, "+9h\n< go\n> Well?\n+5m\n> Still there?\n+5m\n> Until tomorrow then\n* run done");
}

#[test]
fn a_tap_is_a_reply_too() {
    let flow = "flow: a
when: [{message: go}]
steps:
  - say: Choose
    buttons: [{id: x, title: This}]
  - wait: reply
    as: said
  - say: 'You said ${said}'
";
    check(flow, "< go\n> Choose [This]\n<- This\n> You said This");
}

#[test]
fn a_reply_is_waited_for_until_a_moment() {
    let flow = |until: &str| {
        format!(
            "flow: a\nwhen: [{{message: go}}]\nsteps:\n  - wait: reply\n    as: said\n    timeout: {{until: {until}}}\n    on_timeout: [{{say: Too late, if_closed: skip}}, end]\n  - say: 'You said ${{said}}'\n"
        )
    };
    // It is 13:00 in Madrid.
    check(&flow("'15:00'"), "< go\n+1h\n+59m\n+1m\n> Too late\n* run done");
    check(&flow("'15:00'"), "< go\n+1h\n+59m\n< me\n> You said me");
    check(&flow("'${now() + hours(3)}'"), "< go\n+2h\n+59m\n+1m\n> Too late");
}
