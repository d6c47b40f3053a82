//! Reading a token file: checksum first, then header, then one pass at a time.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use parquet::file::metadata::{ParquetMetaData, ParquetMetaDataReader};
use rayon::prelude::*;

use super::layout::REF_BYTES;
use super::values::{Batches, Stored, Values};
use super::{Header, Layout, bad, checksum};
use crate::error::{Error, Result};
use crate::project::Project;
use crate::strictfile::StrictFile;
use crate::units::{Fingerprint, RecordRef};

/// A token file whose checksum and header are right.
#[derive(Debug)]
pub struct TokenFile {
    path: PathBuf,
    header: Header,
    checksum: Fingerprint,
    metadata: ParquetMetaData,
    /// The record ref and the columns after it.
    stored: Vec<Stored>,
}

impl TokenFile {
    /// Opens the token file at `path`, verifies its checksum and reads its header.
    ///
    /// Reads the whole file once.
    ///
    /// # Errors
    /// [`Class::Io`](crate::error::Class::Io) if it cannot be read,
    /// [`Class::Input`](crate::error::Class::Input) if it is cut short, damaged, of another
    /// format version or no token file at all.
    pub fn open(path: &Path) -> Result<Self> {
        let mut file = File::open(path).map_err(|e| Error::io("read", path, e))?;
        if file.metadata().is_ok_and(|m| m.is_dir()) {
            return Err(Error::io(
                "read",
                path,
                std::io::ErrorKind::IsADirectory.into(),
            ));
        }
        let checksum = checksum::verify(&mut file).map_err(|e| e.at(path))?;
        let strict = StrictFile::open(path).map_err(|e| Error::io("read", path, e))?;
        let metadata = strict
            .check_footer()
            .and_then(|()| ParquetMetaDataReader::new().parse_and_finish(&strict))
            .map_err(|_| bad("its Parquet footer cannot be read").at(path))?;
        let size = file
            .metadata()
            .map_err(|e| Error::io("read", path, e))?
            .len();
        if !lies_within(&metadata, size) {
            return Err(bad("its footer points outside of it").at(path));
        }
        let footer = metadata.file_metadata();
        let pairs: Vec<(String, String)> = footer
            .key_value_metadata()
            .into_iter()
            .flatten()
            .map(|kv| (kv.key.clone(), kv.value.clone().unwrap_or_default()))
            .collect();
        let header = Header::from_pairs(&pairs).map_err(|e| e.at(path))?;
        if u64::try_from(footer.num_rows()) != Ok(header.rows) {
            return Err(bad("its rows are not as many as its header says").at(path));
        }
        Ok(Self {
            path: path.to_path_buf(),
            header,
            checksum,
            stored: Stored::all(footer.schema_descr()),
            metadata,
        })
    }

    /// What the file says of itself.
    #[must_use]
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// The checksum that the file holds of itself, which is right.
    #[must_use]
    pub fn checksum(&self) -> Fingerprint {
        self.checksum
    }

    /// The file, as the user named it.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Name and bytes of each column after the record ref, in file order.
    #[must_use]
    pub fn columns(&self) -> Vec<(String, usize)> {
        let columns = self.stored.iter().skip(1);
        columns.map(|c| (c.name.clone(), c.width)).collect()
    }

    /// Whether its tokens are classic ones: a single pass of one filter, and everybody in one block.
    /// Told from the file alone, without its schema.
    ///
    /// # Errors
    /// [`Class::Input`](crate::error::Class::Input) if it cannot be decoded.
    pub fn is_classic(&self) -> Result<bool> {
        let columns = self.columns();
        let [(block, REF_BYTES), (filter, _)] = columns.as_slice() else {
            return Ok(false);
        };
        let Some(pass) = block.strip_suffix(".block") else {
            return Ok(false);
        };
        if !filter.starts_with(&format!("{pass}.")) {
            return Ok(false);
        }
        let (mut first, mut same) = (None, true);
        self.read(std::slice::from_ref(block), &[REF_BYTES], |batch| {
            let keys = &batch[0];
            for key in (0..keys.len()).filter_map(|i| keys.get(i)) {
                same &= *first.get_or_insert_with(|| key.to_vec()) == *key;
            }
            Ok(())
        })?;
        Ok(same)
    }

