//! Transom: WhatsApp conversations written as YAML, run by one daemon. This page is the map.
//!
//! Layers only point down: `base ← model ← { flow | channel | store } ← runtime ← web ← cli`.

pub mod base;
pub mod channel;
pub mod cli;
pub mod flow;
pub mod model;
pub mod runtime;
pub mod store;
pub mod web;
