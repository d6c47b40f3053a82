//! CLKs out.

use std::io::Write;
use std::path::Path;

use super::{Clks, base64};
use crate::atomic::AtomicFile;
use crate::error::{Error, Result};

/// Bytes that are written at once.
const AT_ONCE: usize = 1 << 18;

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
        let mut text = Vec::with_capacity(2 * AT_ONCE);
        text.extend_from_slice(b"{\"clks\": [");
        Ok(Self {
            file: AtomicFile::create(path)?,
            is_empty: true,
            text,
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
        if self.text.len() >= AT_ONCE {
            self.flush()?;
        }
        Ok(())
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

/// Writes `{"clknblocks": [["...", "block"], ...]}`. Without blocks, every record is in none.
///
/// # Errors
/// [`Class::Io`](crate::error::Class::Io); nothing is then left behind.
pub fn write_blocked(path: &Path, clks: &Clks) -> Result<()> {
    let failed = |e| Error::io("write", path, e);
    let mut file = AtomicFile::create(path)?;
    let mut text = b"{\"clknblocks\": [".to_vec();
    for (i, clk) in clks.iter().enumerate() {
        text.extend_from_slice(if i == 0 { b"[\"" } else { b", [\"" });
        base64::encode(clk, &mut text);
        text.push(b'"');
        if let Some(blocks) = clks.blocks() {
            for &block in blocks.of_record(i) {
                text.extend_from_slice(b", ");
                let id = &blocks.ids()[block as usize];
                serde_json::to_writer(&mut text, id).map_err(|e| failed(e.into()))?;
            }
        }
        text.push(b']');
        file.write_all(&text).map_err(failed)?;
        text.clear();
    }
    text.extend_from_slice(b"]}");
    file.write_all(&text).map_err(failed)?;
    file.commit()
}

impl std::fmt::Debug for JsonWriter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "JsonWriter({})", self.file.target().display())
    }
}
