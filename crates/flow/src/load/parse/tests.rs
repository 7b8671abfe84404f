use super::*;
use crate::definition::NodeIx;
use proptest::prelude::*;

fn read(body: &str) -> (FlowSet, Vec<String>) {
    let files = [SourceFile::new("flows/a.yaml", format!("flow: a\n{body}"))];
    let (set, found) = parse_set(&files);
    (set, found.iter().map(|finding| finding.to_string().replacen("flows/a.yaml:", "", 1)).collect())
}

#[track_caller]
fn one(body: &str, begins: &str) {
    let (_, found) = read(body);
    assert!(found.len() == 1 && found[0].starts_with(begins), "{found:#?}");
}

#[test]
fn bodies_go_on_with_what_follows_the_step_that_holds_them() {
    let (set, found) = read(
        "steps:\n  - if: window.open\n    then:\n      - say: one\n      - say: two\n    else: []\n  - say: three\n",
    );
    assert_eq!(found, Vec::<String>::new());
    let flow = set.named("a").unwrap();
    let ids: Vec<&str> = flow.nodes.iter().map(|node| node.id.as_str()).collect();
    assert_eq!(ids, ["a.if_1", "a.say_3", "a.say_1", "a.say_2"]);
    let next = |id: &str| flow.node(flow.find(&id.into()).unwrap()).next.map(|ix| flow.node(ix).id.to_string());
    assert_eq!(next("a.say_1").as_deref(), Some("a.say_2"));
    assert_eq!(next("a.say_2").as_deref(), Some("a.say_3"));
    assert_eq!(next("a.say_3"), None);
    assert_eq!(
        flow.nodes[0].outline.bodies,
        [("then".to_owned(), Body(Some(NodeIx(2)))), ("else".to_owned(), Body(Some(NodeIx(1))))]
    );
}

#[test]
fn a_step_is_known_by_its_own_id() {
    let (set, _) = read("steps:\n  - say: one\n    id: hello\n");
    assert!(set.named("a").unwrap().find(&"a.hello".into()).is_some());
    one(
        "steps:\n  - say: one\n    id: x\n  - say: two\n    id: x\n",
        "6:9: error[E217] two steps of this flow are called `x`",
    );
}

#[test]
fn a_flow_and_the_agents_have_budgets() {
    let budget = |amount, days| crate::model::budget::Budget { amount, period: Span::days(days) };
    let files = [
        SourceFile::new(
            "flows/_bot.yaml",
            "bot: B\nmodels: [main]\nagents: {budget: {all: [20.00/1d, 300/30d], contact: 0.50/1d}}\n",
        ),
        SourceFile::new("flows/a.yaml", "flow: a\nbudget: 2.00/1d\nsteps:\n  - say: one\n"),
    ];
    let (set, found) = parse_set(&files);
    assert_eq!(found.iter().filter(|finding| finding.is_error()).count(), 0, "{found:#?}");
    let bot = set.bot.agents.budget.as_ref().unwrap();
    assert_eq!(bot.budgets.all, [budget(20_000_000, 1), budget(300_000_000, 30)]);
    assert_eq!(bot.budgets.contact, [budget(500_000, 1)]);
    let flow = set.named("a").unwrap().budget.as_ref().unwrap();
    assert_eq!((flow.budgets.all.as_slice(), flow.budgets.contact.len()), ([budget(2_000_000, 1)].as_slice(), 0));
    assert_eq!(flow.place.to_string(), "flows/a.yaml:2:1");
    let steps = "steps:\n  - say: one\n";
    one(
        &format!("budget: 2.00\n{steps}"),
        "2:9: error[E212] a budget is an amount in a time of at most 31d, and this is the text `2.00`",
    );
    one(&format!("budget: 2.00/32d\n{steps}"), "2:9: error[E212] a budget is an amount in a time of at most 31d");
    one(&format!("budget:\n{steps}"), "2:1: error[E212] `budget` has no amount");
    one(&format!("budget: {{bot: 2.00/1d}}\n{steps}"), "2:10: error[E203] `budget` has no key `bot`; write `all:`");
    one(&format!("budgte: 2.00/1d\n{steps}"), "2:1: error[E203] a flow has no key `budgte`; did you mean `budget`?");
    let (_, found) = parse_set(&[SourceFile::new(
        "flows/_bot.yaml",
        "bot: B\nmodels: [main]\nagents:\n  budget: {all: 20.00, person: 0.50/1d}\n",
    )]);
    let found: Vec<String> = found.iter().filter(|finding| finding.is_error()).map(ToString::to_string).collect();
    assert!(found.len() == 2 && found[0].starts_with("flows/_bot.yaml:4:17: error[E212]"), "{found:#?}");
    assert!(found[1].starts_with("flows/_bot.yaml:4:24: error[E203]") && found[1].contains("`contact:`"), "{found:#?}");
}

