use super::*;
use crate::{model::value::Value, parse_set};

const BOT: &str = "\
bot: Shop
language: en
timezone: Europe/Madrid
env: [SHOP_URL]
fields: {city: text, plan: [free, pro], visit_at: datetime}
topics: {service: {}, marketing: {needs: consent}}
";

fn read(text: &str) -> (Option<Scenario>, Vec<String>) {
    let files = [
        SourceFile::new("flows/_bot.yaml", BOT),
        SourceFile::new("flows/hi.yaml", "flow: hi\nwhen:\n  - message: hi\nsteps:\n  - say: Hello\n"),
    ];
    let (scenario, findings) = parse(&SourceFile::new("flows/hi.test.yaml", text), &parse_set(&files).0);
    (scenario, findings.iter().map(ToString::to_string).collect())
}

fn steps(lines: &str) -> (Vec<Step>, Vec<String>) {
    let indented: String = lines.lines().map(|line| format!("      {line}\n")).collect();
    let (scenario, found) = read(&format!("tests: hi\ncases:\n  - name: a\n    steps:\n{indented}"));
    (scenario.map(|mut scenario| std::mem::take(&mut scenario.cases[0].steps)).unwrap_or_default(), found)
}

#[test]
fn a_whole_file_reads_into_plain_data() {
    let (scenario, found) = read(
        "tests: hi\nnow: 2026-03-27T09:00 Europe/Madrid\ncontact: {name: Ana, phone: \"+34600111222\", tags: [customer], \
         consent: {marketing: given}, visit_at: 2025-12-01, city: none}\nenv: {SHOP_URL: \"https://x\"}\n\
         templates: {a: paused}\nstrict: true\ncases:\n  - name: one\n    strict: false\n    steps:\n      - user: hi\n      \
         - restart\n",
    );
    assert!(found.is_empty(), "{found:#?}");
    let Scenario { flow, head, cases } = scenario.unwrap();
    assert_eq!((flow.as_str(), head.env["SHOP_URL"].as_str()), ("hi", "https://x"));
    assert_eq!(head.now.to_string(), "2026-03-27T09:00:00+01:00[Europe/Madrid]");
    assert_eq!(head.templates["a"], TemplateIs::Paused);
    let mut data = crate::model::contact::ContactData::default();
    apply(&head.contact, &mut data, crate::base::time::Time(7));
    assert_eq!((data.name.as_deref(), data.phone.as_deref()), (Some("Ana"), Some("+34600111222")));
    assert!(data.tags.contains("customer") && data.consent["marketing"].given);
    let Value::DateTime(visit) = &data.fields["visit_at"] else { panic!("{:?}", data.fields) };
    assert_eq!(visit.to_string(), "2025-12-01T00:00:00+01:00[Europe/Madrid]");
    assert!(!data.fields.contains_key("city"));
    assert!(!cases[0].strict);
    assert_eq!(cases[0].steps[1].place.to_string(), "flows/hi.test.yaml:12:9");
}

