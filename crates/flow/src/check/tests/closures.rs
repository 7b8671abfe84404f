//! Tests expressions within closures, and lists of opening hours.

use super::*;

/// A booking over the shop's calendar: the step below the call, with `busy` of an `http` step.
fn over(list: &str) -> String {
    format!(
        "{HI}steps:\n  - ask: When?\n    as: day\n    type: date\n    check: '!hours.desk.slots(day, minutes(30)).is_empty()'\n  \
         - http: GET ${{env.SHOP_URL}}/busy\n    as: busy\n  - if: {list}.is_empty()\n    then: [{{say: Full.}}, end]\n"
    )
}

fn sifted(condition: &str) -> String {
    over(&format!("hours.desk.slots(day, minutes(30)).filter(|t| {condition})"))
}

#[test]
fn keys_are_followed_in_a_closure() {
    let bad = |condition: &str, said: &str| one(&[&sifted(condition)], said);
    bad(
        "!busy.times.contains(t.to_string())",
        "a.yaml:10:61: error[E412] the answer of an `http` step has no `times`; what the server answers is its `body`: \
         write `body.times`",
    );
    bad("!busy.boddy.times.contains(t.to_string())", "a.yaml:10:61: error[E412]");
    bad("!busy.status.times.contains(t.to_string())", "a.yaml:10:68: error[E318] a number has no `times`");
    bad("t.hours > 9", "a.yaml:10:57: error[E318] a time has no `hours`; a time has `hour` and `minute`");
    bad("contact.cty != ()", "a.yaml:10:63: error[E408] a contact has no field `cty`; did you mean `city`?");
    clean(&[&sifted("!busy.body.times.contains(t.to_string())")]);
    clean(&[&sifted("t.hour > 9 && !busy.body.contains(t)")]);
    clean(&[&sifted("missing(contact.city) || contact.city.len() > t.hour")]);
}

#[test]
fn what_a_closure_reads_may_be_missing_as_outside() {
    let flow = |inner: &str| {
        format!(
            "{HI}vars: {{all: [1, 2]}}\nsteps:\n  - if: missing(contact.city)\n    then: [{{set: {{least: 2}}}}]\n  \
             - say: 'Of ${{all.filter(|n| {inner}).len()}}'\n"
        )
    };
    one(
        &[&flow("n > least + 1")],
        "a.yaml:7:35: warning[W317] `least` can be missing here: not every way to this step fills it; write `least ?? 0`",
    );
    clean(&[&flow("missing(least) || n > least + 1")]);
    clean(&[&flow("least != () && n > least + 1")]);
}

#[test]
fn a_parameter_hides_a_name_of_the_flow() {
    let flow = |code: &str| {
        format!("{HI}steps:\n  - http: GET ${{env.SHOP_URL}}/a\n    as: found\n  - say: 'There are ${{{code}}}'\n")
    };
    clean(&[&flow("found.body.list.filter(|found| found.price > 3).len()")]);
    clean(&[&flow("found.body.list.map(|contact| contact.surname).join(\", \")")]);
    one(
        &[&flow("found.body.list.map(|one| one.all.filter(|part| part > found.price).len()).join(\", \")")],
        "a.yaml:6:84: error[E412] the answer of an `http` step has no `price`",
    );
    // A closure in a variable is followed, too.
    let script = |body: &str| {
        format!(
            "{HI}steps:\n  - http: GET ${{env.SHOP_URL}}/a\n    as: found\n  - script: |\n      {body}\n    as: x\n  - log: ${{x}}\n"
        )
    };
    one(
        &[&script("let few = |one| one < found.most; found.body.list.filter(few).len()")],
        "a.yaml:7:35: error[E412] the answer",
    );
    clean(&[&script("let found = #{most: 3}; [1, 2].filter(|one| one < found.most).len()")]);
    clean(&[&script("let all = [1, 2]; all.push(\"a\"); all.map(|one| one.to_string().upper()).join(\" \")")]);
}

