use super::*;
use crate::{
    base::{limits, yaml::Style},
    engine::views::hours_view,
    model::{effect::CallText, hours::OpeningHours},
};
use jiff::tz::TimeZone;

/// 2026-03-28T12:00:00Z, a Saturday; the contact is in Mexico City, the bot in Madrid.
const NOW: Time = Time(1_774_699_200_000);

fn scalar(code: &str) -> Arc<Scalar> {
    let file = SourceFile::new("a.yaml", code);
    Arc::new(Scalar::new(code, Style::Plain, Place::new(&file, 0..code.len())))
}

/// Open on Saturdays and Sundays from 12 to 15 and from 16 to 18 in Madrid; the clocks change on the next day.
fn shop() -> OpeningHours {
    let mut week: [Vec<(u16, u16)>; 7] = Default::default();
    week[5..].fill(vec![(12 * 60, 15 * 60), (16 * 60, 18 * 60)]);
    OpeningHours {
        zone: TimeZone::get("Europe/Madrid").unwrap(),
        week,
        holidays: [jiff::civil::date(2026, 4, 4)].into(),
    }
}

fn names() -> BTreeMap<String, Value> {
    let json = serde_json::json!({
        "contact": {"name": "Ana", "email": null}, "score": "1", "list": [3, 1, 2], "order": {"lines": []}, "count": 10,
        "size": "l", "huge": "x".repeat(limits::SCRIPT_RESULT_BYTES_MAX),
    });
    let Value::Map(map) = Value::from_json(&json) else { unreachable!() };
    map
}

fn run_with(code: &str, script: bool, modules: &[(&str, &str)]) -> Result<Value, String> {
    let findings = Findings::default();
    let files: Vec<_> = modules.iter().map(|(path, text)| SourceFile::new(*path, *text)).collect();
    let scripts = Scripts::new(&files, ["SHOP_TOKEN".to_owned()], &findings);
    let variables = names();
    let own: Vec<String> = variables.keys().cloned().chain(["unset".to_owned()]).collect();
    let known = Names { own: &own, secrets: false };
    let source = scalar(code);
    let code = if script {
        Code::script(&source, &scripts, &known, &findings)
    } else {
        Code::expression(&source, &scripts, &known, &findings)
    };
    let found = findings.into_sorted();
    let Some(code) = code else { return Err(found.first().map(ToString::to_string).unwrap_or_default()) };
    assert_eq!(found, []);
    let scope = Scope {
        names: &|name| match name {
            "title of size" => Some(Value::text("Grande")),
            "hours" => Some(Value::Map([("shop".to_owned(), hours_view(&shop(), NOW))].into())),
            "text of size" => Some(Value::text("the large one please")),
            name => variables.get(name).cloned(),
        },
        now: NOW,
        zone: TimeZone::get("Europe/Madrid").unwrap(),
        contact_zone: TimeZone::get("America/Mexico_City").unwrap(),
        language: "es",
        phone: None,
    };
    code.eval(&scope).map_err(|error| error.to_string())
}

fn eval(code: &str) -> Result<Value, String> {
    run_with(code, false, &[])
}

fn shown(code: &str) -> String {
    match eval(code) {
        Ok(value) => value.print().unwrap_or_else(|| value.to_json().to_string()),
        Err(text) => text,
    }
}

#[test]
fn numbers_behave_as_an_author_expects() {
    for (code, wanted) in [
        ("10 / 4", "2.5"),
        ("10 / 5", "2"),
        ("score == 1", "true"),
        ("1 == score", "true"),
        ("score == \"1\"", "true"),
        ("score > 0", "true"),
        ("count * 2 + 1", "21"),
        ("0.1 + 0.2", "0.3"),
        ("round(2.5)", "3"),
        ("2.345.round(2)", "2.35"),
        ("1 < 2 && 2 <= 2 && 3 != 4", "true"),
        ("true == true", "true"),
    ] {
        assert_eq!(shown(code), wanted, "{code}");
    }
}

#[test]
fn reading_through_a_missing_value_gives_nothing() {
    for (code, wanted) in [
        ("contact.email.domain.name", ""),
        ("unset.a.b", ""),
        ("missing(unset)", "true"),
        ("missing(contact.name)", "false"),
        ("contact.email ?? \"none\"", "none"),
        ("contact.email.is_empty()", "true"),
        ("contact.email.upper()", ""),
        ("unset < 3", "false"),
        ("unset == ()", "true"),
        ("unset < now()", "false"),
        ("unset.format(\"HH:mm\")", ""),
    ] {
        assert_eq!(shown(code), wanted, "{code}");
    }
}

