//! Tests imports of files that somebody made to break them.

use super::{ends, err, out, read, run};
use serde_json::json;
use std::fs;
use transom::base::limits::{IMPORT_BLOCKS_MAX, IMPORT_EXPRESSION_DEPTH_MAX, IMPORT_FILE_BYTES_MAX, IMPORT_FLOWS_MAX};

fn typebot(blocks: &serde_json::Value) -> String {
    json!({"id": "x", "name": "X", "groups": [{"id": "g", "title": "t", "blocks": blocks}], "edges": [], "variables": []})
        .to_string()
}

/// The output of an import of this text, and the folder that it was written into.
fn import(kind: &str, text: &str) -> (std::process::Output, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("in.json"), text).unwrap();
    let said = run(folder.path(), &["import", kind, "in.json", "--into", "bot"]);
    (said, folder)
}

#[test]
fn files_that_are_no_export_are_refused_in_a_sentence() {
    for (kind, text, why) in [
        ("typebot", "{", "is no JSON"),
        ("typebot", "{}", "is no export of Typebot"),
        ("typebot", r#"{"blocks": []}"#, "before version 3"),
        ("typebot", &"[".repeat(5_000), "recursion limit"),
        ("rapidpro", "{}", "is no export of RapidPro"),
        ("rapidpro", r#"{"flows": [{"metadata": {"name": "Old"}, "action_sets": []}]}"#, "no flow of version 13"),
        ("kapso", r#"{"data": []}"#, "is no definition of a Kapso workflow"),
        ("chatwoot", "a,b\n1,2\n", "no columns `short_code` and `content`"),
        ("chatwoot", "{}", "no canned response and no inbox"),
    ] {
        let (said, folder) = import(kind, text);
        ends(&said, 1);
        assert!(err(&said).contains(why), "{kind} {text:.40}: {}", err(&said));
        assert!(!folder.path().join("bot").exists(), "{kind}");
    }
    let nowhere = run(std::path::Path::new("."), &["import", "typebot", "nowhere.json"]);
    ends(&nowhere, 1);
    assert!(err(&nowhere).contains("cannot read `nowhere.json`"), "{}", err(&nowhere));
}

#[test]
fn a_file_at_the_limit_is_read_and_a_larger_one_is_not() {
    let limit = usize::try_from(IMPORT_FILE_BYTES_MAX).unwrap();
    let text = typebot(&json!([{"id": "b", "type": "text", "content": {"plainText": "Hi"}}]));
    let (said, _folder) = import("typebot", &format!("{text}{}", " ".repeat(limit - text.len())));
    ends(&said, 0);
    let (said, _folder) = import("typebot", &format!("{text}{}", " ".repeat(limit + 1 - text.len())));
    ends(&said, 1);
    assert!(err(&said).contains("larger than 16 MiB"), "{}", err(&said));
}

#[test]
fn too_many_blocks_are_refused() {
    let blocks = |count: usize| -> String {
        let all: Vec<_> = (0..count).map(|n| json!({"id": format!("b{n}"), "type": "Wait"})).collect();
        typebot(&json!(all))
    };
    let (said, _folder) = import("typebot", &blocks(IMPORT_BLOCKS_MAX));
    ends(&said, 0);
    let (said, _folder) = import("typebot", &blocks(IMPORT_BLOCKS_MAX + 1));
    ends(&said, 1);
    assert!(err(&said).contains("at most 5000 are imported"), "{}", err(&said));
}

#[test]
fn texts_are_read_back_as_they_were() {
    let texts = [
        "plain",
        "a: b",
        " leading",
        "# no comment",
        "- a list",
        "\"quoted\"",
        "it's",
        "${code}",
        "$${x} ${",
        "{{}}",
        "%x",
        "@here",
        "*bold*",
        "yes",
        "007",
        "null",
        "two\nlines",
        "tab\there",
        "trailing  ",
        "\\n",
        "back\\slash",
        "{a: b}",
        "[x]",
        "| x",
        "> y",
        "!tag",
        "&a",
        "é 😀 ñ",
        "a #b",
        "?",
        "…",
    ];
    let blocks: Vec<_> = texts
        .iter()
        .enumerate()
        .map(|(n, text)| json!({"id": format!("b{n}"), "type": "text", "content": {"plainText": text}}))
        .collect();
    let (said, folder) = import("typebot", &typebot(&json!(blocks)));
    ends(&said, 0);
    let flow = read(&folder.path().join("bot"), "flows/x.yaml");
    let file = transom::base::place::SourceFile::new("flows/x.yaml", flow.as_str());
    let findings = transom::base::diagnostic::Findings::default();
    let root = transom::base::yaml::load(&file, &findings).unwrap();
    let said: Vec<String> = root
        .get("steps")
        .and_then(|steps| steps.list())
        .unwrap()
        .iter()
        .filter_map(|step| step.get("say")?.text().map(str::to_owned))
        .collect();
    let wanted: Vec<String> =
        texts.iter().map(|text| text.replace('\t', " ").trim_end().replace("${", "$${")).collect();
    assert_eq!(said, wanted, "{flow}");
}

#[test]
fn names_of_any_kind_become_names_of_the_language() {
    let names = ["if", "new", "contact", "top", "2nd place", "", "../../etc", "名前", "a b", "A B", "let"];
    let variables: Vec<_> =
        names.iter().enumerate().map(|(n, name)| json!({"id": format!("v{n}"), "name": name})).collect();
    let blocks: Vec<_> = (0..names.len())
        .map(|n| json!({"id": format!("b{n}"), "type": "text input", "options": {"variableId": format!("v{n}")}}))
        .collect();
    let bot = json!({"id": "../x", "name": "../../top", "variables": variables, "edges": [
        {"id": "e", "from": {"blockId": "b10"}, "to": {"groupId": "g"}}],
        "groups": [{"id": "g", "title": "top", "blocks": blocks}]});
    let (said, folder) = import("typebot", &bot.to_string());
    ends(&said, 0);
    let flows: Vec<String> = fs::read_dir(folder.path().join("bot/flows"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .collect();
    assert!(
        flows.iter().all(|name| name.starts_with("my_top") || name.starts_with("top") || name == "_bot.yaml"),
        "{flows:?}"
    );
    ends(&run(&folder.path().join("bot"), &["check"]), 0);
}

#[test]
fn loops_and_ways_into_nowhere_end() {
    let blocks = json!([{"id": "b", "type": "Jump", "options": {"groupId": "g"}}]);
    let (said, folder) = import("typebot", &typebot(&blocks));
    ends(&said, 0);
    ends(&run(&folder.path().join("bot"), &["check"]), 0);
    let nodes: Vec<_> = (0..400)
        .map(|n| json!({"uuid": format!("n{n}"), "actions": [], "exits": [{"uuid": "x", "destination_uuid": format!("n{}", (n * 7 + 1) % 400)}]}))
        .collect();
    let flow = json!({"flows": [{"uuid": "f", "name": "Round", "nodes": nodes}]});
    let (said, folder) = import("rapidpro", &flow.to_string());
    ends(&said, 0);
    ends(&run(&folder.path().join("bot"), &["check"]), 0);
    assert!(out(&said).contains("Round is in"), "{}", out(&said));
}

#[test]
fn too_many_flows_are_refused() {
    let flows = |count: usize| -> String {
        let all: Vec<_> =
            (0..count).map(|n| json!({"uuid": format!("f{n}"), "name": format!("F {n}"), "action_sets": []})).collect();
        json!({"flows": all}).to_string()
    };
    // Flows of before version 13 are counted, too, and cost nothing more.
    let (said, _folder) = import("rapidpro", &flows(IMPORT_FLOWS_MAX));
    assert!(err(&said).contains("no flow of version 13"), "{}", err(&said));
    let (said, _folder) = import("rapidpro", &flows(IMPORT_FLOWS_MAX + 1));
    assert!(err(&said).contains("at most 500 flows"), "{}", err(&said));
}

#[test]
fn an_expression_nested_too_deeply_stays_as_it_was() {
    let report = |brackets: usize| {
        let text = format!("@({}1{})", "(".repeat(brackets), ")".repeat(brackets));
        let action = json!({"uuid": "a", "type": "send_msg", "text": text});
        let node = json!({"uuid": "n", "actions": [action], "exits": []});
        let (said, folder) =
            import("rapidpro", &json!({"flows": [{"uuid": "f", "name": "Deep", "nodes": [node]}]}).to_string());
        ends(&said, 0);
        read(&folder.path().join("bot"), "IMPORT.md")
    };
    // The number within the brackets is one level itself.
    assert!(!report(IMPORT_EXPRESSION_DEPTH_MAX - 1).contains("an expression stays as it was written"));
    assert!(report(IMPORT_EXPRESSION_DEPTH_MAX).contains("an expression stays as it was written"));
}
