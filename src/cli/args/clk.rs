//! The verbs under `clk`: what projects do today with clkhash and anonlink.

#[cfg(feature = "operator")]
use std::path::PathBuf;

#[cfg(feature = "operator")]
use clap::ValueEnum;
use clap::{Args as ClapArgs, Subcommand};

#[cfg(feature = "owner")]
use super::ClkImport;
use super::{ClkDescribe, ClkExport};

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
    /// Data owner: turn a file of CLKs into a token file of a project, with a ref map
    #[cfg(feature = "owner")]
    Import(Box<ClkImport>),
    /// Turn a token file of the schema `clk` into a file of CLKs
    Export(ClkExport),
    /// How many bits are set in the CLKs of a file, and which of them are empty, full or equal
    Describe(ClkDescribe),
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

/// In which form CLKs are read.
#[derive(Debug, Clone, Copy, ClapArgs)]
pub(in crate::cli) struct ClkForm {
    /// The form of the files of CLKs
    #[arg(long, value_enum, default_value_t = ClkFormat::Auto)]
    pub(in crate::cli) format: ClkFormat,
    /// Bytes of a CLK, 128 for 1,024 bits: the binary forms do not say it
    #[arg(long, value_name = "BYTES")]
    pub(in crate::cli) hash_size: Option<usize>,
}

/// The arguments of `clk match`.
#[cfg(feature = "operator")]
#[derive(Debug, ClapArgs)]
pub(in crate::cli) struct ClkMatch {
    /// The files of CLKs, one a party: the first is dataset 0 of the result
    #[arg(required = true, value_name = "CLKS")]
    pub(in crate::cli) files: Vec<PathBuf>,
    /// The Dice coefficient from which a pair counts, inclusive: from 0 to 1
    #[arg(long, value_name = "DICE", required_unless_present = "candidates")]
    pub(in crate::cli) threshold: Option<f64>,
    /// What is written
    #[arg(long, value_enum, default_value_t = ClkOutput::Groups)]
    pub(in crate::cli) output: ClkOutput,
    /// The file for the result; for permutations the folder
    #[arg(short, long)]
    pub(in crate::cli) out: PathBuf,
    /// Compare only records that share a block: a file of blocks, once for each file of CLKs, in the same order
    #[arg(long, value_name = "BLOCKS")]
    pub(in crate::cli) blocks: Vec<PathBuf>,
    #[command(flatten)]
    pub(in crate::cli) form: ClkForm,
    /// Keep of each record at most so many pairs with each other file, the most alike
    #[arg(short, long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub(in crate::cli) k: Option<u32>,
    /// The files are candidate pairs that anonlink, or --output candidates, has written: merge them
    #[arg(long, conflicts_with_all = ["blocks", "format", "hash_size", "k"])]
    pub(in crate::cli) candidates: bool,
    /// Tests only: make permutations guessable, so that a run can be repeated byte by byte
    #[arg(long, hide = true)]
    pub(in crate::cli) test_seed: Option<u64>,
    /// Replace a result that exists
    #[arg(long)]
    pub(in crate::cli) force: bool,
    /// Print a summary as JSON on standard output
    #[arg(long)]
    pub(in crate::cli) json: bool,
}

/// What `clk match` writes.
#[cfg(feature = "operator")]
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum ClkOutput {
    /// {"groups": [[[0, 5], [1, 7]], ...]}: datasets and records of each group, as the entity service gives them
    Groups,
    /// The groups as a bare list, as `anonlink find-similarity` writes them
    #[value(name = "find-similarity")]
    BareGroups,
    /// {"similarity_scores": [[[0, 5], [1, 7], 0.9], ...]}: every pair with its score
    #[value(name = "similarity_scores", alias = "similarity-scores")]
    Scores,
    /// mask.json for who does the analysis, and a permutation for each of two parties
    Permutations,
    /// Every pair with its score, in anonlink's binary form
    #[value(alias = "pairs")]
    Candidates,
}

/// The form of files of CLKs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(in crate::cli) enum ClkFormat {
    /// JSON or FABLE's table, by how a file begins
    Auto,
    /// {"clks": [...]}, {"clknblocks": [...]} or {"encodings": [...], "blocks": {...}}
    Json,
    /// The bytes of each CLK, back to back
    Binary,
    /// Before the bytes of each CLK its number in four bytes, the highest first
    Numbered,
    /// FABLE's table with the columns id and value
    Fable,
}

impl From<ClkFormat> for crate::clk::Format {
    fn from(format: ClkFormat) -> Self {
        match format {
            ClkFormat::Auto => Self::Auto,
            ClkFormat::Json => Self::Json,
            ClkFormat::Binary => Self::Binary,
            ClkFormat::Numbered => Self::Numbered,
            ClkFormat::Fable => Self::Fable,
        }
    }
}
