//! Tests the commands of `transom chat` other than writing messages.

use super::{bot, chat_in};

const BOT: (&str, &str) = (
    "_bot.yaml",
    "bot: Shop\nlanguage: en\ntimezone: Europe/Madrid\nfields: {city: text, visit_at: datetime}\n\
     topics: {service: {}, marketing: {needs: consent}}\nteams: {desk: {}}\nquiet_hours: {from: \"21:00\", to: \"08:00\"}\n\
     env: [SHOP_URL]\nsandbox: {env: {SHOP_URL: \"https://shop.example\"}, mocks: {http: []}}\n",
);
const PAID: (&str, &str) = (
    "paid.yaml",
    "flow: paid\nwhen:\n  - event: paid\nsteps:\n  - say: ${event.data.sum} € from ${contact.city ?? \"nowhere\"}, thank you.\n    \
     if_closed: {template: paid}\n",
);
const NEWS: (&str, &str) = (
    "news.yaml",
    "flow: news\ntopic: marketing\nwhen:\n  - schedule: \"0 12 * * *\"\n    to: everyone\nsteps:\n  - say: News!\n    if_closed: {template: news}\n",
);
const PERSON: (&str, &str) =
    ("person.yaml", "flow: person\nwhen:\n  - message: help\nsteps:\n  - say: One moment\n  - handoff: desk\n");
const STOCK: (&str, &str) = (
    "stock.yaml",
    "flow: stock\nwhen:\n  - message: stock\nsteps:\n  - http: GET ${env.SHOP_URL}/stock\n    as: found\n    retry: 0\n    on_error:\n      - say: I cannot look\n      - end\n  - say: ${found.status}\n",
);

#[test]
fn what_is_known_of_the_customer_is_set_and_shown() {
    let folder = bot(&[BOT, PAID]);
    // Written to first, so that the window is open at each time of day.
    let lines = "hello\n/set contact.city San Juan: north\n/set contact.visit_at 2026-12-24T18:00\n/tag vip\n/tag new\n/untag new\n/consent marketing given\n\
                 /event paid {sum: 12}\n/vars\n/set contact.cty x\n/set contact.visit_at soon\n/consent news given\n/set contact.city none\n/event paid\n/event paidd\n";
    let said = chat_in(folder.path(), &[], lines);
    for wanted in [
        "12 € from San Juan: north, thank you.",
        "contact.city = \"San Juan: north\"",
        "contact.visit_at = \"2026-12-24T18:00:00+01:00\"",
        "contact.tags = [\"vip\"]",
        "contact.consent.marketing = \"given\"",
        "contact.phone = \"+34600100001\"",
        "did you mean `city`?",
        "`visit_at` takes",
        "there is no topic `news`",
        "€ from nowhere, thank you.",
        "no flow has an event `paidd`; did you mean `paid`?",
    ] {
        assert!(said.contains(wanted), "`{wanted}` is missing in\n{said}");
    }
}

#[test]
fn the_variables_of_a_flow_and_of_those_that_called_it_are_shown() {
    let pet = "flow: pet\nwhen:\n  - message: go\nsteps:\n  - ask: Which pet?\n    as: pet\n    options: [Dog, Cat]\n  \
               - call: day\n    with: {of: \"${pet}\"}\n    as: found\n  - say: ${found.day}\n";
    let day = "flow: day\ninputs: {of: text}\nsteps:\n  - ask: Which day?\n    as: day\n    type: date\n  \
               - return: {day: \"${day}\"}\n";
    let folder = bot(&[BOT, ("pet.yaml", pet), ("day.yaml", day)]);
    let said = chat_in(folder.path(), &[], "go\nDog\n/vars\n");
    assert!(said.contains("  pet = \"Dog\"") && said.contains("  day: of = \"Dog\""), "{said}");
}

#[test]
fn a_person_gives_the_conversation_back() {
    let folder = bot(&[BOT, PERSON]);
    let said = chat_in(folder.path(), &[], "/hand-back\nhelp\nhelp\n/hand-back\nhelp\n/person Hello\nhelp\n");
    let at = |text: &str| said.find(text).unwrap_or_else(|| panic!("`{text}` is missing in\n{said}"));
    assert!(at("no person has the conversation") < at("│ One moment"), "{said}");
    at("(the bot has the conversation again)");
    assert_eq!(said.matches("│ One moment").count(), 2, "{said}");
    assert_eq!(said.matches("a person has the conversation; the bot is silent until").count(), 2, "{said}");
}

