//! What is kept of an unfinished run, so that it can go on: a folder beside its output.
//!
//! `run.json` says what the run is of and holds a secret of its own; every other file is a finished
//! part of its work, written whole or not at all, with a keyed hash at its end. All that a run does is
//! a function of what it is of and of the secret; so parts of two sittings fit together.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use zeroize::{Zeroize as _, Zeroizing};

use crate::atomic::{self, AtomicFile};
use crate::error::{Error, Result};
use crate::units::{hex, unhex};

const FORMAT: &str = "blindlink-partial-2";
const HEADER: &str = "run.json";
const PART: &str = "part-";
const DIGEST: u64 = 32;
const ANEW: &str =
    "run without --resume to start anew; what the unfinished run left is then replaced";

/// What a run is of. Two runs that agree in all of it give the same parts under one secret.
pub trait Subject: Serialize + DeserializeOwned {
    /// In what `found`, left by an earlier run, may be of something else: whether it is, and the rest of a
    /// sentence that starts with "the unfinished run". The first that holds is said; if none does, it is
    /// the same.
    fn differences(&self, found: &Self) -> Vec<(bool, &'static str)>;
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Header<S> {
    format: String,
    version: String,
    subject: S,
    /// 32 random bytes in hexadecimal digits.
    secret: String,
    /// Hash of all of the above, under the secret.
    check: String,
}

impl<S: Serialize> Header<S> {
    /// The one form in which the header is written, with the check that belongs to it.
    fn text(&mut self, secret: &[u8; 32]) -> Result<Zeroizing<String>> {
        let form = |header: &Self| {
            let text = serde_json::to_string_pretty(header).map(Zeroizing::new);
            text.map_err(|_| Error::internal("a header has no JSON form"))
        };
        self.check.clear();
        let bare = form(self)?;
        self.check = blake3::keyed_hash(secret, bare.as_bytes()).to_string();
        form(self)
    }
}

/// How a run began.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Start {
    /// Nothing was there, and nothing was asked for.
    Fresh,
    /// An unfinished run was there; what it left was replaced.
    Replaced,
    /// The unfinished run was to be resumed, but there is none.
    NothingToResume,
    /// The unfinished run goes on.
    Resumed,
}

/// The folder of an unfinished run.
pub struct Unfinished {
    folder: PathBuf,
    secret: Zeroizing<[u8; 32]>,
    start: Start,
    is_made: bool,
}

impl Unfinished {
    /// Finds what an earlier run has left for `output`, in the folder beside it of the same name with
    /// `.partial`, or starts anew. Nothing is written yet.
    ///
    /// # Errors
    /// [`Class::Io`](crate::error::Class::Io) if the folder holds something else, or cannot be removed.
    /// Where the run is to be resumed: [`Class::Mismatch`](crate::error::Class::Mismatch) if what is
    /// there is of another one or by another version,
    /// [`Class::Input`](crate::error::Class::Input) if it is damaged.
    pub fn find<S: Subject>(output: &Path, subject: &S, resume: bool) -> Result<Self> {
        // Without a slash at its end, if it is a folder.
        let mut name = output.components().collect::<PathBuf>().into_os_string();
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
                this.start = Start::Resumed;
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

    /// How the run began.
    #[must_use]
    pub fn start(&self) -> Start {
        self.start
    }

    /// The folder, which is there once it is made.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The secret of the run, for `purpose`.
    #[must_use]
    pub fn secret(&self, purpose: &str) -> Zeroizing<[u8; 32]> {
        let hash = blake3::keyed_hash(&self.secret, purpose.as_bytes());
        Zeroizing::new(*hash.as_bytes())
    }

    /// Makes the folder, if it is not there. Only its owner may look into it.
    ///
    /// # Errors
    /// [`Class::Io`](crate::error::Class::Io).
    pub fn make<S: Subject>(&mut self, subject: &S) -> Result<()> {
        if self.is_made {
            return Ok(());
        }
        make_private(&self.folder).map_err(|e| Error::io("write", &self.folder, e))?;
        self.is_made = true;
        let mut header = Header {
            format: FORMAT.to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            subject,
            secret: hex(self.secret.as_ref()),
            check: String::new(),
        };
        let text = header.text(&self.secret)?;
        header.secret.zeroize();
        atomic::write(self.folder.join(HEADER), text.as_bytes())
    }

    /// Whether parts are kept: the folder is there.
    #[must_use]
    pub fn is_made(&self) -> bool {
        self.is_made
    }

    /// The bytes of the part `name`, if it is finished: their number and a file that stands at the first.
    ///
    /// # Errors
    /// [`Class::Input`](crate::error::Class::Input) if it is damaged.
    pub fn open(&self, name: &str) -> Result<Option<(File, u64)>> {
        let path = self.part(name);
        if !self.is_made || !path.exists() {
            return Ok(None);
        }
        let io = |e| Error::io("read", &path, e);
        let mut file = File::open(&path).map_err(io)?;
        let size = file.metadata().map_err(io)?.len();
        let bytes = size.checked_sub(DIGEST).ok_or_else(|| damaged(&path))?;
        let mut hasher = self.hasher(name);
        io::copy(&mut Read::by_ref(&mut file).take(bytes), &mut hasher).map_err(io)?;
        let mut digest = [0; DIGEST as usize];
        file.read_exact(&mut digest).map_err(io)?;
        if hasher.finalize() != blake3::Hash::from_bytes(digest) {
            return Err(damaged(&path));
        }
        file.seek(SeekFrom::Start(0)).map_err(io)?;
        Ok(Some((file, bytes)))
    }

    /// Writes the part `name` and makes it durable; then it is as [`Unfinished::open`] gives it.
    ///
    /// # Errors
    /// [`Class::Io`](crate::error::Class::Io); nothing of the part is then left.
    pub fn put(
        &self,
        name: &str,
        write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ) -> Result<(File, u64)> {
        let path = self.part(name);
        let io = |e| Error::io("write", &path, e);
        let mut out = Hashing {
            file: AtomicFile::create(&path)?,
            hasher: self.hasher(name),
            bytes: 0,
        };
        write(&mut out).map_err(io)?;
        let Hashing {
            mut file,
            hasher,
            bytes,
        } = out;
        file.write_all(hasher.finalize().as_bytes()).map_err(io)?;
        file.commit()?;
        Ok((File::open(&path).map_err(io)?, bytes))
    }

    /// That the part `name` is not what it should be.
    #[must_use]
    pub fn damaged(&self, name: &str) -> Error {
        damaged(&self.part(name))
    }

    /// Removes the folder: the run is finished, or can never be.
    ///
    /// # Errors
    /// [`Class::Io`](crate::error::Class::Io).
    pub fn remove(&self) -> Result<()> {
        if self.is_made {
            self.remove_folder()?;
        }
        Ok(())
    }

    fn part(&self, name: &str) -> PathBuf {
        self.folder.join(format!("{PART}{name}"))
    }

    /// Under the secret of the run and the name of the part: neither another run's file nor one that was
    /// renamed passes.
    fn hasher(&self, name: &str) -> blake3::Hasher {
        let mut hasher = blake3::Hasher::new_keyed(&self.secret);
        hasher.update(&(name.len() as u64).to_le_bytes());
        hasher.update(name.as_bytes());
        hasher
    }

    fn remove_folder(&self) -> Result<()> {
        std::fs::remove_dir_all(&self.folder).map_err(|e| Error::io("remove", &self.folder, e))
    }

    /// Somebody else's folder, which has the name by chance, is left alone.
    fn refuse_foreign_folder(&self) -> Result<()> {
        let foreign = || {
            Error::io("write", &self.folder, io::ErrorKind::AlreadyExists.into())
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

    fn read_header<S: Subject>(&mut self, subject: &S) -> Result<()> {
        let path = self.folder.join(HEADER);
        let bytes = std::fs::read(&path).map_err(|e| Error::io("read", &path, e))?;
        let bytes = Zeroizing::new(bytes);
        let value: serde_json::Value =
            serde_json::from_slice(&bytes).map_err(|_| damaged(&path))?;
        let says = |key: &str| value.get(key).and_then(|v| v.as_str());
        if says("format") != Some(FORMAT) || says("version") != Some(env!("CARGO_PKG_VERSION")) {
            return Err(self.foreign("was left by another version of blindlink"));
        }
        let mut header: Header<S> = serde_json::from_value(value).map_err(|_| damaged(&path))?;
        let secret = unhex(&header.secret).map(Zeroizing::new);
        let secret = secret.ok_or_else(|| damaged(&path))?;
        let is_right = header.text(&secret)?.as_bytes() == bytes.as_slice();
        header.secret.zeroize();
        if !is_right {
            return Err(damaged(&path));
        }
        let differences = subject.differences(&header.subject);
        if let Some((_, what)) = differences.into_iter().find(|(differs, _)| *differs) {
            return Err(self.foreign(what));
        }
        self.secret = secret;
        Ok(())
    }

    fn foreign(&self, what: &str) -> Error {
        Error::mismatch(format!("the unfinished run {what}"))
            .at(&self.folder)
            .hint(ANEW)
    }
}

impl std::fmt::Debug for Unfinished {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Unfinished")
            .field("folder", &self.folder)
            .field("start", &self.start)
            .finish_non_exhaustive()
    }
}

/// Writes and hashes.
struct Hashing {
    file: AtomicFile,
    hasher: blake3::Hasher,
    bytes: u64,
}

impl Write for Hashing {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let n = self.file.write(bytes)?;
        self.hasher.update(&bytes[..n]);
        self.bytes += n as u64;
        Ok(n)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

fn damaged(path: &Path) -> Error {
    Error::input(path, "what the unfinished run left is damaged").hint(ANEW)
}

#[cfg(unix)]
fn make_private(folder: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    std::fs::DirBuilder::new().mode(0o700).create(folder)
}

#[cfg(not(unix))]
fn make_private(folder: &Path) -> io::Result<()> {
    std::fs::create_dir(folder)
}
