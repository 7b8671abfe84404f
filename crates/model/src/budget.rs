//! Reads budgets: the most that questions to language models may cost in a period that ends now. Budgets of a model, of the
//! bot and of a flow are written alike.

use crate::{
    base::{
        diagnostic::{Diagnostic, Findings},
        fields::Fields,
        limits::{MODEL_BUDGET_PERIOD_MAX, MODEL_BUDGETS_MAX},
        place::Place,
        time::Span,
        yaml::{Kind, Node},
    },
    effect::{millionths, money},
};
use std::fmt;

/// The most that is spent in a period that ends now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Budget {
    /// In millionths of the currency unit.
    pub amount: i64,
    pub period: Span,
}

/// As it is written: `5.00/1d`.
impl fmt::Display for Budget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", money(self.amount), self.period)
    }
}

/// The budgets of one model, of the bot, or of one flow: each of them holds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Budgets {
    /// Over all people.
    pub all: Vec<Budget>,
    /// For each person.
    pub contact: Vec<Budget>,
}

/// Budgets in a file of the bot.
#[derive(Debug, Clone, PartialEq)]
pub struct WrittenBudgets {
    pub budgets: Budgets,
    pub place: Place,
}

/// Words for the two parts that somebody may write in their place.
const OTHER_WORDS: [(&str, &str); 6] = [
    ("bot", "all"),
    ("flow", "all"),
    ("model", "all"),
    ("person", "contact"),
    ("customer", "contact"),
    ("user", "contact"),
];

impl Budgets {
    pub fn is_empty(&self) -> bool {
        self.all.is_empty() && self.contact.is_empty()
    }

    /// Reads `5.00/1d`, a list of such budgets, or `{all: …, contact: …}`. Findings about values have this code.
    pub fn read(node: &Node, code: &'static str, findings: &Findings) -> Budgets {
        let read = |nodes: &[Node]| read(nodes, code, findings);
        let budgets = if node.map().is_some() {
            let mut parts = Fields::new(node, "`budget`", findings);
            let budgets = Budgets { all: read(parts.list("all")), contact: read(parts.list("contact")) };
            for (word, ours) in OTHER_WORDS {
                if let Some(entry) = parts.entry(word) {
                    let finding = Diagnostic::error("E203", &entry.key.place, format!("`budget` has no key `{word}`"));
                    findings.push(finding.help(format!("write `{ours}:`")));
                }
            }
            parts.offer(|name| matches!(name, "all" | "contact"));
            parts.finish();
            budgets
        } else {
            Budgets { all: read(node.one_or_many()), contact: Vec::new() }
        };
        let parts = ["all", "contact"].into_iter().filter_map(|part| node.get(part));
        let empty = parts.chain([node]).filter(|node| match &node.kind {
            Kind::Null => true,
            Kind::List(items) => items.is_empty(),
            Kind::Map(entries) => entries.is_empty(),
            Kind::Scalar(_) => false,
        });
        for node in empty {
            let finding = Diagnostic::error(code, &node.place, "`budget` has no amount");
            findings.push(finding.help(HELP));
        }
        budgets
    }
}

const HELP: &str = "write it like `5.00/1d`";

fn read(nodes: &[Node], code: &'static str, findings: &Findings) -> Vec<Budget> {
    if let Some(node) = nodes.get(MODEL_BUDGETS_MAX) {
        let message = format!("there are more than {MODEL_BUDGETS_MAX} budgets");
        findings.push(Diagnostic::error(code, &node.place, message).help("take some out"));
    }
    nodes.iter().take(MODEL_BUDGETS_MAX).filter_map(|node| budget(node, code, findings)).collect()
}

