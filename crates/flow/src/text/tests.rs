use super::*;
use crate::base::place::SourceFile;

fn text(written: &str) -> (Text, Vec<String>) {
    let findings = Findings::default();
    let node = crate::base::yaml::load(&SourceFile::new("a.yaml", format!("say: {written}")), &findings).unwrap();
    let scripts = Scripts::new(&[], [], &findings);
    let own = ["name".to_owned(), "order".to_owned()];
    let names = Names { own: &own, secrets: false };
    let text = Text::parse(node.get("say").unwrap().scalar().unwrap(), &scripts, &names, &findings);
    (text, findings.into_sorted().iter().map(ToString::to_string).collect())
}

fn eval(written: &str) -> Result<Value, String> {
    let (text, found) = text(written);
    assert_eq!(found, Vec::<String>::new());
    let order = Value::from_json(&serde_json::json!({"no": 7, "total": 12.5, "lines": [1]}));
    let names = move |name: &str| match name {
        "name" => Some(Value::text("Ana")),
        "order" => Some(order.clone()),
        _ => None,
    };
    let zone = jiff::tz::TimeZone::UTC;
    let scope = Scope {
        names: &names,
        now: crate::base::time::Time(0),
        zone: zone.clone(),
        contact_zone: zone,
        language: "en",
        phone: None,
    };
    text.eval(&scope).map_err(|error| error.to_string())
}

#[test]
fn a_text_is_filled_in() {
    assert_eq!(eval("Hi ${name}, order ${order.no} is ready."), Ok(Value::text("Hi Ana, order 7 is ready.")));
}

#[test]
fn one_single_expression_keeps_its_type() {
    assert_eq!(eval("${order.no}"), Ok(Value::Whole(7)));
    assert_eq!(eval("'${order.no} '"), Ok(Value::text("7 ")));
    assert_eq!(eval("Total ${order.total}"), Ok(Value::text("Total 12.5")));
}

#[test]
fn the_characters_themselves_are_written_with_two_dollars() {
    assert_eq!(eval("a $${word} costs 5$"), Ok(Value::text("a ${word} costs 5$")));
}

#[test]
fn braces_and_quotes_inside_of_code_do_not_end_it() {
    assert_eq!(eval("'${if name == \"}\" { 1 } else { 2 }}!'"), Ok(Value::text("2!")));
}

#[test]
fn a_list_in_a_text_is_an_error_with_its_place() {
    assert!(eval("Lines ${order.lines}").unwrap_err().starts_with("a.yaml:1:14: a list or a map"));
}

#[test]
fn a_value_without_its_braces_is_named() {
    let slip = |written: &str| {
        let found = text(written).1;
        assert!(found.len() < 2, "{found:?}");
        found.into_iter().next().unwrap_or_default()
    };
    assert!(slip("Hello $contact.city.").contains("W118"), "a point ends the sentence");
    assert!(slip("Hello @contact.first_name!").ends_with("write `${contact.first_name ?? \"there\"}`"));
    assert!(
        slip("\"Hello {contact.name}\"").ends_with("write `${contact.name ?? \\\"there\\\"}`"),
        "the quotes stay whole"
    );
    assert!(slip("Hello $name, how are you?").contains("`$name` is sent as it stands"));
    for fine in ["Write to me@contact.name", "Follow @name", "It costs $5 or 5$", "@contact.us", "Pay in $names"] {
        assert_eq!(slip(&format!("\"{fine}\"")), "", "{fine}");
    }
}
