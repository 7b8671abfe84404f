//! Parses the options of a question.

use super::{Each, WrittenOption, titles};
use crate::{base::{diagnostic::Diagnostic, fix::Fix, limits::OPTIONS_MAX, yaml::{self, Kind, Node, Scalar}, synonyms}, definition::Role, steps::{consent_map, spec}, text::Text, load::step_fields::StepFields};

/// The options of a question: written ones, or one for each item of a list.
pub(super) fn read_options(fields: &mut StepFields<'_, '_>) -> (Vec<WrittenOption>, Option<Each>) {
    let Some(node) = fields.node("options") else { return (Vec::new(), None) };
    if let Some(each) = each_itself(fields, node) {
        return (Vec::new(), Some(each));
    }
    let Some(each) = node.get("each") else {
        let items = fields.list("options");
        if items.is_empty() && !node.is_broken() {
            let finding = Diagnostic::error("E233", &node.place, "there are no options here: nobody could choose");
            fields.report(finding.help("write one option a line, `- Yes`; for a free answer take `options` out"));
        }
        if let Some(list) = node.text().filter(|name| fields.has_variable(name)) {
            let each = format!("{{each: \"${{{list}}}\", id: \"${{item}}\", title: \"${{item}}\"}}");
            let message = format!("this is one option called `{list}`, and `{list}` is a value of the flow");
            let finding = Diagnostic::warning("W422", &node.place, message);
            fields.report(finding.help(format!("for its items write `options: {each}`")));
        } else if fields.names_value(node).is_some() {
            fields.no_values(node);
            // The code is no title, so it has nothing to translate.
            let title = fields.text_of(node);
            let id = title.clone();
            return (vec![WrittenOption { id, title, description: None, consent: Vec::new(), body: None }], None);
        } else {
            fields.report_if(node.scalar().and_then(|scalar| titles::in_one(scalar)));
        }
        fields.report_if(titles::numbered(items));
        if items.len() > OPTIONS_MAX {
            let message = format!("{} options are too many: a question takes {OPTIONS_MAX}", items.len());
            let finding = Diagnostic::error("E234", &node.place, message);
            fields.report(finding.help("ask in two steps, first for a group and then for one of it"));
        }
        if let Some((titles, finding)) = titles::by_semicolons(items) {
            fields.report(finding);
            let option = |title: &String| {
                let title = Text::plain(title, &node.place);
                WrittenOption { id: title.clone(), title, description: None, consent: Vec::new(), body: None }
            };
            return (titles.iter().map(option).collect(), None);
        }
        let mut foreign = false;
        return (items.iter().map(|item| read_option(fields, item, &mut foreign)).collect(), None);
    };
    let list = fields.list_of("each", each);
    let mut keys = fields.below(node, "options");
    keys.know(&["each"]);
    let (id, title) = (keys.required("id"), keys.required("title"));
    let (description, also) = (keys.node("desc"), keys.list("also"));
    keys.finish();
    let place = node.place.clone();
    let mut text = |node: Option<&Node>| match node {
        Some(node) => fields.named_of(node),
        None => Text::plain("", &place),
    };
    let each = Each { list, id: text(id), title: text(title), description: description.map(|node| text(Some(node))) };
    // A title that comes only from data has nothing to translate.
    for text in [Some(&each.title), each.description.as_ref()].into_iter().flatten() {
        if text.fixed_chars() > 0 {
            fields.sentence(Role::Option, text);
        }
    }
    let mut foreign = false;
    (also.iter().map(|item| read_option(fields, item, &mut foreign)).collect(), Some(each))
}

