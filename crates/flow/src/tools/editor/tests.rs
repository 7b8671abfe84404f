use super::*;
use crate::parse_set;

const BOT: &str = "bot: T\nlanguage: en\nlanguages: {en: [], es: [en]}\nenv: [SHOP_URL]\nsecrets: [TOKEN]\n\
fields: {visit_at: datetime, size: [s, m]}\ntopics: {service: {}, news: {needs: consent}}\n\
hours: {shop: {open: {mon-fri: [\"09:00-18:00\"]}}}\nteams: {desk: {hours: shop}}\nmcp: [calendar]\n";
const OTHER: &str =
    "flow: other\ntitle: The other one\ndescription: Does more.\nwhen: [{message: more}]\nsteps:\n  - say: More.\n";
const SCRIPT: &str = "// When it comes.\nfn eta(order) {\n  order\n}\n";

const LOCK: &str = "servers:\n  - name: calendar\n    tools:\n      - name: create-visit\n        description: Books a visit.\n        inputs: '{\"type\": \"object\", \"properties\": {\"day\": {\"type\": \"string\", \"description\": \"The day.\"}, \"note\": {}}, \"required\": [\"day\"]}'\n      - name: list\n        description: Free times.\n        inputs: '{}'\n";

/// `|` in the text of flow `a` marks the cursor.
struct Scene {
    set: FlowSet,
    files: Vec<Arc<SourceFile>>,
    file: Arc<SourceFile>,
    at: usize,
}

impl Scene {
    fn new(text: &str) -> Scene {
        Scene::of("flows/a.yaml", text)
    }

    fn of(path: &str, text: &str) -> Scene {
        let at = text.find('|').expect("a cursor");
        let text = format!("{}{}", &text[..at], &text[at + 1..]);
        let mut files: Vec<Arc<SourceFile>> = [
            ("flows/_bot.yaml", BOT),
            ("flows/a.yaml", "flow: a\nsteps: [{say: A}]\n"),
            ("flows/other.yaml", OTHER),
            ("scripts/orders.rhai", SCRIPT),
            ("mcp.lock.yaml", LOCK),
            (
                "locales/es.yaml",
                "locale: es\nwords: {other: [otra], other.when_2: [más]}\nother.say_1:\n  from: More.\n  to: Más.\na.say_1:\n  from: Hi ${day}\n  to: Hola ${day}\n",
            ),
            ("flows/other.test.yaml", "tests: other\ncases: []\n"),
            ("flows/a.test.yaml", "tests: a\ncases:\n  - name: x\n    steps:\n      - expect: {vars: {day: x}}\n"),
        ]
        .into_iter()
        .filter(|(other, _)| *other != path)
        .map(|(path, text)| SourceFile::new(path, text))
        .collect();
        let file = SourceFile::new(path, text);
        files.push(file.clone());
        let set = parse_set(&files).0;
        Scene { set, files, file, at }
    }

    fn desk<'a>(&'a self, around: &'a CheckContext) -> EditedBot<'a> {
        EditedBot { set: &self.set, around }
    }

    fn labels(&self) -> Vec<String> {
        complete(&self.desk(&CheckContext::default()), &self.file, self.at)
            .into_iter()
            .map(|offer| offer.label)
            .collect()
    }
}

fn offers(text: &str, wanted: &[&str], unwanted: &[&str]) {
    let labels = Scene::new(text).labels();
    for name in wanted {
        assert!(labels.iter().any(|label| label == name), "{text}\nhas no `{name}`: {labels:?}");
    }
    for name in unwanted {
        assert!(!labels.iter().any(|label| label == name), "{text}\noffers `{name}`: {labels:?}");
    }
}

#[test]
fn keys_are_offered_by_what_their_map_is() {
    offers("flow: a\n|\nsteps: []\n", &["title", "when", "if_busy"], &["flow", "steps", "say"]);
    offers("flow: a\nsteps:\n  - |\n", &["say", "ask", "end", "return"], &["when"]);
    offers("flow: a\nsteps:\n  - sa|\n  - say: x\n", &["say"], &["title"]);
    offers("flow: a\nsteps:\n  - ask: What?\n    |\n", &["options", "on_timeout", "if", "id"], &["say", "ask", "then"]);
    offers("flow: a\nsteps:\n  - ask: What?\n    ti|: 2h\n", &["timeout", "tries"], &["ask"]);
    offers("flow: a\nsteps:\n  - if: window.open\n    then:\n      - ta|\n", &["tag", "say"], &["title"]);
    offers("flow: a\nwhen:\n  - |\nsteps: []\n", &["message", "schedule"], &["say"]);
    offers("flow: a\nwhen:\n  - date: |\nsteps: []\n", &["contact.visit_at"], &["contact.size"]);
    offers("flow: a\nwhen:\n  - message: hi\n    |\nsteps: []\n", &["match", "at_most"], &["message", "schedule"]);
    offers("flow: a\nsteps:\n  - say: Hi\n    if_closed: {|}\n", &["template", "hold"], &["say"]);
    offers("flow: a\nsteps:\n  - ask: A?\n    options:\n      - {id: x, |}\n", &["title", "desc", "do"], &["id"]);
    offers("flow: a\nsteps:\n  - ask: A?\n    on_timeout: {|}\n    timeout: 1h\n", &["go", "say"], &["timeout"]);
}

