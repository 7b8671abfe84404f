//! Tests the language server in whole sessions over standard input and output.

mod client;

use client::Editor;
use serde_json::{Value, json};
use std::fs;
use transom::base::limits::{EDITOR_TEXT_BYTES_MAX, EDITOR_TEXTS_BYTES_MAX};

const BOT: &str = "bot: Shop\nlanguage: en\ntimezone: UTC\nteams: {desk: {}}\nfields: {size: text}\n";
const PIZZA: &str = "flow: pizza\ntitle: Pizza\nwhen:\n  - message: pizza\nsteps:\n  - ask: 🍕🍕 Which size?\n    as: size\n    options: [Small, Large]\n  - say: 🍕 One ${size} pizza\n  - go: bye\nblocks:\n  bye:\n    - say: 👋🏽 Bye\n";

fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("flows")).unwrap();
    fs::write(folder.path().join("flows/_bot.yaml"), BOT).unwrap();
    fs::write(folder.path().join("flows/pizza.yaml"), PIZZA).unwrap();
    folder
}

fn open(folder: &tempfile::TempDir) -> Editor {
    let edits = json!({"documentChanges": true, "resourceOperations": ["create", "rename", "delete"]});
    let capabilities =
        json!({"workspace": {"workspaceEdit": edits, "didChangeWatchedFiles": {"dynamicRegistration": true}}});
    Editor::open(&folder.path().canonicalize().unwrap(), capabilities)
}

fn range(start: (u64, u64), end: (u64, u64)) -> Value {
    json!({"start": {"line": start.0, "character": start.1}, "end": {"line": end.0, "character": end.1}})
}

fn codes(findings: &[Value]) -> Vec<&str> {
    findings.iter().map(|finding| finding["code"].as_str().unwrap()).collect()
}

const FILE: &str = "flows/pizza.yaml";

/// The acts of an author while writing a flow, one after the other, with an emoji before every position.
#[test]
fn a_flow_is_written_mended_and_renamed_in_one_session() {
    let folder = folder();
    let mut editor = open(&folder);
    editor.did_open(FILE, PIZZA);
    assert_eq!(editor.findings(FILE), Vec::<Value>::new());
    assert!(editor.was_asked("client/registerCapability"));

    // A misspelt name, behind an emoji that counts as two: found at its place, and mended by the offered change.
    editor.did_change(FILE, Some(range((8, 18), (8, 22))), "sice");
    let findings = editor.findings(FILE);
    assert_eq!(codes(&findings), ["E303"], "{findings:?}");
    assert_eq!(findings[0]["range"], range((8, 18), (8, 22)));
    assert_eq!(findings[0]["severity"], 1);
    assert!(findings[0]["message"].as_str().unwrap().contains("did you mean `size`?"));
    let asked = json!({"textDocument": {"uri": editor.uri(FILE)}, "range": range((8, 20), (8, 20)), "context": {"diagnostics": []}});
    let actions = editor.ask("textDocument/codeAction", asked);
    let edit = &actions[0]["edit"]["changes"][editor.uri(FILE)][0];
    assert_eq!(edit, &json!({"range": range((8, 18), (8, 22)), "newText": "size"}));
    editor.did_change(FILE, Some(edit["range"].clone()), "size");
    assert_eq!(editor.findings(FILE), Vec::<Value>::new());

    // Hover.
    let hover = editor.ask("textDocument/hover", editor.at(FILE, 8, 19));
    assert_eq!(hover["range"], range((8, 18), (8, 22)));
    assert!(hover["contents"]["value"].as_str().unwrap().contains("Which size?"), "{hover}");
    let definition = editor.ask("textDocument/definition", editor.at(FILE, 9, 9));
    assert_eq!(definition["range"], range((11, 2), (11, 5)));
    let references = editor.ask("textDocument/references", editor.at(FILE, 6, 9));
    assert_eq!(references.as_array().unwrap().len(), 2, "{references}");
    let symbols = editor.ask("textDocument/documentSymbol", editor.at(FILE, 0, 0));
    assert_eq!(symbols[1]["name"], "bye");

    // Completion in an unfinished line.
    editor.did_change(FILE, Some(range((9, 9), (9, 9))), "");
    editor.did_change(FILE, Some(range((8, 25), (8, 29))), "for ${contact.");
    let offers = editor.ask("textDocument/completion", editor.at(FILE, 8, 39));
    let size = offers["items"]
        .as_array()
        .unwrap()
        .iter()
        .find(|item| item["label"] == "size")
        .expect("a field of the contact");
    assert_eq!(size["textEdit"]["range"], range((8, 39), (8, 39)));
    editor.did_change(FILE, None, PIZZA);

    // Other names: of a variable, of the whole flow with its file, and one that cannot be changed.
    let mut asked = editor.at(FILE, 6, 9);
    assert_eq!(editor.ask("textDocument/prepareRename", asked.clone())["placeholder"], "size");
    asked["newName"] = "how_big".into();
    let renamed = editor.ask("textDocument/rename", asked.clone());
    let edits = &renamed["documentChanges"][0]["edits"];
    assert_eq!(edits[0], json!({"range": range((6, 8), (6, 12)), "newText": "how_big"}));
    assert_eq!(edits[1]["range"], range((8, 18), (8, 22)));
    asked["newName"] = "contact".into();
    let refused = editor.try_ask("textDocument/rename", asked);
    let why = refused["error"]["message"].as_str().unwrap();
    assert!(why.starts_with("the name `contact` belongs to the language"), "{why}");
    let mut asked = editor.at(FILE, 0, 8);
    asked["newName"] = "pasta".into();
    let renamed = editor.ask("textDocument/rename", asked);
    let moved = &renamed["documentChanges"][1];
    assert_eq!((&moved["kind"], &moved["newUri"]), (&json!("rename"), &json!(editor.uri("flows/pasta.yaml"))));

    editor.close();
}

