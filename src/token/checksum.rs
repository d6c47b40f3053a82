//! One BLAKE3 over the whole file, kept inside it, so that any flipped byte is noticed.
//!
//! The footer holds `blindlink.checksum` with the value `blake3:` and 64 hexadecimal digits. The
//! checksum is that of the file in which these digits are all `0`. SPEC token-file.md 4.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom, Write};

use super::bad;
use crate::error::{Error, Result};
use crate::units::{Fingerprint, hex};

/// The key, without the common prefix.
pub(super) const KEY: &str = "checksum";
const TAG: &[u8] = b"blake3:";
const DIGITS: usize = 64;
/// A footer larger than this is not ours.
const MAX_FOOTER: u64 = 16 << 20;

/// The value that the writer puts into the footer before the checksum is known.
pub(super) fn placeholder() -> String {
    format!("blake3:{}", "0".repeat(DIGITS))
}

/// Writes the checksum of a finished file, `digest`, over the placeholder.
pub(super) fn seal(file: &mut File, digest: &[u8; 32]) -> Result<()> {
    let io = |e| Error::io("write", "", e);
    let at = find(file)?;
    file.seek(SeekFrom::Start(at)).map_err(io)?;
    file.write_all(hex(digest).as_bytes()).map_err(io)
}

/// The file's checksum, if it is right.
pub(super) fn verify(file: &mut File) -> Result<Fingerprint> {
    let at = find(file)?;
    let mut found = [0; DIGITS];
    let io = |e| Error::io("read", "", e);
    file.seek(SeekFrom::Start(at)).map_err(io)?;
    file.read_exact(&mut found).map_err(io)?;
    let digest = digest(file, at)?;
    if hex(&digest).as_bytes() == found {
        Ok(Fingerprint(digest))
    } else {
        Err(
            bad("its checksum does not agree with its content; it was damaged or changed")
                .hint("ask its owner to send it again"),
        )
    }
}

/// The bytes of the digits in a token file.
pub(super) fn digits(file: &mut File) -> Result<std::ops::Range<u64>> {
    find(file).map(|at| at..at + DIGITS as u64)
}

/// The offset of the digits: after the one tag in the footer.
fn find(file: &mut File) -> Result<u64> {
    let io = |e| Error::io("read", "", e);
    let size = file.seek(SeekFrom::End(0)).map_err(io)?;
    let cut = || bad("it is cut short, or not Parquet").hint("ask its owner to send it again");
    if size < 12 {
        return Err(cut());
    }
    let mut tail = [0; 8];
    file.seek(SeekFrom::End(-8)).map_err(io)?;
    file.read_exact(&mut tail).map_err(io)?;
    let footer = u64::from(u32::from_le_bytes([tail[0], tail[1], tail[2], tail[3]]));
    if &tail[4..] != b"PAR1" || footer + 12 > size {
        return Err(cut());
    }
    if footer > MAX_FOOTER {
        return Err(bad("its footer is too large"));
    }
    let start = size - 8 - footer;
    file.seek(SeekFrom::Start(start)).map_err(io)?;
    let mut bytes = vec![0; footer as usize];
    file.read_exact(&mut bytes).map_err(io)?;
    let mut hits = bytes
        .windows(TAG.len())
        .enumerate()
        .filter(|(_, w)| *w == TAG);
    match (hits.next(), hits.next()) {
        (Some((i, _)), None) if i + TAG.len() + DIGITS <= bytes.len() => {
            Ok(start + (i + TAG.len()) as u64)
        }
        _ => Err(bad("its metadata holds no checksum")),
    }
}

/// BLAKE3 of the whole file with the digits at `at` taken as zeros.
fn digest(file: &mut File, at: u64) -> Result<[u8; 32]> {
    let io = |e| Error::io("read", "", e);
    file.seek(SeekFrom::Start(0)).map_err(io)?;
    let mut hasher = blake3::Hasher::new();
    let mut buffer = vec![0; 1 << 20];
    let mut position = 0u64;
    let digits = at..at + DIGITS as u64;
    loop {
        let n = file.read(&mut buffer).map_err(io)?;
        if n == 0 {
            return Ok(*hasher.finalize().as_bytes());
        }
        let chunk = position..position + n as u64;
        let (from, to) = (chunk.start.max(digits.start), chunk.end.min(digits.end));
        if from < to {
            buffer[(from - position) as usize..(to - position) as usize].fill(b'0');
        }
        hasher.update(&buffer[..n]);
        position = chunk.end;
    }
}