#[test]
fn next_says_what_does_not_happen_and_does_not_run_away() {
    let idle = bot(&[BOT, PERSON]);
    let said = chat_in(idle.path(), &[], "/next\n");
    assert!(said.contains("Nothing falls due in the next 30 days") && !said.contains("· it is"), "{said}");
    let refused = bot(&[BOT, NEWS]);
    // The first fire was planned before anybody was known.
    let said = chat_in(refused.path(), &[], "/next\n/next\n");
    assert!(said.contains("no_consent") && said.contains("12:00, window closed"), "{said}");
    let others = bot(&[BOT, (NEWS.0, &NEWS.1.replace("to: everyone", "to: {tags: [vip]}"))]);
    let said = chat_in(others.path(), &[], "/next\n/next\n/tag vip\n/consent marketing given\n/next\n");
    assert_eq!(said.matches("Something fell due, and nothing came of it that you would see.").count(), 2, "{said}");
    assert!(said.contains("│ template news"), "{said}");
}

#[test]
fn a_send_that_may_have_left_is_followed_to_its_end() {
    let folder = bot(&[BOT, PERSON]);
    let said = chat_in(folder.path(), &[], "/fail timeout\nhelp\n/next\n");
    let at = |text: &str| said.find(text).unwrap_or_else(|| panic!("`{text}` is missing in\n{said}"));
    assert!(at("may have left: nobody knows") < at("it is listed with the dead letters and not sent again"), "{said}");
    assert!(!said.contains("nothing came of it"), "{said}");
}

#[test]
fn a_call_without_a_mock_is_said_in_the_talk() {
    let folder = bot(&[BOT, STOCK]);
    let said = chat_in(folder.path(), &[], "stock\nstock\n");
    let wanted = "(no mock answers `GET https://shop.example/stock`; write one, as `- GET */stock: {json: {…}}`, under \
                  `sandbox: mocks: http:` in flows/_bot.yaml)";
    assert_eq!(said.matches(wanted).count(), 2, "{said}");
    assert!(said.contains("│ I cannot look") && !said.contains("failed:"), "{said}");
}

#[test]
fn a_step_that_fails_is_told_with_its_reason() {
    let folder = bot(&[BOT, ("odd.yaml", "flow: odd\nwhen: [message: odd]\nsteps:\n  - say: ${[1, 2][7]}\n")]);
    let said = chat_in(folder.path(), &[], "odd\n");
    assert!(said.contains("(odd.say_1 failed: `script`: "), "{said}");
}

#[test]
fn a_talk_reaches_no_network_also_without_mocks() {
    let (without, _) = BOT.1.split_once("sandbox:").unwrap();
    for sandbox in ["", "sandbox: {env: {SHOP_URL: \"https://shop.example\"}}\n"] {
        let folder = bot(&[(BOT.0, &format!("{without}{sandbox}")), STOCK]);
        let said = chat_in(folder.path(), &[], "stock\n");
        let empty = said.contains("`env.SHOP_URL` is empty here: write `sandbox: {env: {SHOP_URL: …}}`");
        assert_eq!(empty, sandbox.is_empty(), "{said}");
        assert!(said.contains("(no mock answers `GET ") && said.contains("│ I cannot look"), "{said}");
    }
}

#[test]
fn every_command_of_the_list_is_one() {
    let folder = bot(&[BOT, PERSON]);
    let help = chat_in(folder.path(), &[], "/help\n");
    let listed: Vec<&str> = help.lines().filter_map(|line| line.strip_prefix("  /")?.split(' ').next()).collect();
    assert!(listed.len() >= 16, "{help}");
    for command in listed.into_iter().filter(|command| *command != "quit") {
        let said = chat_in(folder.path(), &[], &format!("/{command}\n"));
        assert!(!said.contains("there is no `/"), "{said}");
    }
}

const CART: (&str, &str) = (
    "cart.yaml",
    "flow: cart\nwhen:\n  - webhook: cart\n    contact: ${body.phone}\n    new_contact: create\n    \
     body: {phone: phone, total: whole}\nsteps:\n  - say: ${total} euros wait in your basket.\n    if_closed: skip\n",
);
const SIZE: (&str, &str) = (
    "size.yaml",
    "flow: size\nwhen:\n  - api: true\ninputs: {size: [s, l]}\nsteps:\n  - say: Size ${size} then.\n    if_closed: skip\n",
);

#[test]
fn other_systems_are_played_by_the_person_at_the_keyboard() {
    let folder = bot(&[BOT, CART, SIZE]);
    let said = chat_in(
        folder.path(),
        &[],
        "hello\n/webhook cart {total: 12}\n/webhook cart {phone: \"+34600111999\", total: 13}\n/webhook cart {total: many}\n\
         /webhook crat\n/api size {size: l}\n/api size\n/api size {size: xl}\n/webhook\n",
    );
    for wanted in [
        "│ 12 euros wait in your basket.",
        "(the webhook `cart` has come)",
        "(the webhook `cart` has come; it is about +34600111999, not about you)",
        "it cannot be used: flow `cart`: ",
        "no flow has a webhook `crat`; did you mean `cart`?",
        "│ Size l then.",
        "`size` cannot start: the input `size` is missing",
        "`size` cannot start: the input `size` takes one of",
        "write `/webhook cart` or `/webhook cart {total: 12}`",
    ] {
        assert!(said.contains(wanted), "{wanted}\n{said}");
    }
    assert!(!said.contains("13 euros"), "{said}");
}

