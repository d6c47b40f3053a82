//! Packed rows to the columns of a Parquet file.
//!
//! Every column is plain, of fixed width and not compressed, so that a page is its validity bits and
//! its values one after another: they are put together here and handed to the `parquet` crate as
//! pages. Its general writer takes each value by itself, which took longer than the encoding.

use std::io::{self, Write};
use std::sync::Arc;

use bytes::Bytes;
use parquet::basic::{Compression, Encoding, EncodingMask, Repetition, Type as Physical};
use parquet::column::page::{CompressedPage, Page, PageWriter};
use parquet::column::writer::ColumnCloseResult;
use parquet::errors::{ParquetError, Result as ParquetResult};
use parquet::file::metadata::{ColumnChunkMetaData, KeyValue};
use parquet::file::properties::{EnabledStatistics, WriterProperties, WriterVersion};
use parquet::file::writer::{SerializedFileWriter, SerializedPageWriter, TrackedWrite};
use parquet::schema::types::{ColumnDescPtr, SchemaDescriptor, Type};

use super::layout::{MASK_BYTES, REF_BYTES, mask};
use super::{Header, Layout, checksum};
use crate::atomic::AtomicFile;
use crate::error::{Error, Result};

/// Rows of a row group.
const GROUP_ROWS: usize = 1 << 16;
/// Rows of a page; a multiple of 8 that divides [`GROUP_ROWS`].
const PAGE_ROWS: usize = 1 << 13;

/// Writes packed rows, in the order of the file.
pub(super) struct ColumnWriter<'l, W: Write + Send = Hashing> {
    layout: &'l Layout,
    writer: SerializedFileWriter<W>,
    /// The column of refs, then those of the layout.
    columns: Vec<Chunk>,
    page_rows: usize,
    group_rows: usize,
}

/// A column chunk under construction.
struct Chunk {
    description: ColumnDescPtr,
    /// Whether a row may have no value here.
    is_optional: bool,
    /// Of the current page: one bit a row, set where there is a value.
    present: Vec<u8>,
    values: Vec<u8>,
    /// The pages before.
    pages: TrackedWrite<Vec<u8>>,
}

/// A file and the hash of what was written to it.
pub(super) struct Hashing {
    file: AtomicFile,
    hasher: blake3::Hasher,
    /// What is to be written next.
    buffer: Vec<u8>,
}

/// Bytes that are hashed and written at a time. The `parquet` crate writes 8 KiB, which is less than
/// can be hashed side by side.
const BUFFER: usize = 1 << 17;

impl Hashing {
    fn spill(&mut self) -> io::Result<()> {
        self.hasher.update(&self.buffer);
        self.file.write_all(&self.buffer)?;
        self.buffer.clear();
        Ok(())
    }
}

impl Write for Hashing {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.buffer.extend_from_slice(bytes);
        if self.buffer.len() >= BUFFER {
            self.spill()?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.spill()?;
        self.file.flush()
    }
}

impl<'l> ColumnWriter<'l> {
    pub(super) fn new(file: AtomicFile, layout: &'l Layout, header: &Header) -> Result<Self> {
        let path = file.target().to_path_buf();
        let hashing = Hashing {
            file,
            hasher: blake3::Hasher::new(),
            buffer: Vec::with_capacity(2 * BUFFER),
        };
        ColumnWriter::to(hashing, layout, header).map_err(|e| Error::io("write", &path, io_of(e)))
    }

    /// Ends the file and puts its checksum into it.
    pub(super) fn seal(self) -> Result<AtomicFile> {
        let path = self.writer.inner().file.target().to_path_buf();
        let failed = |e| Error::io("write", &path, io_of(e));
        let mut end = self.end().map_err(failed)?;
        end.spill().map_err(|e| Error::io("write", &path, e))?;
        let Hashing {
            mut file, hasher, ..
        } = end;
        // The digits of the checksum were written as zeros: the hash so far is that of the file.
        checksum::seal(file.file_mut()?, hasher.finalize().as_bytes()).map_err(|e| e.at(&path))?;
        file.sync()?;
        Ok(file)
    }
}

impl<'l, W: Write + Send> ColumnWriter<'l, W> {
    /// Starts a token file in `sink`; the digits of its checksum are zeros.
    pub(super) fn to(sink: W, layout: &'l Layout, header: &Header) -> ParquetResult<Self> {
        let schema = SchemaDescriptor::new(Arc::new(schema_of(layout)?));
        let writer = SerializedFileWriter::new(
            sink,
            schema.root_schema_ptr(),
            Arc::new(properties(header)),
        )?;
        let columns = schema
            .columns()
            .iter()
            .enumerate()
            .map(|(i, column)| Chunk {
                description: column.clone(),
                is_optional: i > 0,
                present: vec![0; PAGE_ROWS / 8],
                values: Vec::new(),
                pages: TrackedWrite::new(Vec::new()),
            });
        Ok(Self {
            layout,
            columns: columns.collect(),
            writer,
            page_rows: 0,
            group_rows: 0,
        })
    }

