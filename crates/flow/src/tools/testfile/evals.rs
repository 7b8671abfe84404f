//! Parses evals, `flows/NAME.eval.yaml`: talks whose replies a language model writes, each with the rules that they must
//! keep, and questions to the papers of `knowledge/` with the part that must be found.

mod customer;
mod judge;
mod rules;

use super::{
    head::Head,
    one_name_each,
    paper::PaperPart,
    step::{self, Step},
    tested_flow,
};
use crate::{
    base::{
        diagnostic::{Diagnostic, Findings},
        fields::Fields,
        ids::FlowName,
        limits::{EVAL_PLAYS_DEFAULT, EVAL_PLAYS_MAX, KNOWLEDGE_RANKED_MAX},
        place::{Place, SourceFile},
        yaml::{self, Node},
    },
    definition::FlowSet,
};
pub use customer::EvalCustomer;
use judge::Criteria;
pub use judge::{Calibration, CalibrationLine, Criterion};
pub use rules::{EvalRule, SaidText, tool_flows};
use std::sync::Arc;

/// One eval file.
#[derive(Debug, Clone)]
pub struct EvalFile {
    /// The flow that `run` and `vars` of `expect`, and `api` of a talk, are about.
    pub flow: FlowName,
    pub head: Arc<Head>,
    /// Talks that the judge must get right before its verdicts count.
    pub calibrations: Vec<Calibration>,
    pub cases: Vec<EvalCase>,
}

#[derive(Debug, Clone)]
pub struct EvalCase {
    pub name: String,
    /// The place of its name.
    pub place: Place,
    /// The head of the file, with the changes of the case.
    pub head: Arc<Head>,
    pub kind: EvalKind,
}

#[derive(Debug, Clone)]
pub enum EvalKind {
    Talk(EvalTalk),
    Finds(EvalSearch),
}

/// A talk that is played several times, because a model does not always answer alike.
#[derive(Debug, Clone)]
pub struct EvalTalk {
    pub plays: usize,
    /// The share of the plays that must keep all rules, in percent.
    pub pass: u8,
    pub steps: Vec<EvalStep>,
    /// The customer that a model plays; then there are no `steps`.
    pub customer: Option<EvalCustomer>,
    /// The rules for the talk as a whole.
    pub rules: Vec<EvalRule>,
}

#[derive(Debug, Clone)]
pub enum EvalStep {
    Act(Step),
    /// Rules for everything since the last act.
    Look(Vec<EvalRule>),
}

/// A question to the papers.
#[derive(Debug, Clone)]
pub struct EvalSearch {
    pub question: String,
    /// The code of the customer's language; `None`: the bot's.
    pub language: Option<String>,
    /// The part that must be found; `None`: no part may answer the question.
    pub part: Option<PaperPart>,
    /// Among so many parts, the best first.
    pub top: usize,
    /// The place of `in`.
    pub place: Place,
}

/// Parses an eval file for the flows that it tries. `None` if too little was understood; a file with errors must not be
/// run.
pub fn parse(file: &Arc<SourceFile>, set: &FlowSet) -> (Option<EvalFile>, Vec<Diagnostic>) {
    let findings = Findings::default();
    let eval = yaml::load(file, &findings).map(|node| eval_file(&node, set, &findings));
    (eval, findings.into_sorted())
}

impl EvalCase {
    /// The criteria of its rules that the judge decides.
    pub fn judged(&self) -> impl Iterator<Item = &Criterion> {
        let (steps, rules): (&[EvalStep], &[EvalRule]) = match &self.kind {
            EvalKind::Talk(talk) => (&talk.steps, &talk.rules),
            EvalKind::Finds(_) => (&[], &[]),
        };
        let looks = steps.iter().filter_map(|step| match step {
            EvalStep::Look(rules) => Some(rules),
            EvalStep::Act(_) => None,
        });
        let rules = looks.flatten().chain(rules);
        rules.filter_map(|rule| match rule {
            EvalRule::Judge(criterion) => Some(criterion),
            _ => None,
        })
    }
}

/// How often a talk is played, and how many of its plays must pass.
#[derive(Debug, Clone, Copy)]
struct Wanted {
    plays: usize,
    pass: u8,
}