/// By the protocol's page of `WorkspaceEdit`: with either capability `documentChanges` is taken, with neither `changes`
/// alone, and files are renamed only where the client says that it does.
#[test]
fn a_flow_is_renamed_as_far_as_the_editor_can() {
    let renames = json!(["create", "rename", "delete"]);
    for (edits, document_changes, moves) in [
        (json!({"resourceOperations": renames}), true, true),
        (json!({"documentChanges": true, "resourceOperations": renames}), true, true),
        (json!({"documentChanges": true, "resourceOperations": ["create"]}), true, false),
        (json!({"documentChanges": true}), true, false),
        (json!({"documentChanges": false}), false, false),
        (json!({}), false, false),
    ] {
        let folder = folder();
        let capabilities = json!({"workspace": {"workspaceEdit": edits}});
        let mut editor = Editor::open(&folder.path().canonicalize().unwrap(), capabilities);
        editor.did_open(FILE, PIZZA);
        let mut asked = editor.at(FILE, 0, 8);
        asked["newName"] = "pasta".into();
        let renamed = editor.ask("textDocument/rename", asked);
        let written = if document_changes { "documentChanges" } else { "changes" };
        let keys: Vec<&String> = renamed.as_object().unwrap().keys().collect();
        assert_eq!(keys, [written], "{edits}: {renamed}");
        let text = match document_changes {
            true => &renamed["documentChanges"][0]["edits"][0],
            false => &renamed["changes"][editor.uri(FILE)][0],
        };
        assert_eq!(text, &json!({"range": range((0, 6), (0, 11)), "newText": "pasta"}), "{edits}");
        let moved = json!({"kind": "rename", "oldUri": editor.uri(FILE), "newUri": editor.uri("flows/pasta.yaml")});
        assert_eq!(renamed["documentChanges"][1], if moves { moved } else { Value::Null }, "{edits}");
        // The person hears about the files that the editor does not rename.
        editor.ask("textDocument/hover", editor.at(FILE, 0, 0));
        assert_eq!(editor.was_asked("window/showMessage"), !moves, "{edits}");
        editor.close();
    }
}

#[test]
fn formatting_changes_only_what_is_in_another_form() {
    let folder = folder();
    let mut editor = open(&folder);
    let canonical =
        PIZZA.replace("[Small, Large]", "\n      - Small\n      - Large").replace("options: \n", "options:\n");
    editor.did_open(FILE, &canonical.replace("  - say: 🍕 One", "  -   say: 🍕 One"));
    let asked = json!({"textDocument": {"uri": editor.uri(FILE)}, "options": {"tabSize": 2, "insertSpaces": true}});
    let edits = editor.ask("textDocument/formatting", asked.clone());
    assert_eq!(edits.as_array().unwrap().len(), 1, "{edits}");
    assert_eq!(edits[0]["range"]["start"]["line"], 10);
    assert_eq!(edits[0]["newText"], "");
    // An invalid file is not formatted.
    editor.did_change(FILE, None, "flow: pizza\nsteps:\n  - say: \"open\n");
    assert_eq!(editor.ask("textDocument/formatting", asked), json!([]));
    editor.close();
}