#[test]
fn a_step_has_one_verb() {
    one(
        "steps:\n  - say: a\n    set: {x: 1}\n",
        "3:5: error[E222] a step has one verb, and this one has `say` and `set`",
    );
    one("steps:\n  - sya: a\n", "3:5: error[E221] there is no step `sya`; did you mean `say`?");
    one(
        "steps:\n  - say: a\n    return: 1\n",
        "3:5: error[E222] a step has one verb, and this one has `say` and `return`",
    );
    one("steps:\n  - exit: true\n", "3:5: error[E221] there is no step `exit`; write `- end`");
    one("steps:\n  - just a text\n", "3:5: error[E220]");
    one("steps:\n  - say: a\n    tiemout: 2h\n", "4:5: error[E203] `say` has no key `tiemout`");
    let (set, found) = read("steps:\n  - say: a\n    if: window.open\n");
    assert_eq!(found, Vec::<String>::new());
    assert!(set.named("a").unwrap().nodes[0].guard.is_some());
}

#[test]
fn an_unknown_key_of_a_flow_is_reported() {
    one("tittle: x\nsteps: []\n", "2:1: error[E203] a flow has no key `tittle`; did you mean `title`?");
    one("title: x\n", "1:1: error[E202] a flow needs `steps`");
}

#[test]
fn the_name_of_a_flow_is_the_name_of_its_file() {
    let (_, found) = parse_set(&[SourceFile::new("flows/b.yaml", "flow: a\nsteps: []\n")]);
    assert!(found[0].to_string().starts_with("flows/b.yaml:1:7: error[E214]"), "{found:?}");
    assert!(found[0].to_string().ends_with("or rename the file to `a.yaml`"), "{found:?}");
    let (_, found) = parse_set(&[SourceFile::new("flows/b.yaml", "flow: Our prices\nsteps: []\n")]);
    assert!(found[0].to_string().ends_with("write `flow: b`"), "{found:?}");
}

#[test]
fn code_and_texts_report_at_their_column() {
    one("steps:\n  - say: 👋 Hé ${contcat.name}\n", "3:17: error[E303] nothing here is called `contcat`");
    one("steps:\n  - say: |\n      first\n        ${contact.nme.uper()}\n", "5:23: error[E311]");
    one("steps:\n  - if: contact.name == 'there'\n    then: [end]\n", "3:25: error[E304]");
    one("steps:\n  - if: ${window.open}\n    then: [end]\n", "3:9: error[E314]");
    one("steps:\n  - say: \"Hi ${contact.name\"\n", "3:14: error[E301]");
}

#[test]
fn reserved_names_are_refused() {
    one("vars: {new: 1}\nsteps: []\n", "2:8: error[E307] the name `new` is reserved");
    one("steps:\n  - set: {contact: 1}\n", "3:11: error[E307] the name `contact` belongs to the language");
}

#[test]
fn findings_of_all_files_come_at_once() {
    let files = [
        SourceFile::new("flows/a.yaml", "flow: a\nsteps:\n  - say: Order: x\n  - sya: y\n"),
        SourceFile::new("flows/b.yaml", "flow: b\nsteps:\n  - say: @x\n  - go: a\n"),
        SourceFile::new("scripts/s.rhai", "fn f(x) { x +* 1 }\n"),
    ];
    let (_, found) = parse_set(&files);
    let places: Vec<String> = found.iter().map(|finding| finding.place.to_string()).collect();
    assert_eq!(places[..3], ["flows/a.yaml:3:15", "flows/a.yaml:4:5", "flows/b.yaml:3:10"]);
    assert!(places[3].starts_with("scripts/s.rhai:1:"), "{places:?}");
}

#[test]
fn the_bot_has_the_defaults_of_the_language() {
    let (set, found) = parse_set(&[SourceFile::new("flows/_bot.yaml", "bot: Shop\ntimezone: Europe/Madrid\n")]);
    assert_eq!(found, []);
    let bot = &set.bot;
    assert_eq!(bot.defaults.expires, Span::hours(24));
    assert_eq!((bot.defaults.ask_tries, bot.defaults.loop_guard.count), (3, 30));
    assert_eq!(bot.defaults.late_message, Span::hours(6));
    assert!(bot.topics["marketing"].needs_consent && !bot.topics["service"].needs_consent);
    assert!(bot.quiet_hours.is_none());
}

#[test]
fn mistakes_in_the_bot_have_their_places() {
    let text = "bot: Shop\ntimezone: Europe/Madird\nhours:\n  desk: {open: {mon-fry: [\"09:00-14:00\"]}}\nteams: {support: {hours: dsk}}\nsecretes: [A]\n";
    let (_, found) = parse_set(&[SourceFile::new("_bot.yaml", text)]);
    let heads: Vec<String> = found.iter().map(|finding| format!("{} {}", finding.place, finding.code)).collect();
    assert_eq!(heads, ["_bot.yaml:2:11 E211", "_bot.yaml:4:17 E210", "_bot.yaml:5:26 E404", "_bot.yaml:6:1 E203"]);
}

