//! Rows to encodings: one coder a thread, which remembers what it has computed.
//!
//! SPEC clk-encoding.md 3.

use std::ops::Range;

use zeroize::Zeroize as _;

use super::cells::Cells;
use super::filter::{Hasher, Words, fold, words};
use super::key::Keys;
use super::rows::Text;
use super::schema::{Comparison, Field, Format, Schema, Spec, Strategy};
use super::token::Tokens;
use crate::error::{Error, Result, Shape};

/// Rows that are encoded together, column by column.
const AT_ONCE: usize = 64;

/// Encodes rows under one schema and one secret.
pub(super) struct Coder<'s> {
    schema: &'s Schema,
    validate: bool,
    columns: Vec<Option<Column>>,
    /// Filters of some rows, one behind the other.
    filters: Vec<u64>,
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
        let (bits, encoded) = (schema.unfolded(), schema.encoded());
        let column = |(i, field): (usize, &Field)| match &field.spec {
            None => Ok(None),
            Some(spec) => Ok(Some(Column {
                hasher: Hasher::new(spec.hash, keys.of(i), bits, spec.is_steady())?,
                cells: Cells::new(encoded, words(bits)),
            })),
        };
        let columns = schema.fields.iter().enumerate().map(column);
        Ok(Self {
            schema,
            validate,
            columns: columns.collect::<Result<_>>()?,
            filters: vec![0; words(bits) * AT_ONCE],
            buffer: String::new(),
            tokens: Tokens::default(),
        })
    }

    /// Encodes some rows of `text` into `out`, which has as many bytes as so many encodings of the schema. The error has the
    /// number of its row.
    pub(super) fn encode(
        &mut self,
        text: Text<'_>,
        rows: Range<usize>,
        out: &mut [u8],
    ) -> std::result::Result<(), (usize, Refused)> {
        let width = self.schema.bytes();
        let outs = out.chunks_mut(AT_ONCE * width);
        for (first, out) in rows.step_by(AT_ONCE).zip(outs) {
            self.encode_together(text, first..first + out.len() / width)?;
            let size = words(self.schema.unfolded());
            for (out, filter) in out.chunks_mut(width).zip(self.filters.chunks_mut(size)) {
                fold(filter, self.schema.unfolded(), self.schema.folds);
                for (out, word) in out.chunks_mut(8).zip(filter) {
                    out.copy_from_slice(&word.to_be_bytes()[..out.len()]);
                }
            }
        }
        Ok(())
    }

    /// Sets the filters of at most [`AT_ONCE`] rows.
    fn encode_together(
        &mut self,
        text: Text<'_>,
        mut rows: Range<usize>,
    ) -> std::result::Result<(), (usize, Refused)> {
        let mut refused = Ok(());
        self.filters.fill(0);
        let fields = self.schema.fields.iter().zip(&mut self.columns);
        for (i, (field, column)) in fields.enumerate() {
            let (Some(spec), Some(Column { hasher, cells })) = (&field.spec, column) else {
                continue;
            };
            cells.look_up(rows.clone().map(|row| text.cell(row, i)));
            let filters = self.filters.chunks_mut(words(self.schema.unfolded()));
            for ((at, row), filter) in rows.clone().enumerate().zip(filters) {
                if cells.set(at, filter) {
                    continue;
                }
                let fresh = cells.fresh();
                let bits = fresh.unwrap_or(&mut *filter);
                let cell = text.cell(row, i);
                let done = match spec.text(cell, self.validate, &mut self.buffer) {
                    Ok(text) => match set(spec, text, hasher, &mut self.tokens, bits) {
                        Some(done) => done.map_err(Refused::Failed),
                        None => Err(Refused::Cell(
                            i,
                            format!("expected a number, found {}", Shape::of(cell)),
                        )),
                    },
                    Err(what) => Err(Refused::Cell(i, what)),
                };
                if let Err(e) = done {
                    // The first row with a fault is told: in the columns to come, one before it may have one too.
                    refused = Err((row, e));
                    rows.end = row;
                    break;
                }
                cells.keep(filter);
            }
        }
        refused
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
