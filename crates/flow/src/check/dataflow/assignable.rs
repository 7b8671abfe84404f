//! Checks values in places that accept only some: the cases of a `switch`, the team of a `handoff`, a list in a text.

mod sent_files;

use super::{
    Walk, blanks,
    dates::date_hint::{self, DateUse},
    exprs::Eval,
    state::State,
    sums, transfer,
    types::{Kinds, KnownValue, ValueType},
    views,
};
use crate::{
    base::{
        diagnostic::{Diagnostic, nearest},
        fix::Fix,
        place::Place,
        yaml::{self, Scalar},
    },
    definition::{Flow, Node},
    engine::inputs,
    model::answer::AnswerType,
    script::{Code, numeral, year_first},
    steps::switch,
    text::Text,
};
use std::ops::Range;

/// The key of verdicts of this file, which other checks at the same place do not overwrite.
const SHOWN: &str = "shown";
const TAKES: &str = "takes";

impl<'a> Walk<'a, '_> {
    /// Checks such values of a step in one of its states.
    pub(super) fn fits(&mut self, flow: &'a Flow, node: &'a Node, state: &State) {
        match node.outline.verb {
            "switch" => self.cases(flow, node, state),
            "handoff" => self.team(flow, node, state),
            "repeat" => self.list(flow, node, state),
            "set" => self.filled(flow, node, state),
            "say" | "ask" | "template" => self.sent_files(flow, node, state),
            _ => {}
        }
        for key in ["wait", "timeout"] {
            if let Some(until) = node.outline.yaml.get(key).and_then(|value| value.get("until")) {
                self.moment(flow, node, until, state);
            }
        }
    }

    /// Checks a value in a text: a list or map cannot be shown, and a message must not be empty.
    pub(super) fn shown(&mut self, node: &Node, text: &Text, code: &Code, ty: &ValueType) {
        let (said, alone) = (says(node, text), text.sole().is_some());
        let kinds = ty.kinds.without(Kinds::MISSING);
        let place = code.place();
        // A title that is made of a server's item is as good as the server.
        let of_contact = || blanks::in_text(self.set, code, ty).is_some();
        if blanks::is_title(node, text) && of_contact() || blanks::is_edge(node, text) && !alone {
            self.can_be_empty(code, ty, alone);
        }
        if alone && !said {
            return;
        }
        if ty.kinds.is_vague() || kinds == Kinds::NONE || !kinds.within(Kinds::LIST.and(Kinds::MAP)) {
            self.found.judge.good(&place, SHOWN);
        } else {
            let finding = Diagnostic::error("E318", &place, format!("{} cannot stand in a text", kinds.words()));
            let source = code.source().trim();
            let help = match kinds.meets(Kinds::LIST) {
                true => format!("name one of it, `{source}[0]`, or join them: `{source}.join(\", \")`"),
                false => views::part_to_name(self.set, ty, source),
            };
            self.found.judge.bad_as(SHOWN, finding.help(help));
        }
        if said {
            self.can_be_empty(code, ty, alone && !has_more(node));
        }
    }

    /// Reports a value that can be missing in a text for the customer, where it stands alone, or among words.
    fn can_be_empty(&mut self, code: &Code, ty: &ValueType, alone: bool) {
        let place = code.place();
        if let Some(finding) = blanks::in_text(self.set, code, ty).filter(|_| !alone) {
            self.found.judge.bad(finding);
        }
        // A missing variable is reported where it is read.
        let variable = matches!(code.single(), Some(rhai::Expr::Variable(..)));
        if alone && !variable && ty.may_miss() && !ty.only_missing() {
            let message = "this can be missing, and nothing else stands here: a text without words is an error";
            let finding = Diagnostic::warning("W317", &place, message);
            let help = format!("write `${{{} ?? \"…\"}}`, or ask first: `if: '!missing(…)'`", code.source().trim());
            self.found.judge.bad(finding.help(help));
        }
    }

    /// Checks how a day or a moment is written for the customer.
    pub(super) fn written(&mut self, node: &Node, text: &Text, code: &Code, ty: &ValueType, in_template: bool) {
        let kinds = ty.kinds.without(Kinds::MISSING);
        let dates = Kinds::DATE.and(Kinds::DATETIME).and(Kinds::SPAN);
        let said = in_template || matches!(node.outline.verb, "say" | "ask") && says(node, text);
        if !said || ty.kinds.is_vague() || kinds == Kinds::NONE || !kinds.within(dates) {
            self.found.judge.good(&code.place(), "W325");
            return;
        }
        if kinds == Kinds::SPAN {
            self.found.judge.bad(span_shown(code));
            return;
        }
        let (what, raw, form) = match kinds.meets(Kinds::DATETIME) {
            true => ("moment", "2026-11-27T15:00:00+01:00", "d MMMM, HH:mm"),
            false => ("day", "2026-11-27", "EEEE d MMMM"),
        };
        let source = code.source().trim();
        // An operator binds looser than `.format`.
        let simple = !source.contains([' ', '+', '-', '*', '/', '?']);
        let value = if simple { source.to_owned() } else { format!("({source})") };
        let message = format!("customers read this {what} as `{raw}`");
        let help = format!("say how it is written, in their language: `${{{value}.format(\"{form}\")}}`");
        self.found.judge.bad(Diagnostic::warning("W325", &code.place(), message).help(help));
    }

    /// Checks the list of a `repeat`.
    fn list(&mut self, flow: &Flow, node: &Node, state: &State) {
        let Some(code) = transfer::nested_code(node, "repeat", "in") else { return };
        let ty = transfer::worth(self.set, flow, state, code);
        self.takes(&code.place(), &ty, Kinds::LIST, "`in` takes a list");
    }

    /// Checks the values of `set`: a list that gets items, and typed fields of the contact.
    fn filled(&mut self, flow: &Flow, node: &Node, state: &State) {
        let entries = node.outline.yaml.get("set").and_then(yaml::Node::map).unwrap_or_default();
        let states = transfer::in_turn(self.set, flow, node, state);
        for (entry, (_, state)) in entries.iter().zip(&states) {
            let key = entry.key.text.as_str();
            if let Some(list) = key.strip_suffix("[]") {
                if let Some(ty) = state.var(flow, list).cloned() {
                    self.takes(&entry.key.place, &ty, Kinds::LIST, "`[]` puts one more into a list");
                }
                continue;
            }
            let field = key
                .strip_prefix("contact.")
                .and_then(|name| self.set.bot.fields.iter().find(|field| field.name == name));
            let text = transfer::text_of(node, &entry.value);
            let worked_out = text.and_then(Text::sole);
            if let (Some(field), Some(text)) = (field, text)
                && let Some(finding) = sums::as_text(key, field, text)
            {
                self.found.judge.bad(finding);
            }
            if let (Some(field), Some(code)) = (field, worked_out) {
                let ty = transfer::worth(self.set, flow, state, code);
                let takes = format!("`{key}` takes {}", inputs::name_of(&field.kind));
                self.takes(&code.place(), &ty, held_by(field.kind.of), &takes);
                self.as_date(flow, state, code, &ty, ValueType::declared(&field.kind).kinds);
                self.kept(field, code, &ty);
                self.holds(flow, state, field, code, &ty);
            } else if let ("contact.language", Some(code)) = (key, worked_out) {
                let ty = transfer::worth(self.set, flow, state, code);
                self.language(code, &ty);
            }
        }
    }

    /// Checks the moment of a `wait`.
    fn moment(&mut self, flow: &Flow, node: &Node, until: &yaml::Node, state: &State) {
        let Some(code) = transfer::text_of(node, until).and_then(Text::sole) else { return };
        let ty = transfer::worth(self.set, flow, state, code);
        let dated = |text: &String| text.starts_with(|c: char| c.is_ascii_digit());
        let takes = match &ty.known {
            KnownValue::Texts(texts) if !texts.iter().any(dated) => Kinds::DATE.and(Kinds::DATETIME),
            _ => Kinds::DATE.and(Kinds::DATETIME).and(Kinds::TEXT),
        };
        self.takes(&code.place(), &ty, takes, "`until` takes a date with its time");
        self.as_date(flow, state, code, &ty, Kinds::DATETIME);
    }

    /// Reports a text from a question in a place that needs a date.
    fn as_date(&mut self, flow: &Flow, state: &State, code: &Code, ty: &ValueType, takes: Kinds) {
        let Some(expr) = code.single() else { return };
        let judge = Some(&mut self.found.judge);
        let mut eval = Eval { set: self.set, flow, state, code, judge, locals: Vec::new() };
        date_hint::meant(&mut eval, expr, ty, &DateUse::Beside(takes));
    }

    /// Reports a value that has none of these kinds on any path.
    fn takes(&mut self, place: &Place, ty: &ValueType, takes: Kinds, words: &str) {
        let kinds = ty.kinds.without(Kinds::MISSING);
        if ty.kinds.is_vague() || kinds == Kinds::NONE || kinds.meets(takes.and(Kinds::OTHER)) {
            self.found.judge.good(place, TAKES);
            return;
        }
        let finding = Diagnostic::error("E318", place, format!("{words}, and this is {}", kinds.words()));
        let help = match kinds == Kinds::CLOCK && takes.meets(Kinds::DATETIME) {
            true => "a time of day needs its day: write it like `${day.at(hour, \"bot\")}`",
            false => "write a value of that kind, or take it out",
        };
        self.found.judge.bad_as(TAKES, finding.help(help));
    }

    /// Reports a case that no value matches, which is usually misspelt.
    fn cases(&mut self, flow: &Flow, node: &Node, state: &State) {
        let Some(code) = transfer::code_of(node, "switch") else { return };
        let ty = transfer::worth(self.set, flow, state, code);
        let kinds = ty.kinds.without(Kinds::MISSING);
        let cases = node.outline.yaml.get("cases").and_then(yaml::Node::map).unwrap_or_default();
        let mut misspelt = cases.iter().any(|entry| entry.key.is_broken());
        for entry in cases.iter().filter(|entry| !entry.key.is_broken()) {
            let key = &entry.key;
            for (text, range) in parts(&key.text) {
                let whole = range.len() == key.text.len();
                let place = if whole { key.place.clone() } else { key.part(range) };
                if text == "none" || kinds == Kinds::NONE || can_be(&ty, kinds, &key.text, text) {
                    self.found.judge.good(&place, "W315");
                } else {
                    misspelt = true;
                    self.found.judge.bad(never(text, key, &place, &ty, kinds));
                }
            }
        }
        // Cases that are not a map have a finding.
        let readable = node.outline.yaml.get("cases").is_none_or(|cases| cases.map().is_some());
        if readable && !misspelt && node.outline.yaml.get("else").is_none() && !has_all(&ty, kinds, cases) {
            let message = "this `switch` has no `else`: any other value is passed over";
            let finding = Diagnostic::warning("W601", &node.place, message);
            let meant = cases.iter().map(|case| &case.key).find(|key| is_rest(&key.text)).map(|key| {
                format!("`{}` is a value like others: what is left stands under `else:`, as deep as `cases`", key.text)
            });
            let passed = passed_over(&ty, kinds, cases);
            let help = meant.unwrap_or_else(|| match passed.as_slice() {
                [] => "write `else: []` when that is meant".to_owned(),
                passed => format!("give {} a case, or write `else: []` when that is meant", passed.join(", ")),
            });
            self.found.judge.bad(finding.help(help));
        }
    }

    /// Reports a computed team that cannot be one of the declared teams.
    fn team(&mut self, flow: &Flow, node: &Node, state: &State) {
        let written = node.outline.yaml.get("handoff");
        let Some(text) = written.and_then(|written| transfer::text_of(node, written)) else { return };
        let Some(code) = text.sole() else { return };
        let ty = transfer::worth(self.set, flow, state, code);
        let teams = &self.set.bot.teams;
        let all: Vec<String> = teams.keys().map(|team| format!("`{team}`")).collect();
        let finding = |message: String| Diagnostic::error("E403", &code.place(), message);
        match &ty.known {
            KnownValue::Texts(texts) if ty.kinds.without(Kinds::MISSING) == Kinds::TEXT => {
                let unknown = texts.iter().find(|text| !teams.contains_key(text.trim()));
                if let Some(unknown) = unknown {
                    let finding = finding(format!("this can be \"{unknown}\", and there is no team `{unknown}`"));
                    let help = format!("add it to `teams` in `_bot.yaml`; there are {}", all.join(", "));
                    self.found.judge.bad(finding.help(help));
                }
            }
            _ if ty.kinds.is_vague() || ty.kinds.meets(Kinds::TEXT) || ty.only_missing() => {}
            _ => {
                let words = ty.kinds.without(Kinds::MISSING).words();
                let finding = finding(format!("a team is named here, and this is {words}"));
                self.found.judge.bad(finding.help(format!("write a value that is one of {}", all.join(", "))));
            }
        }
    }
}

