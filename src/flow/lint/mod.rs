//! What can be said about flows without running them.

use super::FlowSet;
use crate::base::diagnostic::{Diagnostic, Findings};

/// Every finding about a set that was read, beside those of reading it; sorted by place.
pub fn lint(_set: &FlowSet) -> Vec<Diagnostic> {
    Findings::default().into_sorted()
}
