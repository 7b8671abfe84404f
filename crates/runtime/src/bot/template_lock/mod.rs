//! Reads `templates.lock.yaml`, the templates as the flows expect them, to find changes at the providers before a
//! message fails.

mod compare;
mod written;

use crate::{
    base::{
        diagnostic::{Diagnostic, Findings},
        fields::Fields,
        limits::LOCK_BYTES_MAX,
        place::{Place, SourceFile},
        yaml,
    },
    config,
    model::template::{Template, placeholders},
};
pub use compare::{Drifted, compare, findings};
use std::{
    collections::BTreeSet,
    fs,
    io::{self, Read},
    path::Path,
};
pub use written::written;

/// The file name in the bot's folder.
pub const NAME: &str = "templates.lock.yaml";

/// A template as it was when the lock was written.
#[derive(Debug, Clone)]
pub struct Locked {
    pub template: Template,
    pub place: Place,
}

/// The lock of the bot in `folder`; `None` if there is none.
pub fn read(folder: &Path) -> Result<Option<Vec<Locked>>, Vec<Diagnostic>> {
    let failed = |why: String| {
        let place = Place::start_of(&SourceFile::new(NAME, ""));
        vec![Diagnostic::error("E811", &place, format!("cannot read `{NAME}`: {why}"))]
    };
    let file = match fs::File::open(folder.join(NAME)) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(failed(error.to_string())),
    };
    let mut text = String::new();
    let read = file.take(LOCK_BYTES_MAX + 1).read_to_string(&mut text);
    read.map_err(|error| failed(error.to_string()))?;
    if text.len() as u64 > LOCK_BYTES_MAX {
        return Err(failed(format!("it has more than {LOCK_BYTES_MAX} bytes")));
    }
    parse(&text).map(Some)
}

fn parse(text: &str) -> Result<Vec<Locked>, Vec<Diagnostic>> {
    let file = SourceFile::new(NAME, text);
    let findings = Findings::default();
    let mut all = Vec::new();
    if let Some(node) = yaml::load(&file, &findings) {
        let mut fields = Fields::new(&node, "the lock", &findings);
        for node in fields.list("templates") {
            all.extend(one(node, &findings));
        }
        fields.finish();
    }
    if findings.is_empty() { Ok(all) } else { Err(findings.into_sorted()) }
}

fn one(node: &yaml::Node, findings: &Findings) -> Option<Locked> {
    let before = findings.len();
    let mut fields = Fields::new(node, "a template", findings);
    let template = config::template_of(&mut fields);
    let named: BTreeSet<String> = fields.texts("parameters").into_iter().map(str::to_owned).collect();
    let (place, wanted) = (fields.place().clone(), placeholders(&template.body));
    fields.finish();
    if findings.len() > before {
        return None;
    }
    if named != wanted {
        let message = format!("the `parameters` of `{}` are not those of its text", template.name);
        let help = "this file is written by `transom templates lock`; write it anew";
        findings.push(Diagnostic::error("E811", &place, message).help(help));
        return None;
    }
    Some(Locked { template, place })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{
        template::{Category, TemplateButtonKind, TemplateHeader, TemplateStatus},
        template_parts::{CardShape, Offer, Parts},
    };

    #[test]
    fn what_is_written_is_read_back() {
        let one = Template {
            id: 0,
            name: "receipt".into(),
            language: "pt_BR".into(),
            category: Category::Marketing,
            status: TemplateStatus::Approved,
            body: "Olá {{name}}: veja \"isto\"\n{{link}}".into(),
            header: Some(TemplateHeader::Text("Pedido {{1}}".into())),
            buttons: vec![
                TemplateButtonKind::QuickReply { title: "Sim: já".into() },
                TemplateButtonKind::Url { title: "Abrir".into(), url: "https://a.example/{{1}}".into() },
                TemplateButtonKind::Phone { title: "Ligar".into() },
                TemplateButtonKind::CopyCode { title: "Copiar".into() },
                TemplateButtonKind::Form { title: "Abrir".into() },
                TemplateButtonKind::Password { title: "Código".into() },
                TemplateButtonKind::Products { title: "Ver".into() },
                TemplateButtonKind::Other { title: "Outro".into() },
            ],
            ttl: None,
            reference: None,
            parts: Default::default(),
        };
        let other = Template {
            name: "b".into(),
            header: Some(TemplateHeader::Image),
            buttons: vec![],
            body: "B".into(),
            parts: Parts {
                footer: Some("Corner shop: since 1990".into()),
                offer: Some(Offer::Ends),
                cards: vec![CardShape {
                    header: Some(TemplateHeader::Image),
                    body: "Ring, {{1}}".into(),
                    buttons: vec![TemplateButtonKind::QuickReply { title: "This one".into() }],
                }],
                ..Parts::default()
            },
            ..one.clone()
        };
        let text = written(&[one.clone(), other.clone()]);
        let read: Vec<Template> = parse(&text).unwrap().into_iter().map(|locked| locked.template).collect();
        assert_eq!(read, [other, one], "{text}");
        assert_eq!(written(&read), text);
    }

    #[test]
    fn a_lock_that_was_edited_by_hand_is_told() {
        let text = "templates:\n  - name: a\n    language: en\n    category: utility\n    parameters: [\"1\", \"2\"]\n    body: \"Hi {{1}}\"\n";
        let findings = parse(text).unwrap_err();
        assert_eq!((findings.len(), findings[0].code, findings[0].place.line()), (1, "E811", 2), "{findings:?}");
        assert!(parse("templates: [{name: a, langage: en}]").is_err());
    }

    #[test]
    fn a_lock_may_have_so_many_bytes() {
        let folder = tempfile::tempdir().unwrap();
        assert!(read(folder.path()).unwrap().is_none());
        let comment = "#".repeat(usize::try_from(LOCK_BYTES_MAX).unwrap() - "templates: []\n".len());
        fs::write(folder.path().join(NAME), format!("templates: []\n{comment}")).unwrap();
        assert!(read(folder.path()).unwrap().unwrap().is_empty());
        fs::write(folder.path().join(NAME), format!("templates: []\n{comment}#")).unwrap();
        assert_eq!(read(folder.path()).unwrap_err()[0].code, "E811");
    }
}
