//! Writes the colours on each element of a drawing: most viewers outside a browser do not know CSS variables, and some
//! no style sheet. `style.css` defines the colours; pages in dark mode get a style sheet of their own.

use std::{collections::BTreeMap, fmt::Write, sync::OnceLock};

const STYLE: &str = include_str!("style.css");
/// The prefix of every selector.
const ROOT: &str = ".transom-graph";

type Palette = BTreeMap<&'static str, &'static str>;

/// A rule of the sheet, such as `.start .box { fill: … }`.
struct Rule {
    /// The selectors from the outside in; the last one is for the element itself.
    parts: Vec<Part>,
    declarations: Vec<(&'static str, &'static str)>,
    /// The precedence: classes count before tags, and later rules before earlier ones.
    weight: usize,
}

#[derive(Default)]
struct Part {
    tag: Option<&'static str>,
    classes: Vec<&'static str>,
}

struct Sheet {
    light: Palette,
    dark: Palette,
    rules: Vec<Rule>,
}

/// The attributes of an element on a light page: ` fill="#fff" stroke="#000"`. `group`: the classes of its parents.
pub fn attributes(tag: &str, classes: &str, group: &str) -> String {
    let sheet = sheet();
    let mut found: BTreeMap<&str, (usize, &str)> = BTreeMap::new();
    for rule in sheet.rules.iter().filter(|rule| rule.is_of(tag, classes, group)) {
        for (name, value) in &rule.declarations {
            let known = found.entry(name).or_insert((0, ""));
            if rule.weight >= known.0 {
                *known = (rule.weight, value);
            }
        }
    }
    let mut text = String::new();
    for (name, (_, value)) in found {
        let _ = write!(text, " {name}=\"{}\"", resolved(value, &sheet.light).replace('"', "'"));
    }
    text
}

/// The style sheet for pages in dark mode.
pub fn dark() -> String {
    let sheet = sheet();
    let mut text = String::from("@media (prefers-color-scheme: dark) {\n");
    for rule in &sheet.rules {
        let coloured = rule.declarations.iter().filter(|(_, value)| value.contains("var("));
        let all: Vec<String> =
            coloured.map(|(name, value)| format!("{name}:{}", resolved(value, &sheet.dark))).collect();
        if !all.is_empty() {
            let _ = writeln!(text, "{ROOT} {} {{ {} }}", rule.selector(), all.join("; "));
        }
    }
    text + "}\n"
}

fn sheet() -> &'static Sheet {
    static SHEET: OnceLock<Sheet> = OnceLock::new();
    SHEET.get_or_init(|| {
        let mut sheet = Sheet { light: Palette::new(), dark: Palette::new(), rules: Vec::new() };
        for (place, (selector, body)) in blocks(STYLE).into_iter().enumerate() {
            match selector {
                ROOT => sheet.light.extend(declarations(body)),
                "@media (prefers-color-scheme: dark)" => {
                    let inner = blocks(body).into_iter().flat_map(|(_, body)| declarations(body));
                    sheet.dark.extend(inner);
                }
                _ => sheet.rules.extend(selector.split(',').map(|one| Rule::new(one, body, place))),
            }
        }
        sheet
    })
}

/// The blocks of a sheet: the text before a bracket, and the text inside it.
fn blocks(text: &'static str) -> Vec<(&'static str, &'static str)> {
    let (mut all, mut start, mut open, mut depth) = (Vec::new(), 0, 0, 0_usize);
    for (at, c) in text.char_indices() {
        match c {
            '{' => {
                if depth == 0 {
                    open = at;
                }
                depth += 1;
            }
            '}' => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    all.push((text[start..open].trim(), &text[open + 1..at]));
                    start = at + 1;
                }
            }
            _ => {}
        }
    }
    all
}

fn declarations(body: &'static str) -> impl Iterator<Item = (&'static str, &'static str)> {
    let pair = |one: &'static str| one.split_once(':').map(|(name, value)| (name.trim(), value.trim()));
    body.split(';').filter_map(pair)
}

fn resolved(value: &str, palette: &Palette) -> String {
    let name = value.strip_prefix("var(").and_then(|rest| rest.strip_suffix(')'));
    name.and_then(|name| palette.get(name)).map_or(value, |found| found).to_owned()
}

impl Rule {
    fn new(selector: &'static str, body: &'static str, place: usize) -> Rule {
        let parts: Vec<Part> = selector.split_whitespace().filter(|part| *part != ROOT).map(Part::new).collect();
        let (classes, tags) = parts.iter().fold((0, 0), |(classes, tags), part| {
            (classes + part.classes.len(), tags + usize::from(part.tag.is_some()))
        });
        Rule { parts, declarations: declarations(body).collect(), weight: classes * 1_000_000 + tags * 1_000 + place }
    }

    fn is_of(&self, tag: &str, classes: &str, group: &str) -> bool {
        match &self.parts[..] {
            [own] => own.is_of(tag, classes),
            [outer, own] => own.is_of(tag, classes) && outer.is_of("g", group),
            _ => false,
        }
    }

    fn selector(&self) -> String {
        self.parts.iter().map(Part::written).collect::<Vec<_>>().join(" ")
    }
}

impl Part {
    fn new(text: &'static str) -> Part {
        let mut words = text.split('.');
        let tag = words.next().filter(|tag| !tag.is_empty());
        Part { tag, classes: words.collect() }
    }

    fn is_of(&self, tag: &str, classes: &str) -> bool {
        let has = |wanted: &&'static str| classes.split(' ').any(|class| class == *wanted);
        self.tag.is_none_or(|wanted| wanted == tag) && self.classes.iter().all(has)
    }

    fn written(&self) -> String {
        let classes: String = self.classes.iter().map(|class| format!(".{class}")).collect();
        format!("{}{classes}", self.tag.unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_element_gets_what_the_sheet_says_of_it() {
        let way = attributes("path", "way time", "");
        assert_eq!(way, " fill=\"none\" stroke=\"#dcae4f\" stroke-dasharray=\"5 4\" stroke-width=\"1.5\"");
        let inside = attributes("text", "body", "start");
        assert!(inside.contains(" fill=\"#ffffff\"") && inside.contains("font-family=\"Inter, 'Segoe UI'"), "{inside}");
        assert!(attributes("text", "body mono", "say").contains("ui-monospace"));
        assert!(attributes("rect", "box", "say").contains("fill=\"#e7f6ec\""));
        assert!(attributes("rect", "box", "note").contains("fill=\"#f6f7f9\""));
    }

    #[test]
    fn the_dark_sheet_has_its_own_colours_and_no_variables() {
        let dark = dark();
        assert!(dark.contains(".transom-graph .say .box { fill:#16301f; stroke:#3f8a5a }"), "{dark}");
        assert!(!dark.contains("var(") && !dark.contains("--"), "{dark}");
        assert_eq!(dark.matches('{').count(), dark.matches('}').count());
    }

    #[test]
    fn every_colour_of_the_sheet_is_in_both_palettes() {
        let sheet = sheet();
        let used = sheet.rules.iter().flat_map(|rule| &rule.declarations);
        for (_, value) in used.filter(|(_, value)| value.contains("var(")) {
            assert!(!resolved(value, &sheet.light).contains("var("), "{value}");
            assert!(!resolved(value, &sheet.dark).contains("var("), "{value}");
        }
    }
}