fn span_shown(code: &Code) -> Diagnostic {
    let source = code.source().trim();
    let value = if source.contains(' ') { format!("({source})") } else { source.to_owned() };
    let finding = Diagnostic::warning("W325", &code.place(), "customers read this length of time as `2d` or `1h30m`");
    finding.help(format!("say how many days it is, `${{{value}.days}}`, or `.hours` or `.minutes`"))
}

/// True for the text of a message or a question, and for a tag.
fn says(node: &Node, text: &Text) -> bool {
    let here = |key: &str| node.outline.yaml.get(key).is_some_and(|value| value.place.to(text.place()) == value.place);
    match node.outline.verb {
        verb @ ("say" | "ask" | "tag" | "untag" | "emit") => here(verb),
        _ => false,
    }
}

/// True for a message with content beside its text.
fn has_more(node: &Node) -> bool {
    node.outline.yaml.get("media").is_some()
}

/// The kinds that a field of this type accepts: the type itself, and kinds that are converted to it.
fn held_by(kind: AnswerType) -> Kinds {
    match kind {
        AnswerType::Text | AnswerType::Choice => Kinds::ALL.without(Kinds::LIST.and(Kinds::MAP)),
        AnswerType::Number | AnswerType::Whole => Kinds::NUMERIC.and(Kinds::TEXT),
        AnswerType::Date | AnswerType::DateTime => Kinds::DATE.and(Kinds::DATETIME).and(Kinds::TEXT),
        AnswerType::Time => Kinds::CLOCK.and(Kinds::TEXT),
        AnswerType::YesNo => Kinds::YESNO.and(Kinds::TEXT),
        AnswerType::Phone | AnswerType::Email => Kinds::TEXT,
        AnswerType::List => Kinds::LIST,
        AnswerType::Map => Kinds::MAP,
        _ => Kinds::ALL,
    }
}

