//! Checks that generated files are current, and that the schema gives an editor the right findings for a flow.

use super::root;
use serde_json::Value;
use std::fs;
use transom::{
    base::{
        diagnostic::Findings,
        place::SourceFile,
        yaml::{self, Kind, Node},
    },
    flow::{
        parse_set, steps,
        text::typed,
        tools::{
            drawing::{Format, draw},
            fmt, reference, schema,
        },
        triggers,
    },
    runtime::bot::source_files,
};

#[test]
fn the_reference_is_current() {
    for page in reference::pages() {
        let path = root().join("docs/reference").join(page.name);
        let written = fs::read_to_string(&path).unwrap_or_default();
        assert!(written == page.text, "docs/reference/{} is old: run `transom reference --write`", page.name);
    }
}

#[test]
fn the_schemas_are_current() {
    for (name, schema) in schema::all() {
        let written = fs::read_to_string(root().join("schema").join(name)).unwrap_or_default();
        assert!(written == format!("{schema}\n"), "schema/{name} is old: run `transom schema --write`");
    }
}

#[test]
fn the_pictures_of_flows_are_current() {
    let files = source_files::read(root()).expect("the sample bot is there");
    let (set, _) = parse_set(&files.files);
    let images = fs::read_dir(root().join("docs/images")).unwrap().map(|entry| entry.unwrap().path());
    // The picture of the studio is no drawing: a test of the page takes it.
    for path in images.filter(|path| path.extension().is_some_and(|end| end == "svg")) {
        let flow = set.named(path.file_stem().unwrap().to_str().unwrap());
        let drawn = draw(&set, Some(flow.expect("a picture is called after its flow")), Format::Svg);
        let written = fs::read_to_string(&path).unwrap();
        let command = "transom graph FLOW --format svg -o docs/images/FLOW.svg";
        assert!(written == drawn, "{} is old: run `{command}`", path.display());
    }
}

/// A validator for the keywords of JSON Schema that ours uses; another keyword is an error of the test.
struct Checker(Value);

impl Checker {
    /// The findings as an editor shows them: place and text.
    fn findings(&self, yaml: &str) -> Vec<String> {
        let value: Value = serde_yaml::from_str(yaml).unwrap_or_else(|error| panic!("{yaml}\n{error}"));
        let mut found = Vec::new();
        self.judge(&self.0, &value, "", &mut found);
        found
    }

    fn fits(&self, schema: &Value, value: &Value) -> bool {
        let mut found = Vec::new();
        self.judge(schema, value, "", &mut found);
        found.is_empty()
    }

    fn judge(&self, schema: &Value, value: &Value, at: &str, found: &mut Vec<String>) {
        let rules = schema.as_object().expect("a schema is a map");
        if let Some(name) = rules.get("$ref") {
            let name = name.as_str().and_then(|name| name.strip_prefix("#/definitions/")).expect("within the file");
            let target = self.0["definitions"].get(name).unwrap_or_else(|| panic!("no definition `{name}`"));
            // Draft 7: what stands beside a reference does not count.
            return self.judge(target, value, at, found);
        }
        for (rule, wanted) in rules {
            let all = || wanted.as_array().expect("a list");
            match rule.as_str() {
                "type" => {
                    let kinds = wanted.as_array().map_or_else(|| vec![wanted], |kinds| kinds.iter().collect());
                    if !kinds.iter().any(|kind| is(kind.as_str().unwrap(), value)) {
                        found.push(format!("{at}: {wanted} is wanted"));
                    }
                }
                "enum" if !all().contains(value) => found.push(format!("{at}: one of {wanted} is wanted")),
                "const" if wanted != value => found.push(format!("{at}: {wanted} is wanted")),
                "pattern" => {
                    let pattern = regex::Regex::new(wanted.as_str().unwrap()).unwrap();
                    if value.as_str().is_some_and(|text| !pattern.is_match(text)) {
                        found.push(format!("{at}: does not match the pattern"));
                    }
                }
                "required" => {
                    let missing =
                        |name: &&Value| value.as_object().is_some_and(|v| !v.contains_key(name.as_str().unwrap()));
                    found.extend(all().iter().filter(missing).map(|name| format!("{at}: {name} is missing")));
                }
                "properties" => {
                    for (name, schema) in wanted.as_object().unwrap() {
                        if let Some(inner) = value.get(name) {
                            self.judge(schema, inner, &format!("{at}/{name}"), found);
                        }
                    }
                }
                "additionalProperties" => {
                    let known = |name: &str| rules.get("properties").is_some_and(|known| known.get(name).is_some());
                    for (name, inner) in value.as_object().into_iter().flatten().filter(|(name, _)| !known(name)) {
                        match wanted {
                            Value::Bool(_) => found.push(format!("{at}: `{name}` is not allowed")),
                            schema => self.judge(schema, inner, &format!("{at}/{name}"), found),
                        }
                    }
                }
                "items" => {
                    for (n, item) in value.as_array().into_iter().flatten().enumerate() {
                        self.judge(wanted, item, &format!("{at}/{n}"), found);
                    }
                }
                "allOf" => all().iter().for_each(|schema| self.judge(schema, value, at, found)),
                "anyOf" if !all().iter().any(|schema| self.fits(schema, value)) => {
                    found.push(format!("{at}: none fits"))
                }
                "not" if self.fits(wanted, value) => found.push(format!("{at}: it must not be so")),
                "if" => {
                    let way = if self.fits(wanted, value) { "then" } else { "else" };
                    if let Some(schema) = rules.get(way) {
                        self.judge(schema, value, at, found);
                    }
                }
                "enum"
                | "const"
                | "anyOf"
                | "not"
                | "then"
                | "else"
                | "examples"
                | "description"
                | "markdownDescription"
                | "title"
                | "$schema"
                | "definitions" => {}
                other => panic!("the test does not know `{other}`"),
            }
        }
    }
}

