//! The arguments of every verb.

use std::path::PathBuf;

use bytesize::ByteSize;
use clap::{Args as ClapArgs, Parser, Subcommand, ValueEnum};

use super::check::Span;
use super::reading::{Member, Reading};
use crate::owner::table::Exclude;
use crate::pipeline::link::BLOCK_PAIRS;
use crate::units::PartyId;

/// Record linkage in which names and birthdates stay with their owner.
#[derive(Debug, Parser)]
#[command(name = "blindlink", version, max_term_width = 100)]
pub(super) struct Args {
    #[command(subcommand)]
    pub(super) verb: Verb,
    /// Number of threads; all cores if not given. Results do not depend on it.
    #[arg(long, global = true, value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub(super) threads: Option<u16>,
    /// No progress and no summary on standard error; warnings stay.
    #[arg(long, short, global = true)]
    pub(super) quiet: bool,
    /// How progress is told on standard error
    #[arg(long, global = true, value_enum, default_value_t = Form::Auto)]
    pub(super) progress: Form,
}

/// How progress is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Form {
    /// A line that is redrawn on a terminal; elsewhere one line a minute
    Auto,
    /// For programs: events, one JSON object a line (docs/spec/progress-events.md)
    Json,
}

#[derive(Debug, Subcommand)]
pub(super) enum Verb {
    /// The whole job on made-up data that comes with the program, scored against the truth
    Demo(Demo),
    /// The whole job on made-up students in the format of your own export, as training
    Rehearse(Rehearse),
    /// Make a project file, which all parties and the operator share
    #[command(subcommand)]
    Project(Project),
    /// Make or show a linkage key, which the data owners share and the operator never holds
    #[command(subcommand)]
    Key(Key),
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
    /// What a token file says of itself, and the release manifest beside it
    Inspect(Inspect),
    /// Operator: match token files into links and crosswalks
    Match(Match),
    /// Data owner: put student ids into a crosswalk
    Resolve(Resolve),
    /// Rehearsals only: score a match against the truth
    Evaluate(Evaluate),
    /// Make up students of several parties, with the truth
    Synth(Synth),
    /// Print what completes commands in a shell
    Completions(Completions),
    /// Print the manual page, or write the pages of all verbs
    Man(Man),
}

impl Verb {
    /// The word that the user gave.
    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::Demo(_) => "demo",
            Self::Rehearse(_) => "rehearse",
            Self::Project(_) => "project",
            Self::Key(_) => "key",
            Self::Check(_) => "check",
            Self::Encode(_) => "encode",
            Self::Audit(_) => "audit",
            Self::Release(_) => "release",
            Self::VerifyTokens(_) => "verify-tokens",
            Self::Inspect(_) => "inspect",
            Self::Match(_) => "match",
            Self::Resolve(_) => "resolve",
            Self::Evaluate(_) => "evaluate",
            Self::Synth(_) => "synth",
            Self::Completions(_) => "completions",
            Self::Man(_) => "man",
        }
    }
}

#[derive(Debug, ClapArgs)]
pub(super) struct Demo {
    /// Folder to leave every file of the demonstration in; a temporary one if not given
    #[arg(long)]
    pub(super) out: Option<PathBuf>,
}

#[derive(Debug, ClapArgs)]
pub(super) struct Rehearse {
    /// The project whose parties and schema are rehearsed; it gets an id of its own. Default: two parties, k12
    #[arg(long)]
    pub(super) project: Option<PathBuf>,
    /// Which party you are
    #[arg(long, default_value = "district")]
    pub(super) party: PartyId,
    /// An export of yours: columns, delimiter, dates and encoding are taken of it, and none of its rows. Not needed with
    /// --preset, the system that your exports come from
    #[arg(long, value_name = "TABLE", required_unless_present = "preset")]
    pub(super) like: Option<PathBuf>,
    /// Made-up records a party
    #[arg(long, default_value_t = 2_000, value_parser = clap::value_parser!(u64).range(100..=1_000_000))]
    pub(super) records: u64,
    /// The folder to leave every file in
    #[arg(short, long, value_name = "FOLDER")]
    pub(super) out: PathBuf,
    #[command(flatten)]
    pub(super) reading: Reading,
    #[command(flatten)]
    pub(super) member: Member,
}

