//! Writes the lock file, sorted by name, so that one change is one hunk in a diff.

use crate::model::{
    template::{Category, Template, TemplateButtonKind, TemplateHeader, placeholders},
    template_parts::{CardShape, Offer},
};
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
    if let Some(top) = &template.header {
        line("header", &header(top));
    }
    if let Some(footer) = &template.parts.footer {
        line("footer", &quoted(footer));
    }
    if !template.buttons.is_empty() {
        line("buttons", &buttons(&template.buttons));
    }
    if !template.parts.cards.is_empty() {
        let cards: Vec<String> = template.parts.cards.iter().map(card).collect();
        line("cards", &format!("[{}]", cards.join(", ")));
    }
    match template.parts.offer {
        Some(Offer::Ends) => line("offer", "ends"),
        Some(Offer::Open) => line("offer", "open"),
        None => {}
    }
    let first = text.rfind("    name: ").expect("it was just written");
    text.replace_range(first..first + 4, "  - ");
}

fn header(header: &TemplateHeader) -> String {
    match header {
        TemplateHeader::Text(text) => format!("{{text: {}}}", quoted(text)),
        TemplateHeader::Image => "image".to_owned(),
        TemplateHeader::Video => "video".to_owned(),
        TemplateHeader::Document => "document".to_owned(),
        TemplateHeader::Location => "location".to_owned(),
    }
}

fn card(card: &CardShape) -> String {
    let top = card.header.as_ref().map(|top| format!("header: {}, ", header(top))).unwrap_or_default();
    format!("{{{top}body: {}, buttons: {}}}", quoted(&card.body), buttons(&card.buttons))
}

fn buttons(all: &[TemplateButtonKind]) -> String {
    format!("[{}]", all.iter().map(button).collect::<Vec<_>>().join(", "))
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
