//! `clk`: files of clkhash, anonlink and FABLE.

mod describe;
#[cfg(feature = "operator")]
mod link;
mod transfer;

use super::args::{Args, Clk};
use super::term::Progress;
use crate::error::Result;

pub(super) fn run(verb: &Clk, args: &Args, progress: &Progress) -> Result<()> {
    match verb {
        #[cfg(feature = "operator")]
        Clk::Match(verb) => link::link(verb, args, progress),
        #[cfg(feature = "owner")]
        Clk::Import(verb) => transfer::import(verb, args, progress),
        Clk::Export(verb) => transfer::export(verb, args, progress),
        Clk::Describe(verb) => describe::describe(verb),
    }
}
