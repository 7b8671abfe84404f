//! How the program is linked.

use std::{env, process::Command};

/// The first glibc whose loader reads them.
const PACKED_RELOCATIONS: (u32, u32) = (2, 36);

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    // The places that the loader corrects at each start, in bits instead of 24 bytes each: they are read whole, and
    // what was read once counts as the daemon's memory. An older loader would refuse the program, so it is done only
    // where this machine's own reads them, and it is built for this machine.
    let is = |name: &str, value: &str| env::var(name).is_ok_and(|found| found == value);
    let for_this_machine = env::var("HOST") == env::var("TARGET");
    let glibc = is("CARGO_CFG_TARGET_OS", "linux") && is("CARGO_CFG_TARGET_ENV", "gnu");
    // Other linkers pack them as well, and some do not say so where the loader looks for it: then it refuses the program.
    let other_linker = env::var("CARGO_ENCODED_RUSTFLAGS").is_ok_and(|flags| flags.contains("-fuse-ld="));
    if glibc && for_this_machine && !other_linker && own_glibc().is_some_and(|version| version >= PACKED_RELOCATIONS) {
        println!("cargo:rustc-link-arg-bin=transom=-Wl,-z,pack-relative-relocs");
    }
}

/// `getconf` prints `glibc 2.36`.
fn own_glibc() -> Option<(u32, u32)> {
    let said = Command::new("getconf").arg("GNU_LIBC_VERSION").output().ok()?;
    let said = String::from_utf8(said.stdout).ok()?;
    let (major, minor) = said.trim().strip_prefix("glibc ")?.split_once('.')?;
    Some((major.parse().ok()?, minor.parse().ok()?))
}
