//! See `tests/corpora/clks.rs`, which is the target's body.

#![no_main]

#[path = "../../corpora/clks.rs"]
mod clks;
#[path = "../../corpora/scratch.rs"]
mod scratch;

use std::sync::LazyLock;

static SCRATCH: LazyLock<scratch::Scratch> = LazyLock::new(scratch::Scratch::new);

libfuzzer_sys::fuzz_target!(|data: &[u8]| clks::check(data, &SCRATCH));
