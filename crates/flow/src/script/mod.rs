//! Runs Rhai in a sandbox: expressions and scripts are compiled once when flows are loaded, and run with a limited
//! number of operations.

mod amounts;
mod calendar;
mod check;
mod closures;
mod convert;
pub mod currency;
mod functions;
pub mod hours;
mod listed;
mod metered;
mod names;
mod notation;
mod operators;
pub mod pattern;
pub(crate) mod ranges;
mod replaced;
mod run;
mod sandbox;
mod secret;
mod sentence;
mod statement;
mod stopped;
mod times;
mod unknown_name;
mod words;

use super::{load::spec::VIEWS, text::Names};
use crate::{
    base::{
        diagnostic::{Diagnostic, Findings},
        fix::Fix,
        place::{Place, SourceFile},
        time::Time,
        yaml::{Scalar, Style},
    },
    model::value::Value,
};
pub use calendar::DateStyle;
pub use check::elsewhere;
pub use closures::Closure;
pub use listed::{FUNCTIONS, Function, PARTS};
pub use names::{is_word, meant_name, valid_name};
pub use operators::{clock, numeral, sorted, spells_moment, year_first};
use rhai::{AST, Dynamic, Engine};
pub use sandbox::{with_fuel, within};
pub use secret::Evaluated;
use std::{
    any::TypeId,
    collections::{BTreeMap, BTreeSet},
    ops::Range,
    sync::Arc,
};
pub use times::format_time;

/// The views that the engine provides to every expression, beside the flow's own names.
pub fn views<'a>() -> impl Iterator<Item = &'a str> {
    VIEWS.iter().map(|view| -> &'a str { view.name })
}

/// The view with this name, as a static string.
pub fn view(name: &str) -> Option<&'static str> {
    VIEWS.iter().map(|view| view.name).find(|view| *view == name)
}

/// The sandbox of one version, with its `scripts/*.rhai` as modules.
#[derive(Clone)]
pub struct Scripts {
    engine: Arc<Engine>,
    /// Names of functions that every expression may call.
    functions: Arc<BTreeSet<String>>,
    /// The signatures of each function: the types of the arguments of each variant.
    signatures: Arc<BTreeMap<String, Vec<Vec<TypeId>>>>,
    /// The functions of each module, with the numbers of their arguments.
    modules: Arc<BTreeMap<String, BTreeMap<String, Vec<usize>>>>,
    /// The modules whose files have mistakes: calls of them get no findings.
    broken: Arc<BTreeSet<String>>,
    /// The names that expressions may read below `secrets`.
    secrets: Arc<BTreeSet<String>>,
}

impl Scripts {
    /// Compiles the files of `scripts/`; each becomes a module with the name of its file.
    pub fn new(files: &[Arc<SourceFile>], secrets: impl IntoIterator<Item = String>, findings: &Findings) -> Scripts {
        let mut engine = sandbox::engine();
        let mut modules = BTreeMap::new();
        let functions: BTreeSet<String> =
            engine.collect_fn_metadata(None, |info| Some(info.metadata.name.to_string()), true).into_iter().collect();
        let mut signatures: BTreeMap<String, Vec<Vec<TypeId>>> = BTreeMap::new();
        let all = engine.collect_fn_metadata(
            None,
            |info| Some((info.metadata.name.to_string(), info.metadata.param_types.iter().copied().collect())),
            true,
        );
        for (name, params) in all {
            signatures.entry(name).or_default().push(params);
        }
        // All names are registered before any file is compiled, so that files can call each other in any order.
        for file in files {
            engine.register_static_module(file.stem(), rhai::Module::new().into());
        }
        let mut broken = BTreeSet::new();
        for file in files {
            match check::functions_of(&engine, file) {
                Some(functions) => drop(modules.insert(file.stem().to_owned(), functions)),
                None => drop(broken.insert(file.stem().to_owned())),
            }
        }
        let (functions, mut modules, mut broken) = (Arc::new(functions), Arc::new(modules), Arc::new(broken));
        let unread = broken.clone();
        for file in files {
            if !check::module(&mut engine, file, &functions, &modules, &unread, findings) {
                Arc::make_mut(&mut broken).insert(file.stem().to_owned());
            }
        }
        let known = Arc::make_mut(&mut modules);
        broken.iter().for_each(|name| drop(known.remove(name)));
        Scripts {
            engine: Arc::new(engine),
            functions,
            signatures: Arc::new(signatures),
            modules,
            broken,
            secrets: Arc::new(secrets.into_iter().collect()),
        }
    }
}

impl Scripts {
    /// The files of `scripts/` by name, with their functions and the numbers of arguments.
    pub fn modules(&self) -> impl Iterator<Item = (&str, &BTreeMap<String, Vec<usize>>)> {
        self.modules.iter().map(|(name, functions)| (name.as_str(), functions))
    }

