use crate::{
    base::{
        limits::{
            TEMPLATE_BUTTON_CHARS_MAX, TEMPLATE_BUTTONS_MAX, TEMPLATE_EDGE_CHARS_MAX, TEMPLATE_LINKS_MAX,
            TEMPLATE_NAME_CHARS_MAX, TEMPLATE_TEXT_CHARS_MAX,
        },
        place::SourceFile,
    },
    check::CheckContext,
    lint_around,
    model::{draft::Detail, template::Template},
    parse_set,
};

fn said(bot: &str) -> Vec<String> {
    let text = format!("bot: Shop\nlanguage: en\ntemplates:\n{bot}");
    let (_, findings) = parse_set(&[SourceFile::new("flows/_bot.yaml", text)]);
    findings.iter().map(ToString::to_string).collect()
}

#[track_caller]
fn refused(bot: &str, why: &str) {
    let said = said(bot);
    assert!(said.len() == 1 && said[0].contains("W831") && said[0].contains(why), "{why}: {said:?}");
}

const VISIT: &str = "  visit:\n    category: utility\n    text: \"See you at {{1}}, {{2}}!\"\n    examples: [\"10:30\", Ana]\n    \
    header: {text: \"Visit {{1}}\", example: A7}\n    footer: Corner shop\n    \
    buttons: [Yes, No, {title: Map, url: \"https://a.example/{{1}}\", example: \"https://a.example/7\"}, {title: Call, \
    phone: \"+34600111222\"}]\n    languages:\n      es: {text: \"¡Hasta las {{1}}, {{2}}!\", buttons: [Sí, No, {title: \
    Mapa, url: \"https://a.example/{{1}}\", example: \"https://a.example/7\"}, {title: Llamar, phone: \"+34600111222\"}]}\n";

#[test]
fn a_template_is_written_in_all_its_languages() {
    let text = format!("bot: Shop\nlanguage: en\nlanguages: {{en: [], es: [en]}}\ntemplates:\n{VISIT}");
    let (set, findings) = parse_set(&[SourceFile::new("flows/_bot.yaml", text)]);
    assert!(findings.is_empty(), "{findings:?}");
    let own = &set.bot.templates["visit"];
    assert!(own.refused.is_empty(), "{:?}", own.refused);
    let languages: Vec<&str> = own.templates().map(|template| template.language.as_str()).collect();
    assert_eq!(languages, ["en", "es"]);
    let es = &own.versions[1];
    assert_eq!(es.examples, [("1".to_owned(), "10:30".to_owned()), ("2".to_owned(), "Ana".to_owned())]);
    assert_eq!((es.header_example.as_deref(), es.template.parts.footer.as_deref()), (Some("A7"), Some("Corner shop")));
    assert_eq!(
        es.details,
        [
            Detail::Nothing,
            Detail::Nothing,
            Detail::Example("https://a.example/7".into()),
            Detail::Phone("+34600111222".into())
        ]
    );
    assert_eq!(own.in_language("es_MX").map(|template| template.language.as_str()), Some("es"));
}

#[test]
fn what_meta_would_refuse_is_said_before_it_is_asked() {
    let with = |text: &str, more: &str| format!("  a:\n    category: utility\n    text: \"{text}\"\n{more}");
    refused("  Visit-1: {category: utility, text: Hi}\n", "other signs than a to z");
    refused(&with("", ""), "no text");
    refused(&with("${name}, hello", ""), "nobody fills in");
    refused(&with("Hi {{1}} and {{name}}!", "    examples: {\"1\": a, name: b}\n"), "some have names");
    refused(&with("Hi {{1}} and {{3}}!", "    examples: {\"1\": a, \"3\": b}\n"), "have a gap");
    refused(&with("Hi {{My name}}!", "    examples: {My name: b}\n"), "no name of a value");
    refused(&with("{{1}} is here", "    examples: [a]\n"), "begins or ends with a value");
    refused(&with("Hi {{1}}!", ""), "`{{1}}` has no example");
    refused(&with("Hi", "    footer: \"{{1}}\"\n"), "footer holds a value");
    refused(&with("Hi", "    header: \"Hi {{1}}\"\n"), "header has no example");
    refused(&with("Hi", "    header: {text: \"{{1}} {{2}}\", example: a}\n"), "more than one value");
    refused(&with("Hi", "    buttons: [A, {title: B, url: \"https://b.example\"}, C]\n"), "between other buttons");
    refused(&with("Hi", "    buttons: [{title: B, url: b.example}]\n"), "no whole address");
    refused(&with("Hi", "    buttons: [{title: B, url: \"https://b.example/{{1}}\"}]\n"), "has no example");
    refused(
        &with("Hi", "    buttons: [{title: B, url: \"https://{{1}}.example/\", example: \"https://b.example\"}]\n"),
        "at its end",
    );
    refused(&with("Hi", "    buttons: [{title: B, phone: \"600\"}]\n"), "E.164");
    refused(&with("Hi", "    buttons: [{code: A1}, {code: B2}]\n"), "1 is the most");
    refused(&with("Hi", "    languages: {en: {text: Ho}}\n"), "written twice in `en`");
}

