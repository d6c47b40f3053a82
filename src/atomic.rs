//! Files that appear whole or not at all: write beside the target, fsync, rename.

use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};
use crate::units::Fingerprint;

/// How the names begin that files have before they have their own.
pub const PREFIX: &str = ".blindlink-";
/// How these names end.
pub const SUFFIX: &str = ".part";

/// Size and BLAKE3 of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Digest {
    /// Its bytes.
    pub bytes: u64,
    /// BLAKE3 of them.
    pub blake3: Fingerprint,
}

/// Reads `file` from where it stands to its end.
///
/// # Errors
/// If it cannot be read.
pub fn digest(file: &mut std::fs::File) -> io::Result<Digest> {
    let mut hasher = blake3::Hasher::new();
    let bytes = io::copy(file, &mut hasher)?;
    Ok(Digest {
        bytes,
        blake3: Fingerprint(*hasher.finalize().as_bytes()),
    })
}

/// Size and BLAKE3 of the file at `path`.
///
/// # Errors
/// [`Class::Io`](crate::error::Class::Io).
pub fn digest_of(path: &Path) -> Result<Digest> {
    std::fs::File::open(path)
        .and_then(|mut file| digest(&mut file))
        .map_err(|e| Error::io("read", path, e))
}

/// A file under construction. Nothing exists at its target until [`AtomicFile::commit`];
/// dropped before that, it leaves nothing behind.
#[derive(Debug)]
pub struct AtomicFile {
    target: PathBuf,
    file: BufWriter<tempfile::NamedTempFile>,
}

impl AtomicFile {
    /// Starts a file beside `target`, which may exist and is then replaced at commit.
    ///
    /// # Errors
    /// [`Class::Io`](crate::error::Class::Io) if the folder cannot be written to.
    pub fn create(target: impl AsRef<Path>) -> Result<Self> {
        let target = target.as_ref().to_path_buf();
        let mut builder = tempfile::Builder::new();
        builder.prefix(PREFIX).suffix(SUFFIX);
        let temp = builder
            .tempfile_in(folder_of(&target))
            .map_err(|e| Error::io("write", &target, e))?;
        Ok(Self {
            target,
            file: BufWriter::with_capacity(1 << 18, temp),
        })
    }

    /// The path that the file will have.
    #[must_use]
    pub fn target(&self) -> &Path {
        &self.target
    }

    /// Access to the bytes written so far, for patching; flushes first.
    ///
    /// # Errors
    /// If the buffered bytes cannot be written.
    pub fn file_mut(&mut self) -> Result<&mut std::fs::File> {
        self.file
            .flush()
            .map_err(|e| Error::io("write", &self.target, e))?;
        Ok(self.file.get_mut().as_file_mut())
    }

    /// Makes what was flushed durable, still without a name.
    ///
    /// # Errors
    /// [`Class::Io`](crate::error::Class::Io).
    pub fn sync(&self) -> Result<()> {
        self.file
            .get_ref()
            .as_file()
            .sync_all()
            .map_err(|e| Error::io("write", &self.target, e))
    }

    /// Size and BLAKE3 of what was flushed, which [`AtomicFile::commit`] then gives its name.
    ///
    /// # Errors
    /// [`Class::Io`](crate::error::Class::Io).
    pub fn digest(&self) -> Result<Digest> {
        if !self.file.buffer().is_empty() {
            return Err(Error::internal("a file is not flushed").at(&self.target));
        }
        self.file
            .get_ref()
            .reopen()
            .and_then(|mut file| digest(&mut file))
            .map_err(|e| Error::io("read", &self.target, e))
    }

    /// Makes the file durable and gives it its name, replacing what stood there.
    ///
    /// # Errors
    /// [`Class::Io`](crate::error::Class::Io); the target is then as it was before.
    pub fn commit(self) -> Result<()> {
        let (target, temp) = self.finish()?;
        temp.persist(&target)
            .map_err(|e| Error::io("write", &target, e.error))?;
        sync_folder(&target)
    }

    /// As [`AtomicFile::commit`], but fails if the target has come to exist.
    ///
    /// # Errors
    /// [`Class::Io`](crate::error::Class::Io), also if the target exists.
    pub fn commit_new(self) -> Result<()> {
        let (target, temp) = self.finish()?;
        temp.persist_noclobber(&target)
            .map_err(|e| Error::io("write", &target, e.error))?;
        sync_folder(&target)
    }

