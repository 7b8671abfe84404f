//! Serves the studio: the page in the browser in which authors write flows and talk to them.
//!
//! Its page and files are here; the endpoints that it calls are in `web/api`, and `web/admission` admits their callers.

pub mod access;
pub mod assets;
pub mod checked_bot;
pub mod codes;
pub mod editor;
pub mod news;
pub mod page;
