//! Reads `templates`: approved templates that are declared before the provider has listed them.

use super::Written;
use crate::{
    base::{
        diagnostic::{Diagnostic, Findings},
        fields::Fields,
        ids::SenderId,
        place::Place,
        yaml::{Kind, Node},
    },
    model::{
        template::{Category, Template, TemplateButtonKind, TemplateHeader, TemplateStatus},
        template_parts::{CardShape, Offer, Parts},
    },
};

/// A template of one sender.
#[derive(Debug, Clone)]
pub struct CatalogueEntry {
    pub sender: SenderId,
    pub template: Template,
    pub place: Place,
}

/// Reads one item of `templates`; `None` if too much of it is wrong.
pub fn read(node: &Node, findings: &Findings) -> Option<CatalogueEntry> {
    let before = findings.len();
    let mut fields = Fields::new(node, "a template", findings);
    fields.required("id");
    fields.required("sender");
    let id = fields.whole("id", 0, 1..=9_007_199_254_740_991);
    let sender = SenderId(fields.whole("sender", 0, 1..=9_007_199_254_740_991));
    let status = match fields.word("status", &["approved", "pending", "rejected", "paused", "disabled"]) {
        Some("pending") => TemplateStatus::Pending,
        Some("rejected") => TemplateStatus::Rejected,
        Some("paused") => TemplateStatus::Paused,
        Some("disabled") => TemplateStatus::Disabled,
        _ => TemplateStatus::Approved,
    };
    let template = Template { id, status, ..of(&mut fields) };
    fields.finish();
    (findings.len() == before).then(|| CatalogueEntry { sender, template, place: node.place.clone() })
}

/// Reads a template without its id and state; errors are in the findings.
pub fn of(fields: &mut Fields<'_>) -> Template {
    let findings = fields.findings();
    let name = fields.text("name").to_owned();
    let language = fields.text("language").to_owned();
    let category = match fields.word("category", &["utility", "marketing", "authentication"]) {
        Some("marketing") => Category::Marketing,
        Some("authentication") => Category::Authentication,
        Some(_) => Category::Utility,
        None => {
            fields.required("category");
            Category::Utility
        }
    };
    let body = fields.text("body").to_owned();
    let header = fields.node("header").filter(|node| !node.is_null()).and_then(|node| header(node, findings));
    let buttons = fields.list("buttons").iter().filter_map(|node| button(node, findings)).collect();
    let ttl = fields.opt_duration("ttl");
    let reference = fields.text_if("reference").map(str::to_owned);
    let status = TemplateStatus::Approved;
    let parts = Parts {
        cards: fields.list("cards").iter().map(|node| card(node, findings)).collect(),
        offer: offer(fields),
        footer: fields.text_if("footer").map(str::to_owned),
        ..Parts::default()
    };
    Template { id: 0, name, language, category, status, body, header, buttons, ttl, reference, parts }
}

/// Reads a carousel card: `{header, body, buttons}`, as in a template.
fn card(node: &Node, findings: &Findings) -> CardShape {
    let mut fields = Fields::new(node, "a card", findings);
    let card = CardShape {
        header: fields.node("header").filter(|node| !node.is_null()).and_then(|node| header(node, findings)),
        body: fields.text_if("body").unwrap_or_default().to_owned(),
        buttons: fields.list("buttons").iter().filter_map(|node| button(node, findings)).collect(),
    };
    fields.finish();
    card
}

fn offer(fields: &mut Fields<'_>) -> Option<Offer> {
    Some(match fields.word("offer", &["ends", "open"])? {
        "ends" => Offer::Ends,
        _ => Offer::Open,
    })
}

/// `image`, `video`, `document`, `location`, or `{text: "Hi {{1}}"}`.
fn header(node: &Node, findings: &Findings) -> Option<TemplateHeader> {
    match (&node.kind, node.text()) {
        (_, Some("image")) => Some(TemplateHeader::Image),
        (_, Some("video")) => Some(TemplateHeader::Video),
        (_, Some("document")) => Some(TemplateHeader::Document),
        (_, Some("location")) => Some(TemplateHeader::Location),
        (Kind::Map(_), _) => {
            let mut fields = Fields::new(node, "`header`", findings);
            let text = fields.text("text").to_owned();
            fields.finish();
            Some(TemplateHeader::Text(text))
        }
        _ => {
            let message = "`header` is `image`, `video`, `document`, `location` or `{text: …}`";
            findings.push(Diagnostic::error("E906", &node.place, message));
            None
        }
    }
}

/// Reads a button: a text is a quick reply; `{title, url}` is a link, `{title, phone}` a call, `{title, kind}` a
/// button that copies a code, opens a form, copies a password or shows products, `{title}` any other kind.
fn button(node: &Node, findings: &Findings) -> Option<TemplateButtonKind> {
    if let Some(title) = node.text() {
        return Some(TemplateButtonKind::QuickReply { title: title.to_owned() });
    }
    let mut fields = Fields::new(node, "a button", findings);
    let title = fields.text("title").to_owned();
    let url = fields.text_if("url").map(str::to_owned);
    let phone = fields.text_if("phone").is_some();
    let kind = fields.word("kind", &["copy_code", "form", "password", "products", "other"]);
    fields.finish();
    Some(match (url, kind) {
        (Some(url), _) => TemplateButtonKind::Url { title, url },
        (None, _) if phone => TemplateButtonKind::Phone { title },
        (None, Some("copy_code")) => TemplateButtonKind::CopyCode { title },
        (None, Some("form")) => TemplateButtonKind::Form { title },
        (None, Some("password")) => TemplateButtonKind::Password { title },
        (None, Some("products")) => TemplateButtonKind::Products { title },
        (None, _) => TemplateButtonKind::Other { title },
    })
}
