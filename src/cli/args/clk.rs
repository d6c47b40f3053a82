//! The verbs under `clk`: what projects do today with clkhash and anonlink.

#[cfg(feature = "operator")]
use std::path::PathBuf;

#[cfg(feature = "operator")]
use clap::Args as ClapArgs;
use clap::Subcommand;

#[cfg(feature = "owner")]
use super::{ClkBenchmark, ClkConvert, ClkEncode, ClkValidate};

/// What can be done with files of clkhash, anonlink and FABLE.
#[derive(Debug, Subcommand)]
pub(in crate::cli) enum Clk {
    /// Data owner: encode a table as clkhash does, bit for bit: the same schema, the same secret, the same CLKs
    #[cfg(feature = "owner")]
    Encode(ClkEncode),
    /// Match files of CLKs as anonlink does: the same pairs, scores and groups
    #[cfg(feature = "operator")]
    Match(ClkMatch),
    /// Say all that is wrong with a linkage schema of clkhash
    #[cfg(feature = "owner")]
    ValidateSchema(ClkValidate),
    /// Write a linkage schema of clkhash in version 3, which gives the same CLKs
    #[cfg(feature = "owner")]
    ConvertSchema(ClkConvert),
    /// Say how many made-up records this machine encodes in a second
    #[cfg(feature = "owner")]
    Benchmark(ClkBenchmark),
}

/// The arguments of `clk match`.
#[cfg(feature = "operator")]
#[derive(Debug, ClapArgs)]
pub(in crate::cli) struct ClkMatch {
    /// The files of CLKs, one a party: the first is dataset 0 of the result
    #[arg(required = true, num_args = 2.., value_name = "CLKS")]
    pub(in crate::cli) files: Vec<PathBuf>,
    /// The Dice coefficient from which a pair counts, inclusive: from 0 to 1
    #[arg(long, value_name = "DICE")]
    pub(in crate::cli) threshold: f64,
    /// The file for the result
    #[arg(short, long)]
    pub(in crate::cli) out: PathBuf,
    /// Replace a result that exists
    #[arg(long)]
    pub(in crate::cli) force: bool,
}
