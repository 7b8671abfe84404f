//! Asks questions and reads their answers: tries, reminders, time-outs, options in pages, buttons' tokens.

mod ambiguous;
mod answering;
pub mod button_token;
pub(crate) mod form;
mod gather;
mod lifecycle;
pub(crate) mod pages;
pub(crate) mod phrases;
mod said;
pub(crate) mod titles;
