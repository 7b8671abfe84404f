//! `docs/reference/`: every step, trigger, key, value and function, written from what the program itself reads.

use super::{
    script::FUNCTIONS,
    spec::{BOT_KEYS, FLOW_KEYS, FieldKind, FieldSpec, HOURS_PARTS, STEP_KEYS, Spec, TRIGGER_KEYS, VIEWS},
    steps, triggers,
};
use crate::base::codes;
use std::fmt::Write as _;

/// A page of the reference.
pub struct Page {
    /// Of its file, below `docs/reference/`.
    pub name: &'static str,
    pub text: String,
}

/// All pages, the index first.
pub fn pages() -> Vec<Page> {
    let mut pages = vec![
        Page { name: "steps.md", text: steps_page() },
        Page { name: "triggers.md", text: triggers_page() },
        Page { name: "flow.md", text: flow_page() },
        Page { name: "bot.md", text: bot_page() },
        Page { name: "values.md", text: values_page() },
        Page { name: "functions.md", text: functions_page() },
        Page { name: "findings.md", text: findings_page() },
    ];
    pages.insert(0, Page { name: "README.md", text: index() });
    pages
}

/// What there is to say about one word of the language: a verb, a trigger, a key, a function or a value.
pub fn about(word: &str) -> Option<String> {
    let mut found = Vec::new();
    if let Some(spec) = steps::spec(word) {
        found.push(spec_section("Step", spec, STEP_KEYS));
    }
    if let Some(spec) = triggers::spec(word) {
        found.push(spec_section("Trigger", spec, TRIGGER_KEYS));
    }
    for (place, keys) in
        [("a flow", FLOW_KEYS), ("`_bot.yaml`", BOT_KEYS), ("every step", STEP_KEYS), ("every trigger", TRIGGER_KEYS)]
    {
        for field in keys.iter().filter(|field| field.name == word) {
            found.push(format!("## `{word}`, a key of {place}\n\n{}", field_line(field)));
        }
    }
    for spec in steps::SPECS.iter().chain(triggers::SPECS) {
        for field in spec.fields.iter().skip(1).filter(|field| field.name == word) {
            found.push(format!("## `{word}` of `{}`\n\n{}", spec.name, field_line(field)));
        }
    }
    for function in FUNCTIONS.iter().filter(|function| function.name() == word) {
        found.push(format!(
            "## `{}`\n\n{}\n\n    {}  gives  {}\n",
            function.call, function.help, function.example, function.gives
        ));
    }
    for view in VIEWS.iter().filter(|view| view.name == word) {
        let parts: String = view.parts.iter().map(|(name, help)| format!("- `{word}.{name}`: {help}\n")).collect();
        found.push(format!("## `{word}`\n\n{}\n\n{parts}", view.help));
    }
    (!found.is_empty()).then(|| found.join("\n"))
}

/// Every word that `about` knows, for "did you mean".
pub fn words() -> impl Iterator<Item = &'static str> {
    let specs = steps::SPECS.iter().chain(triggers::SPECS).flat_map(|spec| spec.fields.iter());
    let keys = FLOW_KEYS.iter().chain(BOT_KEYS).chain(STEP_KEYS).chain(TRIGGER_KEYS);
    let names = specs.chain(keys).map(|field| field.name);
    names.chain(FUNCTIONS.iter().map(|function| function.name())).chain(VIEWS.iter().map(|view| view.name))
}

/// One field as a line of Markdown, without its name: what it takes, its default, its help.
pub fn field_line(field: &FieldSpec) -> String {
    let mut line = format!("{}. {}", capitalised(&field.kind.words()), field.help);
    if field.required {
        line.push_str(" Required.");
    } else if !field.default.is_empty() {
        let _ = write!(line, " Default: {}.", field.default);
    }
    line.push('\n');
    line
}

const GENERATED: &str =
    "<!-- Written by `transom reference --write`; a test compares. Change the Specs, not this page. -->\n\n";