    /// The argument types of each variant of a function of the language. `get$year` is the getter of `.year`. Empty:
    /// there is no such function.
    pub fn signatures(&self, name: &str) -> &[Vec<TypeId>] {
        self.signatures.get(name).map_or(&[], Vec::as_slice)
    }
}

/// The data that an expression reads while it runs: the same scope gives the same value.
pub struct Scope<'a> {
    /// Variables and views (`contact`, `msg`, …) by name; called only for names that the expression reads, and never
    /// for `secrets`.
    pub names: &'a dyn Fn(&str) -> Option<Value>,
    pub now: Time,
    /// The bot's time zone: for a time without a zone.
    pub zone: jiff::tz::TimeZone,
    /// The contact's time zone: for `.local()` and `today()`.
    pub contact_zone: jiff::tz::TimeZone,
    /// The contact's language, for names of days and months.
    pub language: &'a str,
    /// The contact's phone number, whose country decides how amounts are written; `None`: nobody knows it.
    pub phone: Option<&'a str>,
}

/// A compiled expression or script.
#[derive(Clone)]
pub struct Code(Arc<Compiled>);

struct Compiled {
    engine: Arc<Engine>,
    secrets: Arc<BTreeSet<String>>,
    ast: AST,
    single: Option<rhai::Expr>,
    closures: closures::Closures,
    uses: Uses,
    source: Arc<Scalar>,
    /// The part of the source that is the code.
    range: Range<usize>,
}

/// The prefix with which a scope's `names` is called for the shown title of an answer: `title of service`.
pub const TITLE_OF: &str = "title of ";

/// The prefix with which a scope's `names` is called for the original text of an answer: `text of service`.
pub const TEXT_OF: &str = "text of ";

/// The names that an expression reads, found when it was compiled.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Uses {
    /// Variables and views.
    pub names: BTreeSet<String>,
    /// `env.SHOP_URL`: root, property, and the place of the property in the code (line, column).
    pub properties: Vec<(String, String, (usize, usize))>,
    /// The places of those that may be missing without harm: another value stands behind `??`, or the code asks `missing(…)`.
    pub replaced: BTreeSet<(usize, usize)>,
    /// Variables whose shown title is read, by the place of the call in the code (line, column).
    pub titles: BTreeMap<(usize, usize), String>,
}

/// The reason why a script stopped.
#[derive(Debug, Clone, PartialEq)]
pub struct ScriptError {
    /// A sentence for the author, in plain words.
    pub text: String,
    pub place: Place,
}

impl std::fmt::Display for ScriptError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.place, self.text)
    }
}

impl std::fmt::Debug for Code {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.source())
    }
}

impl Code {
    /// Compiles a condition or another single expression.
    pub fn expression(source: &Arc<Scalar>, scripts: &Scripts, names: &Names<'_>, findings: &Findings) -> Option<Code> {
        Self::compile(source, 0..source.text.len(), true, scripts, names, findings)
    }

    /// Compiles the statements of a `script` step, the last of which is the value.
    pub fn script(source: &Arc<Scalar>, scripts: &Scripts, names: &Names<'_>, findings: &Findings) -> Option<Code> {
        Self::compile(source, 0..source.text.len(), false, scripts, names, findings)
    }

    /// Compiles the inside of a `${…}`.
    pub fn part(
        source: &Arc<Scalar>,
        range: Range<usize>,
        scripts: &Scripts,
        names: &Names<'_>,
        findings: &Findings,
    ) -> Option<Code> {
        Self::compile(source, range, true, scripts, names, findings)
    }

    /// Replaces code that did not compile; returns nothing. A set with such code never goes live.
    pub fn broken(place: &Place, scripts: &Scripts) -> Code {
        let ast = AST::empty();
        Code(Arc::new(Compiled {
            engine: scripts.engine.clone(),
            secrets: scripts.secrets.clone(),
            ast,
            single: None,
            closures: closures::Closures::new(),
            uses: Uses::default(),
            source: Scalar::at(place, ""),
            range: 0..0,
        }))
    }

    /// True if the code reads an invalid name, perhaps of a future variable: the finding is at its declaration.
    fn reads_a_wrong_name(code: &str, names: &Names<'_>) -> bool {
        let wrong = |name: &&String| !is_word(name) || words::RESERVED.contains(&name.as_str());
        let read = |name: &String| code.contains(name.as_str()) || code.contains(&name.replace(['-', ' '], "_"));
        names.own.iter().filter(wrong).any(read)
    }

