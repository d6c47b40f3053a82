//! The tokens of one pass of a file: block keys first, filters of those that are wanted.

use super::{Layout, TokenFile, bad};
use crate::error::Result;
use crate::project::Schema;

/// The block keys of one pass: those rows that have one.
#[derive(Debug, Default)]
pub struct Keys {
    /// For each token, the index of its record among the file's refs; ascending.
    pub records: Vec<u32>,
    /// For each token, its block key.
    pub keys: Vec<u128>,
    /// For each token, the row of the file; ascending.
    pub rows: Vec<u32>,
}

impl Keys {
    /// Records that have a token.
    #[must_use]
    pub fn people(&self) -> u64 {
        self.records.chunk_by(|a, b| a == b).count() as u64
    }
}

/// The tokens of one pass, whole: block keys and filters.
#[derive(Debug, Default)]
pub struct PassTokens {
    /// For each token, the index of its record among the file's refs.
    pub records: Vec<u32>,
    /// For each token, its block key.
    pub keys: Vec<u128>,
    /// One column a filter, in the order of the schema.
    pub filters: Vec<FilterColumn>,
}

/// The filters of one name, as rows of 64-bit words, bit 0 of a filter being bit 0 of word 0.
#[derive(Debug, Default)]
pub struct FilterColumn {
    /// 64-bit words of a filter.
    pub words: usize,
    /// The words, back to back; zeros where there is no filter.
    pub bits: Vec<u64>,
    /// Whether a token has this filter.
    pub present: Vec<bool>,
}

impl FilterColumn {
    /// A column of `tokens` tokens, all without a filter of `words` words.
    #[must_use]
    pub fn absent(words: usize, tokens: usize) -> Self {
        Self {
            words,
            bits: vec![0; words * tokens],
            present: vec![false; tokens],
        }
    }

    /// The words of token `i`, or `None` where the record lacks what the filter is made of.
    #[must_use]
    pub fn get(&self, i: usize) -> Option<&[u64]> {
        self.present[i].then(|| self.row(i))
    }

    /// The words of token `i`, zeros if absent.
    #[must_use]
    pub fn row(&self, i: usize) -> &[u64] {
        &self.bits[i * self.words..(i + 1) * self.words]
    }

    /// Gives token `i` the filter `bytes`, of `words` words, the lowest byte first.
    pub fn put(&mut self, i: usize, bytes: &[u8]) {
        self.present[i] = true;
        let row = &mut self.bits[i * self.words..(i + 1) * self.words];
        for (word, bytes) in row.iter_mut().zip(bytes.as_chunks().0) {
            *word = u64::from_le_bytes(*bytes);
        }
    }
}

impl TokenFile {
    /// The block keys of pass number `pass` of `schema`, of the rows that have one; `of_row` comes
    /// from [`TokenFile::refs`].
    ///
    /// # Errors
    /// [`Class::Mismatch`](crate::error::Class::Mismatch) if the file's columns are not those of
    /// the schema, [`Class::Input`](crate::error::Class::Input) if it cannot be decoded.
    pub fn keys(&self, schema: &Schema, pass: usize, of_row: &[u32]) -> Result<Keys> {
        let layout = Layout::of(schema);
        self.expect_columns(&layout)?;
        let column = &layout.columns[layout.passes[pass].block];
        let names = std::slice::from_ref(&column.name);
        let parts = self.read_all(names, &[column.width], |row, batch| {
            let keys = &batch[0];
            let mut tokens = Keys::default();
            for (i, key) in (0..keys.len()).filter_map(|i| Some((i, keys.get(i)?))) {
                let record = of_row.get(row + i);
                tokens
                    .records
                    .push(*record.ok_or_else(|| bad("its columns differ in length"))?);
                tokens.keys.push(key_of(key));
                tokens.rows.push((row + i) as u32);
            }
            Ok(tokens)
        })?;
        let mut tokens = Keys::default();
        let all = parts.iter().map(|p| p.rows.len()).sum();
        tokens.records.reserve_exact(all);
        tokens.keys.reserve_exact(all);
        tokens.rows.reserve_exact(all);
        for part in parts {
            tokens.records.extend_from_slice(&part.records);
            tokens.keys.extend_from_slice(&part.keys);
            tokens.rows.extend_from_slice(&part.rows);
        }
        Ok(tokens)
    }