    /// BLAKE3 of the file's bytes, for receipts.
    ///
    /// # Errors
    /// [`Class::Io`](crate::error::Class::Io) if it cannot be read.
    pub fn fingerprint(&self) -> Result<Fingerprint> {
        let mut hasher = blake3::Hasher::new();
        File::open(&self.path)
            .and_then(|f| hasher.update_reader(f).map(|_| ()))
            .map_err(|e| Error::io("read", &self.path, e))?;
        Ok(Fingerprint(*hasher.finalize().as_bytes()))
    }

    /// The record refs in file order, which is ascending, and for each row the index of its ref.
    ///
    /// # Errors
    /// [`Class::Input`](crate::error::Class::Input) if refs are missing or out of order, or are
    /// not as many as the header says.
    pub fn refs(&self) -> Result<(Vec<RecordRef>, Vec<u32>)> {
        let names = ["record_ref".to_owned()];
        let batches = self.read_all(&names, &[REF_BYTES], |_, batch| {
            let of_row = |i| {
                let value = batch[0].get(i).and_then(<[u8]>::as_array);
                let value = value.ok_or_else(|| bad("a row has no record ref"))?;
                Ok(RecordRef(*value))
            };
            (0..batch[0].len()).map(of_row).collect::<Result<Vec<_>>>()
        })?;
        let mut refs: Vec<RecordRef> = Vec::new();
        let mut of_row = Vec::with_capacity(batches.iter().map(Vec::len).sum());
        for this in batches.into_iter().flatten() {
            match refs.last() {
                Some(last) if *last == this => {}
                Some(last) if *last > this => {
                    return Err(bad("its record refs are out of order").at(&self.path));
                }
                _ => refs.push(this),
            }
            of_row.push(refs.len() as u32 - 1);
        }
        if of_row.len() as u64 != self.header.rows {
            return Err(bad("its rows are not as many as its header says").at(&self.path));
        }
        if refs.len() as u64 != self.header.records {
            return Err(bad("its record refs are not as many as its header says").at(&self.path));
        }
        Ok((refs, of_row))
    }

    /// Goes through the rows of the columns at the places `columns`, in ascending order: 0 is the record ref,
    /// n + 1 is number n of [`columns`](Self::columns). `each` is given the row, from 0, and its values.
    ///
    /// # Errors
    /// [`Class::Input`](crate::error::Class::Input) if they cannot be decoded or are of no fixed width.
    pub fn each_row(
        &self,
        columns: &[usize],
        mut each: impl FnMut(u64, &[Option<&[u8]>]) -> Result<()>,
    ) -> Result<()> {
        let all = self.all_columns();
        let chosen = columns.iter().filter_map(|i| all.get(*i).cloned());
        let (names, widths): (Vec<String>, Vec<usize>) = chosen.unzip();
        let mut row = 0;
        self.read(&names, &widths, |batch| {
            let mut values = vec![None; batch.len()];
            for i in 0..batch.first().map_or(0, Values::len) {
                for (value, column) in values.iter_mut().zip(batch) {
                    *value = column.get(i);
                }
                each(row, &values)?;
                row += 1;
            }
            Ok(())
        })
    }

    /// The record ref and the columns after it.
    pub(super) fn all_columns(&self) -> Vec<(String, usize)> {
        let mut all = vec![("record_ref".to_owned(), REF_BYTES)];
        all.extend(self.columns());
        all
    }

    /// What the Parquet footer says.
    pub(super) fn footer(&self) -> &ParquetMetaData {
        &self.metadata
    }

    /// Fails unless the columns are those of the schema of `project`, all of them and no other, in its order.
    ///
    /// # Errors
    /// [`Class::Mismatch`](crate::error::Class::Mismatch), naming the column.
    pub fn expect_schema(&self, project: &Project) -> Result<()> {
        self.expect_columns(&Layout::of(&project.schema))
    }

    /// Fails unless the columns are those of `layout`, all of them and no other, in its order.
    ///
    /// PRIVACY: a column that the schema does not have may hold what must never cross.
    pub(super) fn expect_columns(&self, layout: &Layout) -> Result<()> {
        let found = self.columns();
        let hint = "it was made under another schema, or by another program";
        let wrong = |what: String| Err(Error::mismatch(what).at(&self.path).hint(hint));
        for c in &layout.columns {
            if !found.iter().any(|(n, w)| (n, w) == (&c.name, &c.width)) {
                return wrong(format!(
                    "the token file has no column `{}` of {} bytes",
                    c.name, c.width
                ));
            }
        }
        if found.len() > layout.columns.len() {
            return wrong("the token file has a column that the schema does not have".to_owned());
        }
        if !found
            .iter()
            .map(|(n, _)| n)
            .eq(layout.columns.iter().map(|c| &c.name))
        {
            return wrong("the columns of the token file are not in the schema's order".to_owned());
        }
        Ok(())
    }

