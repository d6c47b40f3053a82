//! The `blindlink` binary: everything is in the library.

fn main() -> std::process::ExitCode {
    blindlink::cli::main()
}
