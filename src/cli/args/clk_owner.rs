//! The verbs under `clk` that see people, or a schema that people are encoded by.

use std::path::PathBuf;

use clap::Args as ClapArgs;

/// What of a schema is passed over.
#[derive(Debug, ClapArgs)]
pub(in crate::cli) struct UnknownKeys {
    /// Pass over keys of the schema that mean nothing, as clkhash does; one may be a key that is misspelt
    #[arg(long)]
    pub(in crate::cli) allow_unknown_keys: bool,
}

/// The arguments of `clk encode`.
#[derive(Debug, ClapArgs)]
pub(in crate::cli) struct ClkEncode {
    /// The table: CSV in UTF-8, with exactly the columns of the schema
    #[arg(value_name = "TABLE")]
    pub(in crate::cli) table: PathBuf,
    /// The linkage schema of clkhash, of version 1, 2 or 3
    #[arg(long)]
    pub(in crate::cli) schema: PathBuf,
    /// The file that holds the secret, which nobody else can read, or - for standard input; one line end at its end is not
    /// part of the secret. Without it you are asked
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) secret_file: Option<PathBuf>,
    /// The file of CLKs to write
    #[arg(short, long)]
    pub(in crate::cli) out: PathBuf,
    /// The table has no header: its first row is a person
    #[arg(long, conflicts_with = "no_check_header")]
    pub(in crate::cli) no_header: bool,
    /// Do not compare the header with the schema
    #[arg(long)]
    pub(in crate::cli) no_check_header: bool,
    /// Do not check cells against the schema; what cannot be encoded is refused even so
    #[arg(long)]
    pub(in crate::cli) no_validate: bool,
    /// Act on xorFolds in the schema, which clkhash has never done: the bits are then others than its own
    #[arg(long)]
    pub(in crate::cli) honour_xor_folds: bool,
    #[command(flatten)]
    pub(in crate::cli) keys: UnknownKeys,
    /// Replace a file that exists
    #[arg(long)]
    pub(in crate::cli) force: bool,
}

/// The arguments of `clk validate-schema`.
#[derive(Debug, ClapArgs)]
pub(in crate::cli) struct ClkValidate {
    /// The linkage schema of clkhash, of version 1, 2 or 3
    pub(in crate::cli) schema: PathBuf,
    #[command(flatten)]
    pub(in crate::cli) keys: UnknownKeys,
}

/// The arguments of `clk convert-schema`.
#[derive(Debug, ClapArgs)]
pub(in crate::cli) struct ClkConvert {
    /// The linkage schema of clkhash, of version 1, 2 or 3
    pub(in crate::cli) schema: PathBuf,
    /// The file for the schema in version 3
    #[arg(short, long)]
    pub(in crate::cli) out: PathBuf,
    #[command(flatten)]
    pub(in crate::cli) keys: UnknownKeys,
    /// Replace a file that exists
    #[arg(long)]
    pub(in crate::cli) force: bool,
}

/// The arguments of `clk benchmark`.
#[derive(Debug, ClapArgs)]
pub(in crate::cli) struct ClkBenchmark {
    /// How many made-up records are encoded
    #[arg(long, default_value_t = 100_000)]
    pub(in crate::cli) records: u64,
}
