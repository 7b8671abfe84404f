//! Reads and writes the recorded answers of a test file: `flows/NAME.model.yaml`. Every value is written as JSON, which is
//! YAML, too, so that no text of a model means anything else.

use super::recording::RecordedQuestion;
use crate::{
    base::{
        diagnostic::{Diagnostic, Findings},
        fields::Fields,
        place::SourceFile,
        yaml::{self, Node, to_json},
    },
    model::{effect::Tokens, value::Value},
};
use serde_json::{Map, Value as Json};
use std::{fmt::Write as _, sync::Arc};

/// The cases of a test file with recorded questions, by name, in the order of the file.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct RecordingFile {
    /// The answers of the judge of an eval to its labelled talks.
    pub calibration: Vec<RecordedQuestion>,
    pub cases: Vec<(String, Vec<RecordedQuestion>)>,
}

/// The command that records answers anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RecordedBy {
    Test,
    Eval,
}

impl RecordedBy {
    pub fn command(self) -> &'static str {
        match self {
            RecordedBy::Test => "transom test --live --keep",
            RecordedBy::Eval => "transom eval --live --keep",
        }
    }

    /// The first lines of a recording.
    fn head(self) -> String {
        let of = match self {
            RecordedBy::Test => "a test",
            RecordedBy::Eval => "an eval",
        };
        format!(
            "# The answers of language models to the questions of {of}, by `{}`. A question that\n# changes is recorded anew \
             by the same command.\n",
            self.command()
        )
    }
}

impl RecordingFile {
    /// The path of the recording beside a test or an eval.
    pub fn path_of(file: &str) -> Option<String> {
        let of_test = file.strip_suffix(".test.yaml").map(|stem| format!("{stem}.model.yaml"));
        of_test.or_else(|| {
            file.strip_suffix(".yaml").filter(|stem| stem.ends_with(".eval")).map(|stem| format!("{stem}.model.yaml"))
        })
    }

    /// Reads a file; mistakes in it become findings.
    pub fn read(file: &Arc<SourceFile>, findings: &Findings) -> RecordingFile {
        let Some(node) = yaml::load(file, findings) else { return RecordingFile::default() };
        let mut fields = Fields::new(&node, "a recording", findings);
        let labels = fields.list("calibrate").iter();
        let calibration = labels.filter_map(|question| read_question(question, findings)).collect();
        let cases = fields.list("cases").iter().map(|case| read_case(case, findings)).collect();
        fields.finish();
        RecordingFile { calibration, cases }
    }

    /// Takes the questions of the next case with this name.
    pub fn take(&mut self, name: &str) -> Option<Vec<RecordedQuestion>> {
        let at = self.cases.iter().position(|(of, _)| of == name)?;
        Some(self.cases.remove(at).1)
    }

    /// The text of the file.
    pub fn text(&self, by: RecordedBy) -> String {
        let mut text = by.head();
        if !self.calibration.is_empty() {
            text.push_str("calibrate:\n");
            self.calibration.iter().for_each(|question| write_question(question, "  ", &mut text));
        }
        text.push_str("cases:\n");
        for (name, questions) in &self.cases {
            let _ = write!(text, "  - name: {}\n    questions:\n", flow_style(&name.as_str().into()));
            questions.iter().for_each(|question| write_question(question, "      ", &mut text));
        }
        text
    }
}

/// Writes an item of a list that stands this far in.
fn write_question(question: &RecordedQuestion, indent: &str, text: &mut String) {
    let RecordedQuestion { step, digest, asked, answer, by, tokens, cost, ms, on } = question;
    let _ = writeln!(text, "{indent}- step: {}", flow_style(&step.as_str().into()));
    let (key, answer) = match answer {
        Ok(value) => ("answer", value.to_json()),
        Err(why) => ("unusable", why.as_str().into()),
    };
    let _ = writeln!(text, "{indent}  {key}: {}", flow_style(&answer));
    let _ = writeln!(text, "{indent}  asked:");
    for (name, part) in asked {
        let _ = writeln!(text, "{indent}    {name}: {}", flow_style(part));
    }
    let _ = writeln!(text, "{indent}  digest: {digest}");
    let _ = writeln!(text, "{indent}  by: {}", flow_style(&by.as_str().into()));
    let Tokens { input, cached, output } = tokens;
    let _ = writeln!(text, "{indent}  tokens: {{input: {input}, cached: {cached}, output: {output}}}");
    if !cost.is_empty() {
        let _ = writeln!(text, "{indent}  cost: {}", flow_style(&cost.as_str().into()));
    }
    if let Some(ms) = ms {
        let _ = writeln!(text, "{indent}  ms: {ms}");
    }
    let _ = writeln!(text, "{indent}  on: {}", flow_style(&on.as_str().into()));
}

