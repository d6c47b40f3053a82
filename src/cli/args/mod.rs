//! The arguments of every verb.

mod custody;
mod operator;
mod owner;
mod project;
mod rehearsal;

use std::path::PathBuf;

use clap::{Args as ClapArgs, Parser, Subcommand, ValueEnum};

pub(super) use custody::{AddNote, Destroy, Log, LogTo, Status};
pub(super) use operator::{Inspect, Match};
pub(super) use owner::{Audit, Check, Encode, Release, Resolve, VerifyTokens};
pub(super) use project::{NewProject, Project, ProjectCheck, Round, Show};
pub(super) use rehearsal::{Demo, Evaluate, Profile, Rehearse, Synth};

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
    /// Make, check and print the project file, which all parties and the operator share: the annex of their agreement
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
    /// The disclosure log: check it, show it, make the record of disclosures of it, enter something
    #[command(subcommand)]
    Log(Log),
    /// What is still held of a project, what of it is overdue, and where log and folders disagree
    Status(Status),
    /// Overwrite and remove what is held of a project, and write the certificate
    Destroy(Destroy),
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
            Self::Log(_) => "log",
            Self::Status(_) => "status",
            Self::Destroy(_) => "destroy",
            Self::Evaluate(_) => "evaluate",
            Self::Synth(_) => "synth",
            Self::Completions(_) => "completions",
            Self::Man(_) => "man",
        }
    }
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
