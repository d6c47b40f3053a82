//! The arguments of `clk import`, `clk export` and `clk describe`.

use std::path::PathBuf;

use clap::{Args as ClapArgs, ValueEnum};

#[cfg(feature = "owner")]
use super::LogTo;
use super::clk::ClkForm;
#[cfg(feature = "owner")]
use crate::units::PartyId;

#[cfg(feature = "owner")]
#[derive(Debug, ClapArgs)]
pub(in crate::cli) struct ClkImport {
    /// The file of CLKs
    pub(in crate::cli) clks: PathBuf,
    #[command(flatten)]
    pub(in crate::cli) form: ClkForm,
    /// The project file, of a schema such as `clk`: one pass for everybody, of one filter of as many bits
    #[arg(long)]
    pub(in crate::cli) project: PathBuf,
    /// Which party you are
    #[arg(long)]
    pub(in crate::cli) party: PartyId,
    /// The token file to write: it goes to the operator
    #[arg(short, long)]
    pub(in crate::cli) out: PathBuf,
    /// The ref map to write: it stays with you. Default: beside the token file, .refs.csv
    #[arg(long)]
    pub(in crate::cli) refs: Option<PathBuf>,
    /// The table that was encoded, a row for each CLK in the same order: its ids go into the ref map. Without it, and if the
    /// CLKs have no ids of their own, these are the numbers of the rows
    #[arg(long, value_name = "TABLE", requires = "id_column")]
    pub(in crate::cli) ids: Option<PathBuf>,
    /// The header of the column of ids in that table
    #[arg(long, value_name = "HEADER", requires = "ids")]
    pub(in crate::cli) id_column: Option<String>,
    /// The linkage schema that the CLKs were made under: with the secret, the operator's match then refuses a party that used
    /// another one of either. To be given by all parties or by none
    #[arg(long, value_name = "LINKAGE-SCHEMA")]
    pub(in crate::cli) schema: Option<PathBuf>,
    /// With --schema: the file that holds the secret, which nobody else can read, or - for standard input; one line end at its
    /// end is not part of the secret. Without it you are asked
    #[arg(long, value_name = "FILE", requires = "schema")]
    pub(in crate::cli) secret_file: Option<PathBuf>,
    #[command(flatten)]
    pub(in crate::cli) log: LogTo,
    /// Refuse a project file that not all parties and the custodian have signed
    #[arg(long)]
    pub(in crate::cli) require_signatures: bool,
    /// Replace files that exist
    #[arg(long)]
    pub(in crate::cli) force: bool,
}

#[derive(Debug, ClapArgs)]
pub(in crate::cli) struct ClkExport {
    /// The token file
    pub(in crate::cli) tokens: PathBuf,
    /// The file of CLKs to write
    #[arg(short, long)]
    pub(in crate::cli) out: PathBuf,
    /// How it is written
    #[arg(long, value_enum, default_value_t = ExportFormat::Clkhash)]
    pub(in crate::cli) format: ExportFormat,
    /// Replace a file that exists
    #[arg(long)]
    pub(in crate::cli) force: bool,
}

/// How exported CLKs are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum ExportFormat {
    /// {"clks": [...]} in JSON, as of clkhash and anonlink
    Clkhash,
    /// FABLE's table id,value; the ids are record refs
    Fable,
    /// The bytes of one CLK after the other, as for the entity service
    Binary,
}

#[derive(Debug, ClapArgs)]
pub(in crate::cli) struct ClkDescribe {
    /// The file of CLKs
    pub(in crate::cli) clks: PathBuf,
    #[command(flatten)]
    pub(in crate::cli) form: ClkForm,
    /// As JSON
    #[arg(long)]
    pub(in crate::cli) json: bool,
}