#[test]
fn limits_of_a_template_hold_at_their_edges() {
    let name = |length: usize| format!("  {}: {{category: utility, text: Hi}}\n", "a".repeat(length));
    let text = |length: usize| format!("  a: {{category: utility, text: \"{}\"}}\n", "x".repeat(length));
    let edge =
        |key: &str, length: usize| format!("  a: {{category: utility, text: Hi, {key}: {}}}\n", "x".repeat(length));
    let title = |length: usize| format!("  a: {{category: utility, text: Hi, buttons: [{}]}}\n", "x".repeat(length));
    let buttons = |count: usize| {
        let all: Vec<String> = (0..count).map(|n| format!("b{n}")).collect();
        format!("  a: {{category: utility, text: Hi, buttons: [{}]}}\n", all.join(", "))
    };
    let links = |count: usize| {
        let all: Vec<String> = (0..count).map(|n| format!("{{title: b{n}, url: \"https://b.example\"}}")).collect();
        format!("  a: {{category: utility, text: Hi, buttons: [{}]}}\n", all.join(", "))
    };
    for fine in [
        name(TEMPLATE_NAME_CHARS_MAX),
        text(TEMPLATE_TEXT_CHARS_MAX),
        edge("header", TEMPLATE_EDGE_CHARS_MAX),
        edge("footer", TEMPLATE_EDGE_CHARS_MAX),
        title(TEMPLATE_BUTTON_CHARS_MAX),
        buttons(TEMPLATE_BUTTONS_MAX),
        links(TEMPLATE_LINKS_MAX),
    ] {
        assert!(said(&fine).is_empty(), "{:?}", said(&fine));
    }
    refused(&name(TEMPLATE_NAME_CHARS_MAX + 1), "its name is longer");
    refused(&text(TEMPLATE_TEXT_CHARS_MAX + 1), "its text has 1025 characters");
    refused(&edge("header", TEMPLATE_EDGE_CHARS_MAX + 1), "its header is no line");
    refused(&edge("footer", TEMPLATE_EDGE_CHARS_MAX + 1), "its footer is no line");
    refused(&title(TEMPLATE_BUTTON_CHARS_MAX + 1), "has 26 characters");
    refused(&buttons(TEMPLATE_BUTTONS_MAX + 1), "it has 11 buttons");
    refused(&links(TEMPLATE_LINKS_MAX + 1), "it has 3 links");
}

#[test]
fn what_cannot_be_read_is_an_error_and_is_not_submitted() {
    for wrong in [
        "  a: {text: Hi}\n",
        "  a: {category: utility}\n",
        "  a: {category: authentication, text: Hi}\n",
        "  a: {category: utility, text: Hi, buttons: [{title: B}]}\n",
        "  a: {category: utility, text: Hi, button: B}\n",
    ] {
        assert!(said(wrong).iter().any(|finding| finding.contains("error[E2")), "{wrong}: {:?}", said(wrong));
    }
}