#[test]
fn values_are_offered_by_what_their_key_takes() {
    offers("flow: a\nsteps:\n  - go: |\nblocks:\n  end_of_it: [{say: x}]\n", &["end_of_it", "top", "other"], &["news"]);
    offers(
        "flow: a\nsteps:\n  - ask: A?\n    on_timeout: {go: e|}\n    timeout: 1h\nblocks:\n  ended: [{say: x}]\n",
        &["ended"],
        &[],
    );
    offers("flow: a\ntopic: |\nsteps: []\n", &["news", "service"], &["desk"]);
    offers("flow: a\nif_busy: |\nsteps: []\n", &["replace", "queue"], &[]);
    offers("flow: a\nsteps:\n  - handoff: |\n", &["desk"], &[]);
    offers("flow: a\nsteps:\n  - ask: A?\n    type: |\n", &["date", "yesno", "any"], &[]);
    offers("flow: a\nwhen:\n  - message: hi\n    match: |\nsteps: []\n", &["word", "starts"], &[]);
}

#[test]
fn expressions_are_offered_what_they_can_read() {
    let flow = |rest: &str| format!("flow: a\nsteps:\n  - ask: 👋🏽 Day?\n    as: day\n    type: date\n{rest}");
    offers(&flow("  - say: See you ${|}\n"), &["day", "contact", "today", "orders"], &["secrets", "upper"]);
    offers(&flow("  - say: 👋🏽 See you ${contact.|}\n"), &["name", "visit_at", "upper"], &["day"]);
    offers(&flow("  - if: day > to|\n    then: [end]\n"), &["today", "day"], &["say"]);
    offers(&flow("  - say: ${hours.|}\n"), &["shop"], &["open"]);
    offers(&flow("  - say: ${hours.shop.|}\n"), &["opens_at"], &["shop"]);
    offers(&flow("  - say: ${env.|}\n"), &["SHOP_URL"], &["TOKEN"]);
    offers(&flow("  - say: ${orders::|}\n"), &["eta"], &["day"]);
    offers(&flow("  - say: ${day.|}\n"), &["format", "weekday"], &["name"]);
    offers(&flow("  - say: See you | then\n"), &[], &["day", "contact"]);
    let called = "flow: a\nsteps:\n  - call: book\n    as: r\n  - say: Your number is ${r.|}\nblocks:\n  book:\n    - return: {ok: true, nr: 4}\n";
    offers(called, &["ok", "nr"], &["contact"]);
}

#[test]
fn names_of_the_bot_are_offered_as_keys() {
    let flow = |rest: &str| format!("flow: a\nsteps:\n  - ask: Day?\n    as: day\n{rest}");
    for set in ["  - set: {|}\n", "  - set:\n      |\n", "  - set:\n      x: 1\n      |\n", "  - set: {|\n"] {
        offers(&flow(set), &["day", "contact.visit_at", "contact.language"], &["say", "ask"]);
    }
    for set in [
        "  - set: {contact.|}\n",
        "  - set:\n      contact.|\n",
        "  - set:\n      contact.vi|: x\n",
        "  - set: {x: 1, contact.|\n",
    ] {
        offers(&flow(set), &["visit_at", "size", "zone"], &["day", "contact.size", "phone"]);
    }
    for consent in ["  - consent: {|}\n", "  - consent:\n      |\n", "  - consent: |\n", "  - consent: ne|\n"] {
        offers(&flow(consent), &["news", "service", "all"], &["given", "say"]);
    }
    offers(&flow("  - consent: {news: |}\n"), &["given", "withdrawn"], &["news"]);
    offers(&flow("  - say: x\n    buttons:\n      - {title: A, consent: {|}}\n"), &["news"], &["title"]);
    let scene = Scene::new(&flow("  - set:\n      contact.vi|\n"));
    let all = complete(&scene.desk(&CheckContext::default()), &scene.file, scene.at);
    let visit = all.iter().find(|offer| offer.label == "visit_at").unwrap();
    assert_eq!((&scene.file.text()[visit.replaces.clone()], visit.insert.as_str()), ("vi", "visit_at: "));
}