#[test]
fn no_word_equals_a_number() {
    for word in ["inf", "-inf", "infinity", "nan", "NaN", "1e999", "1e3", "0x10"] {
        for code in ["{w} == 4711", "4711 == {w}", "{w} == 1000", "{w} > 5", "{w} < 5", "[4711].contains({w})"] {
            let code = code.replace("{w}", &format!("\"{word}\""));
            assert_eq!(shown(&code), "false", "{code}");
        }
        assert_eq!(shown(&format!("\"{word}\".to_number()")), "", "{word}");
    }
    assert_eq!(shown("\"4711\" == 4711 && \" 47.5\" == 47.5 && \"-3\" < 0"), "true");
    assert_eq!(shown("1e308 * 10.0 == 5"), "false");
}

#[test]
fn a_list_of_many_kinds_has_one_order() {
    let mixed = "let a = []; for i in 0..200 { a.push(switch i % 6 { 0 => i, 1 => i.to_text(), 2 => i / 7, \
                 3 => today() + days(200 - i), 4 => i % 4 == 0, _ => now() - days(i) }); } ";
    for sort in ["a.sort()", "a.order()", "a.order_desc()", "a.sort_desc(); a"] {
        let Ok(Value::List(items)) = run_with(&format!("{mixed}{sort}"), true, &[]) else { panic!("{sort}") };
        assert_eq!(items.len(), 200);
        let turned = sort.contains("desc");
        assert!(items.windows(2).all(|two| {
            let order = super::sorted(&two[0], &two[1]);
            if turned { order.is_ge() } else { order.is_le() }
        }));
    }
    assert_eq!(shown("[\"b\", 2, (), \"10\", 1.5, true, \"a\"].sort()"), "[true,1.5,2,\"10\",\"a\",\"b\",null]");
    assert_eq!(shown("[[2, 1], [1, 9], [1]].sort()"), "[[1],[1,9],[2,1]]");
}

#[test]
fn any_two_values_have_an_order_and_it_is_no_circle() {
    let day = |text: &str| Value::Date(text.parse().unwrap());
    let at = |text: &str| Value::moment(text.parse().unwrap());
    let all = [
        Value::Nothing,
        Value::YesNo(false),
        Value::Whole(9_007_199_254_740_992),
        Value::Number(9_007_199_254_740_992.0),
        Value::Whole(9_007_199_254_740_993),
        Value::Number(-0.0),
        Value::Whole(0),
        Value::text("10"),
        Value::text("9"),
        day("2026-03-28"),
        at("2026-03-28T00:00:00+14:00[Pacific/Kiritimati]"),
        at("2026-03-28T12:00:00+00:00[UTC]"),
        Value::Clock("09:00".parse().unwrap()),
        Value::List(vec![Value::Whole(1), Value::text("x")]),
        Value::List(vec![Value::text("x")]),
    ];
    for (a, b) in all.iter().flat_map(|a| all.iter().map(move |b| (a, b))) {
        assert_eq!(super::sorted(a, b), super::sorted(b, a).reverse(), "{a:?} {b:?}");
        for c in &all {
            if super::sorted(a, b).is_le() && super::sorted(b, c).is_le() {
                assert!(super::sorted(a, c).is_le(), "{a:?} {b:?} {c:?}");
            }
        }
    }
}

#[test]
fn texts_and_lists_have_their_functions() {
    for (code, wanted) in [
        ("contact.name.upper() + \"!\"", "ANA!"),
        ("\" x \".trim().len()", "1"),
        ("\"48213\".is_match(\"^[0-9]{4,8}$\")", "true"),
        ("\"a,b\".split(\",\").len()", "2"),
        ("\"hello\".replace(\"l\", \"L\")", "heLLo"),
        ("\"hello\".starts_with(\"he\") && \"hello\".contains(\"ll\")", "true"),
        ("list.sort().map(|n| n * 2)", "[2,4,6]"),
        ("list.filter(|n| n > 1).len()", "2"),
        ("list.contains(2)", "true"),
        ("[1,2].contains(count)", "false"),
        ("order.lines.is_empty()", "true"),
        ("list.map(|n| `n${n}`).join(\", \")", "n3, n1, n2"),
        ("money(123450, \"EUR\")", "1.234,50 €"),
        ("(12.5).format(1)", "12,5"),
        ("(1234567.891).format(2)", "1.234.567,89"),
        ("1500.format(0)", "1.500"),
        ("(-0.001).format(2)", "0,00"),
        ("(-3).format(1)", "-3,0"),
    ] {
        assert_eq!(shown(code), wanted, "{code}");
    }
}

