//! Turns Typebot's comparisons into conditions, and its condition block into `if` or `switch`.

use super::{
    super::{
        graph::{Field, Goal, Step, Verb, Way},
        report::Place,
        source::{at, list, text},
        texts::in_code,
        yaml::Yaml,
    },
    Read, Reader,
    variables::{Kind, Variable, as_text},
};
use serde_json::Value;

impl Reader<'_> {
    pub(super) fn condition(&mut self, block: &Value, place: &Place, next: Goal) -> Read {
        let id = text(block, "id");
        let mut ways = Vec::new();
        for item in list(block, "items") {
            let code = self.code_of(at(item, "content"));
            let way = self.goal_of(item, &id).unwrap_or(next);
            ways.push((code, way));
        }
        self.bot.report.kept(place, "`if`");
        if ways.is_empty() {
            return Vec::new().into();
        }
        if let Some(step) = self.as_switch(block, &ways) {
            return step.into();
        }
        // From the last one up: each stands in the `else` of the one before it.
        let mut otherwise: Option<Step> = None;
        for (code, goal) in ways.into_iter().rev() {
            let mut keys = vec![
                ("if".to_owned(), Field::Plain(Yaml::Text(code))),
                ("then".to_owned(), Field::Way(Way::to(below(goal, next)))),
            ];
            if let Some(step) = otherwise.take() {
                keys.push(("else".to_owned(), Field::Way(Way { steps: vec![step], to: Goal::Below })));
            }
            otherwise = Some(Verb::Keys(keys).into());
        }
        otherwise.into_iter().collect::<Vec<_>>().into()
    }

    /// Three or more comparisons of one variable with texts are a `switch`.
    fn as_switch(&mut self, block: &Value, ways: &[(String, Goal)]) -> Option<Step> {
        let compared = |item: &Value| match list(item, "content.comparisons") {
            [one] if text(one, "comparisonOperator") == "Equal to" && !text(one, "value").contains("{{") => {
                Some((text(one, "variableId"), text(one, "value")))
            }
            _ => None,
        };
        let all: Vec<_> = list(block, "items").iter().map(compared).collect::<Option<_>>()?;
        let (first, _) = all.first()?;
        let mut values: Vec<&str> = all.iter().map(|(_, value)| value.as_str()).collect();
        values.sort_unstable();
        values.dedup();
        let plain = |value: &&str| !value.trim().is_empty() && !value.contains(',') && !value.contains("${");
        if all.len() < 3
            || all.iter().any(|(id, _)| id != first)
            || values.len() < all.len()
            || !values.iter().all(plain)
        {
            return None;
        }
        let variable = self.variables.read_by(first)?;
        let cases = all.iter().zip(ways).map(|((_, value), (_, goal))| (value.trim().to_owned(), Way::to(*goal)));
        Some(
            Verb::Keys(vec![
                ("switch".to_owned(), Field::Plain(Yaml::Text(as_text(&variable)))),
                ("cases".to_owned(), Field::Ways(cases.collect())),
            ])
            .into(),
        )
    }

    /// The code of a condition: its comparisons with `&&` or `||`.
    pub(super) fn code_of(&mut self, condition: &Value) -> String {
        let by = if text(condition, "logicalOperator") == "OR" { " || " } else { " && " };
        let all: Vec<String> = list(condition, "comparisons").iter().filter_map(|one| self.comparison(one)).collect();
        match all.len() {
            0 => "true".to_owned(),
            1 => all.concat(),
            _ => all
                .iter()
                .map(|code| if code.contains(" || ") { format!("({code})") } else { code.clone() })
                .collect::<Vec<_>>()
                .join(by),
        }
    }

    fn comparison(&mut self, one: &Value) -> Option<String> {
        let variable = self.variables.read_by(&text(one, "variableId"))?;
        let value = text(one, "value");
        let (is, other) = (as_text(&variable), self.variables.code(&value));
        Some(match text(one, "comparisonOperator").as_str() {
            "Equal to" if variable.kind == Kind::List => format!("{}.contains({other})", variable.name),
            "Equal to" => format!("{is} == {other}"),
            "Not equal" if variable.kind == Kind::List => format!("!{}.contains({other})", variable.name),
            "Not equal" => format!("{is} != {other}"),
            "Contains" => format!("{}.contains({})", lower(&is), lower(&other)),
            "Does not contain" => format!("!{}.contains({})", lower(&is), lower(&other)),
            "Starts with" => format!("{}.starts_with({})", lower(&is), lower(&other)),
            "Ends with" => format!("{}.ends_with({})", lower(&is), lower(&other)),
            "Greater than" => self.numbers(&variable, ">", &value),
            "Greater or equal to" => self.numbers(&variable, ">=", &value),
            "Less than" => self.numbers(&variable, "<", &value),
            "Less or equal to" => self.numbers(&variable, "<=", &value),
            "Is set" => match variable.kind {
                Kind::List => format!("!{}.is_empty()", variable.name),
                Kind::File => format!("!missing({})", variable.name),
                _ => format!("{is} != \"\""),
            },
            "Is empty" => match variable.kind {
                Kind::List => format!("{}.is_empty()", variable.name),
                Kind::File => format!("missing({})", variable.name),
                _ => format!("{is} == \"\""),
            },
            "Matches regex" => format!("{is}.is_match({})", in_code(pattern(&value))),
            "Does not match regex" => format!("!{is}.is_match({})", in_code(pattern(&value))),
            _ => return None,
        })
    }

    /// A comparison of numbers; a list counts by its length, as in Typebot.
    fn numbers(&mut self, variable: &Variable, by: &str, value: &str) -> String {
        let left = match variable.kind {
            Kind::List => format!("{}.len()", variable.name),
            Kind::Number => format!("({} ?? 0)", variable.name),
            _ => format!("({}.to_number() ?? 0)", as_text(variable)),
        };
        let right = match value.trim().parse::<f64>() {
            Ok(_) => value.trim().to_owned(),
            Err(_) => format!("(({}).to_number() ?? 0)", self.variables.code(value)),
        };
        format!("{left} {by} {right}")
    }
}

fn below(goal: Goal, next: Goal) -> Goal {
    if goal == next { Goal::Below } else { goal }
}

/// The code in small letters; a text that stands there is written so.
fn lower(code: &str) -> String {
    let is_text = code.starts_with('"') && code.ends_with('"') && !code.contains(" + ");
    if is_text { code.to_lowercase() } else { format!("{}.lower()", bracketed(code)) }
}

/// A sum in brackets, so that a function is of all of it.
fn bracketed(code: &str) -> String {
    if code.contains(" + ") { format!("({code})") } else { code.to_owned() }
}

/// `/word/i` without its slashes.
fn pattern(value: &str) -> &str {
    let inner = value.trim().strip_prefix('/').and_then(|rest| rest.rsplit_once('/'));
    inner.map_or(value.trim(), |(pattern, _)| pattern)
}