    /// Appends one packed row.
    pub(super) fn push(&mut self, row: &[u8]) -> ParquetResult<()> {
        let (refs, columns) = self.columns.split_at_mut(1);
        refs[0].values.extend_from_slice(&row[..REF_BYTES]);
        let mask = mask(row);
        let mut rest = &row[REF_BYTES + MASK_BYTES..];
        for (i, (column, chunk)) in self.layout.columns.iter().zip(columns).enumerate() {
            if mask >> i & 1 == 1 {
                let (value, after) = rest.split_at(column.width);
                chunk.present[self.page_rows / 8] |= 1 << (self.page_rows % 8);
                // PERF: of a width that is known, a copy is an instruction or two.
                match value.as_array::<8>() {
                    Some(value) => chunk.values.extend_from_slice(value),
                    None => match value.as_array::<16>() {
                        Some(value) => chunk.values.extend_from_slice(value),
                        None => chunk.values.extend_from_slice(value),
                    },
                }
                rest = after;
            }
        }
        self.page_rows += 1;
        self.group_rows += 1;
        if self.page_rows == PAGE_ROWS {
            self.end_page()?;
        }
        if self.group_rows == GROUP_ROWS {
            self.end_group()?;
        }
        Ok(())
    }

    fn end_page(&mut self) -> ParquetResult<()> {
        let rows = std::mem::take(&mut self.page_rows);
        if rows > 0 {
            self.columns.iter_mut().try_for_each(|c| c.end_page(rows))?;
        }
        Ok(())
    }

    fn end_group(&mut self) -> ParquetResult<()> {
        self.end_page()?;
        let rows = std::mem::take(&mut self.group_rows);
        if rows == 0 {
            return Ok(());
        }
        let mut group = self.writer.next_row_group()?;
        for chunk in &mut self.columns {
            let pages = std::mem::replace(&mut chunk.pages, TrackedWrite::new(Vec::new()));
            let pages = Bytes::from(pages.into_inner()?);
            group.append_column(
                &pages,
                closed(chunk.description.clone(), rows, pages.len())?,
            )?;
        }
        group.close()?;
        Ok(())
    }

    /// Ends the file.
    pub(super) fn end(mut self) -> ParquetResult<W> {
        self.end_group()?;
        self.writer.into_inner()
    }
}

impl Chunk {
    /// Puts the values of `rows` rows into a page.
    fn end_page(&mut self, rows: usize) -> ParquetResult<()> {
        let mut page = Vec::with_capacity(16 + rows / 8 + self.values.len());
        if self.is_optional {
            // One run of bits, eight rows a byte, behind its length and the number of its bytes.
            let bytes = rows.div_ceil(8);
            let run = varint((bytes as u32) << 1 | 1);
            page.extend_from_slice(&((run.len() + bytes) as u32).to_le_bytes());
            page.extend_from_slice(&run);
            page.extend_from_slice(&self.present[..bytes]);
            self.present.fill(0);
        }
        page.append(&mut self.values);
        let size = page.len();
        let page = Page::DataPage {
            buf: page.into(),
            num_values: rows as u32,
            encoding: Encoding::PLAIN,
            def_level_encoding: Encoding::RLE,
            rep_level_encoding: Encoding::RLE,
            statistics: None,
        };
        let mut writer = SerializedPageWriter::new(&mut self.pages);
        writer.write_page(CompressedPage::new(page, size))?;
        Ok(())
    }
}

/// `n` as a variable-length number: seven bits a byte, lowest first.
fn varint(mut n: u32) -> Vec<u8> {
    let mut out = Vec::with_capacity(5);
    while n > 127 {
        out.push(n as u8 | 128);
        n >>= 7;
    }
    out.push(n as u8);
    out
}

/// What the footer says of a column chunk of so many rows and bytes.
fn closed(column: ColumnDescPtr, rows: usize, bytes: usize) -> ParquetResult<ColumnCloseResult> {
    let metadata = ColumnChunkMetaData::builder(column)
        .set_compression(Compression::UNCOMPRESSED)
        .set_encodings_mask(EncodingMask::new_from_encodings(
            [Encoding::PLAIN, Encoding::RLE].iter(),
        ))
        .set_total_compressed_size(bytes as i64)
        .set_total_uncompressed_size(bytes as i64)
        .set_num_values(rows as i64)
        .set_data_page_offset(0)
        .build()?;
    Ok(ColumnCloseResult {
        bytes_written: bytes as u64,
        rows_written: rows as u64,
        metadata,
        bloom_filter: None,
        column_index: None,
        offset_index: None,
    })
}

fn schema_of(layout: &Layout) -> ParquetResult<Type> {
    let fixed = |name: &str, width: usize, repetition| {
        let of = Type::primitive_type_builder(name, Physical::FIXED_LEN_BYTE_ARRAY);
        let of = of.with_length(width as i32).with_repetition(repetition);
        of.build().map(Arc::new)
    };
    let mut fields = vec![fixed("record_ref", REF_BYTES, Repetition::REQUIRED)?];
    for column in &layout.columns {
        fields.push(fixed(&column.name, column.width, Repetition::OPTIONAL)?);
    }
    // The name that the root has in most writers; no reader looks at it.
    Type::group_type_builder("arrow_schema")
        .with_fields(fields)
        .build()
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
        .set_key_value_metadata(Some(pairs))
        .build()
}

/// The operating system's error inside a Parquet error, so that "disk full" is said plainly.
pub(super) fn io_of(e: ParquetError) -> io::Error {
    match e {
        ParquetError::External(inner) => match inner.downcast::<io::Error>() {
            Ok(io) => *io,
            Err(other) => io::Error::other(other.to_string()),
        },
        other => io::Error::other(other.to_string()),
    }
}