/// Parses `options: ${slots}`: an option for each item of a list; the item is its id and title.
fn each_itself(fields: &mut StepFields<'_, '_>, node: &Node) -> Option<Each> {
    let written = node.scalar().filter(|scalar| !scalar.is_broken())?.text.trim();
    let inner = written.strip_prefix("${").and_then(|rest| rest.strip_suffix('}'))?;
    if inner.contains("${") {
        return None;
    }
    let list = fields.list_of("options", node);
    let item = Node { place: node.place.clone(), kind: Kind::Scalar(Scalar::at(&node.place, "${item}")) };
    let (id, title) = (fields.text_of(&item), fields.text_of(&item));
    Some(Each { list, id, title, description: None })
}

/// Parses a text, `title: steps`, or `{id, title, desc, consent, do}`. `foreign`: an option of this list has the keys of
/// another product.
fn read_option<'a>(fields: &mut StepFields<'a, '_>, node: &'a Node, foreign: &mut bool) -> WrittenOption {
    let Some(entries) = node.map() else {
        if let Some((title, finding)) = led_by_arrow(fields, node) {
            fields.report(finding);
            let title = Text::plain(title, &node.place);
            return WrittenOption { id: title.clone(), title, description: None, consent: Vec::new(), body: None };
        }
        let title = fields.said_of(node, "an option");
        fields.sentence(Role::Option, &title);
        return WrittenOption { id: title.clone(), title, description: None, consent: Vec::new(), body: None };
    };
    if node.get("title").is_none() && node.get("id").is_none() {
        let [entry] = entries else {
            let message = "an option is a text, `title: steps`, or has a `title`; begin each option with `- `";
            let finding = Diagnostic::error("E235", &node.place, message);
            // In `yes: Yes please` the author means an id and a title.
            let pair = entries.first().and_then(|entry| Some((entry.key.text.as_str(), entry.value.text()?)));
            let help = pair.map(|(id, title)| format!("write `- {{id: {id}, title: {title}}}`"));
            // `desc: With milk` above `do: …`: only its title is missing.
            let is_key = |entry: &yaml::Entry| matches!(entry.key.text.as_str(), "desc" | "consent" | "do");
            let untitled = entries.iter().any(is_key).then(|| "add `title:`, which is what people tap".to_owned());
            let elsewhere = as_elsewhere(entries);
            let help = elsewhere.clone().or(untitled).or(help);
            // `{Red: {go: a}, Blue: {go: b}}`: their steps are read, so that the blocks count as used.
            let is_step = |entry: &&yaml::Entry| entry.value.map().is_some_and(|keys| keys.iter().any(|key| spec(&key.key.text).is_some()));
            let steps: Vec<&yaml::Entry> = entries.iter().filter(is_step).collect();
            let titled = steps.first().map(|entry| format!("begin each option with `- `: `- {}: …`", entry.key.text));
            // One finding for all options with the keys of another product.
            if elsewhere.is_none() || !std::mem::replace(foreign, true) {
                fields.report(finding.help_if(help.or(titled)));
            }
            for entry in steps {
                fields.body_of(&entry.key.text, &entry.value);
            }
            let title = Text::plain("", &node.place);
            return WrittenOption { id: title.clone(), title, description: None, consent: Vec::new(), body: None };
        };
        let key = Node { place: entry.key.place.clone(), kind: Kind::Scalar(entry.key.clone()) };
        let title = fields.text_of(&key);
        fields.sentence(Role::Option, &title);
        if let Some(finding) = cut_at_colon(fields, node, &entry.key.text, &entry.value) {
            fields.report(finding);
            return WrittenOption { id: title.clone(), title, description: None, consent: Vec::new(), body: None };
        }
        let body = Some(fields.body_of(&entry.key.text, &entry.value));
        return WrittenOption { id: title.clone(), title, description: None, consent: Vec::new(), body };
    }
    let mut keys = fields.below(node, "option");
    let (id, title) = (keys.node("id"), keys.required("title"));
    let (description, consent, steps) = (keys.node("desc"), keys.node("consent"), keys.node("do"));
    // `{title: Book, go: booking}`: the step is beside its option.
    let beside = |entry: &&yaml::Entry| entry.key.text != "consent" && spec(&entry.key.text).is_some();
    let step = entries.iter().filter(|_| steps.is_none()).find(beside);
    if let Some((entry, spec)) = step.and_then(|entry| Some((entry, spec(&entry.key.text)?))) {
        let value = entry.value.text().unwrap_or("…");
        let finding = Diagnostic::error("E203", &entry.key.place, format!("`option` has no key `{0}`: `{0}` is a step", spec.name));
        fields.report(finding.help(format!("write `do: {{{}: {value}}}`", spec.name)));
        keys.know(&[spec.name]);
    }
    keys.finish();
    let title = match title {
        Some(node) => fields.said_of(node, "the `title` of an option"),
        None => Text::plain("", &node.place),
    };
    fields.sentence(Role::Option, &title);
    let description = description.map(|node| fields.text_of(node));
    if let Some(text) = &description {
        fields.sentence(Role::Other, text);
    }
    WrittenOption {
        id: id.map_or_else(|| title.clone(), |node| fields.text_of(node)),
        description,
        consent: consent.map_or_else(Vec::new, |node| consent_map(fields, node)),
        body: steps.map(|node| fields.body_of(title.source(), node)),
        title,
    }
}

