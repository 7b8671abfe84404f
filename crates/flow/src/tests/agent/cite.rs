//! Tests `cite` of an agent: the papers below a reply, and those of the trace.

use super::*;

const REPAIRS: &str = "---
title: Repairs
source: https://wheels.example/repairs
---

## Guarantee

We guarantee each repair for twelve months. Worn parts such as chains are excluded.
";

fn talk_with(cite: &str) -> Talk {
    let flows = flows().replace("    knowledge: all\n", &format!("    knowledge: all\n{cite}"));
    let papers = [("knowledge/prices.md", PAPERS), ("knowledge/repairs.md", REPAIRS)];
    Talk::with_files(&format!("{BOT}env: [URL]\n"), &flows, &papers)
}

/// The last message of an agent that says this.
fn said(talk: &mut Talk, asked: &str, reply: &str) -> String {
    run(talk, &format!("< {asked}\n~ says {reply}"));
    let Some(Content::Text { body }) = talk.said.last().cloned() else { panic!("{:?}", talk.said) };
    run(talk, &format!("> {}", body.replace('\n', " / ")));
    body
}

#[test]
fn a_reply_names_the_papers_it_was_taken_from() {
    let reply = "New brake pads are 45 € a pair.";
    let mut talk = talk_with("    cite: title\n");
    assert_eq!(said(&mut talk, "how much are new brake pads?", reply), format!("{reply}\n\nSource: Prices › Brakes"));
    assert!(talk.trace.iter().any(|line| line.contains("cites `prices.md#Brakes`")), "{:#?}", talk.trace);
    // A greeting and a question are from no paper.
    assert_eq!(
        said(&mut talk, "and how are you?", "Very well, thank you! Anything else?"),
        "Very well, thank you! Anything else?"
    );
}

#[test]
fn a_file_with_an_address_is_named_by_it() {
    let reply = "Hi! We guarantee each repair for twelve months. When would you like to come?";
    let shown = said(&mut talk_with("    cite: link\n"), "how long is the guarantee on a repair?", reply);
    assert_eq!(shown, format!("{reply}\n\nSource: https://wheels.example/repairs"));
    // The other file has no address.
    let shown = said(&mut talk_with("    cite: link\n"), "how much are brake pads?", "New brake pads are 45 € a pair.");
    assert!(shown.ends_with("Source: Prices › Brakes"), "{shown}");
}

#[test]
fn several_sentences_may_have_several_sources() {
    let mut talk = talk_with("    cite: title\n");
    let asked = "how much are new brake pads, and what about the guarantee on the repair?";
    let shown = said(&mut talk, asked, "New brake pads are 45 € a pair. We guarantee each repair for twelve months.");
    assert!(shown.ends_with("\n\nSource: Prices › Brakes, Repairs › Guarantee"), "{shown}");
}

#[test]
fn without_cite_only_the_trace_names_them() {
    for cite in ["", "    cite: no\n"] {
        let mut talk = talk_with(cite);
        let reply = "New brake pads are 45 € a pair.";
        assert_eq!(said(&mut talk, "how much are new brake pads?", reply), reply);
        assert!(talk.trace.iter().any(|line| line.contains("cites `prices.md#Brakes`")), "{:#?}", talk.trace);
    }
}

#[test]
fn the_model_does_not_read_its_own_citations() {
    let mut talk = talk_with("    cite: title\n");
    said(&mut talk, "how much are new brake pads?", "New brake pads are 45 € a pair.");
    run(&mut talk, "< thanks");
    let question = &talk.questions.last().unwrap().question;
    assert!(question.talk.iter().all(|entry| !entry.text.contains("Source")), "{:?}", question.talk);
}
