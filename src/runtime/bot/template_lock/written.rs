//! Writes the lock file, sorted by name, so that one change is one hunk in a diff.

use crate::model::template::{Category, Template, TemplateButtonKind, TemplateHeader, placeholders};
use std::fmt::Write;

const HEAD: &str = "# What the flows assume of each template. Written by `transom templates lock`, compared with the providers'\n\
                    # catalogues by `transom check` and by the daemon. Commit it; write it anew when a change is meant.\n";

/// The text of the file.
pub fn written(templates: &[Template]) -> String {
    let mut all: Vec<&Template> = templates.iter().collect();
    all.sort_by(|a, b| (&a.name, &a.language).cmp(&(&b.name, &b.language)));
    let mut text = String::from(HEAD);
    if all.is_empty() {
        text.push_str("templates: []\n");
        return text;
    }
    text.push_str("templates:\n");
    for template in all {
        one(&mut text, template);
    }
    text
}

fn one(text: &mut String, template: &Template) {
    let category = match template.category {
        Category::Marketing => "marketing",
        Category::Utility => "utility",
        Category::Authentication => "authentication",
    };
    let parameters: Vec<String> = placeholders(&template.body).iter().map(|name| quoted(name)).collect();
    let mut line = |name: &str, value: &str| {
        writeln!(text, "    {name}: {value}").expect("a String takes everything");
    };
    line("name", &quoted(&template.name));
    line("language", &quoted(&template.language));
    line("category", category);
    line("parameters", &format!("[{}]", parameters.join(", ")));
    line("body", &quoted(&template.body));
    match &template.header {
        None => {}
        Some(TemplateHeader::Text(header)) => line("header", &format!("{{text: {}}}", quoted(header))),
        Some(TemplateHeader::Image) => line("header", "image"),
        Some(TemplateHeader::Video) => line("header", "video"),
        Some(TemplateHeader::Document) => line("header", "document"),
        Some(TemplateHeader::Location) => line("header", "location"),
    }
    if !template.buttons.is_empty() {
        let buttons: Vec<String> = template.buttons.iter().map(button).collect();
        line("buttons", &format!("[{}]", buttons.join(", ")));
    }
    let first = text.rfind("    name: ").expect("it was just written");
    text.replace_range(first..first + 4, "  - ");
}

fn button(button: &TemplateButtonKind) -> String {
    match button {
        TemplateButtonKind::QuickReply { title } => quoted(title),
        TemplateButtonKind::Url { title, url } => format!("{{title: {}, url: {}}}", quoted(title), quoted(url)),
        TemplateButtonKind::Phone { title } => format!("{{title: {}, phone: true}}", quoted(title)),
        TemplateButtonKind::CopyCode { title } => format!("{{title: {}, kind: copy_code}}", quoted(title)),
        TemplateButtonKind::Form { title } => format!("{{title: {}, kind: form}}", quoted(title)),
        TemplateButtonKind::Password { title } => format!("{{title: {}, kind: password}}", quoted(title)),
        TemplateButtonKind::Products { title } => format!("{{title: {}, kind: products}}", quoted(title)),
        TemplateButtonKind::Other { title } => format!("{{title: {}}}", quoted(title)),
    }
}

/// A JSON string is valid YAML, and never read as a number.
fn quoted(text: &str) -> String {
    serde_json::to_string(text).expect("a text is JSON")
}
