//! Tests `return`: the returned values, its paths, and requests that are made twice without it.

use super::*;

fn called(call: &str, block: &str) -> String {
    format!("{HI}steps:\n  - call: part\n    as: x\n{call}blocks:\n  part:\n{block}")
}

const BOOKS: &str = "    - ask: When?\n      as: hour\n      options: [Now, Never]\n    - if: hour == \"Never\"\n      then: [{return: {ok: false, why: never}}]\n    - return: {ok: true, slot: \"${hour}\", day: \"${today()}\"}\n";

#[test]
fn parts_of_what_a_block_gives_are_known() {
    clean(&[&called(
        "  - if: x.ok\n    then: [{say: \"${x.day.format(\\\"EEEE\\\")} ${x.slot}\"}]\n    else: [{say: \"${x.why}\"}]\n",
        BOOKS,
    )]);
    one(&[&called("  - say: ${x.slott}\n", BOOKS)], "a.yaml:6:14: error[E412] what the call returns has no `slott`");
    one(&[&called("  - if: x.slot == 7\n    then: [end]\n", BOOKS)], "a.yaml:6:16: warning[W315]");
    // A key that only one path returns exists where this path was taken.
    let template = |guard: &str| format!("{guard}  - template: order\n    vars: [\"${{x.slot}}\"]\n");
    clean(&[&called(&template("  - if: \"!x.ok\"\n    then: [end]\n"), BOOKS)]);
    clean(&[&called(&template("  - if: missing(x.slot)\n    then: [end]\n"), BOOKS)]);
    clean(&[&called(&template("  - if: x.why == \"never\"\n    then: [end]\n"), BOOKS)]);
    one(&[&called(&template(""), BOOKS)], "a.yaml:7:12: error[E805]");
}

/// A price that is worked out from the answer of a server is no more missing than one that stands in the text itself.
#[test]
fn a_price_of_unknown_parts_is_there() {
    let asks = "  - http: GET https://a.example/x\n    as: got\n  - call: part\n    as: x\n  - say: Pay ${x.price}.\n";
    let block = "blocks:\n  part:\n    - return: {price: '${money(got.body.cents * 2, \"EUR\")}'}\n";
    clean(&[&format!("{HI}steps:\n{asks}{block}")]);
}

/// The values behind such a condition are unknown, and that is no second mistake.
#[test]
fn a_condition_that_cannot_be_read_has_the_only_finding() {
    let asks = |condition: &str| {
        called(
            &format!(
                "  - if: {condition}\n    then: [{{say: \"${{x.slot}}\"}}]\n    else: [{{say: \"${{x.why}}\"}}]\n"
            ),
            BOOKS,
        )
    };
    for condition in ["x = ok", "x.ok und true", "x.ok and x.slot != 3 and", "x.okk"] {
        let found = found_in(BOT, &[&asks(condition)], &CheckContext::default());
        assert_eq!(found.len(), 1, "{condition}: {found:#?}");
    }
    clean(&[&asks("x.ok")]);
}

#[test]
fn where_a_block_may_give_nothing_its_variable_may_be_missing() {
    let sometimes = "    - if: contact.city == \"x\"\n      then: [{return: 7}]\n";
    one(&[&called("  - say: ${x + 1}\n", sometimes)], "a.yaml:6:12: warning[W317] `x` can be missing here");
    clean(&[&called("  - say: ${x + 1}\n", "    - return: 7\n")]);
    // Behind an `end`, or behind steps of an error, no step follows.
    clean(&[&called("  - say: ${x + 1}\n", "    - if: contact.city == \"x\"\n      then: [{return: 7}]\n    - end\n")]);
    clean(&[&called(
        "  - say: ${x + 1}\n",
        "    - http: GET https://shop.example/\n      on_error: [{say: Sorry.}]\n    - return: 7\n",
    )]);
    one(
        &[&called(
            "  - say: ${x + 1}\n",
            "    - http: GET https://shop.example/\n      on_error: [return]\n    - return: 7\n",
        )],
        "a.yaml:6:12: warning[W317]",
    );
}

#[test]
fn an_end_in_a_called_block_ends_the_flow_for_the_window_too() {
    let late = |leave: &str| {
        format!(
            "{HI}steps:\n  - call: part\n  - say: Now.\nblocks:\n  part:\n    - if: contact.city == \"x\"\n      else: [{{wait: 2d}}, {leave}]\n"
        )
    };
    clean(&[&late("end")]);
    one(&[&late("return")], "a.yaml:5:5: error[E501]");
}

#[test]
fn steps_behind_a_return_are_never_reached() {
    one(&[&called("", "    - return: 7\n    - say: Never.\n")], "a.yaml:9:7: warning[W603] nothing leads to this step");
    clean(&[&called("", "    - go: rest\n    - return: 7\n  rest: [{return: 8}]\n")]);
}

