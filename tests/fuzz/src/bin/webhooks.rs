//! Runs the target `webhooks` under libFuzzer.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| transom_fuzz::webhooks::run(data));
