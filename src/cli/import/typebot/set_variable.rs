//! Reads Typebot's *Set variable*.

use super::{
    super::{
        graph::Step,
        report::{Place, quote},
        source::{some_text, text},
        texts::gap,
        yaml::Yaml,
    },
    Reader,
    variables::{Kind, Variable, as_text},
};
use serde_json::Value;

impl Reader<'_> {
    pub(super) fn set_variable(&mut self, block: &Value, place: &Place) -> Vec<Step> {
        let id = text(block, "options.variableId");
        let Some(variable) = self.variables.by_id(&id).cloned() else {
            return vec![self.without_counterpart(place, "it names no variable")];
        };
        let kind = some_text(block, "options.type").unwrap_or_else(|| "Custom".to_owned());
        let value = match kind.as_str() {
            "Custom" => return self.custom(block, &variable, place),
            "Append value(s)" => {
                let item = self.text(&text(block, "options.item"), place);
                self.bot.report.kept(place, "`set`");
                return vec![set(&format!("{}[]", variable.name), &item)];
            }
            "Pop" | "Shift" => return self.take_one(&kind, block, &variable, place),
            "Empty" if variable.kind == Kind::List => "${[]}",
            "Empty" => "",
            "Now" => "${now().to_text()}",
            "Today" => "${today().to_text()}",
            "Yesterday" => "${(today() - days(1)).to_text()}",
            "Tomorrow" => "${(today() + days(1)).to_text()}",
            "Moment of the day" => {
                "${if now().hour < 6 || now().hour >= 22 { \"night\" } else if now().hour < 12 { \"morning\" } else if \
                 now().hour < 18 { \"afternoon\" } else { \"evening\" }}"
            }
            "Phone number" => "${contact.phone ?? \"\"}",
            "Contact name" => "${contact.name ?? \"\"}",
            "Environment name" => "whatsapp",
            "Device type" => "mobile",
            "User ID" | "Result ID" => {
                self.bot.report.replaced(place, "the customer's number is the id");
                return vec![set(&variable.name, "${contact.phone ?? \"\"}")];
            }
            _ => {
                let why = format!("a flow has no `{}`; `{}` keeps its value", quote(&kind), variable.name);
                return vec![self.without_counterpart(place, &why)];
            }
        };
        self.bot.report.kept(place, "`set`");
        vec![set(&variable.name, value)]
    }

    /// The last or first item of a list leaves it.
    fn take_one(&mut self, kind: &str, block: &Value, list: &Variable, place: &Place) -> Vec<Step> {
        if list.kind != Kind::List {
            return vec![self.without_counterpart(place, "an item is taken from what is no list here")];
        }
        let name = &list.name;
        let (item, rest) = match kind {
            "Pop" => {
                (format!("${{{name}.last() ?? \"\"}}"), format!("${{{name}.extract(0, max({name}.len() - 1, 0))}}"))
            }
            _ => (format!("${{{name}.first() ?? \"\"}}"), format!("${{{name}.extract(1, {name}.len())}}")),
        };
        self.bot.report.kept(place, "`set`");
        let into = self.variable_of(block, "options.saveItemInVariableId");
        let mut steps: Vec<Step> = into.into_iter().map(|into| set(&into, &item)).collect();
        steps.push(set(name, &rest));
        steps
    }

    /// A text with variables, or a sum of them; other code is named.
    fn custom(&mut self, block: &Value, variable: &Variable, place: &Place) -> Vec<Step> {
        let written = text(block, "options.expressionToEvaluate");
        if let Some(other) = self.variables.single(&written) {
            self.bot.report.kept(place, "`set`");
            let same_list = other.kind == Kind::List && variable.kind == Kind::List;
            let code = if same_list { other.name.clone() } else { super::variables::printed(&other) };
            return vec![set(&variable.name, &format!("${{{code}}}"))];
        }
        if is_sum(&written) && !block_is_text(block) {
            let number = |variable: &Variable| format!("({}.to_number() ?? 0)", as_text(variable));
            let code = self.variables.substituted(written.trim(), number);
            self.bot.report.kept(place, "`set`");
            let code = if variable.kind == Kind::Number { code } else { format!("({code}).to_text()") };
            return vec![set(&variable.name, &format!("${{{code}}}"))];
        }
        if super::super::source::is_true(block, "options.isCode") || looks_like_code(&written) {
            let why = format!(
                "JavaScript does not run here; `{}` keeps its value. It was: {}",
                variable.name,
                quote(&written)
            );
            self.bot.report.left(place, why);
            return vec![gap(&format!("`{}` was set by JavaScript: {}", variable.name, quote(&written)))];
        }
        self.bot.report.kept(place, "`set`");
        let value = self.text(&written, place);
        if variable.kind == Kind::List {
            return vec![set(&variable.name, "${[]}"), set(&format!("{}[]", variable.name), &value)];
        }
        vec![set(&variable.name, &value)]
    }
}

fn set(name: &str, value: &str) -> Step {
    Step::keys([("set", Yaml::Map(vec![(name.to_owned(), Yaml::text(value))]))])
}

fn block_is_text(block: &Value) -> bool {
    text(block, "options.type") == "Text"
}

/// `{{a}} + 1`: variables, numbers, brackets and the four signs, and at least one of these between two values.
fn is_sum(text: &str) -> bool {
    let mut rest = text.trim().to_owned();
    let mut variables = 0;
    while let (Some(begin), Some(end)) = (rest.find("{{"), rest.find("}}")) {
        if begin > end {
            return false;
        }
        rest.replace_range(begin..end + 2, "1");
        variables += 1;
    }
    let signs = rest.chars().any(|c| "+-*/".contains(c));
    let figures = rest.chars().all(|c| c.is_ascii_digit() || " +-*/().".contains(c));
    // `2024-01-31` and `555-0100` are no sums.
    let open = rest.matches('(').count() == rest.matches(')').count();
    let ends = rest.trim_end().ends_with(|c: char| c.is_ascii_digit() || c == ')');
    signs
        && figures
        && open
        && ends
        && variables > 0
        && !rest.contains("--")
        && !rest.contains("**")
        && !rest.contains("//")
}

fn looks_like_code(text: &str) -> bool {
    let without: String = text.split("{{").map(|part| part.rsplit("}}").next().unwrap_or(part)).collect();
    [
        "return ",
        "=>",
        "const ",
        "let ",
        "var ",
        "new Date",
        "Math.",
        "JSON.",
        ".replace(",
        ".split(",
        ".map(",
        ".toString(",
        "parseInt(",
        "Number(",
    ]
    .iter()
    .any(|sign| without.contains(sign))
        || without.trim_end().ends_with(';')
        || without.contains(" ? ") && without.contains(" : ")
        || without.contains(".length")
}