/// The values in the key of one case, each with its range.
fn parts(key: &str) -> impl Iterator<Item = (&str, Range<usize>)> {
    let mut at = 0;
    let part = move |part: &'_ str| {
        let start = at + part.len() - part.trim_start().len();
        at += part.len() + 1;
        start..start + part.trim().len()
    };
    key.split(',').map(part).map(|range| (&key[range.clone()], range)).filter(|(text, _)| !text.is_empty())
}

/// True if the value can match the case, by the rules of `switch`.
fn can_be(ty: &ValueType, kinds: Kinds, key: &str, text: &str) -> bool {
    if ty.kinds.is_vague() || kinds.meets(Kinds::DATETIME.and(Kinds::SPAN).and(Kinds::OTHER)) {
        return true;
    }
    kinds.meets(Kinds::NUMERIC) && numeral(text).is_some()
        || kinds.meets(Kinds::YESNO) && switch::truth(text).is_some()
        || kinds.meets(Kinds::DATE) && text.parse::<jiff::civil::Date>().is_ok()
        || kinds.meets(Kinds::CLOCK) && text.parse::<jiff::civil::Time>().is_ok()
        || kinds.meets(Kinds::TEXT)
            && match &ty.known {
                KnownValue::Texts(texts) => texts.iter().any(|known| known == text || known == key.trim()),
                _ => true,
            }
}