/// The advice for the keys of other products: `{label: Red, value: r}`, `{text: Red, payload: r}`.
fn as_elsewhere(entries: &[yaml::Entry]) -> Option<String> {
    let of = |names: &[&str]| entries.iter().find(|entry| names.contains(&entry.key.text.to_lowercase().as_str()))?.value.text();
    let title = of(&["label", "text", "name", "caption", "display"])?;
    Some(match of(&["value", "payload", "key", "target", "next"]) {
        Some(id) => format!("write `- {{id: {id}, title: {title}}}`"),
        None => format!("write `title: {title}`"),
    })
}

/// `- Red -> colours`, where a block or a flow has this name.
fn led_by_arrow<'n>(fields: &StepFields<'_, '_>, node: &'n Node) -> Option<(&'n str, Diagnostic)> {
    let (title, target) = titles::with_arrow(node.text()?).filter(|(_, target)| fields.leads_to(target))?;
    let written = format!("{title}: {{go: {target}}}");
    let finding = Diagnostic::error("E220", &node.place, "an arrow leads nowhere: all of this is the title of an option");
    let fix = Fix::replace(format!("go to `{target}`"), &node.place, &written).guess();
    Some((title, finding.help(format!("to go there write `- {written}`")).fix(fix)))
}

/// `- Cut: 28 €` is one text with a colon, and the part behind the colon is not a step.
fn cut_at_colon(fields: &StepFields<'_, '_>, node: &Node, title: &str, value: &Node) -> Option<Diagnostic> {
    let text = value.text().filter(|text| !text.is_empty() && !value.is_broken())?;
    let first = text.split([' ', ':']).next().unwrap_or_default();
    let step = |word: &str| spec(word).is_some() || synonyms::verb(word).is_some();
    if step(first) || value.scalar().is_some_and(|scalar| !scalar.is_plain()) {
        return None;
    }
    if fields.leads_to(text) {
        let message = format!("what stands behind `{title}` is a step, and `{text}` is a name");
        let finding = Diagnostic::error("E220", &value.place, message);
        let fix = Fix::replace(format!("go to `{text}`"), &value.place, format!("{{go: {text}}}")).guess();
        return Some(finding.help(format!("to go there write `{{go: {text}}}`")).fix(fix));
    }
    let whole = yaml::quoted(&format!("{title}: {text}"));
    let finding = Diagnostic::error("E108", &value.place, "a text with `: ` needs quotes: what stands behind it is no step");
    let fix = Fix::replace(format!("write {whole}"), &node.place, whole.clone());
    Some(finding.help(format!("write {whole}; to say something write `{{say: …}}` behind the colon")).fix(fix))
}
