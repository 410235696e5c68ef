//! The one binary: server, verifier, demonstration.

fn main() -> std::process::ExitCode {
    almoner::cli::run()
}
