//! The first look at a text: what divides its cells?

use std::io::Read;

use super::Delimiter;
use crate::error::Result;
use crate::owner::source::Source;

/// How much of the text is looked at.
const LOOK: u64 = 1 << 16;

/// The delimiter of a text, by its first line.
pub(super) fn delimiter(source: &Source) -> Result<Delimiter> {
    let mut start = Vec::new();
    source
        .open()?
        .take(LOOK)
        .read_to_end(&mut start)
        .map_err(|e| source.error(e))?;
    Ok(guess(&start))
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
