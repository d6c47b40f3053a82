//! The arguments of every verb.

mod clk;
mod clk_files;
#[cfg(feature = "owner")]
mod clk_owner;
mod custody;
mod keys;
#[cfg(feature = "operator")]
mod operator;
#[cfg(feature = "owner")]
mod owner;
#[cfg(feature = "owner")]
mod plants;
mod project;
#[cfg(all(feature = "owner", feature = "operator"))]
mod rehearsal;

use std::path::PathBuf;

use clap::{Args as ClapArgs, Parser, Subcommand, ValueEnum};

pub(super) use clk::Clk;
#[cfg(feature = "operator")]
pub(super) use clk::{ClkMatch, ClkOutput};
#[cfg(feature = "owner")]
pub(super) use clk_files::ClkImport;
pub(super) use clk_files::{ClkDescribe, ClkExport, ExportFormat};
#[cfg(feature = "owner")]
pub(super) use clk_owner::{ClkBenchmark, ClkConvert, ClkEncode, ClkValidate};
pub(super) use custody::{AddNote, Destroy, Log, LogTo, Status};
pub(super) use keys::{Identity, Sign, Signatures};
#[cfg(feature = "owner")]
pub(super) use keys::{Key, KeyOpen, KeySeal};
#[cfg(feature = "operator")]
pub(super) use operator::{Match, Operator};
#[cfg(feature = "owner")]
pub(super) use owner::{Audit, Check, Encode, Owner, Release, Resolve, VerifyTokens};
#[cfg(feature = "owner")]
pub(super) use plants::Plants;
pub(super) use project::{NewProject, Project, ProjectCheck, Round, Show};
#[cfg(all(feature = "owner", feature = "operator"))]
pub(super) use rehearsal::{Demo, Evaluate, Profile, Rehearsal, Rehearse, Synth};

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
    #[cfg(all(feature = "owner", feature = "operator"))]
    #[command(flatten)]
    Rehearsal(Rehearsal),
    /// Make, check, sign and print the project file, which all parties and the operator share: the annex of their agreement
    #[command(subcommand)]
    Project(Project),
    /// Make or show an identity, by which you sign and to which a key is sealed
    #[command(subcommand)]
    Identity(Identity),
    #[cfg(feature = "owner")]
    #[command(flatten)]
    Owner(Owner),
    #[cfg(feature = "operator")]
    #[command(flatten)]
    Operator(Operator),
    /// Files of clkhash, anonlink and FABLE: encode, match, import, export, describe
    #[command(subcommand)]
    Clk(Clk),
    /// What a token file says of itself, and the release manifest beside it
    Inspect(Inspect),
    /// The disclosure log: check it, show it, make the record of disclosures of it, enter something
    #[command(subcommand)]
    Log(Log),
    /// What is still held of a project, what of it is overdue, and where log and folders disagree
    Status(Status),
    /// Overwrite and remove what is held of a project, and write the certificate
    Destroy(Destroy),
    /// Print what completes commands in a shell
    Completions(Completions),
    /// Print the manual page, or write the pages of all verbs
    Man(Man),
}

impl Verb {
    /// The word that the user gave.
    pub(super) fn name(&self) -> &'static str {
        match self {
            #[cfg(all(feature = "owner", feature = "operator"))]
            Self::Rehearsal(verb) => verb.name(),
            #[cfg(feature = "owner")]
            Self::Owner(verb) => verb.name(),
            #[cfg(feature = "operator")]
            Self::Operator(verb) => verb.name(),
            Self::Project(_) => "project",
            Self::Identity(_) => "identity",
            Self::Clk(_) => "clk",
            Self::Inspect(_) => "inspect",
            Self::Log(_) => "log",
            Self::Status(_) => "status",
            Self::Destroy(_) => "destroy",
            Self::Completions(_) => "completions",
            Self::Man(_) => "man",
        }
    }
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
