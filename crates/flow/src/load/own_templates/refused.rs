//! Checks the rules of Meta for templates before they are submitted (its pages *Templates* and *Components*).

use super::Written;
use crate::{
    base::{
        diagnostic::{Diagnostic, Findings},
        limits::{
            TEMPLATE_BUTTON_CHARS_MAX, TEMPLATE_BUTTONS_MAX, TEMPLATE_EDGE_CHARS_MAX, TEMPLATE_LINKS_MAX,
            TEMPLATE_NAME_CHARS_MAX, TEMPLATE_TEXT_CHARS_MAX,
        },
        phone,
        place::Place,
        yaml::Node,
    },
    load::language_codes::template_codes,
    model::{
        draft::{Detail, TemplateDraft},
        template::{TemplateButtonKind, TemplateHeader, placeholders_in_order},
    },
};

/// The place of the findings, and the collected reasons.
struct Report<'f> {
    name: &'f str,
    findings: &'f Findings,
    all: Vec<String>,
}

impl Report<'_> {
    fn say(&mut self, at: &Place, what: impl Into<String>, help: impl Into<String>) {
        let what = what.into();
        let message = format!("Meta would refuse the template `{}`: {what}", self.name);
        self.findings.push(Diagnostic::warning("W831", at, message).help(help));
        self.all.push(what);
    }
}

pub(super) fn of(
    name: &str,
    place: &Place,
    versions: &[TemplateDraft],
    written: &[Written<'_>],
    findings: &Findings,
) -> Vec<String> {
    let mut report = Report { name, findings, all: Vec::new() };
    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    if !name.chars().all(fits) {
        let ours: String = name.to_lowercase().chars().map(|c| if fits(c) { c } else { '_' }).collect();
        report.say(
            place,
            "its name has other signs than a to z, 0 to 9 and `_`",
            format!("choose another name, here and in the flows, such as `{ours}`"),
        );
    }
    if name.chars().count() > TEMPLATE_NAME_CHARS_MAX {
        report.say(place, format!("its name is longer than {TEMPLATE_NAME_CHARS_MAX} characters"), "shorten it");
    }
    for (place, language) in versions.iter().map(|draft| draft.template.language.as_str()).enumerate() {
        if versions[..place].iter().any(|draft| draft.template.language == language) {
            let what = format!("it is written twice in `{language}`");
            report.say(&written[place].text_at.place, what, "take one of them out");
        }
        if let Some(known) = template_codes(language) {
            let all = known.iter().map(|code| format!("`{code}`")).collect::<Vec<_>>().join(" or ");
            let help = match place {
                0 => format!("write `language:` with {all} beside its text; the bot's own language may stay as it is"),
                _ => format!("write {all} in place of `{language}`; contacts with `{language}` get it, too"),
            };
            report.say(&written[place].text_at.place, format!("its languages have no `{language}`"), help);
        }
    }
    for (place, (draft, written)) in versions.iter().zip(written).enumerate() {
        text(draft, (place > 0).then_some(&versions[0]), written, &mut report);
        edges(draft, written, &mut report);
        buttons(draft, written, &mut report);
    }
    report.all
}

/// True if the values of the text cannot be filled as it is written: a finding about their number would follow from it.
pub(super) fn has_unclear_values(draft: &TemplateDraft) -> bool {
    draft.template.body.contains("${") || has_gap(draft)
}

/// True for `{{1}}` and `{{3}}` without `{{2}}`.
fn has_gap(draft: &TemplateDraft) -> bool {
    let numbers: Option<Vec<usize>> = draft.examples.iter().map(|(name, _)| name.parse().ok()).collect();
    numbers.is_some_and(|numbers| (1..=numbers.len()).any(|number| !numbers.contains(&number)))
}

fn language(draft: &TemplateDraft) -> &str {
    &draft.template.language
}

/// A value that has another name than in the first version, and its name there.
pub(super) fn renamed<'d>(first: &'d TemplateDraft, draft: &'d TemplateDraft) -> Option<(&'d str, &'d str)> {
    let lacks = |draft: &TemplateDraft, name: &str| draft.examples.iter().all(|(known, _)| known != name);
    let added = draft.examples.iter().map(|(name, _)| name.as_str()).find(|name| lacks(first, name))?;
    let gone = first.examples.iter().map(|(name, _)| name.as_str()).find(|name| lacks(draft, name))?;
    Some((added, gone))
}

