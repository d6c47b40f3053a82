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
