//! Runs the target `redaction` under libFuzzer.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| transom_fuzz::redaction::run(data));
