//! Implements the loop guard: two bots that answer each other stop after a while.

use super::turn::Turn;
use crate::{base::counted::counted_as, model::effect::Effect};

impl Turn<'_> {
    /// True if the bot has given too many answers within the time of the guard; it is silent until they are fewer.
    pub fn loop_guard(&mut self) -> bool {
        let guard = self.live().bot.defaults.loop_guard;
        let now = self.now();
        self.session.answered.retain(|at| now - *at < guard.per);
        if self.session.answered.len() < guard.count as usize {
            self.session.guarded = false;
            return false;
        }
        if !self.session.guarded {
            self.session.guarded = true;
            let text = {
                let messages = counted_as(guard.count, "message was", "messages were");
                format!("{messages} answered within {}: is another bot talking?", guard.per)
            };
            self.effects.push(Effect::Alarm { kind: "loop_guard".into(), text });
        }
        self.needs_person("the loop guard is silent");
        true
    }

    pub fn count_answer(&mut self, before: usize) {
        let answered = self.effects[before..].iter().any(|effect| matches!(effect, Effect::Send(_)));
        if answered {
            self.session.answered.push(self.now());
        }
    }
}
