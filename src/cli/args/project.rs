//! The verbs around the project file.

use std::path::PathBuf;

use clap::{Args as ClapArgs, Subcommand};

use super::keys::{Sign, Signatures};
use crate::project::Element;
use crate::units::PartyId;

/// Under which the help lists what an agreement says.
const HEADING: &str =
    "The written agreement; on a terminal it is asked for, if none of these is given";

#[derive(Debug, Subcommand)]
pub(in crate::cli) enum Project {
    /// Write a new, commented project file
    New(Box<NewProject>),
    /// List what is missing or contradictory in a project file, and what to do
    Check(ProjectCheck),
    /// Write the annex of the agreement as a page to print and sign: data dictionary, drawing, what crosses
    Annex(Annex),
    /// Write the project file of the next round
    Round(Round),
    /// Print what the program reads in a project file, and its fingerprint
    Show(Show),
    /// Sign a project file; signatures stand beside it, in a file of its name and .sigs
    Sign(Sign),
    /// Show who has signed a project file, who is missing and what does not verify
    Signatures(Signatures),
}

#[derive(Debug, ClapArgs)]
pub(in crate::cli) struct NewProject {
    /// A party's name, a-z, 0-9 and -; give two or more
    #[arg(long = "party", required = true)]
    pub(in crate::cli) parties: Vec<PartyId>,
    /// The schema: k12, k12-strict for more privacy and fewer links, or clk for the classic Bloom filter
    #[arg(long, default_value = "k12")]
    pub(in crate::cli) schema: String,
    /// A name for people
    #[arg(long)]
    pub(in crate::cli) name: Option<String>,
    /// What the linkage is for, in the words of the agreement
    #[arg(long)]
    pub(in crate::cli) purpose: Option<String>,
    /// The name of the round [default: 1]
    #[arg(long)]
    pub(in crate::cli) round: Option<String>,
    /// Two parties that may be linked, as in district,college; all may, if none is given
    #[arg(long = "pair", value_name = "A,B")]
    pub(in crate::cli) pairs: Vec<String>,
    /// The same refs and link ids in every round: the operator can then join rounds, and each owner needs a ref key
    /// (encode --ref-key)
    #[arg(long)]
    pub(in crate::cli) stable_link_ids: bool,
    #[command(flatten)]
    pub(in crate::cli) agreement: AgreementArgs,
    /// The project file to write
    #[arg(short, long)]
    pub(in crate::cli) out: PathBuf,
    /// Replace a file that exists
    #[arg(long)]
    pub(in crate::cli) force: bool,
}

#[derive(Debug, ClapArgs)]
pub(in crate::cli) struct AgreementArgs {
    /// The agreement's number
    #[arg(long = "agreement", value_name = "NUMBER", help_heading = HEADING)]
    pub(in crate::cli) number: Option<String>,
    /// The FERPA exception that the parties rely on, in their words
    #[arg(long, value_name = "TEXT", help_heading = HEADING)]
    pub(in crate::cli) exception: Option<String>,
    /// The authorised representative
    #[arg(long, value_name = "TEXT", help_heading = HEADING)]
    pub(in crate::cli) representative: Option<String>,
    /// The last day on which tokens may be made and matched, as in 2027-06-30; needed with any of the others
    #[arg(long, value_name = "DATE", help_heading = HEADING)]
    pub(in crate::cli) destroy_by: Option<String>,
    /// The least number of students that a published cell may stand for [default: 11]
    #[arg(long, value_name = "N", help_heading = HEADING)]
    pub(in crate::cli) minimum_cell: Option<u32>,
    /// A data element that may be used; if none is given, those that the schema is or may be made of
    #[arg(long = "element", value_name = "ELEMENT", help_heading = HEADING)]
    pub(in crate::cli) elements: Vec<Element>,
    /// Who answers for a role - a party, custodian or operator - as in "district=Zzyzx Unified;Q. Vvortex;q@example.org"
    #[arg(long = "contact", value_name = "ROLE=ORGANISATION;PERSON;CONTACT", help_heading = HEADING)]
    pub(in crate::cli) contacts: Vec<String>,
    /// The public file of a role's identity, as in district=district.pub
    #[arg(long = "public-key", value_name = "ROLE=FILE", help_heading = HEADING)]
    pub(in crate::cli) public_keys: Vec<String>,
}

impl AgreementArgs {
    /// Whether any of the options is given.
    pub(in crate::cli) fn is_given(&self) -> bool {
        self.number.is_some()
            || self.exception.is_some()
            || self.representative.is_some()
            || self.destroy_by.is_some()
            || self.minimum_cell.is_some()
            || !self.elements.is_empty()
            || !self.contacts.is_empty()
            || !self.public_keys.is_empty()
    }
}

#[derive(Debug, ClapArgs)]
pub(in crate::cli) struct ProjectCheck {
    /// The project file
    pub(in crate::cli) project: PathBuf,
    /// As JSON
    #[arg(long)]
    pub(in crate::cli) json: bool,
}

#[derive(Debug, ClapArgs)]
pub(in crate::cli) struct Annex {
    /// The project file, with an agreement
    pub(in crate::cli) project: PathBuf,
    /// The page to write, HTML
    #[arg(short, long)]
    pub(in crate::cli) out: PathBuf,
    /// Replace a page that exists
    #[arg(long)]
    pub(in crate::cli) force: bool,
}

#[derive(Debug, ClapArgs)]
pub(in crate::cli) struct Round {
    /// The name of the next round
    pub(in crate::cli) next: String,
    /// The project file of this round
    pub(in crate::cli) project: PathBuf,
    /// The last day of the next round, as in 2028-06-30; that of this one, if it is not given
    #[arg(long, value_name = "DATE")]
    pub(in crate::cli) destroy_by: Option<String>,
    /// The project file to write
    #[arg(short, long)]
    pub(in crate::cli) out: PathBuf,
    /// Replace a file that exists
    #[arg(long)]
    pub(in crate::cli) force: bool,
}

#[derive(Debug, ClapArgs)]
pub(in crate::cli) struct Show {
    /// The project file
    pub(in crate::cli) project: PathBuf,
    /// Print the canonical form instead: the bytes that the fingerprint and signatures are of
    #[arg(long)]
    pub(in crate::cli) canonical: bool,
}
