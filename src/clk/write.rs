//! CLKs out.

use std::io::Write;
use std::path::Path;

use super::{Clks, base64};
use crate::atomic::AtomicFile;
use crate::error::{Error, Result};

/// A file `{"clks": ["...", "..."]}` that grows by the CLKs of a party, in order: byte for byte as clkhash's command line
/// writes it. Nothing stands at its path until [`commit`](Self::commit).
pub struct JsonWriter {
    file: AtomicFile,
    is_empty: bool,
    text: Vec<u8>,
}

impl JsonWriter {
    /// Starts the file for `path`.
    ///
    /// # Errors
    /// [`Class::Io`](crate::error::Class::Io).
    pub fn create(path: &Path) -> Result<Self> {
        Ok(Self {
            file: AtomicFile::create(path)?,
            is_empty: true,
            text: b"{\"clks\": [".to_vec(),
        })
    }

    /// Appends one CLK.
    ///
    /// # Errors
    /// [`Class::Io`](crate::error::Class::Io).
    pub fn push(&mut self, clk: &[u8]) -> Result<()> {
        let start: &[u8] = if self.is_empty { b"\"" } else { b", \"" };
        self.is_empty = false;
        self.text.extend_from_slice(start);
        base64::encode(clk, &mut self.text);
        self.text.push(b'"');
        self.flush()
    }

    fn flush(&mut self) -> Result<()> {
        self.file
            .write_all(&self.text)
            .map_err(|e| Error::io("write", self.file.target(), e))?;
        self.text.clear();
        Ok(())
    }

    /// Ends the file and gives it its name.
    ///
    /// # Errors
    /// [`Class::Io`](crate::error::Class::Io).
    pub fn commit(mut self) -> Result<()> {
        self.text.extend_from_slice(b"]}");
        self.flush()?;
        self.file.commit()
    }
}

/// Writes `{"clks": ["...", "..."]}`, byte for byte as clkhash's command line does. Ids and blocks are not in it.
///
/// # Errors
/// [`Class::Io`](crate::error::Class::Io); nothing is then left behind.
pub fn write_json(path: &Path, clks: &Clks) -> Result<()> {
    let mut file = JsonWriter::create(path)?;
    for clk in clks.iter() {
        file.push(clk)?;
    }
    file.commit()
}

impl std::fmt::Debug for JsonWriter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "JsonWriter({})", self.file.target().display())
    }
}