#[test]
fn what_gives_nothing_fills_nothing() {
    one(&[&called("", "    - say: Hi.\n")], "a.yaml:5:9: warning[W617] `part` gives nothing back, so `x` stays empty");
    one(
        &[&format!("{HI}steps:\n  - call: b\n    as: x\n"), "steps: [{say: Hi.}, end]\n"],
        "a.yaml:5:9: warning[W617] `b` gives nothing back",
    );
    clean(&[&format!("{HI}steps:\n  - call: b\n    as: x\n"), "steps: [{say: Hi.}, {return: 7}]\n"]);
}

#[test]
fn a_return_of_a_flow_fits_its_returns() {
    let flow = |steps: &str| format!("returns: {{size: whole}}\nsteps:\n{steps}");
    one(&[&flow("  - return: {siz: 7}\n")], "a.yaml:4:14: error[E417]");
    one(&[&flow("  - return: seven\n")], "a.yaml:4:13: error[E417]");
    clean(&[&flow("  - return: {size: 7}\n")]);
    // The `return` of a called block does not count for the flow.
    clean(&[&flow("  - call: part\n    as: x\n  - return: {size: \"${x}\"}\nblocks:\n  part: [{return: 7}]\n")]);
}

const POST: &str = "http: POST https://shop.example/bookings";

#[test]
fn an_error_that_leads_back_to_before_a_request_is_told() {
    let flow = |on_error: &str, more: &str| {
        format!(
            "{HI}steps:\n  - call: book\n  - say: Done.\nblocks:\n  book:\n    - ask: When?\n      as: hour\n    - {POST}\n      json: {{hour: \"${{hour}}\"}}\n    - http: PUT https://shop.example/paid\n      on_error:\n{on_error}{more}"
        )
    };
    let said = "a.yaml:14:11: warning[W616] this leads back to `http: POST https://shop.example/bookings`, which was done already: it is done twice; leave the block";
    one(&[&flow("        - go: book\n", "")], said);
    clean(&[&flow("        - return\n", "")]);
    clean(&[&flow("        - say: Sorry.\n        - end\n", "")]);
    // A menu asks first, and the request is one of several choices.
    let menu = "  menu:\n    - ask: What now?\n      options: [Book: {go: book}, Nothing]\n";
    clean(&[&flow("        - go: menu\n", menu)]);
    // A request that only reads may be repeated.
    clean(&[&flow("        - go: book\n", "").replace("/bookings", "/search")]);
    clean(&[&flow("        - go: book\n", "").replace("POST", "GET")]);
}

#[test]
fn an_error_of_the_request_itself_may_try_again() {
    clean(&[&format!(
        "{HI}steps:\n  - ask: When?\n    as: hour\n  - {POST}\n    json: {{hour: \"${{hour}}\"}}\n    on_error: [{{say: Taken.}}, {{go: top}}]\n"
    )]);
}

#[test]
fn an_error_behind_the_call_that_books_leads_back_too() {
    let flow = |jump: &str| {
        format!(
            "{HI}steps:\n  - call: book\n  - http: PUT https://shop.example/paid\n    on_error: {{go: {jump}}}\nblocks:\n  again: [{{call: book}}]\n  sorry: [{{say: Sorry.}}]\n  book:\n    - {POST}\n"
        )
    };
    let flow = |jump: &str| {
        flow(jump).replace(if jump == "again" { "  sorry: [{say: Sorry.}]\n" } else { "  again: [{call: book}]\n" }, "")
    };
    one(&[&flow("again")], "a.yaml:6:16: warning[W616] this leads back");
    clean(&[&flow("sorry")]);
}

#[test]
fn a_go_out_of_a_called_block_does_what_its_caller_does_as_well() {
    let flow = |way: &str| {
        format!(
            "{HI}steps:\n  - call: choose\n  - go: book\nblocks:\n  choose:\n    - ask: When?\n      as: hour\n      timeout: 1h\n      on_timeout: [{way}]\n    - say: Fine.\n  book:\n    - {POST}\n"
        )
    };
    one(&[&flow("{go: book}")], "a.yaml:11:21: warning[W616] this leaves the block and not its call");
    clean(&[&flow("return")]);
    // The customer is asked before the request is repeated.
    let asked = flow("{go: book}")
        .replace("  - go: book\nblocks", "  - ask: More?\n    options: [Yes: {go: book}, \"No\"]\nblocks");
    clean(&[&asked]);
}

#[test]
fn steps_of_the_flow_for_its_errors_count_as_well() {
    let flow = |then: &str| {
        format!("{HI}on_error: [{{log: Once more.}}, {then}]\nsteps:\n  - {POST}\n  - script: 1 / msg.text.len()\n")
    };
    one(&[&flow("{go: top}")], "a.yaml:3:32: warning[W616] this leads back");
    clean(&[&flow("end")]);
}