    fn compile(
        source: &Arc<Scalar>,
        range: Range<usize>,
        expression: bool,
        scripts: &Scripts,
        names: &Names<'_>,
        findings: &Findings,
    ) -> Option<Code> {
        let code = &source.text[range.clone()];
        if source.is_broken() {
            return None;
        }
        let own = Findings::default();
        let compiled = Self::compile_alone(source, range.clone(), expression, scripts, names, &own);
        if own.is_empty() || !Self::reads_a_wrong_name(code, names) {
            findings.extend(own.into_sorted());
        }
        compiled
    }

    fn compile_alone(
        source: &Arc<Scalar>,
        range: Range<usize>,
        expression: bool,
        scripts: &Scripts,
        names: &Names<'_>,
        findings: &Findings,
    ) -> Option<Code> {
        let code = &source.text[range.clone()];
        if code.trim().is_empty() {
            let finding = Diagnostic::error("E302", &source.part(range), "an expression is missing here");
            findings.push(finding.help("write a value between the brackets, such as `contact.name ?? \"there\"`"));
            return None;
        }
        let place = |at: Range<usize>| source.part(range.start + at.start..range.start + at.end);
        let mut scope = rhai::Scope::new();
        for name in views().chain(names.own.iter().map(String::as_str)) {
            scope.push_dynamic(name, Dynamic::UNIT);
        }
        let compiled = if expression {
            scripts.engine.compile_expression_with_scope(&scope, code)
        } else {
            scripts.engine.compile_with_scope(&scope, code)
        };
        let ast = match compiled {
            Ok(ast) => ast,
            Err(error) => {
                let known = views().chain(names.own.iter().map(String::as_str));
                let finding = words::syntax(&error, code, expression, known, &place);
                let mut finding = check::of_modules(finding, error.err_type(), scripts);
                // A double quote would end the YAML text around the code.
                let breaks = |fix: &Fix| fix.edits.iter().any(|edit| edit.text.contains('"'));
                if source.style == Style::DoubleQuoted && finding.fix.as_ref().is_some_and(breaks) {
                    finding.fix = None;
                }
                finding.help = finding.help.map(|help| match source.style {
                    Style::DoubleQuoted => source.style.within_quotes(&help),
                    // The help is prose, too, and its apostrophes stay.
                    _ => help,
                });
                findings.push(finding);
                return None;
            }
        };
        let uses = check::walk(&ast, code, names, scripts, &place, findings)?;
        let single = match ast.statements() {
            [rhai::Stmt::Expr(expr)] => Some((**expr).clone()),
            // The compiler stores a single call as a statement.
            [rhai::Stmt::FnCall(call, at)] => Some(rhai::Expr::FnCall(call.clone(), *at)),
            _ => None,
        };
        let compiled = Compiled {
            engine: scripts.engine.clone(),
            secrets: scripts.secrets.clone(),
            closures: closures::closures(&ast),
            ast,
            single,
            uses,
            source: source.clone(),
            range,
        };
        Some(Code(Arc::new(compiled)))
    }

    /// An error of this code as a whole.
    pub fn error(&self, text: impl Into<String>) -> ScriptError {
        ScriptError { text: text.into(), place: self.place() }
    }

    /// The code as written.
    pub fn source(&self) -> &str {
        &self.0.source.text[self.0.range.clone()]
    }

    pub fn place(&self) -> Place {
        self.0.source.part(self.0.range.clone())
    }

    /// Some code as it must be written here, between the quotes of YAML around this one.
    pub fn within_quotes(&self, code: &str) -> String {
        self.0.source.style.within_quotes(code)
    }

    /// The place of `length` characters at a line and column of the code.
    pub fn place_at(&self, at: (usize, usize), length: usize) -> Place {
        let start = check::offset(self.source(), at);
        let end = (start + length).min(self.source().len());
        self.0.source.part(self.0.range.start + start..self.0.range.start + end)
    }

    /// The compiled syntax tree, for the checker.
    pub fn ast(&self) -> &AST {
        &self.0.ast
    }

    /// The expression, if it is a single one.
    pub fn single(&self) -> Option<&rhai::Expr> {
        self.0.single.as_ref()
    }

    /// The closure that an expression of this code is, and the number of names that it captures.
    pub fn closure(&self, expr: &rhai::Expr) -> Option<(&Closure, usize)> {
        let (name, captured) = closures::named(expr)?;
        Some((self.0.closures.get(&name)?, captured))
    }

    pub fn uses(&self) -> &Uses {
        &self.0.uses
    }

    /// True for `env.NAME` alone: a value of the operator's configuration.
    pub fn is_env(&self) -> bool {
        let Some(rhai::Expr::Dot(pair, ..)) = self.single() else { return false };
        matches!(&pair.lhs, rhai::Expr::Variable(root, ..) if root.1 == "env")
            && matches!(pair.rhs, rhai::Expr::Property(..))
    }
}

#[cfg(test)]
mod tests;