#[test]
fn a_change_in_one_file_is_told_in_the_others() {
    let folder = folder();
    let mut editor = open(&folder);
    editor.did_open(FILE, &PIZZA.replace("go: bye", "go: more"));
    assert_eq!(codes(&editor.findings(FILE)), ["E401"]);
    // The flow comes into being in another editor window, unsaved.
    editor.did_open("flows/more.yaml", "flow: more\nsteps:\n  - say: More\n");
    let findings = editor.findings(FILE);
    assert_eq!(codes(&findings), ["W602"], "{findings:?}");
    // And on disk, by another program.
    fs::write(folder.path().join("flows/_bot.yaml"), format!("{BOT}nonsense: 1\n")).unwrap();
    editor.tell("workspace/didChangeWatchedFiles", json!({"changes": []}));
    assert_eq!(editor.findings("flows/_bot.yaml").len(), 1);
    fs::write(folder.path().join("flows/_bot.yaml"), BOT).unwrap();
    editor.tell("workspace/didChangeWatchedFiles", json!({"changes": []}));
    assert_eq!(editor.findings("flows/_bot.yaml"), Vec::<Value>::new());
    editor.close();
}

/// The text with a comment that makes it so long.
fn filled(text: &str, bytes: usize) -> String {
    format!("{text}#{}", "x".repeat(bytes - text.len() - 1))
}

#[test]
fn a_text_at_its_limit_is_kept_and_a_larger_one_counts_as_on_disk() {
    let folder = folder();
    let mut editor = open(&folder);
    editor.did_open(FILE, &filled(PIZZA, EDITOR_TEXT_BYTES_MAX));
    // It is larger than a flow may be.
    assert_eq!(editor.findings(FILE).len(), 1);
    assert!(!editor.was_shown("bytes"));
    editor.did_change(FILE, Some(range((0, 0), (0, 0))), "#");
    assert_eq!(editor.findings(FILE), Vec::<Value>::new());
    assert!(editor.was_shown("`flows/pizza.yaml` has more than 2097152 bytes"));
    // Changes of the text that is not kept are left out, up to a whole one.
    editor.did_change(FILE, Some(range((0, 0), (0, 1))), "nonsense: 1\n");
    editor.did_change(FILE, None, &PIZZA.replace("${size}", "${sice}"));
    assert_eq!(codes(&editor.findings(FILE)), ["E303"]);
    editor.close();
}

#[test]
fn open_texts_are_kept_up_to_their_limit_together() {
    let folder = folder();
    let mut editor = open(&folder);
    let count = EDITOR_TEXTS_BYTES_MAX / EDITOR_TEXT_BYTES_MAX;
    for n in 0..count {
        editor.did_open(&format!("flows/f{n}.yaml"), &filled("", EDITOR_TEXT_BYTES_MAX));
    }
    let last = format!("flows/f{}.yaml", count - 1);
    assert_eq!(editor.findings(&last).len(), 1);
    assert!(!editor.was_shown("bytes"));
    editor.did_open(FILE, "#");
    // It is answered from the file on disk.
    assert_eq!(editor.ask("textDocument/hover", editor.at(FILE, 100, 0)), Value::Null);
    assert!(editor.was_shown("at most 2000 texts with 8388608 bytes together can be open"));
    editor.close();
}

#[test]
fn what_is_no_flow_and_what_is_not_known_is_answered_all_the_same() {
    let folder = folder();
    let mut editor = open(&folder);
    editor.did_open("README.md", "# Hello\n");
    assert_eq!(editor.ask("textDocument/hover", editor.at("README.md", 0, 0)), Value::Null);
    let unknown = editor.try_ask("textDocument/inlayHint", json!({}));
    assert_eq!(unknown["error"]["code"], -32601);
    editor.close();
}
