//! The verb of the operator: match.

use std::path::PathBuf;

use bytesize::ByteSize;
use clap::{Args as ClapArgs, Subcommand};

use super::LogTo;
use crate::pipeline::link::BLOCK_PAIRS;

/// What the operator does.
#[derive(Debug, Subcommand)]
pub(in crate::cli) enum Operator {
    /// Operator: match token files into links and crosswalks
    Match(Match),
}

impl Operator {
    pub(in crate::cli) fn name(&self) -> &'static str {
        match self {
            Self::Match(_) => "match",
        }
    }
}

#[derive(Debug, ClapArgs)]
pub(in crate::cli) struct Match {
    /// The token files, one a party; with --duplicates one is enough
    #[arg(required = true)]
    pub(in crate::cli) tokens: Vec<PathBuf>,
    /// The project file
    #[arg(long)]
    pub(in crate::cli) project: PathBuf,
    /// The folder for the results
    #[arg(short, long)]
    pub(in crate::cli) out: PathBuf,
    /// Match probability from which a pair is a link, instead of the project's
    #[arg(long)]
    pub(in crate::cli) threshold: Option<f64>,
    /// Or how many missed links a false link is worth: the threshold that costs least, N / (N + 1)
    #[arg(long, value_name = "N", conflicts_with = "threshold")]
    pub(in crate::cli) price: Option<f64>,
    /// Find the records of one person inside each party too, and link them as one
    #[arg(long)]
    pub(in crate::cli) duplicates: bool,
    /// A file that `encode --decoys` made at one of the parties: how many of them are linked, each
    /// wrongly, is reported. Once for each such file
    #[arg(long, value_name = "TOKENS")]
    pub(in crate::cli) decoys: Vec<PathBuf>,
    /// Leave out blocks of more candidate pairs than this: one value that very many have, such as a
    /// birthdate put in for those that are unknown. The report says what was left out
    #[arg(long, value_name = "N", default_value_t = BLOCK_PAIRS, value_parser = clap::value_parser!(u64).range(1..))]
    pub(in crate::cli) block_pairs: u64,
    /// Stay within this much memory, such as 2GiB: what does not fit is divided by block key and goes to
    /// temporary files beside the results. The results do not depend on it
    #[arg(long, value_name = "SIZE")]
    pub(in crate::cli) memory: Option<ByteSize>,
    /// Say what the match would take - pairs, memory, disk, minutes - and write nothing
    #[arg(long, conflicts_with = "resume")]
    pub(in crate::cli) plan: bool,
    /// Go on from what an interrupted match of the same files has left beside the results
    #[arg(long)]
    pub(in crate::cli) resume: bool,
    /// Schema clk: find about this share of the pairs at or above its Dice coefficient, 0.99 say;
    /// how many were found is measured and reported
    #[arg(long, value_name = "SHARE")]
    pub(in crate::cli) approximate: Option<f64>,
    /// Refuse a project file that not all parties and the custodian have signed
    #[arg(long)]
    pub(in crate::cli) require_signatures: bool,
    /// Tests only: compare with this instruction set instead of the fastest
    #[arg(long, hide = true)]
    pub(in crate::cli) instructions: Option<String>,
    #[command(flatten)]
    pub(in crate::cli) log: LogTo,
    /// Replace results that exist
    #[arg(long)]
    pub(in crate::cli) force: bool,
    /// Print the report as JSON on standard output
    #[arg(long)]
    pub(in crate::cli) json: bool,
}
