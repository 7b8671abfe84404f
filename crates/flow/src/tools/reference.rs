//! Writes `docs/reference/`: every step, trigger, key, value and function, from the data that the program itself uses.

mod testing;

use super::glossary;
use crate::{
    base::codes,
    load::spec::{
        BOT_KEYS, CASE_KEYS, EVAL_CALIBRATION_KEYS, EVAL_CASE_KEYS, EVAL_CUSTOMER_KEYS, EVAL_KEYS, EVAL_RULE_KEYS,
        EVAL_SEARCH_KEYS, EXPECT_KEYS, FLOW_KEYS, FORMS, FieldKind, FieldSpec, HOURS_PARTS, MESSAGE_KEYS, STEP_KEYS,
        Spec, TEST_KEYS, TEST_STEPS, TRIGGER_KEYS, TYPES, VIEWS,
    },
    script::{FUNCTIONS, Function, PARTS},
    steps, triggers,
};
use std::fmt::Write as _;

/// A page of the reference.
pub struct Page {
    /// The name of its file, below `docs/reference/`.
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
        Page { name: "tests.md", text: testing::tests_page() },
        Page { name: "evals.md", text: testing::evals_page() },
        Page { name: "findings.md", text: findings_page() },
    ];
    pages.insert(0, Page { name: "README.md", text: index() });
    pages
}

/// The description of one word of the language: a verb, a trigger, a key, a function or a value.
pub fn about(word: &str) -> Option<String> {
    let mut found = Vec::new();
    found.extend(glossary::about(word).map(|text| format!("## `{word}`\n\n{text}\n")));
    if let Some(spec) = steps::spec(word) {
        found.push(spec_section("Step", spec, STEP_KEYS));
    }
    if let Some(spec) = triggers::spec(word) {
        found.push(spec_section("Trigger", spec, &common_keys(spec)));
    }
    for (place, keys) in KEYS {
        for field in keys.iter().filter(|field| field.name == word) {
            found.push(format!("## `{word}`, {place}\n\n{}", field_line(field)));
        }
        for (path, field) in below(keys).into_iter().filter(|(_, field)| field.name == word) {
            found.push(format!("## `{path}`, {place}\n\n{}", field_line(field)));
        }
    }
    for spec in steps::SPECS.iter().chain(triggers::SPECS) {
        for field in spec.fields.iter().skip(1).filter(|field| field.name == word) {
            found.push(format!("## `{word}` of `{}`\n\n{}", spec.name, field_line(field)));
        }
        for (path, field) in below(spec.fields).into_iter().filter(|(_, field)| field.name == word) {
            found.push(format!("## `{path}` of `{}`\n\n{}", spec.name, field_line(field)));
        }
    }
    for function in FUNCTIONS.iter().chain(PARTS).filter(|function| function.name() == word) {
        found.push(format!(
            "## `{}`\n\n{}\n\n    {}  gives  {}\n",
            function.call, function.help, function.example, function.gives
        ));
    }
    for (name, help) in TYPES.iter().filter(|(name, _)| *name == word) {
        found.push(format!("## The type `{name}`\n\n{help}\n"));
    }
    for form in FORMS.iter().filter(|form| form.name == word || form.also.contains(&word)) {
        found.push(format!("## How a {} is written\n\n{}\n", form.name, form.help));
    }
    for view in VIEWS.iter().filter(|view| view.name == word) {
        let parts: String = view.parts.iter().map(|(name, help)| format!("- `{word}.{name}`: {help}\n")).collect();
        found.push(format!("## `{word}`\n\n{}\n\n{parts}", view.help));
    }
    (!found.is_empty()).then(|| found.join("\n"))
}