#[test]
fn dates_compute_compare_and_print() {
    for (code, wanted) in [
        ("today()", "2026-03-28"),
        ("now()", "2026-03-28T13:00:00+01:00"),
        ("now().local().format(\"HH:mm\")", "06:00"),
        ("now().format(\"EEEE d MMMM\")", "sábado 28 marzo"),
        ("today() + days(60)", "2026-05-27"),
        ("today() <= today() + days(1)", "true"),
        // The clocks change on the 29th: a day later it is one o'clock again, 24 hours later it is two.
        ("(now() + days(1)).format(\"HH:mm\")", "13:00"),
        ("(now() + hours(25)).format(\"HH:mm\")", "15:00"),
        ("now() - days(60) < now()", "true"),
        ("now() - (now() - hours(2))", "2h"),
        ("\"2026-04-02T10:00\".format(\"d MMM HH:mm\")", "2 abr 10:00"),
        ("today().at(\"10:00\")", "2026-03-28T10:00:00-06:00"),
        ("today() == \"2026-03-28\"", "true"),
        ("minutes(90)", "1h30m"),
    ] {
        assert_eq!(shown(code), wanted, "{code}");
    }
}

#[test]
fn hole_one_nested_walks_use_up_the_same_fuel() {
    let code = "let a = []; a.pad(4000, 0); a.map(|x| { let b = []; b.pad(4000, 0); b.map(|y| y * 2); x }); 1";
    let error = run_with(code, true, &[]).unwrap_err();
    assert!(error.contains("works for too long"), "{error}");
    assert!(run_with("loop {}", true, &[]).unwrap_err().contains("works for too long"));
}

#[test]
fn hole_two_nothing_sleeps_prints_or_evaluates() {
    for code in [
        "sleep(1)",
        "1.sleep()",
        "Fn(\"sleep\").call(1)",
        "eval(\"1\")",
        "print(1)",
        "debug(1)",
        "exit(1)",
        "timestamp()",
        "Fn(\"eval\").call(\"1\")",
        "\"1\".eval()",
        "let f = \"eval\"; Fn(f).call(\"1 + 1\")",
        "Fn(\"print\").call(1)",
        "Fn(\"import\").call(\"x\")",
        "call_fn(\"eval\", \"1\")",
    ] {
        assert!(run_with(code, true, &[]).is_err(), "{code}");
    }
    for code in ["import \"x\" as y; 1", "export let x = 1;"] {
        assert!(run_with(code, true, &[]).is_err(), "{code}");
    }
}

#[test]
fn hole_three_unknown_names_are_found_at_load() {
    assert_eq!(
        eval("contcat.name").unwrap_err(),
        "a.yaml:1:1: error[E303] nothing here is called `contcat`; did you mean `contact`?"
    );
    assert_eq!(
        eval("1 + contact.name.uper().len()").unwrap_err(),
        "a.yaml:1:18: error[E311] values have no `.uper()`; did you mean `upper`?"
    );
    assert_eq!(
        eval("todya()").unwrap_err(),
        "a.yaml:1:1: error[E311] there is no function `todya`; did you mean `today`?"
    );
    assert!(run_with("contact = 1; 2", true, &[]).unwrap_err().contains("cannot change `contact`"));
    assert!(run_with("contact.name = 1; 2", true, &[]).unwrap_err().contains("cannot change `contact`"));
    assert!(run_with("let count = 1; count += 1; count", true, &[]).is_ok());
}

#[test]
fn hole_four_a_walk_that_reads_its_own_list_says_so() {
    let error = run_with("let a = [3, 1]; a.map(|x| a.len)", true, &[]).unwrap_err();
    assert!(error.contains("cannot be read inside of the `map`"), "{error}");
}

#[test]
fn limits_stop_what_grows() {
    for code in [
        "let s = \"x\"; loop { s += s }",
        "let a = [1]; loop { a.push(1) }",
        "let s = \"x\"; s.pad(1000000000, \"y\"); s",
        "fn f(x) { f(x + 1) } f(0)",
    ] {
        assert!(run_with(code, true, &[]).is_err(), "{code}");
    }
    let error = eval("huge").unwrap_err();
    assert!(error.contains("larger than 256 KiB"), "{error}");
}

#[test]
fn what_a_function_walks_over_costs_fuel_too() {
    for code in [
        "let a = []; a.pad(4000, 0); loop { a.sort() }",
        "let a = []; a.pad(4000, 0); loop { a.contains(1) }",
        "let a = []; a.pad(4000, 0); loop { a.join(\",\") }",
        "let t = \"x\"; t.pad(60000, \"y\"); loop { t.is_match(\"z$\") }",
        "let i = 0; loop { i += 1; \"x\".is_match(`a${i}{1,9}`) }",
        "let a = []; a.pad(4000, 0); let b = []; b.pad(4000, 0); loop { a == b }",
        "let t = \"x\"; t.pad(20000, \"y\"); let a = [t, t]; loop { a != [] }",
        "let t = \"x\"; t.pad(60000, \"y\"); loop { t.replace(\"z\", \"a\") }",
        "let t = \"x\"; t.pad(60000, \"y\"); loop { t.upper().lower() }",
    ] {
        assert!(run_with(code, true, &[]).unwrap_err().contains("works for too long"), "{code}");
    }
}

