//! Finds the key that a start uses up, so that a contact begins it once: `once_per` of a trigger, and sequences.

use crate::{
    base::limits::ONCE_KEY_BYTES_MAX,
    definition::{Flow, Sequence, WrittenTrigger},
    engine::turn::{Seen, StepFailure, Turn},
    model::effect::Effect,
};
use sha2::{Digest, Sha256};

/// The key of `once_per`, with its values filled in.
pub fn key(
    turn: &Turn<'_>,
    flow: &Flow,
    trigger: &WrittenTrigger,
    seen: &Seen<'_>,
) -> Result<Option<String>, StepFailure> {
    let Some(text) = trigger.once_per.as_ref() else { return Ok(sequence_key(flow)) };
    let value = turn.in_scope(turn.live(), seen, |scope| text.render(scope))?;
    let key = format!("{}|{value}", flow.counts_as(trigger));
    if key.len() <= ONCE_KEY_BYTES_MAX {
        return Ok(Some(key));
    }
    let digest = Sha256::digest(key.as_bytes());
    Ok(Some(digest.iter().map(|byte| format!("{byte:02x}")).collect()))
}

/// True for a sequence that the contact has begun before: it does not begin again, in any way.
pub fn began_before(turn: &Turn<'_>, flow: &Flow) -> bool {
    sequence_key(flow).is_some_and(|key| is_used(turn, &key))
}

/// True if the contact has used the key up: before, or in this turn, so that it is not stored yet.
pub fn is_used(turn: &Turn<'_>, wanted: &str) -> bool {
    let now = turn.effects.iter().any(|effect| matches!(effect, Effect::Once { key } if key == wanted));
    now || turn.world.once.contains(wanted)
}

/// The key that is used up when a contact begins a sequence.
pub fn sequence_key(flow: &Flow) -> Option<String> {
    (flow.sequence == Some(Sequence::Once)).then(|| format!("{}|sequence", flow.name))
}
