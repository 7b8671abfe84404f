//! Tells others what happened: the event log, the operator's notifications, and webhook subscriptions.

pub mod event_json;
mod listeners;
mod notify;
pub mod webhook_delivery;
