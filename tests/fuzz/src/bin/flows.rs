//! Runs the target `flows` under libFuzzer.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| transom_fuzz::flows::run(data));
