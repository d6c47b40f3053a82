//! Files of one line: words, and a checksum over them.

use zeroize::Zeroizing;

use crate::units::push_hex;

/// Most bytes of such a file.
pub const LONGEST: usize = 400;
/// Bytes of a checksum.
const CHECK: usize = 8;

/// The line of `words` with their checksum and a line end. `context` is different for each kind of file.
#[must_use]
pub fn with_check(context: &str, words: &[u8]) -> Zeroizing<Vec<u8>> {
    let mut line = Zeroizing::new(Vec::with_capacity(words.len() + 2 * CHECK + 2));
    line.extend_from_slice(words);
    line.push(b' ');
    push_hex(&check(context, words), &mut line);
    line.push(b'\n');
    line
}

/// The words of a line before their checksum. `None` if it is not one line, or its checksum is another one.
#[must_use]
pub fn checked<'t>(context: &str, line: &'t [u8]) -> Option<Vec<&'t str>> {
    let (words, found) = std::str::from_utf8(without_end(line))
        .ok()?
        .rsplit_once(' ')?;
    let mut expected = Vec::new();
    push_hex(&check(context, words.as_bytes()), &mut expected);
    (expected == found.as_bytes()).then(|| words.split(' ').collect())
}

/// The line without its line end, which may be missing or that of Windows.
#[must_use]
pub(super) fn without_end(line: &[u8]) -> &[u8] {
    let ends: [&[u8]; 2] = [b"\r\n", b"\n"];
    ends.iter()
        .find_map(|end| line.strip_suffix(*end))
        .unwrap_or(line)
}

fn check(context: &str, words: &[u8]) -> [u8; CHECK] {
    let hash = blake3::derive_key(context, words);
    let mut check = [0; CHECK];
    check.copy_from_slice(&hash[..CHECK]);
    check
}
