//! The verbs of the data owner: check, encode, audit, release, verify, resolve.

use std::path::PathBuf;

use clap::{Args as ClapArgs, Subcommand};

use super::{Key, LogTo, Plants};
use crate::cli::check::Span;
use crate::cli::reading::{Member, READING, Reading};
use crate::owner::table::Exclude;
use crate::units::PartyId;

/// What a data owner does.
#[derive(Debug, Subcommand)]
pub(in crate::cli) enum Owner {
    /// Make, show, seal or open a linkage key, which the data owners share and the operator never holds
    #[command(subcommand)]
    Key(Key),
    /// Custodian: people to plant among the records, to see how the operator matches
    #[command(subcommand)]
    Plants(Plants),
    /// Data owner: say whether a student table is fit to be linked, and what to mend; or whether two are
    Check(Check),
    /// Data owner: turn a student table into a token file
    Encode(Encode),
    /// Data owner: attack your own tokens before they leave. Operator: look at tokens alone
    Audit(Audit),
    /// Data owner: state the audit's verdict in a manifest that goes with the token file
    Release(Release),
    /// Data owner: show that a token file holds nothing else, as a page to sign before it leaves
    VerifyTokens(VerifyTokens),
    /// Data owner: put student ids into a crosswalk
    Resolve(Resolve),
}

impl Owner {
    pub(in crate::cli) fn name(&self) -> &'static str {
        match self {
            Self::Key(_) => "key",
            Self::Plants(_) => "plants",
            Self::Check(_) => "check",
            Self::Encode(_) => "encode",
            Self::Audit(_) => "audit",
            Self::Release(_) => "release",
            Self::VerifyTokens(_) => "verify-tokens",
            Self::Resolve(_) => "resolve",
        }
    }
}

#[derive(Debug, ClapArgs)]
pub(in crate::cli) struct Check {
    /// The student table: delimited text, in whatever form your system exports it
    #[arg(required_unless_present = "compare")]
    pub(in crate::cli) table: Option<PathBuf>,
    /// Instead of a table: two reports that --json wrote, one of each party; are their tables fit to be linked?
    #[arg(long, num_args = 2, value_name = "REPORT", conflicts_with_all = ["table", "project", "cohort", "born",
        "show_lines", "safe", "save_mapping", "mapping", "table_in_zip"], conflicts_with_all = READING)]
    pub(in crate::cli) compare: Option<Vec<PathBuf>>,
    /// The project file: the report then says for which project it is
    #[arg(long)]
    pub(in crate::cli) project: Option<PathBuf>,
    /// The years in which the students leave school, as in 2019..2022: who is not of an age for that is counted
    #[arg(long, value_name = "YEARS")]
    pub(in crate::cli) cohort: Option<Span>,
    /// Or the years in which they are born, as in 2001..2005
    #[arg(long, value_name = "YEARS", conflicts_with = "cohort")]
    pub(in crate::cli) born: Option<Span>,
    /// Write the report as JSON to this file: without counts of 1 to 10, to be sent to the other party
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) json: Option<PathBuf>,
    /// Write the report as a page to this file, likewise
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) html: Option<PathBuf>,
    /// Name up to 20 lines of each finding, on the screen only
    #[arg(long)]
    pub(in crate::cli) show_lines: bool,
    /// No counts of 1 to 10 on the screen either
    #[arg(long, conflicts_with = "show_lines")]
    pub(in crate::cli) safe: bool,
    /// Save what was found of columns and dates to this file, for next year's table
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) save_mapping: Option<PathBuf>,
    /// Read columns and dates as this file says, which --save-mapping wrote; what has changed is told
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) mapping: Option<PathBuf>,
    #[command(flatten)]
    pub(in crate::cli) reading: Reading,
    #[command(flatten)]
    pub(in crate::cli) member: Member,
    /// Replace files that exist
    #[arg(long)]
    pub(in crate::cli) force: bool,
}

