//! Evaluates expressions without running them: the type of the result, and the state if a condition is true.

use super::{
    bounds, calls, closures,
    dates::date_hint::{self, DateUse},
    known_words, lists,
    paths::{is_call, is_of_moment, root},
    refine::refine,
    report::Judge,
    state::State,
    types::{Kinds, Shape, ValueType},
};
use crate::{
    FlowSet,
    base::{diagnostic::Diagnostic, place::Place},
    definition::Flow,
    script::{Code, view},
};
use rhai::{Expr, Position, Stmt};

/// The context of an expression.
pub struct Eval<'c> {
    pub set: &'c FlowSet,
    pub flow: &'c Flow,
    pub state: &'c State,
    pub code: &'c Code,
    /// The receiver of findings; `None` while the walk is still collecting states.
    pub judge: Option<&'c mut Judge>,
    /// Names of `let` and of loops.
    pub locals: Vec<(String, ValueType)>,
}

/// How the value of an expression is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Use {
    /// A missing value is allowed: `??`, comparisons, conditions.
    Asked,
    /// A missing value would be visible, or would stop the script.
    Shown,
}

impl Eval<'_> {
    /// The type of the result of the code.
    pub fn value(&mut self, how: Use) -> ValueType {
        let code = self.code;
        self.block(code.ast().statements(), how)
    }

    pub fn place(&self, position: Position, length: usize) -> Place {
        let at = (position.line().unwrap_or(1), position.position().unwrap_or(1));
        self.code.place_at(at, length)
    }

    pub fn good(&mut self, place: &Place, code: &'static str) {
        if let Some(judge) = &mut self.judge {
            judge.good(place, code);
        }
    }

    pub fn bad(&mut self, finding: impl FnOnce() -> Diagnostic) {
        if let Some(judge) = &mut self.judge {
            judge.bad(finding());
        }
    }

    pub(super) fn block(&mut self, statements: &[Stmt], how: Use) -> ValueType {
        let depth = self.locals.len();
        let mut last = ValueType::NOTHING;
        for (number, statement) in statements.iter().enumerate() {
            let how = if number + 1 == statements.len() { how } else { Use::Asked };
            last = self.statement(statement, how);
        }
        self.locals.truncate(depth);
        last
    }

    fn statement(&mut self, statement: &Stmt, how: Use) -> ValueType {
        match statement {
            Stmt::Expr(expr) => self.expr(expr, how),
            Stmt::FnCall(call, position) => calls::function(self, call, *position),
            Stmt::Var(declared, ..) => {
                let ty = self.expr(&declared.1, Use::Asked);
                self.locals.push((declared.0.name.to_string(), ty));
                ValueType::NOTHING
            }
            Stmt::Assignment(assignment) => {
                self.expr(&assignment.1.rhs, Use::Asked);
                // `order.total = 5` adds a key to the map.
                let changed = root(&assignment.1.lhs);
                if let Some(local) = self.locals.iter_mut().rev().find(|(name, _)| Some(name.as_str()) == changed) {
                    local.1 = ValueType::ANY;
                }
                ValueType::NOTHING
            }
            Stmt::If(control, _) => {
                self.expr(&control.expr, Use::Asked);
                let held = self.under(&control.expr, true, |eval| eval.block(control.body.statements(), how));
                let other = self.under(&control.expr, false, |eval| eval.block(control.branch.statements(), how));
                match (held, other) {
                    (Some(a), Some(b)) => a.join(&b),
                    (Some(one), None) | (None, Some(one)) => one,
                    (None, None) => ValueType::ANY,
                }
            }
            Stmt::Block(block) => self.block(block.statements(), how),
            Stmt::While(control, _) | Stmt::Do(control, ..) => {
                self.loosen();
                self.expr(&control.expr, Use::Asked);
                self.block(control.body.statements(), Use::Asked);
                ValueType::ANY
            }
            Stmt::For(parts, _) => {
                let list = self.expr(&parts.2.expr, Use::Shown);
                self.loosen();
                self.locals.push((parts.0.name.to_string(), lists::item(&list)));
                if let Some(counter) = &parts.1 {
                    self.locals.push((counter.name.to_string(), ValueType::of(Kinds::WHOLE)));
                }
                self.block(parts.2.body.statements(), Use::Asked);
                ValueType::ANY
            }
            Stmt::Return(Some(expr), ..) => {
                self.expr(expr, Use::Asked);
                ValueType::ANY
            }
            Stmt::Switch(parts, _) => {
                self.expr(&parts.0, Use::Asked);
                ValueType::ANY
            }
            _ => ValueType::ANY,
        }
    }

    /// Forgets the items of a local list that a function fills: `free.push(at)`.
    fn filled(&mut self, local: &str, rest: &Expr) {
        let (Expr::MethodCall(call, _) | Expr::FnCall(call, _)) = rest else { return };
        if lists::fills(&call.name)
            && let Some((_, ty)) = self.locals.iter_mut().rev().find(|(name, _)| name == local)
        {
            *ty = ValueType::ANY;
        }
    }

    /// Forgets the types of local variables, because the changes in a loop are not followed.
    fn loosen(&mut self) {
        self.locals.iter_mut().for_each(|(_, ty)| *ty = ValueType::ANY);
    }

    /// Evaluates a part that is reached only if a condition is true (or false). `None`: never.
    fn under(
        &mut self,
        condition: &Expr,
        wanted: bool,
        look: impl FnOnce(&mut Eval<'_>) -> ValueType,
    ) -> Option<ValueType> {
        // A condition over a local name says nothing about the variable that it hides.
        let hides =
            |name: &str| self.state.var(self.flow, name).is_some() || view(name).is_some_and(|view| view != "item");
        let states = if self.locals.iter().any(|(name, _)| hides(name)) {
            vec![self.state.clone()]
        } else {
            refine(self.flow, self.state, condition, wanted)
        };
        let mut all = super::state::States::default();
        for state in &states {
            all.add(state);
        }
        // One state is enough, because the walk over the steps handles the differences.
        let state = all.0.into_iter().next()?;
        let mut inner = Eval {
            set: self.set,
            flow: self.flow,
            state: &state,
            code: self.code,
            judge: self.judge.as_deref_mut(),
            locals: self.locals.clone(),
        };
        Some(look(&mut inner))
    }

    pub fn expr(&mut self, expr: &Expr, how: Use) -> ValueType {
        if closures::result(self, expr, &[]).is_some() {
            return ValueType::ANY;
        }
        match expr {
            Expr::BoolConstant(truth, _) => ValueType::truth(*truth),
            Expr::IntegerConstant(number, _) => ValueType::whole(*number),
            Expr::FloatConstant(..) => ValueType::of(Kinds::NUMBER),
            Expr::StringConstant(text, _) => ValueType::text(text.as_str()),
            Expr::Unit(_) => ValueType::NOTHING,
            Expr::InterpolatedString(parts, _) => {
                parts.iter().for_each(|part| drop(self.expr(part, Use::Shown)));
                ValueType::of(Kinds::TEXT)
            }
            Expr::Array(items, _) => {
                let items = items.iter().map(|item| self.expr(item, Use::Asked)).reduce(|all, item| all.join(&item));
                items.map_or(ValueType::of(Kinds::LIST), |item| lists::of(&item))
            }
            Expr::Map(map, _) => {
                map.0.iter().for_each(|(_, value)| drop(self.expr(value, Use::Asked)));
                ValueType::map(map.0.iter().map(|(name, _)| name.name.as_str()))
            }
            Expr::DynamicConstant(value, _) => match value.as_map_ref() {
                Ok(map) => ValueType::map(map.keys().map(|name| name.as_str())),
                Err(_) => ValueType::ANY,
            },
            Expr::Variable(variable, _, position) => self.variable(variable.1.as_str(), *position, how),
            Expr::FnCall(call, position) => calls::function(self, call, *position),
            Expr::Dot(..) | Expr::Index(..) => self.chain(expr),
            Expr::And(parts, _) | Expr::Or(parts, _) => {
                let wanted = matches!(expr, Expr::And(..));
                self.each_after_the_other(parts, wanted);
                bounds::check(self, parts, wanted);
                ValueType::of(Kinds::YESNO)
            }
            Expr::Coalesce(parts, _) => {
                let mut ty: Option<ValueType> = None;
                for (number, part) in parts.iter().enumerate() {
                    let last = number + 1 == parts.len();
                    let one = self.expr(part, if last { how } else { Use::Asked });
                    let one = if last { one } else { one.present() };
                    ty = Some(ty.map_or(one.clone(), |ty| ty.join(&one)));
                }
                ty.unwrap_or(ValueType::ANY)
            }
            Expr::Stmt(block) => self.block(block.statements(), how),
            _ => ValueType::ANY,
        }
    }

    /// Evaluates `a && b`: b is evaluated only if a is true.
    fn each_after_the_other(&mut self, parts: &[Expr], wanted: bool) {
        let Some((first, rest)) = parts.split_first() else { return };
        self.expr(first, Use::Asked);
        if !rest.is_empty() {
            self.under(first, wanted, |eval| {
                eval.each_after_the_other(rest, wanted);
                ValueType::ANY
            });
        }
    }

    fn variable(&mut self, name: &str, position: Position, how: Use) -> ValueType {
        if let Some((_, ty)) = self.locals.iter().rev().find(|(local, _)| local == name) {
            return ty.clone();
        }
        if let Some(ty) = self.state.var(self.flow, name).cloned() {
            if self.judge.is_some() {
                let place = self.place(position, name.len());
                let unset = ty.kinds.meets(Kinds::UNSET);
                let filled = ty.kinds.meets(Kinds::ALL.and(Kinds::NOTHING));
                let number = filled && ty.kinds.without(Kinds::MISSING).within(Kinds::NUMERIC);
                let instead = if number { "0".to_owned() } else { self.code.within_quotes("\"…\"") };
                if let Some(judge) = &mut self.judge {
                    if filled {
                        judge.read(name, &place, true, false, &instead);
                    }
                    if unset {
                        judge.read(name, &place, false, how == Use::Shown, &instead);
                    }
                }
            }
            return ty;
        }
        match view(name) {
            Some("item" | "body" | "inputs" | "secrets") | None => ValueType::ANY,
            Some(view) => ValueType::shape(Shape::View(view)),
        }
    }

    /// Evaluates `a.b`, `a.b.c()`, `a[0].d` from left to right.
    fn chain(&mut self, expr: &Expr) -> ValueType {
        let (pair, index) = match expr {
            Expr::Dot(pair, ..) => (pair, false),
            Expr::Index(pair, ..) => (pair, true),
            _ => return self.expr(expr, Use::Shown),
        };
        // Reading a property of a missing value gives nothing, so the root itself may be missing.
        let direct = matches!(&pair.lhs, Expr::Variable(..)) && !index && is_call(&pair.rhs);
        if let (true, Expr::Variable(view, ..)) = (direct, &pair.lhs) {
            known_words::of_all_hours(self, view.1.as_str(), &pair.rhs);
        }
        let how = if direct && !calls::asks(&pair.rhs) { Use::Shown } else { Use::Asked };
        let base = self.expr(&pair.lhs, how);
        if let (true, Expr::Variable(local, ..)) = (direct, &pair.lhs) {
            self.filled(local.1.as_str(), &pair.rhs);
        }
        if !index && is_of_moment(&pair.rhs) {
            date_hint::meant(self, &pair.lhs, &base, &DateUse::Part);
        }
        if !index && let Some(ty) = self.of_answer(&pair.lhs, &base, &pair.rhs) {
            return ty;
        }
        if !index && self.is_asked_for(&pair.lhs, &pair.rhs) {
            return match &pair.rhs {
                Expr::Dot(further, ..) | Expr::Index(further, ..) => {
                    let deeper = matches!(pair.rhs, Expr::Index(..));
                    let first = self.onward(base, &further.lhs, false).present();
                    self.onward(first, &further.rhs, deeper)
                }
                first => self.onward(base, first, false).present(),
            };
        }
        self.onward(base, &pair.rhs, index)
    }

    /// True for `found.source` behind a condition that asks whether it is missing.
    fn is_asked_for(&self, base: &Expr, rest: &Expr) -> bool {
        let first = match rest {
            Expr::Dot(further, ..) | Expr::Index(further, ..) => &further.lhs,
            first => first,
        };
        let (Expr::Variable(variable, ..), Expr::Property(part, _)) = (base, first) else { return false };
        let name = variable.1.as_str();
        !self.state.facts.is_empty()
            && !self.locals.iter().any(|(local, _)| local == name)
            && self.state.facts.contains(&format!("{name}.{}", part.2))
    }

    pub(super) fn onward(&mut self, base: ValueType, rest: &Expr, index: bool) -> ValueType {
        if index {
            return match rest {
                Expr::Dot(pair, ..) | Expr::Index(pair, ..) => {
                    let deeper = matches!(rest, Expr::Index(..));
                    let item = self.item(&base, &pair.lhs);
                    self.onward(item, &pair.rhs, deeper)
                }
                key => self.item(&base, key),
            };
        }
        match rest {
            Expr::Dot(pair, ..) | Expr::Index(pair, ..) => {
                let deeper = matches!(rest, Expr::Index(..));
                let next = self.onward(base, &pair.lhs, false);
                self.onward(next, &pair.rhs, deeper)
            }
            Expr::Property(property, position) => self.property(&base, property.2.as_str(), *position),
            Expr::MethodCall(call, position) | Expr::FnCall(call, position) => {
                calls::method(self, &base, call, *position)
            }
            _ => ValueType::ANY,
        }
    }
}
