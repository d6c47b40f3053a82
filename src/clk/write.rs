//! CLKs out.

use std::borrow::Cow;
use std::io::Write;
use std::path::Path;

use super::{Clks, base64};
use crate::atomic::AtomicFile;
use crate::csvfile;
use crate::error::{Error, Result};

/// Columns of FABLE's table of bit vectors.
const FABLE_COLUMNS: [&str; 2] = ["id", "value"];

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

/// Writes the table `id,value` of FABLE, with the filters in base64. A record without an id has its number, from 1.
///
/// # Errors
/// [`Class::Io`](crate::error::Class::Io); nothing is then left behind.
pub fn write_fable(path: &Path, clks: &Clks) -> Result<()> {
    csvfile::write(path, &FABLE_COLUMNS, |out| {
        let mut text = Vec::new();
        for (i, clk) in clks.iter().enumerate() {
            text.clear();
            base64::encode(clk, &mut text);
            let id = match clks.ids() {
                Some(ids) => Cow::Borrowed(ids[i].as_bytes()),
                None => Cow::Owned((i + 1).to_string().into_bytes()),
            };
            out.row([&*id, &text])?;
        }
        Ok(())
    })
}

/// Writes the bytes of one filter after the other, without ids: what an entity service takes as a binary upload.
///
/// # Errors
/// [`Class::Io`](crate::error::Class::Io); nothing is then left behind.
pub fn write_binary(path: &Path, clks: &Clks) -> Result<()> {
    let mut file = AtomicFile::create(path)?;
    for clk in clks.iter() {
        file.write_all(clk)
            .map_err(|e| Error::io("write", path, e))?;
    }
    file.commit()
}
