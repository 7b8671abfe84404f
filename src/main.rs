//! The program: reads the arguments, runs the command, sets the exit code.

/// What one thread allocates another one frees, all day: see the comment in Cargo.toml.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    transom::cli::main()
}
