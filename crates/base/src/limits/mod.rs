//! Defines every limit of the program with name and unit. Each has a test at the limit.

mod flows;
mod messages;
mod providers;
mod runtime;
mod store;
mod tools;
mod web;

pub use {flows::*, messages::*, providers::*, runtime::*, store::*, tools::*, web::*};
