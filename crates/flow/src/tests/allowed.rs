//! Tests the rules before a run begins by itself, each with its source.

use super::{Talk, check_bot};

const BOT: &str = "bot: Test\ntopics: {service: {}, news: {needs: consent}, tips: {at_most: [1/1d, 2/7d]}}\n\
                   defaults: {queue_for: 6h}\nteams: {support: {}}\n";

/// A flow that the API starts, and one that asks.
fn flows(head: &str, trigger: &str) -> String {
    format!(
        "flow: it\n{head}when:\n  - {trigger}\nsteps: [{{say: Yes.}}]\n---\n\
         flow: ask\nwhen: [{{message: ask}}]\nsteps: [{{ask: Which?, as: which}}, {{say: 'So ${{which}}.'}}]\n---\n\
         flow: human\nwhen: [{{message: human}}]\nsteps: [{{handoff: support}}]\n"
    )
}

/// The rule, its source, the head and the trigger of the flow, and a conversation that shows it.
const RULES: &[(&str, &str, &str, &str, &str)] = &[
    (
        "nothing begins for whoever said stop",
        "Meta, Business Messaging Policy: opt-outs",
        "",
        "api: true",
        "< STOP\n> You will hear no more from us. Write START to come back.\n~ start it api\n* refused it opted_out",
    ),
    (
        "a topic that needs consent begins for nobody without it",
        "Meta, Business Messaging Policy: opt-in",
        "topic: news\n",
        "api: true",
        "< x\n~ start it api\n* refused it no_consent\n~ consent news withdrawn\n~ start it api\n* refused it no_consent",
    ),
    (
        "and for whoever gave it",
        "language.md 8, Consent",
        "topic: news\n",
        "api: true",
        "< x\n~ consent news given\n~ start it api\n> Yes.",
    ),
    (
        "a topic's cap counts all of its flows",
        "language.md 8, Consent",
        "topic: tips\n",
        "api: true",
        "< x\n~ start it api\n> Yes.\n~ start it api\n* refused it capped",
    ),
    (
        "its days slide",
        "language.md 8, Consent",
        "topic: tips\n",
        "api: true",
        "< x\n~ start it api\n> Yes.\n+1d\n< x\n~ start it api\n> Yes.\n+1d\n< x\n~ start it api\n* refused it capped",
    ),
    (
        "a trigger's `at_most` counts its starts",
        "language.md 5, at_most",
        "",
        "api: true\n    at_most: 1/30d",
        "< x\n~ start it api\n> Yes.\n~ start it api\n* refused it capped\n+30d\n< x\n~ start it api\n> Yes.",
    ),
    (
        "one of which nothing arrived is given back",
        "language.md 5, at_most",
        "",
        "api: true\n    at_most: 1/30d",
        "< x\n~ fail 131026\n~ start it api\n~ start it api\n> Yes.",
    ),
    (
        "`once_per` is for ever",
        "language.md 5, once_per",
        "",
        "api: true\n    once_per: ${contact.phone}",
        "< x\n~ start it api\n> Yes.\n+90d\n< x\n~ start it api\n* not meant it",
    ),
    (
        "whom `if` does not mean is no part of it",
        "language.md 5, if",
        "",
        "api: true\n    if: '\"vip\" in contact.tags'",
        "< x\n~ start it api\n* not meant it\n~ tag vip\n~ start it api\n> Yes.",
    ),
    (
        "a busy conversation is waited for",
        "language.md 4, if_busy",
        "",
        "api: true",
        "< ask\n> Which?\n~ start it api\n* queued it\n< this\n> So this.\n> Yes.",
    ),
    (
        "at most for `queue_for`",
        "language.md 4, if_busy",
        "",
        "api: true",
        "< ask\n> Which?\n~ start it api\n* queued it\n+6h\n* refused it busy",
    ),
    (
        "`skip` waits for nobody",
        "language.md 4, if_busy",
        "if_busy: skip\n",
        "api: true",
        "< ask\n> Which?\n~ start it api\n* refused it busy",
    ),
    (
        "nothing begins while a person has it",
        "language.md 8, People",
        "if_busy: skip\n",
        "api: true",
        "< human\n~ start it api\n* refused it with_person",
    ),
    (
        "also what does not wait for questions",
        "language.md 8, People",
        "if_busy: parallel\n",
        "api: true",
        "< human\n~ start it api\n* queued it\n~ back\n> Yes.",
    ),
    (
        "a flow that an operator paused begins for nobody",
        "issue 6: sequences and their pause",
        "",
        "api: true",
        "< x\n~ pause it\n~ start it api\n* refused it paused\n~ resume it\n~ start it api\n> Yes.",
    ),
    (
        "a draft begins for its testers",
        "language.md 4, draft",
        "draft: true\n",
        "api: true",
        "< x\n~ start it api\n* refused it draft",
    ),
];

#[test]
fn each_rule_before_a_run_decides_as_its_source_says() {
    let mut wrong = Vec::new();
    for (says, source, head, trigger, talk) in RULES {
        let told = std::panic::catch_unwind(|| check_bot(BOT, &flows(head, trigger), talk));
        if let Err(panic) = told {
            let text = panic.downcast_ref::<String>().cloned().unwrap_or_default();
            wrong.push(format!("{says} ({source}): {text}"));
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n\n"));
}

/// If several rules refuse, the first in the order of `docs/language.md` gives the reason.
#[test]
fn rules_before_a_run_are_asked_in_their_order() {
    let bot = BOT.replace("news: {needs: consent}", "news: {needs: consent, at_most: [1/1d]}");
    let flows = flows("topic: news\nif_busy: skip\n", "api: true\n    at_most: 1/30d");
    let mut talk = Talk::new(&bot, &flows);
    let lines = "< x\n~ consent news given\n~ start it api\n> Yes.\n< ask\n> Which?\n~ consent news withdrawn\n~ start it api
* refused it no_consent\n~ consent news given\n~ start it api\n* refused it capped\n+1d\n< ask\n> Which?\n~ start it api
* refused it capped\n+29d\n< ask\n> Which?\n~ start it api\n* refused it busy\n< STOP
> You will hear no more from us. Write START to come back.\n* run stopped\n* drop all\n~ consent news withdrawn\n~ start it api
* refused it opted_out";
    for line in lines.lines().map(str::trim) {
        talk.line(line).unwrap_or_else(|what| panic!("`{line}`: {what}\n{}", talk.trace.join("\n")));
    }
}
