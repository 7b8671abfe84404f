//! Finds mistakes that Rhai's compiler does not report: unknown functions, changed values, secrets in wrong places.

use super::{
    Scripts, Uses, closures,
    replaced::{is_asked, is_replaced},
    view, words,
};
use crate::{
    base::{
        diagnostic::{Diagnostic, Findings, did_you_mean},
        place::{Place, SourceFile},
        yaml::{Scalar, Style},
    },
    text::Names,
};
use rhai::{AST, ASTNode, Engine, Expr, Module, ParseErrorType, Position, Stmt};
use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Range,
    sync::Arc,
};

/// The byte offset of a line and column (both from 1, in characters) of some code.
pub fn offset(code: &str, (line, column): (usize, usize)) -> usize {
    let mut start = 0;
    for text in code.split_inclusive('\n').take(line.saturating_sub(1)) {
        start += text.len();
    }
    let rest = code[start..].split('\n').next().unwrap_or_default();
    start + rest.char_indices().nth(column.saturating_sub(1)).map_or(rest.len(), |(at, _)| at)
}

/// Checks compiled code, and returns the names that it reads. `None`: an error was found.
pub fn walk(
    ast: &AST,
    code: &str,
    names: &Names<'_>,
    scripts: &Scripts,
    place: &dyn Fn(Range<usize>) -> Place,
    findings: &Findings,
) -> Option<Uses> {
    let mut uses = Uses::default();
    let before = findings.len();
    let own: BTreeSet<&str> = names.own.iter().map(String::as_str).collect();
    let functions: BTreeSet<String> = ast.iter_functions().map(|function| function.name.to_string()).collect();
    let mut local: BTreeSet<String> = BTreeSet::new();
    let mut asked: BTreeSet<(String, String)> = BTreeSet::new();
    ast.walk(&mut |path| {
        if let Some(ASTNode::Stmt(Stmt::Var(declared, ..))) = path.last() {
            local.insert(declared.0.name.to_string());
        }
        true
    });
    // The parameter of `|event| event.free` is a name of its own, even if a view has the same name.
    let params = closures::params(ast);
    let at = |position: Position, length: usize| {
        let start = offset(code, (position.line().unwrap_or(1), position.position().unwrap_or(1)));
        place(start..(start + length).min(code.len()))
    };
    ast.walk(&mut |path| {
        match path.last() {
            Some(ASTNode::Expr(Expr::Variable(variable, _, position))) => {
                let name = variable.1.as_str();
                let known = view(name).is_some() || own.contains(name);
                if known {
                    uses.names.insert(name.to_owned());
                }
                if name == "secrets" && !names.secrets {
                    let finding = Diagnostic::error("E309", &at(*position, name.len()), "a secret may not stand here");
                    findings
                        .push(finding.help("secrets go into `headers`, `query`, `json` or `form` of an `http` step"));
                } else if name == "secrets" && path.iter().any(in_backticks) {
                    let place = at(*position, name.len());
                    let finding = Diagnostic::error("E309", &place, "a secret may not stand in backticks");
                    findings.push(finding.help("join it to the text with `+`: `\"Bearer \" + secrets.NAME`"));
                }
            }
            Some(ASTNode::Expr(Expr::Dot(pair, ..))) => {
                if let Expr::Variable(root, ..) = &pair.lhs
                    && !params.contains(root.1.as_str())
                    && !local.contains(root.1.as_str())
                    && let Some((property, position)) = property(&pair.rhs)
                {
                    let at = (position.line().unwrap_or(1), position.position().unwrap_or(1));
                    if is_replaced(path) {
                        uses.replaced.insert(at);
                    }
                    if is_asked(path) {
                        asked.insert((root.1.to_string(), property.clone()));
                    }
                    uses.properties.push((root.1.to_string(), property, at));
                }
            }
            Some(ASTNode::Expr(Expr::FnCall(call, position) | Expr::MethodCall(call, position)))
            | Some(ASTNode::Stmt(Stmt::FnCall(call, position))) => {
                let method = matches!(path.last(), Some(ASTNode::Expr(Expr::MethodCall(..))));
                if let ("title", [Expr::Variable(variable, ..)]) = (call.name.as_str(), call.args.as_slice())
                    && own.contains(variable.1.as_str())
                {
                    let at = (position.line().unwrap_or(1), position.position().unwrap_or(1));
                    uses.titles.insert(at, variable.1.to_string());
                }
                if !call.namespace.is_empty() {
                    let module =
                        call.namespace.path.iter().map(|part| part.name.as_str()).collect::<Vec<_>>().join("::");
                    if let Some(finding) = in_module(
                        scripts,
                        &module,
                        call.name.as_str(),
                        call.args.len(),
                        &at(*position, call.name.len()),
                    ) {
                        findings.push(finding);
                    }
                } else if let Some(finding) =
                    unknown_function(call.name.as_str(), method, &functions, scripts, &at(*position, call.name.len()))
                {
                    findings.push(match call.args.as_slice() {
                        [Expr::IntegerConstant(number, _)] if !method => {
                            finding.help_if(counted(call.name.as_str(), *number))
                        }
                        _ => finding,
                    });
                }
            }
            Some(ASTNode::Stmt(Stmt::Assignment(assignment))) => {
                if let Some((name, position)) = root(&assignment.1.lhs)
                    && !local.contains(&name)
                    && (view(&name).is_some() || own.contains(name.as_str()))
                {
                    let message = format!("a script cannot change `{name}`");
                    let finding = Diagnostic::error("E310", &at(position, name.len()), message);
                    findings.push(finding.help("give the new value back (`as:`), or use a `set` step"));
                }
            }
            _ => {}
        }
        true
    });
    // `if missing(inputs.day) { "–" } else { inputs.day }`
    let of_asked = uses.properties.iter().filter(|(root, name, _)| asked.contains(&(root.clone(), name.clone())));
    uses.replaced.extend(of_asked.map(|(.., at)| *at));
    (findings.len() == before).then_some(uses)
}

