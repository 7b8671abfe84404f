//! Tests `limits: {cost: …}` of an agent: what each question may still cost, and the steps of `on_limit` at its end.

use super::*;

/// The flows with this limit of money.
fn limited(cost: &str) -> Talk {
    talk_of(&flows().replace("{turns: 4, calls: 4}", &format!("{{turns: 9, calls: 4, cost: {cost}}}")))
}

#[test]
fn on_limit_runs_when_the_answers_have_cost_all_of_it() {
    let mut talk = limited("0.05");
    run(&mut talk, "~ costs 0.03\n< a\n* asks main try 1");
    assert_eq!(talk.questions[0].cost_max, Some(50_000));
    run(&mut talk, "~ says Reply\n> Reply\n< b\n* asks main try 1");
    assert_eq!(talk.questions[0].cost_max, Some(20_000), "what is left");
    // The second answer costs more than was reserved for it: it is said, and the next question is not asked.
    run(&mut talk, "~ says Reply\n> Reply\n< c\n> Enough for today");
    assert!(talk.questions.is_empty());
    talk.nothing_unread().unwrap();
}

#[test]
fn the_last_coin_is_spent_and_no_more() {
    let mut talk = limited("0.06");
    run(&mut talk, "~ costs 0.03\n< a\n~ says Reply\n> Reply\n< b\n~ says Reply\n> Reply\n< c\n> Enough for today");
    let mut talk = limited("0.060001");
    run(&mut talk, "~ costs 0.03\n< a\n~ says Reply\n> Reply\n< b\n~ says Reply\n> Reply\n< c\n* asks main try 1");
    assert_eq!(talk.questions[0].cost_max, Some(1));
    run(&mut talk, "~ too_dear\n> Enough for today");
    talk.nothing_unread().unwrap();
}

#[test]
fn questions_within_one_turn_and_refused_replies_cost_too() {
    let tool = "~ uses free_times {\"day\": \"2026-12-03\"}\n";
    let mut talk = limited("0.05");
    run(&mut talk, &format!("~ costs 0.03\n< hi\n{tool}{}> Enough for today", tool.replace("03", "04")));
    // The repair of a refused reply is the same question once more, so its limit is the one of the first.
    let mut talk = limited("0.05");
    run(
        &mut talk,
        "~ costs 0.03\n< brakes?\n~ says It is 39 €.\n~ says It is 45 €.\n> It is 45 €.\n< and?\n> Enough for today",
    );
}

#[test]
fn without_on_limit_it_is_an_error_of_the_step() {
    let flows = flows().replace("{turns: 4, calls: 4}", "{turns: 9, calls: 4, cost: 0.01}");
    let mut talk = talk_of(&flows.replace("    on_limit: [{say: Enough for today}, end]\n", ""));
    run(&mut talk, "~ costs 0.01\n< a\n~ says Reply\n> Reply\n< b\n> Sorry: limit");
}

#[test]
fn an_empty_budget_of_the_model_is_no_limit_of_the_step() {
    let mut talk = limited("0.05");
    run(&mut talk, "< a\n~ refuse over_budget\n> Sorry: over_budget");
}

#[test]
fn the_judge_of_a_reply_is_paid_from_the_same_limit() {
    let flows = flows()
        .replace("{turns: 4, calls: 4}", "{turns: 9, calls: 4, cost: 0.05}")
        .replace("    knowledge: all\n", "    knowledge: all\n    ground: {verify: small}\n");
    let bot = BOT.replace("models: [main]", "models: [main, small]");
    let mut talk = Talk::with_files(&format!("{bot}env: [URL]\n"), &flows, &[("knowledge/prices.md", PAPERS)]);
    run(&mut talk, "~ costs 0.02\n< a\n~ says It is 45 €.\n* asks small try 1");
    assert_eq!(talk.questions[0].cost_max, Some(30_000));
    run(&mut talk, "~ reply {\"supported\": \"yes\"}\n> It is 45 €.\n< b\n* asks main try 1");
    assert_eq!(talk.questions[0].cost_max, Some(10_000));
    run(&mut talk, "~ says It is 45 €.\n> Enough for today");
    talk.nothing_unread().unwrap();
}
