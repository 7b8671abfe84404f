//! The program: reads the arguments, runs the command, sets the exit code.

fn main() -> std::process::ExitCode {
    transom::cli::main()
}
