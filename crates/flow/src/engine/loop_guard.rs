//! Implements the loop guard: two bots that answer each other stop after a while.

use super::turn::Turn;
use crate::{base::counted::counted_as, engine::routing::handover, model::effect::Effect};

/// True if the bot has given too many answers within the time of the guard; it is silent until they are fewer.
pub fn is_looping(turn: &mut Turn<'_>) -> bool {
    let guard = turn.live().bot.defaults.loop_guard;
    let now = turn.now();
    turn.session.answered.retain(|at| now - *at < guard.per);
    if turn.session.answered.len() < guard.count as usize {
        turn.session.guarded = false;
        return false;
    }
    if !turn.session.guarded {
        turn.session.guarded = true;
        let text = {
            let messages = counted_as(guard.count, "message was", "messages were");
            format!("{messages} answered within {}: is another bot talking?", guard.per)
        };
        turn.effects.push(Effect::Alarm { kind: "loop_guard".into(), text });
    }
    handover::needs_person(turn, "the loop guard is silent");
    true
}

/// True if the guard would be silent now.
pub fn is_reached(turn: &Turn<'_>) -> bool {
    let guard = turn.live().bot.defaults.loop_guard;
    let now = turn.now();
    turn.session.answered.iter().filter(|at| now - **at < guard.per).count() >= guard.count as usize
}

pub fn count_answer(turn: &mut Turn<'_>, before: usize) {
    let answered = turn.effects[before..].iter().any(|effect| matches!(effect, Effect::Send(_)));
    if answered {
        turn.session.answered.push(turn.now());
    }
}