#[derive(Debug, ClapArgs)]
pub(in crate::cli) struct Encode {
    /// The student table: delimited text or Parquet, an archive (ZIP) with one in it, or a folder of OneRoster
    pub(in crate::cli) table: PathBuf,
    /// The project file
    #[arg(long)]
    pub(in crate::cli) project: PathBuf,
    /// Which party you are
    #[arg(long)]
    pub(in crate::cli) party: PartyId,
    /// The linkage key file
    #[arg(long)]
    pub(in crate::cli) key: PathBuf,
    /// For a project with stable link ids: a key file of your own (key new), which nobody else has, and which you keep for all
    /// rounds. Refs are made with it
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) ref_key: Option<PathBuf>,
    /// The token file to write: it goes to the operator
    #[arg(short, long)]
    pub(in crate::cli) out: PathBuf,
    /// The ref map to write: it stays with you. Default: beside the token file, .refs.csv
    #[arg(long)]
    pub(in crate::cli) refs: Option<PathBuf>,
    /// The list of rejected rows to write: it stays with you. Default: beside the token file, .rejects.csv
    #[arg(long)]
    pub(in crate::cli) rejects: Option<PathBuf>,
    #[command(flatten)]
    pub(in crate::cli) reading: Reading,
    #[command(flatten)]
    pub(in crate::cli) member: Member,
    #[command(flatten)]
    pub(in crate::cli) opt_outs: OptOuts,
    /// Read columns and dates as this file says, which `check --save-mapping` wrote; what has changed is told
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) mapping: Option<PathBuf>,
    /// Encode decoys instead: the same names with birthdates moved away, so that every link to one is
    /// false. The operator measures false links by them (match --decoys)
    #[arg(long)]
    pub(in crate::cli) decoys: bool,
    /// Mix in the planted people of this file, which the custodian made for you (plants new): what becomes of them
    /// shows how well and how honestly the operator matches
    #[arg(long, value_name = "FILE", conflicts_with = "decoys")]
    pub(in crate::cli) plants: Option<PathBuf>,
    #[command(flatten)]
    pub(in crate::cli) log: LogTo,
    /// Refuse a project file that not all parties and the custodian have signed
    #[arg(long)]
    pub(in crate::cli) require_signatures: bool,
    /// Replace files that exist
    #[arg(long)]
    pub(in crate::cli) force: bool,
    /// Go on from the last partition that a run which was killed has finished
    #[arg(long)]
    pub(in crate::cli) resume: bool,
    /// Print the summary as JSON on standard output
    #[arg(long)]
    pub(in crate::cli) json: bool,
    /// Tests only: make record refs guessable, so that a run can be repeated byte by byte
    #[arg(long, hide = true)]
    pub(in crate::cli) test_seed: Option<u64>,
}

/// Who is left out.
#[derive(Debug, ClapArgs)]
pub(in crate::cli) struct OptOuts {
    /// Leave out the students whose ids are in this list, one id a line, or a table with a header line; may be
    /// given more than once
    #[arg(long, value_name = "LIST")]
    exclude: Vec<PathBuf>,
    /// Leave out the students who have opted out by a column of the table, which --map hold=HEADER names where the
    /// header does not tell
    #[arg(long)]
    exclude_holds: bool,
}

impl OptOuts {
    pub(in crate::cli) fn exclude(&self) -> Exclude {
        Exclude {
            lists: self.exclude.clone(),
            holds: self.exclude_holds,
        }
    }
}

#[derive(Debug, ClapArgs)]
pub(in crate::cli) struct Audit {
    /// The student table that the tokens were made of; without it, only the tokens are looked at
    pub(in crate::cli) table: Option<PathBuf>,
    /// The project file
    #[arg(long)]
    pub(in crate::cli) project: PathBuf,
    /// Which party you are
    #[arg(long)]
    pub(in crate::cli) party: Option<PartyId>,
    /// The linkage key file
    #[arg(long)]
    pub(in crate::cli) key: Option<PathBuf>,
    /// Of CLKs that `clk import` took in, instead of a key: the linkage schema that they were made under. The attack then
    /// knows it, and no secret
    #[arg(long, value_name = "LINKAGE-SCHEMA", conflicts_with = "key")]
    pub(in crate::cli) schema: Option<PathBuf>,
    /// With --schema: the ref map that `clk import` wrote. Default: beside the token file, .refs.csv
    #[arg(long, requires = "schema")]
    pub(in crate::cli) refs: Option<PathBuf>,
    /// The token file that `encode` or `clk import` wrote
    #[arg(long)]
    pub(in crate::cli) tokens: PathBuf,
    /// The planted people that were mixed in, as for `encode`: they are counted and not attacked
    #[arg(long, value_name = "FILE", requires = "table")]
    pub(in crate::cli) plants: Option<PathBuf>,
    /// People in the largest file of the linkage: blocks are attacked at the size they have there
    #[arg(long, default_value_t = 1_740_000, value_parser = clap::value_parser!(u64).range(1..=1_000_000_000))]
    pub(in crate::cli) population: u64,
    /// The same seed makes the same draws
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u64).range(..=1_000_000))]
    pub(in crate::cli) seed: u64,
    /// Write the report as JSON to this file
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) json: Option<PathBuf>,
    #[command(flatten)]
    pub(in crate::cli) reading: Reading,
    #[command(flatten)]
    pub(in crate::cli) member: Member,
    #[command(flatten)]
    pub(in crate::cli) opt_outs: OptOuts,
    #[command(flatten)]
    pub(in crate::cli) log: LogTo,
    /// Replace a report that exists
    #[arg(long)]
    pub(in crate::cli) force: bool,
}