fn is(kind: &str, value: &Value) -> bool {
    match kind {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "number" => value.is_number(),
        "integer" => value.is_i64(),
        "boolean" => value.is_boolean(),
        "null" => value.is_null(),
        other => panic!("no type `{other}`"),
    }
}

#[test]
fn the_sample_bot_fits_its_schema() {
    let (flow, bot) = (Checker(schema::of_flow()), Checker(schema::of_bot()));
    for entry in fs::read_dir(root().join("flows")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        if name.contains(".test.") || !name.ends_with(".yaml") {
            continue;
        }
        let text = fs::read_to_string(&path).unwrap();
        let (checker, schema) = if name == "_bot.yaml" { (&bot, "bot") } else { (&flow, "flow") };
        assert_eq!(checker.findings(&text), Vec::<String>::new(), "{name}");
        let line = format!("# yaml-language-server: $schema=../schema/{schema}.json");
        assert_eq!(text.lines().next(), Some(line.as_str()), "{name} does not name its schema");
    }
}

#[test]
fn every_example_fits_the_schema() {
    let checker = Checker(schema::of_flow());
    let indented = |text: &str| text.replace('\n', "\n    ");
    for spec in steps::SPECS {
        let flow = format!("flow: x\nsteps:\n  - {}\n", indented(spec.example));
        assert_eq!(checker.findings(&flow), Vec::<String>::new(), "{}", spec.name);
    }
    for spec in triggers::SPECS {
        let flow = format!("flow: x\nwhen:\n  - {}\nsteps: []\n", indented(spec.example));
        assert_eq!(checker.findings(&flow), Vec::<String>::new(), "{}", spec.name);
    }
}

#[test]
fn an_editor_says_what_is_wrong_and_where() {
    let checker = Checker(schema::of_flow());
    for (steps, wanted) in [
        ("[{ask: 'A?', tiemout: 2h}]", "/steps/0: `tiemout` is not allowed"),
        ("[{ask: 'A?', timeout: soon}]", "/steps/0/timeout: does not match the pattern"),
        ("[{aks: 'A?'}]", "/steps/0: `aks` is not allowed"),
        ("[{say: A, if_closed: {tempalte: x}}]", "/steps/0/if_closed: `tempalte` is not allowed"),
        ("[{if: a, then: [{sya: x}]}]", "/steps/0/then/0: `sya` is not allowed"),
        ("[{say: [a]}]", "/steps/0/say: [\"string\",\"number\",\"boolean\"] is wanted"),
        ("[{ask: 'A?', options: [{title: A, od: []}]}]", "/steps/0/options/0: `od` is not allowed"),
        ("[{ask: 'A?', options: [{A: {sya: x}}]}]", "/steps/0/options/0/A: `sya` is not allowed"),
        ("[{ask: 'A?', tries: many}]", "/steps/0/tries: \"integer\" is wanted"),
        ("[stop]", "/steps/0: one of [\"end\",\"return\"] is wanted"),
        ("[{split: a, cases: {b: {wieght: 2}, c: end}}]", "/steps/0/cases/b: `wieght` is not allowed"),
        ("[{split: a, cases: {b: {weight: 2, do: {sya: x}}, c: end}}]", "/steps/0/cases/b/do: `sya` is not allowed"),
        ("[{switch: a}]", "/steps/0: \"cases\" is missing"),
    ] {
        let found = checker.findings(&format!("flow: x\nsteps: {steps}\n"));
        assert_eq!(found.len(), 1, "{steps}: {found:?}");
        assert!(found[0].contains(wanted), "{steps}: {found:?}");
    }
}

