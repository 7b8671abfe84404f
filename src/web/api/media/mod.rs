//! `/v1/media` and `/v1/files`: files of customers, files for the platforms, and files of the bot.

pub mod files;
pub mod headers;
pub mod own_files;
pub mod uploads;
