//! Runs the target `mcp_lines` under libFuzzer.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| transom_fuzz::mcp_lines::run(data));