fn budget(node: &Node, code: &'static str, findings: &Findings) -> Option<Budget> {
    let parts = node.text().and_then(|text| text.split_once('/'));
    let read = parts.and_then(|(amount, period)| {
        Some(Budget { amount: millionths(amount.trim())?, period: Span::parse(period.trim()).ok()? })
    });
    let fits = |budget: &Budget| budget.period > Span::ZERO && budget.period <= MODEL_BUDGET_PERIOD_MAX;
    let budget = read.filter(fits);
    if budget.is_none() && !node.is_broken() {
        let message = format!(
            "a budget is an amount in a time of at most {MODEL_BUDGET_PERIOD_MAX}, and this is {}",
            node.describe()
        );
        findings.push(Diagnostic::error(code, &node.place, message).help(HELP));
    }
    budget
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::{place::SourceFile, yaml};

    /// The budgets of a text, and its findings as `code message; help`.
    fn of(text: &str) -> (Budgets, Vec<String>) {
        let findings = Findings::default();
        let file = SourceFile::new("flows/a.yaml", format!("budget: {text}\n"));
        let root = yaml::load(&file, &findings).expect("it is YAML");
        let budgets = Budgets::read(root.get("budget").expect("the key is there"), "E212", &findings);
        let say =
            |finding: Diagnostic| format!("{} {}; {}", finding.code, finding.message, finding.help.unwrap_or_default());
        (budgets, findings.into_sorted().into_iter().map(say).collect())
    }

    fn day(amount: i64, days: i64) -> Budget {
        Budget { amount, period: Span::days(days) }
    }

    #[test]
    fn a_budget_is_one_or_several_for_all_or_for_each_person() {
        let all = |all: &[Budget]| Budgets { all: all.to_vec(), contact: Vec::new() };
        assert_eq!(of("20.00/1d"), (all(&[day(20_000_000, 1)]), vec![]));
        assert_eq!(of("[5.00/1d, 80/30d]"), (all(&[day(5_000_000, 1), day(80_000_000, 30)]), vec![]));
        let both = Budgets { all: vec![day(20_000_000, 1)], contact: vec![day(500_000, 1)] };
        assert_eq!(of("{all: 20.00/1d, contact: 0.50/1d}"), (both, vec![]));
        assert_eq!(day(500_000, 1).to_string(), "0.50/1d");
    }

    #[test]
    fn a_budget_without_amount_or_period_or_beyond_the_limit_has_a_finding() {
        let period = MODEL_BUDGET_PERIOD_MAX.0 / Span::days(1).0;
        assert_eq!(of(&format!("1.00/{period}d")).0.all, [day(1_000_000, period)]);
        for text in ["5.00", "x/1d", "5.00/0s", "-1/1d", &format!("1.00/{}d", period + 1), "{all: 5.00}"] {
            let (budgets, findings) = of(text);
            assert!(budgets.is_empty(), "{text}");
            assert_eq!(findings.len(), 1, "{text}: {findings:?}");
            assert!(findings[0].starts_with("E212 a budget is an amount in a time of at most 31d"), "{findings:?}");
        }
        for text in ["", "[]", "{}", "{all: []}", "{contact: }"] {
            assert_eq!(of(text).1, ["E212 `budget` has no amount; write it like `5.00/1d`"], "{text}");
        }
    }

    #[test]
    fn so_many_budgets_are_read_and_no_more() {
        let many = |count: usize| format!("[{}]", vec!["1.00/1d"; count].join(", "));
        assert_eq!(of(&many(MODEL_BUDGETS_MAX)).1, [""; 0]);
        let (budgets, findings) = of(&many(MODEL_BUDGETS_MAX + 1));
        assert_eq!((budgets.all.len(), findings.len()), (MODEL_BUDGETS_MAX, 1));
        assert!(findings[0].starts_with("E212 there are more than 8 budgets"), "{findings:?}");
    }

    #[test]
    fn another_word_for_a_part_names_ours() {
        assert_eq!(of("{bot: 20.00/1d}").1, ["E203 `budget` has no key `bot`; write `all:`"]);
        assert_eq!(of("{person: 0.50/1d}").1, ["E203 `budget` has no key `person`; write `contact:`"]);
        let (_, findings) = of("{each: 0.50/1d}");
        assert!(findings.len() == 1 && findings[0].contains("`all`") && !findings[0].contains("`bot`"), "{findings:?}");
    }
}
