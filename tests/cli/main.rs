//! The command line from outside: what a user types, reads and finds in the folder afterwards.
//!
//! One binary for all of it, since each one links the whole program. Every test runs the built
//! program in a folder of its own; people in the tests are obviously invented.

#![allow(
    clippy::unwrap_used,
    reason = "a test that cannot set itself up must fail"
)]

mod harness;

mod agreement;
mod aliases;
mod approximate;
mod bad_keys;
mod bad_outputs;
mod bad_results;
mod bad_tables;
mod bad_tokens;
mod check;
mod clear;
mod clk_encode;
mod clk_import;
mod clk_match;
mod completions;
mod custody;
mod decoys;
mod exports;
mod happy;
mod keys;
mod kill;
mod larger;
mod optouts;
mod persons;
mod plants;
mod presets;
mod privacy;
mod progress;
mod quality;
#[cfg(target_os = "linux")]
mod questions;
mod refusals;
mod rehearse;
mod rejects;
mod release;
mod resume;
mod same;
mod signatures;
mod ten_thousand;
mod usage;
mod verify;