fn index() -> String {
    let mut text = format!("{GENERATED}# Reference\n\nWhole flows to read first: [Writing flows](../language.md).\n\n");
    let list = |text: &mut String, title: &str, page: &str, specs: &[&Spec]| {
        let _ = writeln!(text, "## [{title}]({page})\n\n| | |\n|---|---|");
        for spec in specs {
            let _ = writeln!(text, "| [`{0}`]({page}#{0}) | {1} |", spec.name, cell(spec.summary));
        }
        text.push('\n');
    };
    list(&mut text, "Steps", "steps.md", steps::SPECS);
    list(&mut text, "Triggers", "triggers.md", triggers::SPECS);
    text.push_str("## The rest\n\n");
    text.push_str("- [Keys of a flow](flow.md), and those that every step and every trigger has\n");
    text.push_str("- [`_bot.yaml`](bot.md): what all flows share\n");
    text.push_str("- [Values](values.md) that expressions read, and types\n");
    text.push_str("- [Functions](functions.md) of expressions\n");
    text.push_str("- [Findings](findings.md) of the checker, by code\n");
    text
}

fn steps_page() -> String {
    let mut text = format!(
        "{GENERATED}# Steps\n\nA step has exactly one verb; everything else in it modifies the verb. Every step may also have:\n\n"
    );
    table(&mut text, STEP_KEYS);
    for spec in steps::SPECS {
        text.push_str(&spec_section("", spec, &[]));
    }
    text
}

fn triggers_page() -> String {
    let mut text = format!(
        "{GENERATED}# Triggers\n\nWhat starts a flow: the items of its `when:`. Every trigger may also have:\n\n"
    );
    table(&mut text, TRIGGER_KEYS);
    for spec in triggers::SPECS {
        text.push_str(&spec_section("", spec, &[]));
    }
    text
}

fn flow_page() -> String {
    let mut text = format!("{GENERATED}# Keys of a flow\n\nWhat stands on the left margin of a file in `flows/`.\n\n");
    table(&mut text, FLOW_KEYS);
    text
}

fn bot_page() -> String {
    let mut text = format!("{GENERATED}# `_bot.yaml`\n\nWhat all flows share: the keys of `flows/_bot.yaml`.\n\n");
    table(&mut text, BOT_KEYS);
    text
}

fn values_page() -> String {
    let mut text =
        format!("{GENERATED}# Values\n\nWhat every expression can read beside the flow's own variables.\n\n");
    for view in VIEWS {
        let _ = writeln!(text, "## {}\n\n{}\n", view.name, view.help);
        let parts: Vec<(String, &str)> = match view.name {
            "hours" => HOURS_PARTS.iter().map(|(name, help)| (format!("hours.NAME.{name}"), *help)).collect(),
            name => view.parts.iter().map(|(part, help)| (format!("{name}.{part}"), *help)).collect(),
        };
        if !parts.is_empty() {
            text.push_str("| | |\n|---|---|\n");
            parts.iter().for_each(|(name, help)| {
                let _ = writeln!(text, "| `{name}` | {} |", cell(help));
            });
            text.push('\n');
        }
    }
    text.push_str("## Types\n\nFor `type`, `inputs`, `returns` and `fields`: ");
    let names: Vec<String> = crate::model::answer::AnswerType::names().map(|name| format!("`{name}`")).collect();
    let _ = writeln!(text, "{}, `any`, or a list of allowed texts.", names.join(", "));
    text
}

fn functions_page() -> String {
    let mut text = format!(
        "{GENERATED}# Functions\n\nFor conditions and `${{ }}`. A function of something may be written behind it, `name.upper()`, or \
         around it, `upper(name)`. The examples are run by a test, on Saturday 28 March 2026 at 13:00, for a contact called \
         Ana in Mexico whose language is Spanish.\n\n| Function | | Example | gives |\n|---|---|---|---|\n"
    );
    for function in FUNCTIONS {
        let _ = writeln!(
            text,
            "| `{}` | {} | `{}` | `{}` |",
            code_cell(function.call),
            cell(function.help),
            code_cell(function.example),
            code_cell(function.gives)
        );
    }
    text
}

/// Every code with its explanation and examples, from the list that `transom help` reads.
fn findings_page() -> String {
    let mut text = format!(
        "{GENERATED}# Findings\n\nWhat `transom check` and the other readers of files can say, by code: `E…` is an error, `W…` a \
         warning. `transom help E501` prints the same. Each example has just this finding, and is right as it stands \
         below; a test runs them all. What does not matter for one, such as the rest of `_bot.yaml`, is left out of it.\n"
    );
    for group in codes::groups() {
        let _ = write!(text, "\n# {}\n", group.title);
        for code in &group.codes {
            let _ = write!(text, "\n## {} {}\n", code.code, code.title);
            if !code.text.is_empty() {
                let _ = write!(text, "\n{}\n", code.text);
            }
            for (words, example) in [("Wrong", code.bad), ("Right", code.good)] {
                let kind = if codes::commands(example).is_some() { "console" } else { "yaml" };
                let _ = write!(text, "\n{words}:\n\n```{kind}\n{example}```\n");
            }
        }
    }
    text
}

