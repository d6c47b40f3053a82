//! Files that hold a secret.

/// First words of files with a secret, up to the number of their version, and what the file is.
const FIRST_WORDS: [(&str, &str); 3] = [
    ("blindlink-key-", "a linkage key"),
    ("blindlink-identity-", "an identity"),
    ("blindlink-sealed-", "a sealed linkage key"),
];

/// Bytes of a linkage key without a first word, as versions before 0.2 wrote it.
const RAW_KEY: u64 = 32;

/// What secret a file of `len` bytes holds that starts with `first_bytes` (24 and more of them, or all), as words for a
/// message: `a linkage key`, `an identity`, `a sealed linkage key`. `None` if it is none of ours.
///
/// Any file of exactly 32 bytes counts as a linkage key, since earlier versions wrote nothing but its bytes.
#[must_use]
pub fn secret_kind(first_bytes: &[u8], len: u64) -> Option<&'static str> {
    let text = first_bytes
        .strip_prefix(b"\xef\xbb\xbf")
        .unwrap_or(first_bytes)
        .trim_ascii_start();
    let known = FIRST_WORDS
        .iter()
        .find(|(word, _)| text.starts_with(word.as_bytes()));
    match known {
        Some((_, kind)) => Some(kind),
        None if len == RAW_KEY => Some("a linkage key"),
        None => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_known_by_their_first_word() {
        let kind = |text: &[u8]| secret_kind(text, text.len() as u64);
        assert_eq!(kind(b"blindlink-key-1 00"), Some("a linkage key"));
        assert_eq!(kind(b"\xef\xbb\xbf blindlink-key-1 00"), kind(&[7; 32]));
        assert_eq!(kind(b"blindlink-identity-1 a"), Some("an identity"));
        assert_eq!(kind(b"blindlink-sealed-1\n"), Some("a sealed linkage key"));
        for other in [
            &b"blindlink-public-1 a"[..],
            b"blindlink-signatures-1",
            b"",
            &[7; 31],
            &[7; 33],
            b"PAR1",
        ] {
            assert_eq!(kind(other), None);
        }
        // The first bytes of a long file that happen to be 32.
        assert_eq!(secret_kind(&[7; 32], 33), None);
    }
}
