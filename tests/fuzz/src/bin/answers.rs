//! Runs the target `answers` under libFuzzer.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| transom_fuzz::answers::run(data));
