//! Computes from the flows the templates that an operator must create at the platform: a sheet for each.

mod guess;

use crate::{
    FlowSet,
    base::{ids::FlowName, yaml},
    check::{TemplateUse, every_use},
    definition::{Flow, Node},
    model::{
        draft::{Detail, TemplateDraft},
        template::{TemplateButtonKind, TemplateHeader},
    },
    tools::testfile::write::{line_scalar, scalar},
};
use std::{collections::BTreeMap, fmt::Write as _};

/// One template.
#[derive(Debug, Clone, PartialEq)]
pub struct Sheet {
    pub name: String,
    /// The flows that send it.
    pub flows: Vec<FlowName>,
    /// Its text in each language; for a template that `_bot.yaml` does not define, a draft made from the flows.
    pub versions: Vec<TemplateDraft>,
    /// For each placeholder, the value that a flow fills in.
    pub filled: Vec<(String, String)>,
    /// True if `_bot.yaml` defines it.
    pub is_written: bool,
    /// The reasons why the platform would refuse it.
    pub refused: Vec<String>,
}

/// A place where a flow sends a template.
struct Sent<'a> {
    flow: &'a Flow,
    node: &'a Node,
    used: TemplateUse<'a>,
    name: &'a str,
}

/// All templates that flows name or `_bot.yaml` defines, in the order of their names.
pub fn sheets(set: &FlowSet) -> Vec<Sheet> {
    let mut sent: BTreeMap<&str, Vec<Sent<'_>>> = BTreeMap::new();
    for name in set.bot.templates.keys() {
        sent.insert(name, Vec::new());
    }
    for flow in set.every_flow() {
        for node in &flow.nodes {
            every_use(&node.outline, &mut |used| {
                if let Some(name) = used.name.text().filter(|text| !text.contains("${")) {
                    sent.entry(name).or_default().push(Sent { flow, node, used, name });
                }
            });
        }
    }
    sent.iter().map(|(name, sent)| sheet(set, name, sent)).collect()
}