/// The places of keys that are not fields of a step or trigger.
const KEYS: [(&str, &[FieldSpec]); 15] = [
    ("a key of a flow", FLOW_KEYS),
    ("a key of `_bot.yaml`", BOT_KEYS),
    ("a key of every step", STEP_KEYS),
    ("a key of every trigger", TRIGGER_KEYS),
    ("on top of a test file", TEST_KEYS),
    ("a key of a test case", CASE_KEYS),
    ("a step of a test", TEST_STEPS),
    ("what `bot:` and `sent:` may look at", MESSAGE_KEYS),
    ("what `expect:` looks at", EXPECT_KEYS),
    ("on top of an eval", EVAL_KEYS),
    ("a key of a case of an eval", EVAL_CASE_KEYS),
    ("a rule of an eval", EVAL_RULE_KEYS),
    ("a key of `finds` of an eval", EVAL_SEARCH_KEYS),
    ("a key of `customer` of an eval", EVAL_CUSTOMER_KEYS),
    ("a key of `calibrate` of an eval", EVAL_CALIBRATION_KEYS),
];

/// The keys of the maps under these keys, by their path: `defaults.queue_for`.
fn below(keys: &'static [FieldSpec]) -> Vec<(String, &'static FieldSpec)> {
    let inner =
        keys.iter().flat_map(|field| inner_keys(&field.kind).into_iter().map(move |(own, below)| (field, own, below)));
    let named = inner.flat_map(|(field, own, below)| {
        below.iter().map(move |key| (format!("{}.{own}{}", field.name, key.name), key))
    });
    named.collect()
}

/// Every word that `about` knows, for "did you mean".
pub fn words() -> impl Iterator<Item = &'static str> {
    let specs = steps::SPECS
        .iter()
        .chain(triggers::SPECS)
        .flat_map(|spec| spec.fields.iter().chain(below(spec.fields).into_iter().map(|(_, field)| field)));
    let keys = KEYS.iter().flat_map(|(_, keys)| keys.iter().chain(below(keys).into_iter().map(|(_, field)| field)));
    let names = specs.chain(keys).map(|field| field.name);
    let functions = FUNCTIONS.iter().chain(PARTS).map(Function::name);
    let forms = FORMS.iter().flat_map(|form| form.also.iter().copied());
    let types = TYPES.iter().map(|(name, _)| *name);
    let names = names.chain(glossary::words());
    names.chain(functions).chain(VIEWS.iter().map(|view| view.name)).chain(forms).chain(types)
}

/// One field as a line of Markdown, without its name: its values, its default, its help.
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
    text.push_str("- [Functions](functions.md) of expressions, and parts of dates and times\n");
    text.push_str("- [Tests](tests.md): all keys of `flows/*.test.yaml`\n");
    text.push_str("- [Evals](evals.md): all keys of `flows/*.eval.yaml`\n");
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
    let _ = writeln!(text, "{}, `any`, or a list of allowed texts.\n\n| | |\n|---|---|", names.join(", "));
    for (name, help) in TYPES {
        let _ = writeln!(text, "| `{name}` | {} |", cell(help));
    }
    text.push_str("\n## How they are written\n\n| | |\n|---|---|\n");
    for form in FORMS {
        let _ = writeln!(text, "| {} | {} |", form.name, cell(form.help));
    }
    text
}

fn functions_page() -> String {
    let mut text = format!(
        "{GENERATED}# Functions\n\nFor conditions and `${{ }}`. A function of something may be written behind it, `name.upper()`, or \
         around it, `upper(name)`. The examples are run by a test, on Saturday 28 March 2026 at 13:00, for a contact called \
         Ana in Mexico whose language is Spanish.\n\n| Function | | Example | gives |\n|---|---|---|---|\n"
    );
    let row = |text: &mut String, function: &Function| {
        let _ = writeln!(
            text,
            "| `{}` | {} | `{}` | `{}` |",
            code_cell(function.call),
            cell(function.help),
            code_cell(function.example),
            code_cell(function.gives)
        );
    };
    FUNCTIONS.iter().for_each(|function| row(&mut text, function));
    text.push_str("\n## Parts of dates and times\n\nThey are written behind a dot and take no brackets.\n\n");
    text.push_str("| Part | | Example | gives |\n|---|---|---|---|\n");
    PARTS.iter().for_each(|part| row(&mut text, part));
    text
}

/// Every code with its explanation and examples, from the list of `transom help`.
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