/// True inside a text in backticks, which prints its values.
fn in_backticks(node: &ASTNode<'_>) -> bool {
    matches!(node, ASTNode::Expr(Expr::InterpolatedString(..)))
}

/// The name right behind the first dot of `a.b`, `a.b.c`, `a.b()`, if it is a property.
fn property(expression: &Expr) -> Option<(String, Position)> {
    match expression {
        Expr::Property(property, position) => Some((property.2.to_string(), *position)),
        Expr::Dot(pair, ..) | Expr::Index(pair, ..) => property(&pair.lhs),
        _ => None,
    }
}

fn root(expression: &Expr) -> Option<(String, Position)> {
    match expression {
        Expr::Variable(variable, _, position) => Some((variable.1.to_string(), *position)),
        Expr::Dot(pair, ..) | Expr::Index(pair, ..) => root(&pair.lhs),
        _ => None,
    }
}

fn unknown_function(
    name: &str,
    method: bool,
    own: &BTreeSet<String>,
    scripts: &Scripts,
    place: &Place,
) -> Option<Diagnostic> {
    let word = name.starts_with(|c: char| c.is_alphabetic() || c == '_');
    let built_in = ["call", "curry", "Fn", "is_def_var", "is_def_fn", "is_shared", "type_of"].contains(&name);
    if !word || built_in || own.contains(name) || scripts.functions.contains(name) {
        return None;
    }
    let message = if method { format!("values have no `.{name}()`") } else { format!("there is no function `{name}`") };
    let known = scripts.functions.iter().chain(own).map(String::as_str).filter(|name| {
        // Scripts have no output, so these two are refused.
        name.starts_with(char::is_alphabetic) && !matches!(*name, "print" | "debug")
    });
    let module = scripts.modules.iter().find(|(_, functions)| functions.contains_key(name));
    let help = match module {
        Some((module, _)) => Some(format!("write `{module}::{name}(…)`")),
        None if length(name).is_some() => length(name).map(str::to_owned),
        None => elsewhere(name).map(|ours| format!("write `{ours}`")).or_else(|| did_you_mean(name, known)),
    };
    let help = help.unwrap_or_else(|| "`transom reference` lists all functions".to_owned());
    Some(Diagnostic::error("E311", place, message).help(help))
}

/// The length of time that `day(335)` means: `.day` of a date is another thing.
fn counted(name: &str, number: i64) -> Option<String> {
    let ours = match name {
        "day" => "days",
        "hour" => "hours",
        "minute" | "mins" | "min" => "minutes",
        "second" | "secs" | "sec" => "seconds",
        _ => return None,
    };
    Some(format!("write `{ours}({number})`"))
}

/// The advice for a length of time that has no function: a month is not always as long.
fn length(name: &str) -> Option<&'static str> {
    Some(match name {
        "months" | "month" => "months are not all as long: write `days(30)` for one, `days(180)` for six",
        "weeks" | "week" => "write `days(7)` for one, `days(14)` for two",
        "years" | "year" => {
            "write `days(365)` for one; for the same day of another year compare `.year`, `.month` and `.day`"
        }
        _ => return None,
    })
}

