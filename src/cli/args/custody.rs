//! The verbs of custody: log, status, destroy; and the option of every verb that writes to the log.

use std::path::PathBuf;

use clap::{Args as ClapArgs, Subcommand, ValueEnum};

use crate::custody::{Action, Logging};
use crate::units::{Fingerprint, PartyId};

/// Where a verb enters what it does.
#[derive(Debug, ClapArgs)]
pub(in crate::cli) struct LogTo {
    /// The disclosure log to write to. Default: the one beside the project file, .log.jsonl, if that has an
    /// agreement; else none
    #[arg(long, value_name = "LOG")]
    log: Option<PathBuf>,
}

impl LogTo {
    pub(in crate::cli) fn logging(&self) -> Logging {
        self.log.clone().map_or(Logging::ByAgreement, Logging::At)
    }
}

#[derive(Debug, Subcommand)]
pub(in crate::cli) enum Log {
    /// Check a log, or a copy of it: that no entry was changed, left out or put in between
    Verify {
        /// The log
        log: PathBuf,
        /// Fail unless an entry has this hash: the one that was read out or noted before. What was cut off at the end
        /// of a log is found out in no other way
        #[arg(long, value_name = "HASH")]
        includes: Option<Fingerprint>,
        /// Print the findings as JSON on standard output
        #[arg(long)]
        json: bool,
    },
    /// Print the entries of a log, one a line
    Show {
        /// The log
        log: PathBuf,
    },
    /// Write the record of disclosures, as 34 CFR 99.32 asks for it
    Export {
        /// The log
        log: PathBuf,
        /// Write it as a table to this file
        #[arg(long, value_name = "FILE", required_unless_present = "html")]
        csv: Option<PathBuf>,
        /// Write it as a page to this file, to be printed
        #[arg(long, value_name = "FILE")]
        html: Option<PathBuf>,
        /// Replace files that exist
        #[arg(long)]
        force: bool,
    },
    /// Enter what was done outside the program: a consent that came in, a file that was mailed
    Add(Box<AddNote>),
}

/// What may be entered by hand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum ByHand {
    /// Something was given to somebody else
    Released,
    /// Something came from somebody else
    Received,
    /// Anything else
    Noted,
}

impl ByHand {
    pub(in crate::cli) fn action(self) -> Action {
        match self {
            Self::Released => Action::Released,
            Self::Received => Action::Received,
            Self::Noted => Action::Noted,
        }
    }
}

#[derive(Debug, ClapArgs)]
pub(in crate::cli) struct AddNote {
    /// The project file
    #[arg(long)]
    pub(in crate::cli) project: PathBuf,
    /// The log. Default: the one beside the project file, .log.jsonl
    #[arg(long, value_name = "LOG")]
    pub(in crate::cli) log: Option<PathBuf>,
    /// What happened
    #[arg(long, value_enum, default_value_t = ByHand::Noted)]
    pub(in crate::cli) action: ByHand,
    /// The file that it happened to: its name, size and hash are entered
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) file: Option<PathBuf>,
    /// What the file is, in a word: crosswalk, key, consent. A token file is known
    #[arg(long, value_name = "WORD")]
    pub(in crate::cli) kind: Option<String>,
    /// Whose records are in it
    #[arg(long)]
    pub(in crate::cli) party: Option<PartyId>,
    /// How many records are in it
    #[arg(long, value_name = "N")]
    pub(in crate::cli) rows: Option<u64>,
    /// A data element in it; may be given more than once
    #[arg(long = "element", value_name = "ELEMENT")]
    pub(in crate::cli) elements: Vec<String>,
    /// Who received it
    #[arg(long, value_name = "WHO")]
    pub(in crate::cli) recipient: Option<String>,
    /// Their legitimate interest, where it is not the purpose in the project file
    #[arg(long, value_name = "TEXT")]
    pub(in crate::cli) purpose: Option<String>,
    /// The legal basis, where it is not that of the agreement
    #[arg(long, value_name = "TEXT")]
    pub(in crate::cli) legal_basis: Option<String>,
    /// Anything else, in a line. No student's name: the log is shown to auditors
    #[arg(long, value_name = "TEXT")]
    pub(in crate::cli) note: Option<String>,
}

#[derive(Debug, ClapArgs)]
pub(in crate::cli) struct Status {
    /// Folders to look through, and files
    #[arg(default_value = ".")]
    pub(in crate::cli) paths: Vec<PathBuf>,
    /// List only what is of this project file, and what cannot be told
    #[arg(long)]
    pub(in crate::cli) project: Option<PathBuf>,
    /// A log that lies elsewhere
    #[arg(long, value_name = "LOG")]
    pub(in crate::cli) log: Option<PathBuf>,
    /// Print the status as JSON on standard output
    #[arg(long)]
    pub(in crate::cli) json: bool,
    /// End with exit code 4 if anything is held beyond its day
    #[arg(long)]
    pub(in crate::cli) fail_if_overdue: bool,
}

#[derive(Debug, ClapArgs)]
pub(in crate::cli) struct Destroy {
    /// Folders to look through, and files. Results folders and unfinished runs in them are looked into
    #[arg(required_unless_present = "key")]
    pub(in crate::cli) paths: Vec<PathBuf>,
    /// The project file: only what is of it is destroyed
    #[arg(long)]
    pub(in crate::cli) project: PathBuf,
    /// The linkage key, if it is to go and lies elsewhere. Other projects that use it cannot go on
    #[arg(long)]
    pub(in crate::cli) key: Option<PathBuf>,
    /// Also files that a run which was killed had not named yet. Let no other run go on meanwhile
    #[arg(long)]
    pub(in crate::cli) leftovers: bool,
    /// The certificate to write, as HTML; beside it as JSON
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) certificate: PathBuf,
    /// Who watches, for the certificate
    #[arg(long, value_name = "NAME")]
    pub(in crate::cli) witness: Option<String>,
    /// Do not ask
    #[arg(long)]
    pub(in crate::cli) yes: bool,
    #[command(flatten)]
    pub(in crate::cli) log: LogTo,
    /// Replace a certificate that exists
    #[arg(long)]
    pub(in crate::cli) force: bool,
}
