//! `clk`: files of clkhash, anonlink and FABLE.

#[cfg(feature = "owner")]
mod benchmark;
mod describe;
#[cfg(feature = "owner")]
mod encode;
#[cfg(feature = "operator")]
mod link;
#[cfg(feature = "owner")]
mod schema;
mod transfer;

use super::args::{Args, Clk};
use super::term::Progress;
use crate::error::Result;

pub(super) fn run(verb: &Clk, args: &Args, progress: &Progress) -> Result<()> {
    match verb {
        #[cfg(feature = "owner")]
        Clk::Encode(verb) => encode::encode(verb, args, progress),
        #[cfg(feature = "operator")]
        Clk::Match(verb) => link::link(verb, args, progress),
        #[cfg(feature = "owner")]
        Clk::Import(verb) => transfer::import(verb, args, progress),
        Clk::Export(verb) => transfer::export(verb, args, progress),
        Clk::Describe(verb) => describe::describe(verb),
        #[cfg(feature = "owner")]
        Clk::ValidateSchema(verb) => schema::validate(verb),
        #[cfg(feature = "owner")]
        Clk::ConvertSchema(verb) => schema::convert(verb, args.quiet),
        #[cfg(feature = "owner")]
        Clk::Benchmark(verb) => benchmark::benchmark(verb, progress),
    }
}