/// The function of this language for the name of one in other languages.
pub fn elsewhere(name: &str) -> Option<&'static str> {
    let ours = match name {
        "toUpperCase" | "uppercase" | "to_upper" | "upcase" => ".upper()",
        "toLowerCase" | "lowercase" | "to_lower" | "downcase" => ".lower()",
        "length" | "size" | "count" => ".len()",
        "includes" | "has" => ".contains(…)",
        "has_tag" | "hasTag" | "tagged" => "contact.tags.contains(\"…\")",
        "weekday" | "day_of_week" | "dayofweek" | "isoweekday" => ".weekday",
        "year" => ".year",
        "month" => ".month",
        "day" => ".day",
        "hour" => ".hour",
        "minute" => ".minute",
        "capitalize" | "title_case" | "titlecase" => "text.sub_string(0, 1).upper() + text.sub_string(1)",
        "concat" => "+",
        "abs" => ".abs()",
        "is_open" | "isOpen" | "opened" => ".open",
        "toFixed" | "fixed" => ".round(…)",
        "ceil" | "CEIL" | "CEILING" => ".ceiling()",
        "LEFT" | "left" => "text.sub_string(0, 3)",
        "MID" | "mid" | "substr" | "substring" => "text.sub_string(0, 3)",
        "RIGHT" | "right" => "text.sub_string(-3)",
        "TEXT" => ".format(\"d MMMM, HH:mm\")",
        "IF" | "iif" | "IIF" | "SI" | "SE" | "WENN" => "if a > 3 { \"yes\" } else { \"no\" }",
        "CONCATENATE" | "CONCAT" => "+",
        "TODAY" | "aujourdhui" | "AUJOURDHUI" | "hoy" | "HOY" | "heute" | "HEUTE" | "hoje" | "HOJE" | "oggi"
        | "OGGI" => "today()",
        "NOW" | "maintenant" | "MAINTENANT" | "ahora" | "AHORA" | "jetzt" | "JETZT" | "agora" | "AGORA" | "adesso"
        | "ADESSO" => "now()",
        "not" | "NOT" | "non" | "NON" | "NICHT" | "NO" => "!…",
        "AND" | "ET" | "UND" => "… && …",
        "OR" | "OU" | "ODER" => "… || …",
        "LEN" => ".len()",
        "UPPER" => ".upper()",
        "LOWER" => ".lower()",
        "TRIM" => ".trim()",
        "ISBLANK" => "missing(…)",
        "toString" | "str" | "String" => ".to_text()",
        "toLocaleString" | "toLocaleDateString" | "toISOString" => ".format(\"d MMMM, HH:mm\")",
        "tomorrow" | "TOMORROW" => "today() + days(1)",
        "yesterday" | "YESTERDAY" => "today() - days(1)",
        "days_since" | "daysSince" | "days_ago" | "days_between" => "(today() - date).days",
        "days_until" | "daysUntil" | "days_to" => "(date - today()).days",
        "date_diff" | "datediff" | "dateDiff" | "DATEDIF" => "(later - earlier).days",
        "is_null" | "isNull" | "is_none" | "exists" | "defined" | "is_set" => "missing(…)",
        "add_days" | "addDays" => "+ days(…)",
        "add_hours" | "addHours" => "+ hours(…)",
        "random" | "rand" => "- split: NAME",
        "equals" | "equalsIgnoreCase" | "isEqual" => "==",
        "startsWith" => ".starts_with(…)",
        "endsWith" => ".ends_with(…)",
        "isEmpty" | "empty" | "blank" => ".is_empty()",
        "strip" => ".trim()",
        "matches" | "match_" | "test" => ".is_match(…)",
        "parseInt" | "parseFloat" | "int" | "float" | "number" | "Number" => ".to_number()",
        "strftime" | "date_format" => ".format(\"d MMMM\")",
        _ => return None,
    };
    Some(ours)
}

