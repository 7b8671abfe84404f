//! Keeps attacks from outside as tests, one file for each subject.

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