#[test]
fn a_line_that_is_not_closed_yet_has_its_offers() {
    let flow = |rest: &str| format!("flow: a\nsteps:\n  - ask: Day?\n    as: day\n{rest}");
    offers(&flow("  - {say: \"Hi ${contact.|\n  - say: x\n"), &["visit_at", "name"], &["day"]);
    offers(&flow("  - if: window.open\n    then: {go: |\n"), &["other", "top"], &["say"]);
    offers(&flow("  - ask: A?\n    options:\n      - \"${|}\": {end}\n"), &["day", "contact"], &[]);
    let scene = Scene::new(&flow("  - say: x\n    if_closed: {template: |\n"));
    let template = |name: &str| -> crate::model::template::Template {
        let written = serde_json::json!({
            "id": 1, "name": name, "language": "en", "category": "utility", "status": "approved", "body": "Hello",
        });
        serde_json::from_value(written).unwrap()
    };
    let around =
        CheckContext { templates: Some(vec![vec![template("visit"), template("offer")]]), ..CheckContext::default() };
    let labels = |scene: &Scene| {
        let all = complete(&scene.desk(&around), &scene.file, scene.at);
        all.into_iter().map(|offer| offer.label).collect::<Vec<_>>()
    };
    assert_eq!(labels(&scene), ["offer", "visit"]);
    let listed = Scene::new(&flow("  - say: x\n    if_closed:\n      template:\n        - |\n"));
    assert_eq!(labels(&listed), ["offer", "visit"]);
}

#[test]
fn a_brace_in_a_text_gets_its_dollar() {
    let chosen = |text: &str, label: &str| {
        let scene = Scene::new(&format!("flow: a\nsteps:\n  - ask: Day?\n    as: day\n{text}"));
        let all = complete(&scene.desk(&CheckContext::default()), &scene.file, scene.at);
        let offer = all.into_iter().find(|offer| offer.label == label).unwrap_or_else(|| panic!("{text}"));
        let mut written = scene.file.text().to_owned();
        written.replace_range(offer.replaces, &offer.insert);
        written.lines().last().unwrap().to_owned()
    };
    assert_eq!(chosen("  - say: On {|}\n", "day"), "  - say: On ${day}");
    assert_eq!(chosen("  - say: On {da|, then\n", "day"), "  - say: On ${day}, then");
    assert_eq!(chosen("  - say: \"On {|}\"\n", "contact"), "  - say: \"On ${contact}\"");
    offers("flow: a\nsteps:\n  - say: {|}\n", &[], &["contact"]);
}

#[test]
fn an_offer_replaces_the_word_and_brings_its_colon() {
    let scene = Scene::new("flow: a\nsteps:\n  - as|\n");
    let offers = complete(&scene.desk(&CheckContext::default()), &scene.file, scene.at);
    let ask = offers.iter().find(|offer| offer.label == "ask").unwrap();
    assert_eq!((&scene.file.text()[ask.replaces.clone()], ask.insert.as_str()), ("as", "ask: "));
    let scene = Scene::new("flow: a\nsteps:\n  - if: window.open\n    th|\n");
    let offers = complete(&scene.desk(&CheckContext::default()), &scene.file, scene.at);
    assert_eq!(offers.iter().find(|offer| offer.label == "then").unwrap().insert, "then:");
}

#[test]
fn a_word_is_explained_where_it_stands() {
    let told = |text: &str| {
        let scene = Scene::new(text);
        hover(&scene.desk(&CheckContext::default()), &scene.file, scene.at).map(|hover| hover.text).unwrap_or_default()
    };
    assert!(told("flow: a\nsteps:\n  - s|ay: x\n").contains("Sends one message"));
    assert!(told("flow: a\nsteps:\n  - ask: x\n    tr|ies: 2\n").contains("How many answers may be wrong"));
    assert!(told("flow: a\nsteps:\n  - go: oth|er\n").contains("Does more."));
    assert!(told("flow: a\nsteps:\n  - ask: 👋🏽 Which day?\n    as: day\n  - say: On ${da|y}\n").contains("Which day?"));
    assert!(told("flow: a\nsteps:\n  - say: On ${contact.vis|it_at}\n").contains("(datetime)"));
    assert!(told("flow: a\nsteps:\n  - say: On ${tod|ay()}\n").contains("contact's clock"));
    assert!(told("flow: a\nsteps:\n  - script: orders::et|a(1)\n").contains("When it comes."));
    assert!(told("flow: a\nsteps:\n  - if: hours.shop.op|en\n    then: [end]\n").contains("open now"));
    assert_eq!(told("flow: a\nsteps:\n  - say: just a say| word\n"), "");
}

