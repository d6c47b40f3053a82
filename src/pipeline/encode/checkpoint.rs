//! What is kept of an unfinished run, so that it can go on: a folder beside the token file.
//!
//! `run.json` says what the run is of and holds its secret; `part-N` is a finished partition: the
//! fate of its rows in the order of the table, then its token rows in the order of their refs, then a
//! keyed hash. All that a run does is a function of the table, the project, the key, the options
//! and the secret; so partitions of two sittings fit together.
//!
//! # Privacy
//! The folder holds tokens, and with the secret the record ref of every row of the table: it is to
//! be kept as the ref map is, and only its owner may read it. No id, name or date is in it.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::part::Fate;
use crate::atomic::{self, AtomicFile};
use crate::error::{Error, Result};
use crate::token::Run;
use crate::units::{hex, unhex};

const FORMAT: &str = "blindlink-partial-1";
const HEADER: &str = "run.json";
const PART: &str = "part-";
const DIGEST: u64 = 32;
const ANEW: &str =
    "run without --resume to start anew; what the unfinished run left is then replaced";

/// What a run is of. Two runs that agree in all of it give the same partitions under one secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Subject {
    /// Version of blindlink.
    pub(super) version: String,
    /// BLAKE3 of the table file.
    pub(super) table: String,
    /// Fingerprint of the project file.
    pub(super) project: String,
    /// The key check of the token file.
    pub(super) key_check: String,
    /// The party.
    pub(super) party: String,
    /// Which columns are read, and how dates are: a hash.
    pub(super) reading: String,
    /// Whether decoys are made.
    pub(super) decoys: bool,
    /// Most rows of a batch and of a partition.
    pub(super) sizes: [usize; 2],
    /// The test seed.
    pub(super) test_seed: Option<u64>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Header {
    format: String,
    subject: Subject,
    /// 32 random bytes in hexadecimal digits.
    secret: String,
}

/// How a run began.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Start {
    /// Nothing was there, and nothing was asked for.
    Fresh,
    /// An unfinished run was there; what it left was replaced.
    Replaced,
    /// The unfinished run was to be resumed, but there is none: everything is encoded.
    NothingToResume,
    /// This many partitions of the unfinished run were taken over.
    Resumed(u64),
}

/// The folder of an unfinished run.
pub(super) struct Checkpoint {
    folder: PathBuf,
    secret: Zeroizing<[u8; 32]>,
    pub(super) start: Start,
    /// Whether the folder is there.
    is_made: bool,
}

impl Checkpoint {
    /// Finds what an earlier run has left for `tokens`, or starts anew. Nothing is written yet.
    ///
    /// # Errors
    /// Where the run is to be resumed: [`Class::Mismatch`](crate::error::Class::Mismatch) if what is
    /// there is of another one, [`Class::Input`](crate::error::Class::Input) if it is damaged.
    pub(super) fn find(tokens: &Path, subject: &Subject, resume: bool) -> Result<Self> {
        let mut name = tokens.as_os_str().to_owned();
        name.push(".partial");
        let mut this = Self {
            folder: PathBuf::from(name),
            secret: Zeroizing::new([0; 32]),
            start: Start::Fresh,
            is_made: false,
        };
        if this.folder.symlink_metadata().is_ok() {
            this.refuse_foreign_folder()?;
            if resume && this.folder.join(HEADER).exists() {
                this.read_header(subject)?;
                this.start = Start::Resumed(0);
                this.is_made = true;
                return Ok(this);
            }
            this.remove_folder()?;
            this.start = Start::Replaced;
        }
        if resume {
            this.start = Start::NothingToResume;
        }
        getrandom::fill(this.secret.as_mut())
            .map_err(|_| Error::internal("the system gives no random bytes"))?;
        Ok(this)
    }

