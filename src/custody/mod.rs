//! Custody of a project's files: the disclosure log, their destruction, and the papers on both.
//!
//! Owns the log file `blindlink-log-1` (specified in `docs/spec/disclosure-log.md`): its entries, the append
//! that loses none, the check of a copy, the record of disclosures made of it; and the overwriting of files with its
//! certificate. Imports the project file, whose agreement every entry cites. Knows no token and no person: what a
//! file is and to which project it belongs is found out elsewhere.
//!
//! An entry is written before its file has its name, or loses it. So a crash may leave an entry whose file never
//! appeared, but no file that the log does not know.
//!
//! # Privacy
//! Counts, names of files, parties and people in charge, hashes; nothing of a student. A hash of a file names
//! nobody, but tells who holds a copy of the file that it is the same.

mod certificate;
mod entry;
mod export;
mod log;
mod shred;
mod verify;

pub use certificate::{CERTIFICATE, Certificate, Destroyed, METHOD};
pub use entry::{Action, Entry, FORMAT, FileFacts, REPLACED};
pub use export::{COLUMNS, csv, page};
pub use log::{Event, Log, Logging, beside};
pub use shred::{Shredded, Tombstone, overwrite, remove_empty, tombstone};
pub use verify::{Checked, read, read_from};
