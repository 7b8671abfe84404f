//! Finds the closures of compiled code, `|item| …`: Rhai keeps their bodies apart from the code around them.

use rhai::{AST, ASTNode, Dynamic, Expr, FnPtr, Stmt};
use std::collections::{BTreeMap, BTreeSet};

/// A closure, with its parameters: the names that it captures from the code around it, then its own.
#[derive(Debug)]
pub struct Closure {
    params: Vec<String>,
    pub body: Vec<Stmt>,
}

/// The closures of some code, by the names that Rhai gives them.
pub type Closures = BTreeMap<String, Closure>;

/// The beginning of these names.
const UNNAMED: &str = "anon$";

pub fn closures(ast: &AST) -> Closures {
    let unnamed = ast.iter_functions().filter(|function| function.name.starts_with(UNNAMED));
    let closure = |function: rhai::ScriptFnMetadata<'_>| {
        // The filter of `clone_functions_only_filtered` keeps all of them.
        let mut alone = ast.clone_functions_only();
        alone.retain_functions(|_, _, name, _| name == function.name);
        let mut body = Vec::new();
        alone.walk(&mut |path| {
            if let [ASTNode::Stmt(statement)] = path {
                body.push((*statement).clone());
            }
            true
        });
        let params = function.params.iter().map(|name| (*name).to_owned()).collect();
        (function.name.to_owned(), Closure { params, body })
    };
    unnamed.map(closure).collect()
}

/// The name of the closure that an expression is, and the number of names that it captures.
pub fn named(expr: &Expr) -> Option<(String, usize)> {
    let name = |value: &Dynamic| Some(value.read_lock::<FnPtr>()?.fn_name().to_owned());
    let captures = |args: &[Expr]| match args {
        [Expr::DynamicConstant(value, _), captured @ ..] => Some((name(value)?, captured.len())),
        _ => None,
    };
    match expr {
        Expr::DynamicConstant(value, _) => Some((name(value)?, 0)),
        Expr::FnCall(call, _) if call.name == "curry" => captures(&call.args),
        Expr::Stmt(block) => match block.statements() {
            [Stmt::Share(..), Stmt::FnCall(call, _)] if call.name == "curry" => captures(&call.args),
            [Stmt::Share(..), Stmt::Expr(inner)] => named(inner),
            _ => None,
        },
        _ => None,
    }
}

impl Closure {
    /// The parameters of its own: `item` in `|item| item.price > limit`.
    pub fn own_params(&self, captured: usize) -> &[String] {
        self.params.get(captured..).unwrap_or_default()
    }
}

/// The parameters of functions and closures: within the code a value behind such a name may be any. A captured name is
/// none of them, because it means the same as outside.
pub fn params(ast: &AST) -> BTreeSet<String> {
    let mut captured: BTreeMap<String, usize> = BTreeMap::new();
    ast.walk(&mut |path| {
        let closure = match path.last() {
            Some(ASTNode::Expr(expr)) => named(expr),
            Some(ASTNode::Stmt(Stmt::FnCall(call, at))) if call.name == "curry" => {
                named(&Expr::FnCall(call.clone(), *at))
            }
            _ => None,
        };
        if let Some((name, count)) = closure {
            let most = captured.entry(name).or_default();
            *most = count.max(*most);
        }
        true
    });
    let functions = ast.iter_functions();
    let own = functions.flat_map(|function| {
        let skipped = captured.get(function.name).copied().unwrap_or_default();
        function.params.into_iter().skip(skipped).map(str::to_owned).collect::<Vec<_>>()
    });
    own.collect()
}
