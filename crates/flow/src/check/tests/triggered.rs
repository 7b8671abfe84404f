//! Tests that conditions of triggers and audiences have the same types as those of steps.

use super::*;

const OF: &str = "bot: Shop\nfields: {city: text, visit: date, seen: datetime, plan: [free, pro], points: whole, vip: yesno}\n\
    quiet_hours: {from: \"21:00\", to: \"08:00\"}\n";

/// The findings about a condition in each possible place: as the condition of a trigger, or as the audience of a flow.
fn asked(condition: &str) -> Vec<Vec<String>> {
    let quoted = serde_json::Value::String(condition.to_owned()).to_string();
    let say = "steps:\n  - say: Hi\n    if_closed: skip\n";
    let flows = [
        format!("when:\n  - message: hi\n    if: {quoted}\n{say}"),
        format!("when:\n  - schedule: \"0 10 * * *\"\n    to: {{if: {quoted}}}\n{say}"),
        format!("when:\n  - schedule: \"0 10 * * *\"\n    to: everyone\n    if: {quoted}\n{say}"),
        format!("when:\n  - event: paid\n    if: {quoted}\n{say}"),
        format!("when: [{{message: hi}}]\nstop_when:\n  - event: paid\n    if: {quoted}\n{say}"),
        format!("when: [{{message: hi}}]\nsteps:\n  - start: a\n    for: {{if: {quoted}}}\n"),
        format!("when: [{{message: hi}}]\nsteps:\n  - say: Hi\n    if: {quoted}\n"),
    ];
    flows.iter().map(|flow| found_in(OF, &[flow], &CheckContext::default())).collect()
}

#[track_caller]
fn all(condition: &str, says: &[&str]) {
    for found in asked(condition) {
        let right = found.len() == 1 && says.iter().all(|part| found[0].contains(part));
        assert!(right, "{condition}\n{found:#?}");
    }
}

#[track_caller]
fn none(condition: &str) {
    for found in asked(condition) {
        assert_eq!(found, Vec::<String>::new(), "{condition}");
    }
}

#[test]
fn a_number_beside_a_date_is_no_length_of_time() {
    all("contact.visit < today() - 180", &["E318", "write the length of time as `- days(180)`"]);
    all("contact.seen > now() - 30", &["E318", "write the length of time as `- days(30)`"]);
    none("contact.visit < today() - days(180)");
}

#[test]
fn a_length_of_time_in_words_is_told_what_it_is() {
    all("contact.visit < today() - \"6 months\"", &["E318", "`- days(180)`"]);
    all("contact.visit < today() + \"2 weeks\"", &["E318", "`+ days(14)`"]);
    all("contact.seen < now() - \"90m\"", &["E318", "`- minutes(90)`"]);
}

#[test]
fn a_text_that_is_compared_with_a_date_is_to_be_declared_as_one() {
    all("contact.city < today() - days(180)", &["W323", "write `city: date` under `fields` in `_bot.yaml`"]);
    all("contact.city == now()", &["W323", "write `city: datetime`"]);
    all("contact.vsit < today() - days(180)", &["E408", "did you mean `visit`?"]);
}

#[test]
fn what_can_never_hold_is_told() {
    all("contact.plan == \"gold\"", &["W315", "it can be \"free\", \"pro\""]);
    all("contact.points == \"many\"", &["W315"]);
    all("contact.visit == \"today\"", &["W315", "write the date as `today()`"]);
    none("contact.plan == \"pro\" && contact.points > 10 && contact.vip");
}

#[test]
fn a_condition_is_true_or_false() {
    all("contact.points", &["E319", "compare it: `contact.points > 0`"]);
    all("contact.tags", &["E319"]);
    none("contact.tags.contains(\"vip\")");
}

#[test]
fn variables_of_a_run_are_not_there_before_it_begins() {
    let flow =
        |when: &str| format!("when:\n{when}vars: {{count: 1}}\nsteps:\n  - say: \"${{count}}\"\n    if_closed: skip\n");
    one(&[&flow("  - message: hi\n    if: count > 0\n")], "a.yaml:4:9: error[E316] `count` is read here, and nothing");
    clean(&[
        "when:\n  - message: 'order (?<n>[0-9]+)'\n    match: regex\n    if: n != \"0\"\nsteps:\n  - say: \"${n}\"\n",
    ]);
}
