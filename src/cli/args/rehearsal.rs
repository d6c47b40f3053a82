//! Rehearsals on made-up students.

use std::path::PathBuf;

use clap::{Args as ClapArgs, Subcommand, ValueEnum};

use crate::cli::reading::{Member, READING, Reading};
use crate::units::PartyId;

/// Both sides in one, on made-up students.
#[derive(Debug, Subcommand)]
pub(in crate::cli) enum Rehearsal {
    /// The whole job on made-up data that comes with the program, scored against the truth
    Demo(Demo),
    /// The whole job on made-up students in the format of your own export, as training
    Rehearse(Rehearse),
    /// Rehearsals only: score a match against the truth
    Evaluate(Evaluate),
    /// Make up students of several parties, with the truth
    Synth(Synth),
}

impl Rehearsal {
    pub(in crate::cli) fn name(&self) -> &'static str {
        match self {
            Self::Demo(_) => "demo",
            Self::Rehearse(_) => "rehearse",
            Self::Evaluate(_) => "evaluate",
            Self::Synth(_) => "synth",
        }
    }
}

#[derive(Debug, ClapArgs)]
pub(in crate::cli) struct Demo {
    /// Folder to leave every file of the demonstration in; a temporary one if not given
    #[arg(long)]
    pub(in crate::cli) out: Option<PathBuf>,
}

#[derive(Debug, ClapArgs)]
pub(in crate::cli) struct Rehearse {
    /// The project whose parties and schema are rehearsed; it gets an id of its own. Default: two parties, k12
    #[arg(long)]
    pub(in crate::cli) project: Option<PathBuf>,
    /// Which party you are
    #[arg(long, default_value = "district")]
    pub(in crate::cli) party: PartyId,
    /// An export of yours: columns, delimiter, dates and encoding are taken of it, and none of its rows. Not needed with
    /// --preset, the system that your exports come from
    #[arg(long, value_name = "TABLE", required_unless_present = "preset")]
    pub(in crate::cli) like: Option<PathBuf>,
    /// Made-up records a party
    #[arg(long, default_value_t = 2_000, value_parser = clap::value_parser!(u64).range(100..=1_000_000))]
    pub(in crate::cli) records: u64,
    /// The folder to leave every file in
    #[arg(short, long, value_name = "FOLDER")]
    pub(in crate::cli) out: PathBuf,
    #[command(flatten)]
    pub(in crate::cli) reading: Reading,
    #[command(flatten)]
    pub(in crate::cli) member: Member,
}

#[derive(Debug, ClapArgs)]
pub(in crate::cli) struct Evaluate {
    /// The folder that `match` wrote
    #[arg(required_unless_present = "clear", conflicts_with_all = READING)]
    pub(in crate::cli) results: Option<PathBuf>,
    /// The ref maps of two parties, in the order of the truth's columns
    #[arg(long, required_unless_present = "clear", conflicts_with_all = READING)]
    pub(in crate::cli) refs: Vec<PathBuf>,
    /// A CSV of two id columns, the first party's first
    #[arg(long)]
    pub(in crate::cli) truth: PathBuf,
    /// Instead of results: link two student tables as tokens and with the names in clear, and print what encoding costs
    #[arg(long, num_args = 2, value_name = "TABLE", conflicts_with_all = ["results", "refs"])]
    pub(in crate::cli) clear: Option<Vec<PathBuf>>,
    /// The schema to encode by, with --clear. Default: k12
    #[arg(long, requires = "clear", conflicts_with_all = ["results", "refs"])]
    pub(in crate::cli) schema: Option<String>,
    #[command(flatten)]
    pub(in crate::cli) reading: Reading,
    /// Find the records of one person inside each table too, and link them as one
    #[arg(long, requires = "clear", conflicts_with_all = ["results", "refs"])]
    pub(in crate::cli) duplicates: bool,
    /// As JSON
    #[arg(long)]
    pub(in crate::cli) json: bool,
}

#[derive(Debug, ClapArgs)]
pub(in crate::cli) struct Synth {
    /// Number of parties
    #[arg(long, default_value_t = 2, value_parser = clap::value_parser!(u8).range(2..=9))]
    pub(in crate::cli) parties: u8,
    /// Records a party
    #[arg(long, default_value_t = 20_000, value_parser = clap::value_parser!(u64).range(1..=100_000_000))]
    pub(in crate::cli) records: u64,
    /// How many errors the records have
    #[arg(long, value_enum, default_value_t = Profile::Typical)]
    pub(in crate::cli) profile: Profile,
    /// The same seed gives the same files
    #[arg(long, default_value_t = 1)]
    pub(in crate::cli) seed: u64,
    /// The folder to write into
    #[arg(short, long)]
    pub(in crate::cli) out: PathBuf,
    /// Replace files that exist
    #[arg(long)]
    pub(in crate::cli) force: bool,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(in crate::cli) enum Profile {
    Clean,
    Typical,
    Dirty,
}