fn spec_section(what: &str, spec: &Spec, common: &[FieldSpec]) -> String {
    let what = if what.is_empty() { String::new() } else { format!("{what} ") };
    let mut text = format!("\n## {what}{}\n\n{}\n\n```yaml\n", spec.name, spec.summary);
    for (n, line) in spec.example.lines().enumerate() {
        let _ = writeln!(text, "{}{line}", if n == 0 { "- " } else { "  " });
    }
    text.push_str("```\n\n");
    let fields: Vec<FieldSpec> = spec.fields.iter().chain(common).copied().collect();
    table(&mut text, &fields);
    text
}

fn table(text: &mut String, fields: &[FieldSpec]) {
    text.push_str("| Key | Takes | Without it | |\n|---|---|---|---|\n");
    for field in fields {
        rows(text, field, "", 0);
    }
}

/// The field, and below it the keys of the maps that it takes.
fn rows(text: &mut String, field: &FieldSpec, path: &str, depth: usize) {
    let name = format!("{path}{}", field.name);
    let absent = if field.required { "required" } else { field.default };
    let _ = writeln!(text, "| `{name}` | {} | {} | {} |", cell(&brief(&field.kind)), cell(absent), cell(field.help));
    // `remind.if_closed.template` stands at `if_closed` already.
    if depth > 1 || (depth > 0 && ["if_closed", "consent", "buttons"].contains(&field.name)) {
        return;
    }
    let inner = |kind: &FieldKind| match kind {
        FieldKind::Record(fields) => Some((*fields, String::new())),
        FieldKind::MapOf(kind) => kind.shapes().into_iter().find_map(|kind| match kind {
            FieldKind::Record(fields) => Some((fields, "NAME.".to_owned())),
            _ => None,
        }),
        _ => None,
    };
    for (fields, own) in field.kind.shapes().iter().filter_map(inner) {
        for below in fields {
            rows(text, below, &format!("{name}.{own}"), depth + 1);
        }
    }
}

/// What a field takes; the keys of a map follow as rows of their own.
fn brief(kind: &FieldKind) -> String {
    match kind {
        FieldKind::Record(_) => "keys below".into(),
        FieldKind::Either(kinds) => {
            let mut words: Vec<String> = kinds.iter().map(brief).collect();
            words.dedup();
            words.join("; or ")
        }
        FieldKind::Many(kind) => format!("{}; or a list", brief(kind)),
        FieldKind::MapOf(kind) => format!("`NAME:` {}", brief(kind)),
        other => other.words(),
    }
}

fn capitalised(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}

/// A cell of a table ends at `|`, also within code.
fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('\n', " ")
}

fn code_cell(text: &str) -> String {
    cell(text).replace('`', "´")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_field_has_a_sentence_and_stands_in_the_reference() {
        let pages = pages();
        let text = |name: &str| &pages.iter().find(|page| page.name == name).unwrap().text;
        let lists =
            [("flow.md", FLOW_KEYS), ("bot.md", BOT_KEYS), ("steps.md", STEP_KEYS), ("triggers.md", TRIGGER_KEYS)];
        let specs = steps::SPECS.iter().map(|spec| ("steps.md", spec.fields));
        let specs = specs.chain(triggers::SPECS.iter().map(|spec| ("triggers.md", spec.fields)));
        for (page, fields) in lists.into_iter().chain(specs) {
            for field in fields {
                assert!(field.help.ends_with('.') && field.help.len() > 5, "`{}`: {}", field.name, field.help);
                let row = format!("| `{}` | ", field.name);
                let found = text(page).lines().any(|line| line.starts_with(&row) && line.contains(&cell(field.help)));
                assert!(found, "{page} has no row for `{}`", field.name);
            }
        }
    }

    #[test]
    fn a_word_is_looked_up_wherever_it_stands() {
        let about = about("timeout").unwrap();
        assert!(about.contains("`timeout` of `ask`") && about.contains("`timeout` of `http`"), "{about}");
        assert!(super::about("say").unwrap().contains("Sends one message"));
        assert!(super::about("replace").unwrap().contains("gives"));
        assert!(super::about("elephant").is_none());
    }
}
