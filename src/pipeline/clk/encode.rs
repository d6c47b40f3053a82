//! `clk encode`: a table into the file of CLKs that clkhash makes of it.

use std::fs::File;
use std::path::PathBuf;

use crate::clk::JsonWriter;
use crate::error::{Error, Result};
use crate::owner::clkhash::{self, FoldRule, Header, Schema, Secret};
use crate::pipeline::Progress;
use crate::pipeline::files::check_outputs;

/// What to encode, and how.
#[derive(Debug)]
pub struct Options {
    /// The table: CSV in UTF-8, with the columns of the schema.
    pub table: PathBuf,
    /// The linkage schema.
    pub schema: PathBuf,
    /// The file of CLKs to write.
    pub out: PathBuf,
    /// What the first row of the table is.
    pub header: Header,
    /// Whether each cell must be of the format that the schema says.
    pub validate: bool,
    /// Pass over keys of the schema that mean nothing.
    pub allow_unknown_keys: bool,
    /// Which spelling of XOR folds counts.
    pub folds: FoldRule,
    /// Replace a file that exists.
    pub force: bool,
}

/// What was encoded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Summary {
    /// Records, and CLKs in the file.
    pub records: u64,
    /// Bits of each CLK.
    pub bits: usize,
    /// How often filters were folded.
    pub folds: u32,
    /// The version of the schema.
    pub version: u8,
    /// Columns that were encoded, of how many.
    pub columns: (usize, usize),
    /// What of the schema was not acted on, to be told as warnings.
    pub notes: Vec<String>,
    /// Whether the table starts with a byte order mark, which clkhash refuses or takes for a part of the first cell.
    pub has_mark: bool,
}

/// Encodes a table. `secret` is asked for when table and schema are known to be there, and the schema to be good.
///
/// # Errors
/// [`Class::Input`](crate::error::Class::Input) for a schema or a table that cannot be encoded by or is not as the schema says:
/// nothing is then written. [`Class::Usage`](crate::error::Class::Usage) and [`Class::Io`](crate::error::Class::Io).
pub fn encode(
    options: &Options,
    secret: impl FnOnce() -> Result<Secret>,
    progress: &dyn Progress,
) -> Result<Summary> {
    check_outputs(
        &[&options.table, &options.schema],
        &[&options.out],
        options.force,
    )?;
    let schema = Schema::read(&options.schema, options.folds)?;
    if !options.allow_unknown_keys {
        schema.expect_known_keys(&options.schema)?;
    }
    if options.validate {
        schema.expect_checkable(&options.schema)?;
    }
    let failed = |e| Error::io("read", &options.table, e);
    let table = File::open(&options.table).map_err(failed)?;
    let total = table.metadata().map_err(failed)?.len();
    let secret = secret()?;
    let mut out = JsonWriter::create(&options.out)?;
    let how = clkhash::Options {
        header: options.header,
        validate: options.validate,
    };
    let encoded = clkhash::encode(
        table,
        &options.table,
        &schema,
        &secret,
        how,
        |clks, read| {
            progress.at("encoding", read, total);
            clks.chunks(schema.bytes())
                .try_for_each(|clk| out.push(clk))
        },
    )?;
    out.commit()?;
    Ok(Summary {
        records: encoded.rows,
        bits: schema.bits(),
        folds: schema.folds(),
        version: schema.version().number(),
        columns: (schema.encoded(), schema.columns().len()),
        notes: schema.notes().to_vec(),
        has_mark: encoded.has_mark,
    })
}