/// The values without an example.
fn unexplained(draft: &TemplateDraft) -> Vec<&str> {
    let without = draft.examples.iter().filter(|(_, example)| example.trim().is_empty());
    without.map(|(name, _)| name.as_str()).collect()
}

/// The name in `{name}`: a value has two braces on each side.
fn single_braces(body: &str) -> Option<&str> {
    let is_name = |name: &&str| !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || c == '_');
    body.match_indices('{').find_map(|(at, _)| {
        let name = body[at + 1..].split_once('}').map(|(name, _)| name).filter(is_name)?;
        (!body[..at].ends_with('{')).then_some(name)
    })
}

/// `first` is the version in the bot's own language, if this is another one.
fn text(draft: &TemplateDraft, first: Option<&TemplateDraft>, written: &Written<'_>, report: &mut Report<'_>) {
    // A text that YAML cannot read has a finding.
    if written.text_at.is_broken() {
        return;
    }
    let (body, at) = (draft.template.body.trim(), &written.text_at.place);
    let length = body.chars().count();
    if body.is_empty() {
        report.say(at, "it has no text", "write one");
    }
    if length > TEMPLATE_TEXT_CHARS_MAX {
        let what = format!("its text has {length} characters, and {TEMPLATE_TEXT_CHARS_MAX} are allowed");
        report.say(at, what, "shorten it");
    }
    if body.contains("${") {
        let help = "write `{{1}}` or `{{name}}`; the flow says under `vars:` what stands there";
        return report.say(at, "its text holds `${…}`, which nobody fills in", help);
    }
    if let Some(name) = single_braces(body) {
        let help = format!("write `{{{{{name}}}}}`; the flow says under `vars:` what stands there");
        return report.say(
            at,
            format!("`{{{name}}}` in its text is no value, and customers would read it as it is"),
            help,
        );
    }
    let names: Vec<&str> = draft.examples.iter().map(|(name, _)| name.as_str()).collect();
    let numbers: Vec<usize> = names.iter().filter_map(|name| name.parse().ok()).collect();
    if !numbers.is_empty() && numbers.len() < names.len() {
        report.say(
            at,
            "some of its values have numbers and some have names",
            "give all of them numbers, or all of them names",
        );
    } else if has_gap(draft) {
        report.say(at, "the numbers of its values have a gap", "count from `{{1}}` on");
    }
    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    if let Some(name) = names.iter().find(|name| name.is_empty() || !name.chars().all(fits)) {
        report.say(at, format!("`{{{{{name}}}}}` is no name of a value"), "write it with a to z, 0 to 9 and `_`");
    }
    if body.starts_with("{{") || body.ends_with("}}") {
        let help = "put a word before it or behind it; a full stop is enough";
        report.say(at, "its text begins or ends with a value", help);
    }
    // The numbers of the first text are wrong already, and that is said there.
    let first_counts = first.filter(|first| !has_gap(first));
    if let Some((renamed, own)) = first_counts.and_then(|first| renamed(first, draft)) {
        let what = format!("`{{{{{renamed}}}}}` is no value of its text in `{}`", first.map_or("", language));
        return report.say(
            at,
            what,
            format!("write `{{{{{own}}}}}`: the name of a value is the same in all languages"),
        );
    }
    // A version in another language takes its examples from the first one, which has the finding.
    let known = first.map(unexplained).unwrap_or_default();
    let missing = unexplained(draft).into_iter().filter(|name| !known.contains(name) && !has_gap(draft));
    let missing: Vec<String> = missing.map(|name| format!("`{{{{{name}}}}}`")).collect();
    if !missing.is_empty() {
        let what = format!("{} has no example", missing.join(", "));
        let form = if draft.is_positional() { "`examples: [Ana, \"10:30\"]`" } else { "`examples: {name: Ana}`" };
        report.say(at, what, format!("Meta's reviewers read them: write {form}"));
    }
}

