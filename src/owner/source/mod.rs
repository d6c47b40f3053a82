//! A file that somebody was sent, or has exported, as UTF-8 text: out of its archive, out of its encoding.
//!
//! Owns: telling text from what people take for it, finding the tables in a ZIP archive, finding the encoding
//! of a text, and giving its bytes as UTF-8, in constant memory however large it is.
//!
//! Imports: `error`.
//!
//! Invariants: an encoding is found for a whole file, never for a cell; no message holds a byte of a text;
//! nothing is unpacked to disk.

mod archive;
mod encoding;
mod kind;
#[cfg(test)]
mod tests;

use std::fmt;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use encoding_rs_io::DecodeReaderBytesBuilder;

use archive::Member;
pub use archive::{Archive, MAX_UNPACKED};
pub use encoding::Encoding;
use kind::Kind;

use crate::error::{Error, Result};

/// A text, or a Parquet file, and how it must be read.
#[derive(Clone)]
pub struct Source {
    path: PathBuf,
    member: Option<Member>,
    text: Option<Text>,
}

/// What was found out about a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Text {
    /// Its encoding.
    pub encoding: Encoding,
    /// Places that are not of this encoding, and are read as U+FFFD.
    pub damaged: u64,
    /// The line of the first of them.
    pub first_damage: Option<u64>,
    /// Bytes of the byte-order mark.
    mark: u64,
}

impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Source")
            .field("path", &self.path)
            .field("text", &self.text)
            .finish_non_exhaustive()
    }
}

impl Source {
    /// Looks at the file at `path`, which is no archive; `encoding` overrides what is found.
    ///
    /// A text is read through once, to find its encoding.
    ///
    /// # Errors
    /// [`Class::Io`](crate::error::Class::Io) if it cannot be read;
    /// [`Class::Input`](crate::error::Class::Input) if it is empty, is no table, or has characters of two encodings, in
    /// which case `encoding` decides.
    pub fn of_file(path: &Path, encoding: Option<Encoding>) -> Result<Self> {
        Self::look(path, None, encoding)
    }

    fn look(path: &Path, member: Option<Member>, encoding: Option<Encoding>) -> Result<Self> {
        let mut source = Self {
            path: path.to_path_buf(),
            member,
            text: None,
        };
        let failed = |e| source.failed("read", e);
        let mut start = Vec::new();
        let mut raw = source.raw().map_err(|e| source.failed("open", e))?;
        raw.by_ref()
            .take(kind::LOOK)
            .read_to_end(&mut start)
            .map_err(failed)?;
        match Kind::of(&start) {
            Kind::Text => {}
            Kind::Parquet if source.member.is_none() => return Ok(source),
            kind => return Err(kind.refused(&source.name())),
        }
        let text = encoding::survey(io::Cursor::new(start).chain(raw), encoding)
            .map_err(|e| source.failed("read", e))?;
        if text.is_empty {
            let e = Error::input(source.name(), "the file is empty");
            return Err(e.hint("export it again"));
        }
        let mut found = text.found;
        if text.is_mixed || found.damaged > 0 {
            found.first_damage = Some(source.line_at(text.first_fault)?);
        }
        source.text = Some(found);
        if text.is_mixed {
            let e = Error::input(
                source.name(),
                "characters of two encodings: some are UTF-8 and some are not",
            );
            return Err(e.line(found.first_damage.unwrap_or(1)).hint(
                "two exports were put together: export all as one. To go on, say --encoding utf-8 or \
                 --encoding windows-1252; what is of the other is then read wrong",
            ));
        }
        if found.damaged > 0 && found.encoding != Encoding::Utf8 {
            let e = Error::input(
                source.name(),
                "UTF-16 text of an odd number of bytes: it was cut within a character",
            );
            return Err(e.hint("export it again"));
        }
        Ok(source)
    }

    /// The line on which byte number `at` stands, of a text whose line ends are bytes of their own.
    fn line_at(&self, at: u64) -> Result<u64> {
        let mut raw = self.raw().map_err(|e| self.failed("open", e))?.take(at);
        let (mut lines, mut chunk) = (1, vec![0; kind::LOOK as usize]);
        loop {
            let n = raw.read(&mut chunk).map_err(|e| self.failed("read", e))?;
            if n == 0 {
                return Ok(lines);
            }
            lines += chunk[..n].iter().filter(|b| **b == b'\n').count() as u64;
        }
    }

    /// The file, with the name of the table in it where it is an archive.
    #[must_use]
    pub fn name(&self) -> PathBuf {
        match &self.member {
            Some(member) => self.path.join(&member.name),
            None => self.path.clone(),
        }
    }

    /// The name of the table in the archive, where it is one.
    #[must_use]
    pub fn member(&self) -> Option<&str> {
        self.member.as_ref().map(|m| m.name.as_str())
    }

    /// The file itself.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What was found out about the text; `None` of a Parquet file.
    #[must_use]
    pub fn text(&self) -> Option<Text> {
        self.text
    }

    /// The text in UTF-8, without a byte-order mark, from its start.
    ///
    /// # Errors
    /// [`Class::Io`](crate::error::Class::Io). The reader fails where an archive is damaged.
    pub fn open(&self) -> Result<Box<dyn Read + Send>> {
        let mut raw = self.raw().map_err(|e| self.failed("open", e))?;
        let Some(text) = self.text else {
            return Ok(raw);
        };
        io::copy(&mut raw.by_ref().take(text.mark), &mut io::sink())
            .map_err(|e| self.failed("read", e))?;
        if text.encoding == Encoding::Utf8 && text.damaged == 0 {
            return Ok(raw);
        }
        let decoder = DecodeReaderBytesBuilder::new()
            .encoding(Some(text.encoding.decoder()))
            .bom_sniffing(false)
            .build(raw);
        Ok(Box::new(decoder))
    }

    /// The bytes as they are.
    fn raw(&self) -> io::Result<Box<dyn Read + Send>> {
        let mut file = File::open(&self.path)?;
        match &self.member {
            None => Ok(Box::new(file)),
            Some(member) => {
                file.seek(SeekFrom::Start(member.start))?;
                Ok(member.unpack(file))
            }
        }
    }

    fn failed(&self, action: &str, e: io::Error) -> Error {
        // What the reader of an archive says of itself is no error of the system.
        match e
            .get_ref()
            .and_then(|e| e.downcast_ref::<archive::Damaged>())
        {
            Some(damaged) => damaged.error(&self.name()),
            None => Error::io(action, self.name(), e),
        }
    }

    /// What `e`, which the reader of [`open`](Self::open) gave, is an error of.
    #[must_use]
    pub fn error(&self, e: io::Error) -> Error {
        self.failed("read", e)
    }
}
