//! Checks `money(cents, currency)`: amounts that are not in cents, and unknown currencies.

use super::{
    exprs::Eval,
    types::{Kinds, KnownValue, ValueType},
};
use crate::{
    base::diagnostic::{Diagnostic, did_you_mean},
    definition::Flow,
    model::answer::AnswerType,
    script::currency,
};
use rhai::{Expr, Position};

fn is_product(expr: &Expr) -> bool {
    matches!(expr, Expr::FnCall(call, _) if call.name == "*")
}

pub fn check(eval: &mut Eval<'_>, (amount, ty): (&Expr, &ValueType), currency: &ValueType, position: Position) {
    let place = eval.place(position, "money".len());
    let whole = match amount {
        Expr::FloatConstant(number, _) => {
            eval.bad(|| {
                let message = format!("`money` takes cents, and this is {:?}", **number);
                Diagnostic::warning("W322", &place, message)
                    .help(format!("write `money({}, …)`", (**number * 100.0).round()))
            });
            return;
        }
        // `cents / 100` is the amount without its cents; `cents * 80 / 100` is 80 %.
        Expr::FnCall(call, _) if matches!((call.name.as_str(), call.args.as_slice()), ("/", [part, Expr::IntegerConstant(100, _)]) if !is_product(part)) =>
        {
            eval.bad(|| {
                let finding =
                    Diagnostic::warning("W322", &place, "`money` takes cents, and a hundredth of them is too little");
                finding.help("take `/ 100` out: `money` itself puts the mark before the cents")
            });
            return;
        }
        Expr::Variable(variable, ..) if ty.kinds.without(Kinds::MISSING) == Kinds::NUMBER => Some(variable.1.as_str()),
        amount => in_units(eval.flow, amount),
    };
    if let Some(name) = whole {
        let alone = matches!(amount, Expr::Variable(..));
        eval.bad(|| {
            let message = format!("`money` takes cents, and `{name}` may be a number with a fraction");
            let help = match alone {
                true => format!("write `money({name} * 100, …)`; where cents are meant it is `type: whole`"),
                false => format!("write `{name} * 100` for `{name}`; where cents are meant it is `type: whole`"),
            };
            Diagnostic::warning("W322", &place, message).help(help)
        });
        return;
    }
    let KnownValue::Texts(codes) = &currency.known else { return };
    let Some(code) = codes.iter().find(|code| currency::decimals(code).is_none()) else { return };
    eval.bad(|| {
        let finding = Diagnostic::warning("W322", &place, format!("there is no currency `{code}`"));
        let help = match currency::meant(code) {
            Some(meant) => format!("write its code, `\"{meant}\"`"),
            None => "write its code of three letters, such as `\"EUR\"`".to_owned(),
        };
        finding.help(help).help_if(did_you_mean(code, currency::codes()).filter(|_| currency::meant(code).is_none()))
    });
}

/// The variable of an amount that is no number of cents: `price`, `price / 3`, `(price * 1.5).round()`.
fn in_units<'e>(flow: &Flow, amount: &'e Expr) -> Option<&'e str> {
    match amount {
        Expr::Variable(variable, ..) => Some(variable.1.as_str()).filter(|name| is_asked(flow, name)),
        Expr::FnCall(call, _) if matches!(call.name.as_str(), "+" | "-" | "*" | "/") => {
            let hundred = |arg: &Expr| match arg {
                Expr::IntegerConstant(number, _) => number % 100 == 0,
                Expr::FloatConstant(number, _) => **number % 100.0 == 0.0,
                _ => false,
            };
            // `price * 100` is an amount in cents.
            let in_cents = call.name == "*" && call.args.iter().any(hundred);
            call.args.iter().filter(|_| !in_cents).find_map(|arg| in_units(flow, arg))
        }
        Expr::Dot(pair, ..) if matches!(&pair.rhs, Expr::MethodCall(call, _) if call.name == "round") => {
            in_units(flow, &pair.lhs)
        }
        _ => None,
    }
}

/// True if only questions for any number fill the variable, or it is such an input.
fn is_asked(flow: &Flow, name: &str) -> bool {
    let any = |kind: AnswerType| kind == AnswerType::Number;
    let filled: Vec<bool> = flow
        .nodes
        .iter()
        .map(|node| &node.outline)
        .filter(|outline| outline.fills.as_deref() == Some(name) || sets(outline, name))
        .map(|outline| {
            outline.verb == "ask"
                && outline.yaml.get("type").and_then(|of| of.text()).and_then(AnswerType::parse).is_some_and(any)
        })
        .collect();
    let input = flow.inputs.iter().any(|input| input.name == name && any(input.kind.of));
    filled.iter().all(|any| *any) && (input || !filled.is_empty())
}

fn sets(outline: &crate::definition::Outline, name: &str) -> bool {
    outline.verb == "set" && outline.yaml.get("set").is_some_and(|set| set.get(name).is_some())
}