/// The findings about a flow that sends `visit`, with these catalogues of senders.
fn findings(flow: &str, senders: Option<Vec<Vec<Template>>>) -> Vec<&'static str> {
    let bot = format!("bot: Shop\nlanguage: en\nlanguages: {{en: [], es: [en]}}\ntemplates:\n{VISIT}");
    let files = [SourceFile::new("flows/_bot.yaml", bot), SourceFile::new("flows/a.yaml", flow)];
    let (set, read) = parse_set(&files);
    assert!(read.is_empty(), "{read:?}");
    let all = lint_around(&set, &CheckContext { templates: senders, ..CheckContext::default() });
    // Findings about unused buttons do not count here.
    all.iter().map(|finding| finding.code).filter(|code| code[1..].starts_with('8')).collect()
}

#[test]
fn flows_are_checked_against_the_text_that_is_written_until_the_platform_has_it() {
    let flow = |vars: &str| {
        format!(
            "flow: a\nwhen: [{{event: a}}]\nsteps:\n  - template: visit\n    header: A7\n    vars: {vars}\n    buttons: [{{url: \"7\"}}]\n"
        )
    };
    let (good, bad) = (flow("[\"10:30\", Ana]"), flow("[\"10:30\"]"));
    assert!(findings(&good, None).is_empty());
    assert_eq!(findings(&bad, None), ["E804"]);
    let other = |name: &str| {
        let bot = format!("bot: Shop\nlanguage: en\nlanguages: {{en: [], es: [en]}}\ntemplates:\n{VISIT}");
        let (set, _) = parse_set(&[SourceFile::new("flows/_bot.yaml", bot)]);
        let own = set.bot.templates["visit"].templates().cloned();
        own.map(|template| Template { name: name.into(), ..template }).collect::<Vec<_>>()
    };
    // A catalogue without the template, one with it, and one with another text of it.
    assert_eq!(findings(&good, Some(vec![other("news")])), ["W833"]);
    assert!(findings(&good, Some(vec![other("visit")])).is_empty());
    let mut changed = other("visit");
    changed[0].body = "Bye {{1}}, {{2}}!".into();
    assert_eq!(findings(&good, Some(vec![changed])), ["W832"]);
}

#[test]
fn what_only_metas_manager_makes_is_told_with_the_way() {
    for (written, message) in [
        ("  code: {category: authentication}\n", "a template for passwords cannot be written here"),
        ("  code: {category: authentication, text: \"{{1}} is your code\"}\n", "a template for passwords"),
        ("  shoes: {category: marketing, text: New, cards: [{header: image}]}\n", "a template with cards cannot be"),
    ] {
        let said = said(written);
        assert!(said.len() == 1 && said[0].contains("E299") && said[0].contains(message), "{written}: {said:?}");
        assert!(said[0].contains("then run `transom templates pull`"), "{said:?}");
    }
}

#[test]
fn languages_that_meta_has_with_a_country_only_are_told() {
    let of = |language: &str| {
        format!("  news:\n    category: utility\n    text: Hi\n    languages:\n      {language}: {{text: Hi}}\n")
    };
    refused(&of("pt"), "its languages have no `pt`; write `pt_BR` or `pt_PT` in place of `pt`");
    refused(&of("pt_XX"), "write `pt_BR` or `pt_PT`");
    refused(&of("zh"), "`zh_CN` or `zh_HK` or `zh_TW`");
    for right in ["pt_BR", "zh_TW", "es", "de_AT"] {
        assert_eq!(said(&of(right)), Vec::<String>::new(), "{right}");
    }
    refused(
        "  news:\n    category: utility\n    language: pt\n    text: Hi\n",
        "write `language:` with `pt_BR` or `pt_PT`",
    );
}

#[test]
fn a_value_keeps_its_name_in_every_language() {
    let due = |spanish: &str| {
        format!(
            "  due:\n    category: utility\n    text: \"Hi {{{{name}}}} it is time.\"\n    examples: {{name: Ana}}\n    languages: {{es: {{text: \"Hola {{{{{spanish}}}}} ya toca.\"}}}}\n"
        )
    };
    let found = said(&due("nombre"));
    assert!(
        found.len() == 1
            && found[0].contains("`{{nombre}}` is no value")
            && found[0].ends_with("the name of a value is the same in all languages"),
        "{found:?}"
    );
    assert_eq!(said(&due("name")), Vec::<String>::new());
}
