//! The `teammig` program.

fn main() -> std::process::ExitCode {
    teammig::cli::main()
}