#[test]
fn a_field_is_declared_by_its_own_name() {
    let flow = "flow: a\nsteps:\n  - set: {contact.visit_id: x}\n";
    let (_, found) = parse_set(&[
        SourceFile::new("_bot.yaml", "bot: Shop\nfields: {contact.visit_id: text, visit_at: datetime}\n"),
        SourceFile::new("a.yaml", flow),
    ]);
    let said: Vec<String> = found.iter().map(ToString::to_string).collect();
    assert_eq!(said.len(), 1, "{said:?}");
    assert!(said[0].contains("E307") && said[0].ends_with("write `visit_id`"), "{said:?}");
}

proptest! {
    #[test]
    fn parsing_never_panics(lines in proptest::collection::vec(
        "( {0,8}(- )?(say|if|go|set|call|switch|cases|then|else|steps|blocks|when|vars|flow|end|on_error|id)(: )?(\\$\\{[a-z.()\"'?: ]{0,10}\\}?|[a-z]{1,5}|\\[\\]|\\{\\}|[#*@!|>&👋]{1,3})?\n)", 0..14)
    ) {
        let file = SourceFile::new("flows/a.yaml", lines.concat());
        let (set, found) = parse_set(&[file]);
        crate::lint(&set);
        for finding in found {
            finding.render(false);
        }
    }
}

#[test]
fn each_mistake_has_its_code_and_place() {
    let mut wrong = Vec::new();
    for (body, wanted) in [
        ("steps:\n  - say: a\n  - <<: x\n    say: b\n", "4:9 E105"),
        ("vars: {[a]: b}\nsteps: []\n", "2:7 E106"),
        ("inputs: [x]\nsteps: []\n", "2:9 E201"),
        ("expires: soon\nsteps: []\n", "2:10 E204"),
        ("draft: maybe\nsteps: []\n", "2:8 E206"),
        ("if_busy: wait\nsteps: []\n", "2:10 E207"),
        ("title: [x]\nsteps: []\n", "2:8 E208"),
        ("when: [{api: true, at_most: often}]\nsteps: []\n", "2:29 E212"),
        ("inputs: {x: txt}\nsteps: []\n", "2:13 E213"),
        ("steps:\n  - say: a\n    id: a b\n", "4:9 E216"),
        ("when: [hello]\nsteps: []\n", "2:8 E223"),
        ("when: [{api: true, button: x}]\nsteps: []\n", "2:8 E224"),
        ("when: [{mesage: hi}]\nsteps: []\n", "2:9 E225"),
        ("steps:\n  - if: window.open\n", "3:5 E226"),
        ("steps:\n  - switch: contact.name\n    cases: {a: [end], \"a, b\": [end]}\n    else: []\n", "4:23 E227"),
        ("steps:\n  - end: now\n", "3:10 E228"),
        ("steps:\n  - say: Hi ${ }\n", "3:15 E302"),
        ("steps:\n  - say: ${orders::eta(1)}\n", "3:12 E306"),
        ("steps:\n  - if: contact.name = \"x\"\n    then: [end]\n", "3:22 E308"),
        ("steps:\n  - script: contact = 1\n", "3:13 E310"),
        ("steps:\n  - handoff: sales\n", "3:14 E403"),
        ("steps:\n  - go: top\n    if: window.open\nblocks:\n  top: [end]\n", "6:3 E406"),
        ("topic: news\nsteps: []\n", "2:8 E407"),
        ("steps:\n  - say: Hi {{ name }}\n", "3:13 W118"),
    ] {
        let (_, found) = parse_set(&[SourceFile::new("flows/a.yaml", format!("flow: a\n{body}"))]);
        let heads: Vec<String> =
            found.iter().map(|f| format!("{}:{} {}", f.place.line(), f.place.column(), f.code)).collect();
        if heads != [wanted] {
            wrong.push((body, wanted, heads));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn two_flows_of_one_name_are_an_error() {
    let files = [
        SourceFile::new("flows/a.yaml", "flow: a\nsteps: []\n"),
        SourceFile::new("flows/more/a.yaml", "flow: a\nsteps: []\n"),
    ];
    let (_, found) = parse_set(&files);
    assert_eq!(found[0].code, "E405");
    assert_eq!(found[0].labels[0].0.to_string(), "flows/a.yaml:1:7");
}

#[test]
fn loose_code_in_a_file_of_scripts_is_an_error() {
    let (_, found) = parse_set(&[SourceFile::new("scripts/s.rhai", "fn f(x) { x }\nf(1)\n")]);
    assert_eq!(format!("{} {}", found[0].place, found[0].code), "scripts/s.rhai:2:1 E313");
}
