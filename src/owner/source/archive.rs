//! The tables in a ZIP archive, read where they lie: nothing is unpacked to disk, and no more memory is
//! needed than for a file.

use std::fmt;
use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::{Path, PathBuf};

use flate2::CrcReader;
use flate2::read::DeflateDecoder;
use zip::CompressionMethod;
use zip::result::ZipError;

use super::{Encoding, Source};
use crate::error::{Error, Result};

/// The largest table in an archive: 64 GiB of text. An archive of a few kilobytes can unpack to more than any
/// disk holds.
pub const MAX_UNPACKED: u64 = 1 << 36;
/// How many times its packed size a table of more than [`SMALL`] may be. Tables of people come to 4 to 20 times;
/// an archive that is a trap to some thousand.
const MAX_RATIO: u64 = 200;
/// Bytes up to which a table may be packed in whatever way.
const SMALL: u64 = 1 << 28;
/// Most files in an archive.
const MAX_FILES: usize = 10_000;
/// Names of files that are tables end in one of these.
const ENDINGS: [&str; 4] = ["csv", "txt", "tsv", "tab"];

/// One file of an archive.
#[derive(Debug, Clone)]
pub(super) struct Member {
    pub(super) name: String,
    /// Where its bytes begin in the archive, and how many there are.
    pub(super) start: u64,
    packed: u64,
    is_deflated: bool,
    /// Bytes when unpacked, and their checksum.
    size: u64,
    crc: u32,
}

/// A ZIP archive with tables in it.
#[derive(Debug)]
pub struct Archive {
    path: PathBuf,
    members: Vec<Member>,
}

impl Archive {
    /// The archive at `path`; `None` if the file is none.
    ///
    /// # Errors
    /// [`Class::Io`](crate::error::Class::Io) if it cannot be read;
    /// [`Class::Input`](crate::error::Class::Input) if it is damaged, encrypted, holds no table or more files than
    /// an export has, or is an Excel workbook.
    pub fn open(path: &Path) -> Result<Option<Self>> {
        let io = |e| Error::io("read", path, e);
        let mut file = File::open(path).map_err(|e| Error::io("open", path, e))?;
        let mut magic = Vec::new();
        file.by_ref().take(4).read_to_end(&mut magic).map_err(io)?;
        if magic != b"PK\x03\x04" {
            return Ok(None);
        }
        let bad = |e| match e {
            ZipError::Io(e) if e.kind() != io::ErrorKind::UnexpectedEof => io(e),
            _ => Error::input(path, "the ZIP archive is damaged")
                .hint("it was cut on the way: have it sent again"),
        };
        let mut zip = zip::ZipArchive::new(BufReader::new(file)).map_err(bad)?;
        if zip.len() > MAX_FILES {
            let problem = format!("an archive of {} files: expected an export", zip.len());
            return Err(Error::input(path, problem));
        }
        let mut members = Vec::new();
        for i in 0..zip.len() {
            let entry = zip.by_index_raw(i).map_err(bad)?;
            let name = entry.name().map_err(bad)?.replace('\\', "/");
            if name.starts_with("xl/") {
                return Err(
                    Error::input(path, "expected delimited text, found an Excel workbook")
                        .hint("open it in Excel and save it as \"CSV UTF-8\""),
                );
            }
            // What the archiver of macOS adds of its own.
            let is_table = Path::new(&name)
                .extension()
                .is_some_and(|e| ENDINGS.iter().any(|ending| e.eq_ignore_ascii_case(ending)))
                && !name.starts_with("__MACOSX/");
            if !is_table || entry.is_dir() {
                continue;
            }
            let member = |problem: &str| Error::input(path.join(&name), problem);
            if entry.encrypted() {
                return Err(member("the archive is encrypted").hint("unpack it first"));
            }
            let is_deflated = match entry.compression() {
                CompressionMethod::Stored => false,
                // The crate has no name for it, since it does not unpack here.
                #[allow(deprecated, reason = "the one way to name a method by its number")]
                CompressionMethod::Unsupported(8) => true,
                _ => {
                    return Err(
                        member("it is packed in a way that is not read").hint("unpack it first")
                    );
                }
            };
            if entry.size() > MAX_UNPACKED {
                return Err(member("it says that it unpacks to more than 64 GiB")
                    .hint("is this an export of students?"));
            }
            if entry.size() > SMALL && entry.size() / MAX_RATIO > entry.compressed_size() {
                let problem = format!(
                    "it says that it unpacks to {} MB, more than {MAX_RATIO} times its size: no table of people does",
                    entry.size() / 1_000_000
                );
                return Err(member(&problem).hint("is this an export of students?"));
            }
            let start = entry.data_start();
            members.push(Member {
                start: start.ok_or_else(|| Error::internal("a file of no place"))?,
                packed: entry.compressed_size(),
                is_deflated,
                size: entry.size(),
                crc: entry.crc32(),
                name,
            });
        }
        if members.is_empty() {
            return Err(Error::input(path, "there is no table in the archive")
                .hint("expected files that end in .csv, .txt, .tsv or .tab"));
        }
        Ok(Some(Self {
            path: path.to_path_buf(),
            members,
        }))
    }

