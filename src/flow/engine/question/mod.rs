//! Asks questions and reads their answers: tries, reminders, time-outs, options in pages, buttons' tokens.

mod ambiguous;
mod answering;
pub mod button_token;
pub(in crate::flow) mod form;
mod gather;
mod lifecycle;
pub(in crate::flow) mod pages;
pub(in crate::flow) mod phrases;
mod said;
pub(in crate::flow) mod titles;
