//! Contains the foundations of every layer: time, ids, places in files, findings, limits, secrets.
//!
//! It knows nothing of conversations; every rule about them is in a layer above.

pub mod advice;
pub mod blank;
pub mod body_fields;
pub mod cancel;
pub mod clock;
pub mod codes;
pub mod counted;
pub mod diagnostic;
pub mod fence;
pub mod fields;
mod finding;
pub mod fix;
pub mod foreign_words;
pub mod ids;
pub mod limits;
pub mod phone;
pub mod place;
pub mod private_use;
pub mod query;
pub mod secret;
pub mod synonyms;
pub mod test_paths;
pub mod time;
pub mod xml;
pub mod yaml;