#[derive(Debug, Subcommand)]
pub(super) enum Project {
    /// Write a new, commented project file
    New {
        /// A party's name, a-z, 0-9 and -; give two or more
        #[arg(long = "party", required = true)]
        parties: Vec<PartyId>,
        /// The schema: k12, k12-strict for more privacy and fewer links, or clk for the classic Bloom filter
        #[arg(long, default_value = "k12")]
        schema: String,
        /// The project file to write
        #[arg(short, long)]
        out: PathBuf,
        /// Replace a file that exists
        #[arg(long)]
        force: bool,
    },
}

#[derive(Debug, Subcommand)]
pub(super) enum Key {
    /// Write 32 random bytes to a new file that only you can read
    New {
        /// The key file to write; never overwritten
        #[arg(short, long)]
        out: PathBuf,
    },
    /// Print the fingerprint of a key, to compare by telephone
    Show {
        /// The key file
        key: PathBuf,
    },
}

#[derive(Debug, ClapArgs)]
pub(super) struct Check {
    /// The student table: delimited text, in whatever form your system exports it
    #[arg(required_unless_present = "compare")]
    pub(super) table: Option<PathBuf>,
    /// Instead of a table: two reports that --json wrote, one of each party; are their tables fit to be linked?
    #[arg(long, num_args = 2, value_name = "REPORT", conflicts_with_all = ["table", "project", "cohort", "born",
        "show_lines", "safe", "save_mapping", "mapping", "Reading", "table_in_zip"])]
    pub(super) compare: Option<Vec<PathBuf>>,
    /// The project file: the report then says for which project it is
    #[arg(long)]
    pub(super) project: Option<PathBuf>,
    /// The years in which the students leave school, as in 2019..2022: who is not of an age for that is counted
    #[arg(long, value_name = "YEARS")]
    pub(super) cohort: Option<Span>,
    /// Or the years in which they are born, as in 2001..2005
    #[arg(long, value_name = "YEARS", conflicts_with = "cohort")]
    pub(super) born: Option<Span>,
    /// Write the report as JSON to this file: without counts of 1 to 10, to be sent to the other party
    #[arg(long, value_name = "FILE")]
    pub(super) json: Option<PathBuf>,
    /// Write the report as a page to this file, likewise
    #[arg(long, value_name = "FILE")]
    pub(super) html: Option<PathBuf>,
    /// Name up to 20 lines of each finding, on the screen only
    #[arg(long)]
    pub(super) show_lines: bool,
    /// No counts of 1 to 10 on the screen either
    #[arg(long, conflicts_with = "show_lines")]
    pub(super) safe: bool,
    /// Save what was found of columns and dates to this file, for next year's table
    #[arg(long, value_name = "FILE")]
    pub(super) save_mapping: Option<PathBuf>,
    /// Read columns and dates as this file says, which --save-mapping wrote; what has changed is told
    #[arg(long, value_name = "FILE")]
    pub(super) mapping: Option<PathBuf>,
    #[command(flatten)]
    pub(super) reading: Reading,
    #[command(flatten)]
    pub(super) member: Member,
    /// Replace files that exist
    #[arg(long)]
    pub(super) force: bool,
}

