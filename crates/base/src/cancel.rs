//! Lets long pieces of pure work end early, when nobody needs their result any more.

use std::{fmt, sync::Arc};

/// Asked between two parts of a piece of work. Once cancelled it stays so, and the result is incomplete: the caller
/// must not use it.
#[derive(Clone, Default)]
pub struct Cancellation(Option<Arc<dyn Fn() -> bool + Send + Sync>>);

impl Cancellation {
    /// Cancels the work as soon as `is_cancelled` says so.
    pub fn when(is_cancelled: impl Fn() -> bool + Send + Sync + 'static) -> Cancellation {
        Cancellation(Some(Arc::new(is_cancelled)))
    }

    /// Work that goes on to its end.
    pub fn never() -> Cancellation {
        Cancellation::default()
    }

    pub fn is_cancelled(&self) -> bool {
        self.0.as_ref().is_some_and(|is_cancelled| is_cancelled())
    }
}

impl fmt::Debug for Cancellation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Cancellation({})", self.is_cancelled())
    }
}