#[derive(Debug, ClapArgs)]
pub(in crate::cli) struct Release {
    /// The token file that goes to the operator
    pub(in crate::cli) tokens: PathBuf,
    /// The project file
    #[arg(long)]
    pub(in crate::cli) project: PathBuf,
    /// The report that `audit --json` wrote; without it the manifest says that no audit was made
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) audit: Option<PathBuf>,
    /// The manifest to write. Default: beside the token file, .release.json, where the operator's side looks for it
    #[arg(short, long)]
    pub(in crate::cli) out: Option<PathBuf>,
    #[command(flatten)]
    pub(in crate::cli) log: LogTo,
    /// Replace a manifest that exists
    #[arg(long)]
    pub(in crate::cli) force: bool,
}

#[derive(Debug, ClapArgs)]
pub(in crate::cli) struct VerifyTokens {
    /// The token file that is to leave
    pub(in crate::cli) tokens: PathBuf,
    /// The student table that it was made of: all its cells are looked for in the token file
    #[arg(long, value_name = "TABLE")]
    pub(in crate::cli) against: PathBuf,
    /// The project file, to compare columns and header with
    #[arg(long)]
    pub(in crate::cli) project: Option<PathBuf>,
    /// The release manifest, to compare with and to name its audit
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) manifest: Option<PathBuf>,
    /// The ref map, to compare the record refs with
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) refs: Option<PathBuf>,
    /// Write the page as HTML too, to be printed and signed
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) html: Option<PathBuf>,
    #[command(flatten)]
    pub(in crate::cli) reading: Reading,
    #[command(flatten)]
    pub(in crate::cli) member: Member,
    /// Replace a page that exists
    #[arg(long)]
    pub(in crate::cli) force: bool,
}

#[derive(Debug, ClapArgs)]
pub(in crate::cli) struct Resolve {
    /// Your crosswalk, as the operator sent it; its receipt, if it lies beside, is checked
    pub(in crate::cli) crosswalk: PathBuf,
    /// The project file: the receipt must then be there, and be of it; with an agreement, what you received and made is
    /// entered into its disclosure log
    #[arg(long)]
    pub(in crate::cli) project: Option<PathBuf>,
    /// The ref map that `encode` wrote
    #[arg(long)]
    pub(in crate::cli) refs: PathBuf,
    /// The table to write
    #[arg(short, long)]
    pub(in crate::cli) out: PathBuf,
    /// Write what became of the planted people to this file, for the custodian; they are never in the table
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) plants_out: Option<PathBuf>,
    /// Also write match rates by the values of this column of your table, small counts suppressed
    #[arg(long, value_name = "COLUMN", requires = "table")]
    pub(in crate::cli) by: Option<String>,
    /// The student table that was encoded, for --by
    #[arg(long, requires = "by")]
    pub(in crate::cli) table: Option<PathBuf>,
    /// The table of rates to write. Default: beside the table, .rates.csv
    #[arg(long, requires = "by")]
    pub(in crate::cli) rates: Option<PathBuf>,
    /// The table to take of an archive, where it has several: its name, or its folder and name
    #[arg(long = "table-in-zip", value_name = "NAME", requires = "by")]
    pub(in crate::cli) member: Option<String>,
    #[command(flatten)]
    pub(in crate::cli) reading: Reading,
    #[command(flatten)]
    pub(in crate::cli) log: LogTo,
    /// Replace a file that exists
    #[arg(long)]
    pub(in crate::cli) force: bool,
}