#[test]
fn hours_without_their_name_are_found_wherever_they_stand() {
    let checked = |check: &str| {
        format!("{HI}steps:\n  - ask: When?\n    as: day\n    type: date\n    check: '{check}'\n  - log: ${{day}}\n")
    };
    for (check, column) in [
        ("!hours.slots(day, minutes(30)).is_empty()", 20),
        ("hours.slots(day, minutes(30)).len() > 0", 19),
        ("day > today() && !hours.slots(day, minutes(30)).is_empty()", 37),
        ("!(hours.slots(day, minutes(30)).filter(|t| t.hour > 9).is_empty())", 21),
        ("hours.contains(day)", 19),
        ("[1].some(|n| hours.contains(day))", 32),
    ] {
        one(
            &[&checked(check)],
            &format!(
                "a.yaml:7:{column}: error[E404] `hours` are all of the bot, and here some are meant; name them: `hours.desk."
            ),
        );
        clean(&[&checked(&check.replace("hours.", "hours.desk."))]);
    }
}

#[test]
fn hours_alone_are_no_condition() {
    one(
        &["when: [{message: [hi]}]\nsteps:\n  - if: hours.desk\n    then: [{say: Come in}]\n"],
        "a.yaml:4:9: error[E319] a condition is true or false, and this is a map; to ask whether they are open write `hours.desk.open`",
    );
}

/// A question for one of the free times, with these options and what comes of the answer.
fn offering(check: &str, options: &str, then: &str) -> String {
    format!(
        "{HI}steps:\n  - ask: When?\n    as: day\n    type: date\n{check}  - ask: What time?\n    as: hour\n    options: {options}\n{then}"
    )
}

const ASKED: &str = "    check: '!hours.desk.slots(day, minutes(30)).is_empty()'\n";
const EACH: &str = "{each: \"${hours.desk.slots(day, minutes(30))}\", id: \"${item}\", title: \"${item}\"}";

#[test]
fn times_of_a_repeated_list_may_be_none() {
    let log = "  - log: ${hour}\n";
    one(&[&offering("", EACH, log)], "a.yaml:9:21: warning[W328] a day may have no free times");
    clean(&[&offering(ASKED, EACH, log)]);
    // A `check` that cannot be read may ask this.
    let misspelt = ASKED.replace("'!hours", "'day >= todya() && !hours");
    one(&[&offering(&misspelt, EACH, log)], "a.yaml:7:20: error[E311] there is no function `todya`");
    let also = EACH.replace("title: \"${item}\"}", "title: \"${item}\", also: [Another day]}");
    clean(&[&offering("", &also, log)]);
}

#[test]
fn times_that_are_sifted_may_be_none_on_a_day_with_some() {
    let list = "hours.desk.slots(day, minutes(30)).filter(|t| !taken.contains(t))";
    let flow = |before: &str| {
        format!(
            "{HI}vars: {{taken: []}}\nsteps:\n  - ask: When?\n    as: day\n    type: date\n{ASKED}{before}  \
             - ask: What time?\n    as: hour\n    options: ${{{list}}}\n  - log: ${{hour}}\n"
        )
    };
    one(
        &[&flow("")],
        &format!(
            "a.yaml:11:14: warning[W328] on a day that is booked up nothing of these is left, and a question without \
             options fails; ask before: `- if: {list}.is_empty()` with"
        ),
    );
    clean(&[&flow(&format!("  - if: {list}.is_empty()\n    then: [{{say: Full.}}, end]\n"))]);
}

#[test]
fn a_time_of_the_opening_hours_is_on_the_bots_clock_wherever_it_goes() {
    let of_hour = |then: &str| offering(ASKED, EACH, then);
    let wrong = |flow: &str, at: &str| one(&[flow], &format!("a.yaml:{at}: warning[W327] "));
    let post = |at: &str| format!("  - http: POST ${{env.SHOP_URL}}/visits\n    json: {{at: '${{{at}}}'}}\n");
    wrong(&of_hour(&post("day.at(hour)")), "12:23");
    clean(&[&of_hour(&post("day.at(hour, \"bot\")"))]);
    wrong(&of_hour("  - set: {h: \"${hour}\"}\n  - log: ${day.at(h)}\n"), "12:16");
    wrong(&of_hour("  - log: ${hours.desk.slots(day, minutes(30)).map(|t| day.at(t))}\n"), "11:59");
    wrong(
        &of_hour(
            "  - repeat: {for: t, in: \"hours.desk.slots(day, minutes(30))\"}\n    do: [{log: \"${day.at(t)}\"}]\n",
        ),
        "12:23",
    );
    wrong(
        &offering(ASKED, &EACH.replace("title: \"${item}\"", "title: \"${day.at(item).time}\""), "  - log: ${hour}\n"),
        "10:91",
    );
    clean(&[&of_hour("  - log: ${day.at(\"10:00\")} ${hour.hour} ${hour.format(\"HH:mm\")}\n")]);
}
