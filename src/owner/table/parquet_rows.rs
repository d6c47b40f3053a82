//! The rows of a Parquet file as text, as if it were delimited.

use std::path::{Path, PathBuf};

use parquet::file::reader::FileReader;
use parquet::record::Field;
use parquet::record::reader::RowIter;

use crate::error::{Error, Result};
use crate::strictfile::StrictReader;

pub(super) struct ParquetRows {
    path: PathBuf,
    headers: Vec<String>,
    rows: RowIter<'static>,
}

impl ParquetRows {
    pub(super) fn open(path: &Path) -> Result<Self> {
        let reader = StrictReader::open(path).map_err(|_| damaged(path))?;
        let schema = reader.metadata().file_metadata().schema_descr();
        let headers = schema.root_schema().get_fields().iter();
        Ok(Self {
            path: path.to_path_buf(),
            headers: headers.map(|f| f.name().to_owned()).collect(),
            rows: RowIter::from_file_into(Box::new(reader)),
        })
    }

    pub(super) fn headers(&self) -> Vec<String> {
        self.headers.clone()
    }

    /// Sets `row` to the cells of the next row; `false` at the end.
    pub(super) fn next(&mut self, row: &mut csv::ByteRecord) -> Result<bool> {
        let Some(next) = self.rows.next() else {
            return Ok(false);
        };
        row.clear();
        // PRIVACY: the crate's text is not shown.
        for (_, field) in next.map_err(|_| damaged(&self.path))?.get_column_iter() {
            match field {
                Field::Null => row.push_field(b""),
                Field::Str(text) => row.push_field(text.as_bytes()),
                Field::Bytes(bytes) => row.push_field(bytes.data()),
                // A day at midnight is a date; the zone would be taken for something else.
                Field::TimestampMillis(_) | Field::TimestampMicros(_) => {
                    let text = field.to_string();
                    row.push_field(text.trim_end_matches(" +00:00").as_bytes());
                }
                other => row.push_field(other.to_string().as_bytes()),
            }
        }
        Ok(true)
    }
}

fn damaged(path: &Path) -> Error {
    Error::input(
        path,
        "the Parquet file is damaged, or packed in a way that is not read",
    )
    .hint("write it without compression, or as delimited text")
}
