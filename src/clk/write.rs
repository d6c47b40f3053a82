//! CLKs out.

use std::io::Write;
use std::path::Path;

use super::{Clks, base64};
use crate::atomic::AtomicFile;
use crate::error::{Error, Result};

/// Writes `{"clks": ["...", "..."]}`, byte for byte as clkhash's command line does. Ids and blocks are not in it.
///
/// # Errors
/// [`Class::Io`](crate::error::Class::Io); nothing is then left behind.
pub fn write_json(path: &Path, clks: &Clks) -> Result<()> {
    let mut file = AtomicFile::create(path)?;
    let mut text = b"{\"clks\": [".to_vec();
    for (i, clk) in clks.iter().enumerate() {
        text.extend_from_slice(if i == 0 { b"\"" } else { b", \"" });
        base64::encode(clk, &mut text);
        text.push(b'"');
        file.write_all(&text)
            .map_err(|e| Error::io("write", path, e))?;
        text.clear();
    }
    text.extend_from_slice(b"]}");
    file.write_all(&text)
        .map_err(|e| Error::io("write", path, e))?;
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