#[derive(Debug, ClapArgs)]
pub(super) struct Encode {
    /// The student table: delimited text or Parquet, an archive (ZIP) with one in it, or a folder of OneRoster
    pub(super) table: PathBuf,
    /// The project file
    #[arg(long)]
    pub(super) project: PathBuf,
    /// Which party you are
    #[arg(long)]
    pub(super) party: PartyId,
    /// The linkage key file
    #[arg(long)]
    pub(super) key: PathBuf,
    /// The token file to write: it goes to the operator
    #[arg(short, long)]
    pub(super) out: PathBuf,
    /// The ref map to write: it stays with you. Default: beside the token file, .refs.csv
    #[arg(long)]
    pub(super) refs: Option<PathBuf>,
    /// The list of rejected rows to write: it stays with you. Default: beside the token file, .rejects.csv
    #[arg(long)]
    pub(super) rejects: Option<PathBuf>,
    #[command(flatten)]
    pub(super) reading: Reading,
    #[command(flatten)]
    pub(super) member: Member,
    #[command(flatten)]
    pub(super) opt_outs: OptOuts,
    /// Read columns and dates as this file says, which `check --save-mapping` wrote; what has changed is told
    #[arg(long, value_name = "FILE")]
    pub(super) mapping: Option<PathBuf>,
    /// Encode decoys instead: the same names with birthdates moved away, so that every link to one is
    /// false. The operator measures false links by them (match --decoys)
    #[arg(long)]
    pub(super) decoys: bool,
    /// Replace files that exist
    #[arg(long)]
    pub(super) force: bool,
    /// Go on from the last partition that a run which was killed has finished
    #[arg(long)]
    pub(super) resume: bool,
    /// Print the summary as JSON on standard output
    #[arg(long)]
    pub(super) json: bool,
    /// Tests only: make record refs guessable, so that a run can be repeated byte by byte
    #[arg(long, hide = true)]
    pub(super) test_seed: Option<u64>,
}

#[derive(Debug, ClapArgs)]
pub(super) struct Audit {
    /// The student table that the tokens were made of; without it, only the tokens are looked at
    pub(super) table: Option<PathBuf>,
    /// The project file
    #[arg(long)]
    pub(super) project: PathBuf,
    /// Which party you are
    #[arg(long)]
    pub(super) party: Option<PartyId>,
    /// The linkage key file
    #[arg(long)]
    pub(super) key: Option<PathBuf>,
    /// The token file that `encode` wrote
    #[arg(long)]
    pub(super) tokens: PathBuf,
    /// People in the largest file of the linkage: blocks are attacked at the size they have there
    #[arg(long, default_value_t = 1_740_000, value_parser = clap::value_parser!(u64).range(1..=1_000_000_000))]
    pub(super) population: u64,
    /// The same seed makes the same draws
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u64).range(..=1_000_000))]
    pub(super) seed: u64,
    /// Write the report as JSON to this file
    #[arg(long, value_name = "FILE")]
    pub(super) json: Option<PathBuf>,
    #[command(flatten)]
    pub(super) reading: Reading,
    #[command(flatten)]
    pub(super) member: Member,
    #[command(flatten)]
    pub(super) opt_outs: OptOuts,
    /// Replace a report that exists
    #[arg(long)]
    pub(super) force: bool,
}

/// Who is left out.
#[derive(Debug, ClapArgs)]
pub(super) struct OptOuts {
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
    pub(super) fn exclude(&self) -> Exclude {
        Exclude {
            lists: self.exclude.clone(),
            holds: self.exclude_holds,
        }
    }
}

#[derive(Debug, ClapArgs)]
pub(super) struct Release {
    /// The token file that goes to the operator
    pub(super) tokens: PathBuf,
    /// The project file
    #[arg(long)]
    pub(super) project: PathBuf,
    /// The report that `audit --json` wrote; without it the manifest says that no audit was made
    #[arg(long, value_name = "FILE")]
    pub(super) audit: Option<PathBuf>,
    /// The manifest to write. Default: beside the token file, .release.json, where the operator's side looks for it
    #[arg(short, long)]
    pub(super) out: Option<PathBuf>,
    /// Replace a manifest that exists
    #[arg(long)]
    pub(super) force: bool,
}

