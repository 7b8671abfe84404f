//! Parses `templates:` of `_bot.yaml`: templates with their texts, as their author writes them, to be created at the
//! platform.

mod refused;

use super::language_codes;
use crate::{
    base::{
        diagnostic::{Diagnostic, Findings},
        fields::Fields,
        place::Place,
        yaml::{Entry, Kind, Node},
    },
    model::{
        draft::{Detail, TemplateDraft},
        template::{
            Category, Template, TemplateButtonKind, TemplateHeader, TemplateStatus, in_language, placeholders_in_order,
        },
        template_parts::Parts,
    },
};
use std::collections::BTreeMap;

/// A template of the bot's own, in all its languages.
#[derive(Debug, Clone, PartialEq)]
pub struct OwnTemplate {
    pub name: String,
    /// The place of its name.
    pub place: Place,
    /// The versions by language, the bot's own language first.
    pub versions: Vec<TemplateDraft>,
    /// The reasons why the platform would refuse it, in words: it is not submitted then.
    pub refused: Vec<String>,
}

impl OwnTemplate {
    /// The template in each language, in the form of a catalogue.
    pub fn templates(&self) -> impl Iterator<Item = &Template> {
        self.versions.iter().map(|draft| &draft.template)
    }

    /// True if a text has a finding about its values, so that those of a flow are not compared with it.
    pub fn has_unclear_values(&self) -> bool {
        let first = self.versions.first();
        let renamed = |draft| first.is_some_and(|first| refused::renamed(first, draft).is_some());
        self.versions.iter().any(|draft| refused::has_unclear_values(draft) || renamed(draft))
    }

    pub fn in_language(&self, language: &str) -> Option<&Template> {
        in_language(&self.templates().collect::<Vec<_>>(), language)
    }
}

/// Parses the templates by name; `language` is the bot's.
pub(crate) fn parse(fields: &mut Fields<'_>, language: &str) -> BTreeMap<String, OwnTemplate> {
    let findings = fields.findings();
    let all = fields.map("templates").iter().filter_map(|entry| one(entry, language, findings));
    all.map(|template| (template.name.clone(), template)).collect()
}

/// The parts of a version as written; a version in another language takes missing parts from the first one.
struct Written<'a> {
    text: &'a str,
    text_at: &'a Node,
    header: Option<&'a Node>,
    footer: Option<&'a Node>,
    buttons: &'a [Node],
    examples: Option<&'a Node>,
}

fn one(entry: &Entry, language: &str, findings: &Findings) -> Option<OwnTemplate> {
    let (name, place) = (entry.key.text.clone(), entry.key.place.clone());
    let before = findings.len();
    let mut fields = Fields::new(&entry.value, format!("template `{name}`"), findings).at(&place);
    fields.required("category");
    let by_hand = by_hand(&mut fields, &name);
    let category = match fields.word("category", if by_hand { &[AUTHENTICATION] } else { &["utility", "marketing"] }) {
        Some("marketing") => Category::Marketing,
        _ => Category::Utility,
    };
    let code = fields.opt_text("language").unwrap_or(language);
    if let Some(node) = fields.node("language") {
        findings.extend(language_codes::not_a_language(code, &node.place));
    }
    let text = if by_hand { fields.opt_text("text").unwrap_or_default() } else { fields.text("text") };
    let text_at = fields.node("text");
    let (header, footer) = (fields.node("header"), fields.node("footer"));
    let (buttons, examples) = (fields.list("buttons"), fields.node("examples"));
    let ttl = fields.opt_duration("ttl");
    let others = fields.map("languages");
    fields.finish();
    let first = Written { text, text_at: text_at?, header, footer, buttons, examples };
    let shell = |language: &str| Template {
        id: 0,
        name: name.clone(),
        language: language.to_owned(),
        category,
        status: TemplateStatus::Approved,
        body: String::new(),
        header: None,
        buttons: Vec::new(),
        ttl,
        reference: None,
        parts: Parts::default(),
    };
    let mut versions = vec![version(shell(code), &first, findings)];
    let mut written = vec![first];
    for other in others {
        let what = format!("template `{name}` in `{}`", other.key.text);
        findings.extend(language_codes::not_a_language(&other.key.text, &other.key.place));
        let mut fields = Fields::new(&other.value, what, findings).at(&other.key.place);
        let (text, text_at) = (fields.text("text"), fields.node("text"));
        let first = &written[0];
        let of = Written {
            text,
            text_at: text_at.unwrap_or(first.text_at),
            header: fields.node("header").or(first.header),
            footer: fields.node("footer").or(first.footer),
            buttons: if fields.node("buttons").is_some() { fields.list("buttons") } else { first.buttons },
            examples: fields.node("examples").or(first.examples),
        };
        fields.finish();
        versions.push(version(shell(&other.key.text), &of, findings));
        written.push(of);
    }
    // A template with errors may lack parts, so the rules of Meta are not checked.
    let refused = match findings.len() == before {
        true => refused::of(&name, &place, &versions, &written, findings),
        false => vec!["it cannot be read; `transom check` says why".to_owned()],
    };
    Some(OwnTemplate { name, place, versions, refused })
}

const AUTHENTICATION: &str = "authentication";