fn in_module(scripts: &Scripts, module: &str, name: &str, count: usize, place: &Place) -> Option<Diagnostic> {
    // The mistakes of the script have findings there.
    if scripts.broken.contains(module) {
        return None;
    }
    let Some(functions) = scripts.modules.get(module) else {
        let finding = Diagnostic::error("E306", place, format!("there is no file `scripts/{module}.rhai`"));
        let finding = finding.help("write the functions into a file of that name, or correct the name before the `::`");
        return Some(finding.help_if(did_you_mean(module, scripts.modules.keys().map(String::as_str))));
    };
    match functions.get(name) {
        None => {
            let finding = Diagnostic::error("E311", place, format!("`scripts/{module}.rhai` has no function `{name}`"));
            Some(finding.help_if(did_you_mean(name, functions.keys().map(String::as_str))))
        }
        Some(counts) if !counts.contains(&count) => {
            let wanted: Vec<String> = counts.iter().map(ToString::to_string).collect();
            let (wanted, values) = (wanted.join(" or "), if counts.as_slice() == [1] { "value" } else { "values" });
            let message = format!("`{module}::{name}` takes {wanted} {values}, and gets {count}");
            let help = format!("give it what `fn {name}` in `scripts/{module}.rhai` names");
            Some(Diagnostic::error("E312", place, message).help(help))
        }
        Some(_) => None,
    }
}

/// The finding for code that was not compiled, with the advice about the files of `scripts/` if it names one.
pub fn of_modules(finding: Diagnostic, error: &ParseErrorType, scripts: &Scripts) -> Diagnostic {
    match error {
        ParseErrorType::ModuleUndefined(name) => {
            finding.help_if(did_you_mean(name, scripts.modules.keys().map(String::as_str)))
        }
        ParseErrorType::VariableUndefined(name) => {
            let first = scripts.modules.get(name.as_str()).and_then(|functions| functions.keys().next());
            finding.help_if(
                first.map(|first| format!("a function of `scripts/{name}.rhai` is written `{name}::{first}(…)`")),
            )
        }
        _ => finding,
    }
}

/// The functions of a file of `scripts/`, with the numbers of their arguments; `None` if it cannot be parsed.
pub fn functions_of(engine: &Engine, file: &Arc<SourceFile>) -> Option<BTreeMap<String, Vec<usize>>> {
    let mut all: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    let ast = engine.compile(file.text()).ok()?;
    for function in ast.iter_functions() {
        all.entry(function.name.to_string()).or_default().push(function.params.len());
    }
    Some(all)
}

/// The parameters of all functions of a file that cannot be parsed.
fn params_in(text: &str) -> BTreeSet<String> {
    let lists = text.split("fn ").skip(1).filter_map(|rest| rest.split_once('(')?.1.split_once(')'));
    lists
        .flat_map(|(list, _)| list.split(','))
        .map(|name| name.trim().to_owned())
        .filter(|name| !name.is_empty())
        .collect()
}

/// Compiles a file of `scripts/` into a static module; false if it has mistakes.
pub fn module(
    engine: &mut Engine,
    file: &Arc<SourceFile>,
    functions: &Arc<BTreeSet<String>>,
    modules: &Arc<BTreeMap<String, BTreeMap<String, Vec<usize>>>>,
    broken: &Arc<BTreeSet<String>>,
    findings: &Findings,
) -> bool {
    let name = file.stem().to_owned();
    let whole = Place::new(file, 0..file.text().len());
    let source = Arc::new(Scalar::new(file.text(), Style::Plain, whole));
    if let Err(message) = super::valid_name(&name) {
        findings.push(Diagnostic::error("E307", &Place::start_of(file), message).help("give the file another name"));
        return false;
    }
    let mut ast = match engine.compile(file.text()) {
        Ok(ast) => ast,
        Err(error) => {
            let params = params_in(file.text());
            let known = params.iter().map(String::as_str);
            findings.push(words::syntax(&error, file.text(), false, known, &|range| source.part(range)));
            return false;
        }
    };
    ast.set_source(name.as_str());
    let scripts = Scripts {
        engine: Arc::new(Engine::new_raw()),
        functions: functions.clone(),
        signatures: Arc::default(),
        modules: modules.clone(),
        broken: broken.clone(),
        secrets: Arc::default(),
    };
    let names = Names { own: &[], secrets: false };
    if walk(&ast, file.text(), &names, &scripts, &|range| source.part(range), findings).is_none() {
        return false;
    }
    if let Some(loose) = ast.statements().iter().find(|statement| !matches!(statement, Stmt::Noop(_))) {
        let position = loose.position();
        let at = offset(file.text(), (position.line().unwrap_or(1), position.position().unwrap_or(1)));
        let finding = Diagnostic::error("E313", &source.part(at..at + 1), "a file of `scripts/` holds functions only");
        findings.push(finding.help("put this into a function: `fn name(value) { … }`"));
        return false;
    }
    match Module::eval_ast_as_new(rhai::Scope::new(), &ast, engine) {
        Ok(module) => {
            engine.register_static_module(name.as_str(), module.into());
            true
        }
        Err(error) => {
            findings.push(Diagnostic::error("E308", &Place::start_of(file), error.to_string()));
            false
        }
    }
}