#[derive(Debug, ClapArgs)]
pub(super) struct VerifyTokens {
    /// The token file that is to leave
    pub(super) tokens: PathBuf,
    /// The student table that it was made of: all its cells are looked for in the token file
    #[arg(long, value_name = "TABLE")]
    pub(super) against: PathBuf,
    /// The project file, to compare columns and header with
    #[arg(long)]
    pub(super) project: Option<PathBuf>,
    /// The release manifest, to compare with and to name its audit
    #[arg(long, value_name = "FILE")]
    pub(super) manifest: Option<PathBuf>,
    /// The ref map, to compare the record refs with
    #[arg(long, value_name = "FILE")]
    pub(super) refs: Option<PathBuf>,
    /// Write the page as HTML too, to be printed and signed
    #[arg(long, value_name = "FILE")]
    pub(super) html: Option<PathBuf>,
    #[command(flatten)]
    pub(super) reading: Reading,
    #[command(flatten)]
    pub(super) member: Member,
    /// Replace a page that exists
    #[arg(long)]
    pub(super) force: bool,
}

#[derive(Debug, ClapArgs)]
pub(super) struct Inspect {
    /// The token file
    pub(super) tokens: PathBuf,
    /// As JSON
    #[arg(long)]
    pub(super) json: bool,
}

#[derive(Debug, ClapArgs)]
pub(super) struct Match {
    /// The token files, one a party; with --duplicates one is enough
    #[arg(required = true)]
    pub(super) tokens: Vec<PathBuf>,
    /// The project file
    #[arg(long)]
    pub(super) project: PathBuf,
    /// The folder for the results
    #[arg(short, long)]
    pub(super) out: PathBuf,
    /// Match probability from which a pair is a link, instead of the project's
    #[arg(long)]
    pub(super) threshold: Option<f64>,
    /// Or how many missed links a false link is worth: the threshold that costs least, N / (N + 1)
    #[arg(long, value_name = "N", conflicts_with = "threshold")]
    pub(super) price: Option<f64>,
    /// Find the records of one person inside each party too, and link them as one
    #[arg(long)]
    pub(super) duplicates: bool,
    /// A file that `encode --decoys` made at one of the parties: how many of them are linked, each
    /// wrongly, is reported. Once for each such file
    #[arg(long, value_name = "TOKENS")]
    pub(super) decoys: Vec<PathBuf>,
    /// Leave out blocks of more candidate pairs than this: one value that very many have, such as a
    /// birthdate put in for those that are unknown. The report says what was left out
    #[arg(long, value_name = "N", default_value_t = BLOCK_PAIRS, value_parser = clap::value_parser!(u64).range(1..))]
    pub(super) block_pairs: u64,
    /// Stay within this much memory, such as 2GiB: what does not fit is divided by block key and goes to
    /// temporary files beside the results. The results do not depend on it
    #[arg(long, value_name = "SIZE")]
    pub(super) memory: Option<ByteSize>,
    /// Say what the match would take - pairs, memory, disk, minutes - and write nothing
    #[arg(long, conflicts_with = "resume")]
    pub(super) plan: bool,
    /// Go on from what an interrupted match of the same files has left beside the results
    #[arg(long)]
    pub(super) resume: bool,
    /// Schema clk: find about this share of the pairs at or above its Dice coefficient, 0.99 say;
    /// how many were found is measured and reported
    #[arg(long, value_name = "SHARE")]
    pub(super) approximate: Option<f64>,
    /// Tests only: compare with this instruction set instead of the fastest
    #[arg(long, hide = true)]
    pub(super) instructions: Option<String>,
    /// Replace results that exist
    #[arg(long)]
    pub(super) force: bool,
    /// Print the report as JSON on standard output
    #[arg(long)]
    pub(super) json: bool,
}