/// Reports what Meta's manager makes and this file cannot write; gives whether it is a template for passwords.
fn by_hand(fields: &mut Fields<'_>, name: &str) -> bool {
    let then = format!("then run `transom templates pull`, and take `{name}` out of here");
    if let Some(cards) = fields.node("cards") {
        let message = "a template with cards cannot be written here: Meta wants an example of the file on each card";
        let help = format!(
            "make it at Meta, by its manager or its interface for templates, {then}: a flow fills its cards with \
             `cards:`"
        );
        fields.findings().push(Diagnostic::error("E299", &cards.place, message).help(help));
    }
    let Some(node) = fields.node("category").filter(|node| node.text() == Some(AUTHENTICATION)) else { return false };
    let message = "a template for passwords cannot be written here: Meta writes its text";
    let help = format!(
        "make it in WhatsApp Manager (Message templates, Create template, Authentication), {then}: a flow sends it \
         with the code under `vars`"
    );
    fields.findings().push(Diagnostic::error("E299", &node.place, message).help(help));
    true
}

fn version(shell: Template, written: &Written<'_>, findings: &Findings) -> TemplateDraft {
    let (header, header_example) = written.header.map_or((None, None), |node| header(node, findings));
    let (buttons, details) = written.buttons.iter().filter_map(|node| button(node, findings)).unzip();
    let footer = written.footer.and_then(Node::text).map(str::to_owned);
    let names = placeholders_in_order(written.text);
    let template = Template {
        body: written.text.to_owned(),
        header,
        buttons,
        parts: Parts { footer, ..Parts::default() },
        ..shell
    };
    TemplateDraft { examples: examples(&names, written.examples), template, header_example, details }
}

/// The example of each placeholder; empty if there is none.
fn examples(names: &[String], written: Option<&Node>) -> Vec<(String, String)> {
    let of = |name: &String| match written.map(|node| &node.kind) {
        Some(Kind::Map(entries)) => {
            let entry = entries.iter().find(|entry| entry.key.text == *name);
            entry.and_then(|entry| entry.value.text()).unwrap_or_default().to_owned()
        }
        Some(Kind::List(_) | Kind::Scalar(_)) => {
            let at = name.parse::<usize>().ok().and_then(|number| number.checked_sub(1));
            let at = at.or_else(|| names.iter().position(|known| known == name));
            let list = written.map_or(&[] as &[Node], Node::one_or_many);
            at.and_then(|at| list.get(at)?.text()).unwrap_or_default().to_owned()
        }
        Some(Kind::Null) | None => String::new(),
    };
    names.iter().map(|name| (name.clone(), of(name))).collect()
}

/// Parses `image`, `video`, `document`, `location`, a text, or `{text: …, example: …}`.
fn header(node: &Node, findings: &Findings) -> (Option<TemplateHeader>, Option<String>) {
    let kind = match node.text() {
        None if node.map().is_some() => {
            let mut fields = Fields::new(node, "`header`", findings);
            let (text, example) = (fields.text("text").to_owned(), fields.opt_text("example").map(str::to_owned));
            fields.finish();
            return (Some(TemplateHeader::Text(text)), example);
        }
        None => return (None, None),
        Some("image") => TemplateHeader::Image,
        Some("video") => TemplateHeader::Video,
        Some("document") => TemplateHeader::Document,
        Some("location") => TemplateHeader::Location,
        Some(text) => TemplateHeader::Text(text.to_owned()),
    };
    (Some(kind), None)
}

/// Parses a button: a text is a quick reply, the others are `{title, url}`, `{title, phone}`, `{title, form}` and
/// `{code: …}`.
fn button(node: &Node, findings: &Findings) -> Option<(TemplateButtonKind, Detail)> {
    if let Some(title) = node.text() {
        return Some((TemplateButtonKind::QuickReply { title: title.to_owned() }, Detail::Nothing));
    }
    let mut fields = Fields::new(node, "a button", findings);
    let code = fields.opt_text("code").map(str::to_owned);
    if let Some(code) = code {
        fields.finish();
        // The platform defines the title of this button.
        return Some((TemplateButtonKind::CopyCode { title: String::new() }, Detail::Example(code)));
    }
    let title = fields.text("title").to_owned();
    let (url, example) = (fields.opt_text("url").map(str::to_owned), fields.opt_text("example").map(str::to_owned));
    let (phone, form) = (fields.opt_text("phone").map(str::to_owned), fields.opt_text("form").map(str::to_owned));
    fields.finish();
    Some(match (url, phone, form) {
        (Some(url), ..) => {
            let detail =
                if url.contains("{{") { Detail::Example(example.unwrap_or_default()) } else { Detail::Nothing };
            (TemplateButtonKind::Url { title, url }, detail)
        }
        (None, Some(phone), _) => (TemplateButtonKind::Phone { title }, Detail::Phone(phone)),
        (None, None, Some(form)) => (TemplateButtonKind::Form { title }, Detail::Form(form)),
        (None, None, None) if title.is_empty() => return None,
        (None, None, None) => {
            let message = format!("the button `{title}` does not say what it does");
            let help =
                format!("write `{title}` alone for a quick reply, or `url:`, `phone:` or `form:` beside `title:`");
            findings.push(Diagnostic::error("E202", &node.place, message).help(help));
            return None;
        }
    })
}

#[cfg(test)]
mod tests;
