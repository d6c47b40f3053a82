//! How the columns of a schema lie in a token file, and in one row of bytes.

use crate::project::Schema;

/// Bytes of a record ref at the start of a row.
pub(super) const REF_BYTES: usize = 16;
/// Bytes of the validity mask that follows it.
pub(super) const MASK_BYTES: usize = 8;

/// One column of block keys or filters: fixed-width bytes, null where a record has no such token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// Its name in the Parquet file: `PASS.block` or `PASS.FILTER`.
    pub name: String,
    /// Bytes of a value.
    pub width: usize,
    /// Where it starts in a row of bytes.
    offset: usize,
    /// Its bit in the row's validity mask.
    bit: u32,
}

/// The columns of one pass, as indices into [`Layout::columns`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PassLayout {
    /// The column of block keys, 16 bytes each.
    pub block: usize,
    /// The columns of its filters, in the order of the schema.
    pub filters: Vec<usize>,
}

/// The columns of a schema and the flat row in which they are put together and spooled:
/// record ref, validity mask, then every column at a fixed place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layout {
    /// All columns but the record ref, in file order.
    pub columns: Vec<Column>,
    /// The columns of each pass, in the order of the schema.
    pub passes: Vec<PassLayout>,
    row_bytes: usize,
}

impl Layout {
    /// The layout of `schema`.
    #[must_use]
    pub fn of(schema: &Schema) -> Self {
        let mut columns: Vec<Column> = Vec::new();
        let mut offset = REF_BYTES + MASK_BYTES;
        let mut add = |name: String, width: usize| {
            let bit = columns.len() as u32;
            columns.push(Column {
                name,
                width,
                offset,
                bit,
            });
            offset += width;
            columns.len() - 1
        };
        let passes = schema
            .passes
            .iter()
            .map(|pass| PassLayout {
                block: add(format!("{}.block", pass.name), 16),
                filters: pass
                    .filters
                    .iter()
                    .map(|f| add(format!("{}.{}", pass.name, f.name), f.bits / 8))
                    .collect(),
            })
            .collect();
        Self {
            columns,
            passes,
            row_bytes: offset,
        }
    }

    /// A layout of columns of these names and widths, at most 64, whatever passes they are of.
    pub(super) fn of_columns(columns: Vec<(String, usize)>) -> Self {
        let mut offset = REF_BYTES + MASK_BYTES;
        let column = |(bit, (name, width)): (usize, (String, usize))| {
            let start = offset;
            offset += width;
            Column {
                name,
                width,
                offset: start,
                bit: bit as u32,
            }
        };
        let columns = columns.into_iter().enumerate().map(column).collect();
        Self {
            columns,
            passes: Vec::new(),
            row_bytes: offset,
        }
    }

    /// Bytes of one row.
    #[must_use]
    pub fn row_bytes(&self) -> usize {
        self.row_bytes
    }

    /// A row without any token, for `record_ref`.
    #[must_use]
    pub fn empty_row(&self, record_ref: [u8; REF_BYTES]) -> Vec<u8> {
        let mut row = vec![0; self.row_bytes];
        row[..REF_BYTES].copy_from_slice(&record_ref);
        row
    }

    /// The bytes of `column` in `row`, to be filled; marks the value as present.
    pub fn fill<'r>(&self, row: &'r mut [u8], column: usize) -> &'r mut [u8] {
        let c = &self.columns[column];
        row[REF_BYTES + (c.bit / 8) as usize] |= 1 << (c.bit % 8);
        &mut row[c.offset..c.offset + c.width]
    }

    /// The value of `column` in `row`, or `None` where the record has no such token.
    #[must_use]
    pub fn value<'r>(&self, row: &'r [u8], column: usize) -> Option<&'r [u8]> {
        let c = &self.columns[column];
        let present = row[REF_BYTES + (c.bit / 8) as usize] & 1 << (c.bit % 8) != 0;
        present.then(|| &row[c.offset..c.offset + c.width])
    }

    /// Appends `row` to `out` without the room of the columns that it has no value in: record ref,
    /// validity mask, then the values one after another. Spooled rows and checkpoints are of this form.
    pub fn pack(&self, row: &[u8], out: &mut Vec<u8>) {
        let mask = mask(row);
        // PERF: columns that lie side by side are copied at once.
        let (mut start, mut end) = (0, REF_BYTES + MASK_BYTES);
        for column in &self.columns {
            if mask >> column.bit & 1 == 0 {
                continue;
            }
            if column.offset != end {
                out.extend_from_slice(&row[start..end]);
                start = column.offset;
            }
            end = column.offset + column.width;
        }
        out.extend_from_slice(&row[start..end]);
    }

    /// Bytes of the packed row at the start of `packed`; `None` if it is cut short.
    pub(super) fn packed_bytes(&self, packed: &[u8]) -> Option<usize> {
        if packed.len() < REF_BYTES + MASK_BYTES {
            return None;
        }
        let mut left = mask(packed);
        let mut bytes = REF_BYTES + MASK_BYTES;
        while left != 0 {
            bytes += self.columns.get(left.trailing_zeros() as usize)?.width;
            left &= left - 1;
        }
        (bytes <= packed.len()).then_some(bytes)
    }
}

/// The validity mask of a row, packed or not: bit i is set if it has a value in column i.
pub(super) fn mask(row: &[u8]) -> u64 {
    let mut bytes = [0; MASK_BYTES];
    bytes.copy_from_slice(&row[REF_BYTES..REF_BYTES + MASK_BYTES]);
    u64::from_le_bytes(bytes)
}
