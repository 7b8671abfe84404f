//! Tests the parts around a text: long lists by pages, header and footer, reactions.

use super::{Talk, check};
use crate::model::{
    channel_limits::{ChannelLimits, META},
    content::Content,
};
use std::sync::LazyLock;

fn list(count: usize, more: &str) -> String {
    let options: Vec<String> = (1..=count).map(|n| format!("Shop {n}")).collect();
    format!(
        "flow: a\nwhen: [{{message: go}}]\nsteps:\n  - ask: Which?\n    as: x\n    options: [{}]\n{more}  - say: '${{x}}'\n",
        options.join(", ")
    )
}

const FIRST: &str = "> Which? (Shop 1) (Shop 2) (Shop 3) (Shop 4) (Shop 5) (Shop 6) (Shop 7) (Shop 8) (Shop 9) (More…)";
const SECOND: &str =
    "> Which? (Shop 10) (Shop 11) (Shop 12) (Shop 13) (Shop 14) (Shop 15) (Shop 16) (Shop 17) (More…) (Back)";
const THIRD: &str = "> Which? (Shop 18) (Shop 19) (Shop 20) (Back)";

#[test]
fn a_long_list_is_turned_over_and_back() {
    let talk =
        format!("< go\n{FIRST}\n<- More…\n{SECOND}\n<- More…\n{THIRD}\n<- Back\n{SECOND}\n<- Shop 12\n> Shop 12");
    check(&list(20, ""), &talk);
}

#[test]
fn turning_over_costs_no_try_and_can_be_typed() {
    let talk = format!("< go\n{FIRST}\n< more\n{SECOND}\n< More…\n{THIRD}\n< back\n{SECOND}\n< shop 3\n> Shop 3");
    check(&list(20, "    tries: 1\n    on_fail: [{say: Failed}]\n"), &talk);
}

#[test]
fn a_title_of_another_page_is_an_answer() {
    check(&list(20, ""), &format!("< go\n{FIRST}\n< Shop 19\n> Shop 19"));
}

#[test]
fn what_is_asked_again_is_the_page_that_was_shown() {
    let invalid = SECOND.replace("Which?", "Sorry, I did not get that.");
    check(&list(20, ""), &format!("< go\n{FIRST}\n<- More…\n{SECOND}\n< what\n{invalid}\n<- Shop 11\n> Shop 11"));
}

#[test]
fn ten_options_need_no_pages() {
    let rows: String = (1..=10).map(|n| format!(" (Shop {n})")).collect();
    check(&list(10, ""), &format!("< go\n> Which?{rows}\n<- Shop 10\n> Shop 10"));
}

#[test]
fn a_page_of_an_old_list_changes_nothing_while_another_question_waits() {
    let flow = list(12, "").replace("  - say: '${x}'\n", "  - ask: And how many?\n");
    check(&flow, &format!("< go\n{FIRST}\n< shop 12\n> And how many?\n+1m\n<- More…\n> And how many?"));
}

