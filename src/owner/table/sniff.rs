//! The first look at a file: is it delimited text at all, and what divides its cells?

use std::fs::File;
use std::io::Read;
use std::path::Path;

use super::{Delimiter, Head};
use crate::error::{Error, Result};

/// How much of the file is looked at.
const LOOK: u64 = 1 << 16;
const BOM: &[u8] = b"\xef\xbb\xbf";

/// What files are that people take for delimited text, by their first bytes.
const OTHERS: &[(&[u8], &str)] = &[
    (b"PK\x03\x04", "an Excel workbook or a ZIP archive"),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"PAR1", "a Parquet file"),
    (b"\xff\xfe", "UTF-16 text"),
    (b"\xfe\xff", "UTF-16 text"),
];

/// Looks at the start of the file at `path`; `delimiter` overrides what is seen there.
pub(super) fn head(path: &Path, delimiter: Option<Delimiter>) -> Result<Head> {
    let mut start = Vec::new();
    File::open(path)
        .map_err(|e| Error::io("open", path, e))?
        .take(LOOK)
        .read_to_end(&mut start)
        .map_err(|e| Error::io("read", path, e))?;
    for (magic, what) in OTHERS {
        if start.starts_with(magic) {
            return Err(Error::input(
                path,
                format!("expected delimited text in UTF-8, found {what}"),
            )
            .hint("open it in its program and save it as \"CSV UTF-8\"; unpack an archive first"));
        }
    }
    let text = start.strip_prefix(BOM).unwrap_or(&start);
    if text.iter().all(u8::is_ascii_whitespace) && (start.len() as u64) < LOOK {
        return Err(Error::input(path, "the file is empty").hint("export it again"));
    }
    Ok(Head {
        path: path.to_path_buf(),
        skip: (start.len() - text.len()) as u64,
        delimiter: delimiter.unwrap_or_else(|| guess(text)),
    })
}

/// The delimiter that cuts the first line that is not empty into most cells.
fn guess(text: &[u8]) -> Delimiter {
    let mut counts = [0_usize; Delimiter::ALL.len()];
    let mut quoted = false;
    let line = text.iter().skip_while(|b| matches!(b, b'\r' | b'\n'));
    for &byte in line {
        match byte {
            b'"' => quoted = !quoted,
            b'\r' | b'\n' if !quoted => break,
            _ if quoted => {}
            _ => {
                if let Some(i) = Delimiter::ALL.iter().position(|d| d.byte() == byte) {
                    counts[i] += 1;
                }
            }
        }
    }
    // Of equal counts the first in the list wins: a comma, if there is none of them at all.
    let most = counts.iter().copied().max().unwrap_or(0);
    let winner = counts.iter().position(|&n| n == most).unwrap_or(0);
    Delimiter::ALL[winner]
}
