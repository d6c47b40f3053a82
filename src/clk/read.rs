//! Which form a file is in.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use super::{Clks, read_binary, read_fable, read_json, read_numbered};
use crate::error::{Error, Result};

/// The form of a file of filters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// JSON or FABLE's table, by how the file begins.
    Auto,
    /// The JSON of clkhash and of uploads to an entity service.
    Json,
    /// Bytes back to back.
    Binary,
    /// Before each filter the number of its record in four bytes.
    Numbered,
    /// FABLE's table, `id,value`.
    Fable,
}

/// Reads a file of filters, which are of `hash_size` bytes, if that is given.
///
/// # Errors
/// [`Class::Usage`](crate::error::Class::Usage) if a binary form is to be read and `hash_size` is not given;
/// [`Class::Input`](crate::error::Class::Input) if filters are of another size, and otherwise as of [`read_json`],
/// [`read_binary`], [`read_numbered`] and [`read_fable`].
pub fn read(path: &Path, format: Format, hash_size: Option<usize>) -> Result<Clks> {
    let width = || {
        hash_size.ok_or_else(|| {
            Error::usage("a binary file does not say how many bytes a CLK has")
                .hint("give --hash-size, 128 for 1,024 bits")
        })
    };
    let clks = match format {
        Format::Json => read_json(path)?,
        Format::Fable => read_fable(path)?,
        Format::Binary => read_binary(path, width()?)?,
        Format::Numbered => read_numbered(path, width()?)?,
        Format::Auto => read(path, guess(path)?, hash_size)?,
    };
    match hash_size {
        Some(size) if size != clks.width() => {
            let problem = format!("CLKs of {} bytes, but --hash-size is {size}", clks.width());
            Err(Error::input(path, problem))
        }
        _ => Ok(clks),
    }
}

/// What a file is by its first bytes.
fn guess(path: &Path) -> Result<Format> {
    let mut start = Vec::new();
    File::open(path)
        .and_then(|file| file.take(4096).read_to_end(&mut start))
        .map_err(|e| Error::io("read", path, e))?;
    if start.is_empty() {
        return Err(Error::input(path, "the file is empty"));
    }
    if start.trim_ascii_start().starts_with(b"{") {
        return Ok(Format::Json);
    }
    let line = start.split(|b| *b == b'\n').next().unwrap_or_default();
    if line.contains(&b',')
        && line
            .iter()
            .all(|b| b.is_ascii_graphic() || b.is_ascii_whitespace())
    {
        return Ok(Format::Fable);
    }
    Err(Error::input(
        path,
        "this is neither JSON nor a table with the columns id and value",
    )
    .hint("for CLKs as bytes back to back give --format binary and --hash-size"))
}
