//! The program: reads the arguments, runs the command, sets the exit code.

/// Memory is often allocated by one thread and freed by another: see the comment in Cargo.toml.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    transom::cli::main()
}
