//! Drafts a template that `_bot.yaml` does not define, from the steps that send it.

use super::Sent;
use crate::{
    FlowSet,
    base::{limits::TEMPLATE_BUTTONS_MAX, yaml},
    definition::Role,
    engine::message::compose,
    load::{language_codes::template_codes, locale::TranslatedText, media::names_file, stock_phrases::Phrase},
    model::{
        answer::AnswerType,
        content::MediaKind,
        draft::{Detail, TemplateDraft},
        template::{Category, Template, TemplateButtonKind, TemplateHeader, TemplateStatus},
    },
    script::format_time,
    steps::Step,
};
use std::ops::Range;

/// Drafts in the bot's language, and in those with a translation of the step.
pub(super) fn drafts(set: &FlowSet, sent: &[Sent<'_>], filled: &[(String, String)]) -> Vec<TemplateDraft> {
    let Some(first) = sent.first() else { return Vec::new() };
    // Of several steps, the one with a text of its own is the most useful.
    let telling = sent.iter().find(|sent| source(sent).is_some()).unwrap_or(first);
    let topics = &set.bot.topics;
    let advertises = |sent: &Sent<'_>| topics.get(&sent.flow.topic).is_none_or(|topic| topic.needs_consent);
    let category = if sent.iter().any(advertises) { Category::Marketing } else { Category::Utility };
    let others = set.bot.languages.keys().filter(|language| **language != set.bot.language);
    let mut all = vec![draft(set, telling, filled, category, &set.bot.language, None)];
    for language in others {
        let translated = source(telling).and_then(|source| translation(set, telling, language, source));
        all.extend(translated.map(|text| draft(set, telling, filled, category, language, Some(text))));
    }
    all
}

fn draft(
    set: &FlowSet,
    sent: &Sent<'_>,
    filled: &[(String, String)],
    category: Category,
    language: &str,
    text: Option<String>,
) -> TemplateDraft {
    let (body, filled) = match text.or_else(|| source(sent).map(str::to_owned)) {
        Some(text) => with_placeholders(&text, filled),
        None => {
            let values: Vec<String> = filled.iter().map(|(name, _)| format!("{{{{{name}}}}}")).collect();
            let body = match values.as_slice() {
                [] => "Write the text here.".to_owned(),
                values => format!("Write the text here: {}.", values.join(", ")),
            };
            (body, filled.to_vec())
        }
    };
    let (header, header_example) = header(sent, language);
    let (buttons, details) = buttons(set, sent, language).into_iter().take(TEMPLATE_BUTTONS_MAX).unzip();
    let template = Template {
        id: 0,
        name: sent.name.to_owned(),
        language: template_codes(language).map_or(language, |known| known[0]).to_owned(),
        category,
        status: TemplateStatus::Approved,
        body,
        header,
        buttons,
        ttl: None,
        reference: None,
        parts: Default::default(),
    };
    let named = crate::model::template::placeholders_in_order(&template.body);
    let value = |name: &String| filled.iter().find(|(known, _)| known == name).map_or("", |(_, code)| code);
    let examples = named.iter().map(|name| (name.clone(), example(value(name), language))).collect();
    TemplateDraft { template, examples, header_example, details }
}

/// The text that the template replaces: of the step, or of the reminder that names it.
fn source<'a>(sent: &Sent<'a>) -> Option<&'a str> {
    let yaml = &sent.node.outline.yaml;
    let is_here = |node: Option<&'a yaml::Node>| {
        let fallback = node.and_then(|node| node.get("if_closed"));
        let named = fallback.and_then(|fallback| fallback.get("template"));
        named.is_some_and(|named| named.one_or_many().iter().any(|name| name.place == sent.used.name.place))
    };
    if is_here(Some(yaml)) {
        let body = sent.node.outline.sentences.iter().find(|sentence| sentence.role == Role::Body)?;
        return Some(body.text.source().trim());
    }
    let parts = ["remind", "unanswered"].into_iter().filter_map(|part| yaml.get(part));
    let mut reminders = parts.flat_map(yaml::Node::one_or_many);
    reminders.find(|reminder| is_here(Some(reminder)))?.get("say")?.text().map(str::trim)
}

fn translation(set: &FlowSet, sent: &Sent<'_>, language: &str, source: &str) -> Option<String> {
    match set.locales.get(language)?.find(sent.node.id.as_str(), source)? {
        TranslatedText::One(text) => Some(text.source().trim().to_owned()),
        TranslatedText::ByNumber { forms, .. } => forms.last().map(|(_, text)| text.source().trim().to_owned()),
    }
}

/// Tells whether a code of the text is meant by the code that fills a placeholder.
type CodeFits<'a> = dyn Fn(&str, &str) -> bool + 'a;

