//! Runs `transom templates sheet`: prints each template for the person who creates it at the platform.

use crate::{
    base::{diagnostic::did_you_mean, ids::FlowName},
    cli::{
        Failure, Outcome,
        terminal::{out, paint::Paint},
    },
    flow::{
        self,
        query::template_sheet::{Sheet, sheets},
    },
    model::{
        draft::{Detail, TemplateDraft},
        template::{TemplateButtonKind, TemplateHeader},
    },
    runtime::{bot::source_files, config::Config},
};
use serde_json::{Value as Json, json};

pub fn run(config: &Config, names: &[String]) -> Outcome {
    let files = source_files::read(&config.bot).map_err(Failure::failed)?;
    let (set, _) = flow::parse_set(&files.files);
    let all = sheets(&set);
    for name in names {
        if all.iter().all(|sheet| sheet.name != *name) {
            let help = did_you_mean(name, all.iter().map(|sheet| sheet.name.as_str()));
            let help = help.map(|help| format!("; {help}")).unwrap_or_default();
            return Err(Failure::Failed(format!("no flow sends a template `{name}`, and `_bot.yaml` has none{help}")));
        }
    }
    let wanted = |sheet: &&Sheet| names.is_empty() || names.contains(&sheet.name);
    let chosen: Vec<&Sheet> = all.iter().filter(wanted).collect();
    out::either(
        || chosen.iter().map(|sheet| to_json(sheet)).collect(),
        || {
            if chosen.is_empty() {
                println!("The flows send no templates.");
            }
            for (place, sheet) in chosen.iter().enumerate() {
                print!("{}{}", if place == 0 { "" } else { "\n" }, words(sheet, Paint::stdout()));
            }
        },
    );
    Ok(())
}

/// The sheet as text, for a person who fills in the platform's form.
fn words(sheet: &Sheet, paint: Paint) -> String {
    let languages: Vec<&str> = sheet.versions.iter().map(|draft| draft.template.language.as_str()).collect();
    let category = sheet.versions.first().map_or("", |draft| draft.template.category.as_str());
    let flows: Vec<&str> = sheet.flows.iter().map(FlowName::as_str).collect();
    let of = if flows.is_empty() { "no flow sends it".to_owned() } else { format!("sent by {}", flows.join(", ")) };
    let mut text = format!(
        "{} {}\n",
        paint.strong(&sheet.name),
        paint.faint(format!("· {category} · {} · {of}", languages.join(", ")))
    );
    for draft in &sheet.versions {
        if sheet.versions.len() > 1 {
            text.push_str(&format!("  {}\n", paint.strong(&draft.template.language)));
        }
        for (label, value) in lines(sheet, draft) {
            let mut rows = value.lines();
            text.push_str(&format!("  {} {}\n", paint.faint(format!("{label:<9}")), rows.next().unwrap_or_default()));
            rows.for_each(|row| text.push_str(&format!("  {:<9} {row}\n", "")));
        }
    }
    for why in &sheet.refused {
        text.push_str(&format!("  {}\n", paint.warn(format!("Meta would refuse it: {why}"))));
    }
    if !sheet.is_written {
        let about =
            "Nobody has written it down yet. Put this under `templates:` of flows/_bot.yaml, with your own words:";
        text.push_str(&format!("  {}\n{}", paint.warn(about), sheet.to_yaml()));
    }
    text
}

/// Each part with its label, from the top of the message to the bottom.
fn lines(sheet: &Sheet, draft: &TemplateDraft) -> Vec<(String, String)> {
    let template = &draft.template;
    let mut all = Vec::new();
    let mut line = |label: &str, value: String| all.push((label.to_owned(), value));
    if let Some(header) = &template.header {
        let example = draft.header_example.as_ref().map(|value| format!(" (for example {value})")).unwrap_or_default();
        line("header", format!("{}{example}", header_words(header)));
    }
    line("text", template.body.clone());
    for (name, example) in &draft.examples {
        let from = sheet.filled.iter().find(|(known, _)| known == name).map(|(_, code)| format!(", from {code}"));
        let example = if example.is_empty() { "no example".to_owned() } else { format!("for example {example}") };
        line(&format!("{{{{{name}}}}}"), format!("{example}{}", from.unwrap_or_default()));
    }
    if let Some(footer) = &template.parts.footer {
        line("footer", footer.clone());
    }
    for (place, (button, detail)) in template.buttons.iter().zip(&draft.details).enumerate() {
        line(&format!("button {}", place + 1), button_words(button, detail));
    }
    all
}

fn header_words(header: &TemplateHeader) -> String {
    match header {
        TemplateHeader::Text(text) => text.clone(),
        TemplateHeader::Image => "an image".into(),
        TemplateHeader::Video => "a video".into(),
        TemplateHeader::Document => "a document".into(),
        TemplateHeader::Location => "a place".into(),
    }
}

fn button_words(button: &TemplateButtonKind, detail: &Detail) -> String {
    let example = match detail {
        Detail::Example(example) => format!(", for example {example}"),
        Detail::Phone(phone) => format!(", calls {phone}"),
        Detail::Form(form) => format!(", opens the form {form}"),
        Detail::Nothing => String::new(),
    };
    match button {
        TemplateButtonKind::QuickReply { title } => format!("{title} (quick reply)"),
        TemplateButtonKind::Url { title, url } => format!("{title} (opens {url}{example})"),
        TemplateButtonKind::CopyCode { .. } => format!("copies a code{example}"),
        TemplateButtonKind::Phone { title }
        | TemplateButtonKind::Form { title }
        | TemplateButtonKind::Password { title }
        | TemplateButtonKind::Products { title }
        | TemplateButtonKind::Other { title } => format!("{title}{example}"),
    }
}

fn to_json(sheet: &Sheet) -> Json {
    let filled = |name: &str| sheet.filled.iter().find(|(known, _)| known == name).map(|(_, code)| code);
    let versions = sheet.versions.iter().map(|draft| {
        let template = &draft.template;
        let values = draft
            .examples
            .iter()
            .map(|(name, example)| json!({"name": name, "example": example, "filled_with": filled(name)}));
        let buttons = template.buttons.iter().zip(&draft.details).map(|(button, detail)| button_json(button, detail));
        json!({
            "language": template.language, "text": template.body, "header": template.header,
            "header_example": draft.header_example, "footer": template.parts.footer,
            "values": values.collect::<Vec<_>>(), "buttons": buttons.collect::<Vec<_>>(),
        })
    });
    json!({
        "name": sheet.name, "category": sheet.versions.first().map(|draft| draft.template.category),
        "flows": sheet.flows, "written": sheet.is_written, "refused": sheet.refused,
        "versions": versions.collect::<Vec<_>>(),
    })
}

fn button_json(button: &TemplateButtonKind, detail: &Detail) -> Json {
    let mut json = json!(button);
    if let Some(inner) = json.as_object_mut().and_then(|all| all.values_mut().next()) {
        match detail {
            Detail::Nothing => {}
            Detail::Example(example) => inner["example"] = example.as_str().into(),
            Detail::Phone(phone) => inner["phone"] = phone.as_str().into(),
            Detail::Form(form) => inner["form"] = form.as_str().into(),
        }
    }
    json
}
