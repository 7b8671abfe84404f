//! Compares a template as the flows assume it with the catalogue.

use super::template::{Category, Template, TemplateButtonKind, TemplateHeader, TemplateStatus, placeholders};
use std::collections::BTreeSet;

/// One difference of a template from the locked version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Drift {
    /// The sender has no template of this name in this language.
    Missing,
    /// The template cannot be sent now.
    Unusable(TemplateStatus),
    Category {
        was: Category,
        is: Category,
    },
    /// The names between `{{` and `}}`.
    Parameters {
        was: BTreeSet<String>,
        is: BTreeSet<String>,
    },
    Header {
        was: String,
        is: String,
    },
    Buttons {
        was: Vec<String>,
        is: Vec<String>,
    },
}

/// All differences of a locked template; `now` is the same template and language in a sender's catalogue. A changed
/// wording is no difference.
pub fn drift(locked: &Template, now: Option<&Template>) -> Vec<Drift> {
    let Some(now) = now else { return vec![Drift::Missing] };
    let mut all = Vec::new();
    if now.status != TemplateStatus::Approved {
        all.push(Drift::Unusable(now.status));
    }
    if now.category != locked.category {
        all.push(Drift::Category { was: locked.category, is: now.category });
    }
    let (was, is) = (placeholders(&locked.body), placeholders(&now.body));
    if was != is {
        all.push(Drift::Parameters { was, is });
    }
    let (was, is) = (header(locked), header(now));
    if was != is {
        all.push(Drift::Header { was, is });
    }
    let (was, is) = (buttons(locked), buttons(now));
    if was != is {
        all.push(Drift::Buttons { was, is });
    }
    all
}

impl Drift {
    /// The difference as the end of a sentence that begins "the template `name` (`en`)".
    pub fn words(&self) -> String {
        let list = |all: &mut dyn Iterator<Item = &String>| {
            let all: Vec<String> = all.map(|name| format!("`{name}`")).collect();
            if all.is_empty() { "none".to_owned() } else { all.join(", ") }
        };
        match self {
            Drift::Missing => "is not there".into(),
            Drift::Unusable(status) => format!("is {}", status.as_str()),
            Drift::Category { was, is } => format!("was {} and is {}", word(*was), word(*is)),
            Drift::Parameters { was, is } => {
                format!("had the parameters {} and has {}", list(&mut was.iter()), list(&mut is.iter()))
            }
            Drift::Header { was, is } => format!("had {was} and has {is}"),
            Drift::Buttons { was, is } => {
                format!("had the buttons {} and has {}", list(&mut was.iter()), list(&mut is.iter()))
            }
        }
    }

    /// The kind of the difference as a word for programs.
    pub fn kind(&self) -> &'static str {
        match self {
            Drift::Missing => "missing",
            Drift::Unusable(_) => "unusable",
            Drift::Category { .. } => "category",
            Drift::Parameters { .. } => "parameters",
            Drift::Header { .. } => "header",
            Drift::Buttons { .. } => "buttons",
        }
    }
}

fn word(category: Category) -> &'static str {
    match category {
        Category::Marketing => "MARKETING",
        Category::Utility => "UTILITY",
        Category::Authentication => "AUTHENTICATION",
    }
}

/// The part of a header that a flow has to fill.
fn header(template: &Template) -> String {
    match &template.header {
        None => "no header".into(),
        Some(TemplateHeader::Text(text)) if placeholders(text).is_empty() => "a fixed text as its header".into(),
        Some(TemplateHeader::Text(_)) => "a header with a value".into(),
        Some(TemplateHeader::Image) => "an image as its header".into(),
        Some(TemplateHeader::Video) => "a video as its header".into(),
        Some(TemplateHeader::Document) => "a document as its header".into(),
        Some(TemplateHeader::Location) => "a place as its header".into(),
    }
}

fn buttons(template: &Template) -> Vec<String> {
    let button = |button: &TemplateButtonKind| match button {
        TemplateButtonKind::QuickReply { title } | TemplateButtonKind::Other { title } => title.clone(),
        TemplateButtonKind::Url { title, .. } if button.takes_suffix() => {
            format!("{title} (address with an end of its own)")
        }
        TemplateButtonKind::Url { title, .. } => format!("{title} (fixed address)"),
        TemplateButtonKind::Phone { title } => format!("{title} (call)"),
        TemplateButtonKind::CopyCode { title } => format!("{title} (copies a code)"),
        TemplateButtonKind::Form { title } => format!("{title} (form)"),
        TemplateButtonKind::Password { title } => format!("{title} (password)"),
        TemplateButtonKind::Products { title } => format!("{title} (products)"),
    };
    template.buttons.iter().map(button).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reminder() -> Template {
        Template {
            id: 1,
            name: "reminder".into(),
            language: "en".into(),
            category: Category::Utility,
            status: TemplateStatus::Approved,
            body: "Tomorrow at {{1}}.".into(),
            header: None,
            buttons: vec![TemplateButtonKind::QuickReply { title: "Yes".into() }],
            ttl: None,
            reference: None,
            parts: Default::default(),
        }
    }

    fn said(now: Option<Template>) -> Vec<String> {
        drift(&reminder(), now.as_ref()).iter().map(Drift::words).collect()
    }

    #[test]
    fn every_assumption_of_the_flows_is_compared() {
        assert!(
            said(Some(Template { body: "See you at {{1}}!".into(), id: 9, ..reminder() })).is_empty(),
            "wording is free"
        );
        assert_eq!(said(None), ["is not there"]);
        let paused = Template { status: TemplateStatus::Paused, ..reminder() };
        assert_eq!(said(Some(paused)), ["is paused"]);
        let marketing = Template { category: Category::Marketing, ..reminder() };
        assert_eq!(said(Some(marketing)), ["was UTILITY and is MARKETING"]);
        let two = Template { body: "{{1}} at {{2}}".into(), ..reminder() };
        assert_eq!(said(Some(two)), ["had the parameters `1` and has `1`, `2`"]);
        let image = Template { header: Some(TemplateHeader::Image), ..reminder() };
        assert_eq!(said(Some(image)), ["had no header and has an image as its header"]);
        let bare = Template { buttons: vec![], ..reminder() };
        assert_eq!(said(Some(bare)), ["had the buttons `Yes` and has none"]);
    }
}
