//! Writing a token file: rows are spooled by their random ref, then written in its order.
//!
//! Since refs are random, the order of the file says nothing about the order of the source, and
//! memory stays at one spool's share of the rows however long the file is.

use std::io::{Read, Seek, SeekFrom, Write};
use std::path::Path;
use std::sync::Arc;

use arrow_array::builder::FixedSizeBinaryBuilder;
use arrow_array::{ArrayRef, RecordBatch};
use arrow_schema::{DataType, Field, Schema as ArrowSchema};
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_writer::ArrowWriterOptions;
use parquet::basic::{Compression, Encoding};
use parquet::file::metadata::KeyValue;
use parquet::file::properties::{EnabledStatistics, WriterProperties, WriterVersion};

use super::layout::REF_BYTES;
use super::{Header, Layout, checksum};
use crate::atomic::AtomicFile;
use crate::error::{Error, Result};

/// Number of spools; a row goes by the first byte of its ref.
const SPOOLS: usize = 256;
/// A spool moves from memory to a temporary file beyond this size.
const SPOOL_MEMORY: usize = 1 << 18;
/// Rows of a row group.
const GROUP_ROWS: usize = 1 << 16;

/// Collects rows and writes them as a token file. Nothing exists at the target before
/// [`TokenWriter::finish`].
///
/// Temporary files hold token rows only, lie in the target's folder without a name (or under a
/// name that is removed when dropped), and never hold a source value.
#[derive(Debug)]
pub struct TokenWriter {
    target: AtomicFile,
    layout: Layout,
    spools: Vec<tempfile::SpooledTempFile>,
    rows: u64,
}

impl TokenWriter {
    /// Starts a token file at `path` for rows of `layout`.
    ///
    /// # Errors
    /// [`Class::Io`](crate::error::Class::Io) if the folder cannot be written to.
    pub fn create(path: &Path, layout: Layout) -> Result<Self> {
        let target = AtomicFile::create(path)?;
        let folder = path
            .parent()
            .filter(|p| !p.as_os_str().is_empty())
            .unwrap_or(Path::new("."));
        let spools = (0..SPOOLS)
            .map(|_| tempfile::spooled_tempfile_in(SPOOL_MEMORY, folder))
            .collect();
        Ok(Self {
            target,
            layout,
            spools,
            rows: 0,
        })
    }

    /// Takes whole rows, as made by [`Layout::empty_row`] and [`Layout::fill`], back to back.
    /// The rows of one record must come in one call.
    ///
    /// # Errors
    /// [`Class::Io`](crate::error::Class::Io) if a spool cannot be written.
    pub fn push(&mut self, rows: &[u8]) -> Result<()> {
        for row in rows.chunks_exact(self.layout.row_bytes()) {
            self.spools[usize::from(row[0])]
                .write_all(row)
                .map_err(|e| Error::io("write", self.target.target(), e))?;
            self.rows += 1;
        }
        Ok(())
    }

    /// Number of rows pushed so far.
    #[must_use]
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// Sorts, writes, seals and names the file. `header.rows` must be [`TokenWriter::rows`].
    ///
    /// # Errors
    /// [`Class::Io`](crate::error::Class::Io); nothing is then left at the target.
    pub fn finish(self, header: &Header) -> Result<()> {
        self.seal(header)?.commit()
    }

