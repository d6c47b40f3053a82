//! The verbs under `clk`: what projects do today with clkhash and anonlink.

#[cfg(feature = "operator")]
use std::path::PathBuf;

#[cfg(feature = "operator")]
use clap::Args as ClapArgs;
use clap::Subcommand;

/// What can be done with files of clkhash, anonlink and FABLE.
#[derive(Debug, Subcommand)]
pub(in crate::cli) enum Clk {
    /// Match files of CLKs as anonlink does: the same pairs, scores and groups
    #[cfg(feature = "operator")]
    Match(ClkMatch),
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