fn eval_file(node: &Node, set: &FlowSet, findings: &Findings) -> EvalFile {
    let mut fields = Fields::new(node, "an eval file", findings);
    let flow = tested_flow(&mut fields, "evals", set);
    let head = Arc::new(Head::read(&mut fields, set, None));
    mocks_no_model(node, findings);
    let wanted = wanted(&mut fields, Wanted { plays: EVAL_PLAYS_DEFAULT, pass: 100 });
    fields.required("cases");
    let criteria = judge::read_criteria(&mut fields);
    let reader = Reader { set, head: Arc::clone(&head), wanted, criteria: &criteria, findings };
    let cases: Vec<EvalCase> = fields.list("cases").iter().filter_map(|node| reader.case(node)).collect();
    let judged: Vec<Criterion> = cases.iter().flat_map(EvalCase::judged).cloned().collect();
    let calibrations = judge::read_calibrations(&mut fields, &criteria, &judged);
    fields.finish();
    one_name_each(cases.iter().map(|case| (case.name.as_str(), &case.place)), findings);
    EvalFile { flow, head, calibrations, cases }
}

/// `repeat` and `pass`, of the file or of a case.
fn wanted(fields: &mut Fields<'_>, under: Wanted) -> Wanted {
    let most = i64::try_from(EVAL_PLAYS_MAX).unwrap_or(i64::MAX);
    let plays = fields.whole("repeat", i64::try_from(under.plays).unwrap_or(1), 1..=most);
    let pass = fields.node("pass").map_or(Some(under.pass), |node| {
        let percent = node.text().map(|text| text.trim().trim_end_matches('%').trim_end());
        let percent = percent.and_then(|text| text.parse().ok()).filter(|percent| (1..=100).contains(percent));
        if percent.is_none() {
            let message = format!("`pass` takes a share from `1%` to `100%`, and this is {}", node.describe());
            fields.wrong(node, "E958", message);
        }
        percent
    });
    Wanted { plays: usize::try_from(plays).unwrap_or(under.plays), pass: pass.unwrap_or(under.pass) }
}

/// An eval tells how well real answers of a model do, so nobody may write them.
fn mocks_no_model(node: &Node, findings: &Findings) {
    let Some(model) = node.get("mocks").and_then(|mocks| mocks.get("model")) else { return };
    let message = "an eval judges the answers of real models, so it takes no mocks of them";
    let finding = Diagnostic::error("E963", &model.place, message);
    findings.push(finding.help(
        "take `model` out; `transom eval --live --keep` asks the models and records their answers, and `transom test` \
         plays with mocks",
    ));
}

struct Reader<'a> {
    set: &'a FlowSet,
    head: Arc<Head>,
    wanted: Wanted,
    criteria: &'a Criteria,
    findings: &'a Findings,
}

