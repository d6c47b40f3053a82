//! The columns of a Parquet file as a token file has them: flat, of bytes of a fixed width, a value or none a row.

use std::sync::Arc;

use parquet::basic::{ConvertedType, Repetition, Type as Physical};
use parquet::column::reader::{ColumnReader, ColumnReaderImpl, get_column_reader};
use parquet::data_type::{FixedLenByteArray, FixedLenByteArrayType};
use parquet::errors::{ParquetError, Result as ParquetResult};
use parquet::file::metadata::ParquetMetaData;
use parquet::file::serialized_reader::SerializedPageReader;
use parquet::schema::types::{SchemaDescriptor, Type};

use crate::strictfile::{StrictFile, StrictPages};

/// Rows that are decoded at a time.
const BATCH_ROWS: usize = 1 << 14;

/// A column of a Parquet file.
#[derive(Debug)]
pub(super) struct Stored {
    pub(super) name: String,
    /// Bytes of a value; 0 if it is of another kind than the columns of a token file.
    pub(super) width: usize,
    /// Its number among the file's leaves.
    leaf: usize,
}

impl Stored {
    /// The top-level columns of a file, in its order.
    pub(super) fn all(schema: &SchemaDescriptor) -> Vec<Self> {
        let fields = schema.root_schema().get_fields().iter().enumerate();
        let leaf =
            |root| (0..schema.num_columns()).find(|l| schema.get_column_root_idx(*l) == root);
        fields
            .map(|(root, field)| Self {
                name: field.name().to_owned(),
                width: width(field),
                leaf: leaf(root).unwrap_or(0),
            })
            .collect()
    }
}

/// Bytes of a value of `field`; 0 if it is nested, repeated, of a logical type or of variable length.
fn width(field: &Type) -> usize {
    let Type::PrimitiveType {
        basic_info,
        physical_type: Physical::FIXED_LEN_BYTE_ARRAY,
        type_length,
        ..
    } = field
    else {
        return 0;
    };
    let is_flat = !basic_info.has_repetition() || basic_info.repetition() != Repetition::REPEATED;
    let is_bare = basic_info.converted_type() == ConvertedType::NONE
        && basic_info.logical_type_ref().is_none();
    match usize::try_from(*type_length) {
        Ok(width) if is_flat && is_bare => width,
        _ => 0,
    }
}

/// The values of one column in the rows of a batch.
#[derive(Debug, Default)]
pub(super) struct Values {
    width: usize,
    /// For each row the number of its value, or [`NONE`].
    place: Vec<u32>,
    values: Vec<FixedLenByteArray>,
}

/// Of a row without a value.
const NONE: u32 = u32::MAX;

impl Values {
    /// The value of row `i` of the batch, if it has one.
    pub(super) fn get(&self, i: usize) -> Option<&[u8]> {
        let place = self.place[i];
        (place != NONE).then(|| self.values[place as usize].data())
    }

    /// Rows of the batch.
    pub(super) fn len(&self) -> usize {
        self.place.len()
    }
}

/// Gives the rows of some columns of one row group, batch by batch.
pub(super) struct Batches {
    columns: Vec<Column>,
    batch: Vec<Values>,
    /// Rows that are still to come.
    rows: usize,
}

struct Column {
    reader: ColumnReaderImpl<FixedLenByteArrayType>,
    is_optional: bool,
    levels: Vec<i16>,
}

impl Batches {
    /// The rows of `columns`, whose width must not be 0, in row group number `group` of `file`.
    pub(super) fn open(
        file: &Arc<StrictFile>,
        metadata: &ParquetMetaData,
        group: usize,
        columns: &[&Stored],
    ) -> ParquetResult<Self> {
        let group = metadata.row_group(group);
        let rows = usize::try_from(group.num_rows())?;
        let mut batch = Vec::with_capacity(columns.len());
        let mut readers = Vec::with_capacity(columns.len());
        for column in columns {
            let chunk = group.column(column.leaf);
            let pages = SerializedPageReader::new(Arc::clone(file), chunk, rows, None)?;
            let description = chunk.column_descr_ptr();
            let is_optional = description.max_def_level() > 0;
            let ColumnReader::FixedLenByteArrayColumnReader(reader) =
                get_column_reader(description, Box::new(StrictPages::new(Box::new(pages))))
            else {
                return Err(damaged());
            };
            readers.push(Column {
                reader,
                is_optional,
                levels: Vec::new(),
            });
            batch.push(Values {
                width: column.width,
                ..Values::default()
            });
        }
        Ok(Self {
            columns: readers,
            batch,
            rows,
        })
    }

    /// The next batch, of one row or more, one element a column; `None` at the end.
    pub(super) fn next(&mut self) -> ParquetResult<Option<&[Values]>> {
        let rows = self.rows.min(BATCH_ROWS);
        if rows == 0 {
            return Ok(None);
        }
        for (column, values) in self.columns.iter_mut().zip(&mut self.batch) {
            column.read(rows, values)?;
        }
        self.rows -= rows;
        Ok(Some(&self.batch))
    }
}

impl Column {
    /// Replaces `out` by the next `rows` rows.
    fn read(&mut self, rows: usize, out: &mut Values) -> ParquetResult<()> {
        self.levels.clear();
        out.values.clear();
        let levels = self.is_optional.then_some(&mut self.levels);
        let (records, ..) = self
            .reader
            .read_records(rows, levels, None, &mut out.values)?;
        out.place.clear();
        if self.is_optional {
            let mut next = 0;
            out.place.extend(self.levels.iter().map(|level| {
                let place = if *level > 0 { next } else { NONE };
                next += u32::from(*level > 0);
                place
            }));
            if next as usize != out.values.len() {
                return Err(damaged());
            }
        } else {
            out.place.extend(0..out.values.len() as u32);
        }
        let is_whole = records == rows && out.place.len() == rows;
        match is_whole && out.values.iter().all(|v| v.len() == out.width) {
            true => Ok(()),
            false => Err(damaged()),
        }
    }
}

fn damaged() -> ParquetError {
    ParquetError::General("the columns differ from what the footer says".into())
}
