//! Keeps the author's files: reads them, checks them, and makes a set without errors live.
//!
//! `watch` notices a change, `reload` reads it through `source_files` and checks it with `check_context`, `live` holds
//! the set that turns run on. `publish` writes files that the studio has changed. `preview` tells operators the effect of a new version before it goes live.

pub mod bot_path;
pub mod check_context;
pub mod grants;
pub mod live;
pub(super) mod media_files;
pub mod preview;
pub mod publish;
pub mod reload;
pub(super) mod rules;
mod shared_knowledge;
pub mod source_files;
pub mod template_lock;
pub mod watch;