fn edges(draft: &TemplateDraft, written: &Written<'_>, report: &mut Report<'_>) {
    if let (Some(TemplateHeader::Text(text)), Some(node)) = (&draft.template.header, written.header) {
        let (at, values) = (&node.place, placeholders_in_order(text).len());
        if text.chars().count() > TEMPLATE_EDGE_CHARS_MAX || text.contains('\n') {
            let what = format!("its header is no line of at most {TEMPLATE_EDGE_CHARS_MAX} characters");
            report.say(at, what, "shorten it");
        }
        if values > 1 {
            report.say(at, "its header has more than one value", "keep one of them");
        }
        if values == 1 && draft.header_example.as_deref().unwrap_or_default().trim().is_empty() {
            report.say(at, "the value of its header has no example", "write `header: {text: …, example: …}`");
        }
    }
    if let (Some(text), Some(node)) = (&draft.template.parts.footer, written.footer) {
        if text.chars().count() > TEMPLATE_EDGE_CHARS_MAX || text.contains('\n') {
            let what = format!("its footer is no line of at most {TEMPLATE_EDGE_CHARS_MAX} characters");
            report.say(&node.place, what, "shorten it");
        }
        if text.contains("{{") {
            report.say(&node.place, "its footer holds a value", "write it into the text");
        }
    }
}

fn buttons(draft: &TemplateDraft, written: &Written<'_>, report: &mut Report<'_>) {
    let all = &draft.template.buttons;
    let Some(first) = written.buttons.first() else { return };
    if all.len() > TEMPLATE_BUTTONS_MAX {
        let what = format!("it has {} buttons, and {TEMPLATE_BUTTONS_MAX} are allowed", all.len());
        report.say(&first.place, what, "take some out");
    }
    let quick = |button: &TemplateButtonKind| matches!(button, TemplateButtonKind::QuickReply { .. });
    let changes = all.windows(2).filter(|pair| quick(&pair[0]) != quick(&pair[1])).count();
    if changes > 1 {
        let help = "write the quick replies one behind the other, before or behind the other buttons";
        report.say(&first.place, "its quick replies stand between other buttons", help);
    }
    let count = |is: fn(&TemplateButtonKind) -> bool| all.iter().filter(|button| is(button)).count();
    let links = count(|button| matches!(button, TemplateButtonKind::Url { .. }));
    let single = [
        ("links", links, TEMPLATE_LINKS_MAX),
        ("buttons that call", count(|button| matches!(button, TemplateButtonKind::Phone { .. })), 1),
        ("codes to copy", count(|button| matches!(button, TemplateButtonKind::CopyCode { .. })), 1),
        ("forms", count(|button| matches!(button, TemplateButtonKind::Form { .. })), 1),
    ];
    for (what, count, most) in single.into_iter().filter(|(_, count, most)| count > most) {
        report.say(&first.place, format!("it has {count} {what}, and {most} is the most"), "take some out");
    }
    for ((button, detail), node) in all.iter().zip(&draft.details).zip(written.buttons) {
        one_button(button, detail, node, report);
    }
}

fn one_button(button: &TemplateButtonKind, detail: &Detail, node: &Node, report: &mut Report<'_>) {
    let at = &node.place;
    if let TemplateButtonKind::QuickReply { title }
    | TemplateButtonKind::Url { title, .. }
    | TemplateButtonKind::Phone { title }
    | TemplateButtonKind::Form { title } = button
    {
        let length = title.chars().count();
        if length > TEMPLATE_BUTTON_CHARS_MAX {
            let what =
                format!("the button `{title}` has {length} characters, and {TEMPLATE_BUTTON_CHARS_MAX} are allowed");
            report.say(at, what, "shorten it");
        }
        if title.contains("{{") {
            report.say(at, format!("the button `{title}` holds a value"), "buttons have fixed words");
        }
    }
    match (button, detail) {
        (TemplateButtonKind::Url { url, .. }, detail) => {
            if !url.starts_with("https://") && !url.starts_with("http://") {
                report.say(at, format!("`{url}` is no whole address"), "begin it with `https://`");
            }
            if url.contains("{{") && !(url.ends_with("{{1}}") && url.matches("{{").count() == 1) {
                let help = "end it with `{{1}}`: each message ends the address for itself";
                report.say(at, format!("the value of `{url}` does not stand at its end"), help);
            }
            let whole = |example: &str| example.starts_with("https://") || example.starts_with("http://");
            if let Detail::Example(example) = detail
                && !whole(example)
            {
                let help = format!("write a whole one beside it: `example: {}`", url.replace("{{1}}", "A7"));
                report.say(at, format!("the address `{url}` has no example"), help);
            }
        }
        (TemplateButtonKind::Phone { title }, Detail::Phone(number)) if phone::strict(number).is_none() => {
            let what = format!("the number `{number}` of the button `{title}` is not in E.164 format");
            report.say(at, what, "write it like `+34600111222`");
        }
        _ => {}
    }
}