    /// Reads the columns `names`, which must be fixed-size binary of `widths` bytes, batch by batch.
    pub(super) fn read(
        &self,
        names: &[String],
        widths: &[usize],
        mut each: impl FnMut(&[Values]) -> Result<()>,
    ) -> Result<()> {
        let columns = self.stored(names, widths)?;
        let file = self.reopen()?;
        for group in 0..self.metadata.num_row_groups() {
            let mut batches = self.batches(&file, group, &columns)?;
            while let Some(batch) = batches.next().map_err(|_| self.damaged())? {
                each(batch).map_err(|e| e.at(&self.path))?;
            }
        }
        Ok(())
    }

    /// Reads them by all threads: what `of` makes of each batch and the number of its first row, in file
    /// order.
    pub(super) fn read_all<T: Send>(
        &self,
        names: &[String],
        widths: &[usize],
        of: impl Fn(usize, &[Values]) -> Result<T> + Sync,
    ) -> Result<Vec<T>> {
        let columns = self.stored(names, widths)?;
        let mut row = 0;
        let mut groups = Vec::new();
        for (number, group) in self.metadata.row_groups().iter().enumerate() {
            groups.push((number, row));
            row += usize::try_from(group.num_rows()).map_err(|_| self.damaged())?;
        }
        let read = |(number, mut row)| -> Result<Vec<T>> {
            let mut made = Vec::new();
            let mut batches = self.batches(&self.reopen()?, number, &columns)?;
            while let Some(batch) = batches.next().map_err(|_| self.damaged())? {
                made.push(of(row, batch).map_err(|e| e.at(&self.path))?);
                row += batch[0].len();
            }
            Ok(made)
        };
        let groups: Vec<Result<Vec<T>>> = groups.into_par_iter().map(read).collect();
        let groups: Vec<Vec<T>> = groups.into_iter().collect::<Result<_>>()?;
        Ok(groups.into_iter().flatten().collect())
    }

    /// The columns `names`, in ascending order.
    fn stored(&self, names: &[String], widths: &[usize]) -> Result<Vec<&Stored>> {
        let mut places = Vec::new();
        for (name, width) in names.iter().zip(widths) {
            let found = self.stored.iter().position(|c| c.name == *name);
            match found {
                Some(i) if *width > 0 && self.stored[i].width == *width => places.push(i),
                _ => {
                    return Err(Error::mismatch(format!(
                        "the token file has no column `{name}` of {width} bytes"
                    ))
                    .at(&self.path)
                    .hint("it was made under another schema"));
                }
            }
        }
        if places.windows(2).any(|w| w[0] >= w[1]) {
            return Err(bad("its columns are out of order").at(&self.path));
        }
        Ok(places.into_iter().map(|i| &self.stored[i]).collect())
    }

    /// The file, with a position of its own.
    fn reopen(&self) -> Result<Arc<StrictFile>> {
        let file = StrictFile::open(&self.path).map_err(|e| Error::io("read", &self.path, e))?;
        Ok(Arc::new(file))
    }

    /// The batches of these columns of one row group.
    fn batches(
        &self,
        file: &Arc<StrictFile>,
        group: usize,
        columns: &[&Stored],
    ) -> Result<Batches> {
        Batches::open(file, &self.metadata, group, columns).map_err(|_| self.damaged())
    }

    fn damaged(&self) -> Error {
        bad("its columns cannot be decoded").at(&self.path)
    }
}

/// Whether all column chunks lie inside a file of `size` bytes and have rows to give. The Parquet
/// reader takes this for granted and panics otherwise.
fn lies_within(metadata: &ParquetMetaData, size: u64) -> bool {
    metadata.row_groups().iter().all(|group| {
        group.num_rows() >= 0
            && group.columns().iter().all(|chunk| {
                let start = chunk
                    .dictionary_page_offset()
                    .unwrap_or_else(|| chunk.data_page_offset());
                let inside = |n: i64| u64::try_from(n).is_ok_and(|n| n <= size);
                inside(start)
                    && inside(chunk.data_page_offset())
                    && inside(chunk.compressed_size())
                    && inside(start.saturating_add(chunk.compressed_size()))
                    && chunk.num_values() >= 0
            })
    })
}