    /// The names of its tables, with their folders.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.members.iter().map(|m| m.name.as_str())
    }

    /// The tables of this name, with whatever folder before it; letter by letter but for case.
    pub fn named(&self, name: &str) -> impl Iterator<Item = &str> {
        self.names().filter(move |n| {
            let file = n.rsplit('/').next().unwrap_or(n);
            file.eq_ignore_ascii_case(name) || *n == name
        })
    }

    /// The table `name`, one of [`names`](Self::names).
    ///
    /// # Errors
    /// As [`Source::of_file`].
    pub fn source(&self, name: &str, encoding: Option<Encoding>) -> Result<Source> {
        let member = self.members.iter().find(|m| m.name == name);
        let member = member.ok_or_else(|| Error::internal("a file that is not in the archive"))?;
        Source::look(&self.path, Some(member.clone()), encoding)
    }
}

impl Member {
    /// What is packed at the place of `file`, which is that of the member.
    pub(super) fn unpack(&self, file: File) -> Box<dyn Read + Send> {
        let packed = BufReader::with_capacity(1 << 16, file).take(self.packed);
        let inner: Box<dyn Read + Send> = if self.is_deflated {
            Box::new(DeflateDecoder::new(packed))
        } else {
            Box::new(packed)
        };
        Box::new(Checked {
            inner: CrcReader::new(inner),
            left: self.size,
            crc: self.crc,
        })
    }
}

/// A reader that fails where a table is longer, shorter or other than the archive says.
struct Checked {
    inner: CrcReader<Box<dyn Read + Send>>,
    left: u64,
    crc: u32,
}

impl Read for Checked {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let n = match self.inner.read(buf) {
            Ok(n) => n as u64,
            Err(e) if e.kind() == io::ErrorKind::Interrupted => return Err(e),
            Err(_) => return Err(io::Error::other(Damaged)),
        };
        let is_wrong = n > self.left
            || !buf.is_empty() && n == 0 && (self.left > 0 || self.inner.crc().sum() != self.crc);
        if is_wrong {
            return Err(io::Error::other(Damaged));
        }
        self.left -= n;
        Ok(n as usize)
    }
}

/// An archive that does not hold what it says.
#[derive(Debug)]
pub(super) struct Damaged;

impl fmt::Display for Damaged {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("damaged archive")
    }
}

impl std::error::Error for Damaged {}

impl Damaged {
    pub(super) fn error(&self, name: &Path) -> Error {
        Error::input(
            name,
            "the ZIP archive is damaged: the table is not what it says",
        )
        .hint("it was cut or changed on the way: have it sent again")
    }
}
