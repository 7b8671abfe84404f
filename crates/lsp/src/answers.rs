//! Builds the answers to the editor in the format of the protocol.

use crate::{
    base::{
        diagnostic::Diagnostic,
        fix::{Edit, Fix},
        place::{Place, SourceFile},
    },
    bot::Bot,
    flow::{
        CheckContext,
        tools::{
            editor::{self, OfferKind, Part},
            fmt,
        },
    },
    position::{offset, position, range, range_of},
};
use serde_json::{Value, json};
use std::{collections::BTreeMap, sync::Arc};

/// The form of findings.
#[derive(Debug, Clone, Copy)]
pub enum Style {
    /// The message contains the help, because editors show nothing else.
    Whole,
    /// The help has a field of its own, and the code the address of its explanation.
    InParts { codes_at: &'static str },
}

pub fn diagnostic(bot: &Bot, style: Style, finding: &Diagnostic) -> Value {
    let mut message = finding.message.clone();
    if let (Style::Whole, Some(help)) = (style, &finding.help) {
        message.push_str("\nhelp: ");
        message.push_str(help);
    }
    let related: Vec<Value> = finding
        .labels
        .iter()
        .map(|(place, words)| json!({"location": location(bot, place), "message": words}))
        .collect();
    let mut told = json!({
        "range": range_of(&finding.place),
        "severity": if finding.is_error() { 1 } else { 2 },
        "code": finding.code,
        "source": "transom",
        "message": message,
    });
    if let Style::InParts { codes_at } = style {
        told["codeDescription"] = json!({"href": format!("{codes_at}{}", finding.code)});
        told["data"] = json!({"help": finding.help});
    }
    if !related.is_empty() {
        told["relatedInformation"] = related.into();
    }
    // Editors show the places of these findings greyed out: steps and blocks that are never reached.
    if matches!(finding.code, "W602" | "W603") {
        told["tags"] = json!([1]);
    }
    told
}

pub fn location(bot: &Bot, place: &Place) -> Value {
    json!({"uri": bot.uri(place.path()), "range": range_of(place)})
}

pub fn completion(bot: &Bot, around: &CheckContext, file: &Arc<SourceFile>, at: &Value) -> Value {
    let text = file.text();
    let offers = editor::complete(&bot.edited(around), file, offset(text, at));
    let items: Vec<Value> = offers
        .iter()
        .enumerate()
        .map(|(order, offer)| {
            let kind = match offer.kind {
                OfferKind::Verb => 14,
                OfferKind::Key => 10,
                OfferKind::Word => 12,
                OfferKind::Flow => 17,
                OfferKind::Block => 18,
                OfferKind::Name => 20,
                OfferKind::Variable => 6,
                OfferKind::View => 5,
                OfferKind::Function => 3,
            };
            let mut item = json!({
                "label": offer.label,
                "kind": kind,
                "detail": offer.detail,
                // The order is ours: suggestions of the same flow come first.
                "sortText": format!("{order:04}"),
                "textEdit": {"range": range(text, &offer.replaces), "newText": offer.insert},
            });
            // The editor compares the typed text with this field; here the text begins with a brace.
            if text[offer.replaces.clone()].starts_with('{') {
                item["filterText"] = format!("{{{}", offer.label).into();
            }
            if !offer.about.is_empty() {
                item["documentation"] = json!({"kind": "markdown", "value": offer.about});
            }
            item
        })
        .collect();
    json!({"isIncomplete": false, "items": items})
}

pub fn hover(bot: &Bot, around: &CheckContext, file: &Arc<SourceFile>, at: &Value) -> Value {
    match editor::hover(&bot.edited(around), file, offset(file.text(), at)) {
        Some(hover) => json!({"contents": {"kind": "markdown", "value": hover.text}, "range": range_of(&hover.place)}),
        None => Value::Null,
    }
}

pub fn definition(bot: &Bot, around: &CheckContext, file: &Arc<SourceFile>, at: &Value) -> Value {
    let place = editor::definition(&bot.edited(around), file, offset(file.text(), at));
    place.map_or(Value::Null, |place| location(bot, &place))
}

pub fn references(bot: &Bot, around: &CheckContext, file: &Arc<SourceFile>, at: &Value) -> Value {
    let places = editor::references(&bot.edited(around), &bot.all_files(), file, offset(file.text(), at));
    places.iter().map(|place| location(bot, place)).collect()
}

pub fn prepare_rename(bot: &Bot, around: &CheckContext, file: &Arc<SourceFile>, at: &Value) -> Result<Value, String> {
    let place = editor::renameable(&bot.edited(around), file, offset(file.text(), at))?;
    Ok(json!({"range": range_of(&place), "placeholder": place.text()}))
}

/// The client's abilities for changes of several files: `workspace.workspaceEdit` of its capabilities.
#[derive(Debug, Clone, Copy, Default)]
pub struct Client {
    /// True if it accepts edits for versions of documents: `documentChanges`.
    pub document_changes: bool,
    /// True if it can rename files: `resourceOperations`.
    pub moves_files: bool,
}

/// The answer to a rename, and a sentence about changes that a person has to make.
pub struct Renaming {
    pub edit: Value,
    pub by_hand: Option<String>,
}

pub fn rename(
    bot: &Bot,
    around: &CheckContext,
    client: Client,
    file: &Arc<SourceFile>,
    at: &Value,
    new: &str,
) -> Result<Renaming, String> {
    let files = bot.all_files();
    let renamed = editor::rename(&bot.edited(around), &files, file, offset(file.text(), at), new)?;
    let moved = &renamed.files;
    let by_hand = (!client.moves_files && !moved.is_empty()).then(|| {
        let all: Vec<String> = moved.iter().map(|(old, new)| format!("`{old}` to `{new}`")).collect();
        format!("This editor renames no files: rename {}.", all.join(" and "))
    });
    // A client with one of the two abilities accepts `documentChanges`; files cannot be renamed without it.
    if !client.document_changes && !client.moves_files {
        return Ok(Renaming { edit: json!({"changes": changes(bot, &renamed.edits)}), by_hand });
    }
    let mut steps: Vec<Value> = changes(bot, &renamed.edits)
        .into_iter()
        .map(|(uri, edits)| json!({"textDocument": {"uri": uri, "version": null}, "edits": edits}))
        .collect();
    if client.moves_files {
        let uri = |path: &String| bot.uri(path);
        steps.extend(moved.iter().map(|(old, new)| json!({"kind": "rename", "oldUri": uri(old), "newUri": uri(new)})));
    }
    Ok(Renaming { edit: json!({"documentChanges": steps}), by_hand })
}

fn changes(bot: &Bot, edits: &[Edit]) -> serde_json::Map<String, Value> {
    let mut by_file: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    for edit in edits {
        let uri = bot.uri(edit.place.path());
        by_file.entry(uri).or_default().push(json!({"range": range_of(&edit.place), "newText": edit.text}));
    }
    by_file.into_iter().map(|(uri, edits)| (uri, edits.into())).collect()
}

/// The repairs of the findings in a range, and one action with all sure repairs of the file.
pub fn actions(bot: &Bot, style: Style, file: &Arc<SourceFile>, params: &Value) -> Value {
    let text = file.text();
    let (start, end) = (offset(text, &params["range"]["start"]), offset(text, &params["range"]["end"]));
    let wanted = |kind: &str| match params["context"]["only"].as_array() {
        None => true,
        Some(only) => {
            only.iter().filter_map(Value::as_str).any(|only| kind == only || kind.starts_with(&format!("{only}.")))
        }
    };
    let here = bot.findings.iter().filter(|finding| finding.place.path() == file.path());
    let mended: Vec<(&Diagnostic, &Fix)> = here.filter_map(|finding| Some((finding, finding.fix.as_ref()?))).collect();
    let mut all = Vec::new();
    if wanted("quickfix") {
        for (finding, fix) in &mended {
            let range = finding.place.range();
            if range.start <= end && start <= range.end {
                all.push(json!({
                    "title": fix.title,
                    "kind": "quickfix",
                    "isPreferred": fix.is_sure(),
                    "diagnostics": [diagnostic(bot, style, finding)],
                    "edit": {"changes": changes(bot, &fix.edits)},
                }));
            }
        }
    }
    let sure: Vec<&Fix> = mended.iter().map(|(_, fix)| *fix).filter(|fix| fix.is_sure()).collect();
    if wanted("source.fixAll") && !sure.is_empty() {
        let (mended, _) = crate::base::fix::apply(file.path(), text, &sure);
        all.push(json!({
            "title": "Mend all that can only be meant in one way",
            "kind": "source.fixAll",
            "edit": {"changes": {bot.uri(file.path()): whole(text, &mended)}},
        }));
    }
    all.into()
}

/// The formatted file; no edits if it cannot be parsed.
pub fn formatting(file: &Arc<SourceFile>) -> Value {
    match fmt::format(file) {
        Ok(text) if text != file.text() => whole(file.text(), &text),
        Ok(_) | Err(_) => json!([]),
    }
}

/// One edit for the part that differs, so that cursors outside it stay in place.
fn whole(old: &str, new: &str) -> Value {
    let same = |(a, b): &(char, char)| a == b;
    let head: usize = old.chars().zip(new.chars()).take_while(same).map(|(c, _)| c.len_utf8()).sum();
    let tail: usize =
        old[head..].chars().rev().zip(new[head..].chars().rev()).take_while(same).map(|(c, _)| c.len_utf8()).sum();
    json!([{
        "range": {"start": position(old, head), "end": position(old, old.len() - tail)},
        "newText": &new[head..new.len() - tail],
    }])
}

pub fn symbols(bot: &Bot, around: &CheckContext, file: &SourceFile) -> Value {
    fn told(part: &Part) -> Value {
        // The range of a symbol contains its children: from its name to the end of the last child.
        let end = part.within.last().map_or(&part.place, |last| &last.place);
        json!({
            "name": part.name,
            "detail": part.detail,
            "kind": if part.is_step { 6 } else { 3 },
            "range": range_of(&part.place.to(end)),
            "selectionRange": range_of(&part.place),
            "children": part.within.iter().map(told).collect::<Vec<_>>(),
        })
    }
    editor::outline(&bot.edited(around), file).iter().map(told).collect()
}