#[test]
fn a_name_leads_to_where_it_is_said() {
    let at = |text: &str| {
        let scene = Scene::new(text);
        definition(&scene.desk(&CheckContext::default()), &scene.file, scene.at)
            .map(|place| format!("{place}"))
            .unwrap_or_default()
    };
    assert_eq!(at("flow: a\nsteps:\n  - go: fin|\nblocks:\n  fin: [{say: x}]\n"), "flows/a.yaml:5:3");
    assert_eq!(at("flow: a\nsteps:\n  - go: o|ther\n"), "flows/other.yaml:1:7");
    assert_eq!(at("flow: a\nsteps:\n  - ask: A?\n    as: day\n  - say: ${da|y}\n"), "flows/a.yaml:4:9");
    assert_eq!(at("flow: a\nsteps:\n  - handoff: de|sk\n"), "flows/_bot.yaml:9:9");
    assert_eq!(at("flow: a\nsteps:\n  - say: ${contact.si|ze}\n"), "flows/_bot.yaml:6:30");
    assert_eq!(at("flow: a\nsteps:\n  - script: orders::e|ta(1)\n"), "scripts/orders.rhai:2:4");
    assert_eq!(at("flow: a\nsteps:\n  - say: nothing h|ere\n"), "");
}

/// Each changed place with its new text, and the renamed files.
type Changes = (Vec<String>, Vec<(String, String)>);

fn renamed(text: &str, new: &str) -> Result<Changes, String> {
    let scene = Scene::new(text);
    let around = CheckContext::default();
    let renamed = rename(&scene.desk(&around), &scene.files, &scene.file, scene.at, new)?;
    let mut places: Vec<String> = renamed.edits.iter().map(|edit| format!("{} {}", edit.place, edit.text)).collect();
    places.sort();
    Ok((places, renamed.files))
}

#[test]
fn a_block_is_renamed_with_every_jump_to_it() {
    let text = "flow: a\nsteps:\n  - ask: A?\n    timeout: 1h\n    on_timeout: {go: la|ter}\n  - call: later\nblocks:\n  later: [{say: later}]\n";
    let (places, files) = renamed(text, "after").unwrap();
    assert_eq!(places, ["flows/a.yaml:5:22 after", "flows/a.yaml:6:11 after", "flows/a.yaml:8:3 after"]);
    assert_eq!(files, []);
    assert_eq!(renamed(text, "other").unwrap_err(), "there is a flow `other` already");
    assert_eq!(renamed(text, "top").unwrap_err(), "the name `top` belongs to the language");
}

#[test]
fn a_variable_is_renamed_in_its_flow_its_tests_and_its_translations() {
    let text = "flow: a\nsteps:\n  - ask: 👋🏽 A?\n    as: da|y\n  - say: Hi ${day}\n  - set: {day: \"${day.format(\"day\")}\"}\n";
    let text = text.replace("\"${day.format(\"day\")}\"", "'${day.format(\"day\")}'");
    let (places, _) = renamed(&text, "date").unwrap();
    assert_eq!(
        places,
        [
            "flows/a.test.yaml:5:25 date",
            "flows/a.yaml:4:9 date",
            "flows/a.yaml:5:15 date",
            "flows/a.yaml:6:11 date",
            "flows/a.yaml:6:19 date",
            "locales/es.yaml:7:14 date",
            "locales/es.yaml:8:14 date",
        ]
    );
    assert!(renamed(&text, "contact").unwrap_err().starts_with("the name `contact` belongs to the language"));
}

#[test]
fn a_flow_is_renamed_with_its_file_its_tests_and_its_translations() {
    let (places, files) = renamed("flow: a\nsteps:\n  - go: oth|er\n", "another").unwrap();
    let wanted = [
        "flows/a.yaml:3:9 another",
        "flows/other.test.yaml:1:8 another",
        "flows/other.yaml:1:7 another",
        "locales/es.yaml:2:24 another",
        "locales/es.yaml:2:9 another",
        "locales/es.yaml:3:1 another",
    ];
    assert_eq!(places, wanted);
    let moved = |old: &str, new: &str| (old.to_owned(), new.to_owned());
    assert_eq!(
        files,
        [moved("flows/other.yaml", "flows/another.yaml"), moved("flows/other.test.yaml", "flows/another.test.yaml"),]
    );
}