#[test]
fn options_from_data_keep_the_fixed_ones_on_every_page() {
    let flow = "flow: a
when: [{message: go}]
steps:
  - http: GET ${env.URL}/slots
    as: got
  - ask: When?
    as: slot
    options: {each: '${got.body}', id: '${item.id}', title: '${item.t}', also: [{Another day: {say: Another}}]}
  - say: 'At ${slot.t}'
";
    let bot = "bot: Test\nenv: [URL]\n";
    let slots: Vec<String> = (1..=11).map(|n| format!(r#"{{"id": "s{n}", "t": "{n} h"}}"#)).collect();
    let answer = format!("~ answer 200 [{}]", slots.join(","));
    let talk = format!(
        "< go\n* call GET https://shop.example/slots try 1\n{answer}\n\
         > When? (1 h) (2 h) (3 h) (4 h) (5 h) (6 h) (7 h) (8 h) (Another day) (More…)\n\
         <- More…\n> When? (9 h) (10 h) (11 h) (Another day) (Back)\n<- 11 h\n> At 11 h"
    );
    super::check_bot(bot, flow, &talk);
}

#[test]
fn header_and_footer_stand_around_what_can_be_tapped() {
    let flow = "flow: a
when: [{message: go}]
steps:
  - ask: Size?
    header: Coffee to go
    footer: 'Hi ${contact.first_name}'
    options: [S, M]
  - say: Look
    link: {title: Open, url: 'https://x.example'}
    header: https://x.example/a.jpg
";
    check(flow, "< go\n> Coffee to go | Size? | Hi Ada [S] [M]\n< S\n> Look [Open -> https://x.example]");
}

#[test]
fn where_nothing_can_be_tapped_they_are_lines_of_the_text() {
    let flow = "flow: a
when: [{message: go}]
steps:
  - say: The shop is open.
    header: News
    footer: Until six
";
    check(flow, "< go\n> *News* /  / The shop is open. /  / _Until six_");
}

#[test]
fn a_header_text_and_a_picture_go_one_after_the_other() {
    let flow = "flow: a
when: [{message: go}]
steps:
  - ask: Size?
    header: Coffee
    media: https://x.example/a.jpg
    options: [S, M]
";
    check(flow, "< go\n> <image>\n> Coffee | Size? [S] [M]");
}

#[test]
fn a_reaction_goes_to_the_newest_message() {
    let flow = "flow: a
when: [{message: go}]
steps:
  - react: 👍
  - ask: Sure?
    as: x
  - react: ${x}
  - react: none
";
    check(flow, "< go\n> (👍 on wamid.1)\n> Sure?\n< 🎉\n> (🎉 on wamid.2)\n> (nothing on wamid.2)\n* run done");
}

#[test]
fn what_is_no_emoji_is_an_error_of_the_step() {
    let flow = "flow: a
when: [{message: go}]
steps:
  - react: ${msg.text}
    on_error: [{say: '${error.code}'}]
";
    check(flow, "< go\n> type\n* run done");
}

#[test]
fn without_an_open_window_nothing_reacts() {
    let flow = "flow: a
when: [{message: go}]
steps:
  - wait: 30h
  - react: 👍
";
    check(flow, "< go\n+30h\n* run done");
    let mut talk = Talk::new("bot: Test\n", "flow: a\nwhen: [{api: true}]\nsteps: [{react: 👍}]\n");
    talk.line("~ start a").unwrap();
    talk.line("* run done").unwrap();
}

#[test]
fn one_button_needs_no_list_and_may_be_a_text() {
    let flow = |buttons: &str| {
        format!("flow: a\nwhen: [{{message: go}}, {{button: fine}}]\nsteps:\n  - say: Read\n    buttons: {buttons}\n")
    };
    check(&flow("Fine"), "< go\n> Read [Fine]");
    check(&flow("{id: fine, title: It is fine}"), "< go\n> Read [It is fine]\n<- It is fine\n> Read [It is fine]");
    check(&flow("[Fine, {title: Not fine}]"), "< go\n> Read [Fine] [Not fine]");
}

#[test]
fn rows_of_a_list_have_a_second_line() {
    let flow = "flow: a
when: [{message: go}]
vars: {all: ['${#{sku: \"a\", name: \"Red\", why: \"warm\"}}', '${#{sku: \"b\", name: \"Blue\", why: \"cold\"}}']}
steps:
  - ask: 'Which?'
    as: which
    options:
      each: ${all}
      id: ${item.sku}
      title: ${item.name}
      desc: 'It is ${item.why}'
      also:
        - {id: none_of_them, title: None, desc: 'Of ${all.len()}', consent: {marketing: withdrawn}, do: [{say: A pity}, end]}
        - Another: [{say: Soon}, end]
  - say: '${which.name}'
";
    let mut talk = Talk::new("bot: Test\n", flow);
    for line in ["< go", "> Which? (Red) (Blue) (None) (Another)"] {
        talk.line(line).unwrap();
    }
    let Some(Content::List { rows, .. }) = talk.said.last() else { panic!("{:?}", talk.said) };
    let seconds: Vec<_> = rows.iter().map(|row| row.description.as_deref()).collect();
    assert_eq!(seconds, [Some("It is warm"), Some("It is cold"), Some("Of 2"), None]);
    check(flow, "< go\n> Which? (Red) (Blue) (None) (Another)\n<- Blue\n> Blue");
    check(
        flow,
        "< go\n> Which? (Red) (Blue) (None) (Another)\n<- None\n* consent marketing false\n> A pity\n* run done",
    );
    check(flow, "< go\n> Which? (Red) (Blue) (None) (Another)\n< another\n> Soon\n* run done");
}

#[test]
fn a_question_may_have_a_page_behind_it() {
    let flow = "flow: a
when: [{message: go}]
steps:
  - ask: Have a look. Which colour?
    link: {title: All colours, url: 'https://x.example/${contact.first_name}'}
    as: colour
  - say: '${colour}!'
";
    check(flow, "< go\n> Have a look. Which colour? [All colours -> https://x.example/Ada]\n< red\n> red!");
}

const MENU: &str = "flow: a
when: [{message: go}]
steps:
  - say: Our menu
    media: files/menu.pdf
    on_error:
      - say: ${error.code}
";

#[test]
fn a_file_of_the_bot_goes_as_its_path_or_behind_an_address() {
    let sent = |carries, public_url| {
        let mut talk = Talk::new("bot: Shop\nlanguage: en\ntimezone: UTC\n", MENU);
        (talk.carries, talk.public_url) = (carries, public_url);
        talk.line("< go").unwrap();
        talk.said.remove(0)
    };
    let url = |content: Content| content.media().map(|media| media.url.clone());
    assert_eq!(url(sent(&META, None)).as_deref(), Some("files/menu.pdf"), "it is uploaded");
    static FETCHES: LazyLock<ChannelLimits> = LazyLock::new(|| ChannelLimits { uploads: false, ..META.clone() });
    let address = url(sent(&FETCHES, Some("https://bot.example"))).unwrap();
    assert!(address.starts_with("https://bot.example/v1/files/") && address.ends_with("/menu.pdf"), "{address}");
    assert_eq!(sent(&FETCHES, None).text(), "no_public_url");
}

const BOTH: &str = "flow: a
when: [{message: go}]
steps:
  - ask: Which size?
    as: size
    header: Shoes
    link: {title: Size chart, url: 'https://shop.example/sizes', text: Measure first.}
    options: [S, M]
  - say: '${size}'
    link: {title: Open, url: 'https://shop.example'}
    buttons: [Bye]
";

#[test]
fn a_link_goes_ahead_of_options_and_of_buttons() {
    check(
        BOTH,
        "< go\n> Measure first. [Size chart -> https://shop.example/sizes]\n> Shoes | Which size? [S] [M]\n<- M\n\
         > Open [Open -> https://shop.example]\n> M [Bye]",
    );
    // The question and its options are repeated.
    check(
        BOTH,
        "< go\n> Measure first. [Size chart -> https://shop.example/sizes]\n> Shoes | Which size? [S] [M]\n< XL\n\
         > Sorry, I did not get that. [S] [M]\n< s\n> Open [Open -> https://shop.example]\n> S [Bye]",
    );
}

#[test]
fn a_link_beside_a_list_and_where_nothing_can_be_tapped() {
    let flow = BOTH.replace("[S, M]", "[S, M, L, XL]");
    let first =
        "< go\n> Measure first. [Size chart -> https://shop.example/sizes]\n> Shoes | Which size? (S) (M) (L) (XL)";
    check(&flow, &format!("{first}\n<- L\n> Open [Open -> https://shop.example]\n> L [Bye]"));
    static NO_LINKS: LazyLock<ChannelLimits> = LazyLock::new(|| ChannelLimits { links: false, ..META.clone() });
    let mut talk = Talk::new("bot: Test\n", BOTH);
    talk.carries = &NO_LINKS;
    talk.line("< go").unwrap();
    talk.line("> Shoes | Which size? /  / Size chart: https://shop.example/sizes [S] [M]").unwrap();
}

#[test]
fn what_came_out_empty_is_an_error_and_never_leaves() {
    for part in [
        "say: '${gone}'\n    media: https://a.example/x.jpg\n    buttons: [Yes]",
        "say: '${gone}'\n    media: https://a.example/x.jpg\n    link: {title: Open, url: 'https://a.example'}",
        "say: Look.\n    link: {title: Open, url: '${gone}'}",
        "say: Look.\n    link: {title: '${gone}', url: 'https://a.example'}",
        "say: Look.\n    buttons: [{id: yes, title: '${gone}'}]",
        "ask: Which?\n    as: x\n    options: [{id: a, title: '${gone}'}, B]",
        "ask: '${gone}'\n    as: x\n    type: location",
        "say: Here.\n    card: {name: '${gone}'}",
    ] {
        let flow = format!(
            "flow: a\nwhen: [{{message: go}}]\nvars: {{gone: ''}}\nsteps:\n  - {part}\n    on_error: [{{say: '${{error.code}}'}}]\n"
        );
        check(&flow, "< go\n> empty_text");
        let invisible = flow.replace("gone: ''", "gone: \"\\u200b\"");
        check(&invisible, "< go\n> empty_text");
    }
    // A file may have no text.
    let alone = "flow: a\nwhen: [{message: go}]\nsteps:\n  - say: ''\n    media: https://a.example/x.jpg\n";
    check(alone, "< go\n> <image>");
}

#[test]
fn a_question_for_a_place_has_the_button_that_shares_it() {
    let flow = "flow: a\nwhen: [{message: go}]\nsteps:\n  - ask: Where are you?\n    as: where\n    type: location\n    tries: 2\n  - say: Found.\n    place: ${where}\n";
    check(
        flow,
        "< go\n> Where are you? [share a place]\n< at home\n> Sorry, I did not get that. [share a place]\n\
         ~ location\n> place (40.4, -3.7)\n> Found.",
    );
    static WORDS: LazyLock<ChannelLimits> = LazyLock::new(|| ChannelLimits { place_requests: false, ..META.clone() });
    let mut talk = Talk::new("bot: Test\n", flow);
    talk.carries = &WORDS;
    talk.line("< go").unwrap();
    talk.line("> Where are you?").unwrap();
}

#[test]
fn a_place_and_cards_go_ahead_of_the_text() {
    let flow = "flow: a
when: [{message: go}]
vars: {north: 37.39}
steps:
  - say: Come by, or ask Ben.
    place: {latitude: '${north}', longitude: -5.99, name: Workshop, address: Calle Feria 12}
    card: [{name: Ben, phone: '+34 600 111 333', whatsapp: '+34600111333', email: ben@shop.example}, {name: Shop}]
";
    let mut talk = Talk::new("bot: Test\n", flow);
    for line in
        ["< go", "> place (37.39, -5.99) Workshop", "> card Ben, +34 600 111 333; Shop", "> Come by, or ask Ben."]
    {
        talk.line(line).unwrap();
    }
    let Content::ContactCards { cards } = &talk.said[1] else { panic!("{:?}", talk.said) };
    assert_eq!(cards[0].phones.len(), 1, "one number, once");
    assert_eq!(cards[0].phones[0].wa_id.as_deref(), Some("34600111333"));
    let off = flow
        .replace("north: 37.39", "north: 137.39")
        .replace("    card", "    on_error: [{say: '${error.code}'}]\n    card");
    check(&off, "< go\n> type");
}

#[test]
fn the_words_on_a_list_are_the_authors() {
    let phrases = "    phrases: {choose: See sizes, more: Next page, back: Page before}\n";
    let flow = list(12, phrases);
    let mut talk = Talk::new("bot: Test\n", &flow);
    let shops: String = (1..=9).map(|n| format!(" (Shop {n})")).collect();
    talk.line("< go").unwrap();
    talk.line(&format!("> Which?{shops} (Next page)")).unwrap();
    let Content::List { button, .. } = &talk.said[0] else { panic!("{:?}", talk.said) };
    assert_eq!(button, "See sizes");
    talk.line("< next page").unwrap();
    talk.line("> Which? (Shop 10) (Shop 11) (Shop 12) (Page before)").unwrap();
    let yesno = "flow: a\nwhen: [{message: go}]\nsteps:\n  - ask: Agreed?\n    as: ok\n    type: yesno\n    phrases: {yes: I agree, no: Not now}\n  - say: '${title(ok)}'\n";
    check(yesno, "< go\n> Agreed? [I agree] [Not now]\n< i agree\n> I agree");
}

#[test]
fn a_picture_of_the_customer_is_sent_on() {
    let flow = |line: &str| {
        format!(
            "flow: a\nwhen: [{{message: go}}]\nsteps:\n  - ask: Photo?\n    as: photo\n    type: image\n  - say: This one\n{line}"
        )
    };
    for line in ["    media: ${photo}\n", "    header: ${photo}\n    footer: ok\n"] {
        let mut talk = Talk::new("bot: Test\n", &flow(line));
        talk.line("< go").unwrap();
        talk.line("> Photo?").unwrap();
        talk.line("~ image").unwrap();
        let last = talk.unread.concat();
        assert!(last.starts_with("<image> This one"), "{line}: {last}");
    }
    check(
        &flow("    media: [https://shop.example/a.jpg, '${photo}']\n"),
        "< go\n> Photo?\n~ image\n> <image> This one\n> <image>",
    );
    // A platform that takes no ids, and a file without an address.
    static WITHOUT: LazyLock<ChannelLimits> = LazyLock::new(|| ChannelLimits { uploads: false, ..META.clone() });
    let mut talk = Talk::new("bot: Test\n", &flow("    media: ${photo}\n    on_error: [{say: \"${error.code}\"}]\n"));
    talk.carries = &WITHOUT;
    for line in ["< go", "> Photo?", "~ image", "> no_file"] {
        talk.line(line).unwrap_or_else(|what| panic!("`{line}`: {what}\n{}", talk.trace.join("\n")));
    }
}