fn sheet(set: &FlowSet, name: &str, sent: &[Sent<'_>]) -> Sheet {
    let mut flows: Vec<FlowName> = sent.iter().map(|sent| sent.flow.name.clone()).collect();
    flows.dedup();
    let filled = sent.first().map(|sent| values(&sent.used)).unwrap_or_default();
    let sheet =
        Sheet { name: name.to_owned(), flows, versions: Vec::new(), filled, is_written: false, refused: Vec::new() };
    match set.bot.templates.get(name) {
        Some(own) => Sheet { versions: own.versions.clone(), is_written: true, refused: own.refused.clone(), ..sheet },
        None => Sheet { versions: guess::drafts(set, sent, &sheet.filled), ..sheet },
    }
}

/// The values by placeholder, as written in the flow.
fn values(used: &TemplateUse<'_>) -> Vec<(String, String)> {
    let text = |node: &yaml::Node| node.text().unwrap_or_default().to_owned();
    match used.vars.map(|vars| &vars.kind) {
        None | Some(yaml::Kind::Null) => Vec::new(),
        Some(yaml::Kind::Map(entries)) => {
            entries.iter().map(|entry| (entry.key.text.clone(), text(&entry.value))).collect()
        }
        Some(yaml::Kind::List(items)) => {
            items.iter().enumerate().map(|(place, item)| ((place + 1).to_string(), text(item))).collect()
        }
        Some(yaml::Kind::Scalar(scalar)) => vec![("1".to_owned(), scalar.text.clone())],
    }
}

impl Sheet {
    /// The template in the format of `templates:` in `_bot.yaml`.
    pub fn to_yaml(&self) -> String {
        let mut text = format!("  {}:\n", self.name);
        let Some((first, others)) = self.versions.split_first() else { return text };
        let _ = writeln!(text, "    category: {}", first.template.category.as_str());
        version(&mut text, first, "    ", None);
        if !others.is_empty() {
            text.push_str("    languages:\n");
        }
        for other in others {
            let _ = writeln!(text, "      {}:", other.template.language);
            version(&mut text, other, "        ", Some(first));
        }
        text
    }
}

/// Writes a version. `first`: the version whose parts need not be repeated.
fn version(text: &mut String, draft: &TemplateDraft, indent: &str, first: Option<&TemplateDraft>) {
    let template = &draft.template;
    let mut line = |key: &str, value: &str| {
        let _ = writeln!(text, "{indent}{key}: {value}");
    };
    if template.body.contains('\n') {
        let lines: Vec<String> = template.body.lines().map(|line| format!("{indent}  {line}")).collect();
        line("text", &format!("|-\n{}", lines.join("\n")));
    } else {
        line("text", &line_scalar(&template.body));
    }
    let examples = |draft: &TemplateDraft| {
        let of = |(name, example): &(String, String)| match draft.is_positional() {
            true => scalar(example),
            false => format!("{name}: {}", scalar(example)),
        };
        let all = draft.examples.iter().map(of).collect::<Vec<_>>().join(", ");
        if draft.is_positional() { format!("[{all}]") } else { format!("{{{all}}}") }
    };
    if !draft.examples.is_empty() && first.is_none_or(|first| examples(first) != examples(draft)) {
        line("examples", &examples(draft));
    }
    let same = |first: &TemplateDraft| first.template.header == template.header;
    if let Some(header) = template.header.as_ref().filter(|_| first.is_none_or(|first| !same(first))) {
        line("header", &self::header(header, draft.header_example.as_deref()));
    }
    if let Some(footer) = template.parts.footer.as_ref().filter(|_| first.is_none()) {
        line("footer", &line_scalar(footer));
    }
    let same = |first: &TemplateDraft| first.template.buttons == template.buttons;
    if !template.buttons.is_empty() && first.is_none_or(|first| !same(first)) {
        let all: Vec<String> = template.buttons.iter().zip(&draft.details).map(button).collect();
        line("buttons", &format!("[{}]", all.join(", ")));
    }
}

fn header(header: &TemplateHeader, example: Option<&str>) -> String {
    match (header, example) {
        (TemplateHeader::Text(text), Some(example)) => {
            format!("{{text: {}, example: {}}}", scalar(text), scalar(example))
        }
        (TemplateHeader::Text(text), None) => line_scalar(text),
        (TemplateHeader::Image, _) => "image".into(),
        (TemplateHeader::Video, _) => "video".into(),
        (TemplateHeader::Document, _) => "document".into(),
        (TemplateHeader::Location, _) => "location".into(),
    }
}

fn button((button, detail): (&TemplateButtonKind, &Detail)) -> String {
    match (button, detail) {
        (TemplateButtonKind::Url { title, url }, Detail::Example(example)) => {
            format!("{{title: {}, url: {}, example: {}}}", scalar(title), scalar(url), scalar(example))
        }
        (TemplateButtonKind::Url { title, url }, _) => format!("{{title: {}, url: {}}}", scalar(title), scalar(url)),
        (TemplateButtonKind::Phone { title }, Detail::Phone(phone)) => {
            format!("{{title: {}, phone: {}}}", scalar(title), scalar(phone))
        }
        (TemplateButtonKind::Form { title }, Detail::Form(form)) => {
            format!("{{title: {}, form: {}}}", scalar(title), scalar(form))
        }
        (_, Detail::Example(code)) => format!("{{code: {}}}", scalar(code)),
        (
            TemplateButtonKind::QuickReply { title }
            | TemplateButtonKind::Phone { title }
            | TemplateButtonKind::CopyCode { title }
            | TemplateButtonKind::Form { title }
            | TemplateButtonKind::Password { title }
            | TemplateButtonKind::Products { title }
            | TemplateButtonKind::Other { title },
            _,
        ) => scalar(title),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{base::place::SourceFile, model::template::Category, parse_set};

    const BOT: &str =
        "bot: Shop\nlanguage: en\nlanguages: {en: [], es: [en]}\ntopics: {service: {}, news: {needs: consent}}\n";
    const FLOW: &str = "flow: visit\nwhen: [{event: visit}]\ninputs: {hour: text, order: text}\nsteps:\n  - ask: See you at ${hour}, ${contact.name}. Will you come?\n    \
         as: comes\n    options: [I will come, I cannot]\n    if_closed: {template: visit_soon, vars: [\"${hour}\"]}\n  \
         - template: receipt\n    header: \"https://shop.example/${order}.pdf\"\n    vars: {total: \"${money(1200, \\\"EUR\\\")}\"}\n    buttons: [{url: \"${order}\"}]\n";
    const LOCALE: &str = "locale: es\nvisit.ask_1:\n  from: See you at ${hour}, ${contact.name}. Will you come?\n  \
        to: Hasta las ${hour}. ¿Vienes?\n  options: {I will come: Voy, I cannot: No puedo}\n";

    fn set_of(bot: &str) -> FlowSet {
        let files = [("flows/_bot.yaml", bot), ("flows/visit.yaml", FLOW), ("locales/es.yaml", LOCALE)];
        let (set, findings) = parse_set(&files.map(|(path, text)| SourceFile::new(path, text)));
        assert!(findings.is_empty(), "{findings:?}");
        set
    }

    #[test]
    fn a_draft_is_worked_out_from_the_step_that_it_stands_for() {
        let sheets = sheets(&set_of(BOT));
        let names: Vec<&str> = sheets.iter().map(|sheet| sheet.name.as_str()).collect();
        assert_eq!(names, ["receipt", "visit_soon"]);
        let visit = &sheets[1];
        assert!(!visit.is_written);
        assert_eq!(visit.flows, [FlowName::from("visit")]);
        assert_eq!(visit.filled, [("1".to_owned(), "${hour}".to_owned())]);
        let texts: Vec<&str> = visit.versions.iter().map(|draft| draft.template.body.as_str()).collect();
        // A value that the flow does not pass has a placeholder, too.
        assert_eq!(texts, ["See you at {{1}}, {{2}}. Will you come?", "Hasta las {{1}}. ¿Vienes?"]);
        assert_eq!(
            visit.versions[0].examples,
            [("1".to_owned(), "10:30".to_owned()), ("2".to_owned(), "Ana".to_owned())]
        );
        assert_eq!(visit.versions[0].template.category, Category::Utility);
        let titles = |draft: &TemplateDraft| -> Vec<String> {
            draft.template.buttons.iter().zip(&draft.details).map(button).collect()
        };
        assert_eq!(titles(&visit.versions[0]), ["I will come", "I cannot"]);
        assert_eq!(titles(&visit.versions[1]), ["Voy", "No puedo"]);
        let receipt = &sheets[0].versions[0];
        assert_eq!(receipt.template.header, Some(TemplateHeader::Document));
        assert!(receipt.template.body.contains("{{total}}"), "{}", receipt.template.body);
        assert!(matches!(&receipt.details[..], [Detail::Example(_)]), "{receipt:?}");
    }

    #[test]
    fn a_sheet_as_yaml_is_read_back_as_it_was() {
        let all: String = sheets(&set_of(BOT)).iter().map(Sheet::to_yaml).collect();
        let written = sheets(&set_of(&format!("{BOT}templates:\n{all}")));
        for (draft, written) in sheets(&set_of(BOT)).iter().zip(&written) {
            assert!(written.is_written, "{all}");
            assert_eq!(written.versions, draft.versions, "{all}");
        }
        assert_eq!(written.iter().map(Sheet::to_yaml).collect::<String>(), all);
    }

    #[test]
    fn advertising_is_marketing() {
        let flow = "flow: visit\ntopic: news\nwhen: [{event: visit}]\nsteps:\n  - say: News!\n    if_closed: {template: news}\n";
        let files = [("flows/_bot.yaml", BOT), ("flows/visit.yaml", flow)];
        let (set, _) = parse_set(&files.map(|(path, text)| SourceFile::new(path, text)));
        assert_eq!(sheets(&set)[0].versions[0].template.category, Category::Marketing);
    }
}
