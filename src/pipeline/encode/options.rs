//! What an encoding is asked for, and what it says that it did.

use std::collections::BTreeMap;
use std::path::PathBuf;

use crate::custody::Logging;
use crate::owner::table::{CutColumn, Exclude, Field, Found, HeaderChange, Mapping};
use crate::pipeline::Start;
use crate::units::PartyId;

/// What to encode, and where to.
#[derive(Debug)]
pub struct Options {
    /// The student table.
    pub table: PathBuf,
    /// The project file.
    pub project: PathBuf,
    /// The party whose table it is.
    pub party: PartyId,
    /// The linkage key file.
    pub key: PathBuf,
    /// The file of the owner's own key for refs, where the project has stable link ids.
    pub ref_key: Option<PathBuf>,
    /// The token file to write.
    pub out: PathBuf,
    /// The ref map to write.
    pub refs: PathBuf,
    /// The list of rejected rows to write.
    pub rejects: PathBuf,
    /// Which columns hold what, where the headers do not say.
    pub mapping: Mapping,
    /// Who is left out.
    pub exclude: Exclude,
    /// Encode decoys instead of the people themselves.
    pub decoys: bool,
    /// Planted people to mix in, of a custodian.
    pub plants: Option<PathBuf>,
    /// The disclosure log.
    pub log: Logging,
    /// Refuse a project file that not all have signed.
    pub require_signatures: bool,
    /// Replace outputs that exist.
    pub force: bool,
    /// Go on from what a run of the same that did not finish has left.
    pub resume: bool,
    /// Makes record refs a function of this number and the row instead of random. For tests only:
    /// refs that can be guessed join rounds.
    pub test_seed: Option<u64>,
}

/// What [`encode`](super::encode) did.
#[derive(Debug, Clone)]
pub struct Summary {
    /// Students of the table, each by one row, and rows that could not be divided into cells: `records` + the sum of
    /// `rejected`.
    pub read: u64,
    /// Records encoded, without planted people.
    pub records: u64,
    /// Planted people encoded.
    pub planted: u64,
    /// Rows of the token file.
    pub rows: u64,
    /// Rejected rows by reason.
    pub rejected: BTreeMap<&'static str, u64>,
    /// Rows without a usable birthdate.
    pub no_birthdate: u64,
    /// Of these, rows whose birthdate cell holds something that is no date.
    pub bad_birthdate: u64,
    /// Records encoded that have an alias: another first or last name, in a column or in brackets.
    pub with_alias: u64,
    /// Rows of the table that are no more than other names of a student whose own row is another one.
    pub other_rows: u64,
    /// Rows of the table of people who are no students.
    pub not_students: u64,
    /// Who has opted out.
    pub opt_outs: OptOutCounts,
    /// The export that the table was taken for.
    pub preset: &'static str,
    /// Which headers were taken for which field, in the order of the fields: one at most, but for
    /// aliases.
    pub columns: Vec<(Field, Vec<String>)>,
    /// Columns of names that seem to have been cut.
    pub cut_columns: Vec<CutColumn>,
    /// Whether refs and link ids are the same in every round, so that the operator can join rounds.
    pub stable: bool,
    /// Fingerprint of the owner's ref key, if the refs are made with one.
    pub ref_key: Option<String>,
    /// The fields that the agreement does not declare, and that were not read.
    pub undeclared: Vec<Field>,
    /// How the headers differ from those of a saved mapping.
    pub header_changes: Vec<HeaderChange>,
    /// How dates are written in the table, if it has any.
    pub date_format: Option<String>,
    /// What the file was found to be.
    pub found: Found,
    /// What an unfinished run had left, and what became of it.
    pub start: Start,
    /// Partitions taken over from an unfinished run.
    pub resumed: u64,
}

/// Who has opted out, in numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OptOutCounts {
    /// Rows whose column of opt-outs holds one, without those that a list leaves out.
    pub held: u64,
    /// Whether these were left out: they are then among the rejected, as `opt_out`.
    pub holds_left_out: bool,
    /// Different ids in the lists. Rows that were left out by them are among the rejected, as `excluded`.
    pub listed: u64,
    /// Of these, ids that are in no row.
    pub unmet: u64,
}