/// True if each possible value, apart from a missing one, has a case.
fn has_all(ty: &ValueType, kinds: Kinds, cases: &[yaml::Entry]) -> bool {
    let keys = || cases.iter().map(|entry| entry.key.text.as_str());
    let named = |text: &str| keys().any(|key| key.trim() == text || parts(key).any(|(part, _)| part == text));
    let said = |truth: bool| keys().any(|key| parts(key).any(|(part, _)| switch::truth(part) == Some(truth)));
    match (&ty.known, kinds) {
        _ if ty.kinds.is_vague() => false,
        (KnownValue::Texts(texts), Kinds::TEXT) => texts.iter().all(|text| named(text)),
        (KnownValue::Truth(truth), Kinds::YESNO) => said(*truth),
        (_, Kinds::YESNO) => said(true) && said(false),
        // The value was never filled or is always missing, so no case is taken.
        (_, Kinds::NONE) => true,
        _ => false,
    }
}

/// The known values without a case.
fn passed_over(ty: &ValueType, kinds: Kinds, cases: &[yaml::Entry]) -> Vec<String> {
    let KnownValue::Texts(texts) = &ty.known else { return Vec::new() };
    let has = |text: &str| {
        cases.iter().any(|case| case.key.text.trim() == text || parts(&case.key.text).any(|(part, _)| part == text))
    };
    let left = texts.iter().filter(|text| kinds == Kinds::TEXT && !has(text));
    left.take(PASSED_LISTED).map(|text| format!("`{text}`")).collect()
}

