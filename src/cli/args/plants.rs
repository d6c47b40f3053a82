//! The verbs of the custodian about planted people.

use std::path::PathBuf;

use clap::{ArgGroup, Subcommand};

use super::LogTo;
use crate::cli::check::Span;

#[derive(Debug, Subcommand)]
pub(in crate::cli) enum Plants {
    /// Make up people for the owners to plant, pairs that must be linked and pairs that must not
    #[command(group = ArgGroup::new("years").required(true).args(["cohort", "born"]))]
    New {
        /// The project file
        #[arg(long)]
        project: PathBuf,
        /// Pairs of records of one person, with the errors of two usual institutions, for each two parties
        #[arg(long, value_name = "N", default_value_t = 0, value_parser = clap::value_parser!(u32).range(..=100_000))]
        together: u32,
        /// Pairs of records of two people who are easily confused - twins, namesakes, parent and child - for each two
        /// parties
        #[arg(long, value_name = "N", default_value_t = 0, value_parser = clap::value_parser!(u32).range(..=100_000))]
        apart: u32,
        /// The years in which the students leave school, as in 2023..2026: planted people are of that age
        #[arg(long, value_name = "YEARS")]
        cohort: Option<Span>,
        /// Or the years in which they are born, as in 2005..2008
        #[arg(long, value_name = "YEARS")]
        born: Option<Span>,
        /// The folder to write each party's file and the truth into
        #[arg(short, long, value_name = "FOLDER")]
        out: PathBuf,
        #[command(flatten)]
        log: LogTo,
        /// Replace files that exist
        #[arg(long)]
        force: bool,
    },
    /// Say how a match treated the planted people, from what the owners send back
    Score {
        /// The truth that `plants new` wrote
        #[arg(long, value_name = "FILE")]
        truth: PathBuf,
        /// What `resolve --plants-out` wrote at each party
        #[arg(required = true, num_args = 1..)]
        found: Vec<PathBuf>,
        /// As JSON
        #[arg(long)]
        json: bool,
    },
}