/// Replaces each `${code}` by the placeholder that the flow fills: with the same code, else with the same value in
/// another form, else the next one; a code that the flow does not pass gets a placeholder of its own. Values for which
/// the text has no place stand at its end. Returns the placeholders with their codes, too.
fn with_placeholders(text: &str, filled: &[(String, String)]) -> (String, Vec<(String, String)>) {
    let plain = |text: &str| text.split_whitespace().collect::<String>();
    let ranges = codes(text);
    let mut left: Vec<&(String, String)> = filled.iter().collect();
    let mut names: Vec<Option<String>> = vec![None; ranges.len()];
    let fits: [&CodeFits<'_>; 3] = [
        &|code, value| plain(code) == plain(value),
        &|code, value| words(code).iter().any(|word| words(value).contains(word)),
        &|_, _| true,
    ];
    for fits in fits {
        for (range, name) in ranges.iter().zip(&mut names).filter(|(_, name)| name.is_none()) {
            if let Some(at) = left.iter().position(|(_, value)| fits(&text[range.clone()], value)) {
                *name = Some(left.remove(at).0.clone());
            }
        }
    }
    let mut all = filled.to_vec();
    let mut made = String::new();
    let mut behind = 0;
    for (range, name) in ranges.into_iter().zip(names) {
        let code = &text[range.clone()];
        made.push_str(&text[behind..range.start]);
        behind = range.end;
        let name = name.unwrap_or_else(|| {
            let name = new_name(code, &all);
            all.push((name.clone(), code.to_owned()));
            name
        });
        made.push_str(&format!("{{{{{name}}}}}"));
    }
    made.push_str(&text[behind..]);
    let rest: Vec<String> = left.iter().map(|(name, _)| format!("{{{{{name}}}}}")).collect();
    if !rest.is_empty() {
        made = format!("{made} ({})", rest.join(", "));
    }
    (made, all)
}

/// The name of a placeholder that the flow does not fill yet: the next number, or a word of its code.
fn new_name(code: &str, known: &[(String, String)]) -> String {
    if known.iter().all(|(name, _)| name.bytes().all(|byte| byte.is_ascii_digit())) {
        return (known.len() + 1).to_string();
    }
    let word = words(code).last().map_or_else(|| "value".to_owned(), |word| word.to_lowercase());
    if known.iter().any(|(name, _)| *name == word) { format!("{word}_{}", known.len() + 1) } else { word }
}

/// The names in some code, without the view and the functions: `next_visit` of `${contact.next_visit.format("d MMMM")}`.
fn words(code: &str) -> Vec<&str> {
    let bare = code.split('"').step_by(2);
    let all = bare.flat_map(|part| part.split(|c: char| !c.is_alphanumeric() && c != '_'));
    all.filter(|word| word.starts_with(char::is_alphabetic) && !COMMON.contains(word)).collect()
}

const COMMON: [&str; 10] = ["contact", "format", "money", "local", "event", "data", "body", "at", "title", "upper"];

/// The ranges of the `${…}` of a text.
fn codes(text: &str) -> Vec<Range<usize>> {
    let mut all: Vec<Range<usize>> = Vec::new();
    let mut from = 0;
    while let Some(at) = text[from..].find("${").map(|at| from + at) {
        let Some(end) = end_of_code(&text[at..]) else { break };
        all.push(at..at + end);
        from = at + end;
    }
    all
}

/// The end of a `${…}`; texts inside it may contain brackets too.
fn end_of_code(text: &str) -> Option<usize> {
    let (mut depth, mut quoted) = (0_usize, false);
    for (at, c) in text.char_indices() {
        match c {
            '"' => quoted = !quoted,
            '{' if !quoted => depth += 1,
            '}' if !quoted => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return Some(at + 1);
                }
            }
            _ => {}
        }
    }
    None
}

fn header(sent: &Sent<'_>, language: &str) -> (Option<TemplateHeader>, Option<String>) {
    let Some(node) = sent.used.header.filter(|node| !node.is_null()) else { return (None, None) };
    let Some(text) = node.text() else { return (Some(TemplateHeader::Location), None) };
    if !names_file(text) {
        return (Some(TemplateHeader::Text("{{1}}".to_owned())), Some(example(text, language)));
    }
    let kind = match compose::media(text).map(|media| media.kind) {
        Ok(MediaKind::Video) => TemplateHeader::Video,
        Ok(MediaKind::Document) => TemplateHeader::Document,
        _ => TemplateHeader::Image,
    };
    (Some(kind), None)
}

