//! What strangers tried from outside, each as a test that stays: one file for each theme.

mod addresses;
mod buttons;
mod consent;
mod crowd;
mod erasure;
mod hooks;
mod keys;
mod media;
mod queries;
mod scripts;
mod secrets;
mod terminal;
mod wire;