/// Editors look for words in `enum` and in `examples`, beside `anyOf` and `allOf` at most: not below `then` and `else`.
#[test]
fn an_editor_is_shown_the_words_of_a_value() {
    fn words(root: &Value, schema: &Value, found: &mut Vec<String>) {
        if let Some(name) = schema["$ref"].as_str() {
            words(root, &root["definitions"][name.rsplit('/').next().unwrap()], found);
        }
        for list in ["enum", "examples"] {
            found.extend(schema[list].as_array().into_iter().flatten().map(|word| word.to_string().replace('"', "")));
        }
        for list in ["anyOf", "allOf"] {
            schema[list].as_array().into_iter().flatten().for_each(|one| words(root, one, found));
        }
    }
    let root = schema::of_flow();
    // The keys of an option stand where a map has none of them yet, and no `title: steps` either.
    let begun = &root["definitions"]["option"]["then"]["else"]["properties"];
    assert!(["id", "title", "desc", "do"].iter().all(|key| begun.get(key).is_some()), "{begun}");
    for (step, key, wanted) in [
        ("step_ask", "type", "yesno"),
        ("step_ask", "timeout", "2h"),
        ("step_wait", "wait", "reply"),
        ("step_end", "end", "all"),
        ("step_start", "for", "everyone"),
        ("step_say", "if_closed", "hold"),
        ("trigger_schedule", "to", "everyone"),
        ("trigger_message", "match", "word"),
    ] {
        let mut found = Vec::new();
        words(&root, &root["definitions"][step]["properties"][key], &mut found);
        assert!(found.iter().any(|word| word == wanted), "{step}.{key} shows {found:?}");
    }
}

/// All YAML files of the repository that the program reads as flows, tests or translations.
fn all_yaml(folder: &std::path::Path, found: &mut Vec<std::path::PathBuf>) {
    for entry in fs::read_dir(folder).into_iter().flatten() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            all_yaml(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "yaml") {
            found.push(path);
        }
    }
}

/// The meaning of a file, parsed without `fmt`'s own comparison: a quoted word is a text, a plain one may be a number,
/// true, false or null. `None` if a mistake makes it unclear.
fn meaning(file: &std::sync::Arc<SourceFile>) -> Option<String> {
    fn of(node: &Node) -> String {
        match &node.kind {
            Kind::Null => "nothing".to_owned(),
            Kind::Scalar(scalar) => {
                let word = scalar.is_plain() && matches!(&*scalar.text, "none" | "nothing" | "null");
                format!("{:?} {word} {}", typed(scalar), scalar.text)
            }
            Kind::List(items) => format!("[{}]", items.iter().map(of).collect::<Vec<_>>().join("; ")),
            Kind::Map(entries) => {
                let all: Vec<_> =
                    entries.iter().map(|entry| format!("{}: {}", entry.key.text, of(&entry.value))).collect();
                format!("{{{}}}", all.join("; "))
            }
        }
    }
    let findings = Findings::default();
    let node = yaml::load(file, &findings);
    node.filter(|_| !findings.has_errors()).as_ref().map(of)
}

#[test]
fn formatting_any_file_of_the_repository_is_safe_and_happens_once() {
    let mut files = Vec::new();
    for folder in ["flows", "locales", "tests", "docs", "benches"] {
        all_yaml(&root().join(folder), &mut files);
    }
    assert!(files.len() > 20);
    let mut refused = 0;
    for path in files {
        let text = fs::read_to_string(&path).unwrap();
        let name = path.display().to_string();
        let file = SourceFile::new(name.as_str(), text.as_str());
        match fmt::format(&file) {
            Ok(once) => {
                let formatted = SourceFile::new(name.as_str(), once.as_str());
                let before = meaning(&file);
                assert!(before.is_none() || before == meaning(&formatted), "{name}");
                assert_eq!(fmt::format(&formatted).ok().as_deref(), Some(once.as_str()), "{name}");
            }
            // Only what cannot be read is refused: a seeded fault in the YAML itself.
            Err(findings) => {
                refused += 1;
                assert!(path.parent().is_some_and(|folder| folder.ends_with("faults")), "{name}: {findings:?}");
                let unreadable = |code: &str| code.starts_with("E1") && code != "E119";
                assert!(findings.iter().all(|finding| unreadable(finding.code)), "{name}: {findings:?}");
            }
        }
    }
    assert!(refused >= 10, "{refused}");
}

#[test]
fn the_sample_bot_is_in_its_one_form() {
    let mut files = Vec::new();
    all_yaml(&root().join("flows"), &mut files);
    all_yaml(&root().join("locales"), &mut files);
    for path in files {
        let text = fs::read_to_string(&path).unwrap();
        let once = fmt::format(&SourceFile::new(path.display().to_string(), text.as_str()));
        assert_eq!(once.ok().as_deref(), Some(text.as_str()), "{}: run `transom fmt`", path.display());
    }
}