    /// The secret of the run, for `purpose`.
    pub(super) fn secret(&self, purpose: &str) -> Zeroizing<[u8; 32]> {
        let hash = blake3::keyed_hash(&self.secret, purpose.as_bytes());
        Zeroizing::new(*hash.as_bytes())
    }

    /// Makes the folder, if it is not there.
    pub(super) fn make(&mut self, subject: &Subject) -> Result<()> {
        if self.is_made {
            return Ok(());
        }
        make_private(&self.folder).map_err(|e| Error::io("write", &self.folder, e))?;
        self.is_made = true;
        let header = Header {
            format: FORMAT.to_owned(),
            subject: subject.clone(),
            secret: hex(self.secret.as_ref()),
        };
        let text = serde_json::to_string_pretty(&header).map(Zeroizing::new);
        let text = text.map_err(|_| Error::internal("a checkpoint has no JSON form"))?;
        atomic::write(self.folder.join(HEADER), text.as_bytes())
    }

    /// Takes over partition `number`, of `rows` rows, if the unfinished run has finished it.
    ///
    /// # Errors
    /// [`Class::Input`](crate::error::Class::Input) if it is damaged.
    pub(super) fn take(&mut self, number: u64, rows: usize) -> Result<Option<(Vec<Fate>, Run)>> {
        let Start::Resumed(taken) = &mut self.start else {
            return Ok(None);
        };
        let path = part(&self.folder, number);
        if !path.exists() {
            return Ok(None);
        }
        let found = open_part(&path, &self.secret, number, rows)?;
        *taken += 1;
        Ok(Some(found))
    }

    /// Writes a finished partition; its run is then that of the file. Without a folder, the run stays
    /// in memory.
    pub(super) fn keep(&self, number: u64, fates: &[Fate], run: Run) -> Result<Run> {
        if !self.is_made {
            return Ok(run);
        }
        let path = part(&self.folder, number);
        let io = |e| Error::io("write", &path, e);
        let mut out = Hashing {
            file: AtomicFile::create(&path)?,
            hasher: hasher(&self.secret, number),
            bytes: 0,
        };
        out.write_all(fates).map_err(io)?;
        run.write(&mut out).map_err(io)?;
        drop(run);
        let Hashing {
            mut file,
            hasher,
            bytes,
        } = out;
        file.write_all(hasher.finalize().as_bytes()).map_err(io)?;
        file.commit()?;
        let mut file = File::open(&path).map_err(io)?;
        let start = fates.len() as u64;
        file.seek(SeekFrom::Start(start)).map_err(io)?;
        Run::open(file, bytes - start)
            .map_err(io)?
            .ok_or_else(|| damaged(&path))
    }

    /// Removes the folder: the run is finished, or can never be.
    pub(super) fn remove(&self) -> Result<()> {
        if self.is_made {
            self.remove_folder()?;
        }
        Ok(())
    }

    fn remove_folder(&self) -> Result<()> {
        std::fs::remove_dir_all(&self.folder).map_err(|e| Error::io("remove", &self.folder, e))
    }

    /// Somebody else's folder, which has the name by chance, is left alone.
    fn refuse_foreign_folder(&self) -> Result<()> {
        let foreign = || {
            Error::io(
                "write",
                &self.folder,
                std::io::ErrorKind::AlreadyExists.into(),
            )
            .hint("it holds something else than an unfinished run: move it away")
        };
        let entries = std::fs::read_dir(&self.folder).map_err(|_| foreign())?;
        for entry in entries {
            let name = entry.map_err(|e| Error::io("read", &self.folder, e))?;
            let name = name.file_name();
            let is_ours = name.to_str().is_some_and(|name| {
                name == HEADER || name.starts_with(PART) || name.starts_with(".blindlink-")
            });
            if !is_ours {
                return Err(foreign());
            }
        }
        Ok(())
    }