    fn finish(self) -> Result<(PathBuf, tempfile::NamedTempFile)> {
        let Self { target, file } = self;
        let temp = file
            .into_inner()
            .map_err(|e| Error::io("write", &target, e.into_error()))?;
        temp.as_file()
            .sync_all()
            .map_err(|e| Error::io("write", &target, e))?;
        Ok((target, temp))
    }
}

impl Write for AtomicFile {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        self.file.write(buf)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

/// A folder of files that appear together: written in a hidden folder inside the target, then
/// renamed one by one, which needs no more room on the disk.
#[derive(Debug)]
pub struct AtomicFolder {
    target: PathBuf,
    work: tempfile::TempDir,
    /// Whether the target was made here, to be removed again if nothing comes of it.
    made: bool,
}

impl AtomicFolder {
    /// Starts the contents of folder `target`, which is made if it does not exist.
    ///
    /// # Errors
    /// [`Class::Io`](crate::error::Class::Io) if it cannot be made or written to.
    pub fn create(target: &Path) -> Result<Self> {
        let made = !target.exists();
        let io = |e| Error::io("write", target, e);
        std::fs::create_dir_all(target).map_err(io)?;
        let work = tempfile::Builder::new()
            .prefix(PREFIX)
            .suffix(SUFFIX)
            .tempdir_in(target);
        match work {
            Ok(work) => Ok(Self {
                target: target.to_path_buf(),
                work,
                made,
            }),
            Err(e) => {
                if made {
                    let _ = std::fs::remove_dir(target);
                }
                Err(io(e))
            }
        }
    }

    /// The folder to write into for now.
    #[must_use]
    pub fn work(&self) -> &Path {
        self.work.path()
    }

    /// The names of its files, in order.
    ///
    /// # Errors
    /// [`Class::Io`](crate::error::Class::Io).
    pub fn names(&self) -> Result<Vec<std::ffi::OsString>> {
        let mut names: Vec<_> = std::fs::read_dir(self.work.path())
            .and_then(|entries| {
                entries
                    .map(|e| e.map(|e| e.file_name()))
                    .collect::<io::Result<_>>()
            })
            .map_err(|e| Error::io("write", &self.target, e))?;
        names.sort();
        Ok(names)
    }

    /// Moves every file to the target, replacing files of the same name.
    ///
    /// # Errors
    /// [`Class::Io`](crate::error::Class::Io).
    pub fn commit(mut self) -> Result<()> {
        let io = |e| Error::io("write", &self.target, e);
        let names = self.names()?;
        self.made = false;
        for name in names {
            std::fs::rename(self.work.path().join(&name), self.target.join(&name)).map_err(io)?;
        }
        sync_folder(&self.target.join("."))
    }
}

impl Drop for AtomicFolder {
    fn drop(&mut self) {
        if self.made {
            let _ = std::fs::remove_dir_all(self.work.path());
            // Only if empty: somebody else's file stays.
            let _ = std::fs::remove_dir(&self.target);
        }
    }
}

/// Writes `bytes` to `target` as a whole or not at all.
///
/// # Errors
/// [`Class::Io`](crate::error::Class::Io); the target is then as it was before.
pub fn write(target: impl AsRef<Path>, bytes: &[u8]) -> Result<()> {
    let mut file = AtomicFile::create(target.as_ref())?;
    file.write_all(bytes)
        .map_err(|e| Error::io("write", target.as_ref(), e))?;
    file.commit()
}

/// The folder that holds `path`; `.` for a bare name.
#[must_use]
pub fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(p) if !p.as_os_str().is_empty() => p,
        _ => Path::new("."),
    }
}

/// Makes the rename itself durable where the system has such a call.
fn sync_folder(target: &Path) -> Result<()> {
    sync_name(target).map_err(|e| Error::io("write", folder_of(target), e))
}

/// Makes durable that `path` has come to be, or to be no more, where the system has such a call.
///
/// # Errors
/// If the folder cannot be opened or synced.
pub fn sync_name(path: &Path) -> io::Result<()> {
    if cfg!(unix) {
        std::fs::File::open(folder_of(path))?.sync_all()?;
    }
    Ok(())
}
