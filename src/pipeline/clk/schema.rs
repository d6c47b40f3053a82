//! `clk validate-schema` and `clk convert-schema`.

use std::path::{Path, PathBuf};

use crate::atomic;
use crate::error::{Error, Result};
use crate::owner::clkhash::{FoldRule, Schema, convert as convert_schema};
use crate::pipeline::files::check_outputs;

/// Reads a linkage schema as an encoding would, patterns included. `allow_unknown_keys` is whether keys that mean nothing are
/// passed over, as clkhash does.
///
/// # Errors
/// [`Class::Input`](crate::error::Class::Input) with all that is wrong; [`Class::Io`](crate::error::Class::Io).
pub fn validate(path: &Path, allow_unknown_keys: bool) -> Result<Schema> {
    let schema = Schema::read(path, FoldRule::AsClkhash)?;
    if !allow_unknown_keys {
        schema.expect_known_keys(path)?;
    }
    schema.expect_checkable(path)?;
    Ok(schema)
}

/// Which schema to convert, and where to.
#[derive(Debug)]
pub struct Conversion {
    /// The linkage schema, of any version.
    pub schema: PathBuf,
    /// The file for it in version 3.
    pub out: PathBuf,
    /// Pass over keys that mean nothing.
    pub allow_unknown_keys: bool,
    /// Replace a file that exists.
    pub force: bool,
}

/// What was converted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Converted {
    /// The version that the schema had.
    pub from: u8,
    /// What of it means nothing, or was left out since clkhash does not act on it.
    pub notes: Vec<String>,
}

/// Writes a schema in version 3, which gives the same bits.
///
/// # Errors
/// As of [`validate`]; [`Class::Usage`](crate::error::Class::Usage) if the file would replace the schema itself, and
/// [`Class::Io`](crate::error::Class::Io) if it exists.
pub fn convert(o: &Conversion) -> Result<Converted> {
    check_outputs(&[&o.schema], &[&o.out], o.force)?;
    let schema = Schema::read(&o.schema, FoldRule::AsClkhash)?;
    if !o.allow_unknown_keys {
        schema.expect_known_keys(&o.schema)?;
    }
    let (latest, from) = convert_schema(&o.schema)?;
    let text = serde_json::to_string_pretty(&latest)
        .map_err(|_| Error::internal("a schema has no JSON form"))?;
    atomic::write(&o.out, (text + "\n").as_bytes())?;
    Ok(Converted {
        from: from.number(),
        notes: schema.notes().to_vec(),
    })
}