/// JSON with a blank behind each colon and comma, as people write it.
fn flow_style(json: &Json) -> String {
    match json {
        Json::Array(items) => format!("[{}]", items.iter().map(flow_style).collect::<Vec<_>>().join(", ")),
        Json::Object(map) => {
            let pair = |(name, value): (&String, &Json)| format!("{}: {}", quoted(name), flow_style(value));
            format!("{{{}}}", map.iter().map(pair).collect::<Vec<_>>().join(", "))
        }
        Json::String(text) => quoted(text),
        other => other.to_string(),
    }
}

/// A text in quotes. JSON allows characters that may not stand in YAML, or that nobody sees: these are escaped.
fn quoted(text: &str) -> String {
    let is_unfit =
        |c: char| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}');
    let text = Json::from(text).to_string();
    text.chars().fold(String::new(), |mut all, c| {
        match is_unfit(c) {
            true => all.push_str(&format!("\\u{:04x}", u32::from(c))),
            false => all.push(c),
        }
        all
    })
}

fn read_case(node: &Node, findings: &Findings) -> (String, Vec<RecordedQuestion>) {
    let mut fields = Fields::new(node, "a recorded case", findings);
    fields.required("name");
    let name = fields.text("name").to_owned();
    let questions = fields.list("questions").iter().filter_map(|question| read_question(question, findings)).collect();
    fields.finish();
    (name, questions)
}

fn read_question(node: &Node, findings: &Findings) -> Option<RecordedQuestion> {
    let mut fields = Fields::new(node, "a recorded question", findings);
    for name in ["step", "digest"] {
        fields.required(name);
    }
    let asked = fields.map("asked").iter().map(|entry| (entry.key.text.clone(), to_json(&entry.value)));
    let asked: Map<String, Json> = asked.collect();
    let answer = fields.node("answer").map(|node| Ok(Value::from_json(&to_json(node))));
    let unusable = fields.opt_text("unusable").map(|why| Err(why.to_owned()));
    let tokens = fields.fields("tokens").map(read_tokens).unwrap_or_default();
    let ms = fields.opt_whole("ms").and_then(|ms| u64::try_from(ms).ok());
    let mut text = |name| fields.opt_text(name).unwrap_or_default().to_owned();
    let (step, digest, by, cost, on) = (text("step"), text("digest"), text("by"), text("cost"), text("on"));
    let Some(answer) = answer.or(unusable) else {
        let finding = Diagnostic::error("E920", &node.place, "a recorded question has no `answer`");
        findings.push(finding.help("record it anew by the command in the first line of the file"));
        return None;
    };
    fields.finish();
    Some(RecordedQuestion { step: step.into(), digest, asked, answer, by, tokens, cost, ms, on })
}

fn read_tokens(mut fields: Fields<'_>) -> Tokens {
    let mut count = |name| fields.opt_whole(name).and_then(|count| u64::try_from(count).ok()).unwrap_or(0);
    let tokens = Tokens { input: count("input"), cached: count("cached"), output: count("output") };
    fields.finish();
    tokens
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_recording_reads_as_it_was_written() {
        let text = |text: &str| Json::from(text);
        let odd =
            "a: b # c\n\"${x}\" {y} – [z], 'q' \\ \u{1}\u{7f}\u{85}\u{a0}\u{2028}\u{feff}\u{ffff}\t\r ‹phone 1› 4711";
        let question = |answer| RecordedQuestion {
            step: "a.llm_1".into(),
            digest: "0123".into(),
            asked: Map::from_iter([("input".to_owned(), text(odd)), ("sources".to_owned(), json!(["x, y", odd]))]),
            answer,
            by: "qwen3.5:9b".into(),
            tokens: Tokens { input: 100, cached: 3, output: 7 },
            cost: "0.00104 EUR".into(),
            ms: Some(1340),
            on: "2026-11-25".into(),
        };
        let record =
            json!({"kind": "late", "number": "4711", "angry": false, "parts": 3, "none": null, "o: d\u{7f}": odd});
        let file = RecordingFile {
            calibration: vec![question(Ok(Value::text("no"))), question(Err(odd.to_owned()))],
            cases: vec![
                (odd.to_owned(), vec![question(Ok(Value::from_json(&record))), question(Err(odd.to_owned()))]),
                ("- b".to_owned(), vec![question(Ok(Value::text("yes"))), question(Ok(Value::from_json(&json!(1.5))))]),
            ],
        };
        let written = SourceFile::new("flows/a.model.yaml", file.text(RecordedBy::Test));
        let findings = Findings::default();
        let read = RecordingFile::read(&written, &findings);
        assert_eq!(findings.into_sorted(), Vec::new(), "{}", written.text());
        assert_eq!(read, file, "{}", written.text());
    }

    #[test]
    fn a_question_without_an_answer_is_a_finding() {
        let text = "cases: [{name: x, questions: [{step: a.llm_1, digest: '1', by: m}]}]\n";
        let findings = Findings::default();
        RecordingFile::read(&SourceFile::new("flows/a.model.yaml", text), &findings);
        let found = findings.into_sorted();
        assert_eq!(found.iter().map(|finding| finding.code).collect::<Vec<_>>(), ["E920"], "{found:?}");
    }
}