impl Reader<'_> {
    fn case(&self, node: &Node) -> Option<EvalCase> {
        let mut fields = Fields::new(node, "a case of an eval", self.findings);
        fields.required("name");
        let name = fields.text("name").to_owned();
        let place = fields.node("name").map_or_else(|| node.place.clone(), |node| node.place.clone());
        let own = Head::KEYS.iter().any(|key| node.get(key).is_some());
        let head = match own {
            true => Arc::new(Head::read(&mut fields, self.set, Some(&self.head))),
            false => Arc::clone(&self.head),
        };
        mocks_no_model(node, self.findings);
        let kind = match (fields.node("talk").or(fields.node("customer")), fields.node("finds")) {
            (Some(_), Some(finds)) => {
                let message = "a case is a talk or `finds` a part of the papers, and this one has both";
                self.findings.push(Diagnostic::error("E957", &finds.place, message).help("make two cases of it"));
                None
            }
            (None, Some(_)) => self.search(&mut fields).map(EvalKind::Finds),
            (_, None) => self.talk(&mut fields, &head).map(EvalKind::Talk),
        };
        fields.finish();
        Some(EvalCase { name, place, head, kind: kind? })
    }

    fn talk(&self, fields: &mut Fields<'_>, head: &Head) -> Option<EvalTalk> {
        let is_played = fields.node("talk").is_none() && fields.node("customer").is_some();
        let customer = match (fields.node("talk"), fields.entry("customer")) {
            (Some(_), Some(customer)) => {
                let message = "the customer's messages are written in `talk`, or a model plays the `customer`, and this case has both";
                let finding = Diagnostic::error("E957", &customer.key.place, message);
                self.findings.push(finding.help("take one of the two out, or make two cases of it"));
                None
            }
            (None, Some(_)) => customer::read(fields, self.set),
            (_, None) => {
                fields.required("talk");
                None
            }
        };
        if let Some(talk) =
            fields.node("talk").filter(|talk| talk.is_null() || talk.list().is_some_and(<[Node]>::is_empty))
        {
            let finding = Diagnostic::error("E959", &talk.place, "nobody says anything in this talk");
            self.findings.push(finding.help("write the customer's messages: `talk: [how much are new brakes?]`"));
        }
        let steps: Vec<EvalStep> = fields.list("talk").iter().filter_map(|node| self.step(node, head)).collect();
        let Wanted { plays, pass } = wanted(fields, self.wanted);
        let expect = fields.node("expect");
        let rules = expect.map(|node| self.rules(node, true)).unwrap_or_default();
        let judges = expect.is_some() || fields.list("talk").iter().any(|step| step.get("expect").is_some());
        if !judges {
            let finding = Diagnostic::error("E959", fields.place(), "nothing says how the talk should go");
            self.findings.push(finding.help("write `expect: {says: …}`, `{never_says: …}`, `{tools: …}` or the like"));
        }
        // Nobody would say anything.
        if is_played && customer.is_none() {
            return None;
        }
        Some(EvalTalk { plays, pass, steps, customer, rules })
    }

    /// A text is a message of the customer, whatever its words; else a step of a test, or rules.
    fn step(&self, node: &Node, head: &Head) -> Option<EvalStep> {
        if node.text().is_some() {
            return step::said(node).map(EvalStep::Act);
        }
        if let Some(expect) = node.get("expect").filter(|_| node.map().is_some_and(|entries| entries.len() == 1)) {
            return Some(EvalStep::Look(self.rules(expect, false)));
        }
        if let Some(bot) = node.get("bot") {
            let message = "nobody knows the words of a model beforehand, so an eval has no `bot`";
            let finding = Diagnostic::error("E957", &bot.place, message);
            self.findings.push(finding.help("write the rule that the reply must keep: `- expect: {says: …}`"));
            return None;
        }
        step::read(node, self.set, head, self.findings).map(EvalStep::Act)
    }

    fn rules(&self, node: &Node, is_whole_talk: bool) -> Vec<EvalRule> {
        rules::read(node, is_whole_talk, self.criteria, self.set, self.findings)
    }

    fn search(&self, fields: &mut Fields<'_>) -> Option<EvalSearch> {
        fields.know(&["repeat", "pass"]);
        let mut fields = fields.fields("finds")?;
        for name in ["question", "in"] {
            fields.required(name);
        }
        let question = fields.text("question").to_owned();
        let language = fields.opt_text("language").map(str::to_owned);
        let most = i64::try_from(KNOWLEDGE_RANKED_MAX).unwrap_or(i64::MAX);
        let top = usize::try_from(fields.whole("top", FOUND_AMONG, 1..=most)).unwrap_or(1);
        let part = fields.node("in").cloned();
        fields.finish();
        let node = part?;
        let written = node.text()?;
        let part = match written {
            "nothing" if node.scalar().is_some_and(|scalar| scalar.is_plain()) => None,
            _ => Some(PaperPart::read(&node, written, self.set, self.findings)),
        };
        Some(EvalSearch { question, language, part, top, place: node.place.clone() })
    }
}

