//! Serves the studio: the page in the browser in which authors write flows and talk to them.
//!
//! Its page and files are here; the endpoints that it calls are in `web/api`, and admit their callers by `access`.

pub mod access;
pub mod assets;
pub mod codes;
pub mod desk;
pub mod editor;
pub mod news;
pub mod page;
