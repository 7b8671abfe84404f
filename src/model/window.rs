//! Freeform, template, later, held or not at all: decided when a message is sent, by a pure function.

use crate::base::{limits::WINDOW, time::Time};
use serde::{Deserialize, Serialize};

/// What we believe of one conversation's window.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Window {
    /// The newest opener's own timestamp: message, call, welcome. `None`: never opened, or the
    /// provider said that it is closed.
    pub opened_at: Option<Time>,
}

impl Window {
    /// The true end, which API sends and `session-status` use.
    pub fn ends_at(&self) -> Option<Time> {
        self.opened_at.map(|at| at + WINDOW)
    }
}