#[test]
fn a_request_in_another_flow_is_done_twice_as_well() {
    let caller = |way: &str| {
        format!(
            "{HI}steps:\n  - {way}\n  - http: PUT https://shop.example/paid\n    on_error: [{{log: Once more.}}, {{go: top}}]\n"
        )
    };
    let books = format!("steps:\n  - {POST}\n");
    let said = "a.yaml:6:36: warning[W616] this leads back to `call: b`, which was done already";
    one(&[&caller("call: b"), &books], said);
    one(&[&caller("call: b"), "steps:\n  - call: c\n", &books], said);
    clean(&[&caller("call: b"), &books.replace("POST", "PUT")]);
    clean(&[&caller("call: b"), &books.replace("POST", "PATCH")]);
    clean(&[&caller("call: b"), &books.replace("POST", "DELETE")]);
    // It asks first, and the request is one of several things to do.
    let asks = format!("steps:\n  - ask: What?\n    options: [Book: [{{{POST}}}], Nothing]\n");
    clean(&[&caller("call: b"), &asks]);
    one(&[&caller("start: b"), &books], "a.yaml:6:36: warning[W616] this leads back to `start: b`");
    clean(&[&caller("{start: b, key: one}"), &books]);
    let told = format!("when: [{{event: paid}}]\n{books}");
    one(&[&caller("emit: paid"), &told], "a.yaml:6:36: warning[W616] this leads back to `emit: paid`");
    clean(&[&caller("emit: thanked"), &told]);
    clean(&[&caller("emit: paid"), &told.replace("event: paid", "event: paid, at_most: 1/1d")]);
}

#[test]
fn a_flow_that_fails_behind_its_request_is_not_called_again() {
    let caller = format!("{HI}steps:\n  - call: b\n    on_error: [{{log: Once more.}}, {{go: top}}]\n");
    let books = format!("steps:\n  - {POST}\n");
    let then = format!("{books}  - http: GET https://shop.example/paid\n");
    one(&[&caller, &then], "a.yaml:5:36: warning[W616] this leads back to `call: b`");
    // Only the request itself can fail.
    clean(&[&caller, &books]);
    clean(&[&caller, &format!("{then}    on_error: [end]\n")]);
}

#[test]
fn a_go_out_of_a_called_flow_does_what_its_caller_does_as_well() {
    let caller = format!("{HI}steps:\n  - call: b\n  - call: c\n");
    let chooses = "steps:\n  - ask: Now?\n    options: [Now: {go: c}, Later]\n";
    let books = format!("steps:\n  - {POST}\n");
    one(&[&caller, chooses, &books], "b.yaml:4:21: warning[W616] this leaves `b` and not its call");
    clean(&[&caller, &chooses.replace("go: c", "end"), &books]);
    clean(&[&caller, chooses, &books.replace("POST", "GET")]);
}

#[test]
fn what_a_called_flow_gives_is_known_without_returns() {
    let caller = |line: &str| format!("{HI}steps:\n  - call: b\n    as: slot\n{line}");
    let gives =
        "steps:\n  - ask: Which day?\n    as: day\n    type: date\n  - return: {day: \"${day}\", hour: \"10:00\"}\n";
    one(
        &[&caller("  - say: At ${slot.hourr}\n"), gives],
        "a.yaml:6:20: error[E412] what the call returns has no `hourr`",
    );
    one(&[&caller("  - say: On ${slot.day}\n"), gives], "a.yaml:6:15: warning[W325]");
    clean(&[&caller("  - say: At ${slot.hour}\n"), gives]);
    // A way that returns something else, and one that returns nothing.
    let two = "steps:\n  - ask: Now?\n    type: yesno\n    as: now\n  - if: now\n    then: [{return: {ok: true, hour: \"10:00\"}}]\n  - return: {ok: false, why: later}\n";
    clean(&[
        &caller("  - if: slot.ok\n    then: [{say: \"At ${slot.hour}\"}]\n    else: [{say: \"${slot.why}\"}]\n"),
        two,
    ]);
    let some = two.replace("  - return: {ok: false, why: later}\n", "");
    clean(&[&caller("  - say: At ${slot.hour ?? \"?\"}\n"), &some]);
    one(&[&caller("  - say: At ${slot.hours ?? \"?\"}\n"), &some], "a.yaml:6:20: error[E412]");
    // The values of another flow are not known.
    let leaves = some.replace("{return: {ok: true, hour: \"10:00\"}}", "{go: c}");
    clean(&[&caller("  - say: At ${slot.hours ?? \"?\"}\n"), &leaves, "steps: [{say: Hi.}, {return: {hours: 7}}]\n"]);
    clean(&[
        &caller("  - say: At ${slot.other ?? \"?\"}\n"),
        "steps:\n  - http: GET https://a.example/x\n    as: got\n  - return: ${got.body}\n",
    ]);
}
