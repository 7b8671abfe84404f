//! How the program is linked.

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    // The places that the loader corrects at each start, in bits instead of 24 bytes each: they are read whole, and
    // what was read once counts as the daemon's memory. A linker that does not know it says so and goes on.
    let is = |name: &str, value: &str| std::env::var(name).is_ok_and(|found| found == value);
    if is("CARGO_CFG_TARGET_OS", "linux") && is("CARGO_CFG_TARGET_ENV", "gnu") {
        println!("cargo:rustc-link-arg-bin=transom=-Wl,-z,pack-relative-relocs");
    }
}