    /// The filters of pass number `pass` of `schema`, one column a filter: that of row `rows[i]`, if it
    /// has one, as number `places[i]` of `tokens`. `rows` are ascending. Each filter is copied once.
    ///
    /// # Errors
    /// As of [`TokenFile::keys`].
    pub fn filters(
        &self,
        schema: &Schema,
        pass: usize,
        (rows, places): (&[u32], &[u32]),
        tokens: usize,
    ) -> Result<Vec<FilterColumn>> {
        let layout = Layout::of(schema);
        self.expect_columns(&layout)?;
        let columns = layout.passes[pass].filters.iter();
        let (names, widths): (Vec<String>, Vec<usize>) = columns
            .map(|&c| (layout.columns[c].name.clone(), layout.columns[c].width))
            .unzip();
        let mut filters: Vec<FilterColumn> = widths
            .iter()
            .map(|w| FilterColumn::absent(w / 8, tokens))
            .collect();
        if filters.is_empty() {
            return Ok(filters);
        }
        let (mut first, mut next) = (0, 0);
        self.read(&names, &widths, |batch| {
            let end = first + batch[0].len();
            let here = next..rows.partition_point(|r| (*r as usize) < end);
            for (f, filter) in filters.iter_mut().enumerate() {
                for (row, place) in rows[here.clone()].iter().zip(&places[here.clone()]) {
                    if let Some(value) = batch[f].get(*row as usize - first) {
                        filter.put(*place as usize, value);
                    }
                }
            }
            (first, next) = (end, here.end);
            Ok(())
        })?;
        Ok(filters)
    }

    /// Calls `each` with row, block key and filters of every token of pass number `pass` of `schema`, in
    /// file order. Returns the bytes of each filter.
    ///
    /// # Errors
    /// As of [`TokenFile::keys`], and those of `each`.
    pub fn tokens(
        &self,
        schema: &Schema,
        pass: usize,
        mut each: impl FnMut(usize, u128, &[Option<&[u8]>]) -> Result<()>,
    ) -> Result<Vec<usize>> {
        let layout = Layout::of(schema);
        self.expect_columns(&layout)?;
        let columns = &layout.passes[pass];
        let all = std::iter::once(&columns.block).chain(&columns.filters);
        let (names, widths): (Vec<String>, Vec<usize>) = all
            .map(|&c| (layout.columns[c].name.clone(), layout.columns[c].width))
            .unzip();
        let mut row = 0;
        self.read(&names, &widths, |batch| {
            let keys = &batch[0];
            let mut filters = Vec::with_capacity(columns.filters.len());
            for (i, key) in (0..keys.len()).filter_map(|i| Some((i, keys.get(i)?))) {
                filters.clear();
                filters.extend(batch[1..].iter().map(|column| column.get(i)));
                each(row + i, key_of(key), &filters)?;
            }
            row += keys.len();
            Ok(())
        })?;
        Ok(widths[1..].to_vec())
    }

    /// All tokens of pass number `pass` of `schema`, in file order; `of_row` comes from
    /// [`TokenFile::refs`].
    ///
    /// # Errors
    /// As of [`TokenFile::keys`].
    pub fn pass(&self, schema: &Schema, pass: usize, of_row: &[u32]) -> Result<PassTokens> {
        let Keys {
            records,
            keys,
            rows,
        } = self.keys(schema, pass, of_row)?;
        let places: Vec<u32> = (0..rows.len() as u32).collect();
        let filters = self.filters(schema, pass, (&rows, &places), rows.len())?;
        Ok(PassTokens {
            records,
            keys,
            filters,
        })
    }
}

/// A block key from its 16 bytes.
fn key_of(bytes: &[u8]) -> u128 {
    let mut key = [0; 16];
    key.copy_from_slice(bytes);
    u128::from_le_bytes(key)
}