    /// As [`TokenWriter::finish`], but the file is durable and complete without its name, for a
    /// caller that has other files to name with it.
    ///
    /// # Errors
    /// [`Class::Io`](crate::error::Class::Io); nothing is then left behind.
    pub fn seal(self, header: &Header) -> Result<AtomicFile> {
        let Self {
            mut target,
            layout,
            spools,
            ..
        } = self;
        let path = target.target().to_path_buf();
        let failed = |e: parquet::errors::ParquetError| Error::io("write", &path, io_of(e));
        let schema = arrow_schema(&layout);
        let options = ArrowWriterOptions::new()
            .with_skip_arrow_metadata(true)
            .with_properties(properties(header));
        let mut writer =
            ArrowWriter::try_new_with_options(target.file_mut()?, schema.clone(), options)
                .map_err(failed)?;
        let mut rows = Vec::new();
        for mut spool in spools {
            let io = |e| Error::io("read", &path, e);
            rows.clear();
            spool.seek(SeekFrom::Start(0)).map_err(io)?;
            spool.read_to_end(&mut rows).map_err(io)?;
            drop(spool);
            let mut sorted: Vec<&[u8]> = rows.chunks_exact(layout.row_bytes()).collect();
            // Stable: the rows of one record keep their order.
            sorted.sort_by(|a, b| a[..REF_BYTES].cmp(&b[..REF_BYTES]));
            for chunk in sorted.chunks(1 << 12) {
                let batch = batch(&schema, &layout, chunk)?;
                writer.write(&batch).map_err(failed)?;
            }
        }
        writer.close().map_err(failed)?;
        checksum::seal(target.file_mut()?).map_err(|e| e.at(&path))?;
        target.sync()?;
        Ok(target)
    }
}

fn arrow_schema(layout: &Layout) -> Arc<ArrowSchema> {
    let fixed = |name: &str, width: usize, nullable| {
        Field::new(name, DataType::FixedSizeBinary(width as i32), nullable)
    };
    let mut fields = vec![fixed("record_ref", REF_BYTES, false)];
    fields.extend(layout.columns.iter().map(|c| fixed(&c.name, c.width, true)));
    Arc::new(ArrowSchema::new(fields))
}

fn properties(header: &Header) -> WriterProperties {
    let mut pairs: Vec<KeyValue> = header
        .to_pairs()
        .into_iter()
        .map(|(k, v)| KeyValue::new(k, v))
        .collect();
    pairs.push(KeyValue::new(
        format!("blindlink.{}", checksum::KEY),
        checksum::placeholder(),
    ));
    WriterProperties::builder()
        .set_writer_version(WriterVersion::PARQUET_1_0)
        .set_created_by("blindlink".to_owned())
        .set_compression(Compression::UNCOMPRESSED)
        .set_dictionary_enabled(false)
        .set_encoding(Encoding::PLAIN)
        // Minima and maxima of random bytes help nobody and cost room in the footer.
        .set_statistics_enabled(EnabledStatistics::None)
        .set_offset_index_disabled(true)
        .set_max_row_group_row_count(Some(GROUP_ROWS))
        .set_key_value_metadata(Some(pairs))
        .build()
}

fn batch(schema: &Arc<ArrowSchema>, layout: &Layout, rows: &[&[u8]]) -> Result<RecordBatch> {
    let wrong = |_| Error::internal("a token row has the wrong width");
    let mut columns: Vec<ArrayRef> = Vec::with_capacity(layout.columns.len() + 1);
    let mut refs = FixedSizeBinaryBuilder::with_capacity(rows.len(), REF_BYTES as i32);
    for row in rows {
        refs.append_value(&row[..REF_BYTES]).map_err(wrong)?;
    }
    columns.push(Arc::new(refs.finish()));
    for (i, column) in layout.columns.iter().enumerate() {
        let mut values = FixedSizeBinaryBuilder::with_capacity(rows.len(), column.width as i32);
        for row in rows {
            match layout.value(row, i) {
                Some(v) => values.append_value(v).map_err(wrong)?,
                None => values.append_null(),
            }
        }
        columns.push(Arc::new(values.finish()));
    }
    RecordBatch::try_new(schema.clone(), columns)
        .map_err(|_| Error::internal("a token batch does not fit its schema"))
}

/// The operating system's error inside a Parquet error, so that "disk full" is said plainly.
fn io_of(e: parquet::errors::ParquetError) -> std::io::Error {
    match e {
        parquet::errors::ParquetError::External(inner) => {
            match inner.downcast::<std::io::Error>() {
                Ok(io) => *io,
                Err(other) => std::io::Error::other(other.to_string()),
            }
        }
        other => std::io::Error::other(other.to_string()),
    }
}
