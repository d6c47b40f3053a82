//! What fuzzing has found worth keeping, as ordinary tests: every file of `testdata/corpora/TARGET` goes through
//! the body of its fuzz target (`tests/fuzz`, see CONTRIBUTING.md).
//!
//! A body goes wherever the program goes with such a file and must come back: no panic, whatever is in it, and
//! what is read and written again is the same.

#![allow(clippy::unwrap_used, reason = "a test may stop where it stands")]

mod clks;
mod keys;
mod log;
mod records;
mod schemas;
mod scratch;
mod settings;
mod tables;
mod tokens;

use std::path::Path;
use std::time::{Duration, Instant};

use scratch::Scratch;

/// A file of a few kilobytes takes milliseconds; this is for slow machines without optimisation.
const LONGEST: Duration = Duration::from_secs(10);

fn replay(target: &str, body: fn(&[u8], &Scratch)) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("testdata/corpora")
        .join(target);
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    assert!(files.len() >= 10, "the corpus of {target} is there");
    let scratch = Scratch::new();
    for file in files {
        let data = std::fs::read(&file).unwrap();
        let start = Instant::now();
        // A panic names no file by itself.
        let done = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| body(&data, &scratch)));
        assert!(done.is_ok(), "{} does not go through", file.display());
        assert!(start.elapsed() < LONGEST, "{} takes long", file.display());
    }
}

#[test]
fn token_files() {
    replay("tokens", tokens::check);
}

#[test]
fn tables_of_students() {
    replay("tables", tables::check);
}

#[test]
fn settings_in_toml() {
    replay("settings", settings::check);
}

#[test]
fn records_of_our_own() {
    replay("records", records::check);
}

#[test]
fn files_with_keys() {
    replay("keys", keys::check);
}

#[test]
fn disclosure_logs() {
    replay("log", log::check);
}

#[test]
fn filters_of_other_programs() {
    replay("clks", clks::check);
}

#[test]
fn linkage_schemas_and_their_tables() {
    replay("schemas", schemas::check);
}