#[test]
fn a_pattern_costs_once_what_it_takes_to_compile_it() {
    let script = |patterns: u32| format!("for i in 0..{patterns} {{ \"x\".is_match(`^y${{i}}$`) }} 1");
    assert!(run_with(&script(400), true, &[]).is_ok());
    assert!(run_with(&script(600), true, &[]).unwrap_err().contains("works for too long"));
    // Earlier use of the patterns by another script makes no difference.
    assert!(run_with(&script(600), true, &[]).unwrap_err().contains("works for too long"));
    let one = "for i in 0..20000 { \"x\".is_match(\"^y[0-9]{4,8}$\") } 1";
    assert!(run_with(one, true, &[]).is_ok());
}

#[test]
fn a_list_is_looked_at_where_it_is() {
    let script = "let a = []; a.pad(4000, 0); for i in 0..4000 { a.is_empty(); a.first(); a.last(); } a.last()";
    // Counted work alone decides here, however slow the machine is.
    let found = sandbox::with_time(std::time::Duration::from_secs(600), || run_with(script, true, &[]));
    assert_eq!(found, Ok(Value::Whole(0)));
    assert_eq!(shown("order.lines.first() ?? list.last()"), "2");
}

#[test]
fn no_length_of_time_is_too_long_to_be_taken_away() {
    for code in ["now() - days(-9223372036854775807)", "today() - days(-9223372036854775807)", "now() - days(1e300)"] {
        assert!(eval(code).is_err(), "{code}");
    }
}

#[test]
fn a_list_in_a_list_has_an_end() {
    let nest = |levels: usize| format!("let a = []; for i in 0..{levels} {{ a = [a]; }} a");
    assert!(run_with(&nest(20), true, &[]).is_ok());
    for levels in [200, 4000] {
        assert!(run_with(&nest(levels), true, &[]).is_err(), "{levels}");
    }
}

#[test]
fn apostrophes_in_texts_are_no_quotes() {
    for code in ["`it's Ana's` + contcat.name", "\"it's \\\" Ana's\" + contcat.name", "\"is it? a: b\" + contcat.name"]
    {
        let error = eval(code).unwrap_err();
        assert!(error.contains("did you mean `contact`"), "{code}: {error}");
    }
}

#[test]
fn mistakes_are_said_in_plain_words() {
    assert_eq!(
        eval("contact.name == 'there'").unwrap_err(),
        "a.yaml:1:17: error[E304] text needs double quotes; write `\"there\"`"
    );
    assert_eq!(
        eval("count > 3 ? 1 : 2").unwrap_err(),
        "a.yaml:1:11: error[E305] a choice is not written with `?` and `:`; write `if count > 3 { 1 } else { 2 }`"
    );
    assert!(eval("count = 3").unwrap_err().contains("`==`"), "{:?}", eval("count = 3"));
    assert!(eval("count > 3 and true").unwrap_err().contains("write `&&`"), "{:?}", eval("count > 3 and true"));
    assert!(eval("count >").unwrap_err().contains("ends too early"), "{:?}", eval("count >"));
    assert_eq!(valid_name("new").unwrap_err(), "the name `new` is reserved; choose another, such as `my_new`");
    assert!(
        eval("contact.name.round()").unwrap_err().contains("does not work on a text"),
        "{:?}",
        eval("contact.name.round()")
    );
}

#[test]
fn a_module_of_scripts_is_called_by_its_name() {
    let orders = (
        "scripts/orders.rhai",
        "fn eta(order) { let days = order.days_left ?? 0; #{ late: days < 0, words: `in ${days} days` } }",
    );
    assert_eq!(run_with("orders::eta(#{days_left: 3}).words", true, &[orders]).unwrap(), Value::text("in 3 days"));
    assert!(run_with("orders::eat(1)", true, &[orders]).unwrap_err().contains("did you mean `eta`"));
    assert!(run_with("orders::eta(1, 2)", true, &[orders]).unwrap_err().contains("takes 1 value, and gets 2"));
    assert!(run_with("order::eta(1)", true, &[orders]).unwrap_err().contains("scripts/order.rhai"));
    assert!(run_with("eta(1)", true, &[orders]).unwrap_err().contains("write `orders::eta(…)`"));
}

#[test]
fn modules_call_each_other_in_any_order() {
    let a = ("scripts/a.rhai", "fn f(x) { z::g(x) + 1 }");
    let z = ("scripts/z.rhai", "fn g(x) { x * 2 }");
    assert_eq!(run_with("a::f(3)", true, &[a, z]).unwrap(), Value::Whole(7));
}