    fn read_header(&mut self, subject: &Subject) -> Result<()> {
        let path = self.folder.join(HEADER);
        let bytes = std::fs::read(&path).map_err(|e| Error::io("read", &path, e))?;
        let bytes = Zeroizing::new(bytes);
        let value: serde_json::Value =
            serde_json::from_slice(&bytes).map_err(|_| damaged(&path))?;
        let format = value.get("format").and_then(|f| f.as_str());
        let version = value.pointer("/subject/version").and_then(|v| v.as_str());
        let own = Some(subject.version.as_str());
        if format != Some(FORMAT) || version != own {
            return Err(self.foreign("was left by another version of blindlink"));
        }
        let header: Header = serde_json::from_value(value).map_err(|_| damaged(&path))?;
        let secret = Zeroizing::new(header.secret);
        let secret = unhex(&secret).ok_or_else(|| damaged(&path))?;
        let found = header.subject;
        let what = [
            (
                found.table != subject.table,
                "is of another table, or of this one before it was changed",
            ),
            (
                found.project != subject.project,
                "is of another project file",
            ),
            (
                found.key_check != subject.key_check,
                "is of another linkage key",
            ),
            (found.party != subject.party, "is of another party"),
            (found != *subject, "was started with other options"),
        ];
        if let Some((_, what)) = what.into_iter().find(|(differs, _)| *differs) {
            return Err(self.foreign(what));
        }
        self.secret = Zeroizing::new(secret);
        Ok(())
    }

    fn foreign(&self, what: &str) -> Error {
        Error::mismatch(format!("the unfinished run {what}"))
            .at(&self.folder)
            .hint(ANEW)
    }
}

/// Writes and hashes.
struct Hashing {
    file: AtomicFile,
    hasher: blake3::Hasher,
    bytes: u64,
}

impl Write for Hashing {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let n = self.file.write(bytes)?;
        self.hasher.update(&bytes[..n]);
        self.bytes += n as u64;
        Ok(n)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.file.flush()
    }
}

fn part(folder: &Path, number: u64) -> PathBuf {
    folder.join(format!("{PART}{number:06}"))
}

/// Under the secret of the run and the number of the partition: neither another run's file nor one
/// that was renamed passes.
fn hasher(secret: &[u8; 32], number: u64) -> blake3::Hasher {
    let mut hasher = blake3::Hasher::new_keyed(secret);
    hasher.update(&number.to_le_bytes());
    hasher
}

fn open_part(path: &Path, secret: &[u8; 32], number: u64, rows: usize) -> Result<(Vec<Fate>, Run)> {
    let io = |e| Error::io("read", path, e);
    let mut file = File::open(path).map_err(io)?;
    let size = file.metadata().map_err(io)?.len();
    let content = size.checked_sub(DIGEST).ok_or_else(|| damaged(path))?;
    let mut hasher = hasher(secret, number);
    std::io::copy(&mut Read::by_ref(&mut file).take(content), &mut hasher).map_err(io)?;
    let mut digest = [0; DIGEST as usize];
    file.read_exact(&mut digest).map_err(io)?;
    let runs = content.checked_sub(rows as u64);
    let Some(bytes) = runs.filter(|_| hasher.finalize() == blake3::Hash::from_bytes(digest)) else {
        return Err(damaged(path));
    };
    file.seek(SeekFrom::Start(0)).map_err(io)?;
    let mut fates = vec![0; rows];
    file.read_exact(&mut fates).map_err(io)?;
    let run = Run::open(file, bytes).map_err(io)?;
    Ok((fates, run.ok_or_else(|| damaged(path))?))
}

fn damaged(path: &Path) -> Error {
    Error::input(path, "what the unfinished run left is damaged").hint(ANEW)
}

#[cfg(unix)]
fn make_private(folder: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    std::fs::DirBuilder::new().mode(0o700).create(folder)
}

#[cfg(not(unix))]
fn make_private(folder: &Path) -> std::io::Result<()> {
    std::fs::create_dir(folder)
}
