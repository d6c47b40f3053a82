//! Rows to encodings: one coder a thread, which remembers what it has computed.
//!
//! SPEC clk-encoding.md 3.

use std::collections::HashMap;

use ahash::RandomState;
use zeroize::Zeroize as _;

use super::filter::{Hasher, Words, fold, unite, words};
use super::key::Keys;
use super::schema::{Comparison, Field, Format, Schema, Spec, Strategy};
use super::token::Tokens;
use crate::error::{Error, Result, Shape};

/// What the bits of a column's cells may take in memory, in bytes.
const CELLS_BYTES: usize = 8 << 20;
/// After so many cells is looked whether a column repeats its cells, so that remembering them is worth while.
const TRIAL: u32 = 4096;
/// One cell in so many must be found among those that are known: at first, when few are, and when no more have room.
const WORTH_AT_FIRST: u32 = 32;
const WORTH: u32 = 4;

/// Encodes rows under one schema and one secret.
pub(super) struct Coder<'s> {
    schema: &'s Schema,
    validate: bool,
    columns: Vec<Option<Column>>,
    filter: Vec<u64>,
    /// Where a number or a date is written in its one form.
    buffer: String,
    tokens: Tokens,
}

/// What a coder has of an encoded column.
struct Column {
    hasher: Hasher,
    cells: Cells,
}

/// What was wrong with a row.
pub(super) enum Refused {
    /// This cell, by the number of its column, and what is wrong with it.
    Cell(usize, String),
    /// The program itself.
    Failed(Error),
}

impl<'s> Coder<'s> {
    pub(super) fn new(schema: &'s Schema, keys: &Keys, validate: bool) -> Result<Self> {
        let bits = schema.unfolded();
        let column = |(i, field): (usize, &Field)| match &field.spec {
            None => Ok(None),
            Some(spec) => Ok(Some(Column {
                hasher: Hasher::new(spec.hash, keys.of(i), bits, spec.is_steady())?,
                cells: Cells::new(words(bits)),
            })),
        };
        let columns = schema.fields.iter().enumerate().map(column);
        Ok(Self {
            schema,
            validate,
            columns: columns.collect::<Result<_>>()?,
            filter: vec![0; words(bits)],
            buffer: String::new(),
            tokens: Tokens::default(),
        })
    }

    /// Encodes a row into `out`, which has as many bytes as an encoding of the schema.
    pub(super) fn encode<'r>(
        &mut self,
        row: impl Iterator<Item = &'r str>,
        out: &mut [u8],
    ) -> std::result::Result<(), Refused> {
        self.filter.fill(0);
        let fields = self.schema.fields.iter().zip(&mut self.columns);
        for (i, ((field, column), cell)) in fields.zip(row).enumerate() {
            let (Some(spec), Some(Column { hasher, cells })) = (&field.spec, column) else {
                continue;
            };
            if cells.set(cell, &mut self.filter) {
                continue;
            }
            let fresh = cells.fresh();
            let filter = fresh.unwrap_or(&mut self.filter);
            let text = spec
                .text(cell, self.validate, &mut self.buffer)
                .map_err(|what| Refused::Cell(i, what))?;
            let done = set(spec, text, hasher, &mut self.tokens, filter);
            match done {
                Some(Ok(())) => cells.keep(cell, &mut self.filter),
                Some(Err(e)) => return Err(Refused::Failed(e)),
                None => {
                    let what = format!("expected a number, found {}", Shape::of(cell));
                    return Err(Refused::Cell(i, what));
                }
            }
        }
        fold(&mut self.filter, self.schema.unfolded(), self.schema.folds);
        for (out, word) in out.chunks_mut(8).zip(&self.filter) {
            out.copy_from_slice(&word.to_be_bytes()[..out.len()]);
        }
        Ok(())
    }
}

impl Drop for Coder<'_> {
    fn drop(&mut self) {
        self.buffer.zeroize();
    }
}

impl Spec {
    /// Whether a token mostly sets the same number of bits, since most cells have as many tokens.
    fn is_steady(&self) -> bool {
        matches!(self.strategy, Strategy::PerToken(_))
            || matches!(self.format, Format::Date(_))
            || !matches!(self.comparison, Comparison::Ngram { .. })
    }
}

/// Sets the bits of a cell's text. `None` if it is no number and had to be one.
fn set(
    spec: &Spec,
    text: &str,
    hasher: &mut Hasher,
    tokens: &mut Tokens,
    filter: &mut Words,
) -> Option<Result<()>> {
    let mut done = Ok(());
    // How many tokens there are, and the bits that are theirs: all have so many, the first ones one more.
    let (mut of, mut least, mut more) = (0, 0, 0);
    tokens.each(text, &spec.comparison, spec.encoding, |all, i, token| {
        if of != all {
            of = all;
            (least, more) = match spec.strategy {
                Strategy::PerToken(bits) => (bits, 0),
                Strategy::PerFeature(bits) => (bits / all, bits % all),
            };
        }
        let k = least + usize::from(i < more);
        if k > 0 && done.is_ok() {
            done = hasher.set(token, k, filter);
        }
    })?;
    Some(done)
}

/// The bits of cells that were seen, where a column repeats them: of a birthdate or a gender there are few.
struct Cells {
    known: HashMap<Box<[u8]>, Box<Words>, RandomState>,
    /// The bits of a cell that is new.
    fresh: Vec<u64>,
    size: usize,
    seen: u32,
    found: u32,
    /// Whether cells are remembered at all.
    on: bool,
}

impl Cells {
    fn new(words: usize) -> Self {
        Self {
            known: HashMap::default(),
            fresh: vec![0; words],
            size: 0,
            seen: 0,
            found: 0,
            on: true,
        }
    }

    /// Sets the bits of `cell`, if they are known.
    fn set(&mut self, cell: &str, filter: &mut Words) -> bool {
        if !self.on {
            return false;
        }
        self.seen += 1;
        let Some(bits) = self.known.get(cell.as_bytes()) else {
            if self.seen >= TRIAL {
                let is_full = self.size + CELLS_BYTES / 16 > CELLS_BYTES;
                let worth = if is_full { WORTH } else { WORTH_AT_FIRST };
                if self.found < self.seen / worth {
                    self.forget();
                    self.on = false;
                }
                (self.seen, self.found) = (0, 0);
            }
            return false;
        };
        self.found += 1;
        unite(filter, bits);
        true
    }

    /// Where the bits of a new cell are to be set, if not at once in the filter of the row.
    fn fresh(&mut self) -> Option<&mut Words> {
        self.on.then(|| {
            self.fresh.fill(0);
            self.fresh.as_mut_slice()
        })
    }

    /// Remembers `cell`, whose bits are the fresh ones, and sets them in `filter`.
    fn keep(&mut self, cell: &str, filter: &mut Words) {
        if !self.on {
            return;
        }
        unite(filter, &self.fresh);
        let size = cell.len() + 8 * self.fresh.len() + 64;
        if self.size + size <= CELLS_BYTES {
            self.size += size;
            self.known
                .insert(cell.as_bytes().into(), self.fresh.as_slice().into());
        }
    }

    /// Wipes and drops all cells.
    fn forget(&mut self) {
        self.known.drain().for_each(|(mut cell, mut bits)| {
            cell.zeroize();
            bits.zeroize();
        });
        self.size = 0;
    }
}

impl Drop for Cells {
    fn drop(&mut self) {
        self.forget();
    }
}