#[test]
fn a_set_may_be_shared_by_threads() {
    fn shared<T: Send + Sync>() {}
    shared::<Scripts>();
    shared::<crate::FlowSet>();
}

#[test]
fn an_error_inside_of_a_module_names_its_line() {
    let bad = ("scripts/bad.rhai", "fn f(x) {\n    x.boom\n        .upper() + [1][7]\n}");
    let error = run_with("bad::f(1)", true, &[bad]).unwrap_err();
    assert!(error.contains("(scripts/bad.rhai, line 2)"), "{error}");
}

#[test]
fn a_secret_is_no_text_and_only_where_it_is_allowed() {
    assert!(eval("secrets.SHOP_TOKEN").unwrap_err().contains("may not stand here"));
    let findings = Findings::default();
    let scripts = Scripts::new(&[], ["SHOP_TOKEN".to_owned()], &findings);
    let own = ["theirs".to_owned()];
    let names = Names { own: &own, secrets: true };
    let forged = "\u{E000}secret:SHOP_TOKEN\u{E000}";
    let names_of = |name: &str| (name == "theirs").then(|| Value::text(forged));
    let scope = Scope {
        names: &names_of,
        now: NOW,
        zone: TimeZone::UTC,
        contact_zone: TimeZone::UTC,
        language: "en",
        phone: None,
    };
    let code = |code: &str| Code::expression(&scalar(code), &scripts, &names, &findings).unwrap();
    let token = || CallText::secret("SHOP_TOKEN");
    let give = |text: &str| code(text).give(&scope);
    assert_eq!(give("secrets.SHOP_TOKEN"), Ok(Evaluated::Secret(token())));
    assert_eq!(give("secrets[\"SHOP_TOKEN\"]"), Ok(Evaluated::Secret(token())));
    assert_eq!(
        give("\"Bearer \" + secrets.SHOP_TOKEN"),
        Ok(Evaluated::Secret(CallText::from("Bearer ").with(token())))
    );
    let both = give("secrets.SHOP_TOKEN + \":\" + secrets.SHOP_TOKEN + theirs");
    assert_eq!(both, Ok(Evaluated::Secret(token().with(":".into()).with(token()).with(forged.into()))));
    assert_eq!(
        give("[1, secrets.SHOP_TOKEN]"),
        Ok(Evaluated::List(vec![Evaluated::Value(Value::Whole(1)), Evaluated::Secret(token())]))
    );
    assert_eq!(give("theirs"), Ok(Evaluated::Value(Value::text(forged))), "what looks like a mark is a text");
    for code in [
        "secrets.SHOP_TOKEN.upper()",
        "secrets.SHOP_TOKEN.len()",
        "secrets.SHOP_TOKEN.split(\"\")",
        "[secrets.SHOP_TOKEN].join(\"\")",
        "1 + secrets.SHOP_TOKEN",
        "title(secrets.SHOP_TOKEN)",
        "secrets.to_json()",
        "#{token: secrets.SHOP_TOKEN}.to_json()",
        "[secrets.SHOP_TOKEN].to_json()",
        "secrets.SHOP_TOKEN.to_json()",
    ] {
        assert!(give(code).is_err(), "{code}: {:?}", give(code));
    }
    let error = code("secrets.SHOP_TOKEN").eval(&scope).unwrap_err();
    assert!(error.text.contains("can only be sent"), "{error}");
    let printed = give("[secrets.SHOP_TOKEN].map(|token| `Bearer ${token}`)[0]");
    assert_eq!(printed, Ok(Evaluated::Value(Value::text("Bearer ***"))));
    let backticks = scalar("`Bearer ${secrets.SHOP_TOKEN}`");
    assert!(Code::expression(&backticks, &scripts, &names, &findings).is_none());
    let said: Vec<String> = findings.into_sorted().iter().map(|finding| finding.to_string()).collect();
    assert!(said.len() == 1 && said[0].contains("may not stand in backticks"), "{said:?}");
}

