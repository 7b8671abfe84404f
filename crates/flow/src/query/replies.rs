//! Renders the replies of a bot for a contact, in the contact's language.

use crate::{
    base::ids::StepId,
    definition::FlowSet,
    engine::turn::{Seen, Turn},
    model::{session::Session, value::Value},
    text::Text,
    world::{Versions, World},
};

/// The text of a reply as its author wrote it.
pub fn source<'s>(set: &'s FlowSet, name: &str) -> Option<&'s str> {
    set.bot.replies.get(name).map(Text::source)
}

/// The text of a reply for the contact of `world`; `Err` with a sentence if an expression fails. `None`: there is no
/// such reply.
pub fn rendered(versions: &Versions, name: &str, world: &World<'_>) -> Option<Result<String, String>> {
    const NOTHING: &Value = &Value::Nothing;
    let text = versions.live().bot.replies.get(name)?;
    let turn = Turn::new(versions, Session::default(), world);
    let set = turn.live();
    let found = set.translation(turn.language(), &StepId::from("_bot"), text.source());
    let text = found.and_then(|(_, form)| form.texts().first().copied()).unwrap_or(text);
    let seen = Seen { vars: None, event: NOTHING, msg: NOTHING, handoff: NOTHING, error: None, extra: &[] };
    Some(turn.in_scope(set, &seen, |scope| text.render(scope)).map_err(|failure| failure.text))
}
