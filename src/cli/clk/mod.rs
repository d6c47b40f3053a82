//! `clk`: files of clkhash, anonlink and FABLE.

#[cfg(feature = "operator")]
mod link;

use super::args::{Args, Clk};
use super::term::Progress;
use crate::error::Result;

pub(super) fn run(verb: &Clk, args: &Args, progress: &Progress) -> Result<()> {
    match verb {
        #[cfg(feature = "operator")]
        Clk::Match(verb) => link::link(verb, args, progress),
    }
}
