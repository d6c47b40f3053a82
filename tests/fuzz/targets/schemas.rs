//! See `tests/corpora/schemas.rs`, which is the target's body.

#![no_main]

#[path = "../../corpora/schemas.rs"]
mod schemas;
#[path = "../../corpora/scratch.rs"]
mod scratch;

use std::sync::LazyLock;

static SCRATCH: LazyLock<scratch::Scratch> = LazyLock::new(scratch::Scratch::new);

libfuzzer_sys::fuzz_target!(|data: &[u8]| schemas::check(data, &SCRATCH));