fn buttons(set: &FlowSet, sent: &Sent<'_>, language: &str) -> Vec<(TemplateButtonKind, Detail)> {
    let titled = options(set, sent, language);
    let quick = |title: String| (TemplateButtonKind::QuickReply { title }, Detail::Nothing);
    let Some(written) = sent.used.buttons else { return titled.into_iter().map(|(_, title)| quick(title)).collect() };
    let one = |node: &yaml::Node| {
        if let Some(end) = node.get("url") {
            let (title, url) = ("Open".to_owned(), "https://www.example.com/{{1}}".to_owned());
            let example = format!("https://www.example.com/{}", example(end.text().unwrap_or_default(), language));
            return (TemplateButtonKind::Url { title, url }, Detail::Example(example));
        }
        if let Some(code) = node.get("code") {
            let title = String::new();
            return (
                TemplateButtonKind::CopyCode { title },
                Detail::Example(example(code.text().unwrap_or_default(), language)),
            );
        }
        if node.get("form").is_some() {
            return (TemplateButtonKind::Form { title: "Open".to_owned() }, Detail::Form("1234567890".to_owned()));
        }
        let id = node.text().unwrap_or_default();
        quick(titled.iter().find(|(known, _)| known == id).map_or(id, |(_, title)| title).to_owned())
    };
    written.one_or_many().iter().map(one).collect()
}

/// The options of the question, each with its id.
fn options(set: &FlowSet, sent: &Sent<'_>, language: &str) -> Vec<(String, String)> {
    let Step::Ask(ask) = &sent.node.step else { return Vec::new() };
    let said = |source: &str| translation(set, sent, language, source).unwrap_or_else(|| source.to_owned());
    if ask.options.is_empty() && ask.kind.of == AnswerType::YesNo {
        return [Phrase::Yes, Phrase::No]
            .map(|word| (word.as_str().to_owned(), set.phrase(language, word).to_owned()))
            .into();
    }
    ask.options.iter().map(|option| (option.id.source().to_owned(), said(option.title.source().trim()))).collect()
}

/// A probable value, from the words of its code: an example for the platform's reviewers, which the author must check.
fn example(code: &str, language: &str) -> String {
    if !code.contains("${") && !code.trim().is_empty() {
        return code.trim().to_owned();
    }
    if let Some(printed) = printed(code, language) {
        return printed;
    }
    let code = code.to_lowercase();
    let has = |words: &[&str]| words.iter().any(|word| code.contains(word));
    let like = match () {
        () if has(&["phone"]) => "+34 600 111 222",
        () if has(&["name", "who"]) => "Ana",
        () if has(&["money(", "price", "total", "sum"]) => "25.00 €",
        () if has(&["hh:mm", "time", "hour", "slot"]) => "10:30",
        // A day without a `format` prints so.
        () if has(&["day", "date", "when"]) => "2026-11-27",
        () if has(&["city", "place", "address"]) => "Madrid",
        () if has(&["count", "number", "len()", "points", "people"]) => "3",
        () => "A7",
    };
    like.to_owned()
}

/// A moment as this code prints it, by the pattern of its `.format(…)`.
fn printed(code: &str, language: &str) -> Option<String> {
    let pattern = code.split_once(".format(\"")?.1.split_once('"')?.0;
    let (day, time) = (jiff::civil::date(2026, 11, 27), jiff::civil::time(10, 30, 0, 0));
    Some(format_time(pattern, Some(day), Some(time), language))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_value_has_its_placeholder_and_none_is_lost() {
        let filled = |codes: &[&str]| -> Vec<(String, String)> {
            codes.iter().enumerate().map(|(at, code)| ((at + 1).to_string(), (*code).to_owned())).collect()
        };
        for (text, codes, wanted) in [
            ("Hi ${contact.name}, at ${hour}.", vec!["${hour}", "${contact.name ?? \"you\"}"], "Hi {{2}}, at {{1}}."),
            ("Hi ${contact.name}!", vec![], "Hi {{1}}!"),
            ("On ${visit.format(\"d MMMM\")}.", vec!["${visit.format(\"dd/MM\")}"], "On {{1}}."),
            ("See you tomorrow!", vec!["${hour}"], "See you tomorrow! ({{1}})"),
        ] {
            let (body, all) = with_placeholders(text, &filled(&codes));
            assert_eq!(body, wanted);
            let named = crate::model::template::placeholders_in_order(&body);
            assert!(named.iter().all(|name| all.iter().any(|(known, _)| known == name)), "{body}");
        }
    }

    #[test]
    fn the_example_of_a_moment_has_its_form() {
        for (code, wanted) in [
            ("${visit.format(\"EEEE d MMMM\")}", "Friday 27 November"),
            ("${visit.local().format(\"dd/MM/yyyy HH:mm\")}", "27/11/2026 10:30"),
            ("${contact.next_visit.date}", "2026-11-27"),
            ("${hour}", "10:30"),
            ("${contact.first_name ?? \"you\"}", "Ana"),
        ] {
            assert_eq!(example(code, "en"), wanted, "{code}");
        }
        assert_eq!(example("${visit.format(\"d 'de' MMMM\")}", "es"), "27 de noviembre");
    }
}