#[test]
fn all_mistakes_come_at_once_with_their_places_and_what_was_meant() {
    let (_, found) = read(
        "tests: hey
nwo: 2026-03-27T09:00
now: 2026-03-27T09:00 Europe/Madird
contact: {phone: 600111222, plan: gold, cty: x, consent: {marketing: yes, news: given}, zone: Spain}
env: {SHOP_ULR: x}
templates: {a: aproved}
cases:
  - name: a
    steps:
      - usr: hi
      - user:
      - {user: hi, bot: hi}
      - webhook: {body: {}}
      - advance: 2 hours
      - advance: -1h
      - advance_to: Tues 09:00
      - provider: {next_send: {fail: often}}
      - media: picture
      - location: {latitude: north}
      - status: {failed: soon}
      - set: {city: x, contact.phone: \"+34600111223\"}
      - stop
      - bot: {txet: hi, window: opne}
      - expect: {windwo: open}
      - expect: {run: finished, same_key: maybe}
      - expect: {refused: [{flow: hi, why: optout}], sent: [{tmplate: x}], http: {GET: x}}
  - name: a
    steps: []
",
    );
    insta::assert_snapshot!(found.join("\n"), @r#"
    flows/hi.test.yaml:1:8: error[E951] there is no flow `hey`
    flows/hi.test.yaml:2:1: error[E203] a test file has no key `nwo`; it may have `strict`, `sender`, `mocks`
    flows/hi.test.yaml:3:6: error[E954] there is no time zone `Europe/Madird`
    flows/hi.test.yaml:4:18: error[E953] `600111222` is no phone number; write `+`, the country and the number, in quotes: `"+34600111222"`
    flows/hi.test.yaml:4:35: error[E953] `plan` takes one of `free`, `pro`, and this is the text `gold`
    flows/hi.test.yaml:4:41: error[E953] a contact has no field `cty`; did you mean `city`?
    flows/hi.test.yaml:4:70: error[E953] consent is `given` or `withdrawn`, and this is the text `yes`
    flows/hi.test.yaml:4:75: error[E953] there is no topic `news`
    flows/hi.test.yaml:4:95: error[E953] there is no time zone `Spain`; write it like `Europe/Madrid`
    flows/hi.test.yaml:5:7: error[E955] `flows/_bot.yaml` does not list `SHOP_ULR` under `env`, so no flow can read it; did you mean `SHOP_URL`?
    flows/hi.test.yaml:6:16: error[E956] a template is `approved`, `paused`, `rejected` or `missing`, and this is the text `aproved`; did you mean `approved`?
    flows/hi.test.yaml:10:9: error[E957] tests have no step `usr`; did you mean `user`?
    flows/hi.test.yaml:11:9: error[E958] `user` takes a text, and this is nothing; a text with `: ` needs quotes
    flows/hi.test.yaml:12:20: error[E957] one step does one thing, and this one has `user` and `bot`; begin a new step with `- `
    flows/hi.test.yaml:13:18: error[E202] `webhook` needs `name`; write `name:` with its value
    flows/hi.test.yaml:14:18: error[E958] `2 hours` is no length of time; write `2h`
    flows/hi.test.yaml:15:18: error[E958] time moves forward only; write `advance: 25h`
    flows/hi.test.yaml:16:21: error[E958] `Tues 09:00` is no moment; write a weekday with its time or a date: `Tue 09:59`, `2026-12-02T13:59`
    flows/hi.test.yaml:17:38: error[E958] a send fails with a code of the provider or by `timeout`, and this is the text `often`; write `{fail: 131047}`
    flows/hi.test.yaml:18:16: error[E958] `media` is one of `image`, `audio`, `video`, `document`, `sticker`, and this is the text `picture`
    flows/hi.test.yaml:19:19: error[E202] `location` needs `longitude`; write `longitude:` with its value
    flows/hi.test.yaml:19:30: error[E958] `latitude` takes degrees, and this is the text `north`
    flows/hi.test.yaml:20:17: error[E958] `status` is `sent`, `delivered`, `read`, `failed` or `{failed: CODE}`, and this is keys with values
    flows/hi.test.yaml:21:15: error[E958] tests set what is known of the contact, and `city` is none of that; write `contact.city`
    flows/hi.test.yaml:21:24: error[E958] a test cannot change the phone: it is how the contact is known
    flows/hi.test.yaml:22:9: error[E957] tests have no step `stop`; it is one of `user`, `tap`, `media`, `voice`, `location`, `order`, `form`, `screen`, `reaction`, `referral`, `card`, `welcome`, `missed_call`, `again`, `status`, `webhook`, `event`, `api`, `person`, `hand_back`, `set`, `advance`, `advance_to`, `provider`, `restart`, `bot`, `expect`
    flows/hi.test.yaml:23:15: error[E203] `bot` has no key `txet`; did you mean `text`?
    flows/hi.test.yaml:23:33: error[E207] `window` cannot be the text `opne`; did you mean `open`?
    flows/hi.test.yaml:24:18: error[E203] `expect` has no key `windwo`; did you mean `window`?
    flows/hi.test.yaml:25:23: error[E207] `run` cannot be the text `finished`; it is one of `done`, `expired`, `replaced`, `restarted`, `stopped`, `failed`, `handed_off`, `refused`, `undelivered`, `waiting`, `asking`, `none`
    flows/hi.test.yaml:25:43: error[E207] `same_key` cannot be the text `maybe`; it is one of `true`, `false`
    flows/hi.test.yaml:26:44: error[E207] `why` cannot be the text `optout`; did you mean `opted_out`?
    flows/hi.test.yaml:26:62: error[E203] `sent` has no key `tmplate`; did you mean `template`?
    flows/hi.test.yaml:26:83: error[E960] `http` takes calls with how often they were made, or with what they carried; write `{POST */bookings: 2}` or `{POST */bookings: {json: {slot: s1}}}`
    flows/hi.test.yaml:27:11: error[E952] two cases are called `a`; give one of the two another `name`
    "#);
}

#[test]
fn steps_read_into_what_they_do() {
    let (steps, found) = steps(
        "- media: {kind: image, caption: Look}
- location: {latitude: 40.4, longitude: -3.7}
- status: {failed: 131026}
- event: {name: paid, data: {sum: 3, no: 007}}
- event: paid
- provider: {next_send: [{fail: 131047}, {fail: timeout}]}
- restart: true
- bot: nothing
- bot: \"nothing\"",
    );
    assert!(found.is_empty(), "{found:#?}");
    assert!(matches!(&steps[0].act, TestAction::Media { caption: Some(caption), .. } if caption == "Look"));
    assert!(matches!(&steps[2].act, TestAction::Status(Delivery::Failed { code: 131_026 })));
    let TestAction::Event { data: Value::Map(data), .. } = &steps[3].act else { panic!("{:?}", steps[3]) };
    assert_eq!((&data["sum"], &data["no"]), (&Value::Whole(3), &Value::text("007")));
    assert!(
        matches!(&steps[5].act, TestAction::Provider(faults) if *faults == [TestFault::Code(131_047), TestFault::Timeout])
    );
    assert!(matches!(&steps[7].act, TestAction::Bot(BotSays::Nothing(_))));
    assert!(matches!(&steps[8].act, TestAction::Bot(BotSays::Message(_))), "in quotes it is a text");
}

#[test]
fn what_a_customer_sends_is_written_as_it_is_read() {
    let written = [
        "order: {product_items: [{product_retailer_id: A7, quantity: 1}], text: please}",
        "form: visit",
        "form: {name: visit, data: {day: Mon}}",
        "reaction: 👍",
        "reaction: none",
        "referral: {id: \"42\"}",
        "referral: {type: post, id: p1, url: \"https://x.example\", headline: A, body: B, click_id: c, text: Hi}",
        "card: {name: Ben, phone: \"+34600111333\"}",
        "welcome",
        "missed_call",
    ];
    let (steps, found) = steps(&written.map(|step| format!("- {step}")).join("\n"));
    assert!(found.is_empty(), "{found:#?}");
    let again: Vec<String> = steps.iter().filter_map(|step| write::act(&step.act)).collect();
    assert_eq!(again, written);
}

#[test]
fn what_a_customer_cannot_send_is_said_with_what_to_write() {
    let (_, found) = steps(
        "- order: A7
- form: {nam: visit, data: {}}
- form: {name: visit, data: Monday}
- reaction: {emoji: 👍}
- referral: {id: 1, headlin: Bikes}
- card: {name: Ben, phone: 600}
- card: Ben
- welcome: hello
- missed_call: {at: now}
- missed_cal",
    );
    insta::assert_snapshot!(found.join("\n"), @r#"
    flows/hi.test.yaml:5:16: error[E958] `order` takes a basket as `msg.order` shows it, and this is the text `A7`; write `order: {text: please, product_items: [{product_retailer_id: A7, quantity: 1}]}`
    flows/hi.test.yaml:6:15: error[E202] `form` needs `name`; write `name:` with its value
    flows/hi.test.yaml:6:16: error[E203] `form` has no key `nam`; did you mean `name`?
    flows/hi.test.yaml:7:35: error[E958] `data` takes the answers of the form, and this is the text `Monday`; write `data: {day: Monday}`
    flows/hi.test.yaml:8:19: error[E958] `reaction` takes an emoji, and this is keys with values; write `reaction: 👍`, or `reaction: none` for one that is taken away
    flows/hi.test.yaml:9:27: error[E203] `referral` has no key `headlin`; did you mean `headline`?
    flows/hi.test.yaml:10:34: error[E958] `phone` takes a number as `"+34600111222"`, and this is the text `600`
    flows/hi.test.yaml:11:15: error[E958] `card` takes a name and a number, and this is the text `Ben`; write `card: {name: Ben, phone: "+34600111333"}`
    flows/hi.test.yaml:12:18: error[E958] `welcome` takes nothing, or `true`, and this is the text `hello`; write `- welcome`
    flows/hi.test.yaml:13:22: error[E958] `missed_call` takes nothing, or `true`, and this is keys with values; write `- missed_call`
    flows/hi.test.yaml:14:9: error[E957] tests have no step `missed_cal`; did you mean `missed_call`?
    "#);
}

#[test]
fn without_a_moment_it_is_a_monday_morning_where_the_bot_lives() {
    let (scenario, _) = read("tests: hi\ncases: []\n");
    assert_eq!(scenario.unwrap().head.now.to_string(), "2026-01-05T10:00:00+01:00[Europe/Madrid]");
}

const SHOP: &str = "\
flow: shop
when: [message: shop, event: paid, {webhook: cart, contact: \"${body.phone}\", body: {phone: phone}}, api: true]
inputs: {size: {type: text, optional: true}}
steps:
  - ask: Which colour do you like, ${contact.first_name ?? \"friend\"}?
    as: colour
    options: [Red, {id: b, title: Blue}]
    if_closed: {template: colour_wanted}
  - say: We send it within ${if colour == \"Red\" { \"two days\" } else { \"a week\" }}.
    if_closed: hold
  - handoff: desk
";

/// The findings of `check` about steps of a test for that flow.
fn said_of(lines: &str) -> Vec<String> {
    said_beside("", lines)
}

/// The same, with more in `_bot.yaml`.
fn said_beside(more: &str, lines: &str) -> Vec<String> {
    let bot = format!("{BOT}teams: {{desk: {{}}}}\nquiet_hours: {{from: \"21:00\", to: \"08:00\"}}\n{more}");
    let files = [SourceFile::new("flows/_bot.yaml", bot), SourceFile::new("flows/shop.yaml", SHOP)];
    let (set, findings) = parse_set(&files);
    assert!(findings.is_empty(), "{findings:#?}");
    let indented: String = lines.lines().map(|line| format!("      {line}\n")).collect();
    let text = format!("tests: shop\ncases:\n  - name: a\n    steps:\n{indented}");
    let (_, found) = KnownTests::default().look(&[SourceFile::new("flows/shop.test.yaml", text)], &set, true);
    let told = |finding: &Diagnostic| finding.to_string().split_once("yaml:").map(|(_, rest)| rest.to_owned());
    found.iter().filter_map(told).collect()
}

#[test]
fn what_the_flows_do_not_have_is_named_with_its_place() {
    insta::assert_snapshot!(
        said_of(
            "- user: shop
- expect: {vars: {color: Red}, contact: {town: Rome}, handoff: dsk}
- expect: {sent: {template: colour_wnated}, refused: {flow: shpo}}
- event: piad
- webhook: {name: crat, body: {}}
- api: {sise: l}"
        )
        .join("\n"),
        @r"
    6:25: error[E961] the flow `shop` has no variable `color`; did you mean `colour`?
    6:48: error[E961] a contact has no field `town`; it has `city`, `consent`, `language`, `name`, `opted_out`, `phone`, `plan`, `tags`, `visit_at`, `zone`
    6:70: error[E961] `flows/_bot.yaml` has no team `dsk`; did you mean `desk`?
    7:35: error[E961] no flow sends a template `colour_wnated`; did you mean `colour_wanted`?
    7:67: error[E961] there is no flow `shpo`; did you mean `shop`?
    8:16: error[E961] nothing waits for an event `piad`; did you mean `paid`?
    9:25: error[E961] no flow has a webhook `crat`; did you mean `cart`?
    10:15: error[E961] the flow `shop` has no input `sise`; did you mean `size`?
    "
    );
}

#[test]
fn a_template_that_a_flow_misspells_is_right_in_its_test() {
    let templates = "templates: {colour_wanteed: {category: utility, text: Your colour is here.}}\n";
    let step = "- expect: {sent: {template: colour_wanteed}}";
    assert_eq!(said_beside(templates, step), Vec::<String>::new());
    assert_eq!(said_of(step).len(), 1);
}

#[test]
fn a_text_that_can_come_from_somewhere_is_no_mistake() {
    // Texts of the flow, across a filled-in value, of an expression, of the engine, of the test itself; a number.
    for text in ["Which colour", "like, Ana?", "two days", "in a week.", "Welcome back", "shop", "12", "friend"] {
        assert_eq!(said_of(&format!("- user: shop\n- bot: {text}")), Vec::<String>::new(), "{text}");
    }
    let wrong = said_of("- user: shop\n- bot: Which color do you");
    assert_eq!(wrong, ["6:14: warning[W962] no flow says this; did you mean `Which colour do you`?"]);
    let wrong = said_of("- user: shop\n- bot: Goodbye");
    assert_eq!(wrong, ["6:14: warning[W962] no flow says this; correct it, or change what the flow says"]);
}

#[test]
fn a_button_that_no_flow_shows_is_no_button() {
    for title in ["Red", "Blue", "b"] {
        assert_eq!(said_of(&format!("- tap: {title}")), Vec::<String>::new(), "{title}");
    }
    assert_eq!(said_of("- tap: Bule"), ["5:14: warning[W962] no flow shows a button `Bule`; did you mean `Blue`?"]);
    let buttons = said_of("- user: shop\n- bot: {text: Which, buttons: [Red, Bleu]}");
    assert_eq!(buttons, ["6:43: warning[W962] no flow shows a button `Bleu`; did you mean `Blue`?"]);
}

/// The findings about a test of a bot with an `llm` step, a `say` and a trigger `meaning`.
fn said_of_models(text: &str) -> Vec<String> {
    let files = [
        SourceFile::new("flows/_bot.yaml", "bot: Shop\nlanguage: en\ntimezone: UTC\nmodels: [main]\n"),
        SourceFile::new(
            "flows/shop.yaml",
            "flow: shop\nwhen: [message: shop, {meaning: wants to buy}]\nsteps:\n  - llm: What is this about?\n    id: sort_out\n    \
             input: ${msg.text}\n    returns: [repair, price]\n    as: topic\n  - say: 'It is ${topic}'\n    id: told\n",
        ),
    ];
    let (set, findings) = parse_set(&files);
    assert!(!findings.iter().any(Diagnostic::is_error), "{findings:#?}");
    let (_, found) = KnownTests::default().look(&[SourceFile::new("flows/shop.test.yaml", text)], &set, true);
    let told = |finding: &Diagnostic| finding.to_string().split_once("yaml:").map(|(_, rest)| rest.to_owned());
    found.iter().filter_map(told).collect()
}

#[test]
fn a_misspelt_step_under_the_mocks_of_models_is_named() {
    let test = |name: &str, count: &str| {
        said_of_models(&format!(
            "tests: shop\nmocks:\n  model: [{{{name}: repair}}]\ncases:\n  - name: a\n    steps:\n      - user: shop\n      - expect: \
             {{model: {{{count}: 1}}}}\n"
        ))
    };
    for name in ["any", "meaning", "sort_out", "shop.sort_out"] {
        assert_eq!(test(name, name), Vec::<String>::new(), "{name}");
    }
    let unknown = "no step is called `sort_uot`, so no question to a model has this name; did you mean `sort_out`?";
    assert_eq!(test("sort_uot", "sort_out"), [format!("3:12: error[E961] {unknown}")]);
    assert_eq!(test("any", "sort_uot"), [format!("8:26: error[E961] {unknown}")]);
    let silent = test("told", "any");
    assert!(silent.len() == 1 && silent[0].contains("the step `told` asks no model; write the id"), "{silent:?}");
}

#[test]
fn the_question_of_a_second_model_has_a_name_where_an_agent_is_verified() {
    let said = |ground: &str, name: &str| {
        let agent = format!(
            "flow: shop\nwhen: [any_message: true]\nsteps:\n  - agent: helper\n    instructions: Answer.\n    facts: [Open.]\n    ground: {ground}\n"
        );
        let bot = "bot: Shop\nmodels: [main, small]\nagents: {scope: bikes}\nteams: {desk: {}}\n";
        let (set, findings) =
            parse_set(&[SourceFile::new("flows/_bot.yaml", bot), SourceFile::new("flows/shop.yaml", agent.as_str())]);
        assert!(!findings.iter().any(Diagnostic::is_error), "{findings:#?}");
        let test = format!(
            "tests: shop\nmocks: {{model: {{helper: Hello, {name}: yes}}}}\ncases:\n  - name: a\n    steps: [{{user: hi}}, {{expect: {{model: {{{name}: 1}}}}}}]\n"
        );
        let (_, found) = KnownTests::default().look(&[SourceFile::new("flows/shop.test.yaml", test)], &set, true);
        found.iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    for name in ["verify", "shop.helper.verify"] {
        assert_eq!(said("{verify: small}", name), Vec::<String>::new(), "{name}");
        assert_eq!(said("true", name).len(), 2, "{name}");
    }
    let misspelt = said("{verify: small}", "verfiy");
    assert!(misspelt[0].contains("did you mean `verify`?"), "{misspelt:?}");
}

#[test]
fn a_name_in_the_head_of_a_file_is_reported_once() {
    let case = "  - {name: a, mocks: {model: {any: price}}, steps: [{user: shop}]}\n";
    let found = said_of_models(&format!("tests: shop\nmocks: {{model: {{sort_uot: repair}}}}\ncases:\n{case}"));
    assert_eq!(found.len(), 1, "{found:?}");
}
