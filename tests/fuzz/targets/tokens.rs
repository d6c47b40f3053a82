//! See `tests/corpora/tokens.rs`, which is the target's body.

#![no_main]

#[path = "../../corpora/tokens.rs"]
mod tokens;
#[path = "../../corpora/scratch.rs"]
mod scratch;

use std::sync::LazyLock;

static SCRATCH: LazyLock<scratch::Scratch> = LazyLock::new(scratch::Scratch::new);

libfuzzer_sys::fuzz_target!(|data: &[u8]| tokens::check(data, &SCRATCH));
