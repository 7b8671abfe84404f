//! Describes a template as its author writes it, in one language, before it is created at a platform.

use super::template::{Template, TemplateButtonKind, TemplateHeader, TemplateStatus};

#[derive(Debug, Clone, PartialEq)]
pub struct TemplateDraft {
    /// The template as the catalogue shows it after approval.
    pub template: Template,
    /// A value for each placeholder of the body, in the order of the text; the platform's reviewers read them.
    pub examples: Vec<(String, String)>,
    /// A value for the placeholder of the header.
    pub header_example: Option<String>,
    /// Details of each button of the template, in the same order.
    pub details: Vec<Detail>,
}

/// Data of a button that a platform needs to create it, and that its catalogue does not return.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Detail {
    Nothing,
    /// An example: the complete address of a link with a suffix, or a code to copy.
    Example(String),
    /// A phone number in E.164 format.
    Phone(String),
    /// A WhatsApp Flow, by its id at the platform.
    Form(String),
}

/// The platform's answer after it created a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CreatedTemplate {
    pub status: TemplateStatus,
}

impl TemplateDraft {
    /// True if the placeholders are numbers and not names.
    pub fn is_positional(&self) -> bool {
        self.examples.iter().all(|(name, _)| name.parse::<usize>().is_ok())
    }

    /// The reason why a person has to make it at the platform, and how: Meta wants an example of the file above its
    /// text, which is uploaded for it.
    pub fn by_hand(&self) -> Option<String> {
        self.template.header.as_ref().and_then(TemplateHeader::media)?;
        Some(format!(
            "it has {}, and Meta takes it only with an example of that file: make it in WhatsApp Manager (Message \
             templates, Create template) as `transom templates sheet {}` prints it, upload an example there, then run \
             `transom templates pull`",
            header(&self.template),
            self.template.name
        ))
    }

    /// The differences from the template at the platform, each as a part of a sentence; empty: none. The status is not
    /// compared.
    pub fn differences(&self, there: &Template) -> Vec<String> {
        let here = &self.template;
        let mut all = Vec::new();
        if here.category != there.category {
            all.push(format!("is {} there and {} here", there.category.as_str(), here.category.as_str()));
        }
        if plain(&here.body) != plain(&there.body) {
            all.push(format!("says there: {}", plain(&there.body)));
        }
        if header(here) != header(there) {
            all.push(format!("has {} there and {} here", header(there), header(here)));
        }
        let footer = |template: &Template| template.parts.footer.as_deref().map(plain).unwrap_or_default();
        if footer(here) != footer(there) {
            let said =
                |text: String| if text.is_empty() { "no footer".to_owned() } else { format!("the footer `{text}`") };
            all.push(format!("has {} there and {} here", said(footer(there)), said(footer(here))));
        }
        let (ours, theirs) = (buttons(here), buttons(there));
        if ours != theirs {
            let said = |all: Vec<String>| if all.is_empty() { "no buttons".to_owned() } else { all.join(", ") };
            all.push(format!("has {} there and {} here", said(theirs), said(ours)));
        }
        all
    }
}

/// The text without blanks at its ends, as platforms store it.
fn plain(text: &str) -> String {
    text.trim().replace("\r\n", "\n")
}

fn header(template: &Template) -> String {
    match &template.header {
        None => "no header".into(),
        Some(TemplateHeader::Text(text)) => format!("the header `{}`", plain(text)),
        Some(TemplateHeader::Image) => "an image above its text".into(),
        Some(TemplateHeader::Video) => "a video above its text".into(),
        Some(TemplateHeader::Document) => "a document above its text".into(),
        Some(TemplateHeader::Location) => "a place above its text".into(),
    }
}

fn buttons(template: &Template) -> Vec<String> {
    let words = |button: &TemplateButtonKind| match button {
        TemplateButtonKind::QuickReply { title } => format!("[{title}]"),
        TemplateButtonKind::Url { title, url } => format!("[{title}: {url}]"),
        TemplateButtonKind::Phone { title } => format!("[{title}, calls]"),
        TemplateButtonKind::CopyCode { .. } => "[copies a code]".to_owned(),
        TemplateButtonKind::Form { title } => format!("[{title}, opens a form]"),
        TemplateButtonKind::Password { title } => format!("[{title}, copies a password]"),
        TemplateButtonKind::Products { title } => format!("[{title}, shows products]"),
        TemplateButtonKind::Other { title } => format!("[{title}, of another kind]"),
    };
    template.buttons.iter().map(words).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::template::Category;

    fn draft() -> TemplateDraft {
        let template = Template {
            id: 0,
            name: "reminder".into(),
            language: "en".into(),
            category: Category::Utility,
            status: TemplateStatus::Approved,
            body: "Tomorrow at {{1}}. Will you come?".into(),
            header: None,
            buttons: vec![TemplateButtonKind::QuickReply { title: "Yes".into() }],
            ttl: None,
            reference: None,
            parts: Default::default(),
        };
        let examples = vec![("1".to_owned(), "10:30".to_owned())];
        TemplateDraft { template, examples, header_example: None, details: vec![Detail::Nothing] }
    }

    #[test]
    fn what_differs_at_the_platform_is_said_and_its_state_is_not() {
        let there = || Template { id: 9, status: TemplateStatus::Rejected, ..draft().template };
        assert!(draft().differences(&there()).is_empty());
        let said = |there: Template| draft().differences(&there);
        assert!(said(Template { body: " Tomorrow at {{1}}. Will you come?\r\n".into(), ..there() }).is_empty());
        let body = said(Template { body: "See you at {{1}}.".into(), ..there() });
        assert_eq!(body, ["says there: See you at {{1}}."]);
        assert_eq!(
            said(Template { category: Category::Marketing, ..there() }),
            ["is marketing there and utility here"]
        );
        let header = Some(TemplateHeader::Text("News".into()));
        assert_eq!(said(Template { header, ..there() }), ["has the header `News` there and no header here"]);
        let mut footed = there();
        footed.parts.footer = Some("Corner shop".into());
        assert_eq!(said(footed), ["has the footer `Corner shop` there and no footer here"]);
        assert_eq!(said(Template { buttons: vec![], ..there() }), ["has no buttons there and [Yes] here"]);
    }

    #[test]
    fn values_have_numbers_or_names() {
        assert!(draft().is_positional());
        assert!(!TemplateDraft { examples: vec![("name".into(), "Ana".into())], ..draft() }.is_positional());
        assert!(TemplateDraft { examples: vec![], ..draft() }.is_positional());
    }

    #[test]
    fn a_template_with_a_file_is_made_by_hand() {
        let mut with = draft();
        assert_eq!(with.by_hand(), None);
        with.template.header = Some(TemplateHeader::Image);
        let how = with.by_hand().unwrap_or_default();
        assert!(how.starts_with("it has an image above its text") && how.contains("sheet reminder"), "{how}");
    }
}
