//! Defines plain data that crosses layers, and the pure decision whether a message may be sent (`window`).
//!
//! Data that two of `flow`, `channel` and `store` share lives here. This layer has rules, but does no input or output.

// The layers below, under the names that they have in all crates.
use transom_base as base;

pub mod answer;
pub mod budget;
pub mod card;
pub mod channel_limits;
pub mod consent_words;
pub mod contact;
pub mod content;
pub mod direct_send;
pub mod draft;
pub mod drift;
pub mod effect;
pub mod event;
pub mod form;
pub mod format;
pub mod grounding;
pub mod hours;
pub mod inbound;
pub mod languages;
pub mod legal_hours;
pub mod matching;
pub mod mcp;
pub mod pauses;
pub mod person_wish;
pub mod prefilter;
pub mod quiet;
pub mod role;
pub mod schedule;
pub mod scope;
pub mod session;
pub mod template;
pub mod template_parts;
pub mod value;
pub mod window;
pub mod written_language;