#[test]
fn what_others_know_by_its_name_is_not_renamed() {
    for (text, why) in [
        (
            "flow: a\ninputs: {no: text}\nsteps:\n  - say: ${n|o}\n",
            "`no` is an input: callers and the API give it by this name",
        ),
        ("flow: a\nsteps:\n  - say: ${contact.si|ze}\n", "what contacts have under `size` is stored by this name"),
        ("flow: a\nsteps:\n  - s|ay: x\n", "this is a word of the language"),
        ("flow: a\nsteps:\n  - say: nothing| here\n", "there is no name here"),
    ] {
        let scene = Scene::new(text);
        let around = CheckContext::default();
        assert_eq!(renameable(&scene.desk(&around), &scene.file, scene.at).unwrap_err(), why);
    }
}

/// Checks that every byte of every file has an answer and no panic.
#[test]
fn every_place_of_broken_files_has_an_answer() {
    for text in [
        "flow: a\nsteps:\n  - say: \"unclosed\n  - ask: 👋🏽 é: {\n    options: [a, {b: c}\n",
        "- a\n\t- b: ${x\n  ? y\n: z\n%\n@",
        "flow: a\r\nsteps:\r\n  - say: ${contact.\r\n  - go:\r\n",
        "",
    ] {
        let scene = Scene::new(&format!("{text}|"));
        let around = CheckContext::default();
        let desk = scene.desk(&around);
        for (at, _) in scene.file.text().char_indices() {
            complete(&desk, &scene.file, at);
            hover(&desk, &scene.file, at);
            definition(&desk, &scene.file, at);
            let _ = rename(&desk, &scene.files, &scene.file, at, "x1");
        }
    }
}

#[test]
fn tools_of_a_server_are_offered_out_of_the_lock() {
    let agent = |tools: &str| format!("flow: a\nsteps:\n  - agent: desk\n    tools:\n      - mcp: calendar\n{tools}");
    offers(&agent("        only: [|]\n"), &["create-visit", "list"], &["calendar"]);
    offers(&agent("        only: [list, l|]\n        reads: [list]\n"), &["list"], &[]);
    offers(&agent("        only:\n          - |\n"), &["create-visit", "list"], &[]);
    offers(&agent("        reads: |\n"), &["list"], &[]);
    offers(&agent("        only: [x]\n").replace("mcp: calendar", "mcp: |"), &["calendar"], &["list"]);
    let scene = Scene::new(&agent("        only: [create-v|]\n"));
    let offer = complete(&scene.desk(&CheckContext::default()), &scene.file, scene.at).remove(0);
    assert_eq!((offer.insert.as_str(), &scene.file.text()[offer.replaces]), ("create-visit", "create-v"));
    assert_eq!(offer.about, "Books a visit.");
    let test = |expected: &str| {
        format!("tests: other\ncases:\n  - name: x\n    steps:\n      - expect:\n          mcp:\n{expected}")
    };
    for (typed, wanted) in [
        ("            |\n", &["calendar.create-visit", "calendar.list"][..]),
        ("            calendar.|: 1\n", &["create-visit", "list"]),
        ("            calendar:\n              |\n", &["create-visit", "list"]),
    ] {
        let labels = Scene::of("flows/other.test.yaml", &test(typed)).labels();
        assert!(wanted.iter().all(|one| labels.iter().any(|label| label == one)), "{typed}: {labels:?}");
    }
}

#[test]
fn a_tool_is_described_and_found_in_the_lock() {
    let text = "flow: a\nsteps:\n  - agent: desk\n    tools:\n      - {mcp: calendar, only: [create-vi|sit]}\n";
    let scene = Scene::new(text);
    let around = CheckContext::default();
    let said = hover(&scene.desk(&around), &scene.file, scene.at).unwrap().text;
    assert_eq!(said, "tool **calendar.create-visit**\n\nBooks a visit.\n\n- `day`: The day.\n- `note` (optional)");
    let named = names::name_at(&scene.desk(&around), &scene.file, scene.at).unwrap();
    let place = names::declaration(&scene.desk(&around), &scene.file, &named.meaning).unwrap();
    assert_eq!((place.path(), place.line()), ("mcp.lock.yaml", 4));
}
