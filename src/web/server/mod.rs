//! Accepts connections and bodies within limits.

pub mod body;
pub mod body_memory;
pub mod body_timeout;
pub mod encoding;
pub mod listener;
pub mod local_origin;
pub mod panic_guard;
pub mod peers;
pub mod serve;
pub mod tls;