const TIP: (&str, &str) = (
    "tip.yaml",
    "flow: tip\nwhen:\n  - event: tip\nsteps:\n  - say: Brush the teeth.\n    if_closed: {nudge: tip_ready}\n",
);
const ASK: (&str, &str) = (
    "photo.yaml",
    "flow: photo\nwhen:\n  - message: photo\nsteps:\n  - ask: Your photo?\n    type: image\n    as: photo\n  \
     - say: Got ${photo.kind} ${photo.caption ?? \"without a word\"}\n  - ask: At what time?\n    as: at\n    \
     options: [\"09:00\", \"09:30\", \"10:00\", \"10:30\", \"11:00\", \"11:30\", \"12:00\", \"12:30\", \"13:00\", \"13:30\", \"16:00\"]\n  \
     - say: At ${at}\n",
);
const WITH_TIP: &str =
    "templates:\n  tip_ready: {category: utility, text: Your tip is here., buttons: [Show me, Later]}\n";

#[test]
fn the_quick_replies_of_a_template_are_shown_and_tapped() {
    // The talk begins at the hour of the test's run, which may be a quiet one.
    let with_tip = format!("{}{WITH_TIP}", BOT.1.replace("quiet_hours: {from: \"21:00\", to: \"08:00\"}\n", ""));
    let folder = bot(&[("_bot.yaml", &with_tip), TIP]);
    let said = chat_in(folder.path(), &[], "/event tip\n/tap Show me\n");
    assert!(said.contains("[1] Show me   [2] Later") && said.contains("(taps “Show me”)"), "{said}");
    assert_eq!(said.matches("│ Brush the teeth.").count(), 2, "held first, then sent: {said}");
    let case = "tests: tip\nnow: 2026-11-24T10:00\ncases:\n  - name: a tap brings what was held\n    steps:\n      \
                - event: tip\n      - bot: {template: tip_ready, buttons: [Show me, Later]}\n      - tap: Show me\n      - bot: Brush the teeth\n";
    std::fs::write(folder.path().join("flows/tip.test.yaml"), case).unwrap();
    let tested = super::run(folder.path(), &["test"]);
    assert!(tested.status.success(), "{}", String::from_utf8_lossy(&tested.stdout));
}

#[test]
fn a_file_is_sent_by_its_kind() {
    let folder = bot(&[BOT, ASK]);
    let said =
        chat_in(folder.path(), &[], "photo\n/media image My receipt\nphoto\n/media image\n/photo\n/media film\n");
    for wanted in [
        "(sends a file: image)",
        "│ Got image My receipt",
        "│ Got image without a word",
        "there is no `/photo`; write `/media image`",
        "the kinds are `image`, `audio`, `video`, `document`, `sticker`",
    ] {
        assert!(said.contains(wanted), "`{wanted}` is missing in\n{said}");
    }
}

#[test]
fn a_test_that_taps_an_option_of_a_later_page_is_told_so() {
    let folder = bot(&[BOT, ASK]);
    let case = |taps: &str| {
        format!(
            "tests: photo\nnow: 2026-11-24T10:00\ncases:\n  - name: late\n    steps:\n      - user: photo\n      \
             - media: image\n{taps}      - bot: At 16:00\n"
        )
    };
    let path = folder.path().join("flows/photo.test.yaml");
    std::fs::write(&path, case("      - tap: \"16:00\"\n")).unwrap();
    let tested = super::run(folder.path(), &["test"]);
    let told = String::from_utf8_lossy(&tested.stdout);
    assert!(told.contains("other options stand on another page: `tap: More…` first, or `user: 16:00`"), "{told}");
    std::fs::write(&path, case("      - tap: More…\n      - tap: \"16:00\"\n")).unwrap();
    let tested = super::run(folder.path(), &["test"]);
    assert!(tested.status.success(), "{}", String::from_utf8_lossy(&tested.stdout));
}

#[test]
fn explain_knows_the_language_that_is_told() {
    let tongues = "bot: Shop\nlanguage: en\nlanguages: {en: [], es: [en]}\nlanguage_by: [ask]\ntimezone: UTC\n";
    let hello = ("w.yaml", "flow: w\nwhen:\n  - message: hi\nsteps:\n  - say: Hi\n");
    let folder = bot(&[("_bot.yaml", tongues), hello]);
    let explained = |args: &[&str]| {
        let done = super::run(folder.path(), &[&["explain", "hi"], args].concat());
        String::from_utf8_lossy(&done.stdout).into_owned() + &String::from_utf8_lossy(&done.stderr)
    };
    let first = explained(&[]);
    assert!(first.contains("`--language en` tells what the message starts once that is known"), "{first}");
    let known = explained(&["--language", "es"]);
    assert!(known.contains("`hi` starts flow `w`"), "{known}");
    let unknown = explained(&["--language", "pt"]);
    assert!(unknown.contains("`--language pt` is no language of the bot; the bot has `en`, `es`"), "{unknown}");
}
