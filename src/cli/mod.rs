//! The command line: arguments, wording, exit codes. The only room that prints.
//!
//! Standard output is data, everything else goes to standard error. Exit codes: 0 done, 1 I/O or
//! internal, 2 usage, 3 input rejected, 4 files do not belong together.

#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "this room is the one that prints"
)]

mod annex;
mod args;
#[cfg(feature = "owner")]
mod audit;
#[cfg(feature = "owner")]
mod check;
mod clk;
mod custody;
mod identity;
mod inspect;
#[cfg(feature = "owner")]
mod keys;
#[cfg(feature = "operator")]
mod matching;
#[cfg(feature = "owner")]
mod owner;
#[cfg(feature = "owner")]
mod plants;
mod project;
mod questions;
#[cfg(feature = "owner")]
mod reading;
#[cfg(all(feature = "owner", feature = "operator"))]
mod rehearse;
#[cfg(feature = "owner")]
mod release;
mod shell;
mod term;
#[cfg(feature = "owner")]
mod verify;

use std::io::Write as _;
use std::process::ExitCode;

use clap::Parser;

#[cfg(feature = "operator")]
use self::args::Operator;
use self::args::{Args, Form, Verb};
use self::term::Progress;
use crate::error::{Error, Result};

/// Runs the command line of this process.
#[must_use]
pub fn main() -> ExitCode {
    leave_no_core();
    let args = match Args::try_parse() {
        Ok(args) => args,
        Err(e) => {
            // clap's own exit codes: 0 for help and version, 2 for the rest.
            let _ = e.print();
            return ExitCode::from(u8::try_from(e.exit_code()).unwrap_or(2));
        }
    };
    let mut progress = Progress::new(args.verb.name(), &args);
    let result = with_threads(args.threads, || run(&args, &progress));
    progress.hush();
    let code = match result {
        Ok(()) => 0,
        Err(e) if is_closed_pipe(&e) => 0,
        Err(e) => {
            tell(&format!("error: {e}\n"));
            e.class().exit_code()
        }
    };
    progress.over(code);
    ExitCode::from(code)
}

/// Forbids core files, to this process and to what it starts.
///
/// PRIVACY: while a table is encoded, its names, birthdates and the linkage key are in memory; a crash would write all of
/// them to a file that nobody looks for. On Windows the system keeps such files only where an administrator has said so.
fn leave_no_core() {
    #[cfg(unix)]
    {
        use rustix::process::{Resource, Rlimit, setrlimit};
        let none = Rlimit {
            current: Some(0),
            maximum: Some(0),
        };
        // A limit may always be lowered; a system that refuses even so is no reason not to do the work.
        let _ = setrlimit(Resource::Core, none);
    }
}

fn run(args: &Args, progress: &Progress) -> Result<()> {
    if args.quiet && args.progress == Form::Json {
        return Err(Error::usage(
            "--quiet asks for no progress, --progress json for events",
        ));
    }
    match &args.verb {
        #[cfg(all(feature = "owner", feature = "operator"))]
        Verb::Rehearsal(verb) => rehearse::run(verb, args, progress),
        Verb::Project(v) => project::project(v, args),
        Verb::Identity(v) => identity::identity(v, args.quiet),
        #[cfg(feature = "owner")]
        Verb::Owner(verb) => owner::run(verb, args, progress),
        #[cfg(feature = "operator")]
        Verb::Operator(Operator::Match(v)) => matching::link(v, args, progress),
        Verb::Clk(verb) => clk::run(verb, args, progress),
        Verb::Inspect(v) => inspect::inspect(v),
        Verb::Log(v) => custody::log(v, args),
        Verb::Status(v) => custody::status(v),
        Verb::Destroy(v) => custody::destroy(v, args, progress),
        Verb::Completions(v) => shell::completions(v),
        Verb::Man(v) => shell::man(v),
    }
}

/// Runs `work` in a pool of its own, never the global one.
fn with_threads(threads: Option<u16>, work: impl FnOnce() -> Result<()> + Send) -> Result<()> {
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(threads.map_or(0, usize::from))
        .build()
        .map_err(|_| Error::internal("no threads can be started"))?;
    pool.install(work)
}

/// A value as indented JSON with a line end.
fn pretty(value: &impl serde::Serialize) -> Result<String> {
    serde_json::to_string_pretty(value)
        .map(|text| text + "\n")
        .map_err(|_| Error::internal("a result has no JSON form"))
}

/// Prints data on standard output.
fn print(text: &str) -> Result<()> {
    let mut out = std::io::stdout().lock();
    out.write_all(text.as_bytes())
        .and_then(|()| out.flush())
        .map_err(|e| Error::io("write", "standard output", e))
}

/// Tells on standard error, if it can be written to. Where it goes to a full disk, the exit code still tells.
fn tell(text: &str) {
    let _ = std::io::stderr().write_all(text.as_bytes());
}

/// Whoever read our output has enough: no failure.
fn is_closed_pipe(e: &Error) -> bool {
    std::error::Error::source(e)
        .and_then(|s| s.downcast_ref::<std::io::Error>())
        .is_some_and(|io| io.kind() == std::io::ErrorKind::BrokenPipe)
}
