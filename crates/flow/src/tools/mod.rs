//! Serves authors: editor support, formatting, drawings, translations, the reference, the language of test files.

pub mod drawing;
pub mod editor;
pub mod fmt;
mod glossary;
pub mod i18n;
pub mod po;
pub mod reference;
pub mod schema;
pub mod testfile;
pub mod workspace;
