//! Runs the target `expressions` under libFuzzer.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| transom_fuzz::expressions::run(data));
