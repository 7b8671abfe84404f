//! Asks questions and reads their answers: tries, reminders, time-outs, options in pages, buttons' tokens.

pub(super) mod ambiguous;
pub(crate) mod answering;
pub mod button_token;
pub(crate) mod form;
pub(super) mod gather;
pub(super) mod later_day;
pub mod lifecycle;
pub(super) mod offering;
pub(crate) mod pages;
pub(crate) mod phrases;
pub(super) mod refused;
#[cfg(test)]
mod replayed;
pub(super) mod said;
pub(crate) mod titles;
pub(super) mod understand;
