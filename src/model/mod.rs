//! Plain data that crosses layers, and the pure decision whether a message may go out (`window`).

pub mod contact;
pub mod content;
pub mod effect;
pub mod event;
pub mod inbound;
pub mod session;
pub mod template;
pub mod value;
pub mod window;