#[derive(Debug, ClapArgs)]
pub(super) struct Resolve {
    /// Your crosswalk, as the operator sent it
    pub(super) crosswalk: PathBuf,
    /// The ref map that `encode` wrote
    #[arg(long)]
    pub(super) refs: PathBuf,
    /// The table to write
    #[arg(short, long)]
    pub(super) out: PathBuf,
    /// Also write match rates by the values of this column of your table, small counts suppressed
    #[arg(long, value_name = "COLUMN", requires = "table")]
    pub(super) by: Option<String>,
    /// The student table that was encoded, for --by
    #[arg(long, requires = "by")]
    pub(super) table: Option<PathBuf>,
    /// The table of rates to write. Default: beside the table, .rates.csv
    #[arg(long, requires = "by")]
    pub(super) rates: Option<PathBuf>,
    /// The table to take of an archive, where it has several: its name, or its folder and name
    #[arg(long = "table-in-zip", value_name = "NAME", requires = "by")]
    pub(super) member: Option<String>,
    #[command(flatten)]
    pub(super) reading: Reading,
    /// Replace a file that exists
    #[arg(long)]
    pub(super) force: bool,
}

#[derive(Debug, ClapArgs)]
pub(super) struct Evaluate {
    /// The folder that `match` wrote
    #[arg(required_unless_present = "clear", conflicts_with = "Reading")]
    pub(super) results: Option<PathBuf>,
    /// The ref maps of two parties, in the order of the truth's columns
    #[arg(long, required_unless_present = "clear", conflicts_with = "Reading")]
    pub(super) refs: Vec<PathBuf>,
    /// A CSV of two id columns, the first party's first
    #[arg(long)]
    pub(super) truth: PathBuf,
    /// Instead of results: link two student tables as tokens and with the names in clear, and print what encoding costs
    #[arg(long, num_args = 2, value_name = "TABLE", conflicts_with_all = ["results", "refs"])]
    pub(super) clear: Option<Vec<PathBuf>>,
    /// The schema to encode by, with --clear. Default: k12
    #[arg(long, requires = "clear", conflicts_with_all = ["results", "refs"])]
    pub(super) schema: Option<String>,
    #[command(flatten)]
    pub(super) reading: Reading,
    /// Find the records of one person inside each table too, and link them as one
    #[arg(long, requires = "clear", conflicts_with_all = ["results", "refs"])]
    pub(super) duplicates: bool,
    /// As JSON
    #[arg(long)]
    pub(super) json: bool,
}

#[derive(Debug, ClapArgs)]
pub(super) struct Synth {
    /// Number of parties
    #[arg(long, default_value_t = 2, value_parser = clap::value_parser!(u8).range(2..=9))]
    pub(super) parties: u8,
    /// Records a party
    #[arg(long, default_value_t = 20_000, value_parser = clap::value_parser!(u64).range(1..=100_000_000))]
    pub(super) records: u64,
    /// How many errors the records have
    #[arg(long, value_enum, default_value_t = Profile::Typical)]
    pub(super) profile: Profile,
    /// The same seed gives the same files
    #[arg(long, default_value_t = 1)]
    pub(super) seed: u64,
    /// The folder to write into
    #[arg(short, long)]
    pub(super) out: PathBuf,
    /// Replace files that exist
    #[arg(long)]
    pub(super) force: bool,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(super) enum Profile {
    Clean,
    Typical,
    Dirty,
}

#[derive(Debug, ClapArgs)]
pub(super) struct Completions {
    /// The shell
    #[arg(value_enum)]
    pub(super) shell: clap_complete::Shell,
}

#[derive(Debug, ClapArgs)]
pub(super) struct Man {
    /// The folder to write a page of each verb into; without it, the page of the program is printed
    #[arg(short, long, value_name = "FOLDER")]
    pub(super) out: Option<PathBuf>,
    /// Replace pages that exist
    #[arg(long)]
    pub(super) force: bool,
}