#[test]
fn every_value_of_a_script_has_its_json() {
    for (code, wanted) in [
        (
            "#{on: today(), at: now(), from: time(\"09:30\"), late: hours(2)}.to_json()",
            r#"{"at":"2026-03-28T13:00:00+01:00","from":"09:30","late":7200000,"on":"2026-03-28"}"#,
        ),
        ("(0..3).to_json()", "[0,1,2]"),
        ("#{a: 1..=3}.to_json()", r#"{"a":[1,2,3]}"#),
        ("(5..2).to_json()", "[]"),
        ("#{a: #{b: [1, 2.5, \"x\\\"y\", true, contact.email]}}.to_json()", r#"{"a":{"b":[1,2.5,"x\"y",true,null]}}"#),
        (
            "#{price: money(123450, \"EUR\"), letter: \"z\"[0], endless: 1.0 / 0.0}.to_json()",
            r#"{"endless":null,"letter":"z","price":"1.234,50 €"}"#,
        ),
        ("[today(), 1].to_json()", r#"["2026-03-28",1]"#),
        ("today().to_json()", "\"2026-03-28\""),
        ("\"a\\nb\".to_json()", "\"a\\nb\""),
        ("contact.email.to_json()", "null"),
        ("2.5.to_json()", "2.5"),
        ("contact.to_json()", r#"{"email":null,"name":"Ana"}"#),
    ] {
        let given = eval(code).map(|value| value.print().unwrap_or_default());
        assert_eq!(given.as_deref(), Ok(wanted), "{code}");
        serde_json::from_str::<serde_json::Value>(wanted).unwrap();
    }
    let refused = eval("#{f: |x| x}.to_json()").unwrap_err();
    assert!(refused.contains("no value of a flow"), "{refused}");
}

#[test]
fn a_list_or_map_in_a_text_shows_its_values_and_no_types() {
    for code in [
        "\"on \" + [today(), now(), time(\"09:30\"), hours(2)]",
        "\"on \" + #{a: today(), b: now(), c: time(\"09:30\"), d: hours(2)}",
        "[today(), now(), time(\"09:30\"), hours(2)].to_string()",
        "`${[[today(), now(), time(\"09:30\"), hours(2)]]}`",
        "#{a: [today(), now(), time(\"09:30\"), hours(2)]}.to_debug()",
    ] {
        let said = shown(code);
        for part in ["2026-03-28", "2026-03-28T13:00:00+01:00", "09:30", &crate::base::time::Span::hours(2).to_string()]
        {
            assert!(said.contains(part), "{code}: {said} has no {part}");
        }
        assert!(!["Dynamic", "Zoned", "Date", "::"].iter().any(|word| said.contains(word)), "{code}: {said}");
    }
}

#[test]
fn every_part_is_listed_and_its_example_gives_what_it_says() {
    for part in PARTS {
        let given = run_with(part.example, false, &[]).map(|value| value.print().unwrap_or_default());
        assert_eq!(given.as_deref(), Ok(part.gives), "{}", part.example);
        assert!(part.example.ends_with(&format!(".{}", part.name())), "{}", part.example);
    }
    let engine = sandbox::engine();
    let getters = engine.collect_fn_metadata(None, |info| Some(info.metadata.name.to_string()), true);
    for getter in getters.iter().filter_map(|name| name.strip_prefix("get$")) {
        let listed = PARTS.iter().chain(FUNCTIONS).any(|part| part.name() == getter);
        let known = listed || listed::UNLISTED.contains(&getter);
        assert!(known, "`.{getter}` is not in the list of parts");
    }
}

#[test]
fn a_date_gets_its_time_on_the_clock_that_is_named() {
    let at = |whose: &str| eval(&format!("date(\"2026-12-24\").at(\"18:00\"{whose})")).map(|at| at.print().unwrap());
    assert_eq!(at("").as_deref(), Ok("2026-12-24T18:00:00-06:00"));
    assert_eq!(at(", \"contact\""), at(""));
    assert_eq!(at(", \"bot\"").as_deref(), Ok("2026-12-24T18:00:00+01:00"));
    assert!(at(", \"shop\"").unwrap_err().contains("write \"contact\" or \"bot\""));
}

#[test]
fn hours_are_values_of_expressions() {
    for (code, given) in [
        ("hours.shop.contains(now() + hours(2))", "false"),
        ("hours.shop.contains(datetime(\"2026-03-28T14:59\"))", "true"),
        ("hours.shop.contains(datetime(\"2026-03-28T15:00\"))", "false"),
        ("hours.shop.contains(today())", "true"),
        ("hours.shop.contains(date(\"2026-03-30\"))", "false"),
        ("hours.shop.contains(date(\"2026-04-04\"))", "false"),
        ("hours.shop.contains(contact.email)", "false"),
        ("hours.shop.contains(\"2026-03-28T14:59\")", "true"),
        ("hours.shop.contains(\"2026-03-28 15:00\")", "false"),
        ("hours.shop.contains(\"2026-03-30\")", "false"),
        ("hours.shop.contains(\"14:30\")", "true"),
        ("hours.shop.contains(time(\"15:30\"))", "false"),
        ("hours.shop.slots(today() + days(1), hours(1)).join(\" \")", "12:00 13:00 14:00 16:00 17:00"),
        ("hours.shop.slots(today() + days(1), hours(1), hours(2)).join(\" \")", "12:00 13:00 16:00"),
        // It is 13:00: times that have begun are left out.
        ("hours.shop.slots(today(), hours(1)).join(\" \")", "14:00 16:00 17:00"),
        ("hours.shop.slots(date(\"2026-04-04\"), hours(1)).len()", "0"),
        ("hours.shop.slots(date(\"2026-03-27\"), hours(1)).is_empty()", "true"),
        ("hours.shop.slots(contact.email, hours(1)).is_empty()", "true"),
        ("hours.shop.slots(today() + days(1), hours(1))[0].hour", "12"),
    ] {
        assert_eq!(shown(code), given, "{code}");
    }
    assert!(eval("hours.shop.slots(today(), minutes(0))").unwrap_err().contains("longer than nothing"));
    assert!(eval("hours.shop.contains(\"28.3.2026\")").unwrap_err().contains("is no date or time"));
    assert!(eval("order.slots(today(), minutes(10))").unwrap_err().contains("no opening hours"));
}

#[test]
fn a_day_has_so_many_slots() {
    let open = |every: i64| {
        let hours = OpeningHours { week: std::array::from_fn(|_| vec![(0, 1440)]), ..shop() };
        let day = jiff::civil::date(2026, 4, 7);
        hours.slots(
            day,
            crate::base::time::Span::minutes(every),
            crate::base::time::Span::minutes(every),
            limits::HOURS_SLOTS_MAX,
        )
    };
    assert_eq!(open(5).len(), limits::HOURS_SLOTS_MAX);
    assert_eq!(open(4).len(), limits::HOURS_SLOTS_MAX + 1);
    let five_hours = "hours.shop.slots(today() + days(1), seconds(";
    assert!(eval(&format!("{five_hours}63))")).is_ok());
    assert!(eval(&format!("{five_hours}62))")).unwrap_err().contains("more than 288 slots"));
}

#[test]
fn every_function_is_listed_and_its_example_gives_what_it_says() {
    let mut wrong = Vec::new();
    for function in FUNCTIONS {
        let run = run_with(function.example, function.example.contains(';'), &[]);
        let given = match run {
            Ok(value @ (Value::List(_) | Value::Map(_))) => value.to_json().to_string(),
            Ok(value) => value.print().unwrap_or_default(),
            Err(error) => error,
        };
        if given != function.gives {
            wrong.push(format!("{}: {given} and not {}", function.example, function.gives));
        }
        let called = format!("{}(", function.name());
        assert!(function.example.contains(&called) || function.name() == "minutes", "{}", function.example);
    }
    let listed: Vec<&str> = FUNCTIONS.iter().map(Function::name).collect();
    let engine = sandbox::engine();
    let known: BTreeSet<String> =
        engine.collect_fn_metadata(None, |info| Some(info.metadata.name.to_string()), true).into_iter().collect();
    for name in &known {
        let word = name.chars().all(|c| c.is_alphanumeric() || c == '_');
        if word && !listed.contains(&name.as_str()) && !listed::UNLISTED.contains(&name.as_str()) {
            wrong.push(format!("`{name}` is not in the list of functions"));
        }
    }
    for name in listed {
        assert!(known.contains(name), "there is no function `{name}`");
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// A literal of this type in code; `None`: the type has no literal.
fn literal(of: &TypeId) -> Option<&'static str> {
    use rhai::{Array, ImmutableString, Map};
    let known = [
        (TypeId::of::<i64>(), "1"),
        (TypeId::of::<f64>(), "1.0"),
        (TypeId::of::<bool>(), "true"),
        (TypeId::of::<char>(), "\"z\"[0]"),
        (TypeId::of::<ImmutableString>(), "\"z\""),
        (TypeId::of::<Array>(), "[1]"),
        (TypeId::of::<Map>(), "#{z: 1}"),
        (TypeId::of::<Dynamic>(), "1"),
        (TypeId::of::<Range<i64>>(), "(0..1)"),
        (TypeId::of::<std::ops::RangeInclusive<i64>>(), "(0..=1)"),
    ];
    known.iter().find(|(id, _)| id == of).map(|(_, literal)| *literal)
}

/// These return their text unchanged, or read only one byte of it.
const CHEAP: [&str; 8] =
    ["is_empty", "get$is_empty", "to_string", "bytes", "get$bytes", "starts_with", "ends_with", "get$text"];

#[test]
fn every_function_pays_for_the_text_that_it_walks() {
    let text = TypeId::of::<rhai::ImmutableString>();
    let all = sandbox::engine().collect_fn_metadata(
        None,
        |info| Some((info.metadata.name.to_string(), info.metadata.param_types.to_vec())),
        true,
    );
    let (mut asked, mut free) = (0, BTreeSet::new());
    for (name, params) in all.iter().filter(|(_, params)| params.first() == Some(&text)) {
        let Some(rest) = params[1..].iter().map(literal).collect::<Option<Vec<_>>>() else { continue };
        let word = name.starts_with(|c: char| c.is_alphabetic());
        let call = match (name.strip_prefix("get$"), rest.as_slice()) {
            (Some(property), []) => format!("u.{property}"),
            (None, _) if word && !name.contains('$') => format!("u.{name}({})", rest.join(", ")),
            (None, [other]) if !word => format!("u {name} {other}"),
            _ => continue,
        };
        asked += 1;
        // A thousand loops over a thousand operations each; without payment the script costs a few thousand.
        let script = format!("let t = \"x\"; t.pad(64000, \"y\"); for i in 0..1000 {{ let u = t; {call}; }} 1");
        let (ends, _) = sandbox::with_fuel(50_000, || run_with(&script, true, &[]));
        if ends.is_ok() {
            free.insert(name.clone());
        }
    }
    for name in CHEAP {
        free.remove(name);
    }
    assert!(asked > 60, "{asked} functions take a text first");
    assert!(free.is_empty(), "they walk for nothing: {free:?}");
}

#[test]
fn lists_and_maps_are_paid_for_by_whoever_reads_them() {
    let list = "let a = []; a.pad(4000, 0); ";
    let map = "let m = #{}; for i in 0..1000 { m[`k${i}`] = i; } ";
    let nested = "let a = []; a.pad(2000, 0); let n = [a]; ";
    for code in [
        format!("{list}loop {{ let b = a; }}"),
        format!("{list}loop {{ [a].len(); }}"),
        format!("{list}fn f(x) {{ 1 }} loop {{ f(a); }}"),
        format!("{list}loop {{ a.len(); }}"),
        format!("{list}loop {{ a.map(|x| 1); }}"),
        format!("{map}loop {{ let b = m; }}"),
        format!("{map}loop {{ m.keys(); }}"),
        format!("{map}loop {{ m == m; }}"),
        format!("{nested}loop {{ n.first(); }}"),
        format!("{nested}loop {{ n[0].len(); }}"),
        format!("{nested}loop {{ let b = n[0]; }}"),
        format!("{nested}loop {{ n.map(|x| 1); }}"),
    ] {
        let began = std::time::Instant::now();
        let (ends, spent) = sandbox::with_fuel(100_000, || run_with(&code, true, &[]));
        assert_eq!(spent, 100_000, "{code}");
        assert!(ends.unwrap_err().contains("works for too long"), "{code}");
        // A tenth of a script's operations, in a build that is many times slower than the released one, beside others.
        assert!(began.elapsed() < std::time::Duration::from_secs(60), "{code}: {:?}", began.elapsed());
    }
}

#[test]
fn a_script_that_rhai_lets_sleep_ends_by_its_time() {
    let began = std::time::Instant::now();
    let code = "let l = [1, 2, 3]; let n = 0; while n < 1000 { try { l.some(|x| l.len() > 5); } catch {} n += 1; } n";
    let ends = sandbox::with_time(std::time::Duration::from_millis(300), || run_with(code, true, &[]));
    assert!(ends.as_ref().is_err_and(|why| why.contains("works for too long")), "{ends:?}");
    // Rhai's pauses would take fifty seconds.
    assert!(began.elapsed() < std::time::Duration::from_secs(20), "{:?}", began.elapsed());
}

#[test]
fn a_pattern_of_many_states_pays_for_them() {
    let text = "let t = ''; t.pad(50000, 'a'); t.is_match('PATTERN')".replace('\'', "\"");
    let spent =
        |pattern: &str| sandbox::with_fuel(1_000_000, || run_with(&text.replace("PATTERN", pattern), true, &[]));
    let (small, cheap) = spent("a+b");
    assert!(small.is_ok() && cheap < 10_000, "{cheap}");
    let (large, dear) = spent("a{0,900}a{0,900}b");
    assert!(large.unwrap_err().contains("works for too long"));
    assert_eq!(dear, 1_000_000);
}

#[test]
fn a_trial_ends_at_its_operations_whatever_the_scripts_do() {
    let work = |rounds: u64| format!("for i in 0..{rounds} {{}} 1");
    let spent = |rounds| sandbox::with_fuel(u64::MAX, || run_with(&work(rounds), true, &[])).1;
    let (one, limit) = (spent(1_000), spent(1_000) * 3);
    let trial = |times: usize, operations| {
        sandbox::within(operations, || (0..times).map(|_| run_with(&work(1_000), true, &[])).collect::<Vec<_>>())
    };
    assert!(trial(3, limit + 1).is_some_and(|all| all.iter().all(Result::is_ok)));
    assert!(trial(3, limit).is_none(), "at its limit it may have been stopped");
    assert!(trial(4, limit + 1).is_none(), "the scripts count together");
    let (trial, spent) = sandbox::with_fuel(u64::MAX, || sandbox::within(one, || run_with("loop {}", true, &[])));
    assert!(trial.is_none() && spent == one, "{spent}");
    assert!(run_with(&work(1_000), true, &[]).is_ok(), "no limit is left behind");
}