/// The maximum number of values that a finding lists.
const PASSED_LISTED: usize = 5;

/// Words for what is left, in other languages.
fn is_rest(case: &str) -> bool {
    matches!(case.to_lowercase().as_str(), "default" | "else" | "otherwise" | "other" | "_" | "*" | "any")
}

fn never(text: &str, key: &Scalar, place: &Place, ty: &ValueType, kinds: Kinds) -> Diagnostic {
    let KnownValue::Texts(texts) = &ty.known else {
        let message = format!("this case is never taken: the value is {}", kinds.words());
        let help = match kinds {
            Kinds::YESNO => "write `true` or `false`".to_owned(),
            _ if kinds.within(Kinds::NUMERIC) => {
                "write a number, such as `2`; for a range write `if: x < 30`".to_owned()
            }
            Kinds::DATE => {
                let day = year_first(text).unwrap_or_else(|| "2026-12-24".to_owned());
                format!("write the date as `\"{day}\"`, the year first")
            }
            _ => "write a value of that kind, or take the case out".to_owned(),
        };
        return Diagnostic::warning("W315", place, message).help(help);
    };
    let all: Vec<String> = texts.iter().map(|text| format!("\"{text}\"")).collect();
    let finding =
        Diagnostic::warning("W315", place, format!("this case is never taken: the value is never \"{text}\""));
    // A difference only in upper and lower case has too many changed letters to count as a typing error.
    let same = texts.iter().find(|known| known.to_lowercase() == text.to_lowercase()).map(String::as_str);
    match same.or_else(|| nearest(text, texts.iter().map(String::as_str))) {
        Some(near) => {
            let bare = key.is_plain() && near.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | ' '));
            let fix = Fix::replace(format!("write `{near}`"), place, near).guess();
            finding.help(format!("did you mean `{near}`?")).fix_if(bare.then_some(fix))
        }
        None if is_rest(text) => finding.help("what is left stands under `else:`, as deep as `cases`"),
        None if all.len() == 1 => finding.help(format!("it is always {}", all[0])),
        None => finding.help(format!("it can be {}", all.join(", "))),
    }
}