/// `top` of `finds`, unless the eval has another one.
const FOUND_AMONG: i64 = 3;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::limits::{
        EVAL_CALIBRATION_LINES_MAX, EVAL_CALIBRATIONS_MAX, EVAL_CRITERIA_MAX, EVAL_CRITERION_CHARS_MAX,
        EVAL_CUSTOMER_CHARS_MAX,
    };

    fn found(cases: &str) -> Vec<String> {
        found_in(&format!("evals: a\ncases:\n{cases}"), "models: [main, small]\nagents: {judge: small}\n")
    }

    fn found_in(text: &str, models: &str) -> Vec<String> {
        let flow = "flow: a\nwhen: [any_message: true]\nsteps:\n  - say: Hi\n";
        let bot = format!("bot: A\ntimezone: UTC\n{models}");
        let files = [("_bot", bot.as_str()), ("a", flow)];
        let files = files.map(|(name, text)| SourceFile::new(format!("flows/{name}.yaml"), text));
        let (set, findings) = crate::parse_set(&files);
        assert_eq!(findings, Vec::new());
        let (_, found) = parse(&SourceFile::new("flows/a.eval.yaml", text), &set);
        found.iter().map(|finding| format!("{} {}", finding.code, finding.place.line())).collect()
    }

    #[test]
    fn a_rule_that_can_never_fail_is_a_mistake() {
        for (case, code) in [
            ("  - {name: x, talk: [hi], expect: {says: []}}\n", "E959 3"),
            ("  - {name: x, talk: [hi], expect: {never_says: []}}\n", "E959 3"),
            ("  - {name: x, talk: [hi], expect: {never_says: ['']}}\n", "E959 3"),
            ("  - {name: x, talk: [hi], expect: {tools: []}}\n", "E959 3"),
            ("  - {name: x, talk: [hi], expect: {}}\n", "E959 3"),
            ("  - {name: x, talk: [hi]}\n", "E959 3"),
            ("  - {name: x, talk: [], expect: {says: hi}}\n", "E959 3"),
            ("  - {name: x, talk: [hi], expect: {cost_below: 0}}\n", "E958 3"),
            ("  - {name: x, talk: [hi], expect: {says: hi}, pass: 0%}\n", "E958 3"),
            ("  - {name: x, talk: [hi], expect: {says: hi}, repeat: 101}\n", "E205 3"),
            ("  - {name: x, talk: [hi, {bot: hi}], expect: {says: hi}}\n", "E957 3"),
            ("  - {name: x, finds: {question: hi, in: nothing.md}}\n", "E964 3"),
        ] {
            assert_eq!(found(case), [code], "{case}");
        }
        let good = "  - {name: x, talk: [restart, {advance: 1h}], expect: {says: [Hi, [a, b]], tools: nothing}, repeat: 100}\n";
        assert_eq!(found(good), Vec::<String>::new());
    }

    #[test]
    fn a_judge_that_cannot_judge_is_a_mistake() {
        let case = |rule: &str| format!("  - {{name: x, talk: [hi], expect: {{judge: {rule}}}}}\n");
        let long = "a".repeat(EVAL_CRITERION_CHARS_MAX + 1);
        let many = vec!["a b"; EVAL_CRITERIA_MAX + 1].into_iter().enumerate().map(|(at, text)| format!("{text} {at}"));
        let many = format!("[{}]", many.collect::<Vec<_>>().join(", "));
        for (rule, code) in
            [("[]", "E959 3"), ("['']", "E959 3"), ("[polite, polite]", "E959 3"), (&long, "E959 3"), (&many, "E959 3")]
        {
            assert_eq!(found(&case(rule)), [code], "{rule}");
        }
        assert_eq!(found(&case("[polite, answers the question]")), [""; 0]);
        let text = format!("evals: a\ncases:\n{}", case("polite"));
        assert_eq!(found_in(&text, "models: [main]\n"), ["E520 3"]);
        assert_eq!(found_in(&text, ""), ["E520 3"]);
    }

    #[test]
    fn a_name_of_criteria_is_its_sentence_and_a_misspelt_one_a_mistake() {
        let file = |rule: &str, criterion: &str| {
            let labels = format!(
                "calibrate:\n  - {{talk: [{{customer: hi}}, {{bot: Hi}}], criterion: {criterion}, holds: no}}\n"
            );
            let head = format!("evals: a\ncriteria:\n  polite: The bot stays friendly\n{labels}");
            let text = format!("{head}cases:\n  - {{name: x, talk: [hi], expect: {{judge: [{rule}]}}}}\n");
            found_in(&text, "models: [main, small]\nagents: {judge: small}\n")
        };
        assert_eq!(file("polite", "polite"), [""; 0]);
        assert_eq!(file("The bot stays friendly", "polite"), [""; 0]);
        assert_eq!(file("answers the question", "polite"), ["E964 5"], "nothing judges it");
        assert_eq!(file("polit, polite", "polite"), ["E964 7"]);
        assert_eq!(file("polite", "polit"), ["E964 5"]);
    }

    #[test]
    fn a_label_without_its_parts_is_a_mistake() {
        let file = |labels: &str| {
            let text = format!(
                "evals: a\ncalibrate: {labels}\ncases:\n  - {{name: x, talk: [hi], expect: {{judge: kind}}}}\n"
            );
            found_in(&text, "models: [main, small]\nagents: {judge: small}\n")
        };
        let (talk, rest) = ("talk: [{customer: hi}, {bot: Hi}]", "criterion: kind, holds: yes");
        assert_eq!(file(&format!("[{{{talk}, {rest}}}]")), [""; 0]);
        for (labels, code) in [
            ("[]".to_owned(), "E959 2"),
            (format!("[{{{rest}}}]"), "E202 2"),
            (format!("[{{{talk}, holds: yes}}]"), "E202 2"),
            (format!("[{{{talk}, criterion: kind}}]"), "E202 2"),
            (format!("[{{{talk}, criterion: kind, holds: perhaps}}]"), "E206 2"),
            (format!("[{{talk: [], {rest}}}]"), "E959 2"),
            (format!("[{{talk: [hi], {rest}}}]"), "E957 2"),
            (format!("[{{talk: [{{}}], {rest}}}]"), "E957 2"),
            (format!("[{{talk: [{{customer: hi, bot: Hi}}], {rest}}}]"), "E957 2"),
            (format!("[{{talk: [{{customer: ''}}], {rest}}}]"), "E957 2"),
            (
                format!("[{{talk: [{}], {rest}}}]", vec!["{bot: Hi}"; EVAL_CALIBRATION_LINES_MAX + 1].join(", ")),
                "E959 2",
            ),
            (format!("[{}]", vec![format!("{{{talk}, {rest}}}"); EVAL_CALIBRATIONS_MAX + 1].join(", ")), "E959 2"),
        ] {
            assert_eq!(file(&labels), [code], "{labels}");
        }
    }

    #[test]
    fn a_customer_that_cannot_be_played_is_a_mistake() {
        let case = |customer: &str| format!("  - {{name: x, customer: {customer}, expect: {{says: hi}}}}\n");
        let long = format!("{{wants: {}}}", "a".repeat(EVAL_CUSTOMER_CHARS_MAX + 1));
        for (customer, code) in [
            ("{}", "E202 3"),
            ("{wants: ''}", "E958 3"),
            ("{wants: brakes, knows: ''}", "E958 3"),
            ("{wants: brakes, knows: }", "E958 3"),
            ("{wants: [a]}", "E958 3"),
            (&long, "E958 3"),
            ("{wants: brakes, turns: 0}", "E205 3"),
            ("{wants: brakes, turns: 21}", "E205 3"),
            ("{wants: brakes, model: smal}", "E520 3"),
            ("{wants: brakes, knwos: my number}", "E203 3"),
        ] {
            assert_eq!(found(&case(customer)), [code], "{customer}");
        }
        for good in ["{wants: brakes}", "{wants: brakes, knows: the order is 4711, turns: 20, model: small}"] {
            assert_eq!(found(&case(good)), [""; 0], "{good}");
        }
        let both = "  - {name: x, talk: [hi], customer: {wants: brakes}, expect: {says: hi}}\n";
        assert_eq!(found(both), ["E957 3"]);
        assert_eq!(found("  - {name: x, customer: {wants: brakes}}\n"), ["E959 3"]);
        let text = format!("evals: a\ncases:\n{}", case("{wants: brakes}"));
        assert_eq!(found_in(&text, ""), ["E520 3"]);
    }
}
