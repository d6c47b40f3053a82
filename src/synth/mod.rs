//! Made-up students with realistic errors and their truth, for rehearsals and benchmarks.
//!
//! ```text
//! tables/ -> names, kinds -> people: who exists      roster: who is in which file, row and id
//!                        \                      /
//!                         record (typo, dates, style, rates): what a file says of a person
//!                                     |
//!                                   write: files, truth, tags
//! ```
//!
//! Every person is a function of (seed, index), every record of (seed, party, row). So files of
//! any size are made in parallel and in little memory, and the same [`Options`] give the same
//! bytes on every machine at every number of threads.
//!
//! # Privacy
//! No real person is in the output: names are drawn from public counts, one by one. A made-up
//! person may bear a real person's name by chance.

mod dates;
mod kinds;
mod names;
mod people;
mod plants;
mod random;
mod rates;
mod record;
mod roster;
mod style;
mod typo;
mod write;

#[cfg(test)]
mod tests;

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use crate::error::{Error, Result};
use crate::units::PartyId;

pub use plants::{Case, Kind, Plant, Planting, plants};
pub use write::{COLUMNS, generate};

/// How good the files are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Profile {
    /// Hardly an error: only the formats differ, middle names and second records remain.
    Clean,
    /// As two usual institutions: about 77 % of true pairs agree in both names and the birthdate
    /// after folding to A-Z.
    Typical,
    /// As two careless institutions: about 62 % of true pairs agree so.
    Dirty,
}

impl Profile {
    /// The word for it in commands and reports.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Clean => "clean",
            Self::Typical => "typical",
            Self::Dirty => "dirty",
        }
    }
}

impl fmt::Display for Profile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Profile {
    type Err = Error;

    fn from_str(s: &str) -> Result<Self> {
        [Self::Clean, Self::Typical, Self::Dirty]
            .into_iter()
            .find(|p| p.as_str() == s)
            .ok_or_else(|| Error::usage("a profile is one of clean, typical, dirty"))
    }
}

/// What to make.
#[derive(Debug, Clone)]
pub struct Options {
    /// How many files: 2 to 9.
    pub parties: usize,
    /// Records in each file: 1 to 50,000,000. One in a hundred is a second record of a person.
    pub records: u64,
    /// How good the files are.
    pub profile: Profile,
    /// Another seed makes other people, another order and other errors.
    pub seed: u64,
    /// The folder for the files; made if it does not exist.
    pub out: PathBuf,
    /// Replace files that exist already.
    pub force: bool,
}

/// One party's file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartyFile {
    /// `district`, `college`, `party-3` and so on.
    pub party: PartyId,
    /// The records: `PARTY.csv`.
    pub path: PathBuf,
    /// The group of each record, `tags-PARTY.csv` with the columns `id,group`.
    pub tags: PathBuf,
    /// The name of the id column of the records.
    pub id_column: &'static str,
    /// Records in the file.
    pub records: u64,
    /// Different people in the file.
    pub people: u64,
}

/// The true pairs of two parties.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TruthFile {
    /// The party of column `id_a`.
    pub a: PartyId,
    /// The party of column `id_b`.
    pub b: PartyId,
    /// `truth.csv`, or `truth-A-B.csv` with more than two parties.
    pub path: PathBuf,
    /// Pairs of records of one person.
    pub pairs: u64,
    /// Different people among them, which a perfect one-to-one result finds.
    pub people: u64,
}

/// What was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Summary {
    /// The files of records, first party first.
    pub parties: Vec<PartyFile>,
    /// The files of truth, for every two parties.
    pub truth: Vec<TruthFile>,
}
