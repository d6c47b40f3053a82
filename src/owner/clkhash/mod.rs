//! Tables to CLKs, bit for bit as clkhash 0.15 to 0.18 makes them of the same schema and secret.
//!
//! ```text
//! schema file -> check, upgrade -> schema          secret -> key
//!                                     \             /
//! table -> rows -> value -> token -> filter (coder) -> bytes of an encoding
//! ```
//!
//! Owns: linkage schemas of versions 1, 2 and 3, and all that they say of cells and bits. `docs/spec/clk-encoding.md` has the rules, and
//! where this program does otherwise than clkhash on purpose.
//!
//! Imports: `error`, `identity`, `units`.
//!
//! Invariants: a schema that was read can be encoded by, whatever the table holds; what cannot be is refused before a
//! row is read. No message holds a cell, only its shape. The order of the rows and the number of threads change no bit.
//!
//! # Privacy
//! CLKs are personal data: who has many of them can find people in them without the secret. They are made here for projects that
//! have them already.

mod agree;
mod base64;
mod cells;
mod check;
mod coder;
mod date;
mod filter;
mod key;
mod number;
mod pattern;
mod rows;
mod schema;
mod seen;
mod token;
mod upgrade;
mod value;

#[cfg(test)]
mod tests;

use std::io::Read;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use rayon::prelude::*;

pub use agree::{fingerprint, key_check};
pub use check::Version;
pub use key::{MOST_BYTES, Secret};
pub use schema::{FoldRule, Schema, convert};

use coder::{Coder, Refused};
use key::Keys;
use rows::{Batch, Fault, Rows, Text};

use crate::error::{Error, Result};

/// Rows that a thread encodes before it asks for more, and those that are read for each thread.
const CHUNK: usize = 256;
const READ: usize = 1024;

/// What the first row of a table is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Header {
    /// The identifiers of the schema, in their order.
    Checked,
    /// A header that is not looked at.
    Skipped,
    /// A person.
    Absent,
}

/// How a table is encoded.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// What its first row is.
    pub header: Header,
    /// Whether each cell must be of the format that the schema says.
    pub validate: bool,
}

/// What was encoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Encoded {
    /// Rows, without the header.
    pub rows: u64,
    /// Whether the table starts with a byte order mark, which clkhash would have taken for a part of the first field.
    pub has_mark: bool,
}

/// Encodes the table that `input` gives, as CSV in UTF-8, row by row: `take` gets the encodings of some rows, one behind
/// the other, of [`Schema::bytes`] bytes each, and how many bytes of the table were read. `path` is for messages.
///
/// # Errors
/// [`Class::Input`](crate::error::Class::Input) for a table without rows, of other columns, or with a cell that is not of its
/// format, with its line, column and shape: some encodings may have been taken by then.
/// [`Class::Io`](crate::error::Class::Io), and whatever `take` fails with.
pub fn encode(
    input: impl Read,
    path: &Path,
    schema: &Schema,
    secret: &Secret,
    options: Options,
    mut take: impl FnMut(&[u8], u64) -> Result<()>,
) -> Result<Encoded> {
    let keys = Keys::derive(secret, schema)?;
    let mut rows = Rows::new(input, path, schema.fields.len())?;
    let mut batch = Batch::default();
    if options.header != Header::Absent {
        match rows.fill(&mut batch, 1)? {
            None if batch.len() == 0 => return Err(Error::input(path, "the file is empty")),
            // Of a header that is not looked at, it does not matter how many fields it has.
            Some(Fault::Length(_)) if options.header == Header::Skipped => {}
            None => {}
            Some(fault) => {
                let hint = "its columns must be those of the schema, in the same order";
                return Err(fault.error().hint(hint));
            }
        }
        if options.header == Header::Checked {
            check_header(batch.text(path)?, path, schema)?;
        }
    }
    let width = schema.bytes();
    let coders = Mutex::new(Vec::new());
    let coder = || {
        let kept = coders.lock().unwrap_or_else(PoisonError::into_inner).pop();
        kept.map_or_else(|| Coder::new(schema, &keys, options.validate), Ok)
    };
    let (mut count, mut out) = (0, Vec::new());
    loop {
        let fault = rows.fill(&mut batch, READ * rayon::current_num_threads())?;
        if batch.len() > 0 {
            let text = batch.text(path)?;
            out.resize(batch.len() * width, 0);
            let first = out
                .par_chunks_mut(CHUNK * width)
                .enumerate()
                .filter_map(|(chunk, out)| {
                    let mut coder = match coder() {
                        Ok(coder) => coder,
                        Err(e) => return Some((0, Refused::Failed(e))),
                    };
                    let rows = chunk * CHUNK..chunk * CHUNK + out.len() / width;
                    let refused = coder.encode(text, rows, out).err();
                    coders
                        .lock()
                        .unwrap_or_else(PoisonError::into_inner)
                        .push(coder);
                    refused
                })
                .min_by_key(|(row, _)| *row);
            match first {
                None => {}
                Some((_, Refused::Failed(e))) => return Err(e),
                Some((row, Refused::Cell(column, what))) => {
                    let e = Error::input(path, what).line(batch.line(row));
                    return Err(e.column(&schema.fields[column].identifier));
                }
            }
            count += batch.len() as u64;
            take(&out, rows.read())?;
        }
        match fault {
            Some(fault) => return Err(fault.error()),
            None if batch.len() == 0 => break,
            None => {}
        }
    }
    if count == 0 {
        return Err(Error::input(path, "the table has no rows"));
    }
    Ok(Encoded {
        rows: count,
        has_mark: rows.has_mark(),
    })
}

/// Fails unless the header has the identifiers of the schema.
fn check_header(header: Text<'_>, path: &Path, schema: &Schema) -> Result<()> {
    // PRIVACY: what stands in the file may be a person, where it has no header.
    for (i, expected) in schema.columns().enumerate() {
        if header.cell(0, i) != expected {
            let what = format!("column {} has another name in the header", i + 1);
            return Err(Error::input(path, what).line(1).column(expected).hint(
                "--no-check-header if the columns are right and only their names differ, --no-header if there is no header",
            ));
        }
    }
    Ok(())
}