/// The keys of every trigger that this one takes too.
fn common_keys(spec: &Spec) -> Vec<FieldSpec> {
    let is_taken = |key: &&FieldSpec| key.name != "urgent" || !triggers::NEVER_URGENT.contains(&spec.name);
    TRIGGER_KEYS.iter().filter(is_taken).copied().collect()
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

/// The rows of a field, and below it of the keys of its maps.
fn rows(text: &mut String, field: &FieldSpec, path: &str, depth: usize) {
    let name = format!("{path}{}", field.name);
    let absent = if field.required { "required" } else { field.default };
    let _ = writeln!(text, "| `{name}` | {} | {} | {} |", cell(&brief(&field.kind)), cell(absent), cell(field.help));
    // `remind.if_closed.template` is already listed at `if_closed`.
    if depth > 1 || (depth > 0 && ["if_closed", "consent", "buttons"].contains(&field.name)) {
        return;
    }
    for (own, fields) in inner_keys(&field.kind) {
        for below in fields {
            rows(text, below, &format!("{name}.{own}"), depth + 1);
        }
    }
}

/// The keys of the maps of a field, with their prefix: `NAME.` if the author chooses the names.
fn inner_keys(kind: &FieldKind) -> Vec<(&'static str, &'static [FieldSpec])> {
    // The keys of tests have pages of their own.
    let apart = [
        CASE_KEYS,
        TEST_STEPS,
        MESSAGE_KEYS,
        EXPECT_KEYS,
        EVAL_CASE_KEYS,
        EVAL_SEARCH_KEYS,
        EVAL_CUSTOMER_KEYS,
        EVAL_CALIBRATION_KEYS,
    ];
    let of = |kind: &FieldKind| match kind {
        FieldKind::Record(fields) if apart.contains(fields) => None,
        FieldKind::Record(fields) => Some(("", *fields)),
        FieldKind::MapOf(kind) => kind.shapes().into_iter().find_map(|kind| match kind {
            FieldKind::Record(fields) => Some(("NAME.", fields)),
            _ => None,
        }),
        _ => None,
    };
    kind.shapes().iter().filter_map(of).collect()
}

/// The values of a field; the keys of a map have rows of their own.
fn brief(kind: &FieldKind) -> String {
    match kind {
        FieldKind::Record(_) => "keys below".into(),
        FieldKind::Either(kinds) => {
            let mut words: Vec<String> = kinds.iter().map(brief).collect();
            words.dedup();
            words.join("; or ")
        }
        FieldKind::Many(kind) => format!("{}; or a list", brief(kind)),
        FieldKind::MapOf(kind) => format!("`NAME:` {}", brief(kind).replace("; or a list", " or a list of them")),
        other => other.words(),
    }
}

fn capitalised(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}

/// The text of a table cell, which would end at `|`, also within code.
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
        let lists = [
            ("flow.md", FLOW_KEYS),
            ("bot.md", BOT_KEYS),
            ("steps.md", STEP_KEYS),
            ("triggers.md", TRIGGER_KEYS),
            ("tests.md", TEST_KEYS),
            ("tests.md", CASE_KEYS),
            ("tests.md", TEST_STEPS),
            ("tests.md", MESSAGE_KEYS),
            ("tests.md", EXPECT_KEYS),
            ("evals.md", EVAL_KEYS),
            ("evals.md", EVAL_CASE_KEYS),
            ("evals.md", EVAL_RULE_KEYS),
            ("evals.md", EVAL_SEARCH_KEYS),
            ("evals.md", EVAL_CUSTOMER_KEYS),
            ("evals.md", EVAL_CALIBRATION_KEYS),
        ];
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
        let has = |word: &str, part: &str| super::about(word).is_some_and(|about| about.contains(part));
        assert!(has("weekday", "Monday is 1") && has("duration", "`1h30m`") && has("limit", "`3/7d`"));
        assert!(has("mocks", "on top of a test file") && has("tests", "The flow that"));
        assert!(has("queue_for", "`defaults.queue_for`, a key of `_bot.yaml`") && has("why", "no_consent"));
        assert!(super::about("elephant").is_none());
    }
}
