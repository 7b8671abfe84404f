//! Reports `day.at(hour)` of a time of the opening hours: it is on the bot's clock, and `.at` takes the contact's.

use super::super::{
    exprs::Eval,
    types::{Kinds, KnownValue, ValueType},
};
use crate::base::diagnostic::Diagnostic;
use rhai::{Expr, Position};

pub fn taken_for_another(eval: &mut Eval<'_>, day: &ValueType, hour: &Expr, ty: &ValueType, position: Position) {
    if ty.known != KnownValue::BotClock || !day.kinds.meets(Kinds::DATE) {
        return;
    }
    let name = match hour {
        Expr::Variable(variable, ..) => variable.1.to_string(),
        _ => "…".to_owned(),
    };
    let place = eval.place(position, "at".len());
    let help = eval.code.within_quotes(&format!("`.at({name}, \"bot\")`"));
    eval.bad(|| {
        let message = format!(
            "`{name}` is a time of the opening hours, on the bot's clock, and `.at({name})` takes it for one on the \
             customer's: who is elsewhere gets another hour"
        );
        Diagnostic::warning("W327", &place, message).help(format!("write {help}"))
    });
}
