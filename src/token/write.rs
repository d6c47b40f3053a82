//! Writing a token file from rows in any order.

use std::io::{Seek, SeekFrom};
use std::path::{Path, PathBuf};

use super::run::{Run, merge};
use super::{Header, Layout};
use crate::atomic::AtomicFile;
use crate::error::{Error, Result};

/// Packed rows are sorted, and written to a temporary file, beyond this size.
const RUN_MEMORY: usize = 1 << 26;

/// Collects rows and writes them as a token file. Nothing exists at the target before
/// [`TokenWriter::finish`].
///
/// Temporary files hold token rows only, lie in the target's folder without a name (or under a
/// name that is removed when dropped), and never hold a source value.
#[derive(Debug)]
pub struct TokenWriter {
    target: AtomicFile,
    folder: PathBuf,
    layout: Layout,
    pending: Vec<u8>,
    runs: Vec<Run>,
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
        Ok(Self {
            target,
            folder: folder.to_path_buf(),
            layout,
            pending: Vec::new(),
            runs: Vec::new(),
            rows: 0,
        })
    }

    /// Takes whole rows, as made by [`Layout::empty_row`] and [`Layout::fill`], back to back.
    /// The rows of one record must come in one call.
    ///
    /// # Errors
    /// [`Class::Io`](crate::error::Class::Io) if a temporary file cannot be written.
    pub fn push(&mut self, rows: &[u8]) -> Result<()> {
        for row in rows.chunks_exact(self.layout.row_bytes()) {
            self.layout.pack(row, &mut self.pending);
            self.rows += 1;
        }
        if self.pending.len() < RUN_MEMORY {
            return Ok(());
        }
        let run = self.sort_pending()?;
        let io = |e| Error::io("write", self.target.target(), e);
        let mut file = tempfile::tempfile_in(&self.folder).map_err(io)?;
        run.write(&mut file).map_err(io)?;
        let bytes = file.stream_position().map_err(io)?;
        file.seek(SeekFrom::Start(0)).map_err(io)?;
        let run = Run::open(file, bytes).map_err(io)?;
        self.runs
            .extend([run.ok_or_else(|| Error::internal("a run is not what was written"))?]);
        Ok(())
    }

    fn sort_pending(&mut self) -> Result<Run> {
        Run::sort(&self.layout, &[std::mem::take(&mut self.pending)])
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
    pub fn finish(mut self, header: &Header) -> Result<()> {
        let last = self.sort_pending()?;
        self.runs.push(last);
        merge(self.target, &self.layout, header, &self.runs, &|_| {})?.commit()
    }
}
